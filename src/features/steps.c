/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * steps.c - the table of feature steps, and the one way in which all of them run.
 *
 * features_build() learns a Spec: it asks every step for its columns (plan), puts them in the
 * order of their groups and makes the rows; then every column is made by its step (make).
 * rowmaker_rows() makes other rows by the same Spec and the same make functions: a (user, post,
 * moment) instead of an interaction. That is why training, what-if and scoring cannot differ.
 *
 * To add a step: write step_x.c with plan and make, add its row to `steps` and its name to
 * maker_priv.h.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "maker_priv.h"

/* In the order of planning: an earlier step's names win over a later one's. */
static const Step *const steps[] = {&step_key,     &step_target,   &step_attribute, &step_age,
                                    &step_lang,    &step_tags,     &step_history,   &step_ratio,
                                    &step_recency, &step_affinity, &step_login,     &step_extra};
#define NSTEPS (sizeof steps / sizeof steps[0])

/* In the order of the columns. */
static const char *const groups[] = {"key",     "response", "user",     "post", "interaction",
                                     "product", "derived",  "affinity", "login"};
#define NGROUPS (sizeof groups / sizeof groups[0])

const Step *const *step_rows(size_t *n)
{
    *n = NSTEPS;
    return steps;
}

const Step *step_find(Str name)
{
    for (size_t k = 0; k < NSTEPS; k++)
        if (str_eqz(name, steps[k]->name))
            return steps[k];
    return NULL;
}

const char *const *feature_groups(size_t *n)
{
    *n = NGROUPS;
    return groups;
}

const char *group_find(Str name)
{
    for (size_t k = 0; k < NGROUPS; k++)
        if (str_ieq(name, str_of(groups[k])))
            return groups[k];
    return NULL;
}

/* ---- planning ---- */

void report_note(FeatureReport *r, const char *fmt, ...)
{
    if (!r || r->nnotes == sizeof r->notes / sizeof r->notes[0])
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(r->notes[r->nnotes++], sizeof r->notes[0], fmt, ap);
    va_end(ap);
}

const char *count_text(char *room, size_t n)
{
    Buf b = BUF_INIT;
    buf_count(&b, n);
    memcpy(room, b.p, b.n + 1); /* at most 26 digits and commas */
    buf_free(&b);
    return room;
}

bool plan_add(Plan *p, const char *group, const char *name, Source source, const char *column,
              int32_t arg)
{
    bool added = false;
    strmap_add(p->names, str_of(name), &added);
    if (!added)
        return false;
    Spec *s = p->spec;
    if (s->ncols == p->cap) {
        FeatureCol *wider = arena_array(s->arena, FeatureCol, p->cap ? 2 * p->cap : 64);
        if (s->ncols)
            memcpy(wider, s->cols, s->ncols * sizeof *wider);
        s->cols = wider;
        p->cap = p->cap ? 2 * p->cap : 64;
    }
    s->cols[s->ncols++] =
        (FeatureCol){arena_strndup(s->arena, name, strlen(name)),
                     group_find(str_of(group)),
                     p->step,
                     source,
                     column ? arena_strndup(s->arena, column, strlen(column)) : NULL,
                     arg};
    return true;
}

/* "user,post" keeps these groups; keys and the response always stay. */
static bool keep_groups(Spec *s, const char *only, Error *err)
{
    bool keep[NGROUPS] = {[0] = true, [1] = true};
    Str list = str_of(only);
    while (list.n) {
        Str word = str_trim(str_split(list, ',', &list));
        size_t g = 0;
        while (g < NGROUPS && !str_ieq(word, str_of(groups[g])))
            g++;
        if (g == NGROUPS) {
            fail(err, ERR_NAME, "no group of features is called '%.*s'", STR_ARG(word));
            return error_hint(err, "user post interaction product derived affinity login");
        }
        keep[g] = true;
    }
    size_t n = 0;
    for (size_t j = 0; j < s->ncols; j++)
        for (size_t g = 0; g < NGROUPS; g++)
            if (s->cols[j].group == groups[g] && keep[g]) {
                s->cols[n++] = s->cols[j];
                break;
            }
    s->ncols = n;
    return true;
}

static void order_columns(Spec *s)
{
    FeatureCol *sorted = arena_array(s->arena, FeatureCol, s->ncols + 1);
    size_t n = 0;
    for (size_t g = 0; g < NGROUPS; g++)
        for (size_t j = 0; j < s->ncols; j++)
            if (s->cols[j].group == groups[g])
                sorted[n++] = s->cols[j];
    s->cols = sorted;
}

static bool plan_columns(Maker *m, Spec *s, const FeatureOptions *opt, FeatureReport *report,
                         Error *err)
{
    Plan p = {.m = m, .spec = s, .opt = opt, .report = report, .names = strmap_new(64)};
    bool ok = true;
    for (size_t k = 0; k < NSTEPS && ok; k++) {
        p.step = steps[k];
        ok = steps[k]->plan(&p, err);
    }
    strmap_free(p.names);
    if (!ok || (opt->only && !keep_groups(s, opt->only, err)))
        return false;
    order_columns(s);
    return true;
}

/* ---- rows ---- */

static bool before_its_post(const Maker *m, size_t e)
{
    int64_t posted = m->posted && m->post[e] != NO_ID ? m->posted[m->post[e]] : NO_TIME;
    return posted != NO_TIME && m->at[e] != NO_TIME && m->at[e] < posted;
}

/* Keys that do not fit together are no error, but nobody should have to find out by himself. */
static void tell_keys(const Maker *m, FeatureReport *report)
{
    size_t users = 0, posts = 0, early = 0;
    for (size_t e = 0; e < m->nevents; e++) {
        early += before_its_post(m, e);
        users += m->w.users && m->user[e] != NO_ID && m->user[e] >= m->w.users->rows;
        posts += m->w.posts && m->post[e] != NO_ID && m->post[e] >= m->w.posts->rows;
    }
    if (users)
        report_note(report,
                    "%s interaction%s by users whom '%s' lacks: nothing is known of them",
                    COUNTED(users), MANY(users), m->w.users_name);
    if (posts)
        report_note(report,
                    "%s interaction%s about posts that '%s' lacks: nothing is known of them",
                    COUNTED(posts), MANY(posts), m->w.posts_name);
    if (early)
        report_note(report,
                    "%s interaction%s before the post appeared: the age of the post is negative",
                    COUNTED(early), MANY(early));
    if (m->users_twice)
        report_note(report, "%s row%s of '%s' with a key that was there before: the first counts",
                    COUNTED(m->users_twice), MANY(m->users_twice), m->w.users_name);
    if (m->posts_twice)
        report_note(report, "%s row%s of '%s' with a key that was there before: the first counts",
                    COUNTED(m->posts_twice), MANY(m->posts_twice), m->w.posts_name);
}

/* One row an interaction; a login or logout that is about no post and no product is history, not
 * a row. */
static bool interaction_rows(Maker *m, Rows *r, FeatureReport *report, Error *err)
{
    size_t n = 0, sessions = 0, later = 0;
    uint32_t *event = bag_alloc(&r->bag, m->nevents, sizeof *event, false, "rows", err);
    if (!event)
        return false;
    for (uint32_t e = 0; e < m->nevents; e++) {
        if (event_is_session(m, e) && m->post[e] == NO_ID && m->product[e] == NO_ID)
            sessions++;
        else if (m->spec->as_of != INT64_MIN && m->at[e] >= m->spec->as_of)
            later++;
        else
            event[n++] = e;
    }
    r->n = n;
    r->event = event;
    r->all_events = n == m->nevents;
    uint32_t *id[3];
    int64_t *when = bag_alloc(&r->bag, n, sizeof *when, false, "rows", err);
    for (size_t k = 0; k < 3; k++)
        if (!(id[k] = bag_alloc(&r->bag, n, sizeof *id[k], false, "rows", err)))
            return false;
    if (!when)
        return false;
    for (size_t i = 0; i < n; i++) {
        id[0][i] = m->user[event[i]];
        id[1][i] = m->post[event[i]];
        id[2][i] = m->product[event[i]];
        when[i] = m->at[event[i]];
    }
    r->user = id[0];
    r->post = id[1];
    r->product = id[2];
    r->when = when;
    if (sessions)
        report_note(report, "%s %s history, not rows", COUNTED(sessions),
                    sessions == 1 ? "login or logout is" : "logins and logouts are");
    if (later)
        report_note(report, "%s interaction%s at or after the moment of --as-of left out",
                    COUNTED(later), MANY(later));
    if (m->untimed && m->w.events_roles.col[ROLE_TIME] >= 0)
        report_note(report, "%s interaction%s without a time: not counted as history",
                    COUNTED(m->untimed), MANY(m->untimed));
    return true;
}

/* `wanted` (ncols, or NULL for all) says which columns. */
static Frame *make_columns(Maker *m, const Spec *s, Rows *rows, bool with_response,
                           const uint8_t *wanted, Error *err)
{
    char **names = xcalloc(s->ncols + 1, sizeof *names);
    Column **cols = xcalloc(s->ncols + 1, sizeof *cols);
    size_t n = 0;
    bool ok = true;
    for (size_t j = 0; j < s->ncols && ok; j++) {
        const FeatureCol *c = &s->cols[j];
        if ((!with_response && strcmp(c->group, "response") == 0) || (wanted && !wanted[j]))
            continue;
        if (rows->n > 100000)
            progress_tick("features", (double)j, (double)s->ncols, "columns");
        names[n] = c->name;
        cols[n] = c->step->make(m, c, rows, err);
        ok = cols[n] != NULL && !cancelled(err);
        n += cols[n] != NULL;
    }
    Frame *f = NULL;
    if (ok)
        f = frame_new(names, cols, n, rows->n);
    for (size_t j = 0; j < n && !ok; j++)
        column_unref(cols[j]);
    free(names);
    free(cols);
    return f;
}

static void fill_report(FeatureReport *r, const Spec *s, Maker *m, Rows *rows, const Frame *f)
{
    r->n = s->ncols;
    r->rows = f->rows;
    r->sample_rate = s->sample_rate;
    r->info = xcalloc(s->ncols + 1, sizeof *r->info);
    for (size_t j = 0; j < s->ncols; j++) {
        snprintf(r->info[j].name, sizeof r->info[j].name, "%s", s->cols[j].name);
        r->info[j].group = s->cols[j].group;
    }
    for (size_t i = 0; m->line[LINE_USER].built && rows->at[LINE_USER] && i < f->rows; i++)
        r->no_history += rows->at[LINE_USER][i] == rows->from[LINE_USER][i];
    const Column *y = frame_column(f, STR("viewed"));
    size_t known = 0, ones = 0;
    for (size_t i = 0; y && y->type == COL_BOOL && i < f->rows; i++)
        if (!column_is_null(y, i)) {
            known++;
            ones += y->v.b[i];
        }
    r->response_rate = known ? (double)ones / (double)known : 0;
}

void feature_report_clear(FeatureReport *r)
{
    free(r->info);
    *r = (FeatureReport){0};
}

static Spec *spec_of_options(const FeatureOptions *opt)
{
    Spec *s = spec_new();
    s->pairs = opt->pairs;
    s->negatives = opt->negatives;
    s->window_us = opt->window_us > 0 ? opt->window_us : 7 * US_PER_DAY;
    s->active_us = opt->active_us > 0 ? opt->active_us : 30 * US_PER_DAY;
    s->as_of = opt->as_of;
    s->seed = opt->seed;
    s->sample_rate = 1;
    return s;
}

Frame *features_build(const World *w, const FeatureOptions *opt, Recipe **recipe,
                      FeatureReport *report, Error *err)
{
    FeatureReport unread = {0};
    *recipe = NULL;
    if (!report)
        report = &unread;
    *report = (FeatureReport){0};
    if (!world_check(w, err))
        return NULL;
    Spec *s = spec_of_options(opt);
    Maker *m = NULL;
    Frame *f = NULL;
    Rows rows = {0};
    if (!types_learn(s, w, opt, report, err))
        goto done;
    m = maker_new(w, s, NO_TIME, err);
    if (!m || !plan_columns(m, s, opt, report, err))
        goto done;
    tell_keys(m, report);
    if (!(s->pairs ? pairs_rows(m, s, &rows, report, err)
                   : interaction_rows(m, &rows, report, err)))
        goto done;
    f = make_columns(m, s, &rows, true, NULL, err);
    if (!f)
        goto done;
    fill_report(report, s, m, &rows, f);
    *recipe = recipe_of_spec(spec_ref(s));
done:
    rows_clear(&rows);
    maker_free(m);
    spec_unref(s);
    feature_report_clear(&unread);
    return f;
}

/* ---- rows for any user and post at one moment ---- */

struct RowMaker {
    const Recipe *recipe;
    Maker *m;
    uint8_t *wanted; /* columns of the spec; NULL: all */
};

RowMaker *rowmaker_new(const Recipe *r, const World *w, int64_t moment, Error *err)
{
    const Spec *s = recipe_spec(r);
    if (!s) {
        fail(err, ERR_DATA,
             "the model was not fitted on a table made by features, so rows for users and posts "
             "cannot be "
             "made");
        error_hint(err, "whatif NAME=VALUE sets columns by hand");
        return NULL;
    }
    if (moment == NO_TIME) {
        fail(err, ERR_USAGE, "rows for users and posts need a moment");
        return NULL;
    }
    if (!world_check(w, err))
        return NULL;
    Maker *m = maker_new(w, s, moment, err);
    if (!m)
        return NULL;
    RowMaker *rm = xcalloc(1, sizeof *rm);
    *rm = (RowMaker){r, m, NULL};
    return rm;
}

void rowmaker_only(RowMaker *m, const Str *names, size_t n)
{
    const Spec *s = m->m->spec;
    free(m->wanted);
    m->wanted = xcalloc(s->ncols + 1, 1);
    for (size_t j = 0; j < s->ncols; j++) {
        m->wanted[j] = j == 0; /* a frame has a column */
        for (size_t k = 0; k < n; k++)
            m->wanted[j] |= str_eqz(names[k], s->cols[j].name);
    }
}

void rowmaker_free(RowMaker *m)
{
    if (!m)
        return;
    free(m->wanted);
    maker_free(m->m);
    free(m);
}

Frame *rowmaker_rows(RowMaker *rm, const uint32_t *users, const uint32_t *posts, size_t n,
                     Error *err)
{
    Rows rows = {.n = n, .user = users, .post = posts};
    Frame *f = make_columns(rm->m, rm->m->spec, &rows, false, rm->wanted, err);
    rows_clear(&rows);
    if (!f)
        return NULL;
    Frame *derived = recipe_replay(rm->recipe, f, NULL, 0, err);
    frame_unref(f);
    return derived;
}

Frame *recipe_rows(const Recipe *r, const World *w, const uint32_t *users, const uint32_t *posts,
                   size_t n, int64_t moment, Error *err)
{
    RowMaker *m = rowmaker_new(r, w, moment, err);
    Frame *f = m ? rowmaker_rows(m, users, posts, n, err) : NULL;
    rowmaker_free(m);
    return f;
}
