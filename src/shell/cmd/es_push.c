/* SPDX-License-Identifier: GPL-3.0-or-later */
/* es_push.c - `es push T to I`: a table's rows as documents, each accounted for. */
#include "es/push.h"
#include "es/schema.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/ledger.h"

/* The key of users, posts and products; interactions have none of their own: their row's number. */
static const char *default_id(const NamedData *t)
{
    static const Role keys[] = {
        [ENTITY_USER] = ROLE_USER, [ENTITY_POST] = ROLE_POST, [ENTITY_PRODUCT] = ROLE_PRODUCT};
    Entity e = t->roles.entity;
    if (e != ENTITY_USER && e != ENTITY_POST && e != ENTITY_PRODUCT)
        return NULL;
    long col = t->roles.col[keys[e]];
    return col >= 0 ? t->data.frame->names[col] : NULL;
}

static bool dry(const NamedData *t, const PushOptions *push, Result *out, Error *err)
{
    Buf lines = BUF_INIT;
    size_t bytes = 0;
    bool ok = push_dry(t->data.frame, push, 2, &lines, &bytes, err);
    if (ok) {
        result_text(out, "index", str_of(push->bulk.index));
        result_int(out, "documents", (int64_t)t->data.frame->rows);
        result_int(out, "bytes", (int64_t)bytes);
        size_t requests = bytes / (5u << 20) + 1;
        result_line(out, "would write %s to %s, about %.1f MB in %s; the first:\n%.*s",
                    result_plural(out, (int64_t)t->data.frame->rows, "document"), push->bulk.index,
                    (double)bytes / 1e6, result_plural(out, (int64_t)requests, "request"),
                    (int)lines.n, lines.p);
    }
    buf_free(&lines);
    return ok;
}

/* What es push and save have in common. */
static PushOptions push_options(const Args *a, const NamedData *t, const char *index)
{
    long tags = t->roles.col[ROLE_TAGS];
    return (PushOptions){
        .bulk = {.index = index, .dead_letter = args_z(a, "dead-letter")},
        .id = args_has(a, "id") ? args_z(a, "id") : default_id(t),
        .lists = tags >= 0 ? t->data.frame->names[tags] : NULL,
    };
}

static bool push_table(Session *s, const Args *a, const NamedData *t, const PushOptions *push,
                       Result *out, Error *err)
{
    if (args_flag(a, "dry"))
        return dry(t, push, out, err);
    Client *c = connection_need(s, err);
    PushLedger ledger = {0};
    if (!c)
        return false;
    if (!es_push(c, t->data.frame, push, &ledger, err))
        return ledger_cut(&ledger, t->data.frame->rows, "push again, no document is made twice",
                          err);
    ledger_tell(&ledger, push->bulk.index, out);
    return ledger_settle(s, &ledger, out, err);
}

/* Makes the index when it is not there, with the types of the table: left to guess them from the
 * first documents of several requests at once, the engine may refuse some. Who may not look may
 * still write. */
static bool make_missing(Session *s, const Args *a, const NamedData *t, const char *index,
                         Result *out, Error *err)
{
    Client *c = connection_need(s, err);
    Error refused = ERROR_INIT;
    bool exists = false, made = false, dry = args_flag(a, "dry");
    if (!c)
        return false;
    if (!client_index_exists(c, index, &exists, &refused)) {
        if (refused.code == ERR_REMOTE)
            return true;
        *err = refused;
        return false;
    }
    if (exists)
        return true;
    if (!dry) {
        Buf body = BUF_INIT;
        index_body(t->data.frame, &(IndexPlan){.roles = &t->roles}, &body);
        bool ok = index_create(c, index, buf_slice(&body), false, &made, err);
        buf_free(&body);
        if (!ok)
            return false;
    }
    result_line(out, "%s: %s", index, made ? "made" : "would be made");
    return true;
}

bool engine_save(Session *s, const Args *a, const NamedData *t, const char *index, Result *out,
                 Error *err)
{
    connection_show(s, a, out);
    PushOptions push = push_options(a, t, index);
    return make_missing(s, a, t, index, out, err) && push_table(s, a, t, &push, out, err);
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    if (!connection_need(s, err))
        return false;
    if (a->nwords != 1 || !a->to.p) {
        fail(err, ERR_USAGE, "es push wants a table and an index");
        return error_hint(err, "es push users to blog-users");
    }
    const NamedData *t = command_table_arg(s, a, a->words[0].text, a->words[0].at, err);
    if (!t)
        return false;
    connection_show(s, a, out);
    Str to = str_starts(a->to, STR("es:")) ? str_sub(a->to, 3, a->to.n) : a->to;
    PushOptions push = push_options(a, t, args_zstr(a, to));
    if (args_has(a, "lists"))
        push.lists = args_z(a, "lists");
    push.version = args_int(a, "version");
    push.bulk.batch_bytes = (size_t)(args_real(a, "batch-mb") * 1048576);
    return make_missing(s, a, t, push.bulk.index, out, err) && push_table(s, a, t, &push, out, err);
}

static const OptRow opts[] = {
    {.name = "id",
     .type = OPT_TEXT,
     .metavar = "c|'{a}_{b}'",
     .brief = "column or template of the documents' ids (default: the key, or the row's number)"},
    {.name = "lists",
     .type = OPT_COLUMNS,
     .metavar = "COLS",
     .brief = "columns whose text a|b|c is a list (default: tags)"},
    {.name = "version",
     .type = OPT_INT,
     .min = 0,
     .max = 9e15,
     .def = "0",
     .metavar = "N",
     .brief = "number of the batch: never replaces a newer document"},
    {.name = "batch-mb",
     .type = OPT_REAL,
     .min = 0.01,
     .max = 90,
     .def = "5",
     .unit = "MB a request",
     .brief = "size of a request"},
    {.name = "dead-letter",
     .type = OPT_FILE,
     .metavar = "FILE",
     .brief = "refused documents with their reasons, as NDJSON"},
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be written"},
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_es_push = {
    .name = "es push",
    .group = GROUP_ENGINE,
    .brief = "write a table's rows as documents",
    .usage = "es push T to INDEX [--id c|'{a}_{b}'] [--dry]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_TO,
    .help =
        "Bulk requests of a few MB, two in flight, slowed down when the engine says so. An index "
        "that is not there is made with the table's types (es create makes those of a whole set). "
        "Ids come from the rows, so that writing twice changes nothing. Every document is "
        "accounted for: made, replaced, newer there, or refused by reason. If any was refused the "
        "exit status is 3.",
    .examples = (const Example[]){{"es push users to blog-users", "ids are the user names", true},
                                  {"es push scores to s --id '{user}_{post}' --version 20240502",
                                   "pairs; an older batch cannot win", true},
                                  {0}},
    .needs = NEED_CONNECTION,
    .run = run,
    .takes = TAKES_TABLES,
};
