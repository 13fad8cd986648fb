/* SPDX-License-Identifier: GPL-3.0-or-later */
/* check.h - cmocka with its many includes, and a row-naming assert for table-driven tests. */
#ifndef GLINT_TESTS_CHECK_H
#define GLINT_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
/* cmocka's fail() is a macro and would hide ours. */
#undef fail
#undef fail_msg
#define fail_msg(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Fails the test and says which row of the table it was. */
#define check_row(ok, name)                                                                        \
    do {                                                                                           \
        if (!(ok))                                                                                 \
            fail_msg("row '%s': %s\n", (name), #ok);                                               \
    } while (0)

#endif
