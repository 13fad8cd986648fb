/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linear.c - the model at query time, for one user.
 *
 * With the user and the moment fixed the linear predictor is a sum over the post's fields, whatever
 * the formula joins (gender:lang becomes a weight a language). The sum is found by asking the model
 * itself: from the user's row, each input of the post side is varied alone and the change of the
 * linear predictor written down; a number must change it in proportion, or it is left out. Two
 * inputs that the formula multiplies with each other (lang:post_age_days) would not add up: that is
 * checked by changing all of them at once.
 *
 * weights: exp(sum) = product of exp(beta) for the levels that a document has, and of decays for
 * its numbers: Lucene's exp decay is exp(ln(decay) / scale * |x - origin|), which on one side of
 * the origin is exp(beta x) up to a constant.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "es/linear.h"
#include "es/push.h"

#define LINEAR_TOL 1e-9 /* of the change of the linear predictor, relative */

typedef struct Maker {
    const Model *m;
    const World *w;
    WhatIf *at; /* the user's row */
    double eta; /* its linear predictor */
    Linear *out;
} Maker;

void linear_clear(Linear *l)
{
    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->effects[i].n; k++)
            free(l->effects[i].level[k]);
        free(l->effects[i].level);
        free(l->effects[i].weight);
    }
    free(l->effects);
    *l = (Linear){0};
}

static void leave(Linear *l, const char *name)
{
    if (l->nleft < sizeof l->left / sizeof *l->left)
        snprintf(l->left[l->nleft], sizeof l->left[0], "%s", name);
    l->nleft++;
}

static Effect *effect_add(Linear *l, EffectKind kind, const char *field)
{
    l->effects = xrealloc(l->effects, (l->n + 1) * sizeof *l->effects);
    Effect *e = &l->effects[l->n++];
    *e = (Effect){.kind = kind};
    snprintf(e->field, sizeof e->field, "%s", field);
    return e;
}

static void effect_level(Effect *e, const char *level, double weight)
{
    e->level = xrealloc(e->level, (e->n + 1) * sizeof *e->level);
    e->weight = xrealloc(e->weight, (e->n + 1) * sizeof *e->weight);
    e->level[e->n] = xstrdup(level);
    e->weight[e->n++] = weight;
}

/* ---- which field of the document an input is ---- */

static const char *role_field(const World *w, Role role)
{
    long col = w->posts_roles.col[role];
    return col >= 0 ? w->posts->names[col] : NULL;
}

/* The field and how it is read; NULL when documents do not hold it. *tag is the value for a
 * tag's column. */
static const char *field_of(const World *w, const char *input, EffectKind *kind, const char **tag)
{
    *tag = NULL;
    *kind = EFFECT_LEVELS;
    if (strcmp(input, "lang") == 0)
        return role_field(w, ROLE_LANG);
    if (strcmp(input, "author") == 0)
        return role_field(w, ROLE_AUTHOR);
    if (strcmp(input, "post_age_days") == 0) {
        *kind = EFFECT_AGE;
        return role_field(w, ROLE_DATE);
    }
    if (strncmp(input, "tag_", 4) == 0 && role_field(w, ROLE_TAGS)) {
        *tag = input + 4;
        return role_field(w, ROLE_TAGS);
    }
    long col = frame_find(w->posts, str_of(input));
    if (col < 0)
        return NULL;
    ColType t = w->posts->cols[col]->type;
    *kind = t == COL_INT || t == COL_REAL || t == COL_BOOL ? EFFECT_SLOPE : EFFECT_LEVELS;
    return w->posts->names[col];
}

/* ---- asking the model ---- */

static bool at_numbers(const Maker *k, size_t input, const double *x, size_t n, double *eta,
                       Error *err)
{
    Predictions p;
    if (!whatif_many(k->at, input, x, NULL, n, false, &p, err))
        return false;
    memcpy(eta, p.eta, n * sizeof *eta);
    predictions_clear(&p);
    return true;
}

static bool number_effect(Maker *k, size_t i, EffectKind kind, const char *field, const char *tag,
                          Error *err)
{
    const InputSummary *in = &k->m->inputs[i];
    const double x[4] = {0, 1, 2, 7};
    double eta[4];
    if (!at_numbers(k, i, x, tag || in->type == COL_BOOL ? 2 : 4, eta, err))
        return false;
    double slope = eta[1] - eta[0], size = fabs(eta[0]) + fabs(slope) + 1;
    bool two = tag || in->type == COL_BOOL;
    if (!two && (fabs(eta[2] - eta[0] - 2 * slope) > LINEAR_TOL * size ||
                 fabs(eta[3] - eta[0] - 7 * slope) > 7 * LINEAR_TOL * size)) {
        leave(k->out, in->name);
        return true;
    }
    whatif_set(k->at, str_of(in->name), two && in->type == COL_BOOL ? STR("false") : STR("0"),
               SPAN_NONE, err);
    if (tag) {
        Effect *e = effect_add(k->out, EFFECT_LEVELS, field);
        effect_level(e, tag, slope);
        return !error_is_set(err);
    }
    Effect *e = effect_add(k->out, kind, field);
    e->weight = xcalloc(1, sizeof *e->weight);
    e->weight[0] = slope;
    e->min = in->min;
    e->max = in->max;
    return !error_is_set(err);
}

static bool level_effect(Maker *k, size_t i, const char *field, Error *err)
{
    const InputSummary *in = &k->m->inputs[i];
    Predictions p;
    if (!in->nlevels) {
        leave(k->out, in->name);
        return true;
    }
    if (!whatif_many(k->at, i, NULL, in->levels, in->nlevels, false, &p, err))
        return false;
    Effect *e = effect_add(k->out, EFFECT_LEVELS, field);
    for (size_t l = 0; l < in->nlevels; l++)
        effect_level(e, in->levels[l], p.eta[l] - p.eta[0]);
    predictions_clear(&p);
    return whatif_set(k->at, str_of(in->name), str_of(in->levels[0]), SPAN_NONE, err);
}

static bool one_input(Maker *k, size_t i, Error *err)
{
    const InputSummary *in = &k->m->inputs[i];
    unsigned depends = recipe_depends(k->m->recipe, str_of(in->name));
    if (in->derived || !(depends & DEPENDS_POST))
        return true;
    EffectKind kind;
    const char *tag, *field = field_of(k->w, in->name, &kind, &tag);
    if (!field || (depends & DEPENDS_USER)) {
        leave(k->out, in->name);
        return true;
    }
    bool number = in->type == COL_INT || in->type == COL_REAL || in->type == COL_BOOL;
    return number ? number_effect(k, i, kind, field, tag, err) : level_effect(k, i, field, err);
}

static bool eta_now(const Maker *k, double *eta, Error *err)
{
    WhatIfResult r;
    if (!whatif_eval(k->at, 0.95, &r, err))
        return false;
    *eta = r.eta;
    bool ok = r.ok;
    whatif_result_clear(&r);
    return ok || fail(err, ERR_DATA, "an attribute of that user is missing: no probability");
}

/* All effects at once against their sum: the post's fields must not be multiplied with each
 * other. */
static bool check_additive(Maker *k, Error *err)
{
    double sum = k->out->base, eta;
    WhatIf *probe = whatif_copy(k->at), *old = k->at;
    bool ok = true;
    for (size_t i = 0; ok && i < k->m->ninputs; i++) {
        const InputSummary *in = &k->m->inputs[i];
        EffectKind kind;
        const char *tag, *field = field_of(k->w, in->name, &kind, &tag);
        for (size_t e = 0; ok && field && e < k->out->n; e++) {
            const Effect *f = &k->out->effects[e];
            if (strcmp(f->field, field) != 0 || (tag && strcmp(f->level[0], tag) != 0))
                continue;
            if (f->kind == EFFECT_LEVELS && !tag) {
                ok =
                    whatif_set(probe, str_of(in->name), str_of(f->level[f->n - 1]), SPAN_NONE, err);
                sum += f->weight[f->n - 1];
            } else {
                ok = whatif_set(probe, str_of(in->name),
                                in->type == COL_BOOL ? STR("true") : STR("1"), SPAN_NONE, err);
                sum += f->weight[0];
            }
            break;
        }
    }
    k->at = probe;
    ok = ok && eta_now(k, &eta, err);
    k->at = old;
    whatif_free(probe);
    if (ok && fabs(eta - sum) > 1e-6 * (1 + fabs(sum))) {
        fail(err, ERR_DATA,
             "the formula multiplies fields of the post with each other: no sum over fields");
        ok = error_hint(err, "--by nested, sparse, pairs or vector");
    }
    return ok;
}

/* Distances are mirrored beyond the origin, so nothing may lie beyond it. */
static int64_t newest_post(const World *w)
{
    long col = w->posts_roles.col[ROLE_DATE];
    const Column *c = col >= 0 ? w->posts->cols[col] : NULL;
    int64_t newest = INT64_MIN;
    for (size_t i = 0; c && c->type == COL_TIME && i < c->n; i++)
        if (!column_is_null(c, i) && c->v.i[i] > newest)
            newest = c->v.i[i];
    return newest;
}

bool linear_for(const Model *m, const World *w, uint32_t user, uint32_t post, int64_t moment,
                Linear *out, Error *err)
{
    *out = (Linear){0};
    if (!m->recipe) {
        fail(err, ERR_DATA,
             "%s was not fitted on a table that `features` made: users and posts cannot be looked "
             "up",
             m->name);
        return false;
    }
    Frame *row = recipe_rows(m->recipe, w, &user, &post, 1, moment, err);
    Maker k = {.m = m, .w = w, .at = row ? whatif_new(m) : NULL, .out = out};
    bool ok = k.at && whatif_take(k.at, row, 0, err);
    for (size_t i = 0; ok && i < m->ninputs; i++)
        ok = one_input(&k, i, err);
    out->newest = newest_post(w);
    ok = ok && eta_now(&k, &out->base, err) && check_additive(&k, err);
    whatif_free(k.at);
    frame_unref(row);
    if (!ok)
        linear_clear(out);
    return ok;
}

/* ---- as a query ---- */

static void put_decay(const Effect *e, int64_t moment, int64_t newest, Buf *b)
{
    double beta = e->weight[0];
    /* a decay of 0.5 needs scale = ln 2 / |beta|: never underflows */
    double scale = M_LN2 / fabs(beta);
    buf_puts(b, "{\"exp\":{");
    buf_json_str(b, str_of(e->field));
    if (e->kind == EFFECT_AGE) {
        /* older is further from the newest post; a positive slope starts from the oldest day
         * that training knew */
        buf_puts(b, ":{\"origin\":\"");
        int64_t origin = beta < 0 ? newest : moment - (int64_t)((e->max + 1) * (double)US_PER_DAY);
        buf_es_time(b, origin, TIME_SECOND);
        buf_printf(b, "\",\"scale\":\"%lldms\"", (long long)(scale * 86400000.0));
    } else {
        double margin = (e->max - e->min) + 1;
        buf_puts(b, ":{\"origin\":");
        buf_json_real(b, beta < 0 ? e->min - margin : e->max + margin);
        buf_puts(b, ",\"scale\":");
        buf_json_real(b, scale);
    }
    buf_puts(b, ",\"decay\":0.5}}}");
}

void linear_functions(const Linear *l, int64_t moment, Buf *out)
{
    bool first = true;
    buf_putc(out, '[');
    for (size_t i = 0; i < l->n; i++) {
        const Effect *e = &l->effects[i];
        for (size_t k = 0; e->kind == EFFECT_LEVELS && k < e->n; k++) {
            if (e->weight[k] == 0)
                continue;
            buf_puts(out, first ? "" : ",");
            first = false;
            buf_puts(out, "{\"filter\":{\"term\":{");
            buf_json_str(out, str_of(e->field));
            buf_putc(out, ':');
            buf_json_str(out, str_of(e->level[k]));
            buf_puts(out, "}},\"weight\":");
            buf_json_real(out, exp(e->weight[k]));
            buf_putc(out, '}');
        }
        if (e->kind != EFFECT_LEVELS && e->weight[0] != 0) {
            buf_puts(out, first ? "" : ",");
            first = false;
            put_decay(e, moment, l->newest > moment ? l->newest : moment, out);
        }
    }
    buf_putc(out, ']');
}

const char *linear_script(void)
{
    return "double e = params.base;"
           " for (def f : params.levels.entrySet()) { def w = f.getValue(); def d = "
           "doc[f.getKey()];"
           " for (int i = 0; i < d.size(); i++) { e += ((Number) w.getOrDefault(d.get(i), "
           "0.0)).doubleValue(); } }"
           " for (def f : params.slopes.entrySet()) { def d = doc[f.getKey()];"
           " if (d.size() > 0) { e += ((Number) f.getValue()).doubleValue() * d.value; } }"
           " for (def f : params.ages.entrySet()) { def d = doc[f.getKey()];"
           " if (d.size() > 0) { e += ((Number) f.getValue()).doubleValue() *"
           " Math.floor((params.now - d.value.toInstant().toEpochMilli()) / 86400000.0); } }"
           " return 1.0 / (1.0 + Math.exp(-e));";
}

static void put_map(const Linear *l, EffectKind kind, Buf *b)
{
    bool first = true;
    buf_putc(b, '{');
    for (size_t i = 0; i < l->n; i++) {
        const Effect *e = &l->effects[i];
        if (e->kind != kind)
            continue;
        bool again = false; /* tags are one field with many effects */
        for (size_t k = 0; k < i; k++)
            again =
                again || (l->effects[k].kind == kind && strcmp(l->effects[k].field, e->field) == 0);
        if (again)
            continue;
        buf_puts(b, first ? "" : ",");
        first = false;
        buf_json_str(b, str_of(e->field));
        buf_putc(b, ':');
        if (kind != EFFECT_LEVELS) {
            buf_json_real(b, e->weight[0]);
            continue;
        }
        buf_putc(b, '{');
        bool head = true;
        for (size_t k = i; k < l->n; k++)
            for (size_t v = 0; l->effects[k].kind == kind &&
                               strcmp(l->effects[k].field, e->field) == 0 && v < l->effects[k].n;
                 v++) {
                buf_puts(b, head ? "" : ",");
                head = false;
                buf_json_str(b, str_of(l->effects[k].level[v]));
                buf_putc(b, ':');
                buf_json_real(b, l->effects[k].weight[v]);
            }
        buf_putc(b, '}');
    }
    buf_putc(b, '}');
}

void linear_params(const Linear *l, int64_t moment, Buf *out)
{
    buf_puts(out, "{\"base\":");
    buf_json_real(out, l->base);
    buf_puts(out, ",\"levels\":");
    put_map(l, EFFECT_LEVELS, out);
    buf_puts(out, ",\"slopes\":");
    put_map(l, EFFECT_SLOPE, out);
    buf_puts(out, ",\"ages\":");
    put_map(l, EFFECT_AGE, out);
    buf_printf(out, ",\"now\":%lld}", (long long)(moment / 1000));
}
