/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h - tests between models on the same rows: anova, drop1, side by side. */
#ifndef GLINT_MODEL_COMPARE_H
#define GLINT_MODEL_COMPARE_H

#include "model/model.h"

/* One line of an analysis of deviance. `stat` is the drop in deviance (chi-squared) or F where the
 * dispersion is estimated; p is NaN in the first line. */
typedef struct AnovaRow {
    char term[120];
    size_t df, df_residual;
    double deviance; /* of this step: how much it falls */
    double residual; /* deviance that remains */
    double aic;
    double stat, p;
} AnovaRow;

/* Type I: terms added in the order of the formula (R's anova(fit, test = "Chisq" or "F")). nterms +
 * 1 rows, heap. */
AnovaRow *model_anova(const Model *m, const Dataset *data, size_t *n, Error *err);
/* Each term left out of the full model (R's drop1): the first row is the whole model, then one for
 * each term that no other one contains; `residual` is the deviance without it. Heap. */
AnovaRow *model_drop1(const Model *m, const Dataset *data, size_t *n, Error *err);
/* Each term against the model of all terms that do not contain it (type II; car's Anova). nterms
 * rows, heap. */
AnovaRow *model_anova2(const Model *m, const Dataset *data, size_t *n, Error *err);
/* Likelihood-ratio test of two nested models of the same rows: two rows. Fails when rows or family
 * differ. */
bool model_lr_test(const Model *small, const Model *big, AnovaRow out[2], Error *err);

/* Coefficients of two models side by side. */
typedef struct CompareRow {
    const char *term;        /* borrowed */
    double a, b, se_a, se_b; /* NaN where the model has no such term */
    bool flips;              /* the sign changes and both intervals exclude zero */
} CompareRow;
CompareRow *model_compare(const Model *a, const Model *b, size_t *n);

#endif
