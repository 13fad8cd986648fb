/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * aggregate.c - one row for each group of rows: count, mean, median ...
 *
 * Rows are put in the order of their groups once (counting sort, stable), so that each aggregate
 * sees a group as a list of rows, in their order: sums have the same bits with any number of
 * threads, which take groups. An aggregate either picks a row whose value it gives (min, first), or
 * computes a number. Adding one is a row of the table.
 */
#include "group_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "order_priv.h"

#define GROUP_CHUNK 64 /* groups a thread takes at once: a whole word of null bits */

typedef struct Value {
    int64_t i;
    double d;
    bool overflow; /* of i */
} Value;

/* rows[0..n-1] are the rows of the group where the column is not null; `spare` has room for n
 * reals. */
typedef uint32_t (*PickFn)(const Column *c, const uint32_t *rows, size_t n);
typedef bool (*ValueFn)(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out);

enum { TAKES_ANY, TAKES_NUMBERS, TAKES_BOOL };

typedef struct AggRow {
    ExprFunc doc;
    int takes;
    ColType type; /* of the result of `value`; COL_TIME stands for int or real, as the column is */
    PickFn pick;
    ValueFn value;
} AggRow;

/* ---- picks ---- */

static uint32_t pick_first(const Column *c, const uint32_t *rows, size_t n)
{
    (void)c;
    return n ? rows[0] : ROW_NONE;
}

static uint32_t pick_last(const Column *c, const uint32_t *rows, size_t n)
{
    (void)c;
    return n ? rows[n - 1] : ROW_NONE;
}

static uint32_t pick_extreme(const Column *c, const uint32_t *rows, size_t n, bool max)
{
    uint32_t best = n ? rows[0] : ROW_NONE;
    for (size_t k = 1; k < n; k++)
        if (order_compare(c, max, rows[k], best) < 0)
            best = rows[k];
    return best;
}

static uint32_t pick_min(const Column *c, const uint32_t *rows, size_t n)
{
    return pick_extreme(c, rows, n, false);
}

static uint32_t pick_max(const Column *c, const uint32_t *rows, size_t n)
{
    return pick_extreme(c, rows, n, true);
}

/* ---- values ---- */

static bool value_count(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    (void)c;
    (void)rows;
    (void)spare;
    out->i = (int64_t)n;
    return true;
}

static bool value_sum(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    (void)spare;
    for (size_t k = 0; k < n; k++) {
        out->d += column_real(c, rows[k]);
        if (c->type != COL_REAL) {
            int64_t v = c->type == COL_BOOL ? c->v.b[rows[k]] : c->v.i[rows[k]];
            out->overflow |= __builtin_add_overflow(out->i, v, &out->i);
        }
    }
    return true;
}

static bool value_mean(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    (void)spare;
    double sum = 0, rest = 0;
    for (size_t k = 0; k < n; k++)
        sum += column_real(c, rows[k]);
    double mean = sum / (double)n;
    for (size_t k = 0; isfinite(mean) && k < n; k++) /* what rounding left, as R does */
        rest += column_real(c, rows[k]) - mean;
    out->d = mean + rest / (double)n;
    return n > 0;
}

static bool value_sd(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    Value mean = {0};
    if (n < 2)
        return false;
    value_mean(c, rows, n, spare, &mean);
    double ss = 0;
    for (size_t k = 0; k < n; k++) {
        double d = column_real(c, rows[k]) - mean.d;
        ss += d * d;
    }
    out->d = sqrt(ss / ((double)n - 1));
    return true;
}

static bool value_median(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    for (size_t k = 0; k < n; k++)
        spare[k] = column_real(c, rows[k]);
    out->d = select_quantile(spare, n, 0.5);
    return n > 0;
}

static bool value_any(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    (void)spare;
    for (size_t k = 0; k < n; k++)
        out->i |= column_real(c, rows[k]) != 0;
    return n > 0;
}

static bool value_all(const Column *c, const uint32_t *rows, size_t n, double *spare, Value *out)
{
    (void)spare;
    out->i = 1;
    for (size_t k = 0; k < n; k++)
        out->i &= column_real(c, rows[k]) != 0;
    return n > 0;
}

#define NAME_COUNT "count"
#define NAME_DISTINCT "count_distinct"

static const AggRow aggregates[] = {
    {{"all", "x", "is x true in every row?"}, TAKES_BOOL, COL_BOOL, NULL, value_all},
    {{"any", "x", "is x true in some row?"}, TAKES_BOOL, COL_BOOL, NULL, value_any},
    {{NAME_COUNT, "x", "rows, or rows where x is not null"}, TAKES_ANY, COL_INT, NULL, value_count},
    {{NAME_DISTINCT, "x", "how many different values"}, TAKES_ANY, COL_INT, NULL, NULL},
    {{"first", "x", "the first value"}, TAKES_ANY, COL_INT, pick_first, NULL},
    {{"last", "x", "the last value"}, TAKES_ANY, COL_INT, pick_last, NULL},
    {{"max", "x", "the greatest value"}, TAKES_ANY, COL_INT, pick_max, NULL},
    {{"mean", "x", "the mean"}, TAKES_NUMBERS, COL_REAL, NULL, value_mean},
    {{"median", "x", "the median"}, TAKES_NUMBERS, COL_REAL, NULL, value_median},
    {{"min", "x", "the least value"}, TAKES_ANY, COL_INT, pick_min, NULL},
    {{"sd", "x", "standard deviation, by n - 1"}, TAKES_NUMBERS, COL_REAL, NULL, value_sd},
    {{"share", "x", "the part of rows where x is true"}, TAKES_BOOL, COL_REAL, NULL, value_mean},
    {{"sum", "x", "the sum"}, TAKES_NUMBERS, COL_TIME, NULL, value_sum},
};
#define AGGREGATES (sizeof aggregates / sizeof *aggregates)

const ExprFunc *aggregate_funcs(size_t *n)
{
    static ExprFunc docs[AGGREGATES];
    for (size_t k = 0; k < AGGREGATES; k++)
        docs[k] = aggregates[k].doc;
    *n = AGGREGATES;
    return docs;
}

/* ---- checks ---- */

static const AggRow *find_row(const Aggregate *a, Error *err)
{
    Str names[AGGREGATES];
    for (size_t k = 0; k < AGGREGATES; k++) {
        if (strcmp(aggregates[k].doc.name, a->fn) == 0)
            return &aggregates[k];
        names[k] = str_of(aggregates[k].doc.name);
    }
    fail_at(err, ERR_NAME, a->at, "no aggregate '%s'", a->fn);
    long near = nearest_name(str_of(a->fn), names, AGGREGATES);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", aggregates[near].doc.name);
    else
        error_hint(
            err,
            "there are count count_distinct sum mean sd min max median first last share any all");
    return NULL;
}

static bool check_type(const Aggregate *a, const AggRow *row, const Column *c, Error *err)
{
    bool number = c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL;
    if (row->takes == TAKES_ANY || number)
        return true;
    fail_at(err, ERR_TYPE, a->at, "%s() needs %s, and its argument is %s", a->fn,
            row->takes == TAKES_BOOL ? "true or false" : "numbers", coltype_name(c->type));
    return error_hint(err,
                      row->takes == TAKES_BOOL
                          ? "%s(x == 'text') compares first"
                          : "count_distinct(x), min(x) and first(x) take any type, %s() does not",
                      a->fn);
}

/* ---- groups as lists of rows ---- */

typedef struct Lists {
    size_t ngroups;
    uint32_t *rows; /* of group 0, then of group 1 ... */
    size_t *start;  /* ngroups + 1 */
    size_t longest;
} Lists;

static void lists_clear(Lists *l)
{
    free(l->rows);
    free(l->start);
}

/* Groups in output order: order[k] is the group that comes out as row k. Rows where `c` is null are
 * left out. */
static bool lists_fill(Lists *l, const Grouping *g, const uint32_t *order, size_t n,
                       const Column *c, Error *err)
{
    *l = (Lists){.ngroups = g->ngroups};
    l->rows = big_alloc(n, sizeof *l->rows, false, "groups", err);
    l->start = big_alloc(g->ngroups + 1, sizeof *l->start, true, "groups", err);
    size_t *at = big_alloc(g->ngroups, sizeof *at, true, "groups", err);
    bool ok = l->rows && l->start && at;
    for (size_t i = 0; ok && i < n; i++)
        at[g->group[i]] += !c || !column_is_null(c, i);
    for (size_t k = 0; ok && k < g->ngroups; k++) {
        size_t size = at[order[k]];
        l->start[k + 1] = l->start[k] + size;
        l->longest = size > l->longest ? size : l->longest;
        at[order[k]] = l->start[k];
    }
    for (size_t i = 0; ok && i < n; i++)
        if (!c || !column_is_null(c, i))
            l->rows[at[g->group[i]]++] = (uint32_t)i;
    free(at);
    return ok; /* the caller clears the lists either way */
}

/* ---- one aggregate of all groups ---- */

typedef struct AggJob {
    const AggRow *row;
    const Column *c;
    const Lists *l;
    uint32_t *picked;
    Column *ints, *out; /* `ints`: the whole-number result beside a real one, for sums */
    uint8_t *overflow;  /* a byte for each group */
} AggJob;

static void put_value(Column *out, size_t g, const Value *v)
{
    if (out->type == COL_REAL)
        out->v.d[g] = v->d;
    else if (out->type == COL_BOOL)
        out->v.b[g] = (uint8_t)v->i;
    else
        out->v.i[g] = v->i;
}

static void agg_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    const AggJob *j = ctx;
    for (size_t g = from; g < to; g++) {
        const uint32_t *rows = j->l->rows + j->l->start[g];
        size_t n = j->l->start[g + 1] - j->l->start[g];
        if (j->row->pick) {
            j->picked[g] = j->row->pick(j->c, rows, n);
            continue;
        }
        Value v = {0};
        if (!j->row->value(j->c, rows, n, scratch, &v) || isnan(v.d)) {
            j->out->null_bits[g >> 6] |= UINT64_C(1) << (g & 63);
            continue;
        }
        put_value(j->out, g, &v);
        if (j->ints) {
            put_value(j->ints, g, &v);
            j->overflow[g] = v.overflow;
        }
    }
}

/* Runs the job with room for the longest group on each thread. */
static bool run_groups(AggJob *j, Error *err)
{
    size_t threads = par_threads();
    void **spare = xcalloc(threads, sizeof *spare);
    bool ok = true;
    for (size_t t = 0; ok && t < threads; t++)
        ok = (spare[t] = big_alloc(j->l->longest, sizeof(double), false, "groups", err)) != NULL;
    ParJob job = {
        .n = j->l->ngroups, .chunk = GROUP_CHUNK, .ctx = j, .scratch = spare, .work = agg_chunk};
    ok = ok && par_rows(&job, err);
    for (size_t t = 0; t < threads; t++)
        free(spare[t]);
    free(spare);
    return ok;
}

static Column *aggregate_pick(AggJob *j, Error *err)
{
    Column *out = NULL;
    j->picked = big_alloc(j->l->ngroups, sizeof *j->picked, false, "groups", err);
    if (j->picked && run_groups(j, err))
        out = column_take(j->c, j->picked, j->l->ngroups, err);
    free(j->picked);
    return out;
}

/* Sums of whole numbers are whole, unless one of them leaves 64 bits: then all are real. */
static Column *aggregate_value(AggJob *j, Error *err)
{
    bool sum = j->row->type == COL_TIME, whole = sum && j->c->type != COL_REAL;
    size_t n = j->l->ngroups;
    bool ok = true;
    j->out = column_new(sum ? COL_REAL : j->row->type, n, err);
    if (whole) {
        j->ints = column_new(COL_INT, n, err);
        j->overflow = big_alloc(n, 1, true, "groups", err);
        ok = j->ints && j->overflow;
    }
    ok = ok && j->out && column_make_null_bits(j->out, err) && run_groups(j, err);
    for (size_t g = 0; ok && whole && g < n; g++)
        whole = !j->overflow[g];
    if (ok && whole) {
        Column *t = j->out;
        j->out = j->ints;
        j->ints = t;
    }
    free(j->overflow);
    column_unref(j->ints);
    if (ok) {
        column_seal_nulls(j->out);
        return j->out;
    }
    column_unref(j->out);
    return NULL;
}

/* Values numbered over all rows; a value counts once for the group that saw it last. */
static Column *aggregate_distinct(const Column *c, const Lists *l, Error *err)
{
    size_t n = 0;
    Column *out = column_new(COL_INT, l->ngroups, err);
    uint32_t *ids = big_alloc(c->n, sizeof *ids, false, "groups", err), *seen = NULL;
    bool ok = out && ids && group_number(c, ids, &n, err);
    ok = ok && (seen = big_alloc(n, sizeof *seen, true, "groups", err)) != NULL;
    for (size_t g = 0; ok && g < l->ngroups; g++) {
        for (size_t k = l->start[g]; k < l->start[g + 1]; k++) {
            uint32_t id = ids[l->rows[k]];
            out->v.i[g] += seen[id] != g + 1;
            seen[id] = (uint32_t)(g + 1);
        }
    }
    free(ids);
    free(seen);
    if (ok)
        return out;
    column_unref(out);
    return NULL;
}

static Column *aggregate(const Frame *f, const Grouping *g, const uint32_t *order,
                         const Aggregate *a, Error *err)
{
    const AggRow *row = find_row(a, err);
    Column *c = NULL, *out = NULL;
    Lists l = {0};
    if (!row)
        return NULL;
    if (!a->expr && row->value != value_count) {
        fail_at(err, ERR_USAGE, a->at, "%s() needs an argument", a->fn);
        return NULL;
    }
    if (a->expr && !(c = expr_eval(a->expr, f, err)))
        return NULL;
    if ((c && !check_type(a, row, c, err)) || !lists_fill(&l, g, order, f->rows, c, err))
        goto done;
    AggJob j = {.row = row, .c = c, .l = &l};
    out = row->pick    ? aggregate_pick(&j, err)
          : row->value ? aggregate_value(&j, err)
                       : aggregate_distinct(c, &l, err);
done:
    lists_clear(&l);
    column_unref(c);
    return out;
}

/* ---- the new frame ---- */

/* The keys of each group, in order of their values; order[k] = the group of row k. */
static Frame *sorted_keys(const Frame *f, const size_t *keys, size_t nkeys, const Grouping *g,
                          uint32_t **order, Error *err)
{
    Frame *picked = frame_select(f, keys, nkeys),
          *each = frame_take(picked, g->first, g->ngroups, err), *out = NULL;
    SortKey *by = xcalloc(nkeys, sizeof *by);
    for (size_t k = 0; k < nkeys; k++)
        by[k].col = k;
    size_t n;
    *order = each ? frame_sort(each, by, nkeys, 0, &n, err) : NULL;
    if (*order)
        out = frame_take(each, *order, g->ngroups, err);
    free(by);
    frame_unref(picked);
    frame_unref(each);
    return out;
}

static bool check_names(const Frame *f, const size_t *keys, size_t nkeys, const Aggregate *agg,
                        size_t nagg, Error *err)
{
    for (size_t k = 0; k < nagg; k++) {
        bool taken = false;
        for (size_t i = 0; i < nkeys; i++)
            taken = taken || strcmp(f->names[keys[i]], agg[k].name) == 0;
        for (size_t i = 0; i < k; i++)
            taken = taken || strcmp(agg[i].name, agg[k].name) == 0;
        if (taken)
            return fail_at(err, ERR_NAME, agg[k].at, "two columns would be called '%s'",
                           agg[k].name);
    }
    return true;
}

Frame *frame_aggregate(const Frame *f, const size_t *keys, size_t nkeys, const Aggregate *agg,
                       size_t nagg, Error *err)
{
    Grouping g = {0};
    uint32_t *order = NULL;
    Frame *out = NULL;
    if (!check_names(f, keys, nkeys, agg, nagg, err) || !frame_group(f, keys, nkeys, &g, err))
        goto done;
    if (nkeys == 0) { /* one row of all, also of an empty frame */
        out = frame_new(NULL, NULL, 0, 1);
        frame_set_origin(out, f->origin);
        order = xcalloc(1, sizeof *order);
    } else {
        out = sorted_keys(f, keys, nkeys, &g, &order, err);
    }
    for (size_t k = 0; out && k < nagg; k++) {
        Column *c = aggregate(f, &g, order, &agg[k], err);
        Frame *more = c ? frame_with(out, agg[k].name, c) : NULL;
        frame_unref(out);
        out = more;
    }
done:
    grouping_clear(&g);
    free(order);
    return out;
}
