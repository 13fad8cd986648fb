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

#endif
