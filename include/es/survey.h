/* SPDX-License-Identifier: GPL-3.0-or-later */
/* survey.h - what an index says of its fields without sending a document: missing, lists, distinct,
 * moments, quantiles. */
#ifndef GLINT_ES_SURVEY_H
#define GLINT_ES_SURVEY_H

#include "es/schema.h"

typedef struct FieldSurvey {
    const char *field;
    bool number;     /* asked for moments and quantiles */
    int64_t missing; /* documents of the query that lack it */
    /* of the documents that have every field: */
    int64_t values;  /* more than documents: it holds lists */
    double distinct; /* about, when there are many (HyperLogLog++) */
    double min, max, mean, sd;
    double quantile[21]; /* 0, 5 %, ... 100 %: t-digest, so about */
} FieldSurvey;

typedef struct Survey {
    int64_t all;      /* documents of the query */
    int64_t complete; /* those that have every field */
} Survey;

/* The query for documents that have every field. */
void survey_complete_query(Str query, const FieldSurvey *f, size_t n, Buf *out);
/* Fills f[]; two requests. A field that holds lists is ERR_DATA. */
bool es_survey(Client *c, const char *index, Str query, FieldSurvey *f, size_t n, Survey *out,
               Error *err);

#endif
