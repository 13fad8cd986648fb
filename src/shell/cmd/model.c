/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.c - reading a model: `model`, `models`, `coef`, `note`. */
#include <math.h>
#include <stdlib.h>

#include "model/compare.h"
#include "shell/command.h"
#include "shell/plot.h"
#include "shell/model_show.h"
#include "shell/parse.h"
#include "shell/settings.h"

static const Model *model_of(Session *s, const Args *a, Error *err)
{
    Str name = a->nwords ? a->words[0].text : STR_NULL;
    return command_model_arg(s, a, name, a->nwords ? a->words[0].at : SPAN_NONE, err);
}

/* ---- model ---- */

/* Profile-likelihood intervals beside Wald's. */
static bool put_profile(const NamedModel *nm, double level, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("term", "term"), .middle = true},
        {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = 4},
        {COL("low", "profile low"), .look = LOOK_FIXED, .digits = 4},
        {COL("high", "high"), .look = LOOK_FIXED, .digits = 4},
        {COL("wald_low", "Wald low"), .look = LOOK_FIXED, .digits = 4, .priority = 1},
        {COL("wald_high", "high"), .look = LOOK_FIXED, .digits = 4, .priority = 1}};
    const Model *m = nm->model;
    size_t p = m->fit->p;
    double *low = arena_array(out->arena, double, 2 * p + 1), *high = low + p;
    if (!session_rows_here(nm, NULL, err))
        return false;
    if (!model_profile(m, &nm->data, level, low, high, err))
        return false;
    CoefRow *rows = arena_array(out->arena, CoefRow, p + 1);
    size_t n = model_coefs(m, SORT_COEF, level, rows);
    Table *t = result_table(out, "profile", cols, sizeof cols / sizeof *cols);
    t->title = arena_printf(out->arena, "profile-likelihood intervals, %g %%", 100 * level);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(rows[i].term));
        c[1] = cell_real(rows[i].estimate);
        c[2] = cell_real(low[rows[i].col]);
        c[3] = cell_real(high[rows[i].col]);
        c[4] = cell_real(rows[i].low);
        c[5] = cell_real(rows[i].high);
    }
    return true;
}

static bool model_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = model_of(s, a, err);
    if (!m)
        return false;
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    CoefShow show = {.sort = SORT_COEF,
                     .level = s->settings->level,
                     .stars = s->settings->stars,
                     .shown = (size_t)s->settings->rows};
    result_line(out, "%s", m->formula);
    show_summary(out, m);
    if (nm->note)
        result_line(out, "note: %s", nm->note);
    result_text(out, "note", str_of(nm->note));
    show_metrics(out, m);
    show_alarms(out, m);
    result_line(out, "%s", "");
    show_coefs(out, m, &show);
    return !args_flag(a, "profile") || put_profile(nm, s->settings->level, out, err);
}

static const OptRow model_run_opts[] = {
    OPT_MODEL_ROW,
    {.name = "profile",
     .type = OPT_FLAG,
     .brief = "profile-likelihood intervals: better than Wald's in small samples"},
    {0},
};
static const OptRow model_opts[] = {OPT_MODEL_ROW, {0}};

const Command cmd_model = {
    .name = "model",
    .group = GROUP_MODEL,
    .brief = "what was fitted and how good it is",
    .usage = "model [M] [--profile]",
    .opts = model_run_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .help = "The same as fit prints.",
    .examples = (const Example[]){{"model", "the current model", false},
                                  {"model m1", "", false},
                                  {"model --profile", "intervals of the likelihood", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = model_run,
    .takes = TAKES_MODELS,
};

/* ---- models ---- */

static bool models_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const TableCol cols[] = {
        {COL("current", ""), .human_only = true},
        {COL("model", "model")},
        {COL("formula", "formula"), .priority = 1},
        {COL("table", "table"), .priority = 5},
        {COL("n", "rows"), .look = LOOK_COUNT, .priority = 4},
        {COL("coefficients", "coefs"), .priority = 6},
        {COL("deviance", "deviance"), .look = LOOK_AMOUNT, .digits = 1, .priority = 4},
        {COL("aic", "AIC"), .look = LOOK_AMOUNT, .digits = 1, .priority = 2},
        {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("seconds", "seconds"), .look = LOOK_FIXED, .digits = 2, .machine_only = true},
        {COL("note", "note"), .priority = 3},
    };
    (void)a;
    (void)err;
    if (!s->nmodels)
        result_chat(out, "no model is fitted: fit Y ~ TERMS");
    Table *t = result_table(out, "models", cols, sizeof cols / sizeof *cols);
    t->blank_nulls = true;
    t->machine_only = !s->nmodels;
    for (size_t i = 0; i < s->nmodels; i++) {
        const Model *m = s->models[i].model;
        Cell *c = table_row(out, t);
        c[0] = cell_text((long)i == s->current_model ? STR("*") : STR(" "));
        c[1] = cell_text(str_of(m->name));
        c[2] = cell_text(str_of(m->formula));
        c[3] = cell_text(str_of(m->table));
        c[4] = cell_int((int64_t)m->rows);
        c[5] = cell_int((int64_t)m->fit->p);
        c[6] = cell_real(m->fit->deviance);
        c[7] = cell_real(m->fit->aic);
        c[8] = m->binary ? cell_real(m->test.n ? m->test.roc_auc : m->train.roc_auc)
                         : (Cell){.kind = CELL_NULL};
        c[9] = cell_real(m->seconds);
        c[10] = cell_text(str_of(s->models[i].note));
    }
    return true;
}

const Command cmd_models = {
    .name = "models",
    .group = GROUP_MODEL,
    .brief = "list the models",
    .usage = "models",
    .help =
        "ROC-AUC is that of the test part when there is one. * marks the current model (use M).",
    .examples = (const Example[]){{"models", "", false}, {0}},
    .run = models_run,
};

/* ---- coef ---- */

static void put_words(Result *out, const Model *m, const CoefShow *show)
{
    static const TableCol cols[] = {{COL("term", "term")},
                                    {COL("sentence", "in words"), .wrap = true}};
    CoefRow *rows = arena_array(out->arena, CoefRow, m->fit->p + 1);
    size_t n = show_coef_rows(m, show->sort, show->level, rows);
    Table *t = result_table(out, "words", cols, 2);
    t->no_header = true;
    t->shown = show->shown;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < n && (!show->top || i < show->top); i++) {
        buf_clear(&b);
        coef_sentence(m, &rows[i], &b);
        if (!b.n)
            continue;
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(rows[i].term));
        c[1] = cell_text(str_of(arena_printf(out->arena, "%s", b.p)));
    }
    buf_free(&b);
}

/* The forest of `coef > file.svg`: the features' coefficients with their intervals, highest at the
 * top. */
static void put_forest(Result *out, const Model *m, const CoefShow *show)
{
    CoefRow *rows = arena_array(out->arena, CoefRow, m->fit->p + 1);
    size_t n = model_coefs(m, show->sort, show->level, rows), k = 0;
    double *x = arena_array(out->arena, double, n + 1),
           *low = arena_array(out->arena, double, n + 1),
           *high = arena_array(out->arena, double, n + 1);
    const char **labels = arena_array(out->arena, const char *, n + 1);
    for (size_t i = 0; i < n && (!show->top || k < show->top); i++) {
        if (rows[i].aliased || rows[i].infinite || m->enc->cols[rows[i].col].term < 0)
            continue;
        x[k] = rows[i].estimate;
        low[k] = rows[i].low;
        high[k] = rows[i].high;
        labels[k++] = rows[i].term;
    }
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p =
        (Plot){.kind = PLOT_FOREST,
               .title = arena_printf(out->arena, "%s: the coefficients of %s", m->name, m->event),
               .xlabel = arena_printf(out->arena, "coefficient, %g %% interval", 100 * show->level),
               .xmin = NAN,
               .xmax = NAN,
               .ymin = NAN,
               .ymax = NAN,
               .mark_x = NAN,
               .mark_y = NAN,
               .nseries = 1,
               .labels = labels};
    p->series[0] = (Series){.name = m->name, .n = k, .x = x, .low = low, .high = high};
    result_picture(out, p);
}

static bool coef_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const CoefSort sorts[] = {SORT_COEF, SORT_ABS, SORT_P, SORT_NAME, SORT_MODEL};
    bool all = false;
    Str name = STR_NULL;
    Span at = SPAN_NONE;
    for (size_t i = 0; i < a->nwords; i++) {
        if (str_eqz(a->words[i].text, "all")) {
            all = true;
        } else {
            name = a->words[i].text;
            at = a->words[i].at;
        }
    }
    const Model *m = command_model_arg(s, a, name, at, err);
    if (!m)
        return false;
    CoefShow show = {.sort = sorts[args_choice(a, "sort")],
                     .level = args_has(a, "level") ? args_real(a, "level") : s->settings->level,
                     .odds = args_flag(a, "odds"),
                     .stars = s->settings->stars,
                     .shown = all || a->top > 0 ? 0 : (size_t)s->settings->rows,
                     .top = a->top > 0 ? (size_t)a->top : 0};
    if (show.odds && !ratio_name(m))
        return fail_at(err, ERR_USAGE, args_at(a, "odds"),
                       "with the %s link exp(coefficient) is no ratio of anything", m->link->name);
    result_text(out, "model", str_of(m->name));
    if (args_flag(a, "words"))
        put_words(out, m, &show);
    Table *t = show_coefs(out, m, &show);
    t->machine_only = args_flag(a, "words");
    put_forest(out, m, &show);
    return true;
}

static const char *const coef_sorts[] = {"coef", "abs", "p", "name", "model", NULL};
static const OptRow coef_opts[] = {
    OPT_MODEL_ROW,
    {.name = "sort",
     .type = OPT_CHOICE,
     .choices = coef_sorts,
     .def = "coef",
     .brief = "order of the rows"},
    {.name = "odds", .type = OPT_FLAG, .brief = "odds ratios with their intervals"},
    {.name = "words", .type = OPT_FLAG, .brief = "one sentence a coefficient"},
    {.name = "level",
     .type = OPT_REAL,
     .min = 0.5,
     .max = 0.9999,
     .metavar = "0.95",
     .brief = "of the intervals"},
    {0},
};

const Command cmd_coef = {
    .name = "coef",
    .group = GROUP_MODEL,
    .brief = "the coefficient table, sorted",
    .usage = "coef [M] [all] [top N] [--sort coef|abs|p|name|model] [--odds] [--words]",
    .opts = coef_opts,
    .subject = SUBJECT_WORDS,
    .words = 2,
    .clauses = CLAUSE_TOP,
    .help = "Term, estimate, standard error, z (or t), p, interval, odds ratio (with the log link: "
            "ratio), and a bar; "
            "highest coefficient first. Rows with p above 0.1 are dim.",
    .examples = (const Example[]){{"coef", "", false},
                                  {"coef all --sort p", "all of them, surest first", false},
                                  {"coef --words", "as sentences", false},
                                  {"coef > coef.csv", "all digits, to a file", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = coef_run,
    .takes = TAKES_MODELS,
};

/* ---- note ---- */

static bool note_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return false;
    Str text = unquote(a->arena, a->text, NULL);
    long i = session_model_index(s, m);
    session_note_model(s, i, text.n ? args_zstr(a, text) : NULL);
    result_text(out, "model", str_of(m->name));
    result_chat(out, text.n ? "noted for %s" : "the note of %s is gone", m->name);
    return true;
}

const Command cmd_note = {
    .name = "note",
    .group = GROUP_MODEL,
    .brief = "write down why",
    .usage = "note \"TEXT\" [--model M]",
    .opts = model_opts,
    .subject = SUBJECT_RAW,
    .help = "models and model show it. Without a text the note is taken away.",
    .examples = (const Example[]){{"note \"without the leaking column\"", "", false}, {0}},
    .needs = NEED_MODEL,
    .changes_state = true,
    .run = note_run,
    .takes = TAKES_OWN,
};
