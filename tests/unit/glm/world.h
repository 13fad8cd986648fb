/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world.h - a small design with known effects for the tests of fits: ones, two numbers, a factor
 * of four levels. */
#ifndef GLINT_TESTS_GLM_WORLD_H
#define GLINT_TESTS_GLM_WORLD_H

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "glm/fit.h"

#define WORLD_P 6 /* ones, x, z, b, c, d */

typedef struct World {
    size_t n;
    double *x, *z, *y, *w, *offset;
    int32_t *code;
    Block blocks[5];
    Matrix m;
    Problem pb;
} World;

static const int32_t world_cols[] = {-1, 0, 1, 2};

static inline const Family *world_family(const char *name)
{
    return family_find(str_of(name), SPAN_NONE, NULL);
}

/* Responses of the named family with eta = 0.3 + 0.5 x - 0.4 z + effects (0, 0.2, -0.3, 0.1) and
 * its default link (log for gamma and inverse gaussian). */
static inline World *world_new(const char *family, size_t n, uint64_t seed)
{
    static const double effect[] = {0.0, 0.2, -0.3, 0.1};
    World *w = xcalloc(1, sizeof *w);
    Rng g = rng_stream(seed, "world");
    w->n = n;
    w->x = xcalloc(n + 1, sizeof(double));
    w->z = xcalloc(n + 1, sizeof(double));
    w->y = xcalloc(n + 1, sizeof(double));
    w->w = xcalloc(n + 1, sizeof(double));
    w->offset = xcalloc(n + 1, sizeof(double));
    w->code = xcalloc(n + 1, sizeof(int32_t));
    w->pb.family = world_family(family);
    w->pb.link = family_link(w->pb.family);
    bool positive = !w->pb.family->y_valid(0.0);
    if (positive)
        w->pb.link = link_find(STR("log"), SPAN_NONE, NULL);
    for (size_t i = 0; i < n; i++) {
        w->x[i] = rng_normal(&g);
        w->z[i] = rng_unit(&g);
        w->code[i] = (int32_t)rng_below(&g, 4);
        w->w[i] = 0.5 + rng_unit(&g);
        w->offset[i] = 0.2 * rng_normal(&g);
        double eta = 0.3 + 0.5 * w->x[i] - 0.4 * w->z[i] + effect[w->code[i]], mu, d;
        w->pb.link->inverse(&eta, 1, &mu, &d);
        if (w->pb.family->is_binary_response)
            w->y[i] = rng_unit(&g) < mu;
        else if (positive)
            w->y[i] = mu * (0.2 + rng_exponential(&g));
        else if (w->pb.family->y_valid(-1.0))
            w->y[i] = mu + rng_normal(&g);
        else
            w->y[i] = floor(mu * 2 * rng_exponential(&g) *
                            rng_exponential(&g)); /* more spread than a Poisson's */
    }
    w->blocks[0] = (Block){.kind = BLOCK_ONES, .first = 0, .ncols = 1, .mul = 1};
    w->blocks[1] =
        (Block){.kind = BLOCK_DENSE, .first = 1, .ncols = 1, .data = {VEC_REAL, w->x}, .mul = 1};
    w->blocks[2] =
        (Block){.kind = BLOCK_DENSE, .first = 2, .ncols = 1, .data = {VEC_REAL, w->z}, .mul = 1};
    w->blocks[3] = (Block){.kind = BLOCK_CODED,
                           .first = 3,
                           .ncols = 3,
                           .code = w->code,
                           .nlevels = 4,
                           .col_of = world_cols};
    w->m = (Matrix){.n = n, .p = WORLD_P, .nblocks = 4, .blocks = w->blocks};
    w->pb.x = &w->m;
    w->pb.y = w->y;
    return w;
}

static inline void world_free(World *w)
{
    free(w->x);
    free(w->z);
    free(w->y);
    free(w->w);
    free(w->offset);
    free(w->code);
    free(w);
}

#endif
