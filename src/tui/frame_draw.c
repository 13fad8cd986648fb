/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_draw.c - what the data browser looks like: only the rows and columns on the screen are
 * printed. */
#include "frame_priv.h"

#define CUT_MIN 6 /* cells of a text that is cut */

/* The sorted column needs room for its arrow. */
static int width_of(const Browser *b, size_t j)
{
    int name = (int)utf8_width(str_of(b->frame->names[j])) + 2;
    return b->sort == (long)j && b->width[j] < name && name <= WIDTH_MAX ? name : b->width[j];
}

/* What fits into `room`: numbers and dates stand whole or not at all, texts may be cut. */
static int drawn_width(const Browser *b, size_t j, int room)
{
    int w = width_of(b, j);
    if (w <= room)
        return w;
    ColType t = b->frame->cols[j]->type;
    return (t == COL_TEXT || t == COL_CODE) && room >= CUT_MIN ? room : 0;
}

static void draw_head(const Browser *b, Canvas *c, size_t at, int x, int w)
{
    size_t j = b->shown[at];
    Style head = at == b->col ? STYLE_CURSOR : STYLE_HEAD;
    Buf name = BUF_INIT;
    buf_puts(&name, b->frame->names[j]);
    if (b->sort == (long)j)
        buf_puts(&name, c->ascii        ? (b->descending ? " v" : " ^")
                        : b->descending ? " \xe2\x96\xbc"
                                        : " \xe2\x96\xb2");
    canvas_fill(c, x, 1, w, 1, head);
    if (is_number(b->frame->cols[j]))
        canvas_right(c, x, 1, w, head, buf_slice(&name));
    else
        canvas_text(c, x, 1, w, head, buf_slice(&name));
    buf_free(&name);
}

static void draw_cell(const Column *col, Canvas *c, int x, int y, int w, size_t row, Style st)
{
    bool number = is_number(col);
    if (column_is_null(col, row)) {
        canvas_text(c, number ? x + w - 1 : x, y, 1, st == STYLE_CURSOR ? st : STYLE_DIM,
                    c->ascii ? STR(".") : STR("\xc2\xb7"));
        return;
    }
    Buf v = BUF_INIT;
    column_print(col, row, &v);
    if (number)
        canvas_right(c, x, y, w, st, buf_slice(&v));
    else
        canvas_text(c, x, y, w, st, buf_slice(&v));
    buf_free(&v);
}

/* Returns the cells it took; 0: there was no room for it. */
static int draw_column(const Browser *b, Canvas *c, size_t at, int x, int rows)
{
    size_t j = b->shown[at];
    int w = drawn_width(b, j, c->cols - x);
    if (!w)
        return 0;
    draw_head(b, c, at, x, w);
    for (int i = 0; i < rows && b->top + (size_t)i < b->n; i++) {
        Style st = b->top + (size_t)i == b->row ? STYLE_CURSOR : STYLE_PLAIN;
        draw_cell(b->frame->cols[j], c, x, 2 + i, w, frame_row(b, b->top + (size_t)i), st);
    }
    return w + 2;
}

/* Numbers and dates stand whole: what the first rows did not have makes its column wider when it is
 * seen, unless a person set the width. */
static void widen(Browser *b, int rows)
{
    Buf v = BUF_INIT;
    for (size_t at = 0; at < b->ncols; at++) {
        size_t j = b->shown[at];
        const Column *col = b->frame->cols[j];
        bool seen = at < b->frozen || (at >= b->left && at < b->left + PLACES);
        if (!seen || b->by_hand[j] || col->type == COL_TEXT || col->type == COL_CODE)
            continue;
        for (int i = 0; i < rows && b->top + (size_t)i < b->n; i++) {
            buf_clear(&v);
            column_print(col, frame_row(b, b->top + (size_t)i), &v);
            b->width[j] = (int)v.n > b->width[j] ? (int)v.n : b->width[j];
        }
    }
    buf_free(&v);
}

/* Cells of the frozen columns and of all from `left` on. */
static int columns_from(const Browser *b, size_t left)
{
    int x = -2;
    for (size_t k = 0; k < b->ncols; k++)
        if (k < b->frozen || k >= left)
            x += width_of(b, b->shown[k]) + 2;
    return x;
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
            break;
        b->left++;
    }
    while (b->left > b->frozen && columns_from(b, b->left - 1) <= cols) /* room was won */
        b->left--;
}

/* The columns from `at` on, as many as there is room for; returns where the next would begin. */
static int draw_columns(Browser *b, Canvas *c, size_t at, size_t end, int x, int rows,
                        size_t *drawn)
{
    for (; at < end && x < c->cols; at++) {
        int used = draw_column(b, c, at, x, rows);
        if (!used)
            break;
        if (*drawn < PLACES - 1) {
            b->x_of[*drawn] = x;
            b->at_of[*drawn] = at;
        }
        x += used;
        ++*drawn;
    }
    return x;
}

/* `drawn` columns from `first` on stand beside the frozen ones. */
static void draw_title(const Browser *b, Canvas *c, size_t first, size_t drawn)
{
    Buf n = BUF_INIT, cols = BUF_INIT;
    buf_count(&n, b->n ? b->row + 1 : 0);
    buf_puts(&n, " of ");
    buf_count(&n, b->n);
    if (b->n != b->frame->rows) {
        buf_puts(&n, " (");
        buf_count(&n, b->frame->rows);
        buf_puts(&n, " in all)");
    }
    int right = c->cols - (int)n.n,
        x = canvas_text(c, 0, 0, right - 1, STYLE_TITLE, str_of(b->table)) + 2;
    canvas_right(c, right, 0, (int)n.n, STYLE_DIM, buf_slice(&n));
    if (first > b->frozen || first + drawn < b->ncols)
        buf_printf(&cols, "%zu-%zu of %zu columns", first + 1, first + drawn, b->ncols);
    if (b->ncols < b->frame->ncols)
        buf_printf(&cols, "%s%zu hidden", cols.n ? ", " : "", b->frame->ncols - b->ncols);
    if (x + (int)cols.n < right)
        canvas_text(c, x, 0, (int)cols.n, STYLE_DIM, buf_slice(&cols));
    buf_free(&n);
    buf_free(&cols);
}

void browser_draw(Ui *ui, void *state, Canvas *c)
{
    (void)ui;
    Browser *b = state;
    int rows = c->rows - 4;
    b->page = rows;
    clamp(b);
    for (int pass = 0; pass < 2; pass++) { /* a wider column may push the cursor's out of sight */
        scroll_columns(b, c->cols);
        widen(b, rows);
    }
    scroll_columns(b, c->cols);
    if (b->n && b->row - b->top < (size_t)rows)
        canvas_fill(c, 0, 2 + (int)(b->row - b->top), c->cols, 1, STYLE_CURSOR);
    size_t drawn = 0, first = b->left > b->frozen ? b->left : b->frozen;
    int x = draw_columns(b, c, 0, b->frozen, 0, rows, &drawn);
    size_t frozen = drawn;
    if (b->frozen)
        canvas_vline(c, x - 1, 1, rows + 1);
    draw_columns(b, c, first, b->ncols, x, rows, &drawn);
    b->x_of[drawn < PLACES - 1 ? drawn : PLACES - 1] = -1;
    draw_title(b, c, first, drawn - frozen);
}
