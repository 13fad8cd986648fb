/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * help.c - help, the man page and completion files, all printed from the tables.
 *
 * A command's row gives its section; topics below are the few things that belong to no command:
 * formulas, expressions, clauses. The man page is mdoc (mandoc(1)'s language), written to standard
 * output by `glint --man`.
 */
#include <stdio.h>
#include <stdlib.h>

#include "data/expr.h"
#include "glm/family.h"
#include "shell/format.h"
#include "shell/help.h"
#include "shell/settings.h"

static const ProgramOption options[] = {
    {"command", 'c', "COMMANDS", NULL, "run the commands and end"},
    {"file", 'f', "FILE", NULL, "run a script; ${NAME} is replaced by NAME=VALUE arguments"},
    {"format", 0, "FORMAT", "table vertical csv tsv json markdown latex html",
     "how results are printed"},
    {"output", 0, "FILE", NULL, "results go to FILE"},
    {"quiet", 'q', NULL, NULL, "results only"},
    {"echo", 'e', NULL, NULL, "show commands; everything goes to standard output in order"},
    {"interactive", 'i', NULL, NULL, "stay at the prompt after -c or -f"},
    {"tui", 0, NULL, NULL, "open the screens"},
    {"tour", 0, NULL, NULL, "begin with the tour"},
    {"no-rc", 0, NULL, NULL, "skip ~/.config/glint/glintrc"},
    {"seed", 0, "N", NULL, "seed of everything random"},
    {"threads", 0, "N", NULL, "threads to use (default: one a core)"},
    {"no-color", 0, NULL, NULL, "no colours"},
    {"restricted", 0, NULL, NULL, "no programs of the system: no !, no |, no pager"},
    {"strict", 0, NULL, NULL, "leakage, separation, drift, parity: a failure with status 5"},
    {"keep-going", 0, NULL, NULL, "go on after an error in a script"},
    {"man", 0, NULL, NULL, "print the man page"},
    {"completion", 0, "SHELL", "bash zsh fish", "print a completion file"},
    {"version", 0, NULL, NULL, "print the version"},
    {"help", 'h', NULL, NULL, "print this"},
};
#define NOPTIONS (sizeof options / sizeof *options)

static const struct {
    Group group;
    const char *title;
} groups[] = {{GROUP_DATA, "Data"},     {GROUP_FEATURES, "Features"}, {GROUP_MODEL, "Models"},
              {GROUP_ENGINE, "Engine"}, {GROUP_SCREENS, "Screens"},   {GROUP_SHELL, "Session"}};
#define NGROUPS (sizeof groups / sizeof *groups)

const ProgramOption *program_options(size_t *n)
{
    *n = NOPTIONS;
    return options;
}

/* Text broken at blanks at 78 columns, every line indented; line ends in the text stay. */
static void wrap(Buf *out, Str text, size_t indent)
{
    size_t at = 0;
    while (text.n) {
        size_t end = 0;
        while (end < text.n && text.p[end] != ' ' && text.p[end] != '\n')
            end++;
        Str word = str_sub(text, 0, end);
        size_t w = utf8_width(word);
        if (at && at + 1 + w > 78) {
            buf_putc(out, '\n');
            at = 0;
        }
        if (!at) {
            buf_pad(out, ' ', indent);
            at = indent;
        } else {
            buf_putc(out, ' ');
            at++;
        }
        buf_str(out, word);
        at += w;
        if (end < text.n && text.p[end] == '\n') {
            buf_putc(out, '\n');
            at = 0;
        }
        text = str_sub(text, end + (end < text.n), text.n);
    }
    buf_putc(out, '\n');
}

/* ---- help ---- */

void help_overview(Buf *out)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    for (size_t g = 0; g < NGROUPS; g++) {
        bool first = true;
        for (size_t i = 0; i < n; i++) {
            if (table[i]->group != groups[g].group)
                continue;
            if (first)
                buf_printf(out, "%s%s\n", out->n ? "\n" : "", groups[g].title);
            first = false;
            buf_printf(out, "  %-12s %s\n", table[i]->name, table[i]->brief);
        }
    }
    buf_puts(out, "\nhelp COMMAND explains one. Topics: help");
    for (const char *const *t = help_topics(); *t; t++)
        buf_printf(out, " %s%s", *t, t[1] ? "," : ".");
    buf_puts(out, "\nA unique prefix of a command is enough at the prompt; Tab completes; Ctrl-C "
                  "cancels; Ctrl-D leaves.\n");
}

static void option_text(const OptRow *o, Buf *b)
{
    buf_printf(b, "--%s", o->name);
    if (o->type == OPT_FLAG)
        return;
    buf_putc(b, ' ');
    if (o->choices)
        for (size_t i = 0; o->choices[i]; i++)
            buf_printf(b, "%s%s", i ? "|" : "", o->choices[i]);
    else
        buf_puts(b, o->metavar            ? o->metavar
                    : o->type == OPT_INT  ? "N"
                    : o->type == OPT_REAL ? "X"
                                          : "VALUE");
}

static void option_rest(const OptRow *o, Buf *b)
{
    buf_puts(b, o->brief ? o->brief : "");
    if (o->unit)
        buf_printf(b, ", %s", o->unit);
    if (o->def && !(o->brief && strstr(o->brief, "(default")))
        buf_printf(b, " (default %s)", o->def);
}

void help_command(const Command *c, Buf *out)
{
    buf_printf(out, "%s - %s\n\n", c->name, c->brief);
    wrap(out, str_of(c->usage), 2);
    if (c->help) {
        buf_putc(out, '\n');
        wrap(out, str_of(c->help), 0);
    }
    for (const OptRow *o = c->opts; o && o->name; o++) {
        if (o == c->opts)
            buf_putc(out, '\n');
        Buf left = BUF_INIT, right = BUF_INIT;
        option_text(o, &left);
        option_rest(o, &right);
        if (left.n <= 26)
            buf_printf(out, "  %-26s %s\n", left.p, right.p ? right.p : "");
        else
            buf_printf(out, "  %s\n  %26s %s\n", left.p, "", right.p ? right.p : "");
        buf_free(&left);
        buf_free(&right);
    }
    for (const Example *e = c->examples; e && e->line; e++) {
        if (e == c->examples)
            buf_putc(out, '\n');
        buf_printf(out, "  glint> %s%s%s\n", e->line, *e->brief ? "   # " : "", e->brief);
    }
}

static const char formulas_text[] =
    "RESPONSE ~ TERMS, as in R.\n\n"
    "  a + b          both                      a:b         their interaction\n"
    "  a*b            a + b + a:b               (a + b)^2   all pairs\n"
    "  - a            without                   .           all other columns\n"
    "  0 or -1        no intercept              I(a / b)    arithmetic as it is\n"
    "  log(x) log1p(x) sqrt(x) exp(x)           functions of columns (help functions)\n"
    "  poly(x, 3)     orthogonal polynomial     ns(x, df = 4) bs(x, df = 5)   splines\n"
    "  cut(x, 4)      intervals                 factor(x)   numbers as levels\n"
    "  C(x, ref = \"USA\")   the level to compare with\n"
    "  offset(x)      coefficient fixed at 1    cbind(yes, no) ~ ...   counts\n\n"
    "Text columns are factors: treatment coding by default (genderMale against the first level), "
    "--encode onehot makes\n"
    "a column of every level (gender_Male), --encode sum compares with the mean. Names with "
    "blanks: `Post Title`.\n";

static const char expressions_text[] =
    "Used by where, derive, filter, group and I().\n\n"
    "  + - * / % ^            arithmetic                 = != < <= > >=      comparison\n"
    "  and or not             logic (& | ! too)          in ('a', 'b')       one of\n"
    "  like 'post%'           text patterns              between 18 and 30   both ends belong\n"
    "  is null, is not null   missing values             if(c, a, b)         choice\n"
    "  'text' \"text\"          texts                      `Post Title`        a column with "
    "blanks\n\n"
    "A missing value in gives a missing value out, except with is null, if and coalesce. help "
    "functions lists functions.\n";

static const char clauses_text[] =
    "Clauses are words behind a command's subject, in any order:\n\n"
    "  where EXPR     only those rows             by COLS        groups\n"
    "  sort -age, b   order, - is descending      limit N        rows at most\n"
    "  top N          the best N of each group    as NAME        name of what is made\n"
    "  to TARGET      file or index               > FILE         what is shown, to a file\n"
    "  | PROGRAM      what is shown, to a program\n\n"
    "; or a new line ends a command; an open bracket or quote, a comma or a formula operator at "
    "the end continues it;\n"
    "# begins a comment. A clause word that is a column's name is written in backquotes: `top`.\n";

static void formats_topic(Buf *out)
{
    size_t n = 0;
    const Format *f = format_table(&n);
    buf_puts(out, "set format NAME, --format NAME, or the ending of a file behind >.\n\n");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "  %-10s %-14s %s\n", f[i].name, f[i].endings ? f[i].endings : "",
                   f[i].brief);
    buf_puts(out, "  svg png pdf               pictures of curves and bars, behind >\n");
}

static void settings_topic(Buf *out)
{
    size_t n = 0;
    const Setting *rows = setting_table(&n);
    buf_puts(out, "set NAME VALUE; the same lines may stand in ~/.config/glint/glintrc.\n\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "  %-10s %s (%s)\n", rows[i].name, rows[i].brief,
                   *rows[i].def ? rows[i].def : "none");
        for (size_t k = 0; rows[i].choices && rows[i].choices[k]; k++)
            buf_printf(out, "%s%s%s", k ? " " : "             ", rows[i].choices[k],
                       rows[i].choices[k + 1] ? "" : "\n");
    }
}

static void functions_topic(Buf *out)
{
    size_t n = 0;
    const ExprFunc *rows = expr_funcs(&n);
    for (size_t i = 0; i < n; i++) {
        Buf call = BUF_INIT;
        buf_printf(&call, "%s(%s)", rows[i].name, rows[i].args);
        buf_printf(out, "  %-26s %s\n", call.p, rows[i].brief);
        buf_free(&call);
    }
}

static void families_topic(Buf *out)
{
    size_t n = 0;
    const Family *const *rows = family_table(&n);
    buf_puts(out, "fit Y ~ TERMS --family NAME [--link NAME]\n\n");
    for (size_t i = 0; i < n; i++) {
        buf_printf(out, "  %-18s %s\n", rows[i]->name, rows[i]->brief ? rows[i]->brief : "");
        buf_printf(out, "  %-18s links: %s\n", "", rows[i]->links);
    }
}

static void formulas_topic(Buf *out)
{
    buf_puts(out, formulas_text);
}

static void expressions_topic(Buf *out)
{
    buf_puts(out, expressions_text);
}

static void clauses_topic(Buf *out)
{
    buf_puts(out, clauses_text);
}

static const struct {
    const char *name;
    void (*print)(Buf *out);
} topics[] = {{"formulas", formulas_topic},   {"expressions", expressions_topic},
              {"functions", functions_topic}, {"clauses", clauses_topic},
              {"formats", formats_topic},     {"families", families_topic},
              {"settings", settings_topic}};
#define NTOPICS (sizeof topics / sizeof *topics)

const char *const *help_topics(void)
{
    static const char *names[NTOPICS + 1];
    for (size_t i = 0; i < NTOPICS; i++)
        names[i] = topics[i].name;
    return names;
}

/* `help es` and the like: every command that begins with the word. */
static bool help_family(Str name, Buf *out)
{
    size_t n = 0, hits = 0;
    const Command *const *table = command_table(&n);
    for (size_t i = 0; i < n; i++) {
        Str full = str_of(table[i]->name);
        if (full.n > name.n && str_starts(full, name) && full.p[name.n] == ' ') {
            buf_printf(out, "%s", hits++ ? "\n" : "");
            help_command(table[i], out);
        }
    }
    return hits > 0;
}

bool help_topic(Str name, Buf *out)
{
    for (size_t i = 0; i < NTOPICS; i++)
        if (str_eqz(name, topics[i].name)) {
            topics[i].print(out);
            return true;
        }
    return help_family(name, out);
}

void help_usage(Buf *out)
{
    buf_puts(out, "usage: glint [OPTION...] [FILE...]\n"
                  "       glint -c 'COMMANDS'          run and end\n"
                  "       glint -f FILE [NAME=VALUE]   run a script\n\n");
    for (size_t i = 0; i < NOPTIONS; i++) {
        const ProgramOption *o = &options[i];
        Buf left = BUF_INIT;
        if (o->letter)
            buf_printf(&left, "-%c, ", o->letter);
        buf_printf(&left, "--%s%s%s", o->name, o->metavar ? " " : "", o->metavar ? o->metavar : "");
        buf_printf(out, "  %-24s %s\n", left.p, o->brief);
        if (o->choices)
            buf_printf(out, "  %-24s %s\n", "", o->choices);
        buf_free(&left);
    }
    buf_puts(out, "\nExit status: 0 done, 1 a command failed, 2 wrong usage, 3 partly done, 4 no "
                  "connection,\n"
                  "5 a guard tripped (--strict), 130 cancelled.\n");
}

/* ---- man page ---- */

/* Text for mdoc: backslashes and leading dots made harmless, each sentence on a line of its own. */
static void man_lines(Buf *out, const char *z, bool literal)
{
    bool start = true;
    for (const char *p = z ? z : ""; *p; p++) {
        if (start && (*p == '.' || *p == '\''))
            buf_puts(out, "\\&");
        if (*p == '\\')
            buf_puts(out, "\\e");
        else if (*p == '-')
            buf_puts(out, "\\-");
        else if (!literal && *p == ' ' && start)
            continue;
        else
            buf_putc(out, *p);
        bool ended = !literal && (*p == '.' || *p == '?' || *p == ')') && p[1] == ' ' &&
                     (*p != ')' || p[-1] == '.');
        if (ended)
            buf_putc(out, '\n');
        start = ended || *p == '\n';
    }
    buf_putc(out, '\n');
}

static void man_text(Buf *out, const char *z)
{
    man_lines(out, z, false);
}

static void man_literal(Buf *out, const char *z)
{
    buf_puts(out, ".Bd -literal -offset indent\n");
    man_lines(out, z, true);
    buf_puts(out, ".Ed\n");
}

static void man_command(const Command *c, Buf *out)
{
    buf_printf(out, ".Ss %s\n", c->name);
    man_text(out, c->usage);
    buf_puts(out, ".Pp\n");
    man_text(out, c->help ? c->help : c->brief);
    bool list = c->opts && c->opts->name;
    if (list)
        buf_puts(out, ".Bl -tag -width Ds\n");
    for (const OptRow *o = c->opts; o && o->name; o++) {
        Buf text = BUF_INIT;
        option_text(o, &text);
        buf_puts(out, ".It ");
        man_text(out, text.p);
        buf_clear(&text);
        option_rest(o, &text);
        man_text(out, text.p);
        buf_free(&text);
    }
    if (list)
        buf_puts(out, ".El\n");
    Buf lines = BUF_INIT;
    for (const Example *e = c->examples; e && e->line; e++)
        buf_printf(&lines, "%s%s", e == c->examples ? "" : "\n", e->line);
    if (lines.n)
        man_literal(out, lines.p);
    buf_free(&lines);
}

void help_man(Buf *out)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    buf_puts(out,
             ".Dd $Mdocdate$\n.Dt GLINT 1\n.Os\n.Sh NAME\n.Nm glint\n"
             ".Nd a shell for generalised linear models over interaction data\n.Sh SYNOPSIS\n"
             ".Nm\n.Op Ar option ...\n.Op Ar file ...\n.Nm\n.Fl c Ar commands\n.Nm\n.Fl f Ar file\n"
             ".Op Ar name Ns = Ns Ar value ...\n.Sh DESCRIPTION\n"
             "Loads users, posts, products and interactions, makes a feature table, fits, explains "
             "and publishes "
             "models.\nThe options are:\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < NOPTIONS; i++) {
        const ProgramOption *o = &options[i];
        buf_puts(out, ".It ");
        if (o->letter)
            buf_printf(out, "Fl %c , ", o->letter);
        buf_printf(out, "Fl Fl %s", o->name);
        if (o->metavar)
            buf_printf(out, " Ar %s", o->metavar);
        buf_putc(out, '\n');
        man_text(out, o->brief);
    }
    buf_puts(out, ".El\n.Sh COMMANDS\n");
    for (size_t g = 0; g < NGROUPS; g++)
        for (size_t i = 0; i < n; i++)
            if (table[i]->group == groups[g].group)
                man_command(table[i], out);
    for (size_t i = 0; i < NTOPICS; i++) {
        Buf text = BUF_INIT;
        topics[i].print(&text);
        buf_puts(out, ".Sh ");
        for (const char *p = topics[i].name; *p; p++)
            buf_putc(out, (char)(*p >= 'a' && *p <= 'z' ? *p - 32 : *p));
        buf_putc(out, '\n');
        man_literal(out, text.p ? text.p : "");
        buf_free(&text);
    }
    buf_puts(out,
             ".Sh ENVIRONMENT\n.Ev NO_COLOR , CLICOLOR , CLICOLOR_FORCE , GLINT_PAGER , PAGER ,\n"
             ".Ev XDG_CONFIG_HOME , XDG_STATE_HOME\n"
             ".Sh FILES\n.Pa ~/.config/glint/glintrc ,\n.Pa ~/.local/state/glint/history\n.Sh EXIT "
             "STATUS\n"
             "0 done; 1 a command failed; 2 wrong usage; 3 partly done; 4 no connection; 5 a guard "
             "tripped\n"
             ".Pq Fl Fl strict ;\n130 cancelled.\n");
}

/* ---- completion files ---- */

static void words_of_commands(Buf *out, const char *sep)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s", i ? sep : "", table[i]->name);
}

static void completion_bash(Buf *out)
{
    buf_puts(
        out,
        "# bash completion for glint, printed by `glint --completion bash`\n"
        "_glint() {\n    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    case $prev in\n");
    for (size_t i = 0; i < NOPTIONS; i++)
        if (options[i].choices)
            buf_printf(out, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n",
                       options[i].name, options[i].choices);
    buf_puts(out, "    -c|--command) COMPREPLY=($(compgen -W '");
    words_of_commands(out, " ");
    buf_puts(out, "' -- \"$cur\")); return ;;\n    esac\n    if [[ $cur == -* ]]; then\n        "
                  "COMPREPLY=($(compgen -W '");
    for (size_t i = 0; i < NOPTIONS; i++) {
        if (options[i].letter)
            buf_printf(out, "-%c ", options[i].letter);
        buf_printf(out, "--%s%s", options[i].name, i + 1 < NOPTIONS ? " " : "");
    }
    buf_puts(out,
             "' -- \"$cur\"))\n    else\n        COMPREPLY=($(compgen -f -- \"$cur\"))\n    fi\n}\n"
             "complete -o filenames -F _glint glint\n");
}

/* Brief texts inside single quotes of a shell. */
static void quoted_brief(Buf *out, const char *z)
{
    for (const char *p = z; *p; p++) {
        if (*p == '\'')
            buf_puts(out, "'\\''");
        else if (*p == '[' || *p == ']' || *p == ':')
            buf_printf(out, "\\%c", *p);
        else
            buf_putc(out, *p);
    }
}

static void completion_zsh(Buf *out)
{
    buf_puts(out, "#compdef glint\n# zsh completion for glint, printed by `glint --completion "
                  "zsh`\n_arguments -s \\\n");
    for (size_t i = 0; i < NOPTIONS; i++) {
        const ProgramOption *o = &options[i];
        for (int k = 0; k < (o->letter ? 2 : 1); k++) {
            buf_puts(out, "  '");
            if (k)
                buf_printf(out, "-%c", o->letter);
            else
                buf_printf(out, "--%s", o->name);
            buf_putc(out, '[');
            quoted_brief(out, o->brief);
            buf_putc(out, ']');
            if (o->choices)
                buf_printf(out, ":%s:(%s)", o->metavar, o->choices);
            else if (o->metavar)
                buf_printf(out, ":%s:%s", o->metavar,
                           strcmp(o->metavar, "FILE") == 0 ? "_files" : "");
            buf_puts(out, "' \\\n");
        }
    }
    buf_puts(out, "  '*:file:_files'\n");
}

static void completion_fish(Buf *out)
{
    buf_puts(out, "# fish completion for glint, printed by `glint --completion fish`\n");
    for (size_t i = 0; i < NOPTIONS; i++) {
        const ProgramOption *o = &options[i];
        buf_printf(out, "complete -c glint -l %s", o->name);
        if (o->letter)
            buf_printf(out, " -s %c", o->letter);
        if (o->choices)
            buf_printf(out, " -x -a '%s'", o->choices);
        else if (o->metavar)
            buf_puts(out, strcmp(o->metavar, "FILE") == 0 ? " -r" : " -x");
        buf_puts(out, " -d '");
        for (const char *p = o->brief; *p; p++)
            buf_printf(out, "%s%c", *p == '\'' ? "\\" : "", *p);
        buf_puts(out, "'\n");
    }
}

bool help_completion(Str shell, Buf *out)
{
    static const struct {
        const char *name;
        void (*print)(Buf *out);
    } shells[] = {{"bash", completion_bash}, {"zsh", completion_zsh}, {"fish", completion_fish}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++)
        if (str_eqz(shell, shells[i].name)) {
            shells[i].print(out);
            return true;
        }
    return false;
}
