/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * summary.c - one line of numbers for each column, and their correlations.
 *
 * A column of numbers is sorted once as 64-bit keys: minimum, quartiles, maximum and the exact
 * count of distinct values are then read off. Columns go on threads, each with its own arrays.
 *
 * Quantiles are type 7 of Hyndman & Fan, Sample Quantiles in Statistical Packages, The American
 * Statistician 50, 1996: linear between the order statistics, R's default.
 */
#include "data/frameops.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/par.h"
#include "base/sort.h"
#include "order_priv.h"

#define BINS 16
#define TOP 8

double quantile_sorted(const double *v, size_t n, double q)
{
    if (n == 0)
        return NAN;
    double at = q * (double)(n - 1);
    size_t k = (size_t)at;
    double part = at - (double)k;
    if (part == 0 || k + 1 >= n || v[k] == v[k + 1])
        return v[k];
    return v[k] + part * (v[k + 1] - v[k]);
}

typedef struct Summary {
    const Frame *f;
    const size_t *cols;
    ColSummary *out;
} Summary;

typedef struct Arrays {
    uint64_t *keys, *spare; /* as many as rows, or levels if they are more */
} Arrays;

/* ---- numbers ---- */

static double quantile_of_keys(const uint64_t *keys, size_t n, ColType t, double q)
{
    double at = q * (double)(n - 1);
    size_t k = (size_t)at, next = k + 1 < n ? k + 1 : k;
    double two[2] = {order_key_real(t, keys[k]), order_key_real(t, keys[next])};
    return quantile_sorted(two, 2, at - (double)k);
}

/* In the order of the rows; the second pass takes away what rounding left in the first. */
static void moments(const Column *c, size_t there, ColSummary *s)
{
    double sum = 0, rest = 0, ss = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!column_is_null(c, i))
            sum += column_real(c, i);
    double mean = sum / (double)there;
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        double d = column_real(c, i) - mean;
        rest += d;
        ss += d * d;
    }
    s->mean = isfinite(mean) ? mean + rest / (double)there : mean;
    s->sd = there > 1 ? sqrt(ss / ((double)there - 1)) : NAN;
}

/* Sixteen bins between the smallest and the greatest finite number; one when they are equal. */
static void histogram(const uint64_t *keys, size_t n, ColType t, ColSummary *s)
{
    size_t from = 0, to = n;
    while (from < to && !isfinite(order_key_real(t, keys[from])))
        from++;
    while (to > from && !isfinite(order_key_real(t, keys[to - 1])))
        to--;
    if (from == to)
        return;
    double low = order_key_real(t, keys[from]), high = order_key_real(t, keys[to - 1]);
    s->nhist = high > low ? BINS : 1;
    double half = high / 2 - low / 2; /* high - low may overflow */
    for (size_t i = from; i < to; i++) {
        double part = high > low ? (order_key_real(t, keys[i]) / 2 - low / 2) / half : 0;
        size_t bin = (size_t)(part * (double)s->nhist);
        s->hist[bin < s->nhist ? bin : s->nhist - 1]++;
    }
}

static void summarise_numbers(const Column *c, Arrays *a, ColSummary *s)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!column_is_null(c, i))
            a->keys[n++] = order_key(c, i);
    if (n == 0)
        return;
    const uint64_t *keys = sort_keys(a->keys, a->spare, n);
    s->distinct = 1;
    for (size_t i = 1; i < n; i++)
        s->distinct += keys[i] != keys[i - 1];
    s->min = order_key_real(c->type, keys[0]);
    s->max = order_key_real(c->type, keys[n - 1]);
    s->q1 = quantile_of_keys(keys, n, c->type, 0.25);
    s->median = quantile_of_keys(keys, n, c->type, 0.5);
    s->q3 = quantile_of_keys(keys, n, c->type, 0.75);
    moments(c, n, s);
    if (s->min == s->max && isfinite(s->min)) { /* not 1e-13 of rounding */
        s->mean = s->min;
        s->sd = n > 1 ? 0 : NAN;
    }
    histogram(keys, n, c->type, s);
}

/* ---- names ---- */

/* Keeps the most frequent, earlier ones first among equals. */
static void put_top(ColSummary *s, Str text, size_t count)
{
    size_t at = s->ntop;
    while (at > 0 && s->top[at - 1].count < count)
        at--;
    if (at >= TOP)
        return;
    s->ntop += s->ntop < TOP;
    for (size_t k = s->ntop - 1; k > at; k--)
        s->top[k] = s->top[k - 1];
    str_copy(s->top[at].text, sizeof s->top[at].text, text);
    s->top[at].count = count;
}

/* Counts of the levels, greatest first, as many as there are bins. */
static void top_counts(const uint64_t *count, size_t n, ColSummary *s)
{
    for (size_t k = 0; k < n; k++) {
        size_t at = s->nhist;
        if (count[k] == 0 || (at == BINS && s->hist[BINS - 1] >= count[k]))
            continue;
        while (at > 0 && s->hist[at - 1] < count[k])
            at--;
        s->nhist += s->nhist < BINS;
        for (size_t j = s->nhist - 1; j > at; j--)
            s->hist[j] = s->hist[j - 1];
        s->hist[at] = (size_t)count[k];
    }
}

static void summarise_codes(const Column *c, Arrays *a, ColSummary *s)
{
    size_t levels = c->levels->n;
    for (size_t k = 0; k < levels; k++)
        a->keys[k] = 0;
    for (size_t i = 0; i < c->n; i++)
        if (!column_is_null(c, i))
            a->keys[c->v.c[i]]++;
    for (size_t k = 0; k < levels; k++) {
        s->distinct += a->keys[k] > 0;
        if (a->keys[k])
            put_top(s, levels_at(c->levels, k), (size_t)a->keys[k]);
    }
    top_counts(a->keys, levels, s);
}

static void summarise_texts(const Column *c, Arrays *a, ColSummary *s)
{
    StrMap *seen = strmap_new(1024);
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        bool added;
        uint32_t k = strmap_add(seen, column_text(c, i), &added);
        a->keys[k] = added ? 1 : a->keys[k] + 1;
    }
    s->distinct = strmap_count(seen);
    for (size_t k = 0; k < s->distinct; k++)
        put_top(s, strmap_at(seen, (uint32_t)k), (size_t)a->keys[k]);
    top_counts(a->keys, s->distinct, s);
    strmap_free(seen);
}

/* ---- all columns ---- */

static void summarise_column(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    const Summary *job = ctx;
    for (size_t k = from; k < to; k++) {
        const Column *c = job->f->cols[job->cols[k]];
        ColSummary *s = &job->out[k];
        *s = (ColSummary){.name = job->f->names[job->cols[k]], .type = c->type, .unit = c->unit};
        s->n = c->n;
        s->missing = c->nulls;
        s->min = s->q1 = s->median = s->q3 = s->max = s->mean = s->sd = NAN;
        if (c->type == COL_CODE)
            summarise_codes(c, scratch, s);
        else if (c->type == COL_TEXT)
            summarise_texts(c, scratch, s);
        else
            summarise_numbers(c, scratch, s);
        if (c->type == COL_BOOL && c->n > c->nulls) {
            size_t yes = (size_t)llround(s->mean * (double)(c->n - c->nulls));
            if (c->n - c->nulls > yes)
                put_top(s, STR("false"), c->n - c->nulls - yes);
            if (yes)
                put_top(s, STR("true"), yes);
        }
    }
}

bool frame_summary(const Frame *f, const size_t *cols, size_t ncols, ColSummary *out, Error *err)
{
    size_t longest = f->rows, threads = par_threads() < ncols ? par_threads() : ncols;
    for (size_t k = 0; k < ncols; k++) {
        const Column *c = f->cols[cols[k]];
        if (c->type == COL_CODE && c->levels->n > longest)
            longest = c->levels->n;
    }
    void **scratch = xcalloc(threads, sizeof *scratch);
    bool ok = true;
    for (size_t t = 0; ok && t < threads; t++) {
        Arrays *a = scratch[t] = xcalloc(1, sizeof *a);
        a->keys = big_alloc(longest, sizeof *a->keys, false, "a summary", err);
        a->spare = big_alloc(longest, sizeof *a->spare, false, "a summary", err);
        ok = a->keys && a->spare;
    }
    Summary s = {f, cols, out};
    ParJob job = {.n = ncols, .chunk = 1, .ctx = &s, .scratch = scratch, .work = summarise_column};
    ok = ok && par_rows(&job, err);
    for (size_t t = 0; t < threads && scratch[t]; t++) {
        Arrays *a = scratch[t];
        free(a->keys);
        free(a->spare);
        free(a);
    }
    free(scratch);
    return ok;
}
