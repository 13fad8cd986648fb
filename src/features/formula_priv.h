/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula_priv.h - what formula.c, formula_var.c and formula_parts.c share: looking about in
 * formula text, one variable from its text, and Terms put together from parts that are known
 * already.
 */
#ifndef GLINT_FEATURES_FORMULA_PRIV_H
#define GLINT_FEATURES_FORMULA_PRIV_H

#include "features/formula.h"

/* The first `c` at or after `from` outside quotes and brackets, or s.n. */
size_t formula_find(Str s, char c, size_t from);
/* The bracket that closes the one at `open`, or s.n. */
size_t formula_close(Str s, size_t open);
/* The byte after the quoted text that starts at `i` (', " or `), or s.n + 1 when it never ends. */
size_t formula_unquote(Str s, size_t i);
/* Without blanks at both ends; *at moves along by what was cut off in front. */
Str formula_trim(Str s, size_t *at);
bool formula_name_start(unsigned char c);
bool formula_name_char(unsigned char c);

/* One variable from its text: a name, a call, or any expression. `base` is where the text stands.
 */
bool var_parse(Arena *a, Str text, size_t base, Var *out, Error *err);
/* The inside of name(...) when the whole text is such a call, else STR_NULL; *at becomes where the
 * inside starts. */
Str call_inside(Str text, const char *name, size_t *at);
/* The text's arguments, cut at the commas outside brackets; at[i] is where each starts. Returns how
 * many, at most max; max + 1 when there are more. */
size_t call_split(Str inside, size_t base, Str *args, size_t *at, size_t max);
/* Response text to t->response, failures and name. */
bool response_parse(Terms *t, Str text, size_t base, Error *err);
bool offset_parse(Terms *t, Str text, size_t base, Error *err);

/* Parts of Terms as a saved model has them: texts of the variables, and which of them each term
 * joins. */
typedef struct TermsParts {
    Str text; /* STR_NULL: printed from the parts */
    Str response;
    bool intercept;
    size_t nvars, nterms, noffsets;
    const Str *vars, *offsets;
    const Term *terms; /* nvars and var[] are read */
} TermsParts;
/* New Terms, or NULL when a text does not parse. Spans are of no use in it. */
Terms *terms_assemble(const TermsParts *p, Error *err);
/* The name of a term from those of its variables. */
char *term_name(Arena *a, const Terms *t, const Term *term);

/* ---- formula_list.c ---- */

/* A term while the formula is read: the variables that it joins, ascending. */
typedef struct Item {
    uint32_t n;
    uint32_t var[TERM_VARS];
    Span at;
} Item;

/* Terms on their way; `bare` when it was only a number or an offset, which no operator but + and -
 * can take. */
typedef struct List {
    size_t n, cap;
    Item *items;
    bool bare;
    Span at;
} List;

typedef struct ListMaker {
    Arena *arena;
    Error *err;
} ListMaker;

bool list_add(const ListMaker *m, List *l, const Item *item);
bool list_append(const ListMaker *m, List *l, const List *more);
/* Keeps the first of equal terms. */
void list_unique(List *l);
void list_remove(List *l, const List *gone);
/* Each of a joined with each of b, without doubles, appended to out. */
bool list_cross(const ListMaker *m, const List *a, const List *b, List *out);
/* Each of a joined with all variables of b (a %in% b), appended to out. */
bool list_nest(const ListMaker *m, const List *a, const List *b, List *out);

#endif
