/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * count.c - `count`: how often each value occurs; `hist`: the same as a picture.
 *
 * Two columns in count give a cross table with Pearson's chi-squared (Agresti, Categorical Data
 * Analysis, 2nd ed. 2002, section 3.2). Bins of hist are of equal width.
 */
#include <math.h>
#include <stdlib.h>

#include "glm/metrics.h"
#include "shell/format.h"
#include "shell/plot.h"
#include "shell/select.h"
#include "shell/settings.h"

#define BINS 16
#define LEVELS 30
#define GROUPS SERIES_MAX

static bool is_numeric(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL || c->type == COL_TIME;
}

/* The value of a row as text in the arena, escaped only when printed. */
static Str row_text(Arena *a, const Column *c, size_t row)
{
    Buf b = BUF_INIT;
    column_print(c, row, &b);
    Str s =
        column_is_null(c, row) ? STR("missing") : (Str){arena_strndup(a, b.p ? b.p : "", b.n), b.n};
    buf_free(&b);
    return s;
}

/* The same as a cell: a number stays one, a missing value is missing. */
static Cell row_cell(Arena *a, const Column *c, size_t row)
{
    if (c->type == COL_CODE || c->type == COL_TEXT)
        return column_is_null(c, row) ? (Cell){.kind = CELL_NULL} : cell_text(row_text(a, c, row));
    return cell_of(c, row);
}

/* ---- count ---- */

static int by_count(const void *pa, const void *pb)
{
    const uint32_t *a = pa, *b = pb; /* count, group */
    return a[0] != b[0] ? (a[0] < b[0] ? 1 : -1) : (a[1] > b[1]) - (a[1] < b[1]);
}

static void count_one(const Frame *f, const size_t *cols, size_t ncols, const Grouping *g,
                      Result *out)
{
    TableCol heads[12];
    size_t n = 0;
    for (size_t j = 0; j < ncols && j < 8; j++) {
        const char *name = arena_printf(out->arena, "%s", f->names[cols[j]]);
        heads[n++] = (TableCol){COL(name, name)};
    }
    size_t base = n;
    heads[n++] = (TableCol){COL("n", "n"), .look = LOOK_COUNT};
    heads[n++] = (TableCol){COL("share", "share"), .look = LOOK_PERCENT};
    heads[n++] = (TableCol){COL("bar", ""), .look = LOOK_BAR, .human_only = true};
    Table *t = result_table(out, "counts", heads, n);
    uint32_t(*order)[2] = xcalloc(g->ngroups + 1, sizeof *order);
    for (size_t k = 0; k < g->ngroups; k++) {
        order[k][0] = g->count[k];
        order[k][1] = (uint32_t)k;
    }
    qsort(order, g->ngroups, sizeof *order, by_count);
    for (size_t i = 0; i < g->ngroups; i++) {
        size_t k = order[i][1];
        Cell *c = table_row(out, t);
        for (size_t j = 0; j < base; j++)
            c[j] = row_cell(out->arena, f->cols[cols[j]], g->first[k]);
        c[base] = cell_int(g->count[k]);
        c[base + 1] = cell_real((double)g->count[k] / (double)f->rows);
        c[base + 2] = cell_real(g->count[k]);
    }
    free(order);
    t->footer = arena_printf(out->arena, "%s, %s", result_plural(out, (int64_t)f->rows, "row"),
                             result_plural(out, (int64_t)g->ngroups, "value"));
}

/* Rows of a by columns of b: counts with row shares. */
static bool cross(const Frame *f, size_t ca, size_t cb, Result *out, Error *err)
{
    Grouping a = {0}, b = {0};
    if (!frame_group(f, &ca, 1, &a, err) || !frame_group(f, &cb, 1, &b, err)) {
        grouping_clear(&a);
        return false;
    }
    bool ok = a.ngroups <= 1000 && b.ngroups <= LEVELS;
    if (!ok) {
        fail(err, ERR_DATA, "a cross table of %zu by %zu values is too wide", a.ngroups, b.ngroups);
        if (b.ngroups <= LEVELS)
            error_hint(
                err,
                "the first column may have 1000 values: count %s tells how often each is there",
                f->names[ca]);
        else
            error_hint(err, "the second column may have %d values", LEVELS);
        goto done;
    }
    double *n = arena_array(out->arena, double, a.ngroups *b.ngroups + 1), chisq = 0;
    for (size_t i = 0; i < f->rows; i++)
        n[a.group[i] * b.ngroups + b.group[i]]++;
    TableCol *heads = arena_array(out->arena, TableCol, 2 * b.ngroups + 3);
    size_t h = 0;
    const char *name = arena_printf(out->arena, "%s", f->names[ca]),
               *other = arena_printf(out->arena, "%s", f->names[cb]);
    const TableCol facts[] = {
        {COL(name, name)}, {COL(other, other)}, {COL("n", "n")}, {COL("share", "share")}};
    heads[h++] = (TableCol){COL(name, name)};
    for (size_t j = 0; j < b.ngroups; j++) {
        Str level = row_text(out->arena, f->cols[cb], b.first[j]);
        const char *title = arena_printf(out->arena, "%.*s", STR_ARG(level));
        heads[h++] = (TableCol){COL(title, title), .look = LOOK_COUNT};
        heads[h++] =
            (TableCol){COL("share", ""), .look = LOOK_PERCENT, .priority = 2, .together = true};
    }
    heads[h++] = (TableCol){COL("n", "all"), .look = LOOK_COUNT, .priority = 1};
    Table *rows = result_table(out, "counts", facts, 4);
    Table *t = result_table(out, "counts", heads, h);
    rows->machine_only = t->human_only = true;
    t->title = arena_printf(out->arena, "%s by %s", name, other);
    for (size_t i = 0; i < a.ngroups; i++) {
        Cell *c = table_row(out, t);
        c[0] = row_cell(out->arena, f->cols[ca], a.first[i]);
        for (size_t j = 0; j < b.ngroups; j++) {
            double v = n[i * b.ngroups + j];
            double expect = (double)a.count[i] * (double)b.count[j] / (double)f->rows;
            chisq += (v - expect) * (v - expect) / expect;
            Cell *r = table_row(out, rows);
            r[0] = c[0];
            r[1] = row_cell(out->arena, f->cols[cb], b.first[j]);
            r[2] = c[1 + 2 * j] = cell_int((int64_t)v);
            r[3] = c[2 + 2 * j] = cell_real(v / (double)a.count[i]);
        }
        c[h - 1] = cell_int(a.count[i]);
    }
    double df = (double)(a.ngroups - 1) * (double)(b.ngroups - 1);
    double p = chisq_upper(chisq, df);
    Buf text = BUF_INIT;
    buf_pvalue(&text, p);
    result_real(out, "chisq", df > 0 ? chisq : NAN);
    result_real(out, "df", df);
    result_real(out, "p", p);
    t->footer = df > 0 ? arena_printf(out->arena, "chi-squared %s on %.0f df, p %s",
                                      result_short(out, chisq), df, text.p)
                       : "one value on a side: nothing to test";
    buf_free(&text);
done:
    grouping_clear(&a);
    grouping_clear(&b);
    return ok;
}

static bool count_run(Session *s, const Args *a, Result *out, Error *err)
{
    Selection sel;
    if (!select_run(s, a, &sel, err))
        return false;
    const Frame *f = sel.frame;
    result_text(out, "table", str_of(sel.table->name));
    result_int(out, "rows", (int64_t)f->rows);
    bool ok = true;
    if (!f->rows)
        select_never(a, sel.table->data.frame, out);
    if (sel.all_columns) {
        result_line(out, "%s", result_plural(out, (int64_t)f->rows, "row"));
    } else if (sel.ncols == 2) {
        ok = cross(f, sel.cols[0], sel.cols[1], out, err);
    } else {
        Grouping g;
        ok = frame_group(f, sel.cols, sel.ncols, &g, err);
        if (ok)
            count_one(f, sel.cols, sel.ncols, &g, out);
        if (ok)
            grouping_clear(&g);
    }
    for (size_t i = 0; i < out->n; i++)
        if (out->items[i].kind == ITEM_TABLE)
            out->items[i].v.table->shown = (size_t)s->settings->rows;
    select_clear(&sel);
    return ok;
}

static const OptRow data_opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_count = {
    .name = "count",
    .group = GROUP_DATA,
    .brief = "how often each value occurs",
    .usage = "count [T] [COLS] [where E]",
    .opts = data_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WHERE,
    .help = "One column: counts and shares, most frequent first. Two columns: a cross table with "
            "shares of the row and a "
            "chi-squared test. No column: the number of rows.",
    .examples = (const Example[]){{"count users where age > 30", "", false},
                                  {"count interactions interaction_type", "", false},
                                  {"count users country, gender", "a cross table", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = count_run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};

/* ---- hist ---- */

typedef struct Bin {
    double low, high, n, hits;
} Bin;

/* The column beside the histogram: a number's mean in each bin, a level's count. */
static void hist_plot(const Frame *f, size_t col, const char *by, const Bin *bins, size_t n,
                      const char **labels, Result *out)
{
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1);
    double *rate = arena_array(out->arena, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        x[i] = (double)i;
        y[i] = bins[i].n;
        rate[i] = bins[i].n > 0 ? bins[i].hits / bins[i].n : NAN;
    }
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = PLOT_BARS,
                .title = by ? arena_printf(out->arena, "%s: rows, mean of %s", f->names[col], by)
                            : arena_printf(out->arena, "%s", f->names[col]),
                .ylabel = "rows",
                .xlabel = by ? arena_printf(out->arena, "mean of %s", by) : NULL,
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .nseries = by ? 2 : 1,
                .series = {{.name = "rows", .n = n, .x = x, .y = y},
                           {.name = "rate", .n = n, .x = x, .y = rate}},
                .labels = labels,
                .mark_x = NAN,
                .mark_y = NAN};
    result_plot(out, p);
}

static const char *by_name(const Frame *f, const Column *by)
{
    for (size_t j = 0; by && j < f->ncols; j++)
        if (f->cols[j] == by)
            return f->names[j];
    return NULL;
}

/* Bins of equal width with ends that one can say: steps of 1, 2 or 5 times a power of ten; of whole
 * numbers, whole ones; of moments, whole days, hours, minutes or seconds. */
typedef struct Bins {
    double low, step;
    size_t n;
    bool whole; /* a label names the last value in the bin, not the first behind it */
    TimeUnit unit;
} Bins;

static double nice_step(double raw)
{
    double power = pow(10, floor(log10(raw))), r = raw / power;
    return power * (r <= 1.000001 ? 1 : r <= 2 ? 2 : r <= 2.5 ? 2.5 : r <= 5 ? 5 : 10);
}

/* Steps of moments, in microseconds. */
static void time_bins(double low, double high, Bins *b)
{
    static const double steps[] = {1e6,   2e6,    5e6,    15e6,   30e6,    60e6,    120e6,  300e6,
                                   900e6, 1800e6, 3600e6, 7200e6, 10800e6, 21600e6, 43200e6};
    const double day = (double)US_PER_DAY;
    double raw = (high - low) / BINS;
    size_t k = 0, n = sizeof steps / sizeof *steps;
    while (k < n && steps[k] < raw)
        k++;
    b->step = raw < 1e6 && raw > 0 ? raw : k < n ? steps[k] : day * ceil(raw / day);
    b->low = raw < 1e6 ? low : floor(low / b->step) * b->step;
    if (b->step >= day)
        b->low = floor(low / day) * day;
    b->unit = b->step >= day    ? TIME_DAY
              : b->step >= 60e6 ? TIME_MINUTE
              : b->step >= 1e6  ? TIME_SECOND
                                : TIME_MICRO;
    b->whole = b->step >= day;
    b->n = (size_t)floor((high - b->low) / b->step) + 1;
}

static void real_bins(double low, double high, Bins *b)
{
    b->step = high > low ? nice_step((high - low) / BINS) : 1;
    b->low = high > low ? floor(low / b->step) * b->step : low;
    double n = ceil((high - b->low) / b->step - 1e-9); /* the largest value may be the last end */
    b->n = n >= 1 ? (size_t)n : 1;
}

static bool bins_of(const Column *c, Bins *b)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < c->n; i++) {
        double v = column_real(c, i);
        if (isfinite(v)) {
            low = fmin(low, v);
            high = fmax(high, v);
        }
    }
    if (!(low <= high))
        return false;
    *b = (Bins){.low = low, .n = BINS, .whole = c->type == COL_INT || c->type == COL_BOOL};
    if (c->type == COL_TIME) {
        time_bins(low, high, b);
    } else if (!b->whole) {
        real_bins(low, high, b);
    } else if (high - low < BINS) {
        b->n = (size_t)(high - low) + 1;
        b->step = 1;
    } else {
        b->step = ceil((high - low + 1) / BINS);
        b->n = (size_t)((high - low) / b->step) + 1;
    }
    return true;
}

static const char *edge_text(Result *out, const Column *c, const Bins *b, double v)
{
    Buf text = BUF_INIT;
    if (c->type == COL_TIME)
        buf_time(&text, (int64_t)v, b->unit);
    else
        buf_digits(&text, fabs(v) < 1e-9 * b->step ? 0 : v, b->whole ? 15 : 6);
    const char *z = arena_printf(out->arena, "%s", text.p);
    buf_free(&text);
    return z;
}

/* The bin of a row, or SIZE_MAX when it has no value. */
static size_t bin_of(const Bins *b, const Column *c, size_t row)
{
    double v = column_real(c, row);
    if (!isfinite(v))
        return SIZE_MAX;
    size_t k = (size_t)((v - b->low) / b->step + 1e-9); /* 0.3 / 0.1 is a hair below 3 */
    return k < b->n ? k : b->n - 1;
}

static Cell edge_cell(const Column *c, const Bins *b, size_t k)
{
    double v = b->low + b->step * (double)k;
    return c->type == COL_TIME ? (Cell){.kind = CELL_TIME, .unit = b->unit, .v.i = (int64_t)v}
                               : cell_real(v);
}

static const char *bin_label(Result *out, const Column *c, const Bins *b, size_t k)
{
    double from = b->low + b->step * (double)k, to = from + b->step;
    double last = c->type == COL_TIME ? to - (double)US_PER_DAY : to - 1;
    if (b->whole && last <= from)
        return edge_text(out, c, b, from);
    return arena_printf(out->arena, "%s to %s", edge_text(out, c, b, from),
                        edge_text(out, c, b, b->whole ? last : to));
}

static void hist_numbers(const Frame *f, size_t col, const Column *by, Result *out)
{
    const Column *c = f->cols[col];
    Bins b;
    if (!bins_of(c, &b)) {
        result_line(out, "%s has no value", f->names[col]);
        return;
    }
    Bin *bins = arena_array(out->arena, Bin, b.n + 1);
    for (size_t i = 0; i < c->n; i++) {
        size_t k = bin_of(&b, c, i);
        if (k == SIZE_MAX)
            continue;
        bins[k].n++;
        if (by && !column_is_null(by, i))
            bins[k].hits += column_real(by, i);
    }
    static const TableCol cols[] = {
        {COL("low", "from")}, {COL("high", "to")}, {COL("n", "n")}, {COL("rate", "mean")}};
    Table *t = result_table(out, "bins", cols, by ? 4 : 3);
    t->machine_only = true;
    const char **labels = arena_array(out->arena, const char *, b.n + 1);
    for (size_t k = 0; k < b.n; k++) {
        Cell *row = table_row(out, t);
        row[0] = edge_cell(c, &b, k);
        row[1] = edge_cell(c, &b, k + 1);
        row[2] = cell_int((int64_t)bins[k].n);
        if (by)
            row[3] = cell_real(bins[k].n > 0 ? bins[k].hits / bins[k].n : NAN);
        labels[k] = bin_label(out, c, &b, k);
    }
    hist_plot(f, col, by_name(f, by), bins, b.n, labels, out);
}

/* A line a group for the picture: the share of the group's rows in each bin. */
static void group_curves(const char *title, const char *xlabel, const Bins *b, const double *n,
                         const Grouping *g, const char **names, size_t ngroups, Result *out)
{
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = PLOT_LINES, .title = title, .xlabel = xlabel, .ylabel = "share of the rows",
                .xmin = NAN, .xmax = NAN, .ymin = 0, .ymax = NAN, .nseries = ngroups,
                .mark_x = NAN, .mark_y = NAN};
    for (size_t j = 0; j < ngroups; j++) {
        double *x = arena_array(out->arena, double, b->n),
               *y = arena_array(out->arena, double, b->n);
        for (size_t k = 0; k < b->n; k++) {
            x[k] = b->low + b->step * ((double)k + 0.5);
            y[k] = n[k * g->ngroups + j] / (double)g->count[j];
        }
        p->series[j] = (Series){.name = names[j], .n = b->n, .x = x, .y = y};
    }
    result_picture(out, p);
}

/* Numbers by the levels of another column: a column of bars each, scaled for itself. */
static bool hist_groups(const Frame *f, size_t col, size_t by, Result *out, Error *err)
{
    const Column *c = f->cols[col];
    Bins b;
    Grouping g;
    if (!is_numeric(c)) {
        fail(err, ERR_TYPE, "'%s' is %s, and so is '%s'", f->names[col], coltype_name(c->type),
             f->names[by]);
        return error_hint(err, "count %s, %s makes a cross table", f->names[col], f->names[by]);
    }
    if (!bins_of(c, &b)) {
        result_line(out, "%s has no value", f->names[col]);
        return true;
    }
    if (!frame_group(f, &by, 1, &g, err))
        return false;
    if (g.ngroups > GROUPS) {
        fail(err, ERR_DATA, "'%s' has %zu values, and hist shows at most %d groups", f->names[by],
             g.ngroups, GROUPS);
        grouping_clear(&g);
        return error_hint(err, "where %s in (...) takes some of them", f->names[by]);
    }
    double *n = arena_array(out->arena, double, b.n *g.ngroups + 1);
    for (size_t i = 0; i < c->n; i++) {
        size_t k = bin_of(&b, c, i);
        if (k != SIZE_MAX)
            n[k * g.ngroups + g.group[i]]++;
    }
    const char *name = arena_printf(out->arena, "%s", f->names[by]), *names[GROUPS];
    const TableCol cols[] = {
        {COL(name, name)}, {COL("low", "from")}, {COL("high", "to")}, {COL("n", "n")}};
    TableCol heads[1 + 2 * GROUPS] = {{COL("bin", arena_printf(out->arena, "%s", f->names[col]))}};
    for (size_t j = 0; j < g.ngroups; j++) {
        names[j] = arena_printf(out->arena, "%.*s",
                                STR_ARG(row_text(out->arena, f->cols[by], g.first[j])));
        heads[1 + 2 * j] = (TableCol){COL(names[j], names[j]), .look = LOOK_COUNT};
        heads[2 + 2 * j] = (TableCol){COL("bar", ""), .look = LOOK_BAR, .priority = 2};
    }
    Table *rows = result_table(out, "bins", cols, 4);
    Table *t = result_table(out, "bins", heads, 1 + 2 * g.ngroups);
    rows->machine_only = t->human_only = true;
    for (size_t k = 0; k < b.n; k++) {
        Cell *h = table_row(out, t);
        h[0] = cell_text(str_of(bin_label(out, c, &b, k)));
        for (size_t j = 0; j < g.ngroups; j++) {
            double v = n[k * g.ngroups + j];
            Cell *r = table_row(out, rows);
            r[0] = row_cell(out->arena, f->cols[by], g.first[j]);
            r[1] = edge_cell(c, &b, k);
            r[2] = edge_cell(c, &b, k + 1);
            r[3] = h[1 + 2 * j] = cell_int((int64_t)v);
            h[2 + 2 * j] = cell_real(v);
        }
    }
    group_curves(arena_printf(out->arena, "%s by %s", f->names[col], name), heads[0].title, &b, n,
                 &g, names, g.ngroups, out);
    grouping_clear(&g);
    return true;
}

static bool hist_levels(const Frame *f, size_t col, const Column *by, Result *out, Error *err)
{
    Grouping g;
    if (!frame_group(f, &col, 1, &g, err))
        return false;
    uint32_t(*order)[2] = xcalloc(g.ngroups + 1, sizeof *order);
    double *hits = xcalloc(g.ngroups + 1, sizeof *hits);
    for (size_t k = 0; k < g.ngroups; k++) {
        order[k][0] = g.count[k];
        order[k][1] = (uint32_t)k;
    }
    for (size_t i = 0; by && i < f->rows; i++)
        hits[g.group[i]] += column_is_null(by, i) ? 0 : column_real(by, i);
    qsort(order, g.ngroups, sizeof *order, by_count);
    static const TableCol cols[] = {
        {COL("value", "value")}, {COL("n", "n")}, {COL("rate", "mean")}};
    Table *t = result_table(out, "bins", cols, by ? 3 : 2);
    t->machine_only = true;
    size_t n = g.ngroups < LEVELS ? g.ngroups : LEVELS;
    Bin *bins = arena_array(out->arena, Bin, n + 1);
    const char **labels = arena_array(out->arena, const char *, n + 1);
    for (size_t i = 0; i < g.ngroups; i++) {
        size_t k = order[i][1];
        Str text = row_text(out->arena, f->cols[col], g.first[k]);
        Cell *row = table_row(out, t);
        row[0] = row_cell(out->arena, f->cols[col], g.first[k]);
        row[1] = cell_int(g.count[k]);
        if (by)
            row[2] = cell_real(hits[k] / g.count[k]);
        if (i < n) {
            bins[i] = (Bin){.n = g.count[k], .hits = hits[k]};
            labels[i] = arena_printf(out->arena, "%.*s", STR_ARG(text));
        }
    }
    if (n)
        hist_plot(f, col, by_name(f, by), bins, n, labels, out);
    else
        result_line(out, "%s has no value", f->names[col]);
    if (g.ngroups > n)
        result_line(out, "and %zu more values", g.ngroups - n);
    free(order);
    free(hits);
    grouping_clear(&g);
    return true;
}

static bool hist_run(Session *s, const Args *a, Result *out, Error *err)
{
    Selection sel;
    size_t *by_cols = NULL, nby = 0;
    if (!select_run(s, a, &sel, err))
        return false;
    const Frame *f = sel.frame;
    bool ok = !sel.all_columns && sel.ncols == 1;
    if (!ok) {
        fail(err, ERR_USAGE, "hist wants one column");
        error_hint(err, "hist age");
    }
    ok = ok &&
         (!a->by.p || args_columns(a, a->by, a->by_at, f, sel.table->name, &by_cols, &nby, err));
    const Column *by = ok && nby ? f->cols[by_cols[0]] : NULL;
    if (ok && nby > 1)
        ok = fail_at(err, ERR_USAGE, a->by_at, "hist takes one column behind 'by'");
    if (ok) {
        result_text(out, "column", str_of(f->names[sel.cols[0]]));
        if (by && (!is_numeric(by) || by->type == COL_TIME))
            ok = hist_groups(f, sel.cols[0], by_cols[0], out, err);
        else if (is_numeric(f->cols[sel.cols[0]]))
            hist_numbers(f, sel.cols[0], by, out);
        else
            ok = hist_levels(f, sel.cols[0], by, out, err);
    }
    select_clear(&sel);
    return ok;
}

const Command cmd_hist = {
    .name = "hist",
    .group = GROUP_DATA,
    .brief = "a histogram",
    .usage = "hist [T] COL [by COL] [where E]",
    .opts = data_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WHERE | CLAUSE_BY,
    .help =
        "Bins of equal width, or a bar a level. With `by` and a number (viewed) its mean stands "
        "beside each bar; with `by` and levels (gender) each level has its own bars. "
        "> FILE.svg saves the picture.",
    .examples = (const Example[]){{"hist users age", "", false},
                                  {"hist ft age by viewed", "with the rate", false},
                                  {"hist users age by gender", "side by side", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = hist_run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};
