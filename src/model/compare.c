/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare.c - tests between models on the same rows: anova of types I and II, drop1, two fits side
 * by side.
 *
 * A model with fewer terms is fitted on the columns of the full model's design that belong to its
 * terms. As long as no term stays without its margins, these span what its own coding would, so
 * deviances and ranks are the same, and rows are encoded once.
 *
 * The test of a drop in deviance is chi-squared, or F where the family estimates its dispersion. R
 * divides by the Pearson dispersion of the full model in anova() and in car's Anova(type = 2), by
 * its mean deviance in drop1(); so do we. McCullagh & Nelder 1989, section 2.3; Fox & Weisberg, An
 * R Companion to Applied Regression, 3rd ed. 2019, 6.4.
 */
#include "model/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model_priv.h"

/* The rows of a fit again, encoded. */
typedef struct Stage {
    const Model *m;
    Design *d;
    FitOptions opt;
} Stage;

typedef struct Part {
    double deviance, aic;
    size_t rank;
} Part;

/* ---- the rows ---- */

static Design *replay_rows(const Model *m, const Frame *f, const uint32_t *rows, size_t n,
                           uint8_t **ok, Error *err)
{
    ReplayReport report;
    return design_replay(m->enc, f, rows, n, UNSEEN_NULL, true, ok, &report, err);
}

/* Only the rows that were complete: replayed a second time when some were not. */
static bool stage_rows(Stage *s, const Frame *f, const uint32_t *rows, size_t n, Error *err)
{
    uint8_t *ok = NULL;
    Design *d = replay_rows(s->m, f, rows, n, &ok, err);
    size_t kept = 0;
    if (!d)
        return false;
    uint32_t *whole = big_alloc(d->n, sizeof *whole, false, "rows", err);
    for (size_t i = 0; whole && i < d->n; i++)
        if (ok[i])
            whole[kept++] = d->rows ? d->rows[i] : (uint32_t)i;
    if (whole && kept != s->m->rows)
        fail(err, ERR_DATA,
             "the model was fitted on %zu rows, and the table now has %zu that it can use",
             s->m->rows, kept);
    if (whole && kept < d->n && !error_is_set(err)) {
        design_free(d);
        free(ok);
        ok = NULL;
        d = replay_rows(s->m, f, whole, kept, &ok, err);
    }
    free(whole);
    free(ok);
    s->d = d;
    return d && !error_is_set(err);
}

static bool stage_open(Stage *s, const Model *m, const Dataset *data, Error *err)
{
    *s = (Stage){.m = m, .opt = m->spec.fit};
    if (m->spec.fit.l2 > 0 || m->spec.fit.firth)
        return fail(err, ERR_USAGE, "with a penalty a drop in deviance follows no chi-squared");
    s->opt.no_covariance = true;
    s->opt.robust = ROBUST_NONE;
    s->opt.param = m->fit->param; /* theta stays that of the full model, as in R */
    Frame *f = model_frame(m, data->frame, NULL, 0, err);
    Split split = {0};
    bool part = m->spec.test_frac > 0, ok = f != NULL;
    if (ok && part)
        ok = model_split(m, f, &split, err);
    ok = ok && stage_rows(s, f, part ? split.train : NULL, part ? split.ntrain : 0, err);
    if (part)
        split_clear(&split);
    frame_unref(f);
    return ok;
}

static void stage_close(Stage *s)
{
    design_free(s->d);
}

/* ---- fits of some of the terms ---- */

/* The blocks of the kept terms, columns numbered anew. */
static size_t take_blocks(const Stage *s, const uint8_t *keep, Block *out, size_t *p)
{
    const Matrix *x = &s->d->x;
    size_t n = 0;
    *p = 0;
    for (size_t b = 0; b < x->nblocks; b++) {
        long term = s->m->enc->cols[x->blocks[b].first].term;
        if (term >= 0 && !keep[term])
            continue;
        out[n] = x->blocks[b];
        out[n++].first = *p;
        *p += x->blocks[b].ncols;
    }
    return n;
}

static bool fit_part(const Stage *s, const uint8_t *keep, Part *out, Error *err)
{
    Block *blocks = xcalloc(s->d->x.nblocks + 1, sizeof *blocks);
    Matrix x = s->d->x;
    x.blocks = blocks;
    x.nblocks = take_blocks(s, keep, blocks, &x.p);
    if (x.p == 0) { /* neither intercept nor term: the mean is that of eta = 0 */
        *out = (Part){s->m->fit->null_deviance, NAN, 0};
        free(blocks);
        return true;
    }
    Problem pb = {.x = &x,
                  .y = s->d->y,
                  .w = s->d->w,
                  .offset = s->d->offset,
                  .family = s->m->family,
                  .link = s->m->link,
                  .param = s->opt.param};
    Fit *f = fit_run(&pb, &s->opt, err);
    if (f)
        *out = (Part){f->deviance, f->aic, f->rank};
    fit_free(f);
    free(blocks);
    return f != NULL;
}

static bool contains(const Term *outer, const Term *inner)
{
    for (size_t i = 0; i < inner->nvars; i++) {
        bool found = false;
        for (size_t j = 0; j < outer->nvars && !found; j++)
            found = outer->var[j] == inner->var[i];
        if (!found)
            return false;
    }
    return true;
}

/* ---- rows of a table ---- */

/* A drop of `fall` in deviance for `df` degrees of freedom. */
static void test(const Model *m, AnovaRow *r, double fall, size_t df, double dispersion)
{
    double df_full = (double)m->fit->df_residual;
    r->df = df;
    r->deviance = fall;
    r->stat = r->p = NAN;
    if (!df)
        return;
    if (m->family->estimates_dispersion) {
        r->stat = fall / (double)df / dispersion;
        r->p = f_upper(r->stat, (double)df, df_full);
    } else {
        r->stat = fall;
        r->p = chisq_upper(fall, (double)df);
    }
}

/* AIC of a smaller model as R's drop1 has it: the dispersion is the full model's unless the family
 * is gaussian. */
static double part_aic(const Model *m, const Part *p)
{
    const Fit *f = m->fit;
    if (!m->family->estimates_dispersion || strcmp(m->family->name, "gaussian") == 0)
        return p->aic;
    return f->aic + (p->deviance - f->deviance) / f->dispersion -
           2 * ((double)f->rank - (double)p->rank);
}

static void name_row(AnovaRow *r, const char *name)
{
    copy_text(STR_ROOM(r->term), str_of(name));
}

AnovaRow *model_anova(const Model *m, const Dataset *data, size_t *n, Error *err)
{
    size_t nterms = m->enc->terms->nterms;
    AnovaRow *out = xcalloc(nterms + 1, sizeof *out);
    uint8_t *keep = xcalloc(nterms + 1, 1);
    Stage s;
    Part before, now;
    bool ok = stage_open(&s, m, data, err) && fit_part(&s, keep, &before, err);
    *n = nterms + 1;
    if (ok)
        out[0] = (AnovaRow){.term = "NULL",
                            .df_residual = m->fit->n - before.rank,
                            .deviance = NAN,
                            .residual = before.deviance,
                            .aic = before.aic,
                            .stat = NAN,
                            .p = NAN};
    for (size_t t = 0; ok && t < nterms; t++) {
        keep[t] = 1;
        if (!(ok = fit_part(&s, keep, &now, err)))
            break;
        name_row(&out[t + 1], m->enc->terms->terms[t].name);
        test(m, &out[t + 1], before.deviance - now.deviance, now.rank - before.rank,
             m->fit->dispersion);
        out[t + 1].df_residual = m->fit->n - now.rank;
        out[t + 1].residual = now.deviance;
        out[t + 1].aic = now.aic;
        before = now;
    }
    stage_close(&s);
    free(keep);
    if (ok)
        return out;
    free(out);
    return NULL;
}

AnovaRow *model_drop1(const Model *m, const Dataset *data, size_t *n, Error *err)
{
    const Terms *terms = m->enc->terms;
    AnovaRow *out = xcalloc(terms->nterms + 1, sizeof *out);
    uint8_t *keep = xcalloc(terms->nterms + 1, 1);
    const Fit *f = m->fit;
    Stage s;
    bool ok = stage_open(&s, m, data, err);
    out[0] = (AnovaRow){.term = "<none>",
                        .df_residual = f->df_residual,
                        .deviance = NAN,
                        .residual = f->deviance,
                        .aic = f->aic,
                        .stat = NAN,
                        .p = NAN};
    *n = 1;
    for (size_t t = 0; ok && t < terms->nterms; t++) {
        bool margin = false;
        Part part;
        for (size_t u = 0; u < terms->nterms; u++) {
            margin |= u != t && contains(&terms->terms[u], &terms->terms[t]);
            keep[u] = u != t;
        }
        if (margin)
            continue;
        if (!(ok = fit_part(&s, keep, &part, err)))
            break;
        AnovaRow *r = &out[(*n)++];
        name_row(r, terms->terms[t].name);
        test(m, r, part.deviance - f->deviance, f->rank - part.rank,
             f->deviance / (double)f->df_residual);
        r->df_residual = f->n - part.rank;
        r->residual = part.deviance;
        r->aic = part_aic(m, &part);
    }
    stage_close(&s);
    free(keep);
    if (ok)
        return out;
    free(out);
    return NULL;
}

AnovaRow *model_anova2(const Model *m, const Dataset *data, size_t *n, Error *err)
{
    const Terms *terms = m->enc->terms;
    AnovaRow *out = xcalloc(terms->nterms + 1, sizeof *out);
    uint8_t *keep = xcalloc(terms->nterms + 1, 1);
    Stage s;
    bool ok = stage_open(&s, m, data, err);
    *n = terms->nterms;
    for (size_t t = 0; ok && t < terms->nterms; t++) {
        Part with, without;
        for (size_t u = 0; u < terms->nterms; u++)
            keep[u] = u == t || !contains(&terms->terms[u], &terms->terms[t]);
        ok = fit_part(&s, keep, &with, err);
        keep[t] = 0;
        if (!(ok = ok && fit_part(&s, keep, &without, err)))
            break;
        name_row(&out[t], terms->terms[t].name);
        test(m, &out[t], without.deviance - with.deviance, with.rank - without.rank,
             m->fit->dispersion);
        out[t].df_residual = m->fit->n - without.rank;
        out[t].residual = without.deviance;
        out[t].aic = without.aic;
    }
    stage_close(&s);
    free(keep);
    if (ok)
        return out;
    free(out);
    return NULL;
}

/* ---- two models ---- */

static void whole_row(const Model *m, AnovaRow *r)
{
    *r = (AnovaRow){.df_residual = m->fit->df_residual,
                    .deviance = NAN,
                    .residual = m->fit->deviance,
                    .aic = m->fit->aic,
                    .stat = NAN,
                    .p = NAN};
    name_row(r, m->formula);
}

bool model_lr_test(const Model *small, const Model *big, AnovaRow out[2], Error *err)
{
    if (small->fit->rank > big->fit->rank) {
        const Model *swap = small;
        small = big;
        big = swap;
    }
    if (small->rows != big->rows)
        return fail(err, ERR_DATA, "the two were fitted on different rows: %zu and %zu",
                    small->rows, big->rows);
    if (small->family != big->family || small->link != big->link)
        return fail(err, ERR_DATA, "the two have different families or links");
    if (strcmp(small->enc->terms->response_name, big->enc->terms->response_name) != 0)
        return fail(err, ERR_DATA, "the two have different responses");
    if (small->fit->l2 > 0 || big->fit->l2 > 0 || small->spec.fit.firth || big->spec.fit.firth)
        return fail(err, ERR_USAGE, "with a penalty a drop in deviance follows no chi-squared");
    whole_row(small, &out[0]);
    whole_row(big, &out[1]);
    test(big, &out[1], small->fit->deviance - big->fit->deviance, big->fit->rank - small->fit->rank,
         big->fit->dispersion);
    return true;
}

static long find_column(const Model *m, const char *name)
{
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (strcmp(m->enc->cols[j].name, name) == 0)
            return (long)j;
    return -1;
}

static CompareRow compare_row(const Model *a, const Model *b, const char *term)
{
    long i = find_column(a, term), j = find_column(b, term);
    CompareRow r = {term, NAN, NAN, NAN, NAN, false};
    Inference x = {0}, y = {0};
    if (i >= 0) {
        x = fit_infer(a->fit, (size_t)i, a->spec.fit.ci_level);
        r.a = x.estimate;
        r.se_a = x.se;
    }
    if (j >= 0) {
        y = fit_infer(b->fit, (size_t)j, b->spec.fit.ci_level);
        r.b = y.estimate;
        r.se_b = y.se;
    }
    r.flips = i >= 0 && j >= 0 && ((x.low > 0 && y.high < 0) || (x.high < 0 && y.low > 0));
    return r;
}

CompareRow *model_compare(const Model *a, const Model *b, size_t *n)
{
    CompareRow *out = xcalloc(a->enc->ncols + b->enc->ncols + 1, sizeof *out);
    *n = 0;
    for (size_t j = 0; j < a->enc->ncols; j++)
        out[(*n)++] = compare_row(a, b, a->enc->cols[j].name);
    for (size_t j = 0; j < b->enc->ncols; j++)
        if (find_column(a, b->enc->cols[j].name) < 0)
            out[(*n)++] = compare_row(a, b, b->enc->cols[j].name);
    return out;
}
