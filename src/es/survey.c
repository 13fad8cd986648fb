/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * survey.c - one search over all documents counts what each field lacks; one over the complete ones
 * tells their numbers.
 */
#include <math.h>
#include <stdio.h>

#include "es/survey.h"

static const cJSON *member(const cJSON *j, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(j, name);
}

static double number(const cJSON *j, const char *name)
{
    const cJSON *v = member(j, name);
    return cJSON_IsNumber(v) ? v->valuedouble : NAN;
}

static Str query_or_all(Str query)
{
    return query.n ? query : STR("{\"match_all\":{}}");
}

void survey_complete_query(Str query, const FieldSurvey *f, size_t n, Buf *out)
{
    buf_puts(out, "{\"bool\":{\"filter\":[");
    buf_str(out, query_or_all(query));
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, ",{\"exists\":{\"field\":");
        buf_json_str(out, str_of(f[i].field));
        buf_puts(out, "}}");
    }
    buf_puts(out, "]}}");
}

/* "a3": {KIND: {"field": ...EXTRA}} */
static void put_agg(Buf *b, bool *first, char letter, size_t i, const char *kind, const char *field,
                    const char *extra)
{
    buf_printf(b, "%s\"%c%zu\":{\"%s\":{\"field\":", *first ? "" : ",", letter, i, kind);
    buf_json_str(b, str_of(field));
    buf_printf(b, "%s}}", extra);
    *first = false;
}

static cJSON *ask(Client *c, const char *index, Str query, const Buf *aggs, int64_t *documents,
                  Error *err)
{
    Buf body = BUF_INIT, path = BUF_INIT;
    buf_puts(&body, "{\"size\":0,\"track_total_hits\":true,\"query\":");
    buf_str(&body, query_or_all(query));
    buf_printf(&body, ",\"aggs\":{%s}}", aggs->p ? aggs->p : "");
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "POST", buf_slice(&body), true, NULL, err,
                           "/%s/_search?request_cache=false", path.p);
    buf_free(&body);
    buf_free(&path);
    double n = number(member(member(j, "hits"), "total"), "value");
    bool ok = j && client_search_whole(j, err);
    if (ok && isnan(n))
        ok = fail(err, ERR_REMOTE, "the engine did not say how many documents there are");
    if (ok) {
        *documents = (int64_t)n;
        return j;
    }
    cJSON_Delete(j);
    return NULL;
}

static const cJSON *agg_of(const cJSON *reply, char letter, size_t i)
{
    char name[24];
    snprintf(name, sizeof name, "%c%zu", letter, i);
    return member(member(reply, "aggregations"), name);
}

static bool count_missing(Client *c, const char *index, Str query, FieldSurvey *f, size_t n,
                          Survey *out, Error *err)
{
    Buf aggs = BUF_INIT;
    bool first = true;
    for (size_t i = 0; i < n; i++)
        put_agg(&aggs, &first, 'm', i, "missing", f[i].field, "");
    cJSON *j = ask(c, index, query, &aggs, &out->all, err);
    for (size_t i = 0; j && i < n; i++)
        f[i].missing = (int64_t)number(agg_of(j, 'm', i), "doc_count");
    cJSON_Delete(j);
    buf_free(&aggs);
    return j != NULL;
}

static const char percents[] =
    ",\"percents\":[5,10,15,20,25,30,35,40,45,50,55,60,65,70,75,80,85,90,95],\"keyed\":false";

static void read_quantiles(const cJSON *agg, FieldSurvey *f)
{
    const cJSON *one;
    size_t q = 1;
    cJSON_ArrayForEach(one, member(agg, "values"))
    {
        if (q < 20)
            f->quantile[q++] = number(one, "value");
    }
    f->quantile[0] = f->min;
    f->quantile[20] = f->max;
}

static bool read_field(const cJSON *j, size_t i, int64_t documents, FieldSurvey *f, Error *err)
{
    f->values = (int64_t)number(agg_of(j, 'v', i), "value");
    f->distinct = number(agg_of(j, 'd', i), "value");
    if (f->values > documents) {
        fail(err, ERR_DATA, "the field '%s' holds lists: %lld values in %lld documents", f->field,
             (long long)f->values, (long long)documents);
        return error_hint(err, "leave it out, or load the index with --lists first");
    }
    if (!f->number)
        return true;
    const cJSON *e = agg_of(j, 'e', i);
    f->min = number(e, "min");
    f->max = number(e, "max");
    f->mean = number(e, "avg");
    f->sd = number(e, "std_deviation");
    read_quantiles(agg_of(j, 'p', i), f);
    return true;
}

static bool look_at_complete(Client *c, const char *index, Str query, FieldSurvey *f, size_t n,
                             Survey *out, Error *err)
{
    Buf aggs = BUF_INIT, complete = BUF_INIT;
    bool first = true, ok = true;
    survey_complete_query(query, f, n, &complete);
    for (size_t i = 0; i < n; i++) {
        put_agg(&aggs, &first, 'v', i, "value_count", f[i].field, "");
        put_agg(&aggs, &first, 'd', i, "cardinality", f[i].field, "");
        if (f[i].number) {
            put_agg(&aggs, &first, 'e', i, "extended_stats", f[i].field, "");
            put_agg(&aggs, &first, 'p', i, "percentiles", f[i].field, percents);
        }
    }
    cJSON *j = ask(c, index, buf_slice(&complete), &aggs, &out->complete, err);
    for (size_t i = 0; j && ok && i < n; i++)
        ok = read_field(j, i, out->complete, &f[i], err);
    ok = ok && j;
    cJSON_Delete(j);
    buf_free(&aggs);
    buf_free(&complete);
    return ok;
}

bool es_survey(Client *c, const char *index, Str query, FieldSurvey *f, size_t n, Survey *out,
               Error *err)
{
    *out = (Survey){0};
    return count_missing(c, index, query, f, n, out, err) &&
           look_at_complete(c, index, query, f, n, out, err);
}
