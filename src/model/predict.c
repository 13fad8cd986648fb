/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * predict.c - rows to probabilities: the frame is completed by the recipe, encoded as in training,
 * and multiplied.
 *
 * The standard error of a linear predictor x'b is sqrt(x' V x) with V the covariance of b; only the
 * entries of x that are not zero by construction take part, so a row of seven factors costs 15^2
 * and not p^2.
 */
#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "model_priv.h"

#define PIECE 512 /* linear predictors turned into means at a time */

/* ---- means ---- */

typedef struct LinkJob {
    const Link *link;
    const double *eta;
    double *mu;
    bool logit;
} LinkJob;

static void link_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const LinkJob *j = ctx;
    double dmu[PIECE], mu[PIECE];
    (void)scratch;
    (void)chunk;
    if (j->logit) {
        logistic_many(j->eta + from, to - from, j->mu + from);
        return;
    }
    for (size_t i = from; i < to; i += PIECE) {
        size_t n = to - i < PIECE ? to - i : PIECE;
        j->link->inverse(j->eta + i, n, mu, dmu);
        memcpy(j->mu + i, mu, n * sizeof *mu);
    }
}

bool link_apply(const Link *link, const double *eta, size_t n, double *mu, Error *err)
{
    LinkJob job = {link, eta, mu, strcmp(link->name, "logit") == 0};
    return par_rows(&(ParJob){.n = n, .ctx = &job, .work = link_work}, err);
}

double mean_at(const Model *m, double eta)
{
    double mu, dmu;
    m->link->inverse(&eta, 1, &mu, &dmu);
    return mu;
}

/* ---- standard errors ---- */

typedef struct SeJob {
    const Matrix *x;
    const Fit *fit;
    double *se;
    size_t room;
} SeJob;

typedef struct SeScratch {
    uint32_t *col;
    double *val;
} SeScratch;

static double row_se(const SeJob *j, SeScratch *s, size_t row)
{
    size_t n = matrix_row_sparse(j->x, row, s->col, s->val), k = 0, p = j->fit->p;
    double sum = 0;
    for (size_t a = 0; a < n; a++) {
        if (s->val[a] == 0 || j->fit->flag[s->col[a]] == COL_ALIASED)
            continue;
        if (isnan(j->fit->se[s->col[a]]))
            return NAN; /* an infinite estimate takes part */
        s->col[k] = s->col[a];
        s->val[k++] = s->val[a];
    }
    for (size_t a = 0; a < k; a++) {
        const double *v = j->fit->cov + s->col[a] * p;
        double part = 0.5 * s->val[a] * v[s->col[a]];
        for (size_t b = 0; b < a; b++)
            part += s->val[b] * v[s->col[b]];
        sum += 2 * s->val[a] * part;
    }
    return sqrt(sum);
}

static void se_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const SeJob *j = ctx;
    (void)chunk;
    for (size_t i = from; i < to; i++)
        j->se[i] = row_se(j, scratch, i);
}

static bool predict_se(const Model *m, const Design *d, double *se, Error *err)
{
    SeJob job = {&d->x, m->fit, se, matrix_row_max(&d->x) + 1};
    size_t threads = par_threads();
    SeScratch *part = xcalloc(threads, sizeof *part);
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++) {
        part[t].col = xcalloc(job.room, sizeof *part[t].col);
        part[t].val = xcalloc(job.room, sizeof *part[t].val);
        scratch[t] = &part[t];
    }
    bool ok = par_rows(&(ParJob){.n = d->n, .ctx = &job, .scratch = scratch, .work = se_work}, err);
    for (size_t t = 0; t < threads; t++) {
        free(part[t].col);
        free(part[t].val);
    }
    free(part);
    free(scratch);
    return ok;
}

/* ---- frames ---- */

/* A frame without the column of an offset that only sampling needed gets zeros there. */
static Frame *with_offset(const Model *m, Frame *f, Error *err)
{
    for (size_t i = 0; f && i < m->ninputs; i++) {
        const InputSummary *in = &m->inputs[i];
        if (!in->is_offset || frame_column(f, str_of(in->name)))
            continue;
        if (strcmp(in->name, "sampling_offset") != 0) {
            fail(err, ERR_NAME, "no column '%s', which the offset of %s needs", in->name, m->name);
            error_hint(err, "give the table a column '%s', or fit without the offset", in->name);
            frame_unref(f);
            return NULL;
        }
        Column *zero = column_new(COL_REAL, f->rows, err);
        Frame *wider = zero ? frame_with(f, in->name, zero) : NULL;
        frame_unref(f);
        f = wider;
    }
    return f;
}

Frame *model_frame(const Model *m, const Frame *f, const char *const *keep, size_t nkeep,
                   Error *err)
{
    bool complete = true;
    for (size_t i = 0; i < m->ninputs && complete; i++)
        complete = m->inputs[i].source || m->inputs[i].is_offset ||
                   frame_column(f, str_of(m->inputs[i].name));
    Frame *full =
        complete || !m->recipe ? frame_ref(f) : recipe_replay(m->recipe, f, keep, nkeep, err);
    return with_offset(m, full, err);
}

bool model_row(const Model *m, const Frame *f, UnseenPolicy policy, double *x, double *offset,
               bool *ok, ReplayReport *report, Error *err)
{
    uint8_t *flag = NULL;
    Frame *full = model_frame(m, f, NULL, 0, err);
    Design *d =
        full ? design_replay(m->enc, full, NULL, 0, policy, false, &flag, report, err) : NULL;
    if (d) {
        *ok = flag[0];
        matrix_row(&d->x, 0, x);
        *offset = d->offset ? d->offset[0] : 0;
    }
    free(flag);
    design_free(d);
    frame_unref(full);
    return d != NULL;
}

/* ---- predictions ---- */

bool model_predict(const Model *m, const Frame *f, bool with_se, UnseenPolicy policy,
                   Predictions *out, Error *err)
{
    uint8_t *ok = NULL;
    *out = (Predictions){0};
    Frame *full = model_frame(m, f, NULL, 0, err);
    Design *d =
        full ? design_replay(m->enc, full, NULL, 0, policy, false, &ok, &out->report, err) : NULL;
    bool done = d != NULL;
    if (done) {
        out->n = d->n;
        out->eta = big_alloc(d->n, sizeof(double), false, "linear predictors", err);
        out->p = out->eta ? big_alloc(d->n, sizeof(double), false, "predictions", err) : NULL;
        out->se = out->p && with_se ? big_alloc(d->n, sizeof(double), false, "standard errors", err)
                                    : NULL;
        done = out->p && (out->se || !with_se) &&
               matrix_times(&d->x, m->beta, d->offset, out->eta, err) &&
               link_apply(m->link, out->eta, d->n, out->p, err) &&
               (!with_se || predict_se(m, d, out->se, err));
    }
    for (size_t i = 0; done && i < d->n; i++)
        if (!ok[i]) {
            out->p[i] = out->eta[i] = NAN;
            if (with_se)
                out->se[i] = NAN;
        }
    free(ok);
    design_free(d);
    frame_unref(full);
    if (!done)
        predictions_clear(out);
    return done;
}

void predictions_clear(Predictions *p)
{
    free(p->p);
    free(p->eta);
    free(p->se);
    *p = (Predictions){0};
}

/* Moves what has an outcome and a prediction to the front; returns how many. */
static size_t compact(Design *d, const uint8_t *ok, double *mu, uint32_t *rows)
{
    size_t k = 0;
    for (size_t i = 0; i < d->n; i++) {
        if (!ok[i])
            continue;
        d->y[k] = d->y[i];
        mu[k] = mu[i];
        rows[k] = d->rows ? d->rows[i] : (uint32_t)i;
        if (d->w)
            d->w[k] = d->w[i];
        k++;
    }
    return k;
}

bool model_outcomes(const Model *m, const Frame *f, double **y, double **p, double **w,
                    uint32_t **rows, size_t *n, Error *err)
{
    uint8_t *ok = NULL;
    ReplayReport report;
    *y = *p = *w = NULL;
    *rows = NULL;
    *n = 0;
    Frame *full = model_frame(m, f, NULL, 0, err);
    Design *d =
        full ? design_replay(m->enc, full, NULL, 0, UNSEEN_BASE, true, &ok, &report, err) : NULL;
    double *mu = d ? big_alloc(d->n, sizeof *mu, false, "predictions", err) : NULL;
    uint32_t *at = mu ? big_alloc(d->n, sizeof *at, false, "rows", err) : NULL;
    bool done = at && matrix_times(&d->x, m->beta, d->offset, mu, err) &&
                link_apply(m->link, mu, d->n, mu, err);
    if (done) {
        *n = compact(d, ok, mu, at);
        *y = d->y;
        *w = d->w;
        *p = mu;
        *rows = at;
        d->y = d->w = NULL; /* now the caller's */
    } else {
        free(mu);
        free(at);
    }
    free(ok);
    design_free(d);
    frame_unref(full);
    return done;
}
