/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * readers.c - the table of sources and sinks: a path's scheme or ending says which row reads or
 * writes it.
 */
#include <stdlib.h>

#include "shell/engine_io.h"
#include "shell/readers.h"

static Frame *csv_read(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                       Error *err)
{
    (void)s;
    return csv_read_file(path, opt, report, err);
}

static Frame *tsv_read(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                       Error *err)
{
    (void)s;
    ReadOptions mine = *opt;
    if (!mine.delim)
        mine.delim = '\t';
    return csv_read_file(path, &mine, report, err);
}

static Frame *ndjson_read(Session *s, const char *path, const ReadOptions *opt, ReadReport *report,
                          Error *err)
{
    (void)s;
    return ndjson_read_file(path, opt, report, err);
}

static Writer *csv_write(Session *s, const char *path, Error *err)
{
    (void)s;
    return csv_writer_open(path, ',', err);
}

static Writer *tsv_write(Session *s, const char *path, Error *err)
{
    (void)s;
    return csv_writer_open(path, '\t', err);
}

static Writer *ndjson_write(Session *s, const char *path, Error *err)
{
    (void)s;
    return ndjson_writer_open(path, err);
}

static const Source sources[] = {
    {"csv", "csv txt", NULL, "comma-separated values, plain or .gz .zst .xz", csv_read, csv_write},
    {"tsv", "tsv tab", NULL, "tab-separated values", tsv_read, tsv_write},
    {"ndjson", "ndjson jsonl json", NULL, "one JSON object a line", ndjson_read, ndjson_write},
    {"engine", "", "es:", "an index of the connected engine", engine_read, engine_write},
};
#define NSOURCES (sizeof sources / sizeof *sources)

const Source *source_table(size_t *n)
{
    *n = NSOURCES;
    return sources;
}

/* The path without .gz and its kin. */
static Str unpacked_name(Str path)
{
    static const char *const packs[] = {".gz", ".zst", ".xz"};
    for (size_t i = 0; i < sizeof packs / sizeof *packs; i++) {
        size_t n = strlen(packs[i]);
        if (path.n > n && str_eqz(str_sub(path, path.n - n, path.n), packs[i]))
            return str_sub(path, 0, path.n - n);
    }
    return path;
}

/* What stands behind the last point, packing left aside; empty: none. */
static Str ending_of(Str path)
{
    Str name = unpacked_name(path);
    size_t dot = name.n;
    while (dot && name.p[dot - 1] != '.' && name.p[dot - 1] != '/')
        dot--;
    return dot && name.p[dot - 1] == '.' ? str_sub(name, dot, name.n) : STR("");
}

const Source *source_of(Str path)
{
    for (size_t i = 0; i < NSOURCES; i++)
        if (sources[i].scheme && str_starts(path, str_of(sources[i].scheme)))
            return &sources[i];
    Str ending = ending_of(path);
    for (size_t i = 0; i < NSOURCES; i++) {
        Str rest = str_of(sources[i].endings);
        while (rest.n)
            if (str_ieq(str_split(rest, ' ', &rest), ending))
                return &sources[i];
    }
    return &sources[0];
}

const Source *sink_of(Str path, Span at, Error *err)
{
    const Source *sink = source_of(path);
    Str ending = ending_of(path), known = str_of(sink->endings);
    if (sink->scheme || !ending.n)
        return sink;
    while (known.n)
        if (str_ieq(str_split(known, ' ', &known), ending))
            return sink;
    fail_at(err, ERR_USAGE, at, "no way to write '.%.*s' files", STR_ARG(ending));
    error_hint(err, ".csv .tsv .ndjson, or one of them with .gz .zst .xz behind it");
    return NULL;
}

const char *table_name_of(Arena *a, Str path)
{
    Str name = unpacked_name(path);
    for (size_t i = 0; i < NSOURCES; i++)
        if (sources[i].scheme && str_starts(name, str_of(sources[i].scheme)))
            name = str_sub(name, strlen(sources[i].scheme), name.n);
    size_t slash = name.n;
    while (slash && name.p[slash - 1] != '/')
        slash--;
    name = str_sub(name, slash, name.n);
    size_t dot = name.n;
    while (dot && name.p[dot - 1] != '.')
        dot--;
    if (dot > 1)
        name = str_sub(name, 0, dot - 1);
    char *z = arena_strndup(a, name.n ? name.p : "data", name.n ? name.n : 4);
    for (char *p = z; *p; p++) /* a name that can be typed without quotes */
        if (strchr(" \t-.,;:()[]{}'\"`+*/\\&|<>=!?#~^%$@", *p))
            *p = '_';
    if (z[0] == '_' && z[1] == '\0')
        return "stdin";
    return z[0] >= '0' && z[0] <= '9' ? arena_printf(a, "t%s", z) : z;
}
