/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * picture.c - plots as SVG, PNG and PDF, for slides and papers. Only here and in
 * picture_rows.c is cairo known.
 *
 * One house style: 640 x 440 points, white ground, thin grey axes with round ticks (steps of 1, 2
 * or 5 times a power of ten), colours that the colour-blind can tell apart, bands translucent,
 * reference lines dashed. Nothing is drawn over a curve: the legend takes the corner that most
 * curves avoid, and stands beside the plot when it has many names.
 */
#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "picture_priv.h"
#include "shell/format.h"
#include "shell/picture.h"

#define HEIGHT 440.0
#define FONT 13.0
#define CLOUD_MANY 2000 /* points beyond this are put together */
#define CLOUD_GRAIN 2.5
#define EDGE 4.0        /* of the page, kept free */
#define NARROW 280.0    /* an axis with room for fewer ticks */
#define LEGEND_INSIDE 3 /* more names than this stand beside the plot */

/* Okabe & Ito 2008, Color Universal Design; for their yellow, which is lost on white, the wine of
 * P. Tol's muted scheme (SRON/EPS/TN/09-002). */
const double sheet_colors[8][3] = {
    {0.000, 0.447, 0.698}, {0.902, 0.624, 0.000}, {0.000, 0.620, 0.451}, {0.800, 0.475, 0.655},
    {0.337, 0.706, 0.914}, {0.835, 0.369, 0.000}, {0.533, 0.133, 0.333}, {0.300, 0.300, 0.300}};

static bool has_ending(Str path, const char *ending)
{
    size_t n = strlen(ending);
    return path.n > n && str_ieq(str_sub(path, path.n - n, path.n), str_of(ending));
}

bool picture_ending(Str path)
{
    return has_ending(path, ".svg") || has_ending(path, ".png") || has_ending(path, ".pdf");
}

double sheet_x(const Page *g, double x)
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

static double tick_step(double span, double room)
{
    double raw = span / (room < NARROW ? 3 : 5), power = pow(10, floor(log10(raw))),
           r = raw / power;
    return power * (r < 1.5 ? 1 : r < 3.5 ? 2 : r < 7.5 ? 5 : 10);
}

void sheet_text(Page *g, double x, double y, const char *z, double align, bool bold)
{
    cairo_text_extents_t e;
    Buf safe = BUF_INIT;
    buf_escaped(&safe, str_of(z ? z : ""));
    cairo_select_font_face(g->c, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(g->c, bold ? FONT + 2 : FONT);
    cairo_text_extents(g->c, safe.p ? safe.p : "", &e);
    double from = fmin(x - e.x_advance * align, PICTURE_WIDTH - EDGE - e.x_advance);
    cairo_move_to(g->c, fmax(from, EDGE), y); /* on the page, whatever its length */
    cairo_set_source_rgb(g->c, 0.15, 0.15, 0.15);
    cairo_show_text(g->c, safe.p ? safe.p : "");
    buf_free(&safe);
}

double sheet_width(Page *g, const char *z)
{
    cairo_text_extents_t e;
    cairo_select_font_face(g->c, "sans-serif", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(g->c, FONT);
    cairo_text_extents(g->c, z, &e);
    return e.x_advance;
}

static void put_tick(Buf *b, double v, bool time)
{
    if (time) {
        buf_time(b, (int64_t)v, fmod(v, (double)US_PER_DAY) == 0 ? TIME_DAY : TIME_MINUTE);
    } else if (fabs(v) >= 1000 && v == round(v) && fabs(v) < 1e12) {
        buf_puts(b, v < 0 ? "-" : "");
        buf_count(b, (uint64_t)fabs(v));
    } else {
        buf_digits(b, v, 4);
    }
}

static void number_at(Page *g, double x, double y, double v, bool time, double align)
{
    Buf b = BUF_INIT;
    put_tick(&b, v, time);
    sheet_text(g, x, y, b.p, align, false);
    buf_free(&b);
}

void sheet_line(Page *g, double xa, double ya, double xb, double yb, double grey)
{
    cairo_set_source_rgb(g->c, grey, grey, grey);
    cairo_set_line_width(g->c, 0.7);
    cairo_move_to(g->c, xa, ya);
    cairo_line_to(g->c, xb, yb);
    cairo_stroke(g->c);
}

void sheet_x_axis(Page *g, const char *label, bool time)
{
    double step = time ? time_step(g->x1 - g->x0) : tick_step(g->x1 - g->x0, g->right - g->left);
    for (double v = ceil(g->x0 / step) * step; v <= g->x1 + step * 1e-9; v += step) {
        sheet_line(g, sheet_x(g, v), g->top, sheet_x(g, v), g->bottom, 0.9);
        number_at(g, sheet_x(g, v), g->bottom + 18, fabs(v) < step * 1e-9 ? 0 : v, time, 0.5);
    }
    sheet_line(g, g->left, g->bottom, g->right, g->bottom, 0.5);
    sheet_text(g, (g->left + g->right) / 2, g->bottom + 38, label, 0.5, false);
}

static void draw_y_axis(Page *g, const char *label, bool time)
{
    double step = time ? time_step(g->y1 - g->y0) : tick_step(g->y1 - g->y0, HEIGHT);
    for (double v = ceil(g->y0 / step) * step; v <= g->y1 + step * 1e-9; v += step) {
        sheet_line(g, g->left, py(g, v), g->right, py(g, v), 0.9);
        number_at(g, g->left - 8, py(g, v) + 4, fabs(v) < step * 1e-9 ? 0 : v, time, 1);
    }
    sheet_line(g, g->left, g->top, g->left, g->bottom, 0.5);
    sheet_text(g, g->left, g->top - 8, label, 0, false);
}

/* How wide the numbers left of the axis are. */
static double y_room(Page *g, bool time)
{
    double step = time ? time_step(g->y1 - g->y0) : tick_step(g->y1 - g->y0, HEIGHT), widest = 0;
    Buf b = BUF_INIT;
    for (double v = ceil(g->y0 / step) * step; v <= g->y1 + step * 1e-9; v += step) {
        buf_clear(&b);
        put_tick(&b, v, time);
        widest = fmax(widest, sheet_width(g, b.p));
    }
    buf_free(&b);
    return widest;
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

void sheet_color(Page *g, size_t k, double alpha)
{
    const double *c = sheet_colors[k % 8];
    cairo_set_source_rgba(g->c, c[0], c[1], c[2], alpha);
}

static void draw_band(Page *g, const Series *s, size_t k)
{
    bool begun = false;
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->high[i])) {
            if (begun)
                cairo_line_to(g->c, sheet_x(g, s->x[i]), py(g, s->high[i]));
            else
                cairo_move_to(g->c, sheet_x(g, s->x[i]), py(g, s->high[i]));
            begun = true;
        }
    for (size_t i = s->n; i-- > 0;)
        if (isfinite(s->low[i]))
            cairo_line_to(g->c, sheet_x(g, s->x[i]), py(g, s->low[i]));
    sheet_color(g, k, 0.18);
    cairo_fill(g->c);
}

static void line_style(Page *g, const Series *s, size_t k)
{
    static const double dashes[] = {5, 4};
    if (s->dashed) {
        cairo_set_dash(g->c, dashes, 2, 0);
        cairo_set_source_rgb(g->c, 0.55, 0.55, 0.55);
    } else {
        sheet_color(g, s->faint ? 0 : k, s->faint ? 0.4 : 1);
    }
    cairo_set_line_width(g->c, s->dashed || s->faint ? 1 : 2);
}

static void draw_curve(Page *g, const Series *s, size_t k)
{
    bool begun = false;
    for (size_t i = 0; i < s->n; i++) {
        bool there = isfinite(s->x[i]) && isfinite(s->y[i]);
        if (there && begun)
            cairo_line_to(g->c, sheet_x(g, s->x[i]), py(g, s->y[i]));
        else if (there)
            cairo_move_to(g->c, sheet_x(g, s->x[i]), py(g, s->y[i]));
        begun = there;
    }
    line_style(g, s, k);
    cairo_stroke(g->c);
    cairo_set_dash(g->c, NULL, 0, 0);
}

void sheet_point(Page *g, double x, double y, double radius)
{
    cairo_arc(g->c, x, y, radius, 0, 2 * acos(-1.0));
    cairo_fill(g->c);
}

/* Points. Of many, those within a point's width of each other are one, the darker the more they
 * are: the picture of a million rows is no larger than its page. */
static void draw_cloud(Page *g, const Series *s, size_t k)
{
    bool many = s->n > CLOUD_MANY;
    size_t across = (size_t)((g->right - g->left) / CLOUD_GRAIN) + 2,
           down = (size_t)((g->bottom - g->top) / CLOUD_GRAIN) + 2;
    uint32_t *at = many ? xcalloc(across * down, sizeof *at) : NULL;
    for (size_t i = 0; i < s->n; i++) {
        double x = sheet_x(g, s->x[i]), y = py(g, s->y[i]);
        if (!isfinite(x) || !isfinite(y))
            continue;
        if (!many) {
            sheet_color(g, k, 0.7);
            sheet_point(g, x, y, 2.2);
            continue;
        }
        double cx = (x - g->left) / CLOUD_GRAIN, cy = (y - g->top) / CLOUD_GRAIN;
        if (cx >= 0 && cy >= 0 && cx < (double)across && cy < (double)down)
            at[(size_t)cy * across + (size_t)cx]++;
    }
    for (size_t c = 0; many && c < across * down; c++) {
        if (!at[c])
            continue;
        sheet_color(g, k, 1 - pow(0.75, at[c]));
        sheet_point(g, g->left + ((double)(c % across) + 0.5) * CLOUD_GRAIN,
                   g->top + ((double)(c / across) + 0.5) * CLOUD_GRAIN, 2.2);
    }
    free(at);
}

/* The names of the series: how many, and the size of their box; none for one curve alone. */
typedef struct Legend {
    size_t named;
    double wide, tall;
} Legend;

static Legend legend_of(Page *g, const Plot *p)
{
    Legend l = {0};
    double widest = 0;
    for (size_t k = 0; k < p->nseries && p->nseries > 1; k++)
        if (p->series[k].name && *p->series[k].name) {
            widest = fmax(widest, sheet_width(g, p->series[k].name));
            l.named++;
        }
    l.wide = widest + 46;
    l.tall = 18 * (double)l.named + 6;
    return l;
}

/* How many points of the curves lie in the box: an end of a line counts for what is drawn to it. */
static size_t points_under(const Page *g, const Plot *p, double left, double top, const Legend *l)
{
    size_t n = 0;
    for (size_t k = 0; k < p->nseries; k++) {
        const Series *s = &p->series[k];
        for (size_t i = 0; i + 1 < s->n; i++)
            for (int part = 0; part < 8; part++) {
                double f = part / 8.0, x = sheet_x(g, s->x[i] + f * (s->x[i + 1] - s->x[i])),
                       y = py(g, s->y[i] + f * (s->y[i + 1] - s->y[i]));
                n += x >= left && x <= left + l->wide && y >= top && y <= top + l->tall;
            }
    }
    return n;
}

/* The names in their order, in the corner with the least under it; the lower right one if they are
 * alike. */
static void draw_legend(Page *g, const Plot *p, const Legend *l)
{
    size_t row = 0, least = SIZE_MAX;
    double left = 0, top = 0;
    if (!l->named)
        return;
    for (int corner = 0; corner < 4 && least; corner++) {
        double x = corner & 1 ? g->left + 8 : g->right - l->wide - 6,
               y = corner & 2 ? g->top + 8 : g->bottom - l->tall - 8;
        size_t under = points_under(g, p, x, y, l);
        if (under >= least)
            continue;
        least = under;
        left = x;
        top = y;
    }
    if (l->named > LEGEND_INSIDE) {
        left = g->right + 8;
        top = g->top;
    }
    cairo_set_source_rgba(g->c, 1, 1, 1, 0.85);
    cairo_rectangle(g->c, left, top, l->wide, l->tall);
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
        sheet_text(g, left + 38, y, p->series[k].name, 0, false);
    }
}

static void draw_curves(Page *g, const Plot *p)
{
    Legend legend = legend_of(g, p);
    limits(p, g);
    g->left = fmax(g->left, y_room(g, p->ytime) + 24);
    g->right -= legend.named > LEGEND_INSIDE ? legend.wide : 0;
    sheet_x_axis(g, p->xlabel, p->xtime);
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
        sheet_color(g, 5, 1);
        sheet_point(g, sheet_x(g, p->mark_x), py(g, p->mark_y), 4.5);
    }
    draw_legend(g, p, &legend);
}

static cairo_status_t write_bytes(void *file, const unsigned char *bytes, unsigned n)
{
    return file_out_write(file, bytes, n, NULL) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void draw(cairo_t *c, const Plot *p, double height)
{
    Page g = {.c = c,
              .left = 64,
              .right = PICTURE_WIDTH - 24,
              .top = 52,
              .bottom = height - 54,
              .height = height};
    cairo_set_source_rgb(c, 1, 1, 1);
    cairo_paint(c);
    sheet_text(&g, 24, 26, p->title, 0, true);
    if (p->nseries && (p->kind == PLOT_BARS || p->kind == PLOT_FOREST))
        sheet_rows(&g, p);
    else if (p->nseries && p->kind == PLOT_HEAT)
        sheet_heat(&g, p);
    else if (p->nseries && p->kind == PLOT_WATERFALL)
        sheet_waterfall(&g, p);
    else if (p->nseries)
        draw_curves(&g, p);
}

static double height_of(const Plot *p)
{
    bool rows = p->kind == PLOT_BARS || p->kind == PLOT_FOREST || p->kind == PLOT_WATERFALL;
    if (p->nseries && p->kind == PLOT_HEAT)
        return 80 + sheet_heat_row(p) * (double)p->series[0].n;
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
        png ? cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(2 * PICTURE_WIDTH),
                                         (int)(2 * height))
        : has_ending(str_of(path), ".svg")
            ? cairo_svg_surface_create_for_stream(write_bytes, file, PICTURE_WIDTH, height)
            : cairo_pdf_surface_create_for_stream(write_bytes, file, PICTURE_WIDTH, height);
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
    return finish(
               cairo_svg_surface_create_for_stream(append_bytes, out, PICTURE_WIDTH, height_of(p)),
               p, NULL) == CAIRO_STATUS_SUCCESS;
}
