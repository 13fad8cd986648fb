/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_entities.c - what tables and columns are taken for. */
#include "tables.h"

typedef struct Expected {
    Role role;
    const char *column; /* NULL: no column has it */
} Expected;

static const struct {
    const char *name, *table, *text;
    Entity entity;
    Expected roles[8];
    size_t nroles;
} cases[] = {
    {"the flat table of the first session",
     "seed_rows",
     "Username:code,Post Title:code,Gender:code,Country:code,Timestamp:time,Date:time,"
     "Interaction Type:code\n"
     "JohnDoe,How to Code in Python,Male,USA,2023-10-15 09:00,2023-10-10,view\n",
     ENTITY_FLAT,
     {{ROLE_USER, "Username"},
      {ROLE_POST, "Post Title"},
      {ROLE_TITLE, "Post Title"},
      {ROLE_TIME, "Timestamp"},
      {ROLE_DATE, "Date"},
      {ROLE_TYPE, "Interaction Type"},
      {ROLE_GENDER, "Gender"},
      {ROLE_COUNTRY, "Country"}},
     8},
    {"users",
     "users",
     "username:code,age:int,country:code,gender:code,joined:time\njane,31,US,Female,2023-01-01\n",
     ENTITY_USER,
     {{ROLE_USER, "username"}, {ROLE_AGE, "age"}, {ROLE_JOINED, "joined"}, {ROLE_POST, NULL}},
     4},
    {"users with a number",
     "users",
     "user_id:int,created_at:time,country:code\n1,2018-03-09T18:48:09Z,US\n",
     ENTITY_USER,
     {{ROLE_USER, "user_id"}, {ROLE_JOINED, "created_at"}, {ROLE_COUNTRY, "country"}},
     3},
    {"posts",
     "posts",
     "post_id:code,title:text,author:code,lang:code,tags:code,date:time\n"
     "p1,A,ann,sql,a|b,2023-01-01\n",
     ENTITY_POST,
     {{ROLE_POST, "post_id"},
      {ROLE_AUTHOR, "author"},
      {ROLE_TAGS, "tags"},
      {ROLE_DATE, "date"},
      {ROLE_LANG, "lang"},
      {ROLE_TITLE, "title"}},
     6},
    {"posts that answer posts",
     "posts",
     "post_id:int,type:code,parent_id:int,author_id:int,created_at:time,tags:code\n"
     "5,answer,1,29,2018-03-12T17:18:12Z,\n",
     ENTITY_POST,
     {{ROLE_POST, "post_id"},
      {ROLE_PARENT, "parent_id"},
      {ROLE_AUTHOR, "author_id"},
      {ROLE_DATE, "created_at"},
      {ROLE_USER, NULL}},
     5},
    {"the user of a post is its author",
     "posts",
     "post_id:int,user_id:int,title:text,created_at:time\n1,2,A,2018-03-12\n",
     ENTITY_POST,
     {{ROLE_AUTHOR, "user_id"}, {ROLE_USER, NULL}},
     2},
    {"interactions",
     "interactions",
     "user_username:code,post_id:code,product_id:code,interaction_type:code,timestamp:time\n"
     "jane,p1,,view,2023-01-01\n",
     ENTITY_INTERACTION,
     {{ROLE_USER, "user_username"},
      {ROLE_POST, "post_id"},
      {ROLE_PRODUCT, "product_id"},
      {ROLE_TYPE, "interaction_type"},
      {ROLE_TIME, "timestamp"}},
     5},
    {"the thread wins over its parts",
     "interactions",
     "user_id:int,post_id:int,root_id:int,type:code,ts:time\n105,53,53,LIKE,2018-03-12T00:00:00Z\n",
     ENTITY_INTERACTION,
     {{ROLE_USER, "user_id"}, {ROLE_POST, "root_id"}, {ROLE_TYPE, "type"}, {ROLE_TIME, "ts"}},
     4},
    {"edits carry their users' country",
     "edits",
     "time:time,page:text,user:code,countryName:code,isMinor:bool\n"
     "2015-09-12T00:49:12.942Z,Atractus,u1,,0\n",
     ENTITY_FLAT,
     {{ROLE_USER, "user"}, {ROLE_POST, "page"}, {ROLE_TIME, "time"}, {ROLE_COUNTRY, "countryName"}},
     4},
    {"products",
     "products",
     "product_id:code,name:code,category:code\ng1,The Java Book,book\n",
     ENTITY_PRODUCT,
     {{ROLE_PRODUCT, "product_id"}, {ROLE_NAME, "name"}, {ROLE_CATEGORY, "category"}},
     3},
    {"finished features",
     "seed_illustration",
     "gender:code,age:int,interaction_type:code,viewed:int\nMale,26,view,1\n",
     ENTITY_NONE,
     {{ROLE_USER, NULL}, {ROLE_AGE, NULL}},
     2},
    {"votes point at posts but are none",
     "votes",
     "post_id:int,type:code,date:time\n1,UP,2018-03-12\n1,UP,2018-03-12\n",
     ENTITY_NONE,
     {{ROLE_POST, NULL}},
     1},
    {"a table of anything",
     "titanic",
     "name:text,sex:code,age:real,survived:int\nAnn,female,29,1\n",
     ENTITY_NONE,
     {{ROLE_AGE, NULL}},
     1},
    {"no rows", "users", "username:code,age:int\n", ENTITY_NONE, {{ROLE_USER, NULL}}, 1},
};

static void guesses(void **state)
{
    (void)state;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        Frame *f = table(cases[k].text);
        RoleMap m = roles_guess(cases[k].table, f);
        if (m.entity != cases[k].entity)
            fail_msg("%s: taken for %s: %s", cases[k].name, entity_name(m.entity), m.why);
        assert_true(m.guessed);
        assert_true(m.why[0] != '\0');
        for (size_t r = 0; r < cases[k].nroles; r++) {
            const Expected *e = &cases[k].roles[r];
            long col = m.col[e->role];
            if (e->column ? col < 0 || strcmp(f->names[col], e->column) != 0 : col >= 0)
                fail_msg("%s: %s is %s", cases[k].name, role_rows()[e->role].name,
                         col < 0 ? "nothing" : f->names[col]);
        }
        frame_unref(f);
    }
}

static void names_parse(void **state)
{
    (void)state;
    Role r;
    Entity e;
    for (size_t k = 0; k < ROLE_COUNT; k++) {
        assert_true(role_parse(str_of(role_rows()[k].name), &r));
        assert_int_equal(r, k);
        assert_non_null(role_rows()[k].aliases[0]);
    }
    assert_false(role_parse(STR("colour"), &r));
    for (size_t k = 0; k <= ENTITY_NONE; k++) {
        assert_true(entity_parse(str_of(entity_name((Entity)k)), &e));
        assert_int_equal(e, k);
    }
    assert_true(entity_parse(STR("post"), &e));
    assert_int_equal(e, ENTITY_POST);
    assert_false(entity_parse(STR("things"), &e));
}

/* users have two keys; the interactions say which one is meant */
static void values_settle_keys(void **state)
{
    (void)state;
    Frame *users = table("username:code,user_id:int,age:int\njane,7,31\njohn,8,40\nann,9,22\n");
    Frame *events = table(
        "user:int,post_id:code,type:code,ts:time\n8,p1,view,2024-01-01 10:00\n"
        "9,p1,like,2024-01-01 11:00\n");
    World w = world_of(users, NULL, NULL, events);
    assert_string_equal(users->names[w.users_roles.col[ROLE_USER]], "user_id");
    assert_string_equal(w.events_roles.why, "user matches users.user_id in 100 % of rows");
    /* what a person said stays */
    w.users_roles.col[ROLE_USER] = 0;
    w.users_roles.guessed = false;
    world_link(&w);
    assert_int_equal(w.users_roles.col[ROLE_USER], 0);
    frame_unref(users);
    frame_unref(events);
}

static void flat_in_parts(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = table(
        "Username:code,Post Title:code,Gender:code,Timestamp:time,Date:time,Interaction Type:code\n"
        "John,A,Male,2023-10-15 09:00,2023-10-10,view\n"
        "Jane,B,Female,2023-10-15 10:00,2023-10-13,comment\n"
        "John,B,Male,2023-10-15 11:00,2023-10-13,like\n");
    RoleMap m = roles_guess("seed", f);
    World w;
    assert_true(world_from_flat("seed", f, &m, &w, &err));
    assert_true(w.flat);
    assert_int_equal(w.users->rows, 2);
    assert_int_equal(w.posts->rows, 2);
    assert_string_equal(w.users->names[w.users_roles.col[ROLE_GENDER]], "Gender");
    assert_true(w.posts_roles.col[ROLE_DATE] >= 0);
    assert_true(w.posts_roles.col[ROLE_USER] < 0);
    assert_true(str_eqz(cell_text(w.posts, "Post Title", 1), "B"));
    assert_true(world_check(&w, &err));
    frame_unref((Frame *)w.users);
    frame_unref((Frame *)w.posts);
    frame_unref(f);
}

static void check_says_what_is_missing(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    World w = {0};
    assert_false(world_check(&w, &err));
    assert_string_equal(err.msg, "no table of interactions");
    error_clear(&err);
    Frame *f = table("post_id:code,type:code,ts:time\np1,view,2024-01-01\n");
    w = (World){.events = f, .events_name = "log"};
    for (size_t r = 0; r < ROLE_COUNT; r++)
        w.events_roles.col[r] = -1;
    assert_false(world_check(&w, &err));
    assert_string_equal(err.msg, "no column of 'log' says who acted");
    error_clear(&err);
    w.events_roles.col[ROLE_USER] = 0;
    assert_false(world_check(&w, &err));
    assert_non_null(strstr(err.msg, "post or product"));
    error_clear(&err);
    w.events_roles.col[ROLE_POST] = 0;
    w.events_roles.col[ROLE_TIME] = 1;
    assert_false(world_check(&w, &err));
    assert_int_equal(err.code, ERR_TYPE);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guesses),
        cmocka_unit_test(names_parse),
        cmocka_unit_test(values_settle_keys),
        cmocka_unit_test(flat_in_parts),
        cmocka_unit_test(check_says_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
