/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * entities.c - what a table means: users, posts, products, interactions or all in one, and which
 * column plays what.
 *
 * roles_guess() looks at one table: its name, the names of its columns (letters and digits only,
 * case folded, so that `Post Title`, post_title and postTitle are one name) and their types. The
 * rows of `rows` below are the only place that knows these names; an earlier alias wins over a
 * later one. An entity is decided by the keys that are there:
 *
 *     a user, a post or product, and a time or a type    interactions; flat with attributes, too
 *     a post key with (nearly) distinct values           posts
 *     a product key with (nearly) distinct values        products
 *     a user key with (nearly) distinct values           users
 *     otherwise                                          none
 *
 * A table called posts, users or products is that when it has the key, whatever else it has; the
 * user of a table of posts is its author. world_link() then settles keys by values, since two
 * columns of users (user_id, username) may both look like the key and only one of them occurs in
 * the interactions. All of it is a guess that `roles` corrects.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "features/entities.h"

#define LINK_SAMPLE 2000 /* rows that are looked at: a share to about one per cent */
#define KEY_DISTINCT 0.9 /* a key of users or posts may repeat (bad data), but not as a rule */
#define LINK_MIN 0.5     /* fewer hits than this do not overrule the names */

#define BIT(e) (1u << (e))
#define IN_USER BIT(ENTITY_USER)
#define IN_POST BIT(ENTITY_POST)
#define IN_PRODUCT BIT(ENTITY_PRODUCT)
#define IN_EVENT (BIT(ENTITY_INTERACTION) | BIT(ENTITY_FLAT))
#define IN_FLAT BIT(ENTITY_FLAT)

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static const RoleRow rows[ROLE_COUNT] = {
    [ROLE_USER] = {"user",
                   NAMES("username", "userid", "user", "useruserid", "userusername", "uid",
                         "memberid", "member", "customerid", "customer", "personid", "person",
                         "accountid", "account", "readerid", "reader", "visitorid", "visitor",
                         "actor", "id", "name"),
                   IN_USER | IN_POST | IN_EVENT, "who acts"},
    [ROLE_POST] = {"post",
                   NAMES("rootid", "threadid", "postid", "post", "posttitle", "postpostid",
                         "articleid", "article", "pageid", "page", "documentid", "docid",
                         "questionid", "storyid", "itemid", "item", "url", "title", "id"),
                   IN_POST | IN_EVENT,
                   "what is acted on; a thread's first post when the table knows it"},
    [ROLE_PRODUCT] = {"product",
                      NAMES("productid", "product", "productproductid", "productname", "sku", "id"),
                      IN_PRODUCT | IN_POST | IN_EVENT, "what is bought, shown or promoted"},
    [ROLE_TYPE] = {"type",
                   NAMES("interactiontype", "eventtype", "actiontype", "type", "event", "action",
                         "interaction", "activity", "verb", "kind"),
                   IN_EVENT, "what happened: view, like, comment, login ..."},
    [ROLE_TIME] = {"time",
                   NAMES("timestamp", "ts", "time", "eventtime", "interactiontime", "datetime",
                         "happenedat", "occurredat", "when", "createdat", "created", "date"),
                   IN_EVENT, "the moment of an interaction"},
    [ROLE_AGE] = {"age", NAMES("age", "userage", "ageyears"), IN_USER | IN_FLAT, "years"},
    [ROLE_GENDER] = {"gender", NAMES("gender", "sex", "usergender"), IN_USER | IN_FLAT, ""},
    [ROLE_COUNTRY] = {"country",
                      NAMES("country", "usercountry", "countrycode", "countryisocode",
                            "countryname", "nation"),
                      IN_USER | IN_FLAT, ""},
    [ROLE_JOINED] = {"joined",
                     NAMES("joined", "joinedat", "joindate", "registered", "registeredat", "signup",
                           "signupdate", "membersince", "since", "createdat", "created"),
                     IN_USER, "since when the user is there"},
    [ROLE_TITLE] = {"title", NAMES("title", "posttitle", "headline", "subject", "page"),
                    IN_POST | IN_FLAT, ""},
    [ROLE_AUTHOR] = {"author",
                     NAMES("author", "authorid", "authorname", "postauthor", "authorusername",
                           "writer", "writtenby", "byline", "createdby", "owner", "ownerid",
                           "username", "userid", "user"),
                     IN_POST | IN_FLAT, "who wrote the post"},
    [ROLE_LANG] = {"lang",
                   NAMES("lang", "language", "postlang", "postlanguage", "programminglanguage",
                         "proglang"),
                   IN_POST | IN_FLAT, "programming or human language of the post"},
    [ROLE_TAGS] = {"tags", NAMES("tags", "tag", "posttags", "keywords", "topics", "labels"),
                   IN_POST | IN_FLAT, "several values in one field, split at | ; , or blanks"},
    [ROLE_DATE] = {"date",
                   NAMES("date", "postdate", "postingdate", "dateposted", "posted", "postedat",
                         "publishedat", "published", "publicationdate", "pubdate", "createdat",
                         "created"),
                   IN_POST | IN_FLAT, "when the post appeared"},
    [ROLE_NAME] = {"name", NAMES("name", "productname", "title"), IN_PRODUCT, ""},
    [ROLE_CATEGORY] = {"category", NAMES("category", "productcategory", "kind", "type"), IN_PRODUCT,
                       ""},
    [ROLE_PARENT] = {"parent", NAMES("parentid", "parent", "inreplyto", "replyto", "rootid"),
                     IN_POST, "the post that this one answers; such posts are no candidates"},
};

static const struct {
    const char *name;
    const char *const *tables; /* a table whose name holds one of these suggests it */
} entities[] = {
    [ENTITY_USER] = {"users",
                     NAMES("user", "member", "customer", "people", "person", "senator", "reader")},
    [ENTITY_POST] = {"posts", NAMES("post", "article", "question", "page", "stories", "documents")},
    [ENTITY_PRODUCT] = {"products", NAMES("product", "item", "catalog")},
    [ENTITY_INTERACTION] = {"interactions", NAMES("interaction", "event", "activit", "action",
                                                  "log", "edit", "visit", "click")},
    [ENTITY_FLAT] = {"flat", NAMES(NULL)},
    [ENTITY_NONE] = {"none", NAMES(NULL)},
};

const RoleRow *role_rows(void)
{
    return rows;
}

bool role_parse(Str s, Role *out)
{
    for (size_t r = 0; r < ROLE_COUNT; r++)
        if (str_ieq(s, str_of(rows[r].name))) {
            *out = (Role)r;
            return true;
        }
    return false;
}

const char *entity_name(Entity e)
{
    return entities[e].name;
}

bool entity_parse(Str s, Entity *out)
{
    for (size_t e = 0; e <= ENTITY_NONE; e++) {
        Str name = str_of(entities[e].name);
        /* `user` for `users` is fine, too */
        if (str_ieq(s, name) || (s.n + 1 == name.n && str_ieq(s, str_sub(name, 0, s.n)))) {
            *out = (Entity)e;
            return true;
        }
    }
    return false;
}

/* ---- names ---- */

/* Letters and digits only, case folded: `Post Title` and post_title are the same word. */
static void fold_name(Str s, char *out, size_t cap)
{
    size_t k = 0;
    for (size_t i = 0; i < s.n && k + 1 < cap; i++) {
        char c = s.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            out[k++] = c;
    }
    out[k] = '\0';
}

static bool type_fits(Role r, ColType t)
{
    switch (r) {
    case ROLE_TIME:
    case ROLE_DATE:
    case ROLE_JOINED:
        return t == COL_TIME;
    case ROLE_AGE:
        return t == COL_INT || t == COL_REAL;
    case ROLE_USER:
    case ROLE_POST:
    case ROLE_PRODUCT:
    case ROLE_PARENT:
    case ROLE_AUTHOR:
        return t == COL_INT || t == COL_CODE || t == COL_TEXT;
    case ROLE_GENDER:
    case ROLE_TYPE:
        return t != COL_TIME && t != COL_REAL;
    default:
        return t == COL_CODE || t == COL_TEXT;
    }
}

/* The column that an alias of the role names, the earliest alias winning; -1 if none. Aliases
 * "id" and "name" count only when `bare` says that the table itself is about this thing. */
static long find_role(const Frame *f, Role r, bool bare)
{
    long best = -1;
    const char *const *names = rows[r].aliases;
    size_t end = 0; /* only an alias before this one is better */
    while (names[end])
        end++;
    for (size_t j = 0; j < f->ncols && end; j++) {
        char name[64];
        fold_name(str_of(f->names[j]), name, sizeof name);
        for (size_t a = 0; a < end; a++) {
            bool is_bare =
                strcmp(names[a], "id") == 0 || (r == ROLE_USER && strcmp(names[a], "name") == 0);
            bool date =
                r == ROLE_TIME && f->cols[j]->type == COL_INT && strcmp(names[a], "timestamp") == 0;
            if ((is_bare && !bare) || strcmp(name, names[a]) != 0 ||
                !(type_fits(r, f->cols[j]->type) || date))
                continue;
            best = (long)j;
            end = a;
        }
    }
    return best;
}

static Entity entity_of_table(const char *table)
{
    char name[128];
    fold_name(str_of(table ? table : ""), name, sizeof name);
    /* interactions first: user_events and post_views are tables of events */
    static const Entity order[] = {ENTITY_INTERACTION, ENTITY_PRODUCT, ENTITY_POST, ENTITY_USER};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++)
        for (const char *const *t = entities[order[k]].tables; *t; t++)
            if (strstr(name, *t))
                return order[k];
    return ENTITY_NONE;
}

/* ---- values ---- */

/* The value of a key as text, so that 17 and "17" meet. */
static Str key_text(const Column *c, size_t row, Buf *buf)
{
    if (c->type == COL_CODE || c->type == COL_TEXT)
        return column_text(c, row);
    buf_clear(buf);
    column_print(c, row, buf);
    return buf_slice(buf);
}

static bool nearly_distinct(const Column *c)
{
    size_t n = c->n < LINK_SAMPLE ? c->n : LINK_SAMPLE, distinct = 0, seen = 0;
    StrMap *map = strmap_new(n);
    Buf buf = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        if (column_is_null(c, i))
            continue;
        bool added = false;
        strmap_add(map, key_text(c, i, &buf), &added);
        distinct += added;
        seen++;
    }
    buf_free(&buf);
    strmap_free(map);
    return seen > 0 && (double)distinct >= KEY_DISTINCT * (double)seen;
}

/* Share of (sampled) rows of `from` whose value occurs in `key`. */
static double overlap(const Column *from, const Column *key)
{
    StrMap *map = strmap_new(key->n);
    Buf buf = BUF_INIT;
    for (size_t i = 0; i < key->n; i++)
        if (!column_is_null(key, i))
            strmap_add(map, key_text(key, i, &buf), NULL);
    size_t step = from->n / LINK_SAMPLE + 1, seen = 0, hit = 0;
    for (size_t i = 0; i < from->n; i += step) {
        if (column_is_null(from, i))
            continue;
        seen++;
        hit += strmap_find(map, key_text(from, i, &buf)) != UINT32_MAX;
    }
    buf_free(&buf);
    strmap_free(map);
    return seen ? (double)hit / (double)seen : 0;
}

/* ---- one table ---- */

static bool has(const RoleMap *m, Role r)
{
    return m->col[r] >= 0;
}

static bool carries_attributes(const RoleMap *m)
{
    static const Role roles[] = {ROLE_AGE,  ROLE_GENDER, ROLE_COUNTRY, ROLE_AUTHOR,
                                 ROLE_LANG, ROLE_TAGS,   ROLE_DATE};
    for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++)
        if (has(m, roles[k]))
            return true;
    return false;
}

static void fill_roles(RoleMap *m, const Frame *f, Entity e, bool bare)
{
    for (size_t r = 0; r < ROLE_COUNT; r++)
        m->col[r] = rows[r].entities & BIT(e) ? find_role(f, (Role)r, bare) : -1;
    m->entity = e;
    /* one date in a flat table: the moment if there is no other, otherwise the posting */
    if (has(m, ROLE_TIME) && m->col[ROLE_DATE] == m->col[ROLE_TIME])
        m->col[ROLE_DATE] = -1;
    if (e == ENTITY_FLAT || e == ENTITY_INTERACTION) {
        if (m->col[ROLE_AUTHOR] == m->col[ROLE_USER])
            m->col[ROLE_AUTHOR] = -1;
    }
    if (e == ENTITY_POST) {
        if (!has(m, ROLE_AUTHOR))
            m->col[ROLE_AUTHOR] = m->col[ROLE_USER];
        m->col[ROLE_USER] = -1;
        if (m->col[ROLE_PARENT] == m->col[ROLE_POST])
            m->col[ROLE_PARENT] = -1;
    }
    if (e == ENTITY_PRODUCT && m->col[ROLE_NAME] == m->col[ROLE_PRODUCT])
        m->col[ROLE_NAME] = -1;
}

/* root_id of a table of posts names the thread, not the post. */
static void mend_post_key(RoleMap *m, const Frame *f)
{
    long post = frame_find(f, STR("post_id"));
    if (m->entity == ENTITY_POST && post >= 0 && m->col[ROLE_POST] != post) {
        m->col[ROLE_PARENT] = m->col[ROLE_POST];
        m->col[ROLE_POST] = post;
    }
}

RoleMap roles_guess(const char *table, const Frame *f)
{
    RoleMap m = {.guessed = true};
    Entity named = entity_of_table(table);
    /* the table's name decides when the key is there */
    static const Role key_of[] = {
        [ENTITY_USER] = ROLE_USER, [ENTITY_POST] = ROLE_POST, [ENTITY_PRODUCT] = ROLE_PRODUCT};
    fill_roles(&m, f, ENTITY_FLAT, false);
    bool eventful = has(&m, ROLE_USER) && (has(&m, ROLE_POST) || has(&m, ROLE_PRODUCT)) &&
                    (has(&m, ROLE_TIME) || has(&m, ROLE_TYPE));
    if (named <= ENTITY_PRODUCT) {
        RoleMap as_named = m;
        fill_roles(&as_named, f, named, true);
        mend_post_key(&as_named, f);
        long key = as_named.col[key_of[named]];
        if (key >= 0 && nearly_distinct(f->cols[key])) {
            snprintf(as_named.why, sizeof as_named.why,
                     "the table's name, and '%s' tells its rows apart", f->names[key]);
            return as_named;
        }
    }
    if (eventful) {
        if (!carries_attributes(&m))
            fill_roles(&m, f, ENTITY_INTERACTION, false);
        snprintf(m.why, sizeof m.why, "it has a user ('%s') and a %s ('%s') in each row",
                 f->names[m.col[ROLE_USER]], has(&m, ROLE_POST) ? "post" : "product",
                 f->names[m.col[has(&m, ROLE_POST) ? ROLE_POST : ROLE_PRODUCT]]);
        return m;
    }
    static const Entity order[] = {ENTITY_POST, ENTITY_PRODUCT, ENTITY_USER};
    for (size_t k = 0; k < sizeof order / sizeof order[0]; k++) {
        fill_roles(&m, f, order[k], false);
        mend_post_key(&m, f);
        long key = m.col[key_of[order[k]]];
        if (key >= 0 && nearly_distinct(f->cols[key])) {
            snprintf(m.why, sizeof m.why, "'%s' tells its rows apart", f->names[key]);
            return m;
        }
    }
    for (size_t r = 0; r < ROLE_COUNT; r++)
        m.col[r] = -1;
    m.entity = ENTITY_NONE;
    snprintf(m.why, sizeof m.why, "no column names a user, a post or a product");
    return m;
}

void roles_as(RoleMap *m, const Frame *f, Entity entity)
{
    if (m->entity == entity)
        return;
    if (entity == ENTITY_NONE)
        for (size_t r = 0; r < ROLE_COUNT; r++)
            m->col[r] = -1;
    else
        fill_roles(m, f, entity, true);
    mend_post_key(m, f);
    m->entity = entity;
}

void roles_set_key(RoleMap *m, const char *table, const Frame *f, size_t key)
{
    static const Role key_of[] = {
        [ENTITY_USER] = ROLE_USER, [ENTITY_POST] = ROLE_POST, [ENTITY_PRODUCT] = ROLE_PRODUCT};
    Entity e = m->entity == ENTITY_NONE ? entity_of_table(table) : m->entity;
    m->key = key + 1;
    if (e > ENTITY_PRODUCT)
        return;
    if (m->entity != e)
        fill_roles(m, f, e, true);
    m->col[key_of[e]] = (long)key;
    m->guessed = false;
    snprintf(m->why, sizeof m->why, "said by hand");
}

/* ---- several tables ---- */

/* Every column of f that some alias of the role names. */
static size_t candidates(const Frame *f, Role r, size_t *out, size_t cap)
{
    size_t n = 0;
    for (size_t j = 0; j < f->ncols && n < cap; j++) {
        char name[64];
        fold_name(str_of(f->names[j]), name, sizeof name);
        for (const char *const *a = rows[r].aliases; *a; a++)
            if (strcmp(name, *a) == 0 && type_fits(r, f->cols[j]->type)) {
                out[n++] = j;
                break;
            }
    }
    return n;
}

/* Settles `role` of `from` against the key of `to`: of all pairs of candidates, the one that
 * agrees most. */
static void link_key(const Frame *from, RoleMap *from_roles, Role role, const char *to_name,
                     const Frame *to, RoleMap *to_roles, Role key)
{
    if (!from || !to || !from_roles->guessed || !to_roles->guessed)
        return;
    size_t a[16], b[16], na = candidates(from, role, a, 16), nb = candidates(to, key, b, 16);
    long best_a = from_roles->col[role], best_b = to_roles->col[key];
    double best = best_a >= 0 && best_b >= 0 ? overlap(from->cols[best_a], to->cols[best_b]) : 0;
    for (size_t i = 0; i < na && best < 1; i++)
        for (size_t j = 0; j < nb && best < 1; j++) {
            double share =
                nearly_distinct(to->cols[b[j]]) ? overlap(from->cols[a[i]], to->cols[b[j]]) : 0;
            if (share > best && share >= LINK_MIN) {
                best = share;
                best_a = (long)a[i];
                best_b = (long)b[j];
            }
        }
    if (best < LINK_MIN)
        return;
    from_roles->col[role] = best_a;
    to_roles->col[key] = best_b;
    snprintf(from_roles->why, sizeof from_roles->why, "%s matches %s.%s in %.0f %% of rows",
             from->names[best_a], to_name, to->names[best_b], 100 * best);
}

void world_link(World *w)
{
    if (w->flat)
        return;
    link_key(w->events, &w->events_roles, ROLE_PRODUCT, "products", w->products, &w->products_roles,
             ROLE_PRODUCT);
    link_key(w->events, &w->events_roles, ROLE_POST, "posts", w->posts, &w->posts_roles, ROLE_POST);
    link_key(w->events, &w->events_roles, ROLE_USER, "users", w->users, &w->users_roles, ROLE_USER);
}

/* Rows where a value of `key` is met for the first time; without a key there are none. */
static uint32_t *first_rows(const Column *key, size_t *n, Error *err)
{
    uint32_t *out = big_alloc(key->n + 1, sizeof *out, false, "distinct keys", err);
    if (!out)
        return NULL;
    StrMap *map = strmap_new(256);
    Buf buf = BUF_INIT;
    *n = 0;
    for (size_t i = 0; i < key->n; i++) {
        bool added = false;
        if (!column_is_null(key, i))
            strmap_add(map, key_text(key, i, &buf), &added);
        if (added)
            out[(*n)++] = (uint32_t)i;
    }
    buf_free(&buf);
    strmap_free(map);
    return out;
}

/* The part of a flat table that is about one entity: distinct keys and the columns with that
 * entity's roles. */
static Frame *flat_part(const Frame *f, const RoleMap *m, Role key, Entity entity, RoleMap *out,
                        Error *err)
{
    size_t n = 0, ncols = 0, cols[ROLE_COUNT];
    *out = (RoleMap){.entity = entity, .guessed = m->guessed};
    for (size_t r = 0; r < ROLE_COUNT; r++) {
        out->col[r] = -1;
        bool mine = (Role)r == key || ((rows[r].entities & BIT(entity)) && r > ROLE_TIME);
        if (!mine || m->col[r] < 0)
            continue;
        size_t at = 0;
        while (at < ncols && cols[at] != (size_t)m->col[r])
            at++;
        cols[at] = (size_t)m->col[r];
        ncols += at == ncols;
        out->col[r] = (long)at;
    }
    uint32_t *first = first_rows(f->cols[m->col[key]], &n, err);
    if (!first)
        return NULL;
    Frame *part = frame_select(f, cols, ncols);
    Frame *taken = frame_take(part, first, n, err);
    frame_unref(part);
    free(first);
    return taken;
}

bool world_from_flat(const char *table, const Frame *f, const RoleMap *roles, World *out,
                     Error *err)
{
    *out = (World){.events = f, .events_roles = *roles, .events_name = table, .flat = true};
    Frame *users = NULL, *posts = NULL;
    if (has(roles, ROLE_USER) &&
        !(users = flat_part(f, roles, ROLE_USER, ENTITY_USER, &out->users_roles, err)))
        return false;
    if (has(roles, ROLE_POST) &&
        !(posts = flat_part(f, roles, ROLE_POST, ENTITY_POST, &out->posts_roles, err))) {
        frame_unref(users);
        return false;
    }
    out->users = users;
    out->posts = posts;
    out->users_name = out->posts_name = table;
    return true;
}

static bool check_type(const Frame *f, const RoleMap *m, Role r, const char *table, Error *err)
{
    long c = m->col[r];
    if (c < 0 || type_fits(r, f->cols[c]->type) || (r == ROLE_TIME && f->cols[c]->type == COL_INT))
        return true;
    fail(err, ERR_TYPE, "'%s' of '%s' is %s and cannot be the %s", f->names[c],
         table ? table : "the table", coltype_name(f->cols[c]->type), rows[r].name);
    return error_hint(err, "roles %s: %s=COLUMN, or load it with --types", table ? table : "T",
                      rows[r].name);
}

bool post_is_answer(const World *w, size_t row)
{
    const RoleMap *m = &w->posts_roles;
    if (!has(m, ROLE_PARENT))
        return false;
    const Column *parent = w->posts->cols[m->col[ROLE_PARENT]];
    const Column *key = has(m, ROLE_POST) ? w->posts->cols[m->col[ROLE_POST]] : NULL;
    bool self = key && key->type == COL_INT && parent->type == COL_INT &&
                key->v.i[row] == parent->v.i[row];
    return !column_is_null(parent, row) && !self;
}

uint32_t *world_candidates(const World *w, size_t *n, Error *err)
{
    uint32_t *kept = big_alloc(w->posts->rows, sizeof *kept, false, "the posts", err);
    *n = 0;
    for (size_t i = 0; kept && i < w->posts->rows; i++)
        if (!post_is_answer(w, i))
            kept[(*n)++] = (uint32_t)i;
    return kept;
}

bool world_check(const World *w, Error *err)
{
    if (!w->events) {
        fail(err, ERR_DATA, "no table of interactions");
        return error_hint(
            err, "load one, or say which it is: roles T: user=COLUMN, post=COLUMN, time=COLUMN");
    }
    const RoleMap *m = &w->events_roles;
    const char *table = w->events_name ? w->events_name : "the interactions";
    if (!has(m, ROLE_USER)) {
        fail(err, ERR_DATA, "no column of '%s' says who acted", table);
        return error_hint(err, "roles %s: user=COLUMN", table);
    }
    if (!has(m, ROLE_POST) && !has(m, ROLE_PRODUCT)) {
        fail(err, ERR_DATA, "no column of '%s' says on which post or product", table);
        return error_hint(err, "roles %s: post=COLUMN", table);
    }
    const struct {
        const Frame *f;
        const RoleMap *m;
        const char *name;
        Role key;
    } part[] = {{w->events, m, table, ROLE_USER},
                {w->users, &w->users_roles, w->users_name, ROLE_USER},
                {w->posts, &w->posts_roles, w->posts_name, ROLE_POST},
                {w->products, &w->products_roles, w->products_name, ROLE_PRODUCT}};
    for (size_t k = 0; k < sizeof part / sizeof part[0]; k++) {
        if (!part[k].f)
            continue;
        if (!has(part[k].m, part[k].key)) {
            fail(err, ERR_DATA, "no column of '%s' is the %s", part[k].name,
                 rows[part[k].key].name);
            return error_hint(err, "roles %s: %s=COLUMN", part[k].name, rows[part[k].key].name);
        }
        for (size_t r = 0; r < ROLE_COUNT; r++)
            if (!check_type(part[k].f, part[k].m, (Role)r, part[k].name, err))
                return false;
    }
    return true;
}
