/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model_priv.h - what the files of this room share. */
#ifndef GLINT_MODEL_PRIV_H
#define GLINT_MODEL_PRIV_H

#include "model/model.h"

#define STR_ROOM(a) (a), sizeof(a)

/* Copies text into a field of fixed size, cut at a character of UTF-8. */
void copy_text(char *to, size_t room, Str from);

/* ---- score.c ---- */

/* Adds what one batch of rows met to what others did. */
void replay_add(ReplayReport *to, const ReplayReport *from);

/* ---- model.c ---- */

/* The intercept's column, or SIZE_MAX. */
size_t model_intercept(const Model *m);
/* Fills beta, col_mean's absence, term groups and the event's name from enc, fit and recipe: after
 * a fit and a load. */
void model_settle(Model *m);
/* Takes the text of a spec into the model's own copies. */
void model_own_spec(Model *m, const ModelSpec *spec);

/* Fills m->typical, the row of X at the typical inputs. */
bool model_typical(Model *m, Error *err);

/* ---- inputs.c ---- */

/* Names, types and groups of the inputs; then, from the training rows, what they look like. `y` is
 * NULL when the response has not two values. */
typedef struct LookRows {
    const uint32_t *rows; /* of the column; NULL: 0 .. n-1 */
    size_t n;
    const double *y; /* n, 0 or 1; NULL: no area */
} LookRows;
/* Fills the numbers (or levels) and the area of one column. May run on a worker. */
void input_look(const LookRows *rows, const Column *c, InputSummary *in);
bool inputs_learn(Model *m, const Frame *f, const Design *d, const double *y, Error *err);
/* Levels rather than numbers. */
bool input_is_factor(const InputSummary *in);
void inputs_free(InputSummary *in, size_t n);
/* The group of a frame column by the recipe, or "". */
const char *input_group(const Model *m, Str name);
/* DEPENDS_* bits of a term: all that its variables read. DEPENDS_UNKNOWN without a recipe. */
unsigned term_depends(const Model *m, size_t term);
/* The frame with all columns that the formula reads: itself, or with what the recipe derives.
 * `keep` as recipe_replay. New reference. */
Frame *model_frame(const Model *m, const Frame *f, const char *const *keep, size_t nkeep,
                   Error *err);

/* ---- predict.c ---- */

/* mu of n linear predictors on threads; `mu` may be `eta`. */
bool link_apply(const Link *link, const double *eta, size_t n, double *mu, Error *err);
/* The mean at one linear predictor. */
double mean_at(const Model *m, double eta);
/* One row of X at a one-row frame: p doubles. *ok is false when an input is null. */
bool model_row(const Model *m, const Frame *f, UnseenPolicy policy, double *x, double *offset,
               bool *ok, ReplayReport *report, Error *err);

/* ---- alarms.c ---- */

/* Adds what is wrong with a fit to m->alarms. `eta` is borrowed. */
bool alarms_find(Model *m, const Frame *f, const Design *d, Error *err);
Alarm *alarm_add(Alarm **list, size_t *n, AlarmKind kind, Str column);
void alarm_text(Alarm *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
void alarm_help(Alarm *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* ---- words.c ---- */

/* "a view" for viewed, "a like" for liked, "viewed = yes" otherwise: what the odds are odds of. */
void event_words(const Model *m, Buf *out);
/* Three or so significant digits, never 1e-05. */
void buf_short(Buf *b, double v);

#endif
