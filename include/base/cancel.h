/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cancel.h - the one global: has the person pressed Ctrl-C? And progress, told to whoever listens.
 */
#ifndef GLINT_BASE_CANCEL_H
#define GLINT_BASE_CANCEL_H

#include "base/error.h"

void cancel_raise(void); /* async-signal-safe */
void cancel_clear(void);
bool cancel_is_raised(void);
/* True, with ERR_CANCEL "cancelled", when the flag is up. Loops over rows, pages and iterations ask
 * once a chunk. */
bool cancelled(Error *err);

/* Progress: the shell installs a listener; rooms below tick. `total` 0 when unknown. Main thread
 * only, cheap. */
typedef void (*ProgressFn)(void *ctx, const char *what, double done, double total,
                           const char *unit);
void progress_listen(ProgressFn fn, void *ctx);
void progress_tick(const char *what, double done, double total, const char *unit);

#endif
