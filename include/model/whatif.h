/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whatif.h - one row typed by hand to a probability, its interval, and what each term adds to it.
 */
#ifndef GLINT_MODEL_WHATIF_H
#define GLINT_MODEL_WHATIF_H

#include "model/model.h"

/* A vector being edited: one value an input of the model. */
typedef struct WhatIf {
    const Model *model; /* one reference */
    size_t n;           /* model->ninputs */
    double *num;        /* numbers (times in us); NaN: null */
    char **text;        /* levels of factors; NULL: null */
    uint8_t *set;       /* 1 where a person (or a look-up) set it; 0: typical */
} WhatIf;
WhatIf *whatif_new(const Model *m); /* the typical row: medians, most common levels */
void whatif_free(WhatIf *w);
WhatIf *whatif_copy(const WhatIf *w);
/* Sets an input from text; fails on unknown names (hint), text for a number, and so on. Unseen
 * levels and numbers outside the data are accepted and told by whatif_eval's notes. Empty text or
 * "null" makes it null; "typical" resets. */
bool whatif_set(WhatIf *w, Str name, Str value, Span at, Error *err);
/* Takes all the values of row `row` of a frame that has columns of those names. */
bool whatif_take(WhatIf *w, const Frame *f, size_t row, Error *err);
/* The one-row frame of it. */
Frame *whatif_frame(const WhatIf *w, Error *err);

typedef struct Contribution {
    const char *term;    /* term of the formula, or a column of X when by_column */
    char value[64];      /* "java", "2" */
    double coefficient;  /* NaN when the term has several columns */
    double contribution; /* difference of the linear predictor to the typical row */
    const char *group;
} Contribution;
typedef struct WhatIfResult {
    double p, eta, se, low, high; /* mean response and interval on the response scale */
    double typical_p, typical_eta;
    double rank; /* share of training rows with a lower linear predictor */
    size_t ncontrib;
    Contribution *contrib; /* sorted by size, terms that add nothing last; heap */
    size_t nnotes;
    char notes[8][240];
    bool ok; /* false: an input is null; p is NaN. An unseen level is answered as the base level,
                with a note */
} WhatIfResult;
bool whatif_eval(const WhatIf *w, double level, WhatIfResult *out, Error *err);
void whatif_result_clear(WhatIfResult *r);

/* --vary: the result at each of the values (levels, or from:to:step). */
typedef struct VaryPoint {
    char value[64];
    double x, p, low, high;
} VaryPoint;
VaryPoint *whatif_vary(const WhatIf *w, size_t input, double from, double to, double step,
                       double level, size_t *n, Error *err);

/* The same for as many rows as there are values; for factors num is NULL. Predictions in the order
 * of the values. */
bool whatif_many(const WhatIf *w, size_t input, const double *num, char *const *text, size_t n,
                 bool with_se, Predictions *out, Error *err);

/* flip.c: the smallest changes (one input, or up to max_inputs together) that bring p to
 * `threshold`, within what the data hold. freeze[i] 1: leave input i alone. Re-scoring a number's
 * answer lands on the threshold to 1e-9. */
typedef struct FlipChange {
    size_t input;
    double from_num, to_num;
    char from_text[64], to_text[64];
} FlipChange;
typedef struct Flip {
    size_t nchanges;
    FlipChange change[4];
    double p;    /* after */
    double cost; /* in standard deviations, a level counts one */
} Flip;
Flip *whatif_flip(const WhatIf *w, double threshold, const uint8_t *freeze, size_t max_inputs,
                  size_t *n, double *best_p, Error *err);

#endif
