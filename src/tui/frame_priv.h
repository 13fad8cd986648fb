/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frame_priv.h - what the data browser holds (scr_frame.c) and draws (frame_draw.c). */
#ifndef GLINT_TUI_FRAME_PRIV_H
#define GLINT_TUI_FRAME_PRIV_H

#include "data/arrange.h"
#include "tui/screen.h"

#define WIDTH_MAX 40
#define WIDTH_MIN 4
#define PLACES 64

typedef struct Browser {
    char *table;
    Frame *frame;
    uint32_t *order;  /* NULL: as they are */
    size_t n;         /* rows shown */
    size_t row, top;  /* cursor and first row, positions in the order */
    size_t col, left; /* cursor and first column that is not frozen, indexes into shown[] */
    size_t ncols;
    size_t *shown; /* columns of the frame that are shown, in order */
    int *width;    /* by column of the frame */
    bool *by_hand; /* a person set it */
    size_t frozen; /* so many shown columns stay at the left */
    Buf where;     /* the filter as an expression */
    long sort;     /* column of the frame, -1: none */
    bool descending;
    int page;      /* rows that fit, from the last draw */
    Arranger *job; /* what is being sorted or filtered, and will be shown */
    Buf job_where;
    long job_sort;
    bool job_descending;
    bool quiet;       /* the job was no key's: it tells nothing */
    int x_of[PLACES]; /* where columns were drawn, for the mouse: shown[] from the left; ends with
                         -1 */
    size_t at_of[PLACES];
} Browser;

static inline size_t frame_row(const Browser *b, size_t i)
{
    return b->order ? b->order[i] : i;
}

static inline size_t here(const Browser *b)
{
    return b->shown[b->col];
}

static inline const char *col_name(const Browser *b)
{
    return b->frame->names[here(b)];
}

static inline bool is_number(const Column *c)
{
    return c->type == COL_INT || c->type == COL_REAL;
}

/* Brings the cursor back among the rows and into sight. */
static inline void clamp(Browser *b)
{
    b->row = b->n == 0 ? 0 : b->row >= b->n ? b->n - 1 : b->row;
    if (b->row < b->top)
        b->top = b->row;
    if (b->page > 0 && b->row >= b->top + (size_t)b->page)
        b->top = b->row - (size_t)b->page + 1;
}

/* frame_looks.c */
/* " where E" when rows are filtered. */
void browser_put_where(const Browser *b, Buf *out);
void browser_crosstab(Ui *ui, void *state);
void browser_frequencies(Ui *ui, void *state);
void browser_describe(Ui *ui, void *state);
void browser_histogram(Ui *ui, void *state);
void browser_correlations(Ui *ui, void *state);
void browser_derive(Ui *ui, void *state);
void browser_open_whatif(Ui *ui, void *state);
/* frame_draw.c */
void browser_draw(Ui *ui, void *state, Canvas *c);

#endif
