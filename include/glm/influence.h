/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * influence.h - residuals, leverage and influence of rows; the few that matter of many.
 *
 * Definitions are R's (stats::influence, rstandard, rstudent, cooks.distance, dffits for glm
 * objects).
 */
#ifndef GLINT_GLM_INFLUENCE_H
#define GLINT_GLM_INFLUENCE_H

#include "glm/fit.h"

typedef struct RowInfluence {
    size_t row; /* row of the matrix, from 0 */
    double eta, mu;
    double leverage;                             /* diagonal of the hat matrix */
    double response, working, pearson, deviance; /* residuals */
    double std_pearson, std_deviance;            /* over sqrt(dispersion (1 - leverage)) */
    double student;                              /* as if the row had been left out */
    double cook, dffits;
} RowInfluence;

typedef enum InfluenceBy { INFLUENCE_COOK, INFLUENCE_LEVERAGE, INFLUENCE_STUDENT } InfluenceBy;

/* All rows, in order: out has n entries. */
bool influence_all(const Problem *pb, const Fit *fit, RowInfluence *out, Error *err);
/* The k rows that rank highest (by absolute value), highest first; *found of them (k, or all
 * rows). */
bool influence_top(const Problem *pb, const Fit *fit, InfluenceBy by, size_t k, RowInfluence *out,
                   size_t *found, Error *err);

#endif
