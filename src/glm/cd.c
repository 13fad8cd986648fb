/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cd.c - the elastic net on a quadratic, by coordinate descent and a direct finish.
 *
 * path.c asks for the minimum of the quadratic approximation of a deviance with
 * l1 |b_j| + l2 b_j^2 / 2 for each column. With r = g - H (b - b0), one coordinate is at its
 * minimum for
 *     b_j = S(r_j + H_jj b_j, l1_j) / (H_jj + l2_j),   S(z, l) = sign(z) max(|z| - l, 0)
 * (Friedman, Hastie & Tibshirani 2010, Regularization paths for GLMs via coordinate descent,
 * section 2, "covariance updates"). Only columns that the caller's rule lets in are tried; their
 * part of H is copied together. Once the same coefficients stay away from 0, what is left is
 * linear: (H + l2) b = ... - l1 sign(b) over them, solved at once, and kept when no sign turns.
 * Columns that stayed out are asked last: one with |r_j| > l1_j comes in and all is done again.
 */
#include "cd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "base/mem.h"

#define SWEEPS 20      /* between two tries at a direct finish */
#define ROUNDS 500     /* of so many sweeps, at the most */
#define SETTLED 1e-22  /* squared step of a coordinate in standard errors, beside the whole gain */
#define KKT_SLACK 1e-9 /* of l1: rounding of r */

bool cd_init(Cd *c, size_t p, Error *err)
{
    *c = (Cd){.p = p};
    c->l1 = xcalloc(10 * p + 10, sizeof *c->l1);
    c->l2 = c->l1 + p;
    c->rest = c->l2 + p;
    c->r = c->rest + p;
    c->x = c->r + p;
    c->x0 = c->x + p;
    c->room = c->x0 + p; /* 4 p */
    c->in = xcalloc(p + 1, 1);
    c->set = xcalloc(p + 1, sizeof *c->set);
    c->index = xcalloc(p + 1, sizeof *c->index);
    c->h = big_alloc(2 * p * p + 1, sizeof(double), false, "the information matrix", err);
    c->part = c->h ? c->h + p * p : NULL;
    return c->h && solver_init(&c->solver, p, err);
}

void cd_clear(Cd *c)
{
    free(c->l1);
    free(c->in);
    free(c->set);
    free(c->index);
    free(c->h);
    solver_clear(&c->solver);
    *c = (Cd){0};
}

static double soft(double z, double l)
{
    return z > l ? z - l : z < -l ? z + l : 0.0;
}

/* Copies the quadratic over the columns that are in; b is where the search stands, `rest` is r
 * there. */
static void gather(Cd *c, const double *h, const double *b)
{
    c->m = 0;
    for (size_t j = 0; j < c->p; j++)
        if (c->in[j])
            c->set[c->m++] = j;
    for (size_t a = 0; a < c->m; a++) {
        const double *row = h + c->set[a] * c->p;
        for (size_t k = 0; k < c->m; k++)
            c->h[a * c->m + k] = row[c->set[k]];
        c->r[a] = c->rest[c->set[a]];
        c->x[a] = b[c->set[a]];
    }
}

/* One sweep; `only` leaves zeros alone. Returns the largest squared step in standard errors, *gain
 * their sum. */
static double sweep(Cd *c, bool only, double *gain)
{
    double most = 0.0;
    for (size_t a = 0; a < c->m; a++) {
        size_t j = c->set[a];
        const double *row = c->h + a * c->m;
        double curve = row[a] + c->l2[j], old = c->x[a];
        if ((only && old == 0.0) || !(curve > 0.0))
            continue;
        double now = soft(c->r[a] + row[a] * old, c->l1[j]) / curve, d = now - old;
        if (d == 0.0)
            continue;
        c->x[a] = now;
        for (size_t k = 0; k < c->m; k++)
            c->r[k] -= d * row[k];
        most = fmax(most, curve * d * d);
        *gain += curve * d * d;
    }
    return most;
}

/* Moves the set's coefficients by `step` (m). */
static void move(Cd *c, const double *step)
{
    for (size_t a = 0; a < c->m; a++) {
        if (step[a] == 0.0)
            continue;
        const double *row = c->h + a * c->m;
        c->x[a] += step[a];
        for (size_t k = 0; k < c->m; k++)
            c->r[k] -= step[a] * row[k];
    }
}

/* Solves for the coefficients that are not 0, their signs as they are. *moved is false when a sign
 * would turn or the columns are aliased. */
static bool finish(Cd *c, bool *moved, Error *err)
{
    double *rhs = c->room, *step = c->room + c->p, *full = c->room + 2 * c->p;
    size_t n = 0;
    for (size_t a = 0; a < c->m; a++)
        if (c->x[a] != 0.0)
            c->index[n++] = a;
    for (size_t i = 0; i < n; i++) {
        size_t a = c->index[i], j = c->set[a];
        for (size_t k = 0; k < n; k++)
            c->part[i * n + k] = c->h[a * c->m + c->index[k]];
        c->part[i * n + i] += c->l2[j];
        rhs[i] = c->r[a] - c->l2[j] * c->x[a] - copysign(c->l1[j], c->x[a]);
    }
    *moved = false;
    c->solver.p = n;
    bool ok = solver_factor(&c->solver, c->part, NULL, NULL, err), good = ok && c->solver.rank == n;
    if (good)
        solver_solve(&c->solver, rhs, NULL, step);
    c->solver.p = c->p;
    memset(full, 0, c->m * sizeof *full);
    for (size_t i = 0; good && i < n; i++) {
        size_t a = c->index[i];
        double now = c->x[a] + step[i];
        good = isfinite(now) && now != 0.0 &&
               (c->l1[c->set[a]] == 0.0 || (now > 0.0) == (c->x[a] > 0.0));
        full[a] = step[i];
    }
    if (good)
        move(c, full);
    *moved = good;
    return ok;
}

/* Is every column of the set where it should be? */
static bool set_settled(const Cd *c, double slack)
{
    for (size_t a = 0; a < c->m; a++)
        if (c->x[a] == 0.0 && fabs(c->r[a]) > c->l1[c->set[a]] * (1.0 + slack))
            return false;
    return true;
}

static bool descend(Cd *c, Error *err)
{
    double gain = 0.0;
    for (int round = 0; round < ROUNDS; round++) {
        if (cancelled(err))
            return false;
        double most = sweep(c, false, &gain);
        for (int k = 0; k < SWEEPS && most > SETTLED * gain; k++)
            most = sweep(c, true, &gain);
        bool moved;
        if (!finish(c, &moved, err))
            return false;
        if (set_settled(c, KKT_SLACK) && (moved || most <= SETTLED * gain))
            return true;
    }
    return true;
}

/* r over all columns after the set has moved from b. */
static void spread(Cd *c, const double *h, double *b)
{
    for (size_t a = 0; a < c->m; a++) {
        size_t j = c->set[a];
        double d = c->x[a] - b[j];
        if (d == 0.0)
            continue;
        const double *row = h + j * c->p;
        for (size_t k = 0; k < c->p; k++)
            c->rest[k] -= d * row[k];
        b[j] = c->x[a];
    }
}

bool cd_solve(Cd *c, const double *h, const double *g, double *b, double *decrement, Error *err)
{
    double *b0 = c->room + 3 * c->p;
    memcpy(b0, b, c->p * sizeof *b0);
    memcpy(c->rest, g, c->p * sizeof *c->rest);
    bool ok = true;
    for (bool again = true; ok && again;) {
        again = false;
        gather(c, h, b);
        ok = descend(c, err);
        spread(c, h, b);
        for (size_t j = 0; j < c->p; j++)
            if (!c->in[j] && fabs(c->rest[j]) > c->l1[j] * (1.0 + KKT_SLACK)) {
                c->in[j] = 1;
                again = true;
            }
    }
    *decrement = 0.0;
    for (size_t j = 0; j < c->p; j++)
        *decrement += (b[j] - b0[j]) * (g[j] - c->rest[j]);
    return ok;
}
