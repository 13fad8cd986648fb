/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * encoding_json.c - an Encoding as JSON and back, with every double exact (17 digits; infinite
 * breaks as text).
 *
 * Saved are the parts, not the formula: texts of the variables, which of them each term joins, what
 * was learned of each. The columns and the plan are made again from these; the names of the columns
 * stand in the file for its readers, and a file whose names disagree with what we make is refused
 * rather than scored wrongly.
 */
#include <math.h>
#include <stdlib.h>

#include "design_priv.h"
#include "formula_priv.h"

static const char *const encode_names[] = {"treatment", "onehot", "sum"};

/* ---- writing ---- */

static void put_key(Buf *b, const char *key)
{
    if (b->n && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
        buf_putc(b, ',');
    buf_json_str(b, str_of(key));
    buf_putc(b, ':');
}

static void put_text(Buf *b, const char *key, const char *text)
{
    put_key(b, key);
    if (text)
        buf_json_str(b, str_of(text));
    else
        buf_puts(b, "null");
}

static void put_number(Buf *b, double x)
{
    if (isinf(x))
        buf_puts(b, x > 0 ? "\"inf\"" : "\"-inf\"");
    else
        buf_json_real(b, x);
}

static void put_real(Buf *b, const char *key, double x)
{
    put_key(b, key);
    put_number(b, x);
}

static void put_bool(Buf *b, const char *key, bool x)
{
    put_key(b, key);
    buf_puts(b, x ? "true" : "false");
}

static void put_reals(Buf *b, const char *key, const double *x, size_t n)
{
    if (!x || !n)
        return;
    put_key(b, key);
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(b, ',');
        put_number(b, x[i]);
    }
    buf_putc(b, ']');
}

static void put_texts(Buf *b, const char *key, char *const *x, size_t n)
{
    put_key(b, key);
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_putc(b, ',');
        buf_json_str(b, str_of(x[i]));
    }
    buf_putc(b, ']');
}

static void put_var(Buf *b, const Var *v, const VarCode *c)
{
    buf_putc(b, '{');
    put_text(b, "text", v->name);
    put_text(b, "type", coltype_name(c->type));
    put_bool(b, "factor", c->is_factor);
    if (c->is_factor) {
        put_texts(b, "levels", c->levels, c->nlevels);
        put_reals(b, "counts", c->counts, c->nlevels);
        put_reals(b, "level_values", c->level_values, c->nlevels);
        put_real(b, "base", (double)c->base);
    } else {
        put_real(b, "columns", (double)c->nbasis);
        put_real(b, "min", c->min);
        put_real(b, "max", c->max);
        put_real(b, "mean", c->mean);
    }
    put_real(b, "scale", c->scale);
    put_reals(b, "knots", c->knots, c->nknots);
    if (c->alpha) {
        put_reals(b, "alpha", c->alpha, c->nbasis);
        put_reals(b, "norm2", c->norm2, c->nbasis + 2);
    }
    buf_putc(b, '}');
}

static void put_terms(Buf *b, const Terms *t)
{
    put_key(b, "terms");
    buf_putc(b, '[');
    for (size_t k = 0; k < t->nterms; k++) {
        buf_puts(b, k ? ",{" : "{");
        put_text(b, "name", t->terms[k].name);
        put_key(b, "vars");
        buf_putc(b, '[');
        for (size_t j = 0; j < t->terms[k].nvars; j++)
            buf_printf(b, "%s%zu", j ? "," : "", t->terms[k].var[j]);
        buf_puts(b, "]}");
    }
    buf_putc(b, ']');
}

static void put_offsets(Buf *b, const Terms *t)
{
    put_key(b, "offsets");
    buf_putc(b, '[');
    Buf text = BUF_INIT;
    for (size_t k = 0; k < t->noffsets; k++) {
        buf_clear(&text);
        expr_print(t->offsets[k], &text);
        if (k)
            buf_putc(b, ',');
        buf_json_str(b, buf_slice(&text));
    }
    buf_free(&text);
    buf_putc(b, ']');
}

void encoding_to_json(const Encoding *e, Buf *out)
{
    const Terms *t = e->terms;
    buf_putc(out, '{');
    put_text(out, "formula", t->text);
    put_text(out, "encode", encode_names[e->encode]);
    put_text(out, "response", t->response_name);
    put_bool(out, "binary", e->binary);
    put_bool(out, "intercept", t->intercept);
    put_text(out, "weights", e->weights);
    put_text(out, "offset", e->offset);
    if (e->y_levels[0])
        put_texts(out, "y_levels", e->y_levels, 2);
    put_offsets(out, t);
    put_key(out, "vars");
    buf_putc(out, '[');
    for (size_t v = 0; v < t->nvars; v++) {
        if (v)
            buf_putc(out, ',');
        put_var(out, &t->vars[v], &e->vars[v]);
    }
    buf_putc(out, ']');
    put_terms(out, t);
    put_key(out, "columns");
    buf_putc(out, '[');
    for (size_t j = 0; j < e->ncols; j++) {
        if (j)
            buf_putc(out, ',');
        buf_json_str(out, str_of(e->cols[j].name));
    }
    buf_puts(out, "]}");
}

/* ---- reading ---- */

static bool bad_file(Error *err, const char *what)
{
    return fail(err, ERR_DATA, "encoding.%s is not as it was written", what);
}

/* A text or null. */
static bool get_optional(const cJSON *j, const char *key, Arena *a, char **out, Error *err)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(j, key);
    const char *text;
    *out = NULL;
    if (!item || cJSON_IsNull(item))
        return true;
    if (!json_get_text(j, key, "encoding", &text, err))
        return false;
    *out = arena_strndup(a, text, strlen(text));
    return true;
}

static bool number_of(const cJSON *item, double *out)
{
    if (cJSON_IsString(item))
        return parse_real(str_of(item->valuestring), out);
    *out = cJSON_IsNumber(item) ? item->valuedouble : 0;
    return cJSON_IsNumber(item);
}

/* NULL and 0 when the key is not there. */
static bool get_reals(const cJSON *j, const char *key, Arena *a, double **out, size_t *n,
                      Error *err)
{
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(j, key), *item;
    *out = NULL;
    *n = 0;
    if (!list)
        return true;
    if (!cJSON_IsArray(list))
        return bad_file(err, key);
    *out = arena_array(a, double, (size_t)cJSON_GetArraySize(list) + 1);
    cJSON_ArrayForEach(item, list) if (!number_of(item, &(*out)[(*n)++])) return bad_file(err, key);
    return true;
}

static bool get_texts(const cJSON *j, const char *key, Arena *a, char ***out, size_t *n, Error *err)
{
    const cJSON *list = json_get_array(j, key, "encoding", err), *item;
    if (!list)
        return false;
    *n = 0;
    *out = arena_array(a, char *, (size_t)cJSON_GetArraySize(list) + 1);
    cJSON_ArrayForEach(item, list)
    {
        if (!cJSON_IsString(item))
            return bad_file(err, key);
        (*out)[(*n)++] = arena_strndup(a, item->valuestring, strlen(item->valuestring));
    }
    return true;
}

static bool get_size(const cJSON *j, const char *key, size_t most, size_t *out, Error *err)
{
    double x;
    if (!json_get_real(j, key, "encoding", &x, err))
        return false;
    if (!(x >= 0 && x <= (double)most) || x != floor(x))
        return bad_file(err, key);
    *out = (size_t)x;
    return true;
}

static bool get_factor(const cJSON *j, Arena *a, VarCode *c, Error *err)
{
    size_t counts, values;
    if (!get_texts(j, "levels", a, &c->levels, &c->nlevels, err) ||
        !get_reals(j, "counts", a, &c->counts, &counts, err) ||
        !get_reals(j, "level_values", a, &c->level_values, &values, err))
        return false;
    if (!c->nlevels || counts != c->nlevels || (c->level_values && values != c->nlevels))
        return bad_file(err, "levels");
    return get_size(j, "base", c->nlevels - 1, &c->base, err);
}

/* Are the parts of a basis as long as what it evaluates? */
static bool basis_complete(const Var *v, const VarCode *c, size_t nalpha, size_t nnorm2)
{
    size_t order = v->kind == VAR_NS ? 4 : (size_t)v->degree + 1;
    if (c->nbasis > 255)
        return false;
    switch (v->kind) {
    case VAR_POLY:
        return c->nbasis == (size_t)v->degree &&
               (v->raw || (nalpha == c->nbasis && nnorm2 == c->nbasis + 2));
    case VAR_NS:
        return c->nknots >= 2 * order && c->nbasis == c->nknots - 2 * order + 1;
    case VAR_BS:
        return c->nknots >= 2 * order && c->nbasis == c->nknots - order - 1;
    case VAR_CUT:
        return c->is_factor && c->nknots >= 2 && c->level_values;
    default:
        return c->is_factor || c->nbasis == 1;
    }
}

static bool ascending(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]) || (i && x[i] < x[i - 1]))
            return false;
    return true;
}

static bool get_var(const cJSON *j, const Var *v, Arena *a, VarCode *c, Error *err)
{
    const char *type;
    size_t nalpha, nnorm2;
    c->at = SIZE_MAX;
    if (!json_get_bool(j, "factor", "encoding", &c->is_factor, err) ||
        !json_get_text(j, "type", "encoding", &type, err) ||
        !json_get_real(j, "scale", "encoding", &c->scale, err) ||
        !get_reals(j, "knots", a, &c->knots, &c->nknots, err) ||
        !get_reals(j, "alpha", a, &c->alpha, &nalpha, err) ||
        !get_reals(j, "norm2", a, &c->norm2, &nnorm2, err))
        return false;
    if (!coltype_parse(str_of(type), &c->type))
        return bad_file(err, "type");
    if (c->is_factor) {
        if (!get_factor(j, a, c, err))
            return false;
    } else if (!get_size(j, "columns", 255, &c->nbasis, err) ||
               !json_get_real(j, "min", "encoding", &c->min, err) ||
               !json_get_real(j, "max", "encoding", &c->max, err) ||
               !json_get_real(j, "mean", "encoding", &c->mean, err)) {
        return false;
    }
    bool whole = basis_complete(v, c, nalpha, nnorm2) && ascending(c->knots, c->nknots);
    bool spline = v->kind == VAR_NS || v->kind == VAR_BS;
    whole = whole && (!spline || (isfinite(c->knots[0]) && c->knots[0] < c->knots[c->nknots - 1]));
    return whole || bad_file(err, v->name);
}

static bool get_terms(const cJSON *j, Arena *a, TermsParts *p, Error *err)
{
    const cJSON *list = json_get_array(j, "terms", "encoding", err), *item, *var;
    if (!list)
        return false;
    Term *terms = arena_array(a, Term, (size_t)cJSON_GetArraySize(list) + 1);
    p->terms = terms;
    cJSON_ArrayForEach(item, list)
    {
        Term *t = &terms[p->nterms++];
        const cJSON *vars = json_get_array(item, "vars", "encoding.terms", err);
        if (!vars)
            return false;
        cJSON_ArrayForEach(var, vars)
        {
            double k = cJSON_IsNumber(var) ? var->valuedouble : -1;
            if (t->nvars == TERM_VARS || !(k >= 0 && k < (double)p->nvars) || k != floor(k) ||
                (t->nvars && (double)t->var[t->nvars - 1] >= k))
                return bad_file(err, "terms");
            t->var[t->nvars++] = (size_t)k;
        }
        if (!t->nvars)
            return bad_file(err, "terms");
    }
    return true;
}

/* The texts that Terms are put together from. */
static Terms *read_terms(const cJSON *j, Arena *a, Error *err)
{
    TermsParts p = {0};
    const char *formula, *response;
    char **offsets;
    const cJSON *vars = json_get_array(j, "vars", "encoding", err), *item;
    if (!vars || !json_get_text(j, "formula", "encoding", &formula, err) ||
        !json_get_text(j, "response", "encoding", &response, err) ||
        !json_get_bool(j, "intercept", "encoding", &p.intercept, err) ||
        !get_texts(j, "offsets", a, &offsets, &p.noffsets, err))
        return NULL;
    Str *texts = arena_array(a, Str, (size_t)cJSON_GetArraySize(vars) + 1);
    Str *offset_texts = arena_array(a, Str, p.noffsets + 1);
    for (size_t k = 0; k < p.noffsets; k++)
        offset_texts[k] = str_of(offsets[k]);
    cJSON_ArrayForEach(item, vars)
    {
        const char *text;
        if (!json_get_text(item, "text", "encoding.vars", &text, err))
            return NULL;
        texts[p.nvars++] = str_of(text);
    }
    p.text = str_of(formula);
    p.response = str_of(response);
    p.vars = texts;
    p.offsets = offset_texts;
    return get_terms(j, a, &p, err) ? terms_assemble(&p, err) : NULL;
}

static bool check_columns(const cJSON *j, Encoding *e, Error *err)
{
    char **names;
    size_t n;
    if (!get_texts(j, "columns", e->arena, &names, &n, err))
        return false;
    bool same = n == e->ncols;
    for (size_t k = 0; same && k < n; k++)
        same = !strcmp(names[k], e->cols[k].name);
    return same || bad_file(err, "columns");
}

static bool read_encoding(const cJSON *j, Encoding *e, Error *err)
{
    const char *encode;
    e->terms = read_terms(j, e->arena, err);
    if (!e->terms || !json_get_text(j, "encode", "encoding", &encode, err) ||
        !json_get_bool(j, "binary", "encoding", &e->binary, err) ||
        !get_optional(j, "weights", e->arena, &e->weights, err) ||
        !get_optional(j, "offset", e->arena, &e->offset, err))
        return false;
    size_t k = 0;
    while (k < 3 && strcmp(encode, encode_names[k]))
        k++;
    if (k == 3)
        return bad_file(err, "encode");
    e->encode = (Encode)k;
    if (cJSON_GetObjectItemCaseSensitive(j, "y_levels")) {
        char **two;
        size_t n;
        if (!get_texts(j, "y_levels", e->arena, &two, &n, err))
            return false;
        if (n != 2)
            return bad_file(err, "y_levels");
        e->y_levels[0] = two[0];
        e->y_levels[1] = two[1];
    }
    e->vars = arena_array(e->arena, VarCode, e->terms->nvars + 1);
    const cJSON *item;
    size_t v = 0;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(j, "vars"))
    {
        if (!get_var(item, &e->terms->vars[v], e->arena, &e->vars[v], err))
            return false;
        v++;
    }
    return encoding_plan(e, err) && check_columns(j, e, err);
}

Encoding *encoding_from_json(const cJSON *j, Error *err)
{
    Arena *a = arena_new();
    Encoding *e = arena_alloc(a, sizeof *e);
    e->arena = a;
    if (cJSON_IsObject(j) ? read_encoding(j, e, err) : bad_file(err, "object"))
        return e;
    encoding_free(e);
    return NULL;
}
