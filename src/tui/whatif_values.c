/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whatif_values.c - the values of the vector that the what-if screen edits: shown, typed, on the
 * slider. */
#include <math.h>

#include "shell/format.h"
#include "shell/parse.h"
#include "subject.h"
#include "whatif_priv.h"

bool whats_is_factor(const InputSummary *in)
{
    return in->type == COL_CODE || in->type == COL_TEXT;
}

const InputSummary *whats_input(const Whats *s, size_t i)
{
    return &s->v.w->model->inputs[i];
}

/* Is it computed from others now? */
bool whats_computed(const Whats *s, size_t i)
{
    return whats_input(s, i)->derived && !s->v.w->set[i];
}

double whats_number(const Whats *s, size_t i)
{
    const Column *c = whats_computed(s, i) && s->v.row
                          ? frame_column(s->v.row, str_of(whats_input(s, i)->name))
                          : NULL;
    if (c && c->type != COL_CODE && c->type != COL_TEXT)
        return column_real(c, 0);
    return s->v.w->num[i];
}

Str whats_level(const Whats *s, size_t i)
{
    const Column *c = whats_computed(s, i) && s->v.row
                          ? frame_column(s->v.row, str_of(whats_input(s, i)->name))
                          : NULL;
    if (c && (c->type == COL_CODE || c->type == COL_TEXT))
        return column_text(c, 0);
    return str_of(s->v.w->text[i]);
}

void whats_put_value(const InputSummary *in, double num, Str text, Buf *b)
{
    if (whats_is_factor(in))
        buf_str(b, text.p ? text : STR("missing"));
    else if (isnan(num))
        buf_puts(b, "missing");
    else if (in->type == COL_TIME)
        buf_time(b, (int64_t)num, in->unit);
    else if (in->type == COL_BOOL)
        buf_puts(b, num != 0 ? "yes" : "no");
    else
        buf_digits(b, num, 4);
}

/* As the shell reads it back, all digits. */
void whats_put_typed(const WhatIf *w, size_t i, Buf *b)
{
    const InputSummary *in = &w->model->inputs[i];
    buf_name(b, str_of(in->name));
    buf_putc(b, '=');
    if (whats_is_factor(in) && w->text[i]) {
        put_text_value(b, str_of(w->text[i]));
    } else if (whats_is_factor(in) || isnan(w->num[i])) {
        buf_puts(b, "null");
    } else if (in->type == COL_INT || in->type == COL_REAL) {
        buf_real(b, w->num[i]);
    } else {
        whats_put_value(in, w->num[i], STR_NULL, b);
    }
}

/* ---- the slider ---- */

/* The next stop of the slider beyond v, `steps` of them; v itself at the end. */
double whats_step(const InputSummary *in, double v, int steps)
{
    int dir = steps < 0 ? -1 : 1;
    if (isnan(v))
        return in->median;
    if (in->type == COL_BOOL)
        return dir > 0;
    for (; steps; steps -= dir) {
        double next = v;
        for (int q = dir > 0 ? 0 : QUANTILES; q >= 0 && q <= QUANTILES && next == v; q += dir)
            if (dir > 0 ? in->quantile[q] > v : in->quantile[q] < v)
                next = in->quantile[q];
        v = next;
    }
    return v;
}

/* Where the slider's mark stands: the share of rows below, so that the steps are even. */
double whats_slider(const Whats *s, size_t i)
{
    const InputSummary *in = whats_input(s, i);
    if (whats_is_factor(in)) {
        Str now = whats_level(s, i);
        for (size_t k = 0; k < in->nlevels; k++)
            if (str_eqz(now, in->levels[k]))
                return in->nlevels > 1 ? (double)k / (double)(in->nlevels - 1) : 0.5;
        return NAN;
    }
    double v = whats_number(s, i);
    const double *q = in->quantile;
    if (in->type == COL_BOOL || !(q[QUANTILES] > q[0]))
        return in->type == COL_BOOL ? v : 0.5;
    if (!(v >= q[0] && v <= q[QUANTILES]))
        return v < q[0] ? -1 : v > q[QUANTILES] ? 2 : NAN;
    int k = 0;
    while (k + 1 < QUANTILES && q[k + 1] < v)
        k++;
    double share = q[k + 1] > q[k] ? (v - q[k]) / (q[k + 1] - q[k]) : 0;
    return ((double)k + share) / QUANTILES;
}
