/* SPDX-License-Identifier: GPL-3.0-or-later */
/* complete.h - what may stand at the cursor: commands, options, tables, columns, levels, files,
 * terms. */
#ifndef GLINT_SHELL_COMPLETE_H
#define GLINT_SHELL_COMPLETE_H

#include "shell/command.h"

/* Candidates for the word that ends at `at` in `line`: appended to *out, each NUL-ended. *from is
 * where the word begins; *files is set when file names fit, too. Returns how many. */
size_t complete(Session *s, Str line, size_t at, size_t *from, bool *files, Buf *out);

#endif
