/* SPDX-License-Identifier: GPL-3.0-or-later */
/* picture_priv.h - the page that pictures are drawn on, in points from its upper left corner. */
#ifndef GLINT_SHELL_PICTURE_PRIV_H
#define GLINT_SHELL_PICTURE_PRIV_H

#include <cairo.h>

#include "shell/plot.h"
#include "shell/result.h"

#define PICTURE_WIDTH 640.0

typedef struct Page {
    cairo_t *c;
    double left, right, top, bottom; /* of the drawing area */
    double x0, x1, y0, y1;           /* what it shows */
    double height;
} Page;

extern const double sheet_colors[8][3];

double sheet_x(const Page *g, double x);
/* Text at a point; `align` 0 begins, 0.5 is centred and 1 ends there. */
void sheet_text(Page *g, double x, double y, const char *z, double align, bool bold);
double sheet_width(Page *g, const char *z);
void sheet_line(Page *g, double xa, double ya, double xb, double yb, double grey);
void sheet_x_axis(Page *g, const char *label, bool time);
void sheet_color(Page *g, size_t k, double alpha);
void sheet_point(Page *g, double x, double y, double radius);

void sheet_rows(Page *g, const Plot *p);
void sheet_waterfall(Page *g, const Plot *p);
void sheet_heat(Page *g, const Plot *p);
double sheet_heat_row(const Plot *p); /* how tall one is */

#endif
