/* SPDX-License-Identifier: GPL-3.0-or-later */
/* screen.h - the terminal's abilities, errors and progress. */
#ifndef GLINT_SHELL_SCREEN_H
#define GLINT_SHELL_SCREEN_H

#include "shell/format.h"
#include "shell/session.h"

/* The Out for standard output (or stderr) as the session's settings want it. */
Out out_for(const Session *s, FILE *file);

/* Where a command was typed, for messages. */
typedef struct Origin {
    const char *file; /* script: named with its line in errors; NULL at the prompt and for -c */
    Str text;         /* the whole input the command is part of */
    size_t at;        /* where in it the command begins */
    size_t
        prompt; /* columns of the prompt when the typed line is still on the screen; 0: it is not */
} Origin;

/* Draws an error: the place marked, `error:` and `help:` lines. */
void error_draw(const Error *err, Str command, const Origin *from, Out *o);

/* While a command runs: its ticks become a line on standard error, if that is a terminal and it
 * takes a second. */
typedef struct Progress {
    double begun, told;
    bool shown;
} Progress;
void progress_begin(const Session *s, Progress *p);
void progress_end(const Session *s, const Progress *p);

#endif
