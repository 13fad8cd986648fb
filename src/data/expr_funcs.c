/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_funcs.c - the tables of operators and functions: spelling, rule of types, kernel, help.
 *
 * A new function is a row here; it then has parsing, checks, help and completion. Signatures of
 * plan_scalar: t text, i int, p anything printed ('*': all that follow), then ':' and the result,
 * t i or B (bool). Of plan_time_part and plan_convert: the result alone, i n (real) t or T (time).
 */
#include "expr_priv.h"

#include <math.h>

#define OP(id, spelled, how, n, rule)                                                              \
    .doc = {spelled, "", NULL}, .style = how, .min = n, .max = n, .plan = rule, .op = id

const Func expr_ops[OP_COUNT] = {
    [OP_ADD] = {OP(OP_ADD, "+", STYLE_SPACED, 2, plan_arith)},
    [OP_SUB] = {OP(OP_SUB, "-", STYLE_SPACED, 2, plan_arith)},
    [OP_MUL] = {OP(OP_MUL, "*", STYLE_SPACED, 2, plan_arith)},
    [OP_DIV] = {OP(OP_DIV, "/", STYLE_TIGHT, 2, plan_real)},
    [OP_MOD] = {OP(OP_MOD, "%", STYLE_SPACED, 2, plan_arith)},
    [OP_RMOD] = {OP(OP_RMOD, "%%", STYLE_TIGHT, 2, plan_arith)},
    [OP_IDIV] = {OP(OP_IDIV, "%/%", STYLE_TIGHT, 2, plan_arith)},
    [OP_POW] = {OP(OP_POW, "^", STYLE_TIGHT, 2, plan_real), .real2 = math_pow},
    [OP_NEG] = {OP(OP_NEG, "-", STYLE_PREFIX, 1, plan_arith)},
    [OP_POS] = {OP(OP_POS, "+", STYLE_PREFIX, 1, plan_same)},
    [OP_EQ] = {OP(OP_EQ, "==", STYLE_SPACED, 2, plan_compare)},
    [OP_NE] = {OP(OP_NE, "!=", STYLE_SPACED, 2, plan_compare)},
    [OP_LT] = {OP(OP_LT, "<", STYLE_SPACED, 2, plan_compare)},
    [OP_LE] = {OP(OP_LE, "<=", STYLE_SPACED, 2, plan_compare)},
    [OP_GT] = {OP(OP_GT, ">", STYLE_SPACED, 2, plan_compare)},
    [OP_GE] = {OP(OP_GE, ">=", STYLE_SPACED, 2, plan_compare)},
    [OP_AND] = {OP(OP_AND, "&", STYLE_SPACED, 2, plan_logic)},
    [OP_OR] = {OP(OP_OR, "|", STYLE_SPACED, 2, plan_logic)},
    [OP_NOT] = {OP(OP_NOT, "!", STYLE_PREFIX, 1, plan_logic)},
    [OP_IN] = {OP(OP_IN, "in", STYLE_IN, 2, plan_in)},
    [OP_LIKE] = {OP(OP_LIKE, "like", STYLE_SPACED, 2, plan_scalar), .sig = "tt:B",
                 .scalar = text_like},
    [OP_ILIKE] = {OP(OP_ILIKE, "ilike", STYLE_SPACED, 2, plan_scalar), .sig = "tt:B",
                  .scalar = text_like},
    [OP_BETWEEN] = {OP(OP_BETWEEN, "between", STYLE_BETWEEN, 3, plan_between)},
    [OP_IS_NULL] = {.doc = {"is.na", "x", NULL},
                    .style = STYLE_CALL,
                    .min = 1,
                    .max = 1,
                    .plan = plan_is_null},
    [OP_CASE] = {OP(OP_CASE, "case", STYLE_CASE, 2, plan_choose)},
};

#define ROW(name, args, least, most, rule, brief)                                                  \
    .doc = {name, args, brief}, .min = least, .max = most, .plan = rule
#define REAL1(name, fn, brief)                                                                     \
    {                                                                                              \
        ROW(name, "x", 1, 1, plan_real, brief), .real1 = fn                                        \
    }
#define KEEP(name, how, fn, brief)                                                                 \
    {                                                                                              \
        ROW(name, "x", 1, 1, plan_keep, brief), .op = how, .real1 = fn                             \
    }
#define TEXT(name, args, least, most, signature, fn, brief)                                        \
    {                                                                                              \
        ROW(name, args, least, most, plan_scalar, brief), .sig = signature, .scalar = fn           \
    }
#define PART(name, fn, brief)                                                                      \
    {                                                                                              \
        ROW(name, "t", 1, 1, plan_time_part, brief), .sig = "i", .block = block_part, .part = fn   \
    }
#define TIME(name, args, n, result, fn, brief)                                                     \
    {                                                                                              \
        ROW(name, args, n, n, plan_time_part, brief), .sig = result, .block = fn                   \
    }
#define CONVERT(name, target, brief)                                                               \
    {                                                                                              \
        ROW(name, "x", 1, 1, plan_convert, brief), .sig = target                                   \
    }
#define WHOLE(name, id, brief)                                                                     \
    {                                                                                              \
        ROW(name, "x", 1, 1, plan_aggregate, brief), .op = id                                      \
    }
#define WHOLE0(name, id, brief)                                                                    \
    {                                                                                              \
        ROW(name, "", 0, 0, plan_aggregate, brief), .op = id                                       \
    }

static const Func funcs[] = {
    {ROW("I", "x", 1, 1, plan_same, "x itself, as R's formulas write it")},
    KEEP("abs", KEEP_ABS, fabs, "without its sign"),
    {ROW("add_days", "t, n", 2, 2, plan_shift, "the moment n days later"), .op = 0},
    {ROW("add_hours", "t, n", 2, 2, plan_shift, "the moment n hours later"), .op = 1},
    KEEP("ceil", KEEP_SAME, ceil, "rounded up"),
    KEEP("ceiling", KEEP_SAME, ceil, "rounded up"),
    {ROW("coalesce", "a, b, ...", 1, ARGS_ANY, plan_coalesce, "the first that is not null")},
    TEXT("concat", "a, b, ...", 1, ARGS_ANY, "p*:t", text_concat, "one text of all, printed"),
    TEXT("contains", "s, part", 2, 2, "tt:B", text_contains, "is part somewhere in s?"),
    REAL1("cos", cos, "cosine"),
    WHOLE0("count_before", AGG_COUNT_BEFORE, "how many rows came before (derive ... by g sort t)"),
    TIME("date", "t", 1, "T", block_date, "the day, without the time"),
    PART("day", part_day, "day of the month"),
    TIME("days", "from, to", 2, "i", block_days, "whole days that have passed, rounded down"),
    TEXT("ends_with", "s, end", 2, 2, "tt:B", text_ends, "does s end so?"),
    REAL1("exp", exp, "e to the power of x"),
    REAL1("expm1", expm1, "exp(x) - 1, exact for small x"),
    KEEP("floor", KEEP_SAME, floor, "rounded down"),
    PART("hour", part_hour, "hour, 0 to 23"),
    TIME("hours", "from, to", 2, "n", block_hours, "hours that have passed, with fractions"),
    {ROW("if", "c, a, b", 2, 3, plan_choose, "a where c is true, else b (or null)")},
    {ROW("ifelse", "c, a, b", 2, 3, plan_choose, "the same as if()")},
    CONVERT("int", "i", "a whole number: fraction cut, text read, null if it is none"),
    REAL1("invlogit", math_invlogit, "1/(1+exp(-x))"),
    {ROW("is.na", "x", 1, 1, plan_is_null, "is it null?")},
    WHOLE("last_before", AGG_LAST_BEFORE, "x of the row before, nulls left out"),
    TEXT("length", "s", 1, 1, "t:i", text_length, "how many characters"),
    {ROW("log", "x, base", 1, 2, plan_real, "natural logarithm, or to a base"), .real1 = log,
     .real2 = math_log_base},
    REAL1("log10", log10, "logarithm to base 10"),
    REAL1("log1p", log1p, "log(1 + x), exact for small x"),
    REAL1("log2", log2, "logarithm to base 2"),
    REAL1("logit", math_logit, "log(x/(1-x))"),
    TEXT("lower", "s", 1, 1, "t:t", text_lower, "in lower case"),
    {ROW("max", "a, b, ...", 1, ARGS_ANY, plan_extreme,
         "the greatest of a row; of one: of the column"),
     .op = AGG_MAX},
    WHOLE("mean", AGG_MEAN, "mean of the column"),
    WHOLE("mean_before", AGG_MEAN_BEFORE, "mean of x over the rows before"),
    WHOLE("median", AGG_MEDIAN, "median of the column"),
    {ROW("min", "a, b, ...", 1, ARGS_ANY, plan_extreme,
         "the least of a row; of one: of the column"),
     .op = AGG_MIN},
    PART("minute", part_minute, "minute, 0 to 59"),
    PART("month", part_month, "month, 1 to 12"),
    WHOLE0("n", AGG_N, "how many rows the table has"),
    {ROW("now", "", 0, 0, plan_now, "this moment"), .op = 0},
    {ROW("nullif", "a, b", 2, 2, plan_nullif, "null where a equals b, else a")},
    {ROW("pow", "x, y", 2, 2, plan_real, "x to the power of y"), .real2 = math_pow},
    PART("quarter", part_quarter, "quarter, 1 to 4"),
    WHOLE("rank", AGG_RANK, "place in the column, 1 for the least; ties share"),
    CONVERT("real", "n", "a number with fraction: text read, null if it is none"),
    {ROW("regex_extract", "s, pattern", 2, 2, plan_regex,
         "first group (or all) of the match, or null"),
     .sig = "tt:t", .scalar = text_regex_extract},
    {ROW("regex_match", "s, pattern", 2, 2, plan_regex, "does the POSIX pattern match somewhere?"),
     .sig = "tt:B", .scalar = text_regex_match},
    TEXT("replace", "s, part, by", 3, 3, "ttt:t", text_replace, "every part of s replaced"),
    {ROW("round", "x, digits", 1, 2, plan_keep, "rounded, halves to even"), .op = KEEP_SAME,
     .real1 = math_round, .real2 = math_round_to},
    WHOLE0("row", AGG_ROW, "number of the row, from 1"),
    WHOLE("scale", AGG_SCALE, "(x - mean(x)) / sd(x)"),
    WHOLE("sd", AGG_SD, "standard deviation of the column"),
    PART("second", part_second, "second, 0 to 59"),
    KEEP("sign", KEEP_SIGN, math_sign, "-1, 0 or 1"),
    REAL1("sin", sin, "sine"),
    TEXT("split_part", "s, sep, k", 3, 3, "tti:t", text_split_part,
         "the k-th piece; -1 is the last"),
    REAL1("sqrt", sqrt, "square root"),
    TEXT("starts_with", "s, begin", 2, 2, "tt:B", text_starts, "does s begin so?"),
    TEXT("substr", "s, from, count", 2, 3, "tii:t", text_substr,
         "count characters from the from-th"),
    WHOLE("sum", AGG_SUM, "sum of the column"),
    WHOLE("sum_before", AGG_SUM_BEFORE, "sum of x over the rows before; 0 when there is none"),
    REAL1("tan", tan, "tangent"),
    CONVERT("text", "t", "the printed form"),
    CONVERT("time", "T", "a text read as a moment, null if it is none"),
    {ROW("today", "", 0, 0, plan_now, "this day"), .op = 1},
    TEXT("trim", "s", 1, 1, "t:t", text_trim, "without blanks at both ends"),
    KEEP("trunc", KEEP_SAME, trunc, "without the fraction"),
    TEXT("upper", "s", 1, 1, "t:t", text_upper, "in upper case"),
    PART("week", part_week, "ISO week, 1 to 53"),
    PART("weekday", part_weekday, "1 Monday to 7 Sunday"),
    PART("yday", part_yday, "day of the year, from 1"),
    PART("year", part_year, "year"),
};
#define FUNCS (sizeof funcs / sizeof *funcs)

const Func *expr_func_find(Str name)
{
    for (size_t k = 0; k < FUNCS; k++)
        if (str_eqz(name, funcs[k].doc.name))
            return &funcs[k];
    for (size_t k = 0; k < FUNCS; k++)
        if (str_ieq(name, str_of(funcs[k].doc.name)))
            return &funcs[k];
    return NULL;
}

const ExprFunc *expr_funcs(size_t *n)
{
    static ExprFunc docs[FUNCS];
    for (size_t k = 0; k < FUNCS; k++)
        docs[k] = funcs[k].doc;
    *n = FUNCS;
    return docs;
}
