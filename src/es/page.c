/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page.c - the text of one search answer into columns.
 *
 * yajl hands over numbers as raw text, so 9007199254740993 stays what it is. The position in the answer is a stack of
 * places: the envelope, a hit, and inside _source a node of the trie of field paths. A document's values are gathered
 * first (text in one scratch buffer, a slot a column) and go to the builders when the document ends: only then is it
 * known which columns it lacks and how many rows a list that is exploded makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "es/page.h"

#define DEPTH_MAX 64
#define LIST_SEP '\x1e' /* between elements of an exploded list in the scratch: no JSON text holds it unescaped */

typedef enum SlotState { SLOT_ABSENT, SLOT_NULL, SLOT_TEXT, SLOT_NUMBER, SLOT_TRUE, SLOT_FALSE, SLOT_LIST } SlotState;

typedef struct Slot {
    SlotState state;
    size_t from, n;      /* in the scratch */
    size_t elements;     /* of a list */
} Slot;

typedef struct Node {
    Str name;
    long col;            /* column of the sink, or -1 */
    size_t child, next;  /* indexes of nodes, 0: none */
} Node;

typedef struct PageCol {
    char *path;
    FieldKind kind;
    bool epoch_seconds, counts, listed;
    ColumnBuilder *builder;
    ColumnBuilder *lengths;  /* LIST_COUNT: how many values; the column, once a list was met */
    size_t malformed;
    char example[64];
} PageCol;

struct PageSink {
    size_t n;
    PageCol *cols;
    Slot *slots;
    size_t nnodes;
    Node *nodes;
    long id_col;
    ListPolicy lists, nested;
    size_t rows;
    Buf scratch, list;
};

/* ---- the columns ---- */

static size_t node_child(PageSink *k, size_t parent, Str name, bool make)
{
    for (size_t i = k->nodes[parent].child; i; i = k->nodes[i].next)
        if (str_eq(k->nodes[i].name, name))
            return i;
    if (!make)
        return 0;
    k->nodes = xrealloc(k->nodes, (k->nnodes + 1) * sizeof *k->nodes);
    k->nodes[k->nnodes] = (Node){.name = {xstrndup(name.p, name.n), name.n}, .col = -1, .next = k->nodes[parent].child};
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
        c->counts = f->kind == FIELD_NESTED;
        c->lengths = opt->lists == LIST_COUNT && !c->counts ? builder_new(COL_INT) : NULL;
        size_t at = 0;
        for (Str rest = str_of(f->path), part; rest.n;) {
            part = str_split(rest, '.', &rest);
            at = node_child(k, at, part, true);
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
        return parse_bool(text, &truth) ? builder_int(c->builder, truth, err) : malformed(c, text, err);
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
        fail(err, ERR_DATA, "field '%s' holds a list of numbers in document %zu", c->path, k->rows + 1);
        return error_hint(err, "say what to do with it: --lists first, count, explode");
    }
    if (k->lists == LIST_ERROR && slot->elements > 1)
        return fail(err, ERR_DATA, "field '%s' holds a list of %zu values in document %zu", c->path, slot->elements, k->rows + 1);
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

static bool flush_document(PageSink *k, Error *err)
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
                ok = builder_int(k->cols[j].lengths, s->state == SLOT_LIST ? (int64_t)s->elements : there, err);
            if (!ok)
                return false;
        }
    k->rows += rows;
    memset(k->slots, 0, (k->n + 1) * sizeof *k->slots);
    buf_clear(&k->scratch);
    return true;
}

/* ---- the answer ---- */

typedef enum Where { AT_TOP, AT_SHARDS, AT_FAILURES, AT_HITS, AT_TOTAL, AT_LIST, AT_HIT, AT_SOURCE, AT_SORT, AT_SKIP } Where;

typedef struct Level {
    Where where;
    bool array;
    bool many;            /* AT_SOURCE: inside a list, so that a path may come again */
    size_t node;          /* AT_SOURCE: the trie */
} Level;

typedef struct Parse {
    PageSink *k;
    PageInfo *info;
    Error *err;
    int depth;
    Level at[DEPTH_MAX];
    Buf key;              /* the pending key */
    size_t pending;       /* trie node of the pending key (0: none) */
} Parse;

static bool key_is(const Parse *p, const char *z)
{
    return str_eqz(buf_slice(&p->key), z);
}

static Level *top(Parse *p)
{
    return &p->at[p->depth];
}

static bool push(Parse *p, Where where, bool array, size_t node)
{
    if (p->depth + 1 >= DEPTH_MAX)
        return fail(p->err, ERR_REMOTE, "the answer is nested deeper than %d levels", DEPTH_MAX);
    bool many = where == AT_SOURCE && top(p)->where == AT_SOURCE && (array || top(p)->many);
    p->at[++p->depth] = (Level){.where = where, .array = array, .many = many, .node = node};
    return true;
}

/* A scalar inside _source: text as it came. */
static void put_scalar(Parse *p, SlotState state, Str text)
{
    PageSink *k = p->k;
    Level *l = top(p);
    size_t node = l->array ? l->node : p->pending;
    long col = node ? k->nodes[node].col : -1;
    if (col < 0)
        return;
    Slot *s = &k->slots[col];
    if (!l->many) {
        *s = (Slot){state, k->scratch.n, text.n, 0};
        buf_str(&k->scratch, text);
        return;
    }
    if (state == SLOT_NULL)
        return;
    if (state == SLOT_TRUE || state == SLOT_FALSE)
        text = state == SLOT_TRUE ? STR("true") : STR("false");
    if (s->state != SLOT_LIST)
        *s = (Slot){SLOT_LIST, k->scratch.n, 0, 0};
    if (s->from + s->n != k->scratch.n) { /* a list of objects: another path's values came between */
        buf_reserve(&k->scratch, s->n + 1);
        size_t from = k->scratch.n;
        buf_put(&k->scratch, k->scratch.p + s->from, s->n);
        s->from = from;
    }
    if (s->elements++) {
        buf_putc(&k->scratch, LIST_SEP);
        s->n++;
    }
    buf_str(&k->scratch, text);
    s->n += text.n;
}

static void put_sort(Parse *p, Str json)
{
    if (p->info->sort.n > 1)
        buf_putc(&p->info->sort, ',');
    buf_str(&p->info->sort, json);
}

static int on_scalar(Parse *p, SlotState state, Str text)
{
    Level *l = top(p);
    PageInfo *i = p->info;
    int64_t n = -1;
    switch (l->where) {
    case AT_TOP:
        if (key_is(p, "_scroll_id") || key_is(p, "pit_id")) {
            buf_clear(&i->context);
            buf_str(&i->context, text);
        } else if (key_is(p, "timed_out")) {
            i->timed_out = state == SLOT_TRUE;
        }
        break;
    case AT_SHARDS:
        if (key_is(p, "total") && parse_int(text, &n))
            i->shards_total = n;
        else if (key_is(p, "failed") && parse_int(text, &n))
            i->shards_failed = n;
        break;
    case AT_FAILURES:
        if (key_is(p, "reason") && state == SLOT_TEXT)
            snprintf(i->failure, sizeof i->failure, "%.*s", (int)(text.n < 190 ? text.n : 190), text.p);
        break;
    case AT_HITS:
        if (key_is(p, "total") && parse_int(text, &n))
            i->total = n;
        break;
    case AT_TOTAL:
        if (key_is(p, "value") && parse_int(text, &n))
            i->total = n;
        else if (key_is(p, "relation"))
            i->gte = str_eqz(text, "gte");
        break;
    case AT_HIT:
        if (key_is(p, "_id") && p->k->id_col >= 0) {
            p->k->slots[p->k->id_col] = (Slot){SLOT_TEXT, p->k->scratch.n, text.n, 0};
            buf_str(&p->k->scratch, text);
        }
        break;
    case AT_SOURCE:
        put_scalar(p, state, text);
        break;
    case AT_SORT:
        if (state == SLOT_TEXT) {
            Buf q = BUF_INIT;
            buf_json_str(&q, text);
            put_sort(p, buf_slice(&q));
            buf_free(&q);
        } else {
            put_sort(p, state == SLOT_NULL ? STR("null") : state == SLOT_TRUE ? STR("true") : state == SLOT_FALSE ? STR("false") : text);
        }
        break;
    case AT_LIST:
    case AT_SKIP:
        break;
    }
    return 1;
}

static int on_null(void *ctx)
{
    return on_scalar(ctx, SLOT_NULL, STR(""));
}

static int on_bool(void *ctx, int v)
{
    return on_scalar(ctx, v ? SLOT_TRUE : SLOT_FALSE, v ? STR("true") : STR("false"));
}

static int on_number(void *ctx, const char *z, size_t n)
{
    return on_scalar(ctx, SLOT_NUMBER, (Str){z, n});
}

static int on_string(void *ctx, const unsigned char *z, size_t n)
{
    return on_scalar(ctx, SLOT_TEXT, (Str){(const char *)z, n});
}

static int on_key(void *ctx, const unsigned char *z, size_t n)
{
    Parse *p = ctx;
    buf_clear(&p->key);
    buf_put(&p->key, (const char *)z, n);
    if (top(p)->where == AT_SOURCE) {
        /* a dotted key stands for a path */
        size_t node = top(p)->node;
        for (Str rest = {(const char *)z, n}, part; rest.n;) {
            part = str_split(rest, '.', &rest);
            node = node_child(p->k, node, part, false);
            if (!node)
                break;
        }
        p->pending = node;
    }
    return 1;
}

static Where object_under(const Parse *p)
{
    switch (p->at[p->depth].where) {
    case AT_TOP:
        return key_is(p, "_shards") ? AT_SHARDS : key_is(p, "hits") ? AT_HITS : AT_SKIP;
    case AT_SHARDS:
    case AT_FAILURES:
        return AT_FAILURES;
    case AT_HITS:
        return key_is(p, "total") ? AT_TOTAL : AT_SKIP;
    case AT_LIST:
        return AT_HIT;
    case AT_HIT:
        return key_is(p, "_source") ? AT_SOURCE : AT_SKIP;
    case AT_SOURCE:
        return AT_SOURCE;
    default:
        return AT_SKIP;
    }
}

static int on_map(void *ctx)
{
    Parse *p = ctx;
    if (p->depth == 0 && top(p)->where == AT_SKIP) { /* the outermost brace */
        top(p)->where = AT_TOP;
        return push(p, AT_TOP, false, 0);
    }
    Where w = object_under(p);
    size_t node = 0;
    if (w == AT_SOURCE && top(p)->where == AT_SOURCE) {
        size_t here = top(p)->array ? top(p)->node : p->pending;
        long col = here ? p->k->nodes[here].col : -1;
        if (col >= 0 && p->k->cols[col].kind == FIELD_NESTED) { /* an object of a nested field: counted */
            Slot *s = &p->k->slots[col];
            s->state = SLOT_LIST;
            s->elements++;
            w = AT_SKIP;
        } else if (!here) {
            w = AT_SKIP;
        }
        node = here;
    }
    return push(p, w, false, node);
}

static int on_map_end(void *ctx)
{
    Parse *p = ctx;
    bool hit = top(p)->where == AT_HIT;
    p->depth--;
    if (!hit)
        return 1;
    p->info->hits++;
    return flush_document(p->k, p->err);
}

static int on_array(void *ctx)
{
    Parse *p = ctx;
    Level *l = top(p);
    switch (l->where) {
    case AT_HITS:
        return push(p, key_is(p, "hits") ? AT_LIST : AT_SKIP, true, 0);
    case AT_SHARDS:
    case AT_FAILURES:
        return push(p, AT_FAILURES, true, 0);
    case AT_HIT:
        if (!key_is(p, "sort"))
            return push(p, AT_SKIP, true, 0);
        buf_clear(&p->info->sort);
        buf_putc(&p->info->sort, '[');
        return push(p, AT_SORT, true, 0);
    case AT_SOURCE: {
        size_t node = l->array ? l->node : p->pending;
        long col = node ? p->k->nodes[node].col : -1;
        if (col >= 0 && p->k->slots[col].state == SLOT_ABSENT)
            p->k->slots[col] = (Slot){SLOT_LIST, p->k->scratch.n, 0, 0};
        return push(p, node ? AT_SOURCE : AT_SKIP, true, node);
    }
    default:
        return push(p, AT_SKIP, true, 0);
    }
}

static int on_array_end(void *ctx)
{
    Parse *p = ctx;
    if (top(p)->where == AT_SORT)
        buf_putc(&p->info->sort, ']');
    p->depth--;
    return 1;
}

static const yajl_callbacks callbacks = {
    .yajl_null = on_null,
    .yajl_boolean = on_bool,
    .yajl_number = on_number,
    .yajl_string = on_string,
    .yajl_map_key = on_key,
    .yajl_start_map = on_map,
    .yajl_end_map = on_map_end,
    .yajl_start_array = on_array,
    .yajl_end_array = on_array_end,
};

void page_info_clear(PageInfo *p)
{
    buf_free(&p->context);
    buf_free(&p->sort);
    *p = (PageInfo){.total = -1};
}

bool page_parse(PageSink *k, Str text, PageInfo *info, Error *err)
{
    Parse p = {.k = k, .info = info, .err = err};
    p.at[0].where = AT_SKIP;
    info->hits = 0;
    info->total = -1;
    info->shards_total = info->shards_failed = 0;
    yajl_handle y = yajl_alloc(&callbacks, NULL, &p);
    yajl_config(y, yajl_dont_validate_strings, 1);
    yajl_status s = yajl_parse(y, (const unsigned char *)text.p, text.n);
    if (s == yajl_status_ok)
        s = yajl_complete_parse(y);
    if (s != yajl_status_ok && !error_is_set(err))
        fail(err, ERR_REMOTE, "the answer is no JSON from byte %zu on (of %zu): was it cut?", yajl_get_bytes_consumed(y), text.n);
    yajl_free(y);
    buf_free(&p.key);
    return !error_is_set(err);
}

size_t page_malformed(const PageSink *k, Buf *example)
{
    size_t total = 0;
    for (size_t j = 0; j < k->n; j++) {
        total += k->cols[j].malformed;
        if (k->cols[j].malformed && example)
            buf_printf(example, "%s%s: %zu (%s)", example->n ? ", " : "", k->cols[j].path, k->cols[j].malformed, k->cols[j].example);
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
