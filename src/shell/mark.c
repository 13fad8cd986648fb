/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mark.c - the high-water mark of an incremental load.
 *
 * Documents of the mark's own millisecond may still come after it was read, so the range takes that
 * moment in again and the ids that were had are left out. The file is written beside and renamed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "shell/mark.h"

static int64_t ms_of(int64_t us)
{
    return us / 1000 - (us % 1000 < 0);
}

bool mark_read(const char *path, const char *index, const char *field, Mark *out, Error *err)
{
    *out = (Mark){.ids = strmap_new(16)};
    if (!file_exists(path))
        return true;
    FileText t;
    if (!file_read(path, &t, err))
        return false;
    cJSON *j = json_parse((Str){t.p, t.n}, err);
    file_text_free(&t);
    const char *its_index, *its_field;
    bool ok = j && json_get_text(j, "index", "mark", &its_index, err) &&
              json_get_text(j, "field", "mark", &its_field, err) &&
              json_get_int(j, "ms", "mark", &out->ms, err);
    if (!ok)
        error_context(err, "%s", path);
    if (ok && (strcmp(its_index, index) != 0 || strcmp(its_field, field) != 0)) {
        ok = fail(err, ERR_DATA, "the mark in '%s' is of '%s' by '%s'", path, its_index, its_field);
        error_hint(err, "another file, or remove it to read all of '%s'", index);
    }
    const cJSON *id;
    cJSON_ArrayForEach(id, cJSON_GetObjectItemCaseSensitive(j, "ids"))
    {
        if (cJSON_IsString(id))
            strmap_add(out->ids, str_of(id->valuestring), NULL);
    }
    cJSON_Delete(j);
    out->there = ok;
    return ok;
}

static void put_ids(const Mark *m, Buf *out)
{
    for (uint32_t i = 0; i < strmap_count(m->ids); i++) {
        buf_puts(out, i ? "," : "");
        buf_json_str(out, strmap_at(m->ids, i));
    }
}

void mark_filter(const Mark *m, const char *field, Buf *filter, Buf *must_not)
{
    if (!m->there)
        return;
    buf_puts(filter, "{\"range\":{");
    buf_json_str(filter, str_of(field));
    buf_printf(filter, ":{\"gte\":%lld,\"format\":\"epoch_millis\"}}}", (long long)m->ms);
    buf_puts(must_not, "{\"ids\":{\"values\":[");
    put_ids(m, must_not);
    buf_puts(must_not, "]}}");
}

static void take_newest(Mark *m, const Column *when, const Column *id)
{
    int64_t newest = m->there ? m->ms : INT64_MIN;
    for (size_t i = 0; i < when->n; i++)
        if (!column_is_null(when, i) && ms_of(when->v.i[i]) > newest)
            newest = ms_of(when->v.i[i]);
    if (newest == INT64_MIN)
        return;
    if (!m->there || newest > m->ms) {
        strmap_free(m->ids);
        m->ids = strmap_new(16);
    }
    m->there = true;
    m->ms = newest;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < when->n; i++)
        if (!column_is_null(when, i) && ms_of(when->v.i[i]) == newest) {
            buf_clear(&b);
            column_print(id, i, &b);
            strmap_add(m->ids, buf_slice(&b), NULL);
        }
    buf_free(&b);
}

bool mark_move(Mark *m, const char *path, const char *index, const char *field, const Frame *f,
               Error *err)
{
    const Column *when = frame_column(f, str_of(field)), *id = frame_column(f, STR("_id"));
    if (!when || when->type != COL_TIME || !id)
        return fail(err, ERR_DATA, "'%s' holds no moments that a mark could stand at", field);
    take_newest(m, when, id);
    if (!m->there)
        return true;
    Buf b = BUF_INIT;
    buf_puts(&b, "{\"index\":");
    buf_json_str(&b, str_of(index));
    buf_puts(&b, ",\"field\":");
    buf_json_str(&b, str_of(field));
    buf_printf(&b, ",\"ms\":%lld,\"ids\":[", (long long)m->ms);
    put_ids(m, &b);
    buf_puts(&b, "]}\n");
    FileOut *out = file_out_open(path, err);
    bool ok = out && file_out_write(out, b.p, b.n, err);
    if (ok)
        ok = file_out_commit(out, err);
    else
        file_out_abandon(out);
    buf_free(&b);
    return ok;
}

void mark_clear(Mark *m)
{
    strmap_free(m->ids);
    *m = (Mark){0};
}
