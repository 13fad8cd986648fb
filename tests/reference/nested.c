/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nested.c - the blocks of a case that test terms: analysis of deviance by R and car, drop1, score
 * tests, variance inflation, profile intervals.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "glm/htest.h"
#include "model/alarms.h"
#include "model/compare.h"

/* A column of R's table and where the number is in a row of ours. */
typedef struct ColumnRow {
    const char *name;
    size_t at; /* offset of a double, or of a size_t */
    bool is_size;
} ColumnRow;
#define REAL(name, field)                                                                          \
    {                                                                                              \
        name, offsetof(AnovaRow, field), false                                                     \
    }
#define SIZE(name, field)                                                                          \
    {                                                                                              \
        name, offsetof(AnovaRow, field), true                                                      \
    }

static const ColumnRow columns[] = {
    SIZE("Df", df),
    SIZE("Resid. Df", df_residual),
    REAL("Deviance", deviance),
    REAL("Resid. Dev", residual),
    REAL("AIC", aic),
    REAL("F", stat),
    REAL("F value", stat),
    REAL("F values", stat),
    REAL("LRT", stat),
    REAL("scaled dev.", stat),
    REAL("Rao", stat),
    REAL("LR Chisq", stat),
    REAL("Chisq", stat),
    REAL("Sum Sq", deviance),
    REAL("Pr(>F)", p),
    REAL("Pr(>Chi)", p),
    REAL("Pr(>Chisq)", p),
};

static double cell(const AnovaRow *r, const ColumnRow *c)
{
    const char *p = (const char *)r + c->at;
    return c->is_size ? (double)*(const size_t *)(const void *)p : *(const double *)(const void *)p;
}

static const ColumnRow *column_named(const char *name)
{
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static const AnovaRow *row_named(const AnovaRow *rows, size_t n, const char *name, int at)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].term, name) == 0)
            return &rows[i];
    return at == 0 && n ? &rows[0] : NULL;
}

static bool compare_block(Case *c, const Fitted *m, const char *block, AnovaKind kind, BlockId id,
                          Error *err)
{
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, block);
    if (!want || cJSON_IsNull(want))
        return true;
    size_t n = 0;
    AnovaRow *rows = anova_rows(m->design->enc, &m->pb, m->fit, kind, &n, err);
    if (!rows)
        return false;
    static const ColumnRow left = REAL("Deviance", residual);
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(want, "rows");
    const cJSON *heads = cJSON_GetObjectItemCaseSensitive(want, "columns");
    const cJSON *values = cJSON_GetObjectItemCaseSensitive(want, "values");
    for (int i = 0; i < cJSON_GetArraySize(names); i++) {
        const char *name = cJSON_GetArrayItem(names, i)->valuestring;
        AnovaRow rest = {.df = m->fit->df_residual, .deviance = m->fit->pearson};
        const AnovaRow *r = strcmp(name, "Residuals") == 0 ? &rest : row_named(rows, n, name, i);
        for (int k = 0; k < cJSON_GetArraySize(heads); k++) {
            const cJSON *v = cJSON_GetArrayItem(cJSON_GetArrayItem(values, i), k);
            const char *head = cJSON_GetArrayItem(heads, k)->valuestring;
            const ColumnRow *col = column_named(head);
            double tiny = strncmp(head, "Pr(", 3) == 0 ? 1e-300 : 1e-9;
            char of[160];
            if (!cJSON_IsNumber(v))
                continue;
            if (strcmp(head, "Deviance") == 0 && (kind == ANOVA_DROP || kind == ANOVA_DROP_SCORE))
                col = &left;
            snprintf(of, sizeof of, "%s", name);
            tally_put(&c->tally[id], r && col ? digits(cell(r, col), v->valuedouble, tiny) : 0,
                      head, of);
        }
    }
    free(rows);
    return true;
}

static bool compare_vif(Case *c, const Fitted *m)
{
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, "vif");
    if (!want)
        return true;
    const cJSON *terms = cJSON_GetObjectItemCaseSensitive(want, "terms");
    const cJSON *vif = cJSON_GetObjectItemCaseSensitive(want, "vif");
    const cJSON *gvif = cJSON_GetObjectItemCaseSensitive(want, "gvif");
    const Terms *t = m->design->enc->terms;
    Model model = {.enc = m->design->enc, .fit = m->fit};
    double *got = xcalloc(t->nterms + 1, sizeof *got);
    size_t *df = xcalloc(t->nterms + 1, sizeof *df);
    bool ok = model_vif(&model, got, df);
    for (int i = 0; ok && i < cJSON_GetArraySize(terms); i++) {
        const char *name = cJSON_GetArrayItem(terms, i)->valuestring;
        size_t at = t->nterms;
        for (size_t k = 0; k < t->nterms; k++)
            if (strcmp(t->terms[k].name, name) == 0)
                at = k;
        double v = at < t->nterms ? got[at] : NAN, n = at < t->nterms ? (double)df[at] : NAN;
        tally_put(&c->tally[IN_VIF],
                  digits(v, cJSON_GetArrayItem(gvif ? gvif : vif, i)->valuedouble, 0), "vif", name);
        if (!gvif)
            continue;
        tally_put(&c->tally[IN_VIF], digits(n, item(list_of(want, "df"), (size_t)i), 0), "df",
                  name);
        tally_put(&c->tally[IN_VIF],
                  digits(pow(v, 0.5 / n), item(list_of(want, "gvif_1_2df"), (size_t)i), 0),
                  "root of vif", name);
    }
    free(got);
    free(df);
    return ok;
}

/* R interpolates: the digits that count are those beside a standard error. */
static bool compare_profile(Case *c, const Fitted *m, Error *err)
{
    const cJSON *row, *want = cJSON_GetObjectItemCaseSensitive(c->json, "profile_ci");
    size_t p = m->fit->p;
    if (!want)
        return true;
    double *low = xcalloc(2 * p + 1, sizeof *low), *high = low + p;
    bool ok = profile_intervals(&m->pb, m->fit, json_number(c->json, "ci_level"), low, high, err);
    if (ok) {
        cJSON_ArrayForEach(row, want)
        {
            long j = fitted_column(m, json_word(row, "term"));
            double se = j < 0 ? NAN : m->fit->se[j];
            const double got[2] = {j < 0 ? NAN : low[j], j < 0 ? NAN : high[j]};
            const char *const ends[2] = {"low", "high"};
            for (size_t k = 0; k < 2; k++)
                tally_put(&c->tally[IN_PROFILE],
                          -log10(fabs(got[k] - json_number(row, ends[k])) / se), ends[k],
                          json_word(row, "term"));
        }
    }
    free(low);
    return ok;
}

bool compare_nested(Case *c, const Fitted *m, Error *err)
{
    static const struct {
        const char *block;
        AnovaKind kind;
        BlockId id;
    } rows[] = {
        {"anova_type1", ANOVA_ORDER, IN_ANOVA},    {"anova_type1_rao", ANOVA_SCORE, IN_RAO},
        {"drop1", ANOVA_DROP, IN_DROP1},           {"drop1_rao", ANOVA_DROP_SCORE, IN_RAO},
        {"anova_type2", ANOVA_TWO, IN_TYPE2},
        {"anova_type2_wald", ANOVA_WALD, IN_WALD},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (!compare_block(c, m, rows[i].block, rows[i].kind, rows[i].id, err))
            return false;
    return compare_vif(c, m) && compare_profile(c, m, err);
}
