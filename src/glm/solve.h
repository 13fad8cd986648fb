/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * solve.h - the normal equations H x = g with H = X'WX + penalty: which columns are aliased,
 * steps, the inverse.
 */
#ifndef GLINT_GLM_SOLVE_H
#define GLINT_GLM_SOLVE_H

#include <stdint.h>

#include "base/error.h"

typedef struct Solver {
    size_t p, rank;
    size_t *active;   /* rank columns that are not aliased, ascending */
    uint8_t *aliased; /* p */
    double *scale;    /* p: 1 / sqrt(H_jj) */
    double *l, *l_lo; /* rank x rank, lower, row major: factor of the scaled H; l_lo NULL when in
                         doubles */
    double min_pivot; /* of the scaled H, 1 at best: 1 / (1 + R^2 / (1 - R^2)) of the worst column
                         on those before it */
    double log_det;   /* of H over the active columns */
    double *work;     /* 2 p */
    double *grown;    /* room for l_lo, made when first needed */
} Solver;

bool solver_init(Solver *s, size_t p, Error *err);
void solver_clear(Solver *s);

/* A column whose pivot falls below the tolerance is aliased with those before it. */
#define TOL_ALIASED 1e-11         /* H in doubles: rounding leaves 1e-13 at the most */
#define TOL_ALIASED_PRECISE 1e-22 /* H in twice the precision */

/* Factors H (p x p, symmetric), H_lo its low part or NULL; `add` (p or NULL) is added to the
 * diagonal. False with ERR_NOMEM only. */
bool solver_factor(Solver *s, const double *h, const double *h_lo, const double *add, Error *err);
/* x = H^-1 g; zero where aliased. g_lo may be NULL. */
void solver_solve(const Solver *s, const double *g, const double *g_lo, double *x);
/* H^-1, p x p; zero in rows and columns of aliased ones. */
bool solver_inverse(const Solver *s, double *inverse, Error *err);

#endif
