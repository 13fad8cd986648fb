/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http.c - requests over libcurl: one multi handle, one thread, connections kept alive.
 *
 * A call owns an easy handle, its reply and its error. http_run() begins a call, waits for it, and
 * repeats it when the table says so:
 *
 *     no connection, reset, time-out     only when the request is repeatable (others: on a fresh
 *                                        connection)
 *     429, 502, 503, 504                 after Retry-After or 0.2 s * 2^k with jitter, at most 30 s
 *                                        and 6 times
 *     503 with too_many_buckets          never: it is not a temporary failure
 *     429 with "durability":"PERMANENT"  never: a circuit breaker that waiting does not close
 *     everything else                    handed to the caller
 *
 * With several nodes, one that does not answer is passed over and the next one asked. Ctrl-C is
 * asked ten times a second, while waiting; a transfer that is given up closes its socket, and the
 * engine then cancels its task. TLS peers are verified unless the configuration says otherwise. A
 * pinned certificate is compared by its sha256 inside the handshake, before anything is sent.
 * Redirects are not followed: credentials stay with the host they were given for.
 */
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <time.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/rng.h"
#include "http_priv.h"

#define RETRIES 6
#define MAX_BODY_DEFAULT ((size_t)1 << 30)
#define POLL_MS 100
#define BACKOFF_CAP_S 30.0
#define IDLE_HANDLES 8

struct HttpCall {
    CURL *easy;
    struct curl_slist *headers;
    HttpRequest req;
    char *method, *url;
    HttpReply reply;
    Error error;
    char curl_message[CURL_ERROR_SIZE];
    Http *http;
    bool done, too_big;
    bool unsent;   /* nobody took the request: harmless to ask another node */
    bool hopeless; /* another try would fail the same way */
    size_t node;
    double began;
    HttpCall *next;
};

struct Http {
    CURLM *multi;
    HttpSettings s;
    HttpCall *calls;
    CURL *idle[IDLE_HANDLES];
    size_t nidle;
    HttpTrace trace;
    void *trace_ctx;
    size_t sent;
    size_t at; /* s.nodes[at] is asked */
};

Http *http_new(const HttpConfig *c, Error *err)
{
    static bool started;
    if (!started) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        started = true;
    }
    Http *h = xcalloc(1, sizeof *h);
    if (!http_settings_take(&h->s, c, err)) {
        http_free(h);
        return NULL;
    }
    h->multi = curl_multi_init();
    curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return h;
}

void http_free(Http *h)
{
    if (!h)
        return;
    if (h->multi)
        http_abort_all(h);
    for (size_t i = 0; i < h->nidle; i++)
        curl_easy_cleanup(h->idle[i]);
    if (h->multi)
        curl_multi_cleanup(h->multi);
    http_settings_clear(&h->s);
    free(h);
}

const HttpConfig *http_config(const Http *h)
{
    return &h->s.c;
}

const char *http_url(const Http *h)
{
    return h->s.c.url;
}

size_t http_requests(const Http *h)
{
    return h->sent;
}

void http_trace(Http *h, HttpTrace fn, void *ctx)
{
    h->trace = fn;
    h->trace_ctx = ctx;
}

/* ---- one call ---- */

void http_reply_clear(HttpReply *r)
{
    buf_free(&r->body);
    *r = (HttpReply){0};
}

static size_t on_body(char *p, size_t size, size_t n, void *ctx)
{
    HttpCall *k = ctx;
    size_t max = k->http->s.c.max_body ? k->http->s.c.max_body : MAX_BODY_DEFAULT;
    if (k->reply.body.n + size * n > max) {
        k->too_big = true;
        return 0;
    }
    buf_put(&k->reply.body, p, size * n);
    return size * n;
}

static size_t on_header(char *p, size_t size, size_t n, void *ctx)
{
    HttpCall *k = ctx;
    Str line = str_trim((Str){p, size * n}), value;
    Str name = str_split(line, ':', &value);
    value = str_trim(value);
    if (str_ieq(name, STR("retry-after"))) {
        double s;
        char z[64];
        snprintf(z, sizeof z, "%.*s", (int)(value.n < 63 ? value.n : 63), value.p);
        if (parse_real(value, &s))
            k->reply.retry_after_s = s;
        else if (curl_getdate(z, NULL) > 0)
            k->reply.retry_after_s = (double)curl_getdate(z, NULL) - (double)clock_now() / 1e6;
    } else if (str_ieq(name, STR("content-length"))) {
        int64_t len;
        if (parse_int(value, &len) && len > 0 && len < (int64_t)MAX_BODY_DEFAULT)
            buf_reserve(&k->reply.body, (size_t)len + 1);
    } else if (str_ieq(name, STR("content-type"))) {
        snprintf(k->reply.content_type, sizeof k->reply.content_type, "%.*s", STR_ARG(value));
    }
    return size * n;
}

/* The pinned certificate replaces the chain of trust: the leaf's sha256 is all that counts. */
static int verify_pin(X509_STORE_CTX *store, void *ctx)
{
    const Http *h = ctx;
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    X509 *leaf = X509_STORE_CTX_get0_cert(store);
    if (leaf && X509_digest(leaf, EVP_sha256(), md, &n) && n == 32 && memcmp(md, h->s.pin, 32) == 0)
        return 1;
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

static CURLcode on_ssl(CURL *easy, void *ssl, void *ctx)
{
    (void)easy;
    SSL_CTX_set_cert_verify_callback(ssl, verify_pin, ctx);
    return CURLE_OK;
}

static void set_secrets(HttpCall *k)
{
    const HttpConfig *c = &k->http->s.c;
    char *auth = NULL;
    if (c->api_key || c->bearer) {
        Buf b = BUF_INIT;
        buf_printf(&b, "Authorization: %s %s", c->api_key ? "ApiKey" : "Bearer",
                   c->api_key ? c->api_key : c->bearer);
        k->headers = curl_slist_append(k->headers, b.p);
        auth = b.p;
        http_wipe(auth);
        buf_free(&b);
    } else if (c->user || c->password) {
        curl_easy_setopt(k->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        curl_easy_setopt(k->easy, CURLOPT_USERNAME, c->user ? c->user : "");
        curl_easy_setopt(k->easy, CURLOPT_PASSWORD, c->password ? c->password : "");
    } else if (c->netrc) {
        curl_easy_setopt(k->easy, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
    }
}

static void set_tls(HttpCall *k)
{
    const HttpConfig *c = &k->http->s.c;
    if (c->ca_file)
        curl_easy_setopt(k->easy, CURLOPT_CAINFO, c->ca_file);
    if (c->cert_file)
        curl_easy_setopt(k->easy, CURLOPT_SSLCERT, c->cert_file);
    if (c->key_file)
        curl_easy_setopt(k->easy, CURLOPT_SSLKEY, c->key_file);
    if (c->key_password)
        curl_easy_setopt(k->easy, CURLOPT_KEYPASSWD, c->key_password);
    if (c->insecure || k->http->s.pinned) {
        curl_easy_setopt(k->easy, CURLOPT_SSL_VERIFYHOST, 0L);
        curl_easy_setopt(k->easy, CURLOPT_SSL_VERIFYPEER, k->http->s.pinned ? 1L : 0L);
    }
    if (k->http->s.pinned) {
        curl_easy_setopt(k->easy, CURLOPT_SSL_CTX_FUNCTION, on_ssl);
        curl_easy_setopt(k->easy, CURLOPT_SSL_CTX_DATA, k->http);
    }
}

static void set_transport(HttpCall *k)
{
    const HttpConfig *c = &k->http->s.c;
    CURL *e = k->easy;
    double connect = c->connect_timeout_s > 0 ? c->connect_timeout_s : 10;
    double total = k->req.timeout_s > 0 ? k->req.timeout_s : c->timeout_s > 0 ? c->timeout_s : 120;
    curl_easy_setopt(e, CURLOPT_URL, k->url);
    curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)(connect * 1000));
    curl_easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)(total * 1000));
    curl_easy_setopt(e, CURLOPT_BUFFERSIZE, 512L * 1024);
    if (k->req.body.n > 65536)
        curl_easy_setopt(e, CURLOPT_UPLOAD_BUFFERSIZE, 1024L * 1024);
    curl_easy_setopt(e, CURLOPT_ERRORBUFFER, k->curl_message);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(e, CURLOPT_WRITEDATA, k);
    curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(e, CURLOPT_HEADERDATA, k);
    curl_easy_setopt(e, CURLOPT_PRIVATE, k);
    curl_easy_setopt(e, CURLOPT_USERAGENT, "glint/" GLINT_VERSION);
    /* curl sends a request again when a kept connection turns out to be dead */
    if (!k->req.repeatable)
        curl_easy_setopt(e, CURLOPT_FRESH_CONNECT, 1L);
    if (c->gzip)
        curl_easy_setopt(e, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (c->proxy)
        curl_easy_setopt(e, CURLOPT_PROXY, c->proxy);
    if (k->http->s.loopback && !c->proxy)
        curl_easy_setopt(e, CURLOPT_NOPROXY, "*");
}

static void set_body(HttpCall *k)
{
    CURL *e = k->easy;
    if (strcmp(k->method, "HEAD") == 0)
        curl_easy_setopt(e, CURLOPT_NOBODY, 1L);
    if (k->req.body.p || strcmp(k->method, "POST") == 0 || strcmp(k->method, "PUT") == 0) {
        curl_easy_setopt(e, CURLOPT_POST, 1L);
        curl_easy_setopt(e, CURLOPT_POSTFIELDS, k->req.body.p ? k->req.body.p : "");
        curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)k->req.body.n);
        Buf b = BUF_INIT;
        buf_printf(&b, "Content-Type: %s",
                   k->req.content_type ? k->req.content_type : "application/json");
        k->headers = curl_slist_append(k->headers, b.p);
        buf_free(&b);
    }
    k->headers = curl_slist_append(k->headers, "Expect:");
    k->headers = curl_slist_append(k->headers, "X-Opaque-Id: glint");
    curl_easy_setopt(e, CURLOPT_CUSTOMREQUEST, k->method);
}

HttpCall *http_begin(Http *h, const HttpRequest *q, Error *err)
{
    HttpCall *k = xcalloc(1, sizeof *k);
    k->http = h;
    k->req = *q;
    k->method = xstrdup(q->method);
    Buf url = BUF_INIT;
    k->node = h->at;
    buf_puts(&url, h->s.nodes[h->at]);
    buf_puts(&url, q->path);
    k->url = url.p;
    k->easy = h->nidle ? h->idle[--h->nidle] : curl_easy_init();
    if (!k->easy) {
        fail(err, ERR_NET, "no connection could be prepared");
        http_call_free(h, k);
        return NULL;
    }
    curl_easy_reset(k->easy);
    set_transport(k);
    set_tls(k);
    set_body(k);
    set_secrets(k);
    curl_easy_setopt(k->easy, CURLOPT_HTTPHEADER, k->headers);
    k->began = clock_seconds();
    if (h->trace)
        h->trace(h->trace_ctx, q, h->s.c.url);
    h->sent++;
    HttpCall **end = &h->calls;
    while (*end)
        end = &(*end)->next;
    *end = k;
    curl_multi_add_handle(h->multi, k->easy);
    return k;
}

const HttpRequest *http_call_request(const HttpCall *c)
{
    return &c->req;
}

HttpReply *http_call_reply(HttpCall *c)
{
    return &c->reply;
}

const Error *http_call_error(const HttpCall *c)
{
    return &c->error;
}

static void unlink_call(Http *h, HttpCall *c)
{
    for (HttpCall **p = &h->calls; *p; p = &(*p)->next)
        if (*p == c) {
            *p = c->next;
            return;
        }
}

void http_call_free(Http *h, HttpCall *c)
{
    if (!c)
        return;
    unlink_call(h, c);
    if (c->easy) {
        curl_multi_remove_handle(h->multi, c->easy);
        if (h->nidle < IDLE_HANDLES)
            h->idle[h->nidle++] = c->easy;
        else
            curl_easy_cleanup(c->easy);
    }
    curl_slist_free_all(c->headers);
    http_reply_clear(&c->reply);
    free(c->method);
    free(c->url);
    free(c);
}

void http_abort_all(Http *h)
{
    while (h->calls)
        http_call_free(h, h->calls);
}

/* ---- waiting ---- */

static void explain(HttpCall *k, CURLcode code)
{
    const char *why = k->curl_message[0] ? k->curl_message : curl_easy_strerror(code);
    const char *url = k->http->s.nodes[k->node];
    k->hopeless = code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CERTPROBLEM ||
                  code == CURLE_SSL_CACERT_BADFILE || k->too_big;
    k->unsent = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY ||
                code == CURLE_COULDNT_CONNECT || code == CURLE_SSL_CONNECT_ERROR;
    if (k->too_big) {
        fail(&k->error, ERR_NET, "%s sent more than %zu MB: refused", url,
             (k->http->s.c.max_body ? k->http->s.c.max_body : MAX_BODY_DEFAULT) >> 20);
        return;
    }
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        fail(&k->error, ERR_NET, "no host '%.*s'", STR_ARG(http_url_host(url)));
        error_hint(&k->error, "check the name, or the network");
        break;
    case CURLE_COULDNT_CONNECT:
        fail(&k->error, ERR_NET, "nobody answers at %s: %s", url, why);
        error_hint(&k->error, "is the engine running there?");
        break;
    case CURLE_OPERATION_TIMEDOUT:
        fail(&k->error, ERR_NET, "%s did not answer in time: %s", url, why);
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        fail(&k->error, ERR_NET, "the certificate of %s is not trusted: %s", url, why);
        error_hint(
            &k->error,
            "--ca FILE names the authority that signed it, --fingerprint the certificate itself");
        break;
    case CURLE_SSL_CONNECT_ERROR:
        fail(&k->error, ERR_NET, "no TLS with %s: %s", url, why);
        error_hint(&k->error, "is it http:// rather than https://?");
        break;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        fail(&k->error, ERR_NET, "the connection to %s broke: %s", url, why);
        if (code == CURLE_GOT_NOTHING && strncmp(url, "http:", 5) == 0)
            error_hint(&k->error, "is it https:// rather than http://?");
        break;
    default:
        fail(&k->error, ERR_NET, "%s: %s", url, why);
    }
}

static void finish(HttpCall *k, CURLcode code)
{
    k->done = true;
    k->reply.seconds = clock_seconds() - k->began;
    curl_easy_getinfo(k->easy, CURLINFO_RESPONSE_CODE, &k->reply.status);
    if (code != CURLE_OK) {
        k->reply.status = 0;
        explain(k, code);
        if (k->error.code == ERR_NET && k->node == k->http->at)
            k->http->at = (k->http->at + 1) % k->http->s.nnodes;
    }
}

static HttpCall *take_done(Http *h)
{
    for (HttpCall *k = h->calls; k; k = k->next)
        if (k->done) {
            unlink_call(h, k);
            return k;
        }
    return NULL;
}

static void go_on(Http *h)
{
    int running = 0, left = 0;
    curl_multi_perform(h->multi, &running);
    for (CURLMsg *m; (m = curl_multi_info_read(h->multi, &left));) {
        char *k = NULL;
        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &k);
        finish((HttpCall *)(void *)k, m->data.result);
    }
}

HttpCall *http_ended(Http *h, const HttpCall *after)
{
    if (!after)
        go_on(h);
    for (HttpCall *k = after ? after->next : h->calls; k; k = k->next)
        if (k->done)
            return k;
    return NULL;
}

HttpCall *http_next(Http *h, Error *err)
{
    for (;;) {
        go_on(h);
        if (cancelled(err))
            return NULL;
        HttpCall *k = take_done(h);
        if (k || !h->calls)
            return k;
        curl_multi_poll(h->multi, NULL, 0, POLL_MS, NULL);
    }
}

double http_backoff(int k, double retry_after_s)
{
    static Rng rng;
    if (!rng.s[0])
        rng = rng_stream((uint64_t)clock_now(), "backoff");
    double base = 0.2;
    for (int i = 0; i < k && base < BACKOFF_CAP_S; i++)
        base *= 2;
    double wait = retry_after_s > 0 ? retry_after_s : base * (0.5 + 0.5 * rng_unit(&rng));
    return wait < BACKOFF_CAP_S ? wait : BACKOFF_CAP_S;
}

bool http_sleep(double seconds, Error *err)
{
    double end = clock_seconds() + seconds;
    for (double left = seconds; left > 0; left = end - clock_seconds()) {
        if (cancelled(err))
            return false;
        double step = left < 0.05 ? left : 0.05;
        struct timespec t = {0, (long)(step * 1e9)};
        nanosleep(&t, NULL);
    }
    return !cancelled(err);
}

static bool mentions(const HttpReply *r, const char *word)
{
    return r->body.p && strstr(r->body.p, word) != NULL;
}

bool http_worth_retrying(const HttpReply *r)
{
    if (r->status == 429)
        return !mentions(r, "\"PERMANENT\"");
    if (r->status == 503)
        return !mentions(r, "too_many_buckets");
    return r->status == 502 || r->status == 504;
}

/* http_next, past one Ctrl-C. */
static HttpCall *next_for_sure(Http *h, Error *err)
{
    Error cut = ERROR_INIT;
    HttpCall *call = http_next(h, &cut);
    if (call || cut.code != ERR_CANCEL)
        return call;
    cancel_clear();
    call = http_next(h, err);
    cancel_raise();
    return call;
}

/* Waits for one call, which is not handed out by http_next again. */
static bool finish_call(Http *h, HttpCall *call, Error *err)
{
    for (HttpCall *done = NULL; done != call;) {
        done = call->req.lasting ? next_for_sure(h, err) : http_next(h, err);
        if (!done)
            return fail(err, ERR_NET, "the request to %s was lost", h->s.c.url);
        if (done != call)
            http_call_free(h, done);
    }
    return true;
}

/* Is there another try after the k-th (from 0), and after how long a pause? */
static bool next_try(const Http *h, const HttpCall *c, int k, double *wait)
{
    *wait = 0;
    if (c->hopeless || k >= RETRIES)
        return false;
    if (c->unsent && (size_t)k + 1 < h->s.nnodes) /* the next node is asked at once */
        return true;
    bool again = c->reply.status == 0 ? c->req.repeatable
                 : c->reply.status > 500 && c->reply.status != 503
                     ? c->req.repeatable && http_worth_retrying(&c->reply)
                     : http_worth_retrying(&c->reply);
    *wait = again ? http_backoff(k, c->reply.retry_after_s) : 0;
    return again;
}

bool http_run(Http *h, const HttpRequest *q, HttpReply *out, Error *err)
{
    *out = (HttpReply){0};
    for (int k = 0;; k++) {
        double wait;
        HttpCall *call = cancelled(err) ? NULL : http_begin(h, q, err);
        if (!call)
            return false;
        if (!finish_call(h, call, err)) {
            http_call_free(h, call);
            return false;
        }
        if (next_try(h, call, k, &wait)) {
            http_call_free(h, call);
            if (!http_sleep(wait, err))
                return false;
            continue;
        }
        bool ok = call->reply.status != 0;
        if (ok) {
            *out = call->reply;
            out->retries = k;
            call->reply = (HttpReply){0};
        } else if (err && !error_is_set(err)) {
            *err = call->error;
        }
        http_call_free(h, call);
        return ok;
    }
}
