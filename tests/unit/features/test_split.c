/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_split.c - training and test parts, folds: sizes, ties, whole users, same seed same rows. */
#include "unit/check.h"

#include <stdlib.h>

#include "features/split.h"

/* `user` repeats each user four times; `day` has two rows a day and no value in row 0. */
static Frame *sample(size_t n)
{
    Error err = ERROR_INIT;
    Column *day = column_new(COL_INT, n, &err), *user;
    ColumnBuilder *b = builder_new(COL_TEXT);
    for (size_t i = 0; i < n; i++) {
        char name[24];
        snprintf(name, sizeof name, "u%zu", i / 4);
        builder_text(b, str_of(name), &err);
        day->v.i[i] = (int64_t)(i / 2);
    }
    if (n)
        column_set_null(day, 0, &err);
    user = builder_finish(b, &err);
    static char day_name[] = "day", user_name[] = "user";
    Frame *f = frame_new((char *const[]){day_name, user_name}, (Column *[]){day, user}, 2, n);
    assert_false(error_is_set(&err));
    return f;
}

static void check_parts(const Split *s, size_t n)
{
    uint8_t *seen = calloc(n, 1);
    for (size_t i = 0; i < s->ntrain; i++) {
        assert_true(i == 0 || s->train[i] > s->train[i - 1]);
        seen[s->train[i]]++;
    }
    for (size_t i = 0; i < s->ntest; i++) {
        assert_true(i == 0 || s->test[i] > s->test[i - 1]);
        seen[s->test[i]]++;
    }
    for (size_t i = 0; i < n; i++)
        assert_int_equal(seen[i], 1);
    free(seen);
}

static void parts(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        SplitKind kind;
        const char *column;
        double frac;
        size_t ntest;
    } cases[] = {
        {"a quarter at random", SPLIT_RANDOM, NULL, 0.25, 10},
        {"tiny part has a row", SPLIT_RANDOM, NULL, 0.001, 1},
        {"nearly all", SPLIT_RANDOM, NULL, 0.999, 39},
        {"last days", SPLIT_TIME, "day", 0.25, 10},
        {"a day stays whole", SPLIT_TIME, "day", 0.225, 10},
        {"whole users", SPLIT_USER, "user", 0.25, 12},
        {"one user at least", SPLIT_USER, "user", 0.01, 4},
    };
    Frame *f = sample(40);
    for (size_t c = 0; c < COUNT(cases); c++) {
        Error err = ERROR_INIT;
        Split s;
        bool ok = split_make(f, cases[c].kind, cases[c].column, cases[c].frac, 7, &s, &err);
        check_row(ok, cases[c].name);
        check_parts(&s, 40);
        if (cases[c].kind == SPLIT_USER)
            check_row(s.ntest % 4 == 0 && s.ntest <= cases[c].ntest && s.ntest, cases[c].name);
        else
            check_row(s.ntest == cases[c].ntest, cases[c].name);
        split_clear(&s);
    }
    frame_unref(f);
}

static void by_time(void **state)
{
    (void)state;
    Frame *f = sample(40);
    Error err = ERROR_INIT;
    Split s;
    assert_true(split_make(f, SPLIT_TIME, "day", 0.5, 1, &s, &err));
    assert_int_equal(s.cut, 10);
    for (size_t i = 0; i < s.ntest; i++)
        assert_true(f->cols[0]->v.i[s.test[i]] >= s.cut);
    assert_int_equal(s.train[0], 0); /* without a day */
    split_clear(&s);
    frame_unref(f);
}

static void same_seed(void **state)
{
    (void)state;
    Frame *f = sample(200);
    Error err = ERROR_INIT;
    Split a, b, c;
    assert_true(split_make(f, SPLIT_RANDOM, NULL, 0.5, 1, &a, &err));
    assert_true(split_make(f, SPLIT_RANDOM, NULL, 0.5, 1, &b, &err));
    assert_true(split_make(f, SPLIT_RANDOM, NULL, 0.5, 2, &c, &err));
    assert_memory_equal(a.test, b.test, a.ntest * sizeof *a.test);
    assert_memory_not_equal(a.test, c.test, a.ntest * sizeof *a.test);
    split_clear(&a);
    split_clear(&b);
    split_clear(&c);
    frame_unref(f);
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t rows;
        SplitKind kind;
        const char *column;
        double frac;
        ErrCode code;
    } cases[] = {
        {"no share", 40, SPLIT_RANDOM, NULL, 0, ERR_USAGE},
        {"all", 40, SPLIT_RANDOM, NULL, 1, ERR_USAGE},
        {"one row", 1, SPLIT_RANDOM, NULL, 0.5, ERR_DATA},
        {"no rows", 0, SPLIT_RANDOM, NULL, 0.5, ERR_DATA},
        {"no such time", 40, SPLIT_TIME, "when", 0.5, ERR_NAME},
        {"time is text", 40, SPLIT_TIME, "user", 0.5, ERR_TYPE},
        {"no time named", 40, SPLIT_TIME, NULL, 0.5, ERR_USAGE},
        {"one user", 4, SPLIT_USER, "user", 0.5, ERR_DATA},
    };
    for (size_t c = 0; c < COUNT(cases); c++) {
        Frame *f = sample(cases[c].rows);
        Error err = ERROR_INIT;
        Split s;
        check_row(!split_make(f, cases[c].kind, cases[c].column, cases[c].frac, 7, &s, &err),
                  cases[c].name);
        check_row(err.code == cases[c].code, cases[c].name);
        split_clear(&s);
        frame_unref(f);
    }
}

static void folds(void **state)
{
    (void)state;
    Frame *f = sample(40);
    uint32_t fold[40];
    size_t count[5];
    for (SplitKind kind = SPLIT_RANDOM; kind <= SPLIT_USER; kind++) {
        Error err = ERROR_INIT;
        memset(count, 0, sizeof count);
        assert_true(split_folds(f, kind, kind == SPLIT_TIME ? "day" : "user", 5, 3, fold, &err));
        for (size_t i = 0; i < 40; i++) {
            assert_true(fold[i] < 5);
            count[fold[i]]++;
            if (kind == SPLIT_USER)
                assert_int_equal(fold[i], fold[i / 4 * 4]);
        }
        for (size_t k = 0; k < 5; k++)
            assert_int_equal(count[k], 8);
    }
    Error err = ERROR_INIT;
    assert_false(split_folds(f, SPLIT_RANDOM, NULL, 1, 3, fold, &err));
    error_clear(&err);
    assert_false(split_folds(f, SPLIT_USER, "user", 11, 3, fold, &err));
    assert_int_equal(err.code, ERR_DATA);
    SplitKind kind;
    assert_true(split_kind_parse(STR("Time"), &kind));
    assert_int_equal(kind, SPLIT_TIME);
    assert_false(split_kind_parse(STR("row"), &kind));
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts),   cmocka_unit_test(by_time), cmocka_unit_test(same_seed),
        cmocka_unit_test(refused), cmocka_unit_test(folds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
