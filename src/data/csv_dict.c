/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_dict.c - texts of one column to numbers, as they come; each thread has its own.
 *
 * Open addressing, at most half full; the lookup itself is in csv_dict.h. Texts lie in blocks that
 * never move.
 *
 * csv_dict_merge() puts the threads' dictionaries together and sorts: the levels of a column do not
 * depend on which thread saw which text first.
 */
#include <stdlib.h>

#include "csv_dict.h"

#define TEXT_BLOCK ((size_t)64 << 10)
#define SPARSE_SLOTS 4096
#define SLACK 8 /* bytes behind each text that may be read */

CsvDict *csv_dict_new(void)
{
    CsvDict *d = xcalloc(1, sizeof *d);
    d->mask = 15;
    d->slots = xcalloc(d->mask + 1, sizeof *d->slots);
    return d;
}

void csv_dict_free(CsvDict *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < d->nblocks; i++)
        free(d->blocks[i]);
    free(d->blocks);
    free(d->entries);
    free(d->slots);
    free(d);
}

size_t csv_dict_count(const CsvDict *d)
{
    return d ? d->count : 0;
}

Str csv_dict_at(const CsvDict *d, size_t i)
{
    return (Str){d->entries[i].p, d->entries[i].n};
}

static bool grow_slots(CsvDict *d)
{
    size_t n = 2 * (d->mask + 1);
    CsvSlot *slots = calloc(n, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i <= d->mask; i++) {
        if (!d->slots[i].index_plus_1)
            continue;
        size_t at = d->entries[d->slots[i].index_plus_1 - 1].hash & (n - 1);
        while (slots[at].index_plus_1)
            at = (at + 1) & (n - 1);
        slots[at] = d->slots[i];
    }
    free(d->slots);
    d->slots = slots;
    d->mask = n - 1;
    return true;
}

static const char *keep_text(CsvDict *d, Str s)
{
    if (s.n + SLACK > d->left) {
        size_t bytes = d->nblocks ? TEXT_BLOCK : 256;
        if (bytes < s.n + SLACK)
            bytes = s.n + SLACK;
        char **blocks = realloc(d->blocks, (d->nblocks + 1) * sizeof *blocks);
        if (!blocks)
            return NULL;
        d->blocks = blocks;
        if (!(d->room = calloc(bytes, 1)))
            return NULL;
        d->blocks[d->nblocks++] = d->room;
        d->left = bytes;
    }
    char *p = d->room;
    if (s.n)
        memcpy(p, s.p, s.n);
    d->room += s.n; /* the next text may lie in this one's slack: only bytes below n count */
    d->left -= s.n;
    return p;
}

int32_t csv_dict_new_text(CsvDict *d, Str s, CsvKey key)
{
    /* small tables are kept three quarters empty: a second look costs more than their memory */
    size_t spread = d->mask < SPARSE_SLOTS ? 4 : 2;
    if (spread * (d->count + 1) > d->mask + 1 && !grow_slots(d))
        return -1;
    if (d->count == d->cap) {
        size_t cap = d->cap ? 2 * d->cap : 16;
        CsvEntry *entries = realloc(d->entries, cap * sizeof *entries);
        if (!entries)
            return -1;
        d->entries = entries;
        d->cap = cap;
    }
    const char *p = keep_text(d, s);
    if (!p || d->count >= INT32_MAX)
        return -1;
    d->entries[d->count] = (CsvEntry){p, (uint32_t)s.n, key.hash};
    size_t at = key.hash & d->mask;
    while (d->slots[at].index_plus_1)
        at = (at + 1) & d->mask;
    d->slots[at] = (CsvSlot){key.head, (uint32_t)s.n, (uint32_t)d->count + 1};
    return (int32_t)d->count++;
}

/* ---- all threads' texts in one ---- */

/* Adds the texts of `from`; map[i] = number in `all`. */
static bool add_all(CsvDict *all, const CsvDict *from, int32_t *map)
{
    for (size_t i = 0; i < from->count; i++) {
        Str s = csv_dict_at(from, i);
        map[i] = csv_dict_find(all, s, csv_dict_key(s, s.p + s.n));
        if (map[i] < 0)
            return false;
    }
    return true;
}

static bool is_prose(const CsvDict *all, size_t max, double mean)
{
    double bytes = 0;
    for (size_t i = 0; i < all->count; i++)
        bytes += all->entries[i].n;
    return all->count > max || bytes > mean * (double)all->count;
}

static Levels *sort_all(const CsvDict *all, int32_t **order)
{
    Levels *l = NULL;
    Str *texts = big_alloc(all->count, sizeof *texts, false, "a dictionary", NULL);
    *order = big_alloc(all->count, sizeof **order, false, "a dictionary", NULL);
    if (texts && *order) {
        for (size_t i = 0; i < all->count; i++)
            texts[i] = csv_dict_at(all, i);
        l = levels_new(texts, all->count, *order, NULL);
    }
    free(texts);
    return l;
}

Levels *csv_dict_merge(CsvDict *const *dicts, size_t n, size_t max, double mean, int32_t **map,
                       bool *many)
{
    Levels *l = NULL;
    int32_t *order = NULL;
    CsvDict *all = csv_dict_new();
    *many = false;
    for (size_t k = 0; k < n; k++) {
        if (!dicts[k])
            continue;
        map[k] = big_alloc(dicts[k]->count, sizeof **map, false, "a dictionary", NULL);
        if (!map[k] || !add_all(all, dicts[k], map[k]))
            goto done;
    }
    *many = is_prose(all, max, mean);
    if (!*many && (l = sort_all(all, &order)))
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < csv_dict_count(dicts[k]); i++)
                map[k][i] = order[map[k][i]];
done:
    free(order);
    csv_dict_free(all);
    return l;
}
