/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_fit.c - table and formula to a model, and back to predictions.
 *
 * The illustration: exact optimum of scikit-learn's LogisticRegression(C=1) objective on its 16
 * rows, full one-hot, solved in 50-digit arithmetic; tolerance 1e-8.
 */
#include "worlds.h"

#include "base/par.h"

static void illustration_optimum(void **state)
{
    (void)state;
    static const struct {
        const char *term;
        double estimate;
    } want[] = {
        {"(Intercept)", 15.19896030938764},
        {"interaction_type_view", 1.5077922607658445},
        {"lang_java", 0.3200775391807234},
        {"gender_Male", 0.06452525156438578},
        {"gender_Female", -0.06452525156438578},
        {"lang_python", -0.06452525156438578},
        {"lang_js", -0.25555228761633764},
        {"interaction_type_comment", -0.5734421188211395},
        {"age", -0.5756298267970611},
        {"interaction_type_like", -0.9343501419447049},
        {"country_USA", 0},
        {"post_age_days", 0},
    };
    Frame *f = frame_of(illustration);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + post_age_days + gender + country + lang + interaction_type";
    spec.encode = ENCODE_ONEHOT;
    spec.fit.l2 = 1;
    Model *m = fit_spec(f, &spec);
    CoefRow rows[12];
    assert_int_equal(model_coefs(m, SORT_COEF, 0.95, rows), 12);
    for (size_t k = 1; k < 12; k++)
        assert_true(rows[k - 1].estimate >= rows[k].estimate);
    for (size_t k = 0; k < COUNT(want); k++) {
        size_t at = 0;
        while (at < 12 && strcmp(rows[at].term, want[k].term) != 0)
            at++;
        check_row(at < 12 && close_to(rows[at].estimate, want[k].estimate, 1e-8), want[k].term);
    }
    assert_true(m->train.roc_auc == 1 && m->train.accuracy == 1 && m->train.f1 == 1);
    assert_true(close_to(m->train.log_loss, 0.21427604500105515, 1e-8));
    const Alarm *a = alarm_about(m, ALARM_LEAKAGE);
    assert_non_null(a);
    assert_string_equal(a->column, "interaction_type");
    assert_non_null(strstr(a->text, "interaction_type"));
    model_unref(m);
    frame_unref(f);
}

/* Predictions on the training rows give the training metrics; the row's own se is the what-if's. */
static void predictions(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(3000, 1);
    Model *m = fit_formula(f, "viewed ~ age + lang * country + log1p(hours) + member");
    Predictions p;
    assert_true(model_predict(m, f, true, UNSEEN_BASE, &p, &err));
    assert_int_equal(p.n, 3000);
    double *x = calloc(m->enc->ncols, sizeof *x);
    for (size_t i = 0; i < p.n; i++)
        assert_true(p.p[i] > 0 && p.p[i] < 1 && p.se[i] > 0 &&
                    close_to(p.p[i], 1 / (1 + exp(-p.eta[i])), 1e-14));
    double *y, *q, *w;
    uint32_t *rows;
    size_t n;
    assert_true(model_outcomes(m, f, &y, &q, &w, &rows, &n, &err));
    Metrics got;
    assert_true(n == 3000 && metrics_compute(y, q, w, n, 0.5, 0.95, &got, &err));
    assert_true(got.roc_auc == m->train.roc_auc && got.log_loss == m->train.log_loss &&
                rows[17] == 17);
    free(x);
    free(y);
    free(q);
    free(w);
    free(rows);
    predictions_clear(&p);
    model_unref(m);
    frame_unref(f);
}

static void nulls_and_new_levels(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(500, 2);
    Model *m = fit_formula(f, "viewed ~ age + lang");
    Frame *other = frame_of("age,lang\n31,java\n,java\n31,cobol\n999,js\n");
    Predictions p;
    assert_true(model_predict(m, other, false, UNSEEN_BASE, &p, &err));
    assert_true(!isnan(p.p[0]) && isnan(p.p[1]) && !isnan(p.p[2]) && !isnan(p.p[3]));
    assert_true(p.report.rows_unseen == 1 && p.report.rows_null == 1 && p.report.outside >= 1);
    predictions_clear(&p);
    assert_true(model_predict(m, other, false, UNSEEN_NULL, &p, &err));
    assert_true(isnan(p.p[2]));
    predictions_clear(&p);
    assert_false(model_predict(m, other, false, UNSEEN_ERROR, &p, &err));
    assert_non_null(strstr(err.msg, "cobol"));
    frame_unref(other);
    other = frame_of("age\n31\n");
    error_clear(&err);
    assert_false(model_predict(m, other, false, UNSEEN_BASE, &p, &err));
    assert_non_null(strstr(err.msg, "lang"));
    frame_unref(other);
    model_unref(m);
    frame_unref(f);
}

static void test_part(void **state)
{
    (void)state;
    Frame *f = visits(2000, 3);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + lang";
    spec.test_frac = 0.25;
    spec.seed = 7;
    Model *m = fit_spec(f, &spec);
    assert_true(m->rows == 1500 && m->test_rows == 500 && m->test.n == 500);
    assert_true(m->test.roc_auc > 0.55 && m->test.roc_auc < 0.9);
    model_unref(m);
    spec.split = SPLIT_TIME;
    spec.split_column = "user_id"; /* any ordered number */
    m = fit_spec(f, &spec);
    assert_true(m->test_cut == 1501 && m->test_rows == 500);
    model_unref(m);
    frame_unref(f);
}

static void specs(void **state)
{
    (void)state;
    Frame *f = visits(1500, 4);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "clicks ~ age + lang";
    spec.family = "poisson";
    Model *m = fit_spec(f, &spec);
    assert_true(!m->binary && m->train.n == 0 && m->link->inverse &&
                strcmp(m->link->name, "log") == 0);
    model_unref(m);
    spec = (ModelSpec)MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + lang";
    spec.cluster = "country";
    m = fit_spec(f, &spec);
    spec.cluster = NULL;
    Model *plain = fit_spec(f, &spec);
    assert_true(m->fit->b[1] == plain->fit->b[1] && m->fit->se[1] != plain->fit->se[1]);
    spec.sampled = 0.1;
    Model *sampled = fit_spec(f, &spec);
    assert_true(close_to(sampled->fit->b[0], plain->fit->b[0] + log(0.1), 1e-12));
    assert_true(sampled->base_rate < plain->base_rate &&
                sampled->train.log_loss == plain->train.log_loss);
    model_unref(sampled);
    model_unref(plain);
    model_unref(m);
    frame_unref(f);
}

static void failures(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        ModelSpec spec;
        const char *msg;
    } rows[] = {
        {"no such column", {.formula = "viewed ~ agee"}, "agee"},
        {"no such family", {.formula = "viewed ~ age", .family = "binormal"}, "binormal"},
        {"link that does not fit", {.formula = "viewed ~ age", .link = "inverse"}, "inverse"},
        {"no such cluster", {.formula = "viewed ~ age", .cluster = "clan"}, "clan"},
        {"no time column",
         {.formula = "viewed ~ age", .test_frac = 0.2, .split = SPLIT_TIME},
         "time"},
        {"share above one", {.formula = "viewed ~ age", .sampled = 2}, "sampled"},
        {"sampled without intercept", {.formula = "viewed ~ age - 1", .sampled = 0.5}, "intercept"},
        {"three values", {.formula = "lang ~ age"}, "lang"},
    };
    Frame *f = visits(200, 5);
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        ModelSpec spec = MODEL_SPEC_DEFAULT, *with = &spec;
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        *with = rows[i].spec;
        with->fit = opt;
        with->threshold = 0.5;
        Dataset d = {f, NULL};
        check_row(!model_fit(&d, &spec, &err), rows[i].name);
        if (!strstr(err.msg, rows[i].msg))
            fail_msg("%s: %s\n", rows[i].name, err.msg);
    }
    frame_unref(f);
}

/* The same bits with one thread and with three. */
static void threads(void **state)
{
    (void)state;
    Frame *f = visits(40000, 6);
    size_t before = par_threads();
    Buf a = BUF_INIT, b = BUF_INIT;
    for (size_t t = 1; t <= 3; t += 2) {
        par_set_threads(t);
        Model *m = fit_formula(f, "viewed ~ age + lang * country + hours");
        m->seconds = m->fit->seconds = 0;
        m->made = 0;
        model_to_json(m, t == 1 ? &a : &b);
        model_unref(m);
    }
    par_set_threads(before);
    assert_true(a.n == b.n && memcmp(a.p, b.p, a.n) == 0);
    buf_free(&a);
    buf_free(&b);
    frame_unref(f);
}

static void inputs(void **state)
{
    (void)state;
    Frame *f = visits(1001, 8);
    Model *m = fit_formula(f, "viewed ~ age + lang + hours + offset(log1p(clicks) * 0)");
    assert_int_equal(m->ninputs, 4);
    const InputSummary *age = &m->inputs[model_input(m, STR("age"))],
                       *lang = &m->inputs[model_input(m, STR("lang"))];
    assert_true(age->min >= 18 && age->max <= 67 && age->quantile[0] == age->min &&
                age->quantile[20] == age->max);
    assert_true(age->median > 35 && age->median < 50 && age->auc > 0.5 && age->auc < 0.8);
    assert_true(lang->nlevels == 3 && lang->counts[0] >= lang->counts[2]);
    assert_true(m->inputs[model_input(m, STR("clicks"))].is_offset &&
                model_input(m, STR("country")) < 0);
    model_unref(m);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(illustration_optimum),
        cmocka_unit_test(predictions),
        cmocka_unit_test(nulls_and_new_levels),
        cmocka_unit_test(test_part),
        cmocka_unit_test(specs),
        cmocka_unit_test(failures),
        cmocka_unit_test(threads),
        cmocka_unit_test(inputs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
