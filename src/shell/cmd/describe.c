/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * describe.c - `describe`: a line a column: type, missing, distinct, quartiles or levels, a small
 * histogram.
 */
#include <math.h>
#include <stdlib.h>

#include "glm/metrics.h"
#include "shell/format.h"
#include "shell/select.h"

/* Eight heights of a block; "." to "#" without UTF-8 is not needed: the numbers are there, too. */
static const char *spark(Arena *a, const ColSummary *c)
{
    static const char *const blocks[] = {"\u2581", "\u2582", "\u2583", "\u2584",
                                         "\u2585", "\u2586", "\u2587", "\u2588"};
    size_t top = 0;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < c->nhist; i++)
        top = c->hist[i] > top ? c->hist[i] : top;
    size_t step = c->type == COL_BOOL && c->nhist > 1 ? c->nhist - 1 : 1; /* no and yes only */
    for (size_t i = 0; i < c->nhist && top; i += step) {
        double share = (double)c->hist[i] / (double)top;
        buf_puts(&b, c->hist[i] ? blocks[(size_t)floor(share * 7.999)] : " ");
    }
    const char *z = arena_strndup(a, b.p ? b.p : "", b.n);
    buf_free(&b);
    return z;
}

/* python 31 %, java 22 %, js 18 %, 6 more */
static const char *levels_text(Arena *a, const ColSummary *c)
{
    Buf b = BUF_INIT;
    size_t there = c->n - c->missing, shown = c->ntop < 3 ? c->ntop : 3;
    if (!c->ntop || !there ||
        c->top[0].count * 200 < there) { /* ids and prose: shares say nothing */
        buf_free(&b);
        return NULL;
    }
    for (size_t i = 0; i < shown; i++) {
        double share = 100 * (double)c->top[i].count / (double)there;
        buf_printf(&b, "%s", i ? ", " : "");
        buf_str(&b, utf8_fit(str_of(c->top[i].text), 20, &(size_t){0}));
        buf_printf(&b, share < 1 ? " %.1f %%" : " %.0f %%", share);
    }
    if (c->distinct > shown)
        buf_printf(&b, ", %zu more", c->distinct - shown);
    const char *z = arena_strndup(a, b.p, b.n);
    buf_free(&b);
    return z;
}

/* 2023-10-01 to 2024-06-30; days are enough where the column spans more than a month. */
static Cell time_range(Arena *a, const ColSummary *c)
{
    bool wide = c->max - c->min > 31.0 * (double)US_PER_DAY;
    TimeUnit unit = wide || c->unit == TIME_DAY ? TIME_DAY : TIME_MINUTE;
    if (isnan(c->min))
        return (Cell){.kind = CELL_NULL};
    Buf b = BUF_INIT;
    buf_time(&b, (int64_t)c->min, unit);
    buf_puts(&b, " to ");
    buf_time(&b, (int64_t)c->max, unit);
    Cell cell = cell_text(str_of(arena_printf(a, "%s", b.p)));
    buf_free(&b);
    return cell;
}

/* [{"level":"US","n":534,"share":0.267}, ...]: the most frequent values, for programs. */
static Cell levels_json(Arena *a, const ColSummary *c)
{
    Buf b = BUF_INIT;
    size_t there = c->n - c->missing;
    buf_putc(&b, '[');
    for (size_t i = 0; i < c->ntop; i++) {
        buf_puts(&b, i ? ",{\"level\":" : "{\"level\":");
        buf_json_str(&b, str_of(c->top[i].text));
        buf_printf(&b, ",\"n\":%zu,\"share\":", c->top[i].count);
        buf_json_real(&b, (double)c->top[i].count / (double)there);
        buf_putc(&b, '}');
    }
    buf_putc(&b, ']');
    Cell cell = {.kind = CELL_JSON, .v.text = {arena_strndup(a, b.p, b.n), b.n}};
    buf_free(&b);
    return cell;
}

/* [54,116,...]: rows in bins of equal width from min to max. */
static Cell bins_json(Arena *a, const ColSummary *c)
{
    Buf b = BUF_INIT;
    buf_putc(&b, '[');
    for (size_t i = 0; i < c->nhist; i++)
        buf_printf(&b, "%s%zu", i ? "," : "", c->hist[i]);
    buf_putc(&b, ']');
    Cell cell = {.kind = CELL_JSON, .v.text = {arena_strndup(a, b.p, b.n), b.n}};
    buf_free(&b);
    return cell;
}

static Cell time_cell(double us, TimeUnit unit)
{
    return isnan(us) ? (Cell){.kind = CELL_NULL}
                     : (Cell){.kind = CELL_TIME, .unit = unit, .v.i = (int64_t)us};
}

/* For programs: every fact under a key of its own. */
static void put_facts(const ColSummary *sum, size_t n, Result *out)
{
    static const TableCol cols[] = {
        {COL("column", "column")}, {COL("type", "type")}, {COL("missing", "missing")},
        {COL("distinct", "distinct")}, {COL("min", "min")}, {COL("q25", "q25")},
        {COL("median", "median")}, {COL("q75", "q75")}, {COL("max", "max")},
        {COL("mean", "mean")}, {COL("sd", "sd")}, {COL("levels", "levels")},
        {COL("histogram", "histogram")},
    };
    Table *t = result_table(out, "columns", cols, sizeof cols / sizeof *cols);
    t->machine_only = true;
    for (size_t i = 0; i < n; i++) {
        const ColSummary *c = &sum[i];
        bool text = c->type == COL_CODE || c->type == COL_TEXT, time = c->type == COL_TIME;
        const double v[] = {c->min, c->q1, c->median, c->q3, c->max, c->mean, c->sd};
        Cell *row = table_row(out, t);
        row[0] = cell_text(str_of(arena_printf(out->arena, "%s", c->name)));
        row[1] = cell_text(str_of(coltype_name(c->type)));
        row[2] = cell_int((int64_t)c->missing);
        row[3] = cell_int((int64_t)c->distinct);
        for (size_t k = 0; k < 7; k++)
            row[4 + k] = text             ? (Cell){.kind = CELL_NULL}
                         : time && k == 6 ? (Cell){.kind = CELL_NULL}
                         : time           ? time_cell(v[k], c->unit)
                                          : cell_real(v[k]);
        row[11] = text ? levels_json(out->arena, c) : (Cell){.kind = CELL_NULL};
        row[12] = text ? (Cell){.kind = CELL_NULL} : bins_json(out->arena, c);
    }
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("column", "column")},
        {COL("type", "type"), .priority = 1},
        {COL("missing", "missing"), .look = LOOK_COUNT, .priority = 2},
        {COL("distinct", "distinct"), .look = LOOK_COUNT, .priority = 2},
        {COL("min", "min"), .priority = 3, .spill = true},
        {COL("q25", "25 %"), .priority = 8},
        {COL("median", "median"), .priority = 5},
        {COL("q75", "75 %"), .priority = 8},
        {COL("max", "max"), .priority = 4},
        {COL("mean", "mean"), .priority = 6},
        {COL("sd", "sd"), .priority = 7},
        {COL("shape", "shape"), .priority = 4},
    };
    Selection sel;
    if (!select_run(s, a, &sel, err))
        return false;
    ColSummary *sum = arena_array(a->arena, ColSummary, sel.ncols + 1);
    if (!frame_summary(sel.frame, sel.cols, sel.ncols, sum, err)) {
        select_clear(&sel);
        return false;
    }
    result_text(out, "table", str_of(sel.table->name));
    result_int(out, "rows", (int64_t)sel.frame->rows);
    Table *t = result_table(out, "columns", cols, sizeof cols / sizeof *cols);
    t->blank_nulls = t->human_only = true;
    for (size_t i = 0; i < sel.ncols; i++) {
        const ColSummary *c = &sum[i];
        bool number = c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL,
             time = c->type == COL_TIME;
        Cell *row = table_row(out, t);
        row[0] = cell_text(str_of(arena_printf(out->arena, "%s", c->name)));
        row[1] = cell_text(str_of(coltype_name(c->type)));
        row[2] = cell_int((int64_t)c->missing);
        row[3] = cell_int((int64_t)c->distinct);
        for (size_t k = 4; k < 11; k++)
            row[k] = (Cell){.kind = CELL_NULL};
        if (time) {
            row[4] = time_range(out->arena, c);
        } else if (number) {
            const double v[] = {c->min, c->q1, c->median, c->q3, c->max, c->mean, c->sd};
            for (size_t k = 0; k < 7; k++)
                row[4 + k] = cell_real(v[k]);
        } else {
            row[4] = cell_text(str_of(levels_text(out->arena, c)));
        }
        row[11] = cell_text(str_of(spark(out->arena, c)));
    }
    t->footer =
        arena_printf(out->arena, "%s, %s", result_plural(out, (int64_t)sel.frame->rows, "row"),
                     result_plural(out, (int64_t)sel.ncols, "column"));
    put_facts(sum, sel.ncols, out);
    if (!sel.frame->rows)
        select_never(a, sel.table->data.frame, out);
    select_clear(&sel);
    return true;
}

static const OptRow opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_describe = {
    .name = "describe",
    .group = GROUP_DATA,
    .brief = "a line a column: type, missing, range, shape",
    .usage = "describe [T] [COLS] [where E]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WHERE,
    .help = "Quartiles are R's type 7; distinct counts are exact. Text columns show their most "
            "frequent values.",
    .examples = (const Example[]){{"describe users", "", false},
                                  {"describe ft age, lang, viewed", "", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};
