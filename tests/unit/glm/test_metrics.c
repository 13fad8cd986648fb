/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_metrics.c - metrics, curves and calibration against reference values.
 *
 * ties and rare: exact midranks in 50-digit arithmetic, checked with scikit-learn 1.9.1
 * (roc_auc_score, average_precision_score, log_loss, brier_score_loss) and pROC 1.18.0 (DeLong).
 * pima: the same, and R 4.2.2 for Hosmer-Lemeshow and calibration.
 */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>

#include "glm/metrics.h"
#include "metrics_data.h"

#define DIGITS12 1e-12

static bool near(double a, double b, double tol)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return fabs(a - b) <= tol * fmax(1, fabs(b));
}

static const struct {
    const char *name;
    const double *y, *p;
    size_t n;
    Metrics m;
} cases[] = {
    {"ties",
     ties_y,
     ties_p,
     300,
     {.positives = 134,
      .tp = 106,
      .fp = 55,
      .fn = 28,
      .tn = 111,
      .accuracy = 0.7233333333333334,
      .precision = 0.6583850931677019,
      .recall = 0.7910447761194029,
      .f1 = 0.7186440677966102,
      .specificity = 0.6686746987951807,
      .roc_auc = 0.7838518252112929,
      .pr_auc = 0.6869047667543938,
      .log_loss = 0.5619844051954722,
      .brier = 0.19036666666666666,
      .roc_auc_se = 0.025790340768249494,
      .roc_auc_low = 0.7333036861565089,
      .roc_auc_high = 0.834399964266077}},
    {"rare",
     rare_y,
     rare_p,
     300,
     {.positives = 14,
      .tp = 0,
      .fp = 0,
      .fn = 14,
      .tn = 286,
      .accuracy = 0.9533333333333334,
      .precision = NAN,
      .recall = 0,
      .f1 = 0,
      .specificity = 1,
      .roc_auc = 0.754995004995005,
      .pr_auc = 0.18681675159262973,
      .log_loss = 0.17105971163812486,
      .brier = 0.04265038333333333,
      .roc_auc_se = 0.06714432151840267,
      .roc_auc_low = 0.623394553052558,
      .roc_auc_high = 0.886595456937452}},
    {"pima",
     pima_y,
     pima_p,
     200,
     {.positives = 68,
      .tp = 39,
      .fp = 16,
      .fn = 29,
      .tn = 116,
      .accuracy = 0.775,
      .precision = 0.7090909090909091,
      .recall = 0.5735294117647058,
      .f1 = 0.6341463414634146,
      .specificity = 0.8787878787878788,
      .roc_auc = 0.8502673796791443,
      .pr_auc = 0.7701578066292188,
      .log_loss = 0.44597666616517284,
      .brier = 0.14745184452893634,
      .roc_auc_se = 0.027287443313885065,
      .roc_auc_low = 0.7967849735537513,
      .roc_auc_high = 0.9037497858045375}},
};

static void check_metrics(const char *name, const Metrics *m, const Metrics *want)
{
    const struct {
        const char *field;
        double got, want;
    } fields[] = {
        {"positives", m->positives, want->positives},
        {"tp", m->tp, want->tp},
        {"fp", m->fp, want->fp},
        {"fn", m->fn, want->fn},
        {"tn", m->tn, want->tn},
        {"accuracy", m->accuracy, want->accuracy},
        {"precision", m->precision, want->precision},
        {"recall", m->recall, want->recall},
        {"f1", m->f1, want->f1},
        {"specificity", m->specificity, want->specificity},
        {"roc_auc", m->roc_auc, want->roc_auc},
        {"pr_auc", m->pr_auc, want->pr_auc},
        {"log_loss", m->log_loss, want->log_loss},
        {"brier", m->brier, want->brier},
        {"roc_auc_se", m->roc_auc_se, want->roc_auc_se},
        {"roc_auc_low", m->roc_auc_low, want->roc_auc_low},
        {"roc_auc_high", m->roc_auc_high, want->roc_auc_high},
    };
    for (size_t i = 0; i < COUNT(fields); i++)
        if (!near(fields[i].got, fields[i].want, DIGITS12))
            fail_msg("%s %s: %.17g, not %.17g\n", name, fields[i].field, fields[i].got,
                     fields[i].want);
}

static void reference_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Metrics m;
        check_row(metrics_compute(cases[i].y, cases[i].p, NULL, cases[i].n, 0.5, 0.95, &m, &err),
                  cases[i].name);
        check_metrics(cases[i].name, &m, &cases[i].m);
        check_row(near(auc_fast(cases[i].y, cases[i].p, cases[i].n), m.roc_auc, DIGITS12),
                  cases[i].name);
    }
}

static void base_values(void **state)
{
    (void)state;
    Metrics m;
    Error err = ERROR_INIT;
    assert_true(metrics_compute(rare_y, rare_p, NULL, 300, 0.5, 0.95, &m, &err));
    double r = 14.0 / 300;
    assert_true(near(m.base_accuracy, 1 - r, DIGITS12));
    assert_true(near(m.base_log_loss, -(r * log(r) + (1 - r) * log(1 - r)), DIGITS12));
    assert_true(near(m.base_brier, r * (1 - r), DIGITS12));
}

/* A weight is that many rows; a proportion is so many positives and negatives. */
static void weights_are_rows(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1, 0.25}, p[] = {0.2, 0.7, 0.2, 0.5}, w[] = {2, 1, 3, 4};
    const double y2[] = {0, 0, 1, 1, 1, 1, 1, 0, 0, 0};
    const double p2[] = {0.2, 0.2, 0.7, 0.2, 0.2, 0.2, 0.5, 0.5, 0.5, 0.5};
    Error err = ERROR_INIT;
    Metrics a, b;
    assert_true(metrics_compute(y, p, w, 4, 0.5, 0.95, &a, &err));
    assert_true(metrics_compute(y2, p2, NULL, 10, 0.5, 0.95, &b, &err));
    check_metrics("weights", &a, &b);
}

static void edges(void **state)
{
    (void)state;
    const double one[] = {1, 1}, mixed[] = {1, 0}, sure[] = {0, 1};
    Error err = ERROR_INIT;
    Metrics m;
    assert_true(metrics_compute(one, sure, NULL, 2, 0.5, 0.95, &m, &err));
    assert_true(isnan(m.roc_auc) && isnan(m.roc_auc_se) && isnan(m.specificity));
    assert_true(near(m.pr_auc, 1, DIGITS12));
    assert_true(
        metrics_compute(mixed, sure, NULL, 2, 0.5, 0.95, &m, &err)); /* sure and wrong, twice */
    assert_true(m.roc_auc == 0 && isfinite(m.log_loss) && m.log_loss > 30 && isnan(m.roc_auc_se));
    assert_true(metrics_compute(NULL, NULL, NULL, 0, 0.5, 0.95, &m, &err));
    assert_true(m.n == 0 && isnan(m.roc_auc) && isnan(m.accuracy));
    assert_int_equal(err.code, ERR_NONE);
}

static void curve_points(void **state)
{
    (void)state;
    const double y[] = {0, 0, 1, 1}, p[] = {0.1, 0.4, 0.4, 0.8};
    Error err = ERROR_INIT;
    Curve c;
    assert_true(curve_compute(y, p, NULL, 4, &c, &err));
    assert_int_equal(c.n, 3);
    const double t[] = {0.8, 0.4, 0.1}, tpr[] = {0.5, 1, 1}, fpr[] = {0, 0.5, 1},
                 prec[] = {1, 2.0 / 3, 0.5};
    for (size_t k = 0; k < 3; k++) {
        assert_true(c.threshold[k] == t[k] && c.tpr[k] == tpr[k] && c.fpr[k] == fpr[k]);
        assert_true(near(c.precision[k], prec[k], DIGITS12));
    }
    assert_true(curve_best(&c, BEST_F1, 1, 1) == 0.4);
    assert_true(curve_best(&c, BEST_ACCURACY, 1, 1) == 0.8);
    assert_true(curve_best(&c, BEST_COST, 1, 10) == 0.4);
    assert_true(curve_best(&c, BEST_COST, 10, 1) == 0.8);
    assert_true(curve_best(&c, BEST_YOUDEN, 1, 1) == 0.8);
    static const double at[] = {0, 0.35, 0.4, 0.5, 0.8, 0.9, 1};
    for (size_t i = 0; i < COUNT(at); i++) { /* the same as a walk over the rows */
        Metrics walked, quick;
        assert_true(metrics_compute(y, p, NULL, 4, at[i], 0.95, &walked, &err));
        curve_at(&c, at[i], &quick);
        assert_true(quick.tp == walked.tp && quick.fp == walked.fp && quick.tn == walked.tn &&
                    quick.fn == walked.fn);
        assert_true(quick.accuracy == walked.accuracy && quick.recall == walked.recall &&
                    quick.f1 == walked.f1 && isnan(quick.roc_auc));
    }
    curve_clear(&c);
    assert_true(curve_compute(y, p, NULL, 0, &c, &err) && c.n == 0);
    assert_true(isnan(curve_best(&c, BEST_F1, 1, 1)));
    curve_clear(&c);
}

static void calibration_as_r(void **state)
{
    (void)state;
    static const double n[] = {53, 35, 29, 10, 18, 7, 16, 10, 14, 8};
    static const double mean[] = {0.05659726039283069, 0.1431418854321419, 0.25505383542165605,
                                  0.3548414980101883,  0.440779326273262,  0.543048527697226,
                                  0.6488300870429685,  0.7572706216498408, 0.8471669705297384,
                                  0.9369637797904408};
    static const double rate[] = {0.05660377358490566,
                                  0.11428571428571428,
                                  0.3793103448275862,
                                  0.4,
                                  0.3888888888888889,
                                  0.42857142857142855,
                                  0.5,
                                  0.7,
                                  0.9285714285714286,
                                  1};
    CalibrationBin b[10];
    assert_int_equal(calibration_bins(pima_y, pima_p, NULL, 200, 10, true, b), 10);
    for (size_t k = 0; k < 10; k++) {
        assert_true(b[k].n == n[k]);
        assert_true(near(b[k].mean_predicted, mean[k], DIGITS12) &&
                    near(b[k].observed_rate, rate[k], DIGITS12));
    }
    assert_true(near(calibration_ece(b, 10), 0.056993211661101856, DIGITS12));
    assert_int_equal(calibration_bins(pima_y, pima_p, NULL, 200, 10, false, b), 10);
    for (size_t k = 0; k < 10; k++)
        assert_true(b[k].n == 20);
    assert_true(near(b[9].expected, 17.75177084533856, 1e-10));
    double chisq;
    size_t df;
    double p = hosmer_lemeshow(pima_y, pima_p, 200, 10, &chisq, &df);
    assert_int_equal(df, 8);
    assert_true(near(chisq, 6.175387129564459, 1e-10) && near(p, 0.6275931341357174, 1e-10));
}

static void calibration_edges(void **state)
{
    (void)state;
    const double y[] = {0, 1, 1}, p[] = {0.5, 0.5, 1};
    CalibrationBin b[10];
    double chisq;
    size_t df;
    assert_int_equal(calibration_bins(y, p, NULL, 2, 10, false, b),
                     1); /* one distinct score: one group */
    assert_true(b[0].n == 2 && b[0].observed == 1);
    assert_int_equal(calibration_bins(y, p, NULL, 3, 10, true, b), 10);
    assert_true(b[9].n == 1 && b[5].n == 2 && isnan(b[0].observed_rate)); /* 1 is in the last bin */
    assert_true(isnan(hosmer_lemeshow(y, p, 2, 10, &chisq, &df)));
    assert_int_equal(calibration_bins(y, p, NULL, 0, 10, false, b), 0);
}

static void area_alone(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double y[4], x[4], want;
    } rows[] = {
        {"order", {0, 0, 1, 1}, {-2.5, -1.5, 0.5, 3}, 1},
        {"reverse", {1, 1, 0, 0}, {-2.5, -1.5, 0.5, 3}, 0},
        {"ties", {0, 1, 0, 1}, {7, 7, 7, 7}, 0.5},
        {"whole numbers", {0, 1, 0, 1}, {-3, 4, 5, 6}, 0.75},
        {"gap", {0, 1, 0, 1}, {-3, 4, NAN, 6}, 1},
        {"infinite", {0, 1, 0, 1}, {-INFINITY, INFINITY, 5, 6}, 1},
        {"signed zero", {0, 1, 0, 1}, {-0.0, 0.0, -0.5, 0.5}, 0.875},
        {"one class", {1, 1, 1, 1}, {1, 2, 3, 4}, NAN},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(near(auc_fast(rows[i].y, rows[i].x, 4), rows[i].want, DIGITS12), rows[i].name);
    assert_true(isnan(auc_fast(NULL, NULL, 0)));
}

/* Sorting and counting give the same area; larger than one chunk. */
static void area_both_ways(void **state)
{
    (void)state;
    size_t n = 50000;
    double *y = calloc(n, sizeof *y), *x = calloc(n, sizeof *x), *half = calloc(n, sizeof *half);
    for (size_t i = 0; i < n; i++) {
        y[i] = i * 7919 % 13 < 4;
        x[i] = (double)(i * 104729 % 1009) + 100 * y[i];
        half[i] = x[i] / 2; /* the same order, not whole */
    }
    assert_true(near(auc_fast(y, x, n), auc_fast(y, half, n), 1e-14));
    free(y);
    free(x);
    free(half);
}

static void table(void **state)
{
    (void)state;
    size_t n;
    const MetricRow *rows = metric_table(&n);
    Metrics m = {.roc_auc = 0.7};
    assert_true(n == 9 && rows[0].get(&m) == 0.7 && rows[0].higher_is_better);
    for (size_t i = 0; i < n; i++)
        check_row(rows[i].brief && rows[i].get, rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_values),  cmocka_unit_test(base_values),
        cmocka_unit_test(weights_are_rows),  cmocka_unit_test(edges),
        cmocka_unit_test(curve_points),      cmocka_unit_test(calibration_as_r),
        cmocka_unit_test(calibration_edges), cmocka_unit_test(area_alone),
        cmocka_unit_test(area_both_ways),    cmocka_unit_test(table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
