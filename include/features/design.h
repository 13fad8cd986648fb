/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design.h - Terms + Frame to a Design: the matrix in blocks, y, w, offset, and the Encoding that
 * makes the same columns of any other rows. Training, what-if and scoring all go through
 * design_learn / design_replay.
 *
 * Coding follows R: with an intercept, a factor that is not preceded by its margin takes contrasts,
 * otherwise all its levels (Chambers & Hastie 1992, section 2.3.2; R's terms.formula "factors" 1
 * and 2). Names: treatment "sexmale", "a:b", "factor(year)65"; one-hot "gender_Male" (every level,
 * whatever the intercept); sum "gender1".
 */
#ifndef GLINT_FEATURES_DESIGN_H
#define GLINT_FEATURES_DESIGN_H

#include "base/json.h"
#include "base/matrix.h"
#include "features/formula.h"

typedef enum Encode { ENCODE_TREATMENT, ENCODE_ONEHOT, ENCODE_SUM } Encode;

typedef struct DesignOptions {
    Encode encode;
    const char *weights;  /* column of prior weights, or NULL */
    const char *offset;   /* column or expression beside the formula's offset() terms, or NULL */
    const uint32_t *rows; /* only these rows of the frame (a training part), or NULL */
    size_t nrows;
    const char *table;    /* its name, for messages */
    bool binary_response; /* y must be two-valued or in [0, 1]: text/code/bool become 0/1, second
                             level = 1 */
    const char *event; /* which level of y is 1, or NULL: the second in order ("yes" of no/yes) */
} DesignOptions;

/* How one variable became numbers; what replay needs. */
typedef struct VarCode {
    bool is_factor;
    size_t nlevels; /* used levels only, in the order of the coding */
    char **levels;
    double *counts;       /* training rows (weights not counted) of each level */
    double *level_values; /* numeric factors: the numbers; cut: which interval; NULL otherwise */
    size_t nbasis;        /* numeric: columns it makes (1, or poly/spline columns) */
    double *knots;        /* all knots incl. boundary, repeated, for splines; breaks for cut */
    size_t nknots;
    double *alpha, *norm2; /* poly: R's coefs attribute */
    double min, max, mean; /* of the variable in training (numeric), for "outside the data" */
    ColType type;          /* of the expression */
    size_t base;           /* factor: the level without a column of its own where contrasts apply */
    double scale;          /* numeric: x = value * scale; 1, or 1e-6 to make seconds of a moment's
                              microseconds */
    size_t at; /* plain column: its place in the training frame, where replay looks first */
} VarCode;

/* One column of X. */
typedef struct DesignColumn {
    char *name;              /* as R prints it */
    long term;               /* index into terms, -1 for the intercept */
    size_t nparts;           /* for each variable of the term: which level or which basis column */
    int32_t part[TERM_VARS]; /* factor: level index; numeric: basis index */
} DesignColumn;

typedef struct Encoding {
    Arena *arena;
    Terms *terms; /* owned */
    Encode encode;
    VarCode *vars; /* terms->nvars */
    size_t ncols;
    DesignColumn *cols;     /* p of them */
    char *weights, *offset; /* names, or NULL */
    char *y_levels[2];      /* response by name (text, code, or an event): what 0 and 1 mean; NULL
                               otherwise */
    bool binary;            /* the option binary_response */
    struct EncodingPlan *plan; /* how the terms become blocks; design_plan.c */
} Encoding;

typedef struct DropCount {
    char reason[120]; /* "age is missing" */
    size_t rows;
} DropCount;

typedef struct Design {
    Matrix x;               /* blocks may point into the frame: keep the frame alive */
    double *y, *w, *offset; /* n; w and offset NULL when there are none */
    uint32_t *rows;         /* n: which row of the frame each is; NULL: all of them, in order */
    size_t n;
    Encoding *enc;      /* owned until design_take_encoding; NULL after design_replay */
    const Frame *frame; /* one reference */
    size_t dropped;
    DropCount drops[16];
    size_t ndrops;
    struct DesignStore *store; /* owns materialised columns */
} Design;

/* Learns levels, knots, means from the frame and builds X, y, w, offset. Fails (with span in the
 * formula) on unknown columns, all-null columns, single-level factors, a response that is constant,
 * has three values, or lies out of range, infinite values (naming the rows), nothing left after
 * dropping nulls. */
Design *design_learn(Terms *terms /* taken over */, const Frame *f, const DesignOptions *opt,
                     Error *err);
void design_free(Design *d);
Encoding *design_take_encoding(Design *d);
void encoding_free(Encoding *e);

/* What replay met that training had not seen. */
typedef struct Unseen {
    char column[64], level[64];
    size_t rows;
} Unseen;
typedef struct ReplayReport {
    size_t nunseen;
    Unseen unseen[32];
    size_t rows_unseen;     /* rows with at least one unseen level */
    size_t rows_null;       /* rows that lack an input */
    size_t outside;         /* rows with a number outside training's range */
    char outside_text[120]; /* "age 131 is above 79" (first) */
    bool no_offset; /* the frame lacks the columns of the option's offset, which then is 0 */
} ReplayReport;
typedef enum UnseenPolicy { UNSEEN_NULL, UNSEEN_BASE, UNSEEN_ERROR } UnseenPolicy;

/* The same columns from other rows. Rows that lack an input (or with an unseen level under
 * UNSEEN_NULL) have ok[i] = 0; ok is big_alloc'd with n entries. Response is built only when
 * `with_response`. Everything else as in design_learn. */
Design *design_replay(const Encoding *e, const Frame *f, const uint32_t *rows, size_t nrows,
                      UnseenPolicy policy, bool with_response, uint8_t **ok, ReplayReport *report,
                      Error *err);

/* The columns that poly(), ns() or bs() make of x: vars[var].nbasis numbers. For exports. */
void encoding_basis(const Encoding *e, size_t var, double x, double *out);

/* Reference numbers of the encoding in a saved model. */
void encoding_to_json(const Encoding *e, Buf *out);
Encoding *encoding_from_json(const cJSON *j, Error *err);

#endif
