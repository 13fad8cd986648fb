/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_parse.c - expression text to a tree, by recursive descent, one function for each level.
 *
 * From loosest: or, and, not, comparison (with in, like, between, is), + -, * / %, R's %% %/% %in%,
 * unary - +, ^ (to the right). Comparisons do not chain. Parentheses stay in the tree, so that it
 * prints as R would print it. Keywords count in any case; `when` and its kin only inside a case.
 *
 * A clause of a command ends where no operator follows: expr_parse_prefix() tells where that was.
 */
#include "expr_lex.h"

#define DEPTH_MAX 200 /* levels of brackets and signs; beyond it somebody is joking */

typedef struct Parser {
    Arena *arena;
    Str text;
    size_t base;
    Token t;         /* the token to look at */
    size_t last_end; /* where the one before it ended */
    int depth;
    Error *err;
} Parser;

static Expr *parse_or(Parser *p);
static Expr *parse_not(Parser *p);
static Expr *parse_unary(Parser *p);

/* ---- tokens ---- */

static void advance(Parser *p)
{
    p->last_end = p->t.to;
    p->t = expr_token(p->arena, p->text, p->t.to);
}

static Span span_of(const Parser *p, size_t from, size_t to)
{
    return (Span){p->base + from, p->base + to};
}

static Span here(const Parser *p)
{
    return span_of(p, p->t.from, p->t.to);
}

static bool is_op(const Parser *p, const char *op)
{
    return p->t.kind == TOK_OP && str_eqz(p->t.text, op);
}

static bool is_word(const Parser *p, const char *word)
{
    return p->t.kind == TOK_NAME && !p->t.quoted && str_ieq(p->t.text, str_of(word));
}

static bool take_op(Parser *p, const char *op)
{
    if (!is_op(p, op))
        return false;
    advance(p);
    return true;
}

static bool take_word(Parser *p, const char *word)
{
    if (!is_word(p, word))
        return false;
    advance(p);
    return true;
}

/* Fails at the token in hand: it is broken, or not what stands here. */
static Expr *expected(Parser *p, const char *what)
{
    if (p->t.kind == TOK_BAD)
        fail_at(p->err, ERR_USAGE, here(p), "%s", p->t.problem);
    else if (p->t.kind == TOK_END)
        fail_at(p->err, ERR_USAGE, here(p), "the expression ends where %s should follow", what);
    else
        fail_at(p->err, ERR_USAGE, here(p), "%s expected before '%.*s'", what,
                (int)(p->t.to - p->t.from), p->text.p + p->t.from);
    return NULL;
}

static bool need_op(Parser *p, const char *op, const char *what)
{
    if (take_op(p, op))
        return true;
    expected(p, what);
    return false;
}

/* ---- nodes ---- */

static Expr *node(Parser *p, ExprKind kind, size_t from)
{
    Expr *e = arena_alloc(p->arena, sizeof *e);
    e->kind = kind;
    e->at = span_of(p, from, p->last_end);
    e->op_at = e->at;
    return e;
}

static Expr *too_deep(Parser *p)
{
    fail_at(p->err, ERR_USAGE, here(p), "the expression is nested too deeply");
    return NULL;
}

static Expr *call(Parser *p, const Func *fn, Span op_at, size_t nargs, Expr *const *args)
{
    Expr *e = node(p, EXPR_CALL, 0);
    e->fn = fn;
    e->op_at = op_at;
    e->name = str_of(fn->doc.name);
    e->nargs = nargs;
    e->args = arena_array(p->arena, Expr *, nargs);
    for (size_t k = 0; k < nargs; k++) {
        e->args[k] = args[k];
        if (args[k]->depth >= e->depth)
            e->depth = args[k]->depth + 1;
    }
    if (e->depth > EXPR_DEPTH_MAX)
        return too_deep(p);
    e->at.from = nargs && args[0]->at.from < op_at.from ? args[0]->at.from : op_at.from;
    e->at.to = p->base + p->last_end;
    return e;
}

static Expr *binary(Parser *p, OpId op, Span at, Expr *a, Expr *b)
{
    return a && b ? call(p, &expr_ops[op], at, 2, (Expr *[]){a, b}) : NULL;
}

static Expr *unary(Parser *p, OpId op, Span at, Expr *a)
{
    return a ? call(p, &expr_ops[op], at, 1, &a) : NULL;
}

typedef struct ArgList {
    Expr **at;
    size_t n, cap;
} ArgList;

static void put_arg(Parser *p, ArgList *l, Expr *e)
{
    if (l->n == l->cap) {
        size_t cap = l->cap ? 2 * l->cap : 8;
        Expr **more = arena_array(p->arena, Expr *, cap);
        for (size_t k = 0; k < l->n; k++)
            more[k] = l->at[k];
        l->at = more;
        l->cap = cap;
    }
    l->at[l->n++] = e;
}

/* Expressions with commas up to the ')' that closes; the '(' is behind us. */
static bool parse_list(Parser *p, ArgList *l)
{
    if (take_op(p, ")"))
        return true;
    for (;;) {
        Expr *e = parse_or(p);
        if (!e)
            return false;
        put_arg(p, l, e);
        if (take_op(p, ")"))
            return true;
        if (!need_op(p, ",", "',' or ')'"))
            return false;
    }
}

/* ---- operands ---- */

static Expr *parse_case(Parser *p, size_t from)
{
    ArgList l = {0};
    Span at = span_of(p, from, p->last_end);
    while (take_word(p, "when")) {
        Expr *cond = parse_or(p);
        if (!cond)
            return NULL;
        if (!take_word(p, "then"))
            return expected(p, "'then'");
        Expr *value = parse_or(p);
        if (!value)
            return NULL;
        put_arg(p, &l, cond);
        put_arg(p, &l, value);
    }
    if (l.n == 0)
        return expected(p, "'when'");
    if (take_word(p, "else")) {
        Expr *other = parse_or(p);
        if (!other)
            return NULL;
        put_arg(p, &l, other);
    }
    if (!take_word(p, "end"))
        return expected(p, "'when', 'else' or 'end'");
    return call(p, &expr_ops[OP_CASE], at, l.n, l.at);
}

static void check_count(Parser *p, const Func *fn, size_t given, Span at)
{
    Str name = str_of(fn->doc.name);
    if (fn->min == fn->max)
        fail_at(p->err, ERR_USAGE, at, "%.*s() takes %zu argument%s, %zu given", STR_ARG(name),
                fn->min, fn->min == 1 ? "" : "s", given);
    else if (fn->max == ARGS_ANY)
        fail_at(p->err, ERR_USAGE, at, "%.*s() takes at least %zu argument%s, %zu given",
                STR_ARG(name), fn->min, fn->min == 1 ? "" : "s", given);
    else
        fail_at(p->err, ERR_USAGE, at, "%.*s() takes %zu to %zu arguments, %zu given",
                STR_ARG(name), fn->min, fn->max, given);
    error_hint(p->err, "%s(%s): %s", fn->doc.name, fn->doc.args, fn->doc.brief);
}

static Expr *no_function(Parser *p, Str name, Span at)
{
    size_t n;
    const ExprFunc *rows = expr_funcs(&n);
    Str *names = arena_array(p->arena, Str, n);
    for (size_t k = 0; k < n; k++)
        names[k] = str_of(rows[k].name);
    fail_at(p->err, ERR_NAME, at, "no function '%.*s'", STR_ARG(name));
    long near = nearest_name(name, names, n);
    if (near >= 0)
        error_hint(p->err, "did you mean '%s(%s)'?", rows[near].name, rows[near].args);
    else
        error_hint(p->err, "a column of this name is written `%.*s` alone", STR_ARG(name));
    return NULL;
}

/* A name was read and '(' follows. */
static Expr *parse_call(Parser *p, Str name, size_t from, Span at)
{
    const Func *fn = expr_func_find(name);
    if (!fn)
        return no_function(p, name, at);
    advance(p);
    ArgList l = {0};
    if (!parse_list(p, &l))
        return NULL;
    if (l.n < fn->min || l.n > fn->max) {
        check_count(p, fn, l.n, span_of(p, from, p->last_end));
        return NULL;
    }
    Expr *e = call(p, fn, at, l.n, l.at);
    e->at.from = p->base + from;
    return e;
}

static Expr *literal(Parser *p, ColType type, Cell value, size_t from)
{
    Expr *e = node(p, EXPR_LITERAL, from);
    e->type = type;
    e->value = value;
    e->untyped = value.null;
    return e;
}

static Expr *parse_name(Parser *p)
{
    static const char *const reserved[] = {"and",   "or",      "in", "like",
                                           "ilike", "between", "is", NULL};
    Token t = p->t;
    for (size_t k = 0; reserved[k]; k++)
        if (is_word(p, reserved[k]))
            return expected(p, "a value");
    bool yes = is_word(p, "true"), no = is_word(p, "false");
    bool null = is_word(p, "null") || is_word(p, "na"), cases = is_word(p, "case");
    Span at = here(p);
    advance(p);
    if (!t.quoted && is_op(p, "("))
        return parse_call(p, t.text, t.from, at);
    if (yes || no)
        return literal(p, COL_BOOL, (Cell){.v.b = yes}, t.from);
    if (null)
        return literal(p, COL_BOOL, (Cell){.null = true}, t.from);
    if (cases && is_word(p, "when"))
        return parse_case(p, t.from);
    Expr *e = node(p, EXPR_NAME, t.from);
    e->name = t.text;
    return e;
}

static Expr *parse_primary(Parser *p)
{
    Token t = p->t;
    switch (t.kind) {
    case TOK_NUMBER:
        advance(p);
        return literal(p, t.type, t.value, t.from);
    case TOK_STRING:
        advance(p);
        return literal(p, COL_TEXT, (Cell){.v.s = t.text}, t.from);
    case TOK_NAME:
        return parse_name(p);
    case TOK_OP:
        if (take_op(p, "(")) {
            Expr *inner = parse_or(p);
            if (!inner || !need_op(p, ")", "')'"))
                return NULL;
            Expr *e = node(p, EXPR_PAREN, t.from);
            e->args = arena_array(p->arena, Expr *, 1);
            e->args[0] = inner;
            e->nargs = 1;
            return e;
        }
        return expected(p, "a value");
    default:
        return expected(p, "a value");
    }
}

/* ---- levels ---- */

static Expr *parse_pow(Parser *p)
{
    Expr *e = parse_primary(p);
    if (e && (is_op(p, "^") || is_op(p, "**"))) {
        Span at = here(p);
        advance(p);
        e = binary(p, OP_POW, at, e, parse_unary(p));
    }
    return e;
}

static Expr *parse_unary(Parser *p)
{
    Expr *e;
    Span at = here(p);
    if (++p->depth > DEPTH_MAX)
        e = too_deep(p);
    else if (take_op(p, "-"))
        e = unary(p, OP_NEG, at, parse_unary(p));
    else if (take_op(p, "+"))
        e = unary(p, OP_POS, at, parse_unary(p));
    else if (is_op(p, "!"))
        e = parse_not(p);
    else
        e = parse_pow(p);
    p->depth--;
    return e;
}

/* The list behind in: ( ... ) or c( ... ). */
static Expr *parse_in(Parser *p, Span at, Expr *subject)
{
    if (is_word(p, "c"))
        advance(p);
    if (!need_op(p, "(", "'(' with the list of values"))
        return NULL;
    ArgList l = {0};
    put_arg(p, &l, subject);
    if (!parse_list(p, &l))
        return NULL;
    return call(p, &expr_ops[OP_IN], at, l.n, l.at);
}

typedef struct OpRow {
    const char *text;
    OpId op;
} OpRow;

/* Left to right while an operator of this level follows. */
static Expr *parse_left(Parser *p, Expr *(*next)(Parser *), const OpRow *ops)
{
    Expr *e = next(p);
    while (e) {
        const OpRow *o = ops;
        while (o->text && !is_op(p, o->text))
            o++;
        if (!o->text)
            return e;
        Span at = here(p);
        advance(p);
        e = o->op == OP_IN ? parse_in(p, at, e) : binary(p, o->op, at, e, next(p));
    }
    return NULL;
}

static Expr *parse_special(Parser *p)
{
    static const OpRow ops[] = {{"%%", OP_RMOD}, {"%/%", OP_IDIV}, {"%in%", OP_IN}, {NULL, 0}};
    return parse_left(p, parse_unary, ops);
}

static Expr *parse_mul(Parser *p)
{
    static const OpRow ops[] = {{"*", OP_MUL}, {"/", OP_DIV}, {"%", OP_MOD}, {NULL, 0}};
    return parse_left(p, parse_special, ops);
}

static Expr *parse_add(Parser *p)
{
    static const OpRow ops[] = {{"+", OP_ADD}, {"-", OP_SUB}, {NULL, 0}};
    return parse_left(p, parse_mul, ops);
}

static Expr *parse_between(Parser *p, Span at, Expr *subject)
{
    Expr *low = parse_add(p);
    if (!low)
        return NULL;
    if (!take_word(p, "and"))
        return expected(p, "'and' with the upper bound of between");
    Expr *high = parse_add(p);
    return high ? call(p, &expr_ops[OP_BETWEEN], at, 3, (Expr *[]){subject, low, high}) : NULL;
}

/* is null, is not null: `is` is behind us. */
static Expr *parse_is(Parser *p, Span at, Expr *subject)
{
    bool negated = take_word(p, "not");
    if (!take_word(p, "null") && !take_word(p, "na"))
        return expected(p, negated ? "'null'" : "'null' or 'not null'");
    at.to = p->base + p->last_end;
    Expr *e = unary(p, OP_IS_NULL, at, subject);
    return negated ? unary(p, OP_NOT, at, e) : e;
}

/* Is the token after this one such a word? `not` alone may belong to a clause that follows. */
static bool next_is(const Parser *p, const char *const *words)
{
    Parser ahead = *p;
    advance(&ahead);
    for (; *words; words++)
        if (is_word(&ahead, *words))
            return true;
    return false;
}

/* in, like, between, is, with not before the first three. Gives `e` itself when none follows. */
static Expr *parse_word_comparison(Parser *p, Expr *e)
{
    static const char *const after_not[] = {"in", "like", "ilike", "between", NULL};
    Span at = here(p);
    if (take_word(p, "is"))
        return parse_is(p, at, e);
    bool negated = is_word(p, "not") && next_is(p, after_not);
    if (negated)
        advance(p);
    at.to = here(p).to;
    if (take_word(p, "in"))
        e = parse_in(p, at, e);
    else if (take_word(p, "like"))
        e = binary(p, OP_LIKE, at, e, parse_add(p));
    else if (take_word(p, "ilike"))
        e = binary(p, OP_ILIKE, at, e, parse_add(p));
    else if (take_word(p, "between"))
        e = parse_between(p, at, e);
    return negated ? unary(p, OP_NOT, at, e) : e;
}

static Expr *parse_comparison(Parser *p)
{
    static const OpRow ops[] = {{"==", OP_EQ}, {"=", OP_EQ},  {"!=", OP_NE},
                                {"<>", OP_NE}, {"<=", OP_LE}, {">=", OP_GE},
                                {"<", OP_LT},  {">", OP_GT},  {NULL, 0}};
    Expr *e = parse_add(p);
    for (int k = 0; e; k++) {
        const OpRow *o = ops;
        while (o->text && !is_op(p, o->text))
            o++;
        if (!o->text)
            return parse_word_comparison(p, e);
        Span at = here(p);
        if (k > 0) {
            fail_at(p->err, ERR_USAGE, at, "comparisons do not chain");
            error_hint(p->err, "write a < b and b < c");
            return NULL;
        }
        advance(p);
        e = binary(p, o->op, at, e, parse_add(p));
    }
    return NULL;
}

static Expr *parse_not(Parser *p)
{
    Span at = here(p);
    if (++p->depth > DEPTH_MAX)
        return too_deep(p);
    Expr *e;
    if (take_word(p, "not") || take_op(p, "!"))
        e = unary(p, OP_NOT, at, parse_not(p));
    else
        e = parse_comparison(p);
    p->depth--;
    return e;
}

static Expr *parse_and(Parser *p)
{
    Expr *e = parse_not(p);
    while (e && (is_word(p, "and") || is_op(p, "&") || is_op(p, "&&"))) {
        Span at = here(p);
        advance(p);
        e = binary(p, OP_AND, at, e, parse_not(p));
    }
    return e;
}

static Expr *parse_or(Parser *p)
{
    Expr *e = parse_and(p);
    while (e && (is_word(p, "or") || is_op(p, "|") || is_op(p, "||"))) {
        Span at = here(p);
        advance(p);
        e = binary(p, OP_OR, at, e, parse_and(p));
    }
    return e;
}

/* ---- the doors ---- */

static Expr *parse(Parser *p, Arena *a, Str text, size_t base, Error *err)
{
    *p = (Parser){.arena = a, .text = text, .base = base, .err = err};
    p->t = expr_token(a, text, 0);
    return parse_or(p);
}

Expr *expr_parse(Arena *a, Str text, size_t base, Error *err)
{
    Parser p;
    Expr *e = parse(&p, a, text, base, err);
    if (e && p.t.kind == TOK_BAD) {
        expected(&p, "an operator");
        return NULL;
    }
    if (e && p.t.kind != TOK_END) {
        fail_at(err, ERR_USAGE, here(&p), "unexpected '%.*s' after the expression",
                (int)(p.t.to - p.t.from), text.p + p.t.from);
        return NULL;
    }
    return e;
}

Expr *expr_parse_prefix(Arena *a, Str text, size_t base, size_t *used, Error *err)
{
    Parser p;
    Expr *e = parse(&p, a, text, base, err);
    *used = p.last_end;
    return e;
}
