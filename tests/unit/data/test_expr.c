/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_expr.c - the expression language: values, errors with their place, rows picked, depth,
 * cancelling. */
#include "expr_sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/par.h"

static void values(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        const char *type; /* of the column */
        const char *want;
    } cases[] = {
        /* arithmetic */
        {"age + 1", "int", "21|31|41|-"},
        {"age * 2 - 1", "int", "39|59|79|-"},
        {"-age", "int", "-20|-30|-40|-"},
        {"+age", "int", "20|30|40|-"},
        {"age / 8", "real", "2.5|3.75|5|-"},
        {"age % 7", "int", "6|2|5|-"},
        {"-age % 7", "int", "1|5|2|-"},
        {"age %% -7", "int", "-1|-5|-2|-"},
        {"age %/% 7", "int", "2|4|5|-"},
        {"-age %/% 7", "int", "-3|-5|-6|-"},
        {"9223372036854775807 %/% (id - 3)", "int",
         "-4611686018427387904|-9223372036854775807|-|9223372036854775807"},
        {"age % 0", "int", "-|-|-|-"},
        {"age %/% 0", "int", "-|-|-|-"},
        {"x % 1", "real", "0.5|0.5|0.5|-"},
        {"x %/% 1", "real", "-1|0|1|-"},
        {"x % 0", "real", "-|-|-|-"},
        {"id ^ 2", "real", "1|4|9|16"},
        {"2 ** id", "real", "2|4|8|16"},
        {"-2 ^ 2 + id * 0", "real", "-4|-4|-4|-4"},
        {"2 ^ 3 ^ 0 + id * 0", "real", "2|2|2|2"},
        {"x + ok", "real", "0.5|0.5|2.5|-"},
        {"ok + ok", "int", "2|0|2|-"},
        {"1 + 2 * 3", "int", "7|7|7|7"},
        {"(1 + 2) * 3", "int", "9|9|9|9"},
        {"2 * -id", "int", "-2|-4|-6|-8"},
        {"id / 0", "real", "inf|inf|inf|inf"},
        {"0 / (id - id)", "real", "-|-|-|-"},
        {"1e3 + id", "int", "1001|1002|1003|1004"},
        {"1L + id", "int", "2|3|4|5"},
        /* overflow makes the column real */
        {"id * 9223372036854775807", "real", "9.223372036854775807e18 of reals"},
        {"id + 9223372036854775807 - 9223372036854775807", "real", "0|0|0|0"},
        {"9223372036854775807 + 0 * age", "int",
         "9223372036854775807|9223372036854775807|9223372036854775807|-"},
        {"99999999999999999999 + id * 0", "real", "1e+20|1e+20|1e+20|1e+20"},
        /* mathematics */
        {"log(id - 1)", "real", "-inf|0|0.6931471805599453|1.0986122886681098"},
        {"log(x)", "real", "-|-0.6931471805599453|0.4054651081081644|-"},
        {"log(8, 2) + 0 * id", "real", "3|3|3|3"},
        {"log2(8) + log10(100) * id", "real", "5|7|9|11"},
        {"sqrt(x) > 0", "bool", "-|true|true|-"},
        {"exp(0) + log1p(0) + expm1(0) + id", "real", "2|3|4|5"},
        {"abs(x)", "real", "0.5|0.5|1.5|-"},
        {"abs(-age)", "int", "20|30|40|-"},
        {"floor(x)", "real", "-1|0|1|-"},
        {"ceil(x) + ceiling(x)", "real", "-0|2|4|-"},
        {"round(x)", "real", "-0|0|2|-"},
        {"round(id / 8, 2)", "real", "0.12|0.25|0.38|0.5"},
        {"round(age, -1)", "real", "20|30|40|-"},
        {"round(age)", "int", "20|30|40|-"},
        {"trunc(x * 3)", "real", "-1|1|4|-"},
        {"sign(x)", "real", "-1|1|1|-"},
        {"sign(-id)", "int", "-1|-1|-1|-1"},
        {"pow(id, 2)", "real", "1|4|9|16"},
        {"min(age, 25)", "int", "20|25|25|-"},
        {"max(x, 0)", "real", "0|0.5|1.5|-"},
        {"max(id, x, 2.5)", "real", "2.5|2.5|3|-"},
        {"max(when, '2024-02-29')", "time", "2024-02-29 00:00|2024-02-29 22:30|2024-03-01 22:30|-"},
        {"invlogit(0) + logit(0.5) + sin(0) + cos(0) + tan(0) + 0 * id", "real", "1.5|1.5|1.5|1.5"},
        {"logit(2) + id", "real", "-|-|-|-"},
        /* comparison and logic */
        {"age > 20", "bool", "false|true|true|-"},
        {"age >= 30 and x < 1", "bool", "false|true|false|-"},
        {"age = 30", "bool", "false|true|false|-"},
        {"age <> 30", "bool", "true|false|true|-"},
        {"age != 30.0", "bool", "true|false|true|-"},
        {"age <= 29.5", "bool", "true|false|false|-"},
        {"ok == true", "bool", "true|false|true|-"},
        {"ok < true", "bool", "false|true|false|-"},
        {"lang == 'Java'", "bool", "true|false|true|-"},
        {"lang != 'perl'", "bool", "true|true|true|-"},
        {"lang < 'b'", "bool", "true|false|true|-"},
        {"title == ''", "bool", "false|false|true|-"},
        {"lang == title", "bool", "false|false|false|-"},
        {"not age > 20", "bool", "true|false|false|-"},
        {"!ok", "bool", "false|true|false|-"},
        {"ok or null", "bool", "true|-|true|-"},
        {"ok and null", "bool", "-|false|-|-"},
        {"ok & age > 20 | id == 4", "bool", "false|false|true|true"},
        {"ok && true || false", "bool", "true|false|true|-"},
        {"age and true", "bool", "true|true|true|-"},
        {"age between 20 and 30", "bool", "true|true|false|-"},
        {"age not between 20 and 30 and id > 0", "bool", "false|false|true|-"},
        {"lang between 'J' and 'K'", "bool", "true|false|true|-"},
        {"age in (20, 40)", "bool", "true|false|true|-"},
        {"age not in (20, null)", "bool", "false|true|true|-"},
        {"x in (0.5, 7)", "bool", "false|true|false|-"},
        {"ok in (true)", "bool", "true|false|true|-"},
        {"lang in ('ruby', 'perl')", "bool", "false|true|false|-"},
        {"lang %in% c('ruby', 'perl')", "bool", "false|true|false|-"},
        {"title in ('a b  c', 'x')", "bool", "false|true|false|-"},
        {"lang in ('1','2','3','4','5','6','7','8','9','ruby')", "bool", "false|true|false|-"},
        {"when in ('2024-02-29 22:30')", "bool", "false|true|false|-"},
        {"age is null", "bool", "false|false|false|true"},
        {"lang is not null", "bool", "true|true|true|false"},
        {"is.na(x)", "bool", "false|false|false|true"},
        {"x is na", "bool", "false|false|false|true"},
        {"log(x) is null", "bool", "true|false|false|true"},
        /* choices */
        {"if(age > 25, 1, 0)", "int", "0|1|1|0"},
        {"if(age > 25, x, age)", "real", "20|0.5|1.5|-"},
        {"if(ok, lang)", "code", "Java|-|Java|-"},
        {"if(lang == 'Java', 'jvm', lang)", "code", "jvm|ruby|jvm|-"},
        {"if(ok, title, 'none')", "code", "\xc3\x89t\xc3\xa9 in Paris|none||none"},
        {"ifelse(ok, 'yes', 'no')", "code", "yes|no|yes|no"},
        {"if(ok, when, null)", "time", "2024-02-28 22:30|-|2024-03-01 22:30|-"},
        {"if(ok, '2024-01-01', born)", "time", "2024-01-01|2024-02-28|2024-01-01|-"},
        {"if(null, 1, 2) + id", "int", "3|4|5|6"},
        {"case when age > 35 then 'old' when age > 25 then 'mid' else 'young' end", "code",
         "young|mid|old|young"},
        {"CASE WHEN age > 35 THEN 1 END", "int", "-|-|1|-"},
        {"coalesce(age, 0)", "int", "20|30|40|0"},
        {"coalesce(null, x, id)", "real", "-0.5|0.5|1.5|4"},
        {"coalesce(lang, 'none')", "code", "Java|ruby|Java|none"},
        {"nullif(age, 30)", "int", "20|-|40|-"},
        {"nullif(lang, 'ruby')", "code", "Java|-|Java|-"},
        {"nullif(title, '')", "code", "\xc3\x89t\xc3\xa9 in Paris|a b  c|-|-"},
        /* texts */
        {"lower(lang)", "code", "java|ruby|java|-"},
        {"upper(title)", "code", "\xc3\x89T\xc3\x89 IN PARIS|A B  C||-"},
        {"length(title)", "int", "12|6|0|-"},
        {"length(lang) + 1", "int", "5|5|5|-"},
        {"substr(title, 2, 4)", "code", "t\xc3\xa9 i| b  ||-"},
        {"substr(title, 5)", "code", "in Paris| c||-"},
        {"substr(lang, 0, 3)", "code", "Ja|ru|Ja|-"},
        {"substr(lang, -5, 2)", "code", "|||-"},
        {"substr(lang, 2, 0)", "code", "|||-"},
        {"contains(title, 'Par')", "bool", "true|false|false|-"},
        {"starts_with(lang, 'Ja')", "bool", "true|false|true|-"},
        {"ends_with(lang, 'by')", "bool", "false|true|false|-"},
        {"replace(title, ' ', '')", "code", "\xc3\x89t\xc3\xa9inParis|abc||-"},
        {"replace(lang, '', 'x')", "code", "Java|ruby|Java|-"},
        {"concat(lang, '-', id)", "code", "Java-1|ruby-2|Java-3|-"},
        {"concat(x, ok)", "code", "-0.5true|0.5false|1.5true|-"},
        {"trim(concat(' ', lang, ' '))", "code", "Java|ruby|Java|-"},
        {"split_part(title, ' ', 2)", "code", "in|b||-"},
        {"split_part(title, ' ', -1)", "code", "Paris|c||-"},
        {"split_part(title, ' ', 9)", "code", "|||-"},
        {"split_part(title, ' ', 0)", "code", "|||-"},
        {"regex_match(lang, '^[A-Z]')", "bool", "true|false|true|-"},
        {"regex_match(title, 'a *b')", "bool", "false|true|false|-"},
        {"regex_extract(lang, '(.)a$')", "code", "v|-|v|-"},
        {"regex_extract(title, 'P[a-z]+')", "code", "Paris|-|-|-"},
        {"lang like 'J%'", "bool", "true|false|true|-"},
        {"lang like '_u%y'", "bool", "false|true|false|-"},
        {"lang not like '%a'", "bool", "false|true|false|-"},
        {"lang ilike 'java'", "bool", "true|false|true|-"},
        {"title like '_t_ %'", "bool", "true|false|false|-"},
        {"title like '%'", "bool", "true|true|true|-"},
        {"concat('50', '%') like '50\\%'", "bool", "true|true|true|true"},
        {"`Post Title` == 'a b  c'", "bool", "false|true|false|-"},
        /* times; 2024-02-28 is a Wednesday */
        {"year(when)", "int", "2024|2024|2024|-"},
        {"quarter(when) * 100 + month(when)", "int", "102|102|103|-"},
        {"day(when)", "int", "28|29|1|-"},
        {"hour(when) * 100 + minute(when)", "int", "2230|2230|2230|-"},
        {"second(when)", "int", "0|0|0|-"},
        {"weekday(when)", "int", "3|4|5|-"},
        {"yday(when)", "int", "59|60|61|-"},
        {"week(when)", "int", "9|9|9|-"},
        {"week('2021-01-03') * 100 + week('2020-12-31') + 0 * id", "int", "5353|5353|5353|5353"},
        {"hour('1969-12-31 23:00') + yday('1969-12-31') + 0 * id", "int", "388|388|388|388"},
        {"date(when)", "time", "2024-02-28|2024-02-29|2024-03-01|-"},
        {"days(born, when)", "int", "0|1|2|-"},
        {"days(when, born)", "int", "-1|-2|-3|-"},
        {"hours(born, when)", "real", "22.5|46.5|70.5|-"},
        {"when > '2024-02-29'", "bool", "false|true|true|-"},
        {"'2024-02-29' < when", "bool", "false|true|true|-"},
        {"when between '2024-02-29' and '2024-03-01'", "bool", "false|true|false|-"},
        {"add_days(born, 1)", "time", "2024-02-29|2024-02-29|2024-02-29|-"},
        {"add_hours(born, 1.5)", "time",
         "2024-02-28 01:30:00|2024-02-28 01:30:00|2024-02-28 01:30:00|-"},
        {"now() > when", "bool", "true|true|true|-"},
        {"days('2024-01-01', now()) + 0 * id", "int", "366|366|366|366"},
        {"today() == '2025-01-01' and id > 0", "bool", "true|true|true|true"},
        /* conversions */
        {"int(x * 3)", "int", "-1|1|4|-"},
        {"int(1e30) + id", "int", "-|-|-|-"},
        {"real(age)", "real", "20|30|40|-"},
        {"real(digits)", "real", "10|2.5|-|-"},
        {"int(digits)", "int", "10|2|-|-"},
        {"int(ok)", "int", "1|0|1|-"},
        {"text(x)", "code", "-0.5|0.5|1.5|-"},
        {"text(when)", "code", "2024-02-28 22:30|2024-02-29 22:30|2024-03-01 22:30|-"},
        {"time(concat('2024-01-0', id))", "time",
         "2024-01-01 00:00:00|2024-01-02 00:00:00|2024-01-03 00:00:00|2024-01-04 00:00:00"},
        {"time(lang)", "time", "-|-|-|-"},
        {"I(age)", "int", "20|30|40|-"},
        /* whole columns */
        {"n() + 0 * id", "int", "4|4|4|4"},
        {"age - mean(age)", "real", "-10|0|10|-"},
        {"sd(age) + 0 * id", "real", "10|10|10|10"},
        {"sum(x) + median(x) + id", "real", "3|4|5|6"},
        {"max(age) - min(age) + 0 * id", "int", "20|20|20|20"},
        {"max(when) == when", "bool", "false|false|true|-"},
        {"rank(-age)", "real", "3|2|1|-"},
        {"rank(ok)", "real", "2.5|1|2.5|-"},
        {"scale(age)", "real", "-1|0|1|-"},
        {"mean(log(x - 9)) + id", "real", "-|-|-|-"},
        /* bare things */
        {"lang", "code", "Java|ruby|Java|-"},
        {"AGE", "int", "20|30|40|-"},
        {"null", "bool", "-|-|-|-"},
        {"'x'", "code", "x|x|x|x"},
    };
    Frame *f = sample();
    clock_set_now(days_from_civil(2025, 1, 1) * US_PER_DAY + 5 * US_PER_HOUR);
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Expr *e = expr_parse(a, str_of(cases[k].expr), 0, &err);
        if (!e || !expr_bind(e, f, "t", &err))
            fail_msg("'%s': %s\n", cases[k].expr, err.msg);
        Column *c = expr_eval(e, f, &err);
        if (!c)
            fail_msg("'%s': %s\n", cases[k].expr, err.msg);
        Buf b = BUF_INIT;
        print_rows(c, &b);
        bool type_ok = strcmp(coltype_name(c->type), cases[k].type) == 0;
        bool special = strstr(cases[k].want, "of reals") != NULL;
        if (!type_ok || (!special && strcmp(b.p, cases[k].want) != 0))
            fail_msg("'%s': %s %s, wanted %s %s\n", cases[k].expr, coltype_name(c->type), b.p,
                     cases[k].type, cases[k].want);
        buf_free(&b);
        column_unref(c);
        arena_free(a);
    }
    frame_unref(f);
}

static void failures(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        ErrCode code;
        size_t from, to;
        const char *msg, *hint; /* hint: part of it, or NULL */
    } cases[] = {
        {"aeg + 1", ERR_NAME, 0, 3, "no column 'aeg' in 't'", "did you mean 'age'?"},
        {"lang == DE", ERR_NAME, 8, 10, "no column 'DE' in 't'", "a text is quoted: 'DE'"},
        {"lang in (perl)", ERR_NAME, 9, 13, "no column 'perl' in 't'", "a text is quoted: 'perl'"},
        {"lang + 1", ERR_TYPE, 0, 4, "'+' needs numbers: 'lang' is code", "real(x)"},
        {"1 + lower(lang)", ERR_TYPE, 4, 15, "'+' needs numbers: 'lower(lang)' is code", "real(x)"},
        {"when - born", ERR_TYPE, 0, 4, "'-' needs numbers: 'when' is time", "days(from, to)"},
        {"sqrt(title)", ERR_TYPE, 5, 10, "sqrt() needs numbers: 'title' is text", NULL},
        {"age == '30'", ERR_TYPE, 0, 11,
         "'==' mixes int and text: 'age' is int, '30' is a literal text",
         "write 30 without quotes"},
        {"lang == 3", ERR_TYPE, 0, 9,
         "'==' mixes code and int: 'lang' is code, '3' is a literal int", "texts are quoted"},
        {"when == 3", ERR_TYPE, 0, 9,
         "'==' mixes time and int: 'when' is time, '3' is a literal int", NULL},
        {"when > 'soon'", ERR_TYPE, 7, 13, "'soon' is not a time", "'2023-10-15'"},
        {"year(lang)", ERR_TYPE, 5, 9, "year() needs a time: 'lang' is code", "time(x)"},
        {"lower(age)", ERR_TYPE, 6, 9, "lower() needs a text: 'age' is int", "text(x)"},
        {"substr(lang, 1.5)", ERR_TYPE, 13, 16,
         "substr() needs a whole number: '1.5' is a literal real", NULL},
        {"lang and ok", ERR_TYPE, 0, 4, "'&' needs true or false: 'lang' is code", NULL},
        {"if(ok, 1, 'a')", ERR_TYPE, 0, 14,
         "if() mixes int and text: '1' is a literal int, 'a' is a literal text", NULL},
        {"age == null", ERR_TYPE, 0, 11, "comparing with null is never true", "is null"},
        {"max(lang, title)", ERR_TYPE, 4, 8, "max() needs numbers or times: 'lang' is code", NULL},
        {"mean(lang)", ERR_TYPE, 5, 9, "mean() needs numbers: 'lang' is code", NULL},
        {"regex_match(lang, title)", ERR_TYPE, 18, 23, "regex_match() needs a literal pattern",
         NULL},
        {"regex_match(lang, '(')", ERR_USAGE, 18, 21, "bad pattern '('", NULL},
        {"time(age)", ERR_TYPE, 5, 8, "time() needs a text: 'age' is int", NULL},
        {"real(when)", ERR_TYPE, 5, 9, "real() needs a number or a text: 'when' is time", NULL},
        {"lgo(age)", ERR_NAME, 0, 3, "no function 'lgo'", "did you mean 'log(x, base)'?"},
        {"frobnicate(age)", ERR_NAME, 0, 10, "no function 'frobnicate'", NULL},
        {"substr(lang)", ERR_USAGE, 0, 12, "substr() takes 2 to 3 arguments, 1 given",
         "substr(s, from, count)"},
        {"sqrt()", ERR_USAGE, 0, 6, "sqrt() takes 1 argument, 0 given", NULL},
        {"concat()", ERR_USAGE, 0, 8, "concat() takes at least 1 argument, 0 given", NULL},
        {"", ERR_USAGE, 0, 0, "the expression ends where a value should follow", NULL},
        {"age +", ERR_USAGE, 5, 5, "the expression ends where a value should follow", NULL},
        {"(age", ERR_USAGE, 4, 4, "the expression ends where ')' should follow", NULL},
        {"age)", ERR_USAGE, 3, 4, "unexpected ')' after the expression", NULL},
        {"age age", ERR_USAGE, 4, 7, "unexpected 'age' after the expression", NULL},
        {"sqrt(age,)", ERR_USAGE, 9, 10, "a value expected before ')'", NULL},
        {"sqrt(age", ERR_USAGE, 8, 8, "the expression ends where ',' or ')' should follow", NULL},
        {"'abc", ERR_USAGE, 0, 4, "this quote is never closed", NULL},
        {"age ? 1", ERR_USAGE, 4, 5, "this sign has no meaning in an expression", NULL},
        {"1a + 2", ERR_USAGE, 0, 2, "a number ends in letters", NULL},
        {"1e999", ERR_USAGE, 0, 5, "this number is too large", NULL},
        {"`` + 1", ERR_USAGE, 0, 2, "a name is missing between the backquotes", NULL},
        {"1 < age < 3", ERR_USAGE, 8, 9, "comparisons do not chain", "a < b and b < c"},
        {"age is 3", ERR_USAGE, 7, 8, "'null' or 'not null' expected before '3'", NULL},
        {"age between 3", ERR_USAGE, 13, 13, "the expression ends where 'and' with the upper bound",
         NULL},
        {"age in 3", ERR_USAGE, 7, 8, "'(' with the list of values expected before '3'", NULL},
        {"case when ok then 1", ERR_USAGE, 19, 19,
         "the expression ends where 'when', 'else' or 'end'", NULL},
        {"case when ok 1", ERR_USAGE, 13, 14, "'then' expected before '1'", NULL},
        {"and", ERR_USAGE, 0, 3, "a value expected before 'and'", NULL},
    };
    Frame *f = sample();
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Expr *e = expr_parse(a, str_of(cases[k].expr), 100, &err);
        if (e && expr_bind(e, f, "t", &err))
            fail_msg("'%s' binds\n", cases[k].expr);
        bool ok = err.code == cases[k].code && strstr(err.msg, cases[k].msg) == err.msg &&
                  err.at.from == cases[k].from + 100 && err.at.to == cases[k].to + 100 &&
                  (!cases[k].hint || strstr(err.hint, cases[k].hint));
        if (!ok)
            fail_msg("'%s': code %d [%zu,%zu) '%s' hint '%s'\n", cases[k].expr, (int)err.code,
                     err.at.from - 100, err.at.to - 100, err.msg, err.hint);
        arena_free(a);
    }
    frame_unref(f);
}

static void rows_picked(void **state)
{
    (void)state;
    static const struct {
        const char *expr;
        size_t n;
        uint32_t rows[4];
    } cases[] = {
        {"age > 20", 2, {1, 2}}, {"not age > 20", 1, {0}}, {"age", 3, {0, 1, 2}},
        {"ok", 2, {0, 2}},       {"id > 9", 0, {0}},       {"true", 4, {0, 1, 2, 3}},
        {"null", 0, {0}},        {"lang is null", 1, {3}},
    };
    Frame *f = sample();
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        size_t n;
        uint32_t *rows = expr_rows(expr_parse(a, str_of(cases[k].expr), 0, &err), f, &n, &err);
        check_row(rows && n == cases[k].n, cases[k].expr);
        check_row(memcmp(rows, cases[k].rows, n * sizeof *rows) == 0, cases[k].expr);
        free(rows);
        arena_free(a);
    }
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    size_t n;
    assert_null(expr_rows(expr_parse(a, STR("lang"), 0, &err), f, &n, &err));
    assert_string_equal(err.msg, "the condition is code, not true or false");
    frame_unref(f);
    arena_free(a);
}

/* Enough rows for several chunks: threads agree with one another, nulls and texts stay in order. */
static void many_rows(void **state)
{
    (void)state;
    enum { N = 100003 };
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    ColumnBuilder *num = builder_new(COL_INT), *lang = builder_new(COL_CODE),
                  *id = builder_new(COL_TEXT);
    char text[32];
    for (int i = 0; i < N; i++) {
        i % 7 ? builder_int(num, i, &err) : builder_null(num, &err);
        snprintf(text, sizeof text, "l%d", i % 50);
        i % 11 ? builder_text(lang, str_of(text), &err) : builder_null(lang, &err);
        snprintf(text, sizeof text, "u%d", i);
        builder_text(id, str_of(text), &err);
    }
    char *names[] = {(char[]){"num"}, (char[]){"lang"}, (char[]){"id"}};
    Column *cols[] = {builder_finish(num, &err), builder_finish(lang, &err),
                      builder_finish(id, &err)};
    Frame *f = frame_new(names, cols, 3, N);
    for (size_t threads = 1; threads <= 3; threads++) {
        par_set_threads(threads);
        Column *c = expr_eval(
            expr_parse(a, STR("if(lang in ('l1', 'l2'), num * 2, num + 0.5)"), 0, &err), f, &err);
        Column *t = expr_eval(expr_parse(a, STR("concat(upper(id), '/', lang)"), 0, &err), f, &err);
        Column *p = expr_eval(expr_parse(a, STR("concat(lang, '!')"), 0, &err), f, &err);
        assert_int_equal(t->type, COL_TEXT);
        assert_int_equal(p->type, COL_CODE);
        for (int i = 0; i < N; i++) {
            bool special = i % 11 && (i % 50 == 1 || i % 50 == 2);
            assert_int_equal(column_is_null(c, (size_t)i), i % 7 == 0);
            if (i % 7)
                assert_true(c->v.d[i] == (special ? 2 * i : i + 0.5));
            snprintf(text, sizeof text, "U%d/l%d", i, i % 50);
            assert_true(str_eqz(column_text(t, (size_t)i), i % 11 ? text : ""));
            snprintf(text, sizeof text, "l%d!", i % 50);
            assert_true(str_eqz(column_text(p, (size_t)i), i % 11 ? text : ""));
        }
        column_unref(c);
        column_unref(t);
        column_unref(p);
    }
    par_set_threads(0);
    frame_unref(f);
    arena_free(a);
}

static void no_rows(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Frame *four = sample(), *f = frame_take(four, NULL, 0, &err);
    static const char *const exprs[] = {"age + 1", "lower(lang)", "concat(title, id)", "mean(age)",
                                        "rank(x)", "scale(x)",    "if(ok, lang, 'a')"};
    for (size_t k = 0; k < COUNT(exprs); k++) {
        Column *c = expr_eval(expr_parse(a, str_of(exprs[k]), 0, &err), f, &err);
        check_row(c && c->n == 0, exprs[k]);
        column_unref(c);
    }
    frame_unref(four);
    frame_unref(f);
    arena_free(a);
}

static void depth(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    buf_pad(&b, '(', 5000);
    assert_null(expr_parse(a, buf_slice(&b), 0, &err));
    assert_string_equal(err.msg, "the expression is nested too deeply");
    error_clear(&err);
    buf_clear(&b);
    for (int i = 0; i < 5000; i++)
        buf_puts(&b, "1+");
    buf_puts(&b, "1");
    assert_null(expr_parse(a, buf_slice(&b), 0, &err));
    assert_string_equal(err.msg, "the expression is nested too deeply");
    arena_free(a);
    buf_free(&b);
}

static void cancelling(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Arena *a = arena_new();
    Frame *f = sample();
    cancel_raise();
    assert_null(expr_eval(expr_parse(a, STR("age + 1"), 0, &err), f, &err));
    assert_int_equal(err.code, ERR_CANCEL);
    error_clear(&err);
    assert_null(expr_eval(expr_parse(a, STR("concat(title, id)"), 0, &err), f, &err));
    cancel_clear();
    frame_unref(f);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(failures), cmocka_unit_test(rows_picked),
        cmocka_unit_test(many_rows), cmocka_unit_test(no_rows), cmocka_unit_test(depth),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
