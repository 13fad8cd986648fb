/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.h - how good are predicted probabilities p (n) for outcomes y (n, 0 or 1) with weights w
 * (n or NULL)? */
#ifndef GLINT_GLM_METRICS_H
#define GLINT_GLM_METRICS_H

#include "base/str.h"

typedef struct Metrics {
    size_t n;
    double positives;
    double threshold;      /* predicted positive when p >= threshold */
    double tp, fp, tn, fn; /* counts (weighted sums) */
    double accuracy, precision, recall, f1,
        specificity; /* NaN where undefined (no predicted positives ...) */
    double roc_auc, roc_auc_se, roc_auc_low,
        roc_auc_high; /* midranks; DeLong 1988, clipped to [0, 1] */
    double pr_auc;    /* average precision, as scikit-learn: sum (R_k - R_{k-1}) P_k */
    double log_loss, brier;
    double base_log_loss; /* of the constant model */
    double base_accuracy; /* of the majority class */
    double base_brier;
} Metrics;
/* One class only: AUCs are NaN and that is not an error. p outside [0,1] or NaN is an assert. */
bool metrics_compute(const double *y, const double *p, const double *w, size_t n, double threshold,
                     double level, Metrics *out, Error *err);

/* Fills the counts and their rates from tp and fp, and how many there are of both kinds. */
void metrics_confusion(Metrics *m, double positives, double negatives);

/* Curves: points from the highest score down; ties in one point. Freed with curve_clear. */
typedef struct Curve {
    size_t n;
    double *threshold, *tpr, *fpr, *precision; /* recall is tpr */
    double positives, negatives;
} Curve;
bool curve_compute(const double *y, const double *p, const double *w, size_t n, Curve *out,
                   Error *err);
void curve_clear(Curve *c);

typedef enum BestBy { BEST_F1, BEST_YOUDEN, BEST_ACCURACY, BEST_COST } BestBy;
/* The threshold that is best by the rule; cost_fp and cost_fn for BEST_COST. */
double curve_best(const Curve *c, BestBy by, double cost_fp, double cost_fn);

/* The confusion matrix and its rates at a threshold, from the curve alone: no walk over the rows.
 * Areas and losses are NaN. O(log n). */
void curve_at(const Curve *c, double threshold, Metrics *out);

/* Calibration: bins of equal width or of equal count (Hosmer-Lemeshow groups). */
typedef struct CalibrationBin {
    double low, high, mean_predicted, observed_rate, n, observed, expected;
} CalibrationBin;
size_t calibration_bins(const double *y, const double *p, const double *w, size_t n, size_t nbins,
                        bool equal_width, CalibrationBin *out);
double calibration_ece(const CalibrationBin *b, size_t n);
/* Hosmer-Lemeshow on R's groups: cut at type 7 quantiles, right-closed; returns p, chi-squared and
 * df. */
double hosmer_lemeshow(const double *y, const double *p, size_t n, size_t groups, double *chisq,
                       size_t *df);
/* Upper tail of the chi-squared distribution; NaN without degrees of freedom. */
double chisq_upper(double x, double df);
/* Upper tail of the F distribution; NaN without degrees of freedom. */
double f_upper(double x, double df1, double df2);
/* ROC-AUC alone by sort or, for few distinct values, by counts; y 0/1. NaN with one class. */
double auc_fast(const double *y, const double *x, size_t n);

/* The table of metrics, for `cv`, JSON and help. */
typedef struct MetricRow {
    const char *name, *brief;
    double (*get)(const Metrics *);
    bool higher_is_better;
} MetricRow;
const MetricRow *metric_table(size_t *n);

#endif
