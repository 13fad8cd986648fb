/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roles.c - `roles`: what each table and column means, shown and corrected.
 *
 * Without words it shows the guesses. `roles T: user=c, time=c` corrects columns of one table,
 * `entity=users` the kind of the table, and `user=` (nothing behind it) takes a role away.
 */
#include <stdio.h>

#include "shell/command.h"
#include "shell/format.h"

/* The roles as features will use them: keys settled by their values. */
static const RoleMap *settled(const World *w, const NamedData *t)
{
    const Frame *f = t->data.frame;
    return f == w->events     ? &w->events_roles
           : f == w->users    ? &w->users_roles
           : f == w->posts    ? &w->posts_roles
           : f == w->products ? &w->products_roles
                              : &t->roles;
}

/* Of one table, or of all. */
static void show(Session *s, long only, Result *out)
{
    static const TableCol cols[] = {{COL("table", "table")},
                                    {COL("entity", "is")},
                                    {COL("role", "role")},
                                    {COL("column", "column")},
                                    {COL("guessed", "guessed"), .machine_only = true},
                                    {COL("why", "why"), .priority = 2, .wrap = true}};
    World w = session_world(s);
    const RoleRow *rows = role_rows();
    Table *t = result_table(out, "roles", cols, 6);
    for (size_t i = 0; i < s->ntables; i++) {
        const NamedData *d = &s->tables[i];
        const RoleMap *m = settled(&w, d);
        bool first = true;
        if (session_is_features(d) || (only >= 0 && only != (long)i))
            continue;
        for (size_t r = 0; r < ROLE_COUNT; r++) {
            if (m->col[r] < 0 && !(first && r + 1 == ROLE_COUNT))
                continue;
            Cell *c = table_row(out, t);
            c[0] = cell_text(str_of(arena_printf(out->arena, "%s", d->name)));
            c[1] = cell_text(str_of(entity_name(m->entity)));
            c[2] = m->col[r] < 0 ? cell_text(STR_NULL) : cell_text(str_of(rows[r].name));
            c[3] = m->col[r] < 0 ? cell_text(STR_NULL)
                                 : cell_text(str_of(arena_printf(out->arena, "%s",
                                                                 d->data.frame->names[m->col[r]])));
            c[4] = cell_bool(m->guessed);
            c[5] = first ? cell_text(str_of(m->guessed ? arena_printf(out->arena, "%s", m->why)
                                                       : "said by hand"))
                         : cell_text(STR(""));
            first = false;
        }
    }
    if (!t->nrows)
        result_chat(out, "no table with roles: load users, posts, interactions");
}

static bool set_one(Session *s, NamedData *t, const Word *w, Error *err)
{
    Role role;
    const RoleRow *rows = role_rows();
    (void)s;
    if (!w->name.p) {
        fail_at(err, ERR_USAGE, w->at, "'%.*s' is not ROLE=COLUMN", STR_ARG(w->raw));
        return error_hint(err, "roles %s: user=COLUMN, time=COLUMN", t->name);
    }
    if (str_eqz(w->name, "entity") || str_eqz(w->name, "is")) {
        Entity e;
        if (!entity_parse(w->value, &e)) {
            fail_at(err, ERR_NAME, w->value_at, "no entity '%.*s'", STR_ARG(w->value));
            return error_hint(err, "users, posts, products, interactions, flat or none");
        }
        roles_as(&t->roles, t->data.frame, e);
        return true;
    }
    if (!role_parse(w->name, &role)) {
        Str names[ROLE_COUNT];
        for (size_t r = 0; r < ROLE_COUNT; r++)
            names[r] = str_of(rows[r].name);
        fail_at(err, ERR_NAME, w->at, "no role '%.*s'", STR_ARG(w->name));
        long near = nearest_name(w->name, names, ROLE_COUNT);
        return error_hint(err,
                          near >= 0 ? "did you mean '%s'?"
                                    : "user post product type time age gender country ...%s",
                          near >= 0 ? rows[near].name : "");
    }
    if (!w->value.n) {
        t->roles.col[role] = -1;
        return true;
    }
    if (!frame_need(t->data.frame, w->value, t->name, w->value_at, err))
        return false;
    t->roles.col[role] = frame_find(t->data.frame, w->value);
    return true;
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    long only = -1;
    if (a->nwords) {
        const Word *first = &a->words[0];
        Str name = first->name.p ? STR_NULL : first->text;
        size_t from = first->name.p ? 0 : 1;
        while (name.n && name.p[name.n - 1] == ':')
            name.n--;
        const NamedData *found = command_table_arg(s, a, name, first->at, err);
        if (!found)
            return false;
        only = found - s->tables;
        NamedData *t = &s->tables[only];
        for (size_t k = from; k < a->nwords; k++)
            if (!(a->words[k].raw.n == 1 && a->words[k].raw.p[0] == ':') &&
                !set_one(s, t, &a->words[k], err))
                return false;
        if (a->nwords > from) {
            t->roles.guessed = false;
            snprintf(t->roles.why, sizeof t->roles.why, "said by hand");
            session_touch_table(s, only);
        }
    }
    show(s, only, out);
    return true;
}

static void complete(Session *s, Str before, Buf *out)
{
    const RoleRow *rows = role_rows();
    (void)s;
    (void)before;
    for (size_t r = 0; r < ROLE_COUNT; r++) {
        buf_puts(out, rows[r].name);
        buf_put(out, "=", 2);
    }
}

static const OptRow opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_roles = {
    .name = "roles",
    .group = GROUP_FEATURES,
    .brief = "what tables and columns mean",
    .usage = "roles [T: user=c, post=c, type=c, time=c, ... "
             "entity=users|posts|products|interactions|flat|none]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .help = "Guessed from names and, for keys, from the values they share with other tables. A "
            "correction stays until "
            "the table is loaded again; ROLE= with nothing behind it takes the role away.",
    .examples = (const Example[]){{"roles", "what was guessed", false},
                                  {"roles interactions: time=timestamp, type=interaction_type",
                                   "by hand", false},
                                  {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = run,
    .complete = complete,
};
