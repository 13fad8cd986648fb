/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot.c - `plot Y ~ X`: one column against another.
 *
 * Numbers make a cloud of points; a two-valued Y shows its rate in bins of equal count of X
 * instead. When X has levels there is a line for each: median and quartiles of Y, or its rate.
 */
#include <math.h>
#include <stdlib.h>

#include "data/frameops.h"
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

/* The 95 % interval of a rate p of n (Wilson 1927). */
static void wilson(double p, double n, double *low, double *high)
{
    double z2 = 1.96 * 1.96, mid = (p + z2 / (2 * n)) / (1 + z2 / n);
    double half = 1.96 * sqrt(p * (1 - p) / n + z2 / (4 * n * n)) / (1 + z2 / n);
    *low = mid - half;
    *high = mid + half;
}

/* Rates of y in bins of equal count of x. */
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
        x[k] = sx / m;
        y[k] = sy / m;
        wilson(y[k], m, &lo[k], &hi[k]);
        k++;
        from = to;
    }
    *s = (Series){.name = "rate", .n = k, .x = x, .y = y, .low = lo, .high = hi};
    return k;
}

/* Both sides of Y ~ X, columns or expressions, over the rows of `where`. */
typedef struct PlotWhat {
    Frame *frame;
    Str name[2]; /* y, x */
    Column *col[2];
} PlotWhat;

static void plot_what_clear(PlotWhat *w)
{
    column_unref(w->col[0]);
    column_unref(w->col[1]);
    frame_unref(w->frame);
}

static bool plot_what(Session *s, const Args *a, PlotWhat *w, Error *err)
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
    w->name[0] = str_trim(str_sub(line, 0, tilde));
    w->name[1] = str_trim(str_sub(line, tilde + 1, line.n));
    w->frame = select_where(a, t->data.frame, t->name, err);
    for (size_t i = 0; i < 2; i++) {
        if (!w->frame)
            return false;
        size_t at = line_at.from + (size_t)(w->name[i].p - line.p);
        Expr *e = expr_parse(a->arena, w->name[i], at, err);
        if (!e || !expr_bind(e, w->frame, t->name, err) ||
            !(w->col[i] = expr_eval(e, w->frame, err)))
            return false;
        if (is_numeric(w->col[i]) || (i == 1 && w->col[i]->type == COL_CODE))
            continue;
        fail_at(err, ERR_TYPE, (Span){at, at + w->name[i].n}, "'%.*s' is %s, not a number",
                STR_ARG(w->name[i]), coltype_name(w->col[i]->type));
        return i == 0 ? error_hint(err, "levels stand to the right of ~; count %.*s counts them",
                                   STR_ARG(w->name[i]))
                      : false;
    }
    return true;
}

static Plot *plot_new(const Args *a, const PlotWhat *w, PlotKind kind, Result *out)
{
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){
        .kind = kind,
        .title = args_zstr(
            a, str_trim((Str){w->name[0].p, (size_t)(w->name[1].p + w->name[1].n - w->name[0].p)})),
        .xlabel = args_zstr(a, w->name[1]),
        .ylabel = args_zstr(a, w->name[0]),
        .xmin = NAN,
        .xmax = NAN,
        .ymin = NAN,
        .ymax = NAN,
        .xtime = w->col[1]->type == COL_TIME,
        .ytime = w->col[0]->type == COL_TIME,
        .nseries = 1,
        .mark_x = NAN,
        .mark_y = NAN};
    return p;
}

static Cell axis_cell(const Column *c, double v)
{
    return c->type == COL_TIME ? (Cell){.kind = CELL_TIME, .unit = c->unit, .v.i = (int64_t)v}
                               : cell_real(v);
}

/* A cloud of points, or a curve of rates. */
static void plot_numbers(const Args *a, const PlotWhat *w, Result *out)
{
    size_t rows = w->frame->rows, n = 0;
    Pair *v = arena_array(out->arena, Pair, rows + 1);
    for (size_t i = 0; i < rows; i++) {
        Pair p = {column_real(w->col[1], i), column_real(w->col[0], i)};
        if (isfinite(p.x) && isfinite(p.y))
            v[n++] = p;
    }
    bool rate = two_valued(w->col[0]) && n > RATE_BINS;
    Plot *p = plot_new(a, w, rate ? PLOT_LINES : PLOT_POINTS, out);
    if (rate) {
        p->ymin = 0;
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
        cell[0] = axis_cell(w->col[1], p->series[0].x[i]);
        cell[1] = axis_cell(w->col[0], p->series[0].y[i]);
    }
    result_plot(out, p);
}

static int by_value(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

/* The values of y in the order of the levels of x: those of level l are v[from[l]] to v[from[l +
 * 1]]. */
static double *values_by_level(Arena *a, const Column *y, const Column *x, size_t **from)
{
    size_t levels = x->levels->n, *at = arena_array(a, size_t, levels + 2);
    double *v = arena_array(a, double, x->n + 1);
    for (size_t i = 0; i < x->n; i++)
        if (!column_is_null(x, i) && isfinite(column_real(y, i)))
            at[x->v.c[i] + 2]++;
    for (size_t l = 2; l < levels + 2; l++)
        at[l] += at[l - 1];
    for (size_t i = 0; i < x->n; i++)
        if (!column_is_null(x, i) && isfinite(column_real(y, i)))
            v[at[x->v.c[i] + 1]++] = column_real(y, i);
    *from = at;
    return v;
}

/* Median and quartiles of n values, or their rate with its interval. */
static void middle(double *v, size_t n, bool rate, double *mid, double *low, double *high)
{
    qsort(v, n, sizeof *v, by_value);
    *mid = quantile_sorted(v, n, 0.5);
    *low = quantile_sorted(v, n, 0.25);
    *high = quantile_sorted(v, n, 0.75);
    if (!rate)
        return;
    double hits = 0;
    for (size_t i = 0; i < n; i++)
        hits += v[i];
    *mid = hits / (double)n;
    wilson(*mid, (double)n, low, high);
}

/* A line a level of x. */
static void plot_levels(const Args *a, const PlotWhat *w, Result *out)
{
    const Column *y = w->col[0], *x = w->col[1];
    size_t levels = x->levels->n, *from = NULL;
    double *v = values_by_level(a->arena, y, x, &from);
    bool rate = two_valued(y);
    Look look = rate ? LOOK_FIXED : LOOK_PLAIN;
    int digits = rate ? 3 : 4;
    const TableCol cols[] = {
        {COL("x", args_zstr(a, w->name[1]))},
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("y", rate ? "rate" : "median"), .look = look, .digits = digits},
        {COL("low", rate ? "95 %" : "25 %"), .look = look, .digits = digits},
        {COL("high", rate ? "" : "75 %"), .look = look, .digits = digits},
        {COL("bar", ""), .look = LOOK_BAR, .human_only = true}};
    Table *t = result_table(out, "points", cols, 6);
    Plot *p = plot_new(a, w, PLOT_FOREST, out);
    double *mid = arena_array(out->arena, double, levels + 1);
    double *low = arena_array(out->arena, double, levels + 1);
    double *high = arena_array(out->arena, double, levels + 1);
    p->labels = arena_array(out->arena, const char *, levels + 1);
    p->xlabel =
        arena_printf(out->arena, "%s of %s", rate ? "rate" : "median and quartiles", p->ylabel);
    for (size_t l = 0; l < levels; l++) {
        size_t n = from[l + 1] - from[l], k = t->nrows;
        if (!n)
            continue;
        middle(v + from[l], n, rate, &mid[k], &low[k], &high[k]);
        Str name = levels_at(x->levels, l);
        p->labels[k] = arena_printf(out->arena, "%.*s", STR_ARG(name));
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(p->labels[k]));
        c[1] = cell_int((int64_t)n);
        c[2] = axis_cell(y, mid[k]);
        c[3] = axis_cell(y, low[k]);
        c[4] = axis_cell(y, high[k]);
        c[5] = y->type == COL_TIME ? (Cell){.kind = CELL_NULL} : cell_real(mid[k]);
    }
    p->series[0] =
        (Series){.name = "", .n = t->nrows, .x = mid, .y = mid, .low = low, .high = high};
    if (y->type != COL_TIME)
        result_picture(out, p);
}

static bool plot_run(Session *s, const Args *a, Result *out, Error *err)
{
    PlotWhat w = {0};
    bool ok = plot_what(s, a, &w, err);
    if (ok && w.col[1]->type == COL_CODE)
        plot_levels(a, &w, out);
    else if (ok)
        plot_numbers(a, &w, out);
    plot_what_clear(&w);
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
    .help =
        "Points; when Y is 0 or 1 its rate in twenty groups of X. When X has levels, median and "
        "quartiles of Y, or its rate, for each. Y and X may be expressions.",
    .examples = (const Example[]){{"plot viewed ~ age --data ft", "the rate by age", false},
                                  {"plot users age ~ country", "by levels", false},
                                  {"plot viewed ~ post_age_days --data ft > rate.svg",
                                   "as a picture", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = plot_run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};
