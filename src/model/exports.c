/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exports.c - the table of export formats. To add one: write export_x.c over the program of
 * export_plan.h, and its row.
 */
#include "model/exports.h"

#include <stdlib.h>

#include "export_plan.h"

static const Export formats[] = {
    {"json", ".json", "a description that any program can follow", export_json},
    {"sql", ".sql", "a SELECT that scores a table", export_sql},
    {"python", ".py", "a function of columns; numpy, or nothing at all", export_python},
    {"painless", ".painless", "a script that scores documents in the engine", export_painless},
    {"c", ".c", "one C function", export_c},
    {"pmml", ".pmml", "Predictive Model Markup Language 4.4", export_pmml},
};
#define NFORMATS (sizeof formats / sizeof *formats)

const Export *export_table(size_t *n)
{
    *n = NFORMATS;
    return formats;
}

const Export *export_find(Str name, Span at, Error *err)
{
    Str names[NFORMATS];
    for (size_t i = 0; i < NFORMATS; i++) {
        if (str_ieq(name, str_of(formats[i].name)))
            return &formats[i];
        names[i] = str_of(formats[i].name);
    }
    long near = nearest_name(name, names, NFORMATS);
    fail_at(err, ERR_NAME, at, "no export format '%.*s'", STR_ARG(name));
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", formats[near].name);
    else
        error_hint(err, "json sql python painless c pmml");
    return NULL;
}

const Export *export_by_ending(Str path)
{
    for (size_t i = 0; i < NFORMATS; i++) {
        Str ending = str_of(formats[i].ending);
        if (path.n > ending.n && str_eq(str_sub(path, path.n - ending.n, path.n), ending))
            return &formats[i];
    }
    return NULL;
}
