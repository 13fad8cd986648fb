/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simulate.h - a world of users, posts, products and interactions drawn from a known truth (the
 * essay in simulate.c). */
#ifndef GLINT_FEATURES_SIMULATE_H
#define GLINT_FEATURES_SIMULATE_H

#include "data/frame.h"

typedef struct SimulateOptions {
    size_t users, posts, products, interactions; /* 2,000 400 120 60,000 */
    uint64_t seed;
} SimulateOptions;
typedef struct Simulated {
    Frame *users, *posts, *products, *interactions;
} Simulated;
bool simulate_blog(const SimulateOptions *opt, Simulated *out, Error *err);
void simulated_clear(Simulated *s);
/* The true coefficients, for tests and the README of the data. */
typedef struct SimulateTruth {
    const char *term;
    double value;
} SimulateTruth;
const SimulateTruth *simulate_truth(size_t *n);

#endif
