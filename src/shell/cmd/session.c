/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.c - the session itself: `set`, `timing`, `echo`, `run`, `undo`, `redo`, `script`,
 * `history`, `quit`. */
#include "shell/command.h"
#include "shell/format.h"
#include "shell/journal.h"
#include "shell/line.h"
#include "shell/script.h"
#include "shell/settings.h"

static void tell_switch(Session *s, Str name, Result *out)
{
    size_t n = 0;
    const Setting *rows = setting_table(&n);
    Buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, rows[i].name)) {
            setting_print(s, &rows[i], &b);
            result_chat(out, "%s is %s", rows[i].name, b.p);
        }
    buf_free(&b);
}

static bool set_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("setting", "setting")}, {COL("value", "value")}, {COL("meaning", "meaning")}};
    size_t n = 0;
    const Setting *rows = setting_table(&n);
    if (a->nwords >= 2 || (a->nwords == 1 && a->words[0].name.p)) {
        const Word *w = a->words;
        if (w[0].name.p)
            return setting_set(s, w[0].name, w[0].value, w[0].at, w[0].value_at, err);
        if (a->nwords > 2)
            return fail_at(err, ERR_USAGE, w[2].at,
                           "set takes a name and one value; quote a value with blanks");
        if (!setting_set(s, w[0].text, w[1].text, w[0].at, w[1].at, err))
            return false;
        if (str_ieq(w[1].text, STR("toggle"))) /* nobody remembers how it stood */
            tell_switch(s, w[0].text, out);
        return true;
    }
    Table *t = result_table(out, "settings", cols, 3);
    Buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        if (a->nwords && !str_eqz(a->words[0].text, rows[i].name))
            continue;
        buf_clear(&b);
        setting_print(s, &rows[i], &b);
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(rows[i].name));
        c[1] = cell_text(str_of(arena_printf(out->arena, "%s", b.p ? b.p : "")));
        c[2] = cell_text(str_of(rows[i].brief));
    }
    buf_free(&b);
    if (a->nwords && !t->nrows) /* says which names there are */
        return setting_set(s, a->words[0].text, STR(""), a->words[0].at, SPAN_NONE, err);
    return true;
}

static void set_complete(Session *s, Str before, Buf *out)
{
    size_t n = 0;
    const Setting *rows = setting_table(&n);
    (void)s;
    for (size_t i = 0; i < n; i++) {
        if (!before.n)
            buf_put(out, rows[i].name, strlen(rows[i].name) + 1);
        for (size_t k = 0; str_eqz(before, rows[i].name) && rows[i].choices && rows[i].choices[k];
             k++)
            buf_put(out, rows[i].choices[k], strlen(rows[i].choices[k]) + 1);
    }
}

const Command cmd_set = {
    .name = "set",
    .group = GROUP_SHELL,
    .brief = "show or change settings",
    .usage = "set [NAME [VALUE]]",
    .subject = SUBJECT_WORDS,
    .help = "What is on or off takes toggle, too. Lines of set in ~/.config/glint/glintrc are run "
            "at the start.",
    .examples = (const Example[]){{"set", "all settings", false},
                                  {"set rows 50", "longer tables", false},
                                  {0}},
    .run = set_run,
    .complete = set_complete,
};

static bool timing_run(Session *s, const Args *a, Result *out, Error *err)
{
    bool on = !s->settings->timing;
    if (a->nwords && !parse_bool(a->words[0].text, &on))
        return fail_at(err, ERR_USAGE, a->words[0].at, "timing is on or off");
    s->settings->timing = on;
    result_chat(out, "timing is %s", on ? "on" : "off");
    return true;
}

const Command cmd_timing = {
    .name = "timing",
    .group = GROUP_SHELL,
    .brief = "time and memory of each command",
    .usage = "timing [on|off]",
    .subject = SUBJECT_WORDS,
    .help =
        "Printed on standard error after each command: seconds, processor seconds, peak memory.",
    .examples = (const Example[]){{"timing on", "", false}, {0}},
    .run = timing_run,
};

static bool echo_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)s;
    (void)err;
    Str text = unquote(a->arena, a->text, NULL);
    result_text(out, "text", text.p ? text : STR(""));
    result_line(out, "%.*s", STR_ARG(text));
    return true;
}

const Command cmd_echo = {
    .name = "echo",
    .group = GROUP_SHELL,
    .brief = "print a text",
    .usage = "echo TEXT",
    .subject = SUBJECT_RAW,
    .help = "For headings in scripts.",
    .examples = (const Example[]){{"echo \"tonight's model\"", "", false}, {0}},
    .run = echo_run,
};

static bool run_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)out;
    if (!a->nwords) {
        fail(err, ERR_USAGE, "run wants a file");
        return error_hint(err, "run FILE [NAME=VALUE...]");
    }
    Variable *vars = arena_array(a->arena, Variable, a->nwords);
    for (size_t i = 1; i < a->nwords; i++) {
        vars[i - 1] = (Variable){a->words[i].name, a->words[i].value};
        if (!a->words[i].name.p)
            return fail_at(err, ERR_USAGE, a->words[i].at, "'%.*s' is not NAME=VALUE",
                           STR_ARG(a->words[i].raw));
    }
    const char *path = args_zstr(a, a->words[0].text);
    bool from_stdin = strcmp(path, "-") == 0;
    FileText text = {0};
    if (!from_stdin && !file_read(path, &text, err)) { /* it never began */
        err->at = a->words[0].at;
        return false;
    }
    bool prefixes = s->prefixes;
    s->prefixes = false; /* a script wants whole words */
    size_t nvars = a->nwords - 1;
    bool ok = from_stdin ? script_run(s, path, vars, nvars, false)
                         : script_run_text(s, path, (Str){text.p, text.n}, vars, nvars, false);
    s->prefixes = prefixes;
    file_text_free(&text);
    return ok ? true : fail(err, ERR_DATA, "the script '%.*s' stopped", STR_ARG(a->words[0].text));
}

const Command cmd_run = {
    .name = "run",
    .group = GROUP_SHELL,
    .brief = "run a script",
    .usage = "run FILE [NAME=VALUE...]",
    .subject = SUBJECT_WORDS,
    .help = "${NAME} in the script is replaced by VALUE. Stops at the first error.",
    .examples = (const Example[]){{"run tonight.glint DAY=2024-05-02", "", true}, {0}},
    .run = run_run,
    .takes = TAKES_FILES,
};

/* A command that went over several lines, told in one. */
static const char *one_line(Arena *a, const char *command)
{
    char *z = arena_strndup(a, command, strlen(command));
    for (char *p = z; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return z;
}

static bool undo_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)a;
    const char *line = journal_undo(s);
    if (!line)
        return fail(err, ERR_DATA, "there is nothing to undo");
    result_text(out, "undone", str_of(line));
    result_line(out, "undone: %s", one_line(out->arena, line));
    return true;
}

const Command cmd_undo = {
    .name = "undo",
    .group = GROUP_SHELL,
    .brief = "step back",
    .usage = "undo",
    .help = "Takes back the last command that changed tables or models: load, derive, filter, "
            "features, fit, drop ... "
            "Files that were written stay.",
    .examples = (const Example[]){{"undo", "", true}, {0}},
    .run = undo_run,
};

static bool redo_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)a;
    const char *line = journal_redo(s);
    if (!line)
        return fail(err, ERR_DATA, "there is nothing to redo");
    result_text(out, "redone", str_of(line));
    result_line(out, "redone: %s", one_line(out->arena, line));
    return true;
}

const Command cmd_redo = {
    .name = "redo",
    .group = GROUP_SHELL,
    .brief = "step forward again",
    .usage = "redo",
    .help = "Brings back what undo took back, until something else is changed.",
    .examples = (const Example[]){{"redo", "", true}, {0}},
    .run = redo_run,
};

static bool script_cmd_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)a;
    (void)err;
    Buf b = BUF_INIT;
    size_t n = journal_script(s, &b);
    if (s->looked) {
        buf_printf(&b, "%s\n", s->looked);
        n++;
    }
    result_raw(out, buf_slice(&b));
    buf_free(&b);
    result_note(out, "script", NULL, "%s; running them again gives the same digits",
                result_plural(out, (int64_t)n, "command"));
    return true;
}

const Command cmd_script = {
    .name = "script",
    .group = GROUP_SHELL,
    .brief = "the shortest script that rebuilds the current state",
    .usage = "script [> FILE]",
    .help =
        "Only the commands that led to the tables and models in memory, seeds included, and what "
        "the screens showed last. glint -f FILE runs it.",
    .examples = (const Example[]){{"script", "on the screen", false},
                                  {"script > tonight.glint", "to a file", false},
                                  {0}},
    .run = script_cmd_run,
};

static bool history_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {{COL("n", "n")}, {COL("command", "command")}};
    (void)err;
    Table *t = result_table(out, "history", cols, 2);
    t->no_header = true;
    bool typed = line_history_count() > 0;
    size_t n = typed ? line_history_count() : journal_count(s->journal);
    size_t last = a->limit >= 0 ? (size_t)a->limit : 50;
    for (size_t i = n > last ? n - last : 0; i < n; i++) {
        const char *line = typed ? line_history(i) : journal_line(s->journal, i);
        Cell *c = table_row(out, t);
        c[0] = cell_int((int64_t)i + 1);
        c[1] = cell_text(str_of(arena_printf(out->arena, "%s", line)));
    }
    return true;
}

const Command cmd_history = {
    .name = "history",
    .group = GROUP_SHELL,
    .brief = "commands typed before",
    .usage = "history [limit N]",
    .clauses = CLAUSE_LIMIT,
    .help = "In a script: the commands that changed something. Lines with passwords or keys are "
            "never kept.",
    .examples = (const Example[]){{"history limit 10", "", false}, {0}},
    .run = history_run,
};

static bool quit_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)a;
    (void)out;
    (void)err;
    s->quit = true;
    return true;
}

const Command cmd_quit = {
    .name = "quit",
    .group = GROUP_SHELL,
    .brief = "leave",
    .usage = "quit",
    .help = "Ctrl-D does the same. Nothing is asked; script > FILE beforehand keeps the work.",
    .examples = (const Example[]){{"quit", "", true}, {0}},
    .run = quit_run,
};
