/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * expr_text.c - functions of texts, one row at a time.
 *
 * On a code column they run once for each level (expr_prepare.c), so none of them needs to be
 * faster than plain. Lengths and positions count code points, from 1. A part of an argument is
 * given as it lies there; new text goes into the caller's buffer.
 */
#include "expr_priv.h"

#include <math.h>

#include "base/clock.h"

static bool give_bool(Out *out, bool v)
{
    out->cell.v.b = v;
    return true;
}

static bool give_part(Out *out, Str s)
{
    out->cell.v.s = s.p ? s : STR("");
    return true;
}

static bool give_fresh(Out *out)
{
    out->fresh = true;
    return true;
}

/* Where needle begins in s at or after `from`, or SIZE_MAX. */
static size_t find(Str s, Str needle, size_t from)
{
    for (size_t i = from; i + needle.n <= s.n; i++)
        if (needle.n == 0 || memcmp(s.p + i, needle.p, needle.n) == 0)
            return i;
    return SIZE_MAX;
}

/* ---- comparison ---- */

bool text_compare(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)nargs;
    int c = str_cmp(arg[0].v.s, arg[1].v.s);
    switch (s->op) {
    case OP_EQ:
        return give_bool(out, c == 0);
    case OP_NE:
        return give_bool(out, c != 0);
    case OP_LT:
        return give_bool(out, c < 0);
    case OP_LE:
        return give_bool(out, c <= 0);
    case OP_GT:
        return give_bool(out, c > 0);
    default:
        return give_bool(out, c >= 0);
    }
}

bool text_in(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    if (arg[0].null)
        return false;
    if (s->set)
        return give_bool(out, strmap_find(s->set, arg[0].v.s) != UINT32_MAX);
    for (size_t k = 1; k < nargs; k++)
        if (!arg[k].null && str_eq(arg[0].v.s, arg[k].v.s))
            return give_bool(out, true);
    return give_bool(out, false);
}

/* Bytes of the code point at i. */
static size_t point_bytes(Str s, size_t i)
{
    size_t at = i;
    utf8_next(s, &at);
    return at - i;
}

/* One sign of a pattern, with a backslash resolved. */
typedef struct Sign {
    Str text;    /* its code point */
    size_t next; /* where the pattern goes on */
    bool any, one;
} Sign;

static Sign sign_at(Str pattern, size_t i)
{
    Sign g = {0};
    if (pattern.p[i] == '\\' && i + 1 < pattern.n)
        i++;
    else if (pattern.p[i] == '%')
        g.any = true;
    else if (pattern.p[i] == '_')
        g.one = true;
    g.next = i + point_bytes(pattern, i);
    g.text = str_sub(pattern, i, g.next);
    return g;
}

static bool same_sign(Str a, Str b, bool fold)
{
    return fold ? str_ieq(a, b) : str_eq(a, b);
}

/* SQL's like: % is any text, _ one code point, \ takes the next sign as it is. Goes back to the
 * last % only, so the time is at most the product of the lengths. */
static bool like(Str s, Str pattern, bool fold)
{
    size_t i = 0, k = 0, back_i = 0, back_k = SIZE_MAX;
    while (i < s.n) {
        Sign g = {0};
        if (k < pattern.n)
            g = sign_at(pattern, k);
        if (k < pattern.n && g.any) {
            back_k = k = g.next;
            back_i = i;
            continue;
        }
        size_t n = point_bytes(s, i);
        if (k < pattern.n && (g.one || same_sign(str_sub(s, i, i + n), g.text, fold))) {
            i += n;
            k = g.next;
            continue;
        }
        if (back_k == SIZE_MAX)
            return false;
        back_i += point_bytes(s, back_i);
        i = back_i;
        k = back_k;
    }
    while (k < pattern.n && sign_at(pattern, k).any)
        k++;
    return k == pattern.n;
}

bool text_like(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)nargs;
    return give_bool(out, like(arg[0].v.s, arg[1].v.s, s->op == OP_ILIKE));
}

bool text_contains(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    return give_bool(out, find(arg[0].v.s, arg[1].v.s, 0) != SIZE_MAX);
}

bool text_starts(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    return give_bool(out, str_starts(arg[0].v.s, arg[1].v.s));
}

bool text_ends(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    Str t = arg[0].v.s, end = arg[1].v.s;
    return give_bool(out, end.n <= t.n && str_eq(str_sub(t, t.n - end.n, t.n), end));
}

/* ---- parts ---- */

bool text_trim(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    return give_part(out, str_trim(arg[0].v.s));
}

bool text_length(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    int64_t n = 0;
    for (size_t i = 0; i < arg[0].v.s.n; n++)
        i += point_bytes(arg[0].v.s, i);
    out->cell.v.i = n;
    return true;
}

/* substr(s, from, count): code points from .. from+count-1, those that there are. */
bool text_substr(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    Str t = arg[0].v.s;
    int64_t from = arg[1].v.i, to = INT64_MAX;
    if (nargs > 2 && __builtin_add_overflow(from, arg[2].v.i, &to))
        to = arg[2].v.i > 0 ? INT64_MAX : INT64_MIN;
    size_t i = 0, start = t.n;
    int64_t at = 1;
    for (; i < t.n && at < to; at++) {
        if (at >= from && start == t.n)
            start = i;
        i += point_bytes(t, i);
    }
    return give_part(out, start < i ? str_sub(t, start, i) : STR(""));
}

/* split_part(s, sep, k): the k-th piece, from 1, from the end when negative; empty beyond them. */
bool text_split_part(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    Str t = arg[0].v.s, sep = arg[1].v.s;
    int64_t wanted = arg[2].v.i, pieces = 1;
    if (sep.n == 0)
        return give_part(out, wanted == 1 || wanted == -1 ? t : STR(""));
    for (size_t i = 0; wanted < 0 && (i = find(t, sep, i)) != SIZE_MAX; i += sep.n)
        pieces++;
    if (wanted < 0)
        wanted += pieces + 1;
    size_t from = 0;
    for (int64_t k = 1; k < wanted; k++) {
        size_t at = find(t, sep, from);
        if (at == SIZE_MAX)
            return give_part(out, STR(""));
        from = at + sep.n;
    }
    size_t to = find(t, sep, from);
    return give_part(out, wanted < 1 ? STR("") : str_sub(t, from, to == SIZE_MAX ? t.n : to));
}

/* ---- new texts ---- */

bool text_lower(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    buf_lower(out->bytes, arg[0].v.s);
    return give_fresh(out);
}

bool text_upper(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    buf_upper(out->bytes, arg[0].v.s);
    return give_fresh(out);
}

bool text_replace(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    Str t = arg[0].v.s, what = arg[1].v.s;
    size_t from = 0, at;
    if (what.n == 0)
        return give_part(out, t);
    while ((at = find(t, what, from)) != SIZE_MAX) {
        buf_str(out->bytes, str_sub(t, from, at));
        buf_str(out->bytes, arg[2].v.s);
        from = at + what.n;
    }
    buf_str(out->bytes, str_sub(t, from, t.n));
    return give_fresh(out);
}

bool text_concat(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    for (size_t k = 0; k < nargs; k++)
        buf_str(out->bytes, arg[k].v.s);
    return give_fresh(out);
}

/* The printed form; op is the type of the value, unit how a time is written. */
bool text_of_value(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)nargs;
    switch ((ColType)s->op) {
    case COL_REAL:
        buf_real(out->bytes, arg[0].v.d);
        break;
    case COL_BOOL:
        buf_puts(out->bytes, arg[0].v.b ? "true" : "false");
        break;
    case COL_TIME:
        buf_time(out->bytes, arg[0].v.i, s->unit);
        break;
    default:
        buf_int(out->bytes, arg[0].v.i);
        break;
    }
    return give_fresh(out);
}

/* ---- patterns ---- */

/* regexec wants a '\0' behind the text: it is put into the buffer for the time of the call. */
static bool match(const Step *s, Str text, Out *out, size_t n, regmatch_t *at)
{
    size_t start = out->bytes->n;
    buf_str(out->bytes, text);
    buf_putc(out->bytes, '\0');
    int code = regexec(s->regex, out->bytes->p + start, n, at, 0);
    out->bytes->n = start;
    return code == 0;
}

bool text_regex_match(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)nargs;
    return give_bool(out, match(s, arg[0].v.s, out, 0, NULL));
}

/* The first group, or all that matched when the pattern has none; null without a match. */
bool text_regex_extract(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)nargs;
    regmatch_t at[2];
    if (!match(s, arg[0].v.s, out, 2, at))
        return false;
    const regmatch_t *m = s->regex->re_nsub > 0 ? &at[1] : &at[0];
    if (m->rm_so < 0)
        return false;
    return give_part(out, str_sub(arg[0].v.s, (size_t)m->rm_so, (size_t)m->rm_eo));
}

/* ---- texts read as values: null when they are none ---- */

bool text_to_real(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    return parse_real(str_trim(arg[0].v.s), &out->cell.v.d) && !isnan(out->cell.v.d);
}

bool text_to_int(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    double d;
    Str t = str_trim(arg[0].v.s);
    if (parse_int(t, &out->cell.v.i))
        return true;
    if (!parse_real(t, &d) || !(d >= -0x1p63 && d < 0x1p63))
        return false;
    out->cell.v.i = (int64_t)d;
    return true;
}

bool text_to_time(const Step *s, const Cell *arg, size_t nargs, Out *out)
{
    (void)s;
    (void)nargs;
    TimeUnit unit;
    return time_parse_iso(str_trim(arg[0].v.s), &out->cell.v.i, &unit);
}
