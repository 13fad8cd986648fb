/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * grouped.c - rows that are alike in all columns, response and offset become one row that weighs
 * as much as they.
 *
 * A model of factors on ten million rows may have a few hundred thousand distinct ones, or a few
 * hundred. Every sum of a fit is linear in the weights, so nothing changes but the time. Each
 * column is given a code (a factor's own, or the place of a number among its few values), the
 * codes of a row make one mixed-radix number, the cell, and one pass adds the weights of the rows
 * to an array of cells. Chunks are merged in order: same bits with any number of threads.
 *
 * Not worth it, and said so by NULL, when a column has many values or there are not several rows
 * for each cell. Where rows matter one by one (robust errors, influence, the likelihood's
 * constants) the ungrouped problem is asked.
 */
#include "grouped.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

#define VALUES_MAX 256 /* distinct values of a number that is treated as a code */
#define PEEK_ROWS 2000 /* looked at first, evenly spaced: most columns of numbers give up here */
#define CELLS_MAX (1u << 22)
#define ROWS_PER_CELL 4
#define TABLE 1024 /* hash of values: a power of two, several times VALUES_MAX */
#define PARTS_MAX 64

/* One column's way from a row to a code. */
typedef struct Part {
    const int32_t *code; /* a factor's own codes, storage rows; or */
    Vec vec;             /* numbers: storage rows, unless `own` */
    bool own;            /* response, offset: matrix rows */
    size_t ncodes, stride;
    double *value; /* of each code, numbers only */
    int32_t *slot; /* TABLE: code + 1 of the value that hashes there, 0 empty */
} Part;

struct Grouping {
    const Problem *pb;
    Part part[PARTS_MAX];
    size_t nparts, ncells;
    double *weight; /* ncells */
};

static size_t hash_value(double v)
{
    uint64_t u;
    v += 0.0; /* -0 is 0 */
    memcpy(&u, &v, sizeof u);
    u *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(u >> 54) & (TABLE - 1);
}

/* The code of a value, or -1. Adds it when `learn` and there is room. */
static int32_t code_of(Part *p, double v, bool learn)
{
    size_t h = hash_value(v);
    for (; p->slot[h]; h = (h + 1) & (TABLE - 1))
        if (p->value[p->slot[h] - 1] == v)
            return p->slot[h] - 1;
    if (!learn || p->ncodes == VALUES_MAX)
        return -1;
    p->value[p->ncodes] = v;
    p->slot[h] = (int32_t)++p->ncodes;
    return p->slot[h] - 1;
}

static size_t storage(const Matrix *x, size_t i)
{
    return x->rows ? x->rows[i] : i;
}

static double number_at(const Part *p, const Matrix *x, size_t i)
{
    return vec_at(p->vec, p->own ? i : storage(x, i));
}

/* Learns the values of a column of numbers, first from a few rows. False: there are too many. */
static bool learn_values(Part *p, const Matrix *x)
{
    size_t step = x->n / PEEK_ROWS + 1;
    for (size_t pass = 0; pass < 2; pass++, step = 1)
        for (size_t i = 0; i < x->n; i += step)
            if (code_of(p, number_at(p, x, i), true) < 0)
                return false;
    return true;
}

static Part *part_for(Grouping *g, const void *same)
{
    for (size_t k = 0; k < g->nparts; k++)
        if (same && (g->part[k].code == same || g->part[k].vec.p == same))
            return &g->part[k];
    return NULL;
}

/* False when the column does not lend itself to it. */
static bool add_part(Grouping *g, const int32_t *code, size_t nlevels, Vec vec, bool own)
{
    if (part_for(g, code ? (const void *)code : vec.p))
        return true;
    if (g->nparts == PARTS_MAX)
        return false;
    Part *p = &g->part[g->nparts++];
    *p = (Part){.code = code, .vec = vec, .own = own, .ncodes = nlevels};
    if (!code) {
        p->value = xcalloc(VALUES_MAX, sizeof *p->value);
        p->slot = xcalloc(TABLE, sizeof *p->slot);
        if (!learn_values(p, g->pb->x))
            return false;
    }
    p->stride = g->ncells;
    g->ncells *= p->ncodes ? p->ncodes : 1;
    return g->ncells <= CELLS_MAX && g->ncells * ROWS_PER_CELL <= g->pb->x->n;
}

static bool plan(Grouping *g)
{
    const Problem *pb = g->pb;
    g->ncells = 1;
    for (size_t k = 0; k < pb->x->nblocks; k++) { /* factors first: they cost nothing to look at */
        const Block *b = &pb->x->blocks[k];
        if (b->kind == BLOCK_CODED && !add_part(g, b->code, (size_t)b->nlevels, (Vec){0}, false))
            return false;
    }
    for (size_t k = 0; k < pb->x->nblocks; k++) {
        const Block *b = &pb->x->blocks[k];
        Vec v = b->kind == BLOCK_DENSE                   ? b->data
                : b->kind == BLOCK_CODED && b->has_times ? b->times
                                                         : (Vec){0};
        if (v.p && !add_part(g, NULL, 0, v, false))
            return false;
    }
    return add_part(g, NULL, 0, (Vec){VEC_REAL, pb->y}, true) &&
           (!pb->offset || add_part(g, NULL, 0, (Vec){VEC_REAL, pb->offset}, true));
}

/* ---- adding the weights ---- */

static void count_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    Grouping *g = vctx;
    const Matrix *x = g->pb->x;
    double *sum = scratch;
    (void)chunk;
    memset(sum, 0, g->ncells * sizeof *sum);
    for (size_t i = from; i < to; i++) {
        size_t cell = 0, s = storage(x, i);
        for (size_t k = 0; k < g->nparts; k++) {
            Part *p = &g->part[k];
            int32_t c = p->code ? p->code[s] : code_of(p, vec_at(p->vec, p->own ? i : s), false);
            cell += (size_t)c * p->stride;
        }
        sum[cell] += g->pb->w ? g->pb->w[i] : 1.0;
    }
}

static void count_merge(void *vctx, void *scratch, size_t chunk)
{
    Grouping *g = vctx;
    const double *sum = scratch;
    (void)chunk;
    for (size_t c = 0; c < g->ncells; c++)
        g->weight[c] += sum[c];
}

static bool count(Grouping *g, Error *err)
{
    size_t threads = par_threads(),
           chunk = 2 * g->ncells > 4 * PAR_CHUNK ? 2 * g->ncells : 4 * PAR_CHUNK;
    void **scratch = xcalloc(threads, sizeof *scratch);
    bool ok =
        (g->weight = big_alloc(g->ncells, sizeof(double), true, "counts of rows", err)) != NULL;
    for (size_t t = 0; ok && t < threads; t++)
        ok = (scratch[t] = big_alloc(g->ncells, sizeof(double), false, "counts of rows", err)) !=
             NULL;
    ParJob job = {g->pb->x->n, chunk, g, scratch, count_chunk, count_merge};
    ok = ok && par_rows(&job, err);
    for (size_t t = 0; t < threads; t++)
        free(scratch[t]);
    free(scratch);
    return ok;
}

/* ---- the small problem ---- */

static void *keep(Grouped *out, void *p)
{
    if (p)
        out->owned[out->nowned++] = p;
    return p;
}

/* The codes or numbers of a part for the cells that have rows. */
static void *spread(const Grouping *g, const Part *p, const size_t *cell, size_t m, Grouped *out,
                    Error *err)
{
    size_t size = p->code ? sizeof(int32_t) : sizeof(double);
    void *v = keep(out, big_alloc(m + 1, size, false, "distinct rows", err));
    (void)g;
    for (size_t i = 0; v && i < m; i++) {
        size_t c = cell[i] / p->stride % p->ncodes;
        if (p->code)
            ((int32_t *)v)[i] = (int32_t)c;
        else
            ((double *)v)[i] = p->value[c];
    }
    return v;
}

static bool build(Grouping *g, Grouped *out, Error *err)
{
    const Problem *pb = g->pb;
    void *made[PARTS_MAX];
    size_t m = 0, *cell = big_alloc(g->ncells, sizeof *cell, false, "distinct rows", err);
    double *w = keep(out, big_alloc(g->ncells + 1, sizeof *w, false, "distinct rows", err));
    if (!cell || !w) {
        free(cell);
        return false;
    }
    for (size_t c = 0; c < g->ncells; c++) {
        if (g->weight[c] > 0.0) {
            w[m] = g->weight[c];
            cell[m++] = c;
        }
    }
    bool ok = true;
    for (size_t k = 0; ok && k < g->nparts; k++)
        ok = (made[k] = spread(g, &g->part[k], cell, m, out, err)) != NULL;
    free(cell);
    if (!ok)
        return false;
    out->x = *pb->x;
    out->x.n = m;
    out->x.rows = NULL;
    out->x.blocks = keep(out, xcalloc(pb->x->nblocks + 1, sizeof(Block)));
    for (size_t k = 0; k < pb->x->nblocks; k++) {
        Block *b = &out->x.blocks[k];
        *b = pb->x->blocks[k];
        b->low = NULL;
        if (b->kind == BLOCK_CODED)
            b->code = made[part_for(g, b->code) - g->part];
        if (b->kind == BLOCK_CODED && b->has_times && b->times.p)
            b->times = (Vec){VEC_REAL, made[part_for(g, b->times.p) - g->part]};
        if (b->kind == BLOCK_DENSE && b->data.p)
            b->data = (Vec){VEC_REAL, made[part_for(g, b->data.p) - g->part]};
    }
    out->pb = *pb;
    out->pb.x = &out->x;
    out->pb.w = w;
    out->pb.y = made[part_for(g, pb->y) - g->part];
    out->pb.offset = pb->offset ? made[part_for(g, pb->offset) - g->part] : NULL;
    out->pb.count = (double)pb->x->n;
    return true;
}

static void grouping_clear(Grouping *g)
{
    for (size_t k = 0; k < g->nparts; k++) {
        free(g->part[k].value);
        free(g->part[k].slot);
    }
    free(g->weight);
}

Grouped *group_rows(const Problem *pb, Error *err)
{
    Grouping *g = xcalloc(1, sizeof *g);
    Grouped *out = xcalloc(1, sizeof *out);
    g->pb = pb;
    bool ok = plan(g) && count(g, err) && build(g, out, err);
    for (size_t i = 0; ok && i < pb->x->n; i++)
        out->pb.count_effective += !pb->w || pb->w[i] > 0.0;
    grouping_clear(g);
    free(g);
    if (ok)
        return out;
    grouped_free(out);
    return NULL;
}

void grouped_free(Grouped *g)
{
    if (!g)
        return;
    for (size_t k = 0; k < g->nowned; k++)
        free(g->owned[k]);
    free(g);
}

/* ---- as an oracle ---- */

typedef struct GroupedOracle {
    Oracle base;
    Oracle *rows;
    Grouped *grouped;
} GroupedOracle;

static bool grouped_eval(Oracle *base, const double *b, unsigned what, Stats *out, Error *err)
{
    Oracle *rows = ((GroupedOracle *)base)->rows;
    return rows->eval(rows, b, what, out, err);
}

static void grouped_close(Oracle *base)
{
    GroupedOracle *o = (GroupedOracle *)base;
    if (o->rows)
        o->rows->close(o->rows);
    grouped_free(o->grouped);
    free(o);
}

Oracle *oracle_grouped(const Problem *pb, Error *err)
{
    Grouped *g = group_rows(pb, err);
    if (!g)
        return NULL;
    GroupedOracle *o = xcalloc(1, sizeof *o);
    o->grouped = g;
    o->rows = oracle_rows(&g->pb, err);
    if (!o->rows) {
        grouped_close(&o->base);
        return NULL;
    }
    o->base = *o->rows; /* centre stays the inner oracle's */
    o->base.eval = grouped_eval;
    o->base.close = grouped_close;
    return &o->base;
}
