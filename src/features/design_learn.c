/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_learn.c - Terms and a Frame to a Design and the Encoding that repeats it.
 *
 * In this order: find or compute the column of each variable; learn what needs the values
 * themselves (breaks, knots, polynomials: from all rows where the variable is there, as R does,
 * since it evaluates variables before it drops rows); drop incomplete rows; survey the rest in one
 * pass; settle levels; then plan, blocks, response. Levels: those of the rows that are used, in the
 * order of bytes, numbers in the order of numbers.
 */
#include "design_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"

typedef struct Learner {
    const Frame *f;
    const DesignOptions *opt;
    Design *d;
    Encoding *e;
    Arena *a; /* the store's */
    VarData *vars;
    VarStat *stat;
    double **raw_values; /* of factors made from numbers: value of each raw code */
    VarCode *cuts;       /* what cut_learn found: all intervals */
    Outcome outcome;
    Error *err;
} Learner;

static const Var *var_at(const Learner *l, size_t v)
{
    return &l->e->terms->vars[v];
}

/* ---- values of one variable ---- */

/* The values that are there, scaled, in the rows to learn from; n of them. NULL on failure. */
static double *present_values(const Learner *l, const VarData *v, size_t *n)
{
    size_t most = l->opt->rows ? l->opt->nrows : l->f->rows;
    double *x = big_alloc(most, sizeof *x, false, "the values of a variable", l->err);
    if (!x)
        return NULL;
    *n = 0;
    for (size_t i = 0; i < most; i++) {
        size_t row = l->opt->rows ? l->opt->rows[i] : i;
        if (!column_is_null(v->col, row))
            x[(*n)++] = vec_at(v->num, row) * v->mul;
    }
    return x;
}

/* Before rows are dropped: no value of the whole column is infinite. */
static bool all_finite(const Learner *l, size_t v)
{
    Design whole = {.n = l->f->rows, .frame = l->f};
    return check_finite(&whole, l->vars[v].col, var_at(l, v)->expr, var_at(l, v)->name,
                        var_at(l, v)->at, l->err);
}

static bool no_value(const Learner *l, size_t v)
{
    const Var *var = var_at(l, v);
    Str input = var_input(var, l->a);
    fail_at(l->err, ERR_DATA, var->at, "no complete row is left: %.*s has no value at all",
            STR_ARG(input));
    return error_hint(l->err, "leave it out of the formula");
}

static bool need_numeric(const Learner *l, size_t v)
{
    const Var *var = var_at(l, v);
    if (var_numeric(&l->vars[v]))
        return true;
    fail_at(l->err, ERR_TYPE, var->at, "'%s' needs a number, and its variable is %s", var->name,
            coltype_name(l->vars[v].col->type));
    return error_hint(l->err, "a text is a factor as it is: write its name alone");
}

static bool learn_basis(const Learner *l, size_t v)
{
    size_t n = 0;
    double *x = need_numeric(l, v) && all_finite(l, v) ? present_values(l, &l->vars[v], &n) : NULL;
    if (!x)
        return false;
    bool ok =
        n ? basis_learn(var_at(l, v), x, n, l->e->arena, &l->e->vars[v], l->err) : no_value(l, v);
    free(x);
    return ok;
}

/* Codes of the intervals of cut(); outside them the row counts as null. */
static bool cut_codes(const Learner *l, size_t v)
{
    VarData *d = &l->vars[v];
    const VarCode *cut = &l->cuts[v];
    size_t rows = l->f->rows;
    int32_t *code = store_alloc(l->d->store, rows, sizeof *code, "codes of a cut", l->err);
    if (!code)
        return false;
    for (size_t i = 0; i < rows; i++) {
        if (column_is_null(d->col, i))
            continue;
        int32_t k = cut_at(var_at(l, v), cut, vec_at(d->num, i) * d->mul);
        code[i] = k < 0 ? 0 : k;
        if (k >= 0)
            continue;
        if (!d->nulls)
            d->nulls = store_alloc(l->d->store, (rows + 63) / 64, sizeof *d->nulls,
                                   "rows outside a cut", l->err);
        if (!d->nulls)
            return false;
        d->nulls[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    d->code = code;
    d->nraw = cut->nlevels;
    return true;
}

static bool learn_cut(const Learner *l, size_t v)
{
    size_t n = 0;
    double *x = need_numeric(l, v) ? present_values(l, &l->vars[v], &n) : NULL;
    if (!x)
        return false;
    bool ok = n ? cut_learn(var_at(l, v), x, n, l->e->arena, &l->cuts[v], l->err) : no_value(l, v);
    free(x);
    l->e->vars[v].knots = l->cuts[v].knots;
    l->e->vars[v].nknots = l->cuts[v].nknots;
    l->vars[v].factor = true;
    return ok && cut_codes(l, v);
}

/* Raw codes of numbers in order of arrival. */
static bool number_codes(const Learner *l, size_t v)
{
    VarData *d = &l->vars[v];
    var_numeric(d);
    size_t rows = l->f->rows;
    int32_t *code = store_alloc(l->d->store, rows, sizeof *code, "codes of a factor", l->err);
    if (!code)
        return false;
    IntMap *m = intmap_new(64);
    for (size_t i = 0; i < rows; i++) {
        if (column_is_null(d->col, i))
            continue;
        double x = vec_at(d->num, i) * d->mul + 0.0; /* one zero */
        uint64_t key;
        memcpy(&key, &x, sizeof key);
        code[i] = (int32_t)intmap_add(m, key, NULL);
    }
    d->code = code;
    d->nraw = intmap_count(m);
    l->raw_values[v] = arena_array(l->a, double, d->nraw + 1);
    for (size_t k = 0; k < d->nraw; k++) {
        uint64_t key = intmap_at(m, (uint32_t)k);
        memcpy(&l->raw_values[v][k], &key, sizeof key);
    }
    intmap_free(m);
    return true;
}

static bool factor_codes(const Learner *l, size_t v)
{
    VarData *d = &l->vars[v];
    d->factor = true;
    switch (d->col->type) {
    case COL_TEXT:
        d->col = store_column(l->d->store, column_as_code(d->col, l->err));
        if (!d->col)
            return false;
        break;
    case COL_CODE:
        break;
    case COL_BOOL:
        d->nraw = 2;
        return true;
    default:
        return number_codes(l, v);
    }
    d->code = d->col->v.c;
    d->nraw = d->col->levels ? d->col->levels->n : 0;
    return true;
}

static bool bind_var(const Learner *l, size_t v)
{
    const Var *var = var_at(l, v);
    VarData *d = &l->vars[v];
    VarCode *c = &l->e->vars[v];
    c->at = SIZE_MAX;
    d->mul = 1.0;
    d->col = source_column(var->expr, l->f, l->opt->table, var->at, &c->at, l->d->store, l->err);
    if (!d->col)
        return false;
    if (d->col->nulls == d->col->n)
        return no_value(l, v);
    c->type = d->col->type;
    c->scale = column_scale(d->col);
    switch (var->kind) {
    case VAR_FACTOR:
        return factor_codes(l, v);
    case VAR_CUT:
        return learn_cut(l, v);
    case VAR_POLY:
    case VAR_NS:
    case VAR_BS:
        return learn_basis(l, v);
    case VAR_EXPR:
        break;
    }
    bool text = c->type == COL_CODE || c->type == COL_TEXT;
    if (text || (c->type == COL_BOOL && l->e->encode != ENCODE_ONEHOT))
        return factor_codes(l, v);
    c->nbasis = 1;
    return var_numeric(d);
}

/* ---- rows ---- */

static void add_source(const Learner *l, NullSource *src, size_t *n, const uint64_t *bits,
                       const char *why, Span at)
{
    if (bits)
        src[(*n)++] = (NullSource){bits, arena_strndup(l->a, why, strlen(why)), at};
}

static void add_column(const Learner *l, NullSource *src, size_t *n, const Column *c, const Expr *e,
                       const char *name, Span at)
{
    Str *names, self = expr_column_name(e);
    if (!c || !c->null_bits)
        return;
    size_t inputs = expr_columns(e, l->a, &names);
    for (size_t k = 0; !self.p && k < inputs; k++) {
        const Column *input = frame_column(l->f, names[k]);
        if (input)
            add_source(l, src, n, input->null_bits,
                       arena_printf(l->a, "%.*s is missing", STR_ARG(names[k])), at);
    }
    if (self.p)
        add_source(l, src, n, c->null_bits, arena_printf(l->a, "%.*s is missing", STR_ARG(self)),
                   at);
    else /* the logarithm of what is negative, a division by zero */
        add_source(l, src, n, c->null_bits, arena_printf(l->a, "%s is not a number", name), at);
}

static size_t sources_at_most(const Learner *l)
{
    const Terms *t = l->e->terms;
    Str *names;
    size_t n = 2 * t->nvars + l->outcome.noffsets + 3 + expr_columns(t->response, l->a, &names);
    if (t->failures)
        n += expr_columns(t->failures, l->a, &names);
    for (size_t v = 0; v < t->nvars; v++)
        n += expr_columns(t->vars[v].expr, l->a, &names);
    return n;
}

static bool choose_rows(const Learner *l)
{
    const Terms *t = l->e->terms;
    const Outcome *o = &l->outcome;
    NullSource *src = arena_array(l->a, NullSource, sources_at_most(l));
    size_t n = 0;
    add_column(l, src, &n, o->y, t->response, t->response_name, t->response_at);
    if (o->failures)
        add_column(l, src, &n, o->failures, t->failures, t->response_name, t->response_at);
    for (size_t v = 0; v < t->nvars; v++) {
        const Var *var = &t->vars[v];
        add_column(l, src, &n, l->vars[v].col, var->expr, var->name, var->at);
        if (l->vars[v].nulls) {
            Str input = var_input(var, l->a);
            add_source(l, src, &n, l->vars[v].nulls,
                       arena_printf(l->a, "%.*s is outside the breaks of cut()", STR_ARG(input)),
                       var->at);
        }
    }
    for (size_t k = 0; k < o->noffsets; k++)
        if (o->offsets[k]->null_bits) {
            Span at = k < t->noffsets ? t->offset_at[k] : SPAN_NONE;
            add_source(l, src, &n, o->offsets[k]->null_bits, "the offset is missing", at);
        }
    if (o->weights && o->weights->null_bits)
        add_source(l, src, &n, o->weights->null_bits,
                   arena_printf(l->a, "%s is missing", l->e->weights), SPAN_NONE);
    return design_rows(l->d, l->f, l->opt, src, n, l->err);
}

/* ---- levels ---- */

/* Text of a raw code, in the encoding's arena. */
static char *raw_label(const Learner *l, size_t v, size_t raw)
{
    const VarData *d = &l->vars[v];
    Arena *a = l->e->arena;
    if (var_at(l, v)->kind == VAR_CUT)
        return l->cuts[v].levels[raw];
    if (l->raw_values[v]) {
        Buf b = BUF_INIT;
        double x = l->raw_values[v][raw];
        if (d->col->type == COL_TIME)
            buf_time(&b, (int64_t)floor(x / d->mul + 0.5), d->col->unit);
        else
            buf_real(&b, x);
        char *text = arena_strndup(a, b.p, b.n);
        buf_free(&b);
        return text;
    }
    if (d->col->type == COL_BOOL)
        return arena_strndup(a, raw ? "TRUE" : "FALSE", raw ? 4 : 5);
    Str level = levels_at(d->col->levels, raw);
    return arena_strndup(a, level.p, level.n);
}

typedef struct RawValue {
    double value;
    size_t raw;
} RawValue;

static int by_value(const void *a, const void *b)
{
    const RawValue *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* Raw codes that occur, in the order of the levels; how many. */
static size_t used_codes(const Learner *l, size_t v, RawValue *out)
{
    size_t n = 0;
    const VarData *d = &l->vars[v];
    for (size_t raw = 0; raw < d->nraw; raw++)
        if (l->stat[v].count[raw])
            out[n++] = (RawValue){l->raw_values[v] ? l->raw_values[v][raw] : (double)raw, raw};
    if (l->raw_values[v])
        qsort(out, n, sizeof *out, by_value);
    return n;
}

/* C(x, ref = "USA"): the level without a column. */
static bool find_ref(const Learner *l, size_t v)
{
    const Var *var = var_at(l, v);
    VarCode *c = &l->e->vars[v];
    c->base = l->e->encode == ENCODE_SUM ? c->nlevels - 1 : 0;
    if (!var->ref)
        return true;
    for (size_t k = 0; k < c->nlevels; k++)
        if (!strcmp(c->levels[k], var->ref)) {
            c->base = k;
            return true;
        }
    Str *names = arena_array(l->a, Str, c->nlevels);
    for (size_t k = 0; k < c->nlevels; k++)
        names[k] = str_of(c->levels[k]);
    long near = nearest_name(str_of(var->ref), names, c->nlevels);
    Str input = var_input(var, l->a);
    fail_at(l->err, ERR_NAME, var->at, "'%s' is not a level of %.*s", var->ref, STR_ARG(input));
    if (near >= 0)
        return error_hint(l->err, "did you mean '%s'?", c->levels[near]);
    return error_hint(l->err, "its levels: %s%s%s%s", c->levels[0], c->nlevels > 1 ? ", " : "",
                      c->nlevels > 1 ? c->levels[1] : "", c->nlevels > 2 ? ", ..." : "");
}

static bool single_level(const Learner *l, size_t v)
{
    const Var *var = var_at(l, v);
    const VarCode *c = &l->e->vars[v];
    Str input = var_input(var, l->a);
    fail_at(l->err, ERR_DATA, var->at, "%.*s has a single level, '%s'%s: a factor needs two",
            STR_ARG(input), c->levels[0], l->d->rows ? ", in the rows that are used" : "");
    return error_hint(l->err, "leave it out of the formula");
}

static bool settle_factor(const Learner *l, size_t v)
{
    VarData *d = &l->vars[v];
    VarCode *c = &l->e->vars[v];
    RawValue *used = xmalloc((d->nraw + 1) * sizeof *used);
    size_t n = used_codes(l, v, used);
    bool values = l->raw_values[v] || var_at(l, v)->kind == VAR_CUT;
    c->is_factor = true;
    c->nlevels = n;
    c->levels = arena_array(l->e->arena, char *, n + 1);
    c->counts = arena_array(l->e->arena, double, n + 1);
    c->level_values = values ? arena_array(l->e->arena, double, n + 1) : NULL;
    d->level_of =
        store_alloc(l->d->store, d->nraw + 1, sizeof *d->level_of, "levels of a factor", l->err);
    for (size_t raw = 0; d->level_of && raw < d->nraw; raw++)
        d->level_of[raw] = -1;
    for (size_t k = 0; d->level_of && k < n; k++) {
        size_t raw = used[k].raw;
        c->levels[k] = raw_label(l, v, raw);
        c->counts[k] = (double)l->stat[v].count[raw];
        d->level_of[raw] = (int32_t)k;
        if (values)
            c->level_values[k] = used[k].value;
    }
    free(used);
    if (!d->level_of)
        return false;
    if (n < 2 && l->e->encode != ENCODE_ONEHOT)
        return single_level(l, v);
    return find_ref(l, v);
}

static bool settle_number(const Learner *l, size_t v)
{
    const VarData *d = &l->vars[v];
    VarCode *c = &l->e->vars[v];
    const VarStat *s = &l->stat[v];
    const Var *var = var_at(l, v);
    if (isnan(s->odd))
        return check_finite(l->d, d->col, var->expr, var->name, var->at, l->err);
    c->min = s->min * d->mul;
    c->max = s->max * d->mul;
    c->mean = s->sum / (double)l->d->n * d->mul;
    return true;
}

/* ---- all of it ---- */

static Encoding *encoding_new(Terms *terms, const DesignOptions *opt)
{
    Arena *a = arena_new();
    Encoding *e = arena_alloc(a, sizeof *e);
    *e = (Encoding){
        .arena = a, .terms = terms, .encode = opt->encode, .binary = opt->binary_response};
    e->vars = arena_array(a, VarCode, terms->nvars + 1);
    if (opt->weights)
        e->weights = arena_strndup(a, opt->weights, strlen(opt->weights));
    if (opt->offset)
        e->offset = arena_strndup(a, opt->offset, strlen(opt->offset));
    return e;
}

static bool make_bases(const Learner *l)
{
    for (size_t v = 0; v < l->e->terms->nvars; v++) {
        const Basis *b = l->e->plan->basis[v];
        if (b && !var_basis(&l->vars[v], b, l->e->vars[v].nbasis, l->d->rows, l->d->n, l->f->rows,
                            l->d->store, l->err))
            return false;
    }
    return true;
}

static bool learn(Learner *l)
{
    size_t nvars = l->e->terms->nvars;
    const char *table = l->opt->table, *quote = table ? "'" : "";
    if (!(l->opt->rows ? l->opt->nrows : l->f->rows))
        return fail(l->err, ERR_DATA, "%s%s%s has no rows", quote, table ? table : "the table",
                    quote);
    l->vars = arena_array(l->a, VarData, nvars + 1);
    l->stat = arena_array(l->a, VarStat, nvars + 1);
    l->raw_values = arena_array(l->a, double *, nvars + 1);
    l->cuts = arena_array(l->a, VarCode, nvars + 1);
    if (!outcome_bind(l->e, l->f, l->opt->table, true, NULL, l->d->store, &l->outcome, l->err))
        return false;
    for (size_t v = 0; v < nvars; v++)
        if (!bind_var(l, v))
            return false;
    if (!choose_rows(l) || !design_survey(l->d, l->vars, nvars, l->stat, l->err))
        return false;
    for (size_t v = 0; v < nvars; v++)
        if (!(l->vars[v].factor ? settle_factor(l, v) : settle_number(l, v)))
            return false;
    return encoding_plan(l->e, l->err) && make_bases(l) &&
           design_blocks(l->d, l->e, l->vars, l->err) &&
           outcome_learn(l->d, &l->outcome, l->opt, l->err);
}

Design *design_learn(Terms *terms, const Frame *f, const DesignOptions *opt, Error *err)
{
    Design *d = xcalloc(1, sizeof *d);
    d->store = store_new();
    d->frame = frame_ref(f);
    d->enc = encoding_new(terms, opt);
    Learner l = {.f = f, .opt = opt, .d = d, .e = d->enc, .a = d->store->arena, .err = err};
    if (learn(&l))
        return d;
    design_free(d);
    return NULL;
}
