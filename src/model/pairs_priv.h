/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pairs_priv.h - what pair_parts.c works out and pairs.c walks. */
#ifndef GLINT_MODEL_PAIRS_PRIV_H
#define GLINT_MODEL_PAIRS_PRIV_H

#include "model/score.h"
#include "model_priv.h"

/* One side of the pairs. Entries are numbered in the order of `walk`: those that can be scored
 * first, profile by profile, then the others. */
typedef struct Side {
    size_t n, known;   /* entries; those with a prediction */
    uint32_t *row;     /* n: row of the world's table */
    uint32_t *place;   /* n: which of the asked-for entries it is (0 .. n-1) */
    double *part;      /* n: its share of the linear predictor */
    uint32_t *profile; /* n: which of the distinct combinations of joint values it has */
    size_t nprofiles;
    size_t *first; /* nprofiles + 1: where each profile begins in `walk` */
} Side;

struct PairScorer {
    const Model *m;
    const World *w;
    PairOptions opt;
    RowMaker *maker;
    Side user, post;
    size_t answers; /* posts left out, since they answer another one */
    bool joint; /* some term reads both */
    bool
        by_rows; /* a variable does, or the table would be too large: every pair is made as a row */
    double *table; /* user.nprofiles x post.nprofiles: what joint terms add; NULL without them */
    ReplayReport replay;
};

/* Fills sides and table. */
bool pair_parts(PairScorer *s, Error *err);
void side_clear(Side *s);
/* Linear predictors of n pairs of rows of the world's tables, with only the terms whose mask is set
 * (NULL: all). `ok` has n entries. */
bool pair_rows_eta(PairScorer *s, const uint32_t *users, const uint32_t *posts, size_t n,
                   const uint8_t *terms, bool intercept, double *eta, uint8_t *ok, Frame **frame,
                   Error *err);

#endif
