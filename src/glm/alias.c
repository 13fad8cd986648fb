/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alias.c - are the columns that a factor in doubles left out really combinations of the others?
 *
 * Rounding makes a pivot of 1e-13 of a column that is one (the last level of a full one-hot
 * block), and Filip's polynomial has honest pivots nearly as small. Summing X'WX again in twice
 * the precision tells (oracle_precise.c), and takes long on large data. Here it is asked of X
 * itself: v = sum of c_k (e_k - coefficients of column k on the others) over the columns left
 * out, and X v must vanish. One v does for all of them, since the c_k have nothing to do with X;
 * it is improved once by least squares on its own residual.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "fit_priv.h"

#define GOLDEN 0.61803398874989484820
/* Largest |x_i'v| beside the largest of sum |x_ij v_j|, p of whose roundings it may hold. */
#define VANISHES 1e-11

/* c_k: fractions of multiples of the golden section, in [1/2, 3/2). */
static double weight_of(size_t k)
{
    double f = (double)(k + 1) * GOLDEN;
    return 0.5 + (f - floor(f));
}

static void first_guess(const Irls *w, double *v, double *room)
{
    size_t p = w->p;
    memset(v, 0, p * sizeof *v);
    for (size_t k = 0; k < p; k++) {
        if (!w->solver.aliased[k])
            continue;
        double c = weight_of(k);
        solver_solve(&w->solver, w->now.info + k * p, NULL, room);
        for (size_t j = 0; j < p; j++)
            v[j] -= c * room[j];
        v[k] += c;
    }
}

/* The largest value of |x_i'v| and of sum_j |x_ij v_j|. */
static bool largest(const Problem *pb, const double *v, double *eta, double *most, double *parts,
                    Error *err)
{
    size_t max = matrix_row_max(pb->x) + 1;
    uint32_t *col = xmalloc(max * sizeof *col);
    double *val = xmalloc(max * sizeof *val);
    bool ok = matrix_times(pb->x, v, NULL, eta, err);
    *most = *parts = 0.0;
    for (size_t i = 0; ok && i < pb->x->n; i++)
        *most = fmax(*most, fabs(eta[i]));
    for (size_t i = 0; ok && i < pb->x->n;
         i += pb->x->n / 1000 + 1) { /* a scale: some rows tell it */
        size_t n = matrix_row_sparse(pb->x, i, col, val);
        double s = 0.0;
        for (size_t a = 0; a < n; a++)
            s += fabs(val[a] * v[col[a]]);
        *parts = fmax(*parts, s);
    }
    free(col);
    free(val);
    return ok;
}

bool aliases_hold(const Irls *w, const Problem *pb, bool *hold, Error *err)
{
    size_t p = w->p, n = pb->x->n;
    double *v = xcalloc(4 * p + 1, sizeof *v), *raw = v + p, *grad = raw + p, *fix = grad + p;
    double *eta = big_alloc(n + 1, sizeof *eta, false, "a null vector", err), most, parts;
    bool ok = eta != NULL;
    *hold = false;
    first_guess(w, v, fix);
    for (int round = 0; ok && !*hold && round < 2; round++) {
        memcpy(raw, v, p * sizeof *raw);
        centre_to_raw(w->o, raw);
        ok = largest(pb, raw, eta, &most, &parts, err);
        *hold = ok && most <= VANISHES * parts;
        if (!ok || *hold || round == 1)
            continue;
        /* what the columns that stay explain of the residual; X'X and X'WX differ, but both undo
         * rounding */
        ok = gram_cross(pb->x, w->o->centre, NULL, eta, grad, NULL, err);
        solver_solve(&w->solver, grad, NULL, fix);
        for (size_t j = 0; j < p; j++)
            v[j] -= fix[j];
    }
    free(v);
    free(eta);
    return ok;
}
