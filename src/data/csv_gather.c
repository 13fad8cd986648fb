/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_gather.c - pieces of columns to columns: the last step of csv_read.c.
 *
 * Numbers, moments and codes already lie where they belong: the column takes the buffer over. Only
 * when rows were refused are the pieces moved together. Codes are renumbered by the sorted
 * dictionary, long texts put one behind the other; both chunk by chunk on the threads.
 */
#include <stdlib.h>

#include "base/par.h"
#include "csv_priv.h"

/* One column on its way. */
typedef struct Gather {
    Csv *c;
    size_t j;
    CsvColumn *col;
    Column *out;
    const size_t *row_at; /* first row of each chunk of the window */
    Levels *levels;       /* of a code column ... */
    int32_t **map;        /* ... and the numbers in it of each thread's texts */
    bool many;            /* too many levels */
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

static size_t all_rows(const Gather *g)
{
    return g->row_at[g->c->last - g->c->first];
}

static bool on_chunks(Gather *g, void (*work)(void *, void *, size_t, size_t, size_t), Error *err)
{
    ParJob job = {.n = g->c->last - g->c->first, .chunk = 1, .ctx = g, .work = work};
    return par_rows(&job, err);
}

/* ---- in place ---- */

/* Moves the pieces together in a buffer of `width` bytes a row, when rows between them were
 * refused; most of a buffer that is hardly used goes back. NULL without memory. */
static char *close_gaps(const Gather *g, char *buffer, size_t width, size_t extra, Error *err)
{
    size_t rows = all_rows(g);
    for (size_t k = 0; k < g->c->last - g->c->first; k++) {
        const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
        if (g->row_at[k] != chunk->row0)
            memmove(buffer + g->row_at[k] * width, buffer + chunk->row0 * width,
                    chunk_rows(g, k) * width);
    }
    if (rows >= g->c->rows_reserved / 2)
        return buffer;
    size_t bytes = (rows + extra) * width;
    return big_realloc(buffer, bytes, bytes, "a column", err);
}

/* Makes the column around a buffer, which it takes. */
static bool adopt(Gather *g, ColType type, char **buffer, size_t width, Error *err)
{
    g->out = column_new(type, 0, err);
    char *values = g->out ? close_gaps(g, *buffer, width, type == COL_TEXT, err) : NULL;
    if (!values)
        return false;
    free(g->out->v.any);
    g->out->v.any = values;
    g->out->n = all_rows(g);
    *buffer = NULL;
    return true;
}

static bool gather_numbers(Gather *g, ColType type, Error *err)
{
    if (!adopt(g, type, &g->col->values, sizeof(int64_t), err))
        return false;
    for (size_t k = g->c->first; type == COL_TIME && k < g->c->last; k++) {
        TimeUnit unit = (TimeUnit)csv_cell(g->c, k, g->j)->unit;
        if (unit > g->out->unit)
            g->out->unit = unit;
    }
    return gather_nulls(g, err);
}

static void renumber(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    const Gather *g = ctx;
    const int32_t *map = g->map[csv_cell(g->c, g->c->first + k, g->j)->thread];
    int32_t *code = g->out->v.c + g->row_at[k];
    const uint64_t *nulls = chunk_nulls(g, k);
    size_t n = chunk_rows(g, k);
    for (size_t i = 0; i < n; i++)
        code[i] = nulls && bit_at(nulls, i) ? 0 : map[code[i]];
}

/* Ends of texts in each cell become starts in the column; the cells' texts go one behind the other.
 */
static void place_texts(void *ctx, void *scratch, size_t k, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    const Gather *g = ctx;
    CsvCell *cell = csv_cell(g->c, g->c->first + k, g->j);
    uint64_t *at = g->out->v.o + g->row_at[k], base = g->bytes_at[k], start = 0;
    for (size_t i = 0; i < chunk_rows(g, k); i++) {
        uint64_t end = at[i];
        at[i] = base + start;
        start = end;
    }
    if (start)
        memcpy(g->out->bytes + base, cell->text, start);
    free(cell->text);
    cell->text = NULL;
}

static bool gather_texts(Gather *g, Error *err)
{
    size_t chunks = g->c->last - g->c->first, rows = all_rows(g);
    bool ok = false;
    g->bytes_at = big_alloc(chunks + 1, sizeof *g->bytes_at, true, "a text column", err);
    if (!g->bytes_at || !adopt(g, COL_TEXT, &g->col->values, sizeof(uint64_t), err))
        goto done;
    for (size_t k = 0; k < chunks; k++) {
        uint64_t bytes = chunk_rows(g, k) ? g->out->v.o[g->row_at[k + 1] - 1] : 0;
        g->bytes_at[k + 1] = g->bytes_at[k] + bytes;
    }
    g->out->v.o[rows] = g->bytes_at[chunks];
    g->out->bytes = big_alloc(g->bytes_at[chunks], 1, false, "a text column", err);
    ok = g->out->bytes && on_chunks(g, place_texts, err) && gather_nulls(g, err);
done:
    free(g->bytes_at);
    return ok;
}

/* ---- copied ---- */

static bool gather_bools(Gather *g, Error *err)
{
    g->out = column_new(COL_BOOL, all_rows(g), err);
    for (size_t k = 0; g->out && k < g->c->last - g->c->first; k++) {
        const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
        memcpy(g->out->v.b + g->row_at[k], g->col->values + chunk->row0 * sizeof(int64_t),
               chunk_rows(g, k));
    }
    return g->out && gather_nulls(g, err);
}

/* The codes written out: there are too many different texts for a code column. */
static bool spell_out(Gather *g, Error *err)
{
    ColumnBuilder *b = builder_new(COL_TEXT);
    bool ok = true;
    for (size_t k = 0; ok && k < g->c->last - g->c->first; k++) {
        const CsvChunk *chunk = &g->c->chunks[g->c->first + k];
        const CsvDict *d = g->c->scratch[csv_cell(g->c, g->c->first + k, g->j)->thread].dicts[g->j];
        const uint64_t *nulls = chunk_nulls(g, k);
        for (size_t i = 0; ok && i < chunk_rows(g, k); i++)
            ok = bit_at(nulls, i)
                     ? builder_null(b, err)
                     : builder_text(b, csv_dict_at(d, (size_t)g->col->codes[chunk->row0 + i]), err);
    }
    if (ok)
        g->out = builder_finish(b, err);
    else
        builder_free(b);
    return g->out != NULL;
}

static size_t count_values(const Csv *c, size_t j)
{
    size_t n = 0;
    for (size_t k = c->first; k < c->last; k++)
        n += c->chunks[k].rows - csv_cell(c, k, j)->nulls;
    return n;
}

/* The threads' dictionaries of a column in one; a worker does one column. */
static void merge_names(void *ctx, void *scratch, size_t j, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    Gather *g = (Gather *)ctx + j;
    const Csv *c = g->c;
    if (g->col->store != STORE_DICT)
        return;
    bool meant = g->col->declared || c->typed;
    size_t max = meant ? INT32_MAX : code_levels_max(count_values(c, j));
    CsvDict **dicts = xcalloc(c->threads, sizeof *dicts);
    for (size_t t = 0; t < c->threads; t++)
        dicts[t] = c->scratch[t].dicts[j];
    g->map = xcalloc(c->threads, sizeof *g->map);
    g->levels = csv_dict_merge(dicts, c->threads, max, meant ? 1e300 : CODE_LEVEL_BYTES_MAX, g->map,
                               &g->many);
    free(dicts);
}

/* A code column; or text when there are too many levels, unless code was meant. */
static bool gather_names(Gather *g, Error *err)
{
    if (g->many)
        return spell_out(g, err);
    if (!g->levels)
        return fail_nomem(err, count_values(g->c, g->j), "a dictionary");
    char *codes = (char *)g->col->codes;
    g->col->codes = NULL;
    bool ok = adopt(g, COL_CODE, &codes, sizeof(int32_t), err);
    if (g->out) {
        g->out->levels = g->levels;
        g->levels = NULL;
    }
    ok = ok && on_chunks(g, renumber, err) && gather_nulls(g, err);
    free(codes);
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
static void release(Gather *g)
{
    Csv *c = g->c;
    free(g->col->values);
    free(g->col->codes);
    free(g->col->nulls);
    g->col->values = NULL;
    g->col->codes = NULL;
    g->col->nulls = NULL;
    levels_unref(g->levels);
    for (size_t t = 0; t < c->threads; t++) {
        csv_dict_free(c->scratch[t].dicts[g->j]);
        c->scratch[t].dicts[g->j] = NULL;
        if (g->map)
            free(g->map[t]);
    }
    free(g->map);
}

/* Makes all columns; those that were made before a failure are in g[].out. */
static bool gather_columns(Csv *c, Gather *g, const size_t *row_at, Error *err)
{
    for (size_t j = 0; j < c->ncols; j++)
        g[j] = (Gather){.c = c, .j = j, .col = &c->cols[j], .row_at = row_at};
    ParJob job = {.n = c->ncols, .chunk = 1, .ctx = g, .work = merge_names};
    bool ok = par_rows(&job, err);
    for (size_t j = 0; j < c->ncols; j++) {
        ok = ok && gather_column(&g[j], err);
        release(&g[j]);
    }
    return ok;
}

Frame *csv_gather(Csv *c, Error *err)
{
    size_t chunks = c->last - c->first;
    Frame *f = NULL;
    size_t *row_at = big_alloc(chunks + 1, sizeof *row_at, true, "a list of chunks", err);
    Gather *g = big_alloc(c->ncols, sizeof *g, true, "a list of columns", err);
    Column **cols = big_alloc(c->ncols, sizeof *cols, true, "a list of columns", err);
    char **names = big_alloc(c->ncols, sizeof *names, true, "a list of columns", err);
    if (!row_at || !g || !cols || !names)
        goto done;
    for (size_t k = 0; k < chunks; k++)
        row_at[k + 1] = row_at[k] + c->chunks[c->first + k].rows;
    bool ok = gather_columns(c, g, row_at, err);
    for (size_t j = 0; j < c->ncols; j++) {
        cols[j] = g[j].out;
        names[j] = c->cols[j].name;
    }
    if (ok)
        f = frame_new(names, cols, c->ncols, row_at[chunks]);
    for (size_t j = 0; !f && j < c->ncols; j++)
        column_unref(cols[j]);
done:
    free(row_at);
    free(g);
    free(cols);
    free(names);
    return f;
}
