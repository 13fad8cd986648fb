/* SPDX-License-Identifier: GPL-3.0-or-later */
/* artefact_priv.h - the fields of a saved model, for the side that writes and the side that reads.
 */
#ifndef GLINT_MODEL_ARTEFACT_PRIV_H
#define GLINT_MODEL_ARTEFACT_PRIV_H

#include "model_priv.h"

#define ARTEFACT_VERSION 1

/* One scalar of a struct: its key and its place. Lists end with a row without name. */
typedef enum FieldType { F_REAL, F_SIZE, F_INT, F_BOOL, F_MOMENT } FieldType;
typedef struct Field {
    const char *name;
    FieldType type;
    size_t at;
} Field;
extern const Field saved_metric_fields[], saved_fit_fields[], saved_spec_fields[],
    saved_option_fields[], saved_input_fields[], saved_model_fields[];

/* Words for enums, in their order; NULL-ended. */
extern const char *const saved_status_words[],
    *const saved_flag_words[], *const saved_encode_words[], *const saved_split_words[],
                                                                *const saved_robust_words[],
                                                                    *const saved_unit_words[];

#endif
