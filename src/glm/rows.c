/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rows.c - what is asked of each row once the coefficients are known: mu, residuals, leverage,
 * likelihood; and the null deviance. All by par_rows in fixed chunks; vectors of n are the
 * caller's.
 */
#include <math.h>
#include <stdlib.h>

#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/simd.h"
#include "families_priv.h"
#include "fit_priv.h"
#include "kernels.h"

/* ---- vectors ---- */

typedef struct VectorCtx {
    const Problem *pb;
    const double *eta;
    RowVectors out;
} VectorCtx;

static void set(double *v, size_t i, double x)
{
    if (v)
        v[i] = x;
}

static void vector_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const VectorCtx *c = vctx;
    const Problem *pb = c->pb;
    const Family *f = pb->family;
    double mu[GRAM_TILE_MAX], dmu[GRAM_TILE_MAX];
    (void)scratch;
    (void)chunk;
    for (size_t i = from; i < to; i += GRAM_TILE_MAX) {
        size_t n = to - i < GRAM_TILE_MAX ? to - i : GRAM_TILE_MAX;
        pb->link->inverse(c->eta + i, n, mu, dmu);
        for (size_t k = 0; k < n; k++) {
            size_t at = i + k;
            double w = pb->w ? pb->w[at] : 1.0, d = pb->y[at] - mu[k],
                   v = f->variance(mu[k], pb->param);
            bool none = w == 0.0 || !(v > 0.0);
            set(c->out.mu, at, mu[k]);
            set(c->out.weight, at, none ? 0.0 : w * dmu[k] * dmu[k] / v);
            set(c->out.resid, at, none ? 0.0 : w * d * dmu[k] / v);
            set(c->out.deviance, at, none ? 0.0 : w * f->deviance(pb->y[at], mu[k], pb->param));
            set(c->out.pearson, at, none ? 0.0 : d * sqrt(w / v));
        }
    }
}

bool row_vectors(const Problem *pb, const double *b, const RowVectors *out, Error *err)
{
    double *own = NULL, *eta = out->eta;
    if (!eta)
        eta = own = big_alloc(pb->x->n + 1, sizeof(double), false, "the linear predictors", err);
    bool ok = eta && matrix_times(pb->x, b, pb->offset, eta, err);
    VectorCtx ctx = {pb, eta, *out};
    ParJob job = {pb->x->n, 0, &ctx, NULL, vector_chunk, NULL};
    ok = ok && par_rows(&job, err);
    free(own);
    return ok;
}

/* ---- leverages ---- */

typedef struct LeverageCtx {
    const Matrix *x;
    const double *centre, *inverse, *weight;
    double *h;
    size_t max;
} LeverageCtx;

static void leverage_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const LeverageCtx *c = vctx;
    size_t p = c->x->p;
    double *val = scratch;
    uint32_t *col = (uint32_t *)(val + c->max);
    (void)chunk;
    for (size_t i = from; i < to; i++) {
        size_t n = matrix_row_sparse(c->x, i, col, val);
        double q = 0.0;
        for (size_t a = 0; c->centre && a < n; a++)
            val[a] -= c->centre[col[a]];
        for (size_t a = 0; a < n; a++) {
            const double *row = c->inverse + (size_t)col[a] * p;
            double s = 0.5 * row[col[a]] * val[a];
            for (size_t b = 0; b < a; b++)
                s += row[col[b]] * val[b];
            q += 2.0 * s * val[a];
        }
        c->h[i] = c->weight[i] * q;
    }
}

bool row_leverages(const Matrix *x, const double *centre, const double *inverse,
                   const double *weight, double *h, Error *err)
{
    size_t threads = par_threads(), max = matrix_row_max(x) + 1;
    LeverageCtx ctx = {x, centre, inverse, weight, h, max};
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = xmalloc(max * (sizeof(double) + sizeof(uint32_t)));
    ParJob job = {x->n, 0, &ctx, scratch, leverage_chunk, NULL};
    bool ok = par_rows(&job, err);
    for (size_t t = 0; t < threads; t++)
        free(scratch[t]);
    free(scratch);
    return ok;
}

/* ---- sums of likelihood and deviance ---- */

typedef struct SumCtx {
    const Problem *pb;
    const double *eta; /* deviance: n, or NULL: then it is the same everywhere */
    double same_eta, phi;
    RowKernel kernel; /* NULL: the likelihood of mu = y; else the deviance */
    double total;
} SumCtx;

/* The term of one row of weight 1. */
static double term_of(const SumCtx *c, double value)
{
    const Problem *pb = c->pb;
    if (!c->kernel)
        return pb->family->loglik(value, value, 1.0, c->phi, pb->param);
    double eta[SIMD_LANES] = {c->same_eta}, y[SIMD_LANES] = {value}, w[SIMD_LANES] = {1.0},
           weight[SIMD_LANES], resid[SIMD_LANES];
    RowSums sums = {0};
    c->kernel(pb, eta, y, w, 1, weight, resid, &sums);
    return sums.invalid ? NAN : sums.deviance;
}

/* Counts repeat: the term of each is worked out once. */
static double counted_sum(const SumCtx *c, const RowSurvey *s)
{
    double total = 0.0;
    for (size_t k = 0; k < COUNTS; k++)
        if (s->rows[k])
            total += (double)s->rows[k] * term_of(c, (double)k);
    return total;
}

/* Deviance of a tile by the kernel of a pass. */
static double tile_deviance(const SumCtx *c, size_t from, size_t n)
{
    double eta[GRAM_TILE_MAX], y[GRAM_TILE_MAX], w[GRAM_TILE_MAX], weight[GRAM_TILE_MAX],
        resid[GRAM_TILE_MAX];
    RowSums sums = {0};
    size_t padded = (n + 7) & ~(size_t)7;
    for (size_t i = 0; i < padded; i++) {
        bool in = i < n;
        eta[i] = !in ? 0.0 : c->eta ? c->eta[from + i] : c->same_eta;
        y[i] = in ? c->pb->y[from + i] : 0.0;
        w[i] = !in ? 0.0 : c->pb->w ? c->pb->w[from + i] : 1.0;
    }
    c->kernel(c->pb, eta, y, w, n, weight, resid, &sums);
    return sums.invalid ? NAN : sums.deviance;
}

static void sum_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const SumCtx *c = vctx;
    const Problem *pb = c->pb;
    double s = 0.0;
    (void)chunk;
    for (size_t i = from; c->kernel && i < to; i += GRAM_TILE_MAX)
        s += tile_deviance(c, i, to - i < GRAM_TILE_MAX ? to - i : GRAM_TILE_MAX);
    for (size_t i = from; !c->kernel && i < to; i++) {
        double w = pb->w ? pb->w[i] : 1.0;
        if (w > 0.0)
            s += pb->family->loglik(pb->y[i], pb->y[i], w, c->phi, pb->param);
    }
    *(double *)scratch = s;
}

static void sum_merge(void *vctx, void *scratch, size_t chunk)
{
    (void)chunk;
    ((SumCtx *)vctx)->total += *(double *)scratch;
}

static bool sum_rows(SumCtx *ctx, const RowSurvey *s, Error *err)
{
    if (s->counted && !ctx->eta) {
        ctx->total = counted_sum(ctx, s);
        return true;
    }
    size_t threads = par_threads();
    double *part = xcalloc(threads * 8, sizeof *part); /* a cache line each */
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = part + 8 * t;
    ctx->total = 0.0;
    ParJob job = {ctx->pb->x->n, 0, ctx, scratch, sum_chunk, sum_merge};
    bool ok = par_rows(&job, err);
    free(scratch);
    free(part);
    return ok;
}

bool loglik_saturated(const Problem *pb, double phi, double *out, Error *err)
{
    SumCtx ctx = {.pb = pb, .phi = phi};
    RowSurvey s;
    bool ok = row_survey(pb, false, &s, err) && sum_rows(&ctx, &s, err);
    *out = ctx.total;
    return ok;
}

/* The intercept beside an offset has no closed form: a fit of one column. */
static bool null_by_fit(const Problem *pb, double *out, Error *err)
{
    Block ones = {.kind = BLOCK_ONES, .ncols = 1, .mul = 1.0};
    Matrix x = {.n = pb->x->n, .p = 1, .nblocks = 1, .blocks = &ones};
    Problem null = *pb;
    null.x = &x;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    opt.no_covariance = true;
    opt.param = pb->param;
    Oracle *o = oracle_rows(&null, err);
    Irls w = {0};
    Stats st = {0};
    double start = 0.0;
    bool ok = o && irls_init(&w, o, NULL, err) &&
              o->eval(o, &start, EVAL_START | EVAL_GRAD | EVAL_INFO, &w.now, err);
    if (ok) {
        w.b[0] = w.now.grad[0] / w.now.info[0];
        ok = irls_here(&w, err) && irls_run(&w, opt.max_iter, 1e-14, err) &&
             o->eval(o, w.b, EVAL_DEVIANCE, &st, err);
    }
    *out = st.deviance;
    irls_clear(&w);
    if (o)
        o->close(o);
    return ok;
}

bool null_deviance(const Problem *pb, bool intercept, double *out, Error *err)
{
    RowSurvey s;
    if (pb->offset && intercept)
        return null_by_fit(pb, out, err);
    if (!row_survey(pb, false, &s, err))
        return false;
    SumCtx ctx = {.pb = pb, .kernel = kernel_pick(pb, s.only_01, s.counted)};
    if (intercept)
        ctx.same_eta = pb->link->link(pb->y[0] + s.wy / s.weight);
    else
        ctx.eta = pb->offset;
    bool ok = sum_rows(&ctx, &s, err);
    *out = ctx.total;
    return ok;
}
