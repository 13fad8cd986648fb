/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_artefact.c - a model saved, loaded and saved again is the same bytes, and predicts the same
 * bits. */
#include "worlds.h"

#include <unistd.h>

static Model *again(const Model *m, Buf *text)
{
    Error err = ERROR_INIT;
    model_to_json(m, text);
    Model *back = model_from_json(buf_slice(text), &err);
    if (!back)
        fail_msg("%s\n", err.msg);
    return back;
}

static void same_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *name, *formula, *family;
        Encode encode;
        double l2;
    } rows[] = {
        {"plain", "viewed ~ age + lang", NULL, ENCODE_TREATMENT, 0},
        {"product and spline", "viewed ~ ns(age, df = 3) * lang + poly(hours, 2) + log1p(hours)",
         NULL, ENCODE_TREATMENT, 0},
        {"one-hot with ridge", "viewed ~ age + lang + country + member", NULL, ENCODE_ONEHOT, 1},
        {"sum", "viewed ~ age + lang:country", NULL, ENCODE_SUM, 0},
        {"cut and factor", "viewed ~ cut(age, c(0, 30, 50, 99)) + factor(clicks > 2)", NULL,
         ENCODE_TREATMENT, 0.5},
        {"aliased", "viewed ~ age + I(2 * age) + lang", NULL, ENCODE_TREATMENT, 0},
        {"poisson", "clicks ~ age + lang", "poisson", ENCODE_TREATMENT, 0},
        {"gaussian", "hours ~ age + lang", "gaussian", ENCODE_TREATMENT, 0},
    };
    Frame *f = visits(400, 11);
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = rows[i].formula;
        spec.family = rows[i].family;
        spec.encode = rows[i].encode;
        spec.fit.l2 = rows[i].l2;
        Model *m = fit_spec(f, &spec);
        Buf a = BUF_INIT, b = BUF_INIT;
        Model *back = again(m, &a);
        model_to_json(back, &b);
        check_row(a.n == b.n && memcmp(a.p, b.p, a.n) == 0, rows[i].name);
        Predictions p, q;
        check_row(model_predict(m, f, true, UNSEEN_BASE, &p, &err), rows[i].name);
        check_row(model_predict(back, f, true, UNSEEN_BASE, &q, &err), rows[i].name);
        check_row(memcmp(p.p, q.p, p.n * sizeof *p.p) == 0 &&
                      memcmp(p.se, q.se, p.n * sizeof *p.se) == 0,
                  rows[i].name);
        predictions_clear(&p);
        predictions_clear(&q);
        buf_free(&a);
        buf_free(&b);
        model_unref(m);
        model_unref(back);
    }
    frame_unref(f);
}

static void through_a_file(void **state)
{
    (void)state;
    char path[] = "/tmp/glint-model-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    Error err = ERROR_INIT;
    Frame *f = visits(300, 12);
    Model *m = fit_formula(f, "viewed ~ age + lang");
    assert_true(model_save(m, path, &err));
    Model *back = model_load(path, &err);
    assert_non_null(back);
    assert_string_equal(back->formula, m->formula);
    assert_true(back->train.roc_auc == m->train.roc_auc && back->rows == 300 &&
                back->nalarms == m->nalarms);
    model_unref(back);
    unlink(path);
    assert_null(model_load(path, &err));
    assert_int_equal(err.code, ERR_IO);
    model_unref(m);
    frame_unref(f);
}

/* No value of any row that is not a summary: the texts of an id column never reach the file. */
static void no_rows_inside(void **state)
{
    (void)state;
    Frame *f = frame_of("y,x,secret\n0,1,anna\n1,2,bert\n1,3,carl\n0,4,dora\n1,5,emil\n0,2,fred\n");
    Model *m = fit_formula(f, "y ~ x");
    Buf text = BUF_INIT;
    model_to_json(m, &text);
    assert_null(strstr(text.p, "anna"));
    assert_null(strstr(text.p, "secret"));
    buf_free(&text);
    model_unref(m);
    frame_unref(f);
}

static void broken_files(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *msg;
    } rows[] = {
        {"nothing", "", ""},
        {"no JSON", "hello", ""},
        {"another JSON", "{\"a\":1}", "not a model"},
        {"a newer version", "{\"glint_model\":99}", "version 99"},
        {"nothing else", "{\"glint_model\":1}", "family"},
        {"a list", "[1]", "not a model"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        check_row(!model_from_json(str_of(rows[i].text), &err), rows[i].name);
        if (err.code == ERR_NONE || !strstr(err.msg, rows[i].msg))
            fail_msg("%s: %s\n", rows[i].name, err.msg);
    }
}

/* Cut anywhere, or with any one number or word spoilt, it fails or loads; it never reads out of
 * bounds. */
static void spoilt(void **state)
{
    (void)state;
    Frame *f = visits(60, 13);
    Model *m = fit_formula(f, "viewed ~ age + lang");
    Buf text = BUF_INIT;
    model_to_json(m, &text);
    for (size_t n = 0; n < text.n; n += 97) {
        Error err = ERROR_INIT;
        assert_null(model_from_json((Str){text.p, n}, &err));
        assert_int_not_equal(err.code, ERR_NONE);
    }
    for (size_t at = 0; at < text.n; at += 13) {
        Error err = ERROR_INIT;
        char old = text.p[at];
        text.p[at] = old >= '0' && old <= '9' ? '9' : 'x';
        model_unref(model_from_json(buf_slice(&text), &err));
        text.p[at] = old;
    }
    buf_free(&text);
    model_unref(m);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes),     cmocka_unit_test(through_a_file),
        cmocka_unit_test(no_rows_inside), cmocka_unit_test(broken_files),
        cmocka_unit_test(spoilt),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
