/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * outcomes.c - which rows a question about a model is asked on, and what happened there.
 *
 * The session keeps the table that a model was fitted to (shared, not copied), so that its training
 * and test rows can be made again from the model's own split, or the model be fitted again without
 * each fold.
 */
#include <math.h>
#include <stdlib.h>

#include "model/cv.h"
#include "shell/outcomes.h"
#include "shell/select.h"

#define FOLDS OUTCOME_FOLDS

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

/* ---- folds ---- */

/* While a `where` clause looks at the rows, these two columns go with them. */
#define UNSEEN_P "(p of a model that has not seen it)"
#define UNSEEN_FOLD "(fold)"

static Frame *with_folds(const Frame *f, const Cv *cv, const uint32_t *fold, Error *err)
{
    Column *p = column_new(COL_REAL, f->rows, err),
           *k = p ? column_new(COL_INT, f->rows, err) : NULL;
    bool ok = k != NULL;
    for (size_t i = 0; ok && i < f->rows; i++) {
        k->v.i[i] = fold[i];
        if (isnan(cv->p[i]))
            ok = column_set_null(p, i, err);
        else
            p->v.d[i] = cv->p[i];
    }
    if (!ok) {
        column_unref(p);
        column_unref(k);
        return NULL;
    }
    Frame *one = frame_with(f, UNSEEN_P, p), *both = frame_with(one, UNSEEN_FOLD, k);
    frame_unref(one);
    return both;
}

/* The table with what a model says of each row that was fitted without the row's fold. */
static Frame *folds_frame(const Session *s, const NamedModel *nm, Error *err)
{
    const FoldSpec spec = {.k = FOLDS, .kind = SPLIT_RANDOM, .seed = s->seed};
    size_t k;
    Cv *cv = cv_model(nm->model, &nm->data, &spec, err);
    uint32_t *fold = cv ? folds_make(nm->data.frame, &spec, &k, err) : NULL;
    Frame *f = fold ? with_folds(nm->data.frame, cv, fold, err) : NULL;
    free(fold);
    cv_free(cv);
    return f;
}

/* The probabilities of the folds take the place of the model's own. */
static void take_folds(Outcomes *o)
{
    const Column *p = frame_column(o->frame, STR(UNSEEN_P)),
                 *k = frame_column(o->frame, STR(UNSEEN_FOLD));
    size_t n = 0;
    o->folds = FOLDS;
    o->fold = xcalloc(o->n + 1, sizeof *o->fold);
    for (size_t i = 0; i < o->n; i++) {
        size_t row = o->rows[i];
        if (column_is_null(p, row))
            continue;
        o->y[n] = o->y[i];
        o->p[n] = p->v.d[row];
        if (o->w)
            o->w[n] = o->w[i];
        o->fold[n] = (uint8_t)k->v.i[row];
        o->rows[n++] = (uint32_t)row;
    }
    o->n = n;
}

Outcomes outcomes_fold(const Outcomes *o, size_t fold)
{
    Outcomes out = {.model = o->model, .on = o->on};
    out.y = xcalloc(o->n + 1, sizeof *out.y);
    out.p = xcalloc(o->n + 1, sizeof *out.p);
    out.w = o->w ? xcalloc(o->n + 1, sizeof *out.w) : NULL;
    for (size_t i = 0; i < o->n; i++) {
        if (o->fold[i] != fold)
            continue;
        out.y[out.n] = o->y[i];
        out.p[out.n] = o->p[i];
        if (o->w)
            out.w[out.n] = o->w[i];
        out.n++;
    }
    return out;
}

/* ---- any rows ---- */

/* The rows that a model with --sampled was fitted to have the odds of the sample, 1/s times those
 * that the model says of all. */
static void as_in_sample(Outcomes *o)
{
    double s = o->model->spec.sampled;
    for (size_t i = 0; i < o->n; i++)
        o->p[i] = o->p[i] / (o->p[i] + (1 - o->p[i]) * s);
}

/* What happened in the rows of out->frame, and what is said of them. `own`: the model's rows. */
static bool look_at(Outcomes *out, bool own, Error *err)
{
    if (!model_outcomes(out->model, out->frame, &out->y, &out->p, &out->w, &out->rows, &out->n,
                        err))
        return false;
    out->own = own;
    if (own && out->model->spec.sampled > 0)
        as_in_sample(out);
    if (out->on && strcmp(out->on, "folds") == 0 && frame_column(out->frame, STR(UNSEEN_P)))
        take_folds(out);
    return true;
}

bool outcomes_any(Session *s, const Args *a, const Model *m, Outcomes *out, Error *err)
{
    Str on = args_text(a, "on");
    Span at = args_at(a, "on");
    long i = session_model_index(s, m);
    const NamedModel *nm = &s->models[i];
    bool has_test = m->spec.test_frac > 0, test = on.p ? str_eqz(on, "test") : has_test;
    bool folds = str_eqz(on, "folds");
    bool part = !on.p || str_eqz(on, "train") || str_eqz(on, "test") || folds;
    if (on.p && part && (!has_test || folds) && session_find_table(s, on) >= 0)
        part = false; /* a table of that name */
    *out = (Outcomes){.model = m};
    if (part && test && !has_test) {
        fail_at(err, ERR_NAME, at, "%s has no test part", m->name);
        return error_hint(err, "fit ... --test 0.25");
    }
    if (part && !session_rows_here(nm, arena_printf(a->arena, "%s --on T", a->cmd->name), err))
        return false;
    out->table = m->table;
    if (part && folds) {
        out->on = "folds";
        out->frame = folds_frame(s, nm, err);
    } else if (part) {
        out->on = test ? "test" : has_test ? "train" : "all";
        out->frame = part_frame(nm, test, err);
    } else {
        const NamedData *t = command_table_arg(s, a, on, at, err);
        if (!t)
            return false;
        out->on = out->table = arena_printf(a->arena, "%s", t->name);
        out->frame = frame_ref(t->data.frame);
    }
    if (out->frame && a->where.p) {
        Frame *all = out->frame;
        out->frame = select_where(a, all, out->table, err);
        frame_unref(all);
    }
    if (!out->frame || !look_at(out, part, err)) {
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
    *out = (Outcomes){.model = nm->model, .on = part, .table = nm->model->table};
    if (!session_rows_here(nm, NULL, err))
        return false;
    out->frame = strcmp(part, "all") == 0     ? frame_ref(nm->data.frame)
                 : strcmp(part, "folds") == 0 ? folds_frame(s, nm, err)
                                              : part_frame(nm, strcmp(part, "test") == 0, err);
    if (out->frame && look_at(out, true, err) &&
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

void outcomes_note(const Outcomes *o, Result *out)
{
    const ModelSpec *spec = &o->model->spec;
    bool offset = spec->offset && strcmp(spec->offset, "sampling_offset") == 0;
    if (o->own && (offset || spec->sampled > 0))
        result_note(out, "sample", NULL,
                    "of the rows as they were sampled; predict and whatif speak of all of them");
}

void outcomes_clear(Outcomes *o)
{
    frame_unref(o->frame);
    free(o->y);
    free(o->p);
    free(o->w);
    free(o->rows);
    free(o->fold);
    *o = (Outcomes){0};
}
