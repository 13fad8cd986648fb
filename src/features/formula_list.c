/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula_list.c - the algebra of terms: sums, differences and products of lists, as formula.c
 * meets the operators.
 */
#include "formula_priv.h"

#include "base/map.h"

#define TERMS_MAX 200000 /* beyond it the formula is a slip: (a + b + ...)^8 */

bool list_add(const ListMaker *m, List *l, const Item *item)
{
    if (l->n == TERMS_MAX)
        return fail_at(m->err, ERR_USAGE, l->at, "the formula makes more than %d terms", TERMS_MAX);
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 4;
        Item *more = arena_array(m->arena, Item, cap);
        if (l->n)
            memcpy(more, l->items, l->n * sizeof *more);
        l->items = more;
        l->cap = cap;
    }
    l->items[l->n++] = *item;
    return true;
}

bool list_append(const ListMaker *m, List *l, const List *more)
{
    for (size_t i = 0; i < more->n; i++)
        if (!list_add(m, l, &more->items[i]))
            return false;
    return true;
}

static Str item_key(const Item *item)
{
    return (Str){(const char *)item->var, item->n * sizeof *item->var};
}

/* Keeps the first of equal terms. */
void list_unique(List *l)
{
    StrMap *seen = strmap_new(l->n);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        bool added;
        strmap_add(seen, item_key(&l->items[i]), &added);
        if (added)
            l->items[kept++] = l->items[i];
    }
    l->n = kept;
    strmap_free(seen);
}

void list_remove(List *l, const List *gone)
{
    StrMap *keys = strmap_new(gone->n);
    for (size_t i = 0; i < gone->n; i++)
        strmap_add(keys, item_key(&gone->items[i]), NULL);
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++)
        if (strmap_find(keys, item_key(&l->items[i])) == UINT32_MAX)
            l->items[kept++] = l->items[i];
    l->n = kept;
    strmap_free(keys);
}

/* The variables of both. */
static bool item_join(const ListMaker *m, const Item *a, const Item *b, Item *out)
{
    *out = (Item){.at = {a->at.from < b->at.from ? a->at.from : b->at.from,
                         a->at.to > b->at.to ? a->at.to : b->at.to}};
    for (uint32_t i = 0, j = 0; i < a->n || j < b->n;) {
        if (out->n == TERM_VARS)
            return fail_at(m->err, ERR_USAGE, out->at, "a term joins at most %d variables",
                           TERM_VARS);
        uint32_t va = i < a->n ? a->var[i] : UINT32_MAX, vb = j < b->n ? b->var[j] : UINT32_MAX;
        out->var[out->n++] = va < vb ? va : vb;
        i += va <= vb;
        j += vb <= va;
    }
    return true;
}

/* Each of a joined with each of b. */
bool list_cross(const ListMaker *m, const List *a, const List *b, List *out)
{
    for (size_t i = 0; i < a->n; i++)
        for (size_t j = 0; j < b->n; j++) {
            Item both;
            if (!item_join(m, &a->items[i], &b->items[j], &both) || !list_add(m, out, &both))
                return false;
        }
    list_unique(out);
    return true;
}

/* Each of a joined with all variables of b: a %in% b. */
bool list_nest(const ListMaker *m, const List *a, const List *b, List *out)
{
    Item all = {.at = a->at};
    for (size_t j = 0; j < b->n; j++) {
        Item both;
        if (!item_join(m, &all, &b->items[j], &both))
            return false;
        all = both;
    }
    for (size_t i = 0; i < a->n; i++) {
        Item both;
        if (!item_join(m, &a->items[i], &all, &both) || !list_add(m, out, &both))
            return false;
    }
    return true;
}
