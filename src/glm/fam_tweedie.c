/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fam_tweedie.c - V = mu^p for a given power p: 1 < p < 2 is a sum of gammas with exact zeros.
 *
 * d = 2 integral from mu to y of (y - s) s^-p ds (Jorgensen, The Theory of Dispersion Models,
 * 1997, section 4.1), which is 2 [y^(2-p)/((1-p)(2-p)) - y mu^(1-p)/(1-p) + mu^(2-p)/(2-p)] and
 * has no parts to cancel when y is near mu: there it is integrated by Gauss' rule with eight
 * points, exact to the last bits for |y - mu| < mu / 10.
 */
#include "families_priv.h"

#include <math.h>

#define NEAR 0.1

static double variance(double mu, double power)
{
    return pow(mu, power);
}

/* integral over [0, 1] of (1 - v) (1 + v t)^-p dv. Abscissae and weights: Abramowitz & Stegun,
 * table 25.4, n = 8. */
static double near_integral(double t, double p)
{
    static const double x[] = {0.18343464249564980494, 0.52553240991632898582,
                               0.79666647741362673959, 0.96028985649753623168};
    static const double w[] = {0.36268378337836198297, 0.31370664587788728734,
                               0.22238103445337447054, 0.10122853629037625915};
    double s = 0.0;
    for (int i = 0; i < 4; i++) {
        double a = 0.5 * (1.0 - x[i]), b = 0.5 * (1.0 + x[i]);
        s += 0.5 * w[i] * (b * exp(-p * log1p(a * t)) + a * exp(-p * log1p(b * t)));
    }
    return s;
}

static double deviance(double y, double mu, double p)
{
    double t = (y - mu) / mu, scale = exp((2.0 - p) * log(mu));
    if (fabs(t) < NEAR)
        return 2.0 * scale * t * t * near_integral(t, p);
    if (p == 1.0)
        return 2.0 * deviance_part(y, mu);
    if (p == 2.0)
        return 2.0 * deviance_part(mu, y) / mu;
    double u = y / mu, lead = y > 0.0 ? pow(u, 2.0 - p) : 0.0;
    return 2.0 * scale * (lead / ((1.0 - p) * (2.0 - p)) - u / (1.0 - p) + 1.0 / (2.0 - p));
}

static double start(double y, double w)
{
    (void)w;
    return y == 0.0 ? 0.1 : y;
}

static double no_loglik(double y, double mu, double w, double phi, double param)
{
    (void)y, (void)mu, (void)w, (void)phi, (void)param;
    return NAN;
}

const Family family_tweedie = {
    .name = "tweedie",
    .links = "log identity inverse sqrt inverse-squared",
    .estimates_dispersion = true,
    .variance = variance,
    .deviance = deviance,
    .loglik = no_loglik,
    .start = start,
    .y_valid = not_negative,
    .mu_valid = positive_value,
    .y_rule = "0 or more",
    .takes_param = true,
    .param_name = "power",
    .param_default = 1.5,
    .brief = "zeros and positive amounts, variance mu^power",
};
