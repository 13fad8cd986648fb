/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json.c - cJSON documents that fail with a place or a path, and JSON text written into a Buf.
 *
 * cJSON keeps numbers as doubles; an integer is taken only when it is whole and within 2^53, where
 * doubles are exact.
 */
#include "base/json.h"

#include <math.h>

/* 2^53: the last double before whole numbers are skipped */
#define EXACT_INT_MAX 9007199254740992.0

/* Line and column, counted from 1, of byte `at`. */
static void place_of(Str text, size_t at, size_t *line, size_t *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < at && i < text.n; i++) {
        (*column)++;
        if (text.p[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}

cJSON *json_parse(Str text, Error *err)
{
    const char *end = NULL;
    size_t line, column;
    cJSON *doc = text.n ? cJSON_ParseWithLengthOpts(text.p, text.n, &end, false) : NULL;
    if (!doc) {
        place_of(text, text.n && end ? (size_t)(end - text.p) : 0, &line, &column);
        fail(err, ERR_DATA,
             text.n ? "not valid JSON at line %zu, column %zu"
                    : "empty text where JSON was expected",
             line, column);
        return NULL;
    }
    Str rest = str_sub(text, (size_t)(end - text.p), text.n);
    if (str_trim(rest).n) {
        place_of(text, text.n - rest.n, &line, &column);
        fail(err, ERR_DATA, "text behind the JSON document at line %zu, column %zu", line, column);
        cJSON_Delete(doc);
        return NULL;
    }
    return doc;
}

/* The member, or NULL with an error that names it as PATH.KEY. */
static const cJSON *member(const cJSON *obj, const char *key, const char *path,
                           cJSON_bool (*is)(const cJSON *), const char *kind, Error *err)
{
    const char *dot = path && *path ? "." : "";
    const char *prefix = path ? path : "";
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);
    if (!item)
        fail(err, ERR_DATA, "%s%s%s is missing", prefix, dot, key);
    else if (!is(item))
        fail(err, ERR_DATA, "%s%s%s is not %s", prefix, dot, key, kind);
    else
        return item;
    return NULL;
}

bool json_get_real(const cJSON *obj, const char *key, const char *path, double *out, Error *err)
{
    const cJSON *item = member(obj, key, path, cJSON_IsNumber, "a number", err);
    if (!item)
        return false;
    *out = item->valuedouble;
    return true;
}

bool json_get_int(const cJSON *obj, const char *key, const char *path, int64_t *out, Error *err)
{
    const cJSON *item = member(obj, key, path, cJSON_IsNumber, "a number", err);
    if (!item)
        return false;
    double v = item->valuedouble;
    if (v != trunc(v) || fabs(v) > EXACT_INT_MAX)
        return fail(err, ERR_DATA, "%s%s%s is not a whole number", path ? path : "",
                    path && *path ? "." : "", key);
    *out = (int64_t)v;
    return true;
}

bool json_get_bool(const cJSON *obj, const char *key, const char *path, bool *out, Error *err)
{
    const cJSON *item = member(obj, key, path, cJSON_IsBool, "true or false", err);
    if (!item)
        return false;
    *out = cJSON_IsTrue(item);
    return true;
}

bool json_get_text(const cJSON *obj, const char *key, const char *path, const char **out,
                   Error *err)
{
    const cJSON *item = member(obj, key, path, cJSON_IsString, "a text", err);
    if (!item)
        return false;
    *out = item->valuestring;
    return true;
}

const cJSON *json_get_array(const cJSON *obj, const char *key, const char *path, Error *err)
{
    return member(obj, key, path, cJSON_IsArray, "an array", err);
}

const cJSON *json_get_object(const cJSON *obj, const char *key, const char *path, Error *err)
{
    return member(obj, key, path, cJSON_IsObject, "an object", err);
}

/* Invalid UTF-8 becomes U+FFFD: JSON text has to be valid. */
void buf_json_str(Buf *b, Str s)
{
    buf_putc(b, '"');
    size_t i = 0;
    while (i < s.n) {
        size_t run = i;
        while (run < s.n && (unsigned char)s.p[run] >= 0x20 && (unsigned char)s.p[run] < 0x7F &&
               s.p[run] != '"' && s.p[run] != '\\')
            run++;
        buf_put(b, s.p + i, run - i);
        i = run;
        if (i == s.n)
            break;
        uint32_t cp = utf8_next(s, &i);
        const char *const known = "\b\f\n\r\t\"\\";
        const char *at = cp ? strchr(known, cp < 0x80 ? (int)cp : 0) : NULL;
        if (cp < 0x80 && at && *at)
            buf_printf(b, "\\%c", "bfnrt\"\\"[at - known]);
        else if (cp < 0x20 || cp == 0x7F)
            buf_printf(b, "\\u%04x", cp);
        else
            buf_utf8(b, cp);
    }
    buf_putc(b, '"');
}

void buf_json_real(Buf *b, double v)
{
    if (isfinite(v))
        buf_real(b, v);
    else
        buf_puts(b, "null");
}
