/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * families.c - the table of families, and what their deviances are made of.
 *
 * Adding a family: write src/glm/fam_x.c, name its row in families_priv.h and list it below.
 *
 * All deviances are sums of D0(y, mu) = y log(y/mu) - (y - mu), which is about (y - mu)^2 / 2 mu
 * when y is near mu while its two parts are large: there it is summed as a series in v = (y -
 * mu)/(y + mu). Catherine Loader, Fast and Accurate Computation of Binomial Probabilities, 2000,
 * sections 3 and 4.
 */
#include "families_priv.h"

#include <math.h>

static const Family *const rows[] = {
    &family_binomial, &family_poisson,          &family_gaussian,
    &family_gamma,    &family_inverse_gaussian, &family_negbin,
    &family_tweedie,  &family_quasibinomial,    &family_quasipoisson,
};
enum { NROWS = sizeof rows / sizeof rows[0] };

double start_at_y(double y, double w)
{
    (void)w;
    return y;
}

bool any_value(double v)
{
    return isfinite(v);
}

bool positive_value(double v)
{
    return isfinite(v) && v > 0.0;
}

bool not_negative(double v)
{
    return isfinite(v) && v >= 0.0;
}

bool unit_interval(double v)
{
    return v >= 0.0 && v <= 1.0;
}

bool inside_unit(double v)
{
    return v > 0.0 && v < 1.0;
}

double deviance_part(double y, double mu)
{
    double d = y - mu;
    if (y == 0.0)
        return mu;
    if (!(fabs(d) < 0.1 * (y + mu)))
        return y * log(y / mu) - d;
    double v = d / (y + mu), s = d * v, e = 2.0 * y * v;
    v *= v;
    for (int j = 3;; j += 2) {
        e *= v;
        double next = s + e / j;
        if (next == s)
            return s;
        s = next;
    }
}

double stirling_rest(double n)
{
    /* n = 1 .. 15, from n! in 50 digits */
    static const double whole[] = {
        0.081061466795327261,  0.041340695955409297,  0.027677925684998338,  0.020790672103765093,
        0.016644691189821193,  0.013876128823070748,  0.01189670994589177,   0.010411265261972096,
        0.0092554621827127329, 0.0083305634333628708, 0.0075736754879518406, 0.0069428401072095299,
        0.0064089941880042071, 0.0059513701127588475, 0.0055547335519628011,
    };
    static const double c[] = {691.0 / 360360, 1.0 / 1188, 1.0 / 1680,
                               1.0 / 1260,     1.0 / 360,  1.0 / 12};
    double q = 1.0 / (n * n), s = 0.0;
    for (size_t k = 0; n > 15.0 && k < sizeof c / sizeof c[0]; k++)
        s = c[k] - s * q;
    if (n > 15.0) /* the next term is below 2e-16 */
        return s / n;
    if (n >= 1.0 && n == floor(n))
        return whole[(int)n - 1];
    int sign; /* lgamma() would write it where other threads do */
    return lgamma_r(n + 1.0, &sign) - (n + 0.5) * log(n) + n - 0.5 * LOG_2PI;
}

const Family *const *family_table(size_t *n)
{
    *n = NROWS;
    return rows;
}

bool name_listed(const char *list, Str name)
{
    Str rest = str_of(list);
    while (rest.n)
        if (str_ieq(str_split(rest, ' ', &rest), name))
            return true;
    return false;
}

const Family *family_find(Str name, Span at, Error *err)
{
    Str names[NROWS];
    for (size_t i = 0; i < NROWS; i++) {
        names[i] = str_of(rows[i]->name);
        if (str_ieq(names[i], name) || (rows[i]->alias && name_listed(rows[i]->alias, name)))
            return rows[i];
    }
    fail_at(err, ERR_NAME, at, "no family '%.*s'", STR_ARG(name));
    long k = nearest_name(name, names, NROWS);
    if (k >= 0)
        error_hint(err, "did you mean '%s'?", rows[k]->name);
    else
        error_hint(err, "families are binomial, poisson, gaussian, gamma, inverse-gaussian, "
                        "negbin, tweedie, quasibinomial and quasipoisson");
    return NULL;
}

const Link *family_link(const Family *f)
{
    Str rest;
    return link_find(str_split(str_of(f->links), ' ', &rest), SPAN_NONE, NULL);
}

bool family_allows(const Family *f, const Link *l, Error *err)
{
    if (name_listed(f->links, str_of(l->name)))
        return true;
    fail(err, ERR_USAGE, "family %s does not take the %s link", f->name, l->name);
    return error_hint(err, "its links are: %s", f->links);
}
