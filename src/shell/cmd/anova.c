/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * anova.c - `anova`: which terms of a model matter, or whether the larger of two models is worth
 * its columns.
 *
 * Terms are tested in their order (type I), each left out of the whole (--drop) or each against the
 * terms that do not contain it (type II); by the drop in deviance, by Wald's test or by Rao's score
 * test.
 */
#include <math.h>
#include <stdlib.h>

#include "model/compare.h"
#include "shell/command.h"
#include "shell/model_show.h"

static const char *const types[] = {"1", "2", NULL};
static const char *const tests[] = {"lr", "wald", "score", NULL};
enum { TEST_LR, TEST_WALD, TEST_SCORE };

/* What each kind is called, and whether its first row is a model rather than a term. */
static const struct {
    const char *key, *title, *footer;
    bool has_whole;
    bool steps; /* what is left after each line falls from line to line */
} looks[] = {
    [ANOVA_ORDER] = {"type1", "terms added in their order (type I)",
                     "each line: what its term adds to those above it", true, true},
    [ANOVA_SCORE] = {"score", "terms added in their order, Rao's score tests",
                     "each line: what its term adds to those above it", true, true},
    [ANOVA_DROP] = {"drop", "each term left out of the whole model",
                    "terms that another one contains are passed over", true, true},
    [ANOVA_DROP_SCORE] = {"drop_score", "each term left out of the whole model, Rao's score tests",
                          "terms that another one contains are passed over", true, true},
    [ANOVA_TWO] = {"type2", "each term beside the others (type II)",
                   "each line: its term added to all that do not contain it", false, false},
    [ANOVA_WALD] = {"wald", "each term beside the others (type II), Wald's tests",
                    "from the coefficients and their covariance, without further fits", false,
                    false},
};

static bool kind_of(const Args *a, AnovaKind *kind, Error *err)
{
    long test = args_choice(a, "test");
    bool two = args_choice(a, "type") == 1;
    bool drop = args_flag(a, "drop");
    if (drop && two) {
        fail_at(err, ERR_USAGE, args_at(a, "type"), "--drop is a type of its own");
        return error_hint(err, "anova --drop, or anova --type 2");
    }
    if (test == TEST_WALD && (drop || (args_has(a, "type") && !two))) {
        fail_at(err, ERR_USAGE, args_at(a, "test"), "Wald's tests are of type 2");
        return error_hint(err, "anova --type 2 --test wald");
    }
    if (test == TEST_SCORE && two) {
        fail_at(err, ERR_USAGE, args_at(a, "test"), "score tests are of type 1, or of --drop");
        return error_hint(err, "anova --drop --test score");
    }
    *kind = drop && test == TEST_SCORE ? ANOVA_DROP_SCORE
            : drop                     ? ANOVA_DROP
            : test == TEST_WALD  ? ANOVA_WALD
            : test == TEST_SCORE ? ANOVA_SCORE
            : two                ? ANOVA_TWO
                                 : ANOVA_ORDER;
    return true;
}

static Cell unless(bool hide, Cell c)
{
    return hide ? (Cell){.kind = CELL_NULL} : c;
}

static void put_rows(const Model *m, const AnovaRow *rows, size_t n, AnovaKind kind, Result *out)
{
    bool f = m->fit->use_t && kind != ANOVA_WALD && kind != ANOVA_SCORE && kind != ANOVA_DROP_SCORE,
         steps = looks[kind].steps;
    const TableCol cols[] = {
        {COL("term", "term"), .middle = true},
        {COL("df", "df")},
        {COL("deviance", "deviance"), .look = LOOK_AMOUNT, .digits = 2},
        {COL("df_residual", "df left"), .priority = 2, .machine_only = !steps},
        {COL("residual", "deviance left"), .look = LOOK_AMOUNT, .digits = 2, .priority = 1,
         .machine_only = !steps},
        {COL("aic", "AIC"), .look = LOOK_AMOUNT, .digits = 1, .priority = 1,
         .machine_only = kind == ANOVA_WALD},
        {COL("stat", f ? "F" : "chi-squared"), .look = LOOK_AMOUNT, .digits = 2},
        {COL("p", "p"), .look = LOOK_P}};
    Table *t = result_table(out, "anova", cols, sizeof cols / sizeof *cols);
    t->title = looks[kind].title;
    t->footer = looks[kind].footer;
    t->blank_nulls = true;
    for (size_t i = 0; i < n; i++) {
        const AnovaRow *r = &rows[i];
        bool whole = looks[kind].has_whole && i == 0;
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", r->term)));
        c[1] = unless(whole, cell_int((int64_t)r->df));
        c[2] = cell_real(r->deviance);
        c[3] = cell_int((int64_t)r->df_residual);
        c[4] = cell_real(r->residual);
        c[5] = cell_real(r->aic);
        c[6] = cell_real(r->stat);
        c[7] = cell_real(r->p);
        t->dim[i] = !whole && !(r->p <= 0.1);
    }
}

static bool two_models(const Model *a, const Model *b, Result *out, Error *err)
{
    AnovaRow rows[2];
    const Model *small = a->fit->rank <= b->fit->rank ? a : b, *big = small == a ? b : a;
    if (!model_lr_test(small, big, rows, err))
        return false;
    Buf p = BUF_INIT;
    buf_pvalue(&p, rows[1].p);
    put_rows(big, rows, 2, ANOVA_ORDER, out);
    Table *t = out->items[out->n - 1].v.table;
    t->title = "likelihood-ratio test";
    t->footer = NULL;
    result_line(out, "%s has %zu more: p %s", big->name, rows[1].df, p.p);
    buf_free(&p);
    return true;
}

static bool run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    AnovaKind kind = ANOVA_ORDER;
    if (!m || !kind_of(a, &kind, err))
        return false;
    if (a->nwords > 1) {
        const Model *other = command_model_arg(s, a, a->words[1].text, a->words[1].at, err);
        return other && two_models(m, other, out, err);
    }
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    if (!session_rows_here(nm, NULL, err))
        return false;
    size_t n = 0;
    AnovaRow *rows = model_anova(m, &nm->data, kind, &n, err);
    if (!rows)
        return false;
    result_text(out, "model", str_of(m->name));
    result_text(out, "kind", str_of(looks[kind].key));
    put_rows(m, rows, n, kind, out);
    free(rows);
    if (kind != ANOVA_WALD && (m->spec.cluster || m->spec.fit.robust != ROBUST_NONE))
        result_note(out, "model_errors", NULL,
                    "deviances know nothing of %s errors: anova --test wald uses them",
                    m->spec.cluster ? "clustered" : "robust");
    return true;
}

static const OptRow opts[] = {
    OPT_MODEL_ROW,
    {.name = "type",
     .type = OPT_CHOICE,
     .choices = types,
     .def = "1",
     .brief = "1: terms in their order; 2: each beside the terms that do not contain it"},
    {.name = "test",
     .type = OPT_CHOICE,
     .choices = tests,
     .def = "lr",
     .brief = "drop in deviance (F where the dispersion is estimated), Wald's, Rao's score"},
    {.name = "drop", .type = OPT_FLAG, .brief = "each term left out of the whole, with AIC"},
    {0},
};

const Command cmd_anova = {
    .name = "anova",
    .group = GROUP_MODEL,
    .brief = "which terms matter",
    .usage = "anova [M [M2]] [--type 1|2] [--test lr|wald|score] [--drop]",
    .opts = opts,
    .subject = SUBJECT_WORDS,
    .help = "Analysis of deviance. Two models: the likelihood-ratio test between them, which must "
            "be of the same rows, one "
            "part of the other. Terms of a line that another term contains (a beside a:b) are not "
            "dropped.",
    .examples = (const Example[]){{"anova", "", false},
                                  {"anova --type 2", "the order does not matter", false},
                                  {"anova --drop", "what would leaving a term out cost", false},
                                  {"anova --drop --test score", "by Rao's score tests", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = run,
    .takes = TAKES_MODELS,
};
