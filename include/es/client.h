/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client.h - a connection to an Elasticsearch or OpenSearch cluster: who answers, what it can do,
 * JSON in and out, and the four shapes of error bodies in one message.
 */
#ifndef GLINT_ES_CLIENT_H
#define GLINT_ES_CLIENT_H

#include "base/json.h"
#include "es/http.h"

/* What was probed, never concluded from a version. */
typedef struct Caps {
    bool pit_opensearch; /* POST /I/_search/point_in_time */
    bool pit_elastic;    /* POST /I/_pit */
    bool shard_doc;      /* sort by _shard_doc under a PIT */
    bool scripts;        /* painless: scripted_metric, script_score, _update scripts */
    bool stored_scripts;
    bool pipelines;
    bool knn_vector;   /* OpenSearch k-NN plugin */
    bool dense_vector; /* Elasticsearch, indexed, with top-level knn */
    bool rank_features;
    bool rank_linear; /* rank_feature with the linear function */
    bool expensive;   /* search.allow_expensive_queries */
    bool can_write, can_create;
    int64_t max_buckets, max_result_window;
    int64_t nested_limit;
    char refused[200]; /* what the engine said to the first thing it refused */
} Caps;

typedef struct Client {
    Http *http;
    char *url;
    char name[64]; /* cluster name */
    char version[32];
    char product[32]; /* "OpenSearch" or "Elasticsearch" */
    char health[16];
    int nodes;
    bool probed;
    Caps caps;
} Client;

/* Opens and asks who is there. ERR_NET when nobody answers, ERR_REMOTE on 401/403 and on servers
 * that are neither. */
Client *client_open(const HttpConfig *c, Error *err);
void client_close(Client *c);
/* Probes the capabilities once (makes and drops a small index named glint-probe-<random> when it
 * may). */
bool client_probe(Client *c, Error *err);

/* JSON requests. The path is printf-like; the reply is parsed with cJSON (small control bodies
 * only). A status of 400 and more is ERR_REMOTE with the deepest reason; *status (may be NULL)
 * tells it. Free with cJSON_Delete. */
cJSON *client_json(Client *c, const char *method, Str body, bool repeatable, long *status,
                   Error *err, const char *path, ...) PRINTF_LIKE(7, 8);
/* The raw reply. Fails on 400 and more as above. */
bool client_raw(Client *c, const char *method, Str body, bool repeatable, HttpReply *out,
                Error *err, const char *path, ...) PRINTF_LIKE(7, 8);
/* Turns an answer of status >= 400 into ERR_REMOTE: type, deepest caused_by reason,
 * script_stack; plain text and HTML from proxies too, control characters made visible. Returns
 * false. */
bool client_refused(const HttpReply *r, const char *what, Error *err);
/* A search answer that HTTP 200 may hide: timed_out, _shards.failed, _shards.total == 0. */
bool client_search_whole(const cJSON *reply, Error *err);

bool client_index_exists(Client *c, const char *index, bool *exists, Error *err);
bool client_count(Client *c, const char *index, Str query, int64_t *out, Error *err);
bool client_refresh(Client *c, const char *index, long *status, Error *err);

#endif
