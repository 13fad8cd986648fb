/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * http_config.c - what a connection is told, checked before anything is sent.
 *
 * Every text is copied, since the caller wipes its own; secrets are overwritten at the end. A URL
 * must not carry a password, files must be readable, a fingerprint must be a sha256, and a secret
 * does not cross the network readable unless that was said.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/file.h"
#include "http_priv.h"

static const char *own(HttpSettings *h, const char *z)
{
    if (!z || !*z)
        return NULL;
    assert(h->nowned < OWNED_MAX);
    return h->owned[h->nowned++] = xstrdup(z);
}

Str http_url_host(const char *url)
{
    const char *p = strstr(url, "://");
    p = p ? p + 3 : url;
    if (*p == '[') {
        const char *e = strchr(p, ']');
        return (Str){p + 1, e ? (size_t)(e - p - 1) : strlen(p + 1)};
    }
    return (Str){p, strcspn(p, ":/?#")};
}

static bool host_is_loopback(Str host)
{
    bool numbers = true; /* 127.0.0.1, but not 127.0.0.1.example.com */
    for (size_t i = 0; i < host.n; i++)
        numbers = numbers && (host.p[i] == '.' || (host.p[i] >= '0' && host.p[i] <= '9'));
    return str_eqz(host, "localhost") || str_eqz(host, "::1") ||
           (numbers && str_starts(host, STR("127.")));
}

static bool check_url(const char *url, Error *err)
{
    bool plain = strncmp(url, "http://", 7) == 0, tls = strncmp(url, "https://", 8) == 0;
    if (!plain && !tls) {
        if (strchr(url, '@')) /* what stands before it may be a password */
            fail(err, ERR_USAGE, "a URL begins with http:// or https://");
        else
            fail(err, ERR_USAGE, "'%s' is not the URL of an engine", url);
        return error_hint(err, "connect http://localhost:9200");
    }
    if (http_url_host(url).n == 0)
        return fail(err, ERR_USAGE, "'%s' names no host", url);
    const char *rest = strstr(url, "://") + 3;
    if (memchr(rest, '@', strcspn(rest, "/"))) {
        fail(err, ERR_USAGE, "the URL carries a password");
        return error_hint(err, "leave it out: connect asks for it, or reads GLINT_ES_PASSWORD");
    }
    return true;
}

static bool check_readable(const char *path, const char *what, Error *err)
{
    if (path && !file_exists(path))
        return fail(err, ERR_IO, "the %s '%s' cannot be read", what, path);
    return true;
}

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    ch = (char)(ch | 32);
    return ch >= 'a' && ch <= 'f' ? ch - 'a' + 10 : -1;
}

static bool parse_pin(const char *text, unsigned char pin[32], Error *err)
{
    size_t n = 0;
    for (const char *p = text; *p; p++) {
        if (*p == ':' || *p == ' ')
            continue;
        int d = hex_digit(*p);
        if (d < 0 || n >= 64)
            return fail(err, ERR_USAGE, "'%s' is not a sha256 fingerprint", text);
        pin[n / 2] = (unsigned char)(n % 2 ? pin[n / 2] | d : d << 4);
        n++;
    }
    if (n != 64)
        return fail(err, ERR_USAGE, "a sha256 fingerprint has 64 hex digits, this one %zu", n);
    return true;
}

bool http_settings_take(HttpSettings *h, const HttpConfig *c, Error *err)
{
    h->c = *c;
    for (Str rest = str_of(c->url), one; rest.n && h->nnodes < NODES_MAX;) {
        one = str_trim(str_split(rest, ',', &rest));
        while (one.n && one.p[one.n - 1] == '/')
            one.n--;
        char *url = xstrndup(one.p, one.n);
        h->nodes[h->nnodes++] = url;
        if (!check_url(url, err))
            return false;
    }
    if (!h->nnodes)
        return fail(err, ERR_USAGE, "no URL of an engine");
    h->c.url = h->nodes[0];
    h->c.user = own(h, c->user);
    h->c.password = own(h, c->password);
    h->c.api_key = own(h, c->api_key);
    h->c.bearer = own(h, c->bearer);
    h->c.ca_file = own(h, c->ca_file);
    h->c.cert_file = own(h, c->cert_file);
    h->c.key_file = own(h, c->key_file);
    h->c.key_password = own(h, c->key_password);
    h->c.fingerprint = own(h, c->fingerprint);
    h->c.proxy = own(h, c->proxy);
    h->loopback = true;
    const char *readable = NULL; /* a node that secrets would reach unencrypted */
    for (size_t i = 0; i < h->nnodes; i++) {
        bool near = host_is_loopback(http_url_host(h->nodes[i]));
        h->loopback = h->loopback && near;
        if (!near && strncmp(h->nodes[i], "http://", 7) == 0)
            readable = h->nodes[i];
    }
    if (!check_readable(c->ca_file, "CA bundle", err) ||
        !check_readable(c->cert_file, "client certificate", err) ||
        !check_readable(c->key_file, "client key", err))
        return false;
    if (h->c.fingerprint) {
        if (!parse_pin(h->c.fingerprint, h->pin, err))
            return false;
        h->pinned = true;
    }
    bool secret = h->c.password || h->c.api_key || h->c.bearer || c->netrc;
    if (secret && readable && !c->allow_plain_password) {
        fail(err, ERR_USAGE, "the password would cross the network readable: %s is not https",
             readable);
        return error_hint(err, "use https://, or say --plain-password");
    }
    return true;
}

void http_wipe(char *p)
{
    volatile char *v = p;
    while (*v)
        *v++ = 0;
}

void http_settings_clear(HttpSettings *h)
{
    for (size_t i = 0; i < h->nnodes; i++)
        free(h->nodes[i]);
    for (size_t i = 0; i < h->nowned; i++) {
        http_wipe(h->owned[i]);
        free(h->owned[i]);
    }
}
