/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector_index.c - vectors as this engine spells them.
 *
 *     knn_vector      OpenSearch's k-NN: a query of its own
 *     dense_vector    Elasticsearch's: a clause "knn" beside the query
 *     a script        neither, but scripts: plain numbers in _source and an exact loop over them
 *
 * Doc values of a list of numbers are sorted, so the script reads _source, which keeps the order.
 * Engines search approximately; k is at least NEIGHBOURS, with which so few documents are found
 * exactly.
 */
#include <stdio.h>
#include <stdlib.h>

#include "vector_priv.h"

#define DIMS_MAX 4096 /* what engines take */
#define NEIGHBOURS 100

VectorForm vector_form(const Client *c)
{
    if (c->caps.knn_vector)
        return VECTOR_KNN;
    if (c->caps.dense_vector)
        return VECTOR_CLAUSE;
    return c->caps.scripts ? VECTOR_SCRIPT : VECTOR_NONE;
}

bool vector_property(VectorForm form, VectorMetric metric, const char *field, size_t dims, Buf *out,
                     Error *err)
{
    if (dims > DIMS_MAX) {
        fail(err, ERR_DATA, "the vectors would have %zu numbers, engines take %d", dims, DIMS_MAX);
        return error_hint(err, "join fewer levels, or score with --layout nested");
    }
    buf_printf(out, "\"post\":{\"type\":\"keyword\"},\"title\":{\"type\":\"text\"},\"%s\":", field);
    switch (form) {
    case VECTOR_KNN:
        buf_printf(out,
                   "{\"type\":\"knn_vector\",\"dimension\":%zu,\"method\":{\"name\":\"hnsw\","
                   "\"engine\":\"lucene\",\"space_type\":\"%s\"}}",
                   dims, metric == VECTOR_INNER ? "innerproduct" : "l2");
        return true;
    case VECTOR_CLAUSE:
        buf_printf(out,
                   "{\"type\":\"dense_vector\",\"dims\":%zu,\"index\":true,\"similarity\":\"%s\","
                   "\"index_options\":{\"type\":\"hnsw\"}}",
                   dims, metric == VECTOR_INNER ? "max_inner_product" : "l2_norm");
        return true;
    case VECTOR_SCRIPT:
        buf_puts(out, "{\"type\":\"double\",\"index\":false,\"doc_values\":false}");
        return true;
    case VECTOR_NONE:
        break;
    }
    fail(err, ERR_REMOTE, "this engine has neither vectors nor scripts");
    return error_hint(err, "es doctor; --by weights and nested need neither");
}

static const char *script_of(VectorMetric metric)
{
    if (metric == VECTOR_INNER)
        return "double d = 0; def v = params._source[params.f]; for (int i = 0; i < v.size(); i++) "
               "{"
               " d += ((Number) v.get(i)).doubleValue() * ((Number) "
               "params.q.get(i)).doubleValue(); }"
               " return d >= 0 ? 1 + d : 1 / (1 - d);";
    return "double s = 0; def v = params._source[params.f]; for (int i = 0; i < v.size(); i++) {"
           " double d = ((Number) v.get(i)).doubleValue() - ((Number) "
           "params.q.get(i)).doubleValue();"
           " s += d * d; } return 1 / (1 + s);";
}

void vector_search(VectorForm form, VectorMetric metric, const char *field, const float *x,
                   size_t dims, size_t k, Buf *out)
{
    size_t many = k > NEIGHBOURS ? k : NEIGHBOURS;
    if (form == VECTOR_CLAUSE) {
        buf_printf(out,
                   "\"knn\":{\"field\":\"%s\",\"k\":%zu,\"num_candidates\":%zu,\"query_vector\":[",
                   field, many, many < 1000 ? 10 * many : (size_t)10000);
    } else if (form == VECTOR_SCRIPT) {
        buf_printf(
            out,
            "\"query\":{\"script_score\":{\"query\":{\"exists\":{\"field\":\"post\"}},\"script\":{"
            "\"lang\":\"painless\",\"source\":\"%s\",\"params\":{\"f\":\"%s\",\"q\":[",
            script_of(metric), field);
    } else {
        buf_printf(out, "\"query\":{\"knn\":{\"%s\":{\"k\":%zu,\"vector\":[", field, many);
    }
    for (size_t i = 0; i < dims; i++)
        buf_printf(out, "%s%.9g", i ? "," : "", (double)x[i]);
    buf_puts(out, form == VECTOR_CLAUSE ? "]}" : form == VECTOR_SCRIPT ? "]}}}}" : "]}}}");
}

/* ---- writing ---- */

bool vector_writer_open(VectorWriter *v, Client *c, const World *w, const char *index,
                        const char *field, size_t dims, PushLedger *ledger, Error *err)
{
    *v = (VectorWriter){.w = w, .field = field, .dims = dims};
    v->bulk = bulk_open(c, &(BulkOptions){.index = index}, ledger, err);
    return v->bulk != NULL;
}

bool vector_writer_put(VectorWriter *v, size_t row, const double *x, Error *err)
{
    const World *w = v->w;
    long title = w->posts_roles.col[ROLE_TITLE];
    buf_clear(&v->id);
    column_print(w->posts->cols[w->posts_roles.col[ROLE_POST]], row, &v->id);
    buf_clear(&v->action);
    buf_puts(&v->action, "{\"index\":{\"_id\":");
    buf_json_str(&v->action, buf_slice(&v->id));
    buf_puts(&v->action, "}}");
    buf_clear(&v->doc);
    buf_puts(&v->doc, "{\"post\":");
    buf_json_str(&v->doc, buf_slice(&v->id));
    if (title >= 0 && !column_is_null(w->posts->cols[title], row)) {
        buf_puts(&v->doc, ",\"title\":");
        buf_json_str(&v->doc, column_text(w->posts->cols[title], row));
    }
    buf_printf(&v->doc, ",\"%s\":[", v->field);
    for (size_t k = 0; k < v->dims; k++)
        buf_printf(&v->doc, "%s%.9g", k ? "," : "", x[k]);
    buf_puts(&v->doc, "]}");
    return bulk_item(v->bulk, buf_slice(&v->id), buf_slice(&v->action), buf_slice(&v->doc), err);
}

bool vector_writer_close(VectorWriter *v, bool ok, Error *err)
{
    if (v->bulk && ok)
        ok = bulk_close(v->bulk, true, err);
    else
        bulk_abandon(v->bulk);
    buf_free(&v->id);
    buf_free(&v->action);
    buf_free(&v->doc);
    return ok;
}
