/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_join.c - two frames side by side. */
#include "unit/check.h"

#include "data/frameops.h"
#include "unit/data/frames.h"

static void joining(void **state)
{
    (void)state;
    static const struct {
        const char *name, *a, *b;
        size_t nkeys;
        JoinKind kind;
        const char *want; /* the frame, or the message */
        size_t unmatched, unused;
    } cases[] = {
        {"codes of two dictionaries", "k:code u1 u2 u9 u1\nx:int 1 2 3 4",
         "k:code u2 u1 u5\nage:int 20 10 50", 1, JOIN_LEFT,
         "k u1 u2 u9 u1\nx 1 2 3 4\nage 10 20 - 10", 1, 1},
        {"inner drops rows", "k:code u1 u2 u9 u1\nx:int 1 2 3 4",
         "k:code u2 u1 u5\nage:int 20 10 50", 1, JOIN_INNER, "k u1 u2 u1\nx 1 2 4\nage 10 20 10", 1,
         1},
        {"code with text", "k:code u1 u2\nx:int 1 2", "k:text u2 u1\nage:int 20 10", 1, JOIN_LEFT,
         "k u1 u2\nx 1 2\nage 10 20", 0, 0},
        {"integers", "k:int 3 1 2", "k:int 1 2\nv:code a b", 1, JOIN_LEFT, "k 3 1 2\nv - a b", 1,
         0},
        {"int with real", "k:int 3 0", "k:real 3 -0 2.5\nv:code a b c", 1, JOIN_INNER,
         "k 3 0\nv a b", 0, 1},
        {"times", "k:time 2024-01-01 2024-01-02", "k:time 2024-01-02\nv:int 5", 1, JOIN_LEFT,
         "k 2024-01-01 2024-01-02\nv - 5", 1, 0},
        {"two keys", "k:code a a b\nl:int 1 2 1", "k:code a b a\nl:int 2 1 7\nv:int 12 21 17", 2,
         JOIN_LEFT, "k a a b\nl 1 2 1\nv - 12 21", 1, 1},
        {"null meets nothing", "k:code - a", "k:code - a\nv:int 1 2", 1, JOIN_LEFT, "k - a\nv - 2",
         1, 1},
        {"two nulls are no duplicate", "k:code a", "k:code - - a\nv:int 1 2 3", 1, JOIN_LEFT,
         "k a\nv 3", 0, 2},
        {"clashing names", "k:int 1\nv:int 5\nv_2:int 6", "k:int 1\nv:int 7", 1, JOIN_LEFT,
         "k 1\nv 5\nv_2 6\nv_3 7", 0, 0},
        {"nothing on the right", "k:int 1", "k:int\nv:int", 1, JOIN_LEFT, "k 1\nv -", 1, 0},
        {"nothing on the left", "k:int", "k:int 1\nv:int 7", 1, JOIN_INNER, "k\nv", 0, 1},
        {"a key twice", "k:code a", "k:code b a a b b\nv:int 1 2 3 4 5", 1, JOIN_LEFT,
         "the right table has the key k=a twice, in rows 2 and 3 (3 rows repeat a key)", 0, 0},
        {"types that never match", "k:int 1", "k:code 1\nv:int 2", 1, JOIN_LEFT,
         "'k' is int and 'k' is code: they never match", 0, 0},
    };
    for (size_t k = 0; k < COUNT(cases); k++) {
        Error err = ERROR_INIT;
        JoinReport report;
        Frame *a = frame_of(cases[k].a), *b = frame_of(cases[k].b);
        static const size_t keys[] = {0, 1};
        Frame *out = frame_join(a, b, keys, keys, cases[k].nkeys, cases[k].kind, &report, &err);
        if (!out) {
            if (strcmp(err.msg, cases[k].want) != 0)
                fail_msg("%s: '%s'\n", cases[k].name, err.msg);
        } else {
            char *text = frame_text(out);
            if (strcmp(text, cases[k].want) != 0)
                fail_msg("%s:\n%s\nwanted\n%s\n", cases[k].name, text, cases[k].want);
            free(text);
            check_row(report.unmatched_left == cases[k].unmatched, cases[k].name);
            check_row(report.unused_right == cases[k].unused, cases[k].name);
        }
        frame_unref(out);
        frame_unref(a);
        frame_unref(b);
    }
}

static void reports(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    JoinReport report;
    Frame *a = frame_of("user:code u1 u9\npost:int 1 2"),
          *b = frame_of("user:code u1\npost:int 1\nv:int 3");
    static const size_t keys[] = {0, 1};
    Frame *out = frame_join(a, b, keys, keys, 2, JOIN_LEFT, &report, &err);
    assert_string_equal(report.example, "user=u9 post=2");
    assert_ptr_equal(out->cols[0], a->cols[0]); /* shared */
    frame_unref(out);
    out = frame_join(a, b, keys, keys, 2, JOIN_LEFT, NULL, &err);
    assert_non_null(out);
    frame_unref(out);
    frame_unref(a);
    frame_unref(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining),
        cmocka_unit_test(reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
