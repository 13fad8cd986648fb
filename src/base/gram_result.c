/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gram_result.c - the sums of a pass, by levels and pairs of levels, become p and p x p by columns.
 *
 * With C_a the map from the cells of factor a to its columns (a row of it is a unit vector, zero
 * for a reference level, or a contrast): X_a' W X_b = C_a' T_ab C_b, X_a' W x_j = C_a' t_j, X_a'
 * W X_a = C_a' diag(t) C_a. Factors that were walked as one take the margins of the joint table
 * first.
 */
#include "gram_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

typedef struct Result {
    const GramPlan *p;
    const double *sum;
    double *info; /* p x p */
    size_t ld;
} Result;

static const Block *block_of(const GramPlan *p, const Member *m)
{
    return &p->x->blocks[m->block];
}

static size_t cell_of(const Member *m, size_t group_cell)
{
    return (size_t)m->of_group[group_cell];
}

/* out[column] = sum over cells of C[cell][column] * t[cell]; t: one for each cell. */
static void map_vec(const Member *m, const Block *b, const double *t, double *out)
{
    for (size_t j = 0; j < b->ncols; j++)
        out[j] = 0.0;
    for (size_t c = 0; c < m->ncells; c++) {
        if (b->contrast) {
            for (size_t j = 0; j < b->ncols; j++)
                out[j] += b->contrast[c * b->ncols + j] * t[c];
        } else if (m->column_of[c] >= 0) {
            out[m->column_of[c]] += t[c];
        }
    }
}

static void put(const Result *r, size_t i, size_t j, double v)
{
    r->info[i * r->ld + j] = v;
    r->info[j * r->ld + i] = v;
}

/* Margin over the member's cells of the group's sums, which lie `step` apart. */
static void margin(const Group *g, const Member *m, const double *sum, size_t step, double *t)
{
    for (size_t c = 0; c < m->ncells; c++)
        t[c] = 0.0;
    for (size_t c = 0; c < g->ncells; c++)
        t[cell_of(m, c)] += sum[c * step];
}

static size_t most_cells(const GramPlan *p)
{
    size_t most = 1;
    for (size_t k = 0; k < p->ngroups; k++)
        for (size_t m = 0; m < p->group[k].nmembers; m++)
            if (p->group[k].member[m].ncells > most)
                most = p->group[k].member[m].ncells;
    for (size_t k = 0; k < p->x->nblocks; k++)
        if (p->x->blocks[k].ncols > most)
            most = p->x->blocks[k].ncols;
    return most;
}

static void gradient(const Gram *total, double *t, double *grad)
{
    const GramPlan *p = total->plan;
    for (size_t j = 0; j < p->nd; j++)
        grad[p->x->blocks[p->dense[j]].first] = total->sum[j];
    for (size_t k = 0; k < p->ngroups; k++) {
        const Group *g = &p->group[k];
        for (size_t m = 0; m < g->nmembers; m++) {
            const Member *mem = &g->member[m];
            const Block *b = block_of(p, mem);
            if (total->info)
                margin(g, mem, total->sum + g->at + p->nd, p->width, t);
            else
                margin(g, mem, total->sum + g->grad_at, 2, t);
            map_vec(mem, b, t, grad + b->first);
        }
    }
}

/* The diagonal of X'WX for columns of levels. */
static void diagonal(const Gram *total, double *t, double *diag)
{
    const GramPlan *p = total->plan;
    memset(diag, 0, p->x->p * sizeof *diag);
    for (size_t k = 0; k < p->ngroups; k++) {
        const Group *g = &p->group[k];
        const double *sum = total->sum + (total->info ? g->at + group_diag(p, g) : g->grad_at + 1);
        for (size_t m = 0; m < g->nmembers; m++) {
            const Block *b = block_of(p, &g->member[m]);
            if (b->contrast)
                continue;
            margin(g, &g->member[m], sum, total->info ? p->width : 2, t);
            map_vec(&g->member[m], b, t, diag + b->first);
        }
    }
}

static void dense_part(const Result *r)
{
    const GramPlan *p = r->p;
    for (size_t i = 0; i < p->nd; i++)
        for (size_t j = 0; j <= i; j++)
            put(r, p->x->blocks[p->dense[i]].first, p->x->blocks[p->dense[j]].first,
                r->sum[p->cross_at + i * p->nd + j]);
}

/* A factor with the dense columns and with itself. t: cells; u: columns. */
static void member_part(const Result *r, const Group *g, const Member *m, double *t, double *u)
{
    const GramPlan *p = r->p;
    const Block *b = block_of(p, m);
    for (size_t j = 0; j < p->nd; j++) {
        margin(g, m, r->sum + g->at + j, p->width, t);
        map_vec(m, b, t, u);
        for (size_t c = 0; c < b->ncols; c++)
            put(r, b->first + c, p->x->blocks[p->dense[j]].first, u[c]);
    }
    margin(g, m, r->sum + g->at + group_diag(p, g), p->width, t);
    if (!b->contrast)
        map_vec(m, b, t, u);
    for (size_t i = 0; i < b->ncols; i++) {
        for (size_t j = 0; j <= i; j++) {
            double s = i == j ? u[i] : 0.0;
            for (size_t c = 0; b->contrast && c < m->ncells; c++)
                s = (c ? s : 0.0) +
                    b->contrast[c * b->ncols + i] * b->contrast[c * b->ncols + j] * t[c];
            put(r, b->first + i, b->first + j, s);
        }
    }
}

/* Two factors from their table of cells t (a->ncells x b->ncells); u: a->ncells x b->ncols, v:
 * cells and columns. */
static void cross_part(const Result *r, const Member *ma, const Member *mb, const double *t,
                       double *u, double *v)
{
    const Block *a = block_of(r->p, ma), *b = block_of(r->p, mb);
    for (size_t i = 0; i < ma->ncells; i++)
        map_vec(mb, b, t + i * mb->ncells, u + i * b->ncols);
    if (!a->contrast) {
        for (size_t i = 0; i < ma->ncells; i++)
            for (size_t j = 0; ma->column_of[i] >= 0 && j < b->ncols; j++)
                put(r, a->first + (size_t)ma->column_of[i], b->first + j, u[i * b->ncols + j]);
        return;
    }
    for (size_t j = 0; j < b->ncols; j++) {
        for (size_t i = 0; i < ma->ncells; i++)
            v[i] = u[i * b->ncols + j];
        double *out = v + ma->ncells;
        map_vec(ma, a, v, out);
        for (size_t i = 0; i < a->ncols; i++)
            put(r, a->first + i, b->first + j, out[i]);
    }
}

static double *cross_scratch(size_t most)
{
    return xcalloc(2 * most * most + 4 * most + 8, sizeof(double));
}

/* Pairs of factors within one group: margins of its line of weights. */
static void within_group(const Result *r, const Group *g, double *work, size_t most)
{
    const GramPlan *p = r->p;
    for (size_t a = 0; a < g->nmembers; a++) {
        for (size_t b = a + 1; b < g->nmembers; b++) {
            const Member *ma = &g->member[a], *mb = &g->member[b];
            memset(work, 0, ma->ncells * mb->ncells * sizeof *work);
            for (size_t c = 0; c < g->ncells; c++)
                work[cell_of(ma, c) * mb->ncells + cell_of(mb, c)] +=
                    r->sum[g->at + c * p->width + group_diag(p, g)];
            cross_part(r, ma, mb, work, work + most * most, work + 2 * most * most);
        }
    }
}

static void between_groups(const Result *r, const Pair *pair, double *work, size_t most)
{
    const GramPlan *p = r->p;
    const Group *g = &p->group[pair->g], *h = &p->group[pair->h];
    const double *table = r->sum + pair->at;
    for (size_t a = 0; a < g->nmembers; a++) {
        for (size_t b = 0; b < h->nmembers; b++) {
            const Member *ma = &g->member[a], *mb = &h->member[b];
            memset(work, 0, ma->ncells * mb->ncells * sizeof *work);
            for (size_t c = 0; c < g->ncells; c++) {
                size_t ca = cell_of(ma, c);
                if (pair->same) {
                    work[ca * mb->ncells + ca] = table[c];
                    continue;
                }
                double *to = work + ca * mb->ncells;
                for (size_t d = 0; d < h->ncells; d++)
                    to[cell_of(mb, d)] += table[c * h->ncells + d];
            }
            cross_part(r, ma, mb, work, work + most * most, work + 2 * most * most);
        }
    }
}

void gram_result(Gram *total, double *grad, double *info, double *diag)
{
    const GramPlan *p = total->plan;
    size_t most = most_cells(p);
    if (!total->work)
        total->work = cross_scratch(most);
    double *work = total->work;
    if (info)
        memset(info, 0, p->x->p * p->x->p * sizeof *info);
    if (grad)
        gradient(total, work, grad);
    if (diag)
        diagonal(total, work, diag);
    if (info) {
        Result r = {p, total->sum, info, p->x->p};
        dense_part(&r);
        for (size_t k = 0; k < p->ngroups; k++) {
            for (size_t m = 0; m < p->group[k].nmembers; m++)
                member_part(&r, &p->group[k], &p->group[k].member[m], work, work + most);
            within_group(&r, &p->group[k], work, most);
        }
        for (size_t k = 0; k < p->npairs; k++)
            between_groups(&r, &p->pair[k], work, most);
    }
}

/* ---- the whole of X'WX and X'r of given weights ---- */

typedef struct CrossCtx {
    const double *w, *r;
    bool info;
    Gram *total;
} CrossCtx;

static void cross_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const CrossCtx *c = vctx;
    Gram *g = scratch;
    size_t tile = gram_plan_tile(g->plan);
    double w[GRAM_TILE_MAX], r[GRAM_TILE_MAX];
    (void)chunk;
    gram_zero(g, c->info);
    for (size_t i = from; i < to; i += tile) {
        size_t n = to - i < tile ? to - i : tile;
        gram_load(g, i, n);
        for (size_t k = 0; k < n; k++) {
            w[k] = c->w ? c->w[i + k] : 1.0;
            r[k] = c->r ? c->r[i + k] : 0.0;
        }
        gram_add(g, c->info ? w : NULL, c->r ? r : NULL);
    }
}

static void cross_merge(void *vctx, void *scratch, size_t chunk)
{
    CrossCtx *c = vctx;
    (void)chunk;
    gram_merge(c->total, scratch);
}

bool gram_cross(const Matrix *x, const double *centre, const double *w, const double *r,
                double *grad, double *info, Error *err)
{
    bool ok = false;
    size_t nthreads = par_threads();
    GramPlan *p = gram_plan_new(x, centre, err);
    void **scratch = xcalloc(nthreads, sizeof *scratch);
    CrossCtx ctx = {w, r, info != NULL, NULL};
    if (!p || !(ctx.total = gram_new(p, err)))
        goto done;
    gram_zero(ctx.total, ctx.info);
    for (size_t t = 0; t < nthreads; t++)
        if (!(scratch[t] = gram_new(p, err)))
            goto done;
    ParJob job = {x->n, gram_plan_chunk(p), &ctx, scratch, cross_chunk, cross_merge};
    if (!par_rows(&job, err))
        goto done;
    gram_result(ctx.total, grad, info, NULL);
    ok = true;
done:
    for (size_t t = 0; t < nthreads; t++)
        gram_free(scratch[t]);
    free(scratch);
    gram_free(ctx.total);
    gram_plan_free(p);
    return ok;
}
