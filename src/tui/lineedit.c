/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lineedit.c - the line at the bottom of the screens: `:` a command with the shell's completion,
 * `/` a search, `=` a value.
 *
 * Enter takes it, Esc and Ctrl-C leave it, Up and Down walk through earlier commands, Tab completes
 * and Tab again walks through the candidates, Ctrl-U empties, Ctrl-W takes a word.
 */
#include <stdio.h>
#include <stdlib.h>

#include "shell/complete.h"
#include "ui_priv.h"

void line_open(Ui *ui, const char *prompt, Str initial, void (*done)(Ui *, void *, Str))
{
    Line *l = &ui->line;
    l->open = true;
    l->done = done;
    l->search = false;
    l->recall = -1;
    l->ncandidates = 0;
    snprintf(l->prompt, sizeof l->prompt, "%s", prompt);
    buf_clear(&l->text);
    buf_str(&l->text, initial);
    l->at = l->text.n;
}

void line_free(Line *l)
{
    buf_free(&l->text);
    buf_free(&l->candidates);
}

static void replace(Line *l, size_t from, size_t to, Str with)
{
    Buf b = BUF_INIT;
    Str t = buf_slice(&l->text);
    buf_str(&b, str_sub(t, 0, from));
    buf_str(&b, with);
    buf_str(&b, str_sub(t, to, t.n));
    buf_clear(&l->text);
    buf_str(&l->text, buf_slice(&b));
    buf_free(&b);
    l->at = from + with.n;
}

static size_t before(const Line *l)
{
    size_t i = l->at;
    while (i && (l->text.p[--i] & 0xc0) == 0x80)
        continue;
    return i;
}

static size_t after(const Line *l)
{
    size_t i = l->at;
    if (i < l->text.n)
        utf8_next(buf_slice(&l->text), &i);
    return i;
}

static void cut_word(Line *l)
{
    size_t i = l->at;
    while (i && l->text.p[i - 1] == ' ')
        i--;
    while (i && l->text.p[i - 1] != ' ')
        i--;
    replace(l, i, l->at, STR(""));
}

static Str candidate(const Line *l, size_t k)
{
    const char *p = l->candidates.p;
    while (k--)
        p += strlen(p) + 1;
    return str_of(p);
}

static void complete_line(Ui *ui)
{
    Line *l = &ui->line;
    if (l->done || l->search)
        return;
    if (l->ncandidates > 1) { /* Tab again: the next one */
        l->chosen = (l->chosen + 1) % l->ncandidates;
    } else {
        bool files = false;
        buf_clear(&l->candidates);
        l->ncandidates =
            complete(ui->session, buf_slice(&l->text), l->at, &l->from, &files, &l->candidates);
        l->chosen = 0;
        if (!l->ncandidates) {
            ui_message(ui, STYLE_DIM, "nothing fits");
            return;
        }
    }
    size_t n = l->ncandidates;
    Str c = candidate(l, l->chosen);
    replace(l, l->from, l->at, c);
    if (n == 1 && c.n && !strchr("= /", c.p[c.n - 1])) /* done with this word */
        replace(l, l->at, l->at, STR(" "));
    l->ncandidates = n;
}

static void recall(Ui *ui, int step)
{
    Line *l = &ui->line;
    if (l->done || l->search || !ui->nrecall)
        return;
    long at = l->recall < 0 ? (long)ui->nrecall : l->recall;
    at += step;
    if (at < 0)
        at = 0;
    l->recall = at >= (long)ui->nrecall ? -1 : at;
    buf_clear(&l->text);
    if (l->recall >= 0)
        buf_puts(&l->text, ui->recall[l->recall]);
    l->at = l->text.n;
}

static void remember(Ui *ui, Str text)
{
    if (!text.n)
        return;
    size_t max = sizeof ui->recall / sizeof *ui->recall;
    if (ui->nrecall == max) {
        free(ui->recall[0]);
        memmove(ui->recall, ui->recall + 1, (max - 1) * sizeof *ui->recall);
        ui->nrecall--;
    }
    ui->recall[ui->nrecall++] = xstrndup(text.p, text.n);
}

static void take(Ui *ui, bool keep)
{
    Line *l = &ui->line;
    Buf text = l->text;
    l->text = (Buf)BUF_INIT;
    l->open = false;
    bool search = l->search;
    l->search = false;
    Top *top = ui_top(ui);
    if (search) {
        if (keep && text.n) {
            buf_clear(&ui->last_search);
            buf_str(&ui->last_search, buf_slice(&text));
        }
    } else if (l->done) {
        l->done(ui, top->state, keep ? buf_slice(&text) : STR_NULL);
    } else if (keep && text.n) {
        remember(ui, buf_slice(&text));
        ui_run(ui, false, "%s", text.p);
    }
    buf_free(&text);
}

static void search_now(Ui *ui)
{
    Top *top = ui_top(ui);
    if (top->screen->find && ui->line.text.n &&
        !top->screen->find(ui, top->state, buf_slice(&ui->line.text), 0))
        ui_message(ui, STYLE_WARNING, "nowhere");
}

bool line_key(Ui *ui, uint32_t key)
{
    Line *l = &ui->line;
    if (key != K_TAB)
        l->ncandidates = key == K_BACKTAB ? l->ncandidates : 0;
    switch (key) {
    case K_ENTER:
        take(ui, true);
        return true;
    case K_ESC:
    case K_INTERRUPT:
        take(ui, false);
        return true;
    case K_TAB:
        complete_line(ui);
        return true;
    case K_LEFT:
        l->at = before(l);
        return true;
    case K_RIGHT:
        l->at = after(l);
        return true;
    case K_HOME:
    case K_CTRL_A:
        l->at = 0;
        return true;
    case K_END:
        l->at = l->text.n;
        return true;
    case K_UP:
        recall(ui, -1);
        return true;
    case K_DOWN:
        recall(ui, 1);
        return true;
    case K_BACKSPACE:
        if (!l->text.n)
            take(ui, false);
        else if (l->at)
            replace(l, before(l), l->at, STR(""));
        break;
    case K_DELETE: {
        size_t at = l->at;
        replace(l, at, after(l), STR(""));
        l->at = at;
        break;
    }
    case K_CTRL_U:
        replace(l, 0, l->at, STR(""));
        break;
    case K_CTRL_W:
        cut_word(l);
        break;
    default:
        if (key >= ' ' && key < 0x110000) {
            Buf b = BUF_INIT;
            buf_utf8(&b, key);
            replace(l, l->at, l->at, buf_slice(&b));
            buf_free(&b);
        }
    }
    if (l->open && l->search)
        search_now(ui);
    return true;
}

void line_draw(Ui *ui, Canvas *c, int y)
{
    Line *l = &ui->line;
    canvas_fill(c, 0, y, c->cols, 1, STYLE_PLAIN);
    int x = canvas_text(c, 0, y, c->cols / 2, STYLE_KEY, str_of(l->prompt));
    int room = c->cols - x - 1;
    Str t = buf_slice(&l->text);
    size_t from = 0; /* scrolled so that the cursor is seen */
    while (from < l->at && (int)utf8_width(str_sub(t, from, l->at)) > room)
        utf8_next(t, &from);
    canvas_text(c, x, y, room, STYLE_PLAIN, str_sub(t, from, t.n));
    c->cursor_x = x + (int)utf8_width(str_sub(t, from, l->at));
    c->cursor_y = y;
    if (l->ncandidates > 1) {
        int cx = 0;
        canvas_fill(c, 0, y - 1, c->cols, 1, STYLE_PLAIN);
        for (size_t k = 0; k < l->ncandidates && cx < c->cols; k++)
            cx += canvas_text(c, cx, y - 1, c->cols - cx,
                              k == l->chosen ? STYLE_CURSOR : STYLE_NAME, candidate(l, k)) +
                  2;
    }
}
