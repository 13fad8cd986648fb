/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * robust.c - sandwich covariances: A B A with A = (X'WX)^-1 and B summed from the squared scores
 * of rows or clusters.
 *
 *     HC0  B = sum r_i^2 x_i x_i'          r = w (y - mu) dmu/V, the score residual
 *     HC1  HC0 * n / (n - k)
 *     HC2  r_i^2 / (1 - h_i)               HC3  r_i^2 / (1 - h_i)^2
 * White 1980; MacKinnon & White 1985; Zeileis, Journal of Statistical Software 16(9), 2006.
 * Clusters: s_g = sum of r_i x_i over cluster g, B = sum s_g s_g' times G/(G-1), and times
 * (n-1)/(n-k) unless HC0 is asked for (Cameron & Miller 2015).
 *
 * The dispersion cancels and is not used. All in the coordinates of X - centre.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <cblas.h>

#include "base/cancel.h"
#include "base/gram.h"
#include "base/mem.h"
#include "fit_priv.h"

#define BATCH 64 /* clusters whose score vectors are kept before they are multiplied */

/* cov = cov * meat * cov * factor. */
static bool sandwich(size_t p, const double *meat, double factor, double *cov, Error *err)
{
    double *t = big_alloc(p * p + 1, sizeof(double), true, "the covariance", err);
    int n = (int)p;
    if (!t)
        return false;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, factor, cov, n, meat, n, 0.0, t,
                n);
    double *out = big_alloc(p * p + 1, sizeof(double), true, "the covariance", err);
    if (out)
        cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, n, n, n, 1.0, t, n, cov, n, 0.0, out,
                    n);
    for (size_t i = 0; out && i < p; i++)
        for (size_t j = 0; j < p; j++)
            cov[i * p + j] = 0.5 * (out[i * p + j] + out[j * p + i]);
    free(t);
    bool ok = out != NULL;
    free(out);
    return ok;
}

static bool by_rows(const Problem *pb, const double *centre, const double *cov, const RowVectors *v,
                    Robust kind, double *meat, Error *err)
{
    size_t n = pb->x->n;
    double *h = NULL;
    if (kind == ROBUST_HC2 || kind == ROBUST_HC3) {
        h = big_alloc(n + 1, sizeof(double), true, "the leverages", err);
        if (!h || !row_leverages(pb->x, centre, cov, v->weight, h, err)) {
            free(h);
            return false;
        }
    }
    for (size_t i = 0; i < n; i++) {
        double r = v->resid[i], left = h ? 1.0 - h[i] : 1.0;
        if (kind == ROBUST_HC3)
            left *= left;
        v->resid[i] = r == 0.0 ? 0.0 : r * r / left;
    }
    free(h);
    return gram_cross(pb->x, centre, v->resid, NULL, NULL, meat, err);
}

/* Row numbers ordered by cluster; start[g] .. start[g+1]. */
static void order_by_cluster(const uint32_t *cluster, size_t n, size_t ng, size_t *start,
                             uint32_t *order)
{
    for (size_t i = 0; i < n; i++)
        start[cluster[i] + 1]++;
    for (size_t g = 0; g < ng; g++)
        start[g + 1] += start[g];
    for (size_t i = n; i-- > 0;)
        order[--start[cluster[i] + 1]] = (uint32_t)i;
    /* start[g + 1] is now the beginning of cluster g */
    memmove(start, start + 1, ng * sizeof *start);
    start[ng] = n;
}

typedef struct Scores {
    size_t p, filled;
    double *s; /* BATCH x p */
    double *meat;
} Scores;

static void flush_scores(Scores *b)
{
    if (b->filled)
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)b->p, (int)b->filled, 1.0, b->s,
                    (int)b->p, 1.0, b->meat, (int)b->p);
    memset(b->s, 0, BATCH * b->p * sizeof *b->s);
    b->filled = 0;
}

static bool by_clusters(const Problem *pb, const double *centre, const RowVectors *v,
                        const FitOptions *opt, size_t *nonempty, double *meat, Error *err)
{
    size_t n = pb->x->n, p = pb->x->p, max = matrix_row_max(pb->x) + 1;
    size_t *start = xcalloc(opt->nclusters + 2, sizeof *start);
    uint32_t *order = big_alloc(n + 1, sizeof *order, false, "the order of clusters", err),
             *col = xmalloc(max * sizeof *col);
    double *val = xmalloc(max * sizeof *val);
    Scores b = {p, 0, xcalloc(BATCH * p + 1, sizeof(double)), meat};
    bool ok = order != NULL;
    if (ok)
        order_by_cluster(opt->cluster, n, opt->nclusters, start, order);
    *nonempty = 0;
    for (size_t g = 0; ok && g < opt->nclusters; g++) {
        double *s = b.s + b.filled * p;
        bool any = false;
        for (size_t k = start[g]; k < start[g + 1]; k++) {
            size_t i = order[k], m = matrix_row_sparse(pb->x, i, col, val);
            any |= !pb->w || pb->w[i] > 0.0;
            for (size_t a = 0; a < m; a++)
                s[col[a]] += v->resid[i] * (val[a] - (centre ? centre[col[a]] : 0.0));
        }
        *nonempty += any;
        if (any && ++b.filled == BATCH)
            flush_scores(&b);
        ok = !cancelled(err);
    }
    flush_scores(&b);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j < i; j++)
            meat[i * p + j] = meat[j * p + i];
    free(start);
    free(order);
    free(col);
    free(val);
    free(b.s);
    return ok;
}

bool robust_cov(const Problem *pb, const double *centre, const double *b, const FitOptions *opt,
                size_t rank, double *cov, Error *err)
{
    size_t n = pb->x->n, p = pb->x->p, groups = 0;
    double rows = 0.0, factor = 1.0;
    RowVectors v = {.weight = big_alloc(n + 1, sizeof(double), true, "the weights", err),
                    .resid = big_alloc(n + 1, sizeof(double), true, "the residuals", err)};
    double *meat = big_alloc(p * p + 1, sizeof(double), true, "the covariance", err);
    bool ok = v.weight && v.resid && meat && row_vectors(pb, b, &v, err);
    for (size_t i = 0; i < n; i++)
        rows += !pb->w || pb->w[i] > 0.0;
    if (ok && opt->cluster) {
        ok = by_clusters(pb, centre, &v, opt, &groups, meat, err);
        if (ok && groups < 2)
            ok = fail(err, ERR_DATA, "clustered errors need at least two clusters");
        factor = (double)groups / ((double)groups - 1.0);
        if (opt->robust != ROBUST_HC0)
            factor *= (rows - 1.0) / (rows - (double)rank);
    } else if (ok) {
        ok = by_rows(pb, centre, cov, &v, opt->robust, meat, err);
        if (opt->robust == ROBUST_HC1)
            factor = rows / (rows - (double)rank);
    }
    ok = ok && sandwich(p, meat, factor, cov, err);
    free(v.weight);
    free(v.resid);
    free(meat);
    return ok;
}
