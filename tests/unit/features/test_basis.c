/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_basis.c - poly, ns, bs and cut in a design: fits on known data have R's coefficients
 * (R 4.2.2, re-solved in 50 digits), columns have the properties that define them, and prediction
 * outside the data goes on as R's does.
 */
#include "tables.h"

#include <math.h>

#include "features/design.h"
#include "known_data.h"
#include "newton.h"

static Design *learn(const Frame *f, const char *formula, bool binary)
{
    Error err = ERROR_INIT;
    Terms *t = terms_parse(str_of(formula), 0, f, &err);
    if (!t)
        fail_msg("'%s': %s\n", formula, err.msg);
    Design *d = design_learn(t, f, &(DesignOptions){.binary_response = binary}, &err);
    if (!d)
        fail_msg("'%s': %s\n", formula, err.msg);
    return d;
}

static double *dense(const Design *d)
{
    double *x = malloc(d->n * d->x.p * sizeof *x);
    for (size_t i = 0; i < d->n; i++)
        matrix_row(&d->x, i, x + i * d->x.p);
    return x;
}

/* Least squares by the normal equations. */
static void least_squares(const double *x, const double *y, size_t n, size_t p, double *b)
{
    double *a = calloc(p * p, sizeof *a);
    memset(b, 0, p * sizeof *b);
    for (size_t j = 0; j < p; j++) {
        long double xy = 0;
        for (size_t i = 0; i < n; i++)
            xy += (long double)x[i * p + j] * y[i];
        b[j] = (double)xy;
        for (size_t k = 0; k <= j; k++) {
            long double xx = 0;
            for (size_t i = 0; i < n; i++)
                xx += (long double)x[i * p + j] * x[i * p + k];
            a[j * p + k] = (double)xx;
        }
    }
    assert_true(cholesky(a, p));
    solve_lower(a, p, b);
    solve_upper(a, p, b);
    free(a);
}

static void known_fits(void **state)
{
    (void)state;
    static const struct {
        const char *data, *formula, *names;
        size_t p;
        double b[7];
        double digits;
    } cases[] = {
        {cars,
         "dist ~ poly(speed, 3)",
         "poly(speed, 3)1 poly(speed, 3)2 poly(speed, 3)3",
         4,
         {42.98, 145.55225504575705, 22.99576359734316, 13.796883817009629},
         1e-13},
        {mcycle,
         "accel ~ ns(times, df = 5)",
         "ns(times, df = 5)1",
         6,
         {-27.673545226906032, -140.11761213665665, 48.475704160517495, 6.721817584084759,
          114.96306891854726, -33.61298881225903},
         1e-10},
        {mcycle,
         "accel ~ ns(times, knots = c(15, 20, 25, 35))",
         "ns(times, knots = c(15, 20, 25, 35))1",
         6,
         {-24.701428741419043, -141.0320301359551, 34.03792898210169, 14.575269265846126,
          107.17322486698578, -36.26172188599494},
         1e-10},
        {pima,
         "type ~ bs(age, knots = c(30, 45)) + glu",
         "bs(age, knots = c(30, 45))1",
         7,
         {-6.098053109474797, -0.21783521728412075, 1.849636817233016, 1.0269757053417683,
          4.469924948184793, -1.9512231589901363, 0.03546450755259995},
         1e-9},
    };
    for (size_t c = 0; c < COUNT(cases); c++) {
        Frame *f = table(cases[c].data);
        bool logit = cases[c].data == pima;
        Design *d = learn(f, cases[c].formula, logit);
        assert_int_equal(d->x.p, cases[c].p);
        check_row(!strncmp(d->enc->cols[1].name, cases[c].names, strlen(d->enc->cols[1].name)),
                  cases[c].formula);
        double *x = dense(d), b[7];
        if (logit)
            assert_true(newton(x, d->y, d->n, d->x.p, 0, b, NULL));
        else
            least_squares(x, d->y, d->n, d->x.p, b);
        for (size_t j = 0; j < d->x.p; j++)
            if (fabs(b[j] - cases[c].b[j]) > cases[c].digits * fabs(cases[c].b[j]))
                fail_msg("'%s' %s: %.17g, not %.17g\n", cases[c].formula, d->enc->cols[j].name,
                         b[j], cases[c].b[j]);
        free(x);
        design_free(d);
        frame_unref(f);
    }
}

/* Replays the design's terms at the given x. */
static void at(const Design *d, const char *column, double x, double *out)
{
    Error err = ERROR_INIT;
    Column *c = column_new(COL_REAL, 1, &err);
    c->v.d[0] = x;
    char *name = xstrdup(column);
    Frame *f = frame_new(&name, &c, 1, 1);
    uint8_t *ok;
    Design *r = design_replay(d->enc, f, NULL, 0, UNSEEN_NULL, false, &ok, NULL, &err);
    if (!r)
        fail_msg("%s\n", err.msg);
    assert_true(ok[0]);
    matrix_row(&r->x, 0, out);
    free(ok);
    free(name);
    design_free(r);
    frame_unref(f);
}

static Frame *unit_interval(size_t n)
{
    Error err = ERROR_INIT;
    Column *cols[2] = {column_new(COL_REAL, n, &err), column_new(COL_REAL, n, &err)};
    for (size_t i = 0; i < n; i++) {
        cols[0]->v.d[i] = (double)i / (double)(n - 1);
        cols[1]->v.d[i] = (double)(i % 3);
    }
    static char x[] = "x", y[] = "y";
    return frame_new((char *const[]){x, y}, cols, 2, n);
}

static void bernstein(void **state)
{
    (void)state;
    /* Without inner knots the cubic B-splines on [0, 1] are Bernstein's polynomials; outside R's
     * are the same cubics. */
    Frame *f = unit_interval(11);
    Design *d = learn(f, "y ~ bs(x)", false);
    assert_int_equal(d->x.p, 4);
    for (double x = -0.5; x < 1.6; x += 0.125) {
        double out[4], want[4] = {1, 3 * x * (1 - x) * (1 - x), 3 * x * x * (1 - x), x * x * x};
        at(d, "x", x, out);
        for (size_t j = 0; j < 4; j++)
            assert_true(fabs(out[j] - want[j]) < 1e-14);
    }
    design_free(d);
    frame_unref(f);
}

static void natural(void **state)
{
    (void)state;
    Frame *f = unit_interval(41);
    Design *d = learn(f, "y ~ ns(x, df = 4)", false);
    assert_int_equal(d->x.p, 5);
    assert_int_equal(d->enc->vars[0].nknots, 11);
    assert_true(fabs(d->enc->vars[0].knots[4] - 0.25) < 1e-15);
    double a[5], b[5], c[5];
    for (int side = 0; side < 2; side++) { /* linear outside, and smooth where it begins */
        double edge = side;
        double out = side ? 1.0 : -1.0, h = 1e-4;
        at(d, "x", edge + out * 0.5, a);
        at(d, "x", edge + out * 1.0, b);
        at(d, "x", edge + out * 1.5, c);
        for (size_t j = 1; j < 5; j++)
            assert_true(fabs(a[j] - 2 * b[j] + c[j]) < 1e-13);
        double slope[5];
        for (size_t j = 1; j < 5; j++)
            slope[j] = (b[j] - a[j]) / 0.5;
        at(d, "x", edge, a);
        at(d, "x", edge - out * h, b);
        at(d, "x", edge - 2 * out * h, c);
        for (size_t j = 1; j < 5; j++) {
            assert_true(fabs((a[j] - b[j]) / h - slope[j]) < 1e-5);
            assert_true(fabs(a[j] - 2 * b[j] + c[j]) / (h * h) <
                        0.05); /* second derivative goes to 0 */
        }
    }
    /* df = 1 is a straight line. */
    Design *line = learn(f, "y ~ ns(x, df = 1)", false);
    assert_string_equal(line->enc->cols[1].name, "ns(x, df = 1)");
    at(line, "x", 0, a);
    at(line, "x", 0.3, b);
    at(line, "x", 0.6, c);
    assert_true(fabs(a[1] - 2 * b[1] + c[1]) < 1e-15);
    design_free(line);
    design_free(d);
    frame_unref(f);
}

static void orthogonal(void **state)
{
    (void)state;
    Frame *f = table(mcycle);
    Design *d = learn(f, "accel ~ poly(times, 5)", false);
    double *x = dense(d);
    for (size_t j = 0; j < 6; j++)
        for (size_t k = 0; k <= j; k++) {
            double sum = 0;
            for (size_t i = 0; i < d->n; i++)
                sum += x[i * 6 + j] * x[i * 6 + k];
            double want = j != k ? 0 : j ? 1 : (double)d->n;
            assert_true(fabs(sum - want) < 1e-13 * (double)d->n);
        }
    free(x);
    design_free(d);
    Design *raw = learn(f, "accel ~ poly(times, 3, raw = TRUE)", false);
    double out[4];
    at(raw, "times", 2, out);
    assert_true(out[1] == 2 && out[2] == 4 && out[3] == 8);
    assert_string_equal(raw->enc->cols[3].name, "poly(times, 3, raw = TRUE)3");
    design_free(raw);
    Design *one = learn(f, "accel ~ poly(times, 1)", false);
    assert_string_equal(one->enc->cols[1].name, "poly(times, 1)");
    design_free(one);
    frame_unref(f);
}

static void cuts(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *levels; /* as R's levels(cut(...)), used ones only */
        size_t dropped;
    } cases[] = {
        {"y ~ cut(x, c(0, 2, 5, 10))", "(0,2] (2,5] (5,10]", 1},
        {"y ~ cut(x, c(0, 2, 5, 10), include.lowest = TRUE)", "[0,2] (2,5] (5,10]", 0},
        {"y ~ cut(x, c(0, 2, 5, 10), right = FALSE)", "[0,2) [2,5) [5,10)", 1},
        {"y ~ cut(x, c(-Inf, 5, Inf))", "(-Inf,5] (5, Inf]", 0},
        {"y ~ cut(x, c(0, 5, Inf), right = FALSE)", "[0,5) [5,Inf)", 0},
        {"y ~ cut(x, 2)", "(-0.01,5] (5,10]", 0},
        {"y ~ cut(x, c(-1, 2.0001, 2.0002, 20))", "(-1,2.0001] (2.0002,20]", 0},
    };
    Frame *f = table("x:real,y:real\n0,1\n1,2\n2,4\n3,1\n5,3\n6,3\n10,2\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        Design *d = learn(f, cases[i].formula, false);
        Buf b = BUF_INIT;
        const VarCode *c = &d->enc->vars[0];
        for (size_t k = 0; k < c->nlevels; k++)
            buf_printf(&b, "%s%s", k ? " " : "", c->levels[k]);
        if (strcmp(b.p, cases[i].levels))
            fail_msg("'%s': %s, not %s\n", cases[i].formula, b.p, cases[i].levels);
        check_row(d->dropped == cases[i].dropped, cases[i].formula);
        buf_free(&b);
        design_free(d);
    }
    frame_unref(f);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void knots(void **state)
{
    (void)state;
    enum { N = 1237 };
    for (size_t ties = 1; ties <= 100; ties *= 10) {
        Error err = ERROR_INIT;
        Column *cols[2] = {column_new(COL_REAL, N, &err), column_new(COL_REAL, N, &err)};
        double sorted[N];
        for (size_t i = 0; i < N; i++) {
            sorted[i] = cols[0]->v.d[i] = (double)(i * 7919 % N / ties);
            cols[1]->v.d[i] = (double)(i % 5);
        }
        qsort(sorted, N, sizeof *sorted, by_value);
        static char x[] = "x", y[] = "y";
        Frame *f = frame_new((char *const[]){x, y}, cols, 2, N);
        Design *d = learn(f, "y ~ bs(x, df = 9)", false);
        const VarCode *c = &d->enc->vars[0];
        assert_int_equal(c->nknots, 14);
        for (size_t k = 0; k < 6; k++) {
            double index = (N - 1) * (double)(k + 1) * (1.0 / 7), h = index - floor(index);
            size_t lo = (size_t)floor(index);
            assert_true(fabs(c->knots[4 + k] - ((1 - h) * sorted[lo] + h * sorted[lo + 1])) <
                        1e-12);
        }
        assert_true(c->knots[3] == sorted[0] && c->knots[10] == sorted[N - 1]);
        design_free(d);
        frame_unref(f);
    }
}

static void refused(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *msg;
    } cases[] = {
        {"y ~ poly(x, 3)", "more than 3 distinct values"},
        {"y ~ bs(x, knots = c(9))", "knot 9 of 'bs(x, knots = c(9))' is not between 1 and 3"},
        {"y ~ bs(x, df = 2)", "df of at least 3"},
        {"y ~ ns(g, df = 2)", "needs a number"},
        {"y ~ ns(none)", "no complete row is left"},
        {"y ~ cut(one, 3)", "single value"},
        {"y ~ ns(one)", "two distinct values"},
        {"y ~ poly(1 / zero, 1)", "is inf where zero = 0: rows 1, 3"},
    };
    Frame *f = table(
        "x:real,y:real,g:code,none:real,one:int,zero:int\n1,1,a,,4,0\n2,2,b,,4,1\n3,1,a,,4,0\n");
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Terms *t = terms_parse(str_of(cases[i].formula), 0, f, &err);
        assert_non_null(t);
        assert_null(design_learn(t, f, &(DesignOptions){0}, &err));
        if (!strstr(err.msg, cases[i].msg))
            fail_msg("'%s': '%s', not '%s'\n", cases[i].formula, err.msg, cases[i].msg);
        check_row(err.at.from == 4, cases[i].formula);
    }
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_fits), cmocka_unit_test(bernstein), cmocka_unit_test(natural),
        cmocka_unit_test(orthogonal), cmocka_unit_test(cuts),      cmocka_unit_test(refused),
        cmocka_unit_test(knots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
