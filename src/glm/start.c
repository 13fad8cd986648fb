/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * start.c - where a search begins.
 *
 * In this order, the first that gives valid fitted values: the caller's b; for large data the fit
 * of a sample; one weighted regression on the family's start for each y, as R does; the null
 * model.
 *
 * A fit to one row in eight is off by about sqrt(8 p) standard errors of all the rows, and one
 * more step of its own brings that to a few (lean_step), where Newton's method needs three to the
 * last digit. It costs a third of a pass, being started itself from one row in sixty-four. The
 * rows of a sample come in runs, so that a cache line that is read is used, and are spread evenly:
 * no random numbers, the same sample with any number of threads. A level that has few rows in the
 * sample, all of one kind, must not run away: columns of factors have a ridge penalty there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "families_priv.h"
#include "fit_priv.h"

#define SAMPLE_FROM 100000 /* rows: below it a pass is too short to save */
#define SAMPLE_SHARE 8     /* one row in so many */
#define SAMPLE_RUN 64      /* rows that follow each other */
#define SAMPLE_STEPS 3
#define SAMPLE_FIRST_STEPS 8
#define SAMPLE_RIDGE 1.0
#define ROWS_PER_COLUMN 20 /* that a sample must have */

bool is_quadratic(const Family *f, const Link *l)
{
    return (f->is_binary_response && l == &link_logit) ||
           (l == &link_log && f->variance(2.0, 1.0) == 2.0) ||
           (f == &family_gaussian && l == &link_identity) ||
           (f == &family_gamma && l == &link_inverse) ||
           (f == &family_inverse_gaussian && l == &link_inverse_squared);
}

static bool usable(const Irls *w)
{
    return !w->now.invalid && isfinite(w->objective);
}

/* The link of the mean response, for a start where the family's own leads out of range. */
static double mean_link(const Problem *pb)
{
    double sw = 0.0, s = 0.0;
    for (size_t i = 0; i < pb->x->n; i++) {
        double w = pb->w ? pb->w[i] : 1.0;
        sw += w;
        s += w * pb->family->start(pb->y[i], w);
    }
    return pb->link->link(s / sw);
}

/* ---- samples ---- */

typedef struct Sample {
    Matrix x;
    Problem pb;
    uint32_t *rows;
    double *y, *w, *offset;
    double *penalty;
} Sample;

static void sample_clear(Sample *s)
{
    free(s->rows);
    free(s->y);
    free(s->w);
    free(s->offset);
    free(s->penalty);
}

/* Runs of SAMPLE_RUN rows, one run in SAMPLE_SHARE. */
static bool sample_take(Sample *s, const Problem *pb, const double *penalty, Error *err)
{
    const Matrix *x = pb->x;
    size_t most = x->n / SAMPLE_SHARE + SAMPLE_RUN, m = 0;
    *s = (Sample){.x = *x, .pb = *pb};
    s->rows = big_alloc(most, sizeof *s->rows, false, "a sample", err);
    s->y = big_alloc(most, sizeof *s->y, false, "a sample", err);
    s->w = pb->w ? big_alloc(most, sizeof *s->w, false, "a sample", err) : NULL;
    s->offset = pb->offset ? big_alloc(most, sizeof *s->offset, false, "a sample", err) : NULL;
    s->penalty = xcalloc(x->p + 1, sizeof *s->penalty);
    if (!s->rows || !s->y || (pb->w && !s->w) || (pb->offset && !s->offset))
        return false;
    for (size_t i = 0; i < x->n; i++) {
        if (i / SAMPLE_RUN % SAMPLE_SHARE != 0) {
            i += (SAMPLE_SHARE - 1) * SAMPLE_RUN - 1;
            continue;
        }
        s->rows[m] = x->rows ? x->rows[i] : (uint32_t)i;
        s->y[m] = pb->y[i];
        if (s->w)
            s->w[m] = pb->w[i];
        if (s->offset)
            s->offset[m] = pb->offset[i];
        m++;
    }
    for (size_t k = 0; k < x->nblocks; k++)
        for (size_t j = x->blocks[k].first; j < x->blocks[k].first + x->blocks[k].ncols; j++)
            s->penalty[j] = (penalty ? penalty[j] / SAMPLE_SHARE : 0.0) +
                            (x->blocks[k].kind == BLOCK_CODED ? SAMPLE_RIDGE : 0.0);
    s->x.n = m;
    s->x.rows = s->rows;
    s->pb.x = &s->x;
    s->pb.y = s->y;
    s->pb.w = s->w;
    s->pb.offset = s->offset;
    return true;
}

/* w->b from a fit to a sample; false in *got when none could be had. */
static bool from_sample(Irls *full, const Problem *pb, bool *got, Error *err)
{
    const double *penalty = full->penalty;
    size_t n = pb->x->n;
    Sample s = {0};
    Irls w = {0};
    Error mine = ERROR_INIT;
    *got = false;
    if (n < SAMPLE_FROM || n / SAMPLE_SHARE < ROWS_PER_COLUMN * pb->x->p)
        return true;
    bool ok = sample_take(&s, pb, penalty, &mine);
    Oracle *o = ok ? oracle_rows(&s.pb, &mine) : NULL;
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    bool deeper = s.x.n >= SAMPLE_FROM; /* then it starts from a sample of its own */
    bool ready = o && irls_init(&w, o, s.penalty, &mine);
    w.rough = true;
    w.quadratic = is_quadratic(pb->family, pb->link);
    if (ready && search_start(&w, &s.pb, &opt, &mine)) {
        if (irls_run(&w, deeper ? SAMPLE_STEPS : SAMPLE_FIRST_STEPS, opt.tol, &mine) &&
            usable(&w)) {
            memcpy(full->b, w.b, w.p * sizeof *w.b);
            centre_to_raw(o, full->b);
            raw_to_centre(full->o, full->b);
            irls_borrow(full, &w, (double)n / (double)s.x.n);
            *got = full->sparing = true;
        }
    }
    irls_clear(&w);
    if (o)
        o->close(o);
    sample_clear(&s);
    return !cancelled(err);
}

/* ---- the order ---- */

/* Evaluates b as it stands in w; *good when its fitted values are in range. */
static bool try_b(Irls *w, bool *good, Error *err)
{
    if (!irls_here(w, err))
        return false;
    *good = usable(w);
    return true;
}

bool search_start(Irls *w, const Problem *pb, const FitOptions *opt, Error *err)
{
    Oracle *o = w->o;
    bool good = false;
    if (opt->start) {
        memcpy(w->b, opt->start, w->p * sizeof *w->b);
        raw_to_centre(o, w->b);
        good = true;
    } else if (pb && !from_sample(w, pb, &good, err)) {
        return false;
    }
    w->given_start = good;
    if (good) {
        if (!try_b(w, &good, err) || good)
            return good;
        w->borrowed = false;
    }
    if (o->can_start) {
        if (!o->eval(o, w->b, EVAL_START | EVAL_GRAD | EVAL_INFO, &w->now, err) ||
            !solver_factor(&w->solver, w->now.info, NULL, w->penalty, err))
            return false;
        if (!w->now.invalid) {
            solver_solve(&w->solver, w->now.grad, NULL, w->b);
            if (!try_b(w, &good, err) || good)
                return good;
        }
    }
    memset(w->b, 0, w->p * sizeof *w->b);
    if (pb && o->intercept != SIZE_MAX)
        w->b[o->intercept] = mean_link(pb);
    if (!try_b(w, &good, err))
        return false;
    return good || fail(err, ERR_MATH, "no start found where all fitted values are in range");
}
