/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fault.c - the countdown behind fault_hit(); see fault.h.
 *
 * mem.c asks before a big allocation, file.c before a read or a write. A countdown of 1 means the
 * next event fails; it fails once, and afterwards everything works again, which is what a test of
 * recovery wants.
 */
#include "base/fault.h"

#ifdef GLINT_DEBUG

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const kind_names[FAULT_KINDS] = {"alloc", "read", "write"};
static atomic_long countdown[FAULT_KINDS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *p = getenv("GLINT_FAULT");
    while (p && *p) {
        for (int k = 0; k < FAULT_KINDS; k++) {
            size_t n = strlen(kind_names[k]);
            if (strncmp(p, kind_names[k], n) == 0 && p[n] == ':')
                atomic_store(&countdown[k], strtol(p + n + 1, NULL, 10));
        }
        p = strchr(p, ',');
        p = p ? p + 1 : NULL;
    }
}

bool fault_hit(FaultKind kind)
{
    pthread_once(&once, read_environment);
    if (atomic_load(&countdown[kind]) <= 0)
        return false;
    return atomic_fetch_sub(&countdown[kind], 1) == 1;
}

void fault_set(FaultKind kind, long nth)
{
    pthread_once(&once, read_environment);
    atomic_store(&countdown[kind], nth);
}

#else

/* ISO C wants a declaration in every file. */
typedef int FaultsAreForDebugBuilds;

#endif
