/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * derive.c - tables from tables: `derive`, `filter`, `sample`, `bind`, `join`.
 *
 * Each makes a new frame that shares columns with the old one. Without `as` it takes the old one's
 * place (undo brings that back). derive also adds a step to the table's recipe, so that models
 * replay it in what-if and scoring.
 */
#include <stdlib.h>

#include "data/frameops.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/select.h"

/* Puts the new frame in under `as` or the old name, and tells its shape. */
static void put(Session *s, const Args *a, const NamedData *old, const char *fallback, Frame *f,
                Recipe *recipe, Result *out)
{
    const char *name = a->as.p ? args_zstr(a, a->as) : fallback;
    size_t rows = f->rows, ncols = f->ncols;
    if (!f->origin && old && old->data.frame->origin)
        frame_set_origin(f, old->data.frame->origin);
    session_put_like(s, name, (Dataset){f, recipe}, old);
    result_text(out, "table", str_of(name));
    result_int(out, "rows", (int64_t)rows);
    result_int(out, "columns", (int64_t)ncols);
    result_chat(out, "%s: %s, %s", name, result_plural(out, (int64_t)rows, "row"),
                result_plural(out, (int64_t)ncols, "column"));
}

/* ---- derive ---- */

/* What mean(x), rank(x), sum_before(x) ... look at: by COLS, sort KEYS. */
static bool over_clauses(const Args *a, const NamedData *t, ExprOver *over, Error *err)
{
    size_t *cols = NULL;
    SortKey *keys = NULL;
    const Frame *f = t->data.frame;
    *over = (ExprOver){0};
    if (a->by.p && !args_columns(a, a->by, a->by_at, f, t->name, &cols, &over->nby, err))
        return false;
    if (a->sort.p && !select_keys(a, f, t->name, &keys, &over->nsort, err))
        return false;
    over->by = cols;
    over->sort = keys;
    return true;
}

static bool derive_run(Session *s, const Args *a, Result *out, Error *err)
{
    Str line = a->text;
    Span line_at = a->text_at;
    const NamedData *t = command_table_first(s, a, &line, &line_at, err);
    size_t eq = line.p ? word_end(line, 0, "=") : 0;
    while (eq < line.n && line.p[eq] == ' ')
        eq++;
    if (!t)
        return false;
    if (!eq || eq >= line.n || line.p[eq] != '=') {
        fail_at(err, ERR_USAGE, line_at, "derive wants NAME = EXPRESSION");
        return error_hint(err, "derive age_band = if(age < 30, 'young', 'old')");
    }
    Str name = unquote(a->arena, str_trim(str_sub(line, 0, eq)), NULL);
    Str text = str_sub(line, eq + 1, line.n);
    if (!name.n || !str_trim(text).n) {
        fail_at(err, ERR_USAGE, line_at, "nothing stands %s the '='", name.n ? "behind" : "before");
        return error_hint(err, "derive age_band = if(age < 30, 'young', 'old')");
    }
    Expr *e = expr_parse(a->arena, text, line_at.from + eq + 1, err);
    ExprOver over;
    if (!e || !expr_bind(e, t->data.frame, t->name, err) || !over_clauses(a, t, &over, err))
        return false;
    if ((a->by.p || a->sort.p) && expr_is_rowwise(e)) {
        fail_at(err, ERR_USAGE, a->by.p ? a->by_at : a->sort_at,
                "nothing here looks at other rows than its own");
        return error_hint(err, "derive m = mean(x) by g; derive n = sum_before(x) by g sort t");
    }
    Column *c = expr_eval_over(e, t->data.frame, a->by.p || a->sort.p ? &over : NULL, err);
    if (!c)
        return false;
    size_t nulls = c->nulls;
    const char *key = args_zstr(a, name), *expr = args_zstr(a, str_trim(text)),
               *type = coltype_name(c->type);
    bool anew = frame_find(t->data.frame, name) >= 0;
    Frame *f = frame_with(t->data.frame, key, c);
    bool replays = expr_is_rowwise(e);
    Recipe *recipe =
        replays ? recipe_with_derive(t->data.recipe, key, expr) : recipe_ref(t->data.recipe);
    put(s, a, t, args_zstr(a, str_of(t->name)), f, recipe, out);
    result_text(out, "column", name);
    result_text(out, "type", str_of(type));
    result_chat(out, "%s: %s%s%s", key, type,
                nulls ? arena_printf(out->arena, ", %s missing", result_count(out, (int64_t)nulls))
                      : "",
                anew ? ", in place of the old one (undo brings it back)" : "");
    if (!replays)
        result_note(out, "derive", NULL,
                    "%s looks at other rows: what-if and scoring cannot make it again", key);
    return true;
}

static const OptRow data_opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_derive = {
    .name = "derive",
    .group = GROUP_DATA,
    .brief = "a new column from an expression",
    .usage = "derive [T] NAME = EXPR [by COLS] [sort KEYS] [as U]",
    .opts = data_opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_AS | CLAUSE_BY | CLAUSE_SORT,
    .help = "help expressions, help functions. The step becomes part of the table's recipe: a "
            "model fitted to it makes "
            "the column again in whatif and score.\n"
            "With by, functions of a column (mean, sum, rank, n ...) are those of the row's group. "
            "count_before(), "
            "sum_before(x), mean_before(x) and last_before(x) see only rows of the group that come "
            "strictly before in "
            "the order of sort: rows of the same moment do not see each other.",
    .examples =
        (const Example[]){
            {"derive young = age < 25 --data users", "", false},
            {"derive log_views = log1p(prev_views) --data ft", "", false},
            {"derive rate = mean(viewed) by lang --data ft", "the group's mean in each row", false},
            {"derive earlier = count_before() by user_username sort timestamp --data interactions",
             "a user's events so far", false},
            {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = derive_run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};

/* ---- filter ---- */

static bool filter_run(Session *s, const Args *a, Result *out, Error *err)
{
    Args mine = *a;
    const NamedData *t = command_table_first(s, a, &mine.text, &mine.text_at, err);
    if (!t)
        return false;
    if (!mine.where.p) { /* `filter age > 30` says the same */
        mine.where = mine.text;
        mine.where_at = mine.text_at;
    } else if (mine.text.p) {
        return fail_at(err, ERR_USAGE, mine.text_at, "'%.*s' stands before 'where'",
                       STR_ARG(mine.text));
    }
    if (!mine.where.p) {
        fail(err, ERR_USAGE, "filter wants a condition");
        return error_hint(err, "filter where age > 30");
    }
    size_t before = t->data.frame->rows;
    Frame *old = frame_ref(t->data.frame); /* put() may let go of it */
    Frame *f = select_where(&mine, t->data.frame, t->name, err);
    if (f) {
        put(s, a, t, args_zstr(a, str_of(t->name)), f, recipe_ref(t->data.recipe), out);
        result_int(out, "dropped", (int64_t)(before - f->rows));
        result_chat(out, "%s left out", result_plural(out, (int64_t)(before - f->rows), "row"));
        if (!f->rows)
            select_never(&mine, old, out);
    }
    frame_unref(old);
    return f != NULL;
}

const Command cmd_filter = {
    .name = "filter",
    .group = GROUP_DATA,
    .brief = "keep the rows where something holds",
    .usage = "filter [T] where E [as U]",
    .opts = data_opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_WHERE | CLAUSE_AS,
    .help = "Rows where the condition is false or missing are left out. Without as the table "
            "itself gets smaller; undo "
            "brings the rows back.",
    .examples =
        (const Example[]){
            {"filter where age >= 18 and country in ('US', 'DE') as adults --data users", "",
             false},
            {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = filter_run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};

/* ---- sample ---- */

static bool sample_run(Session *s, const Args *a, Result *out, Error *err)
{
    int64_t n = 0;
    Str name = STR_NULL;
    Span at = SPAN_NONE;
    bool told = false;
    for (size_t i = 0; i < a->nwords; i++) {
        if (parse_int(a->words[i].text, &n) && n >= 0) {
            told = true;
        } else {
            name = a->words[i].text;
            at = a->words[i].at;
        }
    }
    if (!told) {
        fail(err, ERR_USAGE, "sample wants a number of rows");
        return error_hint(err, "sample 1000 as small");
    }
    const NamedData *t = command_table_arg(s, a, name, at, err);
    if (!t)
        return false;
    size_t have = t->data.frame->rows, take = (size_t)n < have ? (size_t)n : have;
    uint64_t seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed;
    uint32_t *rows = frame_sample(t->data.frame, take, seed, err);
    Frame *f = rows ? frame_take(t->data.frame, rows, take, err) : NULL;
    free(rows);
    if (!f)
        return false;
    if ((size_t)n > have)
        result_note(out, "all", NULL, "%s has no more than %s", t->name,
                    result_plural(out, (int64_t)have, "row"));
    put(s, a, t, args_zstr(a, str_of(t->name)), f, recipe_ref(t->data.recipe), out);
    return true;
}

static const OptRow sample_opts[] = {
    OPT_DATA_ROW,
    {.name = "seed",
     .type = OPT_INT,
     .min = 0,
     .max = 9e15,
     .metavar = "N",
     .brief = "seed (default: the session's)"},
    {0},
};

const Command cmd_sample = {
    .name = "sample",
    .group = GROUP_DATA,
    .brief = "rows at random",
    .usage = "sample N [T] [as U] [--seed N]",
    .opts = sample_opts,
    .subject = SUBJECT_WORDS,
    .words = 2,
    .clauses = CLAUSE_AS,
    .help = "N different rows in their old order. The same seed gives the same rows.",
    .examples = (const Example[]){{"sample 100 users as few --seed 1", "", false}, {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = sample_run,
    .takes = TAKES_TABLES,
};

/* ---- bind ---- */

static bool bind_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords < 2) {
        fail(err, ERR_USAGE, "bind wants two tables or more");
        return error_hint(err, "bind A, B as U");
    }
    const Frame **parts = arena_array(a->arena, const Frame *, a->nwords);
    const NamedData *first = NULL;
    for (size_t i = 0; i < a->nwords; i++) {
        const NamedData *t = command_table_arg(s, a, a->words[i].text, a->words[i].at, err);
        if (!t)
            return false;
        first = first ? first : t;
        parts[i] = t->data.frame;
    }
    Frame *f = frame_bind_all(parts, a->nwords, err);
    if (!f)
        return false;
    put(s, a, first, "bound", f, NULL, out);
    return true;
}

const Command cmd_bind = {
    .name = "bind",
    .group = GROUP_DATA,
    .brief = "tables below each other",
    .usage = "bind A, B, ... [as U]",
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_AS,
    .help = "Columns go by name; one that a table lacks is missing there.",
    .examples = (const Example[]){{"bind users, users as twice", "", false}, {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = bind_run,
    .takes = TAKES_TABLES,
};

/* ---- join ---- */

/* `k`, `k = k2`, several by commas or `and`. */
static bool join_keys(const Args *a, const NamedData *l, const NamedData *r, size_t *lk, size_t *rk,
                      size_t *n, Error *err)
{
    Word *words;
    size_t count = args_list(a, a->on, a->on_at, &words);
    if (!count) {
        fail(err, ERR_USAGE, "join wants the columns that the tables have in common");
        return error_hint(err, "join A with B on k = k2");
    }
    if (count > 8)
        return fail_at(err, ERR_USAGE, a->on_at, "at most 8 pairs of columns");
    for (size_t i = 0; i < count; i++) {
        Str raw = words[i].raw;
        size_t eq = word_end(raw, 0, "=");
        while (eq < raw.n && raw.p[eq] == ' ')
            eq++;
        Span at = words[i].at, left_at = at, right_at = at;
        Str left = words[i].text, right = left;
        if (eq < raw.n && raw.p[eq] == '=') {
            Str lraw = str_trim(str_sub(raw, 0, eq)),
                rraw = str_trim(str_sub(raw, eq + 1 + (raw.p[eq + 1] == '='), raw.n));
            left = unquote(a->arena, lraw, NULL);
            right = unquote(a->arena, rraw, NULL);
            left_at = (Span){at.from, at.from + lraw.n};
            right_at = (Span){at.from + (size_t)(rraw.p - raw.p),
                              at.from + (size_t)(rraw.p - raw.p) + rraw.n};
        }
        if (!frame_need(l->data.frame, left, l->name, left_at, err) ||
            !frame_need(r->data.frame, right, r->name, right_at, err))
            return false;
        lk[i] = (size_t)frame_find(l->data.frame, left);
        rk[i] = (size_t)frame_find(r->data.frame, right);
    }
    *n = count;
    return true;
}

static bool join_run(Session *s, const Args *a, Result *out, Error *err)
{
    size_t lk[8], rk[8], n = 0;
    if (a->nwords != 1 || !a->with.p) {
        fail(err, ERR_USAGE, "join wants two tables");
        return error_hint(err, "usage: %s", a->cmd->usage);
    }
    const NamedData *l = command_table_arg(s, a, a->words[0].text, a->words[0].at, err);
    const NamedData *r = l ? command_table_arg(s, a, a->with, a->with_at, err) : NULL;
    if (!r || !join_keys(a, l, r, lk, rk, &n, err))
        return false;
    JoinReport rep = {0};
    Frame *f = frame_join(l->data.frame, r->data.frame, lk, rk, n,
                          args_flag(a, "inner") ? JOIN_INNER : JOIN_LEFT, &rep, err);
    if (!f) {
        err->at = err->code == ERR_DATA || err->code == ERR_TYPE ? a->on_at : err->at;
        return false;
    }
    put(s, a, l, arena_printf(a->arena, "%s_%s", l->name, r->name), f, recipe_ref(l->data.recipe),
        out);
    result_int(out, "unmatched", (int64_t)rep.unmatched_left);
    result_int(out, "unused", (int64_t)rep.unused_right);
    if (rep.unmatched_left)
        result_warn(out, "unmatched", args_flag(a, "inner") ? NULL : "--inner leaves them out",
                    "%s of %.*s have no partner%s%s%s",
                    result_plural(out, (int64_t)rep.unmatched_left, "row"),
                    STR_ARG(a->words[0].text), *rep.example ? ", such as '" : "", rep.example,
                    *rep.example ? "'" : "");
    return true;
}

static const OptRow join_opts[] = {
    {.name = "inner", .type = OPT_FLAG, .brief = "leave out rows without a partner"},
    {0},
};

const Command cmd_join = {
    .name = "join",
    .group = GROUP_DATA,
    .brief = "a table with another one's columns",
    .usage = "join A with B on k = k2[, ...] [--inner] [as U]",
    .opts = join_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WITH | CLAUSE_ON | CLAUSE_AS,
    .help = "Every row of A stays; keys without a partner are told and get missing values. A key "
            "that occurs twice in B "
            "is an error, since rows would multiply.",
    .examples =
        (const Example[]){
            {"join interactions with users on user_username = username as visits", "", false}, {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = join_run,
    .takes = TAKES_TABLES,
};
