/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bulk.c - _bulk bodies in flight, an answer for every item.
 *
 * Items gather in a batch until it is 5 MiB or 5,000 items; a few batches are in flight at once.
 * What an answer means:
 *
 *     item 200 201                 created, updated or noop (by its "result")
 *     item 409 with a version      a newer document is there: stale, which is success
 *     item 429 503                 sent again, in a batch of its own, after a pause
 *     item anything else           failed: counted by reason, written to the dead letters
 *     request 429 502 503 504      the whole batch again; the window is halved (and grows by one a
 *     or no answer                 success)
 *     request 413                  the batch is cut in two, and later ones are that small from the
 *     or 429 of all, three times   start
 *     request anything else        the end: the body itself is wrong, or we may not write
 *
 * Sending again is harmless because every item names its document. Item i of an answer is action i
 * of its body. A batch is tried at most TRIES times; then its items count as failed with the last
 * reason.
 */
#define _GNU_SOURCE /* memmem */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "es/push.h"

#define BATCH_BYTES ((size_t)5 << 20)
#define BATCH_ITEMS 5000
#define IN_FLIGHT 2
#define TRIES 10
#define SPLIT_TRIES 3
#define SPLIT_BYTES ((size_t)64 << 10)
#define ANSWER_FILTER                                                                              \
    "errors,items.*.status,items.*.result,items.*.error.type,items.*.error.reason,items.*.error."  \
    "caused_by"

/* Items that were gathered together: the journal moves past them when the engine has told the fate
 * of all, and of all before. Parts of a batch come back in any order, and some are sent again. */
typedef struct Gathered {
    size_t items, pending, failed;
    struct Gathered *next;
} Gathered;

typedef struct ItemRef {
    size_t from, action_n, doc_n; /* in the body: action, newline, document, newline */
    char *id;
    Gathered *in;
} ItemRef;

typedef struct Batch {
    Buf body;
    size_t n, cap;
    ItemRef *items;
    int tries;
    double not_before;
    char why[160];
    struct Batch *next;
} Batch;

struct Bulk {
    Client *c;
    BulkOptions opt;
    char *path;
    PushLedger *ledger;
    Batch *filling;
    Batch *waiting; /* to be sent again */
    size_t flying, window;
    size_t batch_bytes;
    size_t settled, settled_failed; /* items from the start without a gap; refused among them */
    Gathered *first, *last;
    FILE *dead; /* written as it happens: a crash must not lose what was refused */
    double began;
};

/* ---- batches ---- */

static Batch *batch_new(void)
{
    return xcalloc(1, sizeof(Batch));
}

static void batch_free(Batch *b)
{
    if (!b)
        return;
    for (size_t i = 0; i < b->n; i++)
        free(b->items[i].id);
    free(b->items);
    buf_free(&b->body);
    free(b);
}

static void batch_add(Batch *b, Str id, Str action, Str doc)
{
    if (b->n == b->cap) {
        b->cap = b->cap ? b->cap * 2 : 64;
        b->items = xrealloc(b->items, b->cap * sizeof *b->items);
    }
    b->items[b->n++] =
        (ItemRef){b->body.n, action.n, doc.p ? doc.n + 1 : 0, xstrndup(id.p, id.n), NULL};
    buf_str(&b->body, action);
    buf_putc(&b->body, '\n');
    if (doc.p) {
        buf_str(&b->body, doc);
        buf_putc(&b->body, '\n');
    }
}

static Str item_action(const Batch *b, size_t i)
{
    return (Str){b->body.p + b->items[i].from, b->items[i].action_n};
}

static Str item_doc(const Batch *b, size_t i)
{
    const ItemRef *r = &b->items[i];
    return r->doc_n ? (Str){b->body.p + r->from + r->action_n + 1, r->doc_n - 1} : STR_NULL;
}

static void batch_copy_item(Batch *to, const Batch *from, size_t i)
{
    batch_add(to, str_of(from->items[i].id), item_action(from, i), item_doc(from, i));
    to->items[to->n - 1].in = from->items[i].in;
}

static void wait_in_line(Bulk *b, Batch *batch, double seconds)
{
    batch->not_before = clock_seconds() + seconds;
    Batch **p = &b->waiting;
    while (*p)
        p = &(*p)->next;
    batch->next = NULL;
    *p = batch;
}

/* ---- the ledger ---- */

static void gathered(Bulk *b, Batch *batch)
{
    Gathered *g = xcalloc(1, sizeof *g);
    g->items = g->pending = batch->n;
    for (size_t i = 0; i < batch->n; i++)
        batch->items[i].in = g;
    if (b->last)
        b->last->next = g;
    else
        b->first = g;
    b->last = g;
}

static void settle(Bulk *b)
{
    size_t before = b->settled;
    while (b->first && b->first->pending == 0) {
        Gathered *g = b->first;
        b->settled += g->items;
        b->settled_failed += g->failed;
        b->first = g->next;
        b->last = b->first ? b->last : NULL;
        free(g);
    }
    if (b->dead)
        fflush(b->dead);
    if (b->opt.settled && b->settled > before)
        b->opt.settled(b->opt.ctx, b->settled, b->settled_failed);
}

static bool refuse_item(Bulk *b, const Batch *batch, size_t i, const char *reason, Error *err)
{
    PushLedger *l = b->ledger;
    l->failed++;
    batch->items[i].in->pending--;
    batch->items[i].in->failed++;
    size_t k = 0;
    while (k < l->nreasons && strcmp(l->reasons[k].text, reason) != 0)
        k++;
    if (k == l->nreasons && k < PUSH_REASONS) {
        snprintf(l->reasons[k].text, sizeof l->reasons[k].text, "%s", reason);
        snprintf(l->reasons[k].first_id, sizeof l->reasons[k].first_id, "%s", batch->items[i].id);
        l->nreasons++;
    }
    if (k < PUSH_REASONS)
        l->reasons[k].count++;
    if (!b->dead)
        return true;
    Buf line = BUF_INIT;
    buf_puts(&line, "{\"_id\":");
    buf_json_str(&line, str_of(batch->items[i].id));
    buf_puts(&line, ",\"reason\":");
    buf_json_str(&line, str_of(reason));
    if (item_doc(batch, i).p) {
        buf_puts(&line, ",\"document\":");
        buf_str(&line, item_doc(batch, i));
    }
    buf_puts(&line, "}\n");
    bool ok = fwrite(line.p, 1, line.n, b->dead) == line.n;
    buf_free(&line);
    return ok ||
           fail(err, ERR_IO, "'%s' cannot be written: %s", b->opt.dead_letter, strerror(errno));
}

static bool refuse_all(Bulk *b, Batch *batch, const char *reason, Error *err)
{
    for (size_t i = 0; i < batch->n; i++)
        if (!refuse_item(b, batch, i, reason, err))
            return false;
    settle(b);
    return true;
}

bool ledger_check(const PushLedger *l, Error *err)
{
    if (l->failed == 0)
        return true;
    size_t worst = 0;
    for (size_t k = 1; k < l->nreasons; k++)
        if (l->reasons[k].count > l->reasons[worst].count)
            worst = k;
    return fail(err, ERR_PARTIAL, "%zu of %zu documents were refused: %.180s (first: %s)",
                l->failed, l->items, l->nreasons ? l->reasons[worst].text : "",
                l->nreasons ? l->reasons[worst].first_id : "");
}

/* ---- answers ---- */

static void item_reason(const cJSON *item, long status, char *out, size_t size)
{
    const cJSON *e = cJSON_GetObjectItemCaseSensitive(item, "error");
    const cJSON *cause = cJSON_GetObjectItemCaseSensitive(e, "caused_by");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(e, "type");
    const cJSON *reason = cJSON_GetObjectItemCaseSensitive(e, "reason");
    const cJSON *deep = cJSON_GetObjectItemCaseSensitive(cause, "reason");
    Buf b = BUF_INIT;
    buf_escaped(&b, cJSON_IsString(reason) ? str_of(reason->valuestring)
                    : cJSON_IsString(type) ? str_of(type->valuestring)
                                           : STR("no reason given"));
    /* a mapper's reason quotes the document's id: without it equal reasons count together */
    char *id = b.p ? strstr(b.p, " in document with id") : NULL;
    if (id)
        *id = '\0';
    if (cJSON_IsString(deep)) {
        Buf d = BUF_INIT;
        buf_escaped(&d, str_of(deep->valuestring));
        snprintf(out, size, "%ld %.110s: %.70s", status, b.p, d.p);
        buf_free(&d);
    } else {
        snprintf(out, size, "%ld %.180s", status, b.p ? b.p : "");
    }
    buf_free(&b);
}

static bool take_item(Bulk *b, Batch *batch, size_t i, const cJSON *item, Batch **again, Error *err)
{
    PushLedger *l = b->ledger;
    const cJSON *st = cJSON_GetObjectItemCaseSensitive(item, "status");
    const cJSON *result = cJSON_GetObjectItemCaseSensitive(item, "result");
    long status = cJSON_IsNumber(st) ? st->valueint : 0;
    char reason[200];
    if (status == 429 || status == 503) {
        if (!*again)
            *again = batch_new();
        batch_copy_item(*again, batch, i);
        item_reason(item, status, (*again)->why, sizeof(*again)->why);
        return true;
    }
    if (status == 200 || status == 201) {
        if (cJSON_IsString(result) && strcmp(result->valuestring, "noop") == 0)
            l->noop++;
        else if (status == 201)
            l->created++;
        else
            l->updated++;
        batch->items[i].in->pending--;
        return true;
    }
    if (status == 409 && memmem(item_action(batch, i).p, item_action(batch, i).n, "external", 8)) {
        l->stale++;
        batch->items[i].in->pending--;
        return true;
    }
    item_reason(item, status, reason, sizeof reason);
    return refuse_item(b, batch, i, reason, err);
}

/* Two halves, and no batch as large as this one any more. */
static void halve(Bulk *b, Batch *batch, double pause)
{
    b->ledger->splits++;
    if (batch->body.n / 2 < b->batch_bytes)
        b->batch_bytes = batch->body.n / 2 + 1;
    Batch *half[2] = {batch_new(), batch_new()};
    for (size_t i = 0; i < batch->n; i++)
        batch_copy_item(half[i >= batch->n / 2], batch, i);
    batch_free(batch);
    wait_in_line(b, half[0], pause);
    wait_in_line(b, half[1], pause);
}

/* 413: halves; one item that is too large alone has failed. */
static bool split(Bulk *b, Batch *batch, Error *err)
{
    if (batch->n > 1) {
        halve(b, batch, 0);
        return true;
    }
    b->ledger->splits++;
    bool ok = refuse_all(b, batch, "413 the document is larger than the engine takes", err);
    batch_free(batch);
    return ok;
}

/* Refused as a whole again and again, a batch may be more than the engine ever takes at once. */
static bool too_much(const Batch *batch)
{
    return batch->tries >= SPLIT_TRIES && batch->n > 1 && batch->body.n > SPLIT_BYTES;
}

static bool take_items(Bulk *b, Batch *batch, const HttpReply *r, Error *err)
{
    cJSON *j = json_parse(buf_slice(&r->body), err);
    if (!j)
        return error_context(err, "the answer to _bulk");
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(j, "items"),
                *it = items ? items->child : NULL;
    Batch *again = NULL;
    bool ok = true;
    size_t i = 0;
    for (; ok && i < batch->n && it; i++, it = it->next)
        ok = take_item(b, batch, i, it->child, &again, err);
    if (ok && i < batch->n)
        ok = fail(err, ERR_REMOTE, "_bulk answered for %zu of %zu items", i, batch->n);
    cJSON_Delete(j);
    size_t retried = again ? again->n : 0;
    if (ok)
        settle(b);
    if (again) {
        b->ledger->retried += retried;
        again->tries = batch->tries + 1;
        b->window = b->window > 1 ? b->window / 2 : 1;
        if (ok && retried == batch->n && too_much(again)) {
            halve(b, again, http_backoff(again->tries, 0));
        } else if (again->tries >= TRIES) {
            ok = ok && refuse_all(b, again, again->why, err);
            batch_free(again);
        } else {
            wait_in_line(b, again, http_backoff(again->tries, 0));
        }
    } else if (b->window < (b->opt.in_flight ? b->opt.in_flight : IN_FLIGHT)) {
        b->window++;
    }
    batch_free(batch);
    return ok;
}

static bool again_whole(Bulk *b, Batch *batch, const HttpReply *r, const Error *lost, Error *err)
{
    if (r->status)
        snprintf(batch->why, sizeof batch->why, "the engine answered %ld", r->status);
    else
        snprintf(batch->why, sizeof batch->why, "%.150s", lost->msg);
    b->window = b->window > 1 ? b->window / 2 : 1;
    b->ledger->retried += batch->n;
    batch->tries++;
    if (r->status == 429 && too_much(batch)) {
        halve(b, batch, http_backoff(batch->tries, r->retry_after_s));
        return true;
    }
    if (batch->tries < TRIES) {
        wait_in_line(b, batch, http_backoff(batch->tries, r->retry_after_s));
        return true;
    }
    if (r->status == 0) { /* nobody is there any more */
        if (err && !error_is_set(err))
            *err = *lost;
        batch_free(batch);
        return false;
    }
    bool ok = refuse_all(b, batch, batch->why, err);
    batch_free(batch);
    return ok;
}

static bool take_answer(Bulk *b, HttpCall *call, Error *err)
{
    Batch *batch = http_call_request(call)->tag;
    HttpReply *r = http_call_reply(call);
    b->flying--;
    if (r->status == 413)
        return split(b, batch, err);
    if (r->status == 0 || http_worth_retrying(r))
        return again_whole(b, batch, r, http_call_error(call), err);
    if (r->status >= 400) {
        client_refused(r, "writing", err);
        batch_free(batch);
        return false;
    }
    return take_items(b, batch, r, err);
}

/* ---- sending ---- */

static bool send_batch(Bulk *b, Batch *batch, Error *err)
{
    HttpRequest q = {.method = "POST",
                     .path = b->path,
                     .body = buf_slice(&batch->body),
                     .content_type = "application/x-ndjson",
                     .repeatable = true, /* ids and versions make it so */
                     .tag = batch};
    if (!http_begin(b->c->http, &q, err)) {
        batch_free(batch);
        return false;
    }
    b->flying++;
    b->ledger->requests++;
    b->ledger->bytes += batch->body.n;
    return true;
}

static Batch *due(Bulk *b, double *in)
{
    double now = clock_seconds();
    *in = 1e9;
    for (Batch **p = &b->waiting; *p; p = &(*p)->next) {
        if ((*p)->not_before <= now) {
            Batch *found = *p;
            *p = found->next;
            found->next = NULL;
            return found;
        }
        if ((*p)->not_before - now < *in)
            *in = (*p)->not_before - now;
    }
    return NULL;
}

/* Until fewer than `keep` batches are on their way (flying or waiting). */
static bool pump(Bulk *b, size_t keep, Error *err)
{
    for (;;) {
        double in = 0;
        Batch *next = b->flying < b->window ? due(b, &in) : NULL;
        if (next) {
            if (!send_batch(b, next, err))
                return false;
            continue;
        }
        size_t waiting = 0;
        for (Batch *w = b->waiting; w; w = w->next)
            waiting++;
        if (b->flying + waiting < keep || b->flying + waiting == 0)
            return true;
        if (b->flying == 0) {
            if (!http_sleep(in < 0.2 ? in : 0.2, err))
                return false;
            continue;
        }
        HttpCall *call = http_next(b->c->http, err);
        if (!call)
            return false;
        bool ok = take_answer(b, call, err);
        http_call_free(b->c->http, call);
        if (!ok)
            return false;
    }
}

static bool flush(Bulk *b, Error *err)
{
    Batch *batch = b->filling;
    if (!batch || batch->n == 0)
        return true;
    if (!pump(b, b->window, err))
        return false;
    b->filling = NULL;
    gathered(b, batch);
    return send_batch(b, batch, err);
}

Bulk *bulk_open(Client *c, const BulkOptions *opt, PushLedger *ledger, Error *err)
{
    FILE *dead = NULL;
    if (opt->dead_letter && !(dead = fopen(opt->dead_letter, opt->dead_append ? "a" : "w"))) {
        fail(err, ERR_IO, "'%s' cannot be written: %s", opt->dead_letter, strerror(errno));
        return NULL;
    }
    Bulk *b = xcalloc(1, sizeof *b);
    *ledger = (PushLedger){0};
    b->c = c;
    b->opt = *opt;
    b->ledger = ledger;
    b->dead = dead;
    b->window = opt->in_flight ? opt->in_flight : IN_FLIGHT;
    b->batch_bytes = opt->batch_bytes ? opt->batch_bytes : BATCH_BYTES;
    b->began = clock_seconds();
    Buf path = BUF_INIT;
    buf_putc(&path, '/');
    buf_url(&path, str_of(opt->index));
    buf_puts(&path, "/_bulk?filter_path=" ANSWER_FILTER);
    if (opt->pipeline) {
        buf_puts(&path, "&pipeline=");
        buf_url(&path, str_of(opt->pipeline));
    }
    b->path = path.p;
    return b;
}

bool bulk_item(Bulk *b, Str id, Str action, Str doc, Error *err)
{
    if (!b->filling)
        b->filling = batch_new();
    batch_add(b->filling, id, action, doc);
    b->ledger->items++;
    size_t most = b->opt.batch_items ? b->opt.batch_items : BATCH_ITEMS;
    if (b->filling->body.n < b->batch_bytes && b->filling->n < most)
        return true;
    return !cancelled(err) && flush(b, err);
}

static void bulk_free(Bulk *b)
{
    http_abort_all(b->c->http);
    batch_free(b->filling);
    for (Batch *w = b->waiting, *next; w; w = next) {
        next = w->next;
        batch_free(w);
    }
    for (Gathered *g = b->first, *next; g; g = next) {
        next = g->next;
        free(g);
    }
    if (b->dead) {
        bool empty = fseek(b->dead, 0, SEEK_END) == 0 && ftell(b->dead) == 0;
        fclose(b->dead);
        if (empty) /* nothing was refused: no file */
            remove(b->opt.dead_letter);
    }
    free(b->path);
    free(b);
}

/* Who may write need not have the privilege to refresh: then the engine shows the documents when it
 * does so itself, and the ledger stands. */
static bool refresh_index(Bulk *b, Error *err)
{
    Error refused = ERROR_INIT;
    long status = 0;
    if (client_refresh(b->c, b->opt.index, &status, &refused))
        return true;
    b->ledger->unrefreshed = status == 403;
    if (!b->ledger->unrefreshed && err && !error_is_set(err))
        *err = refused;
    return b->ledger->unrefreshed;
}

bool bulk_close(Bulk *b, bool refresh, Error *err)
{
    bool ok = flush(b, err) && pump(b, 1, err);
    if (ok && refresh)
        ok = refresh_index(b, err);
    b->ledger->seconds = clock_seconds() - b->began;
    bulk_free(b);
    return ok;
}

void bulk_abandon(Bulk *b)
{
    if (b)
        bulk_free(b);
}
