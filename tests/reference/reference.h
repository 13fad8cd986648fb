/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reference.h - what the runner of tests/reference and its kinds of cases share. */
#ifndef GLINT_TESTS_REFERENCE_H
#define GLINT_TESTS_REFERENCE_H

#include "base/json.h"
#include "data/reader.h"
#include "features/design.h"
#include "glm/fit.h"

/* Blocks of numbers in a case, each with the digits it needs. */
typedef enum BlockId {
    IN_COEF,
    IN_P,
    IN_DEVIANCE,
    IN_VCOV,
    IN_ROBUST,
    IN_INFLUENCE,
    IN_PREDICT,
    IN_BINARY,
    IN_CALIBRATION,
    IN_LIMIT,
    IN_FIRTH,
    IN_CERTIFIED,
    IN_LAMBDA,
    IN_RATIO,
    IN_ANOVA,
    IN_RAO,
    IN_DROP1,
    IN_TYPE2,
    IN_WALD,
    IN_VIF,
    IN_PROFILE,
    IN_FOLDS,
    IN_CURVE,
    NBLOCKS
} BlockId;

typedef struct BlockRow {
    const char *name;
    double need;
} BlockRow;
extern const BlockRow blocks[NBLOCKS];

/* The worst digit so far and where it was. */
typedef struct Tally {
    bool used;
    size_t count;
    double worst;
    double need; /* digits asked of this case; 0: those of the block */
    char where[160];
} Tally;
void tally_put(Tally *t, double digits, const char *what, const char *of);

typedef struct Case {
    const char *folder, *name;
    cJSON *json;
    Tally tally[NBLOCKS];
    char note[500];
} Case;

/* A kind of case: compares what the case holds; false with err or a note when something else than
 * digits is wrong. */
typedef struct KindRow {
    const char *name;
    bool (*run)(Case *c, Error *err);
} KindRow;
extern const KindRow kinds[];

/* Agreeing digits; differences are relative to |want| or, when that is smaller, to `scale`. */
double digits(double got, double want, double scale);
/* NaN, NULL when missing or null. */
double json_number(const cJSON *o, const char *key);
const char *json_word(const cJSON *o, const char *key);

const cJSON *list_of(const cJSON *o, const char *key);
/* Item i of a list; NaN when it is missing or null. */
double item(const cJSON *list, size_t i);

Frame *case_frame(const Case *c, const char *file, Error *err);

/* A case's data, design and fit. */
typedef struct Fitted {
    Frame *frame;
    Design *design;
    Problem pb;
    FitOptions opt;
    Fit *fit;
} Fitted;
/* The same without a fit. */
bool designed_open(Fitted *m, const Case *c, Error *err);
bool fitted_open(Fitted *m, const Case *c, const FitOptions *opt, Error *err);
void fitted_close(Fitted *m);
/* The column of that name, or -1. */
long fitted_column(const Fitted *m, const char *name);

/* Notes what is wrong beside digits; false. */
bool wrong(Case *c, const char *what, const char *of);

/* Kinds and blocks with a file of their own. */
bool run_error(Case *c, Error *err);
bool run_glmnet(Case *c, Error *err);
bool run_cv(Case *c, Error *err);
bool compare_nested(Case *c, const Fitted *m, Error *err);
/* Rows used and dropped, rank, degrees of freedom, R squared. */
bool compare_counts(Case *c, const Fitted *m);
/* NIST's block. */
bool compare_certified(Case *c, const Fitted *m);
/* Fitted probabilities of a binomial fit, against its 0/1 responses. */
bool compare_fitted(Case *c, const Fitted *m, Error *err);
bool run_metrics(Case *c, Error *err);

#endif
