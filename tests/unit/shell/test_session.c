/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_session.c - commands run without a screen: state, undo, script, completion, help. */
#include "unit/check.h"

#include <stdlib.h>

#include "shell/complete.h"
#include "shell/exec.h"
#include "shell/help.h"
#include "shell/journal.h"
#include "shell/settings.h"
#include "shell/state.h"

/* age, lang, viewed: enough rows for a fit. */
static Frame *rows_frame(size_t n)
{
    static const char *const names[] = {"age", "lang", "viewed"};
    ColumnBuilder *b[3] = {builder_new(COL_INT), builder_new(COL_CODE), builder_new(COL_INT)};
    for (size_t i = 0; i < n; i++) {
        builder_int(b[0], 20 + (int64_t)(i * 7 % 31), NULL);
        builder_text(b[1], i % 3 ? STR("java") : STR("sql"), NULL);
        builder_int(b[2], (i * 13 + i / 7) % 5 < 2, NULL);
    }
    Column *cols[3];
    char *copies[3];
    for (size_t j = 0; j < 3; j++) {
        cols[j] = builder_finish(b[j], NULL);
        copies[j] = (char *)names[j];
    }
    return frame_new(copies, cols, 3, n);
}

static Session *world(void)
{
    Session *s = session_new();
    session_put_table(s, "visits", (Dataset){rows_frame(200), NULL});
    return s;
}

/* Runs one command; the message of its failure in *msg ("" when it worked). */
static bool run(Session *s, const char *line, char msg[200])
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    bool ok = exec_result(s, str_of(line), a, &r, &err);
    snprintf(msg, 200, "%.199s", err.msg);
    result_clear(&r);
    arena_free(a);
    return ok;
}

static void check_run(Session *s, const char *line)
{
    char msg[200];
    if (!run(s, line, msg))
        fail_msg("'%s': %s\n", line, msg);
}

static void check_fails(Session *s, const char *line, const char *want)
{
    char msg[200];
    if (run(s, line, msg))
        fail_msg("'%s' worked\n", line);
    if (strcmp(msg, want) != 0)
        fail_msg("'%s': %s\n", line, msg);
}

static void tables_and_models(void **state)
{
    (void)state;
    Session *s = world();
    check_run(s, "derive old = age > 30");
    assert_int_equal(s->tables[0].data.frame->ncols, 4);
    check_run(s, "filter where lang = 'java' as j");
    assert_string_equal(s->tables[s->current_table].name, "j");
    check_run(s, "use visits");
    check_run(s, "fit viewed ~ age + lang");
    assert_string_equal(s->models[0].model->name, "m1");
    check_run(s, "fit viewed ~ age as small");
    assert_int_equal(s->nmodels, 2);
    check_run(s, "use m1");
    assert_int_equal(s->current_model, 0);
    check_run(s, "whatif age=30");
    assert_non_null(s->whatif);
    check_run(s, "drop small j");
    assert_int_equal(s->nmodels, 1);
    assert_int_equal(s->ntables, 1);
    check_fails(s, "coef small", "no model 'small'");
    check_fails(s, "derive x = agee", "no column 'agee' in 'visits'");
    check_fails(s, "fit viewed ~ nothing", "no column 'nothing' in 'visits'");
    check_fails(s, "browse_all", "no command 'browse_all'");
    assert_int_equal(s->nmodels, 1);
    session_free(s);
}

static void undo_and_redo(void **state)
{
    (void)state;
    Session *s = world();
    char msg[200];
    assert_null(journal_redo(s));
    check_run(s, "derive old = age > 30");
    check_run(s, "fit viewed ~ old");
    assert_string_equal(journal_undo(s), "fit viewed ~ old");
    assert_int_equal(s->nmodels, 0);
    assert_string_equal(journal_undo(s), "derive old = age > 30");
    assert_int_equal(s->tables[0].data.frame->ncols, 3);
    assert_null(journal_undo(s));
    assert_string_equal(journal_redo(s), "derive old = age > 30");
    assert_string_equal(journal_redo(s), "fit viewed ~ old");
    assert_int_equal(s->nmodels, 1);
    /* a failed command leaves no step, and what follows an undo cannot be redone */
    run(s, "fit viewed ~ nothing", msg);
    assert_string_equal(journal_undo(s), "fit viewed ~ old");
    check_run(s, "derive young = age < 25");
    assert_null(journal_redo(s));
    /* looking changes nothing */
    check_run(s, "group by lang: n = count()");
    assert_string_equal(journal_undo(s), "derive young = age < 25");
    for (int i = 0; i < 300; i++) /* more steps than are kept */
        check_run(s, i % 2 ? "use visits" : "sample 3 visits as few");
    size_t steps = 0;
    while (journal_undo(s))
        steps++;
    assert_int_equal(steps, 200);
    session_free(s);
}

static void shortest_script(void **state)
{
    (void)state;
    Session *s = world();
    Buf b = BUF_INIT;
    check_run(s, "filter where age > 22 as a");
    check_run(s, "filter where age > 99 as unused --data visits");
    check_run(s, "drop unused");
    check_run(s, "fit viewed ~ age --data a");
    check_run(s, "fit viewed ~ age + lang --data a");
    check_run(s, "drop m1");
    check_run(s, "set seed 5");
    check_run(s, "use visits");
    check_run(s, "sample 10 as few");
    size_t lines = journal_script(s, &b);
    assert_string_equal(b.p, "use visits\n" /* not made by a command: it has to be there */
                             "filter where age > 22 as a\n"
                             "fit viewed ~ age + lang --data a as m2\n"
                             "set seed 5\n"
                             "use visits\n"
                             "sample 10 as few\n");
    assert_int_equal(lines, 6);
    buf_free(&b);
    session_free(s);
}

static void states(void **state)
{
    (void)state;
    Session *s = world();
    State *st = state_save(s);
    assert_false(state_differs(s, st));
    check_run(s, "fit viewed ~ age");
    check_run(s, "whatif age=3");
    assert_true(state_differs(s, st));
    assert_int_equal(state_models(st), 0);
    state_restore(s, st);
    assert_int_equal(s->nmodels, 0);
    assert_null(s->whatif);
    state_restore(s, st);
    state_free(st);
    state_free(NULL);
    assert_int_equal(s->ntables, 1);
    session_free(s);
}

static void settings(void **state)
{
    (void)state;
    Session *s = session_new();
    static const struct {
        const char *line, *msg;
    } rows[] = {
        {"set rows 50", ""},
        {"set rows 0", "rows must be between 1 and 1e+09"},
        {"set rows x", "rows wants a whole number, not 'x'"},
        {"set format json", ""},
        {"set format jsn", "format cannot be 'jsn'"},
        {"set plain on", ""},
        {"set plain maybe", "plain is on or off, not 'maybe'"},
        {"set level 0.9", ""},
        {"set level 2", "level must be between 0.5 and 0.9999"},
        {"set threshold=0.3", ""},
        {"set colour x", "no setting 'colour'"},
        {"set a b c", "set takes a name and one value; quote a value with blanks"},
        {"set seed 7", ""},
        {"set seed", ""},
        {"set", ""},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char msg[200];
        check_row(run(s, rows[i].line, msg) == !*rows[i].msg, rows[i].line);
        if (strcmp(msg, rows[i].msg) != 0)
            fail_msg("row '%s': %s\n", rows[i].line, msg);
    }
    assert_int_equal(s->settings->rows, 50);
    assert_int_equal(s->seed, 7);
    assert_true(s->threshold == 0.3);
    session_free(s);
}

/* Candidates at the end of the line, joined by blanks. */
static void complete_text(Session *s, const char *line, Buf *out)
{
    Buf got = BUF_INIT;
    size_t from = 0;
    bool files = false;
    complete(s, str_of(line), strlen(line), &from, &files, &got);
    buf_clear(out);
    for (size_t i = 0; i < got.n; i += strlen(got.p + i) + 1)
        buf_printf(out, "%s%s", i ? " " : "", got.p + i);
    if (files)
        buf_puts(out, out->n ? " FILES" : "FILES");
    buf_free(&got);
}

static void completion(void **state)
{
    (void)state;
    Session *s = world();
    check_run(s, "fit viewed ~ age + lang");
    static const struct {
        const char *line, *want;
    } rows[] = {
        {"fi", "fit filter"},
        {"fit viewed ~ la", "lang"},
        {"fit viewed ~ age + log1", "log1p("},
        {"fit viewed ~ age --stand", "--standardize"},
        {"fit viewed ~ age --encode o", "onehot"},
        {"fit viewed ~ age --data v", "visits"},
        {"show vis", "visits"},
        {"show where ag", "age"},
        {"show visits so", "sort"},
        {"whatif lang=j", "java"},
        {"whatif a", "age="},
        {"whatif --vary la", "lang"},
        {"flip --freeze age,la", "lang"},
        {"explain la", "lang="},
        {"coef m", "m1"},
        {"describe visits la", "lang"},
        {"show visits where lang = \"j", "\"java\""},
        {"filter visits where lang != 'ja", "'java'"},
        {"count visits where lang in (\"python\", \"ja", "\"java\""},
        {"count visits where lang not in ('ja", "'java'"},
        {"simulate b", "blog"},
        {"set form", "format"},
        {"set format j", "json"},
        {"help mod", "model models"},
        {"show; de", "derive describe"},
        {"xyzzy", ""},
    };
    Buf b = BUF_INIT;
    for (size_t i = 0; i < COUNT(rows); i++) {
        complete_text(s, rows[i].line, &b);
        Str want = str_of(rows[i].want), got = buf_slice(&b);
        bool ok = want.n ? true : got.n == 0;
        while (want.n) { /* each is offered; others may be, too */
            Str one = str_split(want, ' ', &want);
            bool there = false;
            for (Str rest = got; rest.n;)
                there = str_eq(str_split(rest, ' ', &rest), one) || there;
            ok = ok && there;
        }
        if (!ok)
            fail_msg("row '%s': '%.*s'\n", rows[i].line, STR_ARG(got));
    }
    static const char *const alone[][2] = {{"whatif la", "lang="}, {"coef m", "m1"}};
    for (size_t i = 0; i < COUNT(alone); i++) { /* nothing else is meant */
        complete_text(s, alone[i][0], &b);
        assert_string_equal(b.p, alone[i][1]);
    }
    complete_text(s, "load dat", &b);
    assert_non_null(strstr(b.p, "FILES"));
    for (const char *line = "fit viewed ~ `a b` + (x; where = \"--"; *line;
         line++) { /* never beyond the line */
        size_t from = 0;
        bool files = false;
        Buf out = BUF_INIT;
        complete(s, str_of(line), strlen(line), &from, &files, &out);
        assert_true(from <= strlen(line));
        buf_free(&out);
    }
    buf_free(&b);
    session_free(s);
}

static void help_knows_everything(void **state)
{
    (void)state;
    size_t n = 0;
    const Command *const *table = command_table(&n);
    Buf over = BUF_INIT, man = BUF_INIT, b = BUF_INIT;
    help_overview(&over);
    help_man(&man);
    for (size_t i = 0; i < n; i++) {
        check_row(strstr(over.p, table[i]->name) != NULL, table[i]->name);
        check_row(strstr(man.p, table[i]->usage) != NULL || strstr(man.p, table[i]->name) != NULL,
                  table[i]->name);
        check_row(table[i]->help && table[i]->brief && table[i]->usage, table[i]->name);
        check_row(table[i]->examples && table[i]->examples[0].line, table[i]->name);
        check_row(str_starts(str_of(table[i]->usage), str_of(table[i]->name)), table[i]->name);
        buf_clear(&b);
        help_command(table[i], &b);
        for (const OptRow *o = table[i]->opts; o && o->name; o++)
            check_row(strstr(b.p, o->name) != NULL && o->brief, o->name);
    }
    for (const char *const *t = help_topics(); *t; t++) {
        buf_clear(&b);
        check_row(help_topic(str_of(*t), &b) && b.n > 100, *t);
    }
    static const char *const shells[] = {"bash", "zsh", "fish"};
    for (size_t i = 0; i < COUNT(shells); i++) {
        buf_clear(&b);
        check_row(help_completion(str_of(shells[i]), &b) && strstr(b.p, "keep-going"), shells[i]);
    }
    assert_false(help_completion(STR("csh"), &b));
    assert_false(help_topic(STR("nothing"), &b));
    buf_free(&over);
    buf_free(&man);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_and_models),
        cmocka_unit_test(undo_and_redo),
        cmocka_unit_test(shortest_script),
        cmocka_unit_test(states),
        cmocka_unit_test(settings),
        cmocka_unit_test(completion),
        cmocka_unit_test(help_knows_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
