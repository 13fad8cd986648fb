/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_privileges.c - users who may do less than everything, on the loopback stub. */
#define _GNU_SOURCE /* strcasestr */
#include "unit/check.h"

#include "es/push.h"
#include "stub.h"

#define FORBIDDEN                                                                                  \
    "{\"error\":{\"type\":\"security_exception\",\"reason\":\"action [cluster:monitor/main] is "       \
    "unauthorized for user [rita]\"},\"status\":403}"
#define REFUSED(method, path)                                                                      \
    {                                                                                              \
        method, path, NULL, 0, 403, FORBIDDEN, NULL, 0, 0, 0                                       \
    }

/* Who may not ask for the version may still read and write. */
static void test_no_monitor(void **state)
{
    (void)state;
    static const Rule moved = {"GET", "/", NULL, 1, 405, "{}", NULL, 0, 0, 0};
    for (int k = 0; k < 2; k++) {
        Rule rules[] = {k ? moved : (Rule)REFUSED("GET", "/"), REFUSED("GET", "/_nodes"), REFUSED("PUT", "/"),
                        REFUSED(NULL, NULL)};
        Stub s = stub_start(rules, COUNT(rules));
        Error err = ERROR_INIT;
        Client *c = client_open(&(HttpConfig){.url = s.url, .timeout_s = 2}, &err);
        if (!c)
            fail_msg("%s", err.msg);
        assert_string_equal(c->version, "unknown");
        assert_true(client_probe(c, &err));
        assert_false(c->caps.can_create);
        client_close(c);
        stub_stop(&s);
    }
}

/* The documents are written and counted, though their index may not be refreshed. */
static void test_no_refresh(void **state)
{
    (void)state;
    Rule rules[] = {STUB_ROOT,
                    STUB_HEALTH,
                    REFUSED("POST", "/i/_refresh"),
                    {"POST", "/i/_bulk", NULL, 0, 200,
                     "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]}", NULL,
                     0, 0, 0}};
    Stub s = stub_start(rules, COUNT(rules));
    Error err = ERROR_INIT;
    Client *c = client_open(&(HttpConfig){.url = s.url, .timeout_s = 2}, &err);
    assert_non_null(c);
    Column *n = column_new(COL_INT, 2, &err);
    char name[] = "n", *names[] = {name};
    Frame *f = frame_new(names, &n, 1, 2);
    PushLedger l;
    assert_true(es_push(c, f, &(PushOptions){.bulk = {.index = "i"}}, &l, &err));
    assert_int_equal(l.created, 2);
    assert_true(l.unrefreshed);
    frame_unref(f);
    client_close(c);
    stub_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_monitor),
        cmocka_unit_test(test_no_refresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
