/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keys.c - ids of users, posts, products and authors by their keys.
 *
 * The id of a row of a table is its number; of rows with the same key, the first one's. A column
 * that points at the table (users.username from interactions.user) is looked up value by value; a
 * value that the table lacks gets the next number beyond its rows. Keys that are numbers on both
 * sides meet as numbers, all others as text, so 17 finds "17". A code column is asked once a
 * level, not once a row.
 */
#include <stdlib.h>

#include "maker_priv.h"

static void keymap_put(KeyMap *k, uint32_t slot, uint32_t id)
{
    if (slot >= k->cap) {
        k->cap = k->cap ? 2 * k->cap : 1024;
        k->id = xrealloc(k->id, k->cap * sizeof *k->id);
    }
    k->id[slot] = id;
}

static uint32_t keymap_slot(KeyMap *k, const Column *c, size_t row, bool *added)
{
    if (k->by_int)
        return intmap_add(k->ints, (uint64_t)c->v.i[row], added);
    if (c->type == COL_CODE || c->type == COL_TEXT)
        return strmap_add(k->texts, column_text(c, row), added);
    buf_clear(&k->buf);
    column_print(c, row, &k->buf);
    return strmap_add(k->texts, buf_slice(&k->buf), added);
}

/* The id of a value; a new one when it has none yet. */
static uint32_t keymap_id(KeyMap *k, const Column *c, size_t row)
{
    bool added = false;
    uint32_t slot = keymap_slot(k, c, row, &added);
    if (added)
        keymap_put(k, slot, k->next++);
    return k->id[slot];
}

void keymap_init(KeyMap *k, const Column *base, const Column *other)
{
    *k = (KeyMap){.buf = BUF_INIT};
    k->by_int = (!base || base->type == COL_INT) && (!other || other->type == COL_INT);
    k->ints = intmap_new(base ? base->n : 1024);
    k->texts = strmap_new(base && !k->by_int ? base->n : 16);
    for (size_t i = 0; base && i < base->n; i++) {
        bool added = false;
        if (column_is_null(base, i))
            continue;
        uint32_t slot = keymap_slot(k, base, i, &added);
        if (added)
            keymap_put(k, slot, (uint32_t)i);
        k->twice += !added;
    }
    k->next = base ? (uint32_t)base->n : 0;
}

void keymap_clear(KeyMap *k)
{
    intmap_free(k->ints);
    strmap_free(k->texts);
    free(k->id);
    buf_free(&k->buf);
}

uint32_t *keymap_column(KeyMap *k, const Column *c, size_t n, Bag *bag, Error *err)
{
    uint32_t *out = bag_alloc(bag, n, sizeof *out, false, "ids", err);
    if (!out)
        return NULL;
    uint32_t *of_level = NULL;
    if (c && c->type == COL_CODE) {
        of_level = bag_alloc(bag, c->levels->n, sizeof *of_level, false, "ids", err);
        if (!of_level)
            return NULL;
        memset(of_level, 0xff, c->levels->n * sizeof *of_level);
    }
    for (size_t i = 0; i < n; i++) {
        if (!c || column_is_null(c, i)) {
            out[i] = NO_ID;
        } else if (of_level) {
            uint32_t *id = &of_level[c->v.c[i]];
            if (*id == NO_ID)
                *id = keymap_id(k, c, i);
            out[i] = *id;
        } else {
            out[i] = keymap_id(k, c, i);
        }
    }
    return out;
}
