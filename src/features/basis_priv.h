/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * basis_priv.h - variables that are more than their own value: poly(), ns(), bs() make several
 * columns of a number, cut() makes a level of it. design_learn.c calls the learners, both ways of
 * building a design the evaluators.
 */
#ifndef GLINT_FEATURES_BASIS_PRIV_H
#define GLINT_FEATURES_BASIS_PRIV_H

#include "features/design.h"

/* Fills nbasis and knots, alpha or norm2 of `code` (arena `a`) from the n numbers that are there; n
 * > 0, all finite. Fails when there are too few distinct values or a knot lies outside. x is left
 * in another order for splines. */
bool basis_learn(const Var *v, double *x, size_t n, Arena *a, VarCode *code, Error *err);

/* What evaluating needs, worked out once from Var and VarCode. */
typedef struct Basis Basis;
Basis *basis_new(const Var *v, const VarCode *code, Arena *a);
/* The columns at x: out has code->nbasis entries. Any finite x; splines go on outside as R's
 * predict() does. */
void basis_at(const Basis *b, double x, double *out);

/* cut(): breaks to code->knots, labels to code->levels (nlevels, counts zero). */
bool cut_learn(const Var *v, const double *x, size_t n, Arena *a, VarCode *code, Error *err);
/* The interval x falls into, or -1. */
int32_t cut_at(const Var *v, const VarCode *code, double x);

#endif
