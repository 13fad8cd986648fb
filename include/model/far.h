/* SPDX-License-Identifier: GPL-3.0-or-later */
/* far.h - models whose rows stay where they are. */
#ifndef GLINT_MODEL_FAR_H
#define GLINT_MODEL_FAR_H

#include "model/model.h"

/* One input column over all rows. */
typedef struct FarInput {
    const char *name;
    size_t missing;
    bool number;
    double min, max, mean, sd, quantile[21];
    size_t nlevels; /* most common first */
    Str *levels;
    double *counts;
} FarInput;

typedef struct FarRows {
    size_t rows, dropped;
    char why_dropped[120];
    bool binary; /* filled by far_outcomes, with the next three */
    Metrics train;
    double base_rate;
    double eta_quantile[101];
    bool has_outcomes;               /* else those of the rows here stay */
    const double *col_mean, *col_sd; /* p, or NULL */
    size_t ninputs;
    FarInput *inputs;
} FarRows;

/* Metrics, rate and quantiles from rows that stand for w[i] each: y, linear predictor, count. */
bool far_outcomes(FarRows *r, const Model *m, const double *y, const double *eta, const double *w,
                  size_t n, Error *err);
/* Puts the numbers of all rows in the place of those the model was made with. Takes the fit over.
 * Only before the model is shared. */
bool model_adopt(Model *m, Fit *fit, const FarRows *far, Error *err);
/* One alarm more; before the model is shared. */
void model_alarm(Model *m, AlarmKind kind, const char *column, const char *text, const char *help);

#endif
