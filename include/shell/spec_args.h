/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spec_args.h - the options that say what is fitted, of every command that fits. */
#ifndef GLINT_SHELL_SPEC_ARGS_H
#define GLINT_SHELL_SPEC_ARGS_H

#include "model/model.h"
#include "shell/command.h"

/* The defaults, then the formula, the rows below, the session's threshold and level. Texts are
 * borrowed from `a`. */
void spec_args(const Session *s, const Args *a, ModelSpec *spec);
/* Family, link and the n columns that stand in `options` exist; else the place is the option's, not
 * the formula's. */
bool spec_args_check(const Args *a, const Frame *f, const char *table, const char *const *options,
                     size_t n, Error *err);

extern const char *const spec_encodes[];

#define OPT_SPEC_ROWS                                                                              \
    {.name = "family",                                                                             \
     .type = OPT_TEXT,                                                                             \
     .metavar = "NAME",                                                                            \
     .def = "binomial",                                                                            \
     .brief = "help families lists them"},                                                         \
        {.name = "link",                                                                           \
         .type = OPT_TEXT,                                                                         \
         .metavar = "NAME",                                                                        \
         .brief = "the family's usual one when not given"},                                        \
        {.name = "weights",                                                                        \
         .type = OPT_COLUMN,                                                                       \
         .metavar = "c",                                                                           \
         .brief = "column of prior weights"},                                                      \
        {.name = "offset",                                                                         \
         .type = OPT_COLUMN,                                                                       \
         .metavar = "c",                                                                           \
         .brief = "column or expression with coefficient 1"},                                      \
        {.name = "encode",                                                                         \
         .type = OPT_CHOICE,                                                                       \
         .choices = spec_encodes,                                                                  \
         .def = "treatment",                                                                       \
         .brief = "how levels become columns"},                                                    \
        {.name = "event",                                                                          \
         .type = OPT_TEXT,                                                                         \
         .metavar = "LEVEL",                                                                       \
         .brief = "the level of the response that counts as 1"},                                   \
        {.name = "theta",                                                                          \
         .type = OPT_REAL,                                                                         \
         .min = 0,                                                                                 \
         .max = 1e12,                                                                              \
         .metavar = "X",                                                                           \
         .brief = "negbin: fixed theta"},                                                          \
    {                                                                                              \
        .name = "power", .type = OPT_REAL, .min = -10, .max = 10, .metavar = "X",                  \
        .brief = "tweedie: variance power"                                                         \
    }

#endif
