/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * examples.c - every example of every command runs: the ones that help and the man page show.
 *
 * The example world is made once: the bundled tables loaded, the feature table ft, the model m1.
 * Each example then runs in a child of its own, so that none sees what another did, in a scratch
 * folder that holds a link to the data. One line an example for tests/run.sh. An example marked
 * no_run (a terminal, a network, an editor) has to parse.
 */
#include <fcntl.h>
#include <gsl/gsl_errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/par.h"
#include "shell/exec.h"
#include "shell/parse.h"
#include "shell/settings.h"

static const char world[] =
    "load datasets/blog/users.csv datasets/blog/posts.csv datasets/blog/products.csv "
    "datasets/blog/interactions.csv\n"
    "features as ft\n"
    "fit viewed ~ age + gender + lang + post_age_days --test 0.25 as m1\n";

static void tell_file(const char *path)
{
    FILE *in = fopen(path, "r");
    char line[400];
    for (int i = 0; in && i < 30 && fgets(line, sizeof line, in); i++)
        printf("# %.*s\n", (int)strcspn(line, "\n"), line);
    if (in)
        fclose(in);
}

/* Standard output goes to a file; returns a descriptor of where it went before. */
static int redirect(const char *path)
{
    fflush(stdout);
    int before = dup(STDOUT_FILENO);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    return before;
}

/* Runs the line in a child; true when the command says that it went well and the child lived to
 * tell it. */
static bool run_example(Session *s, const char *line)
{
    fflush(stdout); /* or the child would say it again */
    pid_t child = fork();
    if (child == 0) {
        redirect("example.out");
        dup2(STDOUT_FILENO, STDERR_FILENO);
        bool ok = exec_text(s, str_of(line), NULL, false);
        exit(ok ? 0 : 1); /* not _exit: coverage is written at the end */
    }
    int status = 1;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The command of the row is the one that the line names. */
static bool names_command(const Command *c, const char *line)
{
    Error err = ERROR_INIT;
    size_t used;
    return command_find(str_of(line), false, &used, &err) == c;
}

static void try_command(Session *s, const Command *c)
{
    for (const Example *e = c->examples; e && e->line; e++) {
        bool ok = e->no_run ? names_command(c, e->line) : run_example(s, e->line);
        printf("%s %s: %s\n", ok ? "ok" : "not ok", c->name, e->line);
        if (!ok && !e->no_run)
            tell_file("example.out");
    }
    if (!c->examples || !c->examples->line)
        printf("not ok %s: no example\n", c->name);
}

int main(void)
{
    setlocale(LC_CTYPE, "");
    gsl_set_error_handler_off();
    par_set_threads(1); /* threads do not follow into children */
    Session *s = session_new();
    s->settings->quiet = true;
    s->seed = 1;
    int keep = redirect("world.out");
    bool ok = exec_text(s, STR(world), NULL, false);
    fflush(stdout);
    dup2(keep, STDOUT_FILENO);
    if (!ok) {
        puts("not ok the example world");
        tell_file("world.out");
        return 1;
    }
    size_t n = 0;
    const Command *const *table = command_table(&n);
    for (size_t i = 0; i < n; i++)
        try_command(s, table[i]);
    session_free(s);
    return 0;
}
