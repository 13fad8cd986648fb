/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page_cols.c - gathered documents into columns.
 *
 * A sink has a column for each wanted field of the mapping and a trie of their paths. page.c fills
 * a slot a column while it reads a document; when the document ends its values go to the builders,
 * for only then is it known which columns it lacks and how many rows an exploded list makes. A
 * value that does not fit its column's type is null there and counted.
 */
#include <stdio.h>
#include <stdlib.h>

#include "page_priv.h"

size_t page_node(PageSink *k, size_t parent, Str name, bool make)
{
    for (size_t i = k->nodes[parent].child; i; i = k->nodes[i].next)
        if (str_eq(k->nodes[i].name, name))
            return i;
    if (!make)
        return 0;
    k->nodes = xrealloc(k->nodes, (k->nnodes + 1) * sizeof *k->nodes);
    k->nodes[k->nnodes] = (Node){
        .name = {xstrndup(name.p, name.n), name.n}, .col = -1, .next = k->nodes[parent].child};
    k->nodes[parent].child = k->nnodes;
    return k->nnodes++;
}

static ColType column_type(const PageCol *c)
{
    if (c->counts)
        return COL_INT;
    switch (c->kind) {
    case FIELD_INT:
        return COL_INT;
    case FIELD_REAL:
        return COL_REAL;
    case FIELD_BOOL:
        return COL_BOOL;
    case FIELD_TIME:
        return COL_TIME;
    default:
        return COL_TEXT;
    }
}

static PageCol *add_column(PageSink *k, const char *path, FieldKind kind)
{
    k->cols = xrealloc(k->cols, (k->n + 1) * sizeof *k->cols);
    PageCol *c = &k->cols[k->n++];
    *c = (PageCol){.path = xstrdup(path), .kind = kind};
    return c;
}

static bool wanted(const char *fields, const char *path)
{
    if (!fields)
        return true;
    for (Str rest = str_of(fields), f; rest.n;) {
        f = str_trim(str_split(rest, ',', &rest));
        if (str_eqz(f, path) || (str_starts(str_of(path), f) && path[f.n] == '.'))
            return true;
    }
    return false;
}

static bool check_fields(const Schema *s, const char *fields, Error *err)
{
    Str *names = xcalloc(s->n + 1, sizeof *names);
    bool ok = true;
    for (size_t i = 0; i < s->n; i++)
        names[i] = str_of(s->fields[i].path);
    for (Str rest = str_of(fields), f; ok && rest.n;) {
        f = str_trim(str_split(rest, ',', &rest));
        bool found = false;
        for (size_t i = 0; i < s->n && !found; i++)
            found = str_eq(f, names[i]) || (str_starts(names[i], f) && names[i].p[f.n] == '.');
        if (!found) {
            long near = nearest_name(f, names, s->n);
            ok = fail(err, ERR_NAME, "no field '%.*s' in the mapping", STR_ARG(f));
            if (near >= 0)
                error_hint(err, "did you mean '%s'?", names[near].p);
        }
    }
    free(names);
    return ok;
}

PageSink *page_sink_new(const Schema *s, const PullOptions *opt, Error *err)
{
    if (opt->fields && !check_fields(s, opt->fields, err))
        return NULL;
    PageSink *k = xcalloc(1, sizeof *k);
    k->lists = opt->lists;
    k->nested = opt->nested == LIST_JOIN ? LIST_COUNT : opt->nested;
    k->nodes = xcalloc(1, sizeof *k->nodes);
    k->nodes[0].col = -1;
    k->nnodes = 1;
    k->id_col = -1;
    if (opt->with_id) {
        k->id_col = (long)k->n;
        add_column(k, "_id", FIELD_STRING);
    }
    for (size_t i = 0; i < s->n; i++) {
        const Field *f = &s->fields[i];
        if (f->kind == FIELD_OTHER || !wanted(opt->fields, f->path))
            continue;
        PageCol *c = add_column(k, f->path, f->kind);
        c->epoch_seconds = f->epoch_seconds;
        c->format = f->format ? xstrdup(f->format) : NULL;
        c->counts = f->kind == FIELD_NESTED;
        c->lengths = opt->lists == LIST_COUNT && !c->counts ? builder_new(COL_INT) : NULL;
        size_t at = 0;
        for (Str rest = str_of(f->path), part; rest.n;) {
            part = str_split(rest, '.', &rest);
            at = page_node(k, at, part, true);
        }
        k->nodes[at].col = (long)k->n - 1;
    }
    for (size_t j = 0; j < k->n; j++) {
        ColType t = column_type(&k->cols[j]);
        k->cols[j].builder = t == COL_TEXT ? builder_new_strings() : builder_new(t);
    }
    k->slots = xcalloc(k->n + 1, sizeof *k->slots);
    return k;
}

void page_sink_free(PageSink *k)
{
    if (!k)
        return;
    for (size_t j = 0; j < k->n; j++) {
        free(k->cols[j].path);
        free(k->cols[j].format);
        builder_free(k->cols[j].builder);
        builder_free(k->cols[j].lengths);
    }
    for (size_t i = 1; i < k->nnodes; i++)
        free((char *)(uintptr_t)k->nodes[i].name.p);
    free(k->cols);
    free(k->slots);
    free(k->nodes);
    buf_free(&k->scratch);
    buf_free(&k->list);
    free(k);
}

size_t page_rows(const PageSink *k)
{
    return k->rows;
}

/* ---- one value into its builder ---- */

static bool malformed(PageCol *c, Str text, Error *err)
{
    if (!c->malformed++)
        snprintf(c->example, sizeof c->example, "%.*s", (int)(text.n < 60 ? text.n : 60), text.p);
    return builder_null(c->builder, err);
}

static bool put_int(PageCol *c, Str text, Error *err)
{
    int64_t i;
    double d;
    if (parse_int(text, &i))
        return builder_int(c->builder, i, err);
    if (parse_real(text, &d) && d == (double)(int64_t)d && d > -9e15 && d < 9e15)
        return builder_int(c->builder, (int64_t)d, err);
    return malformed(c, text, err);
}

static bool put_time(PageCol *c, Str text, SlotState state, Error *err)
{
    int64_t us, n;
    TimeUnit unit;
    if (c->format && date_by_format(text, c->format, &us, &unit)) {
        builder_time_unit(c->builder, unit);
        return builder_int(c->builder, us, err);
    }
    if (state == SLOT_TEXT && time_parse(text, DATE_ISO, &us, &unit)) {
        builder_time_unit(c->builder, unit);
        return builder_int(c->builder, us, err);
    }
    if (parse_int(text, &n)) {
        int64_t scale = c->epoch_seconds ? US_PER_SECOND : 1000;
        builder_time_unit(c->builder, n % 1000 && !c->epoch_seconds ? TIME_MILLI : TIME_SECOND);
        return builder_int(c->builder, n * scale, err);
    }
    return malformed(c, text, err);
}

static bool put_value(PageCol *c, Str text, SlotState state, Error *err)
{
    bool truth;
    double d;
    if (state == SLOT_ABSENT || state == SLOT_NULL)
        return builder_null(c->builder, err);
    if (state == SLOT_TRUE || state == SLOT_FALSE)
        text = state == SLOT_TRUE ? STR("true") : STR("false");
    switch (c->kind) {
    case FIELD_INT:
        return put_int(c, text, err);
    case FIELD_REAL:
        return parse_real(text, &d) ? builder_real(c->builder, d, err) : malformed(c, text, err);
    case FIELD_BOOL:
        return parse_bool(text, &truth) ? builder_int(c->builder, truth, err)
                                        : malformed(c, text, err);
    case FIELD_TIME:
        return put_time(c, text, state, err);
    default:
        return builder_text(c->builder, text, err);
    }
}

/* ---- one document ---- */

static bool put_list(PageSink *k, PageCol *c, const Slot *slot, size_t row, Error *err)
{
    Str text = {k->scratch.p + slot->from, slot->n};
    if (c->counts)
        return builder_int(c->builder, (int64_t)slot->elements, err);
    if (c->lengths) {
        c->listed = true;
        return builder_null(c->builder, err);
    }
    if (slot->elements == 0)
        return builder_null(c->builder, err);
    bool strings = column_type(c) == COL_TEXT;
    if (k->lists == LIST_JOIN && !strings && slot->elements > 1) {
        fail(err, ERR_DATA, "field '%s' holds a list of numbers in document %zu", c->path,
             k->rows + 1);
        return error_hint(err, "say what to do with it: --lists first, count, explode");
    }
    if (k->lists == LIST_ERROR && slot->elements > 1)
        return fail(err, ERR_DATA, "field '%s' holds a list of %zu values in document %zu", c->path,
                    slot->elements, k->rows + 1);
    if (k->lists == LIST_JOIN) {
        for (char *p = k->scratch.p + slot->from; p < k->scratch.p + slot->from + slot->n; p++)
            *p = *p == LIST_SEP ? '|' : *p;
        return put_value(c, text, SLOT_TEXT, err);
    }
    Str part = STR_NULL;
    for (size_t i = 0; i <= row && i < slot->elements; i++)
        part = str_split(text, LIST_SEP, &text);
    if (row >= slot->elements)
        return builder_null(c->builder, err);
    return put_value(c, part, SLOT_TEXT, err);
}

bool page_document_end(PageSink *k, Error *err)
{
    size_t rows = 1;
    for (size_t j = 0; k->lists == LIST_EXPLODE && j < k->n; j++)
        if (k->slots[j].state == SLOT_LIST && !k->cols[j].counts && k->slots[j].elements > rows)
            rows = k->slots[j].elements;
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < k->n; j++) {
            const Slot *s = &k->slots[j];
            Str text = {k->scratch.p + s->from, s->n};
            bool there = s->state != SLOT_ABSENT && s->state != SLOT_NULL;
            bool ok = s->state == SLOT_LIST ? put_list(k, &k->cols[j], s, r, err)
                      : k->cols[j].counts   ? builder_int(k->cols[j].builder, there, err)
                                            : put_value(&k->cols[j], text, s->state, err);
            if (ok && k->cols[j].lengths)
                ok = builder_int(k->cols[j].lengths,
                                 s->state == SLOT_LIST ? (int64_t)s->elements : there, err);
            if (!ok)
                return false;
        }
    k->rows += rows;
    memset(k->slots, 0, (k->n + 1) * sizeof *k->slots);
    buf_clear(&k->scratch);
    return true;
}

size_t page_malformed(const PageSink *k, Buf *example)
{
    size_t total = 0;
    for (size_t j = 0; j < k->n; j++) {
        total += k->cols[j].malformed;
        if (k->cols[j].malformed && example)
            buf_printf(example, "%s%s: %zu (%s)", example->n ? ", " : "", k->cols[j].path,
                       k->cols[j].malformed, k->cols[j].example);
    }
    return total;
}

Frame *page_finish(PageSink *k, const char *origin, Error *err)
{
    Column **cols = xcalloc(k->n + 1, sizeof *cols);
    char **names = xcalloc(k->n + 1, sizeof *names);
    bool ok = true;
    for (size_t j = 0; j < k->n; j++) {
        names[j] = k->cols[j].path;
        ColumnBuilder **b = k->cols[j].listed ? &k->cols[j].lengths : &k->cols[j].builder;
        cols[j] = builder_finish(*b, ok ? err : NULL);
        *b = NULL;
        ok = ok && cols[j];
    }
    Frame *f = NULL;
    if (ok) {
        f = frame_new(names, cols, k->n, k->rows);
        frame_set_origin(f, origin);
    } else {
        for (size_t j = 0; j < k->n; j++)
            column_unref(cols[j]);
    }
    free(cols);
    free(names);
    return f;
}
