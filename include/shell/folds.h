/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.h - which rows belong together when a model is tested on what it has not seen. */
#ifndef GLINT_SHELL_FOLDS_H
#define GLINT_SHELL_FOLDS_H

#include "model/cv.h"
#include "shell/command.h"

/* The column that folds of a kind go by: --split-column, or by the names of the table's columns;
 * NULL for random. */
bool fold_column(const Args *a, const Frame *f, const char *table, SplitKind kind, const char **out,
                 Error *err);
/* Folds by --split, --split-column, --folds and --seed. */
bool folds_spec(const Session *s, const Args *a, const Frame *f, const char *table, size_t k,
                FoldSpec *out, Error *err);

extern const char *const fold_splits[];
#define OPT_FOLD_ROWS                                                                              \
    {.name = "split",                                                                              \
     .type = OPT_CHOICE,                                                                           \
     .choices = fold_splits,                                                                       \
     .def = "random",                                                                              \
     .brief = "what stays together in a fold"},                                                    \
        {.name = "split-column",                                                                   \
         .type = OPT_COLUMN,                                                                       \
         .metavar = "c",                                                                           \
         .brief = "time or user column of the folds"},                                             \
        {.name = "folds",                                                                          \
         .type = OPT_COLUMN,                                                                       \
         .metavar = "c",                                                                           \
         .brief = "a column whose values are the folds"},                                          \
    {                                                                                              \
        .name = "seed", .type = OPT_INT, .min = 0, .max = 9e15, .metavar = "N",                    \
        .brief = "seed of the folds"                                                               \
    }

#endif
