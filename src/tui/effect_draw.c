/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * effect_draw.c - what one feature does to the answer, the others as they are: a curve over the
 * middle 90 % of what the data hold, a bar a level. Screens with room to spare show it for the
 * feature under the cursor.
 */
#include <math.h>
#include <stdlib.h>

#include "effect_draw.h"
#include "shell/format.h"
#include "shell/plot.h"

#define POINTS 40
#define LEAST_COLS 30
#define LEAST_ROWS 8 /* of a curve with its axes */

static void draw_curve(const WhatIf *w, size_t input, const VaryPoint *v, size_t n, Canvas *c,
                       int x, int y, int width, int rows)
{
    const InputSummary *in = &w->model->inputs[input];
    double px[POINTS + 2], py[POINTS + 2];
    n = n < POINTS + 2 ? n : POINTS + 2;
    for (size_t i = 0; i < n; i++) {
        px[i] = v[i].x;
        py[i] = v[i].p;
    }
    Plot p = {.kind = PLOT_LINES,
              .xlabel = in->name,
              .xmin = NAN,
              .xmax = NAN,
              .ymin = NAN,
              .ymax = NAN,
              .nseries = 1,
              .mark_x = w->num[input],
              .mark_y = NAN};
    p.series[0] = (Series){.n = n, .x = px, .y = py};
    for (size_t i = 1; i < n; i++) /* where the vector stands */
        if (px[i - 1] <= p.mark_x && p.mark_x <= px[i] && px[i] > px[i - 1])
            p.mark_y =
                py[i - 1] + (p.mark_x - px[i - 1]) / (px[i] - px[i - 1]) * (py[i] - py[i - 1]);
    Buf text = BUF_INIT;
    plot_text(&p, (size_t)width, (size_t)(rows - 3), c->ascii, &text);
    canvas_lines(c, x, y, width, rows, STYLE_PLAIN, buf_slice(&text));
    buf_free(&text);
}

static void draw_levels(const WhatIf *w, size_t input, const VaryPoint *v, size_t n, Canvas *c,
                        int x, int y, int width, int rows)
{
    int label = 6;
    double top = 0;
    for (size_t i = 0; i < n; i++) {
        int k = (int)utf8_width(str_of(v[i].value));
        label = k > label ? k : label;
        top = isfinite(v[i].p) ? fmax(top, v[i].p) : top;
    }
    label = label < width / 3 ? label : width / 3;
    int room = width - label - 10 < 50 ? width - label - 10 : 50;
    for (size_t i = 0; i < n && (int)i < rows; i++, y++) {
        bool now = w->text[input] && strcmp(w->text[input], v[i].value) == 0;
        Buf b = BUF_INIT;
        if (w->model->binary)
            buf_printf(&b, "%.3f", v[i].p);
        else
            buf_digits(&b, v[i].p, 4);
        canvas_text(c, x, y, label, now ? STYLE_STRONG : STYLE_PLAIN, str_of(v[i].value));
        canvas_right(c, x + label + 1, y, 7, now ? STYLE_STRONG : STYLE_PLAIN, buf_slice(&b));
        if (top > 0)
            canvas_bar(c, x + label + 9, y, room, v[i].p / top, now ? STYLE_POSITIVE : STYLE_DIM);
        buf_free(&b);
    }
}

void draw_effect(const WhatIf *w, size_t input, double level, Canvas *c, int x, int y, int width,
                 int rows)
{
    const InputSummary *in = &w->model->inputs[input];
    bool number = in->type != COL_CODE && in->type != COL_TEXT;
    double from = in->quantile[1], to = in->quantile[19];
    Error ignored = ERROR_INIT;
    size_t n = 0;
    if (c->plain || width < LEAST_COLS || rows < (number ? LEAST_ROWS : 3))
        return;
    if (number && !(from < to)) {
        from = in->min;
        to = in->max;
    }
    if (number && !(from < to))
        return;
    VaryPoint *v = number
                       ? whatif_vary(w, input, from, to, (to - from) / POINTS, level, &n, &ignored)
                       : whatif_vary(w, input, NAN, NAN, NAN, level, &n, &ignored);
    if (v && n) {
        canvas_printf(c, x, y, width, STYLE_HEAD, "%s by %s",
                      w->model->binary ? "probability" : "mean", in->name);
        (number ? draw_curve : draw_levels)(w, input, v, n, c, x, y + 1, width, rows - 1);
    }
    free(v);
}
