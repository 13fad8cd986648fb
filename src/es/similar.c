/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * similar.c - posts like a post: feature vectors of the posts in an index, the nearest by the
 * engine.
 *
 * The vectors are those of features/vector.h, so that the engine's neighbours are the local ones.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "features/vector.h"
#include "vector_priv.h"

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
    Buf property = BUF_INIT, body = BUF_INIT;
    bool made;
    *dims = vectors_dims(v);
    float *x = xcalloc(*dims + 1, sizeof *x);
    double *d = xcalloc(*dims + 1, sizeof *d);
    bool ok = vector_property(vector_form(c), VECTOR_L2, "v", *dims, &property, err);
    if (ok) {
        index_body(NULL, &(IndexPlan){.extra = property.p, .knn = c->caps.knn_vector}, &body);
        ok = index_create(c, index, buf_slice(&body), true, &made, err);
    }
    if (ok) {
        VectorWriter to;
        ok = vector_writer_open(&to, c, w, index, "v", *dims, ledger, err);
        for (size_t i = 0; ok && i < w->posts->rows; i++) {
            vectors_row(v, i, x);
            for (size_t k = 0; k < *dims; k++)
                d[k] = (double)x[k];
            ok = vector_writer_put(&to, i, d, err);
        }
        ok = vector_writer_close(&to, ok, err);
    }
    free(x);
    free(d);
    buf_free(&property);
    buf_free(&body);
    vectors_free(v);
    return ok;
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
    Buf body = BUF_INIT, path = BUF_INIT;
    buf_printf(&body, "{\"size\":%zu,\"_source\":[\"post\",\"title\"],", k + 1);
    vector_search(vector_form(c), VECTOR_L2, "v", x, dims, k + 1, &body);
    buf_putc(&body, '}');
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
        /* all forms: score = 1 / (1 + squared distance) */
        h->p = h->score > 0 ? sqrt(1 / h->score - 1) : NAN;
    }
    cJSON_Delete(j);
    buf_free(&body);
    buf_free(&path);
    free(x);
    vectors_free(v);
    return ok;
}
