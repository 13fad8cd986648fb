/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cv.h - cross-validation: a model fitted without each fold in turn and tested on it; a path of
 * penalties and the choice of one. Levels, knots, centres and scales are learned inside each fold
 * from its training rows.
 */
#ifndef GLINT_MODEL_CV_H
#define GLINT_MODEL_CV_H

#include "glm/path.h"
#include "model/model.h"

#define FOLDS_MAX 100

/* How rows become folds. */
typedef struct FoldSpec {
    size_t k;           /* 2 .. FOLDS_MAX; not used with `given` */
    SplitKind kind;     /* at random, in order of time, by whole users */
    const char *column; /* time or user column; NULL for random */
    const char *given;  /* a column whose values are the folds, or NULL */
    uint64_t seed;
    /* Paths: each fold walks lambdas of its own and is read between them, as cv.glmnet does;
     * otherwise the folds are solved at the lambdas of the whole path, which is exact and faster.
     */
    bool own_lambdas;
} FoldSpec;
/* The fold of each row of the frame (0 .. *k-1); big_alloc'd. Folds of a given column are in the
 * order of its values. */
uint32_t *folds_make(const Frame *f, const FoldSpec *spec, size_t *k, Error *err);

typedef struct CvFold {
    char name[40];      /* "1", or the value of the given column */
    size_t train, test; /* rows fitted to; rows tested on (those that have everything) */
    size_t
        unseen; /* tested rows with a level that training had not: it counted as the base level */
    double weight;   /* of the tested rows */
    double deviance; /* mean per unit of weight */
    Metrics metrics; /* responses of two values; n == 0 otherwise */
} CvFold;

/* How steady a coefficient of the whole model is. */
typedef struct CvTerm {
    const char *term;                /* borrowed from the model */
    double estimate, mean, sd;       /* whole; over the folds that have it */
    size_t folds, nonzero, positive; /* how many have it; of these not 0; above 0 */
    size_t infinite; /* in so many separation drives it to infinity: then mean is there too */
} CvTerm;

typedef struct Cv {
    size_t k, rows;
    CvFold *fold;
    bool binary;
    double deviance;    /* mean over folds, weighted by their weights */
    double deviance_se; /* of that mean: sqrt(sum w (d - mean)^2 / sum w / (k - 1)) */
    Metrics pooled; /* all tested rows together, each predicted by the model that had not seen it */
    double *p;      /* rows of the frame: those predictions, NaN where there is none */
    size_t nterms;
    CvTerm *term;
} Cv;
/* The model's formula and options on the folds of its table (all rows, also those that it was
 * tested on). */
Cv *cv_model(const Model *m, const Dataset *data, const FoldSpec *folds, Error *err);
void cv_free(Cv *cv);
/* A metric (row of metric_table()) over the folds: mean and standard deviation of those where it is
 * defined. */
void cv_metric(const Cv *cv, const MetricRow *metric, double *mean, double *sd);

typedef struct CvPath {
    Path *path; /* of all rows */
    Encoding *enc;
    size_t k; /* folds; 0: none were asked for */
    size_t rows, dropped;
    double *mean, *se;   /* per lambda, as Cv.deviance, or of the metric */
    size_t best, one_se; /* least mean; largest lambda within one standard error of it */
    bool higher_is_better;
    size_t *nonzero; /* p: folds in which the column has a coefficient at lambda one_se */
} CvPath;
/* A path of the spec's formula, family, weights, offset and encoding; `folds` NULL: without a
 * choice. `metric` NULL: mean deviance; otherwise a row of metric_table(), for responses of two
 * values. */
CvPath *cv_path(const Frame *f, const ModelSpec *spec, const PathOptions *opt,
                const FoldSpec *folds, const MetricRow *metric, Error *err);
void cv_path_free(CvPath *cv);

#endif
