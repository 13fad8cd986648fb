/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exports.h - a model as text that something else can run or read. A row of the table is a format;
 * each gives the same predictions as model_predict() to 1e-12.
 */
#ifndef GLINT_MODEL_EXPORTS_H
#define GLINT_MODEL_EXPORTS_H

#include "model/model.h"

typedef struct Export {
    const char *name;   /* "sql" */
    const char *ending; /* ".sql" */
    const char *brief;
    bool (*write)(const Model *m, Buf *out, Error *err);
} Export;
const Export *export_table(size_t *n);
/* The format of that name, or NULL with ERR_NAME and a hint. */
const Export *export_find(Str name, Span at, Error *err);
/* The format by a file's ending, or NULL. */
const Export *export_by_ending(Str path);

/* One row of the design matrix as Painless, for sums where the documents are. Run on a document,
 * `body` fills
 *     int k, int[] ix, double[] x   its columns that are not 0: k of them, their numbers and their
 *                                   values less centre[]
 *     double y                      the response
 * or jumps over the document with `a[2] += 1.0; return;` where something is missing. `functions`
 * stand before it; `tables` is the JSON of params it reads, without braces. */
typedef struct RowScript {
    Buf functions, body, tables;
    size_t slots; /* room that ix and x need */
} RowScript;
/* The field that holds a column's values in the engine. */
typedef const char *(*FieldOf)(const void *ctx, const char *column);
/* `response` is the type of its column. centre: p, of columns that are numbers alone; NULL: none.
 * False for sum coding and what Painless cannot say. */
bool row_script(const Model *m, ColType response, const double *centre, FieldOf field,
                const void *ctx, RowScript *out, Error *err);
void row_script_clear(RowScript *r);

#endif
