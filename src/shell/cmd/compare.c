/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.c - `compare`: two models side by side; are two tables the same. */
#include <math.h>
#include <stdlib.h>

#include "model/compare.h"
#include "shell/model_show.h"
#include "shell/same.h"
#include "shell/command.h"
#include "shell/settings.h"

static void put_models(const Model *a, const Model *b, Result *out)
{
    static const TableCol cols[] = {
        {COL("model", "")},
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("coefficients", "coefs")},
        {COL("deviance", "deviance"), .look = LOOK_AMOUNT, .digits = 1},
        {COL("aic", "AIC"), .look = LOOK_AMOUNT, .digits = 1},
        {COL("bic", "BIC"), .look = LOOK_AMOUNT, .digits = 1, .priority = 4},
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

static Str response_of(const Model *m)
{
    Str rest;
    return str_trim(str_split(str_of(m->formula), '~', &rest));
}

/* A likelihood-ratio test when one is within the other. */
static void put_test(const Model *a, const Model *b, Result *out)
{
    AnovaRow rows[2];
    Error err = ERROR_INIT;
    const Model *small = a->fit->p <= b->fit->p ? a : b, *big = small == a ? b : a;
    Str y = response_of(a), other = response_of(b);
    if (!str_eq(y, other)) {
        result_warn(
            out, "response", NULL,
            "the models are of different responses (%.*s and %.*s): their numbers do not compare",
            STR_ARG(y), STR_ARG(other));
        return;
    }
    if (a->rows != b->rows) {
        result_warn(
            out, "rows", NULL,
            "the models were fitted to different rows (%s and %s): deviance and AIC do not compare",
            result_count(out, (int64_t)a->rows), result_count(out, (int64_t)b->rows));
        return;
    }
    if (!model_lr_test(small, big, rows, &err))
        return; /* not nested */
    if (!rows[1].df)
        return; /* the same terms */
    Buf p = BUF_INIT;
    buf_pvalue(&p, rows[1].p);
    result_line(out, "likelihood ratio: %s on %zu df, p %s", result_short(out, rows[1].stat),
                rows[1].df, p.p);
    result_real(out, "lr", rows[1].stat);
    result_int(out, "lr_df", (int64_t)rows[1].df);
    result_real(out, "lr_p", rows[1].p);
    buf_free(&p);
}

/* Names of two tables, neither of which is a model's too. */
static bool are_tables(const Session *s, const Args *a)
{
    for (size_t i = 0; i < 2; i++)
        if (session_find_table(s, a->words[i].text) < 0 ||
            session_find_model(s, a->words[i].text) >= 0)
            return false;
    return true;
}

static bool compare_run(Session *s, const Args *a, Result *out, Error *err)
{
    if (a->nwords != 2) {
        fail(err, ERR_USAGE, "compare wants two models or two tables");
        return error_hint(err, "compare m1 m2");
    }
    if (are_tables(s, a)) {
        if (!tables_same(&s->tables[session_find_table(s, a->words[0].text)],
                         &s->tables[session_find_table(s, a->words[1].text)], out))
            s->exit_status = error_exit_status(ERR_GUARD);
        return true;
    }
    const Model *m1 = command_model_arg(s, a, a->words[0].text, a->words[0].at, err);
    const Model *m2 = m1 ? command_model_arg(s, a, a->words[1].text, a->words[1].at, err) : NULL;
    if (!m2)
        return false;
    put_models(m1, m2, out);
    put_test(m1, m2, out);
    const char *se = "se";
    const TableCol cols[] = {{COL("term", "term"), .middle = true},
                             {COL("a", m1->name), .look = LOOK_FIXED, .digits = 4},
                             {COL("se_a", se), .look = LOOK_FIXED, .digits = 4, .priority = 1},
                             {COL("b", m2->name), .look = LOOK_FIXED, .digits = 4},
                             {COL("se_b", se), .look = LOOK_FIXED, .digits = 4, .priority = 1},
                             {COL("change", "")}};
    bool same = str_eq(response_of(m1), response_of(m2));
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
        c[5] = cell_text(str_of(r->flips && same ? "! sign flips"
                                : gone           ? "dropped"
                                : fresh          ? "new"
                                                 : ""));
    }
    free(rows);
    return true;
}

const Command cmd_compare = {
    .name = "compare",
    .group = GROUP_MODEL,
    .brief = "two models side by side, or are two tables the same",
    .usage = "compare M1 M2 | compare T1 T2",
    .subject = SUBJECT_WORDS,
    .help =
        "Fit, metrics and coefficients; a likelihood-ratio test when one is part of the other "
        "and the rows are the "
        "same; terms that flip their sign, go or come are marked. Of two tables: are all rows the "
        "same, value for value with all digits, in any order? Exit status 5 when not.",
    .examples =
        (const Example[]){{"fit viewed ~ age --data ft as small; compare small m1", "", false},
                          {0}},
    .run = compare_run,
    .takes = TAKES_MODELS | TAKES_TABLES,
};
