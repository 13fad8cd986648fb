/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plot.h - pictures as data: series and bars. plot.c draws them in text (braille), picture.c as
 * SVG, PNG, PDF. */
#ifndef GLINT_SHELL_PLOT_H
#define GLINT_SHELL_PLOT_H

#include "base/str.h"

/* PLOT_WATERFALL: steps from low to high of series[0], x the amount; the first and the last are
 * where it begins and ends. */
/* PLOT_HEAT: a matrix; y of series[0] has n x n values from -1 to 1, row by row, labels their
 * names. */
typedef enum PlotKind {
    PLOT_LINES,
    PLOT_BARS,
    PLOT_FOREST,
    PLOT_POINTS,
    PLOT_HEAT,
    PLOT_WATERFALL
} PlotKind;
#define SERIES_MAX 8
typedef struct Series {
    const char *name;
    size_t n;
    const double *x, *y;
    const double *low, *high; /* band or interval, or NULL */
    bool dashed;              /* reference lines: the diagonal of a ROC */
    bool faint;               /* one of many alike, behind the others: the folds of a ROC */
} Series;
struct Plot {
    PlotKind kind;
    const char *title, *xlabel, *ylabel;
    double xmin, xmax, ymin, ymax; /* NaN: from the data */
    bool xtime, ytime;             /* moments in microseconds: written as dates */
    size_t nseries;
    Series series[SERIES_MAX];
    const char **labels;   /* PLOT_BARS, PLOT_FOREST: n of series[0] */
    double mark_x, mark_y; /* a point to mark (the threshold), NaN: none */
};

/* Text of the plot, at most cols x rows cells; ascii: no braille and no blocks. */
void plot_text(const struct Plot *p, size_t cols, size_t rows, bool ascii, Buf *out);

#endif
