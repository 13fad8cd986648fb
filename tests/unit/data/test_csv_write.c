/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_csv_write.c - what is written to CSV and NDJSON is read back as the same types and bits. */
#include "unit/check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/rng.h"
#include "data/reader.h"
#include "data/writer.h"

static char folder[] = "/tmp/glint_write_XXXXXX";

static char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : 1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

/* An int, real, bool, code, time and text column with values that are hard to keep, and nulls. */
static Frame *hard_frame(size_t n)
{
    static const double reals[] = {
        0.1, -0.0, 1, 1e300, 5e-324, DBL_MAX, 1.0 / 3, 123456789012345678.0, 1e15, -2.5, INFINITY};
    static const char *const texts[] = {
        "",          "NA",  "a,b",  "say \"hi\"", "two\nlines",        "cr\r",  " blank ", "007",
        "1",         "x;y", "true", "1e5",        "\xc3\xa9t\xc3\xa9", "tab\t", "-",       "\"",
        "2023-13-45"};
    Error err = ERROR_INIT;
    Rng rng = rng_stream(5, "write test");
    ColumnBuilder *b[6];
    static const ColType types[6] = {COL_INT, COL_REAL, COL_BOOL, COL_CODE, COL_TIME, COL_TEXT};
    for (size_t j = 0; j < 6; j++)
        b[j] = builder_new(types[j]);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < 6; j++) {
            if (rng_below(&rng, 10) == 0) {
                builder_null(b[j], &err);
                continue;
            }
            uint64_t k = rng_next(&rng);
            if (j == 0)
                builder_int(b[j], k % 3 ? (int64_t)k : (int64_t)(k % 100), &err);
            else if (j == 1)
                builder_real(b[j], k % 2 ? reals[k % COUNT(reals)] : rng_normal(&rng), &err);
            else if (j == 2)
                builder_int(b[j], k % 2 == 0, &err);
            else if (j == 4)
                builder_int(b[j], (int64_t)(k % 4000000000) * US_PER_SECOND, &err);
            else
                builder_text(b[j], str_of(texts[k % COUNT(texts)]), &err);
        }
    }
    builder_time_unit(b[4], TIME_SECOND);
    static char i_[] = "i", x_[] = "x,y", flag_[] = "flag", name_[] = "name", when_[] = "when",
                prose_[] = "prose";
    char *names[] = {i_, x_, flag_, name_, when_, prose_};
    Column *cols[6];
    for (size_t j = 0; j < 6; j++)
        cols[j] = builder_finish(b[j], &err);
    assert_false(error_is_set(&err));
    return frame_new(names, cols, 6, n);
}

static void check_same(const Frame *a, const Frame *b)
{
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->ncols, b->ncols);
    for (size_t j = 0; j < a->ncols; j++) {
        const Column *x = a->cols[j], *y = b->cols[j];
        assert_string_equal(a->names[j], b->names[j]);
        check_row(x->type == y->type, a->names[j]);
        check_row(x->nulls == y->nulls, a->names[j]);
        for (size_t r = 0; r < a->rows; r++) {
            check_row(column_is_null(x, r) == column_is_null(y, r), a->names[j]);
            if (x->type == COL_CODE || x->type == COL_TEXT)
                check_row(str_eq(column_text(x, r), column_text(y, r)), a->names[j]);
            else if (x->type == COL_BOOL)
                check_row(x->v.b[r] == y->v.b[r], a->names[j]);
            else
                check_row(memcmp(&x->v.i[r], &y->v.i[r], 8) == 0, a->names[j]);
        }
        check_row(x->type != COL_TIME || x->unit == y->unit, a->names[j]);
    }
}

static void csv_round_trip(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        char delim;
    } rows[] = {{"a.csv", ','},     {"a.tsv", '\t'},   {"a.csv.gz", ','},
                {"a.csv.zst", ','}, {"a.csv.xz", ','}, {"b.csv", ';'}};
    Frame *f = hard_frame(3000);
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Writer *w = csv_writer_open(path_of(rows[i].file), rows[i].delim, &err);
        check_row(w && writer_put_all(w, f, &err), rows[i].file);
        ReadReport report = {0};
        ReadOptions opt = {.types = "prose=text"};
        Frame *g = csv_read_file(path_of(rows[i].file), &opt, &report, &err);
        check_row(g != NULL, rows[i].file);
        assert_int_equal(report.bad + report.bad_values, 0);
        check_same(f, g);
        frame_unref(g);
        unlink(path_of(rows[i].file));
    }
    frame_unref(f);
}

static void batches_have_one_header(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    ReadReport report = {0};
    Frame *f = csv_read_text(STR("a,b\n1,x\n2,\"\"\n"), NULL, &report, &err);
    Writer *w = csv_writer_open(path_of("two.csv"), ',', &err);
    assert_true(w->put(w, f, &err) && w->put(w, f, &err) && w->commit(w, &err));
    FileText t;
    assert_true(file_read(path_of("two.csv"), &t, &err));
    assert_true(str_eqz((Str){t.p, t.n}, "a,b\n1,x\n2,\"\"\n1,x\n2,\"\"\n"));
    file_text_free(&t);
    unlink(path_of("two.csv"));
    frame_unref(f);
    f = csv_read_text(STR("a\n1\nNA\n"), NULL, &report, &err); /* an empty line would be skipped */
    w = csv_writer_open(path_of("one.csv"), ',', &err);
    assert_true(writer_put_all(w, f, &err));
    Frame *g = csv_read_file(path_of("one.csv"), NULL, &report, &err);
    check_same(f, g);
    frame_unref(f);
    frame_unref(g);
    unlink(path_of("one.csv"));
}

static void types_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text, *types;
    } rows[] = {
        {"a,b\n1,1\n2,2\n", "a=real"},
        {"a,b\n1,1\n2,2\n", "a=code"},
        {"a,b\n01,1\n2,2\n", "a=code"},
        {"a,b\ntrue,1\nF,2\n", "a=code"},
        {"a,b\nT,1\nT,2\n", "a=code"},
        {"a,b\n1,x\n2,y\n", "a=bool"},
        {"a,b\n2023-10-15 09:00,1\n2023-10-16,2\n", "a=time"},
        {"a,b\n1.5,1\n2,2\n", "a=code"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        ReadReport report = {0};
        ReadOptions opt = {.types = rows[i].types};
        Frame *f = csv_read_text(str_of(rows[i].text), &opt, &report, &err);
        check_row(f != NULL, rows[i].text);
        Writer *w = csv_writer_open(path_of("t.csv"), ',', &err);
        assert_true(writer_put_all(w, f, &err));
        Frame *g = csv_read_file(path_of("t.csv"), NULL, &report, &err);
        check_same(f, g);
        frame_unref(f);
        frame_unref(g);
    }
    unlink(path_of("t.csv"));
}

static void json_round_trip(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = hard_frame(500);
    for (size_t r = 0; r < f->rows; r++)
        if (isinf(f->cols[1]->v.d[r]))
            f->cols[1]->v.d[r] = 2; /* JSON has no infinity */
    Writer *w = ndjson_writer_open(path_of("a.ndjson"), &err);
    assert_true(writer_put_all(w, f, &err));
    ReadReport report = {0};
    ReadOptions opt = {.types = "prose=text"};
    Frame *g = ndjson_read_file(path_of("a.ndjson"), &opt, &report, &err);
    assert_non_null(g);
    check_same(f, g);
    frame_unref(f);
    frame_unref(g);
    unlink(path_of("a.ndjson"));
}

static void failures(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    assert_null(csv_writer_open("/no/such/folder/x.csv", ',', &err));
    assert_int_equal(err.code, ERR_IO);
    err = (Error)ERROR_INIT;
    assert_null(ndjson_writer_open("/no/such/folder/x.ndjson", &err));
    if (access("/dev/full", W_OK))
        return;
    Frame *f = hard_frame(20000);
    err = (Error)ERROR_INIT;
    Writer *w = csv_writer_open("/dev/full", ',', &err);
    assert_non_null(w);
    assert_false(writer_put_all(w, f, &err));
    assert_int_equal(err.code, ERR_IO);
    err = (Error)ERROR_INIT;
    w = ndjson_writer_open("/dev/full", &err);
    assert_false(writer_put_all(w, f, &err));
    err = (Error)ERROR_INIT;
    w = csv_writer_open(path_of("left.csv"), ',', &err);
    assert_true(w->put(w, f, &err));
    w->abandon(w);
    assert_false(file_exists(path_of("left.csv")));
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_round_trip), cmocka_unit_test(batches_have_one_header),
        cmocka_unit_test(types_are_kept), cmocka_unit_test(json_round_trip),
        cmocka_unit_test(failures),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
