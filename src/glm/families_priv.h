/* SPDX-License-Identifier: GPL-3.0-or-later */
/* families_priv.h - the rows of the table, one file each, and the rules that several of them
 * share. */
#ifndef GLINT_GLM_FAMILIES_PRIV_H
#define GLINT_GLM_FAMILIES_PRIV_H

#include "glm/family.h"

extern const Family family_binomial, family_poisson, family_gaussian, family_gamma,
    family_inverse_gaussian;
extern const Family family_negbin, family_tweedie, family_quasibinomial, family_quasipoisson;
extern const Link link_logit, link_probit, link_cloglog, link_cauchit, link_log, link_identity,
    link_inverse;
extern const Link link_inverse_squared, link_sqrt;

#define LOG_2PI 1.8378770664093454836 /* log(2 pi) */

/* Where y or mu may lie. */
bool any_value(double v);
/* Is `name` among the words of `list`? */
bool name_listed(const char *list, Str name);
bool positive_value(double v);
bool not_negative(double v);
bool unit_interval(double v);
bool inside_unit(double v);

/* The mean of each row starts at its own y. */
double start_at_y(double y, double w);

/* What quasi families share with their model. */
double binomial_variance(double mu, double param);
double binomial_deviance(double y, double mu, double param);
double binomial_start(double y, double w);
double poisson_variance(double mu, double param);
double poisson_deviance(double y, double mu, double param);
double poisson_start(double y, double w);

#endif
