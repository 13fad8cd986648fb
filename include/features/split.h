/* SPDX-License-Identifier: GPL-3.0-or-later */
/* split.h - which rows train and which test; folds. By row at random, by time (the last part), by
 * user (whole users). */
#ifndef GLINT_FEATURES_SPLIT_H
#define GLINT_FEATURES_SPLIT_H

#include "data/frame.h"

typedef enum SplitKind { SPLIT_RANDOM, SPLIT_TIME, SPLIT_USER } SplitKind;
typedef struct Split {
    uint32_t *train, *test; /* row numbers in ascending order, big_alloc'd */
    size_t ntrain, ntest;
    int64_t cut; /* SPLIT_TIME: test rows are at or after this moment; ties stay together */
    TimeUnit unit;
    bool moment; /* the column holds moments, and cut is one */
} Split;
/* `column` is the time column (time, or any number) or the user column; unused for random. A row
 * without a time trains; rows without a user count as one user. Both parts get at least one row, or
 * it fails. */
bool split_make(const Frame *f, SplitKind kind, const char *column, double test_frac, uint64_t seed,
                Split *out, Error *err);
void split_clear(Split *s);
/* fold[i] in 0..k-1 for each row of the frame: at random, in order of time (ties together), or by
 * whole users. */
bool split_folds(const Frame *f, SplitKind kind, const char *column, size_t k, uint64_t seed,
                 uint32_t *fold, Error *err);
bool split_kind_parse(Str s, SplitKind *out);

#endif
