/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.h - help, man page and completion files from the tables. */
#ifndef GLINT_SHELL_HELP_H
#define GLINT_SHELL_HELP_H

#include "shell/command.h"

/* Options of the program itself. */
typedef struct ProgramOption {
    const char *name;    /* "format" */
    char letter;         /* 'c' or 0 */
    const char *metavar; /* NULL: a flag */
    const char *choices; /* "table|csv|..." or NULL */
    const char *brief;
} ProgramOption;
const ProgramOption *program_options(size_t *n);

void help_overview(Buf *out);
void help_command(const Command *c, Buf *out);
/* "formulas", "expressions", "keys" ...: false when there is no such topic. */
bool help_topic(Str name, Buf *out);
const char *const *help_topics(void);      /* NULL-ended */
void help_usage(Buf *out);                 /* glint --help */
void help_man(Buf *out);                   /* mdoc */
bool help_completion(Str shell, Buf *out); /* bash, zsh, fish */

#endif
