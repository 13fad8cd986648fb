/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * vectors.c - vectors in the engine: posts so that an inner product is the linear predictor, posts
 * by their features.
 *
 * The linear predictor is user_part[u] + post_part[p] + table[profile of u][profile of p]. With z =
 * [the table's entries for the post, post_part, 1] and q = [which profile the user has, 1,
 * user_part], q.z is just that; the shorter side of the table gives the dimensions. So posts are
 * indexed once and any user is ranked exactly, without a pair being stored. Approximate search over
 * so few documents finds what exact search finds; the score is float32.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "es/schema.h"
#include "es/serve.h"
#include "features/vector.h"

#define DIMS_MAX 4096 /* what engines take */

/* ---- the model's vectors ---- */

static size_t joint_dims(const PairParts *p)
{
    if (!p->table)
        return 0;
    return p->user_profiles < p->post_profiles ? p->user_profiles : p->post_profiles;
}

static bool check_dims(size_t dims, Error *err)
{
    if (dims <= DIMS_MAX)
        return true;
    fail(err, ERR_DATA, "the joint terms need vectors of %zu numbers, engines take %d", dims,
         DIMS_MAX);
    return error_hint(err, "join fewer levels, or score with --layout nested");
}

static void post_vector(const PairParts *p, size_t post, double *z)
{
    size_t k = joint_dims(p);
    for (size_t i = 0; i < k; i++) {
        if (p->user_profiles < p->post_profiles)
            z[i] = p->table[i * p->post_profiles + p->post_profile[post]];
        else
            z[i] = p->post_profile[post] == i;
    }
    z[k] = p->post_part[post];
    z[k + 1] = 1;
}

static void user_vector(const PairParts *p, size_t user, float *q)
{
    size_t k = joint_dims(p);
    for (size_t i = 0; i < k; i++) {
        if (p->user_profiles < p->post_profiles)
            q[i] = p->user_profile[user] == i;
        else
            q[i] = (float)p->table[p->user_profile[user] * p->post_profiles + i];
    }
    q[k] = 1;
    q[k + 1] = (float)p->user_part[user];
}

/* All posts with all users: profiles must be numbered the same for writing and for asking. */
static bool parts_at(const Model *m, const World *w, int64_t moment, PairScorer **s, PairParts *p,
                     Error *err)
{
    PairOptions po = {.moment = moment};
    *s = pairs_new(m, w, &po, err);
    if (*s && pairs_parts(*s, p, err))
        return true;
    pairs_free(*s);
    *s = NULL;
    return false;
}

bool vectors_query(const Model *m, const World *w, uint32_t user, int64_t moment, float **q,
                   size_t *dims, Error *err)
{
    PairScorer *s;
    PairParts p;
    if (!parts_at(m, w, moment, &s, &p, err))
        return false;
    bool ok = !isnan(p.user_part[user]) ||
              fail(err, ERR_DATA, "an attribute of that user is missing: no probability");
    if (ok) {
        *dims = joint_dims(&p) + 2;
        *q = xcalloc(*dims, sizeof **q);
        user_vector(&p, user, *q);
    }
    pair_parts_clear(&p);
    pairs_free(s);
    return ok;
}

/* The property of a vector as this engine spells it; false when it has none. */
static bool vector_property(const Client *c, const char *field, size_t dims, const char *knn_space,
                            const char *dense_similarity, Buf *out, Error *err)
{
    buf_puts(out, "\"post\":{\"type\":\"keyword\"},\"title\":{\"type\":\"text\"},");
    if (c->caps.knn_vector)
        buf_printf(out,
                   "\"%s\":{\"type\":\"knn_vector\",\"dimension\":%zu,\"method\":{\"name\":"
                   "\"hnsw\",\"engine\":\"lucene\",\"space_type\":\"%s\"}}",
                   field, dims, knn_space);
    else if (c->caps.dense_vector)
        buf_printf(out,
                   "\"%s\":{\"type\":\"dense_vector\",\"dims\":%zu,\"index\":true,\"similarity\":"
                   "\"%s\",\"index_options\":{\"type\":\"hnsw\"}}",
                   field, dims, dense_similarity);
    else
        return fail(err, ERR_REMOTE, "this engine has no vectors (es doctor)");
    return true;
}

static bool make_index(Client *c, const char *index, const char *property, const char *model,
                       bool replace, Error *err)
{
    Buf body = BUF_INIT;
    bool made;
    index_body(NULL, &(IndexPlan){.extra = property, .knn = c->caps.knn_vector, .model = model},
               &body);
    bool ok = index_create(c, index, buf_slice(&body), replace, &made, err);
    buf_free(&body);
    return ok;
}

static void put_post(const World *w, size_t row, const char *field, const double *v, size_t dims,
                     Buf *id, Buf *action, Buf *doc)
{
    long title = w->posts_roles.col[ROLE_TITLE];
    buf_clear(id);
    column_print(w->posts->cols[w->posts_roles.col[ROLE_POST]], row, id);
    buf_clear(action);
    buf_puts(action, "{\"index\":{\"_id\":");
    buf_json_str(action, buf_slice(id));
    buf_puts(action, "}}");
    buf_clear(doc);
    buf_puts(doc, "{\"post\":");
    buf_json_str(doc, buf_slice(id));
    if (title >= 0 && !column_is_null(w->posts->cols[title], row)) {
        buf_puts(doc, ",\"title\":");
        buf_json_str(doc, column_text(w->posts->cols[title], row));
    }
    buf_printf(doc, ",\"%s\":[", field);
    for (size_t k = 0; k < dims; k++)
        buf_printf(doc, "%s%.9g", k ? "," : "", v[k]);
    buf_puts(doc, "]}");
}

bool vectors_write(Client *c, const Model *m, const World *w, const char *index, int64_t moment,
                   bool replace, PushLedger *ledger, size_t *dims, Error *err)
{
    PairScorer *s;
    PairParts p;
    if (!client_probe(c, err) || !parts_at(m, w, moment, &s, &p, err))
        return false;
    Buf property = BUF_INIT, id = BUF_INIT, action = BUF_INIT, doc = BUF_INIT;
    *dims = joint_dims(&p) + 2;
    double *z = xcalloc(*dims, sizeof *z);
    bool ok = check_dims(*dims, err) &&
              vector_property(c, "z", *dims, "innerproduct", "max_inner_product", &property, err) &&
              make_index(c, index, property.p, m->name, replace, err);
    Bulk *b = ok ? bulk_open(c, &(BulkOptions){.index = index}, ledger, err) : NULL;
    for (size_t i = 0; b && ok && i < p.posts; i++) {
        if (isnan(p.post_part[i]))
            continue;
        post_vector(&p, i, z);
        put_post(w, i, "z", z, *dims, &id, &action, &doc);
        ok = bulk_item(b, buf_slice(&id), buf_slice(&action), buf_slice(&doc), err);
    }
    if (b && ok)
        ok = bulk_close(b, true, err);
    else
        bulk_abandon(b);
    free(z);
    buf_free(&property);
    buf_free(&id);
    buf_free(&action);
    buf_free(&doc);
    pair_parts_clear(&p);
    pairs_free(s);
    return ok && b;
}

/* ---- posts by their own features ---- */

static VectorSpace *post_space(const World *w, Error *err)
{
    /* the key and the title say nothing of likeness; tags, language, author and numbers do */
    Frame *f = frame_ref(w->posts);
    static const Role without[] = {ROLE_POST, ROLE_TITLE};
    for (size_t i = 0; i < 2; i++) {
        long col = w->posts_roles.col[without[i]];
        long at = col >= 0 ? frame_find(f, str_of(w->posts->names[col])) : -1;
        if (at >= 0) {
            Frame *less = frame_without(f, w->posts->names[col]);
            frame_unref(f);
            f = less;
        }
    }
    VectorSpace *v = vectors_new(f, NULL, 0, err);
    frame_unref(f);
    return v;
}

bool similar_write(Client *c, const World *w, const char *index, PushLedger *ledger, size_t *dims,
                   Error *err)
{
    if (!client_probe(c, err))
        return false;
    VectorSpace *v = post_space(w, err);
    if (!v)
        return false;
    Buf property = BUF_INIT, id = BUF_INIT, action = BUF_INIT, doc = BUF_INIT;
    *dims = vectors_dims(v);
    float *x = xcalloc(*dims + 1, sizeof *x);
    double *d = xcalloc(*dims + 1, sizeof *d);
    bool ok = check_dims(*dims, err) &&
              vector_property(c, "v", *dims, "l2", "l2_norm", &property, err) &&
              make_index(c, index, property.p, NULL, true, err);
    Bulk *b = ok ? bulk_open(c, &(BulkOptions){.index = index}, ledger, err) : NULL;
    for (size_t i = 0; b && ok && i < w->posts->rows; i++) {
        vectors_row(v, i, x);
        for (size_t k = 0; k < *dims; k++)
            d[k] = (double)x[k];
        put_post(w, i, "v", d, *dims, &id, &action, &doc);
        ok = bulk_item(b, buf_slice(&id), buf_slice(&action), buf_slice(&doc), err);
    }
    if (b && ok)
        ok = bulk_close(b, true, err);
    else
        bulk_abandon(b);
    free(x);
    free(d);
    buf_free(&property);
    buf_free(&id);
    buf_free(&action);
    buf_free(&doc);
    vectors_free(v);
    return ok && b;
}

static bool post_row(const World *w, const char *post, size_t *row, Error *err)
{
    Buf b = BUF_INIT;
    for (*row = 0; *row < w->posts->rows; (*row)++) {
        buf_clear(&b);
        column_print(w->posts->cols[w->posts_roles.col[ROLE_POST]], *row, &b);
        if (str_eqz(buf_slice(&b), post))
            break;
    }
    buf_free(&b);
    return *row < w->posts->rows || fail(err, ERR_NAME, "no post '%s' in %s", post, w->posts_name);
}

bool similar_run(Client *c, const World *w, const char *index, const char *post, size_t k,
                 RankHit *hits, size_t *n, Error *err)
{
    size_t row;
    *n = 0;
    if (!client_probe(c, err) || !post_row(w, post, &row, err))
        return false;
    VectorSpace *v = post_space(w, err);
    if (!v)
        return false;
    size_t dims = vectors_dims(v);
    float *x = xcalloc(dims + 1, sizeof *x);
    vectors_row(v, row, x);
    Buf vec = BUF_INIT, body = BUF_INIT, path = BUF_INIT;
    for (size_t i = 0; i < dims; i++)
        buf_printf(&vec, "%s%.9g", i ? "," : "", (double)x[i]);
    buf_printf(&body, "{\"size\":%zu,\"_source\":[\"post\",\"title\"],", k + 1);
    if (c->caps.knn_vector)
        buf_printf(&body, "\"query\":{\"knn\":{\"v\":{\"k\":%zu,\"vector\":[%s]}}}}", k + 1, vec.p);
    else
        buf_printf(
            &body,
            "\"knn\":{\"field\":\"v\",\"k\":%zu,\"num_candidates\":%zu,\"query_vector\":[%s]}}",
            k + 1, 10 * (k + 1), vec.p);
    buf_url(&path, str_of(index));
    cJSON *j = client_json(c, "POST", buf_slice(&body), true, NULL, err, "/%s/_search", path.p);
    bool ok = j && client_search_whole(j, err);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(
                    cJSON_GetObjectItemCaseSensitive(j, "hits"), "hits"),
                *hit;
    cJSON_ArrayForEach(hit, list)
    {
        const cJSON *source = cJSON_GetObjectItemCaseSensitive(hit, "_source"),
                    *score = cJSON_GetObjectItemCaseSensitive(hit, "_score");
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(source, "post"),
                    *title = cJSON_GetObjectItemCaseSensitive(source, "title");
        if (!ok || *n == k || !cJSON_IsString(id) || strcmp(id->valuestring, post) == 0)
            continue;
        RankHit *h = &hits[(*n)++];
        *h = (RankHit){.score = cJSON_IsNumber(score) ? score->valuedouble : NAN};
        snprintf(h->post, sizeof h->post, "%.250s", id->valuestring);
        if (cJSON_IsString(title))
            snprintf(h->title, sizeof h->title, "%.150s", title->valuestring);
        h->p = h->score > 0 ? sqrt(1 / h->score - 1)
                            : NAN; /* both engines: score = 1 / (1 + squared distance) */
    }
    cJSON_Delete(j);
    buf_free(&vec);
    buf_free(&body);
    buf_free(&path);
    free(x);
    vectors_free(v);
    return ok;
}
