/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * path.c - `path`: the elastic net along its penalties, and the choice of one by folds.
 *
 * The choice is glmnet's: the smallest mean deviance, and the largest penalty within one standard
 * error of it (Friedman, Hastie & Tibshirani 2010). Levels and knots are learned inside each fold
 * from its training rows.
 */
#include "glm/path.h"

#include <math.h>
#include <stdlib.h>

#include "shell/folds.h"
#include "shell/model_show.h"
#include "shell/plot.h"
#include "shell/select.h"
#include "shell/settings.h"

typedef struct PathJob {
    const Frame *frame;
    const char *table;
    Str formula;
    size_t at;
    DesignOptions design;
    const Family *family;
    const Link *link;
    PathOptions opt;
} PathJob;

/* The path over some rows (NULL: all); the design is the caller's. */
static Path *path_on(const PathJob *job, const uint32_t *rows, size_t n, Design **design,
                     Error *err)
{
    Terms *terms = terms_parse(job->formula, job->at, job->frame, err);
    DesignOptions opt = job->design;
    opt.rows = rows;
    opt.nrows = n;
    *design = terms ? design_learn(terms, job->frame, &opt, err) : NULL;
    if (!*design)
        return NULL;
    const Design *d = *design;
    Problem pb = {.x = &d->x,
                  .y = d->y,
                  .w = d->w,
                  .offset = d->offset,
                  .family = job->family,
                  .link = job->link,
                  .param = job->opt.param};
    return path_run(&pb, &job->opt, err);
}

/* Mean deviance of the rows of one fold at each lambda; NaN where the fold's path did not get
 * there. */
static bool fold_deviance(const PathJob *job, const uint32_t *fold, uint32_t k, uint32_t *rows,
                          const Path *whole, double *dev, Error *err)
{
    PathJob mine = *job;
    Design *d = NULL, *test = NULL;
    uint8_t *good = NULL;
    ReplayReport report;
    mine.opt.lambda = whole->lambda;
    mine.opt.nlambda = whole->n;
    size_t n = fold_rows(fold, job->frame->rows, k, false, rows);
    Path *path = path_on(&mine, rows, n, &d, err);
    n = fold_rows(fold, job->frame->rows, k, true, rows);
    if (path)
        test = design_replay(d->enc, job->frame, rows, n, UNSEEN_BASE, true, &good, &report, err);
    double *eta = test ? big_alloc(test->n + 1, sizeof *eta, false, "predictions", err) : NULL;
    double *mu = eta ? big_alloc(test->n + 1, sizeof *mu, false, "predictions", err) : NULL;
    double *slope = mu ? big_alloc(test->n + 1, sizeof *slope, false, "predictions", err) : NULL;
    bool ok = slope != NULL;
    for (size_t l = 0; ok && l < whole->n; l++) {
        double sum = 0, weight = 0;
        dev[l] = NAN;
        if (l >= path->n)
            continue;
        ok = matrix_times(&test->x, path->b + l * path->p, test->offset, eta, err);
        if (!ok)
            break;
        job->link->inverse(eta, test->n, mu, slope);
        for (size_t i = 0; i < test->n; i++) {
            double w = test->w ? test->w[i] : 1;
            if (!good[i] || isnan(test->y[i]))
                continue;
            sum += w * job->family->deviance(test->y[i], mu[i], job->opt.param);
            weight += w;
        }
        dev[l] = weight > 0 ? sum / weight : NAN;
    }
    free(eta);
    free(mu);
    free(slope);
    free(good);
    path_free(path);
    design_free(d);
    design_free(test);
    return ok;
}

typedef struct Chosen {
    double *mean, *se; /* per lambda */
    size_t best, one_se;
} Chosen;

static bool choose(Session *s, const Args *a, const PathJob *job, const Path *path, size_t k,
                   Chosen *out, Error *err)
{
    uint32_t *fold = folds_of(s, a, job->frame, job->table, k, err);
    uint32_t *rows =
        fold ? big_alloc(job->frame->rows + 1, sizeof *rows, false, "rows", err) : NULL;
    double *dev = arena_array(a->arena, double, path->n *k + 1);
    bool ok = rows != NULL;
    for (size_t i = 0; ok && i < k; i++)
        ok = fold_deviance(job, fold, (uint32_t)i, rows, path, dev + i * path->n, err);
    free(fold);
    free(rows);
    out->mean = arena_array(a->arena, double, path->n + 1);
    out->se = arena_array(a->arena, double, path->n + 1);
    for (size_t l = 0; ok && l < path->n; l++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < k; i++) {
            double v = dev[i * path->n + l];
            sum += v;
            squares += v * v;
        }
        double mean = sum / (double)k, var = (squares - sum * mean) / (double)(k - 1);
        out->mean[l] = mean;
        out->se[l] = sqrt((var > 0 ? var : 0) / (double)k);
        if (mean < out->mean[out->best])
            out->best = l;
    }
    out->one_se = out->best;
    while (ok && out->one_se &&
           out->mean[out->one_se - 1] <= out->mean[out->best] + out->se[out->best])
        out->one_se--;
    return ok;
}

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

static void put_path(Result *out, const Path *path, const Encoding *enc, const Chosen *c,
                     size_t shown)
{
    static const TableCol cols[] = {
        {COL("lambda", "lambda")},
        {COL("df", "terms in")},
        {COL("dev_ratio", "explained"), .look = LOOK_PERCENT},
        {COL("cv_mean", "cv deviance"), .look = LOOK_FIXED, .digits = 4},
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
        cell[5] = cell_text(str_of(l == c->best     ? "least deviance"
                                   : l == c->one_se ? "within one se"
                                                    : ""));
    }
    size_t at = c ? c->one_se : path->n - 1;
    const TableCol coef_cols[] = {
        {COL("term", "term")},
        {COL("estimate", c ? "coef within one se" : "coef at the end"), .look = LOOK_FIXED,
         .digits = 4},
        {COL("least", "at least deviance"), .look = LOOK_FIXED, .digits = 4}};
    Table *b = result_table(out, "coef", coef_cols, c ? 3 : 2);
    b->shown = shown;
    for (size_t j = 0; j < path->p; j++) {
        double v = path->b[at * path->p + j], least = c ? path->b[c->best * path->p + j] : 0;
        if (v == 0 && least == 0)
            continue;
        Cell *cell = table_row(out, b);
        cell[0] = cell_text(str_of(arena_printf(out->arena, "%s", enc->cols[j].name)));
        cell[1] = cell_real(v);
        if (c)
            cell[2] = cell_real(least);
    }
    b->footer = arena_printf(out->arena, "%zu of %zu coefficients are not 0", b->nrows, path->p);
}

static bool path_cmd_run(Session *s, const Args *a, Result *out, Error *err)
{
    const NamedData *t = command_table_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!t)
        return false;
    if (!a->text.p) {
        fail(err, ERR_USAGE, "path wants a formula");
        return error_hint(err, "path viewed ~ age + lang --cv 5");
    }
    PathJob job = {
        .table = t->name, .formula = a->text, .at = a->text_at.from, .opt = PATH_OPTIONS_DEFAULT};
    job.family = family_find(args_text(a, "family"), args_at(a, "family"), err);
    if (!job.family)
        return false;
    job.link = args_has(a, "link") ? link_find(args_text(a, "link"), args_at(a, "link"), err)
                                   : family_link(job.family);
    if (!job.link || !family_allows(job.family, job.link, err))
        return false;
    job.opt.alpha = args_real(a, "alpha");
    job.opt.nlambda = (size_t)args_int(a, "lambdas");
    job.opt.no_standardize = args_flag(a, "as-is");
    job.design = (DesignOptions){.encode = (Encode)args_choice(a, "encode"),
                                 .weights = args_z(a, "weights"),
                                 .offset = args_z(a, "offset"),
                                 .table = t->name,
                                 .binary_response = job.family->is_binary_response};
    Frame *f = select_where(a, t->data.frame, t->name, err);
    job.frame = f;
    Design *d = NULL;
    Chosen chosen = {0};
    size_t k = args_has(a, "cv") ? (size_t)args_int(a, "cv") : 0;
    Path *path = f ? path_on(&job, NULL, 0, &d, err) : NULL;
    bool ok = path && (!k || choose(s, a, &job, path, k, &chosen, err));
    if (ok) {
        result_line(out, "%s, alpha %s: %zu penalties, %.2f s", job.family->name,
                    result_short(out, path->alpha), path->n, path->seconds);
        result_real(out, "alpha", path->alpha);
        result_real(out, "null_deviance", path->null_deviance);
        if (k) {
            result_real(out, "lambda_min", path->lambda[chosen.best]);
            result_real(out, "lambda_1se", path->lambda[chosen.one_se]);
            result_line(out,
                        "least cross-validated deviance at lambda %s (%zu coefficients); within "
                        "one se: %s (%zu)",
                        result_short(out, path->lambda[chosen.best]), path->df[chosen.best],
                        result_short(out, path->lambda[chosen.one_se]), path->df[chosen.one_se]);
        }
        path_plot(out, path, d->enc);
        put_path(out, path, d->enc, k ? &chosen : NULL, (size_t)s->settings->rows);
    }
    path_free(path);
    design_free(d);
    frame_unref(f);
    return ok;
}

static const char *const encodes[] = {"treatment", "onehot", "sum", NULL};
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
    {.name = "as-is", .type = OPT_FLAG, .brief = "columns are not scaled to sd 1 first"},
    {.name = "family",
     .type = OPT_TEXT,
     .metavar = "NAME",
     .def = "binomial",
     .brief = "help families lists them"},
    {.name = "link",
     .type = OPT_TEXT,
     .metavar = "NAME",
     .brief = "the family's usual one when not given"},
    {.name = "encode",
     .type = OPT_CHOICE,
     .choices = encodes,
     .def = "treatment",
     .brief = "how levels become columns"},
    {.name = "weights", .type = OPT_COLUMN, .metavar = "c", .brief = "column of prior weights"},
    {.name = "offset",
     .type = OPT_COLUMN,
     .metavar = "c",
     .brief = "column or expression with coefficient 1"},
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
};
