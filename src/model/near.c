/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * near.c - the real rows nearest to a what-if vector, with what happened there and what the model
 * says.
 *
 * Distance is that of features/vector.h over the model's inputs: standard deviations for numbers,
 * one for two different levels. A probability far from all rows is an extrapolation, and the
 * warning says so.
 */
#include "model/near.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "features/vector.h"
#include "model_priv.h"

/* The inputs that make axes: numbers and levels that the frame has and that vary. */
static size_t axis_names(const WhatIf *w, const Frame *f, const char **names)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n; i++) {
        const InputSummary *in = &w->model->inputs[i];
        const Column *c = frame_column(f, str_of(in->name));
        if (c && !in->is_offset && !in->source && c->type != COL_TEXT && c->type != COL_TIME)
            names[n++] = in->name;
    }
    return n;
}

/* Outcome and prediction of the rows found. */
static bool outcomes(const WhatIf *w, const Frame *f, NearResult *out, Error *err)
{
    uint32_t *rows = xcalloc(out->n + 1, sizeof *rows);
    for (size_t k = 0; k < out->n; k++) {
        rows[k] = out->rows[k].row;
        out->rows[k].y = out->rows[k].p = NAN;
    }
    Frame *part = frame_take(f, rows, out->n, err);
    double *y = NULL, *p = NULL, *weight = NULL, sum = 0;
    uint32_t *at = NULL;
    size_t n = 0;
    bool ok = part && model_outcomes(w->model, part, &y, &p, &weight, &at, &n, err);
    for (size_t k = 0; ok && k < n; k++) {
        out->rows[at[k]].y = y[k];
        out->rows[at[k]].p = p[k];
        sum += y[k];
    }
    out->observed = n ? sum / (double)n : NAN;
    frame_unref(part);
    free(rows);
    free(y);
    free(p);
    free(weight);
    free(at);
    return ok;
}

static void warn(NearResult *out)
{
    if (out->n == 0)
        snprintf(out->warning, sizeof out->warning, "the table has no row to compare with");
    else if (out->rows[0].distance > NEAR_FAR)
        snprintf(out->warning, sizeof out->warning,
                 "no row within %.0f standard deviations (the nearest is %.1f away): the model "
                 "extrapolates",
                 NEAR_FAR, out->rows[0].distance);
}

bool near_rows(const WhatIf *w, const Frame *f, size_t k, NearResult *out, Error *err)
{
    bool ok = false;
    *out = (NearResult){.observed = NAN};
    const char **names = xcalloc(w->n + 1, sizeof *names);
    Neighbour *found = xcalloc(k + 1, sizeof *found);
    Frame *full = model_frame(w->model, f, NULL, 0, err);
    Frame *query = full ? whatif_frame(w, err) : NULL;
    size_t n = query ? axis_names(w, full, names) : 0;
    VectorSpace *space = NULL;
    if (query && n == 0)
        fail(err, ERR_DATA, "the model has no input that distances can be measured by");
    else if (query)
        space = vectors_new(full, names, n, err);
    if (space) {
        out->n = vectors_nearest(space, query, 0, k, UINT32_MAX, found, err);
        ok = !error_is_set(err);
        out->rows = xcalloc(out->n + 1, sizeof *out->rows);
        for (size_t i = 0; i < out->n; i++)
            out->rows[i] = (NearRow){.row = found[i].row, .distance = found[i].distance};
        ok = ok && (out->n == 0 || outcomes(w, full, out, err));
        warn(out);
    }
    vectors_free(space);
    frame_unref(query);
    frame_unref(full);
    free(names);
    free(found);
    if (!ok)
        near_clear(out);
    return ok;
}

void near_clear(NearResult *r)
{
    free(r->rows);
    *r = (NearResult){0};
}
