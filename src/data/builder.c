/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * builder.c - a column that grows row by row: readers, results of text expressions, group keys.
 *
 * Texts of a code column are numbered by a hash map as they come; builder_finish() sorts the
 * dictionary once and renumbers the rows.
 *
 * A builder from builder_new_strings() does not know whether it reads names or prose. At the end
 * it gives a code column if the distinct values are at most the greater of 1000 and half of the
 * rows that are not null, and are 200 bytes long or less on average; otherwise a text column.
 */
#include "data/column.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/map.h"

#define FIRST_ROWS 256
#define CODE_LEVELS_FREE 1000             /* so many distinct values are always few */
#define ROWS_MAX ((size_t)UINT32_MAX - 1) /* row numbers are uint32_t and one means none */

struct ColumnBuilder {
    ColType type;
    bool strings; /* code or text, decided at the end */
    TimeUnit unit;
    size_t n, cap, nulls;
    void *values;   /* cap of them; COL_TEXT: where each text ends */
    uint64_t *bits; /* null bits for cap rows, or NULL before the first null */
    StrMap *texts;  /* COL_CODE */
    char *bytes;    /* COL_TEXT */
    size_t nbytes, capbytes;
};

static size_t width_of(ColType t)
{
    return t == COL_BOOL ? 1 : t == COL_CODE ? sizeof(int32_t) : sizeof(int64_t);
}

static size_t bit_words(size_t n)
{
    return (n + 63) / 64;
}

ColumnBuilder *builder_new(ColType type)
{
    ColumnBuilder *b = xcalloc(1, sizeof *b);
    b->type = type;
    b->unit = TIME_DAY;
    if (type == COL_CODE)
        b->texts = strmap_new(64);
    return b;
}

ColumnBuilder *builder_new_strings(void)
{
    ColumnBuilder *b = builder_new(COL_CODE);
    b->strings = true;
    return b;
}

void builder_free(ColumnBuilder *b)
{
    if (!b)
        return;
    free(b->values);
    free(b->bits);
    free(b->bytes);
    strmap_free(b->texts);
    free(b);
}

size_t builder_count(const ColumnBuilder *b)
{
    return b->n;
}

void builder_time_unit(ColumnBuilder *b, TimeUnit u)
{
    if (u > b->unit)
        b->unit = u;
}

static bool resize(ColumnBuilder *b, size_t cap, Error *err)
{
    size_t w = width_of(b->type);
    void *values = big_realloc(b->values, b->n * w, cap * w, "a column", err);
    if (!values)
        return false;
    b->values = values;
    if (b->bits) {
        size_t had = bit_words(b->cap), want = bit_words(cap);
        uint64_t *bits = big_realloc(b->bits, had * 8, want * 8, "a column", err);
        if (!bits)
            return false;
        for (size_t i = had; i < want; i++)
            bits[i] = 0;
        b->bits = bits;
    }
    b->cap = cap;
    return true;
}

/* Room for one more row. */
static bool grow(ColumnBuilder *b, Error *err)
{
    if (b->n < b->cap)
        return true;
    if (b->n >= ROWS_MAX)
        return fail(err, ERR_DATA, "a table holds at most %zu rows", ROWS_MAX);
    return resize(b, b->cap ? 2 * b->cap : FIRST_ROWS, err);
}

bool builder_int(ColumnBuilder *b, int64_t v, Error *err)
{
    assert(b->type == COL_INT || b->type == COL_TIME || b->type == COL_BOOL);
    if (!grow(b, err))
        return false;
    if (b->type == COL_BOOL)
        ((uint8_t *)b->values)[b->n++] = v != 0;
    else
        ((int64_t *)b->values)[b->n++] = v;
    return true;
}

bool builder_real(ColumnBuilder *b, double v, Error *err)
{
    assert(b->type == COL_REAL);
    if (isnan(v))
        return builder_null(b, err);
    if (!grow(b, err))
        return false;
    ((double *)b->values)[b->n++] = v;
    return true;
}

static bool put_bytes(ColumnBuilder *b, Str s, Error *err)
{
    if (b->nbytes + s.n > b->capbytes) {
        size_t cap = 2 * (b->nbytes + s.n) + 4096;
        char *bytes = big_realloc(b->bytes, b->nbytes, cap, "a text column", err);
        if (!bytes)
            return false;
        b->bytes = bytes;
        b->capbytes = cap;
    }
    if (s.n)
        memcpy(b->bytes + b->nbytes, s.p, s.n);
    b->nbytes += s.n;
    return true;
}

bool builder_text(ColumnBuilder *b, Str s, Error *err)
{
    assert(b->type == COL_CODE || b->type == COL_TEXT);
    if (!grow(b, err))
        return false;
    if (b->type == COL_CODE) {
        ((int32_t *)b->values)[b->n++] = (int32_t)strmap_add(b->texts, s, NULL);
        return true;
    }
    if (!put_bytes(b, s, err))
        return false;
    ((uint64_t *)b->values)[b->n++] = b->nbytes;
    return true;
}

bool builder_null(ColumnBuilder *b, Error *err)
{
    if (!grow(b, err))
        return false;
    if (!b->bits) {
        b->bits = big_alloc(bit_words(b->cap), sizeof *b->bits, true, "a column", err);
        if (!b->bits)
            return false;
    }
    b->bits[b->n >> 6] |= UINT64_C(1) << (b->n & 63);
    b->nulls++;
    switch (b->type) {
    case COL_BOOL:
        ((uint8_t *)b->values)[b->n] = 0;
        break;
    case COL_CODE:
        ((int32_t *)b->values)[b->n] = 0;
        break;
    case COL_TEXT:
        ((uint64_t *)b->values)[b->n] = b->nbytes;
        break;
    case COL_REAL:
        ((double *)b->values)[b->n] = 0;
        break;
    case COL_INT:
    case COL_TIME:
        ((int64_t *)b->values)[b->n] = 0;
        break;
    }
    b->n++;
    return true;
}

size_t code_levels_max(size_t values)
{
    return values / 2 > CODE_LEVELS_FREE ? values / 2 : CODE_LEVELS_FREE;
}

/* The rule at the top of this file. */
static bool few_distinct(const ColumnBuilder *b)
{
    size_t distinct = strmap_count(b->texts), allowed = code_levels_max(b->n - b->nulls);
    double bytes = 0;
    for (size_t i = 0; i < distinct; i++)
        bytes += (double)strmap_at(b->texts, (uint32_t)i).n;
    return distinct <= allowed && bytes <= CODE_LEVEL_BYTES_MAX * (double)distinct;
}

static bool row_is_null(const ColumnBuilder *b, size_t i)
{
    return b->bits && (b->bits[i >> 6] >> (i & 63) & 1);
}

/* Codes in order of arrival become codes in order of the sorted levels. */
static Levels *sort_levels(ColumnBuilder *b, Error *err)
{
    size_t n = strmap_count(b->texts);
    Levels *l = NULL;
    Str *texts = big_alloc(n, sizeof *texts, false, "a dictionary", err);
    int32_t *order = big_alloc(n, sizeof *order, false, "a dictionary", err);
    if (texts && order) {
        for (size_t i = 0; i < n; i++)
            texts[i] = strmap_at(b->texts, (uint32_t)i);
        l = levels_new(texts, n, order, err);
    }
    int32_t *codes = b->values;
    for (size_t i = 0; l && i < b->n; i++)
        if (!row_is_null(b, i))
            codes[i] = order[codes[i]];
    free(texts);
    free(order);
    return l;
}

/* The codes written out as texts. */
static ColumnBuilder *spell_out(const ColumnBuilder *b, Error *err)
{
    ColumnBuilder *t = builder_new(COL_TEXT);
    const int32_t *codes = b->values;
    bool ok = resize(t, b->n, err);
    for (size_t i = 0; ok && i < b->n; i++)
        ok = row_is_null(b, i) ? builder_null(t, err)
                               : builder_text(t, strmap_at(b->texts, (uint32_t)codes[i]), err);
    if (ok)
        return t;
    builder_free(t);
    return NULL;
}

/* Puts the leading 0 before the ends of texts. */
static uint64_t *offsets_of(const ColumnBuilder *b, Error *err)
{
    uint64_t *o = big_alloc(b->n + 1, sizeof *o, false, "a text column", err);
    if (!o)
        return NULL;
    o[0] = 0;
    if (b->n)
        memcpy(o + 1, b->values, b->n * sizeof *o);
    return o;
}

/* Gives everything that the builder holds to a column. */
static Column *hand_over(ColumnBuilder *b, Error *err)
{
    uint64_t *offsets = NULL;
    Levels *levels = NULL;
    if (b->type == COL_TEXT && !(offsets = offsets_of(b, err)))
        return NULL;
    if (b->type == COL_CODE && !(levels = sort_levels(b, err)))
        return NULL;
    Column *c = xcalloc(1, sizeof *c);
    *c = (Column){.type = b->type, .unit = b->unit, .n = b->n, .nulls = b->nulls, .refs = 1};
    c->null_bits = b->bits;
    c->levels = levels;
    c->v.any = offsets ? (void *)offsets : b->values;
    c->bytes = b->bytes;
    if (!offsets)
        b->values = NULL;
    b->bits = NULL;
    b->bytes = NULL;
    return c;
}

Column *builder_finish(ColumnBuilder *b, Error *err)
{
    Column *c = NULL;
    ColumnBuilder *spelled = NULL;
    if (b->strings && !few_distinct(b)) {
        spelled = spell_out(b, err);
        if (!spelled)
            goto done;
    }
    ColumnBuilder *last = spelled ? spelled : b;
    /* An empty column needs its array too; much spare room goes back. */
    if ((last->cap == 0 || last->cap > last->n + last->n / 4) && !resize(last, last->n, err))
        goto done;
    c = hand_over(last, err);
done:
    builder_free(spelled);
    builder_free(b);
    return c;
}
