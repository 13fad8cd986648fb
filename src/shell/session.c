/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session.c - what lasts between commands, and copies of it.
 *
 * Tables and models hang on by references: putting one in takes the reference over, a State (for
 * undo) holds one more. Asking for a table or a model by name notes in the journal that the running
 * command depends on it.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/connection.h"
#include "shell/format.h"
#include "shell/journal.h"
#include "shell/settings.h"
#include "shell/state.h"

struct State {
    size_t ntables, nmodels;
    NamedData *tables;
    NamedModel *models;
    long current_table, current_model;
    WhatIf *whatif;
    uint64_t seed;
    double threshold;
};

Session *session_new(void)
{
    Session *s = xcalloc(1, sizeof *s);
    s->current_table = s->current_model = -1;
    s->threshold = 0.5;
    s->settings = settings_new();
    s->journal = journal_new();
    return s;
}

static void named_data_clear(NamedData *t)
{
    free(t->name);
    free(t->info);
    frame_unref(t->data.frame);
    recipe_unref(t->data.recipe);
}

static NamedData named_data_copy(const NamedData *t)
{
    NamedData c = *t;
    c.name = xstrdup(t->name);
    c.data.frame = frame_ref(t->data.frame);
    c.data.recipe = recipe_ref(t->data.recipe);
    c.info = NULL;
    if (t->ninfo) {
        c.info = xcalloc(t->ninfo, sizeof *c.info);
        memcpy(c.info, t->info, t->ninfo * sizeof *c.info);
    }
    return c;
}

static void named_model_clear(NamedModel *m)
{
    model_unref(m->model);
    frame_unref(m->data.frame);
    recipe_unref(m->data.recipe);
    free(m->note);
}

static NamedModel named_model_copy(const NamedModel *m)
{
    return (NamedModel){
        .model = model_ref(m->model),
        .data = {m->data.frame ? frame_ref(m->data.frame) : NULL, recipe_ref(m->data.recipe)},
        .note = m->note ? xstrdup(m->note) : NULL,
        .made = m->made};
}

static void things_clear(Session *s)
{
    for (size_t i = 0; i < s->ntables; i++)
        named_data_clear(&s->tables[i]);
    for (size_t i = 0; i < s->nmodels; i++)
        named_model_clear(&s->models[i]);
    free(s->tables);
    free(s->models);
    whatif_free(s->whatif);
    s->tables = NULL;
    s->models = NULL;
    s->whatif = NULL;
    s->ntables = s->nmodels = 0;
}

void session_free(Session *s)
{
    if (!s)
        return;
    journal_free(s->journal);
    connection_close(s->connection);
    things_clear(s);
    free(s->looked);
    free(s->settings);
    free(s);
}

/* ---- tables ---- */

static long find_table(const Session *s, Str name)
{
    long found = -1, folded = 0;
    for (size_t i = 0; i < s->ntables; i++) {
        if (str_eqz(name, s->tables[i].name))
            return (long)i;
        if (str_ieq(name, str_of(s->tables[i].name))) {
            found = (long)i;
            folded++;
        }
    }
    return folded == 1 ? found : -1;
}

long session_find_table(const Session *s, Str name)
{
    long i = find_table(s, name);
    if (i >= 0)
        journal_read_table(s, i, false);
    return i;
}

const NamedData *session_table(const Session *s)
{
    if (s->current_table < 0)
        return NULL;
    journal_read_table(s, s->current_table, true);
    return &s->tables[s->current_table];
}

void session_put_table(Session *s, const char *name, Dataset d)
{
    long at = -1;
    for (size_t i = 0; i < s->ntables; i++)
        if (strcmp(s->tables[i].name, name) == 0)
            at = (long)i;
    NamedData made = {.name = xstrdup(name),
                      .data = d,
                      .roles = roles_guess(name, d.frame),
                      .made = journal_entry(s->journal)};
    if (at >= 0) {
        named_data_clear(&s->tables[at]);
    } else {
        s->tables = xrealloc(s->tables, (s->ntables + 1) * sizeof *s->tables);
        at = (long)s->ntables++;
    }
    s->tables[at] = made;
    s->current_table = at;
}

void session_put_like(Session *s, const char *name, Dataset d, const NamedData *like)
{
    RoleMap roles = like->roles;
    for (size_t r = 0; r < ROLE_COUNT; r++)
        if (roles.col[r] >= 0)
            roles.col[r] = frame_find(d.frame, str_of(like->data.frame->names[roles.col[r]]));
    size_t n = like->ninfo;
    FeatureInfo *info = n ? xcalloc(n, sizeof *info) : NULL;
    if (n)
        memcpy(info, like->info, n * sizeof *info);
    session_put_table(s, name, d);
    NamedData *t = &s->tables[s->current_table];
    t->roles = roles;
    t->info = info;
    t->ninfo = n;
}

void session_drop_table(Session *s, long i)
{
    assert(i >= 0 && (size_t)i < s->ntables);
    named_data_clear(&s->tables[i]);
    memmove(s->tables + i, s->tables + i + 1, (s->ntables - (size_t)i - 1) * sizeof *s->tables);
    s->ntables--;
    if (s->current_table == i)
        s->current_table = (long)s->ntables - 1;
    else if (s->current_table > i)
        s->current_table--;
}

void session_use_table(Session *s, long i)
{
    s->current_table = i;
}

void session_touch_table(Session *s, long i)
{
    s->tables[i].made = journal_entry(s->journal);
}

void session_rename_table(Session *s, long i, const char *name)
{
    char *copy = xstrdup(name);
    free(s->tables[i].name);
    s->tables[i].name = copy;
    s->tables[i].made = journal_entry(s->journal);
}

/* ---- models ---- */

long session_find_model(const Session *s, Str name)
{
    for (size_t i = 0; i < s->nmodels; i++)
        if (str_eqz(name, s->models[i].model->name)) {
            journal_read_model(s, (long)i, false);
            return (long)i;
        }
    return -1;
}

const Model *session_model(const Session *s)
{
    if (s->current_model < 0)
        return NULL;
    journal_read_model(s, s->current_model, true);
    return s->models[s->current_model].model;
}

long session_model_index(const Session *s, const Model *m)
{
    for (size_t i = 0; i < s->nmodels; i++)
        if (s->models[i].model == m)
            return (long)i;
    return -1;
}

/* m1, m2 ...: one more than the highest in use. */
static char *fresh_model_name(const Session *s)
{
    int64_t top = 0, v = 0;
    for (size_t i = 0; i < s->nmodels; i++) {
        Str name = str_of(s->models[i].model->name);
        if (name.n > 1 && name.p[0] == 'm' && parse_int(str_sub(name, 1, name.n), &v) && v > top)
            top = v;
    }
    char text[32];
    snprintf(text, sizeof text, "m%lld", (long long)top + 1);
    return xstrdup(text);
}

const char *session_put_model(Session *s, const char *name, Model *m, Dataset data)
{
    char *mine = name ? xstrdup(name) : fresh_model_name(s);
    free(m->name);
    m->name = mine;
    long at = -1;
    for (size_t i = 0; i < s->nmodels; i++)
        if (strcmp(s->models[i].model->name, mine) == 0)
            at = (long)i;
    if (at >= 0) {
        named_model_clear(&s->models[at]);
    } else {
        s->models = xrealloc(s->models, (s->nmodels + 1) * sizeof *s->models);
        at = (long)s->nmodels++;
    }
    s->models[at] = (NamedModel){.model = m, .data = data, .made = journal_entry(s->journal)};
    s->current_model = at;
    return m->name;
}

void session_drop_model(Session *s, long i)
{
    assert(i >= 0 && (size_t)i < s->nmodels);
    if (s->whatif && s->whatif->model == s->models[i].model)
        session_put_whatif(s, NULL);
    named_model_clear(&s->models[i]);
    memmove(s->models + i, s->models + i + 1, (s->nmodels - (size_t)i - 1) * sizeof *s->models);
    s->nmodels--;
    if (s->current_model == i)
        s->current_model = (long)s->nmodels - 1;
    else if (s->current_model > i)
        s->current_model--;
}

void session_note_model(Session *s, long i, const char *note)
{
    char *copy = note ? xstrdup(note) : NULL;
    free(s->models[i].note);
    s->models[i].note = copy;
    s->models[i].made = journal_entry(s->journal);
}

void session_use_model(Session *s, long i)
{
    s->current_model = i;
}

void session_put_look(Session *s, const char *command)
{
    free(s->looked);
    s->looked = command && *command ? xstrdup(command) : NULL;
}

void session_put_whatif(Session *s, WhatIf *w)
{
    if (w != s->whatif)
        whatif_free(s->whatif);
    s->whatif = w;
}

bool session_rows_here(const NamedModel *nm, const char *with, Error *err)
{
    const Model *m = nm->model;
    if (nm->data.frame)
        return true;
    if (m->table && strncmp(m->table, "es:", 3) == 0) {
        fail(err, ERR_DATA, "the rows of %s are in %s, not here", m->name, m->table);
        return error_hint(err, "load %s as T, then %s", m->table, with ? with : "fit to it");
    }
    fail(err, ERR_DATA, "%s was loaded from a file and its rows are not here", m->name);
    return with ? error_hint(err, "%s names a table", with)
                : error_hint(err, "load the table and fit again");
}

/* ---- the world ---- */

bool session_is_features(const NamedData *t)
{
    Str name, expr;
    for (size_t i = 0; i < recipe_steps(t->data.recipe); i++)
        if (!recipe_derive(t->data.recipe, i, &name, &expr))
            return true;
    return false;
}

/* How much a table says about its kind: the roles it fills; said by hand, more than any guess. */
static size_t table_knows(const NamedData *t)
{
    size_t n = t->roles.guessed ? 0 : ROLE_COUNT;
    for (size_t r = 0; r < ROLE_COUNT; r++)
        n += t->roles.col[r] >= 0;
    return n;
}

/* Counts by post, made by `group`, are no posts beside the table of posts: of the tables of one
 * kind the one that knows most, of those the last. `equal`: another one that knows as much. -1:
 * none. */
static long world_table(const Session *s, Entity kind, long *equal)
{
    long best = -1;
    *equal = -1;
    for (size_t i = 0; i < s->ntables; i++) {
        const NamedData *t = &s->tables[i];
        if (t->roles.entity != kind || session_is_features(t)) /* features are not raw material */
            continue;
        size_t most = best < 0 ? 0 : table_knows(&s->tables[best]), knows = table_knows(t);
        if (best >= 0 && knows < most)
            continue;
        *equal = knows == most ? best : -1;
        best = (long)i;
    }
    return best;
}

World session_world(const Session *s)
{
    World w = {0};
    const struct {
        Entity kind;
        const Frame **frame;
        RoleMap *roles;
        const char **name;
    } parts[] = {{ENTITY_USER, &w.users, &w.users_roles, &w.users_name},
                 {ENTITY_POST, &w.posts, &w.posts_roles, &w.posts_name},
                 {ENTITY_PRODUCT, &w.products, &w.products_roles, &w.products_name},
                 {ENTITY_INTERACTION, &w.events, &w.events_roles, &w.events_name},
                 {ENTITY_FLAT, &w.events, &w.events_roles, &w.events_name}};
    for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
        long equal;
        long i = world_table(s, parts[k].kind, &equal);
        if (i < 0 || (parts[k].kind == ENTITY_FLAT && w.events))
            continue;
        *parts[k].frame = s->tables[i].data.frame;
        *parts[k].roles = s->tables[i].roles;
        *parts[k].name = s->tables[i].name;
        w.flat = parts[k].kind == ENTITY_FLAT;
        journal_read_table(s, i, false);
    }
    if (w.flat)
        w.users = w.posts = w.products = NULL;
    else if (w.events)
        world_link(&w);
    return w;
}

void session_world_note(const Session *s, Result *out)
{
    static const Entity kinds[] = {ENTITY_USER, ENTITY_POST, ENTITY_PRODUCT, ENTITY_INTERACTION};
    Buf used = BUF_INIT, left = BUF_INIT;
    long last = -1;
    Entity of = kinds[0];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        long equal;
        long i = world_table(s, kinds[k], &equal);
        if (equal < 0)
            continue;
        buf_printf(&used, "%s%s", used.n ? ", " : "", s->tables[i].name);
        buf_printf(&left, "%s%s", left.n ? ", " : "", s->tables[equal].name);
        last = equal;
        of = kinds[k];
    }
    if (last >= 0)
        result_note(out, "tables", NULL, "read from %s, not from %s (roles %s: entity=%s)", used.p,
                    left.p, s->tables[last].name, entity_name(of));
    buf_free(&used);
    buf_free(&left);
}

/* ---- states ---- */

State *state_save(const Session *s)
{
    State *st = xcalloc(1, sizeof *st);
    st->ntables = s->ntables;
    st->nmodels = s->nmodels;
    st->tables = xcalloc(s->ntables + 1, sizeof *st->tables);
    st->models = xcalloc(s->nmodels + 1, sizeof *st->models);
    for (size_t i = 0; i < s->ntables; i++)
        st->tables[i] = named_data_copy(&s->tables[i]);
    for (size_t i = 0; i < s->nmodels; i++)
        st->models[i] = named_model_copy(&s->models[i]);
    st->current_table = s->current_table;
    st->current_model = s->current_model;
    st->whatif = s->whatif ? whatif_copy(s->whatif) : NULL;
    st->seed = s->seed;
    st->threshold = s->threshold;
    return st;
}

void state_restore(Session *s, const State *st)
{
    State *copy = NULL; /* the State stays usable: restore from a second copy */
    Session view = {.ntables = st->ntables,
                    .nmodels = st->nmodels,
                    .tables = st->tables,
                    .models = st->models,
                    .current_table = st->current_table,
                    .current_model = st->current_model,
                    .whatif = st->whatif,
                    .seed = st->seed,
                    .threshold = st->threshold};
    copy = state_save(&view);
    things_clear(s);
    s->ntables = copy->ntables;
    s->nmodels = copy->nmodels;
    s->tables = copy->tables;
    s->models = copy->models;
    s->current_table = copy->current_table;
    s->current_model = copy->current_model;
    s->whatif = copy->whatif;
    s->seed = copy->seed;
    s->threshold = copy->threshold;
    free(copy);
}

bool state_differs(const Session *s, const State *st)
{
    return s->ntables != st->ntables || s->nmodels != st->nmodels ||
           s->current_table != st->current_table || s->current_model != st->current_model;
}

size_t state_models(const State *st)
{
    return st->nmodels;
}

void state_free(State *st)
{
    if (!st)
        return;
    Session view = {.ntables = st->ntables,
                    .nmodels = st->nmodels,
                    .tables = st->tables,
                    .models = st->models,
                    .whatif = st->whatif};
    things_clear(&view);
    free(st);
}
