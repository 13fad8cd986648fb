/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_ratio.c - rates made of history: interactions a day, likes to views of the user and of the
 * post.
 *
 *     interactions_per_day   earlier interactions / days since joining (or the first of them), one
 *                            day at least
 *     likes_to_views         (earlier likes + 1) / (earlier views + 10)
 *
 * The second is smoothed towards 1 like in 10 views, worth ten views of evidence (the mean of a
 * beta prior that weighs so much), so that one like in one view is not 100 %. Without history it
 * is 0.1, never null. Constants are fixed, not learned: a rate learned from the whole table would
 * know the future of its early rows.
 */
#include "maker_priv.h"

#define PRIOR_LIKES 1.0
#define PRIOR_VIEWS 10.0

enum { PER_DAY, LIKES_USER, LIKES_POST };

static bool ratio_plan(Plan *p, Error *err)
{
    (void)err;
    const RoleMap *roles = &p->m->w.events_roles;
    bool both = spec_counter(p->spec, TYPE_VIEW) >= 0 && spec_counter(p->spec, TYPE_LIKE) >= 0;
    if (roles->col[ROLE_TIME] < 0)
        return true;
    plan_add(p, "derived", "interactions_per_day", FROM_USER, NULL, PER_DAY);
    if (both)
        plan_add(p, "derived", "likes_to_views_user", FROM_USER, NULL, LIKES_USER);
    if (both && roles->col[ROLE_POST] >= 0 && !p->opt->pairs)
        plan_add(p, "derived", "likes_to_views_post", FROM_POST, NULL, LIKES_POST);
    return true;
}

static double per_day(const Maker *m, const Rows *rows, size_t i)
{
    const Timeline *t = &m->line[LINE_USER];
    uint32_t from = rows->from[LINE_USER][i], at = rows->at[LINE_USER][i];
    if (at == from)
        return 0;
    int64_t since = t->when[from], joined = m->joined ? m->joined[rows->user[i]] : NO_TIME;
    if (joined != NO_TIME && joined < since)
        since = joined;
    double days = (double)(rows_when(rows, m, i) - since) / (double)US_PER_DAY;
    return (at - from) / (days > 1 ? days : 1);
}

static Column *ratio_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    Line line = c->arg == LIKES_POST ? LINE_POST : LINE_USER;
    Column *out = rows_locate(rows, m, line, err) ? column_new(COL_REAL, rows->n, err) : NULL;
    if (!out)
        return NULL;
    int32_t l = spec_counter(m->spec, TYPE_LIKE), v = spec_counter(m->spec, TYPE_VIEW);
    if (c->arg != PER_DAY && (l < 0 || v < 0)) {
        fail(err, ERR_DATA, "'%s' needs views and likes, which the recipe does not count", c->name);
        column_unref(out);
        return NULL;
    }
    const uint32_t *from = rows->from[line], *at = rows->at[line];
    for (size_t i = 0; i < rows->n; i++) {
        if (c->arg == PER_DAY) {
            out->v.d[i] = per_day(m, rows, i);
            continue;
        }
        const uint32_t *likes = m->line[line].cum[l], *views = m->line[line].cum[v];
        out->v.d[i] = (likes[at[i]] - likes[from[i]] + PRIOR_LIKES) /
                      (views[at[i]] - views[from[i]] + PRIOR_VIEWS);
    }
    return out;
}

const Step step_ratio = {"ratio", "interactions a day, likes to views", ratio_plan, ratio_make, 3,
                         false};
