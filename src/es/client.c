/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client.c - who answers at a URL, JSON requests, and error bodies in one message.
 *
 * An error body comes in four shapes:
 * {"error":{"type","reason","root_cause":[],"caused_by":{}},"status"}, the same inside a bulk item,
 * {"error":"a sentence"}, and HTML or plain text from a proxy. client_refused() takes them all and
 * shows the deepest reason, because the outermost one is usually "all shards failed".
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "es/client.h"

/* ---- error bodies ---- */

static const char *text_of(const cJSON *o, const char *key)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(o, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

static const cJSON *deepest(const cJSON *e)
{
    for (int depth = 0; depth < 16; depth++) {
        const cJSON *next = cJSON_GetObjectItemCaseSensitive(e, "caused_by");
        if (!cJSON_IsObject(next)) {
            const cJSON *shards = cJSON_GetObjectItemCaseSensitive(e, "failed_shards");
            next = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(shards, 0), "reason");
        }
        if (!cJSON_IsObject(next))
            return e;
        e = next;
    }
    return e;
}

static void put_visible(char *out, size_t size, Str s)
{
    Buf b = BUF_INIT;
    buf_escaped(&b, s);
    Str t = buf_slice(&b);
    snprintf(out, size, "%.*s", (int)(t.n < size - 1 ? t.n : size - 1), t.p);
    buf_free(&b);
}

static void describe_error(const cJSON *error, char *out, size_t size)
{
    const cJSON *e = deepest(error);
    const char *type = text_of(e, "type"), *reason = text_of(e, "reason");
    const cJSON *script = cJSON_GetObjectItemCaseSensitive(e, "script_stack");
    if (!cJSON_IsArray(script))
        script = cJSON_GetObjectItemCaseSensitive(error, "script_stack");
    Buf b = BUF_INIT;
    buf_printf(&b, "%s%s%s", type ? type : "", type && reason ? ": " : "", reason ? reason : "");
    if (cJSON_GetArraySize(script) > 0) {
        const cJSON *at = cJSON_GetArrayItem(script, cJSON_GetArraySize(script) - 2);
        if (cJSON_IsString(at))
            buf_printf(&b, " (script: %s)", at->valuestring);
    }
    put_visible(out, size, buf_slice(&b));
    buf_free(&b);
}

static void hint_status(long status, Error *err)
{
    if (status == 401)
        error_hint(err,
                   "wrong or missing credentials: connect URL --user NAME, or --api-key-file FILE");
    else if (status == 403)
        error_hint(err, "the user lacks the privilege named there");
    else if (status == 404)
        error_hint(err, "es indexes lists what is there");
    else if (status == 413)
        error_hint(err, "the body was too large for the engine or a proxy before it");
}

bool client_refused(const HttpReply *r, const char *what, Error *err)
{
    char reason[300] = "";
    cJSON *j = r->body.n ? cJSON_ParseWithLength(r->body.p, r->body.n) : NULL;
    const cJSON *e = cJSON_GetObjectItemCaseSensitive(j, "error");
    if (cJSON_IsObject(e))
        describe_error(e, reason, sizeof reason);
    else if (cJSON_IsString(e))
        put_visible(reason, sizeof reason, str_of(e->valuestring));
    else if (r->body.n)
        put_visible(reason, 200,
                    str_trim(str_sub(buf_slice(&r->body), 0, r->body.n < 200 ? r->body.n : 200)));
    cJSON_Delete(j);
    fail(err, ERR_REMOTE, "%s: the engine answered %ld%s%s", what, r->status, reason[0] ? ": " : "",
         reason);
    hint_status(r->status, err);
    if (strstr(reason, "HTTP request was sent to HTTPS port"))
        error_hint(err, "https:// rather than http://");
    return false;
}

bool client_search_whole(const cJSON *reply, Error *err)
{
    if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(reply, "timed_out")))
        return fail(err, ERR_REMOTE, "the search timed out in the engine: its sums are partial");
    const cJSON *shards = cJSON_GetObjectItemCaseSensitive(reply, "_shards");
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(shards, "total");
    const cJSON *failed = cJSON_GetObjectItemCaseSensitive(shards, "failed");
    if (cJSON_IsNumber(failed) && failed->valuedouble > 0) {
        char why[300] = "";
        const cJSON *f =
            cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(shards, "failures"), 0);
        const cJSON *reason = cJSON_GetObjectItemCaseSensitive(f, "reason");
        if (reason)
            describe_error(reason, why, sizeof why);
        return fail(err, ERR_REMOTE, "%g of %g shards failed%s%s", failed->valuedouble,
                    cJSON_IsNumber(total) ? total->valuedouble : 0.0, why[0] ? ": " : "", why);
    }
    if (cJSON_IsNumber(total) && total->valuedouble == 0)
        return fail(err, ERR_REMOTE,
                    "no shard was searched: the search context is gone, or the index has none");
    return true;
}

/* ---- requests ---- */

static bool send(Client *c, const char *method, const char *path, Str body, bool repeatable,
                 HttpReply *out, Error *err)
{
    HttpRequest q = {.method = method,
                     .path = path,
                     .body = body,
                     .repeatable = repeatable,
                     .lasting = strcmp(method, "PUT") == 0};
    size_t n = strlen(path);
    if (n > 6 && (strstr(path, "_bulk") || strstr(path, "_msearch")))
        q.content_type = "application/x-ndjson";
    return http_run(c->http, &q, out, err);
}

bool client_raw(Client *c, const char *method, Str body, bool repeatable, HttpReply *out,
                Error *err, const char *path, ...)
{
    Buf p = BUF_INIT;
    char text[4096];
    va_list ap;
    va_start(ap, path);
    vsnprintf(text, sizeof text, path, ap);
    va_end(ap);
    buf_puts(&p, text);
    bool ok = send(c, method, p.p, body, repeatable, out, err);
    if (ok && out->status >= 400) {
        client_refused(out, p.p, err);
        http_reply_clear(out);
        ok = false;
    }
    buf_free(&p);
    return ok;
}

cJSON *client_json(Client *c, const char *method, Str body, bool repeatable, long *status,
                   Error *err, const char *path, ...)
{
    char text[4096];
    va_list ap;
    va_start(ap, path);
    vsnprintf(text, sizeof text, path, ap);
    va_end(ap);
    HttpReply r;
    if (!send(c, method, text, body, repeatable, &r, err))
        return NULL;
    if (status)
        *status = r.status;
    cJSON *j = NULL;
    if (r.status >= 400) {
        client_refused(&r, text, err);
    } else if (!r.body.n) {
        j = cJSON_CreateObject();
    } else {
        j = json_parse(buf_slice(&r.body), err);
        if (!j) {
            error_context(err, "the answer to %s", text);
            error_hint(err, "is a proxy answering instead of the engine?");
        }
    }
    http_reply_clear(&r);
    return j;
}

/* ---- opening ---- */

static bool take_root(Client *c, const cJSON *root, Error *err)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(root, "version");
    const char *number = text_of(v, "number"), *distribution = text_of(v, "distribution");
    const char *name = text_of(root, "cluster_name");
    if (!number)
        return fail(err, ERR_REMOTE, "%s answers, but is neither Elasticsearch nor OpenSearch",
                    c->url);
    snprintf(c->version, sizeof c->version, "%s", number);
    snprintf(c->product, sizeof c->product, "%s",
             distribution && strcmp(distribution, "opensearch") == 0 ? "OpenSearch"
                                                                     : "Elasticsearch");
    if (name)
        put_visible(c->name, sizeof c->name, str_of(name));
    return true;
}

/* Whoever may use some indexes only need not be told the version: no reason to turn round. */
static bool take_unknown(Client *c)
{
    snprintf(c->version, sizeof c->version, "%s", "unknown");
    snprintf(c->product, sizeof c->product, "%s", "engine");
    return true;
}

static bool lacks_privilege(const HttpReply *r)
{
    return r->status == 403 && r->body.p && strstr(r->body.p, "security_exception");
}

/* A server whose root answers 405 still tells its nodes' versions. */
static bool ask_nodes(Client *c, Error *err)
{
    HttpReply r;
    if (!send(c, "GET", "/_nodes/_local?filter_path=cluster_name,nodes.*.version", STR_NULL, true,
              &r, err))
        return false;
    if (r.status >= 400) {
        bool known = lacks_privilege(&r) ? take_unknown(c) : client_refused(&r, "connect", err);
        http_reply_clear(&r);
        return known;
    }
    cJSON *j = json_parse(buf_slice(&r.body), err);
    http_reply_clear(&r);
    if (!j)
        return false;
    const cJSON *node = cJSON_GetObjectItemCaseSensitive(j, "nodes");
    const char *number = node && node->child ? text_of(node->child, "version") : NULL;
    bool ok = number != NULL;
    if (ok) {
        snprintf(c->version, sizeof c->version, "%s", number);
        snprintf(c->product, sizeof c->product, "Elasticsearch");
        const char *name = text_of(j, "cluster_name");
        if (name)
            put_visible(c->name, sizeof c->name, str_of(name));
    } else {
        fail(err, ERR_REMOTE, "%s answers, but is neither Elasticsearch nor OpenSearch", c->url);
    }
    cJSON_Delete(j);
    return ok;
}

static bool ask_root(Client *c, Error *err)
{
    HttpReply r;
    /* not tried again when nobody answers: a wrong port is told at once */
    if (!send(c, "GET", "/", STR_NULL, false, &r, err))
        return false;
    bool ok;
    if (r.status == 405 || r.status == 404) {
        ok = ask_nodes(c, err);
    } else if (lacks_privilege(&r)) {
        ok = take_unknown(c);
    } else if (r.status >= 400) {
        ok = client_refused(&r, "connect", err);
    } else {
        cJSON *root = cJSON_ParseWithLength(r.body.p ? r.body.p : "", r.body.n);
        ok = take_root(c, root, err);
        cJSON_Delete(root);
    }
    http_reply_clear(&r);
    return ok;
}

static void ask_health(Client *c)
{
    /* a courtesy: a user without the monitor privilege may still read and write */
    Error ignored = ERROR_INIT;
    cJSON *j = client_json(c, "GET", STR_NULL, true, NULL, &ignored, "/_cluster/health");
    const char *status = text_of(j, "status");
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(j, "number_of_nodes");
    snprintf(c->health, sizeof c->health, "%s", status ? status : "unknown");
    c->nodes = cJSON_IsNumber(nodes) ? nodes->valueint : 0;
    cJSON_Delete(j);
}

Client *client_open(const HttpConfig *config, Error *err)
{
    Http *http = http_new(config, err);
    if (!http)
        return NULL;
    Client *c = xcalloc(1, sizeof *c);
    c->http = http;
    c->url = xstrdup(http_url(http));
    if (!ask_root(c, err)) {
        client_close(c);
        return NULL;
    }
    ask_health(c);
    return c;
}

void client_close(Client *c)
{
    if (!c)
        return;
    http_free(c->http);
    free(c->url);
    free(c);
}

/* ---- small questions ---- */

bool client_index_exists(Client *c, const char *index, bool *exists, Error *err)
{
    Buf path = BUF_INIT;
    buf_putc(&path, '/');
    buf_url(&path, str_of(index));
    HttpReply r;
    bool ok = send(c, "HEAD", path.p, STR_NULL, true, &r, err);
    if (ok) {
        *exists = r.status == 200;
        if (r.status >= 400 && r.status != 404)
            ok = client_refused(&r, index, err);
        http_reply_clear(&r);
    }
    buf_free(&path);
    return ok;
}

bool client_count(Client *c, const char *index, Str query, int64_t *out, Error *err)
{
    Buf path = BUF_INIT, body = BUF_INIT;
    buf_url(&path, str_of(index));
    buf_printf(&body, "{\"query\":");
    buf_str(&body, query.n ? query : STR("{\"match_all\":{}}"));
    buf_putc(&body, '}');
    cJSON *j = client_json(c, "POST", buf_slice(&body), true, NULL, err, "/%s/_count", path.p);
    bool ok = j && client_search_whole(j, err) && json_get_int(j, "count", "_count", out, err);
    cJSON_Delete(j);
    buf_free(&path);
    buf_free(&body);
    return ok;
}

bool client_refresh(Client *c, const char *index, long *status, Error *err)
{
    Buf path = BUF_INIT;
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "POST", STR_NULL, true, status, err, "/%s/_refresh", path.p);
    cJSON_Delete(j);
    buf_free(&path);
    return j != NULL;
}
