/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_over.c - functions of a column by groups, and of the rows that come before. */
#include "unit/check.h"

#include <stdlib.h>

#include "data/expr.h"
#include "frames.h"

/* Seven rows of two users and one without; rows 2 and 4 of u1 happen at the same moment. */
static Frame *visits(void)
{
    static const char *const user[] = {"u1", "u2", "u1", "u1", "u1", NULL, NULL};
    static const int64_t hour[] = {5, 1, 2, 9, 2, 1, 3};
    static const double x[] = {10, 1, 20, 30, 0, 7, 8}; /* row 4 is null */
    Error err = ERROR_INIT;
    ColumnBuilder *u = builder_new(COL_CODE), *t = builder_new(COL_TIME), *v = builder_new(COL_REAL),
                  *k = builder_new(COL_INT);
    builder_time_unit(t, TIME_MINUTE);
    for (size_t i = 0; i < COUNT(user); i++) {
        user[i] ? builder_text(u, str_of(user[i]), &err) : builder_null(u, &err);
        builder_int(t, hour[i] * US_PER_HOUR, &err);
        i == 4 ? builder_null(v, &err) : builder_real(v, x[i], &err);
        builder_int(k, (int64_t)(i % 2), &err);
    }
    char *names[] = {(char[]){"user"}, (char[]){"t"}, (char[]){"x"}, (char[]){"k"}};
    Column *cols[] = {builder_finish(u, &err), builder_finish(t, &err), builder_finish(v, &err),
                      builder_finish(k, &err)};
    return frame_new(names, cols, COUNT(cols), COUNT(user));
}

enum { USER = 1, TIME = 2, BACK = 4 };

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        unsigned over;
        const char *type, *want;
    } cases[] = {
        /* the group's value in each of its rows; null makes a group of its own */
        {"n()", USER, "int", "4|1|4|4|4|2|2"},
        {"sum(x)", USER, "real", "60|1|60|60|60|15|15"},
        {"mean(x)", USER, "real", "20|1|20|20|20|7.5|7.5"},
        {"median(x) + k", USER, "real", "20|2|20|21|20|8.5|7.5"},
        {"round(sd(x), 6)", USER, "real", "10|-|10|10|10|0.707107|0.707107"},
        {"max(x)", USER, "real", "30|1|30|30|30|8|8"},
        {"min(k)", USER, "int", "0|1|0|0|0|0|0"},
        {"max(t) == t", USER, "bool", "false|true|false|true|false|false|true"},
        {"rank(x)", USER, "real", "1|1|2|3|-|1|2"},
        {"rank(-k)", USER, "real", "3|1|3|1|3|1|2"},
        {"round(scale(x), 6)", USER, "real", "-1|-|0|1|-|-0.707107|0.707107"},
        {"if(n() >= 2, user, 'rare')", USER, "code", "u1|rare|u1|u1|u1|-|-"},
        {"sum(x > 8 and k == 0)", USER, "real", "2|0|2|2|2|0|0"},
        /* rows before, as they stand in the table */
        {"row()", 0, "int", "1|2|3|4|5|6|7"},
        {"row()", USER, "int", "1|1|2|3|4|1|2"},
        {"count_before()", 0, "int", "0|1|2|3|4|5|6"},
        {"sum_before(x)", 0, "real", "0|10|11|31|61|61|68"},
        {"mean_before(x)", 0, "real", "-|10|5.5|10.333333333333334|15.25|15.25|13.6"},
        {"last_before(x)", 0, "real", "-|10|1|20|30|30|7"},
        {"last_before(k)", USER, "int", "-|-|0|0|1|-|1"},
        /* rows before by time: a moment does not know itself */
        {"count_before()", USER | TIME, "int", "2|0|0|3|0|0|1"},
        {"sum_before(x)", USER | TIME, "real", "20|0|0|30|0|0|7"},
        {"mean_before(x)", USER | TIME, "real", "20|-|-|15|-|-|7"},
        {"last_before(x)", USER | TIME, "real", "20|-|-|10|-|-|7"},
        {"last_before(t)", USER | TIME, "time",
         "1970-01-01 02:00|-|-|1970-01-01 05:00|-|-|1970-01-01 01:00"},
        {"hours(last_before(t), t)", USER | TIME, "real", "3|-|-|4|-|-|2"},
        {"count_before()", USER | TIME | BACK, "int", "1|0|2|0|2|1|0"},
        {"row()", TIME, "int", "6|1|3|7|4|2|5"},
    };
    Frame *f = visits();
    for (size_t k = 0; k < COUNT(cases); k++) {
        static const size_t by[] = {0};
        SortKey key = {1, (cases[k].over & BACK) != 0};
        ExprOver over = {by, (cases[k].over & USER) != 0, &key, (cases[k].over & TIME) != 0};
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Expr *e = expr_parse(a, str_of(cases[k].expr), 0, &err);
        Column *c = e ? expr_eval_over(e, f, cases[k].over ? &over : NULL, &err) : NULL;
        if (!c)
            fail_msg("'%s': %s\n", cases[k].expr, err.msg);
        Buf b = BUF_INIT;
        for (size_t i = 0; i < c->n; i++) {
            buf_puts(&b, i ? "|" : "");
            buf_puts(&b, column_is_null(c, i) ? "-" : "");
            column_print(c, i, &b);
        }
        if (strcmp(coltype_name(c->type), cases[k].type) != 0 || strcmp(b.p, cases[k].want) != 0)
            fail_msg("'%s': %s %s, not %s %s\n", cases[k].expr, coltype_name(c->type), b.p,
                     cases[k].type, cases[k].want);
        assert_int_equal(expr_is_rowwise(e), false);
        buf_free(&b);
        column_unref(c);
        arena_free(a);
    }
    frame_unref(f);
}

static void of_no_rows(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    char *names[] = {(char[]){"x"}};
    Column *cols[] = {column_new(COL_REAL, 0, &err)};
    Frame *f = frame_new(names, cols, 1, 0);
    Arena *a = arena_new();
    static const size_t by[] = {0};
    const ExprOver over = {.by = by, .nby = 1};
    static const char *const exprs[] = {"mean(x)", "sum_before(x)", "row()"};
    for (size_t k = 0; k < COUNT(exprs); k++) {
        Column *c = expr_eval_over(expr_parse(a, str_of(exprs[k]), 0, &err), f, &over, &err);
        assert_non_null(c);
        assert_int_equal(c->n, 0);
        column_unref(c);
    }
    frame_unref(f);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(of_no_rows)};
    return cmocka_run_group_tests_name("over", tests, NULL, NULL);
}
