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
#include "base/clock.h"
#include "shell/exec.h"
#include "shell/parse.h"
#include "shell/settings.h"
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
}

void ui_error(Ui *ui, const Error *err)
{
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

static void pop(Ui *ui)
{
    Top *t = ui_top(ui);
    if (t->screen->close)
        t->screen->close(t->state);
    ui->depth--;
}

void ui_pop(Ui *ui)
{
    if (ui->depth)
        pop(ui);
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
    const Top *t = ui_top(ui);
    bool alike = t && t->screen->about && t->screen->needs == s->needs;
    return alike ? str_of(t->screen->about(t->state)) : STR_NULL;
}

static bool push(Ui *ui, const char *name, Str subject, Error *err)
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
    if (push(ui, screen, subject, &err))
        return true;
    ui_error(ui, &err);
    return false;
}

/* ---- commands ---- */

static void show_result(Ui *ui, const char *line, const Result *r)
{
    const Settings *set = ui->session->settings;
    Out o = {.width = (size_t)(ui->canvas->cols - 4),
             .ascii = ui->canvas->ascii,
             .plain = ui->canvas->plain,
             .terminal = true,
             .notes_inline = true,
             .null_text = set->null_text};
    format_aligned.print(r, &o);
    if (o.text.n)
        cover_text(ui, line, buf_slice(&o.text));
    buf_free(&o.text);
}

/* The first line that a command says: enough for one that is run by a key. */
static void tell_result(Ui *ui, const Result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        const Item *it = &r->items[i];
        if (it->kind == ITEM_NOTE && it->v.note.warning) {
            ui_message(ui, STYLE_WARNING, "%s: %s", it->v.note.code, it->v.note.text);
            return;
        }
        if (it->kind == ITEM_LINE || it->kind == ITEM_CHAT) {
            ui_message(ui, STYLE_DIM, "%.*s", STR_ARG(it->v.line));
            return;
        }
    }
}

/* After a command the session may hold other things: the screens look again. */
static void refresh_all(Ui *ui)
{
    for (size_t i = ui->depth; i-- > 0;) {
        Top t = ui->stack[i];
        if (!t.screen->refresh || t.screen->refresh(ui, t.state))
            continue;
        memmove(&ui->stack[i], &ui->stack[i + 1], (ui->depth - i - 1) * sizeof *ui->stack);
        ui->depth--;
        if (t.screen->close)
            t.screen->close(t.state);
    }
}

static bool run_one(Ui *ui, Str line, bool quiet)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    size_t depth = ui->depth;
    const char *z = arena_strndup(a, line.p, line.n);
    cancel_clear();
    bool ok = exec_result(ui->session, line, a, &r, &err);
    if (ok) {
        if (ui->depth == depth)
            ui_did(ui, "%s", z);
        quiet ? tell_result(ui, &r) : show_result(ui, z, &r);
    } else {
        ui_error(ui, &err);
    }
    result_clear(&r);
    arena_free(a);
    cancel_clear();
    return ok;
}

/* `!ls`: the terminal is given away for it. */
static bool run_system(Ui *ui, Str line)
{
    if (!ui->term) {
        ui_message(ui, STYLE_WARNING, "no terminal to run '%.*s' in", STR_ARG(line));
        return false;
    }
    term_suspend(ui->term);
    bool ok = exec_command(ui->session, line, NULL);
    fputs("\nEnter goes back to the screens ", stdout);
    fflush(stdout);
    for (int ch = getchar(); ch != '\n' && ch != EOF;)
        ch = getchar();
    term_resume(ui->term);
    return ok;
}

bool ui_run(Ui *ui, bool quiet, const char *fmt, ...)
{
    Buf text = BUF_INIT;
    va_list ap;
    va_start(ap, fmt);
    buf_vprintf(&text, fmt, ap);
    va_end(ap);
    size_t pos = 0;
    bool ok = true;
    for (Span at; ok && !ui->session->quit;) {
        Cut cut = command_cut(buf_slice(&text), &pos, &at);
        Str line = str_sub(buf_slice(&text), at.from, at.to);
        if (cut == CUT_END)
            break;
        if (cut == CUT_MORE) {
            ui_message(ui, STYLE_ERROR,
                       "error: the command is not finished: a quote or a bracket is open");
            ok = false;
        } else {
            ok = line.p[0] == '!' ? run_system(ui, line) : run_one(ui, line, quiet);
        }
    }
    buf_free(&text);
    refresh_all(ui);
    ui->leave = ui->leave || ui->session->quit || !ui->depth;
    return ok;
}

static void save_as(Ui *ui, void *state, Str answer)
{
    Buf b = BUF_INIT;
    const Screen *s = ui_top(ui)->screen;
    if (answer.n) {
        s->command(ui, state, &b);
        buf_printf(&b, " > %.*s", STR_ARG(answer));
        if (ui_run(ui, true, "%s", b.p))
            ui_message(ui, STYLE_DIM, "written");
    }
    buf_free(&b);
}

static void ask_save(Ui *ui)
{
    if (ui_top(ui)->screen->command)
        line_open(ui, "save as: ", STR_NULL, save_as);
    else
        ui_message(ui, STYLE_DIM, "nothing to save here");
}

static void put_markdown(Ui *ui, const Top *t, Buf *text)
{
    Buf line = BUF_INIT;
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    Out o = {.null_text = ""};
    t->screen->command(ui, t->state, &line);
    if (exec_result(ui->session, buf_slice(&line), a, &r, &err))
        fmt_markdown_print(&r, &o);
    else
        ui_error(ui, &err);
    buf_str(text, buf_slice(&o.text));
    buf_free(&o.text);
    buf_free(&line);
    result_clear(&r);
    arena_free(a);
}

static void copy_shown(Ui *ui, bool markdown)
{
    Top *t = ui_top(ui);
    Buf text = BUF_INIT;
    if (markdown && t->screen->command)
        put_markdown(ui, t, &text);
    else
        canvas_dump(ui_draw(ui), &text);
    if (text.n)
        ui_copy(ui, buf_slice(&text));
    buf_free(&text);
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

static void other_screen(Ui *ui, size_t i)
{
    size_t n;
    const Screen *const *table = screen_table(&n);
    const Screen *now = ui_top(ui)->screen;
    if (i >= n || table[i] == now)
        return;
    if (ui_push(ui, table[i]->name, STR_NULL) &&
        ui->depth > 2) { /* side by side, not on top of each other */
        Top t = ui->stack[ui->depth - 2];
        ui->stack[ui->depth - 2] = ui->stack[ui->depth - 1];
        ui->depth--;
        if (t.screen->close)
            t.screen->close(t.state);
    }
}

static void next_screen(Ui *ui)
{
    size_t n, i = 0;
    const Screen *const *table = screen_table(&n);
    while (i < n && table[i] != ui_top(ui)->screen)
        i++;
    for (size_t k = 1; k < n; k++) {
        size_t j = (i + k) % n;
        Error ignored = ERROR_INIT;
        if (has_what_it_needs(ui, table[j], &ignored)) {
            other_screen(ui, j);
            return;
        }
    }
}

static void common_key(Ui *ui, uint32_t key)
{
    switch (key) {
    case '?':
    case K_F1:
        ui->cover = COVER_KEYS;
        break;
    case ' ':
        ui->cover = COVER_PALETTE;
        ui->pick = 0;
        buf_clear(&ui->filter);
        break;
    case ':':
        line_open(ui, ":", STR_NULL, NULL);
        break;
    case '/':
        search(ui, 0);
        break;
    case 'n':
        search(ui, 1);
        break;
    case 'N':
        search(ui, -1);
        break;
    case 'q':
    case K_ESC:
        ui_pop(ui);
        break;
    case 'Q':
        ui->leave = true;
        break;
    case 'u':
        ui_run(ui, true, "undo");
        break;
    case K_CTRL_R:
        ui_run(ui, true, "redo");
        break;
    case 'y':
        copy_shown(ui, false);
        break;
    case 'Y':
        copy_shown(ui, true);
        break;
    case 's':
    case 'w':
        ask_save(ui);
        break;
    case K_TAB:
        next_screen(ui);
        break;
    case K_CTRL_L:
        if (ui->term)
            term_redraw(ui->term);
        break;
    case K_INTERRUPT:
        ui_message(ui, STYLE_DIM, "q goes back, Q leaves");
        break;
    default:
        if (key >= '1' && key <= '9')
            other_screen(ui, key - '1');
    }
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
        ui->message[0] = '\0';
        Top *t = ui_top(ui);
        if (!t->screen->key(ui, t->state, key, mouse))
            common_key(ui, key);
    }
    return ui->depth && !ui->leave;
}

/* ---- drawing ---- */

static void draw_help_bar(Ui *ui, Canvas *c, int y)
{
    int x = 0;
    for (int priority = 0; priority < 9; priority++)
        for (int own = 1; own >= 0; own--)
            for (const KeyRow *k = own ? ui_top(ui)->screen->keys : common_keys(); k && k->keys;
                 k++) {
                int need = (int)(utf8_width(str_of(k->keys)) + utf8_width(str_of(k->brief))) + 3;
                if (k->priority != priority || x + need > c->cols)
                    continue;
                x += canvas_text(c, x, y, c->cols - x, STYLE_KEY, str_of(k->keys)) + 1;
                x += canvas_text(c, x, y, c->cols - x, STYLE_DIM, str_of(k->brief)) + 2;
            }
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
    Top *t = ui_top(ui);
    double done;
    while (!ui->term && t && t->screen->work && t->screen->work(ui, t->state, &done))
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
    if (t)
        cover_draw(ui, c);
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
        pop(ui);
    if (ui->session->ui == ui)
        ui->session->ui = NULL;
    line_free(&ui->line);
    buf_free(&ui->pane);
    buf_free(&ui->filter);
    buf_free(&ui->last_search);
    for (size_t i = 0; i < ui->nrecall; i++)
        free(ui->recall[i]);
    canvas_free(ui->canvas);
    free(ui);
}

static void draw_now(Ui *ui)
{
    int cols, rows;
    term_size(ui->term, &cols, &rows);
    if (cols != ui->canvas->cols || rows != ui->canvas->rows)
        ui_resize(ui, cols, rows);
    term_theme(ui->term, ui->session->settings->theme);
    term_draw(ui->term, ui_draw(ui));
}

/* Works while no key waits; a key goes first. */
static bool work_a_while(Ui *ui)
{
    Top *t = ui_top(ui);
    double done = 0;
    bool was = ui->busy;
    ui->busy = t->screen->work && t->screen->work(ui, t->state, &done);
    if (ui->busy)
        ui_message(ui, STYLE_DIM, "%.0f %% looked at", 100 * done);
    else if (was)
        ui->message[0] = '\0';
    return ui->busy || was;
}

/* A command that takes long: how far it is, in the status line. */
static void show_progress(void *ctx, const char *what, double done, double total, const char *unit)
{
    Ui *ui = ctx;
    double now = clock_seconds();
    if (!ui->term || now - ui->told < 0.1)
        return;
    ui->told = now;
    if (total > 0)
        ui_message(ui, STYLE_DIM, "%s, %.0f %%   (^C stops)", what, 100 * done / total);
    else
        ui_message(ui, STYLE_DIM, "%s, %.0f %s   (^C stops)", what, done, unit ? unit : "");
    draw_now(ui);
}

/* One turn: work, a key, a redraw. */
static void turn(Ui *ui)
{
    bool busy = work_a_while(ui);
    Mouse m = {0};
    uint32_t key = term_key(ui->term, busy ? 0 : 1000, &m);
    if (key == KEY_NONE_ && !busy)
        return;
    if (key != KEY_NONE_ && key != K_RESIZE)
        ui_key(ui, key, &m);
    if (ui->depth && !ui->leave && (busy || !term_pending(ui->term)))
        draw_now(ui);
}

bool tui_run(Session *s, const char *screen, Str subject, Error *err)
{
    if (s->ui) /* `browse` typed on a screen */
        return push(s->ui, screen, subject, err);
    Ui *ui = ui_new(s, 80, 24);
    bool ok = push(ui, screen, subject, err) &&
              (ui->term = term_open(s->settings->theme, s->settings->mouse, err)) != NULL;
    if (ok) {
        progress_listen(show_progress, ui);
        draw_now(ui);
        while (ui->depth && !ui->leave)
            turn(ui);
        progress_listen(NULL, NULL);
        term_close(ui->term);
        ui->term = NULL;
    }
    ui_free(ui);
    return ok;
}
