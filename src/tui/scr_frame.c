/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_frame.c - the data browser: rows and columns of a table, sorted, filtered, looked at.
 *
 * Nothing is copied: the screen holds a reference of the frame and a list of row numbers once it is
 * sorted or filtered. Only the rows on the screen are printed, so a million scroll as fast as ten.
 * A filter and a sort are worked out in slices (data/arrange.h) while the old view goes on
 * answering keys. The looks at a column are frame_looks.c, the drawing is frame_draw.c.
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
    arranger_free(b->job);
    buf_free(&b->job_where);
    free(b->table);
    free(b->order);
    free(b->shown);
    free(b->width);
    free(b->by_hand);
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
    b->by_hand = xcalloc(b->ncols + 1, sizeof *b->by_hand);
    for (size_t j = 0; j < b->ncols; j++) {
        b->shown[j] = j;
        b->width[j] = natural_width(b->frame, j);
    }
    b->sort = b->job_sort = -1;
    b->x_of[0] = -1;
    b->page = 10;
    return b;
}

/* ---- sort and filter ---- */

static void command(Ui *ui, void *state, Buf *out)
{
    (void)ui;
    const Browser *b = state;
    buf_puts(out, "show ");
    buf_name(out, str_of(b->table));
    browser_put_where(b, out);
    if (b->sort >= 0) {
        buf_printf(out, " sort %s", b->descending ? "-" : "");
        buf_name(out, str_of(b->frame->names[b->sort]));
    }
}

static void told(Ui *ui, Browser *b)
{
    Buf line = BUF_INIT;
    command(ui, b, &line);
    ui_did(ui, "%s", line.p);
    buf_free(&line);
}

static void end_job(Browser *b)
{
    arranger_free(b->job);
    b->job = NULL;
}

/* Begins to look for the rows that a filter and a sort ask for; until they are found everything
 * stays as it is. */
static bool begin_job(Browser *b, Str where, long sort, bool descending, Error *err)
{
    SortKey key = {(size_t)sort, descending};
    Arranger *job = arranger_new(b->frame, where, b->table, sort >= 0 ? &key : NULL, err);
    if (!job)
        return false;
    end_job(b);
    b->job = job;
    b->quiet = false;
    b->job_sort = sort;
    b->job_descending = descending;
    Buf text = BUF_INIT; /* `where` may be the old text itself */
    buf_str(&text, where);
    buf_free(&b->job_where);
    b->job_where = text;
    return true;
}

static void show_job(Ui *ui, Browser *b)
{
    bool moved = b->sort != b->job_sort || b->descending != b->job_descending ||
                 !str_eq(buf_slice(&b->where), buf_slice(&b->job_where));
    free(b->order);
    b->order = arranger_take(b->job, &b->n);
    buf_clear(&b->where);
    buf_str(&b->where, buf_slice(&b->job_where));
    b->sort = b->job_sort;
    b->descending = b->job_descending;
    if (moved)
        b->row = b->top = 0;
    clamp(b);
    end_job(b);
    if (!b->quiet)
        told(ui, b);
}

static bool work(Ui *ui, void *state, const char **what, double *done)
{
    Browser *b = state;
    Error err = ERROR_INIT;
    bool more = false;
    if (!b->job)
        return false;
    *what = b->job_where.n ? "filtering" : "sorting";
    if (!arranger_step(b->job, &more, done, &err)) {
        end_job(b);
        ui_error(ui, &err);
        cancel_clear();
    } else if (!more) {
        show_job(ui, b);
    }
    return b->job != NULL;
}

static bool stop(void *state)
{
    Browser *b = state;
    bool was = b->job != NULL;
    end_job(b);
    return was;
}

static void arrange(Ui *ui, Browser *b, Str where, long sort, bool descending)
{
    Error err = ERROR_INIT;
    if (!begin_job(b, where, sort, descending, &err))
        ui_error(ui, &err);
}

/* A key goes on from what is being made, not from what is shown. */
static Str latest_where(const Browser *b)
{
    return buf_slice(b->job ? &b->job_where : &b->where);
}

static void sort_by(Ui *ui, Browser *b, bool descending)
{
    arrange(ui, b, latest_where(b), (long)here(b), descending);
}

static void set_filter(Ui *ui, Browser *b, Str text)
{
    bool job = b->job != NULL;
    arrange(ui, b, text, job ? b->job_sort : b->sort, job ? b->job_descending : b->descending);
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
    ui_ask(ui, "where ", latest_where(b), filter_asked);
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
    Str old = latest_where(b);
    if (old.n)
        buf_printf(&e, "(%.*s) and ", STR_ARG(old));
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
    b->by_hand[here(b)] = true;
}

static void wider(Ui *ui, void *state)
{
    const Browser *b = state;
    (void)ui;
    b->width[here(b)]++;
    b->by_hand[here(b)] = true;
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

/* A click goes to the cell; on the name of the column where the cursor is, it sorts. */
static void click(Ui *ui, Browser *b, const Mouse *m)
{
    size_t old = b->col;
    for (size_t k = 0; k < PLACES && b->x_of[k] >= 0; k++)
        if (m->x >= b->x_of[k])
            b->col = b->at_of[k];
    if (m->y >= 2)
        b->row = b->top + (size_t)m->y - 2;
    else if (m->y == 1 && old == b->col)
        sort_by(ui, b, b->sort == (long)here(b) && !b->descending);
}

static bool mouse_key(Ui *ui, Browser *b, const Mouse *m)
{
    if (!m)
        return false;
    if (m->wheel_up)
        b->row -= b->row < 3 ? b->row : 3;
    else if (m->wheel_down)
        b->row += 3;
    else if (m->click || m->double_click)
        click(ui, b, m);
    clamp(b);
    if (m->double_click && m->y >= 2)
        browser_open_whatif(ui, b);
    return true;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    return k == K_MOUSE ? mouse_key(ui, state, mouse) : move_key(state, k);
}

static bool is_shown(const Browser *b, size_t j)
{
    for (size_t k = 0; k < b->ncols; k++)
        if (b->shown[k] == j)
            return true;
    return false;
}

/* Columns that are new are shown. */
static void keep_hidden(const Browser *old, Browser *b)
{
    size_t n = 0, cursor = b->shown[b->col];
    for (size_t j = 0; j < b->frame->ncols; j++) {
        long was = frame_find(old->frame, str_of(b->frame->names[j]));
        if (was < 0 || is_shown(old, (size_t)was))
            b->shown[n++] = j;
    }
    if (!n) /* all that was shown is gone */
        show_all(NULL, b);
    else
        b->ncols = n;
    b->col = 0;
    for (size_t k = 0; k < b->ncols; k++)
        b->col = b->shown[k] == cursor ? k : b->col;
    b->frozen = old->frozen <= b->ncols ? old->frozen : 0;
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
    long sort = -1;
    for (size_t j = 0; j < fresh->frame->ncols; j++) {
        long old = frame_find(b->frame, str_of(fresh->frame->names[j]));
        if (old >= 0) {
            fresh->width[j] = b->width[old];
            fresh->by_hand[j] = b->by_hand[old];
        }
        if (old >= 0 && b->sort == old)
            sort = (long)j;
        if ((size_t)old == here(b))
            fresh->col = j;
    }
    keep_hidden(b, fresh);
    fresh->row = b->row;
    fresh->top = b->top;
    if (b->where.n || sort >= 0) { /* a filter that no longer fits is left out */
        if (!begin_job(fresh, buf_slice(&b->where), sort, b->descending, &err) && sort >= 0)
            begin_job(fresh, STR(""), sort, b->descending, &err);
        buf_str(&fresh->where, buf_slice(&fresh->job_where)); /* the place is kept */
        fresh->sort = fresh->job_sort;
        fresh->descending = fresh->job_descending;
        fresh->quiet = true;
    }
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
    {"Enter", "what if", 0, {browser_open_whatif}},
    {"F", "frequencies", 2, {browser_frequencies}},
    {"I", "describe", 2, {browser_describe}},
    {"H", "histogram", 3, {browser_histogram}},
    {"T", "against the response", 4, {browser_crosstab}},
    {"C", "correlations", 5, {browser_correlations}},
    {"=", "derive a column", 5, {browser_derive}},
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
    .work = work,
    .stop = stop,
    .refresh = refresh,
    .about = about,
};
