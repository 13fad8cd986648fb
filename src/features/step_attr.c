/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_attr.c - attributes that are copied: keys, what is known of the user, the post, the
 * product, the interaction.
 *
 * Keys come first and under the names of their roles (user post product timestamp). Columns with
 * a role keep the name of the role (age gender country author lang category interaction_type),
 * any other usable column of users, posts, products or interactions its own: numbers, yes/no, and
 * codes of at most EXTRA_LEVELS levels. Ids, dates and prose are left out. A name that is taken
 * gets the entity before it (post_score).
 *
 * Attributes are what the tables say now: a count such as "reputation" that grew after the moment
 * of a row looks ahead. Nobody can tell from one table, so the report names the numeric ones.
 */
#include <stdio.h>
#include <stdlib.h>

#include "maker_priv.h"

#define EXTRA_LEVELS                                                                               \
    50 /* more levels of users or posts than this are rarely estimable and mostly ids or names */
#define EVENT_LEVELS 500 /* an interaction's own codes have many more rows for each level */

static const struct {
    Source source;
    Role role;
    const char *name, *group;
} attributes[] = {
    {FROM_USER, ROLE_AGE, "age", "user"},
    {FROM_USER, ROLE_COUNTRY, "country", "user"},
    {FROM_USER, ROLE_GENDER, "gender", "user"},
    {FROM_POST, ROLE_AUTHOR, "author", "post"},
    {FROM_POST, ROLE_LANG, "lang", "post"},
    {FROM_PRODUCT, ROLE_CATEGORY, "category", "product"},
    {FROM_EVENT, ROLE_TYPE, "interaction_type", "interaction"},
};

static const struct {
    const char *prefix, *group;
} sources[] = {
    [FROM_USER] = {"user", "user"},
    [FROM_POST] = {"post", "post"},
    [FROM_PRODUCT] = {"product", "product"},
    [FROM_EVENT] = {"event", "interaction"},
};

static const Frame *source_frame(const Maker *m, Source s)
{
    switch (s) {
    case FROM_USER:
        return m->w.users;
    case FROM_POST:
        return m->w.posts;
    case FROM_PRODUCT:
        return m->w.products;
    case FROM_EVENT:
        return m->w.events;
    default:
        return NULL;
    }
}

static const RoleMap *source_roles(const Maker *m, Source s)
{
    return s == FROM_USER      ? &m->w.users_roles
           : s == FROM_POST    ? &m->w.posts_roles
           : s == FROM_PRODUCT ? &m->w.products_roles
                               : &m->w.events_roles;
}

/* ---- keys ---- */

static const struct {
    Role role;
    const char *name;
} keys[] = {
    {ROLE_USER, "user"}, {ROLE_POST, "post"}, {ROLE_PRODUCT, "product"}, {ROLE_TIME, "timestamp"}};

static bool key_plan(Plan *p, Error *err)
{
    (void)err;
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const Column *c = role_column(p->m->w.events, &p->m->w.events_roles, keys[k].role);
        bool in = c && !(p->opt->pairs && keys[k].role == ROLE_PRODUCT);
        if (in)
            plan_add(p, "key", keys[k].name, FROM_EVENT,
                     p->m->w.events->names[p->m->w.events_roles.col[keys[k].role]],
                     (int32_t)keys[k].role);
    }
    return true;
}

/* Rows of a table by id; ids beyond the table have no row. */
static Column *take_by_id(const Column *c, const uint32_t *ids, size_t n, Error *err)
{
    uint32_t *rows = big_alloc(n + 1, sizeof *rows, false, "rows of attributes", err);
    if (!rows)
        return NULL;
    for (size_t i = 0; i < n; i++)
        rows[i] = ids && ids[i] < c->n ? ids[i] : NO_ID;
    Column *out = column_take(c, rows, n, err);
    free(rows);
    return out;
}

static Column *take_events(const Maker *m, const Column *c, const Rows *rows, Error *err)
{
    (void)m;
    if (rows->event && rows->all_events)
        return column_ref(c);
    return take_by_id(c, rows->event, rows->n, err);
}

/* Keys of ids that only the interactions know: as the first of them has it. */
static Column *key_of_events(const Maker *m, const Column *own, Role role, const uint32_t *ids,
                             size_t n, Error *err)
{
    const uint32_t *of_event = role == ROLE_USER   ? m->user
                               : role == ROLE_POST ? m->post
                                                   : m->product;
    size_t count = role == ROLE_USER ? m->nusers : role == ROLE_POST ? m->nposts : m->nproducts;
    uint32_t *first = ids ? big_alloc(count + 1, sizeof *first, false, "keys", err) : NULL;
    uint32_t *rows = ids ? big_alloc(n + 1, sizeof *rows, false, "keys", err) : NULL;
    Column *out = NULL;
    if (!ids)
        return take_by_id(own, NULL, n, err);
    if (first && rows) {
        for (size_t e = m->nevents; e-- > 0;)
            if (of_event[e] != NO_ID)
                first[of_event[e]] = (uint32_t)e;
        for (size_t i = 0; i < n; i++)
            rows[i] = ids[i] == NO_ID ? NO_ID : first[ids[i]];
        out = column_take(own, rows, n, err);
    }
    free(first);
    free(rows);
    return out;
}

static Column *time_key(const Maker *m, const Column *like, const Rows *rows, Error *err)
{
    Column *out = column_new(COL_TIME, rows->n, err);
    if (!out)
        return NULL;
    out->unit = like && like->type == COL_TIME ? like->unit : TIME_SECOND;
    for (size_t i = 0; i < rows->n; i++) {
        int64_t t = rows_when(rows, m, i);
        if (t == NO_TIME && !column_set_null(out, i, err)) {
            column_unref(out);
            return NULL;
        }
        out->v.i[i] = t == NO_TIME ? 0 : t;
        if (t != NO_TIME && t % US_PER_DAY && out->unit == TIME_DAY)
            out->unit = TIME_SECOND;
    }
    return out;
}

static Column *key_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    Role role = (Role)c->arg;
    const Column *own = frame_column(m->w.events, str_of(c->column));
    if (role == ROLE_TIME && !(rows->event && own && own->type == COL_TIME))
        return time_key(m, own, rows, err);
    if (rows->event)
        return take_events(m, own, rows, err);
    const Frame *f = role == ROLE_USER   ? m->w.users
                     : role == ROLE_POST ? m->w.posts
                                         : m->w.products;
    const RoleMap *r = role == ROLE_USER   ? &m->w.users_roles
                       : role == ROLE_POST ? &m->w.posts_roles
                                           : &m->w.products_roles;
    const uint32_t *ids = role == ROLE_USER   ? rows->user
                          : role == ROLE_POST ? rows->post
                                              : rows->product;
    const Column *key = role_column(f, r, role);
    if (key)
        return take_by_id(key, ids, rows->n, err);
    return key_of_events(m, own, role, ids, rows->n, err);
}

/* ---- attributes ---- */

static bool attribute_plan(Plan *p, Error *err)
{
    (void)err;
    for (size_t k = 0; k < sizeof attributes / sizeof attributes[0]; k++) {
        const Frame *f = source_frame(p->m, attributes[k].source);
        const Column *c =
            role_column(f, source_roles(p->m, attributes[k].source), attributes[k].role);
        bool id = attributes[k].role == ROLE_AUTHOR && c && c->type == COL_INT;
        if (!c || id || (p->opt->pairs && attributes[k].source >= FROM_PRODUCT))
            continue;
        plan_add(p, attributes[k].group, attributes[k].name, attributes[k].source,
                 f->names[source_roles(p->m, attributes[k].source)->col[attributes[k].role]], 0);
    }
    return true;
}

static bool looks_like_id(const char *name)
{
    size_t n = strlen(name);
    return (n >= 2 &&
            (strcmp(name + n - 2, "id") == 0 || strcmp(name + n - 2, "Id") == 0 ||
             strcmp(name + n - 2, "ID") == 0) &&
            (n == 2 || name[n - 3] == '_' || name[n - 2] == 'I'));
}

/* Has the column two different values (nulls aside) and not too many? */
static bool is_usable(const Column *c, size_t max_levels)
{
    if (c->type == COL_TIME || c->type == COL_TEXT || c->nulls == c->n)
        return false;
    if (c->type == COL_CODE)
        return c->levels->n >= 2 && c->levels->n <= max_levels;
    size_t first = 0;
    while (column_is_null(c, first))
        first++;
    for (size_t i = first + 1; i < c->n; i++)
        if (!column_is_null(c, i) && column_real(c, i) != column_real(c, first))
            return true;
    return false;
}

static bool extra_plan(Plan *p, Error *err)
{
    (void)err;
    Buf now = BUF_INIT;
    size_t left = 0;
    for (Source s = FROM_USER; s <= FROM_EVENT; s++) {
        const Frame *f = source_frame(p->m, s);
        const RoleMap *roles = source_roles(p->m, s);
        if (!f || (p->opt->pairs && s >= FROM_PRODUCT) || (p->m->w.flat && s != FROM_EVENT))
            continue;
        for (size_t j = 0; j < f->ncols; j++) {
            bool taken = looks_like_id(f->names[j]);
            for (size_t r = 0; r < ROLE_COUNT; r++)
                taken |= roles->col[r] == (long)j;
            if (taken)
                continue;
            if (!is_usable(f->cols[j], s == FROM_EVENT ? EVENT_LEVELS : EXTRA_LEVELS)) {
                left++;
                continue;
            }
            char name[160];
            snprintf(name, sizeof name, "%s_%s", sources[s].prefix, f->names[j]);
            if (!plan_add(p, sources[s].group, f->names[j], s, f->names[j], 0))
                plan_add(p, sources[s].group, name, s, f->names[j], 0);
            if ((s == FROM_USER || s == FROM_POST) && f->cols[j]->type != COL_CODE &&
                f->cols[j]->type != COL_BOOL)
                buf_printf(&now, "%s%s", now.n ? " " : "", f->names[j]);
        }
    }
    if (now.n)
        report_note(p->report, "taken as the tables have them now, not as of each row's moment: %s",
                    now.p);
    if (left)
        report_note(p->report,
                    "%zu more columns are no features: dates, prose, constants or too many levels",
                    left);
    buf_free(&now);
    return true;
}

static Column *attribute_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    /* rows of a flat table carry their own attributes */
    Source s = m->w.flat && rows->event ? FROM_EVENT : c->source;
    const Frame *f = source_frame(m, s);
    const Column *from = f ? frame_column(f, str_of(c->column)) : NULL;
    if (!from) {
        fail(err, ERR_NAME, "no column '%s' among the %ss", c->column, sources[s].prefix);
        return NULL;
    }
    if (s == FROM_EVENT)
        return take_events(m, from, rows, err);
    return take_by_id(from,
                      s == FROM_USER   ? rows->user
                      : s == FROM_POST ? rows->post
                                       : rows->product,
                      rows->n, err);
}

const Step step_key = {"key", "who, on what, when", key_plan, key_make, ROLE_COUNT, true};
const Step step_attribute = {"attribute", "columns with a role", attribute_plan, attribute_make, 1,
                             true};
const Step step_extra = {"extra", "every other usable column", extra_plan, attribute_make, 1, true};
