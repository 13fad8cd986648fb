/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simd.h - four doubles at a time, with the same bits on every machine.
 *
 * V4 is a vector of four doubles of GCC's and clang's vector extension: the compiler makes one
 * 256-bit or two 128-bit operations of it. (Of eight, GCC 12 makes good code for AVX-512 alone, a
 * tenth faster than this; on other machines each value goes through memory, two and a half times
 * slower.) Nothing here is fused, so the widths agree to the last bit. A function marked
 * SIMD_CLONES is compiled for AVX2 and the baseline and chosen when the program starts. Helpers
 * taking V4 are always inlined: a vector never crosses a call, whose rules differ between the
 * clones (which is why the Makefile silences -Wpsabi).
 */
#ifndef GLINT_BASE_SIMD_H
#define GLINT_BASE_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define SIMD_NO_CLONES 1
#endif
#endif
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__) || !defined(__x86_64__) ||       \
    !defined(__GLIBC__)
#define SIMD_NO_CLONES 1 /* resolvers run before the sanitizers are ready */
#endif

#ifdef SIMD_NO_CLONES
#define SIMD_CLONES
#else
#define SIMD_CLONES __attribute__((target_clones("default", "avx2")))
#endif
#define SIMD_INLINE static inline __attribute__((always_inline))

#define SIMD_LANES 4

typedef double V4 __attribute__((vector_size(32)));
typedef int64_t I4 __attribute__((vector_size(32)));

/* Loads and stores at any alignment. */
#define V4_LOAD(v, from) memcpy(&(v), (from), sizeof(V4))
#define V4_STORE(to, v) memcpy((to), &(v), sizeof(V4))
#define V4_ALL(s) ((V4){(s), (s), (s), (s)})
/* Lane by lane: a where the mask's bits are set, else b. */
#define V4_SELECT(mask, a, b) ((V4)(((mask) & (I4)(a)) | (~(mask) & (I4)(b))))

SIMD_INLINE double v4_sum(const V4 *v)
{
    const V4 a = *v;
    return (a[0] + a[1]) + (a[2] + a[3]);
}

#endif
