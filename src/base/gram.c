/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gram.c - one thread's tile of X and its sums X'WX and X'r (base/gram.h says in which order it
 * is called).
 *
 * Dense columns are gathered into short vectors and multiplied with each other four rows at a
 * time. A factor is never expanded: each row adds its vector (w x_1 .. w x_nd, r, w) to the line
 * of its level, and w to one cell of the table of each pair of factors. gram_result maps levels
 * to columns, or multiplies with the contrasts.
 *
 * Nothing is fused and each sum has one order, so the bits depend neither on the threads nor on
 * the machine.
 */
#include "gram_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/simd.h"

Gram *gram_new(const GramPlan *p, Error *err)
{
    Gram *g = xcalloc(1, sizeof *g);
    g->plan = p;
    g->sum = big_alloc(p->total, sizeof(double), true, "the sums of a fit", err);
    g->x = big_alloc((p->nd + 1) * p->tile, sizeof(double), true, "a tile", err);
    g->wx = big_alloc((p->width + p->nd + 2) * p->tile, sizeof(double), true, "a tile", err);
    g->row = big_alloc(p->tile * p->width, sizeof(double), true, "a tile", err);
    g->z = big_alloc((p->ngroups + 1) * p->tile, sizeof(double), true, "a tile", err);
    if (!g->sum || !g->x || !g->wx || !g->row || !g->z) {
        gram_free(g);
        return NULL;
    }
    return g;
}

void gram_free(Gram *g)
{
    if (!g)
        return;
    free(g->sum);
    free(g->x);
    free(g->wx);
    free(g->row);
    free(g->z);
    free(g->work);
    free(g);
}

static size_t used_sums(const Gram *g)
{
    return g->info ? g->plan->total : g->plan->few;
}

void gram_zero(Gram *g, bool info)
{
    g->info = info;
    memset(g->sum, 0, used_sums(g) * sizeof *g->sum);
}

/* ---- loading a tile ---- */

/* out[i] = p[i] - centre. */
SIMD_CLONES
static void copy_centred(const double *p, size_t n, double centre, double *out)
{
    size_t whole = n & ~(size_t)(SIMD_LANES - 1);
    V4 v;
    for (size_t i = 0; i < whole; i += SIMD_LANES) {
        V4_LOAD(v, p + i);
        v -= centre;
        V4_STORE(out + i, v);
    }
    for (size_t i = whole; i < n; i++)
        out[i] = p[i] - centre;
}

/* out[i] = v[from + i] - centre, through `rows` when there is a selection. */
static void gather(Vec v, const uint32_t *rows, size_t from, size_t n, double centre, double *out)
{
    if (!v.p) {
        for (size_t i = 0; i < n; i++)
            out[i] = 1.0 - centre;
    } else if (v.type == VEC_REAL && rows) {
        const double *p = v.p;
        for (size_t i = 0; i < n; i++)
            out[i] = p[rows[from + i]] - centre;
    } else if (v.type == VEC_REAL) {
        copy_centred((const double *)v.p + from, n, centre, out);
    } else {
        for (size_t i = 0; i < n; i++)
            out[i] = vec_at(v, rows ? rows[from + i] : from + i) - centre;
    }
}

/* x = (value + add) * mul, then centred. */
static void load_dense(const Block *b, const uint32_t *rows, size_t from, size_t n, double centre,
                       double *out)
{
    if (b->kind == BLOCK_ONES || (b->add == 0.0 && b->mul == 1.0)) {
        gather(b->kind == BLOCK_ONES ? (Vec){VEC_REAL, NULL} : b->data, rows, from, n, centre, out);
        return;
    }
    gather(b->data, rows, from, n, -b->add, out);
    for (size_t i = 0; i < n; i++)
        out[i] = out[i] * b->mul - centre;
}

void gram_load(Gram *g, size_t from, size_t n)
{
    const GramPlan *p = g->plan;
    const Matrix *x = p->x;
    size_t padded = (n + 7) & ~(size_t)7;
    assert(n <= p->tile);
    g->n = n;
    g->padded = padded;
    g->from = from;
    for (size_t j = 0; j < p->nd; j++) {
        double *col = g->x + j * p->tile;
        load_dense(&x->blocks[p->dense[j]], x->rows, from, n, p->centre[j], col);
        for (size_t i = n; i < padded; i++)
            col[i] = 0.0;
    }
    for (size_t k = 0; k < p->ngroups; k++)
        if (p->group[k].has_times)
            gather(p->group[k].times, x->rows, from, n, 0.0, g->z + k * p->tile);
}

/* ---- X b ---- */

SIMD_CLONES
static void eta_dense(const GramPlan *p, const double *x, size_t n, double *eta)
{
    for (size_t j = 0; j < p->nd; j++) {
        const double *col = x + j * p->tile;
        V4 b = V4_ALL(p->b[j]), e, v;
        for (size_t i = 0; i < n; i += SIMD_LANES) {
            V4_LOAD(e, eta + i);
            V4_LOAD(v, col + i);
            e += b * v;
            V4_STORE(eta + i, e);
        }
    }
}

void gram_eta(Gram *g, const double *offset, double *eta)
{
    const GramPlan *p = g->plan;
    for (size_t i = 0; i < g->padded; i++)
        eta[i] = offset && i < g->n ? offset[i] : 0.0;
    eta_dense(p, g->x, g->padded, eta);
    for (size_t k = 0; k < p->ngroups; k++) {
        const Group *gr = &p->group[k];
        const int32_t *cell = gr->cell + g->from;
        const double *z = g->z + k * p->tile, *b = gr->b;
        if (gr->has_times) {
            for (size_t i = 0; i < g->n; i++)
                eta[i] += b[cell[i]] * z[i];
        } else {
            for (size_t i = 0; i < g->n; i++)
                eta[i] += b[cell[i]];
        }
    }
}

/* ---- sums ---- */

/* sum[0..3][0..1] += columns a, a+1, a+2, a+3 times columns b, b+1 (stride apart), over n rows. */
SIMD_INLINE void cross_4x2(const double *a, const double *b, size_t stride, size_t n, double *sum,
                           size_t ld)
{
    V4 s[8];
    memset(s, 0, sizeof s);
    for (size_t i = 0; i < n; i += SIMD_LANES) {
        V4 b0, b1, t;
        V4_LOAD(b0, b + i);
        V4_LOAD(b1, b + stride + i);
        for (int k = 0; k < 4; k++) {
            V4_LOAD(t, a + (size_t)k * stride + i);
            s[2 * k] += t * b0;
            s[2 * k + 1] += t * b1;
        }
    }
    for (size_t k = 0; k < 4; k++) {
        sum[k * ld] += v4_sum(&s[2 * k]);
        sum[k * ld + 1] += v4_sum(&s[2 * k + 1]);
    }
}

SIMD_INLINE double cross_1x1(const double *a, const double *b, size_t n)
{
    V4 s = V4_ALL(0.0), t = s, u, v;
    for (size_t i = 0; i < n; i += 2 * SIMD_LANES) {
        V4_LOAD(u, a + i);
        V4_LOAD(v, b + i);
        s += u * v;
        V4_LOAD(u, a + i + SIMD_LANES);
        V4_LOAD(v, b + i + SIMD_LANES);
        t += u * v;
    }
    s += t;
    return v4_sum(&s);
}

/* Lower triangle (and a few sums above it, ignored later) of (w x_i) x_j. */
SIMD_CLONES
static void dense_cross(const double *wx, const double *x, size_t nd, size_t stride, size_t n,
                        double *sum)
{
    size_t even = nd & ~(size_t)1;
    for (size_t i = 0; i < nd; i += 4) {
        size_t rows = nd - i < 4 ? nd - i : 4, last = i + rows < nd ? i + rows : nd;
        for (size_t j = 0; j < last; j += 2) {
            if (rows == 4 && j + 2 <= even) {
                cross_4x2(wx + i * stride, x + j * stride, stride, n, sum + i * nd + j, nd);
                continue;
            }
            for (size_t r = i; r < i + rows; r++) {
                sum[r * nd + j] += cross_1x1(wx + r * stride, x + j * stride, n);
                if (j + 1 < nd)
                    sum[r * nd + j + 1] += cross_1x1(wx + r * stride, x + (j + 1) * stride, n);
            }
        }
    }
}

SIMD_CLONES
static void dense_vec(const double *r, const double *x, size_t nd, size_t stride, size_t n,
                      double *sum)
{
    for (size_t j = 0; j < nd; j++)
        sum[j] += cross_1x1(r, x + j * stride, n);
}

SIMD_CLONES
static void weigh(const double *x, const double *w, size_t nd, size_t stride, size_t n, double *wx)
{
    V4 u, v;
    for (size_t j = 0; j < nd; j++) {
        for (size_t i = 0; i < n; i += SIMD_LANES) {
            V4_LOAD(u, x + j * stride + i);
            V4_LOAD(v, w + i);
            u *= v;
            V4_STORE(wx + j * stride + i, u);
        }
    }
}

/* Four columns of four rows turned into four rows of four columns, `to` being `width` apart. */
SIMD_INLINE void transpose_4x4(const double *from, size_t stride, double *to, size_t width)
{
    V4 a[4], b[4];
    for (size_t k = 0; k < 4; k++)
        V4_LOAD(a[k], from + k * stride);
    for (size_t k = 0; k < 4; k += 2) {
        b[k] = __builtin_shufflevector(a[k], a[k + 1], 0, 4, 2, 6);
        b[k + 1] = __builtin_shufflevector(a[k], a[k + 1], 1, 5, 3, 7);
    }
    for (size_t k = 0; k < 2; k++) {
        a[k] = __builtin_shufflevector(b[k], b[k + 2], 0, 1, 4, 5);
        a[k + 2] = __builtin_shufflevector(b[k], b[k + 2], 2, 3, 6, 7);
    }
    for (size_t k = 0; k < 4; k++)
        V4_STORE(to + k * width, a[k]);
}

/* The tile by rows: (w x_1 .. w x_nd, r, w, 0 ..). */
SIMD_CLONES
static void turn(const double *wx, size_t stride, size_t n, double *row, size_t width)
{
    for (size_t i = 0; i < n; i += SIMD_LANES)
        for (size_t j = 0; j < width; j += SIMD_LANES)
            transpose_4x4(wx + j * stride + i, stride, row + i * width + j, width);
}

SIMD_CLONES
static void add_rows(const double *row, const int32_t *cell, size_t n, size_t width, double *table)
{
    V4 u, v;
    for (size_t i = 0; i < n; i++) {
        double *to = table + (size_t)cell[i] * width;
        for (size_t k = 0; k < width; k += SIMD_LANES) {
            V4_LOAD(u, to + k);
            V4_LOAD(v, row + i * width + k);
            u += v;
            V4_STORE(to + k, u);
        }
    }
}

/* The same for a factor with a multiplier: z times the row, z squared times the weight (entry
 * `diag`). */
static void add_rows_times(const double *row, const int32_t *cell, const double *z, size_t n,
                           size_t width, size_t diag, double *table)
{
    for (size_t i = 0; i < n; i++) {
        double *to = table + (size_t)cell[i] * width;
        const double *from = row + i * width;
        for (size_t k = 0; k < diag; k++)
            to[k] += z[i] * from[k];
        to[diag] += z[i] * z[i] * from[diag];
    }
}

static void add_pair(const Gram *g, const Pair *pair, const double *w, double *table)
{
    const GramPlan *p = g->plan;
    const int32_t *a = p->group[pair->g].cell + g->from, *b = p->group[pair->h].cell + g->from;
    const double *za = p->group[pair->g].has_times ? g->z + pair->g * p->tile : NULL;
    const double *zb = p->group[pair->h].has_times ? g->z + pair->h * p->tile : NULL;
    size_t ld = pair->same ? 0 : p->group[pair->h].ncells;
    if (!za && !zb) {
        for (size_t i = 0; i < g->n; i++)
            table[(size_t)a[i] * ld + (size_t)b[i]] += w[i];
        return;
    }
    for (size_t i = 0; i < g->n; i++)
        table[(size_t)a[i] * ld + (size_t)b[i]] += w[i] * (za ? za[i] : 1.0) * (zb ? zb[i] : 1.0);
}

/* The (r, w) of each row to those of its cell. */
static void add_both(const double *row, const int32_t *cell, size_t n, double *sum)
{
    for (size_t i = 0; i < n; i++) {
        double *to = sum + 2 * (size_t)cell[i];
        to[0] += row[2 * i];
        to[1] += row[2 * i + 1];
    }
}

static void add_gradient(Gram *g, const double *w, const double *r)
{
    const GramPlan *p = g->plan;
    dense_vec(r, g->x, p->nd, p->tile, g->padded, g->sum);
    for (size_t i = 0; p->ngroups && i < g->n; i++) {
        g->row[2 * i] = r[i];
        g->row[2 * i + 1] = w ? w[i] : 0.0;
    }
    for (size_t k = 0; k < p->ngroups; k++) {
        const Group *gr = &p->group[k];
        const int32_t *cell = gr->cell + g->from;
        const double *z = g->z + k * p->tile;
        double *sum = g->sum + gr->grad_at;
        if (!gr->has_times) {
            add_both(g->row, cell, g->n, sum);
            continue;
        }
        for (size_t i = 0; i < g->n; i++) {
            sum[2 * cell[i]] += z[i] * g->row[2 * i];
            sum[2 * cell[i] + 1] += z[i] * z[i] * g->row[2 * i + 1];
        }
    }
}

void gram_add(Gram *g, double *w, double *r)
{
    const GramPlan *p = g->plan;
    for (size_t i = g->n; i < g->padded; i++) {
        if (w)
            w[i] = 0.0;
        if (r)
            r[i] = 0.0;
    }
    assert(w || !g->info);
    if (!g->info) {
        if (r)
            add_gradient(g, w, r);
        return;
    }
    double *last = g->wx + p->nd * p->tile;
    weigh(g->x, w, p->nd, p->tile, g->padded, g->wx);
    if (r)
        memcpy(last, r, g->padded * sizeof *r);
    else
        memset(last, 0, g->padded * sizeof *last);
    dense_cross(g->wx, g->x, p->nd, p->tile, g->padded, g->sum + p->cross_at);
    if (r)
        dense_vec(r, g->x, p->nd, p->tile, g->padded, g->sum);
    if (!p->ngroups)
        return;
    if (p->nd + 1 < p->width)
        memcpy(last + p->tile, w, g->padded * sizeof *w);
    turn(g->wx, p->tile, g->padded, g->row, p->width);
    for (size_t k = 0; k < p->ngroups; k++) {
        const Group *gr = &p->group[k];
        const int32_t *cell = gr->cell + g->from;
        if (gr->has_times)
            add_rows_times(g->row, cell, g->z + k * p->tile, g->n, p->width, group_diag(p, gr),
                           g->sum + gr->at);
        else
            add_rows(g->row, cell, g->n, p->width, g->sum + gr->at);
    }
    for (size_t k = 0; k < p->npairs; k++)
        add_pair(g, &p->pair[k], w, g->sum + p->pair[k].at);
}

SIMD_CLONES
static void add_all(double *to, const double *from, size_t n)
{
    V4 u, v;
    for (size_t i = 0; i < n; i += SIMD_LANES) {
        V4_LOAD(u, to + i);
        V4_LOAD(v, from + i);
        u += v;
        V4_STORE(to + i, u);
    }
}

void gram_merge(Gram *total, const Gram *part)
{
    assert(total->info == part->info);
    add_all(total->sum, part->sum, used_sums(part));
}
