/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * order.c - the order of values: radix sort of row numbers, comparison, selection.
 *
 * A value of fixed width becomes a 64-bit number of the same order; row numbers are sorted by it,
 * byte by byte from the lowest (LSD radix sort: stable, and a byte that all keys share costs
 * nothing). Texts are made codes first. The first few of many rows come from a heap. Selection is
 * Hoare's, with the median of three, falling to the middle of the range so that sorted and equal
 * values are no trap.
 */
#include "order_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"
#include "data/frameops.h"

#define RADIX 256
#define SIGN_BIT (UINT64_C(1) << 63)

uint64_t order_key(const Column *c, size_t row)
{
    switch (c->type) {
    case COL_REAL: {
        double d = c->v.d[row] + 0.0; /* -0 is 0 */
        uint64_t bits;
        memcpy(&bits, &d, sizeof bits);
        return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
    }
    case COL_INT:
    case COL_TIME:
        return (uint64_t)c->v.i[row] ^ SIGN_BIT;
    case COL_BOOL:
        return c->v.b[row];
    case COL_CODE:
        return (uint64_t)c->v.c[row];
    case COL_TEXT:
        break;
    }
    return 0;
}

double order_key_real(ColType t, uint64_t key)
{
    if (t == COL_BOOL)
        return (double)key;
    if (t != COL_REAL)
        return (double)(int64_t)(key ^ SIGN_BIT);
    uint64_t bits = key & SIGN_BIT ? key ^ SIGN_BIT : ~key;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

int order_compare(const Column *c, bool descending, size_t a, size_t b)
{
    bool na = column_is_null(c, a), nb = column_is_null(c, b);
    if (na || nb)
        return (int)na - (int)nb;
    int order;
    if (c->type == COL_TEXT) {
        order = str_cmp(column_text(c, a), column_text(c, b));
    } else {
        uint64_t ka = order_key(c, a), kb = order_key(c, b);
        order = (ka > kb) - (ka < kb);
    }
    return descending ? -order : order;
}

typedef struct Keyed {
    uint64_t key;
    uint32_t row;
} Keyed;

/* One pass by one byte; false when all keys share it and nothing moved. */
static bool radix_pass(const Keyed *from, Keyed *to, size_t n, int byte, size_t *count)
{
    int shift = 8 * byte;
    if (count[from[0].key >> shift & (RADIX - 1)] == n)
        return false;
    size_t at = 0;
    for (size_t k = 0; k < RADIX; k++) {
        size_t here = count[k];
        count[k] = at;
        at += here;
    }
    for (size_t i = 0; i < n; i++)
        to[count[from[i].key >> shift & (RADIX - 1)]++] = from[i];
    return true;
}

/* Sorts v[0..n-1] by key; the result is in the returned one of the two. */
static Keyed *radix_sort(Keyed *v, Keyed *spare, size_t n)
{
    size_t count[8][RADIX] = {{0}};
    for (size_t i = 0; i < n; i++)
        for (int b = 0; b < 8; b++)
            count[b][v[i].key >> (8 * b) & (RADIX - 1)]++;
    for (int b = 0; b < 8 && n; b++) {
        if (radix_pass(v, spare, n, b, count[b])) {
            Keyed *t = v;
            v = spare;
            spare = t;
        }
    }
    return v;
}

static bool order_fixed(const Column *c, bool descending, uint32_t *rows, size_t n, Error *err)
{
    Keyed *v = big_alloc(n, sizeof *v, false, "sorting", err);
    Keyed *spare = big_alloc(n, sizeof *spare, false, "sorting", err);
    bool ok = v && spare;
    size_t there = 0, nulls = 0;
    for (size_t i = 0; ok && i < n; i++) {
        if (column_is_null(c, rows[i])) {
            spare[nulls++].row = rows[i];
            continue;
        }
        uint64_t key = order_key(c, rows[i]);
        v[there++] = (Keyed){descending ? ~key : key, rows[i]};
    }
    if (ok) {
        for (size_t i = 0; i < nulls; i++) /* before the sort overwrites them */
            rows[there + i] = spare[i].row;
        const Keyed *sorted = radix_sort(v, spare, there);
        for (size_t i = 0; i < there; i++)
            rows[i] = sorted[i].row;
    }
    free(v);
    free(spare);
    return ok;
}

bool order_rows(const Column *c, bool descending, uint32_t *rows, size_t n, Error *err)
{
    if (c->type != COL_TEXT)
        return order_fixed(c, descending, rows, n, err);
    Column *code = column_as_code(c, err);
    bool ok = code && order_fixed(code, descending, rows, n, err);
    column_unref(code);
    return ok;
}

uint32_t *order_of_column(const Column *c, bool descending, Error *err)
{
    uint32_t *rows = big_alloc(c->n, sizeof *rows, false, "row numbers", err);
    for (size_t i = 0; rows && i < c->n; i++)
        rows[i] = (uint32_t)i;
    if (rows && order_rows(c, descending, rows, c->n, err))
        return rows;
    free(rows);
    return NULL;
}

/* ---- frames ---- */

typedef struct Order {
    const Frame *f;
    const SortKey *keys;
    size_t nkeys;
} Order;

/* Rows that are equal by all keys stand in their own order. */
static bool before(const Order *o, uint32_t a, uint32_t b)
{
    for (size_t k = 0; k < o->nkeys; k++) {
        int c = order_compare(o->f->cols[o->keys[k].col], o->keys[k].descending, a, b);
        if (c)
            return c < 0;
    }
    return a < b;
}

/* heap[0] is the last of its rows: the one that goes when a better one comes. */
static void sift_down(const Order *o, uint32_t *heap, size_t n, size_t i)
{
    for (;;) {
        size_t last = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
            if (before(o, heap[last], heap[child]))
                last = child;
        if (last == i)
            return;
        uint32_t t = heap[i];
        heap[i] = heap[last];
        heap[last] = t;
        i = last;
    }
}

/* The first `top` rows by a heap of that size, then in order. */
static uint32_t *first_rows(const Order *o, size_t top, Error *err)
{
    uint32_t *heap = big_alloc(top, sizeof *heap, false, "row numbers", err);
    if (!heap)
        return NULL;
    for (size_t i = 0; i < top; i++)
        heap[i] = (uint32_t)i;
    for (size_t i = top / 2; i-- > 0;)
        sift_down(o, heap, top, i);
    for (size_t row = top; row < o->f->rows; row++) {
        if (before(o, (uint32_t)row, heap[0])) {
            heap[0] = (uint32_t)row;
            sift_down(o, heap, top, 0);
        }
    }
    for (size_t n = top; n > 1; n--) {
        uint32_t t = heap[0];
        heap[0] = heap[n - 1];
        heap[n - 1] = t;
        sift_down(o, heap, n - 1, 0);
    }
    return heap;
}

uint32_t *frame_sort(const Frame *f, const SortKey *keys, size_t nkeys, size_t top, size_t *n,
                     Error *err)
{
    *n = top && top < f->rows ? top : f->rows;
    if (*n < f->rows / 8)
        return first_rows(&(Order){f, keys, nkeys}, *n, err);
    uint32_t *rows = big_alloc(f->rows, sizeof *rows, false, "row numbers", err);
    for (size_t i = 0; rows && i < f->rows; i++)
        rows[i] = (uint32_t)i;
    bool ok = rows != NULL;
    for (size_t k = nkeys; ok && k-- > 0;) /* the last key first: each sort is stable */
        ok = order_rows(f->cols[keys[k].col], keys[k].descending, rows, f->rows, err);
    if (ok)
        return rows;
    free(rows);
    return NULL;
}

/* Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S. */
uint32_t *frame_sample(const Frame *f, size_t n, uint64_t seed, Error *err)
{
    if (n > f->rows) {
        fail(err, ERR_DATA, "%zu rows cannot be drawn from %zu", n, f->rows);
        return NULL;
    }
    uint32_t *rows = big_alloc(n, sizeof *rows, false, "row numbers", err);
    Rng rng = rng_stream(seed, "sample");
    for (size_t i = 0, k = 0; rows && k < n; i++)
        if (rng_below(&rng, f->rows - i) < n - k)
            rows[k++] = (uint32_t)i;
    return rows;
}

/* ---- selection ---- */

static void swap(double *a, double *b)
{
    double t = *a;
    *a = *b;
    *b = t;
}

void select_nth(double *v, size_t n, size_t k)
{
    size_t lo = 0, hi = n - 1;
    while (n && lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (v[mid] < v[lo])
            swap(&v[mid], &v[lo]);
        if (v[hi] < v[lo])
            swap(&v[hi], &v[lo]);
        if (v[hi] < v[mid])
            swap(&v[hi], &v[mid]);
        double pivot = v[mid];
        size_t i = lo, j = hi;
        for (;;) { /* equal values are exchanged too, so that many of them split evenly */
            while (v[i] < pivot)
                i++;
            while (pivot < v[j])
                j--;
            if (i >= j)
                break;
            swap(&v[i++], &v[j--]);
        }
        /* v[lo..j] <= pivot <= v[j+1..hi] */
        if (k <= j)
            hi = j;
        else
            lo = j + 1;
    }
}

double select_quantile(double *v, size_t n, double q)
{
    if (n == 0)
        return NAN;
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    double part = at - (double)k;
    select_nth(v, n, k);
    if (part == 0 || k + 1 >= n)
        return v[k];
    double next = INFINITY; /* the smallest of those above */
    for (size_t i = k + 1; i < n; i++)
        next = v[i] < next ? v[i] : next;
    return isinf(v[k]) || isinf(next) ? (part < 0.5 ? v[k] : next) : v[k] + part * (next - v[k]);
}
