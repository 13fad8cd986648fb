/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * canvas.c - a grid of cells, one grapheme each.
 *
 * A wide character takes two cells: the second holds no text. Whatever would be drawn outside is
 * not drawn, so that a screen may draw its full layout on a terminal that is too small for it.
 * Eighths of a cell come from the block elements U+2588 .. U+258F; in ASCII a cell is full or
 * empty.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "tui/canvas.h"

Canvas *canvas_new(int cols, int rows)
{
    Canvas *c = xcalloc(1, sizeof *c);
    canvas_resize(c, cols, rows);
    return c;
}

void canvas_free(Canvas *c)
{
    if (c)
        free(c->cells);
    free(c);
}

void canvas_resize(Canvas *c, int cols, int rows)
{
    free(c->cells);
    c->cols = cols < 1 ? 1 : cols;
    c->rows = rows < 1 ? 1 : rows;
    c->cells = xcalloc((size_t)c->cols * (size_t)c->rows, sizeof *c->cells);
    canvas_clear(c);
}

void canvas_clear(Canvas *c)
{
    size_t n = (size_t)c->cols * (size_t)c->rows;
    for (size_t i = 0; i < n; i++)
        c->cells[i] = (CanvasCell){" ", STYLE_PLAIN};
    c->cursor_x = c->cursor_y = -1;
}

static CanvasCell *cell(Canvas *c, int x, int y)
{
    if (x < 0 || y < 0 || x >= c->cols || y >= c->rows)
        return NULL;
    return &c->cells[(size_t)y * (size_t)c->cols + (size_t)x];
}

static void put(Canvas *c, int x, int y, Style style, const char *text)
{
    CanvasCell *k = cell(c, x, y);
    if (!k)
        return;
    size_t n = strlen(text);
    memcpy(k->text, text, n < CELL_BYTES ? n + 1 : CELL_BYTES);
    k->text[CELL_BYTES - 1] = '\0';
    k->style = (uint8_t)style;
}

/* One grapheme of `s` at *i: its bytes and width. Graphemes longer than a cell holds are cut to
 * their first code point. */
static Str grapheme(Str s, size_t *i, size_t *width)
{
    Str rest = str_sub(s, *i, s.n), g = {rest.p, 0};
    for (size_t w = 1; w <= 2 && g.n == 0; w++) {
        size_t got;
        Str fit = utf8_fit(rest, w, &got);
        if (fit.n == 0)
            continue;
        /* the shortest prefix of that width: the first grapheme */
        size_t end = 0;
        utf8_next(rest, &end);
        while (end < fit.n && utf8_width(str_sub(rest, 0, end)) < 1)
            utf8_next(rest, &end);
        size_t next = end;
        while (next < fit.n) {
            utf8_next(rest, &next);
            if (utf8_width(str_sub(rest, 0, next)) > utf8_width(str_sub(rest, 0, end)))
                break;
            end = next;
        }
        g.n = end;
    }
    if (g.n == 0) {
        size_t end = 0;
        utf8_next(rest, &end);
        g.n = end;
    }
    *width = utf8_width(g);
    *i += g.n;
    if (g.n >= CELL_BYTES) {
        size_t end = 0;
        utf8_next(g, &end);
        g.n = end;
    }
    return g;
}

/* Letters of ASCII need no look-up of widths: most text on a screen is made of them. */
static bool is_plain(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return true;
}

static int put_plain(Canvas *c, int x, int y, int width, Style style, Str text)
{
    int n = text.n < (size_t)width ? (int)text.n : width;
    bool cut = text.n > (size_t)width;
    for (int i = 0; i < n; i++)
        put(c, x + i, y, style, (char[]){text.p[i], 0});
    if (cut)
        put(c, x + n - 1, y, style, c->ascii ? "~" : "\xe2\x80\xa6");
    return n;
}

int canvas_text(Canvas *c, int x, int y, int width, Style style, Str text)
{
    if (width <= 0 || y < 0 || y >= c->rows)
        return 0;
    if (is_plain(text))
        return put_plain(c, x, y, width, style, text);
    Buf b = BUF_INIT;
    buf_escaped(&b, text);
    Str s = buf_slice(&b);
    bool cut = utf8_width(s) > (size_t)width;
    int room = cut ? width - 1 : width, used = 0;
    for (size_t i = 0; i < s.n;) {
        size_t w;
        Str g = grapheme(s, &i, &w);
        if (w == 0)
            continue;
        if (used + (int)w > room)
            break;
        char z[CELL_BYTES];
        snprintf(z, sizeof z, "%.*s", STR_ARG(g));
        put(c, x + used, y, style, z);
        if (w == 2)
            put(c, x + used + 1, y, style, "");
        used += (int)w;
    }
    if (cut) {
        while (used < room)
            put(c, x + used++, y, style, " ");
        put(c, x + used++, y, style, c->ascii ? "~" : "\xe2\x80\xa6");
    }
    buf_free(&b);
    return used;
}

int canvas_printf(Canvas *c, int x, int y, int width, Style style, const char *fmt, ...)
{
    char text[1024];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    return canvas_text(c, x, y, width, style, str_of(text));
}

void canvas_right(Canvas *c, int x, int y, int width, Style style, Str text)
{
    Buf b = BUF_INIT;
    if (!is_plain(text))
        buf_escaped(&b, text);
    int w = b.p ? (int)utf8_width(buf_slice(&b)) : (int)text.n;
    int pad = w < width ? width - w : 0;
    canvas_text(c, x + pad, y, width - pad, style, text);
    buf_free(&b);
}

void canvas_fill(Canvas *c, int x, int y, int width, int height, Style style)
{
    for (int j = y; j < y + height; j++)
        for (int i = x; i < x + width; i++)
            put(c, i, j, style, " ");
}

void canvas_paint(Canvas *c, int x, int y, int width, Style style)
{
    for (int i = x; i < x + width; i++) {
        CanvasCell *k = cell(c, i, y);
        if (k)
            k->style = (uint8_t)style;
    }
}

/* ---- lines and boxes ---- */

void canvas_hline(Canvas *c, int x, int y, int width)
{
    for (int i = x; !c->plain && i < x + width; i++)
        put(c, i, y, STYLE_DIM, c->ascii ? "-" : "\xe2\x94\x80");
}

void canvas_vline(Canvas *c, int x, int y, int height)
{
    for (int j = y; !c->plain && j < y + height; j++)
        put(c, x, j, STYLE_DIM, c->ascii ? "|" : "\xe2\x94\x82");
}

void canvas_box(Canvas *c, int x, int y, int width, int height, const char *title)
{
    if (width < 2 || height < 2)
        return;
    canvas_hline(c, x + 1, y, width - 2);
    canvas_hline(c, x + 1, y + height - 1, width - 2);
    canvas_vline(c, x, y + 1, height - 2);
    canvas_vline(c, x + width - 1, y + 1, height - 2);
    static const char *const corners[2][4] = {
        {"\xe2\x94\x8c", "\xe2\x94\x90", "\xe2\x94\x94", "\xe2\x94\x98"}, {"+", "+", "+", "+"}};
    if (!c->plain) {
        put(c, x, y, STYLE_DIM, corners[c->ascii][0]);
        put(c, x + width - 1, y, STYLE_DIM, corners[c->ascii][1]);
        put(c, x, y + height - 1, STYLE_DIM, corners[c->ascii][2]);
        put(c, x + width - 1, y + height - 1, STYLE_DIM, corners[c->ascii][3]);
    }
    if (title && width > 4)
        canvas_printf(c, x + 2, y, width - 4, STYLE_TITLE, " %s ", title);
}

/* ---- bars ---- */

static void put_eighths(Canvas *c, int x, int y, int eighths, Style style)
{
    if (eighths <= 0)
        return;
    char z[4] = {(char)0xe2, (char)0x96, (char)(0x90 - (eighths > 8 ? 8 : eighths)), 0};
    put(c, x, y, style, z);
}

void canvas_bar(Canvas *c, int x, int y, int width, double frac, Style style)
{
    if (c->plain || !(frac > 0))
        return;
    int n = (int)((frac > 1 ? 1 : frac) * width * 8 + 0.5);
    for (int i = 0; i < width && n > 0; i++, n -= 8) {
        if (!c->ascii)
            put_eighths(c, x + i, y, n, style);
        else if (n >= 4)
            put(c, x + i, y, style, "=");
    }
}

void canvas_signed_bar(Canvas *c, int x, int y, int width, double value)
{
    int half = width / 2;
    if (c->plain)
        return;
    put(c, x + half, y, STYLE_DIM, c->ascii ? "|" : "\xe2\x94\x82");
    if (value > 0) {
        canvas_bar(c, x + half + 1, y, width - half - 1, value, STYLE_POSITIVE);
        return;
    }
    int n = value < 0 ? (int)((value < -1 ? 1 : -value) * half * 2 + 0.5) : 0; /* in halves */
    for (int i = 0; i < n; i += 2) {
        const char *whole = c->ascii ? "-" : "\xe2\x96\x88",
                   *part = c->ascii ? "-" : "\xe2\x96\x90";
        put(c, x + half - 1 - i / 2, y, STYLE_NEGATIVE, i + 1 < n ? whole : part);
    }
}

void canvas_spark(Canvas *c, int x, int y, const double *v, size_t n, Style style)
{
    static const char levels[] = "_.:-=+*#";
    double max = 0;
    for (size_t i = 0; i < n; i++)
        max = v[i] > max ? v[i] : max;
    for (size_t i = 0; !c->plain && i < n; i++) {
        int k = max > 0 && v[i] > 0 ? (int)(v[i] / max * 7 + 0.5) : -1;
        char z[4] = {(char)0xe2, (char)0x96, (char)(0x81 + k), 0};
        char a[2] = {levels[k < 0 ? 0 : k], 0};
        put(c, x + (int)i, y, style, k < 0 ? " " : c->ascii ? a : z);
    }
}

void canvas_columns(Canvas *c, int x, int y, int height, const double *v, size_t n, double top,
                    Style style)
{
    for (size_t i = 0; !c->plain && top > 0 && i < n; i++) {
        int eighths = v[i] > 0 ? (int)(v[i] / top * height * 8 + 0.5) : 0;
        eighths = v[i] > 0 && eighths == 0 ? 1 : eighths; /* a few are not none */
        for (int j = 0; j < height && eighths > 0; j++, eighths -= 8) {
            char z[4] = {(char)0xe2, (char)0x96, (char)(0x80 + (eighths > 8 ? 8 : eighths)), 0};
            put(c, x + (int)i, y + height - 1 - j, style, !c->ascii ? z : eighths >= 4 ? "#" : ".");
        }
    }
}

void canvas_slider(Canvas *c, int x, int y, int width, double frac, Style style)
{
    if (c->plain || width < 1)
        return;
    int at = frac >= 0 ? (int)((frac > 1 ? 1 : frac) * (width - 1) + 0.5) : frac < 0 ? 0 : -1;
    for (int i = 0; i < width; i++)
        put(c, x + i, y, STYLE_DIM, c->ascii ? "-" : "\xe2\x94\x80");
    if (at >= 0) /* of NaN there is no place */
        put(c, x + at, y, style, c->ascii ? "O" : "\xe2\x97\x8f");
}

void canvas_lines(Canvas *c, int x, int y, int width, int height, Style style, Str text)
{
    for (int j = 0; j < height && text.n; j++) {
        Str line = str_split(text, '\n', &text);
        canvas_text(c, x, y + j, width, style, line);
    }
}

/* ---- dumps ---- */

void canvas_dump(const Canvas *c, Buf *out)
{
    for (int y = 0; y < c->rows; y++) {
        size_t start = out->n;
        for (int x = 0; x < c->cols; x++)
            buf_puts(out, c->cells[(size_t)y * (size_t)c->cols + (size_t)x].text);
        while (out->n > start && out->p[out->n - 1] == ' ')
            out->p[--out->n] = '\0';
        buf_putc(out, '\n');
    }
}

void canvas_dump_styles(const Canvas *c, Buf *out)
{
    static const char letters[STYLE_COUNT + 1] = " hdsnpewmckt";
    for (int y = 0; y < c->rows; y++) {
        const CanvasCell *row = &c->cells[(size_t)y * (size_t)c->cols];
        Buf line = BUF_INIT;
        for (int x = 0; x < c->cols; x++) {
            buf_puts(out, row[x].text);
            if (row[x].text[0])
                buf_putc(&line, letters[row[x].style]);
        }
        buf_putc(out, '\n');
        while (line.n && line.p[line.n - 1] == ' ')
            line.p[--line.n] = '\0';
        if (line.n)
            buf_printf(out, "%s\n", line.p);
        buf_free(&line);
    }
}
