/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_vmath.c - errors of the vector exp and log, in units of the last place, against long
 * double. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include "base/rng.h"
#include "../../../src/glm/vmath.h"

#include <cmocka.h>

typedef struct Worst {
    double exp, log, log1p;
} Worst;

static double ulps(double got, long double want)
{
    double unit = nextafter(fabs((double)want), INFINITY) - fabs((double)want);
    return (double)(fabsl((long double)got - want) / unit);
}

/* Valgrind computes with long doubles of 53 bits: what they say is then itself rounded. */
static double reference_slack(void)
{
    volatile long double one = 1;
    return one + LDBL_EPSILON == one ? 1.0 : 0.0;
}

SIMD_CLONES
static void run(const double *x, const double *p, const double *z, double *e, double *l, double *l1)
{
    V4 a, b, c;
    for (size_t i = 0; i < 8; i += SIMD_LANES) {
        V4_LOAD(a, x + i);
        V4_LOAD(b, p + i);
        V4_LOAD(c, z + i);
        a = exp4(a);
        b = log4(b);
        c = log1p4_unit(c);
        V4_STORE(e + i, a);
        V4_STORE(l + i, b);
        V4_STORE(l1 + i, c);
    }
}

static void errors_are_as_said(void **state)
{
    (void)state;
    Rng g = rng_stream(5, "vmath");
    Worst w = {0, 0, 0};
    for (int k = 0; k < 50000; k++) {
        double x[8], p[8], z[8], e[8], l[8], l1[8];
        for (int i = 0; i < 8; i++) {
            double u = rng_unit(&g);
            x[i] = k % 2 ? 1400 * u - 700 : 8 * u - 6;
            p[i] = exp(k % 3 ? 600 * rng_unit(&g) - 300 : 0.2 * rng_unit(&g) - 0.1);
            z[i] = k % 2 ? rng_unit(&g) : exp(-40 * rng_unit(&g));
        }
        run(x, p, z, e, l, l1);
        for (int i = 0; i < 8; i++) {
            w.exp = fmax(w.exp, ulps(e[i], expl((long double)x[i])));
            w.log = fmax(w.log, ulps(l[i], logl((long double)p[i])));
            w.log1p = fmax(w.log1p, ulps(l1[i], log1pl((long double)z[i])));
        }
    }
    print_message("exp %.2f, log %.2f, log1p %.2f ulp\n", w.exp, w.log, w.log1p);
    double slack = reference_slack();
    assert_true(w.exp <= 1.0 + slack);
    assert_true(w.log <= 2.0 + slack);
    assert_true(w.log1p <= 2.0 + slack);
}

static void edges(void **state)
{
    (void)state;
    double x[8] = {0, -0.0, 1000, -1000, NAN, 709, -708, 1e-300},
           p[8] = {1, 2, 0.5, 1e300, 1e-300, 1, 1, 1};
    double z[8] = {0, 1, 1e-300, 0.5, 1e-17, 0.41421356237309503, 0.41421356237309509, 0}, e[8],
           l[8], l1[8];
    run(x, p, z, e, l, l1);
    assert_true(e[0] == 1 && e[1] == 1 && isfinite(e[2]) && e[3] > 0 && isnan(e[4]) && e[7] == 1);
    assert_true(l[0] == 0 && l[1] == log(2.0) && l[2] == -log(2.0) && l[5] == 0);
    assert_true(l1[0] == 0 && fabs(l1[1] - log(2.0)) < 2e-16 && l1[2] == 1e-300 && l1[4] == 1e-17);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(errors_are_as_said),
                                       cmocka_unit_test(edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
