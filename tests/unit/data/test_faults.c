/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_faults.c - every big allocation of an operation on frames fails once: it says so, and leaves
 * nothing behind (the sanitizers look). In builds without faults each operation just succeeds.
 */
#include "unit/check.h"

#include "base/fault.h"
#include "base/par.h"
#include "data/frameops.h"
#include "unit/data/frames.h"

static Frame *left, *right, *long_one;

static bool eval(const char *text, const Frame *f, Error *err)
{
    Arena *a = arena_new();
    Expr *e = expr_parse(a, str_of(text), 0, err);
    Column *c = e ? expr_eval(e, f, err) : NULL;
    column_unref(c);
    arena_free(a);
    return c != NULL;
}

static bool run_number(Error *err)
{
    return eval("x * 2 + if(k == 'a', 1, y)", left, err);
}

static bool run_text(Error *err)
{
    return eval("concat(lower(k), s)", left, err);
}

static bool run_choice(Error *err)
{
    return eval("coalesce(if(x > 1, k, 'other'), upper(k))", left, err);
}

static bool run_whole(Error *err)
{
    return eval("rank(y) + scale(x) + median(x)", left, err);
}

static bool run_rows(Error *err)
{
    Arena *a = arena_new();
    size_t n;
    uint32_t *rows = expr_rows(expr_parse(a, STR("x > 1"), 0, err), left, &n, err);
    free(rows);
    arena_free(a);
    return rows != NULL;
}

static bool kept(Frame *f)
{
    frame_unref(f);
    return f != NULL;
}

static bool run_take(Error *err)
{
    return kept(frame_take(left, (const uint32_t[]){2, ROW_NONE, 0}, 3, err));
}

static bool run_bind(Error *err)
{
    return kept(frame_bind(left, right, err));
}

static bool run_join(Error *err)
{
    static const size_t keys[] = {0, 1};
    return kept(frame_join(left, right, keys, keys, 2, JOIN_INNER, NULL, err));
}

static bool run_sort(Error *err)
{
    size_t n;
    uint32_t *rows = frame_sort(left, (const SortKey[]){{0, false}, {3, true}}, 2, 0, &n, err);
    free(rows);
    return rows != NULL;
}

static bool run_top(Error *err)
{
    size_t n;
    uint32_t *rows = frame_sort(long_one, (const SortKey[]){{0, true}}, 1, 2, &n, err);
    free(rows);
    return rows != NULL;
}

static bool run_sample(Error *err)
{
    uint32_t *rows = frame_sample(left, 2, 1, err);
    free(rows);
    return rows != NULL;
}

static bool run_aggregate(Error *err)
{
    Arena *a = arena_new();
    Expr *x = expr_parse(a, STR("x"), 0, err);
    Aggregate agg[] = {{"n", "count", NULL, {0, 0}},
                       {"s", "sum", x, {0, 0}},
                       {"m", "median", x, {0, 0}},
                       {"f", "first", x, {0, 0}},
                       {"d", "count_distinct", x, {0, 0}}};
    Frame *f = frame_aggregate(left, (const size_t[]){0, 1}, 2, agg, COUNT(agg), err);
    arena_free(a);
    return kept(f);
}

static bool run_summary(Error *err)
{
    ColSummary s[4];
    return frame_summary(left, (const size_t[]){0, 1, 2, 3}, 4, s, err);
}

static bool run_corr(Error *err)
{
    double m[4];
    return frame_corr(left, (const size_t[]){1, 2}, 2, m, err);
}

static bool run_convert(Error *err)
{
    bool ok = true;
    for (size_t j = 0; ok && j < left->ncols; j++) {
        Column *code = column_as_code(left->cols[j], err);
        Column *text = code ? column_as_text(code, err) : NULL;
        ok = text != NULL;
        column_unref(code);
        column_unref(text);
    }
    return ok;
}

static bool run_strings(Error *err)
{
    ColumnBuilder *b = builder_new_strings();
    bool ok = true;
    char text[32];
    for (int i = 0; ok && i < 1500; i++) { /* too many to be a code column */
        snprintf(text, sizeof text, "name %d", i);
        ok = i % 9 ? builder_text(b, str_of(text), err) : builder_null(b, err);
    }
    Column *c = ok ? builder_finish(b, err) : NULL;
    if (!ok)
        builder_free(b);
    column_unref(c);
    return c != NULL;
}

static void every_allocation(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        bool (*run)(Error *err);
    } cases[] = {
        {"numbers", run_number},  {"texts", run_text},
        {"choices", run_choice},  {"whole columns", run_whole},
        {"rows", run_rows},       {"take", run_take},
        {"bind", run_bind},       {"join", run_join},
        {"sort", run_sort},       {"top", run_top},
        {"sample", run_sample},   {"aggregate", run_aggregate},
        {"summary", run_summary}, {"corr", run_corr},
        {"convert", run_convert}, {"strings", run_strings},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        bool ok = false;
        for (long nth = 1; !ok && nth < 500; nth++) {
            Error err = ERROR_INIT;
            fault_set(FAULT_ALLOC, nth);
            ok = cases[k].run(&err);
            fault_set(FAULT_ALLOC, 0);
            check_row(ok == !error_is_set(&err), cases[k].name);
            check_row(ok || err.code == ERR_NOMEM, cases[k].name);
        }
        check_row(ok, cases[k].name);
    }
}

static int set_up(void **state)
{
    (void)state;
    left = frame_of("k:code b a - b\nx:int 1 2 - 1\ny:real 0.5 - 2 1\ns:text u v w -");
    right = frame_of("k:code a b c\nx:int 2 1 5\nz:real 1 2 3");
    long_one = frame_of("a:int 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20");
    par_set_threads(2);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    frame_unref(left);
    frame_unref(right);
    frame_unref(long_one);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
