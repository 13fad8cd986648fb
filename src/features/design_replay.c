/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_replay.c - the columns of training from other rows: what-if, scoring, test parts.
 *
 * Nothing is learned here: values come from the frame, meaning from the Encoding, blocks from
 * design.c as in training. No row is dropped. A row that lacks an input, or has a level that
 * training never saw, is marked; its numbers are computed all the same and mean nothing. A code
 * column is not recoded: its few levels are looked up once and the table is led to the columns of
 * training, unless the frame has fewer rows than levels (a what-if): then its rows are looked up.
 */
#include "design_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW_NULL = 1, ROW_UNSEEN = 2, ROW_OUTSIDE = 4 };

typedef struct Replay {
    const Encoding *e;
    const Frame *f;
    Design *d;
    Arena *a;
    VarData *vars;
    UnseenPolicy policy;
    uint8_t *flags; /* of matrix rows */
    ReplayReport *report;
    Error *err;
} Replay;

static const Var *var_at(const Replay *r, size_t v)
{
    return &r->e->terms->vars[v];
}

static size_t frame_row(const Replay *r, size_t i)
{
    return r->d->rows ? r->d->rows[i] : i;
}

/* ---- levels ---- */

static int32_t find_text(const VarCode *c, Str s)
{
    size_t lo = 0, hi = c->nlevels;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = str_cmp(str_of(c->levels[mid]), s);
        if (!order)
            return (int32_t)mid;
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

static int32_t find_value(const VarCode *c, double x)
{
    size_t lo = 0, hi = c->nlevels;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (c->level_values[mid] == x)
            return (int32_t)mid;
        if (c->level_values[mid] < x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return -1;
}

/* A text as a level, whatever the variable was in training. */
static int32_t find_level(const VarCode *c, Str s)
{
    double x;
    bool flag;
    if (c->type == COL_BOOL)
        return parse_bool(s, &flag) ? find_text(c, flag ? STR("TRUE") : STR("FALSE")) : -1;
    if (c->level_values && c->type != COL_TIME)
        return parse_real(s, &x) ? find_value(c, x + 0.0) : -1;
    for (size_t k = 0; c->level_values && k < c->nlevels;
         k++) /* moments: in order of time, not of text */
        if (str_eqz(s, c->levels[k]))
            return (int32_t)k;
    return c->level_values ? -1 : find_text(c, s);
}

/* The level of one row that is not null. */
static int32_t row_level(const Replay *r, size_t v, size_t row, Buf *text)
{
    const VarData *d = &r->vars[v];
    const VarCode *c = &r->e->vars[v];
    const Column *col = d->col;
    if (col->type == COL_CODE || col->type == COL_TEXT)
        return find_level(c, column_text(col, row));
    double x = column_real(col, row) * d->mul;
    if (c->level_values)
        return find_value(c, x + 0.0);
    if (c->type == COL_BOOL)
        return find_text(c, x != 0 ? STR("TRUE") : STR("FALSE"));
    buf_clear(text);
    column_print(col, row, text);
    return find_text(c, buf_slice(text));
}

static void note_unseen(const Replay *r, size_t v, Str level)
{
    ReplayReport *rep = r->report;
    Str column = var_input(var_at(r, v), r->a);
    char name[64], text[64];
    snprintf(name, sizeof name, "%.*s", STR_ARG(column));
    snprintf(text, sizeof text, "%.*s", STR_ARG(level));
    for (size_t k = 0; k < rep->nunseen; k++)
        if (!strcmp(rep->unseen[k].column, name) && !strcmp(rep->unseen[k].level, text)) {
            rep->unseen[k].rows++;
            return;
        }
    if (rep->nunseen == sizeof rep->unseen / sizeof *rep->unseen)
        return;
    Unseen *to = &rep->unseen[rep->nunseen++];
    memcpy(to->column, name, sizeof name);
    memcpy(to->level, text, sizeof text);
    to->rows = 1;
}

static bool unseen_error(const Replay *r, size_t v, Str level)
{
    const VarCode *c = &r->e->vars[v];
    Str column = var_input(var_at(r, v), r->a);
    Str *names = arena_array(r->a, Str, c->nlevels + 1);
    Buf list = BUF_INIT;
    for (size_t k = 0; k < c->nlevels; k++) {
        names[k] = str_of(c->levels[k]);
        if (list.n < 120)
            buf_printf(&list, "%s%s", k ? ", " : "", c->levels[k]);
        else if (k + 1 == c->nlevels)
            buf_puts(&list, ", ...");
    }
    fail(r->err, ERR_DATA, "'%.*s' is not a level of %.*s that training has seen", STR_ARG(level),
         STR_ARG(column));
    long near = nearest_name(level, names, c->nlevels);
    if (near >= 0)
        error_hint(r->err, "did you mean '%s'?", c->levels[near]);
    else
        error_hint(r->err, "its levels: %.*s", STR_ARG(buf_slice(&list)));
    buf_free(&list);
    return false;
}

/* Row i of the matrix has a level that is not known. */
static bool meet_unseen(const Replay *r, size_t v, size_t i, Str level)
{
    if (r->policy == UNSEEN_ERROR)
        return unseen_error(r, v, level);
    r->flags[i] |= ROW_UNSEEN;
    note_unseen(r, v, level);
    return true;
}

/* Looks up each row: codes in the encoding's own numbers, one more for what is not known. */
static bool recode_rows(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    const VarCode *c = &r->e->vars[v];
    int32_t *code = store_alloc(r->d->store, r->f->rows, sizeof *code, "codes of a factor", r->err);
    d->level_of = arena_array(r->a, int32_t, c->nlevels + 1);
    d->nraw = c->nlevels + 1;
    for (size_t k = 0; k <= c->nlevels; k++)
        d->level_of[k] = k < c->nlevels ? (int32_t)k : -1;
    Buf text = BUF_INIT;
    bool ok = code != NULL;
    for (size_t i = 0; ok && i < r->d->n; i++) {
        size_t row = frame_row(r, i);
        int32_t level = column_is_null(d->col, row) ? -1 : row_level(r, v, row, &text);
        code[row] = level < 0 ? (int32_t)c->nlevels : level;
        if (level >= 0 || column_is_null(d->col, row))
            continue;
        buf_clear(&text);
        column_print(d->col, row, &text);
        Str shown = d->col->type == COL_CODE || d->col->type == COL_TEXT ? column_text(d->col, row)
                                                                         : buf_slice(&text);
        ok = meet_unseen(r, v, i, shown);
    }
    buf_free(&text);
    d->code = code;
    return ok;
}

/* Keeps the frame's codes and looks up its levels. */
static bool lead_levels(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    const Column *col = d->col;
    bool all = true;
    d->code = col->v.c;
    d->nraw = col->levels->n;
    d->level_of =
        store_alloc(r->d->store, d->nraw, sizeof *d->level_of, "levels of a factor", r->err);
    if (!d->level_of)
        return false;
    for (size_t k = 0; k < d->nraw; k++) {
        d->level_of[k] = find_level(&r->e->vars[v], levels_at(col->levels, k));
        all &= d->level_of[k] >= 0;
    }
    for (size_t i = 0; !all && i < r->d->n; i++) {
        size_t row = frame_row(r, i);
        if (d->level_of[col->v.c[row]] >= 0 || column_is_null(col, row))
            continue;
        if (!meet_unseen(r, v, i, levels_at(col->levels, (size_t)col->v.c[row])))
            return false;
    }
    return true;
}

static bool replay_cut(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    const VarCode *c = &r->e->vars[v];
    if (!var_numeric(d))
        return fail(r->err, ERR_TYPE, "'%s' needs a number, and its variable is %s here",
                    var_at(r, v)->name, coltype_name(d->col->type));
    int32_t *code = store_alloc(r->d->store, r->f->rows, sizeof *code, "codes of a cut", r->err);
    if (!code)
        return false;
    d->level_of = arena_array(r->a, int32_t, c->nlevels + 1);
    d->nraw = c->nlevels + 1;
    for (size_t k = 0; k <= c->nlevels; k++)
        d->level_of[k] = k < c->nlevels ? (int32_t)k : -1;
    for (size_t i = 0; i < r->d->n; i++) {
        size_t row = frame_row(r, i);
        double x = vec_at(d->num, row) * d->mul;
        int32_t interval = cut_at(var_at(r, v), c, x), level = -1;
        if (interval >= 0)
            level = find_value(c, interval);
        code[row] = level < 0 ? (int32_t)c->nlevels : level;
        if (level >= 0 || column_is_null(d->col, row))
            continue;
        if (interval < 0) {
            r->flags[i] |= ROW_NULL; /* as R: outside the breaks is NA */
            continue;
        }
        char text[40];
        snprintf(text, sizeof text, "%g", x);
        if (!meet_unseen(r, v, i, str_of(text)))
            return false;
    }
    d->code = code;
    return true;
}

/* ---- numbers ---- */

static void tell_outside(const Replay *r, size_t v, double x)
{
    const VarCode *c = &r->e->vars[v];
    if (*r->report->outside_text)
        return;
    snprintf(r->report->outside_text, sizeof r->report->outside_text, "%.60s %.6g is %s %.6g",
             var_at(r, v)->name, x, x > c->max ? "above" : "below", x > c->max ? c->max : c->min);
}

static bool replay_number(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    const VarCode *c = &r->e->vars[v];
    if (!var_numeric(d))
        return fail(r->err, ERR_TYPE, "'%s' is a number in training, and %s here",
                    var_at(r, v)->name, coltype_name(d->col->type));
    if (d->col->type == COL_TIME && c->scale > 0 && c->type == COL_TIME)
        d->mul = c->scale; /* days or seconds, as in training */
    VarStat s;
    number_stat(d->num, r->d->rows, 0, r->d->n, &s);
    if (s.min * d->mul >= c->min && s.max * d->mul <= c->max)
        return true;
    for (size_t i = 0; i < r->d->n; i++) {
        size_t row = frame_row(r, i);
        double x = vec_at(d->num, row) * d->mul;
        if ((x >= c->min && x <= c->max) || column_is_null(d->col, row))
            continue;
        r->flags[i] |= isinf(x) ? ROW_NULL : ROW_OUTSIDE;
        if (!isinf(x))
            tell_outside(r, v, x);
    }
    return true;
}

static void mark_nulls(const Replay *r, const Column *c)
{
    if (!c->null_bits)
        return;
    for (size_t i = 0; i < r->d->n; i++)
        if (column_is_null(c, frame_row(r, i)))
            r->flags[i] |= ROW_NULL;
}

/* A column of nulls has lost its type: any will do. */
static bool replay_nothing(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    d->factor = r->e->vars[v].is_factor;
    if (d->factor && !d->code) {
        d->code =
            store_alloc(r->d->store, r->f->rows, sizeof *d->code, "codes of a factor", r->err);
        d->nraw = 0;
        return d->code != NULL;
    }
    double *zero =
        store_alloc(r->d->store, r->f->rows, sizeof *zero, "a column without values", r->err);
    d->num = (Vec){VEC_REAL, zero};
    return zero != NULL;
}

static bool replay_var(const Replay *r, size_t v)
{
    VarData *d = &r->vars[v];
    const VarCode *c = &r->e->vars[v];
    size_t at = c->at;
    d->mul = 1.0;
    d->col = source_column(var_at(r, v)->expr, r->f, NULL, SPAN_NONE, &at, r->d->store, r->err);
    if (!d->col)
        return false;
    mark_nulls(r, d->col);
    d->factor = c->is_factor;
    if (d->col->nulls && d->col->nulls == d->col->n)
        return replay_nothing(r, v);
    if (var_at(r, v)->kind == VAR_CUT)
        return replay_cut(r, v);
    if (!c->is_factor)
        return replay_number(r, v);
    if (d->col->type == COL_TIME)
        d->mul = c->scale;
    /* Recoding makes an array as long as the frame, leading looks up every level. */
    bool recode = d->col->type != COL_CODE || r->f->rows < d->col->levels->n;
    return recode ? recode_rows(r, v) : lead_levels(r, v);
}

static bool replay_basis(const Replay *r, size_t v)
{
    const Basis *b = r->e->plan->basis[v];
    return !b || var_basis(&r->vars[v], b, r->e->vars[v].nbasis, r->d->rows, r->d->n, r->f->rows,
                           r->d->store, r->err);
}

/* ---- all of it ---- */

static bool take_rows(const Replay *r, const uint32_t *rows, size_t nrows)
{
    r->d->n = rows ? nrows : r->f->rows;
    if (!rows)
        return true;
    r->d->rows = big_alloc(nrows, sizeof *rows, false, "row numbers", r->err);
    if (r->d->rows && nrows)
        memcpy(r->d->rows, rows, nrows * sizeof *rows);
    return r->d->rows != NULL;
}

static void settle_flags(const Replay *r)
{
    for (size_t i = 0; i < r->d->n; i++) {
        uint8_t flag = r->flags[i];
        r->report->rows_null += (flag & ROW_NULL) != 0;
        r->report->rows_unseen += (flag & ROW_UNSEEN) != 0;
        r->report->outside += (flag & ROW_OUTSIDE) != 0;
        r->flags[i] = !(flag & ROW_NULL) && !(flag & ROW_UNSEEN && r->policy == UNSEEN_NULL);
    }
}

static bool replay(Replay *r, bool with_response)
{
    size_t nvars = r->e->terms->nvars;
    Outcome o;
    r->vars = arena_array(r->a, VarData, nvars + 1);
    if (!outcome_bind(r->e, r->f, NULL, with_response, &r->report->no_offset, r->d->store, &o,
                      r->err))
        return false;
    for (size_t k = 0; k < o.noffsets; k++)
        mark_nulls(r, o.offsets[k]);
    for (size_t v = 0; v < nvars; v++)
        if (!replay_var(r, v) || !replay_basis(r, v))
            return false;
    settle_flags(r);
    return design_blocks(r->d, r->e, r->vars, r->err) &&
           outcome_replay(r->d, r->e, &o, r->flags, r->err);
}

Design *design_replay(const Encoding *e, const Frame *f, const uint32_t *rows, size_t nrows,
                      UnseenPolicy policy, bool with_response, uint8_t **ok, ReplayReport *report,
                      Error *err)
{
    ReplayReport none;
    Design *d = xcalloc(1, sizeof *d);
    d->store = store_new();
    d->frame = frame_ref(f);
    Replay r = {.e = e, .f = f, .d = d, .a = d->store->arena, .policy = policy, .err = err};
    r.report = report ? report : &none;
    *r.report = (ReplayReport){0};
    if (ok)
        *ok = NULL;
    if (take_rows(&r, rows, nrows))
        r.flags = big_alloc(d->n, 1, true, "marks of rows", err);
    bool done = r.flags && replay(&r, with_response);
    if (done && ok)
        *ok = r.flags;
    else
        free(r.flags);
    if (done)
        return d;
    design_free(d);
    return NULL;
}
