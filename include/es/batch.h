/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * batch.h - the daily batch: all posts for all users, written back to the engine in one of four
 * layouts.
 */
#ifndef GLINT_ES_BATCH_H
#define GLINT_ES_BATCH_H

#include "es/push.h"
#include "model/score.h"

typedef enum Layout {
    LAYOUT_PAIRS,  /* documents {user}_{post}, in an index of their own behind an alias */
    LAYOUT_NESTED, /* user_view_probabilities [{user_id, view_probability}] in the Post documents */
    LAYOUT_SPARSE  /* view_probabilities {user: p} as rank_features in the Post documents */
} Layout;
bool layout_parse(Str s, Layout *out);
const char *layout_name(Layout l);

typedef struct BatchOptions {
    const char *target; /* alias or index of the pairs; index of the posts for nested and sparse */
    Layout layout;
    bool script;      /* pairs: the seed's update with ctx._source.view_probability = params... */
    int64_t version;  /* number of the batch: an older one does not win; 0: the moment in ms */
    int64_t moment;   /* features as of; kept in the journal */
    size_t top;       /* users kept a post (nested, sparse) or posts kept a user (pairs); 0: all */
    double max_drift; /* largest allowed |mean p - training's base rate|; NaN: not checked */
    const char *journal; /* file for --resume, or NULL */
    bool resume;
    const char *dead_letter;
    size_t batch_bytes; /* 0: the default of push.h */
} BatchOptions;

typedef struct BatchReport {
    PushLedger ledger;
    PairReport pairs;
    size_t skipped;       /* items that the journal says were written before */
    size_t failed_before; /* of those, refused */
    size_t capped;        /* posts whose users were cut to the engine's nested limit */
    size_t unscored_zero; /* sparse: probabilities of exactly 0, which rank_features refuse */
    int64_t counted;      /* pairs: documents the engine counts in the new index; -1 otherwise */
    char index[256];      /* where the documents are */
    char replaced[300];   /* the index that the alias left and what became of it, or "" */
    double drift;
} BatchReport;

/* Scores and writes. ERR_GUARD when the drift is above max_drift (nothing written) or the count
 * afterwards is wrong; refused documents are in the ledger (ledger_check). */
bool batch_run(Client *c, const Model *m, const World *w, const BatchOptions *opt,
               BatchReport *report, Error *err);
/* What batch_run would do: the first `n` bulk lines into `out`, documents and bytes by estimate.
 * Nothing is sent. */
bool batch_dry(const Model *m, const World *w, const BatchOptions *opt, size_t n, Buf *out,
               double *documents, double *bytes, Error *err);

/* Scores all pairs once for their mean: ERR_GUARD when it is further from training than allowed. */
bool batch_check_drift(PairScorer *s, const Model *m, const BatchOptions *opt, BatchReport *report,
                       Error *err);
/* --layout vectors: z = [what the joint terms add for each profile of users (or which profile
 * the post is of), the post's part, 1], so that its inner product with the user's q
 * (vectors_query) is the linear predictor. Exact; one document a post, in a new index behind the
 * alias. Without a client nothing is written: a dry run. */
bool vectors_write(Client *c, const Model *m, const World *w, const BatchOptions *opt,
                   BatchReport *report, size_t *dims, Error *err);

#endif
