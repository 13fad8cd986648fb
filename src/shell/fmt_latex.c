/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fmt_latex.c - tables as LaTeX for booktabs, ready to be put into a paper; notes as comments. */
#include <stdlib.h>

#include "shell/format.h"

static void put_text(Buf *b, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\\')
            buf_puts(b, "\\textbackslash{}");
        else if (c == '~')
            buf_puts(b, "\\textasciitilde{}");
        else if (c == '^')
            buf_puts(b, "\\textasciicircum{}");
        else if (c == '<' || c == '>')
            buf_printf(b, "$%c$", c);
        else {
            if (strchr("&%$#_{}", c) && c)
                buf_putc(b, '\\');
            buf_putc(b, c);
        }
    }
}

static bool numeric(const Table *t, size_t col)
{
    CellKind k = t->nrows ? table_cell(t, 0, col).kind : CELL_TEXT;
    return k == CELL_INT || k == CELL_REAL;
}

static void put_table(const Table *t, Out *o)
{
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols), *rows = xcalloc(t->nrows + 1, sizeof *rows);
    size_t n = table_columns(t, true, cols), k = table_shown(t, rows), m = 0;
    for (size_t j = 0; j < n; j++)
        if (t->cols[cols[j]].look != LOOK_BAR)
            cols[m++] = cols[j];
    Buf *b = &o->text, cell = BUF_INIT;
    buf_puts(b, "\\begin{tabular}{");
    for (size_t j = 0; j < m; j++)
        buf_putc(b, numeric(t, cols[j]) ? 'r' : 'l');
    buf_puts(b, "}\n\\toprule\n");
    for (size_t j = 0; j < m; j++) {
        buf_puts(b, j ? " & " : "");
        put_text(b, str_of(t->cols[cols[j]].title));
    }
    buf_puts(b, " \\\\\n\\midrule\n");
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < m; j++) {
            buf_puts(b, j ? " & " : "");
            buf_clear(&cell);
            if (rows[i] == SIZE_MAX)
                buf_puts(b, "\\dots");
            else
                buf_cell_people(&cell, table_cell(t, rows[i], cols[j]), &t->cols[cols[j]], "");
            put_text(b, buf_slice(&cell));
        }
        buf_puts(b, " \\\\\n");
    }
    buf_puts(b, "\\bottomrule\n\\end{tabular}\n");
    if (t->footer)
        buf_printf(b, "%% %s\n", t->footer);
    buf_free(&cell);
    free(cols);
    free(rows);
}

void fmt_latex_print(const Result *r, Out *o)
{
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_TABLE &&
            (!it->v.table->machine_only || table_behind_plot(r, it->v.table)))
            put_table(it->v.table, o);
        else if (it->kind == ITEM_LINE)
            buf_printf(&o->text, "%% %.*s\n", STR_ARG(it->v.line));
        else if (it->kind == ITEM_NOTE && it->v.note.warning)
            buf_printf(&o->text, "%% %s: %s\n", it->v.note.code, it->v.note.text);
        else if (it->kind == ITEM_RAW)
            buf_str(&o->text, it->v.line);
        out_flush(o);
    }
}
