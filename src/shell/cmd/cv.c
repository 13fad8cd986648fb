/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cv.c - `cv`: a model fitted and tested on K folds.
 *
 * Everything that is learned from rows (levels, knots, centres) is learned again inside each fold
 * from its training rows; the second table says how much each coefficient moves from fold to fold.
 */
#include <math.h>
#include <stdlib.h>

#include "shell/folds.h"
#include "shell/model_show.h"
#include "shell/settings.h"

/* The metrics that stand in the table of folds, by their names in metric_table(). */
static const struct {
    const char *name, *title;
    int priority;
} shown[] = {{"accuracy", "accuracy", 0}, {"precision", "precision", 2},
             {"recall", "recall", 2},     {"f1", "F1", 2},
             {"roc_auc", "ROC-AUC", 0},   {"pr_auc", "PR-AUC", 1},
             {"log_loss", "log loss", 0}, {"brier", "Brier", 1}};
#define NSHOWN (sizeof shown / sizeof *shown)

static const MetricRow *shown_metric(size_t j)
{
    size_t n;
    const MetricRow *rows = metric_table(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, shown[j].name) == 0)
            return &rows[i];
    abort(); /* the table above names one that is not there */
}

static void summary_row(Result *out, Table *t, const char *name, size_t rows, double deviance,
                        const double *v, bool binary)
{
    Cell *c = table_row(out, t);
    c[0] = cell_text(str_of(name));
    c[1] = rows ? cell_int((int64_t)rows) : (Cell){.kind = CELL_NULL};
    c[2] = cell_real(deviance);
    for (size_t j = 0; binary && j < NSHOWN; j++)
        c[3 + j] = cell_real(v[j]);
}

static void put_folds(Result *out, const Cv *cv)
{
    TableCol cols[3 + NSHOWN] = {{COL("fold", "fold")},
                                 {COL("n", "rows"), .look = LOOK_COUNT},
                                 {COL("deviance", "deviance"), .look = LOOK_FIXED, .digits = 4}};
    double v[NSHOWN], mean[NSHOWN], sd[NSHOWN];
    size_t n = 0;
    for (size_t j = 0; j < NSHOWN; j++)
        cols[3 + j] = (TableCol){COL(shown[j].name, shown[j].title), .look = LOOK_FIXED,
                                 .digits = 4, .priority = shown[j].priority};
    Table *t = result_table(out, "folds", cols, cv->binary ? 3 + NSHOWN : 3);
    t->blank_nulls = true;
    for (size_t i = 0; i < cv->k; i++) {
        const CvFold *f = &cv->fold[i];
        for (size_t j = 0; j < NSHOWN; j++)
            v[j] = shown_metric(j)->get(&f->metrics);
        summary_row(out, t, arena_printf(out->arena, "%s", f->name), f->test, f->deviance, v,
                    cv->binary);
        n += f->test;
    }
    for (size_t j = 0; j < NSHOWN; j++) {
        cv_metric(cv, shown_metric(j), &mean[j], &sd[j]);
        v[j] = shown_metric(j)->get(&cv->pooled);
        if (cv->binary)
            result_real(out, shown[j].name, mean[j]);
    }
    result_real(out, "deviance", cv->deviance);
    result_real(out, "deviance_se", cv->deviance_se);
    summary_row(out, t, "mean", 0, cv->deviance, mean, cv->binary);
    summary_row(out, t, "sd", 0, cv->deviance_se * sqrt((double)cv->k), sd, cv->binary);
    if (cv->binary)
        summary_row(out, t, "pooled", n, NAN, v, true);
}

static const char *steadiness(Result *out, const CvTerm *t, size_t k)
{
    if (t->positive && t->positive < t->nonzero)
        return "! sign changes";
    if (t->folds < k)
        return arena_printf(out->arena, "in %zu of %zu folds", t->folds, k);
    return t->nonzero < t->folds
               ? arena_printf(out->arena, "not 0 in %zu of %zu folds", t->nonzero, k)
               : "";
}

static void put_stability(Result *out, const Model *m, const Cv *cv, size_t rows)
{
    static const TableCol cols[] = {{COL("term", "term"), .middle = true},
                                    {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("mean", "mean of folds"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("sd", "sd of folds"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("change", "")}};
    CoefRow *order = arena_array(out->arena, CoefRow, m->fit->p + 1);
    size_t n = model_coefs(m, SORT_COEF, 0.95, order);
    Table *t = result_table(out, "coef", cols, 5);
    t->shown = rows;
    for (size_t i = 0; i < n; i++) {
        const CvTerm *s = &cv->term[order[i].col];
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(order[i].term));
        c[1] = order[i].aliased ? (Cell){.kind = CELL_NULL} : cell_real(order[i].estimate);
        c[2] = cell_real(s->mean);
        c[3] = cell_real(s->sd);
        c[4] = cell_text(str_of(steadiness(out, s, cv->k)));
    }
}

static bool cv_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    FoldSpec folds;
    if (!m)
        return false;
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    if (!session_rows_here(nm, NULL, err))
        return false;
    if (!folds_spec(s, a, nm->data.frame, m->table ? m->table : "", (size_t)args_int(a, "k"),
                    &folds, err))
        return false;
    Cv *cv = cv_model(m, &nm->data, &folds, err);
    if (!cv)
        return false;
    size_t unseen = 0;
    for (size_t i = 0; i < cv->k; i++)
        unseen += cv->fold[i].unseen;
    result_text(out, "model", str_of(m->name));
    result_line(out, "%s on %zu folds: %s", m->name, cv->k, m->formula);
    put_folds(out, cv);
    put_stability(out, m, cv, (size_t)s->settings->rows);
    if (unseen)
        result_note(out, "unseen", NULL,
                    "%s had a level that the other folds lack: the base level was taken",
                    result_plural(out, (int64_t)unseen, "row"));
    cv_free(cv);
    return true;
}

static const OptRow cv_opts[] = {
    OPT_MODEL_ROW,
    {.name = "k",
     .type = OPT_INT,
     .min = 2,
     .max = FOLDS_MAX,
     .def = "5",
     .metavar = "K",
     .brief = "folds"},
    OPT_FOLD_ROWS,
    {0},
};

const Command cmd_cv = {
    .name = "cv",
    .group = GROUP_MODEL,
    .brief = "cross-validation of a model",
    .usage = "cv [M] [--k 5] [--split random|time|user] [--folds c] [--seed N]",
    .opts = cv_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .help = "Fits the model K times without one fold and tests it there; levels and knots are "
            "learned inside each fold. "
            "The second table shows how much each coefficient moves; a change of sign is marked.",
    .examples = (const Example[]){{"cv --k 3", "", false},
                                  {"cv --split user", "whole users left out", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = cv_run,
    .takes = TAKES_MODELS,
};
