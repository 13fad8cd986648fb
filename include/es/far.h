/* SPDX-License-Identifier: GPL-3.0-or-later */
/* far.h - a fit of documents that stay in the engine. */
#ifndef GLINT_ES_FAR_H
#define GLINT_ES_FAR_H

#include "es/client.h"
#include "model/model.h"

typedef struct FarOptions {
    const char *index;
    Str query;             /* JSON, or empty: all documents */
    const ModelSpec *spec; /* no split, no penalty but l2; weights and offset NULL */
} FarOptions;

typedef struct FarReport {
    size_t combinations; /* that were counted; 0: summed by a script */
    int passes;          /* of the script */
    double auc_error; /* what the ROC-AUC may be off by, from bins; NaN when it is exact or there is
                         none */
} FarReport;

/* One reference. The index is not changed. */
Model *es_fit(Client *c, const FarOptions *opt, FarReport *report, Error *err);

#endif
