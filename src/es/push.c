/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * push.c - the rows of a frame as documents.
 *
 * A document's id comes from its columns, so that writing the same table twice changes nothing: a
 * column, or a template such as {user}_{post} in which '_' and '%' inside a value are
 * percent-encoded, so that the parts can be told apart again. Nulls are left out. A list (a|b|c)
 * becomes an array. Moments are written as finely as their column has them.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "es/push.h"

#define ID_MAX 512 /* bytes; the engines refuse longer ids */

void buf_es_time(Buf *b, int64_t us, TimeUnit unit)
{
    size_t from = b->n;
    buf_time(b, us, unit);
    for (size_t i = from; i < b->n; i++)
        if (b->p[i] == ' ')
            b->p[i] = 'T';
    if (unit != TIME_DAY)
        buf_putc(b, 'Z');
}

static void put_list(Buf *out, Str text)
{
    buf_putc(out, '[');
    bool first = true;
    for (Str rest = text, part; rest.n; first = false) {
        part = str_split(rest, '|', &rest);
        if (!first)
            buf_putc(out, ',');
        buf_json_str(out, part);
    }
    buf_putc(out, ']');
}

static void put_value(const Column *c, size_t row, bool list, Buf *out)
{
    switch (c->type) {
    case COL_INT:
        buf_int(out, c->v.i[row]);
        break;
    case COL_REAL:
        buf_json_real(out, c->v.d[row]);
        break;
    case COL_BOOL:
        buf_puts(out, c->v.b[row] ? "true" : "false");
        break;
    case COL_TIME:
        buf_putc(out, '"');
        buf_es_time(out, c->v.i[row], c->unit);
        buf_putc(out, '"');
        break;
    case COL_CODE:
    case COL_TEXT:
        if (list)
            put_list(out, column_text(c, row));
        else
            buf_json_str(out, column_text(c, row));
        break;
    }
}

void push_document(const Frame *f, size_t row, const uint8_t *list, Buf *out)
{
    bool first = true;
    buf_putc(out, '{');
    for (size_t j = 0; j < f->ncols; j++) {
        if (column_is_null(f->cols[j], row))
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        buf_json_str(out, str_of(f->names[j]));
        buf_putc(out, ':');
        put_value(f->cols[j], row, list && list[j], out);
    }
    buf_putc(out, '}');
}

/* ---- ids ---- */

typedef struct IdPart {
    Str literal;
    long col; /* -1: the literal */
} IdPart;

typedef struct IdRule {
    size_t n;
    IdPart part[16];
    bool row_number;
    size_t first_row;
} IdRule;

static bool id_rule(const Frame *f, const PushOptions *opt, IdRule *r, Error *err)
{
    const char *text = opt->id;
    *r = (IdRule){.row_number = text == NULL, .first_row = opt->first_row};
    if (!text)
        return true;
    if (!strchr(text, '{')) {
        const Column *c = frame_need(f, str_of(text), NULL, SPAN_NONE, err);
        r->part[r->n++] = (IdPart){STR_NULL, c ? frame_find(f, str_of(text)) : -1};
        return c != NULL;
    }
    for (const char *p = text; *p;) {
        if (r->n == sizeof r->part / sizeof *r->part)
            return fail(err, ERR_USAGE, "the id '%s' has too many parts", text);
        size_t n = strcspn(p, "{");
        if (n) {
            r->part[r->n++] = (IdPart){{p, n}, -1};
            p += n;
            continue;
        }
        n = strcspn(p, "}");
        if (!p[n])
            return fail(err, ERR_USAGE, "the id '%s' lacks a '}'", text);
        Str name = {p + 1, n - 1};
        if (!frame_need(f, name, NULL, SPAN_NONE, err))
            return false;
        r->part[r->n++] = (IdPart){STR_NULL, frame_find(f, name)};
        p += n + 1;
    }
    return true;
}

static void put_id_value(Buf *out, Str value)
{
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '_' || value.p[i] == '%')
            buf_printf(out, "%%%02X", (unsigned char)value.p[i]);
        else
            buf_putc(out, value.p[i]);
    }
}

static bool make_id(const Frame *f, const IdRule *r, size_t row, Buf *out, Error *err)
{
    buf_clear(out);
    if (r->row_number) {
        buf_int(out, (int64_t)(row + r->first_row) + 1);
        return true;
    }
    Buf value = BUF_INIT;
    for (size_t i = 0; i < r->n; i++) {
        if (r->part[i].col < 0) {
            buf_str(out, r->part[i].literal);
            continue;
        }
        buf_clear(&value);
        column_print(f->cols[r->part[i].col], row, &value);
        if (r->n == 1)
            buf_str(out, buf_slice(&value));
        else
            put_id_value(out, buf_slice(&value));
    }
    buf_free(&value);
    if (out->n == 0)
        return fail_row(err, ERR_DATA, (long)row + 1, "row %zu has no id", row + 1);
    if (out->n > ID_MAX)
        return fail_row(err, ERR_DATA, (long)row + 1,
                        "row %zu: the id has %zu bytes, %d are allowed", row + 1, out->n, ID_MAX);
    return true;
}

/* ---- rows ---- */

static void put_action(const PushOptions *opt, Str id, Buf *out)
{
    buf_clear(out);
    buf_puts(out, "{\"index\":{\"_id\":");
    buf_json_str(out, id);
    if (opt->version > 0)
        buf_printf(out, ",\"version\":%lld,\"version_type\":\"external_gte\"",
                   (long long)opt->version);
    buf_puts(out, "}}");
}

static uint8_t *list_columns(const Frame *f, const char *lists)
{
    uint8_t *list = xcalloc(f->ncols + 1, 1);
    for (Str rest = str_of(lists ? lists : ""), name; rest.n;) {
        name = str_trim(str_split(rest, ',', &rest));
        long j = frame_find(f, name);
        if (j >= 0 && (f->cols[j]->type == COL_CODE || f->cols[j]->type == COL_TEXT))
            list[j] = 1;
    }
    return list;
}

bool es_push(Client *c, const Frame *f, const PushOptions *opt, PushLedger *ledger, Error *err)
{
    IdRule rule;
    if (!id_rule(f, opt, &rule, err))
        return false;
    Bulk *b = bulk_open(c, &opt->bulk, ledger, err);
    if (!b)
        return false;
    uint8_t *list = list_columns(f, opt->lists);
    Buf id = BUF_INIT, action = BUF_INIT, doc = BUF_INIT;
    bool ok = true;
    for (size_t i = 0; ok && i < f->rows; i++) {
        ok = make_id(f, &rule, i, &id, err);
        if (!ok)
            break;
        put_action(opt, buf_slice(&id), &action);
        buf_clear(&doc);
        push_document(f, i, list, &doc);
        ok = bulk_item(b, buf_slice(&id), buf_slice(&action), buf_slice(&doc), err);
        if (i % 1024 == 0)
            progress_tick("writing", (double)i, (double)f->rows, "documents");
    }
    if (ok)
        ok = bulk_close(b, true, err);
    else
        bulk_abandon(b);
    buf_free(&id);
    buf_free(&action);
    buf_free(&doc);
    free(list);
    return ok;
}

bool push_dry(const Frame *f, const PushOptions *opt, size_t n, Buf *out, size_t *bytes, Error *err)
{
    IdRule rule;
    if (!id_rule(f, opt, &rule, err))
        return false;
    uint8_t *list = list_columns(f, opt->lists);
    Buf id = BUF_INIT, action = BUF_INIT, doc = BUF_INIT;
    size_t step = f->rows / 1000 + 1, seen = 0, total = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < f->rows; i += i < n ? 1 : step) {
        ok = make_id(f, &rule, i, &id, err);
        if (!ok)
            break;
        put_action(opt, buf_slice(&id), &action);
        buf_clear(&doc);
        push_document(f, i, list, &doc);
        total += action.n + doc.n + 2;
        seen++;
        if (i < n)
            buf_printf(out, "%s\n%s\n", action.p, doc.p);
    }
    *bytes = seen ? (size_t)((double)total / (double)seen * (double)f->rows) : 0;
    buf_free(&id);
    buf_free(&action);
    buf_free(&doc);
    free(list);
    return ok;
}
