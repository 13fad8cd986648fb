/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.h - the text of one search answer into columns: yajl events, numbers as raw text. */
#ifndef GLINT_ES_PAGE_H
#define GLINT_ES_PAGE_H

#include "data/column.h"
#include "es/pull.h"

typedef struct PageSink PageSink;

/* Columns for the schema's fields (those in opt->fields). */
PageSink *page_sink_new(const Schema *s, const PullOptions *opt, Error *err);
void page_sink_free(PageSink *k);

/* What the envelope of a page said. */
typedef struct PageInfo {
    Buf context;   /* _scroll_id or pit_id */
    Buf sort;      /* sort values of the last hit, as a JSON array */
    int64_t total; /* hits.total, -1 when not told */
    int64_t hits;  /* in this page */
    int64_t shards_total, shards_failed;
    bool timed_out, gte;
    char failure[200];
} PageInfo;
void page_info_clear(PageInfo *p);

/* Appends the page's documents; now and then calls `between` (or NULL), which may stop it with an
 * error: what arrives meanwhile can be seen to. Fails on text that is no JSON (with the place) or
 * ends early. Rows of a page that failed are undone by the caller giving up the sink. */
typedef bool (*PageBetween)(void *ctx, Error *err);
bool page_parse(PageSink *k, Str text, PageInfo *info, PageBetween between, void *ctx, Error *err);
/* The columns so far as a frame, their rows in the order of `order` (page_rows() of them) when it
 * is given; frees the sink's builders. */
Frame *page_finish(PageSink *k, const char *origin, const uint32_t *order, Error *err);
/* What was cut or joined so that it cannot be told apart any more. */
void page_notes(const PageSink *k, ReadReport *report);
size_t page_rows(const PageSink *k);
size_t page_malformed(const PageSink *k, Buf *example);

#endif
