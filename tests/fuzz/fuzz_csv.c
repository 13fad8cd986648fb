/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_csv.c - any bytes as a CSV file. The first byte chooses the options. What comes out is a sound frame or an
 * error with a message, and every data row is either in the frame or counted as bad.
 */
#include <stdlib.h>

#include "data/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    uint8_t how = data[0];
    ReadOptions opt = {0};
    opt.strict = how & 1;
    opt.no_header = how & 2;
    opt.encoding = how & 4 ? "latin1" : NULL;
    opt.delim = how & 8 ? ';' : '\0';
    opt.limit = how & 16 ? 3 : 0;
    opt.nulls = how & 32 ? "NA,?" : NULL;
    opt.dates = how & 64 ? DATE_DMY : DATE_ISO;
    static ReadReport report;
    report = (ReadReport){0};
    Error err = ERROR_INIT;
    Str text = {(const char *)data + 1, size - 1};
    Frame *f = csv_read_text(text, &opt, &report, &err);
    if (!f && (!error_is_set(&err) || !err.msg[0]))
        abort();
    if (f && (size_t)report.rows != f->rows)
        abort();
    frame_unref(f);
    return 0;
}
