/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * overlay.c - what lies over a screen for a moment: its keys (?), the palette (Space), a command's
 * output.
 *
 * The palette lists the keys of this screen, the screens, and every command of the shell; typing
 * narrows it (each typed letter must come in order), Enter does it: a key is pressed, a screen
 * opened, a command put on the line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "shell/command.h"
#include "ui_priv.h"

/* ---- keys ---- */

static void draw_keys(Canvas *c, const KeyRow *rows, const KeyRow *own, int x, int y, int width,
                      int bottom)
{
    Buf keys = BUF_INIT;
    for (const KeyRow *k = rows; k && k->keys && y < bottom; k++) {
        buf_clear(&keys);
        put_free_keys(k, own, &keys);
        if (!k->brief || !keys.n)
            continue;
        canvas_text(c, x, y, 16, STYLE_KEY, buf_slice(&keys));
        canvas_text(c, x + 17, y++, width - 17, STYLE_PLAIN, str_of(k->brief));
    }
    buf_free(&keys);
}

static void draw_help(Ui *ui, Canvas *c)
{
    const Screen *s = ui_top(ui)->screen;
    int w = c->cols - 4 < 74 ? c->cols - 4 : 74, h = c->rows - 2, x = (c->cols - w) / 2, y = 1;
    canvas_fill(c, x, y, w, h - 1, STYLE_PLAIN);
    canvas_box(c, x, y, w, h - 1, s->title);
    canvas_text(c, x + 2, y + 1, w - 4, STYLE_DIM, str_of(s->brief));
    int half = w >= 60 ? w / 2 : w;
    draw_keys(c, s->keys, NULL, x + 2, y + 3, half - 3, y + h - 2);
    if (half < w)
        draw_keys(c, common_keys(), s->keys, x + half, y + 3, half - 2, y + h - 2);
}

/* ---- the palette ---- */

typedef struct Entry {
    const char *name, *brief;
    enum { ENTRY_KEY, ENTRY_SCREEN, ENTRY_COMMAND } kind;
} Entry;

/* Do the letters of `want` come in `text` in this order? */
static bool fuzzy(Str want, const char *text)
{
    for (size_t i = 0; i < want.n; i++) {
        char ch = (char)(want.p[i] | 32);
        while (*text && (*text | 32) != ch)
            text++;
        if (!*text++)
            return false;
    }
    return true;
}

typedef struct List {
    Entry *e;
    size_t n, max;
    Str want;
    bool names; /* the pass of those whose name begins so; the others come behind */
} List;

static void offer(List *l, Entry e, bool in_brief)
{
    bool begins = l->want.n && str_starts(str_of(e.name), l->want);
    bool fits = fuzzy(l->want, e.name) || (in_brief && fuzzy(l->want, e.brief));
    if (l->n < l->max && (l->names ? begins : fits && !begins))
        l->e[l->n++] = e;
}

static size_t gather(Ui *ui, Entry *out, size_t max)
{
    size_t count;
    List l = {.e = out, .max = max, .want = buf_slice(&ui->filter)};
    for (int pass = 0; pass < 2; pass++) {
        l.names = pass == 0;
        for (const KeyRow *k = ui_top(ui)->screen->keys; k && k->keys; k++)
            if (k->brief)
                offer(&l, (Entry){k->keys, k->brief, ENTRY_KEY}, true);
        const Screen *const *screens = screen_table(&count);
        for (size_t i = 0; i < count; i++)
            offer(&l, (Entry){screens[i]->name, screens[i]->brief, ENTRY_SCREEN}, true);
        const Command *const *commands = command_table(&count);
        for (size_t i = 0; i < count; i++)
            offer(&l, (Entry){commands[i]->name, commands[i]->brief, ENTRY_COMMAND}, l.want.n > 2);
    }
    return l.n;
}

#define PALETTE_MAX 256

static void draw_palette(Ui *ui, Canvas *c)
{
    Entry e[PALETTE_MAX];
    size_t n = gather(ui, e, PALETTE_MAX);
    int w = c->cols - 4 < 72 ? c->cols - 4 : 72, h = c->rows - 4 < 20 ? c->rows - 4 : 20,
        x = (c->cols - w) / 2, y = 1;
    ui->pick = ui->pick >= (int)n ? (int)n - 1 : ui->pick < 0 ? 0 : ui->pick;
    canvas_fill(c, x, y, w, h, STYLE_PLAIN);
    canvas_box(c, x, y, w, h, "palette");
    canvas_printf(c, x + 2, y + 1, w - 4, STYLE_STRONG, "> %s", ui->filter.p ? ui->filter.p : "");
    c->cursor_x = x + 4 + (int)utf8_width(buf_slice(&ui->filter));
    c->cursor_y = y + 1;
    int room = h - 4, top = ui->pick >= room ? ui->pick - room + 1 : 0;
    static const char *const kinds[] = {"key", "screen", "command"};
    for (int i = 0; i < room && top + i < (int)n; i++) {
        const Entry *k = &e[top + i];
        Style st = top + i == ui->pick ? STYLE_CURSOR : STYLE_PLAIN;
        canvas_fill(c, x + 1, y + 3 + i, w - 2, 1, st);
        canvas_text(c, x + 2, y + 3 + i, 14, st == STYLE_CURSOR ? st : STYLE_NAME, str_of(k->name));
        canvas_text(c, x + 17, y + 3 + i, w - 28, st, str_of(k->brief));
        canvas_right(c, x + w - 10, y + 3 + i, 8, st == STYLE_CURSOR ? st : STYLE_DIM,
                     str_of(kinds[k->kind]));
    }
}

static void palette_take(Ui *ui)
{
    Entry e[PALETTE_MAX];
    size_t n = gather(ui, e, PALETTE_MAX);
    if (ui->pick < 0 || ui->pick >= (int)n)
        return;
    Entry k = e[ui->pick];
    Buf line = BUF_INIT;
    ui->cover = COVER_NONE;
    if (k.kind == ENTRY_SCREEN) {
        ui_push(ui, k.name, STR_NULL);
    } else if (k.kind == ENTRY_COMMAND) {
        buf_printf(&line, "%s ", k.name);
        line_open(ui, ":", buf_slice(&line), NULL);
    } else {
        Str rest = str_of(k.name);
        ui_key(ui, key_named(str_split(rest, ' ', &rest)), NULL);
    }
    buf_free(&line);
}

static bool palette_key(Ui *ui, uint32_t key)
{
    switch (key) {
    case K_ESC:
    case K_INTERRUPT:
        ui->cover = COVER_NONE;
        return true;
    case K_ENTER:
        palette_take(ui);
        return true;
    case K_UP:
        ui->pick -= ui->pick > 0;
        return true;
    case K_DOWN:
        ui->pick++;
        return true;
    case K_PAGE_UP:
        ui->pick -= 10;
        return true;
    case K_PAGE_DOWN:
        ui->pick += 10;
        return true;
    case K_BACKSPACE:
        if (ui->filter.n)
            ui->filter.p[--ui->filter.n] = '\0';
        else
            ui->cover = COVER_NONE;
        return true;
    default:
        if (key >= ' ' && key < 0x110000) {
            buf_utf8(&ui->filter, key);
            ui->pick = 0;
        }
        return true;
    }
}

/* ---- a pane of text ---- */

void cover_text(Ui *ui, const char *title, Str text)
{
    ui->cover = COVER_TEXT;
    ui->pane_top = 0;
    snprintf(ui->pane_title, sizeof ui->pane_title, "%s", title);
    buf_clear(&ui->pane);
    buf_str(&ui->pane, text);
}

static int count_lines(Str s)
{
    int n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

static void draw_pane(Ui *ui, Canvas *c)
{
    Str text = buf_slice(&ui->pane);
    int lines = count_lines(text), h = c->rows - 2 < lines + 2 ? c->rows - 2 : lines + 2,
        y = c->rows - 2 - h, room = h - 2;
    int most = lines > room ? lines - room : 0;
    ui->pane_top = ui->pane_top > most ? most : ui->pane_top < 0 ? 0 : ui->pane_top;
    canvas_fill(c, 0, y, c->cols, h, STYLE_PLAIN);
    canvas_box(c, 0, y, c->cols, h, ui->pane_title);
    for (int i = 0; i < ui->pane_top; i++)
        str_split(text, '\n', &text);
    canvas_lines(c, 2, y + 1, c->cols - 3, room, STYLE_PLAIN, text);
    if (most)
        canvas_printf(c, c->cols - 24, y + h - 1, 22, STYLE_DIM, " %d-%d of %d ", ui->pane_top + 1,
                      ui->pane_top + room, lines);
}

static bool pane_key(Ui *ui, uint32_t key)
{
    int page = ui->canvas->rows - 5;
    switch (key) {
    case K_UP:
    case 'k':
        ui->pane_top--;
        return true;
    case K_DOWN:
    case 'j':
        ui->pane_top++;
        return true;
    case K_PAGE_UP:
        ui->pane_top -= page;
        return true;
    case K_PAGE_DOWN:
    case ' ':
        ui->pane_top += page;
        return true;
    case K_HOME:
    case 'g':
        ui->pane_top = 0;
        return true;
    case K_END:
    case 'G':
        ui->pane_top = 1 << 30;
        return true;
    case 'y':
        ui_copy(ui, buf_slice(&ui->pane));
        return true;
    case ':':
        ui->cover = COVER_NONE;
        line_open(ui, ":", STR_NULL, NULL);
        return true;
    default:
        ui->cover = COVER_NONE;
        return true;
    }
}

bool cover_key(Ui *ui, uint32_t key, const Mouse *mouse)
{
    if (key == K_MOUSE && mouse)
        key = mouse->wheel_up ? K_UP : mouse->wheel_down ? K_DOWN : K_ESC;
    if (ui->cover == COVER_PALETTE)
        return palette_key(ui, key);
    if (ui->cover == COVER_TEXT)
        return pane_key(ui, key);
    ui->cover = COVER_NONE;
    return true;
}

void cover_draw(Ui *ui, Canvas *c)
{
    if (ui->cover == COVER_KEYS)
        draw_help(ui, c);
    else if (ui->cover == COVER_PALETTE)
        draw_palette(ui, c);
    else if (ui->cover == COVER_TEXT)
        draw_pane(ui, c);
}
