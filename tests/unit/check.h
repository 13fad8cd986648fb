/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - cmocka with its many includes, and asserts that say which row of a table failed. */
#ifndef GLINT_TESTS_CHECK_H
#define GLINT_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* cmocka's fail() is a macro and would hide ours; its fail_msg() needs it. */
#undef fail
#undef fail_msg

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Fails the running test with a message that stands beside it in every output format of cmocka. */
#define fail_msg(...) check_failed(__FILE__, __LINE__, __VA_ARGS__)
#define check_row(ok, name) ((ok) ? (void)0 : check_row_failed(__FILE__, __LINE__, (name), #ok))

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4), unused))
#endif
static void check_failed(const char *file, int line, const char *fmt, ...)
{
    char text[1000];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    _assert_true(0, text, file, line);
}

#if defined(__GNUC__)
__attribute__((unused, noinline)) /* inlined, gcc takes a row that may be NULL for one that is */
#endif
static void check_row_failed(const char *file, int line, const char *row, const char *condition)
{
    check_failed(file, line, "row '%s': %s", row, condition);
}

#endif
