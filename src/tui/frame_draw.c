/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_draw.c - what the data browser looks like: only the rows and columns on the screen are
 * printed. */
#include "frame_priv.h"

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

void browser_draw(Ui *ui, void *state, Canvas *c)
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
