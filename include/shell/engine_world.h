/* SPDX-License-Identifier: GPL-3.0-or-later */
/* engine_world.h - one user and one post with their history, fetched from the connected engine. */
#ifndef GLINT_SHELL_ENGINE_WORLD_H
#define GLINT_SHELL_ENGINE_WORLD_H

#include "features/entities.h"
#include "shell/session.h"

typedef struct EngineWorld {
    Frame *users, *posts, *products, *events; /* owned; NULL where there is nothing */
    World world;                              /* of them */
    char *names[4];
    int64_t moment; /* after the last interaction of all */
} EngineWorld;

/* What rows for that user and post need (either may be STR_NULL), from the indexes users, posts,
 * products and interactions behind the connection's prefix. */
bool engine_world(Session *s, Str user, Str post, EngineWorld *out, Error *err);
void engine_world_clear(EngineWorld *e);

#endif
