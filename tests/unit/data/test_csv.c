/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_csv.c - CSV in: types over whole columns, quotes, bad rows, encodings, and what is told
 * about them. */
#include "csv_texts.h"

#include <math.h>
#include <stdlib.h>

#include "base/rng.h"

static void types(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a\n1\n2\n", "int|1|2"},
        {"a\n1\n2", "int|1|2"},
        {"a\n1\n2.5\n", "real|1|2.5"},
        {"a\n1\nx\n", "code|1|x"},
        {"a\n2.5\n1\n", "real|2.5|1"},
        {"a\n-1\n+7\n", "int|-1|7"},
        {"a\n9223372036854775807\n-9223372036854775808\n",
         "int|9223372036854775807|-9223372036854775808"},
        {"a\n9223372036854775808\n1\n", "code|9223372036854775808|1"},
        {"a\n9223372036854775808\n1.5\n", "real|9.223372036854776e+18|1.5"},
        {"a\n00123\n99999\n", "code|00123|99999"},
        {"a\n99999\n00123\n", "code|99999|00123"},
        {"a\n0\n1\n", "int|0|1"},
        {"a\n007\n1.5\n", "real|7|1.5"},
        {"a\n1.5\n007\n", "real|1.5|7"},
        {"a\n-0\n1\n", "real|-0|1"},
        {"a\n1e3\n.5\n5.\n", "real|1000|0.5|5"},
        {"a\n1\nnan\n", "real|1|."},
        {"a\n1\ninf\n", "real|1|inf"},
        {"a\ntrue\nFalse\nTRUE\n", "bool|true|false|true"},
        {"a\nT\nF\n", "bool|true|false"},
        {"a\nF\nF\n", "code|F|F"},
        {"a\nyes\nno\n", "code|yes|no"},
        {"a\ntrue\n1\n", "code|true|1"},
        {"a\n2023-10-15\n2024-02-29\n", "time|2023-10-15|2024-02-29"},
        {"a\n2023-10-15 09:00\n2023-10-15T10:00:30Z\n",
         "time|2023-10-15 09:00:00|2023-10-15 10:00:30"},
        {"a\n31/12/2023\n01/02/2023\n", "time|2023-12-31|2023-02-01"},
        {"a\n01/02/2023\n12/31/2023\n", "time|2023-01-02|2023-12-31"},
        {"a\n31/12/2023\n12/31/2023\n", "code|31/12/2023|12/31/2023"},
        {"a\n31.12.2023\n01.02.2023\n", "time|2023-12-31|2023-02-01"},
        {"a\nMar 12 2023\n13 Mar 2023\n", "time|2023-03-12|2023-03-13"},
        {"a\n2023-02-28\n2023-02-30\n", "code|2023-02-28|2023-02-30"},
        {"a\n2023-10-15\n5\n", "code|2023-10-15|5"},
        {"a,b\n,1\nNA,2\n", "code int|. 1|. 2"},
        {"a,b\nx,\n,NA\nNA,3\n", "code int|x .|. .|. 3"},
        {"a,b\n1,x\n 2 , y \n", "int code|1 x|2  y "},
        {"a,b\n\"1\",\"x\"\n\"2\",\"y\"\n", "int code|1 x|2 y"},
        {"a,b\n\"1\",5\n\"2\",6\n", "code int|1 5|2 6"},
        {"a,b\n\"\",\"\"\nx,1\n", "code int| .|x 1"},
        {"a,b\n\"NA\",\"NA\"\nx,1\n", "code int|NA .|x 1"},
        {"a,b\nNA,NA\nx,1\n", "code int|. .|x 1"},
        {"x,y\n", "code code"},
        {"x,y", "code code"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_text(rows[i].text, rows[i].want);
}

static void structure(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a,b\r\n1,x\r\n2,y\r\n", "int code|1 x|2 y"},
        {"a,b\r\n1,\"x\"\r\n2,\"y\"\r\n", "int code|1 x|2 y"},
        {"a,b\r1,x\r2,y\r", "int code|1 x|2 y"},
        {"\xef\xbb\xbf"
         "a,b\n1,x\n",
         "int code|1 x"},
        {"\n\na,b\n\n1,x\n\n2,y\n\n", "int code|1 x|2 y"},
        {"a\tb\n1\tx,y\n", "int code|1 x,y"},
        {"a;b\n1;x,y\n2;z,w\n", "int code|1 x,y|2 z,w"},
        {"a|b\n1|x\n", "int code|1 x"},
        {"a,b\n\"x,1\",\"say \"\"hi\"\"\"\n", "code code|x,1 say \"hi\""},
        {"a,b\n\"x\n1\",2\n", "code int|x\n1 2"},
        {"a,b\n5\" pipe,2\n6\" pipe,\"3\"\n", "code int|5\" pipe 2|6\" pipe 3"},
        {"a,b\nsay \"a\nb\",\"3,4\"\n", "code code|b\" 3,4"}, /* the first row has one field */
        {"a,b\n\"x\"y,2\n", "code int|xy 2"},
        {"a,b\n\"\"\"\",2\n", "code int|\" 2"},
        {"a\n\"1\"\n\n\"\"\n", "int|1|."},
        {"name\nx\n", "code|x"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        check_text(rows[i].text, rows[i].want);
}

static void bad_rows(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    const char *text = "age,sex\n31,f\n28\n\n40,m,x\n50,m\n";
    Frame *f = read_text(text);
    assert_string_equal(shown(f), "int code|31 f|50 m");
    assert_int_equal(report.bad, 2);
    assert_int_equal(report.rows, 2);
    assert_int_equal(report.kept[0].line, 3);
    assert_int_equal(report.kept[0].row, 2);
    assert_string_equal(report.kept[0].reason, "1 field, the header has 2");
    assert_string_equal(report.kept[0].text, "28");
    assert_int_equal(report.kept[1].line, 5);
    assert_int_equal(report.kept[1].row, 3);
    assert_string_equal(report.kept[1].reason, "3 fields, the header has 2");
    frame_unref(f);
    assert_null(read_with(text, (ReadOptions){.strict = true}, &err));
    assert_string_equal(err.msg, "'text' line 3, row 2: 1 field, the header has 2");
    err = (Error)ERROR_INIT;
    assert_null(read_with(text, (ReadOptions){.max_bad = 1}, &err));
    assert_non_null(strstr(err.msg, "2 bad rows, 1 are allowed; the first in line 3"));
    err = (Error)ERROR_INIT;
    f = read_with(text, (ReadOptions){.max_bad = 2}, &err);
    assert_non_null(f);
    frame_unref(f);
    assert_null(read_with("age,sex\n31\n", (ReadOptions){0}, &err));
    assert_non_null(strstr(err.msg, "row 1: 1 field, the header has 2"));
}

static void refusals(void **state)
{
    (void)state;
    Buf line = BUF_INIT; /* 10,000 bytes without a delimiter */
    buf_pad(&line, 'x', 10000);
    static const struct {
        const char *name, *text;
        size_t n;
        ReadOptions opt;
        const char *msg;
    } rows[] = {
        {"empty", "", 0, {0}, "'text' is empty"},
        {"blank lines", "\n\r\n", 3, {0}, "'text' is empty"},
        {"NUL", "a,b\n1,2\n3,\0\n", 12, {0}, "'text' looks binary: NUL byte in line 3"},
        {"unclosed",
         "a,b\n1,2\n3,\"x\n4,5\n",
         16,
         {0},
         "the quote that opens in line 3 is never closed"},
        {"unclosed header",
         "a,\"b\n1,2\n",
         9,
         {0},
         "the quote that opens in line 1 is never closed"},
        {"no header", NULL, 0, {0}, "the name of column 1 would have 10000 bytes"},
        {"unknown column", "age,b\n1,2\n", 10, {.types = "agE=int"}, "no column 'agE'"},
        {"unknown type",
         "age,b\n1,2\n",
         10,
         {.types = "age=number"},
         "'number' is not a type for column 'age'"},
        {"unknown encoding", "age,b\n1,2\n", 10, {.encoding = "koi8"}, "'koi8' is not an encoding"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        report = (ReadReport){0};
        Str text = rows[i].text ? (Str){rows[i].text, rows[i].n} : buf_slice(&line);
        Frame *f = csv_read_text(text, &rows[i].opt, &report, &err);
        check_row(f == NULL, rows[i].name);
        if (!strstr(err.msg, rows[i].msg))
            fail_msg("row '%s': %s\n", rows[i].name, err.msg);
    }
    buf_free(&line);
    Error err = ERROR_INIT;
    assert_null(csv_read_file("/", NULL, &report, &err));
    assert_non_null(strstr(err.msg, "folder"));
    err = (Error)ERROR_INIT;
    assert_null(csv_read_file("/no/such.csv", NULL, &report, &err));
    assert_int_equal(err.code, ERR_IO);
}

static void declared(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = read_with("a,b,c,d,e\n1,2,3,x,007\n2,x,2.5,y,8\n3.0,4,,z,9\n",
                         (ReadOptions){.types = "a=int, b=int,c=code ,d=text,e=int"}, &err);
    assert_non_null(f);
    assert_string_equal(shown(f), "int int code text int|1 2 3 x 7|2 . 2.5 y 8|3 4 . z 9");
    assert_int_equal(report.bad, 0);
    assert_int_equal(report.bad_values, 1);
    assert_int_equal(report.kept[0].line, 3);
    assert_int_equal(report.kept[0].row, 2);
    assert_string_equal(report.kept[0].reason, "'x' in column 'b' is not an int");
    frame_unref(f);
    f = read_with("a,b,c\n3/4/2023,2023-02-30,yes\n5/6/2023,20230228,0\n",
                  (ReadOptions){.types = "a=mdy,b=time,c=bool"}, &err);
    assert_string_equal(shown(f), "time time bool|2023-03-04 . true|2023-05-06 2023-02-28 false");
    assert_string_equal(report.kept[0].reason, "'2023-02-30' in column 'b' is not a time");
    frame_unref(f);
    assert_null(read_with("a\nx\n1\n", (ReadOptions){.types = "a=real", .strict = true}, &err));
    assert_non_null(strstr(err.msg, "'x' in column 'a' is not a number"));
}

static void options(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = read_with("a,b\n1,?\n-999,x\n", (ReadOptions){.nulls = "?,-999"}, &err);
    assert_string_equal(shown(f), "int code|1 .|. x");
    frame_unref(f);
    f = read_with("a b\n1 2\n", (ReadOptions){.delim = ' '}, &err);
    assert_string_equal(shown(f), "int int|1 2");
    frame_unref(f);
    f = read_with("1,x\n2,y\n", (ReadOptions){.no_header = true}, &err);
    assert_string_equal(shown(f), "int code|1 x|2 y");
    assert_string_equal(f->names[1], "c2");
    frame_unref(f);
    f = read_with("a\n1\n2\n3\n", (ReadOptions){.limit = 2}, &err);
    assert_string_equal(shown(f), "int|1|2");
    frame_unref(f);
    f = read_with("a\n3/4/2023\n", (ReadOptions){.dates = DATE_MDY}, &err);
    assert_string_equal(shown(f), "time|2023-03-04");
    frame_unref(f);
    f = read_with("a\ncaf\xe9\n\x80\n", (ReadOptions){.encoding = "latin1"}, &err);
    assert_string_equal(shown(f), "code|caf\xc3\xa9|\xe2\x82\xac");
    frame_unref(f);
    report = (ReadReport){0};
    f = csv_read_text((Str){"\xff\xfe"
                            "a\0\n\0"
                            "\xe9\0\n\0"
                            "\x3d\xd8\x00\xde\n\0",
                            16},
                      NULL, &report, &err);
    assert_string_equal(shown(f), "code|\xc3\xa9|\xf0\x9f\x98\x80");
    assert_true(has_note("UTF-16"));
    frame_unref(f);
}

static void told(void **state)
{
    (void)state;
    static const struct {
        const char *text, *note;
    } rows[] = {
        {"age,b,age,age_2\n1,2,3,4\n",
         "columns 1 and 3 are both called 'age': the second is now 'age_3'"},
        {",b\n1,2\n", "column 1 has no name: it is now 'c1'"},
        {"zip\n00123\n", "column 'zip' has numbers with leading zeros"},
        {"id\n12345678901234567890\n",
         "column 'id' has whole numbers of more than 18 digits: kept as text"},
        {"x\n12345678901234567890\n1.5\n",
         "column 'x': whole numbers of more than 18 digits were rounded"},
        {"x\n1e999\ninf\n", "column 'x' has numbers beyond 1.8e308: read as inf"},
        {"d\n3/4/2023\n", "no row tells days from months"},
        {"d\n13/4/2023\n4/13/2023\n", "both orders of day and month"},
        {"a,b\n,1\n", "column 'a' has no value at all"},
        {"a,b\n\"1\",1\n", "column 'a' holds numbers in quotes"},
        {"a\ncaf\xe9\n", "1 value with bytes that are not UTF-8"},
        {"when\n2023-02-28\n2023-02-27\n2023-02-26\n2023-02-30\n",
         "column 'when' is code, not time: 1 of 4 values does not fit, first '2023-02-30' in "
         "row 4"},
        {"x;y\n1,5;1\n2;2\n-0,25;3\n", "column 'x' is code: its numbers have a decimal comma"},
        {"n\n1\n2\n3\n?\n",
         "column 'n' is code, not a number: 1 of 4 values does not fit, first '?' in row 4"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Frame *f = read_text(rows[i].text);
        assert_non_null(f);
        if (!has_note(rows[i].note))
            fail_msg("row '%s': got '%s'\n", rows[i].note,
                     report.nnotes ? report.notes[0] : "none");
        frame_unref(f);
    }
    Frame *f = read_text("name\ncaf\xe9\n");
    assert_string_equal(shown(f), "code|caf\xef\xbf\xbd");
    frame_unref(f);
}

static void numbers(void **state)
{
    (void)state;
    Rng rng = rng_stream(3, "csv numbers");
    Buf b = BUF_INIT;
    enum { N = 20000 };
    double *want = malloc(N * sizeof *want);
    buf_puts(&b, "x\n");
    for (int i = 0; i < N; i++) {
        char z[64];
        int digits = (int)rng_below(&rng, 12), scale = (int)rng_below(&rng, 15);
        snprintf(z, sizeof z, i % 3 ? "%.*f" : "%.*g", digits,
                 (rng_unit(&rng) - 0.5) * pow(10, scale));
        want[i] = strtod(z, NULL);
        buf_printf(&b, "%s\n", z);
    }
    buf_puts(&b, "0.5\n");
    Frame *f = read_text(b.p);
    assert_non_null(f);
    assert_int_equal(f->cols[0]->type, COL_REAL);
    for (int i = 0; i < N; i++)
        assert_memory_equal(&f->cols[0]->v.d[i], &want[i], sizeof *want);
    frame_unref(f);
    free(want);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types), cmocka_unit_test(structure), cmocka_unit_test(bad_rows),
        cmocka_unit_test(refusals), cmocka_unit_test(declared), cmocka_unit_test(options),
        cmocka_unit_test(told), cmocka_unit_test(numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
