/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dot.h - `y ~ .` on a feature table: every feature that varies, no keys. */
#ifndef GLINT_SHELL_DOT_H
#define GLINT_SHELL_DOT_H

#include "shell/command.h"

/* The formula with its `.` written out for a table made by `features`: keys and what belongs to the
 * response are left out, and columns that do not vary in the training rows (their number in
 * *constant). Arena-owned; the text itself when it has no dot or the table was not made by
 * `features`. NULL on failure. */
const char *dot_expand(const Args *a, const NamedData *t, const Frame *f, const ModelSpec *spec,
                       size_t *constant, Error *err);

#endif
