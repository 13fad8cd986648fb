/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_influence.c - leaving rows out one by one against the formulas that avoid it. */
#include <setjmp.h>
#include <stdarg.h>

#include "glm/influence.h"
#include "world.h"

#include <cmocka.h>

static void leaving_one_out(void **state)
{
    (void)state;
    World *w = world_new("gaussian", 60, 2);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    Fit *f = fit_run(&w->pb, &opt, &err);
    RowInfluence rows[60];
    assert_non_null(f);
    assert_true(influence_all(&w->pb, f, rows, &err));
    double sum = 0;
    for (size_t i = 0; i < 60; i++)
        sum += rows[i].leverage;
    assert_true(fabs(sum - WORLD_P) < 1e-10);
    w->pb.w = w->w;
    for (size_t left = 0; left < 60; left += 7) {
        for (size_t i = 0; i < 60; i++)
            w->w[i] = i != left;
        Fit *g = fit_run(&w->pb, &opt, &err);
        double row[WORLD_P], d[WORLD_P], cook = 0;
        matrix_row(&w->m, left, row);
        double resid = w->y[left] - fit_eta(g, row), se = fit_eta_se(g, row);
        double t = resid / sqrt(g->dispersion + se * se);
        assert_true(fabs(rows[left].student - t) < 1e-9);
        for (size_t i = 0; i < 60; i++) {
            matrix_row(&w->m, i, row);
            d[0] = fit_eta(f, row) - fit_eta(g, row);
            cook += d[0] * d[0];
        }
        assert_true(fabs(rows[left].cook - cook / (WORLD_P * f->dispersion)) < 1e-9);
        fit_free(g);
    }
    fit_free(f);
    world_free(w);
}

static void the_top(void **state)
{
    (void)state;
    World *w = world_new("binomial", 500, 9);
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    Error err = ERROR_INIT;
    Fit *f = fit_run(&w->pb, &opt, &err);
    RowInfluence *all = xcalloc(500, sizeof *all), top[20];
    size_t found;
    assert_true(f && influence_all(&w->pb, f, all, &err));
    static const InfluenceBy by[] = {INFLUENCE_COOK, INFLUENCE_LEVERAGE, INFLUENCE_STUDENT};
    for (size_t k = 0; k < 3; k++) {
        assert_true(influence_top(&w->pb, f, by[k], 20, top, &found, &err));
        assert_int_equal(found, 20);
        size_t above = 0;
        for (size_t i = 0; i < 500; i++) {
            double v = k == 0 ? all[i].cook : k == 1 ? all[i].leverage : fabs(all[i].student);
            double low = k == 0 ? top[19].cook : k == 1 ? top[19].leverage : fabs(top[19].student);
            above += v >= low;
        }
        assert_int_equal(above, 20);
    }
    assert_true(influence_top(&w->pb, f, INFLUENCE_COOK, 0, top, &found, &err) && found == 0);
    w->m.n = 15;
    assert_true(influence_top(&w->pb, f, INFLUENCE_COOK, 20, top, &found, &err) && found == 15);
    free(all);
    fit_free(f);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(leaving_one_out),
                                       cmocka_unit_test(the_top)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
