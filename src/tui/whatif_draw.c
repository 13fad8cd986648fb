/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * whatif_draw.c - what the what-if screen looks like: the answer and its gauge, the sliders, the
 * waterfall.
 *
 * The gauge is the probability as a bar with the interval in brackets, T the typical row (P the
 * pinned one) and the threshold. The waterfall goes from the typical row to this one on the scale
 * of the linear predictor, largest step first.
 */
#include <math.h>
#include <stdio.h>

#include "effect_draw.h"
#include "shell/format.h"
#include "shell/settings.h"
#include "whatif_priv.h"

#define NOTE_ROWS 20 /* from so many on a note may take two lines */
#define FEATURE_ROWS 20
#define SPLIT_COLS 100 /* from here on the waterfall stands beside the sliders */

static void put_mean(const Model *m, double v, Buf *b)
{
    if (m->binary)
        buf_printf(b, v > 0 && (v < 0.0005 || v > 0.9995) ? "%.2g" : "%.3f", v);
    else
        buf_digits(b, v, 4);
}

/* Writes what fits whole; returns where the next piece begins. */
static int put_piece(Canvas *c, int x, Style st, Buf *b)
{
    int w = (int)utf8_width(buf_slice(b));
    if (w && x + w <= c->cols) {
        canvas_text(c, x, 1, w, st, buf_slice(b));
        x += w + 3;
    }
    buf_clear(b);
    return x;
}

/* The answer, its interval, what it is measured against, its rank: the last ones go where the
 * screen is narrow. */
static void draw_answer(Ui *ui, const Whats *s, Canvas *c)
{
    const WhatIfResult *r = &s->v.r;
    const Model *m = s->v.w->model;
    bool wide = c->cols >= 60;
    Buf b = BUF_INIT;
    if (!r->ok) {
        canvas_text(c, 0, 1, c->cols, STYLE_WARNING, STR("no answer: a feature is missing"));
        return;
    }
    put_mean(m, r->p, &b);
    int x = put_piece(c, 0, STYLE_TITLE, &b) - 1;
    if (isfinite(r->low)) {
        put_mean(m, r->low, &b);
        buf_puts(&b, " to ");
        put_mean(m, r->high, &b);
        if (wide)
            buf_printf(&b, " (%g %%)", 100 * ui_session(ui)->settings->level);
        x = put_piece(c, x, STYLE_PLAIN, &b);
    }
    buf_puts(&b, s->pinned ? "pinned " : "typical ");
    put_mean(m, s->pinned ? s->pinned_p : r->typical_p, &b);
    if (wide && s->pinned && isfinite(s->pinned_p))
        buf_printf(&b, " %+.3f", r->p - s->pinned_p);
    x = put_piece(c, x, s->pinned ? STYLE_NAME : STYLE_PLAIN, &b);
    if (isfinite(r->rank))
        buf_printf(&b, c->cols >= 80 ? "above %.0f %% of the rows" : "rank %.0f %%", 100 * r->rank);
    put_piece(c, x, STYLE_PLAIN, &b);
    buf_free(&b);
}

static void mark(Canvas *c, int y, double frac, const char *sign, const char *ascii, Style st)
{
    if (frac >= 0 && frac <= 1)
        canvas_text(c, (int)lround(frac * (c->cols - 1)), y, 1, st,
                    str_of(c->ascii ? ascii : sign));
}

/* The probability as a bar, with the threshold, the typical row (or the pinned one) and the
 * interval marked. */
static void draw_gauge(Ui *ui, const Whats *s, Canvas *c)
{
    const WhatIfResult *r = &s->v.r;
    if (!s->v.w->model->binary || c->plain || !r->ok)
        return;
    for (int x = 0; x < c->cols; x++)
        canvas_text(c, x, 2, 1, STYLE_DIM, c->ascii ? STR(".") : STR("\u00b7"));
    canvas_bar(c, 0, 2, c->cols, r->p,
               r->p >= ui_session(ui)->threshold ? STYLE_POSITIVE : STYLE_NEGATIVE);
    mark(c, 2, r->low, "[", "[", STYLE_STRONG);
    mark(c, 2, r->high, "]", "]", STYLE_STRONG);
    mark(c, 2, s->pinned ? s->pinned_p : r->typical_p, s->pinned ? "P" : "T", s->pinned ? "P" : "T",
         STYLE_NAME);
    mark(c, 2, ui_session(ui)->threshold, "\u2503", "!", STYLE_KEY);
}

enum { F_MARK, F_NAME, F_VALUE, F_SLIDER, F_ADDS, F_BAR, F_PIN, NFIELDS };

static void draw_slider(const Whats *s, size_t i, const Field *f, Canvas *c, int y, Style st)
{
    double at = whats_slider(s, i);
    Style knob = st == STYLE_CURSOR ? st : STYLE_KEY;
    if (!f->w || c->plain)
        return;
    if (isnan(at) || at < 0 || at > 1) { /* outside of what was seen */
        canvas_slider(c, f->x, y, f->w, at < 0 ? 0 : 1, STYLE_WARNING);
        canvas_text(c, at < 0 ? f->x : f->x + f->w - 1, y, 1, STYLE_WARNING,
                    isnan(at) ? STR("?")
                    : at < 0  ? STR("<")
                              : STR(">"));
        return;
    }
    canvas_slider(c, f->x, y, f->w, at, knob);
}

/* Where the last field that is shown ends. */
static int row_end(const Field *f)
{
    int end = 0;
    for (size_t i = 0; i < NFIELDS; i++)
        end = f[i].w ? f[i].x + f[i].w : end;
    return end;
}

static void draw_row(const Whats *s, size_t k, const Field *f, Canvas *c, int y)
{
    size_t i = s->shown[k];
    const InputSummary *in = whats_input(s, i);
    bool cursor = k == s->list.at, made = whats_computed(s, i);
    Style st = cursor ? STYLE_CURSOR : STYLE_PLAIN;
    Buf b = BUF_INIT;
    if (cursor)
        canvas_fill(c, 0, y, row_end(f), 1, st);
    field_text(&f[F_MARK], c, y, cursor ? st : STYLE_KEY,
               s->frozen[i]     ? STR("z")
               : s->v.w->set[i] ? STR("*")
               : made           ? STR("=")
                                : STR(" "));
    field_ends(&f[F_NAME], c, y, s->v.w->set[i] && !cursor ? STYLE_STRONG : st, str_of(in->name));
    whats_put_value(in, whats_number(s, i), whats_level(s, i), &b);
    field_text(&f[F_VALUE], c, y, cursor ? st : made ? STYLE_DIM : STYLE_PLAIN, buf_slice(&b));
    draw_slider(s, i, &f[F_SLIDER], c, y, st);
    double adds = s->v.adds[i];
    buf_clear(&b);
    if (adds != 0)
        buf_printf(&b, "%+.3f", adds);
    field_text(&f[F_ADDS], c, y, st, buf_slice(&b));
    if (f[F_BAR].w)
        canvas_signed_bar(c, f[F_BAR].x, y, f[F_BAR].w, adds / s->adds_scale);
    if (cursor) /* slider and bar, too */
        canvas_paint(c, 0, y, row_end(f), st);
    buf_clear(&b);
    if (s->pinned && (s->pinned->num[i] != s->v.w->num[i] || s->pinned->text[i]) && f[F_PIN].w) {
        whats_put_value(in, s->pinned->num[i], str_of(s->pinned->text[i]), &b);
        if (whats_is_factor(in) && str_eq(str_of(s->pinned->text[i]), whats_level(s, i)))
            buf_clear(&b);
        field_text(&f[F_PIN], c, y, cursor ? st : STYLE_NAME, buf_slice(&b));
    }
    buf_free(&b);
}

static void draw_sliders(Whats *s, Canvas *c, int y, int width, int bottom)
{
    int longest = 10, plain = c->plain;
    for (size_t k = 0; k < s->list.n; k++) {
        int w = (int)utf8_width(str_of(whats_input(s, s->shown[k])->name));
        longest = w > longest ? w : longest;
    }
    Field f[NFIELDS] = {
        [F_MARK] = {"", 1, 1, 0, false, 0, 0},
        [F_NAME] = {"feature", 10, longest < 30 ? longest : 30, 0, false, 0, 0},
        [F_VALUE] = {"value", 8, 16, 0, true, 0, 0},
        [F_SLIDER] = {"", plain ? 0 : 11, 31, plain ? 99 : 1, false, 0, 0},
        [F_ADDS] = {"adds", 7, 7, 2, true, 0, 0},
        [F_BAR] = {"", plain ? 0 : 9, 21, plain ? 99 : 3, false, 0, 0},
        [F_PIN] = {"pinned", s->pinned ? 9 : 0, 12, s->pinned ? 2 : 99, true, 0, 0},
    };
    fields_place(f, NFIELDS, 0, width);
    f[F_BAR].w -= f[F_BAR].w > 0 && f[F_BAR].w % 2 == 0;
    s->slider_x = f[F_SLIDER].x;
    s->slider_w = f[F_SLIDER].w;
    fields_head(f, NFIELDS, c, y);
    list_place(&s->list, y + 1, bottom - y - 1);
    for (int k = 0; list_shows(&s->list, k); k++)
        draw_row(s, s->list.top + (size_t)k, f, c, y + 1 + k);
}

/* ---- the waterfall ---- */

typedef struct Fall {
    Canvas *c;
    int x, label, bar, width;
    double low, high; /* of the linear predictor along the way */
} Fall;

static int fall_x(const Fall *f, double eta)
{
    double share = f->high > f->low ? (eta - f->low) / (f->high - f->low) : 0.5;
    return f->bar + (int)lround(share * (f->width - 1));
}

static void fall_line(const Fall *f, int y, Str label, double from, double to)
{
    char text[32];
    canvas_text(f->c, f->x, y, f->label - 8, STYLE_PLAIN, label);
    snprintf(text, sizeof text, "%+.3f", to - from);
    canvas_right(f->c, f->x + f->label - 7, y, 7, STYLE_PLAIN, str_of(text));
    if (f->c->plain)
        return;
    int a = fall_x(f, fmin(from, to)), b = fall_x(f, fmax(from, to));
    Style st = to < from ? STYLE_NEGATIVE : STYLE_POSITIVE;
    for (int x = a; x <= b; x++)
        canvas_text(f->c, x, y, 1, st,
                    f->c->ascii ? (to < from ? STR("-") : STR("+")) : STR("\u2588"));
}

static void fall_end(const Fall *f, const Model *m, int y, const char *name, double p, double eta)
{
    Buf b = BUF_INIT;
    buf_printf(&b, "%s ", name);
    put_mean(m, p, &b);
    canvas_text(f->c, f->x, y, f->label, STYLE_STRONG, buf_slice(&b));
    if (!f->c->plain)
        canvas_text(f->c, fall_x(f, eta), y, 1, STYLE_STRONG,
                    f->c->ascii ? STR("|") : STR("\u2502"));
    buf_free(&b);
}

/* Returns the line behind it. */
static int draw_waterfall(const Whats *s, Canvas *c, int x, int y, int width, int bottom)
{
    const WhatIfResult *r = &s->v.r;
    const Model *m = s->v.w->model;
    int label = width * 3 / 5 < 34 ? width * 3 / 5 : 34;
    Fall f = {c,
              x,
              label,
              x + label + 1,
              width - label - 1,
              fmin(r->typical_eta, r->eta),
              fmax(r->typical_eta, r->eta)};
    size_t n = 0, room = bottom - y > 3 ? (size_t)(bottom - y - 3) : 0;
    double eta = r->typical_eta;
    if (!r->ok || f.width < 3)
        return y;
    for (size_t i = 0; i < r->ncontrib && r->contrib[i].contribution != 0; i++, n++) {
        eta += r->contrib[i].contribution;
        f.low = fmin(f.low, eta);
        f.high = fmax(f.high, eta);
    }
    size_t told = n <= room ? n : room ? room - 1 : 0;
    canvas_text(c, x, y++, width, STYLE_HEAD, STR("from typical to this row"));
    fall_end(&f, m, y++, "typical", r->typical_p, eta = r->typical_eta);
    Buf b = BUF_INIT;
    for (size_t i = 0; i < told; i++) {
        buf_clear(&b);
        buf_printf(&b, "%s %s", r->contrib[i].term, r->contrib[i].value);
        fall_line(&f, y++, buf_slice(&b), eta, eta + r->contrib[i].contribution);
        eta += r->contrib[i].contribution;
    }
    if (told < n) {
        buf_clear(&b);
        buf_printf(&b, "%zu more", n - told);
        fall_line(&f, y++, buf_slice(&b), eta, r->eta);
    }
    buf_free(&b);
    fall_end(&f, m, y, "this row", r->p, r->eta);
    return y + 1;
}

/* Lines that the waterfall wants. */
static int waterfall_lines(const Whats *s)
{
    int n = 3;
    for (size_t i = 0; i < s->v.r.ncontrib; i++)
        n += s->v.r.contrib[i].contribution != 0;
    return n;
}

static void draw_title(const Whats *s, Canvas *c)
{
    Buf b = BUF_INIT;
    const Model *m = s->v.w->model;
    if (s->row >= 0) {
        buf_puts(&b, "row ");
        buf_count(&b, (uint64_t)s->row + 1);
        if (isfinite(s->outcome))
            buf_printf(&b, ", %s = %g", m->enc->terms->response_name, s->outcome);
    } else {
        buf_printf(&b, "%zu features", s->list.n);
    }
    int right = (int)b.n,
        x = canvas_text(c, 0, 0, c->cols - right - 1, STYLE_TITLE, str_of(m->name)) + 2;
    canvas_right(c, c->cols - right, 0, right, STYLE_DIM, buf_slice(&b));
    canvas_text(c, x, 0, c->cols - right - x - 1, STYLE_PLAIN,
                str_of(m->event[0] ? m->event : m->formula));
    buf_free(&b);
}

/* What the feature under the cursor does, where there is room. */
static void draw_feature(Ui *ui, const Whats *s, Canvas *c, int x, int y, int width, int bottom)
{
    int rows = bottom - y < FEATURE_ROWS ? bottom - y : FEATURE_ROWS;
    if (s->v.r.ok)
        draw_effect(s->v.w, s->shown[s->list.at], ui_session(ui)->settings->level, c, x, y, width,
                    rows);
}

void whats_draw(Ui *ui, void *state, Canvas *c)
{
    Whats *s = state;
    int bottom = c->rows - 2, y = 3;
    draw_title(s, c);
    draw_answer(ui, s, c);
    draw_gauge(ui, s, c);
    if (s->v.r.nnotes && c->rows >= 10) {
        Str note = str_of(s->v.r.notes[0]);
        int tall = c->rows >= NOTE_ROWS && utf8_width(note) > (size_t)c->cols ? 2 : 1;
        bottom -= tall;
        draw_wrapped(c, 0, bottom, c->cols, tall, STYLE_WARNING, note);
    }
    int lines = (int)s->list.n + 1; /* of the sliders */
    if (c->cols >= SPLIT_COLS) {
        int left = c->cols - c->cols * 2 / 5 - 2, x = left + 2;
        draw_sliders(s, c, y, left, bottom);
        int below = draw_waterfall(s, c, x, y, c->cols - x, bottom) + 1;
        draw_feature(ui, s, c, x, below, c->cols - x, bottom);
    } else if (s->waterfall) {
        draw_waterfall(s, c, 0, y, c->cols, bottom);
    } else {
        bool room = bottom - y - lines > waterfall_lines(s) && waterfall_lines(s) > 3;
        draw_sliders(s, c, y, c->cols, bottom);
        if (room)
            draw_waterfall(s, c, 0, y + lines + 1, c->cols, bottom);
        else
            draw_feature(ui, s, c, 0, y + lines + 1, c->cols, bottom);
    }
}
