/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_screens.c - the loop without a terminal: the stack, messages, the line. What the screens
 * look like is tested by tests/screens, keys by chance are pressed by tests/fuzz/fuzz_keys.c.
 */
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <string.h>

#include "base/cancel.h"
#include "shell/exec.h"
#include "tui/loop.h"
#include "unit/check.h"

static bool run(Session *s, const char *line)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    bool ok = exec_result(s, str_of(line), a, &r, &err);
    if (!ok)
        print_message("%s: %s\n", line, err.msg);
    result_clear(&r);
    arena_free(a);
    return ok;
}

static Session *world(void)
{
    static const char *const lines[] = {
        "simulate blog --users 60 --posts 30 --interactions 1500 --seed 4",
        "features as ft",
        "derive age2 = age * age",
        "fit viewed ~ age + gender + lang + age2 + post_age_days --test 0.3 as m1",
        "fit viewed ~ age * lang + post_age_days --test 0.3 as m2",
    };
    Session *s = session_new();
    s->open_screen = tui_run;
    s->seed = 1;
    for (size_t i = 0; i < COUNT(lines); i++)
        assert_true(run(s, lines[i]));
    return s;
}

static void press(Ui *ui, const char *keys)
{
    for (size_t i = 0; i < strlen(keys);) {
        uint32_t k = key_parse(str_of(keys), &i);
        assert_true(k != KEY_NONE_);
        ui_key(ui, k, NULL);
    }
}

/* Is the text somewhere on the screen? */
static bool shows(Ui *ui, const char *text)
{
    Buf b = BUF_INIT;
    canvas_dump(ui_draw(ui), &b);
    bool found = strstr(b.p, text) != NULL;
    buf_free(&b);
    return found;
}

static void key_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t key;
        size_t used;
    } cases[] = {
        {"a", 'a', 1},
        {"<Down>x", K_DOWN, 6},
        {"<Enter>", K_ENTER, 7},
        {"<C-r>", K_CTRL_R, 5},
        {"\u00e9", 0xe9, 2},
        {"<lt>", '<', 4},
        {"<Nope>", KEY_NONE_, 0},
        {"", KEY_NONE_, 0},
        {"<", KEY_NONE_, 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t at = 0;
        check_row(key_parse(str_of(cases[i].text), &at) == cases[i].key && at == cases[i].used,
                  cases[i].text);
    }
}

static void stack(void **state)
{
    (void)state;
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "home", STR_NULL));
    assert_false(ui_push(ui, "nowhere", STR_NULL));
    assert_true(shows(ui, "no screen 'nowhere'"));
    assert_false(ui_push(ui, "coef", STR("m9")));
    assert_true(ui_push(ui, "coef", STR("m2")));
    assert_true(shows(ui, "age:lang"));
    press(ui, "567");
    assert_true(shows(ui, "compare m1 m2"));
    press(ui, "q");
    assert_true(shows(ui, "tables")); /* other screens lie beside, not on each other */
    press(ui, "<Tab><Tab>q");
    assert_true(ui_key(ui, K_DOWN, NULL));
    for (int i = 0; i < 30; i++)
        ui_push(ui, "frame", STR_NULL);
    assert_true(shows(ui, "lie on each other"));
    assert_false(ui_key(ui, 'Q', NULL));
    assert_false(ui_key(ui, 'j', NULL));
    ui_free(ui);
    ui_free(NULL);
    session_free(s);
}

static void commands(void **state)
{
    (void)state;
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "coef", STR_NULL));
    assert_true(ui_run(ui, true, "fit viewed ~ gender --data ft"));
    assert_true(shows(ui, "m3") &&
                !shows(ui, "age:lang")); /* the screen follows the current model */
    press(ui, "u");
    assert_true(shows(ui, "age:lang"));
    press(ui, "<C-r>");
    assert_true(shows(ui, "m3"));
    press(ui,
          ":note \"why\"<Enter><Esc><Home>d"); /* noted, the model still knows how it was fitted */
    assert_true(shows(ui, "m4  viewed ~ 1"));
    press(ui, "uu");
    assert_false(ui_run(ui, true, "fit viewed ~ (gender"));
    assert_true(shows(ui, "not finished"));
    assert_false(ui_run(ui, true, "!ls"));
    static const char *const taken[] = {"coef > -", "coef >-", "load -", "save ft to -"};
    for (size_t i = 0; i < COUNT(taken); i++) {
        assert_false(ui_run(ui, true, "%s", taken[i]));
        check_row(shows(ui, "taken by the screens"), taken[i]);
    }
    press(ui, ":show ft limit 3; describe ft age<Enter>");
    assert_true(shows(ui, "describe ft age"));
    press(ui, "<Esc>:sho<C-u>use ft<Left><Left><Home><End><Backspace><Backspace>ft<Enter>");
    assert_true(shows(ui, "glint> use ft"));
    press(ui, ":<Up><Enter>:drop ft<Enter>");
    press(ui, "<Esc>");
    press(ui, ":browse users<Enter>");
    assert_true(shows(ui, "username"));
    press(ui, ":drop users<Enter>"); /* a screen whose table is gone closes */
    assert_false(shows(ui, "username"));
    press(ui, ":quit<Enter>");
    assert_false(ui_key(ui, 'j', NULL));
    ui_free(ui);
    session_free(s);
}

static void small(void **state)
{
    (void)state;
    static const int sizes[][2] = {{19, 24}, {80, 5}, {1, 1}, {20, 6}, {40, 12}, {300, 100}};
    static const char *const screens[] = {"home", "frame",  "columns", "coef",
                                          "roc",  "whatif", "compare"};
    Session *s = world();
    for (size_t k = 0; k < COUNT(screens); k++) {
        Ui *ui = ui_new(s, 80, 24);
        assert_true(ui_push(ui, screens[k], STR_NULL));
        for (size_t i = 0; i < COUNT(sizes); i++) {
            ui_resize(ui, sizes[i][0], sizes[i][1]);
            Canvas *c = ui_draw(ui);
            assert_int_equal(c->cols, sizes[i][0]);
            bool fits = sizes[i][0] >= 20 && sizes[i][1] >= 6;
            if (sizes[i][0] > 30)
                check_row(shows(ui, "too small") == !fits, screens[k]);
            press(ui, "?<Esc><Space>x<Esc>jk");
            ui_draw(ui);
        }
        ui_free(ui);
    }
    session_free(s);
}

/* A sort and a filter are worked out when a draw comes; until then ^C gives them up. */
static void background(void **state)
{
    (void)state;
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "frame", STR("users")));
    press(ui, "l[<C-c>");
    assert_true(shows(ui, "stopped"));
    assert_true(shows(ui, "glint> show users") || !shows(ui, "sort"));
    press(ui, "[");
    assert_true(shows(ui, "glint> show users sort age"));
    press(ui, "]&age > 30<Enter>"); /* the filter goes on from the sort that is not done yet */
    assert_true(shows(ui, "glint> show users where age > 30 sort -age"));
    press(ui, ":script<Enter>");
    assert_true(shows(ui, "\u2502 show users where age > 30 sort -age"));
    press(ui, "<Esc><C-c>");
    assert_true(shows(ui, "q goes back"));
    press(ui, "&<C-u>age > nothing<Enter>");
    assert_true(shows(ui, "no column"));
    press(ui, "l-:derive old = age > 40 --data users<Enter>"); /* what was hidden stays so */
    assert_true(shows(ui, "1 hidden") && shows(ui, "old") && shows(ui, "(60 in all)"));
    ui_free(ui);
    session_free(s);
}

static void mouse(Ui *ui, int x, int y, bool twice)
{
    ui_draw(ui);
    ui_key(ui, K_MOUSE, &(Mouse){.x = x, .y = y, .click = !twice, .double_click = twice});
}

/* ^C while the models of the folds are fitted: what was shown stays, it is told, and the flag is down again. */
static void folds_stopped(void **state)
{
    (void)state;
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "roc", STR("m1")));
    press(ui, "t");
    assert_true(shows(ui, "train"));
    cancel_raise();
    press(ui, "t");
    assert_false(cancel_is_raised());
    assert_true(shows(ui, "stopped: what is shown stays") && shows(ui, "train") &&
                !shows(ui, "folds"));
    press(ui, "t");
    assert_true(shows(ui, "of folds"));
    ui_free(ui);
    session_free(s);
}

static void clicks(void **state)
{
    (void)state;
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "frame", STR("users")));
    mouse(ui, 14, 1, false); /* to the second column, then its name again: sorted */
    mouse(ui, 14, 1, false);
    assert_true(shows(ui, "sort age"));
    mouse(ui, 14, 1, false);
    assert_true(shows(ui, "sort -age"));
    mouse(ui, 3, 5, false);
    assert_true(shows(ui, "4 of 60"));
    ui_key(ui, K_MOUSE, &(Mouse){.wheel_down = true});
    assert_true(shows(ui, "7 of 60"));
    ui_free(ui);
    ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "home", STR_NULL));
    mouse(ui, 3, 2, true);
    assert_true(shows(ui, "glint> show users"));
    press(ui, "6U");
    assert_true(shows(ui, " a user "));
    mouse(ui, 40, 4, false); /* takes the second of the list */
    assert_true(shows(ui, "glint> whatif user="));
    ui_free(ui);
    session_free(s);
}

/* Tab leaves out what has nothing to show. */
static void tabs(void **state)
{
    (void)state;
    Session *s = session_new();
    s->seed = 1;
    Ui *ui = ui_new(s, 80, 24);
    assert_true(ui_push(ui, "home", STR_NULL));
    press(ui, "<Tab>");
    assert_true(shows(ui, "no other screen"));
    assert_true(run(s, "simulate blog --users 60 --posts 30 --interactions 1500"));
    assert_true(run(s, "features as ft; "));
    assert_true(run(s, "fit age ~ country --family gaussian --data users as g"));
    static const char *const round[] = {"show ", "describe ", "coef g", "whatif", "models"};
    for (size_t i = 0; i < COUNT(round); i++) { /* no curve without two values, one model only */
        press(ui, "<Tab>");
        check_row(shows(ui, round[i]), round[i]);
    }
    press(ui, "<BackTab>");
    assert_true(shows(ui, "whatif"));
    ui_free(ui);
    session_free(s);
}

int main(void)
{
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_names), cmocka_unit_test(stack),      cmocka_unit_test(commands),
        cmocka_unit_test(small),     cmocka_unit_test(background), cmocka_unit_test(clicks),
        cmocka_unit_test(tabs),      cmocka_unit_test(folds_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
