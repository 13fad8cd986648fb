/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_csv_large.c - CSV in blocks and batches: types decided far away, rows over the edges of
 * blocks, wide and long rows, files of other hands, no memory. */
#include "csv_texts.h"

#include <dirent.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/json.h"
#include "base/par.h"
#include "base/rng.h"

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
        cmocka_unit_test(far_away), cmocka_unit_test(many_rows), cmocka_unit_test(wide_and_long),
        cmocka_unit_test(across_blocks), cmocka_unit_test(batches), cmocka_unit_test(torture),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
