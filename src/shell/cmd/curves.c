/* SPDX-License-Identifier: GPL-3.0-or-later */
/* curves.c - `roc`, `pr`, `calibration`, `lift`, `thresholds`: how a model orders and how honest
 * its probabilities are. */
#include <math.h>
#include <stdlib.h>

#include "shell/model_show.h"
#include "shell/outcomes.h"
#include "shell/plot.h"
#include "shell/settings.h"

#define CURVE_POINTS 400 /* machines and pictures get at most so many points */

static bool asked(Session *s, const Args *a, Outcomes *o, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    return m && outcomes_get(s, a, m, o, err);
}

static Plot *new_plot(Result *out, PlotKind kind, const char *title, const char *xlabel,
                      const char *ylabel)
{
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = kind,
                .title = title,
                .xlabel = xlabel,
                .ylabel = ylabel,
                .xmin = 0,
                .xmax = 1,
                .ymin = 0,
                .ymax = 1,
                .mark_x = NAN,
                .mark_y = NAN};
    return p;
}

static void add_series(Result *out, Plot *p, const char *name, const double *x, const double *y,
                       size_t n, bool dashed)
{
    double *cx = arena_array(out->arena, double, n + 1),
           *cy = arena_array(out->arena, double, n + 1);
    memcpy(cx, x, n * sizeof *cx);
    memcpy(cy, y, n * sizeof *cy);
    p->series[p->nseries++] = (Series){.name = name, .n = n, .x = cx, .y = cy, .dashed = dashed};
}

/* Every k-th point, first and last included. */
static size_t thin(size_t n, size_t *at)
{
    size_t step = n / CURVE_POINTS + 1, k = 0;
    for (size_t i = 0; i < n; i += step)
        at[k++] = i;
    if (n && at[k - 1] != n - 1)
        at[k++] = n - 1;
    return k;
}

static size_t at_threshold(const Curve *c, double t)
{
    size_t i = 0;
    while (i + 1 < c->n && c->threshold[i + 1] >= t)
        i++;
    return i;
}

static void add_curve(Result *out, Plot *p, const char *name, const Curve *c, bool roc)
{
    size_t *at = arena_array(out->arena, size_t, c->n / (c->n / CURVE_POINTS + 1) + 2),
           n = thin(c->n, at);
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        x[i] = roc ? c->fpr[at[i]] : c->tpr[at[i]];
        y[i] = roc ? c->tpr[at[i]] : c->precision[at[i]];
    }
    add_series(out, p, name, x, y, n, false);
}

/* A curve of each fold beside the one of all rows, and their areas. */
static bool put_folds(const Outcomes *o, bool roc, double level, Result *out, Plot *p, Error *err)
{
    static const TableCol cols[] = {{COL("fold", "fold")},
                                    {COL("n", "rows"), .look = LOOK_COUNT},
                                    {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("pr_auc", "PR-AUC"), .look = LOOK_FIXED, .digits = 4}};
    Table *t = o->folds ? result_table(out, "folds", cols, 4) : NULL;
    bool ok = true;
    for (size_t k = 0; ok && k < o->folds; k++) {
        Outcomes fold = outcomes_fold(o, k);
        Curve c = {0};
        Metrics m;
        ok = metrics_compute(fold.y, fold.p, fold.w, fold.n, 0.5, level, &m, err) &&
             curve_compute(fold.y, fold.p, fold.w, fold.n, &c, err);
        if (ok) {
            Cell *row = table_row(out, t);
            row[0] = cell_int((int64_t)k + 1);
            row[1] = cell_int((int64_t)fold.n);
            row[2] = cell_real(m.roc_auc);
            row[3] = cell_real(m.pr_auc);
        }
        if (ok && c.positives > 0 && c.negatives > 0 && p->nseries < SERIES_MAX) {
            add_curve(out, p, k ? NULL : "each fold", &c, roc);
            p->series[p->nseries - 1].faint = true;
        }
        curve_clear(&c);
        outcomes_clear(&fold);
    }
    return ok;
}

static bool curve_run(Session *s, const Args *a, Result *out, bool roc, Error *err)
{
    Outcomes o;
    Curve c = {0};
    Metrics k;
    static const TableCol cols[] = {{COL("threshold", "threshold")},
                                    {COL("fpr", "fpr")},
                                    {COL("tpr", "tpr")},
                                    {COL("precision", "precision")}};
    if (!asked(s, a, &o, err))
        return false;
    double threshold =
        args_has(a, "threshold") ? args_real(a, "threshold") : o.model->spec.threshold;
    bool ok =
        metrics_compute(o.y, o.p, o.w, o.n, threshold, s->settings->level, &k, err) &&
        curve_compute(o.y, o.p, o.w, o.n, &c, err);
    if (ok && (k.positives <= 0 || !isfinite(k.roc_auc)))
        ok = fail(err, ERR_DATA, "all outcomes are the same here: there is no curve");
    if (ok) {
        size_t *at = arena_array(out->arena, size_t, c.n / (c.n / CURVE_POINTS + 1) + 2),
               n = thin(c.n, at);
        Table *t = result_table(out, "points", cols, 4);
        t->machine_only = true;
        for (size_t i = 0; i < n; i++) {
            Cell *row = table_row(out, t);
            row[0] = cell_real(c.threshold[at[i]]);
            row[1] = cell_real(c.fpr[at[i]]);
            row[2] = cell_real(c.tpr[at[i]]);
            row[3] = cell_real(c.precision[at[i]]);
        }
        size_t m = at_threshold(&c, k.threshold);
        double base = c.positives / (c.positives + c.negatives), ends[2] = {0, 1},
               level[2] = {base, base};
        const char *title =
            roc ? arena_printf(out->arena, "%s on %s: ROC-AUC %.4f (%g %% %.4f to %.4f)",
                               o.model->name, o.on, k.roc_auc, 100 * s->settings->level,
                               k.roc_auc_low, k.roc_auc_high)
                : arena_printf(out->arena, "%s on %s: PR-AUC %.4f (no model %.4f)", o.model->name,
                               o.on, k.pr_auc, base);
        Plot *p =
            roc ? new_plot(out, PLOT_LINES, title, "false positive rate", "true positive rate")
                : new_plot(out, PLOT_LINES, title, "recall", "precision");
        add_curve(out, p, o.model->name, &c, roc);
        add_series(out, p, "no model", ends, roc ? ends : level, 2, true);
        p->mark_x = roc ? c.fpr[m] : c.tpr[m];
        p->mark_y = roc ? c.tpr[m] : c.precision[m];
        result_real(out, "roc_auc", k.roc_auc);
        result_real(out, "roc_auc_low", k.roc_auc_low);
        result_real(out, "roc_auc_high", k.roc_auc_high);
        result_real(out, "pr_auc", k.pr_auc);
        ok = put_folds(&o, roc, s->settings->level, out, p, err);
        result_plot(out, p);
        const char *precision = isfinite(k.precision)
                                    ? arena_printf(out->arena, "%.3f", k.precision)
                                    : "not defined";
        result_line(
            out, "the mark is threshold %s: recall %.3f, precision %s, false positive rate %.3f",
            result_short(out, k.threshold), k.recall, precision, c.fpr[m]);
    }
    curve_clear(&c);
    outcomes_clear(&o);
    return ok;
}

static bool roc_run(Session *s, const Args *a, Result *out, Error *err)
{
    return curve_run(s, a, out, true, err);
}

static bool pr_run(Session *s, const Args *a, Result *out, Error *err)
{
    return curve_run(s, a, out, false, err);
}

static const OptRow curve_opts[] = {OPT_MODEL_ROW,
                                    OPT_ON_ROW,
                                    {.name = "threshold",
                                     .type = OPT_REAL,
                                     .min = 0,
                                     .max = 1,
                                     .metavar = "T",
                                     .brief = "what is marked (default: the model's)"},
                                    {0}};
static const OptRow lift_opts[] = {OPT_MODEL_ROW, OPT_ON_ROW, {0}};

const Command cmd_roc = {
    .name = "roc",
    .group = GROUP_MODEL,
    .brief = "the ROC curve",
    .usage = "roc [M] [--on train|test|folds|T] [--threshold T] [where E] [> FILE.svg]",
    .opts = curve_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_WHERE,
    .help = "True against false positives at every threshold; the cross marks the one in use. The "
            "interval of the area is DeLong's. --on folds fits the model five times without a "
            "fifth of the rows, as cv does, and draws the curve of each fifth.",
    .examples = (const Example[]){{"roc", "", false},
                                  {"roc --on folds", "how far the curve would move", false},
                                  {"roc > roc.svg", "as a picture", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = roc_run,
    .takes = TAKES_MODELS,
};

const Command cmd_pr = {
    .name = "pr",
    .group = GROUP_MODEL,
    .brief = "precision against recall",
    .usage = "pr [M] [--on train|test|folds|T] [--threshold T] [where E] [> FILE.svg]",
    .opts = curve_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_WHERE,
    .help = "For rare outcomes this says more than the ROC curve. PR-AUC is average precision.",
    .examples = (const Example[]){{"pr", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = pr_run,
    .takes = TAKES_MODELS,
};

/* ---- calibration ---- */

/* 1, 0.5, 0.2, 0.1 ...: the least of them that v is not above. */
static double round_top(double v)
{
    static const double steps[] = {1, 0.5, 0.2};
    double top = 1;
    for (size_t k = 1; v > 0 && k < 18; k++) {
        double next = steps[k % 3] * pow(0.1, (double)(k / 3));
        if (next < v)
            break;
        top = next;
    }
    return top;
}

/* Wilson's interval of a rate of n (E. B. Wilson, JASA 22, 1927). */
static void rate_interval(double rate, double n, double z, double *low, double *high)
{
    double mid = (rate + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n));
    *low = fmax(mid - half, 0);
    *high = fmin(mid + half, 1);
}

static bool calibration_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("low", "from"), .look = LOOK_FIXED, .digits = 3},
        {COL("high", "to"), .look = LOOK_FIXED, .digits = 3},
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("predicted", "predicted"), .look = LOOK_FIXED, .digits = 3},
        {COL("observed", "observed"), .look = LOOK_FIXED, .digits = 3},
        {COL("difference", "difference"), .look = LOOK_SIGNED, .digits = 3}};
    Outcomes o;
    if (!asked(s, a, &o, err))
        return false;
    outcomes_note(&o, out);
    size_t want = (size_t)args_int(a, "bins"), df = 0;
    CalibrationBin *bins = arena_array(out->arena, CalibrationBin, want + 1);
    size_t n = calibration_bins(o.y, o.p, o.w, o.n, want, args_flag(a, "width"), bins);
    double chisq = NAN, p = o.w ? NAN : hosmer_lemeshow(o.y, o.p, o.n, want, &chisq, &df);
    double ece = calibration_ece(bins, n);
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1),
           *low = arena_array(out->arena, double, n + 1),
           *high = arena_array(out->arena, double, n + 1);
    double z = fit_quantile(o.model->fit, s->settings->level), top = 0;
    Table *t = result_table(out, "bins", cols, 6);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_real(bins[i].low);
        c[1] = cell_real(bins[i].high);
        c[2] = cell_real(bins[i].n);
        c[3] = cell_real(bins[i].mean_predicted);
        c[4] = cell_real(bins[i].observed_rate);
        c[5] = cell_real(bins[i].observed_rate - bins[i].mean_predicted);
        x[i] = bins[i].mean_predicted;
        y[i] = bins[i].observed_rate;
        rate_interval(y[i], bins[i].n, z, &low[i], &high[i]);
        top = fmax(top, fmax(x[i], y[i]));
    }
    top = round_top(top);
    const double ends[2] = {0, top};
    Plot *plot = new_plot(out, PLOT_LINES,
                          arena_printf(out->arena, "%s on %s: calibration", o.model->name, o.on),
                          "predicted", "observed");
    plot->xmax = plot->ymax = top;
    add_series(out, plot, o.model->name, x, y, n, false);
    plot->series[0].low = low;
    plot->series[0].high = high;
    add_series(out, plot, "exact", ends, ends, 2, true);
    result_real(out, "ece", ece);
    result_real(out, "hosmer_lemeshow", chisq);
    result_int(out, "df", (int64_t)df);
    result_real(out, "p", p);
    result_plot(out, plot);
    Buf text = BUF_INIT;
    buf_pvalue(&text, p);
    result_line(out, "mean error %s; Hosmer-Lemeshow %s on %zu df, p %s", result_short(out, ece),
                isfinite(chisq) ? result_short(out, chisq) : "not defined", df,
                isfinite(p) ? text.p : "not defined");
    buf_free(&text);
    outcomes_clear(&o);
    return true;
}

static const OptRow calibration_opts[] = {
    OPT_MODEL_ROW,
    OPT_ON_ROW,
    {.name = "bins",
     .type = OPT_INT,
     .min = 2,
     .max = 1000,
     .def = "10",
     .metavar = "N",
     .brief = "groups"},
    {.name = "width", .type = OPT_FLAG, .brief = "groups of equal width instead of equal count"},
    {0},
};

const Command cmd_calibration = {
    .name = "calibration",
    .group = GROUP_MODEL,
    .brief = "do 30 % of those with 0.3 view?",
    .usage = "calibration [M] [--bins 10] [--width] [--on train|test|folds|T] [where E]",
    .opts = calibration_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_WHERE,
    .help = "Predicted against observed in groups, the expected calibration error and the "
            "Hosmer-Lemeshow test.",
    .examples = (const Example[]){{"calibration", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = calibration_run,
    .takes = TAKES_MODELS,
};

/* ---- lift ---- */

static bool lift_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("share", "best rows"), .look = LOOK_PERCENT},
        {COL("rate", "rate"), .look = LOOK_FIXED, .digits = 3},
        {COL("lift", "lift"), .look = LOOK_FIXED, .digits = 2},
        {COL("recall", "of all"), .look = LOOK_PERCENT},
        {COL("threshold", "threshold"), .look = LOOK_FIXED, .digits = 3}};
    Outcomes o;
    Curve c = {0};
    if (!asked(s, a, &o, err))
        return false;
    bool ok = curve_compute(o.y, o.p, o.w, o.n, &c, err);
    if (ok && c.positives > 0) {
        double all = c.positives + c.negatives, base = c.positives / all, ends[2] = {0, 1};
        size_t *at = arena_array(out->arena, size_t, c.n / (c.n / CURVE_POINTS + 1) + 2),
               n = thin(c.n, at);
        double *x = arena_array(out->arena, double, n + 1),
               *y = arena_array(out->arena, double, n + 1);
        for (size_t i = 0; i < n; i++) {
            x[i] = (c.tpr[at[i]] * c.positives + c.fpr[at[i]] * c.negatives) / all;
            y[i] = c.tpr[at[i]];
        }
        Plot *p = new_plot(out, PLOT_LINES,
                           arena_printf(out->arena, "%s on %s: gain", o.model->name, o.on),
                           "share of rows, best first", "share of the positives");
        add_series(out, p, o.model->name, x, y, n, false);
        add_series(out, p, "no model", ends, ends, 2, true);
        Table *t = result_table(out, "lift", cols, 5);
        size_t i = 0;
        for (int tenth = 1; tenth <= 10; tenth++) {
            double share = tenth / 10.0;
            while (i + 1 < c.n &&
                   (c.tpr[i] * c.positives + c.fpr[i] * c.negatives) / all < share - 1e-12)
                i++;
            double taken = c.tpr[i] * c.positives + c.fpr[i] * c.negatives;
            double rate = taken > 0 ? c.tpr[i] * c.positives / taken : NAN;
            Cell *row = table_row(out, t);
            row[0] = cell_real(taken / all);
            row[1] = cell_real(rate);
            row[2] = cell_real(rate / base);
            row[3] = cell_real(c.tpr[i]);
            row[4] = cell_real(c.threshold[i]);
        }
        result_plot(out, p);
    } else if (ok) {
        ok = fail(err, ERR_DATA, "no outcome is 1 here: there is no lift");
    }
    curve_clear(&c);
    outcomes_clear(&o);
    return ok;
}

const Command cmd_lift = {
    .name = "lift",
    .group = GROUP_MODEL,
    .brief = "how much better the best tenth is",
    .usage = "lift [M] [--on train|test|folds|T] [where E]",
    .opts = lift_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_WHERE,
    .help = "Rows by probability, best first: rate of the outcome in the best 10 %, 20 % ... over "
            "the overall rate, and the "
            "share of all positives found there.",
    .examples = (const Example[]){{"lift", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = lift_run,
    .takes = TAKES_MODELS,
};

/* ---- thresholds ---- */

typedef struct Costs {
    double fp, fn; /* of a false positive, of a miss */
} Costs;

static const struct {
    const char *rule, *axis;
    BestBy by;
} rules[] = {{"best F1", "F1", BEST_F1}, /* in the order of best_words */
             {"best Youden", "Youden's index", BEST_YOUDEN},
             {"best accuracy", "accuracy", BEST_ACCURACY},
             {"least cost", "cost", BEST_COST}};
#define RULES (sizeof rules / sizeof *rules)

static bool threshold_row(Result *out, Table *t, const Outcomes *o, const char *rule,
                          double threshold, const Costs *costs, Error *err)
{
    Metrics k;
    if (!metrics_compute(o->y, o->p, o->w, o->n, threshold, 0.95, &k, err))
        return false;
    const double v[] = {threshold,
                        k.accuracy,
                        k.precision,
                        k.recall,
                        k.f1,
                        k.recall + k.specificity - 1,
                        k.fp * costs->fp + k.fn * costs->fn};
    Cell *row = table_row(out, t);
    row[0] = cell_text(str_of(rule));
    for (size_t j = 0; j < sizeof v / sizeof *v; j++)
        row[j + 1] = cell_real(v[j]);
    return true;
}

/* What a rule looks at, at point i of the curve. */
static double rule_value(const Curve *c, size_t i, BestBy by, const Costs *costs)
{
    double tp = c->tpr[i] * c->positives, fp = c->fpr[i] * c->negatives;
    double fn = c->positives - tp, tn = c->negatives - fp;
    switch (by) {
    case BEST_F1:
        return 2 * tp / (2 * tp + fp + fn);
    case BEST_YOUDEN:
        return c->tpr[i] - c->fpr[i];
    case BEST_ACCURACY:
        return (tp + tn) / (c->positives + c->negatives);
    case BEST_COST:
        break;
    }
    return fp * costs->fp + fn * costs->fn;
}

/* The value of the rule over all thresholds, its best point marked. */
static void rule_plot(Result *out, const Outcomes *o, const Curve *c, size_t rule, double best,
                      const Costs *costs)
{
    size_t *at = arena_array(out->arena, size_t, c->n / (c->n / CURVE_POINTS + 1) + 2);
    size_t n = thin(c->n, at), kept = 0;
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        x[kept] = c->threshold[at[i]];
        y[kept] = rule_value(c, at[i], rules[rule].by, costs);
        kept += x[kept] <= 1;
    }
    const char *title =
        arena_printf(out->arena, "%s on %s: %s", o->model->name, o->on, rules[rule].rule);
    Plot *p = new_plot(out, PLOT_LINES, title, "threshold", rules[rule].axis);
    p->xmin = p->xmax = p->ymin = p->ymax = NAN;
    add_series(out, p, rules[rule].axis, x, y, kept, false);
    p->mark_x = best;
    p->mark_y = rule_value(c, at_threshold(c, best), rules[rule].by, costs);
    result_plot(out, p);
}

static bool thresholds_show(Session *s, const Args *a, const Outcomes *o, const Curve *c,
                            Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("rule", "")},
        {COL("threshold", "threshold"), .look = LOOK_FIXED, .digits = 3},
        {COL("accuracy", "accuracy"), .look = LOOK_FIXED, .digits = 3},
        {COL("precision", "precision"), .look = LOOK_FIXED, .digits = 3},
        {COL("recall", "recall"), .look = LOOK_FIXED, .digits = 3},
        {COL("f1", "F1"), .look = LOOK_FIXED, .digits = 3},
        {COL("youden", "Youden"), .look = LOOK_FIXED, .digits = 3},
        {COL("cost", "cost"), .look = LOOK_COUNT, .priority = 1}};
    const Costs costs = {args_real(a, "fp"), args_real(a, "fn")};
    long wanted = args_choice(a, "best");
    Table *t = result_table(out, "thresholds", cols, 8);
    bool ok = true;
    for (size_t i = 0; ok && i < RULES; i++) {
        if (wanted >= 0 && i != (size_t)wanted)
            continue;
        double best = curve_best(c, rules[i].by, costs.fp, costs.fn);
        ok = threshold_row(out, t, o, rules[i].rule, best, &costs, err);
        if (ok && wanted >= 0) {
            result_real(out, "threshold", best);
            rule_plot(out, o, c, i, best, &costs);
        }
    }
    ok = ok && threshold_row(out, t, o, "in use", s->threshold, &costs, err);
    for (int i = 1; ok && wanted < 0 && i <= 9; i++)
        ok = threshold_row(out, t, o, "", i / 10.0, &costs, err);
    t->footer =
        arena_printf(out->arena, "cost: %s a false positive, %s a miss; set threshold X uses one",
                     result_short(out, costs.fp), result_short(out, costs.fn));
    return ok;
}

static bool thresholds_run(Session *s, const Args *a, Result *out, Error *err)
{
    Outcomes o;
    Curve c = {0};
    if (!asked(s, a, &o, err))
        return false;
    bool ok = curve_compute(o.y, o.p, o.w, o.n, &c, err) && thresholds_show(s, a, &o, &c, out, err);
    outcomes_note(&o, out);
    curve_clear(&c);
    outcomes_clear(&o);
    return ok;
}

static const char *const best_words[] = {"f1", "youden", "accuracy", "cost", NULL};
static const OptRow thresholds_opts[] = {
    OPT_MODEL_ROW,
    OPT_ON_ROW,
    {.name = "best",
     .type = OPT_CHOICE,
     .choices = best_words,
     .brief = "this rule alone, and its curve over all thresholds"},
    {.name = "fp",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e12,
     .def = "1",
     .metavar = "C",
     .brief = "cost of a false positive"},
    {.name = "fn",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e12,
     .def = "1",
     .metavar = "C",
     .brief = "cost of a miss"},
    {0},
};

const Command cmd_thresholds = {
    .name = "thresholds",
    .group = GROUP_MODEL,
    .brief = "which threshold to use",
    .usage = "thresholds [M] [--best f1|youden|accuracy|cost] [--fp C] [--fn C] "
             "[--on train|test|folds|T] [where E]",
    .opts = thresholds_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_WHERE,
    .help = "The best ones by F1, by Youden's index, by accuracy and by cost, and a ladder from "
            "0.1 to 0.9. --best takes one rule and draws it; > FILE.svg saves the picture.",
    .examples =
        (const Example[]){
            {"thresholds --fp 1 --fn 5", "a miss costs five false alarms", false},
            {"thresholds --best cost --fn 5", "the cheapest, and what others cost", false},
            {0}},
    .needs = NEED_MODEL,
    .run = thresholds_run,
    .takes = TAKES_MODELS,
};
