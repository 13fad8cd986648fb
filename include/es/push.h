/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * push.h - documents into an index by _bulk, with a ledger that adds up: created + updated + noop +
 * stale + failed = items.
 */
#ifndef GLINT_ES_PUSH_H
#define GLINT_ES_PUSH_H

#include "data/frame.h"
#include "es/client.h"

#define PUSH_REASONS 12
typedef struct PushReason {
    char text[200];
    char first_id[128];
    size_t count;
} PushReason;
typedef struct PushLedger {
    size_t items, created, updated, noop, stale, failed;
    size_t retried;          /* items sent again */
    size_t requests, splits; /* splits: bodies halved after 413 */
    size_t bytes;
    size_t nreasons;
    PushReason reasons[PUSH_REASONS];
    double seconds;
    bool unrefreshed; /* refused (403): the documents show when the engine refreshes by itself */
} PushLedger;

typedef struct BulkOptions {
    const char *index;
    size_t batch_bytes;      /* 0: 5 MiB */
    size_t batch_items;      /* 0: 5,000 */
    size_t in_flight;        /* 0: 2; halved on 429, grown again by one a success */
    const char *dead_letter; /* file for refused items as NDJSON with their reason, or NULL */
    const char *pipeline;    /* ingest pipeline, or NULL */
    bool dead_append;        /* go on with the file: a resumed batch */
    /* Called when more items from the start on are settled without a gap, and how many of these
     * were refused. For journals. May be NULL. */
    void (*settled)(void *ctx, size_t items, size_t failed);
    void *ctx;
} BulkOptions;

typedef struct Bulk Bulk;
Bulk *bulk_open(Client *c, const BulkOptions *opt, PushLedger *ledger, Error *err);
/* One item: the action line ({"index":{"_id":"..."}}) and the document's line (STR_NULL for
 * delete), both without newline. Copied. */
bool bulk_item(Bulk *b, Str id, Str action, Str doc, Error *err);
/* Sends what is left, waits for all, refreshes the index. False on ERR_NET, ERR_REMOTE (whole
 * bodies refused) and ERR_CANCEL; refused items are not a failure here: see the ledger. Frees b. */
bool bulk_close(Bulk *b, bool refresh, Error *err);
void bulk_abandon(Bulk *b);
/* ERR_PARTIAL when the ledger has failures, naming the most frequent reason and the first id. */
bool ledger_check(const PushLedger *l, Error *err);

typedef struct PushOptions {
    BulkOptions bulk;
    const char *id;    /* column, or template "{user}_{post}"; NULL: the row's number */
    const char *lists; /* columns whose text is a list (a|b|c), or NULL */
    int64_t version;   /* > 0: written with version_type external_gte */
    size_t first_row;  /* rows before this frame: ids by row number go on from there */
} PushOptions;
bool es_push(Client *c, const Frame *f, const PushOptions *opt, PushLedger *ledger, Error *err);
/* The first `n` items of es_push as text, for --dry; bytes of the whole by estimate in *bytes. */
bool push_dry(const Frame *f, const PushOptions *opt, size_t n, Buf *out, size_t *bytes,
              Error *err);
/* One row as a JSON document; nulls are left out. list[j] != 0: column j is split at '|'. */
void push_document(const Frame *f, size_t row, const uint8_t *list, Buf *out);
/* A moment as the mapping's format has it: 2023-10-15, 2023-10-15T09:00Z, ... */
void buf_es_time(Buf *b, int64_t us, TimeUnit unit);

#endif
