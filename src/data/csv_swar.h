/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_swar.h - short numbers and moments, eight characters at a time in a 64-bit word.
 *
 * A word is loaded so that the text ends with it; what stands before the text is replaced by zeros,
 * which do not change a number. All eight are digits if neither adding 0x46 nor subtracting 0x30
 * reaches the top bit of a byte; three multiplications then add them up (D. Lemire, Quickly parsing
 * eight digits, 2018). Whatever these functions do not take goes the careful way: false only means
 * that.
 */
#ifndef GLINT_DATA_CSV_SWAR_H
#define GLINT_DATA_CSV_SWAR_H

#include "base/clock.h"
#include "base/simd.h"

#define SWAR_ALL(b) (UINT64_C(0x0101010101010101) * (b))
#define SWAR_TOP SWAR_ALL(0x80)

/* The characters p[0..8), first one in the lowest byte. */
SIMD_INLINE uint64_t swar_load(const char *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
}

/* The last n (1..8) characters before `end`, '0' before them. p - 8 must be readable. */
SIMD_INLINE uint64_t swar_tail(const char *end, size_t n)
{
    uint64_t cut = n >= 8 ? 0 : UINT64_MAX >> (8 * n); /* bytes before the text */
    return (swar_load(end - 8) & ~cut) | (SWAR_ALL('0') & cut);
}

SIMD_INLINE bool swar_digits(uint64_t v)
{
    return (((v + SWAR_ALL(0x46)) | (v - SWAR_ALL(0x30))) & SWAR_TOP) == 0;
}

SIMD_INLINE uint64_t swar_value(uint64_t v)
{
    v = (v & SWAR_ALL(0x0f)) * (10 * 256 + 1) >> 8;
    v = (v & UINT64_C(0x00ff00ff00ff00ff)) * (100 * 65536 + 1) >> 16;
    return (v & UINT64_C(0x0000ffff0000ffff)) * (UINT64_C(10000) * 4294967296 + 1) >> 32;
}

/* Whole numbers of up to 16 digits without leading zeros. Eight bytes before p + n must be
 * readable. */
SIMD_INLINE bool swar_int(const char *p, size_t n, int64_t *out)
{
    bool minus = *p == '-';
    p += minus;
    n -= minus;
    if (n - 1 > 15 || (*p == '0' && (n > 1 || minus)))
        return false;
    uint64_t low = swar_tail(p + n, n < 8 ? n : 8);
    if (!swar_digits(low))
        return false;
    uint64_t v = swar_value(low);
    if (n > 8) {
        uint64_t high = swar_tail(p + n - 8, n - 8);
        if (!swar_digits(high))
            return false;
        v += swar_value(high) * 100000000;
    }
    *out = ((int64_t)v ^ -(int64_t)minus) + minus; /* no branch: signs are hard to foretell */
    return true;
}

/* Takes the point out of the word, the characters before it move up by one; returns the digits
 * behind it, or -1. */
SIMD_INLINE int swar_take_point(uint64_t *v, uint64_t fill)
{
    uint64_t x = *v ^ SWAR_ALL('.');
    uint64_t hit = (x - SWAR_ALL(1)) & ~x & SWAR_TOP;
    if (!hit)
        return -1;
    int at = __builtin_ctzll(hit) & ~7;
    uint64_t before = (UINT64_C(1) << at) - 1;
    *v = (*v & before) << 8 | fill | (*v & ~before & ~(UINT64_C(0xff) << at));
    return 7 - at / 8;
}

/* Decimal numbers of up to 16 characters without an exponent: both the digits and the power of ten
 * are exact doubles, so the one division rounds correctly (Clinger 1990). Sixteen bytes before p +
 * n must be readable when n > 8. */
SIMD_INLINE bool swar_real(const char *p, size_t n, double *out)
{
    static const double power[16] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    bool minus = *p == '-';
    p += minus;
    n -= minus;
    if (n - 1 > 15 || (n == 1 && *p == '.'))
        return false;
    uint64_t high = SWAR_ALL('0'), low = swar_tail(p + n, n < 8 ? n : 8);
    int behind;
    if (n > 8) {
        high = swar_tail(p + n - 8, n - 8);
        behind = swar_take_point(&low, high >> 56);
        if (behind >= 0) {
            high = high << 8 | '0';
        } else {
            behind = swar_take_point(&high, '0');
            behind = behind < 0 ? 0 : behind + 8;
        }
        if (!swar_digits(high))
            return false;
    } else {
        behind = swar_take_point(&low, '0');
        behind = behind < 0 ? 0 : behind;
    }
    if (!swar_digits(low))
        return false;
    uint64_t digits = swar_value(low) + (n > 8 ? swar_value(high) * 100000000 : 0);
    if (digits >> 53)
        return false;
    static const double sign[2] = {1, -1};
    *out = (double)(int64_t)digits * sign[minus] / power[behind];
    return true;
}

/* Four or two digits in a word whose bytes are 0..9. */
SIMD_INLINE int swar_four(uint64_t v)
{
    return (int)((v & 0xf) * 1000 + (v >> 8 & 0xf) * 100 + (v >> 16 & 0xf) * 10 + (v >> 24 & 0xf));
}
SIMD_INLINE int swar_two(uint64_t v)
{
    return (int)((v & 0xf) * 10 + (v >> 8 & 0xf));
}

/* Like `shape`, whose digits are zeros? Then digits become 0..9 and the rest 0. */
SIMD_INLINE bool swar_shape(uint64_t *v, const char *shape, uint64_t limit)
{
    *v ^= swar_load(shape);
    return (((*v + limit) | *v) & SWAR_TOP) == 0;
}

/* Days since 1970 of a date that exists: days_from_civil() without its eras, for years from 1 on.
 */
SIMD_INLINE bool swar_days(int y, int m, int d, int64_t *days)
{
    static const uint8_t length[16] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const uint16_t before[16] = {0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    if (m > 12 || y == 0)
        return false;
    int leap = (y & 3) == 0 && (y % 100 != 0 || (y & 15) == 0);
    if (d == 0 || d > length[m] + (m == 2 && leap))
        return false;
    int past = y - 1;
    *days = past * 365 + past / 4 - past / 100 + past / 400 + before[m] + (m > 2 && leap) + d - 1 -
            719162;
    return true;
}

/* 2023-10-15, 2023-10-15 09:30:00, 2023-10-15T09:30:00Z. n bytes at p and eight before p + n are
 * readable. */
SIMD_INLINE bool swar_time(const char *p, size_t n, int64_t *us, TimeUnit *unit)
{
    if (n != 10 && n != 19 && !(n == 20 && p[19] == 'Z'))
        return false;
    uint64_t date = swar_load(p),
             day = (uint64_t)(unsigned char)p[8] | (uint64_t)(unsigned char)p[9] << 8;
    day ^= 0x3030;
    if (!swar_shape(&date, "0000-00-", UINT64_C(0x7f76767f76767676)) || ((day + 0x7676) & 0x8080) ||
        (day & 0x8080))
        return false;
    int y = swar_four(date), m = swar_two(date >> 40), d = swar_two(day);
    int64_t days;
    if (!swar_days(y, m, d, &days))
        return false;
    *us = days * US_PER_DAY;
    *unit = TIME_DAY;
    if (n == 10)
        return true;
    uint64_t clock = swar_load(p + 11);
    if ((p[10] != ' ' && p[10] != 'T') ||
        !swar_shape(&clock, "00:00:00", UINT64_C(0x76767f76767f7676)))
        return false;
    int hour = swar_two(clock), minute = swar_two(clock >> 24), second = swar_two(clock >> 48);
    *us += (int64_t)((hour * 60 + minute) * 60 + second) * US_PER_SECOND;
    *unit = TIME_SECOND;
    return hour < 24 && minute < 60 && second < 60;
}

#endif
