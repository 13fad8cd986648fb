/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metrics.c - how good are predicted probabilities? One pass over the rows, and passes over the
 * distinct scores in order, all in chunks on threads.
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

void metrics_confusion(Metrics *m, double positives, double negatives)
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
    metrics_confusion(m, t->positives, t->weight - t->positives);
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
    metrics_confusion(out, c->positives, c->negatives);
}

/* ---- what depends on the order of the scores ---- */

/* The walk in parts, each a worker's: what lies below it, and its sums. */
typedef struct Part {
    double pos, neg; /* of its own scores */
    double tp, fp;   /* not below it */
    double precision, won, s10, s01;
} Part;

typedef struct Walk {
    const Ranked *r;
    double auc;
    Part *part; /* one each PAR_CHUNK rows */
    size_t n;
} Walk;

static void weigh_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Walk *w = ctx;
    Ranked r = ranked_part(w->r, from, to);
    double score, pos, neg;
    (void)scratch;
    while (ranked_next(&r, &score, &pos, &neg)) {
        w->part[chunk].pos += pos;
        w->part[chunk].neg += neg;
    }
}

/* Average precision, and pairs won by the positive one: ties count half. */
static void area_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Walk *w = ctx;
    Part *part = &w->part[chunk];
    Ranked r = ranked_part(w->r, from, to);
    double score, pos, neg, tp = part->tp, fp = part->fp;
    (void)scratch;
    while (ranked_next(&r, &score, &pos, &neg)) {
        part->precision += pos * (tp / (tp + fp));
        part->won += pos * (r.negatives - fp + 0.5 * neg);
        tp -= pos;
        fp -= neg;
    }
}

/* DeLong's variance: placements are the share of negatives below a positive and of positives above
 * a negative. */
static void placement_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Walk *w = ctx;
    Part *part = &w->part[chunk];
    Ranked r = ranked_part(w->r, from, to);
    double score, pos, neg, tp = part->tp, fp = part->fp;
    double np = r.positives, nn = r.negatives;
    (void)scratch;
    while (ranked_next(&r, &score, &pos, &neg)) {
        double v10 = (nn - fp + 0.5 * neg) / nn - w->auc, v01 = (tp - 0.5 * pos) / np - w->auc;
        part->s10 += pos * v10 * v10;
        part->s01 += neg * v01 * v01;
        tp -= pos;
        fp -= neg;
    }
}

static bool walk_run(Walk *w, void (*work)(void *, void *, size_t, size_t, size_t), Error *err)
{
    return par_rows(&(ParJob){.n = w->r->n, .ctx = w, .work = work}, err);
}

static void walk_place(Walk *w)
{
    double tp = w->r->positives, fp = w->r->negatives;
    for (size_t k = 0; k < w->n; k++) {
        w->part[k].tp = tp;
        w->part[k].fp = fp;
        tp -= w->part[k].pos;
        fp -= w->part[k].neg;
    }
}

static void take_area(Walk *w, Metrics *m)
{
    double precision = 0, won = 0;
    for (size_t k = 0; k < w->n; k++) {
        precision += w->part[k].precision;
        won += w->part[k].won;
    }
    if (w->r->positives > 0)
        m->pr_auc = precision / w->r->positives;
    if (w->r->positives > 0 && w->r->negatives > 0)
        m->roc_auc = w->auc = won / (w->r->positives * w->r->negatives);
}

static void take_variance(const Walk *w, double level, Metrics *m)
{
    double np = w->r->positives, nn = w->r->negatives, s10 = 0, s01 = 0;
    for (size_t k = 0; k < w->n; k++) {
        s10 += w->part[k].s10;
        s01 += w->part[k].s01;
    }
    m->roc_auc_se = sqrt(s10 / (np - 1) / np + s01 / (nn - 1) / nn);
    double reach = gsl_cdf_ugaussian_Pinv(0.5 + level / 2) * m->roc_auc_se;
    m->roc_auc_low = fmax(0, m->roc_auc - reach);
    m->roc_auc_high = fmin(1, m->roc_auc + reach);
}

static bool order_metrics(const Ranked *r, double level, Metrics *m, Error *err)
{
    Walk w = {.r = r, .n = r->n / PAR_CHUNK + 1};
    m->roc_auc = m->roc_auc_se = m->roc_auc_low = m->roc_auc_high = m->pr_auc = NAN;
    w.part = xcalloc(w.n, sizeof *w.part);
    bool ok = walk_run(&w, weigh_work, err);
    if (ok) {
        walk_place(&w);
        ok = walk_run(&w, area_work, err);
    }
    if (ok)
        take_area(&w, m);
    if (ok && r->positives > 1 && r->negatives > 1) {
        ok = walk_run(&w, placement_work, err);
        take_variance(&w, level, m);
    }
    free(w.part);
    return ok;
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
    bool ok = order_metrics(&r, level, out, err);
    ranked_free(&r);
    return ok;
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
