/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ndjson.c - one JSON object a line, to a Frame and back.
 *
 * Reading: yajl calls back for each key and value; numbers come as their text, so 64-bit integers
 * stay exact. {"user": {"age": 31}} gives a column user.age; values in an array are joined with
 * '|', those of objects in an array too, name by name. A key that a line does not have is null
 * there. The texts of all values are kept until the end of the file; then the kinds of a column's
 * values say its type, as for CSV (guess.c), but that a string is never a number: it may be a
 * moment. A line that is no JSON object is refused, counted and kept in the report.
 *
 * Writing: names stay flat, moments are ISO 8601 strings, null is null.
 */
#include <math.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "base/cancel.h"
#include "base/file.h"
#include "base/json.h"
#include "base/map.h"
#include "csv_priv.h"
#include "data/writer.h"

#define CANCEL_LINES 4096

typedef enum CellKind { CELL_NULL, CELL_BOOL, CELL_NUMBER, CELL_STRING } CellKind;

typedef struct Cell {
    uint64_t at; /* in the texts */
    uint32_t n;
    uint32_t kind;
} Cell;

typedef struct Field {
    Cell *cells; /* rows before `count`; later ones are null */
    size_t count, cap;
    uint32_t kinds; /* CsvKind */
    bool joined;    /* some value is an array */
} Field;

typedef struct Json {
    const char *name;
    const ReadOptions *opt;
    ReadReport *report;
    StrMap *names;
    Field *fields;
    size_t nfields, cap;
    Buf text;      /* of all values */
    Buf path;      /* "user.age" */
    size_t *depth; /* length of `path` outside of each open object */
    size_t ndepth, depth_cap;
    size_t arrays; /* open ones */
    bool empty;    /* the last one opened has no element yet */
    size_t row;
    uint32_t current; /* field of the last key */
    bool has_key;
    const char *wrong; /* why the line is refused although it is JSON */
} Json;

/* ---- callbacks ---- */

static void grow_cells(Field *f, size_t row)
{
    if (row >= f->cap) {
        f->cap = row + row / 2 + 64;
        f->cells = xrealloc(f->cells, f->cap * sizeof *f->cells);
    }
    for (; f->count <= row; f->count++)
        f->cells[f->count] = (Cell){0, 0, CELL_NULL};
}

static Field *field_named(Json *j)
{
    bool added;
    uint32_t i = strmap_add(j->names, buf_slice(&j->path), &added);
    if (added) {
        if (j->nfields == j->cap) {
            j->cap = j->cap ? 2 * j->cap : 16;
            j->fields = xrealloc(j->fields, j->cap * sizeof *j->fields);
        }
        j->fields[j->nfields++] = (Field){0};
    }
    return &j->fields[i];
}

static int put_cell(Json *j, CellKind kind, const char *p, size_t n)
{
    j->empty = false;
    if (!j->has_key) {
        j->wrong = "a line must be one object";
        return 0;
    }
    Field *f = field_named(j);
    bool first = f->count <= j->row;
    grow_cells(f, j->row);
    Cell *c = &f->cells[j->row];
    if (j->arrays) {
        Str before = {j->text.p ? j->text.p + c->at : "", c->n};
        bool last = !first && c->at + c->n == j->text.n;
        uint64_t at = last ? c->at : j->text.n;
        if (!first && !last) { /* reserve: `before` lies in the buffer that grows */
            buf_reserve(&j->text, before.n);
            buf_put(&j->text, j->text.p + c->at, before.n);
        }
        if (!first)
            buf_putc(&j->text, '|');
        buf_put(&j->text, p, n);
        *c = (Cell){at, (uint32_t)(j->text.n - at), CELL_STRING};
        f->joined = true;
        return 1;
    }
    *c = (Cell){j->text.n, (uint32_t)n, kind};
    buf_put(&j->text, p, n);
    return 1;
}

static int on_null(void *ctx)
{
    Json *j = ctx;
    j->empty = false;
    return j->arrays ? 1 : put_cell(j, CELL_NULL, "", 0);
}

static int on_bool(void *ctx, int v)
{
    return put_cell(ctx, CELL_BOOL, v ? "true" : "false", v ? 4 : 5);
}

static int on_number(void *ctx, const char *p, size_t n)
{
    return put_cell(ctx, CELL_NUMBER, p, n);
}

static int on_string(void *ctx, const unsigned char *p, size_t n)
{
    return put_cell(ctx, CELL_STRING, (const char *)p, n);
}

static int on_map(void *ctx)
{
    Json *j = ctx;
    if (j->ndepth && !j->has_key) {
        j->wrong = "a line must be one object";
        return 0;
    }
    if (j->ndepth == j->depth_cap) {
        j->depth_cap = j->depth_cap ? 2 * j->depth_cap : 16;
        j->depth = xrealloc(j->depth, j->depth_cap * sizeof *j->depth);
    }
    j->depth[j->ndepth++] = j->path.n;
    j->empty = false;
    return 1;
}

static int on_key(void *ctx, const unsigned char *p, size_t n)
{
    Json *j = ctx;
    j->path.n = j->depth[j->ndepth - 1];
    if (j->path.n)
        buf_putc(&j->path, '.');
    buf_put(&j->path, (const char *)p, n);
    if (!n)
        buf_putc(&j->path, '_'); /* a column must have a name */
    j->has_key = true;
    return 1;
}

static int on_map_end(void *ctx)
{
    Json *j = ctx;
    j->path.n = j->depth[--j->ndepth];
    j->has_key = j->ndepth > 0;
    return 1;
}

static int on_array(void *ctx)
{
    Json *j = ctx;
    if (!j->has_key) {
        j->wrong = "a line must be one object";
        return 0;
    }
    j->arrays++;
    j->empty = true;
    return 1;
}

/* An empty array is the empty text: known to hold nothing. */
static int on_array_end(void *ctx)
{
    Json *j = ctx;
    Field *f = j->empty ? field_named(j) : NULL;
    if (f && f->count <= j->row) {
        grow_cells(f, j->row);
        f->cells[j->row] = (Cell){j->text.n, 0, CELL_STRING};
        f->joined = true;
    }
    j->arrays--;
    j->empty = false;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_start_map = on_map,
    .yajl_map_key = on_key,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

/* ---- lines ---- */

/* Takes back what the refused line has put into the row. */
static void undo_row(Json *j)
{
    for (size_t i = 0; i < j->nfields; i++)
        if (j->fields[i].count > j->row)
            j->fields[i].count = j->row;
}

static void refuse_line(Json *j, yajl_handle h, Str line, long number, long row)
{
    char reason[200] = "";
    if (j->wrong) {
        snprintf(reason, sizeof reason, "%s", j->wrong);
    } else {
        unsigned char *why = yajl_get_error(h, 0, (const unsigned char *)line.p, line.n);
        Str first = str_trim(str_split(str_of((const char *)why), '\n', &(Str){0}));
        snprintf(reason, sizeof reason, "no JSON: %.*s", (int)(first.n < 150 ? first.n : 150),
                 first.p);
        yajl_free_error(h, why);
    }
    ReadReport *r = j->report;
    if (r->bad < BAD_ROWS_KEPT)
        bad_row_set(&r->kept[r->bad], row, number, line, "%s", reason);
    r->bad++;
    undo_row(j);
}

static void read_line(Json *j, Str line, long number)
{
    yajl_handle h = yajl_alloc(&callbacks, NULL, j);
    yajl_config(h, yajl_dont_validate_strings, 1);
    j->ndepth = j->arrays = 0;
    j->has_key = false;
    j->wrong = NULL;
    buf_clear(&j->path);
    bool ok = yajl_parse(h, (const unsigned char *)line.p, line.n) == yajl_status_ok &&
              yajl_complete_parse(h) == yajl_status_ok;
    if (ok)
        j->row++;
    else
        refuse_line(j, h, line, number, (long)j->row + j->report->bad + 1);
    yajl_free(h);
}

static bool read_lines(Json *j, Str text, Error *err)
{
    long number = 0;
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_sub(text, 3, text.n);
    if (str_starts(str_trim(str_sub(text, 0, text.n < 100 ? text.n : 100)), STR("["))) {
        fail(err, ERR_DATA, "'%s' is a JSON array, not one object a line", j->name);
        return error_hint(err, "jq -c '.[]' writes one object a line");
    }
    while (text.n && (j->opt->limit <= 0 || j->row < (size_t)j->opt->limit)) {
        Str line = str_trim(str_split(text, '\n', &text));
        number++;
        if (line.n)
            read_line(j, line, number);
        if (number % CANCEL_LINES == 0 && cancelled(err))
            return false;
    }
    j->report->rows = (long)j->row;
    if (!j->row && j->report->bad)
        return fail_row(err, ERR_DATA, 1, "'%s' has no row of JSON; line %ld: %s", j->name,
                        j->report->kept[0].line, j->report->kept[0].reason);
    if (!j->row)
        return fail(err, ERR_DATA, "'%s' is empty", j->name);
    return read_check(j->report, j->opt, j->name, err);
}

/* ---- columns ---- */

static CsvKind kind_of_cell(const Json *j, const Field *f, const Cell *c)
{
    CsvKind kind = csv_kind((Str){j->text.p + c->at, c->n});
    if (c->kind != CELL_STRING)
        return kind;
    return !f->joined && (kind & KINDS_TIME) ? kind : KIND_TEXT;
}

static CsvStore store_of_field(const Json *j, Field *f)
{
    for (size_t r = 0; r < f->count; r++)
        if (f->cells[r].kind != CELL_NULL && !(f->kinds & KIND_TEXT))
            f->kinds |= kind_of_cell(j, f, &f->cells[r]);
    CsvStore store = csv_store_of(f->kinds, j->opt->dates);
    return store == STORE_NONE || store == STORE_DIGITS ? STORE_DICT : store;
}

/* One value into its builder; *fits is false when it is not of this type. */
static bool build_value(ColumnBuilder *b, CsvStore store, Str s, bool *fits, Error *err)
{
    int64_t i;
    double d;
    bool v;
    TimeUnit unit;
    DateOrder order = store == STORE_DMY ? DATE_DMY : store == STORE_MDY ? DATE_MDY : DATE_ISO;
    switch (store) {
    case STORE_INT:
        *fits = parse_int(s, &i);
        return !*fits || builder_int(b, i, err);
    case STORE_REAL:
        *fits = parse_real(s, &d);
        return !*fits || builder_real(b, d, err);
    case STORE_BOOL:
        *fits = parse_bool(s, &v);
        return !*fits || builder_int(b, v, err);
    case STORE_TIME:
    case STORE_DMY:
    case STORE_MDY:
        *fits = time_parse(s, order, &i, &unit);
        if (*fits)
            builder_time_unit(b, unit);
        return !*fits || builder_int(b, i, err);
    case STORE_NONE:
    case STORE_DIGITS:
    case STORE_DICT:
    case STORE_RAW:
        break;
    }
    Buf mend = BUF_INIT;
    bool ok = builder_text(b, utf8_valid(s) ? s : csv_mend(s, &mend), err);
    buf_free(&mend);
    *fits = true;
    return ok;
}

static ColumnBuilder *builder_for(CsvStore store, bool declared)
{
    switch (store) {
    case STORE_INT:
        return builder_new(COL_INT);
    case STORE_REAL:
        return builder_new(COL_REAL);
    case STORE_BOOL:
        return builder_new(COL_BOOL);
    case STORE_TIME:
    case STORE_DMY:
    case STORE_MDY:
        return builder_new(COL_TIME);
    case STORE_RAW:
        return builder_new(COL_TEXT);
    case STORE_NONE:
    case STORE_DIGITS:
    case STORE_DICT:
        break;
    }
    return declared ? builder_new(COL_CODE) : builder_new_strings();
}

static void refuse_value(Json *j, const char *name, CsvStore store, size_t row, Str s)
{
    ReadReport *r = j->report;
    long at = r->bad + r->bad_values++;
    if (at < BAD_ROWS_KEPT)
        bad_row_set(&r->kept[at], (long)row + 1, 0, s, "'%.*s' in '%.60s' is not %s",
                    (int)(s.n < 60 ? s.n : 60), s.p, name, csv_store_noun(store));
}

static Column *build_column(Json *j, Field *f, const CsvColumn *said, Error *err)
{
    CsvStore store = said->declared ? said->store : store_of_field(j, f);
    ColumnBuilder *b = builder_for(store, said->declared);
    for (size_t r = 0; r < j->row; r++) {
        bool null = r >= f->count || f->cells[r].kind == CELL_NULL, fits = true;
        Str s = null ? STR_NULL : (Str){j->text.p + f->cells[r].at, f->cells[r].n};
        bool ok = null || build_value(b, store, s, &fits, err);
        if (!fits)
            refuse_value(j, said->name, store, r, s);
        if (ok && (null || !fits))
            ok = builder_null(b, err);
        if (!ok) {
            builder_free(b);
            return NULL;
        }
    }
    if (!said->declared && (f->kinds & KIND_BIG) && !(f->kinds & KIND_TEXT))
        read_note(j->report, "column '%.60s' has whole numbers of more than 18 digits: kept as %s",
                  said->name, store == STORE_REAL ? "real, rounded" : "text");
    return builder_finish(b, err);
}

static Frame *build_frame(Json *j, Error *err)
{
    size_t n = j->nfields, made = 0;
    Frame *f = NULL;
    CsvColumn *said = xcalloc(n, sizeof *said);
    Column **cols = xcalloc(n, sizeof *cols);
    char **names = xcalloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++) {
        Str name = strmap_at(j->names, (uint32_t)i);
        said[i].name = names[i] = xstrndup(name.p, name.n);
    }
    if (csv_declare(said, n, j->opt, j->name, err))
        while (made < n && (cols[made] = build_column(j, &j->fields[made], &said[made], err)))
            made++;
    if (made == n && !error_is_set(err) && read_check(j->report, j->opt, j->name, err))
        f = frame_new(names, cols, n, j->row);
    for (size_t i = 0; i < n; i++) {
        if (!f)
            column_unref(cols[i]);
        free(names[i]);
    }
    free(names);
    free(cols);
    free(said);
    return f;
}

static Frame *read_json(Json *j, Str text, Error *err)
{
    j->names = strmap_new(16);
    Frame *f = read_lines(j, text, err) ? build_frame(j, err) : NULL;
    for (size_t i = 0; i < j->nfields; i++)
        free(j->fields[i].cells);
    free(j->fields);
    free(j->depth);
    buf_free(&j->text);
    buf_free(&j->path);
    strmap_free(j->names);
    return f;
}

Frame *ndjson_read_text(Str text, const ReadOptions *opt, ReadReport *report, Error *err)
{
    Json j = {.name = "text", .opt = opt ? opt : &(ReadOptions){0}, .report = report};
    return read_json(&j, text, err);
}

Frame *ndjson_read_file(const char *path, const ReadOptions *opt, ReadReport *report, Error *err)
{
    FileText t;
    if (!file_read(path, &t, err))
        return NULL;
    Json j = {.name = path, .opt = opt ? opt : &(ReadOptions){0}, .report = report};
    Frame *f = read_json(&j, (Str){t.p, t.n}, err);
    file_text_free(&t);
    if (f)
        frame_set_origin(f, path);
    return f;
}

/* ---- writing ---- */

typedef struct JsonWriter {
    Writer writer;
    FileOut *file;
    Buf line;
} JsonWriter;

static void put_moment(Buf *b, int64_t us, TimeUnit unit)
{
    buf_putc(b, '"');
    size_t from = b->n;
    buf_time(b, us, unit);
    char *blank = memchr(b->p + from, ' ', b->n - from);
    if (blank)
        *blank = 'T';
    buf_puts(b, blank ? "Z\"" : "\"");
}

static void put_json(Buf *b, const Column *c, size_t row)
{
    if (column_is_null(c, row)) {
        buf_puts(b, "null");
        return;
    }
    switch (c->type) {
    case COL_CODE:
    case COL_TEXT:
        buf_json_str(b, column_text(c, row));
        break;
    case COL_TIME:
        put_moment(b, c->v.i[row], c->unit);
        break;
    case COL_REAL:
        if (isfinite(c->v.d[row]) && c->v.d[row] == trunc(c->v.d[row]) && fabs(c->v.d[row]) < 1e15)
            buf_printf(b, "%.1f", c->v.d[row]); /* stays real when it is read */
        else if (isfinite(c->v.d[row]))
            buf_real(b, c->v.d[row]);
        else
            buf_puts(b, "null");
        break;
    case COL_INT:
    case COL_BOOL:
        column_print(c, row, b);
        break;
    }
}

static bool json_put(Writer *writer, const Frame *f, Error *err)
{
    JsonWriter *w = (JsonWriter *)writer;
    for (size_t r = 0; r < f->rows; r++) {
        buf_clear(&w->line);
        for (size_t j = 0; j < f->ncols; j++) {
            buf_putc(&w->line, j ? ',' : '{');
            buf_json_str(&w->line, str_of(f->names[j]));
            buf_putc(&w->line, ':');
            put_json(&w->line, f->cols[j], r);
        }
        buf_puts(&w->line, "}\n");
        if (!file_out_write(w->file, w->line.p, w->line.n, err) ||
            (r % CANCEL_LINES == 0 && cancelled(err)))
            return false;
    }
    return true;
}

static bool json_commit(Writer *writer, Error *err)
{
    JsonWriter *w = (JsonWriter *)writer;
    bool ok = file_out_commit(w->file, err);
    buf_free(&w->line);
    free(w);
    return ok;
}

static void json_abandon(Writer *writer)
{
    JsonWriter *w = (JsonWriter *)writer;
    file_out_abandon(w->file);
    buf_free(&w->line);
    free(w);
}

Writer *ndjson_writer_open(const char *path, Error *err)
{
    FileOut *file = file_out_open(path, err);
    if (!file)
        return NULL;
    JsonWriter *w = xcalloc(1, sizeof *w);
    *w = (JsonWriter){.writer = {json_put, json_commit, json_abandon}, .file = file};
    return &w->writer;
}
