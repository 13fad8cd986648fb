/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ui_priv.h - what the loop, the line and the overlays share. */
#ifndef GLINT_TUI_UI_PRIV_H
#define GLINT_TUI_UI_PRIV_H

#include <assert.h>

#include "tui/loop.h"

#define STACK_MAX 16

typedef struct Top {
    const Screen *screen;
    void *state;
} Top;

/* The line at the bottom that a person types into. */
typedef struct Line {
    bool open;
    char prompt[48];
    Buf text;
    size_t at;                                     /* cursor, in bytes */
    void (*done)(Ui *ui, void *state, Str answer); /* NULL: a command */
    bool search;                                   /* every key searches */
    long recall;    /* place in the history of lines; -1: the line itself */
    Buf candidates; /* after Tab: what fits */
    size_t ncandidates, chosen;
    size_t from; /* where the completed word begins */
} Line;

typedef enum Cover { COVER_NONE, COVER_KEYS, COVER_PALETTE, COVER_TEXT, COVER_PICK } Cover;

/* One of many to choose: COVER_PICK. */
typedef struct Picker {
    char prompt[64];
    Buf names; /* each NUL-ended */
    size_t n;
    Buf want; /* what was typed: names that hold it are left */
    size_t at, top, shown;
    int y, rows; /* where they were drawn */
    void (*done)(Ui *ui, void *state, Str answer);
} Picker;

struct Ui {
    Session *session;
    Term *term; /* NULL: headless */
    Canvas *canvas;
    size_t depth;
    Top stack[STACK_MAX];
    char did[200]; /* the last action as a command */
    char message[300];
    Style message_style;
    bool message_passes; /* it tells how far the work is: gone when that is done */
    Line line;
    Cover cover;
    Buf pane; /* COVER_TEXT: output of a command */
    char pane_title[120];
    int pane_top, pane_left;
    Buf filter; /* COVER_PALETTE */
    int pick;
    Picker picker;
    Buf last_search;
    char *recall[64]; /* command lines typed here */
    size_t nrecall;
    bool leave;
    bool busy;   /* the screen has background work */
    double told; /* when progress was shown last */
};

/* The screen on top: there is one. */
static inline Top *ui_top(Ui *ui)
{
    assert(ui->depth > 0);
    return &ui->stack[ui->depth - 1];
}

/* keys.c: the key of a name ("Down", "^R", "x"); KEY_NONE_ when there is none. */
uint32_t key_named(Str name);
/* What the rows do at this key, or NULL. */
KeyAct *key_act(const KeyRow *rows, uint32_t key);
/* The keys of a row that the screen's own rows do not take: what is told of the common ones. */
void put_free_keys(const KeyRow *row, const KeyRow *own, Buf *out);

/* lineedit.c */
void line_open(Ui *ui, const char *prompt, Str initial, void (*done)(Ui *, void *, Str));
bool line_key(Ui *ui, uint32_t key);
void line_draw(Ui *ui, Canvas *c, int y);
void line_free(Line *l);

/* loop.c: the keys that every screen has. */
const KeyRow *common_keys(void);
bool screen_open(Ui *ui, const char *name, Str subject, Error *err);
void screen_pop(Ui *ui);
/* The session remembers what the top screen shows, for `script`. */
void remember_look(Ui *ui);
void draw_now(Ui *ui);

/* runner.c: their acts that run commands. */
void ask_command(Ui *ui, void *state);
void undo(Ui *ui, void *state);
void redo(Ui *ui, void *state);
void copy_text_shown(Ui *ui, void *state);
void copy_markdown(Ui *ui, void *state);
void ask_save(Ui *ui, void *state);

/* picker.c */
bool picker_key(Ui *ui, uint32_t key);
bool picker_click(Ui *ui, const Mouse *m);
void picker_draw(Ui *ui, Canvas *c);
void picker_free(Picker *p);

/* overlay.c */
void cover_text(Ui *ui, const char *title, Str text);
bool cover_key(Ui *ui, uint32_t key, const Mouse *mouse);
void cover_draw(Ui *ui, Canvas *c);

#endif
