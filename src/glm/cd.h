/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cd.h - the elastic net on a quadratic: used by path.c alone. */
#ifndef GLINT_GLM_CD_H
#define GLINT_GLM_CD_H

#include "solve.h"

typedef struct Cd {
    size_t p;
    double *l1, *l2; /* p: penalties l1 |b| + l2 b^2 / 2; l1 infinite: the coefficient stays 0 */
    uint8_t *in;     /* p: columns that are tried; the caller's guess on entry, right on return */
    double *rest;    /* p: g - H (b - b0) at the solution */
    size_t *set;     /* the columns that are in, `m` of them */
    size_t m;
    double *h, *r, *x, *x0; /* m x m, m, m, m: the quadratic over the set */
    double *room;           /* 4 p */
    size_t *index;          /* the finish: which of the set are not 0, */
    double *part;           /* and their part of h */
    Solver solver;
} Cd;

bool cd_init(Cd *c, size_t p, Error *err);
void cd_clear(Cd *c);

/* Minimises (b - b0)' H (b - b0) / 2 - g'(b - b0) + sum l1_j |b_j| + l2_j b_j^2 / 2 from b0 (p,
 * replaced by the minimum). H: p x p. *decrement: (b - b0)' H (b - b0). Fails for memory, or when
 * cancelled. */
bool cd_solve(Cd *c, const double *h, const double *g, double *b, double *decrement, Error *err);

#endif
