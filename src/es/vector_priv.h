/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector_priv.h - an index with one vector a post, in whatever form the engine has vectors. */
#ifndef GLINT_ES_VECTOR_PRIV_H
#define GLINT_ES_VECTOR_PRIV_H

#include "es/schema.h"
#include "es/serve.h"

typedef enum VectorMetric { VECTOR_INNER, VECTOR_L2 } VectorMetric;

/* The properties of such an index. Fails when the engine has no form of vectors, or dims are too
 * many. */
bool vector_property(VectorForm form, VectorMetric metric, const char *field, size_t dims, Buf *out,
                     Error *err);
/* The member of a search body that finds the k best: "query":{..} or "knn":{..}. Scores are
 * Lucene's in every form: inner product d: 1 + d, or 1 / (1 - d) below 0; L2: 1 / (1 + squared
 * distance). */
void vector_search(VectorForm form, VectorMetric metric, const char *field, const float *x,
                   size_t dims, size_t k, Buf *out);

/* Writes documents {post, title, FIELD: vector}. */
typedef struct VectorWriter {
    const World *w;
    const char *field;
    size_t dims;
    Bulk *bulk;
    Buf id, action, doc;
} VectorWriter;
bool vector_writer_open(VectorWriter *v, Client *c, const World *w, const char *index,
                        const char *field, size_t dims, PushLedger *ledger, Error *err);
bool vector_writer_put(VectorWriter *v, size_t row, const double *x, Error *err);
/* Settles (ok) or gives up; frees either way. */
bool vector_writer_close(VectorWriter *v, bool ok, Error *err);

#endif
