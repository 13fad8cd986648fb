/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mark.h - how far an index was read: a moment and the documents at it, in a small file. */
#ifndef GLINT_SHELL_MARK_H
#define GLINT_SHELL_MARK_H

#include "base/map.h"
#include "data/frame.h"

typedef struct Mark {
    bool there;  /* false: nothing was read yet */
    int64_t ms;  /* the newest moment read, milliseconds since 1970 */
    StrMap *ids; /* the documents of that moment: others of it may come later */
} Mark;

/* A missing file is an empty mark; one of another index or field fails. */
bool mark_read(const char *path, const char *index, const char *field, Mark *out, Error *err);
/* The clauses that leave out what was read: a range for "filter", ids for "must_not" (nothing
 * for an empty mark). */
void mark_filter(const Mark *m, const char *field, Buf *filter, Buf *must_not);
/* Moves on to the newest row of f, which has the field and _id, and writes the file. */
bool mark_move(Mark *m, const char *path, const char *index, const char *field, const Frame *f,
               Error *err);
void mark_clear(Mark *m);

#endif
