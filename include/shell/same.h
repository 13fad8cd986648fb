/* SPDX-License-Identifier: GPL-3.0-or-later */
/* same.h - are two tables the same, row for row in any order? */
#ifndef GLINT_SHELL_SAME_H
#define GLINT_SHELL_SAME_H

#include "shell/command.h"

/* Tells what differs: columns, or rows that only one of them has. */
bool tables_same(const NamedData *a, const NamedData *b, Result *out);

#endif
