/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * far_sums.c - the numbers of a fit in the cluster: from counted combinations, or from sums at each
 * b.
 *
 * Log-likelihoods beside the deviance are McCullagh & Nelder, Generalized Linear Models, 2nd ed.
 * 1989, chapter 2.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "es/sums.h"
#include "far_priv.h"

#define CELLS_MAX 100000 /* combinations that are counted rather than summed by a script */

/* ---- all combinations, counted ---- */

static bool few_combinations(const Far *k)
{
    double cells = 1;
    for (size_t i = 0; i < k->n; i++) {
        if (far_field(k, i)->kind == FIELD_REAL)
            return false;
        cells *= k->field[i].distinct > 1 ? k->field[i].distinct : 1;
    }
    return k->n <= 16 && (cells <= CELLS_MAX || !k->c->caps.scripts);
}

static double *without_gaps(const Fit *f)
{
    double *b = xcalloc(f->p + 1, sizeof *b);
    for (size_t j = 0; j < f->p; j++)
        b[j] = isnan(f->b[j]) ? 0 : f->b[j]; /* aliased */
    return b;
}

/* Rows with counts: the fit of rows here, and nothing is lost. */
static Fit *fit_counted(Far *k, const Design *d, const double *w, Error *err)
{
    double n = (double)k->rows.rows, *eta = xcalloc(d->n + 1, sizeof *eta), *b = NULL;
    Problem pb = {.x = &d->x,
                  .y = d->y,
                  .w = w,
                  .offset = d->offset,
                  .family = k->m->family,
                  .link = k->m->link,
                  .param = NAN,
                  .count = n,
                  .count_effective = n};
    FitOptions opt = k->spec->fit;
    Fit *fit = fit_run(&pb, &opt, err);
    bool ok = fit != NULL;
    if (ok) {
        b = without_gaps(fit);
        ok = matrix_times(&d->x, b, d->offset, eta, err) &&
             far_outcomes(&k->rows, k->m, d->y, eta, w, d->n, err);
    }
    free(eta);
    free(b);
    if (ok)
        return fit;
    fit_free(fit);
    return NULL;
}

static Fit *fit_cells(Far *k, Error *err)
{
    size_t all[FIELDS_MAX];
    uint8_t *ok = NULL;
    ReplayReport report;
    Fit *fit = NULL;
    for (size_t i = 0; i < k->n; i++)
        all[i] = i;
    Frame *cells = far_cells(k, all, k->n, err);
    Design *d = cells ? design_replay(k->m->enc, cells, NULL, cells->rows, UNSEEN_ERROR, true, &ok,
                                      &report, err)
                      : NULL;
    if (d) {
        double *w = xcalloc(d->n + 1, sizeof *w);
        for (size_t i = 0; i < d->n; i++) {
            w[i] = ok[i] ? (double)cells->cols[cells->ncols - 1]->v.i[i] : 0;
            k->rows.rows += (size_t)w[i];
        }
        fit = fit_counted(k, d, w, err);
        k->report->combinations = d->n;
        free(w);
    }
    free(ok);
    design_free(d);
    frame_unref(cells);
    return fit;
}

/* ---- sums by a script ---- */

static const char *field_name(const void *ctx, const char *column)
{
    (void)ctx;
    return column;
}

static bool is_plain_number(const Model *m, const DesignColumn *c)
{
    if (c->term < 0)
        return false;
    for (size_t v = 0; v < c->nparts; v++)
        if (m->enc->vars[m->enc->terms->terms[c->term].var[v]].is_factor)
            return false;
    return true;
}

/* Where columns of numbers are centred: at the sample's mean, near enough for the sums to keep
 * their digits. */
static double *centres(const Model *m, size_t *intercept)
{
    double *centre = xcalloc(m->enc->ncols + 1, sizeof *centre);
    *intercept = SIZE_MAX;
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term < 0)
            *intercept = j;
    for (size_t j = 0; *intercept != SIZE_MAX && j < m->enc->ncols; j++)
        if (is_plain_number(m, &m->enc->cols[j]))
            centre[j] = m->col_mean[j];
    return centre;
}

/* Sum of log y! of a count, from how often each occurs; NaN when the response is no count or that
 * cannot be told. */
static double log_factorials(const Far *k)
{
    Error ignored = ERROR_INIT;
    if (strcmp(k->m->family->name, "poisson") != 0 || far_field(k, k->response)->kind != FIELD_INT)
        return NAN;
    Frame *f = far_cells(k, &k->response, 1, &ignored);
    double sum = f ? 0 : NAN;
    for (size_t i = 0; f && i < f->rows; i++)
        sum += (double)f->cols[1]->v.i[i] * lgamma(column_real(f->cols[0], i) + 1);
    frame_unref(f);
    return sum;
}

/* The likelihoods that sums at b do not tell, from n, sum of y and sum of y^2. */
static void fill_likelihood(Fit *f, const Model *m, const SumsTotals *t, double log_factorials)
{
    double n = t->n, mean = t->response / n, k = (double)f->rank;
    bool one = f->df_null + 1 == f->n;
    if (m->family->is_binary_response) {
        double u = one ? mean : 0.5;
        f->null_deviance = t->saturated - 2 * (t->response > 0 ? t->response * log(u) : 0) -
                           2 * (n > t->response ? (n - t->response) * log1p(-u) : 0);
        f->loglik = t->saturated == 0 ? -f->deviance / 2 : NAN;
    } else if (strcmp(m->family->name, "poisson") == 0) {
        f->null_deviance = t->saturated + 2 * (one ? t->response - t->response * log(mean) : n);
        f->loglik = (t->saturated - f->deviance) / 2 - log_factorials;
    } else {
        f->null_deviance = one ? t->square - n * mean * mean : t->square;
        f->loglik = -n / 2 * (log(2 * 3.14159265358979323846 * f->deviance / n) + 1);
        k += 1;
    }
    f->aic = 2 * k - 2 * f->loglik;
    f->bic = k * log(n) - 2 * f->loglik;
}

/* Metrics from bins, with the counts that the engine knows exactly in their place. */
static bool metrics_from_bins(Far *k, const SumsBins *s, const Fit *f, Error *err)
{
    double *y = xcalloc(2 * SUMS_BINS, sizeof *y), *eta = xcalloc(2 * SUMS_BINS, sizeof *eta),
           *w = xcalloc(2 * SUMS_BINS, sizeof *w);
    double tied = 0;
    size_t n = 0;
    for (size_t i = 0; i < SUMS_BINS; i++) {
        tied += s->pos[i] * s->neg[i];
        for (size_t one = 0; one < 2; one++) {
            w[n] = one ? s->pos[i] : s->neg[i];
            y[n] = (double)one;
            eta[n] = sums_bin_eta(s, i);
            n += w[n] > 0;
        }
    }
    bool ok = far_outcomes(&k->rows, k->m, y, eta, w, n, err);
    Metrics *t = &k->rows.train;
    double pos = t->positives, neg = (double)k->rows.rows - pos;
    t->tp = s->tp;
    t->fp = s->fp;
    metrics_confusion(t, pos, neg);
    t->log_loss = f->deviance / 2 / (double)k->rows.rows;
    t->brier = s->brier / (double)k->rows.rows;
    k->report->auc_error = tied / (2 * pos * neg);
    free(y);
    free(eta);
    free(w);
    return ok;
}

static bool all_factors(const Model *m, const DesignColumn *c)
{
    for (size_t v = 0; v < c->nparts; v++)
        if (!m->enc->vars[m->enc->terms->terms[c->term].var[v]].is_factor)
            return false;
    return c->term >= 0;
}

/* A column of levels whose documents all have one outcome. */
static bool no_empty_cell(const Far *k, const SumsBins *s, Error *err)
{
    const Model *m = k->m;
    bool counts = !m->family->is_binary_response; /* of these only zeros run away */
    if (k->spec->fit.l2 > 0 || strcmp(m->family->name, "gaussian") == 0)
        return true;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        const DesignColumn *c = &m->enc->cols[j];
        if (!all_factors(m, c) || s->sum[j] == 0 ||
            (s->outcome[j] != 0 && (counts || s->outcome[j] != s->sum[j])))
            continue;
        const char *term = m->enc->terms->terms[c->term].name;
        fail_at(err, ERR_DATA, far_place(k, str_of(term)),
                "separation: %s has %s = %d in all %.0f documents", c->name,
                m->enc->terms->response_name, s->outcome[j] > 0, s->sum[j]);
        return error_hint(err, "--l2 1 keeps it finite; or leave '%s' out", term);
    }
    return true;
}

static bool look_back(Far *k, const SumsSpec *spec, const Fit *f, bool outcomes, Error *err)
{
    SumsBins *s = xcalloc(1, sizeof *s);
    double *b = without_gaps(f), odds = k->spec->threshold;
    size_t one = spec->intercept, p = spec->p;
    for (size_t j = 0; one != SIZE_MAX && j < p; j++) /* to the columns less centre */
        if (j != one)
            b[one] += b[j] * spec->centre[j];
    const double *q = k->m->eta_quantile; /* of the sample; the ends have room for the rest */
    double room = 0.25 * (q[100] - q[0]) + 1e-3;
    s->low = q[0] - room;
    s->high = q[100] + room;
    bool ok = es_sums_bins(spec, b, log(odds / (1 - odds)), s, err);
    if (ok) {
        k->moments = xcalloc(2 * p + 1, sizeof *k->moments);
        for (size_t j = 0; j < p; j++) {
            double n = (double)k->rows.rows, mean = s->sum[j] / n;
            k->moments[j] = (spec->centre ? spec->centre[j] : 0) + mean;
            k->moments[p + j] = sqrt(fmax(0, s->square[j] / n - mean * mean));
        }
        k->rows.col_mean = k->moments;
        k->rows.col_sd = k->moments + p;
        ok = no_empty_cell(k, s, err) && (!outcomes || metrics_from_bins(k, s, f, err));
    }
    sums_bins_clear(s);
    free(s);
    free(b);
    return ok;
}

static Fit *fit_sums(Far *k, Error *err)
{
    RowScript rows = {0};
    SumsSpec spec = {.client = k->c,
                     .index = k->index,
                     .query = buf_slice(&k->complete),
                     .rows = &rows,
                     .p = k->m->enc->ncols,
                     .family = k->m->family,
                     .link = k->m->link,
                     .documents = k->survey.complete};
    double *centre = centres(k->m, &spec.intercept), *start = without_gaps(k->m->fit);
    const Column *y = frame_column(k->sample, str_of(k->field[k->response].field));
    Fit *fit = NULL;
    spec.centre =
        spec.intercept != SIZE_MAX ? centre : NULL; /* the column of ones takes centres up */
    Oracle *o = row_script(k->m, y->type, spec.centre, field_name, NULL, &rows, err)
                    ? es_sums(&spec, err)
                    : NULL;
    if (o) {
        FitOptions opt = k->spec->fit;
        SumsTotals totals;
        opt.keep_info = true;
        opt.start = k->m->fit->status == FIT_CONVERGED ? start : NULL;
        fit = fit_oracle(o, k->m->family, k->m->link, spec.intercept != SIZE_MAX, &opt, err);
        es_sums_totals(o, &totals);
        k->rows.rows = (size_t)totals.n;
        if (fit)
            fill_likelihood(fit, k->m, &totals, log_factorials(k));
        bool outcomes = k->m->family->is_binary_response && totals.saturated == 0;
        if (fit && !look_back(k, &spec, fit, outcomes, err)) {
            fit_free(fit);
            fit = NULL;
        }
        o->close(o);
    }
    if (fit)
        k->report->passes = fit->iterations + 1;
    row_script_clear(&rows);
    free(centre);
    free(start);
    return fit;
}

Fit *far_fit(Far *k, Error *err)
{
    if (few_combinations(k))
        return fit_cells(k, err);
    if (k->c->caps.scripts)
        return fit_sums(k, err);
    fail(err, ERR_REMOTE,
         "this engine allows no scripts, and the formula reads numbers with too many values to "
         "count");
    error_hint(err, "load es:%s as T, then fit ... --data T", k->index);
    return NULL;
}
