/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector.c - the what-if vector that a command works on: the session's last one, edited by the
 * command's words.
 *
 * Each command edits a copy and puts it back when all went well. `user=` and `post=` are looked up:
 * the model's recipe makes that pair's features from the loaded tables, as of the moment after the
 * last event (or --at TIME), by the same code as in training.
 */
#include <math.h>
#include <stdlib.h>

#include "shell/engine_world.h"
#include "shell/vector.h"

/* Row of the key in a table, or UINT32_MAX. */
static uint32_t key_row(const Frame *f, const RoleMap *roles, Role role, Str key)
{
    const Column *c = f && roles->col[role] >= 0 ? f->cols[roles->col[role]] : NULL;
    Buf b = BUF_INIT;
    uint32_t found = UINT32_MAX;
    for (size_t i = 0; c && i < c->n && found == UINT32_MAX; i++) {
        buf_clear(&b);
        column_print(c, i, &b);
        if (str_eq(buf_slice(&b), key))
            found = (uint32_t)i;
    }
    buf_free(&b);
    return found;
}

bool hint_input(const Model *m, Str name, Arena *arena, Error *err)
{
    Str *names = arena_array(arena, Str, m->ninputs + 1);
    Buf all = BUF_INIT;
    for (size_t k = 0; k < m->ninputs; k++) {
        names[k] = str_of(m->inputs[k].name);
        buf_printf(&all, "%s%s", k ? ", " : "", m->inputs[k].name);
    }
    long near = nearest_name(name, names, m->ninputs);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", m->inputs[near].name);
    else
        error_hint(err, "its inputs: %s", all.p ? all.p : "none");
    buf_free(&all);
    return false;
}

static bool no_such(const Frame *f, const char *table, const RoleMap *roles, Role role,
                    const char *what, const Word *w, Error *err)
{
    fail_at(err, ERR_NAME, w->value_at, "no %s '%.*s' in '%s'", what, STR_ARG(w->value),
            table ? table : "the tables");
    const Column *c = f && roles->col[role] >= 0 ? f->cols[roles->col[role]] : NULL;
    size_t n = c && c->n < 200000 ? c->n : 0;
    Str *names = xcalloc(n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = c->type == COL_CODE || c->type == COL_TEXT ? column_text(c, i) : STR("");
    long near = nearest_name(w->value, names, n);
    if (near >= 0)
        error_hint(err, "did you mean '%.*s'?", STR_ARG(names[near]));
    else if (table)
        error_hint(err, "show %s lists them", table);
    free(names);
    return false;
}

int64_t world_end(const World *w)
{
    long t = w->events_roles.col[ROLE_TIME];
    const Column *c = t >= 0 ? w->events->cols[t] : NULL;
    int64_t last = INT64_MIN;
    for (size_t i = 0; c && c->type == COL_TIME && i < c->n; i++)
        if (!column_is_null(c, i) && c->v.i[i] > last)
            last = c->v.i[i];
    return last == INT64_MIN ? clock_now() : last + 1;
}

/* Only what the given keys decide: a user without a post says nothing about posts. */
static Frame *decided(const Recipe *r, const Frame *f, bool user, bool post)
{
    size_t *cols = xcalloc(f->ncols + 1, sizeof *cols), n = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        unsigned bits = recipe_depends(r, str_of(f->names[j]));
        if (bits & (DEPENDS_UNKNOWN | DEPENDS_EVENT))
            continue;
        if ((!(bits & DEPENDS_USER) || user) && (!(bits & DEPENDS_POST) || post))
            cols[n++] = j;
    }
    Frame *out = frame_select(f, cols, n);
    free(cols);
    return out;
}

static bool take_pair(Session *s, WhatIf *v, const Word *user, const Word *post, int64_t moment,
                      Error *err)
{
    const Model *m = v->model;
    if (!m->recipe || !recipe_steps(m->recipe)) {
        fail_at(err, ERR_DATA, user ? user->at : post->at, "%s was not fitted to a feature table",
                m->name);
        return error_hint(
            err, "features as ft, then fit: the model then knows how to look users and posts up");
    }
    World w = session_world(s), parts = {0};
    EngineWorld there = {0};
    bool ok = false, ask = s->connection && !w.flat && !w.users && !w.posts && !w.events;
    Frame *f = NULL, *part = NULL;
    if (ask) {
        if (!engine_world(s, user ? user->value : STR_NULL, post ? post->value : STR_NULL, &there,
                          err))
            return false;
        w = there.world;
    }
    if (!world_check(&w, err))
        goto done;
    if (moment == INT64_MIN)
        moment = ask ? there.moment : world_end(&w);
    if (w.flat) {
        if (!world_from_flat(w.events_name, w.events, &w.events_roles, &parts, err))
            goto done;
        w = parts;
    }
    uint32_t u = UINT32_MAX, p = UINT32_MAX;
    if (user && (u = key_row(w.users, &w.users_roles, ROLE_USER, user->value)) == UINT32_MAX) {
        no_such(w.users, w.users_name, &w.users_roles, ROLE_USER, "user", user, err);
        goto done;
    }
    if (post && (p = key_row(w.posts, &w.posts_roles, ROLE_POST, post->value)) == UINT32_MAX) {
        no_such(w.posts, w.posts_name, &w.posts_roles, ROLE_POST, "post", post, err);
        goto done;
    }
    f = recipe_rows(m->recipe, &w, &u, &p, 1, moment, err);
    part = f ? decided(m->recipe, f, user != NULL, post != NULL) : NULL;
    ok = part && whatif_take(v, part, 0, err);
done:
    frame_unref(f);
    frame_unref(part);
    if (w.flat) {
        frame_unref((Frame *)parts.users);
        frame_unref((Frame *)parts.posts);
    }
    engine_world_clear(&there);
    return ok;
}

/* A copy of the session's vector for the asked model, with the command's words set in it. */
WhatIf *vector_edited(Session *s, const Args *a, bool fresh, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return NULL;
    WhatIf *v =
        s->whatif && s->whatif->model == m && !fresh ? whatif_copy(s->whatif) : whatif_new(m);
    const Word *user = NULL, *post = NULL;
    for (size_t i = 0; i < a->nwords; i++) {
        const Word *w = &a->words[i];
        if (str_eqz(w->name, "user") && model_input(m, w->name) < 0)
            user = w;
        else if (str_eqz(w->name, "post") && model_input(m, w->name) < 0)
            post = w;
    }
    int64_t moment = INT64_MIN;
    TimeUnit unit;
    if (args_has(a, "at"))
        time_parse_iso(args_text(a, "at"), &moment, &unit);
    bool ok = (!user && !post) || take_pair(s, v, user, post, moment, err);
    for (size_t i = 0; ok && i < a->nwords; i++) {
        const Word *w = &a->words[i];
        if (w == user || w == post)
            continue;
        if (!w->name.p) {
            ok = fail_at(err, ERR_USAGE, w->at, "'%.*s' is not NAME=VALUE", STR_ARG(w->raw));
            if (session_find_model(s, w->text) >= 0)
                error_hint(err, "%s --model %.*s takes that model", a->cmd->name, STR_ARG(w->text));
            else
                error_hint(err, "%s age=31 lang=java", a->cmd->name);
        } else {
            ok = whatif_set(v, w->name, w->value, w->value_at, err);
            if (!ok && err->code == ERR_NAME && model_input(m, w->name) < 0)
                err->at = (Span){w->at.from, w->at.from + w->name.n};
        }
    }
    if (ok)
        return v;
    whatif_free(v);
    return NULL;
}

/* ---- words ---- */

void vector_put_value(const InputSummary *in, double num, const char *text, Buf *b)
{
    if (in->nlevels || text)
        buf_escaped(b, str_of(text ? text : "missing"));
    else if (isnan(num))
        buf_puts(b, "missing");
    else if (in->type == COL_TIME)
        buf_time(b, (int64_t)num, in->unit);
    else
        buf_digits(b, num, 4);
}

const char *vector_mean_text(Result *out, const Model *m, double v)
{
    if (!m->binary || !isfinite(v))
        return result_short(out, v);
    /* three decimals; more where they would say too little: 0.00371, 0.99962 */
    double rest = 1 - v;
    int low = v > 0 && v < 0.1 ? 2 - (int)floor(log10(v)) : 3;
    int high = rest > 0 && rest < 0.0005 ? 1 - (int)floor(log10(rest)) : 3;
    int digits = low > high ? low : high;
    return digits <= 9 ? arena_printf(out->arena, "%.*f", digits, v) : result_short(out, v);
}
