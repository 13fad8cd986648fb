/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_simulate.c - sizes, determinism, and that a fit on the features finds the truth again. */
#include "tables.h"

#include <math.h>
#include <stdio.h>

#include "features/recipe.h"
#include "features/simulate.h"
#include "unit/features/newton.h"

static void sizes(void **state)
{
    (void)state;
    static const SimulateOptions cases[] = {
        {20, 10, 5, 300, 1}, {1, 1, 0, 1, 1}, {3, 1, 0, 50, 2}, {100, 30, 10, 1000, 3}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Simulated s;
        assert_true(simulate_blog(&cases[k], &s, &err));
        assert_int_equal(s.users->rows, cases[k].users);
        assert_int_equal(s.posts->rows, cases[k].posts);
        assert_int_equal(s.products->rows, cases[k].products);
        assert_int_equal(s.interactions->rows, cases[k].interactions);
        const Column *t = frame_column(s.interactions, STR("timestamp"));
        for (size_t i = 1; i < t->n; i++)
            assert_true(t->v.i[i - 1] <= t->v.i[i]);
        simulated_clear(&s);
    }
    Error err = ERROR_INIT;
    Simulated s;
    assert_false(simulate_blog(&(SimulateOptions){0, 1, 1, 1, 1}, &s, &err));
    assert_int_equal(err.code, ERR_USAGE);
}

static void print_frame(const Frame *f, Buf *out)
{
    for (size_t i = 0; i < f->rows; i++)
        for (size_t j = 0; j < f->ncols; j++) {
            column_print(f->cols[j], i, out);
            buf_putc(out, j + 1 < f->ncols ? ',' : '\n');
        }
}

static void same_seed_same_bytes(void **state)
{
    (void)state;
    Buf text[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    for (size_t k = 0; k < 3; k++) {
        Error err = ERROR_INIT;
        Simulated s;
        assert_true(simulate_blog(&(SimulateOptions){30, 20, 5, 400, k / 2}, &s, &err));
        print_frame(s.users, &text[k]);
        print_frame(s.posts, &text[k]);
        print_frame(s.products, &text[k]);
        print_frame(s.interactions, &text[k]);
        simulated_clear(&s);
    }
    assert_string_equal(text[0].p, text[1].p);
    assert_string_not_equal(text[0].p, text[2].p);
    for (size_t k = 0; k < 3; k++)
        buf_free(&text[k]);
}

/* The value of a term of the truth in a row: "(Intercept)", "log1p(x)", "colLEVEL" or "a:b" of
 * these. */
static double term_value(const Frame *f, const char *term, size_t row)
{
    static const char *const factors[] = {"gender", "country", "lang"};
    const char *colon = strchr(term, ':');
    char name[64];
    if (strcmp(term, "(Intercept)") == 0)
        return 1;
    if (colon) {
        snprintf(name, sizeof name, "%.*s", (int)(colon - term), term);
        return term_value(f, name, row) * term_value(f, colon + 1, row);
    }
    if (strncmp(term, "log1p(", 6) == 0) {
        snprintf(name, sizeof name, "%.*s", (int)strlen(term) - 7, term + 6);
        return log1p(cell(f, name, row));
    }
    for (size_t k = 0; k < COUNT(factors); k++)
        if (strncmp(term, factors[k], strlen(factors[k])) == 0)
            return str_eqz(cell_text(f, factors[k], row), term + strlen(factors[k]));
    return cell(f, term, row);
}

/* 4 standard errors of 22 coefficients: a wrong alarm once in 700 seeds; and they must be worth
 * something. */
static void truth_is_found(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Simulated s;
    assert_true(simulate_blog(&(SimulateOptions){800, 300, 50, 40000, 11}, &s, &err));
    World w = world_of(s.users, s.posts, s.products, s.interactions);
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    FeatureReport report;
    Recipe *recipe;
    Frame *f = features_build(&w, &opt, &recipe, &report, &err);
    assert_non_null(f);
    size_t p, n = 0;
    const SimulateTruth *truth = simulate_truth(&p);
    double *x = calloc(f->rows * p, sizeof *x), *y = calloc(f->rows, sizeof *y), b[64], se[64];
    const Column *age = frame_column(f, STR("age"));
    for (size_t i = 0; i < f->rows; i++) {
        if (column_is_null(age, i))
            continue;
        for (size_t j = 0; j < p; j++)
            x[n * p + j] = term_value(f, truth[j].term, i);
        y[n++] = cell(f, "viewed", i);
    }
    assert_true(n < f->rows && n > 9 * f->rows / 10);
    assert_true(newton(x, y, n, p, 0, b, se));
    for (size_t j = 0; j < p; j++)
        if (!(fabs(b[j] - truth[j].value) < 4 * se[j]) || !(se[j] < 0.25))
            fail_msg("%s is %.3f (std. error %.3f), in truth %.3f", truth[j].term, b[j], se[j],
                     truth[j].value);
    free(x);
    free(y);
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    simulated_clear(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(same_seed_same_bytes),
        cmocka_unit_test(truth_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
