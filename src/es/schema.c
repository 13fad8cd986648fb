/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schema.c - mappings: the engine's as typed columns, ours made from a frame.
 *
 * Our indexes are strict: a document with a field that the mapping does not have is refused, so
 * that a slip in a name cannot make a column. Every number has an explicit type, because a dynamic
 * one is decided by the first value (1 makes `long`, and a later 1.5 is then cut). The order of the
 * columns, which the engine forgets, stands in _meta.
 */
#include <stdio.h>
#include <stdlib.h>

#include "es/schema.h"

typedef struct KindRow {
    const char *type;
    FieldKind kind;
} KindRow;

static const KindRow kinds[] = {
    {"long", FIELD_INT},           {"integer", FIELD_INT},
    {"short", FIELD_INT},          {"byte", FIELD_INT},
    {"unsigned_long", FIELD_UINT}, {"double", FIELD_REAL},
    {"float", FIELD_REAL},         {"half_float", FIELD_REAL},
    {"scaled_float", FIELD_REAL},  {"rank_feature", FIELD_REAL},
    {"boolean", FIELD_BOOL},       {"date", FIELD_TIME},
    {"date_nanos", FIELD_TIME},    {"keyword", FIELD_STRING},
    {"text", FIELD_STRING},        {"ip", FIELD_STRING},
    {"version", FIELD_STRING},     {"constant_keyword", FIELD_STRING},
    {"wildcard", FIELD_STRING},    {"match_only_text", FIELD_STRING},
    {"nested", FIELD_NESTED},
};

static FieldKind kind_of(const char *type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].type, type) == 0)
            return kinds[i].kind;
    return FIELD_OTHER;
}

static const cJSON *member(const cJSON *o, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(o, key);
}

static const char *text_member(const cJSON *o, const char *key)
{
    const cJSON *v = member(o, key);
    return cJSON_IsString(v) ? v->valuestring : NULL;
}

/* ---- reading ---- */

long schema_find(const Schema *s, Str path)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_eqz(path, s->fields[i].path))
            return (long)i;
    return -1;
}

static FieldKind wider(FieldKind a, FieldKind b)
{
    bool numbers = (a == FIELD_INT || a == FIELD_REAL) && (b == FIELD_INT || b == FIELD_REAL);
    return a == b ? a : numbers ? FIELD_REAL : FIELD_STRING;
}

/* 03/04/2024 is two days, when the index it came from is no longer known. */
static bool same_dates(const Field *a, const Field *b)
{
    return a->epoch_seconds == b->epoch_seconds && a->epoch_first == b->epoch_first &&
           strcmp(a->format ? a->format : "", b->format ? b->format : "") == 0;
}

static Field field_of(const char *path, const char *type, const cJSON *field)
{
    const char *format = text_member(field, "format");
    Field f = {.path = xstrdup(path), .kind = kind_of(type)};
    snprintf(f.type, sizeof f.type, "%s", type);
    f.hidden = cJSON_IsFalse(member(field, "index"));
    f.format = format && f.kind == FIELD_TIME && format_is_own(format) ? xstrdup(format) : NULL;
    f.epoch_seconds = format && strstr(format, "epoch_second") && !strstr(format, "epoch_millis");
    f.epoch_first = format && strncmp(format, "epoch_", 6) == 0;
    return f;
}

static void field_clear(Field *f)
{
    free(f->path);
    free(f->format);
}

static void merge_field(Schema *s, const char *path, const char *type, const cJSON *field,
                        size_t container, ReadReport *report)
{
    Field new = field_of(path, type, field);
    new.container = container;
    long at = schema_find(s, str_of(path));
    if (at >= 0) {
        Field *f = &s->fields[at];
        FieldKind kind = new.kind, w = wider(f->kind, kind);
        if (w == FIELD_TIME && !same_dates(f, &new)) {
            read_note(report,
                      "the dates of field '%s' are written '%s' in one index and '%s' in another: "
                      "read as text",
                      path, f->format ? f->format : "as usual",
                      new.format ? new.format : "as usual");
            w = FIELD_STRING;
        } else if (w != f->kind || w != kind)
            read_note(report, "field '%s' is %s in one index and %s in another: read as %s", path,
                      f->type, type, w == FIELD_REAL ? "real" : "text");
        f->kind = w;
        field_clear(&new);
        return;
    }
    s->fields = xrealloc(s->fields, (s->n + 1) * sizeof *s->fields);
    s->fields[s->n++] = new;
}

/* `container`: 0 outside nested objects. A nested field is one, and what it holds is in s->inner.
 */
static void merge_properties(Schema *s, const cJSON *properties, const char *prefix,
                             size_t container, ReadReport *report)
{
    const cJSON *p;
    cJSON_ArrayForEach(p, properties)
    {
        Buf path = BUF_INIT;
        buf_printf(&path, "%s%s%s", prefix, *prefix ? "." : "", p->string);
        const char *type = text_member(p, "type");
        bool nested = type && strcmp(type, "nested") == 0;
        if (type && strcmp(type, "object") != 0 && !(nested && container))
            merge_field(s, path.p, type, p, container, report);
        else
            merge_properties(s, member(p, "properties"), path.p, container, report);
        if (nested && !container) {
            s->inner = s->inner ? s->inner : xcalloc(1, sizeof *s->inner);
            merge_properties(s->inner, member(p, "properties"), path.p, path.n, report);
        }
        buf_free(&path);
    }
}

/* Our own indexes tell the order of their columns. */
static void order_fields(Schema *s, const cJSON *meta)
{
    const cJSON *names = member(member(meta, "glint"), "columns"), *name;
    size_t done = 0;
    cJSON_ArrayForEach(name, names)
    {
        long at = cJSON_IsString(name) ? schema_find(s, str_of(name->valuestring)) : -1;
        if (at < (long)done)
            continue;
        Field f = s->fields[at];
        memmove(&s->fields[done + 1], &s->fields[done], ((size_t)at - done) * sizeof f);
        s->fields[done++] = f;
    }
}

static bool count_shards(Client *c, const char *path, Schema *s, Error *err)
{
    cJSON *j = client_json(
        c, "GET", STR_NULL, true, NULL, err,
        /* no flat_settings: filter_path would then find nothing */
        "/%s/_settings?filter_path=*.settings.index.number_of_shards", path);
    const cJSON *one;
    cJSON_ArrayForEach(one, j)
    {
        const char *n = text_member(member(member(one, "settings"), "index"), "number_of_shards");
        int64_t k = 1;
        if (n)
            parse_int(str_of(n), &k);
        s->shards += (size_t)k;
    }
    cJSON_Delete(j);
    return j != NULL;
}

Schema *schema_fetch(Client *c, const char *index, ReadReport *report, Error *err)
{
    Buf path = BUF_INIT;
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "GET", STR_NULL, true, NULL, err, "/%s/_mapping", path.p);
    Schema *s = NULL;
    if (!j)
        goto done;
    s = xcalloc(1, sizeof *s);
    const cJSON *one;
    cJSON_ArrayForEach(one, j)
    {
        const cJSON *m = member(one, "mappings");
        merge_properties(s, member(m, "properties"), "", 0, report);
        s->indexes++;
        if (s->indexes == 1)
            order_fields(s, member(m, "_meta"));
    }
    if (s->indexes == 0) {
        fail(err, ERR_NAME, "no index '%s'", index);
        error_hint(err, "es indexes lists what is there");
    }
    if (error_is_set(err) || !count_shards(c, path.p, s, err)) {
        schema_free(s);
        s = NULL;
    }
done:
    cJSON_Delete(j);
    buf_free(&path);
    return s;
}

void schema_free(Schema *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->n; i++)
        field_clear(&s->fields[i]);
    schema_free(s->inner);
    free(s->fields);
    free(s);
}

Frame *schema_frame(const Schema *s, Error *err)
{
    static const ColType types[] = {
        [FIELD_INT] = COL_INT,     [FIELD_UINT] = COL_INT,  [FIELD_REAL] = COL_REAL,
        [FIELD_BOOL] = COL_BOOL,   [FIELD_TIME] = COL_TIME, [FIELD_STRING] = COL_TEXT,
        [FIELD_NESTED] = COL_TEXT, [FIELD_OTHER] = COL_TEXT};
    char **names = xcalloc(s->n + 1, sizeof *names);
    Column **cols = xcalloc(s->n + 1, sizeof *cols);
    for (size_t i = 0; i < s->n; i++) {
        names[i] = s->fields[i].path;
        cols[i] = column_new(types[s->fields[i].kind], 1, err);
    }
    Frame *f = frame_new(names, cols, s->n, 1);
    free(names);
    free(cols);
    return f;
}

RoleMap schema_roles(const Schema *s, const char *table)
{
    Error ignored = ERROR_INIT; /* a column of one row asks for nothing */
    Frame *f = schema_frame(s, &ignored);
    RoleMap roles = roles_guess(table, f);
    frame_unref(f);
    return roles;
}

/* ---- writing ---- */

#define DATE_FORMATS "strict_date_optional_time||epoch_millis"

static const char *property_of(const Column *c)
{
    switch (c->type) {
    case COL_INT:
        return "{\"type\":\"long\"}";
    case COL_REAL:
        return "{\"type\":\"double\"}";
    case COL_BOOL:
        return "{\"type\":\"boolean\"}";
    case COL_TIME:
        return "{\"type\":\"date\",\"format\":\"" DATE_FORMATS "\"}";
    case COL_CODE:
    case COL_TEXT:
        break;
    }
    return "{\"type\":\"keyword\",\"ignore_above\":8191}";
}

/* Prose is searched by words, and kept whole for grouping beside. */
static bool is_prose(const Frame *f, size_t col, const RoleMap *roles)
{
    return roles && (long)col == roles->col[ROLE_TITLE] &&
           (f->cols[col]->type == COL_TEXT || f->cols[col]->type == COL_CODE);
}

void index_body(const Frame *f, const IndexPlan *plan, Buf *out)
{
    buf_printf(out,
               "{\"settings\":{\"index.number_of_shards\":%s,\"index.number_of_replicas\":%s%s},",
               plan->shards ? plan->shards : "1", plan->replicas ? plan->replicas : "0",
               plan->knn ? ",\"index.knn\":true" : "");
    buf_puts(out, "\"mappings\":{\"dynamic\":\"strict\",\"_meta\":{\"glint\":{\"columns\":[");
    for (size_t j = 0; f && j < f->ncols; j++) {
        buf_puts(out, j ? "," : "");
        buf_json_str(out, str_of(f->names[j]));
    }
    buf_puts(out, "]");
    if (plan->model) {
        buf_puts(out, ",\"model\":");
        buf_json_str(out, str_of(plan->model));
    }
    if (plan->fingerprint)
        buf_printf(out, ",\"fingerprint\":\"%s\"", plan->fingerprint);
    buf_puts(out, "}},\"properties\":{");
    for (size_t j = 0; f && j < f->ncols; j++) {
        buf_puts(out, j ? "," : "");
        buf_json_str(out, str_of(f->names[j]));
        buf_putc(out, ':');
        buf_puts(out, is_prose(f, j, plan->roles) ? "{\"type\":\"text\",\"fields\":{\"raw\":{"
                                                    "\"type\":\"keyword\",\"ignore_above\":8191}}}"
                                                  : property_of(f->cols[j]));
    }
    if (plan->extra) {
        buf_puts(out, f && f->ncols ? "," : "");
        buf_puts(out, plan->extra);
    }
    buf_puts(out, "}}}");
}

static void diff_properties(const cJSON *want, const cJSON *have, const char *prefix, Buf *out)
{
    const cJSON *w, *h;
    cJSON_ArrayForEach(w, want)
    {
        h = member(have, w->string);
        const char *wt = text_member(w, "type"), *ht = text_member(h, "type");
        if (!h)
            buf_printf(out, "+ %s%s %s\n", prefix, w->string, wt ? wt : "object");
        else if (wt && (!ht || strcmp(wt, ht) != 0))
            buf_printf(out, "~ %s%s %s -> %s\n", prefix, w->string, ht ? ht : "object", wt);
        if (h && member(w, "properties")) {
            Buf p = BUF_INIT;
            buf_printf(&p, "%s%s.", prefix, w->string);
            diff_properties(member(w, "properties"), member(h, "properties"), p.p, out);
            buf_free(&p);
        }
    }
    cJSON_ArrayForEach(h, have)
    {
        if (!member(want, h->string))
            buf_printf(out, "- %s%s\n", prefix, h->string);
    }
}

bool index_diff(Client *c, const char *index, Str body, bool *exists, Buf *out, Error *err)
{
    if (!client_index_exists(c, index, exists, err))
        return false;
    cJSON *want = json_parse(body, err), *have = NULL;
    if (!want)
        return false;
    if (*exists) {
        Buf path = BUF_INIT;
        buf_url(&path, str_of(index));
        have = client_json(c, "GET", STR_NULL, true, NULL, err, "/%s/_mapping", path.p);
        buf_free(&path);
    }
    bool ok = !*exists || have;
    if (ok)
        diff_properties(member(member(want, "mappings"), "properties"),
                        member(member(have ? have->child : NULL, "mappings"), "properties"), "",
                        out);
    cJSON_Delete(want);
    cJSON_Delete(have);
    return ok;
}

bool index_drop(Client *c, const char *index, Error *err)
{
    if (strpbrk(index, "*,"))
        return fail(err, ERR_USAGE, "'%s' is a pattern: indexes are dropped one by one, by name",
                    index);
    Buf path = BUF_INIT;
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "DELETE", STR_NULL, true, NULL, err, "/%s", path.p);
    buf_free(&path);
    cJSON_Delete(j);
    return j != NULL;
}

bool index_create(Client *c, const char *index, Str body, bool replace, bool *made, Error *err)
{
    bool exists = false;
    Buf diff = BUF_INIT, path = BUF_INIT;
    bool ok = index_diff(c, index, body, &exists, &diff, err);
    *made = false;
    if (ok && exists && replace) {
        ok = index_drop(c, index, err);
        exists = false;
    }
    if (ok && exists && diff.n) {
        diff.p[diff.n - 1] = '\0';
        for (char *p = diff.p; *p; p++)
            *p = *p == '\n' ? ',' : *p;
        fail(err, ERR_DATA, "index '%s' is there with another mapping: %.250s", index, diff.p);
        ok = error_hint(err, "--replace drops it first, --prefix makes another one");
    } else if (ok && !exists) {
        buf_url(&path, str_of(index));
        cJSON *j = client_json(c, "PUT", body, true, NULL, err, "/%s", path.p);
        cJSON_Delete(j);
        *made = ok = j != NULL;
    }
    buf_free(&diff);
    buf_free(&path);
    return ok;
}
