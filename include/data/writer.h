/* SPDX-License-Identifier: GPL-3.0-or-later */
/* writer.h - where rows go: a Writer takes Frames. */
#ifndef GLINT_DATA_WRITER_H
#define GLINT_DATA_WRITER_H

#include "data/frame.h"

typedef struct Writer Writer;
struct Writer {
    bool (*put)(Writer *w, const Frame *batch, Error *err);
    bool (*commit)(Writer *w, Error *err); /* ends well: flush, rename; frees w */
    void (*abandon)(Writer *w);            /* ends badly: nothing stays; frees w */
};

/* A CSV (delim ',') or TSV ('\t') file, packed by ending; reads back as the same bits. "-" is
 * standard output. */
Writer *csv_writer_open(const char *path, char delim, Error *err);
Writer *ndjson_writer_open(const char *path, Error *err);
bool writer_put_all(Writer *w, const Frame *f, Error *err); /* put + commit, abandon on failure */

#endif
