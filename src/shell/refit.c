/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * refit.c - a model's fit again, with another formula: the line that made it, its formula replaced
 * and its `as` left out.
 *
 * The table is named, since another one may be the current one by now.
 */
#include "shell/refit.h"

#include "shell/command.h"
#include "shell/journal.h"
#include "shell/parse.h"

/* `line` without the clause whose value stands at `at`, its word included. */
static void put_without(Buf *out, Str line, Span at, size_t word)
{
    size_t from = at.from;
    while (from && line.p[from - 1] == ' ')
        from--;
    buf_str(out, str_trim(str_sub(line, 0, from >= word ? from - word : 0)));
    buf_str(out, str_sub(line, at.to, line.n));
}

static bool has_option(const Command *c, const char *name)
{
    for (const OptRow *o = c->opts; o && o->name; o++)
        if (strcmp(o->name, name) == 0)
            return true;
    return false;
}

/* The command that fitted the model: what changed it later (a note, another name) reads from that.
 */
static const Command *fitting(const Session *s, long made, Str *line, size_t *used)
{
    for (; made >= 0; made = journal_source(s->journal, made)) {
        Error ignored = ERROR_INIT;
        *line = str_of(journal_line(s->journal, (size_t)made));
        const Command *c = command_find(*line, true, used, &ignored);
        if (c && has_option(c, "data"))
            return c;
    }
    return NULL;
}

bool refit_line(Session *s, long i, Str formula, Buf *out)
{
    const NamedModel *nm = &s->models[i];
    Arena *a = arena_new();
    Error err = ERROR_INIT;
    Str line;
    size_t used = 0;
    const Command *c = fitting(s, nm->made, &line, &used);
    Args args;
    Buf plain = BUF_INIT;
    bool ok = c && args_parse(a, c, line, used, true, &args, &err) && args.text.n;
    if (ok && args.as.p) {
        put_without(&plain, line, args.as_at, 2);
        line = buf_slice(&plain);
        ok = args_parse(a, c, line, used, true, &args, &err);
    }
    if (ok) {
        buf_str(out, str_sub(line, 0, args.text_at.from));
        buf_str(out, formula);
        buf_str(out, str_sub(line, args.text_at.to, line.n));
        if (!args_has(&args, "data")) {
            buf_puts(out, " --data ");
            buf_name(out, str_of(nm->model->table));
        }
    }
    buf_free(&plain);
    arena_free(a);
    return ok;
}
