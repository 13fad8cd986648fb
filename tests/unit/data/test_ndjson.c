/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_ndjson.c - lines of JSON to columns: types, nesting, arrays, refusals. */
#include "unit/check.h"

#include "data/reader.h"
#include "unit/data/rows_text.h"

static ReadReport report;

static Frame *read_with(const char *text, ReadOptions opt, Error *err)
{
    report = (ReadReport){0};
    return ndjson_read_text(str_of(text), &opt, &report, err);
}

/* "a int, b code|1 x|. y" */
static char *shown(const Frame *f)
{
    static Buf b;
    buf_clear(&b);
    for (size_t j = 0; j < f->ncols; j++)
        buf_printf(&b, "%s%s %s", j ? ", " : "", f->names[j], coltype_name(f->cols[j]->type));
    put_rows(&b, f);
    return b.p;
}

static void lines(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"{\"a\":1}\n{\"a\":2}", "a int|1|2"},
        {"{\"a\":1}\r\n\n{\"b\":\"x\"}\n", "a int, b code|1 .|. x"},
        {"{\"a\":9223372036854775807}\n{\"a\":-9007199254740993}",
         "a int|9223372036854775807|-9007199254740993"},
        {"{\"a\":1}\n{\"a\":2.5}", "a real|1|2.5"},
        {"{\"a\":1}\n{\"a\":\"x\"}", "a code|1|x"},
        {"{\"a\":\"1\"}\n{\"a\":\"2\"}", "a code|1|2"},
        {"{\"a\":true}\n{\"a\":null}\n{\"a\":false}", "a bool|true|.|false"},
        {"{\"a\":\"2023-10-15T09:00:00Z\"}", "a time|2023-10-15 09:00:00"},
        {"{\"u\":{\"age\":31,\"home\":{\"city\":\"Bonn\"}},\"z\":1}",
         "u.age int, u.home.city code, z int|31 Bonn 1"},
        {"{\"t\":[\"a\",\"b\"],\"e\":[]}\n{\"t\":[\"c\"]}", "t code, e code|a|b |c ."},
        {"{\"t\":[1,2]}", "t code|1|2"},
        {"{\"l\":[{\"n\":\"x\",\"k\":1},{\"n\":\"y\",\"k\":2}]}", "l.n code, l.k code|x|y 1|2"},
        {"{\"a\":1,\"a\":2}", "a int|2"},
        {"\xef\xbb\xbf{\"a\":1}", "a int|1"},
        {"{\"\":1}", "_ int|1"},
        {"{\"a\":\"\"}\n{\"a\":\"\\u00e9\"}", "a code||\xc3\xa9"},
        {"{\"a\":12345678901234567890}", "a code|12345678901234567890"},
        {"{\"a\":null}", "a code|."},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Frame *f = read_with(rows[i].text, (ReadOptions){0}, &err);
        if (!f)
            fail_msg("row '%s': %s\n", rows[i].text, err.msg);
        if (strcmp(shown(f), rows[i].want) != 0)
            fail_msg("row '%s': %s\n", rows[i].text, shown(f));
        frame_unref(f);
    }
}

static void bad_lines(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    const char *text = "{\"a\":1,\"b\":2}\n{\"a\":7,\n[1]\n3\n{\"a\":{\"c\":4}} x\n{\"a\":5}\n";
    Frame *f = read_with(text, (ReadOptions){0}, &err);
    assert_non_null(f);
    assert_int_equal(f->rows, 2);
    assert_int_equal(f->cols[0]->v.i[1], 5);
    assert_int_equal(report.bad, 4);
    assert_int_equal(report.kept[0].line, 2);
    assert_non_null(strstr(report.kept[0].reason, "no JSON"));
    assert_string_equal(report.kept[1].reason, "a line must be one object");
    assert_string_equal(report.kept[2].reason, "a line must be one object");
    frame_unref(f);
    assert_null(read_with(text, (ReadOptions){.strict = true}, &err));
    err = (Error)ERROR_INIT;
    assert_null(read_with(text, (ReadOptions){.max_bad = 3}, &err));
    err = (Error)ERROR_INIT;
    assert_null(read_with("[{\"a\":1}]", (ReadOptions){0}, &err));
    assert_non_null(strstr(err.msg, "JSON array"));
    err = (Error)ERROR_INIT;
    assert_null(read_with("", (ReadOptions){0}, &err));
    assert_non_null(strstr(err.msg, "empty"));
    err = (Error)ERROR_INIT;
    assert_null(read_with("x\n", (ReadOptions){0}, &err));
    assert_non_null(strstr(err.msg, "no row of JSON; line 1"));
    err = (Error)ERROR_INIT;
    assert_null(ndjson_read_file("/no/such.ndjson", NULL, &report, &err));
}

static void options(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = read_with("{\"a\":1,\"b\":\"2\"}\n{\"a\":2,\"b\":\"x\"}\n{\"a\":3}",
                         (ReadOptions){.limit = 2, .types = "a=code,b=int"}, &err);
    assert_non_null(f);
    assert_string_equal(shown(f), "a code, b int|1 2|2 .");
    assert_int_equal(report.bad_values, 1);
    assert_string_equal(report.kept[0].reason, "'x' in 'b' is not an int");
    frame_unref(f);
    assert_null(read_with("{\"a\":1}", (ReadOptions){.types = "b=int"}, &err));
    assert_int_equal(err.code, ERR_NAME);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines),
        cmocka_unit_test(bad_lines),
        cmocka_unit_test(options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
