/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_plan.c - a tree and a frame to typed steps; or the error, with its place and a way out.
 *
 * expr_plan() walks the tree from the leaves and lets the row of each function type its arguments:
 * the plan_* functions are those rules. A rule converts arguments by adding steps (int to real, a
 * literal text to a time) and adds the step of the call.
 *
 * Rules of types. Numbers mix: bool as 0 or 1, int with real as real, / and ^ always real. Code and
 * text are both texts. A time meets a time, or a literal text that reads as one. Nothing else
 * converts by itself: int(), real(), text(), time() do.
 */
#include "expr_priv.h"

#include "base/clock.h"

/* ---- steps ---- */

static size_t add_step(Plan *p, Step s)
{
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 32;
        Step *more = arena_array(p->arena, Step, cap);
        if (p->n)
            memcpy(more, p->steps, p->n * sizeof *more);
        p->steps = more;
        p->cap = cap;
    }
    p->steps[p->n] = s;
    return p->n++;
}

size_t step_call(Plan *p, const Func *fn, ColType type, BlockFn block, size_t nargs,
                 const size_t *args)
{
    Step s = {.kind = STEP_CALL, .fn = fn, .type = type, .block = block, .op = fn ? fn->op : 0};
    s.nargs = nargs;
    s.args = arena_array(p->arena, size_t, nargs);
    for (size_t k = 0; k < nargs; k++) {
        s.args[k] = args[k];
        if (p->steps[args[k]].unit > s.unit)
            s.unit = p->steps[args[k]].unit;
    }
    return add_step(p, s);
}

size_t step_const(Plan *p, ColType type, Cell value)
{
    return add_step(p, (Step){.kind = STEP_CONST, .type = type, .value = value});
}

ColType step_type(const Plan *p, size_t step)
{
    return p->steps[step].type;
}

bool step_is_const(const Plan *p, size_t step)
{
    return p->steps[step].kind == STEP_CONST;
}

/* ---- messages ---- */

/* "'country' is code": the argument as written and what it is. */
static const char *what_is(const Plan *p, const Expr *e, size_t step)
{
    Buf b = BUF_INIT;
    buf_putc(&b, '\'');
    if (e->kind == EXPR_NAME)
        buf_str(&b, e->name);
    else if (e->kind == EXPR_LITERAL && e->type == COL_TEXT)
        buf_str(&b, e->value.v.s);
    else
        expr_print(e, &b);
    bool literal = e->kind == EXPR_LITERAL;
    buf_printf(&b, "' is %s%s", literal ? "a literal " : "", coltype_name(step_type(p, step)));
    const char *text = arena_strndup(p->arena, b.p, b.n);
    buf_free(&b);
    return text;
}

/* "'+'" or "log()". */
const char *plan_name_of(const Plan *p, const Expr *e)
{
    const char *name = e->fn->doc.name;
    bool call = e->fn->style == STYLE_CALL;
    return call ? arena_printf(p->arena, "%s()", name) : arena_printf(p->arena, "'%s'", name);
}

size_t plan_wrong_type(Plan *p, const Expr *e, size_t k, size_t step, const char *needs)
{
    ColType t = step_type(p, step);
    fail_at(p->err, ERR_TYPE, e->args[k]->at, "%s needs %s: %s", plan_name_of(p, e), needs,
            what_is(p, e->args[k], step));
    if (t == COL_TIME)
        error_hint(p->err, "days(from, to), hours(from, to), year(x) ... make numbers of times");
    else if (type_is_text(t) && strcmp(needs, "a time") == 0)
        error_hint(p->err, "time(x) reads a text as a time");
    else if (type_is_text(t))
        error_hint(p->err, "real(x) reads a text as a number, x == 'text' compares");
    else if (strcmp(needs, "a text") == 0)
        error_hint(p->err, "text(x) prints a value");
    return STEP_NONE;
}

/* ---- conversions ---- */

static double number_of(const Step *s)
{
    return s->type == COL_REAL   ? s->value.v.d
           : s->type == COL_BOOL ? s->value.v.b
                                 : (double)s->value.v.i;
}

/* A constant of another type; numbers and nulls only. */
size_t plan_const_as(Plan *p, size_t step, ColType to)
{
    Step s = p->steps[step];
    double d = s.untyped ? 0 : number_of(&s);
    Cell v = {.null = s.value.null};
    if (to == COL_REAL)
        v.v.d = d;
    else if (to == COL_BOOL)
        v.v.b = d != 0;
    else if (to == COL_INT && !s.untyped)
        v.v.i = s.type == COL_BOOL ? s.value.v.b : s.value.v.i;
    return step_const(p, to, v);
}

/* Numbers to a number type, an untyped null to any; precondition: it is one of those or of the
 * type. */
size_t plan_as_type(Plan *p, size_t step, ColType to)
{
    ColType from = step_type(p, step);
    if (p->steps[step].untyped)
        return plan_const_as(p, step, to);
    if (from == to || (type_is_text(from) && type_is_text(to)))
        return step;
    if (step_is_const(p, step))
        return plan_const_as(p, step, to);
    return step_call(p, NULL, to, block_cast, 1, &step);
}

/* A literal text read as a time. */
static size_t text_as_time(Plan *p, const Expr *e, size_t step)
{
    Str s = p->steps[step].value.v.s;
    Cell v = {0};
    TimeUnit unit;
    if (!time_parse_iso(str_trim(s), &v.v.i, &unit)) {
        fail_at(p->err, ERR_TYPE, e->at, "'%.*s' is not a time", STR_ARG(s));
        error_hint(p->err, "times are written '2023-10-15' or '2023-10-15 09:30'");
        return STEP_NONE;
    }
    return add_step(p, (Step){.kind = STEP_CONST, .type = COL_TIME, .unit = unit, .value = v});
}

size_t plan_number(Plan *p, const Expr *e, size_t k, size_t step, ColType to)
{
    if (!p->steps[step].untyped && !type_is_number(step_type(p, step)))
        return plan_wrong_type(p, e, k, step, "numbers");
    return plan_as_type(p, step, to);
}

static size_t need_bool(Plan *p, const Expr *e, size_t k, size_t step)
{
    if (!p->steps[step].untyped && !type_is_number(step_type(p, step)))
        return plan_wrong_type(p, e, k, step, "true or false");
    return plan_as_type(p, step, COL_BOOL);
}

size_t plan_text(Plan *p, const Expr *e, size_t k, size_t step)
{
    if (!p->steps[step].untyped && !type_is_text(step_type(p, step)))
        return plan_wrong_type(p, e, k, step, "a text");
    return plan_as_type(p, step, COL_TEXT);
}

size_t plan_time(Plan *p, const Expr *e, size_t k, size_t step)
{
    const Step *s = &p->steps[step];
    if (s->untyped)
        return plan_const_as(p, step, COL_TIME);
    if (s->kind == STEP_CONST && type_is_text(s->type) && !s->value.null)
        return text_as_time(p, e->args[k], step);
    return s->type == COL_TIME ? step : plan_wrong_type(p, e, k, step, "a time");
}

/* Two arguments that do not go together. */
static bool clash(Plan *p, const Expr *e, size_t a, size_t b, const size_t *args)
{
    ColType ta = step_type(p, args[a]), tb = step_type(p, args[b]);
    fail_at(p->err, ERR_TYPE, e->at, "%s mixes %s and %s: %s, %s", plan_name_of(p, e),
            coltype_name(ta), coltype_name(tb), what_is(p, e->args[a], args[a]),
            what_is(p, e->args[b], args[b]));
    size_t number = type_is_number(ta) ? a : b, text = type_is_number(ta) ? b : a;
    if ((ta == COL_TIME || tb == COL_TIME) && (type_is_number(ta) || type_is_number(tb)))
        return error_hint(p->err, "a moment is quoted: '2023-10-15 09:30'");
    bool mixed =
        type_is_number(step_type(p, args[number])) && type_is_text(step_type(p, args[text]));
    double d;
    if (mixed && step_is_const(p, args[text]) && parse_real(p->steps[args[text]].value.v.s, &d))
        return error_hint(p->err, "write %.*s without quotes",
                          STR_ARG(p->steps[args[text]].value.v.s));
    if (mixed && step_is_const(p, args[number]))
        return error_hint(p->err, "texts are quoted, or real(x) makes a number of a text");
    return error_hint(p->err, "int(x), real(x), text(x), time(x) convert");
}

/* The type that the arguments `which` (indices into args, n of them) have in common; converts them
 * in place. */
static bool unify(Plan *p, const Expr *e, size_t *args, const size_t *which, size_t n, ColType *out)
{
    size_t lead = STEP_NONE;
    for (size_t k = 0; k < n; k++) {
        const Step *s = &p->steps[args[which[k]]];
        if (s->untyped)
            continue;
        const Step *l = lead == STEP_NONE ? NULL : &p->steps[args[lead]];
        bool literal_for_time =
            l && l->type == COL_TEXT && l->kind == STEP_CONST && s->type == COL_TIME;
        bool wider = l && type_is_number(l->type) && type_is_number(s->type) &&
                     (s->type == COL_REAL || (s->type == COL_INT && l->type == COL_BOOL));
        bool texts = l && l->type == COL_CODE && s->type == COL_TEXT && s->kind != STEP_CONST;
        if (!l || literal_for_time || wider || texts)
            lead = which[k];
    }
    ColType t = lead == STEP_NONE ? COL_BOOL : step_type(p, args[lead]);
    for (size_t k = 0; k < n; k++) {
        size_t a = which[k];
        const Step *s = &p->steps[args[a]];
        bool fits = s->untyped || s->type == t || (type_is_number(t) && type_is_number(s->type)) ||
                    (type_is_text(t) && type_is_text(s->type));
        if (t == COL_TIME && type_is_text(s->type) && s->kind == STEP_CONST)
            args[a] = text_as_time(p, e->args[a], args[a]);
        else if (fits)
            args[a] = plan_as_type(p, args[a], t);
        else
            return clash(p, e, lead < a ? lead : a, lead < a ? a : lead, args);
        if (args[a] == STEP_NONE)
            return false;
    }
    *out = t;
    return true;
}

/* All arguments from `first` on. */
static bool unify_from(Plan *p, const Expr *e, size_t *args, size_t first, ColType *out)
{
    size_t *which = arena_array(p->arena, size_t, e->nargs);
    for (size_t k = first; k < e->nargs; k++)
        which[k - first] = k;
    return unify(p, e, args, which, e->nargs - first, out);
}

size_t *plan_args(Plan *p, const Expr *e, const size_t *args)
{
    size_t *mine = arena_array(p->arena, size_t, e->nargs);
    for (size_t k = 0; k < e->nargs; k++)
        mine[k] = args[k];
    return mine;
}

/* ---- rules: numbers ---- */

size_t plan_real(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args);
    for (size_t k = 0; k < e->nargs; k++)
        if ((a[k] = plan_number(p, e, k, a[k], COL_REAL)) == STEP_NONE)
            return STEP_NONE;
    return step_call(p, e->fn, COL_REAL, block_real, e->nargs, a);
}

static bool all_whole(const Plan *p, const Expr *e, const size_t *args)
{
    bool whole = !p->wide;
    for (size_t k = 0; k < e->nargs; k++)
        whole = whole && (p->steps[args[k]].untyped || step_type(p, args[k]) == COL_INT ||
                          step_type(p, args[k]) == COL_BOOL);
    return whole;
}

size_t plan_arith(Plan *p, const Expr *e, const size_t *args)
{
    bool whole = all_whole(p, e, args);
    size_t *a = plan_args(p, e, args);
    for (size_t k = 0; k < e->nargs; k++)
        if ((a[k] = plan_number(p, e, k, a[k], whole ? COL_INT : COL_REAL)) == STEP_NONE)
            return STEP_NONE;
    return whole ? step_call(p, e->fn, COL_INT, block_arith_int, e->nargs, a)
                 : step_call(p, e->fn, COL_REAL, block_arith_real, e->nargs, a);
}

size_t plan_keep(Plan *p, const Expr *e, const size_t *args)
{
    if (!all_whole(p, e, args) || e->nargs > 1)
        return plan_real(p, e, args);
    size_t a = plan_number(p, e, 0, args[0], COL_INT);
    return a == STEP_NONE ? a : step_call(p, e->fn, COL_INT, block_keep_int, 1, &a);
}

size_t plan_extreme(Plan *p, const Expr *e, const size_t *args)
{
    if (e->nargs == 1)
        return plan_aggregate(p, e, args);
    size_t *a = plan_args(p, e, args);
    ColType t;
    if (!unify_from(p, e, a, 0, &t))
        return STEP_NONE;
    if (type_is_text(t))
        return plan_wrong_type(p, e, 0, a[0], "numbers or times");
    if (t == COL_BOOL)
        for (size_t k = 0; k < e->nargs; k++)
            a[k] = plan_as_type(p, a[k], t = COL_INT);
    return step_call(p, e->fn, t, block_extreme, e->nargs, a);
}

size_t plan_aggregate(Plan *p, const Expr *e, const size_t *args)
{
    size_t a = e->nargs ? args[0] : 0;
    if (e->nargs) {
        ColType from = step_type(p, a);
        bool one_of_them = e->fn->plan == plan_extreme || e->fn->op == AGG_LAST_BEFORE;
        bool keeps = one_of_them && (from == COL_INT || from == COL_TIME);
        a = keeps ? a : plan_number(p, e, 0, a, COL_REAL);
        if (a == STEP_NONE)
            return STEP_NONE;
    }
    size_t s = step_call(p, e->fn, e->nargs ? step_type(p, a) : COL_INT, NULL, e->nargs, &a);
    p->steps[s].kind = STEP_AGGREGATE;
    return s;
}

/* ---- rules: comparison and logic ---- */

size_t plan_compare(Plan *p, const Expr *e, const size_t *args)
{
    for (size_t k = 0; k < 2; k++) {
        if (!p->steps[args[k]].untyped)
            continue;
        fail_at(p->err, ERR_TYPE, e->at, "comparing with null is never true");
        error_hint(p->err, "write x is null, or x is not null");
        return STEP_NONE;
    }
    size_t *a = plan_args(p, e, args);
    ColType t;
    if (!unify_from(p, e, a, 0, &t))
        return STEP_NONE;
    size_t s = step_call(p, e->fn, COL_BOOL, type_is_text(t) ? NULL : block_compare, 2, a);
    if (type_is_text(t))
        p->steps[s].scalar = text_compare;
    return s;
}

size_t plan_in(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args);
    ColType t;
    if (!unify_from(p, e, a, 0, &t))
        return STEP_NONE;
    size_t s = step_call(p, e->fn, COL_BOOL, type_is_text(t) ? NULL : block_in, e->nargs, a);
    p->steps[s].sees_nulls = true;
    if (type_is_text(t))
        p->steps[s].scalar = text_in;
    return s;
}

/* x >= low and x <= high. */
size_t plan_between(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args), both[2];
    ColType t;
    if (!unify_from(p, e, a, 0, &t))
        return STEP_NONE;
    for (size_t k = 0; k < 2; k++) {
        const Func *fn = &expr_ops[k ? OP_LE : OP_GE];
        BlockFn block = type_is_text(t) ? NULL : block_compare;
        both[k] = step_call(p, fn, COL_BOOL, block, 2, (const size_t[]){a[0], a[k + 1]});
        if (type_is_text(t))
            p->steps[both[k]].scalar = text_compare;
    }
    size_t s = step_call(p, &expr_ops[OP_AND], COL_BOOL, block_logic, 2, both);
    p->steps[s].sees_nulls = true;
    return s;
}

size_t plan_logic(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args);
    for (size_t k = 0; k < e->nargs; k++)
        if ((a[k] = need_bool(p, e, k, a[k])) == STEP_NONE)
            return STEP_NONE;
    size_t s = step_call(p, e->fn, COL_BOOL, block_logic, e->nargs, a);
    p->steps[s].sees_nulls = true;
    return s;
}

size_t plan_is_null(Plan *p, const Expr *e, const size_t *args)
{
    size_t s = step_call(p, e->fn, COL_BOOL, block_is_null, 1, args);
    p->steps[s].sees_nulls = true;
    return s;
}

/* ---- rules: choices ---- */

/* Code when every branch is code or a literal: the levels are known before the rows are. */
static ColType text_type(const Plan *p, const size_t *args, const size_t *which, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (!step_is_const(p, args[which[k]]) && step_type(p, args[which[k]]) != COL_CODE)
            return COL_TEXT;
    return COL_CODE;
}

static size_t add_choice(Plan *p, const Expr *e, size_t *a, const size_t *which, size_t n,
                         BlockFn block)
{
    ColType t;
    if (!unify(p, e, a, which, n, &t))
        return STEP_NONE;
    size_t s =
        step_call(p, e->fn, type_is_text(t) ? text_type(p, a, which, n) : t, block, e->nargs, a);
    p->steps[s].sees_nulls = true;
    return s;
}

/* if(c, a, b), case: conditions at 0, 2, ...; values behind them; a last one without condition. */
size_t plan_choose(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args), n = 0;
    size_t *values = arena_array(p->arena, size_t, e->nargs);
    for (size_t k = 0; k < e->nargs; k++) {
        if (k % 2 || k + 1 == e->nargs)
            values[n++] = k;
        else if ((a[k] = need_bool(p, e, k, a[k])) == STEP_NONE)
            return STEP_NONE;
    }
    return add_choice(p, e, a, values, n, block_choose);
}

size_t plan_coalesce(Plan *p, const Expr *e, const size_t *args)
{
    size_t *a = plan_args(p, e, args), *all = arena_array(p->arena, size_t, e->nargs);
    for (size_t k = 0; k < e->nargs; k++)
        all[k] = k;
    return add_choice(p, e, a, all, e->nargs, block_coalesce);
}

/* a, or null where a == b. */
size_t plan_nullif(Plan *p, const Expr *e, const size_t *args)
{
    size_t same = plan_compare(p, e, args);
    if (same == STEP_NONE)
        return STEP_NONE;
    p->steps[same].op = OP_EQ;
    size_t s = step_call(p, e->fn, step_type(p, args[0]), block_nullif, 2,
                         (const size_t[]){args[0], same});
    p->steps[s].unit = p->steps[args[0]].unit;
    p->steps[s].sees_nulls = true;
    return s;
}

size_t plan_same(Plan *p, const Expr *e, const size_t *args)
{
    if (e->fn->style == STYLE_PREFIX && !type_is_number(step_type(p, args[0])))
        return plan_wrong_type(p, e, 0, args[0], "numbers");
    return args[0];
}

/* ---- the tree ---- */

static size_t plan_name(Plan *p, const Expr *e)
{
    const Column *c = frame_need(p->f, e->name, p->table, e->at, p->err);
    if (!c)
        return STEP_NONE;
    return add_step(p, (Step){.kind = STEP_COLUMN, .type = c->type, .unit = c->unit, .column = c});
}

/* A name that is no column beside a column of texts is most likely a text without quotes. */
static void hint_quotes(Plan *p, const Expr *e)
{
    bool compares = e->fn->plan == plan_compare || e->fn->plan == plan_in;
    if (!compares || p->err == NULL || p->err->code != ERR_NAME ||
        strstr(p->err->hint, "did you mean"))
        return;
    for (size_t k = 0; k < e->nargs; k++) {
        const Expr *a = e->args[k];
        if (a->kind == EXPR_NAME && a->at.from == p->err->at.from)
            error_hint(p->err, "a text is quoted: '%.*s'", STR_ARG(a->name));
    }
}

size_t expr_plan(Plan *p, const Expr *e)
{
    switch (e->kind) {
    case EXPR_NAME:
        return plan_name(p, e);
    case EXPR_PAREN:
        return expr_plan(p, e->args[0]);
    case EXPR_LITERAL: {
        size_t s = step_const(p, e->type, e->value);
        p->steps[s].untyped = e->untyped;
        return s;
    }
    case EXPR_CALL:
        break;
    }
    size_t *args = arena_array(p->arena, size_t, e->nargs);
    for (size_t k = 0; k < e->nargs; k++) {
        args[k] = expr_plan(p, e->args[k]);
        if (args[k] == STEP_NONE) {
            hint_quotes(p, e);
            return STEP_NONE;
        }
    }
    return e->fn->plan(p, e, args);
}
