/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logistic.c - 1 / (1 + e^-eta) of many linear predictors: what scoring millions of pairs spends
 * its time on.
 *
 * By the sign of eta, so that neither tail loses digits: with z = e^-|eta|, p = 1/(1 + z) or z/(1
 * + z). Within 2 ulp of the exact value (tests/unit/glm/test_logistic.c). The link table's logit
 * serves the same numbers one by one where the derivative is wanted too.
 */
#include "glm/family.h"
#include "vmath.h"

SIMD_INLINE V4 logistic4(V4 eta)
{
    V4 z = exp4(V4_SELECT(eta < V4_ALL(0.0), eta, -eta));
    V4 q = 1.0 / (1.0 + z);
    return V4_SELECT(eta < V4_ALL(0.0), z * q, q);
}

SIMD_CLONES double logistic_many(const double *eta, size_t n, double *p)
{
    V4 sum = V4_ALL(0.0), x, v;
    size_t i = 0;
    for (; i + SIMD_LANES <= n; i += SIMD_LANES) {
        V4_LOAD(x, eta + i);
        v = logistic4(x);
        V4_STORE(p + i, v);
        sum += v;
    }
    double lane[SIMD_LANES] = {0}, total = 0;
    if (i < n) {
        memcpy(lane, eta + i, (n - i) * sizeof *lane);
        V4_LOAD(x, lane);
        v = logistic4(x);
        V4_STORE(lane, v);
        memcpy(p + i, lane, (n - i) * sizeof *lane);
        for (size_t k = 0; k < n - i; k++)
            total += lane[k];
    }
    V4_STORE(lane, sum);
    for (size_t k = 0; k < SIMD_LANES; k++)
        total += lane[k];
    return total;
}
