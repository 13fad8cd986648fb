/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * connection.h - the session's engine: made by `connect`, used by every command that talks to it.
 */
#ifndef GLINT_SHELL_CONNECTION_H
#define GLINT_SHELL_CONNECTION_H

#include "es/client.h"
#include "shell/command.h"

/* The client, or ERR_NET "no engine is connected" with a hint. */
Client *connection_need(const Session *s, Error *err);
/* Takes over the client; closes the one before. NULL disconnects. `line`: the command, for scripts.
 * `prefix` (may be NULL) stands before the names of our indexes where none is typed. */
void connection_set(Session *s, Client *c, Str line, const char *prefix);
const char *connection_prefix(const Session *s); /* "" when there is none */
void connection_close(struct Connection *c);

/* The option row that lets a command show what it sends, and what it does: between begin and end
 * every request is written to the result, secrets masked (--show-request curl|devtools). end is
 * harmless without begin. */
#define OPT_SHOW_REQUEST                                                                           \
    {                                                                                              \
        .name = "show-request", .type = OPT_FLAG,                                                  \
        .brief = "print what is sent, as curl and Dev Tools text"                                  \
    }
void connection_show(Session *s, const Args *a, Result *out);
void connection_hide(Session *s);

/* A secret typed without echo at the terminal; NULL (err set) when there is no terminal. Wipe
 * with secret_wipe. */
char *secret_ask(const char *prompt, Error *err);
/* A secret from a file that nobody else may read (mode & 077 refused), the line end cut. */
char *secret_file(const char *path, Error *err);
void secret_wipe(char *z); /* overwrites and frees; NULL is fine */

#endif
