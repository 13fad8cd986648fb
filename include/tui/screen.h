/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * screen.h - a screen is one const row: name, keys, open, key, draw. The loop does the rest: the
 * stack, the help bar, the
 * `?` overlay, the `:` line, the palette, search, resize.
 */
#ifndef GLINT_TUI_SCREEN_H
#define GLINT_TUI_SCREEN_H

#include "shell/session.h"
#include "tui/term.h"

typedef struct Ui Ui; /* the loop's side of a screen */

typedef void KeyAct(Ui *ui, void *state);

/* A row says which keys do what: the loop presses it, the help bar, the `?` overlay and the palette
 * show it. */
typedef struct KeyRow {
    const char
        *keys; /* as key_parse names them, with blanks between: "[ ]", "Enter", "Shift-Left" */
    const char *brief; /* "sort"; NULL: another name for a key that stands elsewhere, not shown */
    int priority;      /* 0: always in the help bar; 9: only in the `?` overlay */
    KeyAct *act[2]; /* of the first key and of the others; both NULL: the screen's key() does it */
} KeyRow;

typedef struct Screen {
    const char *name; /* "frame", "coef" ...: `view coef` */
    const char *title;
    const char *brief;
    const KeyRow *keys; /* ended by {0} */
    unsigned needs;     /* NEED_TABLE, NEED_MODEL of shell/command.h */
    /* New state for `subject` (a table, a model; may be empty), NULL with err set. */
    void *(*open)(Ui *ui, Str subject, Error *err);
    /* Keys that no row acts on: moving about, the mouse. False: not mine (the loop then looks at
     * its own). */
    bool (*key)(Ui *ui, void *state, uint32_t key, const Mouse *mouse);
    /* Draws all of (0, 0) .. (cols, rows-2): the last two lines are the loop's. */
    void (*draw)(Ui *ui, void *state, Canvas *c);
    void (*close)(void *state);
    /* Search: the next place from the current that holds `text`; dir 1 or -1. NULL: no search here.
     */
    bool (*find)(Ui *ui, void *state, Str text, int dir);
    /* The shell command that shows the same, appended to out ("show visits sort -age"); for the
     * status line and `script`. */
    void (*command)(Ui *ui, void *state, Buf *out);
    /* Work in slices while no key waits (sorting a million rows): true while there is more to do,
     * *what names it for the status line. May be NULL. */
    bool (*work)(Ui *ui, void *state, const char **what, double *done);
    /* ^C: gives the work up; false when there was none. May be NULL. */
    bool (*stop)(void *state);
    /* A command ran: tables and models of the session may be others now. Looks again at what it
     * shows; false when that is gone and the screen shall close. May be NULL. */
    bool (*refresh)(Ui *ui, void *state);
    /* Name of the table or model that is shown: a screen opened from here without a name shows the
     * same. May be NULL. */
    const char *(*about)(void *state);
} Screen;

/* Every screen: a file scr_x.c and a name here, in the order of Tab and of the keys 1 to 7. */
#define SCREENS(X) X(home) X(frame) X(columns) X(coef) X(roc) X(whatif) X(compare)
#define SCREEN_DECLARE(name) extern const Screen scr_##name;
SCREENS(SCREEN_DECLARE)
const Screen *const *screen_table(size_t *n);
const Screen *screen_find(Str name, Error *err);
/* Appends the names, each NUL-ended: for completion. */
void screen_names(Buf *out);

Session *ui_session(Ui *ui);
/* What the last action was as a command: shown in the status line, kept for `script`. */
void ui_did(Ui *ui, const char *fmt, ...) PRINTF_LIKE(2, 3);
void ui_message(Ui *ui, Style style, const char *fmt, ...) PRINTF_LIKE(3, 4);
void ui_error(Ui *ui, const Error *err);
/* Opens another screen on top; back with q. */
bool ui_push(Ui *ui, const char *screen, Str subject);
void ui_pop(Ui *ui);
/* Runs a command line of the shell; its output goes to a scrolling pane unless `quiet`. True when
 * it succeeded. */
bool ui_run(Ui *ui, bool quiet, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Asks for a line in the status line; the answer arrives at `done` (empty when cancelled). */
void ui_ask(Ui *ui, const char *prompt, Str initial, void (*done)(Ui *ui, void *state, Str answer));
/* The same with a list to choose from: `names`, each NUL-ended, is taken over. Typing narrows it.
 */
void ui_pick(Ui *ui, const char *prompt, Buf *names, void (*done)(Ui *ui, void *state, Str answer));
void ui_copy(Ui *ui, Str text);
/* For searches: is `part` in `text`, in any case of ASCII letters? */
bool text_holds(Str text, Str part);

#endif
