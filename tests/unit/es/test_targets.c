/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_targets.c - aliases that move from one batch to the next, on the loopback stub. */
#define _GNU_SOURCE /* strcasestr */
#include "unit/check.h"

#include "es/target.h"
#include "stub.h"

#define ALIAS(name, json)                                                                          \
    {                                                                                              \
        "GET", "/" name "/_alias", NULL, 0, 200, json, NULL, 0, 0, 0                               \
    }
#define DONE(method, path, holds)                                                                  \
    {                                                                                              \
        method, path, holds, 0, 200, "{\"acknowledged\":true}", NULL, 0, 0, 0                      \
    }
#define NONE(path)                                                                                 \
    {                                                                                              \
        "HEAD", path, NULL, 0, 404, "", NULL, 0, 0, 0                                              \
    }

static void test_targets(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        ALIAS("plain", "{\"plain\":{\"aliases\":{}}}"),
        ALIAS("moved", "{\"moved-1\":{\"aliases\":{\"moved\":{}}}}"),
        ALIAS("newer", "{\"newer-9\":{\"aliases\":{\"newer\":{}}}}"),
        ALIAS("own", "{\"own-things\":{\"aliases\":{\"own\":{}}}}"),
        ALIAS("two", "{\"a\":{\"aliases\":{\"two\":{}}},\"b\":{\"aliases\":{\"two\":{}}}}"),
        NONE("/moved-2"),
        NONE("/own-2"),
        DONE("PUT", "/moved-2", NULL),
        DONE("PUT", "/own-2", NULL),
        DONE("POST", "/_aliases", "\"remove_index\":{\"index\":\"moved-1\"}"),
        DONE("POST", "/_aliases", "\"remove\":{\"index\":\"own-things\",\"alias\":\"own\"}"),
        {"GET", "/shut/_alias", NULL, 0, 403,
         "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no permissions\"}}", NULL, 0, 0, 0},
    };
    static const struct {
        const char *target;
        const char *index, *replaced; /* NULL: refused, with msg */
        const char *msg;
    } cases[] = {
        {"plain", "plain", "", NULL},
        {"moved", "moved-2", "moved-1 is dropped", NULL},
        {"own", "own-2", "own-things, which is no batch of ours, stays", NULL},
        {"newer", NULL, NULL, "newer than 2"},
        {"two", NULL, NULL, "several indexes"},
        {"shut", NULL, NULL, "no permissions"},
    };
    Stub s = stub_start(rules, COUNT(rules));
    Error opening = ERROR_INIT;
    Client *c = client_open(&(HttpConfig){.url = s.url, .timeout_s = 2}, &opening);
    assert_non_null(c);
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        char index[256] = "", replaced[300] = "";
        bool ok = target_open(c, cases[i].target, 2, STR("{}"), index, &err) &&
                  target_swap(c, cases[i].target, index, replaced, &err);
        if (ok != (cases[i].index != NULL) ||
            (ok && (strcmp(index, cases[i].index) != 0 || strcmp(replaced, cases[i].replaced) != 0)) ||
            (!ok && !strstr(err.msg, cases[i].msg)))
            fail_msg("%s: '%s', '%s'; %s", cases[i].target, index, replaced, err.msg);
    }
    client_close(c);
    stub_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_targets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
