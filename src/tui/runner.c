/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * runner.c - commands of the shell, run from a screen: their output goes to a pane or, for keys,
 * their first line to the status line; then every screen looks again at what it shows. Saving and
 * copying are such commands.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "shell/exec.h"
#include "shell/parse.h"
#include "shell/settings.h"
#include "ui_priv.h"

/* Lines that are too long go on in further ones; `apart`: under an empty line. */
static Str wrapped(Arena *a, Str text, size_t width, bool apart)
{
    Buf b = BUF_INIT;
    buf_puts(&b, apart ? "\n" : "");
    while (text.n) {
        Str line = str_split(text, '\n', &text);
        do {
            Str part = utf8_fit(line, width, NULL);
            part = part.n ? part : line;
            buf_str(&b, part);
            buf_putc(&b, '\n');
            line = str_sub(line, part.n, line.n);
        } while (line.n);
    }
    Str out = {arena_strndup(a, b.p ? b.p : "", b.n), b.n};
    buf_free(&b);
    return out;
}

/* Text as it is (a request, a script) is wrapped, and stands under what came of it. */
static Result arranged(const Result *r, size_t width)
{
    Result out = *r;
    size_t n = 0;
    out.items = arena_array(r->arena, Item, r->n + 1);
    for (int raw = 0; raw < 2; raw++)
        for (size_t i = 0; i < r->n; i++) {
            if ((r->items[i].kind == ITEM_RAW) != raw)
                continue;
            out.items[n] = r->items[i];
            if (raw)
                out.items[n].v.line = wrapped(r->arena, out.items[n].v.line, width, n > 0);
            n++;
        }
    return out;
}

static void show_result(Ui *ui, const char *line, const Result *r)
{
    const Settings *set = ui->session->settings;
    Out o = {.width = (size_t)(ui->canvas->cols > 14 ? ui->canvas->cols - 4 : 10),
             .height = (size_t)(ui->canvas->rows > 8 ? ui->canvas->rows - 4 : 4),
             .ascii = ui->canvas->ascii,
             .plain = ui->canvas->plain,
             .terminal = true,
             .notes_inline = true,
             .null_text = set->null_text};
    Result shown = arranged(r, o.width);
    format_aligned.print(&shown, &o);
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

/* `> -`, `to -`, `load -`: the terminal, which is the screens' now. */
static bool names_terminal(Str line)
{
    Str before = STR_NULL;
    for (Str rest = str_trim(line); rest.n; rest = str_trim(rest)) {
        Str word = str_split(rest, ' ', &rest);
        bool lone = str_eqz(word, "-") && (str_eqz(before, ">") || str_eqz(before, "to") ||
                                           str_eqz(before, "load"));
        if (lone || (word.n > 1 && str_eqz(str_sub(word, word.n - 2, word.n), ">-")))
            return true;
        before = word;
    }
    return false;
}

static bool run_one(Ui *ui, Str line, bool quiet)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    size_t depth = ui->depth;
    const char *z = arena_strndup(a, line.p, line.n);
    cancel_clear();
    remember_look(ui);
    result_init(&r, a, "");
    bool ok = !names_terminal(line) ||
              (fail(&err, ERR_USAGE, "'-' is the terminal, and that is taken by the screens"),
               error_hint(&err, "name a file"));
    ok = ok && exec_result(ui->session, line, a, &r, &err);
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

void ask_save(Ui *ui, void *state)
{
    (void)state;
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

void copy_text_shown(Ui *ui, void *state)
{
    (void)state;
    copy_shown(ui, false);
}

void copy_markdown(Ui *ui, void *state)
{
    (void)state;
    copy_shown(ui, true);
}

/* ---- the line, undo ---- */

void ask_command(Ui *ui, void *state)
{
    (void)state;
    line_open(ui, ":", STR_NULL, NULL);
}

void undo(Ui *ui, void *state)
{
    (void)state;
    ui_run(ui, true, "undo");
}

void redo(Ui *ui, void *state)
{
    (void)state;
    ui_run(ui, true, "redo");
}
