/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.c - lasso and elastic net along a sequence of penalties.
 *
 * At each lambda: Newton (or scoring) steps, each of them one pass over the rows through the local
 * oracle for the score g and X'WX at b, then the elastic net on that quadratic (cd.c), which knows
 * p x p numbers and no rows. The intercept is taken out of the quadratic exactly (H - h0 h0'/H00),
 * which centres the columns by the working weights. A step that does not lower the penalised
 * deviance is halved. The sums at the solution serve twice: they say which columns can come in at
 * the next lambda (strong rule, |g_j| >= alpha f_j s_j (2 lambda_k+1 - lambda_k); Tibshirani et al.
 * 2012, J. R. Statist. Soc. B 74; checked by cd.c), and they are the quadratic of its first step.
 * Hence one or two passes a lambda on large data. With the identity link and a gaussian response
 * the quadratic is exact: one pass for the whole path.
 *
 * A step of squared length D = d'Hd (in standard errors) leaves about D^2/n of the deviance
 * (irls.c): that is held against `tol` times the null deviance; without a canonical link D itself
 * is.
 *
 * Conventions of glmnet 4.1 (Friedman, Hastie & Tibshirani 2010): sequence, factors, sd, where the
 * path stops.
 */
#include "glm/path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cd.h"
#include "families_priv.h"
#include "fit_priv.h"
#include "path_priv.h"

#define MAX_STEPS 100
#define MAX_HALVINGS 30
#define ALPHA_LEAST 1e-3 /* lambda_max of a ridge is that of this alpha */
#define GAIN_LEAST 1e-5  /* glmnet's fdev */
#define RATIO_MOST 0.999 /* glmnet's devmax */
#define LAMBDAS_LEAST 5  /* glmnet's mnlam */
#define SCORING_TOL 1e-14
#define ROUNDING 1e-13 /* of the null deviance: a rise that is none */

static bool stats_room(Stats *s, size_t p, Error *err)
{
    *s = (Stats){0};
    s->grad = xcalloc(p + 1, sizeof *s->grad);
    s->info = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    return s->info != NULL;
}

static void stats_free(Stats *s)
{
    free(s->grad);
    free(s->info);
}

static size_t intercept(const Net *w)
{
    return w->o->intercept;
}

/* ---- the scale of each column's penalty ---- */

static bool make_units(Net *w, const Problem *pb, const PathOptions *opt, Error *err)
{
    size_t p = w->p, z = intercept(w), counted = 0;
    double sum = 0.0;
    if (!opt->no_standardize && !matrix_moments(pb->x, pb->w, NULL, w->sd, NULL, NULL, err))
        return false;
    for (size_t j = 0; j < p; j++) {
        double f = j == z ? 0.0 : opt->penalty_factor ? opt->penalty_factor[j] : 1.0;
        if (!(f >= 0.0))
            return fail(err, ERR_USAGE, "the penalty factor %g is not a number from 0 up", f);
        w->factor[j] = f;
        if (opt->no_standardize)
            w->sd[j] = 1.0;
        if (j != z) {
            sum += f;
            counted++;
        }
    }
    for (size_t j = 0; j < p && sum > 0.0; j++)
        w->factor[j] *= (double)counted / sum;
    return true;
}

/* 1 / sd(y - offset) for glmnet's gaussian ridge, else 1. */
static double ridge_unit(const Problem *pb, bool exact)
{
    double n = 0.0, mean = 0.0, ss = 0.0;
    if (!exact)
        return 1.0;
    for (size_t i = 0; i < pb->x->n; i++) {
        double w = pb->w ? pb->w[i] : 1.0, y = pb->y[i] - (pb->offset ? pb->offset[i] : 0.0);
        if (w == 0.0)
            continue;
        double d = y - mean;
        n += w;
        mean += w * d / n;
        ss += w * d * (y - mean);
    }
    return ss > 0.0 ? 1.0 / sqrt(ss / n) : 1.0;
}

void net_penalty(Net *w, double l1, double l2)
{
    for (size_t j = 0; j < w->p; j++) {
        double f = w->factor[j];
        /* a constant column has no sd and gets no coefficient */
        w->cd.l1[j] = f == 0.0          ? 0.0
                      : w->sd[j] == 0.0 ? INFINITY
                      : l1 == INFINITY  ? INFINITY
                                        : l1 * f * w->sd[j];
        w->cd.l2[j] = f == 0.0 || l2 == 0.0 ? 0.0 : l2 * w->ridge * f * w->sd[j] * w->sd[j];
    }
    if (intercept(w) != SIZE_MAX)
        w->cd.l1[intercept(w)] = INFINITY; /* it is taken out of the quadratic */
}

/* ---- one lambda ---- */

static double penalty_at(const Net *w, const double *b)
{
    double s = 0.0;
    for (size_t j = 0; j < w->p; j++)
        if (j != intercept(w) && b[j] != 0.0)
            s += w->cd.l1[j] * fabs(b[j]) + 0.5 * w->cd.l2[j] * b[j] * b[j];
    return s;
}

/* The quadratic at b without the intercept: H - h0 h0'/H00 and g - h0 g0/H00. */
static void profile_out(Net *w)
{
    size_t p = w->p, z = intercept(w);
    const double *h = w->now.info, *g = w->now.grad;
    memcpy(w->h, h, p * p * sizeof *w->h);
    memcpy(w->g, g, p * sizeof *w->g);
    if (z == SIZE_MAX || !(h[z * p + z] > 0.0))
        return;
    const double *hz = h + z * p;
    for (size_t j = 0; j < p; j++) {
        double f = hz[j] / hz[z];
        for (size_t k = 0; k < p; k++)
            w->h[j * p + k] -= f * hz[k];
        w->g[j] -= f * g[z];
    }
    for (size_t k = 0; k < p; k++)
        w->h[z * p + k] = w->h[k * p + z] = 0.0;
    w->g[z] = 0.0;
}

/* b at the minimum of the quadratic, in w->trial; *decrement over all coefficients. */
static bool quadratic_step(Net *w, double *decrement, Error *err)
{
    size_t p = w->p, z = intercept(w);
    profile_out(w);
    memcpy(w->trial, w->b, p * sizeof *w->trial);
    if (!cd_solve(&w->cd, w->h, w->g, w->trial, decrement, err))
        return false;
    if (z == SIZE_MAX || !(w->now.info[z * p + z] > 0.0))
        return true;
    const double *hz = w->now.info + z * p;
    double left = w->now.grad[z];
    for (size_t j = 0; j < p; j++)
        if (j != z)
            left -= hz[j] * (w->trial[j] - w->b[j]);
    w->trial[z] = w->b[z] + left / hz[z];
    *decrement += w->now.grad[z] * w->now.grad[z] / hz[z];
    return true;
}

static void swap_stats(Net *w)
{
    Stats t = w->now;
    w->now = w->next;
    w->next = t;
}

/* Where the quadratic is the deviance itself no pass is needed. */
static void go_exactly(Net *w)
{
    size_t p = w->p;
    double fall = 0.0;
    for (size_t j = 0; j < p; j++)
        w->step[j] = w->trial[j] - w->b[j];
    for (size_t j = 0; j < p; j++) {
        double hd = 0.0;
        for (size_t k = 0; k < p; k++)
            hd += w->now.info[j * p + k] * w->step[k];
        fall += w->step[j] * (2.0 * w->now.grad[j] - hd);
        w->next.grad[j] = w->now.grad[j] - hd;
    }
    w->now.deviance -= fall;
    memcpy(w->now.grad, w->next.grad, p * sizeof *w->now.grad);
    memcpy(w->b, w->trial, p * sizeof *w->b);
}

static bool net_eval(Net *w, const double *b, Stats *st, Error *err)
{
    w->passes++;
    return w->o->eval(w->o, b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, st, err);
}

/* From b towards trial until the penalised deviance is lower. False in *moved when it never is. */
static bool go(Net *w, bool *moved, Error *err)
{
    double before = 0.5 * w->now.deviance + penalty_at(w, w->b), slack = ROUNDING * w->scale;
    *moved = false;
    for (int k = 0; k < MAX_HALVINGS; k++) {
        if (!net_eval(w, w->trial, &w->next, err))
            return false;
        double after = 0.5 * w->next.deviance + penalty_at(w, w->trial);
        if (!w->next.invalid && isfinite(after) && after <= before + slack) {
            memcpy(w->b, w->trial, w->p * sizeof *w->b);
            swap_stats(w);
            *moved = true;
            return true;
        }
        for (size_t j = 0; j < w->p; j++)
            w->trial[j] = 0.5 * (w->trial[j] + w->b[j]);
    }
    return true;
}

bool net_solve(Net *w, bool *settled, Error *err)
{
    double n = w->o->n_effective > 1.0 ? w->o->n_effective : 1.0;
    *settled = true;
    for (int k = 0; k < MAX_STEPS; k++) {
        double d;
        bool moved;
        if (cancelled(err) || !quadratic_step(w, &d, err))
            return false;
        if (w->exact) {
            go_exactly(w);
            return true;
        }
        if (d <= 1e-24 * w->scale)
            return true;
        if (!go(w, &moved, err))
            return false;
        double left = w->quadratic ? d * d / n : d;
        if (left <= (w->quadratic ? w->tol : fmax(w->tol, SCORING_TOL)) * w->scale)
            return true;
        if (!moved) {
            *settled = d < 1e-8 * w->scale;
            return true;
        }
    }
    *settled = false;
    return true;
}

/* ---- beginning ---- */

/* The columns without penalty alone, from the family's start. */
static bool net_null(Net *w, const Problem *pb, Error *err)
{
    double d;
    bool settled;
    net_penalty(w, INFINITY, 0.0);
    for (size_t j = 0; j < w->p; j++)
        w->cd.in[j] = w->cd.l1[j] == 0.0;
    if (intercept(w) != SIZE_MAX || pb->offset) {
        if (!w->o->eval(w->o, w->b, EVAL_START | EVAL_GRAD | EVAL_INFO, &w->now, err) ||
            !quadratic_step(w, &d, err))
            return false;
        memcpy(w->b, w->trial, w->p * sizeof *w->b);
    }
    if (!net_eval(w, w->b, &w->now, err))
        return false;
    if (w->now.invalid || !isfinite(w->now.deviance))
        return fail(err, ERR_MATH, "no start found where all fitted values are in range");
    w->scale = w->now.deviance;
    bool ok = net_solve(w, &settled, err);
    w->scale = w->now.deviance;
    return ok;
}

void net_close(Net *w)
{
    if (w->o)
        w->o->close(w->o);
    stats_free(&w->now);
    stats_free(&w->next);
    cd_clear(&w->cd);
    free(w->room);
    free(w->h);
    *w = (Net){0};
}

bool net_open(Net *w, const Problem *pb, const PathOptions *opt, Error *err)
{
    size_t p = pb->x->p;
    *w = (Net){.p = p, .tol = opt->tol};
    w->o = oracle_rows(pb, err);
    if (!w->o)
        return false;
    w->room = xcalloc(6 * p + 6, sizeof *w->room);
    w->b = w->room;
    w->trial = w->b + p;
    w->step = w->trial + p;
    w->g = w->step + p;
    w->sd = w->g + p;
    w->factor = w->sd + p;
    w->h = big_alloc(p * p + 1, sizeof(double), false, "the information matrix", err);
    w->quadratic = is_quadratic(pb->family, pb->link);
    w->exact = pb->family == &family_gaussian && pb->link == &link_identity;
    w->ridge = ridge_unit(pb, w->exact);
    w->weight = isnan(w->o->weight) ? w->o->n_effective : w->o->weight;
    return w->h && cd_init(&w->cd, p, err) && stats_room(&w->now, p, err) &&
           stats_room(&w->next, p, err) && make_units(w, pb, opt, err) && net_null(w, pb, err);
}

double net_lambda_max(const Net *w, double alpha)
{
    double most = 0.0;
    for (size_t j = 0; j < w->p; j++)
        if (w->factor[j] > 0.0 && w->sd[j] > 0.0)
            most = fmax(most, fabs(w->now.grad[j]) / (w->factor[j] * w->sd[j]));
    return most / w->weight / fmax(alpha, ALPHA_LEAST);
}

size_t net_nonzero(const Net *w)
{
    size_t k = 0;
    for (size_t j = 0; j < w->p; j++)
        k += j != intercept(w) && w->b[j] != 0.0;
    return k;
}

/* ---- the path ---- */

static bool check_path(const Problem *pb, const PathOptions *opt, Error *err)
{
    if (!(opt->alpha >= 0.0 && opt->alpha <= 1.0))
        return fail(err, ERR_USAGE, "alpha %g is not between 0 (ridge) and 1 (lasso)", opt->alpha);
    for (size_t k = 0; opt->lambda && k < opt->nlambda; k++)
        if (!(opt->lambda[k] >= 0.0) || isinf(opt->lambda[k]))
            return fail(err, ERR_USAGE, "lambda %g is not a number from 0 up", opt->lambda[k]);
    if (!(opt->min_ratio >= 0.0 && opt->min_ratio < 1.0))
        return fail(err, ERR_USAGE,
                    "the ratio of the last lambda to the first, %g, is not between 0 and 1",
                    opt->min_ratio);
    return fit_check(pb, &(FitOptions){.ci_level = 0.95, .param = opt->param}, err);
}

static int falling(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void make_sequence(const Net *w, const Problem *pb, const PathOptions *opt, double *lambda,
                          size_t n)
{
    if (opt->lambda) {
        memcpy(lambda, opt->lambda, n * sizeof *lambda);
        qsort(lambda, n, sizeof *lambda, falling);
        return;
    }
    size_t columns = w->p - (intercept(w) != SIZE_MAX);
    double ratio = opt->min_ratio > 0.0 ? opt->min_ratio : pb->x->n < columns ? 1e-2 : 1e-4;
    double first = net_lambda_max(w, opt->alpha);
    for (size_t k = 0; k < n; k++)
        lambda[k] = first * exp(log(ratio) * (n > 1 ? (double)k / (double)(n - 1) : 0.0));
}

/* Lets the columns in that the strong rule does not exclude. */
static void strong_rule(Net *w, double alpha, double lambda, double before)
{
    double least = alpha * (2.0 * lambda - before) * w->weight;
    for (size_t j = 0; j < w->p; j++)
        w->cd.in[j] = j != intercept(w) && w->cd.l1[j] < INFINITY &&
                      (w->b[j] != 0.0 || fabs(w->now.grad[j]) >= least * w->factor[j] * w->sd[j]);
}

static void keep(Path *path, const Net *w, size_t k)
{
    double *b = path->b + k * w->p;
    memcpy(b, w->b, w->p * sizeof *b);
    centre_to_raw(w->o, b);
    path->deviance[k] = w->now.deviance;
    path->dev_ratio[k] =
        path->null_deviance > 0.0 ? 1.0 - w->now.deviance / path->null_deviance : 0.0;
    path->df[k] = net_nonzero(w);
    path->n = k + 1;
}

/* Where glmnet stops: lognet by the gain itself, elnet by the gain beside the ratio, the others
 * (fishnet) over five lambdas. */
static bool gained_enough(const Path *path, const Net *w, const Problem *pb)
{
    size_t k = path->n - 1;
    if (path->n < LAMBDAS_LEAST)
        return true;
    double now = path->dev_ratio[k], before = path->dev_ratio[k - 1];
    if (now > RATIO_MOST)
        return false;
    if (w->exact)
        return now - before >= GAIN_LEAST * now;
    if (pb->family == &family_binomial)
        return now - before >= GAIN_LEAST;
    return now - path->dev_ratio[k + 1 - LAMBDAS_LEAST] >= 10.0 * GAIN_LEAST * now;
}

static Path *path_new(size_t p, size_t n, const PathOptions *opt, Error *err)
{
    Path *path = xcalloc(1, sizeof *path);
    path->p = p;
    path->alpha = opt->alpha;
    path->lambda = xcalloc(3 * n + 1, sizeof *path->lambda);
    path->deviance = path->lambda + n;
    path->dev_ratio = path->deviance + n;
    path->df = xcalloc(n + 1, sizeof *path->df);
    path->b = big_alloc(n * p + 1, sizeof(double), true, "the path's coefficients", err);
    if (path->b)
        return path;
    path_free(path);
    return NULL;
}

void path_free(Path *path)
{
    if (!path)
        return;
    free(path->lambda);
    free(path->df);
    free(path->b);
    free(path);
}

static bool walk(Net *w, Path *path, size_t n, const Problem *pb, const PathOptions *opt,
                 Error *err)
{
    for (size_t k = 0; k < n; k++) {
        double lambda = path->lambda[k],
               before = k ? path->lambda[k - 1] : net_lambda_max(w, opt->alpha);
        bool settled;
        net_penalty(w, lambda * opt->alpha * w->weight, lambda * (1.0 - opt->alpha) * w->weight);
        strong_rule(w, opt->alpha, lambda, fmax(before, lambda));
        if (!net_solve(w, &settled, err))
            return false;
        path->unsettled += !settled;
        keep(path, w, k);
        progress_tick("path", (double)(k + 1), (double)n, "lambdas");
        if (!opt->lambda && !opt->to_the_end && !gained_enough(path, w, pb))
            break;
    }
    return true;
}

Path *path_run(const Problem *pb, const PathOptions *opt, Error *err)
{
    double began = clock_seconds();
    size_t n = opt->nlambda ? opt->nlambda : 100;
    Problem mine = *pb;
    Net w = {0};
    Path *path = NULL;
    if (!check_path(pb, opt, err))
        return NULL;
    if (pb->family->takes_param) {
        mine.param = isnan(opt->param) ? pb->family->param_default : opt->param;
        if (isnan(mine.param))
            return fail(err, ERR_USAGE, "a path with %s needs its %s", pb->family->name,
                        pb->family->param_name),
                   NULL;
    }
    bool ok = net_open(&w, &mine, opt, err) && (path = path_new(w.p, n, opt, err)) != NULL;
    ok = ok && null_deviance(&mine, matrix_ones(pb->x) != SIZE_MAX, &path->null_deviance, err);
    if (ok) {
        path->weight = w.weight;
        make_sequence(&w, pb, opt, path->lambda, n);
        ok = walk(&w, path, n, pb, opt, err);
        path->passes = w.passes;
        path->seconds = clock_seconds() - began;
    }
    net_close(&w);
    if (ok)
        return path;
    path_free(path);
    return NULL;
}
