/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_whatif.c - one vector under the fingers: a slider a feature, the probability at once.
 *
 * A slider walks over what the training data hold: the 5 % quantiles of a number, the levels of a
 * factor by how common they are. Every change goes through whatif_eval (the same recipe, encoding
 * and product as scoring) and into the session's vector, so that the shell's whatif, flip, near and
 * explain speak of the same row. What each term adds stands beside its feature, and in order of
 * size in the waterfall.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/rng.h"
#include "list.h"
#include "shell/command.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/settings.h"
#include "subject.h"

#define QUANTILES 20 /* steps of a slider over numbers */
#define BIG_STEP 5
#define SPLIT_COLS 100 /* from here on the waterfall stands beside the sliders */

typedef struct Vector {
    WhatIf *w;
    WhatIfResult r;
    Frame *row;   /* of inputs that `derive` computes; NULL when there are none */
    double *adds; /* by input: what its own terms add */
} Vector;

typedef struct Whats {
    Vector v;
    bool follows;
    size_t *shown;    /* inputs in the list */
    uint8_t *frozen;  /* by input */
    long *term_input; /* by term: the only input it reads, or -1 */
    WhatIf *pinned;
    double pinned_p;
    Rng rng;
    long row;       /* of the table, when the vector is a real row; -1 */
    double outcome; /* what happened there; NaN */
    double adds_scale;
    List list;
    bool waterfall;
    int slider_x, slider_w; /* where the sliders were drawn, for the mouse */
} Whats;

/* ---- values ---- */

static bool is_factor(const InputSummary *in)
{
    return in->type == COL_CODE || in->type == COL_TEXT;
}

static const InputSummary *input(const Whats *s, size_t i)
{
    return &s->v.w->model->inputs[i];
}

static size_t here(const Whats *s)
{
    return s->shown[s->list.at];
}

/* Is it computed from others now? */
static bool computed(const Whats *s, size_t i)
{
    return input(s, i)->derived && !s->v.w->set[i];
}

static double number_of(const Whats *s, size_t i)
{
    const Column *c =
        computed(s, i) && s->v.row ? frame_column(s->v.row, str_of(input(s, i)->name)) : NULL;
    if (c && c->type != COL_CODE && c->type != COL_TEXT)
        return column_real(c, 0);
    return s->v.w->num[i];
}

static Str level_of(const Whats *s, size_t i)
{
    const Column *c =
        computed(s, i) && s->v.row ? frame_column(s->v.row, str_of(input(s, i)->name)) : NULL;
    if (c && (c->type == COL_CODE || c->type == COL_TEXT))
        return column_text(c, 0);
    return str_of(s->v.w->text[i]);
}

static void put_input_value(const InputSummary *in, double num, Str text, Buf *b)
{
    if (is_factor(in))
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
static void put_typed(const WhatIf *w, size_t i, Buf *b)
{
    const InputSummary *in = &w->model->inputs[i];
    buf_name(b, str_of(in->name));
    buf_putc(b, '=');
    if (is_factor(in) && w->text[i]) {
        bool plain =
            *w->text[i] && strcspn(w->text[i], " \t,;'\"`()[]{}#=|>\\") == strlen(w->text[i]);
        buf_puts(b, plain ? "" : "\"");
        for (const char *p = w->text[i]; *p; p++)
            buf_printf(b, *p == '"' ? "\"\"" : "%c", *p);
        buf_puts(b, plain ? "" : "\"");
    } else if (is_factor(in) || isnan(w->num[i])) {
        buf_puts(b, "null");
    } else if (in->type == COL_INT || in->type == COL_REAL) {
        buf_real(b, w->num[i]);
    } else {
        put_input_value(in, w->num[i], STR_NULL, b);
    }
}

/* ---- state ---- */

static void vector_clear(Vector *v)
{
    whatif_free(v->w);
    whatif_result_clear(&v->r);
    frame_unref(v->row);
    free(v->adds);
    *v = (Vector){0};
}

static void sum_contributions(Whats *s)
{
    const Model *m = s->v.w->model;
    const Terms *t = m->enc->terms;
    s->adds_scale = 0;
    for (size_t i = 0; i < s->v.w->n; i++)
        s->v.adds[i] = 0;
    for (size_t k = 0; k < s->v.r.ncontrib; k++)
        for (size_t term = 0; term < t->nterms; term++)
            if (s->v.r.contrib[k].term == t->terms[term].name && s->term_input[term] >= 0)
                s->v.adds[s->term_input[term]] += s->v.r.contrib[k].contribution;
    for (size_t i = 0; i < s->v.w->n; i++)
        s->adds_scale = fmax(s->adds_scale, fabs(s->v.adds[i]));
    s->adds_scale = fmax(s->adds_scale, 0.5); /* small effects look small */
}

/* The vector changed: asks the model, hands a copy to the session. */
static void eval(Ui *ui, Whats *s)
{
    Session *ss = ui_session(ui);
    Error err = ERROR_INIT;
    whatif_result_clear(&s->v.r);
    frame_unref(s->v.row);
    s->v.row = NULL;
    bool derived = false;
    for (size_t i = 0; i < s->v.w->n; i++)
        derived = derived || computed(s, i);
    bool ok = whatif_eval(s->v.w, ss->settings->level, &s->v.r, &err);
    if (ok && derived)
        s->v.row = whatif_frame(s->v.w, &err);
    if (error_is_set(&err))
        ui_error(ui, &err);
    sum_contributions(s);
    session_put_whatif(ss, whatif_copy(s->v.w));
}

static void find_term_inputs(Whats *s)
{
    const Model *m = s->v.w->model;
    const Terms *t = m->enc->terms;
    Arena *a = arena_new();
    s->term_input = xcalloc(t->nterms + 1, sizeof *s->term_input);
    for (size_t k = 0; k < t->nterms; k++) {
        long only = -1;
        size_t found = 0;
        for (size_t v = 0; v < t->terms[k].nvars; v++) {
            Str *cols;
            size_t n = expr_columns(t->vars[t->terms[k].var[v]].expr, a, &cols);
            for (size_t c = 0; c < n; c++, found++)
                only = model_input(m, cols[c]);
        }
        s->term_input[k] = found == 1 ? only : -1;
    }
    arena_free(a);
}

static void start(Ui *ui, Whats *s, const Model *m)
{
    const Session *ss = ui_session(ui);
    bool kept = ss->whatif && ss->whatif->model == m;
    s->v.w = kept ? whatif_copy(ss->whatif) : whatif_new(m);
    s->v.adds = xcalloc(m->ninputs + 1, sizeof *s->v.adds);
    s->shown = xcalloc(m->ninputs + 1, sizeof *s->shown);
    s->frozen = xcalloc(m->ninputs + 1, 1);
    s->list.n = 0;
    for (size_t i = 0; i < m->ninputs; i++)
        if (!m->inputs[i].is_offset)
            s->shown[s->list.n++] = i;
    s->row = -1;
    s->outcome = s->pinned_p = NAN;
    find_term_inputs(s);
}

static void stop(Whats *s)
{
    vector_clear(&s->v);
    whatif_free(s->pinned);
    s->pinned = NULL;
    free(s->shown);
    free(s->frozen);
    free(s->term_input);
}

static void close_whatif(void *state)
{
    stop(state);
    free(state);
}

static void *open_whatif(Ui *ui, Str subject, Error *err)
{
    const Session *ss = ui_session(ui);
    long i = subject_model(ui, subject, err);
    if (i < 0)
        return NULL;
    Whats *s = xcalloc(1, sizeof *s);
    s->follows = i == ss->current_model;
    s->rng = rng_stream(ss->seed, "random row");
    start(ui, s, ss->models[i].model);
    eval(ui, s);
    return s;
}

/* Another model: its own vector, with the values that both know. */
static void change_model(Ui *ui, Whats *s, const Model *m)
{
    WhatIf *old = whatif_copy(s->v.w);
    size_t at = s->list.at;
    bool waterfall = s->waterfall;
    stop(s);
    s->waterfall = waterfall;
    start(ui, s, m);
    s->list.at = at < s->list.n ? at : 0;
    for (size_t i = 0; i < old->n; i++) {
        long k = model_input(m, str_of(old->model->inputs[i].name));
        if (k < 0 || !old->set[i] || is_factor(&m->inputs[k]) != is_factor(&old->model->inputs[i]))
            continue;
        s->v.w->num[k] = old->num[i];
        free(s->v.w->text[k]);
        s->v.w->text[k] = old->text[i] ? xstrdup(old->text[i]) : NULL;
        s->v.w->set[k] = 1;
    }
    whatif_free(old);
    eval(ui, s);
}

static bool same_vector(const WhatIf *a, const WhatIf *b)
{
    for (size_t i = 0; i < a->n; i++) {
        bool same = a->text[i] && b->text[i] ? strcmp(a->text[i], b->text[i]) == 0
                                             : !a->text[i] && !b->text[i];
        if (!same || a->set[i] != b->set[i] || memcmp(&a->num[i], &b->num[i], sizeof *a->num) != 0)
            return false;
    }
    return true;
}

static bool refresh(Ui *ui, void *state)
{
    Whats *s = state;
    const Session *ss = ui_session(ui);
    if (s->follows && ss->current_model < 0)
        return false;
    if (s->follows && ss->models[ss->current_model].model != s->v.w->model) {
        change_model(ui, s, ss->models[ss->current_model].model);
    } else if (ss->whatif && ss->whatif->model == s->v.w->model) {
        if (same_vector(ss->whatif, s->v.w))
            return true;
        whatif_free(s->v.w); /* a command typed something */
        s->v.w = whatif_copy(ss->whatif);
        s->row = -1;
        eval(ui, s);
    } else if (!ss->whatif) {
        eval(ui, s);
    }
    return true;
}

static void command(Ui *ui, void *state, Buf *out)
{
    const Whats *s = state;
    buf_puts(out, "whatif");
    for (size_t i = 0; i < s->v.w->n; i++)
        if (s->v.w->set[i]) {
            buf_putc(out, ' ');
            put_typed(s->v.w, i, out);
        }
    put_model_option(ui, s->v.w->model, out);
}

/* ---- changes ---- */

static void changed(Ui *ui, Whats *s, size_t i)
{
    Buf b = BUF_INIT;
    s->row = -1;
    s->v.w->set[i] = 1;
    put_typed(s->v.w, i, &b);
    ui_did(ui, "whatif %s", b.p);
    eval(ui, s);
    buf_free(&b);
}

/* The next stop of the slider beyond v, `steps` of them; v itself at the end. */
static double number_step(const InputSummary *in, double v, int steps)
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

static void set_level(Whats *s, size_t i, size_t k)
{
    free(s->v.w->text[i]);
    s->v.w->text[i] = xstrdup(input(s, i)->levels[k]);
}

static void step(Ui *ui, Whats *s, int steps)
{
    size_t i = here(s);
    const InputSummary *in = input(s, i);
    if (!is_factor(in)) {
        s->v.w->num[i] = number_step(in, number_of(s, i), steps);
    } else if (in->nlevels) {
        long at = -1, last = (long)in->nlevels - 1;
        Str now = level_of(s, i);
        for (size_t k = 0; k < in->nlevels; k++)
            at = str_eqz(now, in->levels[k]) ? (long)k : at;
        at = at < 0 ? 0 : at + steps;
        set_level(s, i, (size_t)(at < 0 ? 0 : at > last ? last : at));
    }
    changed(ui, s, i);
}

/* One unit: 1 of whole numbers, a fiftieth of a standard deviation of others. */
static void nudge(Ui *ui, Whats *s, int dir)
{
    size_t i = here(s);
    const InputSummary *in = input(s, i);
    double v = number_of(s, i), unit = in->type == COL_REAL   ? in->sd / 50
                                       : in->type == COL_TIME ? US_PER_DAY
                                                              : 1;
    if (is_factor(in) || in->type == COL_BOOL || isnan(v)) {
        step(ui, s, dir);
        return;
    }
    s->v.w->num[i] = v + dir * (unit > 0 ? unit : 1);
    changed(ui, s, i);
}

/* Where the slider's mark stands: the share of rows below, so that the steps are even. */
static double slider_at(const Whats *s, size_t i)
{
    const InputSummary *in = input(s, i);
    if (is_factor(in)) {
        Str now = level_of(s, i);
        for (size_t k = 0; k < in->nlevels; k++)
            if (str_eqz(now, in->levels[k]))
                return in->nlevels > 1 ? (double)k / (double)(in->nlevels - 1) : 0.5;
        return NAN;
    }
    double v = number_of(s, i);
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

/* The other way: a click. */
static void slide_to(Ui *ui, Whats *s, double frac)
{
    size_t i = here(s);
    const InputSummary *in = input(s, i);
    frac = frac < 0 ? 0 : frac > 1 ? 1 : frac;
    if (is_factor(in)) {
        if (in->nlevels)
            set_level(s, i, (size_t)lround(frac * (double)(in->nlevels - 1)));
    } else {
        double at = frac * QUANTILES, k = fmin(floor(at), QUANTILES - 1);
        double v =
            in->quantile[(int)k] + (at - k) * (in->quantile[(int)k + 1] - in->quantile[(int)k]);
        s->v.w->num[i] = in->type == COL_REAL ? v : round(v);
    }
    changed(ui, s, i);
}

static void value_asked(Ui *ui, void *state, Str answer)
{
    Whats *s = state;
    Error err = ERROR_INIT;
    if (!answer.p)
        return;
    if (whatif_set(s->v.w, str_of(input(s, here(s))->name), str_trim(answer), SPAN_NONE, &err))
        changed(ui, s, here(s));
    else
        ui_error(ui, &err);
}

static void ask_value(Ui *ui, Whats *s)
{
    char prompt[48];
    snprintf(prompt, sizeof prompt, "%.40s = ", input(s, here(s))->name);
    ui_ask(ui, prompt, STR_NULL, value_asked);
}

static void to_typical(Ui *ui, Whats *s, size_t i)
{
    Error err = ERROR_INIT;
    whatif_set(s->v.w, str_of(input(s, i)->name), STR("typical"), SPAN_NONE, &err);
    ui_did(ui, "whatif %s=typical", input(s, i)->name);
    eval(ui, s);
}

static void all_typical(Ui *ui, Whats *s)
{
    WhatIf *fresh = whatif_new(s->v.w->model);
    whatif_free(s->v.w);
    s->v.w = fresh;
    s->row = -1;
    ui_did(ui, "whatif");
    eval(ui, s);
}

static const Frame *rows_of(Ui *ui, const Whats *s)
{
    Session *ss = ui_session(ui);
    long i = session_model_index(ss, s->v.w->model);
    return i >= 0 ? ss->models[i].data.frame : NULL;
}

static void random_row(Ui *ui, Whats *s)
{
    const Frame *f = rows_of(ui, s);
    Error err = ERROR_INIT;
    if (!f || !f->rows) {
        ui_message(ui, STYLE_DIM, "the rows of %s are not here", s->v.w->model->name);
        return;
    }
    size_t row = (size_t)rng_below(&s->rng, f->rows);
    if (!whatif_take(s->v.w, f, row, &err)) {
        ui_error(ui, &err);
        return;
    }
    const Column *y = frame_column(f, str_of(s->v.w->model->enc->terms->response_name));
    Buf b = BUF_INIT;
    command(ui, s, &b);
    ui_did(ui, "%s", b.p);
    buf_free(&b);
    eval(ui, s);
    s->row = (long)row;
    bool number = y && y->type != COL_CODE && y->type != COL_TEXT;
    s->outcome = number ? column_real(y, row) : NAN;
}

/* ---- questions that the shell answers ---- */

static void ask_shell(Ui *ui, const Whats *s, const char *verb)
{
    Buf b = BUF_INIT;
    buf_puts(&b, verb);
    bool first = true;
    for (size_t i = 0; strcmp(verb, "flip") == 0 && i < s->v.w->n; i++)
        if (s->frozen[i]) {
            buf_puts(&b, first ? " --freeze " : ",");
            buf_name(&b, str_of(input(s, i)->name));
            first = false;
        }
    put_model_option(ui, s->v.w->model, &b);
    ui_run(ui, false, "%s", b.p);
    buf_free(&b);
}

/* Takes over the smallest change that crosses the threshold. */
static void apply_flip(Ui *ui, Whats *s)
{
    Error err = ERROR_INIT;
    size_t n = 0;
    double best = NAN;
    Flip *f = whatif_flip(s->v.w, ui_session(ui)->threshold, s->frozen, 2, &n, &best, &err);
    if (error_is_set(&err)) {
        ui_error(ui, &err);
    } else if (!n) {
        ui_message(ui, STYLE_WARNING,
                   "no change of two features crosses the threshold: %.3f at best", best);
    } else {
        Buf b = BUF_INIT;
        for (size_t k = 0; k < f[0].nchanges; k++) {
            const FlipChange *c = &f[0].change[k];
            s->v.w->num[c->input] = c->to_num;
            if (is_factor(input(s, c->input))) {
                free(s->v.w->text[c->input]);
                s->v.w->text[c->input] = xstrdup(c->to_text);
            }
            s->v.w->set[c->input] = 1;
            buf_putc(&b, ' ');
            put_typed(s->v.w, c->input, &b);
        }
        s->row = -1;
        ui_did(ui, "whatif%s", b.p);
        eval(ui, s);
        buf_free(&b);
    }
    free(f);
}

static void user_asked(Ui *ui, void *state, Str answer)
{
    (void)state;
    if (answer.n)
        ui_run(ui, true, "whatif user=%.*s", STR_ARG(answer));
}

static void post_asked(Ui *ui, void *state, Str answer)
{
    (void)state;
    if (answer.n)
        ui_run(ui, true, "whatif post=%.*s", STR_ARG(answer));
}

static void rank_asked(Ui *ui, void *state, Str answer)
{
    (void)state;
    if (answer.n)
        ui_run(ui, false, "es rank posts for %.*s --show-request", STR_ARG(answer));
}

static void pin(Ui *ui, Whats *s)
{
    bool had = s->pinned != NULL;
    whatif_free(s->pinned);
    s->pinned = had ? NULL : whatif_copy(s->v.w);
    s->pinned_p = s->v.r.p;
    ui_message(ui, STYLE_DIM, had ? "no longer pinned" : "pinned: changes are shown against it");
}

/* ---- keys ---- */

static bool mouse_key(Ui *ui, Whats *s, const Mouse *m)
{
    if (!list_key(&s->list, K_MOUSE, m))
        return false;
    if (m->click && s->slider_w > 1 && m->x >= s->slider_x && m->x < s->slider_x + s->slider_w)
        slide_to(ui, s, (double)(m->x - s->slider_x) / (s->slider_w - 1));
    return true;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Whats *s = state;
    if (!s->list.n)
        return false;
    if (k == K_MOUSE)
        return mouse && mouse_key(ui, s, mouse);
    if (list_key(&s->list, k, mouse))
        return true;
    switch (k) {
    case K_LEFT:
    case 'h':
        step(ui, s, -1);
        return true;
    case K_RIGHT:
    case 'l':
        step(ui, s, 1);
        return true;
    case K_SHIFT_LEFT:
        step(ui, s, -BIG_STEP);
        return true;
    case K_SHIFT_RIGHT:
        step(ui, s, BIG_STEP);
        return true;
    case '+':
        nudge(ui, s, 1);
        return true;
    case '-':
        nudge(ui, s, -1);
        return true;
    case K_ENTER:
        ask_value(ui, s);
        return true;
    case '0':
        to_typical(ui, s, here(s));
        return true;
    case 'A':
        all_typical(ui, s);
        return true;
    case 'r':
        random_row(ui, s);
        return true;
    case 'z':
        s->frozen[here(s)] = !s->frozen[here(s)];
        return true;
    case 'x':
        ask_shell(ui, s, "flip");
        return true;
    case 'X':
        apply_flip(ui, s);
        return true;
    case 'n':
        ask_shell(ui, s, "near");
        return true;
    case 'e':
        ask_shell(ui, s, "explain");
        return true;
    case 'p':
        pin(ui, s);
        return true;
    case 'w':
        s->waterfall = !s->waterfall;
        return true;
    case 'U':
        ui_ask(ui, "user: ", STR_NULL, user_asked);
        return true;
    case 'P':
        ui_ask(ui, "post: ", STR_NULL, post_asked);
        return true;
    case 'J':
        if (ui_session(ui)->connection)
            ui_ask(ui, "rank posts for user: ", STR_NULL, rank_asked);
        else
            ui_message(ui, STYLE_DIM, "no engine is connected: connect URL");
        return true;
    default:
        return false;
    }
}

static Str input_name(const void *ctx, size_t i)
{
    const Whats *s = ctx;
    return str_of(input(s, s->shown[i])->name);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Whats *s = state;
    return list_find(&s->list, text, dir, input_name, s);
}

/* ---- drawing ---- */

static void put_mean(const Model *m, double v, Buf *b)
{
    if (m->binary)
        buf_printf(b, v > 0 && (v < 0.0005 || v > 0.9995) ? "%.2g" : "%.3f", v);
    else
        buf_digits(b, v, 4);
}

static void draw_answer(Ui *ui, const Whats *s, Canvas *c)
{
    const WhatIfResult *r = &s->v.r;
    const Model *m = s->v.w->model;
    Buf b = BUF_INIT;
    if (!r->ok) {
        canvas_text(c, 0, 1, c->cols, STYLE_WARNING, STR("no answer: a feature is missing"));
        return;
    }
    put_mean(m, r->p, &b);
    int x = canvas_text(c, 0, 1, c->cols, STYLE_TITLE, buf_slice(&b)) + 2;
    buf_clear(&b);
    if (isfinite(r->low)) {
        put_mean(m, r->low, &b);
        buf_puts(&b, " to ");
        put_mean(m, r->high, &b);
        if (c->cols >= 60)
            buf_printf(&b, " (%g %%)", 100 * ui_session(ui)->settings->level);
        buf_puts(&b, "   ");
    }
    if (isfinite(r->rank))
        buf_printf(&b, c->cols >= 60 ? "higher than %.0f %% of the rows   " : "rank %.0f %%   ",
                   100 * r->rank);
    buf_puts(&b, s->pinned ? "pinned " : "typical ");
    put_mean(m, s->pinned ? s->pinned_p : r->typical_p, &b);
    if (s->pinned && isfinite(s->pinned_p))
        buf_printf(&b, " %+.3f", r->p - s->pinned_p);
    canvas_text(c, x, 1, c->cols - x, STYLE_PLAIN, buf_slice(&b));
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
    double at = slider_at(s, i);
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

static void draw_row(const Whats *s, size_t k, const Field *f, Canvas *c, int y)
{
    size_t i = s->shown[k];
    const InputSummary *in = input(s, i);
    bool cursor = k == s->list.at, made = computed(s, i);
    Style st = cursor ? STYLE_CURSOR : STYLE_PLAIN;
    Buf b = BUF_INIT;
    if (cursor)
        canvas_fill(c, 0, y, f[NFIELDS - 1].x + f[NFIELDS - 1].w, 1, st);
    field_text(&f[F_MARK], c, y, cursor ? st : STYLE_KEY,
               s->frozen[i]     ? STR("z")
               : s->v.w->set[i] ? STR("*")
               : made           ? STR("=")
                                : STR(" "));
    field_text(&f[F_NAME], c, y, s->v.w->set[i] && !cursor ? STYLE_STRONG : st, str_of(in->name));
    put_input_value(in, number_of(s, i), level_of(s, i), &b);
    field_text(&f[F_VALUE], c, y, cursor ? st : made ? STYLE_DIM : STYLE_PLAIN, buf_slice(&b));
    draw_slider(s, i, &f[F_SLIDER], c, y, st);
    double adds = s->v.adds[i];
    buf_clear(&b);
    if (adds != 0)
        buf_printf(&b, "%+.3f", adds);
    field_text(&f[F_ADDS], c, y, st, buf_slice(&b));
    if (f[F_BAR].w)
        canvas_signed_bar(c, f[F_BAR].x, y, f[F_BAR].w, adds / s->adds_scale);
    buf_clear(&b);
    if (s->pinned && (s->pinned->num[i] != s->v.w->num[i] || s->pinned->text[i]) && f[F_PIN].w) {
        put_input_value(in, s->pinned->num[i], str_of(s->pinned->text[i]), &b);
        if (is_factor(in) && str_eq(str_of(s->pinned->text[i]), level_of(s, i)))
            buf_clear(&b);
        field_text(&f[F_PIN], c, y, cursor ? st : STYLE_NAME, buf_slice(&b));
    }
    buf_free(&b);
}

static void draw_sliders(Whats *s, Canvas *c, int y, int width, int bottom)
{
    int longest = 10, plain = c->plain;
    for (size_t k = 0; k < s->list.n; k++) {
        int w = (int)utf8_width(str_of(input(s, s->shown[k])->name));
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

static void draw_waterfall(const Whats *s, Canvas *c, int x, int y, int width, int bottom)
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
        return;
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

static void draw(Ui *ui, void *state, Canvas *c)
{
    Whats *s = state;
    int bottom = c->rows - 2, y = 3;
    draw_title(s, c);
    draw_answer(ui, s, c);
    draw_gauge(ui, s, c);
    if (s->v.r.nnotes && c->rows >= 10)
        canvas_text(c, 0, --bottom, c->cols, STYLE_WARNING, str_of(s->v.r.notes[0]));
    bool both = c->cols >= SPLIT_COLS;
    int left = both ? c->cols - c->cols * 2 / 5 - 2 : c->cols;
    if (both || !s->waterfall)
        draw_sliders(s, c, y, left, bottom);
    if (both || s->waterfall)
        draw_waterfall(s, c, both ? left + 2 : 0, y, both ? c->cols - left - 2 : c->cols, bottom);
}

static const char *about(void *state)
{
    return ((const Whats *)state)->v.w->model->name;
}

static const KeyRow keys[] = {
    {"Left Right", "change", 0},
    {"Enter", "type a value", 1},
    {"x", "what flips it", 1},
    {"n", "nearest rows", 2},
    {"w", "waterfall", 2},
    {"r", "a real row", 2},
    {"0", "typical", 3},
    {"A", "all typical", 4},
    {"z", "freeze", 4},
    {"X", "take the flip", 5},
    {"p", "pin, compare", 4},
    {"e", "in words", 5},
    {"+ -", "by one", 5},
    {"U", "a user's values", 6},
    {"P", "a post's", 6},
    {"J", "the engine's query", 7},
    {"Shift-Left Shift-Right", "far", 7},
    {0},
};

const Screen scr_whatif = {
    .name = "whatif",
    .title = "what if",
    .brief = "a slider a feature, the probability at once",
    .keys = keys,
    .needs = NEED_MODEL,
    .open = open_whatif,
    .key = key,
    .draw = draw,
    .close = close_whatif,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
