/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * test_es.c - the engine room against a real engine at GLINT_ES_URL: tables there and back, pages,
 * ledgers, faults.
 *
 * Prints "ok NAME" or "not ok NAME: why", as the runner expects. Every index that it makes starts
 * with "t-es-".
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/cancel.h"
#include "es/pull.h"
#include "es/push.h"
#include "features/simulate.h"

static int failures;

static void report(bool ok, const char *name, const Error *err)
{
    if (ok)
        printf("ok %s\n", name);
    else
        printf("not ok %s: %s\n", name, err && err->msg[0] ? err->msg : "the values differ");
    failures += !ok;
    fflush(stdout);
}

static bool frames_equal(const Frame *a, const Frame *b, Error *err)
{
    if (a->rows != b->rows || a->ncols != b->ncols)
        return fail(err, ERR_DATA, "%zu x %zu against %zu x %zu", a->rows, a->ncols, b->rows,
                    b->ncols);
    Buf x = BUF_INIT, y = BUF_INIT;
    bool same = true;
    for (size_t j = 0; same && j < a->ncols; j++) {
        if (strcmp(a->names[j], b->names[j]) != 0)
            same = fail(err, ERR_DATA, "column %zu is %s against %s", j, a->names[j], b->names[j]);
        if (same && a->cols[j]->type != b->cols[j]->type)
            same = fail(err, ERR_DATA, "column %s is %s against %s", a->names[j],
                        coltype_name(a->cols[j]->type), coltype_name(b->cols[j]->type));
        for (size_t i = 0; same && i < a->rows; i++) {
            buf_clear(&x);
            buf_clear(&y);
            column_print(a->cols[j], i, &x);
            column_print(b->cols[j], i, &y);
            if (!str_eq(buf_slice(&x), buf_slice(&y)) ||
                column_is_null(a->cols[j], i) != column_is_null(b->cols[j], i))
                same = fail(err, ERR_DATA, "%s row %zu: '%s' against '%s'", a->names[j], i,
                            x.p ? x.p : "", y.p ? y.p : "");
        }
    }
    buf_free(&x);
    buf_free(&y);
    return same;
}

/* The rows in the order of their ids (row numbers): pulls come in the order of shards. */
static Frame *by_row_number(const Frame *f, Error *err)
{
    const Column *id = frame_column(f, STR("_id"));
    uint32_t *rows = xcalloc(f->rows + 1, sizeof *rows);
    for (size_t i = 0; id && i < f->rows; i++) {
        int64_t k = 0;
        Buf b = BUF_INIT;
        column_print(id, i, &b);
        parse_int(buf_slice(&b), &k);
        buf_free(&b);
        if (k >= 1 && (size_t)k <= f->rows)
            rows[k - 1] = (uint32_t)i;
    }
    Frame *sorted = frame_take(f, rows, f->rows, err),
          *out = sorted ? frame_without(sorted, "_id") : NULL;
    frame_unref(sorted);
    free(rows);
    return out;
}

static bool make_index(Client *c, const char *index, const Frame *f, const char *shards,
                       const char *extra, Error *err)
{
    Buf body = BUF_INIT;
    bool made = false;
    IndexPlan plan = {.shards = shards, .extra = extra};
    index_body(f, &plan, &body);
    bool ok = index_create(c, index, buf_slice(&body), true, &made, err);
    buf_free(&body);
    return ok;
}

static Frame *pull(Client *c, PullOptions opt, Error *err)
{
    ReadReport *read = xcalloc(1, sizeof *read);
    PullReport r = {.read = read};
    Frame *f = es_pull(c, &opt, &r, err);
    free(read);
    return f;
}

static void there_and_back(Client *c, const char *name, const char *index, const Frame *f,
                           const char *lists)
{
    Error err = ERROR_INIT;
    PushLedger l;
    PushOptions push = {.bulk = {.index = index}, .lists = lists};
    bool ok = make_index(c, index, f, "2", NULL, &err) && es_push(c, f, &push, &l, &err) &&
              ledger_check(&l, &err);
    Frame *back =
        ok ? pull(c, (PullOptions){.index = index, .with_id = true, .page = 997}, &err) : NULL;
    Frame *sorted = back ? by_row_number(back, &err) : NULL;
    ok = sorted && frames_equal(f, sorted, &err);
    report(ok, name, &err);
    frame_unref(back);
    frame_unref(sorted);
}

static void blog_there_and_back(Client *c)
{
    Error err = ERROR_INIT;
    SimulateOptions o = {
        .users = 300, .posts = 80, .products = 20, .interactions = 12000, .seed = 1};
    Simulated s;
    bool ok = simulate_blog(&o, &s, &err);
    report(ok, "simulate", &err);
    if (!ok)
        return;
    there_and_back(c, "users there and back", "t-es-users", s.users, NULL);
    there_and_back(c, "posts there and back, tags as a list", "t-es-posts", s.posts, "tags");
    there_and_back(c, "products there and back", "t-es-products", s.products, NULL);
    there_and_back(c, "12,000 interactions there and back, pages of 997", "t-es-interactions",
                   s.interactions, NULL);
    simulated_clear(&s);
}

static void exact_integers(Client *c)
{
    Error err = ERROR_INIT;
    Column *i = column_new(COL_INT, 3, &err);
    i->v.i[0] = INT64_C(9007199254740993);
    i->v.i[1] = INT64_MIN;
    i->v.i[2] = INT64_MAX;
    Column *d = column_new(COL_REAL, 3, &err);
    d->v.d[0] = 0.1;
    d->v.d[1] = 1e-300;
    d->v.d[2] = 3;
    char *names[] = {(char[]){"big"}, (char[]){"real"}};
    Column *cols[] = {i, d};
    Frame *f = frame_new(names, cols, 2, 3);
    there_and_back(c, "2^53+1 and the ends of int64 there and back", "t-es-ints", f, NULL);
    frame_unref(f);
}

static bool bulk_text(Client *c, const char *index, const char *text, Error *err)
{
    HttpReply r;
    bool ok = client_raw(c, "POST", str_of(text), true, &r, err, "/%s/_bulk?refresh=true", index);
    if (ok)
        http_reply_clear(&r);
    return ok;
}

/* Lists, objects, nested, strings that are numbers, missing values. */
static void shapes(Client *c)
{
    Error err = ERROR_INIT;
    const char *extra = "\"n\":{\"type\":\"long\"},\"t\":{\"type\":\"keyword\"},\"o\":{"
                        "\"properties\":{\"k\":{\"type\":\"keyword\"}}},"
                        "\"deep\":{\"type\":\"nested\",\"properties\":{\"x\":{\"type\":\"long\"}}},"
                        "\"b\":{\"type\":\"boolean\"},"
                        "\"when\":{\"type\":\"date\"}";
    bool ok = make_index(c, "t-es-shapes", NULL, "1", extra, &err) &&
              bulk_text(c, "t-es-shapes",
                        "{\"index\":{\"_id\":\"1\"}}\n{\"n\":\"7\",\"t\":[\"b\",\"a\",\"b\"],\"o\":"
                        "[{\"k\":\"p\"},{\"k\":\"q\"}],\"deep\":[{\"x\":1},{\"x\":2}],"
                        "\"b\":\"true\",\"when\":\"2024-05-02T10:11:12.345Z\"}\n{\"index\":{\"_"
                        "id\":\"2\"}}\n{\"n\":null,\"t\":[],\"o\":{\"k\":\"z\"}}\n",
                        &err);
    PullOptions all = {.index = "t-es-shapes", .nested = LIST_COUNT};
    Frame *f = ok ? pull(c, all, &err) : NULL;
    const char *want = "true,2,7,p|q,b|a|b,2024-05-02 10:11:12.345;,0,,z,,;";
    Buf got = BUF_INIT;
    for (size_t i = 0; f && i < f->rows; i++)
        for (size_t j = 0; j < f->ncols; j++) {
            column_print(f->cols[j], i, &got);
            buf_putc(&got, j + 1 == f->ncols ? ';' : ',');
        }
    ok = f && str_eqz(buf_slice(&got), want);
    if (f && !ok)
        fail(&err, ERR_DATA, "%s", got.p);
    report(ok, "lists, objects, nested, quoted numbers", &err);
    buf_free(&got);
    frame_unref(f);
    err = (Error)ERROR_INIT;
    f = pull(c, (PullOptions){.index = "t-es-shapes", .lists = LIST_EXPLODE, .fields = "t"}, &err);
    report(f && f->rows == 4, "a list exploded makes a row each", &err);
    frame_unref(f);
}

static void ledgers(Client *c)
{
    Error err = ERROR_INIT;
    PushLedger l;
    BulkOptions o = {.index = "t-es-ledger", .batch_items = 3};
    bool ok = make_index(c, "t-es-ledger", NULL, "1", "\"n\":{\"type\":\"long\"}", &err);
    Bulk *b = ok ? bulk_open(c, &o, &l, &err) : NULL;
    const char *docs[] = {"{\"n\":1}", "{\"n\":\"no number\"}", "{\"m\":1}", "{\"n\":2}",
                          "{\"n\":{}}"};
    for (size_t i = 0; b && i < 5; i++) {
        char id[8], action[40];
        snprintf(id, sizeof id, "%zu", i);
        snprintf(action, sizeof action, "{\"index\":{\"_id\":\"%zu\"}}", i);
        ok = ok && bulk_item(b, str_of(id), str_of(action), str_of(docs[i]), &err);
    }
    ok = b && ok && bulk_close(b, true, &err);
    ok = ok && l.created == 2 && l.failed == 3 && l.items == 5 && !ledger_check(&l, &err) &&
         err.code == ERR_PARTIAL;
    report(ok, "refused items are counted by reason", &err);
}

static void stale_versions(Client *c)
{
    Error err = ERROR_INIT;
    Column *i = column_new(COL_INT, 4, &err);
    char *names[] = {(char[]){"n"}};
    Frame *f = frame_new(names, &i, 1, 4);
    PushLedger l;
    PushOptions new = {.bulk = {.index = "t-es-version"}, .version = 5},
                old = {.bulk = {.index = "t-es-version"}, .version = 4};
    bool ok = make_index(c, "t-es-version", f, "1", NULL, &err) && es_push(c, f, &new, &l, &err) &&
              l.created == 4 && es_push(c, f, &old, &l, &err) && l.stale == 4 && l.failed == 0 &&
              es_push(c, f, &new, &l, &err) && l.updated == 4;
    report(ok, "an older batch finds newer documents and leaves them", &err);
    frame_unref(f);
}

static void refusals(Client *c)
{
    Error err = ERROR_INIT;
    Frame *f = pull(c, (PullOptions){.index = "t-es-nothing-here"}, &err);
    report(!f && err.code == ERR_REMOTE && strstr(err.msg, "404"), "a missing index is told", &err);
    err = (Error)ERROR_INIT;
    f = pull(c, (PullOptions){.index = "t-es-shapes", .fields = "tt"}, &err);
    report(!f && err.code == ERR_NAME && strstr(err.hint, "'t'"),
           "a missing field is told, with the nearest", &err);
    err = (Error)ERROR_INIT;
    f = pull(c, (PullOptions){.index = "t-es-shapes", .query = STR("{\"no_such_query\":{}}")},
             &err);
    report(!f && err.code == ERR_REMOTE && strstr(err.msg, "no_such_query"),
           "a wrong query is told in the engine's words", &err);
    err = (Error)ERROR_INIT;
    cancel_raise();
    f = pull(c, (PullOptions){.index = "t-es-interactions"}, &err);
    cancel_clear();
    report(!f && err.code == ERR_CANCEL, "Ctrl-C ends a pull", &err);
}

static void on_alarm(int sig)
{
    (void)sig;
    cancel_raise();
}

static int64_t open_contexts(Client *c)
{
    Error ignored = ERROR_INIT;
    int64_t n = 0;
    cJSON *j =
        client_json(c, "GET", STR_NULL, true, NULL, &ignored, "/_nodes/stats/indices/search");
    const cJSON *node;
    cJSON_ArrayForEach(node, cJSON_GetObjectItem(j, "nodes"))
    {
        const cJSON *search = cJSON_GetObjectItem(cJSON_GetObjectItem(node, "indices"), "search");
        n += (int64_t)cJSON_GetNumberValue(cJSON_GetObjectItem(search, "open_contexts"));
    }
    cJSON_Delete(j);
    return n;
}

/* Ctrl-C at once, while the first pages come, and in the midst of many small ones: what the engine
 * holds open for the pull is closed. */
static void cancelled_midway(Client *c)
{
    static const int after_us[] = {3000, 8000, 20000, 60000, 150000};
    Error err = ERROR_INIT;
    size_t cut = 0, whole = 0, n = sizeof after_us / sizeof *after_us;
    signal(SIGALRM, on_alarm);
    for (size_t k = 0; k < n; k++) {
        err = (Error)ERROR_INIT;
        setitimer(ITIMER_REAL, &(struct itimerval){.it_value = {0, after_us[k]}}, NULL);
        Frame *f = pull(c, (PullOptions){.index = "t-es-interactions", .page = 5}, &err);
        cancel_clear();
        cut += !f && err.code == ERR_CANCEL;
        whole += f != NULL; /* faster than the clock */
        frame_unref(f);
    }
    int64_t left = -1;
    for (int k = 0; k < 20 && left != 0;
         k++) { /* the closing of a context is done beside the answer */
        Error ignored = ERROR_INIT;
        http_sleep(0.1, &ignored);
        left = open_contexts(c);
    }
    err = (Error)ERROR_INIT;
    bool ok = cut > 0 && cut + whole == n && left == 0;
    if (!ok)
        fail(&err, ERR_REMOTE, "%zu of %zu pulls were cut, %lld search contexts are still open",
             cut, n, (long long)left);
    report(ok, "Ctrl-C in mid-pull closes what is open in the engine", &err);
}

int main(void)
{
    const char *url = getenv("GLINT_ES_URL");
    if (!url) {
        printf("skip engine room - GLINT_ES_URL is not set\n");
        return 0;
    }
    Error err = ERROR_INIT;
    Client *c = client_open(&(HttpConfig){.url = url}, &err);
    report(c != NULL, "connect", &err);
    if (!c)
        return 1;
    report(client_probe(c, &err), "probe", &err);
    blog_there_and_back(c);
    exact_integers(c);
    shapes(c);
    ledgers(c);
    stale_versions(c);
    refusals(c);
    cancelled_midway(c);
    client_close(c);
    return failures != 0;
}
