/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * page.c - the text of one search answer into columns.
 *
 * yajl hands over numbers as raw text, so 9007199254740993 stays what it is. The position in the
 * answer is a stack of places: the envelope, a hit, and inside _source a node of the trie of field
 * paths. A document's values are gathered first (text in one scratch buffer, a slot a column) and
 * go to the builders when the document ends: only then is it known which columns it lacks and how
 * many rows a list that is exploded makes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <yajl/yajl_parse.h>

#include "page_priv.h"

#define DEPTH_MAX 64
#define SLICE 65536 /* bytes that are parsed in 0.3 ms */

typedef enum Where {
    AT_TOP,
    AT_SHARDS,
    AT_FAILURES,
    AT_HITS,
    AT_TOTAL,
    AT_LIST,
    AT_HIT,
    AT_SOURCE,
    AT_SORT,
    AT_SKIP
} Where;

typedef struct Level {
    Where where;
    bool array;
    bool many;   /* AT_SOURCE: inside a list, so that a path may come again */
    size_t node; /* AT_SOURCE: the trie */
} Level;

typedef struct Parse {
    PageSink *k;
    PageInfo *info;
    Error *err;
    int depth;
    Level at[DEPTH_MAX];
    Buf key;        /* the pending key, outside _source */
    size_t pending; /* trie node of the pending key inside it (0: none) */
    size_t last;    /* and of the last one that was known */
    Str page;       /* the answer */
    int list_depth; /* where the outermost list inside _source stands (0: in none), ... */
    size_t list;    /* ... its node, and which of its elements this is, from 1 */
    size_t nth;
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

/* A value: where it stands in the answer, or a copy of what yajl had to unescape. */
static Slot slot_of(Parse *p, SlotState state, Str text)
{
    if (text.p >= p->page.p && text.p < p->page.p + p->page.n)
        return (Slot){.state = state, .text = text.p, .n = text.n};
    Slot s = {.state = state, .from = p->k->scratch.n, .n = text.n};
    buf_str(&p->k->scratch, text);
    return s;
}

/* ---- lists ---- */

static ListPolicy policy_at(const PageSink *k, size_t node)
{
    return k->nodes[node].nested ? k->nested : k->lists;
}

/* Another element of the outermost list. */
static bool element(Parse *p, bool object)
{
    PageSink *k = p->k;
    p->nth++;
    ListPolicy policy = policy_at(k, p->list);
    if (p->nth < 2 || (policy != LIST_EXPLODE && policy != LIST_ERROR))
        return true;
    Str name = k->nodes[p->list].name;
    if (policy == LIST_ERROR)
        return !object || fail(p->err, ERR_DATA, "'%.*s' holds a list of objects in document %zu",
                               STR_ARG(name), k->documents + 1);
    if (k->explode_node && k->explode_node != p->list) {
        fail(p->err, ERR_DATA,
             "'%.*s' and '%.*s' both hold lists in document %zu: which one makes the rows?",
             STR_ARG(k->nodes[k->explode_node].name), STR_ARG(name), k->documents + 1);
        return error_hint(p->err, "--fields leaves one of them out");
    }
    k->explode_node = p->list;
    k->explode_rows = p->nth > k->explode_rows ? p->nth : k->explode_rows;
    return true;
}

/* Is the next value an element of the outermost list itself? */
static bool at_element(const Parse *p)
{
    return p->list_depth && p->depth == p->list_depth;
}

static void list_text(PageSink *k, Slot *s, Str text)
{
    buf_str(&k->scratch, text);
    s->n += text.n;
}

static void list_char(PageSink *k, Slot *s, char c)
{
    buf_putc(&k->scratch, c);
    s->n++;
}

/* The slot's text is at the end of the scratch: between the values of a list of objects those of
 * other paths came. */
static void list_to_end(PageSink *k, Slot *s)
{
    if (s->from + s->n == k->scratch.n)
        return;
    buf_reserve(&k->scratch, s->n + 1);
    size_t from = k->scratch.n;
    buf_put(&k->scratch, k->scratch.p + s->from, s->n);
    s->from = from;
}

/* The value of the n-th element is the n-th in the column's list too, so that values of one object
 * stay together; a second value in the same element is joined to the first. */
static void put_in_place(PageSink *k, Slot *s, size_t nth, Str text, bool missing)
{
    if (s->elements == nth) {
        if (missing)
            return;
        list_char(k, s, '|');
    }
    while (s->elements < nth) {
        if (s->elements++)
            list_char(k, s, LIST_SEP);
        if (s->elements < nth)
            list_char(k, s, LIST_MISSING);
    }
    if (missing)
        list_char(k, s, LIST_MISSING);
    else
        list_text(k, s, text);
}

/* A scalar inside _source: text as it came. */
static bool put_scalar(Parse *p, SlotState state, Str text)
{
    PageSink *k = p->k;
    Level *l = top(p);
    size_t node = l->array ? l->node : p->pending;
    long col = node ? k->nodes[node].col : -1;
    if (col < 0)
        return true;
    Slot *s = &k->slots[col];
    if (!l->many) {
        *s = slot_of(p, state, text);
        return true;
    }
    if (at_element(p) && !element(p, false))
        return false;
    ListPolicy policy = k->cols[col].policy;
    bool in_place = policy == LIST_FIRST || policy == LIST_EXPLODE;
    if (state == SLOT_NULL && !in_place)
        return true;
    if (state == SLOT_TRUE || state == SLOT_FALSE)
        text = state == SLOT_TRUE ? STR("true") : STR("false");
    if (s->state != SLOT_LIST)
        *s = (Slot){.state = SLOT_LIST, .from = k->scratch.n};
    list_to_end(k, s);
    if (in_place) {
        put_in_place(k, s, p->nth, text, state == SLOT_NULL);
        return true;
    }
    if (s->elements++)
        list_char(k, s, LIST_SEP);
    list_text(k, s, text);
    return true;
}

/* ---- events ---- */

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
            snprintf(i->failure, sizeof i->failure, "%.*s", (int)(text.n < 190 ? text.n : 190),
                     text.p);
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
        if (key_is(p, "_id") && p->k->id_col >= 0)
            p->k->slots[p->k->id_col] = slot_of(p, SLOT_TEXT, text);
        break;
    case AT_SOURCE:
        return put_scalar(p, state, text);
    case AT_SORT:
        if (state == SLOT_TEXT) {
            Buf q = BUF_INIT;
            buf_json_str(&q, text);
            put_sort(p, buf_slice(&q));
            buf_free(&q);
        } else {
            put_sort(p, state == SLOT_NULL    ? STR("null")
                        : state == SLOT_TRUE  ? STR("true")
                        : state == SLOT_FALSE ? STR("false")
                                              : text);
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

/* The node of a key in _source; a dotted key stands for a path. */
static size_t node_of_key(Parse *p, Str key)
{
    PageSink *k = p->k;
    size_t node = top(p)->node, guess = k->nodes[p->last].after;
    if (guess && k->nodes[guess].parent == node && str_eq(k->nodes[guess].name, key))
        return guess;
    for (Str part; key.n;) {
        part = str_split(key, '.', &key);
        node = page_node(k, node, part, false);
        if (!node)
            return 0;
    }
    k->nodes[p->last].after = node;
    return node;
}

static int on_key(void *ctx, const unsigned char *z, size_t n)
{
    Parse *p = ctx;
    if (top(p)->where != AT_SOURCE) {
        buf_clear(&p->key);
        buf_put(&p->key, (const char *)z, n);
        return 1;
    }
    p->pending = node_of_key(p, (Str){(const char *)z, n});
    p->last = p->pending ? p->pending : p->last;
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
        if (col >= 0 &&
            p->k->cols[col].kind == FIELD_NESTED) { /* an object of a nested field: counted */
            Slot *s = &p->k->slots[col];
            s->state = SLOT_LIST;
            s->elements++;
            w = AT_SKIP;
        } else if (!here) {
            w = AT_SKIP;
        } else if (at_element(p) && !element(p, true)) {
            return 0;
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
    return page_document_end(p->k, p->err);
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
            p->k->slots[col] = (Slot){.state = SLOT_LIST, .from = p->k->scratch.n};
        if (node && at_element(p) && !element(p, false))
            return 0;
        if (!push(p, node ? AT_SOURCE : AT_SKIP, true, node))
            return 0;
        if (node && !p->list_depth) {
            p->list_depth = p->depth;
            p->list = node;
            p->nth = 0;
        }
        return 1;
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
    if (p->depth == p->list_depth)
        p->list_depth = 0;
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

bool page_parse(PageSink *k, Str text, PageInfo *info, PageBetween between, void *ctx, Error *err)
{
    Parse p = {.k = k, .info = info, .err = err, .page = text};
    p.at[0].where = AT_SKIP;
    info->hits = 0;
    info->total = -1;
    info->shards_total = info->shards_failed = 0;
    yajl_handle y = yajl_alloc(&callbacks, NULL, &p);
    yajl_config(y, yajl_dont_validate_strings, 1);
    yajl_status s = yajl_status_ok;
    size_t from = 0, n = 0;
    do {
        from += n;
        n = text.n - from < SLICE ? text.n - from : SLICE;
        s = yajl_parse(y, (const unsigned char *)text.p + from, n);
        if (s == yajl_status_ok && between && !between(ctx, err))
            s = yajl_status_client_canceled;
    } while (s == yajl_status_ok && from + n < text.n);
    if (s == yajl_status_ok)
        s = yajl_complete_parse(y);
    if (s != yajl_status_ok && !error_is_set(err))
        fail(err, ERR_REMOTE, "the answer is no JSON from byte %zu on (of %zu): was it cut?",
             from + yajl_get_bytes_consumed(y), text.n);
    yajl_free(y);
    buf_free(&p.key);
    return !error_is_set(err);
}
