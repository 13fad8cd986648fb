/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vmath.h - exp and log of eight numbers at once, without branches and without fused arithmetic.
 *
 * Errors against long doubles over their whole range: exp8 1.0 ulp, log8 and log1p8_unit 2.0 ulp
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

/* mask ? a : b, lane by lane. */
#define V8_SELECT(mask, a, b) ((V8)(((mask) & (I8)(a)) | (~(mask) & (I8)(b))))

SIMD_INLINE V8 v8_clamp(V8 x, double low, double high)
{
    x = V8_SELECT(x < V8_ALL(low), V8_ALL(low), x);
    return V8_SELECT(x > V8_ALL(high), V8_ALL(high), x);
}

/* e^x, x cut to [-708, 709]; NaN stays NaN. */
SIMD_INLINE V8 exp8(V8 x)
{
    x = v8_clamp(x, VM_EXP_MIN, VM_EXP_MAX);
    V8 k = x * VM_LOG2E + VM_ROUND, n = k - VM_ROUND;
    V8 r = (x - n * VM_LN2_HI) - n * VM_LN2_LO; /* |r| <= ln 2 / 2 */
    V8 r2 = r * r, r4 = r2 * r2;
    V8 a = (1.0 / 2) + r * (1.0 / 6), b = (1.0 / 24) + r * (1.0 / 120);
    V8 c = (1.0 / 720) + r * (1.0 / 5040), d = (1.0 / 40320) + r * (1.0 / 362880);
    V8 e = (1.0 / 3628800) + r * (1.0 / 39916800), f = (1.0 / 479001600) + r * (1.0 / 6227020800);
    V8 tail = (a + r2 * b) + r4 * ((c + r2 * d) + r4 * (e + r2 * f));
    V8 v = 1.0 + (r + r2 * tail);
    I8 scale = ((I8)k - (I8)V8_ALL(VM_ROUND) + 1023) << 52;
    return v * (V8)scale;
}

/* 2 atanh(s) = log((1 + s)/(1 - s)) for |s| <= 3 - 2 sqrt 2 = 0.1716. */
SIMD_INLINE V8 log_ratio8(V8 s)
{
    V8 q = s * s, q2 = q * q, q4 = q2 * q2;
    V8 a = (2.0 / 3) + q * (2.0 / 5), b = (2.0 / 7) + q * (2.0 / 9);
    V8 c = (2.0 / 11) + q * (2.0 / 13), d = (2.0 / 15) + q * (2.0 / 17);
    V8 e = (2.0 / 19) + q * (2.0 / 21);
    V8 tail = (a + q2 * b) + q4 * ((c + q2 * d) + q4 * e);
    return 2.0 * s + s * (q * tail);
}

/* log(1 + z) for 0 <= z <= 1, with small relative error. */
SIMD_INLINE V8 log1p8_unit(V8 z)
{
    I8 big = z > V8_ALL(0.41421356237309503); /* halved, 1 + z lies in [sqrt 1/2, 1] */
    V8 num = z - V8_SELECT(big, V8_ALL(1.0), V8_ALL(0.0));
    V8 den = z + V8_SELECT(big, V8_ALL(3.0), V8_ALL(2.0));
    V8 base_hi = V8_SELECT(big, V8_ALL(VM_LN2_HI), V8_ALL(0.0));
    V8 base_lo = V8_SELECT(big, V8_ALL(VM_LN2_LO), V8_ALL(0.0));
    return base_hi + (log_ratio8(num / den) + base_lo);
}

/* log(x) for normal positive x. */
SIMD_INLINE V8 log8(V8 x)
{
    const int64_t sqrt_half = 0x3fe6a09e667f3bcd;
    I8 bits = (I8)x - sqrt_half; /* exponent counted from sqrt(1/2) */
    I8 e = bits >> 52;
    V8 m = (V8)((I8)x - (e << 52));
    /* e to double: the low bits of 1.5 * 2^52 hold an integer */
    V8 n = (V8)(e + (I8)V8_ALL(VM_ROUND)) - VM_ROUND;
    V8 s = (m - 1.0) / (m + 1.0);
    return n * VM_LN2_HI + (log_ratio8(s) + n * VM_LN2_LO);
}

#endif
