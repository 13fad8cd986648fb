/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dd.h - numbers of twice the precision: an unevaluated sum hi + lo of two doubles, about 32
 * digits.
 *
 * T. J. Dekker, A floating-point technique for extending the available precision, 1971; the sums
 * and products are those of Joldes, Muller & Popescu, Tight and rigorous error bounds for basic
 * building blocks of double-word arithmetic, 2017 (algorithms 6, 9, 12 and 17). fma() is exact
 * here, in hardware or not: the bits do not depend on the machine.
 */
#ifndef GLINT_BASE_DD_H
#define GLINT_BASE_DD_H

#include <math.h>

typedef struct Dd {
    double hi, lo;
} Dd;

static inline Dd dd_of(double x)
{
    return (Dd){x, 0.0};
}

static inline Dd dd_quick_sum(double a, double b) /* |a| >= |b| */
{
    double s = a + b;
    return (Dd){s, b - (s - a)};
}

static inline Dd dd_two_sum(double a, double b)
{
    double s = a + b, t = s - a;
    return (Dd){s, (a - (s - t)) + (b - t)};
}

static inline Dd dd_two_prod(double a, double b)
{
    double p = a * b;
    return (Dd){p, fma(a, b, -p)};
}

static inline Dd dd_add(Dd a, Dd b)
{
    Dd s = dd_two_sum(a.hi, b.hi), t = dd_two_sum(a.lo, b.lo);
    s = dd_quick_sum(s.hi, s.lo + t.hi);
    return dd_quick_sum(s.hi, s.lo + t.lo);
}

static inline Dd dd_sub(Dd a, Dd b)
{
    return dd_add(a, (Dd){-b.hi, -b.lo});
}

static inline Dd dd_mul_d(Dd a, double b)
{
    Dd p = dd_two_prod(a.hi, b);
    return dd_quick_sum(p.hi, fma(a.lo, b, p.lo));
}

static inline Dd dd_mul(Dd a, Dd b)
{
    Dd p = dd_two_prod(a.hi, b.hi);
    return dd_quick_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

static inline Dd dd_div(Dd a, Dd b)
{
    double q = a.hi / b.hi;
    Dd r = dd_sub(a, dd_mul_d(b, q));
    double q2 = r.hi / b.hi;
    r = dd_sub(r, dd_mul_d(b, q2));
    Dd s = dd_quick_sum(q, q2);
    return dd_add(s, dd_of(r.hi / b.hi));
}

static inline Dd dd_sqrt(Dd a) /* a > 0; one Newton step from the double */
{
    double s = sqrt(a.hi);
    Dd r = dd_sub(a, dd_two_prod(s, s));
    return dd_quick_sum(s, r.hi / (2.0 * s));
}

/* x^k for a whole k >= 0. */
static inline Dd dd_power(double x, int k)
{
    Dd r = {1.0, 0.0};
    for (int i = 0; i < k; i++)
        r = dd_mul_d(r, x);
    return r;
}

#endif
