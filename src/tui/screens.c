/* SPDX-License-Identifier: GPL-3.0-or-later */
/* screens.c - the table of screens, in the order of Tab and of the keys 1 to 7. The list is
 * in tui/screen.h. */
#include "tui/screen.h"

#define ROW(name) &scr_##name,
static const Screen *const table[] = {SCREENS(ROW)};
#define NSCREENS (sizeof table / sizeof *table)

const Screen *const *screen_table(size_t *n)
{
    *n = NSCREENS;
    return table;
}

const Screen *screen_find(Str name, Error *err)
{
    Str names[NSCREENS];
    for (size_t i = 0; i < NSCREENS; i++) {
        names[i] = str_of(table[i]->name);
        if (str_eq(name, names[i]))
            return table[i];
    }
    long near = nearest_name(name, names, NSCREENS);
    fail(err, ERR_NAME, "no screen '%.*s'", STR_ARG(name));
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", table[near]->name);
    return NULL;
}

void screen_names(Buf *out)
{
    for (size_t i = 0; i < NSCREENS; i++)
        buf_put(out, table[i]->name, strlen(table[i]->name) + 1);
}
