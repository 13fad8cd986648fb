/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_formula.c - formulas to terms: the algebra, order and names of R's terms.formula, variables
 * as R deparses them, and mistakes with their place.
 */
#include "tables.h"

#include "features/formula.h"

static Frame *wide(void)
{
    return table("y:real,a:int,b:int,c:code,Post Title:code\n1,2,3,u,t\n");
}

/* "y | 1 | a | b | a:b | offset(z)" */
static void spell(const Terms *t, Buf *out)
{
    buf_puts(out, t->response_name);
    buf_puts(out, t->intercept ? " | 1" : " | 0");
    for (size_t k = 0; k < t->nterms; k++)
        buf_printf(out, " | %s", t->terms[k].name);
    for (size_t k = 0; k < t->noffsets; k++) {
        buf_puts(out, " | offset(");
        expr_print(t->offsets[k], out);
        buf_putc(out, ')');
    }
    buf_putc(out, '\0');
}

static void terms(void **state)
{
    (void)state;
    /* The right sides are R 4.2's attr(terms(f), "term.labels"). */
    static const struct {
        const char *formula, *terms;
    } cases[] = {
        {"y ~ a", "y | 1 | a"},
        {"y~a+b", "y | 1 | a | b"},
        {"y ~ 1", "y | 1"},
        {"y ~ 0", "y | 0"},
        {"y ~ -1", "y | 0"},
        {"y ~ 0 + a", "y | 0 | a"},
        {"y ~ a - 1", "y | 0 | a"},
        {"y ~ a - 0", "y | 1 | a"},
        {"y ~ a + 0 + 1", "y | 1 | a"},
        {"y ~ a - (1)", "y | 0 | a"},
        {"y ~ a + a", "y | 1 | a"},
        {"y ~ a:b + a", "y | 1 | a | a:b"},
        {"y ~ b:a + a + b", "y | 1 | a | b | b:a"},
        {"y ~ a + b:a", "y | 1 | a | a:b"},
        {"y ~ a*b", "y | 1 | a | b | a:b"},
        {"y ~ a*b - a", "y | 1 | b | a:b"},
        {"y ~ a*b*c", "y | 1 | a | b | c | a:b | a:c | b:c | a:b:c"},
        {"y ~ a*b*c - a:b:c", "y | 1 | a | b | c | a:b | a:c | b:c"},
        {"y ~ (a + b)^2", "y | 1 | a | b | a:b"},
        {"y ~ (a + b + c)^2", "y | 1 | a | b | c | a:b | a:c | b:c"},
        {"y ~ (a + b + c)^3 - c", "y | 1 | a | b | a:b | a:c | b:c | a:b:c"},
        {"y ~ a^2", "y | 1 | a"},
        {"y ~ a %in% b", "y | 1 | a:b"},
        {"y ~ b + a %in% b", "y | 1 | b | b:a"},
        {"y ~ a/b", "y | 1 | a | a:b"},
        {"y ~ (a + b)/c", "y | 1 | a | b | a:b:c"},
        {"y ~ a + b - b", "y | 1 | a"},
        {"y ~ a - a", "y | 1"},
        {"y ~ .", "y | 1 | a | b | c | `Post Title`"},
        {"y ~ . - b", "y | 1 | a | c | `Post Title`"},
        {"log(a) ~ .", "log(a) | 1 | y | b | c | `Post Title`"},
        {"y ~ (. - c)^2 - a:b", "y | 1 | a | b | `Post Title` | a:`Post Title` | b:`Post Title`"},
        {"y ~ a + offset(log(b))", "y | 1 | a | offset(log(b))"},
        {"y ~ offset(b) - 1", "y | 0 | offset(b)"},
        {"y ~ `Post Title`:a", "y | 1 | `Post Title`:a"},
        {"cbind(a, b) ~ c", "cbind(a, b) | 1 | c"},
        {"I(c == 'u') ~ a", "I(c == \"u\") | 1 | a"},
        {"c == 'u' ~ a", "c == \"u\" | 1 | a"},
        {"sqrt(y)~a", "sqrt(y) | 1 | a"},
    };
    Frame *f = wide();
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Terms *t = terms_parse(str_of(cases[i].formula), 0, f, &err);
        if (!t)
            fail_msg("'%s': %s\n", cases[i].formula, err.msg);
        Buf b = BUF_INIT;
        spell(t, &b);
        if (strcmp(b.p, cases[i].terms))
            fail_msg("'%s':\n  %s, not\n  %s\n", cases[i].formula, b.p, cases[i].terms);
        buf_free(&b);
        terms_free(t);
    }
    frame_unref(f);
}

static void variables(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name;
        VarKind kind;
        int degree, df;
        size_t nknots;
    } cases[] = {
        {"log1p( a )", "log1p(a)", VAR_EXPR, 0, 0, 0},
        {"I(a^2)", "I(a^2)", VAR_EXPR, 0, 0, 0},
        {"I( a*b )", "I(a * b)", VAR_EXPR, 0, 0, 0},
        {"poly(a,3)", "poly(a, 3)", VAR_POLY, 3, 0, 0},
        {"poly(a,degree=2,raw=T)", "poly(a, degree = 2, raw = TRUE)", VAR_POLY, 2, 0, 0},
        {"ns(times,df=5)", "ns(times, df = 5)", VAR_NS, 0, 5, 0},
        {"ns(times, 5)", "ns(times, 5)", VAR_NS, 0, 5, 0},
        {"ns(t,knots=c(15,20.5))", "ns(t, knots = c(15, 20.5))", VAR_NS, 0, 0, 2},
        {"ns(t, df = 3, Boundary.knots = c(-1, 9))", "ns(t, df = 3, Boundary.knots = c(-1, 9))",
         VAR_NS, 0, 3, 0},
        {"bs(age, knots = c( 45,30 ))", "bs(age, knots = c(45, 30))", VAR_BS, 3, 0, 2},
        {"bs(age, df=4, degree=2)", "bs(age, df = 4, degree = 2)", VAR_BS, 2, 4, 0},
        {"cut(age, c(0, 18, Inf))", "cut(age, c(0, 18, Inf))", VAR_CUT, 0, 0, 3},
        {"cut(age, 4)", "cut(age, 4)", VAR_CUT, 0, 0, 0},
        {"cut(age, breaks=c(1,2),right=FALSE)", "cut(age, breaks = c(1, 2), right = FALSE)",
         VAR_CUT, 0, 0, 2},
        {"C(country, ref='USA')", "C(country, ref = \"USA\")", VAR_FACTOR, 0, 0, 0},
        {"factor( year )", "factor(year)", VAR_FACTOR, 0, 0, 0},
        {"factor(floor(a / 10))", "factor(floor(a/10))", VAR_FACTOR, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Buf text = BUF_INIT;
        buf_printf(&text, "y ~ %s", cases[i].text);
        Terms *t = terms_parse(buf_slice(&text), 0, NULL, &err);
        if (!t)
            fail_msg("'%s': %s\n", cases[i].text, err.msg);
        const Var *v = &t->vars[0];
        if (strcmp(v->name, cases[i].name))
            fail_msg("'%s' is named %s, not %s\n", cases[i].text, v->name, cases[i].name);
        check_row(v->kind == cases[i].kind && v->degree == cases[i].degree && v->df == cases[i].df,
                  cases[i].text);
        check_row(v->nknots == cases[i].nknots, cases[i].text);
        for (size_t k = 1; k < v->nknots; k++)
            check_row(v->knots[k] > v->knots[k - 1], cases[i].text);
        check_row(v->at.from == 4 && v->at.to == 4 + strlen(cases[i].text), cases[i].text);
        terms_free(t);
        buf_free(&text);
    }
}

static const char *last_of(const char *text, const char *part)
{
    const char *at = strstr(text, part), *next = at;
    while (*part && next) {
        at = next;
        next = strstr(next + 1, part);
    }
    return at;
}

static void mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *part; /* what the caret marks, its last occurrence */
        const char *msg;
    } cases[] = {
        {"y ~ x +", "+", "the formula ends"},
        {"y ~", "~", "the formula ends"},
        {"y", "y", "needs a '~'"},
        {"~ x", "~", "no response"},
        {"y ~ x ~ z", "~ z", "one '~'"},
        {"y ~ (a + b", "(", "not closed"},
        {"y ~ a + b)", ")", "never opened"},
        {"y ~ log(a", "(", "not closed"},
        {"y ~ a b", "b", "an operator is wanted"},
        {"y ~ a + 2", "2", "only 0 and 1"},
        {"y ~ 2*a", "2", "only 0 and 1"},
        {"y ~ 1:a", "1", "cannot stand beside"},
        {"y ~ a > 30", ">", "not an operator"},
        {"y ~ a == 1", "== 1", "not an operator"},
        {"y ~ a ++ b", "+ b", "a term is wanted"},
        {"y ~ 'a'", "'a'", "a text cannot be a term"},
        {"y ~ a^b", "b", "whole number"},
        {"y ~ a^0", "0", "whole number"},
        {"y ~ `a", "`", "no partner"},
        {"y ~ .", ".", "needs a table"},
        {"y ~ y", "y", "is the response"},
        {"y ~ cbind(a, b)", "cbind(a, b)", "left of '~' only"},
        {"cbind(a) ~ b", "cbind(a)", "takes two"},
        {"y ~ poly(a, b)", "b)", "whole number"},
        {"y ~ poly(a, 0)", "0", "between"},
        {"y ~ poly(a, 2, TRUE, 4)", "4", "too many"},
        {"y ~ ns(a, what = 3)", "what", "takes no 'what'"},
        {"y ~ ns(a, knots = c(1, z))", "z", "not a number"},
        {"y ~ ns(a, knots = c(1, 1))", "c(1, 1)", "given twice"},
        {"y ~ cut(a)", "cut(a)", "needs breaks"},
        {"y ~ cut(a, 1)", "1", "number of intervals"},
        {"y ~ C(a)", "C(a)", "needs ref"},
        {"y ~ C(a, ref = USA)", "USA", "level in quotes"},
        {"y ~ factor()", "factor()", "needs a variable"},
        {"y ~ offset(a):b", "offset(a)", "cannot stand beside"},
        {"y ~ a - offset(b)", "b", "cannot be taken away"},
        {"y ~ a:b:c:d:e:f:g:h:i", "a:b:c:d:e:f:g:h:i", "at most 8"},
        {"", "", "needs a '~'"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Terms *t = terms_parse(str_of(cases[i].formula), 100, NULL, &err);
        if (t || !strstr(err.msg, cases[i].msg))
            fail_msg("'%s': '%s', not '%s'\n", cases[i].formula, err.msg, cases[i].msg);
        const char *at = last_of(cases[i].formula, cases[i].part);
        if (err.at.from != 100 + (size_t)(at - cases[i].formula))
            fail_msg("'%s': marked at %zu\n", cases[i].formula, err.at.from - 100);
        check_row(err.code == ERR_USAGE, cases[i].formula);
    }
}

static void printed(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *text, *columns;
    } cases[] = {
        {"y~a+  b:a", "y ~ a + a:b", "y a b"},
        {"y ~ 0 + log(a)", "y ~ log(a) - 1", "y a"},
        {"y ~ 1", "y ~ 1", "y"},
        {"y ~ 0", "y ~ 0", "y"},
        {"cbind(k, n - k) ~ poly(a,2) + offset(log(e))",
         "cbind(k, n - k) ~ poly(a, 2) + offset(log(e))", "k n a e"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Terms *t = terms_parse(str_of(cases[i].formula), 0, NULL, &err), *again;
        assert_non_null(t);
        Buf b = BUF_INIT, c = BUF_INIT;
        terms_print(t, &b);
        check_row(str_eqz(buf_slice(&b), cases[i].text), cases[i].formula);
        again = terms_parse(buf_slice(&b), 0, NULL, &err);
        check_row(again && again->nterms == t->nterms, cases[i].formula);
        Str *names;
        size_t n = terms_columns(t, true, t->arena, &names);
        for (size_t k = 0; k < n; k++)
            buf_printf(&c, "%s%.*s", k ? " " : "", STR_ARG(names[k]));
        check_row(str_eqz(buf_slice(&c), cases[i].columns), cases[i].formula);
        check_row(terms_columns(t, false, t->arena, &names) < n, cases[i].formula);
        buf_free(&b);
        buf_free(&c);
        terms_free(t);
        terms_free(again);
    }
    Error err = ERROR_INIT;
    Terms *t = terms_parse(STR(" y  ~\n a +  `b  c` "), 0, NULL, &err);
    assert_string_equal(t->text, "y ~ a + `b  c`");
    terms_free(t);
    terms_free(NULL);
}

static void without(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *left;
        size_t drop;
    } cases[] = {
        {"y ~ a + b + a:b", "y ~ b + a:b", 0},
        {"y ~ b:a + a + b", "y ~ b + b:a", 0}, /* the order of names stays */
        {"y ~ log(a) + b - 1", "y ~ b - 1", 0},
        {"y ~ a + offset(z)", "y ~ offset(z)", 0},
        {"y ~ ns(a, df = 3) + b", "y ~ ns(a, df = 3)", 1},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Terms *t = terms_parse(str_of(cases[i].formula), 0, NULL, &err);
        Terms *rest = terms_without(t, &cases[i].drop, 1, &err);
        check_row(rest, cases[i].formula);
        check_row(!strcmp(rest->text, cases[i].left), rest->text);
        for (size_t k = 0; k < rest->nterms; k++)
            for (size_t j = 0; j < rest->terms[k].nvars; j++)
                check_row(rest->terms[k].var[j] < rest->nvars, cases[i].formula);
        terms_free(t);
        terms_free(rest);
    }
}

static void many_columns(void **state)
{
    (void)state;
    enum { N = 3000 };
    char **names = malloc(N * sizeof *names), text[16];
    Column **cols = malloc(N * sizeof *cols);
    Error err = ERROR_INIT;
    for (size_t j = 0; j < N; j++) {
        snprintf(text, sizeof text, "x%zu", j);
        names[j] = strdup(text);
        cols[j] = column_new(COL_REAL, 1, &err);
    }
    Frame *f = frame_new(names, cols, N, 1);
    Terms *t = terms_parse(STR("x7 ~ . - x9"), 0, f, &err);
    assert_int_equal(t->nterms, N - 2);
    assert_int_equal(t->nvars, N - 2);
    terms_free(t);
    assert_null(terms_parse(STR("x7 ~ .^2"), 0, f, &err));
    assert_non_null(strstr(err.msg, "more than"));
    frame_unref(f);
    for (size_t j = 0; j < N; j++)
        free(names[j]);
    free(names);
    free(cols);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms),   cmocka_unit_test(variables), cmocka_unit_test(mistakes),
        cmocka_unit_test(printed), cmocka_unit_test(without),   cmocka_unit_test(many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
