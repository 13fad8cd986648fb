/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cv.c - folds of rows; a model fitted without each of them and tested on it.
 *
 *     folds_make -> for each fold: design_learn on the others, fit_run, design_replay on the fold,
 * predictions
 *
 * Nothing that is learned from rows crosses a fold: levels, knots, centres and the fit itself come
 * from its training rows. A level that they lack counts as the base level and is told. Means over
 * folds weigh a fold by its rows' weight, as cv.glmnet does; the standard error of such a mean
 * treats folds as independent (Hastie, Tibshirani & Friedman, Elements of Statistical Learning, 2nd
 * ed. 2009, section 7.10).
 */
#include "model/cv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "cv_priv.h"
#include "model_priv.h"

/* ---- folds ---- */

static uint32_t *folds_given(const Frame *f, const char *name, size_t *k, Error *err)
{
    const Column *c = frame_need(f, str_of(name), NULL, SPAN_NONE, err);
    Column *code = c ? column_as_code(c, err) : NULL;
    uint32_t *fold = code ? big_alloc(f->rows + 1, sizeof *fold, false, "folds", err) : NULL;
    bool ok = fold != NULL;
    if (ok && (code->levels->n < 2 || code->levels->n > FOLDS_MAX))
        ok = fail(err, ERR_DATA, "'%s' has %zu values: folds are 2 to %d", name,
                  (size_t)code->levels->n, FOLDS_MAX);
    for (size_t i = 0; ok && i < f->rows; i++) {
        if (column_is_null(code, i))
            ok = fail_row(err, ERR_DATA, (long)i + 1, "the fold '%s' is missing", name);
        else
            fold[i] = (uint32_t)code->v.c[i];
    }
    *k = ok ? code->levels->n : 0;
    column_unref(code);
    if (ok)
        return fold;
    free(fold);
    return NULL;
}

uint32_t *folds_make(const Frame *f, const FoldSpec *spec, size_t *k, Error *err)
{
    if (spec->given)
        return folds_given(f, spec->given, k, err);
    if (spec->k < 2 || spec->k > FOLDS_MAX)
        return fail(err, ERR_USAGE, "%zu folds: 2 to %d can be made", spec->k, FOLDS_MAX), NULL;
    uint32_t *fold = big_alloc(f->rows + 1, sizeof *fold, false, "folds", err);
    *k = spec->k;
    if (fold && split_folds(f, spec->kind, spec->column, spec->k, spec->seed, fold, err))
        return fold;
    free(fold);
    return NULL;
}

void fold_name(const Frame *f, const FoldSpec *spec, const uint32_t *fold, uint32_t k, char *out,
               size_t room)
{
    snprintf(out, room, "%u", k + 1);
    if (!spec->given)
        return;
    const Column *c = frame_column(f, str_of(spec->given));
    for (size_t i = 0; c && i < f->rows; i++)
        if (fold[i] == k) {
            Buf b = BUF_INIT;
            column_print(c, i, &b);
            copy_text(out, room, (Str){b.p, b.n});
            buf_free(&b);
            return;
        }
}

size_t fold_rows(const uint32_t *fold, size_t n, uint32_t k, bool inside, uint32_t *rows)
{
    size_t m = 0;
    for (size_t i = 0; i < n; i++)
        if ((fold[i] == k) == inside)
            rows[m++] = (uint32_t)i;
    return m;
}

/* ---- one fold ---- */

bool cv_job_open(CvJob *job, const Frame *f, const ModelSpec *spec, Error *err)
{
    *job = (CvJob){.frame = f, .spec = spec};
    job->family =
        family_find(spec->family ? str_of(spec->family) : STR("binomial"), SPAN_NONE, err);
    if (!job->family)
        return false;
    job->link =
        spec->link ? link_find(str_of(spec->link), SPAN_NONE, err) : family_link(job->family);
    if (!job->link || !family_allows(job->family, job->link, err))
        return false;
    job->rows = big_alloc(f->rows + 1, sizeof *job->rows, false, "rows", err);
    return job->rows != NULL;
}

void cv_job_close(CvJob *job)
{
    free(job->rows);
}

Design *cv_learn(const CvJob *job, const uint32_t *rows, size_t n, Error *err)
{
    const ModelSpec *s = job->spec;
    Terms *terms = terms_parse(str_of(s->formula), s->formula_at, job->frame, err);
    DesignOptions opt = {.encode = s->encode,
                         .weights = s->weights,
                         .offset = s->offset,
                         .table = s->table,
                         .binary_response = job->family->is_binary_response,
                         .event = s->event,
                         .rows = rows,
                         .nrows = n};
    return terms ? design_learn(terms, job->frame, &opt, err) : NULL;
}

Problem cv_problem(const CvJob *job, const Design *d, double param)
{
    return (Problem){.x = &d->x,
                     .y = d->y,
                     .w = d->w,
                     .offset = d->offset,
                     .family = job->family,
                     .link = job->link,
                     .param = param};
}

bool cv_test_open(CvTest *t, const CvJob *job, const Encoding *enc, const uint32_t *rows, size_t n,
                  Error *err)
{
    uint8_t *ok = NULL;
    ReplayReport report = {0};
    *t = (CvTest){0};
    t->d = design_replay(enc, job->frame, rows, n, UNSEEN_BASE, true, &ok, &report, err);
    t->w = t->d ? big_alloc(3 * t->d->n + 1, sizeof *t->w, true, "predictions", err) : NULL;
    if (t->w) {
        t->eta = t->w + t->d->n;
        t->mu = t->eta + t->d->n;
        t->unseen = report.rows_unseen;
        t->two_values = job->family->is_binary_response;
    }
    for (size_t i = 0; t->w && i < t->d->n; i++) {
        if (!ok[i] || isnan(t->d->y[i]))
            continue;
        t->w[i] = t->d->w ? t->d->w[i] : 1.0;
        t->weight += t->w[i];
        t->n += t->w[i] > 0;
        t->two_values &= t->d->y[i] == 0 || t->d->y[i] == 1;
    }
    free(ok);
    if (!t->w)
        return false;
    return t->n || fail(err, ERR_DATA, "no row of it has everything");
}

void cv_test_close(CvTest *t)
{
    design_free(t->d);
    free(t->w);
    *t = (CvTest){0};
}

bool cv_test_predict(CvTest *t, const CvJob *job, const double *b, Error *err)
{
    return matrix_times(&t->d->x, b, t->d->offset, t->eta, err) &&
           link_apply(job->link, t->eta, t->d->n, t->mu, err);
}

double cv_test_deviance(const CvTest *t, const CvJob *job, double param)
{
    double sum = 0.0;
    for (size_t i = 0; i < t->d->n; i++)
        if (t->w[i] > 0)
            sum += t->w[i] * job->family->deviance(t->d->y[i], t->mu[i], param);
    return sum / t->weight;
}

/* y, mu and w of the rows that count, moved together into y, p and w (room for t->d->n each). */
static size_t counted(const CvTest *t, double *y, double *p, double *w)
{
    size_t n = 0;
    for (size_t i = 0; i < t->d->n; i++)
        if (t->w[i] > 0) {
            y[n] = t->d->y[i];
            p[n] = t->mu[i];
            w[n++] = t->w[i];
        }
    return n;
}

bool cv_test_metrics(const CvTest *t, const CvJob *job, Metrics *out, Error *err)
{
    double *y = big_alloc(3 * t->d->n + 1, sizeof *y, false, "predictions", err);
    if (!y)
        return false;
    double *p = y + t->d->n, *w = p + t->d->n;
    size_t n = counted(t, y, p, w);
    bool ok = metrics_compute(y, p, t->d->w ? w : NULL, n, job->spec->threshold,
                              job->spec->fit.ci_level, out, err);
    free(y);
    return ok;
}

/* ---- a model on folds ---- */

typedef struct Pool {
    double *y, *p, *w;
    size_t n;
    bool weighted;
} Pool;

/* Coefficients of one fold beside those of the whole, by name. The intercept as the model has it:
 * of all rows where a share of the negatives was kept. */
static void note_terms(Cv *cv, const Encoding *enc, const Fit *f, double sampled)
{
    for (size_t j = 0; j < f->p; j++) {
        if (!isfinite(f->b[j]))
            continue;
        size_t at = j; /* nearly always in the same place */
        if (at >= cv->nterms || strcmp(cv->term[at].term, enc->cols[j].name) != 0)
            for (at = 0; at < cv->nterms; at++)
                if (strcmp(cv->term[at].term, enc->cols[j].name) == 0)
                    break;
        if (at == cv->nterms)
            continue;
        CvTerm *t = &cv->term[at];
        t->folds++;
        t->nonzero += f->b[j] != 0;
        t->positive += f->b[j] > 0;
        t->infinite += f->flag[j] == COL_TO_PLUS_INF || f->flag[j] == COL_TO_MINUS_INF;
        double b = f->b[j] + (sampled > 0 && enc->cols[j].term < 0 ? log(sampled) : 0),
               d = b - t->mean;
        t->mean += d / (double)t->folds;
        t->sd += d * (b - t->mean); /* the sum of squares until the end */
    }
}

static bool test_fold(Cv *cv, const CvJob *job, CvTest *t, const Fit *fit, const uint32_t *rows,
                      CvFold *out, Pool *pool, Error *err)
{
    double *b = xcalloc(fit->p + 1, sizeof *b);
    for (size_t j = 0; j < fit->p; j++)
        b[j] = isnan(fit->b[j]) ? 0.0 : fit->b[j];
    bool ok = cv_test_predict(t, job, b, err);
    free(b);
    if (!ok)
        return false;
    out->test = t->n;
    out->unseen = t->unseen;
    out->weight = t->weight;
    out->deviance = cv_test_deviance(t, job, fit->param);
    cv->binary &= t->two_values;
    for (size_t i = 0; i < t->d->n; i++)
        if (t->w[i] > 0)
            cv->p[rows[i]] = t->mu[i];
    pool->n += counted(t, pool->y + pool->n, pool->p + pool->n, pool->w + pool->n);
    pool->weighted |= t->d->w != NULL;
    return !cv->binary || cv_test_metrics(t, job, &out->metrics, err);
}

static bool one_fold(Cv *cv, const CvJob *job, const uint32_t *fold, uint32_t k, Pool *pool,
                     Error *err)
{
    FitOptions opt = job->spec->fit; /* a lambda that was chosen stays as it was chosen */
    opt.no_covariance = true;
    opt.robust = ROBUST_NONE;
    opt.cluster = NULL;
    opt.start = opt.penalty_factor = NULL;
    CvFold *out = &cv->fold[k];
    size_t n = fold_rows(fold, job->frame->rows, k, false, job->rows);
    Design *d = cv_learn(job, job->rows, n, err);
    Problem pb = d ? cv_problem(job, d, opt.param) : (Problem){0};
    Fit *fit = d ? fit_run(&pb, &opt, err) : NULL;
    CvTest t = {0};
    n = fold_rows(fold, job->frame->rows, k, true, job->rows);
    bool ok = fit && cv_test_open(&t, job, d->enc, job->rows, n, err) &&
              test_fold(cv, job, &t, fit, job->rows, out, pool, err);
    if (ok) {
        out->train = d->n;
        note_terms(cv, d->enc, fit, job->spec->sampled);
    } else {
        error_context(err, "fold %s", out->name);
    }
    cv_test_close(&t);
    fit_free(fit);
    design_free(d);
    return ok;
}

void cv_mean(const double *v, const double *w, size_t k, double *mean, double *se)
{
    double sum = 0.0, weight = 0.0, ss = 0.0;
    for (size_t i = 0; i < k; i++) {
        sum += w[i] * v[i];
        weight += w[i];
    }
    *mean = sum / weight;
    for (size_t i = 0; i < k; i++)
        ss += w[i] * (v[i] - *mean) * (v[i] - *mean);
    *se = k > 1 ? sqrt(ss / weight / (double)(k - 1)) : NAN;
}

static bool finish(Cv *cv, const CvJob *job, const Pool *pool, Error *err)
{
    double v[FOLDS_MAX], w[FOLDS_MAX];
    for (size_t i = 0; i < cv->k; i++) {
        v[i] = cv->fold[i].deviance;
        w[i] = cv->fold[i].weight;
    }
    cv_mean(v, w, cv->k, &cv->deviance, &cv->deviance_se);
    for (size_t j = 0; j < cv->nterms; j++) {
        CvTerm *t = &cv->term[j];
        t->sd = t->folds > 1 ? sqrt(t->sd / (double)(t->folds - 1)) : NAN;
        if (!t->folds || (t->infinite && t->positive && t->positive < t->folds))
            t->mean = NAN;
        else if (t->infinite)
            t->mean = t->positive ? INFINITY : -INFINITY;
        if (t->infinite)
            t->sd = NAN;
    }
    return !cv->binary ||
           metrics_compute(pool->y, pool->p, pool->weighted ? pool->w : NULL, pool->n,
                           job->spec->threshold, job->spec->fit.ci_level, &cv->pooled, err);
}

static Cv *cv_new(const Model *m, const Frame *f, size_t k, Error *err)
{
    Cv *cv = xcalloc(1, sizeof *cv);
    cv->k = k;
    cv->rows = f->rows;
    cv->binary = m->family->is_binary_response;
    cv->fold = xcalloc(k + 1, sizeof *cv->fold);
    cv->nterms = m->enc->ncols;
    cv->term = xcalloc(cv->nterms + 1, sizeof *cv->term);
    for (size_t j = 0; j < cv->nterms; j++)
        cv->term[j] = (CvTerm){.term = m->enc->cols[j].name, .estimate = m->fit->b[j]};
    cv->p = big_alloc(f->rows + 1, sizeof *cv->p, false, "predictions", err);
    for (size_t i = 0; cv->p && i < f->rows; i++)
        cv->p[i] = NAN;
    if (cv->p)
        return cv;
    cv_free(cv);
    return NULL;
}

void cv_free(Cv *cv)
{
    if (!cv)
        return;
    free(cv->fold);
    free(cv->term);
    free(cv->p);
    free(cv);
}

Cv *cv_model(const Model *m, const Dataset *data, const FoldSpec *folds, Error *err)
{
    Frame *f = model_frame(m, data->frame, NULL, 0, err);
    CvJob job = {0};
    Pool pool = {0};
    size_t k = 0;
    uint32_t *fold =
        f && cv_job_open(&job, f, &m->spec, err) ? folds_make(f, folds, &k, err) : NULL;
    Cv *cv = fold ? cv_new(m, f, k, err) : NULL;
    pool.y = cv ? big_alloc(3 * f->rows + 1, sizeof *pool.y, false, "predictions", err) : NULL;
    bool ok = pool.y != NULL;
    if (ok) {
        pool.p = pool.y + f->rows;
        pool.w = pool.p + f->rows;
    }
    for (uint32_t i = 0; ok && i < k; i++) {
        fold_name(f, folds, fold, i, cv->fold[i].name, sizeof cv->fold[i].name);
        ok = one_fold(cv, &job, fold, i, &pool, err);
        progress_tick("cv", (double)(i + 1), (double)k, "folds");
    }
    ok = ok && finish(cv, &job, &pool, err);
    free(pool.y);
    free(fold);
    cv_job_close(&job);
    frame_unref(f);
    if (ok)
        return cv;
    cv_free(cv);
    return NULL;
}

void cv_metric(const Cv *cv, const MetricRow *metric, double *mean, double *sd)
{
    double ss = 0.0, n = 0.0;
    *mean = 0.0;
    for (size_t i = 0; i < cv->k; i++) {
        double v = cv->fold[i].metrics.n ? metric->get(&cv->fold[i].metrics) : NAN, d = v - *mean;
        if (isnan(v))
            continue;
        n += 1.0;
        *mean += d / n;
        ss += d * (v - *mean);
    }
    *sd = n > 1.0 ? sqrt(ss / (n - 1.0)) : NAN;
    if (n == 0.0)
        *mean = NAN;
}
