/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_pairs.c - candidates, who came, sampled negatives and the offset that makes up for them. */
#include "tables.h"

#include <math.h>

#include "base/rng.h"
#include "features/recipe.h"
#include "unit/features/newton.h"

static const char *const posts_text =
    "post_id:int,author_id:int,parent_id:int,tags:code,created_at:time\n"
    "1,1,,a|b,2024-01-01 00:00:00\n"
    "2,2,,b,2024-02-01 12:00:00\n"
    "3,1,2,,2024-02-01 13:00:00\n"
    "4,3,,a,2024-02-10 00:00:00\n"
    "5,1,,a,2024-04-01 00:00:00\n";
static const char *const users_text =
    "user_id:int,country:code,created_at:time\n1,US,2023-01-01\n2,US,2023-01-01\n"
    "3,DE,2024-01-15\n4,,2024-01-01\n";
static const char *const events_text =
    "user_id:int,post_id:int,root_id:int,type:code,ts:time\n"
    "1,1,1,ASK,2024-01-01 00:00:00\n"
    "2,1,1,COMMENT,2024-01-20 10:00:00\n"
    "3,1,1,LIKE,2024-01-20 11:00:00\n"
    "2,2,2,ASK,2024-02-01 12:00:00\n"
    "1,3,2,ANSWER,2024-02-01 13:00:00\n" /* 1 was not active: cold */
    "3,2,2,COMMENT,2024-02-03 12:00:00\n"
    "3,4,4,ASK,2024-02-10 00:00:00\n"
    "2,4,4,COMMENT,2024-02-17 00:00:00\n" /* the window is open at its end */
    "4,4,4,COMMENT,2024-03-30 00:00:00\n"
    "4,5,5,COMMENT,2024-04-02 00:00:00\n";

typedef struct Made {
    Frame *users, *posts, *events, *f;
    World w;
    Recipe *recipe;
    FeatureReport report;
} Made;

static void make(Made *m, const char *events, FeatureOptions opt)
{
    Error err = ERROR_INIT;
    m->users = table(users_text);
    m->posts = table(posts_text);
    m->events = table(events);
    m->w = world_of(m->users, m->posts, NULL, m->events);
    m->f = features_build(&m->w, &opt, &m->recipe, &m->report, &err);
    if (!m->f)
        fail_msg("%s", err.msg);
}

static void clear(Made *m)
{
    frame_unref(m->users);
    frame_unref(m->posts);
    frame_unref(m->events);
    frame_unref(m->f);
    recipe_unref(m->recipe);
    feature_report_clear(&m->report);
}

/* Post 1 has no candidate (nobody was active), 3 is an answer, 5 is still open. */
static void candidates(void **state)
{
    (void)state;
    static const struct {
        int user, day; /* of February */
        bool viewed;
        double days_since_last, tag_hits, answers, same_country;
    } want[] = {
        {3, 1, true, 12 + 1 / 24.0, 1, 0, 0},   /* post 2; its author 2 is left out */
        {1, 10, false, 8 + 11 / 24.0, 1, 1, 0}, /* post 4: tag a is that of post 1, where 1 asked */
        {2, 10, false, 8.5, 1, 0, 0},
    };
    Made m;
    make(&m, events_text,
         (FeatureOptions){.pairs = true, .window_us = 7 * US_PER_DAY, .as_of = INT64_MIN});
    assert_int_equal(m.f->rows, COUNT(want));
    for (size_t i = 0; i < COUNT(want); i++) {
        int64_t at = (int64_t)cell(m.f, "timestamp", i);
        check_row(cell(m.f, "user", i) == want[i].user && civil_of(at).day == want[i].day,
                  "who and when");
        check_row(cell(m.f, "viewed", i) == want[i].viewed, "viewed");
        check_row(fabs(cell(m.f, "days_since_last", i) - want[i].days_since_last) < 1e-9,
                  "days_since_last");
        check_row(cell(m.f, "prev_tag_hits", i) == want[i].tag_hits, "prev_tag_hits");
        check_row(cell(m.f, "prev_answer", i) == want[i].answers, "prev_answer");
        check_row(cell(m.f, "same_country", i) == want[i].same_country, "same_country");
        check_row(cell(m.f, "sampling_offset", i) == 0, "sampling_offset");
    }
    assert_true(m.report.sample_rate == 1);
    assert_string_equal(m.report.notes[0],
                        "no type of interaction is a view: viewed is 1 for ANSWER COMMENT LIKE");
    assert_null(frame_column(m.f, STR("post_age_days")));
    clear(&m);
}

static void options(void **state)
{
    (void)state;
    Made m;
    /* a longer look back: 1 is a candidate of post 2, and came */
    FeatureOptions opt = {.pairs = true,
                          .window_us = 8 * US_PER_DAY,
                          .active_us = 60 * US_PER_DAY,
                          .as_of = INT64_MIN};
    make(&m, events_text, opt);
    assert_int_equal(m.f->rows, 4);
    assert_int_equal(cell(m.f, "viewed", 0), 1);
    assert_int_equal(cell(m.f, "viewed", 3), 1); /* 8 days reach the comment on post 4 */
    clear(&m);
    opt.positive = "LIKE";
    make(&m, events_text, opt);
    assert_true(m.report.response_rate == 0);
    clear(&m);
    opt.positive = NULL;
    opt.as_of =
        days_from_civil(2024, 2, 12) * US_PER_DAY; /* the window of post 4 is then still open */
    make(&m, events_text, opt);
    assert_int_equal(m.f->rows, 2);
    clear(&m);
    opt = (FeatureOptions){.pairs = true, .as_of = INT64_MIN, .only = "user"};
    make(&m, events_text, opt);
    assert_null(frame_column(m.f, STR("days_since_last")));
    assert_non_null(frame_column(m.f, STR("viewed")));
    assert_non_null(frame_column(m.f, STR("country")));
    clear(&m);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        FeatureOptions opt;
        bool no_posts;
        const char *msg;
    } cases[] = {
        {"a type that is not there",
         {.pairs = true, .positive = "COMENT"},
         false,
         "no interaction is of type 'COMENT'"},
        {"a group that is not there",
         {.pairs = true, .only = "users"},
         false,
         "no group of features is called 'users'"},
        {"no dates of posts", {.pairs = true}, true, "rows of pairs need posts with a date"},
        {"before everything",
         {.pairs = true, .as_of = -US_PER_DAY},
         false,
         "no post has a candidate"},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        Frame *users = table(users_text), *posts = table(posts_text), *events = table(events_text);
        World w = world_of(users, cases[k].no_posts ? NULL : posts, NULL, events);
        FeatureOptions opt = cases[k].opt;
        FeatureReport report;
        Recipe *recipe;
        if (opt.as_of == 0)
            opt.as_of = INT64_MIN;
        Frame *f = features_build(&w, &opt, &recipe, &report, &err);
        check_row(!f && !recipe, cases[k].name);
        check_row(strstr(err.msg, cases[k].msg), cases[k].name);
        check_row(err.hint[0], cases[k].name);
        feature_report_clear(&report);
        frame_unref(users);
        frame_unref(posts);
        frame_unref(events);
    }
}

/* ---- sampling: the same coefficients with one negative in four ---- */

/* Users who are always active, posts once a day; a user comes with probability 1 / (1 + exp(4 - 2
 * * us)). */
static Frame *crowd(size_t nusers, size_t nposts)
{
    Rng r = rng_stream(5, "crowd");
    Buf b = BUF_INIT;
    buf_puts(&b, "user_id:int,post_id:int,type:code,ts:time\n");
    for (size_t d = 0; d < nposts + 1; d++)
        for (size_t u = 1; u <= nusers; u++) {
            double p = 1 / (1 + exp(4 - 2 * (double)(u % 2)));
            int64_t noon = ((int64_t)d * 24 + 12) * US_PER_HOUR;
            buf_printf(&b, "%zu,0,ping,", u); /* no post of the table: activity only */
            buf_time(&b, noon - US_PER_HOUR, TIME_SECOND);
            if (rng_unit(&r) < p) {
                buf_printf(&b, "\n%zu,%zu,view,", u, d + 1);
                buf_time(&b, noon, TIME_SECOND);
            }
            buf_putc(&b, '\n');
        }
    Frame *f = table(b.p);
    buf_free(&b);
    return f;
}

static Frame *daily_posts(size_t n)
{
    Buf b = BUF_INIT;
    buf_puts(&b, "post_id:int,title:code,created_at:time\n");
    for (size_t d = 0; d < n; d++) {
        buf_printf(&b, "%zu,t,", d + 1);
        buf_time(&b, (int64_t)d * US_PER_DAY, TIME_DAY);
        buf_putc(&b, '\n');
    }
    Frame *f = table(b.p);
    buf_free(&b);
    return f;
}

static void sampled_negatives(void **state)
{
    (void)state;
    enum { USERS = 60, POSTS = 150 };
    Frame *posts = daily_posts(POSTS), *events = crowd(USERS, POSTS);
    World w = world_of(NULL, posts, NULL, events);
    double b[2][2], se[2][2];
    size_t rows[2];
    for (int k = 0; k < 2; k++) {
        Error err = ERROR_INIT;
        FeatureOptions opt = {.pairs = true,
                              .window_us = US_PER_DAY,
                              .as_of = INT64_MIN,
                              .negatives = k ? 2 : 0,
                              .seed = 1};
        FeatureReport report;
        Recipe *recipe;
        Frame *f = features_build(&w, &opt, &recipe, &report, &err);
        if (!f)
            fail_msg("%s", err.msg);
        rows[k] = f->rows;
        double offset = cell(f, "sampling_offset", 0);
        assert_true(fabs(offset + log(report.sample_rate)) < 1e-12);
        double *x = calloc(2 * f->rows, sizeof *x), *y = calloc(f->rows, sizeof *y);
        for (size_t i = 0; i < f->rows; i++) {
            x[2 * i] = 1;
            x[2 * i + 1] = fmod(cell(f, "user", i), 2);
            y[i] = cell(f, "viewed", i);
        }
        assert_true(newton(x, y, f->rows, 2, offset, b[k], se[k]));
        free(x);
        free(y);
        recipe_unref(recipe);
        feature_report_clear(&report);
        frame_unref(f);
    }
    assert_true(rows[1] < rows[0] / 2);
    for (int j = 0; j < 2; j++) {
        assert_true(fabs(b[0][j] - (j ? 2 : -4)) < 4 * se[0][j]);
        assert_true(fabs(b[1][j] - (j ? 2 : -4)) < 4 * se[1][j]);
    }
    frame_unref(posts);
    frame_unref(events);
}

/* The same seed keeps the same rows, another one others. */
static void sampling_is_seeded(void **state)
{
    (void)state;
    Frame *posts = daily_posts(40), *events = crowd(20, 40);
    World w = world_of(NULL, posts, NULL, events);
    Buf text[3] = {BUF_INIT, BUF_INIT, BUF_INIT};
    for (size_t k = 0; k < 3; k++) {
        Error err = ERROR_INIT;
        FeatureOptions opt = {.pairs = true,
                              .window_us = US_PER_DAY,
                              .as_of = INT64_MIN,
                              .negatives = 1,
                              .seed = k / 2};
        Recipe *recipe;
        Frame *f = features_build(&w, &opt, &recipe, NULL, &err);
        assert_non_null(f);
        for (size_t i = 0; i < f->rows; i++)
            buf_printf(&text[k], "%g %g %g\n", cell(f, "user", i), cell(f, "post", i),
                       cell(f, "viewed", i));
        recipe_unref(recipe);
        frame_unref(f);
    }
    assert_string_equal(text[0].p, text[1].p);
    assert_string_not_equal(text[0].p, text[2].p);
    for (size_t k = 0; k < 3; k++)
        buf_free(&text[k]);
    frame_unref(posts);
    frame_unref(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(candidates),         cmocka_unit_test(options),
        cmocka_unit_test(refusals),           cmocka_unit_test(sampled_negatives),
        cmocka_unit_test(sampling_is_seeded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
