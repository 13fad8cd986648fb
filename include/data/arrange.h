/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arrange.h - the rows of a frame that pass a filter, in the order of a column, found a slice at a
 * time: for a screen that goes on answering keys meanwhile.
 */
#ifndef GLINT_DATA_ARRANGE_H
#define GLINT_DATA_ARRANGE_H

#include "data/expr.h"

typedef struct Arranger Arranger;

/* `where` may be empty, `key` NULL. Fails on text that is no condition on this frame. */
Arranger *arranger_new(const Frame *f, Str where, const char *table, const SortKey *key,
                       Error *err);
void arranger_free(Arranger *a);
/* A slice of work, some milliseconds: *more tells whether another is needed, *done how far it is, 0
 * to 1. */
bool arranger_step(Arranger *a, bool *more, double *done, Error *err);
/* When there is no more: the row numbers, the caller's to free(); NULL when it is all rows as they
 * are. */
uint32_t *arranger_take(Arranger *a, size_t *n);

#endif
