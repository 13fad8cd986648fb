/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * select.c - `[T] [COLS] where E sort K limit N` for show, describe, count, corr, plot and their
 * kin.
 */
#include <stdlib.h>
#include <string.h>

#include "shell/select.h"

Frame *select_where(const Args *a, const Frame *f, const char *table, Error *err)
{
    if (!a->where.p)
        return frame_ref(f);
    Expr *e = expr_parse(a->arena, a->where, a->where_at.from, err);
    if (!e || !expr_bind(e, f, table, err))
        return NULL;
    size_t n = 0;
    uint32_t *rows = expr_rows(e, f, &n, err);
    Frame *out = rows ? frame_take(f, rows, n, err) : NULL;
    free(rows);
    return out;
}

/* Is the text one of the column's values? */
static bool holds(const Column *c, Str text)
{
    for (size_t l = 0; c->type == COL_CODE && l < c->levels->n; l++)
        if (str_eq(levels_at(c->levels, l), text))
            return true;
    for (size_t i = 0; c->type == COL_TEXT && i < c->n; i++)
        if (str_eq(column_text(c, i), text))
            return true;
    return false;
}

static void note_never(const Column *c, Str name, Str text, Arena *a, Result *out)
{
    size_t n = c->type == COL_CODE ? c->levels->n : 0;
    Str *levels = arena_array(a, Str, n + 1);
    for (size_t l = 0; l < n; l++)
        levels[l] = levels_at(c->levels, l);
    long near = nearest_name(text, levels, n);
    for (size_t l = 0; near < 0 && text.n && l < n; l++)
        if (levels[l].n && (str_starts(text, levels[l]) || str_starts(levels[l], text)))
            near = (long)l;
    const char *help =
        near >= 0 ? arena_printf(a, "did you mean '%.*s'?", STR_ARG(levels[near]))
                  : arena_printf(a, "count %.*s lists its values", STR_ARG(name));
    result_note(out, "never", help, "%.*s is never '%.*s'", STR_ARG(name), STR_ARG(text));
}

/* Comparisons of a column with a text, anywhere in the tree. */
static void find_never(const Expr *e, const Frame *f, Arena *a, Result *out)
{
    ExprNode node = expr_node(e);
    if (node.kind != NODE_CALL)
        return;
    const Column *c = NULL;
    Str name = STR_NULL;
    for (size_t i = 0; i < node.nargs; i++) {
        ExprNode arg = expr_node(node.args[i]);
        if (arg.kind == NODE_COLUMN && !c && (c = frame_column(f, arg.text)) != NULL)
            name = arg.text;
        find_never(node.args[i], f, a, out);
    }
    bool compares = str_eqz(node.text, "=") || str_eqz(node.text, "==") || str_eqz(node.text, "in");
    for (size_t i = 0;
         compares && c && (c->type == COL_CODE || c->type == COL_TEXT) && i < node.nargs; i++) {
        ExprNode arg = expr_node(node.args[i]);
        if (arg.kind == NODE_TEXT && !holds(c, arg.text))
            note_never(c, name, arg.text, a, out);
    }
}

void select_never(const Args *a, const Frame *f, Result *out)
{
    Error err = ERROR_INIT;
    Expr *e = a->where.p ? expr_parse(a->arena, a->where, a->where_at.from, &err) : NULL;
    if (e && expr_bind(e, f, "", &err))
        find_never(e, f, out->arena, out);
}

bool select_keys(const Args *a, const Frame *f, const char *table, SortKey **keys, size_t *n,
                 Error *err)
{
    Word *words;
    *n = args_list(a, a->sort, a->sort_at, &words);
    *keys = arena_array(a->arena, SortKey, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        Str name = words[i].text;
        Span at = words[i].at;
        SortKey *k = &(*keys)[i];
        if (!words[i].quoted && name.n > 1 && name.p[0] == '-') {
            k->descending = true;
            name = str_sub(words[i].raw, 1, words[i].raw.n);
            if (name.n > 2 && name.p[0] == '`')
                name = str_sub(name, 1, name.n - 1);
            at.from++;
        } else if (!words[i].quoted && name.n > 5 &&
                   str_ieq(str_sub(name, name.n - 5, name.n), STR(" desc"))) {
            k->descending = true;
            name = str_trim(str_sub(name, 0, name.n - 5));
        }
        if (!frame_need(f, name, table, at, err))
            return false;
        k->col = (size_t)frame_find(f, name);
    }
    return true;
}

/* The first word is neither table nor column but looks like a table's name: fails with that as the
 * hint. */
static bool like_a_table(const Session *s, const Args *a, const Word *w, Error *err)
{
    const Frame *f = s->current_table >= 0 ? s->tables[s->current_table].data.frame : NULL;
    if (!f || w->name.p || frame_find(f, w->text) >= 0)
        return false;
    Str *names = arena_array(a->arena, Str, s->ntables + f->ncols + 1);
    size_t n = 0;
    for (size_t i = 0; i < s->ntables; i++)
        names[n++] = str_of(s->tables[i].name);
    for (size_t j = 0; j < f->ncols; j++)
        names[n++] = str_of(f->names[j]);
    long near = nearest_name(w->text, names, n);
    if (near < 0 || (size_t)near >= s->ntables)
        return false;
    fail_at(err, ERR_NAME, w->at, "no table or column '%.*s'", STR_ARG(w->text));
    error_hint(err, "did you mean '%s'?", s->tables[near].name);
    return true;
}

/* A word that is no column may be a clause word with a slip in it. */
static bool no_column(const Word *w, Error *err)
{
    const Str words[] = {STR("where"), STR("sort"), STR("limit")};
    if (str_ieq(w->text, STR("order")) || str_ieq(w->text, STR("by")))
        return error_hint(err, "sort -age, name orders the rows");
    if (str_ieq(w->text, STR("top")) || str_ieq(w->text, STR("first")))
        return error_hint(err, "limit 5 shows five rows");
    int64_t n;
    if (parse_int(w->text, &n))
        return error_hint(err, "limit %.*s shows as many rows", STR_ARG(w->text));
    long near = nearest_name(w->text, words, sizeof words / sizeof *words);
    if (near >= 0 && !strstr(err->hint, "did you mean"))
        error_hint(err, "did you mean the word '%.*s'?", STR_ARG(words[near]));
    return false;
}

static bool wanted_columns(Session *s, const Args *a, Selection *sel, Error *err)
{
    size_t first = 0;
    Str name = STR_NULL;
    Span at = SPAN_NONE;
    if (a->nwords && !a->words[0].name.p) {
        /* the first word is a table's name, unless it is a column of the current table and no table
         * is so called */
        Str word = a->words[0].text;
        while (word.n && word.p[word.n - 1] == ':')
            word.n--;
        const NamedData *now = s->current_table >= 0 ? &s->tables[s->current_table] : NULL;
        bool column = now && frame_find(now->data.frame, word) >= 0;
        if (session_find_table(s, word) >= 0) {
            name = word;
            at = a->words[0].at;
            first = 1;
        } else if (!column && a->nwords == 1 && !now) {
            name = word;
            at = a->words[0].at;
        }
    }
    if (!first && a->nwords && like_a_table(s, a, &a->words[0], err))
        return false;
    sel->table = command_table_arg(s, a, name, at, err);
    if (!sel->table)
        return false;
    const Frame *f = sel->table->data.frame;
    sel->all_columns = first >= a->nwords;
    sel->cols = arena_array(a->arena, size_t, f->ncols + a->nwords + 1);
    for (size_t j = 0; sel->all_columns && j < f->ncols; j++)
        sel->cols[sel->ncols++] = j;
    for (size_t i = first; i < a->nwords; i++) {
        const Word *w = &a->words[i];
        if (!frame_need(f, w->name.p ? w->raw : w->text, sel->table->name, w->at, err))
            return no_column(w, err);
        sel->cols[sel->ncols++] = (size_t)frame_find(f, w->text);
    }
    return true;
}

bool select_run(Session *s, const Args *a, Selection *sel, Error *err)
{
    *sel = (Selection){0};
    if (!wanted_columns(s, a, sel, err))
        return false;
    const Frame *f = sel->table->data.frame;
    sel->frame = f;
    if (a->where.p) {
        sel->owned = select_where(a, f, sel->table->name, err);
        if (!sel->owned)
            return false;
        sel->frame = sel->owned;
    }
    sel->total = sel->nrows = sel->frame->rows;
    if (a->limit >= 0 && (size_t)a->limit < sel->nrows)
        sel->nrows = (size_t)a->limit;
    if (!a->sort.p)
        return true;
    SortKey *keys;
    size_t nkeys = 0, n = 0;
    if (!select_keys(a, sel->frame, sel->table->name, &keys, &nkeys, err)) {
        select_clear(sel);
        return false;
    }
    sel->rows =
        frame_sort(sel->frame, keys, nkeys, sel->nrows < sel->total ? sel->nrows : 0, &n, err);
    if (!sel->rows) {
        select_clear(sel);
        return false;
    }
    return true;
}

void select_clear(Selection *sel)
{
    frame_unref(sel->owned);
    free(sel->rows);
    sel->owned = NULL;
    sel->rows = NULL;
}
