/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_gamma.c - positive numbers with one coefficient of variation. V = mu^2; d = 2 [-log(y/mu) +
 * (y - mu)/mu], which is 2 D0(mu, y) / mu. McCullagh & Nelder 1989, table 2.1 and chapter 8.
 */
#include "families_priv.h"

#include <math.h>

static double variance(double mu, double param)
{
    (void)param;
    return mu * mu;
}

static double deviance(double y, double mu, double param)
{
    (void)param;
    return 2.0 * deviance_part(mu, y) / mu;
}

/* w times the log density of shape a = 1/phi and mean mu: a log(a) - log Gamma(a) + (a - 1) log y
 * - a log mu - a y/mu. With Stirling's rest it is -log y - a D0(mu, y)/mu - rest(a) + (log a -
 * log 2 pi)/2, without large parts. */
static double loglik(double y, double mu, double w, double phi, double param)
{
    double a = 1.0 / phi;
    (void)param;
    return w *
           (-log(y) - a * deviance_part(mu, y) / mu - stirling_rest(a) + 0.5 * (log(a) - LOG_2PI));
}

const Family family_gamma = {
    .name = "gamma",
    .links = "inverse log identity sqrt inverse-squared",
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
    .brief = "positive numbers whose spread grows with the mean",
};
