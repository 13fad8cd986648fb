/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * certified.c - NIST's certified numbers, 15 digits each, and what is counted rather than computed.
 *
 * A certified number has all its 15 digits when ours, printed with 15, is the same text. Each data
 * set is asked for the digits that R's lm() reaches on it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

static double of_fifteen(double got, double want)
{
    char text[40];
    snprintf(text, sizeof text, "%.14e", got);
    return strtod(text, NULL) == want ? 15.0 : digits(got, want, 0);
}

static double asked(const char *name)
{
    static const struct {
        const char *name;
        double digits;
    } rows[] = {{"nist-filip", 8.2},    {"nist-wampler1", 9.2}, {"nist-wampler3", 9.4},
                {"nist-wampler4", 7.6}, {"nist-wampler5", 5.6}, {"nist-norris", 11.9},
                {"nist-pontius", 12.0}, {"nist-longley", 13.0}, {"nist-noint1", 14.7},
                {"nist-noint2", 14.7}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].digits;
    return 8.0;
}

bool compare_certified(Case *c, const Fitted *m)
{
    const cJSON *want = list_of(c->json, "certified"), *terms = list_of(want, "terms");
    const Fit *f = m->fit;
    if (!want)
        return true;
    Tally *t = &c->tally[IN_CERTIFIED];
    double explained = f->null_deviance - f->deviance, df = (double)(f->df_null - f->df_residual);
    bool exact = json_number(want, "residual_ss") == 0.0;
    const struct {
        const char *name;
        double value;
        bool noise; /* zero but for rounding when the fit is exact */
    } rows[] = {
        {"residual_sd", sqrt(f->dispersion), true},
        {"residual_ss", f->deviance, true},
        {"regression_ss", explained, false},
        {"regression_df", df, false},
        {"r_squared", explained / f->null_deviance, false},
        {"f_statistic", explained / df / f->dispersion, false},
    };
    t->need = asked(c->name);
    for (int i = 0; i < cJSON_GetArraySize(terms); i++) {
        const char *name = cJSON_GetArrayItem(terms, i)->valuestring;
        long j = fitted_column(m, name);
        if (j < 0)
            return wrong(c, "no such column", name);
        double se = item(list_of(want, "se"), (size_t)i);
        tally_put(t, of_fifteen(f->b[j], item(list_of(want, "estimate"), (size_t)i)), "estimate",
                  name);
        tally_put(t, exact && f->se[j] < 1e-8 ? 15.0 : of_fifteen(f->se[j], se), "se", name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double number = json_number(want, rows[i].name);
        bool vanishes = exact && rows[i].noise && rows[i].value < 1e-10 * f->null_deviance;
        if (!isnan(number))
            tally_put(t, vanishes ? 15.0 : of_fifteen(rows[i].value, number), rows[i].name, NULL);
    }
    return true;
}

bool compare_counts(Case *c, const Fitted *m)
{
    const Fit *f = m->fit;
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"n_obs", (double)f->n},
        {"n_used", (double)m->design->n},
        {"n_bic", (double)f->rows},
        {"n_dropped_na", (double)(m->frame->rows - m->design->n)},
        {"rank", (double)f->rank},
        {"df_null", (double)f->df_null},
        {"df_residual", (double)f->df_residual},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double want = json_number(c->json, rows[i].name);
        if (!isnan(want) && want != rows[i].value)
            return wrong(c, "counted differently", rows[i].name);
    }
    double r = json_number(c->json, "r_squared");
    if (!isnan(r))
        tally_put(&c->tally[IN_DEVIANCE], digits(1.0 - f->deviance / f->null_deviance, r, 0),
                  "R squared", NULL);
    tally_put(&c->tally[IN_DEVIANCE],
              digits(f->null_deviance, json_number(c->json, "null_deviance"), 0), "null deviance",
              NULL);
    return true;
}
