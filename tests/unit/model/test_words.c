/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_words.c - coefficients as sentences, and the order of the coefficient table. */
#include "worlds.h"

static const CoefRow *row_of(const CoefRow *rows, size_t n, const char *term)
{
    for (size_t k = 0; k < n; k++)
        if (strcmp(rows[k].term, term) == 0)
            return &rows[k];
    fail_msg("no coefficient '%s'\n", term);
    return NULL;
}

static void sentences(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *family, *link, *term, *text;
        Encode encode;
    } rows[] = {
        {"viewed ~ age + lang", NULL, NULL, "langpython",
         "a post about python has # times the odds of a view of one about java (# to #), other "
         "things equal",
         0},
        {"viewed ~ age + lang", NULL, NULL, "age",
         "each year of a user's age multiplies the odds of a view by # (# to #), other things "
         "equal",
         0},
        {"viewed ~ hours + lang", NULL, NULL, "hours",
         "one more unit of hours multiplies the odds of a view by # (# to #), other things equal",
         0},
        {"viewed ~ age + lang", NULL, NULL, "(Intercept)",
         "where every number is 0 and every level the reference, the probability of a view is # (# "
         "to #)",
         0},
        {"viewed ~ age + lang", NULL, NULL, "lang_java",
         "a post about java multiplies the odds of a view by # (# to #), other things equal",
         ENCODE_ONEHOT},
        {"clicks ~ age + lang", "poisson", NULL, "langpython",
         "a post about python has # times the expected clicks of one about java (# to #), other "
         "things equal",
         0},
        {"hours ~ age + lang", "gaussian", NULL, "langpython",
         "a post about python, against one about java, ~ the expected hours by # (# to #), other "
         "things equal",
         0},
        {"viewed ~ age + lang", NULL, "probit", "age",
         "each year of a user's age raises the probit of the probability of a view by # (# to #), "
         "other things equal",
         0},
        {"viewed ~ age:lang", NULL, NULL, "age:langjava",
         "each year of a user's age with a post about java, beyond what each does alone, "
         "multiplies the odds of a view by "
         "# (# to #), other things equal",
         0},
        {"viewed ~ age + I(2 * age)", NULL, NULL, "I(2 * age)",
         "I(2 * age) is not estimated: other columns together say the same", 0},
        {"viewed ~ lang", NULL, NULL, "lang1",
         "a post about java, against the mean of all levels, multiplies the odds of a view by # (# "
         "to #), other things "
         "equal",
         ENCODE_SUM},
    };
    Frame *f = visits(20000, 41);
    for (size_t i = 0; i < COUNT(rows); i++) {
        ModelSpec spec = MODEL_SPEC_DEFAULT;
        spec.formula = rows[i].formula;
        spec.family = rows[i].family;
        spec.link = rows[i].link;
        spec.encode = rows[i].encode;
        spec.fit.l2 = rows[i].encode == ENCODE_ONEHOT;
        Model *m = fit_spec(f, &spec);
        CoefRow *c = calloc(m->enc->ncols, sizeof *c);
        size_t n = model_coefs(m, SORT_MODEL, 0.95, c);
        Buf b = BUF_INIT;
        coef_sentence(m, row_of(c, n, rows[i].term), &b);
        /* '#' stands for a number, '~' for raises or lowers; a note on doubt may follow */
        const char *got = b.p, *want = rows[i].text;
        while (*want && *got) {
            if (*want == '#' || *want == '~') {
                bool number = *want == '#';
                const char *from = got;
                while (number ? (*got >= '0' && *got <= '9') || *got == '.' || *got == '-' ||
                                    *got == 'e'
                              : *got >= 'a' && *got <= 'z')
                    got++;
                if (got == from)
                    break;
                want++;
            } else if (*want++ != *got++) {
                break;
            }
        }
        if (*want || (*got && !strstr(b.p, "no effect is possible too")))
            fail_msg("%s %s:\n  %s\n  %s\n", rows[i].formula, rows[i].term, b.p, rows[i].text);
        buf_free(&b);
        free(c);
        model_unref(m);
    }
    frame_unref(f);
}

static void orders(void **state)
{
    (void)state;
    Frame *f = visits(3000, 42);
    Model *m = fit_formula(f, "viewed ~ age + lang + hours + I(2 * age)");
    CoefRow c[8];
    size_t n = model_coefs(m, SORT_COEF, 0.95, c);
    assert_int_equal(n, m->enc->ncols);
    for (size_t k = 1; k + 1 < n; k++)
        assert_true(c[k - 1].estimate >= c[k].estimate);
    assert_true(c[n - 1].aliased &&
                isnan(c[n - 1].estimate)); /* what is not estimated comes last */
    model_coefs(m, SORT_ABS, 0.95, c);
    for (size_t k = 1; k + 1 < n; k++)
        assert_true(!(fabs(c[k - 1].std_estimate) < fabs(c[k].std_estimate)));
    model_coefs(m, SORT_P, 0.95, c);
    for (size_t k = 1; k + 1 < n; k++)
        assert_true(!(c[k - 1].p > c[k].p));
    model_coefs(m, SORT_NAME, 0.95, c);
    for (size_t k = 1; k < n; k++)
        assert_true(strcmp(c[k - 1].term, c[k].term) < 0);
    model_coefs(m, SORT_MODEL, 0.5, c);
    assert_string_equal(c[0].term, "(Intercept)");
    double narrow = c[1].high - c[1].low;
    model_coefs(m, SORT_MODEL, 0.99, c);
    assert_true(c[1].high - c[1].low > narrow);
    assert_true(close_to(c[1].odds_ratio, exp(c[1].estimate), 1e-15) &&
                close_to(c[1].odds_low, exp(c[1].low), 1e-15));
    model_unref(m);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sentences), cmocka_unit_test(orders)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
