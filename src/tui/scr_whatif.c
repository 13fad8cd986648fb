/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_whatif.c - one vector under the fingers: a slider a feature, the probability at once.
 *
 * A slider walks over what the training data hold: the 5 % quantiles of a number, the levels of a
 * factor by how common they are. Every change goes through whatif_eval (the same recipe, encoding
 * and product as scoring) and into the session's vector, so that the shell's whatif, flip, near and
 * explain speak of the same row. What each term adds stands beside its feature, and in order of
 * size in the waterfall. What the shell answers is asked in whatif_ask.c, how it looks is
 * whatif_draw.c.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/command.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/settings.h"
#include "subject.h"
#include "whatif_priv.h"

#define QUANTILES 20 /* steps of a slider over numbers */
#define BIG_STEP 5

/* ---- state ---- */

static size_t here(const Whats *s)
{
    return s->shown[s->list.at];
}

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
void whats_eval(Ui *ui, Whats *s)
{
    Session *ss = ui_session(ui);
    Error err = ERROR_INIT;
    whatif_result_clear(&s->v.r);
    frame_unref(s->v.row);
    s->v.row = NULL;
    bool derived = false;
    for (size_t i = 0; i < s->v.w->n; i++)
        derived = derived || whats_computed(s, i);
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
    free(s->user);
    s->user = NULL;
}

static void close_whatif(void *state)
{
    stop(state);
    free(state);
}

static bool has_inputs(const Model *m, Error *err)
{
    for (size_t i = 0; i < m->ninputs; i++)
        if (!m->inputs[i].is_offset)
            return true;
    return fail(err, ERR_DATA, "%s has no feature that could be changed", m->name);
}

static void *open_whatif(Ui *ui, Str subject, Error *err)
{
    const Session *ss = ui_session(ui);
    long i = subject_model(ui, subject, err);
    if (i < 0 || !has_inputs(ss->models[i].model, err))
        return NULL;
    Whats *s = xcalloc(1, sizeof *s);
    s->follows = i == ss->current_model;
    s->rng = rng_stream(ss->seed, "random row");
    start(ui, s, ss->models[i].model);
    whats_eval(ui, s);
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
        if (k < 0 || !old->set[i] ||
            whats_is_factor(&m->inputs[k]) != whats_is_factor(&old->model->inputs[i]))
            continue;
        s->v.w->num[k] = old->num[i];
        free(s->v.w->text[k]);
        s->v.w->text[k] = old->text[i] ? xstrdup(old->text[i]) : NULL;
        s->v.w->set[k] = 1;
    }
    whatif_free(old);
    whats_eval(ui, s);
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
    Error err = ERROR_INIT;
    if (s->follows && ss->current_model < 0)
        return false;
    if (s->follows && !has_inputs(ss->models[ss->current_model].model, &err)) {
        ui_error(ui, &err);
        return false;
    }
    if (s->follows && ss->models[ss->current_model].model != s->v.w->model) {
        change_model(ui, s, ss->models[ss->current_model].model);
    } else if (ss->whatif && ss->whatif->model == s->v.w->model) {
        if (same_vector(ss->whatif, s->v.w))
            return true;
        whatif_free(s->v.w); /* a command typed something */
        s->v.w = whatif_copy(ss->whatif);
        s->row = -1;
        whats_eval(ui, s);
    } else if (!ss->whatif) {
        whats_eval(ui, s);
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
            whats_put_typed(s->v.w, i, out);
        }
    put_model_option(ui, s->v.w->model, out);
}

/* ---- changes ---- */

static void changed(Ui *ui, Whats *s, size_t i)
{
    Buf b = BUF_INIT;
    s->row = -1;
    s->v.w->set[i] = 1;
    whats_put_typed(s->v.w, i, &b);
    ui_did(ui, "whatif %s", b.p);
    whats_eval(ui, s);
    buf_free(&b);
}

static void set_level(Whats *s, size_t i, size_t k)
{
    free(s->v.w->text[i]);
    s->v.w->text[i] = xstrdup(whats_input(s, i)->levels[k]);
}

static void step(Ui *ui, Whats *s, int steps)
{
    size_t i = here(s);
    const InputSummary *in = whats_input(s, i);
    if (!whats_is_factor(in)) {
        s->v.w->num[i] = whats_step(in, whats_number(s, i), steps);
    } else if (in->nlevels) {
        long at = -1, last = (long)in->nlevels - 1;
        Str now = whats_level(s, i);
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
    const InputSummary *in = whats_input(s, i);
    double v = whats_number(s, i), unit = in->type == COL_REAL   ? in->sd / 50
                                          : in->type == COL_TIME ? US_PER_DAY
                                                                 : 1;
    if (whats_is_factor(in) || in->type == COL_BOOL || isnan(v)) {
        step(ui, s, dir);
        return;
    }
    s->v.w->num[i] = v + dir * (unit > 0 ? unit : 1);
    changed(ui, s, i);
}

/* The other way: a click. */
static void slide_to(Ui *ui, Whats *s, double frac)
{
    size_t i = here(s);
    const InputSummary *in = whats_input(s, i);
    frac = frac < 0 ? 0 : frac > 1 ? 1 : frac;
    if (whats_is_factor(in)) {
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
    if (whatif_set(s->v.w, str_of(whats_input(s, here(s))->name), str_trim(answer), SPAN_NONE,
                   &err))
        changed(ui, s, here(s));
    else
        ui_error(ui, &err);
}

static void ask_value(Ui *ui, void *state)
{
    Whats *s = state;
    char prompt[48];
    snprintf(prompt, sizeof prompt, "%.40s = ", whats_input(s, here(s))->name);
    ui_ask(ui, prompt, STR_NULL, value_asked);
}

static void to_typical(Ui *ui, void *state)
{
    Whats *s = state;
    size_t i = here(s);
    Error err = ERROR_INIT;
    whatif_set(s->v.w, str_of(whats_input(s, i)->name), STR("typical"), SPAN_NONE, &err);
    ui_did(ui, "whatif %s=typical", whats_input(s, i)->name);
    whats_eval(ui, s);
}

static void all_typical(Ui *ui, void *state)
{
    Whats *s = state;
    WhatIf *fresh = whatif_new(s->v.w->model);
    whatif_free(s->v.w);
    s->v.w = fresh;
    s->row = -1;
    ui_did(ui, "whatif");
    whats_eval(ui, s);
}

static const Frame *rows_of(Ui *ui, const Whats *s)
{
    Session *ss = ui_session(ui);
    long i = session_model_index(ss, s->v.w->model);
    return i >= 0 ? ss->models[i].data.frame : NULL;
}

static void random_row(Ui *ui, void *state)
{
    Whats *s = state;
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
    whats_eval(ui, s);
    s->row = (long)row;
    bool number = y && y->type != COL_CODE && y->type != COL_TEXT;
    s->outcome = number ? column_real(y, row) : NAN;
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

static void step_back(Ui *ui, void *state)
{
    step(ui, state, -1);
}

static void step_on(Ui *ui, void *state)
{
    step(ui, state, 1);
}

static void far_back(Ui *ui, void *state)
{
    step(ui, state, -BIG_STEP);
}

static void far_on(Ui *ui, void *state)
{
    step(ui, state, BIG_STEP);
}

static void one_more(Ui *ui, void *state)
{
    nudge(ui, state, 1);
}

static void one_less(Ui *ui, void *state)
{
    nudge(ui, state, -1);
}

static void freeze(Ui *ui, void *state)
{
    const Whats *s = state;
    (void)ui;
    s->frozen[here(s)] = !s->frozen[here(s)];
}

static void toggle_waterfall(Ui *ui, void *state)
{
    Whats *s = state;
    (void)ui;
    s->waterfall = !s->waterfall;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Whats *s = state;
    if (k == K_MOUSE)
        return mouse && mouse_key(ui, s, mouse);
    return list_key(&s->list, k, mouse);
}

static Str input_name(const void *ctx, size_t i)
{
    const Whats *s = ctx;
    return str_of(whats_input(s, s->shown[i])->name);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Whats *s = state;
    return list_find(&s->list, text, dir, input_name, s);
}

static const char *about(void *state)
{
    return ((const Whats *)state)->v.w->model->name;
}

static const KeyRow keys[] = {
    {"Left Right", "change", 0, {step_back, step_on}},
    {"h l", NULL, 9, {step_back, step_on}},
    {"Enter", "type a value", 1, {ask_value}},
    {"x", "what flips it", 1, {whats_ask_flip}},
    {"n", "nearest rows", 2, {whats_ask_near}},
    {"w", "waterfall", 2, {toggle_waterfall}},
    {"r", "a real row", 2, {random_row}},
    {"0", "typical", 3, {to_typical}},
    {"A", "all typical", 4, {all_typical}},
    {"z", "freeze", 4, {freeze}},
    {"X", "take the flip", 5, {whats_apply_flip}},
    {"p", "pin, compare", 4, {whats_pin}},
    {"e", "in words", 5, {whats_ask_words}},
    {"- +", "by one", 5, {one_less, one_more}},
    {"U", "a user's values", 6, {whats_ask_user}},
    {"P", "a post's", 6, {whats_ask_post}},
    {"J", "the engine's query", 7, {whats_ask_engine}},
    {"Shift-Left Shift-Right", "far", 7, {far_back, far_on}},
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
    .draw = whats_draw,
    .close = close_whatif,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
