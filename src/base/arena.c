/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena.c - bump memory: one per command, freed in one go.
 *
 * A list of blocks, the newest first. A request that does not fit in the newest block gets a new
 * one, twice as large as the last up to BLOCK_MAX, or exactly its own size when it is larger than
 * that. Reset keeps the first block, so that a prompt which runs small commands all day allocates
 * nothing. In debug builds what is forgotten is filled with 0xDD, so that a pointer which outlives
 * its command is noticed.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_FIRST ((size_t)16 << 10)
#define BLOCK_MAX ((size_t)1 << 20)
#define ALIGNMENT ((size_t)16)

typedef struct ArenaBlock {
    struct ArenaBlock *older;
    size_t used, cap; /* of the bytes behind this header */
} ArenaBlock;

/* The header is padded so that what follows is aligned. */
#define HEADER ((sizeof(ArenaBlock) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct Arena {
    ArenaBlock *newest;
    size_t next_cap;
};

static char *bytes_of(ArenaBlock *b)
{
    return (char *)b + HEADER;
}

static void poison(ArenaBlock *b)
{
#ifdef GLINT_DEBUG
    memset(bytes_of(b), 0xDD, b->used);
#else
    (void)b;
#endif
}

Arena *arena_new(void)
{
    Arena *a = xcalloc(1, sizeof *a);
    a->next_cap = BLOCK_FIRST;
    return a;
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    while (a->newest) {
        ArenaBlock *b = a->newest;
        a->newest = b->older;
        poison(b);
        free(b);
    }
    free(a);
}

void arena_reset(Arena *a)
{
    while (a->newest && a->newest->older) {
        ArenaBlock *b = a->newest;
        a->newest = b->older;
        free(b);
    }
    if (a->newest) {
        poison(a->newest);
        a->newest->used = 0;
    }
    a->next_cap = BLOCK_FIRST;
}

static void add_block(Arena *a, size_t bytes)
{
    size_t cap = bytes > a->next_cap ? bytes : a->next_cap;
    ArenaBlock *b = xmalloc(HEADER + cap);
    *b = (ArenaBlock){.older = a->newest, .cap = cap};
    a->newest = b;
    if (a->next_cap < BLOCK_MAX)
        a->next_cap *= 2;
}

void *arena_alloc(Arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX / 2)
        return xmalloc(bytes); /* says how much and ends the program */
    size_t need = (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (!need)
        need = ALIGNMENT;
    if (!a->newest || a->newest->cap - a->newest->used < need)
        add_block(a, need);
    char *p = bytes_of(a->newest) + a->newest->used;
    a->newest->used += need;
    return memset(p, 0, need);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
    char *p = arena_alloc(a, n + 1);
    if (n)
        memcpy(p, s, n);
    return p;
}

char *arena_printf(Arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    char *p = arena_alloc(a, (size_t)(n > 0 ? n : 0) + 1);
    vsnprintf(p, (size_t)(n > 0 ? n : 0) + 1, fmt, again);
    va_end(again);
    return p;
}
