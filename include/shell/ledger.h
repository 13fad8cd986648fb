/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ledger.h - a push's ledger as lines, fields and an exit status. */
#ifndef GLINT_SHELL_LEDGER_H
#define GLINT_SHELL_LEDGER_H

#include "es/push.h"
#include "shell/format.h"
#include "shell/session.h"

/* The line "12,000 documents to I: 12,000 made, ..." and the table of reasons. */
void ledger_tell(const PushLedger *l, const char *index, Result *out);
/* Refused documents end a script with status 3, but what was written stands: a warning, and
 * s->exit_status. */
bool ledger_settle(Session *s, const PushLedger *l, Result *out, Error *err);

/* A push that was cut off: what of it is there, and how to go on, as the error's hint. Returns
 * false. */
bool ledger_cut(const PushLedger *l, size_t of, const char *how, Error *err);

#endif
