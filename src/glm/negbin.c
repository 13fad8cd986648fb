/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * negbin.c - theta of the negative binomial by maximum likelihood.
 *
 * Coefficients and theta are fitted in turn until neither moves: they are orthogonal (Lawless,
 * Canadian Journal of Statistics 15, 1987), so this converges fast, and the covariance of b is
 * that at fixed theta. Given mu, theta is found by Newton's method on log theta from
 *     l'(theta) = sum w [psi(y + theta) - psi(theta) + log theta + 1 - log(theta + mu) - (y +
 * theta)/(mu + theta)] Venables & Ripley, Modern Applied Statistics with S, 2002, section 7.4
 * (theta.ml). The error of theta is from the observed information -l''. Where the counts vary no
 * more than a Poisson's, theta runs to infinity: that is said.
 */
#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_sf_psi.h>

#include "base/mem.h"
#include "infer_priv.h"

#define MAX_ROUNDS 60
#define MAX_NEWTON 100
#define THETA_MAX 1e7 /* the variance is a Poisson's to seven digits */
#define THETA_TOL 1e-13

typedef struct Slopes {
    double first, second; /* l', l'' in theta */
} Slopes;

/* psi(y + t) - psi(t) and its derivative; by the recurrence for small counts, which loses
 * nothing. */
static void psi_steps(double y, double t, double *d0, double *d1)
{
    *d0 = *d1 = 0.0;
    if (y == floor(y) && y <= 40.0) {
        for (double k = 0.0; k < y; k += 1.0) {
            *d0 += 1.0 / (t + k);
            *d1 -= 1.0 / ((t + k) * (t + k));
        }
        return;
    }
    *d0 = gsl_sf_psi(y + t) - gsl_sf_psi(t);
    *d1 = gsl_sf_psi_1(y + t) - gsl_sf_psi_1(t);
}

static Slopes slopes(const Problem *pb, const double *mu, double t)
{
    Slopes s = {0.0, 0.0};
    for (size_t i = 0; i < pb->x->n; i++) {
        double w = pb->w ? pb->w[i] : 1.0, y = pb->y[i], m = mu[i], d0, d1;
        if (w == 0.0)
            continue;
        psi_steps(y, t, &d0, &d1);
        /* log(theta/(theta + mu)) + (mu - y)/(theta + mu) */
        s.first += w * (d0 - log1p(m / t) + (m - y) / (t + m));
        s.second += w * (d1 + m / (t * (t + m)) - (m - y) / ((t + m) * (t + m)));
    }
    return s;
}

/* Moment start of MASS's theta.ml: n / sum (y/mu - 1)^2. */
static double theta_start(const Problem *pb, const double *mu)
{
    double n = 0.0, s = 0.0;
    for (size_t i = 0; i < pb->x->n; i++) {
        double w = pb->w ? pb->w[i] : 1.0, d = pb->y[i] / mu[i] - 1.0;
        n += w;
        s += w * d * d;
    }
    double t = n / s;
    return t > 0.0 && t < THETA_MAX ? t : 1.0;
}

/* Newton on log theta, at most a factor of e^2 a step. Returns theta, at most THETA_MAX. */
static double theta_at(const Problem *pb, const double *mu, double t, double *se)
{
    for (int k = 0; k < MAX_NEWTON; k++) {
        Slopes s = slopes(pb, mu, t);
        double g = t * s.first, h = t * s.first + t * t * s.second; /* in log theta */
        double step = h < 0.0 ? -g / h : g > 0.0 ? 1.0 : -1.0;
        step = step > 2.0 ? 2.0 : step < -2.0 ? -2.0 : step;
        t *= exp(step);
        if (t >= THETA_MAX)
            return THETA_MAX;
        if (fabs(step) < THETA_TOL)
            break;
    }
    Slopes s = slopes(pb, mu, t);
    *se = s.second < 0.0 ? sqrt(-1.0 / s.second) : NAN;
    return t;
}

static bool means(const Problem *pb, const Fit *f, double *mu, Error *err)
{
    double *b = xmalloc((f->p + 1) * sizeof *b);
    for (size_t j = 0; j < f->p; j++)
        b[j] = isnan(f->b[j]) ? 0.0 : f->b[j];
    RowVectors out = {.mu = mu};
    bool ok = row_vectors(pb, b, &out, err);
    free(b);
    return ok;
}

Fit *negbin_fit(Problem *pb, const FitOptions *opt, FitOnce once, Error *err)
{
    FitOptions mine = *opt;
    double se = NAN, *mu = big_alloc(pb->x->n + 1, sizeof(double), true, "the fitted values", err);
    double *start = xmalloc((pb->x->p + 1) * sizeof *start);
    Fit *f = NULL;
    int iterations = 0;
    pb->param = THETA_MAX; /* the first fit is a Poisson's */
    for (int k = 0; mu && k < MAX_ROUNDS; k++) {
        fit_free(f);
        f = once(pb, &mine, err);
        if (!f || f->status == FIT_SEPARATED || !means(pb, f, mu, err))
            break;
        iterations += f->iterations;
        f->iterations = iterations;
        double t = theta_at(pb, mu, k ? pb->param : theta_start(pb, mu), &se);
        if (fabs(t - pb->param) <= 1e-12 * t)
            break;
        pb->param = t;
        for (size_t j = 0; j < f->p; j++)
            start[j] = isnan(f->b[j]) ? 0.0 : f->b[j];
        mine.start = start;
    }
    if (f && error_is_set(err)) {
        fit_free(f);
        f = NULL;
    }
    if (f) {
        f->param = pb->param >= THETA_MAX ? INFINITY : pb->param;
        f->param_se = pb->param >= THETA_MAX ? NAN : se;
    }
    free(mu);
    free(start);
    return f;
}
