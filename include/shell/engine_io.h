/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_io.h - the connected engine as a source and a sink of tables: es:INDEX. */
#ifndef GLINT_SHELL_ENGINE_IO_H
#define GLINT_SHELL_ENGINE_IO_H

#include "data/reader.h"
#include "data/writer.h"
#include "es/client.h"
#include "shell/command.h"
#include "shell/session.h"

Frame *engine_read(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                   Error *err);
/* The options' query and since as the engine's JSON; nothing when they ask for all. */
bool engine_query(Client *c, const char *index, const ReadOptions *opt, Buf *out, Error *err);
/* Makes the index when it is not there. Rows are numbered; --id and the rest are es push's. */
Writer *engine_write(Session *s, const char *path, Error *err);
/* A table into an index, made when it is not there; options --dry, --id, --dead-letter. */
bool engine_save(Session *s, const Args *a, const NamedData *t, const char *index, Result *out,
                 Error *err);
/* The interactions of an index as the engine counts them: one row an event of user, post, type
 * and those fields that `words` name (a text in which they are looked for); with `moments` their
 * times, too. No document is fetched. */
Frame *engine_events(Session *s, const char *index, const char *words, bool moments, RoleMap *roles,
                     Error *err);

#endif
