/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.c - what all readers share: notes for the person, and all batches of a reader in one
 * frame. */
#include "data/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NOTES_MAX (sizeof((ReadReport *)0)->notes / sizeof *((ReadReport *)0)->notes)

void read_note(ReadReport *r, const char *fmt, ...)
{
    if (r->nnotes == NOTES_MAX) {
        r->more_notes++;
        return;
    }
    va_list args;
    va_start(args, fmt);
    vsnprintf(r->notes[r->nnotes++], sizeof *r->notes, fmt, args);
    va_end(args);
}

bool read_check(const ReadReport *r, const ReadOptions *opt, const char *name, Error *err)
{
    long bad = r->bad + r->bad_values;
    const BadRow *b = &r->kept[0];
    if (bad && opt->strict)
        return fail_row(err, ERR_DATA, b->row, "'%s' line %ld, row %ld: %s", name, b->line, b->row,
                        b->reason);
    if (opt->max_bad > 0 && bad > opt->max_bad)
        return fail_row(err, ERR_DATA, b->row,
                        "'%s' has %ld bad rows, %ld are allowed; the first in line %ld: %s", name,
                        bad, opt->max_bad, b->line, b->reason);
    return true;
}

void bad_row_set(BadRow *b, long row, long line, Str text, const char *fmt, ...)
{
    b->row = row;
    b->line = line;
    va_list args;
    va_start(args, fmt);
    vsnprintf(b->reason, sizeof b->reason, fmt, args);
    va_end(args);
    size_t n = text.n < sizeof b->text ? text.n : sizeof b->text - 1;
    if (n)
        memcpy(b->text, text.p, n);
    b->text[n] = '\0';
}

/* Binds neighbours until one is left, so that each row is copied a few times and not once a batch.
 */
static Frame *bind_all(Frame **batch, size_t n, Error *err)
{
    bool ok = true;
    while (n > 1) {
        size_t half = 0;
        for (size_t i = 0; i < n; i += 2) {
            bool pair = i + 1 < n;
            Frame *both = !ok    ? NULL
                          : pair ? frame_bind(batch[i], batch[i + 1], err)
                                 : frame_ref(batch[i]);
            ok = both != NULL;
            frame_unref(batch[i]);
            if (pair)
                frame_unref(batch[i + 1]);
            batch[half++] = both;
        }
        n = half;
    }
    return n && ok ? batch[0] : NULL;
}

Frame *frame_read(Reader *r, Error *err)
{
    Frame **batches = NULL, *next, *all = NULL;
    size_t n = 0;
    while (reader_next(r, &next, err)) {
        batches = xrealloc(batches, (n + 1) * sizeof *batches);
        batches[n++] = next;
    }
    if (error_is_set(err)) {
        while (n)
            frame_unref(batches[--n]);
    } else {
        all = bind_all(batches, n, err);
    }
    free(batches);
    return all;
}
