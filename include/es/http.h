/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http.h - requests over one libcurl multi handle, driven by the calling thread. The only file that
 * includes curl.
 *
 * http_run() is one request with the retry table of the essay in http.c. http_begin()/http_next()
 * keep several in flight: pages of slices, bulk bodies. Secrets never appear in messages or in
 * http_describe().
 */
#ifndef GLINT_ES_HTTP_H
#define GLINT_ES_HTTP_H

#include "base/str.h"

typedef struct HttpConfig {
    const char
        *url; /* scheme://host:port[/prefix], without credentials; several nodes with commas */
    const char *user, *password;
    const char *api_key; /* "Authorization: ApiKey ..." */
    const char *bearer;
    const char *ca_file, *cert_file, *key_file, *key_password;
    const char *fingerprint; /* sha256 of the server's certificate, hex with or without colons */
    const char *proxy;
    bool netrc;
    bool insecure;             /* peer not verified: asked for by name */
    bool allow_plain_password; /* password over http to a host that is not loopback */
    double connect_timeout_s;  /* 0: 10 */
    double timeout_s;          /* 0: 120, whole request */
    bool gzip;                 /* ask for packed answers (not on loopback: slower there) */
    size_t max_body;           /* 0: 1 GiB unpacked */
} HttpConfig;

typedef struct Http Http;
/* Copies the configuration. Fails on a URL that is none, on unreadable files, on a plain
 * password to a far host. */
Http *http_new(const HttpConfig *c, Error *err);
void http_free(Http *h);

typedef struct HttpRequest {
    const char *method;       /* "GET" "POST" "PUT" "DELETE" "HEAD" */
    const char *path;         /* "/users/_search?size=0", already escaped */
    Str body;                 /* borrowed until the call ends */
    const char *content_type; /* NULL: application/json when there is a body */
    bool repeatable;  /* harmless when done twice: may be retried after the connection broke */
    bool lasting;     /* makes what outlives it on the server: Ctrl-C waits for the answer */
    double timeout_s; /* 0: the configuration's */
    void *tag;        /* the caller's */
} HttpRequest;

typedef struct HttpReply {
    long status; /* 200, 404 ... */
    Buf body;    /* owned; http_reply_clear */
    double seconds;
    double retry_after_s; /* from the header, 0 when none */
    int retries;
    char content_type[64];
} HttpReply;
void http_reply_clear(HttpReply *r);

/* One request, retried as the table allows. True with any HTTP status; false only when no answer
 * was had (ERR_NET), on Ctrl-C (ERR_CANCEL: the connection is dropped, which also stops the
 * search in the engine) or a body over max_body. A lasting request that is under way gets its
 * answer first, Ctrl-C stays raised for the caller to see; a second Ctrl-C drops it too. */
bool http_run(Http *h, const HttpRequest *q, HttpReply *out, Error *err);

/* Several at once. A call is owned by the pool until http_next hands it out; no retries here. */
typedef struct HttpCall HttpCall;
HttpCall *http_begin(Http *h, const HttpRequest *q, Error *err);
/* Waits for any call to end, and hands out the oldest that has: NULL with err clear when none is in
 * flight; NULL with ERR_CANCEL on Ctrl-C. A call that got no answer has reply->status 0 and its
 * reason in call_error. */
HttpCall *http_next(Http *h, Error *err);
/* Lets the calls go on without waiting, and gives the first that has ended after `after` (NULL: of
 * all), oldest first; http_next hands it out later. */
HttpCall *http_ended(Http *h, const HttpCall *after);
const HttpRequest *http_call_request(const HttpCall *c);
HttpReply *http_call_reply(HttpCall *c);
const Error *http_call_error(const HttpCall *c);
void http_call_free(Http *h, HttpCall *c);
void http_abort_all(Http *h);

/* Seconds to wait before try number `k` (from 1): 0.2 * 2^k with jitter, at most 30, Retry-After
 * honoured. */
double http_backoff(int k, double retry_after_s);
/* Is this status one that waiting may mend? */
bool http_worth_retrying(const HttpReply *r);
/* Sleeps, waking for Ctrl-C. */
bool http_sleep(double seconds, Error *err);

/* Every request as text, secrets masked, when a listener is set: --show-request. */
typedef void (*HttpTrace)(void *ctx, const HttpRequest *q, const char *url);
void http_trace(Http *h, HttpTrace fn, void *ctx);
/* "curl -X POST 'https://host:9200/...' -H ... -d '...'" with secrets as variables, or Dev Tools
 * text. */
void http_as_curl(const Http *h, const HttpRequest *q, Buf *out);
void http_as_devtools(const HttpRequest *q, Buf *out);
/* Appends `s` percent-encoded as one path segment. */
void buf_url(Buf *b, Str s);
const char *http_url(const Http *h);
size_t http_requests(const Http *h); /* sent so far */

#endif
