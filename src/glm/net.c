/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net.c - one fit with a lasso or elastic-net penalty, as a Fit.
 *
 * fit_run() comes here when FitOptions has l1 (on the scale of l2: beside deviance / 2) or lambda
 * and alpha (glmnet's scale: path.h). Standard errors of a lasso are not defined; a Fit without
 * them says so with NaN. The degrees of freedom used are the coefficients that are not 0 (Zou,
 * Hastie & Tibshirani 2007, On the "degrees of freedom" of the lasso).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fit_priv.h"
#include "path_priv.h"

static void set_penalty(Net *w, const FitOptions *opt)
{
    if (opt->lambda > 0.0) {
        net_penalty(w, opt->lambda * opt->alpha * w->weight,
                    opt->lambda * (1.0 - opt->alpha) * w->weight);
    } else {
        for (size_t j = 0; j < w->p; j++)
            if (j != w->o->intercept)
                w->factor[j] = opt->penalty_factor ? opt->penalty_factor[j] : 1.0;
        w->ridge = 1.0;
        net_penalty(w, opt->l1, opt->l2);
    }
    for (size_t j = 0; j < w->p; j++)
        w->cd.in[j] = j != w->o->intercept && w->cd.l1[j] < INFINITY;
}

static bool read_net(Fit *f, const Net *w, const Problem *pb, const FitOptions *opt, Error *err)
{
    size_t p = w->p;
    bool ones = w->o->intercept != SIZE_MAX;
    memcpy(f->b, w->b, p * sizeof *f->b);
    centre_to_raw(w->o, f->b);
    f->n = (size_t)w->o->n_effective;
    f->rows = w->now.n;
    f->rank = net_nonzero(w) + ones;
    f->df_null = f->n - ones;
    f->df_residual = f->n > f->rank ? f->n - f->rank : 0;
    f->deviance = w->now.deviance;
    f->iterations = (int)w->passes;
    Stats st = {0};
    if (!w->o->eval(w->o, w->b, EVAL_DEVIANCE, &st, err))
        return false;
    f->deviance = st.deviance;
    f->pearson = st.pearson;
    f->use_t = pb->family->estimates_dispersion;
    f->dispersion = !f->use_t ? 1.0 : f->df_residual ? f->pearson / (double)f->df_residual : NAN;
    if (!opt->keep_info)
        return true;
    f->info = big_alloc(p * p + 1, sizeof(double), false, "the information matrix", err);
    if (!f->info)
        return false;
    memcpy(f->info, w->now.info, p * p * sizeof *f->info);
    centre_info_to_raw(w->o, f->info);
    return true;
}

Fit *net_fit(const Problem *pb, const FitOptions *opt, Error *err)
{
    size_t p = pb->x->p;
    PathOptions popt = PATH_OPTIONS_DEFAULT;
    Net w = {0};
    Fit *f = xcalloc(1, sizeof *f);
    bool settled = false;
    popt.no_standardize = opt->lambda <= 0.0 && !opt->standardize;
    popt.penalty_factor = opt->penalty_factor;
    f->p = p;
    f->b = xcalloc(p + 1, sizeof *f->b);
    f->se = xcalloc(p + 1, sizeof *f->se);
    f->flag = xcalloc(p + 1, 1);
    f->param = pb->param;
    f->param_se = NAN;
    f->l2 = opt->l2;
    for (size_t j = 0; j < p; j++)
        f->se[j] = NAN;
    bool ok = net_open(&w, pb, &popt, err);
    if (ok) {
        set_penalty(&w, opt);
        ok = net_solve(&w, &settled, err) && read_net(f, &w, pb, opt, err) &&
             null_deviance(pb, w.o->intercept != SIZE_MAX, &f->null_deviance, err);
        f->status = settled ? FIT_CONVERGED : FIT_MAX_ITER;
    }
    net_close(&w);
    if (ok)
        return f;
    fit_free(f);
    return NULL;
}
