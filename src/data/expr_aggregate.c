/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_aggregate.c - functions of a whole column: the step becomes a constant or a column.
 *
 * Nulls are left out of every one of them and stay null in rank and scale. sd divides by n - 1.
 * Ties share their mean rank. A value that does not exist (the mean of nothing) is null.
 */
#include "expr_priv.h"

#include <math.h>
#include <stdlib.h>

#include "order_priv.h"

/* The values that are there, as reals, in a new array. */
static double *present(const Column *c, size_t *n, Error *err)
{
    double *v = big_alloc(c->n, sizeof *v, false, "the values of a column", err);
    *n = 0;
    for (size_t i = 0; v && i < c->n; i++)
        if (!column_is_null(c, i))
            v[(*n)++] = column_real(c, i);
    return v;
}

static double sum_of(const double *v, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += v[i];
    return sum;
}

/* The second pass takes away what rounding left in the first, as R does. */
static double mean_of(const double *v, size_t n)
{
    double mean = sum_of(v, n) / (double)n, rest = 0;
    for (size_t i = 0; isfinite(mean) && i < n; i++)
        rest += v[i] - mean;
    return mean + rest / (double)n;
}

static double sd_of(const double *v, size_t n)
{
    double mean = mean_of(v, n), ss = 0;
    for (size_t i = 0; i < n; i++)
        ss += (v[i] - mean) * (v[i] - mean);
    return sqrt(ss / ((double)n - 1)); /* NaN for one value */
}

/* Smallest or largest, of ints and times too, as a value of the column's own type. */
static void extreme(Step *s, const Column *c)
{
    bool max = s->op == AGG_MAX, found = false;
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        if (c->type == COL_REAL) {
            double v = c->v.d[i];
            if (!found || (max ? v > s->value.v.d : v < s->value.v.d))
                s->value.v.d = v;
        } else {
            int64_t v = c->v.i[i];
            if (!found || (max ? v > s->value.v.i : v < s->value.v.i))
                s->value.v.i = v;
        }
        found = true;
    }
    s->value.null = !found;
}

/* (x - mean) / sd of every row; a column that does not vary is null. */
static Column *scaled(const Column *c, double mean, double sd, Error *err)
{
    Column *out = column_new(COL_REAL, c->n, err);
    for (size_t i = 0; out && i < c->n; i++) {
        double z = (column_real(c, i) - mean) / sd;
        if (!isnan(z))
            out->v.d[i] = z;
        else if (!column_set_null(out, i, err)) {
            column_unref(out);
            return NULL;
        }
    }
    return out;
}

/* 1 for the smallest; ties share the mean of their places. */
static Column *ranked(const Column *c, Error *err)
{
    size_t n = c->n - c->nulls;
    Column *out = column_new(COL_REAL, c->n, err);
    uint32_t *rows = out ? order_of_column(c, false, err) : NULL;
    bool ok = rows != NULL;
    for (size_t i = 0; ok && i < n;) {
        size_t j = i + 1;
        while (j < n && column_real(c, rows[j]) == column_real(c, rows[i]))
            j++;
        for (size_t k = i; k < j; k++)
            out->v.d[rows[k]] = (double)(i + j + 1) / 2;
        i = j;
    }
    for (size_t i = 0; ok && c->nulls && i < c->n; i++)
        if (column_is_null(c, i))
            ok = column_set_null(out, i, err);
    free(rows);
    if (ok)
        return out;
    column_unref(out);
    return NULL;
}

bool expr_aggregate_column(Step *s, Column *c)
{
    static const Rep reps[] = {[COL_INT] = REP_INT, [COL_TIME] = REP_INT, [COL_REAL] = REP_REAL};
    if (!c)
        return false;
    s->kind = STEP_COLUMN;
    s->type = c->type;
    s->rep = reps[c->type];
    s->column = s->owned = c;
    return true;
}

double expr_aggregate_of(AggId id, double *v, size_t n)
{
    return id == AGG_SUM    ? sum_of(v, n)
           : id == AGG_MEAN ? mean_of(v, n)
           : id == AGG_SD   ? sd_of(v, n)
                            : select_quantile(v, n, 0.5);
}

bool expr_aggregate(Plan *p, Step *s, const Column *c)
{
    AggId id = (AggId)s->op;
    if (p->over || id >= AGG_ROW)
        return expr_aggregate_over(p, s, c);
    if (id == AGG_RANK)
        return expr_aggregate_column(s, ranked(c, p->err));
    s->value = (Cell){0};
    if (id == AGG_N || id == AGG_MIN || id == AGG_MAX) {
        if (id == AGG_N)
            s->value.v.i = (int64_t)p->f->rows;
        else
            extreme(s, c);
        s->kind = STEP_CONST;
        return true;
    }
    size_t n;
    double *v = present(c, &n, p->err);
    if (!v)
        return false;
    bool ok = true;
    if (id == AGG_SCALE) {
        ok = expr_aggregate_column(s, scaled(c, mean_of(v, n), sd_of(v, n), p->err));
    } else {
        double r = expr_aggregate_of(id, v, n);
        s->kind = STEP_CONST;
        s->value.null = isnan(r);
        s->value.v.d = isnan(r) ? 0 : r;
    }
    free(v);
    return ok;
}
