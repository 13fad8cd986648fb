/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export.c - `export`: the model as text that something else can run or read. */
#include "base/file.h"
#include "model/exports.h"
#include "shell/command.h"

static bool write_file(const char *path, Str text, Error *err)
{
    FileOut *f = file_out_open(path, err);
    if (!f)
        return false;
    if (!file_out_write(f, text.p, text.n, err)) {
        file_out_abandon(f);
        return false;
    }
    return file_out_commit(f, err);
}

static bool export_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Export *e = NULL;
    Str name = STR_NULL;
    Span at = SPAN_NONE;
    for (size_t i = 0; i < a->nwords; i++) {
        const Word *w = &a->words[i];
        Error quiet = ERROR_INIT;
        const Export *found = export_find(w->text, w->at, &quiet);
        if (found && !e) {
            e = found;
        } else if (!name.p) {
            name = w->text;
            at = w->at;
        } else {
            export_find(w->text, w->at, err);
            return false;
        }
    }
    const Model *m = command_model_arg(s, a, name, at, err);
    if (!m)
        return false;
    if (!e && a->to.p)
        e = export_by_ending(a->to);
    if (!e) {
        fail(err, ERR_USAGE, "export wants a format");
        Buf all = BUF_INIT;
        size_t n = 0;
        const Export *rows = export_table(&n);
        for (size_t i = 0; i < n; i++)
            buf_printf(&all, "%s%s", i ? ", " : "", rows[i].name);
        error_hint(err, "one of: %s", all.p ? all.p : "");
        buf_free(&all);
        return false;
    }
    Buf text = BUF_INIT;
    bool ok = e->write(m, &text, err) &&
              (!a->to.p || write_file(args_zstr(a, a->to), buf_slice(&text), err));
    if (ok && !a->to.p) {
        result_raw(out, buf_slice(&text));
    } else if (ok) {
        result_text(out, "model", str_of(m->name));
        result_text(out, "format", str_of(e->name));
        result_text(out, "file", a->to);
        result_chat(out, "%s as %s to %.*s", m->name, e->name, STR_ARG(a->to));
    }
    buf_free(&text);
    return ok;
}

static void export_complete(Session *s, Str before, Buf *out)
{
    size_t n = 0;
    const Export *rows = export_table(&n);
    (void)s;
    (void)before;
    for (size_t i = 0; i < n; i++)
        buf_put(out, rows[i].name, strlen(rows[i].name) + 1);
}

static const OptRow export_opts[] = {OPT_MODEL_ROW, {0}};

const Command cmd_export = {
    .name = "export",
    .group = GROUP_MODEL,
    .brief = "the model as something else can run it",
    .usage = "export [M] json|sql|python|painless|c|pmml [to FILE]",
    .opts = export_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_TO,
    .help = "Gives the same predictions as predict to twelve digits. Without a file it is printed.",
    .examples = (const Example[]){{"export m1 sql", "a SELECT that scores", false},
                                  {"export m1 python to score.py", "", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = export_run,
    .complete = export_complete,
    .takes = TAKES_MODELS,
};
