/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarms.h - what an analyst would regret not having been told. Alarms about a fit are in
 * model->alarms; here are those of a table before any fit, and the numbers behind them.
 */
#ifndef GLINT_MODEL_ALARMS_H
#define GLINT_MODEL_ALARMS_H

#include "model/model.h"

/* A feature that alone orders the outcomes better than this knows the answer. */
#define ALARM_AUC 0.99
/* Chatterjee & Hadi, Regression Analysis by Example, 4th ed. 2006, section 9.4. */
#define ALARM_VIF 10.0

/* `check`: missing, constant, duplicate, id-like, leaking columns and rare levels of a table.
 * `response` may be NULL; it need not have two values. Heap, free() it; NULL with *n == 0 when all
 * is well. */
Alarm *alarms_check(const Frame *f, const char *response, size_t *n, Error *err);

/* How well each of the columns alone orders the outcomes of a response with two values: the area
 * under its ROC curve, levels ordered by their rate; NaN where it is not defined. out: ncols. */
bool columns_auc(const Frame *f, const char *response, const size_t *cols, size_t ncols,
                 double *out, Error *err);

/* Generalised variance inflation of each term (Fox & Monette 1992, as car::vif), NaN for aliased
 * ones and models without covariance. out: terms->nterms. `df` (may be NULL): columns of the term.
 * False when there are fewer than two terms. */
bool model_vif(const Model *m, double *gvif, size_t *df);

#endif
