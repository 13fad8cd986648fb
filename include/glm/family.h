/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * family.h - the table of families and the table of links. The maths wing knows matrices and
 * vectors, no names.
 *
 * y, mu, w are vectors of n; functions work on arrays so that a pass over rows can be vectorised.
 * McCullagh & Nelder, Generalized Linear Models, 2nd ed. 1989, chapter 2.
 */
#ifndef GLINT_GLM_FAMILY_H
#define GLINT_GLM_FAMILY_H

#include "base/str.h"

typedef struct Link {
    const char *name;
    const char *alias; /* other names that are taken, separated by blanks, or NULL */
    /* mu and d mu/d eta for n linear predictors. Where eta has no mu, mu is NaN. */
    void (*inverse)(const double *eta, size_t n, double *mu, double *dmu);
    double (*link)(double mu); /* eta */
    bool canonical_for_binomial;
    const char *brief;
} Link;

typedef struct Family Family;
struct Family {
    const char *name;
    const char *alias;         /* other names that are taken, or NULL */
    const char *links;         /* sensible links, separated by blanks; the first is the default */
    bool estimates_dispersion; /* t and F rather than z and chi-squared */
    bool has_loglik;           /* false for quasi families and tweedie: AIC is not defined */
    int aic_extra;           /* parameters beside the coefficients that AIC counts (gaussian: 1) */
    bool is_binary_response; /* binomial kin: y in [0, 1] */
    double (*variance)(double mu, double param);
    /* Cancellation-free unit deviance d(y, mu), >= 0, prior weight not included. */
    double (*deviance)(double y, double mu, double param);
    bool (*mu_valid)(double mu);
    /* log-likelihood of one observation with prior weight w at dispersion phi (binomial: w
     * trials, y a proportion). */
    double (*loglik)(double y, double mu, double w, double phi, double param);
    double (*start)(double y, double w); /* mu to begin with */
    bool (*y_valid)(double y);
    const char *y_rule; /* "between 0 and 1", for the message */
    /* loglik wants phi = deviance / rows (gaussian) rather than deviance / sum of weights */
    bool phi_by_rows;
    bool takes_param; /* negbin: theta (estimated when NaN); tweedie: power */
    const char *param_name;
    double param_default;
    const char *brief;
};

/* Unit deviance of the Poisson, y log(y/mu) - (y - mu), without cancellation near y == mu; every
 * family's deviance is made of it. Loader 2000, Fast and Accurate Computation of Binomial
 * Probabilities, section 4. */
double deviance_part(double y, double mu);
/* log(n!) - log(sqrt(2 pi n) (n/e)^n), n > 0: what Stirling's formula leaves out. Loader 2000,
 * section 3. */
double stirling_rest(double n);

/* p[i] = 1 / (1 + e^-eta[i]); `p` may be `eta`. Returns the sum of p, always added in the same
 * order. */
double logistic_many(const double *eta, size_t n, double *p);

/* The row of that name, or NULL with ERR_NAME and the nearest name as hint. */
const Family *family_find(Str name, Span at, Error *err);
const Link *link_find(Str name, Span at, Error *err);
/* The family's default link. */
const Link *family_link(const Family *f);
const Family *const *family_table(size_t *n);
const Link *const *link_table(size_t *n);
/* Is the pair sensible (binomial + inverse is not)? False with ERR_USAGE. */
bool family_allows(const Family *f, const Link *l, Error *err);

#endif
