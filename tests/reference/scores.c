/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scores.c - probabilities against outcomes: confusion, areas, losses, calibration,
 * Hosmer-Lemeshow.
 */
#include <stdlib.h>
#include <string.h>

#include "reference.h"

#include "glm/metrics.h"

static bool compare_binary(Case *c, const double *y, const double *p, const double *w, size_t n,
                           Error *err)
{
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(c->json, "binary");
    Metrics m;
    if (!want)
        return true;
    if (!metrics_compute(y, p, w, n, json_number(want, "threshold"), 0.95, &m, err))
        return false;
    const struct {
        const char *name;
        double value;
    } rows[] = {
        {"n", (double)m.n},
        {"positives", m.positives},
        {"tp", m.tp},
        {"fp", m.fp},
        {"fn", m.fn},
        {"tn", m.tn},
        {"accuracy", m.accuracy},
        {"precision", m.precision},
        {"recall", m.recall},
        {"f1", m.f1},
        {"specificity", m.specificity},
        {"roc_auc", m.roc_auc},
        {"pr_auc_average_precision", m.pr_auc},
        {"log_loss", m.log_loss},
        {"brier", m.brier},
        {"delong_se", m.roc_auc_se},
        {"delong_var", m.roc_auc_se * m.roc_auc_se},
        {"delong_ci_low", m.roc_auc_low},
        {"delong_ci_high", m.roc_auc_high},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (cJSON_GetObjectItemCaseSensitive(want, rows[i].name))
            tally_put(&c->tally[IN_BINARY],
                      digits(rows[i].value, json_number(want, rows[i].name), 1e-12), rows[i].name,
                      NULL);
    return true;
}

/* The groups behind the test: where they are cut and what is in them. */
static void compare_groups(Case *c, const double *y, const double *p, size_t n, const cJSON *hl)
{
    CalibrationBin bins[10];
    size_t nb = calibration_bins(y, p, NULL, n, 10, false, bins);
    const cJSON *breaks = cJSON_GetObjectItemCaseSensitive(hl, "breaks");
    Tally *t = &c->tally[IN_CALIBRATION];
    const struct {
        const char *name;
        size_t at;
    } rows[] = {{"n", offsetof(CalibrationBin, n)},
                {"observed", offsetof(CalibrationBin, observed)},
                {"expected", offsetof(CalibrationBin, expected)}};
    for (size_t i = 0; i < nb; i++) {
        const char *bin = (const char *)&bins[i];
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            tally_put(t,
                      digits(*(const double *)(const void *)(bin + rows[k].at),
                             item(cJSON_GetObjectItemCaseSensitive(hl, rows[k].name), i), 1e-6),
                      rows[k].name, "a group");
        tally_put(t, digits(bins[i].low, item(breaks, i), 0), "lower break", NULL);
        tally_put(t, digits(bins[i].high, item(breaks, i + 1), 0), "upper break", NULL);
    }
}

static void compare_calibration(Case *c, const double *y, const double *p, size_t n)
{
    const cJSON *hl = cJSON_GetObjectItemCaseSensitive(c->json, "hosmer_lemeshow");
    const cJSON *cal = cJSON_GetObjectItemCaseSensitive(c->json, "calibration");
    if (hl) {
        double chisq;
        size_t df;
        double pv = hosmer_lemeshow(y, p, n, (size_t)json_number(hl, "groups"), &chisq, &df);
        tally_put(&c->tally[IN_CALIBRATION], digits(chisq, json_number(hl, "chisq"), 0),
                  "Hosmer-Lemeshow", NULL);
        tally_put(&c->tally[IN_CALIBRATION], digits(pv, json_number(hl, "p"), 0), "its p", NULL);
        tally_put(&c->tally[IN_CALIBRATION], (double)df == json_number(hl, "df") ? 17 : 0, "its df",
                  NULL);
        compare_groups(c, y, p, n, hl);
    }
    if (!cal)
        return;
    CalibrationBin bins[10];
    size_t nb = calibration_bins(y, p, NULL, n, 10, true, bins);
    tally_put(&c->tally[IN_CALIBRATION],
              digits(calibration_ece(bins, nb), json_number(cal, "ece"), 0), "ece", NULL);
    const cJSON *mean = cJSON_GetObjectItemCaseSensitive(cal, "mean_predicted");
    const cJSON *rate = cJSON_GetObjectItemCaseSensitive(cal, "observed_rate");
    for (size_t i = 0; i < nb && i < (size_t)cJSON_GetArraySize(mean); i++) {
        tally_put(&c->tally[IN_CALIBRATION], digits(bins[i].mean_predicted, item(mean, i), 0),
                  "mean predicted", NULL);
        tally_put(&c->tally[IN_CALIBRATION], digits(bins[i].observed_rate, item(rate, i), 1e-3),
                  "observed rate", NULL);
        tally_put(&c->tally[IN_CALIBRATION],
                  digits(bins[i].n, item(cJSON_GetObjectItemCaseSensitive(cal, "n"), i), 0), "n",
                  "a bin");
    }
}

/* Fitted probabilities of a binomial fit, against its 0/1 responses. */
bool compare_fitted(Case *c, const Fitted *m, Error *err)
{
    size_t n = m->design->n;
    double *eta = xcalloc(n + 1, sizeof *eta), *p = xcalloc(n + 1, sizeof *p),
           *slope = xcalloc(n + 1, sizeof *slope);
    double *b = xcalloc(m->fit->p + 1, sizeof *b);
    for (size_t j = 0; j < m->fit->p; j++)
        b[j] = m->fit->flag[j] == COL_ALIASED ? 0.0 : m->fit->b[j];
    bool ok = matrix_times(&m->design->x, b, m->design->offset, eta, err);
    if (ok) {
        m->pb.link->inverse(eta, n, p, slope);
        ok = compare_binary(c, m->design->y, p, m->design->w, n, err);
        compare_calibration(c, m->design->y, p, n);
    }
    free(eta);
    free(p);
    free(slope);
    free(b);
    return ok;
}

/* ---- metrics of given scores ---- */

bool run_metrics(Case *c, Error *err)
{
    Frame *f = case_frame(c, json_word(c->json, "data"), err);
    if (!f)
        return false;
    const Column *cy = frame_column(f, str_of(json_word(c->json, "response")));
    const Column *cp = frame_column(f, str_of(json_word(c->json, "score")));
    double *y = xcalloc(f->rows + 1, sizeof *y), *p = xcalloc(f->rows + 1, sizeof *p);
    for (size_t i = 0; i < f->rows; i++) {
        y[i] = column_real(cy, i);
        p[i] = column_real(cp, i);
    }
    bool ok = compare_binary(c, y, p, NULL, f->rows, err);
    free(y);
    free(p);
    frame_unref(f);
    return ok;
}
