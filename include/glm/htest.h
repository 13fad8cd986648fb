/* SPDX-License-Identifier: GPL-3.0-or-later */
/* htest.h - tests of hypotheses on coefficients, and intervals from the profile of the likelihood.
 */
#ifndef GLINT_GLM_HTEST_H
#define GLINT_GLM_HTEST_H

#include "glm/fit.h"

/* Rao's score test of the columns that are not in a smaller model: `b` (p of the larger one's
 * columns) holds the smaller one's coefficients, 0 for the others. Chi-squared for dispersion 1: g'
 * (X'WX)^-1 g. *rank: of the larger model. */
bool score_test(const Problem *pb, const double *b, double *chisq, size_t *rank, Error *err);

/* Wald's b_S' V_SS^-1 b_S for the columns whose mask is not 0; *df: those that count (aliased ones
 * do not). The Fit must have its covariance. */
bool wald_test(const Fit *fit, const uint8_t *mask, double *chisq, size_t *df, Error *err);

/* Profile-likelihood interval of each coefficient, low and high: p. NaN where aliased, infinite
 * where the likelihood never falls far enough. Theta stays as it is. Fails on a fit with a penalty.
 */
bool profile_intervals(const Problem *pb, const Fit *fit, double level, double *low, double *high,
                       Error *err);

#endif
