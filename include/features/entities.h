/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * entities.h - what tables and columns mean: users, posts, products, interactions, and the roles
 * of their columns.
 */
#ifndef GLINT_FEATURES_ENTITIES_H
#define GLINT_FEATURES_ENTITIES_H

#include "data/frame.h"

typedef enum Entity {
    ENTITY_USER,
    ENTITY_POST,
    ENTITY_PRODUCT,
    ENTITY_INTERACTION,
    ENTITY_FLAT,
    ENTITY_NONE
} Entity;

/* Roles a column may have; the table in entities.c says which names and types make a column a
 * candidate. */
typedef enum Role {
    ROLE_USER, ROLE_POST, ROLE_PRODUCT, ROLE_TYPE, ROLE_TIME,   /* keys and events */
    ROLE_AGE, ROLE_GENDER, ROLE_COUNTRY, ROLE_JOINED,           /* user */
    ROLE_TITLE, ROLE_AUTHOR, ROLE_LANG, ROLE_TAGS, ROLE_DATE,   /* post */
    ROLE_NAME, ROLE_CATEGORY,                                   /* product */
    ROLE_PARENT,                                                /* post: an answer's question */
    ROLE_COUNT
} Role;

typedef struct RoleMap {
    Entity entity;
    long col[ROLE_COUNT];       /* column of the table with that role, or -1 */
    size_t key; /* column said to tell the rows apart, counted from 1; 0: none was */
    bool guessed;
    char why[160];              /* "user_username matches users.username in 100 % of rows" */
} RoleMap;

typedef struct RoleRow {
    const char *name;           /* "user", "post", ... as typed in `roles` */
    const char *const *aliases; /* names that suggest it: "username", "user_id" ... NULL-ended */
    unsigned entities;          /* bit 1u << Entity */
    const char *brief;
} RoleRow;
const RoleRow *role_rows(void); /* ROLE_COUNT of them */
bool role_parse(Str s, Role *out);
const char *entity_name(Entity e);
bool entity_parse(Str s, Entity *out);

/* Guesses the roles of one table from its name and columns. Never fails; entity is ENTITY_NONE
 * when nothing fits. */
RoleMap roles_guess(const char *table, const Frame *f);

/* The roles of a table that is said to be `entity`, by the names of its columns; a correction. */
void roles_as(RoleMap *m, const Frame *f, Entity entity);

/* Column `key` tells the rows apart: of users, posts or products (by the guess, else by the table's
 * name) it is the key that others point at. */
void roles_set_key(RoleMap *m, const char *table, const Frame *f, size_t key);

/* The tables that play together. Any frame may be NULL except interactions (or flat). Frames
 * borrowed. */
typedef struct World {
    const Frame *users, *posts, *products, *events;
    RoleMap users_roles, posts_roles, products_roles, events_roles;
    const char *users_name, *posts_name, *products_name, *events_name;
    bool flat;                  /* one table is all: users and posts are its distinct values */
} World;
/* Settles guessed keys by their values: of the columns that could be a table's key and those of
 * `events` (or of posts, for the author) that could point at it, takes the pair that agrees in
 * most rows; `why` tells. Typed roles stay. */
void world_link(World *w);
/* A flat table in parts: users and posts (new frames, owned by the caller) are its distinct users
 * and posts in order of first appearance, with the attributes of the row where they are first
 * met. Row numbers of recipe_rows() mean these. */
bool world_from_flat(const char *table, const Frame *f, const RoleMap *roles, World *out,
                     Error *err);
/* Rows of posts that answer no other post: those that are offered to users. big_alloc'd; `w` has
 * posts. */
uint32_t *world_candidates(const World *w, size_t *n, Error *err);
/* Does this post answer another one? A thread's first post may name itself. */
bool post_is_answer(const World *w, size_t row);
/* Checks that what features need is there and of usable types; says what is missing. */
bool world_check(const World *w, Error *err);

#endif
