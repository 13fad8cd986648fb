/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rows_text.h - the rows of a frame on one line: "|31 m|. f", a missing value a dot. */
#ifndef GLINT_TESTS_DATA_ROWS_TEXT_H
#define GLINT_TESTS_DATA_ROWS_TEXT_H

#include "data/frame.h"

static inline void put_rows(Buf *b, const Frame *f)
{
    for (size_t r = 0; r < f->rows; r++) {
        for (size_t j = 0; j < f->ncols; j++) {
            buf_puts(b, j ? " " : "|");
            if (column_is_null(f->cols[j], r))
                buf_puts(b, ".");
            else
                column_print(f->cols[j], r, b);
        }
    }
}

#endif
