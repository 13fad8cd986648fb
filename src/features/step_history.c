/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_history.c - what came before: earlier interactions of the user, of the user with the
 * product, of the post.
 *
 * Strictly before the row's moment; ties do not count, the row itself never does. Logins and
 * logouts are no interactions. A row without user, post, product or moment has no history: 0. In
 * pairs the moment is the posting, when a post has no past, and there is no product: only the
 * user's history is made.
 */
#include <stdio.h>

#include "maker_priv.h"

#define ALL (-1) /* arg: every interaction instead of one counter */

/* prev_PREFIX_views and so on, one a counter. */
static void plan_counters(Plan *p, const char *group, const char *prefix, Source source)
{
    for (size_t c = 0; c < p->spec->ncounters; c++) {
        char name[160];
        snprintf(name, sizeof name, "%s_%s", prefix, p->spec->counters[c].suffix);
        if (source == FROM_USER || !p->spec->counters[c].is_flag)
            plan_add(p, group, name, source, NULL, (int32_t)c);
    }
}

static bool history_plan(Plan *p, Error *err)
{
    (void)err;
    const RoleMap *roles = &p->m->w.events_roles;
    if (roles->col[ROLE_TIME] < 0) {
        report_note(p->report, "no column says when, so nothing is counted as history");
        return true;
    }
    plan_add(p, "interaction", "prev_interactions", FROM_USER, NULL, ALL);
    plan_counters(p, "interaction", "prev", FROM_USER);
    if (p->opt->pairs)
        return true;
    if (roles->col[ROLE_PRODUCT] >= 0) {
        plan_add(p, "product", "prev_user_product", FROM_PRODUCT, NULL, ALL);
        plan_counters(p, "product", "prev_user_product", FROM_PRODUCT);
    }
    if (roles->col[ROLE_POST] >= 0) {
        int32_t views = spec_counter(p->spec, TYPE_VIEW), likes = spec_counter(p->spec, TYPE_LIKE);
        if (views < 0)
            plan_add(p, "post", "prev_post_interactions", FROM_POST, NULL, ALL);
        else
            plan_add(p, "post", "prev_post_views", FROM_POST, NULL, views);
        if (likes >= 0)
            plan_add(p, "post", "prev_post_likes", FROM_POST, NULL, likes);
    }
    return true;
}

static Column *history_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    Line line = c->source == FROM_PRODUCT ? LINE_USER_PRODUCT
                : c->source == FROM_POST  ? LINE_POST
                                          : LINE_USER;
    if (!rows_locate(rows, m, line, err))
        return NULL;
    Column *out = column_new(COL_INT, rows->n, err);
    if (!out)
        return NULL;
    const uint32_t *from = rows->from[line], *at = rows->at[line];
    const uint32_t *cum = c->arg == ALL ? NULL : m->line[line].cum[c->arg];
    for (size_t i = 0; i < rows->n; i++)
        out->v.i[i] = cum ? (int64_t)cum[at[i]] - cum[from[i]] : (int64_t)at[i] - from[i];
    return out;
}

const Step step_history = {
    "history", "earlier interactions by type", history_plan, history_make, ARG_COUNTER, false};
