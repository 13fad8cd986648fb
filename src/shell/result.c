/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * result.c - filling a Result: what a command has to say, in order, before anybody decides how it
 * looks.
 *
 * Lines and chat are for people, fields for machines, tables, notes and plots for both. All text is
 * copied into the command's arena; a frame that a table reads from as it is printed is kept with
 * result_keep_frame().
 */
#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/format.h"

void result_init(Result *r, Arena *arena, const char *command)
{
    *r = (Result){.arena = arena, .command = command};
}

void result_clear(Result *r)
{
    for (size_t i = 0; i < r->nkept; i++) {
        frame_unref(r->kept[i].frame);
        free(r->kept[i].block);
    }
    r->nkept = 0;
    r->n = 0;
}

static Item *item_new(Result *r, ItemKind kind)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 16;
        Item *more = arena_array(r->arena, Item, cap);
        if (r->n)
            memcpy(more, r->items, r->n * sizeof *more);
        r->items = more;
        r->cap = cap;
    }
    Item *it = &r->items[r->n++];
    *it = (Item){.kind = kind};
    return it;
}

PRINTF_LIKE(2, 0)
static Str vtext(Result *r, const char *fmt, va_list ap)
{
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    size_t size = n < 0 ? 0 : (size_t)n;
    char *p = arena_alloc(r->arena, size + 1);
    vsnprintf(p, size + 1, fmt, again);
    va_end(again);
    return (Str){p, size};
}

void result_line(Result *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    item_new(r, ITEM_LINE)->v.line = vtext(r, fmt, ap);
    va_end(ap);
}

void result_chat(Result *r, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    item_new(r, ITEM_CHAT)->v.line = vtext(r, fmt, ap);
    va_end(ap);
}

void result_raw(Result *r, Str text)
{
    item_new(r, ITEM_RAW)->v.line =
        (Str){arena_strndup(r->arena, text.p ? text.p : "", text.n), text.n};
}

static void field(Result *r, const char *key, Cell c)
{
    Item *it = item_new(r, ITEM_FIELD);
    it->key = key;
    it->v.field = c;
}

void result_int(Result *r, const char *key, int64_t v)
{
    field(r, key, cell_int(v));
}

void result_real(Result *r, const char *key, double v)
{
    field(r, key, cell_real(v));
}

void result_text(Result *r, const char *key, Str v)
{
    field(r, key,
          v.p ? cell_text((Str){arena_strndup(r->arena, v.p, v.n), v.n})
              : (Cell){.kind = CELL_NULL});
}

void result_bool(Result *r, const char *key, bool v)
{
    field(r, key, cell_bool(v));
}

void result_null(Result *r, const char *key)
{
    field(r, key, (Cell){.kind = CELL_NULL});
}

static void note(Result *r, bool warning, const char *code, const char *help, Str text)
{
    item_new(r, ITEM_NOTE)->v.note =
        (Note){.code = arena_printf(r->arena, "%s", code),
               .text = text.p,
               .help = help && *help ? arena_printf(r->arena, "%s", help) : NULL,
               .warning = warning};
}

void result_note(Result *r, const char *code, const char *help, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(r, false, code, help, vtext(r, fmt, ap));
    va_end(ap);
}

void result_warn(Result *r, const char *code, const char *help, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    note(r, true, code, help, vtext(r, fmt, ap));
    va_end(ap);
}

Cell cell_fine(double d, double scale, int significant)
{
    Cell c = cell_real(d);
    double size = fabs(scale);
    if (isfinite(size) && size > 0 && size < 1)
        c.digits = significant - 1 - (int)floor(log10(size));
    return c;
}

Table *result_table(Result *r, const char *key, const TableCol *cols, size_t ncols)
{
    Table *t = arena_alloc(r->arena, sizeof *t);
    t->key = key;
    t->ncols = ncols;
    t->cols = arena_array(r->arena, TableCol, ncols + 1);
    if (ncols)
        memcpy(t->cols, cols, ncols * sizeof *cols);
    item_new(r, ITEM_TABLE)->v.table = t;
    return t;
}

Cell *table_row(Result *r, Table *t)
{
    assert(!t->frame);
    if (t->nrows == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 16;
        Cell *more = arena_array(r->arena, Cell, cap * t->ncols + 1);
        uint8_t *dim = arena_alloc(r->arena, cap);
        if (t->nrows) {
            memcpy(more, t->cells, t->nrows * t->ncols * sizeof *more);
            memcpy(dim, t->dim, t->nrows);
        }
        t->cells = more;
        t->dim = dim;
        t->cap = cap;
    }
    return t->cells + t->nrows++ * t->ncols;
}

Cell cell_of(const Column *c, size_t row)
{
    Cell cell = {.kind = CELL_NULL};
    if (column_is_null(c, row))
        return cell;
    switch (c->type) {
    case COL_INT:
        return cell_int(c->v.i[row]);
    case COL_REAL:
        return (Cell){.kind = CELL_REAL, .v.d = c->v.d[row]};
    case COL_BOOL:
        return cell_bool(c->v.b[row] != 0);
    case COL_TIME:
        return (Cell){.kind = CELL_TIME, .unit = c->unit, .v.i = c->v.i[row]};
    case COL_CODE:
    case COL_TEXT:
        return cell_text(column_text(c, row));
    }
    return cell;
}

Cell table_cell(const Table *t, size_t row, size_t col)
{
    if (!t->frame)
        return t->cells[row * t->ncols + col];
    return cell_of(t->frame->cols[col], t->rows ? t->rows[row] : row);
}

Table *result_frame(Result *r, const char *key, const Frame *f, const uint32_t *rows, size_t n)
{
    TableCol *cols = arena_array(r->arena, TableCol, f->ncols + 1);
    for (size_t j = 0; j < f->ncols; j++) {
        const char *name = arena_strndup(r->arena, f->names[j], strlen(f->names[j]));
        cols[j] = (TableCol){.key = name, .title = name, .priority = 1 + (int)j};
    }
    Table *t = result_table(r, key, cols, f->ncols);
    t->frame = f;
    t->rows = rows;
    t->nrows = n;
    return t;
}

void result_plot(Result *r, Plot *p)
{
    item_new(r, ITEM_PLOT)->v.plot = p;
}

void result_picture(Result *r, Plot *p)
{
    item_new(r, ITEM_PICTURE)->v.plot = p;
}

static size_t kept_slot(Result *r)
{
    assert(r->nkept < sizeof r->kept / sizeof *r->kept);
    r->kept[r->nkept].frame = NULL;
    r->kept[r->nkept].block = NULL;
    return r->nkept++;
}

void result_keep_frame(Result *r, Frame *f)
{
    r->kept[kept_slot(r)].frame = f;
}

void result_keep(Result *r, void *block)
{
    r->kept[kept_slot(r)].block = block;
}
