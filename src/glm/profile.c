/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile.c - intervals from the profile of the likelihood: all values of a coefficient a'b that a
 * likelihood-ratio test against the fit would not refuse.
 *
 * An end is where a'b is as far out as the deviance D(b) <= D* = D(fit) + q^2 phi allows. Venzon &
 * Moolgavkar (1988, Applied Statistics 37) solve for it and for the other coefficients together: on
 * the quadratic with score g and information H at b, the step is d = H^-1 g +- H^-1 a sqrt((D* - D)
 * + g'H^-1 g) / sqrt(a'H^-1 a), whose first one from the fit is Wald's end. It is halved while D
 * runs off far beyond D*. With the columns centred, the intercept is a'b with a = e_0 - centres.
 * Where D never reaches D* the end is infinite.
 */
#include "glm/htest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "fit_priv.h"

#define MAX_STEPS 60
#define CLOSE                                                                                      \
    1e-10 /* of q^2 phi: what D may be off by, and what the other coefficients may still gain */
#define FAR 3.0 /* D may overshoot D* - D(fit) by so much before a step is halved */

typedef struct Profile {
    Irls w;
    double *start, *a, *ha; /* p: the fit, in the oracle's coordinates; the functional; H^-1 a */
    double deviance;        /* at the fit */
    double room;            /* q^2 phi */
} Profile;

static double dot(const double *x, const double *y, size_t n)
{
    double s = 0.0;
    for (size_t i = 0; i < n; i++)
        s += x[i] * y[i];
    return s;
}

/* a such that a'b is coefficient j of X. */
static void functional(Profile *f, size_t j)
{
    const Oracle *o = f->w.o;
    memset(f->a, 0, f->w.p * sizeof *f->a);
    f->a[j] = 1.0;
    for (size_t k = 0; o->centre && j == o->intercept && k < f->w.p; k++)
        if (k != j)
            f->a[k] = -o->centre[k];
}

static bool evaluate(Profile *f, const double *b, Stats *st, Error *err)
{
    return f->w.o->eval(f->w.o, b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, st, err);
}

static void swap_stats(Irls *w)
{
    Stats t = w->now;
    w->now = w->next;
    w->next = t;
}

/* The step at b; *left is what is wrong there, beside the room. */
static bool step_at(Profile *f, double side, double *left, Error *err)
{
    Irls *w = &f->w;
    size_t p = w->p;
    if (!solver_factor(&w->solver, w->now.info, NULL, NULL, err))
        return false;
    solver_solve(&w->solver, w->now.grad, NULL, w->step);
    solver_solve(&w->solver, f->a, NULL, f->ha);
    double s2 = dot(f->a, f->ha, p), gain = dot(w->now.grad, w->step, p),
           along = dot(f->a, w->step, p);
    double missing = f->deviance + f->room - w->now.deviance;
    if (!(s2 > 0.0))
        return fail(err, ERR_MATH, "a coefficient without information has no profile");
    *left = (fabs(missing) + fabs(gain - along * along / s2)) / f->room;
    double radicand = missing + gain;
    if (radicand > 0.0)
        for (size_t j = 0; j < p; j++)
            w->step[j] += side * f->ha[j] * sqrt(radicand / s2);
    return true;
}

static bool advance(Profile *f, bool *moved, Error *err)
{
    Irls *w = &f->w;
    *moved = false;
    for (int k = 0; k < 30 && !*moved; k++) {
        for (size_t j = 0; j < w->p; j++)
            w->trial[j] = w->b[j] + w->step[j];
        if (!evaluate(f, w->trial, &w->next, err))
            return false;
        double over = w->next.deviance - f->deviance - f->room;
        *moved = !w->next.invalid && isfinite(over) && over < FAR * f->room;
        for (size_t j = 0; j < w->p; j++)
            w->step[j] *= 0.5;
    }
    if (*moved) {
        memcpy(w->b, w->trial, w->p * sizeof *w->b);
        swap_stats(w);
    }
    return true;
}

static bool one_end(Profile *f, double se, double side, double *end, Error *err)
{
    Irls *w = &f->w;
    double from = dot(f->a, f->start, w->p);
    memcpy(w->b, f->start, w->p * sizeof *w->b);
    if (!evaluate(f, w->b, &w->now, err))
        return false;
    *end = side * INFINITY;
    for (int k = 0; k < MAX_STEPS; k++) {
        double left = 0.0;
        bool moved;
        if (cancelled(err) || !step_at(f, side, &left, err))
            return false;
        double at = dot(f->a, w->b, w->p);
        if (k && left < CLOSE) {
            *end = at;
            return true;
        }
        if (fabs(at - from) > 1e3 * se || !isfinite(at)) /* the likelihood is flat out there */
            return true;
        if (!advance(f, &moved, err))
            return false;
        if (!moved)
            return true;
    }
    return true;
}

static bool open_profile(Profile *f, const Problem *pb, const Fit *fit, double level, Error *err)
{
    size_t p = pb->x->p;
    double q = fit_quantile(fit, level);
    Oracle *o = oracle_rows(pb, err);
    if (!o || !irls_init(&f->w, o, NULL, err))
        return false;
    f->start = xcalloc(3 * p + 1, sizeof *f->start);
    f->a = f->start + p;
    f->ha = f->a + p;
    for (size_t j = 0; j < p; j++)
        f->start[j] = isnan(fit->b[j]) ? 0.0 : fit->b[j];
    raw_to_centre(o, f->start);
    f->room = q * q * fit->dispersion;
    if (!(f->room > 0.0) || !evaluate(f, f->start, &f->w.now, err))
        return fail(err, ERR_MATH, "no dispersion: nothing to profile");
    f->deviance = f->w.now.deviance;
    return true;
}

bool profile_intervals(const Problem *pb, const Fit *fit, double level, double *low, double *high,
                       Error *err)
{
    Profile f = {0};
    Problem mine = *pb;
    if (fit->l2 > 0.0 || !fit->cov)
        return fail(err, ERR_USAGE, "profile intervals are for fits without a penalty");
    if (pb->family->takes_param)
        mine.param = fit->param;
    bool ok = open_profile(&f, &mine, fit, level, err);
    for (size_t j = 0; ok && j < fit->p; j++) {
        low[j] = high[j] = NAN;
        if (fit->flag[j] != COL_OK)
            continue;
        functional(&f, j);
        ok = one_end(&f, fit->se[j], -1.0, &low[j], err) &&
             one_end(&f, fit->se[j], 1.0, &high[j], err);
        progress_tick("profile", (double)(j + 1), (double)fit->p, "coefficients");
    }
    Oracle *o = f.w.o;
    irls_clear(&f.w);
    if (o)
        o->close(o);
    free(f.start);
    return ok;
}
