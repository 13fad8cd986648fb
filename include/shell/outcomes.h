/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcomes.h - what happened and what the model says, row by row: for metrics and curves. */
#ifndef GLINT_SHELL_OUTCOMES_H
#define GLINT_SHELL_OUTCOMES_H

#include "shell/command.h"

#define OUTCOME_FOLDS 5 /* as cv makes them when nothing is said */

typedef struct Outcomes {
    const Model *model;
    const char *on;    /* "train", "test" or a table's name; arena */
    const char *table; /* where the rows are from, for messages */
    Frame *frame;      /* the rows looked at; one reference */
    bool own;          /* of the model's own table: as they were sampled */
    size_t n;          /* of them with everything there */
    double *y, *p, *w; /* n; w NULL: all 1 */
    uint32_t *rows;    /* n: row of `frame` */
    size_t folds;      /* "folds": how many; 0: not by folds */
    uint8_t *fold;     /* n: which one, or NULL */
} Outcomes;

/* By --on train|test|folds|T and the where clause: the test part when there is one. Fails for
 * responses that have not two values. */
bool outcomes_get(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err);
/* Says so where the rows are a sample of the negatives, and predictions are of all. */
void outcomes_note(const Outcomes *o, Result *out);
void outcomes_clear(Outcomes *o);
/* Same for any response: y may be counts or amounts. */
bool outcomes_any(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err);

/* Of the part "train", "test", "all" or "folds" of what model i of the session was fitted to. Folds
 * are those of `cv`: each row has the probability of a model fitted without its fold. */
bool outcomes_part(Session *s, long i, const char *part, Outcomes *out, Error *err);
/* Those of one fold; cleared as any other. */
Outcomes outcomes_fold(const Outcomes *o, size_t fold);

#define OPT_ON_ROW                                                                                 \
    {                                                                                              \
        .name = "on", .type = OPT_TEXT, .metavar = "train|test|folds|T",                           \
        .brief = "rows: training part, test part, folds as of cv, or a table"                      \
    }

#endif
