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

#include "es/batch.h"
#include "es/target.h"
#include "vector_priv.h"

/* ---- the model's vectors ---- */

static size_t joint_dims(const PairParts *p)
{
    if (!p->table)
        return 0;
    return p->user_profiles < p->post_profiles ? p->user_profiles : p->post_profiles;
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

/* Row numbers of the posts that have an entry in the parts. */
static bool write_posts(Client *c, const World *w, const PairParts *p, const char *index,
                        PushLedger *ledger, Error *err)
{
    size_t n = 0, dims = joint_dims(p) + 2;
    uint32_t *rows = world_candidates(w, &n, err);
    if (!rows)
        return false;
    VectorWriter v;
    double *z = xcalloc(dims, sizeof *z);
    bool ok = vector_writer_open(&v, c, w, index, "z", dims, ledger, err);
    for (size_t i = 0; ok && i < n && i < p->posts; i++) {
        if (isnan(p->post_part[i]))
            continue;
        post_vector(p, i, z);
        ok = vector_writer_put(&v, rows[i], z, err);
    }
    ok = vector_writer_close(&v, ok, err);
    free(z);
    free(rows);
    return ok;
}

bool vectors_write(Client *c, const Model *m, const World *w, const BatchOptions *opt,
                   BatchReport *r, size_t *dims, Error *err)
{
    PairScorer *s;
    PairParts p;
    char print[24];
    *r = (BatchReport){.counted = -1};
    if ((c && !client_probe(c, err)) || !parts_at(m, w, opt->moment, &s, &p, err))
        return false;
    Buf property = BUF_INIT, body = BUF_INIT;
    *dims = joint_dims(&p) + 2;
    snprintf(print, sizeof print, "%016llx", (unsigned long long)model_fingerprint(m));
    bool ok = batch_check_drift(s, m, opt, r, err);
    if (!c)
        goto done;
    ok = ok && vector_property(vector_form(c), VECTOR_INNER, "z", *dims, &property, err);
    if (ok) {
        index_body(NULL,
                   &(IndexPlan){.extra = property.p,
                                .knn = c->caps.knn_vector,
                                .model = m->name,
                                .fingerprint = print},
                   &body);
        int64_t version = opt->version ? opt->version : opt->moment / 1000;
        ok = target_open(c, opt->target, version, buf_slice(&body), r->index, err);
    }
    if (ok && strcmp(r->index, opt->target) == 0) {
        fail(err, ERR_DATA,
             "'%s' is an index: vectors go to new ones, behind an alias of that name", opt->target);
        ok = error_hint(err, "es drop %s, or another name", opt->target);
    }
    ok = ok && write_posts(c, w, &p, r->index, &r->ledger, err);
    if (ok && !r->ledger.failed)
        ok = target_swap(c, opt->target, r->index, r->replaced, err);
done:
    buf_free(&property);
    buf_free(&body);
    pair_parts_clear(&p);
    pairs_free(s);
    return ok;
}
