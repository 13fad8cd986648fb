/* SPDX-License-Identifier: GPL-3.0-or-later */
/* script.h - commands from a file, a pipe or the command line. */
#ifndef GLINT_SHELL_SCRIPT_H
#define GLINT_SHELL_SCRIPT_H

#include "shell/exec.h"
#include "shell/parse.h"

/* Runs the commands of a file ("-": standard input), ${NAME} replaced. False when one failed. */
bool script_run(Session *s, const char *path, const Variable *vars, size_t nvars, bool keep_going);
/* The same for the text of `path`, read already. */
bool script_run_text(Session *s, const char *path, Str text, const Variable *vars, size_t nvars,
                     bool keep_going);
/* Splits NAME=VALUE; false when it is not one. */
bool variable_parse(Str text, Variable *out);

#endif
