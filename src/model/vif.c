/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vif.c - how much the other terms inflate the variance of a term's estimates.
 *
 * With R the correlation matrix of the estimates without the intercept, and R1 and R2 its blocks
 * for the term's columns and for the others, GVIF = det(R1) det(R2) / det(R) (Fox & Monette 1992,
 * Generalized collinearity diagnostics, JASA 87). For one column that is the usual VIF.
 * Determinants are products of squared diagonals of a Cholesky factor, added as logs.
 */
#include <math.h>
#include <stdlib.h>

#include "model/alarms.h"
#include "model_priv.h"

/* log det of the rows and columns of `r` (n x n) whose mask is `want`; NaN when not positive
 * definite. */
static double log_det(const double *r, size_t n, const uint8_t *mask, uint8_t want, double *l)
{
    size_t *at = xcalloc(n + 1, sizeof *at), k = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        if (want == 2 || mask[i] == want)
            at[k++] = i;
    for (size_t i = 0; i < k && !isnan(sum); i++) {
        for (size_t j = 0; j <= i; j++) {
            double v = r[at[i] * n + at[j]];
            for (size_t c = 0; c < j; c++)
                v -= l[i * n + c] * l[j * n + c];
            l[i * n + j] = i == j ? sqrt(v) : v / l[j * n + j];
        }
        sum += 2 * log(l[i * n + i]);
    }
    free(at);
    return sum;
}

bool model_vif(const Model *m, double *gvif, size_t *df)
{
    const Fit *f = m->fit;
    size_t n = 0, nterms = m->enc->terms->nterms, p = f->p;
    if (nterms < 2 || !f->cov)
        return false;
    size_t *col = xcalloc(p + 1, sizeof *col);
    for (size_t j = 0; j < p; j++)
        if (m->enc->cols[j].term >= 0 && !isnan(f->se[j]))
            col[n++] = j;
    double *r = xcalloc(n * n + 1, sizeof *r), *l = xcalloc(n * n + 1, sizeof *l);
    uint8_t *mask = xcalloc(n + 1, 1);
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            r[a * n + b] = f->cov[col[a] * p + col[b]] /
                           sqrt(f->cov[col[a] * p + col[a]] * f->cov[col[b] * p + col[b]]);
    double all = log_det(r, n, mask, 2, l);
    for (size_t t = 0; t < nterms; t++) {
        size_t k = 0;
        for (size_t a = 0; a < n; a++)
            k += mask[a] = m->enc->cols[col[a]].term == (long)t;
        gvif[t] = k ? exp(log_det(r, n, mask, 1, l) + log_det(r, n, mask, 0, l) - all) : NAN;
        if (df)
            df[t] = k;
    }
    free(col);
    free(r);
    free(l);
    free(mask);
    return true;
}
