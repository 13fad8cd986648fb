/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_negbin.c - counts that vary more than a Poisson's: V = mu + mu^2 / theta.
 *
 * d = 2 [y log(y/mu) - (y + theta) log((y + theta)/(mu + theta))] = 2 [D0(y, mu) - D0(y + theta,
 * mu + theta)]. Venables & Ripley, Modern Applied Statistics with S, 4th ed. 2002, section 7.4.
 * theta is fitted in negbin.c.
 */
#include "families_priv.h"

#include <math.h>

static double variance(double mu, double theta)
{
    return mu + mu * mu / theta;
}

static double deviance(double y, double mu, double theta)
{
    double d = deviance_part(y, mu) - deviance_part(y + theta, mu + theta);
    return d > 0.0 ? 2.0 * d : 0.0;
}

/* log Gamma(y + theta) - log Gamma(theta) - log y! + theta log(theta/(theta + mu)) + y
 * log(mu/(theta + mu)). With n = y + theta it is log of theta/n times a binomial probability of y
 * in n: Loader 2000, section 5. */
static double loglik(double y, double mu, double w, double phi, double theta)
{
    double n = y + theta, p = theta / (theta + mu);
    (void)phi;
    if (y == 0.0)
        return w * theta * log(p);
    double l = stirling_rest(n) - stirling_rest(theta) - stirling_rest(y) -
               deviance_part(theta, n * p) - deviance_part(y, n * (mu / (theta + mu))) +
               0.5 * (log(n / (theta * y)) - LOG_2PI);
    return w * (l + log(theta / n));
}

static double start(double y, double w)
{
    (void)w;
    return y == 0.0 ? 1.0 / 6.0 : y;
}

const Family family_negbin = {
    .name = "negbin",
    .alias = "nb negative-binomial negative.binomial",
    .links = "log sqrt identity inverse",
    .has_loglik = true,
    .aic_extra = 1,
    .variance = variance,
    .deviance = deviance,
    .loglik = loglik,
    .start = start,
    .y_valid = not_negative,
    .mu_valid = positive_value,
    .y_rule = "0 or more",
    .takes_param = true,
    .param_name = "theta",
    .param_default = NAN,
    .brief = "counts that vary more than a Poisson's",
};
