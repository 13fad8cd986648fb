/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arrange.c - a filter and a sort in slices.
 *
 * The condition is evaluated on SLICE rows of the columns that it reads; one that looks at other
 * rows (mean(x)) is evaluated at once. The sort is the radix sort of order.c with its loops cut:
 * the keys are made, counted and moved byte by byte, SLICE of them in a step. Texts are made codes
 * first, in one step.
 */
#include "data/arrange.h"

#include <stdlib.h>

#include "base/cancel.h"
#include "order_priv.h"

#define SLICE ((size_t)1 << 16)
#define RADIX 256
#define BYTES 8

typedef enum Phase { PHASE_FILTER, PHASE_KEYS, PHASE_MOVE, PHASE_DONE } Phase;

typedef struct Keyed {
    uint64_t key;
    uint32_t row;
} Keyed;

struct Arranger {
    Arena *arena;
    Frame *f;    /* one reference */
    Frame *read; /* the columns of the condition */
    Expr *where; /* NULL: none */
    const char *table;
    Column *by; /* what is sorted by, texts as codes; NULL: nothing */
    bool descending;
    Phase phase;
    size_t at;      /* rows of this phase done */
    uint32_t *rows; /* those that pass, then the result; NULL: all */
    size_t n;
    Keyed *v, *spare;
    size_t there, nulls; /* keys in v, rows without a value at the end of spare */
    size_t count[BYTES][RADIX];
    int byte;
};

static Frame *columns_read(const Expr *e, const Frame *f, Arena *a)
{
    Str *names;
    size_t n = expr_columns(e, a, &names);
    size_t *cols = arena_array(a, size_t, n + 1);
    for (size_t i = 0; i < n; i++)
        cols[i] = (size_t)frame_find(f, names[i]);
    return frame_select(f, cols, n);
}

Arranger *arranger_new(const Frame *f, Str where, const char *table, const SortKey *key, Error *err)
{
    Arranger *a = xcalloc(1, sizeof *a);
    a->arena = arena_new();
    a->f = frame_ref(f);
    a->n = f->rows;
    a->phase = PHASE_DONE;
    a->table = arena_strndup(a->arena, table, strlen(table));
    bool ok = true;
    if (key) {
        const Column *c = f->cols[key->col];
        a->descending = key->descending;
        a->by = c->type == COL_TEXT ? column_as_code(c, err) : column_ref(c);
        a->phase = PHASE_KEYS;
        ok = a->by != NULL;
    }
    if (ok && where.n) {
        const char *text = arena_strndup(a->arena, where.p, where.n);
        a->where = expr_parse(a->arena, str_of(text), 0, err);
        ok = a->where && expr_bind(a->where, f, table, err);
        a->read = ok ? columns_read(a->where, f, a->arena) : NULL;
        a->phase = PHASE_FILTER;
        a->n = 0;
        ok = ok &&
             (a->rows = big_alloc(f->rows + 1, sizeof *a->rows, false, "row numbers", err)) != NULL;
    }
    if (ok)
        return a;
    arranger_free(a);
    return NULL;
}

void arranger_free(Arranger *a)
{
    if (!a)
        return;
    frame_unref(a->f);
    frame_unref(a->read);
    column_unref(a->by);
    free(a->rows);
    free(a->v);
    free(a->spare);
    arena_free(a->arena);
    free(a);
}

/* ---- the filter ---- */

static Frame *slice_of(const Frame *f, size_t from, size_t n, Error *err)
{
    uint32_t *rows = big_alloc(n + 1, sizeof *rows, false, "row numbers", err);
    for (size_t i = 0; rows && i < n; i++)
        rows[i] = (uint32_t)(from + i);
    Frame *part = rows ? frame_take(f, rows, n, err) : NULL;
    free(rows);
    return part;
}

static bool filter_slice(Arranger *a, size_t n, Error *err)
{
    Frame *part = n == a->f->rows ? frame_ref(a->read) : slice_of(a->read, a->at, n, err);
    size_t pass = 0;
    bool ok = part && expr_bind(a->where, part, a->table, err);
    uint32_t *rows = ok ? expr_rows(a->where, part, &pass, err) : NULL;
    for (size_t i = 0; rows && i < pass; i++)
        a->rows[a->n++] = rows[i] + (uint32_t)a->at;
    a->at += n;
    frame_unref(part);
    ok = rows != NULL;
    free(rows);
    return ok;
}

static bool step_filter(Arranger *a, Error *err)
{
    size_t left = a->f->rows - a->at;
    size_t n = left < SLICE || !expr_is_rowwise(a->where) ? left : SLICE;
    if (n && !filter_slice(a, n, err))
        return false;
    if (a->at == a->f->rows) {
        a->phase = a->by ? PHASE_KEYS : PHASE_DONE;
        a->at = 0;
    }
    return true;
}

/* ---- the sort ---- */

static bool keys_begin(Arranger *a, Error *err)
{
    if (!a->rows) {
        a->rows = big_alloc(a->n + 1, sizeof *a->rows, false, "row numbers", err);
        for (size_t i = 0; a->rows && i < a->n; i++)
            a->rows[i] = (uint32_t)i;
    }
    a->v = big_alloc(a->n + 1, sizeof *a->v, false, "sorting", err);
    a->spare = big_alloc(a->n + 1, sizeof *a->spare, false, "sorting", err);
    return a->rows && a->v && a->spare;
}

/* What has no value comes last either way. */
static void keys_end(Arranger *a)
{
    for (size_t i = 0; i < a->nulls; i++)
        a->rows[a->there + i] = a->spare[i].row;
    a->phase = PHASE_MOVE;
    a->at = 0;
}

static bool step_keys(Arranger *a, Error *err)
{
    if (!a->v && !keys_begin(a, err))
        return false;
    size_t to = a->n - a->at < SLICE ? a->n : a->at + SLICE;
    for (; a->at < to; a->at++) {
        uint32_t row = a->rows[a->at];
        if (column_is_null(a->by, row)) {
            a->spare[a->nulls++].row = row;
            continue;
        }
        uint64_t key = order_key(a->by, row);
        key = a->descending ? ~key : key;
        a->v[a->there++] = (Keyed){key, row};
        for (int b = 0; b < BYTES; b++)
            a->count[b][key >> (8 * b) & (RADIX - 1)]++;
    }
    if (a->at == a->n)
        keys_end(a);
    return true;
}

/* Where the first key of each value of this byte goes; false when all keys share it. */
static bool places(Arranger *a)
{
    size_t *count = a->count[a->byte], at = 0;
    if (!a->there || count[a->v[0].key >> (8 * a->byte) & (RADIX - 1)] == a->there)
        return false;
    for (size_t k = 0; k < RADIX; k++) {
        size_t here = count[k];
        count[k] = at;
        at += here;
    }
    return true;
}

static void step_move(Arranger *a)
{
    while (a->at == 0 && a->byte < BYTES && !places(a))
        a->byte++;
    if (a->byte == BYTES) {
        for (size_t i = 0; i < a->there; i++)
            a->rows[i] = a->v[i].row;
        a->phase = PHASE_DONE;
        return;
    }
    size_t to = a->there - a->at < SLICE ? a->there : a->at + SLICE;
    for (; a->at < to; a->at++)
        a->spare[a->count[a->byte][a->v[a->at].key >> (8 * a->byte) & (RADIX - 1)]++] = a->v[a->at];
    if (a->at == a->there) {
        Keyed *t = a->v;
        a->v = a->spare;
        a->spare = t;
        a->at = 0;
        a->byte++;
    }
}

/* ---- in order ---- */

static double how_far(const Arranger *a)
{
    double share = a->n ? (double)a->at / (double)a->n : 0;
    switch (a->phase) {
    case PHASE_FILTER:
        share = a->f->rows ? (double)a->at / (double)a->f->rows : 0;
        return a->by ? share / 2 : share;
    case PHASE_KEYS:
        return a->where ? 0.5 + share / 8 : share / 4;
    case PHASE_MOVE:
        share = 0.25 + 0.75 * (a->byte + share) / BYTES;
        return a->where ? 0.5 + share / 2 : share;
    default:
        return 1;
    }
}

bool arranger_step(Arranger *a, bool *more, double *done, Error *err)
{
    bool ok = !cancelled(err);
    if (ok && a->phase == PHASE_FILTER)
        ok = step_filter(a, err);
    else if (ok && a->phase == PHASE_KEYS)
        ok = step_keys(a, err);
    else if (ok && a->phase == PHASE_MOVE)
        step_move(a);
    *more = ok && a->phase != PHASE_DONE;
    *done = how_far(a);
    return ok;
}

uint32_t *arranger_take(Arranger *a, size_t *n)
{
    uint32_t *rows = a->rows;
    a->rows = NULL;
    *n = a->n;
    return rows;
}
