/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fmt_aligned.c - results for people: columns side by side.
 *
 * Every cell is written once into a scratch buffer with its display width and the width before its
 * decimal point, so that numbers stand with their points below each other. If the screen is too
 * narrow, texts are cut first, then columns leave by priority (a high number leaves first) and the
 * footer says how many. Bars share one scale a column.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "shell/format.h"

#define GAP 2
#define BAR_CELLS 14 /* of a bar; half as many on a narrow screen */
#define TEXT_MIN 12  /* a text column is not cut below this */
#define TEXT_WIDE 60 /* nor left wider than this on a screen */

typedef struct Shown {
    size_t from, n;     /* bytes in the scratch buffer */
    size_t width, left; /* columns; those before the point */
    bool spill;         /* may run over the empty cells behind it */
} Shown;

typedef struct Grid {
    const Table *t;
    size_t ncols, nrows;
    size_t *cols, *rows;          /* columns of the table, rows (SIZE_MAX: the gap) */
    Shown *cells;                 /* nrows x ncols */
    size_t *width, *left, *right; /* a column: all, before the point, from the point on */
    bool *number, *keep;
    size_t bar;         /* cells of a bar */
    double *low, *high; /* bars: the smallest and largest value, 0 included */
    Buf text;
} Grid;

static bool is_number(const Table *t, const size_t *rows, size_t n, size_t col)
{
    if (t->cols[col].look == LOOK_BAR)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (rows[i] == SIZE_MAX)
            continue;
        CellKind k = table_cell(t, rows[i], col).kind;
        if (k != CELL_NULL && !(k == CELL_TEXT && t->cols[col].spill))
            return k == CELL_INT || k == CELL_REAL || k == CELL_BOOL;
    }
    return false;
}

static double cell_number(Cell c)
{
    return c.kind == CELL_REAL ? c.v.d : c.kind == CELL_INT ? (double)c.v.i : NAN;
}

/* Eighths of a block, from the left; half blocks from the right. */
static size_t bar_part(Buf *b, double cells, bool ascii)
{
    static const char *const eighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589"};
    size_t eight = (size_t)lround(cells * 8), full = eight / 8;
    if (ascii) {
        full = (size_t)lround(cells);
        buf_pad(b, '+', full);
        return full;
    }
    for (size_t i = 0; i < full; i++)
        buf_puts(b, "\u2588");
    buf_puts(b, eighths[eight % 8]);
    return full + (eight % 8 > 0);
}

static void bar_draw(Buf *b, double v, double low, double high, size_t cells, bool ascii)
{
    double span = high - low;
    size_t left = span > 0 ? (size_t)lround((double)cells * -low / span) : 0;
    double scale = span > 0 ? (double)cells / span : 0;
    const char *axis = ascii ? "|" : low < 0 ? "\u2502" : "\u2595";
    if (v < 0) {
        double want = -v * scale;
        size_t full = (size_t)floor(want);
        bool half = want - (double)full >= 0.25;
        if (full > left)
            full = left;
        half = half && full < left;
        buf_pad(b, ' ', left - full - half);
        if (half)
            buf_puts(b, ascii ? "-" : "\u2590");
        for (size_t i = 0; i < full; i++)
            buf_puts(b, ascii ? "-" : "\u2588");
        buf_puts(b, axis);
        return;
    }
    buf_pad(b, ' ', left);
    buf_puts(b, axis);
    if (isfinite(v))
        bar_part(b, v * scale, ascii);
}

/* ---- measuring ---- */

static void grid_cell(Grid *g, size_t i, size_t k, const Out *o)
{
    Shown *s = &g->cells[i * g->ncols + k];
    size_t j = g->cols[k];
    const TableCol *col = &g->t->cols[j];
    s->from = g->text.n;
    if (g->rows[i] == SIZE_MAX) {
        if (k == 0) {
            buf_puts(&g->text, "  ... ");
            buf_count(&g->text, g->t->nrows + 1 - g->nrows);
            buf_puts(&g->text, " more");
        }
    } else {
        Cell c = table_cell(g->t, g->rows[i], j);
        if (col->look == LOOK_BAR && (c.kind == CELL_REAL || c.kind == CELL_INT))
            bar_draw(&g->text, cell_number(c), g->low[k], g->high[k], g->bar, o->ascii);
        else if (col->look == LOOK_BAR)
            ;
        else
            buf_cell_people(&g->text, c, col,
                            g->t->blank_nulls ? ""
                            : o->ascii        ? "."
                                              : o->null_text);
    }
    s->n = g->text.n - s->from;
    Str text = {g->text.p + s->from, s->n};
    s->spill =
        col->spill && g->rows[i] != SIZE_MAX && table_cell(g->t, g->rows[i], j).kind == CELL_TEXT;
    s->width = utf8_width(text);
    s->left = s->width;
    const char *point = g->number[k] && s->n ? memchr(text.p, '.', s->n) : NULL;
    if (point)
        s->left = utf8_width(str_sub(text, 0, (size_t)(point - text.p)));
    else if (g->number[k] && s->n > 2 && text.p[s->n - 1] == '%')
        s->left = s->width - 2;
}

static void grid_init(Grid *g, const Table *t, size_t bar, const Out *o)
{
    *g = (Grid){.t = t, .bar = bar};
    g->cols = xcalloc(t->ncols + 1, sizeof *g->cols);
    size_t room = t->shown && t->nrows > t->shown + 1 ? t->shown + 1 : t->nrows;
    g->rows = xcalloc(room + 1, sizeof *g->rows);
    g->ncols = table_columns(t, true, g->cols);
    if (o->plain) { /* a screen reader gains nothing from a bar */
        size_t n = 0;
        for (size_t k = 0; k < g->ncols; k++)
            if (t->cols[g->cols[k]].look != LOOK_BAR)
                g->cols[n++] = g->cols[k];
        g->ncols = n;
    }
    g->nrows = table_shown(t, g->rows);
    g->cells = xcalloc(g->nrows * g->ncols + 1, sizeof *g->cells);
    g->width = xcalloc(g->ncols * 3 + 3, sizeof *g->width);
    g->left = g->width + g->ncols + 1;
    g->right = g->left + g->ncols + 1;
    g->number = xcalloc(g->ncols + 1, sizeof *g->number);
    g->keep = xcalloc(g->ncols + 1, sizeof *g->keep);
    g->low = xcalloc(g->ncols * 2 + 2, sizeof *g->low);
    g->high = g->low + g->ncols + 1;
    for (size_t k = 0; k < g->ncols; k++) {
        size_t j = g->cols[k];
        g->keep[k] = true;
        g->number[k] = is_number(t, g->rows, g->nrows, j);
        for (size_t i = 0; t->cols[j].look == LOOK_BAR && i < t->nrows; i++) {
            double v = cell_number(table_cell(t, i, j));
            if (isfinite(v)) {
                g->low[k] = fmin(g->low[k], v);
                g->high[k] = fmax(g->high[k], v);
            }
        }
    }
    for (size_t i = 0; i < g->nrows; i++)
        for (size_t k = 0; k < g->ncols; k++)
            grid_cell(g, i, k, o);
    for (size_t k = 0; k < g->ncols; k++) {
        size_t head = t->no_header ? 0 : utf8_width(str_of(t->cols[g->cols[k]].title));
        for (size_t i = 0; i < g->nrows; i++) {
            const Shown *s = &g->cells[i * g->ncols + k];
            if (s->spill || g->rows[i] == SIZE_MAX) /* "... 9 more" is a line of its own */
                continue;
            size_t right = s->width - s->left;
            g->left[k] = s->left > g->left[k] ? s->left : g->left[k];
            g->right[k] = right > g->right[k] ? right : g->right[k];
        }
        g->width[k] = g->left[k] + g->right[k];
        if (head > g->width[k]) {
            g->left[k] += head - g->width[k];
            g->width[k] = head;
        }
    }
}

static void grid_free(Grid *g)
{
    free(g->cols);
    free(g->rows);
    free(g->cells);
    free(g->width);
    free(g->number);
    free(g->keep);
    free(g->low);
    buf_free(&g->text);
}

static size_t grid_width(const Grid *g)
{
    size_t w = 0;
    for (size_t k = 0; k < g->ncols; k++)
        if (g->keep[k])
            w += g->width[k] + (w ? GAP : 0);
    return w;
}

/* Cuts texts, then lets columns go, until it fits. Returns how many left. */
static size_t grid_fit(Grid *g, size_t limit)
{
    if (!limit)
        return 0;
    size_t gone = 0, last = g->ncols;
    if (last && g->t->cols[g->cols[last - 1]].wrap && grid_width(g) > limit) {
        size_t over = grid_width(g) - limit, w = g->width[last - 1];
        g->width[last - 1] = w > over + 30 ? w - over : 30;
    }
    for (size_t k = 0; k < g->ncols; k++)
        if (!g->number[k] && g->t->cols[g->cols[k]].look != LOOK_BAR && g->width[k] > TEXT_WIDE &&
            grid_width(g) > limit)
            g->width[k] = TEXT_WIDE;
    while (grid_width(g) > limit) {
        size_t widest = SIZE_MAX, over = grid_width(g) - limit;
        for (size_t k = 0; k < g->ncols; k++)
            if (g->keep[k] && !g->number[k] && g->t->cols[g->cols[k]].look != LOOK_BAR &&
                g->width[k] > TEXT_MIN && g->width[k] > 30 &&
                (widest == SIZE_MAX || g->width[k] > g->width[widest]))
                widest = k;
        if (widest != SIZE_MAX) {
            size_t w = g->width[widest];
            g->width[widest] = w - over > 30 && w > over ? w - over : 30;
            continue;
        }
        size_t drop = SIZE_MAX, left = 0;
        for (size_t k = 0; k < g->ncols; k++) {
            left += g->keep[k];
            if (g->keep[k] && (drop == SIZE_MAX || g->t->cols[g->cols[k]].priority >=
                                                       g->t->cols[g->cols[drop]].priority))
                drop = k;
        }
        if (left <= 1) {
            g->width[drop] = limit;
            break;
        }
        bool all = g->t->cols[g->cols[drop]].together;
        for (size_t k = 0; k < g->ncols; k++)
            if (g->keep[k] && (k == drop || (all && g->t->cols[g->cols[k]].together))) {
                g->keep[k] = false;
                gone++;
            }
    }
    return gone;
}

/* ---- printing ---- */

static void trim_right(Buf *b, size_t from)
{
    while (b->n > from && b->p[b->n - 1] == ' ')
        b->n--;
    if (b->p)
        b->p[b->n] = '\0';
}

static void print_cut(Out *o, Str text, size_t width, size_t room)
{
    if (width <= room) {
        buf_str(&o->text, text);
        buf_pad(&o->text, ' ', room - width);
        return;
    }
    size_t got = 0;
    buf_str(&o->text, utf8_fit(text, room > 1 ? room - 1 : 0, &got));
    buf_puts(&o->text, o->ascii ? "~" : "\u2026");
    buf_pad(&o->text, ' ', room > got + 1 ? room - got - 1 : 0);
}

/* The same, with head and tail kept. */
static void print_ends(Out *o, Str text, size_t width, size_t room)
{
    if (width <= room || room < 5) {
        print_cut(o, text, width, room);
        return;
    }
    size_t from = o->text.n;
    buf_ends(&o->text, text, room, o->ascii);
    size_t used = utf8_width(str_sub(buf_slice(&o->text), from, o->text.n));
    buf_pad(&o->text, ' ', room > used ? room - used : 0);
}

static void print_header(const Grid *g, Out *o)
{
    size_t from = o->text.n;
    bool first = true;
    buf_pad(&o->text, ' ', g->t->indent);
    out_look(o, 'b');
    for (size_t k = 0; k < g->ncols; k++) {
        if (!g->keep[k])
            continue;
        if (!first)
            buf_pad(&o->text, ' ', GAP);
        first = false;
        Buf title = BUF_INIT;
        buf_escaped(&title, str_of(g->t->cols[g->cols[k]].title));
        size_t w = utf8_width(buf_slice(&title));
        if (g->number[k] && w < g->width[k])
            buf_pad(&o->text, ' ', g->width[k] - w);
        print_cut(o, buf_slice(&title), w, g->number[k] && w < g->width[k] ? w : g->width[k]);
        buf_free(&title);
    }
    trim_right(&o->text, from);
    out_plain(o);
    buf_putc(&o->text, '\n');
}

/* Columns of the words from `text` on up to the next gap of two blanks. */
static size_t phrase_width(Str text)
{
    size_t end = 0;
    while (end < text.n && !(text.p[end] == ' ' && end + 1 < text.n && text.p[end + 1] == ' '))
        end++;
    return utf8_width(str_sub(text, 0, end));
}

/* The text in lines of `room` columns, the second and further ones indented. Where phrases stand
 * apart by two blanks or more, the second half of a line rather ends between two of them than
 * within one. */
static void print_wrapped(Out *o, Str text, size_t room, size_t indent)
{
    size_t at = 0;
    while (text.n) {
        size_t gap = 0, end;
        while (gap < text.n && text.p[gap] == ' ')
            gap++;
        text = str_sub(text, gap, text.n);
        for (end = 0; end < text.n && text.p[end] != ' ';)
            end++;
        size_t w = utf8_width(str_sub(text, 0, end));
        size_t phrase = gap > 1 && at > room / 2 ? phrase_width(text) : w;
        if (at && at + gap + (phrase <= room ? phrase : w) > room) {
            trim_right(&o->text, 0);
            buf_putc(&o->text, '\n');
            buf_pad(&o->text, ' ', indent);
            at = gap = 0;
        }
        buf_pad(&o->text, ' ', gap);
        buf_str(&o->text, str_sub(text, 0, end));
        at += gap + w;
        text = str_sub(text, end, text.n);
    }
}

/* Blue for negative bars, yellow for positive ones; their side says the same. */
static char bar_look(const Grid *g, size_t i, size_t k)
{
    if (g->rows[i] == SIZE_MAX || g->t->cols[g->cols[k]].look != LOOK_BAR)
        return 0;
    double v = cell_number(table_cell(g->t, g->rows[i], g->cols[k]));
    return v < 0 ? 'n' : v > 0 ? 'o' : 0;
}

static void print_row(const Grid *g, size_t i, Out *o)
{
    size_t left = g->t->indent; /* columns of the screen used */
    size_t from = o->text.n;
    bool first = true, dim = g->rows[i] != SIZE_MAX && g->t->dim && g->t->dim[g->rows[i]];
    if (dim)
        out_look(o, 'd');
    buf_pad(&o->text, ' ', left);
    if (g->rows[i] == SIZE_MAX) {
        const Shown *s = &g->cells[i * g->ncols];
        buf_str(&o->text, (Str){g->text.p + s->from, s->n});
        buf_putc(&o->text, '\n');
        return;
    }
    for (size_t k = 0; k < g->ncols; k++) {
        if (!g->keep[k])
            continue;
        if (!first)
            buf_pad(&o->text, ' ', GAP);
        left += (first ? 0 : GAP);
        first = false;
        const Shown *s = &g->cells[i * g->ncols + k];
        Str text = {g->text.p + s->from, s->n};
        if (g->t->cols[g->cols[k]].wrap && s->width > g->width[k]) {
            print_wrapped(o, text, g->width[k], left);
            continue;
        }
        if (s->spill) {
            size_t room = g->width[k];
            for (; k + 1 < g->ncols && (!g->keep[k + 1] || !g->cells[i * g->ncols + k + 1].n); k++)
                room += g->keep[k + 1] ? g->width[k + 1] + GAP : 0;
            print_cut(o, text, s->width, room);
            left += room;
            continue;
        }
        left += g->width[k];
        if (!g->number[k]) {
            char look = bar_look(g, i, k);
            if (look)
                out_look(o, look);
            (g->t->cols[g->cols[k]].middle ? print_ends : print_cut)(o, text, s->width,
                                                                     g->width[k]);
            if (look)
                out_plain(o);
            continue;
        }
        buf_pad(&o->text, ' ', g->left[k] - s->left);
        buf_str(&o->text, text);
        buf_pad(&o->text, ' ', g->right[k] - (s->width - s->left));
    }
    trim_right(&o->text, from);
    if (dim)
        out_plain(o);
    buf_putc(&o->text, '\n');
    if (o->text.n > 1 << 16)
        out_flush(o);
}

void table_print_aligned(const Table *t, Out *o)
{
    Grid g;
    size_t width = o->width > t->indent ? o->width - t->indent : o->width;
    grid_init(&g, t, BAR_CELLS, o);
    if (width && grid_width(&g) > width) {
        grid_free(&g);
        grid_init(&g, t, BAR_CELLS / 2, o);
    }
    size_t all = g.ncols, gone = grid_fit(&g, width);
    if (t->title)
        buf_printf(&o->text, "%s\n", t->title);
    if (!t->no_header)
        print_header(&g, o);
    for (size_t i = 0; i < g.nrows && !cancel_is_raised(); i++)
        print_row(&g, i, o);
    if (t->footer || gone) {
        Buf foot = BUF_INIT;
        buf_putc(&foot, '(');
        if (t->footer)
            buf_puts(&foot, t->footer);
        if (gone)
            buf_printf(&foot, "%s%zu of %zu columns shown: widen%s or \\x", t->footer ? "; " : "",
                       all - gone, all, t->frame ? ", name them," : "");
        buf_putc(&foot, ')');
        out_look(o, 'd');
        print_wrapped(o, buf_slice(&foot), o->width ? o->width : SIZE_MAX, 1);
        out_plain(o);
        buf_putc(&o->text, '\n');
        buf_free(&foot);
    }
    grid_free(&g);
}

/* Where the further lines of a long one begin: behind "  label   ", else at its own indent. */
static size_t hanging(Str line)
{
    size_t i = 0, start;
    while (i < line.n && line.p[i] == ' ')
        i++;
    start = i;
    while (i < line.n && line.p[i] != ' ')
        i++;
    size_t label = i;
    while (i < line.n && line.p[i] == ' ')
        i++;
    return i >= label + 2 && i < 30 ? i : start;
}

static void out_line(Out *o, Str line)
{
    Buf safe = BUF_INIT;
    buf_escaped(&safe, line);
    Str text = buf_slice(&safe);
    size_t hang = hanging(text);
    if (!o->width || utf8_width(text) <= o->width || hang + 20 > o->width) {
        buf_str(&o->text, text);
    } else {
        buf_str(&o->text, str_sub(text, 0, hang));
        print_wrapped(o, str_sub(text, hang, text.n), o->width - hang, hang);
    }
    buf_putc(&o->text, '\n');
    buf_free(&safe);
}

#define PLOT_ROWS 16
#define PLOT_AROUND 5 /* title, names and axis */

/* A picture goes into a small screen as a whole; its rows are odd. */
static size_t plot_rows(const Out *o)
{
    if (!o->height || o->height >= PLOT_ROWS + PLOT_AROUND + 1)
        return PLOT_ROWS;
    return o->height > PLOT_AROUND + 4 ? (o->height - PLOT_AROUND - 1) | 1 : 5;
}

/* Everything of a result that people see, tables by `table`. */
static void people_print(const Result *r, Out *o, void (*table)(const Table *, Out *))
{
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        switch (it->kind) {
        case ITEM_CHAT:
        case ITEM_LINE:
            if (it->kind == ITEM_CHAT && o->quiet)
                break;
            for (Str rest = it->v.line, one; rest.n; out_line(o, one))
                one = str_split(rest, '\n', &rest);
            if (!it->v.line.n)
                buf_putc(&o->text, '\n');
            break;
        case ITEM_RAW:
            buf_str(&o->text, it->v.line);
            if (it->v.line.n && it->v.line.p[it->v.line.n - 1] != '\n')
                buf_putc(&o->text, '\n');
            break;
        case ITEM_TABLE:
            if (!it->v.table->machine_only || (o->plain && table_behind_plot(r, it->v.table)))
                table(it->v.table, o);
            break;
        case ITEM_NOTE:
            if (o->notes_inline && !(o->quiet && !it->v.note.warning))
                out_note(o, &it->v.note);
            break;
        case ITEM_PLOT:
            if (!o->plain)
                plot_text(it->v.plot, o->width ? o->width : 80, plot_rows(o), o->ascii, &o->text);
            break;
        case ITEM_PICTURE:
        case ITEM_FIELD:
            break;
        }
        out_flush(o);
    }
}

void fmt_aligned_print(const Result *r, Out *o)
{
    people_print(r, o, table_print_aligned);
}

static void table_print_vertical(const Table *t, Out *o)
{
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols), *rows = xcalloc(t->nrows + 1, sizeof *rows);
    size_t n = table_columns(t, true, cols), k = table_shown(t, rows), wide = 0;
    for (size_t j = 0; j < n; j++) {
        size_t w = utf8_width(str_of(t->cols[cols[j]].title));
        wide = w > wide ? w : wide;
    }
    for (size_t i = 0; i < k; i++) {
        if (rows[i] == SIZE_MAX) {
            buf_puts(&o->text, "...\n");
            continue;
        }
        out_look(o, 'd');
        buf_printf(&o->text, "-- row %zu\n", rows[i] + 1);
        out_plain(o);
        for (size_t j = 0; j < n; j++) {
            const TableCol *c = &t->cols[cols[j]];
            if (c->look == LOOK_BAR)
                continue;
            size_t from = o->text.n;
            buf_escaped(&o->text, str_of(c->title));
            size_t w = utf8_width((Str){o->text.p + from, o->text.n - from});
            buf_pad(&o->text, ' ', wide - (w < wide ? w : wide) + GAP);
            buf_cell_people(&o->text, table_cell(t, rows[i], cols[j]), c, o->null_text);
            buf_putc(&o->text, '\n');
        }
    }
    if (t->footer)
        buf_printf(&o->text, "(%s)\n", t->footer);
    free(cols);
    free(rows);
}

void fmt_vertical_print(const Result *r, Out *o)
{
    people_print(r, o, table_print_vertical);
}
