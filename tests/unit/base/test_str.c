/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_str.c - slices, buffers, truth words, nearest names. */
#include "unit/check.h"

#include "base/str.h"

static void comparing(void **state)
{
    (void)state;
    assert_true(str_eq(STR_NULL, STR("")));
    assert_true(str_eqz(STR("ab"), "ab"));
    assert_false(str_eq(STR("ab"), STR("aB")));
    assert_true(str_ieq(STR("aBZ"), STR("AbZ")));
    assert_false(str_ieq(STR("a"), STR("ab")));
    assert_true(str_cmp(STR("a"), STR("ab")) < 0);
    assert_true(str_cmp(STR("b"), STR("ab")) > 0);
    assert_true(str_cmp(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_cmp(STR_NULL, STR("")), 0);
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_true(str_starts(STR_NULL, STR("")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_hash(STR("a")) != str_hash(STR("b")));
    assert_true(str_hash(STR("a\0")) != str_hash(STR("a")));
    assert_true(str_hash(STR("12345678x")) == str_hash(str_of("12345678x")));
}

static void cutting(void **state)
{
    (void)state;
    assert_true(str_eqz(str_trim(STR(" \t a b\r\n")), "a b"));
    assert_int_equal(str_trim(STR("  ")).n, 0);
    assert_true(str_eqz(str_sub(STR("hello"), 1, 3), "el"));
    assert_true(str_eqz(str_sub(STR("hello"), 4, 99), "o"));
    assert_int_equal(str_sub(STR("hello"), 9, 99).n, 0);
    assert_int_equal(str_sub(STR("hello"), 3, 1).n, 0);
    assert_int_equal(str_sub(STR_NULL, 0, 5).n, 0);
    Str rest = STR("a,,b");
    assert_true(str_eqz(str_split(rest, ',', &rest), "a"));
    assert_true(str_eqz(str_split(rest, ',', &rest), ""));
    assert_true(str_eqz(str_split(rest, ',', &rest), "b"));
    assert_int_equal(rest.n, 0);
    assert_int_equal(str_split(STR_NULL, ',', &rest).n, 0);
}

static void truth_words(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int value; /* -1: not one */
    } rows[] = {
        {"true", 1}, {"FALSE", 0}, {"Yes", 1},  {"no", 0},     {"on", 1}, {"off", 0},
        {"1", 1},    {"0", 0},     {"t", 1},    {"F", 0},      {"y", 1},  {"N", 0},
        {"", -1},    {"2", -1},    {"tru", -1}, {" true", -1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool v = false;
        bool ok = parse_bool(str_of(rows[i].text), &v);
        check_row(ok == (rows[i].value >= 0), rows[i].text);
        check_row(!ok || v == (rows[i].value == 1), rows[i].text);
    }
}

static void buffers(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    assert_int_equal(buf_slice(&b).n, 0);
    assert_string_equal(buf_slice(&b).p, "");
    buf_clear(&b);
    buf_put(&b, NULL, 0);
    buf_puts(&b, "ab");
    buf_putc(&b, 'c');
    buf_str(&b, STR("de"));
    buf_pad(&b, '.', 3);
    buf_printf(&b, "%d|%s", 7, "x");
    assert_string_equal(b.p, "abcde...7|x");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%0100d", i);
    assert_int_equal(b.n, 11 + 100 * 1000);
    assert_int_equal(b.p[b.n], 0);
    buf_clear(&b);
    assert_string_equal(b.p, "");
    buf_reserve(&b, 1000000);
    assert_true(b.cap > 1000000);
    buf_free(&b);
    assert_null(b.p);
}

static void distances(void **state)
{
    (void)state;
    static const struct {
        const char *a, *b;
        size_t d;
    } rows[] = {
        {"", "", 0},
        {"", "abc", 3},
        {"abc", "", 3},
        {"age", "AGE", 0},
        {"age", "aeg", 1},
        {"age", "page", 1},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
        {"post_age", "post_aeg", 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        check_row(edit_distance(str_of(rows[i].a), str_of(rows[i].b)) == rows[i].d, rows[i].a);
        check_row(edit_distance(str_of(rows[i].b), str_of(rows[i].a)) == rows[i].d, rows[i].b);
    }
    char big[300] = {0};
    memset(big, 'x', sizeof big - 1);
    assert_int_equal(edit_distance(str_of(big), STR("x")), 299);
    assert_int_equal(edit_distance(str_of(big), str_of(big)), 0);
}

static void nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"age", "post_age", "sex", "country", "languages"};
    Str list[COUNT(names)];
    for (size_t i = 0; i < COUNT(names); i++)
        list[i] = str_of(names[i]);
    static const struct {
        const char *wrong;
        long index;
    } rows[] = {
        {"aeg", 0},      {"post_aeg", 1}, {"Sex", 2}, {"contry", 3}, {"language", 4},
        {"langages", 4}, {"zzz", -1},     {"", -1},   {"x", -1},     {"ae", 0},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(nearest_name(str_of(rows[i].wrong), list, COUNT(list)) == rows[i].index,
                  rows[i].wrong);
    assert_int_equal(nearest_name(STR("a"), NULL, 0), -1);
    const Str ids[] = {STR("user_name"), STR("post_id"), STR("user_age")};
    assert_int_equal(nearest_name(STR("Post"), ids, COUNT(ids)), 1);
    assert_int_equal(nearest_name(STR("user"), ids, COUNT(ids)), -1); /* which one? */
}

static void base64(void **state)
{
    (void)state;
    static const struct {
        const char *bytes, *want;
    } cases[] = {{"", ""},
                 {"f", "Zg=="},
                 {"fo", "Zm8="},
                 {"foo", "Zm9v"},
                 {"foob", "Zm9vYg=="},
                 {"fooba", "Zm9vYmE="},
                 {"foobar", "Zm9vYmFy"},
                 {"\xff\xfe", "//4="}};
    for (size_t i = 0; i < COUNT(cases); i++) { /* the vectors of RFC 4648, section 10 */
        Buf b = BUF_INIT;
        buf_base64(&b, str_of(cases[i].bytes));
        check_row(str_eqz(buf_slice(&b), cases[i].want), cases[i].bytes);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64),      cmocka_unit_test(comparing), cmocka_unit_test(cutting),
        cmocka_unit_test(truth_words), cmocka_unit_test(buffers),   cmocka_unit_test(distances),
        cmocka_unit_test(nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
