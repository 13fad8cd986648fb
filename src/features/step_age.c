/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_age.c - how old the post and the user's membership are: whole days from posting (joining)
 * to the row's moment, rounded down. A date without a clock is 00:00 of that day. Negative when
 * the tables say that it came first. In pairs every moment is the posting itself, so the age of
 * the post is left out there.
 */
#include "maker_priv.h"

enum { AGE_POST, AGE_USER };

static bool age_plan(Plan *p, Error *err)
{
    (void)err;
    bool timed = p->m->w.events_roles.col[ROLE_TIME] >= 0;
    if (p->m->posted && timed && !p->opt->pairs)
        plan_add(p, "post", "post_age_days", FROM_POST, NULL, AGE_POST);
    if (p->m->joined && timed)
        plan_add(p, "user", "user_age_days", FROM_USER, NULL, AGE_USER);
    return true;
}

static int64_t whole_days(int64_t us)
{
    return us / US_PER_DAY - (us % US_PER_DAY < 0);
}

static Column *age_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    const int64_t *since = c->arg == AGE_POST ? m->posted : m->joined;
    const uint32_t *id = c->arg == AGE_POST ? rows->post : rows->user;
    Column *out = column_new(COL_INT, rows->n, err);
    for (size_t i = 0; out && i < rows->n; i++) {
        int64_t from = id[i] == NO_ID || !since ? NO_TIME : since[id[i]],
                to = rows_when(rows, m, i);
        if (from != NO_TIME && to != NO_TIME) {
            out->v.i[i] = whole_days(to - from);
        } else if (!column_set_null(out, i, err)) {
            column_unref(out);
            return NULL;
        }
    }
    return out;
}

const Step step_age = {"age", "days since posting, days since joining", age_plan, age_make, 2,
                       false};
