/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * args.c - what stands behind a command's name: subject, clauses in any order, typed options; all
 * with their places.
 *
 * args_parse() walks the words at depth 0. `--name` begins an option and a clause word that the
 * command takes (where, by, sort ...) begins a clause; both end what came before. The subject is
 * what stands before the first of them, as words or as raw text by the command's row. Quoting a
 * word takes its special meaning away.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/command.h"
#include "shell/parse.h"

typedef enum Part {
    PART_SUBJECT,
    PART_WHERE,
    PART_BY,
    PART_SORT,
    PART_LIMIT,
    PART_TOP,
    PART_AS,
    PART_TO,
    PART_WITH,
    PART_ON,
    PART_COUNT
} Part;
static const struct {
    const char *word;
    unsigned bit;
} clauses[PART_COUNT] = {
    [PART_SUBJECT] = {"", 0},
    [PART_WHERE] = {"where", CLAUSE_WHERE},
    [PART_BY] = {"by", CLAUSE_BY},
    [PART_SORT] = {"sort", CLAUSE_SORT},
    [PART_LIMIT] = {"limit", CLAUSE_LIMIT},
    [PART_TOP] = {"top", CLAUSE_TOP},
    [PART_AS] = {"as", CLAUSE_AS},
    [PART_TO] = {"to", CLAUSE_TO},
    [PART_WITH] = {"with", CLAUSE_WITH},
    [PART_ON] = {"on", CLAUSE_ON},
};

typedef struct Parser {
    Args *a;
    Str line;
    bool prefixes;
    Span part[PART_COUNT];    /* what belongs to each; empty when there is none */
    Span word_at[PART_COUNT]; /* where the clause word stands */
    bool seen[PART_COUNT];
    Error *err;
} Parser;

static size_t skip_blanks(Str s, size_t i)
{
    while (i < s.n && (unsigned char)s.p[i] <= ' ')
        i++;
    return i;
}

/* ---- options ---- */

static size_t option_count(const OptRow *rows)
{
    size_t n = 0;
    while (rows && rows[n].name)
        n++;
    return n;
}

static long option_find(const Parser *p, Str name, Span at)
{
    const OptRow *rows = p->a->cmd->opts;
    size_t n = option_count(rows), found = 0;
    long last = -1;
    Str names[64];
    for (size_t i = 0; i < n && i < 64; i++) {
        names[i] = str_of(rows[i].name);
        if (str_eq(names[i], name))
            return (long)i;
        if (p->prefixes && str_starts(names[i], name)) {
            found++;
            last = (long)i;
        }
    }
    if (found == 1)
        return last;
    if (found > 1)
        fail_at(p->err, ERR_USAGE, at, "option '--%.*s' could be several", STR_ARG(name));
    else
        fail_at(p->err, ERR_USAGE, at, "%s has no option '--%.*s'", p->a->cmd->name, STR_ARG(name));
    long near = nearest_name(name, names, n < 64 ? n : 64);
    if (near >= 0)
        error_hint(p->err, "did you mean '--%s'?", rows[near].name);
    else
        error_hint(p->err, "help %s lists the options", p->a->cmd->name);
    return -1;
}

static bool check_number(const OptRow *o, Str v, Span at, Error *err)
{
    double d = 0;
    int64_t i = 0;
    bool whole = o->type == OPT_INT;
    if (whole ? !parse_int(v, &i) : !parse_real(v, &d)) {
        fail_at(err, ERR_USAGE, at, "--%s wants %s number, not '%.*s'", o->name,
                whole ? "a whole" : "a", STR_ARG(v));
        if (!whole && v.n > 1 && v.p[v.n - 1] == '%' && parse_real(str_sub(v, 0, v.n - 1), &d))
            error_hint(err, "%.*s is %g", STR_ARG(v), d / 100);
        return false;
    }
    if (whole)
        d = (double)i;
    if ((o->min != 0 || o->max != 0) && !(d >= o->min && d <= o->max))
        return fail_at(err, ERR_USAGE, at, "--%s must be between %g and %g, not %.*s", o->name,
                       o->min, o->max, STR_ARG(v));
    return true;
}

static bool check_choice(const OptRow *o, Word *w, bool prefixes, Error *err)
{
    Str names[32];
    size_t n = 0, hits = 0, hit = 0;
    for (; o->choices[n] && n < 32; n++) {
        names[n] = str_of(o->choices[n]);
        if (str_ieq(names[n], w->text)) {
            w->text = names[n];
            return true;
        }
        if (str_starts(names[n], w->text)) {
            hits++;
            hit = n;
        }
    }
    if (prefixes && hits == 1) {
        w->text = names[hit];
        return true;
    }
    Buf all = BUF_INIT;
    for (size_t i = 0; i < n; i++)
        buf_printf(&all, "%s%s", i ? (i + 1 == n ? " or " : ", ") : "", o->choices[i]);
    fail_at(err, ERR_USAGE, w->at, "--%s must be %.150s, not '%.*s'", o->name, all.p,
            STR_ARG(w->text));
    buf_free(&all);
    long near = nearest_name(w->text, names, n);
    return near < 0 ? false : error_hint(err, "did you mean '%s'?", o->choices[near]);
}

static bool check_value(const OptRow *o, Word *w, bool prefixes, Error *err)
{
    int64_t us;
    TimeUnit unit;
    switch (o->type) {
    case OPT_INT:
    case OPT_REAL:
        return check_number(o, w->text, w->at, err);
    case OPT_CHOICE:
        return check_choice(o, w, prefixes, err);
    case OPT_DURATION:
        if (!duration_parse(w->text, &us)) {
            fail_at(err, ERR_USAGE, w->at, "--%s wants a time span, not '%.*s'", o->name,
                    STR_ARG(w->text));
            return error_hint(err, "30m, 12h, 7d or 2w");
        }
        return true;
    case OPT_TIME:
        if (!time_parse_iso(w->text, &us, &unit)) {
            fail_at(err, ERR_USAGE, w->at, "--%s wants a moment, not '%.*s'", o->name,
                    STR_ARG(w->text));
            return error_hint(err, "2023-10-15 or \"2023-10-15 09:00\"");
        }
        return true;
    case OPT_FLAG:
    case OPT_TEXT:
    case OPT_COLUMN:
    case OPT_COLUMNS:
    case OPT_INPUT:
    case OPT_TABLE:
    case OPT_MODEL:
    case OPT_FILE:
        break;
    }
    return true;
}

/* Reads `--name [value]` at [i, end); returns where it ends, or SIZE_MAX. */
static size_t take_option(Parser *p, size_t i, size_t end)
{
    Str line = p->line;
    size_t eq = i + 2;
    while (eq < end && line.p[eq] != '=')
        eq++;
    Str name = str_sub(line, i + 2, eq);
    long k = option_find(p, name, (Span){i, eq});
    if (k < 0)
        return SIZE_MAX;
    const OptRow *o = &p->a->cmd->opts[k];
    Word *w = &p->a->opt_values[k];
    if (w->text.p) {
        fail_at(p->err, ERR_USAGE, (Span){i, eq}, "--%s is given twice", o->name);
        return SIZE_MAX;
    }
    if (o->type == OPT_FLAG) {
        if (eq < end) {
            fail_at(p->err, ERR_USAGE, (Span){eq, end}, "--%s takes no value", o->name);
            return SIZE_MAX;
        }
        *w = (Word){.text = STR("yes"), .raw = STR("yes"), .at = {i, end}};
        return end;
    }
    size_t from = eq < end ? eq + 1 : skip_blanks(line, end);
    size_t to = eq < end ? end : word_end(line, from, "");
    while (to < line.n && to > from &&
           line.p[to - 1] == ',') /* a list with blanks: a=int, b=text */
        to = word_end(line, skip_blanks(line, to), "");
    if (from >= to ||
        (to - from > 2 && line.p[from] == '-' && line.p[from + 1] == '-' && eq == end)) {
        Buf all = BUF_INIT;
        fail_at(p->err, ERR_USAGE, (Span){i, end}, "--%s wants a value", o->name);
        if (o->metavar)
            error_hint(p->err, "--%s %s", o->name, o->metavar);
        for (size_t c = 0; !o->metavar && o->choices && o->choices[c]; c++)
            buf_printf(&all, "%s%s", c ? "|" : "", o->choices[c]);
        if (all.n)
            error_hint(p->err, "--%s %s", o->name, all.p);
        buf_free(&all);
        return SIZE_MAX;
    }
    Str raw = str_sub(line, from, to);
    w->raw = raw;
    w->at = (Span){from, to};
    w->text = unquote(p->a->arena, raw, &w->quoted);
    if (!w->text.p)
        w->text = STR("");
    return check_value(o, w, p->prefixes, p->err) ? to : SIZE_MAX;
}

/* ---- cutting into parts ---- */

static Part clause_of(const Parser *p, Str word)
{
    for (Part k = PART_WHERE; k < PART_COUNT; k++)
        if ((p->a->cmd->clauses & clauses[k].bit) && str_ieq(word, str_of(clauses[k].word)))
            return k;
    return PART_COUNT;
}

static bool cut_parts(Parser *p, size_t from)
{
    Str line = p->line;
    Part now = PART_SUBJECT;
    bool closed = false; /* an option stood here: the part cannot go on */
    for (size_t i = skip_blanks(line, from); i < line.n; i = skip_blanks(line, i)) {
        size_t end = word_end(line, i, "");
        Str word = str_sub(line, i, end);
        if (word.n > 2 && word.p[0] == '-' && word.p[1] == '-' && word.p[2] >= 'a' &&
            word.p[2] <= 'z') {
            i = take_option(p, i, end);
            if (i == SIZE_MAX)
                return false;
            closed = true;
            continue;
        }
        Part k = clause_of(p, word);
        if (k < PART_COUNT) {
            if (p->seen[k])
                return fail_at(p->err, ERR_USAGE, (Span){i, end}, "'%s' is there twice",
                               clauses[k].word);
            p->seen[k] = true;
            p->word_at[k] = (Span){i, end};
            now = k;
            closed = false;
        } else {
            /* Text after an option belongs to the subject when there is none yet: fit --l2 1 y ~ x
             */
            if (closed && (now != PART_SUBJECT || p->part[now].to > p->part[now].from)) {
                fail_at(p->err, ERR_USAGE, (Span){i, end},
                        "'%.*s' stands where an option or a clause should", STR_ARG(word));
                return error_hint(p->err, "usage: %s", p->a->cmd->usage);
            }
            if (p->part[now].to == p->part[now].from)
                p->part[now].from = i;
            p->part[now].to = end;
            closed = false;
        }
        i = end;
    }
    return true;
}

static bool take_number(Parser *p, Part k, long *out)
{
    Str s = str_sub(p->line, p->part[k].from, p->part[k].to);
    int64_t v = 0;
    *out = -1;
    if (!p->seen[k])
        return true;
    if (!parse_int(s, &v) || v < 0)
        return fail_at(p->err, ERR_USAGE, s.n ? p->part[k] : p->word_at[k],
                       "%s wants a whole number", clauses[k].word);
    *out = (long)v;
    return true;
}

static bool take_text(Parser *p, Part k, bool name, Str *out, Span *at)
{
    *out = STR_NULL;
    if (!p->seen[k])
        return true;
    Str s = str_sub(p->line, p->part[k].from, p->part[k].to);
    if (!s.n) {
        fail_at(p->err, ERR_USAGE, p->word_at[k], "nothing stands after '%s'", clauses[k].word);
        return error_hint(p->err, "a column of that name is written `%s`", clauses[k].word);
    }
    *at = p->part[k];
    if (name && word_end(s, 0, "") < s.n)
        return fail_at(p->err, ERR_USAGE, *at,
                       "one name stands after '%s'; quote it if it has blanks", clauses[k].word);
    *out = name ? unquote(p->a->arena, s, NULL) : s;
    return true;
}

/* ---- words ---- */

static void word_split(Arena *arena, Word *w)
{
    size_t eq = 0;
    w->text = unquote(arena, w->raw, &w->quoted);
    if (w->quoted)
        return;
    eq = skip_blanks(w->raw, word_end(w->raw, 0, "="));
    if (eq >= w->raw.n || !eq || w->raw.p[eq] != '=' ||
        (eq + 1 < w->raw.n && w->raw.p[eq + 1] == '='))
        return;
    w->name = unquote(arena, str_trim(str_sub(w->raw, 0, eq)), NULL);
    size_t v = skip_blanks(w->raw, eq + 1);
    w->value = unquote(arena, str_sub(w->raw, v, w->raw.n), NULL);
    if (!w->value.p)
        w->value = STR("");
    w->value_at = (Span){w->at.from + v, w->at.to};
}

/* Words of [from, to): separated by blanks or commas; a = v is one word. */
static size_t cut_words(const Parser *p, Span part, Word **out)
{
    Str s = str_sub(p->line, 0, part.to);
    size_t n = 0, cap = 4;
    Word *words = arena_array(p->a->arena, Word, cap);
    for (size_t i = part.from;;) {
        while (i < s.n && ((unsigned char)s.p[i] <= ' ' || s.p[i] == ','))
            i++;
        if (i >= s.n)
            break;
        size_t end = word_end(s, i, ",");
        size_t next = skip_blanks(s, end);
        if (next < s.n && s.p[next] == '=' && (next + 1 >= s.n || s.p[next + 1] != '='))
            end = word_end(s, next, ",");
        if (s.p[end - 1] == '=' && end > i + 1 && skip_blanks(s, end) < s.n &&
            s.p[skip_blanks(s, end)] != ',')
            end = word_end(s, skip_blanks(s, end), ",");
        if (n == cap) {
            Word *more = arena_array(p->a->arena, Word, cap * 2);
            memcpy(more, words, n * sizeof *words);
            words = more;
            cap *= 2;
        }
        words[n] = (Word){.raw = str_sub(s, i, end), .at = {i, end}};
        word_split(p->a->arena, &words[n++]);
        i = end;
    }
    *out = words;
    return n;
}

bool args_parse(Arena *arena, const Command *cmd, Str line, size_t from, bool prefixes, Args *out,
                Error *err)
{
    *out = (Args){.arena = arena, .cmd = cmd, .line = line, .nopts = option_count(cmd->opts)};
    out->opt_values = arena_array(arena, Word, out->nopts + 1);
    Parser p = {.a = out, .line = line, .prefixes = prefixes, .err = err};
    if (!cut_parts(&p, from))
        return false;
    Span subject = p.part[PART_SUBJECT];
    if (cmd->subject == SUBJECT_NONE && subject.to > subject.from) {
        fail_at(err, ERR_USAGE, subject, "%s takes nothing here", cmd->name);
        return error_hint(err, "usage: %s", cmd->usage);
    }
    if (cmd->subject == SUBJECT_RAW && subject.to > subject.from) {
        out->text = str_sub(line, subject.from, subject.to);
        out->text_at = subject;
    }
    if (cmd->subject == SUBJECT_WORDS)
        out->nwords = cut_words(&p, subject, &out->words);
    return take_text(&p, PART_WHERE, false, &out->where, &out->where_at) &&
           take_text(&p, PART_BY, false, &out->by, &out->by_at) &&
           take_text(&p, PART_SORT, false, &out->sort, &out->sort_at) &&
           take_text(&p, PART_AS, true, &out->as, &out->as_at) &&
           take_text(&p, PART_TO, true, &out->to, &out->to_at) &&
           take_text(&p, PART_WITH, true, &out->with, &out->with_at) &&
           take_text(&p, PART_ON, false, &out->on, &out->on_at) &&
           take_number(&p, PART_LIMIT, &out->limit) && take_number(&p, PART_TOP, &out->top);
}

/* ---- asking ---- */

static size_t row_of(const Args *a, const char *name)
{
    for (size_t i = 0; i < a->nopts; i++)
        if (strcmp(a->cmd->opts[i].name, name) == 0)
            return i;
    fprintf(stderr, "glint: %s has no option row '%s'\n", a->cmd->name, name);
    abort();
}

bool args_has(const Args *a, const char *name)
{
    return a->opt_values[row_of(a, name)].text.p != NULL;
}

bool args_flag(const Args *a, const char *name)
{
    return args_has(a, name);
}

Str args_text(const Args *a, const char *name)
{
    size_t i = row_of(a, name);
    return a->opt_values[i].text.p ? a->opt_values[i].text : str_of(a->cmd->opts[i].def);
}

const char *args_zstr(const Args *a, Str s)
{
    return s.p ? arena_strndup(a->arena, s.p, s.n) : NULL;
}

const char *args_z(const Args *a, const char *name)
{
    return args_zstr(a, args_text(a, name));
}

double args_real(const Args *a, const char *name)
{
    double d = NAN;
    Str s = args_text(a, name);
    return s.p && parse_real(s, &d) ? d : NAN;
}

int64_t args_int(const Args *a, const char *name)
{
    int64_t i = 0;
    Str s = args_text(a, name);
    return s.p && parse_int(s, &i) ? i : 0;
}

long args_choice(const Args *a, const char *name)
{
    const OptRow *o = &a->cmd->opts[row_of(a, name)];
    Str s = args_text(a, name);
    for (long i = 0; s.p && o->choices[i]; i++)
        if (str_ieq(s, str_of(o->choices[i])))
            return i;
    return -1;
}

Span args_at(const Args *a, const char *name)
{
    return a->opt_values[row_of(a, name)].at;
}

size_t args_list(const Args *a, Str list, Span at, Word **out)
{
    size_t n = 0, parts = 1;
    for (size_t i = 0; i < list.n; i++)
        parts += list.p[i] == ',';
    Word *words = arena_array(a->arena, Word, parts);
    for (size_t i = 0; i < list.n;) {
        i = skip_blanks(list, i);
        size_t end = i;
        while (end < list.n && list.p[end] != ',') { /* blanks inside belong to the item */
            size_t next = word_end(list, end, ",");
            end = next > end ? next : end + 1;
        }
        Str raw = str_trim(str_sub(list, i, end));
        if (raw.n) {
            words[n] = (Word){.raw = raw, .at = {at.from + i, at.from + i + raw.n}};
            words[n].text = unquote(a->arena, raw, &words[n].quoted);
            n++;
        }
        i = end + 1;
    }
    *out = words;
    return n;
}

bool args_columns(const Args *a, Str list, Span at, const Frame *f, const char *table,
                  size_t **cols, size_t *n, Error *err)
{
    Word *words;
    size_t k = args_list(a, list, at, &words);
    *n = k ? k : f->ncols;
    *cols = arena_array(a->arena, size_t, *n + 1);
    if (!k)
        for (size_t i = 0; i < f->ncols; i++)
            (*cols)[i] = i;
    for (size_t i = 0; i < k; i++) {
        if (!frame_need(f, words[i].text, table, words[i].at, err))
            return false;
        (*cols)[i] = (size_t)frame_find(f, words[i].text);
    }
    return true;
}
