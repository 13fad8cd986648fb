/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * par.c - the only file that starts threads.
 *
 * The pool is made at the first parallel job and lives as long as the program; its threads sleep
 * between jobs. A job hands out chunk numbers by a counter. Chunks are cut by their size alone, and
 * a merge waits for its ticket: chunk c merges after chunk c-1, whoever computed it, so sums come
 * out with the same bits for any number of threads. A thread holds at most one chunk, and the
 * lowest chunk in hand never waits, so there is always progress.
 *
 * A call from inside a worker, a job of one chunk, and a pool of one run on the calling thread,
 * chunk by chunk in order, with the same result.
 */
#include "base/par.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"

#define THREADS_MAX 256

typedef struct Run {
    const ParJob *job;
    size_t chunk, chunks;
    atomic_size_t next;
    size_t merged; /* tickets served; under `merge_lock` */
    pthread_mutex_t merge_lock;
    pthread_cond_t merge_turn;
} Run;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t work, idle;
    size_t wanted;  /* par_set_threads, 0: not said */
    size_t workers; /* started, without the caller's thread */
    size_t busy;
    uint64_t generation; /* counts jobs: a sleeper runs each once */
    size_t helpers;      /* workers numbered below this take part in the job */
    Run *run;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .work = PTHREAD_COND_INITIALIZER,
          .idle = PTHREAD_COND_INITIALIZER};

/* True on a pool thread, and on the calling thread while it works: a nested call runs serially. */
static _Thread_local bool inside;

size_t par_threads(void)
{
    if (!pool.wanted) { /* asked once: the answer costs three system calls */
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        pool.wanted = cores < 1 ? 1 : cores > THREADS_MAX ? THREADS_MAX : (size_t)cores;
    }
    return pool.wanted;
}

void par_set_threads(size_t n)
{
    pool.wanted = n > THREADS_MAX ? THREADS_MAX : n;
}

static void wait_turn(Run *r, size_t chunk)
{
    pthread_mutex_lock(&r->merge_lock);
    while (r->merged != chunk)
        pthread_cond_wait(&r->merge_turn, &r->merge_lock);
}

static void next_turn(Run *r)
{
    r->merged++;
    pthread_cond_broadcast(&r->merge_turn);
    pthread_mutex_unlock(&r->merge_lock);
}

/* Takes chunks until there are none. A cancelled job still serves its tickets, without working or
 * merging. */
static void run_chunks(Run *r, size_t thread)
{
    const ParJob *job = r->job;
    void *scratch = job->scratch ? job->scratch[thread] : NULL;
    for (;;) {
        size_t chunk = atomic_fetch_add(&r->next, 1);
        if (chunk >= r->chunks)
            return;
        bool stop = cancel_is_raised();
        size_t from = chunk * r->chunk;
        size_t to = job->n - from < r->chunk ? job->n : from + r->chunk;
        if (!stop)
            job->work(job->ctx, scratch, chunk, from, to);
        if (!job->merge)
            continue;
        wait_turn(r, chunk);
        if (!stop && !cancel_is_raised())
            job->merge(job->ctx, scratch, chunk);
        next_turn(r);
    }
}

static void *worker_main(void *arg)
{
    size_t number = (size_t)(uintptr_t)arg; /* 1, 2 ...: 0 is the caller */
    uint64_t seen = 0;
    inside = true;
    pthread_mutex_lock(&pool.lock);
    for (;;) {
        while (pool.generation == seen || number > pool.helpers) {
            seen = pool.generation;
            pthread_cond_wait(&pool.work, &pool.lock);
        }
        seen = pool.generation;
        Run *r = pool.run;
        pthread_mutex_unlock(&pool.lock);
        run_chunks(r, number);
        pthread_mutex_lock(&pool.lock);
        if (--pool.busy == 0)
            pthread_cond_signal(&pool.idle);
    }
    return NULL;
}

/* Starts workers up to `n`; with fewer the job runs on those there are. Signals stay with the main
 * thread. */
static void start_workers(size_t n)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    pthread_mutex_lock(&pool.lock);
    while (pool.workers < n) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, worker_main, (void *)(uintptr_t)(pool.workers + 1)))
            break;
        pthread_detach(thread);
        pool.workers++;
    }
    pthread_mutex_unlock(&pool.lock);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void run_parallel(Run *r, size_t helpers)
{
    start_workers(helpers);
    pthread_mutex_init(&r->merge_lock, NULL);
    pthread_cond_init(&r->merge_turn, NULL);
    pthread_mutex_lock(&pool.lock);
    pool.helpers = helpers < pool.workers ? helpers : pool.workers;
    pool.busy = pool.helpers;
    pool.run = r;
    pool.generation++;
    pthread_cond_broadcast(&pool.work);
    pthread_mutex_unlock(&pool.lock);

    inside = true;
    run_chunks(r, 0);
    inside = false;

    pthread_mutex_lock(&pool.lock);
    while (pool.busy)
        pthread_cond_wait(&pool.idle, &pool.lock);
    pool.run = NULL;
    pool.helpers = 0;
    pthread_mutex_unlock(&pool.lock);
    pthread_cond_destroy(&r->merge_turn);
    pthread_mutex_destroy(&r->merge_lock);
}

static void run_serial(const Run *r)
{
    const ParJob *job = r->job;
    void *scratch = job->scratch ? job->scratch[0] : NULL;
    for (size_t c = 0; c < r->chunks && !cancel_is_raised(); c++) {
        size_t from = c * r->chunk;
        size_t to = job->n - from < r->chunk ? job->n : from + r->chunk;
        job->work(job->ctx, scratch, c, from, to);
        if (job->merge)
            job->merge(job->ctx, scratch, c);
    }
}

bool par_rows(const ParJob *job, Error *err)
{
    Run r = {.job = job, .chunk = job->chunk ? job->chunk : PAR_CHUNK};
    r.chunks = job->n / r.chunk + (job->n % r.chunk != 0);
    size_t threads = par_threads();
    if (threads > r.chunks)
        threads = r.chunks;
    if (threads <= 1 || inside)
        run_serial(&r);
    else
        run_parallel(&r, threads - 1);
    return !cancelled(err);
}
