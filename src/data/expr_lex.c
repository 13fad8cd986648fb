/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_lex.c - the words of an expression.
 *
 * Names hold letters, digits, '_' and '.', as in R, and any byte beyond ASCII; others stand in
 * backquotes. A string has single or double quotes; doubling the quote or a backslash before it
 * puts one inside, \\ \n \t are R's, and any other backslash stands for itself, so that patterns
 * read well. 1L is R's way to write the integer 1.
 */
#include "expr_lex.h"

#include <math.h>

#define WHOLE_MAX 0x1p53 /* below it a double tells all integers apart */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char at(Str s, size_t i)
{
    return i < s.n ? s.p[i] : '\0';
}

static void read_number(Str text, Token *t)
{
    size_t i = t->from;
    bool real = false, exponent = false;
    while (is_digit(at(text, i)))
        i++;
    if (at(text, i) == '.') {
        real = true;
        while (is_digit(at(text, ++i)))
            ;
    }
    size_t e = i + 1 + (at(text, i + 1) == '+' || at(text, i + 1) == '-');
    if ((at(text, i) == 'e' || at(text, i) == 'E') && is_digit(at(text, e))) {
        real = exponent = true;
        for (i = e; is_digit(at(text, i)); i++)
            ;
    }
    t->text = str_sub(text, t->from, i);
    t->to = i;
    if (at(text, i) == 'L' && !real)
        t->to++;
    t->kind = TOK_NUMBER;
    t->type = real || !parse_int(t->text, &t->value.v.i) ? COL_REAL : COL_INT;
    if (t->type == COL_REAL && !parse_real(t->text, &t->value.v.d)) {
        t->kind = TOK_BAD;
        t->problem = "this is not a number";
    } else if (t->type == COL_REAL && isinf(t->value.v.d)) {
        t->kind = TOK_BAD;
        t->problem = "this number is too large";
    } else if (exponent && fabs(t->value.v.d) < WHOLE_MAX && t->value.v.d == trunc(t->value.v.d)) {
        t->type = COL_INT;
        t->value.v.i = (int64_t)t->value.v.d;
    }
    if (t->kind == TOK_NUMBER && is_letter(at(text, t->to))) {
        t->kind = TOK_BAD;
        t->problem = "a number ends in letters; a name like this stands in backquotes";
        while (is_letter(at(text, t->to)) || is_digit(at(text, t->to)))
            t->to++;
    }
}

/* From a quote to its partner. */
static void read_quoted(Arena *a, Str text, Token *t)
{
    char quote = text.p[t->from];
    char *out = arena_alloc(a, text.n - t->from);
    size_t n = 0, i = t->from + 1;
    for (;; i++) {
        if (i >= text.n) {
            t->kind = TOK_BAD;
            t->to = text.n;
            t->problem = "this quote is never closed";
            return;
        }
        char c = text.p[i], next = at(text, i + 1);
        if (c == quote && next != quote)
            break;
        if (c == quote) {
            i++;
        } else if (c == '\\' && (next == quote || next == '\\' || next == 'n' || next == 't')) {
            c = next == 'n' ? '\n' : next == 't' ? '\t' : next;
            i++;
        }
        out[n++] = c;
    }
    t->to = i + 1;
    t->text = (Str){out, n};
    t->kind = quote == '`' ? TOK_NAME : TOK_STRING;
    t->quoted = true;
    if (quote == '`' && n == 0) {
        t->kind = TOK_BAD;
        t->problem = "a name is missing between the backquotes";
    }
}

static void read_operator(Str text, Token *t)
{
    static const char *const ops[] = {"%in%", "%/%", "%%", "<=", ">=", "<>", "==", "!=", "&&",
                                      "||",   "**",  "+",  "-",  "*",  "/",  "%",  "^",  "<",
                                      ">",    "=",   "!",  "&",  "|",  "(",  ")",  ",",  NULL};
    Str rest = str_sub(text, t->from, text.n);
    for (size_t k = 0; ops[k]; k++) {
        if (!str_starts(rest, str_of(ops[k])))
            continue;
        t->kind = TOK_OP;
        t->text = str_of(ops[k]);
        t->to = t->from + t->text.n;
        return;
    }
    t->kind = TOK_BAD;
    t->to = t->from + 1;
    t->problem = "this sign has no meaning in an expression";
}

Token expr_token(Arena *a, Str text, size_t pos)
{
    while (is_blank(at(text, pos)))
        pos++;
    Token t = {.kind = TOK_END, .from = pos, .to = pos};
    if (pos >= text.n)
        return t;
    char c = text.p[pos];
    if (is_digit(c) || (c == '.' && is_digit(at(text, pos + 1)))) {
        read_number(text, &t);
    } else if (is_letter(c) || c == '.') {
        while (is_letter(at(text, t.to)) || is_digit(at(text, t.to)) || at(text, t.to) == '.')
            t.to++;
        t.kind = TOK_NAME;
        t.text = str_sub(text, t.from, t.to);
    } else if (c == '\'' || c == '"' || c == '`') {
        read_quoted(a, text, &t);
    } else {
        read_operator(text, &t);
    }
    return t;
}
