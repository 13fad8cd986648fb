/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_lex.h - the words of an expression, one at a time. */
#ifndef GLINT_DATA_EXPR_LEX_H
#define GLINT_DATA_EXPR_LEX_H

#include "expr_priv.h"

typedef enum TokKind { TOK_END, TOK_NUMBER, TOK_STRING, TOK_NAME, TOK_OP, TOK_BAD } TokKind;

typedef struct Token {
    TokKind kind;
    size_t from, to; /* bytes of the text */
    Str text;        /* as written; a quoted name or string without quotes and escapes */
    bool quoted;     /* TOK_NAME in backquotes: never a keyword */
    ColType type;    /* TOK_NUMBER: COL_INT or COL_REAL */
    Cell value;
    const char *problem; /* TOK_BAD */
} Token;

/* The token that begins at or after `pos`. */
Token expr_token(Arena *a, Str text, size_t pos);

#endif
