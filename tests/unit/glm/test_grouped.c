/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_grouped.c - distinct rows with counts give the fit of all rows, and are refused when they
 * do not pay. */
#include <setjmp.h>
#include <stdarg.h>

#include "world.h"

#include <cmocka.h>

static void round_numbers(World *w)
{
    for (size_t i = 0; i < w->n; i++) {
        w->x[i] = nearbyint(w->x[i]);
        w->z[i] = nearbyint(w->z[i] * 4) / 4;
        w->w[i] = (double)(i % 3);
        w->offset[i] = (double)(i % 2) * 0.5;
    }
}

static void near(double a, double b, double tol)
{
    if (!(fabs(a - b) <= tol * (1e-300 + fabs(b))))
        fail_msg("%.17g is not %.17g", a, b);
}

static void same_sums_and_fit(void **state)
{
    (void)state;
    for (int with = 0; with < 2; with++) {
        World *w = world_new("binomial", 60000, 31);
        Error err = ERROR_INIT;
        round_numbers(w);
        if (with) {
            w->pb.w = w->w;
            w->pb.offset = w->offset;
        }
        w->blocks[3].has_times = with; /* the factor times a number of few values */
        w->blocks[3].times = (Vec){VEC_REAL, w->z};
        Oracle *a = oracle_rows(&w->pb, &err), *b = oracle_grouped(&w->pb, &err);
        assert_non_null(b);
        double grad[2][WORLD_P], info[2][WORLD_P * WORLD_P],
            at[WORLD_P] = {0.1, 0.2, -0.3, 0.1, 0, 0.4};
        Stats st[2] = {{.grad = grad[0], .info = info[0]}, {.grad = grad[1], .info = info[1]}};
        assert_true(a->eval(a, at, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &st[0], &err));
        double shifted[WORLD_P];
        for (size_t j = 0; j < WORLD_P; j++)
            shifted[j] = at[j];
        for (size_t j = 1; j < 3; j++) /* the two count from other origins */
            shifted[0] += (b->centre[j] - a->centre[j]) * at[j];
        assert_true(b->eval(b, shifted, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &st[1], &err));
        near(st[1].deviance, st[0].deviance, 1e-12);
        near(grad[1][0], grad[0][0], 1e-9);
        near(info[1][4 * WORLD_P + 4], info[0][4 * WORLD_P + 4], 1e-12);
        assert_true(st[0].n == 60000 && st[1].n == 60000 && a->n_effective == b->n_effective);
        a->close(a);
        b->close(b);
        /* fit_run groups by itself; robust errors keep the rows apart and tell the same
         * coefficients */
        FitOptions opt = FIT_OPTIONS_DEFAULT;
        Fit *f = fit_run(&w->pb, &opt, &err);
        opt.robust = ROBUST_HC0;
        Fit *g = fit_run(&w->pb, &opt, &err);
        assert_true(f && g);
        for (size_t j = 0; j < WORLD_P; j++)
            near(f->b[j], g->b[j], 1e-9);
        near(f->deviance, g->deviance, 1e-12);
        near(f->null_deviance, g->null_deviance, 1e-12);
        near(f->aic, g->aic, 1e-12);
        near(f->bic, g->bic, 1e-12);
        assert_true(f->n == g->n && f->rows == g->rows && f->df_residual == g->df_residual);
        fit_free(f);
        fit_free(g);
        world_free(w);
    }
}

static void not_worth_it(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    World *w = world_new("binomial", 60000, 3);
    assert_null(oracle_grouped(&w->pb, &err)); /* numbers with many values */
    assert_false(error_is_set(&err));
    round_numbers(w);
    w->m.n = 300; /* not several rows for each cell */
    assert_null(oracle_grouped(&w->pb, &err));
    assert_false(error_is_set(&err));
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_sums_and_fit),
                                       cmocka_unit_test(not_worth_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
