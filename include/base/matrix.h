/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * matrix.h - the design matrix X, n x p, kept in blocks: nothing that is n x p is ever stored.
 *
 * A dense block is one column that points at numbers which somebody else owns (a frame's column,
 * or a column that the design made). A coded block is k columns of a factor: row i has a 1 (or
 * the value of `times`) in column col_of[code[i]], or nothing when that is -1 (the reference
 * level). With `contrast` (sum, helmert ...) row i has the whole row
 * contrast[code[i]][0..ncols-1] instead. The intercept is a dense block without data: all ones.
 *
 * `rows` selects and orders rows (NULL: all, 0..n-1): storage row of matrix row i is rows[i]. It
 * applies to every pointer in the blocks, and not to y, w, offset, which have n entries of their
 * own, already in matrix order.
 */
#ifndef GLINT_BASE_MATRIX_H
#define GLINT_BASE_MATRIX_H

#include <stdint.h>

#include "base/error.h"

typedef enum BlockKind { BLOCK_ONES, BLOCK_DENSE, BLOCK_CODED } BlockKind;
typedef enum VecType { VEC_REAL, VEC_INT, VEC_BOOL } VecType; /* double, int64_t, uint8_t */

typedef struct Vec {
    VecType type;
    const void *p; /* NULL: all ones */
} Vec;

typedef struct Block {
    BlockKind kind;
    size_t first, ncols; /* columns first .. first+ncols-1 of X */
    Vec data;            /* BLOCK_DENSE: the column */
    double add, mul;     /* BLOCK_DENSE: x = (value + add) * mul; identity is 0, 1 */
    const int32_t *code; /* BLOCK_CODED: 0 .. nlevels-1 */
    int32_t nlevels;
    const int32_t *col_of;  /* BLOCK_CODED: nlevels; column offset within the block or -1 */
    const double *contrast; /* BLOCK_CODED: nlevels x ncols row major, or NULL */
    Vec times;              /* BLOCK_CODED: factor:numeric; data NULL means 1 */
    bool has_times;
    const double *low; /* BLOCK_DENSE of reals: what rounding took from each value (x^10 is not a
                          double), or NULL */
} Block;

typedef struct Matrix {
    size_t n, p;
    size_t nblocks;
    Block *blocks;        /* in column order, columns 0..p-1 covered once */
    const uint32_t *rows; /* n, or NULL */
} Matrix;

static inline double vec_at(Vec v, size_t i)
{
    if (!v.p)
        return 1.0;
    switch (v.type) {
    case VEC_REAL:
        return ((const double *)v.p)[i];
    case VEC_INT:
        return (double)((const int64_t *)v.p)[i];
    default:
        return ((const uint8_t *)v.p)[i];
    }
}

/* The first column of ones, or SIZE_MAX. */
size_t matrix_ones(const Matrix *x);
/* A number near the values of each dense column (p; zero for factors), to count from: their mean
 * over evenly spaced rows, and exactly the constant of a constant column. NULL when X has no
 * column of ones. Free with free(). */
double *matrix_centres(const Matrix *x);
/* One row, dense: out has p entries. For tests, what-if, influence of few rows. */
void matrix_row(const Matrix *x, size_t row, double *out);
/* The entries of one row that are not zero by construction (dense columns always count): writes
 * column numbers to `col` and values to `val` in ascending order, returns how many. Both have
 * room for matrix_row_max() entries. */
size_t matrix_row_sparse(const Matrix *x, size_t row, uint32_t *col, double *val);
size_t matrix_row_max(const Matrix *x);
/* The same with the low part of each value: value + low is nearer to what the column stands for. */
size_t matrix_row_precise(const Matrix *x, size_t row, uint32_t *col, double *val, double *low);
/* eta = X b (+ offset when given): eta has n entries. On threads, same bits with any number. */
bool matrix_times(const Matrix *x, const double *b, const double *offset, double *eta, Error *err);
/* out = X' r: out has p entries. */
bool matrix_cross_vec(const Matrix *x, const double *r, double *out, Error *err);
/* out = X' diag(w) X, full symmetric p x p row major; w NULL means ones. */
bool matrix_cross(const Matrix *x, const double *w, double *out, Error *err);
/* Column means and standard deviations (weighted by w or plain; sd divides by n), and min and
 * max; any may be NULL. */
bool matrix_moments(const Matrix *x, const double *w, double *mean, double *sd, double *min,
                    double *max, Error *err);

#endif
