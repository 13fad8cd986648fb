/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * connection.c - the session's engine and the secrets it needs.
 *
 * A secret comes from the environment, a file or a prompt without echo, never from the command
 * line: there the history and the process list would have it. It lives in the client until the
 * connection is closed and is then overwritten.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "shell/connection.h"
#include "shell/journal.h"

struct Connection {
    Client *client;
    char *line;    /* the command that made it; it holds no secret */
    char *prefix;  /* of the names of our indexes, or NULL */
    Result *shown; /* where requests are written while a command wants that */
};

#define SHOWN_BODY 4000 /* bytes of a body that are shown: a bulk body is megabytes */

Client *connection_need(const Session *s, Error *err)
{
    if (s->connection && s->connection->client) {
        journal_read_connection(s, s->connection->line);
        return s->connection->client;
    }
    fail(err, ERR_NET, "no engine is connected");
    error_hint(err, "connect http://localhost:9200");
    return NULL;
}

const char *connection_prefix(const Session *s)
{
    return s->connection && s->connection->prefix ? s->connection->prefix : "";
}

void connection_set(Session *s, Client *c, Str line, const char *prefix)
{
    connection_close(s->connection);
    s->connection = NULL;
    if (c) {
        s->connection = xcalloc(1, sizeof *s->connection);
        s->connection->client = c;
        s->connection->prefix = prefix ? xstrdup(prefix) : NULL;
        s->connection->line = xstrndup(line.p, line.n);
    }
}

void connection_close(struct Connection *c)
{
    if (!c)
        return;
    client_close(c->client);
    free(c->prefix);
    free(c->line);
    free(c);
}

/* ---- requests, shown ---- */

static void show_request(void *ctx, const HttpRequest *q, const char *url)
{
    struct Connection *c = ctx;
    (void)url;
    HttpRequest cut = *q;
    bool long_body = cut.body.n > SHOWN_BODY;
    if (long_body)
        cut.body.n = SHOWN_BODY;
    Buf b = BUF_INIT;
    http_as_devtools(&cut, &b);
    if (long_body)
        buf_printf(&b, "# ... %zu bytes more\n", q->body.n - cut.body.n);
    else {
        buf_puts(&b, "# as curl:\n");
        http_as_curl(c->client->http, &cut, &b);
    }
    buf_putc(&b, '\n');
    result_raw(c->shown, (Str){arena_strndup(c->shown->arena, b.p, b.n), b.n});
    buf_free(&b);
}

void connection_show(Session *s, const Args *a, Result *out)
{
    if (!s->connection || !args_flag(a, "show-request"))
        return;
    s->connection->shown = out;
    http_trace(s->connection->client->http, show_request, s->connection);
}

void connection_hide(Session *s)
{
    if (s->connection)
        http_trace(s->connection->client->http, NULL, NULL);
}

/* ---- secrets ---- */

void secret_wipe(char *z)
{
    if (!z)
        return;
    for (volatile char *p = z; *p; p++)
        *p = 0;
    free(z);
}

char *secret_ask(const char *prompt, Error *err)
{
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (tty < 0) {
        fail(err, ERR_USAGE, "a password is needed, and there is no terminal to ask at");
        error_hint(err, "put it into GLINT_ES_PASSWORD, or use --password-file");
        return NULL;
    }
    struct termios old, quiet;
    bool silent = tcgetattr(tty, &old) == 0;
    if (silent) {
        quiet = old;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        tcsetattr(tty, TCSAFLUSH, &quiet);
    }
    char line[512] = "";
    bool asked = write(tty, prompt, strlen(prompt)) > 0;
    ssize_t n = asked ? read(tty, line, sizeof line - 1) : -1;
    if (silent)
        tcsetattr(tty, TCSAFLUSH, &old);
    asked = asked && write(tty, "\n", 1) == 1;
    close(tty);
    if (n <= 0 || !asked) {
        fail(err, ERR_CANCEL, "cancelled");
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    char *out = xstrdup(line);
    memset(line, 0, sizeof line);
    return out;
}

char *secret_file(const char *path, Error *err)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        fail(err, ERR_IO, "'%s' cannot be read: %s", path, strerror(errno));
        return NULL;
    }
    if (st.st_mode & 077) {
        fail(err, ERR_USAGE, "'%s' holds a secret and others may read it", path);
        error_hint(err, "chmod 600 %s", path);
        return NULL;
    }
    FileText t;
    if (!file_read(path, &t, err))
        return NULL;
    Str s = str_trim((Str){t.p, t.n});
    char *out = xstrndup(s.p, s.n);
    file_text_free(&t);
    return out;
}
