/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.h - text to commands: where one ends, what is a comment, where its output goes. */
#ifndef GLINT_SHELL_PARSE_H
#define GLINT_SHELL_PARSE_H

#include "base/str.h"

typedef enum Cut {
    CUT_COMMAND, /* *out is the next command, blanks and comments around it left out */
    CUT_END,     /* nothing more */
    CUT_MORE /* the text ends inside a bracket, a quote or after an operator: *out is what is there
              */
} Cut;
/* Finds the next command of `text` at or after *pos and moves *pos behind it. */
Cut command_cut(Str text, size_t *pos, Span *out);

/* Blanks out comments that end lines inside a command (same length, same places). Writes into
 * `text`. */
void comments_blank(char *text, size_t n);

/* Where a command's output goes. */
typedef struct Redirect {
    char kind;   /* 0: nowhere else; '>' a file; '|' a program */
    Str target;  /* file name without quotes, or the program's command line */
    Span at;     /* its place */
    size_t body; /* the command proper is the first `body` bytes */
} Redirect;
/* `expressions`: the command may hold expressions, where > and | are operators; then > wants a name
 * with a known ending or a slash and | the name of a program. */
Redirect command_redirect(Str command, bool expressions);
/* Is the first word of a program's command line in PATH? One with a slash is taken to be there. */
bool program_exists(Str line);
/* Does the ending say a format, a picture, a log, or nothing? */
bool redirect_ending_known(Str path);

/* Moves over one word from i: up to a blank (or one of `stops`) outside quotes and brackets. */
size_t word_end(Str s, size_t i, const char *stops);
/* Without its quotes ('..', "..", `..`), doubled quotes inside made single; arena-owned unless
 * there is nothing to take off. */
Str unquote(Arena *a, Str raw, bool *quoted);
/* Puts backquotes around a name that needs them. */
void buf_name(Buf *b, Str name);

/* ${NAME} replaced in a script's text. */
typedef struct Variable {
    Str name, value;
} Variable;
bool variables_replace(Str text, const Variable *vars, size_t n, Buf *out, Error *err);

#endif
