/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.h - tests between models on the same rows: anova, drop1, side by side. */
#ifndef GLINT_MODEL_COMPARE_H
#define GLINT_MODEL_COMPARE_H

#include "model/model.h"

/* How the terms of a model are tested. */
typedef enum AnovaKind {
    ANOVA_ORDER, /* type I: added in the order of the formula (R's anova) */
    ANOVA_SCORE, /* the same, each by Rao's score test (test = "Rao") */
    ANOVA_DROP,  /* each left out of the whole, terms that another one contains passed over (drop1)
                  */
    ANOVA_DROP_SCORE, /* the same, each by Rao's score test at the fit without it */
    ANOVA_TWO,   /* type II: each added to all terms that do not contain it (car's Anova) */
    ANOVA_WALD   /* type II by Wald's test, without further fits */
} AnovaKind;

/* One line of an analysis of deviance. `stat` is the drop in deviance (chi-squared) or F where the
 * dispersion is estimated; p is NaN in the first line. */
typedef struct AnovaRow {
    char term[120];
    size_t df, df_residual;
    double deviance; /* of this step: how much it falls; NaN for Wald's */
    double residual; /* deviance that remains (ANOVA_DROP, ANOVA_TWO: without the term) */
    double aic;
    double stat, p;
} AnovaRow;

/* The rows of a kind: ORDER and SCORE begin with the model without terms, DROP and DROP_SCORE with
 * the whole one, the type II kinds have a line a term only. Heap, free() it. `enc`, `pb` and `fit`
 * belong together. */
AnovaRow *anova_rows(const Encoding *enc, const Problem *pb, const Fit *fit, AnovaKind kind,
                     size_t *n, Error *err);
/* The same of a model, its rows made again from the table that it was fitted to. */
AnovaRow *model_anova(const Model *m, const Dataset *data, AnovaKind kind, size_t *n, Error *err);
/* Likelihood-ratio test of two nested models of the same rows, in either order: two rows, the
 * smaller first. Fails when rows, response or family differ, and when neither lies within the
 * other. */
bool model_lr_test(const Model *small, const Model *big, AnovaRow out[2], Error *err);

/* The rows that a model was trained on, made again from their table: X, y, w, offset as the fit saw
 * them. */
Design *model_training(const Model *m, const Frame *f, Error *err);
/* What fit_run was given for them; borrows from `d`. */
Problem model_problem(const Model *m, const Design *d);
/* Profile-likelihood intervals of the coefficients: low and high have p entries. */
bool model_profile(const Model *m, const Dataset *data, double level, double *low, double *high,
                   Error *err);

/* Coefficients of two models side by side. */
typedef struct CompareRow {
    const char *term;        /* borrowed */
    double a, b, se_a, se_b; /* NaN where the model has no such term */
    bool flips;              /* the sign changes and both intervals exclude zero */
} CompareRow;
/* Terms of `a` in its order, then those that only `b` has. Heap, free() it. */
CompareRow *model_compare(const Model *a, const Model *b, size_t *n);

#endif
