/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernels.h - from linear predictors to weights and residuals, for the rows of a tile.
 *
 * y, w and eta have room for whole vectors; entries behind the n-th have w = 0 and y = 0.
 */
#ifndef GLINT_GLM_KERNELS_H
#define GLINT_GLM_KERNELS_H

#include "glm/oracle.h"

typedef struct RowSums {
    double deviance, pearson;
    uint64_t invalid; /* rows of positive weight without a valid mu */
} RowSums;

/* Working weights W = w dmu^2 / V and score residuals r = w (y - mu) dmu / V of n rows; adds to
 * the sums. */
typedef void (*RowKernel)(const Problem *pb, const double *eta, const double *y, const double *w,
                          size_t n, double *weight, double *resid, RowSums *sums);

/* The kernel for the problem's family and link. `only_01`: every y is 0 or 1; `counts`: every y is
 * one of 0 .. COUNTS - 1. On the main thread. */
RowKernel kernel_pick(const Problem *pb, bool only_01, bool counts);
/* Weights and W z at the family's start for each y (EVAL_START in oracle.h). */
void kernel_start(const Problem *pb, const double *y, const double *w, const double *offset,
                  size_t n, double *weight, double *resid, RowSums *sums);

#endif
