/* SPDX-License-Identifier: GPL-3.0-or-later */
/* keys.c - names of keys, and which row of a table acts on one. */
#include "ui_priv.h"

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
    {"^C", K_INTERRUPT},
    {"^R", K_CTRL_R},
    {"^L", K_CTRL_L},
};

uint32_t key_named(Str name)
{
    size_t i = 0;
    for (size_t k = 0; k < sizeof names / sizeof *names; k++)
        if (str_eqz(name, names[k].name))
            return names[k].key;
    uint32_t key = name.n ? utf8_next(name, &i) : KEY_NONE_;
    return i == name.n ? key : KEY_NONE_;
}

uint32_t key_parse(Str text, size_t *i)
{
    if (*i >= text.n)
        return KEY_NONE_;
    if (text.p[*i] != '<')
        return utf8_next(text, i);
    Str rest = str_sub(text, *i + 1, text.n), name = str_split(rest, '>', &rest);
    uint32_t key = name.n > 1 ? key_named(name) : KEY_NONE_;
    *i += key == KEY_NONE_ ? 0 : name.n + 2;
    return key;
}

KeyAct *key_act(const KeyRow *rows, uint32_t key)
{
    for (const KeyRow *r = rows; r && r->keys; r++) {
        Str rest = str_of(r->keys);
        for (size_t k = 0; rest.n; k++) {
            Str name = str_split(rest, ' ', &rest);
            if (r->act[0] && key_named(name) == key)
                return k && r->act[1] ? r->act[1] : r->act[0];
        }
    }
    return NULL;
}

void put_free_keys(const KeyRow *row, const KeyRow *own, Buf *out)
{
    for (Str rest = str_of(row->keys); rest.n;) {
        Str name = str_split(rest, ' ', &rest);
        if (own && key_act(own, key_named(name)))
            continue;
        buf_puts(out, out->n ? " " : "");
        buf_str(out, name);
    }
}
