/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rng.c - random numbers that are the same on every machine.
 *
 * xoshiro256** 1.0 (Blackman & Vigna, Scrambled linear pseudorandom number generators, ACM TOMS 47,
 * 2021), its state filled by splitmix64 (Steele, Lea & Flood, OOPSLA 2014) from the seed mixed with
 * a 64-bit FNV-1a hash of the stream's name.
 */
#include "base/rng.h"

#include <math.h>

static uint64_t rotl(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

Rng rng_stream(uint64_t seed, const char *name)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);
    for (const unsigned char *p = (const unsigned char *)name; *p; p++)
        h = (h ^ *p) * UINT64_C(0x100000001B3);
    uint64_t state = splitmix64(&seed) ^ h;
    Rng r;
    for (int i = 0; i < 4; i++)
        r.s[i] = splitmix64(&state);
    return r;
}

uint64_t rng_next(Rng *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotl(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return result;
}

double rng_unit(Rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

uint64_t rng_below(Rng *r, uint64_t n)
{
    if (n < 2)
        return 0;
    uint64_t reject =
        (UINT64_MAX % n + 1) % n; /* 2^64 mod n: the draws that would make small numbers likelier */
    uint64_t x;
    do {
        x = rng_next(r);
    } while (x < reject);
    return x % n;
}

/* Marsaglia & Bray 1964. The second normal of each pair is dropped: the state stays four words. */
double rng_normal(Rng *r)
{
    double u, v, s;
    do {
        u = 2 * rng_unit(r) - 1;
        v = 2 * rng_unit(r) - 1;
        s = u * u + v * v;
    } while (s >= 1 || s == 0);
    return u * sqrt(-2 * log(s) / s);
}

double rng_exponential(Rng *r)
{
    return -log1p(-rng_unit(r)); /* unit is below 1, so this is finite */
}

void rng_shuffle_u32(Rng *r, uint32_t *v, uint64_t n)
{
    for (uint64_t i = n; i > 1; i--) {
        uint64_t j = rng_below(r, i);
        uint32_t swap = v[i - 1];
        v[i - 1] = v[j];
        v[j] = swap;
    }
}
