/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_compare.c - two models side by side: how good each is, whether they saw the same rows, and
 * each coefficient in both with the sign changes marked.
 *
 * Opened without names it compares the current model with the one fitted before it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "list.h"
#include "model/compare.h"
#include "shell/command.h"
#include "shell/format.h"
#include "shell/model_show.h"
#include "shell/parse.h"
#include "subject.h"

typedef enum Order { ORDER_MODEL, ORDER_CHANGE, ORDER_SIZE, ORDER_NAME, NORDERS } Order;

typedef struct Pair {
    const Model *a, *b; /* one reference each */
    CompareRow *rows;
    size_t n;
    size_t *shown; /* rows in the list */
    AnovaRow test[2];
    bool nested;
    double scale;
    Order by;
    bool changed_only;
    List list;
} Pair;

/* ---- state ---- */

static double change(const CompareRow *r)
{
    double a = isnan(r->a) ? 0 : r->a, b = isnan(r->b) ? 0 : r->b;
    return b - a;
}

/* More than the standard errors allow for, or there in one model only. */
static bool differs(const CompareRow *r)
{
    if (isnan(r->a) != isnan(r->b))
        return true;
    return fabs(change(r)) > hypot(r->se_a, r->se_b);
}

static bool comes_first(const Pair *p, size_t x, size_t y)
{
    const CompareRow *a = &p->rows[x], *b = &p->rows[y];
    switch (p->by) {
    case ORDER_CHANGE:
        return fabs(change(a)) > fabs(change(b));
    case ORDER_SIZE:
        return fmax(fabs(a->a), fabs(a->b)) > fmax(fabs(b->a), fabs(b->b));
    case ORDER_NAME:
        return str_cmp(str_of(a->term), str_of(b->term)) < 0;
    default:
        return x < y;
    }
}

static void arrange(Pair *p)
{
    p->list.n = 0;
    p->scale = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (p->changed_only && !differs(&p->rows[i]))
            continue;
        size_t k = p->list.n++;
        for (; k && comes_first(p, i, p->shown[k - 1]); k--)
            p->shown[k] = p->shown[k - 1];
        p->shown[k] = i;
        if (strcmp(p->rows[i].term, "(Intercept)") != 0)
            p->scale = fmax(p->scale, fmax(fabs(p->rows[i].a), fabs(p->rows[i].b)));
    }
}

static void take(Pair *p, const Model *a, const Model *b)
{
    Error ignored = ERROR_INIT;
    const Model *old[2] = {p->a, p->b};
    p->a = model_ref(a);
    p->b = model_ref(b);
    model_unref((Model *)old[0]); /* our own references */
    model_unref((Model *)old[1]);
    free(p->rows);
    free(p->shown);
    p->rows = model_compare(a, b, &p->n);
    p->shown = xcalloc(p->n + 1, sizeof *p->shown);
    const Model *small = a->fit->p <= b->fit->p ? a : b;
    p->nested = a->rows == b->rows && model_lr_test(small, small == a ? b : a, p->test, &ignored) &&
                p->test[1].df > 0;
    arrange(p);
}

static void close_pair(void *state)
{
    Pair *p = state;
    model_unref((Model *)p->a);
    model_unref((Model *)p->b);
    free(p->rows);
    free(p->shown);
    free(p);
}

/* The model fitted last but the current one; -1 when there is none. */
static long other_model(const Session *s)
{
    long last = (long)s->nmodels - 1;
    return last == s->current_model ? last - 1 : last;
}

static void *open_pair(Ui *ui, Str subject, Error *err)
{
    const Session *s = ui_session(ui);
    Str rest = str_trim(subject), first = str_split(rest, ' ', &rest);
    rest = str_trim(rest);
    if (s->nmodels < 2) {
        fail(err, ERR_NAME, "there is only one model to compare");
        error_hint(err, "fit another: on the coefficients d leaves a term out");
        return NULL;
    }
    long b = subject_model(ui, rest.n ? rest : first, err);
    long a = rest.n ? subject_model(ui, first, err) : other_model(s);
    if (!rest.n && a == b)
        a = s->current_model == b ? other_model(s) : s->current_model;
    if (a < 0 || b < 0)
        return NULL;
    Pair *p = xcalloc(1, sizeof *p);
    take(p, s->models[a].model, s->models[b].model);
    return p;
}

static void command(Ui *ui, void *state, Buf *out)
{
    const Pair *p = state;
    (void)ui;
    buf_puts(out, "compare ");
    buf_name(out, str_of(p->a->name));
    buf_putc(out, ' ');
    buf_name(out, str_of(p->b->name));
}

static bool refresh(Ui *ui, void *state)
{
    const Pair *p = state;
    const Session *s = ui_session(ui);
    return session_model_index(s, p->a) >= 0 && session_model_index(s, p->b) >= 0;
}

/* ---- keys ---- */

static void told(Ui *ui, Pair *p)
{
    Buf b = BUF_INIT;
    command(ui, p, &b);
    ui_did(ui, "%s", b.p);
    buf_free(&b);
}

static void swap(Ui *ui, void *state)
{
    Pair *p = state;
    const Model *a = model_ref(p->a), *b = model_ref(p->b);
    take(p, b, a);
    model_unref((Model *)a);
    model_unref((Model *)b);
    told(ui, p);
}

static void next_order(Ui *ui, void *state)
{
    Pair *p = state;
    (void)ui;
    p->by = (p->by + 1) % NORDERS;
    arrange(p);
}

static void toggle_changed(Ui *ui, void *state)
{
    Pair *p = state;
    (void)ui;
    p->changed_only = !p->changed_only;
    arrange(p);
}

static void tests(Ui *ui, void *state)
{
    const Pair *p = state;
    ui_run(ui, false, "anova %s %s", p->a->name, p->b->name);
}

static void open_coefficients(Ui *ui, void *state)
{
    const Pair *p = state;
    ui_push(ui, "coef", str_of(p->b->name));
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Pair *p = state;
    (void)ui;
    return list_key(&p->list, k, mouse);
}

static Str term_name(const void *ctx, size_t i)
{
    const Pair *p = ctx;
    return str_of(p->rows[p->shown[i]].term);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Pair *p = state;
    return list_find(&p->list, text, dir, term_name, p);
}

/* ---- drawing ---- */

enum { F_TERM, F_A, F_B, F_CHANGE, F_BAR, F_MARK, NFIELDS };

static void draw_model(const Model *m, const char *sign, Canvas *c, int y)
{
    const Metrics *k = m->test.n ? &m->test : &m->train;
    Buf b = BUF_INIT;
    if (m->binary && isfinite(k->roc_auc))
        buf_printf(&b, "AUC %.4f  ", k->roc_auc);
    if (isfinite(m->fit->aic) && c->cols >= 60) {
        buf_puts(&b, "AIC ");
        buf_printf(&b, "%.1f  ", m->fit->aic);
    }
    buf_count(&b, m->rows);
    buf_puts(&b, " rows");
    int right = (int)b.n, x = canvas_printf(c, 0, y, 16, STYLE_TITLE, "%s %s", sign, m->name) + 1;
    canvas_text(c, x, y, c->cols - right - x - 1, STYLE_PLAIN, str_of(m->formula));
    canvas_right(c, c->cols - right, y, right, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
}

static void draw_test(const Pair *p, Canvas *c, int y)
{
    Buf b = BUF_INIT;
    if (p->a->rows != p->b->rows) {
        canvas_text(c, 0, y, c->cols, STYLE_WARNING,
                    STR("! not the same rows: deviance and AIC do not compare"));
        return;
    }
    if (p->nested) {
        buf_puts(&b, "likelihood ratio ");
        buf_digits(&b, p->test[1].stat, 4);
        buf_printf(&b, " on %zu df, p ", p->test[1].df);
        buf_pvalue(&b, p->test[1].p);
    } else {
        buf_puts(&b, "neither lies within the other: compare by AIC and on test rows");
    }
    canvas_text(c, 0, y, c->cols, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
}

static const char *mark_of(const CompareRow *r)
{
    if (r->flips)
        return "! flips";
    if (isnan(r->b) && !isnan(r->a))
        return "gone";
    if (isnan(r->a) && !isnan(r->b))
        return "new";
    return differs(r) ? "moved" : "";
}

static void draw_point(const Pair *p, const Field *f, Canvas *c, int y, double v, const char *sign,
                       const char *ascii, Style st)
{
    if (!isfinite(v) || !(p->scale > 0))
        return;
    double at = v / p->scale;
    int half = f->w / 2, x = f->x + half + (int)lround((at < -1 ? -1 : at > 1 ? 1 : at) * half);
    canvas_text(c, x, y, 1, st, str_of(c->ascii ? ascii : sign));
}

static void draw_row(const Pair *p, size_t k, const Field *f, Canvas *c, int y)
{
    const CompareRow *r = &p->rows[p->shown[k]];
    bool cursor = k == p->list.at;
    Style st = cursor ? STYLE_CURSOR : differs(r) ? STYLE_PLAIN : STYLE_DIM;
    Buf b = BUF_INIT;
    if (cursor)
        canvas_fill(c, 0, y, c->cols, 1, st);
    field_ends(&f[F_TERM], c, y, st, str_of(r->term));
    const double v[2] = {r->a, r->b}, se[2] = {r->se_a, r->se_b};
    for (int i = 0; i < 2; i++) {
        buf_clear(&b);
        put_decimals(&b, v[i], se[i], coef_digits(p->scale));
        field_text(&f[F_A + i], c, y, st, buf_slice(&b));
    }
    buf_clear(&b);
    if (!isnan(r->a) && !isnan(r->b))
        buf_printf(&b, "%+.4f", change(r));
    field_text(&f[F_CHANGE], c, y, st, buf_slice(&b));
    if (f[F_BAR].w) {
        draw_point(p, &f[F_BAR], c, y, 0, "\u2502", "|", cursor ? st : STYLE_DIM);
        draw_point(p, &f[F_BAR], c, y, r->a, "\u25cb", "o", st);
        draw_point(p, &f[F_BAR], c, y, r->b, "\u25cf", "@",
                   cursor     ? st
                   : r->b < 0 ? STYLE_NEGATIVE
                              : STYLE_POSITIVE);
    }
    field_text(&f[F_MARK], c, y,
               cursor     ? st
               : r->flips ? STYLE_WARNING
                          : STYLE_NAME,
               str_of(mark_of(r)));
    buf_free(&b);
}

static void draw(Ui *ui, void *state, Canvas *c)
{
    Pair *p = state;
    (void)ui;
    bool bars = !c->plain;
    int longest = 12;
    for (size_t i = 0; i < p->n; i++) {
        int w = (int)utf8_width(str_of(p->rows[i].term));
        longest = w > longest ? w : longest;
    }
    Field f[NFIELDS] = {
        [F_TERM] = {"term", 12, longest < 36 ? longest : 36, 0, false, 0, 0},
        [F_A] = {p->a->name, 9, 9, 0, true, 0, 0},
        [F_B] = {p->b->name, 9, 9, 0, true, 0, 0},
        [F_CHANGE] = {"change", 8, 8, 3, true, 0, 0},
        [F_BAR] = {"", bars ? 15 : 0, 41, bars ? 2 : 99, false, 0, 0},
        [F_MARK] = {"", 7, 7, 1, false, 0, 0},
    };
    fields_place(f, NFIELDS, 0, c->cols);
    f[F_BAR].w -= f[F_BAR].w > 0 && f[F_BAR].w % 2 == 0;
    draw_model(p->a, c->ascii ? "o" : "\u25cb", c, 0);
    draw_model(p->b, c->ascii ? "@" : "\u25cf", c, 1);
    draw_test(p, c, 2);
    fields_head(f, NFIELDS, c, 3);
    list_place(&p->list, 4, c->rows - 6);
    for (int k = 0; list_shows(&p->list, k); k++)
        draw_row(p, p->list.top + (size_t)k, f, c, 4 + k);
    if (!p->list.n)
        canvas_text(c, 2, 4, c->cols - 2, STYLE_DIM,
                    STR("no coefficient differs by more than its standard error"));
}

static const KeyRow keys[] = {
    {"s", "sort", 0, {next_order}},
    {"c", "changes only", 0, {toggle_changed}},
    {"x", "swap", 2, {swap}},
    {"a", "tests", 2, {tests}},
    {"Enter", "its coefficients", 1, {open_coefficients}},
    {"g G", "first, last", 7, {NULL}},
    {0},
};

const Screen scr_compare = {
    .name = "compare",
    .title = "compare",
    .brief = "two models side by side: what changed",
    .keys = keys,
    .needs = NEED_MODEL,
    .open = open_pair,
    .key = key,
    .draw = draw,
    .close = close_pair,
    .find = find,
    .command = command,
    .refresh = refresh,
};
