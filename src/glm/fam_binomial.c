/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_binomial.c - proportions y = successes / w of w trials; w = 1 is the yes/no response.
 *
 * V = mu (1 - mu); d = 2 [y log(y/mu) + (1-y) log((1-y)/(1-mu))]. McCullagh & Nelder 1989, table
 * 2.1.
 */
#include "families_priv.h"

#include <math.h>

double binomial_variance(double mu, double param)
{
    (void)param;
    return mu * (1.0 - mu);
}

/* The linear parts of the two D0 cancel: (mu - y) + ((1 - mu) - (1 - y)) = 0. */
double binomial_deviance(double y, double mu, double param)
{
    (void)param;
    if (y == 1.0)
        return -2.0 * log(mu);
    if (y == 0.0)
        return -2.0 * log1p(-mu);
    return 2.0 * (deviance_part(y, mu) + deviance_part(1.0 - y, 1.0 - mu));
}

double binomial_start(double y, double w)
{
    return (w * y + 0.5) / (w + 1.0);
}

/* log(choose(w, k)) + k log mu + (w - k) log(1 - mu) with k = w y, in Loader's form. */
static double loglik(double y, double mu, double w, double phi, double param)
{
    double k = w * y, rest = w - k;
    (void)phi;
    (void)param;
    if (w <= 0.0)
        return 0.0;
    if (y == 0.0)
        return w * log1p(-mu);
    if (y == 1.0)
        return w * log(mu);
    double kn = nearbyint(k);
    if (fabs(k - kn) < 1e-7 * w && kn > 0.0 && kn < w) { /* a count that was divided by w */
        k = kn;
        rest = w - k;
    }
    return stirling_rest(w) - stirling_rest(k) - stirling_rest(rest) - deviance_part(k, w * mu) -
           deviance_part(rest, w * (1.0 - mu)) + 0.5 * (log(w / (k * rest)) - LOG_2PI);
}

const Family family_binomial = {
    .name = "binomial",
    .alias = "logistic bernoulli",
    .links = "logit probit cloglog cauchit log identity",
    .has_loglik = true,
    .is_binary_response = true,
    .variance = binomial_variance,
    .deviance = binomial_deviance,
    .loglik = loglik,
    .start = binomial_start,
    .y_valid = unit_interval,
    .mu_valid = inside_unit,
    .y_rule = "between 0 and 1",
    .brief = "yes or no, or successes of trials",
};
