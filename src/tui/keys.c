/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.c - names of keys, for tests and for the bar of help. */
#include "tui/loop.h"

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    {"Up", K_UP},
    {"Down", K_DOWN},
    {"Left", K_LEFT},
    {"Right", K_RIGHT},
    {"Shift-Left", K_SHIFT_LEFT},
    {"Shift-Right", K_SHIFT_RIGHT},
    {"Shift-Up", K_SHIFT_UP},
    {"Shift-Down", K_SHIFT_DOWN},
    {"PgUp", K_PAGE_UP},
    {"PgDn", K_PAGE_DOWN},
    {"Home", K_HOME},
    {"End", K_END},
    {"Enter", K_ENTER},
    {"Tab", K_TAB},
    {"BackTab", K_BACKTAB},
    {"Esc", K_ESC},
    {"Backspace", K_BACKSPACE},
    {"Del", K_DELETE},
    {"C-c", K_INTERRUPT},
    {"C-r", K_CTRL_R},
    {"C-l", K_CTRL_L},
    {"C-u", K_CTRL_U},
    {"C-w", K_CTRL_W},
    {"C-a", K_CTRL_A},
    {"F1", K_F1},
    {"Space", ' '},
    {"lt", '<'},
};

uint32_t key_parse(Str text, size_t *i)
{
    if (*i >= text.n)
        return KEY_NONE_;
    if (text.p[*i] != '<')
        return utf8_next(text, i);
    Str rest = str_sub(text, *i + 1, text.n), name = str_split(rest, '>', &rest);
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (str_eqz(name, names[k].name)) {
            *i += name.n + 2;
            return names[k].key;
        }
    return KEY_NONE_;
}
