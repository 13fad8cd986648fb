/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vary.c - one input of a vector at many values: what-if's --vary and the effect curve of a model,
 * with the interval at each point. Levels in the order of their frequency, numbers from:to:step.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model/whatif.h"
#include "model_priv.h"

#define VARY_MAX 10000 /* points of one --vary */
#define VARY_STEPS 20  /* over the range of the data when no step is said */

static bool vary_range(const InputSummary *in, double *from, double *to, double *step, size_t *n,
                       Error *err)
{
    *from = isnan(*from) ? in->min : *from;
    *to = isnan(*to) ? in->max : *to;
    if (isnan(*step)) {
        *step = (*to - *from) / VARY_STEPS;
        if (in->type != COL_REAL)
            *step = *step < 1 ? 1 : ceil(*step);
    }
    if (!(*to >= *from) || !(*step > 0))
        return *from == *to
                   ? (*n = 1, true)
                   : fail(err, ERR_USAGE,
                          "a range goes from the lower to the higher value by a positive step");
    double count = floor((*to - *from) / *step * (1 + 1e-12)) + 1;
    if (count > VARY_MAX)
        return fail(err, ERR_USAGE, "that are %.0f values, and at most %d can be shown", count,
                    VARY_MAX);
    *n = (size_t)count;
    return true;
}

static VaryPoint *vary_points(const WhatIf *w, size_t input, const double *num, char *const *text,
                              size_t n, double level, Error *err)
{
    const Model *m = w->model;
    const InputSummary *in = &m->inputs[input];
    Predictions pred;
    assert(text || num);
    if (!whatif_many(w, input, num, text, n, m->fit->cov != NULL, &pred, err))
        return NULL;
    VaryPoint *out = xcalloc(n, sizeof *out);
    double quantile = fit_quantile(m->fit, level);
    for (size_t k = 0; k < n; k++) {
        double reach = pred.se ? quantile * pred.se[k] : NAN;
        double a = mean_at(m, pred.eta[k] - reach), b = mean_at(m, pred.eta[k] + reach);
        out[k] = (VaryPoint){.x = num ? num[k] : (double)k,
                             .p = pred.p[k],
                             .low = a < b ? a : b,
                             .high = a < b ? b : a};
        Buf value = BUF_INIT;
        if (text)
            buf_puts(&value, text[k]);
        else if (in->type == COL_TIME)
            buf_time(&value, (int64_t)num[k], in->unit);
        else if (in->type == COL_BOOL)
            buf_puts(&value, num[k] != 0 ? "yes" : "no");
        else
            buf_short(&value, num[k]);
        copy_text(STR_ROOM(out[k].value), buf_slice(&value));
        buf_free(&value);
    }
    predictions_clear(&pred);
    return out;
}

VaryPoint *whatif_vary(const WhatIf *w, size_t input, double from, double to, double step,
                       double level, size_t *n, Error *err)
{
    const InputSummary *in = &w->model->inputs[input];
    *n = 0;
    if (input_is_factor(in)) {
        *n = in->nlevels < VARY_MAX ? in->nlevels : VARY_MAX;
        if (*n == 0) {
            fail(err, ERR_DATA, "'%s' has no level", in->name);
            return NULL;
        }
        return vary_points(w, input, NULL, in->levels, *n, level, err);
    }
    if (!vary_range(in, &from, &to, &step, n, err))
        return NULL;
    double *num = xcalloc(*n, sizeof *num);
    for (size_t k = 0; k < *n; k++)
        num[k] = from + (double)k * step;
    VaryPoint *out = vary_points(w, input, num, NULL, *n, level, err);
    free(num);
    return out;
}
