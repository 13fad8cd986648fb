/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * score.h - predictions for many rows: batch by batch from a Reader to a Writer, and for all pairs
 * of users x posts.
 *
 * A pair's linear predictor is alpha + (what depends on the user) + (what depends on the post) +
 * (what depends on both). The first three are worked out once; the last is a small table when only
 * levels meet levels. Any number of pairs is only ever a stream of batches.
 */
#ifndef GLINT_MODEL_SCORE_H
#define GLINT_MODEL_SCORE_H

#include "data/reader.h"
#include "data/writer.h"
#include "model/model.h"

/* ---- rows ---- */

typedef struct ScoreOptions {
    const char
        *prob; /* name of the new column; NULL: "probability" ("prediction" when not binary) */
    const char *eta;         /* name of a column for the linear predictor, or NULL */
    const char *label;       /* name of a column for p >= the model's threshold, or NULL */
    const char *const *keep; /* columns of the input to hand on; NULL: all */
    size_t nkeep;
    UnseenPolicy policy;
} ScoreOptions;
#define SCORE_OPTIONS_DEFAULT                                                                      \
    {                                                                                              \
        .policy = UNSEEN_BASE                                                                      \
    }

typedef struct ScoreReport {
    size_t rows, scored; /* rows read; rows with a prediction */
    double sum;          /* of the predictions */
    ReplayReport replay; /* added up over batches; of unseen levels the first 32 */
    double drift; /* largest absolute shift of a mean prediction: |mean p - training's base rate| */
} ScoreReport;

/* `f` with the columns of predictions added. New frame. */
Frame *score_frame(const Model *m, const Frame *f, const ScoreOptions *opt, ScoreReport *report,
                   Error *err);
/* Every batch of `in` to `out`; commits `out` at the end, abandons it on failure. The reader stays
 * the caller's to close. */
bool score_stream(const Model *m, Reader *in, Writer *out, const ScoreOptions *opt,
                  ScoreReport *report, Error *err);

/* ---- pairs ---- */

typedef struct PairOptions {
    int64_t moment;                /* features are as of this moment */
    const uint32_t *users, *posts; /* row numbers in the world's tables; NULL: all users, all posts
                                      that answer no other */
    size_t nusers, nposts;
    size_t top_posts;   /* keep the best K posts of each user; 0: all */
    size_t top_users;   /* keep the best K users of each post instead; 0: all. Not together with
                           top_posts */
    size_t batch_pairs; /* pairs a batch; 0: 2^20 */
} PairOptions;

/* Some rows of the result: for each of n owners (users; posts with top_users) a list of partners.
 * Borrowed. */
typedef struct PairBatch {
    bool by_post;          /* owners are posts, partners users */
    size_t n;              /* owners */
    const uint32_t *owner; /* n row numbers in the world's table */
    const size_t *start;   /* n + 1: owner k's partners are start[k] .. start[k+1]-1 */
    const uint32_t *partner;
    const double *p; /* descending within an owner when the best K were asked for */
} PairBatch;
/* Takes a batch; on the main thread, owners in order. */
typedef bool (*PairSink)(void *ctx, const PairBatch *batch, Error *err);

typedef struct PairReport {
    size_t users, posts;
    double pairs, kept; /* scored; handed on */
    size_t answers;     /* posts that were no candidates: they answer another one */
    size_t unknown;     /* pairs without prediction (an input is null or a level unseen): p is NaN,
                           never among the best */
    bool same_ranking;  /* no part of the model joins user and post: the order of posts is
                           everybody's */
    const char *method; /* "parts", "parts and a table", "rows": how it was worked out */
    double mean;        /* of p over all scored pairs */
    double seconds;
    ReplayReport replay;
} PairReport;

typedef struct PairScorer PairScorer;
/* Works out the parts. The model needs a recipe made by `features`; a flat world is taken apart
 * first (world_from_flat), so that it has tables of users and posts. `m`, `w` and arrays in `opt`
 * must outlive it. */
PairScorer *pairs_new(const Model *m, const World *w, const PairOptions *opt, Error *err);
/* The parts themselves: eta(u, p) = user_part[u] + post_part[p] +
 * table[user_profile[u]][post_profile[p]], entries in the order that was asked for, NaN where an
 * input is missing. Fails when a variable of the model reads user and post at once. */
typedef struct PairParts {
    size_t users, posts, user_profiles, post_profiles;
    double *user_part, *post_part;
    uint32_t *user_profile, *post_profile;
    const double
        *table; /* user_profiles x post_profiles, the scorer's; NULL: no term joins user and post */
} PairParts;
bool pairs_parts(const PairScorer *s, PairParts *out, Error *err);
void pair_parts_clear(PairParts *p);
/* Scores all pairs into `sink` (NULL: only counted). */
bool pairs_run(PairScorer *s, PairSink sink, void *ctx, PairReport *report, Error *err);
void pairs_free(PairScorer *s); /* NULL is fine */

/* A sink that writes frames with the columns user, post (keys from the world's tables) and
 * probability. Set `writer`, `world`; the caller commits the writer. */
typedef struct PairWriter {
    Writer *writer;
    const World *world;
} PairWriter;
bool pair_writer_put(void *pair_writer, const PairBatch *batch, Error *err);

#endif
