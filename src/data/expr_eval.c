/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_eval.c - the doors: bind, evaluate, pick rows.
 *
 * Each call plans the tree for the frame at hand, so one tree serves frames whose columns have
 * other types (int here, real in the next batch). Planning takes microseconds.
 *
 * Whole-number arithmetic that leaves 64 bits in any row is done again in reals: the result is a
 * real column then.
 */
#include "expr_priv.h"

#include <stdlib.h>

bool expr_bind(Expr *e, const Frame *f, const char *table, Error *err)
{
    Plan p = {.arena = arena_new(), .f = f, .table = table, .err = err};
    size_t root = expr_plan(&p, e);
    if (root != STEP_NONE)
        e->type = p.steps[root].type;
    expr_plan_free(&p);
    return root != STEP_NONE;
}

static bool calls_aggregate(const Expr *e)
{
    bool found = e->kind == EXPR_CALL &&
                 (e->fn->plan == plan_aggregate || (e->fn->plan == plan_extreme && e->nargs == 1));
    for (size_t k = 0; !found && k < e->nargs; k++)
        found = calls_aggregate(e->args[k]);
    return found;
}

bool expr_is_rowwise(const Expr *e)
{
    return !calls_aggregate(e);
}

ColType expr_type(const Expr *e)
{
    return e->type;
}

Column *expr_eval(const Expr *e, const Frame *f, Error *err)
{
    return expr_eval_over(e, f, NULL, err);
}

Column *expr_eval_over(const Expr *e, const Frame *f, const ExprOver *over, Error *err)
{
    Column *out = NULL;
    bool again = false;
    do {
        Plan p = {.arena = arena_new(), .f = f, .err = err, .wide = again, .over = over};
        size_t root = expr_plan(&p, e);
        column_unref(out);
        out = root != STEP_NONE && expr_prepare(&p, root) ? plan_column(&p, root) : NULL;
        again = out && p.overflow && !p.wide;
        expr_plan_free(&p);
    } while (again);
    return out;
}

/* The root as a condition; numbers count as true when they are not 0. */
static size_t plan_condition(Plan *p, const Expr *e)
{
    size_t root = expr_plan(p, e);
    if (root == STEP_NONE)
        return STEP_NONE;
    ColType t = p->steps[root].type;
    if (!type_is_number(t)) {
        fail_at(p->err, ERR_TYPE, e->at, "the condition is %s, not true or false", coltype_name(t));
        error_hint(p->err, "compare it with something: ==, <, in (...), is not null");
        return STEP_NONE;
    }
    return plan_logic(p, &(Expr){.kind = EXPR_CALL, .fn = &expr_ops[OP_AND], .nargs = 1}, &root);
}

uint32_t *expr_rows(const Expr *e, const Frame *f, size_t *n, Error *err)
{
    uint8_t *flags = NULL;
    uint32_t *rows = NULL;
    bool again = false;
    *n = 0;
    do {
        Plan p = {.arena = arena_new(), .f = f, .err = err, .wide = again};
        size_t root = plan_condition(&p, e);
        free(flags);
        flags = root != STEP_NONE && expr_prepare(&p, root) ? plan_flags(&p, root) : NULL;
        again = flags && p.overflow && !p.wide;
        expr_plan_free(&p);
    } while (again);
    if (!flags)
        return NULL;
    for (size_t i = 0; i < f->rows; i++)
        *n += flags[i];
    rows = big_alloc(*n, sizeof *rows, false, "row numbers", err);
    size_t at = 0;
    for (size_t i = 0; rows && i < f->rows; i++)
        if (flags[i])
            rows[at++] = (uint32_t)i;
    free(flags);
    return rows;
}
