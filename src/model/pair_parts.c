/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pair_parts.c - takes the linear predictor of (user, post) apart: alpha + a(user) + b(post) +
 * c(user, post).
 *
 * What a term depends on is known from the recipe. Rows are made and encoded by the same code as
 * always: all users with one post give a(user), all posts with one user give b(post), by products
 * with the coefficients of the terms of that side alone. For terms that read both sides, users that
 * agree in all the columns which such terms read form a profile, likewise posts; one row for each
 * pair of profiles gives the table c. A column that itself joins user and post (the user's earlier
 * visits to the author) has no such parts: then every pair is made as a row.
 */
#include <math.h>
#include <stdlib.h>

#include "data/frameops.h"
#include "model_priv.h"
#include "pairs_priv.h"

#define TABLE_MAX ((size_t)1 << 21) /* entries of the joint table; beyond, rows are as quick */
#define SLICE ((size_t)1 << 17)     /* pairs made as rows at a time */
#define TRIES 1024                  /* pairs looked at for one with every input known */

void side_clear(Side *s)
{
    free(s->row);
    free(s->place);
    free(s->part);
    free(s->profile);
    free(s->first);
    *s = (Side){0};
}

/* ---- rows ---- */

bool pair_rows_eta(PairScorer *s, const uint32_t *users, const uint32_t *posts, size_t n,
                   const uint8_t *terms, bool intercept, double *eta, uint8_t *ok, Frame **frame,
                   Error *err)
{
    const Model *m = s->m;
    size_t p = m->enc->ncols;
    uint8_t *flag = NULL;
    ReplayReport report = {0};
    double *beta = xcalloc(p ? p : 1, sizeof *beta);
    for (size_t j = 0; j < p; j++) {
        long t = m->enc->cols[j].term;
        if (t < 0 ? intercept : !terms || terms[t])
            beta[j] = m->beta[j];
    }
    Frame *made = rowmaker_rows(s->maker, users, posts, n, err);
    Frame *full = made ? model_frame(m, made, NULL, 0, err) : NULL;
    Design *d =
        full ? design_replay(m->enc, full, NULL, 0, UNSEEN_BASE, false, &flag, &report, err) : NULL;
    bool done = d && matrix_times(&d->x, beta, intercept ? d->offset : NULL, eta, err);
    if (done) {
        memcpy(ok, flag, n);
        replay_add(&s->replay, &report);
        if (frame)
            *frame = frame_ref(full);
    }
    free(flag);
    design_free(d);
    frame_unref(full);
    frame_unref(made);
    free(beta);
    return done;
}

/* ---- sides ---- */

static bool side_init(Side *s, const uint32_t *rows, size_t n, const Frame *table, const char *what,
                      Error *err)
{
    if (!table)
        return fail(err, ERR_DATA, "there is no table of %s", what);
    s->n = rows ? n : table->rows;
    if (!s->n)
        return fail(err, ERR_DATA, "there are no %s to score", what);
    s->row = big_alloc(s->n, sizeof *s->row, false, what, err);
    s->place = big_alloc(s->n, sizeof *s->place, false, what, err);
    s->part = big_alloc(s->n, sizeof *s->part, true, what, err); /* by rows nobody else fills it */
    s->profile = big_alloc(s->n, sizeof *s->profile, true, what, err);
    if (!s->row || !s->place || !s->part || !s->profile)
        return false;
    for (size_t i = 0; i < s->n; i++) {
        s->row[i] = rows ? rows[i] : (uint32_t)i;
        s->place[i] = (uint32_t)i;
    }
    return true;
}

static bool none_whole(const Model *m, Error *err)
{
    fail(err, ERR_DATA, "no user and post have all that the model reads");
    for (size_t i = 0; i < m->ninputs; i++)
        if (!m->inputs[i].source &&
            recipe_depends(m->recipe, str_of(m->inputs[i].name)) & DEPENDS_EVENT)
            return error_hint(err, "'%s' is only known of an interaction: fit without it",
                              m->inputs[i].name);
    return false;
}

/* A pair all of whose inputs are known, so that a null on the other side does not spoil a part. */
static bool find_whole(PairScorer *s, uint32_t *user, uint32_t *post, Error *err)
{
    uint32_t users[TRIES], posts[TRIES];
    double eta[TRIES];
    uint8_t ok[TRIES];
    for (size_t k = 0; k < TRIES; k++) {
        /* steps without a common factor meet many different pairs */
        users[k] = s->user.row[k * 7919 % s->user.n];
        posts[k] = s->post.row[k * 104729 % s->post.n];
    }
    ReplayReport before = s->replay; /* these rows are a sample: they are all met again */
    if (!pair_rows_eta(s, users, posts, TRIES, NULL, true, eta, ok, NULL, err))
        return false;
    s->replay = before;
    size_t at = 0;
    while (at < TRIES && !ok[at])
        at++;
    if (at == TRIES)
        return none_whole(s->m, err);
    *user = users[at];
    *post = posts[at];
    return true;
}

/* Which terms take part: those whose bits are `want`. */
static uint8_t *term_mask(const Model *m, unsigned want)
{
    size_t n = m->enc->terms->nterms;
    uint8_t *mask = xcalloc(n ? n : 1, 1);
    for (size_t t = 0; t < n; t++) {
        unsigned bits = term_depends(m, t) & (DEPENDS_USER | DEPENDS_POST);
        mask[t] =
            bits == want || (want == DEPENDS_USER && bits == 0); /* constants go with the user */
    }
    return mask;
}

/* Columns of the frame which joint terms read and which depend on this side. */
static size_t joint_columns(const Model *m, const Frame *f, unsigned side, size_t *cols)
{
    const Terms *terms = m->enc->terms;
    uint8_t *mask = term_mask(m, DEPENDS_USER | DEPENDS_POST);
    Arena *a = arena_new();
    size_t n = 0;
    for (size_t t = 0; t < terms->nterms; t++)
        for (size_t v = 0; mask[t] && v < terms->terms[t].nvars; v++) {
            Str *names;
            size_t k = expr_columns(terms->vars[terms->terms[t].var[v]].expr, a, &names);
            for (size_t i = 0; i < k; i++) {
                long at = frame_find(f, names[i]);
                bool have = at < 0;
                for (size_t j = 0; j < n && !have; j++)
                    have = cols[j] == (size_t)at;
                if (!have && recipe_depends(m->recipe, names[i]) & side)
                    cols[n++] = (size_t)at;
            }
        }
    arena_free(a);
    free(mask);
    return n;
}

/* Numbers the profiles of a side; the frame has its rows in the side's order. */
static bool find_profiles(const Model *m, Side *s, const Frame *f, unsigned bit, Error *err)
{
    size_t *cols = xcalloc(f->ncols + 1, sizeof *cols), n = joint_columns(m, f, bit, cols);
    Grouping g = {0};
    bool ok = n == 0 || frame_group(f, cols, n, &g, err);
    free(cols);
    if (!ok)
        return false;
    s->nprofiles = n ? g.ngroups : 1;
    if (n)
        memcpy(s->profile, g.group, s->n * sizeof *s->profile);
    grouping_clear(&g);
    return true;
}

/* Puts known entries first, profile by profile, keeping their order; a counting sort. */
static bool side_order(Side *s, const uint8_t *ok, Error *err)
{
    size_t groups = s->nprofiles + 1, *at = xcalloc(groups + 1, sizeof *at);
    Side t = {.n = s->n, .nprofiles = s->nprofiles};
    t.row = big_alloc(s->n, sizeof *t.row, false, "the order of pairs", err);
    t.place = big_alloc(s->n, sizeof *t.place, false, "the order of pairs", err);
    t.part = big_alloc(s->n, sizeof *t.part, false, "the order of pairs", err);
    t.profile = big_alloc(s->n, sizeof *t.profile, false, "the order of pairs", err);
    if (!t.row || !t.place || !t.part || !t.profile) {
        side_clear(&t);
        free(at);
        return false;
    }
    for (size_t i = 0; i < s->n; i++)
        at[(ok[i] ? s->profile[i] : s->nprofiles) + 1]++;
    for (size_t g = 0; g < groups; g++)
        at[g + 1] += at[g];
    t.known = at[s->nprofiles];
    t.first = xcalloc(groups, sizeof *t.first);
    memcpy(t.first, at, groups * sizeof *at);
    for (size_t i = 0; i < s->n; i++) {
        size_t k = at[ok[i] ? s->profile[i] : s->nprofiles]++;
        t.row[k] = s->row[i];
        t.place[k] = s->place[i];
        t.part[k] = ok[i] ? s->part[i] : NAN;
        t.profile[k] = s->profile[i];
    }
    free(at);
    side_clear(s);
    *s = t;
    return true;
}

/* The part and the profiles of one side, with the other held at `fixed`. */
static bool side_learn(PairScorer *s, Side *side, unsigned bit, uint32_t fixed, Error *err)
{
    uint8_t *mask = term_mask(s->m, bit),
            *ok = big_alloc(side->n, 1, false, "the parts of pairs", err);
    uint32_t *other = big_alloc(side->n, sizeof *other, false, "the parts of pairs", err);
    Frame *f = NULL;
    bool users = bit == DEPENDS_USER, done = ok && other;
    for (size_t i = 0; done && i < side->n; i++)
        other[i] = fixed;
    done = done &&
           pair_rows_eta(s, users ? side->row : other, users ? other : side->row, side->n, mask,
                         users, side->part, ok, &f, err) &&
           find_profiles(s->m, side, f, bit, err) && side_order(side, ok, err);
    frame_unref(f);
    free(mask);
    free(other);
    free(ok);
    return done;
}

/* ---- the table ---- */

/* A user of each profile, as rows of the world's table; profiles nobody known has keep entry 0. */
static uint32_t *representatives(const Side *s)
{
    uint32_t *rep = xcalloc(s->nprofiles, sizeof *rep);
    for (size_t g = 0; g < s->nprofiles; g++)
        rep[g] = s->row[s->first[g] < s->first[g + 1] ? s->first[g] : 0];
    return rep;
}

static bool fill_table(PairScorer *s, Error *err)
{
    size_t nu = s->user.nprofiles, np = s->post.nprofiles, total = nu * np;
    uint32_t *ru = representatives(&s->user), *rp = representatives(&s->post);
    size_t slice = total < SLICE ? total : SLICE;
    uint32_t *users = xcalloc(slice, sizeof *users), *posts = xcalloc(slice, sizeof *posts);
    uint8_t *ok = xcalloc(slice, 1), *mask = term_mask(s->m, DEPENDS_USER | DEPENDS_POST);
    bool done =
        (s->table = big_alloc(total, sizeof *s->table, false, "the joint table", err)) != NULL;
    for (size_t from = 0; done && from < total; from += slice) {
        size_t n = total - from < slice ? total - from : slice;
        for (size_t k = 0; k < n; k++) {
            users[k] = ru[(from + k) / np];
            posts[k] = rp[(from + k) % np];
        }
        ReplayReport before = s->replay; /* both sides told theirs */
        done = pair_rows_eta(s, users, posts, n, mask, false, s->table + from, ok, NULL, err);
        s->replay = before;
    }
    free(ru);
    free(rp);
    free(users);
    free(posts);
    free(ok);
    free(mask);
    return done;
}

/* A variable that reads both sides cannot be taken apart. */
static bool has_joint_variable(const Model *m)
{
    const Terms *t = m->enc->terms;
    const unsigned both = DEPENDS_USER | DEPENDS_POST;
    bool found = false;
    Arena *a = arena_new();
    for (size_t v = 0; v < t->nvars && !found; v++) {
        Str *cols;
        unsigned bits = 0;
        size_t n = expr_columns(t->vars[v].expr, a, &cols);
        for (size_t k = 0; k < n; k++)
            bits |= recipe_depends(m->recipe, cols[k]);
        found = (bits & both) == both;
    }
    arena_free(a);
    return found;
}

static bool has_joint_term(const Model *m)
{
    const unsigned both = DEPENDS_USER | DEPENDS_POST;
    for (size_t t = 0; t < m->enc->terms->nterms; t++)
        if ((term_depends(m, t) & both) == both)
            return true;
    return false;
}

/* Clears the flag of entries that lack an input of their own: whatever they meet, there is no
 * prediction. */
static void clear_lacking(const Model *m, const Frame *f, unsigned bit, uint8_t *ok)
{
    for (size_t j = 0; j < m->ninputs; j++) {
        Str name = str_of(m->inputs[j].name);
        const Column *c = frame_column(f, name);
        unsigned both = recipe_depends(m->recipe, name) & (DEPENDS_USER | DEPENDS_POST);
        if (!c || m->inputs[j].source || both != bit)
            continue;
        for (size_t i = 0; c->nulls && i < f->rows; i++)
            ok[i] = ok[i] && !column_is_null(c, i);
    }
}

/* One profile; entries that can be predicted first. */
static bool side_plain(PairScorer *s, Side *side, unsigned bit, Error *err)
{
    bool users = bit == DEPENDS_USER, done = false;
    uint8_t *ok = big_alloc(side->n, 1, false, "the order of pairs", err);
    uint32_t *other = big_alloc(side->n, sizeof *other, false, "the order of pairs", err);
    Frame *f = NULL, *full = NULL;
    if (!ok || !other)
        goto done;
    for (size_t i = 0; i < side->n; i++)
        other[i] = (users ? &s->post : &s->user)->row[0];
    f = rowmaker_rows(s->maker, users ? side->row : other, users ? other : side->row, side->n, err);
    full = f ? model_frame(s->m, f, NULL, 0, err) : NULL;
    if (!full)
        goto done;
    memset(ok, 1, side->n);
    clear_lacking(s->m, full, bit, ok);
    side->nprofiles = 1;
    done = side_order(side, ok, err);
done:
    frame_unref(full);
    frame_unref(f);
    free(other);
    free(ok);
    return done;
}

/* The posts to score: those asked for, or all that answer no other. */
static bool posts_init(PairScorer *s, Error *err)
{
    const PairOptions *o = &s->opt;
    if (o->posts || !s->w->posts)
        return side_init(&s->post, o->posts, o->nposts, s->w->posts, "posts", err);
    size_t n = 0;
    uint32_t *rows = world_candidates(s->w, &n, err);
    if (!rows)
        return false;
    s->answers = s->w->posts->rows - n;
    bool ok = side_init(&s->post, rows, n, s->w->posts, "posts", err);
    free(rows);
    return ok;
}

bool pair_parts(PairScorer *s, Error *err)
{
    const PairOptions *o = &s->opt;
    uint32_t user = 0, post = 0;
    if (!side_init(&s->user, o->users, o->nusers, s->w->users, "users", err) || !posts_init(s, err))
        return false;
    s->joint = has_joint_term(s->m);
    s->by_rows = has_joint_variable(s->m);
    if (!s->by_rows) {
        if (!find_whole(s, &user, &post, err) ||
            !side_learn(s, &s->user, DEPENDS_USER, post, err) ||
            !side_learn(s, &s->post, DEPENDS_POST, user, err))
            return false;
        s->by_rows = s->joint && s->user.nprofiles > TABLE_MAX / s->post.nprofiles;
        return s->by_rows || !s->joint || fill_table(s, err);
    }
    return side_plain(s, &s->user, DEPENDS_USER, err) && side_plain(s, &s->post, DEPENDS_POST, err);
}

/* ---- handed on ---- */

static bool side_hand_on(const Side *s, double **part, uint32_t **profile, Error *err)
{
    *part = big_alloc(s->n, sizeof **part, false, "the parts of pairs", err);
    *profile = big_alloc(s->n, sizeof **profile, false, "the parts of pairs", err);
    for (size_t i = 0; *part && *profile && i < s->n; i++) {
        (*part)[s->place[i]] = s->part[i];
        (*profile)[s->place[i]] = s->profile[i];
    }
    return *part && *profile;
}

bool pairs_parts(const PairScorer *s, PairParts *out, Error *err)
{
    *out = (PairParts){.users = s->user.n,
                       .posts = s->post.n,
                       .user_profiles = s->user.nprofiles,
                       .post_profiles = s->post.nprofiles,
                       .table = s->table};
    if (s->by_rows) {
        fail(err, ERR_DATA, "%s reads user and post in one variable: it is no sum of parts",
             s->m->name);
        return error_hint(
            err, "leave out columns such as prev_author_hits, or score with --layout pairs");
    }
    if (side_hand_on(&s->user, &out->user_part, &out->user_profile, err) &&
        side_hand_on(&s->post, &out->post_part, &out->post_profile, err))
        return true;
    pair_parts_clear(out);
    return false;
}

void pair_parts_clear(PairParts *p)
{
    free(p->user_part);
    free(p->post_part);
    free(p->user_profile);
    free(p->post_profile);
    *p = (PairParts){0};
}
