/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journal.h - what was done: undo, redo, and the shortest script that does it again.
 *
 * exec.c calls journal_begin() before a command that changes the session and journal_end() after
 * it: on failure the session is put back as it was; on success the change is an entry with the
 * tables and models it read. Frames and models are shared, so that keeping a state costs a few
 * pointers.
 */
#ifndef GLINT_SHELL_JOURNAL_H
#define GLINT_SHELL_JOURNAL_H

#include "shell/session.h"

typedef struct Journal Journal;
Journal *journal_new(void);
void journal_free(Journal *j);
void journal_begin(Session *s, Str command);
void journal_end(Session *s, bool ok);
/* The number the running command will have as an entry; -1 between commands. */
long journal_entry(const Journal *j);
/* Notes that the running command reads what entry `made` made. `implicit`: as the current table or
 * model. */
void journal_read_table(const Session *s, long i, bool implicit);
void journal_read_model(const Session *s, long i, bool implicit);
/* The first entry that entry i read from; -1: it read none. */
long journal_source(const Journal *j, long i);
/* That it talks to the engine, connected by the command `line`. */
void journal_read_connection(const Session *s, const char *line);
/* One step back or forward: the command's text, NULL when there is none. */
const char *journal_undo(Session *s);
const char *journal_redo(Session *s);
/* The shortest list of commands, one a line. Returns how many. */
size_t journal_script(const Session *s, Buf *out);
/* Every command that changed something, oldest first. */
size_t journal_count(const Journal *j);
const char *journal_line(const Journal *j, size_t i);

#endif
