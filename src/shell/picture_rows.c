/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture_rows.c - the pictures with a name at the left of each row: bars, forests, waterfalls, and
 * matrices. The page they stand on is picture.c's.
 */
#include <math.h>
#include <string.h>

#include "picture_priv.h"

#define HEAT_WIDE 64.0 /* a cell of a matrix, at most */
#define HEAT_TALL 32.0
#define HEAT_FLAT 16.0 /* without a number in it */
#define CELL_NAMED 12  /* so many cells in a row have room for their numbers */
#define LABELS 300.0   /* at most so much for the names of rows */
#define BESIDE 0.34    /* of the width, for a second column of bars */

/* Room for the longest label, within reason. */
static double label_room(Page *g, const Plot *p)
{
    double widest = 0;
    for (size_t i = 0; p->labels && i < p->series[0].n; i++)
        widest = fmax(widest, sheet_width(g, p->labels[i]));
    return fmin(fmax(widest + 24, 90), LABELS);
}

/* A label that ends at x; what has no room ends in dots. */
static void label_at(Page *g, double x, double y, const char *z)
{
    Buf cut = BUF_INIT;
    size_t n = strlen(z);
    buf_puts(&cut, z);
    while (n && sheet_width(g, cut.p) > x - 8) {
        do
            n--;
        while (n && ((unsigned char)z[n] & 0xc0) == 0x80); /* whole characters */
        buf_clear(&cut);
        buf_printf(&cut, "%.*s\u2026", (int)n, z);
    }
    sheet_text(g, x, y, cut.p, 1, false);
    buf_free(&cut);
}

/* From 0 or the least value to the largest, intervals included; nothing touches the frame. */
static void rows_range(Page *g, const Series *s, const double *v)
{
    g->x0 = g->x1 = 0;
    for (size_t i = 0; i < s->n; i++) {
        const double all[3] = {v[i], s->low ? s->low[i] : NAN, s->high ? s->high[i] : NAN};
        for (size_t j = 0; j < 3; j++)
            if (isfinite(all[j])) {
                g->x0 = fmin(g->x0, all[j]);
                g->x1 = fmax(g->x1, all[j]);
            }
    }
    if (g->x0 == g->x1)
        g->x1 = g->x0 + 1;
    double margin = (g->x1 - g->x0) * 0.03;
    g->x0 -= g->x0 < 0 ? margin : 0;
    g->x1 += g->x1 > 0 ? margin : 0;
}

static void draw_interval(Page *g, const Series *s, size_t i, double y)
{
    if (s->low && s->high && isfinite(s->low[i]) && isfinite(s->high[i])) {
        cairo_set_line_width(g->c, 1.6);
        cairo_move_to(g->c, sheet_x(g, s->low[i]), y);
        cairo_line_to(g->c, sheet_x(g, s->high[i]), y);
        cairo_stroke(g->c);
    }
    if (isfinite(s->x[i]))
        sheet_point(g, sheet_x(g, s->x[i]), y, 3.5);
}

/* One column of bars or intervals between g->left and g->right. */
static void draw_column(Page *g, const Plot *p, size_t k, const char *axis)
{
    const Series *s = &p->series[k];
    bool forest = p->kind == PLOT_FOREST;
    const double *v = forest ? s->x : s->y;
    double tall = (g->bottom - g->top) / (double)s->n;
    rows_range(g, s, v);
    sheet_x_axis(g, axis, false);
    sheet_line(g, sheet_x(g, 0), g->top, sheet_x(g, 0), g->bottom, 0.4);
    for (size_t i = 0; i < s->n; i++) {
        double y = g->top + tall * ((double)i + 0.5);
        sheet_color(g, v[i] < 0 ? 0 : forest ? 5 : k, 1);
        if (forest) {
            draw_interval(g, s, i, y);
        } else if (isfinite(v[i])) {
            cairo_rectangle(g->c, sheet_x(g, 0), y - tall * 0.35, sheet_x(g, v[i]) - sheet_x(g, 0),
                            tall * 0.7);
            cairo_fill(g->c);
        }
    }
}

/* Bars and forests: one row a label; a second series of bars stands beside the first, named by the
 * xlabel. */
void sheet_rows(Page *g, const Plot *p)
{
    bool forest = p->kind == PLOT_FOREST, beside = !forest && p->nseries > 1;
    double tall = (g->bottom - g->top) / (double)p->series[0].n, right = g->right;
    g->left = label_room(g, p);
    for (size_t i = 0; i < p->series[0].n; i++)
        label_at(g, g->left - 8, g->top + tall * ((double)i + 0.5) + 4,
                 p->labels ? p->labels[i] : "");
    g->right -= beside ? (right - g->left) * BESIDE : 0;
    draw_column(g, p, 0, forest ? p->xlabel : p->ylabel);
    if (!beside)
        return;
    g->left = g->right + 24;
    g->right = right;
    draw_column(g, p, 1, p->xlabel);
}

/* From the first row to the last, a step a row: series 0 goes from low to high, its x the amount.
 */
void sheet_waterfall(Page *g, const Plot *p)
{
    const Series *s = &p->series[0];
    double room = 54; /* right of the bars, for the amounts */
    g->left = label_room(g, p);
    g->x0 = INFINITY;
    g->x1 = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        g->x0 = fmin(g->x0, fmin(s->low[i], s->high[i]));
        g->x1 = fmax(g->x1, fmax(s->low[i], s->high[i]));
    }
    double margin = g->x1 > g->x0 ? (g->x1 - g->x0) * 0.04 : 0.5;
    g->x0 -= margin;
    g->x1 += margin;
    g->right -= room;
    sheet_x_axis(g, p->xlabel, false);
    double tall = (g->bottom - g->top) / (double)s->n;
    for (size_t i = 0; i < s->n; i++) {
        double y = g->top + tall * ((double)i + 0.5), from = sheet_x(g, s->low[i]),
               to = sheet_x(g, s->high[i]);
        bool end = i == 0 || i + 1 == s->n;
        label_at(g, g->left - 8, y + 4, p->labels[i]);
        if (i + 1 < s->n)
            sheet_line(g, to, y, to, y + tall, 0.6);
        if (end) {
            sheet_color(g, 7, 1);
            sheet_point(g, to, y, 4);
            continue;
        }
        sheet_color(g, s->x[i] < 0 ? 0 : 5, 1);
        cairo_rectangle(g->c, fmin(from, to), y - tall * 0.32, fmax(fabs(to - from), 1),
                        tall * 0.64);
        cairo_fill(g->c);
        Buf b = BUF_INIT;
        buf_printf(&b, "%+.3f", s->x[i]);
        sheet_text(g, PICTURE_WIDTH - 24, y + 4, b.p, 1, false);
        buf_free(&b);
    }
}

double sheet_heat_row(const Plot *p)
{
    return p->series[0].n <= CELL_NAMED ? HEAT_TALL : HEAT_FLAT;
}

/* Cells from blue over white to orange; the numbers in them where there is room. */
void sheet_heat(Page *g, const Plot *p)
{
    const Series *s = &p->series[0];
    double left = label_room(g, p), wide = fmin((g->right - left) / (double)s->n, HEAT_WIDE);
    double tall = sheet_heat_row(p);
    g->left = left;
    for (size_t i = 0; i < s->n; i++) {
        label_at(g, left - 8, g->top + tall * ((double)i + 0.5) + 4, p->labels[i]);
        for (size_t j = 0; j < s->n; j++) {
            double v = s->y[i * s->n + j], x = left + wide * (double)j,
                   y = g->top + tall * (double)i;
            const double *c = sheet_colors[v < 0 ? 0 : 1];
            double a = isfinite(v) ? fmin(fabs(v), 1) : 0;
            cairo_set_source_rgb(g->c, 1 - a * (1 - c[0]), 1 - a * (1 - c[1]), 1 - a * (1 - c[2]));
            cairo_rectangle(g->c, x, y, fmax(wide - 1, wide * 0.8), tall - 1);
            cairo_fill(g->c);
            Buf b = BUF_INIT;
            if (isfinite(v) && s->n <= CELL_NAMED)
                buf_printf(&b, "%.2f", fabs(v) < 0.005 ? 0 : v);
            sheet_text(g, x + wide / 2, y + tall / 2 + 4, b.p, 0.5, false);
            buf_free(&b);
        }
    }
}
