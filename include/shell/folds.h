/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.h - which rows belong together when a model is tested on what it has not seen. */
#ifndef GLINT_SHELL_FOLDS_H
#define GLINT_SHELL_FOLDS_H

#include "shell/command.h"

#define FOLDS_MAX 100

/* The fold (0 .. k-1) of each row, by --split, --split-column and --seed; big_alloc'd, NULL on
 * failure. */
uint32_t *folds_of(const Session *s, const Args *a, const Frame *f, const char *table, size_t k,
                   Error *err);
/* The column that a split goes by: --split-column, or by the names and types of the table's
 * columns; NULL for random. */
bool fold_column(const Args *a, const Frame *f, const char *table, SplitKind kind, const char **out,
                 Error *err);
/* Row numbers inside (or outside) fold k into rows[n]; how many. */
size_t fold_rows(const uint32_t *fold, size_t n, uint32_t k, bool inside, uint32_t *rows);

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
    {                                                                                              \
        .name = "seed", .type = OPT_INT, .min = 0, .max = 9e15, .metavar = "N",                    \
        .brief = "seed of the folds"                                                               \
    }

#endif
