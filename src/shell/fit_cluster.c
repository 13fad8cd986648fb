/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fit_cluster.c - the words of a fit in the cluster (es/far.h): where the documents are, what
 * cannot be asked, how it went.
 */
#include <math.h>
#include <stdio.h>

#include "es/far.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/fit_cluster.h"
#include "shell/format.h"

#define AUC_ERROR_TOLD 5e-4

const char *fit_cluster_index(Session *s, const Args *a, Error *err)
{
    const char *data = args_z(a, "data"), *where = args_z(a, "where");
    bool there = data && strncmp(data, "es:", 3) == 0;
    if (where && strcmp(where, "local") == 0) {
        if (there) {
            fail_at(err, ERR_USAGE, args_at(a, "where"), "the rows of %s are not here", data);
            error_hint(err, "load %s as T first, or leave --where local out", data);
        }
        return NULL;
    }
    if (there)
        return data + 3;
    if (!where || strcmp(where, "auto") == 0)
        return NULL;
    if (!data && !session_table(s)) {
        fail_at(err, ERR_USAGE, args_at(a, "where"), "no table and no index is named");
        error_hint(err, "--data es:INDEX names the documents");
        return NULL;
    }
    const NamedData *t = command_table_arg(s, a, STR_NULL, SPAN_NONE, err);
    const char *origin = t ? t->data.frame->origin : NULL;
    if (t && (!origin || strncmp(origin, "es:", 3) != 0)) {
        fail_at(err, ERR_USAGE, args_at(a, "where"), "'%s' was not loaded from an engine", t->name);
        error_hint(err, "--data es:INDEX names the documents");
        return NULL;
    }
    return t ? origin + 3 : NULL;
}

/* Options that need the rows. */
static bool check_options(const Args *a, const char *index, Error *err)
{
    static const char *const local[] = {"weights", "offset",  "l1",         "lambda", "alpha",
                                        "cv",      "firth",   "test",       "split",  "robust",
                                        "cluster", "sampled", "standardize"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        if (args_has(a, local[i]) || args_flag(a, local[i])) {
            fail_at(err, ERR_USAGE, args_at(a, local[i]), "--%s needs the rows here", local[i]);
            return error_hint(err, "load es:%s as T, then fit ... --data T", index);
        }
    if (a->where.p) {
        fail_at(err, ERR_USAGE, a->where_at, "'where' chooses rows of a table here");
        return error_hint(err, "--query 'age:>30' chooses documents there");
    }
    return true;
}

static void tell(Result *out, const Model *m, const FarReport *r)
{
    const char *n = result_count(out, (int64_t)m->rows);
    result_text(out, "where", STR("cluster"));
    if (r->combinations) {
        result_int(out, "combinations", (int64_t)r->combinations);
        result_line(out, "in the cluster: %s documents as %s counted combinations", n,
                    result_count(out, (int64_t)r->combinations));
    } else {
        result_int(out, "passes", r->passes);
        result_line(out, "in the cluster: %s documents added up %d times by a script", n,
                    r->passes);
    }
    if (isnan(r->auc_error))
        return;
    result_real(out, "roc_auc_error", r->auc_error);
    if (r->auc_error > AUC_ERROR_TOLD)
        result_note(out, "bins", NULL, "areas are counted in bins: the ROC-AUC is within %s",
                    result_short(out, r->auc_error));
}

Model *fit_cluster(Session *s, const Args *a, const ModelSpec *spec, const char *index, Result *out,
                   Error *err)
{
    Client *c = check_options(a, index, err) ? connection_need(s, err) : NULL;
    ReadOptions asked = {.query = args_z(a, "query")};
    Buf query = BUF_INIT;
    Model *m = NULL;
    FarReport report;
    if (c && engine_query(c, index, &asked, &query, err)) {
        m = es_fit(c, &(FarOptions){index, buf_slice(&query), spec}, &report, err);
        if (m)
            tell(out, m, &report);
    }
    buf_free(&query);
    return m;
}
