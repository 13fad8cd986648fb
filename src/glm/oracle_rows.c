/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle_rows.c - the local oracle: one fused pass over the rows of a blocked matrix.
 *
 * Each chunk is walked in tiles small enough for the first-level cache: gather the tile's
 * columns, X b, the kernel of the family and link, and the sums X'WX and X'r, all before the next
 * tile is touched, so that a row is read from memory once a pass and nothing as long as the data
 * is ever stored. base/gram.h keeps the sums; chunks are merged in order.
 *
 * Dense columns are centred when there is an intercept. The centre needs not be the mean: any
 * number near the data keeps the digits of the sums, so it is taken from a sample of rows.
 */
#include "glm/oracle.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "fit_priv.h"
#include "kernels.h"

typedef struct Tile {
    double eta[GRAM_TILE_MAX], y[GRAM_TILE_MAX], w[GRAM_TILE_MAX];
    double weight[GRAM_TILE_MAX], resid[GRAM_TILE_MAX];
} Tile;

typedef struct Worker {
    Gram *gram;
    Tile *tile;
    RowSums sums;
} Worker;

typedef struct RowsOracle {
    Oracle base;
    Problem pb;
    RowKernel kernel;
    GramPlan *plan;
    size_t nworkers;
    Worker *worker;
    void **scratch;
    Gram *total;
    RowSums sums;
    unsigned what;
} RowsOracle;

static void fill_tile(const RowsOracle *o, Tile *t, size_t from, size_t n, size_t padded)
{
    memcpy(t->y, o->pb.y + from, n * sizeof *t->y);
    if (o->pb.w) {
        memcpy(t->w, o->pb.w + from, n * sizeof *t->w);
    } else {
        for (size_t i = 0; i < n; i++)
            t->w[i] = 1.0;
    }
    for (size_t i = 0; o->pb.w && i < n; i++)
        if (t->w[i] == 0.0)
            t->y[i] = 0.0; /* whatever it is, it must not count */
    for (size_t i = n; i < padded; i++) {
        t->y[i] = 0.0;
        t->w[i] = 0.0;
    }
}

static void rows_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const RowsOracle *o = vctx;
    Worker *k = scratch;
    Tile *t = k->tile;
    size_t step = gram_plan_tile(o->plan);
    bool info = o->what & EVAL_INFO, grad = o->what & EVAL_GRAD;
    (void)chunk;
    if (info || grad)
        gram_zero(k->gram, info);
    k->sums = (RowSums){0};
    for (size_t i = from; i < to; i += step) {
        size_t n = to - i < step ? to - i : step, padded = (n + 7) & ~(size_t)7;
        const double *offset = o->pb.offset ? o->pb.offset + i : NULL;
        gram_load(k->gram, i, n);
        fill_tile(o, t, i, n, padded);
        if (o->what & EVAL_START) {
            kernel_start(&o->pb, t->y, t->w, offset, n, t->weight, t->resid, &k->sums);
        } else {
            gram_eta(k->gram, offset, t->eta);
            o->kernel(&o->pb, t->eta, t->y, t->w, n, t->weight, t->resid, &k->sums);
        }
        if (info || grad)
            gram_add(k->gram, t->weight, grad ? t->resid : NULL);
    }
}

static void rows_merge(void *vctx, void *scratch, size_t chunk)
{
    RowsOracle *o = vctx;
    const Worker *k = scratch;
    (void)chunk;
    if (o->what & (EVAL_INFO | EVAL_GRAD))
        gram_merge(o->total, k->gram);
    o->sums.deviance += k->sums.deviance;
    o->sums.pearson += k->sums.pearson;
    o->sums.invalid += k->sums.invalid;
}

static bool rows_eval(Oracle *base, const double *b, unsigned what, Stats *out, Error *err)
{
    RowsOracle *o = (RowsOracle *)base;
    o->what = what;
    o->sums = (RowSums){0};
    if (what & (EVAL_INFO | EVAL_GRAD))
        gram_zero(o->total, what & EVAL_INFO);
    if (!(what & EVAL_START))
        gram_plan_coef(o->plan, b);
    ParJob job = {o->pb.x->n, gram_plan_chunk(o->plan), o, o->scratch, rows_chunk, rows_merge};
    if (!par_rows(&job, err))
        return false;
    if (what & (EVAL_INFO | EVAL_GRAD))
        gram_result(o->total, what & EVAL_GRAD ? out->grad : NULL,
                    what & EVAL_INFO ? out->info : NULL, out->diag);
    out->deviance = o->sums.deviance;
    out->pearson = o->sums.pearson;
    out->invalid = o->sums.invalid;
    out->n = o->pb.count > 0.0 ? (uint64_t)o->pb.count : o->pb.x->n;
    return true;
}

static void rows_close(Oracle *base)
{
    RowsOracle *o = (RowsOracle *)base;
    for (size_t k = 0; o->worker && k < o->nworkers; k++) {
        gram_free(o->worker[k].gram);
        free(o->worker[k].tile);
    }
    free(o->worker);
    free(o->scratch);
    gram_free(o->total);
    gram_plan_free(o->plan);
    free(o->base.centre);
    free(o);
}

static bool make_workers(RowsOracle *o, Error *err)
{
    o->nworkers = par_threads();
    o->worker = xcalloc(o->nworkers, sizeof *o->worker);
    o->scratch = xcalloc(o->nworkers, sizeof *o->scratch);
    o->total = gram_new(o->plan, err);
    if (!o->total)
        return false;
    for (size_t k = 0; k < o->nworkers; k++) {
        o->scratch[k] = &o->worker[k];
        o->worker[k].gram = gram_new(o->plan, err);
        o->worker[k].tile = big_alloc(1, sizeof(Tile), true, "a tile", err);
        if (!o->worker[k].gram || !o->worker[k].tile)
            return false;
    }
    return true;
}

Oracle *oracle_rows(const Problem *pb, Error *err)
{
    RowSurvey s;
    if (!row_survey(pb, false, &s, err))
        return NULL;
    RowsOracle *o = xcalloc(1, sizeof *o);
    o->base = (Oracle){.p = pb->x->p, .eval = rows_eval, .close = rows_close, .can_start = true};
    o->base.intercept = matrix_ones(pb->x);
    o->base.centre = pb->as_is ? NULL : matrix_centres(pb->x);
    o->pb = *pb;
    o->base.weight = s.weight;
    o->base.n_effective = pb->count > 0.0 ? pb->count_effective : s.n_effective;
    o->kernel = kernel_pick(pb, s.only_01, s.counted);
    o->plan = gram_plan_new(pb->x, o->base.centre, err);
    if (!o->plan || !make_workers(o, err)) {
        rows_close(&o->base);
        return NULL;
    }
    return &o->base;
}
