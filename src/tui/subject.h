/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject.h - what a screen is about: the response of a table, a model among the session's. */
#ifndef GLINT_TUI_SUBJECT_H
#define GLINT_TUI_SUBJECT_H

#include "tui/screen.h"

/* The column that models of this table predict: the current model's response, the one that
 * `features` made, or one named like a response. NULL when there is none. Borrowed. */
const char *subject_response(Ui *ui, const char *table, const Frame *f);
/* Position of the model `name`, or of the current one when it is empty; -1 with err set. */
long subject_model(Ui *ui, Str name, Error *err);
bool subject_is_current(Ui *ui, const Model *m);
/* Names to choose from, each NUL-ended: of users or posts (ROLE_USER, ROLE_POST), the most there
 * can be; of the columns with few values; of the models but one. */
void put_ids(Ui *ui, Role role, Buf *names);
void put_segments(const Frame *f, Buf *names);
void put_models(Ui *ui, const Model *but, Buf *names);
/* A text as the shell reads it back. */
void put_text_value(Buf *out, Str text);
/* " --model M" when it is not the current one, for commands. */
void put_model_option(Ui *ui, const Model *m, Buf *out);

#endif
