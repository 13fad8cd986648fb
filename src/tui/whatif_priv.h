/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whatif_priv.h - the vector that the what-if screen edits (scr_whatif.c) and draws
 * (whatif_draw.c). */
#ifndef GLINT_TUI_WHATIF_PRIV_H
#define GLINT_TUI_WHATIF_PRIV_H

#include "base/rng.h"
#include "list.h"

#define QUANTILES 20 /* steps of a slider over numbers */

typedef struct Vector {
    WhatIf *w;
    WhatIfResult r;
    Frame *row;   /* of inputs that `derive` computes; NULL when there are none */
    double *adds; /* by input: what its own terms add */
} Vector;

typedef struct Whats {
    Vector v;
    bool follows;
    size_t *shown;    /* inputs in the list */
    uint8_t *frozen;  /* by input */
    long *term_input; /* by term: the only input it reads, or -1 */
    WhatIf *pinned;
    double pinned_p;
    Rng rng;
    long row;       /* of the table, when the vector is a real row; -1 */
    double outcome; /* what happened there; NaN */
    double adds_scale;
    List list;
    bool waterfall;
    char *user;             /* the one whose values were taken last; NULL */
    int slider_x, slider_w; /* where the sliders were drawn, for the mouse */
} Whats;

const InputSummary *whats_input(const Whats *s, size_t i);
bool whats_is_factor(const InputSummary *in);
/* Is it computed from others now? */
bool whats_computed(const Whats *s, size_t i);
/* The value now: of a number, of a factor. */
double whats_number(const Whats *s, size_t i);
Str whats_level(const Whats *s, size_t i);
void whats_put_value(const InputSummary *in, double num, Str text, Buf *b);
/* Where the slider's mark stands, 0 to 1: the share of rows below, so that the steps are even. -1
 * and 2 beyond what was seen, NaN for a level or value that is none. */
double whats_slider(const Whats *s, size_t i);
/* The next stop of the slider beyond v, `steps` of them; v itself at the end. */
double whats_step(const InputSummary *in, double v, int steps);
/* NAME=VALUE as the shell reads it back, all digits. */
void whats_put_typed(const WhatIf *w, size_t i, Buf *b);
/* scr_whatif.c: the vector changed; asks the model, hands a copy to the session. */
void whats_eval(Ui *ui, Whats *s);
/* whatif_ask.c: keys whose answer is a command's. */
void whats_ask_flip(Ui *ui, void *state);
void whats_ask_near(Ui *ui, void *state);
void whats_ask_words(Ui *ui, void *state);
void whats_apply_flip(Ui *ui, void *state);
void whats_pin(Ui *ui, void *state);
void whats_ask_user(Ui *ui, void *state);
void whats_ask_post(Ui *ui, void *state);
void whats_ask_engine(Ui *ui, void *state);
void whats_draw(Ui *ui, void *state, Canvas *c);

#endif
