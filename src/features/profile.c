/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * profile.c - what a group of users likes: favourite posts, languages, tags, authors, or any
 * column of the posts.
 *
 * Every interaction with a post that counts (by default a view; any, when there are no views; or
 * what `weights` says) votes for its item: the post, its language, its author, each of its tags.
 * Votes are summed by item within each group of the `by` columns, which are read from users,
 * posts, products or interactions, plus two that are made:
 *
 *     age_band     17 and under, 18-24, 25-34, 35-44, 45-54, 55-64, 65+
 *     login_hour   of the latest login before
 *
 * A condition chooses whose votes make the groups; everybody stays everybody.
 *
 * share = the item's part of the group's votes, lift = share / everybody's share. The interval of
 * the lift is that of log(lift) by the delta method, groups as independent samples: with f the
 * group's part of all votes, p its share, q the others' share and P = f p + (1 - f) q,
 *
 *     var = (1/p - f/P)^2 p (1 - p)/n + ((1 - f)/P)^2 q (1 - q)/m
 *
 * where n and m, of the group and the others, are (sum of votes)^2 / sum of squared votes
 *
 * (Agresti, Categorical Data Analysis, 3rd ed. 2013, section 16.1, for the method.) A group that
 * is everybody has lift 1.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "data/frameops.h"
#include "features/profile.h"
#include "maker_priv.h"

#define Z95 1.959963984540054 /* the 97.5 % point of the standard normal distribution */
#define BY_MAX 8

/* One group's votes for one item. */
typedef struct Cell {
    uint32_t group, item, n; /* n: interactions */
    double votes;
} Cell;

typedef struct Total {
    double votes, squares;
} Total;

typedef struct Profile {
    const World *w;
    const FavouriteOptions *opt;
    Maker *m;
    Spec *spec;
    Rows rows;       /* the interactions that vote */
    double *vote;    /* of each row */
    uint8_t *inside; /* of each row: the condition holds; NULL: there is none */
    Frame *by;       /* the by columns of each row */
    char *item_name; /* of the item's column in the result */
    uint32_t *item;  /* of each row; NO_ID; NULL for tags */
    StrMap *items;   /* names of items; for tags the maker's */
    Grouping groups;
    Cell *cells;
    size_t ncells, cap;
    IntMap *cell_of;
    Total *group_total, *item_total, all;
    Bag bag;
} Profile;

/* ---- columns of the joined row ---- */

static Column *by_rows(const Column *c, const uint32_t *ids, size_t n, Error *err)
{
    uint32_t *rows = big_alloc(n + 1, sizeof *rows, false, "rows", err);
    if (!rows)
        return NULL;
    for (size_t i = 0; i < n; i++)
        rows[i] = ids[i] < c->n ? ids[i] : NO_ID;
    Column *out = column_take(c, rows, n, err);
    free(rows);
    return out;
}

static Column *age_bands(const Column *age, Error *err)
{
    static const struct {
        double below;
        const char *name;
    } bands[] = {{18, "17 and under"}, {25, "18-24"}, {35, "25-34"},    {45, "35-44"},
                 {55, "45-54"},        {65, "55-64"}, {INFINITY, "65+"}};
    ColumnBuilder *b = builder_new(COL_CODE);
    bool ok = true;
    for (size_t i = 0; i < age->n && ok; i++) {
        size_t k = 0;
        if (column_is_null(age, i)) {
            ok = builder_null(b, err);
            continue;
        }
        while (column_real(age, i) >= bands[k].below)
            k++;
        ok = builder_text(b, str_of(bands[k].name), err);
    }
    if (ok)
        return builder_finish(b, err);
    builder_free(b);
    return NULL;
}

/* Where a name is looked for: roles first, then columns by their own names. */
static Column *joined_column(Profile *p, Str name, Error *err)
{
    const World *w = &p->m->w;
    const struct {
        const Frame *f;
        const RoleMap *roles;
        const uint32_t *ids;
    } part[] = {{w->flat ? NULL : w->users, &w->users_roles, p->rows.user},
                {w->flat ? NULL : w->posts, &w->posts_roles, p->rows.post},
                {w->events, &w->events_roles, p->rows.event},
                {w->products, &w->products_roles, p->rows.product}};
    if (str_ieq(name, STR("login_hour"))) {
        FeatureCol hour = {.arg = 0};
        return step_login.make(p->m, &hour, &p->rows, err);
    }
    Role role;
    bool band = str_ieq(name, STR("age_band"));
    bool is_role = role_parse(band ? STR("age") : name, &role);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t k = 0; k < sizeof part / sizeof part[0]; k++) {
            if (!part[k].f)
                continue;
            const Column *c = pass      ? frame_column(part[k].f, name)
                              : is_role ? role_column(part[k].f, part[k].roles, role)
                                        : NULL;
            if (pass == 0 && is_role && role <= ROLE_TIME && part[k].f != w->events)
                c = NULL; /* keys: those of the interactions, which may know more than the tables */
            Column *taken = c ? by_rows(c, part[k].ids, p->rows.n, err) : NULL;
            if (!c)
                continue;
            Column *out = taken && band ? age_bands(taken, err) : taken;
            if (out != taken)
                column_unref(taken);
            return out;
        }
    fail(err, ERR_NAME, "no column '%.*s' among users, posts, interactions and products",
         STR_ARG(name));
    error_hint(err, "also age_band and login_hour");
    return NULL;
}

static Frame *joined_frame(Profile *p, const Str *names, size_t n, Error *err)
{
    char *name[BY_MAX + 8];
    Column *cols[BY_MAX + 8];
    size_t made = 0;
    bool ok =
        n <= sizeof cols / sizeof cols[0] || fail(err, ERR_USAGE, "at most %d columns", BY_MAX + 8);
    for (size_t k = 0; k < n && ok; k++) {
        cols[made] = joined_column(p, names[k], err);
        ok = cols[made] != NULL;
        if (ok)
            name[made++] = xstrndup(names[k].p, names[k].n);
    }
    Frame *f = ok ? frame_new(name, cols, n, p->rows.n) : NULL;
    for (size_t k = 0; k < made; k++) {
        free(name[k]);
        if (!ok)
            column_unref(cols[k]);
    }
    return f;
}

/* ---- who votes ---- */

/* Weight of each type of interaction: "view=1,like=3"; kinds and the values themselves are taken.
 * */
static bool type_weights(const Profile *p, double *weight, Error *err)
{
    const Spec *s = p->spec;
    bool views = spec_has_kind(s, TYPE_VIEW);
    for (size_t t = 0; t < s->ntypes; t++)
        weight[t] = p->opt->weights ? 0
                    : views         ? s->types[t].kind == TYPE_VIEW
                                    : !is_session(s->types[t].kind);
    Str list = str_of(p->opt->weights);
    while (list.n) {
        Str value, name = str_trim(str_split(str_trim(str_split(list, ',', &list)), '=', &value));
        double v = 0;
        bool known = false;
        if (!parse_real(str_trim(value), &v) || !(v >= 0) || !isfinite(v)) {
            fail(err, ERR_USAGE, "the weight of '%.*s' is not a number from 0 up", STR_ARG(name));
            return error_hint(err, "--weights view=1,like=3");
        }
        for (size_t t = 0; t < s->ntypes; t++)
            if (str_ieq(name, str_of(s->types[t].level)) ||
                str_ieq(name, str_of(type_kind_name(s->types[t].kind)))) {
                weight[t] = v;
                known = true;
            }
        if (!known)
            return fail(err, ERR_NAME, "no interaction is of type '%.*s'", STR_ARG(name));
    }
    return true;
}

static bool choose_rows(Profile *p, Error *err)
{
    Maker *m = p->m;
    double *weight = xcalloc(p->spec->ntypes + 1, sizeof *weight);
    uint32_t *event = bag_alloc(&p->bag, m->nevents, sizeof *event, false, "rows", err),
             *id[3] = {NULL};
    int64_t *when = bag_alloc(&p->bag, m->nevents, sizeof *when, false, "rows", err);
    bool ok = event && when && type_weights(p, weight, err);
    for (size_t k = 0; k < 3 && ok; k++)
        ok = (id[k] = bag_alloc(&p->bag, m->nevents, sizeof **id, false, "rows", err)) != NULL;
    ok = ok && (p->vote = bag_alloc(&p->bag, m->nevents, sizeof *p->vote, false, "rows", err));
    size_t n = 0;
    for (uint32_t e = 0; ok && e < m->nevents; e++) {
        double v = p->spec->ntypes == 0 ? 1 : m->type[e] < 0 ? 0 : weight[m->type[e]];
        if (v == 0 || m->post[e] == NO_ID || m->user[e] == NO_ID)
            continue;
        event[n] = e;
        id[0][n] = m->user[e];
        id[1][n] = m->post[e];
        id[2][n] = m->product[e];
        when[n] = m->at[e];
        p->vote[n++] = v;
    }
    free(weight);
    p->rows = (Rows){
        .n = n, .user = id[0], .post = id[1], .product = id[2], .event = event, .when = when};
    return ok;
}

/* The rows for which the expression is true. */
static bool apply_where(Profile *p, Error *err)
{
    if (!p->opt->where)
        return true;
    Arena *a = arena_new();
    Str *names = NULL;
    Frame *f = NULL;
    uint32_t *kept = NULL;
    size_t n = 0;
    Expr *e = expr_parse(a, str_of(p->opt->where), 0, err);
    bool ok = e != NULL;
    if (ok) {
        size_t used = expr_columns(e, a, &names);
        f = joined_frame(p, names, used, err);
        ok = f && expr_bind(e, f, NULL, err) && (kept = expr_rows(e, f, &n, err));
    }
    ok = ok && (p->inside = bag_alloc(&p->bag, p->rows.n, 1, true, "rows", err)) != NULL;
    for (size_t k = 0; ok && k < n; k++)
        p->inside[kept[k]] = 1;
    free(kept);
    frame_unref(f);
    arena_free(a);
    return ok;
}

/* ---- items ---- */

static const struct {
    const char *what, *item;
    Role role;
} whats[] = {{"posts", "post", ROLE_POST},      {"post", "post", ROLE_POST},
             {"languages", "lang", ROLE_LANG},  {"lang", "lang", ROLE_LANG},
             {"language", "lang", ROLE_LANG},   {"tags", "tag", ROLE_TAGS},
             {"tag", "tag", ROLE_TAGS},         {"authors", "author", ROLE_AUTHOR},
             {"author", "author", ROLE_AUTHOR}, {"products", "product", ROLE_PRODUCT}};

static bool item_ids(Profile *p, const Column *c, Error *err)
{
    Buf text = BUF_INIT;
    p->items = strmap_new(256);
    p->item = bag_alloc(&p->bag, p->rows.n, sizeof *p->item, false, "items", err);
    for (size_t i = 0; p->item && i < p->rows.n; i++) {
        p->item[i] = NO_ID;
        if (column_is_null(c, i))
            continue;
        buf_clear(&text);
        column_print(c, i, &text);
        p->item[i] = strmap_add(p->items,
                                c->type == COL_CODE || c->type == COL_TEXT ? column_text(c, i)
                                                                           : buf_slice(&text),
                                NULL);
    }
    buf_free(&text);
    return p->item != NULL;
}

static bool choose_items(Profile *p, Error *err)
{
    Str what = str_of(p->opt->what);
    const char *name = p->opt->what;
    bool found = false;
    Role role = ROLE_POST;
    for (size_t k = 0; k < sizeof whats / sizeof whats[0]; k++)
        if (str_ieq(what, str_of(whats[k].what))) {
            name = whats[k].item;
            role = whats[k].role;
            found = true;
        }
    p->item_name = xstrdup(name);
    if (found && role == ROLE_TAGS) {
        p->items = p->m->tags;
        return p->items || fail(err, ERR_DATA, "no column of the posts holds tags");
    }
    Column *c = NULL;
    if (found && role == ROLE_LANG && p->m->w.posts_roles.col[ROLE_LANG] < 0) {
        const Column *title = role_column(p->m->w.posts, &p->m->w.posts_roles, ROLE_TITLE);
        if (!title)
            return fail(err, ERR_DATA, "no column of the posts tells their language");
        FeatureCol lang = {.name = p->item_name,
                           .column = p->m->w.posts->names[p->m->w.posts_roles.col[ROLE_TITLE]]};
        c = step_lang.make(p->m, &lang, &p->rows, err);
    } else {
        c = joined_column(p, found ? str_of(role_rows()[role].name) : what, err);
    }
    bool ok = c && item_ids(p, c, err);
    column_unref(c);
    return ok;
}

static bool choose_groups(Profile *p, Error *err)
{
    Str names[BY_MAX] = {{0}}, list = str_of(p->opt->by);
    size_t n = 0, cols[BY_MAX];
    while (list.n) {
        Str name = str_trim(str_split(list, ',', &list));
        if (n == BY_MAX)
            return fail(err, ERR_USAGE, "favourites by at most %d columns", BY_MAX);
        for (size_t k = 0; k < n; k++)
            if (str_eq(names[k], name))
                return fail(err, ERR_USAGE, "'%.*s' is named twice", STR_ARG(name));
        cols[n] = n;
        names[n++] = name;
    }
    p->by = joined_frame(p, names, n, err);
    return p->by && (n == 0 || frame_group(p->by, cols, n, &p->groups, err));
}

/* ---- counting ---- */

static void vote(Profile *p, size_t i, uint32_t item)
{
    uint32_t group = p->groups.group ? p->groups.group[i] : 0;
    bool added = false;
    double v = p->vote[i];
    Total *everybody[] = {&p->item_total[item], &p->all};
    for (size_t t = 0; t < 2; t++) {
        everybody[t]->votes += v;
        everybody[t]->squares += v * v;
    }
    if (p->inside && !p->inside[i])
        return;
    uint32_t k = intmap_add(p->cell_of, (uint64_t)group << 32 | item, &added);
    if (added) {
        if (p->ncells == p->cap) {
            p->cap = p->cap ? 2 * p->cap : 1024;
            p->cells = xrealloc(p->cells, p->cap * sizeof *p->cells);
        }
        p->cells[p->ncells++] = (Cell){group, item, 0, 0};
    }
    p->cells[k].n++;
    p->cells[k].votes += v;
    p->group_total[group].votes += v;
    p->group_total[group].squares += v * v;
}

static bool count_votes(Profile *p, Error *err)
{
    size_t ngroups = p->groups.group ? p->groups.ngroups : 1;
    p->cell_of = intmap_new(1024);
    p->group_total = bag_alloc(&p->bag, ngroups, sizeof(Total), true, "groups", err);
    p->item_total = bag_alloc(&p->bag, strmap_count(p->items), sizeof(Total), true, "items", err);
    if (!p->group_total || !p->item_total)
        return false;
    for (size_t i = 0; i < p->rows.n; i++) {
        uint32_t post = p->rows.post[i];
        if (i % 65536 == 0 && cancelled(err))
            return false;
        if (p->vote[i] == 0)
            continue;
        if (p->item && p->item[i] != NO_ID)
            vote(p, i, p->item[i]);
        for (uint32_t k = p->item ? 0 : p->m->tag_start[post];
             !p->item && k < p->m->tag_start[post + 1]; k++)
            vote(p, i, p->m->tag_ids[k]);
    }
    return true;
}

/* ---- the result ---- */

typedef struct Ranked {
    uint32_t cell, group; /* group: rank of its by values */
    double votes;
    Str item;
} Ranked;

static int by_rank(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->votes != y->votes)
        return x->votes < y->votes ? 1 : -1;
    return str_cmp(x->item, y->item);
}

/* rank[g]: place of group g when groups are sorted by the values of their by columns. */
static bool rank_groups(const Profile *p, uint32_t *rank, Error *err)
{
    size_t n = 0, ngroups = p->groups.ngroups;
    SortKey keys[BY_MAX];
    for (size_t k = 0; k < p->by->ncols; k++)
        keys[k] = (SortKey){k, false};
    Frame *firsts = frame_take(p->by, p->groups.first, ngroups, err);
    uint32_t *order = firsts ? frame_sort(firsts, keys, p->by->ncols, 0, &n, err) : NULL;
    for (size_t r = 0; order && r < ngroups; r++)
        rank[order[r]] = (uint32_t)r;
    free(order);
    frame_unref(firsts);
    return order != NULL;
}

static Ranked *rank_cells(Profile *p, size_t *n, Error *err)
{
    size_t ngroups = p->groups.group ? p->groups.ngroups : 1;
    uint32_t *rank = bag_alloc(&p->bag, ngroups, sizeof *rank, true, "groups", err);
    Ranked *out = bag_alloc(&p->bag, p->ncells, sizeof *out, false, "favourites", err);
    if (!rank || !out || (p->groups.group && !rank_groups(p, rank, err)))
        return NULL;
    for (size_t k = 0; k < p->ncells; k++)
        out[k] = (Ranked){(uint32_t)k, rank[p->cells[k].group], p->cells[k].votes,
                          strmap_at(p->items, p->cells[k].item)};
    qsort(out, p->ncells, sizeof *out, by_rank);
    *n = 0;
    uint32_t group = NO_ID;
    for (size_t k = 0, in_group = 0; k < p->ncells; k++) {
        in_group = out[k].group == group ? in_group + 1 : 0;
        group = out[k].group;
        if (p->opt->top == 0 || in_group < p->opt->top)
            out[(*n)++] = out[k];
    }
    return out;
}

/* share, lift and its interval of one cell. */
static void measure(const Profile *p, const Cell *c, double out[4])
{
    Total g = p->group_total[c->group], all = p->all;
    double share = c->votes / g.votes, overall = p->item_total[c->item].votes / all.votes,
           f = g.votes / all.votes;
    double rest = all.votes - g.votes, var = 0;
    out[0] = share;
    out[1] = share / overall;
    if (rest > 0) {
        double q = (p->item_total[c->item].votes - c->votes) / rest,
               m = rest * rest / (all.squares - g.squares);
        double n = g.votes * g.votes / g.squares, a = 1 / share - f / overall,
               b = (1 - f) / overall;
        q = q < 0 ? 0 : q;
        var = a * a * share * (1 - share) / n + b * b * q * (1 - q) / m;
    }
    out[2] = out[1] * exp(-Z95 * sqrt(var));
    out[3] = out[1] * exp(Z95 * sqrt(var));
}

static Frame *favourites_frame(Profile *p, Error *err)
{
    static const char *const numbers[] = {"count", "n", "share", "lift", "low", "high"};
    size_t n = 0, nby = p->by->ncols;
    Ranked *ranked = rank_cells(p, &n, err);
    uint32_t *rows = ranked ? bag_alloc(&p->bag, n, sizeof *rows, false, "favourites", err) : NULL;
    if (!rows)
        return NULL;
    Column *cols[BY_MAX + 8] = {NULL};
    char *names[BY_MAX + 8];
    ColumnBuilder *item = builder_new_strings();
    bool ok = true;
    for (size_t k = 0; k < 6; k++) {
        names[nby + 1 + k] = (char *)numbers[k];
        ok = (cols[nby + 1 + k] = column_new(k == 1 ? COL_INT : COL_REAL, n, err)) && ok;
    }
    for (size_t r = 0; r < n && ok; r++) {
        const Cell *c = &p->cells[ranked[r].cell];
        double m[4];
        rows[r] = p->groups.group ? p->groups.first[c->group] : 0;
        measure(p, c, m);
        cols[nby + 1]->v.d[r] = c->votes;
        cols[nby + 2]->v.i[r] = c->n;
        for (size_t k = 0; k < 4; k++)
            cols[nby + 3 + k]->v.d[r] = m[k];
        ok = builder_text(item, ranked[r].item, err);
    }
    for (size_t k = 0; k < nby && ok; k++) {
        names[k] = p->by->names[k];
        ok = (cols[k] = column_take(p->by->cols[k], rows, n, err)) != NULL;
    }
    names[nby] = p->item_name;
    for (size_t k = 0; k < nby; k++)
        if (strcmp(names[k], p->item_name) == 0)
            names[nby] = (char *)"item";
    if (ok)
        ok = (cols[nby] = builder_finish(item, err)) != NULL;
    else
        builder_free(item);
    Frame *f = ok ? frame_new(names, cols, nby + 7, n) : NULL;
    for (size_t k = 0; k < nby + 7 && !ok; k++)
        column_unref(cols[k]);
    return f;
}

Frame *favourites(const World *w, const FavouriteOptions *opt, Error *err)
{
    Profile p = {.w = w, .opt = opt};
    FeatureOptions learn = FEATURE_OPTIONS_DEFAULT;
    Frame *out = NULL;
    if (!world_check(w, err))
        return NULL;
    p.spec = spec_new();
    if (types_learn(p.spec, w, &learn, NULL, err) && (p.m = maker_new(w, p.spec, NO_TIME, err)) &&
        choose_rows(&p, err) && apply_where(&p, err) && choose_items(&p, err) &&
        choose_groups(&p, err) && count_votes(&p, err))
        out = favourites_frame(&p, err);
    if (p.items && p.items != (p.m ? p.m->tags : NULL))
        strmap_free(p.items);
    free(p.item_name);
    free(p.cells);
    intmap_free(p.cell_of);
    grouping_clear(&p.groups);
    frame_unref(p.by);
    rows_clear(&p.rows);
    bag_clear(&p.bag);
    maker_free(p.m);
    spec_unref(p.spec);
    return out;
}
