/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula_var.c - one variable of a formula from its text: a name, an expression, or a call that is
 * more than an expression (poly, ns, bs, cut, C, factor). Also the response and the offsets.
 *
 * formula.c hands over the text between its operators; what is inside goes to expr_parse. A
 * variable's name is what R's deparse prints of it, since R builds the names of coefficients from
 * that: `ns(times,df=5)` is "ns(times, df = 5)".
 */
#include "formula_priv.h"

#include <math.h>

bool formula_name_start(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c >= 0x80;
}

bool formula_name_char(unsigned char c)
{
    return formula_name_start(c) || (c >= '0' && c <= '9');
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Str formula_trim(Str s, size_t *at)
{
    size_t from = 0, to = s.n;
    while (from < to && is_blank(s.p[from]))
        from++;
    while (to > from && is_blank(s.p[to - 1]))
        to--;
    *at += from;
    return str_sub(s, from, to);
}

/* Quoting is expr_lex.c's: a doubled quote, or a backslash before a quote or another backslash. */
size_t formula_unquote(Str s, size_t i)
{
    char quote = s.p[i++];
    for (; i < s.n; i++) {
        char next = i + 1 < s.n ? s.p[i + 1] : '\0';
        if (s.p[i] == quote && next != quote)
            return i + 1;
        if (s.p[i] == quote || (s.p[i] == '\\' && (next == quote || next == '\\')))
            i++;
    }
    return s.n + 1;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}

size_t formula_find(Str s, char c, size_t from)
{
    int depth = 0;
    for (size_t i = from; i < s.n;) {
        if (depth == 0 && s.p[i] == c)
            return i;
        if (is_quote(s.p[i])) {
            i = formula_unquote(s, i);
            continue;
        }
        depth += s.p[i] == '(' ? 1 : s.p[i] == ')' ? -1 : 0;
        i++;
    }
    return s.n;
}

size_t formula_close(Str s, size_t open)
{
    return formula_find(s, ')', open + 1);
}

Str call_inside(Str text, const char *name, size_t *at)
{
    size_t n = strlen(name), open = n;
    if (!str_starts(text, str_of(name)))
        return STR_NULL;
    while (open < text.n && is_blank(text.p[open]))
        open++;
    if (open >= text.n || text.p[open] != '(' || formula_close(text, open) != text.n - 1)
        return STR_NULL;
    *at += open + 1;
    return str_sub(text, open + 1, text.n - 1);
}

size_t call_split(Str inside, size_t base, Str *args, size_t *at, size_t max)
{
    size_t n = 0, from = 0;
    while (from <= inside.n) {
        size_t to = formula_find(inside, ',', from);
        if (n == max)
            return max + 1;
        at[n] = base + from;
        args[n] = formula_trim(str_sub(inside, from, to), &at[n]);
        n++;
        from = to + 1;
    }
    return n;
}

/* ---- arguments ---- */

typedef enum ArgKey {
    ARG_X,
    ARG_DEGREE,
    ARG_DF,
    ARG_KNOTS,
    ARG_BOUNDARY,
    ARG_RAW,
    ARG_REF,
    ARG_BREAKS,
    ARG_RIGHT,
    ARG_LOWEST
} ArgKey;

typedef struct ArgRow {
    const char *name;
    ArgKey key;
} ArgRow;

/* What a call may say, in the order in which R takes arguments without a name. */
typedef struct CallRow {
    const char *name;
    VarKind kind;
    ArgRow args[6];
    const char *usage;
} CallRow;

static const CallRow calls[] = {
    {"poly",
     VAR_POLY,
     {{"x", ARG_X}, {"degree", ARG_DEGREE}, {"raw", ARG_RAW}},
     "poly(x, 3) or poly(x, 2, raw = TRUE)"},
    {"ns",
     VAR_NS,
     {{"x", ARG_X}, {"df", ARG_DF}, {"knots", ARG_KNOTS}, {"Boundary.knots", ARG_BOUNDARY}},
     "ns(x, df = 4) or ns(x, knots = c(15, 20))"},
    {"bs",
     VAR_BS,
     {{"x", ARG_X},
      {"df", ARG_DF},
      {"knots", ARG_KNOTS},
      {"degree", ARG_DEGREE},
      {"Boundary.knots", ARG_BOUNDARY}},
     "bs(x, df = 5) or bs(x, knots = c(30, 45))"},
    {"cut",
     VAR_CUT,
     {{"x", ARG_X}, {"breaks", ARG_BREAKS}, {"right", ARG_RIGHT}, {"include.lowest", ARG_LOWEST}},
     "cut(x, c(0, 18, 65)) or cut(x, 4)"},
    {"C", VAR_FACTOR, {{"x", ARG_X}, {"ref", ARG_REF}}, "C(x, ref = \"USA\")"},
    {"relevel", VAR_FACTOR, {{"x", ARG_X}, {"ref", ARG_REF}}, "relevel(x, ref = \"USA\")"},
    {"factor", VAR_FACTOR, {{"x", ARG_X}}, "factor(x)"},
    {"as.factor", VAR_FACTOR, {{"x", ARG_X}}, "as.factor(x)"},
};

/* A variable while its arguments are read. */
typedef struct VarText {
    Arena *a;
    const CallRow *row;
    Var *out;
    Buf name;
    Error *err;
} VarText;

static bool bad_arg(VarText *v, Str value, size_t at, const char *want)
{
    fail_at(v->err, ERR_USAGE, (Span){at, at + value.n}, "'%.*s' is not %s", STR_ARG(value), want);
    return error_hint(v->err, "like %s", v->row->usage);
}

static bool number_of(Str s, double *out)
{
    bool minus = s.n && s.p[0] == '-';
    if (minus)
        s = str_trim(str_sub(s, 1, s.n));
    if (str_eqz(s, "Inf") || str_eqz(s, "inf"))
        *out = INFINITY;
    else if (!parse_real(s, out) || isnan(*out))
        return false;
    if (minus)
        *out = -*out;
    return true;
}

static void print_number(Buf *b, double x)
{
    if (isinf(x))
        buf_puts(b, x > 0 ? "Inf" : "-Inf");
    else
        buf_real(b, x);
}

static bool arg_count(VarText *v, Str value, size_t at, int least, int most, int *out)
{
    int64_t n;
    double real;
    if (!parse_int(value, &n)) {
        if (!number_of(value, &real) || real != floor(real) || fabs(real) > 1e6)
            return bad_arg(v, value, at, "a whole number");
        n = (int64_t)real;
    }
    if (n < least || n > most) {
        fail_at(v->err, ERR_USAGE, (Span){at, at + value.n}, "%lld is not between %d and %d",
                (long long)n, least, most);
        return false;
    }
    *out = (int)n;
    buf_int(&v->name, n);
    return true;
}

#define NUMBERS_MAX 256 /* knots or breaks that somebody types */

/* c(1, 2, 3) or one number. */
static bool arg_numbers(VarText *v, Str value, size_t at, double **out, size_t *n)
{
    Str parts[NUMBERS_MAX];
    size_t where[NUMBERS_MAX], inside_at = at;
    Str inside = call_inside(value, "c", &inside_at);
    size_t count = inside.p ? call_split(inside, inside_at, parts, where, NUMBERS_MAX) : 1;
    if (!inside.p) {
        parts[0] = value;
        where[0] = at;
    }
    if (count > NUMBERS_MAX)
        return fail_at(v->err, ERR_USAGE, (Span){at, at + value.n}, "more than %d numbers",
                       NUMBERS_MAX);
    *out = arena_array(v->a, double, count);
    *n = count;
    if (inside.p)
        buf_puts(&v->name, "c(");
    for (size_t i = 0; i < count; i++) {
        if (!number_of(parts[i], &(*out)[i]))
            return bad_arg(v, parts[i], where[i], "a number");
        if (i)
            buf_puts(&v->name, ", ");
        print_number(&v->name, (*out)[i]);
    }
    if (inside.p)
        buf_putc(&v->name, ')');
    return true;
}

static bool arg_bool(VarText *v, Str value, size_t at, bool *out)
{
    if (!parse_bool(value, out))
        return bad_arg(v, value, at, "TRUE or FALSE");
    buf_puts(&v->name, *out ? "TRUE" : "FALSE");
    return true;
}

/* 'USA', "USA" or a bare number. */
static bool arg_text(VarText *v, Str value, size_t at, char **out)
{
    double number;
    bool quoted = value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
                  formula_unquote(value, 0) == value.n;
    if (!quoted && !number_of(value, &number))
        return bad_arg(v, value, at, "a level in quotes");
    Buf text = BUF_INIT;
    Str inner = quoted ? str_sub(value, 1, value.n - 1) : value;
    for (size_t i = 0; i < inner.n; i++) {
        char c = inner.p[i], next = i + 1 < inner.n ? inner.p[i + 1] : '\0';
        if ((c == value.p[0] && next == c) || (c == '\\' && (next == value.p[0] || next == '\\')))
            c = inner.p[++i];
        buf_putc(&text, c);
    }
    *out = arena_strndup(v->a, text.p ? text.p : "", text.n);
    if (!quoted) {
        buf_str(&v->name, value);
    } else {
        buf_putc(&v->name, '"');
        for (size_t i = 0; i < text.n; i++) {
            if (text.p[i] == '"' || text.p[i] == '\\')
                buf_putc(&v->name, '\\');
            buf_putc(&v->name, text.p[i]);
        }
        buf_putc(&v->name, '"');
    }
    buf_free(&text);
    return true;
}

static bool arg_breaks(VarText *v, Str value, size_t at)
{
    Var *out = v->out;
    if (!arg_numbers(v, value, at, &out->knots, &out->nknots))
        return false;
    for (size_t i = 1; i < out->nknots; i++)
        for (size_t j = i; j && out->knots[j] < out->knots[j - 1]; j--) {
            double swap = out->knots[j];
            out->knots[j] = out->knots[j - 1];
            out->knots[j - 1] = swap;
        }
    for (size_t i = 1; i < out->nknots; i++)
        if (out->knots[i] == out->knots[i - 1])
            return fail_at(v->err, ERR_USAGE, (Span){at, at + value.n},
                           "the number %g is given twice", out->knots[i]);
    if (v->row->kind != VAR_CUT || out->nknots > 1)
        return true;
    double n = out->knots[0];
    out->nknots = 0;
    if (n != floor(n) || n < 2 || n > 1000)
        return bad_arg(v, value, at, "a number of intervals from 2 to 1000");
    out->ncuts = (int)n;
    return true;
}

static bool arg_boundary(VarText *v, Str value, size_t at)
{
    double *two;
    size_t n;
    if (!arg_numbers(v, value, at, &two, &n))
        return false;
    if (n != 2 || !(two[0] < two[1]) || isinf(two[0]) || isinf(two[1]))
        return bad_arg(v, value, at, "two boundary knots, the lower one first");
    v->out->bound[0] = two[0];
    v->out->bound[1] = two[1];
    return true;
}

static bool arg_set(VarText *v, ArgKey key, Str value, size_t at)
{
    Var *out = v->out;
    switch (key) {
    case ARG_X:
        out->expr = expr_parse(v->a, value, at, v->err);
        if (out->expr)
            expr_print(out->expr, &v->name);
        return out->expr != NULL;
    case ARG_DEGREE:
        return arg_count(v, value, at, 1, 50, &out->degree);
    case ARG_DF:
        return arg_count(v, value, at, 1, 200, &out->df);
    case ARG_KNOTS:
    case ARG_BREAKS:
        return arg_breaks(v, value, at);
    case ARG_BOUNDARY:
        return arg_boundary(v, value, at);
    case ARG_RAW:
        return arg_bool(v, value, at, &out->raw);
    case ARG_RIGHT:
        return arg_bool(v, value, at, &out->right);
    case ARG_LOWEST:
        return arg_bool(v, value, at, &out->lowest);
    case ARG_REF:
        return arg_text(v, value, at, &out->ref);
    }
    return false;
}

/* `name = value` to its row; *value and *at move behind the sign. Without a name: the next row that
 * is free. */
static const ArgRow *arg_row(VarText *v, Str arg, unsigned taken, Str *value, size_t *at)
{
    const ArgRow *rows = v->row->args;
    size_t eq = formula_find(arg, '=', 0);
    bool named = eq < arg.n && (eq + 1 >= arg.n || arg.p[eq + 1] != '=') && eq &&
                 !strchr("<>!=", arg.p[eq - 1]);
    *value = arg;
    if (!named) {
        for (size_t i = 0; i < 6 && rows[i].name; i++)
            if (!(taken >> i & 1))
                return &rows[i];
        fail_at(v->err, ERR_USAGE, (Span){*at, *at + arg.n}, "too many arguments for %s()",
                v->row->name);
        error_hint(v->err, "like %s", v->row->usage);
        return NULL;
    }
    Str name = str_trim(str_sub(arg, 0, eq));
    for (size_t i = 0; i < 6 && rows[i].name; i++)
        if (str_eqz(name, rows[i].name) && !(taken >> i & 1)) {
            *at += eq + 1;
            *value = formula_trim(str_sub(arg, eq + 1, arg.n), at);
            return &rows[i];
        }
    fail_at(v->err, ERR_USAGE, (Span){*at, *at + name.n}, "%s() takes no '%.*s'", v->row->name,
            STR_ARG(name));
    error_hint(v->err, "like %s", v->row->usage);
    return NULL;
}

static bool call_complete(VarText *v, unsigned taken, Span at)
{
    Var *out = v->out;
    const char *missing = NULL;
    if (!(taken & 1))
        missing = "a variable";
    else if (out->kind == VAR_CUT && !out->nknots && !out->ncuts)
        missing = "breaks";
    else if (v->row->args[1].key == ARG_REF && v->row->args[1].name && !out->ref)
        missing = "ref";
    if (!missing)
        return true;
    fail_at(v->err, ERR_USAGE, at, "%s() needs %s", v->row->name, missing);
    return error_hint(v->err, "like %s", v->row->usage);
}

/* cut(age, 20, 40, 60): breaks one by one instead of as one list. */
static bool breaks_apart(VarText *v, const Str *args, const size_t *at, size_t n)
{
    double number;
    if (v->row->kind != VAR_CUT || n < 3)
        return false;
    for (size_t i = 1; i < n; i++)
        if (!parse_real(args[i], &number))
            return false;
    fail_at(v->err, ERR_USAGE, (Span){at[1], at[n - 1] + args[n - 1].n},
            "cut() takes its breaks as one list");
    error_hint(v->err, "cut(%.*s, c(%.*s))", STR_ARG(args[0]),
               (int)(args[n - 1].p + args[n - 1].n - args[1].p), args[1].p);
    return true;
}

/* name(args) of the table `calls`. */
static bool call_parse(VarText *v, Str inside, size_t base, Span whole)
{
    Str args[8];
    size_t at[8];
    size_t n = call_split(inside, base, args, at, 8);
    if (n > 8)
        return fail_at(v->err, ERR_USAGE, whole, "too many arguments for %s()", v->row->name);
    if (breaks_apart(v, args, at, n))
        return false;
    Var *out = v->out;
    out->kind = v->row->kind;
    out->degree = out->kind == VAR_BS ? 3 : out->kind == VAR_POLY ? 1 : 0;
    buf_printf(&v->name, "%s(", v->row->name);
    unsigned taken = 0;
    for (size_t i = 0; i < n; i++) {
        Str value;
        size_t value_at = at[i];
        if (!args[i].n) {
            if (n == 1)
                break;
            return fail_at(v->err, ERR_USAGE, whole, "an argument of %s() is empty", v->row->name);
        }
        const ArgRow *row = arg_row(v, args[i], taken, &value, &value_at);
        if (!row)
            return false;
        taken |= 1u << (row - v->row->args);
        if (i)
            buf_puts(&v->name, ", ");
        if (value_at != at[i])
            buf_printf(&v->name, "%s = ", row->name);
        if (!arg_set(v, row->key, value, value_at))
            return false;
    }
    buf_putc(&v->name, ')');
    return call_complete(v, taken, whole);
}

static bool var_text_parse(VarText *v, Str text, size_t base)
{
    Span whole = {base, base + text.n};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        size_t at = base;
        Str inside = call_inside(text, calls[i].name, &at);
        if (!inside.p)
            continue;
        v->row = &calls[i];
        return call_parse(v, inside, at, whole);
    }
    size_t at = base;
    Str inside = call_inside(text, "I", &at);
    v->out->expr =
        inside.p ? expr_parse(v->a, inside, at, v->err) : expr_parse(v->a, text, base, v->err);
    if (!v->out->expr)
        return false;
    buf_puts(&v->name, inside.p ? "I(" : "");
    expr_print(v->out->expr, &v->name);
    buf_puts(&v->name, inside.p ? ")" : "");
    return true;
}

bool var_parse(Arena *a, Str text, size_t base, Var *out, Error *err)
{
    text = formula_trim(text, &base);
    *out = (Var){.at = {base, base + text.n}, .bound = {NAN, NAN}, .right = true};
    VarText v = {.a = a, .out = out, .name = BUF_INIT, .err = err};
    bool ok = var_text_parse(&v, text, base);
    if (ok)
        out->name = arena_strndup(a, v.name.p, v.name.n);
    buf_free(&v.name);
    return ok;
}

/* ---- the other two places where expressions stand ---- */

static char *printed(Arena *a, const Expr *e, const char *before, const char *after)
{
    Buf b = BUF_INIT;
    buf_puts(&b, before);
    expr_print(e, &b);
    buf_puts(&b, after);
    char *text = arena_strndup(a, b.p, b.n);
    buf_free(&b);
    return text;
}

/* cbind(successes, failures) */
static bool response_pair(Terms *t, Str inside, size_t base, Error *err)
{
    Str args[2];
    size_t at[2];
    if (call_split(inside, base, args, at, 2) != 2) {
        fail_at(err, ERR_USAGE, t->response_at, "cbind() as a response takes two columns");
        return error_hint(err, "like cbind(successes, failures) ~ x");
    }
    t->response = expr_parse(t->arena, args[0], at[0], err);
    t->failures = t->response ? expr_parse(t->arena, args[1], at[1], err) : NULL;
    if (!t->failures)
        return false;
    Buf b = BUF_INIT;
    buf_puts(&b, "cbind(");
    expr_print(t->response, &b);
    buf_puts(&b, ", ");
    expr_print(t->failures, &b);
    buf_putc(&b, ')');
    t->response_name = arena_strndup(t->arena, b.p, b.n);
    buf_free(&b);
    return true;
}

bool response_parse(Terms *t, Str text, size_t base, Error *err)
{
    text = formula_trim(text, &base);
    t->response_at = (Span){base, base + text.n};
    size_t at = base;
    Str inside = call_inside(text, "cbind", &at);
    if (inside.p)
        return response_pair(t, inside, at, err);
    at = base;
    inside = call_inside(text, "I", &at);
    if (inside.p)
        t->response = expr_parse(t->arena, inside, at, err);
    else
        t->response = expr_parse(t->arena, text, base, err);
    if (!t->response)
        return false;
    t->response_name = printed(t->arena, t->response, inside.p ? "I(" : "", inside.p ? ")" : "");
    return true;
}

bool offset_parse(Terms *t, Str text, size_t base, Error *err)
{
    Span at = {base, base + text.n};
    Expr *e = expr_parse(t->arena, text, base, err);
    if (!e)
        return false;
    Expr **all = arena_array(t->arena, Expr *, t->noffsets + 1);
    Span *spans = arena_array(t->arena, Span, t->noffsets + 1);
    for (size_t i = 0; i < t->noffsets; i++) {
        all[i] = t->offsets[i];
        spans[i] = t->offset_at[i];
    }
    all[t->noffsets] = e;
    spans[t->noffsets++] = at;
    t->offsets = all;
    t->offset_at = spans;
    return true;
}
