/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pull.c - the documents of an index as a Frame, every one of them or an error.
 *
 * Which loop is safe depends on the engine, so the plan follows the probe:
 *
 *     a point in time and _shard_doc   slices of the snapshot, sorted by [_shard_doc]: nothing lost
 *     otherwise                        one scroll per shard (preference=_shards:N), sorted by _doc
 *
 * A point in time paged by _doc or _seq_no is never used: equal values on two shards lose documents
 * at page ends. Several loops run at once (as many as shards, at most the cores): while one page is
 * parsed here the engine prepares the next, and pages that come meanwhile ask for theirs at once. A
 * page is asked for again when the connection broke under a point in time, since search_after makes
 * that harmless; a scroll is not, because it has moved on. Pages adapt to 5-15 MB. At the end the
 * documents received must be as many as the engine said there were under the same snapshot.
 * Contexts are closed on every way out.
 */
#define _GNU_SOURCE /* memmem */
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "es/page.h"

#define PAGE_FIRST 5000
#define PAGE_MAX 10000
#define PAGE_MIN 100
#define PAGE_BYTES_LOW ((size_t)5 << 20)
#define PAGE_BYTES_HIGH ((size_t)15 << 20)
#define LOOPS_MAX 16
#define HEAD_BYTES 4096 /* of an answer: the context's id stands there */
#define KEEP_ALIVE "3m"
#define TRIES 6
#define FILTER "_scroll_id,pit_id,timed_out,_shards,hits.total,hits.hits._source,hits.hits.sort"

typedef struct Loop {
    int number;  /* slice or shard */
    size_t page; /* documents to ask for */
    bool asked, started, ended;
    bool ahead; /* the page after the one that has come is asked for */
    int tries;
    int64_t expected, received;
    PageInfo info;
    Buf body, path;
} Loop;

/* Rows that came together: of which loop, how many. */
typedef struct Piece {
    const Loop *of;
    size_t rows;
} Piece;

typedef struct Pull {
    Client *c;
    const PullOptions *opt;
    PullReport *report;
    PageSink *sink;
    Buf index, pit, includes;
    bool by_pit;
    const Loop *parsing;
    size_t nloops;
    Loop loops[LOOPS_MAX];
    size_t npieces;
    Piece *pieces;
} Pull;

bool list_policy_parse(Str s, ListPolicy *out)
{
    static const struct {
        const char *name;
        ListPolicy p;
    } rows[] = {{"join", LIST_JOIN},
                {"first", LIST_FIRST},
                {"count", LIST_COUNT},
                {"multihot", LIST_MULTIHOT},
                {"explode", LIST_EXPLODE},
                {"error", LIST_ERROR}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (str_eqz(s, rows[i].name)) {
            *out = rows[i].p;
            return true;
        }
    return false;
}

/* ---- contexts ---- */

/* The text between `before` and `after` where it first stands in the head of an answer. */
static Str between(Str text, const char *before, char after)
{
    const char *p = memmem(text.p, text.n, before, strlen(before));
    if (!p)
        return STR_NULL;
    p += strlen(before);
    const char *e = memchr(p, after, (size_t)(text.p + text.n - p));
    return e ? (Str){p, (size_t)(e - p)} : STR_NULL;
}

static bool take_pit(Pull *p, const HttpReply *r, Error *err)
{
    bool os = p->c->caps.pit_opensearch;
    if (r->status >= 400)
        return client_refused(r, "a point in time", err);
    cJSON *j = json_parse(buf_slice(&r->body), err);
    const char *id = NULL;
    bool ok = j && json_get_text(j, os ? "pit_id" : "id", "a point in time", &id, err);
    if (ok)
        buf_puts(&p->pit, id);
    cJSON_Delete(j);
    return ok;
}

static bool open_pit(Pull *p, Error *err)
{
    Buf path = BUF_INIT;
    buf_printf(&path, "/%s/%s?keep_alive=" KEEP_ALIVE, p->index.p,
               p->c->caps.pit_opensearch ? "_search/point_in_time" : "_pit");
    HttpRequest q = {.method = "POST", .path = path.p, .repeatable = true, .lasting = true};
    HttpReply r;
    bool ok = http_run(p->c->http, &q, &r, err) && take_pit(p, &r, err) && !cancelled(err);
    http_reply_clear(&r);
    buf_free(&path);
    return ok;
}

/* A scroll whose first answer is on its way is open already, and only that answer tells its id.
 * Another Ctrl-C ends the waiting. */
static void await_ids(Pull *p)
{
    size_t unknown = 0;
    for (size_t i = 0; !p->by_pit && i < p->nloops; i++)
        unknown += p->loops[i].asked && !p->loops[i].started;
    Error ignored = ERROR_INIT;
    for (HttpCall *call; unknown && (call = http_next(p->c->http, &ignored));
         http_call_free(p->c->http, call)) {
        Loop *l = http_call_request(call)->tag;
        Str text = buf_slice(&http_call_reply(call)->body);
        Str id = between(str_sub(text, 0, text.n < HEAD_BYTES ? text.n : HEAD_BYTES),
                         "\"_scroll_id\":\"", '"');
        unknown -= l->asked && !l->started;
        l->started = true;
        buf_clear(&l->info.context);
        buf_str(&l->info.context, id);
    }
}

/* Closing is a courtesy that must not hide the error which ended the pull, nor be stopped by the
 * Ctrl-C that ended it. */
static void close_contexts(Pull *p)
{
    Error ignored = ERROR_INIT;
    bool was_cancelled = cancel_is_raised();
    cancel_clear();
    await_ids(p);
    cancel_clear();
    http_abort_all(p->c->http);
    Buf body = BUF_INIT;
    if (p->pit.n) {
        bool os = p->c->caps.pit_opensearch;
        buf_printf(&body, os ? "{\"pit_id\":[\"%s\"]}" : "{\"id\":\"%s\"}", p->pit.p);
        cJSON_Delete(client_json(p->c, "DELETE", buf_slice(&body), true, NULL, &ignored,
                                 os ? "/_search/point_in_time" : "/_pit"));
    }
    for (size_t i = 0; !p->by_pit && i < p->nloops; i++)
        if (p->loops[i].info.context.n) {
            buf_clear(&body);
            buf_printf(&body, "{\"scroll_id\":[\"%s\"]}", p->loops[i].info.context.p);
            ignored = (Error)ERROR_INIT;
            cJSON_Delete(client_json(p->c, "DELETE", buf_slice(&body), true, NULL, &ignored,
                                     "/_search/scroll"));
        }
    buf_free(&body);
    if (was_cancelled)
        cancel_raise();
}

/* ---- asking for a page ---- */

static void body_query(Pull *p, Buf *b)
{
    buf_puts(b, ",\"query\":");
    buf_str(b, p->opt->query.n ? p->opt->query : STR("{\"match_all\":{}}"));
    if (p->includes.n)
        buf_printf(b, ",\"_source\":%s", p->includes.p);
}

/* What the engine need not leave out of its answer, at the end of the path. */
static void kept_fields(const Pull *p, Loop *l)
{
    buf_puts(&l->path, p->opt->with_id ? FILTER ",hits.hits._id" : FILTER);
}

static void body_pit(Pull *p, Loop *l)
{
    buf_printf(&l->body,
               "{\"size\":%zu,\"pit\":{\"id\":\"%s\",\"keep_alive\":\"" KEEP_ALIVE
               "\"},\"sort\":[{\"_shard_doc\":\"asc\"}]",
               l->page, p->pit.p);
    buf_printf(&l->body, ",\"track_total_hits\":%s", l->started ? "false" : "true");
    if (p->nloops > 1)
        buf_printf(&l->body, ",\"slice\":{\"id\":%d,\"max\":%zu}", l->number, p->nloops);
    if (l->started)
        buf_printf(&l->body, ",\"search_after\":%s", l->info.sort.p);
    body_query(p, &l->body);
    buf_putc(&l->body, '}');
    buf_puts(&l->path, "/_search?filter_path=");
    kept_fields(p, l);
}

static void body_scroll(Pull *p, Loop *l)
{
    if (l->started) {
        buf_printf(&l->body, "{\"scroll\":\"" KEEP_ALIVE "\",\"scroll_id\":\"%s\"}",
                   l->info.context.p);
        buf_puts(&l->path, "/_search/scroll?filter_path=");
        kept_fields(p, l);
        return;
    }
    buf_printf(&l->body, "{\"size\":%zu,\"sort\":[\"_doc\"],\"track_total_hits\":true", l->page);
    body_query(p, &l->body);
    buf_putc(&l->body, '}');
    buf_printf(&l->path, "/%s/_search?scroll=" KEEP_ALIVE "&filter_path=", p->index.p);
    kept_fields(p, l);
    if (p->nloops > 1)
        buf_printf(&l->path, "&preference=_shards:%d", l->number);
}

static bool ask_page(Pull *p, Loop *l, Error *err)
{
    buf_clear(&l->body);
    buf_clear(&l->path);
    if (p->by_pit)
        body_pit(p, l);
    else
        body_scroll(p, l);
    /* a scroll that moved twice loses a page, and then the count at the end is wrong: told,
     * never silent */
    HttpRequest q = {.method = "POST",
                     .path = l->path.p,
                     .body = buf_slice(&l->body),
                     .repeatable = true,
                     .tag = l};
    l->asked = http_begin(p->c->http, &q, err) != NULL;
    return l->asked;
}

/* ---- asking ahead ---- */

/* The sort values of the last hit: they stand behind its _source, so nothing of a document
 * follows. */
static Str last_sort(Str text)
{
    static const char mark[] = "\"sort\":[";
    for (size_t i = text.n; i-- > 0;)
        if (text.p[i] == '"' && text.n - i > sizeof mark &&
            memcmp(text.p + i, mark, sizeof mark - 1) == 0) {
            Str rest = str_sub(text, i + sizeof mark - 2, text.n);
            const char *e = memchr(rest.p, ']', rest.n);
            return e ? (Str){rest.p, (size_t)(e - rest.p) + 1} : STR_NULL;
        }
    return STR_NULL;
}

/* The next page is asked for before this one is parsed, so that the engine does not wait for us.
 * What it takes to ask is found without parsing; when it is not found the page is parsed first. */
static bool ask_ahead(Pull *p, Loop *l, const HttpReply *r, Error *err)
{
    int64_t pages = p->parsing == l ? 2 : 1; /* not counted yet */
    if (l->ahead || !l->started || p->opt->limit > 0 || r->status != 200 ||
        l->received + pages * (int64_t)l->page >= l->expected)
        return true;
    Str text = buf_slice(&r->body);
    Str head = str_sub(text, 0, text.n < HEAD_BYTES ? text.n : HEAD_BYTES);
    if (!memmem(text.p, text.n, "\"_source\"", 9)) /* an empty page: nothing comes after it */
        return true;
    Str next = p->by_pit ? last_sort(text) : between(head, "\"_scroll_id\":\"", '"');
    if (!next.n)
        return true;
    Buf *to = p->by_pit ? &l->info.sort : &l->info.context;
    buf_clear(to);
    buf_str(to, next);
    l->ahead = ask_page(p, l, err);
    return l->ahead;
}

/* While a page is parsed others come: what they ask for next must not wait. */
static bool see_to_others(void *ctx, Error *err)
{
    Pull *p = ctx;
    for (HttpCall *c = NULL; (c = http_ended(p->c->http, c));)
        if (!ask_ahead(p, http_call_request(c)->tag, http_call_reply(c), err))
            return false;
    return true;
}

/* ---- taking a page ---- */

static bool check_envelope(const PageInfo *i, Error *err)
{
    if (i->timed_out)
        return fail(err, ERR_REMOTE, "the search timed out in the engine: the page is not whole");
    if (i->shards_failed > 0)
        return fail(err, ERR_REMOTE, "%lld of %lld shards failed%s%s", (long long)i->shards_failed,
                    (long long)i->shards_total, i->failure[0] ? ": " : "", i->failure);
    if (i->shards_total == 0)
        return fail(err, ERR_REMOTE, "no shard was searched: the search context is gone");
    return true;
}

static void adapt_page(Pull *p, Loop *l, size_t bytes)
{
    if (bytes > PAGE_BYTES_HIGH && l->page > PAGE_MIN)
        l->page = l->page / 2 > PAGE_MIN ? l->page / 2 : PAGE_MIN;
    else if (bytes < PAGE_BYTES_LOW && p->by_pit && l->page < PAGE_MAX)
        l->page = l->page * 2 < PAGE_MAX ? l->page * 2 : PAGE_MAX;
}

static bool take_page(Pull *p, Loop *l, HttpReply *r, Error *err)
{
    if (r->status >= 400)
        return client_refused(r, "a page", err);
    size_t rows = page_rows(p->sink);
    p->parsing = l;
    bool ok = page_parse(p->sink, buf_slice(&r->body), &l->info, see_to_others, p, err);
    p->parsing = NULL;
    if (!ok || !check_envelope(&l->info, err))
        return false;
    p->pieces = xrealloc(p->pieces, (p->npieces + 1) * sizeof *p->pieces);
    p->pieces[p->npieces++] = (Piece){l, page_rows(p->sink) - rows};
    if (!l->started) {
        if (l->info.total < 0 || l->info.gte)
            return fail(err, ERR_REMOTE, "the engine did not say how many documents there are");
        l->expected = l->info.total;
        p->report->expected += l->expected;
    }
    if (p->by_pit && l->info.context.n) { /* always the newest id */
        buf_clear(&p->pit);
        buf_str(&p->pit, buf_slice(&l->info.context));
    }
    l->started = true;
    l->received += l->info.hits;
    p->report->received += l->info.hits;
    p->report->pages++;
    p->report->bytes += r->body.n;
    l->ended = l->info.hits == 0 || l->received >= l->expected;
    adapt_page(p, l, r->body.n);
    progress_tick("loading", (double)p->report->received, (double)p->report->expected, "documents");
    return true;
}

/* An answer that may be asked for again: 429 and 5xx always, a broken connection only under a
 * point in time. */
static bool retry_page(Pull *p, Loop *l, HttpCall *call, bool *again, Error *err)
{
    const HttpReply *r = http_call_reply(call);
    bool busy = http_worth_retrying(r);
    bool broken =
        r->status == 0 && http_call_error(call)->code == ERR_NET && (p->by_pit || !l->started);
    *again = (busy || broken) && ++l->tries <= TRIES;
    if (*again) {
        if (busy && l->page > PAGE_MIN)
            l->page /= 2;
        return http_sleep(http_backoff(l->tries, r->retry_after_s), err);
    }
    return true;
}

static bool run_loops(Pull *p, Error *err)
{
    for (size_t i = 0; i < p->nloops; i++)
        if (!ask_page(p, &p->loops[i], err))
            return false;
    for (HttpCall *call; (call = http_next(p->c->http, err));) {
        Loop *l = http_call_request(call)->tag;
        bool again = false, ok = retry_page(p, l, call, &again, err);
        if (ok && !again) {
            l->tries = 0;
            ok = ask_ahead(p, l, http_call_reply(call), err);
        }
        bool asked = l->ahead;
        l->ahead = false;
        if (ok && !again) {
            if (http_call_reply(call)->status == 0) {
                if (err && !error_is_set(err))
                    *err = *http_call_error(call);
                ok = false;
            } else {
                ok = take_page(p, l, http_call_reply(call), err);
            }
        }
        http_call_free(p->c->http, call);
        bool enough = p->opt->limit > 0 && p->report->received >= p->opt->limit;
        if (!ok || enough)
            return ok;
        if (!asked && !l->ended && !ask_page(p, l, err))
            return false;
    }
    return !error_is_set(err);
}

/* ---- the whole ---- */

static void plan(Pull *p, const Schema *s)
{
    const Caps *k = &p->c->caps;
    p->by_pit = (k->pit_opensearch || k->pit_elastic) && k->shard_doc;
    size_t want = p->opt->slices > 0 ? (size_t)p->opt->slices : s->shards < 2 ? s->shards : 2;
    if (p->opt->limit > 0)
        want = 1;
    /* one scroll a shard covers everything only when there is one for each shard of one index */
    if (!p->by_pit)
        want = s->indexes == 1 && s->shards > 1 && s->shards <= LOOPS_MAX && p->opt->limit == 0
                   ? s->shards
                   : 1;
    p->nloops = want < 1 ? 1 : want > LOOPS_MAX ? LOOPS_MAX : want;
    for (size_t i = 0; i < p->nloops; i++)
        p->loops[i] = (Loop){.number = (int)i,
                             .page = p->opt->page ? p->opt->page : PAGE_FIRST,
                             .info = {.total = -1}};
    snprintf(p->report->how, sizeof p->report->how, "%s, %zu at a time",
             p->by_pit ? "point in time by _shard_doc" : "scroll by shard", p->nloops);
    if (p->opt->limit > 0 && (size_t)p->opt->limit < p->loops[0].page)
        p->loops[0].page = (size_t)p->opt->limit;
}

static void list_includes(Pull *p)
{
    if (!p->opt->fields)
        return;
    buf_putc(&p->includes, '[');
    for (Str rest = str_of(p->opt->fields), f; rest.n;) {
        f = str_trim(str_split(rest, ',', &rest));
        if (p->includes.n > 1)
            buf_putc(&p->includes, ',');
        buf_json_str(&p->includes, f);
    }
    buf_putc(&p->includes, ']');
}

static bool check_complete(const Pull *p, Error *err)
{
    if (p->opt->limit > 0 || p->report->received == p->report->expected)
        return true;
    fail(err, ERR_GUARD, "%lld documents came, the engine counts %lld: nothing was loaded",
         (long long)p->report->received, (long long)p->report->expected);
    return error_hint(err, "try again: documents may have been dropped with a shard");
}

/* The rows loop by loop, whichever page was the first to come: two pulls of an index that did not
 * change give the same table. New, *order NULL when they came so. */
static bool row_order(const Pull *p, uint32_t **order, Error *err)
{
    size_t n = 0;
    *order = NULL;
    if (p->nloops == 1)
        return true;
    uint32_t *rows = *order =
        big_alloc(page_rows(p->sink) + 1, sizeof *rows, false, "the order of rows", err);
    for (size_t k = 0; rows && k < p->nloops; k++)
        for (size_t i = 0, from = 0; i < p->npieces; from += p->pieces[i++].rows)
            for (size_t r = 0; p->pieces[i].of == &p->loops[k] && r < p->pieces[i].rows; r++)
                rows[n++] = (uint32_t)(from + r);
    return rows != NULL;
}

static void pull_clear(Pull *p)
{
    free(p->pieces);
    page_sink_free(p->sink);
    for (size_t i = 0; i < p->nloops; i++) {
        page_info_clear(&p->loops[i].info);
        buf_free(&p->loops[i].body);
        buf_free(&p->loops[i].path);
    }
    buf_free(&p->index);
    buf_free(&p->pit);
    buf_free(&p->includes);
}

/* Fields that make no column: "location (geo_point)". */
static void tell_left_out(const Schema *s, const PullOptions *opt, ReadReport *report)
{
    Buf b = BUF_INIT;
    for (size_t i = 0; i < s->n && !opt->fields; i++)
        if (s->fields[i].kind == FIELD_OTHER)
            buf_printf(&b, "%s%s (%s)", b.n ? ", " : "", s->fields[i].path, s->fields[i].type);
    if (b.n)
        read_note(report, "no column can hold: %s", b.p);
    buf_free(&b);
}

static void tell(const PullReport *r, const PageSink *sink)
{
    Buf example = BUF_INIT;
    if (page_malformed(sink, &example))
        read_note(r->read, "%zu value%s did not fit the mapping's type and %s missing: %s",
                  r->malformed, r->malformed == 1 ? "" : "s", r->malformed == 1 ? "is" : "are",
                  example.p);
    buf_free(&example);
    page_notes(sink, r->read);
}

Frame *es_pull(Client *c, const PullOptions *opt, PullReport *report, Error *err)
{
    Pull p = {.c = c, .opt = opt, .report = report};
    double began = clock_seconds();
    Frame *f = NULL;
    Schema *s = NULL;
    buf_url(&p.index, str_of(opt->index));
    list_includes(&p);
    if (!client_probe(c, err))
        goto done;
    s = schema_fetch(c, opt->index, report->read, err);
    if (!s || !(p.sink = page_sink_new(s, opt, err)))
        goto done;
    plan(&p, s);
    if ((!p.by_pit || open_pit(&p, err)) && run_loops(&p, err) && check_complete(&p, err)) {
        report->malformed = page_malformed(p.sink, NULL);
        tell(report, p.sink);
        tell_left_out(s, opt, report->read);
        uint32_t *order;
        f = row_order(&p, &order, err) ? page_finish(p.sink, opt->index, order, err) : NULL;
        free(order);
    }
    close_contexts(&p);
    report->read->rows = f ? (long)f->rows : 0;
    report->seconds = clock_seconds() - began;
done:
    schema_free(s);
    pull_clear(&p);
    if (f && opt->limit > 0 && f->rows > (size_t)opt->limit) {
        uint32_t *rows = xcalloc((size_t)opt->limit, sizeof *rows);
        for (size_t i = 0; i < (size_t)opt->limit; i++)
            rows[i] = (uint32_t)i;
        Frame *cut = frame_take(f, rows, (size_t)opt->limit, err);
        free(rows);
        frame_unref(f);
        f = cut;
    }
    return f;
}
