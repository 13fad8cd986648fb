/* SPDX-License-Identifier: GPL-3.0-or-later */
/* coef_priv.h - what the coefficients' screen holds (scr_coef.c) and draws (coef_draw.c). */
#ifndef GLINT_TUI_COEF_PRIV_H
#define GLINT_TUI_COEF_PRIV_H

#include "list.h"
#include "model/alarms.h"

typedef enum Bars { BARS_INTERVAL, BARS_SIZE, BARS_NONE, NBARS } Bars;

typedef struct Coefs {
    const Model *model; /* one reference */
    bool follows;       /* the current model, whichever that is */
    CoefRow *rows;
    double *vif;              /* by term; NULL: not looked at */
    double scale, size_scale; /* what fills half a bar */
    List list;
    CoefSort sort;
    bool odds, grouped, words;
    Bars bars;
} Coefs;

/* The row under the cursor, or NULL. */
const CoefRow *coefs_here(const Coefs *s);
/* Its term; -1: the intercept. */
long coefs_term(const Coefs *s);
/* The first input that the term reads; -1: none. */
long coefs_input(const Coefs *s);
void coefs_draw(Ui *ui, void *state, Canvas *c);

#endif
