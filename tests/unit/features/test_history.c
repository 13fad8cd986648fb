/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_history.c - no peeking: every history column of random small worlds, ties in time
 * included, against a count that looks at all pairs of interactions; and the rows that
 * recipe_rows() makes against the rows of training.
 */
#include "tables.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "features/recipe.h"

#define NEVENTS 60
#define NUSERS 4
#define NPOSTS 5
#define NPRODUCTS 3

static const char *const types[] = {"view", "like", "comment", "share", "login", "logout"};
static const char *const post_tags[NPOSTS] = {"a|b", "b", "c|a", "", "b|c|a"};
static const char *const post_author[NPOSTS] = {"x", "y", "x", "z", "y"};

typedef struct Event {
    int user, post, product, type; /* -1: null */
    int hour;                      /* since 2024-01-10 */
} Event;

static int64_t moment_of(const Event *e)
{
    return (days_from_civil(2024, 1, 10) * 24 + e->hour) * US_PER_HOUR;
}

/* ---- a random world ---- */

static void draw(Event *ev, uint64_t seed)
{
    Rng r = rng_stream(seed, "world");
    for (size_t i = 0; i < NEVENTS; i++) {
        ev[i].user = (int)rng_below(&r, NUSERS);
        ev[i].type = (int)rng_below(&r, 6);
        bool session = ev[i].type >= 4;
        ev[i].post = session || rng_below(&r, 8) == 0 ? -1 : (int)rng_below(&r, NPOSTS);
        ev[i].product = session || rng_below(&r, 2) ? -1 : (int)rng_below(&r, NPRODUCTS);
        if (!session && ev[i].post < 0 && ev[i].product < 0)
            ev[i].post = 0;
        ev[i].hour = (int)rng_below(&r, 40); /* fewer hours than events: many ties */
    }
}

static Frame *events_table(const Event *ev)
{
    Buf b = BUF_INIT;
    buf_puts(&b, "user:code,post_id:code,product_id:code,interaction_type:code,timestamp:time\n");
    for (size_t i = 0; i < NEVENTS; i++) {
        buf_printf(&b, "u%d,", ev[i].user);
        if (ev[i].post >= 0)
            buf_printf(&b, "p%d", ev[i].post);
        buf_putc(&b, ',');
        if (ev[i].product >= 0)
            buf_printf(&b, "g%d", ev[i].product);
        buf_printf(&b, ",%s,", types[ev[i].type]);
        buf_time(&b, moment_of(&ev[i]), TIME_SECOND);
        buf_putc(&b, '\n');
    }
    Frame *f = table(b.p);
    buf_free(&b);
    return f;
}

static Frame *posts_table(void)
{
    Buf b = BUF_INIT;
    buf_puts(&b, "post_id:code,title:code,author:code,tags:code,date:time\n");
    for (int p = 0; p < NPOSTS; p++)
        buf_printf(&b, "p%d,t,%s,%s,2024-01-0%d\n", p, post_author[p], post_tags[p], p + 1);
    Frame *f = table(b.p);
    buf_free(&b);
    return f;
}

static Frame *users_table(void)
{
    return table(
        "username:code,age:int,country:code,joined:time\nu0,20,US,2024-01-01\n"
        "u1,30,DE,2024-01-10 12:00\n"
        "u2,,US,2024-01-05\nu3,50,,\n");
}

/* ---- the same by looking at everything ---- */

static bool before(const Event *a, const Event *b)
{
    return a->hour < b->hour;
}

typedef struct Counts {
    double all, type[4];
} Counts;

typedef bool (*Match)(const Event *e, const Event *row);
static bool same_user(const Event *e, const Event *row)
{
    return e->user == row->user;
}
static bool same_post(const Event *e, const Event *row)
{
    return row->post >= 0 && e->post == row->post;
}
static bool same_user_product(const Event *e, const Event *row)
{
    return row->product >= 0 && e->user == row->user && e->product == row->product;
}
static bool same_user_author(const Event *e, const Event *row)
{
    return row->post >= 0 && e->post >= 0 && e->user == row->user &&
           strcmp(post_author[e->post], post_author[row->post]) == 0;
}

static Counts count(const Event *ev, const Event *row, Match match)
{
    Counts c = {0};
    for (size_t i = 0; i < NEVENTS; i++)
        if (ev[i].type < 4 && before(&ev[i], row) && match(&ev[i], row)) {
            c.all++;
            c.type[ev[i].type]++;
        }
    return c;
}

static double count_tags(const Event *ev, const Event *row, int *ntags)
{
    double hits = 0;
    *ntags = 0;
    for (const char *tag = "abc"; *tag && row->post >= 0; tag++) {
        if (!strchr(post_tags[row->post], *tag))
            continue;
        ++*ntags;
        for (size_t i = 0; i < NEVENTS; i++)
            hits += ev[i].type < 4 && before(&ev[i], row) && same_user(&ev[i], row) &&
                    ev[i].post >= 0 && strchr(post_tags[ev[i].post], *tag);
    }
    return hits;
}

static int last_login(const Event *ev, const Event *row)
{
    int last = -1;
    for (size_t i = 0; i < NEVENTS; i++)
        if (ev[i].type == 4 && before(&ev[i], row) && same_user(&ev[i], row) && ev[i].hour > last)
            last = ev[i].hour;
    return last;
}

static int first_hour(const Event *ev, const Event *row)
{
    int first = row->hour;
    for (size_t i = 0; i < NEVENTS; i++)
        if (ev[i].type < 4 && before(&ev[i], row) && same_user(&ev[i], row) && ev[i].hour < first)
            first = ev[i].hour;
    return first;
}

static void check_cell(const Frame *f, size_t row, const char *column, double want, uint64_t seed)
{
    double got = cell(f, column, row);
    if (isnan(want) ? !isnan(got) : !(fabs(got - want) < 1e-12))
        fail_msg("seed %d, row %zu: %s is %g, not %g", (int)seed, row, column, got, want);
}

static void check_counts(const Frame *f, size_t row, const char *prefix, Counts c, uint64_t seed)
{
    static const char *const suffix[] = {"views", "likes", "comments", "shares"};
    for (size_t t = 0; t < 4; t++) {
        char name[64];
        snprintf(name, sizeof name, "%s_%s", prefix, suffix[t]);
        check_cell(f, row, name, c.type[t], seed);
    }
}

static double per_day(const Event *ev, const Event *row, double n)
{
    static const double joined[] = {-216, 12, -120, 1e9}; /* hours since 2024-01-10 */
    double since = first_hour(ev, row);
    if (joined[row->user] < since)
        since = joined[row->user];
    double days = (row->hour - since) / 24;
    return n / (days > 1 ? days : 1);
}

static void check_features(const Frame *f, size_t k, const Event *ev, const Event *row,
                           uint64_t seed)
{
    Counts user = count(ev, row, same_user), post = count(ev, row, same_post),
           product = count(ev, row, same_user_product);
    int ntags, login = last_login(ev, row);
    double hits = count_tags(ev, row, &ntags);
    check_cell(f, k, "prev_interactions", user.all, seed);
    check_counts(f, k, "prev", user, seed);
    check_cell(f, k, "prev_user_product", product.all, seed);
    check_counts(f, k, "prev_user_product", product, seed);
    check_cell(f, k, "prev_post_views", post.type[0], seed);
    check_cell(f, k, "prev_post_likes", post.type[1], seed);
    check_cell(f, k, "likes_to_views_user", (user.type[1] + 1) / (user.type[0] + 10), seed);
    check_cell(f, k, "likes_to_views_post", (post.type[1] + 1) / (post.type[0] + 10), seed);
    check_cell(f, k, "interactions_per_day", per_day(ev, row, user.all), seed);
    check_cell(f, k, "prev_author_hits", count(ev, row, same_user_author).all, seed);
    check_cell(f, k, "prev_tag_hits", hits, seed);
    check_cell(f, k, "prev_tag_share", hits > 0 ? hits / (ntags * user.all) : 0, seed);
    check_cell(f, k, "hours_since_login", login < 0 ? (double)NAN : row->hour - login, seed);
    check_cell(f, k, "login_hour", (login < 0 ? row->hour : login) % 24, seed);
    check_cell(f, k, "viewed", row->type == 0, seed);
    check_cell(f, k, "post_age_days", row->post < 0 ? (double)NAN : 9 - row->post + row->hour / 24,
               seed);
}

/* Columns that a row for (user, post, moment) must share with the row of the interaction itself:
 * all but what the interaction brings (its type, its product). */
static bool comparable(const char *name, const char *group)
{
    return strcmp(group, "response") != 0 && strcmp(group, "product") != 0 &&
           strcmp(name, "interaction_type") != 0 && strcmp(name, "product") != 0;
}

static void same_as_training(const World *w, const Recipe *r, const FeatureReport *report,
                             const Frame *f, size_t k, const Event *row)
{
    Error err = ERROR_INIT;
    Buf a = BUF_INIT, b = BUF_INIT;
    uint32_t user = (uint32_t)row->user, post = row->post < 0 ? UINT32_MAX : (uint32_t)row->post;
    Frame *one = recipe_rows(r, w, &user, &post, 1, moment_of(row), &err);
    if (!one)
        fail_msg("%s", err.msg);
    for (size_t j = 0; j < report->n; j++) {
        if (!comparable(report->info[j].name, report->info[j].group))
            continue;
        const Column *left = frame_column(f, str_of(report->info[j].name));
        const Column *right = frame_column(one, str_of(report->info[j].name));
        assert_non_null(right);
        assert_int_equal(left->type, right->type);
        buf_clear(&a);
        buf_clear(&b);
        column_print(left, k, &a);
        column_print(right, 0, &b);
        if (!str_eq(buf_slice(&a), buf_slice(&b)))
            fail_msg("row %zu: %s is '%s' in training and '%s' alone", k, report->info[j].name,
                     a.p ? a.p : "", b.p ? b.p : "");
    }
    frame_unref(one);
    buf_free(&a);
    buf_free(&b);
}

static void no_peeking(void **state)
{
    (void)state;
    Frame *users = users_table(), *posts = posts_table();
    for (uint64_t seed = 1; seed <= 20; seed++) {
        Event ev[NEVENTS];
        Error err = ERROR_INIT;
        FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
        FeatureReport report;
        Recipe *recipe;
        draw(ev, seed);
        Frame *events = events_table(ev);
        World w = world_of(users, posts, NULL, events);
        Frame *f = features_build(&w, &opt, &recipe, &report, &err);
        if (!f)
            fail_msg("%s", err.msg);
        size_t k = 0, blank = 0;
        for (size_t i = 0; i < NEVENTS; i++) {
            if (ev[i].type >= 4)
                continue;
            blank += count(ev, &ev[i], same_user).all == 0;
            check_features(f, k, ev, &ev[i], seed);
            if (seed <= 3)
                same_as_training(&w, recipe, &report, f, k, &ev[i]);
            k++;
        }
        assert_int_equal(f->rows, k);
        assert_int_equal(report.rows, k);
        assert_int_equal(report.no_history, blank);
        recipe_unref(recipe);
        feature_report_clear(&report);
        frame_unref(f);
        frame_unref(events);
    }
    frame_unref(users);
    frame_unref(posts);
}

/* A like whose table has only its date must not be known in the morning of that day. */
static void dates_count_from_the_next_day(void **state)
{
    (void)state;
    Buf b = BUF_INIT;
    Error err = ERROR_INIT;
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    FeatureReport report;
    Recipe *recipe;
    buf_puts(&b, "user:code,post_id:code,type:code,ts:time\n");
    for (int d = 1; d <= 25; d++)
        buf_printf(&b, "u,p,like,2024-01-%02d 00:00:00\nu,p,view,2024-01-%02d 10:00:00\n", d, d);
    Frame *events = table(b.p);
    World w = world_of(NULL, NULL, NULL, events);
    Frame *f = features_build(&w, &opt, &recipe, &report, &err);
    assert_non_null(f);
    assert_int_equal(cell(f, "prev_likes", 1), 0); /* 1 January, 10:00 */
    assert_int_equal(cell(f, "prev_likes", 3), 1);
    assert_int_equal(cell(f, "prev_views", 2), 1);
    assert_non_null(strstr(report.notes[0], "'like' has dates without a clock"));
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(events);
    buf_free(&b);
}

/* Yes/no columns of the interactions are counted as types are; without views only what occurs is.
 * */
static void flags_and_other_types(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    FeatureReport report;
    Recipe *recipe;
    Frame *events = table(
        "user:code,page:code,ts:time,isMinor:bool\nu,a,2024-01-01,1\nu,b,2024-01-02,0\n"
        "u,a,2024-01-03,1\n"
        "u,a,,1\n");
    World w = world_of(NULL, NULL, NULL, events);
    Frame *f = features_build(&w, &opt, &recipe, &report, &err);
    assert_non_null(f);
    assert_int_equal(cell(f, "prev_isMinor", 2), 1);
    assert_int_equal(cell(f, "prev_interactions", 2), 2);
    assert_int_equal(cell(f, "prev_interactions", 3), 0); /* no moment, no history */
    assert_int_equal(cell(f, "isMinor", 0), 1);
    assert_null(frame_column(f, STR("viewed")));
    assert_null(frame_column(f, STR("prev_shares")));
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_peeking),
        cmocka_unit_test(dates_count_from_the_next_day),
        cmocka_unit_test(flags_and_other_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
