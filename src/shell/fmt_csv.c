/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fmt_csv.c - results as CSV and TSV: tables with all digits, one after the other with an empty
 * line between them.
 *
 * A result without a table is one row of its fields. Lines, notes and plots are left out (the
 * caller tells notes on standard error). Quotes as RFC 4180 for CSV; TSV writes tab, newline and
 * backslash as \t \n \\.
 */
#include <stdlib.h>

#include "base/cancel.h"
#include "shell/format.h"

static void put_csv(Buf *b, Str s)
{
    bool quote = s.n == 0; /* empty text is not a missing value */
    for (size_t i = 0; i < s.n && !quote; i++)
        quote = strchr(",\"\r\n", s.p[i]) && s.p[i];
    if (!quote && (s.p[0] == ' ' || s.p[s.n - 1] == ' '))
        quote = true;
    if (quote)
        buf_csv_str(b, s);
    else
        buf_str(b, s);
}

static void put_tsv(Buf *b, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '\t')
            buf_puts(b, "\\t");
        else if (c == '\n')
            buf_puts(b, "\\n");
        else if (c == '\r')
            buf_puts(b, "\\r");
        else if (c == '\\')
            buf_puts(b, "\\\\");
        else
            buf_putc(b, c);
    }
}

typedef struct Style {
    char delim;
    void (*text)(Buf *b, Str s);
} Style;

static void put_cell(Out *o, Cell c, const Style *st)
{
    if (c.kind == CELL_TEXT || c.kind == CELL_JSON)
        st->text(&o->text, c.v.text);
    else
        buf_cell(&o->text, c);
}

static void put_table(const Table *t, Out *o, const Style *st)
{
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols);
    size_t n = table_columns(t, false, cols);
    for (size_t k = 0; k < n; k++) {
        if (k)
            buf_putc(&o->text, st->delim);
        st->text(&o->text, str_of(t->cols[cols[k]].key));
    }
    buf_putc(&o->text, '\n');
    for (size_t i = 0; i < t->nrows && !cancel_is_raised(); i++) {
        for (size_t k = 0; k < n; k++) {
            if (k)
                buf_putc(&o->text, st->delim);
            put_cell(o, table_cell(t, i, cols[k]), st);
        }
        buf_putc(&o->text, '\n');
        if (o->text.n > 1 << 16)
            out_flush(o);
    }
    free(cols);
}

static void put_fields(const Result *r, Out *o, const Style *st)
{
    for (int values = 0; values < 2; values++) {
        size_t k = 0;
        for (size_t i = 0; i < r->n; i++) {
            if (r->items[i].kind != ITEM_FIELD)
                continue;
            if (k++)
                buf_putc(&o->text, st->delim);
            if (values)
                put_cell(o, r->items[i].v.field, st);
            else
                st->text(&o->text, str_of(r->items[i].key));
        }
        if (k)
            buf_putc(&o->text, '\n');
    }
}

/* Tables of rows; objects and lists only when there is nothing else. */
static bool wanted(const Result *r, const Table *t)
{
    if (t->human_only || t->list)
        return false;
    for (size_t i = 0; t->object && i < r->n; i++)
        if (r->items[i].kind == ITEM_TABLE && !r->items[i].v.table->object &&
            !r->items[i].v.table->list && !r->items[i].v.table->human_only)
            return false;
    return true;
}

static void print(const Result *r, Out *o, const Style *st)
{
    size_t tables = 0;
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_RAW) {
            buf_str(&o->text, it->v.line);
        } else if (it->kind == ITEM_TABLE && wanted(r, it->v.table)) {
            if (tables++)
                buf_putc(&o->text, '\n');
            put_table(it->v.table, o, st);
        }
    }
    if (!tables)
        put_fields(r, o, st);
    out_flush(o);
}

void fmt_csv_print(const Result *r, Out *o)
{
    print(r, o, &(Style){',', put_csv});
}

void fmt_tsv_print(const Result *r, Out *o)
{
    print(r, o, &(Style){'\t', put_tsv});
}
