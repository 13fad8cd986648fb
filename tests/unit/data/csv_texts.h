/* SPDX-License-Identifier: GPL-3.0-or-later */
/* csv_texts.h - CSV as text in, the frame as text out. */
#ifndef GLINT_TESTS_DATA_CSV_TEXTS_H
#define GLINT_TESTS_DATA_CSV_TEXTS_H

#include "unit/check.h"

#include "data/reader.h"
#include "unit/data/rows_text.h"

static ReadReport report; /* of the text read last */

static inline Frame *read_with(const char *text, ReadOptions opt, Error *err)
{
    report = (ReadReport){0};
    return csv_read_text(str_of(text), &opt, &report, err);
}

static inline Frame *read_text(const char *text)
{
    Error err = ERROR_INIT;
    Frame *f = read_with(text, (ReadOptions){0}, &err);
    if (!f)
        print_error("%s\n", err.msg);
    return f;
}

/* Types then rows: "int code|31 f|· m"; names are left out. */
static inline char *shown(const Frame *f)
{
    static Buf b;
    buf_clear(&b);
    for (size_t j = 0; j < f->ncols; j++)
        buf_printf(&b, "%s%s", j ? " " : "", coltype_name(f->cols[j]->type));
    put_rows(&b, f);
    return b.p;
}

static inline void check_text(const char *text, const char *want)
{
    Frame *f = read_text(text);
    assert_non_null(f);
    if (strcmp(shown(f), want) != 0)
        fail_msg("%s\n  gives %s\n  not   %s\n", text, shown(f), want);
    frame_unref(f);
}

static inline bool has_note(const char *part)
{
    for (size_t i = 0; i < report.nnotes; i++)
        if (strstr(report.notes[i], part))
            return true;
    return false;
}

#endif
