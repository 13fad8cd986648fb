/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_io.c - es:INDEX as a source and a sink.
 *
 * A query is the engine's JSON when it begins with a brace, otherwise a query string ("type:like
 * AND age:>30"). --since becomes a range on a date field, joined to the query.
 */
#include <stdlib.h>

#include "es/cells.h"
#include "es/pull.h"
#include "es/push.h"
#include "shell/connection.h"
#include "shell/engine_io.h"

static const char *index_of(const char *path)
{
    return strncmp(path, "es:", 3) == 0 ? path + 3 : path;
}

/* ---- reading ---- */

static bool since_field(Client *c, const char *index, const ReadOptions *opt, Buf *out, Error *err)
{
    if (opt->since_field) {
        buf_puts(out, opt->since_field);
        return true;
    }
    ReadReport ignored = {0};
    Schema *s = schema_fetch(c, index, &ignored, err);
    for (size_t i = 0; s && i < s->n && !out->n; i++)
        if (s->fields[i].kind == FIELD_TIME)
            buf_puts(out, s->fields[i].path);
    schema_free(s);
    if (out->n || error_is_set(err))
        return out->n > 0;
    return fail(err, ERR_NAME, "'%s' has no date field for --since", index);
}

bool engine_query(Client *c, const char *index, const ReadOptions *opt, Buf *out, Error *err)
{
    Buf query = BUF_INIT, field = BUF_INIT;
    bool ok = true;
    if (opt->query && opt->query[0] == '{') {
        buf_puts(&query, opt->query);
    } else if (opt->query) {
        buf_puts(&query, "{\"query_string\":{\"query\":");
        buf_json_str(&query, str_of(opt->query));
        buf_puts(&query, "}}");
    }
    if (opt->since) {
        int64_t us;
        TimeUnit unit;
        ok = time_parse(str_of(opt->since), DATE_ISO, &us, &unit) ||
             fail(err, ERR_USAGE, "--since '%s' is no moment", opt->since);
        ok = ok && since_field(c, index, opt, &field, err);
        if (ok) {
            buf_puts(out, "{\"bool\":{\"filter\":[{\"range\":{");
            buf_json_str(out, buf_slice(&field));
            buf_puts(out, ":{\"gte\":\"");
            buf_es_time(out, us, unit);
            buf_puts(out, "\"}}}");
            if (query.n)
                buf_printf(out, ",%s", query.p);
            buf_puts(out, "]}}");
        }
    } else {
        buf_str(out, buf_slice(&query));
    }
    buf_free(&query);
    buf_free(&field);
    return ok;
}

Frame *engine_read(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                   Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return NULL;
    const char *index = index_of(path);
    PullOptions pull = {.index = index,
                        .fields = opt->fields,
                        .limit = opt->limit,
                        .slices = (int)opt->slices,
                        .with_id = opt->with_id,
                        .nested = LIST_COUNT};
    if (opt->lists)
        list_policy_parse(str_of(opt->lists), &pull.lists);
    if (opt->nested)
        list_policy_parse(str_of(opt->nested), &pull.nested);
    Buf query = BUF_INIT;
    Frame *f = NULL;
    if (engine_query(c, index, opt, &query, err)) {
        PullReport r = {.read = report};
        pull.query = buf_slice(&query);
        f = es_pull(c, &pull, &r, err);
        if (f)
            read_note(report, "%lld documents in %zu pages, %.1f MB, %.2f s: %s",
                      (long long)r.received, r.pages, (double)r.bytes / 1e6, r.seconds, r.how);
    }
    buf_free(&query);
    return f;
}

/* ---- writing ---- */

typedef struct EngineWriter {
    Writer w;
    Client *client;
    char *index;
    PushLedger total;
} EngineWriter;

static void writer_done(EngineWriter *e)
{
    free(e->index);
    free(e);
}

static bool writer_put(Writer *w, const Frame *f, Error *err)
{
    EngineWriter *e = (EngineWriter *)w;
    bool exists = false;
    if (!client_index_exists(e->client, e->index, &exists, err))
        return false;
    if (!exists) {
        Buf body = BUF_INIT;
        bool made;
        index_body(f, &(IndexPlan){0}, &body);
        bool ok = index_create(e->client, e->index, buf_slice(&body), false, &made, err);
        buf_free(&body);
        if (!ok)
            return false;
    }
    PushOptions push = {.bulk = {.index = e->index}};
    return es_push(e->client, f, &push, &e->total, err);
}

static bool writer_commit(Writer *w, Error *err)
{
    EngineWriter *e = (EngineWriter *)w;
    bool ok = ledger_check(&e->total, err);
    writer_done(e);
    return ok;
}

static void writer_abandon(Writer *w)
{
    writer_done((EngineWriter *)w);
}

Writer *engine_write(Session *s, const char *path, Error *err)
{
    Client *c = connection_need(s, err);
    if (!c)
        return NULL;
    EngineWriter *e = xcalloc(1, sizeof *e);
    e->w = (Writer){.put = writer_put, .commit = writer_commit, .abandon = writer_abandon};
    e->client = c;
    e->index = xstrdup(index_of(path));
    return &e->w;
}

/* ---- counted where the data are ---- */

#define CELL_FIELDS 16

static bool named_in(const char *words, const char *field)
{
    size_t n = strlen(field);
    for (const char *p = words; p && (p = strstr(p, field)); p += n)
        if ((p == words || !strchr("_.", p[-1])) && !strchr("_.", p[n] ? p[n] : ' '))
            return true;
    return false;
}

Frame *engine_events(Session *s, const char *index, const char *words, bool moments, RoleMap *roles,
                     Error *err)
{
    Client *c = connection_need(s, err);
    ReadReport ignored = {0};
    Schema *schema = c ? schema_fetch(c, index, &ignored, err) : NULL;
    if (!schema)
        return NULL;
    RoleMap guess = schema_roles(schema, "interactions");
    CellField fields[CELL_FIELDS];
    size_t n = 0;
    for (size_t i = 0; i < schema->n && n < CELL_FIELDS; i++) {
        const Field *f = &schema->fields[i];
        long k = (long)i;
        bool key =
            k == guess.col[ROLE_USER] || k == guess.col[ROLE_POST] || k == guess.col[ROLE_TYPE];
        bool plain = strcmp(f->type, "text") != 0 && f->kind <= FIELD_STRING &&
                     f->kind != FIELD_TIME && f->kind != FIELD_REAL;
        if (key || (plain && named_in(words, f->path)))
            fields[n++] = (CellField){f->path, f->path, CELL_TERMS};
        else if (moments && k == guess.col[ROLE_TIME])
            fields[n++] = (CellField){f->path, f->path, CELL_MOMENT};
    }
    Frame *events = NULL;
    if (guess.col[ROLE_USER] < 0 || guess.col[ROLE_POST] < 0) {
        fail(err, ERR_NAME, "no field of '%s' looks like a user and a post", index);
        error_hint(err, "--index names the index of the interactions");
    } else {
        Frame *cells = es_cells(c, index, STR_NULL, fields, n, err);
        events = cells ? cells_expand(cells, err) : NULL;
        frame_unref(cells);
    }
    if (events)
        *roles = roles_guess("interactions", events);
    schema_free(schema);
    return events;
}
