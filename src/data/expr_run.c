/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_run.c - prepared steps computed on all rows, on threads.
 *
 * Rows go in blocks of EXPR_BLOCK. In a block each step fills one Slice, in order; a column's slice
 * points at the column's own array. A null is a byte beside the value, and a step without nulls in
 * a block has none, so that kernels run over plain arrays. What is not a number becomes null here,
 * in one place.
 *
 * A thread has its own slices. The result is written into the column in place; texts, whose length
 * is not known, are handed to a builder chunk by chunk, in order.
 */
#include "expr_priv.h"

#include <stdlib.h>

#include "base/par.h"

#define CHUNK_ROWS (16 * EXPR_BLOCK) /* whole words of null bits: threads never share one */
_Static_assert(EXPR_BLOCK % 64 == 0, "a block is whole words of null bits");

static size_t rep_size(Rep r)
{
    static const size_t sizes[] = {
        [REP_INT] = 8, [REP_REAL] = 8, [REP_BOOL] = 1, [REP_CODE] = 4, [REP_TEXT] = sizeof(Str)};
    return sizes[r];
}

Cell slice_cell(const Slice *s, size_t i)
{
    Cell c = {.null = s->null && s->null[i]};
    if (c.null)
        return c;
    switch (s->rep) {
    case REP_INT:
        c.v.i = s->v.i[i];
        break;
    case REP_REAL:
        c.v.d = s->v.d[i];
        break;
    case REP_BOOL:
        c.v.b = s->v.b[i];
        break;
    case REP_CODE:
        c.v.s = levels_at(s->levels, (size_t)s->v.c[i]);
        break;
    case REP_TEXT:
        c.v.s = s->v.s[i];
        break;
    }
    return c;
}

/* ---- one slice ---- */

static void fill_const(Slice *out, const Step *s)
{
    for (size_t i = 0; i < EXPR_BLOCK; i++) {
        out->own_null[i] = s->value.null;
        switch (out->rep) {
        case REP_INT:
            out->own.i[i] = s->value.null ? 0 : s->value.v.i;
            break;
        case REP_REAL:
            out->own.d[i] = s->value.null ? 0 : s->value.v.d;
            break;
        case REP_BOOL:
            out->own.b[i] = s->value.null ? 0 : s->value.v.b;
            break;
        case REP_CODE: /* a literal is a text */
        case REP_TEXT:
            out->own.s[i] = s->value.null ? STR("") : s->value.v.s;
            break;
        }
    }
    out->null = s->value.null ? out->own_null : NULL;
}

void slice_init(Slice *out, const Step *steps, const Step *s)
{
    *out = (Slice){.rep = s->rep, .levels = s->levels};
    out->own_null = xcalloc(EXPR_BLOCK, 1);
    if (s->kind != STEP_COLUMN || s->rep == REP_TEXT)
        out->own.any = xcalloc(EXPR_BLOCK, rep_size(s->rep));
    out->v.any = out->own.any;
    if (s->kind == STEP_CONST)
        fill_const(out, s);
    if (s->kind != STEP_CALL || !s->scalar)
        return;
    out->cells = xcalloc(s->nargs, sizeof *out->cells);
    for (size_t k = 0; k < s->nargs; k++)
        if (steps[s->args[k]].kind == STEP_CONST)
            out->cells[k] = steps[s->args[k]].value;
    if (s->rep == REP_TEXT)
        out->made = xcalloc(EXPR_BLOCK, sizeof *out->made);
}

void slice_clear(Slice *s)
{
    free(s->own.any);
    free(s->own_null);
    free(s->cells);
    free(s->made);
    buf_free(&s->bytes);
    *s = (Slice){0};
}

uint8_t *slice_nulls(Slice *out, size_t n)
{
    if (out->null != out->own_null) {
        if (out->null)
            memcpy(out->own_null, out->null, n);
        else
            memset(out->own_null, 0, n);
        out->null = out->own_null;
    }
    return out->own_null;
}

/* ---- kinds of steps ---- */

static void read_column(const Column *c, Slice *out, size_t row, size_t n)
{
    out->null = NULL;
    if (c->null_bits) {
        uint64_t any = 0;
        for (size_t w = row / 64; w < (row + n + 63) / 64; w++)
            any |= c->null_bits[w];
        for (size_t i = 0; any && i < n; i++)
            out->own_null[i] = column_is_null(c, row + i);
        out->null = any ? out->own_null : NULL;
    }
    switch (c->type) {
    case COL_INT:
    case COL_TIME:
        out->v.i = c->v.i + row;
        break;
    case COL_REAL:
        out->v.d = c->v.d + row;
        break;
    case COL_BOOL:
        out->v.b = c->v.b + row;
        break;
    case COL_CODE:
        out->v.c = c->v.c + row;
        break;
    case COL_TEXT:
        for (size_t i = 0; i < n; i++) {
            Str s = column_text(c, row + i);
            out->own.s[i] = s.p ? s : STR("");
        }
        break;
    }
}

/* A code column through a table of its levels. */
static void read_table(const Step *s, const Slice *code, Slice *out, size_t n)
{
    out->null = code->null;
    const int32_t *c = code->v.c;
    const uint8_t *null = code->null;
    if (s->table_null) {
        uint8_t *mine = slice_nulls(out, n);
        for (size_t i = 0; i < n; i++)
            mine[i] = (null && null[i]) || s->table_null[c[i]];
        null = mine;
    }
    switch (out->rep) {
    case REP_BOOL:
        for (size_t i = 0; i < n; i++)
            out->own.b[i] = null && null[i] ? 0 : ((const uint8_t *)s->table)[c[i]];
        break;
    case REP_CODE:
        for (size_t i = 0; i < n; i++)
            out->own.c[i] = null && null[i] ? 0 : ((const int32_t *)s->table)[c[i]];
        break;
    default: /* int and real are eight bytes alike */
        for (size_t i = 0; i < n; i++)
            out->own.i[i] = null && null[i] ? 0 : ((const int64_t *)s->table)[c[i]];
        break;
    }
}

static void store(Slice *out, size_t i, const Out *r, size_t start)
{
    switch (out->rep) {
    case REP_INT:
        out->own.i[i] = r->cell.v.i;
        break;
    case REP_REAL:
        out->own.d[i] = r->cell.v.d;
        break;
    case REP_BOOL:
        out->own.b[i] = r->cell.v.b;
        break;
    case REP_CODE:
        break; /* scalar kernels make texts, not codes */
    case REP_TEXT:
        out->own.s[i] = r->fresh ? (Str){NULL, out->bytes.n - start} : r->cell.v.s;
        out->made[i] = r->fresh ? start + 1 : 0;
        break;
    }
}

/* Row by row: what texts need. */
static void run_scalar(const Step *steps, const Step *s, Slice *slices, Slice *out, size_t n)
{
    buf_clear(&out->bytes);
    memset(out->own_null, 0, n);
    bool any_null = false;
    for (size_t i = 0; i < n; i++) {
        bool null = false;
        for (size_t k = 0; k < s->nargs; k++) {
            if (steps[s->args[k]].kind != STEP_CONST)
                out->cells[k] = slice_cell(&slices[s->args[k]], i);
            null = null || out->cells[k].null;
        }
        Out r = {.bytes = &out->bytes};
        size_t start = out->bytes.n;
        if ((null && !s->sees_nulls) || !s->scalar(s, out->cells, s->nargs, &r)) {
            out->bytes.n = start;
            out->own_null[i] = 1;
            any_null = true;
            r = (Out){.cell.v.s = {"", 0}};
            if (out->rep != REP_TEXT)
                r.cell.v.i = 0;
        }
        store(out, i, &r, start);
    }
    if (out->rep == REP_TEXT) /* the buffer has stopped moving */
        for (size_t i = 0; i < n; i++)
            if (out->made[i])
                out->own.s[i].p = out->bytes.p ? out->bytes.p + (out->made[i] - 1) : "";
    out->null = any_null ? out->own_null : NULL;
}

/* A row is null when an argument is. */
static void merge_nulls(const Step *s, const Slice *slices, Slice *out, size_t n)
{
    out->null = NULL;
    for (size_t k = 0; k < s->nargs; k++) {
        const uint8_t *null = slices[s->args[k]].null;
        if (!null || null == out->null)
            continue;
        if (!out->null) {
            out->null = null;
            continue;
        }
        uint8_t *mine = slice_nulls(out, n);
        for (size_t i = 0; i < n; i++)
            mine[i] |= null[i];
    }
}

static void nan_to_null(Slice *out, size_t n)
{
    const double *d = out->v.d;
    size_t bad = 0;
    for (size_t i = 0; i < n; i++)
        bad += d[i] != d[i];
    if (!bad)
        return;
    uint8_t *null = slice_nulls(out, n);
    for (size_t i = 0; i < n; i++) {
        if (d[i] != d[i]) {
            null[i] = 1;
            out->own.d[i] = 0;
        }
    }
}

#define ARGS_ON_STACK 16

static void run_block(const Step *s, Slice *slices, Slice *out, size_t n)
{
    const Slice *few[ARGS_ON_STACK];
    const Slice **arg = s->nargs <= ARGS_ON_STACK ? few : xmalloc(s->nargs * sizeof *arg);
    for (size_t k = 0; k < s->nargs; k++)
        arg[k] = &slices[s->args[k]];
    if (s->sees_nulls)
        out->null = NULL;
    else
        merge_nulls(s, slices, out, n);
    s->block(s, arg, n, out);
    if (arg != few)
        free(arg);
}

void slice_compute(const Step *steps, size_t i, Slice *slices, size_t row, size_t n)
{
    const Step *s = &steps[i];
    Slice *out = &slices[i];
    switch (s->kind) {
    case STEP_CONST:
    case STEP_AGGREGATE:
        return;
    case STEP_COLUMN:
        read_column(s->column, out, row, n);
        return;
    case STEP_TABLE:
        read_table(s, &slices[s->args[0]], out, n);
        return;
    case STEP_CALL:
        if (s->scalar)
            run_scalar(steps, s, slices, out, n);
        else
            run_block(s, slices, out, n);
        if (out->rep == REP_REAL)
            nan_to_null(out, n);
    }
}

/* ---- all rows ---- */

typedef struct Scratch {
    Slice *slices; /* one for each step */
    Buf texts;     /* REP_TEXT results of a chunk, one after the other */
    size_t *ends;  /* CHUNK_ROWS: where each stops; SIZE_MAX for null */
} Scratch;

typedef struct Run {
    const Plan *plan;
    size_t root;
    const bool *needed;
    Column *out; /* all but texts */
    ColumnBuilder *builder;
    uint8_t *flags;
    size_t rows;
    Error err; /* of the builder; merges come one at a time */
} Run;

static void put_values(Column *out, const Slice *r, size_t row, size_t n)
{
    size_t size = rep_size(r->rep);
    char *to = (char *)out->v.any + row * size;
    memcpy(to, r->v.any, n * size);
    for (size_t i = 0; r->null && i < n; i++) {
        if (!r->null[i])
            continue;
        memset(to + i * size, 0, size);
        out->null_bits[(row + i) >> 6] |= UINT64_C(1) << ((row + i) & 63);
    }
}

static void put_texts(Scratch *x, const Slice *r, size_t at, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool null = r->null && r->null[i];
        if (!null)
            buf_str(&x->texts, slice_cell(r, i).v.s);
        x->ends[at + i] = null ? SIZE_MAX : x->texts.n;
    }
}

static void put_flags(uint8_t *flags, const Slice *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        flags[i] = r->v.b[i] && !(r->null && r->null[i]);
}

static void run_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    Run *run = ctx;
    Scratch *x = scratch;
    buf_clear(&x->texts);
    for (size_t row = from; row < to; row += EXPR_BLOCK) {
        size_t n = to - row < EXPR_BLOCK ? to - row : EXPR_BLOCK;
        for (size_t i = 0; i <= run->root; i++)
            if (run->needed[i])
                slice_compute(run->plan->steps, i, x->slices, row, n);
        const Slice *r = &x->slices[run->root];
        if (run->flags)
            put_flags(run->flags + row, r, n);
        else if (run->builder)
            put_texts(x, r, row - from, n);
        else
            put_values(run->out, r, row, n);
    }
}

static void merge_texts(void *ctx, void *scratch, size_t chunk)
{
    Run *run = ctx;
    Scratch *x = scratch;
    size_t from = chunk * CHUNK_ROWS, n = run->rows - from, start = 0;
    if (n > CHUNK_ROWS)
        n = CHUNK_ROWS;
    for (size_t i = 0; i < n && !error_is_set(&run->err); i++) {
        size_t end = x->ends[i];
        if (end == SIZE_MAX) {
            builder_null(run->builder, &run->err);
            continue;
        }
        builder_text(run->builder, str_sub(buf_slice(&x->texts), start, end), &run->err);
        start = end;
    }
}

static bool *needed_steps(const Plan *p, size_t root)
{
    bool *needed = xcalloc(root + 1, sizeof *needed);
    needed[root] = true;
    for (size_t i = root + 1; i-- > 0;)
        for (size_t k = 0; needed[i] && k < p->steps[i].nargs; k++)
            if (p->steps[i].kind == STEP_CALL || p->steps[i].kind == STEP_TABLE)
                needed[p->steps[i].args[k]] = true;
    return needed;
}

static Scratch *scratch_new(const Run *run)
{
    Scratch *x = xcalloc(1, sizeof *x);
    x->slices = xcalloc(run->root + 1, sizeof *x->slices);
    for (size_t i = 0; i <= run->root; i++)
        if (run->needed[i])
            slice_init(&x->slices[i], run->plan->steps, &run->plan->steps[i]);
    if (run->builder)
        x->ends = xmalloc(CHUNK_ROWS * sizeof *x->ends);
    return x;
}

static void scratch_free(Scratch *x, size_t nslices, Plan *p)
{
    for (size_t i = 0; i < nslices; i++) {
        p->overflow = p->overflow || x->slices[i].overflow;
        slice_clear(&x->slices[i]);
    }
    free(x->slices);
    free(x->ends);
    buf_free(&x->texts);
    free(x);
}

/* Runs the plan into whichever of out, builder, flags is set. */
static bool run_plan(Plan *p, Run *run)
{
    size_t threads = par_threads(), chunks = p->f->rows / CHUNK_ROWS + 1;
    if (threads > chunks)
        threads = chunks;
    bool *needed = needed_steps(p, run->root);
    run->needed = needed;
    run->plan = p;
    run->rows = p->f->rows;
    void **scratch = xcalloc(threads, sizeof *scratch);
    for (size_t t = 0; t < threads; t++)
        scratch[t] = scratch_new(run);
    ParJob job = {
        .n = run->rows, .chunk = CHUNK_ROWS, .ctx = run, .scratch = scratch, .work = run_chunk};
    job.merge = run->builder ? merge_texts : NULL;
    bool ok = par_rows(&job, p->err);
    if (ok && error_is_set(&run->err)) {
        if (p->err)
            *p->err = run->err;
        ok = false;
    }
    for (size_t t = 0; t < threads; t++)
        scratch_free(scratch[t], run->root + 1, p);
    free(scratch);
    free(needed);
    return ok;
}

/* Levels that no row has are dropped: if(x == 'a', 'b', x) leaves none of 'a'. */
static bool drop_unused_levels(Column *c, Error *err)
{
    const Levels *old = c->levels;
    size_t n = 0;
    bool *used = xcalloc(old->n, sizeof *used);
    for (size_t i = 0; i < c->n; i++) {
        if (!column_is_null(c, i) && !used[c->v.c[i]]) {
            used[c->v.c[i]] = true;
            n++;
        }
    }
    bool ok = n == old->n;
    if (!ok) {
        Str *kept = xmalloc(n * sizeof *kept);
        int32_t *now = xcalloc(old->n, sizeof *now);
        n = 0;
        for (size_t k = 0; k < old->n; k++) {
            if (used[k]) {
                now[k] = (int32_t)n;
                kept[n++] = levels_at(old, k);
            }
        }
        Levels *fresh = levels_new(kept, n, NULL, err);
        ok = fresh != NULL;
        for (size_t i = 0; ok && i < c->n; i++)
            c->v.c[i] = column_is_null(c, i) ? 0 : now[c->v.c[i]];
        if (ok) {
            levels_unref(c->levels);
            c->levels = fresh;
        }
        free(kept);
        free(now);
    }
    free(used);
    return ok;
}

Column *plan_column(Plan *p, size_t root)
{
    const Step *s = &p->steps[root];
    if (s->kind == STEP_COLUMN)
        return column_ref(s->column);
    Run run = {.root = root};
    if (s->rep == REP_TEXT) {
        run.builder = builder_new_strings();
        if (run_plan(p, &run))
            return builder_finish(run.builder, p->err);
        builder_free(run.builder);
        return NULL;
    }
    ColType type = s->rep == REP_CODE ? COL_CODE : s->type;
    run.out = column_new(type, p->f->rows, p->err);
    if (!run.out)
        return NULL;
    run.out->unit = s->unit;
    run.out->levels = s->rep == REP_CODE ? levels_ref(s->levels) : NULL;
    bool ok = column_make_null_bits(run.out, p->err) && run_plan(p, &run);
    if (ok)
        column_seal_nulls(run.out);
    if (ok && (s->rep != REP_CODE || drop_unused_levels(run.out, p->err)))
        return run.out;
    column_unref(run.out);
    return NULL;
}

uint8_t *plan_flags(Plan *p, size_t root)
{
    Run run = {.root = root};
    run.flags = big_alloc(p->f->rows, 1, true, "a condition", p->err);
    if (run.flags && run_plan(p, &run))
        return run.flags;
    free(run.flags);
    return NULL;
}
