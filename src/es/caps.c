/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * caps.c - what this engine can do and lets us do, asked of the engine itself.
 *
 * A version number says little: a plugin may be missing, scripts switched off, a user without a
 * privilege. So each capability is one small request, and a refusal is an answer rather than an
 * error. Everything that must exist for a question (an index, a document) is made in one index with
 * a random name and dropped again, after Ctrl-C too; what a killed run left is dropped by a later
 * one.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/rng.h"
#include "es/client.h"

/* Asks; a refusal (any status of 400 and more) gives NULL and is remembered once, a lost
 * connection sets err. */
static cJSON *ask(Client *c, const char *method, const char *body, const char *path, Error *err)
{
    Error refused = ERROR_INIT;
    cJSON *j =
        client_json(c, method, body ? str_of(body) : STR_NULL, true, NULL, &refused, "%s", path);
    if (!j && refused.code != ERR_REMOTE && err && !error_is_set(err))
        *err = refused;
    if (!j && !c->caps.refused[0])
        snprintf(c->caps.refused, sizeof c->caps.refused, "%.190s", refused.msg);
    return j;
}

static bool can(Client *c, const char *method, const char *body, const char *path, Error *err)
{
    cJSON *j = ask(c, method, body, path, err);
    cJSON_Delete(j);
    return j != NULL;
}

static const char *flat_setting(const cJSON *settings, const char *key)
{
    static const char *const layers[] = {"transient", "persistent", "defaults"};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        const cJSON *v = cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(settings, layers[i]), key);
        if (cJSON_IsString(v))
            return v->valuestring;
    }
    return NULL;
}

static void ask_limits(Client *c, Error *err)
{
    Caps *k = &c->caps;
    k->expensive = true;
    k->max_buckets = 65535;
    k->max_result_window = 10000;
    k->nested_limit = 10000;
    cJSON *s =
        ask(c, "GET", NULL, "/_cluster/settings?include_defaults=true&flat_settings=true", err);
    const char *expensive = flat_setting(s, "search.allow_expensive_queries");
    const char *buckets = flat_setting(s, "search.max_buckets");
    if (expensive)
        k->expensive = strcmp(expensive, "false") != 0;
    if (buckets)
        parse_int(str_of(buckets), &k->max_buckets);
    cJSON_Delete(s);
}

/* A point in time is opened the way this engine spells it, used once with _shard_doc, and
 * closed. */
static void ask_pit(Client *c, const char *index, Error *err)
{
    Buf path = BUF_INIT, body = BUF_INIT;
    buf_printf(&path, "/%s/_search/point_in_time?keep_alive=1m", index);
    cJSON *j = ask(c, "POST", NULL, path.p, err);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(j, "pit_id");
    c->caps.pit_opensearch = cJSON_IsString(id);
    if (!c->caps.pit_opensearch) {
        cJSON_Delete(j);
        buf_clear(&path);
        buf_printf(&path, "/%s/_pit?keep_alive=1m", index);
        j = ask(c, "POST", NULL, path.p, err);
        id = cJSON_GetObjectItemCaseSensitive(j, "id");
        c->caps.pit_elastic = cJSON_IsString(id);
    }
    if (cJSON_IsString(id)) {
        buf_printf(&body,
                   "{\"size\":1,\"pit\":{\"id\":\"%s\"},\"sort\":[{\"_shard_doc\":\"asc\"}]}",
                   id->valuestring);
        c->caps.shard_doc = can(c, "POST", body.p, "/_search", err);
        buf_clear(&body);
        if (c->caps.pit_opensearch) {
            buf_printf(&body, "{\"pit_id\":[\"%s\"]}", id->valuestring);
            can(c, "DELETE", body.p, "/_search/point_in_time", err);
        } else {
            buf_printf(&body, "{\"id\":\"%s\"}", id->valuestring);
            can(c, "DELETE", body.p, "/_pit", err);
        }
    }
    cJSON_Delete(j);
    buf_free(&path);
    buf_free(&body);
}

static void ask_scripts(Client *c, const char *index, Error *err)
{
    Buf path = BUF_INIT;
    buf_printf(&path, "/%s/_search?size=0", index);
    c->caps.scripts = can(c, "POST",
                          "{\"aggs\":{\"a\":{\"scripted_metric\":{\"init_script\":\"state.n=0.0\","
                          "\"map_script\":\"state.n+=1.0\","
                          "\"combine_script\":\"return state.n\",\"reduce_script\":\"double n=0; "
                          "for (s in states) {if (s!=null) "
                          "{n+=(double)s}} return n\"}}}}",
                          path.p, err);
    buf_free(&path);
}

/* An index per mapping that an engine may not know; made and dropped. */
static bool can_map(Client *c, const char *index, const char *suffix, const char *settings,
                    const char *field, Error *err)
{
    Buf path = BUF_INIT, body = BUF_INIT;
    buf_printf(&path, "/%s-%s", index, suffix);
    buf_printf(&body,
               "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0%s},"
               "\"mappings\":{\"properties\":{\"v\":%s}}}",
               settings, field);
    bool ok = can(c, "PUT", body.p, path.p, err);
    if (ok)
        can(c, "DELETE", NULL, path.p, err);
    buf_free(&path);
    buf_free(&body);
    return ok;
}

static void ask_mappings(Client *c, const char *index, Error *err)
{
    Caps *k = &c->caps;
    k->knn_vector = can_map(c, index, "knn", ",\"index.knn\":true",
                            "{\"type\":\"knn_vector\",\"dimension\":2,\"method\":{\"name\":"
                            "\"hnsw\",\"engine\":\"lucene\","
                            "\"space_type\":\"innerproduct\"}}",
                            err);
    if (!k->knn_vector)
        k->dense_vector =
            can_map(c, index, "dense", "",
                    "{\"type\":\"dense_vector\",\"dims\":2,\"index\":true,"
                    "\"similarity\":\"max_inner_product\",\"index_options\":{\"type\":\"hnsw\"}}",
                    err);
    k->rank_features = can_map(c, index, "rank", "", "{\"type\":\"rank_features\"}", err);
}

static void ask_stored(Client *c, const char *index, Error *err)
{
    Buf path = BUF_INIT;
    buf_printf(&path, "/_scripts/%s", index);
    if (c->caps.scripts) {
        c->caps.stored_scripts =
            can(c, "PUT", "{\"script\":{\"lang\":\"painless\",\"source\":\"return 1.0\"}}", path.p,
                err);
        if (c->caps.stored_scripts)
            can(c, "DELETE", NULL, path.p, err);
    }
    buf_clear(&path);
    buf_printf(&path, "/_ingest/pipeline/%s", index);
    c->caps.pipelines =
        can(c, "PUT", "{\"processors\":[{\"set\":{\"field\":\"a\",\"value\":1}}]}", path.p, err);
    if (c->caps.pipelines)
        can(c, "DELETE", NULL, path.p, err);
    if (c->caps.rank_features) {
        buf_clear(&path);
        buf_printf(&path, "/%s/_mapping", index);
        can(c, "PUT", "{\"properties\":{\"r\":{\"type\":\"rank_feature\"}}}", path.p, err);
        buf_clear(&path);
        buf_printf(&path, "/%s/_search?size=0", index);
        c->caps.rank_linear =
            can(c, "POST", "{\"query\":{\"rank_feature\":{\"field\":\"r\",\"linear\":{}}}}", path.p,
                err);
    }
    buf_free(&path);
}

/* ---- what was made is dropped ---- */

#define PROBE "glint-probe-"
#define LEFT_OVER_MS ((int64_t)600 * 1000) /* so old a probe has no owner any more */

static void drop(Client *c, bool sure, const char *before, const char *name, const char *after)
{
    Error ignored = ERROR_INIT;
    cJSON_Delete(
        client_json(c, "DELETE", STR_NULL, sure, NULL, &ignored, "%s%s%s", before, name, after));
}

/* After Ctrl-C it is not known which question was the last: whatever one of them may have made is
 * dropped. None is still being made, PUTs are waited for. */
static void drop_all(Client *c, const char *index, bool cut)
{
    static const struct {
        const char *before, *after;
    } made[] = {{"/_scripts/", ""}, {"/_ingest/pipeline/", ""},
                {"/", "-knn"},      {"/", "-dense"},
                {"/", "-rank"},     {"/", ""}};
    size_t n = sizeof made / sizeof *made;
    if (!cut) {
        drop(c, true, "/", index, "");
        return;
    }
    cancel_clear();
    for (size_t i = 0; i < n; i++)
        drop(c, false, made[i].before, index, made[i].after);
    cancel_raise();
}

/* Probes of runs that were killed. */
static void drop_left_over(Client *c)
{
    Error ignored = ERROR_INIT;
    cJSON *j = client_json(c, "GET", STR_NULL, true, NULL, &ignored,
                           "/_cat/indices/" PROBE
                           "*?h=index,creation.date&format=json&expand_wildcards=open");
    const cJSON *one;
    cJSON_ArrayForEach(one, j)
    {
        const cJSON *name = cJSON_GetObjectItemCaseSensitive(one, "index"),
                    *made = cJSON_GetObjectItemCaseSensitive(one, "creation.date");
        int64_t ms;
        if (cJSON_IsString(name) && strncmp(name->valuestring, PROBE, sizeof PROBE - 1) == 0 &&
            cJSON_IsString(made) && parse_int(str_of(made->valuestring), &ms) &&
            clock_now() / 1000 - ms > LEFT_OVER_MS)
            drop(c, true, "/", name->valuestring, "");
    }
    cJSON_Delete(j);
}

bool client_probe(Client *c, Error *err)
{
    if (c->probed)
        return true;
    c->caps = (Caps){0};
    ask_limits(c, err);
    Rng rng = rng_stream((uint64_t)clock_now(), "probe");
    char index[40];
    snprintf(index, sizeof index, PROBE "%08x", (unsigned)(rng_next(&rng) & 0xffffffffu));
    Buf path = BUF_INIT;
    buf_printf(&path, "/%s", index);
    c->caps.can_create = can(c, "PUT",
                             "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":0},"
                             "\"mappings\":{\"properties\":"
                             "{\"a\":{\"type\":\"long\"}}}}",
                             path.p, err);
    if (c->caps.can_create && !error_is_set(err)) {
        buf_printf(&path, "/_doc/1?refresh=true");
        c->caps.can_write = can(c, "PUT", "{\"a\":1}", path.p, err);
        ask_pit(c, index, err);
        ask_scripts(c, index, err);
        ask_mappings(c, index, err);
        ask_stored(c, index, err);
    }
    bool cut = err && err->code == ERR_CANCEL;
    if (c->caps.can_create || cut)
        drop_all(c, index, cut);
    if (c->caps.can_create && !error_is_set(err))
        drop_left_over(c);
    buf_free(&path);
    c->probed = !error_is_set(err);
    return c->probed;
}
