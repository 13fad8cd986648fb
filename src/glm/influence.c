/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * influence.c - which rows bend the fit: leverage, Cook's distance, studentised residuals.
 *
 * With h the leverage, r_P and r_D Pearson and deviance residuals, phi the dispersion, k the rank:
 *     standardised     r / sqrt(phi (1 - h))
 *     studentised      sign(r_D) sqrt(r_D^2 + h r_P^2 / (1 - h)), over s_(i) where the dispersion
 *                      is estimated
 *     Cook             (r_P / (1 - h))^2 h / (phi k)
 *     dffits           r_D sqrt(h) / (s_(i) (1 - h))
 *     s_(i)^2          (D - r_D^2 / (1 - h)) / (n - k - 1), D the deviance
 * Williams, Applied Statistics 36 (1987), sections 2 and 3; Cook & Weisberg 1982. The vectors of a
 * row are few, and only the rows asked for are handed out.
 */
#include "glm/influence.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/gram.h"
#include "base/mem.h"
#include "families_priv.h"
#include "fit_priv.h"

typedef struct Rows {
    const Problem *pb;
    const Fit *fit;
    double *eta, *mu, *weight, *deviance, *pearson, *h; /* n each */
} Rows;

static void rows_clear(Rows *r)
{
    free(r->eta);
    free(r->mu);
    free(r->weight);
    free(r->deviance);
    free(r->pearson);
    free(r->h);
}

static double *vector(size_t n, Error *err)
{
    return big_alloc(n + 1, sizeof(double), true, "the influence of rows", err);
}

/* The inverse of X'WX anew: the covariance in the Fit may be a robust one. */
static bool leverages(Rows *r, Error *err)
{
    const Matrix *x = r->pb->x;
    size_t p = x->p;
    double *centre = r->pb->as_is ? NULL : matrix_centres(x);
    double *info = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    Solver s = {0};
    bool ok = info && solver_init(&s, p, err) &&
              gram_cross(x, centre, r->weight, NULL, NULL, info, err) &&
              solver_factor(&s, info, NULL, NULL, err) && solver_inverse(&s, info, err) &&
              row_leverages(x, centre, info, r->weight, r->h, err);
    solver_clear(&s);
    free(info);
    free(centre);
    return ok;
}

static bool rows_init(Rows *r, const Problem *pb, const Fit *fit, Error *err)
{
    size_t n = pb->x->n;
    *r = (Rows){.pb = pb,
                .fit = fit,
                .eta = vector(n, err),
                .mu = vector(n, err),
                .weight = vector(n, err),
                .deviance = vector(n, err),
                .pearson = vector(n, err),
                .h = vector(n, err)};
    if (!r->eta || !r->mu || !r->weight || !r->deviance || !r->pearson || !r->h)
        return false;
    Problem mine = *pb;
    if (pb->family->takes_param)
        mine.param = isinf(fit->param) ? 1e7 : fit->param;
    double *b = xmalloc((fit->p + 1) * sizeof *b);
    for (size_t j = 0; j < fit->p; j++)
        b[j] = isnan(fit->b[j]) ? 0.0 : fit->b[j];
    RowVectors v = {.eta = r->eta,
                    .mu = r->mu,
                    .weight = r->weight,
                    .deviance = r->deviance,
                    .pearson = r->pearson};
    bool ok = row_vectors(&mine, b, &v, err) && leverages(r, err);
    free(b);
    return ok;
}

static RowInfluence row_at(const Rows *r, size_t i)
{
    const Problem *pb = r->pb;
    const Fit *f = r->fit;
    double h = r->h[i], rest = 1.0 - h, phi = f->dispersion, mu, dmu;
    double k = (double)f->rank, left = (double)f->df_residual - 1.0;
    RowInfluence o = {
        .row = i, .eta = r->eta[i], .mu = r->mu[i], .leverage = h, .pearson = r->pearson[i]};
    if (rest < 10.0 * DBL_EPSILON) /* the fit goes through the row whatever its response */
        rest = NAN;
    o.response = pb->y[i] - o.mu;
    pb->link->inverse(&o.eta, 1, &mu, &dmu);
    o.working = o.response / dmu;
    o.deviance = copysign(sqrt(r->deviance[i]), o.response);
    o.std_pearson = o.pearson / sqrt(phi * rest);
    o.std_deviance = o.deviance / sqrt(phi * rest);
    o.cook = o.pearson / rest * (o.pearson / rest) * h / (phi * k);
    double s = sqrt((f->deviance - o.deviance * o.deviance / rest) / left);
    double both = o.deviance * o.deviance + h * o.pearson * o.pearson / rest;
    /* R divides by s for every family but these two */
    bool known = pb->family == &family_binomial || pb->family == &family_poisson;
    o.student = copysign(sqrt(both), o.response) / (known ? 1.0 : s);
    o.dffits = o.deviance * sqrt(h) / (s * rest);
    return o;
}

bool influence_all(const Problem *pb, const Fit *fit, RowInfluence *out, Error *err)
{
    Rows r;
    bool ok = rows_init(&r, pb, fit, err);
    for (size_t i = 0; ok && i < pb->x->n; i++)
        out[i] = row_at(&r, i);
    rows_clear(&r);
    return ok;
}

static double rank_of(const RowInfluence *o, InfluenceBy by)
{
    double v = by == INFLUENCE_COOK       ? o->cook
               : by == INFLUENCE_LEVERAGE ? o->leverage
                                          : fabs(o->student);
    return isnan(v) ? INFINITY : v; /* leverage 1: nothing matters more */
}

bool influence_top(const Problem *pb, const Fit *fit, InfluenceBy by, size_t k, RowInfluence *out,
                   size_t *found, Error *err)
{
    Rows r;
    bool ok = rows_init(&r, pb, fit, err);
    *found = 0;
    for (size_t i = 0; ok && i < pb->x->n; i++) {
        if (pb->w && pb->w[i] == 0.0)
            continue;
        RowInfluence o = row_at(&r, i);
        double v = rank_of(&o, by);
        if (*found == k && (k == 0 || v <= rank_of(&out[k - 1], by)))
            continue;
        size_t at = *found < k ? (*found)++ : k - 1;
        for (; at > 0 && rank_of(&out[at - 1], by) < v; at--)
            out[at] = out[at - 1];
        out[at] = o;
    }
    rows_clear(&r);
    return ok;
}
