/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * script.c - commands from a file or a pipe.
 *
 * A pipe is read whole before the first command runs unless it is the standard input of `glint`
 * itself: there commands run as their lines come, so that another program can talk to it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "shell/script.h"
#include "shell/settings.h"

bool variable_parse(Str text, Variable *out)
{
    size_t eq = 0;
    while (eq < text.n && text.p[eq] != '=')
        eq++;
    bool ok = eq > 0 && eq < text.n;
    for (size_t i = 0; i < eq; i++) {
        char c = text.p[i];
        ok = ok && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                    (i && c >= '0' && c <= '9'));
    }
    if (ok)
        *out = (Variable){str_sub(text, 0, eq), str_sub(text, eq + 1, text.n)};
    return ok;
}

static bool tell(Session *s, const Error *err, Str text, const Origin *from)
{
    fflush(stdout);
    Out o = out_for(s, s->settings->echo ? stdout : stderr);
    error_draw(err, text, from, &o);
    buf_free(&o.text);
    s->exit_status = error_exit_status(err->code);
    return false;
}

/* Commands of standard input, each run as soon as its line is there. */
static bool run_stdin(Session *s, const Variable *vars, size_t nvars, bool keep_going)
{
    char *line = NULL;
    size_t cap = 0;
    Buf text = BUF_INIT;
    bool ok = true;
    for (ssize_t n; !s->quit && (n = getline(&line, &cap, stdin)) >= 0;) {
        buf_put(&text, line, (size_t)n);
        size_t pos = 0;
        Span at;
        Cut cut = CUT_COMMAND;
        while (cut == CUT_COMMAND)
            cut = command_cut(buf_slice(&text), &pos, &at);
        if (cut == CUT_MORE)
            continue; /* the command goes on in the next line */
        Buf ready = BUF_INIT;
        Error err = ERROR_INIT;
        bool good = variables_replace(buf_slice(&text), vars, nvars, &ready, &err)
                        ? exec_text(s, buf_slice(&ready), NULL, keep_going)
                        : tell(s, &err, buf_slice(&text), NULL);
        buf_free(&ready);
        buf_clear(&text);
        ok = ok && good;
        if (!good && (!keep_going || s->exit_status == 130))
            break;
    }
    if (text.n && ok)
        ok = exec_text(s, buf_slice(&text), NULL, keep_going);
    buf_free(&text);
    free(line);
    return ok;
}

bool script_run(Session *s, const char *path, const Variable *vars, size_t nvars, bool keep_going)
{
    if (strcmp(path, "-") == 0)
        return run_stdin(s, vars, nvars, keep_going);
    Error err = ERROR_INIT;
    FileText file;
    if (!file_read(path, &file, &err))
        return tell(s, &err, STR(""), NULL);
    bool ok = script_run_text(s, path, (Str){file.p, file.n}, vars, nvars, keep_going);
    file_text_free(&file);
    return ok;
}

bool script_run_text(Session *s, const char *path, Str text, const Variable *vars, size_t nvars,
                     bool keep_going)
{
    Error err = ERROR_INIT;
    Origin from = {.file = path, .text = text};
    Buf ready = BUF_INIT;
    bool ok = false;
    if (text.n && memchr(text.p, '\0', text.n)) {
        fail(&err, ERR_IO, "'%s' is not a script: it holds zero bytes", path);
        tell(s, &err, STR(""), NULL);
    } else if (!variables_replace(text, vars, nvars, &ready, &err)) {
        from.at = err.at.from;
        tell(s, &err, text, &from);
    } else {
        from.text = buf_slice(&ready);
        ok = exec_text(s, buf_slice(&ready), &from, keep_going);
    }
    buf_free(&ready);
    return ok;
}
