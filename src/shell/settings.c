/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * settings.c - the table of settings: `set NAME VALUE`, the start file, completion and the man page
 * read it.
 */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/settings.h"

#define AT(field) offsetof(Settings, field), sizeof(((Settings *)0)->field)
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define IN_SESSION SIZE_MAX /* seed and threshold: state that undo brings back */

static const Setting rows[] = {
    {"format", SET_CHOICE, AT(format), 0, 0,
     WORDS("table", "vertical", "csv", "tsv", "json", "markdown", "latex", "html"), "table",
     "how results are printed"},
    {"output", SET_TEXT, AT(output), 0, 0, NULL, "",
     "a file that results go to; empty for the screen"},
    {"null", SET_TEXT, AT(null_text), 0, 0, NULL, "\xc2\xb7",
     "what people see for a missing value"},
    {"color", SET_CHOICE, AT(color), 0, 0, WORDS("auto", "always", "never"), "auto", "colours"},
    {"pager", SET_CHOICE, AT(pager), 0, 0, WORDS("auto", "never"), "auto",
     "page what is taller than the screen"},
    {"timing", SET_BOOL, AT(timing), 0, 0, NULL, "off", "time and memory of each command"},
    {"plain", SET_BOOL, AT(plain), 0, 0, NULL, "off",
     "for screen readers: no bars, one fact a line"},
    {"expanded", SET_BOOL, AT(expanded), 0, 0, NULL, "off", "one line a field (\\x)"},
    {"stars", SET_BOOL, AT(stars), 0, 0, NULL, "off", "significance stars in coefficient tables"},
    {"theme", SET_CHOICE, AT(theme), 0, 0, WORDS("default", "mono", "contrast", "present"),
     "default", "colours of the screens"},
    {"mouse", SET_BOOL, AT(mouse), 0, 0, NULL, "on",
     "the screens take the mouse (Shift selects text then)"},
    {"ascii", SET_BOOL, AT(ascii), 0, 0, NULL, "off", "no blocks, no braille"},
    {"rows", SET_INT, AT(rows), 1, 1e9, NULL, "20", "rows of a long table that are shown"},
    {"width", SET_INT, AT(width), 0, 10000, NULL, "0",
     "columns of the screen; 0 asks the terminal"},
    {"level", SET_REAL, AT(level), 0.5, 0.9999, NULL, "0.95", "confidence level of intervals"},
    {"seed", SET_INT, IN_SESSION, 0, 0, 9e15, NULL, "0", "seed of everything random"},
    {"threshold", SET_REAL, IN_SESSION, 0, 0, 1, NULL, "0.5",
     "probability from which a view is predicted"},
};
#define NROWS (sizeof rows / sizeof *rows)

const Setting *setting_table(size_t *n)
{
    *n = NROWS;
    return rows;
}

Settings *settings_new(void)
{
    Session s = {.settings = xcalloc(1, sizeof(Settings))};
    Error err = ERROR_INIT;
    for (size_t i = 0; i < NROWS; i++)
        setting_set(&s, str_of(rows[i].name), str_of(rows[i].def), SPAN_NONE, SPAN_NONE, &err);
    return s.settings;
}

static const Setting *find(Str name, Span at, Error *err)
{
    Str names[NROWS];
    for (size_t i = 0; i < NROWS; i++) {
        names[i] = str_of(rows[i].name);
        if (str_eq(names[i], name))
            return &rows[i];
    }
    fail_at(err, ERR_NAME, at, "no setting '%.*s'", STR_ARG(name));
    long near = nearest_name(name, names, NROWS);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", rows[near].name);
    else
        error_hint(err, "set lists them");
    return NULL;
}

static bool choose(const Setting *row, Str value, Span at, char *to, Error *err)
{
    Str names[16];
    size_t n = 0;
    for (; row->choices[n]; n++) {
        names[n] = str_of(row->choices[n]);
        if (str_ieq(names[n], value)) {
            snprintf(to, row->size, "%s", row->choices[n]);
            return true;
        }
    }
    fail_at(err, ERR_USAGE, at, "%s cannot be '%.*s'", row->name, STR_ARG(value));
    long near = nearest_name(value, names, n);
    Buf all = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? " " : "", row->choices[i]);
    error_hint(err, near >= 0 ? "did you mean '%s'?" : "one of: %s",
               near >= 0 ? row->choices[near] : all.p);
    buf_free(&all);
    return false;
}

static bool set_number(Session *s, const Setting *row, Str value, Span at, Error *err)
{
    double d = 0;
    int64_t i = 0;
    bool whole = row->type == SET_INT;
    if (whole ? !parse_int(value, &i) : !parse_real(value, &d))
        return fail_at(err, ERR_USAGE, at, "%s wants %s number, not '%.*s'", row->name,
                       whole ? "a whole" : "a", STR_ARG(value));
    if (whole)
        d = (double)i;
    if (!(d >= row->min && d <= row->max))
        return fail_at(err, ERR_USAGE, at, "%s must be between %g and %g", row->name, row->min,
                       row->max);
    if (row->offset == IN_SESSION && whole)
        s->seed = (uint64_t)i;
    else if (row->offset == IN_SESSION)
        s->threshold = d;
    else if (whole)
        *(long *)((char *)s->settings + row->offset) = (long)i;
    else
        *(double *)((char *)s->settings + row->offset) = d;
    return true;
}

bool setting_set(Session *s, Str name, Str value, Span name_at, Span value_at, Error *err)
{
    const Setting *row = find(name, name_at, err);
    if (!row)
        return false;
    char *to = (char *)s->settings + (row->offset == IN_SESSION ? 0 : row->offset);
    bool on = false;
    switch (row->type) {
    case SET_BOOL:
        if (str_ieq(value, STR("toggle")))
            on = !*(bool *)to;
        else if (!parse_bool(value, &on))
            return fail_at(err, ERR_USAGE, value_at, "%s is on or off, not '%.*s'", row->name,
                           STR_ARG(value));
        *(bool *)to = on;
        return true;
    case SET_INT:
    case SET_REAL:
        return set_number(s, row, value, value_at, err);
    case SET_CHOICE:
        return choose(row, value, value_at, to, err);
    case SET_TEXT:
        if (value.n >= row->size)
            return fail_at(err, ERR_USAGE, value_at, "%s takes at most %zu bytes", row->name,
                           row->size - 1);
        snprintf(to, row->size, "%.*s", STR_ARG(value));
        return true;
    }
    return false;
}

void setting_print(const Session *s, const Setting *row, Buf *out)
{
    bool there = row->offset != IN_SESSION;
    const char *at = (const char *)s->settings + (there ? row->offset : 0);
    switch (row->type) {
    case SET_BOOL:
        buf_puts(out, *(const bool *)at ? "on" : "off");
        return;
    case SET_INT:
        buf_int(out, there ? *(const long *)at : (int64_t)s->seed);
        return;
    case SET_REAL:
        buf_real(out, there ? *(const double *)at : s->threshold);
        return;
    case SET_CHOICE:
    case SET_TEXT:
        buf_puts(out, at);
        return;
    }
}
