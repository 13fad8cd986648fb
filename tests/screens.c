/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * screens.c - keys in, cells out: plays each tests/screens/NAME.txt without a terminal and compares
 * what is drawn.
 *
 *     # a comment
 *     $ coef --sort p      a command of the shell, before or between screens
 *     @ 80x24 coef m1      opens a screen at a size
 *     @ 40x12              resizes the one that is open
 *     > s<Down><Enter>     presses keys, named as in src/tui/keys.c
 *     |what is drawn       a line of the screen, blanks at its end cut; empty lines at the bottom
 *                          are left out
 *
 * After each @ and > line stands the whole screen. Each file begins in a session that holds the
 * bundled tables, the feature table ft and the models m1 and m2; it runs in a child, so that none
 * sees what another did. One line a file for tests/run.sh. With BLESS=1 the files are rewritten
 * with what is drawn now: read the diff.
 */
#include <glob.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/par.h"
#include "shell/exec.h"
#include "shell/settings.h"
#include "tui/loop.h"

static const char *const world[] = {
    "load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/products.csv "
    "datasets/blog/interactions.csv",
    "features as ft",
    "fit viewed ~ age + gender + lang + post_age_days + prev_interactions --test 0.25 as m1",
    "fit viewed ~ age + gender + lang + post_age_days + log1p(prev_author_hits) --test 0.25 as m2",
};

typedef struct Play {
    Session *s;
    Ui *ui;
    Buf out; /* the file as it would be now */
    Buf why; /* what went wrong, in lines with # */
} Play;

static bool command(Session *s, Str line, Buf *why)
{
    Arena *a = arena_new();
    Result r;
    Error err = ERROR_INIT;
    bool ok = exec_result(s, line, a, &r, &err);
    if (!ok)
        buf_printf(why, "# %.*s: %s\n", STR_ARG(line), err.msg);
    result_clear(&r);
    arena_free(a);
    return ok;
}

static void put_screen(Play *p)
{
    Buf dump = BUF_INIT;
    canvas_dump(ui_draw(p->ui), &dump);
    while (dump.n > 1 && dump.p[dump.n - 2] == '\n')
        dump.n--;
    for (Str rest = buf_slice(&dump); rest.n;) {
        Str line = str_split(rest, '\n', &rest);
        buf_printf(&p->out, "|%.*s\n", STR_ARG(line));
    }
    buf_free(&dump);
}

/* "80x24 coef m1" */
static bool open_or_resize(Play *p, Str rest)
{
    int cols = 0, rows = 0;
    Str size = str_split(rest, ' ', &rest), name = str_split(rest, ' ', &rest);
    if (sscanf(size.p, "%dx%d", &cols, &rows) != 2)
        return false;
    if (!name.n && p->ui) {
        ui_resize(p->ui, cols, rows);
        return true;
    }
    ui_free(p->ui);
    p->ui = ui_new(p->s, cols, rows);
    char *z = xstrndup(name.p, name.n);
    bool ok = ui_push(p->ui, z, rest);
    free(z);
    return ok;
}

static bool press(Play *p, Str keys)
{
    size_t i = 0;
    while (i < keys.n) {
        uint32_t k = key_parse(keys, &i);
        if (k == KEY_NONE_) {
            buf_printf(&p->why, "# no such key: %.*s\n", STR_ARG(str_sub(keys, i, keys.n)));
            return false;
        }
        if (!ui_key(p->ui, k, NULL))
            return i == keys.n; /* the last screen was left */
        ui_draw(p->ui);
    }
    return true;
}

static bool play_line(Play *p, Str line)
{
    if (!line.n || line.p[0] == '#') {
        buf_printf(&p->out, "%.*s\n", STR_ARG(line));
        return true;
    }
    if (line.p[0] == '|')
        return true;
    buf_printf(&p->out, "%.*s\n", STR_ARG(line));
    Str rest = str_sub(line, 2, line.n);
    bool ok = true;
    if (line.p[0] == '$')
        return command(p->s, rest, &p->why);
    if (line.p[0] == '@')
        ok = open_or_resize(p, rest);
    else if (line.p[0] == '>' && p->ui)
        ok = press(p, rest);
    else
        ok = false;
    if (!ok)
        buf_printf(&p->why, "# cannot do: %.*s\n", STR_ARG(line));
    if (ok)
        put_screen(p);
    return ok;
}

/* The first line that differs, for people. */
static void tell_difference(Str want, Str got, Buf *why)
{
    for (int n = 1; want.n || got.n; n++) {
        Str a = str_split(want, '\n', &want), b = str_split(got, '\n', &got);
        if (str_eq(a, b))
            continue;
        buf_printf(why, "# line %d\n#  was %.*s\n#  is  %.*s\n", n, STR_ARG(a), STR_ARG(b));
        return;
    }
}

static void play_file(Session *s, const char *path)
{
    FileText text;
    Error err = ERROR_INIT;
    if (!file_read(path, &text, &err)) {
        printf("not ok %s\n# %s\n", path, err.msg);
        return;
    }
    Play p = {.s = s};
    bool ok = true;
    Str all = {text.p, text.n};
    for (Str rest = all; rest.n && ok;)
        ok = play_line(&p, str_split(rest, '\n', &rest));
    const char *bless = getenv("BLESS");
    bool same = str_eq(buf_slice(&p.out), all);
    if (ok && !same && bless && *bless == '1') {
        FILE *f = fopen(path, "w");
        ok = f && fwrite(p.out.p, 1, p.out.n, f) == p.out.n;
        ok = f && fclose(f) == 0 && ok;
    } else if (ok && !same) {
        tell_difference(all, buf_slice(&p.out), &p.why);
        ok = false;
    }
    printf("%s %s\n%s", ok ? "ok" : "not ok", strrchr(path, '/') + 1, p.why.p ? p.why.p : "");
    ui_free(p.ui);
    buf_free(&p.out);
    buf_free(&p.why);
    file_text_free(&text);
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    par_set_threads(1); /* threads do not follow into children */
    Session *s = session_new();
    s->seed = 1;
    s->open_screen = tui_run;
    Buf why = BUF_INIT;
    for (size_t i = 0; i < sizeof world / sizeof *world; i++)
        if (!command(s, str_of(world[i]), &why)) {
            printf("not ok the world\n%s", why.p);
            return 1;
        }
    glob_t files;
    if (glob("tests/screens/*.txt", 0, NULL, &files) != 0) {
        puts("not ok no files in tests/screens");
        return 1;
    }
    for (size_t i = 0; i < files.gl_pathc; i++) {
        const char *path = files.gl_pathv[i];
        if (argc > 1 && !strstr(path, argv[1]))
            continue;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            play_file(s, path);
            fflush(stdout);
            _exit(0);
        }
        int status = 1;
        if (waitpid(child, &status, 0) != child || status != 0)
            printf("not ok %s\n# it died with status %d\n", strrchr(path, '/') + 1, status);
    }
    globfree(&files);
    session_free(s);
    return 0;
}
