/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kernels.c - the inner loops of a pass: eta to weights, residuals and deviance.
 *
 * Three pairs have kernels of their own, four rows at a time: binomial with logit for 0/1
 * responses, Poisson with log, gaussian with identity. Every other pair goes through the
 * functions of its family and link, row by row.
 *
 * Logit, with z = exp(-|eta|) in (0, 1] and q = 1/(1 + z): the likelier outcome has probability
 * q, the other z q, and a row that went against its eta adds |eta| to log(1 + z). Nothing is
 * subtracted from 1.
 */
#include "kernels.h"

#include <math.h>

#include "base/gram.h"
#include "families_priv.h"
#include "fit_priv.h"
#include "vmath.h"

SIMD_CLONES
static void logit_01(const Problem *pb, const double *eta, const double *y, const double *w,
                     size_t n, double *weight, double *resid, RowSums *sums)
{
    V4 dev = V4_ALL(0.0), chi = V4_ALL(0.0);
    (void)pb;
    for (size_t i = 0; i < n; i += SIMD_LANES) {
        V4 e, t, v;
        V4_LOAD(e, eta + i);
        V4_LOAD(t, y + i);
        V4_LOAD(v, w + i);
        I4 up = e > V4_ALL(0.0), yes = t > V4_ALL(0.5), against = up ^ yes;
        V4 a = V4_SELECT(up, e, -e), z = exp4(-a), q = 1.0 / (1.0 + z), zq = z * q;
        V4 miss = V4_SELECT(against, q, zq); /* |y - mu| */
        V4 r = v * V4_SELECT(yes, miss, -miss), big = v * (zq * q);
        dev += v * (log1p4_unit(z) + V4_SELECT(against, a, V4_ALL(0.0)));
        chi += v * V4_SELECT(against, 1.0 / z, z);
        V4_STORE(weight + i, big);
        V4_STORE(resid + i, r);
    }
    sums->deviance += 2.0 * v4_sum(&dev);
    sums->pearson += v4_sum(&chi);
}

static double log_of_count[COUNTS];

static void fill_logs(void)
{
    for (size_t k = 1; k < COUNTS; k++) {
        V4 l = log4(V4_ALL((double)k));
        log_of_count[k] = l[0];
    }
}

/* log y, 0 for y = 0: by log4, or for counts by its table. */
SIMD_INLINE V4 log_response(const double *y, bool counts)
{
    V4 v;
    double l[SIMD_LANES];
    V4_LOAD(v, y);
    if (!counts)
        return log4(V4_SELECT(v > V4_ALL(0.0), v, V4_ALL(1.0)));
    for (size_t k = 0; k < SIMD_LANES; k++)
        l[k] = log_of_count[(int)y[k]];
    V4_LOAD(v, l);
    return v;
}

/* y > 0: d/2 = y (exp(t) - 1 - t) with t = eta - log y, by its series for small t; y = 0: mu. */
SIMD_INLINE void poisson_rows(const double *eta, const double *y, const double *w, size_t n,
                              double *weight, double *resid, RowSums *sums, bool counts)
{
    V4 dev = V4_ALL(0.0), chi = V4_ALL(0.0);
    for (size_t i = 0; i < n; i += SIMD_LANES) {
        V4 e, yy, v;
        V4_LOAD(e, eta + i);
        V4_LOAD(yy, y + i);
        V4_LOAD(v, w + i);
        I4 some = yy > V4_ALL(0.0);
        V4 mu = exp4(e), t = e - log_response(y + i, counts), t2 = t * t;
        V4 a = 0.5 + t * (1.0 / 6) + t2 * ((1.0 / 24) + t * (1.0 / 120));
        V4 b = (1.0 / 720) + t * (1.0 / 5040) + t2 * ((1.0 / 40320) + t * (1.0 / 362880));
        V4 c = (1.0 / 3628800) + t * (1.0 / 39916800) + t2 * (1.0 / 479001600);
        V4 near = yy * t2 * (a + t2 * t2 * (b + t2 * t2 * c));
        V4 far = (mu - yy) - yy * t;
        I4 small = t2 < V4_ALL(0.0625);
        V4 half = V4_SELECT(some, V4_SELECT(small, near, far), mu);
        V4 d = yy - mu, big = v * mu, r = v * d;
        dev += v * half;
        chi += v * (d * d / mu);
        V4_STORE(weight + i, big);
        V4_STORE(resid + i, r);
    }
    sums->deviance += 2.0 * v4_sum(&dev);
    sums->pearson += v4_sum(&chi);
}

SIMD_CLONES
static void poisson_log(const Problem *pb, const double *eta, const double *y, const double *w,
                        size_t n, double *weight, double *resid, RowSums *sums)
{
    (void)pb;
    poisson_rows(eta, y, w, n, weight, resid, sums, false);
}

SIMD_CLONES
static void poisson_counts(const Problem *pb, const double *eta, const double *y, const double *w,
                           size_t n, double *weight, double *resid, RowSums *sums)
{
    (void)pb;
    poisson_rows(eta, y, w, n, weight, resid, sums, true);
}

SIMD_CLONES
static void gaussian_identity(const Problem *pb, const double *eta, const double *y,
                              const double *w, size_t n, double *weight, double *resid,
                              RowSums *sums)
{
    V4 dev = V4_ALL(0.0);
    (void)pb;
    for (size_t i = 0; i < n; i += SIMD_LANES) {
        V4 e, t, v;
        V4_LOAD(e, eta + i);
        V4_LOAD(t, y + i);
        V4_LOAD(v, w + i);
        V4 d = t - e, r = v * d;
        dev += r * d;
        V4_STORE(weight + i, v);
        V4_STORE(resid + i, r);
    }
    double s = v4_sum(&dev);
    sums->deviance += s;
    sums->pearson += s;
}

static void any_pair(const Problem *pb, const double *eta, const double *y, const double *w,
                     size_t n, double *weight, double *resid, RowSums *sums)
{
    const Family *f = pb->family;
    double mu[GRAM_TILE_MAX], dmu[GRAM_TILE_MAX];
    pb->link->inverse(eta, n, mu, dmu);
    for (size_t i = 0; i < n; i++) {
        weight[i] = 0.0;
        resid[i] = 0.0;
        if (w[i] == 0.0)
            continue;
        if (!f->mu_valid(mu[i])) {
            sums->invalid++;
            continue;
        }
        double v = f->variance(mu[i], pb->param), d = y[i] - mu[i];
        double g = dmu[i] / v;
        weight[i] = w[i] * dmu[i] * g;
        resid[i] = w[i] * d * g;
        sums->deviance += w[i] * f->deviance(y[i], mu[i], pb->param);
        sums->pearson += w[i] * (d * d / v);
    }
}

RowKernel kernel_pick(const Problem *pb, bool only_01, bool counts)
{
    const Family *f = pb->family;
    const Link *l = pb->link;
    if (l == &link_logit && only_01 && (f == &family_binomial || f == &family_quasibinomial))
        return logit_01;
    if (l == &link_log && (f == &family_poisson || f == &family_quasipoisson)) {
        if (counts && log_of_count[COUNTS - 1] == 0.0)
            fill_logs();
        return counts ? poisson_counts : poisson_log;
    }
    if (l == &link_identity && f == &family_gaussian)
        return gaussian_identity;
    return any_pair;
}

void kernel_start(const Problem *pb, const double *y, const double *w, const double *offset,
                  size_t n, double *weight, double *resid, RowSums *sums)
{
    const Family *f = pb->family;
    for (size_t i = 0; i < n; i++) {
        weight[i] = 0.0;
        resid[i] = 0.0;
        if (w[i] == 0.0)
            continue;
        double mu = f->start(y[i], w[i]), eta = pb->link->link(mu), back, dmu;
        pb->link->inverse(&eta, 1, &back, &dmu);
        if (!isfinite(eta) || !f->mu_valid(mu) || !f->mu_valid(back)) {
            sums->invalid++;
            continue;
        }
        double v = f->variance(mu, pb->param);
        weight[i] = w[i] * dmu * dmu / v;
        resid[i] = weight[i] * (eta - (offset ? offset[i] : 0.0) + (y[i] - mu) / dmu);
    }
}
