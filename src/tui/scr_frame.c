/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_frame.c - the data browser: rows and columns of a table, sorted, filtered, looked at.
 *
 * Nothing is copied: the screen holds a reference of the frame and a list of row numbers once it is
 * sorted or filtered. Only the rows on the screen are printed, so a million scroll as fast as ten.
 * Every look (frequency, describe, histogram, cross table) is the shell's command for it, shown in
 * a pane and in the status line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "data/frameops.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "subject.h"

#define WIDTH_MAX 40
#define WIDTH_MIN 4
#define SAMPLE_ROWS 200 /* rows that decide a column's width */

typedef struct Browser {
    char *table;
    Frame *frame;
    uint32_t *order;  /* NULL: as they are */
    size_t n;         /* rows shown */
    size_t row, top;  /* cursor and first row, positions in the order */
    size_t col, left; /* cursor and first column that is not frozen, indexes into shown[] */
    size_t ncols;
    size_t *shown; /* columns of the frame that are shown, in order */
    int *width;    /* by column of the frame */
    size_t frozen; /* so many shown columns stay at the left */
    Buf where;     /* the filter as an expression */
    long sort;     /* column of the frame, -1: none */
    bool descending;
    int page; /* rows that fit, from the last draw */
} Browser;

static size_t frame_row(const Browser *b, size_t i)
{
    return b->order ? b->order[i] : i;
}

static size_t here(const Browser *b)
{
    return b->shown[b->col];
}

static const char *col_name(const Browser *b)
{
    return b->frame->names[here(b)];
}

/* ---- open and close ---- */

static bool is_number(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL;
}

static int natural_width(const Frame *f, size_t j)
{
    size_t w = utf8_width(str_of(f->names[j]));
    Buf b = BUF_INIT;
    for (size_t i = 0; i < f->rows && i < SAMPLE_ROWS; i++) {
        buf_clear(&b);
        column_print(f->cols[j], i, &b);
        size_t k = utf8_width(buf_slice(&b));
        w = k > w ? k : w;
    }
    buf_free(&b);
    return w < WIDTH_MIN ? WIDTH_MIN : w > WIDTH_MAX ? WIDTH_MAX : (int)w;
}

static void close_browser(void *state)
{
    Browser *b = state;
    frame_unref(b->frame);
    free(b->table);
    free(b->order);
    free(b->shown);
    free(b->width);
    buf_free(&b->where);
    free(b);
}

static void *open_browser(Ui *ui, Str subject, Error *err)
{
    Session *s = ui_session(ui);
    long i = subject.n ? session_find_table(s, subject) : s->current_table;
    if (i < 0) {
        fail(err, ERR_NAME, "no table '%.*s'", STR_ARG(subject));
        return NULL;
    }
    Browser *b = xcalloc(1, sizeof *b);
    b->table = xstrdup(s->tables[i].name);
    b->frame = frame_ref(s->tables[i].data.frame);
    b->n = b->frame->rows;
    b->ncols = b->frame->ncols;
    b->shown = xcalloc(b->ncols + 1, sizeof *b->shown);
    b->width = xcalloc(b->ncols + 1, sizeof *b->width);
    for (size_t j = 0; j < b->ncols; j++) {
        b->shown[j] = j;
        b->width[j] = natural_width(b->frame, j);
    }
    b->sort = -1;
    b->page = 10;
    return b;
}

/* ---- sort and filter ---- */

static void put_where(const Browser *b, Buf *out)
{
    if (b->where.n)
        buf_printf(out, " where %s", b->where.p);
}

static void command(Ui *ui, void *state, Buf *out)
{
    (void)ui;
    const Browser *b = state;
    buf_puts(out, "show ");
    buf_name(out, str_of(b->table));
    put_where(b, out);
    if (b->sort >= 0) {
        buf_printf(out, " sort %s", b->descending ? "-" : "");
        buf_name(out, str_of(b->frame->names[b->sort]));
    }
}

/* The rows that the filter and the sort ask for. On failure the view stays as it was. */
static bool arrange(Browser *b, Error *err)
{
    Arena *a = arena_new();
    uint32_t *rows = NULL;
    size_t n = b->frame->rows;
    bool ok = true;
    if (b->where.n) {
        Expr *e = expr_parse(a, buf_slice(&b->where), 0, err);
        ok = e && expr_bind(e, b->frame, b->table, err) &&
             (rows = expr_rows(e, b->frame, &n, err)) != NULL;
    }
    if (ok && b->sort >= 0) {
        size_t all = 0;
        uint32_t *sorted =
            frame_sort(b->frame, &(SortKey){(size_t)b->sort, b->descending}, 1, 0, &all, err);
        ok = sorted != NULL;
        if (ok && rows) { /* the sorted rows that pass the filter */
            uint8_t *keep = xcalloc(b->frame->rows + 1, 1);
            for (size_t i = 0; i < n; i++)
                keep[rows[i]] = 1;
            size_t k = 0;
            for (size_t i = 0; i < all; i++)
                if (keep[sorted[i]])
                    sorted[k++] = sorted[i];
            free(keep);
            free(rows);
        }
        rows = ok ? sorted : rows;
    }
    if (ok) {
        free(b->order);
        b->order = rows;
        b->n = n;
        b->row = b->top = 0;
    } else {
        free(rows);
    }
    arena_free(a);
    return ok;
}

static void told(Ui *ui, Browser *b)
{
    Buf line = BUF_INIT;
    command(ui, b, &line);
    ui_did(ui, "%s", line.p);
    buf_free(&line);
}

static void sort_by(Ui *ui, Browser *b, bool descending)
{
    long old = b->sort;
    bool old_way = b->descending;
    Error err = ERROR_INIT;
    b->sort = (long)here(b);
    b->descending = descending;
    if (arrange(b, &err)) {
        told(ui, b);
        return;
    }
    b->sort = old;
    b->descending = old_way;
    ui_error(ui, &err);
    cancel_clear();
}

static void set_filter(Ui *ui, Browser *b, Str text)
{
    Buf old = b->where;
    Error err = ERROR_INIT;
    b->where = (Buf)BUF_INIT;
    buf_str(&b->where, text);
    if (arrange(b, &err)) {
        buf_free(&old);
        told(ui, b);
        return;
    }
    buf_free(&b->where);
    b->where = old;
    ui_error(ui, &err);
    cancel_clear();
}

static void filter_asked(Ui *ui, void *state, Str answer)
{
    if (answer.p)
        set_filter(ui, state, str_trim(answer));
}

/* country = 'DE', joined to what is there. */
static void filter_by_cell(Ui *ui, Browser *b)
{
    if (!b->n)
        return;
    const Column *c = b->frame->cols[here(b)];
    size_t row = frame_row(b, b->row);
    Buf e = BUF_INIT, value = BUF_INIT;
    if (b->where.n)
        buf_printf(&e, "(%s) and ", b->where.p);
    buf_name(&e, str_of(col_name(b)));
    if (column_is_null(c, row)) {
        buf_puts(&e, " is null");
    } else {
        column_print(c, row, &value);
        buf_puts(&e, is_number(c) || c->type == COL_BOOL ? " = " : " = '");
        for (size_t i = 0; i < value.n; i++) {
            if (value.p[i] == '\'')
                buf_putc(&e, '\'');
            buf_putc(&e, value.p[i]);
        }
        buf_puts(&e, is_number(c) || c->type == COL_BOOL ? "" : "'");
    }
    set_filter(ui, b, buf_slice(&e));
    buf_free(&e);
    buf_free(&value);
}

/* ---- looks ---- */

/* A command about the cursor's column, the filter kept; `with` is put behind the name: another
 * column or a clause. */
static void look(Ui *ui, const Browser *b, const char *verb, const char *with, const char *second)
{
    Buf line = BUF_INIT;
    buf_printf(&line, "%s ", verb);
    buf_name(&line, str_of(b->table));
    buf_putc(&line, ' ');
    buf_name(&line, str_of(col_name(b)));
    if (second) {
        buf_puts(&line, with);
        buf_name(&line, str_of(second));
    }
    put_where(b, &line);
    ui_run(ui, false, "%s", line.p);
    buf_free(&line);
}

/* What the histogram shows a rate of: the response, when it is a number. */
static const char *rated(Ui *ui, const Browser *b)
{
    const char *y = subject_response(ui, b->table, b->frame);
    const Column *c = y ? frame_column(b->frame, str_of(y)) : NULL;
    return c && (is_number(c) || c->type == COL_BOOL) && strcmp(y, col_name(b)) != 0 ? y : NULL;
}

static void crosstab(Ui *ui, const Browser *b)
{
    const char *y = subject_response(ui, b->table, b->frame);
    if (y && strcmp(y, col_name(b)) != 0)
        look(ui, b, "count", ", ", y);
    else
        ui_message(ui, STYLE_DIM,
                   y ? "this is the response itself" : "no response among these columns");
}

static void derive_asked(Ui *ui, void *state, Str answer)
{
    const Browser *b = state;
    if (answer.n)
        ui_run(ui, true, "derive %.*s --data %s", STR_ARG(answer), b->table);
}

static void open_whatif(Ui *ui, Browser *b)
{
    Session *s = ui_session(ui);
    if (s->current_model < 0) {
        ui_message(ui, STYLE_WARNING, "no model is fitted: nothing to ask about this row");
        return;
    }
    Error err = ERROR_INIT;
    WhatIf *w = whatif_new(s->models[s->current_model].model);
    if (!b->n || !whatif_take(w, b->frame, frame_row(b, b->row), &err)) {
        whatif_free(w);
        ui_error(ui, &err);
        return;
    }
    session_put_whatif(s, w);
    ui_push(ui, "whatif", STR_NULL);
}

/* ---- moving ---- */

static void clamp(Browser *b)
{
    b->row = b->n == 0 ? 0 : b->row >= b->n ? b->n - 1 : b->row;
    if (b->row < b->top)
        b->top = b->row;
    if (b->page > 0 && b->row >= b->top + (size_t)b->page)
        b->top = b->row - (size_t)b->page + 1;
}

static void hide(Browser *b)
{
    if (b->ncols < 2)
        return;
    memmove(&b->shown[b->col], &b->shown[b->col + 1], (b->ncols - b->col - 1) * sizeof *b->shown);
    b->ncols--;
    b->col = b->col >= b->ncols ? b->ncols - 1 : b->col;
    b->frozen = b->frozen > b->ncols ? b->ncols : b->frozen;
}

static void show_all(Browser *b)
{
    b->ncols = b->frame->ncols;
    for (size_t j = 0; j < b->ncols; j++)
        b->shown[j] = j;
}

static bool cell_holds(const Browser *b, size_t i, Str text, Buf *scratch)
{
    buf_clear(scratch);
    column_print(b->frame->cols[here(b)], frame_row(b, i), scratch);
    return text_holds(buf_slice(scratch), text);
}

/* In the cursor's column; dir 0 looks at the cursor's own row first (typing). */
static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Browser *b = state;
    Buf scratch = BUF_INIT;
    bool found = false;
    for (size_t k = dir == 0 ? 0 : 1; k <= b->n && b->n && !found; k++) {
        size_t i = dir < 0 ? (b->row + b->n - k % b->n) % b->n : (b->row + k) % b->n;
        if (cell_holds(b, i, text, &scratch)) {
            b->row = i;
            found = true;
        }
        if (k % 65536 == 0 && cancel_is_raised())
            break;
    }
    buf_free(&scratch);
    clamp(b);
    return found;
}

static void next_missing(Ui *ui, Browser *b)
{
    for (size_t k = 1; k <= b->n; k++) {
        size_t i = (b->row + k) % b->n;
        if (column_is_null(b->frame->cols[here(b)], frame_row(b, i))) {
            b->row = i;
            clamp(b);
            return;
        }
    }
    ui_message(ui, STYLE_DIM, "nothing is missing in %s", col_name(b));
}

static bool move_key(Browser *b, uint32_t key)
{
    size_t page = b->page > 1 ? (size_t)b->page - 1 : 1;
    switch (key) {
    case K_DOWN:
    case 'j':
        b->row++;
        break;
    case K_UP:
    case 'k':
        b->row -= b->row > 0;
        break;
    case K_PAGE_DOWN:
        b->row += page;
        break;
    case K_PAGE_UP:
        b->row -= b->row < page ? b->row : page;
        break;
    case K_HOME:
    case 'g':
        b->row = 0;
        break;
    case K_END:
    case 'G':
        b->row = b->n ? b->n - 1 : 0;
        break;
    case K_RIGHT:
    case 'l':
        b->col += b->col + 1 < b->ncols;
        break;
    case K_LEFT:
    case 'h':
        b->col -= b->col > 0;
        break;
    default:
        return false;
    }
    clamp(b);
    return true;
}

static bool mouse_key(Browser *b, const Mouse *m)
{
    if (!m)
        return false;
    if (m->wheel_up)
        b->row -= b->row < 3 ? b->row : 3;
    else if (m->wheel_down)
        b->row += 3;
    else if (m->click && m->y >= 2)
        b->row = b->top + (size_t)m->y - 2;
    clamp(b);
    return true;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Browser *b = state;
    if (move_key(b, k))
        return true;
    switch (k) {
    case K_MOUSE:
        return mouse_key(b, mouse);
    case '[':
        sort_by(ui, b, false);
        return true;
    case ']':
        sort_by(ui, b, true);
        return true;
    case 'f':
        filter_by_cell(ui, b);
        return true;
    case '&':
        ui_ask(ui, "where ", buf_slice(&b->where), filter_asked);
        return true;
    case K_BACKSPACE:
        set_filter(ui, b, STR(""));
        return true;
    case 'F':
        look(ui, b, "count", "", NULL);
        return true;
    case 'I':
        look(ui, b, "describe", "", NULL);
        return true;
    case 'H':
        look(ui, b, "hist", " by ", rated(ui, b));
        return true;
    case 'T':
        crosstab(ui, b);
        return true;
    case 'C':
        ui_run(ui, false, "corr %s", b->table);
        return true;
    case '-':
        hide(b);
        return true;
    case '+':
        show_all(b);
        return true;
    case '!':
        b->frozen = b->frozen == b->col + 1 ? 0 : b->col + 1;
        return true;
    case '<':
        b->width[here(b)] -= b->width[here(b)] > WIDTH_MIN;
        return true;
    case '>':
        b->width[here(b)]++;
        return true;
    case 'm':
        next_missing(ui, b);
        return true;
    case '=':
        ui_ask(ui, "derive ", STR(""), derive_asked);
        return true;
    case K_ENTER:
        open_whatif(ui, b);
        return true;
    default:
        return false;
    }
}

/* ---- drawing ---- */

/* The sorted column needs room for its arrow. */
static int width_of(const Browser *b, size_t j)
{
    int name = (int)utf8_width(str_of(b->frame->names[j])) + 2;
    return b->sort == (long)j && b->width[j] < name && name <= WIDTH_MAX ? name : b->width[j];
}

static int draw_column(const Browser *b, Canvas *c, size_t at, int x, int rows)
{
    size_t j = b->shown[at];
    const Column *col = b->frame->cols[j];
    int w = width_of(b, j);
    Style head = at == b->col ? STYLE_CURSOR : STYLE_HEAD;
    Buf name = BUF_INIT, v = BUF_INIT;
    buf_puts(&name, b->frame->names[j]);
    if (b->sort == (long)j)
        buf_puts(&name, c->ascii        ? (b->descending ? " v" : " ^")
                        : b->descending ? " \xe2\x96\xbc"
                                        : " \xe2\x96\xb2");
    canvas_fill(c, x, 1, w, 1, head);
    if (is_number(col))
        canvas_right(c, x, 1, w, head, buf_slice(&name));
    else
        canvas_text(c, x, 1, w, head, buf_slice(&name));
    for (int i = 0; i < rows && b->top + (size_t)i < b->n; i++) {
        size_t row = frame_row(b, b->top + (size_t)i);
        Style st = b->top + (size_t)i == b->row ? STYLE_CURSOR : STYLE_PLAIN;
        if (st == STYLE_CURSOR)
            canvas_fill(c, x, 2 + i, w + 2, 1, st);
        buf_clear(&v);
        if (column_is_null(col, row)) {
            canvas_text(c, is_number(col) ? x + w - 1 : x, 2 + i, 1,
                        st == STYLE_CURSOR ? st : STYLE_DIM, c->ascii ? STR(".") : STR("\xc2\xb7"));
            continue;
        }
        column_print(col, row, &v);
        if (is_number(col))
            canvas_right(c, x, 2 + i, w, st, buf_slice(&v));
        else
            canvas_text(c, x, 2 + i, w, st, buf_slice(&v));
    }
    buf_free(&name);
    buf_free(&v);
    return w + 2;
}

static void scroll_columns(Browser *b, int cols)
{
    if (b->col < b->frozen) {
        return;
    }
    if (b->left < b->frozen)
        b->left = b->frozen;
    if (b->col < b->left)
        b->left = b->col;
    for (;;) {
        int x = 0;
        for (size_t k = 0; k < b->frozen; k++)
            x += width_of(b, b->shown[k]) + 2;
        for (size_t k = b->left; k <= b->col; k++)
            x += width_of(b, b->shown[k]) + 2;
        if (x <= cols || b->left >= b->col)
            return;
        b->left++;
    }
}

static void draw(Ui *ui, void *state, Canvas *c)
{
    (void)ui;
    Browser *b = state;
    int rows = c->rows - 4;
    b->page = rows;
    clamp(b);
    scroll_columns(b, c->cols);
    Buf n = BUF_INIT;
    buf_count(&n, b->n ? b->row + 1 : 0);
    buf_puts(&n, " of ");
    buf_count(&n, b->n);
    if (b->n != b->frame->rows) {
        buf_puts(&n, " (");
        buf_count(&n, b->frame->rows);
        buf_puts(&n, " in all)");
    }
    canvas_printf(c, 0, 0, c->cols - (int)n.n - 1, STYLE_TITLE, "%s", b->table);
    canvas_right(c, c->cols - (int)n.n - 1, 0, (int)n.n, STYLE_DIM, buf_slice(&n));
    buf_free(&n);
    int x = 0;
    for (size_t k = 0; k < b->frozen && x < c->cols; k++)
        x += draw_column(b, c, k, x, rows);
    if (b->frozen)
        canvas_vline(c, x - 1, 1, rows + 1);
    for (size_t k = b->left > b->frozen ? b->left : b->frozen; k < b->ncols && x < c->cols; k++)
        x += draw_column(b, c, k, x, rows);
}

/* The table as it is now: after derive, undo, load. Columns that are there again keep their looks.
 */
static bool refresh(Ui *ui, void *state)
{
    Browser *b = state;
    Session *s = ui_session(ui);
    long i = session_find_table(s, str_of(b->table));
    if (i < 0)
        return false;
    if (s->tables[i].data.frame == b->frame)
        return true;
    Error err = ERROR_INIT;
    Browser *fresh = open_browser(ui, str_of(b->table), &err);
    if (!fresh)
        return false;
    for (size_t j = 0; j < fresh->frame->ncols; j++) {
        long old = frame_find(b->frame, str_of(fresh->frame->names[j]));
        if (old >= 0)
            fresh->width[j] = b->width[old];
        if (old >= 0 && b->sort == old) {
            fresh->sort = (long)j;
            fresh->descending = b->descending;
        }
        if ((size_t)old == here(b))
            fresh->col = j;
    }
    buf_str(&fresh->where, buf_slice(&b->where));
    if (!arrange(fresh, &err)) {
        buf_clear(&fresh->where);
        fresh->sort = -1;
    }
    fresh->row = b->row;
    fresh->top = b->top;
    Browser old = *b;
    *b = *fresh;
    *fresh = old;
    close_browser(fresh);
    return true;
}

static const char *about(void *state)
{
    return ((const Browser *)state)->table;
}

static const KeyRow keys[] = {
    {"[ ]", "sort", 0},
    {"f", "filter by cell", 1},
    {"&", "filter", 1},
    {"Enter", "what if", 0},
    {"F", "frequencies", 2},
    {"I", "describe", 2},
    {"H", "histogram", 3},
    {"T", "against the response", 4},
    {"C", "correlations", 5},
    {"=", "derive a column", 5},
    {"m", "next missing", 5},
    {"- +", "hide, show all", 6},
    {"!", "freeze to here", 6},
    {"< >", "width", 6},
    {"Backspace", "no filter", 6},
    {"g G", "first, last row", 7},
    {0},
};

const Screen scr_frame = {
    .name = "frame",
    .title = "data",
    .brief = "rows and columns of a table",
    .keys = keys,
    .needs = NEED_TABLE,
    .open = open_browser,
    .key = key,
    .draw = draw,
    .close = close_browser,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
