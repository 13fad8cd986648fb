/* SPDX-License-Identifier: GPL-3.0-or-later */
/* line.h - the prompt: editing, history, Ctrl-C. The only door to readline. */
#ifndef GLINT_SHELL_LINE_H
#define GLINT_SHELL_LINE_H

#include "shell/session.h"

/* Reads and runs commands until quit or the end of input. Returns the exit status. */
int line_run(Session *s);
/* One secret from the terminal, not echoed: heap-owned, or NULL. */
char *line_secret(const char *prompt);
/* Lines of the history, oldest first; count in *n. Borrowed. */
const char *line_history(size_t i);
size_t line_history_count(void);

#endif
