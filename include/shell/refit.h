/* SPDX-License-Identifier: GPL-3.0-or-later */
/* refit.h - a model's fit again, with another formula. */
#ifndef GLINT_SHELL_REFIT_H
#define GLINT_SHELL_REFIT_H

#include "shell/session.h"

/* The command that fits model i of the session again with another formula: same table, same
 * options, a new name. Appended to `out`. False when nothing is known of how it was fitted (a model
 * from a file). */
bool refit_line(Session *s, long i, Str formula, Buf *out);

#endif
