/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * help.c - help at the prompt and --help, printed from the tables.
 *
 * A command's row gives its page; topics below are the few things that belong to no command:
 * formulas, expressions, clauses. man.c and completions.c print the same rows for other readers.
 */
#include <stdio.h>
#include <stdlib.h>

#include "data/expr.h"
#include "glm/family.h"
#include "shell/format.h"
#include "help_priv.h"
#include "shell/settings.h"

static const ProgramOption options[] = {
    {"command", 'c', "COMMANDS", NULL,
     "run the commands and end; each -c and -f in the order written"},
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

static const CommandGroup groups[] = {
    {GROUP_DATA, "Data"},     {GROUP_FEATURES, "Features"}, {GROUP_MODEL, "Models"},
    {GROUP_ENGINE, "Engine"}, {GROUP_SCREENS, "Screens"},   {GROUP_SHELL, "Session"}};
#define NGROUPS (sizeof groups / sizeof *groups)

const CommandGroup *command_groups(size_t *n)
{
    *n = NGROUPS;
    return groups;
}

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

void option_text(const OptRow *o, Buf *b)
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

void option_rest(const OptRow *o, Buf *b)
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
    "Text columns are factors: treatment coding by default (genderMale against the\n"
    "first level), --encode onehot makes a column of every level (gender_Male),\n"
    "--encode sum compares with the mean. Names with blanks: `Post Title`.\n";

static const char expressions_text[] =
    "Used by where, derive, filter, group and I().\n\n"
    "  + - * / % ^            arithmetic                 = != < <= > >=      comparison\n"
    "  and or not             logic (& | ! too)          in ('a', 'b')       one of\n"
    "  like 'post%'           text patterns              between 18 and 30   both ends belong\n"
    "  is null, is not null   missing values             if(c, a, b)         choice\n"
    "  'text' \"text\"          texts                      `Post Title`        a column with "
    "blanks\n\n"
    "A missing value in gives a missing value out, except with is null, if and\n"
    "coalesce. help functions lists functions.\n";

static const char clauses_text[] =
    "Clauses are words behind a command's subject, in any order:\n\n"
    "  where EXPR     only those rows             by COLS        groups\n"
    "  sort -age, b   order, - is descending      limit N        rows at most\n"
    "  top N          the best N of each group    as NAME        name of what is made\n"
    "  to TARGET      file or index               > FILE         what is shown, to a file\n"
    "  | PROGRAM      what is shown, to a program\n\n"
    "A new line or ; ends a command; an open bracket or quote, a comma or a formula\n"
    "operator at the end continues it; # begins a comment. A clause word that is a\n"
    "column's name is written in backquotes: `top`.\n";

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
