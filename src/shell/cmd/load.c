/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * load.c - `load`: files, globs, standard input and saved models into the session.
 *
 * Everything is read first; tables enter the session when all of them could be read. One line a
 * table tells shape, columns (`*` marks the key) and what it was taken for.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data/expr.h"
#include "data/frameops.h"
#include "shell/command.h"
#include "shell/connection.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/readers.h"

typedef struct Loaded {
    const char *path, *name;
    Span at; /* in the command */
    Frame *frame;
    Model *model;
    ReadReport *report;
} Loaded;

typedef struct Batch {
    size_t n, cap;
    Loaded *items;
} Batch;

static void batch_add(Arena *a, Batch *b, const char *path, const char *name, Span at)
{
    if (b->n == b->cap) {
        Loaded *more = arena_array(a, Loaded, b->cap ? b->cap * 2 : 8);
        if (b->n)
            memcpy(more, b->items, b->n * sizeof *more);
        b->items = more;
        b->cap = b->cap ? b->cap * 2 : 8;
    }
    b->items[b->n++] = (Loaded){.path = path, .name = name, .at = at};
}

static bool ends_with(Str s, const char *ending)
{
    size_t n = strlen(ending);
    return s.n >= n && str_eqz(str_sub(s, s.n - n, s.n), ending);
}

static bool gather(const Args *a, Batch *b, Error *err)
{
    for (size_t i = 0; i < a->nwords; i++) {
        Str word = a->words[i].name.p ? a->words[i].raw : a->words[i].text;
        const char *path = args_zstr(a, word);
        const Source *src = source_of(word);
        if (src->scheme || str_eqz(word, "-")) {
            batch_add(a->arena, b, path, table_name_of(a->arena, word), a->words[i].at);
            continue;
        }
        char **paths;
        size_t n = 0;
        if (!file_glob(a->arena, path, &paths, &n, err)) {
            err->at = a->words[i].at;
            return false;
        }
        for (size_t k = 0; k < n; k++)
            batch_add(a->arena, b, paths[k], table_name_of(a->arena, str_of(paths[k])),
                      a->words[i].at);
    }
    if (!b->n) {
        fail(err, ERR_USAGE, "load wants a file");
        return error_hint(err, "load FILE [as NAME]");
    }
    if (a->as.p && b->n > 1)
        return fail_at(err, ERR_USAGE, a->as_at, "'as' names one table, and %zu files match", b->n);
    if (a->as.p)
        b->items[0].name = args_zstr(a, a->as);
    for (size_t i = 0; i < b->n; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(b->items[i].name, b->items[k].name) == 0) {
                fail(err, ERR_USAGE, "'%s' and '%s' would both be table '%s'", b->items[k].path,
                     b->items[i].path, b->items[i].name);
                return error_hint(err, "load them one by one with 'as NAME'");
            }
    return true;
}

/* An error of the file that says no place of its own is at its name. */
static bool misread(const Loaded *l, Error *err)
{
    if (err->at.to == err->at.from)
        err->at = l->at;
    return false;
}

/* Only the rows of the condition; a source may have left out others before. */
static bool keep_where(const Args *a, Loaded *l, Error *err)
{
    size_t n = 0;
    Expr *where = expr_parse(a->arena, a->where, a->where_at.from, err);
    bool ok = where && expr_bind(where, l->frame, l->name, err);
    uint32_t *rows = ok ? expr_rows(where, l->frame, &n, err) : NULL;
    if (a->limit >= 0 && n > (size_t)a->limit)
        n = (size_t)a->limit;
    Frame *f = rows ? frame_take(l->frame, rows, n, err) : NULL;
    free(rows);
    frame_unref(l->frame);
    l->frame = f;
    return f != NULL;
}

static bool read_one(Session *s, const Args *a, const ReadOptions *opt, Loaded *l, Error *err)
{
    if (ends_with(str_of(l->path), ".glm")) {
        l->model = model_load(l->path, err);
        return l->model || misread(l, err);
    }
    l->report = arena_alloc(a->arena, sizeof *l->report);
    l->frame = source_of(str_of(l->path))->read(s, l->path, opt, l->report, err);
    if (l->frame && a->where.p && !keep_where(a, l, err))
        return false;
    if (!l->frame)
        return misread(l, err);
    frame_set_origin(l->frame, l->path);
    return true;
}

static bool read_options(const Args *a, ReadOptions *opt, Error *err)
{
    Str delim = args_text(a, "delim");
    *opt = (ReadOptions){.types = args_z(a, "types"),
                         .nulls = args_z(a, "null"),
                         .encoding = args_z(a, "encoding"),
                         .limit = a->limit >= 0 ? a->limit : (long)args_int(a, "limit"),
                         .max_bad = args_has(a, "max-bad") ? (long)args_int(a, "max-bad") : -1,
                         .strict = args_has(a, "max-bad") && args_int(a, "max-bad") == 0,
                         .no_header = args_flag(a, "no-header"),
                         .dates = (DateOrder)args_choice(a, "dates"),
                         .mark = args_z(a, "mark"),
                         .query = args_z(a, "query"),
                         .fields = args_z(a, "fields"),
                         .since = args_z(a, "since"),
                         .since_field = args_z(a, "since-field"),
                         .lists = args_z(a, "lists"),
                         .nested = args_z(a, "nested"),
                         .slices = (long)args_int(a, "slices"),
                         .with_id = args_flag(a, "with-id")};
    if (a->where.p && !(opt->where = expr_parse(a->arena, a->where, a->where_at.from, err)))
        return false;
    if (opt->where)
        opt->limit = 0; /* the rows that it is true for are cut */
    if (opt->mark && a->nwords > 1)
        return fail_at(err, ERR_USAGE, args_at(a, "mark"), "a mark is of one index");
    if (str_eqz(delim, "\\t") || str_eqz(delim, "tab"))
        opt->delim = '\t';
    else if (delim.p && delim.n == 1)
        opt->delim = delim.p[0];
    else if (delim.p)
        return fail_at(err, ERR_USAGE, args_at(a, "delim"), "--delim is one character, not '%.*s'",
                       STR_ARG(delim));
    return true;
}

/* ---- telling ---- */

#define COLUMNS_WIDE 42 /* with name, shape and entity in 80 columns */

static void put_columns(const NamedData *t, Buf *b)
{
    const Frame *f = t->data.frame;
    Role keys[] = {ROLE_USER, ROLE_POST, ROLE_PRODUCT};
    for (size_t j = 0; j < f->ncols; j++) {
        bool key = false;
        for (size_t k = 0; k < 3; k++)
            key = key || (t->roles.col[keys[k]] == (long)j && t->roles.entity == (Entity)k);
        key = key || t->roles.key == j + 1;
        if (j)
            buf_putc(b, ' ');
        if (j == 12 && f->ncols > 14) {
            buf_printf(b, "and %zu more", f->ncols - j);
            break;
        }
        buf_name(b, str_of(f->names[j]));
        if (key)
            buf_putc(b, '*');
    }
}

static const char *shape_text(Result *out, const Frame *f)
{
    return arena_printf(out->arena, "%s x %zu", result_count(out, (int64_t)f->rows), f->ncols);
}

/* users          2,000 x 5    username* age country gender joined   -> users */
static void tell_tables(Session *s, const Batch *b, Result *out)
{
    size_t wide = 0, shape_width = 0;
    for (size_t i = 0; i < b->n; i++) {
        const Loaded *l = &b->items[i];
        size_t w = utf8_width(str_of(l->name));
        wide = w > wide ? w : wide;
        w = l->frame ? strlen(shape_text(out, l->frame)) : 0;
        shape_width = w > shape_width ? w : shape_width;
    }
    for (size_t i = 0; i < b->n; i++) {
        const Loaded *l = &b->items[i];
        size_t w = utf8_width(str_of(l->name));
        if (!l->frame) {
            result_chat(out, "%s%*s  %s", l->name, (int)(wide - w), "", l->model->formula);
            continue;
        }
        const NamedData *t = &s->tables[session_find_table(s, str_of(l->name))];
        Buf cols = BUF_INIT;
        put_columns(t, &cols);
        const char *shape = shape_text(out, l->frame);
        size_t pad = utf8_width(buf_slice(&cols));
        pad = pad < COLUMNS_WIDE ? COLUMNS_WIDE - pad : 0;
        if (t->roles.entity == ENTITY_NONE)
            result_chat(out, "%s%*s  %*s  %s", l->name, (int)(wide - w), "", (int)shape_width,
                        shape, cols.p);
        else
            result_chat(out, "%s%*s  %*s  %s%*s -> %s", l->name, (int)(wide - w), "",
                        (int)shape_width, shape, cols.p, (int)pad, "",
                        entity_name(t->roles.entity));
        buf_free(&cols);
    }
}

static void tell_report(const Loaded *l, Result *out)
{
    const ReadReport *rep = l->report;
    if (l->frame && l->frame->rows == 0 && !(rep && rep->bad))
        result_note(out, "empty", NULL, "%s: names of columns and no row", l->name);
    for (size_t i = 0; rep && i < rep->nnotes; i++)
        result_note(out, "read", NULL, "%s: %s", l->name, rep->notes[i]);
    long all = rep ? rep->bad + rep->bad_values : 0;
    if (!all)
        return;
    Buf b = BUF_INIT;
    buf_printf(&b, "%s: ", l->name);
    if (rep->bad)
        buf_printf(&b, "%s refused", result_plural(out, rep->bad, "row"));
    if (rep->bad_values)
        buf_printf(&b, "%s%s made null, not of the type declared", rep->bad ? ", " : "",
                   result_plural(out, rep->bad_values, "value"));
    for (long i = 0; i < all && i < 5 && i < BAD_ROWS_KEPT; i++)
        buf_printf(&b, "\nline %ld: %s: %s", rep->kept[i].line, rep->kept[i].reason,
                   rep->kept[i].text);
    if (all > 5)
        buf_printf(&b, "\n... and %ld more", all - 5);
    result_warn(out, "rejected", "--max-bad 0 makes the first of them an error", "%s", b.p);
    buf_free(&b);
}

static void tell(Session *s, const Batch *b, double seconds, Result *out)
{
    static const TableCol cols[] = {{COL("table", "table")},     {COL("rows", "rows")},
                                    {COL("columns", "columns")}, {COL("rejected", "rejected")},
                                    {COL("entity", "entity")},   {COL("origin", "origin")}};
    tell_tables(s, b, out);
    bool guessed = false;
    if (b->n == 1 && b->items[0].frame) {
        result_text(out, "table", str_of(b->items[0].name));
        result_int(out, "rows", (int64_t)b->items[0].frame->rows);
        result_int(out, "columns", (int64_t)b->items[0].frame->ncols);
        result_int(out, "rejected", b->items[0].report->bad);
        result_int(out, "bytes", (int64_t)frame_bytes(b->items[0].frame));
    } else if (b->n == 1) {
        result_text(out, "model", str_of(b->items[0].name));
        result_text(out, "formula", str_of(b->items[0].model->formula));
    }
    Table *t = NULL;
    for (size_t i = 0; i < b->n; i++) {
        const Loaded *l = &b->items[i];
        if (!l->frame)
            continue;
        const NamedData *d = &s->tables[session_find_table(s, str_of(l->name))];
        guessed = guessed || d->roles.entity != ENTITY_NONE;
        if (b->n > 1) {
            t = t ? t : result_table(out, "tables", cols, 6);
            t->machine_only = true;
            Cell *c = table_row(out, t);
            c[0] = cell_text(str_of(l->name));
            c[1] = cell_int((int64_t)l->frame->rows);
            c[2] = cell_int((int64_t)l->frame->ncols);
            c[3] = cell_int(l->report->bad);
            c[4] = cell_text(str_of(entity_name(d->roles.entity)));
            c[5] = cell_text(str_of(l->path));
        }
    }
    result_real(out, "seconds", seconds);
    result_chat(out, "loaded in %.2f s%s", seconds,
                guessed ? "; roles guessed from names (roles shows and changes them)" : "");
    for (size_t i = 0; i < b->n; i++)
        tell_report(&b->items[i], out);
}

/* --key: the column must tell the rows apart; a model has none. */
static bool check_key(const Args *a, const Loaded *l, Error *err)
{
    Str name = args_text(a, "key");
    if (!name.p || !l->frame)
        return true;
    if (!frame_need(l->frame, name, l->name, args_at(a, "key"), err))
        return false;
    size_t j = (size_t)frame_find(l->frame, name);
    const Column *c = l->frame->cols[j];
    for (size_t i = 0; i < c->n; i++)
        if (column_is_null(c, i))
            return fail_at(err, ERR_DATA, args_at(a, "key"),
                           "'%.*s' is no key of %s: row %zu has none", STR_ARG(name), l->name,
                           i + 1);
    Grouping g;
    if (!frame_group(l->frame, &j, 1, &g, err))
        return false;
    bool ok = g.ngroups == c->n;
    for (size_t i = 0; i < c->n && !ok; i++)
        if (g.first[g.group[i]] != i) {
            Buf value = BUF_INIT;
            column_print(c, i, &value);
            fail_at(err, ERR_DATA, args_at(a, "key"),
                    "'%.*s' is no key of %s: '%.*s' is in row %zu and in row %zu", STR_ARG(name),
                    l->name, (int)(value.n < 60 ? value.n : 60), value.p,
                    (size_t)g.first[g.group[i]] + 1, i + 1);
            buf_free(&value);
            break;
        }
    grouping_clear(&g);
    return ok;
}

static void set_key(Session *s, const Args *a, const Loaded *l)
{
    Str name = args_text(a, "key");
    if (!name.p)
        return;
    NamedData *t = &s->tables[session_find_table(s, str_of(l->name))];
    roles_set_key(&t->roles, l->name, l->frame, (size_t)frame_find(l->frame, name));
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    double begun = clock_seconds();
    Batch b = {0};
    ReadOptions opt;
    bool ok = read_options(a, &opt, err) && gather(a, &b, err);
    connection_show(s, a, out);
    for (size_t i = 0; ok && i < b.n; i++)
        ok = read_one(s, a, &opt, &b.items[i], err) && check_key(a, &b.items[i], err);
    if (!ok) {
        if (err->code == ERR_NAME && !err->at.to && args_has(a, "types"))
            err->at = args_at(a, "types");
        for (size_t i = 0; i < b.n; i++) {
            frame_unref(b.items[i].frame);
            model_unref(b.items[i].model);
        }
        return false;
    }
    for (size_t i = 0; i < b.n; i++) {
        Loaded *l = &b.items[i];
        if (l->frame) {
            session_put_table(s, l->name, (Dataset){l->frame, NULL});
            set_key(s, a, l);
        } else {
            l->name = session_put_model(s, a->as.p ? l->name : args_zstr(a, str_of(l->model->name)),
                                        l->model, (Dataset){NULL, NULL});
        }
    }
    tell(s, &b, clock_seconds() - begun, out);
    return true;
}

static const char *const date_orders[] = {"iso", "dmy", "mdy", NULL};
static const char *const list_policies[] = {"join",    "first", "count", "multihot",
                                            "explode", "error", NULL};
static const OptRow opts[] = {
    {.name = "types",
     .type = OPT_TEXT,
     .metavar = "c=int,...",
     .brief = "types of columns: int real bool code time text"},
    {.name = "null",
     .type = OPT_TEXT,
     .metavar = "NA,?",
     .brief = "texts that mean missing, beside the empty field"},
    {.name = "delim",
     .type = OPT_TEXT,
     .metavar = "C",
     .brief = "what stands between fields (default: guessed)"},
    {.name = "encoding",
     .type = OPT_TEXT,
     .metavar = "latin1",
     .brief = "utf-8 (default) or latin1"},
    {.name = "dates",
     .type = OPT_CHOICE,
     .choices = date_orders,
     .def = "iso",
     .brief = "order of day and month in 03/04/2023"},
    {.name = "key",
     .type = OPT_TEXT,
     .metavar = "c",
     .brief = "the column that tells the rows apart; it is checked"},
    {.name = "limit",
     .type = OPT_INT,
     .min = 0,
     .max = 1e15,
     .metavar = "N",
     .brief = "rows at most"},
    {.name = "max-bad",
     .type = OPT_INT,
     .min = 0,
     .max = 1e15,
     .metavar = "N",
     .brief = "more unreadable rows are an error"},
    {.name = "query", .type = OPT_TEXT, .metavar = "JSON|LUCENE", .brief = "es: which documents"},
    {.name = "fields", .type = OPT_TEXT, .metavar = "a,b.c", .brief = "es: which fields"},
    {.name = "since",
     .type = OPT_TEXT,
     .metavar = "TIME",
     .brief = "es: only documents from this moment on"},
    {.name = "since-field",
     .type = OPT_TEXT,
     .metavar = "F",
     .brief = "es: the date field that --since looks at (default: the first)"},
    {.name = "mark",
     .type = OPT_FILE,
     .metavar = "FILE",
     .brief = "es: only what is newer than the mark in FILE, which then moves"},
    {.name = "lists",
     .type = OPT_CHOICE,
     .choices = list_policies,
     .def = "join",
     .brief = "es: lists of values: a|b|c, the first, how many, a yes/no column each, a row each, "
              "an error"},
    {.name = "nested",
     .type = OPT_CHOICE,
     .choices = list_policies,
     .def = "count",
     .brief =
         "es: nested objects: how many, or columns of their fields, lists as --lists has them"},
    {.name = "slices",
     .type = OPT_INT,
     .min = 0,
     .max = 16,
     .def = "0",
     .metavar = "N",
     .brief = "es: loops at once (0: as many as shards, at most two)"},
    {.name = "with-id", .type = OPT_FLAG, .brief = "es: a column _id"},
    OPT_SHOW_REQUEST,
    {.name = "no-header",
     .type = OPT_FLAG,
     .brief = "the first line is data; columns are c1 c2 ..."},
    {0},
};

const Command cmd_load = {
    .name = "load",
    .group = GROUP_DATA,
    .brief = "read files into tables",
    .usage =
        "load SRC... [where E] [as T] [--types c=int,...] [--null NA,?] [--delim ';'] [--encoding "
        "latin1] [--key c] [--limit N]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_AS | CLAUSE_LIMIT | CLAUSE_WHERE,
    .help = "SRC is a file (csv, tsv, ndjson; plain, .gz, .zst or .xz), a pattern such as "
            "data/*.csv, '-' for standard "
            "input, or a model saved as FILE.glm. Types are guessed from all rows. A row that "
            "cannot be read is "
            "counted and shown with its line and reason; nothing is dropped silently. es:INDEX "
            "reads the documents of an index (or pattern) of the connected "
            "engine: all of them, counted, or an error. `where` keeps rows; an engine sends no "
            "others where "
            "its index can tell. --mark FILE remembers the last moment, and the next load brings "
            "what came "
            "after it: late arrivals with an older moment are not seen, deletions neither.",
    .examples =
        (const Example[]){
            {"load datasets/blog/users.csv", "a file; the table is called users", false},
            {"load datasets/blog/*.csv", "several at once", false},
            {"load datasets/seed_rows.csv as seed --types Timestamp=text", "a type by hand", false},
            {"load es:blog-posts as posts", "an index", true},
            {"load es:events where age >= 18 and gender = 'Female' --fields user,age,gender",
             "rows and columns", true},
            {"load es:events --mark events.mark as new", "what came since the last time", true},
            {"load es:events --since 2024-05-01 --query 'type:like'", "some of its documents",
             true},
            {0}},
    .changes_state = true,
    .run = run,
    .takes = TAKES_FILES,
};
