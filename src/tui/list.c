/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * list.c - a scrolling list under a cursor, and fields that share the width of the screen.
 *
 * Fields are placed in the order of their priority while there is room, then drawn in the order of
 * their row, so a narrow screen loses the less important ones and none is cut.
 */
#include <math.h>

#include "list.h"
#include "shell/format.h"

#define DECIMALS_MOST 6 /* what wants more is written with an exponent */

static void move_to(List *l, long to)
{
    long last = (long)l->n - 1;
    l->at = (size_t)(to < 0 || last < 0 ? 0 : to > last ? last : to);
}

static bool list_mouse(List *l, const Mouse *m)
{
    if (m->wheel_up || m->wheel_down) {
        move_to(l, (long)l->at + (m->wheel_up ? -3 : 3));
        return true;
    }
    if (!m->click || m->y < l->y || m->y >= l->y + l->rows)
        return false;
    move_to(l, (long)l->top + m->y - l->y);
    return true;
}

bool list_key(List *l, uint32_t key, const Mouse *m)
{
    long at = (long)l->at, page = l->rows > 1 ? l->rows - 1 : 1;
    switch (key) {
    case K_MOUSE:
        return m && list_mouse(l, m);
    case K_DOWN:
    case 'j':
        move_to(l, at + 1);
        return true;
    case K_UP:
    case 'k':
        move_to(l, at - 1);
        return true;
    case K_PAGE_DOWN:
        move_to(l, at + page);
        return true;
    case K_PAGE_UP:
        move_to(l, at - page);
        return true;
    case K_HOME:
    case 'g':
        move_to(l, 0);
        return true;
    case K_END:
    case 'G':
        move_to(l, (long)l->n);
        return true;
    default:
        return false;
    }
}

void list_place(List *l, int y, int rows)
{
    l->y = y;
    l->rows = rows > 0 ? rows : 0;
    move_to(l, (long)l->at);
    size_t room = rows > 0 ? (size_t)rows : 1;
    if (l->at < l->top)
        l->top = l->at;
    if (l->at >= l->top + room)
        l->top = l->at - room + 1;
    if (l->top && l->top + room > l->n)
        l->top = l->n > room ? l->n - room : 0;
}

bool list_find(List *l, Str text, int dir, Str (*name)(const void *, size_t), const void *ctx)
{
    for (size_t k = dir == 0 ? 0 : 1; k <= l->n && l->n; k++) {
        size_t i = dir < 0 ? (l->at + l->n - k % l->n) % l->n : (l->at + k) % l->n;
        if (text_holds(name(ctx, i), text)) {
            l->at = i;
            return true;
        }
    }
    return false;
}

/* ---- fields ---- */

void fields_place(Field *f, size_t n, int x, int width)
{
    int used = 0;
    for (size_t i = 0; i < n; i++)
        f[i].w = 0;
    for (int priority = 0; priority < 10; priority++)
        for (size_t i = 0; i < n; i++) {
            int need = f[i].min + (used ? FIELD_GAP : 0);
            if (f[i].priority != priority || used + need > width)
                continue;
            f[i].w = f[i].min;
            used += need;
        }
    int left = width - used;
    for (int priority = 0; priority < 10; priority++)
        for (size_t i = 0; i < n && left > 0; i++) {
            int grow = f[i].w && f[i].priority == priority ? f[i].max - f[i].w : 0;
            grow = grow < 0 ? 0 : grow < left ? grow : left;
            f[i].w += grow;
            left -= grow;
        }
    for (size_t i = 0; i < n; i++) {
        f[i].x = x;
        x += f[i].w ? f[i].w + FIELD_GAP : 0;
    }
}

void field_text(const Field *f, Canvas *c, int y, Style style, Str text)
{
    if (!f->w)
        return;
    if (f->right)
        canvas_right(c, f->x, y, f->w, style, text);
    else
        canvas_text(c, f->x, y, f->w, style, text);
}

void field_ends(const Field *f, Canvas *c, int y, Style style, Str text)
{
    Buf b = BUF_INIT;
    buf_ends(&b, text, f->w > 0 ? (size_t)f->w : 0, c->ascii);
    field_text(f, c, y, style, buf_slice(&b));
    buf_free(&b);
}

void fields_head(const Field *f, size_t n, Canvas *c, int y)
{
    for (size_t i = 0; i < n; i++)
        field_text(&f[i], c, y, STYLE_HEAD, str_of(f[i].title));
}

/* ---- text ---- */

void put_decimals(Buf *b, double v, double se, int digits)
{
    int own = se > 0 && isfinite(se) ? -(int)floor(log10(se)) : 0;
    digits = own > digits ? own : digits;
    if (isnan(v))
        buf_puts(b, "-");
    else if (isinf(v) || digits > DECIMALS_MOST || fabs(v) >= 1e6)
        buf_digits(b, v, 3);
    else
        buf_printf(b, "%.*f", digits, fabs(v) < 0.5 * pow(10, -digits) ? 0.0 : v);
}

void put_short(Buf *b, double v)
{
    if (isnan(v))
        buf_puts(b, "-");
    else
        buf_digits(b, v, 4);
}

int draw_wrapped(Canvas *c, int x, int y, int width, int rows, Style style, Str text)
{
    int lines = 0;
    while (text.n && lines < rows && width > 0) {
        size_t w = 0;
        Str fit = utf8_fit(text, (size_t)width, &w);
        size_t end = fit.n;
        if (end < text.n && lines + 1 < rows) {
            while (end && text.p[end] != ' ')
                end--;
            end = end ? end : fit.n;
        } else {
            end = text.n; /* the last line is cut with an ellipsis */
        }
        canvas_text(c, x, y + lines++, width, style, str_sub(text, 0, end));
        text = str_trim(str_sub(text, end, text.n));
    }
    return lines;
}
