/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fit_priv.h - what the files of a fit share: fit.c drives, irls.c finds b, the others read it. */
#ifndef GLINT_GLM_FIT_PRIV_H
#define GLINT_GLM_FIT_PRIV_H

#include "glm/fit.h"
#include "solve.h"

/* Rows from which the sums at the last step stand for those at the result. */
#define LARGE 2e5

typedef struct Irls Irls;

/* What may change the score and the objective at b beside the penalty: Firth's prior. `st` holds
 * the sums at b and the solver the factor of its information; adds to st->grad and gives what is
 * added to the deviance. */
typedef bool (*IrlsAdjust)(Irls *w, const double *b, Stats *st, double *added, Error *err);

/* The last steps s of a search and the changes y of the score along them, newest first after
 * `newest`. */
#define HISTORY 6
typedef struct History {
    size_t used, newest;
    double *s, *y, *alpha; /* HISTORY x p, HISTORY x p, HISTORY */
} History;

/* The state of a search for b, in the coordinates of one oracle. */
struct Irls {
    Oracle *o;
    size_t p;
    const double *penalty; /* p: lambda_j of lambda_j b_j^2 / 2 beside deviance / 2, or NULL */
    bool quadratic;        /* canonical link: X'WX is the Hessian, each step squares the error */
    bool rough;            /* only a start is wanted: stop within the standard errors */
    bool sparing;          /* passes for the gradient alone are taken where they do */
    double precise_tol;    /* precise oracles: settled when the decrement is so small */
    IrlsAdjust adjust;
    void *adjust_ctx;
    Solver solver;
    bool borrowed; /* its factor is that of a sample, */
    double *shift; /* p: whose columns are centred so much higher */
    History past;  /* when not quadratic, and of steps without a factor of their own */
    double *b, *trial, *step, *room; /* p */
    Stats now, next;                 /* sums at b and at trial */
    bool has_info;                   /* now.info too is at b */
    bool factored;                   /* the solver holds its factor */
    bool given_start; /* b comes from elsewhere, and may use columns that are aliased */
    double objective; /* deviance + penalty at b */
    double start_deviance;
    bool edge;        /* the last step had to end before a mean left its range */
    bool may_vanish;  /* a deviance near 0 means estimates that run away: stop in time */
    double decrement; /* step' H step: squared length of the last step in standard errors,
                         dispersion 1 */
    double decrement_before;
    int iterations;
    FitStatus status;
};

bool irls_init(Irls *w, Oracle *o, const double *penalty, Error *err);
void irls_clear(Irls *w);
/* Evaluates b as it stands: must be called before irls_run. Sets now, objective. */
bool irls_here(Irls *w, Error *err);
/* Iterates from b until settled or max_iter steps. now.info is at the b of the last step. */
bool irls_run(Irls *w, int max_iter, double tol, Error *err);
/* The factor of now.info and the penalty into the solver, if it is not there. */
bool irls_factor(Irls *w, Error *err);
/* Takes the factor of a search on one in `share` rows for the first steps. Before irls_here. */
void irls_borrow(Irls *w, Irls *sample, double share);

/* Puts a b with valid fitted values into w, and the sums there. pb may be NULL: the rows are
 * elsewhere. */
bool search_start(Irls *w, const Problem *pb, const FitOptions *opt, Error *err);
/* Is X'WX the Hessian of this pair (its link canonical)? */
bool is_quadratic(const Family *f, const Link *l);

/* Do the columns that the solver left out vanish on the rows (alias.c)? `w` belongs to an oracle
 * in doubles. */
bool aliases_hold(const Irls *w, const Problem *pb, bool *hold, Error *err);

/* b between the coordinates of an oracle and those of X; cov: p x p likewise. NULL centre changes
 * nothing. */
void centre_to_raw(const Oracle *o, double *b);
void raw_to_centre(const Oracle *o, double *b);
void centre_cov_to_raw(const Oracle *o, double *cov);
void centre_info_to_raw(const Oracle *o, double *info);

/* What the rows of a problem are like. */
#define COUNTS 256
typedef struct RowSurvey {
    double weight, n_effective; /* sum of w; rows of positive weight */
    double wy;                  /* sum of w (y - y_0), y_0 being the first row's */
    bool only_01;
    bool counted; /* each y is 0, 1 .. COUNTS - 1 and has no weight: rows[k] of them are k */
    uint64_t rows[COUNTS];
    size_t first_bad;    /* row that no fit can take, or SIZE_MAX */
    const double *y, *w; /* of which rows this is told */
    size_t n;
} RowSurvey;
/* first_bad is looked for with `check` alone; without it what pb->survey tells of the same rows
 * will do. */
bool row_survey(const Problem *pb, bool check, RowSurvey *out, Error *err);

/* Log-likelihood of the saturated model, mu = y. That of a fit is less by deviance / (2 phi). */
bool loglik_saturated(const Problem *pb, double phi, double *out, Error *err);
/* Deviance of the null model: the intercept alone when `intercept`, else eta = offset. */
bool null_deviance(const Problem *pb, bool intercept, double *out, Error *err);

/* The quantities of each row that robust errors, Firth and influence need. Any may be NULL. */
typedef struct RowVectors {
    double *eta, *mu;
    double *weight, *resid; /* working weight, score residual (kernels.h) */
    double *deviance;       /* w times the unit deviance */
    double *pearson;        /* (y - mu) sqrt(w / V) */
} RowVectors;
bool row_vectors(const Problem *pb, const double *b, const RowVectors *out, Error *err);
/* h_i = weight_i x_i' inverse x_i (n): leverages. `inverse` in the coordinates of X - centre. */
bool row_leverages(const Matrix *x, const double *centre, const double *inverse,
                   const double *weight, double *h, Error *err);

/* Replaces cov (dispersion 1, in the coordinates of X - centre) by the sandwich of opt->robust
 * and opt->cluster. */
bool robust_cov(const Problem *pb, const double *centre, const double *b, const FitOptions *opt,
                size_t rank, double *cov, Error *err);

/* The adjustment of Firth's fit; ctx is a FirthCtx. */
typedef struct FirthCtx {
    const Problem *pb;
    double *inverse;         /* p x p */
    double *raw;             /* p */
    double *weight, *mu, *h; /* n */
} FirthCtx;
bool firth_init(FirthCtx *c, const Problem *pb, Error *err);
void firth_clear(FirthCtx *c);
bool firth_adjust(Irls *w, const double *b, Stats *st, double *added, Error *err);

/* What fit_run refuses: options out of range, a response or weight that cannot be (with its row).
 */
bool fit_check(const Problem *pb, const FitOptions *opt, Error *err);
/* One complete fit at pb->param (fit.c). */
typedef Fit *(*FitOnce)(const Problem *pb, const FitOptions *opt, Error *err);

/* Looks for directions along which the likelihood never falls. When there are some: fits what
 * stays finite with `once`, and fills fit->b, flag, direction, deviance, covariance, status. `b`:
 * the last iterate, in the oracle's coordinates. */
bool separation_check(const Problem *pb, const FitOptions *opt, const Oracle *o, const double *b,
                      FitOnce once, Fit *fit, bool *found, Error *err);

#endif
