/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_rules.c - how functions of times and texts type their arguments; those of numbers, logic and
 * choices are in expr_plan.c.
 *
 * A rule gets the call and its planned arguments, converts them and adds the step. Functions of
 * texts say what they take in a signature (plan_scalar).
 */
#include "expr_priv.h"

#include <assert.h>

#include "base/clock.h"

/* ---- rules: times ---- */

size_t plan_now(Plan *p, const Expr *e, const size_t *args)
{
    (void)args;
    int64_t now = clock_now();
    bool today = e->fn->op != 0;
    if (today)
        now = days_from_civil(civil_of(now).year, civil_of(now).month, civil_of(now).day) *
              US_PER_DAY;
    size_t s = step_const(p, COL_TIME, (Cell){.v.i = now});
    p->steps[s].unit = today ? TIME_DAY : TIME_SECOND;
    return s;
}

/* year(t) ..., days(a, b), hours(a, b), date(t): times in, the type of `sig` out. */
size_t plan_time_part(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args);
    for (size_t k = 0; k < e->nargs; k++)
        if ((a[k] = plan_time(p, e, k, a[k])) == STEP_NONE)
            return STEP_NONE;
    ColType t = *e->fn->sig == 'n' ? COL_REAL : *e->fn->sig == 'T' ? COL_TIME : COL_INT;
    size_t s = step_call(p, e->fn, t, e->fn->block, e->nargs, a);
    p->steps[s].unit = TIME_DAY; /* date() */
    return s;
}

/* add_days(t, n): the unit grows finer only when the shift may be a part of a day. */
size_t plan_shift(Plan *p, const Expr *e, const size_t *args)
{
    size_t t = plan_time(p, e, 0, args[0]);
    if (t == STEP_NONE)
        return STEP_NONE;
    bool whole_days = e->fn->op == 0 && step_type(p, args[1]) != COL_REAL;
    TimeUnit unit = p->steps[t].unit;
    size_t by = plan_number(p, e, 1, args[1], COL_REAL);
    if (by == STEP_NONE)
        return STEP_NONE;
    size_t s = step_call(p, e->fn, COL_TIME, block_shift, 2, (const size_t[]){t, by});
    p->steps[s].unit = whole_days || unit > TIME_SECOND ? unit : TIME_SECOND;
    return s;
}

/* ---- rules: texts ---- */

/* The printed form of a value that is no text. */
static size_t add_printed(Plan *p, size_t step)
{
    ColType from = step_type(p, step);
    size_t s = step_call(p, NULL, COL_TEXT, NULL, 1, &step);
    p->steps[s].scalar = text_of_value;
    p->steps[s].op = (int)from;
    return s;
}

/* One argument by its letter: t text, i int, T time, p anything, printed. */
static size_t need_letter(Plan *p, const Expr *e, size_t k, size_t step, char letter)
{
    switch (letter) {
    case 'i':
        if (step_type(p, step) == COL_REAL)
            return plan_wrong_type(p, e, k, step, "a whole number");
        return plan_number(p, e, k, step, COL_INT);
    case 'p':
        if (type_is_text(step_type(p, step)) || p->steps[step].untyped)
            return plan_as_type(p, step, COL_TEXT);
        return add_printed(p, step);
    default:
        return plan_text(p, e, k, step);
    }
}

size_t plan_scalar(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args), rows = 0;
    const char *sig = e->fn->sig;
    bool codes = true;
    for (size_t k = 0; k < e->nargs; k++) {
        if ((a[k] = need_letter(p, e, k, a[k], *sig)) == STEP_NONE)
            return STEP_NONE;
        rows += !step_is_const(p, a[k]);
        codes = codes && (step_is_const(p, a[k]) || step_type(p, a[k]) == COL_CODE);
        if (sig[1] != '*') /* the letter stands for all that follow */
            sig++;
    }
    const char *colon = strchr(e->fn->sig, ':');
    assert(colon);
    ColType t = colon[1] == 'i'      ? COL_INT
                : colon[1] == 'B'    ? COL_BOOL
                : codes && rows == 1 ? COL_CODE
                                     : COL_TEXT;
    size_t s = step_call(p, e->fn, t, NULL, e->nargs, a);
    p->steps[s].scalar = e->fn->scalar;
    return s;
}

size_t plan_regex(Plan *p, const Expr *e, const size_t *args)
{
    size_t s = plan_scalar(p, e, args);
    if (s == STEP_NONE)
        return STEP_NONE;
    const Step *pattern = &p->steps[args[1]];
    if (pattern->kind != STEP_CONST || pattern->value.null) {
        fail_at(p->err, ERR_TYPE, e->args[1]->at, "%s needs a literal pattern", plan_name_of(p, e));
        return STEP_NONE;
    }
    char *text = arena_strndup(p->arena, pattern->value.v.s.p, pattern->value.v.s.n);
    regex_t *regex = arena_alloc(p->arena, sizeof *regex);
    int code = regcomp(regex, text, REG_EXTENDED);
    if (code) {
        char why[120];
        regerror(code, regex, why, sizeof why);
        fail_at(p->err, ERR_USAGE, e->args[1]->at, "bad pattern '%s': %s", text, why);
        return STEP_NONE;
    }
    p->steps[s].regex = regex; /* freed with the plan */
    return s;
}

/* int(x), real(x), text(x), time(x): sig is the letter of the target. */
size_t plan_convert(Plan *p, const Expr *e, const size_t *args)
{
    static const struct {
        char letter;
        ColType type;
        ScalarFn from_text;
    } targets[] = {{'i', COL_INT, text_to_int},
                   {'n', COL_REAL, text_to_real},
                   {'t', COL_TEXT, NULL},
                   {'T', COL_TIME, text_to_time}};
    size_t k = 0;
    while (targets[k].letter != *e->fn->sig)
        k++;
    ColType from = step_type(p, args[0]), to = targets[k].type;
    if (p->steps[args[0]].untyped)
        return plan_const_as(p, args[0], to);
    if (from == to || (type_is_text(from) && type_is_text(to)))
        return args[0];
    if (to == COL_TIME && !type_is_text(from))
        return plan_wrong_type(p, e, 0, args[0], "a text");
    if (from == COL_TIME && to != COL_TEXT)
        return plan_wrong_type(p, e, 0, args[0], "a number or a text");
    if (type_is_number(from) && type_is_number(to) &&
        !(from == COL_REAL && step_is_const(p, args[0])))
        return plan_as_type(p, args[0], to);
    if (to == COL_TEXT)
        return add_printed(p, args[0]);
    size_t s = step_call(p, e->fn, to, type_is_text(from) ? NULL : block_cast, 1, args);
    if (type_is_text(from))
        p->steps[s].scalar = targets[k].from_text;
    if (to == COL_TIME)
        p->steps[s].unit = TIME_SECOND;
    return s;
}
