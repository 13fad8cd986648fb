/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picker.c - one of many to choose: a user, a post, a column, a model. Typing narrows the list to
 * the names that hold what was typed, those that begin with it first; Enter takes the one under
 * the cursor, or the typed text when nothing fits.
 */
#include <stdio.h>

#include "ui_priv.h"

#define WIDE 44
#define HIGH 18

void ui_pick(Ui *ui, const char *prompt, Buf *names, void (*done)(Ui *, void *, Str))
{
    Picker *p = &ui->picker;
    snprintf(p->prompt, sizeof p->prompt, "%s", prompt);
    buf_free(&p->names);
    p->names = *names;
    *names = (Buf)BUF_INIT;
    p->n = 0;
    for (size_t i = 0; i < p->names.n; i++)
        p->n += p->names.p[i] == '\0';
    buf_clear(&p->want);
    p->at = p->top = 0;
    p->done = done;
    ui->cover = COVER_PICK;
}

void picker_free(Picker *p)
{
    buf_free(&p->names);
    buf_free(&p->want);
}

/* Walks over the names that fit, in the order they are shown in: what begins so, then what holds
 * it. Stops when `see` says so. */
static void walk(Picker *p, bool (*see)(void *ctx, size_t k, Str name), void *ctx)
{
    Str want = buf_slice(&p->want);
    size_t k = 0;
    for (int pass = 0; pass < (want.n ? 2 : 1); pass++) {
        const char *z = p->names.p;
        for (size_t i = 0; i < p->n; i++) {
            Str name = str_of(z);
            z += name.n + 1;
            bool begins = name.n >= want.n && str_ieq(str_sub(name, 0, want.n), want);
            if (pass == 0 ? begins : !begins && text_holds(name, want))
                if (!see(ctx, k++, name))
                    return;
        }
    }
}

static bool count_one(void *ctx, size_t k, Str name)
{
    (void)name;
    *(size_t *)ctx = k + 1;
    return true;
}

static void recount(Picker *p)
{
    p->shown = 0;
    walk(p, count_one, &p->shown);
    if (p->at >= p->shown)
        p->at = p->shown ? p->shown - 1 : 0;
}

typedef struct Nth {
    size_t at;
    Str name;
} Nth;

static bool nth_one(void *ctx, size_t k, Str name)
{
    Nth *n = ctx;
    if (k == n->at)
        n->name = name;
    return k < n->at;
}

static void take(Ui *ui, bool keep)
{
    Picker *p = &ui->picker;
    Nth n = {p->at, STR_NULL};
    Top *top = ui_top(ui);
    recount(p);
    if (keep && p->shown)
        walk(p, nth_one, &n);
    else if (keep)
        n.name = buf_slice(&p->want);
    ui->cover = COVER_NONE;
    Buf answer = BUF_INIT; /* `done` may open another picker */
    buf_str(&answer, n.name);
    p->done(ui, top->state, answer.n ? buf_slice(&answer) : STR_NULL);
    buf_free(&answer);
}

static void step(Picker *p, long by)
{
    recount(p);
    long to = (long)p->at + by, last = (long)p->shown - 1;
    p->at = (size_t)(to < 0 || last < 0 ? 0 : to > last ? last : to);
}

bool picker_key(Ui *ui, uint32_t key)
{
    Picker *p = &ui->picker;
    long page = p->rows > 1 ? p->rows - 1 : 1;
    switch (key) {
    case K_ENTER:
        take(ui, true);
        return true;
    case K_ESC:
    case K_INTERRUPT:
        take(ui, false);
        return true;
    case K_UP:
        step(p, -1);
        return true;
    case K_DOWN:
    case K_TAB:
        step(p, 1);
        return true;
    case K_PAGE_UP:
        step(p, -page);
        return true;
    case K_PAGE_DOWN:
        step(p, page);
        return true;
    case K_HOME:
        p->at = 0;
        return true;
    case K_END:
        step(p, (long)p->n);
        return true;
    case K_CTRL_U:
        buf_clear(&p->want);
        break;
    case K_BACKSPACE:
        if (!p->want.n) {
            take(ui, false);
            return true;
        }
        while ((p->want.p[--p->want.n] & 0xc0) == 0x80)
            continue;
        p->want.p[p->want.n] = '\0';
        break;
    default:
        if (key >= ' ' && key < 0x110000)
            buf_utf8(&p->want, key);
    }
    p->at = 0;
    return true;
}

/* A click takes what is there; outside of the list it leaves. */
bool picker_click(Ui *ui, const Mouse *m)
{
    Picker *p = &ui->picker;
    bool inside =
        m->y >= p->y && m->y < p->y + p->rows && p->top + (size_t)(m->y - p->y) < p->shown;
    if (inside)
        p->at = p->top + (size_t)(m->y - p->y);
    take(ui, inside);
    return true;
}

typedef struct Draw {
    const Picker *p;
    Canvas *c;
    int x, w;
} Draw;

static bool draw_one(void *ctx, size_t k, Str name)
{
    Draw *d = ctx;
    const Picker *p = d->p;
    if (k < p->top)
        return true;
    if (k >= p->top + (size_t)p->rows)
        return false;
    int y = p->y + (int)(k - p->top);
    Style st = k == p->at ? STYLE_CURSOR : STYLE_PLAIN;
    canvas_fill(d->c, d->x + 1, y, d->w - 2, 1, st);
    canvas_text(d->c, d->x + 2, y, d->w - 4, st, name);
    return true;
}

void picker_draw(Ui *ui, Canvas *c)
{
    Picker *p = &ui->picker;
    recount(p);
    int w = c->cols - 4 < WIDE ? c->cols - 4 : WIDE, h = c->rows - 3 < HIGH ? c->rows - 3 : HIGH,
        x = (c->cols - w) / 2;
    p->y = 3;
    p->rows = h - 4 > 1 ? h - 4 : 1;
    if (p->at < p->top)
        p->top = p->at;
    if (p->at >= p->top + (size_t)p->rows)
        p->top = p->at - (size_t)p->rows + 1;
    canvas_fill(c, x, 0, w, h, STYLE_PLAIN);
    canvas_box(c, x, 0, w, h, p->prompt);
    canvas_printf(c, x + 2, 1, w - 4, STYLE_STRONG, "> %s", p->want.p ? p->want.p : "");
    c->cursor_x = x + 4 + (int)utf8_width(buf_slice(&p->want));
    c->cursor_y = 1;
    Draw d = {p, c, x, w};
    walk(p, draw_one, &d);
    if (!p->shown)
        canvas_text(c, x + 2, 3, w - 4, STYLE_DIM, STR("none; Enter takes what is typed"));
    Buf b = BUF_INIT;
    buf_putc(&b, ' ');
    buf_count(&b, p->shown);
    buf_puts(&b, p->shown == p->n ? " " : " of ");
    if (p->shown != p->n) {
        buf_count(&b, p->n);
        buf_putc(&b, ' ');
    }
    canvas_text(c, x + w - 2 - (int)b.n, h - 1, (int)b.n, STYLE_DIM, buf_slice(&b));
    buf_free(&b);
}
