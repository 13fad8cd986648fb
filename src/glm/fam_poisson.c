/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_poisson.c - counts. V = mu; d = 2 [y log(y/mu) - (y - mu)]. McCullagh & Nelder 1989, table
 * 2.1.
 */
#include "families_priv.h"

#include <math.h>

double poisson_variance(double mu, double param)
{
    (void)param;
    return mu;
}

double poisson_deviance(double y, double mu, double param)
{
    (void)param;
    return 2.0 * deviance_part(y, mu);
}

double poisson_start(double y, double w)
{
    (void)w;
    return y + 0.1;
}

/* y log mu - mu - log(y!), Loader 2000, section 5. */
static double loglik(double y, double mu, double w, double phi, double param)
{
    (void)phi;
    (void)param;
    if (y == 0.0)
        return -w * mu;
    return -w * (stirling_rest(y) + deviance_part(y, mu) + 0.5 * (LOG_2PI + log(y)));
}

const Family family_poisson = {
    .name = "poisson",
    .links = "log identity sqrt inverse",
    .has_loglik = true,
    .variance = poisson_variance,
    .deviance = poisson_deviance,
    .loglik = loglik,
    .start = poisson_start,
    .y_valid = not_negative,
    .mu_valid = positive_value,
    .y_rule = "0 or more",
    .brief = "counts",
};
