/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame.c - named columns of one length. Every change makes a new frame that shares what stayed.
 *
 * Putting frames one under the other is in bind.c. Names and references are kept on the main
 * thread only.
 */
#include "data/frame.h"

#include <assert.h>
#include <stdlib.h>

#define FEW_COLUMNS 32 /* up to here looking at each name is as quick as an index */

Frame *frame_new(char *const *names, Column **cols, size_t ncols, size_t rows)
{
    Frame *f = xcalloc(1, sizeof *f);
    f->rows = rows;
    f->ncols = ncols;
    f->refs = 1;
    f->names = xcalloc(ncols, sizeof *f->names);
    f->cols = xcalloc(ncols, sizeof *f->cols);
    for (size_t j = 0; j < ncols; j++) {
        assert(names[j] && *names[j] && cols[j]->n == rows);
        f->names[j] = xstrdup(names[j]);
        f->cols[j] = cols[j];
    }
    return f;
}

Frame *frame_ref(const Frame *f)
{
    Frame *mine = (Frame *)f; /* const promises the columns, not the count */
    mine->refs++;
    return mine;
}

void frame_unref(Frame *f)
{
    if (!f || --f->refs > 0)
        return;
    for (size_t j = 0; j < f->ncols; j++) {
        free(f->names[j]);
        column_unref(f->cols[j]);
    }
    free(f->names);
    free(f->cols);
    free(f->origin);
    strmap_free(f->index);
    free(f);
}

void frame_set_origin(Frame *f, const char *origin)
{
    char *copy = origin ? xstrdup(origin) : NULL;
    free(f->origin);
    f->origin = copy;
}

/* The column of exactly this name, or ncols. */
static size_t exact(const Frame *f, Str name)
{
    if (f->ncols <= FEW_COLUMNS) {
        size_t j = 0;
        while (j < f->ncols && !str_eqz(name, f->names[j]))
            j++;
        return j;
    }
    if (!f->index) {
        Frame *mine = (Frame *)f; /* const promises the columns, not what finds them */
        mine->index = strmap_new(f->ncols);
        for (size_t j = 0; j < f->ncols; j++)
            strmap_add(mine->index, str_of(f->names[j]), NULL);
    }
    uint32_t at = strmap_find(f->index, name);
    return at == UINT32_MAX ? f->ncols : at;
}

long frame_find(const Frame *f, Str name)
{
    size_t at = exact(f, name);
    if (at < f->ncols)
        return (long)at;
    long folded = -1;
    size_t matches = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        if (str_ieq(name, str_of(f->names[j]))) {
            folded = (long)j;
            matches++;
        }
    }
    return matches == 1 ? folded : -1;
}

const Column *frame_column(const Frame *f, Str name)
{
    long j = frame_find(f, name);
    return j < 0 ? NULL : f->cols[j];
}

/* The column that "table.column" means, or NULL. */
static const char *tail_of(const Frame *f, Str dotted)
{
    Str tail;
    str_split(dotted, '.', &tail);
    long j = tail.n ? frame_find(f, tail) : -1;
    return j < 0 ? NULL : f->names[j];
}

/* The nearest name, or the first few. */
static void hint_names(const Frame *f, Str wrong, Error *err)
{
    Str *names = xmalloc(f->ncols * sizeof *names);
    for (size_t j = 0; j < f->ncols; j++)
        names[j] = str_of(f->names[j]);
    long near = nearest_name(wrong, names, f->ncols);
    if (near >= 0) {
        error_hint(err, "did you mean '%s'?", f->names[near]);
    } else if (memchr(wrong.p, '.', wrong.n) && tail_of(f, wrong)) {
        error_hint(err, "a column goes by its name alone: %s", tail_of(f, wrong));
    } else if (f->ncols) {
        Buf b = BUF_INIT;
        for (size_t j = 0; j < f->ncols && b.n < 120; j++)
            buf_printf(&b, "%s%s", j ? ", " : "", f->names[j]);
        error_hint(err, "columns: %s", b.p);
        buf_free(&b);
    }
    free(names);
}

const Column *frame_need(const Frame *f, Str name, const char *table, Span at, Error *err)
{
    const Column *c = frame_column(f, name);
    if (c || error_is_set(err))
        return c;
    if (table)
        fail_at(err, ERR_NAME, at, "no column '%.*s' in '%s'", STR_ARG(name), table);
    else
        fail_at(err, ERR_NAME, at, "no column '%.*s'", STR_ARG(name));
    hint_names(f, name, err);
    return NULL;
}

/* ---- new frames ---- */

/* Same origin, columns of its own list. */
static Frame *derived(const Frame *f, char *const *names, Column **cols, size_t ncols, size_t rows)
{
    Frame *out = frame_new(names, cols, ncols, rows);
    frame_set_origin(out, f->origin);
    return out;
}

Frame *frame_take(const Frame *f, const uint32_t *rows, size_t n, Error *err)
{
    Column **cols = xcalloc(f->ncols, sizeof(Column *));
    Frame *out = NULL;
    for (size_t j = 0; j < f->ncols; j++) {
        cols[j] = column_take(f->cols[j], rows, n, err);
        if (!cols[j])
            goto done;
    }
    out = derived(f, f->names, cols, f->ncols, n);
done:
    for (size_t j = 0; !out && j < f->ncols; j++)
        column_unref(cols[j]);
    free(cols);
    return out;
}

Frame *frame_select(const Frame *f, const size_t *cols, size_t ncols)
{
    char **names = xcalloc(ncols, sizeof(char *));
    Column **picked = xcalloc(ncols, sizeof(Column *));
    for (size_t j = 0; j < ncols; j++) {
        assert(cols[j] < f->ncols);
        names[j] = f->names[cols[j]];
        picked[j] = column_ref(f->cols[cols[j]]);
    }
    Frame *out = derived(f, names, picked, ncols, f->rows);
    free(names);
    free(picked);
    return out;
}

Frame *frame_with(const Frame *f, const char *name, Column *c)
{
    assert(c->n == f->rows || f->ncols == 0);
    size_t at = exact(f, str_of(name)), ncols = at == f->ncols ? f->ncols + 1 : f->ncols;
    char **names = xcalloc(ncols, sizeof(char *));
    Column **cols = xcalloc(ncols, sizeof(Column *));
    for (size_t j = 0; j < f->ncols; j++) {
        names[j] = f->names[j];
        cols[j] = j == at ? NULL : column_ref(f->cols[j]);
    }
    char *copy = xstrdup(name);
    names[at] = copy;
    cols[at] = c;
    Frame *out = derived(f, names, cols, ncols, c->n);
    free(copy);
    free(names);
    free(cols);
    return out;
}

Frame *frame_without(const Frame *f, const char *name)
{
    size_t at = exact(f, str_of(name)), n = 0;
    size_t *keep = xcalloc(f->ncols, sizeof *keep);
    for (size_t j = 0; j < f->ncols; j++)
        if (j != at)
            keep[n++] = j;
    Frame *out = frame_select(f, keep, n);
    free(keep);
    return out;
}

Frame *frame_rename(const Frame *f, size_t col, const char *name)
{
    assert(col < f->ncols && (exact(f, str_of(name)) == f->ncols || exact(f, str_of(name)) == col));
    char **names = xcalloc(f->ncols, sizeof(char *));
    Column **cols = xcalloc(f->ncols, sizeof(Column *));
    char *copy = xstrdup(name);
    for (size_t j = 0; j < f->ncols; j++) {
        names[j] = j == col ? copy : f->names[j];
        cols[j] = column_ref(f->cols[j]);
    }
    Frame *out = derived(f, names, cols, f->ncols, f->rows);
    free(copy);
    free(names);
    free(cols);
    return out;
}

/* ---- what it is ---- */

size_t frame_bytes(const Frame *f)
{
    size_t bytes = sizeof *f;
    for (size_t j = 0; j < f->ncols; j++)
        bytes += column_bytes(f->cols[j]) + strlen(f->names[j]) + 1;
    return bytes;
}

void frame_describe(const Frame *f, Buf *out)
{
    static const ColType order[] = {COL_INT, COL_REAL, COL_BOOL, COL_CODE, COL_TIME, COL_TEXT};
    buf_count(out, f->rows);
    buf_puts(out, f->rows == 1 ? " row, " : " rows, ");
    buf_count(out, f->ncols);
    buf_puts(out, f->ncols == 1 ? " column" : " columns");
    const char *before = " (";
    for (size_t k = 0; k < sizeof order / sizeof *order; k++) {
        size_t n = 0;
        for (size_t j = 0; j < f->ncols; j++)
            n += f->cols[j]->type == order[k];
        if (!n)
            continue;
        buf_printf(out, "%s%zu %s", before, n, coltype_name(order[k]));
        before = ", ";
    }
    if (f->ncols)
        buf_putc(out, ')');
}
