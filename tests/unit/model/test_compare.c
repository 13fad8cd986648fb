/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_compare.c - anova, drop1, type II, likelihood-ratio tests and inflation against R.
 *
 * Values: R 4.2.2 anova(), drop1(), car 3.1-1 Anova(type = 2) and vif(), from fits iterated until
 * they no longer moved. Data: datasets::mtcars (am, wt, hp), datasets::ToothGrowth,
 * datasets::trees, datasets::UCBAdmissions.
 */
#include "worlds.h"

#include "model/alarms.h"
#include "model/compare.h"

#define NO NAN

static const char mtcars[] =
    "am,wt,hp\n"
    "1,2.62,110\n1,2.875,110\n1,2.32,93\n0,3.215,110\n0,3.44,175\n0,3.46,105\n0,3.57,245\n"
    "0,3.19,62\n0,3.15,95\n0,3.44,123\n0,3.44,123\n0,4.07,180\n0,3.73,180\n0,3.78,180\n"
    "0,5.25,205\n0,5.424,215\n0,5.345,230\n1,2.2,66\n1,1.615,52\n1,1.835,65\n0,2.465,97\n"
    "0,3.52,150\n0,3.435,150\n0,3.84,245\n0,3.845,175\n1,1.935,66\n1,2.14,91\n1,1.513,113\n"
    "1,3.17,264\n1,2.77,175\n1,3.57,335\n1,2.78,109\n";

static const char toothgrowth[] =
    "len,supp,dose\n"
    "4.2,VC,0.5\n11.5,VC,0.5\n7.3,VC,0.5\n5.8,VC,0.5\n6.4,VC,0.5\n10,VC,0.5\n11.2,VC,0.5\n"
    "11.2,VC,0.5\n5.2,VC,0.5\n7,VC,0.5\n16.5,VC,1\n16.5,VC,1\n15.2,VC,1\n17.3,VC,1\n"
    "22.5,VC,1\n17.3,VC,1\n13.6,VC,1\n14.5,VC,1\n18.8,VC,1\n15.5,VC,1\n23.6,VC,2\n"
    "18.5,VC,2\n33.9,VC,2\n25.5,VC,2\n26.4,VC,2\n32.5,VC,2\n26.7,VC,2\n21.5,VC,2\n"
    "23.3,VC,2\n29.5,VC,2\n15.2,OJ,0.5\n21.5,OJ,0.5\n17.6,OJ,0.5\n9.7,OJ,0.5\n14.5,OJ,0.5\n"
    "10,OJ,0.5\n8.2,OJ,0.5\n9.4,OJ,0.5\n16.5,OJ,0.5\n9.7,OJ,0.5\n19.7,OJ,1\n23.3,OJ,1\n"
    "23.6,OJ,1\n26.4,OJ,1\n20,OJ,1\n25.2,OJ,1\n25.8,OJ,1\n21.2,OJ,1\n14.5,OJ,1\n27.3,OJ,1\n"
    "25.5,OJ,2\n26.4,OJ,2\n22.4,OJ,2\n24.5,OJ,2\n24.8,OJ,2\n30.9,OJ,2\n26.4,OJ,2\n"
    "27.3,OJ,2\n29.4,OJ,2\n23,OJ,2\n";

static const char trees[] =
    "Volume,Girth,Height\n"
    "10.3,8.3,70\n10.3,8.6,65\n10.2,8.8,63\n16.4,10.5,72\n18.8,10.7,81\n19.7,10.8,83\n"
    "15.6,11,66\n18.2,11,75\n22.6,11.1,80\n19.9,11.2,75\n24.2,11.3,79\n21,11.4,76\n"
    "21.4,11.4,76\n21.3,11.7,69\n19.1,12,75\n22.2,12.9,74\n33.8,12.9,85\n27.4,13.3,86\n"
    "25.7,13.7,71\n24.9,13.8,64\n34.5,14,78\n31.7,14.2,80\n36.3,14.5,74\n38.3,16,72\n"
    "42.6,16.3,77\n55.4,17.3,81\n55.7,17.5,82\n58.3,17.9,80\n51.5,18,80\n51,18,80\n"
    "77,20.6,87\n";

static const char ucb[] =
    "Admitted,Rejected,Gender,Dept\n"
    "512,313,Male,A\n89,19,Female,A\n353,207,Male,B\n17,8,Female,B\n120,205,Male,C\n"
    "202,391,Female,C\n138,279,Male,D\n131,244,Female,D\n53,138,Male,E\n94,299,Female,E\n"
    "22,351,Male,F\n24,317,Female,F\n";

typedef struct Want {
    const char *term;
    double df, residual, aic, stat, p; /* NO: not given by R */
} Want;
static const struct {
    const char *data, *formula, *family, *link;
    Want type1[6], type2[6], drop1[6];
} cases[] = {
    {mtcars,
     "am ~ wt + hp",
     "binomial",
     "logit",
     {{"NULL", NO, 43.22973327685781, NO, NO, NO},
      {"wt", 1.0, 19.17608480744508, NO, 24.053648469412728, 9.368857374858819e-07},
      {"hp", 1.0, 10.059110472266985, NO, 9.116974335178094, 0.0025324848119910137}},
     {{"wt", 1.0, NO, NO, 31.168455153260723, 2.3657942806122014e-08},
      {"hp", 1.0, NO, NO, 9.116974335178094, 0.0025324848119910137}},
     {{"<none>", NO, 10.059110472266985, 16.059110472266987, NO, NO},
      {"wt", 1.0, 41.22756562552771, 45.22756562552771, 31.168455153260723, 2.3657942806122014e-08},
      {"hp", 1.0, 19.17608480744508, 23.17608480744508, 9.116974335178094, 0.0025324848119910137}}},
    {toothgrowth,
     "len ~ supp * dose",
     "gaussian",
     "identity",
     {{"NULL", NO, 3452.2093333333332, NO, NO, NO},
      {"supp", 1.0, 3246.8593333333333, NO, 12.317019905838075, 0.000893645158872463},
      {"dose", 1.0, 1022.5550357142855, NO, 133.415146386243, 1.9079854606461629e-16},
      {"supp:dose", 1.0, 933.6349285714285, NO, 5.333482978854757, 0.024631358134488204}},
     {{"supp", 1.0, NO, NO, 12.317019905838096, 0.0008936451588724549},
      {"dose", 1.0, NO, NO, 133.415146386243, 1.9079854606461629e-16},
      {"supp:dose", 1.0, NO, NO, 5.333482978854757, 0.024631358134488204}},
     {{"<none>", NO, 933.6349285714285, 344.9570798343864, NO, NO},
      {"supp:dose", 1.0, 1022.5550357142855, 348.4155329189093, 5.333482978854757,
       0.024631358134488204}}},
    {trees,
     "Volume ~ log(Girth) + log(Height)",
     "gamma",
     "log",
     {{"NULL", NO, 8.31720121467799, NO, NO, NO},
      {"log(Girth)", 1.0, 0.384083872958965, NO, 1234.2873124043763, 1.054447077089118e-24},
      {"log(Height)", 1.0, 0.18351526442407204, NO, 31.205801971356564, 5.603661935352571e-06}},
     {{"log(Girth)", 1.0, NO, NO, 715.5742060407881, 1.7535829561637817e-21},
      {"log(Height)", 1.0, NO, NO, 31.205801971356564, 5.603661935352571e-06}},
     {{"<none>", NO, 0.18351526442407204, 139.90135800955915, NO, NO},
      {"log(Girth)", 1.0, 4.782715212587512, 853.4755640503473, 701.7269051308645,
       2.282295633893132e-21},
      {"log(Height)", 1.0, 0.384083872958965, 169.1071599809157, 30.6019287093175,
       6.495249936073501e-06}}},
    {ucb,
     "cbind(Admitted, Rejected) ~ Gender + Dept",
     "binomial",
     "logit",
     {{"NULL", NO, 877.0564132197757, NO, NO, NO},
      {"Gender", 1.0, 783.6070060240442, NO, 93.44940719573151, 4.1671745567000804e-22},
      {"Dept", 5.0, 20.20427532724143, NO, 763.4027306968027, 9.546808761023379e-163}},
     {{"Gender", 1.0, NO, NO, 1.5312314508914397, 0.21592771997654792},
      {"Dept", 5.0, NO, NO, 763.4027306968027, 9.546808761023379e-163}},
     {{"<none>", NO, 20.20427532724143, 103.14395955580568, NO, NO},
      {"Gender", 1.0, 21.73550677813287, 102.67519100669712, 1.5312314508914397,
       0.21592771997654792},
      {"Dept", 5.0, 783.6070060240442, 856.5466902526084, 763.4027306968027,
       9.546808761023379e-163}}},
    {ucb,
     "cbind(Admitted, Rejected) ~ Gender + Dept",
     "quasibinomial",
     "logit",
     {{"NULL", NO, 877.0564132197757, NO, NO, NO},
      {"Gender", 1.0, 783.6070060240442, NO, 24.82150800270128, 0.004168131834876731},
      {"Dept", 5.0, 20.20427532724143, NO, 40.55415129511966, 0.00047552357012373907}},
     {{"Gender", 1.0, NO, NO, 0.40671711948565276, 0.551697052352254},
      {"Dept", 5.0, NO, NO, 40.55415129511965, 0.00047552357012373993}},
     {{"<none>", NO, 20.20427532724143, NO, NO, NO},
      {"Gender", 1.0, 21.73550677813287, NO, 0.37893748379752085, 0.5651096684133119},
      {"Dept", 5.0, 783.6070060240442, NO, 37.78421736648513, 0.0005639712215302554}}},
};

#define TOLERANCE 1e-7 /* of R's doubles */

static void check_rows(const char *what, const AnovaRow *got, size_t n, const Want *want)
{
    for (size_t k = 0; k < n; k++) {
        const double pairs[][2] = {{want[k].residual, got[k].residual},
                                   {want[k].aic, got[k].aic},
                                   {want[k].stat, got[k].stat},
                                   {want[k].p, got[k].p}};
        assert_non_null(want[k].term);
        assert_string_equal(got[k].term, want[k].term);
        if (!isnan(want[k].df) && (double)got[k].df != want[k].df)
            fail_msg("%s %s: %zu degrees of freedom\n", what, got[k].term, got[k].df);
        for (size_t i = 0; i < COUNT(pairs); i++)
            if (!isnan(pairs[i][0]) && fabs(pairs[i][1] / pairs[i][0] - 1) > TOLERANCE)
                fail_msg("%s %s: %.15g, not %.15g\n", what, got[k].term, pairs[i][1], pairs[i][0]);
    }
    assert_true(n == 6 || !want[n].term);
}

static void as_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Frame *f = frame_of(cases[i].data);
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = cases[i].formula;
        spec.family = cases[i].family;
        spec.link = cases[i].link;
        Model *m = fit_spec(f, &spec);
        Dataset d = {f, NULL};
        size_t n;
        AnovaRow *rows = model_anova(m, &d, ANOVA_ORDER, &n, &err);
        assert_non_null(rows);
        check_rows("anova", rows, n, cases[i].type1);
        free(rows);
        assert_non_null(rows = model_anova(m, &d, ANOVA_TWO, &n, &err));
        check_rows("type II", rows, n, cases[i].type2);
        free(rows);
        assert_non_null(rows = model_anova(m, &d, ANOVA_DROP, &n, &err));
        check_rows("drop1", rows, n, cases[i].drop1);
        free(rows);
        model_unref(m);
        frame_unref(f);
    }
}

static void inflation(void **state)
{
    (void)state;
    Frame *f = frame_of(mtcars);
    Model *m = fit_formula(f, "am ~ wt + hp");
    double vif[2];
    size_t df[2];
    assert_true(model_vif(m, vif, df));
    assert_true(close_to(vif[0], 2.444297277508938, 1e-8) && close_to(vif[1], vif[0], 1e-12) &&
                df[0] == 1);
    model_unref(m);
    frame_unref(f);
    f = frame_of(ucb);
    m = fit_formula(f, "cbind(Admitted, Rejected) ~ Gender + Dept");
    assert_true(model_vif(m, vif, df));
    assert_true(close_to(vif[0], 1.3849029648952806, 1e-8) && close_to(vif[1], vif[0], 1e-8) &&
                df[1] == 5);
    model_unref(m);
    frame_unref(f);
}

static void two_models(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = frame_of(mtcars), *part = frame_of("am,wt\n1,2\n0,3\n1,2.5\n0,2.4\n1,2.2\n0,2.1\n");
    Model *small = fit_formula(f, "am ~ wt"), *big = fit_formula(f, "am ~ wt + hp"),
          *other = fit_formula(part, "am ~ wt");
    AnovaRow r[2];
    assert_true(model_lr_test(big, small, r, &err)); /* in either order */
    assert_true(close_to(r[1].stat, 9.116974335178094, 1e-8) &&
                close_to(r[1].p, 0.0025324848119910137, 1e-7));
    assert_true(r[1].df == 1 && r[0].df_residual == 30);
    assert_false(model_lr_test(other, big, r, &err));
    assert_non_null(strstr(err.msg, "different rows: 6 and 32"));
    /* another variable altogether is no part of it; a polynomial holds its variable */
    Model *beside = fit_formula(f, "am ~ poly(hp, 2)"), *curve = fit_formula(f, "am ~ poly(wt, 2)");
    err = (Error)ERROR_INIT;
    assert_false(model_lr_test(small, beside, r, &err));
    assert_non_null(strstr(err.msg, "neither lies within the other"));
    err = (Error)ERROR_INIT;
    assert_true(model_lr_test(small, curve, r, &err) && r[1].df == 1 && r[1].stat > 0);
    model_unref(beside);
    model_unref(curve);
    size_t n;
    CompareRow *c = model_compare(small, big, &n);
    assert_true(n == 3 && strcmp(c[1].term, "wt") == 0 && c[1].a != c[1].b && !isnan(c[1].se_b));
    assert_true(strcmp(c[2].term, "hp") == 0 && isnan(c[2].a) && c[2].b > 0 && !c[1].flips);
    free(c);
    model_unref(small);
    model_unref(big);
    model_unref(other);
    frame_unref(f);
    frame_unref(part);
}

static void refusals(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(400, 71), *other = visits(300, 71);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + lang";
    spec.fit.l2 = 1;
    Model *m = fit_spec(f, &spec);
    size_t n;
    assert_null(model_anova(m, &(Dataset){f, NULL}, ANOVA_ORDER, &n, &err));
    assert_non_null(strstr(err.msg, "penalty"));
    model_unref(m);
    error_clear(&err);
    m = fit_formula(f, "viewed ~ age + lang");
    assert_null(model_anova(m, &(Dataset){other, NULL}, ANOVA_DROP, &n, &err));
    assert_non_null(strstr(err.msg, "400 rows"));
    model_unref(m);
    frame_unref(f);
    frame_unref(other);
}

/* With a test part, the tests are on the training rows. */
static void training_rows(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(1000, 72);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + lang";
    spec.test_frac = 0.3;
    spec.seed = 3;
    Model *m = fit_spec(f, &spec);
    size_t n;
    AnovaRow *r = model_anova(m, &(Dataset){f, NULL}, ANOVA_ORDER, &n, &err);
    assert_non_null(r);
    assert_true(n == 3 && close_to(r[2].residual, m->fit->deviance, 1e-10));
    free(r);
    model_unref(m);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_r),     cmocka_unit_test(inflation),     cmocka_unit_test(two_models),
        cmocka_unit_test(refusals), cmocka_unit_test(training_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
