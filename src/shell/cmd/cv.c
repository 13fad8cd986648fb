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

/* What is kept of each fold's coefficients, by the names of the whole model. */
typedef struct Stable {
    double sum, squares;
    size_t n, positive;
} Stable;

static void note_coefs(const Model *whole, const Model *part, Stable *st)
{
    for (size_t j = 0; j < part->fit->p; j++) {
        double b = part->fit->b[j];
        if (!isfinite(b))
            continue;
        for (size_t i = 0; i < whole->fit->p; i++)
            if (strcmp(whole->enc->cols[i].name, part->enc->cols[j].name) == 0) {
                st[i].sum += b;
                st[i].squares += b * b;
                st[i].n++;
                st[i].positive += b > 0;
                break;
            }
    }
}

static bool one_fold(const NamedModel *nm, const uint32_t *fold, uint32_t k, uint32_t *rows,
                     Metrics *out, Stable *st, Error *err)
{
    const Frame *f = nm->data.frame;
    ModelSpec spec = nm->model->spec;
    spec.test_frac = 0;
    size_t n = fold_rows(fold, f->rows, k, false, rows), m = 0;
    Frame *train = frame_take(f, rows, n, err);
    Dataset data = {train, nm->data.recipe};
    Model *part = train ? model_fit(&data, &spec, err) : NULL;
    double *y = NULL, *p = NULL, *w = NULL;
    uint32_t *at = NULL;
    n = fold_rows(fold, f->rows, k, true, rows);
    Frame *test = part ? frame_take(f, rows, n, err) : NULL;
    bool ok = test && model_outcomes(part, test, &y, &p, &w, &at, &m, err);
    if (ok && !m)
        ok = fail(err, ERR_DATA, "no row of fold %u has everything", k + 1);
    ok = ok && metrics_compute(y, p, w, m, spec.threshold, spec.fit.ci_level, out, err);
    if (ok)
        note_coefs(nm->model, part, st);
    else
        error_context(err, "fold %u", k + 1);
    free(y);
    free(p);
    free(w);
    free(at);
    frame_unref(train);
    frame_unref(test);
    model_unref(part);
    return ok;
}

static void put_folds(Result *out, const Metrics *folds, size_t k)
{
    static const TableCol cols[] = {
        {COL("fold", "fold")},
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("accuracy", "accuracy"), .look = LOOK_FIXED, .digits = 3},
        {COL("precision", "precision"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("recall", "recall"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("f1", "F1"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 4},
        {COL("log_loss", "log loss"), .look = LOOK_FIXED, .digits = 4},
        {COL("brier", "Brier"), .look = LOOK_FIXED, .digits = 4, .priority = 1}};
    Table *t = result_table(out, "folds", cols, 9);
    t->blank_nulls = true;
    double sum[7] = {0}, squares[7] = {0};
    for (size_t i = 0; i < k; i++) {
        const Metrics *m = &folds[i];
        const double v[7] = {m->accuracy, m->precision, m->recall, m->f1,
                             m->roc_auc,  m->log_loss,  m->brier};
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%zu", i + 1)));
        c[1] = cell_int((int64_t)m->n);
        for (size_t j = 0; j < 7; j++) {
            c[2 + j] = cell_real(v[j]);
            sum[j] += v[j];
            squares[j] += v[j] * v[j];
        }
    }
    static const char *const keys[7] = {"accuracy", "precision", "recall", "f1",
                                        "roc_auc",  "log_loss",  "brier"};
    for (int sd = 0; sd < 2; sd++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(sd ? STR("sd") : STR("mean"));
        c[1] = (Cell){.kind = CELL_NULL};
        for (size_t j = 0; j < 7; j++) {
            double mean = sum[j] / (double)k;
            double var = (squares[j] - sum[j] * mean) / (double)(k > 1 ? k - 1 : 1);
            c[2 + j] = cell_real(sd ? sqrt(var > 0 ? var : 0) : mean);
            if (!sd)
                result_real(out, keys[j], mean);
        }
    }
}

static void put_stability(Result *out, const Model *m, const Stable *st, size_t k, size_t shown)
{
    static const TableCol cols[] = {{COL("term", "term")},
                                    {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("mean", "mean of folds"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("sd", "sd of folds"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("change", "")}};
    CoefRow *rows = arena_array(out->arena, CoefRow, m->fit->p + 1);
    size_t n = model_coefs(m, SORT_COEF, 0.95, rows);
    Table *t = result_table(out, "coef", cols, 5);
    t->shown = shown;
    for (size_t i = 0; i < n; i++) {
        const Stable *s = &st[rows[i].col];
        double mean = s->n ? s->sum / (double)s->n : NAN;
        double var = s->n > 1 ? (s->squares - s->sum * mean) / (double)(s->n - 1) : NAN;
        bool flips = s->positive && s->positive < s->n;
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(rows[i].term));
        c[1] = rows[i].aliased ? (Cell){.kind = CELL_NULL} : cell_real(rows[i].estimate);
        c[2] = cell_real(mean);
        c[3] = cell_real(sqrt(var > 0 ? var : 0));
        c[4] =
            cell_text(str_of(flips      ? "! sign changes"
                             : s->n < k ? arena_printf(out->arena, "in %zu of %zu folds", s->n, k)
                                        : ""));
    }
}

static bool cv_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!m)
        return false;
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    size_t k = (size_t)args_int(a, "k");
    if (!m->binary)
        return fail(err, ERR_DATA,
                    "the response of %s has not two values: there are no classes to tell apart",
                    m->name);
    if (!nm->data.frame) {
        fail(err, ERR_DATA, "%s was loaded from a file and its rows are not here", m->name);
        return error_hint(err, "load the table and fit again");
    }
    const Frame *f = nm->data.frame;
    uint32_t *fold = folds_of(s, a, f, m->table ? m->table : "", k, err);
    uint32_t *rows = fold ? big_alloc(f->rows + 1, sizeof *rows, false, "rows", err) : NULL;
    Metrics folds[FOLDS_MAX];
    Stable *st = arena_array(a->arena, Stable, m->fit->p + 1);
    bool ok = rows != NULL;
    for (size_t i = 0; ok && i < k; i++)
        ok = one_fold(nm, fold, (uint32_t)i, rows, &folds[i], st, err);
    free(fold);
    free(rows);
    if (!ok)
        return false;
    result_text(out, "model", str_of(m->name));
    result_line(out, "%s on %zu folds: %s", m->name, k, m->formula);
    put_folds(out, folds, k);
    put_stability(out, m, st, k, (size_t)s->settings->rows);
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
    .usage = "cv [M] [--k 5] [--split random|time|user] [--seed N]",
    .opts = cv_opts,
    .subject = SUBJECT_WORDS,
    .help = "Fits the model K times without one fold and tests it there; levels and knots are "
            "learned inside each fold. "
            "The second table shows how much each coefficient moves; a change of sign is marked.",
    .examples = (const Example[]){{"cv --k 3", "", false},
                                  {"cv --split user", "whole users left out", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = cv_run,
};
