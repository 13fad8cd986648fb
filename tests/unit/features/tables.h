/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tables.h - small tables for the tests of this room, written as text: "name:type,..." and one
 * line a row. Types are int real bool code time text. An empty field is null; fields hold no
 * quotes and no commas.
 */
#ifndef TESTS_FEATURES_TABLES_H
#define TESTS_FEATURES_TABLES_H

#include "unit/check.h"

#include <stdlib.h>

#include "data/frame.h"
#include "features/entities.h"

#define TABLE_COLUMNS 24

static inline void table_field(ColumnBuilder *b, ColType type, Str field)
{
    Error err = ERROR_INIT;
    int64_t i = 0;
    double d = 0;
    bool flag = false;
    TimeUnit unit = TIME_SECOND;
    bool ok = true;
    if (field.n == 0) {
        ok = builder_null(b, &err);
    } else if (type == COL_INT) {
        ok = parse_int(field, &i) && builder_int(b, i, &err);
    } else if (type == COL_REAL) {
        ok = parse_real(field, &d) && builder_real(b, d, &err);
    } else if (type == COL_BOOL) {
        ok = parse_bool(field, &flag) && builder_int(b, flag, &err);
    } else if (type == COL_TIME) {
        ok = time_parse_iso(field, &i, &unit) && builder_int(b, i, &err);
        builder_time_unit(b, unit);
    } else {
        ok = builder_text(b, field, &err);
    }
    if (!ok)
        fail_msg("bad field '%.*s' %s", STR_ARG(field), err.msg);
}

/* A new frame, owned by the test. */
static inline Frame *table(const char *text)
{
    Error err = ERROR_INIT;
    Str rest = str_of(text), header = str_split(rest, '\n', &rest);
    char *names[TABLE_COLUMNS];
    ColType types[TABLE_COLUMNS];
    ColumnBuilder *builders[TABLE_COLUMNS];
    Column *cols[TABLE_COLUMNS];
    size_t n = 0, rows = 0;
    while (header.n) {
        Str type, name = str_split(str_split(header, ',', &header), ':', &type);
        names[n] = xstrndup(name.p, name.n);
        assert_true(coltype_parse(type, &types[n]));
        builders[n] = builder_new(types[n]);
        n++;
    }
    for (; rest.n; rows++) {
        Str line = str_split(rest, '\n', &rest);
        for (size_t j = 0; j < n; j++)
            table_field(builders[j], types[j], str_split(line, ',', &line));
    }
    for (size_t j = 0; j < n; j++) {
        cols[j] = builder_finish(builders[j], &err);
        assert_non_null(cols[j]);
    }
    Frame *f = frame_new(names, cols, n, rows);
    for (size_t j = 0; j < n; j++)
        free(names[j]);
    return f;
}

/* The world of the given tables (any but events may be NULL), roles guessed and linked. */
static inline World world_of(const Frame *users, const Frame *posts, const Frame *products,
                             const Frame *events)
{
    World w = {.users = users, .posts = posts, .products = products, .events = events,
               .users_name = "users", .posts_name = "posts", .products_name = "products",
               .events_name = "interactions"};
    if (users)
        w.users_roles = roles_guess("users", users);
    if (posts)
        w.posts_roles = roles_guess("posts", posts);
    if (products)
        w.products_roles = roles_guess("products", products);
    w.events_roles = roles_guess("interactions", events);
    world_link(&w);
    return w;
}

static inline double cell(const Frame *f, const char *column, size_t row)
{
    const Column *c = frame_column(f, str_of(column));
    if (!c)
        fail_msg("no column '%s'", column);
    return column_real(c, row);
}

static inline Str cell_text(const Frame *f, const char *column, size_t row)
{
    const Column *c = frame_column(f, str_of(column));
    if (!c)
        fail_msg("no column '%s'", column);
    return column_text(c, row);
}

#endif
