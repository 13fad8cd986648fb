/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design.c - variables and plan to the blocks of X; what a Design owns.
 *
 * design_learn() and design_replay() both end here: from then on a column does not know whether it
 * is trained on or scored. A plain number is a dense block on the frame's own column; a plain
 * factor is a coded block on the frame's own codes, with a table from those codes to columns. Only
 * what is computed gets an array of its own, as long as the frame (blocks are read through x.rows):
 * expressions, bases, products of numbers, joint codes of several factors.
 */
#include "design_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/dd.h"
#include "base/par.h"

#define POWER_LOW_ROWS 100000 /* beyond, a fit in twice the precision takes too long anyway */
#define STORE_SMALL 4096 /* bytes: below it memory comes from the arena, for designs of one row */

/* ---- store ---- */

DesignStore *store_new(void)
{
    DesignStore *s = xcalloc(1, sizeof *s);
    s->arena = arena_new();
    return s;
}

void store_free(DesignStore *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->nbig; i++)
        free(s->big[i]);
    for (size_t i = 0; i < s->ncols; i++)
        column_unref(s->cols[i]);
    free(s->big);
    free(s->cols);
    arena_free(s->arena);
    free(s);
}

void *store_alloc(DesignStore *s, size_t n, size_t size, const char *what, Error *err)
{
    if (n <= STORE_SMALL / size)
        return arena_alloc(s->arena, n * size + 1);
    if (s->nbig == s->big_cap) {
        s->big_cap = 2 * s->big_cap + 8;
        s->big = xrealloc(s->big, s->big_cap * sizeof *s->big);
    }
    void *p = big_alloc(n, size, true, what, err);
    if (p)
        s->big[s->nbig++] = p;
    return p;
}

const Column *store_column(DesignStore *s, Column *c)
{
    if (!c)
        return NULL;
    if (s->ncols == s->cols_cap) {
        s->cols_cap = 2 * s->cols_cap + 8;
        s->cols = xrealloc(s->cols, s->cols_cap * sizeof *s->cols);
    }
    return s->cols[s->ncols++] = c;
}

/* ---- variables ---- */

const Column *source_column(Expr *e, const Frame *f, const char *table, Span span, size_t *at,
                            DesignStore *s, Error *err)
{
    Str name = expr_column_name(e);
    if (!name.p) {
        *at = SIZE_MAX;
        if (!expr_bind(e, f, table, err))
            return NULL;
        return store_column(s, expr_eval(e, f, err));
    }
    if (*at < f->ncols && str_eqz(name, f->names[*at]))
        return f->cols[*at];
    long found = frame_find(f, name);
    if (found < 0)
        return frame_need(f, name, table, span, err);
    *at = (size_t)found;
    return f->cols[found];
}

double column_scale(const Column *c)
{
    if (c->type != COL_TIME)
        return 1.0;
    return 1.0 / (double)(c->unit == TIME_DAY ? US_PER_DAY : US_PER_SECOND);
}

bool var_numeric(VarData *v)
{
    const Column *c = v->col;
    v->mul = column_scale(c);
    switch (c->type) {
    case COL_INT:
    case COL_TIME:
        v->num = (Vec){VEC_INT, c->v.i};
        return true;
    case COL_REAL:
        v->num = (Vec){VEC_REAL, c->v.d};
        return true;
    case COL_BOOL:
        v->num = (Vec){VEC_BOOL, c->v.b};
        return true;
    default:
        return false;
    }
}

typedef struct BasisJob {
    const VarData *v;
    const Basis *b;
    const uint32_t *rows;
} BasisJob;

static void basis_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const BasisJob *job = ctx;
    double out[256];
    for (size_t i = from; i < to; i++) {
        size_t row = job->rows ? job->rows[i] : i;
        basis_at(job->b, vec_at(job->v->num, row) * job->v->mul, out);
        for (size_t c = 0; job->v->basis[c]; c++)
            job->v->basis[c][row] = out[c];
    }
}

bool var_basis(VarData *v, const Basis *b, size_t ncols, const uint32_t *rows, size_t n,
               size_t stored, DesignStore *s, Error *err)
{
    v->basis = arena_array(s->arena, double *, ncols + 1); /* ends with NULL */
    for (size_t c = 0; c < ncols; c++) {
        v->basis[c] =
            store_alloc(s, stored, sizeof(double), "the columns of a spline or polynomial", err);
        if (!v->basis[c])
            return false;
    }
    BasisJob job = {v, b, rows};
    return par_rows(&(ParJob){.n = n, .ctx = &job, .work = basis_rows}, err);
}

const int32_t *var_codes(VarData *v, DesignStore *s, Error *err)
{
    if (v->code)
        return v->code;
    size_t n = v->col->n;
    int32_t *code = store_alloc(s, n, sizeof *code, "codes of a factor", err);
    if (!code)
        return NULL;
    for (size_t i = 0; i < n; i++)
        code[i] = v->col->v.b[i];
    return v->code = code;
}

Str var_input(const Var *v, Arena *a)
{
    Str *names;
    return expr_columns(v->expr, a, &names) == 1 ? names[0] : str_of(v->name);
}

/* ---- building the blocks ---- */

typedef struct Builder {
    Design *d;
    const Encoding *e;
    VarData *vars;
    size_t stored; /* rows of the frame: length of what is made */
    Error *err;
} Builder;

static VarData *var_of(const Builder *b, size_t term, size_t k)
{
    return &b->vars[b->e->terms->terms[term].var[k]];
}

static const VarCode *code_of(const Builder *b, size_t term, size_t k)
{
    return &b->e->vars[b->e->terms->terms[term].var[k]];
}

static Block *add_block(Builder *b, Block block)
{
    Block *to = &b->d->x.blocks[b->d->x.nblocks++];
    *to = block;
    return to;
}

/* The numbers of a term multiplied: product m of their columns. */
typedef struct Product {
    Vec vec[TERM_VARS];
    double mul[TERM_VARS];
    size_t n;
} Product;

static Product product_of(const Builder *b, size_t term, size_t m)
{
    const TermPlan *p = &b->e->plan->terms[term];
    Product out = {.n = p->nn};
    for (size_t q = 0; q < p->nn; q++) {
        const VarData *v = var_of(b, term, p->m[q]);
        size_t cols = code_of(b, term, p->m[q])->nbasis;
        out.vec[q] = v->basis ? (Vec){VEC_REAL, v->basis[m % cols]} : v->num;
        out.mul[q] = v->basis ? 1.0 : v->mul;
        m /= cols;
    }
    return out;
}

typedef struct ProductJob {
    Product p;
    const uint32_t *rows;
    double *out;
} ProductJob;

static void product_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const ProductJob *job = ctx;
    for (size_t i = from; i < to; i++) {
        size_t row = job->rows ? job->rows[i] : i;
        double x = vec_at(job->p.vec[0], row) * job->p.mul[0];
        for (size_t q = 1; q < job->p.n; q++)
            x *= vec_at(job->p.vec[q], row) * job->p.mul[q];
        job->out[row] = x;
    }
}

/* One Vec for the product: the column itself when there is one number and nothing to multiply. */
static bool product_vec(Builder *b, const Product *p, bool scaled, Vec *out)
{
    if (p->n == 1 && (scaled || p->mul[0] == 1.0)) {
        *out = p->vec[0];
        return true;
    }
    double *x =
        store_alloc(b->d->store, b->stored, sizeof *x, "the product of two columns", b->err);
    if (!x)
        return false;
    ProductJob job = {*p, b->d->x.rows, x};
    *out = (Vec){VEC_REAL, x};
    return par_rows(&(ParJob){.n = b->d->n, .ctx = &job, .work = product_rows}, b->err);
}

/* What rounding took from x^k, for small data: an ill-conditioned polynomial keeps its digits
 * (Block.low). */
static const double *power_low(Builder *b, size_t term, Vec vec)
{
    const Terms *t = b->e->terms;
    const Var *var = &t->vars[t->terms[term].var[0]];
    int power;
    Str name = var->kind == VAR_EXPR && t->terms[term].nvars == 1
                   ? expr_column_power(var->expr, &power)
                   : STR_NULL;
    const Column *col =
        name.p && b->d->n <= POWER_LOW_ROWS ? frame_column(b->d->frame, name) : NULL;
    if (!col || vec.type != VEC_REAL || (col->type != COL_REAL && col->type != COL_INT))
        return NULL;
    double *low =
        store_alloc(b->d->store, b->stored, sizeof *low, "the low parts of a power", b->err);
    for (size_t i = 0; low && i < b->d->n; i++) {
        size_t row = b->d->x.rows ? b->d->x.rows[i] : i;
        Dd exact = dd_power(column_real(col, row), power);
        low[row] = (exact.hi - vec_at(vec, row)) + exact.lo;
        if (!isfinite(low[row]))
            low[row] = 0.0;
    }
    return low;
}

static bool numeric_blocks(Builder *b, size_t term)
{
    const TermPlan *p = &b->e->plan->terms[term];
    for (size_t m = 0; m < p->prods; m++) {
        Product product = product_of(b, term, m);
        Vec vec;
        if (!product_vec(b, &product, true, &vec))
            return false;
        add_block(b, (Block){.kind = BLOCK_DENSE,
                             .first = p->first + m,
                             .ncols = 1,
                             .data = vec,
                             .mul = product.n == 1 ? product.mul[0] : 1.0,
                             .low = power_low(b, term, vec)});
        if (error_is_set(b->err))
            return false;
    }
    return true;
}

/* Codes of a term's factors, and how they find columns. */
typedef struct Codes {
    const int32_t *code, *col_of;
    const double *contrast;
    size_t n;
} Codes;

/* One factor: the frame's codes stay, the tables are led through level_of. */
static bool single_codes(Builder *b, size_t term, Codes *out)
{
    const TermPlan *p = &b->e->plan->terms[term];
    VarData *v = var_of(b, term, p->f[0]);
    DesignStore *s = b->d->store;
    out->code = var_codes(v, s, b->err);
    out->n = v->nraw ? v->nraw : 1; /* a column of nulls: code 0, no column */
    int32_t *col_of = store_alloc(s, out->n, sizeof *col_of, "levels of a factor", b->err);
    double *contrast = NULL;
    if (p->contrast)
        contrast =
            store_alloc(s, out->n * p->fcols, sizeof *contrast, "contrasts of a factor", b->err);
    if (!out->code || !col_of || (p->contrast && !contrast))
        return false;
    for (size_t raw = 0; raw < out->n; raw++) {
        size_t level = v->nraw && v->level_of[raw] >= 0 ? (size_t)v->level_of[raw] : p->combos;
        col_of[raw] = p->col_of[level];
        if (contrast)
            memcpy(contrast + raw * p->fcols, p->contrast + level * p->fcols,
                   p->fcols * sizeof *contrast);
    }
    out->col_of = col_of;
    out->contrast = contrast;
    return true;
}

typedef struct JointJob {
    const int32_t *code[TERM_VARS], *level_of[TERM_VARS];
    size_t nlevels[TERM_VARS], n, combos;
    const uint32_t *rows;
    int32_t *out;
} JointJob;

static void joint_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const JointJob *job = ctx;
    for (size_t i = from; i < to; i++) {
        size_t row = job->rows ? job->rows[i] : i, joint = 0, stride = 1;
        for (size_t q = 0; q < job->n; q++) {
            int32_t level = job->level_of[q][job->code[q][row]];
            if (level < 0) {
                joint = job->combos;
                break;
            }
            joint += (size_t)level * stride;
            stride *= job->nlevels[q];
        }
        job->out[row] = (int32_t)joint;
    }
}

static bool joint_codes(Builder *b, size_t term, Codes *out)
{
    static const int32_t unknown[1] = {-1};
    const TermPlan *p = &b->e->plan->terms[term];
    JointJob job = {.n = p->nf, .combos = p->combos, .rows = b->d->x.rows};
    for (size_t q = 0; q < p->nf; q++) {
        VarData *v = var_of(b, term, p->f[q]);
        job.code[q] = var_codes(v, b->d->store, b->err);
        job.level_of[q] = v->nraw ? v->level_of : unknown;
        job.nlevels[q] = code_of(b, term, p->f[q])->nlevels;
        if (!job.code[q])
            return false;
    }
    job.out =
        store_alloc(b->d->store, b->stored, sizeof *job.out, "joint codes of factors", b->err);
    *out = (Codes){job.out, p->col_of, p->contrast, p->combos + 1};
    return job.out && par_rows(&(ParJob){.n = b->d->n, .ctx = &job, .work = joint_rows}, b->err);
}

/* All columns of the factors for product m, side by side. */
static void wide_block(Builder *b, size_t term, const Codes *c, size_t m, Vec times)
{
    const TermPlan *p = &b->e->plan->terms[term];
    add_block(b, (Block){.kind = BLOCK_CODED,
                         .first = p->first + m * p->fcols,
                         .ncols = p->fcols,
                         .code = c->code,
                         .nlevels = (int32_t)c->n,
                         .col_of = c->col_of,
                         .contrast = c->contrast,
                         .times = times,
                         .has_times = p->nn > 0});
}

/* poly(x, 2):f - the columns of the basis run faster than the levels: a block for each column. */
static bool narrow_blocks(Builder *b, size_t term, const Codes *c)
{
    const TermPlan *p = &b->e->plan->terms[term];
    DesignStore *s = b->d->store;
    Vec *times = arena_array(s->arena, Vec, p->prods);
    size_t *at = arena_array(s->arena, size_t, p->ncols);
    for (size_t m = 0; m < p->prods; m++) {
        Product product = product_of(b, term, m);
        if (!product_vec(b, &product, false, &times[m]))
            return false;
        for (size_t j = 0; j < p->fcols; j++)
            at[term_place(b->e, term, j, m)] = j + p->fcols * m;
    }
    for (size_t place = 0; place < p->ncols; place++) {
        size_t j = at[place] % p->fcols, m = at[place] / p->fcols;
        int32_t *col_of = store_alloc(s, c->n, sizeof *col_of, "levels of a factor", b->err);
        double *contrast =
            c->contrast ? store_alloc(s, c->n, sizeof *contrast, "contrasts", b->err) : NULL;
        if (!col_of || (c->contrast && !contrast))
            return false;
        for (size_t k = 0; k < c->n; k++) {
            col_of[k] = c->col_of[k] == (int32_t)j ? 0 : -1;
            if (contrast)
                contrast[k] = c->contrast[k * p->fcols + j];
        }
        add_block(b, (Block){.kind = BLOCK_CODED,
                             .first = p->first + place,
                             .ncols = 1,
                             .code = c->code,
                             .nlevels = (int32_t)c->n,
                             .col_of = col_of,
                             .contrast = contrast,
                             .times = times[m],
                             .has_times = true});
    }
    return true;
}

/* A bool that takes contrasts is its own column: no codes. */
static bool bool_block(Builder *b, size_t term)
{
    const TermPlan *p = &b->e->plan->terms[term];
    const VarData *v = var_of(b, term, p->f[0]);
    if (p->nn || p->nf != 1 || p->contrast || p->fcols != 1 || v->code ||
        v->col->type != COL_BOOL || v->level_of[0] != 0 || v->level_of[1] != 1 ||
        p->col_of[0] != -1)
        return false;
    add_block(b, (Block){.kind = BLOCK_DENSE,
                         .first = p->first,
                         .ncols = 1,
                         .data = {VEC_BOOL, v->col->v.b},
                         .mul = 1.0});
    return true;
}

static bool factor_blocks(Builder *b, size_t term)
{
    const TermPlan *p = &b->e->plan->terms[term];
    if (bool_block(b, term))
        return true;
    Codes codes = {0};
    if (!(p->nf == 1 ? single_codes(b, term, &codes) : joint_codes(b, term, &codes)))
        return false;
    if (!p->together)
        return narrow_blocks(b, term, &codes);
    for (size_t m = 0; m < p->prods; m++) {
        Vec times = {VEC_REAL, NULL};
        Product product = product_of(b, term, m);
        if (p->nn && !product_vec(b, &product, false, &times))
            return false;
        wide_block(b, term, &codes, m, times);
    }
    return true;
}

bool design_blocks(Design *d, const Encoding *e, VarData *vars, Error *err)
{
    Builder b = {.d = d, .e = e, .vars = vars, .stored = d->frame->rows, .err = err};
    d->x.n = d->n;
    d->x.p = e->plan->ncols;
    d->x.rows = d->rows;
    d->x.blocks = arena_array(d->store->arena, Block, e->plan->nblocks + 1);
    if (e->terms->intercept)
        add_block(&b, (Block){.kind = BLOCK_ONES, .first = 0, .ncols = 1, .mul = 1.0});
    for (size_t term = 0; term < e->terms->nterms; term++)
        if (!(e->plan->terms[term].nf ? factor_blocks(&b, term) : numeric_blocks(&b, term)))
            return false;
    return true;
}

/* ---- life ---- */

void design_free(Design *d)
{
    if (!d)
        return;
    encoding_free(d->enc);
    frame_unref((Frame *)d->frame); /* const promises the columns, not the count */
    store_free(d->store);
    free(d->y);
    free(d->w);
    free(d->offset);
    free(d->rows);
    free(d);
}

void encoding_basis(const Encoding *e, size_t var, double x, double *out)
{
    basis_at(e->plan->basis[var], x, out);
}

Encoding *design_take_encoding(Design *d)
{
    Encoding *e = d->enc;
    d->enc = NULL;
    return e;
}

void encoding_free(Encoding *e)
{
    if (!e)
        return;
    terms_free(e->terms);
    arena_free(e->arena);
}
