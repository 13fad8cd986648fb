/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_pairs.c - scores of users x posts: by parts, by a table, by rows, all equal to
 * model_predict() on rows made one by one; the best K; batches; rows from a Reader to a Writer.
 */
#include "worlds.h"

#include "features/simulate.h"
#include "model/score.h"

#define USERS 60
#define POSTS 35
#define MOMENT INT64_C(1767225600000000) /* 2026-01-01: after all simulated events */

typedef struct Blog {
    Simulated s;
    World w;
    Frame *f;
    Recipe *r;
    FeatureReport report;
} Blog;

static Blog blog(void)
{
    Error err = ERROR_INIT;
    Blog b = {0};
    assert_true(simulate_blog(&(SimulateOptions){USERS, POSTS, 10, 4000, 3}, &b.s, &err));
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
    if (!b.f)
        fail_msg("%s\n", err.msg);
    return b;
}

static void blog_clear(Blog *b)
{
    frame_unref(b->f);
    recipe_unref(b->r);
    feature_report_clear(&b->report);
    simulated_clear(&b->s);
}

static Model *blog_fit(const Blog *b, const char *formula)
{
    Error err = ERROR_INIT;
    ModelSpec spec = MODEL_SPEC_DEFAULT;
    spec.formula = formula;
    Model *m = model_fit(&(Dataset){b->f, b->r}, &spec, &err);
    if (!m)
        fail_msg("%s: %s\n", formula, err.msg);
    return m;
}

/* A user x post table of what the sink got, beside what rows give. */
typedef struct Sheet {
    double got[USERS][POSTS], want[USERS][POSTS];
    size_t batches, entries;
    bool by_post;
} Sheet;

static bool gather(void *ctx, const PairBatch *b, Error *err)
{
    Sheet *s = ctx;
    (void)err;
    s->batches++;
    s->by_post = b->by_post;
    for (size_t k = 0; k < b->n; k++)
        for (size_t j = b->start[k]; j < b->start[k + 1]; j++) {
            uint32_t u = b->by_post ? b->partner[j] : b->owner[k],
                     p = b->by_post ? b->owner[k] : b->partner[j];
            assert_true(u < USERS && p < POSTS);
            assert_true(s->got[u][p] == -1);
            s->got[u][p] = b->p[j];
            s->entries++;
        }
    return true;
}

static Sheet *sheet_new(const Blog *b, const Model *m)
{
    Sheet *s = calloc(1, sizeof *s);
    Error err = ERROR_INIT;
    uint32_t users[POSTS], posts[POSTS];
    for (uint32_t u = 0; u < USERS; u++) {
        for (uint32_t p = 0; p < POSTS; p++) {
            users[p] = u;
            posts[p] = p;
            s->got[u][p] = -1;
        }
        Frame *rows = recipe_rows(b->r, &b->w, users, posts, POSTS, MOMENT, &err);
        Predictions q;
        assert_true(rows && model_predict(m, rows, false, UNSEEN_BASE, &q, &err));
        memcpy(s->want[u], q.p, sizeof s->want[u]);
        predictions_clear(&q);
        frame_unref(rows);
    }
    return s;
}

static void all_ways(void **state)
{
    (void)state;
    static const struct {
        const char *formula, *method;
        bool same;
    } rows[] = {
        {"viewed ~ age + gender + lang", "parts", true},
        {"viewed ~ gender * lang + age:lang + log1p(prev_views)", "parts and a table", false},
        {"viewed ~ age + lang + prev_author_hits", "rows", false},
        {"viewed ~ age + author", "parts", true},
        {"viewed ~ hours_since_login + lang", "parts", true}, /* users without a login: NaN */
        {"viewed ~ I(age * post_age_days) + lang", "rows", false},
        {"viewed ~ age", "parts", true},
    };
    Blog b = blog();
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Model *m = blog_fit(&b, rows[i].formula);
        Sheet *s = sheet_new(&b, m);
        PairScorer *p =
            pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT, .batch_pairs = 300}, &err);
        PairReport rep, quiet;
        if (!p || !pairs_run(p, gather, s, &rep, &err))
            fail_msg("%s: %s\n", rows[i].formula, err.msg);
        assert_true(pairs_run(p, NULL, NULL, &quiet, &err));
        check_row(strcmp(rep.method, rows[i].method) == 0 && rep.same_ranking == rows[i].same,
                  rows[i].formula);
        check_row(rep.pairs == USERS * POSTS && s->entries == USERS * POSTS && s->batches > 5,
                  rows[i].formula);
        double sum = 0;
        size_t unknown = 0;
        for (size_t u = 0; u < USERS; u++)
            for (size_t q = 0; q < POSTS; q++) {
                check_row(close_to(s->got[u][q], s->want[u][q], 1e-15), rows[i].formula);
                unknown += isnan(s->want[u][q]) ? 1 : 0;
                sum += isnan(s->want[u][q]) ? 0 : s->want[u][q];
            }
        check_row(rep.unknown == unknown &&
                      close_to(rep.mean, sum / (double)(USERS * POSTS - unknown), 1e-12),
                  rows[i].formula);
        check_row(close_to(quiet.mean, rep.mean, 1e-14) && quiet.unknown == unknown,
                  rows[i].formula);
        pairs_free(p);
        free(s);
        model_unref(m);
    }
    blog_clear(&b);
}

/* The K best by sorting everything; ties by number. */
static void best(void **state)
{
    (void)state;
    static const struct {
        const char *formula;
        size_t posts, users;
    } rows[] = {{"viewed ~ gender * lang + age:lang", 4, 0},
                {"viewed ~ gender * lang + age:lang", 0, 3},
                {"viewed ~ age + lang + prev_author_hits", 2, 0},
                {"viewed ~ age + lang + prev_author_hits", 0, 5},
                {"viewed ~ hours_since_login + lang", 3, 0},
                {"viewed ~ gender * lang", 1000, 0}};
    Blog b = blog();
    for (size_t i = 0; i < COUNT(rows); i++) {
        Error err = ERROR_INIT;
        Model *m = blog_fit(&b, rows[i].formula);
        Sheet *s = sheet_new(&b, m);
        PairOptions opt = {.moment = MOMENT,
                           .top_posts = rows[i].posts,
                           .top_users = rows[i].users,
                           .batch_pairs = 64};
        PairScorer *p = pairs_new(m, &b.w, &opt, &err);
        PairReport rep;
        assert_true(p && pairs_run(p, gather, s, &rep, &err));
        size_t k = rows[i].posts ? rows[i].posts : rows[i].users, expected = 0;
        bool by_post = rows[i].users > 0;
        size_t owners = by_post ? POSTS : USERS, partners = by_post ? USERS : POSTS;
        for (size_t o = 0; o < owners; o++) {
            size_t known = 0, kept = 0;
            double worst = 2, best_left = -1;
            for (size_t q = 0; q < partners; q++) {
                double want = by_post ? s->want[q][o] : s->want[o][q],
                       got = by_post ? s->got[q][o] : s->got[o][q];
                known += isnan(want) ? 0 : 1;
                if (got >= 0) {
                    kept++;
                    worst = fmin(worst, got);
                    check_row(close_to(got, want, 1e-15), rows[i].formula);
                } else if (!isnan(want)) {
                    best_left = fmax(best_left, want);
                }
            }
            check_row(kept == (known < k ? known : k) && best_left <= worst + 1e-15,
                      rows[i].formula);
            expected += kept;
        }
        check_row(rep.kept == (double)expected && s->entries == expected, rows[i].formula);
        pairs_free(p);
        free(s);
        model_unref(m);
    }
    blog_clear(&b);
}

static void refusals(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Blog b = blog();
    Model *m = blog_fit(&b, "viewed ~ age + interaction_type + lang");
    assert_null(pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT}, &err));
    assert_non_null(strstr(err.hint, "interaction_type"));
    model_unref(m);
    error_clear(&err);
    Frame *f = visits(200, 1);
    m = fit_formula(f, "viewed ~ age");
    assert_null(pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT}, &err));
    assert_non_null(strstr(err.msg, "features"));
    model_unref(m);
    frame_unref(f);
    error_clear(&err);
    m = blog_fit(&b, "viewed ~ age + lang");
    assert_null(
        pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT, .top_posts = 1, .top_users = 1}, &err));
    assert_int_equal(err.code, ERR_USAGE);
    error_clear(&err);
    uint32_t nobody = 0;
    assert_null(pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT, .users = &nobody}, &err));
    assert_int_equal(err.code, ERR_DATA);
    model_unref(m);
    pairs_free(NULL);
    blog_clear(&b);
}

/* ---- rows through a Writer ---- */

typedef struct Keep {
    Writer base;
    Frame *all;
    bool committed, abandoned;
} Keep;

static bool keep_put(Writer *w, const Frame *batch, Error *err)
{
    Keep *k = (Keep *)w;
    Frame *next = k->all ? frame_bind(k->all, batch, err) : frame_ref(batch);
    frame_unref(k->all);
    k->all = next;
    return next != NULL;
}

static bool keep_commit(Writer *w, Error *err)
{
    (void)err;
    ((Keep *)w)->committed = true;
    return true;
}

static void keep_abandon(Writer *w)
{
    ((Keep *)w)->abandoned = true;
}

typedef struct Slices {
    Reader base;
    const Frame *f;
    size_t at;
} Slices;

static bool slices_next(Reader *r, Frame **out, Error *err)
{
    Slices *s = (Slices *)r;
    uint32_t rows[300];
    size_t n = 0;
    while (n < 300 && s->at < s->f->rows)
        rows[n++] = (uint32_t)s->at++;
    if (!n)
        return false;
    return (*out = frame_take(s->f, rows, n, err)) != NULL;
}

static void streams(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = visits(1000, 51);
    Model *m = fit_formula(f, "viewed ~ age + lang * country");
    Keep k = {.base = {keep_put, keep_commit, keep_abandon}};
    Slices in = {.base = {slices_next, NULL, NULL}, .f = f};
    static const char *const keep[] = {"user_id"};
    ScoreOptions opt = {
        .eta = "eta", .label = "yes", .keep = keep, .nkeep = 1, .policy = UNSEEN_BASE};
    ScoreReport rep;
    assert_true(score_stream(m, &in.base, &k.base, &opt, &rep, &err));
    assert_true(k.committed && !k.abandoned && k.all->rows == 1000 && k.all->ncols == 4 &&
                rep.scored == 1000);
    Predictions p;
    assert_true(model_predict(m, f, false, UNSEEN_BASE, &p, &err));
    const Column *prob = frame_column(k.all, STR("probability")),
                 *eta = frame_column(k.all, STR("eta"));
    assert_memory_equal(prob->v.d, p.p, 1000 * sizeof *p.p);
    assert_memory_equal(eta->v.d, p.eta, 1000 * sizeof *p.eta);
    assert_true(frame_column(k.all, STR("yes"))->v.b[3] == (p.p[3] >= 0.5));
    assert_true(close_to(rep.sum / 1000, m->base_rate, 1e-9) && rep.drift < 1e-9);
    predictions_clear(&p);
    frame_unref(k.all);
    static const char *const missing[] = {"nowhere"};
    opt.keep = missing;
    in.at = 0;
    k = (Keep){.base = {keep_put, keep_commit, keep_abandon}};
    assert_false(score_stream(m, &in.base, &k.base, &opt, &rep, &err));
    assert_true(k.abandoned && !k.committed && err.code == ERR_NAME);
    model_unref(m);
    frame_unref(f);
}

static void written_pairs(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Blog b = blog();
    Model *m = blog_fit(&b, "viewed ~ gender * lang");
    Keep k = {.base = {keep_put, keep_commit, keep_abandon}};
    PairWriter pw = {&k.base, &b.w};
    PairScorer *p = pairs_new(m, &b.w, &(PairOptions){.moment = MOMENT, .top_posts = 2}, &err);
    PairReport rep;
    assert_true(p && pairs_run(p, pair_writer_put, &pw, &rep, &err));
    assert_true(k.all->rows == (size_t)rep.kept && strcmp(k.all->names[0], "user") == 0);
    assert_true(frame_column(k.all, STR("probability"))->nulls == 0);
    frame_unref(k.all);
    pairs_free(p);
    model_unref(m);
    blog_clear(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ways), cmocka_unit_test(best),          cmocka_unit_test(refusals),
        cmocka_unit_test(streams),  cmocka_unit_test(written_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
