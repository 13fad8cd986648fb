/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fit.h - numbers in, a Fit out: coefficients, covariance, deviance, status, findings.
 */
#ifndef GLINT_GLM_FIT_H
#define GLINT_GLM_FIT_H

#include <math.h>

#include "glm/oracle.h"

typedef enum FitStatus {
    FIT_CONVERGED,
    FIT_MAX_ITER,  /* ran out of iterations: the numbers stand as they are, marked */
    FIT_SEPARATED, /* complete or quasi-complete separation: some estimates are infinite */
    FIT_PERFECT,   /* deviance 0 without infinite estimates (saturated) */
    FIT_NO_DESCENT /* step-halving found no descent */
} FitStatus;

typedef enum Robust { ROBUST_NONE, ROBUST_HC0, ROBUST_HC1, ROBUST_HC2, ROBUST_HC3 } Robust;

typedef struct FitOptions {
    int max_iter; /* 100 */
    double
        tol;   /* 1e-10: relative change of the deviance, together with the coefficients settling */
    double l2; /* ridge: l2/2 * sum b_j^2 over penalised columns, added to deviance/2 */
    const double *penalty_factor; /* p, or NULL: 0 for BLOCK_ONES, 1 for the rest */
    bool standardize; /* penalty acts on columns scaled to sd 1; coefficients are given back as they
                         are */
    bool firth;       /* Jeffreys-prior penalty, Firth 1993 */
    Robust robust;
    const uint32_t *cluster; /* n cluster numbers, or NULL */
    size_t nclusters;
    double ci_level;     /* 0.95 */
    const double *start; /* p, or NULL */
    double param;        /* NaN: family's default, or estimated (negbin) */
    bool no_covariance;  /* predictions only */
    bool keep_info;      /* keep X'WX for score tests */
    double l1;           /* lasso: l1 * sum |b_j| beside deviance/2, together with l2 */
    /* The elastic net on glmnet's scale (path.h), columns standardised; 0: not used. */
    double lambda, alpha;
} FitOptions;
#define FIT_OPTIONS_DEFAULT {.max_iter = 100, .tol = 1e-10, .ci_level = 0.95, .param = NAN}

/* What separation means for a column: which way its estimate runs. */
typedef enum ColFlag { COL_OK, COL_ALIASED, COL_TO_PLUS_INF, COL_TO_MINUS_INF } ColFlag;

typedef struct Fit {
    size_t p, n; /* columns; rows with positive weight */
    size_t rank;
    /* p; NaN where aliased. Where an estimate is infinite (flag), b holds a finite number far out
     * that way, so that predictions are right; it is not to be printed. */
    double *b;
    double *se;    /* p; NaN where aliased or infinite */
    double *cov;   /* p x p (dispersion included; robust or clustered if asked), NaN where se is */
    uint8_t *flag; /* p, ColFlag */
    double deviance, null_deviance, pearson;
    double dispersion;
    double loglik, aic, bic; /* NaN where not defined */
    size_t df_null, df_residual;
    double param, param_se; /* theta of negbin, power of tweedie */
    int iterations;
    FitStatus status;
    bool use_t; /* intervals and p by Student's t with df_residual */
    double seconds;
    double l2;
    double *info;      /* p x p X'WX at b when keep_info */
    size_t rows;       /* all rows, weight 0 included: BIC counts them, as R does */
    /* p, when FIT_SEPARATED: b + t * direction fits better and better as t grows; else NULL */
    double *direction;
    bool precise;      /* the last steps were taken in twice the precision */
} Fit;

/* Checks shapes and y's range (which row), picks the solver, fits. NULL on failure. */
Fit *fit_run(const Problem *pb, const FitOptions *opt, Error *err);
/* The same from any oracle: used by fits in the cluster. Deviance of the null model and
 * likelihood are NaN: sums at b do not tell them. */
Fit *fit_oracle(Oracle *o, const Family *f, const Link *l, bool has_intercept,
                const FitOptions *opt, Error *err);
void fit_free(Fit *f);

/* One row of inference for column j: estimate, se, z or t, p, interval at the fit's level. NaN
 * where aliased. */
typedef struct Inference {
    double estimate, se, stat, p, low, high;
} Inference;
Inference fit_infer(const Fit *f, size_t j, double level);
/* x (p, dense) to linear predictor and its standard error. Aliased columns count as 0. */
double fit_eta(const Fit *f, const double *x);
double fit_eta_se(const Fit *f, const double *x);
/* Two-sided quantile of the reference distribution of the intervals at this level (1.96 or t). */
double fit_quantile(const Fit *f, double level);

#endif
