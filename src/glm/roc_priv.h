/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roc_priv.h - scores in order with their outcomes: what metrics.c and roc.c both walk. */
#ifndef GLINT_GLM_ROC_PRIV_H
#define GLINT_GLM_ROC_PRIV_H

#include "base/error.h"

/* Rows sorted by ascending score. Opaque but for its totals; freed with ranked_free. */
typedef struct Ranked {
    size_t n, at;        /* rows; how far ranked_next() has come */
    uint64_t *key;       /* ascending; with `row` NULL the lowest bit is the outcome */
    uint32_t *row;       /* which row each is; NULL when outcomes are plain 0 and 1 of weight 1 */
    const double *y, *w; /* borrowed */
    double positives, negatives;
} Ranked;

/* Sorts scores p in [0, 1]. A proportion y of weight w counts as w y positives and w (1-y)
 * negatives. */
bool ranked_make(const double *y, const double *p, const double *w, size_t n, Ranked *out,
                 Error *err);
void ranked_free(Ranked *r);
/* Rows of the next higher distinct score: the score and the weight of its positives and negatives.
 * False at the end, which also goes back to the beginning. */
bool ranked_next(Ranked *r, double *score, double *pos, double *neg);

/* The scores that begin in [from, to) of the order, a walk of their own. */
Ranked ranked_part(const Ranked *r, size_t from, size_t to);

#endif
