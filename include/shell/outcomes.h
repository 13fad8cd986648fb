/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcomes.h - what happened and what the model says, row by row: for metrics and curves. */
#ifndef GLINT_SHELL_OUTCOMES_H
#define GLINT_SHELL_OUTCOMES_H

#include "shell/command.h"

typedef struct Outcomes {
    const Model *model;
    const char *on;    /* "train", "test" or a table's name; arena */
    Frame *frame;      /* the rows looked at; one reference */
    size_t n;          /* of them with everything there */
    double *y, *p, *w; /* n; w NULL: all 1 */
    uint32_t *rows;    /* n: row of `frame` */
} Outcomes;

/* By --on train|test|T and the where clause: the test part when there is one. Fails for responses
 * that have not two values. */
bool outcomes_get(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err);
void outcomes_clear(Outcomes *o);
/* Same for any response: y may be counts or amounts. */
bool outcomes_any(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err);

/* Of the part "train", "test" or "all" that model i of the session was fitted to. */
bool outcomes_part(Session *s, long i, const char *part, Outcomes *out, Error *err);

#define OPT_ON_ROW                                                                                 \
    {                                                                                              \
        .name = "on", .type = OPT_TEXT, .metavar = "train|test|T",                                 \
        .brief = "rows: training part, test part, or a table"                                      \
    }

#endif
