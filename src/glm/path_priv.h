/* SPDX-License-Identifier: GPL-3.0-or-later */
/* path_priv.h - the search for an elastic net: path.c walks a sequence with it, net.c makes one
 * fit. */
#ifndef GLINT_GLM_PATH_PRIV_H
#define GLINT_GLM_PATH_PRIV_H

#include "cd.h"
#include "glm/path.h"

typedef struct Net {
    Oracle *o;
    size_t p;
    bool quadratic;               /* canonical link */
    bool exact;                   /* gaussian, identity: the deviance is a quadratic */
    double tol, scale;            /* scale: the deviance without the penalised columns */
    double weight;                /* sum of weights */
    double ridge;                 /* what glmnet's ridge part is multiplied by */
    Stats now, next;              /* sums at b, and room */
    double *b, *trial, *step, *g; /* p, in the oracle's coordinates */
    double *sd, *factor;          /* p */
    double *h;                    /* p x p */
    double *room;
    Cd cd;
    size_t passes;
} Net;

/* Ready at the model without the penalised columns. net_close also after a failure. */
bool net_open(Net *w, const Problem *pb, const PathOptions *opt, Error *err);
void net_close(Net *w);
/* Penalties of each column for l1 and l2 times the sum of weights. */
void net_penalty(Net *w, double l1, double l2);
/* From b to the solution for the penalties as they stand; cd.in says which columns are tried first.
 */
bool net_solve(Net *w, bool *settled, Error *err);
/* The least lambda at which everything that is penalised is 0. Only right after net_open. */
double net_lambda_max(const Net *w, double alpha);
size_t net_nonzero(const Net *w);

/* A Fit with FitOptions.l1 or lambda set (net.c). */
Fit *net_fit(const Problem *pb, const FitOptions *opt, Error *err);

#endif
