/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_screens.c - the loop without a terminal: the stack, messages, the line, and random keys on
 * every screen.
 *
 * GLINT_FUZZ_KEYS=1000000 presses more keys than the few thousand of a check. What the screens look
 * like is tested by tests/screens.
 */
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/rng.h"
#include "shell/exec.h"
#include "shell/settings.h"
#include "tui/loop.h"
#include "unit/check.h"

#define KEYS 20000

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
    assert_false(ui_run(ui, true, "fit viewed ~ (gender"));
    assert_true(shows(ui, "not finished"));
    assert_false(ui_run(ui, true, "!ls"));
    press(ui, ":show ft limit 3; describe ft age<Enter>");
    assert_true(shows(ui, "describe ft age"));
    press(ui, "<Esc>:sho<C-u>use ft<Left><Left><Home><End><Backspace><Backspace>ft<Enter>");
    assert_true(shows(ui, "glint> use ft"));
    press(ui, ":<Up><Enter>:drop ft<Enter>");
    press(ui, "2");
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

/* ---- random keys ---- */

static const char *const typed[] = {
    "undo",
    "redo",
    "use ft",
    "use m1",
    "drop m2",
    "drop ft",
    "fit viewed ~ age --data ft",
    "set plain on",
    "set plain off",
    "set ascii on",
    "set ascii off",
    "whatif age=20 lang=java",
    "whatif age=-5",
    "whatif",
    "show ft limit 5",
    "set level 0.9",
    "filter where age > 30 as few",
    "derive z = age + 1 --data ft",
    "browse users",
    "view whatif m1",
    "set threshold 0.3",
    "fit age ~ gender --family gaussian --data ft as g",
    "save as",
    "help",
    "load nothing.csv",
    "features as ft",
    "fit viewed ~ interaction_type --data ft",
    "coef > out.csv",
    "rename ft to tf",
    "rename tf to ft",
};

static uint32_t random_key(Rng *r)
{
    static const uint32_t special[] = {
        K_UP,      K_DOWN,      K_LEFT,      K_RIGHT,     K_SHIFT_LEFT, K_SHIFT_RIGHT,
        K_PAGE_UP, K_PAGE_DOWN, K_HOME,      K_END,       K_ENTER,      K_TAB,
        K_BACKTAB, K_ESC,       K_BACKSPACE, K_DELETE,    K_CTRL_R,     K_CTRL_L,
        K_CTRL_U,  K_CTRL_W,    K_CTRL_A,    K_INTERRUPT, K_F1,         K_MOUSE};
    uint64_t k = rng_below(r, 100);
    if (k < 45)
        return special[rng_below(r, COUNT(special))];
    if (k < 98)
        return (uint32_t)(33 + rng_below(r, 94));
    return (uint32_t)rng_below(r, 0x3000) + 0x80;
}

static void type_line(Ui *ui, Rng *r)
{
    const char *line = typed[rng_below(r, COUNT(typed))];
    ui_key(ui, K_ESC, NULL);
    ui_key(ui, ':', NULL);
    for (const char *p = line; *p; p++)
        ui_key(ui, (uint32_t)(unsigned char)*p, NULL);
    ui_key(ui, K_ENTER, NULL);
}

static void fuzz_screen(const char *screen, uint64_t seed, size_t keys)
{
    static const int sizes[][2] = {{80, 24}, {40, 12}, {160, 50}, {20, 6},
                                   {10, 3},  {21, 40}, {200, 7}};
    Rng r = rng_stream(seed, screen);
    Session *s = world();
    Ui *ui = ui_new(s, 80, 24);
    if (!ui_push(ui, screen, STR_NULL))
        fail_msg("%s does not open", screen);
    for (size_t i = 0; i < keys; i++) {
        Mouse m = {.x = (int)rng_below(&r, 80), .y = (int)rng_below(&r, 24)};
        m.click = rng_below(&r, 2);
        m.double_click = !m.click && rng_below(&r, 2);
        m.wheel_up = !m.click && rng_below(&r, 2);
        m.wheel_down = !m.click && !m.wheel_up;
        if (rng_below(&r, 200) == 0)
            type_line(ui, &r);
        bool stays = ui_key(ui, random_key(&r), &m);
        if (rng_below(&r, 100) == 0) {
            size_t k = rng_below(&r, COUNT(sizes));
            ui_resize(ui, sizes[k][0], sizes[k][1]);
        }
        if (stays) {
            ui_draw(ui);
            continue;
        }
        ui_free(ui); /* left: again, with a session that has what the screen needs now and then */
        if (s->quit || !s->nmodels || !s->ntables || rng_below(&r, 20) == 0) {
            session_free(s);
            s = world();
        }
        ui = ui_new(s, 80, 24);
        if (!ui_push(ui, screen, STR_NULL) && !ui_push(ui, "home", STR_NULL))
            fail_msg("%s does not open again", screen);
    }
    ui_free(ui);
    session_free(s);
    cancel_clear();
}

static void random_keys(void **state)
{
    (void)state;
    static const char *const screens[] = {"home", "frame",  "columns", "coef",
                                          "roc",  "whatif", "compare"};
    const char *more = getenv("GLINT_FUZZ_KEYS"), *seed = getenv("GLINT_FUZZ_SEED"),
               *scratch = getenv("SCRATCH");
    size_t keys = more ? strtoull(more, NULL, 10) : KEYS / COUNT(screens);
    if (scratch && chdir(scratch) != 0) /* keys may save files */
        fail_msg("cannot go to %s", scratch);
    if (!scratch)
        skip();
    for (size_t k = 0; k < COUNT(screens); k++)
        fuzz_screen(screens[k], seed ? strtoull(seed, NULL, 10) : 7, keys);
}

int main(void)
{
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_names), cmocka_unit_test(stack),       cmocka_unit_test(commands),
        cmocka_unit_test(small),     cmocka_unit_test(random_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
