/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plot.c - pictures in text: curves and points in braille, bars in eighths of a block, intervals as
 * lines.
 *
 * A braille cell holds 2 x 4 dots (U+2800 plus one bit a dot), so a plot of 60 x 16 cells has 120 x
 * 64 dots. Without UTF-8 a cell is one of " .:*#" by how many dots it holds. Bands are not drawn
 * here (picture.c draws them).
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "shell/format.h"

#define LABEL_LEAST 4 /* numbers left of the axis */
#define LABEL_MAX 24  /* names of bars */
#define CURVE_COLS 64 /* a curve is no wider, however wide the screen */

typedef struct Dots {
    size_t cols, rows; /* cells */
    size_t label;      /* and those of the numbers left of the axis */
    uint8_t *bits;
    double x0, x1, y0, y1;
} Dots;

static void dot_set(Dots *d, long x, long y)
{
    static const uint8_t bit[4][2] = {{1, 8}, {2, 16}, {4, 32}, {64, 128}};
    if (x < 0 || y < 0 || (size_t)x >= d->cols * 2 || (size_t)y >= d->rows * 4)
        return;
    size_t up = d->rows * 4 - 1 - (size_t)y; /* y grows upwards */
    d->bits[up / 4 * d->cols + (size_t)x / 2] |= bit[up % 4][x % 2];
}

static long dot_x(const Dots *d, double x)
{
    return lround((x - d->x0) / (d->x1 - d->x0) * (double)(d->cols * 2 - 1));
}

static long dot_y(const Dots *d, double y)
{
    return lround((y - d->y0) / (d->y1 - d->y0) * (double)(d->rows * 4 - 1));
}

/* A straight line, every `step`-th dot. */
static void dots_line(Dots *d, double xa, double ya, double xb, double yb, long step)
{
    long ax = dot_x(d, xa), ay = dot_y(d, ya), bx = dot_x(d, xb), by = dot_y(d, yb);
    long n = labs(bx - ax) > labs(by - ay) ? labs(bx - ax) : labs(by - ay);
    for (long i = 0; i <= n; i += step) {
        double t = n ? (double)i / (double)n : 0;
        dot_set(d, lround((double)ax + t * (double)(bx - ax)),
                lround((double)ay + t * (double)(by - ay)));
    }
}

static void put_dot_cell(Buf *out, uint8_t bits, bool ascii)
{
    int n = 0;
    for (uint8_t b = bits; b; b = (uint8_t)(b & (b - 1)))
        n++;
    if (ascii)
        buf_putc(out, " .::***###"[n]);
    else if (!bits)
        buf_putc(out, ' ');
    else
        buf_utf8(out, 0x2800u + bits);
}

static void widen(double *low, double *high, const double *v, size_t n)
{
    for (size_t i = 0; v && i < n; i++)
        if (isfinite(v[i])) {
            *low = fmin(*low, v[i]);
            *high = fmax(*high, v[i]);
        }
}

/* The range of an axis: as told, else from the data, never empty. */
static void range(double told0, double told1, double *low, double *high)
{
    if (!isnan(told0))
        *low = told0;
    if (!isnan(told1))
        *high = told1;
    if (!(*low <= *high)) {
        *low = 0;
        *high = 1;
    }
    if (*low == *high) {
        *low -= 0.5;
        *high += 0.5;
    }
}

/* A number of an axis; a moment as a date, or as a time of day where the axis is short. */
static void put_tick(Buf *b, double v, bool time, double span)
{
    if (time)
        buf_time(b, (int64_t)v, span > 3 * (double)US_PER_DAY ? TIME_DAY : TIME_MINUTE);
    else
        buf_digits(b, v, 3);
}

static void put_number(Buf *out, double v, bool time, double span, size_t width)
{
    Buf b = BUF_INIT;
    put_tick(&b, v, time, span);
    buf_pad(out, ' ', width > b.n ? width - b.n : 0);
    buf_str(out, buf_slice(&b));
    buf_free(&b);
}

/* What stands at the axis in row r; NaN: nothing. */
static double told_at(const Dots *d, size_t r)
{
    bool told = r == 0 || r + 1 == d->rows || r == d->rows / 2;
    double last = (double)(d->rows > 1 ? d->rows - 1 : 1);
    return told ? d->y1 - (d->y1 - d->y0) * (double)r / last : NAN;
}

static size_t axis_width(const Dots *d, bool time)
{
    size_t wide = LABEL_LEAST;
    Buf b = BUF_INIT;
    for (size_t r = 0; r < d->rows; r++) {
        buf_clear(&b);
        if (!isnan(told_at(d, r)))
            put_tick(&b, told_at(d, r), time, d->y1 - d->y0);
        wide = b.n > wide ? b.n : wide;
    }
    buf_free(&b);
    return wide;
}

static void put_axes(const Plot *p, const Dots *d, bool ascii, Buf *out)
{
    for (size_t r = 0; r < d->rows; r++) {
        if (isnan(told_at(d, r)))
            buf_pad(out, ' ', d->label);
        else
            put_number(out, told_at(d, r), p->ytime, d->y1 - d->y0, d->label);
        buf_puts(out, ascii ? " |" : " \u2502");
        size_t from = out->n;
        for (size_t c = 0; c < d->cols; c++)
            put_dot_cell(out, d->bits[r * d->cols + c], ascii);
        while (out->n > from && out->p[out->n - 1] == ' ')
            out->n--;
        buf_putc(out, '\n');
    }
    buf_pad(out, ' ', d->label + 1);
    buf_puts(out, ascii ? "+" : "\u2514");
    for (size_t c = 0; c < d->cols; c++)
        buf_puts(out, ascii ? "-" : "\u2500");
    buf_putc(out, '\n');
    Buf left = BUF_INIT, right = BUF_INIT;
    put_tick(&left, d->x0, p->xtime, d->x1 - d->x0);
    put_tick(&right, d->x1, p->xtime, d->x1 - d->x0);
    size_t label = utf8_width(str_of(p->xlabel)), room = d->cols;
    buf_pad(out, ' ', d->label + 2);
    buf_str(out, buf_slice(&left));
    size_t used = left.n + right.n + label;
    size_t gap = room > used ? room - used : 2;
    buf_pad(out, ' ', gap / 2);
    buf_puts(out, p->xlabel ? p->xlabel : "");
    buf_pad(out, ' ', gap - gap / 2);
    buf_str(out, buf_slice(&right));
    buf_putc(out, '\n');
    buf_free(&left);
    buf_free(&right);
}

static void draw_series(const Plot *p, Dots *d)
{
    for (size_t k = 0; k < p->nseries; k++) {
        const Series *s = &p->series[k];
        for (size_t i = 0; i < s->n; i++) {
            if (!isfinite(s->x[i]) || !isfinite(s->y[i]))
                continue;
            if (p->kind == PLOT_POINTS && !s->dashed)
                dot_set(d, dot_x(d, s->x[i]), dot_y(d, s->y[i]));
            else if (i && isfinite(s->x[i - 1]) && isfinite(s->y[i - 1]))
                dots_line(d, s->x[i - 1], s->y[i - 1], s->x[i], s->y[i], s->dashed ? 4 : 1);
        }
    }
    if (isfinite(p->mark_x) && isfinite(p->mark_y)) { /* a small cross */
        long x = dot_x(d, p->mark_x), y = dot_y(d, p->mark_y);
        for (long k = -3; k <= 3; k++) {
            dot_set(d, x + k, y);
            dot_set(d, x, y + k);
        }
    }
}

static void plot_curves(const Plot *p, size_t cols, size_t rows, bool ascii, Buf *out)
{
    double x0 = INFINITY, x1 = -INFINITY, y0 = INFINITY, y1 = -INFINITY;
    for (size_t k = 0; k < p->nseries; k++) {
        widen(&x0, &x1, p->series[k].x, p->series[k].n);
        widen(&y0, &y1, p->series[k].y, p->series[k].n);
    }
    range(p->xmin, p->xmax, &x0, &x1);
    range(p->ymin, p->ymax, &y0, &y1);
    Dots d = {.rows = (rows > 4 ? rows : 4) | 1, .x0 = x0, .x1 = x1, .y0 = y0, .y1 = y1};
    d.label = axis_width(&d, p->ytime);
    size_t width = cols > d.label + 13 ? cols - d.label - 3 : 10;
    d.cols = width < CURVE_COLS ? width : CURVE_COLS;
    d.bits = xcalloc(d.cols * d.rows, 1);
    draw_series(p, &d);
    if (p->ylabel && *p->ylabel)
        buf_printf(out, "%*s%s\n", (int)d.label + 1, "", p->ylabel);
    put_axes(p, &d, ascii, out);
    free(d.bits);
}

static void put_label(Buf *out, const char *label, size_t width)
{
    Buf safe = BUF_INIT;
    buf_escaped(&safe, str_of(label));
    size_t w = 0;
    Str fit = utf8_fit(buf_slice(&safe), width, &w);
    buf_str(out, fit);
    buf_pad(out, ' ', width - w);
    buf_free(&safe);
}

static size_t label_width(const Plot *p)
{
    size_t wide = 0;
    for (size_t i = 0; p->nseries && i < p->series[0].n; i++) {
        size_t w = p->labels ? utf8_width(str_of(p->labels[i])) : 0;
        wide = w > wide ? w : wide;
    }
    return wide < LABEL_MAX ? wide : LABEL_MAX;
}

/* The number behind a bar: counts whole, others short. */
static void put_amount(Buf *out, double v)
{
    if (v == floor(v) && fabs(v) < 1e15)
        buf_count(out, (uint64_t)fabs(v));
    else
        buf_digits(out, v, 3);
}

static void put_rate(Buf *out, double v)
{
    if (isfinite(v) && fabs(v) < 1)
        buf_printf(out, "%.3f", v);
    else
        buf_digits(out, v, 3);
}

static size_t widest(const Series *s, void (*put)(Buf *, double))
{
    size_t wide = 0;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < s->n; i++) {
        buf_clear(&b);
        put(&b, s->y[i]);
        wide = b.n > wide ? b.n : wide;
    }
    buf_free(&b);
    return wide;
}

static void put_right(Buf *out, double v, size_t width, void (*put)(Buf *, double))
{
    Buf b = BUF_INIT;
    put(&b, v);
    buf_pad(out, ' ', width > b.n ? width - b.n : 0);
    buf_str(out, buf_slice(&b));
    buf_free(&b);
}

/* A bar of `share` of `room` cells, blanks behind it. */
static void put_bar(Buf *out, double share, size_t room, bool ascii)
{
    static const char *const eighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589"};
    size_t eight = share > 0 ? (size_t)lround(share * (double)room * 8) : 0, used = eight / 8;
    for (size_t c = 0; c < eight / 8; c++)
        buf_puts(out, ascii ? "#" : "\u2588");
    if (!ascii && eight % 8) {
        buf_puts(out, eighths[eight % 8]);
        used++;
    }
    buf_pad(out, ' ', used < room ? room - used : 0);
}

static double largest(const Series *s)
{
    double top = 0;
    for (size_t i = 0; i < s->n; i++)
        top = isfinite(s->y[i]) ? fmax(top, s->y[i]) : top;
    return top;
}

#define BAR_MOST 50
#define RATE_MOST 16 /* of the bar of a rate */

static void trim_line(Buf *out)
{
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
    buf_putc(out, '\n');
}

/* Label, number, bar; with a second series its number and its bar behind them. */
static void plot_bars(const Plot *p, size_t cols, bool ascii, Buf *out)
{
    const Series *s = &p->series[0], *rate = p->nseries > 1 ? &p->series[1] : NULL;
    size_t label = label_width(p), number = widest(s, put_amount);
    size_t second = rate ? widest(rate, put_rate) : 0;
    size_t used = label + number + 5 + (rate ? second + 4 : 0),
           room = cols > used + 10 ? cols - used : 10;
    size_t small = rate && room >= 24 ? room / 3 : 0;
    small = small < RATE_MOST ? small : RATE_MOST;
    room = room - small < BAR_MOST ? room - small : BAR_MOST;
    double top = largest(s), most = rate ? largest(rate) : 0;
    for (size_t i = 0; i < s->n; i++) {
        put_label(out, p->labels ? p->labels[i] : "", label);
        buf_puts(out, "  ");
        put_right(out, s->y[i], number, put_amount);
        buf_puts(out, ascii ? " |" : " \u2595");
        put_bar(out, top > 0 ? s->y[i] / top : 0, room, ascii);
        if (rate) {
            buf_puts(out, "  ");
            put_right(out, rate->y[i], second, put_rate);
            buf_puts(out, !small ? "" : ascii ? " |" : " \u2595");
            put_bar(out, most > 0 ? rate->y[i] / most : 0, small, ascii);
        }
        trim_line(out);
    }
}

/* One line a label: the interval as a line, the estimate as a point, zero marked. */
static void plot_forest(const Plot *p, size_t cols, bool ascii, Buf *out)
{
    const Series *s = &p->series[0];
    size_t label = label_width(p), room = cols > label + 30 ? cols - label - 4 : 20;
    double x0 = 0, x1 = 0;
    room = room < 60 ? room : 60;
    widen(&x0, &x1, s->x, s->n);
    widen(&x0, &x1, s->low, s->n);
    widen(&x0, &x1, s->high, s->n);
    range(p->xmin, p->xmax, &x0, &x1);
    for (size_t i = 0; i < s->n; i++) {
        put_label(out, p->labels ? p->labels[i] : "", label);
        buf_puts(out, "  ");
        double scale = (double)(room - 1) / (x1 - x0);
        long at = lround((s->x[i] - x0) * scale), zero = lround((0 - x0) * scale);
        long lo = s->low ? lround((s->low[i] - x0) * scale) : at,
             hi = s->high ? lround((s->high[i] - x0) * scale) : at;
        for (long c = 0; c < (long)room; c++) {
            if (c == at)
                buf_puts(out, ascii ? "o" : "\u25cf");
            else if (c >= lo && c <= hi)
                buf_puts(out, ascii ? "-" : "\u2500");
            else if (c == zero)
                buf_puts(out, ascii ? "|" : "\u2502");
            else
                buf_putc(out, ' ');
        }
        trim_line(out);
    }
}

void plot_text(const Plot *p, size_t cols, size_t rows, bool ascii, Buf *out)
{
    if (p->title && *p->title)
        buf_printf(out, "%s\n", p->title);
    if (!p->nseries)
        return;
    switch (p->kind) {
    case PLOT_BARS:
        plot_bars(p, cols, ascii, out);
        return;
    case PLOT_FOREST:
        plot_forest(p, cols, ascii, out);
        return;
    case PLOT_LINES:
    case PLOT_POINTS:
        plot_curves(p, cols, rows, ascii, out);
        return;
    case PLOT_WATERFALL:
    case PLOT_HEAT: /* its numbers are a table */
        return;
    }
}
