/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * coefs.c - the coefficient table: estimates, intervals, odds ratios, order.
 *
 * std_estimate is b_j times the standard deviation of its column in training: coefficients on one
 * scale, by which
 * --sort abs orders. Agresti, Categorical Data Analysis, 3rd ed. 2013, section 5.4.7.
 */
#include <math.h>
#include <stdlib.h>

#include "model_priv.h"

static CoefRow make_row(const Model *m, size_t j, double level)
{
    const DesignColumn *c = &m->enc->cols[j];
    Inference i = fit_infer(m->fit, j, level);
    CoefRow r = {.term = c->name,
                 .col = j,
                 .estimate = i.estimate,
                 .se = i.se,
                 .stat = i.stat,
                 .p = i.p,
                 .low = i.low,
                 .high = i.high,
                 .odds_ratio = exp(i.estimate),
                 .odds_low = exp(i.low),
                 .odds_high = exp(i.high),
                 .std_estimate = NAN,
                 .group = c->term < 0 ? "" : m->term_group[c->term]};
    if (m->col_sd)
        r.std_estimate = i.estimate * m->col_sd[j];
    r.aliased = m->fit->flag[j] == COL_ALIASED;
    r.infinite = m->fit->flag[j] == COL_TO_PLUS_INF    ? 1
                 : m->fit->flag[j] == COL_TO_MINUS_INF ? -1
                                                       : 0;
    return r;
}

/* Missing numbers last, whichever way. */
static int order(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

static int then_column(int c, const CoefRow *x, const CoefRow *y)
{
    return c ? c : (x->col > y->col) - (x->col < y->col);
}

static int by_coef(const void *a, const void *b)
{
    const CoefRow *x = a, *y = b;
    if (isnan(x->estimate) || isnan(y->estimate))
        return then_column(order(x->estimate, y->estimate), x, y);
    return then_column(order(y->estimate, x->estimate), x, y);
}

static int by_abs(const void *a, const void *b)
{
    const CoefRow *x = a, *y = b;
    return then_column(order(-fabs(x->std_estimate), -fabs(y->std_estimate)), x, y);
}

static int by_p(const void *a, const void *b)
{
    const CoefRow *x = a, *y = b;
    int c = order(x->p, y->p);
    return then_column(c ? c : order(-fabs(x->stat), -fabs(y->stat)), x, y);
}

static int by_name(const void *a, const void *b)
{
    const CoefRow *x = a, *y = b;
    return then_column(str_cmp(str_of(x->term), str_of(y->term)), x, y);
}

size_t model_coefs(const Model *m, CoefSort by, double level, CoefRow *out)
{
    static int (*const orders[])(const void *, const void *) = {
        [SORT_COEF] = by_coef, [SORT_ABS] = by_abs, [SORT_P] = by_p, [SORT_NAME] = by_name};
    size_t p = m->enc->ncols;
    for (size_t j = 0; j < p; j++)
        out[j] = make_row(m, j, level);
    if (by != SORT_MODEL)
        qsort(out, p, sizeof *out, orders[by]);
    return p;
}
