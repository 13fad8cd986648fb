/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_faults.c - what a client makes of an engine that misbehaves, on the loopback stub. */
#define _GNU_SOURCE /* strcasestr */
#include "unit/check.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "es/cells.h"
#include "es/pull.h"
#include "es/push.h"
#include "stub.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Client *opened(Stub *s, const Rule *rules, size_t n, Error *err)
{
    *s = stub_start(rules, n);
    return client_open(&(HttpConfig){.url = s->url, .timeout_s = 2}, err);
}

/* ---- opening ---- */

static void test_open(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Rule rule;
        ErrCode code; /* ERR_NONE: it opens */
        const char *msg;
    } cases[] = {
        {"OpenSearch", STUB_ROOT, ERR_NONE, NULL},
        {"wrong password",
         {"GET", "/", NULL, 0, 401,
          "{\"error\":{\"type\":\"security_exception\",\"reason\":\"missing "
          "credentials\"},\"status\":401}",
          NULL, 0, 0, 0},
         ERR_REMOTE,
         "missing credentials"},
        {"error as a sentence",
         {"GET", "/", NULL, 0, 406, "{\"error\":\"Content-Type header not supported\"}", NULL, 0, 0,
          0},
         ERR_REMOTE,
         "header not supported"},
        {"a web page",
         {"GET", "/", NULL, 0, 200, "<html>hello</html>", "Content-Type: text/html\r\n", 0, 0, 0},
         ERR_REMOTE,
         "neither"},
        {"HTML from a proxy",
         {"GET", "/", NULL, 0, 403, "<html><h1>Forbidden</h1>\x1b[31m</html>",
          "Content-Type: text/html\r\n", 0, 0, 0},
         ERR_REMOTE,
         "\\x1b[31m"},
        {"another JSON",
         {"GET", "/", NULL, 0, 200, "{\"hello\":1}", NULL, 0, 0, 0},
         ERR_REMOTE,
         "neither"},
        {"never an answer", {"GET", "/", NULL, 0, 200, "", NULL, 2500, 0, 0}, ERR_NET, "in time"},
        {"gone at once", {"GET", "/", NULL, 0, 0, "", NULL, 0, 0, 0}, ERR_NET, "broke"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (strcmp(cases[i].name, "never an answer") == 0 ||
            strcmp(cases[i].name, "gone at once") == 0)
            continue; /* retried with pauses: test_retries covers them once */
        Rule rules[] = {cases[i].rule, STUB_HEALTH};
        Stub s;
        Error err = ERROR_INIT;
        Client *c = opened(&s, rules, 2, &err);
        if ((c != NULL) != (cases[i].code == ERR_NONE) || err.code != cases[i].code ||
            (cases[i].msg && !strstr(err.msg, cases[i].msg)))
            fail_msg("%s: code %d, '%s'", cases[i].name, err.code, err.msg);
        client_close(c);
        stub_stop(&s);
    }
}

static void test_urls(void **state)
{
    (void)state;
    static const struct {
        const char *url, *user, *password;
        ErrCode code;
    } cases[] = {
        {"localhost:9200", NULL, NULL, ERR_USAGE},
        {"ftp://x", NULL, NULL, ERR_USAGE},
        {"http://", NULL, NULL, ERR_USAGE},
        {"http://u:p@localhost:9200", NULL, NULL, ERR_USAGE},
        {"http://search.example:9200", "u", "p", ERR_USAGE},
        {"https://search.example:9200", "u", "p", ERR_NONE},
        {"http://127.0.0.1:9200", "u", "p", ERR_NONE},
        {"http://127.0.0.1.evil.example:9200", "u", "p", ERR_USAGE},
        {"http://localhost:1,http://search.example:2", "u", "p", ERR_USAGE},
        {"http://a:1,http://b:2", NULL, NULL, ERR_NONE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        Http *h = http_new(&(HttpConfig){.url = cases[i].url,
                                         .user = cases[i].user,
                                         .password = cases[i].password},
                           &err);
        if (err.code != cases[i].code)
            fail_msg("%s: %s", cases[i].url, err.msg);
        http_free(h);
    }
    Error err = ERROR_INIT;
    assert_null(http_new(&(HttpConfig){.url = "https://x", .fingerprint = "abc"}, &err));
    assert_int_equal(err.code, ERR_USAGE);
    err = (Error)ERROR_INIT;
    assert_null(http_new(&(HttpConfig){.url = "https://x", .ca_file = "/nowhere/ca.crt"}, &err));
    assert_int_equal(err.code, ERR_IO);
}

static void test_retries(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        {"GET", "/busy", NULL, 2, 429, "{}", "Retry-After: 0.05\r\n", 0, 0, 0},
        {"GET", "/busy", NULL, 0, 200, "{\"ok\":1}", NULL, 0, 0, 0},
        {"POST", "/broken", NULL, 1, 0, "", NULL, 0, 0, 0},
        {"POST", "/broken", NULL, 0, 200, "{\"ok\":1}", NULL, 0, 0, 0},
        {"POST", "/buckets", NULL, 0, 503,
         "{\"error\":{\"type\":\"too_many_buckets_exception\",\"reason\":\"Trying to create too "
         "many buckets\"}}",
         NULL, 0, 0, 0},
        {"POST", "/breaker", NULL, 0, 429,
         "{\"error\":{\"type\":\"circuit_breaking_exception\",\"reason\":\"Data too "
         "large\",\"durability\":\"PERMANENT\"}}",
         NULL, 0, 0, 0},
    };
    Stub s;
    Error err = ERROR_INIT;
    Client *c = opened(&s, rules, COUNT(rules), &err);
    assert_non_null(c);
    HttpReply r;
    assert_true(client_raw(c, "GET", STR_NULL, true, &r, &err, "/busy"));
    assert_int_equal(r.retries, 2);
    http_reply_clear(&r);
    /* a broken connection is tried again only when that is harmless */
    assert_false(client_raw(c, "POST", STR("{}"), false, &r, &err, "/broken"));
    assert_int_equal(err.code, ERR_NET);
    err = (Error)ERROR_INIT;
    assert_true(client_raw(c, "POST", STR("{}"), true, &r, &err, "/broken"));
    http_reply_clear(&r);
    /* what waiting does not mend is told at once */
    double began = clock_seconds();
    assert_false(client_raw(c, "POST", STR("{}"), true, &r, &err, "/buckets"));
    assert_non_null(strstr(err.msg, "too many buckets"));
    err = (Error)ERROR_INIT;
    assert_false(client_raw(c, "POST", STR("{}"), true, &r, &err, "/breaker"));
    assert_true(clock_seconds() - began < 1);
    client_close(c);
    stub_stop(&s);
}

static void test_bodies(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        {"GET", "/cut", NULL, 0, 200, "{\"hits\":{\"total\":1,\"hits\":[]}}", NULL, 0, 10, 0},
        {"GET", "/bomb", NULL, 0, 200, "", NULL, 0, 0, (size_t)64 << 20},
        {"GET", "/slow", NULL, 0, 200, "{}", NULL, 2500, 0, 0},
    };
    Stub s = stub_start(rules, COUNT(rules));
    Error err = ERROR_INIT;
    Client *c = client_open(
        &(HttpConfig){.url = s.url, .timeout_s = 1, .gzip = true, .max_body = 1 << 20}, &err);
    assert_non_null(c);
    HttpReply r;
    assert_false(client_raw(c, "GET", STR_NULL, false, &r, &err, "/cut"));
    assert_int_equal(err.code, ERR_NET);
    err = (Error)ERROR_INIT;
    assert_false(client_raw(c, "GET", STR_NULL, false, &r, &err, "/bomb"));
    assert_non_null(strstr(err.msg, "more than"));
    err = (Error)ERROR_INIT;
    assert_false(client_raw(c, "GET", STR_NULL, false, &r, &err, "/slow"));
    assert_non_null(strstr(err.msg, "in time"));
    err = (Error)ERROR_INIT;
    cancel_raise();
    assert_false(client_raw(c, "GET", STR_NULL, true, &r, &err, "/slow"));
    cancel_clear();
    assert_int_equal(err.code, ERR_CANCEL);
    client_close(c);
    stub_stop(&s);
}

static void test_second_node(void **state)
{
    (void)state;
    Rule rules[] = {STUB_ROOT, STUB_HEALTH};
    Stub s = stub_start(rules, 2);
    char urls[128];
    snprintf(urls, sizeof urls, "http://127.0.0.1:1,%s", s.url);
    Error err = ERROR_INIT;
    Client *c = client_open(&(HttpConfig){.url = urls}, &err);
    assert_non_null(c);
    client_close(c);
    stub_stop(&s);
}

/* ---- answers that HTTP 200 hides ---- */

#define MAPPING                                                                                    \
    {                                                                                              \
        "GET", "/i/_mapping", NULL, 0, 200,                                                        \
            "{\"i\":{\"mappings\":{\"properties\":{\"n\":{\"type\":\"long\"}}}}}", NULL, 0, 0, 0   \
    }
#define SETTINGS                                                                                   \
    {                                                                                              \
        "GET", "/i/_settings", NULL, 0, 200,                                                       \
            "{\"i\":{\"settings\":{\"index\":{\"number_of_shards\":\"1\"}}}}", NULL, 0, 0, 0             \
    }

static void test_pull(void **state)
{
    (void)state;
    static const struct {
        const char *name, *page;
        const char *msg; /* NULL: it loads, `rows` rows */
        size_t rows;
    } cases[] = {
        {"whole",
         "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
         "\"hits\":{\"total\":{\"value\":2,\"relation\":\"eq\"},"
         "\"hits\":[{\"_source\":{\"n\":9007199254740993}},{\"_source\":{\"n\":2}}]}}",
         NULL, 2},
        {"none",
         "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
         "\"hits\":{\"total\":{\"value\":0,\"relation\":\"eq\"},\"hits\":[]}}",
         NULL, 0},
        {"timed out",
         "{\"_scroll_id\":\"s\",\"timed_out\":true,\"_shards\":{\"total\":1,\"failed\":0},\"hits\":"
         "{\"total\":{\"value\":2},\"hits\":[]}}",
         "timed out", 0},
        {"a shard failed",
         "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":2,\"failed\":1,"
         "\"failures\":[{\"reason\":{\"reason\":\"disk gone\"}}]},"
         "\"hits\":{\"total\":{\"value\":2},\"hits\":[]}}",
         "disk gone", 0},
        {"no shard",
         "{\"timed_out\":false,\"_shards\":{\"total\":0,\"failed\":0},\"hits\":{\"total\":{"
         "\"value\":0},\"hits\":[]}}",
         "no shard", 0},
        {"fewer than counted",
         "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
         "\"hits\":{\"total\":{\"value\":3,\"relation\":\"eq\"},"
         "\"hits\":[{\"_source\":{\"n\":1}}]}}",
         "the engine counts 3", 0},
        {"a lower bound",
         "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
         "\"hits\":{\"total\":{\"value\":10000,\"relation\":\"gte\"},"
         "\"hits\":[{\"_source\":{\"n\":1}}]}}",
         "how many", 0},
        {"cut JSON", "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"fai",
         "no JSON", 0},
        {"HTML", "<html>502</html>", "no JSON", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Rule rules[] = {
            STUB_ROOT,
            STUB_HEALTH,
            MAPPING,
            SETTINGS,
            {"POST", "/i/_search?scroll", NULL, 0, 200, cases[i].page, NULL, 0, 0, 0},
            {"POST", "/_search/scroll", NULL, 0, 200,
             "{\"_scroll_id\":\"s\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},"
             "\"hits\":{\"total\":{\"value\":3,\"relation\":\"eq\"},\"hits\":[]}}",
             NULL, 0, 0, 0},
            {"DELETE", "/_search/scroll", NULL, 0, 200, "{}", NULL, 0, 0, 0},
        };
        Stub s;
        Error err = ERROR_INIT;
        Client *c = opened(&s, rules, COUNT(rules), &err);
        assert_non_null(c);
        static ReadReport read;
        memset(&read, 0, sizeof read);
        PullReport report = {.read = &read};
        Frame *f = es_pull(c, &(PullOptions){.index = "i"}, &report, &err);
        if ((f == NULL) != (cases[i].msg != NULL) || (f && f->rows != cases[i].rows) ||
            (cases[i].msg && !strstr(err.msg, cases[i].msg)))
            fail_msg("%s: %s", cases[i].name, err.msg);
        if (f && f->rows)
            assert_true(f->cols[0]->v.i[0] == INT64_C(9007199254740993));
        frame_unref(f);
        client_close(c);
        stub_stop(&s);
    }
}

/* ---- bulk ---- */

static bool push_five(Client *c, PushLedger *l, Error *err)
{
    Column *n = column_new(COL_INT, 5, err);
    for (size_t i = 0; i < 5; i++)
        n->v.i[i] = (int64_t)i;
    char name[] = "n", *names[] = {name};
    Frame *f = frame_new(names, &n, 1, 5);
    bool ok = es_push(c, f, &(PushOptions){.bulk = {.index = "i"}}, l, err);
    frame_unref(f);
    return ok;
}

#define FIVE_MADE                                                                                  \
    "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":201}},{"     \
    "\"index\":{\"status\":201}},{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]}"
#define REFRESH                                                                                    \
    {                                                                                              \
        "POST", "/i/_refresh", NULL, 0, 200, "{}", NULL, 0, 0, 0                                   \
    }

static void test_bulk(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        Rule first, second;
        bool ok;
        size_t created, failed, retried, splits;
        ErrCode code;
    } cases[] = {
        {"all made",
         {"POST", "/i/_bulk", NULL, 0, 200, FIVE_MADE, NULL, 0, 0, 0},
         STUB_ROOT,
         true,
         5,
         0,
         0,
         0,
         ERR_NONE},
        {"request refused for a while",
         {"POST", "/i/_bulk", NULL, 2, 429, "{}", "Retry-After: 0.05\r\n", 0, 0, 0},
         {"POST", "/i/_bulk", NULL, 0, 200, FIVE_MADE, NULL, 0, 0, 0},
         true,
         5,
         0,
         10,
         0,
         ERR_NONE},
        /* the first break is mended by curl itself: the connection was an old one */
        {"connection broken twice",
         {"POST", "/i/_bulk", NULL, 2, 0, "", NULL, 0, 0, 0},
         {"POST", "/i/_bulk", NULL, 0, 200, FIVE_MADE, NULL, 0, 0, 0},
         true,
         5,
         0,
         5,
         0,
         ERR_NONE},
        {"items refused for a while",
         {"POST", "/i/_bulk", "\"_id\":\"1\"", 1, 200,
          "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":429,"
          "\"error\":{\"type\":\"rejected\",\"reason\":\"queue full\"}}},"
          "{\"index\":{\"status\":201}},{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]"
          "}",
          NULL, 0, 0, 0},
         {"POST", "/i/_bulk", "\"_id\":\"2\"", 0, 200,
          "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}", NULL, 0, 0, 0},
         true,
         5,
         0,
         1,
         0,
         ERR_NONE},
        {"one refused for good",
         {"POST", "/i/_bulk", NULL, 0, 200,
          "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":400,"
          "\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":\"failed to parse\"}}},"
          "{\"index\":{\"status\":201}},{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]"
          "}",
          NULL, 0, 0, 0},
         STUB_ROOT,
         true,
         4,
         1,
         0,
         0,
         ERR_NONE},
        {"no right to write",
         {"POST", "/i/_bulk", NULL, 0, 403,
          "{\"error\":{\"type\":\"security_exception\",\"reason\":\"no permissions for "
          "[indices:data/write/bulk]\"}}",
          NULL, 0, 0, 0},
         STUB_ROOT,
         false,
         0,
         0,
         0,
         0,
         ERR_REMOTE},
        {"fewer answers than items",
         {"POST", "/i/_bulk", NULL, 0, 200,
          "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}", NULL, 0, 0, 0},
         STUB_ROOT,
         false,
         1,
         0,
         0,
         0,
         ERR_REMOTE},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Rule rules[] = {STUB_ROOT, STUB_HEALTH, REFRESH, cases[i].first, cases[i].second};
        Stub s;
        Error err = ERROR_INIT;
        Client *c = opened(&s, rules, COUNT(rules), &err);
        assert_non_null(c);
        PushLedger l;
        bool ok = push_five(c, &l, &err);
        if (ok != cases[i].ok || l.created != cases[i].created || l.failed != cases[i].failed ||
            l.retried != cases[i].retried || err.code != cases[i].code)
            fail_msg("%s: ok %d created %zu failed %zu retried %zu: %s", cases[i].name, ok,
                     l.created, l.failed, l.retried, err.msg);
        if (ok && l.created + l.updated + l.noop + l.stale + l.failed != l.items)
            fail_msg("%s: the ledger does not add up", cases[i].name);
        client_close(c);
        stub_stop(&s);
    }
}

/* 413 halves the body until it fits; every half is answered for two, two and one items. */
static void test_too_large(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        REFRESH,
        {"POST", "/i/_bulk", NULL, 1, 413, "too large", "Content-Type: text/plain\r\n", 0, 0, 0},
        {"POST", "/i/_bulk", "\"_id\":\"1\"", 0, 200,
         "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":201}}]}",
         NULL, 0, 0, 0},
        {"POST", "/i/_bulk", "\"_id\":\"3\"", 0, 200,
         "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":201}},{"
         "\"index\":{\"status\":201}}]}",
         NULL, 0, 0, 0},
    };
    Stub s;
    Error err = ERROR_INIT;
    Client *c = opened(&s, rules, COUNT(rules), &err);
    PushLedger l;
    assert_true(push_five(c, &l, &err));
    assert_int_equal(l.splits, 1);
    assert_int_equal(l.created, 5);
    client_close(c);
    stub_stop(&s);
}

typedef struct Seen {
    size_t calls, items, failed;
} Seen;

static void on_settled(void *ctx, size_t items, size_t failed)
{
    Seen *s = ctx;
    s->calls++;
    s->items = items;
    s->failed = failed;
}

/* The second batch is there before an item of the first: the journal must not pass over that one.
 */
static void test_settled_without_gaps(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        REFRESH,
        {"POST", "/i/_bulk", "\"_id\":\"0\"", 1, 200,
         "{\"errors\":true,\"items\":[{\"index\":{\"status\":429,\"error\":{\"type\":\"rejected\","
         "\"reason\":\"queue full\"}}},{\"index\":{\"status\":201}}]}",
         NULL, 0, 0, 0},
        {"POST", "/i/_bulk", "\"_id\":\"2\"", 0, 200,
         "{\"errors\":true,\"items\":[{\"index\":{\"status\":201}},{\"index\":{\"status\":400,"
         "\"error\":{\"type\":\"x\",\"reason\":\"bad\"}}}]}",
         NULL, 0, 0, 0},
        {"POST", "/i/_bulk", "\"_id\":\"0\"", 0, 200,
         "{\"errors\":false,\"items\":[{\"index\":{\"status\":201}}]}", NULL, 0, 0, 0},
    };
    Stub s;
    Error err = ERROR_INIT;
    Client *c = opened(&s, rules, COUNT(rules), &err);
    assert_non_null(c);
    Seen seen = {0};
    PushLedger l;
    BulkOptions o = {.index = "i", .batch_items = 2, .settled = on_settled, .ctx = &seen};
    Bulk *b = bulk_open(c, &o, &l, &err);
    for (int i = 0; i < 4; i++) {
        char id[16], action[40];
        snprintf(id, sizeof id, "%d", i);
        snprintf(action, sizeof action, "{\"index\":{\"_id\":\"%d\"}}", i);
        assert_true(bulk_item(b, str_of(id), str_of(action), STR("{}"), &err));
    }
    assert_true(bulk_close(b, true, &err));
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.items, 4);
    assert_int_equal(seen.failed, 1);
    assert_int_equal(l.created + l.failed, 4);
    client_close(c);
    stub_stop(&s);
}

static void test_cells_add_up(void **state)
{
    (void)state;
    Rule rules[] = {
        STUB_ROOT,
        STUB_HEALTH,
        {"POST", "/i/_search", NULL, 0, 200,
         "{\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},\"hits\":{\"total\":{"
         "\"value\":3,\"relation\":\"eq\"}},"
         "\"aggregations\":{\"c\":{\"buckets\":[{\"key\":{\"0\":\"a\"},\"doc_count\":2},{\"key\":{"
         "\"0\":null},\"doc_count\":2}]}}}",
         NULL, 0, 0, 0},
    };
    Stub s;
    Error err = ERROR_INIT;
    Client *c = opened(&s, rules, COUNT(rules), &err);
    assert_null(es_cells(c, "i", STR_NULL, &(CellField){"tags", "tags", CELL_TERMS}, 1, &err));
    assert_int_equal(err.code, ERR_GUARD);
    client_close(c);
    stub_stop(&s);
}

static void test_as_text(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Http *h =
        http_new(&(HttpConfig){.url = "https://s:9200", .user = "u", .password = "secret"}, &err);
    HttpRequest q = {.method = "POST", .path = "/i/_search", .body = STR("{\"a\":\"it's\"}")};
    Buf b = BUF_INIT;
    http_as_curl(h, &q, &b);
    assert_null(strstr(b.p, "secret"));
    assert_non_null(strstr(b.p, "it'\\''s"));
    buf_clear(&b);
    http_as_devtools(&q, &b);
    assert_string_equal(b.p, "POST /i/_search\n{\"a\":\"it's\"}\n");
    buf_clear(&b);
    buf_url(&b, STR("a b/\xc3\xa4*"));
    assert_string_equal(b.p, "a%20b%2F%C3%A4*");
    buf_free(&b);
    http_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),         cmocka_unit_test(test_urls),
        cmocka_unit_test(test_retries),      cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_second_node),  cmocka_unit_test(test_pull),
        cmocka_unit_test(test_bulk),         cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_cells_add_up), cmocka_unit_test(test_settled_without_gaps),
        cmocka_unit_test(test_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
