/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group_priv.h - numbering the values of one column, for grouping and for counting distinct values.
 */
#ifndef GLINT_DATA_GROUP_PRIV_H
#define GLINT_DATA_GROUP_PRIV_H

#include "data/frameops.h"

/* ids[i] = number of the value of row i, 0 .. *n-1 in order of the first row; null is a value of
 * its own. */
bool group_number(const Column *c, uint32_t *ids, size_t *n, Error *err);

#endif
