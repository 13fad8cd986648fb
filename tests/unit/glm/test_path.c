/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lasso and elastic-net paths: the conditions of an optimum at every lambda, coded columns,
 * factors, edges. */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/par.h"
#include "base/rng.h"
#include "glm/htest.h"
#include "glm/path.h"

/* A few correlated columns, a factor of five levels as a coded block, responses of each kind. */
typedef struct Net {
    size_t n;
    double *x[4], *y;
    int32_t *code;
    int32_t col_of[5];
    Block blocks[6];
    Matrix m;
    Problem pb;
} Net;

static void net_make(Net *w, size_t n, const char *family, const char *link)
{
    Error err = ERROR_INIT;
    Rng r = rng_stream(5, "path");
    *w = (Net){.n = n};
    w->y = calloc(n, sizeof *w->y);
    w->code = calloc(n, sizeof *w->code);
    for (size_t j = 0; j < 4; j++)
        w->x[j] = calloc(n, sizeof(double));
    w->pb.family = family_find(str_of(family), SPAN_NONE, &err);
    w->pb.link = link_find(str_of(link), SPAN_NONE, &err);
    assert_non_null(w->pb.link);
    for (size_t i = 0; i < n; i++) {
        double z = rng_normal(&r), eta, mu, slope;
        w->code[i] = (int32_t)rng_below(&r, 5);
        for (size_t j = 0; j < 4; j++)
            w->x[j][i] = (j == 1 ? 1e6 : 1.0) * (0.6 * z + rng_normal(&r)) + (j == 2 ? 1e4 : 0.0);
        eta = 0.2 + 0.5 * w->x[0][i] - 0.3e-6 * w->x[1][i] + (w->code[i] == 3 ? 0.7 : 0.0);
        w->pb.link->inverse(&eta, 1, &mu, &slope);
        if (strcmp(family, "binomial") == 0)
            w->y[i] = rng_unit(&r) < mu;
        else if (strcmp(family, "gaussian") == 0)
            w->y[i] = mu + rng_normal(&r);
        else if (strcmp(family, "poisson") == 0)
            for (double t = rng_exponential(&r); t < mu; t += rng_exponential(&r))
                w->y[i] += 1.0;
        else
            w->y[i] = mu * (rng_exponential(&r) + rng_exponential(&r)) / 2.0;
    }
    for (int32_t k = 0; k < 5; k++)
        w->col_of[k] = k - 1;
    w->blocks[0] = (Block){.kind = BLOCK_ONES, .first = 0, .ncols = 1, .mul = 1.0};
    for (size_t j = 0; j < 4; j++)
        w->blocks[1 + j] = (Block){.kind = BLOCK_DENSE,
                                   .first = 1 + j,
                                   .ncols = 1,
                                   .data = {VEC_REAL, w->x[j]},
                                   .mul = 1.0};
    w->blocks[5] = (Block){.kind = BLOCK_CODED,
                           .first = 5,
                           .ncols = 4,
                           .code = w->code,
                           .nlevels = 5,
                           .col_of = w->col_of};
    w->m = (Matrix){.n = n, .p = 9, .nblocks = 6, .blocks = w->blocks};
    w->pb.x = &w->m;
    w->pb.y = w->y;
    w->pb.param = NAN;
}

static void net_clear(Net *w)
{
    for (size_t j = 0; j < 4; j++)
        free(w->x[j]);
    free(w->y);
    free(w->code);
}

/* The score of the deviance / 2 at b, straight from the definition; the third column counted from
 * its 1e4, which the intercept takes up. */
static void score(const Net *w, const double *b, double *g)
{
    double row[9], eta, mu, slope;
    memset(g, 0, 9 * sizeof *g);
    for (size_t i = 0; i < w->n; i++) {
        matrix_row(&w->m, i, row);
        eta = w->pb.offset ? w->pb.offset[i] : 0.0;
        for (size_t j = 0; j < 9; j++)
            eta += row[j] * b[j];
        w->pb.link->inverse(&eta, 1, &mu, &slope);
        double wt = w->pb.w ? w->pb.w[i] : 1.0;
        for (size_t j = 0; j < 9; j++)
            g[j] += wt * (row[j] - (j == 3 ? 1e4 : 0.0)) * (w->y[i] - mu) * slope /
                    w->pb.family->variance(mu, w->pb.param);
    }
}

/* |g_j / W| <= lambda f s alpha where b_j is 0, equal to it with b_j's sign (and the ridge part)
 * elsewhere. */
static void check_optimum(const Net *w, const Path *path, const double *factor, double ridge,
                          double tol)
{
    double sd[9], g[9];
    Error err = ERROR_INIT;
    assert_true(matrix_moments(&w->m, w->pb.w, NULL, sd, NULL, NULL, &err));
    for (size_t k = 0; k < path->n; k++) {
        const double *b = path->b + k * 9;
        double lambda = path->lambda[k];
        score(w, b, g);
        for (size_t j = 0; j < 9; j++) {
            double f = j == 0 ? 0.0 : factor ? factor[j] : 1.0, unit = sd[j] > 0.0 ? sd[j] : 1.0;
            double left =
                g[j] / path->weight / unit - lambda * f * (1.0 - path->alpha) * ridge * unit * b[j];
            double most = lambda * f * path->alpha, scale = path->lambda[0];
            double wrong = b[j] != 0.0 ? fabs(left - copysign(most, b[j])) : fabs(left) - most;
            if (wrong > tol * scale)
                fail_msg("lambda %zu, column %zu: off by %g\n", k, j, wrong / scale);
        }
        assert_true(!k || path->deviance[k] <= path->deviance[k - 1] * (1 + 1e-12));
    }
}

static void optima(void **state)
{
    static const struct {
        const char *family, *link;
        double alpha, tol;
        bool weights, offset, factors;
    } cases[] = {
        {"binomial", "logit", 1.0, 1e-8, false, false, false},
        {"binomial", "logit", 0.5, 1e-8, true, true, false},
        {"binomial", "probit", 0.9, 1e-6, false, false, false},
        {"poisson", "log", 1.0, 1e-8, true, false, true},
        {"gaussian", "identity", 1.0, 1e-9, true, true, false},
        {"gaussian", "identity", 0.3, 1e-9, false, false, true},
        {"gamma", "log", 0.7, 1e-6, false, false, false},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        Net w;
        Error err = ERROR_INIT;
        PathOptions opt = PATH_OPTIONS_DEFAULT;
        double factor[9] = {1, 1, 0, 2, 1, 1, 1, 0.5, 1}, sum = 0.0, ridge = 1.0;
        net_make(&w, 700, cases[c].family, cases[c].link);
        double *extra = calloc(2 * w.n, sizeof *extra);
        for (size_t i = 0; i < w.n; i++) {
            extra[i] = (double)(i % 3);
            extra[w.n + i] = 0.1 * (double)(i % 5);
        }
        w.pb.w = cases[c].weights ? extra : NULL;
        w.pb.offset = cases[c].offset ? extra + w.n : NULL;
        opt.alpha = cases[c].alpha;
        opt.nlambda = 30;
        opt.penalty_factor = cases[c].factors ? factor : NULL;
        for (size_t j = 1; j < 9; j++)
            sum += factor[j];
        Path *path = path_run(&w.pb, &opt, &err);
        if (!path)
            fail_msg("%s: %s\n", cases[c].family, err.msg);
        assert_int_equal(path->unsettled, 0);
        for (size_t j = 1; j < 9; j++)
            factor[j] *= 8.0 / sum;
        if (strcmp(cases[c].family, "gaussian") == 0) {
            double mean = 0.0, ss = 0.0, weight = 0.0;
            for (size_t i = 0; i < w.n; i++) {
                double wt = w.pb.w ? w.pb.w[i] : 1.0,
                       y = w.y[i] - (w.pb.offset ? w.pb.offset[i] : 0);
                weight += wt;
                mean += wt * y;
                ss += wt * y * y;
            }
            ridge = 1.0 / sqrt(ss / weight - mean * mean / weight / weight);
        }
        check_optimum(&w, path, cases[c].factors ? factor : NULL, ridge, cases[c].tol);
        if (!cases[c].factors)
            assert_int_equal(path->df[0], 0);
        assert_true(path->df[path->n - 1] >= 4);
        path_free(path);
        free(extra);
        net_clear(&w);
    }
}

/* lambda 0 is the fit without a penalty; one lambda is what fit_run gives for it. */
static void ends(void **state)
{
    static const double given[] = {0.0, 0.05};
    Net w;
    Error err = ERROR_INIT;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    FitOptions fopt = FIT_OPTIONS_DEFAULT;
    (void)state;
    net_make(&w, 500, "binomial", "logit");
    opt.lambda = given;
    opt.nlambda = 2;
    Path *path = path_run(&w.pb, &opt, &err);
    assert_non_null(path);
    assert_true(path->n == 2 && path->lambda[0] == 0.05); /* falling */
    Fit *f = fit_run(&w.pb, &fopt, &err);
    assert_non_null(f);
    for (size_t j = 0; j < 9; j++)
        assert_true(fabs(path->b[9 + j] - f->b[j]) < 1e-7 * fmax(fabs(f->b[j]), 1e-6));
    fit_free(f);
    fopt.lambda = 0.05;
    fopt.alpha = 1.0;
    f = fit_run(&w.pb, &fopt, &err);
    assert_non_null(f);
    for (size_t j = 0; j < 9; j++)
        assert_true(fabs(path->b[j] - f->b[j]) < 1e-7 * fmax(fabs(f->b[j]), 1e-6));
    assert_true(isnan(f->se[1]) && !f->cov && f->rank == path->df[0] + 1);
    fit_free(f);
    /* the same penalty on the scale of l1 */
    fopt = (FitOptions)FIT_OPTIONS_DEFAULT;
    fopt.l1 = 0.05 * 500;
    fopt.standardize = true;
    f = fit_run(&w.pb, &fopt, &err);
    assert_non_null(f);
    for (size_t j = 0; j < 9; j++)
        assert_true(fabs(path->b[j] - f->b[j]) < 1e-7 * fmax(fabs(f->b[j]), 1e-6));
    fit_free(f);
    path_free(path);
    net_clear(&w);
}

static void same_bits(void **state)
{
    Net w;
    Error err = ERROR_INIT;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    size_t threads = par_threads();
    (void)state;
    net_make(&w, 40000, "binomial", "logit");
    opt.nlambda = 10;
    par_set_threads(1);
    Path *a = path_run(&w.pb, &opt, &err);
    par_set_threads(3);
    Path *b = path_run(&w.pb, &opt, &err);
    par_set_threads(threads);
    assert_true(a && b && a->n == b->n);
    assert_memory_equal(a->b, b->b, a->n * 9 * sizeof(double));
    path_free(a);
    path_free(b);
    net_clear(&w);
}

static void odd_columns(void **state)
{
    Net w;
    Error err = ERROR_INIT;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    (void)state;
    net_make(&w, 300, "binomial", "logit");
    for (size_t i = 0; i < w.n; i++) {
        w.x[2][i] = 7.0;       /* a constant */
        w.x[3][i] = w.x[0][i]; /* a copy */
    }
    Path *path = path_run(&w.pb, &opt, &err);
    assert_non_null(path);
    const double *last = path->b + (path->n - 1) * 9;
    assert_true(last[3] == 0.0);
    assert_true(isfinite(last[1] + last[4]) && last[1] + last[4] > 0.3);
    path_free(path);
    net_clear(&w);
}

static void refusals(void **state)
{
    static const double negative[] = {-1.0};
    static const struct {
        PathOptions opt;
        const char *words;
    } cases[] = {
        {{.alpha = 1.5, .param = NAN}, "alpha 1.5"},
        {{.alpha = -0.1, .param = NAN}, "alpha -0.1"},
        {{.alpha = 1, .lambda = negative, .nlambda = 1, .param = NAN}, "lambda -1"},
        {{.alpha = 1, .min_ratio = 2, .param = NAN}, "ratio"},
    };
    Net w;
    (void)state;
    net_make(&w, 60, "binomial", "logit");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Error err = ERROR_INIT;
        assert_null(path_run(&w.pb, &cases[i].opt, &err));
        if (!strstr(err.msg, cases[i].words))
            fail_msg("%s\n", err.msg);
    }
    Error err = ERROR_INIT;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    opt.l1 = 1.0;
    opt.robust = ROBUST_HC1;
    assert_null(fit_run(&w.pb, &opt, &err));
    error_clear(&err);
    opt = (FitOptions)FIT_OPTIONS_DEFAULT;
    opt.lambda = -1.0;
    assert_null(fit_run(&w.pb, &opt, &err));
    net_clear(&w);
}

/* ---- tests of hypotheses ---- */

static void hypotheses(void **state)
{
    Net w;
    Error err = ERROR_INIT;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    (void)state;
    net_make(&w, 800, "binomial", "logit");
    Fit *f = fit_run(&w.pb, &opt, &err);
    assert_non_null(f);
    uint8_t mask[9] = {0, 1};
    double chisq;
    size_t df;
    assert_true(wald_test(f, mask, &chisq, &df, &err));
    Inference r = fit_infer(f, 1, 0.95);
    assert_true(df == 1 && fabs(chisq / (r.stat * r.stat) - 1.0) < 1e-12);
    /* the score at the fit itself is 0 */
    assert_true(score_test(&w.pb, f->b, &chisq, &df, &err));
    assert_true(df == 9 && chisq < 1e-10);
    double low[9], high[9];
    assert_true(profile_intervals(&w.pb, f, 0.95, low, high, &err));
    for (size_t j = 0; j < 9; j++) { /* with 800 rows the likelihood is nearly a parabola */
        r = fit_infer(f, j, 0.95);
        assert_true(fabs(low[j] - r.low) < 0.1 * r.se && fabs(high[j] - r.high) < 0.1 * r.se);
        assert_true(low[j] < r.estimate && high[j] > r.estimate && low[j] != r.low);
    }
    fit_free(f);
    opt.l2 = 1.0;
    f = fit_run(&w.pb, &opt, &err);
    assert_false(profile_intervals(&w.pb, f, 0.95, low, high, &err));
    fit_free(f);
    net_clear(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optima),      cmocka_unit_test(ends),     cmocka_unit_test(same_bits),
        cmocka_unit_test(odd_columns), cmocka_unit_test(refusals), cmocka_unit_test(hypotheses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
