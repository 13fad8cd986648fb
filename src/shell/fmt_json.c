/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fmt_json.c - one JSON object a command, on one line:
 * {"command":"coef","coef":[...],"notes":[...]}.
 *
 * Numbers carry 17 significant digits and read back as the same bits; missing is null. Fields and
 * tables come in the order in which the command gave them, notes last.
 */
#include <stdlib.h>

#include "base/cancel.h"
#include "base/json.h"
#include "shell/format.h"

static void put_cell(Buf *b, Cell c)
{
    switch (c.kind) {
    case CELL_NULL:
        buf_puts(b, "null");
        return;
    case CELL_TEXT:
        buf_json_str(b, c.v.text);
        return;
    case CELL_JSON:
        buf_str(b, c.v.text);
        return;
    case CELL_INT:
        buf_int(b, c.v.i);
        return;
    case CELL_REAL:
        buf_json_real(b, c.v.d);
        return;
    case CELL_BOOL:
        buf_puts(b, c.v.i ? "true" : "false");
        return;
    case CELL_TIME:
        buf_putc(b, '"');
        buf_time(b, c.v.i, c.unit);
        buf_putc(b, '"');
        return;
    }
}

static void put_row(const Table *t, size_t row, const size_t *cols, size_t n, Buf *b)
{
    buf_putc(b, '{');
    for (size_t k = 0; k < n; k++) {
        if (k)
            buf_putc(b, ',');
        buf_json_str(b, str_of(t->cols[cols[k]].key));
        buf_putc(b, ':');
        put_cell(b, table_cell(t, row, cols[k]));
    }
    buf_putc(b, '}');
}

static void put_table(const Table *t, Out *o)
{
    Buf *b = &o->text;
    size_t *cols = xcalloc(t->ncols + 1, sizeof *cols);
    size_t n = table_columns(t, false, cols);
    if (t->object) {
        if (t->nrows)
            put_row(t, 0, cols, n, b);
        else
            buf_puts(b, "null");
    } else {
        buf_putc(b, '[');
        for (size_t i = 0; i < t->nrows && !cancel_is_raised(); i++) {
            if (i)
                buf_putc(b, ',');
            if (t->list)
                put_cell(b, table_cell(t, i, cols[0]));
            else
                put_row(t, i, cols, n, b);
            if (b->n > 1 << 16)
                out_flush(o);
        }
        buf_putc(b, ']');
    }
    free(cols);
}

static void put_notes(const Result *r, Buf *b)
{
    size_t n = 0;
    buf_puts(b, ",\"notes\":[");
    for (size_t i = 0; i < r->n; i++) {
        if (r->items[i].kind != ITEM_NOTE)
            continue;
        const Note *note = &r->items[i].v.note;
        buf_puts(b, n++ ? ",{\"code\":" : "{\"code\":");
        buf_json_str(b, str_of(note->code));
        buf_puts(b, ",\"text\":");
        buf_json_str(b, str_of(note->text));
        if (note->help) {
            buf_puts(b, ",\"help\":");
            buf_json_str(b, str_of(note->help));
        }
        buf_putc(b, '}');
    }
    buf_puts(b, "]");
}

/* Texts (help, a script, requests shown) under one key. */
static void put_texts(const Result *r, Buf *b)
{
    Buf all = BUF_INIT;
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].kind == ITEM_RAW)
            buf_str(&all, r->items[i].v.line);
    if (all.n) {
        buf_puts(b, ",\"text\":");
        buf_json_str(b, buf_slice(&all));
    }
    buf_free(&all);
}

static bool only_raw(const Result *r)
{
    bool raw = false;
    for (size_t i = 0; i < r->n; i++) {
        if (r->items[i].kind == ITEM_RAW)
            raw = true;
        else if (r->items[i].kind == ITEM_FIELD || r->items[i].kind == ITEM_TABLE)
            return false;
    }
    return raw;
}

void fmt_json_print(const Result *r, Out *o)
{
    Buf *b = &o->text;
    if (o->packed && only_raw(r)) { /* the file of a script or an exported model is itself */
        for (size_t i = 0; i < r->n; i++)
            if (r->items[i].kind == ITEM_RAW)
                buf_str(b, r->items[i].v.line);
        out_flush(o);
        return;
    }
    buf_puts(b, "{\"command\":");
    buf_json_str(b, str_of(r->command));
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_FIELD) {
            buf_putc(b, ',');
            buf_json_str(b, str_of(it->key));
            buf_putc(b, ':');
            put_cell(b, it->v.field);
        } else if (it->kind == ITEM_TABLE && !it->v.table->human_only) {
            buf_putc(b, ',');
            buf_json_str(b, str_of(it->v.table->key));
            buf_putc(b, ':');
            put_table(it->v.table, o);
        }
    }
    put_texts(r, b);
    put_notes(r, b);
    buf_puts(b, "}\n");
    out_flush(o);
}
