/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * group.c - rows with the same values in some columns get the same number.
 *
 * Each column alone numbers its values (a code column has them numbered already); columns are then
 * put together pair by pair: the pair (group so far, value) is numbered again, by a table when the
 * pairs that can be are few and by a hash map otherwise. Numbers follow the first row throughout.
 */
#include "group_priv.h"

#include <stdlib.h>

#include "base/map.h"
#include "order_priv.h"

#define UNSEEN UINT32_MAX

/* What a value of a fixed-width column is told apart by. */
static uint64_t identity(const Column *c, size_t row)
{
    return c->type == COL_CODE ? (uint64_t)c->v.c[row] : order_key(c, row);
}

/* Values below `limit` are looked up in a table. */
static bool number_small(const Column *c, size_t limit, uint32_t *ids, size_t *n, Error *err)
{
    uint32_t *id_of = big_alloc(limit + 1, sizeof *id_of, false, "groups", err);
    if (!id_of)
        return false;
    for (size_t k = 0; k <= limit; k++)
        id_of[k] = UNSEEN;
    uint32_t next = 0;
    for (size_t i = 0; i < c->n; i++) {
        size_t k = column_is_null(c, i) ? limit : (size_t)identity(c, i);
        if (id_of[k] == UNSEEN)
            id_of[k] = next++;
        ids[i] = id_of[k];
    }
    free(id_of);
    *n = next;
    return true;
}

static void number_fixed(const Column *c, uint32_t *ids, size_t *n)
{
    IntMap *seen = intmap_new(1024);
    uint32_t next = 0, null_id = UNSEEN, *id_of = NULL;
    size_t cap = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i)) {
            if (null_id == UNSEEN)
                null_id = next++;
            ids[i] = null_id;
            continue;
        }
        bool added;
        uint32_t k = intmap_add(seen, identity(c, i), &added);
        if (k >= cap) {
            cap = cap ? 2 * cap : 1024;
            id_of = xrealloc(id_of, cap * sizeof *id_of);
        }
        if (added)
            id_of[k] = next++; /* differs from k once a null has a number */
        ids[i] = id_of[k];
    }
    free(id_of);
    intmap_free(seen);
    *n = next;
}

/* The empty text is a value; null is told apart by a leading byte. */
static void number_texts(const Column *c, uint32_t *ids, size_t *n)
{
    StrMap *seen = strmap_new(1024);
    Buf key = BUF_INIT;
    for (size_t i = 0; i < c->n; i++) {
        buf_clear(&key);
        buf_putc(&key, column_is_null(c, i) ? 'n' : 'v');
        buf_str(&key, column_text(c, i));
        ids[i] = strmap_add(seen, buf_slice(&key), NULL);
    }
    *n = strmap_count(seen);
    buf_free(&key);
    strmap_free(seen);
}

bool group_number(const Column *c, uint32_t *ids, size_t *n, Error *err)
{
    if (c->type == COL_CODE)
        return number_small(c, c->levels->n, ids, n, err);
    if (c->type == COL_BOOL)
        return number_small(c, 2, ids, n, err);
    if (c->type == COL_TEXT)
        number_texts(c, ids, n);
    else
        number_fixed(c, ids, n);
    return true;
}

/* group[i] becomes the number of the pair (group[i], ids[i]). */
static bool pair_up(uint32_t *group, size_t *ngroups, const uint32_t *ids, size_t nids, size_t rows,
                    Error *err)
{
    size_t pairs = *ngroups && nids > SIZE_MAX / *ngroups ? SIZE_MAX : *ngroups * nids;
    if (pairs > 4 * rows + 1024) {
        IntMap *seen = intmap_new(1024);
        for (size_t i = 0; i < rows; i++)
            group[i] = intmap_add(seen, (uint64_t)group[i] << 32 | ids[i], NULL);
        *ngroups = intmap_count(seen);
        intmap_free(seen);
        return true;
    }
    uint32_t *number = big_alloc(pairs, sizeof *number, false, "groups", err), next = 0;
    if (!number)
        return false;
    for (size_t k = 0; k < pairs; k++)
        number[k] = UNSEEN;
    for (size_t i = 0; i < rows; i++) {
        size_t k = group[i] * nids + ids[i];
        if (number[k] == UNSEEN)
            number[k] = next++;
        group[i] = number[k];
    }
    free(number);
    *ngroups = next;
    return true;
}

static bool count_groups(Grouping *g, size_t rows, Error *err)
{
    g->first = big_alloc(g->ngroups, sizeof *g->first, true, "groups", err);
    g->count = big_alloc(g->ngroups, sizeof *g->count, true, "groups", err);
    if (!g->first || !g->count)
        return false;
    for (size_t i = 0; i < rows; i++)
        if (g->count[g->group[i]]++ == 0)
            g->first[g->group[i]] = (uint32_t)i;
    return true;
}

bool frame_group(const Frame *f, const size_t *cols, size_t ncols, Grouping *out, Error *err)
{
    *out = (Grouping){.ngroups = 1};
    bool ok = false;
    uint32_t *ids = ncols > 1 ? big_alloc(f->rows, sizeof *ids, false, "groups", err) : NULL;
    out->group = big_alloc(f->rows, sizeof *out->group, true, "groups", err);
    if (!out->group || (ncols > 1 && !ids))
        goto done;
    for (size_t k = 0; k < ncols; k++) {
        size_t n;
        if (!group_number(f->cols[cols[k]], k ? ids : out->group, &n, err))
            goto done;
        if (k == 0)
            out->ngroups = n;
        else if (!pair_up(out->group, &out->ngroups, ids, n, f->rows, err))
            goto done;
    }
    ok = count_groups(out, f->rows, err);
done:
    free(ids);
    if (!ok)
        grouping_clear(out);
    return ok;
}

void grouping_clear(Grouping *g)
{
    free(g->group);
    free(g->first);
    free(g->count);
    *g = (Grouping){0};
}
