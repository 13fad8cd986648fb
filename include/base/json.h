/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * json.h - reading small JSON documents with cJSON, failing with a path; writing JSON text into a
 * Buf. Numbers are doubles here: data pages with 64-bit integers are read with yajl in es/page.c
 * and data/ndjson.c.
 */
#ifndef GLINT_BASE_JSON_H
#define GLINT_BASE_JSON_H

#include <cjson/cJSON.h>

#include "base/str.h"

/* Parses the whole text or fails with line and column. Free with cJSON_Delete. */
cJSON *json_parse(Str text, Error *err);
/* Typed getters: fail with "PATH is missing" or "PATH is not a number" (where `path` names the
 * object). */
bool json_get_real(const cJSON *obj, const char *key, const char *path, double *out, Error *err);
bool json_get_int(const cJSON *obj, const char *key, const char *path, int64_t *out, Error *err);
bool json_get_bool(const cJSON *obj, const char *key, const char *path, bool *out, Error *err);
/* Borrowed text. */
bool json_get_text(const cJSON *obj, const char *key, const char *path, const char **out,
                   Error *err);
const cJSON *json_get_array(const cJSON *obj, const char *key, const char *path, Error *err);
const cJSON *json_get_object(const cJSON *obj, const char *key, const char *path, Error *err);

/* Writing: a JSON string with quotes and escapes; a double with up to 17 significant digits (null
 * when not finite). */
void buf_json_str(Buf *b, Str s);
void buf_json_real(Buf *b, double v);

#endif
