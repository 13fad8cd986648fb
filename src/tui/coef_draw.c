/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coef_draw.c - what the coefficients look like: a line each, the one under the cursor in words and
 * as a curve where there is room. */
#include <math.h>

#include "coef_priv.h"
#include "effect_draw.h"
#include "shell/format.h"
#include "shell/model_show.h"
#include "shell/settings.h"

#define DIM_P 0.1 /* from here on a coefficient is dim */
#define STRONG_P 0.05
#define INTERVAL_DECIMALS 3
#define ODDS_DECIMALS 3
#define TERM_MOST 40 /* cells of a term */
#define TERM_WHOLE 24 /* so long a name is not cut */
#define EFFECT_LEAST 10 /* lines below the list for a curve */
#define EFFECT_ROWS 20

const CoefRow *coefs_here(const Coefs *s)
{
    return s->list.at < s->list.n ? &s->rows[s->list.at] : NULL;
}

long coefs_term(const Coefs *s)
{
    const CoefRow *r = coefs_here(s);
    return r ? s->model->enc->cols[r->col].term : -1;
}

long coefs_input(const Coefs *s)
{
    const Terms *t = s->model->enc->terms;
    long term = coefs_term(s), input = -1;
    Arena *a = arena_new();
    Str *cols;
    if (term >= 0 && expr_columns(t->vars[t->terms[term].var[0]].expr, a, &cols) > 0)
        input = model_input(s->model, cols[0]);
    arena_free(a);
    return input;
}

enum { F_GROUP, F_TERM, F_VALUE, F_SE, F_INTERVAL, F_P, F_VIF, F_BAR, NFIELDS };

static int decimals_of(const Coefs *s)
{
    return s->odds ? ODDS_DECIMALS : coef_digits(coef_top(s->rows, s->list.n, false));
}

static void put_interval(const Coefs *s, const CoefRow *r, Buf *b)
{
    int digits = decimals_of(s) < INTERVAL_DECIMALS ? decimals_of(s) : INTERVAL_DECIMALS;
    double se = s->odds ? 0 : r->se * 10;
    if (!isfinite(r->low))
        return;
    put_decimals(b, s->odds ? r->odds_low : r->low, se, digits);
    buf_puts(b, " to ");
    put_decimals(b, s->odds ? r->odds_high : r->high, se, digits);
}

static void put_value(const Coefs *s, const CoefRow *r, Buf *b)
{
    if (r->aliased)
        buf_puts(b, "aliased");
    else if (r->infinite)
        buf_puts(b, s->odds ? (r->infinite > 0 ? "inf" : "0") : r->infinite > 0 ? "+inf" : "-inf");
    else
        put_decimals(b, s->odds ? r->odds_ratio : r->estimate, s->odds ? 0 : r->se, decimals_of(s));
}

/* A cell of the bar for a value in -1 .. 1. */
static int bar_cell(const Field *f, double v)
{
    int half = f->w / 2;
    long k = lround((v < -1 ? -1 : v > 1 ? 1 : v) * half);
    return f->x + half + (int)k;
}

/* The interval as a line, the estimate as a point, zero as a thin rule; an arrow where it goes on.
 */
static void draw_interval(const Coefs *s, const CoefRow *r, const Field *f, Canvas *c, int y,
                          bool cursor)
{
    Style line = r->estimate < 0 ? STYLE_NEGATIVE : STYLE_POSITIVE;
    if (cursor)
        line = STYLE_CURSOR;
    else if (r->p > DIM_P)
        line = STYLE_DIM;
    if (!isfinite(r->low)) {
        if (r->infinite)
            canvas_text(c, bar_cell(f, r->infinite), y, 1, line,
                        r->infinite > 0 ? STR(">") : STR("<"));
        return;
    }
    int from = bar_cell(f, r->low / s->scale), to = bar_cell(f, r->high / s->scale);
    for (int x = from; x <= to; x++)
        canvas_text(c, x, y, 1, line, c->ascii ? STR("-") : STR("\u2500"));
    if (r->low < -s->scale)
        canvas_text(c, from, y, 1, line, STR("<"));
    if (r->high > s->scale)
        canvas_text(c, to, y, 1, line, STR(">"));
    canvas_text(c, bar_cell(f, r->estimate / s->scale), y, 1, line,
                c->ascii ? STR("o") : STR("\u25cf"));
}

static void draw_bar(const Coefs *s, const CoefRow *r, const Field *f, Canvas *c, int y,
                     bool cursor)
{
    if (!f->w || c->plain)
        return;
    canvas_text(c, bar_cell(f, 0), y, 1, cursor ? STYLE_CURSOR : STYLE_DIM,
                c->ascii ? STR("|") : STR("\u2502"));
    if (s->bars == BARS_SIZE && s->size_scale > 0 && isfinite(r->std_estimate))
        canvas_signed_bar(c, f->x, y, f->w, r->std_estimate / s->size_scale);
    else if (s->bars == BARS_INTERVAL && s->scale > 0)
        draw_interval(s, r, f, c, y, cursor);
}

static void draw_row(const Coefs *s, size_t i, const Field *f, Canvas *c, int y, bool first)
{
    const CoefRow *r = &s->rows[i];
    bool cursor = i == s->list.at;
    Style st = cursor ? STYLE_CURSOR : r->p > DIM_P || r->aliased ? STYLE_DIM : STYLE_PLAIN;
    Buf b = BUF_INIT;
    if (cursor)
        canvas_fill(c, 0, y, c->cols, 1, st);
    if (s->grouped && (first || strcmp(s->rows[i - 1].group, r->group) != 0))
        field_text(&f[F_GROUP], c, y, cursor ? st : STYLE_TITLE,
                   *r->group ? str_of(r->group) : STR("other"));
    field_ends(&f[F_TERM], c, y, st == STYLE_PLAIN && r->p < STRONG_P ? STYLE_STRONG : st,
               str_of(r->term));
    put_value(s, r, &b);
    field_text(&f[F_VALUE], c, y, st, buf_slice(&b));
    buf_clear(&b);
    if (isfinite(r->se))
        put_decimals(&b, r->se, r->se, decimals_of(s));
    field_text(&f[F_SE], c, y, st, buf_slice(&b));
    buf_clear(&b);
    put_interval(s, r, &b);
    field_text(&f[F_INTERVAL], c, y, st, buf_slice(&b));
    buf_clear(&b);
    if (isfinite(r->p))
        buf_pvalue(&b, r->p);
    field_text(&f[F_P], c, y, st, buf_slice(&b));
    buf_clear(&b);
    long term = s->model->enc->cols[r->col].term;
    if (s->vif && term >= 0)
        put_short(&b, s->vif[term]);
    field_text(&f[F_VIF], c, y, st, buf_slice(&b));
    draw_bar(s, r, &f[F_BAR], c, y, cursor);
    buf_free(&b);
}

static void draw_title(const Coefs *s, Canvas *c)
{
    static const char *const sorts[] = {"by coefficient", "by size", "by p", "by name",
                                        "as in the formula"};
    const Metrics *k = s->model->test.n ? &s->model->test : &s->model->train;
    Buf b = BUF_INIT;
    if (s->model->binary && isfinite(k->roc_auc) && c->cols >= 60)
        buf_printf(&b, "AUC %.3f   ", k->roc_auc);
    buf_printf(&b, "%zu %s", s->list.n, sorts[s->sort]);
    int right = (int)b.n;
    canvas_right(c, c->cols - right, 0, right, STYLE_DIM, buf_slice(&b));
    int x = canvas_text(c, 0, 0, c->cols - right - 1, STYLE_TITLE, str_of(s->model->name)) + 2;
    canvas_text(c, x, 0, c->cols - right - x - 1, STYLE_PLAIN, str_of(s->model->formula));
    buf_free(&b);
}

/* The axis of the bars in the header: its ends and 0. */
static void draw_axis(const Coefs *s, const Field *f, Canvas *c)
{
    if (!f->w || c->plain || s->bars == BARS_NONE)
        return;
    double end = s->bars == BARS_SIZE ? s->size_scale : s->scale;
    Buf b = BUF_INIT;
    bool odds = s->odds && s->bars == BARS_INTERVAL;
    buf_digits(&b, odds ? exp(-end) : -end, 2);
    canvas_text(c, f->x, 1, f->w / 2, STYLE_HEAD, buf_slice(&b));
    canvas_text(c, bar_cell(f, 0), 1, 1, STYLE_HEAD, odds ? STR("1") : STR("0"));
    buf_clear(&b);
    buf_digits(&b, odds ? exp(end) : end, 2);
    canvas_right(c, f->x + f->w / 2, 1, f->w - f->w / 2, STYLE_HEAD, buf_slice(&b));
    buf_free(&b);
}

static int draw_words(const Coefs *s, Canvas *c, int bottom)
{
    int lines = c->rows >= 20 ? 2 : 1;
    const CoefRow *r = coefs_here(s);
    if (!s->words || c->rows < 16 || !r)
        return bottom;
    Buf b = BUF_INIT;
    coef_sentence(s->model, r, &b);
    canvas_hline(c, 0, bottom - lines - 1, c->cols);
    draw_wrapped(c, 0, bottom - lines, c->cols, lines, STYLE_PLAIN, buf_slice(&b));
    buf_free(&b);
    return bottom - lines - 1;
}

/* The effect of the term under the cursor on the typical row, in the room below the list. */
static void draw_effect_here(Ui *ui, const Coefs *s, Canvas *c, int y, int rows)
{
    long input = coefs_input(s);
    if (input < 0)
        return;
    WhatIf *w = whatif_new(s->model);
    draw_effect(w, (size_t)input, ui_session(ui)->settings->level, c, 0, y, c->cols, rows);
    whatif_free(w);
}

void coefs_draw(Ui *ui, void *state, Canvas *c)
{
    Coefs *s = state;
    bool bars = s->bars != BARS_NONE && !c->plain;
    Field f[NFIELDS] = {
        [F_GROUP] = {"group", s->grouped ? 11 : 0, 11, s->grouped ? 1 : 99, false, 0, 0},
        [F_TERM] = {"term", 12, TERM_MOST, 0, false, 0, 0},
        [F_VALUE] = {s->odds ? ratio_name(s->model) : "coef", 9, 9, 0, true, 0, 0},
        [F_SE] = {"std.err", 9, 9, 5, true, 0, 0},
        [F_INTERVAL] = {"interval", 19, 19, bars ? 4 : 2, true, 0, 0},
        [F_P] = {"p", 6, 6, 2, true, 0, 0},
        [F_VIF] = {"vif", s->vif ? 6 : 0, 6, s->vif ? 1 : 99, true, 0, 0},
        [F_BAR] = {"", bars ? (c->cols >= 70 ? 19 : 13) : 0, 61, bars ? 1 : 99, false, 0, 0},
    };
    int bottom = draw_words(s, c, c->rows - 2), below;
    int longest = 12;
    for (size_t i = 0; i < s->list.n; i++) {
        int w = (int)utf8_width(str_of(s->rows[i].term));
        longest = w > longest ? w : longest;
    }
    f[F_TERM].max = longest < TERM_MOST ? longest : TERM_MOST;
    if (c->cols >= 60) /* names before intervals: the bars show those, too */
        f[F_TERM].min = longest < TERM_WHOLE ? longest : TERM_WHOLE;
    fields_place(f, NFIELDS, 0, c->cols);
    f[F_BAR].w -= f[F_BAR].w > 0 && f[F_BAR].w % 2 == 0; /* a middle cell */
    draw_title(s, c);
    fields_head(f, NFIELDS, c, 1);
    draw_axis(s, &f[F_BAR], c);
    list_place(&s->list, 2, bottom - 2);
    for (int k = 0; list_shows(&s->list, k); k++)
        draw_row(s, s->list.top + (size_t)k, f, c, 2 + k, k == 0);
    below = 3 + (int)s->list.n;
    if (bottom - below >= EFFECT_LEAST)
        draw_effect_here(ui, s, c, below,
                         bottom - below < EFFECT_ROWS ? bottom - below : EFFECT_ROWS);
}
