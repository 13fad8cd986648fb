/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spec.c - what the step `features` has learned: classes of types, counters, columns; kept with
 * every model.
 *
 * As JSON it holds names only (steps, groups, columns, tags, types), never a row of data, so that
 * another process with the same tables makes the same rows.
 */
#include <stdlib.h>

#include "maker_priv.h"

Spec *spec_new(void)
{
    Arena *a = arena_new();
    Spec *s = xcalloc(1, sizeof *s);
    s->arena = a;
    s->refs = 1;
    s->as_of = INT64_MIN;
    return s;
}

Spec *spec_ref(Spec *s)
{
    if (s)
        s->refs++;
    return s;
}

void spec_unref(Spec *s)
{
    if (!s || --s->refs > 0)
        return;
    arena_free(s->arena);
    free(s);
}

/* ---- out ---- */

static void put_text(Buf *out, const char *key, const char *text)
{
    buf_printf(out, ",\"%s\":", key);
    if (text)
        buf_json_str(out, str_of(text));
    else
        buf_puts(out, "null");
}

static void put_types(const Spec *s, Buf *out)
{
    buf_puts(out, ",\"types\":[");
    for (size_t t = 0; t < s->ntypes; t++) {
        const TypeLevel *l = &s->types[t];
        buf_printf(out, "%s{\"kind\":\"%s\"", t ? "," : "", type_kind_name(l->kind));
        put_text(out, "level", l->level);
        buf_printf(out, ",\"counter\":%d,\"positive\":%s,\"day_only\":%s}", (int)l->counter,
                   l->positive ? "true" : "false", l->day_only ? "true" : "false");
    }
    buf_puts(out, "],\"counters\":[");
    for (size_t c = 0; c < s->ncounters; c++) {
        buf_printf(out, "%s{\"kind\":\"%s\"", c ? "," : "", type_kind_name(s->counters[c].kind));
        put_text(out, "suffix", s->counters[c].suffix);
        buf_printf(out, ",\"flag\":%s}", s->counters[c].is_flag ? "true" : "false");
    }
    buf_putc(out, ']');
}

/* Moments and durations go as text: a double holds no 64-bit integer. */
void spec_to_json(const Spec *s, Buf *out)
{
    buf_printf(
        out, "{\"step\":\"features\",\"rows\":\"%s\",\"window_us\":\"%lld\",\"active_us\":\"%lld\"",
        s->pairs ? "pairs" : "interactions", (long long)s->window_us, (long long)s->active_us);
    if (s->as_of != INT64_MIN)
        buf_printf(out, ",\"as_of_us\":\"%lld\"", (long long)s->as_of);
    buf_puts(out, ",\"negatives\":");
    buf_json_real(out, s->negatives);
    buf_puts(out, ",\"sample_rate\":");
    buf_json_real(out, s->sample_rate);
    put_types(s, out);
    buf_puts(out, ",\"columns\":[");
    for (size_t j = 0; j < s->ncols; j++) {
        const FeatureCol *c = &s->cols[j];
        buf_puts(out, j ? ",{\"name\":" : "{\"name\":");
        buf_json_str(out, str_of(c->name));
        put_text(out, "group", c->group);
        put_text(out, "step", c->step->name);
        put_text(out, "column", c->column);
        buf_printf(out, ",\"source\":%d,\"arg\":%d}", (int)c->source, (int)c->arg);
    }
    buf_puts(out, "]}");
}

/* ---- in ---- */

static bool get_moment(const cJSON *j, const char *key, int64_t *out, Error *err)
{
    const char *text;
    if (!cJSON_GetObjectItemCaseSensitive(j, key))
        return true;
    if (!json_get_text(j, key, "recipe", &text, err))
        return false;
    return parse_int(str_of(text), out) || fail(err, ERR_DATA, "recipe.%s is not a number", key);
}

static bool get_small(const cJSON *j, const char *key, int64_t low, int64_t high, int32_t *out,
                      Error *err)
{
    int64_t v;
    if (!json_get_int(j, key, "recipe", &v, err))
        return false;
    if (v < low || v > high)
        return fail(err, ERR_DATA, "recipe has %s %lld, which is not in %lld to %lld", key,
                    (long long)v, (long long)low, (long long)high);
    *out = (int32_t)v;
    return true;
}

static bool get_kind(const cJSON *j, TypeKind *out, Error *err)
{
    const char *name;
    if (!json_get_text(j, "kind", "recipe", &name, err))
        return false;
    for (TypeKind k = TYPE_OTHER; k <= TYPE_POSTING; k++)
        if (strcmp(name, type_kind_name(k)) == 0) {
            *out = k;
            return true;
        }
    return fail(err, ERR_DATA,
                "the recipe has a kind of interaction '%s', which this version does not know",
                name);
}

static bool get_copy(Spec *s, const cJSON *j, const char *key, char **out, Error *err)
{
    const char *text;
    if (!json_get_text(j, key, "recipe", &text, err))
        return false;
    *out = arena_strndup(s->arena, text, strlen(text));
    return true;
}

static bool get_types(Spec *s, const cJSON *j, Error *err)
{
    const cJSON *types = json_get_array(j, "types", "recipe", err), *item;
    const cJSON *counters = types ? json_get_array(j, "counters", "recipe", err) : NULL;
    if (!counters)
        return false;
    if (cJSON_GetArraySize(counters) > COUNTERS_MAX)
        return fail(err, ERR_DATA, "the recipe has more than %d counters", COUNTERS_MAX);
    cJSON_ArrayForEach(item, counters)
    {
        Counter *c = &s->counters[s->ncounters];
        if (!get_kind(item, &c->kind, err) || !get_copy(s, item, "suffix", &c->suffix, err) ||
            !json_get_bool(item, "flag", "recipe", &c->is_flag, err))
            return false;
        s->ncounters++;
    }
    s->types = arena_array(s->arena, TypeLevel, (size_t)cJSON_GetArraySize(types) + 1);
    cJSON_ArrayForEach(item, types)
    {
        TypeLevel *t = &s->types[s->ntypes];
        if (!get_kind(item, &t->kind, err) || !get_copy(s, item, "level", &t->level, err) ||
            !get_small(item, "counter", -1, (int64_t)s->ncounters - 1, &t->counter, err) ||
            !json_get_bool(item, "positive", "recipe", &t->positive, err) ||
            !json_get_bool(item, "day_only", "recipe", &t->day_only, err))
            return false;
        s->ntypes++;
    }
    return true;
}

static bool get_column(Spec *s, const cJSON *j, FeatureCol *c, Error *err)
{
    const char *group, *step;
    int32_t source;
    const cJSON *column = cJSON_GetObjectItemCaseSensitive(j, "column");
    if (!get_copy(s, j, "name", &c->name, err) ||
        !json_get_text(j, "group", "recipe", &group, err) ||
        !json_get_text(j, "step", "recipe", &step, err) ||
        !get_small(j, "source", FROM_NONE, FROM_EVENT, &source, err) ||
        !get_small(j, "arg", -1, COUNTERS_MAX, &c->arg, err))
        return false;
    c->source = (Source)source;
    if (column && !cJSON_IsNull(column) && !get_copy(s, j, "column", &c->column, err))
        return false;
    c->group = group_find(str_of(group));
    c->step = step_find(str_of(step));
    if (!c->group || !c->step)
        return fail(err, ERR_DATA,
                    "the recipe makes '%s' by a step '%s', which this version does not know",
                    c->name, step);
    int32_t low = c->step->nargs == ARG_COUNTER ? -1 : 0;
    int32_t high = c->step->nargs == ARG_COUNTER ? (int32_t)s->ncounters : c->step->nargs;
    if (c->arg < low || c->arg >= high ||
        (c->step->named && (!c->column || c->source == FROM_NONE)))
        return fail(err, ERR_DATA, "the recipe is damaged: '%s' does not say from what it is made",
                    c->name);
    return true;
}

Spec *spec_from_json(const cJSON *j, Error *err)
{
    Spec *s = spec_new();
    const char *rows;
    bool ok = json_get_text(j, "rows", "recipe", &rows, err) &&
              get_moment(j, "window_us", &s->window_us, err) &&
              get_moment(j, "active_us", &s->active_us, err) &&
              get_moment(j, "as_of_us", &s->as_of, err) &&
              json_get_real(j, "negatives", "recipe", &s->negatives, err) &&
              json_get_real(j, "sample_rate", "recipe", &s->sample_rate, err) &&
              get_types(s, j, err);
    const cJSON *cols = ok ? json_get_array(j, "columns", "recipe", err) : NULL, *item;
    ok = cols != NULL;
    if (ok) {
        s->pairs = strcmp(rows, "pairs") == 0;
        s->cols = arena_array(s->arena, FeatureCol, (size_t)cJSON_GetArraySize(cols) + 1);
    }
    cJSON_ArrayForEach(item, cols)
    {
        ok = ok && get_column(s, item, &s->cols[s->ncols], err);
        s->ncols += ok;
    }
    if (ok)
        return s;
    spec_unref(s);
    return NULL;
}
