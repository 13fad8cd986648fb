/* SPDX-License-Identifier: GPL-3.0-or-later */
/* expr_sample.h - the frame that expressions are tried on. */
#ifndef GLINT_TESTS_DATA_EXPR_SAMPLE_H
#define GLINT_TESTS_DATA_EXPR_SAMPLE_H

#include "unit/check.h"

#include "base/clock.h"
#include "data/expr.h"

/* Four rows; the last is null but for id. */
static inline Frame *sample(void)
{
    static const char *const text[] = {"Java", "ruby", "Java", NULL};
    static const char *const title[] = {"\xc3\x89t\xc3\xa9 in Paris", "a b  c", "", NULL};
    Error err = ERROR_INIT;
    ColumnBuilder *id = builder_new(COL_INT), *age = builder_new(COL_INT),
                  *x = builder_new(COL_REAL);
    ColumnBuilder *ok = builder_new(COL_BOOL), *lang = builder_new(COL_CODE),
                  *when = builder_new(COL_TIME);
    ColumnBuilder *words = builder_new(COL_TEXT), *born = builder_new(COL_TIME),
                  *digits = builder_new(COL_CODE);
    static const char *const number[] = {"10", "2.5", "x", NULL};
    builder_time_unit(when, TIME_MINUTE);
    for (int i = 0; i < 4; i++) {
        bool null = i == 3;
        builder_int(id, i + 1, &err);
        null ? builder_null(age, &err) : builder_int(age, 20 + 10 * i, &err);
        null ? builder_null(x, &err) : builder_real(x, i - 0.5, &err);
        null ? builder_null(ok, &err) : builder_int(ok, i != 1, &err);
        null ? builder_null(lang, &err) : builder_text(lang, str_of(text[i]), &err);
        null ? builder_null(words, &err) : builder_text(words, str_of(title[i]), &err);
        null ? builder_null(digits, &err) : builder_text(digits, str_of(number[i]), &err);
        /* 2024-02-28 22:30, 2024-02-29 22:30, 2024-03-01 22:30 */
        int64_t t =
            days_from_civil(2024, 2, 28 + i) * US_PER_DAY + 22 * US_PER_HOUR + US_PER_HOUR / 2;
        null ? builder_null(when, &err) : builder_int(when, t, &err);
        null ? builder_null(born, &err)
             : builder_int(born, days_from_civil(2024, 2, 28) * US_PER_DAY, &err);
    }
    char *names[] = {(char[]){"id"},   (char[]){"age"},       (char[]){"x"},      (char[]){"ok"},
                     (char[]){"lang"}, (char[]){"title"},     (char[]){"digits"}, (char[]){"when"},
                     (char[]){"born"}, (char[]){"Post Title"}};
    Column *cols[] = {builder_finish(id, &err),     builder_finish(age, &err),
                      builder_finish(x, &err),      builder_finish(ok, &err),
                      builder_finish(lang, &err),   builder_finish(words, &err),
                      builder_finish(digits, &err), builder_finish(when, &err),
                      builder_finish(born, &err),   NULL};
    cols[9] = column_ref(cols[5]);
    return frame_new(names, cols, COUNT(cols), 4);
}

/* Values joined by '|', null as '-'. */
static inline void print_rows(const Column *c, Buf *b)
{
    for (size_t i = 0; i < c->n; i++) {
        if (i)
            buf_putc(b, '|');
        if (column_is_null(c, i))
            buf_putc(b, '-');
        column_print(c, i, b);
    }
    buf_putc(b, '\0');
}

#endif
