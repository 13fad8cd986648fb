/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timeline.c - events of each user, post or pair in the order of time, so that "strictly before"
 * is a position.
 *
 * maker.c sorts the events by time once (order_by_time: a radix sort of 8-bit digits, digits that
 * are the same in all keys skipped) and then scatters them by group (timeline_build: a counting
 * sort, which keeps the order of time within a group). A row's history is found by binary search
 * for its moment in its group; ties lie behind that position and do not count. With running
 * totals beside the events, the number of earlier views is one subtraction. All of it is O(n) for
 * n events, a row is O(log k) for k events of its group.
 */
#include <stdlib.h>

#include "maker_priv.h"

#define PAIRS_DENSE                                                                                \
    (size_t)(4u << 20) /* a table of 16 MiB at most; beyond it, hashing is no slower */

void *bag_alloc(Bag *b, size_t n, size_t size, bool zero, const char *what, Error *err)
{
    void *p = big_alloc(n ? n : 1, size, zero, what, err);
    if (!p)
        return NULL;
    if (b->n == b->cap) {
        b->cap = b->cap ? 2 * b->cap : 16;
        b->p = xrealloc(b->p, b->cap * sizeof *b->p);
    }
    b->p[b->n++] = p;
    return p;
}

void bag_clear(Bag *b)
{
    for (size_t i = 0; i < b->n; i++)
        free(b->p[i]);
    free(b->p);
    *b = (Bag){0};
}

static bool is_ascending(const int64_t *when, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (when[i] < when[i - 1])
            return false;
    return true;
}

/* One pass of the radix sort: stable by the digit at `shift`. Returns false when all digits are
 * the same. */
static bool radix_pass(const int64_t *when, size_t n, unsigned shift, const uint32_t *in,
                       uint32_t *out)
{
    size_t count[257] = {0};
    for (size_t i = 0; i < n; i++)
        count[((((uint64_t)when[i] ^ (UINT64_C(1) << 63)) >> shift) & 255) + 1]++;
    for (size_t d = 1; d <= 256; d++)
        if (count[d] == n)
            return false;
    for (size_t d = 0; d < 256; d++)
        count[d + 1] += count[d];
    for (size_t i = 0; i < n; i++) {
        uint64_t key = (uint64_t)when[in[i]] ^ (UINT64_C(1) << 63);
        out[count[(key >> shift) & 255]++] = in[i];
    }
    return true;
}

bool order_by_time(const int64_t *when, size_t n, uint32_t *order, Error *err)
{
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    if (is_ascending(when, n))
        return true;
    uint32_t *other = big_alloc(n, sizeof *other, false, "sorting events by time", err);
    if (!other)
        return false;
    uint32_t *from = order, *to = other;
    for (unsigned shift = 0; shift < 64; shift += 8)
        if (radix_pass(when, n, shift, from, to)) {
            uint32_t *swap = from;
            from = to;
            to = swap;
        }
    if (from != order)
        memcpy(order, from, n * sizeof *order);
    free(other);
    return true;
}

bool timeline_build(Timeline *t, size_t n, const uint32_t *event, const uint32_t *group,
                    const int64_t *when, size_t ngroups, Bag *bag, Error *err)
{
    t->ngroups = ngroups;
    t->start = bag_alloc(bag, ngroups + 2, sizeof *t->start, true, "starts of timelines", err);
    if (!t->start)
        return false;
    /* start[g + 2] counts, then start[g + 1] is where g goes on; when all are placed it is where
     * g + 1 starts */
    for (size_t i = 0; i < n; i++)
        if (group[i] != NO_ID) {
            t->start[group[i] + 2]++;
            t->n++;
        }
    for (size_t g = 2; g < ngroups + 2; g++)
        t->start[g] += t->start[g - 1];
    t->when = bag_alloc(bag, t->n, sizeof *t->when, false, "timelines", err);
    t->event = bag_alloc(bag, t->n, sizeof *t->event, false, "timelines", err);
    if (!t->when || !t->event)
        return false;
    for (size_t i = 0; i < n; i++)
        if (group[i] != NO_ID) {
            uint32_t at = t->start[group[i] + 1]++;
            t->when[at] = when[event[i]];
            t->event[at] = event[i];
        }
    t->built = true;
    return true;
}

bool pair_index_init(PairIndex *x, size_t na, size_t nb, Bag *bag, Error *err)
{
    *x = (PairIndex){.nb = nb};
    if (nb == 0 || na <= PAIRS_DENSE / nb) {
        x->dense = bag_alloc(bag, na * nb, sizeof *x->dense, false, "pairs", err);
        if (x->dense)
            memset(x->dense, 0xff, na * nb * sizeof *x->dense);
        return x->dense != NULL;
    }
    x->map = intmap_new(1024);
    return true;
}

uint32_t pair_index_add(PairIndex *x, uint32_t a, uint32_t b)
{
    if (!x->dense) {
        uint32_t g = intmap_add(x->map, (uint64_t)a << 32 | b, NULL);
        x->ngroups = intmap_count(x->map);
        return g;
    }
    uint32_t *slot = &x->dense[a * x->nb + b];
    if (*slot == NO_ID)
        *slot = (uint32_t)x->ngroups++;
    return *slot;
}

uint32_t pair_index_find(const PairIndex *x, uint32_t a, uint32_t b)
{
    if (a == NO_ID || b == NO_ID)
        return NO_ID;
    return x->dense ? x->dense[a * x->nb + b] : intmap_find(x->map, (uint64_t)a << 32 | b);
}
