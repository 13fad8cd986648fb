/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_error.c - the first failure wins, context goes before it, long messages are cut cleanly. */
#include "unit/check.h"

#include <string.h>

#include "base/error.h"

static void first_failure_wins(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    assert_false(fail_at(&err, ERR_NAME, (Span){3, 7}, "no column '%s'", "agE"));
    assert_false(fail(&err, ERR_IO, "later"));
    assert_false(fail_row(&err, ERR_DATA, 9, "later"));
    assert_int_equal(err.code, ERR_NAME);
    assert_int_equal(err.at.from, 3);
    assert_int_equal(err.at.to, 7);
    assert_string_equal(err.msg, "no column 'agE'");
    assert_false(error_hint(&err, "did you mean '%s'?", "age"));
    assert_false(error_context(&err, "reading '%s'", "a.csv"));
    assert_string_equal(err.msg, "reading 'a.csv': no column 'agE'");
    assert_string_equal(err.hint, "did you mean 'age'?");
    error_clear(&err);
    assert_false(error_is_set(&err));
    assert_false(fail_row(&err, ERR_DATA, 17, "bad"));
    assert_int_equal(err.row, 17);
}

static void null_is_fine(void **state)
{
    (void)state;
    assert_false(fail(NULL, ERR_IO, "x"));
    assert_false(fail_at(NULL, ERR_IO, SPAN_NONE, "x"));
    assert_false(fail_row(NULL, ERR_IO, 1, "x"));
    assert_false(error_hint(NULL, "x"));
    assert_false(error_context(NULL, "x"));
    assert_false(error_is_set(NULL));
    error_clear(NULL);
    Error err = ERROR_INIT;
    error_context(&err, "nothing failed");
    assert_string_equal(err.msg, "");
}

static void long_messages_end_in_points(void **state)
{
    (void)state;
    char long_text[1000];
    for (size_t i = 0; i + 1 < sizeof long_text; i += 2)
        memcpy(long_text + i, "\xc3\xa9", 2);
    long_text[sizeof long_text - 2] = '\0';
    Error err = ERROR_INIT;
    fail(&err, ERR_DATA, "x%s", long_text);
    size_t n = strlen(err.msg);
    assert_true(n < sizeof err.msg);
    assert_string_equal(err.msg + n - 3, "...");
    assert_int_equal((unsigned char)err.msg[n - 4], 0xa9);
    error_context(&err, "%s", long_text);
    assert_int_equal(err.msg[0], 'x');
    error_context(&err, "reading");
    assert_memory_equal(err.msg, "reading: x", 10);
}

static void sizes_are_readable(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        const char *msg;
    } rows[] = {
        {12, "out of memory: X needs 12 bytes"},
        {3u << 20, "out of memory: X needs 3.0 MiB"},
        {(size_t)5 << 30, "out of memory: X needs 5.0 GiB"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        assert_false(fail_nomem(&err, rows[i].bytes, "X"));
        assert_int_equal(err.code, ERR_NOMEM);
        assert_string_equal(err.msg, rows[i].msg);
    }
}

static void exit_statuses(void **state)
{
    (void)state;
    static const struct {
        ErrCode code;
        int status;
    } rows[] = {
        {ERR_NONE, 0},  {ERR_USAGE, 2},    {ERR_NAME, 1},  {ERR_TYPE, 1},   {ERR_DATA, 1},
        {ERR_MATH, 1},  {ERR_IO, 1},       {ERR_NET, 4},   {ERR_REMOTE, 1}, {ERR_PARTIAL, 3},
        {ERR_GUARD, 5}, {ERR_CANCEL, 130}, {ERR_NOMEM, 1}, {ERR_BUG, 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_int_equal(error_exit_status(rows[i].code), rows[i].status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_failure_wins),
        cmocka_unit_test(null_is_fine),
        cmocka_unit_test(long_messages_end_in_points),
        cmocka_unit_test(sizes_are_readable),
        cmocka_unit_test(exit_statuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
