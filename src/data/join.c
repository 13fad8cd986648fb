/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * join.c - columns of one frame beside the rows of another, matched by keys.
 *
 * Each key column of the right frame numbers its values; the left one looks its values up. Texts of
 * code columns are looked up once for each level. Several keys are put together pair by pair, as in
 * group.c. A null meets nothing, and a key meets at most one row of the right frame: rows are never
 * multiplied behind the analyst's back.
 */
#include "data/frameops.h"

#include <stdlib.h>

#include "base/map.h"

#define NO_ID UINT32_MAX

/* Numbers of the keys of both sides in one space; NO_ID where there is no partner or a null. */
typedef struct Ids {
    uint32_t *left, *right;
    size_t n;
} Ids;

static bool is_text(const Column *c)
{
    return c->type == COL_CODE || c->type == COL_TEXT;
}

static bool is_number(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL;
}

/* Numbers or looks up the texts of a column; levels that no row has are left alone. */
static void text_ids(const Column *c, StrMap *map, bool add, uint32_t *ids)
{
    uint32_t *of_level = NULL;
    if (c->type == COL_CODE) {
        of_level = xmalloc(c->levels->n * sizeof *of_level);
        for (size_t k = 0; k < c->levels->n; k++)
            of_level[k] = add ? strmap_add(map, levels_at(c->levels, k), NULL)
                              : strmap_find(map, levels_at(c->levels, k));
    }
    for (size_t i = 0; i < c->n; i++) {
        if (column_is_null(c, i))
            ids[i] = NO_ID;
        else if (of_level)
            ids[i] = of_level[c->v.c[i]];
        else
            ids[i] = add ? strmap_add(map, column_text(c, i), NULL)
                         : strmap_find(map, column_text(c, i));
    }
    free(of_level);
}

/* Equal numbers have equal keys, whatever their types; `real`: as doubles. */
static uint64_t number_key(const Column *c, size_t row, bool real)
{
    if (!real)
        return c->type == COL_BOOL ? c->v.b[row] : (uint64_t)c->v.i[row];
    double d = column_real(c, row) + 0.0; /* -0 is 0 */
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    return bits;
}

static void number_ids(const Column *c, IntMap *map, bool add, bool real, uint32_t *ids)
{
    for (size_t i = 0; i < c->n; i++) {
        uint64_t key = number_key(c, i, real);
        ids[i] = column_is_null(c, i) ? NO_ID
                 : add                ? intmap_add(map, key, NULL)
                                      : intmap_find(map, key);
    }
}

static void column_ids(const Column *a, const Column *b, Ids *out)
{
    if (is_text(a)) {
        StrMap *map = strmap_new(1024);
        text_ids(b, map, true, out->right);
        text_ids(a, map, false, out->left);
        out->n = strmap_count(map);
        strmap_free(map);
        return;
    }
    bool real = a->type == COL_REAL || b->type == COL_REAL;
    IntMap *map = intmap_new(b->n);
    number_ids(b, map, true, real, out->right);
    number_ids(a, map, false, real, out->left);
    out->n = intmap_count(map);
    intmap_free(map);
}

static bool ids_new(Ids *ids, size_t left, size_t right, Error *err)
{
    ids->left = big_alloc(left, sizeof *ids->left, false, "the keys of a join", err);
    ids->right = big_alloc(right, sizeof *ids->right, false, "the keys of a join", err);
    return ids->left && ids->right;
}

static void ids_clear(Ids *ids)
{
    free(ids->left);
    free(ids->right);
}

/* so_far becomes the numbers of the pairs (so_far, more). */
static void pair_up(Ids *so_far, const Ids *more, size_t left, size_t right)
{
    IntMap *map = intmap_new(right);
    for (size_t i = 0; i < right; i++) {
        bool null = so_far->right[i] == NO_ID || more->right[i] == NO_ID;
        uint64_t key = (uint64_t)so_far->right[i] << 32 | more->right[i];
        so_far->right[i] = null ? NO_ID : intmap_add(map, key, NULL);
    }
    for (size_t i = 0; i < left; i++) {
        bool null = so_far->left[i] == NO_ID || more->left[i] == NO_ID;
        uint64_t key = (uint64_t)so_far->left[i] << 32 | more->left[i];
        so_far->left[i] = null ? NO_ID : intmap_find(map, key);
    }
    so_far->n = intmap_count(map);
    intmap_free(map);
}

static bool check_types(const Frame *a, const Frame *b, const size_t *akeys, const size_t *bkeys,
                        size_t nkeys, Error *err)
{
    for (size_t k = 0; k < nkeys; k++) {
        const Column *x = a->cols[akeys[k]], *y = b->cols[bkeys[k]];
        if ((is_text(x) && is_text(y)) || (is_number(x) && is_number(y)) || x->type == y->type)
            continue;
        fail(err, ERR_TYPE, "'%s' is %s and '%s' is %s: they never match", a->names[akeys[k]],
             coltype_name(x->type), b->names[bkeys[k]], coltype_name(y->type));
        return error_hint(err, "derive a key of the same type with text(x) or int(x)");
    }
    return true;
}

/* "user=u7 post=p3" */
static void print_key(const Frame *f, const size_t *keys, size_t nkeys, size_t row, Buf *out)
{
    for (size_t k = 0; k < nkeys; k++) {
        buf_printf(out, "%s%s=", k ? " " : "", f->names[keys[k]]);
        if (column_is_null(f->cols[keys[k]], row))
            buf_puts(out, "null");
        column_print(f->cols[keys[k]], row, out);
    }
}

/* row_of[id] = the row of b with this key; fails when there are two. */
static bool index_rows(const Frame *b, const size_t *bkeys, size_t nkeys, const Ids *ids,
                       uint32_t *row_of, JoinReport *report, Error *err)
{
    size_t first = 0, second = 0;
    for (size_t k = 0; k < ids->n; k++)
        row_of[k] = ROW_NONE;
    for (size_t i = 0; i < b->rows; i++) {
        if (ids->right[i] == NO_ID)
            continue;
        uint32_t *at = &row_of[ids->right[i]];
        if (*at == ROW_NONE) {
            *at = (uint32_t)i;
        } else if (report->duplicate_right++ == 0) {
            first = *at;
            second = i;
        }
    }
    if (report->duplicate_right == 0)
        return true;
    Buf key = BUF_INIT;
    print_key(b, bkeys, nkeys, first, &key);
    fail_row(err, ERR_DATA, (long)second + 1,
             "the right table has the key %s twice, in rows %zu and %zu (%zu row%s repeat%s a key)",
             key.p, first + 1, second + 1, report->duplicate_right,
             report->duplicate_right == 1 ? "" : "s", report->duplicate_right == 1 ? "s" : "");
    error_hint(err, "group the right table by its key first");
    buf_free(&key);
    return false;
}

/* match[i] = the row of b beside row i of a. */
static void match_rows(const Frame *a, const Frame *b, const size_t *akeys, size_t nkeys,
                       const Ids *ids, const uint32_t *row_of, uint32_t *match, JoinReport *report)
{
    bool *used = xcalloc(b->rows, sizeof *used);
    for (size_t i = 0; i < a->rows; i++) {
        match[i] = ids->left[i] == NO_ID ? ROW_NONE : row_of[ids->left[i]];
        if (match[i] != ROW_NONE) {
            used[match[i]] = true;
        } else if (report->unmatched_left++ == 0) {
            Buf key = BUF_INIT;
            print_key(a, akeys, nkeys, i, &key);
            str_copy(report->example, sizeof report->example, buf_slice(&key));
            buf_free(&key);
        }
    }
    for (size_t i = 0; i < b->rows; i++)
        report->unused_right += !used[i];
    free(used);
}

/* ---- the new frame ---- */

static bool is_key(const size_t *keys, size_t nkeys, size_t col)
{
    for (size_t k = 0; k < nkeys; k++)
        if (keys[k] == col)
            return true;
    return false;
}

/* `name`, or name_2, name_3 ... that no column has yet. */
static char *free_name(const Frame *f, const char *name)
{
    Buf b = BUF_INIT;
    buf_puts(&b, name);
    for (int k = 2;; k++) {
        bool taken = false;
        for (size_t j = 0; j < f->ncols; j++)
            taken = taken || str_eqz(buf_slice(&b), f->names[j]);
        if (!taken)
            return b.p;
        buf_clear(&b);
        buf_printf(&b, "%s_%d", name, k);
    }
}

/* Rows of a (NULL: all, shared) beside the matching rows of b. */
static Frame *put_together(const Frame *a, const Frame *b, const size_t *bkeys, size_t nkeys,
                           const uint32_t *arows, const uint32_t *brows, size_t n, Error *err)
{
    Frame *out = arows ? frame_take(a, arows, n, err) : frame_ref(a);
    for (size_t j = 0; out && j < b->ncols; j++) {
        if (is_key(bkeys, nkeys, j))
            continue;
        Column *c = column_take(b->cols[j], brows, n, err);
        char *name = free_name(out, b->names[j]);
        Frame *more = c ? frame_with(out, name, c) : NULL;
        free(name);
        frame_unref(out);
        out = more;
    }
    return out;
}

/* Both lists without the rows that have no partner. */
static uint32_t *drop_unmatched(uint32_t *match, size_t *n, Error *err)
{
    uint32_t *arows = big_alloc(*n, sizeof *arows, false, "row numbers", err);
    size_t kept = 0;
    for (size_t i = 0; arows && i < *n; i++) {
        if (match[i] == ROW_NONE)
            continue;
        arows[kept] = (uint32_t)i;
        match[kept++] = match[i];
    }
    *n = kept;
    return arows;
}

Frame *frame_join(const Frame *a, const Frame *b, const size_t *akeys, const size_t *bkeys,
                  size_t nkeys, JoinKind kind, JoinReport *report, Error *err)
{
    JoinReport own;
    report = report ? report : &own;
    *report = (JoinReport){0};
    Ids ids = {0}, more = {0};
    uint32_t *row_of = NULL, *match = NULL, *arows = NULL;
    Frame *out = NULL;
    if (!check_types(a, b, akeys, bkeys, nkeys, err) || !ids_new(&ids, a->rows, b->rows, err) ||
        (nkeys > 1 && !ids_new(&more, a->rows, b->rows, err)))
        goto done;
    for (size_t k = 0; k < nkeys; k++) {
        column_ids(a->cols[akeys[k]], b->cols[bkeys[k]], k ? &more : &ids);
        if (k)
            pair_up(&ids, &more, a->rows, b->rows);
    }
    row_of = big_alloc(ids.n, sizeof *row_of, false, "the keys of a join", err);
    match = big_alloc(a->rows, sizeof *match, false, "the rows of a join", err);
    if (!row_of || !match || !index_rows(b, bkeys, nkeys, &ids, row_of, report, err))
        goto done;
    match_rows(a, b, akeys, nkeys, &ids, row_of, match, report);
    size_t n = a->rows;
    if (kind == JOIN_INNER && report->unmatched_left && !(arows = drop_unmatched(match, &n, err)))
        goto done;
    out = put_together(a, b, bkeys, nkeys, arows, match, n, err);
done:
    ids_clear(&ids);
    ids_clear(&more);
    free(row_of);
    free(match);
    free(arows);
    return out;
}
