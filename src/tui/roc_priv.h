/* SPDX-License-Identifier: GPL-3.0-or-later */
/* roc_priv.h - what the threshold screen holds (scr_roc.c) and draws (roc_draw.c). */
#ifndef GLINT_TUI_ROC_PRIV_H
#define GLINT_TUI_ROC_PRIV_H

#include "glm/metrics.h"
#include "list.h"
#include "shell/outcomes.h"

#define POINTS 600 /* of a drawn curve */
#define BINS 10
#define SCORE_BINS 60

typedef enum View { VIEW_ROC, VIEW_PR, VIEW_LIFT, VIEW_CALIBRATION, VIEW_COST, NVIEWS } View;

typedef struct Points {
    size_t n;
    double x[POINTS + 2], y[POINTS + 2];
} Points;

typedef struct Roc {
    const Model *model; /* one reference */
    bool follows;
    const char *part;
    Curve curve;
    Metrics all; /* areas and losses of this part, at the model's threshold */
    CalibrationBin bins[BINS];
    size_t nbins;
    double threshold, cost_fp, cost_fn;
    View look;
    Points points;
    size_t folds; /* of the part "folds"; 0: another part */
    Curve fold[OUTCOME_FOLDS];
    Points fold_points[OUTCOME_FOLDS];
    double fold_auc[OUTCOME_FOLDS];
    double scores[2][SCORE_BINS]; /* rows by probability: what is 0, what is 1 */
} Roc;

/* By view: the command that shows the same, and the names on its picture. */
typedef struct RocLook {
    const char *command, *title, *xlabel, *ylabel;
} RocLook;
extern const RocLook roc_looks[NVIEWS];

/* What the mistakes of these counts cost. */
double roc_cost(const Roc *r, const Metrics *k);
/* The share of all rows that lies above a point of the curve. */
double roc_gain_x(const Curve *c, double tpr, double fpr);
void roc_draw(Ui *ui, void *state, Canvas *c);

#endif
