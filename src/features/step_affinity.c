/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_affinity.c - what joins this user and this post; without such features every user gets the
 * same order of posts.
 *
 *     prev_tag_hits     for each tag of the post, the user's earlier interactions with posts that
 *                       have it; summed
 *     prev_tag_share    that over (tags of the post x earlier interactions): the mean share of
 *                       these tags, 0 to 1
 *     prev_author_hits  the user's earlier interactions with posts of the same author
 *     same_country      user and author live in the same one (when authors are users); 0 if either
 *                       is not known
 *     is_author         the user wrote the post (when authors are users); in pairs authors are no
 *                       candidates
 */
#include "maker_priv.h"

enum { TAG_HITS, TAG_SHARE, AUTHOR_HITS, SAME_COUNTRY, IS_AUTHOR };

static bool affinity_plan(Plan *p, Error *err)
{
    (void)err;
    const Maker *m = p->m;
    bool timed = m->w.events_roles.col[ROLE_TIME] >= 0;
    if (timed && m->tags && strmap_count(m->tags) > 0) {
        plan_add(p, "affinity", "prev_tag_hits", FROM_NONE, NULL, TAG_HITS);
        plan_add(p, "affinity", "prev_tag_share", FROM_NONE, NULL, TAG_SHARE);
    }
    if (timed && m->author)
        plan_add(p, "affinity", "prev_author_hits", FROM_NONE, NULL, AUTHOR_HITS);
    if (m->authors_are_users && !m->w.flat) {
        if (m->w.users_roles.col[ROLE_COUNTRY] >= 0)
            plan_add(p, "affinity", "same_country", FROM_NONE, NULL, SAME_COUNTRY);
        if (!p->opt->pairs)
            plan_add(p, "affinity", "is_author", FROM_NONE, NULL, IS_AUTHOR);
    }
    return true;
}

/* prev_tag_hits of every row, kept with the rows since two columns need it. */
static bool count_tags(Maker *m, Rows *rows, Error *err)
{
    if (rows->tag_hits)
        return true;
    if (!maker_line(m, LINE_USER_TAG, err))
        return false;
    uint32_t *hits = bag_alloc(&rows->bag, rows->n, sizeof *hits, true, "tag hits", err);
    if (!hits)
        return false;
    const Timeline *t = &m->line[LINE_USER_TAG];
    const PairIndex *pairs = &m->pair[LINE_USER_TAG];
    for (size_t i = 0; m->tags && i < rows->n; i++) {
        uint32_t p = rows->post[i], u = rows->user[i];
        if (p == NO_ID || u == NO_ID)
            continue;
        for (uint32_t k = m->tag_start[p]; k < m->tag_start[p + 1]; k++) {
            uint32_t g = pair_index_find(pairs, u, m->tag_ids[k]);
            if (g == NO_ID)
                continue;
            uint32_t at = rows->when ? timeline_at(t, t->start[g], t->start[g + 1], rows->when[i])
                                     : t->snap[g];
            hits[i] += at - t->start[g];
        }
    }
    rows->tag_hits = hits;
    return true;
}

static Column *tag_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    if (!count_tags(m, rows, err) || !rows_locate(rows, m, LINE_USER, err))
        return NULL;
    Column *out = column_new(c->arg == TAG_HITS ? COL_INT : COL_REAL, rows->n, err);
    for (size_t i = 0; out && i < rows->n; i++) {
        if (c->arg == TAG_HITS) {
            out->v.i[i] = rows->tag_hits[i];
        } else if (rows->tag_hits[i]) {
            uint32_t ntags = m->tag_start[rows->post[i] + 1] - m->tag_start[rows->post[i]];
            uint32_t events = rows->at[LINE_USER][i] - rows->from[LINE_USER][i];
            out->v.d[i] = rows->tag_hits[i] / ((double)ntags * events);
        }
    }
    return out;
}

static Column *author_make(Maker *m, Rows *rows, Error *err)
{
    if (!rows_locate(rows, m, LINE_USER_AUTHOR, err))
        return NULL;
    Column *out = column_new(COL_INT, rows->n, err);
    for (size_t i = 0; out && i < rows->n; i++)
        out->v.i[i] = (int64_t)rows->at[LINE_USER_AUTHOR][i] - rows->from[LINE_USER_AUTHOR][i];
    return out;
}

/* Do two rows of a code or text column hold the same text? */
static bool same_text(const Column *c, uint32_t a, uint32_t b)
{
    if (a >= c->n || b >= c->n || column_is_null(c, a) || column_is_null(c, b))
        return false;
    return c->type == COL_CODE ? c->v.c[a] == c->v.c[b]
                               : str_eq(column_text(c, a), column_text(c, b));
}

static Column *who_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    const Column *country = role_column(m->w.users, &m->w.users_roles, ROLE_COUNTRY);
    Column *out = column_new(COL_BOOL, rows->n, err);
    for (size_t i = 0; out && i < rows->n; i++) {
        uint32_t u = rows->user[i], p = rows->post[i];
        uint32_t author = m->author_user && p != NO_ID ? m->author_user[p] : NO_ID;
        if (u == NO_ID || author == NO_ID)
            continue;
        out->v.b[i] = c->arg == IS_AUTHOR ? u == author : country && same_text(country, u, author);
    }
    return out;
}

static Column *affinity_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    switch (c->arg) {
    case TAG_HITS:
    case TAG_SHARE:
        return tag_make(m, c, rows, err);
    case AUTHOR_HITS:
        return author_make(m, rows, err);
    default:
        return who_make(m, c, rows, err);
    }
}

const Step step_affinity = {
    "affinity", "what joins this user and this post", affinity_plan, affinity_make, 5, false};
