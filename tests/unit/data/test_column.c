/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_column.c - columns, dictionaries and builders. */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>

#include "data/column.h"

/* Builds a column from printed values; NULL is null. */
static Column *build(ColumnBuilder *b, const char *const *values, size_t n)
{
    Error err = ERROR_INIT;
    for (size_t i = 0; i < n; i++)
        assert_true(values[i] ? builder_text(b, str_of(values[i]), &err) : builder_null(b, &err));
    assert_int_equal(builder_count(b), n);
    Column *c = builder_finish(b, &err);
    assert_non_null(c);
    return c;
}

static void assert_prints(const Column *c, size_t row, const char *want)
{
    Buf b = BUF_INIT;
    column_print(c, row, &b);
    buf_putc(&b, '\0');
    assert_string_equal(b.p, want);
    buf_free(&b);
}

static void type_names(void **state)
{
    (void)state;
    for (int t = COL_INT; t <= COL_TEXT; t++) {
        ColType back;
        assert_true(coltype_parse(str_of(coltype_name((ColType)t)), &back));
        assert_int_equal(back, t);
    }
    ColType none;
    assert_false(coltype_parse(STR("float"), &none));
    assert_false(coltype_parse(STR(""), &none));
}

static void dictionaries(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    const Str texts[] = {STR("ruby"),
                         STR("c"),
                         STR(""),
                         STR("c++"),
                         STR("\xc3\xa9t\xc3\xa9"),
                         STR("10"),
                         STR("9"),
                         STR("javascript1"),
                         STR("javascript0")};
    static const char *const sorted[] = {
        "", "10", "9", "c", "c++", "javascript0", "javascript1", "ruby", "\xc3\xa9t\xc3\xa9"};
    int32_t order[COUNT(texts)];
    Levels *l = levels_new(texts, COUNT(texts), order, &err);
    assert_non_null(l);
    for (size_t i = 0; i < l->n; i++) {
        check_row(str_eqz(levels_at(l, i), sorted[i]), sorted[i]);
        assert_int_equal(levels_find(l, str_of(sorted[i])), i);
        assert_true(str_eq(levels_at(l, (size_t)order[i]), texts[i]));
    }
    assert_int_equal(levels_find(l, STR("perl")), -1);
    levels_unref(l);

    const Str twice[] = {STR("a"), STR("b"), STR("a")};
    assert_null(levels_new(twice, 3, NULL, &err));
    assert_int_equal(err.code, ERR_DATA);
    assert_non_null(strstr(err.msg, "'a' is given twice"));
    levels_unref(NULL);
}

static void unions(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Levels *a = levels_new((const Str[]){STR("b"), STR("d")}, 2, NULL, &err);
    Levels *b = levels_new((const Str[]){STR("a"), STR("d"), STR("e")}, 3, NULL, &err);
    int32_t *map[2];
    Levels *u = levels_union((const Levels *const[]){a, b}, 2, map, &err);
    assert_int_equal(u->n, 4);
    assert_int_equal(map[0][0], 1);
    assert_int_equal(map[0][1], 2);
    assert_int_equal(map[1][0], 0);
    assert_int_equal(map[1][1], 2);
    assert_int_equal(map[1][2], 3);
    free(map[0]);
    free(map[1]);
    levels_unref(a);
    levels_unref(b);
    levels_unref(u);
}

static void nulls(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    for (int t = COL_INT; t <= COL_TEXT; t++) {
        if (t == COL_CODE)
            continue;
        Column *c = column_new((ColType)t, 130, &err);
        assert_false(column_is_null(c, 129));
        assert_true(column_set_null(c, 129, &err));
        assert_true(column_set_null(c, 129, &err));
        assert_int_equal(c->nulls, 1);
        assert_true(column_is_null(c, 129));
        assert_false(column_is_null(c, 128));
        assert_prints(c, 129, "");
        column_seal_nulls(c);
        assert_int_equal(c->nulls, 1);
        assert_true(column_bytes(c) > 130);
        column_unref(c);
    }
    Column *c = column_new(COL_REAL, 0, &err);
    assert_true(column_make_null_bits(c, &err));
    column_seal_nulls(c);
    assert_null(c->null_bits);
    column_unref(c);
    column_unref(NULL);
}

static void builders(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    ColumnBuilder *b = builder_new(COL_INT);
    for (int64_t i = 0; i < 1000; i++)
        assert_true(i % 10 ? builder_int(b, i, &err) : builder_null(b, &err));
    Column *c = builder_finish(b, &err);
    assert_int_equal(c->n, 1000);
    assert_int_equal(c->nulls, 100);
    assert_true(column_real(c, 999) == 999);
    assert_true(isnan(column_real(c, 990)));
    column_unref(c);

    b = builder_new(COL_REAL);
    assert_true(builder_real(b, 0.1, &err) && builder_real(b, NAN, &err) &&
                builder_real(b, INFINITY, &err));
    c = builder_finish(b, &err);
    assert_int_equal(c->nulls, 1); /* the NaN */
    assert_prints(c, 0, "0.1");
    assert_prints(c, 2, "inf");
    column_unref(c);

    b = builder_new(COL_TIME);
    builder_time_unit(b, TIME_SECOND);
    builder_time_unit(b, TIME_MINUTE); /* the finest stays */
    assert_true(builder_int(b, US_PER_DAY + US_PER_HOUR, &err));
    c = builder_finish(b, &err);
    assert_prints(c, 0, "1970-01-02 01:00:00");
    column_unref(c);

    b = builder_new(COL_BOOL);
    assert_true(builder_int(b, 7, &err) && builder_null(b, &err) && builder_int(b, 0, &err));
    c = builder_finish(b, &err);
    assert_prints(c, 0, "true");
    assert_prints(c, 2, "false");
    assert_true(column_real(c, 0) == 1);
    column_unref(c);

    c = builder_finish(builder_new(COL_TEXT), &err); /* no rows at all */
    assert_int_equal(c->n, 0);
    column_unref(c);
    c = builder_finish(builder_new_strings(), &err);
    assert_int_equal(c->type, COL_CODE);
    assert_int_equal(c->levels->n, 0);
    column_unref(c);
    builder_free(builder_new(COL_CODE));
    builder_free(NULL);
}

static void code_columns(void **state)
{
    (void)state;
    static const char *const values[] = {"ruby", NULL, "c", "ruby", "", "java"};
    Column *c = build(builder_new(COL_CODE), values, COUNT(values));
    static const char *const sorted[] = {"", "c", "java", "ruby"};
    assert_int_equal(c->levels->n, COUNT(sorted));
    for (size_t i = 0; i < COUNT(sorted); i++)
        assert_true(str_eqz(levels_at(c->levels, i), sorted[i]));
    for (size_t i = 0; i < COUNT(values); i++) {
        assert_int_equal(column_is_null(c, i), values[i] == NULL);
        assert_true(str_eqz(column_text(c, i), values[i] ? values[i] : ""));
    }
    assert_null(column_text(c, 1).p);
    column_unref(c);
}

/* Distinct values of the given length, each so many times; what type comes out? */
static void names_or_prose(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t distinct, times, bytes;
        ColType want;
    } cases[] = {
        {"a few names", 5, 3, 4, COL_CODE},
        {"1000 distinct are always few", 1000, 1, 8, COL_CODE},
        {"1001 distinct of 1001", 1001, 1, 8, COL_TEXT},
        {"1001 distinct, each twice", 1001, 2, 8, COL_CODE},
        {"long prose, each twice", 10, 2, 201, COL_TEXT},
        {"200 bytes are still a level", 10, 2, 200, COL_CODE},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        ColumnBuilder *b = builder_new_strings();
        char text[256];
        size_t n = cases[k].distinct * cases[k].times;
        assert_true(builder_null(b, &err));
        for (size_t i = 0; i < n; i++) {
            snprintf(text, sizeof text, "%0*zu", (int)cases[k].bytes, i % cases[k].distinct);
            assert_true(builder_text(b, str_of(text), &err));
        }
        Column *c = builder_finish(b, &err);
        check_row(c && c->type == cases[k].want, cases[k].name);
        check_row(c->n == n + 1 && c->nulls == 1, cases[k].name);
        for (size_t i = 0; i < n; i++) {
            snprintf(text, sizeof text, "%0*zu", (int)cases[k].bytes, i % cases[k].distinct);
            check_row(str_eqz(column_text(c, i + 1), text), cases[k].name);
        }
        column_unref(c);
    }
}

static void rows_picked(void **state)
{
    (void)state;
    static const char *const values[] = {"x", NULL, "yy", "zzz"};
    static const uint32_t rows[] = {3, 1, 0, ROW_NONE, 3};
    static const char *const want[] = {"zzz", "", "x", "", "zzz"};
    for (int k = 0; k < 2; k++) {
        Error err = ERROR_INIT;
        Column *c = build(builder_new(k ? COL_CODE : COL_TEXT), values, COUNT(values));
        Column *t = column_take(c, rows, COUNT(rows), &err);
        assert_int_equal(t->nulls, 2);
        for (size_t i = 0; i < COUNT(rows); i++)
            assert_prints(t, i, want[i]);
        column_unref(c);
        column_unref(t);
    }
    Error err = ERROR_INIT;
    Column *c = column_new(COL_BOOL, 3, &err);
    c->v.b[2] = 1;
    Column *t = column_take(c, (const uint32_t[]){2, 0}, 2, &err);
    assert_null(t->null_bits);
    assert_int_equal(t->v.b[0], 1);
    assert_int_equal(t->v.b[1], 0);
    column_unref(c);
    column_unref(t);
}

static void many_rows_picked(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    enum { N = 100000 };
    Column *c = column_new(COL_INT, N, &err);
    uint32_t *rows = big_alloc(N, sizeof *rows, false, "rows", &err);
    for (uint32_t i = 0; i < N; i++) {
        c->v.i[i] = i;
        rows[i] = i % 3 ? N - 1 - i : ROW_NONE;
    }
    assert_true(column_set_null(c, 7, &err));
    Column *t = column_take(c, rows, N, &err);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(column_is_null(t, i), i % 3 == 0 || rows[i] == 7);
        assert_int_equal(t->v.i[i], column_is_null(t, i) ? 0 : N - 1 - i);
    }
    free(rows);
    column_unref(c);
    column_unref(t);
}

static void conversions(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    static const char *const values[] = {"10", NULL, "2.5", "10", "nan"};
    for (int k = 0; k < 2; k++) {
        Column *c = build(builder_new(k ? COL_CODE : COL_TEXT), values, COUNT(values));
        Column *r = column_as_real(c, &err);
        assert_int_equal(r->type, COL_REAL);
        assert_int_equal(r->nulls, 2);
        assert_true(r->v.d[2] == 2.5 && r->v.d[3] == 10);
        Column *code = column_as_code(r, &err);
        assert_int_equal(code->levels->n, 2);
        assert_prints(code, 2, "2.5");
        assert_prints(code, 1, "");
        Column *text = column_as_text(code, &err);
        assert_int_equal(text->type, COL_TEXT);
        assert_prints(text, 3, "10");
        Column *same = column_as_text(text, &err);
        assert_ptr_equal(same, text);
        column_unref(c);
        column_unref(r);
        column_unref(code);
        column_unref(text);
        column_unref(same);
    }
    static const char *const bad[] = {"1", "old"};
    Column *c = build(builder_new(COL_CODE), bad, 2);
    assert_null(column_as_real(c, &err));
    assert_int_equal(err.code, ERR_TYPE);
    assert_int_equal(err.row, 2);
    assert_string_equal(err.msg, "row 2: 'old' is not a number");
    column_unref(c);
}

static void integers_as_code(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Column *c = column_new(COL_INT, 200, &err);
    for (size_t i = 0; i < 200; i++)
        c->v.i[i] = (int64_t)(i % 150) - 75;
    Column *code = column_as_code(c, &err);
    assert_int_equal(code->levels->n, 150);
    for (size_t i = 0; i < 200; i++) {
        char want[16];
        snprintf(want, sizeof want, "%d", (int)(i % 150) - 75);
        assert_prints(code, i, want);
    }
    Column *r = column_as_real(c, &err);
    assert_true(r->v.d[0] == -75);
    column_unref(r);
    column_unref(code);
    column_unref(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(type_names),       cmocka_unit_test(dictionaries),
        cmocka_unit_test(unions),           cmocka_unit_test(nulls),
        cmocka_unit_test(builders),         cmocka_unit_test(code_columns),
        cmocka_unit_test(names_or_prose),   cmocka_unit_test(rows_picked),
        cmocka_unit_test(many_rows_picked), cmocka_unit_test(conversions),
        cmocka_unit_test(integers_as_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
