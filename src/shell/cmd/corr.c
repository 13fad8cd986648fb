/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * corr.c - `corr`: columns that go together; `plot`: one against another.
 *
 * A plot of a two-valued column shows its rate in bins of equal count instead of a cloud of points.
 */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/plot.h"
#include "shell/select.h"

#define RATE_BINS 20

static bool is_numeric(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL || c->type == COL_TIME;
}

static const OptRow data_opts[] = {OPT_DATA_ROW, {0}};

/* ---- corr ---- */

typedef struct Partner {
    size_t col;
    double r;
} Partner;

static int by_strength(const void *pa, const void *pb)
{
    const Partner *a = pa, *b = pb;
    double x = isnan(a->r) ? -1 : fabs(a->r), y = isnan(b->r) ? -1 : fabs(b->r);
    return x > y ? -1 : x < y ? 1 : a->col < b->col ? -1 : a->col > b->col;
}

/* One column against all others, the strongest first. */
static bool against_all(const Frame *f, size_t col, Result *out, Error *err)
{
    static const TableCol heads[] = {{COL("column", "")},
                                     {COL("r", "r"), .look = LOOK_FIXED, .digits = 3},
                                     {COL("bar", ""), .look = LOOK_BAR, .human_only = true}};
    Partner *v = arena_array(out->arena, Partner, f->ncols + 1);
    size_t n = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        double m[4];
        if (j == col || !is_numeric(f->cols[j]) || f->cols[j]->type == COL_TIME)
            continue;
        if (cancelled(err) || !frame_corr(f, (size_t[]){col, j}, 2, m, err))
            return false;
        v[n++] = (Partner){j, m[1]};
    }
    qsort(v, n, sizeof *v, by_strength);
    Table *t = result_table(out, "correlations", heads, 3);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", f->names[v[i].col])));
        c[1] = c[2] = cell_real(v[i].r);
    }
    return n > 0 || fail(err, ERR_DATA, "there is no other column of numbers");
}

static bool corr_run(Session *s, const Args *a, Result *out, Error *err)
{
    Selection sel;
    if (!select_run(s, a, &sel, err))
        return false;
    const Frame *f = sel.frame;
    size_t n = 0, limit = 60;
    bool ok = true;
    for (size_t j = 0; ok && j < sel.ncols; j++) {
        const Column *c = f->cols[sel.cols[j]];
        bool usable = is_numeric(c) && c->type != COL_TIME;
        if (!usable && !sel.all_columns)
            ok = fail(err, ERR_TYPE, "'%s' is %s, not a number", f->names[sel.cols[j]],
                      coltype_name(c->type));
        if (usable && (n < limit || !sel.all_columns))
            sel.cols[n++] = sel.cols[j];
    }
    if (ok && n == 1 && !sel.all_columns) {
        ok = against_all(f, sel.cols[0], out, err);
        select_clear(&sel);
        return ok;
    }
    if (ok && n < 2)
        ok = fail(err, ERR_DATA, "corr wants two columns of numbers or more");
    double *m = arena_array(a->arena, double, n *n + 1);
    ok = ok && frame_corr(f, sel.cols, n, m, err);
    if (ok) {
        TableCol *heads = arena_array(out->arena, TableCol, n + 1);
        heads[0] = (TableCol){COL("column", "")};
        for (size_t j = 0; j < n; j++) {
            const char *name = arena_printf(out->arena, "%s", f->names[sel.cols[j]]);
            heads[j + 1] =
                (TableCol){COL(name, name), .look = LOOK_FIXED, .digits = 2, .priority = (int)j};
        }
        Table *t = result_table(out, "matrix", heads, n + 1);
        for (size_t i = 0; i < n; i++) {
            Cell *c = table_row(out, t);
            c[0] = cell_text(str_of(heads[i + 1].key));
            for (size_t j = 0; j < n; j++)
                c[j + 1] = cell_real(m[i * n + j]);
        }
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
    .help = "Pearson's, over the rows where both columns have a value. Of one column: with every other, "
            "the strongest first.",
    .examples = (const Example[]){{"corr ft age, post_age_days, viewed", "", false},
                                  {"corr ft viewed", "what goes with it", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = corr_run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};

/* ---- plot ---- */

static bool two_valued(const Column *c)
{
    for (size_t i = 0; i < c->n; i++) {
        double v = column_real(c, i);
        if (!isnan(v) && v != 0 && v != 1)
            return false;
    }
    return c->type != COL_TIME;
}

typedef struct Pair {
    double x, y;
} Pair;

static int by_x(const void *pa, const void *pb)
{
    double a = ((const Pair *)pa)->x, b = ((const Pair *)pb)->x;
    return (a > b) - (a < b);
}

/* Rates of y in bins of equal count of x, with Wilson's interval (Wilson 1927). */
static size_t rates(Pair *v, size_t n, Result *out, Series *s)
{
    qsort(v, n, sizeof *v, by_x);
    double *x = arena_array(out->arena, double, RATE_BINS),
           *y = arena_array(out->arena, double, RATE_BINS);
    double *lo = arena_array(out->arena, double, RATE_BINS),
           *hi = arena_array(out->arena, double, RATE_BINS);
    size_t k = 0;
    for (size_t from = 0; from < n && k < RATE_BINS;) {
        size_t to = n * (k + 1) / RATE_BINS;
        to = to > from ? to : from + 1;
        while (to < n && v[to].x == v[to - 1].x) /* equal x stay together */
            to++;
        double sx = 0, sy = 0, m = (double)(to - from);
        for (size_t i = from; i < to; i++) {
            sx += v[i].x;
            sy += v[i].y;
        }
        double p = sy / m, z2 = 1.96 * 1.96, mid = (p + z2 / (2 * m)) / (1 + z2 / m);
        double half = 1.96 * sqrt(p * (1 - p) / m + z2 / (4 * m * m)) / (1 + z2 / m);
        x[k] = sx / m;
        y[k] = p;
        lo[k] = mid - half;
        hi[k++] = mid + half;
        from = to;
    }
    *s = (Series){.name = "rate", .n = k, .x = x, .y = y, .low = lo, .high = hi};
    return k;
}

static bool plot_run(Session *s, const Args *a, Result *out, Error *err)
{
    Str line = a->text;
    Span line_at = a->text_at;
    const NamedData *t = command_table_first(s, a, &line, &line_at, err);
    if (!t)
        return false;
    size_t tilde = line.p ? word_end(line, 0, "~") : 0;
    while (tilde < line.n && line.p[tilde] == ' ')
        tilde++;
    if (!line.p || tilde >= line.n || line.p[tilde] != '~') {
        fail_at(err, ERR_USAGE, line_at, "plot wants Y ~ X");
        return error_hint(err, "plot viewed ~ age");
    }
    Str name[2] = {str_trim(str_sub(line, 0, tilde)),
                   str_trim(str_sub(line, tilde + 1, line.n))};
    Frame *f = select_where(a, t->data.frame, t->name, err);
    Column *c[2] = {NULL, NULL};
    bool ok = f != NULL;
    for (size_t i = 0; ok && i < 2; i++) { /* columns or expressions */
        size_t at = line_at.from + (size_t)(name[i].p - line.p);
        Expr *e = expr_parse(a->arena, name[i], at, err);
        ok = e && expr_bind(e, f, t->name, err) && (c[i] = expr_eval(e, f, err)) != NULL;
        if (ok && !is_numeric(c[i]))
            ok = fail_at(err, ERR_TYPE, (Span){at, at + name[i].n}, "'%.*s' is %s, not a number",
                         STR_ARG(name[i]), coltype_name(c[i]->type));
    }
    if (ok) {
        Pair *v = arena_array(out->arena, Pair, f->rows + 1);
        size_t n = 0;
        for (size_t i = 0; i < f->rows; i++) {
            Pair p = {column_real(c[1], i), column_real(c[0], i)};
            if (isfinite(p.x) && isfinite(p.y))
                v[n++] = p;
        }
        bool rate = two_valued(c[0]) && n > RATE_BINS;
        Plot *p = arena_alloc(out->arena, sizeof *p);
        *p = (Plot){.kind = rate ? PLOT_LINES : PLOT_POINTS,
                    .title = args_zstr(a, line),
                    .xlabel = args_zstr(a, name[1]),
                    .ylabel = args_zstr(a, name[0]),
                    .xmin = NAN,
                    .xmax = NAN,
                    .ymin = rate ? 0 : NAN,
                    .ymax = NAN,
                    .nseries = 1,
                    .mark_x = NAN,
                    .mark_y = NAN};
        if (rate) {
            rates(v, n, out, &p->series[0]);
        } else {
            double *x = arena_array(out->arena, double, n + 1),
                   *y = arena_array(out->arena, double, n + 1);
            for (size_t i = 0; i < n; i++) {
                x[i] = v[i].x;
                y[i] = v[i].y;
            }
            p->series[0] = (Series){.name = "", .n = n, .x = x, .y = y};
        }
        static const TableCol cols[] = {{COL("x", "x")}, {COL("y", "y")}};
        Table *points = result_table(out, "points", cols, 2);
        points->machine_only = true;
        for (size_t i = 0; i < p->series[0].n; i++) {
            Cell *cell = table_row(out, points);
            cell[0] = cell_real(p->series[0].x[i]);
            cell[1] = cell_real(p->series[0].y[i]);
        }
        result_plot(out, p);
    }
    column_unref(c[0]);
    column_unref(c[1]);
    frame_unref(f);
    return ok;
}

const Command cmd_plot = {
    .name = "plot",
    .group = GROUP_DATA,
    .brief = "one column against another",
    .usage = "plot [T] Y ~ X [where E] [> FILE.svg]",
    .opts = data_opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_WHERE,
    .help = "Points; when Y is 0 or 1 its rate in twenty groups of X. Y and X may be expressions.",
    .examples = (const Example[]){{"plot viewed ~ age --data ft", "the rate by age", false},
                                  {"plot viewed ~ post_age_days --data ft > rate.svg",
                                   "as a picture", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = plot_run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};
