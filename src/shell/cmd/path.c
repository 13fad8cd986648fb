/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.c - `path`: the elastic net along its penalties, and the choice of one by folds.
 *
 * The choice is glmnet's: the smallest mean deviance, and the largest penalty within one standard
 * error of it (Friedman, Hastie & Tibshirani 2010). Levels and knots are learned inside each fold
 * from its training rows.
 */
#include <math.h>
#include <stdlib.h>

#include "shell/folds.h"
#include "shell/model_show.h"
#include "shell/plot.h"
#include "shell/select.h"
#include "shell/settings.h"
#include "shell/spec_args.h"

/* The eight largest coefficients at the end against log10(lambda). */
static void path_plot(Result *out, const Path *path, const Encoding *enc)
{
    Plot *p = arena_alloc(out->arena, sizeof *p);
    double *x = arena_array(out->arena, double, path->n + 1);
    *p = (Plot){.kind = PLOT_LINES,
                .title = "coefficients along the path",
                .xlabel = "log10(lambda)",
                .ylabel = "coefficient",
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .mark_x = NAN,
                .mark_y = NAN};
    bool *taken = arena_array(out->arena, bool, path->p + 1);
    for (size_t l = 0; l < path->n; l++)
        x[l] = log10(path->lambda[l] > 0 ? path->lambda[l] : 1e-12);
    for (; p->nseries < 8; p->nseries++) {
        size_t best = SIZE_MAX;
        const double *end = path->b + (path->n - 1) * path->p;
        for (size_t j = 0; j < path->p; j++)
            if (!taken[j] && enc->cols[j].term >= 0 && end[j] != 0 &&
                (best == SIZE_MAX || fabs(end[j]) > fabs(end[best])))
                best = j;
        if (best == SIZE_MAX)
            break;
        taken[best] = true;
        double *y = arena_array(out->arena, double, path->n + 1);
        for (size_t l = 0; l < path->n; l++)
            y[l] = path->b[l * path->p + best];
        p->series[p->nseries] =
            (Series){.name = arena_printf(out->arena, "%s", enc->cols[best].name),
                     .n = path->n,
                     .x = x,
                     .y = y};
    }
    result_plot(out, p);
}

static void put_path(Result *out, const CvPath *cv, const char *measure, size_t shown)
{
    const Path *path = cv->path;
    const CvPath *c = cv->k ? cv : NULL;
    const TableCol cols[] = {{COL("lambda", "lambda")},
                             {COL("df", "terms in")},
                             {COL("dev_ratio", "explained"), .look = LOOK_PERCENT},
                             {COL("cv_mean", measure), .look = LOOK_FIXED, .digits = 4},
                             {COL("cv_se", "se"), .look = LOOK_FIXED, .digits = 4},
                             {COL("choice", "")}};
    Table *t = result_table(out, "path", cols, c ? 6 : 3);
    t->shown = shown;
    for (size_t l = 0; l < path->n; l++) {
        Cell *cell = table_row(out, t);
        cell[0] = cell_real(path->lambda[l]);
        cell[1] = cell_int((int64_t)path->df[l]);
        cell[2] = cell_real(path->dev_ratio[l]);
        if (!c)
            continue;
        cell[3] = cell_real(c->mean[l]);
        cell[4] = cell_real(c->se[l]);
        cell[5] = cell_text(str_of(l == c->best ? "best" : l == c->one_se ? "within one se" : ""));
    }
    size_t at = c ? c->one_se : path->n - 1;
    const TableCol coef_cols[] = {
        {COL("term", "term"), .middle = true},
        {COL("estimate", c ? "coef within one se" : "coef at the end"), .look = LOOK_FIXED,
         .digits = 4},
        {COL("best", "coef at the best"), .look = LOOK_FIXED, .digits = 4},
        {COL("folds", "in folds")}};
    Table *b = result_table(out, "coef", coef_cols, c ? 4 : 2);
    b->shown = shown;
    for (size_t j = 0; j < path->p; j++) {
        double v = path->b[at * path->p + j], least = c ? path->b[c->best * path->p + j] : 0;
        if (v == 0 && least == 0)
            continue;
        Cell *cell = table_row(out, b);
        cell[0] = cell_text(str_of(arena_printf(out->arena, "%s", cv->enc->cols[j].name)));
        cell[1] = cell_real(v);
        if (!c)
            continue;
        cell[2] = cell_real(least);
        cell[3] = cell_int((int64_t)cv->nonzero[j]);
    }
    b->footer = arena_printf(out->arena, "%zu of %zu coefficients are not 0", b->nrows, path->p);
}

/* `deviance`, or a row of the table of metrics. */
static bool find_measure(const Args *a, const MetricRow **out, Error *err)
{
    Str name = args_text(a, "measure"), names[32];
    size_t n;
    const MetricRow *rows = metric_table(&n);
    *out = NULL;
    if (str_eqz(name, "deviance"))
        return true;
    for (size_t i = 0; i < n; i++) {
        names[i < 32 ? i : 31] = str_of(rows[i].name);
        if (str_eqz(name, rows[i].name)) {
            *out = &rows[i];
            return true;
        }
    }
    fail_at(err, ERR_NAME, args_at(a, "measure"), "no measure '%.*s'", STR_ARG(name));
    long near = nearest_name(name, names, n < 32 ? n : 32);
    return near >= 0 ? error_hint(err, "did you mean '%s'?", rows[near].name)
                     : error_hint(err, "deviance, roc_auc, log_loss, brier ...");
}

static void spec_of(const Session *s, const Args *a, const NamedData *t, ModelSpec *spec,
                    PathOptions *opt)
{
    spec_args(s, a, spec);
    spec->table = t->name;
    *opt = (PathOptions)PATH_OPTIONS_DEFAULT;
    opt->alpha = args_real(a, "alpha");
    opt->nlambda = (size_t)args_int(a, "lambdas");
    opt->no_standardize = args_flag(a, "as-is");
    if (args_has(a, "theta") || args_has(a, "power"))
        opt->param = spec->fit.param;
}

static void put_choice(Result *out, const CvPath *cv, const char *measure)
{
    const Path *path = cv->path;
    result_real(out, "lambda_min", path->lambda[cv->best]);
    result_real(out, "lambda_1se", path->lambda[cv->one_se]);
    result_line(out,
                "best %s of %zu folds at lambda %s (%zu coefficients); within one se: %s (%zu)",
                measure, cv->k, result_short(out, path->lambda[cv->best]), path->df[cv->best],
                result_short(out, path->lambda[cv->one_se]), path->df[cv->one_se]);
    if (cv->best + 1 == path->n)
        result_note(out, "path_end", "more --lambdas, or another --alpha",
                    "the best lambda is the last one of the path: less penalty may be better");
}

static bool path_cmd_run(Session *s, const Args *a, Result *out, Error *err)
{
    const NamedData *t = command_table_arg(s, a, STR_NULL, SPAN_NONE, err);
    const MetricRow *metric;
    ModelSpec spec;
    PathOptions opt;
    FoldSpec folds;
    if (!t || !find_measure(a, &metric, err))
        return false;
    if (!a->text.p) {
        fail(err, ERR_USAGE, "path wants a formula");
        return error_hint(err, "path viewed ~ age + lang --cv 5");
    }
    static const char *const column_options[] = {"weights"};
    if (!spec_args_check(a, t->data.frame, t->name, column_options, 1, err))
        return false;
    spec_of(s, a, t, &spec, &opt);
    bool choose = args_has(a, "cv") || args_has(a, "folds");
    size_t k = args_has(a, "cv") ? (size_t)args_int(a, "cv") : 10;
    Frame *f = select_where(a, t->data.frame, t->name, err);
    bool ok = f && (!choose || folds_spec(s, a, f, t->name, k, &folds, err));
    CvPath *cv = ok ? cv_path(f, &spec, &opt, choose ? &folds : NULL, metric, err) : NULL;
    if (cv) {
        const char *measure = metric ? metric->name : "deviance";
        result_line(out, "%s, alpha %s: %zu penalties, %s, %.2f s", args_z(a, "family"),
                    result_short(out, opt.alpha), cv->path->n,
                    result_plural(out, (int64_t)cv->rows, "row"), cv->path->seconds);
        result_real(out, "alpha", opt.alpha);
        result_real(out, "null_deviance", cv->path->null_deviance);
        if (cv->k)
            put_choice(out, cv, measure);
        if (cv->dropped)
            result_note(out, "dropped", NULL, "%s dropped: something is missing",
                        result_plural(out, (int64_t)cv->dropped, "row"));
        path_plot(out, cv->path, cv->enc);
        put_path(out, cv, measure, (size_t)s->settings->rows);
    }
    ok = cv != NULL;
    cv_path_free(cv);
    frame_unref(f);
    return ok;
}

static const OptRow path_opts[] = {
    OPT_DATA_ROW,
    {.name = "alpha",
     .type = OPT_REAL,
     .min = 0,
     .max = 1,
     .def = "1",
     .metavar = "A",
     .brief = "1 lasso, 0 ridge"},
    {.name = "lambdas",
     .type = OPT_INT,
     .min = 2,
     .max = 10000,
     .def = "100",
     .metavar = "N",
     .brief = "penalties"},
    {.name = "cv",
     .type = OPT_INT,
     .min = 2,
     .max = FOLDS_MAX,
     .metavar = "K",
     .brief = "choose the penalty by K folds"},
    OPT_FOLD_ROWS,
    {.name = "measure",
     .type = OPT_TEXT,
     .def = "deviance",
     .metavar = "NAME",
     .brief = "what the folds are judged by: deviance, roc_auc, log_loss, brier, accuracy ..."},
    {.name = "as-is", .type = OPT_FLAG, .brief = "columns are not scaled to sd 1 first"},
    OPT_SPEC_ROWS,
    {0},
};

const Command cmd_path = {
    .name = "path",
    .group = GROUP_MODEL,
    .brief = "the elastic net along its penalties",
    .usage = "path Y ~ TERMS [where E] [--alpha A] [--cv K] [--encode onehot] [--split "
             "random|time|user]",
    .opts = path_opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_WHERE,
    .help = "glmnet's objective and conventions. With --cv the penalty is chosen by folds: the "
            "least mean deviance and the "
            "largest penalty within one standard error of it; the coefficients at both are shown.",
    .examples =
        (const Example[]){
            {"path viewed ~ age + lang + country --data ft", "the lasso", false},
            {"path viewed ~ age + lang --alpha 0.5 --cv 3 --data ft", "chosen by folds", false},
            {0}},
    .needs = NEED_TABLE,
    .run = path_cmd_run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};
