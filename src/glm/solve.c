/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * solve.c - Cholesky factors of the information, in doubles or in twice the precision.
 *
 * H is scaled to a unit diagonal first, so that columns of 1e-12 and of 1e12 stand side by side
 * (van der Sluis 1969: within sqrt(p) of the best scaling). Columns are taken in order: the pivot
 * of column j is then the part of it that the columns before it do not explain, and a column
 * without such a part is aliased, as in R: later ones go, earlier ones stay. In doubles LAPACK
 * factors all columns when every pivot is good; else, and in twice the precision, the loop below
 * does it row by row and leaves the aliased ones out.
 */
#include "solve.h"

#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/dd.h"

/* LAPACK as OpenBLAS carries it, in Fortran's terms: the last argument is the length of uplo. The C
 * interface would bring a second BLAS and LAPACK into the process, for two calls. */
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t len);
void dpotri_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t len);

bool solver_init(Solver *s, size_t p, Error *err)
{
    *s = (Solver){.p = p};
    s->active = xcalloc(p + 1, sizeof *s->active);
    s->aliased = xcalloc(p + 1, 1);
    s->scale = xcalloc(p + 1, sizeof *s->scale);
    s->work = xcalloc(2 * p + 2, sizeof *s->work);
    s->l = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    openblas_set_num_threads(1); /* the same bits whatever the number of threads */
    return s->l != NULL;
}

void solver_clear(Solver *s)
{
    free(s->active);
    free(s->aliased);
    free(s->scale);
    free(s->work);
    free(s->l);
    free(s->grown);
    *s = (Solver){0};
}

/* Factor with all columns at once; false when a pivot is too small. */
static bool factor_at_once(Solver *s, const double *h, const double *add)
{
    size_t p = s->p;
    int n = (int)p, info = 0;
    for (size_t i = 0; i < p; i++) {
        if (s->scale[i] == 0.0)
            return false;
        for (size_t j = 0; j <= i; j++)
            s->l[i * p + j] =
                (h[i * p + j] + (i == j && add ? add[i] : 0.0)) * s->scale[i] * s->scale[j];
    }
    /* the lower triangle by rows is the upper one by columns */
    if (p)
        dpotrf_("U", &n, s->l, &n, &info, 1);
    if (info != 0)
        return false;
    s->min_pivot = 1.0;
    s->log_det = 0.0;
    for (size_t i = 0; i < p; i++) {
        double d = s->l[i * p + i];
        s->min_pivot = fmin(s->min_pivot, d * d);
        s->log_det += 2.0 * log(d / s->scale[i]);
        s->active[i] = i;
        s->aliased[i] = 0;
    }
    s->rank = p;
    return s->min_pivot >= TOL_ALIASED;
}

static Dd entry(const Solver *s, const double *h, const double *h_lo, const double *add, size_t i,
                size_t j)
{
    Dd v = {h[i * s->p + j], h_lo ? h_lo[i * s->p + j] : 0.0};
    if (i == j && add)
        v = dd_add(v, dd_of(add[i]));
    return dd_mul_d(v, s->scale[i] * s->scale[j]); /* powers of two when precise: exact */
}

/* Row by row, leaving aliased columns out. In twice the precision when l_lo is there. */
static void factor_in_order(Solver *s, const double *h, const double *h_lo, const double *add)
{
    size_t ld = s->p, m = 0;
    double tol = s->l_lo ? TOL_ALIASED_PRECISE : TOL_ALIASED;
    s->min_pivot = 1.0;
    s->log_det = 0.0;
    for (size_t i = 0; i < s->p; i++) {
        double *row = s->l + m * ld, *low = s->l_lo ? s->l_lo + m * ld : NULL;
        s->aliased[i] = 1;
        if (s->scale[i] == 0.0)
            continue;
        Dd d = entry(s, h, h_lo, add, i, i);
        double full = d.hi;
        for (size_t k = 0; k < m; k++) {
            const double *rk = s->l + k * ld, *lk = s->l_lo ? s->l_lo + k * ld : NULL;
            Dd v = entry(s, h, h_lo, add, i, s->active[k]);
            if (low) {
                for (size_t t = 0; t < k; t++)
                    v = dd_sub(v, dd_mul((Dd){row[t], low[t]}, (Dd){rk[t], lk[t]}));
                v = dd_div(v, (Dd){rk[k], lk[k]});
                low[k] = v.lo;
                d = dd_sub(d, dd_mul(v, v));
            } else {
                v.hi = (v.hi - cblas_ddot((int)k, row, 1, rk, 1)) / rk[k];
                d.hi -= v.hi * v.hi;
            }
            row[k] = v.hi;
        }
        if (!(d.hi > tol * full))
            continue;
        s->min_pivot = fmin(s->min_pivot, d.hi / full);
        d = low ? dd_sqrt(d) : dd_of(sqrt(d.hi));
        row[m] = d.hi;
        if (low)
            low[m] = d.lo;
        s->log_det += 2.0 * log(d.hi / s->scale[i]);
        s->aliased[i] = 0;
        s->active[m++] = i;
    }
    s->rank = m;
}

bool solver_factor(Solver *s, const double *h, const double *h_lo, const double *add, Error *err)
{
    size_t p = s->p;
    for (size_t i = 0; i < p; i++) {
        double d = h[i * p + i] + (add ? add[i] : 0.0);
        s->scale[i] = d > 0.0 && isfinite(d) ? 1.0 / sqrt(d) : 0.0;
        if (h_lo && s->scale[i] != 0.0)
            s->scale[i] = exp2(floor(log2(s->scale[i])));
    }
    s->l_lo = NULL;
    if (h_lo) {
        if (!s->grown)
            s->grown = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
        if (!s->grown)
            return false;
        s->l_lo = s->grown;
    } else if (factor_at_once(s, h, add)) {
        return true;
    }
    factor_in_order(s, h, h_lo, add);
    return true;
}

/* L y = g, then L' x = y, over the active columns. */
static void solve_double(const Solver *s, double *x)
{
    size_t m = s->rank, ld = s->p;
    for (size_t i = 0; i < m; i++)
        x[i] = (x[i] - cblas_ddot((int)i, s->l + i * ld, 1, x, 1)) / s->l[i * ld + i];
    for (size_t i = m; i-- > 0;) {
        x[i] /= s->l[i * ld + i];
        cblas_daxpy((int)i, -x[i], s->l + i * ld, 1, x, 1);
    }
}

static Dd factor_at(const Solver *s, size_t i, size_t j)
{
    return (Dd){s->l[i * s->p + j], s->l_lo[i * s->p + j]};
}

static void solve_precise(const Solver *s, double *hi, double *lo)
{
    size_t m = s->rank;
    for (size_t i = 0; i < m; i++) {
        Dd v = {hi[i], lo[i]};
        for (size_t k = 0; k < i; k++)
            v = dd_sub(v, dd_mul(factor_at(s, i, k), (Dd){hi[k], lo[k]}));
        v = dd_div(v, factor_at(s, i, i));
        hi[i] = v.hi;
        lo[i] = v.lo;
    }
    for (size_t i = m; i-- > 0;) {
        Dd v = {hi[i], lo[i]};
        for (size_t k = i + 1; k < m; k++)
            v = dd_sub(v, dd_mul(factor_at(s, k, i), (Dd){hi[k], lo[k]}));
        v = dd_div(v, factor_at(s, i, i));
        hi[i] = v.hi;
        lo[i] = v.lo;
    }
}

void solver_solve(const Solver *s, const double *g, const double *g_lo, double *x)
{
    double *hi = s->work, *lo = s->work + s->p;
    for (size_t k = 0; k < s->rank; k++) {
        double c = s->scale[s->active[k]];
        hi[k] = g[s->active[k]] * c;
        lo[k] = g_lo && s->l_lo ? g_lo[s->active[k]] * c : 0.0;
    }
    if (s->l_lo)
        solve_precise(s, hi, lo);
    else
        solve_double(s, hi);
    memset(x, 0, s->p * sizeof *x);
    for (size_t k = 0; k < s->rank; k++)
        x[s->active[k]] = hi[k] * s->scale[s->active[k]];
}

bool solver_inverse(const Solver *s, double *inverse, Error *err)
{
    size_t p = s->p, m = s->rank;
    double *part = big_alloc(m * m + 2 * p + 1, sizeof(double), true, "the covariance", err);
    if (!part)
        return false;
    if (!s->l_lo) {
        for (size_t i = 0; i < m; i++)
            memcpy(part + i * m, s->l + i * p, (i + 1) * sizeof *part);
        int n = (int)m, info;
        if (m)
            dpotri_("U", &n, part, &n, &info, 1);
    } else {
        double *hi = part + m * m, *lo = hi + p;
        for (size_t j = 0; j < m; j++) {
            memset(hi, 0, 2 * p * sizeof *hi);
            hi[j] = 1.0;
            solve_precise(s, hi, lo);
            for (size_t i = j; i < m; i++)
                part[i * m + j] = hi[i];
        }
    }
    memset(inverse, 0, p * p * sizeof *inverse);
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j <= i; j++) {
            size_t a = s->active[i], b = s->active[j];
            inverse[a * p + b] = inverse[b * p + a] = part[i * m + j] * s->scale[a] * s->scale[b];
        }
    }
    free(part);
    return true;
}
