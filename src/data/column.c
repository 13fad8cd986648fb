/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * column.c - one typed column: making, reading, printing, picking rows, changing the type.
 *
 * Row-by-row growth is in builder.c, dictionaries in levels.c. Values under a null are 0, so that
 * a loop may compute on all rows and look at the null bits once per 64.
 */
#include "data/column.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/par.h"

static const char *const type_names[] = {"int", "real", "bool", "code", "time", "text"};
#define TYPES (sizeof type_names / sizeof *type_names)

const char *coltype_name(ColType t)
{
    assert((size_t)t < TYPES);
    return type_names[t];
}

bool coltype_parse(Str s, ColType *out)
{
    for (size_t t = 0; t < TYPES; t++) {
        if (str_eqz(s, type_names[t])) {
            *out = (ColType)t;
            return true;
        }
    }
    return false;
}

/* Bytes of one value in the array `v`. */
static size_t value_size(ColType t)
{
    return t == COL_BOOL ? 1 : t == COL_CODE ? sizeof(int32_t) : sizeof(int64_t);
}

static size_t bit_words(size_t n)
{
    return (n + 63) / 64;
}

Column *column_new(ColType type, size_t n, Error *err)
{
    size_t entries = n + (type == COL_TEXT);
    void *values = big_alloc(entries, value_size(type), true, "a column", err);
    if (!values)
        return NULL;
    Column *c = xcalloc(1, sizeof *c);
    *c = (Column){.type = type, .n = n, .v.any = values, .refs = 1};
    return c;
}

Column *column_new_code(size_t n, Levels *levels, Error *err)
{
    Column *c = column_new(COL_CODE, n, err);
    if (c)
        c->levels = levels_ref(levels);
    return c;
}

Column *column_ref(const Column *c)
{
    Column *mine = (Column *)c; /* const promises the values, not the count */
    mine->refs++;
    return mine;
}

void column_unref(Column *c)
{
    if (!c || --c->refs > 0)
        return;
    free(c->v.any);
    free(c->null_bits);
    free(c->bytes);
    levels_unref(c->levels);
    free(c);
}

bool column_make_null_bits(Column *c, Error *err)
{
    if (!c->null_bits)
        c->null_bits = big_alloc(bit_words(c->n), sizeof *c->null_bits, true, "null bits", err);
    return c->null_bits != NULL;
}

static size_t count_bits(uint64_t w)
{
    size_t n = 0;
    for (; w; w &= w - 1)
        n++;
    return n;
}

void column_seal_nulls(Column *c)
{
    c->nulls = 0;
    if (!c->null_bits)
        return;
    for (size_t i = 0; i < bit_words(c->n); i++)
        c->nulls += count_bits(c->null_bits[i]);
    if (c->nulls == 0) {
        free(c->null_bits);
        c->null_bits = NULL;
    }
}

bool column_set_null(Column *c, size_t row, Error *err)
{
    assert(row < c->n && c->refs == 1);
    if (!column_make_null_bits(c, err))
        return false;
    if (column_is_null(c, row))
        return true;
    c->null_bits[row >> 6] |= UINT64_C(1) << (row & 63);
    c->nulls++;
    switch (c->type) {
    case COL_BOOL:
        c->v.b[row] = 0;
        break;
    case COL_CODE:
        c->v.c[row] = 0;
        break;
    case COL_REAL:
        c->v.d[row] = 0;
        break;
    case COL_INT:
    case COL_TIME:
        c->v.i[row] = 0;
        break;
    case COL_TEXT:
        break;
    }
    return true;
}

size_t column_bytes(const Column *c)
{
    size_t entries = c->n + (c->type == COL_TEXT);
    size_t bytes = sizeof *c + entries * value_size(c->type);
    if (c->null_bits)
        bytes += bit_words(c->n) * sizeof *c->null_bits;
    if (c->type == COL_TEXT)
        bytes += c->v.o[c->n];
    if (c->levels)
        bytes += (c->levels->n + 1) * sizeof(uint64_t) + c->levels->offset[c->levels->n];
    return bytes;
}

double column_real(const Column *c, size_t row)
{
    assert(row < c->n && c->type != COL_CODE && c->type != COL_TEXT);
    if (column_is_null(c, row))
        return NAN;
    switch (c->type) {
    case COL_REAL:
        return c->v.d[row];
    case COL_BOOL:
        return c->v.b[row];
    default:
        return (double)c->v.i[row];
    }
}

Str column_text(const Column *c, size_t row)
{
    assert(row < c->n && (c->type == COL_CODE || c->type == COL_TEXT));
    if (column_is_null(c, row))
        return STR_NULL;
    if (c->type == COL_CODE)
        return levels_at(c->levels, (size_t)c->v.c[row]);
    uint64_t from = c->v.o[row];
    return (Str){c->bytes ? c->bytes + from : "", (size_t)(c->v.o[row + 1] - from)};
}

void column_print(const Column *c, size_t row, Buf *out)
{
    if (column_is_null(c, row))
        return;
    switch (c->type) {
    case COL_INT:
        buf_int(out, c->v.i[row]);
        break;
    case COL_REAL:
        buf_real(out, c->v.d[row]);
        break;
    case COL_BOOL:
        buf_puts(out, c->v.b[row] ? "true" : "false");
        break;
    case COL_TIME:
        buf_time(out, c->v.i[row], c->unit);
        break;
    case COL_CODE:
    case COL_TEXT:
        buf_str(out, column_text(c, row));
        break;
    }
}

/* ---- rows picked ---- */

typedef struct Take {
    const Column *from;
    Column *to;
    const uint32_t *rows;
} Take;

static void take_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const Take *t = ctx;
    const Column *c = t->from;
    size_t size = value_size(c->type);
    for (size_t i = from; i < to; i++) {
        uint32_t row = t->rows[i];
        /* chunks are whole words of null bits: no two threads write the same one */
        if (row == ROW_NONE || column_is_null(c, row)) {
            t->to->null_bits[i >> 6] |= UINT64_C(1) << (i & 63);
            continue;
        }
        if (size == 8)
            t->to->v.i[i] = c->v.i[row];
        else if (size == 4)
            t->to->v.c[i] = c->v.c[row];
        else
            t->to->v.b[i] = c->v.b[row];
    }
}

static bool take_texts(const Column *c, const uint32_t *rows, Column *out, Error *err)
{
    uint64_t total = 0;
    for (size_t i = 0; i < out->n; i++) {
        if (rows[i] == ROW_NONE || column_is_null(c, rows[i]))
            out->null_bits[i >> 6] |= UINT64_C(1) << (i & 63);
        else
            total += c->v.o[rows[i] + 1] - c->v.o[rows[i]];
        out->v.o[i + 1] = total;
    }
    out->bytes = big_alloc(total, 1, false, "a text column", err);
    if (!out->bytes)
        return false;
    for (size_t i = 0; i < out->n; i++) {
        size_t n = (size_t)(out->v.o[i + 1] - out->v.o[i]);
        if (n)
            memcpy(out->bytes + out->v.o[i], c->bytes + c->v.o[rows[i]], n);
    }
    return true;
}

Column *column_take(const Column *c, const uint32_t *rows, size_t n, Error *err)
{
    Column *out = column_new(c->type, n, err);
    if (!out)
        return NULL;
    out->unit = c->unit;
    out->levels = c->levels ? levels_ref(c->levels) : NULL;
    Take t = {c, out, rows};
    ParJob job = {.n = n, .ctx = &t, .work = take_chunk};
    bool ok = column_make_null_bits(out, err) &&
              (c->type == COL_TEXT ? take_texts(c, rows, out, err) : par_rows(&job, err));
    if (ok) {
        column_seal_nulls(out);
        return out;
    }
    column_unref(out);
    return NULL;
}

/* ---- other types ---- */

/* A new column of this type with the null bits of `c`. */
static Column *like(const Column *c, ColType type, Error *err)
{
    Column *out = column_new(type, c->n, err);
    if (!out || !c->null_bits)
        return out;
    if (!column_make_null_bits(out, err)) {
        column_unref(out);
        return NULL;
    }
    memcpy(out->null_bits, c->null_bits, bit_words(c->n) * sizeof *c->null_bits);
    out->nulls = c->nulls;
    return out;
}

/* The 64 bits that stand for a value that is not a text. */
static uint64_t key_of(const Column *c, size_t row)
{
    return c->type == COL_BOOL ? c->v.b[row] : (uint64_t)c->v.i[row];
}

/* Numbers each distinct value in codes[], in order of arrival; gives one row of each. */
static uint32_t *number_values(const Column *c, int32_t *codes, size_t *n)
{
    IntMap *seen = intmap_new(64);
    uint32_t *first = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        bool added;
        uint32_t k = intmap_add(seen, key_of(c, i), &added);
        if (added && k >= cap) {
            cap = cap ? 2 * cap : 64;
            first = xrealloc(first, cap * sizeof *first);
        }
        if (added)
            first[k] = (uint32_t)i;
        codes[i] = (int32_t)k;
    }
    *n = intmap_count(seen);
    intmap_free(seen);
    return first;
}

static Column *values_as_code(const Column *c, Error *err)
{
    Column *out = like(c, COL_CODE, err);
    if (!out)
        return NULL;
    size_t n;
    uint32_t *first = number_values(c, out->v.c, &n);
    /* two values may print alike (a NaN of other bits): the texts are numbered once more */
    StrMap *texts = strmap_new(n);
    int32_t *text_of = xmalloc(n * sizeof *text_of);
    Buf b = BUF_INIT;
    for (size_t k = 0; k < n; k++) {
        buf_clear(&b);
        column_print(c, first[k], &b);
        text_of[k] = (int32_t)strmap_add(texts, buf_slice(&b), NULL);
    }
    size_t distinct = strmap_count(texts);
    Str *at = xmalloc(distinct * sizeof *at);
    int32_t *order = xmalloc(distinct * sizeof *order);
    for (size_t k = 0; k < distinct; k++)
        at[k] = strmap_at(texts, (uint32_t)k);
    out->levels = levels_new(at, distinct, order, err);
    for (size_t i = 0; out->levels && i < c->n; i++)
        if (!column_is_null(c, i))
            out->v.c[i] = order[text_of[out->v.c[i]]];
    buf_free(&b);
    strmap_free(texts);
    free(first);
    free(text_of);
    free(at);
    free(order);
    if (out->levels)
        return out;
    column_unref(out);
    return NULL;
}

/* Every row printed into a builder. */
static Column *print_all(const Column *c, ColType type, Error *err)
{
    ColumnBuilder *b = builder_new(type);
    Buf text = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; ok && i < c->n; i++) {
        buf_clear(&text);
        column_print(c, i, &text);
        ok = column_is_null(c, i) ? builder_null(b, err) : builder_text(b, buf_slice(&text), err);
    }
    buf_free(&text);
    if (ok)
        return builder_finish(b, err);
    builder_free(b);
    return NULL;
}

Column *column_as_code(const Column *c, Error *err)
{
    if (c->type == COL_CODE)
        return column_ref(c);
    return c->type == COL_TEXT ? print_all(c, COL_CODE, err) : values_as_code(c, err);
}

Column *column_as_text(const Column *c, Error *err)
{
    return c->type == COL_TEXT ? column_ref(c) : print_all(c, COL_TEXT, err);
}

/* Texts read as numbers; NaN becomes null. */
static bool texts_as_real(const Column *c, Column *out, Error *err)
{
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            continue;
        double v;
        Str s = column_text(c, i);
        if (!parse_real(str_trim(s), &v))
            return fail_row(err, ERR_TYPE, (long)i + 1, "row %zu: '%.*s' is not a number", i + 1,
                            STR_ARG(s));
        if (!isnan(v))
            out->v.d[i] = v;
        else if (!column_set_null(out, i, err))
            return false;
    }
    return true;
}

Column *column_as_real(const Column *c, Error *err)
{
    if (c->type == COL_REAL)
        return column_ref(c);
    Column *out = like(c, COL_REAL, err);
    if (!out)
        return NULL;
    if (c->type == COL_CODE || c->type == COL_TEXT) {
        if (!texts_as_real(c, out, err)) {
            column_unref(out);
            return NULL;
        }
        return out;
    }
    for (size_t i = 0; i < c->n; i++)
        if (!column_is_null(c, i))
            out->v.d[i] = column_real(c, i);
    return out;
}
