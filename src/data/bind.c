/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bind.c - frames one under the other, columns matched by name.
 *
 * The type of a column is folded over the frames that have it: equal stays, int with real is real,
 * code with text and any other pair is a string column (code or text by the builder's rule). A
 * column without a single value has no say. Rows of frames without the column are null.
 */
#include "data/frame.h"

#include <assert.h>
#include <stdlib.h>

#include "base/map.h"

typedef struct Parts {
    const Frame *const *f;
    size_t n, rows;
    const Column **col; /* n: the column of this name in each frame, or NULL */
} Parts;

typedef enum BindType { BIND_SAME, BIND_REAL, BIND_STRINGS } BindType;

static BindType fold(BindType so_far, ColType first, ColType t)
{
    bool number = (first == COL_INT || first == COL_REAL) && (t == COL_INT || t == COL_REAL);
    if (so_far == BIND_STRINGS || (!number && t != first))
        return BIND_STRINGS;
    return t == first ? so_far : BIND_REAL;
}

/* The null rows of a part that begins at row `at`. */
static bool copy_nulls(const Column *c, size_t rows, Column *out, size_t at, Error *err)
{
    if (c && !c->null_bits)
        return true;
    for (size_t i = 0; i < rows; i++)
        if ((!c || column_is_null(c, i)) && !column_set_null(out, at + i, err))
            return false;
    return true;
}

static void copy_values(const Column *c, Column *out, size_t at, const int32_t *map)
{
    switch (c->type) {
    case COL_BOOL:
        memcpy(out->v.b + at, c->v.b, c->n);
        break;
    case COL_CODE:
        for (size_t i = 0; i < c->n; i++)
            out->v.c[at + i] = column_is_null(c, i) ? 0 : map ? map[c->v.c[i]] : c->v.c[i];
        break;
    case COL_INT:
    case COL_TIME:
        if (out->type == COL_REAL)
            for (size_t i = 0; i < c->n; i++)
                out->v.d[at + i] = (double)c->v.i[i];
        else
            memcpy(out->v.i + at, c->v.i, c->n * sizeof(int64_t));
        break;
    case COL_REAL:
        memcpy(out->v.d + at, c->v.d, c->n * sizeof(double));
        break;
    case COL_TEXT:
        break; /* goes through a builder */
    }
}

/* Values of one type (or int and real), array by array. map[k] renumbers the codes of part k. */
static bool fill_values(const Parts *p, Column *out, int32_t *const *map, Error *err)
{
    size_t at = 0;
    for (size_t k = 0; k < p->n; k++) {
        const Column *c = p->col[k];
        size_t rows = p->f[k]->rows;
        if (c && rows)
            copy_values(c, out, at, map ? map[k] : NULL);
        if (c && c->type == COL_TIME && c->unit > out->unit)
            out->unit = c->unit;
        if (!copy_nulls(c, rows, out, at, err))
            return false;
        at += rows;
    }
    return true;
}

static Column *bind_values(const Parts *p, ColType type, Error *err)
{
    Column *out = column_new(type, p->rows, err);
    if (out && !fill_values(p, out, NULL, err)) {
        column_unref(out);
        out = NULL;
    }
    return out;
}

static Column *bind_codes(const Parts *p, Error *err)
{
    Column *out = NULL;
    Levels *none = levels_new(NULL, 0, NULL, err);
    if (!none)
        return NULL;
    const Levels **in = xcalloc(p->n, sizeof(Levels *));
    int32_t **map = xcalloc(p->n, sizeof(int32_t *));
    assert(map);
    for (size_t k = 0; k < p->n; k++)
        in[k] = p->col[k] ? p->col[k]->levels : none;
    Levels *all = levels_union(in, p->n, map, err);
    out = all ? column_new_code(p->rows, all, err) : NULL;
    if (out && !fill_values(p, out, map, err)) {
        column_unref(out);
        out = NULL;
    }
    for (size_t k = 0; k < p->n; k++)
        free(map[k]);
    free(map);
    free(in);
    levels_unref(all);
    levels_unref(none);
    return out;
}

/* Every value printed; code or text by how many are distinct. */
static Column *bind_strings(const Parts *p, Error *err)
{
    ColumnBuilder *b = builder_new_strings();
    Buf text = BUF_INIT;
    bool ok = true;
    for (size_t k = 0; k < p->n; k++) {
        const Column *c = p->col[k];
        for (size_t i = 0; ok && i < p->f[k]->rows; i++) {
            buf_clear(&text);
            if (c)
                column_print(c, i, &text);
            ok = !c || column_is_null(c, i) ? builder_null(b, err)
                                            : builder_text(b, buf_slice(&text), err);
        }
    }
    buf_free(&text);
    if (ok)
        return builder_finish(b, err);
    builder_free(b);
    return NULL;
}

/* Finds the column in every frame; one without values counts as missing. Gives the one that decides
 * the type. */
static const Column *gather(Parts *p, Str name, BindType *how)
{
    const Column *first = NULL, *empty = NULL;
    *how = BIND_SAME;
    for (size_t k = 0; k < p->n; k++) {
        const Column *c = NULL;
        for (size_t j = 0; j < p->f[k]->ncols && !c; j++)
            if (str_eqz(name, p->f[k]->names[j]))
                c = p->f[k]->cols[j];
        p->col[k] = c && c->nulls < c->n ? c : NULL;
        empty = empty ? empty : c;
        if (!p->col[k])
            continue;
        first = first ? first : p->col[k];
        *how = fold(*how, first->type, p->col[k]->type);
    }
    return first ? first : empty;
}

static Column *bind_column(Parts *p, Str name, Error *err)
{
    BindType how;
    const Column *first = gather(p, name, &how);
    assert(first); /* the name is one of theirs */
    if (how == BIND_STRINGS || first->type == COL_TEXT)
        return bind_strings(p, err);
    if (first->type == COL_CODE)
        return bind_codes(p, err);
    return bind_values(p, how == BIND_REAL ? COL_REAL : first->type, err);
}

Frame *frame_bind_all(const Frame *const *f, size_t n, Error *err)
{
    Parts p = {.f = f, .n = n, .col = xcalloc(n, sizeof(Column *))};
    StrMap *names = strmap_new(16);
    for (size_t k = 0; k < n; k++) {
        p.rows += f[k]->rows;
        for (size_t j = 0; j < f[k]->ncols; j++)
            strmap_add(names, str_of(f[k]->names[j]), NULL);
    }
    size_t ncols = strmap_count(names), done = 0;
    char **text = xcalloc(ncols, sizeof(char *));
    Column **cols = xcalloc(ncols, sizeof(Column *));
    Frame *out = NULL;
    for (; done < ncols; done++) {
        Str name = strmap_at(names, (uint32_t)done);
        text[done] = xstrndup(name.p, name.n);
        cols[done] = bind_column(&p, name, err);
        if (!cols[done])
            break;
    }
    if (done == ncols)
        out = frame_new(text, cols, ncols, p.rows);
    for (size_t j = 0; j < ncols; j++) {
        free(text[j]);
        if (!out)
            column_unref(cols[j]);
    }
    free(text);
    free(cols);
    free(p.col);
    strmap_free(names);
    return out;
}

Frame *frame_bind(const Frame *a, const Frame *b, Error *err)
{
    return frame_bind_all((const Frame *const[]){a, b}, 2, err);
}
