/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pull.h - the documents of an index as a Frame: complete, typed, counted. */
#ifndef GLINT_ES_PULL_H
#define GLINT_ES_PULL_H

#include "es/schema.h"

/* What to do with a list where a column wants one value. LIST_COUNT, LIST_MULTIHOT: a column that
 * holds a list anywhere becomes the number of its values, or a column of yes and no for each value;
 * the others stay. */
typedef enum ListPolicy {
    LIST_JOIN,
    LIST_FIRST,
    LIST_COUNT,
    LIST_MULTIHOT,
    LIST_EXPLODE,
    LIST_ERROR
} ListPolicy;

typedef struct PullOptions {
    const char *index;  /* name, alias or pattern */
    Str query;          /* JSON of the query, or empty: all */
    const char *fields; /* comma list of paths, or NULL: all */
    ListPolicy
        lists; /* LIST_JOIN: texts joined with '|'; numbers: an error that asks for a policy */
    ListPolicy nested; /* LIST_COUNT: how many objects; the others make columns of their fields */
    bool with_id;      /* a column _id */
    int slices;        /* 0: as many as shards, at most the cores */
    long limit;        /* 0: all */
    size_t page;       /* documents a page at first; 0: 5,000; adapts to 5-15 MB */
} PullOptions;

typedef struct PullReport {
    ReadReport *read; /* notes, bad values */
    int64_t expected, received;
    size_t pages, bytes;
    double seconds;
    char how[80];     /* "point in time by _shard_doc, 2 at a time" */
    size_t malformed; /* values that did not fit their column: null there */
} PullReport;

/* New frame. Fails when received != expected. Contexts on the server are closed in every case. */
Frame *es_pull(Client *c, const PullOptions *opt, PullReport *report, Error *err);
bool list_policy_parse(Str s, ListPolicy *out);

#endif
