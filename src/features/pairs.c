/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pairs.c - rows of users x posts: who could have come to a post, and who did.
 *
 * Each post with a date is one decision, at the moment when it appears. Its candidates are the
 * users with an interaction in the `active` time before (30 days), its author excepted. A
 * candidate is positive when an interaction of a positive type with the post follows within the
 * window. Left out: posts that answer another one, and posts whose window reaches beyond the last
 * interaction, since nobody knows yet who will come.
 *
 * The candidates are walked twice as a stream, posts in the order of time, one counter a user for
 * the sliding window: the first time they are counted, the second time positives are kept and
 * negatives with probability r = negatives * positives / candidates that did not come, decided by
 * a hash of (seed, user, post), so that the choice does not depend on the order. Memory is that
 * of the kept rows. The share kept in the end is spec->sample_rate.
 */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/rng.h"
#include "maker_priv.h"

typedef struct Walk {
    Maker *m;
    const Spec *spec;
    uint32_t *posts; /* candidates' posts by moment */
    size_t nposts;
    uint32_t *active;    /* events of each user in the sliding window */
    uint64_t *is_active; /* one bit a user */
    uint64_t *came;      /* one bit a user: positive for this post */
    size_t words;
    size_t positives, negatives, cold; /* cold: came without having been active */
} Walk;

/* What is done with one pair. */
typedef void (*PairFn)(void *ctx, uint32_t user, uint32_t post, bool came);

static bool is_positive(const Maker *m, uint32_t e)
{
    return m->type[e] < 0 ? m->spec->ntypes == 0 : m->spec->types[m->type[e]].positive;
}

/* Marks who came to the post within the window; those who had not been active are counted apart. */
static void mark_came(Walk *w, uint32_t post, int64_t moment, bool on)
{
    const Timeline *t = &w->m->line[LINE_POST];
    uint32_t from = timeline_at(t, t->start[post], t->start[post + 1], moment);
    uint32_t author = w->m->author_user ? w->m->author_user[post] : NO_ID;
    for (uint32_t k = from; k < t->start[post + 1] && t->when[k] < moment + w->spec->window_us;
         k++) {
        uint32_t u = w->m->user[t->event[k]];
        uint64_t bit = UINT64_C(1) << (u & 63);
        if (!is_positive(w->m, t->event[k]) || u == author)
            continue;
        if (on && !(w->came[u >> 6] & bit) && !(w->is_active[u >> 6] & bit))
            w->cold++;
        if (on)
            w->came[u >> 6] |= bit;
        else
            w->came[u >> 6] &= ~bit;
    }
}

static void slide(Walk *w, size_t *in, size_t *out, int64_t moment)
{
    const Maker *m = w->m;
    for (; *in < m->norder && m->seen[m->order[*in]] < moment; ++*in) {
        uint32_t u = m->user[m->order[*in]];
        if (!event_is_session(m, m->order[*in]) && w->active[u]++ == 0)
            w->is_active[u >> 6] |= UINT64_C(1) << (u & 63);
    }
    for (; *out < *in && m->seen[m->order[*out]] < moment - w->spec->active_us; ++*out) {
        uint32_t u = m->user[m->order[*out]];
        if (!event_is_session(m, m->order[*out]) && --w->active[u] == 0)
            w->is_active[u >> 6] &= ~(UINT64_C(1) << (u & 63));
    }
}

static bool walk_pairs(Walk *w, PairFn fn, void *ctx, Error *err)
{
    size_t in = 0, out = 0;
    memset(w->active, 0, w->m->nusers * sizeof *w->active);
    memset(w->is_active, 0, w->words * sizeof *w->is_active);
    w->positives = w->negatives = w->cold = 0;
    for (size_t k = 0; k < w->nposts; k++) {
        uint32_t post = w->posts[k];
        int64_t moment = w->m->posted[post];
        uint32_t author = w->m->author_user ? w->m->author_user[post] : NO_ID;
        slide(w, &in, &out, moment);
        mark_came(w, post, moment, true);
        for (size_t word = 0; word < w->words; word++)
            for (uint32_t bit = 0; bit < 64 && w->is_active[word] >> bit; bit++) {
                uint32_t u = (uint32_t)word * 64 + bit;
                bool came = w->came[word] >> bit & 1;
                if (!(w->is_active[word] >> bit & 1) || u == author)
                    continue;
                w->positives += came;
                w->negatives += !came;
                if (fn)
                    fn(ctx, u, post, came);
            }
        mark_came(w, post, moment, false);
        if (k % 64 == 0 && cancelled(err))
            return false;
        progress_tick("pairs", (double)k, (double)w->nposts, "posts");
    }
    return true;
}

/* ---- keeping ---- */

typedef struct Kept {
    uint32_t *user, *post;
    uint8_t *came;
    size_t n, cap;
    uint64_t seed;
    double rate;
    size_t negatives;
} Kept;

/* A number in [0, 1) that belongs to the pair: one step of splitmix64 (Steele, Lea, Flood 2014)
 * on each of its parts. */
static double unit_of(uint64_t seed, uint32_t user, uint32_t post)
{
    uint64_t z = seed + 0x9E3779B97F4A7C15u * (((uint64_t)user << 32 | post) + 1);
    for (int k = 0; k < 2; k++) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
        z ^= z >> 31;
    }
    return (double)(z >> 11) * 0x1p-53;
}

static void keep_pair(void *ctx, uint32_t user, uint32_t post, bool came)
{
    Kept *k = ctx;
    if (!came && k->rate < 1 && unit_of(k->seed, user, post) >= k->rate)
        return;
    if (k->n ==
        k->cap) /* room for five sigma more than expected; beyond that nothing is lost but a row */
        return;
    k->user[k->n] = user;
    k->post[k->n] = post;
    k->came[k->n++] = came;
    k->negatives += !came;
}

/* ---- posts ---- */

static bool choose_posts(Walk *w, FeatureReport *report, Error *err)
{
    Maker *m = w->m;
    size_t answers = 0, undated = 0, open = 0, n = 0;
    int64_t end = m->norder ? m->seen[m->order[m->norder - 1]] : NO_TIME;
    int64_t *moment = big_alloc(m->nposts + 1, sizeof *moment, false, "posts by date", err);
    uint32_t *id = big_alloc(m->nposts + 1, sizeof *id, false, "posts by date", err);
    uint32_t *order = big_alloc(m->nposts + 1, sizeof *order, false, "posts by date", err);
    w->posts = big_alloc(m->nposts + 1, sizeof *w->posts, false, "posts by date", err);
    bool ok = moment && id && order && w->posts;
    for (uint32_t p = 0; ok && p < m->nposts; p++) {
        int64_t at = m->posted[p];
        if (m->parent_of && m->parent_of[p])
            answers++;
        else if (at == NO_TIME)
            undated++;
        else if (end == NO_TIME || at > end - w->spec->window_us ||
                 (w->spec->as_of != INT64_MIN && at + w->spec->window_us > w->spec->as_of))
            open++;
        else {
            moment[n] = at;
            id[n++] = p;
        }
    }
    ok = ok && order_by_time(moment, n, order, err);
    for (size_t k = 0; ok && k < n; k++)
        w->posts[k] = id[order[k]];
    w->nposts = n;
    if (answers)
        report_note(report, "%s post%s answering another one: no candidates", COUNTED(answers),
                    MANY(answers));
    if (undated)
        report_note(report, "%s post%s without a date left out", COUNTED(undated), MANY(undated));
    if (open)
        report_note(report,
                    "%s post%s left out: the window of %.3g days was still open at the end "
                    "of the data",
                    COUNTED(open), MANY(open), (double)w->spec->window_us / (double)US_PER_DAY);
    free(moment);
    free(id);
    free(order);
    return ok;
}

static bool check_pairs(const Maker *m, Error *err)
{
    if (!m->posted || m->w.events_roles.col[ROLE_TIME] < 0 ||
        m->w.events_roles.col[ROLE_POST] < 0) {
        fail(err, ERR_DATA,
             "rows of pairs need posts with a date, and interactions with a post and a time");
        return error_hint(err, "roles POSTS: date=COLUMN");
    }
    return true;
}

/* Rows in the order of the walk: by moment, then by user. */
static bool fill_rows(Maker *m, const Kept *kept, Rows *out, Error *err)
{
    int64_t *when = bag_alloc(&out->bag, kept->n, sizeof *when, false, "pairs", err);
    if (!when)
        return false;
    for (size_t i = 0; i < kept->n; i++)
        when[i] = m->posted[kept->post[i]];
    out->n = kept->n;
    out->user = kept->user;
    out->post = kept->post;
    out->response = kept->came;
    out->when = when;
    return true;
}

static bool keep_rows(Walk *w, Spec *spec, Rows *out, FeatureReport *report, Error *err)
{
    size_t positives = w->positives, negatives = w->negatives, cold = w->cold;
    Rng stream = rng_stream(spec->seed, "pairs");
    Kept kept = {.seed = rng_next(&stream), .rate = 1};
    double wanted = spec->negatives * (double)positives;
    if (spec->negatives > 0 && wanted < (double)negatives)
        kept.rate = wanted / (double)negatives;
    double expected = kept.rate * (double)negatives;
    kept.cap =
        positives + (kept.rate < 1 ? (size_t)(expected + 5 * sqrt(expected) + 16) : negatives);
    kept.user = bag_alloc(&out->bag, kept.cap, sizeof *kept.user, false, "pairs", err);
    kept.post = bag_alloc(&out->bag, kept.cap, sizeof *kept.post, false, "pairs", err);
    kept.came = bag_alloc(&out->bag, kept.cap, sizeof *kept.came, false, "pairs", err);
    if (!kept.user || !kept.post || !kept.came || !walk_pairs(w, keep_pair, &kept, err))
        return false;
    spec->sample_rate = negatives ? (double)kept.negatives / (double)negatives : 1;
    report_note(report,
                "%s posts, %s pairs, %s of them positive; %s came without an event in the %.3g "
                "days before",
                COUNTED(w->nposts), COUNTED(positives + negatives), COUNTED(positives),
                COUNTED(cold), (double)spec->active_us / (double)US_PER_DAY);
    if (kept.rate < 1)
        report_note(report,
                    "%s of %s negatives kept; the column sampling_offset tells fit, so that "
                    "probabilities are those of all pairs",
                    COUNTED(kept.negatives), COUNTED(negatives));
    return fill_rows(w->m, &kept, out, err);
}

bool pairs_rows(Maker *m, Spec *spec, Rows *out, FeatureReport *report, Error *err)
{
    if (!check_pairs(m, err) || !maker_line(m, LINE_POST, err))
        return false;
    Walk w = {.m = m, .spec = spec, .words = m->nusers / 64 + 1};
    w.active = big_alloc(m->nusers + 1, sizeof *w.active, false, "active users", err);
    w.is_active = big_alloc(w.words, sizeof *w.is_active, false, "active users", err);
    w.came = big_alloc(w.words, sizeof *w.came, true, "active users", err);
    bool ok = w.active && w.is_active && w.came && choose_posts(&w, report, err);
    ok = ok && walk_pairs(&w, NULL, NULL, err);
    if (ok && w.positives + w.negatives == 0) {
        fail(err, ERR_DATA,
             "no post has a candidate: none of the %zu posts had an active user before it",
             w.nposts);
        ok = error_hint(err, "check the dates of posts and the times of interactions");
    }
    ok = ok && keep_rows(&w, spec, out, report, err);
    free(w.posts);
    free(w.active);
    free(w.is_active);
    free(w.came);
    return ok;
}
