/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_arrange.c - a filter and a sort in slices give what they give at once. */
#include "unit/check.h"

#include <stdlib.h>

#include "base/cancel.h"
#include "base/rng.h"
#include "data/arrange.h"
#include "data/frameops.h"

#define ROWS 200000 /* more than a slice or two */

static Frame *many_rows(void)
{
    Error err = ERROR_INIT;
    Rng r = rng_stream(3, "arrange");
    ColType types[] = {COL_INT, COL_REAL, COL_BOOL, COL_CODE, COL_TEXT};
    static char names[][2] = {"i", "r", "b", "c", "t"};
    char *name[] = {names[0], names[1], names[2], names[3], names[4]};
    Column *cols[COUNT(types)];
    for (size_t j = 0; j < COUNT(types); j++) {
        ColumnBuilder *b = builder_new(types[j]);
        for (size_t k = 0; k < ROWS; k++) {
            char text[16];
            snprintf(text, sizeof text, "v%d", (int)rng_below(&r, types[j] == COL_CODE ? 9 : 5000));
            if (rng_below(&r, 20) == 0)
                builder_null(b, &err);
            else if (types[j] == COL_REAL)
                builder_real(b, rng_normal(&r), &err);
            else if (types[j] == COL_CODE || types[j] == COL_TEXT)
                builder_text(b, str_of(text), &err);
            else
                builder_int(b,
                            (int64_t)rng_below(&r, types[j] == COL_BOOL ? 2 : 1000) -
                                (types[j] == COL_INT) * 500,
                            &err);
        }
        cols[j] = builder_finish(b, &err);
    }
    return frame_new(name, cols, COUNT(types), ROWS);
}

/* The same by the whole: the sorted rows that pass. */
static uint32_t *at_once(const Frame *f, const char *where, const SortKey *key, size_t *n)
{
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    uint8_t *keep = xcalloc(f->rows, 1);
    size_t npass = f->rows, all, k = 0;
    if (*where) {
        Expr *e = expr_parse(a, str_of(where), 0, &err);
        assert_true(e && expr_bind(e, f, "t", &err));
        uint32_t *pass = expr_rows(e, f, &npass, &err);
        for (size_t i = 0; i < npass; i++)
            keep[pass[i]] = 1;
        free(pass);
    }
    uint32_t *rows = frame_sort(f, key, key ? 1 : 0, 0, &all, &err);
    for (size_t i = 0; i < all; i++)
        if (!*where || keep[rows[i]])
            rows[k++] = rows[i];
    *n = k;
    free(keep);
    arena_free(a);
    return rows;
}

static void same(void **state)
{
    (void)state;
    static const struct {
        const char *name, *where;
        int col; /* -1: no sort */
        bool descending;
    } cases[] = {
        {"integers", "", 0, false},
        {"reals, descending", "", 1, true},
        {"bools", "", 2, false},
        {"codes, descending", "", 3, true},
        {"texts", "", 4, false},
        {"a filter", "i > 0 and c = 'v3'", -1, false},
        {"a filter and a sort", "r < 0.5", 1, false},
        {"one that lets nothing pass", "i > 1e9", 0, true},
        {"one that looks at other rows", "r > mean(r)", 0, true},
        {"one that reads no column", "true", 3, false},
        {"nothing", "", -1, false},
    };
    Frame *f = many_rows();
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        SortKey key = {(size_t)(cases[k].col < 0 ? 0 : cases[k].col), cases[k].descending};
        const SortKey *by = cases[k].col < 0 ? NULL : &key;
        Arranger *a = arranger_new(f, str_of(cases[k].where), "t", by, &err);
        check_row(a != NULL, cases[k].name);
        bool more = true;
        double done = 0, was = 0;
        size_t steps = 0;
        while (more) {
            check_row(arranger_step(a, &more, &done, &err), cases[k].name);
            check_row(done >= was && done <= 1, cases[k].name);
            was = done;
            steps++;
        }
        check_row(done == 1 && (steps > 3 || (!by && !*cases[k].where)), cases[k].name);
        size_t n, wanted;
        uint32_t *got = arranger_take(a, &n), *want = at_once(f, cases[k].where, by, &wanted);
        check_row(n == wanted, cases[k].name);
        for (size_t i = 0; i < n; i++)
            check_row((got ? got[i] : i) == want[i], cases[k].name);
        free(got);
        free(want);
        arranger_free(a);
    }
    frame_unref(f);
}

static void refuses(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = many_rows();
    assert_null(arranger_new(f, STR("nosuch > 1"), "t", NULL, &err));
    assert_non_null(strstr(err.msg, "nosuch"));
    error_clear(&err);
    assert_null(arranger_new(f, STR("i >"), "t", NULL, &err));
    error_clear(&err);
    SortKey key = {1, false};
    Arranger *a = arranger_new(f, STR("r > 0"), "t", &key, &err);
    bool more = false;
    double done = 0;
    assert_true(arranger_step(a, &more, &done, &err) && more);
    cancel_raise();
    assert_false(arranger_step(a, &more, &done, &err));
    assert_int_equal(err.code, ERR_CANCEL);
    cancel_clear();
    arranger_free(a);
    arranger_free(NULL);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same), cmocka_unit_test(refuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
