/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_over.c - functions of a whole column asked of each row's group, and of the rows before it.
 *
 * `mean(x)` over groups is a column with the group's mean in each of its rows. The *_before see the
 * rows of the group that come strictly before by the keys of the sort: rows that tie with this one
 * are not before it, so that what happens at one moment does not know itself. Without keys, rows
 * come one after the other as they stand in the table.
 *
 * The rows are laid out group by group, in order (Layout); each function walks one group at a time.
 */
#include "expr_priv.h"

#include <math.h>
#include <stdlib.h>

#include "data/frameops.h"
#include "order_priv.h"

/* The rows of group g are row[start[g]] .. row[start[g + 1] - 1]. */
typedef struct Layout {
    size_t ngroups;
    size_t *start;
    uint32_t *row;
    const Frame *f;
    const ExprOver *over;
} Layout;

static void layout_clear(Layout *l)
{
    free(l->start);
    free(l->row);
}

/* Rows in order, then counted into their groups: stable, so that the order stays. *l is the
 * caller's to clear, also after a failure. */
static bool layout_make(const Frame *f, const ExprOver *over, Layout *l, Error *err)
{
    Grouping g = {0};
    size_t n = f->rows, sorted = 0;
    *l = (Layout){.f = f, .over = over};
    if (!frame_group(f, over->by, over->nby, &g, err))
        return false;
    uint32_t *order = over->nsort ? frame_sort(f, over->sort, over->nsort, 0, &sorted, err) : NULL;
    bool ok = order || !over->nsort;
    l->row = ok ? big_alloc(n, sizeof *l->row, false, "rows by group", err) : NULL;
    l->start = l->row ? big_alloc(g.ngroups + 2, sizeof *l->start, true, "groups", err) : NULL;
    ok = l->start != NULL;
    if (ok) {
        size_t *at = l->start + 1; /* at[k]: where the next row of group k goes; its end at last */
        for (size_t k = 0; k + 1 < g.ngroups; k++)
            at[k + 1] = at[k] + g.count[k];
        for (size_t i = 0; i < n; i++) {
            uint32_t r = order ? order[i] : (uint32_t)i;
            l->row[at[g.group[r]]++] = r;
        }
        l->ngroups = g.ngroups;
    }
    free(order);
    grouping_clear(&g);
    return ok;
}

/* Do two rows tie in all keys? Rows without keys never do. */
static bool ties(const Layout *l, uint32_t a, uint32_t b)
{
    for (size_t k = 0; k < l->over->nsort; k++)
        if (order_compare(l->f->cols[l->over->sort[k].col], false, a, b) != 0)
            return false;
    return l->over->nsort > 0;
}

/* ---- a result, written row by row ---- */

static bool put_real(Column *out, size_t row, double v, Error *err)
{
    if (isnan(v))
        return column_set_null(out, row, err);
    out->v.d[row] = v;
    return true;
}

/* The value of another row, as it is. */
static bool put_copy(Column *out, size_t row, const Column *c, size_t from, Error *err)
{
    if (from == SIZE_MAX || column_is_null(c, from))
        return column_set_null(out, row, err);
    if (c->type == COL_REAL)
        out->v.d[row] = c->v.d[from];
    else
        out->v.i[row] = c->v.i[from];
    return true;
}

/* ---- one group: rows r[0..n-1], values v[0..n-1] of the m that are there ---- */

typedef struct Group {
    const Layout *layout;
    const Column *c;
    const uint32_t *r;
    size_t n;
    double *v;
    size_t m;
} Group;

/* Row of the group's least or greatest value, or SIZE_MAX. */
static size_t extreme_row(const Group *g, bool max)
{
    size_t best = SIZE_MAX;
    for (size_t i = 0; i < g->n; i++) {
        if (column_is_null(g->c, g->r[i]))
            continue;
        int side = best == SIZE_MAX ? 0 : order_compare(g->c, false, g->r[i], best);
        if (best == SIZE_MAX || (max ? side > 0 : side < 0))
            best = g->r[i];
    }
    return best;
}

static bool group_extreme(const Group *g, AggId id, Column *out, Error *err)
{
    size_t best = extreme_row(g, id == AGG_MAX);
    bool ok = true;
    for (size_t i = 0; ok && i < g->n; i++)
        ok = put_copy(out, g->r[i], g->c, best, err);
    return ok;
}

static bool group_scale(const Group *g, Column *out, Error *err)
{
    double mean = expr_aggregate_of(AGG_MEAN, g->v, g->m);
    double sd = expr_aggregate_of(AGG_SD, g->v, g->m);
    bool ok = true;
    for (size_t i = 0; ok && i < g->n; i++)
        ok = put_real(out, g->r[i], (column_real(g->c, g->r[i]) - mean) / sd, err);
    return ok;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* First place in sorted v that is not below x, or (above) above x. */
static size_t place(const double *v, size_t n, double x, bool above)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (v[mid] < x || (above && v[mid] == x))
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool group_rank(const Group *g, Column *out, Error *err)
{
    bool ok = true;
    qsort(g->v, g->m, sizeof *g->v, by_value);
    for (size_t i = 0; ok && i < g->n; i++) {
        double x = column_real(g->c, g->r[i]);
        double low = (double)place(g->v, g->m, x, false), high = (double)place(g->v, g->m, x, true);
        ok = put_real(out, g->r[i], isnan(x) ? NAN : (low + 1 + high) / 2, err);
    }
    return ok;
}

/* Ties are answered together, then they count. */
static bool group_before(const Group *g, AggId id, Column *out, Error *err)
{
    double sum = 0;
    size_t seen = 0, last = SIZE_MAX;
    bool ok = true;
    for (size_t i = 0, j; ok && i < g->n; i = j) {
        for (j = i; ok && j < g->n && (j == i || ties(g->layout, g->r[i], g->r[j])); j++) {
            if (id == AGG_COUNT_BEFORE)
                out->v.i[g->r[j]] = (int64_t)i;
            else if (id == AGG_LAST_BEFORE)
                ok = put_copy(out, g->r[j], g->c, last, err);
            else
                ok = put_real(out, g->r[j], id == AGG_SUM_BEFORE ? sum : sum / (double)seen, err);
        }
        for (size_t k = i; g->c && k < j; k++) {
            if (column_is_null(g->c, g->r[k]))
                continue;
            sum += column_real(g->c, g->r[k]);
            last = g->r[k];
            seen++;
        }
    }
    return ok;
}

static bool one_group(const Group *g, AggId id, Column *out, Error *err)
{
    bool ok = true;
    switch (id) {
    case AGG_MIN:
    case AGG_MAX:
        return group_extreme(g, id, out, err);
    case AGG_RANK:
        return group_rank(g, out, err);
    case AGG_SCALE:
        return group_scale(g, out, err);
    case AGG_COUNT_BEFORE:
    case AGG_SUM_BEFORE:
    case AGG_MEAN_BEFORE:
    case AGG_LAST_BEFORE:
        return group_before(g, id, out, err);
    case AGG_N:
    case AGG_ROW:
        for (size_t i = 0; i < g->n; i++)
            out->v.i[g->r[i]] = (int64_t)(id == AGG_N ? g->n : i + 1);
        return true;
    case AGG_SUM:
    case AGG_MEAN:
    case AGG_SD:
    case AGG_MEDIAN:
        break;
    }
    double r = expr_aggregate_of(id, g->v, g->m);
    for (size_t i = 0; ok && i < g->n; i++)
        ok = put_real(out, g->r[i], r, err);
    return ok;
}

/* int and time stay what they are where a value of the column is the answer. */
static ColType type_of(AggId id, const Column *c)
{
    if (!c)
        return COL_INT;
    bool one_of_them = id == AGG_MIN || id == AGG_MAX || id == AGG_LAST_BEFORE;
    return one_of_them ? c->type : COL_REAL;
}

bool expr_aggregate_over(Plan *p, Step *s, const Column *c)
{
    static const ExprOver all_rows = {0};
    Layout l;
    if (!layout_make(p->f, p->over ? p->over : &all_rows, &l, p->err)) {
        layout_clear(&l);
        return false;
    }
    AggId id = (AggId)s->op;
    Column *out = column_new(type_of(id, c), p->f->rows, p->err);
    double *v =
        out ? big_alloc(p->f->rows + 1, sizeof *v, false, "values of a group", p->err) : NULL;
    bool ok = v != NULL;
    for (size_t k = 0; ok && k < l.ngroups; k++) {
        Group g = {.layout = &l, .c = c, .r = l.row + l.start[k], .v = v};
        g.n = l.start[k + 1] - l.start[k];
        for (size_t i = 0; c && i < g.n; i++)
            if (!column_is_null(c, g.r[i]))
                v[g.m++] = column_real(c, g.r[i]);
        ok = one_group(&g, id, out, p->err);
    }
    free(v);
    layout_clear(&l);
    if (ok) {
        out->unit = s->unit;
        return expr_aggregate_column(s, out);
    }
    column_unref(out);
    return false;
}
