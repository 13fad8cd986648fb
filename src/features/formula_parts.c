/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula_parts.c - Terms printed, listed, put together from saved parts, and made again with terms
 * left out.
 *
 * Neither a saved model nor terms_without() parses the whole formula again: the order of the
 * variables decides the names of interactions (`a:b` or `b:a`), and it would change when the term
 * that met a variable first has gone.
 */
#include "formula_priv.h"

#include <math.h>

static void print_expr_name(Buf *out, const Expr *e)
{
    buf_puts(out, "offset(");
    expr_print(e, out);
    buf_putc(out, ')');
}

void terms_print(const Terms *t, Buf *out)
{
    buf_printf(out, "%s ~ ", t->response_name);
    const char *sep = "";
    for (size_t k = 0; k < t->nterms; k++) {
        buf_printf(out, "%s%s", sep, t->terms[k].name);
        sep = " + ";
    }
    for (size_t k = 0; k < t->noffsets; k++) {
        buf_puts(out, sep);
        print_expr_name(out, t->offsets[k]);
        sep = " + ";
    }
    if (!t->intercept)
        buf_puts(out, *sep ? " - 1" : "0");
    else if (!*sep)
        buf_puts(out, "1");
}

static void add_columns(const Expr *e, Arena *a, Str **all, size_t *n, size_t *cap)
{
    Str *names;
    size_t count = expr_columns(e, a, &names);
    for (size_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = 0; j < *n && !known; j++)
            known = str_eq((*all)[j], names[i]);
        if (known)
            continue;
        if (*n == *cap) {
            *cap = 2 * *cap + 8;
            Str *more = arena_array(a, Str, *cap);
            if (*n)
                memcpy(more, *all, *n * sizeof *more);
            *all = more;
        }
        (*all)[(*n)++] = names[i];
    }
}

size_t terms_columns(const Terms *t, bool with_response, Arena *a, Str **out)
{
    size_t n = 0, cap = 0;
    *out = NULL;
    if (with_response && t->response)
        add_columns(t->response, a, out, &n, &cap);
    if (with_response && t->failures)
        add_columns(t->failures, a, out, &n, &cap);
    for (size_t v = 0; v < t->nvars; v++)
        add_columns(t->vars[v].expr, a, out, &n, &cap);
    for (size_t k = 0; k < t->noffsets; k++)
        add_columns(t->offsets[k], a, out, &n, &cap);
    return n;
}

/* Expressions borrow from the text that they are parsed from: it must live as long as they do. */
static Str own(Arena *a, Str text)
{
    return (Str){arena_strndup(a, text.p ? text.p : "", text.n), text.n};
}

static bool assemble(Terms *t, const TermsParts *p, Error *err)
{
    if (!response_parse(t, own(t->arena, p->response), 0, err))
        return false;
    t->intercept = p->intercept;
    t->nvars = p->nvars;
    t->vars = arena_array(t->arena, Var, p->nvars + 1);
    for (size_t v = 0; v < p->nvars; v++)
        if (!var_parse(t->arena, own(t->arena, p->vars[v]), 0, &t->vars[v], err))
            return false;
    for (size_t k = 0; k < p->noffsets; k++)
        if (!offset_parse(t, own(t->arena, p->offsets[k]), 0, err))
            return false;
    t->nterms = p->nterms;
    t->terms = arena_array(t->arena, Term, p->nterms + 1);
    for (size_t k = 0; k < p->nterms; k++) {
        t->terms[k] = (Term){.nvars = p->terms[k].nvars};
        memcpy(t->terms[k].var, p->terms[k].var, sizeof t->terms[k].var);
        t->terms[k].name = term_name(t->arena, t, &t->terms[k]);
    }
    return true;
}

Terms *terms_assemble(const TermsParts *p, Error *err)
{
    Arena *arena = arena_new();
    Terms *t = arena_alloc(arena, sizeof *t);
    t->arena = arena;
    if (!assemble(t, p, err)) {
        terms_free(t);
        return NULL;
    }
    Buf text = BUF_INIT;
    if (p->text.p)
        buf_str(&text, p->text);
    else
        terms_print(t, &text);
    t->text = arena_strndup(arena, text.p, text.n);
    buf_free(&text);
    return t;
}

/* The terms that stay, their variables renumbered into *vars. */
static void parts_without(const Terms *t, const size_t *drop, size_t n, Arena *a, TermsParts *p)
{
    Term *terms = arena_array(a, Term, t->nterms + 1);
    Str *vars = arena_array(a, Str, t->nvars + 1);
    size_t *now = arena_array(a, size_t, t->nvars + 1);
    bool *used = arena_array(a, bool, t->nvars + 1);
    for (size_t k = 0; k < t->nterms; k++) {
        bool gone = false;
        for (size_t i = 0; i < n; i++)
            gone |= drop[i] == k;
        if (gone)
            continue;
        terms[p->nterms++] = t->terms[k];
        for (size_t j = 0; j < t->terms[k].nvars; j++)
            used[t->terms[k].var[j]] = true;
    }
    for (size_t v = 0; v < t->nvars; v++)
        if (used[v]) {
            now[v] = p->nvars;
            vars[p->nvars++] = str_of(t->vars[v].name);
        }
    for (size_t k = 0; k < p->nterms; k++)
        for (size_t j = 0; j < terms[k].nvars; j++)
            terms[k].var[j] = now[terms[k].var[j]];
    p->terms = terms;
    p->vars = vars;
}

Terms *terms_without(const Terms *t, const size_t *drop, size_t n, Error *err)
{
    Arena *a = arena_new();
    TermsParts p = {
        .response = str_of(t->response_name), .intercept = t->intercept, .noffsets = t->noffsets};
    parts_without(t, drop, n, a, &p);
    Str *offsets = arena_array(a, Str, t->noffsets + 1);
    for (size_t k = 0; k < t->noffsets; k++) {
        Buf b = BUF_INIT;
        expr_print(t->offsets[k], &b);
        offsets[k] = str_of(arena_strndup(a, b.p, b.n));
        buf_free(&b);
    }
    p.offsets = offsets;
    Terms *out = terms_assemble(&p, err);
    arena_free(a);
    return out;
}
