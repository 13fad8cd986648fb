/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * flip.c - the smallest changes of a vector that bring its prediction to the other side of a
 * threshold.
 *
 * One input at a time: a factor is tried at all its levels; a number at GRID values between the
 * smallest and largest of training, and where the prediction crosses the threshold between two
 * neighbours the crossing is bisected down to the last bit, so that scoring the answer again lands
 * on the threshold. Whole numbers and yes/no go to the nearest value on the other side. Every form
 * of term is covered, since the model is asked and not its formula read.
 *
 * Several inputs: greedily, the change that moves the linear predictor most for its cost is made
 * first and the search goes on from there; the last change is the exact one. Cost is in standard
 * deviations, a changed level counts one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/whatif.h"
#include "model_priv.h"

#define GRID 64
#define BISECTIONS 64 /* halving a double's interval more often changes nothing */
#define CHANGES_MAX 4
#define FLIPS_MAX 64

/* A search: which way, and the best that was seen. */
typedef struct Search {
    const Model *m;
    double threshold;
    bool up; /* p must rise */
    double best_p;
    const uint8_t *freeze;
    size_t n, cap;
    Flip *found;
} Search;

static bool crossed(const Search *s, double p)
{
    return s->up ? p >= s->threshold : p < s->threshold;
}

static void see(Search *s, double p)
{
    if (!isnan(p) && (s->up ? p > s->best_p : p < s->best_p))
        s->best_p = p;
}

static bool usable(const Search *s, const WhatIf *w, size_t i)
{
    const InputSummary *in = &s->m->inputs[i];
    if ((s->freeze && s->freeze[i]) || in->is_offset || (in->derived && !w->set[i]))
        return false;
    return input_is_factor(in) ? in->nlevels > 1 : in->max > in->min;
}

static double change_cost(const InputSummary *in, double from, double to)
{
    return in->sd > 0 ? fabs(to - from) / in->sd : 0;
}

/* One change of one input: where it leads. */
typedef struct Step {
    FlipChange change;
    double p, cost;
    bool crosses;
} Step;

static Step number_step(const WhatIf *w, size_t i, double to, double p)
{
    Step t = {.p = p, .cost = change_cost(&w->model->inputs[i], w->num[i], to)};
    t.change = (FlipChange){.input = i, .from_num = w->num[i], .to_num = to};
    return t;
}

static double p_at(const WhatIf *w, size_t i, double x, Error *err)
{
    Predictions pred;
    if (!whatif_many(w, i, &x, NULL, 1, false, &pred, err))
        return NAN;
    double p = pred.p[0];
    predictions_clear(&pred);
    return p;
}

/* Between a (this side) and b (across): the value nearest to a that is across. */
static Step bisect(const Search *s, const WhatIf *w, size_t i, double a, double b, double pb,
                   Error *err)
{
    bool whole = s->m->inputs[i].type != COL_REAL;
    for (int k = 0; k < BISECTIONS; k++) {
        double mid = whole ? (b > a ? floor((a + b) / 2) : ceil((a + b) / 2)) : a + (b - a) / 2;
        if (mid == a || mid == b)
            break;
        double p = p_at(w, i, mid, err);
        if (crossed(s, p)) {
            b = mid;
            pb = p;
        } else {
            a = mid;
        }
    }
    Step t = number_step(w, i, b, pb);
    t.crosses = true;
    return t;
}

static void try_values(const InputSummary *in, double now, double *x, size_t *n)
{
    bool whole = in->type != COL_REAL;
    size_t k = 0;
    double last = NAN;
    for (size_t g = 0; g <= GRID; g++) {
        double v = in->min + (in->max - in->min) * (double)g / GRID;
        v = whole ? floor(v) : v;
        if (!isnan(now) && now >= v && g < GRID &&
            now < in->min + (in->max - in->min) * (double)(g + 1) / GRID) {
            if (v != last && v != now)
                x[k++] = v;
            last = x[k++] = now; /* the vector's own value stands in its place */
            continue;
        }
        if (v != last)
            last = x[k++] = v;
    }
    *n = k;
}

/* The nearest crossing of a number, or the value that goes furthest. False when nothing moves. */
static bool number_best(Search *s, const WhatIf *w, size_t i, Step *out, Error *err)
{
    const InputSummary *in = &s->m->inputs[i];
    double x[GRID + 3];
    size_t n;
    Predictions pred;
    bool any = false;
    try_values(in, w->num[i], x, &n);
    if (!whatif_many(w, i, x, NULL, n, false, &pred, err))
        return false;
    for (size_t k = 0; k < n; k++) {
        if (isnan(pred.p[k]))
            continue;
        see(s, pred.p[k]);
        Step t = number_step(w, i, x[k], pred.p[k]);
        t.crosses = crossed(s, t.p);
        bool nearer = !any || (t.crosses != out->crosses ? t.crosses
                               : t.crosses               ? t.cost < out->cost
                                                         : (s->up ? t.p > out->p : t.p < out->p));
        if (nearer) {
            *out = t;
            any = true;
        }
    }
    for (size_t k = 0; any && out->crosses && k < n; k++) {
        /* the neighbour of the crossing on the side of the present value */
        if (x[k] != out->change.to_num)
            continue;
        bool right = x[k] > w->num[i];
        double side = right ? (k > 0 ? x[k - 1] : x[k]) : (k + 1 < n ? x[k + 1] : x[k]);
        *out = bisect(s, w, i, side, x[k], pred.p[k], err);
        break;
    }
    predictions_clear(&pred);
    return any && !isnan(w->num[i]);
}

static bool level_best(Search *s, const WhatIf *w, size_t i, Step *out, Error *err)
{
    const InputSummary *in = &s->m->inputs[i];
    Predictions pred;
    bool any = false;
    if (!whatif_many(w, i, NULL, in->levels, in->nlevels, false, &pred, err))
        return false;
    for (size_t k = 0; k < in->nlevels; k++) {
        if (isnan(pred.p[k]) || (w->text[i] && strcmp(w->text[i], in->levels[k]) == 0))
            continue;
        see(s, pred.p[k]);
        if (any && (s->up ? pred.p[k] <= out->p : pred.p[k] >= out->p))
            continue;
        any = true;
        *out = (Step){.p = pred.p[k], .cost = 1, .crosses = crossed(s, pred.p[k])};
        out->change = (FlipChange){.input = i, .from_num = NAN, .to_num = NAN};
        copy_text(STR_ROOM(out->change.from_text), str_of(w->text[i]));
        copy_text(STR_ROOM(out->change.to_text), str_of(in->levels[k]));
    }
    predictions_clear(&pred);
    return any;
}

static void keep(Search *s, const Flip *f)
{
    if (s->n == FLIPS_MAX)
        return;
    if (s->n == s->cap) {
        s->cap = s->cap ? 2 * s->cap : 8;
        s->found = xrealloc(s->found, s->cap * sizeof *s->found);
    }
    s->found[s->n++] = *f;
}

static void apply(WhatIf *w, const FlipChange *c)
{
    if (input_is_factor(&w->model->inputs[c->input])) {
        free(w->text[c->input]);
        w->text[c->input] = xstrdup(c->to_text);
    } else {
        w->num[c->input] = c->to_num;
    }
    w->set[c->input] = 1;
}

static double gain(const Search *s, double before, const Step *t)
{
    double d = s->m->link->link(t->p) - s->m->link->link(before);
    return (s->up ? d : -d) / (t->cost > 0 ? t->cost : 1e-9);
}

/* Adds one more change to `path` and goes on; `used` marks inputs already changed. */
static bool extend(Search *s, WhatIf *w, Flip *path, uint8_t *used, double p, size_t more,
                   Error *err)
{
    Step best = {0};
    bool have = false;
    for (size_t i = 0; i < w->n; i++) {
        Step t;
        if (used[i] || !usable(s, w, i))
            continue;
        if (!(input_is_factor(&s->m->inputs[i]) ? level_best(s, w, i, &t, err)
                                                : number_best(s, w, i, &t, err))) {
            if (error_is_set(err))
                return false;
            continue;
        }
        if (t.crosses) {
            Flip f = *path;
            f.change[f.nchanges++] = t.change;
            f.cost += t.cost;
            f.p = t.p;
            keep(s, &f);
        } else if (!have || gain(s, p, &t) > gain(s, p, &best)) {
            best = t;
            have = true;
        }
    }
    if (!have || more <= 1 || gain(s, p, &best) <= 0)
        return true;
    apply(w, &best.change);
    used[best.change.input] = 1;
    path->change[path->nchanges++] = best.change;
    path->cost += best.cost;
    return extend(s, w, path, used, best.p, more - 1, err);
}

static int by_cost(const void *a, const void *b)
{
    const Flip *x = a, *y = b;
    if (x->nchanges != y->nchanges)
        return x->nchanges < y->nchanges ? -1 : 1;
    return (x->cost > y->cost) - (x->cost < y->cost);
}

Flip *whatif_flip(const WhatIf *w, double threshold, const uint8_t *freeze, size_t max_inputs,
                  size_t *n, double *best_p, Error *err)
{
    WhatIfResult now;
    *n = 0;
    *best_p = NAN;
    if (!whatif_eval(w, 0.95, &now, err))
        return NULL;
    double p = now.p;
    whatif_result_clear(&now);
    if (isnan(p)) {
        fail(err, ERR_DATA, "the vector has no prediction: an input is missing");
        return NULL;
    }
    Search s = {
        .m = w->model, .threshold = threshold, .up = p < threshold, .best_p = p, .freeze = freeze};
    Flip path = {0};
    WhatIf *at = whatif_copy(w);
    uint8_t *used = xcalloc(w->n + 1, 1);
    size_t most = max_inputs < 1 ? 1 : max_inputs > CHANGES_MAX ? CHANGES_MAX : max_inputs;
    bool ok = extend(&s, at, &path, used, p, most, err);
    free(used);
    whatif_free(at);
    if (!ok) {
        free(s.found);
        return NULL;
    }
    if (s.n)
        qsort(s.found, s.n, sizeof *s.found, by_cost);
    *n = s.n;
    *best_p = s.best_p;
    return s.found;
}
