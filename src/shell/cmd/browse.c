/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * browse.c - `browse` and `view`: from the prompt to the screens. What the screens are is the
 * business of the room above; the session holds the door.
 */
#include "shell/command.h"

static bool open_screen(Session *s, const char *screen, Str subject, Error *err)
{
    if (!s->open_screen) {
        fail(err, ERR_USAGE, "there are no screens here");
        return error_hint(err, "show, describe, coef, roc and whatif say the same as text");
    }
    return s->open_screen(s, screen, subject, err);
}

static bool browse_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)out;
    if (a->nwords > 1)
        return fail_at(err, ERR_USAGE, a->words[1].at, "browse takes one table");
    const Word *w = a->nwords ? &a->words[0] : NULL;
    const NamedData *t =
        command_table_arg(s, a, w ? w->text : STR_NULL, w ? w->at : SPAN_NONE, err);
    return t && open_screen(s, "frame", str_of(t->name), err);
}

static const OptRow browse_opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_browse = {
    .name = "browse",
    .group = GROUP_SCREENS,
    .brief = "a table on the whole screen",
    .usage = "browse [T]",
    .opts = browse_opts,
    .subject = SUBJECT_WORDS,
    .help = "Rows and columns under the cursor keys: [ ] sort, f filters by the cell, & by an "
            "expression, F I H T look at "
            "a column, Enter asks the model about the row, ? lists the keys, q goes back. Each "
            "look is a command of the "
            "shell, shown at the bottom.",
    .examples =
        (const Example[]){{"browse", "the current table", true}, {"browse users", "", true}, {0}},
    .needs = NEED_TABLE | NEED_TERMINAL,
    .run = browse_run,
    .takes = TAKES_TABLES,
};

static bool view_run(Session *s, const Args *a, Result *out, Error *err)
{
    (void)out;
    if (a->nwords > 2)
        return fail_at(err, ERR_USAGE, a->words[2].at, "view takes a screen and one name");
    const char *screen = a->nwords ? args_zstr(a, a->words[0].text) : "home";
    if (open_screen(s, screen, a->nwords > 1 ? a->words[1].text : STR_NULL, err))
        return true;
    if (err->code == ERR_NAME && a->nwords && !err->at.to)
        err->at = a->words[a->nwords - 1].at;
    return false;
}

static void view_complete(Session *s, Str before, Buf *out)
{
    if (!before.n && s->screen_names)
        s->screen_names(out);
}

const Command cmd_view = {
    .name = "view",
    .group = GROUP_SCREENS,
    .brief = "a screen: home, frame, columns, coef, roc, whatif, compare",
    .usage = "view [home|frame|columns|coef|roc|whatif|compare] [T|M]",
    .subject = SUBJECT_WORDS,
    .help = "home: what is loaded and fitted. frame: a table. columns: a line a column, in and out "
            "of the formula. coef: "
            "the coefficients as bars. roc: the curve with a moving threshold. whatif: a slider a "
            "feature. compare: two "
            "models side by side. On every screen ? lists the keys, the space bar finds "
            "everything, q goes back. "
            "set theme, set plain, set ascii and set mouse change how they look.",
    .examples = (const Example[]){{"view", "where to begin", true},
                                  {"view coef", "the current model", true},
                                  {"view whatif m1", "sliders", true},
                                  {0}},
    .needs = NEED_TERMINAL,
    .run = view_run,
    .complete = view_complete,
    .takes = TAKES_OWN,
};
