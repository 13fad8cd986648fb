/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarm_separation.c - separation by name: which level (or product of levels, or number) has only
 * one outcome, and in how many rows.
 *
 * That there is separation, and which estimates run to infinity, the fit has proved (fit->flag).
 * Rows and outcomes of every column are X'1 and X'y; a column of levels whose two are equal, or
 * whose second is 0, is the empty cell. A reference level has no column; when all other levels run
 * the same way its counts are what they leave. Albert & Anderson 1984, On the existence of maximum
 * likelihood estimates in logistic regression models.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "alarms_priv.h"

/* Rows and outcomes of each column of X. */
static bool column_sums(Look *l, Error *err)
{
    if (l->sum1)
        return true;
    l->sum1 = xcalloc(l->d->x.p, sizeof *l->sum1);
    l->sumy = xcalloc(l->d->x.p, sizeof *l->sumy);
    double *one = big_alloc(l->d->n, sizeof *one, false, "ones", err);
    for (size_t i = 0; one && i < l->d->n; i++)
        one[i] = 1;
    bool ok = one && matrix_cross_vec(&l->d->x, one, l->sum1, err) &&
              matrix_cross_vec(&l->d->x, l->d->y, l->sumy, err);
    free(one);
    return ok;
}

static bool infinite(const Look *l, size_t j)
{
    return l->m->fit->flag[j] == COL_TO_PLUS_INF || l->m->fit->flag[j] == COL_TO_MINUS_INF;
}

static bool all_factors(const Model *m, const DesignColumn *c)
{
    for (size_t k = 0; k < c->nparts; k++)
        if (!m->enc->vars[m->enc->terms->terms[c->term].var[k]].is_factor)
            return false;
    return true;
}

/* "view", "java with DE" */
static void put_levels(const Model *m, const DesignColumn *c, Buf *out)
{
    for (size_t k = 0; k < c->nparts; k++) {
        buf_puts(out, k ? " with " : "");
        buf_puts(out, m->enc->vars[m->enc->terms->terms[c->term].var[k]].levels[c->part[k]]);
    }
}

/* "all 1,204 rows", "its only row" */
static const char *its_rows(double n)
{
    static _Thread_local char text[48];
    if (n == 1)
        return "its only row";
    snprintf(text, sizeof text, "all %s rows", alarm_count(n));
    return text;
}

static void separation_help(Alarm *a, const char *term)
{
    alarm_help(a, "--l2 1 or --firth keeps it finite; or leave '%s' out", term);
}

/* A level or combination whose rows all have the same outcome; n rows, y of them 1. */
static void cell_alarm(Look *l, size_t term, const char *levels, double n, double y)
{
    const char *name = l->m->enc->terms->terms[term].name;
    Alarm *a = alarm_of(l, ALARM_SEPARATION, name);
    alarm_text(a, "level %s of %s has %s = %d in %s: its coefficient runs to %s infinity",
               levels, name, look_response(l), y > 0, its_rows(n), y > 0 ? "plus" : "minus");
    separation_help(a, name);
}

static bool one_outcome(const Look *l, size_t j)
{
    return l->sumy[j] == 0 || l->sumy[j] == l->sum1[j];
}

/* Is the level of column j like the reference, whose outcomes are all `one` or all not? */
static bool like_reference(const Look *l, size_t j, bool one)
{
    return l->sumy[j] == (one ? l->sum1[j] : 0);
}

/* Do the levels unlike the reference all run the same way, and because of it? One at least has
 * both outcomes, else each level is its own reason. */
static bool all_one_way(const Look *l, size_t term, bool one)
{
    const Model *m = l->m;
    int flag = -1;
    bool both = false;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        if (m->enc->cols[j].term != (long)term || like_reference(l, j, one))
            continue;
        if (m->fit->flag[j] < COL_TO_PLUS_INF || (flag >= 0 && flag != m->fit->flag[j]))
            return false;
        flag = m->fit->flag[j];
        both = both || !one_outcome(l, j);
    }
    return both;
}

/* ", as have p10 and 5 more": the other levels of the term like the reference. */
static void put_alike(const Look *l, size_t term, bool one, Buf *out)
{
    const Model *m = l->m;
    size_t n = 0;
    const char *first = NULL;
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term == (long)term && like_reference(l, j, one) && n++ == 0)
            first = m->enc->vars[m->enc->terms->terms[term].var[0]].levels[m->enc->cols[j].part[0]];
    if (n == 1)
        buf_printf(out, ", as has %s", first);
    else if (n > 1)
        buf_printf(out, ", as have %s and %zu more", first, n - 1);
}

/* The level of a single factor that has most rows, the reference aside. */
static size_t most_common(const Look *l, size_t term)
{
    const DesignColumn *c = l->m->enc->cols;
    size_t best = SIZE_MAX;
    for (size_t j = 0; j < l->m->enc->ncols; j++)
        if (c[j].term == (long)term && (best == SIZE_MAX || l->sum1[j] > l->sum1[best]))
            best = j;
    return (size_t)c[best].part[0];
}

/* The reference level of a single factor has no column: its counts are what the others leave. */
static bool reference_cell(Look *l, size_t term)
{
    const Model *m = l->m;
    const Term *t = &m->enc->terms->terms[term];
    const VarCode *code = &m->enc->vars[t->var[0]];
    double n = (double)l->d->n, y = 0;
    long ref = -1;
    if (t->nvars != 1 || !code->is_factor || m->enc->encode == ENCODE_SUM)
        return false;
    for (size_t i = 0; i < l->d->n; i++)
        y += l->d->y[i];
    uint8_t *seen = xcalloc(code->nlevels, 1);
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term == (long)term) {
            n -= l->sum1[j];
            y -= l->sumy[j];
            seen[m->enc->cols[j].part[0]] = 1;
        }
    for (size_t k = 0; k < code->nlevels; k++)
        if (!seen[k])
            ref = (long)k;
    free(seen);
    if (ref < 0 || n <= 0 || (y != 0 && y != n) || !all_one_way(l, term, y > 0))
        return false;
    const char *level = code->levels[ref];
    Alarm *a = alarm_of(l, ALARM_SEPARATION, t->name);
    Buf alike = BUF_INIT;
    put_alike(l, term, y > 0, &alike);
    alarm_text(a,
               "level %s of %s, the reference, has %s = %d in %s%.*s: all its other levels "
               "run to %s infinity",
               level, t->name, look_response(l), y > 0, its_rows(n), (int)alike.n,
               alike.n ? alike.p : "", y > 0 ? "minus" : "plus");
    buf_free(&alike);
    alarm_help(a, "C(%s, ref = \"%s\") keeps the others finite; --l2 1 or --firth all of them",
               t->name, code->levels[most_common(l, term)]);
    return true;
}

/* A number that splits the outcomes, alone or with others. */
static void number_alarm(Look *l, size_t j)
{
    const DesignColumn *c = &l->m->enc->cols[j];
    double low[2] = {INFINITY, INFINITY}, high[2] = {-INFINITY, -INFINITY};
    uint32_t *col = xcalloc(matrix_row_max(&l->d->x) + 1, sizeof *col);
    double *val = xcalloc(matrix_row_max(&l->d->x) + 1, sizeof *val);
    for (size_t i = 0; i < l->d->n; i++) {
        size_t n = matrix_row_sparse(&l->d->x, i, col, val), k = 0;
        while (k < n && col[k] < j)
            k++;
        double x = k < n && col[k] == j ? val[k] : 0;
        int y = l->d->y[i] != 0;
        low[y] = fmin(low[y], x);
        high[y] = fmax(high[y], x);
    }
    free(col);
    free(val);
    Alarm *a = alarm_of(l, ALARM_SEPARATION, c->name);
    Buf text = BUF_INIT;
    if (low[1] >= high[0] || low[0] >= high[1]) {
        bool up = low[1] >= high[0];
        buf_printf(&text, "%s alone splits %s: it is 1 from ", c->name, look_response(l));
        buf_short(&text, up ? low[1] : high[1]);
        buf_printf(&text, " %s and 0 from ", up ? "upwards" : "downwards");
        buf_short(&text, up ? high[0] : low[0]);
        buf_printf(&text, " %s", up ? "downwards" : "upwards");
    } else {
        buf_printf(&text, "%s, together with other columns, splits %s", c->name, look_response(l));
    }
    alarm_text(a, "%.*s: its coefficient runs to %s infinity", (int)text.n, text.p,
               l->m->fit->flag[j] == COL_TO_PLUS_INF ? "plus" : "minus");
    separation_help(a, c->name);
    buf_free(&text);
}

/* The infinite columns of one term: the first few by name, the rest by number. */
static void separated_term(Look *l, size_t term)
{
    const Model *m = l->m;
    size_t shown = 0, more = 0;
    if (reference_cell(l, term))
        return;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        const DesignColumn *c = &m->enc->cols[j];
        if (c->term != (long)term || !infinite(l, j))
            continue;
        bool cell = all_factors(m, c) && m->enc->encode != ENCODE_SUM;
        if (shown == SHOWN) {
            more++;
        } else if (!cell) {
            number_alarm(l, j);
            shown++;
        } else if (one_outcome(l, j)) {
            Buf levels = BUF_INIT;
            put_levels(m, c, &levels);
            cell_alarm(l, term, levels.p, l->sum1[j], l->sumy[j]);
            buf_free(&levels);
            shown++;
        } else {
            number_alarm(l, j);
            shown++;
        }
    }
    if (more) {
        Alarm *a = &l->m->alarms[l->m->nalarms - 1];
        size_t n = strlen(a->text);
        snprintf(a->text + n, sizeof a->text - n, " (and %zu more of %s)", more,
                 m->enc->terms->terms[term].name);
    }
}

void find_separation(Look *l)
{
    bool any = false;
    for (size_t j = 0; j < l->m->enc->ncols && !any; j++)
        any = infinite(l, j);
    if (!any || !column_sums(l, NULL))
        return;
    for (size_t t = 0; t < l->m->enc->terms->nterms; t++)
        for (size_t j = 0; j < l->m->enc->ncols; j++)
            if (l->m->enc->cols[j].term == (long)t && infinite(l, j)) {
                separated_term(l, t);
                break;
            }
    if (l->m->nalarms == 0 || l->m->alarms[l->m->nalarms - 1].kind != ALARM_SEPARATION) {
        Alarm *a = alarm_of(l, ALARM_SEPARATION, "");
        alarm_text(a, "the columns together split %s: the intercept runs to infinity",
                   look_response(l));
        alarm_help(a, "--l2 1 or --firth keeps it finite");
    }
}
