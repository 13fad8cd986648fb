/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gram_plan.c - decides how X is walked for X'WX: which factors are joined and where each sum lies.
 *
 * A row costs one vector addition for each factor and one scalar addition for each pair of
 * factors. Small factors are therefore joined into one with a cell for each combination of
 * levels, as long as its tables stay small (GROUP_CELLS): gender 3 x device 4 x lang 12 is 144
 * cells and saves two of three vectors and the pairs among them. The tables of the members are
 * margins of the joint one (gram.c, gram_result).
 *
 * Chunks are as long as it takes for the merging of their sums to be cheap beside their rows, and
 * never depend on the number of threads (base/par.h).
 */
#include "gram_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/par.h"

#define GROUP_CELLS 256   /* a joined table of 256 x 16 doubles is 32 KiB: the first-level cache */
#define TILE_DOUBLES 4096 /* the same for the rows of a tile */
#define TILE_MIN 32
#define MERGE_ROWS_PER_SUM 2 /* merging so many sums is little beside one row */
#define MIN_CHUNKS 16        /* enough to share out evenly */

static size_t count_kind(const Matrix *x, bool coded)
{
    size_t n = 0;
    for (size_t k = 0; k < x->nblocks; k++)
        n += (x->blocks[k].kind == BLOCK_CODED) == coded;
    return n;
}

/* Cells of a coded block: its levels; or, when many of those share a column or have none, its
 * columns and one cell for "none of them". */
static void member_init(Member *m, const Matrix *x, size_t k)
{
    const Block *b = &x->blocks[k];
    bool direct = b->contrast || (size_t)b->nlevels <= b->ncols + 1;
    *m = (Member){.block = k, .stride = 1, .ncells = direct ? (size_t)b->nlevels : b->ncols + 1};
    if (b->contrast)
        return;
    m->column_of = xmalloc((m->ncells + 1) * sizeof *m->column_of);
    if (direct) {
        memcpy(m->column_of, b->col_of, m->ncells * sizeof *m->column_of);
        return;
    }
    for (size_t c = 0; c < m->ncells; c++)
        m->column_of[c] = c < b->ncols ? (int32_t)c : -1;
    m->cell_of = xmalloc((size_t)b->nlevels * sizeof *m->cell_of);
    for (int32_t l = 0; l < b->nlevels; l++)
        m->cell_of[l] = b->col_of[l] < 0 ? (int32_t)b->ncols : b->col_of[l];
}

static int by_cells(const void *pa, const void *pb)
{
    const Member *a = pa, *b = pb;
    if (a->ncells != b->ncells)
        return a->ncells < b->ncells ? -1 : 1;
    return a->block < b->block ? -1 : a->block > b->block;
}

static Group *new_group(GramPlan *p)
{
    Group *g = &p->group[p->ngroups++];
    *g = (Group){.ncells = 1};
    return g;
}

static void join(Group *g, Member m)
{
    assert(g->nmembers < GROUP_MEMBERS);
    m.stride = g->ncells;
    g->ncells *= m.ncells;
    g->member[g->nmembers++] = m;
}

/* Smallest first, each into the group at hand while that stays small. */
static void make_groups(GramPlan *p, size_t ncoded)
{
    const Matrix *x = p->x;
    Member *plain = xcalloc(ncoded + 1, sizeof *plain);
    size_t n = 0;
    p->group = xcalloc(ncoded + 1, sizeof *p->group);
    for (size_t k = 0; k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        if (b->kind != BLOCK_CODED)
            continue;
        Member m;
        member_init(&m, x, k);
        if (!b->has_times) {
            plain[n++] = m;
            continue;
        }
        Group *g = new_group(p);
        g->has_times = true;
        g->times = b->times;
        join(g, m);
    }
    qsort(plain, n, sizeof *plain, by_cells);
    Group *g = NULL;
    for (size_t i = 0; i < n; i++) {
        if (!g || g->ncells * plain[i].ncells > GROUP_CELLS || g->nmembers == GROUP_MEMBERS)
            g = new_group(p);
        join(g, plain[i]);
    }
    free(plain);
}

/* ---- the cell of each row ---- */

typedef struct CellCtx {
    const Matrix *x;
    const Group *group;
} CellCtx;

/* cell[i] += stride * cell of row i in this member. */
static void add_member(const Member *m, const Block *b, const uint32_t *rows, size_t from,
                       size_t to, int32_t *cell)
{
    const int32_t *code = b->code, stride = (int32_t)m->stride, *map = m->cell_of;
    if (!rows && !map) {
        for (size_t i = from; i < to; i++)
            cell[i] += code[i] * stride;
        return;
    }
    for (size_t i = from; i < to; i++) {
        int32_t c = code[rows ? rows[i] : i];
        cell[i] += (map ? map[c] : c) * stride;
    }
}

static void cell_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const CellCtx *c = vctx;
    const Group *g = c->group;
    (void)scratch;
    (void)chunk;
    for (size_t m = 0; m < g->nmembers; m++)
        add_member(&g->member[m], &c->x->blocks[g->member[m].block], c->x->rows, from, to,
                   g->own_cell);
}

/* Once here, so that no pass has to: its cells are the codes of a lone factor, or are made. */
static bool make_cells(const Matrix *x, Group *g, Error *err)
{
    if (g->nmembers == 1 && !x->rows && !g->member[0].cell_of) {
        g->cell = x->blocks[g->member[0].block].code;
        return true;
    }
    g->own_cell = big_alloc(x->n + 1, sizeof *g->own_cell, true, "the cells of factors", err);
    g->cell = g->own_cell;
    CellCtx ctx = {x, g};
    ParJob job = {x->n, 0, &ctx, NULL, cell_chunk, NULL};
    return g->own_cell && par_rows(&job, err);
}

/* Which cell of each member a cell of the group is. */
static void map_members(Group *g)
{
    for (size_t m = 0; m < g->nmembers; m++) {
        Member *mem = &g->member[m];
        mem->of_group = xmalloc((g->ncells + 1) * sizeof *mem->of_group);
        for (size_t c = 0; c < g->ncells; c++)
            mem->of_group[c] = (int32_t)(c / mem->stride % mem->ncells);
    }
}

static bool same_factor(const GramPlan *p, const Group *g, const Group *h)
{
    if (g->nmembers != 1 || h->nmembers != 1)
        return false;
    const Block *a = &p->x->blocks[g->member[0].block], *b = &p->x->blocks[h->member[0].block];
    return a->code == b->code && a->ncols == b->ncols && a->col_of == b->col_of &&
           a->contrast == b->contrast;
}

static void lay_out(GramPlan *p)
{
    size_t at = p->nd;
    for (size_t k = 0; k < p->ngroups; k++) {
        p->group[k].grad_at = at;
        at += 2 * p->group[k].ncells;
    }
    at = p->few = (at + 7) & ~(size_t)7;
    p->cross_at = at;
    at += p->nd * p->nd;
    at = (at + 7) & ~(size_t)7;
    for (size_t k = 0; k < p->ngroups; k++) {
        Group *g = &p->group[k];
        g->at = at;
        g->b = xcalloc(g->ncells, sizeof *g->b);
        at += g->ncells * p->width;
    }
    p->pair = xcalloc(p->ngroups * p->ngroups / 2 + 1, sizeof *p->pair);
    for (size_t g = 0; g < p->ngroups; g++) {
        for (size_t h = g + 1; h < p->ngroups; h++) {
            bool same = same_factor(p, &p->group[g], &p->group[h]);
            p->pair[p->npairs++] = (Pair){.g = g, .h = h, .at = at, .same = same};
            at += p->group[g].ncells * (same ? 1 : p->group[h].ncells);
        }
    }
    p->total = (at + 7) & ~(size_t)7;
}

static void choose_sizes(GramPlan *p)
{
    bool extra = false; /* does any group need its own sum of weights? */
    for (size_t k = 0; k < p->ngroups; k++)
        extra |= group_diag(p, &p->group[k]) != p->ones;
    p->width = (p->nd + (extra ? 2 : 1) + 7) & ~(size_t)7;
    size_t tile = (TILE_DOUBLES / p->width) & ~(size_t)7;
    p->tile = tile < TILE_MIN ? TILE_MIN : tile > GRAM_TILE_MAX ? GRAM_TILE_MAX : tile;
}

static void choose_chunk(GramPlan *p)
{
    size_t want = p->total / MERGE_ROWS_PER_SUM, most = p->x->n / MIN_CHUNKS;
    if (want > most)
        want = most;
    if (want < PAR_CHUNK)
        want = PAR_CHUNK;
    p->chunk = (want + p->tile - 1) / p->tile * p->tile;
}

GramPlan *gram_plan_new(const Matrix *x, const double *centre, Error *err)
{
    GramPlan *p = xcalloc(1, sizeof *p);
    size_t ncoded = count_kind(x, true), ndense = count_kind(x, false);
    p->x = x;
    p->ones = SIZE_MAX;
    p->dense = xcalloc(ndense + 1, sizeof *p->dense);
    p->centre = xcalloc(ndense + 1, sizeof *p->centre);
    p->b = xcalloc(ndense + 1, sizeof *p->b);
    for (size_t k = 0; k < x->nblocks; k++) {
        const Block *b = &x->blocks[k];
        if (b->kind == BLOCK_CODED) {
            assert(!centre || centre[b->first] == 0.0);
            continue;
        }
        size_t j = p->nd++;
        p->dense[j] = k;
        p->centre[j] = centre ? centre[b->first] : 0.0;
        if (b->kind == BLOCK_ONES && p->ones == SIZE_MAX && p->centre[j] == 0.0)
            p->ones = j;
    }
    make_groups(p, ncoded);
    for (size_t k = 0; k < p->ngroups; k++)
        map_members(&p->group[k]);
    choose_sizes(p);
    lay_out(p);
    choose_chunk(p);
    bool ok = p->total <= SIZE_MAX / 16 || fail_nomem(err, SIZE_MAX, "the sums of a fit");
    for (size_t k = 0; ok && k < p->ngroups; k++)
        ok = make_cells(x, &p->group[k], err);
    if (ok)
        return p;
    gram_plan_free(p);
    return NULL;
}

void gram_plan_free(GramPlan *p)
{
    if (!p)
        return;
    for (size_t k = 0; k < p->ngroups; k++) {
        for (size_t m = 0; m < p->group[k].nmembers; m++) {
            free(p->group[k].member[m].cell_of);
            free(p->group[k].member[m].of_group);
            free(p->group[k].member[m].column_of);
        }
        free(p->group[k].b);
        free(p->group[k].own_cell);
    }
    free(p->group);
    free(p->pair);
    free(p->dense);
    free(p->centre);
    free(p->b);
    free(p);
}

size_t gram_plan_chunk(const GramPlan *p)
{
    return p->chunk;
}

size_t gram_plan_tile(const GramPlan *p)
{
    return p->tile;
}

size_t gram_plan_bytes(const GramPlan *p)
{
    size_t tile = p->tile * ((2 * p->nd + 1 + p->width + p->ngroups) * sizeof(double) +
                             p->ngroups * sizeof(int32_t));
    return p->total * sizeof(double) + tile;
}

double gram_plan_row_flops(const GramPlan *p)
{
    double nd = (double)p->nd;
    return nd + nd * (nd + 1) + 2 * nd + (double)p->ngroups * (nd + 2) + (double)p->npairs;
}

/* What one level of a block adds to eta. */
static double level_effect(const Member *m, const Block *b, const double *coef, size_t cell)
{
    if (!b->contrast)
        return m->column_of[cell] >= 0 ? coef[b->first + (size_t)m->column_of[cell]] : 0.0;
    double s = 0.0;
    for (size_t j = 0; j < b->ncols; j++)
        s += b->contrast[cell * b->ncols + j] * coef[b->first + j];
    return s;
}

void gram_plan_coef(GramPlan *p, const double *coef)
{
    for (size_t j = 0; j < p->nd; j++)
        p->b[j] = coef[p->x->blocks[p->dense[j]].first];
    for (size_t k = 0; k < p->ngroups; k++) {
        Group *g = &p->group[k];
        memset(g->b, 0, g->ncells * sizeof *g->b);
        for (size_t m = 0; m < g->nmembers; m++) {
            const Member *mem = &g->member[m];
            const Block *b = &p->x->blocks[mem->block];
            for (size_t c = 0; c < g->ncells; c++)
                g->b[c] += level_effect(mem, b, coef, (size_t)mem->of_group[c]);
        }
    }
}
