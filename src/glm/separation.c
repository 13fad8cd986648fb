/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * separation.c - finds the directions along which the likelihood never falls, and the fit that is
 * left beside them.
 *
 * Write s_i = +1 for a response at its upper end (1), -1 at its lower end (0), 0 in between. A
 * direction d with s_i x_i'd >= 0 for all rows, x_i'd = 0 where s_i = 0, and some row > 0 is one
 * of recession: the likelihood rises along it for ever and no maximum exists (Albert & Anderson,
 * Biometrika 71, 1984; Santner & Duffy 1986). fit.c asks after a search that took suspiciously
 * long. By then rows that separate have fitted values at their ends, so:
 *
 *     S    rows within a threshold of their end; R the others
 *     d    the part of b that X_R does not see: b - (X_R'X_R)^+ X_R'X_R b
 *     check s_i x_i'd on all rows; a row of S that goes the wrong way joins R, and d is found anew
 *
 * What is found is proved by the check, whatever the threshold was. Rows with s_i x_i'd > 0 are
 * then fitted perfectly in the limit and say nothing about the rest: the estimates that stay
 * finite are those of a fit to the others (Geyer, Electronic Journal of Statistics 3, 2009),
 * which may be separated again, and is looked at in the same way. A column has a finite estimate
 * when no direction that X_R does not see moves it; the others run to infinity with the sign of
 * d.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "families_priv.h"
#include "fit_priv.h"

/* eta of the closest separated row in the b that is handed out: p within 1e-13 of its end. */
#define FAR 30.0
#define FAR_CAUCHIT 1e10 /* the same for the heavy tails of cauchit */
#define MARGIN 1e-7      /* beside the largest: a smaller margin is rounding */
#define MAX_ROUNDS 20
#define NULL_ENTRY 1e-7 /* of a null vector's largest: smaller is rounding */

typedef struct Search {
    const Problem *pb;
    const Oracle *o;
    size_t n, p;
    const double *b;      /* last iterate, coordinates of X - centre */
    double *mu, *w, *eta; /* n; w is zero outside R */
    double *gram;         /* p x p: X'X over R */
    double *d, *t, *z;    /* p each: the direction; the same in coordinates of X; room */
    Solver all, rest;     /* X'X over all rows, over R */
} Search;

static int end_of(const Problem *pb, size_t i)
{
    if (pb->y[i] == 0.0)
        return -1;
    return pb->family->is_binary_response && pb->y[i] == 1.0 ? 1 : 0;
}

static double weight_of(const Problem *pb, size_t i)
{
    return pb->w ? pb->w[i] : 1.0;
}

static bool search_init(Search *s, const Problem *pb, const Oracle *o, const double *b, Error *err)
{
    size_t n = pb->x->n, p = pb->x->p;
    *s = (Search){.pb = pb, .o = o, .n = n, .p = p, .b = b};
    s->mu = big_alloc(n + 1, sizeof(double), true, "the fitted values", err);
    s->w = big_alloc(n + 1, sizeof(double), true, "the weights", err);
    s->eta = big_alloc(n + 1, sizeof(double), true, "the linear predictors", err);
    s->gram = big_alloc(p * p + 1, sizeof(double), true, "the information matrix", err);
    s->d = xcalloc(p + 1, sizeof *s->d);
    s->t = xcalloc(p + 1, sizeof *s->t);
    s->z = xcalloc(p + 1, sizeof *s->z);
    if (!s->mu || !s->w || !s->eta || !s->gram || !solver_init(&s->all, p, err) ||
        !solver_init(&s->rest, p, err))
        return false;
    memcpy(s->t, b, p * sizeof *b);
    centre_to_raw(o, s->t);
    RowVectors v = {.mu = s->mu};
    return row_vectors(pb, s->t, &v, err) &&
           gram_cross(pb->x, o->centre, pb->w, NULL, NULL, s->gram, err) &&
           solver_factor(&s->all, s->gram, NULL, NULL, err);
}

static void search_clear(Search *s)
{
    free(s->mu);
    free(s->w);
    free(s->eta);
    free(s->gram);
    free(s->d);
    free(s->t);
    free(s->z);
    solver_clear(&s->all);
    solver_clear(&s->rest);
}

/* d = the part of b that the rows of R do not see. False in *any when they see everything. */
static bool project(Search *s, bool *any, Error *err)
{
    size_t p = s->p;
    if (!gram_cross(s->pb->x, s->o->centre, s->w, NULL, NULL, s->gram, err) ||
        !solver_factor(&s->rest, s->gram, NULL, NULL, err))
        return false;
    *any = s->rest.rank < s->all.rank;
    if (!*any)
        return true;
    for (size_t j = 0; j < p; j++)
        s->d[j] = s->all.aliased[j] ? 0.0 : s->b[j];
    for (int k = 0; k < 2; k++) { /* the second time for the rounding of the first */
        for (size_t i = 0; i < p; i++) {
            s->t[i] = 0.0;
            for (size_t j = 0; j < p; j++)
                s->t[i] += s->gram[i * p + j] * s->d[j];
        }
        solver_solve(&s->rest, s->t, NULL, s->z);
        for (size_t j = 0; j < p; j++)
            s->d[j] -= s->z[j];
    }
    memcpy(s->t, s->d, p * sizeof *s->t);
    centre_to_raw(s->o, s->t);
    return matrix_times(s->pb->x, s->t, NULL, s->eta, err);
}

/* Moves rows that d does not separate to R. Returns how many moved; *separated counts those it
 * does. */
static size_t sort_out(Search *s, size_t *separated, bool *contradicted)
{
    double most = 0.0;
    size_t moved = 0;
    for (size_t i = 0; i < s->n; i++)
        if (weight_of(s->pb, i) > 0.0)
            most = fmax(most, fabs(s->eta[i]));
    *separated = 0;
    *contradicted = false;
    for (size_t i = 0; i < s->n; i++) {
        double w = weight_of(s->pb, i), m = s->eta[i] * end_of(s->pb, i);
        if (w == 0.0)
            continue;
        if (s->w[i] >
            0.0) { /* in R: projection left rounding, or it is no direction of recession */
            *contradicted |= fabs(s->eta[i]) > 1e3 * MARGIN * most;
        } else if (m > MARGIN * most) {
            (*separated)++;
        } else {
            s->w[i] = w;
            moved++;
        }
    }
    return moved;
}

/* Tries one threshold. On success s->d, s->t (raw), s->eta and s->w describe what was found. */
static bool try_threshold(Search *s, double threshold, bool *found, Error *err)
{
    size_t far = 0;
    *found = false;
    for (size_t i = 0; i < s->n; i++) {
        double w = weight_of(s->pb, i);
        bool at_end = end_of(s->pb, i) != 0 && fabs(s->pb->y[i] - s->mu[i]) < threshold;
        s->w[i] = at_end ? 0.0 : w;
        far += at_end && w > 0.0;
    }
    for (int k = 0; far && k < MAX_ROUNDS; k++) {
        bool any, contradicted;
        if (!project(s, &any, err))
            return false;
        if (!any)
            return true;
        size_t moved = sort_out(s, &far, &contradicted);
        if (moved)
            continue;
        *found = far > 0 && !contradicted;
        return true;
    }
    return true;
}

/* finite[j]: no null vector of the rows of R moves column j. Null vectors are e_k - (coefficients
 * of column k on the others), one for each column k that R cannot tell but all rows can. */
static void find_finite(Search *s, uint8_t *finite)
{
    size_t p = s->p;
    double *v = xcalloc(2 * p + 1, sizeof *v), *g = v + p;
    for (size_t j = 0; j < p; j++)
        finite[j] = !s->all.aliased[j];
    for (size_t k = 0; k < p; k++) {
        if (!s->rest.aliased[k] || s->all.aliased[k])
            continue;
        for (size_t j = 0; j < p; j++)
            g[j] = s->gram[j * p + k];
        solver_solve(&s->rest, g, NULL, v);
        for (size_t j = 0; j < p; j++)
            v[j] = -v[j];
        v[k] = 1.0;
        centre_to_raw(s->o, v);
        double most = 0.0;
        for (size_t j = 0; j < p; j++)
            most = fmax(most, fabs(v[j]));
        for (size_t j = 0; j < p; j++)
            finite[j] = finite[j] && fabs(v[j]) < NULL_ENTRY * most;
    }
    free(v);
}

/* Direction scaled so that every separated row comes FAR towards its end, wherever the fit to the
 * others has put it. */
static bool scale_direction(Search *s, const Fit *sub, Error *err)
{
    double far = s->pb->link == &link_cauchit ? FAR_CAUCHIT : FAR, scale = 0.0;
    double *base = s->mu, *b = xcalloc(s->p + 1, sizeof *b);
    for (size_t j = 0; sub && j < s->p; j++)
        b[j] = isnan(sub->b[j]) ? 0.0 : sub->b[j];
    bool ok = matrix_times(s->pb->x, b, s->pb->offset, base, err);
    for (size_t i = 0; ok && i < s->n; i++)
        if (s->w[i] == 0.0 && weight_of(s->pb, i) > 0.0)
            scale = fmax(scale, fmax(far, far - end_of(s->pb, i) * base[i]) / fabs(s->eta[i]));
    for (size_t j = 0; j < s->p; j++)
        s->t[j] *= scale;
    free(b);
    return ok;
}

/* Puts together the finite fit (NULL when no row is left) and the direction. */
static bool compose(Search *s, const Fit *sub, Fit *fit, Error *err)
{
    size_t p = s->p;
    double most = 0.0;
    if (!scale_direction(s, sub, err))
        return false;
    uint8_t *finite = xcalloc(p + 1, 1);
    find_finite(s, finite);
    for (size_t j = 0; j < p; j++)
        most = fmax(most, fabs(s->t[j]));
    fit->direction = xcalloc(p + 1, sizeof *fit->direction);
    for (size_t j = 0; j < p; j++) {
        double d = fabs(s->t[j]) < NULL_ENTRY * most ? 0.0 : s->t[j];
        bool inner = sub && (sub->flag[j] == COL_TO_PLUS_INF || sub->flag[j] == COL_TO_MINUS_INF);
        double base = sub && !isnan(sub->b[j]) ? sub->b[j] : 0.0;
        fit->direction[j] = d;
        fit->b[j] = s->all.aliased[j] ? NAN : base + d;
        if (s->all.aliased[j])
            fit->flag[j] = COL_ALIASED;
        else if (finite[j] && sub && sub->flag[j] == COL_OK)
            fit->flag[j] = COL_OK;
        else if (d != 0.0)
            fit->flag[j] = d > 0.0 ? COL_TO_PLUS_INF : COL_TO_MINUS_INF;
        else
            fit->flag[j] = inner ? sub->flag[j] : COL_ALIASED; /* nothing left says where it lies */
        if (fit->flag[j] == COL_ALIASED)
            fit->b[j] = NAN;
    }
    for (size_t i = 0; fit->cov && i < p; i++)
        for (size_t j = 0; j < p; j++)
            fit->cov[i * p + j] =
                fit->flag[i] == COL_OK && fit->flag[j] == COL_OK ? sub->cov[i * p + j] : NAN;
    for (size_t j = 0; j < p; j++)
        fit->se[j] = sub && fit->flag[j] == COL_OK ? sub->se[j] : NAN;
    free(finite);
    return true;
}

static void fill_rest(Search *s, const Fit *sub, Fit *fit)
{
    fit->n = (size_t)s->o->n_effective;
    fit->rows = s->pb->count > 0.0 ? (size_t)s->pb->count : s->n;
    fit->rank = s->all.rank;
    fit->df_residual = fit->n > fit->rank ? fit->n - fit->rank : 0;
    fit->df_null = fit->n - (s->o->intercept != SIZE_MAX);
    fit->deviance = sub ? sub->deviance : 0.0;
    fit->pearson = sub ? sub->pearson : 0.0;
    fit->use_t = s->pb->family->estimates_dispersion;
    fit->dispersion = fit->use_t ? (sub ? sub->dispersion : NAN) : 1.0;
    fit->precise = sub && sub->precise;
    fit->status = FIT_SEPARATED;
}

bool separation_check(const Problem *pb, const FitOptions *opt, const Oracle *o, const double *b,
                      FitOnce once, Fit *fit, bool *found, Error *err)
{
    static const double thresholds[] = {1e-5, 1e-3, 0.03};
    Search s;
    Fit *sub = NULL;
    *found = false;
    bool ok = search_init(&s, pb, o, b, err);
    for (size_t k = 0; ok && !*found && k < sizeof thresholds / sizeof thresholds[0]; k++)
        ok = try_threshold(&s, thresholds[k], found, err);
    if (ok && *found) {
        size_t left = 0;
        for (size_t i = 0; i < s.n; i++)
            left += s.w[i] > 0.0;
        Problem rest = *pb;
        FitOptions mine = *opt;
        rest.w = s.w;
        mine.start = NULL;
        mine.keep_info = false;
        if (left && s.rest.rank) {
            sub = once(&rest, &mine, err);
            ok = sub != NULL;
        }
        ok = ok && compose(&s, sub, fit, err);
        if (ok)
            fill_rest(&s, sub, fit);
        fit_free(sub);
    }
    search_clear(&s);
    return ok;
}
