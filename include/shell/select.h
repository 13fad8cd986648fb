/* SPDX-License-Identifier: GPL-3.0-or-later */
/* select.h - `[T] [COLS] where E sort K limit N`: the rows and columns that many commands work on.
 */
#ifndef GLINT_SHELL_SELECT_H
#define GLINT_SHELL_SELECT_H

#include "data/frameops.h"
#include "shell/command.h"

typedef struct Selection {
    const NamedData *table;
    const Frame *frame; /* the table's frame, or one of the wanted rows (owned) */
    Frame *owned;
    size_t ncols, *cols; /* wanted columns; arena */
    bool all_columns;    /* none was named */
    uint32_t *rows;      /* the order of rows, or NULL; big_alloc'd */
    size_t nrows;        /* rows after where and limit */
    size_t total;        /* rows after where */
} Selection;

/* The table: the first word when it names one, else --data, else the current one. Columns: the
 * other words. */
bool select_run(Session *s, const Args *a, Selection *out, Error *err);
void select_clear(Selection *sel);
/* The frame's rows where the `where` clause holds: new frame, or a new reference of f when there is
 * no clause. */
Frame *select_where(const Args *a, const Frame *f, const char *table, Error *err);
/* Why no row of `f` is left: "country is never 'DEU'; did you mean 'DE'?" when the `where` clause
 * compares a column with a text that it does not hold, as a note. Nothing to say: no note. */
void select_never(const Args *a, const Frame *f, Result *out);
/* The `sort` clause as keys. */
bool select_keys(const Args *a, const Frame *f, const char *table, SortKey **keys, size_t *n,
                 Error *err);

#endif
