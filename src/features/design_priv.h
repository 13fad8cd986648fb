/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_priv.h - what the design_*.c files share.
 *
 *     design_learn.c     variables over a frame: levels, bases, what they are like: their VarData
 *     design_replay.c    the same variables over other rows, from the Encoding
 *     design_plan.c      Encoding -> EncodingPlan: which columns each term makes, their names, R's
 *                        coding rule
 *     design.c           plan + VarData -> blocks of X; the store that owns what was made
 *     design_survey.c    range, mean and counts of each variable in one pass
 *     design_rows.c      which rows are complete, and why the others are not
 *     design_response.c  y, w, offset
 */
#ifndef GLINT_FEATURES_DESIGN_PRIV_H
#define GLINT_FEATURES_DESIGN_PRIV_H

#include "basis_priv.h"
#include "features/design.h"

#define DESIGN_COLUMNS_MAX                                                                         \
    50000 /* p x p numbers are 20 GB then: a column of ids made into a factor by mistake */

/* ---- store: what a design made and owns ---- */
typedef struct DesignStore {
    Arena *arena;
    void **big;
    Column **cols;
    size_t nbig, big_cap, ncols, cols_cap;
} DesignStore;
DesignStore *store_new(void);
void store_free(DesignStore *s);
/* n * size zeroed bytes that live as long as the design; NULL with ERR_NOMEM. */
void *store_alloc(DesignStore *s, size_t n, size_t size, const char *what, Error *err);
/* Takes over the reference; NULL stays NULL. */
const Column *store_column(DesignStore *s, Column *c);

/* ---- one variable over the rows of a frame ---- */
typedef struct VarData {
    const Column *col; /* the frame's own, or the store's */
    bool factor;
    Vec num; /* numeric: x = num * mul, storage rows */
    double mul;
    double **basis; /* poly, ns, bs: nbasis columns, storage rows */
    const int32_t
        *code; /* factor: raw codes of storage rows; NULL for a bool column until var_codes() */
    size_t nraw;
    int32_t *level_of; /* nraw: level of the encoding, or -1 */
    uint64_t *nulls;   /* cut: rows outside the breaks, as null bits; NULL when there are none */
} VarData;

/* The column that an expression is or makes; *at is its place in the frame (SIZE_MAX when computed)
 * and, on the way in, where to look first. Fails with a span when a name or a type is wrong. */
const Column *source_column(Expr *e, const Frame *f, const char *table, Span span, size_t *at,
                            DesignStore *s, Error *err);
/* The numeric side of VarData from its column. False when the column is not of numbers. */
bool var_numeric(VarData *v);
double column_scale(const Column *c);
/* Fills v->basis for the rows of the matrix. */
bool var_basis(VarData *v, const Basis *b, size_t ncols, const uint32_t *rows, size_t n,
               size_t stored, DesignStore *s, Error *err);
/* Raw codes; made of a bool column on the first call. */
const int32_t *var_codes(VarData *v, DesignStore *s, Error *err);
/* "age" when the variable reads just that column, else its name. */
Str var_input(const Var *v, Arena *a);

/* What a survey of the rows that are used tells of a variable. */
typedef struct VarStat {
    double sum, min, max; /* numeric, before `mul` */
    double odd;           /* NaN when a value is infinite, else 0 */
    uint64_t *count;      /* factor: rows of each raw code */
} VarStat;
/* Of the matrix rows from .. to - 1 of one column. */
void number_stat(Vec v, const uint32_t *rows, size_t from, size_t to, VarStat *out);
bool design_survey(const Design *d, const VarData *vars, size_t nvars, VarStat *stat, Error *err);

/* ---- plan ---- */
typedef struct TermPlan {
    size_t first, ncols;  /* columns of X */
    bool full[TERM_VARS]; /* factor: all levels rather than contrasts */
    size_t nf, nn;        /* its factors and its numbers: places in the term */
    size_t f[TERM_VARS], m[TERM_VARS];
    size_t combos; /* product of the factors' levels */
    size_t fcols,
        prods;     /* columns from the factors, columns from the numbers; ncols = fcols * prods */
    bool together; /* the factors' columns of one product stand side by side */
    int32_t
        *col_of; /* combos + 1: column of a combination, or -1; the last is for what is not known */
    double *contrast; /* (combos + 1) x fcols, or NULL */
} TermPlan;
typedef struct EncodingPlan {
    TermPlan *terms;
    Basis **basis; /* of each variable, or NULL */
    size_t ncols, nblocks;
} EncodingPlan;
/* From terms and vars: e->plan, and unless they are there already e->cols. */
bool encoding_plan(Encoding *e, Error *err);
/* Where column j of the factors and product m of the numbers stand within the term. */
size_t term_place(const Encoding *e, size_t term, size_t j, size_t m);

/* ---- blocks ---- */
/* Fills d->x.blocks and p; d->x.n and rows are set. */
bool design_blocks(Design *d, const Encoding *e, VarData *vars, Error *err);

/* ---- rows ---- */
typedef struct NullSource {
    const uint64_t *bits; /* set: cannot be used */
    const char *why;      /* "age is missing" */
    Span at;
} NullSource;
/* d->rows, n, dropped, drops; all rows of `f`, or those of opt->rows. Fails when none is left. */
bool design_rows(Design *d, const Frame *f, const DesignOptions *opt, const NullSource *src,
                 size_t nsrc, Error *err);

/* ---- response, weights, offset ---- */
typedef struct Outcome {
    const Column *y, *failures, *weights;
    size_t noffsets;
    const Column **offsets;
} Outcome;
/* The columns. `replay`: the option's offset may be absent (told in *no_offset), the response only
 * when asked for. */
bool outcome_bind(const Encoding *e, const Frame *f, const char *table, bool with_response,
                  bool *no_offset, DesignStore *s, Outcome *out, Error *err);
bool outcome_learn(Design *d, const Outcome *o, const DesignOptions *opt, Error *err);
/* ok[i] = 0 where the response is missing or not one of the two. */
bool outcome_replay(Design *d, const Encoding *e, const Outcome *o, uint8_t *ok, Error *err);
/* Fails when a number that is used is infinite: "log(service) is -inf where service = 0: rows 7,
 * 15, 23". */
bool check_finite(const Design *d, const Column *c, const Expr *e, const char *name, Span at,
                  Error *err);

#endif
