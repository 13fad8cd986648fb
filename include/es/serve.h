/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * serve.h - the model at work in the engine: ranking, vectors, similarity.
 */
#ifndef GLINT_ES_SERVE_H
#define GLINT_ES_SERVE_H

#include "es/linear.h"
#include "es/push.h"

typedef enum RankBy {
    RANK_NESTED,
    RANK_SPARSE,
    RANK_PAIRS,
    RANK_SCRIPT,
    RANK_WEIGHTS,
    RANK_VECTOR
} RankBy;
bool rank_by_parse(Str s, RankBy *out);
const char *rank_by_name(RankBy by);
/* How far the engine's score may be from the local probability: float32 scores, 9-bit rank
 * features, continuous days. */
double rank_tolerance(RankBy by);

/* How the engine has vectors, if at all. */
typedef enum VectorForm {
    VECTOR_NONE,
    VECTOR_KNN,    /* a query "knn" (OpenSearch's plugin) */
    VECTOR_CLAUSE, /* a clause "knn" beside the query (Elasticsearch's dense_vector) */
    VECTOR_SCRIPT  /* plain numbers and a script: exact */
} VectorForm;
VectorForm vector_form(const Client *c); /* of a probed client */

typedef struct RankOptions {
    RankBy by;
    const char
        *index; /* of the posts (nested, sparse, script, weights), the pairs, or the vectors */
    const char *user;        /* key */
    const char *match;       /* text to search for, or NULL */
    const char *match_field; /* NULL: title */
    size_t size;             /* hits; 0: 10 */
    int64_t moment;
    bool log_feature; /* sparse: no linear rank_feature here: log(1 + p) instead */
    VectorForm form;  /* vector */
} RankOptions;

/* A user's name as the name of a rank feature: dots and percent signs encoded. */
void sparse_name(Buf *out, Str user);

typedef struct RankHit {
    char post[256];
    char title[160]; /* "" when the document has none */
    double score;    /* the engine's */
    double p;        /* the probability the score stands for; NaN where it is only an order */
} RankHit;

/* The request's body. m and w are needed for script, weights and vector (NULL otherwise). */
bool rank_body(const Model *m, const World *w, const RankOptions *opt, Linear *left, Buf *out,
               Error *err);
/* Sends it. hits has opt->size (or 10) entries; n in *n. */
bool rank_run(Client *c, const Model *m, const World *w, const RankOptions *opt, RankHit *hits,
              size_t *n, Linear *left, Error *err);

/* The query vector of the user. */
bool vectors_query(const Model *m, const World *w, uint32_t user, int64_t moment, float **q,
                   size_t *dims, Error *err);

/* Feature vectors of posts for similarity: index with one document a post, field v; nearest by
 * the engine's k-NN where it has one, by an exact script otherwise. */
bool similar_write(Client *c, const World *w, const char *index, PushLedger *ledger, size_t *dims,
                   Error *err);
bool similar_run(Client *c, const World *w, const char *index, const char *post, size_t k,
                 RankHit *hits, size_t *n, Error *err);

#endif
