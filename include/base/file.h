/* SPDX-License-Identifier: GPL-3.0-or-later */
/* file.h - files read whole (mapped or unpacked), written beside and renamed. */
#ifndef GLINT_BASE_FILE_H
#define GLINT_BASE_FILE_H

#include <stdio.h>

#include "base/str.h"

/* The whole file in memory: mapped when plain, unpacked when .gz .zst .xz (told by magic, not by
 * name). */
typedef struct FileText {
    const char *p;
    size_t n;
    size_t mapped; /* bytes to munmap, 0 when malloc'd */
} FileText;
bool file_read(const char *path, FileText *out, Error *err); /* "-" is standard input */
void file_text_free(FileText *t);

/* Write beside PATH and rename on commit, so that a failure leaves the old file. Packs by ending
 * (.gz .zst .xz). */
typedef struct FileOut FileOut;
FileOut *file_out_open(const char *path, Error *err); /* "-" is standard output */
bool file_out_write(FileOut *f, const void *p, size_t n, Error *err);
bool file_out_commit(FileOut *f, Error *err); /* flush, fsync, rename; frees f */
void file_out_abandon(FileOut *f);            /* removes what was written; frees f; NULL is fine */

bool file_exists(const char *path);
/* Expands ~ and glob patterns: arena-owned sorted paths. No match is ERR_IO with the nearest name
 * as hint. */
bool file_glob(Arena *a, const char *pattern, char ***paths, size_t *n, Error *err);
/* XDG folders of ours, made with mode 0700 when missing: kind is "config", "data", "state" or
 * "cache". */
bool xdg_path(Arena *a, const char *kind, const char *name, char **out, Error *err);

#endif
