/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_read.c - CSV text to a Frame: RFC 4180 and its bad neighbours, on all threads.
 *
 * The chapters, in the order in which a file meets them:
 *     csv_dialect.c   encoding, newline, delimiter, names
 *     csv_scan.c      the text is cut into chunks; each knows its first row (a pass over the bytes)
 *     csv_parse.c     the fields of a chunk are found, then its columns are parsed one by one under
 *                     the type that the column has had so far (the second pass)
 *     guess.c         the type of each column, from what all its values look like
 *     csv_gather.c    pieces to columns
 *     csv_notes.c     what the person should know
 * csv_batch.c reads a file that need not fit into memory, window by window, with the same steps.
 *
 * No sample decides a type. The first, a middle and the last chunk are parsed first, so the others
 * mostly start with the right type; a value that does not fit widens it (int to real to text), and
 * pieces that were stored before are parsed again at the end, they alone. The result depends on
 * the text only, not on threads or order.
 *
 * Memory: eight bytes a row and column, four for codes, which become the table; pages of the file
 * are given back soon after they are parsed.
 *
 * What was reached (make bench-csv; 1,000,000 x 19, 130 MB, two cores with AVX-512): 0.19 s and a
 * peak of 1.3 times the file, where polars takes 0.42 s and DuckDB 0.8 s. What the machine could
 * do: one core reads those bytes from the page cache in 0.012 s. The first pass runs at that speed
 * (0.010 s). Of the rest a third is the system's: page faults for a table of 130 MB and for the
 * mapped file. The other two thirds go to names (37 %: a hash, a compare), numbers (28 %: ten
 * nanoseconds each), finding fields (17 %), moments (10 %) and gathering (8 %).
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/file.h"
#include "base/par.h"
#include "csv_priv.h"

#define SLICE_BYTES ((size_t)32 << 20) /* progress is told so often */
#define SAMPLE_VALUES 1000             /* so many, and all distinct: ids or prose, not names */
#define GIVE_CHUNKS 64
#define ROWS_MAX ((size_t)UINT32_MAX - 1)

/* ---- life and death ---- */

static bool make_scratch(Csv *c, Error *err)
{
    c->threads = par_threads();
    c->scratch = xcalloc(c->threads, sizeof *c->scratch);
    c->scratch_list = xcalloc(c->threads, sizeof *c->scratch_list);
    for (size_t t = 0; t < c->threads; t++) {
        c->scratch[t].number = t;
        c->scratch_list[t] = &c->scratch[t];
        c->scratch[t].dicts =
            big_alloc(c->ncols, sizeof(CsvDict *), true, "a list of columns", err);
        if (!c->scratch[t].dicts)
            return false;
    }
    return true;
}

static void drop_dicts(Csv *c, size_t col)
{
    for (size_t t = 0; t < c->threads; t++) {
        if (!c->scratch[t].dicts)
            continue;
        csv_dict_free(c->scratch[t].dicts[col]);
        c->scratch[t].dicts[col] = NULL;
    }
}

static void drop_buffers(Csv *c)
{
    for (size_t j = 0; c->cols && j < c->ncols; j++) {
        free(c->cols[j].values);
        free(c->cols[j].codes);
        free(c->cols[j].nulls);
        c->cols[j].values = NULL;
        c->cols[j].codes = NULL;
        c->cols[j].nulls = NULL;
        drop_dicts(c, j);
    }
    for (size_t i = 0; c->cells && i < c->nchunks * c->ncols; i++) {
        free(c->cells[i].text);
        c->cells[i].text = NULL;
    }
}

/* Forgets what has been read, but not how to read it. */
static void drop_chunks(Csv *c)
{
    drop_buffers(c);
    for (size_t k = 0; c->chunks && k < c->nchunks; k++)
        free(c->chunks[k].bad);
    free(c->chunks);
    free(c->cells);
    c->chunks = NULL;
    c->cells = NULL;
    c->nchunks = 0;
}

void csv_clear(Csv *c)
{
    drop_chunks(c);
    for (size_t t = 0; t < c->threads; t++) {
        CsvScratch *s = &c->scratch[t];
        free(s->index.pos);
        free(s->index.spare);
        free(s->dicts);
        free(s->nulls);
        buf_free(&s->clean);
        buf_free(&s->mend);
        buf_free(&s->text);
    }
    free(c->scratch);
    free(c->scratch_list);
    for (size_t j = 0; c->cols && j < c->ncols; j++)
        free(c->cols[j].name);
    free(c->cols);
    free(c->nulls);
    free(c->nulls_text);
    free(c->owned);
}

/* ---- one window of chunks into the buffers ---- */

bool csv_open_window(Csv *c, size_t first, size_t last, Error *err)
{
    drop_buffers(c);
    c->first = first;
    c->last = last;
    c->rows_reserved = c->words = 0;
    for (size_t k = first; k < last; k++) {
        CsvChunk *chunk = &c->chunks[k];
        chunk->row0 = c->rows_reserved;
        chunk->word0 = c->words;
        c->rows_reserved += chunk->reserved;
        c->words += (chunk->reserved + 63) / 64;
    }
    if (c->rows_reserved > ROWS_MAX)
        return fail(err, ERR_DATA, "a table holds at most %zu rows", ROWS_MAX);
    c->dict_max = code_levels_max(c->rows_reserved);
    for (size_t j = 0; j < c->ncols; j++) {
        CsvColumn *col = &c->cols[j];
        col->values = big_alloc(c->rows_reserved + 1, sizeof(int64_t), false, "a column", err);
        col->codes = big_alloc(c->rows_reserved, sizeof(int32_t), false, "a column", err);
        col->nulls = big_alloc(c->words, sizeof *col->nulls, true, "a column", err);
        if (!col->values || !col->codes || !col->nulls)
            return false;
    }
    return true;
}

/* The mapped pages of chunks that are parsed count as ours until they are given back: done for 64
 * chunks at a time, 64 behind. Somebody who still reads them gets them again. */
static void give_back(const Csv *c, size_t chunk)
{
    if (!c->mapped || chunk % GIVE_CHUNKS || chunk < 2 * GIVE_CHUNKS)
        return;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t from = ((uintptr_t)c->text.p + c->chunks[chunk - 2 * GIVE_CHUNKS].from) / page * page;
    uintptr_t to = ((uintptr_t)c->text.p + c->chunks[chunk - GIVE_CHUNKS].from) / page * page;
    if (to > from)
        madvise((void *)from, to - from, MADV_DONTNEED);
}

static void parse_chunk(Csv *c, CsvChunk *chunk, CsvScratch *s)
{
    if (atomic_load(&c->malformed) && !c->exact)
        return;
    chunk->failed = !csv_index(c, chunk, &s->index);
    chunk->rows = s->index.rows;
    for (size_t j = 0; j < c->ncols && !chunk->failed; j++)
        chunk->failed = !csv_parse(c, chunk, j, s);
    give_back(c, (size_t)(chunk - c->chunks));
}

/* A job of par_rows over chunks [from, ...). */
typedef struct Slice {
    Csv *c;
    size_t from;
} Slice;

static void parse_in_slice(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)from, (void)to;
    const Slice *s = ctx;
    CsvChunk *k = &s->c->chunks[s->from + chunk];
    if (k->reserved && !k->told)
        parse_chunk(s->c, k, scratch);
}

/* Pieces that are stored under another type than their column has now. */
static void retype_in_slice(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)from, (void)to;
    const Slice *slice = ctx;
    Csv *c = slice->c;
    CsvScratch *s = scratch;
    CsvChunk *k = &c->chunks[slice->from + chunk];
    bool indexed = false;
    for (size_t j = 0; j < c->ncols && k->reserved && !k->failed; j++) {
        CsvCell *cell = csv_cell(c, slice->from + chunk, j);
        CsvStore want = c->cols[j].store;
        if (cell->store == want || (cell->store == STORE_DIGITS && want == STORE_DICT))
            continue;
        char *values = c->cols[j].values + k->row0 * sizeof(int64_t);
        if (cell->store == STORE_INT && want == STORE_REAL) {
            for (size_t i = 0; i < k->rows; i++) {
                int64_t v;
                memcpy(&v, values + i * sizeof v, sizeof v);
                double d = (double)v;
                memcpy(values + i * sizeof d, &d, sizeof d);
            }
            cell->store = STORE_REAL;
            continue;
        }
        if (!indexed)
            k->failed = !csv_index(c, k, &s->index);
        indexed = true;
        k->failed = k->failed || !csv_parse(c, k, j, s);
    }
    if (indexed)
        give_back(c, slice->from + chunk);
}

static bool no_memory(const Csv *c, Error *err)
{
    for (size_t k = c->first; k < c->last; k++)
        if (c->chunks[k].failed)
            return fail_nomem(err, c->chunks[k].to - c->chunks[k].from, "a piece of the file");
    return true;
}

static size_t rows_so_far(const Csv *c, size_t end)
{
    size_t rows = 0;
    for (size_t k = 0; k < end; k++)
        rows += c->chunks[k].rows;
    return rows;
}

static bool enough(const Csv *c, size_t end)
{
    return c->opt->limit > 0 && rows_so_far(c, end) >= (size_t)c->opt->limit;
}

/* A column whose first thousands of values are all different will not be a code column. */
static void look_at_sample(Csv *c, size_t rows)
{
    for (size_t j = 0; j < c->ncols; j++) {
        const CsvDict *d = c->scratch[0].dicts[j];
        size_t distinct = csv_dict_count(d), bytes = 0;
        for (size_t i = 0; i < distinct; i++)
            bytes += csv_dict_at(d, i).n;
        bool ids = distinct > SAMPLE_VALUES && distinct == rows;
        bool prose =
            distinct > SAMPLE_VALUES && (double)bytes > CODE_LEVEL_BYTES_MAX * (double)distinct;
        if ((ids || prose) && !c->cols[j].declared && !c->decided) {
            atomic_store(&c->cols[j].raw, true);
            drop_dicts(c, j);
        }
    }
}

/* The first, a middle and the last chunk, on this thread. */
static void parse_sample(Csv *c)
{
    size_t n = c->last - c->first, rows = 0;
    size_t at[3] = {c->first, c->first + n / 2, c->first + (n ? n - 1 : 0)};
    for (size_t i = 0; i < 3 && n; i++) {
        CsvChunk *k = &c->chunks[at[i]];
        if (!k->reserved || k->told || (i && c->opt->limit > 0))
            continue;
        parse_chunk(c, k, &c->scratch[0]);
        rows += k->rows;
    }
    look_at_sample(c, rows);
}

static bool run_slices(Csv *c, void (*work)(void *, void *, size_t, size_t, size_t), Error *err)
{
    size_t step = SLICE_BYTES / c->chunk_bytes > 0 ? SLICE_BYTES / c->chunk_bytes : 1;
    for (size_t from = c->first; from < c->last; from += step) {
        Slice slice = {c, from};
        size_t n = c->last - from < step ? c->last - from : step;
        ParJob job = {.n = n, .chunk = 1, .ctx = &slice, .scratch = c->scratch_list, .work = work};
        if (!par_rows(&job, err) || !no_memory(c, err))
            return false;
        progress_tick("reading", (double)c->chunks[from + n - 1].to, (double)c->text.n, "B");
        if (work == parse_in_slice && enough(c, from + n)) {
            c->last = from + n;
            break;
        }
    }
    return true;
}

/* Reads a window under types that may still widen; the types are then what the window needs. */
bool csv_read_window(Csv *c, Error *err)
{
    parse_sample(c);
    return no_memory(c, err) && run_slices(c, parse_in_slice, err);
}

/* Parses again what is stored under another type. A dictionary may overflow meanwhile, so look
 * twice. */
static bool settle_types(Csv *c, Error *err)
{
    csv_decide(c);
    do {
        if (!run_slices(c, retype_in_slice, err))
            return false;
    } while (csv_decide_raw(c));
    return true;
}

/* ---- the report ---- */

/* Rows refused up to chunk `end`, with their numbers; fails as strict and max_bad say. */
bool csv_report_bad(Csv *c, size_t first, size_t end, long *row_base, Error *err)
{
    ReadReport *r = c->report;
    size_t kept =
        (size_t)(r->bad + r->bad_values < BAD_ROWS_KEPT ? r->bad + r->bad_values : BAD_ROWS_KEPT);
    for (size_t k = first; k < end; k++) {
        CsvChunk *chunk = &c->chunks[k];
        for (size_t i = 0; i < chunk->nbad && kept < BAD_ROWS_KEPT; i++, kept++) {
            r->kept[kept] = chunk->bad[i];
            r->kept[kept].row += *row_base + 1;
        }
        *row_base += (long)(chunk->rows + chunk->refused);
        r->rows += (long)chunk->rows;
        r->bad += (long)chunk->refused;
        r->bad_values += (long)chunk->bad_values;
        free(chunk->bad);
        chunk->bad = NULL;
    }
    return read_check(r, c->opt, c->name, err);
}

static bool refuse_all_bad(const Csv *c, Error *err)
{
    const BadRow *b = &c->report->kept[0];
    if (c->report->rows || !c->report->bad)
        return true;
    fail_row(err, ERR_DATA, b->row, "'%s': no row has the header's number of fields; row %ld: %s",
             c->name, b->row, b->reason);
    return error_hint(err, "see the delimiter: it was taken to be '%s'",
                      c->delim == '\t' ? "tab" : (char[]){c->delim, 0});
}

static void note_mended(const Csv *c)
{
    for (size_t j = 0; j < c->ncols; j++) {
        size_t mended = 0;
        for (size_t k = c->first; k < c->last; k++)
            mended += csv_cell(c, k, j)->mended;
        if (mended)
            read_note(c->report,
                      "column '%.60s': %zu value%s with bytes that are not UTF-8, shown as U+FFFD "
                      "(--encoding latin1?)",
                      c->cols[j].name, mended, mended == 1 ? "" : "s");
    }
}

/* Rows beyond the limit are not there. */
static void apply_limit(Csv *c)
{
    size_t left = c->opt->limit > 0 ? (size_t)c->opt->limit : SIZE_MAX;
    for (size_t k = c->first; k < c->last; k++) {
        if (c->chunks[k].rows > left)
            c->chunks[k].rows = left;
        left -= c->chunks[k].rows;
    }
}

/* ---- the whole text ---- */

/* Cuts the text; gives cells to the chunks. */
bool csv_prepare(Csv *c, Error *err)
{
    drop_chunks(c);
    for (size_t j = 0; j < c->ncols; j++) {
        atomic_store(&c->cols[j].kinds, 0);
        atomic_store(&c->cols[j].raw, false);
    }
    c->decided = false;
    if (!csv_cut(c, err))
        return false;
    c->cells = big_alloc(c->nchunks * c->ncols, sizeof *c->cells, true, "a list of pieces", err);
    return c->cells != NULL;
}

/* Reads all chunks, once more byte by byte when the quotes are not where they should be. */
static bool read_all(Csv *c, Error *err)
{
    bool read =
        csv_prepare(c, err) && csv_open_window(c, 0, c->nchunks, err) && csv_read_window(c, err);
    if (!read || c->exact || !atomic_load(&c->malformed))
        return read;
    c->exact = true;
    return csv_prepare(c, err) && csv_open_window(c, 0, c->nchunks, err) && csv_read_window(c, err);
}

bool csv_begin(Csv *c, Error *err)
{
    return csv_dialect(c, err) && make_scratch(c, err);
}

static Frame *read_csv(Csv *c, Error *err)
{
    Frame *f = NULL;
    long row_base = 0;
    if (!csv_begin(c, err) || !read_all(c, err) || !settle_types(c, err))
        goto done;
    apply_limit(c);
    if (!csv_report_bad(c, c->first, c->last, &row_base, err) || !refuse_all_bad(c, err))
        goto done;
    csv_note_types(c);
    note_mended(c);
    f = csv_gather(c, err);
    if (f)
        csv_note_misfits(c, f);
done:
    csv_clear(c);
    return f;
}

const ReadOptions *csv_options(const ReadOptions *opt)
{
    static const ReadOptions defaults = {0};
    return opt ? opt : &defaults;
}

Frame *csv_read_text(Str text, const ReadOptions *opt, ReadReport *report, Error *err)
{
    Csv c = {.name = "text", .opt = csv_options(opt), .report = report, .text = text};
    return read_csv(&c, err);
}

Frame *csv_read_file(const char *path, const ReadOptions *opt, ReadReport *report, Error *err)
{
    FileText t;
    if (!file_read(path, &t, err))
        return NULL;
    Csv c = {.name = path,
             .opt = csv_options(opt),
             .report = report,
             .text = {t.p, t.n},
             .mapped = t.mapped != 0};
    Frame *f = read_csv(&c, err);
    file_text_free(&t);
    if (f)
        frame_set_origin(f, path);
    return f;
}
