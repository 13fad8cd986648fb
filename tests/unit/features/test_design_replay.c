/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_design_replay.c - design_replay: the same columns of other rows, unseen levels, an offset that is not there,
 * the encoding through JSON.
 */
#include "people.h"

#include <math.h>

static void unseen(void **state)
{
    (void)state;
    Frame *f = table(people);
    Design *d = learn(f, "y ~ x + g + factor(year) + b", NULL);
    static const char other[] =
        "b:bool,g:code,year:int,x:real\n"
        "true,f,65,1\ntrue,z,65,1\nfalse,m,71,99\ntrue,m,70,\nfalse,,65,-3\nfalse,z,75,2\n";
    Frame *g = table(other);
    static const uint8_t want[] = {1, 0, 0, 0, 0, 0};
    Error err = ERROR_INIT;
    uint8_t *ok;
    ReplayReport rep;
    Design *r = design_replay(d->enc, g, NULL, 0, UNSEEN_NULL, false, &ok, &rep, &err);
    assert_non_null(r);
    assert_memory_equal(ok, want, 6);
    assert_int_equal(rep.nunseen, 2);
    assert_string_equal(rep.unseen[0].column, "g");
    assert_string_equal(rep.unseen[0].level, "z");
    assert_int_equal(rep.unseen[0].rows, 2);
    assert_string_equal(rep.unseen[1].column, "year");
    assert_string_equal(rep.unseen[1].level, "71");
    assert_int_equal(rep.rows_unseen, 3);
    assert_int_equal(rep.rows_null, 2);
    assert_int_equal(rep.outside, 2);
    assert_string_equal(rep.outside_text, "x 99 is above 5.5");
    assert_null(r->y);
    assert_null(r->enc);
    free(ok);
    design_free(r);
    r = design_replay(d->enc, g, NULL, 0, UNSEEN_BASE, false, &ok, NULL, &err);
    double row[8], base[] = {1, 1, 0, 0, 0, 1};
    matrix_row(&r->x, 1, row);
    assert_memory_equal(row, base, sizeof base);
    assert_true(ok[1] && ok[2] && !ok[3]);
    free(ok);
    design_free(r);
    r = design_replay(d->enc, g, NULL, 0, UNSEEN_ERROR, false, &ok, NULL, &err);
    assert_null(r);
    assert_null(ok);
    assert_non_null(strstr(err.msg, "'z' is not a level of g"));
    assert_non_null(strstr(err.hint, "f, m"));
    error_clear(&err);
    Frame *missing = table("x:real\n1\n");
    assert_null(design_replay(d->enc, missing, NULL, 0, UNSEEN_NULL, false, &ok, NULL, &err));
    assert_int_equal(err.code, ERR_NAME);
    error_clear(&err);
    /* Types that say the same: text for code, numbers as text, nothing at all. */
    Frame *typed = table("x:int,g:text,year:text,b:int\n3,m,70,1\n");
    r = design_replay(d->enc, typed, NULL, 0, UNSEEN_NULL, false, &ok, &rep, &err);
    double want_row[] = {1, 3, 1, 1, 0, 1};
    matrix_row(&r->x, 0, row);
    assert_memory_equal(row, want_row, sizeof want_row);
    assert_true(ok[0]);
    free(ok);
    design_free(r);
    Frame *nothing = table("x:text,g:real,year:code,b:text\n,,,\n");
    r = design_replay(d->enc, nothing, NULL, 0, UNSEEN_NULL, false, &ok, &rep, &err);
    assert_non_null(r);
    matrix_row(&r->x, 0, row);
    assert_true(!ok[0] && rep.rows_null == 1);
    free(ok);
    design_free(r);
    Frame *wrong = table("x:code,g:code,year:int,b:bool\nabc,m,70,true\n");
    assert_null(design_replay(d->enc, wrong, NULL, 0, UNSEEN_NULL, false, &ok, NULL, &err));
    assert_int_equal(err.code, ERR_TYPE);
    frame_unref(missing);
    frame_unref(typed);
    frame_unref(nothing);
    frame_unref(wrong);
    frame_unref(g);
    design_free(d);
    frame_unref(f);
}

static void no_offset(void **state)
{
    (void)state;
    Frame *f = table("y:int,x:real,rate:real\n0,1,0.5\n1,2,0.5\n");
    Design *d = learn(f, "y ~ x", &(DesignOptions){.offset = "log(rate)"});
    Frame *g = table("x:real\n1\n");
    Error err = ERROR_INIT;
    ReplayReport rep;
    uint8_t *ok;
    Design *r = design_replay(d->enc, g, NULL, 0, UNSEEN_NULL, false, &ok, &rep, &err);
    assert_non_null(r);
    assert_true(rep.no_offset);
    assert_null(r->offset);
    free(ok);
    design_free(r);
    r = design_replay(d->enc, f, NULL, 0, UNSEEN_NULL, false, &ok, &rep, &err);
    assert_false(rep.no_offset);
    assert_true(r->offset[0] == log(0.5));
    free(ok);
    design_free(r);
    design_free(d);
    frame_unref(f);
    frame_unref(g);
}

static void through_json(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        DesignOptions opt;
    } cases[] = {
        {"y ~ x + g*h + factor(year) + b", {0}},
        {"y ~ poly(x, 3) + ns(n, df = 2):g + bs(x, knots = c(2, 3))", {0}},
        {"y ~ cut(n, c(-Inf, 2, 4, Inf)) + C(h, ref = \"v\") + offset(log(n))", {.weights = "w"}},
        {"g ~ h:x - 1", {.binary_response = true, .encode = ENCODE_ONEHOT}},
        {"y ~ g + h + when", {.encode = ENCODE_SUM, .offset = "n"}},
        {"log(y) ~ b:a + a", {0}},
    };
    Frame *f = table(people);
    Column *a = column_ref(f->cols[1]);
    Frame *fa = frame_with(f, "a", a);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(fa, cases[i].formula, &cases[i].opt);
        Buf one = BUF_INIT, two = BUF_INIT;
        Error err = ERROR_INIT;
        encoding_to_json(d->enc, &one);
        cJSON *j = json_parse(buf_slice(&one), &err);
        Encoding *e = j ? encoding_from_json(j, &err) : NULL;
        if (!e)
            fail_msg("'%s': %s\n%s\n", cases[i].formula, err.msg, one.p);
        encoding_to_json(e, &two);
        check_row(str_eq(buf_slice(&one), buf_slice(&two)), cases[i].formula);
        uint8_t *ok;
        Design *r = design_replay(e, fa, NULL, 0, UNSEEN_ERROR, true, &ok, NULL, &err);
        check_row(r && r->x.p == d->x.p, cases[i].formula);
        for (size_t row = 0; row < d->n; row++) {
            double p[32], q[32];
            matrix_row(&d->x, row, p);
            matrix_row(&r->x, row, q);
            check_row(!memcmp(p, q, d->x.p * sizeof *p) && r->y[row] == d->y[row],
                      cases[i].formula);
        }
        free(ok);
        cJSON_Delete(j);
        buf_free(&one);
        buf_free(&two);
        design_free(r);
        design_free(d);
        encoding_free(e);
    }
    frame_unref(f);
    frame_unref(fa);
}

static void bad_json(void **state)
{
    (void)state;
    Frame *f = table(people);
    Design *d = learn(f, "y ~ ns(x, df = 2) + g", NULL);
    Buf b = BUF_INIT;
    encoding_to_json(d->enc, &b);
    static const struct {
        const char *from, *to;
    } edits[] = {
        {"\"levels\":[\"f\",\"m\"]", "\"levels\":[\"f\"]"},
        {"\"levels\":[\"f\",\"m\"]", "\"levels\":[\"f\",\"n\"]"},
        {"\"vars\":[0]", "\"vars\":[7]"},
        {"\"vars\":[0]", "\"vars\":[]"},
        {"\"base\":0", "\"base\":9"},
        {"\"columns\":2", "\"columns\":3"},
        {"\"encode\":\"treatment\"", "\"encode\":\"other\""},
        {"\"text\":\"g\"", "\"text\":\"g +\""},
        {"\"response\":\"y\"", "\"response\":3"},
        {"\"type\":\"real\"", "\"type\":\"what\""},
        {"\"intercept\":true", "\"intercept\":false"},
    };
    Error err = ERROR_INIT;
    for (size_t i = 0; i < COUNT(edits); i++) {
        const char *at = strstr(b.p, edits[i].from);
        check_row(at, edits[i].from);
        Buf c = BUF_INIT;
        buf_put(&c, b.p, (size_t)(at - b.p));
        buf_puts(&c, edits[i].to);
        buf_puts(&c, at + strlen(edits[i].from));
        error_clear(&err);
        cJSON *j = json_parse(buf_slice(&c), &err);
        check_row(j && !encoding_from_json(j, &err) && error_is_set(&err), edits[i].to);
        cJSON_Delete(j);
        buf_free(&c);
    }
    buf_free(&b);
    design_free(d);
    frame_unref(f);
    encoding_free(NULL);
    design_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unseen), cmocka_unit_test(no_offset), cmocka_unit_test(through_json),
        cmocka_unit_test(bad_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
