/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_expr.c - any text as an expression over a small table with a column of every type. What parses is printed and
 * parsed again, and has to print the same; what binds is evaluated.
 */
#include <stdlib.h>

#include "data/expr.h"
#include "data/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char table[] = "i,x,flag,lang,when,note\n"
                            "1,0.5,true,java,2023-10-15 09:00,first\n"
                            "-7,,false,go,2024-02-29 23:59,\"second, with a comma\"\n"
                            ",1e300,,java,,third\n"
                            "9223372036854775807,-0.0,true,,1969-12-31,\n";

static Frame *small_table(void)
{
    static Frame *f;
    static ReadReport report;
    if (!f)
        f = csv_read_text(str_of(table), &(ReadOptions){0}, &report, NULL);
    return f;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const Frame *f = small_table();
    Str text = {(const char *)data, size};
    Arena *a = arena_new();
    Error err = ERROR_INIT;
    Expr *e = f ? expr_parse(a, text, 0, &err) : NULL;
    if (!e && !error_is_set(&err))
        abort();
    if (e) {
        Buf once = BUF_INIT, twice = BUF_INIT;
        expr_print(e, &once);
        Expr *again = expr_parse(a, buf_slice(&once), 0, NULL);
        if (!again)
            abort();
        expr_print(again, &twice);
        if (!str_eq(buf_slice(&once), buf_slice(&twice)))
            abort();
        buf_free(&once);
        buf_free(&twice);
        if (expr_bind(e, f, "table", &err)) {
            Column *c = expr_eval(e, f, &err);
            if (!c && !error_is_set(&err))
                abort();
            column_unref(c);
        }
    }
    arena_free(a);
    return 0;
}
