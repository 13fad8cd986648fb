/* SPDX-License-Identifier: GPL-3.0-or-later */
/* group.c - `group`: aggregates by groups. */
#include <stdlib.h>

#include "data/frameops.h"
#include "shell/format.h"
#include "shell/parse.h"
#include "shell/select.h"
#include "shell/settings.h"

/* `n = count()`, `mean(age)` (then called mean_age): into *agg. */
static bool parse_aggregate(const Args *a, const Word *w, const NamedData *t, const Frame *f,
                            Aggregate *agg, Error *err)
{
    Str raw = w->raw;
    size_t eq = word_end(raw, 0, "=("), open = 0;
    while (eq < raw.n && raw.p[eq] == ' ')
        eq++;
    Str name = STR_NULL, call = raw;
    size_t from = w->at.from;
    if (eq < raw.n && raw.p[eq] == '=') {
        name = unquote(a->arena, str_trim(str_sub(raw, 0, eq)), NULL);
        size_t skip = eq + 1;
        while (skip < raw.n && raw.p[skip] == ' ')
            skip++;
        call = str_sub(raw, skip, raw.n);
        from += skip;
    }
    while (open < call.n && call.p[open] != '(')
        open++;
    if (open >= call.n || call.p[call.n - 1] != ')') {
        fail_at(err, ERR_USAGE, w->at, "'%.*s' is not NAME = FUNCTION(...)", STR_ARG(raw));
        return error_hint(err, "n = count(), m = mean(age)");
    }
    Str inside = str_sub(call, open + 1, call.n - 1);
    agg->fn = args_zstr(a, str_trim(str_sub(call, 0, open)));
    agg->at = (Span){from, from + open};
    agg->expr = NULL;
    if (str_trim(inside).n) {
        Expr *e = expr_parse(a->arena, inside, from + open + 1, err);
        if (!e || !expr_bind(e, f, t->name, err))
            return false;
        agg->expr = e;
    }
    Str column = str_trim(inside);
    if (!name.p && !column.n)
        agg->name = agg->fn;
    else
        agg->name = name.p ? args_zstr(a, name)
                           : arena_printf(a->arena, "%s_%.*s", agg->fn, STR_ARG(column));
    return true;
}

/* `T by COLS: ...` or `T: ...`: where the colon stands that the aggregates follow. */
static size_t colon_in(Str s)
{
    size_t k = 0;
    while (k < s.n && s.p[k] != ':')
        k++;
    return k;
}

static bool group_run(Session *s, const Args *a, Result *out, Error *err)
{
    size_t named = colon_in(a->text), nkeys = 0, *keys = NULL;
    Str name = str_trim(str_sub(a->text, 0, named));
    const Span at = {a->text_at.from, a->text_at.from + name.n};
    const NamedData *t =
        command_table_arg(s, a, name.n ? unquote(a->arena, name, NULL) : STR_NULL, at, err);
    if (!t)
        return false;
    if (!a->by.p && named == a->text.n) {
        fail(err, ERR_USAGE, "group wants columns");
        return error_hint(err, "group by country: n = count(), m = mean(age)");
    }
    size_t colon = colon_in(a->by);
    Frame *f = select_where(a, t->data.frame, t->name, err);
    if (!f)
        return false;
    Frame *made = NULL;
    Str list = str_trim(str_sub(a->by, 0, colon)), rest = str_sub(a->by, colon + 1, a->by.n);
    size_t rest_from = a->by_at.from + colon + 1;
    if (!a->by.p) {
        rest = str_sub(a->text, named + 1, a->text.n);
        rest_from = a->text_at.from + named + 1;
    }
    Word *words;
    size_t n = args_list(a, rest, (Span){rest_from, rest_from + rest.n}, &words);
    Aggregate *agg = arena_array(a->arena, Aggregate, n + 1);
    bool ok = !a->by.p || args_columns(a, list, a->by_at, f, t->name, &keys, &nkeys, err);
    if (!ok && colon == a->by.n && memchr(list.p, '=', list.n))
        error_hint(err, "a colon ends the columns: group by country: n = count()");
    for (size_t i = 0; ok && i < n; i++)
        ok = parse_aggregate(a, &words[i], t, f, &agg[i], err);
    if (!n)
        agg[n++] = (Aggregate){.name = "n", .fn = "count"};
    if (ok)
        made = frame_aggregate(f, keys, nkeys, agg, n, err);
    frame_unref(f);
    if (!made)
        return false;
    size_t rows = made->rows;
    result_keep_frame(out, frame_ref(made));
    if (a->as.p)
        result_text(out, "table", a->as);
    result_int(out, "rows", (int64_t)rows);
    Table *shown = result_frame(out, "groups", made, NULL, rows);
    shown->shown = (size_t)s->settings->rows;
    shown->footer = result_plural(out, (int64_t)rows, "group");
    if (a->as.p)
        session_put_table(s, args_zstr(a, a->as), (Dataset){made, NULL});
    else
        frame_unref(made);
    return true;
}

static const OptRow group_opts[] = {OPT_DATA_ROW, {0}};

const Command cmd_group = {
    .name = "group",
    .group = GROUP_DATA,
    .brief = "aggregates by groups",
    .usage = "group [T] [by COLS]: NAME = FUNCTION(EXPR), ... [where E] [as U]",
    .opts = group_opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_BY | CLAUSE_WHERE | CLAUSE_AS,
    .help = "Functions: count count_distinct sum mean sd min max median first last share any all. "
            "Shows the groups; with "
            "as they become a table. Without by, all rows are one group.",
    .examples =
        (const Example[]){
            {"group users by country: n = count(), m = mean(age)", "", false},
            {"group interactions by interaction_type: n = count() as kinds", "", false},
            {"group users: oldest = max(age), m = mean(age)", "all rows", false},
            {0}},
    .needs = NEED_TABLE,
    .changes_state = true,
    .run = group_run,
};
