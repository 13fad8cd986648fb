/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * line.c - the prompt: editing, history, completion, Ctrl-C. The only file that knows readline.
 *
 * readline runs through its callback interface, fed from a loop of our own: a signal interrupts
 * poll(), and then the line is cleared (Ctrl-C) or the screen measured again (a resize) outside any
 * handler. While a command runs the same Ctrl-C raises the cancel flag instead. A command that is
 * not finished at the end of its line goes on at a second prompt.
 *
 * History: XDG state folder, mode 0600, without lines that hold a secret or begin with a blank.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/cancel.h"
#include "base/file.h"
#include "shell/complete.h"
#include "shell/exec.h"
#include "shell/line.h"
#include "shell/parse.h"
#include "shell/settings.h"

#define PROMPT "glint> "
#define PROMPT_MORE "   ...> "
#define PROMPT_WIDTH 7
#define HISTORY_MAX 10000

/* readline's callbacks take no argument: what they need stands here while line_run() runs. */
static struct {
    Session *session;
    Buf text; /* lines of a command so far */
    bool more, ended;
    volatile sig_atomic_t resized;
    char *history_path;
    bool files;
} here;

static void on_resize(int sig)
{
    (void)sig;
    here.resized = 1;
}

/* ---- history ---- */

static bool has_secret(Str line)
{
    static const char *const words[] = {"password", "passwd", "api-key ", "apikey",
                                        "secret",   "token",  "bearer"};
    for (size_t i = 0; i < line.n; i++) {
        Str rest = str_sub(line, i, line.n);
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (rest.n >= strlen(words[k]) &&
                str_ieq(str_sub(rest, 0, strlen(words[k])), str_of(words[k])))
                return true;
        if (str_starts(rest, STR("://"))) /* https://user:password@host */
            for (size_t j = 3; j < rest.n && rest.p[j] != '/' && rest.p[j] != ' '; j++)
                if (rest.p[j] == '@')
                    return true;
    }
    return false;
}

static void history_open(void)
{
    Arena *a = arena_new();
    Error err = ERROR_INIT;
    char *path = NULL;
    using_history();
    stifle_history(HISTORY_MAX);
    if (xdg_path(a, "state", "history", &path, &err)) {
        here.history_path = xstrdup(path);
        chmod(path, 0600);
        read_history(path);
    }
    arena_free(a);
}

static void history_keep(const char *line)
{
    Str text = str_trim(str_of(line));
    if (!text.n || line[0] == ' ' || has_secret(text))
        return;
    char *one = xstrdup(line); /* one entry is one line in the file */
    for (char *p = one; *p; p++)
        if (*p == '\n')
            *p = ' ';
    HIST_ENTRY *last = history_length ? history_get(history_base + history_length - 1) : NULL;
    if (!last || strcmp(last->line, one) != 0) {
        add_history(one);
        if (here.history_path) {
            mode_t old = umask(0077);
            if (append_history(1, here.history_path) != 0)
                write_history(here.history_path);
            umask(old);
        }
    }
    free(one);
}

const char *line_history(size_t i)
{
    HIST_ENTRY *e = history_get(history_base + (int)i);
    return e ? e->line : "";
}

size_t line_history_count(void)
{
    return (size_t)history_length;
}

/* ---- completion ---- */

static Buf candidates;
static size_t candidate_at;

static char *next_candidate(const char *text, int state)
{
    (void)text;
    if (state == 0)
        candidate_at = 0;
    if (candidate_at >= candidates.n)
        return NULL;
    char *one = strdup(candidates.p + candidate_at);
    candidate_at += strlen(candidates.p + candidate_at) + 1;
    return one;
}

static char **completions(const char *text, int start, int end)
{
    size_t from = 0;
    bool files = false;
    buf_clear(&candidates);
    Buf line = BUF_INIT; /* lines before this one belong to the command */
    buf_str(&line, buf_slice(&here.text));
    size_t before = line.n;
    buf_puts(&line, rl_line_buffer);
    complete(here.session, buf_slice(&line), before + (size_t)end, &from, &files, &candidates);
    buf_free(&line);
    rl_attempted_completion_over = !files;
    rl_completion_append_character = ' ';
    /* our words may begin before readline's (es: or a path): give only what follows its start */
    size_t mine = before + (size_t)start > from ? before + (size_t)start - from : 0;
    Buf cut = BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < candidates.n;) {
        size_t len = strlen(candidates.p + i);
        if (len >= mine) {
            buf_put(&cut, candidates.p + i + mine, len - mine + 1);
            char last = len ? candidates.p[i + len - 1] : ' ';
            if (last == '=' || last == '(')
                rl_completion_append_character = '\0';
            n++;
        }
        i += len + 1;
    }
    buf_free(&candidates);
    candidates = cut;
    return n ? rl_completion_matches(text, next_candidate) : NULL;
}

/* ---- lines ---- */

static void run_lines(void)
{
    size_t pos = 0;
    Span at;
    Str text = buf_slice(&here.text);
    Cut cut = CUT_COMMAND;
    while (cut == CUT_COMMAND)
        cut = command_cut(text, &pos, &at);
    here.more = cut == CUT_MORE;
    if (here.more)
        return;
    Str whole = str_trim(text);
    char *line = xstrndup(text.p, whole.n ? (size_t)(whole.p + whole.n - text.p) : 0);
    history_keep(line);
    free(line);
    Origin from = {.prompt = PROMPT_WIDTH};
    exec_text(here.session, text, &from, false);
    buf_clear(&here.text);
}

static void on_line(char *line)
{
    if (!line) { /* end of input */
        rl_callback_handler_remove();
        fputc('\n', stdout);
        here.ended = true;
        return;
    }
    rl_callback_handler_remove();
    buf_puts(&here.text, line);
    buf_putc(&here.text, '\n');
    free(line);
    run_lines();
    if (!here.session->quit)
        rl_callback_handler_install(here.more ? PROMPT_MORE : PROMPT, on_line);
}

static void clear_line(void)
{
    fputs("^C\n", stdout);
    fflush(stdout);
    cancel_clear();
    rl_callback_handler_remove();
    rl_callback_sigcleanup();
    rl_replace_line("", 0);
    rl_point = 0;
    buf_clear(&here.text);
    here.more = false;
    rl_callback_handler_install(PROMPT, on_line);
}

/* The terminal as it was before readline; tcsetattr() may be called in a handler. */
static struct termios modes_before;

static void on_terminate(int sig)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    signal(sig, SIG_DFL);
    raise(sig);
}

static void catch_terminate(void)
{
    static const int fatal[] = {SIGHUP, SIGTERM, SIGQUIT};
    if (tcgetattr(STDIN_FILENO, &modes_before) != 0)
        return;
    struct sigaction sa = {.sa_handler = on_terminate};
    sigemptyset(&sa.sa_mask);
    for (size_t i = 0; i < sizeof fatal / sizeof *fatal; i++)
        sigaction(fatal[i], &sa, NULL);
}

int line_run(Session *s)
{
    here.session = s;
    rl_readline_name = "glint";
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_attempted_completion_function = completions;
    rl_completer_word_break_characters = " \t\n,;()[]+-*:^~<>|&!\"'`=";
    rl_completer_quote_characters = "";
    rl_basic_quote_characters = ""; /* our candidates close what was opened */
    rl_variable_bind("mark-symlinked-directories", "on");
    rl_variable_bind("enable-bracketed-paste", "off");
    history_open();
    struct sigaction sa = {.sa_handler = on_resize};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGWINCH, &sa, NULL);
    catch_terminate();
    rl_callback_handler_install(PROMPT, on_line);
    while (!here.ended && !s->quit) {
        struct pollfd fd = {.fd = STDIN_FILENO, .events = POLLIN};
        int got = poll(&fd, 1, -1);
        if (here.resized) {
            here.resized = 0;
            rl_resize_terminal();
        }
        if (cancel_is_raised()) {
            clear_line();
            continue;
        }
        if (got < 0 && errno != EINTR)
            break;
        if (got > 0)
            rl_callback_read_char();
    }
    rl_callback_handler_remove();
    buf_free(&here.text);
    buf_free(&candidates);
    free(here.history_path);
    here.history_path = NULL;
    return s->exit_status;
}

char *line_secret(const char *prompt)
{
    struct termios was, quiet;
    if (tcgetattr(STDIN_FILENO, &was) != 0)
        return NULL;
    quiet = was;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    fputs(prompt, stderr);
    fflush(stderr);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, stdin);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
    fputc('\n', stderr);
    if (n < 0 || cancel_is_raised()) {
        free(line);
        return NULL;
    }
    if (n && line[n - 1] == '\n')
        line[n - 1] = '\0';
    return line;
}
