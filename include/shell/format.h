/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * format.h - how a Result is printed. A format is a row of formats.c; it writes into an Out, which
 * knows the screen.
 */
#ifndef GLINT_SHELL_FORMAT_H
#define GLINT_SHELL_FORMAT_H

#include <stdio.h>

#include "base/file.h"
#include "shell/plot.h"
#include "shell/result.h"

/* Where text goes and what it may hold there. */
typedef struct Out {
    Buf text;
    FILE *file; /* text is passed on when there is much of it; NULL: kept whole (pager, capture) */
    FileOut *packed; /* or a file written beside and renamed */
    bool failed;     /* a write failed */
    bool terminal;   /* for people at a screen: everything untrusted is escaped */
    bool color, ascii;
    size_t width, height; /* 0: no limit */
    bool notes_inline;    /* notes stand in the text; otherwise the caller prints them on stderr */
    bool quiet;
    bool plain; /* for screen readers: no bars */
    const char *null_text;
} Out;
void out_flush(Out *o);
/* Starts and ends a look when colours are on: 'b' bold, 'd' dim, 'r' red, 'y' yellow, 'c' cyan, 'n'
 * blue, 'o' yellow. */
void out_look(Out *o, char look);
void out_plain(Out *o);

typedef struct Format {
    const char *name, *endings; /* "csv"; "csv" - blank-separated file endings */
    bool for_people;            /* lines, notes and plots are printed, numbers are short */
    void (*print)(const Result *r, Out *o);
    const char *brief;
} Format;
const Format *format_table(size_t *n);
const Format *format_find(Str name);                 /* or NULL */
const Format *format_of_file(Str path);              /* by its ending, or NULL */
extern const Format format_aligned, format_vertical; /* `table` and \x */

/* A cell as machines read it: 17 significant digits, ISO times, text as it is, nothing for missing.
 */
void buf_cell(Buf *b, Cell c);
/* A cell as people read it, without padding. */
void buf_cell_people(Buf *b, Cell c, const TableCol *col, const char *null_text);
/* 4 significant digits (whole numbers whole): 0.3201, 51205, 1.2e+20 */
void buf_digits(Buf *b, double v, int digits);
/* The text in at most `room` cells: one that is longer loses its middle, since ends tell terms
 * apart. */
void buf_ends(Buf *b, Str text, size_t room, bool ascii);
/* 52,237.0: so many decimals, thousands apart. */
void buf_amount(Buf *b, double v, int digits);
/* <0.001, 0.0024, 0.55 */
void buf_pvalue(Buf *b, double p);
/* Text with <, >, & and quotes made harmless. */
void buf_html(Buf *b, Str s);
/* "60,000" in a command's arena, for lines. */
const char *result_count(Result *r, int64_t n);
/* "1 row", "60,000 rows" */
const char *result_plural(Result *r, int64_t n, const char *noun);
/* 4 significant digits in a command's arena. */
const char *result_short(Result *r, double v);
const char *arena_escaped(Arena *a, Str s);
/* A note in words: "! leakage: ..." and its help below, wrapped at the screen. */
void out_note(Out *o, const Note *n);
/* Text broken at blanks to the width, further lines indented. `first`: columns taken already. */
void out_wrapped(Out *o, Str s, size_t first, size_t indent);
/* Columns of a table that this format shows, in order: machine_only or human_only left out. */
size_t table_columns(const Table *t, bool for_people, size_t *cols /* ncols */);
/* The rows people see: head, then a gap (SIZE_MAX), then tail, when the table is long. */
size_t table_shown(const Table *t, size_t *rows /* shown + 1 or nrows */);
/* Does the table hold the numbers of a picture, for those who cannot see it? */
bool table_behind_plot(const Result *r, const Table *t);

void fmt_aligned_print(const Result *r, Out *o);
void fmt_vertical_print(const Result *r, Out *o);
void fmt_csv_print(const Result *r, Out *o);
void fmt_tsv_print(const Result *r, Out *o);
void fmt_json_print(const Result *r, Out *o);
void fmt_markdown_print(const Result *r, Out *o);
void fmt_latex_print(const Result *r, Out *o);
void fmt_html_print(const Result *r, Out *o);

/* fmt_aligned.c: one table alone (the screens and the formats that borrow its numbers). */
void table_print_aligned(const Table *t, Out *o);

#endif
