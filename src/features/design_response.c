/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_response.c - y, w and offset of a design, and whether they can be used.
 *
 * A binary response may be bool, a text of two values (the second in the order of bytes is 1,
 * unless `event` says which), the numbers 0 and 1, or proportions in [0, 1] whose weights are the
 * numbers of trials. cbind(successes, failures) gives the proportion, and its sum times the prior
 * weight. Any other family wants a number. What is wrong is told with the rows, counted from 1.
 */
#include "design_priv.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/par.h"

#define ROWS_SHOWN 5

/* ---- columns ---- */

static const Column *text_column(const char *text, const char *option, const Frame *f,
                                 const char *table, DesignStore *s, Error *err)
{
    Expr *e = expr_parse(s->arena, str_of(text), 0, err);
    size_t at = SIZE_MAX;
    const Column *c = e ? source_column(e, f, table, SPAN_NONE, &at, s, err) : NULL;
    if (!c && err) {
        err->at = SPAN_NONE; /* places are in the option's text, not in the formula */
        error_context(err, "%s", option);
    }
    return c;
}

static bool need_number(const Column *c, const char *what, const char *name, Span at, Error *err)
{
    if (c->type == COL_INT || c->type == COL_REAL || c->type == COL_BOOL)
        return true;
    return fail_at(err, ERR_TYPE, at, "%s '%s' is %s: it must be a number", what, name,
                   coltype_name(c->type));
}

/* Does the frame have all columns that the text of an option reads? */
static bool option_known(const char *text, const Frame *f, DesignStore *s)
{
    Expr *e = expr_parse(s->arena, str_of(text), 0, NULL);
    Str *names;
    size_t n = e ? expr_columns(e, s->arena, &names) : 0;
    for (size_t i = 0; i < n; i++)
        if (frame_find(f, names[i]) < 0)
            return false;
    return e != NULL;
}

static bool bind_offsets(const Encoding *e, const Frame *f, const char *table, bool *no_offset,
                         DesignStore *s, Outcome *out, Error *err)
{
    const Terms *t = e->terms;
    out->offsets = arena_array(s->arena, const Column *, t->noffsets + 1);
    for (size_t k = 0; k < t->noffsets; k++) {
        size_t at = SIZE_MAX;
        const Column *c = source_column(t->offsets[k], f, table, t->offset_at[k], &at, s, err);
        if (!c || !need_number(c, "the offset", "offset()", t->offset_at[k], err))
            return false;
        out->offsets[out->noffsets++] = c;
    }
    if (!e->offset)
        return true;
    if (no_offset && !option_known(e->offset, f, s)) {
        *no_offset = true;
        return true;
    }
    const Column *c = text_column(e->offset, "offset", f, table, s, err);
    if (!c || !need_number(c, "the offset", e->offset, SPAN_NONE, err))
        return false;
    out->offsets[out->noffsets++] = c;
    return true;
}

bool outcome_bind(const Encoding *e, const Frame *f, const char *table, bool with_response,
                  bool *no_offset, DesignStore *s, Outcome *out, Error *err)
{
    const Terms *t = e->terms;
    *out = (Outcome){0};
    if (!bind_offsets(e, f, table, no_offset, s, out, err))
        return false;
    if (!with_response)
        return true;
    size_t at = SIZE_MAX;
    out->y = source_column(t->response, f, table, t->response_at, &at, s, err);
    if (!out->y)
        return false;
    if (out->y->type == COL_TEXT)
        out->y = store_column(s, column_as_code(out->y, err));
    at = SIZE_MAX;
    if (out->y && t->failures)
        out->failures = source_column(t->failures, f, table, t->response_at, &at, s, err);
    if (!out->y || (t->failures && !out->failures))
        return false;
    if (t->failures &&
        (!need_number(out->y, "the response", t->response_name, t->response_at, err) ||
         !need_number(out->failures, "the response", t->response_name, t->response_at, err)))
        return false;
    if (!e->weights)
        return true;
    out->weights = text_column(e->weights, "weights", f, table, s, err);
    return out->weights && need_number(out->weights, "the weight", e->weights, SPAN_NONE, err);
}

/* ---- numbers of the rows that are used ---- */

static Vec vec_of(const Column *c)
{
    switch (c->type) {
    case COL_REAL:
        return (Vec){VEC_REAL, c->v.d};
    case COL_BOOL:
        return (Vec){VEC_BOOL, c->v.b};
    default:
        return (Vec){VEC_INT, c->v.i};
    }
}

typedef struct GatherJob {
    Vec from;
    const uint32_t *rows;
    double *to;
    bool add;
} GatherJob;

static void gather_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    const GatherJob *job = ctx;
    for (size_t i = from; i < to; i++) {
        double x = vec_at(job->from, job->rows ? job->rows[i] : i);
        job->to[i] = job->add ? job->to[i] + x : x;
    }
}

static bool gather(const Design *d, const Column *c, bool add, double *to, Error *err)
{
    GatherJob job = {vec_of(c), d->rows, to, add};
    return par_rows(&(ParJob){.n = d->n, .ctx = &job, .work = gather_rows}, err);
}

static size_t frame_row(const Design *d, size_t i)
{
    return d->rows ? d->rows[i] : i;
}

typedef bool (*BadNumber)(double x);

static bool is_infinite(double x)
{
    return !isfinite(x);
}
static bool is_negative(double x)
{
    return !(x >= 0);
}
static bool is_no_share(double x)
{
    return !(x >= 0 && x <= 1);
}

/* "row 7" or "rows 7, 15, 23 and 12 more"; *first is the first of them, *n how many there are. */
static void bad_rows(const Design *d, Vec v, BadNumber bad, Buf *out, size_t *first, size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < d->n; i++) {
        size_t row = frame_row(d, i);
        if (!bad(vec_at(v, row)))
            continue;
        if (!(*n)++)
            *first = row;
        if (*n <= ROWS_SHOWN)
            buf_printf(out, "%s%zu", *n > 1 ? ", " : "", row + 1);
    }
    if (*n > ROWS_SHOWN)
        buf_printf(out, " and %zu more", *n - ROWS_SHOWN);
    buf_putc(out, '\0');
}

bool check_finite(const Design *d, const Column *c, const Expr *e, const char *name, Span at,
                  Error *err)
{
    if (c->type != COL_REAL)
        return true;
    Buf rows = BUF_INIT, where = BUF_INIT;
    size_t first = 0, n;
    bad_rows(d, vec_of(c), is_infinite, &rows, &first, &n);
    if (n) {
        Arena *a = arena_new();
        Str *names;
        const Column *in =
            expr_columns(e, a, &names) == 1 ? frame_column(d->frame, names[0]) : NULL;
        if (in && in != c && in->n > first) {
            buf_printf(&where, " where %.*s = ", STR_ARG(names[0]));
            column_print(in, first, &where);
        }
        arena_free(a);
        buf_putc(&where, '\0');
        fail_at(err, ERR_DATA, at, "%s is %s%s: row%s %s", name, c->v.d[first] > 0 ? "inf" : "-inf",
                where.p, n > 1 ? "s" : "", rows.p);
        if (err && err->code == ERR_DATA && !err->row)
            err->row = (long)first + 1;
        error_hint(err, "leave %s out with filter first", n > 1 ? "these rows" : "this row");
    }
    buf_free(&rows);
    buf_free(&where);
    return !n;
}

static bool check_numbers(const Design *d, const Column *c, BadNumber bad, const char *what,
                          Span at, Error *err)
{
    Buf rows = BUF_INIT;
    size_t first = 0, n;
    bad_rows(d, vec_of(c), bad, &rows, &first, &n);
    if (n) {
        Buf value = BUF_INIT;
        column_print(c, first, &value);
        fail_at(err, ERR_DATA, at, "%s %.*s in row%s %s", what, STR_ARG(buf_slice(&value)),
                n > 1 ? "s" : "", rows.p);
        if (err && !err->row)
            err->row = (long)first + 1;
        buf_free(&value);
    }
    buf_free(&rows);
    return !n;
}

/* ---- y ---- */

static const char *response_of(const Encoding *e)
{
    return e->terms->response_name;
}

/* The two values of a code column among the rows used; fails when there are not two. */
static bool two_levels(const Design *d, const Column *c, Encoding *e, int32_t two[2], Error *err)
{
    size_t nlevels = c->levels->n, used = 0;
    uint8_t *seen = xcalloc(nlevels + 1, 1);
    for (size_t i = 0; i < d->n; i++)
        seen[c->v.c[frame_row(d, i)]] = 1;
    Buf list = BUF_INIT;
    for (size_t k = 0; k < nlevels; k++) {
        if (!seen[k])
            continue;
        if (used < 2)
            two[used] = (int32_t)k;
        if (used < 8)
            buf_printf(&list, "%s%.*s", used ? ", " : "", STR_ARG(levels_at(c->levels, k)));
        used++;
    }
    if (used > 8)
        buf_puts(&list, ", ...");
    free(seen);
    Span at = e->terms->response_at;
    bool ok = used == 2;
    if (used > 2) {
        fail_at(err, ERR_DATA, at, "%s has %zu values (%.*s): a response must have two",
                response_of(e), used, STR_ARG(buf_slice(&list)));
        error_hint(err, "keep two with filter, or say I(%s == '%.*s') ~ ...", response_of(e),
                   STR_ARG(levels_at(c->levels, (size_t)two[1])));
    } else if (!ok) {
        fail_at(err, ERR_DATA, at, "the response never varies: %s is %.*s in all %zu rows",
                response_of(e), STR_ARG(buf_slice(&list)), d->n);
    }
    buf_free(&list);
    return ok;
}

static bool y_from_codes(Design *d, const Column *c, Encoding *e, const char *event, Error *err)
{
    int32_t two[2];
    if (!two_levels(d, c, e, two, err))
        return false;
    if (event && str_eqz(levels_at(c->levels, (size_t)two[0]), event)) {
        int32_t swap = two[0];
        two[0] = two[1];
        two[1] = swap;
    } else if (event && !str_eqz(levels_at(c->levels, (size_t)two[1]), event)) {
        Str a = levels_at(c->levels, (size_t)two[0]), b = levels_at(c->levels, (size_t)two[1]);
        return fail_at(err, ERR_NAME, e->terms->response_at,
                       "'%s' is not a value of %s: it has %.*s and %.*s", event, response_of(e),
                       STR_ARG(a), STR_ARG(b));
    }
    for (size_t k = 0; k < 2; k++) {
        Str level = levels_at(c->levels, (size_t)two[k]);
        e->y_levels[k] = arena_strndup(e->arena, level.p, level.n);
    }
    for (size_t i = 0; i < d->n; i++)
        d->y[i] = c->v.c[frame_row(d, i)] == two[1];
    return true;
}

/* A bool or a number with an event: 1 where it prints as the event. */
static bool y_from_event(Design *d, const Column *c, Encoding *e, const char *event, Error *err)
{
    double wanted = 0;
    bool as_bool = false;
    Str text = str_of(event);
    if (c->type == COL_BOOL ? !parse_bool(text, &as_bool) : !parse_real(text, &wanted))
        return fail_at(err, ERR_NAME, e->terms->response_at, "'%s' is not a value of %s", event,
                       response_of(e));
    if (c->type == COL_BOOL)
        wanted = as_bool;
    bool met = false;
    for (size_t i = 0; i < d->n && !met; i++)
        met = d->y[i] == wanted;
    if (!met) {
        fail_at(err, ERR_NAME, e->terms->response_at, "%s is never '%s'", response_of(e), event);
        return error_hint(err, "describe %s shows what it is", response_of(e));
    }
    double other = wanted;
    for (size_t i = 0; i < d->n; i++) {
        if (d->y[i] != wanted && other != wanted && d->y[i] != other)
            return fail_at(err, ERR_DATA, e->terms->response_at, "%s has more than two values",
                           response_of(e));
        other = d->y[i] != wanted ? d->y[i] : other;
        d->y[i] = d->y[i] == wanted;
    }
    Buf b = BUF_INIT;
    buf_real(&b, other);
    e->y_levels[0] = arena_strndup(e->arena, b.p, b.n);
    buf_clear(&b);
    buf_real(&b, wanted);
    e->y_levels[1] = arena_strndup(e->arena, b.p, b.n);
    buf_free(&b);
    return true;
}

static bool pair_totals(Design *d, const Outcome *o, const char *name, Span at, Error *err)
{
    char what[160];
    snprintf(what, sizeof what, "counts must not be negative: %.100s has", name);
    if (!check_numbers(d, o->y, is_negative, what, at, err) ||
        !check_numbers(d, o->failures, is_negative, what, at, err))
        return false;
    for (size_t i = 0; i < d->n; i++) {
        double yes = vec_at(vec_of(o->y), frame_row(d, i)),
               no = vec_at(vec_of(o->failures), frame_row(d, i));
        double total = yes + no;
        d->y[i] = total > 0 ? yes / total : 0.0;
        d->w[i] *= total;
    }
    return true;
}

static bool y_varies(const Design *d, const Encoding *e, Error *err)
{
    for (size_t i = 1; i < d->n; i++)
        if (d->y[i] != d->y[0])
            return true;
    if (e->terms->failures && d->y[0] > 0 && d->y[0] < 1)
        return true; /* the same share of yes in every group is an answer */
    Buf b = BUF_INIT;
    buf_real(&b, d->y[0]);
    fail_at(err, ERR_DATA, e->terms->response_at, "the response never varies: %s is %s in %s",
            response_of(e), b.p, d->n == 1 ? "the only row" : "every row that is used");
    buf_free(&b);
    return error_hint(err, "there is nothing to explain: look at it with describe");
}

static bool y_from_numbers(Design *d, const Outcome *o, Encoding *e, const char *event, Error *err)
{
    Span at = e->terms->response_at;
    if (!gather(d, o->y, false, d->y, err) ||
        !check_finite(d, o->y, e->terms->response, response_of(e), at, err))
        return false;
    if (!e->binary)
        return true;
    if (event)
        return y_from_event(d, o->y, e, event, err);
    char what[200];
    snprintf(what, sizeof what, "a binary response must lie between 0 and 1: %.120s is",
             response_of(e));
    for (size_t i = 0; i < d->n; i++)
        if (is_no_share(d->y[i])) {
            check_numbers(d, o->y, is_no_share, what, at, err);
            return error_hint(err, "to model one value, say I(%s == 1) ~ ...", response_of(e));
        }
    return true;
}

static bool y_learn(Design *d, const Outcome *o, Encoding *e, const char *event, Error *err)
{
    Span at = e->terms->response_at;
    ColType type = o->y->type;
    if (type == COL_CODE && e->binary)
        return y_from_codes(d, o->y, e, event, err);
    if (type == COL_CODE || type == COL_TIME) {
        fail_at(err, ERR_TYPE, at, "the response %s is %s: this family needs a number",
                response_of(e), type == COL_TIME ? "a time" : "text");
        return type == COL_TIME ? error_hint(err, "make a number of it, as in days(a, b)")
                                : error_hint(err, "--family binomial models two values of it");
    }
    if (o->failures && !e->binary)
        return fail_at(err, ERR_TYPE, at, "cbind() as a response is for the binomial family");
    if (o->failures)
        return pair_totals(d, o, response_of(e), at, err);
    return y_from_numbers(d, o, e, event, err);
}

/* ---- all three ---- */

static bool take_weights(Design *d, const Outcome *o, const char *name, Error *err)
{
    if (!o->weights && !o->failures)
        return true;
    d->w = big_alloc(d->n, sizeof *d->w, false, "weights", err);
    if (!d->w)
        return false;
    for (size_t i = 0; i < d->n; i++)
        d->w[i] = 1.0;
    if (!o->weights)
        return true;
    char what[160];
    snprintf(what, sizeof what, "weights must not be negative: %.100s is", name);
    return gather(d, o->weights, false, d->w, err) &&
           check_numbers(d, o->weights, is_negative, what, SPAN_NONE, err);
}

static bool take_offset(Design *d, const Outcome *o, Error *err)
{
    if (!o->noffsets)
        return true;
    d->offset = big_alloc(d->n, sizeof *d->offset, true, "the offset", err);
    for (size_t k = 0; d->offset && k < o->noffsets; k++)
        if (!gather(d, o->offsets[k], true, d->offset, err))
            return false;
    return d->offset != NULL;
}

static bool finite_options(const Design *d, const Outcome *o, const Encoding *e, Error *err)
{
    Arena *a = arena_new();
    bool ok = true;
    for (size_t k = 0; ok && k < o->noffsets; k++) {
        bool own = k < e->terms->noffsets;
        const Expr *x = own ? e->terms->offsets[k] : expr_parse(a, str_of(e->offset), 0, err);
        Buf name = BUF_INIT;
        ok = x != NULL;
        if (ok)
            expr_print(x, &name);
        ok = ok && check_finite(d, o->offsets[k], x, name.p,
                                own ? e->terms->offset_at[k] : SPAN_NONE, err);
        buf_free(&name);
    }
    if (ok && o->weights) {
        const Expr *x = expr_parse(a, str_of(e->weights), 0, err);
        ok = x && check_finite(d, o->weights, x, e->weights, SPAN_NONE, err);
    }
    arena_free(a);
    return ok;
}

bool outcome_learn(Design *d, const Outcome *o, const DesignOptions *opt, Error *err)
{
    Encoding *e = d->enc;
    if (!finite_options(d, o, e, err) || !take_weights(d, o, e->weights, err) ||
        !take_offset(d, o, err))
        return false;
    d->y = big_alloc(d->n, sizeof *d->y, false, "the response", err);
    return d->y && y_learn(d, o, e, opt->event, err) && y_varies(d, e, err);
}

/* 1 or 0 as the text says, -1 when it is neither. */
static int y_named(const Encoding *e, Str text)
{
    return str_eqz(text, e->y_levels[1]) ? 1 : str_eqz(text, e->y_levels[0]) ? 0 : -1;
}

/* The response by name. */
static void y_by_name(Design *d, const Encoding *e, const Column *c, uint8_t *ok)
{
    Buf b = BUF_INIT;
    size_t nlevels = c->type == COL_CODE ? c->levels->n : 0;
    int *of_level = xcalloc(nlevels + 1, sizeof *of_level);
    for (size_t k = 0; k < nlevels; k++)
        of_level[k] = y_named(e, levels_at(c->levels, k));
    for (size_t i = 0; i < d->n; i++) {
        size_t row = frame_row(d, i);
        int y;
        if (nlevels) {
            y = of_level[c->v.c[row]];
        } else {
            buf_clear(&b);
            if (c->type == COL_BOOL)
                buf_int(&b, c->v.b[row]);
            else
                column_print(c, row, &b);
            y = y_named(e, buf_slice(&b));
        }
        d->y[i] = y == 1;
        if (y < 0)
            ok[i] = 0;
    }
    free(of_level);
    buf_free(&b);
}

bool outcome_replay(Design *d, const Encoding *e, const Outcome *o, uint8_t *ok, Error *err)
{
    if (!take_offset(d, o, err))
        return false;
    if (!o->y)
        return true;
    if (!take_weights(d, o, e->weights, err))
        return false;
    d->y = big_alloc(d->n, sizeof *d->y, false, "the response", err);
    if (!d->y)
        return false;
    for (size_t i = 0; i < d->n; i++) {
        size_t row = frame_row(d, i);
        if (column_is_null(o->y, row) || (o->failures && column_is_null(o->failures, row)) ||
            (o->weights && column_is_null(o->weights, row)))
            ok[i] = 0;
    }
    if (o->failures)
        return pair_totals(d, o, response_of(e), SPAN_NONE, err);
    if (e->y_levels[0]) {
        y_by_name(d, e, o->y, ok);
        return true;
    }
    if (o->y->type == COL_CODE)
        return fail(err, ERR_TYPE, "the response %s is text here, a number in training",
                    response_of(e));
    return gather(d, o->y, false, d->y, err);
}
