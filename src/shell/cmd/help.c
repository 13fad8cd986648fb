/* SPDX-License-Identifier: GPL-3.0-or-later */
/* help.c - `help`: overview, a command, a topic. */
#include "shell/format.h"
#include "shell/help.h"

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)s;
    Buf b = BUF_INIT;
    Str name = a->text;
    size_t used = 0;
    bool ok = true;
    if (!name.p) {
        help_overview(&b);
    } else if (!help_topic(name, &b)) {
        const Command *c = command_find(name, true, &used, err);
        ok = c != NULL;
        if (!ok && err) { /* the place is the word behind `help` */
            err->at = a->text_at;
            err->code = ERR_NAME;
        } else {
            help_command(c, &b);
        }
    }
    if (ok)
        result_raw(out, buf_slice(&b));
    buf_free(&b);
    return ok;
}

static void help_complete(Session *s, Str before, Buf *out)
{
    size_t n = 0;
    const Command *const *table = command_table(&n);
    (void)s;
    for (size_t i = 0; !before.n && i < n; i++)
        buf_put(out, table[i]->name, strlen(table[i]->name) + 1);
    for (const char *const *t = help_topics(); !before.n && *t; t++)
        buf_put(out, *t, strlen(*t) + 1);
}

const Command cmd_help = {
    .name = "help",
    .group = GROUP_SHELL,
    .brief = "what can be typed",
    .usage = "help [COMMAND|TOPIC]",
    .subject = SUBJECT_RAW,
    .help = "Topics: formulas, expressions, clauses, formats, families, settings, functions.",
    .examples = (const Example[]){{"help", "all commands", false},
                                  {"help fit", "one command", false},
                                  {"help formulas", "a topic", false},
                                  {0}},
    .run = run,
    .complete = help_complete,
};
