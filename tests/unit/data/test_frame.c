/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_frame.c - frames: names, sharing, binding. */
#include "unit/check.h"

#include <stdlib.h>

#include "data/frame.h"

static Column *ints(size_t n, int64_t from)
{
    Error err = ERROR_INIT;
    Column *c = column_new(COL_INT, n, &err);
    for (size_t i = 0; i < n; i++)
        c->v.i[i] = from + (int64_t)i;
    return c;
}

static Column *strings(ColumnBuilder *b, const char *const *values, size_t n)
{
    Error err = ERROR_INIT;
    for (size_t i = 0; i < n; i++)
        assert_true(values[i] ? builder_text(b, str_of(values[i]), &err) : builder_null(b, &err));
    return builder_finish(b, &err);
}

/* age: 30 31 32, lang: java ruby null, Lang2: java ruby null */
static Frame *people(void)
{
    static const char *const lang[] = {"java", "ruby", NULL};
    Column *c = strings(builder_new(COL_CODE), lang, 3);
    char *names[] = {(char[]){"age"}, (char[]){"lang"}, (char[]){"Lang2"}};
    Frame *f = frame_new(names, (Column *[]){ints(3, 30), c, column_ref(c)}, 3, 3);
    frame_set_origin(f, "people.csv");
    return f;
}

static char *row_text(const Frame *f, size_t row, Buf *b)
{
    buf_clear(b);
    for (size_t j = 0; j < f->ncols; j++) {
        if (j)
            buf_putc(b, ' ');
        if (column_is_null(f->cols[j], row))
            buf_putc(b, '-');
        column_print(f->cols[j], row, b);
    }
    buf_putc(b, '\0');
    return b->p;
}

static void finding(void **state)
{
    (void)state;
    Frame *f = people();
    Error err = ERROR_INIT;
    assert_int_equal(frame_find(f, STR("age")), 0);
    assert_int_equal(frame_find(f, STR("LANG")), 1);
    assert_int_equal(frame_find(f, STR("lang2")), 2);
    assert_int_equal(frame_find(f, STR("")), -1);
    assert_null(frame_column(f, STR("sex")));
    assert_non_null(frame_need(f, STR("age"), "people", SPAN_NONE, &err));
    assert_null(frame_need(f, STR("aeg"), "people", ((Span){4, 7}), &err));
    assert_int_equal(err.code, ERR_NAME);
    assert_int_equal(err.at.from, 4);
    assert_string_equal(err.msg, "no column 'aeg' in 'people'");
    assert_string_equal(err.hint, "did you mean 'age'?");
    error_clear(&err);
    assert_null(frame_need(f, STR("country"), NULL, SPAN_NONE, &err));
    assert_string_equal(err.msg, "no column 'country'");
    assert_string_equal(err.hint, "columns: age, lang, Lang2");
    frame_unref(f);
    frame_unref(NULL);
}

static void case_is_not_guessed(void **state)
{
    (void)state;
    char *names[] = {(char[]){"A"}, (char[]){"a"}};
    Frame *f = frame_new(names, (Column *[]){ints(1, 0), ints(1, 5)}, 2, 1);
    assert_int_equal(frame_find(f, STR("a")), 1);
    assert_int_equal(frame_find(f, STR("A")), 0);
    Frame *g = frame_rename(f, 0, "AA");
    Frame *h = frame_rename(g, 1, "Aa");
    assert_int_equal(frame_find(h, STR("aa")), -1); /* both match when folded */
    frame_unref(f);
    frame_unref(g);
    frame_unref(h);
}

static void changing(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    Frame *f = people();
    Frame *more = frame_with(f, "k", ints(3, 1));
    assert_int_equal(more->ncols, 4);
    assert_ptr_equal(more->cols[1], f->cols[1]); /* shared */
    Frame *replaced = frame_with(more, "age", ints(3, 50));
    assert_int_equal(replaced->ncols, 4);
    assert_string_equal(row_text(replaced, 0, &b), "50 java java 1");
    Frame *less = frame_without(replaced, "Lang2");
    assert_string_equal(row_text(less, 1, &b), "51 ruby 2");
    Frame *picked = frame_select(less, (const size_t[]){2, 0}, 2);
    assert_string_equal(row_text(picked, 2, &b), "3 52");
    Frame *taken = frame_take(f, (const uint32_t[]){2, ROW_NONE, 0, 0}, 4, &err);
    assert_int_equal(taken->rows, 4);
    assert_string_equal(row_text(taken, 0, &b), "32 - -");
    assert_string_equal(row_text(taken, 1, &b), "- - -");
    assert_string_equal(row_text(taken, 3, &b), "30 java java");
    assert_string_equal(taken->origin, "people.csv");
    assert_true(frame_bytes(more) > frame_bytes(f));
    frame_unref(frame_ref(f));
    frame_unref(f);
    frame_unref(more);
    frame_unref(replaced);
    frame_unref(less);
    frame_unref(picked);
    frame_unref(taken);
    buf_free(&b);
}

static void description(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    Frame *f = people();
    frame_describe(f, &b);
    assert_true(str_eqz(buf_slice(&b), "3 rows, 3 columns (1 int, 2 code)"));
    buf_clear(&b);
    char *name[] = {(char[]){"x"}};
    Frame *big = frame_new(name, (Column *[]){ints(1200, 0)}, 1, 1200);
    frame_describe(big, &b);
    assert_true(str_eqz(buf_slice(&b), "1,200 rows, 1 column (1 int)"));
    buf_free(&b);
    frame_unref(f);
    frame_unref(big);
}

/* One column of each frame by its type and values; what comes out of binding them? */
static void binding_types(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        ColType a, b, want;
        const char *rows; /* printed, joined by blanks */
    } cases[] = {
        {"equal types stay", COL_INT, COL_INT, COL_INT, "1 2 1 2"},
        {"int and real", COL_INT, COL_REAL, COL_REAL, "1 2 0.5 1.5"},
        {"real and int", COL_REAL, COL_INT, COL_REAL, "0.5 1.5 1 2"},
        {"int and code", COL_INT, COL_CODE, COL_CODE, "1 2 v w"},
        {"code and code", COL_CODE, COL_CODE, COL_CODE, "v w v w"},
        {"code and text", COL_CODE, COL_TEXT, COL_CODE, "v w v w"},
        {"bool and bool", COL_BOOL, COL_BOOL, COL_BOOL, "true false true false"},
        {"times", COL_TIME, COL_TIME, COL_TIME, "1970-01-01 1970-01-02 1970-01-01 1970-01-02"},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Frame *half[2];
        for (int s = 0; s < 2; s++) {
            ColType t = s ? cases[k].b : cases[k].a;
            ColumnBuilder *b = builder_new(t);
            for (int i = 0; i < 2; i++) {
                if (t == COL_INT || t == COL_BOOL || t == COL_TIME)
                    builder_int(b,
                                t == COL_INT    ? i + 1
                                : t == COL_BOOL ? !i
                                                : i * US_PER_DAY,
                                &err);
                else if (t == COL_REAL)
                    builder_real(b, i + 0.5, &err);
                else
                    builder_text(b, i ? STR("w") : STR("v"), &err);
            }
            char *name[] = {(char[]){"x"}};
            half[s] = frame_new(name, (Column *[]){builder_finish(b, &err)}, 1, 2);
        }
        Frame *f = frame_bind(half[0], half[1], &err);
        check_row(f && f->rows == 4 && f->cols[0]->type == cases[k].want, cases[k].name);
        Buf text = BUF_INIT;
        for (size_t i = 0; i < 4; i++) {
            if (i)
                buf_putc(&text, ' ');
            column_print(f->cols[0], i, &text);
        }
        check_row(str_eqz(buf_slice(&text), cases[k].rows), cases[k].name);
        buf_free(&text);
        frame_unref(half[0]);
        frame_unref(half[1]);
        frame_unref(f);
    }
}

static void binding_columns(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    static const char *const langs[] = {"c", "java"};
    static const char *const none[] = {NULL, NULL};
    char *one[] = {(char[]){"lang"}, (char[]){"k"}};
    Frame *f = people();
    Frame *g =
        frame_new(one, (Column *[]){strings(builder_new(COL_CODE), langs, 2), ints(2, 7)}, 2, 2);
    Frame *both = frame_bind(f, g, &err);
    assert_int_equal(both->ncols, 4);
    assert_string_equal(row_text(both, 0, &b), "30 java java -");
    assert_string_equal(row_text(both, 2, &b), "32 - - -");
    assert_string_equal(row_text(both, 3, &b), "- c - 7");
    assert_string_equal(row_text(both, 4, &b), "- java - 8");
    /* a column without values takes the type of its partner */
    char *age[] = {(char[]){"age"}};
    Frame *empty = frame_new(age, (Column *[]){strings(builder_new_strings(), none, 2)}, 1, 2);
    Frame *all = frame_bind_all((const Frame *const[]){empty, f, g}, 3, &err);
    assert_int_equal(all->cols[0]->type, COL_INT);
    assert_string_equal(row_text(all, 0, &b), "- - - -");
    assert_string_equal(row_text(all, 3, &b), "31 ruby ruby -");
    buf_free(&b);
    frame_unref(f);
    frame_unref(g);
    frame_unref(both);
    frame_unref(empty);
    frame_unref(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finding),       cmocka_unit_test(case_is_not_guessed),
        cmocka_unit_test(changing),      cmocka_unit_test(description),
        cmocka_unit_test(binding_types), cmocka_unit_test(binding_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
