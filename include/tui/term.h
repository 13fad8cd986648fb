/* SPDX-License-Identifier: GPL-3.0-or-later */
/* term.h - canvas out, keys in. The only room's file that includes curses is term.c. */
#ifndef GLINT_TUI_TERM_H
#define GLINT_TUI_TERM_H

#include "tui/canvas.h"

/* A key: a Unicode character, or one of these. */
enum {
    KEY_NONE_ = 0,
    K_UP = 0x110000,
    K_DOWN,
    K_LEFT,
    K_RIGHT,
    K_SHIFT_LEFT,
    K_SHIFT_RIGHT,
    K_SHIFT_UP,
    K_SHIFT_DOWN,
    K_PAGE_UP,
    K_PAGE_DOWN,
    K_HOME,
    K_END,
    K_ENTER,
    K_TAB,
    K_BACKTAB,
    K_ESC,
    K_BACKSPACE,
    K_DELETE,
    K_RESIZE,
    K_MOUSE,
    K_INTERRUPT,
    K_F1,
    K_CTRL_A = 1,
    K_CTRL_L = 12,
    K_CTRL_R = 18,
    K_CTRL_U = 21,
    K_CTRL_W = 23
};

typedef struct Mouse {
    int x, y;
    bool click, double_click, wheel_up, wheel_down;
} Mouse;

typedef struct Term Term;
/* Takes the terminal: alternate screen, raw keys, mouse when `mouse`. Refuses with a hint when
 * stdin or stdout is no terminal or TERM is dumb. The terminal is given back by term_close, at
 * exit, and on SIGTERM, SIGHUP and fatal signals. */
Term *term_open(const char *theme, bool mouse, Error *err);
void term_close(Term *t);
void term_size(Term *t, int *cols, int *rows);
void term_draw(Term *t, const Canvas *c);
/* Next key, waiting at most `ms` (-1: for ever); KEY_NONE_ when none came. */
uint32_t term_key(Term *t, int ms, Mouse *mouse);
/* Is another key waiting already? Screens then skip a redraw. */
bool term_pending(Term *t);
void term_redraw(Term *t); /* ^L */
/* To the clipboard by OSC 52. */
void term_copy(Term *t, Str text);
/* Gives the terminal to something else for a while (a pager, a command's output), and takes it
 * back. */
void term_suspend(Term *t);
void term_resume(Term *t);
/* default, mono, contrast or present; NO_COLOR makes it mono. Cheap when it is the one already. */
void term_theme(Term *t, const char *name);

#endif
