/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model.h - names meet numbers: recipe, terms, encoding, fit, what training looked like. Never a
 * data row.
 */
#ifndef GLINT_MODEL_MODEL_H
#define GLINT_MODEL_MODEL_H

#include "features/design.h"
#include "features/recipe.h"
#include "features/split.h"
#include "glm/fit.h"
#include "glm/metrics.h"

/* What is asked of a fit. Borrowed text. */
typedef struct ModelSpec {
    const char *formula;
    size_t formula_at;         /* offset of the formula in the command line, for spans */
    const char *name;          /* NULL: m1, m2 ... is the session's business */
    const char *table;         /* name of the data, for messages and origin */
    const char *family, *link; /* NULL: binomial; the family's default */
    const char *weights, *offset, *cluster, *event;
    Encode encode;
    FitOptions fit;   /* l2, standardize, firth, robust, ci_level, param ... */
    double test_frac; /* 0: no test part */
    SplitKind split;
    const char *split_column; /* NULL: guessed from the recipe's roles or the first time column /
                                 user column */
    uint64_t seed;
    double threshold; /* 0.5 */
    double sampled; /* share of negatives kept when they were sampled before; 0: none. The intercept
                       is corrected. */
    size_t lambda_folds; /* fit.lambda is chosen by so many folds of the training rows (fit.alpha
                            given); 0: not */
    bool lambda_least;   /* the one with the least deviance rather than the largest within one
                            standard error */
} ModelSpec;
#define MODEL_SPEC_DEFAULT                                                                         \
    {                                                                                              \
        .fit = FIT_OPTIONS_DEFAULT, .threshold = 0.5, .split = SPLIT_RANDOM                        \
    }

/* What training looked like, one entry an input column of the formula (not a term): what-if's
 * defaults and bounds. */
typedef struct InputSummary {
    char *name;
    ColType type;
    TimeUnit unit;
    double min, q25, median, q75, max, mean, sd; /* numbers */
    double quantile[21];                         /* 0, 5 %, ... 100 %: slider stops */
    size_t nlevels;                              /* factors: levels by count, most common first */
    char **levels;
    double *counts;
    size_t missing;
    const char *group; /* "user", "post", ... by the recipe, or "" */
    double auc;        /* single-feature AUC against a binary response, >= 0.5; NaN otherwise */
    bool derived;   /* made by a `derive` step from other inputs: recomputed unless set by hand */
    bool source;    /* not in the formula; a derived input is made from it */
    bool is_offset; /* only the offset reads it */
} InputSummary;
/* Quantiles of more rows than this are those of an even sample of so many. */
#define SUMMARY_SAMPLE 50000

typedef enum AlarmKind {
    ALARM_LEAKAGE,
    ALARM_SEPARATION,
    ALARM_COLLINEAR,
    ALARM_RARE_LEVEL,
    ALARM_ID_LIKE,
    ALARM_SAME_RANKING,
    ALARM_IMBALANCE,
    ALARM_NOT_CONVERGED,
    ALARM_TIME,
    ALARM_MISSING,
    ALARM_CONSTANT,
    ALARM_DUPLICATE,
    ALARM_PERFECT,
    ALARM_THETA
} AlarmKind;
typedef struct Alarm {
    AlarmKind kind;
    char code[24];  /* "leakage", "separation" ...: the note's code */
    char text[400]; /* what is the matter, with numbers */
    char help[200]; /* what to type */
    char column[64];
} Alarm;

typedef struct Model {
    char *name, *formula, *table, *origin, *note;
    Encoding *enc;
    Fit *fit;
    const Family *family;
    const Link *link;
    Recipe *recipe; /* may be NULL */
    ModelSpec spec; /* its text fields point into owned copies below */
    char *owned[12];
    size_t ninputs;
    InputSummary *inputs;
    size_t rows, dropped; /* rows trained on, rows dropped */
    size_t ndrops;
    DropCount drops[16];
    size_t test_rows;
    int64_t test_cut; /* split by time: where test begins */
    TimeUnit test_unit;
    bool test_number;    /* it is a number, not a moment */
    bool binary;         /* a response of two values: train/test metrics exist */
    Metrics train, test; /* test.n == 0: none */
    double base_rate;
    double *typical; /* p: the row of X at the typical inputs */
    size_t nalarms;
    Alarm *alarms;
    double eta_quantile[101]; /* of the training rows' linear predictor: "higher than 91 % of the
                                 rows" */
    double seconds;
    int64_t made; /* clock_now() */
    long refs;
    double *beta;              /* p: coefficients with 0 where aliased: what predictions use */
    double typical_offset;     /* the offset there */
    double *col_mean, *col_sd; /* p: moments of the columns of X in training */
    char event[64]; /* what the response's 1 is called: "viewed = 1" of 0/1, "survived = yes" of
                       text */
    const char **term_group; /* nterms: "user", "post", "user:post", ... or "" */
} Model;

/* Fits. The dataset's frame must outlive the call only. NULL on failure. New model, one reference.
 */
Model *model_fit(const Dataset *data, const ModelSpec *spec, Error *err);
Model *model_ref(const Model *m);
void model_unref(Model *m);
/* Position of an input by name, or -1. */
long model_input(const Model *m, Str name);

/* Predictions for the rows of a frame that has (or from whose columns the recipe derives) the
 * model's inputs: p, eta and, when wanted, se: n doubles each, big_alloc'd, NaN where an input is
 * null or a level unseen. */
typedef struct Predictions {
    size_t n;
    double *p, *eta, *se; /* se NULL unless asked */
    ReplayReport report;
} Predictions;
bool model_predict(const Model *m, const Frame *f, bool with_se, UnseenPolicy policy,
                   Predictions *out, Error *err);
void predictions_clear(Predictions *p);
/* y, p, w of the rows of f that have everything (for metrics on another table); n in *n.
 * big_alloc'd. */
bool model_outcomes(const Model *m, const Frame *f, double **y, double **p, double **w,
                    uint32_t **rows, size_t *n, Error *err);

/* The rows it was trained and tested on, made again from the table it was fitted to. Needs
 * spec.test_frac > 0. */
bool model_split(const Model *m, const Frame *f, Split *out, Error *err);

/* The coefficient table. */
typedef struct CoefRow {
    const char *term; /* borrowed from the model */
    size_t col;
    double estimate, se, stat, p, low, high, odds_ratio, odds_low, odds_high;
    double std_estimate; /* times the column's sd: importance on one scale */
    bool aliased;
    int infinite; /* +1 or -1: separation drives it there */
    const char *group;
} CoefRow;
typedef enum CoefSort { SORT_COEF, SORT_ABS, SORT_P, SORT_NAME, SORT_MODEL } CoefSort;
size_t model_coefs(const Model *m, CoefSort by, double level, CoefRow *out /* p */);
/* "each day that a post ages multiplies the odds of a view by 0.91 (0.89 to 0.93), other things
 * equal" */
void coef_sentence(const Model *m, const CoefRow *row, Buf *out);

/* One JSON file without any data row; exact doubles; versioned. */
bool model_save(const Model *m, const char *path, Error *err);
void model_to_json(const Model *m, Buf *out);
Model *model_load(const char *path, Error *err);
Model *model_from_json(Str text, Error *err);

#endif
