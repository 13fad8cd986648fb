/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gram.h - X'WX, X'r and X b, tile by tile, without ever expanding X.
 *
 * A pass over rows goes like this, once for each tile of a chunk:
 *     gram_load    the tile's columns and codes into this thread's scratch
 *     gram_eta     X b of the tile
 *     (the caller turns eta into weights w and residuals r)
 *     gram_add     adds X' diag(w) X and X' r to this thread's sums
 * Then gram_merge adds a chunk's sums to the total, in the order of the chunks, and gram_result
 * writes p and p x p.
 *
 * Dense columns may be walked centred: column j counts as x_j - centre[j], so that a column of
 * dates around 1.7e9 keeps its digits.
 */
#ifndef GLINT_BASE_GRAM_H
#define GLINT_BASE_GRAM_H

#include "base/matrix.h"

#define GRAM_TILE_MAX 256

typedef struct GramPlan
    GramPlan;             /* how X is walked: shared by the threads, read only while they run */
typedef struct Gram Gram; /* one thread's tile and sums */

/* centre: p entries, copied; NULL for none. Only dense columns may be centred (asserted). */
GramPlan *gram_plan_new(const Matrix *x, const double *centre, Error *err);
void gram_plan_free(GramPlan *plan);
/* Rows of one chunk of a parallel pass: larger when the sums that must be merged are larger. */
size_t gram_plan_chunk(const GramPlan *plan);
/* Rows of one tile: a multiple of 8, at most GRAM_TILE_MAX. */
size_t gram_plan_tile(const GramPlan *plan);
/* Bytes that one Gram holds, and operations that gram_add does for a row: for the roofline. */
size_t gram_plan_bytes(const GramPlan *plan);
double gram_plan_row_flops(const GramPlan *plan);
/* Sets the coefficients (p) that gram_eta uses. Main thread, before the workers start. */
void gram_plan_coef(GramPlan *plan, const double *b);

Gram *gram_new(const GramPlan *plan, Error *err);
void gram_free(Gram *g);
/* Before the first gram_add of a chunk: with `info` for X'WX and X'r, without for X'r and the
 * diagonal of X'WX for columns of levels, whose sums are few. */
void gram_zero(Gram *g, bool info);
/* Rows [from, from + n) of X into the tile; n <= gram_plan_tile(). */
void gram_load(Gram *g, size_t from, size_t n);
/* eta[i] = X b of the loaded rows (+ offset[i] when given). `eta` has room for the tile. */
void gram_eta(Gram *g, const double *offset, double *eta);
/* Adds X' r (r not NULL) and X' diag(w) X (w not NULL) of the loaded rows, or what gram_zero left
 * of it. Both arrays have room for a whole tile, which is filled up with zeros here. */
void gram_add(Gram *g, double *w, double *r);
/* Both were begun with the same gram_zero. */
void gram_merge(Gram *total, const Gram *part);
/* grad: p or NULL; info: p x p, both triangles, or NULL; diag: p or NULL, the diagonal of info for
 * columns of levels, else 0. */
void gram_result(Gram *total, double *grad, double *info, double *diag);

/* X' diag(w) X and X' r of all rows, on threads. w NULL means ones; r, grad, info may be NULL. */
bool gram_cross(const Matrix *x, const double *centre, const double *w, const double *r,
                double *grad, double *info, Error *err);

#endif
