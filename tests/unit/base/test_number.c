/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_number.c - numbers in, correctly rounded; numbers out, the same bits back. */
#include "unit/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "base/str.h"

static void whole_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } rows[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"+7", true, 7},
        {"007", true, 7},
        {"", false, 0},
        {"-", false, 0},
        {"+", false, 0},
        {"1.0", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1e3", false, 0},
        {"0x10", false, 0},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"99999999999999999999", false, 0},
        {"18446744073709551617", false, 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int64_t v = 0;
        check_row(parse_int(str_of(rows[i].text), &v) == rows[i].ok, rows[i].text);
        check_row(!rows[i].ok || v == rows[i].value, rows[i].text);
    }
}

static void real_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0",
        "-0",
        "1",
        "+1.5",
        ".5",
        "5.",
        "-.25",
        "1e5",
        "1E-5",
        "1e+22",
        "123456789012345",
        "1e23",
        "0.1",
        "0.3",
        "9007199254740993",
        "179769313486231580793e289",
        "1e308",
        "1e309",
        "5e-324",
        "2.4703282292062327e-324",
        "1e-400",
        "2.2250738585072011e-308",
        "123456789012345678901234567890",
        "0.000000000000000000000000000000000001",
        "100000000000000000000000000000000000000000000",
        "8.98846567431158e307",
        "1e99999999999",
        "0e99999999999",
        "0.1000000000000000055511151231257827",
        "3.14159265358979323846264338327950288419716939937510582097494459230",
    };
    for (size_t i = 0; i < COUNT(good); i++) {
        double v = 7, wanted = strtod(good[i], NULL);
        check_row(parse_real(str_of(good[i]), &v), good[i]);
        check_row(memcmp(&v, &wanted, sizeof v) == 0, good[i]);
    }
    static const char *const bad[] = {"",    "-",    ".",   "e5",    "1e",    "1e+",
                                      "1,5", " 1",   "1 ",  "0x1p3", "1.2.3", "1e5.0",
                                      "in",  "nano", "--1", "1_000"};
    for (size_t i = 0; i < COUNT(bad); i++) {
        double v;
        check_row(!parse_real(str_of(bad[i]), &v), bad[i]);
    }
    double v;
    assert_true(parse_real(STR("inf"), &v) && isinf(v) && v > 0);
    assert_true(parse_real(STR("-Infinity"), &v) && isinf(v) && v < 0);
    assert_true(parse_real(STR("NaN"), &v) && isnan(v));
    assert_true(parse_real((Str){"1.25xyz", 4}, &v) && v == 1.25);
}

static void long_texts_are_read_too(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    buf_puts(&b, "0.");
    buf_pad(&b, '3', 500);
    double v;
    assert_true(parse_real(buf_slice(&b), &v));
    assert_true(v == 1.0 / 3.0);
    buf_free(&b);
}

static void shortest_texts(void **state)
{
    (void)state;
    static const struct {
        double v;
        const char *text;
    } rows[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-17, "-17"},
        {0.1, "0.1"},
        {1e15, "1e+15"},
        {999999999999999.0, "999999999999999"},
        {1e300, "1e+300"},
        {1.0 / 3, "0.3333333333333333"},
        {0.1 + 0.2, "0.30000000000000004"},
        {5e-324, "4.94065645841247e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {NAN, "nan"},
        {123456.789, "123456.789"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        buf_real(&b, rows[i].v);
        assert_string_equal(b.p, rows[i].text);
        buf_free(&b);
    }
}

/* The quick way has to write what the slow way would: compared with printf's shortest. */
static void short_decimals(void **state)
{
    (void)state;
    Rng rng = rng_stream(2, "decimals");
    Buf b = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        double scale = pow(10, (double)rng_below(&rng, 9));
        double v = (double)((int64_t)rng_below(&rng, 2000000) - 1000000) / scale;
        char text[40];
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(text, sizeof text, "%.*g", digits, v);
            if (strtod(text, NULL) == v)
                break;
        }
        buf_clear(&b);
        buf_real(&b, v);
        assert_string_equal(b.p, text);
    }
    buf_free(&b);
}

static void any_bits_come_back(void **state)
{
    (void)state;
    Rng rng = rng_stream(1, "bits");
    Buf b = BUF_INIT;
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = rng_next(&rng);
        double v, back, wanted;
        memcpy(&v, &bits, sizeof v);
        if (i % 2)
            v = round(rng_unit(&rng) * 1e6) / 1000; /* the kind of number that stands in a table */
        if (!isfinite(v))
            continue;
        buf_clear(&b);
        buf_real(&b, v);
        assert_true(parse_real(buf_slice(&b), &back));
        wanted = strtod(b.p, NULL);
        assert_memory_equal(&back, &v, sizeof v);
        assert_memory_equal(&wanted, &v, sizeof v);
    }
    buf_free(&b);
}

static void whole_texts(void **state)
{
    (void)state;
    static const struct {
        int64_t v;
        const char *text;
    } rows[] = {{0, "0"},
                {-1, "-1"},
                {INT64_MAX, "9223372036854775807"},
                {INT64_MIN, "-9223372036854775808"},
                {1000, "1000"}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        buf_int(&b, rows[i].v);
        assert_string_equal(b.p, rows[i].text);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(real_numbers),
        cmocka_unit_test(long_texts_are_read_too),
        cmocka_unit_test(shortest_texts),
        cmocka_unit_test(short_decimals),
        cmocka_unit_test(any_bits_come_back),
        cmocka_unit_test(whole_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
