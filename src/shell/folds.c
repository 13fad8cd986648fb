/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.c - folds of rows at random, by time or by user, for cv and path. */
#include <stdlib.h>

#include "shell/folds.h"

const char *const fold_splits[] = {"random", "time", "user", NULL};

/* Which column folds go by: as said, or by the names of the table's columns. */
bool fold_column(const Args *a, const Frame *f, const char *table, SplitKind kind, const char **out,
                 Error *err)
{
    *out = args_z(a, "split-column");
    if (*out && !frame_need(f, str_of(*out), table, args_at(a, "split-column"), err))
        return false;
    if (*out || kind == SPLIT_RANDOM)
        return true;
    RoleMap roles = roles_guess(table, f);
    long col = roles.col[kind == SPLIT_TIME ? ROLE_TIME : ROLE_USER];
    for (size_t j = 0; col < 0 && kind == SPLIT_TIME && j < f->ncols; j++)
        if (f->cols[j]->type == COL_TIME)
            col = (long)j;
    if (col < 0) {
        fail(err, ERR_USAGE, "no column tells the %s of a row",
             kind == SPLIT_TIME ? "time" : "user");
        return error_hint(err, "name it: --split-column COLUMN");
    }
    *out = f->names[col];
    return true;
}

/* Fold numbers of the rows; big_alloc'd. */
uint32_t *folds_of(const Session *s, const Args *a, const Frame *f, const char *table, size_t k,
                   Error *err)
{
    static const SplitKind kinds[] = {SPLIT_RANDOM, SPLIT_TIME, SPLIT_USER};
    SplitKind kind = kinds[args_choice(a, "split")];
    const char *column = NULL;
    uint64_t seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed;
    if (!fold_column(a, f, table, kind, &column, err))
        return NULL;
    uint32_t *fold = big_alloc(f->rows ? f->rows : 1, sizeof *fold, false, "folds", err);
    if (fold && !split_folds(f, kind, column, k, seed, fold, err)) {
        free(fold);
        return NULL;
    }
    return fold;
}

/* Row numbers inside (or outside) a fold. */
size_t fold_rows(const uint32_t *fold, size_t n, uint32_t k, bool inside, uint32_t *rows)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if ((fold[i] == k) == inside)
            rows[m++] = (uint32_t)i;
    return m;
}
