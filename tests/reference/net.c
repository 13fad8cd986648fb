/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * net.c - glmnet's paths against ours: the sequence of lambdas and where it stops, coefficients at
 * five of them (exact optima in 50 digits), the deviance ratios (glmnet's own doubles, good to
 * 1e-7), and a cross-validated path.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "glm/path.h"
#include "model/cv.h"

static void compare_sequence(Case *c, const Path *path)
{
    const cJSON *lambda = list_of(c->json, "lambda"), *ratio = list_of(c->json, "dev_ratio");
    size_t n = (size_t)cJSON_GetArraySize(lambda);
    char text[40];
    tally_put(&c->tally[IN_LAMBDA], path->n == n ? 17 : 0, "where it stops", NULL);
    tally_put(&c->tally[IN_LAMBDA],
              digits(path->lambda[0], json_number(c->json, "lambda_max_exact"), 0), "the first",
              NULL);
    tally_put(&c->tally[IN_DEVIANCE],
              digits(path->null_deviance, json_number(c->json, "nulldev"), 0), "null deviance",
              NULL);
    for (size_t k = 0; k < n && k < path->n; k++) {
        snprintf(text, sizeof text, "lambda %zu", k + 1);
        tally_put(&c->tally[IN_LAMBDA], digits(path->lambda[k], item(lambda, k), 0), text, NULL);
        if (path->df[k] != (size_t)item(list_of(c->json, "df"), k))
            tally_put(&c->tally[IN_RATIO], 0, "how many are not 0 at", text);
        if (k == 0 && path->alpha == 0.0)
            continue; /* glmnet's first ridge is at an infinite lambda, whatever it prints */
        tally_put(&c->tally[IN_RATIO], digits(path->dev_ratio[k], item(ratio, k), 1), text, NULL);
    }
}

static void compare_points(Case *c, const Path *path, const Fitted *m)
{
    const cJSON *point, *terms = list_of(c->json, "terms");
    cJSON_ArrayForEach(point, list_of(c->json, "path"))
    {
        size_t k = (size_t)json_number(point, "index") - 1;
        const cJSON *b = list_of(point, "coefficients");
        char text[40];
        snprintf(text, sizeof text, "lambda %zu", k + 1);
        if (k >= path->n) {
            tally_put(&c->tally[IN_COEF], 0, "not reached:", text);
            continue;
        }
        for (int i = 0; i < cJSON_GetArraySize(terms); i++) {
            long j = fitted_column(m, cJSON_GetArrayItem(terms, i)->valuestring);
            double got = j < 0 ? NAN : path->b[k * path->p + (size_t)j];
            tally_put(&c->tally[IN_COEF], digits(got, item(b, (size_t)i), 1e-3), text,
                      cJSON_GetArrayItem(terms, i)->valuestring);
        }
        tally_put(&c->tally[IN_LAMBDA], digits(path->lambda[k], json_number(point, "lambda"), 0),
                  text, NULL);
        if (path->df[k] != (size_t)json_number(point, "df"))
            tally_put(&c->tally[IN_COEF], 0, "how many are not 0 at", text);
        tally_put(&c->tally[IN_DEVIANCE],
                  digits(path->dev_ratio[k], json_number(point, "dev_ratio"), 0), text, NULL);
    }
}

/* The cross-validated curve, on the folds of a column, by the model room's own functions. */
static bool compare_curve(Case *c, const Fitted *m, const PathOptions *opt, Error *err)
{
    const cJSON *want = list_of(c->json, "cv");
    if (!want || cJSON_IsNull(want))
        return true;
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    FoldSpec folds = {.given = json_word(want, "foldid"), .own_lambdas = true};
    spec.formula = json_word(c->json, "formula");
    spec.family = json_word(c->json, "family");
    spec.table = "data";
    CvPath *cv = cv_path(m->frame, &spec, opt, &folds, NULL, err);
    if (!cv)
        return false;
    for (size_t l = 0; l < cv->path->n; l++) {
        char text[40];
        snprintf(text, sizeof text, "lambda %zu", l + 1);
        tally_put(&c->tally[IN_CURVE], digits(cv->mean[l], item(list_of(want, "cvm"), l), 0),
                  "mean at", text);
        tally_put(&c->tally[IN_CURVE], digits(cv->se[l], item(list_of(want, "cvsd"), l), 0),
                  "se at", text);
    }
    const double got[2] = {cv->path->lambda[cv->best], cv->path->lambda[cv->one_se]};
    tally_put(&c->tally[IN_CURVE], digits(got[0], json_number(want, "lambda_min"), 0), "lambda.min",
              NULL);
    tally_put(&c->tally[IN_CURVE], digits(got[1], json_number(want, "lambda_1se"), 0), "lambda.1se",
              NULL);
    cv_path_free(cv);
    return true;
}

bool run_glmnet(Case *c, Error *err)
{
    Fitted m;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    opt.alpha = json_number(c->json, "alpha");
    bool ok = designed_open(&m, c, err);
    Path *path = ok ? path_run(&m.pb, &opt, err) : NULL;
    if (path) {
        compare_sequence(c, path);
        compare_points(c, path, &m);
    }
    ok = path && compare_curve(c, &m, &opt, err);
    path_free(path);
    fitted_close(&m);
    return ok;
}

/* ---- a model on folds ---- */

static void compare_fold(Case *c, const CvFold *f, const cJSON *want)
{
    const Metrics *m = &f->metrics;
    const struct {
        const char *name;
        double value;
    } rows[] = {{"fold", strtod(f->name, NULL)}, {"n", (double)f->test},
                {"log_loss", m->log_loss},       {"brier", m->brier},
                {"accuracy", m->accuracy},       {"roc_auc", m->roc_auc},
                {"average_precision", m->pr_auc}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tally_put(&c->tally[IN_FOLDS], digits(rows[i].value, json_number(want, rows[i].name), 0),
                  rows[i].name, f->name);
}

static void compare_means(Case *c, const Cv *cv)
{
    static const char *const ours[] = {"log_loss", "brier", "accuracy", "roc_auc", "pr_auc"},
                             *const theirs[] = {"log_loss", "brier", "accuracy", "roc_auc",
                                                "average_precision"};
    const cJSON *want = list_of(c->json, "mean_over_folds");
    size_t n;
    const MetricRow *rows = metric_table(&n);
    for (size_t k = 0; k < 5; k++)
        for (size_t i = 0; i < n; i++) {
            double mean, sd;
            if (strcmp(rows[i].name, ours[k]) != 0)
                continue;
            cv_metric(cv, &rows[i], &mean, &sd);
            tally_put(&c->tally[IN_FOLDS], digits(mean, json_number(want, theirs[k]), 0), "mean",
                      ours[k]);
        }
}

static void compare_pooled(Case *c, const Metrics *m)
{
    const cJSON *want = list_of(c->json, "pooled");
    const struct {
        const char *name;
        double value;
    } rows[] = {{"n", (double)m->n},
                {"positives", m->positives},
                {"tp", m->tp},
                {"fp", m->fp},
                {"fn", m->fn},
                {"tn", m->tn},
                {"accuracy", m->accuracy},
                {"precision", m->precision},
                {"recall", m->recall},
                {"f1", m->f1},
                {"roc_auc", m->roc_auc},
                {"pr_auc_average_precision", m->pr_auc},
                {"log_loss", m->log_loss},
                {"brier", m->brier},
                {"specificity", m->specificity},
                {"threshold", m->threshold},
                {"delong_var", m->roc_auc_se * m->roc_auc_se},
                {"delong_se", m->roc_auc_se},
                {"delong_ci_low", m->roc_auc_low},
                {"delong_ci_high", m->roc_auc_high}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        tally_put(&c->tally[IN_FOLDS], digits(rows[i].value, json_number(want, rows[i].name), 0),
                  rows[i].name, "all");
}

bool run_cv(Case *c, Error *err)
{
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    FoldSpec folds = {.given = json_word(c->json, "fold_column")};
    Frame *f = case_frame(c, json_word(c->json, "data"), err);
    Dataset data = {f, NULL};
    spec.formula = json_word(c->json, "formula");
    spec.table = "data";
    Model *m = f ? model_fit(&data, &spec, err) : NULL;
    Cv *cv = m ? cv_model(m, &data, &folds, err) : NULL;
    const cJSON *want = list_of(c->json, "folds"), *p = list_of(c->json, "out_of_fold_probability");
    for (size_t k = 0; cv && k < cv->k; k++)
        compare_fold(c, &cv->fold[k], cJSON_GetArrayItem(want, (int)k));
    for (size_t i = 0; cv && i < f->rows; i++)
        tally_put(&c->tally[IN_PREDICT], digits(cv->p[i], item(p, i), 0), "out of fold", NULL);
    if (cv) {
        compare_means(c, cv);
        compare_pooled(c, &cv->pooled);
    }
    bool ok = cv != NULL;
    cv_free(cv);
    model_unref(m);
    frame_unref(f);
    return ok;
}
