/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey.c - what is asked of the response, weights and offset before a fit: sums over the rows,
 * whether every y is 0 or 1, and the first row that cannot be fitted. By par_rows in fixed chunks.
 */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/simd.h"
#include "fit_priv.h"

typedef struct SurveyCtx {
    const Problem *pb;
    bool check;
    RowSurvey total;
} SurveyCtx;

/* The rows without weights, four at a time. */
SIMD_CLONES
static void count_plain(const double *y, size_t n, double y0, RowSurvey *s)
{
    V4 sum = V4_ALL(0.0), v;
    I4 other = (I4)V4_ALL(0.0);
    size_t i = 0;
    for (; i + SIMD_LANES <= n; i += SIMD_LANES) {
        V4_LOAD(v, y + i);
        sum += v - y0;
        v *= v - 1.0; /* 0 or -0 for 0 and 1 alone */
        other |= (I4)v;
    }
    for (size_t k = 0; k < SIMD_LANES; k++) {
        s->wy += sum[k];
        s->only_01 &= (other[k] & INT64_MAX) == 0;
    }
    for (; i < n; i++) {
        s->wy += y[i] - y0;
        s->only_01 &= y[i] == 0.0 || y[i] == 1.0;
    }
    s->weight = s->n_effective = (double)n;
}

/* How many rows have each count; stops at a y that is none. */
static void count_counts(const double *y, size_t n, double y0, RowSurvey *s)
{
    s->counted = true;
    if (s->only_01 && y0 >= 0.0 && y0 < COUNTS && y0 == (double)(int)y0) {
        s->rows[1] = (uint64_t)(s->wy + y0 * (double)n);
        s->rows[0] = n - s->rows[1];
        return;
    }
    for (size_t i = 0; s->counted && i < n; i++) {
        s->counted = y[i] >= 0.0 && y[i] < COUNTS && y[i] == (double)(int)y[i];
        if (s->counted)
            s->rows[(int)y[i]]++;
    }
}

static void count_weighted(const double *y, const double *w, size_t n, double y0, RowSurvey *s)
{
    for (size_t i = 0; i < n; i++) {
        s->weight += w[i];
        s->n_effective += w[i] > 0.0;
        s->wy += w[i] * (y[i] - y0);
        s->only_01 &= y[i] == 0.0 || y[i] == 1.0;
    }
}

/* A finite weight from 0 up, a finite offset and, if its weight counts, a y in range. */
static bool row_fits(const Problem *pb, size_t i)
{
    double w = pb->w ? pb->w[i] : 1.0;
    return w >= 0.0 && !isinf(w) && (!pb->offset || isfinite(pb->offset[i])) &&
           (w == 0.0 || pb->family->y_valid(pb->y[i]));
}

static void survey_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const SurveyCtx *c = vctx;
    const Problem *pb = c->pb;
    RowSurvey *s = scratch;
    (void)chunk;
    *s = (RowSurvey){.only_01 = true, .first_bad = SIZE_MAX};
    if (pb->w)
        count_weighted(pb->y + from, pb->w + from, to - from, pb->y[0], s);
    else
        count_plain(pb->y + from, to - from, pb->y[0], s);
    if (!pb->w)
        count_counts(pb->y + from, to - from, pb->y[0], s);
    for (size_t i = from; c->check && i < to && s->first_bad == SIZE_MAX; i++)
        if (!row_fits(pb, i))
            s->first_bad = i;
}

static void survey_merge(void *vctx, void *scratch, size_t chunk)
{
    RowSurvey *t = &((SurveyCtx *)vctx)->total;
    const RowSurvey *s = scratch;
    (void)chunk;
    t->weight += s->weight;
    t->n_effective += s->n_effective;
    t->wy += s->wy;
    t->only_01 &= s->only_01;
    t->counted &= s->counted;
    for (size_t k = 0; t->counted && k < COUNTS; k++)
        t->rows[k] += s->rows[k];
    if (t->first_bad == SIZE_MAX)
        t->first_bad = s->first_bad;
}

bool row_survey(const Problem *pb, bool check, RowSurvey *out, Error *err)
{
    const RowSurvey *known = pb->survey;
    if (known && !check && known->y == pb->y && known->w == pb->w && known->n == pb->x->n) {
        *out = *known;
        return true;
    }
    size_t threads = par_threads();
    struct Slot {
        RowSurvey s;
        char own_line[64];
    } *slot = xcalloc(threads, sizeof *slot);
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = &slot[t].s;
    SurveyCtx ctx = {pb, check, {.only_01 = true, .counted = !pb->w, .first_bad = SIZE_MAX}};
    ParJob job = {pb->x->n, 0, &ctx, scratch, survey_chunk, survey_merge};
    bool ok = par_rows(&job, err);
    *out = ctx.total;
    out->y = pb->y;
    out->w = pb->w;
    out->n = pb->x->n;
    free(scratch);
    free(slot);
    return ok;
}
