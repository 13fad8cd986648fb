/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * roc.c - scores in order: the curve, its best point, calibration, the area alone.
 *
 * Everything about order comes from one walk over distinct scores (ranked_next), from the lowest
 * up, each with the weight of its positives and negatives; ties are one step of the walk, which is
 * what midranks mean. The sort is a radix sort of the bits of the doubles, 11 bits a pass (Knuth,
 * The Art of Computer Programming 3, 5.2.5); passes in which all keys agree are skipped. For plain
 * 0/1 outcomes the outcome rides in the lowest bit of the key.
 *
 * Hosmer-Lemeshow: Hosmer & Lemeshow, Applied Logistic Regression, 2nd ed. 2000, section 5.2.2, on
 * R's groups.
 */
#include <gsl/gsl_cdf.h>
#include <assert.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/par.h"
#include "base/sort.h"
#include "glm/metrics.h"
#include "roc_priv.h"

#define RADIX_BITS 11
#define RADIX (1u << RADIX_BITS)
#define PASSES 6          /* 6 * 11 >= 64 */
#define COUNT_RANGE 65536 /* whole numbers within this range are counted instead of sorted */

typedef struct Radix {
    uint64_t *key, *key2;
    uint32_t *row, *row2; /* NULL: keys only */
} Radix;

static void radix_pass(Radix *r, size_t n, unsigned shift, const size_t *count)
{
    size_t at[RADIX], sum = 0;
    for (size_t d = 0; d < RADIX; d++) {
        at[d] = sum;
        sum += count[d];
    }
    for (size_t i = 0; i < n; i++) {
        size_t to = at[r->key[i] >> shift & (RADIX - 1)]++;
        r->key2[to] = r->key[i];
        if (r->row)
            r->row2[to] = r->row[i];
    }
    uint64_t *k = r->key;
    r->key = r->key2;
    r->key2 = k;
    uint32_t *t = r->row;
    r->row = r->row2;
    r->row2 = t;
}

/* Sorts n keys (and row numbers when r->row is set) ascending; the answer is in r->key and r->row.
 */
static void radix_sort(Radix *r, size_t n)
{
    size_t(*count)[RADIX] = xcalloc(PASSES, sizeof *count);
    for (size_t i = 0; i < n; i++)
        for (unsigned k = 0; k < PASSES; k++)
            count[k][r->key[i] >> (k * RADIX_BITS) & (RADIX - 1)]++;
    for (unsigned k = 0; k < PASSES && n; k++)
        if (count[k][r->key[0] >> (k * RADIX_BITS) & (RADIX - 1)] != n)
            radix_pass(r, n, k * RADIX_BITS, count[k]);
    free(count);
}

static bool radix_alloc(Radix *r, size_t n, bool rows, Error *err)
{
    *r = (Radix){.key = big_alloc(n, sizeof(uint64_t), false, "scores in order", err)};
    r->key2 = r->key ? big_alloc(n, sizeof(uint64_t), false, "scores in order", err) : NULL;
    if (!r->key2)
        return false;
    if (!rows)
        return true;
    r->row = big_alloc(n, sizeof(uint32_t), false, "rows in order", err);
    r->row2 = r->row ? big_alloc(n, sizeof(uint32_t), false, "rows in order", err) : NULL;
    return r->row2 != NULL;
}

static void radix_free(Radix *r)
{
    free(r->key);
    free(r->key2);
    free(r->row);
    free(r->row2);
}

/* ---- keys of the rows ---- */

typedef struct KeyJob {
    const double *y, *p;
    uint64_t *key;
    atomic_bool mixed; /* some outcome is neither 0 nor 1 */
} KeyJob;

/* The sign bit of p is 0: there is room for a bit below, which takes the outcome. */
static void key_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    KeyJob *j = ctx;
    bool mixed = false;
    (void)scratch;
    (void)chunk;
    for (size_t i = from; i < to; i++) {
        assert(j->p[i] >= 0 && j->p[i] <= 1);
        mixed |= j->y[i] != 0 && j->y[i] != 1;
        j->key[i] = sort_key(j->p[i]) << 1 | (j->y[i] != 0);
    }
    if (mixed)
        j->mixed = true;
}

/* Outcomes of several trials, or weights: the key leads to the row. */
static bool rank_rows(Ranked *r, Radix *k, const double *p, Error *err)
{
    k->row = big_alloc(r->n, sizeof(uint32_t), false, "rows in order", err);
    k->row2 = k->row ? big_alloc(r->n, sizeof(uint32_t), false, "rows in order", err) : NULL;
    for (size_t i = 0; k->row2 && i < r->n; i++) {
        double weight = r->w ? r->w[i] : 1;
        r->positives += weight * r->y[i];
        r->negatives += weight * (1 - r->y[i]);
        k->key[i] = sort_key(p[i]) << 1;
        k->row[i] = (uint32_t)i;
    }
    if (k->row2)
        radix_sort(k, r->n);
    return k->row2 != NULL;
}

static bool rank_plain(Ranked *r, Radix *k, Error *err)
{
    uint64_t *sorted = sort_keys_par(k->key, k->key2, r->n, err);
    if (sorted && sorted != k->key) {
        k->key2 = k->key;
        k->key = sorted;
    }
    for (size_t i = 0; sorted && i < r->n; i++)
        r->positives += (double)(sorted[i] & 1);
    r->negatives = (double)r->n - r->positives;
    return sorted != NULL;
}

bool ranked_make(const double *y, const double *p, const double *w, size_t n, Ranked *out,
                 Error *err)
{
    Radix k;
    *out = (Ranked){.n = n, .y = y, .w = w};
    bool ok = radix_alloc(&k, n, false, err);
    if (ok) {
        KeyJob job = {.y = y, .p = p, .key = k.key, .mixed = w != NULL};
        ok = par_rows(&(ParJob){.n = n, .ctx = &job, .work = key_work}, err) &&
             (job.mixed ? rank_rows(out, &k, p, err) : rank_plain(out, &k, err));
    }
    if (ok) {
        out->key = k.key;
        out->row = k.row;
        k.key = NULL;
        k.row = NULL;
    }
    radix_free(&k);
    return ok;
}

void ranked_free(Ranked *r)
{
    free(r->key);
    free(r->row);
    *r = (Ranked){0};
}

Ranked ranked_part(const Ranked *r, size_t from, size_t to)
{
    Ranked part = *r;
    while (from > 0 && from < r->n && r->key[from] >> 1 == r->key[from - 1] >> 1)
        from++;
    while (to > 0 && to < r->n && r->key[to] >> 1 == r->key[to - 1] >> 1)
        to++;
    part.at = from;
    part.n = to > from ? to : from;
    return part;
}

bool ranked_next(Ranked *r, double *score, double *pos, double *neg)
{
    *pos = *neg = 0;
    if (r->at == r->n) {
        r->at = 0;
        return false;
    }
    uint64_t bits = r->key[r->at] >> 1;
    memcpy(score, &bits, sizeof bits);
    for (; r->at < r->n && r->key[r->at] >> 1 == bits; r->at++) {
        if (!r->row) {
            *(r->key[r->at] & 1 ? pos : neg) += 1;
        } else {
            size_t i = r->row[r->at];
            double weight = r->w ? r->w[i] : 1;
            *pos += weight * r->y[i];
            *neg += weight * (1 - r->y[i]);
        }
    }
    return true;
}

/* ---- the curve ---- */

static bool curve_alloc(Curve *c, size_t n, Error *err)
{
    double **field[] = {&c->threshold, &c->tpr, &c->fpr, &c->precision};
    for (size_t k = 0; k < sizeof field / sizeof *field; k++)
        if (!(*field[k] = big_alloc(n, sizeof(double), false, "the curve", err)))
            return false;
    return true;
}

bool curve_compute(const double *y, const double *p, const double *w, size_t n, Curve *out,
                   Error *err)
{
    Ranked r;
    double score, pos, neg;
    *out = (Curve){0};
    if (!ranked_make(y, p, w, n, &r, err))
        return false;
    while (ranked_next(&r, &score, &pos, &neg))
        out->n++;
    if (!curve_alloc(out, out->n ? out->n : 1, err)) {
        ranked_free(&r);
        curve_clear(out);
        return false;
    }
    double tp = out->positives = r.positives, fp = out->negatives = r.negatives;
    for (size_t k = out->n; k-- > 0;) {
        /* from the lowest score up: at this threshold its own rows count as predicted positive */
        ranked_next(&r, &score, &pos, &neg);
        out->threshold[k] = score;
        out->tpr[k] = tp / r.positives;
        out->fpr[k] = fp / r.negatives;
        out->precision[k] = tp / (tp + fp);
        tp -= pos;
        fp -= neg;
    }
    ranked_free(&r);
    return true;
}

void curve_clear(Curve *c)
{
    free(c->threshold);
    free(c->tpr);
    free(c->fpr);
    free(c->precision);
    *c = (Curve){0};
}

double curve_best(const Curve *c, BestBy by, double cost_fp, double cost_fn)
{
    double best = NAN, best_value = -INFINITY;
    for (size_t k = 0; k < c->n; k++) {
        double tp = c->tpr[k] * c->positives, fp = c->fpr[k] * c->negatives;
        double fn = c->positives - tp, value = 0;
        switch (by) {
        case BEST_F1:
            value = 2 * tp / (2 * tp + fp + fn);
            break;
        case BEST_YOUDEN:
            value = c->tpr[k] - c->fpr[k];
            break;
        case BEST_ACCURACY:
            value = tp - fp; /* accuracy = (tp + negatives - fp) / n */
            break;
        case BEST_COST:
            value = -(cost_fp * fp + cost_fn * fn);
            break;
        }
        if (value > best_value) {
            best_value = value;
            best = c->threshold[k];
        }
    }
    return best;
}

/* ---- calibration ---- */

/* Type 7 quantile of the walk's sorted keys. */
static double ranked_quantile(const Ranked *r, double q)
{
    double h = (double)(r->n - 1) * q, low, high;
    size_t k = (size_t)h;
    uint64_t a = r->key[k] >> 1, b = r->key[k + 1 < r->n ? k + 1 : k] >> 1;
    memcpy(&low, &a, sizeof a);
    memcpy(&high, &b, sizeof b);
    return low + (h - (double)k) * (high - low);
}

static void bin_add(CalibrationBin *b, double y, double p, double w)
{
    b->n += w;
    b->observed += w * y;
    b->expected += w * p;
}

static void bins_finish(CalibrationBin *b, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        b[k].mean_predicted = b[k].expected / b[k].n;
        b[k].observed_rate = b[k].observed / b[k].n;
    }
}

/* Groups (q_k, q_k+1] between type 7 quantiles, the first closed; equal breaks make one group of
 * two. */
static size_t quantile_bins(const double *y, const double *p, const double *w, size_t n,
                            size_t nbins, CalibrationBin *out)
{
    Ranked r;
    size_t m = 0;
    if (!n || !ranked_make(y, p, w, n, &r, NULL))
        return 0;
    double low = ranked_quantile(&r, 0);
    for (size_t k = 1; k <= nbins; k++) {
        double high = ranked_quantile(&r, (double)k / (double)nbins);
        if (high > low || (k == nbins && m == 0)) {
            out[m++] = (CalibrationBin){.low = low, .high = high};
            low = high;
        }
    }
    ranked_free(&r);
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k + 1 < m && p[i] > out[k].high)
            k++;
        bin_add(&out[k], y[i], p[i], w ? w[i] : 1);
    }
    return m;
}

size_t calibration_bins(const double *y, const double *p, const double *w, size_t n, size_t nbins,
                        bool equal_width, CalibrationBin *out)
{
    size_t m = nbins;
    if (!equal_width) {
        m = quantile_bins(y, p, w, n, nbins, out);
    } else {
        for (size_t k = 0; k < nbins; k++)
            out[k] = (CalibrationBin){.low = (double)k / (double)nbins,
                                      .high = (double)(k + 1) / (double)nbins};
        for (size_t i = 0; i < n; i++) {
            size_t k = (size_t)(p[i] * (double)nbins);
            bin_add(&out[k < nbins ? k : nbins - 1], y[i], p[i], w ? w[i] : 1);
        }
    }
    bins_finish(out, m);
    return m;
}

double calibration_ece(const CalibrationBin *b, size_t n)
{
    double total = 0, sum = 0;
    for (size_t k = 0; k < n; k++) {
        total += b[k].n;
        if (b[k].n > 0)
            sum += fabs(b[k].observed - b[k].expected);
    }
    return sum / total;
}

double hosmer_lemeshow(const double *y, const double *p, size_t n, size_t groups, double *chisq,
                       size_t *df)
{
    CalibrationBin *b = xcalloc(groups ? groups : 1, sizeof *b);
    size_t m = quantile_bins(y, p, NULL, n, groups, b);
    *chisq = 0;
    *df = m > 2 ? m - 2 : 0;
    for (size_t k = 0; k < m; k++) {
        double miss = b[k].observed - b[k].expected;
        if (b[k].n > 0 && miss != 0)
            *chisq += miss * miss / (b[k].expected * (1 - b[k].expected / b[k].n));
    }
    free(b);
    return *df ? gsl_cdf_chisq_Q(*chisq, (double)*df) : NAN;
}

/* ---- the area alone ---- */

/* Area from the weight of positives and negatives at each distinct value, ascending. */
typedef struct Area {
    double below, sum, pos, neg; /* negatives below; pairs won */
} Area;
static void area_add(Area *a, double pos, double neg)
{
    a->sum += pos * (a->below + 0.5 * neg);
    a->below += neg;
    a->pos += pos;
    a->neg += neg;
}

/* Whole numbers in a small range are counted; false when they are not. */
static bool auc_counted(const double *y, const double *x, size_t n, double *out)
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        if (x[i] != floor(x[i]))
            return false;
        low = fmin(low, x[i]);
        high = fmax(high, x[i]);
    }
    if (!(high >= low && high - low < COUNT_RANGE)) /* no number at all: high is below low */
        return false;
    size_t range = (size_t)(high - low) + 1;
    uint32_t(*count)[2] = xcalloc(range, sizeof *count);
    for (size_t i = 0; i < n; i++)
        if (!isnan(x[i]))
            count[(size_t)(x[i] - low)][y[i] != 0]++;
    Area a = {0};
    for (size_t k = 0; k < range; k++)
        area_add(&a, count[k][1], count[k][0]);
    free(count);
    *out = a.sum / (a.pos * a.neg);
    return true;
}

double auc_fast(const double *y, const double *x, size_t n)
{
    double auc;
    Radix r = {0};
    if (auc_counted(y, x, n, &auc))
        return auc;
    if (!radix_alloc(&r, n, true, NULL)) {
        radix_free(&r);
        return NAN;
    }
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (isnan(x[i]))
            continue;
        r.key[m] = sort_key(x[i]);
        r.row[m++] = y[i] != 0;
    }
    radix_sort(&r, m);
    Area a = {0};
    for (size_t i = 0; i < m;) {
        uint64_t bits = r.key[i];
        double count[2] = {0, 0};
        for (; i < m && r.key[i] == bits; i++)
            count[r.row[i]] += 1;
        area_add(&a, count[1], count[0]);
    }
    radix_free(&r);
    return a.sum / (a.pos * a.neg);
}

double chisq_upper(double x, double df)
{
    return df > 0 ? gsl_cdf_chisq_Q(x, df) : NAN;
}

double f_upper(double x, double df1, double df2)
{
    return df1 > 0 && df2 > 0 ? gsl_cdf_fdist_Q(x, df1, df2) : NAN;
}
