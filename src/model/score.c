/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score.c - predictions as new columns: of one frame, or batch by batch from a Reader to a Writer.
 *
 * A batch goes the way of model_predict(): recipe, encoding, product. What a batch met (unseen
 * levels, nulls, numbers outside the data) adds up in the report.
 */
#include "model/score.h"

#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "model_priv.h"

void replay_add(ReplayReport *to, const ReplayReport *from)
{
    for (size_t k = 0; k < from->nunseen; k++) {
        const Unseen *u = &from->unseen[k];
        size_t at = 0;
        while (at < to->nunseen && (strcmp(to->unseen[at].column, u->column) != 0 ||
                                    strcmp(to->unseen[at].level, u->level) != 0))
            at++;
        if (at < to->nunseen)
            to->unseen[at].rows += u->rows;
        else if (at < sizeof to->unseen / sizeof *to->unseen)
            to->unseen[to->nunseen++] = *u;
    }
    to->rows_unseen += from->rows_unseen;
    to->rows_null += from->rows_null;
    if (!to->outside)
        memcpy(to->outside_text, from->outside_text, sizeof to->outside_text);
    to->outside += from->outside;
}

/* New real column of n numbers, NaN as null. */
static Column *real_column(const double *v, size_t n, Error *err)
{
    Column *c = column_new(COL_REAL, n, err);
    for (size_t i = 0; c && i < n; i++) {
        if (!isnan(v[i])) {
            c->v.d[i] = v[i];
        } else if (!column_set_null(c, i, err)) {
            column_unref(c);
            return NULL;
        }
    }
    return c;
}

static Column *label_column(const double *p, size_t n, double threshold, Error *err)
{
    Column *c = column_new(COL_BOOL, n, err);
    for (size_t i = 0; c && i < n; i++) {
        c->v.b[i] = p[i] >= threshold;
        if (isnan(p[i]) && !column_set_null(c, i, err)) {
            column_unref(c);
            return NULL;
        }
    }
    return c;
}

/* *f with one more column; takes over both. */
static bool widen(Frame **f, const char *name, Column *c)
{
    if (!c)
        return false;
    Frame *wider = frame_with(*f, name, c);
    frame_unref(*f);
    *f = wider;
    return true;
}

static Frame *kept_columns(const Frame *f, const ScoreOptions *opt, Error *err)
{
    if (!opt->keep)
        return frame_ref(f);
    size_t *cols = xcalloc(opt->nkeep + 1, sizeof *cols), n = 0;
    for (size_t k = 0; k < opt->nkeep; k++) {
        if (!frame_need(f, str_of(opt->keep[k]), NULL, SPAN_NONE, err)) {
            free(cols);
            return NULL;
        }
        cols[n++] = (size_t)frame_find(f, str_of(opt->keep[k]));
    }
    Frame *out = frame_select(f, cols, n);
    free(cols);
    return out;
}

static void count(const Model *m, const Predictions *p, ScoreReport *r)
{
    r->rows += p->n;
    for (size_t i = 0; i < p->n; i++)
        if (!isnan(p->p[i])) {
            r->scored++;
            r->sum += p->p[i];
        }
    r->drift = r->scored ? fabs(r->sum / (double)r->scored - m->base_rate) : NAN;
    replay_add(&r->replay, &p->report);
}

Frame *score_frame(const Model *m, const Frame *f, const ScoreOptions *opt, ScoreReport *report,
                   Error *err)
{
    Predictions p;
    if (!model_predict(m, f, false, opt->policy, &p, err))
        return NULL;
    Frame *out = kept_columns(f, opt, err);
    const char *name = opt->prob                       ? opt->prob
                       : m->family->is_binary_response ? "probability"
                                                       : "prediction";
    bool ok =
        out && widen(&out, name, real_column(p.p, p.n, err)) &&
        (!opt->eta || widen(&out, opt->eta, real_column(p.eta, p.n, err))) &&
        (!opt->label || widen(&out, opt->label, label_column(p.p, p.n, m->spec.threshold, err)));
    if (ok && report)
        count(m, &p, report);
    predictions_clear(&p);
    if (ok)
        return out;
    frame_unref(out);
    return NULL;
}

bool score_stream(const Model *m, Reader *in, Writer *out, const ScoreOptions *opt,
                  ScoreReport *report, Error *err)
{
    Frame *batch = NULL;
    *report = (ScoreReport){.drift = NAN};
    while (reader_next(in, &batch, err)) {
        Frame *scored = cancelled(err) ? NULL : score_frame(m, batch, opt, report, err);
        bool ok = scored && out->put(out, scored, err);
        frame_unref(scored);
        frame_unref(batch);
        batch = NULL;
        if (!ok)
            break;
        progress_tick("scoring", (double)report->rows, 0, "rows");
    }
    if (!error_is_set(err))
        return out->commit(out, err);
    out->abandon(out);
    return false;
}
