/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matrix.c - the blocked design matrix: rows, X b, X'r, moments. X'WX is gram.c's.
 *
 * Work over rows goes through par_rows in fixed chunks; each chunk walks block by block, so that
 * a column is read in one run.
 */
#include "base/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/simd.h"

#define CENTRE_ROWS 1000 /* that matrix_centres looks at */
#define LEVELS_AT_ONCE 1024 /* of a factor whose coefficients are laid out by level */

static size_t store_row(const Matrix *x, size_t i)
{
    return x->rows ? x->rows[i] : i;
}

/* The value of a dense block in a storage row. */
static double dense_at(const Block *b, size_t s)
{
    return b->kind == BLOCK_ONES ? 1.0 : (vec_at(b->data, s) + b->add) * b->mul;
}

static double times_at(const Block *b, size_t s)
{
    return b->has_times ? vec_at(b->times, s) : 1.0;
}

size_t matrix_ones(const Matrix *x)
{
    for (size_t k = 0; k < x->nblocks; k++)
        if (x->blocks[k].kind == BLOCK_ONES)
            return x->blocks[k].first;
    return SIZE_MAX;
}

double *matrix_centres(const Matrix *x)
{
    if (matrix_ones(x) == SIZE_MAX)
        return NULL;
    double *centre = xcalloc(x->p + 1, sizeof *centre);
    size_t step = x->n / CENTRE_ROWS + 1;
    for (size_t k = 0; x->n && k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        if (b->kind != BLOCK_DENSE)
            continue;
        double first = dense_at(b, store_row(x, 0)), sum = 0.0, n = 0.0;
        for (size_t i = 0; i < x->n; i += step) {
            sum += dense_at(b, store_row(x, i)) - first;
            n += 1.0;
        }
        centre[b->first] = first + sum / n;
    }
    return centre;
}

size_t matrix_row_max(const Matrix *x)
{
    size_t n = 0;
    for (size_t k = 0; k < x->nblocks; k++)
        n += x->blocks[k].kind == BLOCK_CODED && x->blocks[k].contrast ? x->blocks[k].ncols : 1;
    return n;
}

size_t matrix_row_sparse(const Matrix *x, size_t row, uint32_t *col, double *val)
{
    size_t n = 0, s = store_row(x, row);
    for (size_t k = 0; k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        if (b->kind != BLOCK_CODED) {
            col[n] = (uint32_t)b->first;
            val[n++] = dense_at(b, s);
            continue;
        }
        int32_t code = b->code[s];
        if (b->contrast) {
            for (size_t j = 0; j < b->ncols; j++) {
                col[n] = (uint32_t)(b->first + j);
                val[n++] = b->contrast[(size_t)code * b->ncols + j] * times_at(b, s);
            }
        } else if (b->col_of[code] >= 0) {
            col[n] = (uint32_t)(b->first + (size_t)b->col_of[code]);
            val[n++] = times_at(b, s);
        }
    }
    return n;
}

size_t matrix_row_precise(const Matrix *x, size_t row, uint32_t *col, double *val, double *low)
{
    size_t n = matrix_row_sparse(x, row, col, val), s = store_row(x, row);
    memset(low, 0, n * sizeof *low);
    for (size_t k = 0, at = 0; k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        while (at < n && col[at] < b->first)
            at++;
        if (b->kind == BLOCK_DENSE && b->low && b->add == 0.0 && b->mul == 1.0)
            low[at] = b->low[s];
    }
    return n;
}

void matrix_row(const Matrix *x, size_t row, double *out)
{
    size_t max = matrix_row_max(x);
    uint32_t *col = xmalloc((max + 1) * sizeof *col);
    double *val = xmalloc((max + 1) * sizeof *val);
    size_t n = matrix_row_sparse(x, row, col, val);
    memset(out, 0, x->p * sizeof *out);
    for (size_t k = 0; k < n; k++)
        out[col[k]] = val[k];
    free(col);
    free(val);
}

/* ---- X b ---- */

typedef struct TimesCtx {
    const Matrix *x;
    const double *b, *offset;
    double *eta;
} TimesCtx;

/* The common columns, a run of rows as they are stored: reals, and levels by a table of theirs. */
SIMD_CLONES
static void times_reals(const double *v, double add, double mul, double c, size_t n, double *eta)
{
    for (size_t i = 0; i < n; i++)
        eta[i] += c * ((v[i] + add) * mul);
}

static void times_levels(const int32_t *code, const double *of_level, size_t n, double *eta)
{
    for (size_t i = 0; i < n; i++)
        eta[i] += of_level[code[i]];
}

static bool times_run(const Matrix *x, const Block *b, const double *c, size_t from, size_t to,
                      double *eta)
{
    if (x->rows)
        return false;
    if (b->kind == BLOCK_DENSE && b->data.type == VEC_REAL && b->data.p) {
        times_reals((const double *)b->data.p + from, b->add, b->mul, c[0], to - from, eta + from);
        return true;
    }
    if (b->kind != BLOCK_CODED || b->contrast || b->has_times || b->nlevels > LEVELS_AT_ONCE)
        return false;
    double of_level[LEVELS_AT_ONCE];
    for (int32_t l = 0; l < (int32_t)b->nlevels; l++)
        of_level[l] = b->col_of[l] >= 0 ? c[b->col_of[l]] : 0.0;
    times_levels(b->code + from, of_level, to - from, eta + from);
    return true;
}

static void times_block(const Matrix *x, const Block *b, const double *coef, size_t from, size_t to,
                        double *eta)
{
    const double *c = coef + b->first;
    if (times_run(x, b, c, from, to, eta))
        return;
    for (size_t i = from; i < to; i++) {
        size_t s = store_row(x, i);
        if (b->kind != BLOCK_CODED) {
            eta[i] += c[0] * dense_at(b, s);
            continue;
        }
        double v = 0.0;
        int32_t code = b->code[s];
        if (b->contrast) {
            for (size_t j = 0; j < b->ncols; j++)
                v += c[j] * b->contrast[(size_t)code * b->ncols + j];
        } else if (b->col_of[code] >= 0) {
            v = c[b->col_of[code]];
        }
        eta[i] += v * times_at(b, s);
    }
}

static void times_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const TimesCtx *c = vctx;
    (void)scratch;
    (void)chunk;
    for (size_t i = from; i < to; i++)
        c->eta[i] = c->offset ? c->offset[i] : 0.0;
    for (size_t k = 0; k < c->x->nblocks; k++)
        times_block(c->x, &c->x->blocks[k], c->b, from, to, c->eta);
}

bool matrix_times(const Matrix *x, const double *b, const double *offset, double *eta, Error *err)
{
    TimesCtx ctx = {x, b, offset, eta};
    ParJob job = {x->n, 0, &ctx, NULL, times_chunk, NULL};
    return par_rows(&job, err);
}

/* ---- X'r and X'WX ---- */

bool matrix_cross(const Matrix *x, const double *w, double *out, Error *err)
{
    return gram_cross(x, NULL, w, NULL, NULL, out, err);
}

bool matrix_cross_vec(const Matrix *x, const double *r, double *out, Error *err)
{
    return gram_cross(x, NULL, NULL, r, out, NULL, err);
}

/* ---- moments ---- */

/* Sums of one column over the entries that are there (`hits`; the rest are zero), counted from
 * `from`, which is the column's first value: a spread of 1 around 1e9 keeps its digits. */
typedef struct Moment {
    double from;
    double w, wx, wxx;
    double min, max, hits;
} Moment;

static void moment_put(Moment *m, double x, double w)
{
    double d = x - m->from;
    m->hits += 1.0;
    if (x < m->min)
        m->min = x;
    if (x > m->max)
        m->max = x;
    m->w += w;
    m->wx += w * d;
    m->wxx += w * d * d;
}

static void moment_add(Moment *a, const Moment *b)
{
    a->w += b->w;
    a->wx += b->wx;
    a->wxx += b->wxx;
    a->hits += b->hits;
    a->min = fmin(a->min, b->min);
    a->max = fmax(a->max, b->max);
}

typedef struct MomentCtx {
    const Matrix *x;
    const double *w;
    Moment *zero, *total; /* p */
    double weight;
} MomentCtx;

typedef struct MomentScratch {
    Moment *col;
    double weight;
} MomentScratch;

static void moment_block(const MomentCtx *c, const Block *b, size_t from, size_t to, Moment *m)
{
    const Matrix *x = c->x;
    for (size_t i = from; i < to; i++) {
        size_t s = store_row(x, i);
        double w = c->w ? c->w[i] : 1.0;
        if (b->kind != BLOCK_CODED) {
            moment_put(m, dense_at(b, s), w);
            continue;
        }
        int32_t code = b->code[s];
        if (b->contrast) {
            for (size_t j = 0; j < b->ncols; j++)
                moment_put(&m[j], b->contrast[(size_t)code * b->ncols + j] * times_at(b, s), w);
        } else if (b->col_of[code] >= 0) {
            moment_put(&m[b->col_of[code]], times_at(b, s), w);
        }
    }
}

static void moment_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const MomentCtx *c = vctx;
    MomentScratch *s = scratch;
    (void)chunk;
    for (size_t j = 0; j < c->x->p; j++)
        s->col[j] = c->zero[j];
    for (size_t k = 0; k < c->x->nblocks; k++)
        moment_block(c, &c->x->blocks[k], from, to, s->col + c->x->blocks[k].first);
    s->weight = 0.0;
    for (size_t i = from; i < to; i++)
        s->weight += c->w ? c->w[i] : 1.0;
}

static void moment_merge(void *vctx, void *scratch, size_t chunk)
{
    MomentCtx *c = vctx;
    const MomentScratch *s = scratch;
    (void)chunk;
    for (size_t j = 0; j < c->x->p; j++)
        moment_add(&c->total[j], &s->col[j]);
    c->weight += s->weight;
}

/* Empty sums, each with the origin it counts from. */
static void moment_start(const Matrix *x, Moment *zero)
{
    for (size_t j = 0; j < x->p; j++)
        zero[j] = (Moment){.min = INFINITY, .max = -INFINITY};
    for (size_t k = 0; k < x->nblocks; k++)
        if (x->n && x->blocks[k].kind != BLOCK_CODED)
            zero[x->blocks[k].first].from = dense_at(&x->blocks[k], store_row(x, 0));
}

bool matrix_moments(const Matrix *x, const double *w, double *mean, double *sd, double *min,
                    double *max, Error *err)
{
    size_t nthreads = par_threads(), bytes = (x->p + 1) * sizeof(Moment);
    MomentCtx ctx = {x, w, xmalloc(bytes), xmalloc(bytes), 0.0};
    MomentScratch *mine = xcalloc(nthreads, sizeof *mine);
    void **scratch = xcalloc(nthreads, sizeof *scratch);
    for (size_t t = 0; t < nthreads; t++) {
        mine[t].col = xmalloc(bytes);
        scratch[t] = &mine[t];
    }
    moment_start(x, ctx.zero);
    memcpy(ctx.total, ctx.zero, x->p * sizeof(Moment));
    ParJob job = {x->n, 0, &ctx, scratch, moment_chunk, moment_merge};
    bool ok = par_rows(&job, err);
    for (size_t j = 0; ok && j < x->p; j++) {
        const Moment *m = &ctx.total[j];
        double n = ctx.weight, d = m->wx / n, v = m->wxx / n - d * d;
        bool holes = m->hits < (double)x->n;
        if (mean)
            mean[j] = n > 0.0 ? m->from + d : 0.0;
        if (sd)
            sd[j] = n > 0.0 && v > 0.0 ? sqrt(v) : 0.0;
        if (min)
            min[j] = holes ? fmin(m->min, 0.0) : m->min;
        if (max)
            max[j] = holes ? fmax(m->max, 0.0) : m->max;
    }
    for (size_t t = 0; t < nthreads; t++)
        free(mine[t].col);
    free(mine);
    free(scratch);
    free(ctx.zero);
    free(ctx.total);
    return ok;
}
