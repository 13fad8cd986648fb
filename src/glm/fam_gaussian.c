/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_gaussian.c - real numbers with one variance. V = 1; d = (y - mu)^2. McCullagh & Nelder
 * 1989, table 2.1.
 */
#include "families_priv.h"

#include <math.h>

static double variance(double mu, double param)
{
    (void)mu;
    (void)param;
    return 1.0;
}

static double deviance(double y, double mu, double param)
{
    (void)param;
    return (y - mu) * (y - mu);
}

/* Normal density with variance phi / w. */
static double loglik(double y, double mu, double w, double phi, double param)
{
    (void)param;
    return -0.5 * (LOG_2PI + log(phi / w) + w * (y - mu) * (y - mu) / phi);
}

const Family family_gaussian = {
    .name = "gaussian",
    .alias = "normal linear",
    .links = "identity log inverse sqrt inverse-squared",
    .estimates_dispersion = true,
    .has_loglik = true,
    .aic_extra = 1,
    .variance = variance,
    .deviance = deviance,
    .loglik = loglik,
    .start = start_at_y,
    .y_valid = any_value,
    .mu_valid = any_value,
    .y_rule = "a finite number",
    .phi_by_rows = true,
    .brief = "real numbers with one variance",
};
