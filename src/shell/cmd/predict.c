/* SPDX-License-Identifier: GPL-3.0-or-later */
/* predict.c - `predict`: a table with probability, linear predictor and interval. */
#include <math.h>
#include <stdlib.h>

#include "shell/command.h"
#include "shell/connection.h"
#include "shell/engine_io.h"
#include "shell/readers.h"
#include "shell/format.h"
#include "shell/settings.h"

/* A column that takes over v; NaN is null. */
static Column *column_of(double *v, size_t n, Error *err)
{
    Column *c = column_new(COL_REAL, n, err);
    bool ok = c != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        if (isnan(v[i]))
            ok = column_set_null(c, i, err);
        else
            c->v.d[i] = v[i];
    }
    if (!ok) {
        column_unref(c);
        return NULL;
    }
    return c;
}

typedef enum Scale { SCALE_RESPONSE, SCALE_ETA, SCALE_BOTH } Scale;

/* The interval of a linear predictor, or of the mean that belongs to it. */
static void bounds(const Model *m, const Predictions *p, double level, bool of_mean, double *low,
                   double *high)
{
    double q = fit_quantile(m->fit, level), mu[2], slope[2];
    for (size_t i = 0; i < p->n; i++) {
        const double ends[2] = {p->eta[i] - q * p->se[i], p->eta[i] + q * p->se[i]};
        low[i] = ends[0];
        high[i] = ends[1];
        if (!of_mean)
            continue;
        m->link->inverse(ends, 2, mu, slope);
        low[i] = fmin(mu[0], mu[1]);
        high[i] = fmax(mu[0], mu[1]);
    }
}

/* `f` (taken over) with one more column; NULL, and f gone, on failure. */
static Frame *with_column(Frame *f, const char *name, double *v, Error *err)
{
    Column *c = f ? column_of(v, f->rows, err) : NULL;
    Frame *out = c ? frame_with(f, name, c) : NULL;
    frame_unref(f);
    return out;
}

static Frame *with_interval(Frame *f, const Model *m, const Predictions *p, double level,
                            bool of_mean, Error *err)
{
    double *low = big_alloc(p->n, sizeof *low, false, "an interval", err);
    double *high = low ? big_alloc(p->n, sizeof *high, false, "an interval", err) : NULL;
    if (high) {
        bounds(m, p, level, of_mean, low, high);
        f = with_column(f, of_mean ? "ci_low" : "eta_low", low, err);
        f = with_column(f, of_mean ? "ci_high" : "eta_high", high, err);
    } else {
        frame_unref(f);
        f = NULL;
    }
    free(low);
    free(high);
    return f;
}

static Frame *with_predictions(const Model *m, const Frame *table, const Predictions *p,
                               double level, Scale scale, Error *err)
{
    Frame *f = with_column(frame_ref(table), m->binary ? "probability" : "prediction", p->p, err);
    f = with_column(f, "eta", p->eta, err);
    f = with_column(f, "se", p->se, err);
    if (f && scale != SCALE_RESPONSE)
        f = with_interval(f, m, p, level, false, err);
    if (f && scale != SCALE_ETA)
        f = with_interval(f, m, p, level, true, err);
    return f;
}

static void tell_report(const ReplayReport *r, Result *out)
{
    for (size_t i = 0; i < r->nunseen && i < 5; i++)
        result_warn(out, "unseen", NULL,
                    "%s '%s' was not seen in training (%s): it counts as none of the known ones",
                    r->unseen[i].column, arena_escaped(out->arena, str_of(r->unseen[i].level)),
                    result_plural(out, (int64_t)r->unseen[i].rows, "row"));
    if (r->rows_null)
        result_note(out, "missing", NULL, "%s no prediction: an input is missing",
                    r->rows_null == 1 ? "1 row has"
                                      : arena_printf(out->arena, "%s rows have",
                                                     result_count(out, (int64_t)r->rows_null)));
    if (r->outside)
        result_warn(out, "outside", NULL, "%s outside the training data: %s",
                    result_plural(out, (int64_t)r->outside, "row"), r->outside_text);
}

/* es:INDEX is read first, into a table of its name. */
static const NamedData *table_of(Session *s, const Args *a, Error *err)
{
    Str word = a->nwords ? a->words[0].text : STR_NULL;
    Span at = a->nwords ? a->words[0].at : SPAN_NONE;
    if (!str_starts(word, STR("es:")))
        return command_table_arg(s, a, word, at, err);
    ReadReport *report = arena_alloc(a->arena, sizeof *report);
    Frame *f = engine_read(s, args_zstr(a, word), &(ReadOptions){0}, report, err);
    if (!f)
        return NULL;
    const char *name = table_name_of(a->arena, word);
    session_put_table(s, name, (Dataset){f, NULL});
    return &s->tables[session_find_table(s, str_of(name))];
}

static bool predict_run(Session *s, const Args *a, Result *out, Error *err)
{
    static const UnseenPolicy policies[] = {UNSEEN_BASE, UNSEEN_NULL, UNSEEN_ERROR};
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    connection_show(s, a, out);
    const NamedData *t = m ? table_of(s, a, err) : NULL;
    Predictions p = {0};
    if (!t)
        return false;
    if (!model_predict(m, t->data.frame, true, policies[args_choice(a, "unseen")], &p, err)) {
        if (err->code == ERR_NAME)
            error_context(err, "the rows of '%s'", t->name);
        return false;
    }
    double level = args_has(a, "level") ? args_real(a, "level") : s->settings->level;
    Frame *f = with_predictions(m, t->data.frame, &p, level, (Scale)args_choice(a, "scale"), err);
    bool ok = f != NULL;
    if (ok) {
        double sum = 0;
        size_t n = 0;
        for (size_t i = 0; i < p.n; i++)
            if (!isnan(p.p[i])) {
                sum += p.p[i];
                n++;
            }
        const char *name = a->as.p ? args_zstr(a, a->as) : arena_printf(a->arena, "%s", t->name);
        session_put_like(s, name, (Dataset){f, recipe_ref(t->data.recipe)}, t);
        result_text(out, "table", str_of(name));
        result_int(out, "rows", (int64_t)p.n);
        result_int(out, "predicted", (int64_t)n);
        result_real(out, "mean", n ? sum / (double)n : NAN);
        result_chat(out, "%s: %s predicted by %s, mean %s", name,
                    result_plural(out, (int64_t)n, "row"), m->name,
                    n ? result_short(out, sum / (double)n) : "none");
        tell_report(&p.report, out);
    }
    predictions_clear(&p);
    return ok;
}

static const char *const unseen_words[] = {"base", "null", "error", NULL};
static const char *const scale_words[] = {"response", "eta", "both", NULL};
static const OptRow predict_opts[] = {
    OPT_MODEL_ROW,
    OPT_DATA_ROW,
    {.name = "scale",
     .type = OPT_CHOICE,
     .choices = scale_words,
     .def = "response",
     .brief = "intervals of the mean (ci_low, ci_high), of eta (eta_low, eta_high), or both"},
    {.name = "level",
     .type = OPT_REAL,
     .min = 0.5,
     .max = 0.9999,
     .metavar = "0.95",
     .brief = "of the intervals (set level's when not given)"},
    {.name = "unseen",
     .type = OPT_CHOICE,
     .choices = unseen_words,
     .def = "base",
     .brief = "levels that training did not have"},
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_predict = {
    .name = "predict",
    .group = GROUP_MODEL,
    .brief = "predictions as columns of a table",
    .usage = "predict [T|es:INDEX] [as U] [--model M] [--scale response|eta|both] [--level 0.95] "
             "[--unseen base|null|error]",
    .opts = predict_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_AS,
    .help = "Adds probability (or prediction), eta, se, ci_low and ci_high. Rows that lack an "
            "input get no prediction; "
            "levels that training never saw are told. es:INDEX is read from the connected engine "
            "first.",
    .examples = (const Example[]){{"predict ft as scored", "", false},
                                  {"predict ft as scored --scale both --level 0.9",
                                   "90 % intervals of the linear predictor too", false},
                                  {0}},
    .needs = NEED_MODEL,
    .changes_state = true,
    .run = predict_run,
    .takes = TAKES_TABLES,
};
