/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_logistic.c - many logistics at once are those of one by one, at any length and in both
 * tails. */
#include "unit/check.h"

#include <math.h>

#include "glm/family.h"

#define ULP2 (2 * 2.220446049250313e-16)

static void against_libm(void **state)
{
    (void)state;
    double eta[1003] = {0}, p[1003];
    for (size_t n = 0; n <= 1003; n += n < 20 ? 1 : 983) {
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            eta[i] = ((double)((i * 7919) % 1009) - 504) / 14;
        double got = logistic_many(eta, n, p);
        for (size_t i = 0; i < n; i++) {
            double z = exp(-fabs(eta[i])), want = eta[i] < 0 ? z / (1 + z) : 1 / (1 + z);
            assert_true(fabs(p[i] - want) <= ULP2 * want);
            sum += p[i];
        }
        assert_true(fabs(got - sum) <= 1e-12 * (sum + 1));
    }
}

static void edges(void **state)
{
    (void)state;
    double v[] = {0, -0.0, 800, -800, NAN, INFINITY, -INFINITY, 1e-300, 36};
    logistic_many(v, 9, v); /* in place */
    assert_true(v[0] == 0.5 && v[1] == 0.5 && v[2] == 1 && v[3] >= 0 && v[3] < 1e-300 &&
                isnan(v[4]));
    assert_true(v[5] == 1 && v[6] >= 0 && v[6] < 1e-300 && v[7] == 0.5 && v[8] < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_libm), cmocka_unit_test(edges)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
