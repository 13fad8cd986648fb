/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_gather.c - pieces of columns to columns: the last step of csv_read.c.
 *
 * Numbers and moments already lie where they belong: the column takes the buffer over. Only when
 * rows were refused are the pieces moved together. Codes and truth values are copied into an array
 * of their own width, codes renumbered by the sorted dictionary on the way; long texts are copied
 * from the file. All of it runs chunk by chunk on the threads.
 */
#include <stdlib.h>

#include "base/par.h"
#include "csv_priv.h"

#define LEVELS_FREE 1000 /* the rule of builder.c: code or text? */
#define LEVEL_BYTES_MAX 200.0

/* One column on its way. */
typedef struct Gather {
    Csv *c;
    size_t j;
    CsvColumn *col;
    Column *out;
    const size_t *row_at; /* first row of each chunk of the window */
    int32_t **map;        /* of each thread's dictionary */
    uint64_t *bytes_at;   /* of each chunk, in a text column */
} Gather;

static size_t chunk_rows(const Gather *g, size_t k)
{
    return g->row_at[k + 1] - g->row_at[k];
}

static const uint64_t *chunk_nulls(const Gather *g, size_t k)
{
    const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
    return csv_cell(g->c, g->c->first + k, g->j)->nulls ? g->col->nulls + chunk->word0 : NULL;
}

static bool bit_at(const uint64_t *bits, size_t i)
{
    return bits && (bits[i >> 6] >> (i & 63) & 1);
}

/* Adds `n` bits behind the `at` that are there. */
static void append_bits(uint64_t *to, size_t at, const uint64_t *from, size_t n)
{
    size_t shift = at & 63;
    for (size_t i = 0; i < n; i += 64) {
        uint64_t w = from[i >> 6];
        if (n - i < 64)
            w &= (UINT64_C(1) << (n - i)) - 1;
        to[(at + i) >> 6] |= w << shift;
        if (shift && shift + (n - i) > 64)
            to[((at + i) >> 6) + 1] |= w >> (64 - shift);
    }
}

static bool gather_nulls(const Gather *g, Error *err)
{
    bool any = false;
    for (size_t k = 0; k < g->c->last - g->c->first; k++) {
        const uint64_t *nulls = chunk_nulls(g, k);
        if (!nulls)
            continue;
        if (!any && !column_make_null_bits(g->out, err))
            return false;
        any = true;
        append_bits(g->out->null_bits, g->row_at[k], nulls, chunk_rows(g, k));
    }
    if (any)
        column_seal_nulls(g->out);
    return true;
}

/* ---- eight bytes a row, in place ---- */

static void take_buffer(Gather *g)
{
    free(g->out->v.any);
    g->out->v.any = g->col->values;
    g->col->values = NULL;
    g->out->n = g->row_at[g->c->last - g->c->first];
}

static bool close_gaps(Gather *g, Error *err)
{
    size_t rows = g->row_at[g->c->last - g->c->first], w = sizeof(int64_t);
    for (size_t k = 0; k < g->c->last - g->c->first; k++) {
        const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
        if (g->row_at[k] != chunk->row0)
            memmove(g->col->values + g->row_at[k] * w, g->col->values + chunk->row0 * w, chunk_rows(g, k) * w);
    }
    if (rows < g->c->rows_reserved / 2) { /* most were refused or beyond the limit */
        char *smaller = big_realloc(g->col->values, (rows + 1) * w, (rows + 1) * w, "a column", err);
        if (!smaller)
            return false;
        g->col->values = smaller;
    }
    return true;
}

/* A column of `rows` values that are all going to be written. */
static Column *unwritten_column(ColType type, size_t width, size_t rows, Error *err)
{
    Column *c = column_new(type, 0, err);
    void *values = c ? big_alloc(rows, width, false, "a column", err) : NULL;
    if (!values) {
        column_unref(c);
        return NULL;
    }
    free(c->v.any);
    c->v.any = values;
    c->n = type == COL_TEXT ? rows - 1 : rows;
    return c;
}

static bool gather_numbers(Gather *g, ColType type, Error *err)
{
    if (!close_gaps(g, err) || !(g->out = column_new(type, 0, err)))
        return false;
    take_buffer(g);
    for (size_t k = g->c->first; type == COL_TIME && k < g->c->last; k++) {
        TimeUnit unit = (TimeUnit)csv_cell(g->c, k, g->j)->unit;
        if (unit > g->out->unit)
            g->out->unit = unit;
    }
    return gather_nulls(g, err);
}

/* ---- narrower than eight bytes ---- */

static void copy_bools(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    const Gather *g = ctx;
    const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
    memcpy(g->out->v.b + g->row_at[k], g->col->values + chunk->row0 * sizeof(int64_t), chunk_rows(g, k));
}

static void copy_codes(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    const Gather *g = ctx;
    const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
    const int32_t *map = g->map[csv_cell(g->c, g->c->first + k, g->j)->thread];
    const int32_t *in = (const void *)(g->col->values + chunk->row0 * sizeof(int64_t));
    int32_t *out = g->out->v.c + g->row_at[k];
    const uint64_t *nulls = chunk_nulls(g, k);
    size_t n = chunk_rows(g, k);
    if (!nulls) {
        for (size_t i = 0; i < n; i++)
            out[i] = map[in[i]];
        return;
    }
    for (size_t i = 0; i < n; i++)
        out[i] = bit_at(nulls, i) ? 0 : map[in[i]];
}

static bool on_chunks(Gather *g, void (*work)(void *, void *, size_t, size_t, size_t), Error *err)
{
    ParJob job = {.n = g->c->last - g->c->first, .chunk = 1, .ctx = g, .work = work, .scratch = g->c->scratch_list};
    return par_rows(&job, err);
}

static bool gather_bools(Gather *g, Error *err)
{
    g->out = unwritten_column(COL_BOOL, sizeof(uint8_t), g->row_at[g->c->last - g->c->first], err);
    return g->out && on_chunks(g, copy_bools, err) && gather_nulls(g, err);
}

/* ---- texts ---- */

/* The text in a row of a chunk, whether it is in a dictionary or in the file. */
static Str text_of(const Gather *g, const CsvChunk *chunk, const char *values, size_t i, CsvScratch *s)
{
    if (g->map) {
        const CsvCell *cell = csv_cell(g->c, (size_t)(chunk - g->c->chunks), g->j);
        int32_t code;
        memcpy(&code, values + i * sizeof code, sizeof code);
        return csv_dict_at(g->c->scratch[cell->thread].dicts[g->j], (size_t)code);
    }
    uint64_t packed;
    memcpy(&packed, values + i * sizeof packed, sizeof packed);
    return csv_raw_text(g->c, packed, chunk->not_ascii, s);
}

static void measure_texts(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)from, (void)to;
    const Gather *g = ctx;
    const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
    const uint64_t *nulls = chunk_nulls(g, k);
    const CsvCell *cell = csv_cell(g->c, g->c->first + k, g->j);
    uint64_t bytes = 0;
    if (!g->map && chunk_rows(g, k) == chunk->rows) {
        bytes = cell->bytes;
    } else {
        for (size_t i = 0; i < chunk_rows(g, k); i++)
            if (!bit_at(nulls, i))
                bytes += text_of(g, chunk, g->col->values + chunk->row0 * sizeof(int64_t), i, scratch).n;
    }
    g->bytes_at[k + 1] = bytes;
}

static void copy_texts(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)from, (void)to;
    const Gather *g = ctx;
    const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
    const char *values = g->col->values + chunk->row0 * sizeof(int64_t);
    const uint64_t *nulls = chunk_nulls(g, k);
    uint64_t at = g->bytes_at[k];
    for (size_t i = 0; i < chunk_rows(g, k); i++) {
        g->out->v.o[g->row_at[k] + i] = at;
        if (bit_at(nulls, i))
            continue;
        Str s = text_of(g, chunk, values, i, scratch);
        if (s.n)
            memcpy(g->out->bytes + at, s.p, s.n);
        at += s.n;
    }
    if (!g->map)
        csv_give_back(g->c, chunk);
}

static bool gather_texts(Gather *g, Error *err)
{
    size_t chunks = g->c->last - g->c->first, rows = g->row_at[chunks];
    bool ok = false;
    g->bytes_at = big_alloc(chunks + 1, sizeof *g->bytes_at, true, "a text column", err);
    g->out = unwritten_column(COL_TEXT, sizeof(uint64_t), rows + 1, err);
    if (!g->bytes_at || !g->out || !on_chunks(g, measure_texts, err))
        goto done;
    for (size_t k = 0; k < chunks; k++)
        g->bytes_at[k + 1] += g->bytes_at[k];
    g->out->bytes = big_alloc(g->bytes_at[chunks], 1, false, "a text column", err);
    g->out->v.o[rows] = g->bytes_at[chunks];
    ok = g->out->bytes && on_chunks(g, copy_texts, err) && gather_nulls(g, err);
done:
    free(g->bytes_at);
    g->bytes_at = NULL;
    return ok;
}

static size_t count_values(const Gather *g)
{
    size_t n = 0;
    for (size_t k = g->c->first; k < g->c->last; k++)
        n += g->c->chunks[k].rows - csv_cell(g->c, k, g->j)->nulls;
    return n;
}

/* A code column; or text when there are too many levels, unless code was meant. */
static bool gather_names(Gather *g, Error *err)
{
    const Csv *c = g->c;
    size_t half = count_values(g) / 2;
    size_t max = g->col->declared || c->typed ? INT32_MAX : half > LEVELS_FREE ? half : LEVELS_FREE;
    double mean = g->col->declared || c->typed ? 1e300 : LEVEL_BYTES_MAX;
    bool ok = false, many;
    CsvDict **dicts = xcalloc(c->threads, sizeof *dicts);
    g->map = xcalloc(c->threads, sizeof *g->map);
    for (size_t t = 0; t < c->threads; t++)
        dicts[t] = c->scratch[t].dicts[g->j];
    Levels *levels = csv_dict_merge(dicts, c->threads, max, mean, g->map, &many, err);
    if (levels) {
        g->out = unwritten_column(COL_CODE, sizeof(int32_t), g->row_at[c->last - c->first], err);
        if (g->out)
            g->out->levels = levels;
        else
            levels_unref(levels);
        ok = g->out && on_chunks(g, copy_codes, err) && gather_nulls(g, err);
    } else if (many) {
        ok = gather_texts(g, err);
    }
    for (size_t t = 0; t < c->threads; t++)
        free(g->map[t]);
    free(g->map);
    free(dicts);
    g->map = NULL;
    return ok;
}

/* ---- all columns ---- */

static bool gather_column(Gather *g, Error *err)
{
    switch (g->col->store) {
    case STORE_INT:
        return gather_numbers(g, COL_INT, err);
    case STORE_REAL:
        return gather_numbers(g, COL_REAL, err);
    case STORE_TIME:
    case STORE_DMY:
    case STORE_MDY:
        return gather_numbers(g, COL_TIME, err);
    case STORE_BOOL:
        return gather_bools(g, err);
    case STORE_RAW:
        return gather_texts(g, err);
    case STORE_NONE:
    case STORE_DIGITS:
    case STORE_DICT:
        return gather_names(g, err);
    }
    return false;
}

/* The buffers of a column that has been made. */
static void release(Csv *c, size_t j)
{
    free(c->cols[j].values);
    free(c->cols[j].nulls);
    c->cols[j].values = NULL;
    c->cols[j].nulls = NULL;
    for (size_t t = 0; t < c->threads; t++) {
        csv_dict_free(c->scratch[t].dicts[j]);
        c->scratch[t].dicts[j] = NULL;
    }
}

Frame *csv_gather(Csv *c, Error *err)
{
    size_t chunks = c->last - c->first, n = 0;
    Frame *f = NULL;
    size_t *row_at = big_alloc(chunks + 1, sizeof *row_at, true, "a list of chunks", err);
    Column **cols = big_alloc(c->ncols, sizeof *cols, true, "a list of columns", err);
    char **names = big_alloc(c->ncols, sizeof *names, true, "a list of columns", err);
    if (!row_at || !cols || !names)
        goto done;
    for (size_t k = 0; k < chunks; k++)
        row_at[k + 1] = row_at[k] + c->chunks[c->first + k].rows;
    for (; n < c->ncols; n++) {
        Gather g = {.c = c, .j = n, .col = &c->cols[n], .row_at = row_at};
        bool ok = gather_column(&g, err);
        cols[n] = g.out;
        names[n] = c->cols[n].name;
        if (!ok)
            goto done;
        release(c, n);
    }
    f = frame_new(names, cols, c->ncols, row_at[chunks]);
done:
    for (size_t j = 0; !f && cols && j < c->ncols; j++)
        column_unref(cols[j]);
    free(row_at);
    free(cols);
    free(names);
    return f;
}
