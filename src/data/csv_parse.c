/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_parse.c - the fields of one column in one chunk to values: the inner loops of the reader.
 *
 * csv_parse() takes the column's present type and lets the loop of that type run over the rows. A
 * loop takes the common form at once (csv_swar.h) and everything else through slow_*(): blanks
 * around a number, texts that mean null, long numbers. A value that is of another kind ends the
 * loop; its kind is added to what the column has been seen to hold, the type widens, and the piece
 * is parsed again: it is still in the cache. Other pieces that were stored before are converted at
 * the end of the pass (csv_read.c).
 *
 * An empty field is null. An empty field in quotes is the empty text in a text column and null in
 * any other; a text that means null does so in quotes only where the column is no text.
 */
#include <math.h>
#include <stdlib.h>

#include "csv_dict.h"
#include "csv_swar.h"

#define BATCH_ROWS 32 /* lookups in flight */

/* One column of one chunk. */
typedef struct Piece {
    Csv *c;
    CsvChunk *chunk;
    const CsvIndex *ix;
    CsvScratch *s;
    CsvColumn *col;
    CsvDict *dict;
    const char *limit; /* end of what may be read */
    size_t j;
    bool quotes;   /* fields may be in quotes */
    bool ends_row; /* the last column: its fields may end with \r */
    bool failed;
    void *out;
    uint32_t kinds; /* seen here */
    CsvCell cell;
    size_t in_quotes; /* values that are not null */
} Piece;

/* ---- fields ---- */

SIMD_INLINE Str field_at(const Piece *p, size_t row)
{
    const uint32_t *pos = p->ix->pos + row * p->ix->stride + p->j;
    uint32_t from = pos[0] + 1, to = pos[1];
    Str s = {p->ix->text + from, to - from};
    if (p->ends_row && s.n && s.p[s.n - 1] == '\r')
        s.n--;
    return s;
}

Str csv_unquote(Str raw, Buf *into)
{
    Str inner = str_sub(raw, 1, raw.n);
    const char *q = inner.n ? memchr(inner.p, '"', inner.n) : NULL;
    if (!q)
        return inner;
    if (q == inner.p + inner.n - 1)
        return str_sub(inner, 0, inner.n - 1);
    buf_clear(into);
    bool open = true;
    for (size_t i = 1; i < raw.n; i++) {
        if (raw.p[i] != '"' || !open) {
            buf_putc(into, raw.p[i]);
        } else if (i + 1 < raw.n && raw.p[i + 1] == '"') {
            buf_putc(into, '"');
            i++;
        } else {
            open = false;
        }
    }
    return buf_slice(into);
}

Str csv_mend(Str s, Buf *into)
{
    buf_clear(into);
    for (size_t i = 0; i < s.n;)
        buf_utf8(into, utf8_next(s, &i));
    return buf_slice(into);
}

static bool means_null(const Csv *c, Str s)
{
    if (!(c->null_lengths >> (s.n < 63 ? s.n : 63) & 1))
        return false;
    for (size_t i = 0; i < c->nnulls; i++)
        if (str_eq(c->nulls[i], s))
            return true;
    return false;
}

SIMD_INLINE void set_null(Piece *p, size_t row)
{
    p->s->nulls[row >> 6] |= UINT64_C(1) << (row & 63);
    p->cell.nulls++;
}

/* The field of a column that is not text: false when it is null, which is then noted. */
SIMD_INLINE bool value_at(Piece *p, size_t row, Str *s)
{
    *s = field_at(p, row);
    if (s->n && p->quotes && *s->p == '"') {
        *s = csv_unquote(*s, &p->s->clean);
        p->in_quotes += s->n != 0;
    }
    if (s->n == 0 || (p->c->null_numbers && means_null(p->c, *s))) {
        set_null(p, row);
        return false;
    }
    return true;
}

/* A value that turned out to mean null. */
static void value_is_null(Piece *p, size_t row)
{
    p->in_quotes -= p->quotes && *field_at(p, row).p == '"';
    set_null(p, row);
}

/* Eight or sixteen bytes before the end of s may be read? Always, but for the first bytes of a
 * text. */
SIMD_INLINE bool has_room(const Piece *p, Str s)
{
    return s.p != p->s->clean.p && (size_t)(s.p + s.n - p->c->text.p) >= 16;
}

/* What to do with a value that the quick form did not take. */
typedef enum Verdict { TAKE, SKIP, STOP } Verdict;

/* A declared column keeps its type: the value becomes null and is told. */
static Verdict refuse(Piece *p, size_t row, Str s)
{
    size_t at = (size_t)(field_at(p, row).p - p->c->text.p);
    BadRow *bad = csv_bad_row(p->chunk);
    if (bad)
        bad_row_set(bad, (long)row, csv_line(p->c, p->chunk, at), s,
                    "'%.*s' in column '%.60s' is not %s", s.n < 60 ? (int)s.n : 60, s.p,
                    p->col->name, csv_store_noun(p->col->store));
    p->chunk->bad_values++;
    value_is_null(p, row);
    return SKIP;
}

/* Blanks off, nulls out; otherwise *kind says what it looks like. */
static Verdict look(Piece *p, size_t row, Str *s, CsvKind *kind)
{
    *s = str_trim(*s);
    if (s->n == 0 || means_null(p->c, *s)) {
        value_is_null(p, row);
        return SKIP;
    }
    *kind = csv_kind(*s);
    return TAKE;
}

/* The kind does not belong to the type: remember it and stop, or refuse the value. */
static Verdict misfit(Piece *p, size_t row, Str s, CsvKind kind)
{
    if (p->col->declared)
        return refuse(p, row, s);
    p->kinds |= kind;
    return STOP;
}

/* ---- one loop a type: false when a value did not fit ---- */

static Verdict slow_int(Piece *p, size_t row, Str s, int64_t *out)
{
    CsvKind kind;
    if (look(p, row, &s, &kind) == SKIP)
        return SKIP;
    if ((kind == KIND_INT || (p->col->declared && kind == KIND_ZEROS)) && parse_int(s, out))
        return TAKE;
    double v;
    if (p->col->declared && kind == KIND_REAL && parse_real(s, &v) && v == trunc(v) &&
        fabs(v) < 9e15) {
        *out = (int64_t)v;
        return TAKE;
    }
    return misfit(p, row, s, kind);
}

static bool parse_ints(Piece *p)
{
    int64_t *out = p->out;
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        out[r] = 0;
        if (!value_at(p, r, &s) || (has_room(p, s) && swar_int(s.p, s.n, &out[r])))
            continue;
        if (slow_int(p, r, s, &out[r]) == STOP)
            return false;
    }
    return true;
}

static Verdict slow_real(Piece *p, size_t row, Str s, double *out)
{
    bool number = parse_real(s, out);
    if (!number) {
        s = str_trim(s);
        number = parse_real(s, out);
    }
    if (s.n == 0 || means_null(p->c, s) || (number && isnan(*out))) {
        *out = 0;
        value_is_null(p, row);
        return SKIP;
    }
    if (!number)
        return misfit(p, row, s, csv_kind(s));
    if (s.n > 18 && !memchr(s.p, '.', s.n) && csv_kind(s) == KIND_BIG)
        p->kinds |= KIND_BIG; /* told: it may have been meant as an id */
    if (isinf(*out) && s.p[s.n - 1] <= '9') /* no word: 1e999 */
        p->kinds |= KIND_HUGE;
    return TAKE;
}

static bool parse_reals(Piece *p)
{
    double *out = p->out;
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        out[r] = 0;
        if (!value_at(p, r, &s) || (has_room(p, s) && swar_real(s.p, s.n, &out[r])))
            continue;
        if (slow_real(p, r, s, &out[r]) == STOP)
            return false;
    }
    return true;
}

static bool parse_bools(Piece *p)
{
    uint8_t *out = p->out;
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        CsvKind kind;
        out[r] = 0;
        if (!value_at(p, r, &s) || look(p, r, &s, &kind) == SKIP)
            continue;
        bool v;
        if (((kind & KINDS_BOOL) || p->col->declared) && parse_bool(s, &v)) {
            out[r] = v;
            p->kinds |= kind;
        } else if (misfit(p, r, s, kind) == STOP) {
            return false;
        }
    }
    return true;
}

static Verdict slow_time(Piece *p, size_t row, Str s, DateOrder order, int64_t *out, TimeUnit *unit)
{
    CsvKind kind;
    if (look(p, row, &s, &kind) == SKIP)
        return SKIP;
    uint32_t mine = order == DATE_DMY   ? KIND_DMY | KIND_EITHER
                    : order == DATE_MDY ? KIND_MDY | KIND_EITHER
                                        : 0;
    bool fits = (kind & (mine | KIND_ISO)) || (p->col->declared && kind & KIND_INT); /* 20231015 */
    if (!fits || !time_parse(s, order, out, unit))
        return misfit(p, row, s, kind);
    p->kinds |= kind;
    return TAKE;
}

static bool parse_times(Piece *p, DateOrder order)
{
    int64_t *out = p->out;
    TimeUnit finest = TIME_DAY;
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        TimeUnit unit = TIME_DAY;
        out[r] = 0;
        if (!value_at(p, r, &s))
            continue;
        if (!swar_time(s.p, s.n, &out[r], &unit) &&
            slow_time(p, r, s, order, &out[r], &unit) == STOP)
            return false;
        finest = unit > finest ? unit : finest;
    }
    p->cell.unit = (uint8_t)finest;
    return true;
}

/* All null so far? */
static bool parse_none(Piece *p)
{
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        CsvKind kind;
        if (value_at(p, r, &s) && look(p, r, &s, &kind) == TAKE) {
            p->kinds |= kind;
            return false;
        }
    }
    return true;
}

/* The field of a text column: false when it is null. */
SIMD_INLINE bool text_at(Piece *p, size_t row, Str *s)
{
    *s = field_at(p, row);
    if (s->n == 0) {
        set_null(p, row);
        return false;
    }
    if (p->quotes && *s->p == '"') {
        *s = csv_unquote(*s, &p->s->clean);
        p->in_quotes++;
    } else if (means_null(p->c, *s)) {
        set_null(p, row);
        return false;
    }
    if (p->chunk->not_ascii && !utf8_valid(*s)) {
        *s = csv_mend(*s, &p->s->mend);
        p->cell.mended++;
    }
    return true;
}

/* Whole numbers that are kept as text are looked at one by one: a decimal point would make them
 * numbers. */
static bool still_digits(Piece *p, Str s)
{
    CsvKind kind = s.n ? csv_kind(s) : KIND_INT;
    p->kinds |= kind;
    return (kind & (KIND_INT | KIND_ZEROS | KIND_BIG)) != 0;
}

/* Texts of a few rows on their way to the dictionary. */
typedef struct Batch {
    Str text[BATCH_ROWS];
    CsvKey key[BATCH_ROWS];
    int32_t *out[BATCH_ROWS];
    size_t n;
} Batch;

static void number_batch(Piece *p, Batch *b)
{
    for (size_t i = 0; i < b->n; i++) {
        *b->out[i] = csv_dict_find(p->dict, b->text[i], b->key[i]);
        p->failed |= *b->out[i] < 0;
    }
    b->n = 0;
}

static bool parse_names(Piece *p, bool digits)
{
    int32_t *out = p->out;
    Batch b;
    b.n = 0;
    bool near_by = csv_dict_is_small(p->dict);
    for (size_t r = 0; r < p->ix->rows && !p->failed; r++) {
        Str s;
        out[r] = 0;
        if (!text_at(p, r, &s))
            continue;
        if (digits && !still_digits(p, s))
            return false;
        if (s.n > UINT32_MAX) {
            p->failed = true;
            break;
        }
        bool copied = s.p == p->s->clean.p || s.p == p->s->mend.p;
        CsvKey key = csv_dict_key(s, copied ? s.p + s.n : p->limit);
        if (near_by) {
            out[r] = csv_dict_find(p->dict, s, key);
            p->failed = out[r] < 0;
            continue;
        }
        b.text[b.n] = s;
        b.key[b.n] = key;
        b.out[b.n] = &out[r];
        csv_dict_fetch(p->dict, b.key[b.n]);
        if (++b.n == BATCH_ROWS || copied) /* a copy is overwritten by the next one */
            number_batch(p, &b);
    }
    number_batch(p, &b);
    return true;
}

static bool parse_raw(Piece *p)
{
    uint64_t *out = p->out;
    Buf *text = &p->s->text;
    buf_clear(text);
    for (size_t r = 0; r < p->ix->rows; r++) {
        Str s;
        if (text_at(p, r, &s))
            buf_str(text, s);
        out[r] = text->n;
    }
    p->cell.text = malloc(text->n + 1);
    if (!p->cell.text)
        p->failed = true;
    else if (text->n)
        memcpy(p->cell.text, text->p, text->n);
    return true;
}

/* ---- a piece ---- */

static bool run(Piece *p, CsvStore store)
{
    switch (store) {
    case STORE_NONE:
        return parse_none(p);
    case STORE_INT:
        return parse_ints(p);
    case STORE_REAL:
        return parse_reals(p);
    case STORE_BOOL:
        return parse_bools(p);
    case STORE_TIME:
        return parse_times(p, DATE_ISO);
    case STORE_DMY:
        return parse_times(p, DATE_DMY);
    case STORE_MDY:
        return parse_times(p, DATE_MDY);
    case STORE_DIGITS:
        return parse_names(p, true);
    case STORE_DICT:
        return parse_names(p, false);
    case STORE_RAW:
        return parse_raw(p);
    }
    return true;
}

/* What a piece without misfits has shown beyond what its loop has noted itself. */
static uint32_t kind_of_store(CsvStore store)
{
    return store == STORE_INT    ? KIND_INT
           : store == STORE_REAL ? KIND_REAL
           : store == STORE_TIME ? KIND_ISO
                                 : 0;
}

static CsvStore present_store(const Csv *c, const CsvColumn *col)
{
    bool fixed = col->declared || c->decided;
    CsvStore store = fixed ? col->store : csv_store_of(atomic_load(&col->kinds), c->opt->dates);
    if (col->declared || c->typed)
        return store;
    bool names = store == STORE_DICT || store == STORE_DIGITS;
    return names && atomic_load(&col->raw) ? STORE_RAW : store;
}

static bool fresh_nulls(CsvScratch *s, size_t rows)
{
    size_t words = (rows + 63) / 64;
    if (words > s->nulls_cap) {
        free(s->nulls);
        s->nulls = malloc(words * sizeof *s->nulls);
        s->nulls_cap = s->nulls ? words : 0;
    }
    if (s->nulls && words)
        memset(s->nulls, 0, words * sizeof *s->nulls);
    return s->nulls || !words;
}

/* Tries one type; false when the column has meanwhile become of another. */
static bool attempt(Piece *p, CsvStore store)
{
    free(p->cell.text);
    p->cell = (CsvCell){.store = (uint8_t)store, .thread = (uint16_t)p->s->number};
    p->in_quotes = 0;
    p->kinds = 0;
    p->dict = NULL;
    p->out = p->col->values + p->chunk->row0 * sizeof(int64_t);
    if (store == STORE_DICT || store == STORE_DIGITS) {
        p->out = p->col->codes + p->chunk->row0;
        CsvDict **dict = &p->s->dicts[p->j];
        p->dict = *dict ? *dict : (*dict = csv_dict_new());
    }
    if (!fresh_nulls(p->s, p->ix->rows)) {
        p->failed = true;
        return true;
    }
    bool fits = run(p, store);
    size_t values = p->ix->rows - p->cell.nulls;
    if (fits && values)
        p->kinds |= kind_of_store(store);
    if (!p->col->declared)
        atomic_fetch_or(&p->col->kinds, p->kinds);
    if (p->dict && !p->col->declared && !p->c->typed && csv_dict_count(p->dict) > p->c->dict_max)
        atomic_store(&p->col->raw, true);
    p->cell.quoted = p->in_quotes > 0;
    p->cell.bare = values > p->in_quotes;
    CsvStore now = present_store(p->c, p->col);
    return fits && (now == store || (now == STORE_DICT && store == STORE_DIGITS));
}

static void keep_nulls(const Piece *p, CsvCell *cell)
{
    if (p->cell.nulls || cell->nulls)
        memcpy(p->col->nulls + p->chunk->word0, p->s->nulls,
               (p->ix->rows + 63) / 64 * sizeof(uint64_t));
}

bool csv_parse(Csv *c, CsvChunk *chunk, size_t col, CsvScratch *s)
{
    CsvColumn *column = &c->cols[col];
    CsvCell *cell = csv_cell(c, (size_t)(chunk - c->chunks), col);
    Piece p = {.c = c,
               .chunk = chunk,
               .ix = &s->index,
               .s = s,
               .col = column,
               .j = col,
               .limit = c->text.p + c->text.n,
               .quotes = chunk->any_quotes,
               .ends_row = col + 1 == c->ncols};
    while (!attempt(&p, present_store(c, column)))
        continue;
    keep_nulls(&p, cell);
    free(cell->text);
    *cell = p.cell;
    return !p.failed;
}
