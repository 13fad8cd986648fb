/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mem.h - allocation: small things that must succeed, big things that may not.
 *
 * xmalloc and friends end the program with a message when memory runs out; use them for what a
 * person typed. big_alloc is for what the data decide: it returns NULL with ERR_NOMEM and the size
 * that was asked for.
 */
#ifndef GLINT_BASE_MEM_H
#define GLINT_BASE_MEM_H

#include "base/error.h"

void *xmalloc(size_t bytes);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *p, size_t bytes);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);

/* n * size bytes, overflow checked, 64-byte aligned, zeroed when `zero`. Free with free(). `what`
 * names it. */
void *big_alloc(size_t n, size_t size, bool zero, const char *what, Error *err);
/* Grows or shrinks a big_alloc'd block, contents kept; NULL and `p` untouched on failure. */
void *big_realloc(void *p, size_t old_bytes, size_t new_bytes, const char *what, Error *err);

/* The arena: memory that is never freed by hand. One per command. */
typedef struct Arena Arena;
Arena *arena_new(void);
void arena_free(Arena *a);
/* Forgets everything in it (debug builds poison it). */
void arena_reset(Arena *a);
void *arena_alloc(Arena *a, size_t bytes); /* 16-byte aligned, zeroed */
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_printf(Arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
#define arena_array(a, T, n) ((T *)arena_alloc((a), (n) * sizeof(T)))

#endif
