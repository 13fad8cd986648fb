/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_columns.c - the feature table: a line a column of a table, with what it looks like, what it
 * tells alone, and whether it is in the formula.
 *
 * Columns are looked at in slices while no key waits, in three passes (summaries, areas, alarms),
 * so that a wide or long table is on the screen at once. Taking a column in or out edits the
 * formula; `r` fits it. How it looks is columns_draw.c.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "data/frameops.h"
#include "columns_priv.h"
#include "formula_edit.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/refit.h"
#include "subject.h"

#define SLICE 8 /* columns looked at between two keys */

/* ---- the formula ---- */

static const Model *current_model(Ui *ui)
{
    const Session *ss = ui_session(ui);
    return ss->current_model >= 0 ? ss->models[ss->current_model].model : NULL;
}

/* Starts from the current model's formula when that was fitted to this table. */
static void take_formula(Ui *ui, Columns *s)
{
    const Model *m = current_model(ui);
    model_unref((Model *)s->of); /* our own reference */
    s->of = m ? model_ref(m) : NULL;
    buf_clear(&s->formula);
    if (m && m->table && strcmp(m->table, s->table) == 0)
        buf_puts(&s->formula, m->formula);
    s->edited = false;
    formula_columns(buf_slice(&s->formula), s->frame, s->in);
}

/* ---- state ---- */

static void close_columns(void *state)
{
    Columns *s = state;
    frame_unref(s->frame);
    recipe_unref(s->recipe);
    model_unref((Model *)s->of); /* our own reference */
    free(s->table);
    free(s->response);
    free(s->sum);
    free(s->auc);
    free(s->alarm);
    free(s->alarms);
    free(s->order);
    free(s->in);
    buf_free(&s->formula);
    free(s);
}

/* The table asked for, else the one the current model was fitted to, else the current one. */
static long find_table(const Session *ss, Str subject)
{
    if (subject.n)
        return session_find_table(ss, subject);
    const Model *m = ss->current_model >= 0 ? ss->models[ss->current_model].model : NULL;
    long i = m && m->table ? session_find_table(ss, str_of(m->table)) : -1;
    return i >= 0 ? i : ss->current_table;
}

static void *open_columns(Ui *ui, Str subject, Error *err)
{
    const Session *ss = ui_session(ui);
    long i = find_table(ss, subject);
    if (i < 0) {
        fail(err, ERR_NAME, "no table '%.*s'", STR_ARG(subject));
        return NULL;
    }
    if (!ss->tables[i].data.frame->ncols) {
        fail(err, ERR_DATA, "'%s' has no column", ss->tables[i].name);
        return NULL;
    }
    Columns *s = xcalloc(1, sizeof *s);
    s->table = xstrdup(ss->tables[i].name);
    s->frame = frame_ref(ss->tables[i].data.frame);
    s->recipe = recipe_ref(ss->tables[i].data.recipe);
    const char *y = subject_response(ui, s->table, s->frame);
    s->response = y ? xstrdup(y) : NULL;
    size_t n = s->list.n = s->frame->ncols;
    s->sum = xcalloc(n + 1, sizeof *s->sum);
    s->auc = xcalloc(n + 1, sizeof *s->auc);
    s->alarm = xcalloc(n + 1, sizeof *s->alarm);
    s->order = xcalloc(n + 1, sizeof *s->order);
    s->in = xcalloc(n + 1, 1);
    for (size_t j = 0; j < n; j++) {
        s->order[j] = j;
        s->auc[j] = NAN;
    }
    take_formula(ui, s);
    return s;
}

static size_t here(const Columns *s)
{
    return s->order[s->list.at];
}

static bool refresh(Ui *ui, void *state)
{
    Columns *s = state;
    const Session *ss = ui_session(ui);
    long i = session_find_table(ss, str_of(s->table));
    Error err = ERROR_INIT;
    if (i < 0)
        return false;
    if (ss->tables[i].data.frame == s->frame) {
        if (!s->edited || s->of != current_model(ui)) /* a look at a column keeps what was edited */
            take_formula(ui, s);
        return true;
    }
    Columns *fresh = open_columns(ui, str_of(s->table), &err);
    if (!fresh)
        return false;
    fresh->list.at = s->list.at;
    Columns old = *s;
    *s = *fresh;
    *fresh = old;
    close_columns(fresh);
    return true;
}

static void command(Ui *ui, void *state, Buf *out)
{
    const Columns *s = state;
    (void)ui;
    buf_puts(out, "describe ");
    buf_name(out, str_of(s->table));
}

/* ---- looking, in slices ---- */

static void attach_alarms(Columns *s, size_t n)
{
    for (size_t i = n; i-- > 0;) {
        long j = frame_find(s->frame, str_of(s->alarms[i].column));
        if (j >= 0)
            s->alarm[j] = &s->alarms[i];
    }
}

static int compare(const Columns *s, size_t a, size_t b)
{
    double x = 0, y = 0;
    switch (s->by) {
    case ORDER_AUC:
        x = isnan(s->auc[b]) ? 0 : s->auc[b];
        y = isnan(s->auc[a]) ? 0 : s->auc[a];
        break;
    case ORDER_MISSING:
        x = (double)s->frame->cols[b]->nulls;
        y = (double)s->frame->cols[a]->nulls;
        break;
    case ORDER_DISTINCT:
        x = (double)s->sum[b].distinct;
        y = (double)s->sum[a].distinct;
        break;
    case ORDER_NAME:
        return str_cmp(str_of(s->frame->names[a]), str_of(s->frame->names[b]));
    default:
        break;
    }
    return x < y ? -1 : x > y ? 1 : a < b ? -1 : a > b;
}

static void arrange(Columns *s)
{
    size_t keep = s->list.n ? here(s) : 0;
    for (size_t i = 0; i < s->list.n; i++) { /* hundreds at most: insertion sort */
        size_t k = i;
        for (; k && compare(s, s->order[k - 1], i) > 0; k--)
            s->order[k] = s->order[k - 1];
        s->order[k] = i;
    }
    for (size_t i = 0; i < s->list.n; i++)
        if (s->order[i] == keep)
            s->list.at = i;
}

static bool stop(void *state)
{
    Columns *s = state;
    bool was = s->pass != PASS_DONE;
    s->pass = PASS_DONE;
    return was;
}

static bool work(Ui *ui, void *state, const char **what, double *done)
{
    Columns *s = state;
    *what = "looking at the columns";
    Error err = ERROR_INIT;
    size_t n = s->frame->ncols, k = n - s->done < SLICE ? n - s->done : SLICE, cols[SLICE],
           alarms = 0;
    if (s->pass == PASS_DONE)
        return false;
    for (size_t i = 0; i < k; i++)
        cols[i] = s->done + i;
    if (s->pass == PASS_SUMMARY)
        frame_summary(s->frame, cols, k, s->sum + s->done, &err);
    else if (s->pass == PASS_AUC && s->response)
        columns_auc(s->frame, s->response, cols, k, s->auc + s->done, &err);
    s->done += k;
    if (s->pass == PASS_ALARMS) { /* compares columns with each other: all at once */
        free(s->alarms);          /* of another response */
        memset(s->alarm, 0, n * sizeof *s->alarm);
        s->alarms = alarms_check(s->frame, s->response, &alarms, &err);
        attach_alarms(s, alarms);
        s->done = n;
    }
    if (s->done == n) {
        s->pass++;
        s->done = 0;
        arrange(s);
    }
    if (error_is_set(&err)) { /* no memory, or ^C: what is there stays */
        ui_error(ui, &err);
        cancel_clear();
        s->pass = PASS_DONE;
    }
    *done = ((double)s->pass + (double)s->done / (double)(n ? n : 1)) / PASS_DONE;
    return s->pass != PASS_DONE;
}

/* ---- keys ---- */

static void response_asked(Ui *ui, void *state, Str answer)
{
    Columns *s = state;
    answer = str_trim(answer);
    if (!answer.n)
        return;
    long j = frame_find(s->frame, answer);
    if (j < 0) {
        ui_message(ui, STYLE_ERROR, "error: %s has no column '%.*s'", s->table, STR_ARG(answer));
        return;
    }
    free(s->response);
    s->response = xstrdup(s->frame->names[j]);
    s->pass = PASS_AUC;
    s->done = 0;
}

static void ask_response(Ui *ui, void *state)
{
    const Columns *s = state;
    Buf names = BUF_INIT;
    for (size_t j = 0; j < s->frame->ncols; j++)
        buf_put(&names, s->frame->names[j], strlen(s->frame->names[j]) + 1);
    ui_pick(ui, "the response", &names, response_asked);
    buf_free(&names);
}

static void told(Ui *ui, Columns *s)
{
    s->edited = true;
    formula_columns(buf_slice(&s->formula), s->frame, s->in);
    ui_did(ui, "fit %s --data %s", s->formula.p, s->table);
}

static void take_in(Ui *ui, void *state)
{
    Columns *s = state;
    const char *name = s->frame->names[here(s)];
    if (!s->response) {
        ask_response(ui, state);
        return;
    }
    if (strcmp(name, s->response) == 0) {
        ui_message(ui, STYLE_DIM, "%s is the response", name);
        return;
    }
    if (s->in[here(s)]) {
        ui_message(ui, STYLE_DIM, "%s is in the formula", name);
        return;
    }
    formula_with(&s->formula, s->response, name);
    told(ui, s);
}

static void take_out(Ui *ui, void *state)
{
    Columns *s = state;
    Error err = ERROR_INIT;
    if (!s->in[here(s)])
        ui_message(ui, STYLE_DIM, "%s is not in the formula", s->frame->names[here(s)]);
    else if (formula_without(&s->formula, s->frame, s->frame->names[here(s)], &err))
        told(ui, s);
    else
        ui_error(ui, &err);
}

/* The new fit keeps the options of the model it comes from. */
static void refit(Ui *ui, void *state)
{
    Columns *s = state;
    Session *ss = ui_session(ui);
    Buf line = BUF_INIT;
    const Model *m = current_model(ui);
    if (!s->formula.n) {
        ui_message(ui, STYLE_DIM, "no formula yet: a takes columns in");
        return;
    }
    if (!m || !m->table || strcmp(m->table, s->table) != 0 ||
        !refit_line(ss, ss->current_model, buf_slice(&s->formula), &line)) {
        buf_printf(&line, "fit %s --data ", s->formula.p);
        buf_name(&line, str_of(s->table));
    }
    ui_run(ui, true, "%s", line.p);
    buf_free(&line);
}

static void formula_asked(Ui *ui, void *state, Str answer)
{
    Columns *s = state;
    Error err = ERROR_INIT;
    if (!answer.n)
        return;
    Terms *t = terms_parse(answer, 0, s->frame, &err);
    if (!t) {
        ui_error(ui, &err);
        return;
    }
    buf_clear(&s->formula);
    terms_print(t, &s->formula);
    terms_free(t);
    told(ui, s);
}

static void look(Ui *ui, const Columns *s, const char *verb, const char *by)
{
    Buf line = BUF_INIT;
    buf_printf(&line, "%s ", verb);
    buf_name(&line, str_of(s->table));
    buf_putc(&line, ' ');
    buf_name(&line, str_of(s->frame->names[here(s)]));
    if (by) {
        buf_puts(&line, " by ");
        buf_name(&line, str_of(by));
    }
    ui_run(ui, false, "%s", line.p);
    buf_free(&line);
}

/* The histogram with the rate of the response, which has to be a number for that. */
static void histogram(Ui *ui, void *state)
{
    const Columns *s = state;
    const Column *y = s->response ? frame_column(s->frame, str_of(s->response)) : NULL;
    bool rate = y && (y->type == COL_INT || y->type == COL_REAL || y->type == COL_BOOL);
    look(ui, s, "hist",
         rate && strcmp(s->response, s->frame->names[here(s)]) != 0 ? s->response : NULL);
}

static void tell_alarm(Ui *ui, void *state)
{
    const Columns *s = state;
    const Alarm *a = s->alarm[here(s)];
    if (!a) {
        ui_message(ui, STYLE_DIM, "no alarm about %s", s->frame->names[here(s)]);
        return;
    }
    ui_run(ui, false, s->response ? "check %s --response %s" : "check %s", s->table, s->response);
}

static void next_order(Ui *ui, void *state)
{
    Columns *s = state;
    (void)ui;
    s->by = (s->by + 1) % NORDERS;
    arrange(s);
}

static void ask_formula(Ui *ui, void *state)
{
    const Columns *s = state;
    ui_ask(ui, "formula: ", buf_slice(&s->formula), formula_asked);
}

static void levels(Ui *ui, void *state)
{
    look(ui, state, "count", NULL);
}

static void describe(Ui *ui, void *state)
{
    look(ui, state, "describe", NULL);
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Columns *s = state;
    bool moved = list_key(&s->list, k, mouse);
    if (moved && k == K_MOUSE && mouse->double_click)
        histogram(ui, s);
    return moved;
}

static Str column_name(const void *ctx, size_t i)
{
    const Columns *s = ctx;
    return str_of(s->frame->names[s->order[i]]);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    (void)ui;
    Columns *s = state;
    return list_find(&s->list, text, dir, column_name, s);
}

static const char *about(void *state)
{
    return ((const Columns *)state)->table;
}

static const KeyRow keys[] = {
    {"a", "in", 0, {take_in}},           {"x", "out of the formula", 0, {take_out}},
    {"r", "refit", 0, {refit}},          {"Enter", "histogram", 1, {histogram}},
    {"s", "sort", 1, {next_order}},      {"f", "edit the formula", 3, {ask_formula}},
    {"l", "levels", 4, {levels}},        {"I", "describe", 5, {describe}},
    {"!", "its alarm", 4, {tell_alarm}}, {"Y", "the response", 6, {ask_response}},
    {"g G", "first, last", 7, {NULL}},   {0},
};

const Screen scr_columns = {
    .name = "columns",
    .title = "columns",
    .brief = "what each column looks like and tells; in and out of the formula",
    .keys = keys,
    .needs = NEED_TABLE,
    .open = open_columns,
    .key = key,
    .draw = columns_draw,
    .close = close_columns,
    .find = find,
    .command = command,
    .work = work,
    .stop = stop,
    .refresh = refresh,
    .about = about,
};
