/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector.c - scaled feature vectors and exact nearest neighbours: `near` and `es similar`.
 *
 * A number becomes (value - mean) / sd, so that one standard deviation of any column is as far as
 * of any other; two different levels of a code column are one apart (as a one-hot block times
 * sqrt(1/2)). A null is the mean, or at distance sqrt(1/2) from every level. Distance is
 * Euclidean.
 *
 * Neighbours are exact: all rows are measured, column by column, in chunks on threads, and the k
 * best kept. For 10^6 rows of 30 columns that is 30 million subtractions; an index would pay only
 * for many queries.
 */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/par.h"
#include "features/vector.h"

#define HALF_ROOT 0.70710678118654752440 /* sqrt(1/2): two one-hot rows are then 1 apart */

typedef struct Axis {
    const char *name;  /* borrowed from the frame */
    const Column *col; /* borrowed from the frame */
    double mean, sd;   /* numbers */
    size_t first, dims;
    int32_t *dim_of; /* codes: level to dimension within the axis */
    double at;       /* of the query: z, or the level (-1 unknown to the space, -2 null) */
} Axis;

struct VectorSpace {
    Frame *frame;
    size_t naxes, dims;
    Axis *axes;
};

static bool is_number(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL;
}

/* Mean and standard deviation (of n) in two passes; false when the column does not vary. */
static bool scale_of(const Column *c, double *mean, double *sd)
{
    double sum = 0, ss = 0;
    size_t n = c->n - c->nulls;
    for (size_t i = 0; i < c->n; i++)
        sum += column_is_null(c, i) ? 0 : column_real(c, i);
    *mean = n ? sum / (double)n : 0;
    for (size_t i = 0; i < c->n; i++) {
        double d = column_is_null(c, i) ? 0 : column_real(c, i) - *mean;
        ss += d * d;
    }
    *sd = n ? sqrt(ss / (double)n) : 0;
    return isfinite(*sd) && *sd > 0;
}

typedef struct LevelCount {
    int32_t level;
    size_t count;
} LevelCount;

static int by_count(const void *a, const void *b)
{
    const LevelCount *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return (x->level > y->level) - (x->level < y->level);
}

/* Dimensions of a code column: its most frequent levels, then one for the rest. */
static void level_dims(Axis *a)
{
    size_t n = a->col->levels->n;
    LevelCount *counts = xcalloc(n + 1, sizeof *counts);
    for (size_t l = 0; l < n; l++)
        counts[l].level = (int32_t)l;
    for (size_t i = 0; i < a->col->n; i++)
        if (!column_is_null(a->col, i))
            counts[a->col->v.c[i]].count++;
    qsort(counts, n, sizeof *counts, by_count);
    a->dim_of = xcalloc(n + 1, sizeof *a->dim_of);
    a->dims = n < VECTOR_LEVELS ? n : VECTOR_LEVELS;
    for (size_t k = 0; k < n; k++)
        a->dim_of[counts[k].level] = (int32_t)(k < a->dims ? k : a->dims - 1);
    free(counts);
}

static void add_axis(VectorSpace *v, size_t j)
{
    Axis a = {.name = v->frame->names[j], .col = v->frame->cols[j], .first = v->dims, .dims = 1};
    if (is_number(a.col) ? !scale_of(a.col, &a.mean, &a.sd) : a.col->levels->n < 2)
        return;
    if (a.col->type == COL_CODE)
        level_dims(&a);
    v->axes[v->naxes++] = a;
    v->dims += a.dims;
}

VectorSpace *vectors_new(const Frame *f, const char *const *columns, size_t ncols, Error *err)
{
    VectorSpace *v = xcalloc(1, sizeof *v);
    v->frame = frame_ref(f);
    v->axes = xcalloc((columns ? ncols : f->ncols) + 1, sizeof *v->axes);
    for (size_t k = 0; k < (columns ? ncols : f->ncols); k++) {
        const Column *c =
            columns ? frame_need(f, str_of(columns[k]), NULL, SPAN_NONE, err) : f->cols[k];
        if (!c)
            goto failed;
        if (is_number(c) || c->type == COL_CODE) {
            add_axis(v, columns ? (size_t)frame_find(f, str_of(columns[k])) : k);
        } else if (columns) {
            fail(err, ERR_TYPE, "'%s' is %s: distances are made of numbers and codes", columns[k],
                 coltype_name(c->type));
            goto failed;
        }
    }
    if (v->naxes)
        return v;
    fail(err, ERR_DATA, "no column of numbers or codes varies, so rows have no distance");
failed:
    vectors_free(v);
    return NULL;
}

void vectors_free(VectorSpace *v)
{
    if (!v)
        return;
    for (size_t k = 0; k < v->naxes; k++)
        free(v->axes[k].dim_of);
    free(v->axes);
    frame_unref(v->frame);
    free(v);
}

/* ---- neighbours ---- */

static bool place_query(VectorSpace *v, const Frame *query, size_t row, Error *err)
{
    for (size_t k = 0; k < v->naxes; k++) {
        Axis *a = &v->axes[k];
        const Column *c = frame_column(query, str_of(a->name));
        bool null = !c || column_is_null(c, row);
        if (a->col->type != COL_CODE) {
            if (!null && !is_number(c))
                return fail(err, ERR_TYPE, "'%s' is %s here and %s there", a->name,
                            coltype_name(c->type), coltype_name(a->col->type));
            a->at = null ? 0 : (column_real(c, row) - a->mean) / a->sd;
        } else {
            if (!null && c->type != COL_CODE && c->type != COL_TEXT)
                return fail(err, ERR_TYPE, "'%s' is %s here and %s there", a->name,
                            coltype_name(c->type), coltype_name(a->col->type));
            a->at = null ? -2 : levels_find(a->col->levels, column_text(c, row));
        }
    }
    return true;
}

/* Squared distance along one axis. */
static double apart(const Axis *a, size_t i)
{
    bool null = column_is_null(a->col, i);
    if (a->col->type == COL_CODE) {
        if (null || a->at == -2)
            return null && a->at == -2 ? 0 : 0.5;
        return a->col->v.c[i] == (int32_t)a->at ? 0 : 1;
    }
    double z = (null ? 0 : (column_real(a->col, i) - a->mean) / a->sd) - a->at;
    return z * z;
}

typedef struct Measure {
    const VectorSpace *v;
    double *d;
} Measure;

static void measure_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const Measure *m = ctx;
    for (size_t k = 0; k < m->v->naxes; k++)
        for (size_t i = from; i < to; i++)
            m->d[i] += apart(&m->v->axes[k], i);
    for (size_t i = from; i < to; i++)
        m->d[i] = sqrt(m->d[i]);
}

/* Is a farther than b? The later row is the farther one of two at the same distance. */
static bool farther(Neighbour a, Neighbour b)
{
    return a.distance > b.distance || (a.distance == b.distance && a.row > b.row);
}

static int by_distance(const void *a, const void *b)
{
    const Neighbour *x = a, *y = b;
    return farther(*x, *y) ? 1 : farther(*y, *x) ? -1 : 0;
}

/* Max-heap: the farthest of the kept ones on top. */
static void sift_down(Neighbour *heap, size_t n, size_t i)
{
    for (;;) {
        size_t top = i, left = 2 * i + 1, right = left + 1;
        if (left < n && farther(heap[left], heap[top]))
            top = left;
        if (right < n && farther(heap[right], heap[top]))
            top = right;
        if (top == i)
            return;
        Neighbour swap = heap[i];
        heap[i] = heap[top];
        heap[top] = swap;
        i = top;
    }
}

static size_t keep_nearest(const double *d, size_t rows, uint32_t skip, size_t k, Neighbour *heap)
{
    size_t n = 0;
    for (size_t i = 0; i < rows; i++) {
        Neighbour at = {(uint32_t)i, d[i]};
        if (at.row == skip)
            continue;
        if (n < k) {
            heap[n++] = at;
            if (n == k)
                for (size_t h = n / 2; h-- > 0;)
                    sift_down(heap, n, h);
        } else if (farther(heap[0], at)) {
            heap[0] = at;
            sift_down(heap, n, 0);
        }
    }
    qsort(heap, n, sizeof *heap, by_distance);
    return n;
}

size_t vectors_nearest(VectorSpace *v, const Frame *query, size_t row, size_t k, uint32_t skip,
                       Neighbour *out, Error *err)
{
    size_t rows = v->frame->rows;
    if (k == 0 || !place_query(v, query, row, err))
        return 0;
    Measure m = {v, big_alloc(rows + 1, sizeof *m.d, true, "distances", err)};
    if (!m.d)
        return 0;
    size_t n = 0;
    if (par_rows(&(ParJob){.n = rows, .ctx = &m, .work = measure_chunk}, err))
        n = keep_nearest(m.d, rows, skip, k, out);
    free(m.d);
    return n;
}

/* ---- dense vectors ---- */

size_t vectors_dims(const VectorSpace *v)
{
    return v->dims;
}

void vectors_row(const VectorSpace *v, size_t row, float *out)
{
    for (size_t d = 0; d < v->dims; d++)
        out[d] = 0;
    for (size_t k = 0; k < v->naxes; k++) {
        const Axis *a = &v->axes[k];
        if (column_is_null(a->col, row))
            continue;
        if (a->col->type == COL_CODE)
            out[a->first + (size_t)a->dim_of[a->col->v.c[row]]] = (float)HALF_ROOT;
        else
            out[a->first] = (float)((column_real(a->col, row) - a->mean) / a->sd);
    }
}

void vectors_dim_name(const VectorSpace *v, size_t d, Buf *out)
{
    for (size_t k = 0; k < v->naxes; k++) {
        const Axis *a = &v->axes[k];
        if (d < a->first || d >= a->first + a->dims)
            continue;
        buf_puts(out, a->name);
        for (size_t l = 0, named = 0; a->dim_of && l < a->col->levels->n && !named; l++)
            if ((size_t)a->dim_of[l] == d - a->first) {
                bool rest = a->col->levels->n > a->dims && d - a->first == a->dims - 1;
                buf_putc(out, '=');
                buf_str(out, rest ? STR("(other)") : levels_at(a->col->levels, l));
                named = 1;
            }
        return;
    }
}
