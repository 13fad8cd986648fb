/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_group.c - sorting, sampling, grouping, aggregates. */
#include "unit/check.h"

#include <math.h>

#include "base/par.h"
#include "base/rng.h"
#include "data/frameops.h"
#include "unit/data/frames.h"

/* Row numbers from 0, joined by blanks. */
static void print_rows(const uint32_t *rows, size_t n, char *out, size_t cap)
{
    size_t at = 0;
    *out = '\0';
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(out + at, cap - at, i ? " %u" : "%u", rows[i]);
}

static void sorting(void **state)
{
    (void)state;
    static const struct {
        const char *name, *frame;
        size_t nkeys;
        SortKey keys[2];
        const char *want;
    } cases[] = {
        {"integers, the null last", "a:int 3 -1 - 2", 1, {{0, false}}, "1 3 0 2"},
        {"descending, the null last too", "a:int 3 -1 - 2", 1, {{0, true}}, "0 3 1 2"},
        {"equal values keep their order", "a:int 1 0 1 0", 1, {{0, false}}, "1 3 0 2"},
        {"descending as well", "a:int 1 0 1 0", 1, {{0, true}}, "0 2 1 3"},
        {"reals", "a:real 2.5 -inf -0.5 0 -1e300 inf", 1, {{0, false}}, "1 4 2 3 0 5"},
        {"minus nought is nought", "a:real 0 -0 0", 1, {{0, false}}, "0 1 2"},
        {"codes", "a:code ruby c java -", 1, {{0, false}}, "1 2 0 3"},
        {"texts", "a:text ruby c java - .", 1, {{0, false}}, "4 1 2 0 3"},
        {"texts descending", "a:text ruby c java - .", 1, {{0, true}}, "0 2 1 4 3"},
        {"bools", "a:bool true false - true", 1, {{0, false}}, "1 0 3 2"},
        {"times", "a:time 2024-03-01 2023-12-31 1969-07-20", 1, {{0, false}}, "2 1 0"},
        {"two keys", "a:int 1 2 1 2\nb:code y y x x", 2, {{0, true}, {1, false}}, "3 1 2 0"},
        {"no keys", "a:int 3 1 2", 0, {{0, false}}, "0 1 2"},
        {"no rows", "a:int", 1, {{0, false}}, ""},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Frame *f = frame_of(cases[k].frame);
        size_t n;
        char got[200];
        uint32_t *rows = frame_sort(f, cases[k].keys, cases[k].nkeys, 0, &n, &err);
        print_rows(rows, n, got, sizeof got);
        if (strcmp(got, cases[k].want) != 0)
            fail_msg("%s: %s, wanted %s\n", cases[k].name, got, cases[k].want);
        free(rows);
        frame_unref(f);
    }
}

/* Many rows with ties: the heap agrees with the whole sort, and both with the order they promise.
 */
static void first_of_many(void **state)
{
    (void)state;
    enum { N = 5000 };
    Error err = ERROR_INIT;
    Rng rng = rng_stream(1, "test");
    Column *a = column_new(COL_INT, N, &err), *b = column_new(COL_REAL, N, &err);
    for (size_t i = 0; i < N; i++) {
        a->v.i[i] = (int64_t)rng_below(&rng, 50) - 25;
        b->v.d[i] = rng_normal(&rng);
        if (i % 9 == 0)
            column_set_null(a, i, &err);
    }
    char *names[] = {(char[]){"a"}, (char[]){"b"}};
    Frame *f = frame_new(names, (Column *[]){a, b}, 2, N);
    static const SortKey orders[][2] = {{{0, false}, {1, true}}, {{0, true}, {1, false}}};
    for (size_t o = 0; o < COUNT(orders); o++) {
        for (size_t nkeys = 1; nkeys <= 2; nkeys++) {
            size_t all, few;
            uint32_t *whole = frame_sort(f, orders[o], nkeys, 0, &all, &err);
            uint32_t *top = frame_sort(f, orders[o], nkeys, 100, &few, &err);
            assert_int_equal(all, N);
            assert_int_equal(few, 100);
            assert_memory_equal(whole, top, 100 * sizeof *top);
            free(top);
            top = frame_sort(f, orders[o], nkeys, N - 1, &few, &err);
            assert_int_equal(few, N - 1);
            assert_memory_equal(whole, top, few * sizeof *top);
            for (size_t i = 1; i < N; i++) {
                bool null0 = column_is_null(a, whole[i - 1]), null1 = column_is_null(a, whole[i]);
                assert_true(null1 || !null0);
                if (!null0 && !null1)
                    assert_true(o ? a->v.i[whole[i - 1]] >= a->v.i[whole[i]]
                                  : a->v.i[whole[i - 1]] <= a->v.i[whole[i]]);
            }
            free(whole);
            free(top);
        }
    }
    frame_unref(f);
}

static void sampling(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Column *c = column_new(COL_INT, 1000, &err);
    char *name[] = {(char[]){"a"}};
    Frame *f = frame_new(name, &c, 1, 1000);
    uint32_t *a = frame_sample(f, 100, 7, &err), *b = frame_sample(f, 100, 7, &err);
    uint32_t *other = frame_sample(f, 100, 8, &err);
    assert_memory_equal(a, b, 100 * sizeof *a);
    assert_memory_not_equal(a, other, 100 * sizeof *a);
    for (size_t i = 1; i < 100; i++)
        assert_true(a[i] > a[i - 1] && a[i] < 1000);
    free(a);
    a = frame_sample(f, 1000, 7, &err);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(a[i], i);
    free(a);
    a = frame_sample(f, 0, 7, &err);
    assert_non_null(a);
    free(a);
    assert_null(frame_sample(f, 1001, 7, &err));
    assert_string_equal(err.msg, "1001 rows cannot be drawn from 1000");
    free(b);
    free(other);
    frame_unref(f);
}

static void grouping(void **state)
{
    (void)state;
    static const struct {
        const char *name, *frame;
        size_t ncols;
        const char *group, *first, *count;
    } cases[] = {
        {"codes", "a:code x y x -", 1, "0 1 0 2", "0 1 3", "2 1 1"},
        {"integers", "a:int 7 - 7 -7", 1, "0 1 0 2", "0 1 3", "2 1 1"},
        {"reals", "a:real 0.5 0 -0 0.5", 1, "0 1 1 0", "0 1", "2 2"},
        {"bools", "a:bool true - false true", 1, "0 1 2 0", "0 1 2", "2 1 1"},
        {"texts, the empty one is no null", "a:text . - x .", 1, "0 1 2 0", "0 1 2", "2 1 1"},
        {"two columns", "a:code x x y x\nb:int 1 2 1 1", 2, "0 1 2 0", "0 1 2", "2 1 1"},
        {"three columns", "a:code x x x x\nb:int 1 1 1 1\nc:bool true - - false", 3, "0 1 1 2",
         "0 1 3", "1 2 1"},
        {"no columns", "a:int 1 2", 0, "0 0", "0", "2"},
        {"no rows", "a:int", 1, "", "", ""},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Frame *f = frame_of(cases[k].frame);
        Grouping g;
        check_row(frame_group(f, (const size_t[]){0, 1, 2}, cases[k].ncols, &g, &err),
                  cases[k].name);
        char got[3][100];
        print_rows(g.group, f->rows, got[0], sizeof got[0]);
        print_rows(g.first, g.ngroups, got[1], sizeof got[1]);
        print_rows(g.count, g.ngroups, got[2], sizeof got[2]);
        check_row(strcmp(got[0], cases[k].group) == 0, cases[k].name);
        check_row(strcmp(got[1], cases[k].first) == 0, cases[k].name);
        check_row(strcmp(got[2], cases[k].count) == 0, cases[k].name);
        grouping_clear(&g);
        frame_unref(f);
    }
}

/* Pairs that are too many for a table go through the map. */
static void many_groups(void **state)
{
    (void)state;
    enum { N = 3000 };
    Error err = ERROR_INIT;
    Column *a = column_new(COL_INT, N, &err), *b = column_new(COL_INT, N, &err);
    for (size_t i = 0; i < N; i++) {
        a->v.i[i] = (int64_t)(i % 1500) << 40;
        b->v.i[i] = (int64_t)(i % 1500) * 31;
    }
    char *names[] = {(char[]){"a"}, (char[]){"b"}};
    Frame *f = frame_new(names, (Column *[]){a, b}, 2, N);
    Grouping g;
    assert_true(frame_group(f, (const size_t[]){0, 1}, 2, &g, &err));
    assert_int_equal(g.ngroups, 1500);
    for (size_t i = 0; i < N; i++)
        assert_int_equal(g.group[i], i % 1500);
    grouping_clear(&g);
    frame_unref(f);
}

/* One aggregate over g:code with values in x; gives its column as text, or the message. */
static void aggregates(void **state)
{
    (void)state;
    static const struct {
        const char *fn, *expr, *frame, *type, *want;
    } cases[] = {
        {"count", NULL, "g:code b a b -\nx:int 1 2 - 4", "int", "1 2 1"},
        {"count", "x", "g:code b a b -\nx:int 1 2 - 4", "int", "1 1 1"},
        {"count_distinct", "x", "g:code a a a b\nx:int 1 2 1 -", "int", "2 0"},
        {"count_distinct", "x", "g:code a a b b\nx:text u . u u", "int", "2 1"},
        {"sum", "x", "g:code a a b b\nx:int 1 2 3 -", "int", "3 3"},
        {"sum", "x", "g:code a a b b\nx:real 1 2.5 - -", "real", "3.5 0"},
        {"sum", "x > 1", "g:code a a b b\nx:int 1 2 3 4", "int", "1 2"},
        {"sum", "x", "g:code a a b b\nx:int 9223372036854775807 1 3 4", "real",
         "9.223372036854776e+18 7"},
        {"mean", "x", "g:code a a b b\nx:int 1 2 - -", "real", "1.5 -"},
        {"mean", "x * 2", "g:code a a b b\nx:int 1 2 3 -", "real", "3 6"},
        {"sd", "x", "g:code a a a b\nx:int 1 2 3 7", "real", "1 -"},
        {"min", "x", "g:code a a b b\nx:int 5 -2 - 4", "int", "-2 4"},
        {"max", "x", "g:code a a b b\nx:code u v - -", "code", "v -"},
        {"min", "x", "g:code a a b b\nx:text u . t s", "text", ". s"},
        {"max", "x", "g:code a a b\nx:time 2024-01-01 2024-02-01 -", "time", "2024-02-01 -"},
        {"median", "x", "g:code a a a a b\nx:int 4 1 3 10 7", "real", "3.5 7"},
        {"first", "x", "g:code a a b b\nx:int - 2 3 4", "int", "2 3"},
        {"last", "x", "g:code a a b b\nx:code p q r -", "code", "q r"},
        {"share", "x > 1", "g:code a a b b\nx:int 1 2 3 -", "real", "0.5 1"},
        {"any", "x", "g:code a a b b c\nx:bool true false false - -", "bool", "true false -"},
        {"all", "x", "g:code a a b b c\nx:bool true false true - -", "bool", "false true -"},
        {"mean", "x", "g:code a b\nx:code u v", NULL,
         "mean() needs numbers, and its argument is code"},
        {"share", "x", "g:code a b\nx:code u v", NULL,
         "share() needs true or false, and its argument is code"},
        {"mean", NULL, "g:code a b\nx:int 1 2", NULL, "mean() needs an argument"},
        {"maen", "x", "g:code a b\nx:int 1 2", NULL, "no aggregate 'maen'"},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Frame *f = frame_of(cases[k].frame);
        Expr *e = cases[k].expr ? expr_parse(a, str_of(cases[k].expr), 0, &err) : NULL;
        Aggregate agg = {"v", cases[k].fn, e, {3, 9}};
        Frame *out = frame_aggregate(f, (const size_t[]){0}, 1, &agg, 1, &err);
        if (!out) {
            check_row(!cases[k].type && strcmp(err.msg, cases[k].want) == 0 && err.at.from == 3,
                      cases[k].want);
        } else {
            const Column *c = out->cols[1];
            Frame *only = frame_select(out, (const size_t[]){1}, 1);
            char *text = frame_text(only);
            if (!cases[k].type || strcmp(text + 2, cases[k].want) != 0 ||
                strcmp(coltype_name(c->type), cases[k].type) != 0)
                fail_msg("%s(%s): %s %s, wanted %s\n", cases[k].fn, cases[k].expr,
                         coltype_name(c->type), text, cases[k].want);
            free(text);
            frame_unref(only);
        }
        frame_unref(out);
        frame_unref(f);
        arena_free(a);
    }
}

static void tables_of_groups(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Frame *f = frame_of("g:code b a b a -\nh:bool true true false true true\nx:int 1 2 3 4 5");
    Expr *x = expr_parse(a, STR("x"), 0, &err);
    Aggregate agg[] = {{"n", "count", NULL, {0, 0}}, {"m", "mean", x, {0, 0}}};
    Frame *out = frame_aggregate(f, (const size_t[]){0, 1}, 2, agg, 2, &err);
    char *text = frame_text(out);
    assert_string_equal(text, "g a b b -\nh true false true true\nn 2 1 1 1\nm 3 3 1 5");
    free(text);
    frame_unref(out);

    out = frame_aggregate(f, NULL, 0, agg, 2, &err); /* all rows are one group */
    text = frame_text(out);
    assert_string_equal(text, "n 5\nm 3");
    free(text);
    frame_unref(out);

    Frame *none = frame_take(f, NULL, 0, &err);
    out = frame_aggregate(none, NULL, 0, agg, 2, &err);
    text = frame_text(out);
    assert_string_equal(text, "n 0\nm -");
    free(text);
    frame_unref(out);
    out = frame_aggregate(none, (const size_t[]){0}, 1, agg, 2, &err);
    assert_int_equal(out->rows, 0);
    assert_int_equal(out->ncols, 3);
    frame_unref(out);
    frame_unref(none);

    agg[1].name = "g";
    assert_null(frame_aggregate(f, (const size_t[]){0}, 1, agg, 2, &err));
    assert_string_equal(err.msg, "two columns would be called 'g'");
    frame_unref(f);
    arena_free(a);
}

/* Threads take groups; the digits stay. */
static void many_groups_aggregated(void **state)
{
    (void)state;
    enum { N = 40000, G = 700 };
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Column *g = column_new(COL_INT, N, &err), *x = column_new(COL_REAL, N, &err);
    for (size_t i = 0; i < N; i++) {
        g->v.i[i] = (int64_t)(i * 7919 % G);
        x->v.d[i] = (double)(i % 13) / 10;
    }
    char *names[] = {(char[]){"g"}, (char[]){"x"}};
    Frame *f = frame_new(names, (Column *[]){g, x}, 2, N);
    Expr *e = expr_parse(a, STR("x"), 0, &err);
    Aggregate agg[] = {
        {"s", "sum", e, {0, 0}}, {"m", "median", e, {0, 0}}, {"d", "count_distinct", e, {0, 0}}};
    Frame *first = NULL;
    for (size_t threads = 1; threads <= 3; threads++) {
        par_set_threads(threads);
        Frame *out = frame_aggregate(f, (const size_t[]){0}, 1, agg, 3, &err);
        assert_int_equal(out->rows, G);
        for (size_t k = 0; k < G; k++)
            assert_int_equal(out->cols[0]->v.i[k], k);
        if (first)
            for (size_t j = 1; j < 4; j++)
                assert_memory_equal(out->cols[j]->v.any, first->cols[j]->v.any, G * 8);
        frame_unref(first);
        first = out;
    }
    par_set_threads(0);
    frame_unref(first);
    frame_unref(f);
    arena_free(a);
}

static void aggregate_rows(void **state)
{
    (void)state;
    size_t n;
    const ExprFunc *rows = aggregate_funcs(&n);
    assert_true(n >= 13);
    for (size_t k = 0; k < n; k++)
        check_row(rows[k].brief && *rows[k].brief, rows[k].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sorting),          cmocka_unit_test(first_of_many),
        cmocka_unit_test(sampling),         cmocka_unit_test(grouping),
        cmocka_unit_test(many_groups),      cmocka_unit_test(aggregates),
        cmocka_unit_test(tables_of_groups), cmocka_unit_test(many_groups_aggregated),
        cmocka_unit_test(aggregate_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
