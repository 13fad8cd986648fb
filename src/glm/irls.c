/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * irls.c - finds the coefficients of a GLM by Fisher scoring on the sums of an Oracle.
 *
 * One step at b: H = X'WX + penalty, g = X'(w (y - mu) dmu/V) - penalty b, solve H d = g
 * (solve.c), go to b + d, and halve d while the penalised deviance rises or some mu leaves its
 * range. This is iteratively reweighted least squares written for the step rather than for the
 * new b: McCullagh & Nelder, Generalized Linear Models, 2nd ed. 1989, section 2.5.
 *
 * With a link that is not canonical, or Firth's prior, X'WX is not the Hessian and steps would
 * shrink the error by a fraction only. There the step is corrected by what the last steps have
 * shown of the curvature: the two-loop recursion of L-BFGS (Nocedal & Wright, Numerical
 * Optimization, 2nd ed. 2006, algorithm 7.4) with H as its initial matrix.
 *
 * On many rows a pass for the deviance and the gradient alone takes half the time or less, and no
 * factor. A search that was started from a sample takes its first steps with the factor of the
 * sample: an error of one becomes one of 2 sqrt(p/m) on m rows, by the spread of the eigenvalues
 * of a covariance (Marchenko & Pastur 1967). Between a Newton step and the end such passes go on
 * with the last factor, stretched to the diagonal of X'WX and corrected as above; the last pass is
 * a whole one again, so that the covariance is that of the result.
 *
 * At the edge of the means' range X'WX grows without bound and keeps the steps along it short; what
 * was learned further inside is forgotten there.
 *
 * The decrement g'd = d'Hd is the squared length of the step in standard errors, and what the
 * deviance is about to fall by. Settled means that it is below tol times the deviance and that
 * the coefficients are about to stop moving: after a Newton step of length s an error of about
 * s^2/sqrt(n) is left (self-concordance; Boyd & Vandenberghe 2004, section 9.6), after a scoring
 * step a fraction of s. The last step is taken without a further pass.
 *
 * Running out of iterations is not an error: status says so and the numbers stand as they are.
 */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "fit_priv.h"

#define MAX_HALVINGS 40
#define COEF_ERROR 1e-9 /* standard errors that the estimates may be off by in the end */
#define SCORING_DECREMENT 1e-22
#define NOISE_DECREMENT 1e-13 /* of the deviance: a step that no longer shrinks is rounding */
#define PRECISE_NOISE 1e-20
#define ROUGH 0.5
#define REACH 4e-6 /* by which the eta of a level may still move: its errors move by half that */
/* Of searches that spare X'WX, with e the squared error of b in standard errors: */
#define SPARING_END 1e-8   /* e from which the next pass may be the last */
#define SPARING_NEAR 0.05  /* e/p from which a factor of its own pays */
#define SPARING_WORTH 0.1  /* steps that leave more of e want a factor of their own */
#define SAMPLE_LEAVES 32.0 /* times e p/n: after a step with the factor of one row in eight */
#define NEWTON_LEAVES 30.0 /* times e^2/n: after a Newton step, as seen where levels are rare */
#define VANISHED 1e-6
#define STUCK 0.9  /* a scoring step may shrink the decrement by no more than a half */
#define RISE 1e-10 /* of the deviance: rounding, not a rise */

static bool stats_init(Stats *s, size_t p, bool precise, Error *err)
{
    *s = (Stats){0};
    s->grad = xcalloc(p + 1, sizeof *s->grad);
    s->diag = xcalloc(p + 1, sizeof *s->diag);
    s->info = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    if (precise) {
        s->grad_lo = xcalloc(p + 1, sizeof *s->grad_lo);
        s->info_lo = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    }
    return s->info && (!precise || s->info_lo);
}

static void stats_clear(Stats *s)
{
    free(s->grad);
    free(s->diag);
    free(s->info);
    free(s->grad_lo);
    free(s->info_lo);
}

bool irls_init(Irls *w, Oracle *o, const double *penalty, Error *err)
{
    *w = (Irls){.o = o, .p = o->p, .penalty = penalty};
    w->b = xcalloc(5 * w->p + 1, sizeof *w->b);
    w->trial = w->b + w->p;
    w->step = w->trial + w->p;
    w->room = w->step + w->p;
    w->shift = w->room + w->p;
    w->past.s = xcalloc(2 * HISTORY * w->p + HISTORY, sizeof *w->past.s);
    w->past.y = w->past.s + HISTORY * w->p;
    w->past.alpha = w->past.y + HISTORY * w->p;
    return stats_init(&w->now, w->p, o->precise, err) &&
           stats_init(&w->next, w->p, o->precise, err) && solver_init(&w->solver, w->p, err);
}

void irls_clear(Irls *w)
{
    free(w->b);
    free(w->past.s);
    stats_clear(&w->now);
    stats_clear(&w->next);
    solver_clear(&w->solver);
    *w = (Irls){0};
}

/* Sums at b, with penalty and adjustment in the gradient and the objective. */
static bool evaluate(Irls *w, const double *b, bool info, Stats *st, double *objective, Error *err)
{
    double added = 0.0;
    unsigned what = EVAL_DEVIANCE | EVAL_GRAD | (info ? EVAL_INFO : 0);
    if (!w->o->eval(w->o, b, what, st, err))
        return false;
    if (w->adjust && !st->invalid && isfinite(st->deviance)) {
        if (!solver_factor(&w->solver, st->info, st->info_lo, w->penalty, err) ||
            !w->adjust(w, b, st, &added, err))
            return false;
    }
    for (size_t j = 0; w->penalty && j < w->p; j++) {
        st->grad[j] -= w->penalty[j] * b[j];
        added += w->penalty[j] * b[j] * b[j];
    }
    *objective = st->deviance + added;
    return true;
}

/* Evaluates b itself. */
static bool look(Irls *w, bool info, Error *err)
{
    w->has_info = info;
    w->factored &= !info;
    return evaluate(w, w->b, info, &w->now, &w->objective, err);
}

bool irls_here(Irls *w, Error *err)
{
    w->borrowed &= !w->adjust;
    if (!look(w, !w->borrowed, err))
        return false;
    w->start_deviance = w->now.deviance;
    w->decrement = w->decrement_before = INFINITY;
    return true;
}

void irls_borrow(Irls *w, Irls *sample, double share)
{
    const double *centre = w->o->centre, *theirs = sample->o->centre;
    Solver own = w->solver;
    w->solver = sample->solver;
    sample->solver = own;
    w->borrowed = true;
    for (size_t j = 0; j < w->p; j++) /* a row of the sample counts as `share` rows */
        w->solver.scale[j] /= sqrt(share);
    for (size_t j = 0; j < w->p; j++)
        w->shift[j] = centre && j != w->o->intercept ? theirs[j] - centre[j] : 0.0;
}

static void swap_stats(Irls *w)
{
    Stats t = w->now;
    w->now = w->next;
    w->next = t;
}

static double decrement_scale(const Irls *w)
{
    return fabs(w->now.deviance) + 1e-3 * fabs(w->start_deviance);
}

static double rows_of(const Irls *w)
{
    return w->o->n_effective > 1.0 ? w->o->n_effective : 1.0;
}

/* How far the step moves the eta of some level: the relative change of its weights, at most. */
static double reach(const Irls *w)
{
    double most = 0.0;
    for (size_t j = 0; j < w->p; j++)
        if (w->now.diag[j] > 0.0)
            most = fmax(most, fabs(w->step[j]));
    return most;
}

/* Shall X'WX be summed at the end of this step too? */
static bool wants_info(const Irls *w)
{
    double n = rows_of(w), unit = decrement_scale(w) / n, p = (double)w->p, d = w->decrement;
    if (!w->sparing || !w->quadratic || w->adjust || w->rough || w->edge)
        return true;
    if (w->borrowed) {
        double leaves = w->past.used ? d / w->decrement_before : SAMPLE_LEAVES * p / n;
        return leaves > SPARING_WORTH || d * leaves <= SPARING_NEAR * p * unit;
    }
    double far = reach(w), leaves = d / w->decrement_before;
    if (w->has_info)
        return NEWTON_LEAVES * d * (d / unit) / n <= SPARING_END * unit && far * far <= REACH;
    return leaves > SPARING_WORTH ||
           (d * leaves <= SPARING_END * unit && far * sqrt(leaves) <= REACH);
}

/* Would the step change only the last bit of each coefficient? */
static bool last_bits(const Irls *w)
{
    for (size_t j = 0; j < w->p; j++)
        if (fabs(w->step[j]) > 2.0 * DBL_EPSILON * fabs(w->b[j]))
            return false;
    return true;
}

static bool settled(const Irls *w, double tol)
{
    double scale = decrement_scale(w), n = rows_of(w), unit = scale / n;
    if (!w->has_info)
        return false;
    if (w->decrement == 0.0)
        return true;
    if (w->rough) {
        double left = w->quadratic ? w->decrement * (w->decrement / unit) / n : w->decrement;
        return left <= ROUGH * (double)w->p * unit;
    }
    bool stuck = w->decrement > STUCK * w->decrement_before;
    if (w->o->precise)
        return w->decrement <= w->precise_tol * scale ||
               (stuck && w->decrement < PRECISE_NOISE * scale) || last_bits(w);
    if (stuck && w->decrement < NOISE_DECREMENT * scale)
        return true;
    double after = w->quadratic ? w->decrement * w->decrement / n
                                : w->decrement; /* what the step leaves to fall */
    if (after > tol * scale)
        return false;
    return w->decrement <= unit * (w->quadratic ? COEF_ERROR * sqrt(n) : SCORING_DECREMENT) &&
           (n <= LARGE || reach(w) <= REACH);
}

static double dot(const double *a, const double *b, size_t n)
{
    double s = 0.0;
    for (size_t i = 0; i < n; i++)
        s += a[i] * b[i];
    return s;
}

/* By what column j of the factor's design is to be multiplied for the diagonal of H to be as it is
 * at b now. */
static double stretch(const Irls *w, size_t j)
{
    double now = w->has_info ? 0.0 : w->now.diag[j], was = w->solver.scale[j];
    if (!(now > 0.0) || was == 0.0)
        return 1.0;
    return sqrt(now + (w->penalty ? w->penalty[j] : 0.0)) * was;
}

/* x = H^-1 g. Without an own factor H is the last one, stretched. A sample's H stands in
 * coordinates b_s = b + e_0 shift'b. */
static void solve_step(Irls *w, const double *g, double *x)
{
    size_t p = w->p, one = w->o->intercept;
    bool shifted = w->borrowed && one != SIZE_MAX;
    double *turned = w->room;
    if (w->has_info) {
        solver_solve(&w->solver, g, w->now.grad_lo, x);
        return;
    }
    for (size_t j = 0; j < p; j++)
        turned[j] = (g[j] - (shifted ? w->shift[j] * g[one] : 0.0)) / stretch(w, j);
    solver_solve(&w->solver, turned, NULL, x);
    for (size_t j = 0; j < p; j++)
        x[j] /= stretch(w, j);
    for (size_t j = 0; shifted && j < p; j++)
        x[one] -= w->shift[j] * x[j];
}

/* What a start gave to aliased columns is told by the others: X b stays as it is. */
static void empty_aliased(Irls *w)
{
    size_t p = w->p;
    bool any = false;
    memset(w->trial, 0, p * sizeof *w->trial);
    for (size_t k = 0; k < p; k++) {
        if (!w->solver.aliased[k] || w->b[k] == 0.0)
            continue;
        for (size_t j = 0; j < p; j++)
            w->trial[j] += w->now.info[k * p + j] * w->b[k];
        w->b[k] = 0.0;
        any = true;
    }
    if (!any)
        return;
    solver_solve(&w->solver, w->trial, NULL, w->step);
    for (size_t j = 0; j < p; j++)
        w->b[j] += w->step[j];
}

/* Keeps the step that was just taken, and how it changed the score. */
static void remember(Irls *w, double t)
{
    History *h = &w->past;
    size_t k = (h->newest + 1) % HISTORY;
    double *s = h->s + k * w->p, *y = h->y + k * w->p;
    for (size_t j = 0; j < w->p; j++) {
        s[j] = t * w->step[j];
        y[j] = w->now.grad[j] - w->next.grad[j];
    }
    double sy = dot(s, y, w->p);
    if (!(sy > 1e-12 * t * t * w->decrement)) /* no positive curvature: nothing to learn */
        return;
    h->newest = k;
    if (h->used < HISTORY)
        h->used++;
}

static void corrected_step(Irls *w)
{
    History *h = &w->past;
    double *q = w->trial;
    memcpy(q, w->now.grad, w->p * sizeof *q);
    for (size_t i = 0; i < h->used; i++) {
        size_t k = (h->newest + HISTORY - i) % HISTORY;
        const double *s = h->s + k * w->p, *y = h->y + k * w->p;
        h->alpha[k] = dot(s, q, w->p) / dot(s, y, w->p);
        for (size_t j = 0; j < w->p; j++)
            q[j] -= h->alpha[k] * y[j];
    }
    solve_step(w, q, w->step);
    for (size_t i = h->used; i-- > 0;) {
        size_t k = (h->newest + HISTORY - i) % HISTORY;
        const double *s = h->s + k * w->p, *y = h->y + k * w->p;
        double beta = dot(y, w->step, w->p) / dot(s, y, w->p);
        for (size_t j = 0; j < w->p; j++)
            w->step[j] += (h->alpha[k] - beta) * s[j];
    }
}

bool irls_factor(Irls *w, Error *err)
{
    if (w->factored || !w->has_info)
        return true;
    if (!solver_factor(&w->solver, w->now.info, w->now.info_lo, w->penalty, err))
        return false;
    w->factored = true;
    if (w->solver.rank < w->p && w->given_start)
        empty_aliased(w);
    w->given_start = false;
    return true;
}

/* Solves for the step at b and its decrement. */
static bool next_step(Irls *w, Error *err)
{
    if (!w->adjust && !irls_factor(w, err))
        return false;
    bool far = w->decrement > 1e-2 * decrement_scale(w); /* there H knows best */
    if (w->past.used && (!w->has_info || (!w->quadratic && !far)))
        corrected_step(w);
    else
        solve_step(w, w->now.grad, w->step);
    w->decrement_before = w->decrement;
    w->decrement = dot(w->step, w->now.grad, w->p);
    if (!(w->decrement > 0.0)) /* rounding */
        w->decrement = 0.0;
    return true;
}

static bool all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

/* Goes along the step, halving it until the objective falls. False in *moved when it never does. */
static bool go(Irls *w, bool *moved, Error *err)
{
    double t = 1.0, allowed = w->objective + RISE * (fabs(w->objective) + decrement_scale(w));
    bool info = wants_info(w);
    w->edge = *moved = false;
    for (int k = 0; k < (w->has_info ? MAX_HALVINGS : 1); k++, t *= 0.5) {
        double objective;
        for (size_t j = 0; j < w->p; j++)
            w->trial[j] = w->b[j] + t * w->step[j];
        if (!evaluate(w, w->trial, info, &w->next, &objective, err))
            return false;
        w->edge |= w->next.invalid;
        if (w->next.invalid || !isfinite(objective) || objective > allowed ||
            !all_finite(w->trial, w->p))
            continue;
        memcpy(w->b, w->trial, w->p * sizeof *w->b);
        if (w->edge || (info && (w->quadratic || w->borrowed)))
            w->past.used = 0;
        else
            remember(w, t);
        swap_stats(w);
        w->has_info = info;
        w->factored &= !info;
        w->borrowed &= !info;
        w->objective = objective;
        *moved = true;
        return true;
    }
    return true;
}

static bool run(Irls *w, int max_iter, double tol, Error *err)
{
    w->status = FIT_MAX_ITER;
    for (int k = 0; k < max_iter; k++) {
        bool moved;
        if (cancelled(err) || !next_step(w, err))
            return false;
        progress_tick("fit", (double)(k + 1), 0.0, "iterations");
        w->iterations++;
        if (w->may_vanish && w->now.deviance < VANISHED * w->start_deviance)
            return true;
        if (!w->edge && settled(w, tol)) {
            for (size_t j = 0; j < w->p; j++)
                w->b[j] += w->step[j];
            w->status = FIT_CONVERGED;
            return true;
        }
        if (!go(w, &moved, err))
            return false;
        if (!moved && !w->has_info) { /* its own factor knows better */
            w->borrowed = false;
            if (!look(w, true, err))
                return false;
            continue;
        }
        if (!moved) {
            bool there = !w->edge && w->decrement < 1e-8 * decrement_scale(w);
            w->status = there ? FIT_CONVERGED : FIT_NO_DESCENT;
            return true;
        }
    }
    return true;
}

bool irls_run(Irls *w, int max_iter, double tol, Error *err)
{
    return run(w, max_iter, tol, err) && (w->has_info || look(w, true, err));
}

/* ---- coordinates: columns x_j - c_j with intercept b_0 + sum c_j b_j ---- */

void centre_to_raw(const Oracle *o, double *b)
{
    for (size_t j = 0; o->centre && j < o->p; j++)
        if (j != o->intercept)
            b[o->intercept] -= o->centre[j] * b[j];
}

void raw_to_centre(const Oracle *o, double *b)
{
    for (size_t j = 0; o->centre && j < o->p; j++)
        if (j != o->intercept)
            b[o->intercept] += o->centre[j] * b[j];
}

/* cov = T cov T' with T = I - e_0 c'. */
void centre_cov_to_raw(const Oracle *o, double *cov)
{
    size_t p = o->p, z = o->intercept;
    if (!o->centre)
        return;
    for (size_t k = 0; k < p; k++)
        for (size_t j = 0; j < p; j++)
            if (j != z)
                cov[z * p + k] -= o->centre[j] * cov[j * p + k];
    for (size_t k = 0; k < p; k++)
        for (size_t j = 0; j < p; j++)
            if (j != z)
                cov[k * p + z] -= o->centre[j] * cov[k * p + j];
}

/* X = X_c T^-1, so the information is T^-T info T^-1 with T^-1 = I + e_0 c'. */
void centre_info_to_raw(const Oracle *o, double *info)
{
    size_t p = o->p, z = o->intercept;
    if (!o->centre)
        return;
    for (size_t j = 0; j < p; j++)
        for (size_t k = 0; j != z && k < p; k++)
            info[j * p + k] += o->centre[j] * info[z * p + k];
    for (size_t j = 0; j < p; j++)
        for (size_t k = 0; j != z && k < p; k++)
            info[k * p + j] += o->centre[j] * info[k * p + z];
}
