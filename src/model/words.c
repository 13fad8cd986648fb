/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * words.c - a coefficient as one plain sentence.
 *
 * What is said depends on the link (odds, expected counts, sums), on the kind of column (a level
 * against its reference, one more unit, a product), and on the vocabulary: two tables, of features
 * and of responses, in which a well-known name has words of its own. A name that is in no table is
 * spoken of as "one more unit of NAME" or "NAME LEVEL".
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model_priv.h"

/* ---- vocabulary ---- */

static const struct {
    const char *response, *event;
} events[] = {
    {"viewed", "a view"},
    {"liked", "a like"},
    {"commented", "a comment"},
    {"shared", "a share"},
    {"clicked", "a click"},
    {"bought", "a purchase"},
    {"purchased", "a purchase"},
    {"read", "a read"},
    {"replied", "a reply"},
    {"returned", "a return"},
    {"subscribed", "a subscription"},
};

/* A level: %s is its name. The second form follows "of". */
static const struct {
    const char *name, *thing, *other;
} things[] = {
    {"lang", "a post about %s", "one about %s"},
    {"author", "a post by %s", "one by %s"},
    {"tags", "a post tagged %s", "one tagged %s"},
    {"country", "a user from %s", "one from %s"},
    {"gender", "a %s user", "a %s one"},
    {"interaction_type", "an interaction of type %s", "one of type %s"},
    {"category", "a product of category %s", "one of category %s"},
    {"device", "a visit by %s", "one by %s"},
};

/* One more unit of a number. */
static const struct {
    const char *name, *unit;
} units[] = {
    {"age", "each year of a user's age"},
    {"post_age_days", "each day that a post ages"},
    {"user_age_days", "each day since a user joined"},
    {"prev_interactions", "each earlier interaction of the user"},
    {"prev_views", "each earlier view by the user"},
    {"prev_likes", "each earlier like by the user"},
    {"prev_comments", "each earlier comment by the user"},
    {"prev_shares", "each earlier share by the user"},
    {"prev_post_interactions", "each earlier interaction with the post"},
    {"prev_post_views", "each earlier view of the post"},
    {"prev_post_likes", "each earlier like of the post"},
    {"prev_author_hits", "each earlier interaction of the user with the author"},
    {"prev_tag_hits", "each earlier interaction of the user with a tag of the post"},
    {"hours_since_login", "each hour since the latest login"},
    {"days_since_last", "each day since the user's latest interaction"},
    {"interactions_per_day", "each interaction a day of the user"},
};

void buf_short(Buf *b, double v)
{
    if (!isfinite(v)) {
        buf_real(b, v);
        return;
    }
    double a = fabs(v);
    char text[48];
    snprintf(text, sizeof text,
             a != 0 && (a < 1e-3 || a >= 1e15) ? "%.3g"
             : a >= 1e3                        ? "%.0f"
                                               : "%.4g",
             v);
    buf_puts(b, text);
}

/* Decimals that show an estimate to three digits, and more when its interval is narrower than they
 * tell. */
static int decimals_of(double estimate, double low, double high)
{
    double size = fabs(estimate) > 0 ? floor(log10(fabs(estimate))) : 0, d = 2 - size;
    double width = high - low;
    if (width > 0 && isfinite(width))
        d = fmax(d, 1 - floor(log10(width)));
    return d < 0 ? 0 : d > 8 ? 8 : (int)d;
}

static void put_interval(Buf *out, double estimate, double low, double high)
{
    double size = fabs(estimate);
    if (!isfinite(size) || (size > 0 && (size < 1e-4 || size >= 1e7))) {
        buf_printf(out, "%.3g", estimate);
        if (!isnan(low))
            buf_printf(out, " (%.3g to %.3g)", low, high);
        return;
    }
    int d = decimals_of(estimate, low, high);
    buf_printf(out, "%.*f", d, estimate);
    if (isnan(low))
        return;
    if (fabs(high) < 1e7)
        buf_printf(out, " (%.*f to %.*f)", d, low, d, high);
    else
        buf_printf(out, " (%.*f to %.3g)", d, low, high);
}

void event_words(const Model *m, Buf *out)
{
    const char *name = m->enc->terms->response_name;
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (strcmp(name, events[i].response) == 0) {
            buf_puts(out, events[i].event);
            return;
        }
    buf_puts(out, m->enc->y_levels[1] ? m->event : name);
}

/* ---- parts of a sentence ---- */

/* What the model's numbers are about: "the odds of a view", "the expected goals". */
static void put_quantity(const Model *m, Buf *out)
{
    bool binary = m->family->is_binary_response;
    const char *link = m->link->name;
    if (strcmp(link, "logit") == 0)
        buf_puts(out, "odds of ");
    else if (strcmp(link, "log") == 0 || strcmp(link, "identity") == 0)
        buf_puts(out, binary ? "probability of " : "expected ");
    else
        buf_printf(out, "%s of the %s ", link, binary ? "probability of" : "expected");
    event_words(m, out);
}

static bool multiplies(const Model *m)
{
    return strcmp(m->link->name, "logit") == 0 || strcmp(m->link->name, "log") == 0;
}

static const Var *part_var(const Model *m, const DesignColumn *c, size_t k, const VarCode **code)
{
    size_t v = m->enc->terms->terms[c->term].var[k];
    *code = &m->enc->vars[v];
    return &m->enc->terms->vars[v];
}

static void put_level(const char *form, const char *fallback, const char *name, const char *level,
                      Buf *out)
{
    const char *at = form ? strstr(form, "%s") : NULL;
    if (!at) {
        buf_printf(out, "%s%s %s", fallback, name, level);
        return;
    }
    buf_put(out, form, (size_t)(at - form));
    if (at == form + 2 && form[0] == 'a' && *level && strchr("AEIOaeio", *level)) {
        out->n--; /* an Other user */
        buf_puts(out, "n ");
    }
    buf_puts(out, level);
    buf_puts(out, at + 2);
}

static const char *thing_form(const char *name, bool other)
{
    for (size_t i = 0; i < sizeof things / sizeof *things; i++)
        if (strcmp(name, things[i].name) == 0)
            return other ? things[i].other : things[i].thing;
    return NULL;
}

static void put_unit(const Var *v, const VarCode *code, int32_t part, Buf *out)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(v->name, units[i].name) == 0) {
            buf_puts(out, units[i].unit);
            return;
        }
    if (strncmp(v->name, "tag_", 4) == 0 && code->min >= 0 && code->max <= 1)
        buf_printf(out, "the tag %s on a post", v->name + 4);
    else if (code->type == COL_BOOL)
        buf_printf(out, "%s", v->name);
    else if (code->nbasis > 1)
        buf_printf(out, "part %d of the curve %s", (int)part + 1, v->name);
    else
        buf_printf(out, "one more unit of %s", v->name);
}

/* The level that a treatment-coded factor is compared with: the one that has no column. */
static const char *reference_level(const Model *m, const DesignColumn *c)
{
    const VarCode *code;
    part_var(m, c, 0, &code);
    for (size_t l = 0; l < code->nlevels; l++) {
        bool used = false;
        for (size_t j = 0; j < m->enc->ncols && !used; j++)
            used = m->enc->cols[j].term == c->term && m->enc->cols[j].part[0] == (int32_t)l;
        if (!used)
            return code->levels[l];
    }
    return NULL;
}

static void put_effect(const Model *m, const CoefRow *r, Buf *out)
{
    if (multiplies(m)) {
        buf_puts(out, "multiplies the ");
        put_quantity(m, out);
        buf_puts(out, " by ");
        put_interval(out, exp(r->estimate), exp(r->low), exp(r->high));
    } else {
        bool falls = r->estimate < 0;
        buf_puts(out, falls ? "lowers the " : "raises the ");
        put_quantity(m, out);
        buf_puts(out, " by ");
        put_interval(out, fabs(r->estimate), falls ? -r->high : r->low, falls ? -r->low : r->high);
    }
}

/* "a post about java has 1.38 times the odds of a view of one about python (1.30 to 1.45)" */
static void put_comparison(const Model *m, const CoefRow *r, const Var *v, const char *level,
                           const char *ref, Buf *out)
{
    put_level(thing_form(v->name, false), "", v->name, level, out);
    if (multiplies(m)) {
        double e = exp(r->estimate), low = exp(r->low), high = exp(r->high);
        Buf interval = BUF_INIT;
        put_interval(&interval, e, low, high);
        Str rest, number = str_split(buf_slice(&interval), ' ', &rest);
        buf_printf(out, " has %.*s times the ", STR_ARG(number));
        put_quantity(m, out);
        buf_puts(out, " of ");
        put_level(thing_form(v->name, true), "", v->name, ref, out);
        if (rest.n)
            buf_printf(out, " %.*s", STR_ARG(rest));
        buf_free(&interval);
    } else {
        buf_puts(out, ", against ");
        put_level(thing_form(v->name, true), "", v->name, ref, out);
        buf_puts(out, ", ");
        put_effect(m, r, out);
    }
}

static void put_single(const Model *m, const CoefRow *r, const DesignColumn *c, Buf *out)
{
    const VarCode *code;
    const Var *v = part_var(m, c, 0, &code);
    if (!code->is_factor) {
        put_unit(v, code, c->part[0], out);
        buf_putc(out, ' ');
        put_effect(m, r, out);
        return;
    }
    const char *level = code->levels[c->part[0]];
    const char *ref = m->enc->encode == ENCODE_TREATMENT ? reference_level(m, c) : NULL;
    if (ref) {
        put_comparison(m, r, v, level, ref, out);
        return;
    }
    put_level(thing_form(v->name, false), "", v->name, level, out);
    if (m->enc->encode == ENCODE_SUM)
        buf_puts(out, ", against the mean of all levels,");
    buf_putc(out, ' ');
    put_effect(m, r, out);
}

static void put_product(const Model *m, const CoefRow *r, const DesignColumn *c, Buf *out)
{
    for (size_t k = 0; k < c->nparts; k++) {
        const VarCode *code;
        const Var *v = part_var(m, c, k, &code);
        buf_puts(out, k ? " with " : "");
        if (code->is_factor)
            put_level(thing_form(v->name, false), "", v->name, code->levels[c->part[k]], out);
        else
            put_unit(v, code, c->part[k], out);
    }
    buf_puts(out, ", beyond what each does alone, ");
    put_effect(m, r, out);
}

static void put_intercept(const Model *m, const CoefRow *r, Buf *out)
{
    double mu[3], dmu[3], eta[3] = {r->estimate, r->low, r->high};
    m->link->inverse(eta, 3, mu, dmu);
    buf_puts(out, m->family->is_binary_response
                      ? "where every number is 0 and every level the reference, the probability of "
                      : "where every number is 0 and every level the reference, the expected ");
    event_words(m, out);
    buf_puts(out, " is ");
    put_interval(out, mu[0], fmin(mu[1], mu[2]), fmax(mu[1], mu[2]));
}

void coef_sentence(const Model *m, const CoefRow *r, Buf *out)
{
    const DesignColumn *c = &m->enc->cols[r->col];
    if (r->aliased) {
        buf_printf(out, "%s is not estimated: %s", r->term,
                   m->fit->status == FIT_SEPARATED
                       ? "the columns that decide the outcome leave nothing to learn it from"
                       : "other columns together say the same");
        return;
    }
    if (r->infinite) {
        buf_printf(out, "%s decides the outcome in these data: its estimate runs to %s infinity",
                   r->term, r->infinite > 0 ? "plus" : "minus");
        return;
    }
    if (c->term < 0) {
        put_intercept(m, r, out);
        return;
    }
    if (c->nparts > 1)
        put_product(m, r, c, out);
    else
        put_single(m, r, c, out);
    buf_puts(out, ", other things equal");
    if (r->low < 0 && r->high > 0)
        buf_puts(out, "; no effect is possible too");
}
