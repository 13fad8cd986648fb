/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * maker_priv.h - what the feature steps share: the learned Spec, the Maker (a world as numbers),
 * the Rows to be made.
 *
 *     types_learn() -> Spec -> maker_new() -> each step's plan() -> Rows -> each column's make() ->
 *     Frame
 *
 * A user, post or product is an id: the row of its table, or, for one that only the interactions
 * know, a number beyond.
 */
#ifndef GLINT_FEATURES_MAKER_PRIV_H
#define GLINT_FEATURES_MAKER_PRIV_H

#include "base/map.h"
#include "features/recipe.h"

#define NO_ID UINT32_MAX
#define NO_TIME INT64_MIN /* a null moment */

/* ---- memory that goes together ---- */

typedef struct Bag {
    void **p;
    size_t n, cap;
} Bag;
/* As big_alloc; freed by bag_clear(). */
void *bag_alloc(Bag *b, size_t n, size_t size, bool zero, const char *what, Error *err);
void bag_clear(Bag *b);

/* ---- what is learned ---- */

typedef enum TypeKind {
    TYPE_OTHER,
    TYPE_VIEW,
    TYPE_LIKE,
    TYPE_COMMENT,
    TYPE_SHARE,
    TYPE_LOGIN,
    TYPE_LOGOUT,
    TYPE_POSTING
} TypeKind;

/* One value of the column that says what happened. */
typedef struct TypeLevel {
    char *level;
    TypeKind kind;
    int32_t counter;  /* which of Spec.counters it adds to, or -1 */
    bool positive;    /* makes the response 1 */
    bool day_only;    /* its times are all midnight: known from the next day on */
} TypeLevel;

/* What history counts: a class of types ("views"), or a yes/no column of the interactions. */
typedef struct Counter {
    char *suffix;     /* prev_SUFFIX */
    TypeKind kind;
    bool is_flag;     /* then `suffix` is the name of the bool column */
} Counter;
#define COUNTERS_MAX 24

typedef enum Source { FROM_NONE, FROM_USER, FROM_POST, FROM_PRODUCT, FROM_EVENT } Source;

typedef struct Step Step;
typedef struct FeatureCol {
    char *name;
    const char *group;
    const Step *step;
    Source source;
    char *column;     /* of the source's table, or a tag, or NULL */
    int32_t arg;      /* a counter, or whatever the step likes */
} FeatureCol;

typedef struct Spec {
    Arena *arena;     /* owns all text */
    bool pairs;
    double negatives, sample_rate;
    int64_t window_us, active_us, as_of;
    uint64_t seed;
    size_t ntypes, ncounters, ncols;
    TypeLevel *types;
    Counter counters[COUNTERS_MAX];
    FeatureCol *cols;
    long refs;
} Spec;
Spec *spec_new(void);
Spec *spec_ref(Spec *s);
void spec_unref(Spec *s);
/* The counter of the first type of this kind, or -1. */
int32_t spec_counter(const Spec *s, TypeKind kind);
bool spec_has_kind(const Spec *s, TypeKind kind);

/* ---- events in time ---- */

/* Events of each group in the order of time. The count of counter c strictly before position `at`
 * of a group that starts at `from` is cum[c][at] - cum[c][from]. */
typedef struct Timeline {
    bool built;
    size_t ngroups, n;
    uint32_t *start;          /* ngroups + 1 */
    int64_t *when;            /* n */
    uint32_t *event;          /* n: rows of the interactions */
    uint32_t *cum[COUNTERS_MAX]; /* n + 1 each, or NULL */
    uint32_t *snap;           /* ngroups: position of the maker's moment, when it has one */
} Timeline;

typedef enum Line {
    LINE_USER,
    LINE_POST,
    LINE_LOGIN,
    LINE_USER_PRODUCT,
    LINE_USER_AUTHOR,
    LINE_USER_TAG,
    LINE_COUNT
} Line;

/* (a, b) to a group number: a table when small, hashed otherwise. */
typedef struct PairIndex {
    size_t nb;
    uint32_t *dense;
    IntMap *map;
    size_t ngroups;
} PairIndex;
bool pair_index_init(PairIndex *x, size_t na, size_t nb, Bag *bag, Error *err);
uint32_t pair_index_add(PairIndex *x, uint32_t a, uint32_t b);
uint32_t pair_index_find(const PairIndex *x, uint32_t a, uint32_t b);

/* Permutation that puts when[] in ascending order, ties as they were. */
bool order_by_time(const int64_t *when, size_t n, uint32_t *order, Error *err);
/* Scatters n events, given in order of time with their groups (NO_ID: left out), into a timeline.
 * */
bool timeline_build(Timeline *t, size_t n, const uint32_t *event, const uint32_t *group,
                    const int64_t *when, size_t ngroups, Bag *bag, Error *err);
/* First position of [from, to) that is not before `moment`. */
static inline uint32_t timeline_at(const Timeline *t, uint32_t from, uint32_t to, int64_t moment)
{
    while (from < to) {
        uint32_t mid = from + (to - from) / 2;
        if (t->when[mid] < moment)
            from = mid + 1;
        else
            to = mid;
    }
    return from;
}

/* ---- keys to ids ---- */

typedef struct KeyMap {
    bool by_int;
    IntMap *ints;
    StrMap *texts;
    uint32_t *id;  /* of the k-th distinct key */
    size_t cap;
    uint32_t next; /* the id that a new key gets */
    size_t twice;  /* rows of the table whose key an earlier row has */
    Buf buf;
} KeyMap;
/* The keys of a table; `other` is a column that will be looked up. Either may be NULL. */
void keymap_init(KeyMap *k, const Column *base, const Column *other);
void keymap_clear(KeyMap *k);
/* The id of each row of `c` (NO_ID when null, or everywhere when c is NULL), in the bag. */
uint32_t *keymap_column(KeyMap *k, const Column *c, size_t n, Bag *bag, Error *err);

/* ---- the world as numbers ---- */

typedef struct Maker {
    World w;                          /* flat ones taken apart */
    Frame *own_users, *own_posts;
    const Spec *spec;
    size_t nusers, nposts, nproducts; /* ids, those without a row of their own included */
    size_t users_twice, posts_twice;  /* rows of these tables whose key an earlier row has */
    size_t nevents;
    uint32_t *user, *post, *product;  /* of each interaction; NO_ID when null */
    int16_t *type;                    /* index into spec->types, or -1 */
    int64_t *at, *seen;               /* its moment; when it became known */
    uint32_t *order;                  /* those with a user and a moment before as_of, by `seen` */
    size_t norder;
    size_t untimed;                   /* interactions that lack a moment */
    int64_t *joined, *posted;         /* of each user and post; NO_TIME when unknown */
    uint32_t *author, *author_user;   /* of each post: author id; user id of the author; NO_ID */
    size_t nauthors;
    bool authors_are_users;
    uint32_t *parent_of;              /* 1 for posts that answer another */
    StrMap *tags;                     /* all of them */
    uint32_t *tag_start, *tag_ids;    /* of each post */
    Timeline line[LINE_COUNT];
    PairIndex pair[LINE_COUNT];
    int64_t moment;                   /* NO_TIME, or the one moment of all rows */
    Bag bag;
} Maker;
/* `w` and `spec` are borrowed. With a moment, what each group has at that moment is worked out
 * once. */
Maker *maker_new(const World *w, const Spec *spec, int64_t moment, Error *err);
void maker_free(Maker *m);
/* Builds a timeline (and its counts) if it is not there yet. */
bool maker_line(Maker *m, Line line, Error *err);
static inline bool is_session(TypeKind k)
{
    return k == TYPE_LOGIN || k == TYPE_LOGOUT;
}
static inline bool event_is_session(const Maker *m, uint32_t e)
{
    return m->type[e] >= 0 && is_session(m->spec->types[m->type[e]].kind);
}
/* The moments of a time column (or of an int one: seconds, milli- or microseconds by size). */
bool column_moments(const Column *c, int64_t *out, Error *err);
static inline const Column *role_column(const Frame *f, const RoleMap *m, Role r)
{
    return f && m->col[r] >= 0 ? f->cols[m->col[r]] : NULL;
}

/* ---- the rows to be made ---- */

typedef struct Rows {
    size_t n;
    const uint32_t *user, *post, *product; /* ids or NO_ID */
    const uint32_t *event;                 /* the interaction that the row is, or NULL */
    bool all_events;                       /* event[i] == i for every interaction */
    const int64_t *when;                   /* NULL: the maker's moment */
    const uint8_t *response;               /* pairs */
    uint32_t *from[LINE_COUNT], *at[LINE_COUNT];
    uint32_t *tag_hits;
    Bag bag;
} Rows;
void rows_clear(Rows *r);
/* Fills from[line] and at[line]. */
bool rows_locate(Rows *r, Maker *m, Line line, Error *err);
static inline int64_t rows_when(const Rows *r, const Maker *m, size_t i)
{
    return r->when ? r->when[i] : m->moment;
}

/* ---- steps ---- */

typedef struct Plan {
    Maker *m;
    Spec *spec;
    const FeatureOptions *opt;
    FeatureReport *report;
    StrMap *names;
    const Step *step; /* the one that is planning */
    size_t cap;
} Plan;
/* Adds a column unless the name is taken (then false). Text is copied. */
bool plan_add(Plan *p, const char *group, const char *name, Source source, const char *column,
              int32_t arg);
void report_note(FeatureReport *r, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* 17392 as 17,392, for a note; the text lives as long as the block around it. */
const char *count_text(char *room, size_t n);
#define COUNTED(n) count_text((char[32]){0}, n)
/* "%s row%s", COUNTED(n), MANY(n): 1 row, 2 rows */
#define MANY(n) ((n) == 1 ? "" : "s")

struct Step {
    const char *name, *brief;
    bool (*plan)(Plan *p, Error *err);
    Column *(*make)(Maker *m, const FeatureCol *c, Rows *rows, Error *err);
    int32_t nargs;    /* FeatureCol.arg is 0 .. nargs-1; ARG_COUNTER: a counter, or -1 for all */
    bool named;       /* FeatureCol.column and source are needed */
};
#define ARG_COUNTER (-1)
const Step *const *step_rows(size_t *n);
extern const Step step_key, step_attribute, step_extra, step_target, step_age, step_tags, step_lang,
    step_history,
    step_ratio, step_affinity, step_recency, step_login;

/* step_target.c: the types of interactions, their classes, counters and day-only ones. */
bool types_learn(Spec *s, const World *w, const FeatureOptions *opt, FeatureReport *report,
                 Error *err);
TypeKind type_kind(Str level);
const char *type_kind_name(TypeKind k);
/* step_title: the language that the words of a title name, or STR_NULL. */
Str lang_of_title(Str title);
/* Splits a field of several values: at | ; or , when one of them occurs, otherwise at blanks. */
Str tags_next(Str *rest, char sep);
char tags_separator(Str field);

/* pairs.c: the candidates of each post, and which of them came; sets spec->sample_rate. */
bool pairs_rows(Maker *m, Spec *spec, Rows *out, FeatureReport *report, Error *err);

/* spec.c */
const Step *step_find(Str name);
const char *group_find(Str name); /* the group's own literal, or NULL */
void spec_to_json(const Spec *s, Buf *out);
Spec *spec_from_json(const cJSON *j, Error *err);

/* recipe.c: takes over the spec. */
Recipe *recipe_of_spec(Spec *s);
const Spec *recipe_spec(const Recipe *r);

#endif
