/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metrics.c - how good are predicted probabilities? One pass over the rows, one over the distinct
 * scores.
 *
 * The area under the ROC curve counts a tie as half a win (midranks). Its variance is DeLong's
 * (DeLong, DeLong & Clarke-Pearson 1988) from the placements of each row, which the walk over
 * distinct scores gives in O(n log n), as in Sun & Xu 2014. Average precision is scikit-learn's:
 * sum over thresholds, from the highest down, of (R_k - R_k-1) P_k. Weights count as that many
 * equal rows.
 *
 * The log loss takes the probability of what happened as DBL_EPSILON at least, as scikit-learn
 * does: one sure and wrong prediction is bad, not infinitely bad.
 */
#include <assert.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "glm/metrics.h"
#include "roc_priv.h"

/* ---- sums over rows, chunk by chunk ---- */

typedef struct RowSums {
    double weight, positives, log_loss, brier, tp, fp;
} RowSums;

typedef struct RowJob {
    const double *y, *p, *w;
    double threshold;
    RowSums total;
} RowJob;

static void rows_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const RowJob *job = ctx;
    RowSums s = {0};
    (void)chunk;
    for (size_t i = from; i < to; i++) {
        double y = job->y[i], p = job->p[i], w = job->w ? job->w[i] : 1;
        assert(p >= 0 && p <= 1);
        s.weight += w;
        s.positives += w * y;
        if (y > 0)
            s.log_loss -= w * y * log(fmax(p, DBL_EPSILON));
        if (y < 1)
            s.log_loss -= w * (1 - y) * (1 - p > DBL_EPSILON ? log1p(-p) : log(DBL_EPSILON));
        /* a proportion of several trials: y of them missed by 1 - p, the rest by p */
        s.brier += w * (y * (1 - p) * (1 - p) + (1 - y) * p * p);
        if (p >= job->threshold) {
            s.tp += w * y;
            s.fp += w * (1 - y);
        }
    }
    *(RowSums *)scratch = s;
}

static void rows_merge(void *ctx, void *scratch, size_t chunk)
{
    RowSums *t = &((RowJob *)ctx)->total;
    const RowSums *s = scratch;
    (void)chunk;
    t->weight += s->weight;
    t->positives += s->positives;
    t->log_loss += s->log_loss;
    t->brier += s->brier;
    t->tp += s->tp;
    t->fp += s->fp;
}

static bool rows_sum(RowJob *job, size_t n, Error *err)
{
    size_t threads = par_threads();
    RowSums *part = xcalloc(threads, sizeof *part);
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = &part[t];
    bool ok = par_rows(
        &(ParJob){.n = n, .ctx = job, .scratch = scratch, .work = rows_work, .merge = rows_merge},
        err);
    free(scratch);
    free(part);
    return ok;
}

/* From tp and fp, and how many there are of both kinds. */
static void confusion(Metrics *m, double positives, double negatives)
{
    double rate = positives / (positives + negatives);
    m->positives = positives;
    m->fn = positives - m->tp;
    m->tn = negatives - m->fp;
    m->accuracy = (m->tp + m->tn) / (positives + negatives);
    m->precision = m->tp / (m->tp + m->fp); /* 0/0 is NaN: not defined */
    m->recall = m->tp / positives;
    m->specificity = m->tn / negatives;
    m->f1 = 2 * m->tp / (2 * m->tp + m->fp + m->fn);
    m->base_accuracy = fmax(rate, 1 - rate);
    m->base_brier = rate * (1 - rate);
    m->base_log_loss = rate > 0 && rate < 1 ? -(rate * log(rate) + (1 - rate) * log1p(-rate)) : 0;
}

static void take_sums(const RowSums *t, Metrics *m)
{
    m->tp = t->tp;
    m->fp = t->fp;
    confusion(m, t->positives, t->weight - t->positives);
    m->log_loss = t->log_loss / t->weight;
    m->brier = t->brier / t->weight;
}

void curve_at(const Curve *c, double threshold, Metrics *out)
{
    size_t low = 0, high = c->n; /* thresholds fall: the last one that is not below ours */
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (c->threshold[mid] >= threshold)
            low = mid + 1;
        else
            high = mid;
    }
    *out = (Metrics){.threshold = threshold,
                     .roc_auc = NAN,
                     .roc_auc_se = NAN,
                     .roc_auc_low = NAN,
                     .roc_auc_high = NAN,
                     .pr_auc = NAN,
                     .log_loss = NAN,
                     .brier = NAN};
    if (low) {
        out->tp = c->tpr[low - 1] * c->positives;
        out->fp = c->fpr[low - 1] * c->negatives;
    }
    confusion(out, c->positives, c->negatives);
}

/* ---- what depends on the order of the scores ---- */

static double average_precision(Ranked *r)
{
    double score, pos, neg, tp = r->positives, fp = r->negatives, sum = 0;
    while (ranked_next(r, &score, &pos, &neg)) {
        if (pos > 0)
            sum += pos / r->positives * (tp / (tp + fp));
        tp -= pos;
        fp -= neg;
    }
    return sum;
}

static double area(Ranked *r)
{
    double score, pos, neg, below = 0, won = 0;
    while (ranked_next(r, &score, &pos, &neg)) {
        won += pos * (below + 0.5 * neg);
        below += neg;
    }
    return won / (r->positives * r->negatives);
}

/* DeLong's variance: placements are the share of negatives below a positive and of positives above
 * a negative. */
static double area_variance(Ranked *r, double auc)
{
    double score, pos, neg, below = 0, above = r->positives, s10 = 0, s01 = 0;
    double np = r->positives, nn = r->negatives;
    while (ranked_next(r, &score, &pos, &neg)) {
        above -= pos;
        double v10 = (below + 0.5 * neg) / nn - auc, v01 = (above + 0.5 * pos) / np - auc;
        s10 += pos * v10 * v10;
        s01 += neg * v01 * v01;
        below += neg;
    }
    return s10 / (np - 1) / np + s01 / (nn - 1) / nn;
}

static void order_metrics(Ranked *r, double level, Metrics *m)
{
    m->roc_auc = m->roc_auc_se = m->roc_auc_low = m->roc_auc_high = m->pr_auc = NAN;
    if (r->positives > 0)
        m->pr_auc = average_precision(r);
    if (!(r->positives > 0 && r->negatives > 0))
        return;
    m->roc_auc = area(r);
    if (!(r->positives > 1 && r->negatives > 1))
        return;
    m->roc_auc_se = sqrt(area_variance(r, m->roc_auc));
    double reach = gsl_cdf_ugaussian_Pinv(0.5 + level / 2) * m->roc_auc_se;
    m->roc_auc_low = fmax(0, m->roc_auc - reach);
    m->roc_auc_high = fmin(1, m->roc_auc + reach);
}

bool metrics_compute(const double *y, const double *p, const double *w, size_t n, double threshold,
                     double level, Metrics *out, Error *err)
{
    RowJob job = {.y = y, .p = p, .w = w, .threshold = threshold};
    Ranked r;
    *out = (Metrics){.n = n, .threshold = threshold};
    if (!rows_sum(&job, n, err) || !ranked_make(y, p, w, n, &r, err))
        return false;
    take_sums(&job.total, out);
    order_metrics(&r, level, out);
    ranked_free(&r);
    return true;
}

/* ---- the table ---- */

#define METRIC(field)                                                                              \
    static double get_##field(const Metrics *m)                                                    \
    {                                                                                              \
        return m->field;                                                                           \
    }
METRIC(roc_auc)
METRIC(pr_auc)
METRIC(log_loss)
METRIC(brier)
METRIC(accuracy)
METRIC(precision)
METRIC(recall)
METRIC(f1)
METRIC(specificity)

static const MetricRow rows[] = {
    {"roc_auc", "chance that a positive scores above a negative", get_roc_auc, true},
    {"pr_auc", "average precision", get_pr_auc, true},
    {"log_loss", "mean of -log(probability of what happened)", get_log_loss, false},
    {"brier", "mean squared error of the probability", get_brier, false},
    {"accuracy", "share of rows on the right side of the threshold", get_accuracy, true},
    {"precision", "share of predicted positives that are positive", get_precision, true},
    {"recall", "share of positives that are predicted", get_recall, true},
    {"f1", "harmonic mean of precision and recall", get_f1, true},
    {"specificity", "share of negatives that are predicted", get_specificity, true},
};

const MetricRow *metric_table(size_t *n)
{
    *n = sizeof rows / sizeof *rows;
    return rows;
}
