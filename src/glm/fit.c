/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fit.c - checks what it is given, drives the search for b, and turns the result into a Fit.
 *
 * The order of a fit of local rows:
 *     check          shapes, y in the family's range, weights, offset
 *     grouped.c      rows that are alike are taken together when there are many of them
 *     start.c        where to begin: for large data, from a fit to some of the rows
 *     irls.c         on oracle_rows, columns centred, sums in doubles
 *     separation.c   when a response of yes and no took suspiciously many steps
 *     alias.c        large data: are the columns that look aliased really so?
 *     irls.c         again on oracle_precise when the data are small, or the pivots are, or alias.c
 *                    could not tell
 *     infer.c        covariance, dispersion, likelihood
 * For the negative binomial all this is repeated with theta in turn (negbin.c).
 */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "families_priv.h"
#include "fit_priv.h"
#include "grouped.h"
#include "infer_priv.h"
#include "path_priv.h"

#define PRECISE_WORK 4e6     /* multiplications of a precise pass that nobody notices: 30 ms */
#define PRECISE_WORK_MAX 1e9 /* and that an ill-conditioned design is worth */
#define PRECISE_PIVOT 1e-9   /* below it the covariance would lose more than half its digits */
#define GROUP_FROM 50000     /* rows: below it a fit takes no time anyway */
#define SOUND_PIVOT 1e-5
#define PRECISE_DECREMENT 1e-31
#define PRECISE_DECREMENT_BIG 1e-18
/* Sound logistic fits settle in fewer; each step adds 1 to an eta that runs away. */
#define SEPARATION_ITERATIONS 12

/* ---- checks ---- */

static long data_row(const Matrix *x, size_t i)
{
    return (long)(x->rows ? x->rows[i] : i) + 1;
}

static bool has_lasso(const FitOptions *opt)
{
    return opt->l1 > 0.0 || opt->lambda > 0.0;
}

static bool check_options(const Problem *pb, const FitOptions *opt, Error *err)
{
    if (!(opt->l2 >= 0.0) || isinf(opt->l2))
        return fail(err, ERR_USAGE, "the penalty %g is not a number from 0 up", opt->l2);
    if (!(opt->l1 >= 0.0) || isinf(opt->l1))
        return fail(err, ERR_USAGE, "the penalty %g is not a number from 0 up", opt->l1);
    if (!(opt->lambda >= 0.0) || isinf(opt->lambda))
        return fail(err, ERR_USAGE, "lambda %g is not a number from 0 up", opt->lambda);
    if (!(opt->alpha >= 0.0 && opt->alpha <= 1.0))
        return fail(err, ERR_USAGE, "alpha %g is not between 0 (ridge) and 1 (lasso)", opt->alpha);
    if (has_lasso(opt) && (opt->firth || opt->robust != ROBUST_NONE || opt->cluster))
        return fail(
            err, ERR_USAGE,
            "a lasso has no standard errors: it goes without firth, robust and clustered errors");
    if (!(opt->ci_level > 0.0 && opt->ci_level < 1.0))
        return fail(err, ERR_USAGE, "the level %g is not between 0 and 1", opt->ci_level);
    if (pb->family->takes_param && !isnan(opt->param)) {
        bool tweedie = pb->family == &family_tweedie;
        bool ok = tweedie ? opt->param == 0.0 || opt->param >= 1.0 : opt->param > 0.0;
        if (!ok)
            return fail(err, ERR_USAGE, "%s %g is not %s", pb->family->param_name, opt->param,
                        tweedie ? "0 or at least 1" : "positive");
    }
    if (opt->firth && !(pb->family == &family_binomial && pb->link == &link_logit))
        return fail(err, ERR_USAGE, "firth's fit is for binomial responses with the logit link");
    return true;
}

/* "response -1 in row 5 and 3 more: a poisson response must be 0 or more" */
static bool out_of_range(const Problem *pb, size_t first, Error *err)
{
    size_t more = 0;
    const Family *f = pb->family;
    for (size_t i = first + 1; i < pb->x->n; i++)
        more += (!pb->w || pb->w[i] > 0.0) && !f->y_valid(pb->y[i]);
    char rest[40] = "";
    if (more)
        snprintf(rest, sizeof rest, " and %zu more", more);
    long row = data_row(pb->x, first);
    return fail_row(err, ERR_DATA, row, "response %g in row %ld%s: %s %s response must be %s",
                    pb->y[first], row, rest, strchr("aeiou", f->name[0]) ? "an" : "a", f->name,
                    f->y_rule);
}

static bool check_rows(const Problem *pb, RowSurvey *s, Error *err)
{
    const Matrix *x = pb->x;
    if (x->n == 0 || x->p == 0)
        return fail(err, ERR_DATA, "nothing to fit: %zu rows, %zu columns", x->n, x->p);
    if (!row_survey(pb, true, s, err))
        return false;
    size_t i = s->first_bad;
    if (i == SIZE_MAX)
        return s->n_effective > 0.0 || fail(err, ERR_DATA, "all weights are zero");
    double w = pb->w ? pb->w[i] : 1.0;
    if (!(w >= 0.0) || isinf(w))
        return fail_row(err, ERR_DATA, data_row(x, i),
                        "weight %g in row %ld is not a finite number from 0 up", w, data_row(x, i));
    if (pb->offset && !isfinite(pb->offset[i]))
        return fail_row(err, ERR_DATA, data_row(x, i), "offset %g in row %ld is not finite",
                        pb->offset[i], data_row(x, i));
    return out_of_range(pb, i, err);
}

/* ---- penalty ---- */

/* lambda_j for each column, or NULL without a penalty. Fails only for memory. */
static bool make_penalty(const Problem *pb, const FitOptions *opt, double **out, Error *err)
{
    const Matrix *x = pb->x;
    *out = NULL;
    if (opt->l2 == 0.0)
        return true;
    double *pen = xcalloc(x->p, sizeof *pen), *sd = xcalloc(x->p, sizeof *sd);
    bool ok = !opt->standardize || matrix_moments(x, pb->w, NULL, sd, NULL, NULL, err);
    for (size_t k = 0; k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        for (size_t j = b->first; j < b->first + b->ncols; j++) {
            double factor = opt->penalty_factor     ? opt->penalty_factor[j]
                            : b->kind == BLOCK_ONES ? 0.0
                                                    : 1.0;
            pen[j] = opt->l2 * factor * (opt->standardize ? sd[j] * sd[j] : 1.0);
        }
    }
    free(sd);
    *out = pen;
    return ok;
}

static bool penalises_intercept(const Matrix *x, const double *penalty)
{
    size_t ones = matrix_ones(x);
    return penalty && ones != SIZE_MAX && penalty[ones] != 0.0;
}

/* ---- the search ---- */

static double precise_work(const Problem *pb)
{
    double n = (double)pb->x->n, k = (double)matrix_row_max(pb->x), p = (double)pb->x->p;
    return n * k * k + p * p * p / 4;
}

/* Goes on in twice the precision from the b of `w`, which then belongs to the precise oracle. */
static bool polish(Irls *w, const Problem *pb, const FitOptions *opt, Error *err)
{
    Irls fine = {0};
    Oracle *o = oracle_precise(pb, err);
    FitStatus was = w->status;
    if (!o)
        return false;
    bool ok = irls_init(&fine, o, w->penalty, err);
    if (ok) {
        fine.quadratic = w->quadratic;
        fine.precise_tol =
            precise_work(pb) <= PRECISE_WORK ? PRECISE_DECREMENT : PRECISE_DECREMENT_BIG;
        memcpy(fine.b, w->b, w->p * sizeof *fine.b);
        centre_to_raw(w->o, fine.b);
        fine.given_start = true;
        ok = irls_here(&fine, err);
        fine.start_deviance = w->start_deviance;
        ok = ok && irls_run(&fine, opt->max_iter, opt->tol, err);
    }
    if (!ok) {
        irls_clear(&fine);
        o->close(o);
        return false;
    }
    if (fine.solver.min_pivot < PRECISE_PIVOT && w->solver.min_pivot > SOUND_PIVOT &&
        fine.solver.rank == w->solver.rank) {
        /* only the origin of the columns was far away, and centred sums are not hurt by that */
        irls_clear(&fine);
        o->close(o);
        return true;
    }
    fine.iterations = w->iterations;
    if (fine.status == FIT_NO_DESCENT || (was != FIT_CONVERGED && fine.status != FIT_CONVERGED))
        fine.status = was;
    Oracle *old = w->o;
    irls_clear(w);
    old->close(old);
    *w = fine;
    return true;
}

static bool may_separate(const Problem *pb)
{
    return pb->family->is_binary_response || (pb->link == &link_log && pb->family->y_valid(0.0));
}

static Fit *fit_once(const Problem *pb, const FitOptions *opt, Error *err);

/* Iterates, and asks now and then whether the estimates run away: a sound fit settles before the
 * first question. */
static bool watchful_run(Irls *w, const Problem *pb, const FitOptions *opt, Fit *fit,
                         bool *separated, Error *err)
{
    static const int stages[] = {SEPARATION_ITERATIONS, 2 * SEPARATION_ITERATIONS, INT_MAX};
    for (size_t k = 0; k < sizeof stages / sizeof stages[0]; k++) {
        int until = stages[k] < opt->max_iter ? stages[k] : opt->max_iter;
        if (!irls_run(w, until - w->iterations, opt->tol, err))
            return false;
        if (w->status == FIT_CONVERGED && w->iterations < SEPARATION_ITERATIONS)
            return true;
        if (!separation_check(pb, opt, w->o, w->b, fit_once, fit, separated, err))
            return false;
        fit->iterations = w->iterations;
        if (*separated || w->status != FIT_MAX_ITER || w->iterations >= opt->max_iter)
            return true;
    }
    return true;
}

/* Fits with pb->param as it is. On success *w is open, with its oracle, for the caller to read
 * and close; fit->status is FIT_SEPARATED when fit is complete already. */
static bool search(const Problem *pb, const FitOptions *opt, const double *penalty, Irls *w,
                   Fit *fit, Error *err)
{
    FirthCtx firth = {0};
    Oracle *o = oracle_rows(pb, err);
    if (!o)
        return false;
    bool ok = irls_init(w, o, penalty, err);
    w->quadratic = is_quadratic(pb->family, pb->link) && !opt->firth;
    w->may_vanish = may_separate(pb) && !penalty && !opt->firth;
    ok = ok && search_start(w, pb, opt, err);
    /* what is small is judged beside the null deviance: a perfect fit has none of its own */
    w->start_deviance = fmax(w->start_deviance, fit->null_deviance);
    if (ok && opt->firth) {
        ok = firth_init(&firth, pb, err);
        w->adjust = firth_adjust;
        w->adjust_ctx = &firth;
        ok = ok && irls_here(w, err);
        w->start_deviance = fmax(w->start_deviance, fit->null_deviance);
    }
    bool separated = false;
    ok = ok && (w->may_vanish ? watchful_run(w, pb, opt, fit, &separated, err)
                              : irls_run(w, opt->max_iter, opt->tol, err));
    if (ok && !separated && !opt->firth && !pb->as_is) {
        double work = precise_work(pb);
        bool doubtful = w->solver.min_pivot < PRECISE_PIVOT, hold = false;
        if (!doubtful && w->solver.rank < w->p && work > PRECISE_WORK) {
            if (!aliases_hold(w, pb, &hold, err))
                return false;
        }
        doubtful |= w->solver.rank < w->p && !hold;
        if (work <= PRECISE_WORK || (doubtful && work <= PRECISE_WORK_MAX)) {
            ok = polish(w, pb, opt, err);
            fit->precise = w->o->precise;
        }
    }
    firth_clear(&firth);
    w->adjust_ctx = NULL;
    return ok;
}

static Fit *fit_new(size_t p, const FitOptions *opt, Error *err)
{
    Fit *f = xcalloc(1, sizeof *f);
    f->p = p;
    f->b = xcalloc(p + 1, sizeof *f->b);
    f->se = xcalloc(p + 1, sizeof *f->se);
    f->flag = xcalloc(p + 1, 1);
    f->param = f->param_se = NAN;
    f->l2 = opt->l2;
    for (size_t j = 0; j < p; j++)
        f->se[j] = NAN;
    if (!opt->no_covariance) {
        f->cov = big_alloc(p * p + 1, sizeof(double), true, "the covariance", err);
        if (!f->cov) {
            fit_free(f);
            return NULL;
        }
    }
    return f;
}

void fit_free(Fit *f)
{
    if (!f)
        return;
    free(f->b);
    free(f->se);
    free(f->cov);
    free(f->flag);
    free(f->info);
    free(f->direction);
    free(f);
}

static void close_search(Irls *w)
{
    Oracle *o = w->o;
    irls_clear(w);
    if (o)
        o->close(o);
}

/* One complete fit at pb->param. */
static Fit *fit_once(const Problem *pb, const FitOptions *opt, Error *err)
{
    Fit *f = fit_new(pb->x->p, opt, err);
    double *penalty = NULL;
    Irls w = {0};
    Problem mine = *pb;
    bool ok = f && make_penalty(pb, opt, &penalty, err);
    ok = ok && null_deviance(pb, matrix_ones(pb->x) != SIZE_MAX, &f->null_deviance, err);
    mine.as_is = ok && penalises_intercept(pb->x, penalty);
    ok = ok && search(&mine, opt, penalty, &w, f, err);
    if (ok && f->status != FIT_SEPARATED)
        ok = infer_fill(f, &w, &mine, opt, err);
    close_search(&w);
    free(penalty);
    if (ok)
        return f;
    fit_free(f);
    return NULL;
}

/* Rows that matter one by one cannot be taken together. */
static bool may_group(const Problem *pb, const FitOptions *opt)
{
    return pb->x->n >= GROUP_FROM && opt->robust == ROBUST_NONE && !opt->cluster && !opt->firth;
}

static bool check_all(const Problem *pb, const FitOptions *opt, RowSurvey *s, Error *err)
{
    return check_options(pb, opt, err) && check_rows(pb, s, err) &&
           family_allows(pb->family, pb->link, err);
}

bool fit_check(const Problem *pb, const FitOptions *opt, Error *err)
{
    RowSurvey s;
    return check_all(pb, opt, &s, err);
}

Fit *fit_run(const Problem *pb, const FitOptions *opt, Error *err)
{
    double began = clock_seconds();
    Problem mine = *pb;
    RowSurvey survey;
    Fit *f = NULL;
    if (!check_all(pb, opt, &survey, err))
        return NULL;
    mine.survey = &survey;
    if (pb->family->takes_param)
        mine.param = isnan(opt->param) ? pb->family->param_default : opt->param;
    Grouped *grouped = may_group(pb, opt) ? group_rows(&mine, err) : NULL;
    if (error_is_set(err))
        return NULL;
    Problem *used = grouped ? &grouped->pb : &mine;
    bool estimates = pb->family == &family_negbin && isnan(mine.param);
    if (has_lasso(opt) && estimates)
        fail(err, ERR_USAGE, "a lasso with negbin needs its theta");
    else if (has_lasso(opt))
        f = net_fit(used, opt, err);
    else if (estimates)
        f = negbin_fit(used, opt, fit_once, err);
    else
        f = fit_once(used, opt, err);
    mine.param = used->param;
    grouped_free(grouped);
    if (!f)
        return NULL;
    if (pb->family->takes_param && isnan(f->param))
        f->param = mine.param;
    if (!infer_finish(f, &mine, err)) {
        fit_free(f);
        return NULL;
    }
    f->seconds = clock_seconds() - began;
    return f;
}

Fit *fit_oracle(Oracle *o, const Family *family, const Link *link, bool has_intercept,
                const FitOptions *opt, Error *err)
{
    double began = clock_seconds();
    if (has_lasso(opt) || opt->firth || opt->robust != ROBUST_NONE || opt->cluster)
        return fail(err, ERR_USAGE, "lasso, firth's fit and robust errors need the rows here"),
               NULL;
    Fit *f = fit_new(o->p, opt, err);
    double *penalty = NULL;
    Irls w = {0};
    if (!f)
        return NULL;
    if (opt->l2 > 0.0) {
        penalty = xcalloc(o->p, sizeof *penalty);
        for (size_t j = 0; j < o->p; j++)
            penalty[j] = opt->l2 * (opt->penalty_factor       ? opt->penalty_factor[j]
                                    : has_intercept && j == 0 ? 0.0
                                                              : 1.0);
    }
    bool ok = irls_init(&w, o, penalty, err);
    w.quadratic = is_quadratic(family, link);
    ok = ok && search_start(&w, NULL, opt, err) && irls_run(&w, opt->max_iter, opt->tol, err) &&
         infer_from_oracle(f, &w, family, has_intercept, opt, err);
    irls_clear(&w);
    free(penalty);
    if (!ok) {
        fit_free(f);
        return NULL;
    }
    f->seconds = clock_seconds() - began;
    return f;
}
