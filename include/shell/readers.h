/* SPDX-License-Identifier: GPL-3.0-or-later */
/* readers.h - the table of sources and sinks: by scheme (es:) or by ending (.csv, .tsv, .ndjson,
 * .gz ...). */
#ifndef GLINT_SHELL_READERS_H
#define GLINT_SHELL_READERS_H

#include "data/reader.h"
#include "data/writer.h"
#include "shell/session.h"

typedef struct Source {
    const char *name;    /* "csv" */
    const char *endings; /* blank-separated, or NULL */
    const char *scheme;  /* "es:", or NULL */
    const char *brief;
    Frame *(*read)(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                   Error *err);
    Writer *(*write)(Session *s, const char *path, Error *err);
} Source;
const Source *source_table(size_t *n);
/* The row for a path: by scheme, then by ending (packing left off), else CSV. */
const Source *source_of(Str path);
/* The row that writes a path; NULL with an error at `at` when its ending is none that is known. */
const Source *sink_of(Str path, Span at, Error *err);
/* A table's name made of a path: datasets/blog/users.csv.gz -> users. Arena-owned. */
const char *table_name_of(Arena *a, Str path);

#endif
