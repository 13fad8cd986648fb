/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fit.c - fits: what must hold whatever the data (scores vanish, bits, scales), and what
 * must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include "base/par.h"
#include "world.h"

#include <cmocka.h>

static Fit *must_fit(const World *w, const FitOptions *opt)
{
    Error err = ERROR_INIT;
    Fit *f = fit_run(&w->pb, opt, &err);
    if (!f)
        fail_msg("%s: %s", w->pb.family->name, err.msg);
    return f;
}

static void near(double a, double b, double tol, const char *what)
{
    if (!(fabs(a - b) <= tol * (1e-300 + fabs(b))))
        fail_msg("%s: %.17g is not %.17g", what, a, b);
}

/* At the estimates the score is zero, beside its spread; the fit knows the effects within a few
 * errors. */
static void score_vanishes(void **state)
{
    (void)state;
    static const char *const names[] = {"binomial", "poisson",          "gaussian",
                                        "gamma",    "inverse-gaussian", "negbin",
                                        "tweedie",  "quasibinomial",    "quasipoisson"};
    static const double truth[WORLD_P] = {0.3, 0.5, -0.4, 0.2, -0.3, 0.1};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        for (int with = 0; with < 2; with++) {
            World *w = world_new(names[k], 2000, 3 + k);
            Error err = ERROR_INIT;
            if (with) {
                w->pb.w = w->w;
                w->pb.offset = w->offset;
            }
            FitOptions opt = FIT_OPTIONS_DEFAULT;
            Fit *f = must_fit(w, &opt);
            if (f->status != FIT_CONVERGED)
                fail_msg("%s: status %d", names[k], f->status);
            w->pb.param = f->param;
            w->pb.as_is = true;
            Oracle *o = oracle_rows(&w->pb, &err);
            double grad[WORLD_P], info[WORLD_P * WORLD_P];
            Stats st = {.grad = grad, .info = info};
            assert_true(o->eval(o, f->b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &st, &err));
            near(st.deviance, f->deviance, 1e-11, names[k]);
            for (size_t j = 0; j < WORLD_P; j++) {
                assert_true(fabs(grad[j]) < 1e-7 * sqrt(info[j * WORLD_P + j]));
                assert_true(with || (k != 0 && k != 2) || fabs(f->b[j] - truth[j]) < 5 * f->se[j]);
            }
            assert_true(f->deviance < f->null_deviance && f->df_residual == 2000 - WORLD_P &&
                        f->df_null == 1999);
            o->close(o);
            fit_free(f);
            world_free(w);
        }
    }
}

/* Responses whose mean is near the middle of the range, so that every link has room. */
static void respond(World *w, uint64_t seed)
{
    Rng g = rng_stream(seed, "respond");
    const Family *f = w->pb.family;
    double middle = f->is_binary_response ? 0.5 : 2.0, eta0 = w->pb.link->link(middle), d;
    double slope = 1e-3, mu, up;
    w->pb.link->inverse(&(double){eta0 + slope}, 1, &up, &d);
    slope *= 0.3 * middle / (up - middle); /* one unit of x or z moves the mean by about a third */
    for (size_t i = 0; i < w->n; i++) {
        w->x[i] = rng_unit(&g) - 0.5;
        double eta = eta0 + slope * (w->x[i] - 0.7 * (w->z[i] - 0.5));
        w->pb.link->inverse(&eta, 1, &mu, &d);
        if (f->is_binary_response)
            w->y[i] = rng_unit(&g) < mu;
        else if (!f->y_valid(0.0))
            w->y[i] = mu * (0.5 + rng_unit(&g));
        else
            w->y[i] = floor(2.0 * mu * rng_unit(&g) + 0.5);
    }
}

/* Every family with every link that it lists: the score vanishes, the effects are seen. */
static void every_link(void **state)
{
    (void)state;
    size_t n, pairs = 0;
    const Family *const *families = family_table(&n);
    for (size_t k = 0; k < n; k++) {
        Str rest = str_of(families[k]->links);
        while (rest.n) {
            Str name = str_split(rest, ' ', &rest);
            World *w = world_new(families[k]->name, 3000, 5);
            Error err = ERROR_INIT;
            FitOptions opt = FIT_OPTIONS_DEFAULT;
            w->pb.link = link_find(name, SPAN_NONE, &err);
            respond(w, 70 + pairs++);
            opt.param = families[k]->takes_param ? 1.5 : NAN;
            Fit *f = must_fit(w, &opt);
            double grad[WORLD_P], info[WORLD_P * WORLD_P];
            Stats st = {.grad = grad, .info = info};
            w->pb.param = opt.param;
            w->pb.as_is = true;
            Oracle *o = oracle_rows(&w->pb, &err);
            assert_true(o->eval(o, f->b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &st, &err));
            bool flat = f->status == FIT_CONVERGED && fabs(f->b[1]) > 3 * f->se[1];
            for (size_t j = 0; j < WORLD_P; j++)
                flat = flat && fabs(grad[j]) < 1e-7 * sqrt(info[j * WORLD_P + j]);
            if (!flat)
                fail_msg("%s, %.*s: status %d", families[k]->name, STR_ARG(name), f->status);
            o->close(o);
            fit_free(f);
            world_free(w);
        }
    }
    assert_int_equal(pairs, 44);
}

/* Two rows of weight 1 are one row of weight 2, except where rows are counted. */
static void weights_are_copies(void **state)
{
    (void)state;
    World *one = world_new("binomial", 600, 9), *two = world_new("binomial", 600, 9);
    for (size_t i = 0; i < 600; i++)
        one->w[i] = i < 300 ? 2 : 0;
    one->pb.w = one->w;
    memcpy(two->y + 300, two->y, 300 * sizeof(double));
    memcpy(two->x + 300, two->x, 300 * sizeof(double));
    memcpy(two->z + 300, two->z, 300 * sizeof(double));
    memcpy(two->code + 300, two->code, 300 * sizeof(int32_t));
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *a = must_fit(one, &opt), *b = must_fit(two, &opt);
    for (size_t j = 0; j < WORLD_P; j++) {
        near(a->b[j], b->b[j], 1e-12, "b");
        near(a->se[j], b->se[j], 1e-12, "se");
    }
    near(a->deviance, b->deviance, 1e-13, "deviance");
    near(a->null_deviance, b->null_deviance, 1e-13, "null deviance");
    assert_true(a->n == 300 && a->rows == 600 && b->n == 600);
    fit_free(a);
    fit_free(b);
    world_free(one);
    world_free(two);
}

/* Units and origins of a column change its coefficient as they must and nothing else. */
static void shifts_and_scales(void **state)
{
    (void)state;
    static const struct {
        double shift, scale;
    } cases[] = {{1e9, 1}, {0, 1e-12}, {0, 1e12}, {-3e8, 1.0 / 1048576}, {1e5, 1048576}};
    World *w = world_new("binomial", 3000, 12);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    for (size_t i = 0; i < w->n; i++) /* few bits, so that the shift is exact */
        w->x[i] = nearbyint(w->x[i] * 1048576) / 1048576;
    Fit *base = must_fit(w, &opt);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        World *v = world_new("binomial", 3000, 12);
        for (size_t i = 0; i < w->n; i++)
            v->x[i] = (w->x[i] + cases[c].shift) * cases[c].scale;
        Fit *f = must_fit(v, &opt);
        assert_int_equal(f->status, FIT_CONVERGED);
        near(f->b[1] * cases[c].scale, base->b[1], 1e-10, "b");
        near(f->se[1] * cases[c].scale, base->se[1], 1e-9, "se");
        near(f->b[4], base->b[4], 1e-10, "another b");
        near(f->deviance, base->deviance, 1e-12, "deviance");
        fit_free(f);
        world_free(v);
    }
    fit_free(base);
    world_free(w);
}

static void same_bits(void **state)
{
    (void)state;
    World *w = world_new("binomial", 150000, 4);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *f[3];
    for (size_t t = 0; t < 3; t++) {
        par_set_threads(t == 2 ? 5 : t + 1);
        f[t] = must_fit(w, &opt);
    }
    par_set_threads(0);
    for (size_t t = 1; t < 3; t++) {
        assert_memory_equal(f[0]->b, f[t]->b, WORLD_P * sizeof(double));
        assert_memory_equal(f[0]->cov, f[t]->cov, WORLD_P * WORLD_P * sizeof(double));
        assert_true(f[0]->deviance == f[t]->deviance && f[0]->loglik == f[t]->loglik);
    }
    for (size_t t = 0; t < 3; t++)
        fit_free(f[t]);
    world_free(w);
}

/* A pass for the gradient alone sums the same, and the diagonal of what it leaves out where columns
 * are levels; with a multiplier too. */
static void gradient_alone(void **state)
{
    (void)state;
    for (int times = 0; times < 2; times++) {
        World *w = world_new("binomial", 40000, 33);
        Error err = ERROR_INIT;
        w->blocks[3].has_times = times;
        w->blocks[3].times = (Vec){VEC_REAL, w->z};
        w->pb.w = w->w;
        Oracle *o = oracle_rows(&w->pb, &err);
        double grad[2][WORLD_P], diag[2][WORLD_P], info[WORLD_P * WORLD_P],
            b[WORLD_P] = {0.1, 0.2, -0.3, 0.1, 0, 0.4};
        Stats all = {.grad = grad[0], .info = info, .diag = diag[0]},
              few = {.grad = grad[1], .diag = diag[1]};
        assert_true(o->eval(o, b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &all, &err));
        assert_true(o->eval(o, b, EVAL_DEVIANCE | EVAL_GRAD, &few, &err));
        assert_true(all.deviance == few.deviance && all.pearson == few.pearson);
        for (size_t j = 0; j < WORLD_P; j++) {
            double told = j < 3 ? 0.0 : info[j * WORLD_P + j];
            near(grad[1][j], grad[0][j], 1e-9, "gradient");
            near(diag[0][j], told, 1e-13, "diagonal beside the information");
            near(diag[1][j], told, 1e-13, "diagonal alone");
        }
        o->close(o);
        world_free(w);
    }
}

/* A fit that starts from a sample, and goes on by gradients, ends where one does that starts at the
 * beginning and sums X'WX in each pass. */
static void samples_only_start(void **state)
{
    (void)state;
    static const char *const families[] = {"poisson", "binomial", "gamma"};
    static const double zero[WORLD_P] = {0};
    for (size_t k = 0; k < sizeof families / sizeof *families; k++) {
        World *w = world_new(families[k], 120000, 6 + k);
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        Fit *a = must_fit(w, &opt);
        opt.start = zero;
        Fit *b = must_fit(w, &opt);
        assert_int_equal(a->status, FIT_CONVERGED);
        for (size_t j = 0; j < WORLD_P; j++) {
            near(a->b[j], b->b[j], 1e-9, families[k]);
            near(a->se[j], b->se[j], 1e-8, families[k]);
        }
        near(a->deviance, b->deviance, 1e-13, families[k]);
        fit_free(a);
        fit_free(b);
        world_free(w);
    }
}

/* With a second copy of the factor the first keeps its coefficients, whatever the start gave to
 * the copy: that of a sample, whose ridge shares an effect out, or the caller's. */
static void starts_leave_aliased_columns_empty(void **state)
{
    (void)state;
    static const double given[WORLD_P + 3] = {0.1, 0.4, -0.3, 0.1, 0.1, 0.1, 0.1, -0.2, 0.3};
    static const size_t rows[] = {800, 130000};
    for (size_t k = 0; k < 8; k++) {
        World *w = world_new(k / 4 ? "gamma" : "binomial", rows[k / 2 % 2], 21);
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        Fit *base = must_fit(w, &opt);
        w->blocks[4] = w->blocks[3];
        w->blocks[4].first = WORLD_P;
        w->m.p = WORLD_P + 3;
        w->m.nblocks = 5;
        opt.start = k % 2 ? given : NULL;
        Fit *f = must_fit(w, &opt);
        assert_int_equal(f->rank, WORLD_P);
        near(f->deviance, base->deviance, 1e-12, "deviance");
        for (size_t j = 0; j < WORLD_P; j++) {
            near(f->b[j], base->b[j], 1e-9, "b");
            near(f->se[j], base->se[j], 1e-8, "se");
        }
        for (size_t j = WORLD_P; j < w->m.p; j++)
            assert_true(f->flag[j] == COL_ALIASED && isnan(f->b[j]));
        fit_free(base);
        fit_free(f);
        world_free(w);
    }
}

/* Columns that repeat others are aliased, the later ones, and change nothing. */
static void aliased_columns(void **state)
{
    (void)state;
    World *w = world_new("gaussian", 500, 8);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *base = must_fit(w, &opt);
    static const int32_t all[] = {0, 1, 2, 3};
    double *twice = xcalloc(w->n, sizeof *twice), *constant = xcalloc(w->n, sizeof *constant);
    for (size_t i = 0; i < w->n; i++) {
        twice[i] = 3 * w->x[i] - 0.1;
        constant[i] = 0.1;
    }
    Block blocks[] = {
        w->blocks[0],
        w->blocks[1],
        w->blocks[2],
        {.kind = BLOCK_CODED, .first = 3, .ncols = 4, .code = w->code, .nlevels = 4, .col_of = all},
        {.kind = BLOCK_DENSE, .first = 7, .ncols = 1, .data = {VEC_REAL, twice}, .mul = 1},
        {.kind = BLOCK_DENSE, .first = 8, .ncols = 1, .data = {VEC_REAL, constant}, .mul = 1}};
    w->m = (Matrix){.n = w->n, .p = 9, .nblocks = 6, .blocks = blocks};
    Fit *f = must_fit(w, &opt);
    assert_int_equal(f->rank, WORLD_P);
    assert_true(f->flag[6] == COL_ALIASED && f->flag[7] == COL_ALIASED &&
                f->flag[8] == COL_ALIASED);
    assert_true(isnan(f->b[7]) && isnan(f->se[8]) && f->flag[5] == COL_OK &&
                isnan(f->cov[7 * 9 + 1]));
    near(f->deviance, base->deviance, 1e-13, "deviance");
    near(f->b[1], base->b[1], 1e-12, "b");
    double row[9] = {1, 2, 0.5, 0, 0, 0, 1, 7, 9};
    assert_false(isnan(fit_eta(f, row)) || isnan(fit_eta_se(f, row)));
    Inference r = fit_infer(f, 7, 0.95);
    assert_true(isnan(r.estimate) && isnan(r.p));
    free(twice);
    free(constant);
    fit_free(base);
    fit_free(f);
    world_free(w);
}

/* On large data it is asked of the columns themselves: a full one-hot block is aliased, and a
 * column that repeats another to eight digits is not. */
static void large_aliased(void **state)
{
    (void)state;
    static const int32_t all[] = {0, 1, 2, 3};
    World *w = world_new("binomial", 400000, 8);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    double *almost = xcalloc(w->n, sizeof *almost);
    for (size_t i = 0; i < w->n; i++)
        almost[i] = w->x[i] + 1e-7 * w->z[(i * 7919) % w->n];
    Block blocks[] = {
        w->blocks[0],
        w->blocks[1],
        w->blocks[2],
        {.kind = BLOCK_CODED, .first = 3, .ncols = 4, .code = w->code, .nlevels = 4, .col_of = all},
        {.kind = BLOCK_DENSE, .first = 7, .ncols = 1, .data = {VEC_REAL, almost}, .mul = 1}};
    w->m = (Matrix){.n = w->n, .p = 7, .nblocks = 4, .blocks = blocks};
    Fit *f = must_fit(w, &opt);
    assert_true(f->rank == WORLD_P && f->flag[6] == COL_ALIASED && !f->precise);
    fit_free(f);
    w->m.p = 8;
    w->m.nblocks = 5;
    f = must_fit(w, &opt);
    assert_true(f->rank == 7 && f->flag[6] == COL_ALIASED && f->flag[7] == COL_OK && f->precise);
    fit_free(f);
    free(almost);
    world_free(w);
}

/* The penalised score vanishes; a huge penalty leaves the intercept. */
static void ridge(void **state)
{
    (void)state;
    World *w = world_new("binomial", 1000, 5);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    opt.l2 = 7;
    Fit *f = must_fit(w, &opt);
    w->pb.as_is = true;
    Oracle *o = oracle_rows(&w->pb, &err);
    double grad[WORLD_P];
    Stats st = {.grad = grad};
    assert_true(o->eval(o, f->b, EVAL_GRAD, &st, &err));
    assert_true(fabs(grad[0]) < 1e-8);
    for (size_t j = 1; j < WORLD_P; j++)
        assert_true(fabs(grad[j] - 7 * f->b[j]) < 1e-8);
    fit_free(f);
    opt.l2 = 1e12;
    f = must_fit(w, &opt);
    double s = 0;
    for (size_t i = 0; i < w->n; i++)
        s += w->y[i] / (double)w->n;
    near(f->b[0], log(s / (1 - s)), 1e-6, "intercept");
    fit_free(f);
    static const double factors[WORLD_P] = {1, 0, 1, 1, 1, 1};
    opt.l2 = 3;
    opt.penalty_factor = factors;
    f = must_fit(w, &opt);
    assert_true(o->eval(o, f->b, EVAL_GRAD, &st, &err));
    assert_true(fabs(grad[0] - 3 * f->b[0]) < 1e-8 && fabs(grad[1]) < 1e-8);
    fit_free(f);
    o->close(o);
    world_free(w);
}

static void robust_covariances(void **state)
{
    (void)state;
    World *w = world_new("poisson", 900, 2);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    uint32_t own[900];
    Fit *f[4];
    for (int k = 0; k < 4; k++) {
        opt.robust = (Robust)(ROBUST_HC0 + k);
        f[k] = must_fit(w, &opt);
    }
    assert_true(f[0]->se[1] < f[1]->se[1] && f[1]->se[1] < f[3]->se[1] &&
                f[2]->se[1] < f[3]->se[1]);
    near(f[1]->se[2], f[0]->se[2] * sqrt(900.0 / (900 - WORLD_P)), 1e-13, "HC1");
    /* each row a cluster of its own is HC0 times n/(n-1) */
    for (uint32_t i = 0; i < 900; i++)
        own[i] = 899 - i;
    opt.robust = ROBUST_HC0;
    opt.cluster = own;
    opt.nclusters = 900;
    Fit *c = must_fit(w, &opt);
    near(c->se[3], f[0]->se[3] * sqrt(900.0 / 899), 1e-11, "clusters of one");
    for (int k = 0; k < 4; k++)
        fit_free(f[k]);
    fit_free(c);
    memset(own, 0, sizeof own);
    opt.nclusters = 1;
    Error err = ERROR_INIT;
    assert_null(fit_run(&w->pb, &opt, &err));
    assert_string_equal(err.msg, "clustered errors need at least two clusters");
    world_free(w);
}

static void negative_binomial(void **state)
{
    (void)state;
    World *w = world_new("negbin", 4000, 21);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *f = must_fit(w, &opt);
    assert_true(f->param > 0 && isfinite(f->param) && f->param_se > 0);
    /* the likelihood is highest at theta */
    double best = f->loglik;
    for (int k = 0; k < 2; k++) {
        opt.param = f->param * (k ? 1.02 : 0.98);
        Fit *g = must_fit(w, &opt);
        assert_true(g->loglik < best && isnan(g->param_se));
        fit_free(g);
    }
    fit_free(f);
    /* no more spread than a Poisson's: theta runs to infinity */
    for (size_t i = 0; i < w->n; i++)
        w->y[i] = 2 + (i % 3 == 0) - (i % 3 == 1);
    opt.param = NAN;
    f = must_fit(w, &opt);
    assert_true(isinf(f->param));
    fit_free(f);
    world_free(w);
}

static void perfect_fit(void **state)
{
    (void)state;
    World *w = world_new("gaussian", 40, 1);
    for (size_t i = 0; i < w->n; i++)
        w->y[i] = 1 + 2 * w->x[i] - w->z[i];
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *f = must_fit(w, &opt);
    assert_int_equal(f->status, FIT_PERFECT);
    near(f->b[1], 2, 1e-13, "b");
    fit_free(f);
    w->m.n = WORLD_P; /* as many rows as columns */
    for (size_t i = 0; i < w->m.n; i++)
        w->code[i] = (int32_t)(i % 4);
    f = must_fit(w, &opt);
    assert_int_equal(f->status, FIT_PERFECT);
    assert_true(f->df_residual == 0 && isnan(f->dispersion) && isnan(fit_infer(f, 1, 0.95).low));
    fit_free(f);
    world_free(w);
}

static void runs_out_of_iterations(void **state)
{
    (void)state;
    World *w = world_new("binomial", 300, 3);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    opt.max_iter = 1;
    opt.no_covariance = true;
    Fit *f = must_fit(w, &opt);
    assert_int_equal(f->status, FIT_MAX_ITER);
    assert_true(f->cov == NULL && isnan(f->se[0]));
    fit_free(f);
    world_free(w);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *name, *family;
        double y, w, offset, l2, param;
        const char *msg;
        long row;
    } cases[] = {
        {"y below", "poisson", -1, 1, 0, 0, NAN,
         "response -1 in row 3: a poisson response must be 0 or more", 3},
        {"y above", "binomial", 1.2, 1, 0, 0, NAN,
         "response 1.2 in row 3: a binomial response must be between 0 and 1", 3},
        {"y zero", "gamma", 0, 1, 0, 0, NAN,
         "response 0 in row 3: a gamma response must be positive", 3},
        {"weight below", "gaussian", 1, -2, 0, 0, NAN,
         "weight -2 in row 3 is not a finite number from 0 up", 3},
        {"weight infinite", "gaussian", 1, INFINITY, 0, 0, NAN,
         "weight inf in row 3 is not a finite number from 0 up", 3},
        {"offset infinite", "poisson", 1, 1, -INFINITY, 0, NAN,
         "offset -inf in row 3 is not finite", 3},
        {"penalty below", "gaussian", 1, 1, 0, -1, NAN, "the penalty -1 is not a number from 0 up",
         0},
        {"theta below", "negbin", 1, 1, 0, 0, -1, "theta -1 is not positive", 0},
        {"power inside", "tweedie", 1, 1, 0, 0, 0.5, "power 0.5 is not 0 or at least 1", 0},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        World *w = world_new(cases[k].family, 50, 1);
        Error err = ERROR_INIT;
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        w->pb.w = w->w;
        w->pb.offset = w->offset;
        w->y[2] = cases[k].y;
        w->w[2] = cases[k].w;
        w->offset[2] = cases[k].offset;
        opt.l2 = cases[k].l2;
        opt.param = cases[k].param;
        assert_null(fit_run(&w->pb, &opt, &err));
        assert_string_equal(err.msg, cases[k].msg);
        assert_int_equal(err.row, cases[k].row);
        world_free(w);
    }
    World *w = world_new("binomial", 50, 1);
    Error err = ERROR_INIT;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    memset(w->w, 0, w->n * sizeof *w->w);
    w->pb.w = w->w;
    assert_null(fit_run(&w->pb, &opt, &err));
    assert_string_equal(err.msg, "all weights are zero");
    error_clear(&err);
    w->pb.w = NULL;
    w->m.n = 0;
    assert_null(fit_run(&w->pb, &opt, &err));
    assert_int_equal(err.code, ERR_DATA);
    error_clear(&err);
    w->m.n = 50;
    w->pb.link = link_find(STR("inverse"), SPAN_NONE, NULL);
    assert_null(fit_run(&w->pb, &opt, &err));
    assert_int_equal(err.code, ERR_USAGE);
    world_free(w);
}

/* Any oracle gives what the rows give; without rows there is no likelihood. */
static void fits_from_an_oracle(void **state)
{
    (void)state;
    World *w = world_new("poisson", 700, 14);
    Error err = ERROR_INIT;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    opt.keep_info = true;
    Fit *a = must_fit(w, &opt);
    Oracle *o = oracle_rows(&w->pb, &err);
    Fit *b = fit_oracle(o, w->pb.family, w->pb.link, true, &opt, &err);
    assert_non_null(b);
    for (size_t j = 0; j < WORLD_P; j++) {
        near(b->b[j], a->b[j], 1e-9, "b");
        near(b->se[j], a->se[j], 1e-9, "se");
        near(b->info[j * WORLD_P + 1], a->info[j * WORLD_P + 1], 1e-8, "information");
    }
    assert_true(isnan(b->loglik) && isnan(b->null_deviance));
    opt.firth = true;
    assert_null(fit_oracle(o, w->pb.family, w->pb.link, true, &opt, &err));
    assert_int_equal(err.code, ERR_USAGE);
    o->close(o);
    fit_free(a);
    fit_free(b);
    fit_free(NULL);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(score_vanishes),
        cmocka_unit_test(every_link),
        cmocka_unit_test(weights_are_copies),
        cmocka_unit_test(shifts_and_scales),
        cmocka_unit_test(same_bits),
        cmocka_unit_test(gradient_alone),
        cmocka_unit_test(samples_only_start),
        cmocka_unit_test(starts_leave_aliased_columns_empty),
        cmocka_unit_test(aliased_columns),
        cmocka_unit_test(large_aliased),
        cmocka_unit_test(ridge),
        cmocka_unit_test(robust_covariances),
        cmocka_unit_test(negative_binomial),
        cmocka_unit_test(perfect_fit),
        cmocka_unit_test(runs_out_of_iterations),
        cmocka_unit_test(refusals),
        cmocka_unit_test(fits_from_an_oracle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
