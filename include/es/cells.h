/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cells.h - distinct combinations of fields with their counts, counted by the engine (composite
 * aggregation).
 */
#ifndef GLINT_ES_CELLS_H
#define GLINT_ES_CELLS_H

#include "es/schema.h"

typedef enum CellSource {
    CELL_TERMS,  /* the value as it is */
    CELL_MOMENT, /* a date, to the millisecond */
    CELL_HOUR    /* hour of the day of a date, 0 .. 23 UTC: folded here */
} CellSource;
typedef struct CellField {
    const char *field; /* "user", or "title.raw" */
    const char *name;  /* column of the result */
    CellSource source;
} CellField;

/* New frame: a column a field (texts as code or text, numbers as int or real, null where the
 * document lacks it) and `count`. All pages are followed under one snapshot where the engine has
 * such; the counts must add up to the engine's own number of documents or it fails (lists in a
 * field count a document once a value: told by that check). */
Frame *es_cells(Client *c, const char *index, Str query, const CellField *fields, size_t n,
                Error *err);
/* The same rows written out: each as often as its count (what `count` says), without the count
 * column. */
Frame *cells_expand(const Frame *cells, Error *err);

#endif
