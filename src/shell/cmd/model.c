/* SPDX-License-Identifier: GPL-3.0-or-later */
/* model.c - reading a model: `model`, `models`, `coef`, `metrics`, `note`. */
#include <math.h>
#include <stdlib.h>

#include "model/compare.h"
#include "data/frameops.h"
#include "shell/plot.h"
#include "shell/model_show.h"
#include "shell/outcomes.h"
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
        {COL("term", "term")},
        {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = 4},
        {COL("low", "profile low"), .look = LOOK_FIXED, .digits = 4},
        {COL("high", "high"), .look = LOOK_FIXED, .digits = 4},
        {COL("wald_low", "Wald low"), .look = LOOK_FIXED, .digits = 4, .priority = 1},
        {COL("wald_high", "high"), .look = LOOK_FIXED, .digits = 4, .priority = 1}};
    const Model *m = nm->model;
    size_t p = m->fit->p;
    double *low = arena_array(out->arena, double, 2 * p + 1), *high = low + p;
    if (!nm->data.frame) {
        fail(err, ERR_DATA, "%s was loaded from a file and its rows are not here", m->name);
        return error_hint(err, "load the table and fit again");
    }
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
        {COL("deviance", "deviance"), .look = LOOK_FIXED, .digits = 1, .priority = 4},
        {COL("aic", "AIC"), .look = LOOK_FIXED, .digits = 1, .priority = 2},
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
    size_t n = model_coefs(m, show->sort, show->level, rows);
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

/* ---- metrics ---- */

static void show_confusion(Result *out, const Metrics *k)
{
    static const TableCol cols[] = {{COL("is", "")},
                                    {COL("p1", "said 1"), .look = LOOK_COUNT},
                                    {COL("p0", "said 0"), .look = LOOK_COUNT}};
    Table *t = result_table(out, "confusion", cols, 3);
    t->human_only = true;
    Cell *c = table_row(out, t);
    c[0] = cell_text(STR("  is 1"));
    c[1] = cell_real(k->tp);
    c[2] = cell_real(k->fn);
    c = table_row(out, t);
    c[0] = cell_text(STR("  is 0"));
    c[1] = cell_real(k->fp);
    c[2] = cell_real(k->tn);
}

/* 0.719  (no model: 0.618) */
static void line_of(Result *out, const char *name, double v, double base, const char *rest)
{
    Buf b = BUF_INIT;
    buf_printf(&b, "  %-10s ", name);
    if (isfinite(v))
        buf_printf(&b, "%.4f", v);
    else
        buf_puts(&b, "not defined");
    if (isfinite(base))
        buf_printf(&b, "   no model: %.4f", base);
    buf_puts(&b, rest);
    result_line(out, "%s", b.p);
    buf_free(&b);
}

static void show_one(Result *out, const Model *m, const Outcomes *o, const Metrics *k, double level)
{
    result_text(out, "model", str_of(m->name));
    result_text(out, "on", str_of(o->on));
    result_line(out, "%s on %s: %s, %s positive, threshold %s", m->name,
                strcmp(o->on, "all") == 0 ? "all its rows" : o->on,
                result_plural(out, (int64_t)k->n, "row"), result_count(out, (int64_t)k->positives),
                result_short(out, k->threshold));
    show_metrics_fields(out, k);
    result_real(out, "base_accuracy", k->base_accuracy);
    result_real(out, "base_log_loss", k->base_log_loss);
    line_of(out, "accuracy", k->accuracy, k->base_accuracy, "");
    line_of(out, "precision", k->precision, NAN, "");
    line_of(out, "recall", k->recall, NAN, "");
    line_of(out, "F1", k->f1, NAN, "");
    line_of(out, "ROC-AUC", k->roc_auc, NAN,
            isfinite(k->roc_auc) ? arena_printf(out->arena, "   (%g %% %.4f to %.4f)", 100 * level,
                                                k->roc_auc_low, k->roc_auc_high)
                                 : "   one class only");
    line_of(out, "PR-AUC", k->pr_auc, k->positives / (k->tp + k->fp + k->tn + k->fn), "");
    line_of(out, "log loss", k->log_loss, k->base_log_loss, "");
    line_of(out, "Brier", k->brier, k->base_brier, "");
    show_confusion(out, k);
}

static bool best_threshold(const Outcomes *o, double *threshold, Error *err)
{
    Curve c;
    if (!curve_compute(o->y, o->p, o->w, o->n, &c, err))
        return false;
    *threshold = curve_best(&c, BEST_F1, 1, 1);
    curve_clear(&c);
    return true;
}

/* One line of metrics a group. */
static bool metrics_by(const Args *a, const Outcomes *o, double threshold, double level,
                       Result *out, Error *err)
{
    size_t *cols, ncols = 0;
    if (!args_columns(a, a->by, a->by_at, o->frame, o->on, &cols, &ncols, err))
        return false;
    Grouping g;
    if (!frame_group(o->frame, cols, ncols, &g, err))
        return false;
    TableCol heads[16];
    size_t nh = 0;
    for (size_t j = 0; j < ncols && j < 8; j++) {
        const char *name = arena_printf(out->arena, "%s", o->frame->names[cols[j]]);
        heads[nh++] = (TableCol){COL(name, name)};
    }
    static const TableCol rest[] = {
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("rate", "rate"), .look = LOOK_FIXED, .digits = 3},
        {COL("accuracy", "accuracy"), .look = LOOK_FIXED, .digits = 3},
        {COL("recall", "recall"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 3},
        {COL("roc_auc_low", "low"), .look = LOOK_FIXED, .digits = 3, .priority = 1},
        {COL("roc_auc_high", "high"), .look = LOOK_FIXED, .digits = 3, .priority = 1},
        {COL("log_loss", "log loss"), .look = LOOK_FIXED, .digits = 3}};
    memcpy(heads + nh, rest, sizeof rest);
    size_t base = nh;
    nh += sizeof rest / sizeof *rest;
    Table *t = result_table(out, "groups", heads, nh);
    double *y = xcalloc(o->n, sizeof *y), *p = xcalloc(o->n, sizeof *p),
           *w = xcalloc(o->n, sizeof *w);
    bool ok = true;
    for (size_t k = 0; ok && k < g.ngroups; k++) {
        size_t n = 0;
        for (size_t i = 0; i < o->n; i++)
            if (g.group[o->rows[i]] == k) {
                y[n] = o->y[i];
                p[n] = o->p[i];
                w[n++] = o->w ? o->w[i] : 1;
            }
        Metrics m;
        if (!n)
            continue;
        ok = metrics_compute(y, p, w, n, threshold, level, &m, err);
        if (!ok)
            break;
        Cell *c = table_row(out, t);
        for (size_t j = 0; j < base; j++) {
            c[j] = cell_of(o->frame->cols[cols[j]], g.first[k]);
            if (c[j].kind == CELL_TEXT)
                c[j] = cell_text(
                    (Str){arena_strndup(out->arena, c[j].v.text.p, c[j].v.text.n), c[j].v.text.n});
        }
        const double v[] = {m.positives / (m.tp + m.fp + m.tn + m.fn),
                            m.accuracy,
                            m.recall,
                            m.roc_auc,
                            m.roc_auc_low,
                            m.roc_auc_high,
                            m.log_loss};
        c[base] = cell_int((int64_t)n);
        for (size_t j = 0; j < sizeof v / sizeof *v; j++)
            c[base + 1 + j] = cell_real(v[j]);
        t->dim[t->nrows - 1] = n < 50;
    }
    free(y);
    free(p);
    free(w);
    grouping_clear(&g);
    if (!ok)
        return false;
    result_text(out, "on", str_of(o->on));
    t->footer = "groups of fewer than 50 rows are dim";
    return true;
}

static bool metrics_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = model_of(s, a, err);
    Outcomes o;
    if (!m || !outcomes_get(s, a, m, &o, err))
        return false;
    double threshold = m->spec.threshold, level = s->settings->level;
    Str typed = args_text(a, "threshold");
    bool ok = true;
    if (typed.p && str_eqz(typed, "best"))
        ok = best_threshold(&o, &threshold, err);
    else if (typed.p && !(parse_real(typed, &threshold) && threshold >= 0 && threshold <= 1))
        ok = fail_at(err, ERR_USAGE, args_at(a, "threshold"),
                     "--threshold is 'best' or a probability");
    Metrics k;
    if (ok && a->by.p)
        ok = metrics_by(a, &o, threshold, level, out, err);
    else if (ok && (ok = metrics_compute(o.y, o.p, o.w, o.n, threshold, level, &k, err)))
        show_one(out, m, &o, &k, level);
    outcomes_clear(&o);
    return ok;
}

static const OptRow metrics_opts[] = {
    OPT_MODEL_ROW,
    OPT_ON_ROW,
    {.name = "threshold",
     .type = OPT_TEXT,
     .metavar = "T|best",
     .brief = "from which probability a 1 is said; best: by F1"},
    {0},
};

const Command cmd_metrics = {
    .name = "metrics",
    .group = GROUP_MODEL,
    .brief = "accuracy, precision, recall, F1, ROC-AUC, log loss",
    .usage = "metrics [M] [--on train|test|T] [where E] [--threshold T|best] [by COLS]",
    .opts = metrics_opts,
    .subject = SUBJECT_WORDS,
    .clauses = CLAUSE_BY | CLAUSE_WHERE,
    .help = "On the test part when there is one. The interval of ROC-AUC is DeLong's. Beside the "
            "numbers stand those of "
            "the model without features: accuracy alone misleads when one outcome is rare. `by` "
            "gives a line a group.",
    .examples =
        (const Example[]){{"metrics", "", false},
                          {"metrics --threshold best", "the threshold with the best F1", false},
                          {"metrics by country", "where the model is good and bad", false},
                          {0}},
    .needs = NEED_MODEL,
    .run = metrics_run,
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
