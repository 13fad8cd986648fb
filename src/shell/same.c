/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * same.c - are two tables the same? `compare T U` with tables.
 *
 * Columns must have the same names and types. Rows are compared as wholes and in any order, since
 * an engine gives documents in the order of its shards: each row becomes a text in which every
 * value is written with all its digits, both lists are sorted, and what stands in one alone is
 * counted.
 */
#include <stdlib.h>

#include "shell/format.h"
#include "shell/same.h"

typedef struct Row {
    Str text;
    size_t at;
} Row;

static int by_text(const void *a, const void *b)
{
    const Row *x = a, *y = b;
    return str_cmp(x->text, y->text);
}

static void put_row(const Frame *f, size_t row, Buf *out)
{
    for (size_t j = 0; j < f->ncols; j++) {
        buf_puts(out, j ? ", " : "");
        if (column_is_null(f->cols[j], row))
            buf_puts(out, "missing");
        else if (f->cols[j]->type == COL_CODE || f->cols[j]->type == COL_TEXT)
            buf_json_str(out, column_text(f->cols[j], row));
        else
            column_print(f->cols[j], row, out);
    }
}

/* The rows as sorted texts in `bytes`. */
static Row *row_texts(const Frame *f, Buf *bytes)
{
    Row *rows = xcalloc(f->rows + 1, sizeof *rows);
    size_t *from = xcalloc(f->rows + 1, sizeof *from);
    for (size_t i = 0; i < f->rows; i++) {
        from[i] = bytes->n;
        put_row(f, i, bytes);
    }
    from[f->rows] = bytes->n;
    for (size_t i = 0; i < f->rows; i++)
        rows[i] = (Row){{bytes->p + from[i], from[i + 1] - from[i]}, i};
    free(from);
    qsort(rows, f->rows, sizeof *rows, by_text);
    return rows;
}

static bool same_columns(const NamedData *a, const NamedData *b, Result *out)
{
    const Frame *x = a->data.frame, *y = b->data.frame;
    if (x->ncols != y->ncols) {
        result_line(out, "%s has %zu columns, %s %zu", a->name, x->ncols, b->name, y->ncols);
        return false;
    }
    for (size_t j = 0; j < x->ncols; j++) {
        if (strcmp(x->names[j], y->names[j]) != 0) {
            result_line(out, "column %zu is %s in %s, %s in %s", j + 1, x->names[j], a->name,
                        y->names[j], b->name);
            return false;
        }
        /* how texts are held is no difference of theirs */
        ColType p = x->cols[j]->type, q = y->cols[j]->type;
        p = p == COL_TEXT ? COL_CODE : p;
        q = q == COL_TEXT ? COL_CODE : q;
        if (p != q) {
            result_line(out, "%s is %s in %s, %s in %s", x->names[j],
                        coltype_name(x->cols[j]->type), a->name, coltype_name(y->cols[j]->type),
                        b->name);
            return false;
        }
    }
    return true;
}

static void tell_alone(const char *name, size_t n, Str first, Result *out)
{
    if (n)
        result_line(out, "  %s only in %s, the first: %s", result_plural(out, (int64_t)n, "row"),
                    name, arena_escaped(out->arena, first));
}

static bool same_rows(const NamedData *a, const NamedData *b, Result *out)
{
    const Frame *x = a->data.frame, *y = b->data.frame;
    Buf xb = BUF_INIT, yb = BUF_INIT;
    Row *xr = row_texts(x, &xb), *yr = row_texts(y, &yb);
    size_t i = 0, j = 0, xalone = 0, yalone = 0, moved = 0;
    Str xfirst = STR_NULL, yfirst = STR_NULL;
    while (i < x->rows || j < y->rows) {
        int order = i == x->rows ? 1 : j == y->rows ? -1 : str_cmp(xr[i].text, yr[j].text);
        if (order == 0) {
            moved += xr[i++].at != yr[j++].at;
        } else if (order < 0) {
            xfirst = xalone++ ? xfirst : xr[i].text;
            i++;
        } else {
            yfirst = yalone++ ? yfirst : yr[j].text;
            j++;
        }
    }
    bool same = !xalone && !yalone;
    result_bool(out, "equal", same);
    result_int(out, "only_first", (int64_t)xalone);
    result_int(out, "only_second", (int64_t)yalone);
    if (same)
        result_line(out, "equal, bit for bit: %s x %zu%s",
                    result_plural(out, (int64_t)x->rows, "row"), x->ncols,
                    moved ? ", in another order" : "");
    else
        result_line(out, "not equal");
    tell_alone(a->name, xalone, xfirst, out);
    tell_alone(b->name, yalone, yfirst, out);
    free(xr);
    free(yr);
    buf_free(&xb);
    buf_free(&yb);
    return same;
}

bool tables_same(const NamedData *a, const NamedData *b, Result *out)
{
    return same_columns(a, b, out) && same_rows(a, b, out);
}
