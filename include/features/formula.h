/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula.h - R's formula language to Terms: y ~ a + b:c - 1, with the place of each part in the
 * text.
 *
 *     + - : * / ^ . () 0 1 -1 %in%
 *     I()  log() ... (any expression of data/expr.h)
 *     poly(x, 3)  ns(x, df = 4)  bs(x, ...)  cut(x, ...)
 *     C(x, ref = "USA")  factor(x)  offset(e)
 *     cbind(successes, failures) ~ ...
 *
 * A name that R would have to quote is written `Post Title`. A response that is more than a name
 * needs no I().
 *
 * Chambers & Hastie, Statistical Models in S, 1992, section 2.3 for the algebra; term order is R's:
 * by degree, then as met.
 */
#ifndef GLINT_FEATURES_FORMULA_H
#define GLINT_FEATURES_FORMULA_H

#include "data/expr.h"

typedef enum VarKind {
    VAR_EXPR,   /* a column or an expression; numeric or a factor by its type */
    VAR_FACTOR, /* factor(x), C(x, ref=..): made a factor whatever its type; numbers in numeric
                   order */
    VAR_CUT,    /* cut(x, breaks): intervals (a,b] */
    VAR_POLY,   /* orthogonal polynomial (R's poly), or raw = TRUE */
    VAR_NS,     /* natural cubic spline */
    VAR_BS      /* B-spline */
} VarKind;

typedef struct Var {
    VarKind kind;
    char *name; /* deparsed as R does: "log1p(x)", "factor(year)", "ns(times, df = 5)" */
    Span at;
    Expr *expr;    /* what is inside, or the expression itself */
    char *ref;     /* C(x, ref = "..."), NULL otherwise */
    bool raw;      /* poly(raw = TRUE) */
    int degree;    /* poly degree, bs degree (3) */
    int df;        /* ns, bs: 0 when knots are given */
    double *knots; /* inner knots (ns, bs) or breaks (cut) as given; NULL otherwise */
    size_t nknots;
    int ncuts;       /* cut(x, 4): that many equal-width intervals */
    double bound[2]; /* Boundary.knots when given, NaN otherwise */
    bool right;      /* cut: right-closed (default) */
    bool lowest;     /* cut: include.lowest = TRUE */
} Var;

#define TERM_VARS 8 /* variables that one term may join */

typedef struct Term {
    char *name; /* "a:b" */
    Span at;
    size_t nvars;
    size_t var[TERM_VARS]; /* indexes into Terms.vars, ascending */
} Term;

typedef struct Terms {
    Arena *arena;   /* owns everything below */
    char *text;     /* the formula as typed, blanks normalised */
    Expr *response; /* bound to nothing yet */
    char *response_name;
    Span response_at;
    Expr *failures; /* cbind(response, failures), or NULL */
    bool intercept;
    size_t nvars, nterms, noffsets;
    Var *vars;
    Term *terms; /* without the intercept */
    Expr **offsets;
    Span *offset_at;
} Terms;

/* Parses. `f` (may be NULL when no '.') gives the columns that '.' stands for: all but those of the
 * response. Spans are offsets into text plus base. NULL on failure, with span and hint. */
Terms *terms_parse(Str text, size_t base, const Frame *f, Error *err);
/* The same without the terms whose index is in drop[] (drop1, "drop and refit"): new Terms, formula
 * text rebuilt. */
Terms *terms_without(const Terms *t, const size_t *drop, size_t n, Error *err);
void terms_free(Terms *t);
/* Canonical text of the whole formula: "y ~ a + log1p(b) + a:c". */
void terms_print(const Terms *t, Buf *out);
/* Names of all frame columns the formula reads (response included when asked), arena-owned. */
size_t terms_columns(const Terms *t, bool with_response, Arena *a, Str **out);

#endif
