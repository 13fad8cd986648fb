/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * step_time.c - when: the latest login, how recent and how lively the user is.
 *
 *     login_hour             hour (0 to 23, UTC) of the user's latest login strictly before the
 *                            moment; of the moment itself when there is none
 *     hours_since_login      hours from that login to the moment; null when there is none
 *     days_since_last        days from the user's latest interaction to the moment (in pairs, where
 *                            every candidate has one)
 *     prev_interactions_7d   interactions in the seven days before the moment (in pairs)
 *
 * A table without any login has no hours_since_login: a column of nulls would drop every row of a
 * fit.
 */
#include "maker_priv.h"

enum { LOGIN_HOUR, SINCE_LOGIN, SINCE_LAST, LAST_WEEK };

static bool login_plan(Plan *p, Error *err)
{
    (void)err;
    if (p->m->w.events_roles.col[ROLE_TIME] < 0)
        return true;
    bool logins = spec_has_kind(p->spec, TYPE_LOGIN);
    if (!p->opt->pairs || logins)
        plan_add(p, "login", "login_hour", FROM_USER, NULL, LOGIN_HOUR);
    if (logins)
        plan_add(p, "login", "hours_since_login", FROM_USER, NULL, SINCE_LOGIN);
    else if (!p->opt->pairs)
        report_note(
            p->report,
            "no logins among the interactions: login_hour is the hour of the interaction itself");
    return true;
}

static bool recency_plan(Plan *p, Error *err)
{
    (void)err;
    if (p->opt->pairs) {
        plan_add(p, "derived", "days_since_last", FROM_USER, NULL, SINCE_LAST);
        plan_add(p, "derived", "prev_interactions_7d", FROM_USER, NULL, LAST_WEEK);
    }
    return true;
}

static int64_t hour_of(int64_t us)
{
    int64_t in_day = us % US_PER_DAY;
    return (in_day < 0 ? in_day + US_PER_DAY : in_day) / US_PER_HOUR;
}

static uint32_t count_last_week(const Timeline *t, uint32_t from, uint32_t at, int64_t moment)
{
    /* from the end, doubling: most users have few events in a week, however many they have in all
     * */
    int64_t since = moment - 7 * US_PER_DAY;
    uint32_t low = at, step = 1;
    while (low > from && t->when[low - 1] >= since) {
        uint32_t next = low - from > step ? low - step : from;
        if (t->when[next] < since)
            return at - timeline_at(t, next, low, since);
        low = next;
        step *= 2;
    }
    return at - low;
}

static Column *time_make(Maker *m, const FeatureCol *c, Rows *rows, Error *err)
{
    Line line = c->arg <= SINCE_LOGIN ? LINE_LOGIN : LINE_USER;
    bool whole = c->arg == LOGIN_HOUR || c->arg == LAST_WEEK;
    Column *out = rows_locate(rows, m, line, err)
                      ? column_new(whole ? COL_INT : COL_REAL, rows->n, err)
                      : NULL;
    for (size_t i = 0; out && i < rows->n; i++) {
        const Timeline *t = &m->line[line];
        uint32_t from = rows->from[line][i], at = rows->at[line][i];
        int64_t moment = rows_when(rows, m, i), last = at > from ? t->when[at - 1] : NO_TIME;
        bool known = true;
        if (c->arg == LAST_WEEK) {
            out->v.i[i] = at > from ? count_last_week(t, from, at, moment) : 0;
        } else if (c->arg == LOGIN_HOUR) {
            known = last != NO_TIME || moment != NO_TIME;
            out->v.i[i] = known ? hour_of(last != NO_TIME ? last : moment) : 0;
        } else {
            known = last != NO_TIME;
            out->v.d[i] = known ? (double)(moment - last) /
                                      (double)(line == LINE_LOGIN ? US_PER_HOUR : US_PER_DAY)
                                : 0;
        }
        if (!known && !column_set_null(out, i, err)) {
            column_unref(out);
            return NULL;
        }
    }
    return out;
}

const Step step_login = {"login", "hour of the latest login, hours since", login_plan, time_make, 4,
                         false};
const Step step_recency = {"recency",
                           "days since the last interaction, interactions of a week",
                           recency_plan,
                           time_make,
                           4,
                           false};
