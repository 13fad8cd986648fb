/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_prepare.c - what can be computed before the rows are.
 *
 * In the order of the steps: calls of constants are folded; a function whose only varying argument
 * is a code column is evaluated once for each level, and rows then look the answer up; choices
 * among code columns and literals get one dictionary; aggregates run over their whole column, so
 * that the rows see a constant (mean) or a column (rank).
 */
#include "expr_priv.h"

#include <math.h>
#include <stdlib.h>

#define TABLE_ALWAYS 64 /* so many levels are tabulated even for a single row */
#define SET_FROM 8      /* lists behind in that are longer become a set */

static Rep rep_of(ColType t)
{
    switch (t) {
    case COL_REAL:
        return REP_REAL;
    case COL_BOOL:
        return REP_BOOL;
    case COL_CODE:
    case COL_TEXT:
        return REP_TEXT;
    case COL_INT:
    case COL_TIME:
        break;
    }
    return REP_INT;
}

static Str keep_text(Plan *p, Str s)
{
    return (Str){arena_strndup(p->arena, s.p, s.n), s.n};
}

/* Few enough levels for the rows there are? */
static bool worth_a_table(const Plan *p, size_t levels)
{
    return levels <= TABLE_ALWAYS || levels <= p->f->rows;
}

static void fold(Plan *p, size_t at)
{
    Step *s = &p->steps[at];
    Slice *slices = xcalloc(at + 1, sizeof *slices);
    for (size_t k = 0; k < s->nargs; k++)
        if (!slices[s->args[k]].own.any)
            slice_init(&slices[s->args[k]], p->steps, &p->steps[s->args[k]]);
    slice_init(&slices[at], p->steps, s);
    slice_compute(p->steps, at, slices, 0, 1);
    Cell v = slice_cell(&slices[at], 0);
    if (!v.null && type_is_text(s->type))
        v.v.s = keep_text(p, v.v.s);
    p->overflow = p->overflow || slices[at].overflow;
    for (size_t k = 0; k <= at; k++)
        slice_clear(&slices[k]);
    free(slices);
    s->kind = STEP_CONST;
    s->value = v;
}

/* ---- functions of levels ---- */

/* Texts made for each level become a dictionary of their own. */
static bool table_of_texts(Plan *p, Step *s, const Cell *results, size_t n)
{
    StrMap *texts = strmap_new(n);
    int32_t *table = arena_array(p->arena, int32_t, n);
    for (size_t k = 0; k < n; k++)
        table[k] = results[k].null ? 0 : (int32_t)strmap_add(texts, results[k].v.s, NULL);
    size_t distinct = strmap_count(texts);
    Str *at = xmalloc(distinct * sizeof *at);
    int32_t *order = xmalloc(distinct * sizeof *order);
    for (size_t k = 0; k < distinct; k++)
        at[k] = strmap_at(texts, (uint32_t)k);
    s->own_levels = levels_new(at, distinct, order, p->err);
    for (size_t k = 0; s->own_levels && k < n; k++)
        table[k] = results[k].null ? 0 : order[table[k]];
    free(at);
    free(order);
    strmap_free(texts);
    s->levels = s->own_levels;
    s->table = table;
    s->rep = REP_CODE;
    return s->own_levels != NULL;
}

static bool table_of_values(Plan *p, Step *s, const Cell *results, size_t n)
{
    uint8_t *flags = s->rep == REP_BOOL ? arena_array(p->arena, uint8_t, n) : NULL;
    int64_t *words = flags ? NULL : arena_array(p->arena, int64_t, n);
    for (size_t k = 0; k < n; k++) {
        if (flags)
            flags[k] = results[k].v.b;
        else /* the eight bytes of an int, a time or a real */
            memcpy(&words[k], &results[k].v, sizeof words[k]);
    }
    s->table = flags ? (void *)flags : words;
    return true;
}

/* Evaluates the step for each level of argument `varies`. */
static bool tabulate(Plan *p, Step *s, size_t varies)
{
    const Levels *l = p->steps[s->args[varies]].levels;
    Cell *results = xcalloc(l->n, sizeof *results), *cells = xcalloc(s->nargs, sizeof *cells);
    uint8_t *nulls = arena_array(p->arena, uint8_t, l->n);
    Buf bytes = BUF_INIT;
    bool any_null = false, null_arg = false;
    for (size_t k = 0; k < s->nargs; k++) {
        if (k != varies)
            cells[k] = p->steps[s->args[k]].value;
        null_arg = null_arg || cells[k].null;
    }
    for (size_t i = 0; i < l->n; i++) {
        Out r = {.bytes = &bytes};
        buf_clear(&bytes);
        cells[varies] = (Cell){.v.s = levels_at(l, i)};
        bool ok = (s->sees_nulls || !null_arg) && s->scalar(s, cells, s->nargs, &r);
        if (ok && s->type == COL_REAL && isnan(r.cell.v.d))
            ok = false;
        if (ok && type_is_text(s->type))
            r.cell.v.s = r.fresh ? keep_text(p, buf_slice(&bytes)) : r.cell.v.s;
        results[i] = ok ? r.cell : (Cell){.null = true};
        nulls[i] = !ok;
        any_null = any_null || !ok;
    }
    s->table_null = any_null ? nulls : NULL;
    bool ok = type_is_text(s->type) ? table_of_texts(p, s, results, l->n)
                                    : table_of_values(p, s, results, l->n);
    s->kind = STEP_TABLE;
    s->args[0] = s->args[varies];
    s->nargs = 1;
    buf_free(&bytes);
    free(results);
    free(cells);
    return ok;
}

/* A list of many literals is looked up, not walked. */
static void make_set(Plan *p, Step *s)
{
    if (s->scalar != text_in || s->nargs <= SET_FROM)
        return;
    for (size_t k = 1; k < s->nargs; k++)
        if (p->steps[s->args[k]].kind != STEP_CONST)
            return;
    s->set = strmap_new(s->nargs);
    for (size_t k = 1; k < s->nargs; k++)
        if (!p->steps[s->args[k]].value.null)
            strmap_add(s->set, p->steps[s->args[k]].value.v.s, NULL);
}

static bool prepare_scalar(Plan *p, Step *s)
{
    make_set(p, s);
    size_t varies = 0, n = 0;
    for (size_t k = 0; k < s->nargs; k++) {
        if (p->steps[s->args[k]].kind != STEP_CONST) {
            varies = k;
            n++;
        }
    }
    const Step *arg = &p->steps[s->args[varies]];
    if (n == 1 && arg->rep == REP_CODE && worth_a_table(p, arg->levels->n))
        return tabulate(p, s, varies);
    return true;
}

/* ---- choices of texts ---- */

static bool is_value_arg(const Step *s, size_t k)
{
    if (s->block == block_choose)
        return k % 2 == 1 || k + 1 == s->nargs;
    return s->block == block_coalesce || k == 0;
}

/* One dictionary for all values, when each is a code column or a literal. */
static bool prepare_choice(Plan *p, Step *s)
{
    size_t total = 0;
    for (size_t k = 0; k < s->nargs; k++) {
        const Step *a = &p->steps[s->args[k]];
        if (!is_value_arg(s, k))
            continue;
        if (a->kind != STEP_CONST && a->rep != REP_CODE)
            return true; /* stays REP_TEXT */
        total += a->kind == STEP_CONST ? 1 : a->levels->n;
    }
    if (!worth_a_table(p, total))
        return true;
    const Levels **in = arena_array(p->arena, const Levels *, s->nargs);
    Levels **made = arena_array(p->arena, Levels *, s->nargs);
    int32_t **map = arena_array(p->arena, int32_t *, s->nargs);
    bool ok = true;
    for (size_t k = 0; ok && k < s->nargs; k++) {
        const Step *a = &p->steps[s->args[k]];
        bool literal = is_value_arg(s, k) && a->kind == STEP_CONST && !a->value.null;
        in[k] = is_value_arg(s, k) && a->kind != STEP_CONST ? a->levels : NULL;
        if (!in[k])
            in[k] = made[k] = levels_new(&a->value.v.s, literal, NULL, p->err);
        ok = in[k] != NULL;
    }
    s->own_levels = ok ? levels_union(in, s->nargs, map, p->err) : NULL;
    s->remap = arena_array(p->arena, const int32_t *, s->nargs);
    for (size_t k = 0; k < s->nargs; k++) {
        if (s->own_levels) { /* into the arena, which outlives the run */
            int32_t *mine = arena_array(p->arena, int32_t, in[k]->n);
            if (in[k]->n)
                memcpy(mine, map[k], in[k]->n * sizeof *mine);
            s->remap[k] = mine;
        }
        free(map[k]);
    }
    for (size_t k = 0; k < s->nargs; k++)
        levels_unref(made[k]);
    s->levels = s->own_levels;
    s->rep = REP_CODE;
    return s->own_levels != NULL;
}

/* ---- all steps ---- */

static bool all_const(const Plan *p, const Step *s)
{
    for (size_t k = 0; k < s->nargs; k++)
        if (p->steps[s->args[k]].kind != STEP_CONST)
            return false;
    return true;
}

static bool prepare_aggregate(Plan *p, size_t at)
{
    Column *c = NULL;
    if (p->steps[at].nargs && !(c = plan_column(p, p->steps[at].args[0])))
        return false;
    bool ok = expr_aggregate(p, &p->steps[at], c);
    column_unref(c);
    return ok;
}

static bool prepare_step(Plan *p, size_t at)
{
    Step *s = &p->steps[at];
    s->rep = rep_of(s->type);
    switch (s->kind) {
    case STEP_COLUMN:
        if (s->type == COL_CODE) {
            s->rep = REP_CODE;
            s->levels = s->column->levels;
        }
        return true;
    case STEP_AGGREGATE:
        return prepare_aggregate(p, at);
    case STEP_CALL:
        if (all_const(p, s)) {
            fold(p, at);
            return true;
        }
        if (s->scalar)
            return prepare_scalar(p, s);
        return type_is_text(s->type) ? prepare_choice(p, s) : true;
    case STEP_CONST:
    case STEP_TABLE:
        break;
    }
    return true;
}

bool expr_prepare(Plan *p, size_t root)
{
    for (size_t i = 0; i <= root; i++)
        if (!prepare_step(p, i))
            return false;
    return true;
}

void expr_plan_free(Plan *p)
{
    for (size_t i = 0; i < p->n; i++) {
        Step *s = &p->steps[i];
        if (s->regex)
            regfree(s->regex);
        strmap_free(s->set);
        column_unref(s->owned);
        levels_unref(s->own_levels);
    }
    arena_free(p->arena);
}
