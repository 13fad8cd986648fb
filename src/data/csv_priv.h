/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_priv.h - what the chapters of the CSV reader share. The essay is in csv_read.c.
 *
 * A file is cut into chunks of text; a chunk owns the rows that start in it. For each chunk and
 * column there is a cell, which says how the values of that piece are stored at the moment. The
 * values of a column live in one buffer of eight bytes a row, or in one of four for codes: a piece
 * is written again when its column turns out to be of another type. A buffer that no piece uses is
 * reserved but costs no memory.
 */
#ifndef GLINT_DATA_CSV_PRIV_H
#define GLINT_DATA_CSV_PRIV_H

#include <stdatomic.h>

#include "data/reader.h"

/* What values of a column look like: one bit each, so that a set of them fits a word. */
typedef enum CsvKind {
    KIND_WORD = 1 << 0,    /* true, False ... */
    KIND_T = 1 << 1,       /* T */
    KIND_F = 1 << 2,       /* F */
    KIND_INT = 1 << 3,     /* fits 64 bits */
    KIND_ZEROS = 1 << 4,   /* 00123: a whole number that loses something as a number */
    KIND_BIG = 1 << 5,     /* a whole number beyond 64 bits */
    KIND_REAL = 1 << 6,    /* 1.5, 1e3, -0, nan */
    KIND_ISO = 1 << 7,     /* a moment that reads in one way */
    KIND_DMY = 1 << 8,     /* 31/12/2023 */
    KIND_MDY = 1 << 9,     /* 12/31/2023 */
    KIND_EITHER = 1 << 10, /* 3/4/2023 */
    KIND_TEXT = 1 << 11,
    KIND_HUGE = 1 << 12 /* beyond the largest double: seen when it is read, beside its kind */
} CsvKind;
#define KINDS_BOOL (KIND_WORD | KIND_T | KIND_F)
#define KINDS_NUMBER (KIND_INT | KIND_ZEROS | KIND_BIG | KIND_REAL)
#define KINDS_TIME (KIND_ISO | KIND_DMY | KIND_MDY | KIND_EITHER)

/* How the values of a piece are stored, in the column's buffer. */
typedef enum CsvStore {
    STORE_NONE,   /* nothing yet: all null */
    STORE_INT,    /* int64_t */
    STORE_REAL,   /* double */
    STORE_BOOL,   /* uint8_t */
    STORE_TIME,   /* int64_t; the order of day and month is not needed */
    STORE_DMY,    /* int64_t */
    STORE_MDY,    /* int64_t */
    STORE_DIGITS, /* int32_t numbers of the thread's dictionary; all are whole numbers */
    STORE_DICT,   /* int32_t numbers of the thread's dictionary */
    STORE_RAW     /* uint64_t ends in the cell's own text */
} CsvStore;

typedef struct CsvColumn {
    char *name;
    bool declared;          /* by --types: `store` is meant, what does not fit is null and told */
    bool digits_quoted;     /* numbers in quotes, kept as text: for the note */
    CsvStore store;         /* the final one; for undeclared columns valid after the pass */
    _Atomic uint32_t kinds; /* seen so far */
    _Atomic bool raw;       /* too many distinct values for a dictionary */
    char *values;           /* rows_reserved + 1 entries of eight bytes */
    int32_t *codes;         /* rows_reserved: STORE_DICT and STORE_DIGITS */
    uint64_t *nulls;        /* chunk by chunk, each from a word of its own */
} CsvColumn;

typedef struct CsvCell {
    uint8_t store;   /* CsvStore */
    uint8_t unit;    /* TimeUnit, the finest */
    bool quoted;     /* some value that is not null was in quotes */
    bool bare;       /* some was not */
    uint16_t thread; /* whose dictionary its numbers mean */
    uint32_t nulls;
    uint32_t mended; /* values with bytes that are not UTF-8 */
    char *text;      /* STORE_RAW: all texts, one after the other; owned */
} CsvCell;

typedef struct CsvChunk {
    size_t from, to; /* block of the text; its rows start behind newlines in it */
    size_t start;    /* where its first row starts */
    size_t newlines; /* in the block, in quotes or not */
    size_t ends[2];  /* ends of rows in it, when it starts outside of quotes, or inside */
    size_t first[2]; /* the first of them */
    bool odd_quotes, any_quotes, not_ascii, has_nul;
    size_t line;        /* of text[from], from 1 */
    size_t row0, word0; /* its place in the buffers */
    size_t reserved;    /* rows it may have at most */
    size_t rows;        /* rows it has */
    size_t refused;     /* bad rows */
    BadRow *bad;        /* the first of them, and of values that do not fit; row local, from 0 */
    size_t nbad, bad_values;
    bool told;   /* its bad rows are noted: not again when it is read again */
    bool failed; /* no memory */
} CsvChunk;

typedef struct CsvDict CsvDict;

/* Where the fields of a chunk are: field j of row r is text[pos[r*stride+j]+1 ..
 * pos[r*stride+j+1]). */
typedef struct CsvIndex {
    const char *text; /* of the chunk's first row */
    uint32_t *pos;
    size_t stride, rows;
    size_t cap;
    uint32_t *spare; /* rows that were picked among bad ones, stride ncols + 1 */
    size_t spare_cap;
} CsvIndex;

/* One thread's own. */
typedef struct CsvScratch {
    size_t number;
    CsvIndex index;
    CsvDict **dicts; /* ncols, made when needed */
    uint64_t *nulls; /* of one piece */
    size_t nulls_cap;
    Buf clean, mend; /* a field without its quotes; with its bytes mended */
    Buf text;        /* STORE_RAW: of one piece */
} CsvScratch;

typedef struct Csv {
    const char *name; /* for messages */
    const ReadOptions *opt;
    ReadReport *report;
    Str text;    /* without the byte order mark */
    char *owned; /* the text when it had to be converted */
    bool mapped; /* pages that were read may be given back */
    char delim, newline;
    size_t data; /* where the rows start */
    size_t header_lines;
    size_t ncols;
    CsvColumn *cols;
    Str *nulls; /* texts that mean null */
    size_t nnulls;
    char *nulls_text;
    uint64_t null_lengths;  /* bit n: some null text has n bytes */
    bool null_numbers;      /* some null text looks like a number */
    bool exact;             /* quotes are not as RFC 4180 wants them: read byte by byte */
    _Atomic bool malformed; /* found out while reading */
    size_t nchunks, chunk_bytes;
    CsvChunk *chunks;
    CsvCell *cells;      /* nchunks x ncols */
    CsvScratch *scratch; /* one a thread */
    void **scratch_list;
    size_t threads;
    size_t first, last;          /* the window: chunks that are in the buffers, [first, last) */
    size_t rows_reserved, words; /* of the window */
    bool decided;                /* types are final */
    bool typed;      /* and come from an earlier pass: code stays code however many levels */
    size_t dict_max; /* more distinct texts than this are never a code column */
} Csv;

static inline CsvCell *csv_cell(const Csv *c, size_t chunk, size_t col)
{
    return &c->cells[chunk * c->ncols + col];
}

/* ---- csv_dialect.c: bytes to text, delimiter, header ---- */
/* Finds encoding, newline, delimiter, column names and null texts. `c` has name, opt, report and
 * text. */
bool csv_dialect(Csv *c, Error *err);

/* ---- csv_scan.c: where rows and fields are ---- */
/* Cuts the text into chunks and counts their rows; on threads. Fails on NUL bytes and unclosed
 * quotes. */
bool csv_cut(Csv *c, Error *err);
/* The end of the field that starts at `at`: its delimiter, newline or the end of the text (then
 * *open may be set: the text ended inside of quotes). */
size_t csv_field_end(const Csv *c, size_t at, char delim, bool *open);
bool csv_unclosed(const Csv *c, size_t at, Error *err);
/* Finds the fields of a chunk; rows with another number of fields are noted in it. False without
 * memory. */
bool csv_index(const Csv *c, CsvChunk *chunk, CsvIndex *out);
/* Line of the file, from 1, where text[at] of this chunk is. */
long csv_line(const Csv *c, const CsvChunk *chunk, size_t at);
/* Room for one more bad row of the chunk, or NULL when enough are kept. */
BadRow *csv_bad_row(CsvChunk *chunk);

/* ---- csv_parse.c: fields to values ---- */
/* Parses column `col` of a chunk whose fields are in s->index, under the column's present type,
 * which widens when a value does not fit. Returns false without memory. */
bool csv_parse(Csv *c, CsvChunk *chunk, size_t col, CsvScratch *s);
/* The content of a field in quotes: a slice of it or of `into`. */
Str csv_unquote(Str raw, Buf *into);
/* `s` with each byte that is no UTF-8 replaced by U+FFFD. */
Str csv_mend(Str s, Buf *into);

/* ---- guess.c: from looks to types ---- */
CsvKind csv_kind(Str s);
CsvStore csv_store_of(uint32_t kinds, DateOrder preferred);
/* Reads "age=int,when=time" (opt->types) into the columns of the file called `name`. */
bool csv_declare(CsvColumn *cols, size_t ncols, const ReadOptions *opt, const char *name,
                 Error *err);
/* "an int", "a time" ...: what a value of this store is called. */
const char *csv_store_noun(CsvStore store);
/* Final stores of all columns after the pass. */
void csv_decide(Csv *c);
/* Dictionaries that have overflowed since: those columns become raw text. False when there are
 * none. */
bool csv_decide_raw(Csv *c);
void csv_note_types(Csv *c);

/* ---- csv_dict.c: texts to numbers, thread by thread; the lookup is in csv_dict.h ---- */
CsvDict *csv_dict_new(void);
void csv_dict_free(CsvDict *d);
size_t csv_dict_count(const CsvDict *d);
Str csv_dict_at(const CsvDict *d, size_t i);
/* One sorted dictionary of several (NULLs are fine); map[k][i] = new number, free() each. More than
 * `max` distinct texts, or more than `mean` bytes on average: *many is set and NULL returned. NULL
 * alone: no memory. Any thread. */
Levels *csv_dict_merge(CsvDict *const *dicts, size_t n, size_t max, double mean, int32_t **map,
                       bool *many);

/* ---- csv_read.c: the steps, for a reader of windows ---- */
const ReadOptions *csv_options(const ReadOptions *opt);
/* Dialect and scratch; csv_clear() takes everything down again, whatever has failed. */
bool csv_begin(Csv *c, Error *err);
void csv_clear(Csv *c);
/* Cuts the text; gives cells to the chunks; forgets what was read before. */
bool csv_prepare(Csv *c, Error *err);
/* Makes room for chunks [first, last), and parses them. */
bool csv_open_window(Csv *c, size_t first, size_t last, Error *err);
bool csv_read_window(Csv *c, Error *err);
/* Bad rows of chunks [first, end) into the report; fails as strict and max_bad say. *row_base
 * counts data rows. */
bool csv_report_bad(Csv *c, size_t first, size_t end, long *row_base, Error *err);

/* ---- csv_gather.c: pieces to columns ---- */
/* Makes the window's rows into a frame; takes the columns' buffers. */
Frame *csv_gather(Csv *c, Error *err);
/* Notes on columns that are text because of a few values. */
void csv_note_misfits(const Csv *c, const Frame *f);

#endif
