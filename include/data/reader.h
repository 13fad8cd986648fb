/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * reader.h - where tables come from: a Reader gives batches (Frames); frame_read() gathers them
 * into one. A source is a row of the table in shell/readers.c.
 */
#ifndef GLINT_DATA_READER_H
#define GLINT_DATA_READER_H

#include "data/frame.h"

/* How a source is to be read. Zero-initialised means defaults. Borrowed while a reader lives. */
typedef struct ReadOptions {
    const char *types;     /* "age=int,when=time" or NULL; dmy and mdy: times in that order */
    const char *nulls;     /* comma list of texts that mean null, beside ""; NULL: "NA" */
    char delim;            /* 0: guessed among , ; tab | */
    const char *encoding;  /* NULL or "utf-8"; "latin1" */
    long limit;            /* rows at most; 0 all */
    long max_bad;          /* bad rows allowed; -1: any number; 0 (default): any, all reported */
    bool strict;           /* the first bad row is an error */
    bool no_header;        /* columns are named c1 c2 ... */
    DateOrder dates;
    /* sources that can choose before they send (an engine); others leave them alone */
    const struct Expr *where; /* rows that it is true for; applied again, so more may come */
    const char *mark;      /* file with the last moment read: only newer rows, and then it moves */
    const char *query;     /* the source's own query language */
    const char *fields;    /* comma list */
    const char *since;     /* only rows from this moment on */
    const char *since_field; /* of which column; NULL: guessed */
    const char *lists;     /* what to do with lists: join first count multihot explode error */
    const char *nested;    /* the same for nested objects */
    long slices;           /* loops at once; 0: decided */
    bool with_id;          /* a column _id */
} ReadOptions;

/* A row that could not be read: kept so that it can be shown. */
typedef struct BadRow {
    long line;             /* line of the file, from 1 */
    long row;              /* data row, from 1 */
    char reason[160];      /* "3 fields, the header has 5" */
    char text[120];        /* the beginning of the line, as bytes */
} BadRow;
#define BAD_ROWS_KEPT 100

typedef struct ReadReport {
    long rows, bad;                 /* rows read, rows refused */
    BadRow kept[BAD_ROWS_KEPT];     /* the first of them, and of rows with a value made null */
    char notes[16][240];            /* "columns 3 and 5 are both called 'age': ..." */
    size_t nnotes;
    long bad_values;                /* values that do not fit a declared type: made null */
    size_t more_notes;              /* for which there was no room */
} ReadReport;
void read_note(ReadReport *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Fails when strict or max_bad say so, with the first bad row: "'x.csv' line 3, row 2: 1 field, the
 * header has 2". */
bool read_check(const ReadReport *r, const ReadOptions *opt, const char *name, Error *err);
/* Fills a bad row; `text` is cut to what fits. */
void bad_row_set(BadRow *b, long row, long line, Str text, const char *fmt, ...) PRINTF_LIKE(5, 6);

typedef struct Reader Reader;
struct Reader {
    /* Next batch (new reference) in *out; false at the end (err clear) or on failure (err set). All
     * batches of a reader have the same columns, names and types. */
    bool (*next)(Reader *r, Frame **out, Error *err);
    void (*close)(Reader *r);       /* frees r */
    ReadReport *report;             /* borrowed from the caller of open, filled as rows come */
};
static inline bool reader_next(Reader *r, Frame **out, Error *err)
{
    return r->next(r, out, err);
}
static inline void reader_close(Reader *r)
{
    if (r)
        r->close(r);
}
/* All batches in one frame, by frame_bind(). A reader gives at least one batch, without rows if
 * there are none. */
Frame *frame_read(Reader *r, Error *err);

/* csv_read.c: the whole text at once is the fast way. `report` must outlive the call. */
Frame *csv_read_text(Str text, const ReadOptions *opt, ReadReport *report, Error *err);
Frame *csv_read_file(const char *path, const ReadOptions *opt, ReadReport *report, Error *err);
/* In batches of `batch_rows` with the types given by a first pass over the file (for score file to
 * file). */
Reader *csv_reader_open(const char *path, const ReadOptions *opt, size_t batch_rows,
                        ReadReport *report, Error *err);
/* ndjson.c: one object a line, nested names flattened with '.', lists of scalars joined by '|'. */
Frame *ndjson_read_text(Str text, const ReadOptions *opt, ReadReport *report, Error *err);
Frame *ndjson_read_file(const char *path, const ReadOptions *opt, ReadReport *report, Error *err);

#endif
