/* SPDX-License-Identifier: GPL-3.0-or-later */
/* folds.c - folds of rows at random, by time or by user, for cv and path. */
#include <stdlib.h>

#include "shell/folds.h"

const char *const fold_splits[] = {"random", "time", "user", NULL};

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

bool folds_spec(const Session *s, const Args *a, const Frame *f, const char *table, size_t k,
                FoldSpec *out, Error *err)
{
    static const SplitKind kinds[] = {SPLIT_RANDOM, SPLIT_TIME, SPLIT_USER};
    *out = (FoldSpec){.k = k,
                      .kind = kinds[args_choice(a, "split")],
                      .given = args_z(a, "folds"),
                      .seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed};
    if (out->given)
        return frame_need(f, str_of(out->given), table, args_at(a, "folds"), err) != NULL;
    return fold_column(a, f, table, out->kind, &out->column, err);
}
