/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * complete.c - what may stand at the cursor.
 *
 * The words before the cursor say what kind of word comes: the first is a command; after --name its
 * value; a word that begins with -- an option; after A= a level of column A; otherwise clause
 * words, tables, models, columns, functions, and files for the commands that take them. All of it
 * comes from the tables and from what is loaded.
 */
#include <stdlib.h>

#include "data/expr.h"
#include "shell/complete.h"
#include "shell/parse.h"

typedef struct Asked {
    Session *s;
    Str word; /* what stands before the cursor of the word */
    const Frame *frame; /* of the table that the command names, or the current one */
    Buf *out;
    size_t n;
} Asked;

/* Appends a candidate when it begins with the word (case folded when nothing else is). */
static void offer(Asked *q, Str name, const char *behind)
{
    Str head = str_sub(name, 0, q->word.n);
    if (name.n < q->word.n || !str_ieq(head, q->word))
        return;
    for (size_t i = 0; i < q->out->n; i += strlen(q->out->p + i) + 1)
        if (str_eqz(name, q->out->p + i))
            return;
    buf_str(q->out, name);
    buf_puts(q->out, behind);
    buf_putc(q->out, '\0');
    q->n++;
}

static void offer_name(Asked *q, Str name, const char *behind)
{
    Buf b = BUF_INIT;
    buf_name(&b, name);
    offer(q, buf_slice(&b), behind);
    buf_free(&b);
}

static void offer_tables(Asked *q)
{
    for (size_t i = 0; i < q->s->ntables; i++)
        offer_name(q, str_of(q->s->tables[i].name), "");
}

static void offer_models(Asked *q)
{
    for (size_t i = 0; i < q->s->nmodels; i++)
        offer_name(q, str_of(q->s->models[i].model->name), "");
}

/* The frame of the table that the text names, else of the current one. */
static const Frame *frame_meant(const Session *s, Str text)
{
    while (text.n) {
        long i = session_find_table(s, str_split(text, ' ', &text));
        if (i >= 0)
            return s->tables[i].data.frame;
    }
    return s->current_table >= 0 ? s->tables[s->current_table].data.frame : NULL;
}

static void offer_columns(Asked *q, const Frame *f, const char *behind)
{
    for (size_t j = 0; f && j < f->ncols; j++)
        offer_name(q, str_of(f->names[j]), behind);
}

static void offer_functions(Asked *q)
{
    static const char *const formula[] = {"poly", "ns", "bs", "cut", "C", "factor", "offset", "I"};
    size_t n = 0;
    const ExprFunc *rows = expr_funcs(&n);
    if (!q->word.n)
        return; /* too many to be of help */
    for (size_t i = 0; i < n; i++)
        offer(q, str_of(rows[i].name), "(");
    for (size_t i = 0; i < sizeof formula / sizeof *formula; i++)
        offer(q, str_of(formula[i]), "(");
}

static void offer_inputs(Asked *q, const char *behind)
{
    const Session *s = q->s;
    if (s->current_model < 0)
        return;
    const Model *m = s->models[s->current_model].model;
    for (size_t i = 0; i < m->ninputs; i++)
        if (!m->inputs[i].source && !m->inputs[i].is_offset)
            offer_name(q, str_of(m->inputs[i].name), behind);
}

static void offer_terms(Asked *q)
{
    const Session *s = q->s;
    if (s->current_model < 0)
        return;
    const Model *m = s->models[s->current_model].model;
    for (size_t j = 0; j < m->enc->ncols; j++)
        offer(q, str_of(m->enc->cols[j].name), "");
}

static void offer_levels(Asked *q, Str column)
{
    const Session *s = q->s;
    if (s->current_model >= 0) {
        const Model *m = s->models[s->current_model].model;
        long i = model_input(m, column);
        for (size_t k = 0; i >= 0 && k < m->inputs[i].nlevels; k++)
            offer_name(q, str_of(m->inputs[i].levels[k]), "");
        if (i >= 0) /* the data may hold levels that the model never saw */
            return;
    }
    const Column *c = q->frame ? frame_column(q->frame, column) : NULL;
    for (size_t k = 0; c && c->type == COL_CODE && k < c->levels->n && k < 1000; k++)
        offer_name(q, levels_at(c->levels, k), "");
}

static bool is_break(char c)
{
    return strchr(" \t\n,;()[]+-*:^~<>|&!=", c) != NULL;
}

/* The word before `from`, and whether it is joined to it by `=`. */
static Str word_before(Str line, size_t from, bool *joined)
{
    size_t i = from;
    *joined = i && line.p[i - 1] == '=';
    i -= *joined;
    while (i && (line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
        i--;
    size_t end = i;
    if (i && line.p[i - 1] == '`') {
        for (i--; i && line.p[i - 1] != '`'; i--)
            ;
        i -= i > 0;
        return str_sub(line, i + 1, end - 1);
    }
    while (i && (!is_break(line.p[i - 1]) || line.p[i - 1] == '-'))
        i--;
    return str_sub(line, i, end);
}

/* Where an expression compares a column with a text that begins here: `gender = "M`, `lang in
 * ("ja`, the column; else STR_NULL. */
static Str compared_column(Str line, size_t start, size_t at)
{
    size_t i = at;
    bool joined = false;
    while (i > start && (line.p[i - 1] == ' ' || line.p[i - 1] == '\'' || line.p[i - 1] == '"'))
        i--;
    if (i > start && line.p[i - 1] == '=') {
        while (i > start && strchr("=!<>", line.p[i - 1]))
            i--;
        return word_before(line, i, &joined);
    }
    if (i <= start || (line.p[i - 1] != '(' && line.p[i - 1] != ','))
        return STR_NULL;
    while (i > start && line.p[i - 1] != '(')
        i--;
    Str word = i > start ? word_before(line, i - 1, &joined) : STR_NULL;
    if (!word.p || !str_ieq(word, STR("in")))
        return STR_NULL;
    word = word_before(line, (size_t)(word.p - line.p), &joined);
    if (str_ieq(word, STR("not")))
        word = word_before(line, (size_t)(word.p - line.p), &joined);
    return word;
}

/* The levels of a column as texts of an expression, in the quotes that were begun. */
static void offer_texts(Asked *q, Str column)
{
    const Column *c = q->frame ? frame_column(q->frame, column) : NULL;
    char quote = q->word.n && q->word.p[0] == '\'' ? '\'' : '"';
    if (q->word.n && q->word.p[0] != quote)
        return;
    for (size_t k = 0; c && c->type == COL_CODE && k < c->levels->n && k < 1000; k++) {
        Str level = levels_at(c->levels, k);
        if (level.n && memchr(level.p, quote, level.n))
            continue;
        Buf b = BUF_INIT;
        buf_putc(&b, quote);
        buf_str(&b, level);
        buf_putc(&b, quote);
        offer(q, buf_slice(&b), "");
        buf_free(&b);
    }
}

static void offer_commands(Asked *q)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    for (size_t i = 0; i < n; i++)
        offer(q, str_of(table[i]->name), "");
}

static void offer_options(Asked *q, const Command *c)
{
    for (const OptRow *o = c->opts; o && o->name; o++) {
        Buf b = BUF_INIT;
        buf_printf(&b, "--%s", o->name);
        offer(q, buf_slice(&b), "");
        buf_free(&b);
    }
}

static void offer_clauses(Asked *q, const Command *c)
{
    static const struct {
        unsigned bit;
        const char *word;
    } words[] = {{CLAUSE_WHERE, "where"}, {CLAUSE_BY, "by"},     {CLAUSE_SORT, "sort"},
                 {CLAUSE_LIMIT, "limit"}, {CLAUSE_TOP, "top"},   {CLAUSE_AS, "as"},
                 {CLAUSE_TO, "to"},       {CLAUSE_WITH, "with"}, {CLAUSE_ON, "on"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (c->clauses & words[i].bit)
            offer(q, str_of(words[i].word), "");
}

static void offer_subject(Asked *q, unsigned takes, bool *files)
{
    *files = *files || (takes & TAKES_FILES);
    if (takes & TAKES_VALUES)
        offer_inputs(q, "=");
    if (takes & TAKES_INPUTS)
        offer_inputs(q, "");
    if (takes & TAKES_TERMS)
        offer_terms(q);
    if (takes & TAKES_MODELS)
        offer_models(q);
    if (takes & TAKES_COLUMNS)
        offer_columns(q, q->frame, "");
    if (takes & TAKES_TABLES)
        offer_tables(q);
    if (takes & TAKES_FUNCTIONS)
        offer_functions(q);
}

/* The value of an option. */
static void offer_value(Asked *q, const OptRow *o, bool *files)
{
    for (size_t i = 0; o->choices && o->choices[i]; i++)
        offer(q, str_of(o->choices[i]), "");
    if (o->type == OPT_TABLE)
        offer_tables(q);
    else if (o->type == OPT_MODEL)
        offer_models(q);
    else if (o->type == OPT_COLUMN || o->type == OPT_COLUMNS)
        offer_columns(q, q->frame, "");
    else if (o->type == OPT_INPUT)
        offer_inputs(q, "");
    else if (o->type == OPT_FILE)
        *files = true;
}

static const OptRow *option_before(const Command *c, Str word)
{
    for (const OptRow *o = c->opts; o && o->name; o++)
        if (word.n > 2 && str_starts(word, STR("--")) && str_eqz(str_sub(word, 2, word.n), o->name))
            return o->type == OPT_FLAG ? NULL : o;
    return NULL;
}

/* What stands behind a clause's word; false: the cursor is not in a clause. */
static bool offer_in_clause(Asked *q, const Command *c, Str text, bool *files)
{
    static const struct {
        unsigned bit;
        const char *word;
        unsigned takes;
    } rows[] = {{CLAUSE_WHERE, "where", TAKES_COLUMNS | TAKES_FUNCTIONS},
                {CLAUSE_BY, "by", TAKES_COLUMNS},
                {CLAUSE_SORT, "sort", TAKES_COLUMNS},
                {CLAUSE_ON, "on", TAKES_COLUMNS},
                {CLAUSE_WITH, "with", TAKES_TABLES},
                {CLAUSE_TO, "to", TAKES_FILES}};
    unsigned takes = 0;
    while (text.n) {
        Str word = str_split(text, ' ', &text);
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            if ((c->clauses & rows[i].bit) && str_ieq(word, str_of(rows[i].word)))
                takes = rows[i].takes;
    }
    offer_subject(q, takes, files);
    return takes != 0;
}

static bool in_where(const Command *c, Str text)
{
    while ((c->clauses & CLAUSE_WHERE) && text.n)
        if (str_ieq(str_split(text, ' ', &text), STR("where")))
            return true;
    return false;
}

/* What the command's own row knows. */
static void offer_own(Asked *q, const Command *c, Str before)
{
    Buf own = BUF_INIT;
    c->complete(q->s, before, &own);
    for (size_t i = 0; i < own.n; i += strlen(own.p + i) + 1)
        offer(q, str_of(own.p + i), "");
    buf_free(&own);
}

/* The command that the cursor is in, and where its text begins. */
static size_t command_start(Str line, size_t at)
{
    size_t pos = 0, from = 0;
    Span span;
    Str head = str_sub(line, 0, at);
    for (;;) {
        Cut cut = command_cut(head, &pos, &span);
        if (cut == CUT_END)
            return pos >= at && at && (line.p[at - 1] == ';' || line.p[at - 1] == '\n') ? at : from;
        from = span.from;
        if (cut == CUT_MORE || pos >= at)
            return span.to < at && line.p[span.to] == ';' ? at : from;
    }
}

size_t complete(Session *s, Str line, size_t at, size_t *from, bool *files, Buf *out)
{
    *files = false;
    size_t start = command_start(line, at), w = at;
    while (start < at && (line.p[start] == ' ' || line.p[start] == '\n' || line.p[start] == ';'))
        start++;
    while (w > start && !is_break(line.p[w - 1]))
        w--;
    size_t dashes = w; /* options begin with two dashes at the start of a word */
    while (dashes > start && line.p[dashes - 1] == '-')
        dashes--;
    bool option =
        w - dashes >= 1 && (dashes == start || line.p[dashes - 1] == ' ') && w - dashes <= 2;
    if (option || (at - dashes > 0 && w - dashes == 1 && line.p[dashes] == '-'))
        w = option ? dashes : w;
    *from = w;
    Asked q = {.s = s, .word = str_sub(line, w, at), .out = out};
    size_t used = 0;
    Error err = ERROR_INIT;
    Str command = str_sub(line, start, w);
    const Command *c = str_trim(command).n ? command_find(command, s->prefixes, &used, &err) : NULL;
    if (!c) {
        *from = start;
        q.word = str_sub(line, start, at);
        offer_commands(&q);
        return q.n;
    }
    q.frame = frame_meant(s, str_sub(line, start + used, w));
    /* `es r|`: names of two words */
    Str whole = str_sub(line, start, at);
    size_t ncommands = 0;
    const Command *const *table = command_table(&ncommands);
    for (size_t i = 0; i < ncommands; i++)
        if (strchr(table[i]->name, ' ') && str_starts(str_of(table[i]->name), whole) &&
            strlen(table[i]->name) > whole.n) {
            *from = start;
            q.word = whole;
            offer(&q, str_of(table[i]->name), "");
        }
    if (q.n)
        return q.n;
    bool joined = false;
    Str before = word_before(line, w, &joined);
    if (option) {
        offer_options(&q, c);
        return q.n;
    }
    size_t list = w; /* the first of a list: --freeze age,ge| */
    for (bool more = true; more && list > start && line.p[list - 1] == ',';) {
        Str one = word_before(line, list - 1, &more);
        more = one.n != 0 && one.p > line.p + start;
        list = more ? (size_t)(one.p - line.p) : list;
        before = more ? word_before(line, list, &joined) : before;
    }
    const OptRow *o = option_before(c, before);
    if (o) {
        offer_value(&q, o, files);
        return q.n;
    }
    Str typed = str_sub(line, start + used, w), column = compared_column(line, start + used, w);
    if (column.n && ((c->takes & TAKES_FUNCTIONS) || in_where(c, typed))) {
        offer_texts(&q, column);
        if (q.n)
            return q.n;
    }
    if (joined && before.n) {
        offer_levels(&q, before);
        if (q.n)
            return q.n;
    }
    if (w > start && line.p[w - 1] == '>') {
        *files = true;
        return q.n;
    }
    if (c->complete)
        offer_own(&q, c, str_trim(typed));
    if (c->group == GROUP_SHELL && !c->takes)
        return q.n;
    if (!offer_in_clause(&q, c, typed, files))
        offer_subject(&q, c->takes ? c->takes : TAKES_TABLES | TAKES_COLUMNS | TAKES_FUNCTIONS,
                      files);
    offer_clauses(&q, c);
    return q.n;
}
