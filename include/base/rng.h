/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rng.h - seeded random streams, each named by its use, so that adding one elsewhere changes
 * nothing here. */
#ifndef GLINT_BASE_RNG_H
#define GLINT_BASE_RNG_H

#include <stdint.h>

typedef struct Rng {
    uint64_t s[4]; /* xoshiro256**, Blackman & Vigna 2018; seeded by splitmix64 of (seed, name) */
} Rng;

Rng rng_stream(uint64_t seed, const char *name);
uint64_t rng_next(Rng *r);
double rng_unit(Rng *r);                /* [0, 1), 53 bits */
uint64_t rng_below(Rng *r, uint64_t n); /* 0 .. n-1, unbiased */
double rng_normal(Rng *r);              /* standard normal, polar method */
double rng_exponential(Rng *r);         /* mean 1 */
void rng_shuffle_u32(Rng *r, uint32_t *v, uint64_t n);

#endif
