/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarms_priv.h - what the files of the alarms share. */
#ifndef GLINT_MODEL_ALARMS_PRIV_H
#define GLINT_MODEL_ALARMS_PRIV_H

#include "model/alarms.h"
#include "model_priv.h"

#define LEAK_ROWS 10     /* fewer rows prove nothing */
#define ROWS_PER_LEVEL 3 /* a factor of nearly as many levels as rows orders any outcome */
#define SHOWN 3          /* levels or columns named one by one */

/* What a check of a fit looks at. */
typedef struct Look {
    Model *m;
    const Frame *f;
    const Design *d;
    double *sum1, *sumy; /* X'1 and X'y, made when first wanted */
} Look;
/* A new alarm of the model. */
Alarm *alarm_of(Look *l, AlarmKind kind, const char *column);
const char *look_response(const Look *l);
/* "22,920"; the last four answers stay as they are. */
const char *alarm_count(double n);
/* alarm_separation.c */
void find_separation(Look *l);
/* Adds an alarm when the column names rows rather than describing them; NULL when not. */
Alarm *id_alarm(const InputSummary *in, size_t rows, Alarm **list, size_t *n);
/* Adds an alarm when levels (in any order) have few rows. */
void rare_alarm(const char *name, char *const *levels, const double *counts, size_t nlevels,
                size_t rows, Alarm **list, size_t *n);

#endif
