/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vector.h - rows as points: columns on a common scale, exact nearest neighbours, dense vectors
 * for an engine.
 */
#ifndef GLINT_FEATURES_VECTOR_H
#define GLINT_FEATURES_VECTOR_H

#include "data/frame.h"

typedef struct VectorSpace VectorSpace;
typedef struct Neighbour {
    uint32_t row;    /* of the space's frame */
    double distance; /* 0: the same in every column */
} Neighbour;

/* A space of the named columns of `f` (NULL: all int, real, bool and code ones). The frame is
 * shared. Columns that do not vary are passed over; text and time cannot be used and fail when
 * named. */
VectorSpace *vectors_new(const Frame *f, const char *const *columns, size_t ncols, Error *err);
void vectors_free(VectorSpace *v); /* NULL is fine */

/* The k rows of the space that are nearest to row `row` of `query` (columns by name; one that is
 * missing, or null, is the typical value), nearest first, ties by row number. `skip` is a row
 * left out (the query itself), UINT32_MAX for none. Returns how many there are in *out (k entries
 * at least), 0 with err set on failure. */
size_t vectors_nearest(VectorSpace *v, const Frame *query, size_t row, size_t k, uint32_t skip,
                       Neighbour *out, Error *err);

/* The space's row as a dense vector, so that Euclidean distance of two vectors is the distance
 * above (levels beyond VECTOR_LEVELS of a column fall together). */
#define VECTOR_LEVELS 64
size_t vectors_dims(const VectorSpace *v);
void vectors_row(const VectorSpace *v, size_t row, float *out);
/* What dimension d is: "age", "lang=java"; appended to `out`. */
void vectors_dim_name(const VectorSpace *v, size_t d, Buf *out);

#endif
