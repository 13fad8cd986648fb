/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * anova.c - which terms of a model matter: analysis of deviance.
 *
 * Every smaller model is the design without the columns of some terms, fitted to the same rows (as
 * R does: x[, assign <= i]); nothing is encoded again. Which terms go:
 *     in order   all from the i-th on
 *     dropped    the one, where no other term contains it (marginality)
 *     type II    the one and all that contain it, against all that contain it
 * Chi-squared where the dispersion is known. F where it is estimated: by Pearson's chi-squared of
 * the whole model for types I and II (R's anova.glm, car's Anova), by its deviance for drop1 (R's
 * drop1.glm). Chambers & Hastie, Statistical Models in S, 1992, section 6.3; Fox & Weisberg, An R
 * Companion, 3rd ed. 2019, section 5.3.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "glm/htest.h"
#include "glm/metrics.h"
#include "model/compare.h"
#include "model_priv.h"

typedef struct Anova {
    const Encoding *enc;
    const Problem *pb;
    const Fit *fit;
    size_t nterms;
    AnovaRow *rows;
    uint8_t *out; /* nterms: left out of the model that is fitted */
    double *b;    /* p: coefficients of the last one, 0 for what was left out */
} Anova;

static const Term *term_at(const Anova *a, size_t t)
{
    return &a->enc->terms->terms[t];
}

static bool contains(const Term *big, const Term *small)
{
    if (big->nvars <= small->nvars)
        return false;
    for (size_t i = 0; i < small->nvars; i++) {
        bool found = false;
        for (size_t j = 0; j < big->nvars && !found; j++)
            found = big->var[j] == small->var[i];
        if (!found)
            return false;
    }
    return true;
}

static bool is_out(const Anova *a, size_t column)
{
    long t = a->enc->cols[column].term;
    return t >= 0 && a->out[t];
}

/* X without the columns of the terms that are out; blocks on the heap. */
static Matrix part_of(const Anova *a)
{
    const Matrix *x = a->pb->x;
    Matrix part = *x;
    part.blocks = xcalloc(x->nblocks + 1, sizeof *part.blocks);
    part.nblocks = part.p = 0;
    for (size_t k = 0; k < x->nblocks; k++) {
        if (is_out(a, x->blocks[k].first))
            continue;
        part.blocks[part.nblocks] = x->blocks[k];
        part.blocks[part.nblocks++].first = part.p;
        part.p += x->blocks[k].ncols;
    }
    return part;
}

/* What a smaller model comes to. */
typedef struct Smaller {
    double deviance, aic;
    size_t rank, df_residual;
} Smaller;

/* A model without any column: eta is the offset. */
static bool fit_nothing(const Anova *a, Smaller *out, Error *err)
{
    double *b = xcalloc(a->fit->p + 1, sizeof *b);
    Stats st = {0};
    Oracle *o = oracle_rows(a->pb, err);
    bool ok = o && o->eval(o, b, EVAL_DEVIANCE, &st, err);
    *out = (Smaller){st.deviance, NAN, 0, a->fit->n};
    if (o)
        o->close(o);
    free(b);
    return ok;
}

static bool fit_smaller(Anova *a, Smaller *out, Error *err)
{
    Matrix part = part_of(a);
    Problem pb = *a->pb;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Fit *f = NULL;
    memset(a->b, 0, a->fit->p * sizeof *a->b);
    opt.no_covariance = true;
    opt.param = pb.family->takes_param ? a->fit->param : NAN;
    pb.x = &part;
    bool ok = part.p ? (f = fit_run(&pb, &opt, err)) != NULL : fit_nothing(a, out, err);
    if (f) {
        *out = (Smaller){f->deviance, f->aic, f->rank, f->df_residual};
        for (size_t j = 0, k = 0; j < a->fit->p; j++)
            if (!is_out(a, j)) {
                a->b[j] = isnan(f->b[k]) ? 0.0 : f->b[k];
                k++;
            }
    }
    fit_free(f);
    free(part.blocks);
    return ok;
}

static Smaller whole(const Anova *a)
{
    return (Smaller){a->fit->deviance, a->fit->aic, a->fit->rank, a->fit->df_residual};
}

/* Fills stat and p from the drop in deviance. `dispersion` is what F divides by. */
static void test_drop(const Anova *a, AnovaRow *r, double dispersion)
{
    if (!r->df) {
        r->stat = r->p = NAN;
    } else if (a->fit->use_t) {
        r->stat = r->deviance / (double)r->df / dispersion;
        r->p = f_upper(r->stat, (double)r->df, (double)a->fit->df_residual);
    } else {
        r->stat = r->deviance;
        r->p = chisq_upper(r->stat, (double)r->df);
    }
}

static AnovaRow *begin(Anova *a, const char *name, const Smaller *s)
{
    AnovaRow *r = a->rows++;
    *r = (AnovaRow){.df_residual = s->df_residual,
                    .residual = s->deviance,
                    .aic = s->aic,
                    .deviance = NAN,
                    .stat = NAN,
                    .p = NAN};
    copy_text(STR_ROOM(r->term), str_of(name));
    return r;
}

/* ---- type I ---- */

/* Score test of the term that comes in at the coefficients of the model before it (in a->b, a->out
 * without the term). */
static bool test_score(Anova *a, AnovaRow *r, double *b, Error *err)
{
    Matrix part = part_of(a);
    Problem pb = *a->pb;
    size_t rank, k = 0;
    double chisq;
    for (size_t j = 0; j < a->fit->p; j++)
        if (!is_out(a, j))
            b[k++] = a->b[j];
    pb.x = &part;
    bool ok = score_test(&pb, b, &chisq, &rank, err);
    free(part.blocks);
    if (!ok)
        return false;
    r->stat = chisq / a->fit->dispersion;
    r->p = chisq_upper(r->stat, (double)r->df);
    return true;
}

static bool in_order(Anova *a, bool score, Error *err)
{
    Smaller before, now;
    double *b = xcalloc(a->fit->p + 1, sizeof *b);
    memset(a->out, 1, a->nterms);
    bool ok = fit_smaller(a, &before, err);
    if (ok)
        begin(a, "NULL", &before);
    for (size_t t = 0; ok && t < a->nterms; t++) {
        AnovaRow r = {0};
        a->out[t] = 0;
        if (score) { /* while a->b still belongs to the model before */
            r.df = 1;
            ok = test_score(a, &r, b, err);
        }
        now = whole(a);
        ok = ok && (t + 1 == a->nterms || fit_smaller(a, &now, err));
        if (!ok)
            break;
        AnovaRow *row = begin(a, term_at(a, t)->name, &now);
        row->df = before.df_residual - now.df_residual;
        row->deviance = before.deviance - now.deviance;
        test_drop(a, row, a->fit->dispersion);
        if (score) {
            row->stat = row->df ? r.stat : NAN;
            row->p = chisq_upper(row->stat, (double)row->df);
        }
        before = now;
        progress_tick("anova", (double)(t + 1), (double)a->nterms, "terms");
    }
    free(b);
    return ok;
}

/* ---- each term of the whole ---- */

static size_t mark_containing(Anova *a, size_t t)
{
    size_t n = 0;
    for (size_t k = 0; k < a->nterms; k++) {
        a->out[k] = contains(term_at(a, k), term_at(a, t));
        n += a->out[k];
    }
    return n;
}

/* R's drop1: n log(dev/n) for the gaussian, dev over the dispersion for the others, moved to the
 * whole model's AIC. */
static double dropped_aic(const Anova *a, const Smaller *s)
{
    const Fit *f = a->fit;
    double n = (double)f->n, fall;
    if (f->use_t && strcmp(a->pb->family->name, "gaussian") == 0)
        fall = n * log(s->deviance / n) - n * log(f->deviance / n);
    else
        fall = (s->deviance - f->deviance) / f->dispersion;
    return f->aic + fall + 2.0 * ((double)s->rank - (double)f->rank);
}

static bool dropped(Anova *a, bool score, Error *err)
{
    Smaller all = whole(a), s;
    double *b = xcalloc(a->fit->p + 1, sizeof *b);
    bool ok = true;
    begin(a, "<none>", &all);
    for (size_t t = 0; ok && t < a->nterms; t++) {
        if (mark_containing(a, t))
            continue;
        a->out[t] = 1;
        if (!(ok = fit_smaller(a, &s, err)))
            break;
        AnovaRow *r = begin(a, term_at(a, t)->name, &s);
        r->df = all.rank - s.rank;
        r->deviance = fmax(s.deviance - all.deviance, 0.0);
        r->aic = dropped_aic(a, &s);
        test_drop(a, r, all.deviance / (double)all.df_residual);
        a->out[t] = 0; /* the test is of the whole at the coefficients without the term */
        if (score && r->df)
            ok = test_score(a, r, b, err);
        progress_tick("anova", (double)(t + 1), (double)a->nterms, "terms");
    }
    free(b);
    return ok;
}

static bool type_two(Anova *a, Error *err)
{
    for (size_t t = 0; t < a->nterms; t++) {
        Smaller with = whole(a), without;
        if (mark_containing(a, t) && !fit_smaller(a, &with, err))
            return false;
        a->out[t] = 1;
        if (!fit_smaller(a, &without, err))
            return false;
        AnovaRow *r = begin(a, term_at(a, t)->name, &without);
        r->df = without.df_residual - with.df_residual;
        r->deviance = without.deviance - with.deviance;
        test_drop(a, r, a->fit->dispersion);
        progress_tick("anova", (double)(t + 1), (double)a->nterms, "terms");
    }
    return true;
}

/* W(term and what contains it) - W(what contains it): the part of b that is the term's own. */
static bool type_two_wald(Anova *a, Error *err)
{
    uint8_t *mask = xcalloc(a->fit->p + 1, 1);
    bool ok = true;
    for (size_t t = 0; ok && t < a->nterms; t++) {
        Smaller all = whole(a);
        double inner, outer;
        size_t df_inner, df_outer;
        mark_containing(a, t);
        for (size_t j = 0; j < a->fit->p; j++)
            mask[j] = is_out(a, j);
        ok = wald_test(a->fit, mask, &inner, &df_inner, err);
        a->out[t] = 1;
        for (size_t j = 0; j < a->fit->p; j++)
            mask[j] = is_out(a, j);
        ok = ok && wald_test(a->fit, mask, &outer, &df_outer, err);
        if (!ok)
            break;
        AnovaRow *r = begin(a, term_at(a, t)->name, &all);
        r->df = df_outer - df_inner;
        r->stat = outer - inner;
        r->p = chisq_upper(r->stat, (double)r->df);
    }
    free(mask);
    return ok;
}

AnovaRow *anova_rows(const Encoding *enc, const Problem *pb, const Fit *fit, AnovaKind kind,
                     size_t *n, Error *err)
{
    if (fit->l2 > 0.0 || !fit->cov)
        return fail(err, ERR_USAGE, "a penalised fit has no analysis of deviance"), NULL;
    if (fit->status == FIT_SEPARATED && kind == ANOVA_WALD)
        return fail(err, ERR_MATH, "Wald's tests say nothing of a separated fit"), NULL;
    Problem at = *pb;
    Anova a = {.enc = enc, .pb = &at, .fit = fit, .nterms = enc->terms->nterms};
    if (pb->family->takes_param)
        at.param = fit->param;
    AnovaRow *rows = xcalloc(a.nterms + 1, sizeof *rows);
    a.rows = rows;
    a.out = xcalloc(a.nterms + 1, 1);
    a.b = xcalloc(fit->p + 1, sizeof *a.b);
    bool ok = kind == ANOVA_DROP || kind == ANOVA_DROP_SCORE
                  ? dropped(&a, kind == ANOVA_DROP_SCORE, err)
              : kind == ANOVA_TWO  ? type_two(&a, err)
              : kind == ANOVA_WALD ? type_two_wald(&a, err)
                                   : in_order(&a, kind == ANOVA_SCORE, err);
    *n = (size_t)(a.rows - rows);
    free(a.out);
    free(a.b);
    if (ok)
        return rows;
    free(rows);
    return NULL;
}
