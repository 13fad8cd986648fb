/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_csv.c - CSV in: types over whole columns, quotes, bad rows, encodings, and what is told
 * about them. */
#include "unit/check.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/json.h"
#include "base/par.h"
#include "base/rng.h"
#include "data/reader.h"

static ReadReport report;

static Frame *read_with(const char *text, ReadOptions opt, Error *err)
{
    report = (ReadReport){0};
    return csv_read_text(str_of(text), &opt, &report, err);
}

static Frame *read_text(const char *text)
{
    Error err = ERROR_INIT;
    Frame *f = read_with(text, (ReadOptions){0}, &err);
    if (!f)
        print_error("%s\n", err.msg);
    return f;
}

/* Types then rows: "int code|31 f|· m"; names are left out. */
static char *shown(const Frame *f)
{
    static Buf b;
    buf_clear(&b);
    for (size_t j = 0; j < f->ncols; j++)
        buf_printf(&b, "%s%s", j ? " " : "", coltype_name(f->cols[j]->type));
    for (size_t r = 0; r < f->rows; r++) {
        for (size_t j = 0; j < f->ncols; j++) {
            buf_puts(&b, j ? " " : "|");
            if (column_is_null(f->cols[j], r))
                buf_puts(&b, ".");
            else
                column_print(f->cols[j], r, &b);
        }
    }
    return b.p;
}

static void check_text(const char *text, const char *want)
{
    Frame *f = read_text(text);
    assert_non_null(f);
    if (strcmp(shown(f), want) != 0)
        fail_msg("%s\n  gives %s\n  not   %s\n", text, shown(f), want);
    frame_unref(f);
}

static bool has_note(const char *part)
{
    for (size_t i = 0; i < report.nnotes; i++)
        if (strstr(report.notes[i], part))
            return true;
    return false;
}

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
         "column 'when' is code, not time: 1 of 4 values do not fit, first '2023-02-30' in row 4"},
        {"n\n1\n2\n3\n?\n",
         "column 'n' is code, not a number: 1 of 4 values do not fit, first '?' in row 4"},
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

/* The type of a column is decided by its last row as much as by its first. */
static void far_away(void **state)
{
    (void)state;
    static const struct {
        const char *most, *last;
        const char *type;
    } rows[] = {
        {"7", "0.5", "real"},  {"7", "x", "code"},
        {"", "7", "int"},      {"", "x", "code"},
        {"1.5", "x", "code"},  {"7", "007", "code"},
        {"7", "", "int"},      {"3/4/2023", "13/4/2023", "time"},
        {"T", "F", "bool"},    {"3/4/2023", "4/13/2023", "time"},
        {"F", "M", "code"},    {"2023-01-02", "x", "code"},
        {"\"7\"", "8", "int"}, {"\"7\"", "\"8\"", "code"},
    };
    enum { N = 20000 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        buf_puts(&b, "k,v\n");
        for (int r = 0; r < N; r++)
            buf_printf(&b, "%d,%s\n", r,
                       r < N - 1 - N / 4 || r > N - N / 4 ? rows[i].most : rows[i].last);
        Frame *f = read_text(b.p);
        check_row(f && f->rows == N, rows[i].last);
        const Column *v = f->cols[1];
        check_row(strcmp(coltype_name(v->type), rows[i].type) == 0, rows[i].last);
        buf_clear(&b);
        column_print(v, N - 1 - N / 4, &b);
        Buf first = BUF_INIT;
        column_print(v, 0, &first);
        if (v->type == COL_CODE)
            check_row(str_eqz(str_trim(buf_slice(&b)), rows[i].last[0] == '"' ? "8" : rows[i].last),
                      rows[i].last);
        frame_unref(f);
        buf_free(&b);
        buf_free(&first);
    }
}

/* A text with everything in it: the same frame with one thread and with three. */
static void many_rows(void **state)
{
    (void)state;
    enum { N = 30000 };
    Rng rng = rng_stream(7, "csv test");
    Buf text = BUF_INIT;
    buf_puts(&text, "i,x,name,prose,when,flag\n");
    for (int r = 0; r < N; r++) {
        uint64_t k = rng_below(&rng, 1000);
        buf_printf(&text, "%d,%.17g,name%d,\"text %d, \"\"q\"\"\n%d\",2023-01-%02d 10:%02d:00,%s\n",
                   r, rng_normal(&rng) * exp(10 * rng_normal(&rng)), (int)k, r, (int)k, 1 + r % 28,
                   (int)(k % 60), k % 2 ? "true" : "false");
        if (k == 0)
            buf_puts(&text, "short\n");
        if (k == 1)
            buf_puts(&text, "\n");
        if (k == 2)
            buf_puts(&text, ",,,,,\n");
    }
    Frame *f[2];
    for (int t = 0; t < 2; t++) {
        par_set_threads(t ? 3 : 1);
        f[t] = read_text(text.p);
        assert_non_null(f[t]);
    }
    par_set_threads(0);
    assert_int_equal(f[0]->rows, f[1]->rows);
    assert_true(f[0]->rows > N && report.bad > 0);
    Buf a = BUF_INIT, b = BUF_INIT;
    for (size_t j = 0; j < f[0]->ncols; j++) {
        assert_int_equal(f[0]->cols[j]->type, f[1]->cols[j]->type);
        assert_int_equal(f[0]->cols[j]->nulls, f[1]->cols[j]->nulls);
        assert_true(f[0]->cols[j]->nulls > 0);
        for (size_t r = 0; r < f[0]->rows; r++) {
            buf_clear(&a);
            buf_clear(&b);
            column_print(f[0]->cols[j], r, &a);
            column_print(f[1]->cols[j], r, &b);
            assert_true(str_eq(buf_slice(&a), buf_slice(&b)));
        }
    }
    assert_int_equal(f[0]->cols[3]->type, COL_TEXT);
    buf_free(&a);
    buf_free(&b);
    frame_unref(f[0]);
    frame_unref(f[1]);
    buf_free(&text);
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

static void wide_and_long(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    enum { COLS = 3000 };
    for (int r = 0; r < 4; r++)
        for (int j = 0; j < COLS; j++)
            buf_printf(&b, "%s%d%s", r ? "" : "c", j + r, j + 1 < COLS ? "," : "\n");
    Frame *f = read_text(b.p);
    assert_non_null(f);
    assert_int_equal(f->ncols, COLS);
    assert_int_equal(f->rows, 3);
    assert_int_equal(f->cols[COLS - 1]->v.i[2], COLS - 1 + 3);
    frame_unref(f);
    buf_clear(&b);
    buf_puts(&b, "a,b\n1,x\n2,"); /* a field of 20 MB, beyond the packed length */
    for (int i = 0; i < 2000000; i++)
        buf_puts(&b, "0123456789");
    buf_puts(&b, "\r\n3,y\r\n");
    Error err = ERROR_INIT;
    f = read_with(b.p, (ReadOptions){.types = "b=text"}, &err);
    assert_non_null(f);
    assert_int_equal(column_text(f->cols[1], 1).n, 20000000);
    assert_true(str_eqz(column_text(f->cols[1], 2), "y"));
    frame_unref(f);
    buf_free(&b);
}

static char *write_file(const char *text)
{
    char *path = xstrdup("/tmp/glint_csv_XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
    return path;
}

/* Quotes and marks only in that part of a row that lies in the next block of 256 KiB. */
static void across_blocks(void **state)
{
    (void)state;
    enum { BLOCK_BYTES = 256 << 10 };
    for (int back = 1; back < 40; back += 3) { /* so many bytes of the row lie before the end */
        Buf b = BUF_INIT;
        Error err = ERROR_INIT;
        buf_puts(&b, "a,b\n");
        size_t rows = 0;
        while (b.n + 12 <= (size_t)BLOCK_BYTES + 4 - (size_t)back) {
            buf_puts(&b, "plain,text\n");
            rows++;
        }
        while (b.n < (size_t)BLOCK_BYTES + 4 - (size_t)back)
            buf_puts(&b, "\n"); /* blank lines are no rows */
        for (int i = 0; i < back; i++)
            buf_putc(&b, 'x');
        buf_puts(&b, ",\"say \"\"hi\"\", \xe9\"\nplain,text\n");
        Frame *f = csv_read_text(buf_slice(&b), &(ReadOptions){0}, &report, &err);
        assert_non_null(f);
        assert_int_equal(f->rows, rows + 2);
        Buf cell = BUF_INIT;
        column_print(f->cols[1], rows, &cell);
        if (!str_eqz(buf_slice(&cell), "say \"hi\", \xef\xbf\xbd"))
            fail_msg("%d bytes before the block's end: %.*s\n", back, STR_ARG(buf_slice(&cell)));
        buf_free(&cell);
        buf_free(&b);
        frame_unref(f);
    }
}

static void batches(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    buf_puts(&b, "a,b\n");
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "%d%s,%s\n%s", i, i == 4990 ? ".5" : "", i % 3 ? "x" : "y",
                   i % 100 ? "" : "bad\n");
    char *path = write_file(b.p);
    report = (ReadReport){0};
    Reader *r = csv_reader_open(path, NULL, 700, &report, &err);
    assert_non_null(r);
    Frame *batch;
    size_t rows = 0, n = 0;
    while (reader_next(r, &batch, &err)) {
        assert_true(batch->rows <= 700);
        assert_int_equal(batch->cols[0]->type, COL_REAL);
        assert_int_equal(batch->cols[1]->type, COL_CODE);
        assert_true(batch->cols[0]->v.d[0] >= (double)rows);
        rows += batch->rows;
        n++;
        frame_unref(batch);
    }
    assert_false(error_is_set(&err));
    assert_int_equal(rows, 5000);
    assert_true(n >= 8);
    assert_int_equal(report.bad, 50);
    assert_int_equal(report.rows, 5000);
    reader_close(r);
    report = (ReadReport){0};
    r = csv_reader_open(path, &(ReadOptions){.limit = 1000}, 300, &report, &err);
    Frame *all = frame_read(r, &err);
    assert_int_equal(all->rows, 1000);
    frame_unref(all);
    reader_close(r);
    unlink(path);
    free(path);
    path = write_file("a,b\n");
    r = csv_reader_open(path, NULL, 10, &report, &err);
    all = frame_read(r, &err);
    assert_non_null(all);
    assert_int_equal(all->rows, 0);
    frame_unref(all);
    reader_close(r);
    unlink(path);
    free(path);
    buf_free(&b);
}

/* Every file of the collection says the same as the JSON beside it. */
static void check_torture(const char *folder, const char *base)
{
    Error err = ERROR_INIT;
    Buf path = BUF_INIT;
    buf_printf(&path, "%s/%s.csv", folder, base);
    report = (ReadReport){0};
    Frame *f = csv_read_file(path.p, NULL, &report, &err);
    check_row(f != NULL, base);
    buf_clear(&path);
    buf_printf(&path, "%s/%s.json", folder, base);
    FileText t;
    assert_true(file_read(path.p, &t, &err));
    cJSON *json = json_parse((Str){t.p, t.n}, &err);
    bool single = cJSON_IsObject(json);
    check_row(f->rows == (single ? 1 : (size_t)cJSON_GetArraySize(json)), base);
    Buf b = BUF_INIT;
    for (size_t r = 0; r < f->rows; r++) {
        const cJSON *row = single ? json : cJSON_GetArrayItem(json, (int)r);
        check_row(f->ncols == (size_t)cJSON_GetArraySize(row), base);
        for (size_t j = 0; j < f->ncols; j++) {
            const char *want =
                cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, f->names[j]));
            buf_clear(&b);
            column_print(f->cols[j], r, &b);
            check_row(want != NULL, f->names[j]);
            if (single && j == 0)
                want = "2095257564"; /* the JSON's own slip: see the collection's README */
            if (f->cols[j]->type == COL_CODE || f->cols[j]->type == COL_TEXT)
                check_row(str_eqz(column_text(f->cols[j], r), want), want);
            else
                check_row(str_eqz(buf_slice(&b), want), want);
        }
    }
    buf_free(&b);
    buf_free(&path);
    cJSON_Delete(json);
    file_text_free(&t);
    frame_unref(f);
}

static void torture(void **state)
{
    (void)state;
    const char *folder = "../shared/data/csv-torture/spectrum";
    DIR *dir = opendir(folder);
    if (!dir)
        skip();
    struct dirent *e;
    size_t n = 0;
    while ((e = readdir(dir))) {
        char *dot = strstr(e->d_name, ".csv");
        if (!dot)
            continue;
        *dot = '\0';
        check_torture(folder, e->d_name);
        n++;
    }
    closedir(dir);
    assert_int_equal(n, 12);
}

/* Whichever allocation fails, the reader says so and leaves nothing behind. */
static void memory_runs_out(void **state)
{
    (void)state;
#ifdef GLINT_DEBUG
    Buf b = BUF_INIT;
    buf_puts(&b, "i,x,name,prose,when\n");
    for (int r = 0; r < 60; r++)
        buf_printf(&b, "%d,%s,n%d,\"p, %d\",2023-01-%02d\n%s", r, r == 50 ? "0.5" : "1", r % 3, r,
                   1 + r % 28, r % 20 ? "" : "bad\n");
    ReadOptions opt = {.types = "prose=text"};
    long n = 0;
    for (bool done = false; !done;) {
        Error err = ERROR_INIT;
        report = (ReadReport){0};
        fault_set(FAULT_ALLOC, ++n);
        Frame *f = csv_read_text(buf_slice(&b), &opt, &report, &err);
        fault_set(FAULT_ALLOC, 0);
        assert_true(f ? !error_is_set(&err) : err.code == ERR_NOMEM);
        done = f != NULL;
        frame_unref(f);
    }
    assert_true(n > 10);
    buf_free(&b);
#else
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types),    cmocka_unit_test(structure),       cmocka_unit_test(bad_rows),
        cmocka_unit_test(refusals), cmocka_unit_test(declared),        cmocka_unit_test(options),
        cmocka_unit_test(told),     cmocka_unit_test(far_away),        cmocka_unit_test(many_rows),
        cmocka_unit_test(numbers),  cmocka_unit_test(wide_and_long),   cmocka_unit_test(across_blocks),
        cmocka_unit_test(batches),
        cmocka_unit_test(torture),  cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
