/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * where.c - `load es:I where E`: as much of the condition as the engine can be trusted with.
 *
 * What an index knows and what stands in a document differ: floats are narrower, long keywords are
 * not indexed, a list answers by any of its values. So only what can never lose a row is handed
 * over, and the whole condition is applied again to the rows that come:
 *
 *     x = 1, 'a'   x in (..)   x < 1, between   true/false columns     a term, terms, a range
 *     a and b                                                         what of the two can be said
 *     a or b                                                          only when both can
 *     is null, is not null                                            exists: number, date, boolean
 *     everything else (!=, not, like, functions)                      nothing: decided here
 */
#include <math.h>
#include <stdlib.h>

#include "es/where.h"

#define KEYWORD_SURE 100 /* bytes; longer values may be over a mapping's ignore_above */

static const Field *field_at(const Schema *s, const Expr *e)
{
    Str name = expr_column_name(e);
    long at = name.p ? schema_find(s, name) : -1;
    const Field *f = at >= 0 ? &s->fields[at] : NULL;
    return f && !f->hidden ? f : NULL;
}

/* Does the index hold this field's values as they stand in the documents? */
static bool exact(const Field *f)
{
    return f->kind == FIELD_INT || f->kind == FIELD_BOOL || strcmp(f->type, "double") == 0 ||
           strcmp(f->type, "keyword") == 0 || strcmp(f->type, "date") == 0;
}

/* A literal as the engine reads it; `up` says which way a moment between two milliseconds goes. */
static bool put_literal(const Field *f, const ExprNode *v, bool up, Buf *out)
{
    int64_t us;
    TimeUnit unit;
    if (f->kind == FIELD_TIME) {
        if (v->kind != NODE_TEXT || !time_parse(v->text, DATE_ISO, &us, &unit))
            return false;
        int64_t ms = us / 1000 - (us % 1000 < 0);
        buf_printf(out, "%lld", (long long)(up && ms * 1000 < us ? ms + 1 : ms));
        return true;
    }
    if (f->kind == FIELD_STRING) {
        if (v->kind != NODE_TEXT || v->text.n > KEYWORD_SURE)
            return false;
        buf_json_str(out, v->text);
        return true;
    }
    if (f->kind == FIELD_BOOL) {
        if (v->kind != NODE_TRUTH)
            return false;
        buf_puts(out, v->number != 0 ? "true" : "false");
        return true;
    }
    if (v->kind != NODE_NUMBER || !isfinite(v->number) || fabs(v->number) >= 9007199254740992.0)
        return false; /* from 2^53 on the literal has lost digits */
    buf_json_real(out, v->number);
    return true;
}

static void put_name(const Field *f, const char *kind, Buf *out)
{
    buf_printf(out, "{\"%s\":{", kind);
    buf_json_str(out, str_of(f->path));
    buf_putc(out, ':');
}

/* One or two ends: gt gte lt lte. */
static bool put_range(const Field *f, const char *low_op, const ExprNode *low, const char *high_op,
                      const ExprNode *high, Buf *out)
{
    Buf b = BUF_INIT;
    put_name(f, "range", &b);
    bool ok = f->kind == FIELD_INT || f->kind == FIELD_REAL || f->kind == FIELD_TIME;
    if (low) {
        buf_printf(&b, "{\"%s\":", f->kind == FIELD_TIME ? "gte" : low_op);
        ok = ok && put_literal(f, low, false, &b);
    }
    if (high) {
        buf_printf(&b, "%s\"%s\":", low ? "," : "{", f->kind == FIELD_TIME ? "lte" : high_op);
        ok = ok && put_literal(f, high, true, &b);
    }
    buf_puts(&b, f->kind == FIELD_TIME ? ",\"format\":\"epoch_millis\"}}}" : "}}}");
    if (ok)
        buf_str(out, buf_slice(&b));
    buf_free(&b);
    return ok;
}

static bool put_term(const Field *f, const ExprNode *v, Buf *out)
{
    if (f->kind != FIELD_STRING && f->kind != FIELD_BOOL)
        return put_range(f, "gte", v, "lte", v, out);
    Buf b = BUF_INIT;
    put_name(f, "term", &b);
    bool ok = put_literal(f, v, false, &b);
    if (ok)
        buf_printf(out, "%s}}", b.p);
    buf_free(&b);
    return ok;
}

static bool compare(const ExprNode *n, const Schema *s, Buf *out)
{
    if (n->nargs != 2)
        return false;
    const Field *f = field_at(s, n->args[0]);
    bool turned = !f;
    ExprNode v = expr_node(n->args[turned ? 0 : 1]);
    if (turned)
        f = field_at(s, n->args[1]);
    if (!f || !exact(f))
        return false;
    if (str_eqz(n->text, "=="))
        return put_term(f, &v, out);
    if (!str_starts(n->text, STR("<")) && !str_starts(n->text, STR(">")))
        return false;
    bool or_equal = n->text.n == 2, low = (n->text.p[0] == '>') != turned; /* 3 < x is x > 3 */
    if (low)
        return put_range(f, or_equal ? "gte" : "gt", &v, NULL, NULL, out);
    return put_range(f, NULL, NULL, or_equal ? "lte" : "lt", &v, out);
}

static bool any_of(const ExprNode *n, const Schema *s, Buf *out)
{
    const Field *f = n->nargs > 1 ? field_at(s, n->args[0]) : NULL;
    if (!f || !exact(f))
        return false;
    Buf b = BUF_INIT;
    buf_puts(&b, "{\"bool\":{\"should\":[");
    bool ok = true;
    for (size_t i = 1; ok && i < n->nargs; i++) {
        ExprNode v = expr_node(n->args[i]);
        buf_puts(&b, i > 1 ? "," : "");
        ok = put_term(f, &v, &b);
    }
    if (ok)
        buf_printf(out, "%s],\"minimum_should_match\":1}}", b.p);
    buf_free(&b);
    return ok;
}

static bool between(const ExprNode *n, const Schema *s, Buf *out)
{
    const Field *f = n->nargs == 3 ? field_at(s, n->args[0]) : NULL;
    if (!f || !exact(f))
        return false;
    ExprNode low = expr_node(n->args[1]), high = expr_node(n->args[2]);
    return put_range(f, "gte", &low, "lte", &high, out);
}

static bool exists(const ExprNode *n, const Schema *s, bool null, Buf *out)
{
    const Field *f = n->nargs == 1 ? field_at(s, n->args[0]) : NULL;
    if (!f || !exact(f) || f->kind == FIELD_STRING)
        return false;
    buf_puts(out, null ? "{\"bool\":{\"must_not\":" : "");
    buf_puts(out, "{\"exists\":{\"field\":");
    buf_json_str(out, str_of(f->path));
    buf_puts(out, null ? "}}}}" : "}}");
    return true;
}

/* Of what is negated only `is not null` is sure. */
static bool negated(const ExprNode *n, const Schema *s, Buf *out)
{
    ExprNode inner = expr_node(n->args[0]);
    return inner.kind == NODE_CALL && str_eqz(inner.text, "is.na") && exists(&inner, s, false, out);
}

static bool both(const ExprNode *n, const Schema *s, Buf *out)
{
    Buf a = BUF_INIT, b = BUF_INIT;
    bool left = where_query(n->args[0], s, &a), right = where_query(n->args[1], s, &b);
    if (left && right)
        buf_printf(out, "{\"bool\":{\"filter\":[%s,%s]}}", a.p, b.p);
    else if (left || right)
        buf_str(out, buf_slice(left ? &a : &b));
    buf_free(&a);
    buf_free(&b);
    return left || right;
}

static bool either(const ExprNode *n, const Schema *s, Buf *out)
{
    Buf a = BUF_INIT, b = BUF_INIT;
    bool ok = where_query(n->args[0], s, &a) && where_query(n->args[1], s, &b);
    if (ok)
        buf_printf(out, "{\"bool\":{\"should\":[%s,%s],\"minimum_should_match\":1}}", a.p, b.p);
    buf_free(&a);
    buf_free(&b);
    return ok;
}

bool where_query(const Expr *e, const Schema *s, Buf *out)
{
    ExprNode n = expr_node(e);
    if (n.kind == NODE_COLUMN) {
        const Field *f = field_at(s, e);
        ExprNode yes = {.kind = NODE_TRUTH, .number = 1};
        return f && f->kind == FIELD_BOOL && put_term(f, &yes, out);
    }
    if (n.kind != NODE_CALL)
        return false;
    if (str_eqz(n.text, "&"))
        return both(&n, s, out);
    if (str_eqz(n.text, "|"))
        return either(&n, s, out);
    if (str_eqz(n.text, "in"))
        return any_of(&n, s, out);
    if (str_eqz(n.text, "between"))
        return between(&n, s, out);
    if (str_eqz(n.text, "is.na"))
        return exists(&n, s, true, out);
    if (str_eqz(n.text, "!"))
        return negated(&n, s, out);
    return compare(&n, s, out);
}
