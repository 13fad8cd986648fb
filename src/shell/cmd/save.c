/* SPDX-License-Identifier: GPL-3.0-or-later */
/* save.c - `save`: a table to a file with all digits and types, a model as one JSON file. */
#include "shell/command.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/format.h"
#include "shell/readers.h"

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    Str name = a->nwords ? a->words[0].text : STR_NULL;
    Span at = a->nwords ? a->words[0].at : SPAN_NONE;
    if (!a->to.p || a->nwords > 1) {
        fail(err, ERR_USAGE, "save wants a table or a model and a file");
        return error_hint(err, "save T to FILE");
    }
    const char *path = args_zstr(a, a->to);
    result_text(out, "file", a->to);
    if (name.p && session_find_table(s, name) < 0 && session_find_model(s, name) >= 0) {
        const Model *m = command_model_arg(s, a, name, at, err);
        if (!m || !model_save(m, path, err))
            return false;
        result_text(out, "model", name);
        result_chat(out, "%s saved to %s", m->name, path);
        return true;
    }
    const NamedData *t = command_table_arg(s, a, name, at, err);
    if (!t)
        return false;
    if (str_starts(a->to, STR("es:")))
        return engine_save(s, a, t, path + 3, out, err);
    const Source *sink = sink_of(a->to, a->to_at, err);
    if (!sink)
        return false;
    if (args_flag(a, "dry")) {
        result_line(out, "would write %s to %s",
                    result_plural(out, (int64_t)t->data.frame->rows, "row"), path);
        return true;
    }
    Writer *w = sink->write(s, path, err);
    if (!w || !writer_put_all(w, t->data.frame, err))
        return false;
    result_text(out, "table", str_of(t->name));
    result_int(out, "rows", (int64_t)t->data.frame->rows);
    result_chat(out, "%s: %s to %s", t->name,
                result_plural(out, (int64_t)t->data.frame->rows, "row"), path);
    return true;
}

static const OptRow opts[] = {
    {.name = "id",
     .type = OPT_TEXT,
     .metavar = "c|'{a}_{b}'",
     .brief = "es: column or template of the documents' ids"},
    {.name = "dead-letter", .type = OPT_FILE, .metavar = "FILE", .brief = "es: refused documents"},
    {.name = "dry", .type = OPT_FLAG, .brief = "say what would be written"},
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_save = {
    .name = "save",
    .group = GROUP_DATA,
    .brief = "write a table or a model to a file",
    .usage = "save [T|M] to FILE|es:INDEX [--dry]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_TO,
    .help = "The ending of the file says how: .csv .tsv .ndjson, with .gz .zst or .xz behind it to "
            "pack. What is written "
            "reads back as the same bits. A model is written as one JSON file (.glm) without any "
            "data row. Without a "
            "name the current table is written. es:INDEX is made when it is not there; every "
            "document is "
            "accounted for as by es push.",
    .examples = (const Example[]){{"save ft to ft.csv.gz", "the feature table, packed", false},
                                  {"save m1 to m1.glm", "a model; load m1.glm reads it", false},
                                  {0}},
    .run = run,
    .takes = TAKES_TABLES | TAKES_MODELS,
};
