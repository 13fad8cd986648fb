/* SPDX-License-Identifier: GPL-3.0-or-later */
/* corr.c - `corr`: columns that go together, as a matrix or, when there are many, as the closest
 * pairs. */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "data/frameops.h"
#include "shell/format.h"
#include "shell/plot.h"
#include "shell/select.h"
#include "shell/settings.h"

#define CORR_MOST 60   /* columns taken when none is named */
#define CORR_MATRIX 12 /* more of them are shown as pairs */

static bool is_numeric(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL || c->type == COL_TIME;
}

static const OptRow data_opts[] = {OPT_DATA_ROW, {0}};

/* The columns that corr looks at: those named, or all numbers of the table. */
static bool corr_columns(Selection *sel, size_t *n, Error *err)
{
    const Frame *f = sel->frame;
    *n = 0;
    for (size_t j = 0; j < sel->ncols; j++) {
        const Column *c = f->cols[sel->cols[j]];
        bool usable = is_numeric(c) && c->type != COL_TIME;
        if (!usable && !sel->all_columns)
            return fail(err, ERR_TYPE, "'%s' is %s, not a number", f->names[sel->cols[j]],
                        coltype_name(c->type));
        if (usable && (*n < CORR_MOST || !sel->all_columns))
            sel->cols[(*n)++] = sel->cols[j];
    }
    if (*n >= 2 || (*n == 1 && !sel->all_columns))
        return true;
    fail(err, ERR_DATA, "corr wants two columns of numbers or more, and %s has %zu",
         sel->table->name, *n);
    return error_hint(err, "describe %s lists them", sel->table->name);
}

typedef struct Together {
    size_t i, j;
    double r;
} Together;

static int by_strength(const void *pa, const void *pb)
{
    const Together *a = pa, *b = pb;
    double ra = isnan(a->r) ? -1 : fabs(a->r), rb = isnan(b->r) ? -1 : fabs(b->r);
    return ra != rb       ? (ra < rb ? 1 : -1)
           : a->i != b->i ? (a->i > b->i) - (a->i < b->i)
                          : (a->j > b->j) - (a->j < b->j);
}

/* One column against all others, the strongest first. */
static bool against_all(const Frame *f, size_t col, Result *out, Error *err)
{
    static const TableCol heads[] = {{COL("column", "")},
                                     {COL("r", "r"), .look = LOOK_FIXED, .digits = 3},
                                     {COL("bar", ""), .look = LOOK_BAR, .human_only = true}};
    Together *v = arena_array(out->arena, Together, f->ncols + 1);
    size_t n = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        double m[4];
        if (j == col || !is_numeric(f->cols[j]) || f->cols[j]->type == COL_TIME)
            continue;
        if (cancelled(err) || !frame_corr(f, (size_t[]){col, j}, 2, m, err))
            return false;
        v[n++] = (Together){col, j, m[1]};
    }
    qsort(v, n, sizeof *v, by_strength);
    Table *t = result_table(out, "correlations", heads, 3);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", f->names[v[i].j])));
        c[1] = c[2] = cell_real(v[i].r);
    }
    return n > 0 || fail(err, ERR_DATA, "there is no other column of numbers");
}

static void corr_matrix(const char **names, const double *m, size_t n, bool shown, Result *out)
{
    TableCol *heads = arena_array(out->arena, TableCol, n + 1);
    heads[0] = (TableCol){COL("column", "")};
    for (size_t j = 0; j < n; j++)
        heads[j + 1] = (TableCol){COL(names[j], names[j]), .look = LOOK_FIXED, .digits = 2,
                                  .priority = (int)j};
    Table *t = result_table(out, "matrix", heads, n + 1);
    t->machine_only = !shown;
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(names[i]));
        for (size_t j = 0; j < n; j++)
            c[j + 1] = cell_real(m[i * n + j]);
    }
}

/* Of many columns nobody reads the matrix: the pairs, the closest first. */
static void corr_pairs(const char **names, const double *m, size_t n, size_t shown, Result *out)
{
    static const TableCol cols[] = {{COL("a", "column")},
                                    {COL("b", "with")},
                                    {COL("r", "r"), .look = LOOK_FIXED, .digits = 2},
                                    {COL("bar", ""), .look = LOOK_BAR, .priority = 1}};
    Together *pairs = arena_array(out->arena, Together, n * n / 2 + 1);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++)
            if (isfinite(m[i * n + j]))
                pairs[k++] = (Together){i, j, m[i * n + j]};
    qsort(pairs, k, sizeof *pairs, by_strength);
    Table *t = result_table(out, "pairs", cols, 4);
    t->human_only = true;
    for (size_t i = 0; i < k && i < shown; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(names[pairs[i].i]));
        c[1] = cell_text(str_of(names[pairs[i].j]));
        c[2] = c[3] = cell_real(pairs[i].r);
    }
    t->footer = arena_printf(
        out->arena, "%s of %zu columns, the closest %zu shown; a few columns by name make a matrix",
        result_plural(out, (int64_t)k, "pair"), n, t->nrows);
}

static void corr_picture(const char **names, const double *m, size_t n, const char *table,
                         Result *out)
{
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = PLOT_HEAT, .title = arena_printf(out->arena, "%s: correlations", table),
                .xmin = NAN, .xmax = NAN, .ymin = NAN, .ymax = NAN, .mark_x = NAN, .mark_y = NAN,
                .nseries = 1, .series = {{.name = "r", .n = n, .x = m, .y = m}}, .labels = names};
    result_picture(out, p);
}

static bool corr_run(Session *s, const Args *a, Result *out, Error *err)
{
    Selection sel;
    if (!select_run(s, a, &sel, err))
        return false;
    size_t n = 0;
    bool ok = corr_columns(&sel, &n, err);
    if (ok && n == 1) {
        ok = against_all(sel.frame, sel.cols[0], out, err);
        select_clear(&sel);
        return ok;
    }
    double *m = arena_array(out->arena, double, n *n + 1);
    ok = ok && frame_corr(sel.frame, sel.cols, n, m, err);
    if (ok) {
        const char **names = arena_array(out->arena, const char *, n + 1);
        for (size_t j = 0; j < n; j++)
            names[j] = arena_printf(out->arena, "%s", sel.frame->names[sel.cols[j]]);
        bool many = n > CORR_MATRIX;
        corr_matrix(names, m, n, !many, out);
        if (many)
            corr_pairs(names, m, n, (size_t)s->settings->rows, out);
        corr_picture(names, m, n, sel.table->name, out);
    }
    select_clear(&sel);
    return ok;
}

const Command cmd_corr = {
    .name = "corr",
    .group = GROUP_DATA,
    .brief = "correlations of columns",
    .usage = "corr [T] [COLS] [where E]",
    .opts = data_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WHERE,
    .help = "Pearson's, over the rows where both columns have a value. More than twelve columns "
            "are told "
            "by their closest pairs, one column with every other. > FILE.svg draws the matrix.",
    .examples = (const Example[]){{"corr ft age, post_age_days, viewed", "", false},
                                  {"corr ft", "what goes together", false},
                                  {"corr ft viewed", "what goes with it", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = corr_run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};
