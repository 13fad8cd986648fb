/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * whatif.c - one vector typed by hand: to a row, to a probability, to what each term adds.
 *
 * The vector becomes a frame of one row (or, for --vary and flips, of as many rows as there are
 * values to try) and goes through the same recipe, encoding and product as training and scoring.
 * Inputs that `derive` made are recomputed from theirs unless a person set them.
 *
 * A term's contribution is the sum of b_j (x_j - t_j) over its columns, t being the typical row, so
 * contributions and the typical linear predictor add up to the vector's.
 */
#include "model/whatif.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "model_priv.h"

/* ---- the vector ---- */

static void set_typical(WhatIf *w, size_t i)
{
    const InputSummary *in = &w->model->inputs[i];
    free(w->text[i]);
    w->text[i] = NULL;
    w->num[i] = NAN;
    w->set[i] = 0;
    if (input_is_factor(in)) {
        w->text[i] = in->nlevels ? xstrdup(in->levels[0]) : NULL;
    } else if (in->is_offset && strcmp(in->name, "sampling_offset") == 0) {
        w->num[i] = 0; /* the world is not sampled */
    } else {
        w->num[i] = in->type == COL_REAL ? in->median : floor(in->median);
    }
}

WhatIf *whatif_new(const Model *m)
{
    WhatIf *w = xcalloc(1, sizeof *w);
    size_t room = m->ninputs ? m->ninputs : 1;
    w->model = model_ref(m);
    w->n = m->ninputs;
    w->num = xcalloc(room, sizeof *w->num);
    w->text = xcalloc(room, sizeof *w->text);
    w->set = xcalloc(room, sizeof *w->set);
    for (size_t i = 0; i < w->n; i++)
        set_typical(w, i);
    return w;
}

void whatif_free(WhatIf *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n; i++)
        free(w->text[i]);
    free(w->text);
    free(w->num);
    free(w->set);
    model_unref((Model *)w->model); /* our own reference */
    free(w);
}

WhatIf *whatif_copy(const WhatIf *w)
{
    WhatIf *c = whatif_new(w->model);
    for (size_t i = 0; i < w->n; i++) {
        free(c->text[i]);
        c->text[i] = w->text[i] ? xstrdup(w->text[i]) : NULL;
        c->num[i] = w->num[i];
        c->set[i] = w->set[i];
    }
    return c;
}

static bool no_input(const Model *m, Str name, Span at, Error *err)
{
    Str *names = xcalloc(m->ninputs + 1, sizeof *names);
    for (size_t i = 0; i < m->ninputs; i++)
        names[i] = str_of(m->inputs[i].name);
    long near = nearest_name(name, names, m->ninputs);
    fail_at(err, ERR_NAME, at, "the model has no input '%.*s'", STR_ARG(name));
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", m->inputs[near].name);
    else if (m->ninputs > 1)
        error_hint(err, "its first inputs are '%s' and '%s'", m->inputs[0].name, m->inputs[1].name);
    else if (m->ninputs)
        error_hint(err, "its input is '%s'", m->inputs[0].name);
    free(names);
    return false;
}

/* The level that the text means: itself, or the only one that differs in case alone. */
static char *match_level(const InputSummary *in, Str value)
{
    const char *folded = NULL;
    for (size_t k = 0; k < in->nlevels; k++) {
        if (str_eqz(value, in->levels[k]))
            return xstrdup(in->levels[k]);
        if (str_ieq(value, str_of(in->levels[k])))
            folded = folded ? "" : in->levels[k];
    }
    return folded && *folded ? xstrdup(folded) : xstrndup(value.p, value.n);
}

static bool parse_number(const InputSummary *in, Str value, double *out)
{
    bool flag;
    int64_t us;
    TimeUnit unit;
    switch (in->type) {
    case COL_BOOL:
        if (!parse_bool(value, &flag))
            return false;
        *out = flag;
        return true;
    case COL_TIME:
        if (!time_parse_iso(value, &us, &unit))
            return false;
        *out = (double)us;
        return true;
    default:
        return parse_real(value, out) && isfinite(*out);
    }
}

bool whatif_set(WhatIf *w, Str name, Str value, Span at, Error *err)
{
    long i = model_input(w->model, name);
    if (i < 0)
        return no_input(w->model, name, at, err);
    const InputSummary *in = &w->model->inputs[i];
    double num = NAN;
    if (str_eqz(value, "typical")) {
        set_typical(w, (size_t)i);
        return true;
    }
    bool null = value.n == 0 || str_eqz(value, "null");
    if (!null && !input_is_factor(in) && !parse_number(in, value, &num)) {
        fail_at(err, ERR_TYPE, at, "'%.*s' is not a %s, and '%s' is one", STR_ARG(value),
                in->type == COL_BOOL   ? "yes or no"
                : in->type == COL_TIME ? "moment"
                                       : "number",
                in->name);
        return in->type == COL_TIME || in->type == COL_BOOL
                   ? false
                   : error_hint(err, "in the data it goes from %g to %g", in->min, in->max);
    }
    free(w->text[i]);
    w->text[i] = !null && input_is_factor(in) ? match_level(in, value) : NULL;
    w->num[i] = num;
    w->set[i] = 1;
    return true;
}

/* A text as the frame's column prints it; NULL for null. */
static char *cell_text_of(const Column *c, size_t row)
{
    if (column_is_null(c, row))
        return NULL;
    Buf b = BUF_INIT;
    column_print(c, row, &b);
    char *text = xstrndup(b.p ? b.p : "", b.n);
    buf_free(&b);
    return text;
}

bool whatif_take(WhatIf *w, const Frame *f, size_t row, Error *err)
{
    for (size_t i = 0; i < w->n; i++) {
        const InputSummary *in = &w->model->inputs[i];
        const Column *c = frame_column(f, str_of(in->name));
        if (!c)
            continue;
        bool text = c->type == COL_CODE || c->type == COL_TEXT;
        if (text && !input_is_factor(in))
            return fail(err, ERR_TYPE, "'%s' is text here, and was a number in training", in->name);
        free(w->text[i]);
        w->text[i] = input_is_factor(in) ? cell_text_of(c, row) : NULL;
        w->num[i] = input_is_factor(in) ? NAN : column_real(c, row);
        w->set[i] = 1;
    }
    return true;
}

/* ---- the vector as a frame ---- */

static Column *text_column(const InputSummary *in, char *const *text, size_t step, size_t n,
                           Error *err)
{
    ColumnBuilder *b = builder_new(in->type);
    for (size_t r = 0; r < n; r++) {
        const char *t = text[r * step];
        if (!(t ? builder_text(b, str_of(t), err) : builder_null(b, err))) {
            builder_free(b);
            return NULL;
        }
    }
    return builder_finish(b, err);
}

/* An int input with a value that is none becomes real. */
static ColType number_type(const InputSummary *in, const double *num, size_t step, size_t n)
{
    for (size_t r = 0; r < n && in->type == COL_INT; r++)
        if (!isnan(num[r * step]) && num[r * step] != floor(num[r * step]))
            return COL_REAL;
    return in->type;
}

static Column *number_column(const InputSummary *in, const double *num, size_t step, size_t n,
                             Error *err)
{
    Column *c = column_new(number_type(in, num, step, n), n, err);
    for (size_t r = 0; c && r < n; r++) {
        double v = num[r * step];
        if (isnan(v)) {
            if (!column_set_null(c, r, err)) {
                column_unref(c);
                return NULL;
            }
        } else if (c->type == COL_REAL) {
            c->v.d[r] = v;
        } else if (c->type == COL_BOOL) {
            c->v.b[r] = v != 0;
        } else {
            c->v.i[r] = (int64_t)v;
        }
    }
    if (c)
        c->unit = in->unit;
    return c;
}

/* What input `vary` is tried at; the others stay. */
typedef struct Trial {
    size_t vary, n;
    const double *num;
    char *const *text;
} Trial;

/* Columns of all inputs but the derived ones that nobody set; then the recipe's derive steps. */
static Frame *vector_frame(const WhatIf *w, const Trial *t, Error *err)
{
    const Model *m = w->model;
    Column **cols = xcalloc(w->n + 1, sizeof *cols);
    char **names = xcalloc(w->n + 1, sizeof *names);
    const char **keep = xcalloc(w->n + 1, sizeof *keep);
    size_t n = 0, nkeep = 0;
    Frame *f = NULL;
    for (size_t i = 0; i < w->n; i++) {
        const InputSummary *in = &m->inputs[i];
        bool tried = i == t->vary;
        if (in->derived && !w->set[i] && !tried)
            continue;
        if (in->derived)
            keep[nkeep++] = in->name;
        if (input_is_factor(in))
            cols[n] = text_column(in, tried ? t->text : &w->text[i], tried, t->n, err);
        else
            cols[n] = number_column(in, tried ? t->num : &w->num[i], tried, t->n, err);
        names[n] = in->name;
        if (!cols[n])
            goto done;
        n++;
    }
    Frame *base = frame_new(names, cols, n, t->n);
    n = 0; /* the frame has the columns now */
    f = model_frame(m, base, keep, nkeep, err);
    frame_unref(base);
done:
    for (size_t k = 0; k < n; k++)
        column_unref(cols[k]);
    free(cols);
    free(names);
    free(keep);
    return f;
}

Frame *whatif_frame(const WhatIf *w, Error *err)
{
    return vector_frame(w, &(Trial){.vary = SIZE_MAX, .n = 1}, err);
}

bool whatif_many(const WhatIf *w, size_t input, const double *num, char *const *text, size_t n,
                 bool with_se, Predictions *out, Error *err)
{
    Frame *f = vector_frame(w, &(Trial){input, n, num, text}, err);
    bool ok = f && model_predict(w->model, f, with_se, UNSEEN_BASE, out, err);
    frame_unref(f);
    return ok;
}

/* ---- the answer ---- */

static double rank_of(const Model *m, double eta)
{
    const double *q = m->eta_quantile;
    if (!(eta > q[0]))
        return 0;
    for (size_t k = 1; k <= 100; k++)
        if (eta <= q[k])
            return ((double)(k - 1) +
                    (q[k] > q[k - 1] ? (eta - q[k - 1]) / (q[k] - q[k - 1]) : 0)) /
                   100;
    return 1;
}

static void print_value(const WhatIf *w, size_t i, Buf *out)
{
    const InputSummary *in = &w->model->inputs[i];
    if (input_is_factor(in))
        buf_puts(out, w->text[i] ? w->text[i] : "missing");
    else if (isnan(w->num[i]))
        buf_puts(out, "missing");
    else if (in->type == COL_TIME)
        buf_time(out, (int64_t)w->num[i], in->unit);
    else if (in->type == COL_BOOL)
        buf_puts(out, w->num[i] != 0 ? "yes" : "no");
    else
        buf_short(out, w->num[i]);
}

/* "java, 31": the values of the inputs that a term reads. Derived ones that nobody set are shown as
 * computed. */
static void print_term_value(const WhatIf *w, const Frame *f, size_t term, char *out, size_t room)
{
    const Terms *t = w->model->enc->terms;
    Buf b = BUF_INIT;
    Arena *a = arena_new();
    for (size_t v = 0; v < t->terms[term].nvars; v++) {
        Str *cols;
        size_t n = expr_columns(t->vars[t->terms[term].var[v]].expr, a, &cols);
        for (size_t k = 0; k < n; k++) {
            long i = model_input(w->model, cols[k]);
            if (i < 0)
                continue;
            buf_puts(&b, b.n ? ", " : "");
            const Column *c = frame_column(f, cols[k]);
            if (w->model->inputs[i].derived && !w->set[i] && c && c->type == COL_REAL &&
                !column_is_null(c, 0))
                buf_short(&b, c->v.d[0]);
            else if (w->model->inputs[i].derived && !w->set[i] && c)
                column_print(c, 0, &b);
            else
                print_value(w, (size_t)i, &b);
        }
    }
    copy_text(out, room, buf_slice(&b));
    buf_free(&b);
    arena_free(a);
}

static int by_size(const void *a, const void *b)
{
    double x = fabs(((const Contribution *)a)->contribution),
           y = fabs(((const Contribution *)b)->contribution);
    return (x < y) - (x > y);
}

/* The coefficient that acts: the only column's, or that of the one column which is not 0. */
static double acting_coefficient(const Model *m, const double *x, size_t term)
{
    size_t columns = 0, active = 0;
    double only = 0, acting = 0;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        if (m->enc->cols[j].term != (long)term)
            continue;
        columns++;
        only = m->beta[j];
        if (x[j] != 0) {
            active++;
            acting = m->beta[j];
        }
    }
    return columns == 1 ? only : active <= 1 ? acting : NAN;
}

static void contributions(const WhatIf *w, const Frame *f, const double *x, double offset,
                          WhatIfResult *out)
{
    const Model *m = w->model;
    size_t n = m->enc->terms->nterms;
    bool shifted = offset != m->typical_offset;
    out->contrib = xcalloc(n + 1, sizeof *out->contrib);
    for (size_t t = 0; t < n; t++) {
        Contribution *c = &out->contrib[t];
        c->term = m->enc->terms->terms[t].name;
        c->group = m->term_group[t];
        c->coefficient = acting_coefficient(m, x, t);
        print_term_value(w, f, t, STR_ROOM(c->value));
    }
    for (size_t j = 0; j < m->enc->ncols; j++)
        if (m->enc->cols[j].term >= 0)
            out->contrib[m->enc->cols[j].term].contribution += m->beta[j] * (x[j] - m->typical[j]);
    if (shifted)
        out->contrib[n++] = (Contribution){.term = "offset",
                                           .coefficient = 1,
                                           .group = "",
                                           .contribution = offset - m->typical_offset};
    out->ncontrib = n;
    qsort(out->contrib, n, sizeof *out->contrib, by_size);
}

static void note(WhatIfResult *r, const char *text)
{
    if (r->nnotes < sizeof r->notes / sizeof *r->notes)
        copy_text(STR_ROOM(r->notes[r->nnotes++]), str_of(text));
}

static bool level_known(const InputSummary *in, const char *level)
{
    for (size_t k = 0; k < in->nlevels; k++)
        if (strcmp(in->levels[k], level) == 0)
            return true;
    return false;
}

static void note_input(const WhatIf *w, size_t i, WhatIfResult *r)
{
    const InputSummary *in = &w->model->inputs[i];
    char text[240];
    bool null = input_is_factor(in) ? !w->text[i] : isnan(w->num[i]);
    if (in->derived && !w->set[i])
        return;
    if (null) {
        if (!in->source) {
            snprintf(text, sizeof text, "%s is missing: no prediction", in->name);
            note(r, text);
        }
    } else if (input_is_factor(in)) {
        if (!level_known(in, w->text[i])) {
            Str *names = xcalloc(in->nlevels + 1, sizeof *names);
            for (size_t k = 0; k < in->nlevels; k++)
                names[k] = str_of(in->levels[k]);
            long near = nearest_name(str_of(w->text[i]), names, in->nlevels);
            snprintf(text, sizeof text,
                     "%s '%s' was not seen in training: it counts as none of the known ones%s%s%s",
                     in->name, w->text[i], near >= 0 ? "; did you mean '" : "",
                     near >= 0 ? in->levels[near] : "", near >= 0 ? "'?" : "");
            note(r, text);
            free(names);
        }
    } else if (!in->is_offset && in->type != COL_BOOL &&
               (w->num[i] < in->min || w->num[i] > in->max)) {
        Buf b = BUF_INIT;
        bool above = w->num[i] > in->max;
        buf_printf(&b, "%s ", in->name);
        print_value(w, i, &b);
        buf_printf(&b, " is %s everything in training (", above ? "above" : "below");
        if (in->type == COL_TIME) {
            buf_time(&b, (int64_t)in->min, in->unit);
            buf_puts(&b, " to ");
            buf_time(&b, (int64_t)in->max, in->unit);
        } else {
            buf_short(&b, in->min);
            buf_puts(&b, " to ");
            buf_short(&b, in->max);
        }
        buf_puts(&b, "): the model extrapolates");
        note(r, b.p);
        buf_free(&b);
    }
}

static void answer(const Model *m, const double *x, double offset, double level, WhatIfResult *r)
{
    r->eta = r->typical_eta = 0;
    for (size_t j = 0; j < m->enc->ncols; j++) {
        r->eta += m->beta[j] * x[j];
        r->typical_eta += m->beta[j] * m->typical[j];
    }
    r->eta += offset;
    r->typical_eta += m->typical_offset;
    r->typical_p = mean_at(m, r->typical_eta);
    r->p = mean_at(m, r->eta);
    r->se = m->fit->cov ? fit_eta_se(m->fit, x) : NAN;
    double reach = fit_quantile(m->fit, level) * r->se;
    double a = mean_at(m, r->eta - reach), b = mean_at(m, r->eta + reach);
    r->low = a < b ? a : b; /* the link may fall */
    r->high = a < b ? b : a;
    r->rank = rank_of(m, r->eta);
}

bool whatif_eval(const WhatIf *w, double level, WhatIfResult *out, Error *err)
{
    const Model *m = w->model;
    *out = (WhatIfResult){.p = NAN, .eta = NAN, .se = NAN, .low = NAN, .high = NAN, .rank = NAN};
    double *x = xcalloc(m->enc->ncols + 1, sizeof *x), offset = 0;
    ReplayReport report;
    Frame *f = whatif_frame(w, err);
    bool done = f && model_row(m, f, UNSEEN_BASE, x, &offset, &out->ok, &report, err);
    if (done) {
        answer(m, x, offset, level, out);
        for (size_t i = 0; i < w->n; i++)
            note_input(w, i, out);
        if (out->ok)
            contributions(w, f, x, offset, out);
        else
            out->p = out->eta = out->se = out->low = out->high = out->rank = NAN;
    }
    frame_unref(f);
    free(x);
    return done;
}

void whatif_result_clear(WhatIfResult *r)
{
    free(r->contrib);
    *r = (WhatIfResult){0};
}
