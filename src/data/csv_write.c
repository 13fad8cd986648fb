/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_write.c - Frames to CSV text that csv_read.c reads back as the same bits.
 *
 * Doubles are written with the fewest digits that read back the same, whole ones with ".0", so that
 * a column of them stays real. Null is an empty field (NA where it would be an empty line), so the
 * empty text and the text NA are put in quotes; so is what holds a delimiter, quote or newline or
 * begins or ends with a blank. Texts that look like numbers or truth values are quoted too: the
 * reader takes a column of them for text, as long as other columns are not in quotes.
 *
 * Rows are formatted in chunks on all threads; finished chunks go to the file in order. A code
 * column formats each level once.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/file.h"
#include "base/par.h"
#include "csv_priv.h"
#include "data/writer.h"

#define WRITE_ROWS 4096

typedef struct CsvWriter {
    Writer writer;
    FileOut *file;
    char delim;
    bool headed;
    size_t ncols;
} CsvWriter;

/* One batch on its way out. */
typedef struct Put {
    CsvWriter *w;
    const Frame *frame;
    Buf *levels; /* of each code column: its levels as they are written, one after the other ... */
    size_t **ends; /* ... each up to here */
    Error *err;    /* of the file: set while a chunk is merged, one at a time */
    bool failed;
} Put;

static bool looks_typed(Str s)
{
    return (csv_kind(s) & (KINDS_NUMBER | KINDS_BOOL)) != 0;
}

static bool needs_quotes(Str s, char delim)
{
    if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ' || s.p[0] == '\t' || s.p[s.n - 1] == '\t')
        return true;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == delim || s.p[i] == '"' || s.p[i] == '\n' || s.p[i] == '\r')
            return true;
    return str_eqz(s, "NA") || looks_typed(s);
}

static void put_text(Buf *b, Str s, char delim)
{
    if (needs_quotes(s, delim))
        buf_csv_str(b, s);
    else
        buf_str(b, s);
}

static void put_real(Buf *b, double v)
{
    buf_real(b, v);
    if (v == trunc(v) && fabs(v) < 1e15 && (v != 0 || !signbit(v)))
        buf_puts(b, ".0");
}

static void put_value(const Put *p, size_t j, size_t row, Buf *b)
{
    const Column *c = p->frame->cols[j];
    if (column_is_null(c, row)) {
        if (p->frame->ncols == 1)
            buf_puts(b, "NA");
        return;
    }
    if (c->type == COL_CODE) {
        int32_t k = c->v.c[row];
        size_t from = k ? p->ends[j][k - 1] : 0;
        buf_put(b, p->levels[j].p + from, p->ends[j][k] - from);
    } else if (c->type == COL_TEXT) {
        put_text(b, column_text(c, row), p->w->delim);
    } else if (c->type == COL_REAL) {
        put_real(b, c->v.d[row]);
    } else {
        column_print(c, row, b);
    }
}

static void format_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    const Put *p = ctx;
    Buf *b = scratch;
    buf_clear(b);
    for (size_t r = from; r < to; r++) {
        for (size_t j = 0; j < p->frame->ncols; j++) {
            if (j)
                buf_putc(b, p->w->delim);
            put_value(p, j, r, b);
        }
        buf_putc(b, '\n');
    }
}

static void write_chunk(void *ctx, void *scratch, size_t chunk)
{
    (void)chunk;
    Put *p = ctx;
    const Buf *b = scratch;
    if (!p->failed && b->n)
        p->failed = !file_out_write(p->w->file, b->p, b->n, p->err);
}

static void format_levels(Put *p)
{
    for (size_t j = 0; j < p->frame->ncols; j++) {
        const Column *c = p->frame->cols[j];
        if (c->type != COL_CODE)
            continue;
        p->ends[j] = xmalloc((c->levels->n + 1) * sizeof **p->ends);
        for (size_t k = 0; k < c->levels->n; k++) {
            put_text(&p->levels[j], levels_at(c->levels, k), p->w->delim);
            p->ends[j][k] = p->levels[j].n;
        }
    }
}

static bool put_header(CsvWriter *w, const Frame *f, Error *err)
{
    Buf b = BUF_INIT;
    for (size_t j = 0; j < f->ncols; j++) {
        if (j)
            buf_putc(&b, w->delim);
        put_text(&b, str_of(f->names[j]), w->delim);
    }
    buf_putc(&b, '\n');
    bool ok = file_out_write(w->file, b.p, b.n, err);
    buf_free(&b);
    w->headed = true;
    w->ncols = f->ncols;
    return ok;
}

static bool csv_put(Writer *writer, const Frame *f, Error *err)
{
    CsvWriter *w = (CsvWriter *)writer;
    if (!w->headed && !put_header(w, f, err))
        return false;
    assert(f->ncols == w->ncols);
    Put p = {.w = w, .frame = f, .err = err};
    size_t threads = par_threads();
    Buf *text = xcalloc(threads, sizeof *text);
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = &text[t];
    p.levels = xcalloc(f->ncols, sizeof *p.levels);
    p.ends = xcalloc(f->ncols, sizeof *p.ends);
    format_levels(&p);
    ParJob job = {.n = f->rows,
                  .chunk = WRITE_ROWS,
                  .ctx = &p,
                  .scratch = scratch,
                  .work = format_rows,
                  .merge = write_chunk};
    bool ok = par_rows(&job, err) && !p.failed;
    for (size_t t = 0; t < threads; t++)
        buf_free(&text[t]);
    for (size_t j = 0; j < f->ncols; j++) {
        buf_free(&p.levels[j]);
        free(p.ends[j]);
    }
    free(p.levels);
    free(p.ends);
    free(text);
    free(scratch);
    return ok;
}

static bool csv_commit(Writer *writer, Error *err)
{
    CsvWriter *w = (CsvWriter *)writer;
    bool ok = file_out_commit(w->file, err);
    free(w);
    return ok;
}

static void csv_abandon(Writer *writer)
{
    CsvWriter *w = (CsvWriter *)writer;
    file_out_abandon(w->file);
    free(w);
}

Writer *csv_writer_open(const char *path, char delim, Error *err)
{
    FileOut *file = file_out_open(path, err);
    if (!file)
        return NULL;
    CsvWriter *w = xcalloc(1, sizeof *w);
    *w = (CsvWriter){.writer = {csv_put, csv_commit, csv_abandon}, .file = file, .delim = delim};
    return &w->writer;
}

bool writer_put_all(Writer *w, const Frame *f, Error *err)
{
    if (w->put(w, f, err))
        return w->commit(w, err);
    w->abandon(w);
    return false;
}
