/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * maker.c - a world as numbers: who, what and when of every interaction, and the timelines that
 * history is read from.
 *
 * maker_new() gives every user, post and product an id (the row of its table; those that only the
 * interactions know get numbers beyond), reads moments, and orders the interactions by the time
 * at which they became known. That is their moment, except for types whose times are all midnight
 * (a date without a clock, in a table where others have one): these are known from the next day
 * on, since counting them earlier would tell a row of 10:00 what happened at 18:00.
 *
 * Logins and logouts are sessions, not interactions: they feed LINE_LOGIN and no count.
 */
#include <stdlib.h>

#include "base/cancel.h"
#include "base/par.h"
#include "maker_priv.h"

/* ---- moments ---- */

/* Whole numbers as moments: seconds, milli- or microseconds since 1970, by size (seconds until
 * the year 5138). */
static int64_t moment_of_int(int64_t v)
{
    int64_t size = v < 0 ? -v : v;
    if (size < INT64_C(100000000000))
        return v * US_PER_SECOND;
    return size < INT64_C(100000000000000) ? v * 1000 : v;
}

bool column_moments(const Column *c, int64_t *out, Error *err)
{
    if (c->type != COL_TIME && c->type != COL_INT)
        return fail(err, ERR_TYPE, "a column of type %s holds no moments", coltype_name(c->type));
    for (size_t i = 0; i < c->n; i++) {
        int64_t v = c->v.i[i];
        out[i] = column_is_null(c, i) ? NO_TIME : c->type == COL_TIME ? v : moment_of_int(v);
    }
    return true;
}

/* Moments by id: of the rows of a table, unknown for the ids beyond. */
static int64_t *moments_by_id(const Column *c, size_t ids, Bag *bag, Error *err)
{
    if (!c)
        return NULL;
    int64_t *out = bag_alloc(bag, ids, sizeof *out, false, "moments", err);
    if (!out || !column_moments(c, out, err))
        return NULL;
    for (size_t i = c->n; i < ids; i++)
        out[i] = NO_TIME;
    return out;
}

/* ---- types ---- */

static int16_t type_index(const Spec *s, Str level)
{
    for (size_t t = 0; t < s->ntypes; t++)
        if (str_eqz(level, s->types[t].level))
            return (int16_t)t;
    return -1;
}

static bool read_types(Maker *m, Error *err)
{
    const Column *c = role_column(m->w.events, &m->w.events_roles, ROLE_TYPE);
    m->type = bag_alloc(&m->bag, m->nevents, sizeof *m->type, false, "types", err);
    if (!m->type)
        return false;
    Column *code = c ? c->type == COL_CODE ? column_ref(c) : column_as_code(c, err) : NULL;
    if (c && !code)
        return false;
    int16_t *of_level = code ? xcalloc(code->levels->n + 1, sizeof *of_level) : NULL;
    for (size_t l = 0; code && l < code->levels->n; l++)
        of_level[l] = type_index(m->spec, levels_at(code->levels, l));
    for (size_t i = 0; i < m->nevents; i++)
        m->type[i] = code && !column_is_null(code, i) ? of_level[code->v.c[i]] : -1;
    free(of_level);
    column_unref(code);
    return true;
}

static bool read_moments(Maker *m, Error *err)
{
    const Column *c = role_column(m->w.events, &m->w.events_roles, ROLE_TIME);
    m->at = bag_alloc(&m->bag, m->nevents, sizeof *m->at, false, "moments", err);
    m->order = bag_alloc(&m->bag, m->nevents, sizeof *m->order, false, "order of events", err);
    if (!m->at || !m->order)
        return false;
    if (c && !column_moments(c, m->at, err))
        return false;
    for (size_t i = 0; !c && i < m->nevents; i++)
        m->at[i] = NO_TIME;
    m->seen = m->at;
    bool shifts = false;
    for (size_t t = 0; t < m->spec->ntypes; t++)
        shifts |= m->spec->types[t].day_only;
    if (shifts) {
        m->seen = bag_alloc(&m->bag, m->nevents, sizeof *m->seen, false, "moments", err);
        if (!m->seen)
            return false;
    }
    for (size_t i = 0; shifts && i < m->nevents; i++) {
        bool later = m->type[i] >= 0 && m->spec->types[m->type[i]].day_only && m->at[i] != NO_TIME;
        m->seen[i] = later ? m->at[i] + US_PER_DAY : m->at[i];
    }
    return true;
}

static bool order_events(Maker *m, Error *err)
{
    if (!order_by_time(m->seen, m->nevents, m->order, err))
        return false;
    size_t k = 0;
    for (size_t i = 0; i < m->nevents; i++) {
        uint32_t e = m->order[i];
        m->untimed += m->seen[e] == NO_TIME;
        bool in = m->seen[e] != NO_TIME && m->user[e] != NO_ID;
        /* as_of is about the training rows; at one moment everything before it counts */
        if (in &&
            (m->moment != NO_TIME || m->spec->as_of == INT64_MIN || m->seen[e] < m->spec->as_of))
            m->order[k++] = e;
    }
    m->norder = k;
    return true;
}

/* ---- posts ---- */

char tags_separator(Str field)
{
    static const char seps[] = "|;,";
    for (const char *s = seps; *s; s++)
        if (memchr(field.p, *s, field.n))
            return *s;
    return ' ';
}

Str tags_next(Str *rest, char sep)
{
    while (rest->n) {
        Str tag = str_trim(str_split(*rest, sep, rest));
        if (tag.n)
            return tag;
    }
    return STR_NULL;
}

static bool read_tags(Maker *m, Error *err)
{
    const Column *c = role_column(m->w.posts, &m->w.posts_roles, ROLE_TAGS);
    if (!c)
        return true;
    m->tags = strmap_new(256);
    m->tag_start = bag_alloc(&m->bag, m->nposts + 1, sizeof *m->tag_start, true, "tags", err);
    if (!m->tag_start)
        return false;
    /* one separator for the column: the first that any field uses, so that a lone "a b" is one
     * tag among a|b */
    char sep = ' ';
    size_t n = 0, cap = 1024;
    for (size_t i = 0; i < c->n && sep == ' '; i++)
        if (!column_is_null(c, i))
            sep = tags_separator(column_text(c, i));
    uint32_t *ids = xmalloc(cap * sizeof *ids);
    for (size_t i = 0; i < m->nposts; i++) {
        m->tag_start[i] = (uint32_t)n;
        Str rest = i < c->n && !column_is_null(c, i) ? column_text(c, i) : STR_NULL;
        for (Str tag = tags_next(&rest, sep); tag.p; tag = tags_next(&rest, sep)) {
            uint32_t id = strmap_add(m->tags, tag, NULL);
            bool twice = false;
            for (size_t k = m->tag_start[i]; k < n; k++)
                twice |= ids[k] == id;
            if (twice)
                continue;
            if (n == cap)
                ids = xrealloc(ids, (cap *= 2) * sizeof *ids);
            ids[n++] = id;
        }
    }
    m->tag_start[m->nposts] = (uint32_t)n;
    m->tag_ids = bag_alloc(&m->bag, n, sizeof *m->tag_ids, false, "tags", err);
    if (m->tag_ids)
        memcpy(m->tag_ids, ids, n * sizeof *ids);
    free(ids);
    return m->tag_ids != NULL;
}

/* Authors get ids of their own; when most of them are users, the user ids, too. */
static bool read_authors(Maker *m, KeyMap *users, Error *err)
{
    const Column *c = role_column(m->w.posts, &m->w.posts_roles, ROLE_AUTHOR);
    if (!c)
        return true;
    KeyMap authors;
    keymap_init(&authors, NULL, c);
    m->author = keymap_column(&authors, c, c->n, &m->bag, err);
    m->nauthors = authors.next;
    keymap_clear(&authors);
    if (!m->author)
        return false;
    uint32_t known = (uint32_t)m->nusers;
    bool comparable =
        !users->by_int || c->type == COL_INT; /* names of authors never are numbers of users */
    m->author_user = keymap_column(users, comparable ? c : NULL, c->n, &m->bag, err);
    uint32_t *all[2] = {m->author, m->author_user};
    if (!all[1])
        return false;
    size_t named = 0, hits = 0;
    for (size_t i = 0; i < c->n; i++) {
        named += all[0][i] != NO_ID;
        if (all[1][i] != NO_ID && all[1][i] >= known)
            all[1][i] = NO_ID;
        hits += all[1][i] != NO_ID;
    }
    m->authors_are_users = named > 0 && 2 * hits >= named;
    for (size_t k = 0; k < 2; k++) { /* posts that only the interactions know have no author */
        uint32_t *wide = bag_alloc(&m->bag, m->nposts, sizeof *wide, false, "authors", err);
        if (!wide)
            return false;
        memset(wide, 0xff, m->nposts * sizeof *wide);
        memcpy(wide, all[k], c->n * sizeof *wide);
        all[k] = wide;
    }
    m->author = all[0];
    m->author_user = all[1];
    return true;
}

static bool read_posts(Maker *m, Error *err)
{
    const Column *date = role_column(m->w.posts, &m->w.posts_roles, ROLE_DATE);
    const Column *parent = role_column(m->w.posts, &m->w.posts_roles, ROLE_PARENT);
    if (date && !(m->posted = moments_by_id(date, m->nposts, &m->bag, err)))
        return false;
    if (parent) {
        m->parent_of = bag_alloc(&m->bag, m->nposts, sizeof *m->parent_of, true, "parents", err);
        if (!m->parent_of)
            return false;
        for (size_t i = 0; i < parent->n; i++)
            m->parent_of[i] = post_is_answer(&m->w, i);
    }
    return read_tags(m, err);
}

static bool read_ids(Maker *m, Error *err)
{
    const World *w = &m->w;
    const struct {
        const Frame *f;
        const RoleMap *roles;
        Role role;
        uint32_t **ids;
        size_t *count;
    } part[] = {{w->posts, &w->posts_roles, ROLE_POST, &m->post, &m->nposts},
                {w->products, &w->products_roles, ROLE_PRODUCT, &m->product, &m->nproducts},
                {w->users, &w->users_roles, ROLE_USER, &m->user, &m->nusers}};
    KeyMap keys;
    bool ok = true;
    for (size_t k = 0; k < 3 && ok; k++) {
        const Column *base = role_column(part[k].f, part[k].roles, part[k].role);
        const Column *c = role_column(w->events, &w->events_roles, part[k].role);
        keymap_init(&keys, base, c);
        ok = (*part[k].ids = keymap_column(&keys, c, m->nevents, &m->bag, err)) != NULL;
        *part[k].count = keys.next;
        if (part[k].role == ROLE_POST)
            m->posts_twice = keys.twice;
        if (part[k].role == ROLE_USER)
            m->users_twice = keys.twice;
        if (ok && part[k].role == ROLE_USER)
            ok = read_authors(m, &keys, err);
        keymap_clear(&keys);
    }
    return ok;
}

Maker *maker_new(const World *w, const Spec *spec, int64_t moment, Error *err)
{
    Maker *m = xcalloc(1, sizeof *m);
    m->w = *w;
    m->spec = spec;
    m->moment = moment;
    if (w->flat && !w->users && !w->posts) {
        if (!world_from_flat(w->events_name, w->events, &w->events_roles, &m->w, err))
            goto failed;
        m->own_users = (Frame *)m->w.users;
        m->own_posts = (Frame *)m->w.posts;
    }
    m->nevents = m->w.events ? m->w.events->rows : 0;
    const Column *joined = role_column(m->w.users, &m->w.users_roles, ROLE_JOINED);
    if (!read_ids(m, err) || !read_types(m, err) || !read_moments(m, err) ||
        !order_events(m, err) || !read_posts(m, err))
        goto failed;
    if (joined && !(m->joined = moments_by_id(joined, m->nusers, &m->bag, err)))
        goto failed;
    return m;
failed:
    maker_free(m);
    return NULL;
}

void maker_free(Maker *m)
{
    if (!m)
        return;
    for (size_t l = 0; l < LINE_COUNT; l++)
        intmap_free(m->pair[l].map);
    strmap_free(m->tags);
    frame_unref(m->own_users);
    frame_unref(m->own_posts);
    bag_clear(&m->bag);
    free(m);
}

/* ---- timelines ---- */

/* Running totals of every counter along a timeline. */
static bool count_along(Maker *m, Timeline *t, Error *err)
{
    const Spec *s = m->spec;
    for (size_t c = 0; c < s->ncounters; c++) {
        const Column *flag = s->counters[c].is_flag
                                 ? frame_column(m->w.events, str_of(s->counters[c].suffix))
                                 : NULL;
        uint32_t *cum = bag_alloc(&m->bag, t->n + 1, sizeof *cum, false, "counts", err);
        if (!cum)
            return false;
        cum[0] = 0;
        for (size_t i = 0; i < t->n; i++) {
            uint32_t e = t->event[i];
            bool hit =
                s->counters[c].is_flag
                    ? flag && flag->type == COL_BOOL && !column_is_null(flag, e) && flag->v.b[e]
                    : m->type[e] >= 0 && s->types[m->type[e]].counter == (int32_t)c;
            cum[i + 1] = cum[i] + hit;
        }
        t->cum[c] = cum;
    }
    return true;
}

/* The group of an interaction on a line, or NO_ID. Pairs that are met for the first time get a
 * number. */
static uint32_t group_of(Maker *m, Line line, uint32_t e)
{
    bool session = event_is_session(m, e);
    uint32_t author = m->author && m->post[e] != NO_ID ? m->author[m->post[e]] : NO_ID;
    switch (line) {
    case LINE_USER:
        return session ? NO_ID : m->user[e];
    case LINE_POST:
        return session ? NO_ID : m->post[e];
    case LINE_LOGIN:
        return session && m->spec->types[m->type[e]].kind == TYPE_LOGIN ? m->user[e] : NO_ID;
    case LINE_USER_PRODUCT:
        return session || m->product[e] == NO_ID
                   ? NO_ID
                   : pair_index_add(&m->pair[line], m->user[e], m->product[e]);
    default:
        return session || author == NO_ID ? NO_ID
                                          : pair_index_add(&m->pair[line], m->user[e], author);
    }
}

/* An interaction with a post is one event for each of its tags. */
static bool build_tag_line(Maker *m, Error *err)
{
    size_t n = 0, k = 0;
    for (size_t i = 0; i < m->norder; i++) {
        uint32_t p = m->post[m->order[i]];
        n += p == NO_ID ? 0 : m->tag_start[p + 1] - m->tag_start[p];
    }
    uint32_t *event = big_alloc(n + 1, sizeof *event, false, "events by tag", err);
    uint32_t *group = big_alloc(n + 1, sizeof *group, false, "events by tag", err);
    bool ok = event && group;
    for (size_t i = 0; ok && i < m->norder; i++) {
        uint32_t e = m->order[i], p = m->post[e];
        if (p == NO_ID || event_is_session(m, e))
            continue;
        for (uint32_t t = m->tag_start[p]; t < m->tag_start[p + 1]; t++) {
            event[k] = e;
            group[k++] = pair_index_add(&m->pair[LINE_USER_TAG], m->user[e], m->tag_ids[t]);
        }
    }
    ok = ok && timeline_build(&m->line[LINE_USER_TAG], k, event, group, m->seen,
                              m->pair[LINE_USER_TAG].ngroups, &m->bag, err);
    free(event);
    free(group);
    return ok;
}

static bool build_line(Maker *m, Line line, Error *err)
{
    size_t ngroups = line == LINE_POST ? m->nposts : m->nusers;
    size_t second = line == LINE_USER_PRODUCT  ? m->nproducts
                    : line == LINE_USER_AUTHOR ? m->nauthors
                    : line == LINE_USER_TAG    ? m->tags ? strmap_count(m->tags) : 0
                                               : 0;
    bool paired = line >= LINE_USER_PRODUCT;
    if (paired && !pair_index_init(&m->pair[line], m->nusers, second, &m->bag, err))
        return false;
    if (line == LINE_USER_TAG && m->tags)
        return build_tag_line(m, err);
    uint32_t *group = big_alloc(m->norder + 1, sizeof *group, false, "groups of events", err);
    if (!group)
        return false;
    for (size_t i = 0; i < m->norder; i++)
        group[i] = line == LINE_USER_TAG ? NO_ID : group_of(m, line, m->order[i]);
    bool ok = timeline_build(&m->line[line], m->norder, m->order, group, m->seen,
                             paired ? m->pair[line].ngroups : ngroups, &m->bag, err);
    free(group);
    bool counts = line == LINE_USER || line == LINE_POST || line == LINE_USER_PRODUCT;
    return ok && (!counts || count_along(m, &m->line[line], err));
}

bool maker_line(Maker *m, Line line, Error *err)
{
    Timeline *t = &m->line[line];
    if (t->built)
        return true;
    if (cancelled(err) || !build_line(m, line, err))
        return false;
    if (m->moment == NO_TIME)
        return true;
    t->snap = bag_alloc(&m->bag, t->ngroups, sizeof *t->snap, false, "positions", err);
    for (size_t g = 0; t->snap && g < t->ngroups; g++)
        t->snap[g] = timeline_at(t, t->start[g], t->start[g + 1], m->moment);
    return t->snap != NULL;
}

/* ---- rows ---- */

void rows_clear(Rows *r)
{
    bag_clear(&r->bag);
    *r = (Rows){0};
}

typedef struct Locate {
    Rows *r;
    Maker *m;
    Line line;
} Locate;

static uint32_t group_of_row(const Locate *l, size_t i)
{
    const Rows *r = l->r;
    const Maker *m = l->m;
    uint32_t author;
    switch (l->line) {
    case LINE_USER:
    case LINE_LOGIN:
        return r->user[i];
    case LINE_POST:
        return r->post[i];
    case LINE_USER_PRODUCT:
        return pair_index_find(&m->pair[l->line], r->user[i], r->product ? r->product[i] : NO_ID);
    default:
        author = m->author && r->post[i] != NO_ID ? m->author[r->post[i]] : NO_ID;
        return pair_index_find(&m->pair[l->line], r->user[i], author);
    }
}

static void locate_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const Locate *l = ctx;
    const Timeline *t = &l->m->line[l->line];
    for (size_t i = from; i < to; i++) {
        uint32_t g = group_of_row(l, i);
        if (g == NO_ID) {
            l->r->from[l->line][i] = l->r->at[l->line][i] = 0;
            continue;
        }
        l->r->from[l->line][i] = t->start[g];
        l->r->at[l->line][i] =
            l->r->when ? timeline_at(t, t->start[g], t->start[g + 1], l->r->when[i]) : t->snap[g];
    }
}

bool rows_locate(Rows *r, Maker *m, Line line, Error *err)
{
    if (r->at[line])
        return true;
    if (!maker_line(m, line, err))
        return false;
    r->from[line] = bag_alloc(&r->bag, r->n, sizeof **r->from, false, "positions in time", err);
    r->at[line] = bag_alloc(&r->bag, r->n, sizeof **r->at, false, "positions in time", err);
    if (!r->from[line] || !r->at[line])
        return false;
    Locate ctx = {r, m, line};
    return par_rows(&(ParJob){.n = r->n, .ctx = &ctx, .work = locate_chunk}, err);
}
