/* SPDX-License-Identifier: GPL-3.0-or-later */
/* near.h - the real rows that are nearest to a what-if vector, with what happened there. */
#ifndef GLINT_MODEL_NEAR_H
#define GLINT_MODEL_NEAR_H

#include "model/whatif.h"

typedef struct NearRow {
    uint32_t row;    /* of the frame */
    double distance; /* in standard deviations; two different levels are one apart */
    double y, p;     /* what happened, what the model says; NaN when not known */
} NearRow;
typedef struct NearResult {
    size_t n;
    NearRow *rows;     /* nearest first; heap */
    double observed;   /* mean outcome of these rows */
    char warning[200]; /* "no row within 3 standard deviations: the model extrapolates", or "" */
} NearResult;
#define NEAR_FAR 3.0 /* standard deviations: no neighbour nearer than this means extrapolation */

/* The k rows of `f` (normally the training table) nearest to the vector in the model's inputs. */
bool near_rows(const WhatIf *w, const Frame *f, size_t k, NearResult *out, Error *err);
void near_clear(NearResult *r);

#endif
