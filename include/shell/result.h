/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * result.h - what a command gives back: fields, tables, lines, notes, a plot. A format row prints
 * it; a screen may show the same. Numbers stay double until then. Everything is owned by the
 * command's arena.
 */
#ifndef GLINT_SHELL_RESULT_H
#define GLINT_SHELL_RESULT_H

#include "base/clock.h"
#include "data/frame.h"

typedef enum CellKind {
    CELL_NULL,
    CELL_TEXT,
    CELL_INT,
    CELL_REAL,
    CELL_BOOL,
    CELL_TIME,
    CELL_JSON /* text that is JSON already: a list in a cell */
} CellKind;
typedef struct Cell {
    CellKind kind;
    TimeUnit unit;
    int digits; /* LOOK_FIXED: decimals of this cell when it needs more than its column has */
    union {
        Str text;
        int64_t i;
        double d;
    } v;
} Cell;
static inline Cell cell_text(Str s)
{
    return (Cell){.kind = s.p ? CELL_TEXT : CELL_NULL, .v.text = s};
}
static inline Cell cell_int(int64_t i)
{
    return (Cell){.kind = CELL_INT, .v.i = i};
}
static inline Cell cell_real(double d) /* NaN is missing */
{
    return (Cell){.kind = d == d ? CELL_REAL : CELL_NULL, .v.d = d};
}
/* The same for LOOK_FIXED: so many decimals that `scale` (a standard error, or the value itself)
 * shows `significant` digits. */
Cell cell_fine(double d, double scale, int significant);
static inline Cell cell_bool(bool b)
{
    return (Cell){.kind = CELL_BOOL, .v.i = b};
}
/* A value of a frame, text borrowed from it. */
Cell cell_of(const Column *c, size_t row);

/* How a column of numbers is shown to people. JSON, CSV and TSV always carry 17 significant digits.
 */
typedef enum Look {
    LOOK_PLAIN,   /* 4 significant digits (ints whole, text left) */
    LOOK_SHORT,   /* `digits` significant digits, zeros kept: 1.20 */
    LOOK_FIXED,   /* `digits` decimals, more where the cell says so */
    LOOK_AMOUNT,  /* `digits` decimals, thousands apart: 52,237.0 */
    LOOK_P,       /* p-value: <0.001, 0.0024, 0.55 */
    LOOK_PERCENT, /* 0.381 -> 38.1 % */
    LOOK_BAR,     /* a signed bar; its own cell is the value, scaled over the column */
    LOOK_SIGNED,  /* +0.256: `digits` decimals with the sign */
    LOOK_COUNT    /* 60,000 */
} Look;

typedef struct TableCol {
    const char *key;   /* JSON key and CSV header: "estimate" */
    const char *title; /* what people see: "coef" */
    Look look;
    int digits;
    int priority;      /* 0 is kept longest when the terminal is narrow */
    bool human_only;   /* bars: not in JSON and CSV */
    bool machine_only; /* not shown in the aligned table; with human_only: nowhere */
    bool spill;        /* numbers; a text here runs over the empty cells behind it */
    bool together;     /* when one of these leaves a narrow screen, all do */
    bool middle;       /* what is too long loses its middle: ends tell terms apart */
    bool wrap;         /* the last column: long text goes on in further lines */
} TableCol;
/* {COL("se", "std.err"), .priority = 2} */
#define COL(k, t) .key = (k), .title = (t)

typedef struct Table {
    const char *key;    /* "coef": JSON key of the array of rows */
    const char *title;  /* or NULL */
    const char *footer; /* "30 coefficients; sorted by coefficient" or NULL */
    size_t ncols, nrows, cap;
    TableCol *cols;
    Cell *cells;  /* nrows x ncols */
    uint8_t *dim; /* per row: 1 shown dim (p > 0.1, small n) or NULL */
    bool machine_only, human_only;
    bool object;          /* JSON: its one row is an object, not an array of rows */
    bool list;            /* JSON: an array of its first column's values */
    bool blank_nulls;     /* people see nothing where a value is missing */
    bool no_header;       /* people see no header */
    const Frame *frame;   /* rows of a frame instead of cells: read as they are printed */
    const uint32_t *rows; /* which of them, or NULL: the first nrows */
    size_t indent; /* people see its rows so many columns further in */
    size_t shown;         /* rows people see (head and tail of a long table); 0: all */
    size_t total;         /* rows there are when only some were taken; 0: nrows */
} Table;

typedef struct Note {
    const char *code;        /* "leakage"; JSON notes: {"code","text"} */
    const char *text, *help; /* help may be NULL */
    bool warning;            /* drawn with a "!" */
} Note;

typedef struct Plot Plot; /* shell/plot.h */

typedef enum ItemKind {
    ITEM_LINE,
    ITEM_CHAT,
    ITEM_FIELD,
    ITEM_TABLE,
    ITEM_NOTE,
    ITEM_PLOT,
    ITEM_PICTURE,
    ITEM_RAW
} ItemKind;
typedef struct Item {
    ItemKind kind;
    const char *key; /* ITEM_FIELD */
    union {
        Str line;   /* ITEM_LINE: for people only; ITEM_CHAT: the same, silent with -q. ITEM_RAW:
                       printed as it is in every format (export, script) */
        Cell field; /* ITEM_FIELD: for machines only */
        Table *table;
        Note note;
        Plot *plot;
    } v;
} Item;

typedef struct Result {
    Arena *arena;
    const char *command; /* JSON "command" */
    size_t n, cap;
    Item *items;
    size_t nkept;
    struct {
        Frame *frame;
        void *block;
    } kept[16];
} Result;

void result_line(Result *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void result_chat(Result *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
void result_raw(Result *r, Str text);
void result_null(Result *r, const char *key);
void result_int(Result *r, const char *key, int64_t v);
void result_real(Result *r, const char *key, double v);
void result_text(Result *r, const char *key, Str v);
void result_bool(Result *r, const char *key, bool v);
void result_note(Result *r, const char *code, const char *help, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
void result_warn(Result *r, const char *code, const char *help, const char *fmt, ...)
    PRINTF_LIKE(4, 5);
/* New table added to the result; columns copied. Rows by table_row() (ncols cells). */
Table *result_table(Result *r, const char *key, const TableCol *cols, size_t ncols);
Cell *table_row(Result *r, Table *t);
Cell table_cell(const Table *t, size_t row, size_t col);
/* Rows of a frame as a table (for show, group, favourites ...): rows[] or the first n. Frame and
 * rows are borrowed and must last until the result is printed: result_keep_frame(), result_keep()
 * hand them over. */
Table *result_frame(Result *r, const char *key, const Frame *f, const uint32_t *rows, size_t n);
void result_plot(Result *r, Plot *p);
/* A plot that is drawn only when the result is saved as a picture: the text has its numbers
 * already. */
void result_picture(Result *r, Plot *p);
/* Freed with the result: a frame (one reference) or a malloc'd block. */
void result_keep_frame(Result *r, Frame *f);
void result_keep(Result *r, void *block);
void result_init(Result *r, Arena *arena, const char *command);
void result_clear(Result *r);

#endif
