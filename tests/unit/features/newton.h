/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * newton.h - a logistic fit in forty lines, for tests of this room, which must not know the room
 * glm: Newton's method on a dense matrix, Cholesky without pivoting. X: n x p row major; b: p,
 * out; se: p, out, may be NULL.
 */
#ifndef TESTS_FEATURES_NEWTON_H
#define TESTS_FEATURES_NEWTON_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline bool cholesky(double *a, size_t p)
{
    for (size_t j = 0; j < p; j++) {
        for (size_t k = 0; k < j; k++)
            for (size_t i = j; i < p; i++)
                a[i * p + j] -= a[i * p + k] * a[j * p + k];
        if (!(a[j * p + j] > 1e-10))
            return false;
        double root = sqrt(a[j * p + j]);
        for (size_t i = j; i < p; i++)
            a[i * p + j] /= root;
    }
    return true;
}

static inline void solve_lower(const double *l, size_t p, double *x)
{
    for (size_t i = 0; i < p; i++) {
        for (size_t k = 0; k < i; k++)
            x[i] -= l[i * p + k] * x[k];
        x[i] /= l[i * p + i];
    }
}

static inline void solve_upper(const double *l, size_t p, double *x)
{
    for (size_t i = p; i-- > 0;) {
        for (size_t k = i + 1; k < p; k++)
            x[i] -= l[k * p + i] * x[k];
        x[i] /= l[i * p + i];
    }
}

static inline bool newton(const double *x, const double *y, size_t n, size_t p, double offset,
                          double *b, double *se)
{
    double *h = malloc(p * p * sizeof *h), *g = malloc(p * sizeof *g);
    bool ok = h && g;
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        mean += y[i] / (double)n;
    memset(b, 0, p * sizeof *b);
    b[0] = log(mean / (1 - mean)) - offset; /* column 0 is the intercept */
    for (int step = 0; ok && step < 50; step++) {
        memset(h, 0, p * p * sizeof *h);
        memset(g, 0, p * sizeof *g);
        for (size_t i = 0; i < n; i++) {
            const double *row = x + i * p;
            double eta = offset;
            for (size_t j = 0; j < p; j++)
                eta += row[j] * b[j];
            double mu = 1 / (1 + exp(-eta)), w = mu * (1 - mu);
            for (size_t j = 0; j < p; j++) {
                g[j] += row[j] * (y[i] - mu);
                for (size_t k = 0; row[j] != 0 && k <= j; k++)
                    h[j * p + k] += w * row[j] * row[k];
            }
        }
        ok = cholesky(h, p);
        solve_lower(h, p, g);
        solve_upper(h, p, g);
        double largest = 0;
        for (size_t j = 0; j < p; j++)
            largest = fmax(largest, fabs(g[j]));
        /* far from the optimum a full step may leave it for good */
        for (size_t j = 0; j < p; j++)
            b[j] += g[j] * (largest > 1 ? 1 / largest : 1);
        if (largest < 1e-9)
            break;
    }
    for (size_t j = 0; ok && se && j < p; j++) {
        memset(g, 0, p * sizeof *g);
        g[j] = 1;
        solve_lower(h, p, g);
        double var = 0;
        for (size_t k = 0; k < p; k++)
            var += g[k] * g[k];
        se[j] = sqrt(var);
    }
    free(h);
    free(g);
    return ok;
}

#endif
