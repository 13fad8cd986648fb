/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarms_check.c - `check`: what is wrong with the columns of a table before any fit.
 *
 * Each column is looked at alone (missing, constant, id-like, leaking, rare levels) and against
 * those before it (duplicates: found by a hash of the values, confirmed bit by bit).
 */
#include <math.h>
#include <stdlib.h>

#include "alarms_priv.h"
#include "base/cancel.h"
#include "base/map.h"
#include "base/par.h"

/* 0/1 of a response with two values; NULL otherwise. */
static double *response_of(const Frame *f, const char *name, Error *err)
{
    const Column *c = name ? frame_need(f, str_of(name), NULL, SPAN_NONE, err) : NULL;
    Column *code = c ? column_as_code(c, err) : NULL;
    double *y = NULL;
    if (code && code->levels->n == 2 && code->nulls == 0) {
        y = big_alloc(f->rows, sizeof *y, false, "the response", err);
        for (size_t i = 0; y && i < f->rows; i++)
            y[i] = code->v.c[i];
    }
    column_unref(code);
    return y;
}

static Str value_bytes(const Column *c)
{
    static const size_t size[] = {
        [COL_INT] = 8, [COL_REAL] = 8, [COL_BOOL] = 1, [COL_CODE] = 4, [COL_TIME] = 8};
    return (Str){c->v.any, c->n * size[c->type]};
}

static bool same_values(const Column *a, const Column *b)
{
    if (a->type != b->type || a->nulls != b->nulls || a->type == COL_TEXT)
        return false;
    for (size_t i = 0; a->nulls && i < a->n; i++)
        if (column_is_null(a, i) != column_is_null(b, i))
            return false;
    if (a->type == COL_CODE) {
        if (a->levels->n != b->levels->n)
            return false;
        for (size_t k = 0; k < a->levels->n; k++)
            if (!str_eq(levels_at(a->levels, k), levels_at(b->levels, k)))
                return false;
    }
    return str_eq(value_bytes(a), value_bytes(b));
}

/* The first column of each hash of values. */
typedef struct Twins {
    IntMap *hashes;
    size_t *first; /* of hash k, a column */
} Twins;

/* The column before j with the same values, or j. */
static size_t twin_of(Twins *t, const Frame *f, size_t j)
{
    const Column *c = f->cols[j];
    if (c->type == COL_TEXT)
        return j;
    bool added;
    uint32_t k = intmap_add(t->hashes, str_hash(value_bytes(c)) + c->type, &added);
    if (added)
        t->first[k] = j;
    return same_values(c, f->cols[t->first[k]]) ? t->first[k] : j;
}

static void check_column(const Frame *f, size_t j, size_t twin, const double *y, const char *resp,
                         Alarm **list, size_t *n)
{
    const Column *c = f->cols[j];
    const char *name = f->names[j];
    InputSummary in = {.name = xstrdup(name), .type = c->type, .auc = NAN};
    input_look(&(LookRows){NULL, f->rows, y}, c, &in);
    bool factor = c->type == COL_CODE || c->type == COL_TEXT;
    if (c->nulls * 5 > f->rows) {
        Alarm *a = alarm_add(list, n, ALARM_MISSING, str_of(name));
        alarm_text(a, "%s is missing in %s of %s rows: a fit with it drops them", name,
                   alarm_count((double)c->nulls), alarm_count((double)f->rows));
        alarm_help(a, "leave it out, or fill it: derive %s_filled = coalesce(%s, %s)", name, name,
                   factor ? "'none'" : "0");
    }
    if (c->nulls < f->rows && (factor ? in.nlevels == 1 : in.min == in.max)) {
        Alarm *a = alarm_add(list, n, ALARM_CONSTANT, str_of(name));
        alarm_text(a, "%s has the same value in every row: nothing can be learned from it", name);
        alarm_help(a, "leave it out");
    }
    if (twin != j) {
        Alarm *a = alarm_add(list, n, ALARM_DUPLICATE, str_of(name));
        alarm_text(a, "%s has the same values as %s in every row", name, f->names[twin]);
        alarm_help(a, "leave one of them out");
    }
    bool id = id_alarm(&in, f->rows, list, n) != NULL;
    if (y && !id && in.auc > ALARM_AUC && f->rows >= LEAK_ROWS &&
        f->rows >= ROWS_PER_LEVEL * in.nlevels) {
        Alarm *a = alarm_add(list, n, ALARM_LEAKAGE, str_of(name));
        alarm_text(a, "%s alone tells %s (AUC %.4f): is it known before the event?", name, resp,
                   in.auc);
        alarm_help(a, "leave it out of the formula, or make it from what was known before");
    }
    if (factor && !id)
        rare_alarm(name, in.levels, in.counts, in.nlevels, f->rows, list, n);
    InputSummary *one = xcalloc(1, sizeof *one);
    *one = in;
    inputs_free(one, 1);
}

Alarm *alarms_check(const Frame *f, const char *response_name, size_t *n, Error *err)
{
    Alarm *list = NULL;
    *n = 0;
    double *y = response_of(f, response_name, err);
    Twins twins = {intmap_new(f->ncols), xcalloc(f->ncols, sizeof(size_t))};
    for (size_t j = 0; f->rows && !error_is_set(err) && j < f->ncols; j++) {
        size_t twin = twin_of(&twins, f, j);
        if (!cancelled(err) &&
            (!response_name || !str_ieq(str_of(f->names[j]), str_of(response_name))))
            check_column(f, j, twin, y, response_name, &list, n);
    }
    intmap_free(twins.hashes);
    free(twins.first);
    free(y);
    return list;
}

/* ---- one number a column ---- */

typedef struct AucJob {
    const Frame *f;
    const size_t *cols;
    const double *y;
    double *out;
} AucJob;

static void auc_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const AucJob *j = ctx;
    (void)scratch;
    (void)chunk;
    for (size_t i = from; i < to; i++) {
        InputSummary *in = xcalloc(1, sizeof *in);
        in->auc = NAN;
        input_look(&(LookRows){NULL, j->f->rows, j->y}, j->f->cols[j->cols[i]], in);
        j->out[i] = in->auc;
        inputs_free(in, 1);
    }
}

bool columns_auc(const Frame *f, const char *response, const size_t *cols, size_t ncols,
                 double *out, Error *err)
{
    double *y = response_of(f, response, err);
    for (size_t i = 0; i < ncols; i++)
        out[i] = NAN;
    if (!y)
        return !error_is_set(err);
    AucJob job = {f, cols, y, out};
    bool ok = par_rows(&(ParJob){.n = ncols, .chunk = 1, .ctx = &job, .work = auc_work}, err);
    free(y);
    return ok;
}
