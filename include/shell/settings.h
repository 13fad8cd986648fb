/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.h - what `set` changes: how things are shown and a few defaults. A setting is a row of
 * the table. */
#ifndef GLINT_SHELL_SETTINGS_H
#define GLINT_SHELL_SETTINGS_H

#include "shell/session.h"

typedef struct Settings {
    char format[16];    /* a row of formats.c */
    char output[256];   /* results go to this file, "" = the screen */
    char null_text[16]; /* what people see for missing */
    char color[8];      /* auto, always, never */
    char pager[8];      /* auto, never */
    bool timing, plain, expanded, stars, ascii;
    long rows;      /* rows of a long table that people see */
    long width;     /* columns of the screen; 0: ask the terminal, none in a pipe */
    double level;   /* of intervals */
    char theme[12]; /* of the screens: default, mono, contrast, present */
    bool mouse;
    bool quiet; /* -q: results only */
    bool echo;  /* -e: commands are shown, everything goes to standard output in order */
} Settings;

typedef enum SettingType { SET_BOOL, SET_INT, SET_REAL, SET_CHOICE, SET_TEXT } SettingType;
typedef struct Setting {
    const char *name;
    SettingType type;
    size_t offset, size; /* in Settings; text: room */
    double min, max;
    const char *const *choices; /* SET_CHOICE, NULL-ended */
    const char *def, *brief;
} Setting;

const Setting *setting_table(size_t *n);
Settings *settings_new(void);
/* Sets one from text; fails with the nearest name or the range. Seed and threshold live in the
 * session. */
bool setting_set(Session *s, Str name, Str value, Span name_at, Span value_at, Error *err);
void setting_print(const Session *s, const Setting *row, Buf *out);

#endif
