/* SPDX-License-Identifier: GPL-3.0-or-later */
/* infer_priv.h - from the end of a search to the numbers of a Fit; used by fit.c alone. */
#ifndef GLINT_GLM_INFER_PRIV_H
#define GLINT_GLM_INFER_PRIV_H

#include "fit_priv.h"

/* Coefficients, covariance, dispersion, deviance, degrees of freedom, from a finished search over
 * local rows. */
bool infer_fill(Fit *f, Irls *w, const Problem *pb, const FitOptions *opt, Error *err);
/* What is left when the Fit is otherwise complete: likelihood, AIC, BIC. */
bool infer_finish(Fit *f, const Problem *pb, Error *err);
/* The same for any oracle, as far as sums alone can tell. */
bool infer_from_oracle(Fit *f, Irls *w, const Family *family, bool has_intercept,
                       const FitOptions *opt, Error *err);

/* Fits theta and b in turn; `once` is a fit at a given theta. */
Fit *negbin_fit(Problem *pb, const FitOptions *opt, FitOnce once, Error *err);

#endif
