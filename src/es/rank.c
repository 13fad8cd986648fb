/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rank.c - posts for one user, ranked by the engine.
 *
 *     nested   the seed's query: function_score over user_view_probabilities; score = probability
 *     sparse   a rank_feature query, linear (log where there is no linear one); 9 bits are kept
 *     pairs    a function_score over the pair documents; score = probability
 *     script   the script of `es deploy` over the Post documents' own fields
 *     weights  exp(coefficient) a level, exp decays a number; score = exp(linear predictor) * const
 *     vector   inner product of the post's and the user's vector; turned back into a probability
 *
 * With a text to match, nested, sparse and pairs add the text's score; weights multiply by it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "es/target.h"
#include "vector_priv.h"

static const struct {
    const char *name;
    double tolerance;
} ways[] = {
    [RANK_NESTED] = {"nested", 1e-6},  [RANK_SPARSE] = {"sparse", 4e-3},
    [RANK_PAIRS] = {"pairs", 1e-6},    [RANK_SCRIPT] = {"script", 1e-6},
    [RANK_WEIGHTS] = {"weights", NAN}, [RANK_VECTOR] = {"vector", 1e-5},
};
#define NWAYS (sizeof ways / sizeof *ways)

bool rank_by_parse(Str s, RankBy *out)
{
    for (size_t i = 0; i < NWAYS; i++)
        if (str_eqz(s, ways[i].name)) {
            *out = (RankBy)i;
            return true;
        }
    return false;
}

const char *rank_by_name(RankBy by)
{
    return ways[by].name;
}

double rank_tolerance(RankBy by)
{
    return ways[by].tolerance;
}

/* ---- the pieces ---- */

static void put_match(const RankOptions *o, Buf *b)
{
    if (!o->match) {
        buf_puts(b, "{\"match_all\":{}}");
        return;
    }
    buf_puts(b, "{\"match\":{");
    buf_json_str(b, str_of(o->match_field ? o->match_field : "title"));
    buf_putc(b, ':');
    buf_json_str(b, str_of(o->match));
    buf_puts(b, "}}");
}

/* Without a text the score is the probability alone; with one the text must match and its score
 * is added. */
static void put_with_match(const RankOptions *o, const char *scored, Buf *b)
{
    if (!o->match) {
        buf_puts(b, scored);
        return;
    }
    buf_puts(b, "{\"bool\":{\"must\":[");
    put_match(o, b);
    buf_printf(b, "],\"should\":[%s]}}", scored);
}

static void put_nested(const RankOptions *o, Buf *b)
{
    Buf q = BUF_INIT;
    buf_puts(&q, "{\"nested\":{\"path\":\"user_view_probabilities\",\"score_mode\":\"max\","
                 "\"query\":{\"function_score\":{"
                 "\"query\":{\"term\":{\"user_view_probabilities.user_id\":");
    buf_json_str(&q, str_of(o->user));
    buf_puts(&q, "}},\"field_value_factor\":{\"field\":\"user_view_probabilities.view_"
                 "probability\",\"missing\":0},"
                 "\"boost_mode\":\"replace\"}}}}");
    put_with_match(o, q.p, b);
    buf_free(&q);
}

void sparse_name(Buf *out, Str user)
{
    for (size_t i = 0; i < user.n; i++) {
        if (user.p[i] == '.' || user.p[i] == '%')
            buf_printf(out, "%%%02X", (unsigned char)user.p[i]);
        else
            buf_putc(out, user.p[i]);
    }
}

static void put_sparse(const RankOptions *o, Buf *b)
{
    Buf q = BUF_INIT, field = BUF_INIT;
    buf_puts(&field, "view_probabilities.");
    sparse_name(&field, str_of(o->user));
    buf_puts(&q, "{\"rank_feature\":{\"field\":");
    buf_json_str(&q, buf_slice(&field));
    buf_puts(&q, o->log_feature ? ",\"log\":{\"scaling_factor\":1}}}" : ",\"linear\":{}}}");
    put_with_match(o, q.p, b);
    buf_free(&q);
    buf_free(&field);
}

static void put_pairs(const RankOptions *o, Buf *b)
{
    buf_puts(b, "{\"function_score\":{\"query\":{\"term\":{\"user\":");
    buf_json_str(b, str_of(o->user));
    buf_puts(b, "}},\"field_value_factor\":{\"field\":\"view_probability\",\"missing\":0},\"boost_"
                "mode\":\"replace\"}}");
}

static bool find_user(const World *w, const char *user, uint32_t *row, Error *err)
{
    const Frame *f = w->users;
    Buf b = BUF_INIT;
    size_t i = 0;
    for (; i < f->rows; i++) {
        buf_clear(&b);
        column_print(f->cols[w->users_roles.col[ROLE_USER]], i, &b);
        if (str_eqz(buf_slice(&b), user))
            break;
    }
    buf_free(&b);
    *row = (uint32_t)i;
    return i < f->rows || fail(err, ERR_NAME, "no user '%s' in %s", user, w->users_name);
}

static bool put_linear(const Model *m, const World *w, const RankOptions *o, Linear *left, Buf *b,
                       Error *err)
{
    uint32_t user;
    if (!find_user(w, o->user, &user, err) || !linear_for(m, w, user, 0, o->moment, left, err))
        return false;
    if (o->by == RANK_WEIGHTS) {
        buf_puts(b, "{\"function_score\":{\"query\":");
        put_match(o, b);
        buf_puts(b, ",\"score_mode\":\"multiply\",\"boost_mode\":\"multiply\",\"functions\":");
        linear_functions(left, o->moment, b);
        buf_puts(b, "}}");
        return true;
    }
    buf_puts(b, "{\"function_score\":{\"query\":");
    put_match(o, b);
    buf_puts(b, ",\"boost_mode\":\"replace\",\"script_score\":{\"script\":{\"lang\":\"painless\","
                "\"source\":");
    buf_json_str(b, str_of(linear_script()));
    buf_puts(b, ",\"params\":");
    linear_params(left, o->moment, b);
    buf_puts(b, "}}}}");
    return true;
}

static bool put_vector(const Model *m, const World *w, const RankOptions *o, size_t size, Buf *b,
                       Error *err)
{
    uint32_t user;
    float *q = NULL;
    size_t dims = 0;
    if (!find_user(w, o->user, &user, err) || !vectors_query(m, w, user, o->moment, &q, &dims, err))
        return false;
    vector_search(o->form, VECTOR_INNER, "z", q, dims, size, b);
    free(q);
    return true;
}

bool rank_body(const Model *m, const World *w, const RankOptions *o, Linear *left, Buf *out,
               Error *err)
{
    size_t size = o->size ? o->size : 10;
    bool ok = true;
    *left = (Linear){0};
    if (o->match && (o->by == RANK_PAIRS || o->by == RANK_VECTOR))
        return fail(err, ERR_USAGE, "the documents of --by %s hold no text to match",
                    rank_by_name(o->by));
    buf_printf(out, "{\"size\":%zu,\"_source\":[\"title\",\"post\",\"post_id\"],", size);
    if (o->by != RANK_VECTOR)
        buf_puts(out, "\"query\":");
    switch (o->by) {
    case RANK_NESTED:
        put_nested(o, out);
        break;
    case RANK_SPARSE:
        put_sparse(o, out);
        break;
    case RANK_PAIRS:
        put_pairs(o, out);
        break;
    case RANK_SCRIPT:
    case RANK_WEIGHTS:
        ok = put_linear(m, w, o, left, out, err);
        break;
    case RANK_VECTOR:
        ok = put_vector(m, w, o, size, out, err);
        break;
    }
    buf_putc(out, '}');
    return ok;
}

/* ---- the answer ---- */

/* Lucene's score of an inner product d: 1 + d, or 1 / (1 - d) below 0. */
static double inner_product(double score)
{
    return score >= 1 ? score - 1 : 1 - 1 / score;
}

static double probability(const RankOptions *o, double score)
{
    if (o->by == RANK_WEIGHTS || o->match)
        return NAN;
    if (o->by == RANK_SPARSE && o->log_feature)
        return expm1(score);
    return o->by == RANK_VECTOR ? 1 / (1 + exp(-inner_product(score))) : score;
}

static void take_hit(const RankOptions *o, const cJSON *hit, RankHit *out)
{
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(hit, "_id"),
                *score = cJSON_GetObjectItemCaseSensitive(hit, "_score");
    const cJSON *source = cJSON_GetObjectItemCaseSensitive(hit, "_source");
    const cJSON *title = cJSON_GetObjectItemCaseSensitive(source, "title"),
                *post = cJSON_GetObjectItemCaseSensitive(source, "post");
    *out = (RankHit){.score = cJSON_IsNumber(score) ? score->valuedouble : NAN};
    if (cJSON_IsString(post))
        snprintf(out->post, sizeof out->post, "%s", post->valuestring);
    else if (cJSON_IsString(id))
        snprintf(out->post, sizeof out->post, "%s", id->valuestring);
    if (cJSON_IsString(title))
        snprintf(out->title, sizeof out->title, "%.150s", title->valuestring);
    out->p = probability(o, out->score);
}

/* Equal scores come in any order from an engine: by key, so that the same question has the same
 * answer. */
static int by_score(const void *a, const void *b)
{
    const RankHit *x = a, *y = b;
    return x->score != y->score ? (x->score < y->score ? 1 : -1) : strcmp(x->post, y->post);
}

bool rank_run(Client *c, const Model *m, const World *w, const RankOptions *o, RankHit *hits,
              size_t *n, Linear *left, Error *err)
{
    Buf body = BUF_INIT, path = BUF_INIT;
    *n = 0;
    if (o->by == RANK_VECTOR && !target_check_model(c, o->index, m, err))
        return false;
    bool ok = rank_body(m, w, o, left, &body, err);
    buf_url(&path, str_of(o->index));
    cJSON *j = ok ? client_json(c, "POST", buf_slice(&body), true, NULL, err, "/%s/_search", path.p)
                  : NULL;
    ok = j && client_search_whole(j, err);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(
                    cJSON_GetObjectItemCaseSensitive(j, "hits"), "hits"),
                *hit;
    size_t max = o->size ? o->size : 10;
    cJSON_ArrayForEach(hit, list) if (ok && *n < max) take_hit(o, hit, &hits[(*n)++]);
    qsort(hits, *n, sizeof *hits, by_score);
    cJSON_Delete(j);
    buf_free(&body);
    buf_free(&path);
    return ok;
}
