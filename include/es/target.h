/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * target.h - where a batch goes: an index of its own behind an alias, so that readers never see
 * half.
 */
#ifndef GLINT_ES_TARGET_H
#define GLINT_ES_TARGET_H

#include "es/client.h"
#include "model/model.h"

/* The index of a batch: TARGET-<version>, made with `body`; or TARGET itself when an index of that
 * name is there (a batch is then written in place). ERR_GUARD when TARGET stands for a newer batch.
 */
bool target_open(Client *c, const char *target, int64_t version, Str body, char index[256],
                 Error *err);
/* TARGET stands for `index` from now on; the index that it leaves is dropped in the same step when
 * a batch made it. `replaced` tells ("s-4 is dropped"; "" when there was none). Nothing to do when
 * they are the same. */
bool target_swap(Client *c, const char *target, const char *index, char replaced[300], Error *err);

uint64_t hash_start(void);
uint64_t hash_bytes(uint64_t h, const void *p, size_t n);
/* A number that another formula or other coefficients would not have, whatever the model's name. */
uint64_t model_fingerprint(const Model *m);
/* Fails (ERR_GUARD) when the index says in its _meta that it was made with another model. */
bool target_check_model(Client *c, const char *index, const Model *m, Error *err);

#endif
