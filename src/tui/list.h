/* SPDX-License-Identifier: GPL-3.0-or-later */
/* list.h - a scrolling list under a cursor, and fields that share the width of the screen. */
#ifndef GLINT_TUI_LIST_H
#define GLINT_TUI_LIST_H

#include "tui/screen.h"

typedef struct List {
    size_t n, at, top;
    int y, rows; /* where it was drawn last */
} List;

/* Arrows, j k, pages, g G, the wheel and clicks. False: not a key that moves. */
bool list_key(List *l, uint32_t key, const Mouse *m);
/* Before a draw: so many lines from y on; the cursor comes into sight. */
void list_place(List *l, int y, int rows);
static inline bool list_shows(const List *l, int k)
{
    return k < l->rows && l->top + (size_t)k < l->n;
}
/* Goes to the next item whose text holds `text`; dir as in Screen.find. */
bool list_find(List *l, Str text, int dir, Str (*name)(const void *ctx, size_t i), const void *ctx);

typedef struct Field {
    const char *title;
    int min, max; /* width; what is left over goes to those that can grow */
    int priority; /* 0 is kept longest when the screen is narrow */
    bool right;   /* aligned so */
    int x, w;     /* by fields_place; w 0: not shown */
} Field;
/* Two columns lie between fields. */
#define FIELD_GAP 2
void fields_place(Field *f, size_t n, int x, int width);
void fields_head(const Field *f, size_t n, Canvas *c, int y);
/* Text in a field, if it is shown. */
void field_text(const Field *f, Canvas *c, int y, Style style, Str text);
/* The same; what is too long loses its middle. */
void field_ends(const Field *f, Canvas *c, int y, Style style, Str text);

/* Appends a value as screens show it: 4 digits, "<0.001" for probabilities. */
void put_short(Buf *b, double v);
/* So many decimals that points stand under each other; more where the standard error gives them a
 * meaning. "-" for none. */
void put_decimals(Buf *b, double v, double se, int digits);
/* Text in lines of `width` at blanks; returns how many lines it took, at most `rows`. */
int draw_wrapped(Canvas *c, int x, int y, int width, int rows, Style style, Str text);

#endif
