/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_clock.c - civil dates, moments in and out of text, durations. */
#include "unit/check.h"

#include <stdlib.h>

#include "base/clock.h"

static void civil_dates(void **state)
{
    (void)state;
    assert_int_equal(days_from_civil(1970, 1, 1), 0);
    assert_int_equal(days_from_civil(2000, 3, 1), 11017);
    assert_int_equal(days_from_civil(1969, 12, 31), -1);
    assert_int_equal(days_from_civil(1, 1, 1), -719162);
    for (int64_t day = -719162; day < 2932897; day += 37) {
        Civil c = civil_of(day * US_PER_DAY + 12345);
        assert_int_equal(days_from_civil(c.year, c.month, c.day), day);
        assert_true(civil_valid(c.year, c.month, c.day));
        assert_true(us_of(c) == day * US_PER_DAY + 12345);
    }
    Civil before = civil_of(-1);
    assert_int_equal(before.year, 1969);
    assert_int_equal(before.hour, 23);
    assert_int_equal(before.micro, 999999);
    assert_int_equal(weekday_of(0), 4);
    assert_int_equal(weekday_of(-1), 3);
    assert_int_equal(weekday_of(4 * US_PER_DAY), 1);
    assert_int_equal(weekday_of(3 * US_PER_DAY), 7);
    assert_false(civil_valid(2023, 2, 29));
    assert_true(civil_valid(2024, 2, 29));
    assert_false(civil_valid(1900, 2, 29));
    assert_true(civil_valid(2000, 2, 29));
    assert_false(civil_valid(2023, 13, 1));
    assert_false(civil_valid(2023, 4, 31));
    assert_false(civil_valid(0, 1, 1));
}

static const struct {
    const char *text;
    DateOrder order;
    const char *written; /* NULL: refused */
} rows[] = {
    {"2023-10-15", DATE_ISO, "2023-10-15"},
    {"2023/10/15", DATE_ISO, "2023-10-15"},
    {"20231015", DATE_ISO, "2023-10-15"},
    {"2023-10-15 09:00", DATE_ISO, "2023-10-15 09:00"},
    {"2023-10-15T09:00:07", DATE_ISO, "2023-10-15 09:00:07"},
    {"2023-10-15T09:00:07Z", DATE_ISO, "2023-10-15 09:00:07"},
    {"20231015T0900", DATE_ISO, "2023-10-15 09:00"},
    {"20231015T090007", DATE_ISO, "2023-10-15 09:00:07"},
    {"2023-10-15T09:00:00.123Z", DATE_ISO, "2023-10-15 09:00:00.123"},
    {"2023-10-15T09:00:00,5", DATE_ISO, "2023-10-15 09:00:00.500"},
    {"2023-10-15T09:00:00.123456Z", DATE_ISO, "2023-10-15 09:00:00.123456"},
    {"2023-10-15T09:00:00.123456789Z", DATE_ISO, "2023-10-15 09:00:00.123456"},
    {"2023-10-15T09:00+02:00", DATE_ISO, "2023-10-15 07:00"},
    {"2023-10-15T01:00+0200", DATE_ISO, "2023-10-14 23:00"},
    {"2023-10-15T23:30-05", DATE_ISO, "2023-10-16 04:30"},
    {"2024-02-29", DATE_ISO, "2024-02-29"},
    {"0001-01-01", DATE_ISO, "0001-01-01"},
    {"2023-02-29", DATE_ISO, NULL},
    {"2023-13-01", DATE_ISO, NULL},
    {"2023-10-15 24:00", DATE_ISO, NULL},
    {"2023-10-15 09", DATE_ISO, NULL},
    {"2023-10-15 09:60", DATE_ISO, NULL},
    {"2023-10-15 09:00:", DATE_ISO, NULL},
    {"2023-10-15 09:00:00.", DATE_ISO, NULL},
    {"2023-10-15T09:00X", DATE_ISO, NULL},
    {"2023-10-15T", DATE_ISO, NULL},
    {"2023-1-5", DATE_ISO, NULL},
    {"2023-10/15", DATE_ISO, NULL},
    {"2023101", DATE_ISO, NULL},
    {"", DATE_ISO, NULL},
    {"31", DATE_DMY, NULL},
    {"31/12/2023", DATE_ISO, NULL},
    {"31/12/2023", DATE_DMY, "2023-12-31"},
    {"31/12/2023", DATE_MDY, NULL},
    {"12/31/2023", DATE_MDY, "2023-12-31"},
    {"1.2.2023", DATE_DMY, "2023-02-01"},
    {"1-2-2023", DATE_MDY, "2023-01-02"},
    {"31/12.2023", DATE_DMY, NULL},
    {"31/12/23", DATE_DMY, NULL},
    {"12/31/2023 11:59 PM", DATE_MDY, "2023-12-31 23:59"},
    {"12/31/2023 12:05:06 am", DATE_MDY, "2023-12-31 00:05:06"},
    {"12/31/2023 13:05 pm", DATE_MDY, NULL},
    {"31.12.2023 9:05", DATE_DMY, "2023-12-31 09:05"},
    {"31.12.2023, 09:05", DATE_DMY, "2023-12-31 09:05"},
    {"12 Mar 2023", DATE_ISO, "2023-03-12"},
    {"12-mar-2023", DATE_DMY, "2023-03-12"},
    {"Mar 12 2023", DATE_ISO, "2023-03-12"},
    {"March 12, 2023", DATE_ISO, "2023-03-12"},
    {"Sept. 3, 2023 10:00", DATE_ISO, "2023-09-03 10:00"},
    {"12 Mxr 2023", DATE_ISO, NULL},
    {"Feb 30 2023", DATE_ISO, NULL},
};

static void reading_and_writing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t us = 0;
        TimeUnit unit = TIME_DAY;
        bool ok = time_parse(str_of(rows[i].text), rows[i].order, &us, &unit);
        check_row(ok == (rows[i].written != NULL), rows[i].text);
        if (!ok)
            continue;
        Buf b = BUF_INIT;
        buf_time(&b, us, unit);
        check_row(str_eqz(buf_slice(&b), rows[i].written), rows[i].text);
        int64_t again = 0;
        check_row(time_parse_iso(buf_slice(&b), &again, NULL) && again == us, rows[i].text);
        buf_free(&b);
    }
}

static void cut_texts_never_read_past_the_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (size_t n = 0; n <= strlen(rows[i].text); n++) {
            char *exact = xstrndup(rows[i].text, n);
            char *bytes = xmalloc(n + !n);
            memcpy(bytes, exact, n);
            int64_t us;
            TimeUnit unit;
            time_parse((Str){bytes, n}, rows[i].order, &us, &unit);
            free(bytes);
            free(exact);
        }
    }
}

static void now_and_durations(void **state)
{
    (void)state;
    int64_t real = clock_now();
    assert_true(real > 19000 * US_PER_DAY);
    clock_set_now(42);
    assert_int_equal(clock_now(), 42);
    double t = clock_seconds();
    assert_true(clock_seconds() >= t);
    static const struct {
        const char *text;
        int64_t us; /* -1: refused */
    } cases[] = {
        {"7d", 7 * US_PER_DAY},
        {"12h", 12 * US_PER_HOUR},
        {"30m", 30 * 60 * US_PER_SECOND},
        {"1w", 7 * US_PER_DAY},
        {"1.5h", 90 * 60 * US_PER_SECOND},
        {"250ms", 250000},
        {"9s", 9 * US_PER_SECOND},
        {"7", -1},
        {"d", -1},
        {"-7d", -1},
        {"7x", -1},
        {"7 d", -1},
        {"", -1},
        {"99999999999999w", -1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t us = -1;
        bool ok = duration_parse(str_of(cases[i].text), &us);
        check_row(ok == (cases[i].us >= 0), cases[i].text);
        check_row(!ok || us == cases[i].us, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(civil_dates),
        cmocka_unit_test(reading_and_writing),
        cmocka_unit_test(cut_texts_never_read_past_the_end),
        cmocka_unit_test(now_and_durations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
