/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session.h - what lasts between commands: datasets, models, roles, settings, the what-if vector, the journal.
 * Containers only. Main thread only. A command puts what it made in as its last step.
 */
#ifndef GLINT_SHELL_SESSION_H
#define GLINT_SHELL_SESSION_H

#include "model/model.h"
#include "model/whatif.h"

typedef struct NamedData {
    char *name;
    Dataset data;               /* owns references */
    RoleMap roles;
    FeatureInfo *info;          /* when made by `features` */
    size_t ninfo;
} NamedData;

struct Journal;                 /* shell/journal.h: undo, script */
struct Connection;              /* es client, made by `connect` */

typedef struct Session {
    size_t ntables, nmodels;
    NamedData *tables;
    Model **models;
    long current_table, current_model; /* -1: none */
    WhatIf *whatif;             /* the last vector, kept and edited; NULL: none */
    uint64_t seed;
    double threshold;
    bool restricted, interactive, prefixes;
    struct Settings *settings;
    struct Journal *journal;
    struct Connection *connection;
    int exit_status;
    bool quit;
} Session;

Session *session_new(void);
void session_free(Session *s);
long session_find_table(const Session *s, Str name);  /* -1 */
long session_find_model(const Session *s, Str name);
/* Puts a table in (replacing one of that name) and makes it current. Takes over references. Roles are guessed again. */
void session_put_table(Session *s, const char *name, Dataset d);
void session_drop_table(Session *s, long i);
/* Puts a fitted model in, named (m1, m2 ... when NULL), and makes it current. Takes over the reference. */
const char *session_put_model(Session *s, const char *name, Model *m);
void session_drop_model(Session *s, long i);
/* The World of the loaded tables by their roles. */
World session_world(const Session *s);

#endif
