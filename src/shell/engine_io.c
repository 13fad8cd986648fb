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
#include "es/where.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/mark.h"

static const char *index_of(const char *path)
{
    return strncmp(path, "es:", 3) == 0 ? path + 3 : path;
}

/* ---- reading ---- */

/* The date field that --since and --mark look at. */
static bool date_field(const Schema *s, const ReadOptions *opt, const char *index, Buf *out,
                       Error *err)
{
    if (opt->since_field)
        buf_puts(out, opt->since_field);
    for (size_t i = 0; i < s->n && !out->n; i++)
        if (s->fields[i].kind == FIELD_TIME)
            buf_puts(out, s->fields[i].path);
    if (!out->n)
        return fail(err, ERR_NAME, "'%s' has no date field for --since or --mark", index);
    if (schema_find(s, buf_slice(out)) >= 0)
        return true;
    Str *names = xcalloc(s->n + 1, sizeof *names);
    for (size_t i = 0; i < s->n; i++)
        names[i] = str_of(s->fields[i].path);
    long near = nearest_name(buf_slice(out), names, s->n);
    fail(err, ERR_NAME, "no field '%s' in the mapping of '%s'", out->p, index);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", names[near].p);
    free(names);
    return false;
}

static bool since_clause(const ReadOptions *opt, const char *field, Buf *out, Error *err)
{
    int64_t us;
    TimeUnit unit;
    if (!time_parse(str_of(opt->since), DATE_ISO, &us, &unit))
        return fail(err, ERR_USAGE, "--since '%s' is no moment", opt->since);
    buf_puts(out, "{\"range\":{");
    buf_json_str(out, str_of(field));
    buf_printf(out, ":{\"gte\":%lld,\"format\":\"epoch_millis\"}}}",
               (long long)(us / 1000 - (us % 1000 < 0)));
    return true;
}

static void add_clause(Buf *list, Str clause)
{
    if (!clause.n)
        return;
    buf_puts(list, list->n ? "," : "");
    buf_str(list, clause);
}

/* {"bool":{"filter":[..],"must_not":[..]}}; nothing when nothing is asked, one clause as it is. */
static void put_bool(Str filter, Str must_not, size_t clauses, Buf *out)
{
    if (!must_not.n && clauses <= 1) {
        buf_str(out, filter);
        return;
    }
    buf_printf(out, "{\"bool\":{\"filter\":[%.*s]", STR_ARG(filter));
    if (must_not.n)
        buf_printf(out, ",\"must_not\":%.*s", STR_ARG(must_not));
    buf_puts(out, "}}");
}

typedef struct Asked {
    Buf query, field;
    Mark mark;
} Asked;

static void asked_clear(Asked *a)
{
    buf_free(&a->query);
    buf_free(&a->field);
    mark_clear(&a->mark);
}

static bool ask(Client *c, const char *index, const ReadOptions *opt, Asked *a, Error *err)
{
    Buf filter = BUF_INIT, clause = BUF_INIT, not = BUF_INIT;
    size_t n = 0;
    bool ok = true;
    Schema *s = NULL;
    if (opt->query && opt->query[0] == '{') {
        cJSON *j = json_parse(str_of(opt->query), err);
        cJSON_Delete(j);
        if (!j)
            return error_context(err, "--query");
        buf_puts(&clause, opt->query);
    } else if (opt->query) {
        buf_puts(&clause, "{\"query_string\":{\"query\":");
        buf_json_str(&clause, str_of(opt->query));
        buf_puts(&clause, "}}");
    }
    add_clause(&filter, buf_slice(&clause));
    n += clause.n > 0;
    if (opt->since || opt->mark || opt->where) {
        ReadReport *ignored = xcalloc(1, sizeof *ignored);
        s = schema_fetch(c, index, ignored, err);
        free(ignored);
        ok = s != NULL;
    }
    if (ok && (opt->since || opt->mark))
        ok = date_field(s, opt, index, &a->field, err);
    buf_clear(&clause);
    if (ok && opt->since) {
        ok = since_clause(opt, a->field.p, &clause, err);
        add_clause(&filter, buf_slice(&clause));
        n++;
    }
    buf_clear(&clause);
    if (ok && opt->where && where_query(opt->where, s, &clause)) {
        add_clause(&filter, buf_slice(&clause));
        n++;
    }
    buf_clear(&clause);
    if (ok && opt->mark) {
        ok = mark_read(opt->mark, index, a->field.p, &a->mark, err);
        mark_filter(&a->mark, a->field.p, &clause, &not );
        add_clause(&filter, buf_slice(&clause));
        n += clause.n > 0;
    }
    if (ok)
        put_bool(buf_slice(&filter), buf_slice(&not ), n, &a->query);
    schema_free(s);
    buf_free(&filter);
    buf_free(&clause);
    buf_free(&not );
    return ok;
}

bool engine_query(Client *c, const char *index, const ReadOptions *opt, Buf *out, Error *err)
{
    Asked a = {0};
    bool ok = ask(c, index, opt, &a, err);
    if (ok)
        buf_str(out, buf_slice(&a.query));
    asked_clear(&a);
    return ok;
}

/* The mark moves only when all is here. */
static Frame *move_mark(Asked *a, const char *index, const ReadOptions *opt, Frame *f, Error *err)
{
    if (!mark_move(&a->mark, opt->mark, index, a->field.p, f, err)) {
        frame_unref(f);
        return NULL;
    }
    if (opt->with_id)
        return f;
    Frame *less = frame_without(f, "_id");
    frame_unref(f);
    return less;
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
                        .with_id = opt->with_id || opt->mark,
                        .nested = LIST_COUNT};
    if (opt->lists)
        list_policy_parse(str_of(opt->lists), &pull.lists);
    if (opt->nested)
        list_policy_parse(str_of(opt->nested), &pull.nested);
    if (opt->mark && opt->limit > 0) {
        fail(err, ERR_USAGE, "a mark with a limit would pass over the rest");
        return NULL;
    }
    Asked a = {0};
    Frame *f = NULL;
    if (ask(c, index, opt, &a, err)) {
        PullReport r = {.read = report};
        pull.query = buf_slice(&a.query);
        f = es_pull(c, &pull, &r, err);
        if (f)
            read_note(report, "%lld document%s in %zu page%s, %.1f MB, %.2f s: %s",
                      (long long)r.received, r.received == 1 ? "" : "s", r.pages,
                      r.pages == 1 ? "" : "s", (double)r.bytes / 1e6, r.seconds, r.how);
    }
    if (f && opt->mark)
        f = move_mark(&a, index, opt, f, err);
    asked_clear(&a);
    return f;
}

/* ---- writing ---- */

typedef struct EngineWriter {
    Writer w;
    Client *client;
    char *index;
    size_t rows; /* of the frames so far */
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
    PushOptions push = {.bulk = {.index = e->index}, .first_row = e->rows};
    PushLedger l;
    bool ok = es_push(e->client, f, &push, &l, err);
    e->rows += f->rows;
    return ok && ledger_check(&l, err);
}

static bool writer_commit(Writer *w, Error *err)
{
    (void)err;
    writer_done((EngineWriter *)w);
    return true;
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
