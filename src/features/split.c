/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * split.c - which rows train and which test; folds for cross-validation.
 *
 * By row: a shuffle with the stream "split" (or "folds") of the seed, so that other uses of the
 * seed change nothing here. By time: everything from a moment on is the test part; the moment is
 * the one that gives the part nearest to the size that was asked for, since rows of one moment stay
 * together. By user: users are shuffled and whole users go to the test part while that brings it
 * nearer to its size; in folds each user goes to the fold with the fewest rows.
 */
#include "features/split.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/rng.h"

static const struct {
    const char *name;
    SplitKind kind;
} kinds[] = {{"random", SPLIT_RANDOM}, {"time", SPLIT_TIME}, {"user", SPLIT_USER}};

bool split_kind_parse(Str s, SplitKind *out)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_ieq(s, str_of(kinds[i].name))) {
            *out = kinds[i].kind;
            return true;
        }
    return false;
}

/* ---- rows in order ---- */

static uint32_t *shuffled(size_t n, uint64_t seed, const char *use, Error *err)
{
    uint32_t *rows = big_alloc(n, sizeof *rows, false, "a split", err);
    if (!rows)
        return NULL;
    for (size_t i = 0; i < n; i++)
        rows[i] = (uint32_t)i;
    Rng rng = rng_stream(seed, use);
    rng_shuffle_u32(&rng, rows, n);
    return rows;
}

typedef struct Timed {
    double at; /* -inf when there is none */
    uint32_t row;
} Timed;

static int by_time(const void *a, const void *b)
{
    const Timed *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Rows by their time, those without one first. */
static Timed *in_time(const Frame *f, const Column *c, Error *err)
{
    Timed *t = big_alloc(f->rows, sizeof *t, false, "a split", err);
    if (!t)
        return NULL;
    for (size_t i = 0; i < f->rows; i++)
        t[i] = (Timed){column_is_null(c, i) ? -INFINITY : column_real(c, i), (uint32_t)i};
    qsort(t, f->rows, sizeof *t, by_time);
    return t;
}

static const Column *need_time(const Frame *f, const char *name, Error *err)
{
    if (!name) {
        fail(err, ERR_USAGE, "a split by time needs a time column");
        return NULL;
    }
    const Column *c = frame_need(f, str_of(name), NULL, SPAN_NONE, err);
    if (c && c->type != COL_TIME && c->type != COL_INT && c->type != COL_REAL) {
        fail(err, ERR_TYPE, "'%s' is %s: a split by time needs a time or a number", name,
             coltype_name(c->type));
        return NULL;
    }
    return c;
}

/* ---- users ---- */

typedef struct Users {
    uint32_t *of;    /* f->rows: number of the row's user */
    uint32_t *count; /* n: rows of each */
    size_t n;
} Users;

static void users_clear(Users *u)
{
    free(u->of);
    free(u->count);
    *u = (Users){0};
}

static void number_texts(const Column *c, Users *u)
{
    StrMap *m = strmap_new(1024);
    for (size_t i = 0; i < c->n; i++)
        u->of[i] = strmap_add(m, column_text(c, i), NULL); /* no user: the empty text */
    u->n = strmap_count(m);
    strmap_free(m);
}

static void number_numbers(const Column *c, Users *u)
{
    IntMap *m = intmap_new(1024);
    bool real = c->type == COL_REAL;
    for (size_t i = 0; i < c->n; i++) {
        uint64_t key = 0;
        if (real)
            memcpy(&key, &c->v.d[i], sizeof key);
        else
            key = c->type == COL_BOOL ? c->v.b[i] : (uint64_t)c->v.i[i];
        u->of[i] = intmap_add(m, column_is_null(c, i) ? UINT64_C(0x8000000000000001) : key, NULL);
    }
    u->n = intmap_count(m);
    intmap_free(m);
}

static bool users_of(const Frame *f, const char *name, Users *u, Error *err)
{
    *u = (Users){0};
    if (!name)
        return fail(err, ERR_USAGE, "a split by user needs a user column");
    const Column *c = frame_need(f, str_of(name), NULL, SPAN_NONE, err);
    if (!c)
        return false;
    u->of = big_alloc(f->rows, sizeof *u->of, false, "a split", err);
    if (!u->of)
        return false;
    if (c->type == COL_CODE || c->type == COL_TEXT)
        number_texts(c, u);
    else
        number_numbers(c, u);
    u->count = big_alloc(u->n, sizeof *u->count, true, "a split", err);
    if (!u->count) {
        users_clear(u);
        return false;
    }
    for (size_t i = 0; i < f->rows; i++)
        u->count[u->of[i]]++;
    return true;
}

/* ---- two parts ---- */

static bool mark_random(const Frame *f, size_t want, uint64_t seed, uint8_t *test, Error *err)
{
    uint32_t *rows = shuffled(f->rows, seed, "split", err);
    if (!rows)
        return false;
    for (size_t i = 0; i < want; i++)
        test[rows[i]] = 1;
    free(rows);
    return true;
}

static bool mark_time(const Frame *f, const char *column, size_t want, uint8_t *test, Split *out,
                      Error *err)
{
    const Column *c = need_time(f, column, err);
    Timed *t = c ? in_time(f, c, err) : NULL;
    if (!t)
        return false;
    size_t n = f->rows, best = 0;
    for (size_t i = 1; i < n;
         i++) { /* the test part may begin at i: another moment than before it */
        if (t[i].at == t[i - 1].at)
            continue;
        size_t part = n - i, best_part = n - best;
        size_t off = part > want ? part - want : want - part;
        size_t best_off = best_part > want ? best_part - want : want - best_part;
        if (!best || off < best_off)
            best = i;
    }
    if (best) {
        out->cut = c->type == COL_REAL ? (int64_t)t[best].at : c->v.i[t[best].row];
        out->unit = c->unit;
        out->moment = c->type == COL_TIME;
        for (size_t i = best; i < n; i++)
            test[t[i].row] = 1;
    }
    free(t);
    return best
               ? true
               : fail(err, ERR_DATA, "'%s' has a single value: it cannot be split by time", column);
}

static bool mark_user(const Frame *f, const char *column, size_t want, uint64_t seed, uint8_t *test,
                      Error *err)
{
    Users u;
    if (!users_of(f, column, &u, err))
        return false;
    bool enough = u.n > 1;
    uint32_t *order = enough ? shuffled(u.n, seed, "split", err) : NULL;
    uint8_t *chosen = order ? big_alloc(u.n, 1, true, "a split", err) : NULL;
    size_t have = 0;
    for (size_t k = 0; chosen && k + 1 < u.n; k++) {
        size_t with = have + u.count[order[k]];
        bool nearer = with <= want || with - want < want - have;
        if (have && !nearer)
            continue;
        if (have >= want)
            break;
        chosen[order[k]] = 1;
        have = with;
    }
    for (size_t i = 0; chosen && i < f->rows; i++)
        test[i] = chosen[u.of[i]];
    bool ok = chosen != NULL;
    free(chosen);
    free(order);
    users_clear(&u);
    return enough
               ? ok
               : fail(err, ERR_DATA, "'%s' has a single value: it cannot be split by user", column);
}

static bool parts_of(const uint8_t *test, size_t n, Split *out, Error *err)
{
    for (size_t i = 0; i < n; i++)
        out->ntest += test[i];
    out->ntrain = n - out->ntest;
    out->train = big_alloc(out->ntrain, sizeof *out->train, false, "a split", err);
    out->test = out->train ? big_alloc(out->ntest, sizeof *out->test, false, "a split", err) : NULL;
    if (!out->test) {
        split_clear(out);
        return false;
    }
    size_t a = 0, b = 0;
    for (size_t i = 0; i < n; i++) {
        if (test[i])
            out->test[b++] = (uint32_t)i;
        else
            out->train[a++] = (uint32_t)i;
    }
    return true;
}

bool split_make(const Frame *f, SplitKind kind, const char *column, double test_frac, uint64_t seed,
                Split *out, Error *err)
{
    *out = (Split){0};
    if (!(test_frac > 0 && test_frac < 1))
        return fail(err, ERR_USAGE, "the test part is a share between 0 and 1, not %g", test_frac);
    if (f->rows < 2)
        return fail(err, ERR_DATA, "%zu row%s cannot be split", f->rows, f->rows == 1 ? "" : "s");
    size_t want = (size_t)floor(test_frac * (double)f->rows + 0.5);
    want = want < 1 ? 1 : want >= f->rows ? f->rows - 1 : want;
    uint8_t *test = big_alloc(f->rows, 1, true, "a split", err);
    if (!test)
        return false;
    bool ok = false;
    switch (kind) {
    case SPLIT_RANDOM:
        ok = mark_random(f, want, seed, test, err);
        break;
    case SPLIT_TIME:
        ok = mark_time(f, column, want, test, out, err);
        break;
    case SPLIT_USER:
        ok = mark_user(f, column, want, seed, test, err);
        break;
    }
    ok = ok && parts_of(test, f->rows, out, err);
    free(test);
    return ok;
}

void split_clear(Split *s)
{
    free(s->train);
    free(s->test);
    *s = (Split){0};
}

/* ---- folds ---- */

static bool folds_random(size_t n, size_t k, uint64_t seed, uint32_t *fold, Error *err)
{
    uint32_t *rows = shuffled(n, seed, "folds", err);
    if (!rows)
        return false;
    for (size_t i = 0; i < n; i++)
        fold[rows[i]] = (uint32_t)(i % k);
    free(rows);
    return true;
}

static bool folds_time(const Frame *f, const char *column, size_t k, uint32_t *fold, Error *err)
{
    const Column *c = need_time(f, column, err);
    Timed *t = c ? in_time(f, c, err) : NULL;
    if (!t)
        return false;
    size_t n = f->rows, at = 0, last = SIZE_MAX, used = 0;
    for (size_t i = 0; i < n; i++) {
        if (!i || t[i].at != t[i - 1].at)
            at = i * k / n; /* a moment goes where its first row goes */
        used += at != last;
        last = at;
        fold[t[i].row] = (uint32_t)at;
    }
    free(t);
    return used == k
               ? true
               : fail(err, ERR_DATA, "'%s' has too few distinct values for %zu folds", column, k);
}

typedef struct UserCount {
    uint32_t user, rows, order;
} UserCount;

/* Big users first, so that folds end up even; ties in the shuffled order. */
static int by_rows(const void *a, const void *b)
{
    const UserCount *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

static bool folds_user(const Frame *f, const char *column, size_t k, uint64_t seed, uint32_t *fold,
                       Error *err)
{
    Users u;
    if (!users_of(f, column, &u, err))
        return false;
    uint32_t *order = shuffled(u.n, seed, "folds", err);
    UserCount *users = order ? big_alloc(u.n, sizeof *users, false, "folds", err) : NULL;
    uint32_t *fold_of = users ? big_alloc(u.n, sizeof *fold_of, false, "folds", err) : NULL;
    size_t *filled = fold_of ? big_alloc(k, sizeof *filled, true, "folds", err) : NULL;
    bool enough = u.n >= k;
    for (size_t i = 0; filled && i < u.n; i++)
        users[i] = (UserCount){order[i], u.count[order[i]], (uint32_t)i};
    if (filled)
        qsort(users, u.n, sizeof *users, by_rows);
    for (size_t i = 0; filled && i < u.n; i++) {
        size_t least = 0;
        for (size_t j = 1; j < k; j++)
            least = filled[j] < filled[least] ? j : least;
        filled[least] += users[i].rows;
        fold_of[users[i].user] = (uint32_t)least;
    }
    for (size_t i = 0; filled && i < f->rows; i++)
        fold[i] = fold_of[u.of[i]];
    bool ok = filled != NULL;
    free(filled);
    free(fold_of);
    free(users);
    free(order);
    users_clear(&u);
    if (ok && !enough)
        return fail(err, ERR_DATA, "'%s' has fewer values than %zu folds", column, k);
    return ok;
}

bool split_folds(const Frame *f, SplitKind kind, const char *column, size_t k, uint64_t seed,
                 uint32_t *fold, Error *err)
{
    if (k < 2 || k > f->rows)
        return fail(err, ERR_USAGE,
                    "%zu folds of %zu rows: the number of folds is from 2 to the number of rows", k,
                    f->rows);
    switch (kind) {
    case SPLIT_TIME:
        return folds_time(f, column, k, fold, err);
    case SPLIT_USER:
        return folds_user(f, column, k, seed, fold, err);
    default:
        return folds_random(f->rows, k, seed, fold, err);
    }
}
