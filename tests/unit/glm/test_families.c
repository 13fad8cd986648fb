/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_families.c - families and links against their definitions, and against each other. */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "glm/family.h"

#include <cmocka.h>

static void near(const char *what, double a, double b, double rel)
{
    if (!(fabs(a - b) <= rel * fmax(fabs(b), 1e-300)))
        fail_msg("%s: %.17g is not %.17g", what, a, b);
}

static const Family *fam(const char *name)
{
    Error err = ERROR_INIT;
    const Family *f = family_find(str_of(name), SPAN_NONE, &err);
    assert_non_null(f);
    return f;
}

/* d d/d mu = -2 (y - mu) / V, and d = 0 at y = mu: every deviance by its derivative. */
static void deviance_has_its_derivative(void **state)
{
    (void)state;
    size_t n;
    const Family *const *rows = family_table(&n);
    static const double mus[] = {0.02, 0.3, 0.5, 0.97, 1.5, 12, 400},
                        ratios[] = {0.2, 0.9, 0.99999, 1.0, 1.3, 4};
    for (size_t k = 0; k < n; k++) {
        double param = rows[k]->takes_param
                           ? (isnan(rows[k]->param_default) ? 2.5 : rows[k]->param_default)
                           : 0;
        for (size_t i = 0; i < sizeof mus / sizeof *mus; i++) {
            for (size_t j = 0; j < sizeof ratios / sizeof *ratios; j++) {
                double mu = mus[i], y = mu * ratios[j], h = 1e-4 * mu;
                if (!rows[k]->mu_valid(mu + h) || !rows[k]->y_valid(y) || y == mu)
                    continue;
                double slope =
                    (rows[k]->deviance(y, mu + h, param) - rows[k]->deviance(y, mu - h, param)) /
                    (2 * h);
                double want = -2 * (y - mu) / rows[k]->variance(mu, param);
                if (fabs(ratios[j] - 1) > 1e-3)
                    near(rows[k]->name, slope, want, 1e-4);
                assert_true(rows[k]->deviance(y, mu, param) >= 0);
            }
        }
        assert_true(rows[k]->deviance(0.5, 0.5, param) == 0.0);
    }
}

/* Near y = mu the deviance is (y - mu)^2 / V, to second order, however small: no cancellation. */
static void deviance_near_the_mean(void **state)
{
    (void)state;
    size_t n;
    const Family *const *rows = family_table(&n);
    for (size_t k = 0; k < n; k++) {
        double param = rows[k]->takes_param ? 1.5 : 0;
        for (double t = 1e-3; t > 1e-8; t *= 1e-1) {
            double mu = 0.3, y = mu * (1 + t), d = y - mu;
            near(rows[k]->name, rows[k]->deviance(y, mu, param),
                 d * d / rows[k]->variance(mu, param), 3 * t + 1e-7);
        }
    }
}

/* The difference of log-likelihoods at two mu is half the difference of deviances, over phi. */
static void likelihood_agrees_with_deviance(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double y, w, phi, param;
    } cases[] = {
        {"binomial", 0.25, 8, 1, 0},
        {"binomial", 1, 1, 1, 0},
        {"binomial", 0, 3, 1, 0},
        {"binomial", 0.5, 1e6, 1, 0},
        {"poisson", 3, 1, 1, 0},
        {"poisson", 0, 2, 1, 0},
        {"poisson", 1e5, 1, 1, 0},
        {"gaussian", -2, 3, 0.7, 0},
        {"gamma", 0.4, 2, 0.3, 0},
        {"gamma", 4, 1, 1e-4, 0},
        {"inverse-gaussian", 2, 1, 0.5, 0},
        {"negbin", 4, 1, 1, 2.5},
        {"negbin", 0, 1, 1, 0.3},
        {"negbin", 1200, 2, 1, 40},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Family *f = fam(cases[i].name);
        double y = cases[i].y, w = cases[i].w, phi = cases[i].phi, p = cases[i].param, a = 0.3,
               b = 0.6;
        double ll = f->loglik(y, a, w, phi, p) - f->loglik(y, b, w, phi, p);
        double dev = w * (f->deviance(y, b, p) - f->deviance(y, a, p)) / (2 * phi);
        near(cases[i].name, ll, dev, 1e-10);
    }
}

/* Probabilities add up to 1. */
static void likelihoods_are_normalised(void **state)
{
    (void)state;
    double s = 0;
    for (int k = 0; k <= 10; k++)
        s += exp(fam("binomial")->loglik(k / 10.0, 0.3, 10, 1, 0));
    near("binomial", s, 1, 1e-13);
    s = 0;
    for (int k = 0; k < 200; k++)
        s += exp(fam("poisson")->loglik(k, 7.5, 1, 1, 0));
    near("poisson", s, 1, 1e-13);
    s = 0;
    for (int k = 0; k < 4000; k++)
        s += exp(fam("negbin")->loglik(k, 7.5, 1, 1, 0.8));
    near("negbin", s, 1, 1e-12);
    double g = 0, ig = 0, h = 1e-3;
    for (double y = h / 2; y < 60; y += h) {
        g += h * exp(fam("gamma")->loglik(y, 2, 1, 0.4, 0));
        ig += h * exp(fam("inverse-gaussian")->loglik(y, 2, 1, 0.4, 0));
    }
    near("gamma", g, 1, 1e-4);
    near("inverse gaussian", ig, 1, 1e-4);
}

static void stirling(void **state)
{
    (void)state;
    /* log(n!) - log(sqrt(2 pi n)(n/e)^n) to 16 digits, by mpmath 1.3 */
    near("1", stirling_rest(1), 0.081061466795327258, 1e-14);
    near("10", stirling_rest(10), 0.0083305634333631, 1e-10);
    near("1e6", stirling_rest(1e6), 8.3333333333330556e-08, 1e-14);
    assert_true(fabs(stirling_rest(15.0) - stirling_rest(15.000001)) < 1e-9);
}

/* g(g^-1(eta)) = eta, and d mu/d eta is the slope. */
static void links_invert(void **state)
{
    (void)state;
    size_t n;
    const Link *const *rows = link_table(&n);
    for (size_t k = 0; k < n; k++) {
        for (double eta = -3; eta < 3; eta += 0.37) {
            double e[3] = {eta, eta - 1e-5, eta + 1e-5}, mu[3], d[3];
            rows[k]->inverse(e, 3, mu, d);
            if (isnan(mu[1]) || (mu[0] <= 0 && !isnan(rows[k]->link(0.3)) && k == 8))
                continue;
            near(rows[k]->name, rows[k]->link(mu[0]), eta, 1e-8);
            assert_true(fabs((mu[2] - mu[1]) / 2e-5 - d[0]) < 1e-6 * fabs(d[0]) + 1e-9);
        }
    }
    double far[2] = {800, -800}, mu[2], d[2];
    for (size_t k = 0; k < n; k++) {
        rows[k]->inverse(far, 2, mu, d);
        assert_false(isinf(mu[0]) && isinf(mu[1]));
    }
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *given, *name;
    } ok[] = {{"Gamma", "gamma"},
              {"nb", "negbin"},
              {"inverse.gaussian", "inverse-gaussian"},
              {"BINOMIAL", "binomial"}};
    for (size_t i = 0; i < sizeof ok / sizeof *ok; i++)
        assert_string_equal(fam(ok[i].given)->name, ok[i].name);
    Error err = ERROR_INIT;
    assert_null(family_find(STR("poison"), SPAN_NONE, &err));
    assert_int_equal(err.code, ERR_NAME);
    assert_string_equal(err.hint, "did you mean 'poisson'?");
    error_clear(&err);
    assert_null(link_find(STR("zzzzzzz"), SPAN_NONE, &err));
    assert_non_null(strstr(err.hint, "logit"));
    error_clear(&err);
    assert_string_equal(link_find(STR("1/mu^2"), SPAN_NONE, &err)->name, "inverse-squared");
    assert_false(family_allows(fam("binomial"), link_find(STR("inverse"), SPAN_NONE, &err), &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_non_null(strstr(err.hint, "cloglog"));
    size_t n;
    const Family *const *rows = family_table(&n);
    for (size_t k = 0; k < n; k++)
        assert_true(family_allows(rows[k], family_link(rows[k]), NULL));
}

static void ranges(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double y;
        bool valid;
    } cases[] = {
        {"binomial", 0, true},         {"binomial", 1.01, false}, {"binomial", NAN, false},
        {"poisson", -1, false},        {"poisson", 2.5, true},    {"poisson", INFINITY, false},
        {"gamma", 0, false},           {"gamma", 1e-300, true},   {"gaussian", -1e300, true},
        {"gaussian", INFINITY, false}, {"tweedie", 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(fam(cases[i].name)->y_valid(cases[i].y), cases[i].valid);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deviance_has_its_derivative),
        cmocka_unit_test(deviance_near_the_mean),
        cmocka_unit_test(likelihood_agrees_with_deviance),
        cmocka_unit_test(likelihoods_are_normalised),
        cmocka_unit_test(stirling),
        cmocka_unit_test(links_invert),
        cmocka_unit_test(names),
        cmocka_unit_test(ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
