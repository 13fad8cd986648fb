/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_csv.c - CSV from anywhere, with options by its first byte. What is read is written and read
 * again, and has to be the same table; NDJSON as well, by the second byte.
 */
#include <stdlib.h>
#include <unistd.h>

#include "data/reader.h"
#include "data/writer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void same_values(const Column *a, const Column *b)
{
    Buf x = BUF_INIT, y = BUF_INIT;
    must(a->n == b->n && a->nulls == b->nulls);
    for (size_t r = 0; r < a->n; r++) {
        must(column_is_null(a, r) == column_is_null(b, r));
        buf_clear(&x);
        buf_clear(&y);
        column_print(a, r, &x);
        column_print(b, r, &y);
        must(str_eq(buf_slice(&x), buf_slice(&y)));
    }
    buf_free(&x);
    buf_free(&y);
}

/* "a=int,b=code" of a frame whose names are simple enough; false when they are not. */
static bool types_of(const Frame *f, Buf *out)
{
    for (size_t j = 0; j < f->ncols; j++) {
        if (strpbrk(f->names[j], ",= \t"))
            return false;
        buf_printf(out, "%s%s=%s", j ? "," : "", f->names[j], coltype_name(f->cols[j]->type));
    }
    return true;
}

static void write_and_read(const Frame *f)
{
    char path[] = "/tmp/glint_fuzz_XXXXXX";
    Error err = ERROR_INIT;
    ReadReport report = {0};
    Buf types = BUF_INIT;
    int fd = mkstemp(path);
    must(fd >= 0);
    close(fd);
    if (types_of(f, &types)) {
        ReadOptions opt = {.types = types.p, .delim = ','};
        Writer *w = csv_writer_open(path, ',', &err);
        must(w && writer_put_all(w, f, &err));
        Frame *g = csv_read_file(path, &opt, &report, &err);
        must(g && g->ncols == f->ncols && report.bad == 0 && report.bad_values == 0);
        for (size_t j = 0; j < f->ncols; j++)
            same_values(f->cols[j], g->cols[j]);
        frame_unref(g);
    }
    unlink(path);
    buf_free(&types);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delims[] = {0, ',', ';', '\t', ' '};
    static const char *const types[] = {NULL,     "a=int", "a=time", "a=bool",
                                        "a=real", "a=dmy", "a=text", "a=code"};
    if (size < 2)
        return 0;
    Str text = {(const char *)data + 2, size - 2};
    ReadOptions opt = {.delim = delims[data[0] % sizeof delims],
                       .types = types[data[0] / 5 % 8],
                       .no_header = data[1] & 1,
                       .encoding = data[1] & 2 ? "latin1" : NULL,
                       .nulls = data[1] & 4 ? "?,-1,0" : NULL,
                       .limit = data[1] & 8 ? 3 : 0};
    ReadReport report = {0};
    Error err = ERROR_INIT;
    Frame *f = csv_read_text(text, &opt, &report, &err);
    must(f ? !error_is_set(&err) : error_is_set(&err) && err.msg[0]);
    if (f && !opt.nulls)
        write_and_read(f);
    frame_unref(f);
    err = (Error)ERROR_INIT;
    report = (ReadReport){0};
    f = ndjson_read_text(text, &opt, &report, &err);
    must(f || error_is_set(&err));
    frame_unref(f);
    return 0;
}
