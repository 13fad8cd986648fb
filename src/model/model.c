/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model.c - names meet numbers: formula and table to terms, terms to a design, design to a fit, all
 * of it to a Model.
 *
 *     terms_parse -> split_make -> design_learn -> fit_run -> metrics (train, test) -> inputs_learn
 * -> alarms_find
 *
 * A Model holds no data row: the encoding, the coefficients, and what training looked like in sums
 * and quantiles. It is immutable once made and shared by reference.
 *
 * --sampled s: only a share s of the rows with response 0 was kept, so the odds in the table are
 * 1/s times too high; log(s) is added to the intercept (King & Zeng 2001, section 4.1, prior
 * correction). Metrics are those of the table, before that.
 */
#include "model/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/sort.h"
#include "model/cv.h"
#include "model/whatif.h"
#include "model_priv.h"

void copy_text(char *to, size_t room, Str from)
{
    size_t n = from.n < room ? from.n : room - 1;
    while (n < from.n && n > 0 && ((unsigned char)from.p[n] & 0xc0) == 0x80)
        n--; /* not inside a character */
    if (n)
        memcpy(to, from.p, n);
    to[n] = '\0';
}

/* ---- life ---- */

Model *model_ref(const Model *m)
{
    Model *shared = (Model *)m; /* only the count changes */
    if (shared)
        shared->refs++;
    return shared;
}

void model_unref(Model *m)
{
    if (!m || --m->refs > 0)
        return;
    inputs_free(m->inputs, m->ninputs);
    encoding_free(m->enc);
    fit_free(m->fit);
    recipe_unref(m->recipe);
    char *text[] = {m->name, m->formula, m->table, m->origin, m->note};
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        free(text[i]);
    for (size_t i = 0; i < sizeof m->owned / sizeof *m->owned; i++)
        free(m->owned[i]);
    free(m->typical);
    free(m->alarms);
    free(m->beta);
    free(m->col_mean);
    free(m->col_sd);
    free(m->term_group);
    free(m);
}

long model_input(const Model *m, Str name)
{
    for (size_t i = 0; i < m->ninputs; i++)
        if (str_eqz(name, m->inputs[i].name))
            return (long)i;
    return -1;
}

size_t model_intercept(const Model *m)
{
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term < 0)
            return j;
    return SIZE_MAX;
}

void model_own_spec(Model *m, const ModelSpec *spec)
{
    const char **text[] = {&m->spec.formula,     &m->spec.name,    &m->spec.table,
                           &m->spec.family,      &m->spec.link,    &m->spec.weights,
                           &m->spec.offset,      &m->spec.cluster, &m->spec.event,
                           &m->spec.split_column};
    _Static_assert(sizeof text / sizeof *text <= sizeof m->owned / sizeof *m->owned,
                   "room for every text");
    m->spec = *spec;
    m->spec.fit.penalty_factor = m->spec.fit.start = NULL;
    m->spec.fit.cluster = NULL;
    for (size_t i = 0; i < sizeof text / sizeof *text; i++)
        *text[i] = m->owned[i] = *text[i] ? xstrdup(*text[i]) : NULL;
}

/* ---- what can be worked out again from encoding, fit and recipe ---- */

/* One literal for the group of a term: its variables' own when they agree, "joint" when they do
 * not. */
static const char *term_group(const Model *m, const Term *t)
{
    const char *group = NULL;
    Arena *a = arena_new();
    for (size_t v = 0; v < t->nvars; v++) {
        Str *cols;
        size_t n = expr_columns(m->enc->terms->vars[t->var[v]].expr, a, &cols);
        for (size_t k = 0; k < n; k++) {
            const char *g = input_group(m, cols[k]);
            group = !group || strcmp(group, g) == 0 ? g : "joint";
        }
    }
    arena_free(a);
    return group ? group : "";
}

static void name_event(Model *m)
{
    const Encoding *e = m->enc;
    char text[160];
    snprintf(text, sizeof text, "%s = %s", e->terms->response_name,
             e->y_levels[1] ? e->y_levels[1] : "1");
    copy_text(STR_ROOM(m->event), str_of(text));
}

void model_settle(Model *m)
{
    size_t p = m->enc->ncols, nterms = m->enc->terms->nterms;
    m->beta = xcalloc(p ? p : 1, sizeof *m->beta);
    for (size_t j = 0; j < p; j++)
        m->beta[j] = isnan(m->fit->b[j]) ? 0 : m->fit->b[j];
    m->term_group = xcalloc(nterms ? nterms : 1, sizeof *m->term_group);
    for (size_t t = 0; t < nterms; t++)
        m->term_group[t] = term_group(m, &m->enc->terms->terms[t]);
    name_event(m);
}

/* ---- fitting ---- */

/* What a fit holds until it is done. */
typedef struct Work {
    const Frame *frame;
    Split split;
    bool has_test;
    Design *train;
    uint32_t *cluster;
} Work;

static void work_clear(Work *w)
{
    if (w->has_test)
        split_clear(&w->split);
    design_free(w->train);
    free(w->cluster);
}

/* The column a split goes by: as said, or by the roles of the table's columns. */
static const char *split_column(const ModelSpec *spec, const Frame *f, Error *err)
{
    if (spec->split == SPLIT_RANDOM || spec->split_column)
        return spec->split_column;
    RoleMap roles = roles_guess(spec->table ? spec->table : "", f);
    Role role = spec->split == SPLIT_TIME ? ROLE_TIME : ROLE_USER;
    if (roles.col[role] >= 0)
        return f->names[roles.col[role]];
    for (size_t j = 0; j < f->ncols && spec->split == SPLIT_TIME; j++)
        if (f->cols[j]->type == COL_TIME)
            return f->names[j];
    fail(err, ERR_USAGE, "no column tells the %s of a row",
         spec->split == SPLIT_TIME ? "time" : "user");
    error_hint(err, "name it: --split-column COLUMN");
    return NULL;
}

bool model_split(const Model *m, const Frame *f, Split *out, Error *err)
{
    const ModelSpec *s = &m->spec;
    const char *column = split_column(s, f, err);
    return !error_is_set(err) && split_make(f, s->split, column, s->test_frac, s->seed, out, err);
}

static bool make_split(Work *w, Model *m, Error *err)
{
    if (m->spec.test_frac <= 0)
        return true;
    if (!model_split(m, w->frame, &w->split, err))
        return false;
    w->has_test = true;
    m->test_cut = w->split.cut;
    m->test_number = !w->split.moment;
    m->test_unit = w->split.unit;
    return true;
}

static bool find_family(Model *m, Error *err)
{
    const ModelSpec *s = &m->spec;
    m->family = family_find(s->family ? str_of(s->family) : STR("binomial"), SPAN_NONE, err);
    if (!m->family)
        return false;
    m->link = s->link ? link_find(str_of(s->link), SPAN_NONE, err) : family_link(m->family);
    return m->link && family_allows(m->family, m->link, err);
}

static bool learn_design(Work *w, Model *m, Error *err)
{
    const ModelSpec *s = &m->spec;
    Terms *terms = terms_parse(str_of(s->formula), s->formula_at, w->frame, err);
    if (!terms)
        return false;
    DesignOptions opt = {.encode = s->encode,
                         .weights = s->weights,
                         .offset = s->offset,
                         .table = s->table,
                         .binary_response = m->family->is_binary_response,
                         .event = s->event};
    if (w->has_test) {
        opt.rows = w->split.train;
        opt.nrows = w->split.ntrain;
    }
    w->train = design_learn(terms, w->frame, &opt, err);
    return w->train != NULL;
}

/* Numbers of the clusters of the training rows. */
static bool number_clusters(Work *w, Model *m, FitOptions *opt, Error *err)
{
    if (!m->spec.cluster)
        return true;
    const Column *c = frame_need(w->frame, str_of(m->spec.cluster), m->spec.table, SPAN_NONE, err);
    Column *code = c ? column_as_code(c, err) : NULL;
    w->cluster = code ? big_alloc(w->train->n, sizeof *w->cluster, false, "clusters", err) : NULL;
    bool ok = w->cluster != NULL;
    for (size_t i = 0; ok && i < w->train->n; i++) {
        uint32_t row = w->train->rows ? w->train->rows[i] : (uint32_t)i;
        if (column_is_null(code, row))
            ok = fail_row(err, ERR_DATA, (long)row + 1, "the cluster column '%s' is missing",
                          m->spec.cluster);
        else
            w->cluster[i] = (uint32_t)code->v.c[row];
    }
    opt->cluster = w->cluster;
    opt->nclusters = code ? code->levels->n : 0;
    column_unref(code);
    return ok;
}

/* The penalty that folds of the training rows choose; they are split as the test part was. */
static bool choose_lambda(Work *w, Model *m, Error *err)
{
    ModelSpec *s = &m->spec;
    if (!s->lambda_folds)
        return true;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    FoldSpec folds = {.k = s->lambda_folds, .kind = s->split, .seed = s->seed};
    opt.alpha = s->fit.alpha;
    opt.param = s->fit.param;
    folds.column = split_column(s, w->frame, err);
    if (error_is_set(err))
        return false;
    Frame *f = w->has_test ? frame_take(w->frame, w->split.train, w->split.ntrain, err)
                           : frame_ref(w->frame);
    CvPath *cv = f ? cv_path(f, s, &opt, &folds, NULL, err) : NULL;
    if (cv)
        s->fit.lambda = cv->path->lambda[s->lambda_least ? cv->best : cv->one_se];
    bool ok = cv != NULL;
    cv_path_free(cv);
    frame_unref(f);
    return ok;
}

static bool fit_design(Work *w, Model *m, Error *err)
{
    const Design *d = w->train;
    if (!choose_lambda(w, m, err))
        return false;
    FitOptions opt = m->spec.fit;
    if (!number_clusters(w, m, &opt, err))
        return false;
    opt.keep_info = true; /* the collinearity alarm reads it */
    Problem pb = {.x = &d->x,
                  .y = d->y,
                  .w = d->w,
                  .offset = d->offset,
                  .family = m->family,
                  .link = m->link,
                  .param = opt.param};
    m->fit = fit_run(&pb, &opt, err);
    if (!m->fit && err && err->code == ERR_DATA && err->row &&
        str_starts(str_of(err->msg), STR("response")))
        err->at = d->enc->terms->response_at;
    return m->fit != NULL;
}

static bool two_values(const double *y, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (y[i] != 0 && y[i] != 1)
            return false;
    return n > 0;
}

static double mean_response(const Design *d)
{
    double sum = 0, weight = 0;
    for (size_t i = 0; i < d->n; i++) {
        double w = d->w ? d->w[i] : 1;
        sum += w * d->y[i];
        weight += w;
    }
    return sum / weight;
}

/* Linear predictors of a design's rows under the model; NULL on failure. */
static double *predictors(const Model *m, const Design *d, Error *err)
{
    double *eta = big_alloc(d->n, sizeof *eta, false, "predictions", err);
    if (eta && !matrix_times(&d->x, m->beta, d->offset, eta, err)) {
        free(eta);
        return NULL;
    }
    return eta;
}

/* Percentiles of the training rows' linear predictor, from an even sample when there are many;
 * without the offset of sampled negatives, which the world that what-if asks about does not have.
 */
static void eta_quantiles(Model *m, const Design *d, const double *eta)
{
    size_t n = d->n;
    bool sampled = d->offset && m->spec.offset && strcmp(m->spec.offset, "sampling_offset") == 0 &&
                   !strstr(m->formula, "offset(");
    size_t k = n < SUMMARY_SAMPLE ? n : SUMMARY_SAMPLE;
    double *v = xcalloc(k, sizeof *v);
    for (size_t i = 0; i < k; i++) {
        size_t row = (size_t)((double)i * (double)n / (double)k);
        v[i] = eta[row] - (sampled ? d->offset[row] : 0);
    }
    sort_reals(v, k);
    for (size_t q = 0; q <= 100; q++)
        m->eta_quantile[q] = v[(size_t)((double)q / 100 * (double)(k - 1) + 0.5)];
    free(v);
}

static bool train_metrics(const Work *w, Model *m, Error *err)
{
    const Design *d = w->train;
    double *mu = predictors(m, d, err);
    if (!mu)
        return false;
    eta_quantiles(m, d, mu); /* before means take the place */
    m->binary = m->family->is_binary_response && two_values(d->y, d->n);
    m->base_rate = mean_response(d);
    bool ok = !m->binary || (link_apply(m->link, mu, d->n, mu, err) &&
                             metrics_compute(d->y, mu, d->w, d->n, m->spec.threshold,
                                             m->spec.fit.ci_level, &m->train, err));
    free(mu);
    return ok;
}

/* Moves the rows with ok[i] to the front of v. */
static void keep_ok(double *v, const uint8_t *ok, size_t n)
{
    for (size_t i = 0, k = 0; v && i < n; i++)
        if (ok[i])
            v[k++] = v[i];
}

static bool test_metrics(Work *w, Model *m, Error *err)
{
    if (!w->has_test)
        return true;
    uint8_t *ok = NULL;
    double *mu = NULL;
    ReplayReport report;
    Design *d = design_replay(m->enc, w->frame, w->split.test, w->split.ntest, UNSEEN_BASE, true,
                              &ok, &report, err);
    mu = d ? predictors(m, d, err) : NULL;
    bool done = mu && link_apply(m->link, mu, d->n, mu, err);
    for (size_t i = 0; done && i < d->n; i++)
        m->test_rows += ok[i];
    if (done && m->binary && m->test_rows) {
        keep_ok(d->y, ok, d->n);
        keep_ok(mu, ok, d->n);
        keep_ok(d->w, ok, d->n);
        done = metrics_compute(d->y, mu, d->w, m->test_rows, m->spec.threshold,
                               m->spec.fit.ci_level, &m->test, err);
    }
    design_free(d);
    free(ok);
    free(mu);
    return done;
}

/* See the head of the file. */
static bool correct_sampling(Model *m, Error *err)
{
    double s = m->spec.sampled;
    size_t j = model_intercept(m);
    if (s <= 0)
        return true;
    if (s > 1)
        return fail(err, ERR_USAGE,
                    "--sampled is the share of negatives that was kept, between 0 and 1");
    if (j == SIZE_MAX || strcmp(m->link->name, "logit") != 0 || !m->binary)
        return fail(err, ERR_USAGE, "--sampled needs a logit link and an intercept");
    m->fit->b[j] += log(s);
    m->beta[j] += log(s);
    for (size_t q = 0; q <= 100; q++)
        m->eta_quantile[q] += log(s);
    m->base_rate = m->base_rate / (m->base_rate + (1 - m->base_rate) / s);
    return true;
}

/* The row of X at the typical inputs; the means of the columns when those lack something. */
bool model_typical(Model *m, Error *err)
{
    size_t p = m->enc->ncols;
    bool ok = false;
    ReplayReport report;
    m->typical = xcalloc(p ? p : 1, sizeof *m->typical);
    WhatIf *w = whatif_new(m);
    Frame *f = whatif_frame(w, err);
    bool done =
        f && model_row(m, f, UNSEEN_BASE, m->typical, &m->typical_offset, &ok, &report, err);
    if (done && !ok)
        memcpy(m->typical, m->col_mean, p * sizeof *m->typical);
    frame_unref(f);
    whatif_free(w);
    return done;
}

/* Moments of the columns of X, from an even sample when there are many rows: they scale
 * coefficients for comparison and enter no prediction. */
static bool column_moments(Model *m, const Design *d, Error *err)
{
    size_t p = d->x.p, n = d->n < SUMMARY_SAMPLE ? d->n : SUMMARY_SAMPLE;
    Matrix part = d->x;
    uint32_t *rows = xcalloc(n, sizeof *rows);
    double *w = d->w ? xcalloc(n, sizeof *w) : NULL;
    m->col_mean = xcalloc(p ? p : 1, sizeof(double));
    m->col_sd = xcalloc(p ? p : 1, sizeof(double));
    for (size_t k = 0; k < n; k++) {
        size_t i = (size_t)((double)k * (double)d->n / (double)n);
        rows[k] = d->x.rows ? d->x.rows[i] : (uint32_t)i;
        if (w)
            w[k] = d->w[i];
    }
    part.rows = rows;
    part.n = n;
    bool ok = matrix_moments(&part, w, m->col_mean, m->col_sd, NULL, NULL, err);
    free(rows);
    free(w);
    return ok;
}

static void describe_fit(Work *w, Model *m, const ModelSpec *spec)
{
    const Design *d = w->train;
    Buf text = BUF_INIT;
    terms_print(d->enc->terms, &text);
    m->formula = xstrndup(text.p, text.n);
    buf_free(&text);
    m->name = spec->name ? xstrdup(spec->name) : NULL;
    m->table = spec->table ? xstrdup(spec->table) : NULL;
    m->origin = w->frame->origin ? xstrdup(w->frame->origin) : NULL;
    m->rows = d->n;
    m->dropped = d->dropped;
    m->ndrops = d->ndrops;
    memcpy(m->drops, d->drops, sizeof m->drops);
    m->made = clock_now();
}

static bool run(Work *w, Model *m, Error *err)
{
    if (!find_family(m, err) || !make_split(w, m, err) || !learn_design(w, m, err) ||
        !fit_design(w, m, err))
        return false;
    describe_fit(w, m, &m->spec);
    m->enc = w->train->enc; /* lent until the end: design and model both read it */
    model_settle(m);
    bool ok =
        train_metrics(w, m, err) && test_metrics(w, m, err) && column_moments(m, w->train, err);
    if (ok)
        ok = inputs_learn(m, w->frame, w->train, m->binary ? w->train->y : NULL, err) &&
             correct_sampling(m, err) && model_typical(m, err) &&
             alarms_find(m, w->frame, w->train, err);
    m->enc = design_take_encoding(w->train);
    return ok && !cancelled(err);
}

Model *model_fit(const Dataset *data, const ModelSpec *spec, Error *err)
{
    double start = clock_seconds();
    Work w = {.frame = data->frame};
    Model *m = xcalloc(1, sizeof *m);
    m->refs = 1;
    m->recipe = recipe_ref(data->recipe);
    model_own_spec(m, spec);
    bool ok = run(&w, m, err);
    work_clear(&w);
    m->seconds = clock_seconds() - start;
    if (ok)
        return m;
    model_unref(m);
    return NULL;
}
