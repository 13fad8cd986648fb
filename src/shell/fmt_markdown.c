/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fmt_markdown.c - results as Markdown: pipe tables with short numbers, lines as paragraphs, plots
 * as code. */
#include <stdlib.h>

#include "shell/format.h"

static void put_text(Buf *b, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (strchr("|*_`<\\", s.p[i]) && s.p[i])
            buf_putc(b, '\\');
        buf_putc(b, s.p[i]);
    }
}

static void put_table(const Table *t, Out *o)
{
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols), *rows = xcalloc(t->nrows + 1, sizeof *rows);
    size_t n = table_columns(t, true, cols), k = table_shown(t, rows), m = 0;
    for (size_t j = 0; j < n; j++)
        if (t->cols[cols[j]].look != LOOK_BAR)
            cols[m++] = cols[j];
    Buf *b = &o->text, cell = BUF_INIT;
    for (size_t j = 0; j < m; j++) {
        buf_puts(b, j ? " | " : "| ");
        put_text(b, str_of(t->cols[cols[j]].title));
    }
    buf_puts(b, " |\n");
    for (size_t j = 0; j < m; j++) {
        CellKind kind = t->nrows ? table_cell(t, 0, cols[j]).kind : CELL_TEXT;
        bool number = kind == CELL_INT || kind == CELL_REAL;
        buf_puts(b, number ? "|---:" : "|---");
    }
    buf_puts(b, "|\n");
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < m; j++) {
            buf_puts(b, j ? " | " : "| ");
            buf_clear(&cell);
            if (rows[i] == SIZE_MAX)
                buf_puts(&cell, "...");
            else
                buf_cell_people(&cell, table_cell(t, rows[i], cols[j]), &t->cols[cols[j]], "");
            put_text(b, buf_slice(&cell));
        }
        buf_puts(b, " |\n");
    }
    if (t->footer)
        buf_printf(b, "\n%s\n", t->footer);
    buf_free(&cell);
    free(cols);
    free(rows);
}

void fmt_markdown_print(const Result *r, Out *o)
{
    Buf *b = &o->text;
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        size_t from = b->n;
        if (it->kind == ITEM_LINE) {
            put_text(b, it->v.line);
            buf_putc(b, '\n');
        } else if (it->kind == ITEM_RAW) {
            buf_puts(b, "```\n");
            buf_str(b, it->v.line);
            buf_puts(b, "```\n");
        } else if (it->kind == ITEM_TABLE && !it->v.table->machine_only) {
            put_table(it->v.table, o);
        } else if (it->kind == ITEM_NOTE && it->v.note.warning) {
            buf_printf(b, "> **%s**: ", it->v.note.code);
            put_text(b, str_of(it->v.note.text));
            buf_putc(b, '\n');
        } else if (it->kind == ITEM_PLOT) {
            buf_puts(b, "```\n");
            plot_text(it->v.plot, 80, 16, o->ascii, b);
            buf_puts(b, "```\n");
        }
        if (b->n > from)
            buf_putc(b, '\n');
        out_flush(o);
    }
}
