/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * map.c - text or 64-bit keys to small numbers, in order of arrival.
 *
 * Open addressing with linear probing in a table of 2^k slots, at most half full. A slot holds the
 * index plus one and the upper half of the hash, so that a miss rarely looks at the text. Texts lie
 * one behind the other in one buffer; `ends` says where each stops. Growing rehashes from the kept
 * hashes (texts) or from the keys themselves.
 *
 * A map ends the program when memory runs out: it is as large as the distinct values, not as the
 * rows.
 */
#include "base/map.h"

#include <stdlib.h>

typedef struct Slot {
    uint32_t index_plus_1; /* 0: free */
    uint32_t tag;          /* upper half of the hash */
} Slot;

typedef struct Slots {
    Slot *at;
    size_t mask; /* count of slots - 1 */
} Slots;

static Slots slots_new(size_t expected)
{
    size_t n = 16;
    while (n < 2 * expected)
        n *= 2;
    return (Slots){xcalloc(n, sizeof(Slot)), n - 1};
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

/* Puts an index that is known to be new. */
static void slots_put(Slots *s, uint64_t hash, uint32_t index)
{
    size_t i = (size_t)hash & s->mask;
    while (s->at[i].index_plus_1)
        i = (i + 1) & s->mask;
    s->at[i] = (Slot){index + 1, tag_of(hash)};
}

static bool slots_full(const Slots *s, size_t count)
{
    return 2 * (count + 1) > s->mask + 1;
}

/* ---- texts ---- */

struct StrMap {
    Slots slots;
    size_t count, cap;
    size_t *ends;     /* where text i stops in `bytes`; it starts where text i-1 stops */
    uint64_t *hashes; /* of text i */
    Buf bytes;
};

StrMap *strmap_new(size_t expected)
{
    StrMap *m = xcalloc(1, sizeof *m);
    m->slots = slots_new(expected);
    return m;
}

void strmap_free(StrMap *m)
{
    if (!m)
        return;
    free(m->slots.at);
    free(m->ends);
    free(m->hashes);
    buf_free(&m->bytes);
    free(m);
}

size_t strmap_count(const StrMap *m)
{
    return m->count;
}

Str strmap_at(const StrMap *m, uint32_t i)
{
    size_t from = i ? m->ends[i - 1] : 0;
    return str_sub(buf_slice(&m->bytes), from, m->ends[i]);
}

static uint32_t find_hashed(const StrMap *m, Str s, uint64_t hash)
{
    for (size_t i = (size_t)hash & m->slots.mask;; i = (i + 1) & m->slots.mask) {
        Slot slot = m->slots.at[i];
        if (!slot.index_plus_1)
            return UINT32_MAX;
        if (slot.tag == tag_of(hash) && str_eq(strmap_at(m, slot.index_plus_1 - 1), s))
            return slot.index_plus_1 - 1;
    }
}

uint32_t strmap_find(const StrMap *m, Str s)
{
    return find_hashed(m, s, str_hash(s));
}

uint32_t strmap_add(StrMap *m, Str s, bool *added)
{
    uint64_t hash = str_hash(s);
    uint32_t found = find_hashed(m, s, hash);
    if (added)
        *added = found == UINT32_MAX;
    if (found != UINT32_MAX)
        return found;
    if (slots_full(&m->slots, m->count)) {
        free(m->slots.at);
        m->slots = slots_new(2 * (m->count + 1));
        for (size_t i = 0; i < m->count; i++)
            slots_put(&m->slots, m->hashes[i], (uint32_t)i);
    }
    if (m->count == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 16;
        m->ends = xrealloc(m->ends, m->cap * sizeof *m->ends);
        m->hashes = xrealloc(m->hashes, m->cap * sizeof *m->hashes);
    }
    uint32_t index = (uint32_t)m->count++;
    buf_str(&m->bytes, s);
    m->ends[index] = m->bytes.n;
    m->hashes[index] = hash;
    slots_put(&m->slots, hash, index);
    return index;
}

/* ---- integers ---- */

struct IntMap {
    Slots slots;
    size_t count, cap;
    uint64_t *keys;
};

/* The finaliser of splitmix64: keys are often 1, 2, 3 ... */
static uint64_t hash_key(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

IntMap *intmap_new(size_t expected)
{
    IntMap *m = xcalloc(1, sizeof *m);
    m->slots = slots_new(expected);
    return m;
}

void intmap_free(IntMap *m)
{
    if (!m)
        return;
    free(m->slots.at);
    free(m->keys);
    free(m);
}

size_t intmap_count(const IntMap *m)
{
    return m->count;
}

uint64_t intmap_at(const IntMap *m, uint32_t i)
{
    return m->keys[i];
}

uint32_t intmap_find(const IntMap *m, uint64_t key)
{
    uint64_t hash = hash_key(key);
    for (size_t i = (size_t)hash & m->slots.mask;; i = (i + 1) & m->slots.mask) {
        Slot slot = m->slots.at[i];
        if (!slot.index_plus_1)
            return UINT32_MAX;
        if (slot.tag == tag_of(hash) && m->keys[slot.index_plus_1 - 1] == key)
            return slot.index_plus_1 - 1;
    }
}

uint32_t intmap_add(IntMap *m, uint64_t key, bool *added)
{
    uint32_t found = intmap_find(m, key);
    if (added)
        *added = found == UINT32_MAX;
    if (found != UINT32_MAX)
        return found;
    if (slots_full(&m->slots, m->count)) {
        free(m->slots.at);
        m->slots = slots_new(2 * (m->count + 1));
        for (size_t i = 0; i < m->count; i++)
            slots_put(&m->slots, hash_key(m->keys[i]), (uint32_t)i);
    }
    if (m->count == m->cap) {
        m->cap = m->cap ? 2 * m->cap : 16;
        m->keys = xrealloc(m->keys, m->cap * sizeof *m->keys);
    }
    uint32_t index = (uint32_t)m->count++;
    m->keys[index] = key;
    slots_put(&m->slots, hash_key(key), index);
    return index;
}
