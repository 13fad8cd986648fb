/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sort.h - numbers in order: radix sort of 64-bit keys and of doubles. */
#ifndef GLINT_BASE_SORT_H
#define GLINT_BASE_SORT_H

#include <stdint.h>

#include "base/error.h"

/* Bits of a double that order as the doubles do (-0 as 0), and back. */
uint64_t sort_key(double v);
double sort_key_real(uint64_t key);

/* Sorts n keys ascending; the answer is in the returned one of the two arrays of n. */
uint64_t *sort_keys(uint64_t *v, uint64_t *spare, size_t n);
/* The same on threads; NULL when cancelled or out of memory, both arrays then hold rubbish. */
uint64_t *sort_keys_par(uint64_t *v, uint64_t *spare, size_t n, Error *err);
/* Sorts n doubles ascending, in place; none is NaN. */
void sort_reals(double *v, size_t n);

#endif
