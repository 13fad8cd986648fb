/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_scan.c - where rows and fields of a CSV text are.
 *
 * The text is looked at 64 bytes at a time: one compare each gives a word with a bit for every
 * newline, delimiter and quote. A prefix exclusive-or of the quote bits tells which bytes lie
 * inside of quotes (Langdale & Lemire, Parsing Gigabytes of JSON per Second, VLDB J. 2019); what
 * is left of the other two words are the ends of fields.
 *
 * csv_cut() does not know whether a block starts inside of quotes, so it counts the ends of rows
 * for both cases; a walk over the blocks in order then says which case it was. Now every chunk
 * knows where its first row starts, how many rows it has and their number in the file, and
 * csv_index() can find the fields of each chunk by itself.
 *
 * Counting quotes is right when they stand where RFC 4180 wants them. csv_index() checks that; a
 * file with quotes in the middle of unquoted fields (37'36" N) is read again with the exact
 * automaton, byte by byte: a quote only opens at the start of a field, and what stands behind a
 * closing quote belongs to the field.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/par.h"
#include "base/simd.h"
#include "csv_masks.h"

#define CHUNK_BYTES ((size_t)256 << 10) /* with its index it fits the second-level cache */
#define CHUNK_ROWS 64                   /* wide rows: so many in a chunk all the same */
#define CHUNK_BYTES_MAX ((size_t)64 << 20)
#define ROW_MAX ((size_t)UINT32_MAX - BATCH)

/* Bits of text[at .. end) for up to a batch; the last block is filled up with blanks. Returns the
 * number of blocks. */
static size_t masks_of(CsvMaskFn fn, const Csv *c, size_t at, size_t end, CsvMasks *out,
                       unsigned *seen)
{
    const char *p = c->text.p + at;
    size_t n = end - at < BATCH ? end - at : BATCH;
    size_t blocks = n / BLOCK, rest = n % BLOCK;
    if (blocks)
        *seen |= fn(p, blocks, c, out);
    if (rest) {
        char last[BLOCK];
        memset(last, ' ', sizeof last);
        memcpy(last, p + blocks * BLOCK, rest);
        *seen |= fn(last, 1, c, out + blocks);
        out[blocks++].sep &= (UINT64_C(1) << rest) - 1; /* the delimiter may be a blank */
    }
    return blocks;
}

/* Bit i of the result is the exclusive-or of bits 0..i. */
static inline uint64_t prefix_xor(uint64_t q)
{
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q ^= q << 8;
    q ^= q << 16;
    q ^= q << 32;
    return q;
}

/* ---- cutting ---- */

SIMD_CLONES static void count_block(CsvChunk *k, const CsvMasks *m, size_t blocks, size_t at,
                                    uint64_t *inside)
{
    for (size_t b = 0; b < blocks; b++) {
        uint64_t in = *inside;
        if (m[b].quote) {
            in ^= prefix_xor(m[b].quote);
            *inside = (uint64_t)((int64_t)in >> 63);
            k->any_quotes = true;
        }
        uint64_t split[2] = {m[b].newline & ~in, m[b].newline & in};
        for (int s = 0; s < 2; s++) {
            if (!split[s])
                continue;
            if (!k->ends[s])
                k->first[s] = at + b * BLOCK + (size_t)__builtin_ctzll(split[s]);
            k->ends[s] += (size_t)__builtin_popcountll(split[s]);
        }
    }
}

static void count_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch, (void)from, (void)to;
    Csv *c = ctx;
    CsvChunk *k = &c->chunks[chunk];
    CsvMaskFn fn = csv_mask_fn();
    CsvMasks m[BATCH_BLOCKS];
    uint64_t inside = 0;
    unsigned seen = 0;
    for (size_t at = k->from; at < k->to; at += BATCH)
        count_block(k, m, masks_of(fn, c, at, k->to, m, &seen), at, &inside);
    k->odd_quotes = inside != 0;
    k->not_ascii = (seen & SEEN_HIGH) != 0;
    k->has_nul = (seen & SEEN_NUL) != 0;
    k->newlines = k->ends[0] + k->ends[1];
}

/* The exact automaton. A quote opens only at the start of a field; two quotes inside are one. */
size_t csv_field_end(const Csv *c, size_t at, char delim, bool *open)
{
    const char *p = c->text.p;
    size_t i = at, n = c->text.n;
    *open = i < n && p[i] == '"';
    for (i += *open; *open && i < n; i++) {
        const char *q = memchr(p + i, '"', n - i);
        i = q ? (size_t)(q - p) : n;
        if (i + 1 < n && p[i + 1] == '"')
            i++;
        else
            *open = i >= n;
    }
    while (i < n && p[i] != delim && p[i] != c->newline)
        i++;
    return i < n ? i : n;
}

bool csv_unclosed(const Csv *c, size_t at, Error *err)
{
    long line = 1;
    for (size_t i = 0; i < at; i++)
        line += c->text.p[i] == c->newline;
    fail(err, ERR_DATA, "'%s': the quote that opens in line %ld is never closed", c->name, line);
    return error_hint(err, "close it, or write a quote in a field as two");
}

/* Counts with the automaton, in order: slow, and right for any text. */
static bool count_exactly(Csv *c, Error *err)
{
    size_t k = 0, at = c->data;
    for (size_t b = 0; b < c->nchunks; b++) {
        c->chunks[b].ends[0] = c->chunks[b].ends[1] = 0;
        c->chunks[b].odd_quotes = false;
    }
    while (at < c->text.n) {
        bool open;
        size_t from = at, end = csv_field_end(c, at, c->delim, &open);
        if (open)
            return csv_unclosed(c, from, err);
        at = end + 1;
        if (end >= c->text.n || c->text.p[end] != c->newline)
            continue;
        while (end >= c->chunks[k].to)
            k++;
        if (!c->chunks[k].ends[0]++)
            c->chunks[k].first[0] = end;
    }
    return true;
}

static bool refuse_nul(const Csv *c, const CsvChunk *k, Error *err)
{
    const char *nul = memchr(c->text.p + k->from, 0, k->to - k->from);
    assert(nul);
    long line = csv_line(c, k, (size_t)(nul - c->text.p));
    fail(err, ERR_DATA, "'%s' looks binary: NUL byte in line %ld", c->name, line);
    return error_hint(err, "load reads text: CSV, TSV or NDJSON, plain or packed (.gz .zst .xz)");
}

/* Goes over the blocks in order: which case was it, which row and line do they start with? */
static bool resolve(Csv *c, Error *err)
{
    int inside = 0;
    size_t line = 1 + c->header_lines;
    for (size_t b = 0; b < c->nchunks; b++) {
        CsvChunk *k = &c->chunks[b];
        size_t rows = k->ends[inside];
        k->start = b ? (rows ? k->first[inside] + 1 : k->to) : k->from;
        rows += b == 0;
        if (rows && b + 1 == c->nchunks && c->text.p[c->text.n - 1] == c->newline &&
            !(inside ^ k->odd_quotes))
            rows--; /* nothing starts behind the last newline */
        k->line = line;
        k->reserved = rows;
        line += k->newlines;
        if (k->has_nul)
            return refuse_nul(c, k, err);
        if (!c->exact)
            inside ^= k->odd_quotes;
    }
    if (!inside)
        return true;
    c->exact = true; /* perhaps only a quote in the middle of a field */
    return count_exactly(c, err) && resolve(c, err);
}

bool csv_cut(Csv *c, Error *err)
{
    size_t n = c->text.n - c->data;
    const char *end = n ? memchr(c->text.p + c->data, c->newline, n) : NULL;
    size_t wide = (end ? (size_t)(end - c->text.p) - c->data : n) * CHUNK_ROWS;
    wide = wide < CHUNK_BYTES_MAX ? wide : CHUNK_BYTES_MAX;
    c->chunk_bytes = wide > CHUNK_BYTES ? wide : CHUNK_BYTES;
#ifdef GLINT_DEBUG
    c->chunk_bytes = 256; /* rare things made common */
#endif
    c->nchunks = (n + c->chunk_bytes - 1) / c->chunk_bytes;
    c->chunks = big_alloc(c->nchunks, sizeof *c->chunks, true, "a list of chunks", err);
    if (!c->chunks)
        return false;
    for (size_t b = 0; b < c->nchunks; b++) {
        size_t from = c->data + b * c->chunk_bytes;
        size_t to = c->text.n - from < c->chunk_bytes ? c->text.n : from + c->chunk_bytes;
        c->chunks[b] = (CsvChunk){.from = from, .to = to};
    }
    ParJob job = {.n = c->nchunks, .chunk = 1, .ctx = c, .work = count_chunk};
    if (!par_rows(&job, err) || (c->exact && !count_exactly(c, err)))
        return false;
    return resolve(c, err);
}

long csv_line(const Csv *c, const CsvChunk *chunk, size_t at)
{
    long line = (long)chunk->line;
    const char *p = c->text.p + chunk->from, *end = c->text.p + at;
    while (p < end && (p = memchr(p, c->newline, (size_t)(end - p)))) {
        line++;
        p++;
    }
    return line;
}

/* ---- the fields of a chunk ---- */

typedef struct Finder {
    const Csv *c;
    CsvIndex *out;
    size_t start; /* text[start] is out->text[0] */
    size_t to;    /* the first end of a row at or behind it is the last one */
    size_t n;     /* positions so far */
    size_t rows;
    uint64_t inside;        /* all ones: in quotes */
    uint64_t after, closed; /* bit 0: the byte before was an end or quote; a closing quote */
    bool malformed, done;
    CsvPlacesFn places;
} Finder;

static bool reserve(CsvIndex *ix, size_t n)
{
    if (n <= ix->cap)
        return true;
    size_t cap = 2 * n;
    uint32_t *pos = realloc(ix->pos, cap * sizeof *pos);
    if (!pos)
        return false;
    ix->pos = pos;
    ix->cap = cap;
    return true;
}

/* Which bytes of the block lie in quotes; are the quotes where they should be? */
static inline uint64_t quoted_bytes(Finder *f, const CsvMasks *m, const char *p, uint64_t valid)
{
    uint64_t in = f->inside ^ prefix_xor(m->quote);
    uint64_t ends = m->newline | m->sep | m->quote;
    uint64_t opens = m->quote & in, closes = m->quote & ~in;
    if (opens & ~(ends << 1 | f->after))
        f->malformed = true;
    uint64_t odd = (closes << 1 | f->closed) & ~ends & valid;
    for (; odd; odd &= odd - 1)
        f->malformed |= p[__builtin_ctzll(odd)] != '\r';
    f->inside = (uint64_t)((int64_t)in >> 63);
    f->after = ends >> 63;
    f->closed = closes >> 63;
    return in;
}

SIMD_CLONES static void find_in_batch(Finder *f, const CsvMasks *m, size_t blocks, size_t at)
{
    const char *text = f->c->text.p;
    size_t end = f->c->text.n;
    for (size_t b = 0; b < blocks && !f->done; b++, at += BLOCK) {
        uint64_t newline = m[b].newline, both = newline | m[b].sep;
        if (m[b].quote | f->inside | f->closed) {
            uint64_t valid = end - at < BLOCK ? (UINT64_C(1) << (end - at)) - 1 : UINT64_MAX;
            uint64_t in = quoted_bytes(f, &m[b], text + at, valid);
            newline &= ~in;
            both &= ~in;
        } else {
            f->after = both >> 63;
        }
        if (at + BLOCK > f->to) {
            uint64_t last = f->to > at ? newline & UINT64_MAX << (f->to - at) : newline;
            if (last) {
                f->done = true;
                both &= last ^ (last - 1); /* up to the lowest bit of `last` */
                newline &= last ^ (last - 1);
            }
        }
        f->places(f->out->pos + f->n, both, (uint32_t)(at - f->start));
        f->n += (size_t)__builtin_popcountll(both);
        f->rows += (size_t)__builtin_popcountll(newline);
    }
}

static bool find_fields(Finder *f)
{
    const Csv *c = f->c;
    CsvMaskFn fn = csv_mask_fn();
    f->places = csv_places_fn();
    CsvMasks m[BATCH_BLOCKS];
    unsigned seen = 0;
    size_t at = f->start;
    for (; at < c->text.n && !f->done; at += BATCH) {
        if (at - f->start > ROW_MAX || !reserve(f->out, f->n + BATCH + BLOCK))
            return false;
        size_t blocks = masks_of(fn, c, at, c->text.n, m, &seen);
        find_in_batch(f, m, blocks, at);
    }
    return true;
}

/* The same with the automaton. */
static bool find_exactly(Finder *f)
{
    const Csv *c = f->c;
    size_t at = f->start;
    bool open;
    while (at < c->text.n && !f->done) {
        size_t end = csv_field_end(c, at, c->delim, &open);
        if (end - f->start > ROW_MAX || !reserve(f->out, f->n + 2))
            return false;
        at = end + 1;
        if (end >= c->text.n)
            break;
        f->out->pos[f->n++] = (uint32_t)(end - f->start);
        bool ends_row = c->text.p[end] == c->newline;
        f->rows += ends_row;
        f->done = ends_row && end >= f->to;
    }
    return true;
}

/* ---- rows with too many or too few fields ---- */

BadRow *csv_bad_row(CsvChunk *chunk)
{
    if (chunk->nbad >= BAD_ROWS_KEPT)
        return NULL;
    if (!chunk->bad)
        chunk->bad = xcalloc(BAD_ROWS_KEPT, sizeof *chunk->bad);
    return &chunk->bad[chunk->nbad++];
}

static bool row_is_blank(const CsvIndex *ix, uint32_t from, uint32_t to)
{
    return from == to || (to - from == 1 && ix->text[from] == '\r');
}

/* All rows have the right number of fields, and none is blank? */
static bool rows_are_even(const Finder *f)
{
    const CsvIndex *ix = f->out;
    size_t ncols = f->c->ncols, n = f->c->text.n - f->start;
    if (f->n - 1 != f->rows * ncols)
        return false;
    for (size_t r = 1; r <= f->rows; r++) {
        uint32_t at = ix->pos[r * ncols];
        if (at < n && ix->text[at] != f->c->newline)
            return false;
        if (ncols == 1 && row_is_blank(ix, ix->pos[r - 1] + 1, at))
            return false;
    }
    return true;
}

static void refuse_row(const Finder *f, CsvChunk *chunk, size_t fields, uint32_t from, uint32_t to)
{
    const Csv *c = f->c;
    long row = (long)(f->out->rows + chunk->refused);
    chunk->refused++;
    BadRow *bad = chunk->told ? NULL : csv_bad_row(chunk);
    if (bad)
        bad_row_set(bad, row, csv_line(c, chunk, f->start + from),
                    (Str){f->out->text + from, to - from}, "%zu field%s, the header has %zu",
                    fields, fields == 1 ? "" : "s", c->ncols);
}

/* Picks the good rows; their places get a stride of ncols + 1, since rows between them are missing.
 */
static bool pick_rows(const Finder *f, CsvChunk *chunk)
{
    CsvIndex *ix = f->out;
    size_t stride = f->c->ncols + 1, n = f->c->text.n - f->start;
    size_t need = (f->rows + 1) * stride;
    if (need > ix->spare_cap) {
        uint32_t *spare = realloc(ix->spare, need * sizeof *spare);
        if (!spare)
            return false;
        ix->spare = spare;
        ix->spare_cap = need;
    }
    ix->rows = 0;
    size_t first = 0; /* the row's fields are pos[first] .. pos[i] */
    for (size_t i = 1; i < f->n; i++) {
        uint32_t at = ix->pos[i];
        if (at < n && ix->text[at] != f->c->newline)
            continue;
        uint32_t from = ix->pos[first] + 1;
        if (i - first == f->c->ncols && !(i - first == 1 && row_is_blank(ix, from, at)))
            memcpy(ix->spare + stride * ix->rows++, ix->pos + first, stride * sizeof *ix->spare);
        else if (!row_is_blank(ix, from, at))
            refuse_row(f, chunk, i - first, from, at);
        first = i;
    }
    uint32_t *pos = ix->pos;
    size_t cap = ix->cap;
    ix->pos = ix->spare;
    ix->cap = ix->spare_cap;
    ix->spare = pos;
    ix->spare_cap = cap;
    ix->stride = stride;
    return true;
}

/* The last row may end in another block, and what stands there is of this chunk, too. */
static void look_at_rest(const Finder *f, CsvChunk *chunk)
{
    size_t end = f->n > 1 ? f->start + f->out->pos[f->n - 1] : 0;
    for (size_t i = chunk->to; i < end; i++) {
        unsigned char byte = (unsigned char)f->c->text.p[i];
        chunk->any_quotes |= byte == '"';
        chunk->not_ascii |= byte >= 0x80;
    }
}

bool csv_index(const Csv *c, CsvChunk *chunk, CsvIndex *out)
{
    Finder f = {.c = c, .out = out, .start = chunk->start, .to = chunk->to, .n = 1, .after = 1};
    out->text = c->text.p + chunk->start;
    out->stride = c->ncols;
    out->rows = 0;
    chunk->refused = 0;
    if (!reserve(out, BATCH))
        return false;
    out->pos[0] = UINT32_MAX; /* one before the first byte */
    if (!(c->exact ? find_exactly(&f) : find_fields(&f)))
        return false;
    if (f.malformed)
        atomic_store((_Atomic bool *)&c->malformed, true);
    if (!f.done && chunk->start < c->text.n && c->text.p[c->text.n - 1] != c->newline) {
        out->pos[f.n++] = (uint32_t)(c->text.n - f.start); /* the last row ends with the text */
        f.rows++;
    }
    out->rows = f.rows;
    look_at_rest(&f, chunk);
    bool ok = rows_are_even(&f) || pick_rows(&f, chunk);
    chunk->told = true;
    return ok;
}
