/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.c - `show`: rows of a table. Rows are read from the frame as they are printed. */
#include "shell/format.h"
#include "shell/select.h"
#include "shell/settings.h"

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    Selection sel;
    if (!select_run(s, a, &sel, err))
        return false;
    Frame *view = frame_select(sel.frame, sel.cols, sel.ncols);
    result_keep_frame(out, view);
    result_keep(out, sel.rows);
    static const TableCol name_col[] = {{COL("name", "name")}};
    Table *names = result_table(out, "columns", name_col, 1);
    names->machine_only = names->list = true;
    for (size_t j = 0; j < view->ncols; j++)
        table_row(out, names)[0] = cell_text(str_of(view->names[j]));
    Table *t = result_frame(out, "rows", view, sel.rows, sel.nrows);
    if (!sel.total)
        select_never(a, sel.table->data.frame, out);
    frame_unref(sel.owned);
    if (a->limit < 0)
        t->shown = (size_t)s->settings->rows;
    if (sel.nrows < sel.total || (t->shown && sel.nrows > t->shown + 1))
        t->footer = arena_printf(
            out->arena, "%s, %zu shown%s", result_plural(out, (int64_t)sel.total, "row"),
            a->limit >= 0 ? sel.nrows : t->shown, a->limit >= 0 ? "" : "; limit N shows more");
    else
        t->footer = arena_printf(out->arena, "%s", result_plural(out, (int64_t)sel.total, "row"));
    return true;
}

static const OptRow opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_show = {
    .name = "show",
    .group = GROUP_DATA,
    .brief = "rows of a table",
    .usage = "show [T] [COLS] [where E] [sort K] [limit N]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_WHERE | CLAUSE_SORT | CLAUSE_LIMIT,
    .help = "Without limit the first and last rows are shown on a screen; files and the csv and "
            "json formats get all of "
            "them.",
    .examples = (const Example[]){{"show users", "the first and last rows", false},
                                  {"show users username, age where age > 60 sort -age limit 5",
                                   "the oldest five", false},
                                  {"show > ft.csv", "the current table to a file", false},
                                  {0}},
    .needs = NEED_TABLE,
    .run = run,
    .takes = TAKES_TABLES | TAKES_COLUMNS,
};
