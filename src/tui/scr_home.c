/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_home.c - where one begins: the tables that are loaded, the models that are fitted, and what
 * was done so far.
 *
 * The list is the session's own, read anew at each draw: there is no state but the cursor.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/command.h"
#include "shell/journal.h"
#include "shell/parse.h"
#include "tui/screen.h"

typedef struct Home {
    size_t at;        /* cursor: tables first, then models */
    int first_row[2]; /* where tables and models were drawn, for the mouse */
} Home;

static size_t count(const Session *s)
{
    return s->ntables + s->nmodels;
}

static void *open_home(Ui *ui, Str subject, Error *err)
{
    (void)subject;
    (void)err;
    const Session *s = ui_session(ui);
    Home *h = xcalloc(1, sizeof *h);
    if (s->current_model >= 0)
        h->at = s->ntables + (size_t)s->current_model;
    else if (s->current_table >= 0)
        h->at = (size_t)s->current_table;
    return h;
}

static const char *name_at(const Session *s, size_t at)
{
    return at < s->ntables ? s->tables[at].name : s->models[at - s->ntables].model->name;
}

static void command(Ui *ui, void *state, Buf *out)
{
    const Home *h = state;
    buf_puts(out,
             h->at < ui_session(ui)->ntables || !ui_session(ui)->nmodels ? "tables" : "models");
}

/* ---- keys ---- */

static void on_name(Ui *ui, const Home *h, const char *verb)
{
    Buf line = BUF_INIT;
    if (h->at >= count(ui_session(ui)))
        return;
    buf_printf(&line, "%s ", verb);
    buf_name(&line, str_of(name_at(ui_session(ui), h->at)));
    ui_run(ui, true, "%s", line.p);
    buf_free(&line);
}

static void open_it(Ui *ui, void *state)
{
    const Home *h = state;
    const Session *s = ui_session(ui);
    if (h->at < s->ntables)
        ui_push(ui, "frame", str_of(s->tables[h->at].name));
    else if (h->at < count(s))
        ui_push(ui, "coef", str_of(name_at(s, h->at)));
}

static void load_asked(Ui *ui, void *state, Str answer)
{
    (void)state;
    if (answer.n)
        ui_run(ui, true, "load %.*s", STR_ARG(answer));
}

static void use(Ui *ui, void *state)
{
    on_name(ui, state, "use");
}

static void drop(Ui *ui, void *state)
{
    on_name(ui, state, "drop");
}

static void ask_load(Ui *ui, void *state)
{
    (void)state;
    ui_ask(ui, "load ", STR_NULL, load_asked);
}

static bool mouse_key(Ui *ui, Home *h, const Mouse *m)
{
    const Session *s = ui_session(ui);
    size_t n[2] = {s->ntables, s->nmodels};
    if (m->wheel_up)
        h->at -= h->at > 0;
    else if (m->wheel_down)
        h->at++;
    for (int k = 0; k < 2 && (m->click || m->double_click); k++)
        if (m->y >= h->first_row[k] && m->y < h->first_row[k] + (int)n[k])
            h->at = (k ? n[0] : 0) + (size_t)(m->y - h->first_row[k]);
    if (m->double_click)
        open_it(ui, h);
    return true;
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    Home *h = state;
    size_t n = count(ui_session(ui));
    switch (k) {
    case K_MOUSE:
        return mouse && mouse_key(ui, h, mouse);
    case K_DOWN:
    case 'j':
        h->at += h->at + 1 < n;
        return true;
    case K_UP:
    case 'k':
        h->at -= h->at > 0;
        return true;
    case K_HOME:
    case 'g':
        h->at = 0;
        return true;
    case K_END:
    case 'G':
        h->at = n ? n - 1 : 0;
        return true;
    default:
        return false;
    }
}

static bool refresh(Ui *ui, void *state)
{
    Home *h = state;
    size_t n = count(ui_session(ui));
    if (h->at >= n)
        h->at = n ? n - 1 : 0;
    return true;
}

/* ---- drawing ---- */

/* Lists that are longer than their room are scrolled to the cursor. */
static size_t first_shown(size_t n, size_t at, int room)
{
    size_t fit = room > 0 ? (size_t)room : 1;
    if (n <= fit || at < fit)
        return 0;
    return at < n ? at - fit + 1 : n - fit;
}

static void draw_table(const Session *s, size_t i, Canvas *c, int y, Style st)
{
    const NamedData *t = &s->tables[i];
    Buf b = BUF_INIT;
    buf_count(&b, t->data.frame->rows);
    buf_printf(&b, " x %zu", t->data.frame->ncols);
    int x = c->cols >= 60 ? 22 : 18;
    canvas_text(c, 2, y, x - 3, st == STYLE_CURSOR ? st : STYLE_NAME, str_of(t->name));
    canvas_right(c, x, y, 17, st, buf_slice(&b));
    const char *from = t->data.frame->origin;
    if (c->cols >= 60)
        canvas_text(c, x + 20, y, c->cols - x - 21, st == STYLE_CURSOR ? st : STYLE_DIM,
                    str_of(from ? from : "made here"));
    buf_free(&b);
}

static void draw_model(const Session *s, size_t i, Canvas *c, int y, Style st)
{
    const Model *m = s->models[i].model;
    const Metrics *k = m->test.n ? &m->test : &m->train;
    Buf b = BUF_INIT;
    if (m->binary && isfinite(k->roc_auc))
        buf_printf(&b, "AUC %.3f%s", k->roc_auc, m->test.n ? " test" : "");
    else if (isfinite(m->fit->aic))
        buf_printf(&b, "AIC %.1f", m->fit->aic);
    int right = c->cols - 16, x = c->cols >= 60 ? 14 : 8;
    canvas_text(c, 2, y, x - 3, st == STYLE_CURSOR ? st : STYLE_NAME, str_of(m->name));
    canvas_text(c, x, y, right - x - 1, st, str_of(m->formula));
    canvas_right(c, right, y, 15, st, buf_slice(&b));
    if (m->nalarms)
        canvas_text(c, 1, y, 1, st == STYLE_CURSOR ? st : STYLE_WARNING, STR("!"));
    buf_free(&b);
}

static int draw_list(const Session *s, const Home *h, Canvas *c, int y, int room, bool models)
{
    size_t n = models ? s->nmodels : s->ntables, at = models ? h->at - s->ntables : h->at;
    bool here = models ? h->at >= s->ntables : h->at < s->ntables;
    long current = models ? s->current_model : s->current_table;
    size_t from = here ? first_shown(n, at, room) : n > (size_t)room ? n - (size_t)room : 0;
    for (int k = 0; k < room && from + (size_t)k < n; k++) {
        size_t i = from + (size_t)k;
        Style st = here && i == at ? STYLE_CURSOR : STYLE_PLAIN;
        canvas_fill(c, 0, y, c->cols, 1, st);
        if ((long)i == current)
            canvas_text(c, 0, y, 1, st, STR("*"));
        if (models)
            draw_model(s, i, c, y++, st);
        else
            draw_table(s, i, c, y++, st);
    }
    return y;
}

static void draw_done(const Session *s, Canvas *c, int y, int bottom)
{
    size_t n = journal_count(s->journal), room = bottom > y + 1 ? (size_t)(bottom - y - 1) : 0;
    if (!n || !room)
        return;
    canvas_text(c, 0, y++, c->cols, STYLE_TITLE, STR("done so far"));
    for (size_t i = n > room ? n - room : 0; i < n; i++)
        canvas_text(c, 2, y++, c->cols - 3, STYLE_DIM, str_of(journal_line(s->journal, i)));
}

static void draw_empty(Canvas *c, int y)
{
    canvas_text(c, 2, y, c->cols - 2, STYLE_PLAIN, STR("Nothing is loaded yet."));
    canvas_text(c, 2, y + 2, c->cols - 2, STYLE_KEY, STR("o"));
    canvas_text(c, 10, y + 2, c->cols - 10, STYLE_PLAIN, STR("load a file (csv, ndjson, .gz ...)"));
    canvas_text(c, 2, y + 3, c->cols - 2, STYLE_KEY, STR(":"));
    canvas_text(c, 10, y + 3, c->cols - 10, STYLE_PLAIN,
                STR("any command; simulate blog makes data"));
    canvas_text(c, 2, y + 4, c->cols - 2, STYLE_KEY, STR("Space"));
    canvas_text(c, 10, y + 4, c->cols - 10, STYLE_PLAIN,
                STR("everything there is, to choose from"));
}

static void draw(Ui *ui, void *state, Canvas *c)
{
    Home *h = state;
    const Session *s = ui_session(ui);
    int bottom = c->rows - 2;
    canvas_text(c, 0, 0, c->cols, STYLE_TITLE, STR("glint"));
    if (!count(s)) {
        draw_empty(c, 2);
        return;
    }
    /* models get what tables leave, tables at least half */
    int room = bottom - 3, models = (int)s->nmodels, tables = (int)s->ntables;
    if (tables + models > room) {
        int half = room / 2;
        tables = tables < half ? tables : models < room - half ? room - models : half;
        models = models < room - tables ? models : room - tables;
    }
    canvas_text(c, 0, 1, c->cols, STYLE_TITLE, STR("tables"));
    h->first_row[0] = 2;
    int y = draw_list(s, h, c, 2, tables, false);
    if (models) {
        canvas_text(c, 0, y++, c->cols, STYLE_TITLE, STR("models"));
        h->first_row[1] = y;
        y = draw_list(s, h, c, y, models, true);
    }
    draw_done(s, c, y + 1, bottom);
}

static bool find(Ui *ui, void *state, Str text, int dir)
{
    Home *h = state;
    const Session *s = ui_session(ui);
    size_t n = count(s);
    for (size_t k = dir == 0 ? 0 : 1; k <= n && n; k++) {
        size_t i = dir < 0 ? (h->at + n - k % n) % n : (h->at + k) % n;
        if (text_holds(str_of(name_at(s, i)), text)) {
            h->at = i;
            return true;
        }
    }
    return false;
}

static const KeyRow keys[] = {
    {"Enter", "open", 0, {open_it}},     {"*", "make it the current one", 2, {use}},
    {"o", "load a file", 1, {ask_load}}, {"d", "drop (u undoes)", 3, {drop}},
    {"g G", "first, last", 7, {NULL}},   {0},
};

const Screen scr_home = {
    .name = "home",
    .title = "home",
    .brief = "what is loaded, what is fitted, what was done",
    .keys = keys,
    .open = open_home,
    .key = key,
    .draw = draw,
    .close = free,
    .find = find,
    .command = command,
    .refresh = refresh,
};
