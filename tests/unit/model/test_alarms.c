/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_alarms.c - each alarm is raised where it should be, names its column, and is silent where
 * all is well. */
#include "worlds.h"

#include "features/simulate.h"
#include "model/alarms.h"

/* n rows "y,x,g,k": y by chance unless the level of g decides it. */
static Frame *groups(size_t n, const char *const *levels, const int *decides, size_t nlevels)
{
    Rng r = rng_stream(5, "groups");
    Buf b = BUF_INIT;
    buf_puts(&b, "y,x,g,k\n");
    for (size_t i = 0; i < n; i++) {
        size_t g = i % nlevels;
        int y = decides[g] >= 0 ? decides[g] : rng_unit(&r) < 0.4;
        buf_printf(&b, "%d,%.4f,%s,%c\n", y, rng_normal(&r), levels[g], "pq"[rng_below(&r, 2)]);
    }
    Frame *f = frame_of(b.p);
    buf_free(&b);
    return f;
}

static void separation(void **state)
{
    (void)state;
    static const char *const levels[] = {"a", "b", "c", "d"};
    static const struct {
        const char *name, *formula, *text;
        int decides[4];
    } rows[] = {
        {"one level",
         "y ~ x + g",
         "level c of g has y = 1 in all 500 rows: its coefficient runs to plus infinity",
         {-1, -1, 1, -1}},
        {"none in it",
         "y ~ x + g",
         "level b of g has y = 0 in all 500 rows: its coefficient runs to minus infinity",
         {-1, 0, -1, -1}},
        {"the reference",
         "y ~ x + g",
         "level a of g, the reference, has y = 1 in all 500 rows: all its other levels run to "
         "minus infinity",
         {1, -1, -1, -1}},
        {"the reference and levels like it",
         "y ~ x + g",
         "level a of g, the reference, has y = 0 in all 500 rows, as has c: all its other levels run to "
         "plus infinity",
         {0, -1, 0, -1}},
        {"each level for itself",
         "y ~ g",
         "level b of g has y = 1 in all 500 rows: its coefficient runs to plus infinity",
         {0, 1, 0, 0}},
        {"a product", "y ~ x + g:k", " of g:k has y = 1 in all ", {-1, -1, 1, -1}},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Frame *f = groups(2000, levels, rows[i].decides, 4);
        Model *m = fit_formula(f, rows[i].formula);
        const Alarm *a = alarm_about(m, ALARM_SEPARATION);
        check_row(a != NULL, rows[i].name);
        if (!strstr(a->text, rows[i].text))
            fail_msg("%s: %s\n", rows[i].name, a->text);
        bool reference = strstr(a->text, "the reference") != NULL;
        check_row(strstr(a->help, "--l2 1") && strstr(a->help, "--firth"), rows[i].name);
        check_row(strstr(a->help, reference ? "C(g, ref = \"" : "leave '") != NULL, rows[i].name);
        model_unref(m);
        frame_unref(f);
    }
}

static void separated_numbers(void **state)
{
    (void)state;
    Frame *f = frame_of("y,x\n0,1\n0,2\n0,3\n1,4\n1,5\n1,6\n0,1.5\n1,5.5\n0,2.5\n1,4.5\n");
    Model *m = fit_formula(f, "y ~ x");
    const Alarm *a = alarm_about(m, ALARM_SEPARATION);
    assert_non_null(a);
    assert_non_null(
        strstr(a->text, "x alone splits y: it is 1 from 4 upwards and 0 from 3 downwards"));
    model_unref(m);
    frame_unref(f);
}

/* Fits that end where no fit should: each is said. */
static void bad_ends(void **state)
{
    (void)state;
    static const struct {
        const char *data, *formula, *family, *link;
        AlarmKind kind;
        const char *text;
    } rows[] = {
        {"y,x\n0,0\n0,1\n1,2\n0,3\n1,4\n1,5\n1,6\n0,1\n1,3\n1,7\n", "y ~ x", "binomial", "identity",
         ALARM_NOT_CONVERGED,
         "came to the edge: a binomial cannot have the mean that the identity"},
        {"y,x\n1,0\n3,1\n5,2\n7,3\n9,4\n", "y ~ x", "gaussian", NULL, ALARM_PERFECT,
         "a perfect fit: every response is told exactly"},
        {"y,x\n1,a\n3,b\n5,c\n7,d\n", "y ~ x", "gaussian", NULL, ALARM_PERFECT,
         "as many coefficients as rows (4)"},
        {"y,x\n3,0\n4,1\n3,2\n4,3\n3,4\n4,6\n", "y ~ x", "negbin", NULL, ALARM_THETA,
         "theta runs to infinity: y varies no more than a Poisson's"},
        {"y,x\n3,2\n4,2\n3,2\n4,2\n", "y ~ x", "gaussian", NULL, ALARM_CONSTANT,
         "x never varies: it is 2 in every row"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Frame *f = frame_of(rows[i].data);
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = rows[i].formula;
        spec.family = rows[i].family;
        spec.link = rows[i].link;
        Model *m = model_fit(&(Dataset){f, NULL}, &spec, &err);
        if (!m)
            fail_msg("%s: %s\n", rows[i].text, err.msg);
        const Alarm *a = alarm_about(m, rows[i].kind);
        check_row(a != NULL && a->help[0], rows[i].text);
        if (!strstr(a->text, rows[i].text))
            fail_msg("%s: %s\n", rows[i].text, a->text);
        model_unref(m);
        frame_unref(f);
    }
}

/* Where the likelihood is highest at the edge of the means' range the search goes along it: the deviances are
 * scipy's (1.17, minimize_scalar over the edge a + 7 b = 1, and a + 7 b = 0 for the log). */
static void at_the_edge(void **state)
{
    (void)state;
    static const struct {
        const char *link;
        double deviance;
    } rows[] = {{"identity", 7.926519701528625}, {"log", 9.018673465318097}};
    Frame *f = frame_of("y,x\n0,0\n0,1\n1,2\n0,3\n1,4\n1,5\n1,6\n0,1\n1,3\n1,7\n");
    for (size_t i = 0; i < COUNT(rows); i++) {
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = "y ~ x";
        spec.link = rows[i].link;
        Model *m = fit_spec(f, &spec);
        check_row(fabs(m->fit->deviance - rows[i].deviance) < 1e-5, rows[i].link);
        check_row(m->fit->status != FIT_CONVERGED, rows[i].link);
        const Alarm *a = alarm_about(m, ALARM_NOT_CONVERGED);
        check_row(a && strstr(a->text, "came to the edge"), rows[i].link);
        model_unref(m);
    }
    frame_unref(f);
}

static void leakage(void **state)
{
    (void)state;
    Frame *base = visits(1000, 31);
    Column *c = column_new(COL_REAL, base->rows, NULL);
    const Column *y = frame_column(base, STR("viewed"));
    for (size_t i = 0; i < base->rows; i++)
        c->v.d[i] = (y->v.i[i] ? 2 : 0) + (double)(i % 100) / 49; /* a little overlap */
    Frame *f = frame_with(base, "minutes", c);
    Model *m = fit_formula(f, "viewed ~ minutes + age");
    const Alarm *a = alarm_about(m, ALARM_LEAKAGE);
    assert_non_null(a);
    assert_string_equal(a->column, "minutes");
    assert_non_null(strstr(a->text, "AUC 0.99"));
    model_unref(m);
    m = fit_formula(f, "viewed ~ age + lang");
    assert_null(alarm_about(m, ALARM_LEAKAGE));
    model_unref(m);
    frame_unref(f);
    frame_unref(base);
}

static void later_times(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    buf_puts(&b, "viewed,timestamp,last_seen\n");
    for (int i = 0; i < 60; i++)
        buf_printf(&b, "%d,2024-01-%02d 10:00:00,2024-01-%02d 09:00:00\n", i * 7 % 5 < 2,
                   i % 28 + 1, i % 6 == 0 ? 29 : i % 28 + 1);
    Frame *f = frame_of(b.p);
    Model *m = fit_formula(f, "viewed ~ last_seen");
    const Alarm *a = alarm_about(m, ALARM_TIME);
    assert_non_null(a);
    assert_non_null(strstr(a->text, "last_seen is later than timestamp in 10 of 60 rows"));
    model_unref(m);
    frame_unref(f);
    buf_free(&b);
}

static void collinear(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *base = visits(1000, 32);
    Column *c = column_new(COL_REAL, base->rows, NULL);
    for (size_t i = 0; i < base->rows; i++)
        c->v.d[i] = column_real(frame_column(base, STR("age")), i) * 12 + (double)(i % 7);
    Frame *f = frame_with(base, "months", c);
    Model *m = fit_formula(f, "viewed ~ age + months + lang");
    const Alarm *a = alarm_about(m, ALARM_COLLINEAR);
    assert_non_null(a);
    assert_non_null(
        strstr(a->text, "age is nearly a combination of other columns, most of all months (VIF "));
    double vif[3];
    size_t df[3];
    assert_true(model_vif(m, vif, df));
    assert_true(vif[0] > 1000 && close_to(vif[0], vif[1], 0.01) && vif[2] < 1.2 && df[0] == 1 &&
                df[2] == 2);
    model_unref(m);
    m = fit_formula(f, "viewed ~ age + I(3 * age) + lang");
    a = alarm_about(m, ALARM_COLLINEAR);
    assert_true(a && strstr(a->text, "I(3 * age): the same is said by other columns together"));
    model_unref(m);
    m = fit_formula(f, "viewed ~ age + I(age^2) + lang");
    assert_null(alarm_about(m, ALARM_COLLINEAR)); /* x and x^2 go together by design */
    model_unref(m);
    m = fit_formula(f, "viewed ~ age");
    assert_false(model_vif(m, vif, df));
    model_unref(m);
    frame_unref(f);
    frame_unref(base);
    assert_int_equal(err.code, ERR_NONE);
}

static void levels(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    buf_puts(&b, "y,g,who,user_id\n");
    for (int i = 0; i < 400; i++)
        buf_printf(&b, "%d,%s,name%d,%d\n", i * 31 % 7 < 3,
                   i < 2   ? "rare"
                   : i % 2 ? "a"
                           : "b",
                   i, i);
    Frame *f = frame_of(b.p);
    Model *m = fit_formula(f, "y ~ g + user_id");
    const Alarm *a = alarm_about(m, ALARM_RARE_LEVEL);
    assert_true(a && strstr(a->text, "1 of 3 levels of g has fewer than 10 rows (rare 2)"));
    a = alarm_about(m, ALARM_ID_LIKE);
    assert_true(a && strcmp(a->column, "user_id") == 0);
    model_unref(m);
    frame_unref(f);
    buf_free(&b);
}

static void imbalance(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    buf_puts(&b, "y,x\n");
    for (int i = 0; i < 1000; i++)
        buf_printf(&b, "%d,%d\n", i % 250 == 0, i * 17 % 23);
    Frame *f = frame_of(b.p);
    Model *m = fit_formula(f, "y ~ x");
    const Alarm *a = alarm_about(m, ALARM_IMBALANCE);
    assert_true(a && strstr(a->text, "y is 1 in only 0.4 % of the rows") &&
                strstr(a->text, "99.60 %"));
    model_unref(m);
    frame_unref(f);
    buf_free(&b);
}

/* Users and posts of a simulated blog: the alarm is up until a term joins them. */
static void same_ranking(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Simulated s;
    assert_true(simulate_blog(&(SimulateOptions){200, 60, 10, 4000, 3}, &s, &err));
    World w = {.users = s.users,
               .posts = s.posts,
               .products = s.products,
               .events = s.interactions,
               .users_name = "users",
               .posts_name = "posts",
               .products_name = "products",
               .events_name = "interactions"};
    w.users_roles = roles_guess("users", s.users);
    w.posts_roles = roles_guess("posts", s.posts);
    w.products_roles = roles_guess("products", s.products);
    w.events_roles = roles_guess("interactions", s.interactions);
    world_link(&w);
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    Recipe *r;
    FeatureReport report;
    Frame *f = features_build(&w, &opt, &r, &report, &err);
    assert_non_null(f);
    static const struct {
        const char *formula;
        bool alarm;
    } rows[] = {{"viewed ~ age + gender + lang", true},
                {"viewed ~ age + gender + lang + gender:lang", false},
                {"viewed ~ age + lang + prev_author_hits", false},
                {"viewed ~ age + gender", false}}; /* nothing about posts at all: no order */
    for (size_t i = 0; i < COUNT(rows); i++) {
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = rows[i].formula;
        Model *m = model_fit(&(Dataset){f, r}, &spec, &err);
        check_row(m != NULL, rows[i].formula);
        const Alarm *a = alarm_about(m, ALARM_SAME_RANKING);
        check_row((a != NULL) == rows[i].alarm, rows[i].formula);
        if (a)
            assert_non_null(strstr(a->help, "age:lang"));
        model_unref(m);
    }
    recipe_unref(r);
    feature_report_clear(&report);
    frame_unref(f);
    simulated_clear(&s);
}

static void all_is_well(void **state)
{
    (void)state;
    Frame *f = visits(3000, 33);
    Model *m = fit_formula(f, "viewed ~ age + hours + member");
    assert_int_equal(m->nalarms, 0);
    model_unref(m);
    frame_unref(f);
}

static bool has(const Alarm *list, size_t n, AlarmKind kind, const char *column)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].kind == kind && strcmp(list[i].column, column) == 0)
            return true;
    return false;
}

static void tables(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    buf_puts(&b, "y,x,twin,same,gaps,answer,name\n");
    for (int i = 0; i < 300; i++) {
        int y = i * 31 % 7 < 3;
        buf_printf(&b, "%d,%d,%d,7,%s,%s,n%d\n", y, i % 50, i % 50, i % 4 ? "" : "1",
                   y ? "yes" : "no", i);
    }
    Frame *f = frame_of(b.p);
    Error err = ERROR_INIT;
    size_t n;
    Alarm *list = alarms_check(f, "y", &n, &err);
    assert_int_equal(err.code, ERR_NONE);
    assert_true(has(list, n, ALARM_DUPLICATE, "twin") && has(list, n, ALARM_CONSTANT, "same"));
    assert_true(has(list, n, ALARM_MISSING, "gaps") && has(list, n, ALARM_LEAKAGE, "answer"));
    assert_true(has(list, n, ALARM_ID_LIKE, "name") && !has(list, n, ALARM_LEAKAGE, "name"));
    assert_false(has(list, n, ALARM_DUPLICATE, "x"));
    free(list);
    list = alarms_check(f, NULL, &n, &err);
    assert_true(n >= 4 && !has(list, n, ALARM_LEAKAGE, "answer"));
    free(list);
    assert_null(alarms_check(f, "z", &n, &err));
    assert_int_equal(err.code, ERR_NAME);
    frame_unref(f);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(separation),   cmocka_unit_test(separated_numbers),
        cmocka_unit_test(bad_ends), cmocka_unit_test(at_the_edge),     cmocka_unit_test(leakage),
        cmocka_unit_test(later_times),  cmocka_unit_test(collinear),
        cmocka_unit_test(levels),       cmocka_unit_test(imbalance),
        cmocka_unit_test(same_ranking), cmocka_unit_test(all_is_well),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
