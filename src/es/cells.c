/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cells.c - sufficient statistics of categorical data, counted where the data are.
 *
 * A composite aggregation gives every combination that occurs with its number of documents, in
 * pages. Two traps: without missing_bucket a document that lacks a field vanishes, and one with a
 * list counts once a value. The first is asked for, the second is found by adding up: the sum must
 * be the engine's count of documents.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "es/cells.h"

#define PAGE_CELLS 5000
#define EXACT_INT 9007199254740992.0 /* 2^53: cJSON holds numbers as doubles */

typedef struct Cells {
    const CellField *fields;
    size_t n;
    ColumnBuilder *keys[16], *count;
    int64_t total;
} Cells;

static void put_sources(const Cells *k, Buf *b)
{
    for (size_t i = 0; i < k->n; i++) {
        buf_printf(b, "%s{\"%zu\":{", i ? "," : "", i);
        if (k->fields[i].source == CELL_HOUR)
            buf_puts(b, "\"date_histogram\":{\"fixed_interval\":\"1h\",");
        else
            buf_puts(b, "\"terms\":{");
        buf_puts(b, "\"missing_bucket\":true,\"field\":");
        buf_json_str(b, str_of(k->fields[i].field));
        buf_puts(b, "}}}");
    }
}

static void request(const Cells *k, Str query, const char *after, Buf *b)
{
    buf_clear(b);
    buf_puts(b, "{\"size\":0,\"track_total_hits\":true,\"query\":");
    buf_str(b, query.n ? query : STR("{\"match_all\":{}}"));
    buf_printf(b, ",\"aggs\":{\"c\":{\"composite\":{\"size\":%d,\"sources\":[", PAGE_CELLS);
    put_sources(k, b);
    buf_puts(b, "]");
    if (after)
        buf_printf(b, ",\"after\":%s", after);
    buf_puts(b, "}}}}");
}

static bool put_key(Cells *k, size_t i, const cJSON *v, Error *err)
{
    ColumnBuilder *b = k->keys[i];
    if (!v || cJSON_IsNull(v))
        return builder_null(b, err);
    if (k->fields[i].source == CELL_HOUR) {
        int64_t ms = (int64_t)v->valuedouble, hour = ms / 3600000 % 24;
        return builder_int(b, hour < 0 ? hour + 24 : hour, err);
    }
    if (k->fields[i].source == CELL_MOMENT)
        return builder_int(b, (int64_t)v->valuedouble * 1000, err);
    if (cJSON_IsString(v))
        return builder_text(b, str_of(v->valuestring), err);
    if (cJSON_IsBool(v))
        return builder_text(b, cJSON_IsTrue(v) ? STR("true") : STR("false"), err);
    if (v->valuedouble >= EXACT_INT || v->valuedouble <= -EXACT_INT)
        return fail(err, ERR_DATA,
                    "field '%s' holds integers beyond 2^53: pull the documents instead",
                    k->fields[i].field);
    Buf t = BUF_INIT;
    buf_real(&t, v->valuedouble);
    bool ok = builder_text(b, buf_slice(&t), err);
    buf_free(&t);
    return ok;
}

static bool take_buckets(Cells *k, const cJSON *buckets, Error *err)
{
    const cJSON *bucket;
    cJSON_ArrayForEach(bucket, buckets)
    {
        const cJSON *key = cJSON_GetObjectItemCaseSensitive(bucket, "key");
        const cJSON *n = cJSON_GetObjectItemCaseSensitive(bucket, "doc_count");
        for (size_t i = 0; i < k->n; i++) {
            char name[24];
            snprintf(name, sizeof name, "%zu", i);
            if (!put_key(k, i, cJSON_GetObjectItemCaseSensitive(key, name), err))
                return false;
        }
        int64_t count = cJSON_IsNumber(n) ? (int64_t)n->valuedouble : 0;
        k->total += count;
        if (!builder_int(k->count, count, err))
            return false;
    }
    return true;
}

/* One page: its documents in *hits, the next page's key (malloc'd text) in *after, NULL at the
 * end. */
static bool one_page(Client *c, const char *path, Cells *k, Str query, char **after, int64_t *hits,
                     Error *err)
{
    Buf b = BUF_INIT;
    request(k, query, *after, &b);
    cJSON *j = client_json(c, "POST", buf_slice(&b), true, NULL, err, "/%s/_search", path);
    buf_free(&b);
    free(*after);
    *after = NULL;
    if (!j)
        return false;
    const cJSON *agg =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(j, "aggregations"), "c");
    const cJSON *total =
        cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(j, "hits"), "total");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(total, "value");
    bool ok = client_search_whole(j, err);
    if (ok && !cJSON_IsNumber(value))
        ok = fail(err, ERR_REMOTE, "the engine did not say how many documents there are");
    if (ok) {
        *hits = (int64_t)value->valuedouble;
        ok = take_buckets(k, cJSON_GetObjectItemCaseSensitive(agg, "buckets"), err);
    }
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(agg, "after_key");
    if (ok && next)
        *after = cJSON_PrintUnformatted(next);
    cJSON_Delete(j);
    return ok;
}

static Frame *finish(Cells *k, Error *err)
{
    char *names[17];
    Column *cols[17];
    bool ok = true;
    for (size_t i = 0; i <= k->n; i++) {
        ColumnBuilder **b = i < k->n ? &k->keys[i] : &k->count;
        names[i] = xstrdup(i < k->n ? k->fields[i].name : "count");
        cols[i] = builder_finish(*b, ok ? err : NULL);
        *b = NULL;
        ok = ok && cols[i];
    }
    Frame *f = ok ? frame_new(names, cols, k->n + 1, cols[k->n]->n) : NULL;
    for (size_t i = 0; i <= k->n; i++) {
        free(names[i]);
        if (!ok)
            column_unref(cols[i]);
    }
    return f;
}

static ColumnBuilder *new_key(CellSource source)
{
    if (source == CELL_TERMS)
        return builder_new_strings();
    ColumnBuilder *b = builder_new(source == CELL_HOUR ? COL_INT : COL_TIME);
    if (source == CELL_MOMENT)
        builder_time_unit(b, TIME_SECOND);
    return b;
}

Frame *es_cells(Client *c, const char *index, Str query, const CellField *fields, size_t n,
                Error *err)
{
    Cells k = {.fields = fields, .n = n};
    Frame *f = NULL;
    if (n > 16) {
        fail(err, ERR_USAGE, "%zu fields make too many combinations: 16 at most", n);
        return NULL;
    }
    for (size_t i = 0; i < n; i++)
        k.keys[i] = new_key(fields[i].source);
    k.count = builder_new(COL_INT);
    Buf path = BUF_INIT;
    buf_url(&path, str_of(index));
    char *after = NULL;
    int64_t hits = 0, first = -1;
    bool ok = true;
    do {
        ok = one_page(c, path.p, &k, query, &after, &hits, err);
        if (first < 0)
            first = hits;
        if (ok && hits != first)
            ok = fail(err, ERR_GUARD,
                      "the index changed while it was counted: %lld documents, then %lld",
                      (long long)first, (long long)hits);
        progress_tick("counting", (double)k.total, (double)first, "documents");
        ok = ok && !cancelled(err);
    } while (ok && after);
    if (ok && k.total != hits) {
        ok = fail(err, ERR_GUARD,
                  "the counts add up to %lld, there are %lld documents: a field holds lists",
                  (long long)k.total, (long long)hits);
        error_hint(err, "leave that field out, or pull the documents");
    }
    if (ok)
        f = finish(&k, err);
    free(after);
    for (size_t i = 0; i < n; i++)
        builder_free(k.keys[i]);
    builder_free(k.count);
    buf_free(&path);
    return f;
}

Frame *cells_expand(const Frame *cells, Error *err)
{
    const Column *count = frame_column(cells, STR("count"));
    size_t total = 0, at = 0;
    for (size_t i = 0; i < cells->rows; i++)
        total += (size_t)count->v.i[i];
    uint32_t *rows = big_alloc(total + 1, sizeof *rows, false, "rows", err);
    if (!rows)
        return NULL;
    for (size_t i = 0; i < cells->rows; i++)
        for (int64_t k = 0; k < count->v.i[i]; k++)
            rows[at++] = (uint32_t)i;
    Frame *plain = frame_without(cells, "count");
    Frame *f = frame_take(plain, rows, total, err);
    frame_unref(plain);
    free(rows);
    return f;
}
