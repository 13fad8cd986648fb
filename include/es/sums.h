/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sums.h - sums over documents at coefficients b, added up where the documents are: an Oracle for
 * fits.
 *
 * One request a pass (scripted_metric): the reply is the deviance, the score and X'WX, p (p + 3) /
 * 2 numbers whatever the number of documents. Doubles all the way, so the fit is the one of the
 * rows here but for the order of additions.
 */
#ifndef GLINT_ES_SUMS_H
#define GLINT_ES_SUMS_H

#include "es/client.h"
#include "glm/oracle.h"
#include "model/exports.h"

typedef struct SumsSpec {
    Client *client;
    const char *index;
    Str query;             /* JSON, of the documents that have every field */
    const RowScript *rows; /* their columns, less centre */
    size_t p;
    const double *centre; /* p, or NULL */
    size_t intercept;     /* column of ones, SIZE_MAX without */
    const Family *family;
    const Link *link;
    int64_t documents; /* how many there are: another number in an answer is an error */
} SumsSpec;

/* Can this pair be summed in the cluster? ERR_USAGE with those that can. */
bool sums_can(const Family *f, const Link *l, Error *err);

/* What the last pass counted besides. */
typedef struct SumsTotals {
    double n;         /* documents summed */
    double skipped;   /* that lack something, or where an expression of the formula has no value */
    double response;  /* sum of y */
    double square;    /* sum of y^2 */
    double saturated; /* sum of the part of the deviance that the coefficients do not touch */
    double refused;   /* with a response that the family cannot have */
} SumsTotals;
Oracle *es_sums(const SumsSpec *spec, Error *err);
void es_sums_totals(const Oracle *o, SumsTotals *out);

/* One pass more for a binary response: counts of both outcomes over bins of the linear predictor
 * from `low` to `high` (the outermost take the rest), exact counts at a threshold of it, and the
 * moments of the columns. b: p, of the columns less centre. */
#define SUMS_BINS 8192
typedef struct SumsBins {
    double low, high;
    double pos[SUMS_BINS], neg[SUMS_BINS];
    double tp, fp;                  /* at eta >= threshold */
    double brier;                   /* sum of (y - mu)^2 */
    double *sum, *square, *outcome; /* p: of x - centre, its square, and times y; owned */
} SumsBins;
/* The middle of a bin. */
double sums_bin_eta(const SumsBins *s, size_t bin);
/* Fills out from out->low and out->high. */
bool es_sums_bins(const SumsSpec *spec, const double *b, double threshold, SumsBins *out,
                  Error *err);
void sums_bins_clear(SumsBins *s);

#endif
