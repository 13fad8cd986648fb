/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_documents.c - rows to documents and pages of documents to rows, without an engine. */
#include "unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "data/reader.h"
#include "es/page.h"
#include "es/push.h"

static Frame *frame_of(const char *csv)
{
    Error err = ERROR_INIT;
    ReadReport *report = calloc(1, sizeof *report);
    Frame *f = csv_read_text(str_of(csv), &(ReadOptions){0}, report, &err);
    free(report);
    if (!f)
        fail_msg("%s", err.msg);
    return f;
}

/* ---- rows to documents ---- */

static void test_moments(void **state)
{
    (void)state;
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"2023-10-15", "2023-10-15"},
        {"2023-10-15 09:05", "2023-10-15T09:05Z"},
        {"2023-10-15T09:05:07", "2023-10-15T09:05:07Z"},
        {"2023-10-15 09:05:07.250", "2023-10-15T09:05:07.250Z"},
        {"1969-12-31 23:59:59", "1969-12-31T23:59:59Z"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t us;
        TimeUnit unit;
        Buf b = BUF_INIT;
        assert_true(time_parse(str_of(cases[i].text), DATE_ISO, &us, &unit));
        buf_es_time(&b, us, unit);
        if (strcmp(b.p, cases[i].want) != 0)
            fail_msg("%s: %s", cases[i].text, b.p);
        buf_free(&b);
    }
}

static void test_push_documents(void **state)
{
    (void)state;
    static const struct {
        const char *name, *csv, *id, *lists;
        int64_t version;
        const char *want, *msg; /* either */
    } cases[] = {
        {"numbers, text, missing", "a,b,c\n9007199254740993,0.1,x\n2,,\"q\"\"\\\"\n", NULL, NULL, 0,
         "{\"index\":{\"_id\":\"1\"}}\n{\"a\":9007199254740993,\"b\":0.1,\"c\":\"x\"}\n"
         "{\"index\":{\"_id\":\"2\"}}\n{\"a\":2,\"c\":\"q\\\"\\\\\"}\n",
         NULL},
        {"id of a column", "u,n\nann,1\n", "u", NULL, 0,
         "{\"index\":{\"_id\":\"ann\"}}\n{\"u\":\"ann\",\"n\":1}\n", NULL},
        {"template: parts stay apart", "u,p\na_b,c\n", "{u}_{p}", NULL, 0,
         "{\"index\":{\"_id\":\"a%5Fb_c\"}}\n{\"u\":\"a_b\",\"p\":\"c\"}\n", NULL},
        {"version", "n\n7\n", NULL, NULL, 42,
         "{\"index\":{\"_id\":\"1\",\"version\":42,\"version_type\":\"external_gte\"}}\n{\"n\":7}"
         "\n",
         NULL},
        {"list", "t\nx|y|x\n", NULL, "t", 0,
         "{\"index\":{\"_id\":\"1\"}}\n{\"t\":[\"x\",\"y\",\"x\"]}\n", NULL},
        {"yes and no", "b\ntrue\nfalse\n", NULL, NULL, 0,
         "{\"index\":{\"_id\":\"1\"}}\n{\"b\":true}\n{\"index\":{\"_id\":\"2\"}}\n{\"b\":false}\n",
         NULL},
        {"no such column", "n\n7\n", "m", NULL, 0, NULL, "m"},
        {"an open brace", "n\n7\n", "{n", NULL, 0, NULL, "'}'"},
        {"an empty id", "u,n\nann,1\n,2\n", "u", NULL, 0, NULL, "row 2 has no id"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Frame *f = frame_of(cases[i].csv);
        Buf out = BUF_INIT;
        size_t bytes = 0;
        Error err = ERROR_INIT;
        PushOptions o = {.id = cases[i].id, .lists = cases[i].lists, .version = cases[i].version};
        bool ok = push_dry(f, &o, 10, &out, &bytes, &err);
        if (ok != (cases[i].want != NULL) ||
            (ok && (strcmp(out.p, cases[i].want) != 0 || bytes != out.n)) ||
            (!ok && !strstr(err.msg, cases[i].msg)))
            fail_msg("%s: %s%s", cases[i].name, ok ? out.p : "", err.msg);
        buf_free(&out);
        frame_unref(f);
    }
}

static void test_index_body(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = frame_of("post_id,title,age,when,x,b\np1,Hello,3,2024-01-02,0.5,true\np2,World,4,"
                        "2024-01-03,1.5,false\n");
    RoleMap roles = roles_guess("posts", f);
    Buf b = BUF_INIT;
    index_body(f,
               &(IndexPlan){.shards = "2",
                            .roles = &roles,
                            .model = "m",
                            .extra = "\"y\":{\"type\":\"byte\"}",
                            .knn = true},
               &b);
    cJSON *j = json_parse(buf_slice(&b), &err);
    if (!j)
        fail_msg("%s", err.msg);
    static const struct {
        const char *field, *type;
    } cases[] = {{"post_id", "keyword"}, {"title", "text"}, {"age", "long"}, {"when", "date"},
                 {"x", "double"},        {"b", "boolean"},  {"y", "byte"}};
    const cJSON *mappings = cJSON_GetObjectItem(j, "mappings"),
                *properties = cJSON_GetObjectItem(mappings, "properties");
    assert_string_equal(cJSON_GetObjectItem(mappings, "dynamic")->valuestring, "strict");
    for (size_t i = 0; i < COUNT(cases); i++) {
        const cJSON *type =
            cJSON_GetObjectItem(cJSON_GetObjectItem(properties, cases[i].field), "type");
        check_row(type && strcmp(type->valuestring, cases[i].type) == 0, cases[i].field);
    }
    cJSON_Delete(j);
    buf_free(&b);
    frame_unref(f);
}

/* ---- pages to rows ---- */

#define FIELD(p, k, t)                                                                             \
    {                                                                                              \
        .path = (char[]){p}, .kind = k, .type = t                                                  \
    }
static Field fields[] = {
    FIELD("n", FIELD_INT, "long"),         FIELD("u", FIELD_UINT, "unsigned_long"),
    FIELD("d", FIELD_REAL, "double"),      FIELD("b", FIELD_BOOL, "boolean"),
    FIELD("t", FIELD_TIME, "date"),        FIELD("s", FIELD_STRING, "keyword"),
    FIELD("o.k", FIELD_STRING, "keyword"), FIELD("o.v", FIELD_REAL, "double"),
    FIELD("z", FIELD_NESTED, "nested")};
#define INNER(p, k, t)                                                                             \
    {                                                                                              \
        .path = (char[]){p}, .kind = k, .type = t, .container = 1                                  \
    }
static Field inner_fields[] = {INNER("z.x", FIELD_INT, "long"), INNER("z.y", FIELD_STRING, "keyword"),
                               INNER("z.q.w", FIELD_STRING, "keyword")};
static Schema inner = {COUNT(inner_fields), inner_fields, NULL, 0, 0};
static const Schema schema = {COUNT(fields), fields, &inner, 1, 1};

static void test_formats(void **state)
{
    (void)state;
    static const struct {
        const char *format, *text, *want; /* NULL: it does not fit */
    } cases[] = {
        {"dd/MM/yyyy HH:mm:ss", "03/04/2024 05:06:07", "2024-04-03 05:06:07"},
        {"dd/MM/yyyy||MM-dd-yyyy", "12-31-2024", "2024-12-31"},
        {"basic_date", "20240229", "2024-02-29"},
        {"strict_date_optional_time||yyyyMMdd", "20230229", NULL},
        {"yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-01-02T03:04:05.678+02:00",
         "2024-01-02 01:04:05.678"},
        {"yyyy-MM-dd HH:mm:ss.SSSSSS", "2024-01-02 03:04:05.123456", "2024-01-02 03:04:05.123456"},
        {"d MMM yyyy h:mm a", "7 September 2024 1:30 PM", "2024-09-07 13:30"},
        {"dd/MM/yyyy", "31/02/2024", NULL},
        {"dd/MM/yyyy", "03/04/2024 x", NULL},
        {"EEE dd", "Mon 03", NULL},
        {"yyyy", "2024", "2024-01-01"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t us = 0;
        TimeUnit unit = TIME_DAY;
        Buf b = BUF_INIT;
        bool ok = date_by_format(str_of(cases[i].text), cases[i].format, &us, &unit);
        if (ok)
            buf_time(&b, us, unit);
        if (ok != (cases[i].want != NULL) || (ok && strcmp(b.p, cases[i].want) != 0))
            fail_msg("%s as %s: %s", cases[i].text, cases[i].format, ok ? b.p : "refused");
        buf_free(&b);
    }
    assert_false(format_is_own("strict_date_optional_time||epoch_millis"));
    assert_true(format_is_own("strict_date_optional_time||dd/MM/yyyy"));
}

#define HEAD                                                                                       \
    "{\"_scroll_id\":\"abc\",\"timed_out\":false,\"_shards\":{\"total\":1,\"failed\":0},\"hits\":" \
    "{\"total\":{\"value\":9,\"relation\":\"eq\"},\"hits\":["
#define TAIL "]}}"

static void test_pages(void **state)
{
    (void)state;
    static const struct {
        const char *name, *fields;
        ListPolicy lists; /* of nested objects, where the name begins so */
        const char *docs, *want, *msg; /* rows as a,b,c; ... */
        size_t malformed;
    } cases[] = {
#define OBJECTS                                                                                    \
    "{\"_source\":{\"s\":\"p\",\"z\":[{\"x\":1,\"y\":\"a\"},{\"y\":\"b\"},{\"x\":3,\"q\":[{\"w\":\"i\"},"        \
    "{\"w\":\"j\"}]}]}},{\"_source\":{\"s\":\"r\",\"z\":{\"x\":9}}},{\"_source\":{}}"
        {"nested: a row each", "s,z", LIST_EXPLODE, OBJECTS, "p,1,a,;p,,b,;p,3,,i|j;r,9,,;,,,;", NULL, 0},
        {"nested: the first", "s,z.x,z.y", LIST_FIRST, OBJECTS, "p,1,a;r,9,;,,;", NULL, 0},
        {"nested: a column each", "z.y", LIST_MULTIHOT, OBJECTS,
         "true,true;,;,;", NULL, 0},
        {"nested: refused", "z", LIST_ERROR, OBJECTS, NULL, "'z' holds a list of objects in document 1", 0},
        {"nested: one is no list", "z", LIST_ERROR, "{\"_source\":{\"z\":[{\"x\":9}]}}", "9,,;", NULL, 0},
        {"nested: closed", "z.x", LIST_COUNT, "", NULL, "only counted", 0},
        {"exact integers", "n,u", LIST_JOIN,
         "{\"_source\":{\"n\":9007199254740993,\"u\":9223372036854775807}},{\"_source\":{\"n\":-"
         "9223372036854775808}}",
         "9007199254740993,9223372036854775807;-9223372036854775808,;", NULL, 0},
        {"numbers in quotes", "n,d,b", LIST_JOIN,
         "{\"_source\":{\"n\":\"7\",\"d\":\"2.5\",\"b\":\"true\"}}", "7,2.5,true;", NULL, 0},
        {"missing, null, an empty list", "n,s", LIST_JOIN,
         "{\"_source\":{}},{\"_source\":{\"n\":null,\"s\":[]}},{\"_source\":{\"n\":1,\"s\":\"x\"}}",
         ",;,;1,x;", NULL, 0},
        {"dates: text and epoch", "t", LIST_JOIN,
         "{\"_source\":{\"t\":\"2024-05-02T10:11:12.345Z\"}},{\"_source\":{\"t\":1714644672345}},{"
         "\"_source\":{\"t\":\"2024-05-02\"}}",
         "2024-05-02 10:11:12.345;2024-05-02 10:11:12.345;2024-05-02 00:00:00.000;", NULL, 0},
        {"objects, dots, unknown fields", "o.k", LIST_JOIN,
         "{\"_source\":{\"o\":{\"k\":\"a\",\"x\":{\"y\":[1]}}}},{\"_source\":{\"o.k\":\"b\",\"q\":["
         "{\"k\":1}]}}",
         "a;b;", NULL, 0},
        {"texts joined", "s", LIST_JOIN, "{\"_source\":{\"s\":[\"b\",\"a\",\"b\"]}}", "b|a|b;",
         NULL, 0},
        {"the first", "n,s", LIST_FIRST, "{\"_source\":{\"n\":[3,1],\"s\":[\"b\",\"a\"]}}", "3,b;",
         NULL, 0},
        {"how many", "s", LIST_COUNT,
         "{\"_source\":{\"s\":[\"b\",\"a\"]}},{\"_source\":{\"s\":\"x\"}},{\"_source\":{}}",
         "2;1;0;", NULL, 0},
        {"no list, nothing to count", "n,s", LIST_COUNT, "{\"_source\":{\"n\":[3,1],\"s\":\"b\"}}",
         "2,b;", NULL, 0},
        {"a row each", "n,s", LIST_EXPLODE,
         "{\"_source\":{\"n\":1,\"s\":[\"b\",\"a\"]}},{\"_source\":{\"n\":2}}", "1,b;1,a;2,;", NULL,
         0},
        {"objects keep their values together", "o.k,o.v", LIST_EXPLODE,
         "{\"_source\":{\"o\":[{\"k\":\"a\"},{\"k\":\"b\",\"v\":2},{},{\"v\":[4],\"k\":null}]}},"
         "{\"_source\":{\"o\":{\"k\":\"c\",\"v\":3}}}",
         "a,;b,2;,;,4;c,3;", NULL, 0},
        {"the first object, not the first value", "o.k,o.v", LIST_FIRST,
         "{\"_source\":{\"o\":[{\"k\":\"a\"},{\"k\":\"b\",\"v\":2}]}}", "a,;", NULL, 0},
        {"a null is an element", "s", LIST_EXPLODE, "{\"_source\":{\"s\":[null,\"b\",null]}}", ";b;;", NULL, 0},
        {"a list in a list", "s", LIST_EXPLODE, "{\"_source\":{\"s\":[[\"a\",\"b\"],\"c\"]}}", "a|b;c;", NULL, 0},
        {"two lists cannot both make rows", "n,s", LIST_EXPLODE,
         "{\"_source\":{\"n\":[1,2],\"s\":[\"b\",\"a\"]}}", NULL, "both hold lists", 0},
        {"a column for each value", "s", LIST_MULTIHOT,
         "{\"_source\":{\"s\":[\"b\",\"a\"]}},{\"_source\":{\"s\":\"b\"}},{\"_source\":{\"s\":[]}},"
         "{\"_source\":{}}",
         "true,true;false,true;false,false;,;", NULL, 0},
        {"no list, no column each", "s", LIST_MULTIHOT, "{\"_source\":{\"s\":\"b\"}}", "b;", NULL, 0},
        {"empty lists alone", "s", LIST_MULTIHOT, "{\"_source\":{\"s\":[]}}", ";", NULL, 0},
        {"years, months, hours", "t", LIST_JOIN,
         "{\"_source\":{\"t\":\"2024\"}},{\"_source\":{\"t\":2024}},{\"_source\":{\"t\":\"2024-05\"}},"
         "{\"_source\":{\"t\":\"2024-05-02T10\"}},{\"_source\":{\"t\":\"20240502\"}},"
         "{\"_source\":{\"t\":1714644672345.25}}",
         "2024-01-01 00:00:00.000000;2024-01-01 00:00:00.000000;2024-05-01 00:00:00.000000;"
         "2024-05-02 10:00:00.000000;1970-01-01 05:37:20.502000;2024-05-02 10:11:12.345250;",
         NULL, 0},
        {"unsigned integers that fit", "u", LIST_JOIN, "{\"_source\":{\"u\":7}},{\"_source\":{}}", "7;;", NULL, 0},
        {"a list of numbers asks", "n", LIST_JOIN, "{\"_source\":{\"n\":[3,1]}}", NULL, "n", 0},
        {"lists refused", "s", LIST_ERROR, "{\"_source\":{\"s\":[\"b\",\"a\"]}}", NULL, "s", 0},
        {"what does not fit is null and counted", "n,t", LIST_JOIN,
         "{\"_source\":{\"n\":\"many\",\"t\":\"soon\"}}", ",;", NULL, 2},
        {"nested counted", "z", LIST_JOIN,
         "{\"_source\":{\"z\":[{\"x\":1},{\"x\":2}]}},{\"_source\":{\"z\":{\"x\":1}}},{\"_source\":"
         "{}}",
         "2;1;0;", NULL, 0},
        {"unicode, escapes", "s", LIST_JOIN, "{\"_source\":{\"s\":\"\\u00e4\\ud83d\\ude00\"}}",
         "\xc3\xa4\xf0\x9f\x98\x80;", NULL, 0},
        {"no such field", "nn", LIST_JOIN, "", NULL, "nn", 0},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        Error err = ERROR_INIT;
        bool nested = strncmp(cases[i].name, "nested:", 7) == 0;
        PullOptions opt = {.index = "i",
                           .fields = cases[i].fields,
                           .lists = nested ? LIST_JOIN : cases[i].lists,
                           .nested = nested ? cases[i].lists : LIST_COUNT};
        PageSink *k = page_sink_new(&schema, &opt, &err);
        PageInfo info = {0};
        Buf text = BUF_INIT, got = BUF_INIT;
        buf_printf(&text, "%s%s%s", HEAD, cases[i].docs, TAIL);
        bool ok = k && page_parse(k, buf_slice(&text), &info, NULL, NULL, &err);
        size_t malformed = ok ? page_malformed(k, NULL) : 0;
        Frame *f = ok ? page_finish(k, "es:i", NULL, &err) : NULL;
        for (size_t r = 0; f && r < f->rows; r++)
            for (size_t c = 0; c < f->ncols; c++) {
                column_print(f->cols[c], r, &got);
                buf_putc(&got, c + 1 == f->ncols ? ';' : ',');
            }
        if ((f != NULL) != (cases[i].want != NULL) ||
            (f &&
             (strcmp(got.p ? got.p : "", cases[i].want) != 0 || malformed != cases[i].malformed)) ||
            (!f && !strstr(err.msg, cases[i].msg)))
            fail_msg("%s: '%s', %zu malformed; %s", cases[i].name, got.p ? got.p : "", malformed,
                     err.msg);
        if (f && (info.total != 9 || strcmp(info.context.p, "abc") != 0))
            fail_msg("%s: the envelope", cases[i].name);
        page_info_clear(&info);
        page_sink_free(k);
        frame_unref(f);
        buf_free(&text);
        buf_free(&got);
    }
}

/* A page cut anywhere is no page. */
static void test_cut_pages(void **state)
{
    (void)state;
    const char *page =
        HEAD "{\"_source\":{\"n\":12,\"s\":[\"a\",\"b\"],\"z\":[{\"x\":1}]},\"sort\":[5]}" TAIL;
    for (size_t n = 0; n < strlen(page); n++) {
        Error err = ERROR_INIT;
        PageSink *k =
            page_sink_new(&schema, &(PullOptions){.index = "i", .nested = LIST_COUNT}, &err);
        PageInfo info = {0};
        char *cut = malloc(n + 1); /* its own block, so that a read past the end is seen */
        memcpy(cut, page, n);
        if (page_parse(k, (Str){cut, n}, &info, NULL, NULL, &err))
            fail_msg("%zu bytes of %zu are taken", n, strlen(page));
        free(cut);
        page_info_clear(&info);
        page_sink_free(k);
    }
}

typedef struct Turns {
    size_t n, most;
} Turns;

static bool turn(void *ctx, Error *err)
{
    Turns *t = ctx;
    return ++t->n < t->most || fail(err, ERR_NET, "stopped at turn %zu", t->n);
}

/* A long page is parsed in turns: values at their borders, with escapes and keys in any order, come
 * whole; a turn may end it. */
static void test_long_pages(void **state)
{
    (void)state;
    Buf text = BUF_INIT, want = BUF_INIT;
    buf_puts(&text, HEAD);
    for (int i = 0; i < 20000; i++) {
        if (i % 3)
            buf_printf(&text, "%s{\"_source\":{\"s\":\"v%d\\u00e4\",\"n\":%d}}", i ? "," : "",
                       i % 1000, i);
        else
            buf_printf(&text, "%s{\"_source\":{\"n\":%d,\"s\":\"v%d\\u00e4\"}}", i ? "," : "", i,
                       i % 1000);
    }
    buf_puts(&text, TAIL);
    for (size_t most = 3; most < 1000; most += 900) {
        Error err = ERROR_INIT;
        PullOptions opt = {.index = "i", .fields = "n,s", .nested = LIST_COUNT};
        PageSink *k = page_sink_new(&schema, &opt, &err);
        PageInfo info = {0};
        Turns turns = {0, most};
        bool ok = page_parse(k, buf_slice(&text), &info, turn, &turns, &err);
        assert_true(ok == (most > 3));
        if (!ok)
            assert_string_equal(err.msg, "stopped at turn 3");
        Frame *f = ok ? page_finish(k, "es:i", NULL, &err) : NULL;
        assert_true(!ok || (f && f->rows == 20000 && turns.n > 8));
        for (size_t r = 0; f && r < f->rows; r++) {
            buf_clear(&want);
            buf_printf(&want, "v%zu\xc3\xa4", r % 1000);
            assert_true(column_real(frame_column(f, STR("n")), r) == (double)r);
            assert_true(str_eq(column_text(frame_column(f, STR("s")), r), buf_slice(&want)));
        }
        page_info_clear(&info);
        page_sink_free(k);
        frame_unref(f);
    }
    buf_free(&text);
    buf_free(&want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moments),    cmocka_unit_test(test_push_documents),
        cmocka_unit_test(test_index_body), cmocka_unit_test(test_pages),
        cmocka_unit_test(test_formats),    cmocka_unit_test(test_cut_pages),
        cmocka_unit_test(test_long_pages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
