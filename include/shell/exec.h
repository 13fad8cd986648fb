/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exec.h - a command's text to its effect: look up, split, check needs, run, print, keep or undo.
 */
#ifndef GLINT_SHELL_EXEC_H
#define GLINT_SHELL_EXEC_H

#include "shell/command.h"
#include "shell/screen.h"

/* Runs one command. False when it failed: the error has been printed and s->exit_status set. */
bool exec_command(Session *s, Str command, const Origin *from);
/* Runs every command of a text; stops at the first failure unless keep_going. */
bool exec_text(Session *s, Str text, const Origin *from, bool keep_going);
/* Runs without printing: the result is the caller's to show and to clear, also on failure (screens,
 * tests). What `> FILE` asks for is written. The arena must outlive it. */
bool exec_result(Session *s, Str command, Arena *arena, Result *out, Error *err);

#endif
