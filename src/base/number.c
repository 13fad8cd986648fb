/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * number.c - text to numbers and back, without a locale.
 *
 * Reading: up to 15 significant digits and a power of ten within 10^22 are exact doubles each, so
 * one multiplication or division rounds once and correctly (Clinger, How to read floating point
 * numbers accurately, PLDI 1990). Anything else goes to strtod, which glibc rounds correctly;
 * LC_NUMERIC is always "C" in this program. Writing: the fewest of 15, 16 or 17 digits that read
 * back as the same bits; whole numbers below 10^15 are written digit by digit.
 */
#include "base/str.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool parse_int(Str s, int64_t *out)
{
    size_t i = 0;
    bool minus = s.n && s.p[0] == '-';
    if (s.n && (s.p[0] == '-' || s.p[0] == '+'))
        i = 1;
    if (i == s.n)
        return false;
    uint64_t limit = minus ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
    uint64_t v = 0;
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (v > (limit - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    if (minus)
        *out = v ? -(int64_t)(v - 1) - 1 : 0;
    else
        *out = (int64_t)v;
    return true;
}

/* What the text of a decimal number says: +-digits * 10^exponent. */
typedef struct Decimal {
    bool minus;
    uint64_t digits;
    int significant; /* digits without leading zeros; more than 19 do not fit and are not kept */
    long exponent;
} Decimal;

/* Reads [+-] digits [. digits] [e [+-] digits]; false when the text is anything else. */
static bool scan_decimal(Str s, Decimal *d)
{
    size_t i = 0;
    *d = (Decimal){0};
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        d->minus = s.p[i++] == '-';
    bool any = false, point = false;
    for (; i < s.n; i++) {
        char c = s.p[i];
        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!is_digit(c))
            break;
        any = true;
        if (point)
            d->exponent--;
        if (c == '0' && d->significant == 0)
            continue;
        if (++d->significant <= 19)
            d->digits = d->digits * 10 + (uint64_t)(c - '0');
    }
    if (!any)
        return false;
    if (i == s.n)
        return true;
    if (s.p[i] != 'e' && s.p[i] != 'E')
        return false;
    i++;
    bool down = i < s.n && s.p[i] == '-';
    if (i < s.n && (s.p[i] == '-' || s.p[i] == '+'))
        i++;
    if (i == s.n)
        return false;
    long e = 0;
    for (; i < s.n; i++) {
        if (!is_digit(s.p[i]))
            return false;
        if (e < 100000)
            e = e * 10 + (s.p[i] - '0');
    }
    d->exponent += down ? -e : e;
    return true;
}

static bool parse_word(Str s, double *out)
{
    bool minus = s.n && s.p[0] == '-';
    Str word = s.n && (minus || s.p[0] == '+') ? str_sub(s, 1, s.n) : s;
    if (str_ieq(word, STR("inf")) || str_ieq(word, STR("infinity")))
        *out = minus ? -INFINITY : INFINITY;
    else if (str_ieq(word, STR("nan")))
        *out = NAN;
    else
        return false;
    return true;
}

/* The long way round: strtod wants a terminated text. */
static bool parse_slow(Str s, double *out)
{
    char small[128];
    char *z = s.n < sizeof small ? small : xmalloc(s.n + 1);
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    *out = strtod(z, NULL);
    if (z != small)
        free(z);
    return true;
}

/* Up to 19 digits and 10^27 are exact in the 64-bit mantissa of an x87 number, so one operation
 * rounds them once, to 64 bits. Rounding that to 53 is right unless the 64 bits lie halfway between
 * two doubles: then the first rounding may have hidden which is nearer. All bits beyond 53 zero is
 * suspect too: so look exact results, but also all results on a machine that only pretends to have
 * the longer mantissa (valgrind). Both are rare; strtod decides them. */
static bool parse_extended(const Decimal *d, double *out)
{
#if LDBL_MANT_DIG == 64 && defined(__x86_64__)
    static const long double power[] = {1e0L,  1e1L,  1e2L,  1e3L,  1e4L,  1e5L,  1e6L,
                                        1e7L,  1e8L,  1e9L,  1e10L, 1e11L, 1e12L, 1e13L,
                                        1e14L, 1e15L, 1e16L, 1e17L, 1e18L, 1e19L, 1e20L,
                                        1e21L, 1e22L, 1e23L, 1e24L, 1e25L, 1e26L, 1e27L};
    if (d->significant > 19 || d->exponent < -27 || d->exponent > 27)
        return false;
    long double v = (long double)d->digits;
    v = d->exponent < 0 ? v / power[-d->exponent] : v * power[d->exponent];
    uint64_t mantissa;
    memcpy(&mantissa, &v, sizeof mantissa);
    *out = d->minus ? -(double)v : (double)v;
    return (mantissa & 0x3ff) != 0;
#else
    (void)d, (void)out;
    return false;
#endif
}

bool parse_real(Str s, double *out)
{
    static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    Decimal d;
    if (!scan_decimal(s, &d))
        return parse_word(s, out);
    if (d.significant > 15 || d.exponent < -22 || d.exponent > 22)
        return parse_extended(&d, out) || parse_slow(s, out);
    double v = (double)d.digits;
    v = d.exponent < 0 ? v / power[-d.exponent] : v * power[d.exponent];
    *out = d.minus ? -v : v;
    return true;
}

void buf_int(Buf *b, int64_t v)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t u = v < 0 ? (uint64_t) - (v + 1) + 1 : (uint64_t)v;
    do {
        digits[--at] = (char)('0' + u % 10);
        u /= 10;
    } while (u);
    if (v < 0)
        digits[--at] = '-';
    buf_put(b, digits + at, sizeof digits - at);
}

void buf_count(Buf *b, uint64_t n)
{
    char digits[32];
    size_t at = sizeof digits;
    for (size_t k = 0; k == 0 || n; k++) {
        if (k && k % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    }
    buf_put(b, digits + at, sizeof digits - at);
}

/* The numbers of most tables: at most six decimals. r/10^k rounds once, so when it gives v back,
 * the digits of r are a text of at most 15 digits that reads back as v, and the smallest such k
 * makes it the shortest. */
static bool put_short_decimal(Buf *b, double v)
{
    double size = fabs(v);
    if (!(size >= 1e-4 && size < 1e9))
        return false; /* beyond them %g writes an exponent, or r would be longer than 15 digits */
    double scale = 10;
    for (int k = 1; k <= 6; k++, scale *= 10) {
        double r = round(size * scale);
        if (r / scale != size)
            continue;
        int64_t digits = (int64_t)r, unit = (int64_t)scale;
        if (v < 0)
            buf_putc(b, '-');
        buf_int(b, digits / unit);
        buf_putc(b, '.');
        for (digits %= unit, unit /= 10; unit; digits %= unit, unit /= 10)
            buf_putc(b, (char)('0' + digits / unit));
        return true;
    }
    return false;
}

void buf_real(Buf *b, double v)
{
    if (isnan(v)) {
        buf_puts(b, "nan");
        return;
    }
    if (isinf(v)) {
        buf_puts(b, v < 0 ? "-inf" : "inf");
        return;
    }
    if (fabs(v) < 1e15 && v == trunc(v) && !(v == 0 && signbit(v))) {
        buf_int(b, (int64_t)v);
        return;
    }
    if (put_short_decimal(b, v))
        return;
    char text[32];
    for (int digits = 15; digits <= 17; digits++) {
        int n = snprintf(text, sizeof text, "%.*g", digits, v);
        double back;
        if (digits == 17 || (parse_real((Str){text, (size_t)n}, &back) && back == v)) {
            buf_put(b, text, (size_t)n);
            return;
        }
    }
}
