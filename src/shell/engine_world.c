/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_world.c - what the engine knows about one user and one post, as a small world.
 *
 * `whatif user=U post=P` needs attributes and history. When no tables are loaded they are asked of
 * the engine: the user, the post, every interaction of either, the posts and products that these
 * name, and the post's author, who may be a user. History columns look at nothing else, so the
 * features are those of the whole tables. The moment is that after the last interaction of the
 * whole index.
 */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "es/pull.h"
#include "shell/connection.h"
#include "shell/engine_world.h"

#define KEYS_MAX 60000 /* terms of one query: engines take 65,536 */

/* An index and the fields that say what its documents are. */
typedef struct Source {
    char *index;
    Schema *schema;
    RoleMap roles;
} Source;

static bool source_open(Client *c, const char *prefix, const char *name, bool needed, Source *out,
                        Error *err)
{
    ReadReport *ignored = xcalloc(1, sizeof *ignored);
    Buf index = BUF_INIT;
    bool exists = false;
    *out = (Source){0};
    buf_printf(&index, "%s%s", prefix, name);
    bool ok = client_index_exists(c, index.p, &exists, err);
    if (ok && !exists && needed) {
        fail(err, ERR_NAME, "no index '%s' to look them up in", index.p);
        ok = error_hint(err, "load the tables, or connect URL --prefix P");
    }
    if (ok && exists) {
        out->schema = schema_fetch(c, index.p, ignored, err);
        ok = out->schema != NULL;
        if (ok)
            out->roles = schema_roles(out->schema, name);
    }
    out->index = index.p;
    free(ignored);
    return ok;
}

static void source_close(Source *s)
{
    free(s->index);
    schema_free(s->schema);
}

static const Field *field_of(const Source *s, Role role)
{
    long at = s->schema ? s->roles.col[role] : -1;
    return at >= 0 ? &s->schema->fields[at] : NULL;
}

/* {"terms":{"field":["a","b"]}} */
static void put_terms(const Field *f, const StrMap *keys, Buf *out)
{
    Buf name = BUF_INIT;
    buf_printf(&name, "%s%s", f->path, strcmp(f->type, "text") == 0 ? ".keyword" : "");
    buf_puts(out, "{\"terms\":{");
    buf_json_str(out, buf_slice(&name));
    buf_puts(out, ":[");
    for (size_t i = 0; i < strmap_count(keys); i++) {
        buf_puts(out, i ? "," : "");
        buf_json_str(out, strmap_at(keys, (uint32_t)i));
    }
    buf_puts(out, "]}}");
    buf_free(&name);
}

static Frame *fetch(Client *c, const Source *s, Str query, Error *err)
{
    Buf fields = BUF_INIT;
    for (size_t i = 0; i < s->schema->n; i++) /* scores in nested objects are no attributes */
        if (s->schema->fields[i].kind < FIELD_NESTED)
            buf_printf(&fields, "%s%s", fields.n ? "," : "", s->schema->fields[i].path);
    ReadReport *read = xcalloc(1, sizeof *read);
    PullReport report = {.read = read};
    PullOptions opt = {.index = s->index, .query = query, .fields = fields.p};
    Frame *f = es_pull(c, &opt, &report, err);
    buf_free(&fields);
    free(read);
    return f;
}

static bool fetch_keys(Client *c, const Source *s, Role role, const StrMap *keys, Frame **out,
                       Error *err)
{
    const Field *f = field_of(s, role);
    if (!f || strmap_count(keys) == 0)
        return true;
    if (strmap_count(keys) > KEYS_MAX)
        return fail(err, ERR_DATA, "%zu keys of '%s' are more than one question takes: load it",
                    strmap_count(keys), s->index);
    Buf query = BUF_INIT;
    put_terms(f, keys, &query);
    *out = fetch(c, s, buf_slice(&query), err);
    buf_free(&query);
    return *out != NULL;
}

/* The texts of a column that stand for a role, added to the set. */
static void add_keys(const Frame *f, const RoleMap *roles, Role role, StrMap *keys)
{
    const Column *c = f && roles->col[role] >= 0 ? f->cols[roles->col[role]] : NULL;
    Buf b = BUF_INIT;
    for (size_t i = 0; c && i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        buf_clear(&b);
        column_print(c, i, &b);
        strmap_add(keys, buf_slice(&b), NULL);
    }
    buf_free(&b);
}

static bool fetch_events(Client *c, const Source *s, Str user, Str post, EngineWorld *out,
                         Error *err)
{
    const Field *uf = field_of(s, ROLE_USER), *pf = field_of(s, ROLE_POST);
    if (!uf || !pf)
        return fail(err, ERR_NAME, "no field of '%s' looks like a user and a post", s->index);
    StrMap *one = strmap_new(16), *other = strmap_new(16);
    if (user.p)
        strmap_add(one, user, NULL);
    if (post.p)
        strmap_add(other, post, NULL);
    Buf q = BUF_INIT;
    buf_puts(&q, "{\"bool\":{\"should\":[");
    put_terms(uf, one, &q);
    buf_putc(&q, ',');
    put_terms(pf, other, &q);
    buf_puts(&q, "],\"minimum_should_match\":1}}");
    out->events = fetch(c, s, buf_slice(&q), err);
    buf_free(&q);
    strmap_free(one);
    strmap_free(other);
    return out->events != NULL;
}

/* Just after the last interaction of all. */
static bool last_moment(Client *c, const Source *s, int64_t *out, Error *err)
{
    const Field *t = field_of(s, ROLE_TIME);
    *out = clock_now();
    if (!t || t->kind != FIELD_TIME)
        return true;
    Buf path = BUF_INIT, body = BUF_INIT;
    buf_url(&path, str_of(s->index));
    buf_puts(&body, "{\"size\":0,\"aggs\":{\"last\":{\"max\":{\"field\":");
    buf_json_str(&body, str_of(t->path));
    buf_puts(&body, "}}}}");
    cJSON *j = client_json(c, "POST", buf_slice(&body), true, NULL, err, "/%s/_search", path.p);
    buf_free(&path);
    buf_free(&body);
    bool ok = j && client_search_whole(j, err);
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(j, "aggregations"),
                                         "last"),
        "value");
    if (ok && cJSON_IsNumber(v))
        *out = (int64_t)v->valuedouble * 1000 + 1;
    cJSON_Delete(j);
    return ok;
}

/* The roles of the index's fields for the fetched columns: a handful of rows would say too
 * little. */
static RoleMap carry(const Source *s, const Frame *f)
{
    RoleMap m = s->roles;
    for (size_t r = 0; r < ROLE_COUNT; r++) {
        const Field *field = field_of(s, (Role)r);
        m.col[r] = field && f ? frame_find(f, str_of(field->path)) : -1;
    }
    return m;
}

static void settle(EngineWorld *e, const Source *users, const Source *posts, const Source *products,
                   const Source *events)
{
    e->world = (World){.users = e->users,
                       .posts = e->posts,
                       .products = e->products,
                       .events = e->events,
                       .users_roles = carry(users, e->users),
                       .posts_roles = carry(posts, e->posts),
                       .products_roles = carry(products, e->products),
                       .events_roles = carry(events, e->events),
                       .users_name = users->index,
                       .posts_name = posts->index,
                       .products_name = products->index,
                       .events_name = events->index};
}

bool engine_world(Session *s, Str user, Str post, EngineWorld *out, Error *err)
{
    Client *c = connection_need(s, err);
    *out = (EngineWorld){0};
    if (!c)
        return false;
    const char *prefix = connection_prefix(s);
    Source users = {0}, posts = {0}, products = {0}, events = {0};
    StrMap *user_keys = strmap_new(16), *post_keys = strmap_new(16), *product_keys = strmap_new(16);
    bool ok = source_open(c, prefix, "interactions", true, &events, err) &&
              source_open(c, prefix, "users", true, &users, err) &&
              source_open(c, prefix, "posts", true, &posts, err) &&
              source_open(c, prefix, "products", false, &products, err) &&
              fetch_events(c, &events, user, post, out, err);
    if (ok) {
        RoleMap r = carry(&events, out->events);
        if (user.p)
            strmap_add(user_keys, user, NULL);
        if (post.p)
            strmap_add(post_keys, post, NULL);
        add_keys(out->events, &r, ROLE_POST, post_keys);
        add_keys(out->events, &r, ROLE_PRODUCT, product_keys);
    }
    ok = ok && fetch_keys(c, &posts, ROLE_POST, post_keys, &out->posts, err);
    if (ok && out->posts) {
        RoleMap r = carry(&posts, out->posts);
        add_keys(out->posts, &r, ROLE_AUTHOR, user_keys);
    }
    ok = ok && fetch_keys(c, &users, ROLE_USER, user_keys, &out->users, err) &&
         fetch_keys(c, &products, ROLE_PRODUCT, product_keys, &out->products, err) &&
         last_moment(c, &events, &out->moment, err);
    if (ok)
        settle(out, &users, &posts, &products, &events);
    else
        engine_world_clear(out);
    strmap_free(user_keys);
    strmap_free(post_keys);
    strmap_free(product_keys);
    Source *all[] = {&users, &posts, &products, &events};
    for (size_t i = 0; i < 4; i++) {
        out->names[i] = ok ? all[i]->index : NULL; /* the world borrows them */
        if (ok)
            all[i]->index = NULL;
        source_close(all[i]);
    }
    return ok;
}

void engine_world_clear(EngineWorld *e)
{
    frame_unref(e->users);
    frame_unref(e->posts);
    frame_unref(e->products);
    frame_unref(e->events);
    for (size_t i = 0; i < 4; i++)
        free(e->names[i]);
    *e = (EngineWorld){0};
}
