/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cv_priv.h - one fold's rows, learned from and tested on: shared by cv.c and cv_path.c. */
#ifndef GLINT_MODEL_CV_PRIV_H
#define GLINT_MODEL_CV_PRIV_H

#include "model/cv.h"

/* What all folds have in common. */
typedef struct CvJob {
    const Frame *frame;
    const ModelSpec *spec;
    const Family *family;
    const Link *link;
    uint32_t *rows; /* room for the row numbers of one fold */
} CvJob;
bool cv_job_open(CvJob *job, const Frame *f, const ModelSpec *spec, Error *err);
void cv_job_close(CvJob *job);

/* Row numbers inside (or outside) fold k into rows[n]; how many. */
size_t fold_rows(const uint32_t *fold, size_t n, uint32_t k, bool inside, uint32_t *rows);
void fold_name(const Frame *f, const FoldSpec *spec, const uint32_t *fold, uint32_t k, char *out,
               size_t room);

/* The spec's design learned from some rows (NULL: all). */
Design *cv_learn(const CvJob *job, const uint32_t *rows, size_t n, Error *err);
Problem cv_problem(const CvJob *job, const Design *d, double param);

/* The rows of a fold under the encoding of the others. */
typedef struct CvTest {
    Design *d;
    double *w;        /* weights; 0 where a row lacks something */
    double *eta, *mu; /* after cv_test_predict */
    size_t n, unseen; /* rows that count; with a level unseen in training */
    double weight;
    bool two_values;
} CvTest;
bool cv_test_open(CvTest *t, const CvJob *job, const Encoding *enc, const uint32_t *rows, size_t n,
                  Error *err);
void cv_test_close(CvTest *t);
bool cv_test_predict(CvTest *t, const CvJob *job, const double *b, Error *err);
/* Mean deviance per unit of weight. */
double cv_test_deviance(const CvTest *t, const CvJob *job, double param);
bool cv_test_metrics(const CvTest *t, const CvJob *job, Metrics *out, Error *err);

/* Mean of k numbers weighted by w, and its standard error. */
void cv_mean(const double *v, const double *w, size_t k, double *mean, double *se);

#endif
