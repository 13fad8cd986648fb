/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_separation.c - separated responses against an exact answer: with three columns and whole
 * numbers, the extreme rays of the cone of recession are cross products of rows, so that every
 * direction can be listed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "world.h"

#include <cmocka.h>

#define P 3
#define MOST 14

typedef struct Small {
    size_t n;
    double x[MOST], z[MOST], y[MOST];
    Block blocks[P];
    Matrix m;
    Problem pb;
} Small;

static void small_init(Small *s, size_t n)
{
    s->n = n;
    s->blocks[0] = (Block){.kind = BLOCK_ONES, .first = 0, .ncols = 1, .mul = 1};
    s->blocks[1] =
        (Block){.kind = BLOCK_DENSE, .first = 1, .ncols = 1, .data = {VEC_REAL, s->x}, .mul = 1};
    s->blocks[2] =
        (Block){.kind = BLOCK_DENSE, .first = 2, .ncols = 1, .data = {VEC_REAL, s->z}, .mul = 1};
    s->m = (Matrix){.n = n, .p = P, .nblocks = P, .blocks = s->blocks};
    s->pb = (Problem){.x = &s->m, .y = s->y, .family = world_family("binomial")};
    s->pb.link = family_link(s->pb.family);
}

static double margin(const Small *s, size_t i, const double *d)
{
    return (s->y[i] > 0.5 ? 1 : -1) * (d[0] + d[1] * s->x[i] + d[2] * s->z[i]);
}

/* Is d a direction of recession? Adds its positive margins to `sum`. */
static bool recedes(const Small *s, const double *d, double *sum)
{
    double low = 0, high = 0;
    for (size_t i = 0; i < s->n; i++) {
        low = fmin(low, margin(s, i, d));
        high = fmax(high, margin(s, i, d));
    }
    if (low < 0 || high == 0)
        return false;
    for (size_t i = 0; i < s->n; i++)
        sum[i] += margin(s, i, d);
    return true;
}

/* All extreme rays; rows that some ray moves have sum > 0. */
static bool separated(const Small *s, double *sum)
{
    bool any = false;
    memset(sum, 0, MOST * sizeof *sum);
    for (size_t i = 0; i < s->n; i++) {
        for (size_t j = 0; j < i; j++) {
            double d[P] = {s->x[i] * s->z[j] - s->z[i] * s->x[j], s->z[i] - s->z[j],
                           s->x[j] - s->x[i]};
            double e[P] = {-d[0], -d[1], -d[2]};
            any |= recedes(s, d, sum);
            any |= recedes(s, e, sum);
        }
    }
    return any;
}

static int rank_of(double (*rows)[P], size_t n)
{
    int r = 0;
    for (size_t c = 0; c < P; c++) {
        size_t k = (size_t)r;
        while (k < n && fabs(rows[k][c]) < 1e-9)
            k++;
        if (k == n)
            continue;
        for (size_t j = 0; j < P; j++) {
            double t = rows[k][j];
            rows[k][j] = rows[r][j];
            rows[r][j] = t;
        }
        for (size_t i = (size_t)r + 1; i < n; i++) {
            double f = rows[i][c] / rows[r][c];
            for (size_t j = 0; j < P; j++)
                rows[i][j] -= f * rows[r][j];
        }
        r++;
    }
    return r;
}

/* Finite means: the unit vector of the column is a combination of the rows that no ray moves. */
static bool finite_column(const Small *s, const double *sum, size_t column)
{
    double a[MOST + 1][P], b[MOST + 1][P];
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (sum[i] > 0)
            continue;
        a[n][0] = b[n][0] = 1;
        a[n][1] = b[n][1] = s->x[i];
        a[n][2] = b[n][2] = s->z[i];
        n++;
    }
    for (size_t j = 0; j < P; j++)
        b[n][j] = j == column;
    return n > 0 && rank_of(a, n) == rank_of(b, n + 1);
}

static void agrees_with_all_rays(void **state)
{
    (void)state;
    static const char *const links[] = {"logit", "probit", "cloglog", "cauchit"};
    Rng g = rng_stream(31, "separation");
    size_t seen[2] = {0, 0};
    for (int round = 0; round < 600; round++) {
        Small s;
        double rows[MOST][P], sum[MOST], ones = 0;
        Error err = ERROR_INIT;
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        small_init(&s, 5 + rng_below(&g, MOST - 4));
        for (size_t i = 0; i < s.n; i++) {
            s.x[i] = (double)rng_below(&g, 5) - 2;
            s.z[i] = (double)rng_below(&g, 3);
            s.y[i] = rng_unit(&g) < 1 / (1 + exp(-s.x[i]));
            ones += s.y[i];
            rows[i][0] = 1;
            rows[i][1] = s.x[i];
            rows[i][2] = s.z[i];
        }
        if (ones == 0 || ones == (double)s.n || rank_of(rows, s.n) < P)
            continue;
        s.pb.link = link_find(str_of(links[round % 4]), SPAN_NONE, &err);
        bool expected = separated(&s, sum);
        Fit *f = fit_run(&s.pb, &opt, &err);
        assert_non_null(f);
        if ((f->status == FIT_SEPARATED) != expected)
            fail_msg("round %d, %s: status %d", round, links[round % 4], f->status);
        for (size_t j = 0; expected && j < P; j++) {
            bool finite = finite_column(&s, sum, j);
            if (finite != (f->flag[j] == COL_OK))
                fail_msg("round %d, %s: column %zu", round, links[round % 4], j);
            assert_true(finite ? isfinite(f->se[j]) : isnan(f->se[j]));
        }
        /* the direction that is told is one */
        double most = 0;
        for (size_t i = 0; expected && i < s.n; i++)
            most = fmax(most, margin(&s, i, f->direction));
        for (size_t i = 0; expected && i < s.n; i++)
            assert_true(margin(&s, i, f->direction) > -1e-7 * most);
        /* and the coefficients that are handed out put those rows at their end */
        double b[P];
        for (size_t j = 0; j < P; j++)
            b[j] = f->flag[j] == COL_ALIASED ? 0 : f->b[j];
        for (size_t i = 0; expected && i < s.n; i++)
            if (sum[i] > 0 && !(margin(&s, i, b) > 20))
                fail_msg("round %d, %s: row %zu is at %g", round, links[round % 4], i,
                         margin(&s, i, b));
        seen[expected]++;
        fit_free(f);
    }
    assert_true(seen[0] > 100 && seen[1] > 100);
}

/* A level whose responses are all 1, in large data: its column alone is infinite, and the rest is
 * the fit without it. */
static void one_level_of_many(void **state)
{
    (void)state;
    World *w = world_new("binomial", 120000, 77), *v = world_new("binomial", 120000, 77);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    for (size_t i = 0; i < w->n; i++)
        if (w->code[i] == 2)
            w->y[i] = v->y[i] = 1;
    Fit *f = fit_run(&w->pb, &opt, &err);
    assert_non_null(f);
    assert_int_equal(f->status, FIT_SEPARATED);
    assert_int_equal(f->flag[4], COL_TO_PLUS_INF);
    for (size_t i = 0; i < v->n; i++)
        v->w[i] = v->code[i] != 2;
    v->pb.w = v->w;
    Fit *rest = fit_run(&v->pb, &opt, &err);
    assert_non_null(rest);
    assert_int_equal(rest->flag[4], COL_ALIASED);
    for (size_t j = 0; j < WORLD_P; j++) {
        if (j == 4)
            continue;
        assert_int_equal(f->flag[j], COL_OK);
        assert_true(fabs(f->b[j] - rest->b[j]) < 1e-9 && fabs(f->se[j] - rest->se[j]) < 1e-9);
    }
    double row[WORLD_P] = {1, 0, 0, 0, 1, 0};
    assert_true(fit_eta(f, row) > 20 && isinf(fit_infer(f, 4, 0.95).estimate));
    fit_free(f);
    fit_free(rest);
    world_free(w);
    world_free(v);
}

/* Poisson: a level without any count runs to minus infinity. */
static void empty_level(void **state)
{
    (void)state;
    World *w = world_new("poisson", 3000, 5);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    for (size_t i = 0; i < w->n; i++)
        if (w->code[i] == 1)
            w->y[i] = 0;
    Fit *f = fit_run(&w->pb, &opt, &err);
    assert_non_null(f);
    assert_int_equal(f->status, FIT_SEPARATED);
    assert_int_equal(f->flag[3], COL_TO_MINUS_INF);
    assert_true(f->flag[0] == COL_OK && f->flag[1] == COL_OK && f->flag[4] == COL_OK);
    fit_free(f);
    world_free(w);
}

/* A penalty keeps everything finite, and so does Firth's. */
static void remedies(void **state)
{
    (void)state;
    Small s;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    small_init(&s, 8);
    for (size_t i = 0; i < 8; i++) {
        s.x[i] = (double)i;
        s.z[i] = (double)(i * i % 5);
        s.y[i] = i > 3;
    }
    opt.l2 = 0.1;
    Fit *f = fit_run(&s.pb, &opt, &err);
    assert_true(f && f->status == FIT_CONVERGED && f->flag[1] == COL_OK);
    fit_free(f);
    opt.l2 = 0;
    opt.firth = true;
    f = fit_run(&s.pb, &opt, &err);
    assert_true(f && f->status == FIT_CONVERGED && f->b[1] > 0 && f->b[1] < 5);
    fit_free(f);
    s.pb.family = world_family("poisson");
    s.pb.link = family_link(s.pb.family);
    assert_null(fit_run(&s.pb, &opt, &err));
    assert_int_equal(err.code, ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_all_rays),
        cmocka_unit_test(one_level_of_many),
        cmocka_unit_test(empty_level),
        cmocka_unit_test(remedies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
