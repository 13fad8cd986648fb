/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * corr.c - Pearson correlations of all pairs of columns, each over the rows where both have a
 * value.
 *
 * One pass over the rows in blocks: a block's values are taken relative to the column's mean, so
 * that the sums of squares do not cancel. Where a block has no nulls the sums of a column serve all
 * its pairs and only the product is summed for each; otherwise five sums over the common rows are.
 * Chunks add up in order: same bits with any number of threads.
 */
#include "data/frameops.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/par.h"

#define BLOCK 1024

typedef struct Pair {
    double n, x, y, xx, yy, xy;
} Pair;

/* A column's block: values less the mean, 0 where null, and 1 where there is one. */
typedef struct Lane {
    double value[BLOCK], there[BLOCK];
    bool nulls;
    double sum, squares;
} Lane;

typedef struct Corr {
    const Frame *f;
    const size_t *cols;
    size_t ncols, npairs;
    double *mean;
    Pair *total;
} Corr;

typedef struct Scratch {
    Lane *lanes;
    Pair *pairs;
} Scratch;

static double dot(const double *a, const double *b, size_t n)
{
    double s[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
        for (size_t k = 0; k < 4; k++)
            s[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        s[0] += a[i] * b[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

static void fill_lane(const Column *c, double mean, size_t row, size_t n, Lane *l)
{
    l->nulls = false;
    l->sum = 0;
    for (size_t i = 0; i < n; i++) {
        double v = column_real(c, row + i) - mean;
        bool null = column_is_null(c, row + i);
        l->nulls = l->nulls || null;
        l->there[i] = !null;
        l->value[i] = null ? 0 : v;
        l->sum += l->value[i];
    }
    l->squares = dot(l->value, l->value, n);
}

static void add_pair(const Lane *a, const Lane *b, size_t n, Pair *p)
{
    p->xy += dot(a->value, b->value, n);
    if (!a->nulls && !b->nulls) {
        p->n += (double)n;
        p->x += a->sum;
        p->y += b->sum;
        p->xx += a->squares;
        p->yy += b->squares;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double both = a->there[i] * b->there[i];
        p->n += both;
        p->x += both * a->value[i];
        p->y += both * b->value[i];
        p->xx += both * a->value[i] * a->value[i];
        p->yy += both * b->value[i] * b->value[i];
    }
}

static void corr_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    const Corr *job = ctx;
    Scratch *x = scratch;
    memset(x->pairs, 0, job->npairs * sizeof *x->pairs);
    for (size_t row = from; row < to; row += BLOCK) {
        size_t n = to - row < BLOCK ? to - row : BLOCK, at = 0;
        for (size_t j = 0; j < job->ncols; j++)
            fill_lane(job->f->cols[job->cols[j]], job->mean[j], row, n, &x->lanes[j]);
        for (size_t j = 0; j < job->ncols; j++)
            for (size_t k = 0; k < j; k++)
                add_pair(&x->lanes[j], &x->lanes[k], n, &x->pairs[at++]);
    }
}

static void corr_merge(void *ctx, void *scratch, size_t chunk)
{
    (void)chunk;
    Corr *job = ctx;
    const Scratch *x = scratch;
    for (size_t k = 0; k < job->npairs; k++) {
        Pair *t = &job->total[k];
        const Pair *p = &x->pairs[k];
        t->n += p->n;
        t->x += p->x;
        t->y += p->y;
        t->xx += p->xx;
        t->yy += p->yy;
        t->xy += p->xy;
    }
}

static double correlation(const Pair *p)
{
    if (p->n < 2)
        return NAN;
    double xx = p->xx - p->x * p->x / p->n, yy = p->yy - p->y * p->y / p->n;
    double r = (p->xy - p->x * p->y / p->n) / sqrt(xx * yy);
    if (!(xx > 0 && yy > 0))
        return NAN; /* one of them does not vary */
    return r > 1 ? 1 : r < -1 ? -1 : r;
}

/* Near the mean is enough: it only keeps the sums small. */
static double rough_mean(const Column *c)
{
    double sum = 0, n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        sum += column_real(c, i);
        n++;
    }
    double mean = n > 0 ? sum / n : 0;
    return isfinite(mean) ? mean : 0;
}

static bool run_corr(Corr *job, Error *err)
{
    size_t threads = par_threads();
    void **scratch = xcalloc(threads, sizeof *scratch);
    bool ok = true;
    for (size_t t = 0; ok && t < threads; t++) {
        Scratch *x = scratch[t] = xcalloc(1, sizeof *x);
        x->lanes = big_alloc(job->ncols, sizeof *x->lanes, false, "correlations", err);
        x->pairs = big_alloc(job->npairs, sizeof *x->pairs, false, "correlations", err);
        ok = x->lanes && x->pairs;
    }
    ParJob par = {
        .n = job->f->rows, .ctx = job, .scratch = scratch, .work = corr_chunk, .merge = corr_merge};
    ok = ok && par_rows(&par, err);
    for (size_t t = 0; t < threads && scratch[t]; t++) {
        Scratch *x = scratch[t];
        free(x->lanes);
        free(x->pairs);
        free(x);
    }
    free(scratch);
    return ok;
}

bool frame_corr(const Frame *f, const size_t *cols, size_t ncols, double *m, Error *err)
{
    Corr job = {.f = f, .cols = cols, .ncols = ncols, .npairs = ncols * (ncols - (ncols > 0)) / 2};
    for (size_t j = 0; j < ncols; j++) {
        ColType t = f->cols[cols[j]]->type;
        if (t == COL_CODE || t == COL_TEXT) {
            fail(err, ERR_TYPE, "a correlation needs numbers: '%s' is %s", f->names[cols[j]],
                 coltype_name(t));
            return false;
        }
    }
    job.mean = xcalloc(ncols, sizeof *job.mean);
    job.total = big_alloc(job.npairs, sizeof *job.total, true, "correlations", err);
    for (size_t j = 0; j < ncols; j++)
        job.mean[j] = rough_mean(f->cols[cols[j]]);
    bool ok = job.total && run_corr(&job, err);
    size_t at = 0;
    for (size_t j = 0; ok && j < ncols; j++) {
        m[j * ncols + j] = 1;
        for (size_t k = 0; k < j; k++)
            m[j * ncols + k] = m[k * ncols + j] = correlation(&job.total[at++]);
    }
    free(job.mean);
    free(job.total);
    return ok;
}
