/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_keys.c - anything at all typed, clicked and resized on a screen, without a terminal.
 *
 * The first byte chooses the screen, each that follows is a key; a click, a new size and a command
 * of the list take their numbers from the next bytes. Every key is drawn. Each input begins in a
 * small world of its own; keys lead away from the screen, so that it is opened again after every
 * BACK of them. The world is restricted (no programs), works in an empty folder that is emptied
 * behind it, and no slash is typed into a line: what is saved is saved there.
 */
#include <dirent.h>
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../src/tui/ui_priv.h"
#include "base/par.h"
#include "shell/exec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BACK 48 /* keys until the screen is opened again */

static const uint32_t special[] = {
    K_UP,         K_DOWN,    K_LEFT,      K_RIGHT,  K_SHIFT_LEFT, K_SHIFT_RIGHT, K_SHIFT_UP,
    K_SHIFT_DOWN, K_PAGE_UP, K_PAGE_DOWN, K_HOME,   K_END,        K_ENTER,       K_TAB,
    K_BACKTAB,    K_ESC,     K_BACKSPACE, K_DELETE, K_INTERRUPT,  K_F1,          K_CTRL_A,
    K_CTRL_L,     K_CTRL_R,  K_CTRL_U,    K_CTRL_W, K_ENTER,      K_ESC,         K_DOWN,
    K_RIGHT,      0xe9,      0x4e2d,      0x0301,   0x1f600};
#define NSPECIAL (sizeof special / sizeof *special)

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
    "tour",
    "script",
    "note \"x\"",
    "corr ft age",
    "hist ft age by viewed",
    "set theme contrast",
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
#define NTYPED (sizeof typed / sizeof *typed)

static void command(Session *s, const char *line)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    if (!exec_result(s, str_of(line), a, &r, &err))
        abort();
    result_clear(&r);
    arena_free(a);
}

static Session *make_world(void)
{
    Session *s = session_new();
    s->seed = 1;
    s->restricted = true;
    s->open_screen = tui_run;
    command(s, "simulate blog --users 40 --posts 20 --interactions 400");
    command(s, "features as ft");
    command(s, "derive age2 = age * age");
    command(s, "fit viewed ~ age + gender + lang + age2 + post_age_days --test 0.25 as m1");
    command(s, "fit viewed ~ age * lang + post_age_days --test 0.25 as m2");
    return s;
}

static void empty_folder(const char *path)
{
    DIR *d = opendir(path);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        if (e->d_name[0] != '.' || (e->d_name[1] && e->d_name[1] != '.'))
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
}

static Ui *open_ui(Session *s, size_t which)
{
    static const struct {
        int cols, rows;
    } sizes[] = {{80, 24}, {40, 12}, {160, 50}};
    size_t n;
    const Screen *const *table = screen_table(&n);
    Ui *ui = ui_new(s, sizes[which / n % 3].cols, sizes[which / n % 3].rows);
    if (!ui_push(ui, table[which % n]->name, STR_NULL))
        ui_push(ui, "home", STR_NULL);
    return ui;
}

/* Enter is the key that follows. */
static void type_line(Ui *ui, const char *line)
{
    ui_key(ui, K_ESC, NULL);
    ui_key(ui, K_ESC, NULL);
    ui_key(ui, ':', NULL);
    for (const char *p = line; *p; p++)
        ui_key(ui, (uint32_t)(unsigned char)*p, NULL);
}

static uint32_t next_key(Ui *ui, const uint8_t *data, size_t size, size_t *i, Mouse *m)
{
    uint8_t b = data[(*i)++];
    if (b >= 32 && b < 127)
        return b == '/' && ui->line.open ? 'a' : b;
    if (b == 0 && *i + 3 <= size) {
        *m = (Mouse){.x = data[*i], .y = data[*i + 1] % 64};
        m->click = data[*i + 2] & 1;
        m->double_click = data[*i + 2] & 2;
        m->wheel_up = data[*i + 2] & 4;
        m->wheel_down = data[*i + 2] & 8;
        *i += 3;
        return K_MOUSE;
    }
    if (b == 1 && *i + 2 <= size) {
        ui_resize(ui, 1 + data[*i] % 180, 1 + data[*i + 1] % 60);
        *i += 2;
        return KEY_NONE_;
    }
    if (b == 2 && *i < size)
        type_line(ui, typed[data[(*i)++] % NTYPED]);
    return b == 2 ? K_ENTER : special[b % NSPECIAL];
}

static void play(Session *s, const uint8_t *data, size_t size)
{
    Ui *ui = open_ui(s, data[0]);
    for (size_t i = 1, since = 0; i < size; since++) {
        Mouse m = {0};
        uint32_t key = next_key(ui, data, size, &i, &m);
        if ((key && !ui_key(ui, key, &m)) || since >= BACK) {
            s->quit = false;
            ui_free(ui);
            ui = open_ui(s, data[0]);
            since = 0;
        }
        ui_draw(ui);
    }
    ui_free(ui);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char folder[256];
    if (!*folder) {
        setlocale(LC_CTYPE, "C.UTF-8");
        gsl_set_error_handler_off();
        par_set_threads(1);
        const char *tmp = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/glint-keys-XXXXXX", tmp && *tmp ? tmp : "/tmp");
        if (!mkdtemp(folder))
            abort();
    }
    int back = open(".", O_RDONLY | O_DIRECTORY);
    if (size < 2 || back < 0 || chdir(folder) != 0)
        return 0;
    Session *s = make_world();
    play(s, data, size);
    session_free(s);
    empty_folder(folder);
    if (fchdir(back) != 0)
        abort();
    close(back);
    return 0;
}
