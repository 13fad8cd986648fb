/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_text.c - a request as curl or as Dev Tools would send it; secrets are named, never shown. */
#include "http_priv.h"

void buf_url(Buf *b, Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char ch = (unsigned char)s.p[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                     (ch >= '0' && ch <= '9') || strchr("-_.~*,", ch ? ch : ' ');
        if (plain && ch)
            buf_putc(b, (char)ch);
        else
            buf_printf(b, "%%%02X", ch);
    }
}

void http_as_devtools(const HttpRequest *q, Buf *out)
{
    buf_printf(out, "%s %s\n", q->method, q->path);
    if (q->body.n) {
        buf_str(out, q->body);
        if (q->body.p[q->body.n - 1] != '\n')
            buf_putc(out, '\n');
    }
}

static void buf_quoted(Buf *b, Str s)
{
    buf_putc(b, '\'');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\'')
            buf_puts(b, "'\\''");
        else
            buf_putc(b, s.p[i]);
    }
    buf_putc(b, '\'');
}

void http_as_curl(const Http *h, const HttpRequest *q, Buf *out)
{
    const HttpConfig *c = http_config(h);
    buf_printf(out, "curl -X %s ", q->method);
    if (c->api_key)
        buf_puts(out, "-H \"Authorization: ApiKey $GLINT_ES_API_KEY\" ");
    else if (c->bearer)
        buf_puts(out, "-H \"Authorization: Bearer $GLINT_ES_TOKEN\" ");
    else if (c->user)
        buf_printf(out, "-u '%s':\"$GLINT_ES_PASSWORD\" ", c->user);
    if (c->ca_file)
        buf_printf(out, "--cacert '%s' ", c->ca_file);
    Buf url = BUF_INIT;
    buf_puts(&url, c->url);
    buf_puts(&url, q->path);
    buf_quoted(out, buf_slice(&url));
    buf_free(&url);
    if (q->body.n) {
        buf_printf(out, " -H 'Content-Type: %s' --data-binary ",
                   q->content_type ? q->content_type : "application/json");
        buf_quoted(out, q->body);
    }
    buf_putc(out, '\n');
}
