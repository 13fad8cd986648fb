/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_summary.c - numbers about columns, correlations, quantiles. */
#include "unit/check.h"

#include <math.h>

#include "base/par.h"
#include "base/rng.h"
#include "data/frameops.h"
#include "unit/data/frames.h"

static bool same(double a, double b)
{
    return (isnan(a) && isnan(b)) || a == b;
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *column;
        size_t missing, distinct;
        double min, q1, median, q3, max, mean, sd;
    } cases[] = {
        /* type 7 by hand; sd = sqrt(5/3) */
        {"four integers", "x:int 4 1 3 2", 0, 4, 1, 1.75, 2.5, 3.25, 4, 2.5, 1.2909944487358056},
        {"nulls are left out", "x:int 4 - 1 3 - 2", 2, 4, 1, 1.75, 2.5, 3.25, 4, 2.5,
         1.2909944487358056},
        {"one value", "x:real 7.5", 0, 1, 7.5, 7.5, 7.5, 7.5, 7.5, 7.5, NAN},
        {"ties", "x:real 1 1 1 2", 0, 2, 1, 1, 1, 1.25, 2, 1.25, 0.5},
        {"nothing", "x:real - -", 2, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN},
        {"no rows", "x:int", 0, 0, NAN, NAN, NAN, NAN, NAN, NAN, NAN},
        {"noughts of both signs", "x:real 0 -0", 0, 1, 0, 0, 0, 0, 0, 0, 0},
        {"bools", "x:bool true false true true", 0, 2, 0, 0.75, 1, 1, 1, 0.75, 0.5},
        {"infinity", "x:real 1 inf 2", 0, 3, 1, 1.5, 2, INFINITY, INFINITY, INFINITY, NAN},
        {"negative", "x:int -5 -1 -3", 0, 3, -5, -4, -3, -2, -1, -3, 2},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        ColSummary s;
        Frame *f = frame_of(cases[k].column);
        check_row(frame_summary(f, (const size_t[]){0}, 1, &s, &err), cases[k].name);
        check_row(strcmp(s.name, "x") == 0 && s.n == f->rows, cases[k].name);
        check_row(s.missing == cases[k].missing && s.distinct == cases[k].distinct, cases[k].name);
        check_row(same(s.min, cases[k].min) && same(s.max, cases[k].max), cases[k].name);
        check_row(same(s.q1, cases[k].q1) && same(s.median, cases[k].median), cases[k].name);
        check_row(same(s.q3, cases[k].q3) && same(s.mean, cases[k].mean), cases[k].name);
        check_row(same(s.sd, cases[k].sd), cases[k].name);
        frame_unref(f);
    }
}

static void histograms(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    ColSummary s[4];
    Frame *f = frame_of(
        "a:int 0 1 15 16\nb:int 3 3 3 3\nc:real -inf 0 16 inf\nd:real -1e308 1e308 1e308 -");
    assert_true(frame_summary(f, (const size_t[]){0, 1, 2, 3}, 4, s, &err));
    assert_int_equal(s[0].nhist, 16);
    assert_int_equal(s[0].hist[0], 1);
    assert_int_equal(s[0].hist[1], 1);
    assert_int_equal(s[0].hist[15], 2); /* the last bin holds its upper end */
    assert_int_equal(s[1].nhist, 1);
    assert_int_equal(s[1].hist[0], 4);
    assert_int_equal(s[2].hist[0] + s[2].hist[15], 2); /* what is not finite is in no bin */
    assert_int_equal(s[3].hist[0], 1);
    assert_int_equal(s[3].hist[15], 2);
    frame_unref(f);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *column;
        size_t missing, distinct, ntop;
        const char *first, *second;
        size_t counts[2];
    } cases[] = {
        {"codes", "x:code b a b - c b a", 1, 3, 3, "b", "a", {3, 2}},
        {"equal counts in order of the levels", "x:code z y", 0, 2, 2, "y", "z", {1, 1}},
        {"texts", "x:text b a b - . b a", 1, 3, 3, "b", "a", {3, 2}},
        {"bools", "x:bool true false true", 0, 2, 2, "true", "false", {2, 1}},
        {"nine of them", "x:code a b c d e f g h i i", 0, 9, 8, "i", "a", {2, 1}},
        {"none", "x:code - -", 2, 0, 0, NULL, NULL, {0, 0}},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        ColSummary s;
        Frame *f = frame_of(cases[k].column);
        check_row(frame_summary(f, (const size_t[]){0}, 1, &s, &err), cases[k].name);
        check_row(s.missing == cases[k].missing && s.distinct == cases[k].distinct, cases[k].name);
        check_row(s.ntop == cases[k].ntop, cases[k].name);
        if (cases[k].first) {
            check_row(strcmp(s.top[0].text, cases[k].first) == 0, cases[k].name);
            check_row(strcmp(s.top[1].text, cases[k].second) == 0, cases[k].name);
            check_row(s.top[0].count == cases[k].counts[0] && s.top[1].count == cases[k].counts[1],
                      cases[k].name);
        }
        frame_unref(f);
    }
}

/* Levels that no row has, more of them than rows. */
static void levels_without_rows(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    ColSummary s;
    Frame *f = frame_of("x:code a b c d e f"), *g = frame_take(f, (const uint32_t[]){4}, 1, &err);
    assert_true(frame_summary(g, (const size_t[]){0}, 1, &s, &err));
    assert_int_equal(s.distinct, 1);
    assert_string_equal(s.top[0].text, "e");
    assert_int_equal(s.nhist, 1);
    frame_unref(f);
    frame_unref(g);
}

static void quantiles(void **state)
{
    (void)state;
    static const double v[] = {1, 2, 4, 8};
    static const struct {
        double q, want;
    } cases[] = {{0, 1}, {1, 8}, {0.5, 3}, {0.25, 1.75}, {0.9, 6.8}, {1.0 / 3, 2}};
    for (size_t k = 0; k < COUNT(cases); k++)
        assert_true(fabs(quantile_sorted(v, 4, cases[k].q) - cases[k].want) < 1e-12);
    assert_true(isnan(quantile_sorted(v, 0, 0.5)));
    static const double ends[] = {-INFINITY, -INFINITY, INFINITY};
    assert_true(quantile_sorted(ends, 3, 0.25) == -INFINITY);
}

static void correlations(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    double m[25];
    Frame *f = frame_of(
        "a:int 1 2 3 4 -\nb:real 2 4 6 8 1\nc:real 4 3 2 1 -\nd:int 5 5 5 5 5\ne:int 1 - 2 9 4");
    assert_true(frame_corr(f, (const size_t[]){0, 1, 2, 3, 4}, 5, m, &err));
    assert_true(m[0] == 1 && fabs(m[1] - 1) < 1e-12 && fabs(m[2] + 1) < 1e-12);
    assert_true(isnan(m[3]) && m[5] == m[1]);
    /* rows 1, 3, 4: 11 / sqrt(42/9 * 38) */
    assert_true(fabs(m[4] - 11 / sqrt(42.0 / 9 * 38)) < 1e-12);
    frame_unref(f);
    f = frame_of("a:code x y");
    assert_false(frame_corr(f, (const size_t[]){0}, 1, m, &err));
    assert_string_equal(err.msg, "a correlation needs numbers: 'a' is code");
    frame_unref(f);
}

/* Large means must not eat the correlation, and threads must not change a bit. */
static void many_rows(void **state)
{
    (void)state;
    enum { N = 50000 };
    Error err = ERROR_INIT;
    Rng rng = rng_stream(1, "test");
    Column *a = column_new(COL_REAL, N, &err), *b = column_new(COL_REAL, N, &err);
    double sxy = 0, sxx = 0, syy = 0;
    for (size_t i = 0; i < N; i++) {
        double x = rng_normal(&rng), y = x + rng_normal(&rng);
        a->v.d[i] = 1e9 + x;
        b->v.d[i] = 1e6 - y;
        sxy += x * y;
        sxx += x * x;
        syy += y * y;
    }
    char *text[] = {(char[]){"a"}, (char[]){"b"}};
    Frame *f = frame_new(text, (Column *[]){a, b}, 2, N);
    double first[4] = {0}, m[4];
    for (size_t threads = 1; threads <= 3; threads++) {
        par_set_threads(threads);
        assert_true(frame_corr(f, (const size_t[]){0, 1}, 2, m, &err));
        assert_true(fabs(m[1] + sxy / sqrt(sxx * syy)) < 1e-3);
        if (threads > 1)
            assert_memory_equal(m, first, sizeof m);
        memcpy(first, m, sizeof m);
        ColSummary s[2];
        assert_true(frame_summary(f, (const size_t[]){0, 1}, 2, s, &err));
        assert_true(fabs(s[0].mean - 1e9) < 0.1 && fabs(s[0].sd - 1) < 0.05);
        assert_true(s[0].q1 < s[0].median && s[0].median < s[0].q3);
    }
    par_set_threads(0);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),   cmocka_unit_test(histograms),
        cmocka_unit_test(names),     cmocka_unit_test(levels_without_rows),
        cmocka_unit_test(quantiles), cmocka_unit_test(correlations),
        cmocka_unit_test(many_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
