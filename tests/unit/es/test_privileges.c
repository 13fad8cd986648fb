/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_privileges.c - users who may do less than everything, and engines that take less at once than a batch, on
 * the loopback stub. */
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

/* A batch that is refused as a whole for the third time is cut in two. */
static void test_never_so_much(void **state)
{
    (void)state;
    enum { DOCS = 2000 }; /* about 170 kB */
    Buf made = BUF_INIT;
    buf_puts(&made, "{\"errors\":false,\"items\":[");
    for (int i = 0; i < DOCS / 2; i++)
        buf_printf(&made, "%s{\"index\":{\"status\":201}}", i ? "," : "");
    buf_puts(&made, "]}");
    Rule rules[] = {STUB_ROOT,
                    STUB_HEALTH,
                    {"POST", "/i/_refresh", NULL, 0, 200, "{}", NULL, 0, 0, 0},
                    {"POST", "/i/_bulk", NULL, 3, 429,
                     "{\"error\":{\"type\":\"rejected_execution_exception\",\"reason\":\"too much at once\"}}",
                     "Retry-After: 0.01\r\n", 0, 0, 0},
                    {"POST", "/i/_bulk", NULL, 0, 200, made.p, NULL, 0, 0, 0}};
    Stub s = stub_start(rules, COUNT(rules));
    Error err = ERROR_INIT;
    Client *c = client_open(&(HttpConfig){.url = s.url, .timeout_s = 10}, &err);
    assert_non_null(c);
    Column *n = column_new(COL_INT, DOCS, &err);
    for (int i = 0; i < DOCS; i++)
        n->v.i[i] = INT64_C(1000000000000000000) + i;
    char name[] = "a_name_that_makes_the_documents_long", *names[] = {name};
    Frame *f = frame_new(names, &n, 1, DOCS);
    PushLedger l;
    if (!es_push(c, f, &(PushOptions){.bulk = {.index = "i"}}, &l, &err))
        fail_msg("%s", err.msg);
    assert_int_equal(l.created, DOCS);
    assert_int_equal(l.splits, 1);
    frame_unref(f);
    client_close(c);
    stub_stop(&s);
    buf_free(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_monitor),
        cmocka_unit_test(test_no_refresh),
        cmocka_unit_test(test_never_so_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
