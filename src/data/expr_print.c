/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_print.c - a tree as R's deparse would print it: the name of a term or a column.
 *
 * R puts one blank around + - * == < & | and %in%, and none around ^ / %% %/%. Parentheses are
 * where they were written. Numbers have up to 15 digits, and the form with an exponent when that is
 * shorter (R's scipen = 0). What R has no word for is printed in our own, and all of it parses back
 * to the same tree.
 */
#include "expr_priv.h"

#include <stdio.h>

#define DIGITS_MAX 15 /* of R's deparse */

/* "1e+05", "100000": the shorter, the plain one when they are equally long. */
static void print_real(Buf *out, double v)
{
    char sci[40];
    int digits = 1;
    double back = 0;
    for (; digits <= DIGITS_MAX; digits++) {
        int n = snprintf(sci, sizeof sci, "%.*e", digits - 1, v);
        if (parse_real((Str){sci, (size_t)n}, &back) && back == v)
            break;
    }
    if (digits > DIGITS_MAX) {
        buf_real(out,
                 v); /* more digits than R shows: all of them, to parse back as the same bits */
        return;
    }
    int exponent = 0;
    for (const char *e = sci; *e; e++)
        if (*e == 'e')
            sscanf(e + 1, "%d", &exponent);
    int decimals = digits - 1 - exponent > 0 ? digits - 1 - exponent : 0;
    char plain[400];
    snprintf(plain, sizeof plain, "%.*f", decimals, v);
    buf_puts(out, strlen(plain) <= strlen(sci) ? plain : sci);
}

static void print_literal(const Expr *e, Buf *out)
{
    if (e->value.null) {
        buf_puts(out, "NA");
        return;
    }
    switch (e->type) {
    case COL_BOOL:
        buf_puts(out, e->value.v.b ? "TRUE" : "FALSE");
        break;
    case COL_INT:
        if (e->value.v.i < (INT64_C(1) << 53))
            print_real(out, (double)e->value.v.i);
        else
            buf_int(out, e->value.v.i);
        break;
    case COL_REAL:
        print_real(out, e->value.v.d);
        break;
    default:
        buf_putc(out, '"');
        for (size_t i = 0; i < e->value.v.s.n; i++) {
            char c = e->value.v.s.p[i];
            if (c == '"' || c == '\\')
                buf_putc(out, '\\');
            if (c == '\n' || c == '\t')
                buf_puts(out, c == '\n' ? "\\n" : "\\t");
            else
                buf_putc(out, c);
        }
        buf_putc(out, '"');
    }
}

/* Does the name parse back without backquotes? */
static bool plain_name(Str s)
{
    static const char *const words[] = {"and",     "or",   "not",  "in",   "like", "ilike",
                                        "between", "is",   "null", "na",   "true", "false",
                                        "case",    "when", "then", "else", "end",  NULL};
    for (size_t k = 0; words[k]; k++)
        if (str_ieq(s, str_of(words[k])))
            return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      (unsigned char)c >= 0x80 || c == '_';
        bool digit = c >= '0' && c <= '9';
        if (!letter && c != '.' && !(digit && i > 0))
            return false;
    }
    return !(s.n > 1 && s.p[0] == '.' && s.p[1] >= '0' && s.p[1] <= '9');
}

static void print_name(Str s, Buf *out)
{
    if (plain_name(s)) {
        buf_str(out, s);
        return;
    }
    buf_putc(out, '`');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '`' || s.p[i] == '\\')
            buf_putc(out, '\\');
        buf_putc(out, s.p[i]);
    }
    buf_putc(out, '`');
}

static void print_list(const Expr *e, size_t from, Buf *out)
{
    for (size_t k = from; k < e->nargs; k++) {
        if (k > from)
            buf_puts(out, ", ");
        expr_print(e->args[k], out);
    }
}

/* %in% binds tighter in R than our `in`: a subject that is looser gets parentheses. */
static void print_in(const Expr *e, Buf *out)
{
    const Expr *subject = e->args[0];
    bool loose = subject->kind == EXPR_CALL && subject->fn->style != STYLE_CALL;
    buf_puts(out, loose ? "(" : "");
    expr_print(subject, out);
    buf_puts(out, loose ? ") %in% c(" : " %in% c(");
    print_list(e, 1, out);
    buf_putc(out, ')');
}

static void print_case(const Expr *e, Buf *out)
{
    buf_puts(out, "case");
    for (size_t k = 0; k + 1 < e->nargs; k += 2) {
        buf_puts(out, " when ");
        expr_print(e->args[k], out);
        buf_puts(out, " then ");
        expr_print(e->args[k + 1], out);
    }
    if (e->nargs % 2) {
        buf_puts(out, " else ");
        expr_print(e->args[e->nargs - 1], out);
    }
    buf_puts(out, " end");
}

static void print_call(const Expr *e, Buf *out)
{
    const char *name = e->fn->doc.name;
    switch (e->fn->style) {
    case STYLE_SPACED:
    case STYLE_TIGHT:
        expr_print(e->args[0], out);
        buf_printf(out, e->fn->style == STYLE_TIGHT ? "%s" : " %s ", name);
        expr_print(e->args[1], out);
        break;
    case STYLE_PREFIX:
        buf_puts(out, name);
        expr_print(e->args[0], out);
        break;
    case STYLE_IN:
        print_in(e, out);
        break;
    case STYLE_BETWEEN:
        expr_print(e->args[0], out);
        buf_puts(out, " between ");
        expr_print(e->args[1], out);
        buf_puts(out, " and ");
        expr_print(e->args[2], out);
        break;
    case STYLE_CASE:
        print_case(e, out);
        break;
    case STYLE_CALL:
        buf_puts(out, name);
        buf_putc(out, '(');
        print_list(e, 0, out);
        buf_putc(out, ')');
        break;
    }
}

void expr_print(const Expr *e, Buf *out)
{
    switch (e->kind) {
    case EXPR_LITERAL:
        print_literal(e, out);
        break;
    case EXPR_NAME:
        print_name(e->name, out);
        break;
    case EXPR_PAREN:
        buf_putc(out, '(');
        expr_print(e->args[0], out);
        buf_putc(out, ')');
        break;
    case EXPR_CALL:
        print_call(e, out);
        break;
    }
}

static void collect(const Expr *e, Str *names, size_t *n)
{
    if (e->kind == EXPR_NAME) {
        for (size_t k = 0; k < *n; k++)
            if (str_eq(names[k], e->name))
                return;
        names[(*n)++] = e->name;
    }
    for (size_t k = 0; k < e->nargs; k++)
        collect(e->args[k], names, n);
}

static size_t count_names(const Expr *e)
{
    size_t n = e->kind == EXPR_NAME;
    for (size_t k = 0; k < e->nargs; k++)
        n += count_names(e->args[k]);
    return n;
}

size_t expr_columns(const Expr *e, Arena *a, Str **out)
{
    size_t n = 0;
    *out = arena_array(a, Str, count_names(e));
    collect(e, *out, &n);
    return n;
}

Str expr_column_name(const Expr *e)
{
    return e->kind == EXPR_NAME ? e->name : STR_NULL;
}

Str expr_column_power(const Expr *e, int *power)
{
    while (e->kind == EXPR_PAREN)
        e = e->args[0];
    if (e->kind != EXPR_CALL || e->nargs != 2 || !str_eqz(e->name, "^") ||
        e->args[0]->kind != EXPR_NAME || e->args[1]->kind != EXPR_LITERAL)
        return STR_NULL;
    const Cell *c = &e->args[1]->value;
    double k = e->args[1]->type == COL_INT    ? (double)c->v.i
               : e->args[1]->type == COL_REAL ? c->v.d
                                              : 0.0;
    if (!(k >= 2.0 && k <= 64.0) || k != (double)(int)k)
        return STR_NULL;
    *power = (int)k;
    return e->args[0]->name;
}

static ExprNode literal_node(const Expr *e)
{
    if (e->value.null)
        return (ExprNode){.kind = NODE_NULL};
    switch (e->type) {
    case COL_BOOL:
        return (ExprNode){.kind = NODE_TRUTH, .number = e->value.v.b};
    case COL_INT:
    case COL_TIME:
        return (ExprNode){.kind = NODE_NUMBER, .number = (double)e->value.v.i};
    case COL_REAL:
        return (ExprNode){.kind = NODE_NUMBER, .number = e->value.v.d};
    default:
        return (ExprNode){.kind = NODE_TEXT, .text = e->value.v.s};
    }
}

ExprNode expr_node(const Expr *e)
{
    while (e->kind == EXPR_PAREN)
        e = e->args[0];
    if (e->kind == EXPR_LITERAL)
        return literal_node(e);
    if (e->kind == EXPR_NAME)
        return (ExprNode){.kind = NODE_COLUMN, .text = e->name};
    return (ExprNode){
        .kind = NODE_CALL, .text = str_of(e->fn->doc.name), .nargs = e->nargs, .args = e->args};
}
