/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_parse.c - where commands end, comments, quotes, redirections, variables. */
#include "unit/check.h"

#include "shell/parse.h"

/* The commands of a text joined by '|'; '>' behind the last one that wants more. */
static void cut_all(const char *text, Buf *out)
{
    size_t pos = 0;
    Span at;
    Str s = str_of(text);
    buf_clear(out);
    for (;;) {
        Cut cut = command_cut(s, &pos, &at);
        if (cut == CUT_END)
            return;
        if (out->n)
            buf_putc(out, '|');
        buf_str(out, str_sub(s, at.from, at.to));
        if (cut == CUT_MORE) {
            buf_putc(out, '>');
            return;
        }
    }
}

static void cutting(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *commands;
    } rows[] = {
        {"empty", "", ""},
        {"blanks", " \n ; ;\n", ""},
        {"one", "show", "show"},
        {"two by ;", "load a.csv; show", "load a.csv|show"},
        {"two by line", "load a.csv\nshow\n", "load a.csv|show"},
        {"comment alone", "# nothing\n", ""},
        {"comment behind", "show # all of it\nhelp", "show|help"},
        {"sharp in a word", "whatif lang=C#; show", "whatif lang=C#|show"},
        {"; in quotes", "echo 'a; b'; show", "echo 'a; b'|show"},
        {"; in brackets", "derive x = if(a; b)", "derive x = if(a; b)"},
        {"apostrophe in a word", "echo don't; show", "echo don't|show"},
        {"doubled quote", "echo 'it''s; so'; show", "echo 'it''s; so'|show"},
        {"backquotes", "show `a;b`; help", "show `a;b`|help"},
        {"open bracket goes on", "fit y ~ log(\nx)\nshow", "fit y ~ log(\nx)|show"},
        {"open bracket ends", "fit y ~ log(", "fit y ~ log(>"},
        {"open quote", "echo 'abc", "echo 'abc>"},
        {"comma goes on", "show a,\nb", "show a,\nb"},
        {"tilde goes on", "fit y ~\nx", "fit y ~\nx"},
        {"plus goes on in formulas", "fit y ~ a +\nb\nshow", "fit y ~ a +\nb|show"},
        {"plus at the end", "fit y ~ a +", "fit y ~ a +>"},
        {"dash is a file", "load -\nshow", "load -|show"},
        {"star is a glob", "load data/*\nshow", "load data/*|show"},
        {"home is no formula", "load ~/x*\nshow", "load ~/x*|show"},
        {"shell line whole", "!ls; echo x # y\nshow", "!ls; echo x # y|show"},
        {"CRLF", "show\r\nhelp\r\n", "show|help"},
        {"closing without opening", "show )\nhelp", "show )|help"},
    };
    Buf b = BUF_INIT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        cut_all(rows[i].text, &b);
        if (!str_eqz(buf_slice(&b), rows[i].commands))
            fail_msg("row '%s': got '%s'\n", rows[i].name, b.p ? b.p : "");
    }
    buf_free(&b);
}

static void blanking(void **state)
{
    (void)state;
    char text[] = "fit y ~ a + # why\n b '# not'";
    comments_blank(text, sizeof text - 1);
    assert_string_equal(text, "fit y ~ a +      \n b '# not'");
}

static void redirecting(void **state)
{
    (void)state;
    static const struct {
        const char *name, *line;
        bool expressions;
        char kind;
        const char *target;
    } rows[] = {
        {"none", "coef", false, 0, ""},
        {"file", "coef > coef.csv", false, '>', "coef.csv"},
        {"no blank", "coef >coef.csv", false, '>', "coef.csv"},
        {"no ending, no expressions", "coef > out", false, '>', "out"},
        {"greater than", "show where age > 30", true, 0, ""},
        {"greater than, then file", "show where age > 30 > x.csv", true, '>', "x.csv"},
        {"greater or equal", "show where age >= x.csv", true, 0, ""},
        {"column with a dot", "show where age > a.b", true, 0, ""},
        {"folder", "show where age > 3 > out/x", true, '>', "out/x"},
        {"quoted name", "coef > \"my file.csv\"", false, '>', "my file.csv"},
        {"quoted text", "show where a > 'x'", true, 0, ""},
        {"in brackets", "show where (a > b.csv)", true, 0, ""},
        {"in quotes", "show where t = 'a > b.csv'", true, 0, ""},
        {"pipe", "coef | head -n 3", false, '|', "head -n 3"},
        {"or", "show where a || b", true, 0, ""},
        {"R's or", "show where a | nosuchprogram", true, 0, ""},
        {"pipe behind an expression", "show where a > 3 | cat", true, '|', "cat"},
        {"arrow", "echo a -> b", false, 0, ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Redirect r = command_redirect(str_of(rows[i].line), rows[i].expressions);
        check_row(r.kind == rows[i].kind, rows[i].name);
        check_row(str_eqz(r.target, rows[i].target), rows[i].name);
        check_row(r.kind || r.body == strlen(rows[i].line), rows[i].name);
    }
}

static void quoting(void **state)
{
    (void)state;
    Arena *a = arena_new();
    bool quoted = false;
    assert_true(str_eqz(unquote(a, STR("abc"), &quoted), "abc"));
    assert_false(quoted);
    assert_true(str_eqz(unquote(a, STR("'a b'"), &quoted), "a b"));
    assert_true(quoted);
    assert_true(str_eqz(unquote(a, STR("\"a \"\"b\"\"\""), NULL), "a \"b\""));
    assert_true(str_eqz(unquote(a, STR("`Post Title`"), NULL), "Post Title"));
    assert_true(str_eqz(unquote(a, STR("'a' b"), NULL), "'a' b"));
    assert_true(str_eqz(unquote(a, STR("''"), &quoted), ""));
    assert_true(quoted);
    Buf b = BUF_INIT;
    buf_name(&b, STR("age"));
    buf_putc(&b, ' ');
    buf_name(&b, STR("Post Title"));
    buf_putc(&b, ' ');
    buf_name(&b, STR("a`b"));
    buf_putc(&b, ' ');
    buf_name(&b, STR("1st"));
    buf_putc(&b, ' ');
    buf_name(&b, STR("limit"));
    assert_string_equal(b.p, "age `Post Title` `a``b` `1st` `limit`");
    buf_free(&b);
    arena_free(a);
}

static void words(void **state)
{
    (void)state;
    assert_int_equal(word_end(STR("abc def"), 0, ""), 3);
    assert_int_equal(word_end(STR("f(a b) c"), 0, ""), 6);
    assert_int_equal(word_end(STR("a,b"), 0, ","), 1);
    assert_int_equal(word_end(STR("'a b' c"), 0, ""), 5);
    assert_int_equal(word_end(STR("'open"), 0, ""), 5);
    assert_int_equal(word_end(STR(""), 0, ""), 0);
}

static void variables(void **state)
{
    (void)state;
    const Variable vars[] = {{STR("DAY"), STR("2024-05-02")}, {STR("N"), STR("3")}};
    static const struct {
        const char *text, *want; /* want NULL: it fails */
    } rows[] = {
        {"show limit ${N}", "show limit 3"},
        {"${DAY}${N}", "2024-05-023"},
        {"$N $ {N}", "$N $ {N}"},
        {"${M}", NULL},
        {"${N", NULL},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        Buf b = BUF_INIT;
        Error err = ERROR_INIT;
        bool ok = variables_replace(str_of(rows[i].text), vars, 2, &b, &err);
        check_row(ok == (rows[i].want != NULL), rows[i].text);
        check_row(!ok || str_eqz(buf_slice(&b), rows[i].want), rows[i].text);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cutting), cmocka_unit_test(blanking), cmocka_unit_test(redirecting),
        cmocka_unit_test(quoting), cmocka_unit_test(words),    cmocka_unit_test(variables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
