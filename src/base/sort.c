/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sort.c - numbers in order.
 *
 * LSD radix sort, 11 bits a pass (Knuth, The Art of Computer Programming 3, 5.2.5); digits that all
 * keys share cost nothing. On threads the keys are first dealt into buckets between cuts taken
 * from an even sample (sample sort), chunk by chunk; then each bucket is sorted by one worker, in
 * its cache. Sorted keys are the same whoever sorted them, so threads change no bit.
 */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

#define RADIX_BITS 11
#define RADIX (1u << RADIX_BITS)
#define PASSES 6     /* 6 * 11 >= 64 */
#define FEW 48       /* keys that insertion sorts faster than counting digits does */
#define BUCKETS 64   /* a power of two; a million keys make buckets that fit the second cache */
#define SAMPLE 16    /* keys looked at for each cut */
#define PAR_MIN 65536
#define SIGN_BIT (UINT64_C(1) << 63)

uint64_t sort_key(double v)
{
    uint64_t bits;
    v += 0.0; /* -0 is 0 */
    memcpy(&bits, &v, sizeof bits);
    return bits & SIGN_BIT ? ~bits : bits | SIGN_BIT;
}

double sort_key_real(uint64_t key)
{
    uint64_t bits = key & SIGN_BIT ? key ^ SIGN_BIT : ~key;
    double v;
    memcpy(&v, &bits, sizeof v);
    return v;
}

static void insertion_sort(uint64_t *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint64_t key = v[i];
        size_t k = i;
        for (; k > 0 && v[k - 1] > key; k--)
            v[k] = v[k - 1];
        v[k] = key;
    }
}

static void radix_pass(const uint64_t *from, uint64_t *to, size_t n, unsigned shift,
                       uint32_t *count)
{
    size_t at[RADIX], sum = 0;
    for (size_t d = 0; d < RADIX; d++) {
        at[d] = sum;
        sum += count[d];
    }
    for (size_t i = 0; i < n; i++)
        to[at[from[i] >> shift & (RADIX - 1)]++] = from[i];
}

uint64_t *sort_keys(uint64_t *v, uint64_t *spare, size_t n)
{
    uint32_t count[PASSES][RADIX] = {{0}};
    uint64_t differ = 0;
    if (n < FEW) {
        insertion_sort(v, n);
        return v;
    }
    for (size_t i = 1; i < n; i++)
        differ |= v[i] ^ v[0];
    for (unsigned k = 0; k < PASSES; k++)
        for (size_t i = 0; i < n && differ >> (k * RADIX_BITS) & (RADIX - 1); i++)
            count[k][v[i] >> (k * RADIX_BITS) & (RADIX - 1)]++;
    for (unsigned k = 0; k < PASSES; k++) {
        if (!(differ >> (k * RADIX_BITS) & (RADIX - 1)))
            continue;
        radix_pass(v, spare, n, k * RADIX_BITS, count[k]);
        uint64_t *t = v;
        v = spare;
        spare = t;
    }
    return v;
}

/* ---- on threads ---- */

typedef struct Deal {
    uint64_t *from, *to;
    size_t n;
    uint64_t cut[BUCKETS - 1];
    uint8_t *bucket;        /* n: of each key */
    size_t (*at)[BUCKETS];  /* by chunk: how many keys of each bucket, then where they go */
    size_t start[BUCKETS + 1];
} Deal;

static void choose_cuts(Deal *d)
{
    uint64_t sample[BUCKETS * SAMPLE], spare[BUCKETS * SAMPLE];
    for (size_t k = 0; k < BUCKETS * SAMPLE; k++)
        sample[k] = d->from[(size_t)((double)k * (double)d->n / (BUCKETS * SAMPLE))];
    const uint64_t *sorted = sort_keys(sample, spare, BUCKETS * SAMPLE);
    for (size_t k = 0; k < BUCKETS - 1; k++)
        d->cut[k] = sorted[(k + 1) * SAMPLE];
}

/* A key's bucket is the number of cuts below it. */
static void count_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Deal *d = ctx;
    size_t *at = d->at[chunk];
    (void)scratch;
    for (size_t i = from; i < to; i++) {
        size_t k = 0;
        for (size_t step = BUCKETS / 2; step > 0; step /= 2)
            k += d->cut[k + step - 1] < d->from[i] ? step : 0;
        d->bucket[i] = (uint8_t)k;
        at[k]++;
    }
}

static void place_buckets(Deal *d, size_t chunks)
{
    size_t sum = 0;
    for (size_t k = 0; k < BUCKETS; k++) {
        d->start[k] = sum;
        for (size_t c = 0; c < chunks; c++) {
            size_t here = d->at[c][k];
            d->at[c][k] = sum;
            sum += here;
        }
    }
    d->start[BUCKETS] = sum;
}

static void deal_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Deal *d = ctx;
    size_t *at = d->at[chunk];
    (void)scratch;
    for (size_t i = from; i < to; i++)
        d->to[at[d->bucket[i]]++] = d->from[i];
}

static void sort_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Deal *d = ctx;
    size_t at = d->start[from], n = d->start[to] - at;
    (void)scratch;
    (void)chunk;
    if (sort_keys(d->to + at, d->from + at, n) != d->to + at && n)
        memcpy(d->to + at, d->from + at, n * sizeof *d->to);
}

uint64_t *sort_keys_par(uint64_t *v, uint64_t *spare, size_t n, Error *err)
{
    if (n < PAR_MIN)
        return sort_keys(v, spare, n);
    size_t chunks = n / PAR_CHUNK + 1;
    Deal d = {.from = v, .to = spare, .n = n};
    d.bucket = big_alloc(n, 1, false, "sorting", err);
    d.at = d.bucket ? big_alloc(chunks, sizeof *d.at, true, "sorting", err) : NULL;
    bool ok = d.at != NULL;
    if (ok) {
        choose_cuts(&d);
        ok = par_rows(&(ParJob){.n = n, .ctx = &d, .work = count_work}, err);
    }
    if (ok) {
        place_buckets(&d, chunks);
        ok = par_rows(&(ParJob){.n = n, .ctx = &d, .work = deal_work}, err) &&
             par_rows(&(ParJob){.n = BUCKETS, .chunk = 1, .ctx = &d, .work = sort_work}, err);
    }
    free(d.bucket);
    free(d.at);
    return ok ? spare : NULL;
}

void sort_reals(double *v, size_t n)
{
    uint64_t *key = xcalloc(2 * n, sizeof *key);
    for (size_t i = 0; i < n; i++)
        key[i] = sort_key(v[i]);
    const uint64_t *sorted = sort_keys(key, key + n, n);
    for (size_t i = 0; i < n; i++)
        v[i] = sort_key_real(sorted[i]);
    free(key);
}
