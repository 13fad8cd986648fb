/* SPDX-License-Identifier: GPL-3.0-or-later */
/* frames.h - small frames for tests, written as text: one column a line, "name:type v v v"; '-' is
 * null, '.' the empty text. */
#ifndef GLINT_TESTS_DATA_FRAMES_H
#define GLINT_TESTS_DATA_FRAMES_H

#include <stdlib.h>

#include "data/frame.h"

static inline Column *column_of(ColType type, Str values)
{
    Error err = ERROR_INIT;
    ColumnBuilder *b = builder_new(type);
    values = str_trim(values);
    while (values.n) {
        Str v = str_split(values, ' ', &values);
        int64_t i = 0;
        double d = 0;
        bool yes = false;
        TimeUnit unit = TIME_DAY;
        if (str_eqz(v, "-"))
            builder_null(b, &err);
        else if (type == COL_INT && parse_int(v, &i))
            builder_int(b, i, &err);
        else if (type == COL_REAL && parse_real(v, &d))
            builder_real(b, d, &err);
        else if (type == COL_BOOL && parse_bool(v, &yes))
            builder_int(b, yes, &err);
        else if (type == COL_TIME && time_parse_iso(v, &i, &unit))
            builder_time_unit(b, unit), builder_int(b, i, &err);
        else if (type == COL_CODE || type == COL_TEXT)
            builder_text(b, str_eqz(v, ".") ? STR("") : v, &err);
        else
            fail_msg("'%.*s' is no %s\n", STR_ARG(v), coltype_name(type));
    }
    return builder_finish(b, &err);
}

static inline Frame *frame_of(const char *text)
{
    char *names[16] = {0};
    Column *cols[16] = {0};
    size_t n = 0;
    for (Str rest = str_of(text); rest.n; n++) {
        Str line = str_split(rest, '\n', &rest), values, type;
        Str head = str_split(line, ' ', &values);
        Str name = str_split(head, ':', &type);
        ColType t = COL_INT;
        if (!coltype_parse(type, &t))
            fail_msg("'%.*s' is no type\n", STR_ARG(type));
        names[n] = xstrndup(name.p, name.n);
        cols[n] = column_of(t, values);
    }
    Frame *f = frame_new(names, cols, n, n ? cols[0]->n : 0);
    while (n > 0)
        free(names[--n]);
    return f;
}

/* The same text back, types left out. */
static inline char *frame_text(const Frame *f)
{
    Buf b = BUF_INIT;
    for (size_t j = 0; j < f->ncols; j++) {
        buf_printf(&b, "%s%s", j ? "\n" : "", f->names[j]);
        for (size_t i = 0; i < f->rows; i++) {
            buf_putc(&b, ' ');
            size_t before = b.n;
            column_print(f->cols[j], i, &b);
            if (column_is_null(f->cols[j], i))
                buf_putc(&b, '-');
            else if (b.n == before)
                buf_putc(&b, '.');
        }
    }
    buf_putc(&b, '\0');
    return b.p;
}

#endif
