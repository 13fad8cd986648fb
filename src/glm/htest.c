/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * htest.c - score and Wald tests of columns of a model.
 *
 * Rao's test asks at the smaller model how steep the likelihood of the larger one is: g' I^-1 g
 * with score g and information I (Rao 1948; McCullagh & Nelder 1989, appendix A). Wald's asks at
 * the larger one how far b_S is from 0 in its own covariance. Both need no second fit.
 */
#include "glm/htest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fit_priv.h"

bool score_test(const Problem *pb, const double *b, double *chisq, size_t *rank, Error *err)
{
    size_t p = pb->x->p;
    Irls w = {0};
    Oracle *o = oracle_rows(pb, err);
    bool ok = o && irls_init(&w, o, NULL, err);
    if (ok) {
        memcpy(w.b, b, p * sizeof *w.b);
        raw_to_centre(o, w.b);
        ok = irls_here(&w, err) && solver_factor(&w.solver, w.now.info, NULL, NULL, err);
    }
    if (ok) {
        solver_solve(&w.solver, w.now.grad, NULL, w.step);
        *chisq = 0.0;
        for (size_t j = 0; j < p; j++)
            *chisq += w.step[j] * w.now.grad[j];
        *rank = w.solver.rank;
    }
    irls_clear(&w);
    if (o)
        o->close(o);
    return ok;
}

bool wald_test(const Fit *fit, const uint8_t *mask, double *chisq, size_t *df, Error *err)
{
    size_t p = fit->p, n = 0;
    if (!fit->cov)
        return fail(err, ERR_USAGE, "a fit without standard errors has no Wald test");
    size_t *at = xcalloc(p + 1, sizeof *at);
    for (size_t j = 0; j < p; j++)
        if (mask[j] && fit->flag[j] == COL_OK)
            at[n++] = j;
    double *v = big_alloc(n * n + 2 * n + 1, sizeof *v, true, "a covariance", err);
    double *b = v ? v + n * n : NULL, *x = v ? b + n : NULL;
    Solver s = {0};
    for (size_t i = 0; v && i < n; i++) {
        b[i] = fit->b[at[i]];
        for (size_t k = 0; k < n; k++)
            v[i * n + k] = fit->cov[at[i] * p + at[k]];
    }
    bool ok = v && solver_init(&s, n, err) && solver_factor(&s, v, NULL, NULL, err);
    *chisq = 0.0;
    *df = 0;
    if (ok) {
        solver_solve(&s, b, NULL, x);
        for (size_t i = 0; i < n; i++)
            *chisq += b[i] * x[i];
        *df = s.rank;
    }
    solver_clear(&s);
    free(at);
    free(v);
    return ok;
}
