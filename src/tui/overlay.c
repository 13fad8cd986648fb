/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * overlay.c - what lies over a screen for a moment: its keys (?), the palette (Space), a command's
 * output. Choosing one of many is picker.c.
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

/* How wide the keys and what they do are, and how many lines; with a canvas they are drawn. */
typedef struct KeyBlock {
    int keys, brief, lines;
} KeyBlock;

static KeyBlock measure_keys(const KeyRow *rows, const KeyRow *own)
{
    KeyBlock b = {0};
    Buf keys = BUF_INIT;
    for (const KeyRow *k = rows; k && k->keys; k++) {
        buf_clear(&keys);
        put_free_keys(k, own, &keys);
        if (!k->brief || !keys.n)
            continue;
        int w = (int)utf8_width(buf_slice(&keys)), t = (int)utf8_width(str_of(k->brief));
        b.keys = w > b.keys ? w : b.keys;
        b.brief = t > b.brief ? t : b.brief;
        b.lines++;
    }
    buf_free(&keys);
    return b;
}

/* `skip` lines are scrolled away. */
static void draw_keys(Canvas *c, const KeyRow *rows, const KeyRow *own, KeyBlock b, int x, int y,
                      int bottom, int skip)
{
    Buf keys = BUF_INIT;
    for (const KeyRow *k = rows; k && k->keys && y < bottom; k++) {
        buf_clear(&keys);
        put_free_keys(k, own, &keys);
        if (!k->brief || !keys.n || skip-- > 0)
            continue;
        canvas_text(c, x, y, b.keys, STYLE_KEY, buf_slice(&keys));
        canvas_text(c, x + b.keys + 2, y++, b.brief, STYLE_PLAIN, str_of(k->brief));
    }
    buf_free(&keys);
}

/* The screen's own keys beside those of all screens; below each other where that is too wide. */
static void draw_help(Ui *ui, Canvas *c)
{
    const Screen *s = ui_top(ui)->screen;
    KeyBlock own = measure_keys(s->keys, NULL), all = measure_keys(common_keys(), s->keys);
    int left = own.keys + 2 + own.brief, right = all.keys + 2 + all.brief, gap = 4;
    bool beside = left + gap + right + 4 <= c->cols;
    int head = (int)utf8_width(str_of(s->brief));
    int w = beside ? left + gap + right + 4 : (left > right ? left : right) + 4;
    w = w < head + 4 ? head + 4 : w;
    w = w > c->cols ? c->cols : w;
    int lines =
        beside ? (own.lines > all.lines ? own.lines : all.lines) : own.lines + all.lines + 1;
    int h = lines + 4 < c->rows - 1 ? lines + 4 : c->rows - 1, room = h - 4, x = (c->cols - w) / 2;
    int most = lines > room ? lines - room : 0;
    ui->pane_top = ui->pane_top > most ? most : ui->pane_top < 0 ? 0 : ui->pane_top;
    int top = ui->pane_top, y = 3, bottom = 3 + room;
    canvas_fill(c, x, 0, w, h, STYLE_PLAIN);
    canvas_box(c, x, 0, w, h, s->title);
    canvas_text(c, x + 2, 1, w - 4, STYLE_DIM, str_of(s->brief));
    draw_keys(c, s->keys, NULL, own, x + 2, y, bottom, top);
    if (beside)
        draw_keys(c, common_keys(), s->keys, all, x + 2 + left + gap, y, bottom, top);
    else
        draw_keys(c, common_keys(), s->keys, all, x + 2,
                  y + (own.lines + 1 > top ? own.lines + 1 - top : 0), bottom,
                  top > own.lines + 1 ? top - own.lines - 1 : 0);
    if (most)
        canvas_printf(c, x + w - 14, h - 1, 12, STYLE_DIM,
                      top < most ? " Down: more" : "  Up: back ");
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
    ui->pane_top = ui->pane_left = 0;
    snprintf(ui->pane_title, sizeof ui->pane_title, "%s", title);
    buf_clear(&ui->pane);
    buf_str(&ui->pane, text);
}

static int widest_line(Str text)
{
    int wide = 0;
    while (text.n) {
        int w = (int)utf8_width(str_split(text, '\n', &text));
        wide = w > wide ? w : wide;
    }
    return wide;
}

/* What is left of a line when so many cells are scrolled away. */
static Str from_cell(Str line, int cells)
{
    size_t i = 0;
    while (i < line.n && (int)utf8_width(str_sub(line, 0, i)) < cells)
        utf8_next(line, &i);
    return str_sub(line, i, line.n);
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
        y = c->rows - 2 - h, room = h - 2, wide = widest_line(text), width = c->cols - 4;
    int most = lines > room ? lines - room : 0, right = wide > width ? wide - width : 0;
    ui->pane_top = ui->pane_top > most ? most : ui->pane_top < 0 ? 0 : ui->pane_top;
    ui->pane_left = ui->pane_left > right ? right : ui->pane_left < 0 ? 0 : ui->pane_left;
    canvas_fill(c, 0, y, c->cols, h, STYLE_PLAIN);
    canvas_box(c, 0, y, c->cols, h, ui->pane_title);
    for (int i = 0; i < ui->pane_top; i++)
        str_split(text, '\n', &text);
    for (int i = 0; i < room && text.n; i++) {
        Str line = str_split(text, '\n', &text);
        canvas_text(c, 2, y + 1 + i, width, STYLE_PLAIN, from_cell(line, ui->pane_left));
    }
    Buf b = BUF_INIT;
    if (most)
        buf_printf(&b, " lines %d-%d of %d ", ui->pane_top + 1, ui->pane_top + room, lines);
    if (right)
        buf_puts(&b, ui->pane_left < right ? " Right: more " : " Left: back ");
    canvas_text(c, c->cols - 2 - (int)b.n, y + h - 1, (int)b.n, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
}

/* `s` on a pane writes what the command says. */
static void save_pane(Ui *ui, void *state, Str answer)
{
    (void)state;
    if (answer.n && ui_run(ui, true, "%s > %.*s", ui->pane_title, STR_ARG(answer)))
        ui_message(ui, STYLE_DIM, "written");
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
    case K_LEFT:
    case 'h':
        ui->pane_left -= 8;
        return true;
    case K_RIGHT:
    case 'l':
        ui->pane_left += 8;
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
        ui->pane_top = ui->pane_left = 0;
        return true;
    case K_END:
    case 'G':
        ui->pane_top = 1 << 30;
        return true;
    case 'y':
        ui_copy(ui, buf_slice(&ui->pane));
        return true;
    case 's':
    case 'w':
        ui->cover = COVER_NONE;
        line_open(ui, "save as: ", STR_NULL, save_pane);
        return true;
    case K_ESC:
    case K_ENTER:
    case K_INTERRUPT:
    case 'q':
        ui->cover = COVER_NONE;
        return true;
    default: /* a key of the screen below: one look after the other */
        ui->cover = COVER_NONE;
        return ui_key(ui, key, NULL);
    }
}

static bool help_key(Ui *ui, uint32_t key)
{
    int step = key == K_DOWN || key == 'j' ? 1
               : key == K_UP || key == 'k' ? -1
               : key == K_PAGE_DOWN        ? 8
               : key == K_PAGE_UP          ? -8
                                           : 0;
    ui->pane_top += step;
    if (!step)
        ui->cover = COVER_NONE;
    return true;
}

bool cover_key(Ui *ui, uint32_t key, const Mouse *mouse)
{
    if (key == K_MOUSE && mouse && ui->cover == COVER_PICK && mouse->click)
        return picker_click(ui, mouse);
    if (key == K_MOUSE && mouse)
        key = mouse->wheel_up ? K_UP : mouse->wheel_down ? K_DOWN : K_ESC;
    if (ui->cover == COVER_PALETTE)
        return palette_key(ui, key);
    if (ui->cover == COVER_PICK)
        return picker_key(ui, key);
    return ui->cover == COVER_TEXT ? pane_key(ui, key) : help_key(ui, key);
}

void cover_draw(Ui *ui, Canvas *c)
{
    if (ui->cover == COVER_KEYS)
        draw_help(ui, c);
    else if (ui->cover == COVER_PALETTE)
        draw_palette(ui, c);
    else if (ui->cover == COVER_PICK)
        picker_draw(ui, c);
    else if (ui->cover == COVER_TEXT)
        draw_pane(ui, c);
}
