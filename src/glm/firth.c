/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * firth.c - bias-reduced logistic regression: the likelihood times Jeffreys' prior |X'WX|^(1/2),
 * which has a finite maximum even where the data are separated.
 *
 * The score becomes X'(w (y - mu) + h (1/2 - mu)), h being the leverages. D. Firth, Bias
 * reduction of maximum likelihood estimates, Biometrika 80 (1993), section 3; Heinze & Schemper,
 * Statistics in Medicine 21 (2002). Called by irls.c after each pass, with the factor of X'WX in
 * the solver.
 */
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "fit_priv.h"

bool firth_init(FirthCtx *c, const Problem *pb, Error *err)
{
    size_t n = pb->x->n + 1, p = pb->x->p;
    *c = (FirthCtx){.pb = pb};
    c->inverse = big_alloc(p * p + 1, sizeof(double), true, "the covariance", err);
    c->raw = xcalloc(p + 1, sizeof *c->raw);
    c->weight = big_alloc(n, sizeof(double), true, "the weights", err);
    c->mu = big_alloc(n, sizeof(double), true, "the fitted values", err);
    c->h = big_alloc(n, sizeof(double), true, "the leverages", err);
    return c->inverse && c->weight && c->mu && c->h;
}

void firth_clear(FirthCtx *c)
{
    free(c->inverse);
    free(c->raw);
    free(c->weight);
    free(c->mu);
    free(c->h);
    *c = (FirthCtx){0};
}

bool firth_adjust(Irls *w, const double *b, Stats *st, double *added, Error *err)
{
    FirthCtx *c = w->adjust_ctx;
    const Matrix *x = c->pb->x;
    double *grad = xcalloc(w->p + 1, sizeof *grad);
    memcpy(c->raw, b, w->p * sizeof *b);
    centre_to_raw(w->o, c->raw);
    RowVectors rows = {.mu = c->mu, .weight = c->weight};
    bool ok = solver_inverse(&w->solver, c->inverse, err) &&
              row_vectors(c->pb, c->raw, &rows, err) &&
              row_leverages(x, w->o->centre, c->inverse, c->weight, c->h, err);
    for (size_t i = 0; ok && i < x->n; i++)
        c->h[i] *= 0.5 - c->mu[i];
    ok = ok && gram_cross(x, w->o->centre, NULL, c->h, grad, NULL, err);
    for (size_t j = 0; ok && j < w->p; j++)
        st->grad[j] += w->solver.aliased[j] ? 0.0 : grad[j];
    *added = -w->solver.log_det; /* deviance is -2 log likelihood */
    free(grad);
    return ok;
}
