/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page_cols.c - gathered documents into columns.
 *
 * A sink has a column for each wanted field of the mapping and a trie of their paths. page.c fills
 * a slot a column while it reads a document; when the document ends its values go to the builders,
 * for only then is it known which columns it lacks and how many rows an exploded list makes. A
 * value that does not fit its column's type is null there and counted.
 */
#include <math.h>
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
    k->nodes[k->nnodes] = (Node){.name = {xstrndup(name.p, name.n), name.n},
                                 .col = -1,
                                 .parent = parent,
                                 .next = k->nodes[parent].child};
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

/* A column for a field, and its path in the trie. */
static void add_field(PageSink *k, const Field *f)
{
    PageCol *c = add_column(k, f->path, f->kind);
    c->epoch_seconds = f->epoch_seconds;
    c->epoch_first = f->epoch_first;
    c->format = f->format ? xstrdup(f->format) : NULL;
    c->counts = f->kind == FIELD_NESTED;
    c->nested = f->container > 0;
    c->policy = c->nested ? k->nested : k->lists;
    c->lengths = c->policy == LIST_COUNT && !c->counts ? builder_new(COL_INT) : NULL;
    size_t at = 0;
    for (Str rest = str_of(f->path), part; rest.n;) {
        part = str_split(rest, '.', &rest);
        at = page_node(k, at, part, true);
        k->nodes[at].nested = c->nested && (size_t)(part.p + part.n - f->path) >= f->container;
    }
    k->nodes[at].col = (long)k->n - 1;
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

static bool is_or_holds(Str name, Str asked)
{
    return str_eq(name, asked) || (str_starts(name, asked) && name.p[asked.n] == '.');
}

static bool check_field(Str f, const Str *names, size_t n, size_t open, Error *err)
{
    for (size_t i = 0; i < n; i++)
        if (is_or_holds(names[i], f)) {
            if (i < open)
                return true;
            fail(err, ERR_NAME, "'%.*s' is inside nested objects, which are only counted",
                 STR_ARG(f));
            return error_hint(
                err, "--nested first, multihot, explode or join makes columns of their fields");
        }
    long near = nearest_name(f, names, open);
    fail(err, ERR_NAME, "no field '%.*s' in the mapping", STR_ARG(f));
    return near < 0 ? false : error_hint(err, "did you mean '%s'?", names[near].p);
}

/* `open`: the fields inside nested objects are columns too. */
static bool check_fields(const Schema *s, const char *fields, bool open, Error *err)
{
    size_t inner = s->inner ? s->inner->n : 0;
    Str *names = xcalloc(s->n + inner + 1, sizeof *names);
    bool ok = true;
    for (size_t i = 0; i < s->n; i++)
        names[i] = str_of(s->fields[i].path);
    for (size_t i = 0; i < inner; i++)
        names[s->n + i] = str_of(s->inner->fields[i].path);
    for (Str rest = str_of(fields), f; ok && rest.n;) {
        f = str_trim(str_split(rest, ',', &rest));
        ok = check_field(f, names, s->n + inner, open ? s->n + inner : s->n, err);
    }
    free(names);
    return ok;
}

PageSink *page_sink_new(const Schema *s, const PullOptions *opt, Error *err)
{
    bool open = opt->nested != LIST_COUNT;
    if (opt->fields && !check_fields(s, opt->fields, open, err))
        return NULL;
    PageSink *k = xcalloc(1, sizeof *k);
    k->lists = opt->lists;
    k->nested = opt->nested;
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
        bool opened = open && f->kind == FIELD_NESTED;
        if (f->kind != FIELD_OTHER && !opened && wanted(opt->fields, f->path))
            add_field(k, f);
    }
    for (size_t i = 0; open && s->inner && i < s->inner->n; i++)
        if (s->inner->fields[i].kind != FIELD_OTHER &&
            wanted(opt->fields, s->inner->fields[i].path))
            add_field(k, &s->inner->fields[i]);
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

/* Digits behind the sixth of a second, other than 0. */
static bool is_finer(Str text)
{
    size_t dot = 0;
    while (dot < text.n && text.p[dot] != '.' && text.p[dot] != ',')
        dot++;
    for (size_t i = dot + 7; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++)
        if (text.p[i] != '0')
            return true;
    return false;
}

static bool put_time(PageCol *c, Str text, SlotState state, Error *err)
{
    int64_t us, n;
    TimeUnit unit;
    int64_t scale = c->epoch_seconds ? US_PER_SECOND : 1000;
    double d;
    if (!(c->format && date_by_format(text, c->format, &us, &unit)) &&
        !date_as_usual(text, c->epoch_first || c->epoch_seconds, &us, &unit)) {
        unit = TIME_SECOND;
        if (parse_int(text, &n) && n < INT64_MAX / scale && n > INT64_MIN / scale)
            us = n * scale;
        else if (parse_real(text, &d) && fabs(d) < 9e15 / (double)scale * 1000)
            us = (int64_t)llround(d * (double)scale);
        else
            return malformed(c, text, err);
        if (us % US_PER_SECOND)
            unit = us % 1000 ? TIME_MICRO : TIME_MILLI;
    }
    c->finer += state == SLOT_TEXT && is_finer(text);
    builder_time_unit(c->builder, unit);
    return builder_int(c->builder, us, err);
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

/* Joined texts: a|b. */
static bool put_joined(PageSink *k, PageCol *c, const Slot *slot, size_t row, Error *err)
{
    for (char *p = k->scratch.p + slot->from; p < k->scratch.p + slot->from + slot->n; p++) {
        k->bars += row == 0 && *p == '|';
        *p = *p == LIST_SEP ? '|' : *p;
    }
    return put_value(c, (Str){k->scratch.p + slot->from, slot->n}, SLOT_TEXT, err);
}

static bool put_list(PageSink *k, PageCol *c, const Slot *slot, size_t row, Error *err)
{
    Str text = {k->scratch.p + slot->from, slot->n};
    bool strings = column_type(c) == COL_TEXT, one = slot->elements == 1;
    if (c->counts)
        return builder_int(c->builder, (int64_t)slot->elements, err);
    if (c->lengths) {
        c->listed = true;
        return builder_null(c->builder, err);
    }
    if (c->policy == LIST_MULTIHOT && strings) {
        c->listed = true;
        return builder_text(c->builder, text, err);
    }
    if (slot->elements == 0)
        return builder_null(c->builder, err);
    if ((c->policy == LIST_JOIN || c->policy == LIST_MULTIHOT) && !strings && !one) {
        fail(err, ERR_DATA, "field '%s' holds a list of numbers in document %zu", c->path,
             k->documents + 1);
        return error_hint(err, "say what to do with it: --%s first, %sexplode",
                          c->nested ? "nested" : "lists", c->nested ? "" : "count, ");
    }
    if (c->policy == LIST_ERROR && !one)
        return fail(err, ERR_DATA, "field '%s' holds a list of %zu values in document %zu", c->path,
                    slot->elements, k->documents + 1);
    if (c->policy == LIST_JOIN)
        return put_joined(k, c, slot, row, err);
    if (row >= slot->elements)
        return builder_null(c->builder, err);
    Str part = STR_NULL;
    for (size_t i = 0; i <= row; i++)
        part = str_split(text, LIST_SEP, &text);
    bool missing = part.n == 1 && part.p[0] == LIST_MISSING;
    return missing ? builder_null(c->builder, err) : put_value(c, part, SLOT_TEXT, err);
}

bool page_document_end(PageSink *k, Error *err)
{
    size_t rows = k->explode_rows ? k->explode_rows : 1;
    for (size_t j = 0; j < k->n; j++)
        if (k->slots[j].state == SLOT_LIST && k->cols[j].policy == LIST_EXPLODE &&
            !k->cols[j].counts && k->slots[j].elements > rows)
            rows = k->slots[j].elements;
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < k->n; j++) {
            const Slot *s = &k->slots[j];
            Str text = {s->text ? s->text : k->scratch.p + s->from, s->n};
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
    k->documents++;
    k->explode_rows = k->explode_node = 0;
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

void page_notes(const PageSink *k, ReadReport *report)
{
    for (size_t j = 0; j < k->n; j++)
        if (k->cols[j].finer)
            read_note(report, "%s: %zu moment%s finer than a microsecond, the rest cut",
                      k->cols[j].path, k->cols[j].finer, k->cols[j].finer == 1 ? " is" : "s are");
    if (k->bars)
        read_note(report,
                  "%zu '|' stand%s inside the values of lists joined with '|': --lists explode or "
                  "multihot "
                  "keeps the values apart",
                  k->bars, k->bars == 1 ? "s" : "");
}

/* Texts of unsigned 64-bit integers: integers when all of them fit. */
static Column *as_integers(Column *text, Error *err)
{
    ColumnBuilder *b = builder_new(COL_INT);
    bool fit = true, ok = true;
    for (size_t i = 0; ok && fit && i < text->n; i++) {
        int64_t v;
        if (column_is_null(text, i))
            ok = builder_null(b, err);
        else if ((fit = parse_int(column_text(text, i), &v)))
            ok = builder_int(b, v, err);
    }
    if (ok && !fit) {
        builder_free(b);
        return text;
    }
    column_unref(text);
    if (ok)
        return builder_finish(b, err);
    builder_free(b);
    return NULL;
}

/* One column after the other, so that there are never two of more than one. */
static Column *in_order(Column *c, const uint32_t *order, Error *err)
{
    if (!c || !order)
        return c;
    Column *out = column_take(c, order, c->n, err);
    column_unref(c);
    return out;
}

/* The column that a field has become: its own, its lengths, or a column for each value. */
static bool finish_column(PageCol *c, const uint32_t *order, Column **cols, char **names, size_t *n,
                          Error *err)
{
    ColumnBuilder **b = c->listed && c->lengths ? &c->lengths : &c->builder;
    Column *col = in_order(builder_finish(*b, err), order, err);
    *b = NULL;
    if (col && c->kind == FIELD_UINT && !c->listed)
        col = as_integers(col, err);
    if (col && c->listed && c->policy == LIST_MULTIHOT) {
        bool ok = page_multihot(col, c->path, cols, names, n, err);
        column_unref(col);
        return ok;
    }
    if (!col)
        return false;
    names[*n] = xstrdup(c->path);
    cols[(*n)++] = col;
    return true;
}

Frame *page_finish(PageSink *k, const char *origin, const uint32_t *order, Error *err)
{
    Column **cols = NULL;
    char **names = NULL;
    size_t n = 0;
    bool ok = true;
    for (size_t j = 0; ok && j < k->n; j++) {
        cols = xrealloc(cols, (n + HOT_MAX + 1) * sizeof *cols);
        names = xrealloc(names, (n + HOT_MAX + 1) * sizeof *names);
        ok = finish_column(&k->cols[j], order, cols, names, &n, err);
    }
    Frame *f = NULL;
    if (ok) {
        f = frame_new(names, cols, n, k->rows);
        frame_set_origin(f, origin);
    }
    for (size_t j = 0; j < n; j++) {
        if (!ok)
            column_unref(cols[j]);
        free(names[j]);
    }
    free(cols);
    free(names);
    return f;
}
