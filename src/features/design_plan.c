/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_plan.c - which columns each term makes, what they are called, and how codes find them.
 *
 * Coding of a factor within a term, as R's TermCode and modelmatrix do it (R,
 * src/library/stats/src/model.c): contrasts when what is left of the term without the factor is
 * nothing, or is contained in a term before it; all levels otherwise. Without an intercept the
 * first factor of the first term that has one takes all its levels. One-hot: always all levels.
 * Columns of a term: the variable met first runs fastest.
 */
#include "design_priv.h"

#include <math.h>

/* ---- R's rule ---- */

static bool contains(const Term *t, const Term *part, size_t without)
{
    for (size_t i = 0; i < part->nvars; i++) {
        if (i == without)
            continue;
        bool found = false;
        for (size_t j = 0; j < t->nvars && !found; j++)
            found = t->var[j] == part->var[i];
        if (!found)
            return false;
    }
    return true;
}

static bool takes_all_levels(const Encoding *e, size_t term, size_t k)
{
    const Terms *t = e->terms;
    if (e->encode == ENCODE_ONEHOT)
        return true;
    if (t->terms[term].nvars == 1)
        return false;
    for (size_t before = 0; before < term; before++)
        if (contains(&t->terms[before], &t->terms[term], k))
            return false;
    return true;
}

static void without_intercept(const Encoding *e)
{
    for (size_t i = 0; i < e->terms->nterms; i++)
        if (e->plan->terms[i].nf) {
            e->plan->terms[i].full[e->plan->terms[i].f[0]] = true;
            return;
        }
}

/* ---- sizes ---- */

static const VarCode *code_of(const Encoding *e, size_t term, size_t k)
{
    return &e->vars[e->terms->terms[term].var[k]];
}

/* Columns that variable k of a term adds to the product. */
static size_t var_cols(const Encoding *e, size_t term, size_t k)
{
    const VarCode *c = code_of(e, term, k);
    if (!c->is_factor)
        return c->nbasis;
    return e->plan->terms[term].full[k] ? c->nlevels : c->nlevels - 1;
}

/* a * b, or a little more than the limit. */
static size_t times_capped(size_t a, size_t b)
{
    const size_t most = (size_t)INT32_MAX - 1;
    return b && a > most / b ? most : a * b;
}

static bool too_many(const Encoding *e, size_t term, Error *err)
{
    const Term *t = &e->terms->terms[term];
    size_t most = 0, worst = 0;
    for (size_t k = 0; k < t->nvars; k++)
        if (code_of(e, term, k)->nlevels > most) {
            most = code_of(e, term, k)->nlevels;
            worst = k;
        }
    fail_at(err, ERR_DATA, t->at,
            "'%s' makes %zu columns: more than %d are not fitted (%s has %zu levels)", t->name,
            e->plan->terms[term].ncols, DESIGN_COLUMNS_MAX, e->terms->vars[t->var[worst]].name,
            most);
    return error_hint(err, "group the levels first, or leave the column out");
}

/* Factors and numbers of a term, and how many columns come of it. */
static bool size_term(const Encoding *e, size_t term, Error *err)
{
    TermPlan *p = &e->plan->terms[term];
    const Term *t = &e->terms->terms[term];
    p->combos = p->fcols = p->prods = 1;
    p->together = true;
    bool basis_before = false;
    for (size_t k = 0; k < t->nvars; k++) {
        size_t cols = var_cols(e, term, k);
        if (code_of(e, term, k)->is_factor) {
            p->combos = times_capped(p->combos, code_of(e, term, k)->nlevels);
            p->fcols = times_capped(p->fcols, cols);
            p->together &= !basis_before;
        } else {
            p->prods = times_capped(p->prods, cols);
            basis_before |= cols > 1;
        }
    }
    p->ncols = times_capped(p->fcols, p->prods);
    bool fits = p->ncols <= DESIGN_COLUMNS_MAX && p->combos < (size_t)INT32_MAX - 1;
    return fits || too_many(e, term, err);
}

/* ---- codes to columns ---- */

/* Column of a level among those of its factor, -1 for the one without. */
static long level_col(const VarCode *c, bool full, size_t level)
{
    if (full)
        return (long)level;
    return level == c->base ? -1 : (long)(level < c->base ? level : level - 1);
}

static size_t col_level(const VarCode *c, bool full, size_t col)
{
    return full || col < c->base ? col : col + 1;
}

/* The entry of a sum contrast: 1 at its own column, -1 everywhere for the last. */
static double sum_entry(const VarCode *c, bool full, size_t level, size_t col)
{
    long own = level_col(c, full, level);
    return own < 0 ? -1.0 : own == (long)col ? 1.0 : 0.0;
}

static void fill_columns(const Encoding *e, size_t term, TermPlan *p)
{
    for (size_t code = 0; code < p->combos; code++) {
        size_t rest = code, stride = 1;
        long col = 0;
        for (size_t q = 0; q < p->nf && col >= 0; q++) {
            const VarCode *c = code_of(e, term, p->f[q]);
            long own = level_col(c, p->full[p->f[q]], rest % c->nlevels);
            rest /= c->nlevels;
            col = own < 0 ? -1 : col + own * (long)stride;
            stride *= var_cols(e, term, p->f[q]);
        }
        p->col_of[code] = (int32_t)col;
    }
    p->col_of[p->combos] = -1;
}

static void fill_contrasts(const Encoding *e, size_t term, TermPlan *p)
{
    for (size_t code = 0; code < p->combos; code++)
        for (size_t j = 0; j < p->fcols; j++) {
            size_t rest = code, col = j;
            double x = 1.0;
            for (size_t q = 0; q < p->nf; q++) {
                const VarCode *c = code_of(e, term, p->f[q]);
                size_t cols = var_cols(e, term, p->f[q]);
                x *= sum_entry(c, p->full[p->f[q]], rest % c->nlevels, col % cols);
                rest /= c->nlevels;
                col /= cols;
            }
            p->contrast[code * p->fcols + j] = x + 0.0; /* not -0 */
        }
}

static bool code_term(const Encoding *e, size_t term, Error *err)
{
    TermPlan *p = &e->plan->terms[term];
    if (!p->nf)
        return true;
    bool contrasts = false;
    for (size_t q = 0; q < p->nf; q++)
        contrasts |= e->encode == ENCODE_SUM && !p->full[p->f[q]];
    if (p->combos > 100000000 || (contrasts && p->combos > 100000000 / (p->fcols + 1)))
        return fail_at(err, ERR_DATA, e->terms->terms[term].at,
                       "'%s' has %zu combinations of levels: too many", e->terms->terms[term].name,
                       p->combos);
    p->col_of = arena_array(e->arena, int32_t, p->combos + 1);
    if (contrasts) {
        p->contrast = arena_array(e->arena, double, (p->combos + 1) * p->fcols);
        fill_contrasts(e, term, p);
    } else {
        fill_columns(e, term, p);
    }
    return true;
}

size_t term_place(const Encoding *e, size_t term, size_t j, size_t m)
{
    const TermPlan *p = &e->plan->terms[term];
    if (p->together)
        return j + p->fcols * m;
    size_t place = 0, stride = 1;
    for (size_t k = 0; k < e->terms->terms[term].nvars; k++) {
        size_t cols = var_cols(e, term, k);
        size_t *rest = code_of(e, term, k)->is_factor ? &j : &m;
        place += *rest % cols * stride;
        *rest /= cols;
        stride *= cols;
    }
    return place;
}

/* ---- names ---- */

/* In one-hot names a plain column goes without the backquotes that a formula needs. */
static Str shown_name(const Encoding *e, const Var *v)
{
    Str plain =
        v->kind == VAR_EXPR && e->encode == ENCODE_ONEHOT ? expr_column_name(v->expr) : STR_NULL;
    return plain.p ? plain : str_of(v->name);
}

static void name_part(const Encoding *e, size_t term, size_t k, size_t col, Buf *out, int32_t *part)
{
    const VarCode *c = code_of(e, term, k);
    const Var *v = &e->terms->vars[e->terms->terms[term].var[k]];
    bool full = e->plan->terms[term].full[k];
    buf_str(out, shown_name(e, v));
    if (!c->is_factor) {
        *part = (int32_t)col;
        if (c->nbasis > 1)
            buf_int(out, (int64_t)col + 1);
        return;
    }
    size_t level = col_level(c, full, col);
    *part = (int32_t)level;
    if (e->encode == ENCODE_ONEHOT)
        buf_putc(out, '_');
    if (e->encode == ENCODE_SUM && !full)
        buf_int(out, (int64_t)col + 1);
    else
        buf_puts(out, c->levels[level]);
}

static void name_columns(Encoding *e)
{
    e->ncols = e->plan->ncols;
    e->cols = arena_array(e->arena, DesignColumn, e->ncols + 1);
    DesignColumn *col = e->cols;
    if (e->terms->intercept)
        *col++ = (DesignColumn){.name = arena_strndup(e->arena, "(Intercept)", 11), .term = -1};
    Buf b = BUF_INIT;
    for (size_t term = 0; term < e->terms->nterms; term++)
        for (size_t j = 0; j < e->plan->terms[term].ncols; j++, col++) {
            size_t rest = j;
            buf_clear(&b);
            *col = (DesignColumn){.term = (long)term, .nparts = e->terms->terms[term].nvars};
            for (size_t k = 0; k < col->nparts; k++) {
                size_t cols = var_cols(e, term, k);
                if (k)
                    buf_putc(&b, ':');
                name_part(e, term, k, rest % cols, &b, &col->part[k]);
                rest /= cols;
            }
            col->name = arena_strndup(e->arena, b.p, b.n);
        }
    buf_free(&b);
}

bool encoding_plan(Encoding *e, Error *err)
{
    const Terms *t = e->terms;
    EncodingPlan *plan = e->plan = arena_alloc(e->arena, sizeof *plan);
    plan->terms = arena_array(e->arena, TermPlan, t->nterms + 1);
    plan->basis = arena_array(e->arena, Basis *, t->nvars + 1);
    for (size_t v = 0; v < t->nvars; v++)
        if (!e->vars[v].is_factor && t->vars[v].kind != VAR_EXPR)
            plan->basis[v] = basis_new(&t->vars[v], &e->vars[v], e->arena);
    for (size_t i = 0; i < t->nterms; i++)
        for (size_t k = 0; k < t->terms[i].nvars; k++) {
            TermPlan *p = &plan->terms[i];
            if (code_of(e, i, k)->is_factor) {
                p->full[k] = takes_all_levels(e, i, k);
                p->f[p->nf++] = k;
            } else {
                p->m[p->nn++] = k;
            }
        }
    if (!t->intercept)
        without_intercept(e);
    plan->ncols = plan->nblocks = t->intercept;
    for (size_t i = 0; i < t->nterms; i++) {
        TermPlan *p = &plan->terms[i];
        if (!size_term(e, i, err) || !code_term(e, i, err))
            return false;
        p->first = plan->ncols;
        plan->ncols += p->ncols;
        plan->nblocks += p->together ? p->prods : p->ncols;
        if (plan->ncols > DESIGN_COLUMNS_MAX) {
            fail_at(err, ERR_DATA, t->terms[i].at, "the formula makes more than %d columns",
                    DESIGN_COLUMNS_MAX);
            return error_hint(err, "name the terms that matter");
        }
    }
    if (!e->cols)
        name_columns(e);
    return true;
}
