/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_coef.c - the coefficients of a model: sorted, with bars and intervals, in odds or log odds,
 * by group, in words.
 *
 * Opened without a name it follows the session's current model, so that dropping a term (a refit)
 * and undo show at once.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "list.h"
#include "model/alarms.h"
#include "shell/command.h"
#include "shell/format.h"
#include "shell/model_show.h"
#include "shell/parse.h"
#include "shell/refit.h"
#include "shell/settings.h"
#include "subject.h"

#define DIM_P 0.1 /* from here on a coefficient is dim */
#define STRONG_P 0.05
#define BAR_REACH 3.0 /* intervals are drawn up to so many times the largest estimate */

typedef enum Bars { BARS_INTERVAL, BARS_SIZE, BARS_NONE, NBARS } Bars;

typedef struct Coefs {
    const Model *model; /* one reference */
    bool follows;       /* the current model, whichever that is */
    CoefRow *rows;
    double *vif;              /* by term; NULL: not looked at */
    double scale, size_scale; /* what fills half a bar */
    List list;
    CoefSort sort;
    bool odds, grouped, words;
    Bars bars;
} Coefs;

static const char *const sort_names[] = {"coef", "abs", "p", "name", "model"};

/* ---- state ---- */

static int group_rank(const char *g)
{
    static const char *const order[] = {"user",        "post",  "product",
                                        "interaction", "login", "derived"};
    int n = (int)(sizeof order / sizeof *order);
    for (int i = 0; i < n; i++)
        if (strcmp(g, order[i]) == 0)
            return i;
    return *g ? n : n + 1;
}

/* Same order within a group: insertion sort is stable, and hundreds of rows are few. */
static void by_group(CoefRow *rows, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        CoefRow r = rows[i];
        size_t k = i;
        for (; k && group_rank(rows[k - 1].group) > group_rank(r.group); k--)
            rows[k] = rows[k - 1];
        rows[k] = r;
    }
}

static void measure(Coefs *s)
{
    double most = 0, reach = 0;
    s->size_scale = 0;
    for (size_t i = 0; i < s->list.n; i++) {
        const CoefRow *r = &s->rows[i];
        if (!isfinite(r->estimate) || !isfinite(r->low) || s->model->enc->cols[r->col].term < 0)
            continue;
        most = fmax(most, fabs(r->estimate));
        reach = fmax(reach, fmax(fabs(r->low), fabs(r->high)));
        s->size_scale = fmax(s->size_scale, isfinite(r->std_estimate) ? fabs(r->std_estimate) : 0);
    }
    s->scale = fmin(reach, BAR_REACH * most);
}

static void arrange(Ui *ui, Coefs *s)
{
    const char *term = s->list.at < s->list.n ? s->rows[s->list.at].term : NULL;
    s->list.n = model_coefs(s->model, s->sort, ui_session(ui)->settings->level, s->rows);
    if (s->grouped)
        by_group(s->rows, s->list.n);
    for (size_t i = 0; term && i < s->list.n; i++) /* names are the model's own: pointers do */
        if (s->rows[i].term == term)
            s->list.at = i;
    measure(s);
}

static void take_model(Ui *ui, Coefs *s, const Model *m)
{
    char term[128] = "";
    if (s->list.at < s->list.n)
        snprintf(term, sizeof term, "%s", s->rows[s->list.at].term);
    m = model_ref(m);
    model_unref((Model *)s->model); /* our own reference */
    free(s->rows);
    free(s->vif);
    s->model = m;
    s->vif = NULL;
    s->rows = xcalloc(m->enc->ncols + 1, sizeof *s->rows);
    s->list.n = 0;
    s->odds = s->odds && ratio_name(m);
    arrange(ui, s);
    for (size_t i = 0; i < s->list.n; i++)
        if (strcmp(s->rows[i].term, term) == 0)
            s->list.at = i;
}

static void *open_coefs(Ui *ui, Str subject, Error *err)
{
    Session *ss = ui_session(ui);
    long i = subject_model(ui, subject, err);
    if (i < 0)
        return NULL;
    Coefs *s = xcalloc(1, sizeof *s);
    s->follows = i == ss->current_model;
    s->words = true;
    take_model(ui, s, ss->models[i].model);
    return s;
}

static void close_coefs(void *state)
{
    Coefs *s = state;
    model_unref((Model *)s->model);
    free(s->rows);
    free(s->vif);
    free(s);
}

static bool refresh(Ui *ui, void *state)
{
    Coefs *s = state;
    const Session *ss = ui_session(ui);
    if (s->follows && ss->current_model >= 0 && ss->models[ss->current_model].model != s->model)
        take_model(ui, s, ss->models[ss->current_model].model);
    else
        arrange(ui, s); /* the level may have been set */
    return !s->follows || ss->current_model >= 0;
}

static void command(Ui *ui, void *state, Buf *out)
{
    const Coefs *s = state;
    (void)ui;
    buf_puts(out, "coef ");
    buf_name(out, str_of(s->model->name));
    buf_printf(out, " all --sort %s%s", sort_names[s->sort], s->odds ? " --odds" : "");
}

/* ---- keys ---- */

static void told(Ui *ui, Coefs *s)
{
    Buf b = BUF_INIT;
    command(ui, s, &b);
    ui_did(ui, "%s", b.p);
    buf_free(&b);
}

static const CoefRow *here(const Coefs *s)
{
    return s->list.at < s->list.n ? &s->rows[s->list.at] : NULL;
}

static long term_here(const Coefs *s)
{
    const CoefRow *r = here(s);
    return r ? s->model->enc->cols[r->col].term : -1;
}

static void show_effect(Ui *ui, void *state)
{
    const Coefs *s = state;
    const Terms *t = s->model->enc->terms;
    long term = term_here(s);
    Arena *a = arena_new();
    Str *cols;
    if (term < 0) {
        ui_message(ui, STYLE_DIM, "the intercept is where everything is 0: it has no curve");
    } else if (expr_columns(t->vars[t->terms[term].var[0]].expr, a, &cols) > 0) {
        Buf b = BUF_INIT;
        buf_puts(&b, "effect ");
        buf_name(&b, cols[0]);
        put_model_option(ui, s->model, &b);
        ui_run(ui, false, "%s", b.p);
        buf_free(&b);
    }
    arena_free(a);
}

static void drop_term(Ui *ui, void *state)
{
    const Coefs *s = state;
    Session *ss = ui_session(ui);
    long term = term_here(s), i = session_model_index(ss, s->model);
    if (term < 0) {
        ui_message(ui, STYLE_DIM, "the intercept stays; -1 in the formula leaves it out");
        return;
    }
    Error err = ERROR_INIT;
    size_t drop = (size_t)term;
    Terms *less = terms_without(s->model->enc->terms, &drop, 1, &err);
    Buf formula = BUF_INIT, line = BUF_INIT;
    if (less)
        terms_print(less, &formula);
    if (!less)
        ui_error(ui, &err);
    else if (i < 0 || !refit_line(ss, i, buf_slice(&formula), &line))
        ui_message(ui, STYLE_WARNING,
                   "%s was loaded from a file: its rows are not here to fit again", s->model->name);
    else
        ui_run(ui, true, "%s", line.p);
    terms_free(less);
    buf_free(&formula);
    buf_free(&line);
}

static void show_vif(Ui *ui, void *state)
{
    Coefs *s = state;
    if (s->vif) {
        free(s->vif);
        s->vif = NULL;
        return;
    }
    s->vif = xcalloc(s->model->enc->terms->nterms + 1, sizeof *s->vif);
    if (model_vif(s->model, s->vif, NULL)) {
        ui_did(ui, "diagnose %s", s->model->name);
        return;
    }
    free(s->vif);
    s->vif = NULL;
    ui_message(ui, STYLE_DIM, "variance inflation needs two terms and a covariance");
}

static void compare_asked(Ui *ui, void *state, Str answer)
{
    const Coefs *s = state;
    Buf b = BUF_INIT;
    buf_printf(&b, "%s ", s->model->name);
    buf_str(&b, str_trim(answer));
    if (answer.n)
        ui_push(ui, "compare", buf_slice(&b));
    buf_free(&b);
}

static void compare(Ui *ui, void *state)
{
    Coefs *s = state;
    const Session *ss = ui_session(ui);
    const char *other = NULL;
    for (size_t i = 0; i < ss->nmodels; i++)
        if (ss->models[i].model != s->model)
            other = ss->models[i].model->name;
    if (!other)
        ui_message(ui, STYLE_DIM, "there is no other model: d leaves a term out, : fit makes one");
    else if (ss->nmodels == 2)
        compare_asked(ui, s, str_of(other));
    else
        ui_ask(ui, "compare with: ", str_of(other), compare_asked);
}

static void again(Ui *ui, Coefs *s)
{
    arrange(ui, s);
    told(ui, s);
}

static void next_sort(Ui *ui, void *state)
{
    Coefs *s = state;
    s->sort = s->sort == SORT_MODEL ? SORT_COEF : s->sort + 1;
    again(ui, s);
}

static void toggle_odds(Ui *ui, void *state)
{
    Coefs *s = state;
    if (!ratio_name(s->model)) {
        ui_message(ui, STYLE_DIM, "with the %s link exp(coefficient) is no ratio of anything",
                   s->model->link->name);
        return;
    }
    s->odds = !s->odds;
    again(ui, s);
}

static void next_bars(Ui *ui, void *state)
{
    Coefs *s = state;
    (void)ui;
    s->bars = (s->bars + 1) % NBARS;
}

static void toggle_groups(Ui *ui, void *state)
{
    Coefs *s = state;
    s->grouped = !s->grouped;
    again(ui, s);
}

static void toggle_words(Ui *ui, void *state)
{
    Coefs *s = state;
    (void)ui;
    s->words = !s->words;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Coefs *s = state;
    bool moved = list_key(&s->list, k, mouse);
    if (moved && k == K_MOUSE && mouse->double_click)
        show_effect(ui, s);
    return moved;
}

static Str term_name(const void *ctx, size_t i)
{
    return str_of(((const Coefs *)ctx)->rows[i].term);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Coefs *s = state;
    return list_find(&s->list, text, dir, term_name, s);
}

/* ---- drawing ---- */

enum { F_GROUP, F_TERM, F_VALUE, F_SE, F_INTERVAL, F_P, F_VIF, F_BAR, NFIELDS };

static void put_interval(const Coefs *s, const CoefRow *r, Buf *b)
{
    if (!isfinite(r->low))
        return;
    buf_digits(b, s->odds ? r->odds_low : r->low, 3);
    buf_puts(b, " to ");
    buf_digits(b, s->odds ? r->odds_high : r->high, 3);
}

static void put_value(const Coefs *s, const CoefRow *r, Buf *b)
{
    if (r->aliased)
        buf_puts(b, "aliased");
    else if (r->infinite)
        buf_puts(b, s->odds ? (r->infinite > 0 ? "inf" : "0") : r->infinite > 0 ? "+inf" : "-inf");
    else
        put_short(b, s->odds ? r->odds_ratio : r->estimate);
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
    field_text(&f[F_TERM], c, y, st == STYLE_PLAIN && r->p < STRONG_P ? STYLE_STRONG : st,
               str_of(r->term));
    put_value(s, r, &b);
    field_text(&f[F_VALUE], c, y, st, buf_slice(&b));
    buf_clear(&b);
    if (isfinite(r->se))
        buf_digits(&b, r->se, 3);
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
    const CoefRow *r = here(s);
    if (!s->words || c->rows < 16 || !r)
        return bottom;
    Buf b = BUF_INIT;
    coef_sentence(s->model, r, &b);
    canvas_hline(c, 0, bottom - lines - 1, c->cols);
    draw_wrapped(c, 0, bottom - lines, c->cols, lines, STYLE_PLAIN, buf_slice(&b));
    buf_free(&b);
    return bottom - lines - 1;
}

static void draw(Ui *ui, void *state, Canvas *c)
{
    Coefs *s = state;
    (void)ui;
    bool bars = s->bars != BARS_NONE && !c->plain;
    Field f[NFIELDS] = {
        [F_GROUP] = {"group", s->grouped ? 11 : 0, 11, s->grouped ? 1 : 99, false, 0, 0},
        [F_TERM] = {"term", 12, 40, 0, false, 0, 0},
        [F_VALUE] = {s->odds ? ratio_name(s->model) : "coef", 9, 9, 0, true, 0, 0},
        [F_SE] = {"std.err", 9, 9, 5, true, 0, 0},
        [F_INTERVAL] = {"interval", 19, 19, bars ? 4 : 2, true, 0, 0},
        [F_P] = {"p", 6, 6, 2, true, 0, 0},
        [F_VIF] = {"vif", s->vif ? 6 : 0, 6, s->vif ? 1 : 99, true, 0, 0},
        [F_BAR] = {"", bars ? (c->cols >= 70 ? 25 : 13) : 0, 61, bars ? 1 : 99, false, 0, 0},
    };
    int bottom = draw_words(s, c, c->rows - 2);
    int longest = 12;
    for (size_t i = 0; i < s->list.n; i++) {
        int w = (int)utf8_width(str_of(s->rows[i].term));
        longest = w > longest ? w : longest;
    }
    f[F_TERM].max = longest < 40 ? longest : 40;
    fields_place(f, NFIELDS, 0, c->cols);
    f[F_BAR].w -= f[F_BAR].w > 0 && f[F_BAR].w % 2 == 0; /* a middle cell */
    draw_title(s, c);
    fields_head(f, NFIELDS, c, 1);
    draw_axis(s, &f[F_BAR], c);
    list_place(&s->list, 2, bottom - 2);
    for (int k = 0; list_shows(&s->list, k); k++)
        draw_row(s, s->list.top + (size_t)k, f, c, 2 + k, k == 0);
}

static const char *about(void *state)
{
    return ((const Coefs *)state)->model->name;
}

static const KeyRow keys[] = {
    {"Enter", "effect", 0, {show_effect}},
    {"s", "sort", 0, {next_sort}},
    {"o", "odds", 1, {toggle_odds}},
    {"d", "drop and refit", 1, {drop_term}},
    {"c", "bars", 2, {next_bars}},
    {"g", "by group", 3, {toggle_groups}},
    {"m", "compare", 2, {compare}},
    {"e", "in words", 3, {toggle_words}},
    {"v", "variance inflation", 5, {show_vif}},
    {"Home End", "first, last", 7, {NULL}},
    {0},
};

const Screen scr_coef = {
    .name = "coef",
    .title = "coefficients",
    .brief = "what each term does: sorted, with intervals, in words",
    .keys = keys,
    .needs = NEED_MODEL,
    .open = open_coefs,
    .key = key,
    .draw = draw,
    .close = close_coefs,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
