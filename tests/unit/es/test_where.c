/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_where.c - what of a condition goes to the engine: never so much that a row could be lost. */
#include "unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "es/where.h"

#define F(p, k, t, unseen)                                                                         \
    {                                                                                              \
        .path = (char[]){p}, .kind = k, .type = t, .hidden = unseen                                \
    }
static Field fields[] = {
    F("n", FIELD_INT, "long", false),        F("d", FIELD_REAL, "double", false),
    F("f", FIELD_REAL, "float", false),      F("b", FIELD_BOOL, "boolean", false),
    F("t", FIELD_TIME, "date", false),       F("k", FIELD_STRING, "keyword", false),
    F("prose", FIELD_STRING, "text", false), F("h", FIELD_INT, "long", true),
};
static const Schema schema = {COUNT(fields), fields, NULL, 1, 1};

static void test_queries(void **state)
{
    (void)state;
    static const struct {
        const char *where, *want; /* NULL: decided here alone */
    } cases[] = {
        {"n = 3", "{\"range\":{\"n\":{\"gte\":3,\"lte\":3}}}"},
        {"3 < n", "{\"range\":{\"n\":{\"gt\":3}}}"},
        {"n <= 2.5", "{\"range\":{\"n\":{\"lte\":2.5}}}"},
        {"n > 9007199254740993", NULL},
        {"d between 1 and 2", "{\"range\":{\"d\":{\"gte\":1,\"lte\":2}}}"},
        {"f > 0.1", NULL},
        {"k = 'a'", "{\"term\":{\"k\":\"a\"}}"},
        {"k != 'a'", NULL},
        {"k < 'a'", NULL},
        {"k in ('a', 'b')", "{\"bool\":{\"should\":[{\"term\":{\"k\":\"a\"}},{\"term\":{\"k\":"
                            "\"b\"}}],\"minimum_should_match\":1}}"},
        {"prose = 'a'", NULL},
        {"h = 3", NULL},
        {"m = 3", NULL},
        {"b", "{\"term\":{\"b\":true}}"},
        {"b = false", "{\"term\":{\"b\":false}}"},
        {"t >= '2024-01-02'",
         "{\"range\":{\"t\":{\"gte\":1704153600000,\"format\":\"epoch_millis\"}}}"},
        {"t < '2024-01-02 00:00:00.000500'",
         "{\"range\":{\"t\":{\"lte\":1704153600001,\"format\":\"epoch_millis\"}}}"},
        {"n is null", "{\"bool\":{\"must_not\":{\"exists\":{\"field\":\"n\"}}}}"},
        {"n is not null", "{\"exists\":{\"field\":\"n\"}}"},
        {"k is not null", NULL},
        {"not (n = 3)", NULL},
        {"n = 1 and k like 'a%'", "{\"range\":{\"n\":{\"gte\":1,\"lte\":1}}}"},
        {"n = 1 and b", "{\"bool\":{\"filter\":[{\"range\":{\"n\":{\"gte\":1,\"lte\":1}}},{"
                        "\"term\":{\"b\":true}}]}}"},
        {"n = 1 or b", "{\"bool\":{\"should\":[{\"range\":{\"n\":{\"gte\":1,\"lte\":1}}},{\"term\":"
                       "{\"b\":true}}],\"minimum_should_match\":1}}"},
        {"n = 1 or log(d) > 2", NULL},
        {"n + 1 = 2", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Arena *a = arena_new();
        Buf b = BUF_INIT;
        Expr *e = expr_parse(a, str_of(cases[i].where), 0, &err);
        if (!e)
            fail_msg("%s: %s", cases[i].where, err.msg);
        bool ok = where_query(e, &schema, &b);
        if (ok != (cases[i].want != NULL) || (ok && strcmp(b.p, cases[i].want) != 0) ||
            (!ok && b.n))
            fail_msg("%s: %s", cases[i].where, b.p ? b.p : "nothing");
        buf_free(&b);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_queries)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
