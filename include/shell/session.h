/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session.h - what lasts between commands: datasets, models, roles, settings, the what-if vector,
 * the journal. Containers only. Main thread only. A command puts what it made in as its last step.
 */
#ifndef GLINT_SHELL_SESSION_H
#define GLINT_SHELL_SESSION_H

#include "model/model.h"
#include "model/whatif.h"
#include "shell/result.h"

typedef struct NamedData {
    char *name;
    Dataset data; /* owns references */
    RoleMap roles;
    FeatureInfo *info; /* when made by `features` */
    size_t ninfo;
    long made; /* entry of the journal that made it; -1: none */
} NamedData;

typedef struct NamedModel {
    Model *model; /* one reference; its name is the model's own */
    Dataset data; /* what it was fitted to (references; NULL when loaded from a file): near, roc,
                     metrics */
    char *note;   /* `note "why"`, or NULL */
    long made;
} NamedModel;

struct Journal;    /* shell/journal.h: undo, script */
struct Settings;   /* shell/settings.h */
struct Connection; /* es client, made by `connect` */

typedef struct Session {
    size_t ntables, nmodels;
    NamedData *tables;
    NamedModel *models;
    long current_table, current_model; /* -1: none */
    WhatIf *whatif;                    /* the last vector, kept and edited; NULL: none */
    uint64_t seed;
    double threshold;
    bool restricted;  /* no `!`, no pipes, no pagers */
    bool interactive; /* a person sits at a terminal */
    bool strict;      /* --strict: a guard that trips is a failure, exit status 5 */
    bool prefixes;    /* `desc` for `describe`: at the prompt only */
    struct Settings *settings;
    struct Journal *journal;
    struct Connection *connection;
    int exit_status;
    int tour; /* step of the tutorial that is awaited; 0: none */
    bool quit;
    /* The screens, which live above the shell: main.c says how to open them; `ui` is set while they
     * are up. */
    bool (*open_screen)(struct Session *s, const char *screen, Str subject, Error *err);
    void (*screen_names)(Buf *out); /* each NUL-ended */
    struct Ui *ui;
    char *looked; /* what the screens showed last, as a command: `script` ends with it. NULL:
                     nothing */
} Session;

Session *session_new(void);
void session_free(Session *s);
/* Positions by name, or -1. What is found counts as read by the running command (journal.h). */
long session_find_table(const Session *s, Str name);
long session_find_model(const Session *s, Str name);
/* The current ones, or NULL; reading them is noted, too. */
const NamedData *session_table(const Session *s);
const Model *session_model(const Session *s);
/* Position of the model `m` of the session, or -1. */
long session_model_index(const Session *s, const Model *m);
/* Puts a table in (replacing one of that name) and makes it current. Takes over references. Roles
 * are guessed again. */
void session_put_table(Session *s, const char *name, Dataset d);
/* The same for a table made from another: its roles go along by the names of columns, and what
 * features told. */
void session_put_like(Session *s, const char *name, Dataset d, const NamedData *like);
void session_drop_table(Session *s, long i);
/* Puts a fitted model in, named (m1, m2 ... when NULL), and makes it current. Takes over the
 * references. */
const char *session_put_model(Session *s, const char *name, Model *m, Dataset data);
/* Are the rows it was fitted to in memory? If not: where they are, and how to have them; `with` is
 * the command that takes another table, as "roc --on T", or NULL. */
bool session_rows_here(const NamedModel *m, const char *with, Error *err);
void session_note_model(Session *s, long i, const char *note);
void session_drop_model(Session *s, long i);
/* Makes that table or model the current one. */
void session_use_table(Session *s, long i);
void session_use_model(Session *s, long i);
/* The running command changed the table's roles or recipe in place: the journal counts it as made
 * by it. */
void session_touch_table(Session *s, long i);
void session_rename_table(Session *s, long i, const char *name);
/* What is shown now; `command` NULL or empty: nothing. */
void session_put_look(Session *s, const char *command);
/* The last vector typed, if it belongs to `m`; takes over the new one. */
void session_put_whatif(Session *s, WhatIf *w);
/* Made by `features` (or from such a table): not raw material of the World. */
bool session_is_features(const NamedData *t);
/* The World of the loaded tables by their roles: of several tables of one kind the one whose roles
 * were said by hand, or that has most of them, or the last. */
World session_world(const Session *s);
/* Says which table was taken where there was a choice. */
void session_world_note(const Session *s, Result *out);

#endif
