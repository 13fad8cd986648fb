/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * levels.c - the dictionary of a code column: distinct texts, sorted bytewise, found by bisection.
 *
 * Sorting compares the first eight bytes as one number and looks at the texts only when those are
 * equal, so a dictionary of a million ids sorts in a fraction of a second.
 */
#include "data/column.h"

#include <stdlib.h>

#include "base/map.h"

typedef struct SortItem {
    uint64_t head; /* the first eight bytes, big end first */
    Str text;
    uint32_t given;
} SortItem;

static uint64_t head_of(Str s)
{
    uint64_t head = 0;
    for (size_t i = 0; i < 8; i++)
        head = head << 8 | (i < s.n ? (unsigned char)s.p[i] : 0);
    return head;
}

static int compare_items(const void *a, const void *b)
{
    const SortItem *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return str_cmp(x->text, y->text);
}

/* Merge sort from below: qsort() pays for a call at every comparison. NULL without memory. */
static SortItem *sort_items(SortItem *items, size_t n, Error *err)
{
    SortItem *from = items, *to = big_alloc(n, sizeof *to, false, "sorting a dictionary", err);
    if (!to) {
        free(items);
        return NULL;
    }
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run) {
            size_t i = at, mid = at + run < n ? at + run : n, j = mid,
                   end = mid + run < n ? mid + run : n;
            for (size_t k = at; k < end; k++) {
                bool left = j == end || (i < mid && (from[i].head != from[j].head
                                                         ? from[i].head < from[j].head
                                                         : compare_items(&from[i], &from[j]) <= 0));
                to[k] = left ? from[i++] : from[j++];
            }
        }
        SortItem *swap = from;
        from = to;
        to = swap;
    }
    free(to);
    return from;
}

/* Copies sorted items into a dictionary; NULL when two are equal or memory runs out. */
static Levels *levels_of_sorted(const SortItem *items, size_t n, int32_t *order, Error *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bytes += items[i].text.n;
        if (i && compare_items(&items[i - 1], &items[i]) == 0) {
            fail(err, ERR_DATA, "the level '%.*s' is given twice", STR_ARG(items[i].text));
            return NULL;
        }
    }
    Levels *l = xcalloc(1, sizeof *l);
    l->refs = 1;
    l->n = n;
    l->bytes = big_alloc(bytes, 1, false, "a dictionary", err);
    l->offset = big_alloc(n + 1, sizeof *l->offset, false, "a dictionary", err);
    if (!l->bytes || !l->offset) {
        levels_unref(l);
        return NULL;
    }
    l->offset[0] = 0;
    for (size_t i = 0; i < n; i++) {
        Str s = items[i].text;
        if (s.n)
            memcpy(l->bytes + l->offset[i], s.p, s.n);
        l->offset[i + 1] = l->offset[i] + s.n;
        if (order)
            order[items[i].given] = (int32_t)i;
    }
    return l;
}

Levels *levels_new(const Str *texts, size_t n, int32_t *order, Error *err)
{
    if (n > INT32_MAX) {
        fail(err, ERR_DATA, "%zu distinct values are too many for a dictionary", n);
        return NULL;
    }
    SortItem *items = big_alloc(n, sizeof *items, false, "sorting a dictionary", err);
    if (!items)
        return NULL;
    bool sorted = true;
    for (size_t i = 0; i < n; i++) {
        items[i] = (SortItem){head_of(texts[i]), texts[i], (uint32_t)i};
        sorted = sorted && (i == 0 || compare_items(&items[i - 1], &items[i]) <= 0);
    }
    if (!sorted && !(items = sort_items(items, n, err)))
        return NULL;
    Levels *l = levels_of_sorted(items, n, order, err);
    free(items);
    return l;
}

Levels *levels_ref(const Levels *l)
{
    Levels *mine = (Levels *)l; /* const promises the texts, not the count */
    mine->refs++;
    return mine;
}

void levels_unref(Levels *l)
{
    if (!l || --l->refs > 0)
        return;
    free(l->bytes);
    free(l->offset);
    free(l);
}

int32_t levels_find(const Levels *l, Str s)
{
    size_t lo = 0, hi = l->n;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int c = str_cmp(levels_at(l, mid), s);
        if (c == 0)
            return (int32_t)mid;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

Levels *levels_union(const Levels *const *in, size_t n, int32_t **map, Error *err)
{
    StrMap *all = strmap_new(n ? in[0]->n : 0);
    for (size_t k = 0; k < n; k++) {
        map[k] = xmalloc(in[k]->n * sizeof **map);
        for (size_t i = 0; i < in[k]->n; i++)
            map[k][i] = (int32_t)strmap_add(all, levels_at(in[k], i), NULL);
    }
    size_t count = strmap_count(all);
    Str *texts = xmalloc(count * sizeof *texts);
    int32_t *order = xmalloc(count * sizeof *order);
    for (size_t i = 0; i < count; i++)
        texts[i] = strmap_at(all, (uint32_t)i);
    Levels *l = levels_new(texts, count, order, err);
    for (size_t k = 0; k < n; k++) {
        for (size_t i = 0; l && i < in[k]->n; i++)
            map[k][i] = order[map[k][i]];
        if (!l) {
            free(map[k]);
            map[k] = NULL;
        }
    }
    free(texts);
    free(order);
    strmap_free(all);
    return l;
}
