/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gram_priv.h - the layout that gram_plan.c decides and gram.c fills. */
#ifndef GLINT_BASE_GRAM_PRIV_H
#define GLINT_BASE_GRAM_PRIV_H

#include "base/gram.h"

/* Factors walked as one: the cell of a row is the mixed-radix number of its members' cells. */
#define GROUP_MEMBERS 16

typedef struct Member {
    size_t block;          /* index into x->blocks */
    size_t ncells, stride; /* its part of the group's cell: (cell / stride) % ncells */
    int32_t *cell_of;      /* code to cell, NULL when they are the same */
    int32_t *of_group;     /* cell of the group to cell of the member */
    int32_t *column_of;    /* cell to column of the block, or -1; NULL with contrasts */
} Member;

typedef struct Group {
    size_t nmembers;
    Member member[GROUP_MEMBERS];
    size_t ncells;
    const int32_t *cell; /* of each row, in the order of the rows of X */
    int32_t *own_cell;   /* the same when it had to be made, else NULL */
    bool has_times;
    Vec times;
    double *b;      /* ncells: what the group adds to eta */
    size_t at;      /* ncells x width sums: see GramPlan.width */
    size_t grad_at; /* ncells x 2 sums */
} Group;

typedef struct Pair {
    size_t g, h; /* g < h */
    size_t at;   /* ncells(g) x ncells(h) sums, or ncells(g) when `same` */
    bool same;   /* one factor under two multipliers: only the diagonal can be filled */
} Pair;

/*
 * All sums of a chunk lie in one array:
 *     dense gradient   nd                         sum r x_j
 *     group gradients  ncells x 2 each            sum z r, z z w in passes without X'WX
 *     dense x dense    nd x nd, lower triangle    sum w x_i x_j
 *     one table a group   ncells x width          sum z w x_j (nd of them), z r, z z w
 *     one table a pair                            sum w z_g z_h
 * When X has a column of ones and the group no multiplier, its last entry is that column's sum
 * and is left out.
 */
struct GramPlan {
    const Matrix *x;
    size_t nd;
    size_t *dense;      /* nd: block of each dense column */
    double *centre, *b; /* nd each, of the dense columns */
    size_t ones;        /* dense index of a column of ones, or SIZE_MAX */
    size_t width, tile, chunk;
    size_t ngroups, npairs;
    Group *group;
    Pair *pair;
    size_t few, total; /* sums of a pass without X'WX, and of one with it */
    size_t cross_at;   /* dense x dense */
};

struct Gram {
    const GramPlan *plan;
    double *sum;      /* plan->total */
    bool info;        /* which of them are in use */
    size_t n, padded; /* rows of the loaded tile, and that rounded up to pairs of vectors */
    double *x;        /* nd x tile: dense columns */
    double *wx;       /* width x tile: the same times w, then r, w and zeros */
    double *row;      /* tile x width: the same by row, for the groups' tables; or tile x (r, w) */
    double *z;        /* ngroups x tile: multipliers of groups that have one */
    size_t from;      /* the tile's first row */
    double *work;     /* room for gram_result, made when first needed */
};

static inline size_t group_diag(const GramPlan *p, const Group *g)
{
    return p->ones != SIZE_MAX && !g->has_times ? p->ones : p->nd + 1;
}

#endif
