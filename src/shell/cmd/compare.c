/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c - `compare`: models side by side; `anova`: which terms matter. */
#include <math.h>
#include <stdlib.h>

#include "model/compare.h"
#include "shell/model_show.h"
#include "shell/command.h"
#include "shell/settings.h"

static void put_models(const Model *a, const Model *b, Result *out)
{
    static const TableCol cols[] = {
        {COL("model", "")},
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("coefficients", "coefs")},
        {COL("deviance", "deviance"), .look = LOOK_FIXED, .digits = 1},
        {COL("aic", "AIC"), .look = LOOK_FIXED, .digits = 1},
        {COL("bic", "BIC"), .look = LOOK_FIXED, .digits = 1, .priority = 2},
        {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 4},
        {COL("log_loss", "log loss"), .look = LOOK_FIXED, .digits = 4},
        {COL("formula", "formula"), .priority = 3}};
    Table *t = result_table(out, "models", cols, sizeof cols / sizeof *cols);
    const Model *both[2] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        const Model *m = both[i];
        const Metrics *k = m->test.n ? &m->test : &m->train;
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(m->name));
        c[1] = cell_int((int64_t)m->rows);
        c[2] = cell_int((int64_t)m->fit->p);
        c[3] = cell_real(m->fit->deviance);
        c[4] = cell_real(m->fit->aic);
        c[5] = cell_real(m->fit->bic);
        c[6] = m->binary ? cell_real(k->roc_auc) : (Cell){.kind = CELL_NULL};
        c[7] = m->binary ? cell_real(k->log_loss) : (Cell){.kind = CELL_NULL};
        c[8] = cell_text(str_of(m->formula));
    }
}

/* A likelihood-ratio test when one is within the other. */
static void put_test(const Model *a, const Model *b, Result *out)
{
    AnovaRow rows[2];
    Error err = ERROR_INIT;
    const Model *small = a->fit->p <= b->fit->p ? a : b, *big = small == a ? b : a;
    if (a->rows != b->rows) {
        result_warn(
            out, "rows", NULL,
            "the models were fitted to different rows (%s and %s): deviance and AIC do not compare",
            result_count(out, (int64_t)a->rows), result_count(out, (int64_t)b->rows));
        return;
    }
    if (!model_lr_test(small, big, rows, &err))
        return; /* not nested: nothing to test */
    Buf p = BUF_INIT;
    buf_pvalue(&p, rows[1].p);
    result_line(out, "likelihood ratio: %s on %zu df, p %s", result_short(out, rows[1].stat),
                rows[1].df, p.p);
    result_real(out, "lr", rows[1].stat);
    result_int(out, "lr_df", (int64_t)rows[1].df);
    result_real(out, "lr_p", rows[1].p);
    buf_free(&p);
}

static bool compare_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords != 2) {
        fail(err, ERR_USAGE, "compare wants two models");
        return error_hint(err, "compare m1 m2");
    }
    const Model *m1 = command_model_arg(s, a, a->words[0].text, a->words[0].at, err);
    const Model *m2 = m1 ? command_model_arg(s, a, a->words[1].text, a->words[1].at, err) : NULL;
    if (!m2)
        return false;
    put_models(m1, m2, out);
    put_test(m1, m2, out);
    const char *se = "se";
    const TableCol cols[] = {{COL("term", "term")},
                             {COL("a", m1->name), .look = LOOK_FIXED, .digits = 4},
                             {COL("se_a", se), .look = LOOK_FIXED, .digits = 4, .priority = 1},
                             {COL("b", m2->name), .look = LOOK_FIXED, .digits = 4},
                             {COL("se_b", se), .look = LOOK_FIXED, .digits = 4, .priority = 1},
                             {COL("change", "")}};
    size_t n = 0;
    CompareRow *rows = model_compare(m1, m2, &n);
    Table *t = result_table(out, "coef", cols, 6);
    t->shown = (size_t)s->settings->rows;
    t->blank_nulls = true;
    for (size_t i = 0; i < n; i++) {
        const CompareRow *r = &rows[i];
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(r->term));
        c[1] = cell_real(r->a);
        c[2] = cell_real(r->se_a);
        c[3] = cell_real(r->b);
        c[4] = cell_real(r->se_b);
        bool gone = isnan(r->b) && !isnan(r->a), fresh = isnan(r->a) && !isnan(r->b);
        c[5] = cell_text(str_of(r->flips ? "! sign flips" : gone ? "dropped" : fresh ? "new" : ""));
    }
    free(rows);
    return true;
}

const Command cmd_compare = {
    .name = "compare",
    .group = GROUP_MODEL,
    .brief = "two models side by side",
    .usage = "compare M1 M2",
    .subject = SUBJECT_WORDS,
    .help = "Fit, metrics and coefficients; a likelihood-ratio test when one is part of the other "
            "and the rows are the "
            "same; terms that flip their sign, go or come are marked.",
    .examples =
        (const Example[]){{"fit viewed ~ age --data ft as small; compare small m1", "", false},
                          {0}},
    .needs = NEED_MODEL,
    .run = compare_run,
};

static void put_anova(const Model *m, const AnovaRow *rows, size_t n, const char *const *names,
                      Result *out)
{
    const TableCol cols[] = {
        {COL("term", "term")},
        {COL("df", "df")},
        {COL("deviance", "deviance"), .look = LOOK_FIXED, .digits = 2},
        {COL("df_residual", "df left"), .priority = 2},
        {COL("residual", "deviance left"), .look = LOOK_FIXED, .digits = 2, .priority = 1},
        {COL("aic", "AIC"), .look = LOOK_FIXED, .digits = 1, .priority = 1},
        {COL("stat", m->fit->use_t ? "F" : "chi-squared"), .look = LOOK_FIXED, .digits = 2},
        {COL("p", "p"), .look = LOOK_P}};
    Table *t = result_table(out, "anova", cols, 8);
    t->blank_nulls = true;
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", names ? names[i] : rows[i].term)));
        c[1] = i ? cell_int((int64_t)rows[i].df) : (Cell){.kind = CELL_NULL};
        c[2] = i ? cell_real(rows[i].deviance) : (Cell){.kind = CELL_NULL};
        c[3] = cell_int((int64_t)rows[i].df_residual);
        c[4] = cell_real(rows[i].residual);
        c[5] = cell_real(rows[i].aic);
        c[6] = i ? cell_real(rows[i].stat) : (Cell){.kind = CELL_NULL};
        c[7] = i ? cell_real(rows[i].p) : (Cell){.kind = CELL_NULL};
        t->dim[i] = i && !(rows[i].p <= 0.1);
    }
}

static bool anova_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    if (!m)
        return false;
    if (a->nwords > 1) {
        const Model *other = command_model_arg(s, a, a->words[1].text, a->words[1].at, err);
        AnovaRow rows[2];
        if (!other)
            return false;
        const Model *small = m->fit->p <= other->fit->p ? m : other, *big = small == m ? other : m;
        if (!model_lr_test(small, big, rows, err))
            return false;
        put_anova(big, rows, 2, (const char *const[]){small->name, big->name}, out);
        return true;
    }
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    if (!nm->data.frame) {
        fail(err, ERR_DATA, "%s was loaded from a file and its rows are not here", m->name);
        return error_hint(err, "load the table and fit again");
    }
    size_t n = 0;
    AnovaRow *rows = args_choice(a, "type") == 1 ? model_drop1(m, &nm->data, &n, err)
                                                 : model_anova(m, &nm->data, &n, err);
    if (!rows)
        return false;
    put_anova(m, rows, n, NULL, out);
    free(rows);
    return true;
}

static const char *const anova_types[] = {"1", "2", NULL};
static const OptRow anova_opts[] = {
    OPT_MODEL_ROW,
    {.name = "type",
     .type = OPT_CHOICE,
     .choices = anova_types,
     .def = "1",
     .brief = "1: terms in their order; 2: each left out of the whole"},
    {0},
};

const Command cmd_anova = {
    .name = "anova",
    .group = GROUP_MODEL,
    .brief = "which terms matter",
    .usage = "anova [M [M2]] [--type 1|2]",
    .opts = anova_opts,
    .subject = SUBJECT_WORDS,
    .help = "Analysis of deviance. Two models: the likelihood-ratio test between them.",
    .examples = (const Example[]){{"anova", "", false},
                                  {"anova --type 2", "each term left out", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = anova_run,
};
