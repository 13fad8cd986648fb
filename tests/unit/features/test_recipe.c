/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_recipe.c - the feature table of flat and of several tables, options, replay, and recipes
 * as JSON. */
#include "tables.h"

#include <math.h>
#include <stdio.h>

#include "features/recipe.h"
#include "features/simulate.h"

static const char *const flat_text =
    "Username:code,Post Title:code,Gender:code,Country:code,Timestamp:time,Date:time,"
    "Interaction Type:code\n"
    "JohnDoe,How to Code in Python,Male,USA,2023-10-15 09:00,2023-10-10,view\n"
    "JaneDoe,Learn Java Basics,Female,USA,2023-10-15 10:00,2023-10-13,comment\n"
    "JohnDoe,Understanding JavaScript,Male,USA,2023-10-15 11:00,2023-10-07,like\n"
    "JaneDoe,How to Code in Python,Female,USA,2023-10-15 12:00,2023-10-10,view\n";

static Frame *build(const World *w, const FeatureOptions *opt, Recipe **recipe,
                    FeatureReport *report)
{
    Error err = ERROR_INIT;
    FeatureOptions standard = FEATURE_OPTIONS_DEFAULT;
    Frame *f = features_build(w, opt ? opt : &standard, recipe, report, &err);
    if (!f)
        fail_msg("%s", err.msg);
    return f;
}

/* The four rows of the first session: no flag, no roles typed. */
static void flat_table(void **state)
{
    (void)state;
    static const double ages[] = {5, 2, 8, 5}, viewed[] = {1, 0, 0, 1}, hour[] = {9, 10, 11, 12},
                        views[] = {0, 0, 1, 0};
    static const char *const lang[] = {"python", "java", "javascript", "python"},
                             *const gender[] = {"Male", "Female"};
    Frame *flat = table(flat_text);
    World w = {.events = flat,
               .events_roles = roles_guess("seed_rows", flat),
               .events_name = "seed_rows",
               .flat = true};
    Recipe *recipe;
    FeatureReport report;
    Frame *f = build(&w, NULL, &recipe, &report);
    assert_int_equal(f->rows, 4);
    assert_string_equal(f->names[0], "user");
    assert_string_equal(f->names[1], "post");
    assert_string_equal(f->names[2], "timestamp");
    assert_string_equal(f->names[3], "viewed");
    for (size_t i = 0; i < 4; i++) {
        assert_true(cell(f, "post_age_days", i) == ages[i]);
        assert_true(cell(f, "viewed", i) == viewed[i]);
        assert_true(cell(f, "login_hour", i) == hour[i]);
        assert_true(cell(f, "prev_views", i) == views[i]);
        assert_true(str_eqz(cell_text(f, "lang", i), lang[i]));
        assert_true(str_eqz(cell_text(f, "gender", i), gender[i % 2]));
    }
    assert_true(cell(f, "prev_post_views", 3) == 1);
    assert_null(frame_column(f, STR("hours_since_login")));
    assert_true(report.response_rate == 0.5);
    assert_int_equal(report.no_history, 2);
    bool told = false;
    for (size_t k = 0; k < report.nnotes; k++)
        told |= strstr(report.notes[k],
                       "lang is read from the words of 'Post Title': 3 of 3 posts") != NULL;
    assert_true(told);
    /* rows of a flat table: its distinct users and posts, by first appearance */
    Error err = ERROR_INIT;
    uint32_t user = 1, post = 2, unknown = UINT32_MAX;
    int64_t moment = days_from_civil(2023, 10, 20) * US_PER_DAY;
    Frame *one = recipe_rows(recipe, &w, &user, &post, 1, moment, &err);
    assert_non_null(one);
    assert_true(str_eqz(cell_text(one, "user", 0), "JaneDoe"));
    assert_true(str_eqz(cell_text(one, "gender", 0), "Female"));
    assert_true(cell(one, "post_age_days", 0) == 13);
    assert_true(cell(one, "prev_interactions", 0) == 2);
    assert_null(frame_column(one, STR("viewed")));
    frame_unref(one);
    one = recipe_rows(recipe, &w, &unknown, &post, 1, moment, &err);
    assert_true(column_is_null(frame_column(one, STR("gender")), 0));
    assert_true(cell(one, "prev_interactions", 0) == 0);
    frame_unref(one);
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(flat);
}

/* ---- several tables ---- */

typedef struct Blog {
    Simulated s;
    World w;
} Blog;

static void blog_make(Blog *b)
{
    Error err = ERROR_INIT;
    assert_true(simulate_blog(&(SimulateOptions){40, 30, 10, 1500, 3}, &b->s, &err));
    b->w = world_of(b->s.users, b->s.posts, b->s.products, b->s.interactions);
}

static void groups_and_names(void **state)
{
    (void)state;
    static const char *const wanted[][2] = {{"user", "key"},
                                            {"post", "key"},
                                            {"product", "key"},
                                            {"timestamp", "key"},
                                            {"viewed", "response"},
                                            {"age", "user"},
                                            {"country", "user"},
                                            {"gender", "user"},
                                            {"post_age_days", "post"},
                                            {"author", "post"},
                                            {"lang", "post"},
                                            {"tag_python", "post"},
                                            {"interaction_type", "interaction"},
                                            {"prev_interactions", "interaction"},
                                            {"prev_views", "interaction"},
                                            {"prev_likes", "interaction"},
                                            {"prev_comments", "interaction"},
                                            {"prev_shares", "interaction"},
                                            {"prev_user_product", "product"},
                                            {"prev_user_product_likes", "product"},
                                            {"prev_post_views", "post"},
                                            {"prev_post_likes", "post"},
                                            {"interactions_per_day", "derived"},
                                            {"likes_to_views_user", "derived"},
                                            {"likes_to_views_post", "derived"},
                                            {"login_hour", "login"},
                                            {"hours_since_login", "login"},
                                            {"prev_author_hits", "affinity"},
                                            {"category", "product"}};
    Blog b;
    Recipe *recipe;
    FeatureReport report;
    blog_make(&b);
    Frame *f = build(&b.w, NULL, &recipe, &report);
    for (size_t k = 0; k < COUNT(wanted); k++) {
        check_row(frame_column(f, str_of(wanted[k][0])), wanted[k][0]);
        const char *group = recipe_group(recipe, str_of(wanted[k][0]));
        check_row(group && strcmp(group, wanted[k][1]) == 0, wanted[k][0]);
    }
    assert_null(recipe_group(recipe, STR("colour")));
    size_t ngroups, last = 0;
    const char *const *groups = feature_groups(&ngroups);
    for (size_t j = 0; j < report.n; j++) { /* columns stand in the order of the groups */
        size_t g = 0;
        while (g < ngroups && strcmp(groups[g], report.info[j].group) != 0)
            g++;
        check_row(g < ngroups && g >= last, report.info[j].name);
        last = g;
    }
    assert_int_equal(recipe_depends(recipe, STR("post_age_days")), DEPENDS_POST);
    assert_int_equal(recipe_depends(recipe, STR("prev_views")), DEPENDS_USER);
    assert_int_equal(recipe_depends(recipe, STR("prev_tag_hits")), DEPENDS_USER | DEPENDS_POST);
    assert_int_equal(recipe_depends(recipe, STR("colour")), DEPENDS_UNKNOWN);
    assert_int_equal(report.n, f->ncols);
    for (size_t j = 0; j < f->ncols; j++)
        check_row(strcmp(report.info[j].name, f->names[j]) == 0, f->names[j]);
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    /* only some groups; keys and the response stay */
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    opt.only = "user, login";
    f = build(&b.w, &opt, &recipe, &report);
    assert_non_null(frame_column(f, STR("timestamp")));
    assert_non_null(frame_column(f, STR("viewed")));
    assert_non_null(frame_column(f, STR("hours_since_login")));
    assert_null(frame_column(f, STR("prev_views")));
    assert_null(frame_column(f, STR("lang")));
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    simulated_clear(&b.s);
}

static void as_of_hides_the_rest(void **state)
{
    (void)state;
    Blog b;
    Recipe *recipe;
    FeatureReport report;
    blog_make(&b);
    FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
    opt.as_of = days_from_civil(2024, 2, 1) * US_PER_DAY;
    Frame *f = build(&b.w, &opt, &recipe, &report);
    assert_true(f->rows > 100);
    for (size_t i = 0; i < f->rows; i++)
        assert_true(cell(f, "timestamp", i) < (double)opt.as_of);
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    simulated_clear(&b.s);
}

static void extra_columns(void **state)
{
    (void)state;
    Recipe *recipe;
    FeatureReport report;
    Frame *users =
        table("user_id:int,plan:code,score:int,team_id:int,bio:text,same:int\n1,free,7,5,a,1\n"
              "2,paid,9,6,b,1\n");
    Frame *posts =
        table("post_id:int,score:real,created_at:time\n1,0.5,2024-01-01\n2,0.7,2024-01-02\n");
    Frame *events = table(
        "user_id:int,post_id:int,type:code,ts:time,device:code\n1,1,view,2024-01-03 10:00,phone\n"
        "2,2,like,2024-01-03 11:00,desk\n9,2,view,2024-01-03 12:00,desk\n");
    World w = world_of(users, posts, NULL, events);
    Frame *f = build(&w, NULL, &recipe, &report);
    assert_true(str_eqz(cell_text(f, "plan", 1), "paid"));
    assert_true(cell(f, "score", 1) == 9);
    assert_true(cell(f, "post_score", 1) == 0.7); /* the name was taken */
    assert_true(str_eqz(cell_text(f, "device", 0), "phone"));
    assert_null(frame_column(f, STR("team_id")));
    assert_null(frame_column(f, STR("bio")));
    assert_null(frame_column(f, STR("same")));
    assert_true(column_is_null(frame_column(f, STR("plan")), 2)); /* user 9 is in no table */
    bool told = false;
    for (size_t k = 0; k < report.nnotes; k++)
        told |= strstr(report.notes[k], "not as of each row's moment: score score") != NULL;
    assert_true(told);
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(users);
    frame_unref(posts);
    frame_unref(events);
}

static bool has_note(const FeatureReport *r, const char *text)
{
    for (size_t k = 0; k < r->nnotes; k++)
        if (strstr(r->notes[k], text))
            return true;
    return false;
}

static void keys_that_do_not_fit(void **state)
{
    (void)state;
    Recipe *recipe;
    FeatureReport report;
    Frame *users = table(
        "user_id:int,age:int\n1,20\n2,30\n3,33\n4,44\n5,55\n6,66\n7,70\n8,80\n9,90\n10,9\n1,99\n");
    Frame *events =
        table("user_id:text,post_id:int,type:code,ts:time\n1,1,view,2024-01-03 10:00\n"
              "2,2,like,2024-01-03 11:00\n77,2,view,2024-01-03 12:00\n,2,view,2024-01-03\n");
    World w = world_of(users, NULL, NULL, events);
    Frame *f = build(&w, NULL, &recipe, &report);
    assert_int_equal(f->rows, 4);
    assert_true(cell(f, "age", 0) ==
                20); /* the number 1 and the text "1" are one user; the first row counts */
    assert_true(column_is_null(frame_column(f, STR("age")), 2));
    assert_true(column_is_null(frame_column(f, STR("age")), 3));
    assert_true(has_note(&report, "1 interaction by users whom 'users' lacks"));
    assert_true(has_note(&report, "1 row of 'users' with a key that was there before"));
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(users);
    frame_unref(events);
    /* a post that appears between two interactions, and one whose date nobody knows */
    Frame *posts = table("post_id:int,date:time\n1,2024-01-03 10:30\n2,\n");
    events = table("user_id:int,post_id:int,type:code,ts:time\n1,1,view,2024-01-03 10:00\n"
                   "1,1,view,2024-01-03 11:00\n1,2,view,2024-01-02\n1,1,view,\n");
    w = world_of(NULL, posts, NULL, events);
    f = build(&w, NULL, &recipe, &report);
    assert_true(cell(f, "post_age_days", 0) == -1 && cell(f, "post_age_days", 1) == 0);
    assert_true(has_note(&report, "1 interaction before the post appeared"));
    recipe_unref(recipe);
    feature_report_clear(&report);
    frame_unref(f);
    frame_unref(posts);
    frame_unref(events);
}

/* A name of any kind for a view; and a response that a person chooses. */
static void positive_types(void **state)
{
    (void)state;
    static const struct {
        const char *type, *positive;
        double viewed; /* -1: no such column */
    } cases[] = {{"Viewed", NULL, 1}, {"post_view", NULL, 1},  {"IMPRESSION", NULL, 1},
                 {"read", NULL, 1},   {"like", NULL, -1},      {"YEA", NULL, -1},
                 {"YEA", "yea", 1},   {"Thumbs-Up", "like", 1}};
    for (size_t k = 0; k < COUNT(cases); k++) {
        char text[200];
        Recipe *recipe;
        FeatureReport report;
        snprintf(text, sizeof text,
                 "user:code,post_id:code,type:code,ts:time\nu,p,%s,2024-01-01 10:00\n",
                 cases[k].type);
        Frame *events = table(text);
        World w = world_of(NULL, NULL, NULL, events);
        FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
        opt.positive = cases[k].positive;
        Frame *f = build(&w, &opt, &recipe, &report);
        const Column *y = frame_column(f, STR("viewed"));
        check_row((y ? column_real(y, 0) : -1) == cases[k].viewed, cases[k].type);
        recipe_unref(recipe);
        feature_report_clear(&report);
        frame_unref(f);
        frame_unref(events);
    }
}

/* ---- recipes ---- */

static void derive_and_replay(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Buf text = BUF_INIT;
    Frame *f = table("age:int,viewed:bool\n30,1\n40,0\n");
    Recipe *one = recipe_with_derive(NULL, "age2", "age * age");
    Recipe *two = recipe_with_derive(one, "half", "age2 / 2");
    Recipe *three = recipe_with_derive(two, "y2", "if(viewed, 1, 0)");
    assert_int_equal(recipe_steps(NULL), 0);
    assert_int_equal(recipe_steps(three), 3);
    recipe_step_print(three, 0, &text);
    assert_string_equal(text.p, "derive age2 = age * age");
    assert_string_equal(recipe_group(three, STR("half")), "derived");
    Frame *g = recipe_replay(three, f, NULL, 0, &err);
    if (!g)
        fail_msg("%s", err.msg);
    assert_true(cell(g, "half", 1) == 800);
    assert_true(cell(g, "y2", 0) == 1);
    frame_unref(g);
    /* set by hand: what follows from it is recomputed, it itself is not */
    Frame *h = table("age:int,age2:int\n30,100\n");
    g = recipe_replay(three, h, (const char *const[]){"age2"}, 1, &err);
    assert_true(cell(g, "age2", 0) == 100);
    assert_true(cell(g, "half", 0) == 50);
    assert_null(frame_column(g, STR("y2"))); /* rows to be scored have no response */
    frame_unref(g);
    frame_unref(h);
    assert_int_equal(recipe_steps(one), 1); /* the older recipe is as it was */
    recipe_unref(one);
    recipe_unref(two);
    recipe_unref(three);
    recipe_unref(NULL);
    buf_free(&text);
    frame_unref(f);
}

static void bad_derive(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = table("age:int\n30\n");
    Recipe *r = recipe_with_derive(NULL, "x", "age +");
    assert_null(recipe_replay(r, f, NULL, 0, &err));
    assert_true(strncmp(err.msg, "deriving 'x': ", 14) == 0);
    recipe_unref(r);
    frame_unref(f);
}

static Recipe *through_json(const Recipe *r, Buf *text)
{
    Error err = ERROR_INIT;
    buf_clear(text);
    recipe_to_json(r, text);
    cJSON *j = json_parse(buf_slice(text), &err);
    Recipe *back = j ? recipe_from_json(j, &err) : NULL;
    if (!back)
        fail_msg("%s in %s", err.msg, text->p);
    cJSON_Delete(j);
    return back;
}

static void same_frames(const Frame *a, const Frame *b)
{
    Buf left = BUF_INIT, right = BUF_INIT;
    assert_int_equal(a->ncols, b->ncols);
    assert_int_equal(a->rows, b->rows);
    for (size_t j = 0; j < a->ncols; j++) {
        assert_string_equal(a->names[j], b->names[j]);
        for (size_t i = 0; i < a->rows; i++) {
            buf_clear(&left);
            buf_clear(&right);
            column_print(a->cols[j], i, &left);
            column_print(b->cols[j], i, &right);
            check_row(str_eq(buf_slice(&left), buf_slice(&right)), a->names[j]);
        }
    }
    buf_free(&left);
    buf_free(&right);
}

/* A recipe that went through a file makes the same rows; the file holds names only. */
static void json_and_back(void **state)
{
    (void)state;
    for (int pairs = 0; pairs < 2; pairs++) {
        Error err = ERROR_INIT;
        Blog b;
        Recipe *recipe;
        FeatureReport report;
        Buf text = BUF_INIT, again = BUF_INIT;
        FeatureOptions opt = FEATURE_OPTIONS_DEFAULT;
        uint32_t users[40], posts[40];
        opt.pairs = pairs;
        blog_make(&b);
        Frame *f = build(&b.w, &opt, &recipe, &report);
        Recipe *more = recipe_with_derive(recipe, "old", "age > 40");
        Recipe *back = through_json(more, &text);
        recipe_to_json(back, &again);
        assert_string_equal(text.p, again.p);
        assert_null(strstr(text.p, "jane"));
        for (uint32_t i = 0; i < 40; i++) {
            users[i] = i;
            posts[i] = i < 30 ? i : UINT32_MAX;
        }
        int64_t moment = days_from_civil(2024, 3, 1) * US_PER_DAY;
        Frame *one = recipe_rows(more, &b.w, users, posts, 40, moment, &err);
        Frame *two = recipe_rows(back, &b.w, users, posts, 40, moment, &err);
        assert_non_null(one);
        assert_non_null(frame_column(one, STR("old")));
        same_frames(one, two);
        frame_unref(one);
        frame_unref(two);
        recipe_unref(back);
        recipe_unref(more);
        recipe_unref(recipe);
        feature_report_clear(&report);
        frame_unref(f);
        simulated_clear(&b.s);
        buf_free(&text);
        buf_free(&again);
    }
}

static void damaged_json(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *msg;
    } cases[] = {
        {"no list", "{}", "the recipe is not a list"},
        {"an unknown step", "[{\"step\":\"magic\"}]", "a step 'magic'"},
        {"half a derive", "[{\"step\":\"derive\",\"name\":\"x\"}]", "expr"},
        {"half of features", "[{\"step\":\"features\",\"rows\":\"pairs\"}]", "negatives"},
        {"a counter that is not there",
         "[{\"step\":\"features\",\"rows\":\"interactions\",\"negatives\":0,\"sample_rate\":1,"
         "\"types\":[],\"counters\":[],"
         "\"columns\":[{\"name\":\"x\",\"group\":\"user\",\"step\":\"history\",\"column\":null,"
         "\"source\":1,\"arg\":3}]}]",
         "'x' does not say from what it is made"},
        {"an attribute of nothing",
         "[{\"step\":\"features\",\"rows\":\"interactions\",\"negatives\":0,\"sample_rate\":1,"
         "\"types\":[],\"counters\":[],"
         "\"columns\":[{\"name\":\"x\",\"group\":\"user\",\"step\":\"attribute\",\"column\":null,"
         "\"source\":1,\"arg\":0}]}]",
         "'x' does not say from what it is made"},
        {"a type with a counter beyond",
         "[{\"step\":\"features\",\"rows\":\"interactions\",\"negatives\":0,\"sample_rate\":1,"
         "\"counters\":[],\"columns\":[],"
         "\"types\":[{\"kind\":\"view\",\"level\":\"v\",\"counter\":0,\"positive\":true,"
         "\"day_only\":false}]}]",
         "counter 0"},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        cJSON *j = json_parse(str_of(cases[k].text), &err);
        check_row(j, cases[k].name);
        Recipe *r = recipe_from_json(j, &err);
        check_row(!r, cases[k].name);
        if (!strstr(err.msg, cases[k].msg))
            fail_msg("%s: %s", cases[k].name, err.msg);
        cJSON_Delete(j);
    }
}

/* A table that features did not make cannot make rows for users and posts. */
static void rows_need_features(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *flat = table(flat_text);
    World w = {.events = flat, .events_roles = roles_guess("x", flat), .flat = true};
    Recipe *r = recipe_with_derive(NULL, "a", "1");
    uint32_t zero = 0;
    assert_null(recipe_rows(r, &w, &zero, &zero, 1, 0, &err));
    assert_int_equal(err.code, ERR_DATA);
    recipe_unref(r);
    frame_unref(flat);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flat_table),           cmocka_unit_test(groups_and_names),
        cmocka_unit_test(as_of_hides_the_rest), cmocka_unit_test(extra_columns),
        cmocka_unit_test(keys_that_do_not_fit), cmocka_unit_test(positive_types),
        cmocka_unit_test(derive_and_replay),    cmocka_unit_test(bad_derive),
        cmocka_unit_test(json_and_back),        cmocka_unit_test(damaged_json),
        cmocka_unit_test(rows_need_features),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
