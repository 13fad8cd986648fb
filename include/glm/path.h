/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.h - the elastic net: coefficients along a sequence of penalties, glmnet's objective and
 * conventions.
 *
 * At each lambda the b that minimises
 *     (1/W) sum_i w_i d_i(b) / 2 + lambda sum_j f_j (alpha s_j |b_j| + (1 - alpha)/2 s_j^2 b_j^2),
 * d_i the unit deviance, W the sum of weights, s_j the column's sd (divisor W; 1 without
 * `standardize`), f_j its factor. The intercept is free. For a gaussian response with the identity
 * link the ridge part is divided by sd(y), as in glmnet.
 */
#ifndef GLINT_GLM_PATH_H
#define GLINT_GLM_PATH_H

#include "glm/fit.h"

typedef struct PathOptions {
    double alpha; /* 1: lasso; 0: ridge */
    bool no_standardize;
    const double *penalty_factor; /* p, or NULL: ones; scaled to add up to the number of columns, as
                                     in glmnet */
    const double *lambda;         /* nlambda numbers from 0 up, or NULL: made from the data */
    size_t nlambda;               /* 100 when 0 */
    double min_ratio; /* last lambda / first; 0: 1e-4, or 1e-2 with fewer rows than columns */
    bool to_the_end;  /* else a sequence that was made stops, as in glmnet, when the fit no longer
                         gains */
    double tol;       /* 1e-22: what is left of the deviance beside the null deviance */
    double param;     /* theta, power; NaN: the family's default */
} PathOptions;
#define PATH_OPTIONS_DEFAULT                                                                       \
    {                                                                                              \
        .alpha = 1.0, .tol = 1e-22, .param = NAN                                                   \
    }

typedef struct Path {
    size_t p, n; /* columns; lambdas reached */
    double alpha;
    double *lambda;    /* n, falling */
    double *b;         /* n x p, of the columns as they are */
    double *deviance;  /* n */
    double *dev_ratio; /* n: 1 - deviance / null deviance */
    size_t *df;        /* n: coefficients that are not 0, without the intercept */
    double null_deviance;
    double weight;    /* W */
    size_t passes;    /* over the rows */
    size_t unsettled; /* lambdas that ran out of steps */
    double seconds;
} Path;

/* NULL on failure: options out of range, what fit_run refuses, cancelled. */
Path *path_run(const Problem *pb, const PathOptions *opt, Error *err);
void path_free(Path *path);

#endif
