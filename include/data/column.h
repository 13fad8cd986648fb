/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * column.h - one typed column: values, null bits, levels. Immutable once it is in a Frame; shared
 * by reference.
 *
 * The value arrays are public because reading them fast is the point; writing goes through
 * ColumnBuilder or the column_new_* functions, before the column is shared. No real column holds a
 * NaN: what is not a number is null. Reference counts are for the main thread: a worker reads
 * columns and never takes or drops one.
 */
#ifndef GLINT_DATA_COLUMN_H
#define GLINT_DATA_COLUMN_H

#include <stdint.h>

#include "base/clock.h"
#include "base/str.h"

typedef enum ColType {
    COL_INT,  /* int64_t */
    COL_REAL, /* double; never NaN for a null: null is a bit */
    COL_BOOL, /* uint8_t 0 or 1 */
    COL_CODE, /* int32_t index into levels; levels are sorted bytewise and distinct (numeric-looking
                 levels too) */
    COL_TIME, /* int64_t microseconds since 1970, UTC; `unit` says how finely it is written */
    COL_TEXT  /* bytes text + offsets; for ids and prose with many distinct values */
} ColType;

/* The dictionary of a code column, shared by reference between columns. */
typedef struct Levels {
    size_t n;
    char *bytes;      /* all texts one after the other */
    uint64_t *offset; /* n + 1 */
    long refs;
} Levels;

typedef struct Column {
    ColType type;
    TimeUnit unit;       /* COL_TIME */
    size_t n;            /* rows */
    size_t nulls;        /* how many are null */
    uint64_t *null_bits; /* bit i set = row i is null; NULL when nulls == 0 */
    union {
        int64_t *i;  /* COL_INT, COL_TIME */
        double *d;   /* COL_REAL */
        uint8_t *b;  /* COL_BOOL */
        int32_t *c;  /* COL_CODE */
        uint64_t *o; /* COL_TEXT: n + 1 offsets into bytes */
        void *any;
    } v;
    char *bytes;    /* COL_TEXT */
    Levels *levels; /* COL_CODE */
    long refs;
} Column;

/* New column of n rows, values zeroed, no nulls, one reference held by the caller. NULL with
 * ERR_NOMEM. */
Column *column_new(ColType type, size_t n, Error *err);
/* A code column takes a reference of `levels`. */
Column *column_new_code(size_t n, Levels *levels, Error *err);
Column *column_ref(const Column *c);
void column_unref(Column *c); /* NULL is fine */

static inline bool column_is_null(const Column *c, size_t row)
{
    return c->null_bits && (c->null_bits[row >> 6] >> (row & 63) & 1);
}
/* Before sharing only. Allocates the bits on first use. The value under a null is 0 (or the empty
 * text). */
bool column_set_null(Column *c, size_t row, Error *err);
/* For loops that write null_bits themselves: makes them (all clear); then counts them and drops
 * them if all are clear. */
bool column_make_null_bits(Column *c, Error *err);
void column_seal_nulls(Column *c);

const char *coltype_name(ColType t);     /* "int" "real" "bool" "code" "time" "text" */
bool coltype_parse(Str s, ColType *out); /* those names */
size_t column_bytes(const Column *c);    /* memory it holds, levels included */
/* The number in a row for int, real, bool, time (as is); NaN for null. Precondition: one of those
 * types. */
double column_real(const Column *c, size_t row);
/* The text of a code or text row, borrowed; STR_NULL when null. */
Str column_text(const Column *c, size_t row);
/* Appends any row's value as CSV would print it (nothing for null). Reads back as the same bits. */
void column_print(const Column *c, size_t row, Buf *out);
/* New column of the given rows; order kept, rows may repeat; ROW_NONE gives a null. Runs on
 * threads. */
#define ROW_NONE UINT32_MAX
Column *column_take(const Column *c, const uint32_t *rows, size_t n, Error *err);
/* The same values as another type (a reference of `c` if it is that already). As code and text: the
 * printed form. As real: int, bool and time by value; code and text by their text, a value that is
 * no number is ERR_TYPE. */
Column *column_as_code(const Column *c, Error *err);
Column *column_as_text(const Column *c, Error *err);
Column *column_as_real(const Column *c, Error *err);

/* Levels: built from texts in any order (duplicates refused), sorted bytewise; order[k] = new index
 * of the k-th given. */
Levels *levels_new(const Str *texts, size_t n, int32_t *order, Error *err);
Levels *levels_ref(const Levels *l);
void levels_unref(Levels *l);
static inline Str levels_at(const Levels *l, size_t k)
{
    return (Str){l->bytes + l->offset[k], (size_t)(l->offset[k + 1] - l->offset[k])};
}
/* Index by binary search, or -1. */
int32_t levels_find(const Levels *l, Str s);
/* One dictionary of all texts in several; map[k][i] = new index of level i of in[k]. map[k] are
 * new, free() each. */
Levels *levels_union(const Levels *const *in, size_t n, int32_t **map, Error *err);

/* Appending row by row when the length is not known: readers, expressions on text, group keys. */
typedef struct ColumnBuilder ColumnBuilder;
ColumnBuilder *builder_new(ColType type);
void builder_free(ColumnBuilder *b);
bool builder_int(ColumnBuilder *b, int64_t v, Error *err); /* COL_INT, COL_TIME, COL_BOOL */
bool builder_real(ColumnBuilder *b, double v, Error *err); /* COL_REAL; NaN becomes null */
bool builder_text(ColumnBuilder *b, Str s, Error *err);    /* COL_CODE, COL_TEXT */
bool builder_null(ColumnBuilder *b, Error *err);
void builder_time_unit(ColumnBuilder *b,
                       TimeUnit u); /* keeps the finest; TIME_DAY when never called */
size_t builder_count(const ColumnBuilder *b);
/* Ends the builder (frees it) and gives the column, levels sorted; NULL on error. One made with
 * builder_new_strings() gives COL_CODE when few values are distinct, else COL_TEXT (the rule is in
 * builder.c). */
Column *builder_finish(ColumnBuilder *b, Error *err);
/* That rule: so many distinct texts at most among `values` of them, and so many bytes on average.
 */
size_t code_levels_max(size_t values);
#define CODE_LEVEL_BYTES_MAX 200.0
ColumnBuilder *builder_new_strings(void);

#endif
