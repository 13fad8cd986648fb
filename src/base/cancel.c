/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cancel.c - the flag that the SIGINT handler raises, and the one listener for progress.
 *
 * The flag is a lock-free atomic, which a signal handler may write and any thread may read. The
 * listener belongs to the main thread: workers do not tick.
 */
#include "base/cancel.h"

#include <stdatomic.h>

static atomic_int raised;
_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler writes the flag");

static ProgressFn listener;
static void *listener_ctx;

void cancel_raise(void)
{
    atomic_store(&raised, 1);
}

void cancel_clear(void)
{
    atomic_store(&raised, 0);
}

bool cancel_is_raised(void)
{
    return atomic_load_explicit(&raised, memory_order_relaxed) != 0;
}

bool cancelled(Error *err)
{
    if (!cancel_is_raised())
        return false;
    fail(err, ERR_CANCEL, "cancelled");
    return true;
}

void progress_listen(ProgressFn fn, void *ctx)
{
    listener = fn;
    listener_ctx = ctx;
}

void progress_tick(const char *what, double done, double total, const char *unit)
{
    if (listener)
        listener(listener_ctx, what, done, total, unit);
}
