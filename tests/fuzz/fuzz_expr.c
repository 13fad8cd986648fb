/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_expr.c - an expression from anywhere over a small table. What fails says why, with a place
 * inside the text; what parses prints as an expression that prints the same and has the same
 * values, or fails the same way.
 */
#include <stdio.h>
#include <stdlib.h>

#include "data/expr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 5
#define BASE 10

#define must(ok) ((ok) ? (void)0 : broken(#ok, __LINE__))

static void broken(const char *what, int line)
{
    fprintf(stderr, "line %d: %s\n", line, what);
    abort();
}

static Frame *small_table(void)
{
    static const char *const words[] = {"java", "Ruby on rails", "", "10", "\xc3\xa9t\xc3\xa9"};
    Error err = ERROR_INIT;
    ColumnBuilder *code = builder_new(COL_CODE), *text = builder_new(COL_TEXT);
    Column *cols[6] = {column_new(COL_REAL, ROWS, &err), column_new(COL_INT, ROWS, &err),
                       column_new(COL_BOOL, ROWS, &err), column_new(COL_TIME, ROWS, &err)};
    for (int i = 0; i < ROWS; i++) {
        cols[0]->v.d[i] = i * 0.75 - 1;
        cols[1]->v.i[i] = i == 3 ? INT64_MAX : i * i - 4;
        cols[2]->v.b[i] = i % 3 == 0;
        cols[3]->v.i[i] = (i - 2) * (US_PER_DAY + US_PER_HOUR);
        builder_text(code, str_of(words[i]), &err);
        builder_text(text, str_of(words[ROWS - 1 - i]), &err);
    }
    column_set_null(cols[1], 1, &err);
    column_set_null(cols[2], 1, &err);
    cols[4] = builder_finish(code, &err);
    cols[5] = builder_finish(text, &err);
    static char x[] = "x", n[] = "n", b[] = "b", t[] = "t", c[] = "c", s[] = "s";
    return frame_new((char *const[]){x, n, b, t, c, s}, cols, 6, ROWS);
}

/* The values, or the message. */
static void evaluate(Expr *e, const Frame *f, Buf *out)
{
    Error err = ERROR_INIT;
    bool bound = expr_bind(e, f, "t", &err);
    must(bound == !error_is_set(&err));
    Column *c = bound ? expr_eval(e, f, &err) : NULL;
    must(!c == error_is_set(&err));
    if (!c) {
        must(err.code != ERR_BUG && err.msg[0]);
        buf_puts(out, "failed");
        return;
    }
    must(c->n == ROWS);
    buf_puts(out, coltype_name(c->type));
    for (size_t i = 0; i < c->n; i++) {
        must(c->type != COL_REAL || c->v.d[i] == c->v.d[i]);
        buf_puts(out, column_is_null(c, i) ? " -" : " ");
        column_print(c, i, out);
    }
    size_t n;
    uint32_t *rows = expr_rows(e, f, &n, &err);
    must(!rows == error_is_set(&err) && n <= ROWS);
    free(rows);
    column_unref(c);
}

/* 2.0 is real and prints as R prints it, 2, which is int: equal but in the last digits of long
 * values. */
static bool has_point(Str text)
{
    return text.n && memchr(text.p, '.', text.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2000)
        return 0;
    clock_set_now(19000 * US_PER_DAY);
    Str text = {(const char *)data, size};
    Arena *a = arena_new();
    Error err = ERROR_INIT;
    size_t used = 0;
    must(expr_parse_prefix(a, text, BASE, &used, &err) != NULL || error_is_set(&err));
    must(used <= size);
    error_clear(&err);
    Expr *e = expr_parse(a, text, BASE, &err);
    must(!e == error_is_set(&err));
    if (!e)
        must(err.at.from >= BASE && err.at.from <= err.at.to && err.at.to <= BASE + size);
    if (e) {
        Buf one = BUF_INIT, two = BUF_INIT, first = BUF_INIT, second = BUF_INIT;
        Frame *f = small_table();
        expr_print(e, &one);
        Expr *again = expr_parse(a, buf_slice(&one), BASE, &err);
        must(again != NULL);
        expr_print(again, &two);
        must(str_eq(buf_slice(&one), buf_slice(&two)));
        evaluate(e, f, &first);
        evaluate(again, f, &second);
        must(has_point(text) || str_eq(buf_slice(&first), buf_slice(&second)));
        frame_unref(f);
        buf_free(&one);
        buf_free(&two);
        buf_free(&first);
        buf_free(&second);
    }
    arena_free(a);
    return 0;
}
