/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Folds: of a column, at random, by user; nothing crosses them; the choice of a penalty. */
#include "worlds.h"

#include "model/cv.h"

static const MetricRow *metric(const char *name)
{
    size_t n;
    const MetricRow *rows = metric_table(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    fail_msg("no metric %s\n", name);
    return NULL;
}

static void folds(void **state)
{
    Error err = ERROR_INIT;
    size_t k;
    (void)state;
    Frame *f = frame_of("part,user_id\nb,1\na,1\nb,2\nc,3\na,2\n");
    uint32_t *fold = folds_make(f, &(FoldSpec){.given = "part"}, &k, &err);
    assert_non_null(fold);
    assert_int_equal(k, 3);
    assert_true(fold[0] == fold[2] && fold[1] == fold[4] && fold[3] != fold[0]);
    free(fold);
    fold = folds_make(f, &(FoldSpec){.k = 2, .kind = SPLIT_USER, .column = "user_id"}, &k, &err);
    assert_non_null(fold);
    assert_true(fold[0] == fold[1] && fold[2] == fold[4]);
    free(fold);
    static const struct {
        FoldSpec spec;
        const char *words;
    } bad[] = {{{.k = 1}, "1 folds"}, {{.k = 101}, "101 folds"}, {{.given = "nosuch"}, "nosuch"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_null(folds_make(f, &bad[i].spec, &k, &err));
        if (!strstr(err.msg, bad[i].words))
            fail_msg("%s\n", err.msg);
        error_clear(&err);
    }
    frame_unref(f);
    f = frame_of("part,x\na,1\n,2\nb,1\n");
    assert_null(folds_make(f, &(FoldSpec){.given = "part"}, &k, &err));
    assert_int_equal(err.row, 2);
    frame_unref(f);
}

static void a_model(void **state)
{
    Error err = ERROR_INIT;
    (void)state;
    Frame *f = visits(900, 3);
    Model *m = fit_formula(f, "viewed ~ age + lang + hours");
    Dataset d = {f, NULL};
    FoldSpec spec = {.k = 4, .seed = 9};
    Cv *cv = cv_model(m, &d, &spec, &err);
    if (!cv)
        fail_msg("%s\n", err.msg);
    assert_true(cv->binary && cv->k == 4 && cv->pooled.n == 900);
    size_t tested = 0;
    double weight = 0, sum = 0, mean, sd;
    for (size_t k = 0; k < 4; k++) {
        assert_int_equal(cv->fold[k].test + cv->fold[k].train, 900);
        tested += cv->fold[k].test;
        weight += cv->fold[k].weight;
        sum += cv->fold[k].weight * cv->fold[k].deviance;
    }
    assert_int_equal(tested, 900);
    assert_true(close_to(cv->deviance, sum / weight, 1e-12) && cv->deviance_se > 0);
    /* of 0 and 1 the deviance is twice the log loss */
    assert_true(close_to(cv->deviance, 2 * cv->pooled.log_loss, 1e-9));
    cv_metric(cv, metric("roc_auc"), &mean, &sd);
    assert_true(mean > 0.5 && mean < cv->pooled.roc_auc + 0.1 && sd > 0);
    for (size_t j = 0; j < cv->nterms; j++) {
        assert_int_equal(cv->term[j].folds, 4);
        assert_true(fabs(cv->term[j].mean - cv->term[j].estimate) <
                    0.3 * fabs(cv->term[j].estimate) + 0.2);
    }
    for (size_t i = 0; i < cv->rows; i++)
        assert_true(cv->p[i] > 0 && cv->p[i] < 1);
    cv_free(cv);
    model_unref(m);
    frame_unref(f);
}

/* A level that lives in one fold only: the others do not know it, and it counts as the base level
 * there. */
static void unseen_level(void **state)
{
    Error err = ERROR_INIT;
    Buf b = BUF_INIT;
    (void)state;
    buf_puts(&b, "y,kind,part\n");
    for (size_t i = 0; i < 200; i++)
        buf_printf(&b, "%d,%s,%zu\n", (i * 7 + i / 5) % 3 == 0,
                   i % 4 == 1 && i % 20 < 4 ? "rare"
                   : i % 3                  ? "a"
                                            : "b",
                   i % 4);
    Frame *f = frame_of(b.p);
    Model *m = fit_formula(f, "y ~ kind");
    Dataset d = {f, NULL};
    Cv *cv = cv_model(m, &d, &(FoldSpec){.given = "part"}, &err);
    if (!cv)
        fail_msg("%s\n", err.msg);
    assert_string_equal(cv->fold[1].name, "1");
    assert_int_equal(cv->fold[1].unseen, 10);
    assert_int_equal(cv->fold[0].unseen, 0);
    assert_int_equal(cv->term[cv->nterms - 1].folds, 3); /* kindrare */
    cv_free(cv);
    model_unref(m);
    frame_unref(f);
    buf_free(&b);
}

static void a_path(void **state)
{
    Error err = ERROR_INIT;
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    PathOptions opt = PATH_OPTIONS_DEFAULT;
    (void)state;
    Frame *f = visits(800, 4);
    spec.formula = "viewed ~ age + lang + country + hours + clicks";
    spec.table = "visits";
    opt.nlambda = 25;
    CvPath *cv = cv_path(f, &spec, &opt, NULL, NULL, &err);
    assert_non_null(cv);
    assert_true(cv->k == 0 && cv->path->n > 5);
    cv_path_free(cv);
    FoldSpec folds = {.k = 5, .seed = 2};
    cv = cv_path(f, &spec, &opt, &folds, NULL, &err);
    assert_non_null(cv);
    assert_true(cv->one_se <= cv->best && cv->best > 0);
    assert_true(cv->mean[cv->one_se] <= cv->mean[cv->best] + cv->se[cv->best]);
    for (size_t l = 0; l < cv->path->n; l++)
        assert_true(cv->mean[l] >= cv->mean[cv->best] && cv->se[l] > 0);
    for (size_t j = 0; j < cv->path->p; j++)
        assert_true(cv->nonzero[j] <= 5);
    double lambda = cv->path->lambda[cv->one_se];
    cv_path_free(cv);
    cv = cv_path(f, &spec, &opt, &folds, metric("roc_auc"), &err);
    assert_non_null(cv);
    for (size_t l = 0; l < cv->path->n; l++)
        assert_true(cv->mean[l] <= cv->mean[cv->best]);
    cv_path_free(cv);
    /* interpolated between lambdas of each fold's own, as cv.glmnet: about the same */
    folds.own_lambdas = true;
    CvPath *own = cv_path(f, &spec, &opt, &folds, NULL, &err);
    assert_non_null(own);
    assert_true(own->se[own->best] > 0);
    cv_path_free(own);
    spec.family = "gaussian";
    assert_null(cv_path(f, &spec, &(PathOptions){.alpha = 2, .param = NAN}, &folds, NULL, &err));
    error_clear(&err);
    /* fit chooses the same penalty */
    spec = (ModelSpec)MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + lang + country + hours + clicks";
    spec.seed = 2;
    spec.lambda_folds = 5;
    spec.fit.alpha = 1;
    Model *m = fit_spec(f, &spec);
    assert_true(m->spec.fit.lambda > lambda / 2 && m->spec.fit.lambda < lambda * 2);
    assert_true(isnan(m->fit->se[1]) && m->fit->rank < m->fit->p);
    model_unref(m);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds),
        cmocka_unit_test(a_model),
        cmocka_unit_test(unseen_level),
        cmocka_unit_test(a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
