/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * infer.c - covariance, dispersion, likelihood, and z or t with their p-values and intervals.
 *
 * cov b = phi (X'WX + P)^-1. phi is 1 for binomial, Poisson and negative binomial, else Pearson's
 * chi-squared over the residual degrees of freedom; then Student's t replaces the normal
 * distribution. AIC = -2 l + 2 k, BIC = -2 l + k log n, k counting the coefficients and what the
 * family adds (gaussian, gamma and inverse gaussian their dispersion, the negative binomial
 * theta); l is taken at the dispersion deviance / n, as R does. McCullagh & Nelder 1989, sections
 * 2.4 and 8.3.6.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "base/mem.h"
#include "infer_priv.h"

#define UNSEEN 1e-7   /* squared length of a step that changes nothing */
#define PERFECT 1e-24 /* of the deviance at the start: what is left is rounding */

static void mark_aliased(Fit *f, const Irls *w)
{
    f->rank = w->solver.rank;
    for (size_t j = 0; j < f->p; j++) {
        if (!w->solver.aliased[j])
            continue;
        f->flag[j] = COL_ALIASED;
        f->b[j] = NAN;
        for (size_t k = 0; f->cov && k < f->p; k++)
            f->cov[j * f->p + k] = f->cov[k * f->p + j] = NAN;
    }
}

static void set_dispersion(Fit *f, const Family *family)
{
    f->use_t = family->estimates_dispersion;
    f->dispersion = !f->use_t ? 1.0 : f->df_residual ? f->pearson / (double)f->df_residual : NAN;
}

static void set_errors(Fit *f)
{
    for (size_t j = 0; j < f->p; j++)
        f->se[j] = f->cov && f->flag[j] == COL_OK ? sqrt(f->cov[j * f->p + j]) : NAN;
}

/* Coefficients, degrees of freedom and the covariance for dispersion 1 in the oracle's
 * coordinates. */
static bool read_search(Fit *f, Irls *w, const Family *family, const FitOptions *opt, Error *err)
{
    size_t p = f->p;
    memcpy(f->b, w->b, p * sizeof *f->b);
    f->n = (size_t)w->o->n_effective;
    f->rows = w->now.n;
    f->iterations = w->iterations;
    f->status = w->status;
    f->rank = w->solver.rank;
    f->df_residual = f->n > f->rank ? f->n - f->rank : 0;
    set_dispersion(f, family);
    if (opt->keep_info) {
        f->info = big_alloc(p * p + 1, sizeof(double), false, "the information matrix", err);
        if (!f->info)
            return false;
        memcpy(f->info, w->now.info, p * p * sizeof *f->info);
    }
    if (!f->cov)
        return true;
    return irls_factor(w, err) && solver_inverse(&w->solver, f->cov, err);
}

static void scale_cov(Fit *f)
{
    if (f->cov)
        for (size_t k = 0; k < f->p * f->p; k++)
            f->cov[k] *= f->dispersion;
}

/* Deviance and Pearson's chi-squared at the final b. The information there too, unless the data
 * are large: then the last step, which went unseen, was so short that it changed no digit that is
 * printed (REACH in irls.c: a relative 2e-6 of the errors of a level at the very most). */
static bool last_look(Fit *f, Irls *w, Error *err)
{
    bool large = !w->o->precise && !w->adjust && w->o->n_effective > LARGE;
    unsigned what = large ? EVAL_DEVIANCE : EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO;
    Stats *st = &w->now;
    if (large && !w->penalty && w->status == FIT_CONVERGED &&
        w->decrement < UNSEEN * fabs(st->deviance) / w->o->n_effective) {
        f->deviance = st->deviance -
                      w->decrement; /* exact to the third order of a step of 1e-5 standard errors */
        f->pearson = st->pearson;
        return true;
    }
    w->factored &= large;
    if (!w->o->eval(w->o, w->b, what, st, err))
        return false;
    f->deviance = st->deviance;
    f->pearson = st->pearson;
    return true;
}

static void judge(Fit *f, const Irls *w)
{
    if (f->status == FIT_CONVERGED &&
        ((f->df_residual == 0 && !w->penalty) || f->deviance <= PERFECT * w->start_deviance))
        f->status = FIT_PERFECT;
}

bool infer_fill(Fit *f, Irls *w, const Problem *pb, const FitOptions *opt, Error *err)
{
    if (!last_look(f, w, err) || !read_search(f, w, pb->family, opt, err))
        return false;
    judge(f, w);
    double *raw = xmalloc((f->p + 1) * sizeof *raw);
    memcpy(raw, f->b, f->p * sizeof *raw);
    centre_to_raw(w->o, raw);
    bool robust = f->cov && (opt->robust != ROBUST_NONE || opt->cluster);
    bool ok = !robust || robust_cov(pb, w->o->centre, raw, opt, f->rank, f->cov, err);
    memcpy(f->b, raw, f->p * sizeof *raw);
    free(raw);
    if (!ok)
        return false;
    if (!robust)
        scale_cov(f);
    if (f->cov)
        centre_cov_to_raw(w->o, f->cov);
    if (f->info)
        centre_info_to_raw(w->o, f->info);
    mark_aliased(f, w);
    set_errors(f);
    f->df_null = f->n - (w->o->intercept != SIZE_MAX);
    return true;
}

static bool set_likelihood(Fit *f, const Problem *pb, Error *err)
{
    const Family *family = pb->family;
    double saturated = 0.0;
    RowSurvey s;
    f->loglik = f->aic = f->bic = NAN;
    if (!family->has_loglik)
        return true;
    if (!row_survey(pb, false, &s, err))
        return false;
    bool simple = family->is_binary_response && s.only_01; /* the saturated likelihood is 1 */
    double phi = !family->estimates_dispersion
                     ? 1.0
                     : f->deviance / (family->phi_by_rows ? (double)f->n : s.weight);
    if (!simple && !loglik_saturated(pb, phi, &saturated, err))
        return false;
    double k = (double)f->rank + family->aic_extra;
    f->loglik = saturated - 0.5 * f->deviance / phi;
    f->aic = -2.0 * f->loglik + 2.0 * k;
    f->bic = -2.0 * f->loglik + k * log((double)f->rows);
    return true;
}

bool infer_finish(Fit *f, const Problem *pb, Error *err)
{
    return set_likelihood(f, pb, err);
}

bool infer_from_oracle(Fit *f, Irls *w, const Family *family, bool has_intercept,
                       const FitOptions *opt, Error *err)
{
    if (!last_look(f, w, err) || !read_search(f, w, family, opt, err))
        return false;
    judge(f, w);
    scale_cov(f);
    centre_to_raw(w->o, f->b);
    if (f->cov)
        centre_cov_to_raw(w->o, f->cov);
    if (f->info)
        centre_info_to_raw(w->o, f->info);
    mark_aliased(f, w);
    set_errors(f);
    f->df_null = f->n - has_intercept;
    f->null_deviance = f->loglik = f->aic = f->bic = NAN;
    return true;
}

double fit_quantile(const Fit *f, double level)
{
    double upper = 0.5 * (1.0 - level);
    if (!f->use_t)
        return gsl_cdf_ugaussian_Qinv(upper);
    return f->df_residual ? gsl_cdf_tdist_Qinv(upper, (double)f->df_residual) : NAN;
}

/* P(|T| >= |t|). As an incomplete beta function small values keep their digits: Abramowitz &
 * Stegun 26.7.1. */
static double t_two_sided(double t, double df)
{
    if (t * t < df)
        return 2.0 * gsl_cdf_tdist_Q(fabs(t), df);
    return gsl_cdf_beta_P(df / (df + t * t), 0.5 * df, 0.5);
}

Inference fit_infer(const Fit *f, size_t j, double level)
{
    Inference r = {f->b[j], f->se[j], NAN, NAN, NAN, NAN};
    if (f->flag[j] != COL_OK) {
        r.estimate = f->flag[j] == COL_TO_PLUS_INF    ? INFINITY
                     : f->flag[j] == COL_TO_MINUS_INF ? -INFINITY
                                                      : NAN;
        return r;
    }
    if (isnan(r.se))
        return r;
    double q = fit_quantile(f, level), t = r.estimate / r.se;
    r.stat = t;
    if (!f->use_t)
        r.p = 2.0 * gsl_cdf_ugaussian_Q(fabs(t));
    else if (f->df_residual)
        r.p = t_two_sided(t, (double)f->df_residual);
    r.low = r.estimate - q * r.se;
    r.high = r.estimate + q * r.se;
    return r;
}

double fit_eta(const Fit *f, const double *x)
{
    double s = 0.0;
    for (size_t j = 0; j < f->p; j++)
        if (f->flag[j] != COL_ALIASED && x[j] != 0.0)
            s += x[j] * f->b[j];
    return s;
}

double fit_eta_se(const Fit *f, const double *x)
{
    double s = 0.0;
    if (!f->cov)
        return NAN;
    for (size_t j = 0; j < f->p; j++) {
        if (f->flag[j] == COL_ALIASED || x[j] == 0.0)
            continue;
        double row = 0.0;
        for (size_t k = 0; k < f->p; k++)
            if (f->flag[k] != COL_ALIASED && x[k] != 0.0)
                row += f->cov[j * f->p + k] * x[k];
        s += row * x[j];
    }
    return sqrt(s);
}
