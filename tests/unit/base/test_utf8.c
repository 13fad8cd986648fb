/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_utf8.c - widths, cutting at graphemes, strict decoding, escaping. */
#include "unit/check.h"

#include "base/str.h"

static void widths(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        size_t width;
    } rows[] = {
        {"empty", "", 0},
        {"ascii", "hello", 5},
        {"precomposed", "\xc3\xa9", 1},
        {"combining", "e\xcc\x81", 1},
        {"combining in a word",
         "caf"
         "e\xcc\x81"
         "s",
         5},
        {"cjk", "\xe6\x97\xa5\xe6\x9c\xac", 4},
        {"cjk and ascii",
         "a\xe6\x97\xa5"
         "b",
         4},
        {"emoji", "\xf0\x9f\x98\x80", 2},
        {"family joined by zwj",
         "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 2},
        {"heart in emoji form", "\xe2\x9d\xa4\xef\xb8\x8f", 2},
        {"zero width joiner alone", "\xe2\x80\x8d", 0},
        {"arabic", "\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85", 4},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(utf8_width(str_of(rows[i].text)) == rows[i].width, rows[i].name);
}

static void fitting(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t cols, bytes, width;
    } rows[] = {
        {"hello", 3, 3, 3},
        {"hello", 9, 5, 5},
        {"hello", 0, 0, 0},
        {"\xe6\x97\xa5\xe6\x9c\xac", 3, 3, 2},
        {"\xe6\x97\xa5", 1, 0, 0},
        {"ae\xcc\x81x", 2, 4, 2},
        {"ae\xcc\x81x", 1, 1, 1},
        {"", 5, 0, 0},
        {"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9!", 2, 11, 2},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t width = 99;
        Str got = utf8_fit(str_of(rows[i].text), rows[i].cols, &width);
        check_row(got.n == rows[i].bytes, rows[i].text);
        check_row(width == rows[i].width, rows[i].text);
    }
    assert_int_equal(utf8_fit(STR("abc"), 2, NULL).n, 2);
}

static void validity(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool valid;
    } rows[] = {
        {"ascii", "abc", true},
        {"two", "\xc3\xa9", true},
        {"four", "\xf0\x9f\x98\x80", true},
        {"cut", "\xe6\x97", false},
        {"overlong", "\xc0\x80", false},
        {"overlong 3", "\xe0\x80\x80", false},
        {"surrogate", "\xed\xa0\x80", false},
        {"past the end", "\xf4\x90\x80\x80", false},
        {"lone tail", "\x80", false},
        {"ff", "\xff", false},
        {"tail missing", "\xc3(", false},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(utf8_valid(str_of(rows[i].text)) == rows[i].valid, rows[i].name);
}

static void decoding(void **state)
{
    (void)state;
    Str s = STR("a\xc3\xa9\xff\xe6\x97");
    size_t i = 0;
    assert_int_equal(utf8_next(s, &i), 'a');
    assert_int_equal(utf8_next(s, &i), 0xE9);
    assert_int_equal(i, 3);
    assert_int_equal(utf8_next(s, &i), 0xFFFD);
    assert_int_equal(i, 4);
    assert_int_equal(utf8_next(s, &i), 0xFFFD);
    assert_int_equal(utf8_next(s, &i), 0xFFFD);
    assert_int_equal(i, s.n);
    Buf b = BUF_INIT;
    buf_utf8(&b, 'a');
    buf_utf8(&b, 0x65E5);
    buf_utf8(&b, 0x1F600);
    buf_utf8(&b, 0xD800);
    assert_string_equal(b.p, "a\xe6\x97\xa5\xf0\x9f\x98\x80\xef\xbf\xbd");
    buf_free(&b);
}

static void escaping(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
    } rows[] = {
        {"plain", "plain"},
        {"a\nb\tc\r", "a\\nb\\tc\\r"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"\x07", "\\x07"},
        {"\x7f", "\\x7f"},
        {"\xc2\x9b"
         "31m",
         "\\x9b31m"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xe2\x80\xae"
         "exe",
         "\\u202eexe"},
        {"\xe2\x81\xa6", "\\u2066"},
        {"\xe2\x80\x8f", "\\u200f"},
        {"\xe2\x80\xa8", "\\u2028"},
        {"\xef\xbb\xbf", "\\ufeff"},
        {"\xf3\xa0\x81\x81", "\\U000e0041"},
        {"caf\xc3\xa9 \xe6\x97\xa5", "caf\xc3\xa9 \xe6\x97\xa5"},
        {"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9",
         "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        buf_escaped(&b, str_of(rows[i].text));
        assert_string_equal(b.p, rows[i].shown);
        buf_free(&b);
    }
    Buf b = BUF_INIT;
    buf_escaped(&b, (Str){"a\0b", 3});
    assert_string_equal(b.p, "a\\x00b");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths),   cmocka_unit_test(fitting),  cmocka_unit_test(validity),
        cmocka_unit_test(decoding), cmocka_unit_test(escaping),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
