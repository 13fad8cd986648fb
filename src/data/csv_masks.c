/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * csv_masks.c - 64 bytes of text to bits, and bits to places: the few instructions of csv_scan.c
 * that differ between machines. The best form is chosen while the program runs.
 */
#include "csv_masks.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* ---- bytes to bits ---- */

#if defined(__x86_64__)
static unsigned masks_sse2(const char *p, size_t blocks, const Csv *c, CsvMasks *out)
{
    const __m128i newline = _mm_set1_epi8(c->newline), sep = _mm_set1_epi8(c->delim);
    const __m128i quote = _mm_set1_epi8('"'), zero = _mm_setzero_si128();
    __m128i high = zero, low = _mm_set1_epi8(1);
    for (size_t b = 0; b < blocks; b++, p += BLOCK) {
        CsvMasks m = {0, 0, 0};
        for (int k = 0; k < 4; k++) {
            __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * k));
            m.newline |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, newline))
                         << 16 * k;
            m.sep |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, sep)) << 16 * k;
            m.quote |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << 16 * k;
            high = _mm_or_si128(high, v);
            low = _mm_min_epu8(low, v);
        }
        out[b] = m;
    }
    unsigned seen = _mm_movemask_epi8(high) ? SEEN_HIGH : 0;
    return seen | (_mm_movemask_epi8(_mm_cmpeq_epi8(low, zero)) ? SEEN_NUL : 0);
}

__attribute__((target("avx2"))) static unsigned masks_avx2(const char *p, size_t blocks,
                                                           const Csv *c, CsvMasks *out)
{
    const __m256i newline = _mm256_set1_epi8(c->newline), sep = _mm256_set1_epi8(c->delim);
    const __m256i quote = _mm256_set1_epi8('"');
    __m256i high = _mm256_setzero_si256(), low = _mm256_set1_epi8(1);
    for (size_t b = 0; b < blocks; b++, p += BLOCK) {
        CsvMasks m = {0, 0, 0};
        for (int k = 0; k < 2; k++) {
            __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32 * k));
            m.newline |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, newline))
                         << 32 * k;
            m.sep |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, sep)) << 32 * k;
            m.quote |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, quote))
                       << 32 * k;
            high = _mm256_or_si256(high, v);
            low = _mm256_min_epu8(low, v);
        }
        out[b] = m;
    }
    unsigned seen = _mm256_movemask_epi8(high) ? SEEN_HIGH : 0;
    __m256i nul = _mm256_cmpeq_epi8(low, _mm256_setzero_si256());
    return seen | (_mm256_movemask_epi8(nul) ? SEEN_NUL : 0);
}

__attribute__((target("avx512bw"))) static unsigned masks_avx512(const char *p, size_t blocks,
                                                                 const Csv *c, CsvMasks *out)
{
    const __m512i newline = _mm512_set1_epi8(c->newline), sep = _mm512_set1_epi8(c->delim);
    const __m512i quote = _mm512_set1_epi8('"');
    __m512i high = _mm512_setzero_si512(), low = _mm512_set1_epi8(1);
    for (size_t b = 0; b < blocks; b++, p += BLOCK) {
        __m512i v = _mm512_loadu_si512((const void *)p);
        out[b].newline = _mm512_cmpeq_epi8_mask(v, newline);
        out[b].sep = _mm512_cmpeq_epi8_mask(v, sep);
        out[b].quote = _mm512_cmpeq_epi8_mask(v, quote);
        high = _mm512_or_si512(high, v);
        low = _mm512_min_epu8(low, v);
    }
    unsigned seen = _mm512_movepi8_mask(high) ? SEEN_HIGH : 0;
    return seen | (_mm512_cmpeq_epi8_mask(low, _mm512_setzero_si512()) ? SEEN_NUL : 0);
}

CsvMaskFn csv_mask_fn(void)
{
    if (__builtin_cpu_supports("avx512bw"))
        return masks_avx512;
    return __builtin_cpu_supports("avx2") ? masks_avx2 : masks_sse2;
}
#else
static unsigned masks_plain(const char *p, size_t blocks, const Csv *c, CsvMasks *out)
{
    unsigned seen = 0;
    for (size_t b = 0; b < blocks; b++, p += BLOCK) {
        CsvMasks m = {0, 0, 0};
        for (int k = 0; k < BLOCK; k++) {
            m.newline |= (uint64_t)(p[k] == c->newline) << k;
            m.sep |= (uint64_t)(p[k] == c->delim) << k;
            m.quote |= (uint64_t)(p[k] == '"') << k;
            seen |= (p[k] & 0x80 ? SEEN_HIGH : 0) | (p[k] == 0 ? SEEN_NUL : 0);
        }
        out[b] = m;
    }
    return seen;
}

CsvMaskFn csv_mask_fn(void)
{
    return masks_plain;
}
#endif

/* ---- bits to places ---- */

static void put_places(uint32_t *out, uint64_t bits, uint32_t at)
{
    for (; bits; out += 8) {
        for (int k = 0; k < 8; k++) {
            out[k] = at + (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
            bits &= bits - 1;
        }
    }
}

#if defined(__x86_64__)
/* The numbers 0 to 63 squeezed to those of the bits: one instruction where there is one. */
__attribute__((target("avx512f,avx512bw,avx512vbmi2"))) static void
put_places_vbmi2(uint32_t *out, uint64_t bits, uint32_t at)
{
    static const uint8_t numbers[64] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
        22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    __m512i found = _mm512_maskz_compress_epi8(bits, _mm512_loadu_si512(numbers)),
            base = _mm512_set1_epi32((int)at);
    __m512i first = _mm512_cvtepu8_epi32(_mm512_castsi512_si128(found));
    _mm512_storeu_si512(out, _mm512_add_epi32(first, base));
    size_t count = (size_t)__builtin_popcountll(bits);
    if (count > 16) {
        __m512i next = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 1));
        _mm512_storeu_si512(out + 16, _mm512_add_epi32(next, base));
    }
    if (count > 32) {
        __m512i next = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 2));
        _mm512_storeu_si512(out + 32, _mm512_add_epi32(next, base));
        next = _mm512_cvtepu8_epi32(_mm512_extracti32x4_epi32(found, 3));
        _mm512_storeu_si512(out + 48, _mm512_add_epi32(next, base));
    }
}

CsvPlacesFn csv_places_fn(void)
{
    return __builtin_cpu_supports("avx512vbmi2") ? put_places_vbmi2 : put_places;
}
#else
CsvPlacesFn csv_places_fn(void)
{
    return put_places;
}
#endif
