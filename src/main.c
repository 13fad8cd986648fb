/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * main.c - options, locale, signals; then files, commands, script, prompt or screens.
 *
 *     glint [FILE...]            load, then the prompt (or commands from a pipe)
 *     glint -c 'COMMANDS'        run and end
 *     glint -f FILE [NAME=VALUE] run a script
 *
 * The table of options is in shell/help.c, since help, man page and completion files are made from
 * it, too.
 */
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/file.h"
#include "base/par.h"
#include "shell/exec.h"
#include "shell/help.h"
#include "shell/line.h"
#include "shell/script.h"
#include "shell/settings.h"
#include "tui/loop.h"

/* A -c or a -f: they run in the order they are written in. */
typedef struct Given {
    bool script;
    const char *value;
} Given;

typedef struct Start {
    const char *output;
    size_t ngiven;
    Given *given;
    bool has_script;
    size_t nfiles, nvars;
    const char **files;
    Variable *vars;
    bool no_rc, keep_going, stay, tour, tui, done;
} Start;

static void on_interrupt(int sig)
{
    (void)sig;
    cancel_raise();
}

static void signals_set(void)
{
    struct sigaction sa = {.sa_handler = on_interrupt};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGINT, &sa, NULL); /* without SA_RESTART: poll and read come back */
    signal(SIGPIPE, SIG_IGN);
}

static bool usage(const char *before, const char *what, const char *after)
{
    fprintf(stderr, "error: %s'%s'%s\nhelp:  glint --help\n", before, what, after);
    return false;
}

static void print_buf(Buf *b)
{
    fwrite(b->p, 1, b->n, stdout);
    buf_free(b);
}

static bool set_option(Session *s, const char *name, const char *value)
{
    Error err = ERROR_INIT;
    if (setting_set(s, str_of(name), str_of(value), SPAN_NONE, SPAN_NONE, &err))
        return true;
    fprintf(stderr, "error: %s\n", err.msg);
    if (*err.hint)
        fprintf(stderr, "help:  %s\n", err.hint);
    return false;
}

static bool threads_option(const char *value)
{
    int64_t n = 0;
    if (!parse_int(str_of(value), &n) || n < 1 || n > 1024)
        return usage("--threads wants a number from 1 to 1024, not ", value, "");
    par_set_threads((size_t)n);
    return true;
}

/* One option by its name in the table; `value` NULL for flags. */
static bool take_option(Session *s, Start *st, const char *name, const char *value)
{
    Str key = str_of(name);
    Buf b = BUF_INIT;
    st->done = true;
    if (str_eqz(key, "help")) {
        help_usage(&b);
    } else if (str_eqz(key, "version")) {
        buf_puts(&b, "glint " GLINT_VERSION "\n");
    } else if (str_eqz(key, "man")) {
        help_man(&b);
    } else if (str_eqz(key, "completion")) {
        if (!help_completion(str_of(value), &b))
            return usage("--completion knows bash, zsh and fish, not ", value, "");
    } else {
        st->done = false;
    }
    if (st->done) {
        print_buf(&b);
        return true;
    }
    if (str_eqz(key, "command"))
        st->given[st->ngiven++] = (Given){false, value};
    else if (str_eqz(key, "file"))
        st->given[st->ngiven++] = (Given){st->has_script = true, value};
    else if (str_eqz(key, "quiet"))
        s->settings->quiet = true;
    else if (str_eqz(key, "echo"))
        s->settings->echo = true;
    else if (str_eqz(key, "interactive"))
        st->stay = true;
    else if (str_eqz(key, "tui"))
        st->tui = true;
    else if (str_eqz(key, "tour"))
        st->tour = true;
    else if (str_eqz(key, "no-rc"))
        st->no_rc = true;
    else if (str_eqz(key, "keep-going"))
        st->keep_going = true;
    else if (str_eqz(key, "restricted"))
        s->restricted = true;
    else if (str_eqz(key, "strict"))
        s->strict = true;
    else if (str_eqz(key, "no-color"))
        return set_option(s, "color", "never");
    else if (str_eqz(key, "threads"))
        return threads_option(value);
    else
        return set_option(s, name, value); /* format, output, seed: settings of that name */
    return true;
}

static const ProgramOption *find_option(const char *arg, bool *letter)
{
    size_t n = 0;
    const ProgramOption *rows = program_options(&n);
    *letter = arg[1] != '-';
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(rows[i].name);
        if (*letter ? rows[i].letter && arg[1] == rows[i].letter
                    : strncmp(arg + 2, rows[i].name, len) == 0 &&
                          (!arg[2 + len] || arg[2 + len] == '='))
            return &rows[i];
    }
    Str *names = xcalloc(n, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = str_of(rows[i].name);
    long near = *letter ? -1 : nearest_name(str_of(arg + 2), names, n);
    free(names);
    fprintf(stderr, "error: no option '%s'\n", arg);
    if (near >= 0)
        fprintf(stderr, "help:  did you mean '--%s'?\n", rows[near].name);
    else
        fputs("help:  glint --help\n", stderr);
    return NULL;
}

static bool parse_arguments(Session *s, Start *st, int argc, char **argv)
{
    bool options = true;
    for (int i = 1; i < argc && !st->done; i++) {
        const char *arg = argv[i];
        if (options && strcmp(arg, "--") == 0) {
            options = false;
        } else if (!options || arg[0] != '-' || !arg[1]) {
            Variable v;
            if (st->has_script && variable_parse(str_of(arg), &v))
                st->vars[st->nvars++] = v;
            else
                st->files[st->nfiles++] = arg;
        } else {
            bool letter = false;
            const ProgramOption *o = find_option(arg, &letter);
            if (!o)
                return false;
            const char *value = NULL;
            if (letter && arg[2]) {
                if (!o->metavar)
                    return usage("options are written one by one, not ", arg, "");
                value = arg + 2;
            } else if (!letter) {
                const char *eq = strchr(arg, '=');
                value = eq ? eq + 1 : NULL;
            }
            if (o->metavar && !value) {
                if (i + 1 >= argc)
                    return usage("", arg, " wants a value");
                value = argv[++i];
            }
            if (!take_option(s, st, o->name, value))
                return false;
        }
    }
    return true;
}

static void run_start_file(Session *s)
{
    Arena *a = arena_new();
    Error err = ERROR_INIT;
    char *path = NULL;
    if (xdg_path(a, "config", "glintrc", &path, &err) && file_exists(path))
        script_run(s, path, NULL, 0, true);
    arena_free(a);
}

static bool load_files(Session *s, const Start *st)
{
    if (!st->nfiles)
        return true;
    Buf line = BUF_INIT;
    buf_puts(&line, "load");
    for (size_t i = 0; i < st->nfiles; i++) {
        Str name = str_of(st->files[i]);
        bool plain = true;
        for (size_t k = 0; k < name.n; k++)
            plain = plain && !strchr(" \t\n,;'\"`()[]{}#=|>", name.p[k]);
        buf_putc(&line, ' ');
        if (!plain)
            buf_putc(&line, '"');
        buf_str(&line, name);
        if (!plain)
            buf_putc(&line, '"');
    }
    bool ok = exec_command(s, buf_slice(&line), NULL);
    buf_free(&line);
    return ok;
}

static bool run_given(Session *s, const Start *st)
{
    bool ok = true;
    for (size_t i = 0; i < st->ngiven && (ok || st->keep_going); i++) {
        const Given *g = &st->given[i];
        bool done = g->script ? script_run(s, g->value, st->vars, st->nvars, st->keep_going)
                              : exec_text(s, str_of(g->value), NULL, st->keep_going);
        ok = ok && done;
    }
    return ok;
}

static int run(Session *s, const Start *st)
{
    bool given = st->ngiven > 0;
    bool stays = !given || st->stay || st->tui;
    bool prompt = stays && !st->tui && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    s->interactive = prompt && !given; /* what is given runs without a pager */
    s->prefixes = stays && isatty(STDIN_FILENO);
    if (!st->no_rc && s->interactive)
        run_start_file(s);
    if (s->interactive && !s->settings->quiet)
        puts("glint " GLINT_VERSION "  type help, or tour for a ten-minute walk");
    bool ok = load_files(s, st);
    if (ok && st->tour)
        ok = exec_command(s, STR("tour"), NULL);
    ok = ok && run_given(s, st);
    if (stays && (ok || prompt)) {
        s->exit_status = 0;
        if (st->tui)
            return exec_command(s, STR("view home"), NULL) ? 0 : s->exit_status;
        if (prompt) {
            s->interactive = true;
            s->settings->echo = false; /* of the commands given: what is typed is on the screen */
            line_run(s);
        } else {
            script_run(s, "-", NULL, 0, st->keep_going);
        }
    }
    return prompt ? 0 : s->exit_status;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    signals_set();
    Session *s = session_new();
    s->open_screen = tui_run;
    s->screen_names = screen_names;
    Start st = {0};
    st.files = xcalloc((size_t)argc + 1, sizeof *st.files);
    st.vars = xcalloc((size_t)argc + 1, sizeof *st.vars);
    st.given = xcalloc((size_t)argc + 1, sizeof *st.given);
    int status = 2;
    if (parse_arguments(s, &st, argc, argv))
        status = st.done ? 0 : run(s, &st);
    session_free(s);
    free(st.given);
    free(st.files);
    free(st.vars);
    return status;
}
