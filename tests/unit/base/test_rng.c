/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rng.c - the streams are what they are named to be, and look like their distributions. */
#include "unit/check.h"

#include <math.h>
#include <stdbool.h>

#include "base/rng.h"

/* xoshiro256** from the state {1, 2, 3, 4}: first outputs of the authors' C file
 * (prng.di.unimi.it). */
static void known_sequence(void **state)
{
    (void)state;
    static const uint64_t wanted[] = {11520, 0, 1509978240, UINT64_C(1215971899390074240)};
    Rng r = {{1, 2, 3, 4}};
    for (size_t i = 0; i < COUNT(wanted); i++)
        assert_true(rng_next(&r) == wanted[i]);
}

static void streams_are_named(void **state)
{
    (void)state;
    Rng a = rng_stream(7, "folds"), b = rng_stream(7, "folds"), c = rng_stream(7, "split"),
        d = rng_stream(8, "folds");
    uint64_t x = rng_next(&a);
    assert_true(x == rng_next(&b));
    assert_true(x != rng_next(&c));
    assert_true(x != rng_next(&d));
}

static void moments(void **state)
{
    (void)state;
    enum { N = 200000 };
    Rng r = rng_stream(3, "moments");
    double u = 0, z = 0, zz = 0, e = 0;
    for (int i = 0; i < N; i++) {
        double x = rng_unit(&r);
        assert_true(x >= 0 && x < 1);
        u += x;
        x = rng_normal(&r);
        z += x;
        zz += x * x;
        x = rng_exponential(&r);
        assert_true(x >= 0 && isfinite(x));
        e += x;
    }
    /* five standard errors of each mean */
    assert_true(fabs(u / N - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(z / N) < 5 * sqrt(1.0 / N));
    assert_true(fabs(zz / N - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(e / N - 1) < 5 * sqrt(1.0 / N));
}

static void below(void **state)
{
    (void)state;
    Rng r = rng_stream(3, "below");
    int seen[10] = {0};
    for (int i = 0; i < 10000; i++)
        seen[rng_below(&r, 10)]++;
    for (int k = 0; k < 10; k++)
        assert_true(seen[k] > 850 && seen[k] < 1150); /* five standard deviations of 30 */
    assert_int_equal(rng_below(&r, 1), 0);
    assert_int_equal(rng_below(&r, 0), 0);
    for (int i = 0; i < 100; i++)
        assert_true(rng_below(&r, (UINT64_C(1) << 63) + 1) <= UINT64_C(1) << 63);
}

static void shuffling_keeps_everything(void **state)
{
    (void)state;
    Rng r = rng_stream(3, "shuffle");
    uint32_t v[100];
    bool seen[100] = {false};
    int moved = 0;
    for (uint32_t i = 0; i < 100; i++)
        v[i] = i;
    rng_shuffle_u32(&r, v, 100);
    for (uint32_t i = 0; i < 100; i++) {
        assert_false(seen[v[i]]);
        seen[v[i]] = true;
        moved += v[i] != i;
    }
    assert_true(moved > 80);
    rng_shuffle_u32(&r, v, 0);
    rng_shuffle_u32(&r, v, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_sequence),
        cmocka_unit_test(streams_are_named),
        cmocka_unit_test(moments),
        cmocka_unit_test(below),
        cmocka_unit_test(shuffling_keeps_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
