/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcomes.c - which rows a question about a model is asked on, and what happened there.
 *
 * The session keeps the table that a model was fitted to (shared, not copied), so that its training
 * and test rows can be made again from the model's own split.
 */
#include <stdlib.h>

#include "shell/outcomes.h"
#include "shell/select.h"
#include "shell/select.h"

/* The rows of one part of the table that the model was fitted to. */
static Frame *part_frame(const NamedModel *nm, bool test, Error *err)
{
    const Model *m = nm->model;
    if (m->spec.test_frac <= 0)
        return frame_ref(nm->data.frame);
    Split split;
    if (!model_split(m, nm->data.frame, &split, err))
        return NULL;
    Frame *f = test ? frame_take(nm->data.frame, split.test, split.ntest, err)
                    : frame_take(nm->data.frame, split.train, split.ntrain, err);
    split_clear(&split);
    return f;
}

bool outcomes_any(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err)
{
    Str on = args_text(a, "on");
    Span at = args_at(a, "on");
    long i = session_model_index(s, m);
    const NamedModel *nm = &s->models[i];
    bool has_test = m->spec.test_frac > 0, test = on.p ? str_eqz(on, "test") : has_test;
    bool part = !on.p || str_eqz(on, "train") || str_eqz(on, "test");
    if (on.p && part && !has_test && session_find_table(s, on) >= 0)
        part = false; /* a table of that name */
    *out = (Outcomes){.model = m};
    if (part && test && !has_test) {
        fail_at(err, ERR_NAME, at, "%s has no test part", m->name);
        return error_hint(err, "fit ... --test 0.25");
    }
    if (part && !session_rows_here(nm, arena_printf(a->arena, "%s --on T", a->cmd->name), err))
        return false;
    if (part) {
        out->on = test ? "test" : has_test ? "train" : "all";
        out->frame = part_frame(nm, test, err);
    } else {
        const NamedData *t = command_table_arg(s, a, on, at, err);
        if (!t)
            return false;
        out->on = arena_printf(a->arena, "%s", t->name);
        out->frame = frame_ref(t->data.frame);
    }
    if (out->frame && a->where.p) {
        Frame *all = out->frame;
        out->frame = select_where(a, all, out->on, err);
        frame_unref(all);
    }
    if (!out->frame ||
        !model_outcomes(m, out->frame, &out->y, &out->p, &out->w, &out->rows, &out->n, err)) {
        if (out->frame) /* the place is one in the formula, which is not on this line */
            err->at = part ? SPAN_NONE : at;
        outcomes_clear(out);
        return false;
    }
    if (!out->n) {
        outcomes_clear(out);
        return fail(err, ERR_DATA, "no row has the response and all inputs of %s", m->name);
    }
    return true;
}

bool outcomes_part(Session *s, long i, const char *part, Outcomes *out, Error *err)
{
    const NamedModel *nm = &s->models[i];
    *out = (Outcomes){.model = nm->model, .on = part};
    if (!session_rows_here(nm, NULL, err))
        return false;
    out->frame = strcmp(part, "all") == 0 ? frame_ref(nm->data.frame)
                                          : part_frame(nm, strcmp(part, "test") == 0, err);
    if (out->frame &&
        model_outcomes(nm->model, out->frame, &out->y, &out->p, &out->w, &out->rows, &out->n,
                       err) &&
        (out->n ||
         fail(err, ERR_DATA, "no row has the response and all inputs of %s", nm->model->name)))
        return true;
    outcomes_clear(out);
    return false;
}

bool outcomes_get(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err)
{
    if (!m->binary) {
        fail(err, ERR_DATA,
             "the response of %s has not two values: there are no classes to tell apart", m->name);
        return error_hint(err, "model shows how well it fits");
    }
    return outcomes_any(s, a, m, out, err);
}

void outcomes_clear(Outcomes *o)
{
    frame_unref(o->frame);
    free(o->y);
    free(o->p);
    free(o->w);
    free(o->rows);
    *o = (Outcomes){0};
}
