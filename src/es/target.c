/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * target.c - aliases that move from one batch to the next, and whose model an index holds.
 *
 * A batch is written into a new index; when all of it is there the alias moves in one _aliases
 * request that drops the old index too. A reader sees the old batch or the new one. Only an index
 * that a batch made is dropped (ALIAS-<version>); another one loses the alias and stays. An index
 * of ours tells in its _meta which model made it, by name and by a fingerprint of formula and
 * coefficients.
 */
#include <stdio.h>
#include <stdlib.h>

#include "es/schema.h"
#include "es/target.h"

/* The index an alias stands for ("" when there is none). Is the name an index itself? */
static bool behind(Client *c, const char *alias, char out[256], bool *is_index, Error *err)
{
    Buf path = BUF_INIT;
    buf_url(&path, str_of(alias));
    long status = 0;
    Error refused = ERROR_INIT;
    out[0] = '\0';
    *is_index = false;
    cJSON *j = client_json(c, "GET", STR_NULL, true, &status, &refused, "/%s/_alias", path.p);
    buf_free(&path);
    if (!j) {
        if (status == 404)
            return true;
        if (err && !error_is_set(err))
            *err = refused;
        return false;
    }
    if (j->child && j->child->next) {
        fail(err, ERR_DATA, "'%s' stands for several indexes: %.60s, %.60s ...", alias,
             j->child->string, j->child->next->string);
        error_hint(err, "a batch takes the place of one: name another alias");
        cJSON_Delete(j);
        return false;
    }
    if (j->child) {
        *is_index = strcmp(j->child->string, alias) == 0;
        snprintf(out, 256, "%s", j->child->string);
    }
    cJSON_Delete(j);
    return true;
}

/* The version of the batch that made an index called ALIAS-<version>, or -1. */
static int64_t batch_version(const char *index, const char *alias)
{
    int64_t version;
    size_t n = strlen(alias);
    bool ours = strncmp(index, alias, n) == 0 && index[n] == '-' && index[n + 1] >= '0' &&
                index[n + 1] <= '9' && parse_int(str_of(index + n + 1), &version);
    return ours ? version : -1;
}

bool target_open(Client *c, const char *target, int64_t version, Str body, char index[256],
                 Error *err)
{
    char now[256];
    bool is_index, made;
    if (!behind(c, target, now, &is_index, err))
        return false;
    if (is_index) {
        snprintf(index, 256, "%s", target);
        return true;
    }
    int64_t there = batch_version(now, target);
    if (there > version) {
        fail(err, ERR_GUARD,
             "'%s' stands for batch %lld, which is newer than %lld: nothing was written", target,
             (long long)there, (long long)version);
        return error_hint(err, "--version N with a higher N takes its place");
    }
    snprintf(index, 256, "%.200s-%lld", target, (long long)version);
    return index_create(c, index, body, false, &made, err);
}

bool target_swap(Client *c, const char *target, const char *index, char replaced[300], Error *err)
{
    char old[256];
    bool is_index;
    replaced[0] = '\0';
    if (strcmp(index, target) == 0)
        return true;
    if (!behind(c, target, old, &is_index, err))
        return false;
    Buf b = BUF_INIT;
    buf_puts(&b, "{\"actions\":[");
    if (old[0] && strcmp(old, index) != 0) {
        bool ours = batch_version(old, target) >= 0;
        buf_puts(&b, ours ? "{\"remove_index\":{\"index\":" : "{\"remove\":{\"index\":");
        buf_json_str(&b, str_of(old));
        if (!ours) {
            buf_puts(&b, ",\"alias\":");
            buf_json_str(&b, str_of(target));
        }
        buf_puts(&b, "}},");
        snprintf(replaced, 300, "%s%s", old,
                 ours ? " is dropped" : ", which is no batch of ours, stays");
    }
    buf_puts(&b, "{\"add\":{\"index\":");
    buf_json_str(&b, str_of(index));
    buf_puts(&b, ",\"alias\":");
    buf_json_str(&b, str_of(target));
    buf_puts(&b, "}}]}");
    cJSON *j = client_json(c, "POST", buf_slice(&b), true, NULL, err, "/_aliases");
    buf_free(&b);
    cJSON_Delete(j);
    return j != NULL;
}

/* ---- whose model ---- */

#define FNV_PRIME UINT64_C(1099511628211) /* FNV-1a, 64 bit */

uint64_t hash_start(void)
{
    return UINT64_C(14695981039346656037);
}

uint64_t hash_bytes(uint64_t h, const void *p, size_t n)
{
    const unsigned char *c = p;
    for (size_t i = 0; i < n; i++)
        h = (h ^ c[i]) * FNV_PRIME;
    return h;
}

uint64_t model_fingerprint(const Model *m)
{
    uint64_t h = hash_bytes(hash_start(), m->formula, strlen(m->formula));
    return hash_bytes(h, m->beta, m->enc->ncols * sizeof *m->beta);
}

bool target_check_model(Client *c, const char *index, const Model *m, Error *err)
{
    Buf path = BUF_INIT;
    char mine[24];
    snprintf(mine, sizeof mine, "%016llx", (unsigned long long)model_fingerprint(m));
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "GET", STR_NULL, true, NULL, err,
                           "/%s/_mapping?filter_path=*.mappings._meta.glint", path.p);
    buf_free(&path);
    if (!j)
        return false;
    const cJSON *meta = j->child;
    static const char *const steps[] = {"mappings", "_meta", "glint"};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        meta = cJSON_GetObjectItemCaseSensitive(meta, steps[i]);
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(meta, "model");
    const cJSON *print = cJSON_GetObjectItemCaseSensitive(meta, "fingerprint");
    bool ok = !cJSON_IsString(print) || strcmp(print->valuestring, mine) == 0;
    if (!ok) {
        fail(err, ERR_GUARD, "'%s' was written with another fit%s%.60s: %s has other coefficients",
             index, cJSON_IsString(name) ? ", of " : "",
             cJSON_IsString(name) ? name->valuestring : "", m->name);
        error_hint(err, "score users x posts to es:%s again with this one", index);
    }
    cJSON_Delete(j);
    return ok;
}
