/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_args.c - subject, clauses and options with their places. */
#include "unit/check.h"

#include <math.h>

#include "shell/command.h"

static const char *const kinds[] = {"random", "time", "user", NULL};
static const OptRow opts[] = {
    {.name = "l2", .type = OPT_REAL, .min = 0, .max = 10},
    {.name = "level", .type = OPT_REAL, .def = "0.95"},
    {.name = "count", .type = OPT_INT, .min = 1, .max = 9, .def = "5"},
    {.name = "split", .type = OPT_CHOICE, .choices = kinds, .def = "random"},
    {.name = "why", .type = OPT_FLAG},
    {.name = "types", .type = OPT_TEXT},
    {.name = "window", .type = OPT_DURATION},
    {.name = "at", .type = OPT_TIME},
    {0},
};
static const Command raw = {.name = "fit",
                            .usage = "fit Y ~ X",
                            .opts = opts,
                            .subject = SUBJECT_RAW,
                            .clauses = CLAUSE_WHERE | CLAUSE_AS};
static const Command wordy = {.name = "show",
                              .usage = "show COLS",
                              .opts = opts,
                              .subject = SUBJECT_WORDS,
                              .clauses = CLAUSE_WHERE | CLAUSE_BY | CLAUSE_SORT | CLAUSE_LIMIT |
                                         CLAUSE_TOP | CLAUSE_AS | CLAUSE_TO | CLAUSE_WITH |
                                         CLAUSE_ON};
static const Command none = {.name = "tables", .usage = "tables", .subject = SUBJECT_NONE};

static bool parse(Arena *arena, const Command *c, const char *line, Args *a, Error *err)
{
    error_clear(err);
    return args_parse(arena, c, str_of(line), strlen(c->name), false, a, err);
}

static void raw_subject(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Error err = ERROR_INIT;
    Args a;
    assert_true(parse(arena, &raw, "fit viewed ~ age + b -1 --l2 1 where age > 3 as m2", &a, &err));
    assert_true(str_eqz(a.text, "viewed ~ age + b -1"));
    assert_int_equal(a.text_at.from, 4);
    assert_true(str_eqz(a.where, "age > 3"));
    assert_true(str_eqz(a.as, "m2"));
    assert_true(args_real(&a, "l2") == 1);
    assert_true(args_has(&a, "l2"));
    assert_false(args_has(&a, "level"));
    assert_true(args_real(&a, "level") == 0.95);
    assert_int_equal(args_int(&a, "count"), 5);
    assert_int_equal(args_choice(&a, "split"), 0);
    /* options first, then the formula */
    assert_true(parse(arena, &raw, "fit --split time y ~ x", &a, &err));
    assert_true(str_eqz(a.text, "y ~ x"));
    assert_int_equal(args_choice(&a, "split"), 1);
    /* clause words inside brackets and quotes are not clauses */
    assert_true(parse(arena, &raw, "fit y ~ C(where, ref = 'as x')", &a, &err));
    assert_true(str_eqz(a.text, "y ~ C(where, ref = 'as x')"));
    assert_null(a.where.p);
    arena_free(arena);
}

static void words_and_clauses(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Error err = ERROR_INIT;
    Args a;
    assert_true(parse(arena, &wordy,
                      "show age, `Post Title` x=3 y = 'a b' sort -age, name limit 5 by a,b top 2",
                      &a, &err));
    assert_int_equal(a.nwords, 4);
    assert_true(str_eqz(a.words[0].text, "age"));
    assert_true(str_eqz(a.words[1].text, "Post Title"));
    assert_true(a.words[1].quoted);
    assert_true(str_eqz(a.words[2].name, "x"));
    assert_true(str_eqz(a.words[2].value, "3"));
    assert_true(str_eqz(a.words[3].name, "y"));
    assert_true(str_eqz(a.words[3].value, "a b"));
    assert_true(str_eqz(a.sort, "-age, name"));
    assert_true(str_eqz(a.by, "a,b"));
    assert_int_equal(a.limit, 5);
    assert_int_equal(a.top, 2);
    Word *list;
    assert_int_equal(args_list(&a, a.sort, a.sort_at, &list), 2);
    assert_true(str_eqz(list[0].text, "-age"));
    assert_true(str_eqz(str_sub(a.line, list[1].at.from, list[1].at.to), "name"));
    assert_true(parse(arena, &wordy, "show age=", &a, &err));
    assert_true(str_eqz(a.words[0].name, "age"));
    assert_int_equal(a.words[0].value.n, 0);
    assert_true(parse(arena, &wordy, "show a with b on k = k2 to \"f x.csv\"", &a, &err));
    assert_true(str_eqz(a.with, "b"));
    assert_true(str_eqz(a.on, "k = k2"));
    assert_true(str_eqz(a.to, "f x.csv"));
    assert_true(parse(arena, &wordy, "show --types a=int, b=text x", &a, &err));
    assert_true(str_eqz(args_text(&a, "types"), "a=int, b=text"));
    assert_int_equal(a.nwords, 1);
    assert_true(parse(arena, &wordy, "show", &a, &err));
    assert_int_equal(a.nwords, 0);
    assert_int_equal(a.limit, -1);
    arena_free(arena);
}

static void failures(void **state)
{
    (void)state;
    static const struct {
        const char *line, *at, *msg;
    } rows[] = {
        {"show --l2", "--l2", "--l2 wants a value"},
        {"show --l2 x", "x", "--l2 wants a number, not 'x'"},
        {"show --l2 11", "11", "--l2 must be between 0 and 10, not 11"},
        {"show --l2=nan", "nan", "--l2 must be between 0 and 10, not nan"},
        {"show --count 1.5", "1.5", "--count wants a whole number, not '1.5'"},
        {"show --split tim", "tim", "--split must be random, time or user, not 'tim'"},
        {"show --why=yes", "=yes", "--why takes no value"},
        {"show --l2 1 --l2 2", "--l2", "--l2 is given twice"},
        {"show --lx 1", "--lx", "show has no option '--lx'"},
        {"show limit x", "x", "limit wants a whole number"},
        {"show limit", "limit", "limit wants a whole number"},
        {"show where", "where", "nothing stands after 'where'"},
        {"show as a b", "a b", "one name stands after 'as'; quote it if it has blanks"},
        {"show limit 1 limit 2", "limit", "'limit' is there twice"},
        {"show --window 7x", "7x", "--window wants a time span, not '7x'"},
        {"show --at yesterday", "yesterday", "--at wants a moment, not 'yesterday'"},
        {"show a --why b", "b", "'b' stands where an option or a clause should"},
    };
    Arena *arena = arena_new();
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Args a;
        check_row(!parse(arena, &wordy, rows[i].line, &a, &err), rows[i].line);
        if (strcmp(err.msg, rows[i].msg) != 0)
            fail_msg("row '%s': '%s'\n", rows[i].line, err.msg);
        check_row(str_eqz(str_sub(str_of(rows[i].line), err.at.from, err.at.to), rows[i].at),
                  rows[i].line);
        check_row(err.code == ERR_USAGE, rows[i].line);
    }
    Error err = ERROR_INIT;
    Args a;
    assert_false(parse(arena, &none, "tables all", &a, &err));
    assert_string_equal(err.hint, "usage: tables");
    arena_free(arena);
}

static void prefixes(void **state)
{
    (void)state;
    Arena *arena = arena_new();
    Error err = ERROR_INIT;
    Args a;
    assert_true(args_parse(arena, &wordy, STR("show --sp ti --cou 3"), 4, true, &a, &err));
    assert_int_equal(args_choice(&a, "split"), 1);
    assert_int_equal(args_int(&a, "count"), 3);
    assert_false(args_parse(arena, &wordy, STR("show --l 3"), 4, true, &a, &err)); /* l2 or level */
    assert_non_null(strstr(err.msg, "could be several"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_subject),
        cmocka_unit_test(words_and_clauses),
        cmocka_unit_test(failures),
        cmocka_unit_test(prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
