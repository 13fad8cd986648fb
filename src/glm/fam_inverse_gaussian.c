/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_inverse_gaussian.c - positive numbers with a long tail. V = mu^3; d = (y - mu)^2 / (y mu^2).
 * McCullagh & Nelder 1989, table 2.1.
 */
#include "families_priv.h"

#include <math.h>

static double variance(double mu, double param)
{
    (void)param;
    return mu * mu * mu;
}

static double deviance(double y, double mu, double param)
{
    double t = (y - mu) / mu;
    (void)param;
    return t * t / y;
}

static double loglik(double y, double mu, double w, double phi, double param)
{
    return -0.5 * w * (LOG_2PI + log(phi) + 3.0 * log(y) + deviance(y, mu, param) / phi);
}

const Family family_inverse_gaussian = {
    .name = "inverse-gaussian",
    .alias = "inverse.gaussian inverse_gaussian",
    .links = "inverse-squared inverse log identity sqrt",
    .estimates_dispersion = true,
    .has_loglik = true,
    .aic_extra = 1,
    .variance = variance,
    .deviance = deviance,
    .loglik = loglik,
    .start = start_at_y,
    .y_valid = positive_value,
    .mu_valid = positive_value,
    .y_rule = "positive",
    .brief = "positive numbers with a long tail",
};
