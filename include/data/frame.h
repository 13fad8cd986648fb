/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * frame.h - named columns of one length: a table in memory. Immutable once named; columns are
 * shared.
 */
#ifndef GLINT_DATA_FRAME_H
#define GLINT_DATA_FRAME_H

#include "base/map.h"
#include "data/column.h"

typedef struct Frame {
    size_t rows, ncols;
    char **names;  /* ncols, distinct */
    Column **cols; /* ncols, each one reference */
    char *origin;  /* where it came from, for people: "datasets/users.csv"; may be NULL */
    long refs;
    StrMap *index; /* name to column, made by the first look-up in a frame with many; may be NULL */
} Frame;

/* Takes over the references in cols[]; copies names. Names must be distinct and not empty, lengths
 * equal (asserted). */
Frame *frame_new(char *const *names, Column **cols, size_t ncols, size_t rows);
Frame *frame_ref(const Frame *f);
void frame_unref(Frame *f);                          /* NULL is fine */
void frame_set_origin(Frame *f, const char *origin); /* before sharing */

/* Index of the named column or -1. Exact case first, then a unique match with case folded. */
long frame_find(const Frame *f, Str name);
/* The named column, borrowed, or NULL. */
const Column *frame_column(const Frame *f, Str name);
/* Same, failing with "no column 'x' in TABLE", the span, and the nearest name as hint. `table` may
 * be NULL. */
const Column *frame_need(const Frame *f, Str name, const char *table, Span at, Error *err);

/* New frames; columns shared where they can be. */
Frame *frame_take(const Frame *f, const uint32_t *rows, size_t n, Error *err);
Frame *frame_select(const Frame *f, const size_t *cols, size_t ncols);
/* With one more column (or the one of this name replaced); takes over c's reference. */
Frame *frame_with(const Frame *f, const char *name, Column *c);
Frame *frame_without(const Frame *f, const char *name);
Frame *frame_rename(const Frame *f, size_t col, const char *name);
/* Rows of a under rows of b. Columns by name; one that is missing is null there; int+real gives
 * real, else text. */
Frame *frame_bind(const Frame *a, const Frame *b, Error *err);
/* The same for n frames at once, in linear time. */
Frame *frame_bind_all(const Frame *const *f, size_t n, Error *err);
size_t frame_bytes(const Frame *f);
/* "1,200 rows, 9 columns (2 int, 1 real, 4 code, 2 time)" */
void frame_describe(const Frame *f, Buf *out);

#endif
