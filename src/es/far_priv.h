/* SPDX-License-Identifier: GPL-3.0-or-later */
/* far_priv.h - what the files of a fit of documents that stay in the engine share: far.c drives. */
#ifndef GLINT_ES_FAR_PRIV_H
#define GLINT_ES_FAR_PRIV_H

#include "es/far.h"
#include "es/schema.h"
#include "es/survey.h"
#include "model/far.h"

#define FIELDS_MAX 64

typedef struct Far {
    Client *c;
    const FarOptions *opt;
    FarReport *report;
    const char *index;
    const ModelSpec *spec;
    Arena *arena;
    Span formula_at;
    Schema *schema;
    Buf complete;       /* query: the documents that have every field */
    size_t n, response; /* fields; which of them is the response */
    FieldSurvey field[FIELDS_MAX];
    Survey survey;
    Frame *levels[FIELDS_MAX]; /* of factors: value, outcome (binary), count; of a binary response:
                                  value, count */
    Frame *sample;             /* some documents, and a row for every level */
    Model *m;
    FarRows rows;
    double *moments; /* 2 p: means and sds of the columns */
} Far;

const Field *far_field(const Far *k, size_t i);
bool far_binary(const Far *k);

/* Where the formula says the name, or all of it. */
Span far_place(const Far *k, Str name);

/* ---- far_levels.c ---- */

/* Fills sample, levels and m: names, coding, a start. */
bool far_learn(Far *k, Error *err);
/* Combinations of fields with their counts, in the sample's types. New frame. */
Frame *far_cells(const Far *k, const size_t *fields, size_t n, Error *err);
/* A level of a factor, its documents, those of them with the event. */
typedef struct LevelSum {
    Str level;
    double n, y;
} LevelSum;
/* Of field i, most common first; arena. */
LevelSum *far_level_sums(const Far *k, size_t i, size_t *n);

/* ---- far_sums.c ---- */

/* The fit; fills rows. */
Fit *far_fit(Far *k, Error *err);

#endif
