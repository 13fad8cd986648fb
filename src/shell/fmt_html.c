/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fmt_html.c - results as HTML fragments: tables, paragraphs, notes with a class; no style, no
 * script. */
#include <stdlib.h>

#include "shell/format.h"

void buf_html(Buf *b, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '<')
            buf_puts(b, "&lt;");
        else if (c == '>')
            buf_puts(b, "&gt;");
        else if (c == '&')
            buf_puts(b, "&amp;");
        else if (c == '"')
            buf_puts(b, "&quot;");
        else
            buf_putc(b, c);
    }
}

static bool is_number(const Table *t, size_t row, size_t col)
{
    Cell c = table_cell(t, row, col);
    return c.kind == CELL_INT || c.kind == CELL_REAL;
}

static bool holds_numbers(const Table *t, size_t col)
{
    bool some = false;
    for (size_t i = 0; i < t->nrows && !some; i++)
        some = is_number(t, i, col);
    return some;
}

/* How many columns a text takes that stands where other rows have numbers (the levels of a factor
 * in `describe`): its own and the empty ones behind it. */
static size_t text_span(const Table *t, const size_t *cols, size_t n, size_t row, size_t j)
{
    size_t span = 1;
    if (!holds_numbers(t, cols[j]) || table_cell(t, row, cols[j]).kind != CELL_TEXT)
        return 1;
    while (j + span < n && table_cell(t, row, cols[j + span]).kind == CELL_NULL)
        span++;
    return span;
}

static void put_table(const Table *t, Out *o)
{
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols), *rows = xcalloc(t->nrows + 1, sizeof *rows);
    size_t n = table_columns(t, true, cols), k = table_shown(t, rows);
    Buf *b = &o->text, cell = BUF_INIT;
    buf_puts(b, "<table>\n<thead><tr>");
    for (size_t j = 0; j < n; j++) {
        if (t->cols[cols[j]].look == LOOK_BAR)
            continue;
        buf_puts(b, holds_numbers(t, cols[j]) ? "<th class=\"number\">" : "<th>");
        buf_html(b, str_of(t->cols[cols[j]].title));
        buf_puts(b, "</th>");
    }
    buf_puts(b, "</tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < k; i++) {
        buf_puts(b, "<tr>");
        for (size_t j = 0; j < n; j++) {
            if (t->cols[cols[j]].look == LOOK_BAR)
                continue;
            buf_clear(&cell);
            Cell c = rows[i] == SIZE_MAX ? cell_text(STR("...")) : table_cell(t, rows[i], cols[j]);
            buf_cell_people(&cell, c, &t->cols[cols[j]], "");
            size_t span = rows[i] == SIZE_MAX ? 1 : text_span(t, cols, n, rows[i], j);
            if (span > 1)
                buf_printf(b, "<td colspan=\"%zu\">", span);
            else
                buf_puts(b, c.kind == CELL_INT || c.kind == CELL_REAL ? "<td class=\"number\">"
                                                                      : "<td>");
            buf_html(b, buf_slice(&cell));
            buf_puts(b, "</td>");
            j += span - 1;
        }
        buf_puts(b, "</tr>\n");
    }
    buf_puts(b, "</tbody>\n</table>\n");
    if (t->footer)
        buf_printf(b, "<p class=\"footer\">%s</p>\n", t->footer);
    buf_free(&cell);
    free(cols);
    free(rows);
}

static void put_block(Buf *b, const char *open, Str text, const char *close)
{
    buf_puts(b, open);
    buf_html(b, text);
    buf_puts(b, close);
}

void fmt_html_print(const Result *r, Out *o)
{
    Buf *b = &o->text, plot = BUF_INIT;
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_TABLE && !it->v.table->machine_only) {
            put_table(it->v.table, o);
        } else if (it->kind == ITEM_LINE) {
            put_block(b, "<p>", it->v.line, "</p>\n");
        } else if (it->kind == ITEM_RAW) {
            put_block(b, "<pre>", it->v.line, "</pre>\n");
        } else if (it->kind == ITEM_NOTE && it->v.note.warning) {
            buf_printf(b, "<p class=\"warning\"><strong>%s</strong>: ", it->v.note.code);
            put_block(b, "", str_of(it->v.note.text), "</p>\n");
        } else if (it->kind == ITEM_PLOT) {
            buf_clear(&plot);
            plot_text(it->v.plot, 80, 16, o->ascii, &plot);
            put_block(b, "<pre>", buf_slice(&plot), "</pre>\n");
        }
        out_flush(o);
    }
    buf_free(&plot);
}
