/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture.c - plots as SVG, PNG and PDF, for slides and papers. The only file that knows cairo.
 *
 * One house style: 640 x 440 points, white ground, thin grey axes with round ticks (steps of 1, 2
 * or 5 times a power of ten), Okabe and Ito's colours (safe for the colour-blind), bands
 * translucent, reference lines dashed.
 */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/format.h"
#include "shell/picture.h"

#define WIDTH 640.0
#define HEIGHT 440.0
#define FONT 13.0
#define CLOUD_MANY 2000 /* points beyond this are put together */
#define CLOUD_GRAIN 2.5
#define HEAT_WIDE 64.0 /* a cell of a matrix, at most */
#define HEAT_TALL 32.0
#define HEAT_FLAT 16.0 /* without a number in it */
#define TIME_ROOM 130.0 /* left of the axis for moments */
#define CELL_NAMED 12 /* so many cells in a row have room for their numbers */
#define LABELS 300.0 /* at most so much for the names of rows */

/* Okabe & Ito 2008, Color Universal Design. */
static const double colors[8][3] = {
    {0.000, 0.447, 0.698}, {0.902, 0.624, 0.000}, {0.000, 0.620, 0.451}, {0.800, 0.475, 0.655},
    {0.337, 0.706, 0.914}, {0.835, 0.369, 0.000}, {0.941, 0.894, 0.259}, {0.300, 0.300, 0.300}};

typedef struct Page {
    cairo_t *c;
    double left, right, top, bottom; /* of the drawing area */
    double x0, x1, y0, y1;           /* what it shows */
    double height;
} Page;

static bool has_ending(Str path, const char *ending)
{
    size_t n = strlen(ending);
    return path.n > n && str_ieq(str_sub(path, path.n - n, path.n), str_of(ending));
}

bool picture_ending(Str path)
{
    return has_ending(path, ".svg") || has_ending(path, ".png") || has_ending(path, ".pdf");
}

static double px(const Page *g, double x)
{
    return g->left + (x - g->x0) / (g->x1 - g->x0) * (g->right - g->left);
}

static double py(const Page *g, double y)
{
    return g->bottom - (y - g->y0) / (g->y1 - g->y0) * (g->bottom - g->top);
}

/* Ticks of a time axis: whole days, or minutes where it is short. */
static double time_step(double span)
{
    const double day = (double)US_PER_DAY;
    double unit = span > 5 * day ? day : 60e6;
    return unit * ceil(span / 4.5 / unit);
}

static double tick_step(double span)
{
    double raw = span / 5, power = pow(10, floor(log10(raw))), r = raw / power;
    return power * (r < 1.5 ? 1 : r < 3.5 ? 2 : r < 7.5 ? 5 : 10);
}

static void text_at(Page *g, double x, double y, const char *z, double align, bool bold)
{
    cairo_text_extents_t e;
    Buf safe = BUF_INIT;
    buf_escaped(&safe, str_of(z ? z : ""));
    cairo_select_font_face(g->c, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(g->c, bold ? FONT + 2 : FONT);
    cairo_text_extents(g->c, safe.p ? safe.p : "", &e);
    cairo_move_to(g->c, x - e.x_advance * align, y);
    cairo_set_source_rgb(g->c, 0.15, 0.15, 0.15);
    cairo_show_text(g->c, safe.p ? safe.p : "");
    buf_free(&safe);
}

static double text_width(Page *g, const char *z)
{
    cairo_text_extents_t e;
    cairo_select_font_face(g->c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(g->c, FONT);
    cairo_text_extents(g->c, z, &e);
    return e.x_advance;
}

static void number_at(Page *g, double x, double y, double v, bool time, double align)
{
    Buf b = BUF_INIT;
    if (time)
        buf_time(&b, (int64_t)v, fmod(v, (double)US_PER_DAY) == 0 ? TIME_DAY : TIME_MINUTE);
    else
        buf_digits(&b, v, 4);
    text_at(g, x, y, b.p, align, false);
    buf_free(&b);
}

static void line_at(Page *g, double xa, double ya, double xb, double yb, double grey)
{
    cairo_set_source_rgb(g->c, grey, grey, grey);
    cairo_set_line_width(g->c, 0.7);
    cairo_move_to(g->c, xa, ya);
    cairo_line_to(g->c, xb, yb);
    cairo_stroke(g->c);
}

static void draw_x_axis(Page *g, const char *label, bool time)
{
    double step = time ? time_step(g->x1 - g->x0) : tick_step(g->x1 - g->x0);
    for (double v = ceil(g->x0 / step) * step; v <= g->x1 + step * 1e-9; v += step) {
        line_at(g, px(g, v), g->top, px(g, v), g->bottom, 0.9);
        number_at(g, px(g, v), g->bottom + 18, fabs(v) < step * 1e-9 ? 0 : v, time, 0.5);
    }
    line_at(g, g->left, g->bottom, g->right, g->bottom, 0.5);
    text_at(g, (g->left + g->right) / 2, g->bottom + 38, label, 0.5, false);
}

static void draw_y_axis(Page *g, const char *label, bool time)
{
    double step = time ? time_step(g->y1 - g->y0) : tick_step(g->y1 - g->y0);
    for (double v = ceil(g->y0 / step) * step; v <= g->y1 + step * 1e-9; v += step) {
        line_at(g, g->left, py(g, v), g->right, py(g, v), 0.9);
        number_at(g, g->left - 8, py(g, v) + 4, fabs(v) < step * 1e-9 ? 0 : v, time, 1);
    }
    line_at(g, g->left, g->top, g->left, g->bottom, 0.5);
    text_at(g, g->left, g->top - 8, label, 0, false);
}

static void limits(const Plot *p, Page *g)
{
    g->x0 = g->y0 = INFINITY;
    g->x1 = g->y1 = -INFINITY;
    for (size_t k = 0; k < p->nseries; k++) {
        const Series *s = &p->series[k];
        for (size_t i = 0; i < s->n; i++) {
            if (isfinite(s->x[i])) {
                g->x0 = fmin(g->x0, s->x[i]);
                g->x1 = fmax(g->x1, s->x[i]);
            }
            const double ys[3] = {s->y[i], s->low ? s->low[i] : NAN, s->high ? s->high[i] : NAN};
            for (size_t j = 0; j < 3; j++)
                if (isfinite(ys[j])) {
                    g->y0 = fmin(g->y0, ys[j]);
                    g->y1 = fmax(g->y1, ys[j]);
                }
        }
    }
    g->x0 = isnan(p->xmin) ? g->x0 : p->xmin;
    g->x1 = isnan(p->xmax) ? g->x1 : p->xmax;
    g->y0 = isnan(p->ymin) ? g->y0 : p->ymin;
    g->y1 = isnan(p->ymax) ? g->y1 : p->ymax;
    if (!(g->x0 < g->x1)) {
        g->x0 = isfinite(g->x0) ? g->x0 - 0.5 : 0;
        g->x1 = g->x0 + 1;
    }
    if (!(g->y0 < g->y1)) {
        g->y0 = isfinite(g->y0) ? g->y0 - 0.5 : 0;
        g->y1 = g->y0 + 1;
    }
}

static void set_color(Page *g, size_t k, double alpha)
{
    const double *c = colors[k % 8];
    cairo_set_source_rgba(g->c, c[0], c[1], c[2], alpha);
}

static void draw_band(Page *g, const Series *s, size_t k)
{
    bool begun = false;
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->high[i])) {
            if (begun)
                cairo_line_to(g->c, px(g, s->x[i]), py(g, s->high[i]));
            else
                cairo_move_to(g->c, px(g, s->x[i]), py(g, s->high[i]));
            begun = true;
        }
    for (size_t i = s->n; i-- > 0;)
        if (isfinite(s->low[i]))
            cairo_line_to(g->c, px(g, s->x[i]), py(g, s->low[i]));
    set_color(g, k, 0.18);
    cairo_fill(g->c);
}

static void line_style(Page *g, const Series *s, size_t k)
{
    static const double dashes[] = {5, 4};
    if (s->dashed) {
        cairo_set_dash(g->c, dashes, 2, 0);
        cairo_set_source_rgb(g->c, 0.55, 0.55, 0.55);
    } else {
        set_color(g, k, 1);
    }
    cairo_set_line_width(g->c, s->dashed ? 1 : 2);
}

static void draw_curve(Page *g, const Series *s, size_t k)
{
    bool begun = false;
    for (size_t i = 0; i < s->n; i++) {
        bool there = isfinite(s->x[i]) && isfinite(s->y[i]);
        if (there && begun)
            cairo_line_to(g->c, px(g, s->x[i]), py(g, s->y[i]));
        else if (there)
            cairo_move_to(g->c, px(g, s->x[i]), py(g, s->y[i]));
        begun = there;
    }
    line_style(g, s, k);
    cairo_stroke(g->c);
    cairo_set_dash(g->c, NULL, 0, 0);
}

static void draw_point(Page *g, double x, double y, double radius)
{
    cairo_arc(g->c, x, y, radius, 0, 2 * acos(-1.0));
    cairo_fill(g->c);
}

/* Points. Of many, those within a point's width of each other are one, the darker the more they are: the
 * picture of a million rows is no larger than its page. */
static void draw_cloud(Page *g, const Series *s, size_t k)
{
    bool many = s->n > CLOUD_MANY;
    size_t across = (size_t)((g->right - g->left) / CLOUD_GRAIN) + 2,
           down = (size_t)((g->bottom - g->top) / CLOUD_GRAIN) + 2;
    uint32_t *at = many ? xcalloc(across * down, sizeof *at) : NULL;
    for (size_t i = 0; i < s->n; i++) {
        double x = px(g, s->x[i]), y = py(g, s->y[i]);
        if (!isfinite(x) || !isfinite(y))
            continue;
        if (!many) {
            set_color(g, k, 0.7);
            draw_point(g, x, y, 2.2);
            continue;
        }
        double cx = (x - g->left) / CLOUD_GRAIN, cy = (y - g->top) / CLOUD_GRAIN;
        if (cx >= 0 && cy >= 0 && cx < (double)across && cy < (double)down)
            at[(size_t)cy * across + (size_t)cx]++;
    }
    for (size_t c = 0; many && c < across * down; c++) {
        if (!at[c])
            continue;
        set_color(g, k, 1 - pow(0.75, at[c]));
        draw_point(g, g->left + ((double)(c % across) + 0.5) * CLOUD_GRAIN,
                   g->top + ((double)(c / across) + 0.5) * CLOUD_GRAIN, 2.2);
    }
    free(at);
}

/* Names of the series in the lower right corner, in their order. */
static void draw_legend(Page *g, const Plot *p)
{
    size_t named = 0, row = 0;
    double widest = 0;
    for (size_t k = 0; k < p->nseries; k++)
        if (p->series[k].name && *p->series[k].name) {
            widest = fmax(widest, text_width(g, p->series[k].name));
            named++;
        }
    if (p->nseries < 2 || !named)
        return;
    double left = g->right - widest - 52, top = g->bottom - 14 - 18 * (double)named;
    cairo_set_source_rgba(g->c, 1, 1, 1, 0.85);
    cairo_rectangle(g->c, left, top, widest + 46, 18 * (double)named + 6);
    cairo_fill(g->c);
    for (size_t k = 0; k < p->nseries; k++) {
        if (!p->series[k].name || !*p->series[k].name)
            continue;
        double y = top + 17 + 18 * (double)row++;
        line_style(g, &p->series[k], k);
        cairo_move_to(g->c, left + 6, y - 4.5);
        cairo_line_to(g->c, left + 30, y - 4.5);
        cairo_stroke(g->c);
        cairo_set_dash(g->c, NULL, 0, 0);
        text_at(g, left + 38, y, p->series[k].name, 0, false);
    }
}

static void draw_curves(Page *g, const Plot *p)
{
    limits(p, g);
    g->left = p->ytime ? TIME_ROOM : g->left;
    draw_x_axis(g, p->xlabel, p->xtime);
    draw_y_axis(g, p->ylabel, p->ytime);
    cairo_save(g->c);
    cairo_rectangle(g->c, g->left - 3, g->top - 3, g->right - g->left + 6, g->bottom - g->top + 6);
    cairo_clip(g->c);
    for (size_t k = 0; k < p->nseries; k++) {
        const Series *s = &p->series[k];
        if (s->low && s->high)
            draw_band(g, s, k);
        if (p->kind == PLOT_LINES || s->dashed) {
            draw_curve(g, s, k);
            continue;
        }
        draw_cloud(g, s, k);
    }
    cairo_restore(g->c);
    if (isfinite(p->mark_x) && isfinite(p->mark_y)) {
        set_color(g, 5, 1);
        draw_point(g, px(g, p->mark_x), py(g, p->mark_y), 4.5);
    }
    draw_legend(g, p);
}

/* Room for the longest label, within reason. */
static double label_room(Page *g, const Plot *p)
{
    double widest = 0;
    for (size_t i = 0; p->labels && i < p->series[0].n; i++)
        widest = fmax(widest, text_width(g, p->labels[i]));
    return fmin(fmax(widest + 24, 90), LABELS);
}

/* A label that ends at x; what has no room ends in dots. */
static void label_at(Page *g, double x, double y, const char *z)
{
    Buf cut = BUF_INIT;
    size_t n = strlen(z);
    buf_puts(&cut, z);
    while (n && text_width(g, cut.p) > x - 8) {
        do
            n--;
        while (n && ((unsigned char)z[n] & 0xc0) == 0x80); /* whole characters */
        buf_clear(&cut);
        buf_printf(&cut, "%.*s\u2026", (int)n, z);
    }
    text_at(g, x, y, cut.p, 1, false);
    buf_free(&cut);
}

/* Bars and forests: one row a label. */
static void draw_rows(Page *g, const Plot *p)
{
    const Series *s = &p->series[0];
    bool forest = p->kind == PLOT_FOREST;
    const double *v = forest ? s->x : s->y;
    g->left = label_room(g, p);
    g->y0 = 0;
    g->y1 = (double)s->n;
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
    draw_x_axis(g, forest ? p->xlabel : p->ylabel, false);
    line_at(g, px(g, 0), g->top, px(g, 0), g->bottom, 0.4);
    for (size_t i = 0; i < s->n; i++) {
        double y = g->top + (g->bottom - g->top) * ((double)i + 0.5) / (double)s->n;
        double tall = (g->bottom - g->top) / (double)s->n;
        label_at(g, g->left - 8, y + 4, p->labels ? p->labels[i] : "");
        set_color(g, v[i] < 0 ? 0 : forest ? 5 : 0, 1);
        if (!forest) {
            cairo_rectangle(g->c, px(g, 0), y - tall * 0.35, px(g, v[i]) - px(g, 0), tall * 0.7);
            cairo_fill(g->c);
            continue;
        }
        if (s->low && s->high && isfinite(s->low[i]) && isfinite(s->high[i])) {
            cairo_set_line_width(g->c, 1.6);
            cairo_move_to(g->c, px(g, s->low[i]), y);
            cairo_line_to(g->c, px(g, s->high[i]), y);
            cairo_stroke(g->c);
        }
        if (isfinite(v[i]))
            draw_point(g, px(g, v[i]), y, 3.5);
    }
}

/* From the first row to the last, a step a row: series 0 goes from low to high, its x the amount. */
static void draw_waterfall(Page *g, const Plot *p)
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
    draw_x_axis(g, p->xlabel, false);
    double tall = (g->bottom - g->top) / (double)s->n;
    for (size_t i = 0; i < s->n; i++) {
        double y = g->top + tall * ((double)i + 0.5), from = px(g, s->low[i]), to = px(g, s->high[i]);
        bool end = i == 0 || i + 1 == s->n;
        label_at(g, g->left - 8, y + 4, p->labels[i]);
        if (i + 1 < s->n)
            line_at(g, to, y, to, y + tall, 0.6);
        if (end) {
            set_color(g, 7, 1);
            draw_point(g, to, y, 4);
            continue;
        }
        set_color(g, s->x[i] < 0 ? 0 : 5, 1);
        cairo_rectangle(g->c, fmin(from, to), y - tall * 0.32, fmax(fabs(to - from), 1), tall * 0.64);
        cairo_fill(g->c);
        Buf b = BUF_INIT;
        buf_printf(&b, "%+.3f", s->x[i]);
        text_at(g, WIDTH - 24, y + 4, b.p, 1, false);
        buf_free(&b);
    }
}

static double heat_height(const Plot *p)
{
    return p->series[0].n <= CELL_NAMED ? HEAT_TALL : HEAT_FLAT;
}

/* Cells from blue over white to orange; the numbers in them where there is room. */
static void draw_heat(Page *g, const Plot *p)
{
    const Series *s = &p->series[0];
    double left = label_room(g, p), wide = fmin((g->right - left) / (double)s->n, HEAT_WIDE);
    double tall = heat_height(p);
    g->left = left;
    for (size_t i = 0; i < s->n; i++) {
        label_at(g, left - 8, g->top + tall * ((double)i + 0.5) + 4, p->labels[i]);
        for (size_t j = 0; j < s->n; j++) {
            double v = s->y[i * s->n + j], x = left + wide * (double)j, y = g->top + tall * (double)i;
            const double *c = colors[v < 0 ? 0 : 1];
            double a = isfinite(v) ? fmin(fabs(v), 1) : 0;
            cairo_set_source_rgb(g->c, 1 - a * (1 - c[0]), 1 - a * (1 - c[1]), 1 - a * (1 - c[2]));
            cairo_rectangle(g->c, x, y, fmax(wide - 1, wide * 0.8), tall - 1);
            cairo_fill(g->c);
            Buf b = BUF_INIT;
            if (isfinite(v) && s->n <= CELL_NAMED)
                buf_printf(&b, "%.2f", fabs(v) < 0.005 ? 0 : v);
            text_at(g, x + wide / 2, y + tall / 2 + 4, b.p, 0.5, false);
            buf_free(&b);
        }
    }
}

static cairo_status_t write_bytes(void *file, const unsigned char *bytes, unsigned n)
{
    return file_out_write(file, bytes, n, NULL) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void draw(cairo_t *c, const Plot *p, double height)
{
    Page g = {.c = c,
              .left = 64,
              .right = WIDTH - 24,
              .top = 52,
              .bottom = height - 54,
              .height = height};
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_paint(c);
    text_at(&g, 24, 26, p->title, 0, true);
    if (p->nseries && (p->kind == PLOT_BARS || p->kind == PLOT_FOREST))
        draw_rows(&g, p);
    else if (p->nseries && p->kind == PLOT_HEAT)
        draw_heat(&g, p);
    else if (p->nseries && p->kind == PLOT_WATERFALL)
        draw_waterfall(&g, p);
    else if (p->nseries)
        draw_curves(&g, p);
}

static double height_of(const Plot *p)
{
    bool rows = p->kind == PLOT_BARS || p->kind == PLOT_FOREST || p->kind == PLOT_WATERFALL;
    if (p->nseries && p->kind == PLOT_HEAT)
        return 80 + heat_height(p) * (double)p->series[0].n;
    return rows && p->nseries ? 120 + 22 * (double)p->series[0].n : HEIGHT;
}

/* Draws and ends the surface. */
static cairo_status_t finish(cairo_surface_t *surface, const Plot *p, FileOut *png)
{
    cairo_t *c = cairo_create(surface);
    draw(c, p, height_of(p));
    cairo_status_t status = cairo_status(c);
    cairo_destroy(c);
    if (png && status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(surface, write_bytes, png);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

bool picture_save(const Plot *p, const char *path, Error *err)
{
    bool png = has_ending(str_of(path), ".png");
    double height = height_of(p);
    FileOut *file = file_out_open(path, err);
    if (!file)
        return false;
    cairo_surface_t *surface =
        png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(2 * WIDTH), (int)(2 * height))
        : has_ending(str_of(path), ".svg")
            ? cairo_svg_surface_create_for_stream(write_bytes, file, WIDTH, height)
            : cairo_pdf_surface_create_for_stream(write_bytes, file, WIDTH, height);
    if (png)
        cairo_surface_set_device_scale(surface, 2, 2);
    cairo_status_t status = finish(surface, p, png ? file : NULL);
    if (status != CAIRO_STATUS_SUCCESS) {
        file_out_abandon(file);
        return fail(err, ERR_IO, "cannot write '%s': %s", path, cairo_status_to_string(status));
    }
    return file_out_commit(file, err);
}

static cairo_status_t append_bytes(void *buf, const unsigned char *bytes, unsigned n)
{
    buf_put(buf, (const char *)bytes, n);
    return CAIRO_STATUS_SUCCESS;
}

bool picture_svg(const Plot *p, Buf *out)
{
    return finish(cairo_svg_surface_create_for_stream(append_bytes, out, WIDTH, height_of(p)), p,
                  NULL) == CAIRO_STATUS_SUCCESS;
}
