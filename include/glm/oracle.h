/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle.h - where the rows live. A solver never sees rows: it asks an Oracle for sums at
 * coefficients b.
 */
#ifndef GLINT_GLM_ORACLE_H
#define GLINT_GLM_ORACLE_H

#include "base/matrix.h"
#include "glm/family.h"

/* Sums over rows at b. `grad` is the score X' (w (y-mu) dmu / V), `info` the Fisher information
 * X' W X with W = w dmu^2 / V, both for dispersion 1. */
typedef struct Stats {
    double deviance;
    double pearson; /* sum w (y-mu)^2 / V */
    double *grad;   /* p */
    double *info;   /* p x p, symmetric, row major, both triangles filled */
    /* p, when the caller gave room: with EVAL_GRAD the diagonal of info where that costs nothing,
     * for columns of levels; else 0. */
    double *diag;
    uint64_t n; /* rows counted (weight 0 rows included) */
    /* Low parts of grad and info when the oracle sums in twice the precision and the caller gave
     * room; else NULL. */
    double *grad_lo, *info_lo;
    uint64_t invalid; /* rows where mu or eta was not valid for family and link: the step must be
                         halved */
} Stats;

/* EVAL_START: `b` is not used; mu is the family's start for each y, and grad is X' W z with the
 * working response z = eta - offset + (y - mu)/(d mu/d eta), so that info b = grad gives the
 * first coefficients. */
enum { EVAL_DEVIANCE = 1, EVAL_GRAD = 2, EVAL_INFO = 4, EVAL_START = 8 };

typedef struct Oracle Oracle;
struct Oracle {
    size_t p;
    double n_effective; /* rows with weight > 0 */
    double weight;      /* their sum of weights; NaN when not known */
    /* The oracle may walk columns as x_j - centre[j]: then b is the coefficient of those, and
     * grad and info are theirs. NULL for none. `intercept` is the column of ones that takes the
     * centres up, SIZE_MAX when there is none. */
    double *centre;
    size_t intercept;
    bool can_start; /* EVAL_START is understood */
    bool precise;   /* fills grad_lo and info_lo */
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
    double param; /* theta or power; fit_run goes by its options instead */
    /* Rows that stand for many: how many rows there are, and with positive weight; 0 when each
     * counts as one. */
    double count, count_effective;
    bool as_is;                     /* do not centre columns: a penalty on the intercept needs it */
    const struct RowSurvey *survey; /* what fit.c has seen of these rows, or NULL */
} Problem;
Oracle *oracle_rows(const Problem *pb, Error *err);
/* The same rows in twice the precision, one by one and slowly, not centred: for ill-conditioned
 * designs and last digits. */
Oracle *oracle_precise(const Problem *pb, Error *err);
/* Distinct rows with counts, when that is much smaller (all coded and few-valued columns); NULL
 * with err clear when it is not worth it. */
Oracle *oracle_grouped(const Problem *pb, Error *err);

#endif
