/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_coef.c - the coefficients of a model: sorted, with bars and intervals, in odds or log odds,
 * by group, in words. How it looks is coef_draw.c.
 *
 * Opened without a name it follows the session's current model, so that dropping a term (a refit)
 * and undo show at once.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "coef_priv.h"
#include "shell/command.h"
#include "shell/model_show.h"
#include "shell/parse.h"
#include "shell/refit.h"
#include "shell/settings.h"
#include "subject.h"

#define BAR_REACH 3.0 /* intervals are drawn up to so many times the largest estimate */

static const char *const sort_names[] = {"coef", "abs", "p", "name", "model"};

/* ---- state ---- */

static int group_rank(const char *g)
{
    static const char *const order[] = {"user",     "post",  "product", "interaction",
                                        "affinity", "login", "derived"};
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

static void show_effect(Ui *ui, void *state)
{
    const Coefs *s = state;
    long input = coefs_input(s);
    Buf b = BUF_INIT;
    if (input < 0) {
        ui_message(ui, STYLE_DIM, "the intercept is where everything is 0: it has no curve");
        return;
    }
    buf_puts(&b, "effect ");
    buf_name(&b, str_of(s->model->inputs[input].name));
    put_model_option(ui, s->model, &b);
    ui_run(ui, false, "%s", b.p);
    buf_free(&b);
}

static void drop_term(Ui *ui, void *state)
{
    const Coefs *s = state;
    Session *ss = ui_session(ui);
    long term = coefs_term(s), i = session_model_index(ss, s->model);
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
    const char *other = NULL; /* the only one */
    for (size_t i = 0; i < ss->nmodels; i++)
        if (ss->models[i].model != s->model)
            other = ss->models[i].model->name;
    if (!other)
        ui_message(ui, STYLE_DIM, "there is no other model: d leaves a term out, : fit makes one");
    else if (ss->nmodels == 2)
        compare_asked(ui, s, str_of(other));
    else {
        Buf names = BUF_INIT;
        put_models(ui, s->model, &names);
        ui_pick(ui, "compare with", &names, compare_asked);
        buf_free(&names);
    }
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
    .draw = coefs_draw,
    .close = close_coefs,
    .find = find,
    .command = command,
    .refresh = refresh,
    .about = about,
};
