/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loop.h - the stack of screens: key, screen, redraw. With a terminal by tui_run(), without one by
 * ui_new() and ui_key() (tests: keys in, cells out).
 */
#ifndef GLINT_TUI_LOOP_H
#define GLINT_TUI_LOOP_H

#include "tui/screen.h"

/* Shows `screen` of `subject` until the person leaves. Fails without a terminal, or when the screen
 * cannot open. */
bool tui_run(Session *s, const char *screen, Str subject, Error *err);

/* Headless: a Ui of a size. Background work is done to its end before a draw. */
Ui *ui_new(Session *s, int cols, int rows);
void ui_free(Ui *ui);
/* A key as the terminal would give it; false when the last screen was left. */
bool ui_key(Ui *ui, uint32_t key, const Mouse *mouse);
void ui_resize(Ui *ui, int cols, int rows);
/* Draws and gives the canvas, borrowed. */
Canvas *ui_draw(Ui *ui);

/* keys.c: "<Down>", "<Shift-Left>", "<Enter>", "<C-r>" or a character at *i of `text`: the key, *i
 * moved on; 0 at the end or when the name is unknown. */
uint32_t key_parse(Str text, size_t *i);

#endif
