/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop.c - the stack of screens.
 *
 * A key goes to the line when one is open, else to what lies over the screen, else to the screen,
 * else to the keys that every screen has. After a key everything is drawn anew on the canvas;
 * curses sends the difference. While no key waits, a screen's background work runs in slices of a
 * few milliseconds.
 */
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "shell/command.h"
#include "shell/settings.h"
#include "list.h"
#include "ui_priv.h"

#define MIN_COLS 20
#define MIN_ROWS 6

Session *ui_session(Ui *ui)
{
    return ui->session;
}

/* ---- telling ---- */

void ui_did(Ui *ui, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(ui->did, sizeof ui->did, fmt, ap);
    va_end(ap);
    ui->message[0] = '\0';
}

void ui_message(Ui *ui, Style style, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(ui->message, sizeof ui->message, fmt, ap);
    va_end(ap);
    ui->message_style = style;
    ui->message_passes = false;
}

void ui_error(Ui *ui, const Error *err)
{
    if (err->code == ERR_CANCEL) {
        cancel_clear(); /* it has done its work, and is no key any more */
        ui_message(ui, STYLE_DIM, "stopped: what is shown stays");
        return;
    }
    ui_message(ui, STYLE_ERROR, "error: %s%s%s", err->msg, err->hint[0] ? "   help: " : "",
               err->hint);
}

void ui_copy(Ui *ui, Str text)
{
    if (ui->term)
        term_copy(ui->term, text);
    ui_message(ui, STYLE_DIM, "copied, %zu bytes", text.n);
}

bool text_holds(Str text, Str part)
{
    for (size_t at = 0; at + part.n <= text.n; at++)
        if (str_ieq(str_sub(text, at, at + part.n), part))
            return true;
    return false;
}

void ui_ask(Ui *ui, const char *prompt, Str initial, void (*done)(Ui *, void *, Str))
{
    line_open(ui, prompt, initial, done);
}

/* ---- the stack ---- */

void screen_pop(Ui *ui)
{
    Top *t = ui_top(ui);
    if (t->screen->close)
        t->screen->close(t->state);
    ui->depth--;
}

void remember_look(Ui *ui)
{
    const Top *t = ui->depth ? ui_top(ui) : NULL;
    if (!t || !t->screen->needs || !t->screen->command)
        return;
    Buf b = BUF_INIT;
    t->screen->command(ui, t->state, &b);
    session_put_look(ui->session, b.p);
    buf_free(&b);
}

void ui_pop(Ui *ui)
{
    remember_look(ui);
    if (ui->depth)
        screen_pop(ui);
    ui->leave = ui->leave || ui->depth == 0;
}

static bool has_what_it_needs(Ui *ui, const Screen *s, Error *err)
{
    const Session *ss = ui->session;
    if ((s->needs & NEED_TABLE) && ss->current_table < 0) {
        fail(err, ERR_NAME, "the screen '%s' shows a table, and none is loaded", s->name);
        return error_hint(err, "load FILE");
    }
    if ((s->needs & NEED_MODEL) && ss->current_model < 0) {
        fail(err, ERR_NAME, "the screen '%s' shows a model, and none is fitted", s->name);
        return error_hint(err, "fit Y ~ TERMS");
    }
    return true;
}

/* Of a screen opened without a name: what the screen it is opened from shows. */
static Str same_subject(Ui *ui, const Screen *s)
{
    const Top *t = ui->depth ? ui_top(ui) : NULL;
    bool alike = t && t->screen->about && t->screen->needs == s->needs;
    return alike ? str_of(t->screen->about(t->state)) : STR_NULL;
}

bool screen_open(Ui *ui, const char *name, Str subject, Error *err)
{
    const Screen *s = screen_find(str_of(name), err);
    if (!s || !has_what_it_needs(ui, s, err))
        return false;
    if (!subject.n)
        subject = same_subject(ui, s);
    if (ui->depth == STACK_MAX)
        return fail(err, ERR_USAGE, "%d screens lie on each other: q goes back", STACK_MAX);
    void *state = s->open(ui, subject, err);
    if (!state)
        return false;
    ui->stack[ui->depth++] = (Top){s, state};
    ui->did[0] = ui->message[0] = '\0';
    if (s->command) {
        Buf b = BUF_INIT;
        s->command(ui, state, &b);
        snprintf(ui->did, sizeof ui->did, "%s", b.p ? b.p : "");
        buf_free(&b);
    }
    return true;
}

bool ui_push(Ui *ui, const char *screen, Str subject)
{
    Error err = ERROR_INIT;
    if (screen_open(ui, screen, subject, &err))
        return true;
    ui_error(ui, &err);
    return false;
}

/* ---- the keys that every screen has ---- */

static void search(Ui *ui, int dir)
{
    Top *t = ui_top(ui);
    if (!t->screen->find)
        ui_message(ui, STYLE_DIM, "nothing to search here");
    else if (dir == 0) {
        line_open(ui, "/", STR_NULL, NULL);
        ui->line.search = true;
    } else if (!ui->last_search.n)
        ui_message(ui, STYLE_DIM, "/ searches");
    else if (!t->screen->find(ui, t->state, buf_slice(&ui->last_search), dir))
        ui_message(ui, STYLE_WARNING, "'%s' is nowhere else", ui->last_search.p);
}

/* In place of the screen that was there: side by side, not on top of each other. The first one
 * stays. */
static bool other_screen(Ui *ui, const Screen *s, Error *err)
{
    if (!screen_open(ui, s->name, STR_NULL, err))
        return false;
    if (ui->depth > 2) {
        Top old = ui->stack[ui->depth - 2];
        ui->stack[ui->depth - 2] = ui->stack[ui->depth - 1];
        ui->depth--;
        if (old.screen->close)
            old.screen->close(old.state);
    }
    return true;
}

static void numbered_screen(Ui *ui, size_t i)
{
    size_t n;
    const Screen *const *table = screen_table(&n);
    Error err = ERROR_INIT;
    if (i < n && table[i] != ui_top(ui)->screen && !other_screen(ui, table[i], &err))
        ui_error(ui, &err);
}

/* Round the table to the next one that has something to show. */
static void next_screen(Ui *ui, size_t step)
{
    size_t n, i = 0;
    const Screen *const *table = screen_table(&n);
    while (i < n && table[i] != ui_top(ui)->screen)
        i++;
    for (size_t k = 1; k < n; k++) {
        Error ignored = ERROR_INIT;
        if (other_screen(ui, table[(i + k * step) % n], &ignored))
            return;
    }
    ui_message(ui, STYLE_DIM, "no other screen has anything to show: : runs a command");
}

static void ask_search(Ui *ui, void *state)
{
    (void)state;
    search(ui, 0);
}

static void search_next(Ui *ui, void *state)
{
    (void)state;
    search(ui, 1);
}

static void search_back(Ui *ui, void *state)
{
    (void)state;
    search(ui, -1);
}

static void show_keys(Ui *ui, void *state)
{
    (void)state;
    ui->cover = COVER_KEYS;
    ui->pane_top = 0;
}

static void show_palette(Ui *ui, void *state)
{
    (void)state;
    ui->cover = COVER_PALETTE;
    ui->pick = 0;
    buf_clear(&ui->filter);
}

static void go_back(Ui *ui, void *state)
{
    (void)state;
    ui_pop(ui);
}

static void leave(Ui *ui, void *state)
{
    (void)state;
    remember_look(ui);
    ui->leave = true;
}

static void tab(Ui *ui, void *state)
{
    (void)state;
    next_screen(ui, 1);
}

static void back_tab(Ui *ui, void *state)
{
    size_t n;
    (void)state;
    screen_table(&n);
    next_screen(ui, n - 1);
}

static void redraw(Ui *ui, void *state)
{
    (void)state;
    if (ui->term)
        term_redraw(ui->term);
}

static void stop_or_tell(Ui *ui, void *state)
{
    const Screen *s = ui_top(ui)->screen;
    bool stopped = s->stop && s->stop(state);
    ui_message(ui, STYLE_DIM, stopped ? "stopped: what is shown stays" : "q goes back, Q leaves");
}

static const KeyRow common[] = {
    {"?", "keys", 0, {show_keys}},
    {"F1", NULL, 9, {show_keys}},
    {"Space", "palette", 1, {show_palette}},
    {":", "a command", 1, {ask_command}},
    {"/", "search", 2, {ask_search}},
    {"n N", "next, previous", 6, {search_next, search_back}},
    {"q Esc", "back", 0, {go_back}},
    {"Q", "leave", 5, {leave}},
    {"u ^R", "undo, redo", 5, {undo, redo}},
    {"y Y", "copy, as Markdown", 5, {copy_text_shown, copy_markdown}},
    {"s w", "save as", 4, {ask_save}},
    {"Tab", "next screen", 4, {tab}},
    {"BackTab", NULL, 9, {back_tab}},
    {"1-7", "screens", 6, {NULL}},
    {"^L", "redraw", 9, {redraw}},
    {"^C", "stops the work", 9, {stop_or_tell}},
    {0},
};

const KeyRow *common_keys(void)
{
    return common;
}

static void screen_key(Ui *ui, uint32_t key, const Mouse *mouse)
{
    const Top *t = ui_top(ui);
    KeyAct *act = key_act(t->screen->keys, key);
    ui->message[0] = '\0';
    if (act)
        act(ui, t->state);
    else if (t->screen->key && t->screen->key(ui, t->state, key, mouse))
        return;
    else if ((act = key_act(common, key)) != NULL)
        act(ui, t->state);
    else if (key >= '1' && key <= '9')
        numbered_screen(ui, key - '1');
}

bool ui_key(Ui *ui, uint32_t key, const Mouse *mouse)
{
    if (!ui->depth || ui->leave)
        return false;
    if (ui->line.open) {
        line_key(ui, key);
    } else if (ui->cover != COVER_NONE) {
        cover_key(ui, key, mouse);
    } else {
        screen_key(ui, key, mouse);
    }
    return ui->depth && !ui->leave;
}

/* ---- drawing ---- */

/* One row of the bar when it fits before `end`; returns the cells used. */
static int draw_bar_row(Canvas *c, int x, int y, int end, const KeyRow *k, const KeyRow *own)
{
    Buf keys = BUF_INIT;
    put_free_keys(k, own, &keys);
    int used = 0;
    int need = (int)(utf8_width(buf_slice(&keys)) + utf8_width(str_of(k->brief))) + 3;
    if (keys.n && x + need <= end) {
        used = canvas_text(c, x, y, end - x, STYLE_KEY, buf_slice(&keys)) + 1;
        used += canvas_text(c, x + used, y, end - x - used, STYLE_DIM, str_of(k->brief)) + 2;
    }
    buf_free(&keys);
    return used;
}

/* The keys that matter here, by priority; how to see all of them always stands at the end. */
static void draw_help_bar(Ui *ui, Canvas *c, int y)
{
    const KeyRow *own = ui_top(ui)->screen->keys;
    int x = 0, end = c->cols - (int)(strlen(common->keys) + strlen(common->brief)) - 1;
    for (int priority = 0; priority < 9; priority++) {
        for (const KeyRow *k = own; k && k->keys; k++)
            if (k->brief && k->priority == priority)
                x += draw_bar_row(c, x, y, end, k, NULL);
        for (const KeyRow *k = common + 1; k->keys; k++)
            if (k->brief && k->priority == priority)
                x += draw_bar_row(c, x, y, end, k, own);
    }
    draw_bar_row(c, end, y, c->cols + 2, common, own);
}

/* What was done as a command, and what came of it; the latter alone where both have no room. */
static void draw_status(Ui *ui, Canvas *c, int y)
{
    int did = ui->did[0] ? (int)utf8_width(str_of(ui->did)) + 7 : 0;
    int message = ui->message[0] ? (int)utf8_width(str_of(ui->message)) : 0;
    bool both = did + message + 3 <= c->cols;
    if (did && (both || !message))
        canvas_printf(c, 0, y, c->cols, STYLE_NAME, "glint> %s", ui->did);
    if (message && both && did)
        canvas_text(c, did + 3, y, message, ui->message_style, str_of(ui->message));
    else if (message)
        canvas_text(c, 0, y, c->cols, ui->message_style, str_of(ui->message));
}

/* A screen reader reads where the terminal's cursor stands: on the line that is marked by its look
 * alone. */
static void place_cursor(Canvas *c)
{
    for (int y = c->rows - 1; y > 0 && c->cursor_y < 0; y--)
        for (int x = 0; x < c->cols && c->cursor_y < 0; x++)
            if (c->cells[(size_t)y * (size_t)c->cols + (size_t)x].style == STYLE_CURSOR) {
                c->cursor_x = x;
                c->cursor_y = y;
            }
}

/* An error that the status line cannot hold takes the lines that it needs, its help on one of its
 * own. */
static void draw_long_error(Ui *ui, Canvas *c)
{
    static const char help[] = "   help: ";
    Str all = str_of(ui->message);
    bool error = ui->message_style == STYLE_ERROR || ui->message_style == STYLE_WARNING;
    if (!error || utf8_width(all) <= (size_t)c->cols)
        return;
    const char *at = strstr(ui->message, help);
    Str part[2] = {{all.p, at ? (size_t)(at - all.p) : all.n}, at ? str_of(at + 3) : STR_NULL};
    int lines = 0, most = c->rows / 2;
    for (int k = 0; k < 2; k++) /* words may leave a line half empty */
        lines += part[k].n ? (int)(utf8_width(part[k]) * 5 / 4) / c->cols + 1 : 0;
    lines = lines < most ? lines : most;
    canvas_fill(c, 0, c->rows - lines, c->cols, lines, STYLE_PLAIN);
    int y = c->rows - lines;
    y += draw_wrapped(c, 0, y, c->cols, c->rows - y, ui->message_style, part[0]);
    draw_wrapped(c, 0, y, c->cols, c->rows - y, STYLE_PLAIN, part[1]);
}

Canvas *ui_draw(Ui *ui)
{
    Canvas *c = ui->canvas;
    const Settings *set = ui->session->settings;
    canvas_clear(c);
    c->plain = set->plain;
    c->ascii = set->ascii || set->plain || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    if (c->cols < MIN_COLS || c->rows < MIN_ROWS) {
        canvas_printf(c, 0, 0, c->cols, STYLE_WARNING, "terminal too small (need %dx%d)", MIN_COLS,
                      MIN_ROWS);
        return c;
    }
    Top *t = ui->depth ? ui_top(ui) : NULL;
    const char *what = NULL;
    double done = 0;
    while (!ui->term && t && t->screen->work && t->screen->work(ui, t->state, &what, &done))
        continue;
    if (t)
        t->screen->draw(ui, t->state, c);
    canvas_fill(c, 0, c->rows - 2, c->cols, 2, STYLE_PLAIN);
    if (t && ui->cover == COVER_NONE)
        draw_help_bar(ui, c, c->rows - 1);
    if (ui->line.open)
        line_draw(ui, c, c->rows - 2);
    else
        draw_status(ui, c, c->rows - 2);
    if (!ui->line.open && ui->cover == COVER_NONE)
        draw_long_error(ui, c);
    if (t)
        cover_draw(ui, c);
    if (c->plain)
        place_cursor(c);
    return c;
}

void ui_resize(Ui *ui, int cols, int rows)
{
    canvas_resize(ui->canvas, cols, rows);
}

/* ---- life ---- */

Ui *ui_new(Session *s, int cols, int rows)
{
    Ui *ui = xcalloc(1, sizeof *ui);
    ui->session = s;
    if (!s->ui)
        s->ui = ui;
    ui->canvas = canvas_new(cols, rows);
    return ui;
}

void ui_free(Ui *ui)
{
    if (!ui)
        return;
    while (ui->depth)
        screen_pop(ui);
    if (ui->session->ui == ui)
        ui->session->ui = NULL;
    line_free(&ui->line);
    buf_free(&ui->pane);
    buf_free(&ui->filter);
    picker_free(&ui->picker);
    buf_free(&ui->last_search);
    for (size_t i = 0; i < ui->nrecall; i++)
        free(ui->recall[i]);
    canvas_free(ui->canvas);
    free(ui);
}
