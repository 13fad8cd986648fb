/* SPDX-License-Identifier: GPL-3.0-or-later */
/* map.h - text or integer to index: column names, levels, keys of a join. Open addressing; copies
 * text. */
#ifndef GLINT_BASE_MAP_H
#define GLINT_BASE_MAP_H

#include "base/str.h"

/* Distinct texts numbered 0, 1, 2 ... in order of arrival. */
typedef struct StrMap StrMap;
StrMap *strmap_new(size_t expected);
void strmap_free(StrMap *m);
/* Index of `s`, added if new (*added says so; may be NULL). The bytes are copied. */
uint32_t strmap_add(StrMap *m, Str s, bool *added);
/* Index of `s` or UINT32_MAX. */
uint32_t strmap_find(const StrMap *m, Str s);
Str strmap_at(const StrMap *m, uint32_t i);
size_t strmap_count(const StrMap *m);

/* Distinct 64-bit keys numbered in order of arrival. */
typedef struct IntMap IntMap;
IntMap *intmap_new(size_t expected);
void intmap_free(IntMap *m);
uint32_t intmap_add(IntMap *m, uint64_t key, bool *added);
uint32_t intmap_find(const IntMap *m, uint64_t key);
uint64_t intmap_at(const IntMap *m, uint32_t i);
size_t intmap_count(const IntMap *m);

#endif
