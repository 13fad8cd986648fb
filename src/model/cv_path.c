/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cv_path.c - an elastic-net path, and the penalty that folds choose.
 *
 * The lambdas are those of the path of all rows; each fold's path, with an encoding and scales of
 * its own, is walked through the same ones and tested on the fold. The choice is cv.glmnet's: the
 * least mean (lambda.min), and the largest lambda whose mean is within one standard error of it
 * (lambda.1se). Breiman et al. 1984, section 3.4.3.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "cv_priv.h"

#define FOLD_TOL 1e-9 /* of the null deviance: a choice needs no more */

void cv_path_free(CvPath *cv)
{
    if (!cv)
        return;
    path_free(cv->path);
    encoding_free(cv->enc);
    free(cv->mean);
    free(cv->nonzero);
    free(cv);
}

/* Counts the columns that have a coefficient at each lambda: n x p. */
static void note_nonzero(const CvPath *cv, const Path *path, const Encoding *enc, uint8_t *count)
{
    for (size_t j = 0; j < path->p; j++) {
        size_t at = j;
        if (at >= cv->path->p || strcmp(cv->enc->cols[at].name, enc->cols[j].name) != 0)
            for (at = 0; at < cv->path->p; at++)
                if (strcmp(cv->enc->cols[at].name, enc->cols[j].name) == 0)
                    break;
        for (size_t l = 0; at < cv->path->p && l < path->n; l++)
            if (path->b[l * path->p + j] != 0)
                count[l * cv->path->p + at]++;
    }
}

/* Coefficients at lambda, linear between those of the path's own (glmnet's lambda.interp). */
static void between(const Path *path, double lambda, double *b)
{
    size_t r = 0;
    while (r + 1 < path->n && path->lambda[r] > lambda)
        r++;
    const double *right = path->b + r * path->p, *left = r ? right - path->p : right;
    double gap = r ? path->lambda[r - 1] - path->lambda[r] : 0.0;
    double f = gap > 0.0 ? (path->lambda[r - 1] - lambda) / gap : 1.0;
    f = f > 1.0 ? 1.0 : f; /* beyond the last one */
    for (size_t j = 0; j < path->p; j++)
        b[j] = left[j] + f * (right[j] - left[j]);
}

/* One number for each lambda. */
static bool test_path(const CvPath *cv, const CvJob *job, const Path *path, CvTest *t,
                      const MetricRow *metric, double param, double *out, Error *err)
{
    double *b = xcalloc(path->p + 1, sizeof *b);
    bool ok = true;
    for (size_t l = 0; ok && l < cv->path->n; l++) {
        Metrics m;
        between(path, cv->path->lambda[l], b);
        ok = !cancelled(err) && cv_test_predict(t, job, b, err);
        if (!ok)
            break;
        if (!metric) {
            out[l] = cv_test_deviance(t, job, param);
            continue;
        }
        ok = t->two_values
                 ? cv_test_metrics(t, job, &m, err)
                 : fail(err, ERR_USAGE, "%s is for responses of two values", metric->name);
        if (ok)
            out[l] = metric->get(&m);
    }
    free(b);
    return ok;
}

static bool one_fold(CvPath *cv, const CvJob *job, const PathOptions *opt, const uint32_t *fold,
                     uint32_t k, bool own, const MetricRow *metric, double *value, double *weight,
                     uint8_t *count, Error *err)
{
    PathOptions mine = *opt;
    if (!own) {
        mine.lambda = cv->path->lambda;
        mine.nlambda = cv->path->n;
        mine.tol = fmax(opt->tol, FOLD_TOL);
    }
    size_t n = fold_rows(fold, job->frame->rows, k, false, job->rows);
    CvJob training = *job; /* rows side by side: a path reads them a hundred times */
    Frame *taken = frame_take(job->frame, job->rows, n, err);
    training.frame = taken;
    Design *d = taken ? cv_learn(&training, NULL, 0, err) : NULL;
    Problem pb = d ? cv_problem(job, d, opt->param) : (Problem){0};
    Path *path = d ? path_run(&pb, &mine, err) : NULL;
    CvTest t = {0};
    n = fold_rows(fold, job->frame->rows, k, true, job->rows);
    bool ok = path && cv_test_open(&t, job, d->enc, job->rows, n, err) &&
              test_path(cv, job, path, &t, metric, opt->param, value, err);
    if (ok) {
        *weight = t.weight;
        if (!own)
            note_nonzero(cv, path, d->enc, count);
    } else {
        error_context(err, "fold %u", k + 1);
    }
    cv_test_close(&t);
    path_free(path);
    design_free(d);
    frame_unref(taken);
    return ok;
}

/* lambda.min and lambda.1se; a mean that is not a number is never chosen. */
static void choose(CvPath *cv)
{
    double sign = cv->higher_is_better ? -1.0 : 1.0, least = INFINITY;
    for (size_t l = 0; l < cv->path->n; l++)
        if (sign * cv->mean[l] < least) {
            least = sign * cv->mean[l];
            cv->best = l;
        }
    cv->one_se = cv->best;
    for (size_t l = cv->best + 1; l-- > 0;)
        if (sign * cv->mean[l] <= least + cv->se[cv->best])
            cv->one_se = l;
}

static bool run_folds(CvPath *cv, const CvJob *job, const PathOptions *opt, const FoldSpec *folds,
                      const MetricRow *metric, Error *err)
{
    size_t n = cv->path->n, p = cv->path->p;
    uint32_t *fold = folds_make(job->frame, folds, &cv->k, err);
    double *value = xcalloc(FOLDS_MAX * (n + 2), sizeof *value), *weight = value + FOLDS_MAX * n,
           *at = weight + FOLDS_MAX;
    uint8_t *count = big_alloc(n * p + 1, 1, true, "counts of coefficients", err);
    bool ok = fold && count;
    for (uint32_t k = 0; ok && k < cv->k; k++) {
        ok = one_fold(cv, job, opt, fold, k, folds->own_lambdas, metric, value + k * n, &weight[k],
                      count, err);
        progress_tick("cv", (double)(k + 1), (double)cv->k, "folds");
    }
    for (size_t l = 0; ok && l < n; l++) {
        for (size_t k = 0; k < cv->k; k++)
            at[k] = value[k * n + l];
        cv_mean(at, weight, cv->k, &cv->mean[l], &cv->se[l]);
    }
    if (ok) {
        choose(cv);
        for (size_t j = 0; j < p; j++)
            cv->nonzero[j] = count[cv->one_se * p + j];
    }
    free(fold);
    free(value);
    free(count);
    return ok;
}

CvPath *cv_path(const Frame *f, const ModelSpec *spec, const PathOptions *opt,
                const FoldSpec *folds, const MetricRow *metric, Error *err)
{
    CvPath *cv = xcalloc(1, sizeof *cv);
    CvJob job = {0};
    PathOptions mine = *opt;
    bool ok = cv_job_open(&job, f, spec, err);
    if (ok && job.family->takes_param && isnan(mine.param))
        mine.param = job.family->param_default;
    cv->higher_is_better = metric && metric->higher_is_better;
    Design *d = ok ? cv_learn(&job, NULL, 0, err) : NULL;
    if (d) {
        Problem pb = cv_problem(&job, d, mine.param);
        cv->rows = d->n;
        cv->dropped = d->dropped;
        cv->path = path_run(&pb, &mine, err);
        cv->enc = design_take_encoding(d);
    }
    ok = cv->path != NULL;
    if (ok) {
        cv->mean = xcalloc(2 * cv->path->n + 1, sizeof *cv->mean);
        cv->se = cv->mean + cv->path->n;
        cv->nonzero = xcalloc(cv->path->p + 1, sizeof *cv->nonzero);
        cv->best = cv->one_se = cv->path->n - 1;
    }
    ok = ok && (!folds || run_folds(cv, &job, &mine, folds, metric, err));
    design_free(d);
    cv_job_close(&job);
    if (ok)
        return cv;
    cv_path_free(cv);
    return NULL;
}
