/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * man.c - the man page in mdoc, mandoc(1)'s language, printed by `glint --man`.
 *
 * Options, commands and topics come from the tables that `help` prints; what only a man page has
 * (environment, files, statuses, whole examples) stands in tables here.
 */
#include <string.h>

#include "help_priv.h"

#define PAGE_DATE "November 25, 2026"

typedef struct Fact {
    const char *name, *text;
} Fact;

static const Fact variables[] = {
    {"GLINT_ES_URL", "The engine that connect without an URL goes to."},
    {"GLINT_ES_USER", "Its user."},
    {"GLINT_ES_PASSWORD", "The user's password; without it connect asks at the terminal."},
    {"GLINT_ES_API_KEY", "A key instead of user and password."},
    {"GLINT_ES_TOKEN", "A bearer token instead of both."},
    {"NO_COLOR", "When set and not empty, no colours."},
    {"CLICOLOR", "0: no colours."},
    {"CLICOLOR_FORCE", "When not 0, colours in pipes and files too."},
    {"GLINT_PAGER", "What shows results taller than the screen."},
    {"PAGER", "The same, when GLINT_PAGER is not set."},
    {"TERM", "dumb: no colours, no line editing, no screens."},
    {"XDG_CONFIG_HOME", "Where the folder glint with glintrc is, instead of ~/.config."},
    {"XDG_STATE_HOME", "Where the folder glint with the history is, instead of ~/.local/state."},
};

static const Fact files[] = {
    {"~/.config/glint/glintrc", "Commands that run at the start, such as set rows 50."},
    {"~/.config/glint/profiles.json", "Engines by name, for connect --profile."},
    {"~/.local/state/glint/history",
     "What was typed, readable by its owner only, without lines that carry passwords or keys."},
};

static const Fact statuses[] = {
    {"0", "Done."},
    {"1", "A command failed: bad input, bad data, a full disk."},
    {"2", "Wrong usage: an option, a command or a formula that is none."},
    {"3", "Partly done: the engine refused some documents."},
    {"4", "No connection."},
    {"5", "A guard tripped, with --strict: leakage, separation, drift, parity, counts."},
    {"130", "Cancelled."},
};

static const Fact page_examples[] = {
    {"Look at a file:", "glint datasets/blog/users.csv -c 'describe'"},
    {"The main job, from tables to a model that explains itself:",
     "glint datasets/blog/*.csv -c 'features; fit viewed ~ age + lang; coef --words'"},
    {"The same for a program, one JSON object a command:",
     "glint -q --format json -c 'load datasets/seed_rows.csv; features; show'"},
    {"Fail with status 5 when a model is too good to be true:",
     "glint --strict datasets/seed_illustration.csv -c 'fit viewed ~ interaction_type'"},
};
#define COUNT(rows) (sizeof(rows) / sizeof *(rows))

/* ---- mdoc ---- */

/* Text for mdoc: backslashes and leading dots made harmless, each sentence on a line of its own. */
static void man_lines(Buf *out, Str text, bool literal)
{
    bool start = true;
    for (size_t i = 0; i < text.n; i++) {
        char c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : '\0';
        if (start && (c == '.' || c == '\''))
            buf_puts(out, "\\&");
        if (c == '\\')
            buf_puts(out, "\\e");
        else if (c == '-')
            buf_puts(out, "\\-");
        else if (!literal && c == ' ' && start)
            continue;
        else
            buf_putc(out, c);
        bool stop = c == '.' || c == '?' || (c == ')' && i && text.p[i - 1] == '.');
        bool ended = !literal && stop && next == ' ';
        if (ended)
            buf_putc(out, '\n');
        start = ended || c == '\n';
    }
    if (!start)
        buf_putc(out, '\n');
}

static void man_text(Buf *out, const char *z)
{
    man_lines(out, str_of(z), false);
}

/* Lines as they are. */
static void man_literal(Buf *out, Str text)
{
    buf_puts(out, ".Bd -literal -offset indent\n");
    man_lines(out, text, true);
    buf_puts(out, ".Ed\n");
}

/* Words of a macro's line that are none of its own: quoted, so that no blank or dot is special. */
static void man_word(Buf *out, Str s)
{
    buf_puts(out, "\"\\&");
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            buf_puts(out, "\\e");
        else if (s.p[i] == '-')
            buf_puts(out, "\\-");
        else if (s.p[i] == '"')
            buf_puts(out, "\"\"");
        else
            buf_putc(out, s.p[i]);
    }
    buf_putc(out, '"');
}

static void man_title(Buf *out, const char *name)
{
    buf_puts(out, ".Sh ");
    for (const char *p = name; *p; p++)
        buf_putc(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p));
    buf_putc(out, '\n');
}

static void man_facts(Buf *out, const char *title, const char *macro, const Fact *rows, size_t n)
{
    man_title(out, title);
    buf_puts(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, ".It %s ", macro);
        man_word(out, str_of(rows[i].name));
        buf_putc(out, '\n');
        man_text(out, rows[i].text);
    }
    buf_puts(out, ".El\n");
}

/* ---- from the tables ---- */

static void man_options(Buf *out)
{
    size_t n = 0;
    const ProgramOption *rows = program_options(&n);
    buf_puts(out, ".Bl -tag -width Ds\n");
    for (size_t i = 0; i < n; i++) {
        const ProgramOption *o = &rows[i];
        buf_puts(out, ".It ");
        if (o->letter)
            buf_printf(out, "Fl %c , ", o->letter);
        buf_printf(out, "Fl Fl %s", o->name);
        if (o->metavar)
            buf_printf(out, " Ar %s", o->metavar);
        buf_putc(out, '\n');
        Buf text = BUF_INIT;
        buf_printf(&text, "%s%s%s", o->brief, o->choices ? ": " : "", o->choices ? o->choices : "");
        man_lines(out, buf_slice(&text), false);
        buf_free(&text);
    }
    buf_puts(out, ".El\n");
}

static void man_option(const OptRow *o, Buf *out)
{
    Buf text = BUF_INIT;
    option_text(o, &text);
    Str flag = str_sub(buf_slice(&text), 2, text.n), value = STR_NULL;
    const char *blank = memchr(flag.p, ' ', flag.n);
    if (blank) {
        size_t at = (size_t)(blank - flag.p);
        value = str_sub(flag, at + 1, flag.n);
        flag = str_sub(flag, 0, at);
    }
    buf_printf(out, ".It Fl Fl %.*s", STR_ARG(flag));
    if (value.n) {
        buf_puts(out, " Ar ");
        man_word(out, value);
    }
    buf_putc(out, '\n');
    buf_clear(&text);
    option_rest(o, &text);
    man_lines(out, buf_slice(&text), false);
    buf_free(&text);
}

static void man_command(const Command *c, Buf *out)
{
    buf_printf(out, ".Ss %s\n", c->name);
    buf_printf(out, "%c", *c->brief >= 'a' && *c->brief <= 'z' ? *c->brief - 32 : *c->brief);
    man_lines(out, str_of(c->brief + 1), false);
    buf_puts(out, ".Bd -ragged -offset indent\n");
    man_text(out, c->usage);
    buf_puts(out, ".Ed\n.Pp\n");
    man_text(out, c->help ? c->help : c->brief);
    bool list = c->opts && c->opts->name;
    if (list)
        buf_puts(out, ".Bl -tag -width Ds\n");
    for (const OptRow *o = c->opts; o && o->name; o++)
        man_option(o, out);
    if (list)
        buf_puts(out, ".El\n");
    Buf lines = BUF_INIT;
    for (const Example *e = c->examples; e && e->line; e++)
        buf_printf(&lines, "%s\n", e->line);
    if (lines.n)
        man_literal(out, buf_slice(&lines));
    buf_free(&lines);
}

/* Of a topic's text, lines that begin with two blanks are a table, others paragraphs. */
static void man_topic(Str text, Buf *out)
{
    bool table = false, paragraph = true;
    while (text.n) {
        const char *stop = memchr(text.p, '\n', text.n);
        size_t end = stop ? (size_t)(stop - text.p) : text.n;
        Str line = str_sub(text, 0, end);
        text = str_sub(text, end + 1, text.n);
        bool row = str_starts(line, STR("  "));
        if (row && !table)
            buf_puts(out, ".Bd -literal\n");
        if (!row && table)
            buf_puts(out, ".Ed\n");
        if (line.n && !row && !paragraph)
            buf_puts(out, ".Pp\n");
        if (line.n)
            man_lines(out, str_sub(line, row ? 2 : 0, line.n), row);
        paragraph = line.n && !row;
        table = row;
    }
    if (table)
        buf_puts(out, ".Ed\n");
}

static void man_commands(Buf *out)
{
    size_t n = 0, ngroups = 0;
    const Command *const *table = command_table(&n);
    const CommandGroup *groups = command_groups(&ngroups);
    for (size_t g = 0; g < ngroups; g++) {
        Buf title = BUF_INIT;
        buf_printf(&title, "%s commands", groups[g].title);
        man_title(out, title.p);
        buf_free(&title);
        for (size_t i = 0; i < n; i++)
            if (table[i]->group == groups[g].group)
                man_command(table[i], out);
    }
}

static void man_topics(Buf *out)
{
    for (const char *const *t = help_topics(); *t; t++) {
        Buf text = BUF_INIT;
        help_topic(str_of(*t), &text);
        man_title(out, *t);
        man_topic(buf_slice(&text), out);
        buf_free(&text);
    }
}

void help_man(Buf *out)
{
    buf_puts(out, ".Dd " PAGE_DATE "\n.Dt GLINT 1\n.Os \"glint " GLINT_VERSION "\"\n"
                  ".Sh NAME\n.Nm glint\n"
                  ".Nd a shell for generalised linear models over interaction data\n"
                  ".Sh SYNOPSIS\n.Nm\n.Op Ar option ...\n.Op Ar file ...\n"
                  ".Nm\n.Op Ar option ...\n.Op Ar file ...\n.Fl c Ar commands\n"
                  ".Nm\n.Op Ar option ...\n.Fl f Ar file\n.Op Ar name Ns = Ns Ar value ...\n"
                  ".Sh DESCRIPTION\n.Nm\nloads users, posts, products and interactions, makes a "
                  "feature table, fits, explains\nand publishes models.\nFiles on the command line "
                  "are loaded first.\nThen it prompts, or reads commands from a pipe.\n"
                  "At the prompt a unique prefix of a command is enough, Tab completes, Ctrl\\-C "
                  "cancels\nand\n.Ic help\nexplains.\n.Pp\nThe options are:\n");
    man_options(out);
    man_commands(out);
    man_topics(out);
    man_facts(out, "environment", "Ev", variables, COUNT(variables));
    man_facts(out, "files", "Pa", files, COUNT(files));
    man_facts(out, "exit status", "Li", statuses, COUNT(statuses));
    man_title(out, "examples");
    for (size_t i = 0; i < COUNT(page_examples); i++) {
        if (i)
            buf_puts(out, ".Pp\n");
        man_text(out, page_examples[i].name);
        man_literal(out, str_of(page_examples[i].text));
    }
}
