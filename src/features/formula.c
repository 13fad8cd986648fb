/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formula.c - formula text to Terms.
 *
 * terms_parse() cuts the text at the '~', gives the left side to response_parse() and reads the
 * right side by recursive descent, loosest first:
 *     sum      [+-] product (+ - product)*    0, 1 and -1 switch the intercept
 *     product  nest (* / nest)*               a*b is a + b + a:b;  a/b is a + a:b
 *     nest     cross (%in% cross)*
 *     cross    power (: power)*
 *     power    atom (^ number)*
 *     atom     ( sum ) | . | number | name | call
 * A term is the ascending list of the variables that it joins; variables are numbered as they are
 * met. Each level hands up a list of terms, as R's TermCode does with bit patterns (R,
 * src/library/stats/src/model.c), so doubles may arise on the way; at the end they go and the rest
 * is ordered by degree, then as met. The intercept is one flag, set as met.
 *
 * What a variable says inside its brackets is formula_var.c's business, and whether its columns
 * exist design.c's.
 */
#include "formula_priv.h"

#include "base/map.h"

typedef struct Parser {
    Str text;
    size_t base, i;
    Arena *arena;
    const Frame *frame;
    Terms *terms;
    ListMaker lists;
    StrMap *names; /* of variables */
    size_t var_cap;
    bool minus; /* inside what is subtracted: 1 takes the intercept away */
    int depth;
    Error *err;
} Parser;

static bool parse_sum(Parser *p, List *out);

/* ---- variables ---- */

/* Number of a variable, known already or new (it takes over `v`). */
static size_t var_number(Parser *p, const Var *v)
{
    Terms *t = p->terms;
    bool added;
    uint32_t k = strmap_add(p->names, str_of(v->name), &added);
    if (!added)
        return k;
    if (k == p->var_cap) {
        p->var_cap = p->var_cap ? 2 * p->var_cap : 8;
        Var *more = arena_array(p->arena, Var, p->var_cap);
        if (t->nvars)
            memcpy(more, t->vars, t->nvars * sizeof *more);
        t->vars = more;
    }
    t->vars[t->nvars++] = *v;
    return k;
}

static bool add_var(Parser *p, Str text, size_t base, List *out)
{
    Var v;
    if (!var_parse(p->arena, text, base, &v, p->err))
        return false;
    if (str_eqz(str_of(v.name), p->terms->response_name)) {
        fail_at(p->err, ERR_USAGE, v.at, "'%s' is the response and cannot be a term too", v.name);
        return error_hint(p->err, "leave it out on the right of '~'");
    }
    Item item = {.n = 1, .var = {(uint32_t)var_number(p, &v)}, .at = v.at};
    return list_add(&p->lists, out, &item);
}

/* Which columns of the frame the response reads. */
static bool *response_columns(Parser *p)
{
    bool *used = arena_array(p->arena, bool, p->frame->ncols + 1);
    const Expr *both[2] = {p->terms->response, p->terms->failures};
    for (size_t k = 0; k < 2 && both[k]; k++) {
        Str *names;
        size_t n = expr_columns(both[k], p->arena, &names);
        for (size_t i = 0; i < n; i++) {
            long j = frame_find(p->frame, names[i]);
            if (j >= 0)
                used[j] = true;
        }
    }
    return used;
}

static bool is_plain_name(Str s)
{
    static const char *const words[] = {"true", "false",   "null", "and",   "or", "not", "in", "is",
                                        "like", "between", "TRUE", "FALSE", "NA", "Inf", "NaN"};
    if (!s.n || !formula_name_start((unsigned char)s.p[0]) || str_eqz(s, "."))
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!formula_name_char((unsigned char)s.p[i]))
            return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(s, words[i]))
            return false;
    return !(s.p[0] == '.' && s.n > 1 && s.p[1] >= '0' && s.p[1] <= '9');
}

/* A column's name as a formula writes it. */
static Str quoted_name(Arena *a, const char *name)
{
    if (is_plain_name(str_of(name)))
        return str_of(name);
    Buf b = BUF_INIT;
    buf_putc(&b, '`');
    for (const char *c = name; *c; c++) {
        if (*c == '`' || *c == '\\')
            buf_putc(&b, '\\');
        buf_putc(&b, *c);
    }
    buf_putc(&b, '`');
    Str out = {arena_strndup(a, b.p, b.n), b.n};
    buf_free(&b);
    return out;
}

/* '.': every column but those of the response. */
static bool add_rest(Parser *p, Span at, List *out)
{
    if (!p->frame)
        return fail_at(p->err, ERR_USAGE, at, "'.' needs a table to know its columns");
    const bool *used = response_columns(p);
    for (size_t j = 0; j < p->frame->ncols; j++) {
        if (used[j])
            continue;
        Str name = quoted_name(p->arena, p->frame->names[j]);
        size_t from = out->n;
        Terms *t = p->terms;
        size_t nvars = t->nvars;
        if (!add_var(p, name, at.from, out))
            return false;
        out->items[from].at = at;
        if (t->nvars > nvars)
            t->vars[nvars].at = at;
    }
    return true;
}

/* ---- the text ---- */

static Span span_at(const Parser *p, size_t from, size_t to)
{
    return (Span){p->base + from, p->base + to};
}

static void skip_blanks(Parser *p)
{
    size_t at = 0;
    Str rest = str_sub(p->text, p->i, p->text.n);
    formula_trim(rest, &at);
    p->i += at;
}

static bool peek(Parser *p, const char *sign)
{
    skip_blanks(p);
    return str_starts(str_sub(p->text, p->i, p->text.n), str_of(sign));
}

static bool take(Parser *p, const char *sign)
{
    if (!peek(p, sign))
        return false;
    p->i += strlen(sign);
    return true;
}

static bool bad_atom(Parser *p)
{
    size_t from = p->i;
    if (from >= p->text.n) {
        while (from && strchr(" \t\n", p->text.p[from - 1]))
            from--;
        size_t last = from ? from - 1 : 0;
        fail_at(p->err, ERR_USAGE, span_at(p, last, from),
                "the formula ends where a term is wanted");
        return error_hint(p->err, "add a term after '%c', or take it away",
                          from ? p->text.p[last] : '~');
    }
    char c = p->text.p[from];
    Span at = span_at(p, from, from + 1);
    if (c == '\'' || c == '"') {
        fail_at(p->err, ERR_USAGE, at, "a text cannot be a term");
        return error_hint(p->err, "a column with a strange name is written `like this`");
    }
    fail_at(p->err, ERR_USAGE, at, "a term is wanted here, not '%c'", c);
    return error_hint(p->err, "help formulas shows what a formula may hold");
}

/* 0 and 1; any other number is a mistake. */
static bool parse_number(Parser *p, List *out)
{
    size_t from = p->i;
    while (p->i < p->text.n && (formula_name_char((unsigned char)p->text.p[p->i])))
        p->i++;
    Str digits = str_sub(p->text, from, p->i);
    double v;
    if (!parse_real(digits, &v) || (v != 0 && v != 1)) {
        fail_at(p->err, ERR_USAGE, span_at(p, from, p->i),
                "'%.*s' is not a term: only 0 and 1 are, for the intercept", STR_ARG(digits));
        return error_hint(p->err, "arithmetic goes into I(), as in I(x / 100)");
    }
    p->terms->intercept = (v == 1) != p->minus;
    out->bare = true;
    return true;
}

/* A name, or a name and its brackets: text of the variable in *out. */
static bool scan_var(Parser *p, Str *out)
{
    size_t from = p->i;
    if (p->text.p[from] == '`') {
        p->i = formula_unquote(p->text, from);
        if (p->i > p->text.n)
            return fail_at(p->err, ERR_USAGE, span_at(p, from, from + 1),
                           "the backquote has no partner");
        *out = str_sub(p->text, from, p->i);
        return true;
    }
    while (p->i < p->text.n && formula_name_char((unsigned char)p->text.p[p->i]))
        p->i++;
    size_t name_end = p->i;
    skip_blanks(p);
    if (p->i < p->text.n && p->text.p[p->i] == '(') {
        size_t close = formula_close(p->text, p->i);
        if (close >= p->text.n) {
            fail_at(p->err, ERR_USAGE, span_at(p, p->i, p->i + 1), "the bracket is not closed");
            return error_hint(p->err, "add a ')'");
        }
        p->i = name_end = close + 1;
    }
    p->i = name_end;
    *out = str_sub(p->text, from, name_end);
    return true;
}

static bool parse_offset(Parser *p, Str inside, size_t at, List *out)
{
    if (p->minus)
        return fail_at(p->err, ERR_USAGE, (Span){at, at + inside.n},
                       "an offset cannot be taken away: leave it out");
    out->bare = true;
    return offset_parse(p->terms, inside, at, p->err);
}

static bool parse_named(Parser *p, List *out)
{
    Str var;
    size_t from = p->i;
    if (!scan_var(p, &var))
        return false;
    Span at = span_at(p, from, from + var.n);
    if (str_eqz(var, "."))
        return add_rest(p, at, out);
    size_t inside_at = at.from;
    Str inside = call_inside(var, "offset", &inside_at);
    if (inside.p)
        return parse_offset(p, inside, inside_at, out);
    if (call_inside(var, "cbind", &inside_at).p)
        return fail_at(p->err, ERR_USAGE, at, "cbind() stands on the left of '~' only");
    return add_var(p, var, at.from, out);
}

static bool bad_rest(Parser *p);

static bool parse_brackets(Parser *p, List *out)
{
    size_t open = p->i++;
    if (++p->depth > 200)
        return fail_at(p->err, ERR_USAGE, span_at(p, open, open + 1), "brackets stand too deep");
    if (!parse_sum(p, out))
        return false;
    p->depth--;
    if (take(p, ")"))
        return true;
    if (p->i < p->text.n && strchr("<>=!&|%~", p->text.p[p->i]))
        return bad_rest(p);
    fail_at(p->err, ERR_USAGE, span_at(p, open, open + 1), "the bracket is not closed");
    return error_hint(p->err, "add a ')'");
}

static bool parse_atom(Parser *p, List *out)
{
    skip_blanks(p);
    size_t from = p->i;
    *out = (List){.at = span_at(p, from, from + 1)};
    if (from >= p->text.n)
        return bad_atom(p);
    char c = p->text.p[from];
    bool ok;
    if (c == '(')
        ok = parse_brackets(p, out);
    else if ((c >= '0' && c <= '9') || (c == '.' && from + 1 < p->text.n &&
                                        p->text.p[from + 1] >= '0' && p->text.p[from + 1] <= '9'))
        ok = parse_number(p, out);
    else if (c == '`' || formula_name_start((unsigned char)c))
        ok = parse_named(p, out);
    else
        ok = bad_atom(p);
    out->at = span_at(p, from, p->i);
    return ok;
}

/* ---- operators ---- */

static bool no_bare(Parser *p, const List *a, const char *sign)
{
    if (!a->bare)
        return true;
    fail_at(p->err, ERR_USAGE, a->at, "a number or an offset cannot stand beside '%s'", sign);
    return error_hint(p->err, "arithmetic goes into I(), as in I(2 * x)");
}

static bool parse_power(Parser *p, List *out)
{
    if (!parse_atom(p, out))
        return false;
    while (take(p, "^")) {
        skip_blanks(p);
        size_t from = p->i;
        while (p->i < p->text.n && p->text.p[p->i] >= '0' && p->text.p[p->i] <= '9')
            p->i++;
        int64_t n = 0;
        if (!parse_int(str_sub(p->text, from, p->i), &n) || n < 1 || n > TERM_VARS) {
            fail_at(p->err, ERR_USAGE, span_at(p, from, p->i > from ? p->i : from + 1),
                    "'^' takes a whole number from 1 to %d", TERM_VARS);
            return error_hint(p->err, "the square of a number is I(x^2)");
        }
        if (!no_bare(p, out, "^"))
            return false;
        List once = *out;
        for (int64_t k = 1; k < n; k++) {
            List more = {.at = out->at};
            if (!list_cross(&p->lists, &once, out, &more))
                return false;
            *out = more;
        }
        out->at.to = p->base + p->i;
    }
    return true;
}

static bool parse_cross(Parser *p, List *out)
{
    if (!parse_power(p, out))
        return false;
    while (take(p, ":")) {
        List right, both = {.at = out->at};
        if (!parse_power(p, &right) || !no_bare(p, out, ":") || !no_bare(p, &right, ":") ||
            !list_cross(&p->lists, out, &right, &both))
            return false;
        both.at.to = right.at.to;
        *out = both;
    }
    return true;
}

static bool parse_nest(Parser *p, List *out)
{
    if (!parse_cross(p, out))
        return false;
    while (take(p, "%in%")) {
        List right, both = {.at = out->at};
        if (!parse_cross(p, &right) || !no_bare(p, out, "%in%") || !no_bare(p, &right, "%in%") ||
            !list_nest(&p->lists, out, &right, &both))
            return false;
        both.at.to = right.at.to;
        *out = both;
    }
    return true;
}

static bool parse_product(Parser *p, List *out)
{
    if (!parse_nest(p, out))
        return false;
    while (peek(p, "*") || peek(p, "/")) {
        bool star = take(p, "*");
        if (!star)
            take(p, "/");
        const char *sign = star ? "*" : "/";
        List right, both = {.at = out->at};
        if (!parse_nest(p, &right) || !no_bare(p, out, sign) || !no_bare(p, &right, sign))
            return false;
        if (star
                ? !list_cross(&p->lists, out, &right, &both) || !list_append(&p->lists, out, &right)
                : !list_nest(&p->lists, &right, out, &both))
            return false;
        if (!list_append(&p->lists, out, &both))
            return false;
        out->at.to = right.at.to;
    }
    return true;
}

/* One product of a sum, added or taken away. */
static bool parse_signed(Parser *p, bool minus, List *out)
{
    List right;
    bool outer = p->minus;
    p->minus = minus ? !outer : outer;
    bool ok = parse_product(p, &right);
    p->minus = outer;
    if (!ok)
        return false;
    out->bare = false;
    if (!minus)
        return list_append(&p->lists, out, &right);
    list_remove(out, &right);
    return true;
}

static bool parse_sum(Parser *p, List *out)
{
    *out = (List){.at = span_at(p, p->i, p->i + 1)};
    if (peek(p, "+") || peek(p, "-")) {
        bool minus = take(p, "-");
        if (!minus)
            take(p, "+");
        if (!parse_signed(p, minus, out))
            return false;
    } else if (!parse_product(p, out)) {
        return false;
    }
    while (peek(p, "+") || peek(p, "-")) {
        bool minus = take(p, "-");
        if (!minus)
            take(p, "+");
        if (!parse_signed(p, minus, out))
            return false;
    }
    return true;
}

/* Something stands behind the last term. */
static bool bad_rest(Parser *p)
{
    char c = p->text.p[p->i];
    Span at = span_at(p, p->i, p->i + 1);
    if (c == '~')
        return fail_at(p->err, ERR_USAGE, at, "a formula has one '~'");
    if (c == ')')
        return fail_at(p->err, ERR_USAGE, at, "this bracket was never opened");
    if (strchr("<>=!&|%", c)) {
        fail_at(p->err, ERR_USAGE, at, "'%c' is not an operator of formulas", c);
        return error_hint(p->err, "put the expression into I(), as in I(age > 30)");
    }
    fail_at(p->err, ERR_USAGE, at, "an operator is wanted before this");
    return error_hint(p->err, "terms are joined with + * : or -");
}

/* ---- the result ---- */

char *term_name(Arena *a, const Terms *t, const Term *term)
{
    Buf b = BUF_INIT;
    for (size_t k = 0; k < term->nvars; k++) {
        if (k)
            buf_putc(&b, ':');
        buf_puts(&b, t->vars[term->var[k]].name);
    }
    char *name = arena_strndup(a, b.p, b.n);
    buf_free(&b);
    return name;
}

/* Variables that no term names any more (y ~ a - a) go; the rest keep their order. */
static void drop_unused_vars(Terms *t)
{
    size_t *now = arena_array(t->arena, size_t, t->nvars + 1);
    bool *used = arena_array(t->arena, bool, t->nvars + 1);
    for (size_t k = 0; k < t->nterms; k++)
        for (size_t j = 0; j < t->terms[k].nvars; j++)
            used[t->terms[k].var[j]] = true;
    size_t kept = 0;
    for (size_t v = 0; v < t->nvars; v++)
        if (used[v]) {
            now[v] = kept;
            t->vars[kept++] = t->vars[v];
        }
    t->nvars = kept;
    for (size_t k = 0; k < t->nterms; k++)
        for (size_t j = 0; j < t->terms[k].nvars; j++)
            t->terms[k].var[j] = now[t->terms[k].var[j]];
}

/* By degree, then as met. */
static void terms_settle(Terms *t, List *l)
{
    list_unique(l);
    t->terms = arena_array(t->arena, Term, l->n + 1);
    for (uint32_t degree = 1; degree <= TERM_VARS; degree++)
        for (size_t i = 0; i < l->n; i++) {
            const Item *item = &l->items[i];
            if (item->n != degree)
                continue;
            Term *term = &t->terms[t->nterms++];
            *term = (Term){.at = item->at, .nvars = degree};
            for (uint32_t j = 0; j < degree; j++)
                term->var[j] = item->var[j];
        }
    drop_unused_vars(t);
    for (size_t k = 0; k < t->nterms; k++)
        t->terms[k].name = term_name(t->arena, t, &t->terms[k]);
}

/* The text with single blanks, quoted parts untouched. */
static char *normal_text(Arena *a, Str s)
{
    size_t at = 0;
    s = formula_trim(s, &at);
    char *out = arena_strndup(a, s.p, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t to = strchr("'\"`", s.p[i]) ? formula_unquote(s, i) : i + 1;
        bool blank = strchr(" \t\r\n", s.p[i]) != NULL;
        if (blank && n && out[n - 1] == ' ') {
            i++;
            continue;
        }
        for (; i < to && i < s.n; i++)
            out[n++] = blank ? ' ' : s.p[i];
    }
    out[n] = '\0';
    return out;
}

static bool sides_parse(Parser *p, Str text, size_t base)
{
    size_t tilde = formula_find(text, '~', 0);
    Span whole = {base, base + text.n};
    const char *nul = memchr(text.p, '\0', text.n);
    if (nul) {
        size_t at = base + (size_t)(nul - text.p);
        return fail_at(p->err, ERR_USAGE, (Span){at, at + 1}, "the formula holds a NUL byte");
    }
    if (tilde == text.n) {
        fail_at(p->err, ERR_USAGE, whole, "a formula needs a '~' between response and terms");
        return error_hint(p->err, "like viewed ~ age + gender");
    }
    size_t at = base;
    if (!formula_trim(str_sub(text, 0, tilde), &at).n) {
        fail_at(p->err, ERR_USAGE, (Span){base + tilde, base + tilde + 1},
                "no response stands before the '~'");
        return error_hint(p->err, "like viewed ~ age + gender");
    }
    if (!response_parse(p->terms, str_sub(text, 0, tilde), base, p->err))
        return false;
    p->i = tilde + 1;
    List all;
    if (!parse_sum(p, &all))
        return false;
    skip_blanks(p);
    if (p->i < text.n)
        return bad_rest(p);
    terms_settle(p->terms, &all);
    return true;
}

Terms *terms_parse(Str text, size_t base, const Frame *f, Error *err)
{
    Arena *arena = arena_new();
    Terms *t = arena_alloc(arena, sizeof *t);
    t->arena = arena;
    t->intercept = true;
    text = (Str){arena_strndup(arena, text.p ? text.p : "", text.n),
                 text.n}; /* expressions borrow from it */
    t->text = normal_text(arena, text);
    Parser p = {.text = text, .base = base, .arena = arena, .frame = f, .terms = t, .err = err};
    p.lists = (ListMaker){arena, err};
    p.names = strmap_new(16);
    bool ok = sides_parse(&p, text, base);
    strmap_free(p.names);
    if (ok)
        return t;
    terms_free(t);
    return NULL;
}

void terms_free(Terms *t)
{
    if (t)
        arena_free(t->arena);
}
