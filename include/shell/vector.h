/* SPDX-License-Identifier: GPL-3.0-or-later */
/* vector.h - the what-if vector that whatif, near, flip, effect and explain work on. */
#ifndef GLINT_SHELL_VECTOR_H
#define GLINT_SHELL_VECTOR_H

#include "shell/command.h"
#include "shell/format.h"

/* A copy of the session's vector for the asked model (a typical row when it has none, or when
 * `fresh`), with the command's A=V words set in it. New; NULL on failure. */
WhatIf *vector_edited(Session *s, const Args *a, bool fresh, Error *err);
/* Just after the last event; now when there is none. */
int64_t world_end(const World *w);
/* Which inputs there are, as the hint of an error about one that is not; false. */
bool hint_input(const Model *m, Str name, Arena *arena, Error *err);
/* The value of an input in words: a level, a number, a moment, "missing". */
void vector_put_value(const InputSummary *in, double num, const char *text, Buf *b);
/* A mean response: three decimals for probabilities unless that would say 0.000. */
const char *vector_mean_text(Result *out, const Model *m, double v);

/* whatif.c and effect.c: one line a value of an input, or its curve. range: from, to, step; NaN:
 * from the data. */
bool vector_vary(Session *s, Result *out, const WhatIf *v, size_t input, const double range[3],
                 bool plot, Error *err);
/* near.c: the k nearest rows; the smallest changes that cross the threshold (freeze may be NULL).
 */
bool vector_near(Session *s, Result *out, const WhatIf *v, size_t k, Error *err);
bool vector_flip(Session *s, Result *out, const WhatIf *v, const uint8_t *freeze, size_t max,
                 Error *err);

#define OPT_AT_ROW                                                                                 \
    {                                                                                              \
        .name = "at", .type = OPT_TIME, .metavar = "TIME",                                         \
        .brief = "moment for user= and post= (the data's end)"                                     \
    }

#endif
