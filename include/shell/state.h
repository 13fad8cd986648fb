/* SPDX-License-Identifier: GPL-3.0-or-later */
/* state.h - the session at one moment, kept for undo: tables and models shared by reference. */
#ifndef GLINT_SHELL_STATE_H
#define GLINT_SHELL_STATE_H

#include "shell/session.h"

typedef struct State State;
State *state_save(const Session *s);
/* Puts the session back as it was; the State stays the caller's. */
void state_restore(Session *s, const State *st);
/* Other counts of tables or models, or others current? */
bool state_differs(const Session *s, const State *st);
size_t state_models(const State *st);
void state_free(State *st);

#endif
