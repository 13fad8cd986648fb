/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle.h - where the rows live. A solver never sees rows: it asks an Oracle for sums at coefficients b.
 */
#ifndef GLINT_GLM_ORACLE_H
#define GLINT_GLM_ORACLE_H

#include "base/matrix.h"
#include "glm/family.h"

/* Sums over rows at b. `grad` is the score X' (w (y-mu) dmu / V), `info` the Fisher information X' W X with
 * W = w dmu^2 / V, both for dispersion 1. */
typedef struct Stats {
    double deviance;
    double pearson;      /* sum w (y-mu)^2 / V */
    double *grad;        /* p */
    double *info;        /* p x p, symmetric, row major, both triangles filled */
    uint64_t n;          /* rows counted (weight 0 rows included) */
    uint64_t invalid;    /* rows where mu or eta was not valid for family and link: the step must be halved */
} Stats;

enum { EVAL_DEVIANCE = 1, EVAL_GRAD = 2, EVAL_INFO = 4 };

typedef struct Oracle Oracle;
struct Oracle {
    size_t p;
    double n_effective;  /* rows with weight > 0 */
    /* Sums at b (p) in one pass; only what `what` asks for is filled. */
    bool (*eval)(Oracle *o, const double *b, unsigned what, Stats *out, Error *err);
    void (*close)(Oracle *o);
};

/* What the local oracle walks. All borrowed. w NULL means 1, offset NULL means 0. */
typedef struct Problem {
    const Matrix *x;
    const double *y, *w, *offset;
    const Family *family;
    const Link *link;
    double param; /* theta or power */
} Problem;
Oracle *oracle_rows(const Problem *pb, Error *err);
/* Distinct rows with counts, when that is much smaller (all coded and few-valued columns); NULL with err clear when
 * it is not worth it. */
Oracle *oracle_grouped(const Problem *pb, Error *err);

#endif
