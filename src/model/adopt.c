/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * adopt.c - a model whose rows are elsewhere: names and coding were learned from some rows here,
 * the numbers of all rows come from where they are and take the place of those of the few.
 *
 * What stays from the rows here is what only they could tell: knots of splines, the range of
 * expressions, areas of single inputs (cleared) and the alarm of equal rankings, which reads the
 * formula alone.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/far.h"
#include "model_priv.h"

/* ---- outcomes ---- */

typedef struct Weighed {
    double eta, w;
} Weighed;

static int by_eta(const void *a, const void *b)
{
    double x = ((const Weighed *)a)->eta, y = ((const Weighed *)b)->eta;
    return (x > y) - (x < y);
}

static void weigh(FarRows *r, const double *eta, const double *w, size_t n, double total)
{
    Weighed *v = xcalloc(n + 1, sizeof *v);
    double below = 0;
    size_t q = 0;
    for (size_t i = 0; i < n; i++)
        v[i] = (Weighed){eta[i], w[i]};
    qsort(v, n, sizeof *v, by_eta);
    for (size_t i = 0; i < n; i++) {
        below += v[i].w;
        while (v[i].w > 0 && q <= 100 && below >= (double)q / 100 * total)
            r->eta_quantile[q++] = v[i].eta;
    }
    free(v);
}

bool far_outcomes(FarRows *r, const Model *m, const double *y, const double *eta, const double *w,
                  size_t n, Error *err)
{
    double total = 0, sum = 0, *mu = xcalloc(n + 1, sizeof *mu);
    r->binary = m->family->is_binary_response;
    for (size_t i = 0; i < n; i++) {
        total += w[i];
        sum += w[i] * y[i];
        r->binary = r->binary && (y[i] == 0 || y[i] == 1 || w[i] == 0);
    }
    r->base_rate = sum / total;
    weigh(r, eta, w, n, total);
    r->has_outcomes = true;
    bool ok = !r->binary || (link_apply(m->link, eta, n, mu, err) &&
                             metrics_compute(y, mu, w, n, m->spec.threshold, m->spec.fit.ci_level,
                                             &r->train, err));
    r->train.n = r->binary ? r->rows : 0;
    free(mu);
    return ok;
}

/* ---- inputs ---- */

static void adopt_levels(InputSummary *in, const FarInput *f)
{
    for (size_t k = 0; k < in->nlevels; k++)
        free(in->levels[k]);
    in->levels = xrealloc(in->levels, (f->nlevels + 1) * sizeof *in->levels);
    in->counts = xrealloc(in->counts, (f->nlevels + 1) * sizeof *in->counts);
    in->nlevels = f->nlevels;
    for (size_t k = 0; k < f->nlevels; k++) {
        in->levels[k] = xstrndup(f->levels[k].p, f->levels[k].n);
        in->counts[k] = f->counts[k];
    }
}

static void adopt_input(InputSummary *in, const FarInput *f)
{
    in->missing = f->missing;
    in->auc = NAN;
    if (f->nlevels && input_is_factor(in))
        adopt_levels(in, f);
    if (!f->number)
        return;
    in->min = f->min;
    in->max = f->max;
    in->mean = f->mean;
    in->sd = f->sd;
    memcpy(in->quantile, f->quantile, sizeof in->quantile);
    in->q25 = in->quantile[5];
    in->median = in->quantile[10];
    in->q75 = in->quantile[15];
}

/* Counts of levels and ranges of plain columns in the coding itself: what replay and words read. */
static void adopt_coding(Encoding *e, const FarInput *f)
{
    for (size_t v = 0; v < e->terms->nvars; v++) {
        VarCode *c = &e->vars[v];
        ExprNode n = expr_node(e->terms->vars[v].expr);
        if (n.kind != NODE_COLUMN || !str_eqz(n.text, f->name))
            continue;
        for (size_t l = 0; c->is_factor && c->counts && l < c->nlevels; l++)
            for (size_t k = 0; k < f->nlevels; k++)
                if (str_eqz(f->levels[k], c->levels[l]))
                    c->counts[l] = f->counts[k];
        if (!c->is_factor && f->number) {
            c->min = f->min;
            c->max = f->max;
            c->mean = f->mean;
        }
    }
}

static void keep_alarms(Model *m)
{
    size_t n = 0;
    for (size_t i = 0; i < m->nalarms; i++)
        if (m->alarms[i].kind == ALARM_SAME_RANKING)
            m->alarms[n++] = m->alarms[i];
    m->nalarms = n;
}

bool model_adopt(Model *m, Fit *fit, const FarRows *far, Error *err)
{
    size_t p = m->enc->ncols;
    fit_free(m->fit);
    m->fit = fit;
    for (size_t j = 0; j < p; j++)
        m->beta[j] = isnan(fit->b[j]) ? 0 : fit->b[j];
    m->rows = far->rows;
    m->dropped = far->dropped;
    m->ndrops = far->dropped ? 1 : 0;
    if (far->dropped) {
        m->drops[0].rows = far->dropped;
        copy_text(STR_ROOM(m->drops[0].reason), str_of(far->why_dropped));
    }
    m->binary = far->binary;
    m->train = far->train;
    if (far->has_outcomes) {
        m->base_rate = far->base_rate;
        memcpy(m->eta_quantile, far->eta_quantile, sizeof m->eta_quantile);
    }
    for (size_t j = 0; far->col_mean && j < p; j++) {
        m->col_mean[j] = far->col_mean[j];
        m->col_sd[j] = far->col_sd[j];
    }
    for (size_t i = 0; i < far->ninputs; i++) {
        long at = model_input(m, str_of(far->inputs[i].name));
        if (at >= 0)
            adopt_input(&m->inputs[at], &far->inputs[i]);
        adopt_coding(m->enc, &far->inputs[i]);
    }
    keep_alarms(m);
    free(m->typical);
    m->typical = NULL;
    return model_typical(m, err);
}

void model_alarm(Model *m, AlarmKind kind, const char *column, const char *text, const char *help)
{
    Alarm *a = alarm_add(&m->alarms, &m->nalarms, kind, str_of(column));
    alarm_text(a, "%s", text);
    alarm_help(a, "%s", help);
}
