/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_show.h - a model's parts as tables of a Result: what fit, model, coef and metrics share. */
#ifndef GLINT_SHELL_MODEL_SHOW_H
#define GLINT_SHELL_MODEL_SHOW_H

#include "shell/format.h"
#include "shell/session.h"

/* Two lines for people, the documented keys for machines. */
void show_summary(Result *out, const Model *m);
/* Train, test and the model without features, for people; `metrics` (and `test_metrics`) objects
 * for machines. */
void show_metrics(Result *out, const Model *m);
/* One set of metrics as fields of the result. */
void show_metrics_fields(Result *out, const Metrics *k);
void show_alarms(Result *out, const Model *m);

typedef struct CoefShow {
    CoefSort sort;
    double level; /* of intervals */
    bool odds;    /* odds ratios and their intervals instead of log odds */
    bool stars;
    size_t shown; /* rows people see; 0 all */
    size_t top;   /* rows at all; 0 all */
} CoefShow;
/* The rows as show_coefs() orders them: sorted, the intercept below the features. */
size_t show_coef_rows(const Model *m, CoefSort sort, double level, CoefRow *rows);
/* The largest in size, and how many decimals such are shown with. */
double coef_top(const CoefRow *rows, size_t n, bool odds);
int coef_digits(double top);
Table *show_coefs(Result *out, const Model *m, const CoefShow *opt);
/* What exp(coefficient) is called: "odds", "ratio", or NULL when it means nothing. */
const char *ratio_name(const Model *m);
const char *fit_status_name(FitStatus s);

#endif
