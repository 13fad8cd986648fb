/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * canvas.h - a grid of cells that screens draw on. Knows no terminal: tests dump it as text, term.c
 * shows it.
 */
#ifndef GLINT_TUI_CANVAS_H
#define GLINT_TUI_CANVAS_H

#include <stdint.h>

#include "base/str.h"

/* What a cell means; a theme says how that looks. Colour never is the only sign. */
typedef enum Style {
    STYLE_PLAIN,
    STYLE_HEAD,
    STYLE_DIM,
    STYLE_STRONG,
    STYLE_NEGATIVE,
    STYLE_POSITIVE,
    STYLE_ERROR,
    STYLE_WARNING,
    STYLE_NAME,
    STYLE_CURSOR,
    STYLE_KEY,
    STYLE_TITLE,
    STYLE_COUNT
} Style;

#define CELL_BYTES 15
typedef struct CanvasCell {
    char text[CELL_BYTES]; /* one grapheme in UTF-8, "" for the right half of a wide one */
    uint8_t style;
} CanvasCell;

typedef struct Canvas {
    int cols, rows;
    CanvasCell *cells;      /* rows x cols */
    bool ascii;             /* boxes, bars and braille in ASCII */
    bool plain;             /* for screen readers: no boxes, no bars */
    int cursor_x, cursor_y; /* where the terminal's cursor stands; -1: hidden */
} Canvas;

Canvas *canvas_new(int cols, int rows);
void canvas_free(Canvas *c);
void canvas_resize(Canvas *c, int cols, int rows);
void canvas_clear(Canvas *c);

/* Text at (x, y), at most `width` cells (cut with an ellipsis), control bytes escaped. Returns the
 * cells used. Out of the canvas nothing is drawn. */
int canvas_text(Canvas *c, int x, int y, int width, Style style, Str text);
int canvas_printf(Canvas *c, int x, int y, int width, Style style, const char *fmt, ...)
    PRINTF_LIKE(6, 7);
/* Right-aligned in `width`. */
void canvas_right(Canvas *c, int x, int y, int width, Style style, Str text);
void canvas_fill(Canvas *c, int x, int y, int width, int height, Style style);
/* Changes the style of cells, not their text. */
void canvas_paint(Canvas *c, int x, int y, int width, Style style);
void canvas_hline(Canvas *c, int x, int y, int width);
void canvas_vline(Canvas *c, int x, int y, int height);
void canvas_box(Canvas *c, int x, int y, int width, int height, const char *title);
/* A bar of `frac` (0..1) of `width` in eighths of a cell; in ASCII of '='. */
void canvas_bar(Canvas *c, int x, int y, int width, double frac, Style style);
/* A signed bar around the middle of `width`; value in -1..1. */
void canvas_signed_bar(Canvas *c, int x, int y, int width, double value);
/* A small histogram, one cell a value. */
void canvas_spark(Canvas *c, int x, int y, const double *v, size_t n, Style style);
/* A histogram of `height` lines, one column of cells a value, `top` the value of a full one. */
void canvas_columns(Canvas *c, int x, int y, int height, const double *v, size_t n, double top,
                    Style style);
/* A slider: track with a mark at `frac`. */
void canvas_slider(Canvas *c, int x, int y, int width, double frac, Style style);
/* Lines of text (as plot_text makes them) at a place. */
void canvas_lines(Canvas *c, int x, int y, int width, int height, Style style, Str text);

/* All rows as text, blanks at their ends cut, a newline each. */
void canvas_dump(const Canvas *c, Buf *out);
/* The same with a line of style letters under each row that has any but plain ones: for tests of
 * looks. */
void canvas_dump_styles(const Canvas *c, Buf *out);

#endif
