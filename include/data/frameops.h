/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frameops.h - what is done to whole frames: sort, group, join, count, summarise, correlate,
 * sample. Sources: data/order.c, data/group.c, data/aggregate.c, data/join.c, data/summary.c.
 */
#ifndef GLINT_DATA_FRAMEOPS_H
#define GLINT_DATA_FRAMEOPS_H

#include "data/expr.h"

/* Row numbers in order (stable; nulls last either way). big_alloc'd, free() it. With `top` > 0 only
 * so many. */
uint32_t *frame_sort(const Frame *f, const SortKey *keys, size_t nkeys, size_t top, size_t *n,
                     Error *err);

/* Distinct combinations of columns: group[i] = 0..ngroups-1 in order of first row; first[g] = its
 * first row. Null is a value of its own. Of no columns: one group of all rows (also of none). */
typedef struct Grouping {
    size_t ngroups;
    uint32_t *group; /* f->rows */
    uint32_t *first; /* ngroups */
    uint32_t *count; /* ngroups */
} Grouping;
bool frame_group(const Frame *f, const size_t *cols, size_t ncols, Grouping *out, Error *err);
void grouping_clear(Grouping *g);

/* One aggregate: out = fn(expr). fn: count count_distinct sum mean sd min max median first last
 * share any all. `expr` may be NULL for count(). Nulls are left out; of nothing, count and sum are
 * 0 and the rest is null. */
typedef struct Aggregate {
    const char *name, *fn;
    const Expr *expr; /* bound */
    Span at;
} Aggregate;
/* Rows of the table of aggregates, for help and completion. */
const ExprFunc *aggregate_funcs(size_t *n);
/* New frame: keys then aggregates, rows sorted by the keys. An aggregate that needs other values is
 * ERR_TYPE at its span. */
Frame *frame_aggregate(const Frame *f, const size_t *keys, size_t nkeys, const Aggregate *agg,
                       size_t nagg, Error *err);

typedef enum JoinKind { JOIN_LEFT, JOIN_INNER } JoinKind;
typedef struct JoinReport {
    size_t unmatched_left, unused_right,
        duplicate_right; /* rows without partner; keys of b that occur twice */
    char example[80];    /* a key without a partner */
} JoinReport;
/* a with b's columns (keys of b left out, clashing names get `_2`). A key that occurs twice in b is
 * ERR_DATA. Null meets nothing. Numbers meet numbers and texts meet texts; other pairs are
 * ERR_TYPE. `report` may be NULL. */
Frame *frame_join(const Frame *a, const Frame *b, const size_t *akeys, const size_t *bkeys,
                  size_t nkeys, JoinKind kind, JoinReport *report, Error *err);

/* describe: one row of numbers a column. NaN where it has no meaning. */
typedef struct ColSummary {
    const char *name; /* borrowed from the frame */
    ColType type;
    TimeUnit unit;
    size_t n, missing, distinct;               /* distinct exact */
    double min, q1, median, q3, max, mean, sd; /* type 7 quantiles */
    size_t hist[16]; /* equal-width bins from min to max (numbers), or counts of the top levels;
                        numbers that are not finite are in no bin */
    size_t nhist;
    struct {
        char text[64];
        size_t count;
    } top[8]; /* most frequent values of code, bool and text columns */
    size_t ntop;
} ColSummary;
bool frame_summary(const Frame *f, const size_t *cols, size_t ncols, ColSummary *out, Error *err);

/* Pearson correlation of numeric columns over rows where both are there; m: ncols x ncols, row
 * major. */
bool frame_corr(const Frame *f, const size_t *cols, size_t ncols, double *m, Error *err);
/* n distinct rows at random, in their order; rows big_alloc'd. */
uint32_t *frame_sample(const Frame *f, size_t n, uint64_t seed, Error *err);
/* Quantile type 7 of sorted values. */
double quantile_sorted(const double *v, size_t n, double q);

#endif
