/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * link.c - the table of links: eta = g(mu), and back with the derivative d mu/d eta.
 *
 * Where mu of a binomial comes so near 0 or 1 that its variance is lost, mu and d mu/d eta stop
 * at DBL_EPSILON, as in R's make.link. logit, log and identity, the links of large data, have
 * vector kernels of their own in kernels.c; those here are for every other pair of family and
 * link. McCullagh & Nelder 1989, sections 2.2.3 and 4.3.
 */
#include "families_priv.h"

#include <float.h>
#include <math.h>

#include <gsl/gsl_cdf.h>

#define PROBIT_MAX 8.125890664701906   /* -qnorm(DBL_EPSILON) */
#define CAUCHIT_MAX 1433540284805665.0 /* -qcauchy(DBL_EPSILON) = 1 / (pi DBL_EPSILON) */
#define EXP_MAX 700.0                  /* e^eta and its square root of variance stay finite */
#define SQRT_2PI 2.5066282746310005024
#define PI 3.1415926535897932385

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

static double floor_eps(double d)
{
    return d < DBL_EPSILON ? DBL_EPSILON : d;
}

static void logit_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        double z = exp(-fabs(eta[i])), q = 1.0 / (1.0 + z);
        mu[i] = eta[i] >= 0.0 ? q : z * q;
        dmu[i] = z * q * q;
    }
}

static double logit(double mu)
{
    return log(mu / (1.0 - mu));
}

static void probit_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        double e = clamp(eta[i], -PROBIT_MAX, PROBIT_MAX);
        mu[i] = 0.5 * erfc(-e * 0.70710678118654752440);
        dmu[i] = floor_eps(exp(-0.5 * eta[i] * eta[i]) / SQRT_2PI);
    }
}

static double probit(double mu)
{
    return gsl_cdf_ugaussian_Pinv(mu);
}

static void cloglog_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        double t = exp(clamp(eta[i], -EXP_MAX, EXP_MAX));
        mu[i] = clamp(-expm1(-t), DBL_EPSILON, 1.0 - DBL_EPSILON);
        dmu[i] = floor_eps(t * exp(-t));
    }
}

static double cloglog(double mu)
{
    return log(-log1p(-mu));
}

static void cauchit_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        double e = clamp(eta[i], -CAUCHIT_MAX, CAUCHIT_MAX);
        /* by the reciprocal in the lower tail, where 1/2 + atan(e)/pi cancels */
        mu[i] = e < -1.0 ? -atan(1.0 / e) / PI : 0.5 + atan(e) / PI;
        dmu[i] = floor_eps(1.0 / (PI * (1.0 + eta[i] * eta[i])));
    }
}

static double cauchit(double mu)
{
    return tan(PI * (mu - 0.5));
}

static void log_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        mu[i] = exp(clamp(eta[i], -EXP_MAX, EXP_MAX));
        dmu[i] = mu[i];
    }
}

static void identity_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        mu[i] = eta[i];
        dmu[i] = 1.0;
    }
}

static double identity(double mu)
{
    return mu;
}

static void inverse_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        mu[i] = eta[i] != 0.0 ? 1.0 / eta[i] : NAN;
        dmu[i] = -mu[i] * mu[i];
    }
}

static double inverse(double mu)
{
    return 1.0 / mu;
}

static void inverse_squared_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        mu[i] = eta[i] > 0.0 ? 1.0 / sqrt(eta[i]) : NAN;
        dmu[i] = -0.5 * mu[i] / eta[i];
    }
}

static double inverse_squared(double mu)
{
    return 1.0 / (mu * mu);
}

static void sqrt_inverse(const double *eta, size_t n, double *mu, double *dmu)
{
    for (size_t i = 0; i < n; i++) {
        mu[i] = eta[i] > 0.0 ? eta[i] * eta[i] : NAN;
        dmu[i] = 2.0 * eta[i];
    }
}

const Link link_logit = {"logit", NULL, logit_inverse, logit, true, "log odds"};
const Link link_probit = {"probit", NULL, probit_inverse, probit, false, "normal quantile"};
const Link link_cloglog = {"cloglog", NULL,  cloglog_inverse,
                           cloglog,   false, "log(-log(1 - mu)): rates seen as yes or no"};
const Link link_cauchit = {"cauchit", NULL,  cauchit_inverse,
                           cauchit,   false, "Cauchy quantile: heavy tails"};
const Link link_log = {"log", NULL, log_inverse, log, false, "effects multiply"};
const Link link_identity = {"identity", NULL, identity_inverse, identity, false, "effects add"};
const Link link_inverse = {"inverse", NULL, inverse_inverse, inverse, false, "1/mu"};
const Link link_inverse_squared = {
    "inverse-squared", "1/mu^2 inverse_squared", inverse_squared_inverse, inverse_squared, false,
    "1/mu^2"};
const Link link_sqrt = {"sqrt", NULL, sqrt_inverse, sqrt, false, "square root"};

static const Link *const rows[] = {
    &link_logit,    &link_probit,  &link_cloglog,         &link_cauchit, &link_log,
    &link_identity, &link_inverse, &link_inverse_squared, &link_sqrt,
};
enum { NROWS = sizeof rows / sizeof rows[0] };

const Link *const *link_table(size_t *n)
{
    *n = NROWS;
    return rows;
}

const Link *link_find(Str name, Span at, Error *err)
{
    Str names[NROWS];
    for (size_t i = 0; i < NROWS; i++) {
        names[i] = str_of(rows[i]->name);
        if (str_ieq(names[i], name) || (rows[i]->alias && name_listed(rows[i]->alias, name)))
            return rows[i];
    }
    fail_at(err, ERR_NAME, at, "no link '%.*s'", STR_ARG(name));
    long k = nearest_name(name, names, NROWS);
    if (k >= 0)
        error_hint(err, "did you mean '%s'?", rows[k]->name);
    else
        error_hint(err, "links are logit, probit, cloglog, cauchit, log, identity, inverse, "
                        "inverse-squared and sqrt");
    return NULL;
}
