/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle_precise.c - the pass over rows in twice the precision, for the last digits and for
 * ill-conditioned designs.
 *
 * A Cholesky factor of X'WX in doubles is worthless when the condition number of X (columns
 * scaled) nears 1e8; Filip's polynomial has 1e10. With X'WX, X b and X'r summed as pairs of
 * doubles the limit is near 1e15, beyond what a QR decomposition in doubles gives, and a Newton
 * step is accurate to the last bits whatever the conditioning. Columns are walked as they are:
 * nothing is centred, so nothing is rounded before it is multiplied; a column may even bring the
 * low parts that its own making lost (Block.low), without which Filip's coefficients stop at
 * eight digits.
 *
 * A row costs about 10 ns for each pair of its entries that are not zero: fit.c asks for it when
 * the data are small or the pivots are.
 */
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/dd.h"
#include "families_priv.h"
#include "glm/oracle.h"
#include "kernels.h"

#define CHUNK_ROWS 4096
#define CHUNKS 16

typedef struct PreciseSums {
    Dd *grad, *info; /* p; p x p, lower triangle */
    Dd deviance, pearson;
    uint64_t invalid;
} PreciseSums;

typedef struct PreciseWorker {
    PreciseSums sums;
    uint32_t *col; /* one row */
    double *val, *low;
    Dd eta[GRAM_TILE_MAX];
} PreciseWorker;

typedef struct PreciseOracle {
    Oracle base;
    Problem pb;
    RowKernel kernel;
    bool linear; /* gaussian, identity: the residual too is kept in twice the precision */
    size_t nworkers;
    PreciseWorker *worker;
    void **scratch;
    PreciseSums total;
    unsigned what;
    const double *b;
} PreciseOracle;

static void sums_zero(PreciseSums *s, size_t p, unsigned what)
{
    s->deviance = s->pearson = dd_of(0.0);
    s->invalid = 0;
    if (what & EVAL_GRAD)
        memset(s->grad, 0, p * sizeof *s->grad);
    if (what & EVAL_INFO)
        memset(s->info, 0, p * p * sizeof *s->info);
}

static Dd row_eta(const PreciseOracle *o, PreciseWorker *k, size_t i)
{
    Dd eta = dd_of(o->pb.offset ? o->pb.offset[i] : 0.0);
    size_t n = matrix_row_precise(o->pb.x, i, k->col, k->val, k->low);
    for (size_t a = 0; a < n; a++)
        eta = dd_add(eta, dd_mul_d((Dd){k->val[a], k->low[a]}, o->b[k->col[a]]));
    return eta;
}

/* Adds row i with working weight w and score residual r. */
static void add_row(const PreciseOracle *o, PreciseWorker *k, size_t i, double w, Dd r)
{
    size_t p = o->base.p, n = matrix_row_precise(o->pb.x, i, k->col, k->val, k->low);
    for (size_t a = 0; a < n; a++) {
        Dd *g = &k->sums.grad[k->col[a]], x = {k->val[a], k->low[a]};
        if (o->what & EVAL_GRAD)
            *g = dd_add(*g, dd_mul(x, r));
        if (!(o->what & EVAL_INFO) || w == 0.0)
            continue;
        Dd wx = dd_mul_d(x, w);
        Dd *row = k->sums.info + (size_t)k->col[a] * p;
        for (size_t b = 0; b <= a; b++)
            row[k->col[b]] = dd_add(row[k->col[b]], dd_mul(wx, (Dd){k->val[b], k->low[b]}));
    }
}

static void precise_tile(const PreciseOracle *o, PreciseWorker *k, size_t from, size_t n)
{
    double eta[GRAM_TILE_MAX], y[GRAM_TILE_MAX], w[GRAM_TILE_MAX], weight[GRAM_TILE_MAX],
        resid[GRAM_TILE_MAX];
    RowSums sums = {0};
    size_t padded = (n + 7) & ~(size_t)7;
    for (size_t i = 0; i < padded; i++) {
        bool in = i < n;
        k->eta[i] = in ? row_eta(o, k, from + i) : dd_of(0.0);
        eta[i] = k->eta[i].hi;
        w[i] = !in ? 0.0 : o->pb.w ? o->pb.w[from + i] : 1.0;
        y[i] = w[i] != 0.0 ? o->pb.y[from + i] : 0.0;
    }
    o->kernel(&o->pb, eta, y, w, n, weight, resid, &sums);
    k->sums.invalid += sums.invalid;
    if (!o->linear) {
        k->sums.deviance = dd_add(k->sums.deviance, dd_of(sums.deviance));
        k->sums.pearson = dd_add(k->sums.pearson, dd_of(sums.pearson));
    }
    for (size_t i = 0; i < n; i++) {
        Dd r = dd_of(resid[i]);
        if (o->linear) {
            Dd d = dd_sub(dd_of(y[i]), k->eta[i]);
            r = dd_mul_d(d, w[i]);
            k->sums.deviance = dd_add(k->sums.deviance, dd_mul(r, d));
        }
        if (w[i] != 0.0 && o->what & (EVAL_GRAD | EVAL_INFO))
            add_row(o, k, from + i, weight[i], r);
    }
}

static void precise_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const PreciseOracle *o = vctx;
    PreciseWorker *k = scratch;
    (void)chunk;
    sums_zero(&k->sums, o->base.p, o->what);
    for (size_t i = from; i < to; i += GRAM_TILE_MAX)
        precise_tile(o, k, i, to - i < GRAM_TILE_MAX ? to - i : GRAM_TILE_MAX);
}

static void precise_merge(void *vctx, void *scratch, size_t chunk)
{
    PreciseOracle *o = vctx;
    const PreciseSums *s = &((PreciseWorker *)scratch)->sums;
    size_t p = o->base.p;
    (void)chunk;
    o->total.deviance = dd_add(o->total.deviance, s->deviance);
    o->total.pearson = dd_add(o->total.pearson, s->pearson);
    o->total.invalid += s->invalid;
    for (size_t j = 0; o->what & EVAL_GRAD && j < p; j++)
        o->total.grad[j] = dd_add(o->total.grad[j], s->grad[j]);
    for (size_t i = 0; o->what & EVAL_INFO && i < p; i++)
        for (size_t j = 0; j <= i; j++)
            o->total.info[i * p + j] = dd_add(o->total.info[i * p + j], s->info[i * p + j]);
}

static void write_out(const PreciseOracle *o, unsigned what, Stats *out)
{
    size_t p = o->base.p;
    out->deviance = o->total.deviance.hi;
    out->pearson = o->linear ? o->total.deviance.hi : o->total.pearson.hi;
    out->invalid = o->total.invalid;
    out->n = o->pb.count > 0.0 ? (uint64_t)o->pb.count : o->pb.x->n;
    for (size_t j = 0; what & EVAL_GRAD && j < p; j++) {
        out->grad[j] = o->total.grad[j].hi;
        if (out->grad_lo)
            out->grad_lo[j] = o->total.grad[j].lo;
    }
    for (size_t i = 0; what & EVAL_INFO && i < p; i++) {
        for (size_t j = 0; j <= i; j++) {
            Dd v = o->total.info[i * p + j];
            out->info[i * p + j] = out->info[j * p + i] = v.hi;
            if (out->info_lo)
                out->info_lo[i * p + j] = out->info_lo[j * p + i] = v.lo;
        }
    }
}

static bool precise_eval(Oracle *base, const double *b, unsigned what, Stats *out, Error *err)
{
    PreciseOracle *o = (PreciseOracle *)base;
    size_t n = o->pb.x->n, chunk = n / CHUNKS > CHUNK_ROWS ? n / CHUNKS : CHUNK_ROWS;
    o->what = what;
    o->b = b;
    sums_zero(&o->total, o->base.p, what);
    ParJob job = {n, chunk, o, o->scratch, precise_chunk, precise_merge};
    if (!par_rows(&job, err))
        return false;
    write_out(o, what, out);
    return true;
}

static void sums_free(PreciseSums *s)
{
    free(s->grad);
    free(s->info);
}

static void precise_close(Oracle *base)
{
    PreciseOracle *o = (PreciseOracle *)base;
    for (size_t k = 0; k < o->nworkers; k++) {
        sums_free(&o->worker[k].sums);
        free(o->worker[k].col);
        free(o->worker[k].val);
        free(o->worker[k].low);
    }
    sums_free(&o->total);
    free(o->worker);
    free(o->scratch);
    free(o);
}

static bool sums_new(PreciseSums *s, size_t p, Error *err)
{
    s->grad = big_alloc(p + 1, sizeof(Dd), true, "a precise sum", err);
    s->info = big_alloc(p * p + 1, sizeof(Dd), true, "a precise sum", err);
    return s->grad && s->info;
}

Oracle *oracle_precise(const Problem *pb, Error *err)
{
    PreciseOracle *o = xcalloc(1, sizeof *o);
    size_t max = matrix_row_max(pb->x) + 1;
    bool only_01 = true, ok;
    o->base =
        (Oracle){.p = pb->x->p, .eval = precise_eval, .close = precise_close, .precise = true};
    o->base.intercept = matrix_ones(pb->x);
    o->pb = *pb;
    for (size_t i = 0; i < pb->x->n; i++) {
        double w = pb->w ? pb->w[i] : 1.0;
        o->base.weight += w;
        o->base.n_effective += w > 0.0;
        only_01 &= pb->y[i] == 0.0 || pb->y[i] == 1.0;
    }
    if (pb->count > 0.0)
        o->base.n_effective = pb->count_effective;
    o->kernel = kernel_pick(pb, only_01, false);
    o->linear = pb->family == &family_gaussian && pb->link == &link_identity;
    o->nworkers = par_threads();
    o->worker = xcalloc(o->nworkers, sizeof *o->worker);
    o->scratch = xcalloc(o->nworkers, sizeof *o->scratch);
    ok = sums_new(&o->total, o->base.p, err);
    for (size_t k = 0; ok && k < o->nworkers; k++) {
        PreciseWorker *w = &o->worker[k];
        o->scratch[k] = w;
        w->col = xmalloc(max * sizeof *w->col);
        w->val = xmalloc(max * sizeof *w->val);
        w->low = xmalloc(max * sizeof *w->low);
        ok = sums_new(&w->sums, o->base.p, err);
    }
    if (!ok) {
        precise_close(&o->base);
        return NULL;
    }
    return &o->base;
}
