/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * par.h - work over rows on several threads, with the same bits for any number of threads.
 *
 * Rows are cut into chunks whose size never depends on the number of threads. `work` runs on any
 * thread, with that thread's own scratch. `merge`, when given, runs once for each chunk in the
 * order of the chunks (under a lock), so floating sums come out the same with one thread or eight.
 * A worker touches no session, arena, terminal or network.
 */
#ifndef GLINT_BASE_PAR_H
#define GLINT_BASE_PAR_H

#include "base/error.h"

typedef struct ParJob {
    size_t n;       /* rows (or any items) */
    size_t chunk;   /* rows a chunk; 0 means PAR_CHUNK */
    void *ctx;      /* shared by all */
    void **scratch; /* one per thread (par_threads() of them), or NULL */
    void (*work)(void *ctx, void *scratch, size_t chunk, size_t from, size_t to);
    void (*merge)(void *ctx, void *scratch, size_t chunk); /* may be NULL */
} ParJob;

#define PAR_CHUNK 16384

/* How many threads par_rows uses: set once by main (--threads), default the number of cores. */
size_t par_threads(void);
void par_set_threads(size_t n);
/* Runs the job on the calling thread and par_threads()-1 workers. False with ERR_CANCEL when the
 * cancel flag rose (asked once a chunk); the chunks in hand are then abandoned between merges. */
bool par_rows(const ParJob *job, Error *err);

#endif
