/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * linear.h - for one user, what each field of a Post document adds to the linear predictor: the
 * model as the engine can compute it at query time.
 */
#ifndef GLINT_ES_LINEAR_H
#define GLINT_ES_LINEAR_H

#include "base/json.h"
#include "model/score.h"
#include "model/whatif.h"

typedef enum EffectKind {
    EFFECT_LEVELS, /* field has one of these values: adds weight */
    EFFECT_SLOPE,  /* adds weight * value */
    EFFECT_AGE     /* field is a date: adds weight * whole days from it to the moment */
} EffectKind;

typedef struct Effect {
    EffectKind kind;
    char field[128];
    size_t n; /* EFFECT_LEVELS */
    char **level;
    double *weight;  /* n; or weight[0] */
    double min, max; /* numbers: range in training */
} Effect;

typedef struct Linear {
    int64_t newest; /* the latest date of a post */
    double base;    /* linear predictor with every effect 0 */
    size_t n;
    Effect *effects;
    size_t nleft; /* inputs of the post side that no field holds, or that are not linear */
    char left[8][64];
} Linear;

/* Effects for the user in row `user` of w->users at `moment`. The posts' fields are named as the
 * columns of w->posts. Inputs that documents do not hold stay at the value they have for `post`
 * (a row of w->posts) and are listed in left. */
bool linear_for(const Model *m, const World *w, uint32_t user, uint32_t post, int64_t moment,
                Linear *out, Error *err);
void linear_clear(Linear *l);

/* function_score functions whose product is exp(linear predictor - base): weights for levels,
 * exp decays for numbers. Decays of dates run continuously, the model counts whole days: the one
 * difference. */
void linear_functions(const Linear *l, int64_t moment, Buf *out);
/* params of the stored script of linear_script(): base, levels, slopes, ages, now. */
void linear_params(const Linear *l, int64_t moment, Buf *out);
/* The script (painless) that gives the probability of a document from those params; the same for
 * every model. */
const char *linear_script(void);

#endif
