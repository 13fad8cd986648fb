/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_expr_text.c - expressions as text: printing and parsing back, where they end, what they
 * read, their types once bound, the table of functions. */
#include "expr_sample.h"

#include <stdlib.h>
#include <strings.h>

static void printing(void **state)
{
    (void)state;
    static const struct {
        const char *expr, *want; /* want NULL: as it is */
    } cases[] = {
        {"log1p( u_comments )", "log1p(u_comments)"},
        {"I( x ^ 2 )", "I(x^2)"},
        {"sqrt(ped)", NULL},
        {"a+b*c-d", "a + b * c - d"},
        {"a / b", "a/b"},
        {"(a+b)*2", "(a + b) * 2"},
        {"((a))", NULL},
        {"-a", NULL},
        {"- ( a )", "-(a)"},
        {"a^-1", NULL},
        {"a ** b", "a^b"},
        {"a %% 2", "a%%2"},
        {"a %/% 2", "a%/%2"},
        {"a % 2", NULL},
        {"a=b", "a == b"},
        {"a<>b", "a != b"},
        {"a and not b or c", "a & !b | c"},
        {"a && b || c", "a & b | c"},
        {"x in ('a','b')", "x %in% c(\"a\", \"b\")"},
        {"x + 1 in (1)", "(x + 1) %in% c(1)"},
        {"x not in (1,2)", "!x %in% c(1, 2)"},
        {"x is null", "is.na(x)"},
        {"x is not null", "!is.na(x)"},
        {"x like 'a%'", "x like \"a%\""},
        {"x between 1 and 2", NULL},
        {"case when a then 1 else 2 end", NULL},
        {"if(a,b,c)", "if(a, b, c)"},
        {"LOG(x)", "log(x)"},
        {"I(Species == \"setosa\")", NULL},
        {"true", "TRUE"},
        {"null", "NA"},
        {"x + 100000", "x + 1e+05"},
        {"x + 123456", NULL},
        {"x + 0.0001", "x + 1e-04"},
        {"x + 0.001", NULL},
        {"x + 1000", NULL},
        {"x + 2.50", "x + 2.5"},
        {"x + 1L", "x + 1"},
        {"x + 0.1", NULL},
        {"x + 0", NULL},
        {"x + 0.12345678901234567", "x + 0.12345678901234566"},
        {"x + 1e300", "x + 1e+300"},
        {"'it''s \"so\"'", "\"it's \\\"so\\\"\""},
        {"'a\\.b'", "\"a\\\\.b\""},
        {"`Post Title`", NULL},
        {"`in` + `a`", "`in` + a"},
        {"`a``b`", "`a\\`b`"},
        {"Sepal.Length", NULL},
        {"\xc3\xa9t\xc3\xa9 + 1", NULL},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Expr *e = expr_parse(a, str_of(cases[k].expr), 0, &err);
        if (!e)
            fail_msg("'%s': %s\n", cases[k].expr, err.msg);
        Buf b = BUF_INIT, again = BUF_INIT;
        expr_print(e, &b);
        const char *want = cases[k].want ? cases[k].want : cases[k].expr;
        if (!str_eqz(buf_slice(&b), want))
            fail_msg("'%s' prints %.*s, wanted %s\n", cases[k].expr, (int)b.n, b.p, want);
        e = expr_parse(a, buf_slice(&b), 0, &err); /* and parses back */
        if (!e)
            fail_msg("'%s' prints '%s', which fails: %s\n", cases[k].expr, b.p, err.msg);
        expr_print(e, &again);
        check_row(str_eq(buf_slice(&b), buf_slice(&again)), cases[k].expr);
        buf_free(&b);
        buf_free(&again);
        arena_free(a);
    }
}

static void prefixes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t used;
    } cases[] = {
        {"age > 3 as old", 7},
        {"age > 3 sort -age", 7},
        {"lang in ('a') limit 5", 13},
        {"age is not null by lang", 15},
        {"mean(age), k = 2", 9},
        {"age not sort", 3},
        {"a | less", 8},
        {"x 'unclosed", 1},
        {"case when a then b end end", 22},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        size_t used = 0;
        check_row(expr_parse_prefix(a, str_of(cases[k].text), 0, &used, &err) != NULL,
                  cases[k].text);
        if (used != cases[k].used)
            fail_msg("'%s': %zu used\n", cases[k].text, used);
        arena_free(a);
    }
}

static void columns_read(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Str *names;
    Expr *e = expr_parse(a, STR("if(b > a, log(a), `c d` + b)"), 0, &err);
    assert_int_equal(expr_columns(e, a, &names), 3);
    assert_true(str_eqz(names[0], "b") && str_eqz(names[1], "a") && str_eqz(names[2], "c d"));
    assert_true(expr_is_rowwise(e));
    assert_false(expr_is_rowwise(expr_parse(a, STR("1 + mean(x)"), 0, &err)));
    assert_false(expr_is_rowwise(expr_parse(a, STR("min(x)"), 0, &err)));
    assert_true(expr_is_rowwise(expr_parse(a, STR("min(x, 1)"), 0, &err)));
    assert_int_equal(expr_columns(expr_parse(a, STR("1"), 0, &err), a, &names), 0);
    arena_free(a);
}

static void types_when_bound(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        ColType want;
    } cases[] = {
        {"age", COL_INT},           {"age / 2", COL_REAL},
        {"age > 2", COL_BOOL},      {"lang", COL_CODE},
        {"lower(lang)", COL_CODE},  {"title", COL_TEXT},
        {"lower(title)", COL_TEXT}, {"concat(lang, title)", COL_TEXT},
        {"when", COL_TIME},         {"if(ok, lang, 'x')", COL_CODE},
    };
    Frame *f = sample();
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Expr *e = expr_parse(a, str_of(cases[k].expr), 0, &err);
        check_row(expr_bind(e, f, NULL, &err) && expr_type(e) == cases[k].want, cases[k].expr);
        arena_free(a);
    }
    frame_unref(f);
}

static void unused_levels_go(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Frame *f = sample();
    Column *c =
        expr_eval(expr_parse(a, STR("if(lang == 'ruby', 'other', lang)"), 0, &err), f, &err);
    assert_int_equal(c->levels->n, 2);
    assert_true(str_eqz(levels_at(c->levels, 0), "Java"));
    assert_true(str_eqz(levels_at(c->levels, 1), "other"));
    column_unref(c);
    frame_unref(f);
    arena_free(a);
}

static void function_rows(void **state)
{
    (void)state;
    size_t n;
    const ExprFunc *rows = expr_funcs(&n);
    assert_true(n > 50);
    for (size_t k = 0; k < n; k++) {
        check_row(rows[k].brief && *rows[k].brief && rows[k].args, rows[k].name);
        check_row(k == 0 || strcasecmp(rows[k - 1].name, rows[k].name) < 0 || k == 1, rows[k].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printing), cmocka_unit_test(prefixes), cmocka_unit_test(columns_read),
        cmocka_unit_test(types_when_bound), cmocka_unit_test(unused_levels_go),
        cmocka_unit_test(function_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
