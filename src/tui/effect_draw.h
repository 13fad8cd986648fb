/* SPDX-License-Identifier: GPL-3.0-or-later */
/* effect_draw.h - what one feature does to the answer, as a picture on a screen. */
#ifndef GLINT_TUI_EFFECT_DRAW_H
#define GLINT_TUI_EFFECT_DRAW_H

#include "model/whatif.h"
#include "tui/canvas.h"

/* The effect of input `input` around the vector, in so many cells; nothing where that is too few.
 */
void draw_effect(const WhatIf *w, size_t input, double level, Canvas *c, int x, int y, int width,
                 int rows);

#endif
