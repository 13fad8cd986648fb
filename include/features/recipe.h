/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recipe.h - how a table was made, so that the same can be done to other rows: an ordered list of
 * steps.
 *
 * A step is a row of the table in steps.c. `features` is one step (learned: which groups, levels
 * of tags, types of interactions, smoothing), each `derive` another. recipe_replay() runs the
 * derive steps on finished feature rows; recipe_rows() makes feature rows for (user, post,
 * moment) triples from the loaded events: the same code as training.
 */
#ifndef GLINT_FEATURES_RECIPE_H
#define GLINT_FEATURES_RECIPE_H

#include "base/json.h"
#include "features/entities.h"

typedef struct Recipe Recipe;
Recipe *recipe_ref(const Recipe *r); /* NULL in, NULL out */
void recipe_unref(Recipe *r);
/* New recipe = old one (may be NULL) and one more step. Text is the expression as typed. */
Recipe *recipe_with_derive(const Recipe *r, const char *name, const char *expr);
size_t recipe_steps(const Recipe *r);
/* "derive age2 = age * age" */
void recipe_step_print(const Recipe *r, size_t i, Buf *out);
/* Name and expression of a derive step, borrowed; false for any other step. */
bool recipe_derive(const Recipe *r, size_t i, Str *name, Str *expr);

/* Runs the derive steps on a frame; columns that are there already are recomputed when their
 * inputs are there too, except those named in `keep` (set by hand). New frame. */
Frame *recipe_replay(const Recipe *r, const Frame *f, const char *const *keep, size_t nkeep,
                     Error *err);

/* `features`: options as in COMMANDS.md. */
typedef struct FeatureOptions {
    bool pairs;                 /* rows: user x candidate post at a moment; otherwise one row an
                                   interaction */
    double negatives;           /* pairs: negatives kept for each positive; 0 keeps all */
    int64_t window_us;          /* pairs: viewed = a view within this after the moment (default 7
                                   days) */
    int64_t as_of;              /* only what happened before; INT64_MIN: no limit */
    const char *only;           /* groups: "user,post,derived" or NULL */
    uint64_t seed;
    const char *positive;       /* types that make the response 1: "view,read"; NULL: the view-like
                                   ones, or in pairs without any view, all but the one that a post
                                   begins with */
    int64_t active_us;          /* pairs: candidates are users with an event this long before the
                                   moment; 0: 30 days */
} FeatureOptions;
#define FEATURE_OPTIONS_DEFAULT {.window_us = 7 * US_PER_DAY, .as_of = INT64_MIN}

/* What the maker tells: one entry a feature. */
typedef struct FeatureInfo {
    char name[64];
    const char *group;          /* "user" "post" "interaction" "product" "derived" "login"
                                   "response" "key" */
} FeatureInfo;
typedef struct FeatureReport {
    size_t n;
    FeatureInfo *info;          /* one a column of the frame, in order; heap */
    size_t rows, no_history;    /* rows without any earlier event of that user */
    double response_rate;
    double sample_rate;         /* pairs: share of negatives kept; the column sampling_offset is
                                   -log of it */
    char notes[12][240];
    size_t nnotes;
} FeatureReport;
void feature_report_clear(FeatureReport *r);

/* The feature table and the recipe that makes rows like it. */
Frame *features_build(const World *w, const FeatureOptions *opt, Recipe **recipe,
                      FeatureReport *report, Error *err);
/* Feature rows for n (user, post) pairs at one moment: users[i], posts[i] are row numbers of
 * w->users and w->posts (UINT32_MAX: unknown user or post, attributes null, history empty). Same
 * columns as training, response left out. */
Frame *recipe_rows(const Recipe *r, const World *w, const uint32_t *users, const uint32_t *posts,
                   size_t n, int64_t moment, Error *err);
/* The same for many batches at one moment: what is known of each user and post is worked out
 * once. `r` and `w` must outlive it. NULL on failure. */
typedef struct RowMaker RowMaker;
RowMaker *rowmaker_new(const Recipe *r, const World *w, int64_t moment, Error *err);
Frame *rowmaker_rows(RowMaker *m, const uint32_t *users, const uint32_t *posts, size_t n,
                     Error *err);
/* From now on only these columns (and what is derived from them): a model reads few of many. */
void rowmaker_only(RowMaker *m, const Str *names, size_t n);
void rowmaker_free(RowMaker *m);
/* The groups of features in the order of their columns: key response user post ... */
const char *const *feature_groups(size_t *n);
/* Group of a feature by column name ("user", "post", ...), or NULL when the recipe does not know
 * it. */
const char *recipe_group(const Recipe *r, Str column);
/* What a column depends on at one moment, as bits; a derived one on all that its inputs do.
 * DEPENDS_UNKNOWN when the recipe does not know it. A column with both bits joins user and post. */
enum { DEPENDS_USER = 1, DEPENDS_POST = 2, DEPENDS_EVENT = 4, DEPENDS_UNKNOWN = 8 };
unsigned recipe_depends(const Recipe *r, Str column);

void recipe_to_json(const Recipe *r, Buf *out);
Recipe *recipe_from_json(const cJSON *j, Error *err);

typedef struct Dataset {
    Frame *frame;
    Recipe *recipe;             /* may be NULL */
} Dataset;

#endif
