/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_priv.h - what the http files share. */
#ifndef GLINT_ES_HTTP_PRIV_H
#define GLINT_ES_HTTP_PRIV_H

#include "es/http.h"

#define OWNED_MAX 12
#define NODES_MAX 16

/* A checked copy of a configuration. */
typedef struct HttpSettings {
    HttpConfig c;
    char *owned[OWNED_MAX];
    size_t nowned;
    unsigned char pin[32]; /* sha256 of the only certificate to trust */
    bool pinned, loopback;
    char *nodes[NODES_MAX]; /* base URLs */
    size_t nnodes;
} HttpSettings;
bool http_settings_take(HttpSettings *h, const HttpConfig *c, Error *err);
void http_settings_clear(HttpSettings *h);

const HttpConfig *http_config(const Http *h);
/* The host of a URL, without brackets, port and path. */
Str http_url_host(const char *url);
/* Overwrites a text that ends in 0. */
void http_wipe(char *p);

#endif
