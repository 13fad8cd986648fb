/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pairs.c - scores users x posts as a stream: whole rows of the table, or the best K of each.
 *
 * An owner (a user; a post when the best users of each post are asked for) meets all partners at
 * once: its linear predictors are one number for each of the partners' profiles plus the partners'
 * parts, two vector operations and a logistic. Owners are spread over threads and handed to the
 * sink in their order, so the output is the same with any number of threads. Nothing that is users
 * x posts is ever held: a batch has batch_pairs of them.
 *
 * The best K are kept in a heap whose root is the worst of them, by linear predictor, ties by the
 * partner's place.
 */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/par.h"
#include "pairs_priv.h"

#define BATCH_PAIRS ((size_t)1 << 20)
#define ROWS_BATCH ((size_t)1 << 17) /* pairs made as rows at a time */
#define PIECE 1024

/* One run: what the workers share. */
typedef struct Run {
    PairScorer *s;
    const Side *owner, *partner;
    bool by_post;
    size_t top, width;     /* best of each (0: all); entries an owner gives */
    size_t from;           /* first owner of the batch */
    const double *eta;     /* by rows: of the whole batch, partners in walk order; else NULL */
    uint32_t *out_partner; /* of the batch; NULL when nobody listens */
    double *out_p;
    double *sum;      /* of each owner of the batch */
    size_t *unknown;  /* the same */
    uint32_t *row_at; /* place -> row of the world's table, of partners */
} Run;

typedef struct Scratch {
    double *eta, *p;
    uint32_t *heap; /* walk positions */
} Scratch;

/* ---- numbers ---- */

static void owner_eta(const Run *r, size_t k, double *eta)
{
    const Side *a = r->owner, *b = r->partner;
    const PairScorer *s = r->s;
    size_t np = s->post.nprofiles;
    for (size_t g = 0; g < b->nprofiles; g++) {
        double base = a->part[k];
        if (s->table)
            base +=
                r->by_post ? s->table[g * np + a->profile[k]] : s->table[a->profile[k] * np + g];
        for (size_t j = b->first[g]; j < b->first[g + 1]; j++)
            eta[j] = base + b->part[j];
    }
}

static double means(const Model *m, const double *eta, size_t n, double *p)
{
    if (strcmp(m->link->name, "logit") == 0)
        return logistic_many(eta, n, p);
    double dmu[PIECE], sum = 0;
    for (size_t i = 0; i < n; i += PIECE) {
        size_t k = n - i < PIECE ? n - i : PIECE;
        m->link->inverse(eta + i, k, p + i, dmu);
        for (size_t j = 0; j < k; j++)
            sum += p[i + j];
    }
    return sum;
}

/* ---- the best K ---- */

typedef struct Heap {
    uint32_t *at;
    size_t n, cap;
    const double *eta;
    const uint32_t *place;
} Heap;

static bool worse(const Heap *h, uint32_t a, uint32_t b)
{
    return h->eta[a] != h->eta[b] ? h->eta[a] < h->eta[b] : h->place[a] > h->place[b];
}

static void sink_down(Heap *h, size_t i)
{
    for (;;) {
        size_t worst = i, l = 2 * i + 1;
        if (l < h->n && worse(h, h->at[l], h->at[worst]))
            worst = l;
        if (l + 1 < h->n && worse(h, h->at[l + 1], h->at[worst]))
            worst = l + 1;
        if (worst == i)
            return;
        uint32_t t = h->at[i];
        h->at[i] = h->at[worst];
        h->at[worst] = t;
        i = worst;
    }
}

static void heap_offer(Heap *h, uint32_t j)
{
    if (h->n < h->cap) {
        size_t i = h->n++;
        h->at[i] = j;
        while (i > 0 && worse(h, h->at[i], h->at[(i - 1) / 2])) {
            uint32_t t = h->at[i];
            h->at[i] = h->at[(i - 1) / 2];
            h->at[(i - 1) / 2] = t;
            i = (i - 1) / 2;
        }
    } else if (worse(h, h->at[0], j)) {
        h->at[0] = j;
        sink_down(h, 0);
    }
}

/* Best first. */
static void heap_sort(Heap *h)
{
    size_t n = h->n;
    while (h->n > 1) {
        uint32_t t = h->at[0];
        h->at[0] = h->at[--h->n];
        h->at[h->n] = t;
        sink_down(h, 0);
    }
    h->n = n;
}

static void keep_best(const Run *r, size_t slot, const double *eta, const double *p, uint32_t *heap)
{
    Heap h = {heap, 0, r->width, eta, r->partner->place};
    for (size_t j = 0; j < r->partner->known; j++)
        if (h.n < h.cap || eta[j] >= eta[h.at[0]])
            heap_offer(&h, (uint32_t)j);
    heap_sort(&h);
    for (size_t k = 0; k < r->width; k++) {
        /* an owner that lacks inputs has no best partners: NaN and no row */
        r->out_partner[slot * r->width + k] = k < h.n ? r->partner->row[h.at[k]] : UINT32_MAX;
        r->out_p[slot * r->width + k] = k < h.n ? p[h.at[k]] : NAN;
    }
}

static void keep_all(const Run *r, size_t slot, const double *p)
{
    double *out = r->out_p + slot * r->width;
    const Side *b = r->partner;
    for (size_t j = 0; j < b->known; j++)
        out[b->place[j]] = p ? p[j] : NAN;
    for (size_t j = b->known; j < b->n; j++)
        out[b->place[j]] = NAN;
    memcpy(r->out_partner + slot * r->width, r->row_at, b->n * sizeof *r->row_at);
}

/* ---- one owner ---- */

static void owner_none(const Run *r, size_t slot)
{
    r->sum[slot] = 0;
    r->unknown[slot] = r->partner->n;
    if (!r->out_p)
        return;
    if (!r->top) {
        keep_all(r, slot, NULL);
        return;
    }
    for (size_t k = 0; k < r->width; k++) {
        r->out_partner[slot * r->width + k] = UINT32_MAX;
        r->out_p[slot * r->width + k] = NAN;
    }
}

/* By rows a pair may lack inputs on its own: those are passed over. */
static size_t clean(const double *eta, size_t n, double *out)
{
    size_t bad = 0;
    for (size_t j = 0; j < n; j++) {
        out[j] = isnan(eta[j]) ? -INFINITY : eta[j];
        bad += isnan(eta[j]) ? 1 : 0;
    }
    return bad;
}

static void owner_rows(const Run *r, size_t slot, Scratch *t)
{
    size_t n = r->partner->known;
    const double *eta = r->eta + slot * n;
    size_t bad = clean(eta, n, t->eta);
    r->sum[slot] = means(r->s->m, t->eta, n, t->p);
    r->unknown[slot] = bad + r->partner->n - n;
    if (bad) {
        r->sum[slot] = 0;
        for (size_t j = 0; j < n; j++) {
            if (isnan(eta[j]))
                t->p[j] = NAN;
            else
                r->sum[slot] += t->p[j];
        }
    }
    if (!r->out_p)
        return;
    if (r->top)
        keep_best(r, slot, t->eta, t->p, t->heap);
    else
        keep_all(r, slot, t->p);
}

static void run_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Run *r = ctx;
    Scratch *t = scratch;
    (void)chunk;
    for (size_t slot = from; slot < to; slot++) {
        size_t k = r->from + slot;
        if (isnan(r->owner->part[k])) {
            owner_none(r, slot);
        } else if (r->eta) {
            owner_rows(r, slot, t);
        } else {
            owner_eta(r, k, t->eta);
            r->sum[slot] = means(r->s->m, t->eta, r->partner->known, t->p);
            r->unknown[slot] = r->partner->n - r->partner->known;
            if (r->out_p && r->top)
                keep_best(r, slot, t->eta, t->p, t->heap);
            else if (r->out_p)
                keep_all(r, slot, t->p);
        }
    }
}

/* ---- batches ---- */

/* Linear predictors of the batch's pairs, made as rows; of owners and partners that can be
 * predicted. */
static bool batch_rows(Run *r, size_t owners, double *eta, Error *err)
{
    size_t known = r->owner->known > r->from ? r->owner->known - r->from : 0,
           nb = r->partner->known;
    size_t total = (known < owners ? known : owners) * nb,
           slice = total < ROWS_BATCH ? total : ROWS_BATCH;
    uint32_t *a = xcalloc(slice, sizeof *a), *b = xcalloc(slice, sizeof *b);
    uint8_t *ok = xcalloc(slice, 1);
    bool done = true;
    for (size_t from = 0; done && from < total; from += slice) {
        size_t n = total - from < slice ? total - from : slice;
        for (size_t k = 0; k < n; k++) {
            a[k] = r->owner->row[r->from + (from + k) / nb];
            b[k] = r->partner->row[(from + k) % nb];
        }
        done = !cancelled(err) && pair_rows_eta(r->s, r->by_post ? b : a, r->by_post ? a : b, n,
                                                NULL, true, eta + from, ok, NULL, err);
        for (size_t k = 0; done && k < n; k++)
            if (!ok[k])
                eta[from + k] = NAN;
    }
    free(a);
    free(b);
    free(ok);
    return done;
}

static bool hand_on(Run *r, size_t owners, size_t *start, PairSink sink, void *ctx, PairReport *rep,
                    Error *err)
{
    size_t kept = 0;
    for (size_t k = 0; k < owners; k++) {
        start[k] = kept;
        for (size_t j = k * r->width; j < (k + 1) * r->width; j++) {
            /* the gaps of owners with fewer than K partners close */
            if (r->out_partner[j] == UINT32_MAX || (r->top && isnan(r->out_p[j])))
                continue;
            r->out_partner[kept] = r->out_partner[j];
            r->out_p[kept++] = r->out_p[j];
        }
    }
    start[owners] = kept;
    rep->kept += (double)kept;
    PairBatch b = {r->by_post, owners, r->owner->row + r->from, start, r->out_partner, r->out_p};
    return sink(ctx, &b, err);
}

static Scratch *scratch_new(const Run *r, size_t threads, void **each)
{
    Scratch *t = xcalloc(threads, sizeof *t);
    for (size_t k = 0; k < threads; k++) {
        t[k].eta = xcalloc(r->partner->n, sizeof(double));
        t[k].p = xcalloc(r->partner->n, sizeof(double));
        t[k].heap = xcalloc(r->width + 1, sizeof(uint32_t));
        each[k] = &t[k];
    }
    return t;
}

static void scratch_free(Scratch *t, size_t threads)
{
    for (size_t k = 0; k < threads; k++) {
        free(t[k].eta);
        free(t[k].p);
        free(t[k].heap);
    }
    free(t);
}

/* The arrays of one batch of at most `owners`. */
static bool batch_alloc(Run *r, size_t owners, bool listens, double **eta, size_t **start,
                        Error *err)
{
    r->sum = big_alloc(owners, sizeof *r->sum, false, "a batch of pairs", err);
    r->unknown = big_alloc(owners, sizeof *r->unknown, false, "a batch of pairs", err);
    *start = big_alloc(owners + 1, sizeof **start, false, "a batch of pairs", err);
    bool ok = r->sum && r->unknown && *start;
    if (ok && listens) {
        r->out_partner =
            big_alloc(owners * r->width, sizeof *r->out_partner, false, "a batch of pairs", err);
        r->out_p = big_alloc(owners * r->width, sizeof *r->out_p, false, "a batch of pairs", err);
        ok = r->out_partner && r->out_p;
    }
    if (ok && r->s->by_rows) {
        *eta = big_alloc(owners * r->partner->n, sizeof **eta, false, "a batch of pairs", err);
        ok = *eta != NULL;
        r->eta = *eta;
    }
    return ok;
}

static size_t batch_owners(const Run *r, bool listens)
{
    size_t pairs = r->s->opt.batch_pairs ? r->s->opt.batch_pairs : BATCH_PAIRS;
    size_t width = r->s->by_rows ? r->partner->n : r->width;
    if (!listens && !r->s->by_rows)
        width = 1; /* nothing is kept but a sum an owner */
    size_t owners = width ? pairs / width : pairs;
    return owners < 1 ? 1 : owners > r->owner->n ? r->owner->n : owners;
}

static bool run_batches(Run *r, PairSink sink, void *ctx, PairReport *rep, Error *err)
{
    size_t owners = batch_owners(r, sink != NULL), threads = par_threads(), *start = NULL;
    void **each = xcalloc(threads, sizeof *each);
    Scratch *t = scratch_new(r, threads, each);
    double *eta = NULL, sum = 0;
    size_t chunk = 4096 / (r->partner->n + 1) + 1;
    bool ok = batch_alloc(r, owners, sink != NULL, &eta, &start, err);
    for (; ok && r->from < r->owner->n; r->from += owners) {
        size_t n = r->owner->n - r->from < owners ? r->owner->n - r->from : owners;
        ok = !eta || batch_rows(r, n, eta, err);
        ok =
            ok &&
            par_rows(&(ParJob){.n = n, .chunk = chunk, .ctx = r, .scratch = each, .work = run_work},
                     err);
        for (size_t k = 0; ok && k < n; k++) {
            sum += r->sum[k];
            rep->unknown += r->unknown[k];
        }
        ok = ok && (!sink || hand_on(r, n, start, sink, ctx, rep, err));
        rep->pairs += (double)n * (double)r->partner->n;
        progress_tick("scoring", rep->pairs, (double)r->owner->n * (double)r->partner->n, "pairs");
    }
    rep->mean = sum / (rep->pairs - (double)rep->unknown);
    scratch_free(t, threads);
    free(each);
    free(eta);
    free(start);
    free(r->sum);
    free(r->unknown);
    free(r->out_partner);
    free(r->out_p);
    return ok;
}

/* ---- the door ---- */

/* Rows are made of the model's inputs alone. */
static void only_inputs(PairScorer *s)
{
    Str *names = xcalloc(s->m->ninputs + 1, sizeof *names);
    for (size_t i = 0; i < s->m->ninputs; i++)
        names[i] = str_of(s->m->inputs[i].name);
    rowmaker_only(s->maker, names, s->m->ninputs);
    free(names);
}

PairScorer *pairs_new(const Model *m, const World *w, const PairOptions *opt, Error *err)
{
    if (!m->recipe) {
        fail(err, ERR_DATA,
             "the model was not fitted on a table that 'features' made, so nothing tells how to "
             "make its "
             "inputs for a user and a post");
        error_hint(err, "load the tables, features, fit; or score a table of rows");
        return NULL;
    }
    if (opt->top_posts && opt->top_users) {
        fail(err, ERR_USAGE,
             "the best posts of each user or the best users of each post, not both");
        return NULL;
    }
    PairScorer *s = xcalloc(1, sizeof *s);
    *s = (PairScorer){.m = m, .w = w, .opt = *opt};
    s->maker = rowmaker_new(m->recipe, w, opt->moment, err);
    if (s->maker)
        only_inputs(s);
    if (!s->maker || !pair_parts(s, err)) {
        pairs_free(s);
        return NULL;
    }
    return s;
}

void pairs_free(PairScorer *s)
{
    if (!s)
        return;
    side_clear(&s->user);
    side_clear(&s->post);
    free(s->table);
    rowmaker_free(s->maker);
    free(s);
}

bool pairs_run(PairScorer *s, PairSink sink, void *ctx, PairReport *rep, Error *err)
{
    double began = clock_seconds();
    bool by_post = s->opt.top_users > 0;
    Run r = {.s = s,
             .by_post = by_post,
             .owner = by_post ? &s->post : &s->user,
             .partner = by_post ? &s->user : &s->post,
             .top = by_post ? s->opt.top_users : s->opt.top_posts};
    r.width = r.top && r.top < r.partner->n ? r.top : r.partner->n;
    *rep = (PairReport){.users = s->user.n,
                        .posts = s->post.n,
                        .answers = s->answers,
                        .same_ranking = !s->joint && !s->by_rows,
                        .method = s->by_rows ? "rows"
                                  : s->table ? "parts and a table"
                                             : "parts"};
    if (s->by_rows) /* of this run; by parts it was met when the parts were made */
        s->replay = (ReplayReport){0};
    r.row_at = xcalloc(r.partner->n, sizeof *r.row_at);
    for (size_t j = 0; j < r.partner->n; j++)
        r.row_at[r.partner->place[j]] = r.partner->row[j];
    bool ok = run_batches(&r, sink, ctx, rep, err);
    free(r.row_at);
    rep->replay = s->replay;
    rep->seconds = clock_seconds() - began;
    return ok;
}

/* ---- a sink that writes ---- */

/* Keys of the batch's pairs: `each` of n owners repeated, or the partners. */
static Column *key_column(const World *w, bool users, const uint32_t *rows, size_t n, Error *err)
{
    const Frame *f = users ? w->users : w->posts;
    long at = users ? w->users_roles.col[ROLE_USER] : w->posts_roles.col[ROLE_POST];
    if (!f || at < 0) {
        fail(err, ERR_DATA, "the table of %s has no key column", users ? "users" : "posts");
        return NULL;
    }
    return column_take(f->cols[at], rows, n, err);
}

bool pair_writer_put(void *ctx, const PairBatch *b, Error *err)
{
    PairWriter *pw = ctx;
    size_t n = b->start[b->n];
    uint32_t *owner = big_alloc(n, sizeof *owner, false, "a batch of pairs", err);
    if (!owner)
        return false;
    for (size_t k = 0; k < b->n; k++)
        for (size_t j = b->start[k]; j < b->start[k + 1]; j++)
            owner[j] = b->owner[k];
    Column *cols[3] = {key_column(pw->world, true, b->by_post ? b->partner : owner, n, err)};
    cols[1] =
        cols[0] ? key_column(pw->world, false, b->by_post ? owner : b->partner, n, err) : NULL;
    cols[2] = cols[1] ? column_new(COL_REAL, n, err) : NULL;
    free(owner);
    bool ok = cols[2] != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        cols[2]->v.d[i] = isnan(b->p[i]) ? 0 : b->p[i];
        ok = !isnan(b->p[i]) || column_set_null(cols[2], i, err);
    }
    if (!ok) {
        for (size_t k = 0; k < 3; k++)
            column_unref(cols[k]);
        return false;
    }
    char user[] = "user", post[] = "post", probability[] = "probability";
    char *names[3] = {user, post, probability};
    Frame *f = frame_new(names, cols, 3, n);
    ok = pw->writer->put(pw->writer, f, err);
    frame_unref(f);
    return ok;
}
