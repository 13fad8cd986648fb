/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr.h - expression text to a typed tree to a column: `derive`, `filter where`, `group`, I() in
 * formulas.
 *
 * Grammar, from loosest: or, and, not, comparison (= == != <> < <= > >=, in (..), not in, is null,
 * is not null, like 'a%', between a and b), + -, * / %, unary -, ^, calls, literals (1, 2.5,
 * 'text', "text", true, null, `Name`). R's spellings are taken too: & | ! %in% c(..) %% %/%
 * is.na(x) TRUE NA.
 *
 * Types. + - * % of ints are int (a result beyond 64 bits makes the column real), / and ^ are real;
 * bool counts as 0 or 1. What is not a number (log(-1), 0/0) is null; log(0) is -inf and stays. A
 * literal text beside a time is read as a time. Texts are code or text: which of them a computed
 * column is depends on how many values are distinct. min, max with one argument, mean, sd, median,
 * sum, n, rank, scale, row and the *_before look at the whole column, or at the row's group.
 */
#ifndef GLINT_DATA_EXPR_H
#define GLINT_DATA_EXPR_H

#include "data/frame.h"

typedef struct Expr Expr;

/* A column to sort by; nulls come last either way. */
typedef struct SortKey {
    size_t col;
    bool descending;
} SortKey;

/* Parses text; spans in errors are offsets into `text` plus `base`. Arena-owned. NULL on failure.
 */
Expr *expr_parse(Arena *a, Str text, size_t base, Error *err);
/* Parses as much of text as an expression takes, telling where it stopped in *used (for clauses).
 */
Expr *expr_parse_prefix(Arena *a, Str text, size_t base, size_t *used, Error *err);
/* Types every node against the frame: unknown columns and wrong types fail with a span (unknown
 * functions and argument counts when parsed). Evaluation plans anew for its own frame, so binding
 * is for the check and the type. */
bool expr_bind(Expr *e, const Frame *f, const char *table, Error *err);
/* The type it has after expr_bind. */
ColType expr_type(const Expr *e);
/* New column of f->rows. Null in gives null out, except is null, if, coalesce. Runs on threads. */
Column *expr_eval(const Expr *e, const Frame *f, Error *err);
/* What functions of a whole column look at instead of all rows in their order: the row's group, in
 * the order of the keys. */
typedef struct ExprOver {
    const size_t *by; /* columns that make the groups */
    size_t nby;
    const SortKey *sort;
    size_t nsort;
} ExprOver;
Column *expr_eval_over(const Expr *e, const Frame *f, const ExprOver *over, Error *err);
/* The rows where it is true (false and null are out; a number is true unless 0): big_alloc'd, count
 * in *n. */
uint32_t *expr_rows(const Expr *e, const Frame *f, size_t *n, Error *err);
/* False when it looks at other rows (mean(x), rank(x)): such an expression cannot be replayed on
 * one row. */
bool expr_is_rowwise(const Expr *e);
/* Names of the columns it reads, each once, arena-owned. */
size_t expr_columns(const Expr *e, Arena *a, Str **out);
/* The column's name when the expression is nothing but a column (`x`, not `(x)` or `x + 0`), else
 * STR_NULL. Borrowed. */
Str expr_column_name(const Expr *e);
/* The column and the exponent when the expression is a column to a whole power from 2 to 64, else
 * STR_NULL. Borrowed. */
Str expr_column_power(const Expr *e, int *power);
/* Canonical text, as R's deparse would print it (one space around binary operators): the name of a
 * term. */
void expr_print(const Expr *e, Buf *out);

/* One node of the tree, for whoever writes it in another language: a literal, a column, or a call
 * of a function or operator by its name in the table ("+", "log", "if", "-" with one argument).
 * Borrowed. */
typedef enum ExprNodeKind {
    NODE_NULL,
    NODE_NUMBER,
    NODE_TRUTH,
    NODE_TEXT,
    NODE_COLUMN,
    NODE_CALL
} ExprNodeKind;
typedef struct ExprNode {
    ExprNodeKind kind;
    double number;          /* NODE_NUMBER; NODE_TRUTH: 0 or 1 */
    Str text;               /* NODE_TEXT, NODE_COLUMN; NODE_CALL: the name */
    size_t nargs;
    Expr *const *args;
} ExprNode;
ExprNode expr_node(const Expr *e);

/* Rows of the table of functions, for help and completion. */
typedef struct ExprFunc {
    const char *name, *args, *brief;
} ExprFunc;
const ExprFunc *expr_funcs(size_t *n);

#endif
