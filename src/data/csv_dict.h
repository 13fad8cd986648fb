/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_dict.h - texts of one column to numbers, as they come; each thread has its own dictionary.
 *
 * A slot holds the text's first eight bytes as a number, its length and its index, so that the
 * short names which make up most columns are found without following a pointer. A lookup is in two
 * steps, csv_dict_key() and csv_dict_find(): with a batch of texts the first step fetches all their
 * slots, and the second finds them in the cache.
 */
#ifndef GLINT_DATA_CSV_DICT_H
#define GLINT_DATA_CSV_DICT_H

#include "base/simd.h"
#include "csv_priv.h"

typedef struct CsvSlot {
    uint64_t head;
    uint32_t n;
    uint32_t index_plus_1; /* 0: free */
} CsvSlot;

typedef struct CsvEntry {
    const char *p;
    uint32_t n;
    uint32_t hash;
} CsvEntry;

struct CsvDict {
    CsvSlot *slots;
    size_t mask;
    CsvEntry *entries;
    size_t count, cap;
    char **blocks;
    size_t nblocks;
    char *room; /* free bytes of the last block */
    size_t left;
};

typedef struct CsvKey {
    uint64_t head; /* the first eight bytes */
    uint32_t hash;
} CsvKey;

SIMD_INLINE uint64_t csv_load8(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

/* The first eight bytes, zeros behind the end. Bytes are in the machine's order: it is only
 * compared and hashed. */
SIMD_INLINE uint64_t csv_head(Str s, const char *limit)
{
    if (s.n >= 8)
        return csv_load8(s.p);
    uint64_t v = 0;
    if (limit - s.p < 8) {
        memcpy(&v, s.p, s.n);
        return v;
    }
    static const uint64_t keep[8] = {0,          0xff,         0xffff,         0xffffff,
                                     0xffffffff, 0xffffffffff, 0xffffffffffff, 0xffffffffffffff};
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    return csv_load8(s.p) & keep[s.n];
#else
    (void)keep;
    memcpy(&v, s.p, s.n);
    return v;
#endif
}

/* Both halves of a product: every bit of x reaches every bit of the sum (Wang Yi, wyhash; the
 * constants are its). */
SIMD_INLINE uint64_t csv_stir(uint64_t x, uint64_t k)
{
    __extension__ typedef unsigned __int128 Wide;
    Wide product = (Wide)x * k;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

SIMD_INLINE uint32_t csv_hash(Str s, uint64_t head)
{
    const uint64_t k0 = UINT64_C(0xa0761d6478bd642f), k1 = UINT64_C(0xe7037ed1a0b428db);
    uint64_t h = csv_stir(head ^ k0, k1 + s.n);
    if (s.n > 8) {
        for (size_t i = 8; i + 8 < s.n; i += 8)
            h = csv_stir(h ^ csv_load8(s.p + i), k0);
        h = csv_stir(h ^ csv_load8(s.p + s.n - 8), k1);
    }
    return (uint32_t)h;
}

SIMD_INLINE bool csv_same_tail(const char *a, const char *b, size_t n)
{
    if (n <= 16)
        return csv_load8(a + n - 8) == csv_load8(b + n - 8);
    return memcmp(a + 8, b + 8, n - 8) == 0;
}

/* `limit` is where reading eight bytes must stop. */
SIMD_INLINE CsvKey csv_dict_key(Str s, const char *limit)
{
    uint64_t head = csv_head(s, limit);
    return (CsvKey){head, csv_hash(s, head)};
}

/* Are the slots in the first-level cache anyway? */
SIMD_INLINE bool csv_dict_is_small(const CsvDict *d)
{
    return d->mask < 1024;
}

SIMD_INLINE void csv_dict_fetch(const CsvDict *d, CsvKey key)
{
    __builtin_prefetch(&d->slots[key.hash & d->mask]);
}

/* Adds a text that is known to be new; -1 without memory. */
int32_t csv_dict_new_text(CsvDict *d, Str s, CsvKey key);

/* Number of `s`, new or old; -1 without memory. */
SIMD_INLINE int32_t csv_dict_find(CsvDict *d, Str s, CsvKey key)
{
    for (size_t at = key.hash & d->mask;; at = (at + 1) & d->mask) {
        const CsvSlot *slot = &d->slots[at];
        if (slot->head == key.head && slot->n == s.n && slot->index_plus_1 &&
            (s.n <= 8 || csv_same_tail(d->entries[slot->index_plus_1 - 1].p, s.p, s.n)))
            return (int32_t)slot->index_plus_1 - 1;
        if (!slot->index_plus_1)
            return csv_dict_new_text(d, s, key);
    }
}

#endif
