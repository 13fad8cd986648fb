/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fit.c - `fit`: a formula and options to a model; prints summary, metrics, alarms and the sorted
 * coefficient table.
 */
#include <math.h>
#include <stdio.h>

#include "model/cv.h"
#include "shell/connection.h"
#include "shell/dot.h"
#include "shell/fit_cluster.h"
#include "shell/model_show.h"
#include "shell/select.h"
#include "shell/settings.h"
#include "shell/spec_args.h"

static bool parse_split(const Args *a, ModelSpec *spec, Error *err)
{
    static const SplitKind kinds[] = {SPLIT_RANDOM, SPLIT_TIME, SPLIT_USER};
    spec->split = kinds[args_choice(a, "split")];
    spec->split_column = args_z(a, "split-column");
    if (args_has(a, "test"))
        spec->test_frac = args_real(a, "test");
    else if (args_has(a, "split") || args_has(a, "split-column"))
        spec->test_frac = 0.25;
    if (args_has(a, "test") && !(spec->test_frac > 0 && spec->test_frac < 1))
        return fail_at(err, ERR_USAGE, args_at(a, "test"),
                       "--test is a share between 0 and 1, such as 0.25");
    return true;
}

/* l1 beside l2; or glmnet's alpha and lambda, the latter by --cv when it is not given. */
static bool parse_penalty(const Args *a, ModelSpec *spec, Error *err)
{
    bool net = args_has(a, "lambda") || args_has(a, "cv");
    spec->fit.l1 = args_has(a, "l1") ? args_real(a, "l1") : 0;
    if (net && (args_has(a, "l1") || args_has(a, "l2")))
        return fail_at(err, ERR_USAGE, args_at(a, args_has(a, "l1") ? "l1" : "l2"),
                       "--lambda has its l1 and l2 from --alpha");
    if (!net && args_has(a, "alpha")) {
        fail_at(err, ERR_USAGE, args_at(a, "alpha"),
                "--alpha wants a --lambda, or --cv to choose one");
        return error_hint(err, "--cv 10");
    }
    if (args_has(a, "lambda") && args_has(a, "cv"))
        return fail_at(err, ERR_USAGE, args_at(a, "cv"), "--cv chooses the --lambda that is given");
    if (net)
        spec->fit.alpha = args_has(a, "alpha") ? args_real(a, "alpha") : 1;
    spec->fit.lambda = args_has(a, "lambda") ? args_real(a, "lambda") : 0;
    spec->lambda_folds = args_has(a, "cv") ? (size_t)args_int(a, "cv") : 0;
    spec->lambda_least = args_flag(a, "least");
    return true;
}

static void show_penalty(Result *out, const Model *m)
{
    const ModelSpec *s = &m->spec;
    size_t zero = 0;
    if (!(s->fit.lambda > 0 || s->fit.l1 > 0))
        return;
    for (size_t j = 0; j < m->fit->p; j++)
        zero += m->fit->b[j] == 0;
    result_real(out, "lambda", s->fit.lambda);
    result_real(out, "alpha", s->fit.alpha);
    if (s->lambda_folds)
        result_line(out, "lambda %s, %s of %zu folds; %zu of %zu coefficients are 0",
                    result_short(out, s->fit.lambda),
                    s->lambda_least ? "the least deviance"
                                    : "within one standard error of the best",
                    s->lambda_folds, zero, m->fit->p);
    else
        result_line(out, "%zu of %zu coefficients are 0; a lasso has no standard errors", zero,
                    m->fit->p);
}

static bool spec_of(const Session *s, const Args *a, ModelSpec *spec, Error *err)
{
    static const Robust robust[] = {ROBUST_HC0, ROBUST_HC1, ROBUST_HC2, ROBUST_HC3};
    spec_args(s, a, spec);
    spec->cluster = args_z(a, "cluster");
    spec->seed = args_has(a, "seed") ? (uint64_t)args_int(a, "seed") : s->seed;
    spec->sampled = args_has(a, "sampled") ? args_real(a, "sampled") : 0;
    spec->fit.standardize = args_flag(a, "standardize");
    spec->fit.firth = args_flag(a, "firth");
    spec->fit.l2 = args_has(a, "l2") ? args_real(a, "l2") : 0;
    if (!parse_penalty(a, spec, err))
        return false;
    if (args_has(a, "robust"))
        spec->fit.robust = robust[args_choice(a, "robust")];
    if (args_has(a, "steps"))
        spec->fit.max_iter = (int)args_int(a, "steps");
    return parse_split(a, spec, err);
}

static const char *const column_options[] = {"weights", "cluster", "split-column"};

static void show(const Session *s, const Model *m, size_t constant, bool sampled, Result *out)
{
    CoefShow show = {.sort = SORT_COEF,
                     .level = m->spec.fit.ci_level,
                     .stars = s->settings->stars,
                     .shown = (size_t)s->settings->rows};
    show_summary(out, m);
    if (constant)
        result_note(out, "constant", NULL, "%s not vary in the training rows: left out",
                    constant == 1 ? "1 column does"
                                  : arena_printf(out->arena, "%zu columns do", constant));
    if (sampled)
        result_note(
            out, "sampled", "--offset 0 fits the sample as it is",
            "offset sampling_offset: probabilities are those of all pairs, not of the sample");
    show_penalty(out, m);
    show_metrics(out, m);
    show_alarms(out, m);
    result_line(out, "%s", "");
    show_coefs(out, m, &show);
}

static bool run_there(Session *s, const Args *a, const char *index, Result *out, Error *err)
{
    ModelSpec spec;
    if (!spec_of(s, a, &spec, err))
        return false;
    spec.table = arena_printf(a->arena, "es:%s", index);
    connection_show(s, a, out);
    Model *m = fit_cluster(s, a, &spec, index, out, err);
    if (!m)
        return false;
    session_put_model(s, args_zstr(a, a->as), m, (Dataset){0});
    session_put_whatif(s, NULL);
    show(s, m, 0, false, out);
    return true;
}

/* A table of pairs of which only some negatives were kept says so in a column: a logistic fit takes
 * it as its offset, so that probabilities are those of all pairs. --offset 0 fits the sample as it
 * is. */
static bool take_sampling(const Frame *f, ModelSpec *spec)
{
    const Column *c = frame_column(f, STR("sampling_offset"));
    bool binomial = !spec->family || strcmp(spec->family, "binomial") == 0;
    if (!c || c->type != COL_REAL || spec->offset || spec->sampled > 0 || !binomial ||
        (spec->link && strcmp(spec->link, "logit") != 0) ||
        strstr(spec->formula, "sampling_offset"))
        return false;
    for (size_t i = 0; i < c->n; i++)
        if (!column_is_null(c, i) && c->v.d[i] != 0) {
            spec->offset = "sampling_offset";
            return true;
        }
    return false;
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    ModelSpec spec;
    if (!a->text.p) {
        fail(err, ERR_USAGE, "fit wants a formula");
        return error_hint(err, "fit viewed ~ age + lang");
    }
    const char *index = fit_cluster_index(s, a, err);
    if (index)
        return run_there(s, a, index, out, err);
    const NamedData *t =
        error_is_set(err) ? NULL : command_table_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!t || !spec_of(s, a, &spec, err) || 
        !spec_args_check(a, t->data.frame, t->name, column_options, 3, err))
        return false;
    spec.table = args_zstr(a, str_of(t->name));
    Frame *f = select_where(a, t->data.frame, t->name, err);
    if (!f)
        return false;
    if (f->rows == 0) {
        frame_unref(f);
        return fail_at(err, ERR_DATA, a->where_at, "no row of %s is left", spec.table);
    }
    bool sampled = take_sampling(f, &spec);
    size_t constant = 0;
    const char *typed = spec.formula;
    spec.formula = dot_expand(a, t, f, &spec, &constant, err);
    if (!spec.formula) {
        frame_unref(f);
        return false;
    }
    Dataset data = {f, recipe_ref(t->data.recipe)};
    Model *m = model_fit(&data, &spec, err);
    if (!m) {
        if (spec.formula != typed) /* places are those of the formula written out */
            err->at = a->text_at;
        frame_unref(data.frame);
        recipe_unref(data.recipe);
        return false;
    }
    session_put_model(s, args_zstr(a, a->as), m, data);
    session_put_whatif(s, NULL);
    show(s, m, constant, sampled, out);
    return true;
}

static const char *const splits[] = {"random", "time", "user", NULL};
static const char *const robusts[] = {"hc0", "hc1", "hc2", "hc3", NULL};
static const char *const places[] = {"auto", "local", "cluster", NULL};
static const OptRow opts[] = {
    OPT_DATA_ROW,
    {.name = "where",
     .type = OPT_CHOICE,
     .choices = places,
     .brief = "cluster: the documents stay in the engine (help engine)"},
    {.name = "query",
     .type = OPT_TEXT,
     .metavar = "Q",
     .brief = "which documents, in the cluster: 'age:>30' or the engine's JSON"},
    OPT_SHOW_REQUEST,
    OPT_SPEC_ROWS,
    {.name = "l2",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e12,
     .metavar = "A",
     .unit = "half the squared norm, intercept free",
     .brief = "ridge penalty"},
    {.name = "l1",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e12,
     .metavar = "A",
     .unit = "times the sum of absolute coefficients, intercept free",
     .brief = "lasso penalty"},
    {.name = "lambda",
     .type = OPT_REAL,
     .min = 0,
     .max = 1e12,
     .metavar = "L",
     .brief = "elastic net on glmnet's scale, with --alpha"},
    {.name = "alpha",
     .type = OPT_REAL,
     .min = 0,
     .max = 1,
     .metavar = "A",
     .brief = "share of the lasso in --lambda: 1 lasso (when not given), 0 ridge"},
    {.name = "cv",
     .type = OPT_INT,
     .min = 2,
     .max = FOLDS_MAX,
     .metavar = "K",
     .brief = "choose --lambda by K folds of the training rows"},
    {.name = "least",
     .type = OPT_FLAG,
     .brief = "with --cv: least deviance instead of within one standard error"},
    {.name = "standardize",
     .type = OPT_FLAG,
     .brief = "the penalty acts on columns scaled to sd 1"},
    {.name = "firth", .type = OPT_FLAG, .brief = "bias-reduced: finite also under separation"},
    {.name = "test",
     .type = OPT_REAL,
     .min = 0,
     .max = 1,
     .metavar = "0.25",
     .brief = "share of rows kept for testing"},
    {.name = "split",
     .type = OPT_CHOICE,
     .choices = splits,
     .def = "random",
     .brief = "which rows those are"},
    {.name = "split-column",
     .type = OPT_COLUMN,
     .metavar = "c",
     .brief = "time or user column of the split"},
    {.name = "robust", .type = OPT_CHOICE, .choices = robusts, .brief = "sandwich standard errors"},
    {.name = "cluster", .type = OPT_COLUMN, .metavar = "c", .brief = "standard errors by cluster"},
    {.name = "sampled",
     .type = OPT_REAL,
     .min = 0,
     .max = 1,
     .metavar = "F",
     .brief = "share of negatives kept before: the intercept is corrected"},
    {.name = "steps",
     .type = OPT_INT,
     .min = 1,
     .max = 100000,
     .metavar = "N",
     .brief = "steps at most (100)"},
    {.name = "seed",
     .type = OPT_INT,
     .min = 0,
     .max = 9e15,
     .metavar = "N",
     .brief = "seed of a random split"},
    {0},
};

const Command cmd_fit = {
    .name = "fit",
    .group = GROUP_MODEL,
    .brief = "fit a generalised linear model",
    .usage =
        "fit Y ~ TERMS [where E] [--family F] [--link L] [--weights c] [--offset c] [--encode "
        "treatment|onehot|sum] "
        "[--l2 A] [--l1 A] [--lambda L --alpha A] [--cv K] [--test 0.25 --split random|time|user] "
        "[--robust hc0..hc3] [--cluster c] [--where local|cluster] [as M]",
    .opts = opts,
    .subject = SUBJECT_RAW,
    .clauses = CLAUSE_WHERE | CLAUSE_AS,
    .help = "The formula is R's (help formulas). Prints what was fitted, how good it is on "
            "training and test rows, what "
            "is suspicious (leakage, separation, identical ranking ...), and the coefficients, "
            "highest first. Rows that "
            "lack something are dropped and counted.",
    .examples =
        (const Example[]){{"fit viewed ~ age + gender + lang", "logistic regression", false},
                          {"fit viewed ~ age + lang:country --test 0.25 --split time as m2",
                           "tested later in time", false},
                          {"fit viewed ~ . --encode onehot --l2 1 --data seed_illustration",
                           "ridge, all levels", true},
                          {"fit viewed ~ age + lang + country --cv 5 --data ft",
                           "lasso, penalty by folds", false},
                          {"fit viewed ~ age + lang --data es:blog-features --where cluster",
                           "the engine adds up, no document is fetched", true},
                          {0}},
    .changes_state = true,
    .run = run,
    .takes = TAKES_COLUMNS | TAKES_FUNCTIONS,
};
