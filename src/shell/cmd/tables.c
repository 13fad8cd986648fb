/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tables.c - what is in memory: `tables`, `use`, `drop`, `rename`. */
#include "shell/command.h"
#include "shell/format.h"

static const char *bytes_text(Result *r, size_t bytes)
{
    double v = (double)bytes;
    if (bytes < 1024)
        return arena_printf(r->arena, "%zu B", bytes);
    return v < 1048576 ? arena_printf(r->arena, "%.1f KiB", v / 1024)
                       : arena_printf(r->arena, "%.1f MiB", v / 1048576);
}

static bool tables_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {{COL("current", ""), .human_only = true},
                                    {COL("table", "table")},
                                    {COL("rows", "rows"), .look = LOOK_COUNT},
                                    {COL("columns", "columns"), .priority = 1},
                                    {COL("bytes", "bytes"), .machine_only = true},
                                    {COL("memory", "memory"), .human_only = true, .priority = 3},
                                    {COL("entity", "is"), .priority = 2},
                                    {COL("origin", "from"), .priority = 4}};
    (void)a;
    (void)err;
    if (!s->ntables)
        result_chat(out, "no table is loaded: load FILE, or simulate blog");
    Table *t = result_table(out, "tables", cols, 8);
    t->blank_nulls = true;
    t->machine_only = !s->ntables;
    for (size_t i = 0; i < s->ntables; i++) {
        const NamedData *d = &s->tables[i];
        const Frame *f = d->data.frame;
        Cell *c = table_row(out, t);
        c[0] = cell_text((long)i == s->current_table ? STR("*") : STR(" "));
        c[1] = cell_text(str_of(d->name));
        c[2] = cell_int((int64_t)f->rows);
        c[3] = cell_int((int64_t)f->ncols);
        c[4] = cell_int((int64_t)frame_bytes(f));
        c[5] = cell_text(str_of(bytes_text(out, frame_bytes(f))));
        c[6] = session_is_features(d)           ? cell_text(STR("features"))
               : d->roles.entity == ENTITY_NONE ? (Cell){.kind = CELL_NULL}
                                                : cell_text(str_of(entity_name(d->roles.entity)));
        c[7] = cell_text(str_of(f->origin));
    }
    return true;
}

const Command cmd_tables = {
    .name = "tables",
    .group = GROUP_DATA,
    .brief = "list what is in memory",
    .usage = "tables",
    .help = "Rows, columns, memory and origin of each table; * marks the current one.",
    .examples = (const Example[]){{"tables", "what is loaded", false}, {0}},
    .run = tables_run,
};

static bool one_name(const Args *a, Error *err)
{
    if (a->nwords == 1)
        return true;
    fail(err, ERR_USAGE, "%s wants one name", a->cmd->name);
    return error_hint(err, "usage: %s", a->cmd->usage);
}

static bool use_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (!one_name(a, err))
        return false;
    Str name = a->words[0].text;
    long m = session_find_table(s, name) < 0 ? session_find_model(s, name) : -1;
    if (m >= 0) {
        session_use_model(s, m);
        result_text(out, "model", name);
        result_chat(out, "%s: %s", s->models[m].model->name, s->models[m].model->formula);
        return true;
    }
    const NamedData *t = command_table_arg(s, a, name, a->words[0].at, err);
    if (!t)
        return false;
    session_use_table(s, (long)(t - s->tables));
    result_text(out, "table", str_of(t->name));
    Buf b = BUF_INIT;
    frame_describe(t->data.frame, &b);
    result_chat(out, "%s: %s", t->name, b.p);
    buf_free(&b);
    return true;
}

const Command cmd_use = {
    .name = "use",
    .group = GROUP_DATA,
    .brief = "make a table or a model the current one",
    .usage = "use T|M",
    .subject = SUBJECT_WORDS,
    .words = 1,
    .help = "Commands work on the current table and the current model: the last loaded, made or "
            "fitted ones, or those "
            "named here.",
    .examples = (const Example[]){{"use users", "the table users", false},
                                  {"use m1", "the model m1", false},
                                  {0}},
    .changes_state = true,
    .run = use_run,
    .takes = TAKES_TABLES | TAKES_MODELS,
};

static bool drop_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (!a->nwords) {
        fail(err, ERR_USAGE, "drop wants the names of tables or models");
        return error_hint(err, "drop T");
    }
    for (size_t i = 0; i < a->nwords; i++) {
        Str name = a->words[i].text;
        long m = session_find_table(s, name) < 0 ? session_find_model(s, name) : -1;
        if (m >= 0) {
            session_drop_model(s, m);
            continue;
        }
        const NamedData *t = command_table_arg(s, a, name, a->words[i].at, err);
        if (!t)
            return false;
        session_drop_table(s, (long)(t - s->tables));
    }
    result_int(out, "dropped", (int64_t)a->nwords);
    result_chat(out, "%s dropped", result_plural(out, (int64_t)a->nwords, "name"));
    return true;
}

const Command cmd_drop = {
    .name = "drop",
    .group = GROUP_DATA,
    .brief = "take tables or models out of memory",
    .usage = "drop T|M...",
    .subject = SUBJECT_WORDS,
    .help = "Files are not touched. undo brings them back.",
    .examples = (const Example[]){{"drop products", "the table products", false}, {0}},
    .changes_state = true,
    .run = drop_run,
    .takes = TAKES_TABLES | TAKES_MODELS,
};

static bool rename_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (!one_name(a, err))
        return false;
    if (!a->to.p) {
        fail(err, ERR_USAGE, "rename wants the new name");
        return error_hint(err, "rename T to U");
    }
    const NamedData *t = command_table_arg(s, a, a->words[0].text, a->words[0].at, err);
    if (!t)
        return false;
    long i = t - s->tables, other = session_find_table(s, a->to);
    if (other >= 0 && other != i)
        return fail_at(err, ERR_NAME, a->to_at, "there is a table '%.*s' already", STR_ARG(a->to));
    session_rename_table(s, i, args_zstr(a, a->to));
    result_text(out, "table", a->to);
    result_chat(out, "%.*s is now %s", STR_ARG(a->words[0].text), s->tables[i].name);
    return true;
}

const Command cmd_rename = {
    .name = "rename",
    .group = GROUP_DATA,
    .brief = "give a table another name",
    .usage = "rename T to U",
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_TO,
    .help = "Columns are renamed with derive NEW = OLD.",
    .examples = (const Example[]){{"rename users to people", "", false}, {0}},
    .changes_state = true,
    .run = rename_run,
    .takes = TAKES_TABLES | TAKES_MODELS,
};
