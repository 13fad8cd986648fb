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
#include "frame_priv.h"
#include "subject.h"

#define SAMPLE_ROWS 200 /* rows that decide a column's width */

/* ---- open and close ---- */

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

static void sort_up(Ui *ui, void *state)
{
    sort_by(ui, state, false);
}

static void sort_down(Ui *ui, void *state)
{
    sort_by(ui, state, true);
}

static void no_filter(Ui *ui, void *state)
{
    set_filter(ui, state, STR(""));
}

static void filter_asked(Ui *ui, void *state, Str answer)
{
    if (answer.p)
        set_filter(ui, state, str_trim(answer));
}

static void ask_filter(Ui *ui, void *state)
{
    const Browser *b = state;
    ui_ask(ui, "where ", buf_slice(&b->where), filter_asked);
}

/* country = 'DE', joined to what is there. */
static void filter_by_cell(Ui *ui, void *state)
{
    Browser *b = state;
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

static void crosstab(Ui *ui, void *state)
{
    const Browser *b = state;
    const char *y = subject_response(ui, b->table, b->frame);
    if (y && strcmp(y, col_name(b)) != 0)
        look(ui, b, "count", ", ", y);
    else
        ui_message(ui, STYLE_DIM,
                   y ? "this is the response itself" : "no response among these columns");
}

static void frequencies(Ui *ui, void *state)
{
    look(ui, state, "count", "", NULL);
}

static void describe(Ui *ui, void *state)
{
    look(ui, state, "describe", "", NULL);
}

static void histogram(Ui *ui, void *state)
{
    look(ui, state, "hist", " by ", rated(ui, state));
}

static void correlations(Ui *ui, void *state)
{
    const Browser *b = state;
    Buf line = BUF_INIT;
    buf_puts(&line, "corr ");
    buf_name(&line, str_of(b->table));
    put_where(b, &line);
    ui_run(ui, false, "%s", line.p);
    buf_free(&line);
}

static void derive_asked(Ui *ui, void *state, Str answer)
{
    const Browser *b = state;
    if (answer.n)
        ui_run(ui, true, "derive %.*s --data %s", STR_ARG(answer), b->table);
}

static void derive(Ui *ui, void *state)
{
    (void)state;
    ui_ask(ui, "derive ", STR_NULL, derive_asked);
}

static void open_whatif(Ui *ui, void *state)
{
    Browser *b = state;
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

static void hide(Ui *ui, void *state)
{
    Browser *b = state;
    (void)ui;
    if (b->ncols < 2)
        return;
    memmove(&b->shown[b->col], &b->shown[b->col + 1], (b->ncols - b->col - 1) * sizeof *b->shown);
    b->ncols--;
    b->col = b->col >= b->ncols ? b->ncols - 1 : b->col;
    b->frozen = b->frozen > b->ncols ? b->ncols : b->frozen;
}

static void show_all(Ui *ui, void *state)
{
    Browser *b = state;
    (void)ui;
    b->ncols = b->frame->ncols;
    for (size_t j = 0; j < b->ncols; j++)
        b->shown[j] = j;
}

static void freeze(Ui *ui, void *state)
{
    Browser *b = state;
    (void)ui;
    b->frozen = b->frozen == b->col + 1 ? 0 : b->col + 1;
}

static void narrower(Ui *ui, void *state)
{
    const Browser *b = state;
    (void)ui;
    b->width[here(b)] -= b->width[here(b)] > WIDTH_MIN;
}

static void wider(Ui *ui, void *state)
{
    const Browser *b = state;
    (void)ui;
    b->width[here(b)]++;
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

static void next_missing(Ui *ui, void *state)
{
    Browser *b = state;
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
    (void)ui;
    return k == K_MOUSE ? mouse_key(state, mouse) : move_key(state, k);
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
    {"[ ]", "sort", 0, {sort_up, sort_down}},
    {"f", "filter by cell", 1, {filter_by_cell}},
    {"&", "filter", 1, {ask_filter}},
    {"Enter", "what if", 0, {open_whatif}},
    {"F", "frequencies", 2, {frequencies}},
    {"I", "describe", 2, {describe}},
    {"H", "histogram", 3, {histogram}},
    {"T", "against the response", 4, {crosstab}},
    {"C", "correlations", 5, {correlations}},
    {"=", "derive a column", 5, {derive}},
    {"m", "next missing", 5, {next_missing}},
    {"- +", "hide, show all", 6, {hide, show_all}},
    {"!", "freeze to here", 6, {freeze}},
    {"< >", "width", 6, {narrower, wider}},
    {"Backspace", "no filter", 6, {no_filter}},
    {"g G", "first, last row", 7, {NULL}},
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
    .draw = browser_draw,
    .close = close_browser,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
