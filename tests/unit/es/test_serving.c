/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_serving.c - what the engine is told to compute is what the model computes: effects a field,
 * vectors, the documents of a batch, the bodies of rankings. No engine.
 */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "es/batch.h"
#include "es/serve.h"
#include "features/simulate.h"

#define USERS 40
#define POSTS 25
#define MOMENT INT64_C(1767225600000000) /* 2026-01-01: after all simulated events */

typedef struct Blog {
    Simulated s;
    World w;
    Frame *f;
    Recipe *r;
    FeatureReport report;
    Model *m;
} Blog;

static int blog_open(void **state)
{
    static Blog b;
    Error err = ERROR_INIT;
    b = (Blog){0};
    if (!simulate_blog(&(SimulateOptions){USERS, POSTS, 10, 4000, 3}, &b.s, &err))
        return -1;
    b.w = (World){.users = b.s.users,
                  .posts = b.s.posts,
                  .products = b.s.products,
                  .events = b.s.interactions,
                  .users_name = "users",
                  .posts_name = "posts",
                  .products_name = "products",
                  .events_name = "interactions"};
    b.w.users_roles = roles_guess("users", b.s.users);
    b.w.posts_roles = roles_guess("posts", b.s.posts);
    b.w.products_roles = roles_guess("products", b.s.products);
    b.w.events_roles = roles_guess("interactions", b.s.interactions);
    world_link(&b.w);
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    b.f = features_build(&b.w, &opt, &b.r, &b.report, &err);
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = "viewed ~ age + gender + lang + gender:lang + post_age_days";
    b.m = b.f ? model_fit(&(Dataset){b.f, b.r}, &spec, &err) : NULL;
    if (!b.m)
        fail_msg("%s", err.msg);
    *state = &b;
    return 0;
}

static int blog_close(void **state)
{
    Blog *b = *state;
    model_unref(b->m);
    frame_unref(b->f);
    recipe_unref(b->r);
    feature_report_clear(&b->report);
    simulated_clear(&b->s);
    return 0;
}

static bool keep(void *ctx, const PairBatch *b, Error *err)
{
    double *p = ctx;
    (void)err;
    for (size_t k = 0; k < b->n; k++)
        for (size_t i = b->start[k]; i < b->start[k + 1]; i++)
            p[b->by_post ? b->owner[k] : b->partner[i]] = b->p[i];
    return true;
}

static void local_logits(const Blog *b, uint32_t user, double eta[POSTS])
{
    Error err = ERROR_INIT;
    PairReport r;
    for (size_t i = 0; i < POSTS; i++)
        eta[i] = NAN;
    PairScorer *s =
        pairs_new(b->m, &b->w, &(PairOptions){.moment = MOMENT, .users = &user, .nusers = 1}, &err);
    assert_true(s && pairs_run(s, keep, eta, &r, &err));
    pairs_free(s);
    for (size_t i = 0; i < POSTS; i++)
        eta[i] = log(eta[i] / (1 - eta[i]));
}

static double field_effect(const Blog *b, const Effect *e, size_t row)
{
    const Column *c = frame_column(b->s.posts, str_of(e->field));
    Buf t = BUF_INIT;
    double out = 0;
    if (!c)
        fail_msg("no field %s", e->field);
    if (e->kind == EFFECT_AGE)
        out = e->weight[0] * floor((double)(MOMENT - c->v.i[row]) / 86400e6);
    else if (e->kind == EFFECT_SLOPE)
        out = e->weight[0] * (c->type == COL_INT ? (double)c->v.i[row] : c->v.d[row]);
    else
        column_print(c, row, &t);
    for (size_t k = 0; e->kind == EFFECT_LEVELS && k < e->n; k++)
        out += str_eqz(buf_slice(&t), e->level[k]) ? e->weight[k] : 0;
    buf_free(&t);
    return out;
}

static void test_effects_add_up(void **state)
{
    const Blog *b = *state;
    for (uint32_t user = 0; user < USERS; user += 13) {
        Error err = ERROR_INIT;
        Linear l = {0};
        double eta[POSTS];
        local_logits(b, user, eta);
        if (!linear_for(b->m, &b->w, user, 0, MOMENT, &l, &err))
            fail_msg("%s", err.msg);
        assert_int_equal(l.nleft, 0);
        for (size_t i = 0; i < POSTS; i++) {
            double sum = l.base;
            for (size_t k = 0; k < l.n; k++)
                sum += field_effect(b, &l.effects[k], i);
            if (!isnan(eta[i]) && fabs(sum - eta[i]) > 1e-9)
                fail_msg("user %u, post %zu: %.12g against %.12g", user, i, sum, eta[i]);
        }
        Buf text = BUF_INIT;
        linear_functions(&l, MOMENT, &text);
        cJSON *j = json_parse(buf_slice(&text), &err);
        assert_true(cJSON_GetArraySize(j) > 2);
        cJSON_Delete(j);
        buf_clear(&text);
        linear_params(&l, MOMENT, &text);
        j = json_parse(buf_slice(&text), &err);
        assert_true(cJSON_GetObjectItem(j, "base") && cJSON_GetObjectItem(j, "levels") &&
                    cJSON_GetObjectItem(j, "now"));
        cJSON_Delete(j);
        buf_free(&text);
        linear_clear(&l);
    }
}

static void test_ranking_bodies(void **state)
{
    const Blog *b = *state;
    static const struct {
        RankBy by;
        const char *match, *holds;
        bool clause, ok;
    } cases[] = {
        {RANK_NESTED, NULL, "user_view_probabilities.user_id", false, true},
        {RANK_NESTED, "python", "\"must\":[{\"match\":{\"title\":\"python\"}}]", false, true},
        {RANK_SPARSE, NULL, "\"rank_feature\"", false, true},
        {RANK_PAIRS, NULL, "view_probability", false, true},
        {RANK_PAIRS, "python", NULL, false, false},
        {RANK_SCRIPT, NULL, "script_score", false, true},
        {RANK_WEIGHTS, "python", "\"score_mode\":\"multiply\"", false, true},
        {RANK_VECTOR, NULL, "\"query\":{\"knn\"", false, true},
        {RANK_VECTOR, NULL, "\"query_vector\"", true, true},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        RankOptions o = {.by = cases[i].by,
                         .index = "posts",
                         .user = "jane",
                         .match = cases[i].match,
                         .moment = MOMENT,
                         .form = cases[i].clause ? VECTOR_CLAUSE : VECTOR_KNN};
        Error err = ERROR_INIT;
        Linear left = {0};
        Buf body = BUF_INIT;
        RankBy again;
        bool ok = rank_body(b->m, &b->w, &o, &left, &body, &err);
        cJSON *j = ok ? json_parse(buf_slice(&body), &err) : NULL;
        if (ok != cases[i].ok || (ok && (!j || !strstr(body.p, cases[i].holds))))
            fail_msg("%s: %s %s", rank_by_name(o.by), body.p ? body.p : "", err.msg);
        assert_true(rank_by_parse(str_of(rank_by_name(o.by)), &again) && again == o.by);
        cJSON_Delete(j);
        buf_free(&body);
        linear_clear(&left);
    }
    Error err = ERROR_INIT;
    Linear left = {0};
    Buf body = BUF_INIT;
    assert_false(rank_body(b->m, &b->w,
                           &(RankOptions){.by = RANK_WEIGHTS, .user = "nobody", .moment = MOMENT},
                           &left, &body, &err));
    assert_int_equal(err.code, ERR_NAME);
    buf_free(&body);
    linear_clear(&left);
}

static void test_query_vector(void **state)
{
    const Blog *b = *state;
    Error err = ERROR_INIT;
    float *q = NULL;
    size_t dims = 0;
    if (!vectors_query(b->m, &b->w, 0, MOMENT, &q, &dims, &err))
        fail_msg("%s", err.msg);
    assert_true(dims > 2); /* gender:lang joins user and post */
    free(q);
}

static size_t count_of(const char *text, const char *word)
{
    size_t n = 0;
    for (const char *p = text; p && (p = strstr(p, word)); p += strlen(word))
        n++;
    return n;
}

static void test_dry_batches(void **state)
{
    const Blog *b = *state;
    static const struct {
        Layout layout;
        bool script;
        double documents;
        const char *holds;
    } cases[] = {
        {LAYOUT_PAIRS, false, USERS * POSTS, "\"version_type\":\"external_gte\""},
        {LAYOUT_PAIRS, true, USERS * POSTS,
         "ctx._source.view_probability = params.view_probability"},
        {LAYOUT_NESTED, false, POSTS, "\"user_view_probabilities\":[{\"user_id\":"},
        {LAYOUT_SPARSE, false, POSTS, "\"view_probabilities\":{\""},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        BatchOptions o = {.target = "t",
                          .layout = cases[i].layout,
                          .script = cases[i].script,
                          .moment = MOMENT,
                          .max_drift = NAN};
        Error err = ERROR_INIT;
        Buf out = BUF_INIT;
        double documents = 0, bytes = 0;
        Layout again;
        if (!batch_dry(b->m, &b->w, &o, 2, &out, &documents, &bytes, &err))
            fail_msg("%s: %s", layout_name(o.layout), err.msg);
        assert_true(layout_parse(str_of(layout_name(o.layout)), &again) && again == o.layout);
        if (fabs(documents - cases[i].documents) > cases[i].documents * 0.1 ||
            !strstr(out.p, cases[i].holds) || count_of(out.p, "\n") != 4)
            fail_msg("%s: %g documents, %s", layout_name(o.layout), documents, out.p);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_effects_add_up),
        cmocka_unit_test(test_ranking_bodies),
        cmocka_unit_test(test_query_vector),
        cmocka_unit_test(test_dry_batches),
    };
    return cmocka_run_group_tests(tests, blog_open, blog_close);
}
