/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exec.h - a command's text to its effect: look up, split, check needs, run, print, keep or undo.
 */
#ifndef GLINT_SHELL_EXEC_H
#define GLINT_SHELL_EXEC_H

#include "shell/command.h"
#include "shell/format.h"

/* Where a command was typed, for messages. */
typedef struct Origin {
    const char *file;   /* script: named with its line in errors; NULL at the prompt and for -c */
    Str text;           /* the whole input the command is part of */
    size_t at;          /* where in it the command begins */
    size_t prompt;      /* columns of the prompt when the typed line is still on the screen; 0: it is not */
} Origin;

/* Runs one command. False when it failed: the error has been printed and s->exit_status set. */
bool exec_command(Session *s, Str command, const Origin *from);
/* Runs every command of a text; stops at the first failure unless keep_going. */
bool exec_text(Session *s, Str text, const Origin *from, bool keep_going);
/* Runs without printing: the result is the caller's to show and to clear, also on failure (screens, tests). What `> FILE`
 * asks for is written. The arena must outlive it. */
bool exec_result(Session *s, Str command, Arena *arena, Result *out, Error *err);
/* Draws an error: the place marked, `error:` and `help:` lines. */
void error_draw(const Error *err, Str command, const Origin *from, Out *o);
/* The Out for standard output (or stderr) as the session's settings want it. */
Out out_for(const Session *s, FILE *file);

#endif
