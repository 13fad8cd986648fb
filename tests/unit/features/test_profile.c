/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_profile.c - favourites by hand: counts, shares, lift and its interval, groups, weights,
 * conditions. */
#include "tables.h"

#include <math.h>

#include "features/profile.h"

static const char *const users_text =
    "username:code,gender:code,age:int,country:code\nann,F,17,US\nbea,F,30,US\n"
    "cid,M,66,DE\ndan,M,,DE\n";
static const char *const posts_text =
    "post_id:code,title:text,author:code,lang:code,tags:code,date:time\n"
    "p1,A,x,java,web|api,2024-01-01\np2,B,y,sql,api,2024-01-01\np3,C,x,java,,2024-01-02\n";
static const char *const events_text =
    "user:code,post_id:code,type:code,ts:time\n"
    "ann,,login,2024-01-03 08:00\nann,p1,view,2024-01-03 09:00\nann,p1,view,2024-01-03 10:00\n"
    "ann,p2,view,2024-01-03 11:00\n"
    "bea,p1,view,2024-01-03 12:00\nbea,p3,like,2024-01-03 13:00\ncid,p2,view,2024-01-04 09:00\n"
    "cid,p2,view,2024-01-04 09:30\n"
    "cid,p3,view,2024-01-04 10:00\ndan,p2,like,2024-01-04 11:00\n";

typedef struct Made {
    Frame *users, *posts, *events, *f;
} Made;

static void make(Made *m, FavouriteOptions opt)
{
    Error err = ERROR_INIT;
    m->users = table(users_text);
    m->posts = table(posts_text);
    m->events = table(events_text);
    World w = world_of(m->users, m->posts, NULL, m->events);
    m->f = favourites(&w, &opt, &err);
    if (!m->f)
        fail_msg("%s", err.msg);
}

static void clear(Made *m)
{
    frame_unref(m->users);
    frame_unref(m->posts);
    frame_unref(m->events);
    frame_unref(m->f);
}

static void of_everybody(void **state)
{
    (void)state;
    static const struct {
        const char *post;
        double n;
    } want[] = {{"p1", 3}, {"p2", 3}, {"p3", 1}}; /* views; ties by name */
    Made m;
    make(&m, (FavouriteOptions){.what = "posts"});
    assert_int_equal(m.f->rows, 3);
    for (size_t i = 0; i < 3; i++) {
        check_row(str_eqz(cell_text(m.f, "post", i), want[i].post), want[i].post);
        check_row(cell(m.f, "count", i) == want[i].n && cell(m.f, "n", i) == want[i].n,
                  want[i].post);
        check_row(fabs(cell(m.f, "share", i) - want[i].n / 7) < 1e-12, want[i].post);
        check_row(cell(m.f, "lift", i) == 1 && cell(m.f, "low", i) == 1 &&
                      cell(m.f, "high", i) == 1,
                  want[i].post);
    }
    clear(&m);
}

static void by_gender(void **state)
{
    (void)state;
    Made m;
    make(&m, (FavouriteOptions){.what = "languages", .by = "gender"});
    assert_int_equal(m.f->rows, 4);
    assert_true(str_eqz(cell_text(m.f, "gender", 0), "F") &&
                str_eqz(cell_text(m.f, "lang", 0), "java"));
    assert_true(cell(m.f, "count", 0) == 3 && fabs(cell(m.f, "share", 0) - 0.75) < 1e-12);
    assert_true(fabs(cell(m.f, "lift", 0) - 0.75 / (4 / 7.0)) < 1e-12);
    /* the interval by the formula: f = 4/7, p = 3/4 of n = 4, q = 1/3 of m = 3, P = 4/7 */
    double a = 1 / 0.75 - 1, b = 3 / 7.0 / (4 / 7.0);
    double var = a * a * 0.75 * 0.25 / 4 + b * b * (1 / 3.0) * (2 / 3.0) / 3;
    assert_true(fabs(cell(m.f, "high", 0) -
                     cell(m.f, "lift", 0) * exp(1.959963984540054 * sqrt(var))) < 1e-12);
    assert_true(str_eqz(cell_text(m.f, "gender", 2), "M") &&
                str_eqz(cell_text(m.f, "lang", 2), "sql"));
    clear(&m);
}

static void tags_vote_each(void **state)
{
    (void)state;
    Made m;
    make(&m, (FavouriteOptions){.what = "tags", .by = "user", .top = 1});
    assert_int_equal(m.f->rows, 3);
    assert_true(str_eqz(cell_text(m.f, "user", 0), "ann") &&
                str_eqz(cell_text(m.f, "tag", 0), "api"));
    assert_true(cell(m.f, "count", 0) == 3 &&
                fabs(cell(m.f, "share", 0) - 0.6) < 1e-12); /* of 5 votes: 2 web, 3 api */
    assert_true(str_eqz(cell_text(m.f, "user", 1), "bea") &&
                str_eqz(cell_text(m.f, "tag", 1), "api"));
    clear(&m);
}

static void made_groups(void **state)
{
    (void)state;
    Made m;
    make(&m, (FavouriteOptions){.what = "posts", .by = "age_band", .top = 1});
    assert_int_equal(m.f->rows, 3); /* dan, without an age, viewed nothing */
    assert_true(str_eqz(cell_text(m.f, "age_band", 0), "17 and under"));
    assert_true(str_eqz(cell_text(m.f, "age_band", 1), "25-34"));
    assert_true(str_eqz(cell_text(m.f, "age_band", 2), "65+"));
    clear(&m);
    make(&m, (FavouriteOptions){.what = "posts", .by = "login_hour"});
    assert_true(cell(m.f, "login_hour", 0) ==
                8); /* ann logged in at 8; the others count by their own hour */
    clear(&m);
}

static void weights_and_where(void **state)
{
    (void)state;
    Made m;
    make(&m, (FavouriteOptions){.what = "authors", .weights = "view=1, like=3"});
    assert_true(str_eqz(cell_text(m.f, "author", 0), "x") && cell(m.f, "count", 0) == 7 &&
                cell(m.f, "n", 0) == 5);
    assert_true(str_eqz(cell_text(m.f, "author", 1), "y") && cell(m.f, "count", 1) == 6);
    clear(&m);
    make(&m, (FavouriteOptions){.what = "posts", .where = "gender = 'M' and lang = 'sql'"});
    assert_int_equal(m.f->rows, 1);
    assert_true(cell(m.f, "count", 0) == 2);
    clear(&m);
    /* a condition is a group like any other: the same numbers as `by`, against everybody */
    make(&m, (FavouriteOptions){.what = "languages", .by = "gender"});
    double lift = cell(m.f, "lift", 0), high = cell(m.f, "high", 0);
    clear(&m);
    make(&m, (FavouriteOptions){.what = "languages", .where = "gender = 'F'"});
    assert_true(str_eqz(cell_text(m.f, "lang", 0), "java") && cell(m.f, "share", 0) == 0.75);
    assert_true(cell(m.f, "lift", 0) == lift && cell(m.f, "high", 0) == high && lift > 1);
    clear(&m);
    make(&m, (FavouriteOptions){.what = "title"}); /* any column of the posts */
    assert_int_equal(m.f->rows, 3);
    clear(&m);
}

static void refusals(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        FavouriteOptions opt;
        ErrCode code;
    } cases[] = {
        {"unknown item", {.what = "colours"}, ERR_NAME},
        {"unknown group", {.what = "posts", .by = "shoe_size"}, ERR_NAME},
        {"a group twice", {.what = "posts", .by = "gender,gender"}, ERR_USAGE},
        {"a weight that is none", {.what = "posts", .weights = "view=much"}, ERR_USAGE},
        {"a weight below zero", {.what = "posts", .weights = "view=-1"}, ERR_USAGE},
        {"a weight of nothing", {.what = "posts", .weights = "buy=1"}, ERR_NAME},
        {"a condition on nothing", {.what = "posts", .where = "colour = 'red'"}, ERR_NAME},
        {"no condition", {.what = "posts", .where = "gender ="}, ERR_USAGE},
    };
    Frame *users = table(users_text), *posts = table(posts_text), *events = table(events_text);
    World w = world_of(users, posts, NULL, events);
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        check_row(!favourites(&w, &cases[k].opt, &err), cases[k].name);
        check_row(err.code == cases[k].code, cases[k].name);
    }
    frame_unref(users);
    frame_unref(posts);
    frame_unref(events);
}

/* Nobody voted: an empty table, not an error. */
static void nothing_counts(void **state)
{
    (void)state;
    Made m;
    make(&m, (FavouriteOptions){.what = "posts", .where = "country = 'FR'"});
    assert_int_equal(m.f->rows, 0);
    assert_int_equal(m.f->ncols, 7);
    clear(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_everybody),      cmocka_unit_test(by_gender),
        cmocka_unit_test(tags_vote_each),    cmocka_unit_test(made_groups),
        cmocka_unit_test(weights_and_where), cmocka_unit_test(refusals),
        cmocka_unit_test(nothing_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
