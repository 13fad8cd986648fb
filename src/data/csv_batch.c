/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_batch.c - a CSV file in batches, for `score file to file`: what does not fit into memory
 * still goes through.
 *
 * All batches have the same types, so the file is gone over twice. The first pass parses window
 * after window of chunks, each over the one before, and keeps only what the values look like; the
 * second parses under the types that follow from that. Levels of a code column are those of the
 * window.
 */
#include <stdlib.h>

#include "base/file.h"
#include "base/par.h"
#include "csv_priv.h"

#define WINDOW_BYTES ((size_t)16 << 20)

typedef struct CsvReader {
    Reader reader;
    Csv c;
    FileText file;
    char *path;
    ReadReport types_report; /* of the first pass: thrown away but for the notes */
    size_t batch_rows;
    size_t next_chunk;
    Frame *window; /* rows that were read and not yet given */
    size_t given;  /* of them */
    long row_base, rows_out;
    bool gave; /* a first batch, even one without rows */
} CsvReader;

static size_t window_end(const Csv *c, size_t first)
{
    size_t step = WINDOW_BYTES / c->chunk_bytes > 0 ? WINDOW_BYTES / c->chunk_bytes : 1;
    return c->nchunks - first < step ? c->nchunks : first + step;
}

/* Goes over the file for its types alone: each window overwrites the one before. */
static bool learn_types(Csv *c, Error *err)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!csv_prepare(c, err))
            return false;
        size_t all = 0;
        for (size_t k = 0; k < c->nchunks; k++)
            all += c->chunks[k].reserved;
        for (size_t first = 0; first < c->nchunks; first = c->last) {
            if (!csv_open_window(c, first, window_end(c, first), err))
                return false;
            c->dict_max = code_levels_max(all);
            if (!csv_read_window(c, err))
                return false;
        }
        if (c->exact || !atomic_load(&c->malformed))
            break;
        c->exact = true;
    }
    csv_decide(c);
    csv_note_types(c);
    c->typed = true;
    for (size_t k = 0; k < c->nchunks; k++) {
        c->chunks[k].told = false;
        c->chunks[k].nbad = c->chunks[k].bad_values = 0;
    }
    return true;
}

static bool next_window(CsvReader *r, Error *err)
{
    Csv *c = &r->c;
    size_t first = r->next_chunk;
    if (first >= c->nchunks && r->gave)
        return false;
    r->gave = true;
    if (!csv_open_window(c, first, window_end(c, first), err) || !csv_read_window(c, err))
        return false;
    r->next_chunk = c->last;
    if (!csv_report_bad(c, first, c->last, &r->row_base, err))
        return false;
    frame_unref(r->window);
    r->given = 0;
    r->window = csv_gather(c, err);
    return r->window != NULL;
}

/* Rows [from, from + n) of a frame. */
static Frame *slice_frame(const Frame *f, size_t from, size_t n, Error *err)
{
    uint32_t *rows = big_alloc(n, sizeof *rows, false, "a batch", err);
    for (size_t i = 0; rows && i < n; i++)
        rows[i] = (uint32_t)(from + i);
    Frame *out = rows ? frame_take(f, rows, n, err) : NULL;
    free(rows);
    return out;
}

static bool reader_batch(Reader *reader, Frame **out, Error *err)
{
    CsvReader *r = (CsvReader *)reader;
    *out = NULL;
    bool first = !r->gave;
    while (!r->window || (r->given == r->window->rows && !(first && r->next_chunk >= r->c.nchunks)))
        if (!next_window(r, err))
            return false;
    size_t n =
        r->window->rows - r->given < r->batch_rows ? r->window->rows - r->given : r->batch_rows;
    long limit = r->c.opt->limit;
    if (limit > 0 && (long)n > limit - r->rows_out)
        n = (size_t)(limit - r->rows_out);
    if (n == 0 && !first)
        return false;
    *out = slice_frame(r->window, r->given, n, err);
    r->given += n;
    r->rows_out += (long)n;
    return *out != NULL;
}

static void reader_free(Reader *reader)
{
    CsvReader *r = (CsvReader *)reader;
    frame_unref(r->window);
    csv_clear(&r->c);
    file_text_free(&r->file);
    free(r->path);
    free(r);
}

Reader *csv_reader_open(const char *path, const ReadOptions *opt, size_t batch_rows,
                        ReadReport *report, Error *err)
{
    CsvReader *r = xcalloc(1, sizeof *r);
    r->reader = (Reader){.next = reader_batch, .close = reader_free, .report = report};
    r->path = xstrdup(path);
    r->batch_rows = batch_rows ? batch_rows : PAR_CHUNK;
    if (file_read(path, &r->file, err)) {
        r->c = (Csv){.name = r->path,
                     .opt = csv_options(opt),
                     .report = report,
                     .text = {r->file.p, r->file.n},
                     .mapped = r->file.mapped != 0};
        if (csv_begin(&r->c, err) && learn_types(&r->c, err))
            return &r->reader;
    }
    reader_free(&r->reader);
    return NULL;
}
