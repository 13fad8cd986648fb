/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_quasi.c - binomial and Poisson with an estimated dispersion: the same fit, wider intervals,
 * no likelihood. McCullagh & Nelder 1989, chapter 9.
 */
#include "families_priv.h"

#include <math.h>

static double no_loglik(double y, double mu, double w, double phi, double param)
{
    (void)y, (void)mu, (void)w, (void)phi, (void)param;
    return NAN;
}

const Family family_quasibinomial = {
    .name = "quasibinomial",
    .links = "logit probit cloglog cauchit log identity",
    .estimates_dispersion = true,
    .is_binary_response = true,
    .variance = binomial_variance,
    .deviance = binomial_deviance,
    .loglik = no_loglik,
    .start = binomial_start,
    .y_valid = unit_interval,
    .mu_valid = inside_unit,
    .y_rule = "between 0 and 1",
    .brief = "binomial with an estimated dispersion",
};

const Family family_quasipoisson = {
    .name = "quasipoisson",
    .links = "log identity sqrt inverse",
    .estimates_dispersion = true,
    .variance = poisson_variance,
    .deviance = poisson_deviance,
    .loglik = no_loglik,
    .start = poisson_start,
    .y_valid = not_negative,
    .mu_valid = positive_value,
    .y_rule = "0 or more",
    .brief = "counts with an estimated dispersion",
};
