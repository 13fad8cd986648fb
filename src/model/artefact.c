/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * artefact.c - a model as one JSON file: readable, diffable, without any data row.
 *
 * Doubles are written with the fewest digits that read back as the same bits, so a model that was
 * saved and loaded predicts the same bits and saves as the same bytes. What can be worked out again
 * (beta, groups, names) is not written. Scalars go by tables of name and place, so a field is one
 * row for both directions; the reader is artefact_read.c. NaN is null. `glint_model` is the
 * version: it grows when an older reader would misunderstand, and a reader refuses what is newer
 * than itself.
 */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>

#include "artefact_priv.h"
#include "base/file.h"

/* ---- fields ---- */

#define REAL(T, f)                                                                                 \
    {                                                                                              \
#f, F_REAL, offsetof(T, f)                                                                 \
    }
#define SIZE(T, f)                                                                                 \
    {                                                                                              \
#f, F_SIZE, offsetof(T, f)                                                                 \
    }
#define INT(T, f)                                                                                  \
    {                                                                                              \
#f, F_INT, offsetof(T, f)                                                                  \
    }
#define BOOL(T, f)                                                                                 \
    {                                                                                              \
#f, F_BOOL, offsetof(T, f)                                                                 \
    }

const Field saved_metric_fields[] = {SIZE(Metrics, n),
                                     REAL(Metrics, positives),
                                     REAL(Metrics, threshold),
                                     REAL(Metrics, tp),
                                     REAL(Metrics, fp),
                                     REAL(Metrics, tn),
                                     REAL(Metrics, fn),
                                     REAL(Metrics, accuracy),
                                     REAL(Metrics, precision),
                                     REAL(Metrics, recall),
                                     REAL(Metrics, f1),
                                     REAL(Metrics, specificity),
                                     REAL(Metrics, roc_auc),
                                     REAL(Metrics, roc_auc_se),
                                     REAL(Metrics, roc_auc_low),
                                     REAL(Metrics, roc_auc_high),
                                     REAL(Metrics, pr_auc),
                                     REAL(Metrics, log_loss),
                                     REAL(Metrics, brier),
                                     REAL(Metrics, base_log_loss),
                                     REAL(Metrics, base_accuracy),
                                     REAL(Metrics, base_brier),
                                     {0}};

const Field saved_fit_fields[] = {
    SIZE(Fit, p),           SIZE(Fit, n),          SIZE(Fit, rows),
    SIZE(Fit, rank),        REAL(Fit, deviance),   REAL(Fit, null_deviance),
    REAL(Fit, pearson),     REAL(Fit, dispersion), REAL(Fit, loglik),
    REAL(Fit, aic),         REAL(Fit, bic),        SIZE(Fit, df_null),
    SIZE(Fit, df_residual), REAL(Fit, param),      REAL(Fit, param_se),
    INT(Fit, iterations),   BOOL(Fit, use_t),      REAL(Fit, seconds),
    REAL(Fit, l2),          BOOL(Fit, precise),    {0}};

const Field saved_spec_fields[] = {
    REAL(ModelSpec, test_frac), REAL(ModelSpec, threshold), REAL(ModelSpec, sampled), {0}};

const Field saved_option_fields[] = {INT(FitOptions, max_iter), REAL(FitOptions, tol),
                                     REAL(FitOptions, l2),      BOOL(FitOptions, standardize),
                                     BOOL(FitOptions, firth),   REAL(FitOptions, ci_level),
                                     REAL(FitOptions, param),   REAL(FitOptions, l1),
                                     REAL(FitOptions, lambda),  REAL(FitOptions, alpha),
                                     {0}};

const Field saved_input_fields[] = {REAL(InputSummary, min),
                                    REAL(InputSummary, q25),
                                    REAL(InputSummary, median),
                                    REAL(InputSummary, q75),
                                    REAL(InputSummary, max),
                                    REAL(InputSummary, mean),
                                    REAL(InputSummary, sd),
                                    SIZE(InputSummary, missing),
                                    REAL(InputSummary, auc),
                                    BOOL(InputSummary, derived),
                                    BOOL(InputSummary, source),
                                    BOOL(InputSummary, is_offset),
                                    {0}};

const Field saved_model_fields[] = {SIZE(Model, rows),
                                    SIZE(Model, dropped),
                                    SIZE(Model, test_rows),
                                    {"test_cut", F_MOMENT, offsetof(Model, test_cut)},
                                    BOOL(Model, binary),
                                    REAL(Model, base_rate),
                                    REAL(Model, typical_offset),
                                    REAL(Model, seconds),
                                    {"made", F_MOMENT, offsetof(Model, made)},
                                    {0}};

/* ---- words ---- */

const char *const saved_status_words[] = {"converged", "max_iter",   "separated",
                                          "perfect",   "no_descent", NULL};
const char *const saved_flag_words[] = {"ok", "aliased", "plus_inf", "minus_inf", NULL};
const char *const saved_encode_words[] = {"treatment", "onehot", "sum", NULL};
const char *const saved_split_words[] = {"random", "time", "user", NULL};
const char *const saved_robust_words[] = {"none", "hc0", "hc1", "hc2", "hc3", NULL};
const char *const saved_unit_words[] = {"day",   "minute", "second", "milli",
                                        "micro", "number", NULL};

/* ---- out ---- */

static void put_key(Buf *b, const char *key)
{
    buf_puts(b, b->n && b->p[b->n - 1] != '{' ? ",\n" : "\n");
    buf_json_str(b, str_of(key));
    buf_putc(b, ':');
}

static void put_text(Buf *b, const char *key, const char *text)
{
    put_key(b, key);
    if (text)
        buf_json_str(b, str_of(text));
    else
        buf_puts(b, "null");
}

static void put_fields(Buf *b, const Field *f, const void *from)
{
    for (const char *base = from; f->name; f++) {
        put_key(b, f->name);
        switch (f->type) {
        case F_REAL:
            buf_json_real(b, *(const double *)(const void *)(base + f->at));
            break;
        case F_SIZE:
            buf_int(b, (int64_t) * (const size_t *)(const void *)(base + f->at));
            break;
        case F_INT:
            buf_int(b, *(const int *)(const void *)(base + f->at));
            break;
        case F_MOMENT: /* a double holds no 64-bit integer */
            buf_printf(b, "\"%lld\"", (long long)*(const int64_t *)(const void *)(base + f->at));
            break;
        case F_BOOL:
            buf_puts(b, *(const bool *)(const void *)(base + f->at) ? "true" : "false");
            break;
        }
    }
}

static void put_reals(Buf *b, const char *key, const double *v, size_t n)
{
    put_key(b, key);
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i ? "," : "");
        buf_json_real(b, v[i]);
    }
    buf_putc(b, ']');
}

static void put_fit(Buf *b, const Fit *f)
{
    put_key(b, "fit");
    buf_putc(b, '{');
    put_fields(b, saved_fit_fields, f);
    put_text(b, "status", saved_status_words[f->status]);
    put_reals(b, "b", f->b, f->p);
    put_reals(b, "se", f->se, f->p);
    put_key(b, "flag");
    buf_putc(b, '[');
    for (size_t j = 0; j < f->p; j++) {
        buf_puts(b, j ? "," : "");
        buf_json_str(b, str_of(saved_flag_words[f->flag[j]]));
    }
    buf_putc(b, ']');
    if (f->cov) { /* the lower triangle: row by row up to the diagonal */
        put_key(b, "covariance");
        buf_putc(b, '[');
        for (size_t j = 0; j < f->p; j++)
            for (size_t k = 0; k <= j; k++) {
                buf_puts(b, j ? "," : "");
                buf_json_real(b, f->cov[j * f->p + k]);
            }
        buf_putc(b, ']');
    }
    buf_puts(b, "}");
}

static void put_spec(Buf *b, const ModelSpec *s)
{
    char seed[32];
    put_key(b, "spec");
    buf_putc(b, '{');
    put_text(b, "formula", s->formula);
    put_text(b, "table", s->table);
    put_text(b, "family", s->family);
    put_text(b, "link", s->link);
    put_text(b, "weights", s->weights);
    put_text(b, "offset", s->offset);
    put_text(b, "cluster", s->cluster);
    put_text(b, "event", s->event);
    put_text(b, "split_column", s->split_column);
    put_text(b, "encode", saved_encode_words[s->encode]);
    put_text(b, "split", saved_split_words[s->split]);
    put_text(b, "robust", saved_robust_words[s->fit.robust]);
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)s->seed);
    put_text(b, "seed", seed);
    put_fields(b, saved_spec_fields, s);
    put_fields(b, saved_option_fields, &s->fit);
    buf_putc(b, '}');
}

static void put_input(Buf *b, const InputSummary *in)
{
    buf_putc(b, '{');
    put_text(b, "name", in->name);
    put_text(b, "type", coltype_name(in->type));
    put_text(b, "unit", saved_unit_words[in->unit]);
    put_fields(b, saved_input_fields, in);
    put_reals(b, "quantile", in->quantile, 21);
    put_key(b, "levels");
    buf_putc(b, '[');
    for (size_t k = 0; k < in->nlevels; k++) {
        buf_puts(b, k ? "," : "");
        buf_json_str(b, str_of(in->levels[k]));
    }
    buf_putc(b, ']');
    put_reals(b, "counts", in->counts, in->nlevels);
    buf_putc(b, '}');
}

static void put_alarm(Buf *b, const Alarm *a)
{
    buf_putc(b, '{');
    put_text(b, "code", a->code);
    put_key(b, "kind");
    buf_int(b, (int64_t)a->kind);
    put_text(b, "column", a->column);
    put_text(b, "text", a->text);
    put_text(b, "help", a->help);
    buf_putc(b, '}');
}

static void put_training(Buf *b, const Model *m)
{
    put_key(b, "training");
    buf_putc(b, '{');
    put_fields(b, saved_model_fields, m);
    put_text(b, "test_unit", saved_unit_words[m->test_number ? TIME_MICRO + 1 : m->test_unit]);
    put_key(b, "drops");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->ndrops; i++) {
        buf_puts(b, i ? ",{" : "{");
        put_text(b, "reason", m->drops[i].reason);
        put_key(b, "rows");
        buf_int(b, (int64_t)m->drops[i].rows);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
    put_key(b, "train");
    buf_putc(b, '{');
    put_fields(b, saved_metric_fields, &m->train);
    buf_putc(b, '}');
    put_key(b, "test");
    buf_putc(b, '{');
    put_fields(b, saved_metric_fields, &m->test);
    buf_putc(b, '}');
    put_reals(b, "typical", m->typical, m->enc->ncols);
    put_reals(b, "col_mean", m->col_mean, m->enc->ncols);
    put_reals(b, "col_sd", m->col_sd, m->enc->ncols);
    put_reals(b, "eta_quantile", m->eta_quantile, 101);
    buf_putc(b, '}');
}

void model_to_json(const Model *m, Buf *b)
{
    buf_printf(b, "{\"glint_model\":%d", ARTEFACT_VERSION);
    put_text(b, "name", m->name);
    put_text(b, "formula", m->formula);
    put_text(b, "table", m->table);
    put_text(b, "origin", m->origin);
    put_text(b, "note", m->note);
    put_text(b, "family", m->family->name);
    put_text(b, "link", m->link->name);
    put_spec(b, &m->spec);
    put_key(b, "encoding");
    encoding_to_json(m->enc, b);
    put_fit(b, m->fit);
    put_key(b, "recipe");
    if (m->recipe)
        recipe_to_json(m->recipe, b);
    else
        buf_puts(b, "null");
    put_key(b, "inputs");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->ninputs; i++) {
        buf_puts(b, i ? ",\n" : "");
        put_input(b, &m->inputs[i]);
    }
    buf_putc(b, ']');
    put_training(b, m);
    put_key(b, "alarms");
    buf_putc(b, '[');
    for (size_t i = 0; i < m->nalarms; i++) {
        buf_puts(b, i ? ",\n" : "");
        put_alarm(b, &m->alarms[i]);
    }
    buf_puts(b, "]}\n");
}

bool model_save(const Model *m, const char *path, Error *err)
{
    Buf text = BUF_INIT;
    model_to_json(m, &text);
    FileOut *f = file_out_open(path, err);
    bool ok = f && file_out_write(f, text.p, text.n, err);
    if (ok)
        ok = file_out_commit(f, err);
    else
        file_out_abandon(f);
    buf_free(&text);
    return ok;
}
