/* SPDX-License-Identifier: GPL-3.0-or-later */
/* formula_edit.h - columns in and out of the text of a formula. */
#ifndef GLINT_TUI_FORMULA_EDIT_H
#define GLINT_TUI_FORMULA_EDIT_H

#include "features/formula.h"

/* in[j] = 1 for each column of f that the formula's right side reads, 0 for the others. */
void formula_columns(Str formula, const Frame *f, uint8_t *in);
/* Takes a column in, as a term of its own; an empty formula begins with the response. */
void formula_with(Buf *formula, const char *response, const char *name);
/* Takes out every term that reads the column. */
bool formula_without(Buf *formula, const Frame *f, const char *name, Error *err);

#endif
