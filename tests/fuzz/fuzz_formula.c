/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_formula.c - a formula from anywhere over a small table. What parses prints as a formula with
 * the same terms; what can be learned comes back out of JSON and gives the same rows; what fails
 * says why, with a place inside the text.
 */
#include <stdio.h>
#include <stdlib.h>

#include "features/design.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROWS 12

#define must(ok) ((ok) ? (void)0 : broken(#ok, __LINE__))

static void broken(const char *what, int line)
{
    fprintf(stderr, "line %d: %s\n", line, what);
    abort();
}

static Frame *small_table(void)
{
    Error err = ERROR_INIT;
    int32_t order[3];
    Levels *levels = levels_new((Str[]){STR("java"), STR("js"), STR("python")}, 3, order, &err);
    Column *cols[6] = {column_new(COL_REAL, ROWS, &err), column_new(COL_INT, ROWS, &err),
                       column_new(COL_BOOL, ROWS, &err), column_new_code(ROWS, levels, &err),
                       column_new(COL_REAL, ROWS, &err), column_new(COL_TIME, ROWS, &err)};
    for (int i = 0; i < ROWS; i++) {
        cols[0]->v.d[i] = i * 0.75;
        cols[1]->v.i[i] = i * i % 7;
        cols[2]->v.b[i] = i % 3 == 0;
        cols[3]->v.c[i] = i % 3;
        cols[4]->v.d[i] = i % 2;
        cols[5]->v.i[i] = i * US_PER_DAY;
    }
    column_set_null(cols[1], 5, &err);
    levels_unref(levels);
    static char x[] = "x", n[] = "n", b[] = "b", g[] = "g", y[] = "y", t[] = "Post Time";
    return frame_new((char *const[]){x, n, b, g, y, t}, cols, 6, ROWS);
}

static void same_row(const Design *a, size_t i, const Design *b, size_t k)
{
    double *row = xcalloc(2 * a->x.p + 1, sizeof *row);
    matrix_row(&a->x, i, row);
    matrix_row(&b->x, k, row + a->x.p);
    must(memcmp(row, row + a->x.p, a->x.p * sizeof *row) == 0);
    free(row);
}

/* Out of JSON and back: the same rows. */
static void replays(const Design *d, const Frame *f)
{
    Buf text = BUF_INIT;
    Error err = ERROR_INIT;
    encoding_to_json(d->enc, &text);
    cJSON *j = json_parse(buf_slice(&text), &err);
    Encoding *e = j ? encoding_from_json(j, &err) : NULL;
    must(e != NULL);
    uint8_t *ok;
    Design *r = design_replay(e, f, NULL, 0, UNSEEN_NULL, true, &ok, NULL, &err);
    must(r && r->x.p == d->x.p);
    for (size_t i = 0; i < d->n && d->x.p < 2000; i++) {
        size_t row = d->rows ? d->rows[i] : i;
        must(ok[row] && r->y[row] == d->y[i]);
        same_row(d, i, r, row);
    }
    free(ok);
    design_free(r);
    encoding_free(e);
    cJSON_Delete(j);
    buf_free(&text);
}

static void prints(const Terms *t, const Frame *f)
{
    Buf one = BUF_INIT, two = BUF_INIT;
    Error err = ERROR_INIT;
    terms_print(t, &one);
    Terms *again = terms_parse(buf_slice(&one), 0, f, &err);
    must(again && again->nterms == t->nterms && again->noffsets == t->noffsets &&
         again->intercept == t->intercept);
    terms_print(again, &two);
    Terms *third = terms_parse(buf_slice(&two), 0, f, &err);
    must(third && third->nterms == t->nterms);
    terms_free(third);
    terms_free(again);
    buf_free(&one);
    buf_free(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size || size > 2000)
        return 0;
    Str text = {(const char *)data + 1, size - 1};
    Frame *f = small_table();
    Error err = ERROR_INIT;
    Terms *t = terms_parse(text, 10, f, &err);
    must(!t == error_is_set(&err));
    if (!t)
        must(err.at.from >= 10 && err.at.from <= 10 + text.n + 1 && err.at.to <= 10 + text.n + 1);
    if (t && t->nterms < 500) {
        prints(t, f);
        DesignOptions opt = {.encode = (Encode)(data[0] % 3), .binary_response = data[0] & 8};
        Design *d = design_learn(t, f, &opt, &err);
        must(!d == error_is_set(&err));
        if (d)
            replays(d, f);
        design_free(d);
    } else {
        terms_free(t);
    }
    frame_unref(f);
    return 0;
}
