/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vmath.h - exp and log of four numbers at once, without branches and without fused arithmetic.
 *
 * Errors against long doubles over their whole range: exp4 1.0 ulp, log4 and log1p4_unit 2.0 ulp
 * (tests/unit/glm/test_vmath.c measures them). Argument reduction and its constants as in Sun's
 * fdlibm (e_exp.c, e_log.c); the polynomials are Taylor's, long enough that the first term left
 * out is below half an ulp.
 */
#ifndef GLINT_GLM_VMATH_H
#define GLINT_GLM_VMATH_H

#include "base/simd.h"

#define VM_LN2_HI 6.93147180369123816490e-01 /* ends in 33 zero bits: n * LN2_HI is exact */
#define VM_LN2_LO 1.90821492927058770002e-10
#define VM_LOG2E 1.44269504088896338700e+00
#define VM_ROUND 6755399441055744.0 /* 1.5 * 2^52: adding it leaves an integer in the low bits */
#define VM_EXP_MIN (-708.0) /* the result stays normal */
#define VM_EXP_MAX 709.0

SIMD_INLINE V4 v4_clamp(V4 x, double low, double high)
{
    x = V4_SELECT(x < V4_ALL(low), V4_ALL(low), x);
    return V4_SELECT(x > V4_ALL(high), V4_ALL(high), x);
}

/* e^x, x cut to [-708, 709]; NaN stays NaN. */
SIMD_INLINE V4 exp4(V4 x)
{
    x = v4_clamp(x, VM_EXP_MIN, VM_EXP_MAX);
    V4 k = x * VM_LOG2E + VM_ROUND, n = k - VM_ROUND;
    V4 r = (x - n * VM_LN2_HI) - n * VM_LN2_LO; /* |r| <= ln 2 / 2 */
    V4 r2 = r * r, r4 = r2 * r2;
    V4 a = (1.0 / 2) + r * (1.0 / 6), b = (1.0 / 24) + r * (1.0 / 120);
    V4 c = (1.0 / 720) + r * (1.0 / 5040), d = (1.0 / 40320) + r * (1.0 / 362880);
    V4 e = (1.0 / 3628800) + r * (1.0 / 39916800), f = (1.0 / 479001600) + r * (1.0 / 6227020800);
    V4 tail = (a + r2 * b) + r4 * ((c + r2 * d) + r4 * (e + r2 * f));
    V4 v = 1.0 + (r + r2 * tail);
    I4 scale = ((I4)k - (I4)V4_ALL(VM_ROUND) + 1023) << 52;
    return v * (V4)scale;
}

/* 2 atanh(s) = log((1 + s)/(1 - s)) for |s| <= 3 - 2 sqrt 2 = 0.1716. */
SIMD_INLINE V4 log_ratio4(V4 s)
{
    V4 q = s * s, q2 = q * q, q4 = q2 * q2;
    V4 a = (2.0 / 3) + q * (2.0 / 5), b = (2.0 / 7) + q * (2.0 / 9);
    V4 c = (2.0 / 11) + q * (2.0 / 13), d = (2.0 / 15) + q * (2.0 / 17);
    V4 e = (2.0 / 19) + q * (2.0 / 21);
    V4 tail = (a + q2 * b) + q4 * ((c + q2 * d) + q4 * e);
    return 2.0 * s + s * (q * tail);
}

/* log(1 + z) for 0 <= z <= 1, with small relative error. */
SIMD_INLINE V4 log1p4_unit(V4 z)
{
    I4 big = z > V4_ALL(0.41421356237309503); /* halved, 1 + z lies in [sqrt 1/2, 1] */
    V4 num = z - V4_SELECT(big, V4_ALL(1.0), V4_ALL(0.0));
    V4 den = z + V4_SELECT(big, V4_ALL(3.0), V4_ALL(2.0));
    V4 base_hi = V4_SELECT(big, V4_ALL(VM_LN2_HI), V4_ALL(0.0));
    V4 base_lo = V4_SELECT(big, V4_ALL(VM_LN2_LO), V4_ALL(0.0));
    return base_hi + (log_ratio4(num / den) + base_lo);
}

/* log(x) for normal positive x. */
SIMD_INLINE V4 log4(V4 x)
{
    const int64_t sqrt_half = 0x3fe6a09e667f3bcd;
    I4 bits = (I4)x - sqrt_half; /* exponent counted from sqrt(1/2) */
    I4 e = bits >> 52;
    V4 m = (V4)((I4)x - (e << 52));
    /* e to double: the low bits of 1.5 * 2^52 hold an integer */
    V4 n = (V4)(e + (I4)V4_ALL(VM_ROUND)) - VM_ROUND;
    V4 s = (m - 1.0) / (m + 1.0);
    return n * VM_LN2_HI + (log_ratio4(s) + n * VM_LN2_LO);
}

#endif
