/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commands.c - the table of commands. A command is a file in cmd/ and one word in
 * shell/command_list.h.
 *
 * command_find() is the only place that compares what was typed with a command's name; help,
 * completion and the man page walk command_table().
 */
#include <stdio.h>

#include "shell/command.h"
#include "shell/parse.h"

#define ROW(name) &cmd_##name,
static const Command *const table[] = {COMMANDS(ROW)};
#define NCOMMANDS (sizeof table / sizeof *table)

/* Words of other programs. `with` is used when something follows. */
static const struct {
    const char *typed, *alone, *with;
} aliases[] = {
    {"\\d", "tables", "describe"},
    {"\\dt", "tables", "describe"},
    {"\\x", "set expanded toggle", "set expanded"},
    {"\\timing", "timing", "timing"},
    {"\\i", "run", "run"},
    {"\\o", "set output ''", "set output"},
    {"\\q", "quit", "quit"},
    {"\\?", "help", "help"},
    {"\\h", "help", "help"},
    {"\\s", "history", "history"},
    {"?", "help", "help"},
    {"exit", "quit", "quit"},
    {"summary", "model", "model"},
    {"head", "show", "show"},
    {"source", "run", "run"},
};
#define NALIASES (sizeof aliases / sizeof *aliases)

/* Words of other programs that are no command here, and what is. */
static const struct {
    const char *typed, *hint;
} elsewhere[] = {
    {"select", "show TABLE COLUMNS where EXPR sort -KEY limit N"},
    {"from", "show TABLE COLUMNS where EXPR sort -KEY limit N"},
    {"where", "filter where EXPR, or show TABLE where EXPR"},
    {"order", "show TABLE sort -KEY"},
    {"arrange", "show TABLE sort -KEY"},
    {"mutate", "derive NAME = EXPR"},
    {"let", "derive NAME = EXPR"},
    {"import", "load FILE as NAME"},
    {"read", "load FILE as NAME"},
    {"read_csv", "load FILE as NAME"},
    {"open", "load FILE as NAME"},
    {"write", "save TABLE to FILE, or COMMAND > FILE"},
    {"ls", "tables lists what is loaded; !ls the folder's files"},
    {"print", "show TABLE, or coef, or model"},
    {"delete", "drop NAME"},
    {"rm", "drop NAME"},
    {"glm", "fit Y ~ TERMS --family NAME"},
    {"lm", "fit Y ~ TERMS --family gaussian"},
    {"train", "fit Y ~ TERMS --test 0.25"},
    {"confusion", "metrics shows the confusion matrix"},
    {"auc", "metrics shows the ROC-AUC, roc the curve"},
    {"importance", "coef --sort abs, or anova"},
    {"vif", "diagnose shows variance inflation"},
    {"lasso", "path Y ~ TERMS, or fit Y ~ TERMS --cv 10"},
    {"shap", "whatif A=V shows what each term adds"},
};

const Command *const *command_table(size_t *n)
{
    *n = NCOMMANDS;
    return table;
}

Str command_alias(Arena *a, Str line)
{
    size_t end = line.n && line.p[0] == '?' ? 1 : word_end(line, 0, "");
    Str word = str_sub(line, 0, end), rest = str_trim(str_sub(line, end, line.n));
    for (size_t i = 0; i < NALIASES; i++) {
        if (!str_eqz(word, aliases[i].typed))
            continue;
        if (!rest.n)
            return str_of(aliases[i].alone);
        return str_of(arena_printf(a, "%s %.*s", aliases[i].with, STR_ARG(rest)));
    }
    return line;
}

/* Help for a word that is no command: what it is called here, a command without a blank behind it,
 * the second words of "es". */
static bool word_hint(Str line, Str word, Error *err)
{
    Buf all = BUF_INIT;
    const char *bracket = word.n ? memchr(word.p, '(', word.n) : NULL;
    if (bracket)
        word.n = (size_t)(bracket - word.p);
    for (size_t i = 0; i < sizeof elsewhere / sizeof *elsewhere; i++)
        if (str_ieq(word, str_of(elsewhere[i].typed))) {
            error_hint(err, "%s", elsewhere[i].hint);
            return true;
        }
    for (size_t i = 0; i < NCOMMANDS; i++) {
        Str name = str_of(table[i]->name), rest = str_sub(line, name.n, line.n);
        if (str_starts(line, name) && rest.n > 2 && rest.p[0] == '(' && rest.p[rest.n - 1] == ')') {
            error_hint(err, "%s %.*s: a blank, no brackets", table[i]->name,
                       STR_ARG(str_sub(rest, 1, rest.n - 1)));
            return true;
        }
        if (str_starts(name, word) && name.n > word.n && name.p[word.n] == ' ')
            buf_printf(&all, "%s%s", all.n ? ", " : "", table[i]->name);
    }
    bool found = all.n > 0;
    if (found)
        error_hint(err, "%s", all.p);
    buf_free(&all);
    return found;
}

/* Length of the command's name at the start of line, 0 when it does not stand there. */
static size_t stands_there(const Command *c, Str line)
{
    Str name = str_of(c->name);
    if (!str_starts(line, name))
        return 0;
    return line.n == name.n || word_end(line, 0, "") < name.n || word_end(line, 0, "") == name.n
               ? name.n
               : 0;
}

static const Command *by_prefix(Str word, Error *err)
{
    const Command *found = NULL;
    size_t hits = 0;
    Buf all = BUF_INIT;
    for (size_t i = 0; i < NCOMMANDS; i++)
        if (str_starts(str_of(table[i]->name), word) && !strchr(table[i]->name, ' ')) {
            buf_printf(&all, "%s%s", hits ? ", " : "", table[i]->name);
            found = table[i];
            hits++;
        }
    if (hits > 1) {
        fail_at(err, ERR_NAME, (Span){0, word.n}, "'%.*s' could be several commands",
                STR_ARG(word));
        error_hint(err, "%s", all.p);
        found = NULL;
    }
    buf_free(&all);
    return found;
}

const Command *command_find(Str line, bool prefixes, size_t *used, Error *err)
{
    size_t end = word_end(line, 0, "");
    Str word = str_sub(line, 0, end), names[NCOMMANDS];
    const Command *best = NULL;
    *used = 0;
    for (size_t i = 0; i < NCOMMANDS; i++) {
        names[i] = str_of(table[i]->name);
        size_t n = stands_there(table[i], line);
        if (n > *used) {
            best = table[i];
            *used = n;
        }
    }
    if (best)
        return best;
    if (prefixes && (best = by_prefix(word, err)) != NULL) {
        *used = end;
        return best;
    }
    if (error_is_set(err))
        return NULL;
    Error ignored = ERROR_INIT;
    const Command *prefix = prefixes ? NULL : by_prefix(word, &ignored);
    if (prefix) { /* a script reads the same next year, whatever commands there will be */
        fail_at(err, ERR_USAGE, (Span){0, end}, "no command '%.*s'", STR_ARG(word));
        error_hint(err, "a script wants the whole word: %s", prefix->name);
        return NULL;
    }
    size_t two = word_end(line, end + (end < line.n), "");
    long near = nearest_name(word, names, NCOMMANDS);
    if (near < 0 && two > end)
        near = nearest_name(str_sub(line, 0, two), names, NCOMMANDS);
    fail_at(err, ERR_USAGE, (Span){0, end}, "no command '%.*s'", STR_ARG(word));
    if (word_hint(line, word, err))
        return NULL;
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", table[near]->name);
    else
        error_hint(err, "help lists the commands");
    return NULL;
}

const NamedData *command_table_arg(Session *s, const Args *a, Str name, Span at, Error *err)
{
    for (size_t i = 0; !name.p && i < a->nopts; i++)
        if (a->cmd->opts[i].type == OPT_TABLE && a->opt_values[i].text.p) {
            name = a->opt_values[i].text;
            at = a->opt_values[i].at;
        }
    if (!name.p) {
        const NamedData *t = session_table(s);
        if (!t) {
            fail(err, ERR_NAME, "%s needs a table, and none is loaded", a->cmd->name);
            error_hint(err, "load FILE, or simulate blog");
        }
        return t;
    }
    long i = session_find_table(s, name);
    if (i >= 0)
        return &s->tables[i];
    Str *names = arena_array(a->arena, Str, s->ntables + 1);
    for (size_t k = 0; k < s->ntables; k++)
        names[k] = str_of(s->tables[k].name);
    fail_at(err, ERR_NAME, at, "no table '%.*s'", STR_ARG(name));
    long near = nearest_name(name, names, s->ntables);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", s->tables[near].name);
    else
        error_hint(err, s->ntables ? "tables lists them" : "load FILE");
    return NULL;
}

const NamedData *command_table_first(Session *s, const Args *a, Str *text, Span *at, Error *err)
{
    const NamedData *t = command_table_arg(s, a, STR_NULL, SPAN_NONE, err);
    size_t end = t && text->p ? word_end(*text, 0, "") : 0, next = end;
    while (next < text->n && text->p[next] == ' ')
        next++;
    Str word = end ? unquote(a->arena, str_sub(*text, 0, end), NULL) : STR_NULL;
    bool follows = next == text->n || (next > end && !strchr("=~<>!+-*/%^&|:,)", text->p[next]));
    if (!word.n || !follows || session_find_table(s, word) < 0 ||
        frame_find(t->data.frame, word) >= 0)
        return t;
    Span word_at = {at->from, at->from + end};
    at->from += next;
    *text = next < text->n ? str_sub(*text, next, text->n) : STR_NULL;
    return command_table_arg(s, a, word, word_at, err);
}

const Model *command_model_arg(Session *s, const Args *a, Str name, Span at, Error *err)
{
    for (size_t i = 0; !name.p && i < a->nopts; i++)
        if (a->cmd->opts[i].type == OPT_MODEL && a->opt_values[i].text.p) {
            name = a->opt_values[i].text;
            at = a->opt_values[i].at;
        }
    if (!name.p) {
        const Model *m = session_model(s);
        if (!m) {
            fail(err, ERR_NAME, "no model is fitted");
            error_hint(err, "fit Y ~ TERMS");
        }
        return m;
    }
    long i = session_find_model(s, name);
    if (i >= 0)
        return s->models[i].model;
    Str *names = arena_array(a->arena, Str, s->nmodels + 1);
    for (size_t k = 0; k < s->nmodels; k++)
        names[k] = str_of(s->models[k].model->name);
    fail_at(err, ERR_NAME, at, "no model '%.*s'", STR_ARG(name));
    long near = nearest_name(name, names, s->nmodels);
    if (near >= 0)
        error_hint(err, "did you mean '%s'?", s->models[near].model->name);
    else
        error_hint(err, s->nmodels ? "models lists them" : "fit Y ~ TERMS");
    return NULL;
}
