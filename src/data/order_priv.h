/* SPDX-License-Identifier: GPL-3.0-or-later */
/* order_priv.h - sorting and selection that several files of the room use. Source: order.c. */
#ifndef GLINT_DATA_ORDER_PRIV_H
#define GLINT_DATA_ORDER_PRIV_H

#include "data/column.h"

/* All row numbers by the values of one column: stable, nulls last. big_alloc'd. */
uint32_t *order_of_column(const Column *c, bool descending, Error *err);
/* Sorts rows[0..n-1] stably by the column's values, nulls last. */
bool order_rows(const Column *c, bool descending, uint32_t *rows, size_t n, Error *err);
/* A number that orders as the row's value does: not for texts, and nulls aside. */
uint64_t order_key(const Column *c, size_t row);
/* Below 0, 0, above 0 as row a comes before, with or behind row b: any type, nulls last either way.
 */
int order_compare(const Column *c, bool descending, size_t a, size_t b);
/* The number behind a key of this type: what column_real() would give. */
double order_key_real(ColType t, uint64_t key);
/* Puts the k-th smallest (from 0) at v[k], smaller ones before it. */
void select_nth(double *v, size_t n, size_t k);
/* Quantile type 7 of unsorted values, which it reorders; NaN of none. */
double select_quantile(double *v, size_t n, double q);

#endif
