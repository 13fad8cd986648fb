/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * diagnose.c - `diagnose`: what may be wrong with a fit; `check`: what may be wrong with a table
 * before one.
 */
#include <math.h>
#include <stdlib.h>

#include "glm/influence.h"
#include "model/alarms.h"
#include "model/compare.h"
#include "shell/command.h"
#include "shell/model_show.h"
#include "shell/outcomes.h"
#include "shell/settings.h"

/* ---- check ---- */

/* Keys of a feature table name who and what and how it was sampled, and are no features: nothing
 * about them is suspicious. */
static Frame *without_keys(const NamedData *t, const char *response, Arena *a)
{
    const Frame *f = t->data.frame;
    size_t *cols = arena_array(a, size_t, f->ncols + 1), n = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        bool key = false;
        for (size_t i = 0; i < t->ninfo; i++)
            key = key || (strcmp(t->info[i].name, f->names[j]) == 0 &&
                          strcmp(t->info[i].group, "key") == 0);
        key = key || strcmp(f->names[j], "sampling_offset") == 0;
        if (!key || (response && strcmp(response, f->names[j]) == 0))
            cols[n++] = j;
    }
    return frame_select(f, cols, n);
}

static bool check_run(Session *s, const Args *a, Result *out, Error *err)
{
    const NamedData *t = command_table_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                           a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!t)
        return false;
    const Frame *f = t->data.frame;
    const char *response = args_z(a, "response");
    if (response && !frame_need(f, str_of(response), t->name, args_at(a, "response"), err))
        return false;
    if (!response && frame_find(f, STR("viewed")) >= 0)
        response = "viewed";
    size_t n = 0;
    Frame *seen = without_keys(t, response, a->arena);
    Alarm *alarms = alarms_check(seen, response, &n, err);
    frame_unref(seen);
    if (error_is_set(err)) {
        free(alarms);
        return false;
    }
    result_text(out, "table", str_of(t->name));
    result_int(out, "alarms", (int64_t)n);
    if (!f->rows)
        result_line(out, "%s has no rows: there is nothing to look at", t->name);
    else if (!n)
        result_line(out, "%s: nothing suspicious in %s and %s", t->name,
                    result_plural(out, (int64_t)f->rows, "row"),
                    result_plural(out, (int64_t)f->ncols, "column"));
    for (size_t i = 0; i < n; i++)
        result_warn(out, alarms[i].code, alarms[i].help, "%s", alarms[i].text);
    free(alarms);
    return true;
}

static const OptRow check_opts[] = {
    OPT_DATA_ROW,
    {.name = "response",
     .type = OPT_COLUMN,
     .metavar = "Y",
     .brief = "what is to be predicted (viewed when it is there)"},
    {0},
};

const Command cmd_check = {
    .name = "check",
    .group = GROUP_MODEL,
    .brief = "what may be wrong with a table before a fit",
    .usage = "check [T] [--response Y]",
    .opts = check_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .help = "Missing, constant, duplicate and id-like columns, rare levels, and columns that alone "
            "tell the response.",
    .examples =
        (const Example[]){{"check ft", "", false}, {"check users --response age", "", false}, {0}},
    .needs = NEED_TABLE,
    .run = check_run,
    .takes = TAKES_TABLES,
};

/* ---- diagnose ---- */

static void put_vif(const Model *m, Result *out)
{
    static const TableCol cols[] = {{COL("term", "term"), .middle = true},
                                    {COL("df", "df")},
                                    {COL("gvif", "VIF"), .look = LOOK_FIXED, .digits = 2},
                                    {COL("scaled", "per df"), .look = LOOK_FIXED, .digits = 2}};
    size_t n = m->enc->terms->nterms;
    double *gvif = arena_array(out->arena, double, n + 1);
    size_t *df = arena_array(out->arena, size_t, n + 1);
    if (!model_vif(m, gvif, df))
        return;
    Table *t = result_table(out, "vif", cols, 4);
    t->title = "variance inflation (above 10: told by the other terms)";
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(m->enc->terms->terms[i].name));
        c[1] = cell_int((int64_t)df[i]);
        c[2] = cell_real(gvif[i]);
        c[3] = cell_real(df[i] ? pow(gvif[i], 1 / (2.0 * (double)df[i])) : NAN);
    }
}

static bool put_influence(const NamedModel *nm, size_t k, InfluenceBy by, Result *out, Error *err)
{
    static const TableCol cols[] = {{COL("row", "row")},
                                    {COL("y", "outcome")},
                                    {COL("fitted", "model"), .look = LOOK_FIXED, .digits = 3},
                                    {COL("student", "residual"), .look = LOOK_FIXED, .digits = 2},
                                    {COL("leverage", "leverage"), .look = LOOK_FIXED, .digits = 4},
                                    {COL("cook", "Cook"), .look = LOOK_PLAIN, .digits = 3}};
    static const char *const titles[] = {
        [INFLUENCE_COOK] = "rows that pull most (row numbers of the table, studentised residuals)",
        [INFLUENCE_LEVERAGE] = "rows whose inputs are the most unusual (row numbers of the table, "
                               "studentised residuals)",
        [INFLUENCE_STUDENT] = "rows that the model tells worst (row numbers of the table, "
                              "studentised residuals)"};
    const Model *m = nm->model;
    size_t found = 0;
    Design *d = model_training(m, nm->data.frame, err);
    RowInfluence *top = arena_array(out->arena, RowInfluence, k + 1);
    Problem pb = {0};
    if (d)
        pb = model_problem(m, d);
    bool ok = d && influence_top(&pb, m->fit, by, k, top, &found, err);
    if (ok && found) {
        Table *t = result_table(out, "influence", cols, 6);
        t->title = titles[by];
        for (size_t i = 0; i < found; i++) {
            Cell *c = table_row(out, t);
            size_t row = top[i].row;
            c[0] = cell_int((int64_t)(d->rows ? d->rows[row] : row) + 1);
            c[1] = cell_real(d->y[row]);
            c[2] = cell_real(top[i].mu);
            c[3] = cell_real(top[i].student);
            c[4] = cell_real(top[i].leverage);
            c[5] = cell_real(top[i].cook);
        }
    }
    design_free(d);
    return ok;
}

static bool diagnose_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!m)
        return false;
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    const Fit *f = m->fit;
    double ratio = f->df_residual ? f->pearson / (double)f->df_residual : NAN;
    result_text(out, "model", str_of(m->name));
    result_real(out, "dispersion", ratio);
    result_line(out, "%s: %s, Pearson over degrees of freedom %s", m->name,
                fit_status_name(f->status),
                isfinite(ratio) ? result_short(out, ratio) : "not defined");
    if (!m->family->estimates_dispersion && !m->binary && ratio > 1.5)
        result_warn(
            out, "overdispersion", "--family quasipoisson or negbin, or --robust hc1",
            "the response varies %s times as much as %s says: standard errors are too small",
            result_short(out, ratio), m->family->name);
    show_alarms(out, m);
    if (!m->nalarms)
        result_line(out, "no alarm");
    put_vif(m, out);
    if (!nm->data.frame) {
        result_note(out, "rows", NULL, "the rows are not here: influence is not shown");
        return true;
    }
    return put_influence(nm, (size_t)args_int(a, "rows"), (InfluenceBy)args_choice(a, "by"), out,
                         err);
}

/* in the order of InfluenceBy */
static const char *const by_words[] = {"cook", "leverage", "residual", NULL};
static const OptRow diagnose_opts[] = {
    OPT_MODEL_ROW,
    {.name = "by",
     .type = OPT_CHOICE,
     .choices = by_words,
     .def = "cook",
     .brief = "which rows: the most pull, unusual inputs, told worst"},
    {.name = "rows",
     .type = OPT_INT,
     .min = 1,
     .max = 1000,
     .def = "5",
     .metavar = "N",
     .brief = "influential rows to show"},
    {0},
};

const Command cmd_diagnose = {
    .name = "diagnose",
    .group = GROUP_MODEL,
    .brief = "what may be wrong with a fit",
    .usage = "diagnose [M] [--rows 5] [--by cook|leverage|residual]",
    .opts = diagnose_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .help = "The alarms again, dispersion, variance inflation of each term, and the rows with the "
            "largest Cook's distance, leverage or studentised residual.",
    .examples = (const Example[]){{"diagnose", "", false},
                                  {"diagnose --by leverage --rows 10", "", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = diagnose_run,
    .takes = TAKES_MODELS,
};
