/* SPDX-License-Identifier: GPL-3.0-or-later */
/* es_admin.c - `es indexes`, `es create`, `es drop`, `es doctor`: what is there, what may be,
 * what we make. */
#include <stdlib.h>

#include "es/schema.h"
#include "shell/connection.h"
#include "shell/format.h"

/* ---- es indexes ---- */

static const char *json_text(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsString(v) ? v->valuestring : "";
}

static bool run_indexes(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return false;
    connection_show(s, a, out);
    cJSON *j = client_json(
        c, "GET", STR_NULL, true, NULL, err,
        "/_cat/indices?format=json&bytes=b&s=index&h=index,health,docs.count,store.size,pri");
    if (!j)
        return false;
    static const TableCol cols[] = {{COL("index", "index")},
                                    {COL("health", "health")},
                                    {COL("documents", "documents"), .look = LOOK_COUNT},
                                    {COL("bytes", "bytes"), .look = LOOK_COUNT},
                                    {COL("shards", "shards")}};
    Table *t = result_table(out, "indexes", cols, 5);
    const cJSON *i;
    cJSON_ArrayForEach(i, j)
    {
        if (json_text(i, "index")[0] == '.' && !args_flag(a, "all"))
            continue;
        int64_t docs = 0, bytes = 0, shards = 0;
        parse_int(str_of(json_text(i, "docs.count")), &docs);
        parse_int(str_of(json_text(i, "store.size")), &bytes);
        parse_int(str_of(json_text(i, "pri")), &shards);
        Cell *r = table_row(out, t);
        const char *name = json_text(i, "index"), *health = json_text(i, "health");
        r[0] = cell_text(str_of(arena_strndup(a->arena, name, strlen(name))));
        r[1] = cell_text(str_of(arena_strndup(a->arena, health, strlen(health))));
        r[2] = cell_int(docs);
        r[3] = cell_int(bytes);
        r[4] = cell_int(shards);
    }
    cJSON_Delete(j);
    return true;
}

static const OptRow indexes_opts[] = {
    {.name = "all", .type = OPT_FLAG, .brief = "those whose name begins with a dot, too"},
    OPT_SHOW_REQUEST,
    {0}};
const Command cmd_es_indexes = {
    .name = "es indexes",
    .group = GROUP_ENGINE,
    .brief = "list the engine's indexes",
    .usage = "es indexes [--all]",
    .opts = indexes_opts,
    .help = "Names, health, documents (nested ones included, as the engine counts them), bytes and "
            "primary shards.",
    .examples = (const Example[]){{"es indexes", "what is there", true}, {0}},
    .needs = NEED_CONNECTION,
    .run = run_indexes,
};

/* ---- es create ---- */

static const char *index_name(const Session *s, const Args *a, const char *table)
{
    const char *prefix = args_z(a, "prefix");
    return arena_printf(a->arena, "%s%s", prefix ? prefix : connection_prefix(s), table);
}

/* What --dry says of an index; `docs` in words are what --replace drops. */
static const char *would_create(const Args *a, bool exists, bool differs, const char *docs)
{
    if (!exists)
        return "would be made: --dry";
    if (args_flag(a, "replace"))
        return arena_printf(a->arena, "would be made again, %s dropped: --dry", docs);
    return differs ? "is there with another mapping: --replace drops it" : "is there, the same";
}

static const char *was_created(const Args *a, bool exists, bool made, const char *docs)
{
    if (!made)
        return "was there, the same";
    return exists ? arena_printf(a->arena, "made again, %s dropped", docs) : "made";
}

static bool create_one(Session *s, Client *c, const Args *a, const NamedData *t, Result *out,
                       Table *table, Error *err)
{
    const char *index = index_name(s, a, t->name);
    IndexPlan plan = {
        .shards = args_z(a, "shards"), .replicas = args_z(a, "replicas"), .roles = &t->roles};
    Buf body = BUF_INIT, diff = BUF_INIT;
    bool exists = false, made = false, ok = true;
    index_body(t->data.frame, &plan, &body);
    ok = index_diff(c, index, buf_slice(&body), &exists, &diff, err);
    if (ok && diff.n && !args_flag(a, "quiet-diff"))
        result_line(out, "%s%s\n%.*s", index,
                    exists ? " is there; the mapping would change" : ": new", (int)(diff.n - 1),
                    diff.p);
    int64_t docs = 0;
    if (ok && exists && args_flag(a, "replace"))
        ok = client_count(c, index, STR_NULL, &docs, err);
    if (ok && !args_flag(a, "dry"))
        ok = index_create(c, index, buf_slice(&body), args_flag(a, "replace"), &made, err);
    if (ok) {
        Cell *r = table_row(out, table);
        r[0] = cell_text(str_of(index));
        r[1] = cell_int((int64_t)t->data.frame->ncols);
        const char *words = result_plural(out, docs, "document");
        r[2] = cell_text(str_of(args_flag(a, "dry") ? would_create(a, exists, diff.n > 0, words)
                                                    : was_created(a, exists, made, words)));
    }
    buf_free(&body);
    buf_free(&diff);
    return ok;
}

static bool run_create(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return false;
    static const TableCol cols[] = {
        {COL("index", "index")}, {COL("fields", "fields")}, {COL("state", "state")}};
    connection_show(s, a, out);
    Table *t = result_table(out, "indexes", cols, 3);
    if (a->nwords) {
        for (size_t i = 0; i < a->nwords; i++) {
            const NamedData *d = command_table_arg(s, a, a->words[i].text, a->words[i].at, err);
            if (!d || !create_one(s, c, a, d, out, t, err))
                return false;
        }
        return true;
    }
    size_t made = 0;
    for (size_t i = 0; i < s->ntables; i++) {
        Entity e = s->tables[i].roles.entity;
        if (e != ENTITY_USER && e != ENTITY_POST && e != ENTITY_PRODUCT && e != ENTITY_INTERACTION)
            continue;
        made++;
        if (!create_one(s, c, a, &s->tables[i], out, t, err))
            return false;
    }
    if (!made) {
        fail(err, ERR_NAME, "no table here is of users, posts, products or interactions");
        return error_hint(err, "load them, or name a table: es create T");
    }
    return true;
}

static const OptRow create_opts[] = {
    {.name = "prefix", .type = OPT_TEXT, .metavar = "P", .brief = "put before each index's name"},
    {.name = "shards", .type = OPT_TEXT, .def = "1", .metavar = "N", .brief = "primary shards"},
    {.name = "replicas", .type = OPT_TEXT, .def = "0", .metavar = "N", .brief = "copies of each"},
    {.name = "replace",
     .type = OPT_FLAG,
     .brief = "drop an index of that name first, with its documents"},
    {.name = "dry", .type = OPT_FLAG, .brief = "show the difference, make nothing"},
    {.name = "quiet-diff", .type = OPT_FLAG, .brief = "do not list the fields"},
    OPT_SHOW_REQUEST,
    {0},
};
const Command cmd_es_create = {
    .name = "es create",
    .group = GROUP_ENGINE,
    .brief = "make indexes for the loaded tables",
    .usage = "es create [T...] [--prefix P] [--shards N] [--replicas N] [--replace] [--dry]",
    .opts = create_opts,
    .subject = SUBJECT_WORDS,
    .help = "Without a name: one index for each loaded table of users, posts, products and "
            "interactions. Mappings are explicit "
            "and strict: a document with another field is refused. Making an index again that is "
            "there with the same mapping "
            "changes nothing; with another mapping it is an error that names the fields.",
    .examples =
        (const Example[]){{"es create", "the four indexes", true},
                          {"es create posts --prefix blog- --dry", "what would be made", true},
                          {0}},
    .needs = NEED_CONNECTION,
    .run = run_create,
};

/* ---- es drop ---- */

static bool run_drop(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return false;
    if (!a->nwords) {
        fail(err, ERR_USAGE, "es drop wants the name of an index");
        return error_hint(err, "es indexes lists them");
    }
    connection_show(s, a, out);
    for (size_t i = 0; i < a->nwords; i++) {
        const char *name = args_zstr(a, a->words[i].text);
        int64_t docs = 0;
        if (args_flag(a, "dry")) {
            if (!client_count(c, name, STR_NULL, &docs, err))
                return false;
            result_line(out, "would drop %s with %s documents", name, result_count(out, docs));
            continue;
        }
        if (!index_drop(c, name, err)) {
            if (err)
                err->at = a->words[i].at;
            return false;
        }
        result_text(out, "dropped", str_of(name));
        result_line(out, "%s: dropped", name);
    }
    return true;
}

static const OptRow show_opts[] = {OPT_SHOW_REQUEST, {0}};
static const OptRow drop_opts[] = {
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be dropped"}, OPT_SHOW_REQUEST, {0}};
const Command cmd_es_drop = {
    .name = "es drop",
    .group = GROUP_ENGINE,
    .brief = "drop an index with its documents",
    .usage = "es drop INDEX... [--dry]",
    .opts = drop_opts,
    .subject = SUBJECT_WORDS,
    .help = "Names only: patterns are refused. There is no way back.",
    .examples = (const Example[]){{"es drop blog-users", "one index", true}, {0}},
    .needs = NEED_CONNECTION,
    .run = run_drop,
};

/* ---- es doctor ---- */

static void check(Result *out, Table *t, const char *what, bool has, const char *means)
{
    Cell *r = table_row(out, t);
    r[0] = cell_text(str_of(what));
    r[1] = cell_text(has ? STR("yes") : STR("no"));
    r[2] = cell_text(str_of(means));
}

static bool run_doctor(Session *s, const Args *a, Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return false;
    connection_show(s, a, out);
    c->probed = false;
    if (!client_probe(c, err))
        return false;
    const Caps *k = &c->caps;
    static const TableCol cols[] = {
        {COL("ability", "ability")}, {COL("answer", "answer")}, {COL("means", "what follows")}};
    result_text(out, "product", str_of(c->product));
    result_text(out, "version", str_of(c->version));
    if (c->name[0])
        result_line(out, "%s %s at %s, cluster %s, %s", c->product, c->version, c->url, c->name,
                    c->health);
    else
        result_line(out, "%s %s at %s", c->product, c->version, c->url);
    Table *t = result_table(out, "checks", cols, 3);
    check(out, t, "make indexes", k->can_create,
          k->can_create ? "es create, score" : "only what exists can be used");
    if (!k->can_create) {
        result_int(out, "max_buckets", k->max_buckets);
        result_note(out, "no_probe", NULL,
                    "the rest is asked with an index of its own, which this user may not make: %s",
                    arena_escaped(a->arena, str_of(k->refused)));
        return true;
    }
    check(out, t, "write documents", k->can_write,
          k->can_write ? "es push, score" : "reading only");
    check(out, t, "point in time", k->pit_opensearch || k->pit_elastic,
          k->pit_opensearch ? "spelled _search/point_in_time"
          : k->pit_elastic  ? "spelled _pit"
                            : "pulls use scrolls");
    check(out, t, "sort by _shard_doc", k->shard_doc,
          k->shard_doc ? "pulls run in slices of one snapshot" : "pulls use one scroll a shard");
    check(out, t, "scripts", k->scripts,
          k->scripts ? "es rank --by script, score --write script"
                     : "--by weights, nested, sparse and vector need none");
    check(out, t, "stored scripts", k->stored_scripts,
          k->stored_scripts ? "es deploy" : "es deploy cannot store the model");
    check(out, t, "ingest pipelines", k->pipelines, k->pipelines ? "es deploy --pipeline" : "");
    check(out, t, "knn_vector", k->knn_vector, k->knn_vector ? "es similar, --by vector" : "");
    check(out, t, "dense_vector with knn", k->dense_vector,
          k->dense_vector ? "es similar, --by vector" : "");
    check(out, t, "rank_features", k->rank_features,
          k->rank_features ? "score --layout sparse" : "score --layout nested or pairs");
    check(out, t, "expensive queries", k->expensive,
          k->expensive ? "nested and script queries run"
                       : "only weights run: search.allow_expensive_queries is false");
    result_int(out, "max_buckets", k->max_buckets);
    result_int(out, "max_result_window", k->max_result_window);
    result_int(out, "nested_limit", k->nested_limit);
    result_line(out, "limits: %lld buckets, %lld hits a page, %lld nested documents a document",
                (long long)k->max_buckets, (long long)k->max_result_window,
                (long long)k->nested_limit);
    if (k->refused[0])
        result_note(out, "refused", NULL, "the first refusal: %s",
                    arena_escaped(a->arena, str_of(k->refused)));
    return true;
}

const Command cmd_es_doctor = {
    .name = "es doctor",
    .group = GROUP_ENGINE,
    .brief = "what the engine can do and lets you do",
    .usage = "es doctor",
    .opts = show_opts,
    .help = "Every line was asked of the engine itself, with a small index of a random name that "
            "is dropped again.",
    .examples = (const Example[]){{"es doctor", "asks again", true}, {0}},
    .needs = NEED_CONNECTION,
    .run = run_doctor,
};
