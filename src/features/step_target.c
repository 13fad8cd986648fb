/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_target.c - what happened: the types of interactions in classes, and the response `viewed`.
 *
 * types_learn() puts each value of the type column into a class by the words below (view, viewed,
 * read, impression ... are views). Each class gets a counter (views, likes, comments, shares, or
 * the value itself in lower case), which step_history.c turns into prev_views and so on. With
 * views in the data all four are counted, so that the table has the same columns whoever happened
 * to share; without, only what occurs. Yes/no columns of the interactions (an edit is minor or
 * not) are counted like types.
 *
 * `viewed` is 1 for the types named in FeatureOptions.positive; by default the views; in pairs
 * without any view, everything but sessions and the posting itself.
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "maker_priv.h"

#define OTHER_COUNTERS 12 /* counters for types beyond the four, most frequent first */
#define DAY_ONLY_MIN 20   /* so many midnights of one type are no coincidence */

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct {
    const char *name, *counter;
    const char *const *words;
} kinds[] = {
    [TYPE_OTHER] = {"other", NULL, WORDS(NULL)},
    [TYPE_VIEW] = {"view", "views",
                   WORDS("view", "views", "viewed", "viewing", "read", "reads", "reading", "visit",
                         "visits", "visited", "open", "opened", "seen", "impression", "impressions",
                         "pageview", "pageviews", "postview", "watch", "watched")},
    [TYPE_LIKE] = {"like", "likes",
                   WORDS("like", "likes", "liked", "favourite", "favorite", "favourited",
                         "favorited", "upvote", "upvoted", "heart", "thumbsup", "star", "starred")},
    [TYPE_COMMENT] = {"comment", "comments",
                      WORDS("comment", "comments", "commented", "reply", "replied")},
    [TYPE_SHARE] = {"share", "shares",
                    WORDS("share", "shares", "shared", "repost", "reposted", "retweet", "forward")},
    [TYPE_LOGIN] = {"login", NULL,
                    WORDS("login", "logins", "loggedin", "signin", "signedin", "logon",
                          "sessionstart")},
    [TYPE_LOGOUT] = {"logout", NULL,
                     WORDS("logout", "logouts", "loggedout", "signout", "signedout", "logoff",
                           "sessionend")},
    [TYPE_POSTING] = {"posting", NULL,
                      WORDS("ask", "asked", "post", "posted", "posting", "publish", "published",
                            "create", "created", "write", "submit", "submitted")},
};
#define NKINDS (sizeof kinds / sizeof kinds[0])

const char *type_kind_name(TypeKind k)
{
    return kinds[k].name;
}

TypeKind type_kind(Str level)
{
    char word[32];
    size_t n = 0;
    for (size_t i = 0; i < level.n; i++)
        if (isalnum((unsigned char)level.p[i])) {
            if (n + 1 == sizeof word)
                return TYPE_OTHER;
            word[n++] = (char)tolower((unsigned char)level.p[i]);
        }
    word[n] = '\0';
    for (size_t k = 0; k < NKINDS; k++)
        for (const char *const *w = kinds[k].words; *w; w++)
            if (strcmp(word, *w) == 0)
                return (TypeKind)k;
    return TYPE_OTHER;
}

/* ---- learning ---- */

int32_t spec_counter(const Spec *s, TypeKind kind)
{
    for (size_t c = 0; c < s->ncounters; c++)
        if (s->counters[c].kind == kind && !s->counters[c].is_flag)
            return (int32_t)c;
    return -1;
}

bool spec_has_kind(const Spec *s, TypeKind kind)
{
    for (size_t t = 0; t < s->ntypes; t++)
        if (s->types[t].kind == kind)
            return true;
    return false;
}

static int32_t add_counter(Spec *s, const char *suffix, TypeKind kind, bool is_flag)
{
    for (size_t c = 0; c < s->ncounters; c++)
        if (strcmp(s->counters[c].suffix, suffix) == 0)
            return s->counters[c].is_flag == is_flag ? (int32_t)c : -1;
    if (s->ncounters == COUNTERS_MAX)
        return -1;
    s->counters[s->ncounters] =
        (Counter){arena_strndup(s->arena, suffix, strlen(suffix)), kind, is_flag};
    return (int32_t)s->ncounters++;
}

/* "Thumbs Up!" to thumbs_up */
static void counter_name(const char *level, char *out, size_t cap)
{
    size_t n = 0;
    for (; *level && n + 1 < cap; level++) {
        if (isalnum((unsigned char)*level) || (unsigned char)*level >= 0x80)
            out[n++] = (char)tolower((unsigned char)*level);
        else if (n && out[n - 1] != '_')
            out[n++] = '_';
    }
    while (n && out[n - 1] == '_')
        n--;
    out[n] = '\0';
}

/* Counts of each level, and whether all of a level's times are midnight while another's are not. */
static bool look_at_levels(Spec *s, const Column *code, const Column *time, size_t *count,
                           Error *err)
{
    int64_t *at = NULL;
    size_t *clocked = xcalloc(s->ntypes + 1, sizeof *clocked);
    bool any = false, ok = true;
    if (time) {
        at = big_alloc(time->n + 1, sizeof *at, false, "moments", err);
        ok = at && column_moments(time, at, err);
    }
    for (size_t i = 0; ok && i < code->n; i++) {
        if (column_is_null(code, i))
            continue;
        count[code->v.c[i]]++;
        if (at && at[i] != NO_TIME && at[i] % US_PER_DAY != 0) {
            clocked[code->v.c[i]]++;
            any = true;
        }
    }
    for (size_t t = 0; t < s->ntypes; t++)
        s->types[t].day_only = any && clocked[t] == 0 && count[t] >= DAY_ONLY_MIN;
    free(clocked);
    free(at);
    return ok;
}

/* The four counters when there are views; then each other type that occurs, the most frequent
 * first. */
static void make_counters(Spec *s, const size_t *count)
{
    static const TypeKind four[] = {TYPE_VIEW, TYPE_LIKE, TYPE_COMMENT, TYPE_SHARE};
    bool views = spec_has_kind(s, TYPE_VIEW);
    for (size_t k = 0; k < 4; k++)
        if (views || spec_has_kind(s, four[k]))
            add_counter(s, kinds[four[k]].counter, four[k], false);
    for (size_t t = 0; t < s->ntypes; t++)
        s->types[t].counter =
            kinds[s->types[t].kind].counter ? spec_counter(s, s->types[t].kind) : -1;
    for (size_t k = 0; k < OTHER_COUNTERS; k++) {
        size_t best = s->ntypes;
        for (size_t t = 0; t < s->ntypes; t++) {
            bool open = s->types[t].counter < 0 && !is_session(s->types[t].kind) && count[t] > 0;
            if (open && (best == s->ntypes || count[t] > count[best]))
                best = t;
        }
        if (best == s->ntypes)
            return;
        char name[64];
        counter_name(s->types[best].level, name, sizeof name);
        s->types[best].counter = name[0] ? add_counter(s, name, s->types[best].kind, false) : -1;
        if (s->types[best].counter < 0)
            return;
    }
}

static bool named_in(Str list, const TypeLevel *t, bool *used)
{
    for (size_t k = 0; list.n; k++) {
        Str word = str_trim(str_split(list, ',', &list));
        if (str_ieq(word, str_of(t->level)) || str_ieq(word, str_of(kinds[t->kind].name))) {
            used[k] = true;
            return true;
        }
    }
    return false;
}

static bool choose_positive(Spec *s, const FeatureOptions *opt, Error *err)
{
    bool views = spec_has_kind(s, TYPE_VIEW), used[64] = {false};
    for (size_t t = 0; t < s->ntypes; t++) {
        TypeKind k = s->types[t].kind;
        s->types[t].positive = opt->positive ? named_in(str_of(opt->positive), &s->types[t], used)
                               : views       ? k == TYPE_VIEW
                                             : opt->pairs && !is_session(k) && k != TYPE_POSTING;
    }
    Str list = str_of(opt->positive);
    for (size_t k = 0; list.n && k < 64; k++) {
        Str word = str_trim(str_split(list, ',', &list));
        if (used[k])
            continue;
        Str levels[64];
        size_t n = s->ntypes < 64 ? s->ntypes : 64;
        for (size_t t = 0; t < n; t++)
            levels[t] = str_of(s->types[t].level);
        fail(err, ERR_NAME, "no interaction is of type '%.*s'", STR_ARG(word));
        long near = nearest_name(word, levels, n);
        if (near >= 0)
            return error_hint(err, "did you mean '%.*s'?", STR_ARG(levels[near]));
        return error_hint(err, "the types are the values of the column with the role type");
    }
    return true;
}

static void learn_flags(Spec *s, const World *w)
{
    for (size_t j = 0; j < w->events->ncols; j++)
        if (w->events->cols[j]->type == COL_BOOL && w->events_roles.col[ROLE_TYPE] != (long)j)
            add_counter(s, w->events->names[j], TYPE_OTHER, true);
}

bool types_learn(Spec *s, const World *w, const FeatureOptions *opt, FeatureReport *report,
                 Error *err)
{
    const Column *c = role_column(w->events, &w->events_roles, ROLE_TYPE);
    if (!c) {
        if (opt->positive)
            return fail(err, ERR_DATA, "no column says what happened, so no type can be '%s'",
                        opt->positive);
        learn_flags(s, w);
        return true;
    }
    Column *code = c->type == COL_CODE ? column_ref(c) : column_as_code(c, err);
    if (!code)
        return false;
    bool ok = code->levels->n <= INT16_MAX;
    if (!ok)
        fail(err, ERR_DATA, "'%s' has %zu values: too many for types of interactions",
             w->events->names[w->events_roles.col[ROLE_TYPE]], code->levels->n);
    s->ntypes = ok ? code->levels->n : 0;
    s->types = arena_array(s->arena, TypeLevel, s->ntypes + 1);
    for (size_t t = 0; t < s->ntypes; t++) {
        Str level = levels_at(code->levels, t);
        s->types[t] = (TypeLevel){arena_strndup(s->arena, level.p, level.n), type_kind(level), -1,
                                  false, false};
    }
    size_t *count = xcalloc(s->ntypes + 1, sizeof *count);
    ok = ok &&
         look_at_levels(s, code, role_column(w->events, &w->events_roles, ROLE_TIME), count, err);
    if (ok) {
        make_counters(s, count);
        learn_flags(s, w);
        ok = choose_positive(s, opt, err);
    }
    for (size_t t = 0; ok && t < s->ntypes; t++)
        if (s->types[t].day_only)
            report_note(report,
                        "'%s' has dates without a clock: it counts as history from the next day on",
                        s->types[t].level);
    free(count);
    column_unref(code);
    return ok;
}

/* ---- the response ---- */

/* Which types make the response 1, when these are not the views. */
static void tell_positive(const Plan *p)
{
    Buf names = BUF_INIT;
    for (size_t t = 0; t < p->spec->ntypes; t++)
        if (p->spec->types[t].positive)
            buf_printf(&names, "%s%s", names.n ? " " : "", p->spec->types[t].level);
    report_note(p->report, "no type of interaction is a view: viewed is 1 for %s",
                names.n ? names.p : "any");
    buf_free(&names);
}

static bool target_plan(Plan *p, Error *err)
{
    (void)err;
    bool any = p->opt->pairs;
    for (size_t t = 0; t < p->spec->ntypes; t++)
        any |= p->spec->types[t].positive;
    if (!any) {
        report_note(p->report, "no type of interaction is a view, so there is no column viewed: "
                               "--positive TYPES says which types "
                               "count, or derive a response");
        return true;
    }
    if (!spec_has_kind(p->spec, TYPE_VIEW))
        tell_positive(p);
    plan_add(p, "response", "viewed", FROM_NONE, NULL, 0);
    if (p->opt->pairs)
        plan_add(p, "response", "sampling_offset", FROM_NONE, NULL, 1);
    return true;
}

/* Adding -log(rate) to the linear predictor of a model of sampled rows makes its coefficients
 * those of all rows: with y = 1 always kept and y = 0 kept with probability r, logit P(y | kept)
 * = logit P(y) - log r. King & Zeng, Logistic Regression in Rare Events Data, Political Analysis
 * 9, 2001, section 4.1. */
static Column *offset_make(const Maker *m, const Rows *rows, Error *err)
{
    Column *out = column_new(COL_REAL, rows->n, err);
    double v =
        m->spec->sample_rate > 0 && m->spec->sample_rate < 1 ? -log(m->spec->sample_rate) : 0;
    for (size_t i = 0; out && i < rows->n; i++)
        out->v.d[i] = v;
    return out;
}

static Column *target_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    if (c->arg == 1)
        return offset_make(m, rows, err);
    Column *out = column_new(COL_BOOL, rows->n, err);
    for (size_t i = 0; out && i < rows->n; i++) {
        int type = rows->event ? m->type[rows->event[i]] : -1;
        bool known = rows->response || (rows->event && type >= 0);
        if (known) {
            out->v.b[i] = rows->response ? rows->response[i] : m->spec->types[type].positive;
        } else if (!column_set_null(out, i, err)) {
            column_unref(out);
            return NULL;
        }
    }
    return out;
}

const Step step_target = {"target", "the response: viewed or not", target_plan, target_make, 2,
                          false};
