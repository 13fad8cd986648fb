/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * export_text.c - what the export formats share: the words of each language, numbers, names.
 *
 * A row of op_words is an operation, a column a language; $1 $2 $3 are the arguments. An operation
 * without a word cannot be exported to that language, and the error says so. A new operation is a
 * row, a new language a column.
 */
#include <math.h>
#include <stdio.h>

#include "export_plan.h"

static const struct {
    size_t nargs;
    const char *word[LANG_COUNT]; /* C, Python, SQL, Painless, PMML's function, JSON's name */
} op_words[OP_COUNT] = {
    [OP_ADD] = {2, {"($1 + $2)", "($1 + $2)", "($1 + $2)", "($1 + $2)", "+", "+"}},
    [OP_SUB] = {2, {"($1 - $2)", "($1 - $2)", "($1 - $2)", "($1 - $2)", "-", "-"}},
    [OP_MUL] = {2, {"($1 * $2)", "($1 * $2)", "($1 * $2)", "($1 * $2)", "*", "*"}},
    [OP_DIV] = {2, {"($1 / $2)", "($1 / $2)", "($1 * 1.0 / $2)", "($1 / $2)", "/", "/"}},
    [OP_NEG] = {1, {"(-$1)", "(-$1)", "(-$1)", "(-$1)", NULL, "neg"}},
    [OP_POW] = {2,
                {"pow($1, $2)", "power($1, $2)", "power($1, $2)", "Math.pow($1, $2)", "pow",
                 "pow"}},
    [OP_LT] = {2, {"($1 < $2)", "($1 < $2)", "($1 < $2)", "($1 < $2)", "lessThan", "<"}},
    [OP_LE] = {2, {"($1 <= $2)", "($1 <= $2)", "($1 <= $2)", "($1 <= $2)", "lessOrEqual", "<="}},
    [OP_GT] = {2, {"($1 > $2)", "($1 > $2)", "($1 > $2)", "($1 > $2)", "greaterThan", ">"}},
    [OP_GE] = {2, {"($1 >= $2)", "($1 >= $2)", "($1 >= $2)", "($1 >= $2)", "greaterOrEqual", ">="}},
    [OP_EQ] = {2, {"($1 == $2)", "($1 == $2)", "($1 = $2)", "($1 == $2)", "equal", "=="}},
    [OP_NE] = {2, {"($1 != $2)", "($1 != $2)", "($1 <> $2)", "($1 != $2)", "notEqual", "!="}},
    [OP_TEXT_EQ] = {2,
                    {"(strcmp($1, $2) == 0)", "same($1, $2)", "($1 = $2)", "$1.equals($2)", "equal",
                     "=="}},
    [OP_TEXT_NE] = {2,
                    {"(strcmp($1, $2) != 0)", "logical_not(same($1, $2))", "($1 <> $2)",
                     "(!$1.equals($2))", "notEqual", "!="}},
    [OP_AND] = {2,
                {"($1 && $2)", "logical_and($1, $2)", "($1 AND $2)", "($1 && $2)", "and", "and"}},
    [OP_OR] = {2, {"($1 || $2)", "logical_or($1, $2)", "($1 OR $2)", "($1 || $2)", "or", "or"}},
    [OP_NOT] = {1, {"(!$1)", "logical_not($1)", "(NOT $1)", "(!$1)", "not", "not"}},
    [OP_IF] = {3,
               {"($1 ? $2 : $3)", "where($1, $2, $3)", "(CASE WHEN $1 THEN $2 ELSE $3 END)",
                "($1 ? $2 : $3)", "if", "if"}},
    [OP_TRUTH] = {1,
                  {"($1 ? 1.0 : 0.0)", "where($1, 1.0, 0.0)",
                   "(CASE WHEN $1 THEN 1.0 ELSE 0.0 END)", "($1 ? 1.0 : 0.0)", NULL, "number"}},
    [OP_EXP] = {1, {"exp($1)", "exp($1)", "exp($1)", "Math.exp($1)", "exp", "exp"}},
    [OP_EXPM1] = {1,
                  {"expm1($1)", "expm1($1)", "(exp($1) - 1.0)", "Math.expm1($1)", "expm1",
                   "expm1"}},
    [OP_LOG] = {1, {"log($1)", "log($1)", "ln($1)", "Math.log($1)", "ln", "log"}},
    [OP_LOG1P] = {1, {"log1p($1)", "log1p($1)", "ln(1.0 + $1)", "Math.log1p($1)", "ln1p", "log1p"}},
    [OP_LOG2] = {1,
                 {"log2($1)", "log2($1)", "(ln($1) / 0.6931471805599453)",
                  "(Math.log($1) / 0.6931471805599453)", NULL, "log2"}},
    [OP_LOG10] = {1,
                  {"log10($1)", "log10($1)", "(ln($1) / 2.302585092994046)", "Math.log10($1)",
                   "log10", "log10"}},
    [OP_SQRT] = {1, {"sqrt($1)", "sqrt($1)", "sqrt($1)", "Math.sqrt($1)", "sqrt", "sqrt"}},
    [OP_ABS] = {1, {"fabs($1)", "absolute($1)", "abs($1)", "Math.abs($1)", "abs", "abs"}},
    [OP_FLOOR] = {1, {"floor($1)", "floor($1)", "floor($1)", "Math.floor($1)", "floor", "floor"}},
    [OP_CEIL] = {1, {"ceil($1)", "ceil($1)", "ceil($1)", "Math.ceil($1)", "ceil", "ceil"}},
    [OP_ROUND] = {1, {"nearbyint($1)", "rint($1)", NULL, "Math.rint($1)", "rint", "round"}},
    [OP_SIN] = {1, {"sin($1)", "sin($1)", "sin($1)", "Math.sin($1)", "sin", "sin"}},
    [OP_COS] = {1, {"cos($1)", "cos($1)", "cos($1)", "Math.cos($1)", "cos", "cos"}},
    [OP_TAN] = {1, {"tan($1)", "tan($1)", "tan($1)", "Math.tan($1)", "tan", "tan"}},
    [OP_MIN] = {2,
                {"fmin($1, $2)", "minimum($1, $2)", "(CASE WHEN $1 < $2 THEN $1 ELSE $2 END)",
                 "Math.min($1, $2)", "min", "min"}},
    [OP_MAX] = {2,
                {"fmax($1, $2)", "maximum($1, $2)", "(CASE WHEN $1 > $2 THEN $1 ELSE $2 END)",
                 "Math.max($1, $2)", "max", "max"}},
    [OP_NORMAL] = {1,
                   {"(0.5 * erfc(-$1 * 0.7071067811865476))", "normal($1)", NULL, NULL,
                    "stdNormalCDF", "normal"}},
    [OP_ATAN] = {1, {"atan($1)", "arctan($1)", "atan($1)", "Math.atan($1)", "atan", "atan"}},
};

const char *op_pmml(Op op)
{
    return op_words[op].word[LANG_PMML];
}

const char *op_json(Op op)
{
    return op_words[op].word[LANG_JSON];
}

size_t op_args(Op op)
{
    return op_words[op].nargs;
}

void put_number(Buf *out, double v)
{
    size_t from = out->n;
    buf_real(out, v);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '.' || out->p[i] == 'e' || out->p[i] == 'n')
            return;
    buf_puts(out, ".0");
}

void put_inputs(const Plan *p, const char *numbers, const char *texts, const char *between,
                Buf *out)
{
    bool first = true;
    for (size_t i = 0; i < p->ninputs; i++) {
        const PlanInput *in = &p->inputs[i];
        const char *word = in->text ? texts : numbers;
        if (!in->used || !word)
            continue;
        buf_puts(out, first ? "" : between);
        first = false;
        for (; *word; word++) {
            if (*word != '$') {
                buf_putc(out, *word);
                continue;
            }
            buf_puts(out, *++word == '1' ? in->local : in->name);
        }
    }
}

void put_quoted(Str s, Buf *out)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else if (c == '\n' || c == '\r' || c == '\t')
            buf_printf(out, "\\%c", c == '\n' ? 'n' : c == '\r' ? 'r' : 't');
        else
            buf_putc(out, (char)c);
    }
    buf_putc(out, '"');
}

void put_identifier(Buf *out, const char *name)
{
    static const char *const keywords[] = {
        "and",      "as",       "assert",     "auto",  "boolean",  "break",  "byte",     "case",
        "catch",    "char",     "class",      "const", "continue", "def",    "default",  "del",
        "do",       "doc",      "double",     "elif",  "else",     "enum",   "exp",      "extends",
        "extern",   "float",    "for",        "from",  "global",   "goto",   "if",       "import",
        "in",       "inline",   "instanceof", "int",   "is",       "lambda", "log",      "long",
        "new",      "nonlocal", "not",        "null",  "or",       "params", "pass",     "raise",
        "register", "restrict", "return",     "short", "signed",   "sizeof", "static",   "struct",
        "switch",   "this",     "throw",      "try",   "typedef",  "union",  "unsigned", "void",
        "volatile", "where",    "while",      "with",  "yield",    NULL};
    size_t from = out->n;
    if (*name >= '0' && *name <= '9')
        buf_putc(out, '_');
    for (; *name; name++) {
        bool word = (*name >= 'a' && *name <= 'z') || (*name >= 'A' && *name <= 'Z') ||
                    (*name >= '0' && *name <= '9');
        buf_putc(out, word ? *name : '_');
    }
    for (size_t k = 0; keywords[k]; k++)
        if (str_eqz((Str){out->p + from, out->n - from}, keywords[k])) {
            buf_putc(out, '_');
            return;
        }
}

static bool put_call(const Plan *p, const Dialect *d, const Node *n, Buf *out, Error *err)
{
    const char *word = op_words[n->op].word[d->lang];
    if (!word)
        return fail(err, ERR_DATA, "%s has no word for '%s', which the model needs", d->name,
                    op_json(n->op));
    for (; *word; word++) {
        if (*word != '$') {
            buf_putc(out, *word);
            continue;
        }
        word++;
        if (!put_node(p, d, n->args[*word - '1'], out, err))
            return false;
    }
    return true;
}

static const char *const nothing[LANG_COUNT] = {
    [LANG_C] = "NAN", [LANG_PYTHON] = "NAN", [LANG_SQL] = "NULL", [LANG_PAINLESS] = "Double.NaN"};

bool put_node(const Plan *p, const Dialect *d, const Node *n, Buf *out, Error *err)
{
    switch (n->kind) {
    case N_NUMBER:
        if (n->number < 0)
            buf_putc(out, '(');
        put_number(out, n->number);
        if (n->number < 0)
            buf_putc(out, ')');
        return true;
    case N_NOTHING:
        buf_puts(out, nothing[d->lang]);
        return true;
    case N_TEXT:
        d->text(n->text, out);
        return true;
    case N_INPUT:
        d->input(p, n->at, out);
        return true;
    case N_STEP:
        d->step(p, n->at, out);
        return true;
    case N_CALL:
        return put_call(p, d, n, out, err);
    }
    return true;
}

/* The logistic function by the sign of its argument: 1 / (1 + e^-eta), or e^eta / (1 + e^eta) below
 * 0. */
static Node *logistic(Arena *a, Node *eta)
{
    Node *one = node_number(a, 1),
         *down = node_call(a, OP_EXP, node_call(a, OP_NEG, eta, NULL, NULL), NULL, NULL);
    Node *up = node_call(a, OP_EXP, eta, NULL, NULL);
    return node_call(a, OP_IF, node_call(a, OP_GE, eta, node_number(a, 0), NULL),
                     node_call(a, OP_DIV, one, node_call(a, OP_ADD, one, down, NULL), NULL),
                     node_call(a, OP_DIV, up, node_call(a, OP_ADD, one, up, NULL), NULL));
}

Node *plan_mean(const Plan *p, Node *eta, Error *err)
{
    Arena *a = p->arena;
    const char *link = p->m->link->name;
    Node *one = node_number(a, 1);
    if (strcmp(link, "logit") == 0)
        return logistic(a, eta);
    if (strcmp(link, "log") == 0)
        return node_call(a, OP_EXP, eta, NULL, NULL);
    if (strcmp(link, "identity") == 0)
        return eta;
    if (strcmp(link, "probit") == 0)
        return node_call(a, OP_NORMAL, eta, NULL, NULL);
    if (strcmp(link, "cloglog") == 0)
        return node_call(
            a, OP_NEG,
            node_call(a, OP_EXPM1,
                      node_call(a, OP_NEG, node_call(a, OP_EXP, eta, NULL, NULL), NULL, NULL), NULL,
                      NULL),
            NULL, NULL);
    if (strcmp(link, "cauchit") == 0)
        return node_call(a, OP_ADD, node_number(a, 0.5),
                         node_call(a, OP_DIV, node_call(a, OP_ATAN, eta, NULL, NULL),
                                   node_number(a, 3.14159265358979323846), NULL),
                         NULL);
    if (strcmp(link, "inverse") == 0)
        return node_call(a, OP_DIV, one, eta, NULL);
    if (strcmp(link, "sqrt") == 0)
        return node_call(a, OP_MUL, eta, eta, NULL);
    if (strcmp(link, "inverse-squared") == 0 || strcmp(link, "1/mu^2") == 0)
        return node_call(a, OP_DIV, one, node_call(a, OP_SQRT, eta, NULL, NULL), NULL);
    fail(err, ERR_DATA, "an export cannot say the link '%s'", link);
    return NULL;
}
