/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scr_roc.c - the curve of a model with a moving threshold: ROC, precision and recall, gain,
 * calibration, cost, and the confusion matrix under it.
 *
 * The rows are scored once for each part (test, train, all). What moves with the threshold comes
 * from the curve by binary search; the picture is drawn from a curve thinned to what a screen can
 * show. On this screen k is calibration. How it looks is roc_draw.c.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "roc_priv.h"
#include "shell/command.h"
#include "shell/parse.h"
#include "shell/settings.h"
#include "subject.h"

#define STEP 0.01
#define SMALL_STEP 0.001

const RocLook roc_looks[NVIEWS] = {
    [VIEW_ROC] = {"roc", "ROC", "false positive rate", "true positive rate"},
    [VIEW_PR] = {"pr", "precision and recall", "recall", "precision"},
    [VIEW_LIFT] = {"lift", "gain", "share of rows, best first", "share of the positives"},
    [VIEW_CALIBRATION] = {"calibration", "calibration", "predicted", "observed"},
    [VIEW_COST] = {"thresholds", "cost", "threshold", "cost"},
};

/* ---- the points of a look ---- */

double roc_cost(const Roc *r, const Metrics *k)
{
    return r->cost_fp * k->fp + r->cost_fn * k->fn;
}

double roc_gain_x(const Curve *c, double tpr, double fpr)
{
    return (tpr * c->positives + fpr * c->negatives) / (c->positives + c->negatives);
}

static void add(Points *p, double x, double y)
{
    if (p->n < POINTS + 2 && isfinite(x) && isfinite(y)) {
        p->x[p->n] = x;
        p->y[p->n++] = y;
    }
}

static void make_cost(Roc *r)
{
    for (int i = 0; i <= 200; i++) {
        Metrics k;
        curve_at(&r->curve, i / 200.0, &k);
        add(&r->points, i / 200.0, roc_cost(r, &k));
    }
}

/* A curve as ROC, precision and recall, or gain. */
static void make_curve(const Curve *c, View look, Points *p)
{
    p->n = 0;
    if (look != VIEW_PR)
        add(p, 0, 0);
    for (size_t k = 0; k < POINTS && k < c->n; k++) {
        size_t i = c->n <= POINTS ? k : k * (c->n - 1) / (POINTS - 1);
        double x = look == VIEW_ROC  ? c->fpr[i]
                   : look == VIEW_PR ? c->tpr[i]
                                     : roc_gain_x(c, c->tpr[i], c->fpr[i]);
        add(p, x, look == VIEW_PR ? c->precision[i] : c->tpr[i]);
    }
}

static void make_points(Roc *r)
{
    Points *p = &r->points;
    p->n = 0;
    if (r->look == VIEW_COST) {
        make_cost(r);
        return;
    }
    if (r->look == VIEW_CALIBRATION) {
        for (size_t i = 0; i < r->nbins; i++)
            add(p, r->bins[i].mean_predicted, r->bins[i].observed_rate);
        return;
    }
    make_curve(&r->curve, r->look, p);
    for (size_t k = 0; k < r->folds; k++)
        make_curve(&r->fold[k], r->look, &r->fold_points[k]);
}

/* ---- state ---- */

/* How many of the rows that are 1 (and 0) have which probability. */
static void count_scores(Roc *r, const Outcomes *o)
{
    memset(r->scores, 0, sizeof r->scores);
    for (size_t i = 0; i < o->n; i++) {
        size_t bin = o->p[i] >= 1 ? SCORE_BINS - 1 : (size_t)(o->p[i] * SCORE_BINS);
        r->scores[o->y[i] > 0.5][bin] += o->w ? o->w[i] : 1;
    }
}

static void clear_folds(Roc *r)
{
    for (size_t k = 0; k < r->folds; k++)
        curve_clear(&r->fold[k]);
    r->folds = 0;
}

/* The curve of each fold, in place of what was there. */
static bool take_folds(Roc *r, const Outcomes *o, double level, Error *err)
{
    bool ok = true;
    clear_folds(r);
    for (size_t k = 0; ok && k < o->folds; k++) {
        Outcomes fold = outcomes_fold(o, k);
        Metrics m;
        r->fold[k] = (Curve){0};
        r->folds++;
        ok = metrics_compute(fold.y, fold.p, fold.w, fold.n, 0.5, level, &m, err) &&
             curve_compute(fold.y, fold.p, fold.w, fold.n, &r->fold[k], err);
        r->fold_auc[k] = ok ? m.roc_auc : NAN;
        outcomes_clear(&fold);
    }
    if (!ok)
        clear_folds(r);
    return ok;
}

static bool take_part(Ui *ui, Roc *r, const char *part, Error *err)
{
    Session *s = ui_session(ui);
    Outcomes o;
    Curve c = {0};
    Metrics all;
    long i = session_model_index(s, r->model);
    if (i < 0)
        return fail(err, ERR_NAME, "%s is no longer there", r->model->name);
    if (!outcomes_part(s, i, part, &o, err))
        return false;
    bool ok = metrics_compute(o.y, o.p, o.w, o.n, r->model->spec.threshold, s->settings->level,
                              &all, err) &&
              curve_compute(o.y, o.p, o.w, o.n, &c, err);
    if (ok && !(c.positives > 0 && c.negatives > 0))
        ok = fail(err, ERR_DATA, "all outcomes are the same here: there is no curve");
    if (ok && take_folds(r, &o, s->settings->level, err)) {
        curve_clear(&r->curve);
        r->curve = c;
        r->all = all;
        r->part = part;
        count_scores(r, &o);
        r->nbins = calibration_bins(o.y, o.p, o.w, o.n, BINS, false, r->bins);
        make_points(r);
    } else {
        ok = false;
        curve_clear(&c);
    }
    outcomes_clear(&o);
    return ok;
}

static bool take_model(Ui *ui, Roc *r, const Model *m, Error *err)
{
    if (!m->binary) {
        fail(err, ERR_DATA, "the response of %s has not two values: there is no curve", m->name);
        return error_hint(err, "coef and whatif show any model");
    }
    const Model *old = r->model;
    r->model = model_ref(m);
    if (!take_part(ui, r, m->spec.test_frac > 0 ? "test" : "all", err)) {
        model_unref((Model *)r->model); /* our own reference */
        r->model = old;
        return false;
    }
    model_unref((Model *)old);
    return true;
}

static void close_roc(void *state)
{
    Roc *r = state;
    model_unref((Model *)r->model);
    curve_clear(&r->curve);
    clear_folds(r);
    free(r);
}

static void *open_roc(Ui *ui, Str subject, Error *err)
{
    const Session *s = ui_session(ui);
    long i = subject_model(ui, subject, err);
    if (i < 0)
        return NULL;
    Roc *r = xcalloc(1, sizeof *r);
    r->follows = i == s->current_model;
    r->cost_fp = r->cost_fn = 1;
    r->threshold = s->threshold;
    if (take_model(ui, r, s->models[i].model, err))
        return r;
    close_roc(r);
    return NULL;
}

static bool refresh(Ui *ui, void *state)
{
    Roc *r = state;
    const Session *s = ui_session(ui);
    Error err = ERROR_INIT;
    if (!r->follows || (s->current_model >= 0 && s->models[s->current_model].model == r->model))
        return true;
    if (s->current_model >= 0 && take_model(ui, r, s->models[s->current_model].model, &err))
        return true;
    if (error_is_set(&err))
        ui_error(ui, &err);
    return false;
}

static void put_command(Ui *ui, const Roc *r, Buf *out)
{
    buf_printf(out, "%s --on %s", roc_looks[r->look].command,
               strcmp(r->part, "all") == 0 ? "train" : r->part);
    if ((r->look == VIEW_ROC || r->look == VIEW_PR) && r->threshold != r->model->spec.threshold)
        buf_printf(out, " --threshold %g", r->threshold);
    if (r->look == VIEW_COST)
        buf_printf(out, " --fp %g --fn %g", r->cost_fp, r->cost_fn);
    put_model_option(ui, r->model, out);
}

static void command(Ui *ui, void *state, Buf *out)
{
    put_command(ui, state, out);
}

/* ---- keys ---- */

static void told(Ui *ui, Roc *r)
{
    Buf b = BUF_INIT;
    put_command(ui, r, &b);
    ui_did(ui, "%s", b.p);
    buf_free(&b);
}

static void look_at(Ui *ui, Roc *r, View look)
{
    r->look = look;
    make_points(r);
    told(ui, r);
}

static void move_to(Ui *ui, Roc *r, double t)
{
    r->threshold = t < 0 ? 0 : t > 1 ? 1 : round(t * 1e6) / 1e6;
    ui_did(ui, "metrics --on %s --threshold %g", strcmp(r->part, "all") == 0 ? "train" : r->part,
           r->threshold);
}

static void threshold_asked(Ui *ui, void *state, Str answer)
{
    double t;
    if (parse_real(str_trim(answer), &t) && t >= 0 && t <= 1)
        move_to(ui, state, t);
    else if (answer.n)
        ui_message(ui, STYLE_ERROR, "error: a threshold is a number from 0 to 1, not '%.*s'",
                   STR_ARG(answer));
}

static void costs_asked(Ui *ui, void *state, Str answer)
{
    Roc *r = state;
    Str rest = str_trim(answer), first = str_split(rest, ' ', &rest);
    double fp, fn;
    if (!answer.n)
        return;
    if (!parse_real(first, &fp) || !parse_real(str_trim(rest), &fn) || !(fp >= 0 && fn >= 0)) {
        ui_message(ui, STYLE_ERROR, "error: two costs, of a false positive and of a miss: 1 5");
        return;
    }
    r->cost_fp = fp;
    r->cost_fn = fn;
    r->threshold = curve_best(&r->curve, BEST_COST, fp, fn);
    look_at(ui, r, VIEW_COST);
}

static void segment_asked(Ui *ui, void *state, Str answer)
{
    const Roc *r = state;
    Buf b = BUF_INIT;
    if (!answer.n)
        return;
    buf_puts(&b, "metrics by ");
    buf_name(&b, str_trim(answer));
    buf_printf(&b, " --on %s --threshold %g", strcmp(r->part, "all") == 0 ? "train" : r->part,
               r->threshold);
    put_model_option(ui, r->model, &b);
    ui_run(ui, false, "%s", b.p);
    buf_free(&b);
}

/* The current part's next: test, train, folds; without a test part all rows, folds. */
static void next_part(Ui *ui, void *state)
{
    Roc *r = state;
    Error err = ERROR_INIT;
    bool has_test = r->model->spec.test_frac > 0;
    const char *next = strcmp(r->part, "test") == 0    ? "train"
                       : strcmp(r->part, "folds") != 0 ? "folds"
                       : has_test                      ? "test"
                                                       : "all";
    if (take_part(ui, r, next, &err))
        told(ui, r);
    else
        ui_error(ui, &err);
}

static void lower(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, r->threshold - STEP);
}

static void higher(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, r->threshold + STEP);
}

static void a_bit_lower(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, r->threshold - SMALL_STEP);
}

static void a_bit_higher(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, r->threshold + SMALL_STEP);
}

static void to_own(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, r->model->spec.threshold);
}

static void to_youden(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, curve_best(&r->curve, BEST_YOUDEN, 1, 1));
}

static void to_f1(Ui *ui, void *state)
{
    Roc *r = state;
    move_to(ui, r, curve_best(&r->curve, BEST_F1, 1, 1));
}

static void view_roc(Ui *ui, void *state)
{
    look_at(ui, state, VIEW_ROC);
}

static void view_pr(Ui *ui, void *state)
{
    look_at(ui, state, VIEW_PR);
}

static void view_lift(Ui *ui, void *state)
{
    look_at(ui, state, VIEW_LIFT);
}

static void view_calibration(Ui *ui, void *state)
{
    look_at(ui, state, VIEW_CALIBRATION);
}

static void ask_threshold(Ui *ui, void *state)
{
    (void)state;
    ui_ask(ui, "threshold: ", STR_NULL, threshold_asked);
}

static void ask_costs(Ui *ui, void *state)
{
    (void)state;
    ui_ask(ui, "cost of a false positive, of a miss: ", STR_NULL, costs_asked);
}

static void ask_segment(Ui *ui, void *state)
{
    const Roc *r = state;
    const Session *s = ui_session(ui);
    long i = session_model_index(s, r->model);
    Buf names = BUF_INIT;
    if (i >= 0)
        put_segments(s->models[i].data.frame, &names);
    if (names.n)
        ui_pick(ui, "by column", &names, segment_asked);
    else
        ui_ask(ui, "by column: ", STR_NULL, segment_asked);
    buf_free(&names);
}

static void use_threshold(Ui *ui, void *state)
{
    const Roc *r = state;
    ui_run(ui, true, "set threshold %g", r->threshold);
}

static bool key(Ui *ui, void *state, uint32_t k, const Mouse *mouse)
{
    if (k != K_MOUSE || !mouse || (!mouse->wheel_up && !mouse->wheel_down))
        return false;
    (mouse->wheel_up ? higher : lower)(ui, state);
    return true;
}

static const char *about(void *state)
{
    return ((const Roc *)state)->model->name;
}

static const KeyRow keys[] = {
    {"Left Right", "threshold", 0, {lower, higher}},
    {"Down Up", NULL, 9, {lower, higher}},
    {"r", "ROC", 1, {view_roc}},
    {"p", "precision, recall", 2, {view_pr}},
    {"l", "gain", 2, {view_lift}},
    {"k", "calibration", 2, {view_calibration}},
    {"$", "costs", 3, {ask_costs}},
    {"J", "best Youden", 4, {to_youden}},
    {"F", "best F1", 4, {to_f1}},
    {"t", "test, train, folds", 3, {next_part}},
    {"b", "by segment", 5, {ask_segment}},
    {"Enter", "type it", 5, {ask_threshold}},
    {"=", "use this threshold", 5, {use_threshold}},
    {"Shift-Left Shift-Right", "a thousandth", 7, {a_bit_lower, a_bit_higher}},
    {"0", "back to the model's", 6, {to_own}},
    {0},
};

const Screen scr_roc = {
    .name = "roc",
    .title = "threshold",
    .brief = "the curve, a moving threshold and what it means",
    .keys = keys,
    .needs = NEED_MODEL,
    .open = open_roc,
    .key = key,
    .draw = roc_draw,
    .close = close_roc,
    .command = command,
    .refresh = refresh,
    .about = about,
};
