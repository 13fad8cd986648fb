/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fault.h - debug builds: the Nth big allocation, read or write fails, so that tests reach the
 * paths nobody reaches.
 *
 * GLINT_FAULT=alloc:17 (or read:3, write:1; several joined by commas) in the environment, or
 * fault_set() in a test. In other builds the question is the constant false and costs nothing.
 */
#ifndef GLINT_BASE_FAULT_H
#define GLINT_BASE_FAULT_H

#include <stdbool.h>

typedef enum FaultKind { FAULT_ALLOC, FAULT_READ, FAULT_WRITE, FAULT_KINDS } FaultKind;

#ifdef GLINT_DEBUG
/* Counts one event of this kind; true when it is the one that has to fail. Any thread. */
bool fault_hit(FaultKind kind);
/* The nth event from now fails; 0 means none does. */
void fault_set(FaultKind kind, long nth);
#else
#define fault_hit(kind) (false)
#define fault_set(kind, nth) ((void)(nth))
#endif

#endif
