/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare.c - a model and its rows again, and two models beside each other.
 *
 * A Model keeps no row: what needs them (anova, profile intervals, influence) makes the design
 * again from the table that it was fitted to, by the model's own encoding and split.
 */
#include "model/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "glm/htest.h"
#include "glm/metrics.h"
#include "model_priv.h"

/* ---- the rows again ---- */

Design *model_training(const Model *m, const Frame *f, Error *err)
{
    uint8_t *ok = NULL;
    ReplayReport report;
    Split split = {0};
    Frame *ready = model_frame(m, f, NULL, 0, err);
    if (!ready)
        return NULL;
    bool part = m->spec.test_frac > 0;
    Design *d = NULL;
    uint32_t *good = NULL;
    if (!part || model_split(m, ready, &split, err)) {
        const uint32_t *rows = part ? split.train : NULL;
        size_t n = part ? split.ntrain : ready->rows, k = 0;
        d = design_replay(m->enc, ready, rows, n, UNSEEN_NULL, true, &ok, &report, err);
        good = d ? big_alloc(n + 1, sizeof *good, false, "rows", err) : NULL;
        for (size_t i = 0; good && i < n; i++)
            if (ok[i])
                good[k++] = rows ? rows[i] : (uint32_t)i;
        free(ok);
        ok = NULL;
        if (!good || k < n) {
            design_free(d);
            d = good ? design_replay(m->enc, ready, good, k, UNSEEN_NULL, true, &ok, &report, err)
                     : NULL;
            free(ok);
        }
    }
    free(good);
    split_clear(&split);
    frame_unref(ready);
    return d;
}

Problem model_problem(const Model *m, const Design *d)
{
    return (Problem){.x = &d->x,
                     .y = d->y,
                     .w = d->w,
                     .offset = d->offset,
                     .family = m->family,
                     .link = m->link,
                     .param = m->fit->param};
}

/* The table may have changed since. */
static bool same_rows(const Model *m, const Design *d, Error *err)
{
    if (d->n == m->rows)
        return true;
    fail(err, ERR_DATA,
         "the model was fitted on %zu rows, and the table now has %zu that it can use", m->rows,
         d->n);
    return error_hint(err, "fit again");
}

static bool penalised(const Model *m)
{
    const FitOptions *o = &m->spec.fit;
    return o->l2 > 0 || o->l1 > 0 || o->lambda > 0 || o->firth;
}

AnovaRow *model_anova(const Model *m, const Dataset *data, AnovaKind kind, size_t *n, Error *err)
{
    if (penalised(m))
        return fail(err, ERR_USAGE, "with a penalty a drop in deviance follows no chi-squared"),
               NULL;
    Design *d = model_training(m, data->frame, err);
    AnovaRow *rows = NULL;
    if (d && same_rows(m, d, err)) {
        Problem pb = model_problem(m, d);
        rows = anova_rows(m->enc, &pb, m->fit, kind, n, err);
    }
    design_free(d);
    return rows;
}

bool model_profile(const Model *m, const Dataset *data, double level, double *low, double *high,
                   Error *err)
{
    if (penalised(m))
        return fail(err, ERR_USAGE, "profile intervals are for fits without a penalty");
    Design *d = model_training(m, data->frame, err);
    bool ok = d && same_rows(m, d, err);
    if (ok && m->fit->status == FIT_SEPARATED)
        ok = fail(err, ERR_MATH, "the fit is separated: its likelihood has no finite profile");
    if (ok) {
        Problem pb = model_problem(m, d);
        ok = profile_intervals(&pb, m->fit, level, low, high, err);
    }
    design_free(d);
    return ok;
}

/* ---- two models ---- */

static void whole_row(const Model *m, AnovaRow *r)
{
    *r = (AnovaRow){.df_residual = m->fit->df_residual,
                    .deviance = NAN,
                    .residual = m->fit->deviance,
                    .aic = m->fit->aic,
                    .stat = NAN,
                    .p = NAN};
    copy_text(STR_ROOM(r->term), str_of(m->formula));
}

static long find_column(const Model *m, const char *name)
{
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (strcmp(m->enc->cols[j].name, name) == 0)
            return (long)j;
    return -1;
}

/* Can the larger say all that the smaller says? It has its columns; or it reads all that the
 * smaller reads (x lies within a polynomial of x) and fits no worse, which one that holds another
 * never does. */
static bool lies_within(const Model *small, const Model *big)
{
    bool columns = true, inputs = true;
    double slack = 1e-6 * (1 + fabs(big->fit->deviance));
    for (size_t j = 0; j < small->enc->ncols; j++)
        columns &= find_column(big, small->enc->cols[j].name) >= 0;
    for (size_t i = 0; i < small->ninputs; i++)
        inputs &= model_input(big, str_of(small->inputs[i].name)) >= 0;
    return columns || (inputs && small->fit->deviance >= big->fit->deviance - slack);
}

bool model_lr_test(const Model *small, const Model *big, AnovaRow out[2], Error *err)
{
    if (small->fit->rank > big->fit->rank) {
        const Model *swap = small;
        small = big;
        big = swap;
    }
    if (small->rows != big->rows) {
        fail(err, ERR_DATA, "the two were fitted on different rows: %zu and %zu", small->rows,
             big->rows);
        return error_hint(
            err,
            "fit the smaller one on the rows of the larger one: filter where a column is not null");
    }
    if (small->family != big->family || small->link != big->link)
        return fail(err, ERR_DATA, "the two have different families or links");
    if (strcmp(small->enc->terms->response_name, big->enc->terms->response_name) != 0)
        return fail(err, ERR_DATA, "the two have different responses");
    if (penalised(small) || penalised(big))
        return fail(err, ERR_USAGE, "with a penalty a drop in deviance follows no chi-squared");
    if (!lies_within(small, big)) {
        fail(err, ERR_DATA, "neither lies within the other: their deviances cannot be tested");
        return error_hint(err,
                          "compare tells their AIC and how good each is on rows it has not seen");
    }
    whole_row(small, &out[0]);
    whole_row(big, &out[1]);
    AnovaRow *r = &out[1];
    double df = (double)big->fit->rank - (double)small->fit->rank;
    r->df = big->fit->rank - small->fit->rank;
    r->deviance = small->fit->deviance - big->fit->deviance;
    if (!r->df)
        return true;
    if (big->fit->use_t) {
        r->stat = r->deviance / df / big->fit->dispersion;
        r->p = f_upper(r->stat, df, (double)big->fit->df_residual);
        return true;
    }
    /* each has its own theta: likelihoods compare where deviances do not */
    bool thetas = small->fit->param != big->fit->param && isfinite(big->fit->loglik) &&
                  big->family->takes_param;
    r->stat = thetas ? 2 * (big->fit->loglik - small->fit->loglik) : r->deviance;
    r->p = chisq_upper(r->stat, df);
    return true;
}

static CompareRow compare_row(const Model *a, const Model *b, const char *term)
{
    long i = find_column(a, term), j = find_column(b, term);
    CompareRow r = {term, NAN, NAN, NAN, NAN, false};
    Inference x = {0}, y = {0};
    if (i >= 0) {
        x = fit_infer(a->fit, (size_t)i, a->spec.fit.ci_level);
        r.a = x.estimate;
        r.se_a = x.se;
    }
    if (j >= 0) {
        y = fit_infer(b->fit, (size_t)j, b->spec.fit.ci_level);
        r.b = y.estimate;
        r.se_b = y.se;
    }
    r.flips = i >= 0 && j >= 0 && ((x.low > 0 && y.high < 0) || (x.high < 0 && y.low > 0));
    return r;
}

CompareRow *model_compare(const Model *a, const Model *b, size_t *n)
{
    CompareRow *out = xcalloc(a->enc->ncols + b->enc->ncols + 1, sizeof *out);
    *n = 0;
    for (size_t j = 0; j < a->enc->ncols; j++)
        out[(*n)++] = compare_row(a, b, a->enc->cols[j].name);
    for (size_t j = 0; j < b->enc->ncols; j++)
        if (find_column(a, b->enc->cols[j].name) < 0)
            out[(*n)++] = compare_row(a, b, b->enc->cols[j].name);
    return out;
}
