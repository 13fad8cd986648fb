/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * spec_args.c - from the options that every fitting command has to a ModelSpec. `fit` and `path`
 * add their own.
 */
#include "shell/spec_args.h"

#include "glm/family.h"
#include "shell/settings.h"

const char *const spec_encodes[] = {"treatment", "onehot", "sum", NULL};

void spec_args(const Session *s, const Args *a, ModelSpec *spec)
{
    *spec = (ModelSpec)MODEL_SPEC_DEFAULT;
    spec->formula = args_zstr(a, a->text);
    spec->formula_at = a->text_at.from;
    spec->family = args_z(a, "family");
    spec->link = args_z(a, "link");
    spec->weights = args_z(a, "weights");
    spec->offset = args_z(a, "offset");
    spec->event = args_z(a, "event");
    spec->encode = (Encode)args_choice(a, "encode");
    spec->threshold = s->threshold;
    spec->fit.ci_level = s->settings->level;
    if (args_has(a, "theta"))
        spec->fit.param = args_real(a, "theta");
    if (args_has(a, "power"))
        spec->fit.param = args_real(a, "power");
}

bool spec_args_check(const Args *a, const Frame *f, const char *table, const char *const *options,
                     size_t n, Error *err)
{
    if (args_has(a, "family") && !family_find(args_text(a, "family"), args_at(a, "family"), err))
        return false;
    if (args_has(a, "link") && !link_find(args_text(a, "link"), args_at(a, "link"), err))
        return false;
    for (size_t i = 0; i < n; i++)
        if (args_has(a, options[i]) &&
            !frame_need(f, args_text(a, options[i]), table, args_at(a, options[i]), err))
            return false;
    return true;
}
