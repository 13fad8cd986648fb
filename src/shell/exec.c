/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * exec.c - a command's text to its effect: look up, split, check needs, run, print, keep or undo.
 *
 * The prompt, scripts, -c and the screens all come through here. Each command has an arena and a
 * Result; a command that changes the session runs between journal_begin() and journal_end(), which
 * puts everything back when it failed, was cancelled, or its output could not be written.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "shell/connection.h"
#include "shell/exec.h"
#include "shell/journal.h"
#include "shell/parse.h"
#include "shell/picture.h"
#include "shell/settings.h"
#include "shell/tour.h"

static void tell_error(Session *s, const Error *err, Str command, const Origin *from)
{
    s->exit_status = error_exit_status(err->code);
    if (err->code == ERR_IO && s->quit) /* standard output is a closed pipe: nobody listens */
        return;
    fflush(stdout);
    Out o = out_for(s, s->settings->echo ? stdout : stderr);
    error_draw(err, command, from, &o);
    fflush(o.file);
    buf_free(&o.text);
}

/* ---- printing ---- */

static FILE *program_open(const char *line)
{
    signal(SIGPIPE, SIG_DFL); /* the program and its children end quietly when their reader does */
    FILE *f = popen(line, "w");
    signal(SIGPIPE, SIG_IGN);
    return f;
}

static size_t count_lines(const Buf *b, size_t width)
{
    size_t lines = 0, at = 0;
    for (size_t i = 0; i < b->n; i++) {
        at++;
        if (b->p[i] == '\n') {
            lines += 1 + (width && at > width * 4 ? at / (width * 4)
                                                  : 0); /* bytes, up to four a column */
            at = 0;
        }
    }
    return lines;
}

/* Notes that did not go where the result went. The screens tell them in their own way. */
static void tell_notes(const Session *s, const Result *r)
{
    if (s->ui)
        return;
    Out o = out_for(s, s->settings->echo ? stdout : stderr);
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].kind == ITEM_NOTE && !(o.quiet && !r->items[i].v.note.warning))
            out_note(&o, &r->items[i].v.note);
    out_flush(&o);
    buf_free(&o.text);
}

/* What less says at the bottom: it is no prompt of ours. */
#define PAGER "less -RFXS '-PsSpace shows more, q goes back to the prompt'"

/* The first of the asked and the usual that is on this machine; NULL: the result goes out as it is.
 */
static const char *pager_line(void)
{
    const char *lines[] = {getenv("GLINT_PAGER"), getenv("PAGER"), PAGER};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (lines[i] && program_exists(str_of(lines[i])))
            return lines[i];
    return NULL;
}

static bool print_screen(Session *s, const Format *f, const Result *r, Error *err)
{
    Out o = out_for(s, stdout);
    bool page = o.terminal && o.height && s->interactive && f->for_people && !s->restricted &&
                strcmp(s->settings->pager, "auto") == 0;
    o.file = page ? NULL : stdout;
    f->print(r, &o);
    if (page) {
        FILE *pager = NULL;
        if (count_lines(&o.text, o.width) + 1 > o.height) {
            const char *line = pager_line();
            pager = line ? program_open(line) : NULL;
        }
        FILE *to = pager ? pager : stdout;
        fwrite(buf_slice(&o.text).p, 1, o.text.n, to);
        if (pager)
            pclose(pager);
    }
    bool ok = fflush(stdout) == 0 && !o.failed;
    buf_free(&o.text);
    if (!ok && errno == EPIPE) { /* the reader has seen enough */
        s->quit = true;
        return fail(err, ERR_IO, "standard output is closed");
    }
    if (!ok)
        return fail(err, ERR_IO, "standard output cannot be written: %s", strerror(errno));
    if (!(o.notes_inline && f->for_people) && strcmp(f->name, "json") != 0)
        tell_notes(s, r);
    return true;
}

static const Plot *plot_of(const Result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].kind == ITEM_PLOT || r->items[i].kind == ITEM_PICTURE)
            return r->items[i].v.plot;
    return NULL;
}

/* The format of a file: by its ending, else the session's. */
static const Format *file_format(const Session *s, Str path)
{
    const Format *f = format_of_file(path);
    if (!f)
        f = format_find(str_of(s->settings->format));
    return f;
}

static bool print_file(Session *s, const Result *r, Str path, Error *err)
{
    char *name = xstrndup(path.p, path.n);
    bool ok = false;
    if (picture_ending(path)) {
        const Plot *p = plot_of(r);
        if (p) {
            ok = picture_save(p, name, err);
        } else {
            fail(err, ERR_USAGE, "%s draws no picture that could be saved as '%s'", r->command,
                 name);
            error_hint(err, "a table goes to .csv, .md, .html or .tex");
        }
        free(name);
        return ok;
    }
    Out o = {.ascii = s->settings->ascii, .null_text = ""};
    o.packed = file_out_open(name, err);
    if (!o.packed)
        goto done;
    const Format *f = file_format(s, path);
    f->print(r, &o);
    out_flush(&o);
    if (cancelled(err)) {
        file_out_abandon(o.packed);
        goto done;
    }
    if (o.failed) {
        file_out_abandon(o.packed);
        fail(err, ERR_IO, "cannot write '%s': %s", name, strerror(errno));
        goto done;
    }
    ok = file_out_commit(o.packed, err);
    if (ok && strcmp(f->name, "json") != 0)
        tell_notes(s, r);
done:
    buf_free(&o.text);
    free(name);
    return ok;
}

static bool print_program(Session *s, const Format *f, const Result *r, Str line, Error *err)
{
    if (s->restricted)
        return fail(err, ERR_USAGE, "programs are not run with --restricted");
    char *z = xstrndup(line.p, line.n);
    fflush(stdout);
    FILE *p = program_open(z);
    free(z);
    if (!p)
        return fail(err, ERR_IO, "cannot run '%.*s'", STR_ARG(line));
    Out o = out_for(s, stdout);
    o.color = false;
    o.terminal = false;
    o.file = p;
    f->print(r, &o);
    buf_free(&o.text);
    int status = pclose(p);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return fail(err, ERR_IO, "cannot run '%.*s'", STR_ARG(line));
    return true;
}

static bool append_output(Session *s, const Format *f, const Result *r, Error *err)
{
    FILE *to = fopen(s->settings->output, "a");
    if (!to)
        return fail(err, ERR_IO, "cannot write '%s': %s", s->settings->output, strerror(errno));
    Out o = {.file = to,
             .null_text = s->settings->null_text,
             .ascii = s->settings->ascii,
             .notes_inline = true};
    f->print(r, &o);
    bool ok = !o.failed;
    ok = fclose(to) == 0 && ok;
    buf_free(&o.text);
    return ok ? true
              : fail(err, ERR_IO, "cannot write '%s': %s", s->settings->output, strerror(errno));
}

static const Format *session_format(const Session *s)
{
    const Format *f = format_find(str_of(s->settings->format));
    if (s->settings->expanded && f->print == fmt_aligned_print)
        return &format_vertical;
    return f;
}

static bool result_print(Session *s, const Result *r, const Redirect *to, Error *err)
{
    const Format *f = session_format(s);
    if (to->kind == '>')
        return print_file(s, r, to->target, err);
    if (to->kind == '|')
        return print_program(s, f, r, to->target, err);
    if (*s->settings->output)
        return append_output(s, f, r, err);
    return print_screen(s, f, r, err);
}

/* ---- running ---- */

static bool check_needs(const Session *s, const Command *c, Error *err)
{
    if ((c->needs & NEED_TABLE) && !s->ntables) {
        fail(err, ERR_NAME, "%s needs a table, and none is loaded", c->name);
        return error_hint(err, "load FILE, or simulate blog");
    }
    if ((c->needs & NEED_MODEL) && !s->nmodels) {
        fail(err, ERR_NAME, "%s needs a model, and none is fitted", c->name);
        return error_hint(err, "fit Y ~ TERMS");
    }
    if ((c->needs & NEED_CONNECTION) && !s->connection) {
        fail(err, ERR_NET, "%s needs a connection", c->name);
        return error_hint(err, "connect URL");
    }
    if ((c->needs & NEED_TERMINAL) && !s->ui && (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
        fail(err, ERR_USAGE, "%s needs a terminal", c->name);
        return error_hint(err, "in a script use show, describe, coef, roc or whatif");
    }
    return true;
}

/* Commands whose text holds expressions, where > and | are operators. */
static bool has_expressions(const Command *c, Str line)
{
    if (c->subject == SUBJECT_RAW)
        return true;
    if (!(c->clauses & CLAUSE_WHERE))
        return false;
    for (size_t i = 0; i + 5 <= line.n; i++)
        if (str_ieq(str_sub(line, i, i + 5), STR("where")))
            return true;
    return false;
}

/* With --strict these are failures. */
static bool guard_tripped(const Session *s, const Result *r, Error *err)
{
    static const char *const guards[] = {"leakage", "separation", "drift", "parity", "count"};
    for (size_t i = 0; s->strict && i < r->n; i++) {
        const Item *it = &r->items[i];
        for (size_t k = 0;
             it->kind == ITEM_NOTE && it->v.note.warning && k < sizeof guards / sizeof *guards; k++)
            if (strcmp(it->v.note.code, guards[k]) == 0) {
                fail(err, ERR_GUARD, "%s: %s", it->v.note.code, it->v.note.text);
                error_hint(err, "%s",
                           it->v.note.help ? it->v.note.help
                                           : "without --strict this is a warning");
                return true;
            }
    }
    return false;
}

static bool word_sign(char c)
{
    char low = (char)(c | 0x20); /* of a letter */
    return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'z') || c == '_' || c == '.' ||
           c == '/' || (c & 0x80);
}

/* An error from the lower rooms has no place: where the name that it quotes stands in the line, if
 * it stands there once. */
static void find_place(Str body, Error *err)
{
    const char *quote = strchr(err->msg, '\''), *end = quote ? strchr(quote + 1, '\'') : NULL;
    Span found = SPAN_NONE;
    if (err->at.to > err->at.from || !end || end == quote + 1)
        return;
    Str name = {quote + 1, (size_t)(end - quote - 1)};
    for (size_t i = 0; i + name.n <= body.n; i++) {
        bool whole = (i == 0 || !word_sign(body.p[i - 1])) &&
                     (i + name.n == body.n || !word_sign(body.p[i + name.n]));
        if (!whole || !str_eq(str_sub(body, i, i + name.n), name))
            continue;
        if (found.to > found.from)
            return;
        found = (Span){i, i + name.n};
    }
    err->at = found;
}

/* A word more than the command reads would be lost without a word. */
static bool few_words(const Session *s, const Command *c, const Args *a, Error *err)
{
    if (!c->words || a->nwords <= c->words)
        return true;
    const Word *w = &a->words[c->words];
    fail_at(err, ERR_USAGE, w->at, "'%.*s' is a word more than %s reads", STR_ARG(w->raw), c->name);
    if (session_find_model(s, w->text) >= 0)
        return error_hint(err, "--model %.*s takes that model", STR_ARG(w->raw));
    return error_hint(err, "usage: %s", c->usage);
}

static bool run_parsed(Session *s, const Command *c, const Args *args, Str body, Result *r,
                       Error *err)
{
    Progress progress;
    progress_begin(s, &progress);
    bool ok = check_needs(s, c, err) && few_words(s, c, args, err) && c->run(s, args, r, err);
    progress_end(s, &progress);
    connection_hide(s);
    if (!ok && !error_is_set(err))
        fail(err, ERR_BUG, "%s failed without a reason", c->name);
    if (!ok)
        find_place(body, err);
    return ok && !guard_tripped(s, r, err);
}

/* A file whose ending says a format that there is not would hold the screen's text. */
static bool target_known(const Session *s, Str line, const Redirect *to, Error *err)
{
    char last = line.n ? line.p[line.n - 1] : '\0';
    if (!to->kind && last == '|') {
        fail_at(err, ERR_USAGE, (Span){line.n - 1, line.n}, "nothing stands after '|'");
        return error_hint(err, "COMMAND | less, or COMMAND > FILE");
    }
    if (to->kind != '>' || redirect_ending_known(to->target) ||
        strcmp(s->settings->format, "table") != 0)
        return true;
    fail_at(err, ERR_USAGE, to->at, "no format is called by the ending of '%.*s'",
            STR_ARG(to->target));
    return error_hint(err, ".csv .tsv .json .md .tex .html .txt; .svg .png .pdf for pictures");
}

/* One command, looked up and split, and where its output goes. */
typedef struct Ready {
    const Command *cmd;
    Args args;
    Redirect to;
    Str body; /* without the redirection */
} Ready;

static bool get_ready(Session *s, Str line, Arena *arena, Ready *r, Error *err)
{
    char *text = arena_strndup(arena, line.p, line.n);
    comments_blank(text, line.n);
    line = command_alias(arena, str_trim((Str){text, line.n}));
    size_t used = 0;
    r->cmd = command_find(line, s->prefixes, &used, err);
    if (!r->cmd)
        return false;
    r->to = command_redirect(line, has_expressions(r->cmd, line));
    if (!target_known(s, line, &r->to, err))
        return false;
    r->body = str_trim(str_sub(line, 0, r->to.body));
    return args_parse(arena, r->cmd, r->body, used, s->prefixes, &r->args, err);
}

bool exec_result(Session *s, Str command, Arena *arena, Result *out, Error *err)
{
    Ready r;
    result_init(out, arena, "");
    if (!get_ready(s, command, arena, &r, err))
        return false;
    out->command = r.cmd->name;
    if (r.to.kind == '|') {
        fail_at(err, ERR_USAGE, r.to.at, "here nothing goes to a program");
        return error_hint(err, "%.*s > FILE", STR_ARG(r.body));
    }
    if (r.cmd->changes_state) {
        session_put_look(s, NULL); /* of what may be gone */
        journal_begin(s, r.body);
    }
    bool ok = run_parsed(s, r.cmd, &r.args, r.body, out, err);
    ok = ok && (!r.to.kind || print_file(s, out, r.to.target, err));
    if (r.cmd->changes_state)
        journal_end(s, ok);
    return ok;
}

static bool run_system(Session *s, Str line, Error *err)
{
    if (s->restricted)
        return fail(err, ERR_USAGE, "'!' is switched off by --restricted");
    char *z = xstrndup(line.p, line.n);
    fflush(stdout);
    signal(SIGPIPE, SIG_DFL);
    int status = system(z);
    signal(SIGPIPE, SIG_IGN);
    free(z);
    if (status != 0)
        return fail(err, ERR_IO, "the system's shell ended with status %d",
                    WIFEXITED(status) ? WEXITSTATUS(status) : status);
    return true;
}

static double cpu_seconds(struct rusage *u)
{
    getrusage(RUSAGE_SELF, u);
    return (double)u->ru_utime.tv_sec + (double)u->ru_stime.tv_sec +
           1e-6 * (double)(u->ru_utime.tv_usec + u->ru_stime.tv_usec);
}

static void tell_timing(double wall, double cpu)
{
    struct rusage u;
    double now = cpu_seconds(&u);
    fprintf(stderr, "time: %.3f s, processor %.3f s, peak memory %ld MiB\n", clock_seconds() - wall,
            now - cpu, u.ru_maxrss / 1024);
}

static void tell_tour(Session *s, Str command)
{
    Buf b = BUF_INIT;
    tour_follow(s, command, &b);
    if (b.n)
        fwrite(b.p, 1, b.n, stdout);
    fflush(stdout);
    buf_free(&b);
}

/* What a command that failed has sent until then, when that was to be shown. */
static void tell_raw(const Result *r)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->items[i].kind == ITEM_RAW)
            fwrite(r->items[i].v.line.p, 1, r->items[i].v.line.n, stderr);
}

static bool run_command(Session *s, Str line, Arena *arena, Error *err)
{
    if (line.p[0] == '!')
        return run_system(s, str_sub(line, 1, line.n), err);
    Ready c;
    Result r;
    if (!get_ready(s, line, arena, &c, err))
        return false;
    result_init(&r, arena, c.cmd->name);
    struct rusage usage;
    double wall = clock_seconds(), cpu = cpu_seconds(&usage);
    if (c.cmd->changes_state) {
        session_put_look(s, NULL);
        journal_begin(s, c.body);
    }
    bool ok = run_parsed(s, c.cmd, &c.args, c.body, &r, err);
    if (!ok)
        tell_raw(&r);
    ok = ok && result_print(s, &r, &c.to, err) && !cancelled(err);
    if (c.cmd->changes_state)
        journal_end(s, ok);
    result_clear(&r);
    if (ok && s->settings->timing)
        tell_timing(wall, cpu);
    if (ok && s->tour)
        tell_tour(s, c.body);
    return ok;
}

/* As the prompt would have shown it. */
static void echo_command(Str command)
{
    const char *prompt = "glint> ";
    for (Str rest = command; rest.n; prompt = "   ...> ") {
        Str line = str_split(rest, '\n', &rest);
        printf("%s%.*s\n", prompt, STR_ARG(line));
    }
    fflush(stdout);
}

bool exec_command(Session *s, Str command, const Origin *from)
{
    Error err = ERROR_INIT;
    Arena *arena = arena_new();
    cancel_clear();
    if (s->settings->echo)
        echo_command(command);
    bool ok = run_command(s, command, arena, &err);
    if (!ok) {
        Origin echoed = {.text = command, .prompt = 7};
        tell_error(s, &err, command, s->settings->echo ? &echoed : from);
    }
    arena_free(arena);
    return ok;
}

bool exec_text(Session *s, Str text, const Origin *from, bool keep_going)
{
    size_t pos = 0;
    bool ok = true;
    for (Span at; !s->quit;) {
        Cut cut = command_cut(text, &pos, &at);
        if (cut == CUT_END)
            break;
        Origin here = from ? *from : (Origin){0};
        here.text = text;
        here.at = at.from;
        Str command = str_sub(text, at.from, at.to);
        if (cut == CUT_MORE) {
            Error err = ERROR_INIT;
            fail(&err, ERR_USAGE,
                 "the command is not finished: a quote or a bracket is open, or something is to "
                 "follow");
            tell_error(s, &err, command, &here);
            return false;
        }
        if (!exec_command(s, command, &here)) {
            ok = false;
            if (!keep_going || s->exit_status == 130)
                return false;
        }
    }
    return ok;
}
