/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mem.c - xmalloc and friends, which do not return without memory, and big_alloc, which says so.
 *
 * Big blocks are aligned to a cache line so that vector loops over columns start well. They come
 * from aligned_alloc, which wants a multiple of the alignment, and go back with free().
 */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

#define CACHE_LINE ((size_t)64)

/* The one place below the shell that writes to stderr: no memory is left to do it politely. */
static void die(size_t bytes)
{
    fprintf(stderr, "glint: out of memory (%zu bytes)\n", bytes);
    exit(1);
}

void *xmalloc(size_t bytes)
{
    void *p = malloc(bytes ? bytes : 1);
    if (!p)
        die(bytes);
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n ? n : 1, size ? size : 1);
    if (!p)
        die(size && n > SIZE_MAX / size ? SIZE_MAX : n * size);
    return p;
}

void *xrealloc(void *p, size_t bytes)
{
    void *q = realloc(p, bytes ? bytes : 1);
    if (!q)
        die(bytes);
    return q;
}

char *xstrndup(const char *s, size_t n)
{
    char *p = xmalloc(n + 1);
    if (n)
        memcpy(p, s, n);
    p[n] = '\0';
    return p;
}

char *xstrdup(const char *s)
{
    return xstrndup(s, strlen(s));
}

void *big_alloc(size_t n, size_t size, bool zero, const char *what, Error *err)
{
    if (size && n > (SIZE_MAX - CACHE_LINE) / size) {
        fail_nomem(err, SIZE_MAX, what);
        return NULL;
    }
    size_t bytes = n * size;
    size_t rounded = bytes ? (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE : CACHE_LINE;
    void *p = fault_hit(FAULT_ALLOC) ? NULL : aligned_alloc(CACHE_LINE, rounded);
    if (!p) {
        fail_nomem(err, bytes, what);
        return NULL;
    }
    if (zero)
        memset(p, 0, rounded);
#ifdef GLINT_DEBUG
    else
        memset(p, 0xff, rounded); /* NaN, and far out: what is read before it is written shows */
#endif
    return p;
}

void *big_realloc(void *p, size_t old_bytes, size_t new_bytes, const char *what, Error *err)
{
    void *q = big_alloc(new_bytes, 1, false, what, err);
    if (!q)
        return NULL;
    size_t keep = old_bytes < new_bytes ? old_bytes : new_bytes;
    if (p && keep)
        memcpy(q, p, keep);
    free(p);
    return q;
}
