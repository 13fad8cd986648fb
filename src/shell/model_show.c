/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * model_show.c - a model's parts as tables of a Result: what fit, model, coef and metrics share.
 *
 * The keys of fields and columns are the documented ones (fit, coef, metrics) and never change.
 */
#include <math.h>
#include <stdlib.h>

#include "shell/model_show.h"

const char *fit_status_name(FitStatus s)
{
    static const char *const names[] = {[FIT_CONVERGED] = "converged",
                                        [FIT_MAX_ITER] = "max_iter",
                                        [FIT_SEPARATED] = "separated",
                                        [FIT_PERFECT] = "perfect",
                                        [FIT_NO_DESCENT] = "no_descent"};
    return names[s];
}

const char *ratio_name(const Model *m)
{
    if (strcmp(m->link->name, "log") == 0)
        return "ratio";
    return strcmp(m->link->name, "logit") == 0 ? "odds" : NULL;
}

/* ---- summary ---- */

static void put_drops(Result *out, const Model *m, Buf *b)
{
    if (!m->dropped)
        return;
    buf_printf(b, ", %s dropped", result_count(out, (int64_t)m->dropped));
    for (size_t i = 0; i < m->ndrops && i < 3; i++) {
        buf_puts(b, i ? "; " : ": ");
        if (m->ndrops > 1)
            buf_printf(b, "%s ", result_count(out, (int64_t)m->drops[i].rows));
        buf_puts(b, m->drops[i].reason);
    }
    if (m->ndrops > 3)
        buf_printf(b, "; and %zu more reasons", m->ndrops - 3);
}

static void first_line(Result *out, const Model *m)
{
    Buf b = BUF_INIT;
    buf_printf(&b, "%s  %s, %s  ", m->name, m->family->name, m->link->name);
    if (m->spec.encode != ENCODE_TREATMENT)
        buf_printf(&b, "%s  ", m->spec.encode == ENCODE_ONEHOT ? "one-hot" : "sum contrasts");
    if (m->test_rows) {
        buf_printf(&b, "%s to train, %s to test", result_plural(out, (int64_t)m->rows, "row"),
                   result_count(out, (int64_t)m->test_rows));
        if (m->spec.split == SPLIT_TIME && m->test_number) {
            buf_printf(&b, " (the last ones%s%s)", m->spec.split_column ? " by " : "",
                       m->spec.split_column ? m->spec.split_column : "");
        } else if (m->spec.split == SPLIT_TIME) {
            buf_puts(&b, " (from ");
            buf_time(&b, m->test_cut, m->test_unit);
            buf_puts(&b, ")");
        } else {
            buf_puts(&b, m->spec.split == SPLIT_USER ? " (other users)" : " (at random)");
        }
    } else {
        buf_puts(&b, result_plural(out, (int64_t)m->rows, "row"));
    }
    put_drops(out, m, &b);
    result_line(out, "%s", b.p);
    buf_free(&b);
}

/* Decimals of a deviance: one, unless so few rows make it small. */
static int deviance_digits(const Fit *f)
{
    double size = isfinite(f->null_deviance) ? f->null_deviance : f->deviance;
    return size > 0 && size < 100 ? 3 - (int)floor(log10(size)) : 1;
}

static void second_line(Result *out, const Model *m)
{
    const Fit *f = m->fit;
    Buf b = BUF_INIT;
    const char *plural = f->iterations == 1 ? "" : "s";
    switch (f->status) {
    case FIT_CONVERGED:
        buf_printf(&b, "converged in %d step%s", f->iterations, plural);
        break;
    case FIT_MAX_ITER:
        buf_printf(&b, "not settled after %d step%s", f->iterations, plural);
        break;
    case FIT_SEPARATED:
        buf_printf(&b, "separated: stopped after %d step%s", f->iterations, plural);
        break;
    case FIT_PERFECT:
        buf_printf(&b, "perfect fit after %d step%s", f->iterations, plural);
        break;
    case FIT_NO_DESCENT:
        buf_printf(&b, "no better step found after %d step%s", f->iterations, plural);
        break;
    }
    buf_printf(&b, ", %.2f s   deviance ", m->seconds);
    buf_amount(&b, f->deviance, deviance_digits(f));
    if (isfinite(f->null_deviance)) {
        buf_puts(&b, " of ");
        buf_amount(&b, f->null_deviance, deviance_digits(f));
        double told = f->null_deviance > 0 ? 100 * (1 - f->deviance / f->null_deviance) : 0;
        buf_printf(&b, " (%.1f %%)", fabs(told) < 0.05 ? 0.0 : told); /* never -0.0 */
    }
    if (isfinite(f->aic)) {
        buf_puts(&b, "   AIC ");
        buf_amount(&b, f->aic, 1);
    }
    if (m->family->estimates_dispersion && isfinite(f->dispersion)) {
        buf_puts(&b, "   dispersion ");
        if (isfinite(f->dispersion))
            buf_digits(&b, f->dispersion, 4);
        else
            buf_puts(&b, "not defined");
    }
    if (m->family->takes_param && isfinite(f->param)) {
        buf_printf(&b, "   %s ", m->family->param_name);
        buf_digits(&b, f->param, 4);
        if (f->param_se > 0 && isfinite(f->param_se)) {
            buf_puts(&b, " (se ");
            buf_digits(&b, f->param_se, 3);
            buf_putc(&b, ')');
        }
    }
    result_line(out, "%s", b.p);
    buf_free(&b);
}

/* How the numbers were made, where that is not the plain likelihood. */
static void how_line(Result *out, const Model *m)
{
    static const char *const robust[] = {[ROBUST_NONE] = "hc1",
                                         [ROBUST_HC0] = "hc0",
                                         [ROBUST_HC1] = "hc1",
                                         [ROBUST_HC2] = "hc2",
                                         [ROBUST_HC3] = "hc3"};
    const FitOptions *o = &m->spec.fit;
    Buf b = BUF_INIT;
    if (m->spec.cluster)
        buf_printf(&b, "; standard errors by cluster of %s", m->spec.cluster);
    else if (o->robust != ROBUST_NONE)
        buf_printf(&b, "; robust standard errors, %s", robust[o->robust]);
    if (o->firth)
        buf_puts(&b, "; Firth's bias-reduced estimates");
    if (o->l2 > 0)
        buf_printf(&b, "; ridge penalty %g%s", o->l2,
                   o->standardize ? " on columns scaled to sd 1" : "");
    if (m->spec.sampled > 0)
        buf_printf(&b, "; intercept as if all negatives were there, not 1 in %.4g",
                   1 / m->spec.sampled);
    if (m->spec.weights)
        buf_printf(&b, "; weights %s", m->spec.weights);
    if (b.n)
        result_line(out, "%s", b.p + 2);
    result_text(out, "errors", str_of(m->spec.cluster            ? "cluster"
                                      : o->robust != ROBUST_NONE ? robust[o->robust]
                                                                 : "model"));
    buf_free(&b);
}

static void put_aliased(Result *out, const Model *m)
{
    static const TableCol cols[] = {{COL("term", "term")}};
    Table *t = result_table(out, "aliased", cols, 1);
    t->machine_only = t->list = true;
    for (size_t j = 0; j < m->fit->p; j++)
        if (m->fit->flag[j] == COL_ALIASED)
            table_row(out, t)[0] = cell_text(str_of(m->enc->cols[j].name));
    const char *rest = t->nrows > 1 ? ", ..." : "";
    if (t->nrows && m->fit->p > m->rows)
        result_note(out, "aliased", NULL,
                    "%zu coefficients for %zu rows: %zu of them are told by the others and left "
                    "out: %.*s%s",
                    m->fit->p, m->rows, t->nrows, STR_ARG(t->cells[0].v.text), rest);
    else if (t->nrows && m->fit->status == FIT_SEPARATED)
        result_note(out, "aliased", NULL,
                    "%s no value beside those that run to infinity: %.*s%s",
                    t->nrows == 1 ? "one coefficient has"
                                  : arena_printf(out->arena, "%zu coefficients have", t->nrows),
                    STR_ARG(t->cells[0].v.text), rest);
    else if (t->nrows)
        result_note(out, "aliased", NULL, "%s told by the others and left out: %.*s%s",
                    t->nrows == 1 ? "one column is"
                                  : arena_printf(out->arena, "%zu columns are", t->nrows),
                    STR_ARG(t->cells[0].v.text), rest);
}

void show_summary(Result *out, const Model *m)
{
    const Fit *f = m->fit;
    first_line(out, m);
    second_line(out, m);
    how_line(out, m);
    result_text(out, "model", str_of(m->name));
    result_text(out, "formula", str_of(m->formula));
    result_text(out, "family", str_of(m->family->name));
    result_text(out, "link", str_of(m->link->name));
    result_int(out, "n", (int64_t)m->rows);
    result_int(out, "dropped", (int64_t)m->dropped);
    result_int(out, "coefficients", (int64_t)f->p);
    result_real(out, "deviance", f->deviance);
    result_real(out, "null_deviance", f->null_deviance);
    result_int(out, "df_null", (int64_t)f->df_null);
    result_int(out, "df_residual", (int64_t)f->df_residual);
    result_real(out, "loglik", f->loglik);
    result_real(out, "aic", f->aic);
    result_real(out, "bic", f->bic);
    result_real(out, "dispersion", f->dispersion);
    if (m->family->takes_param)
        result_real(out, m->family->param_name, f->param);
    if (m->family->takes_param && f->param_se > 0)
        result_real(out, arena_printf(out->arena, "%s_se", m->family->param_name), f->param_se);
    result_int(out, "iterations", f->iterations);
    result_text(out, "status", str_of(fit_status_name(f->status)));
    result_real(out, "seconds", m->seconds);
    result_real(out, "solver_seconds", f->seconds);
    put_aliased(out, m);
}

/* ---- metrics ---- */

static const TableCol metric_cols[] = {
    {COL("n", "n")},
    {COL("threshold", "threshold")},
    {COL("tp", "tp")},
    {COL("fp", "fp")},
    {COL("tn", "tn")},
    {COL("fn", "fn")},
    {COL("accuracy", "accuracy")},
    {COL("precision", "precision")},
    {COL("recall", "recall")},
    {COL("f1", "F1")},
    {COL("roc_auc", "ROC-AUC")},
    {COL("roc_auc_low", "low")},
    {COL("roc_auc_high", "high")},
    {COL("pr_auc", "PR-AUC")},
    {COL("log_loss", "log loss")},
    {COL("brier", "Brier")},
};
#define NMETRICS (sizeof metric_cols / sizeof *metric_cols)

static Cell count_cell(double v)
{
    return v == floor(v) && fabs(v) < 9e15 ? cell_int((int64_t)v) : cell_real(v);
}

static void metric_cells(const Metrics *k, Cell *c)
{
    c[0] = cell_int((int64_t)k->n);
    c[1] = cell_real(k->threshold);
    c[2] = count_cell(k->tp);
    c[3] = count_cell(k->fp);
    c[4] = count_cell(k->tn);
    c[5] = count_cell(k->fn);
    const double rest[] = {k->accuracy,    k->precision,    k->recall, k->f1,       k->roc_auc,
                           k->roc_auc_low, k->roc_auc_high, k->pr_auc, k->log_loss, k->brier};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        c[6 + i] = cell_real(rest[i]);
}

void show_metrics_fields(Result *out, const Metrics *k)
{
    Cell c[NMETRICS];
    metric_cells(k, c);
    for (size_t i = 0; i < NMETRICS; i++)
        if (c[i].kind == CELL_INT)
            result_int(out, metric_cols[i].key, c[i].v.i);
        else if (c[i].kind == CELL_REAL)
            result_real(out, metric_cols[i].key, c[i].v.d);
        else
            result_null(out, metric_cols[i].key);
}

static void metrics_object(Result *out, const char *key, const Metrics *k)
{
    Table *t = result_table(out, key, metric_cols, NMETRICS);
    t->machine_only = t->object = true;
    metric_cells(k, table_row(out, t));
}

static void metrics_line(Result *out, Table *t, const char *name, const Metrics *k)
{
    Cell *c = table_row(out, t);
    c[0] = cell_text(str_of(arena_printf(out->arena, "  %s", name)));
    c[1] = cell_real(k->accuracy);
    c[2] = cell_real(k->precision);
    c[3] = cell_real(k->recall);
    c[4] = cell_real(k->f1);
    c[5] = isfinite(k->roc_auc) && !isfinite(k->roc_auc_low)
               ? cell_text(str_of(arena_printf(out->arena, "%.3f", k->roc_auc))) /* one of a kind */
           : isfinite(k->roc_auc)
               ? cell_text(str_of(arena_printf(out->arena, "%.3f (%.3f to %.3f)", k->roc_auc,
                                               k->roc_auc_low, k->roc_auc_high)))
               : (Cell){.kind = CELL_NULL};
    c[6] = cell_real(k->pr_auc);
    c[7] = cell_real(k->log_loss);
    c[8] = cell_real(k->brier);
}

void show_metrics(Result *out, const Model *m)
{
    if (!m->binary)
        return;
    const char *auc = arena_printf(out->arena, "ROC-AUC (%g %%)", 100 * m->spec.fit.ci_level);
    const TableCol cols[] = {
        {COL("part", "")},
        {COL("accuracy", "accuracy"), .look = LOOK_FIXED, .digits = 3, .priority = 1},
        {COL("precision", "precision"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("recall", "recall"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("f1", "F1"), .look = LOOK_FIXED, .digits = 3, .priority = 3},
        {COL("roc_auc", auc), .priority = 1},
        {COL("pr_auc", "PR-AUC"), .look = LOOK_FIXED, .digits = 3, .priority = 5},
        {COL("log_loss", "log loss"), .look = LOOK_FIXED, .digits = 3, .priority = 4},
        {COL("brier", "Brier"), .look = LOOK_FIXED, .digits = 3, .priority = 4},
    };
    Table *t = result_table(out, "parts", cols, sizeof cols / sizeof *cols);
    t->human_only = t->blank_nulls = true;
    metrics_line(out, t, m->test.n ? "train" : "all rows", &m->train);
    if (m->test.n)
        metrics_line(out, t, "test", &m->test);
    const Metrics *k = m->test.n ? &m->test : &m->train;
    Cell *c = table_row(out, t);
    for (size_t i = 1; i < 9; i++)
        c[i] = (Cell){.kind = CELL_NULL};
    c[0] = cell_text(STR("  no model"));
    c[1] = cell_real(k->base_accuracy);
    c[5] = cell_text(STR("0.500"));
    c[6] = cell_real(k->positives / (k->tp + k->fp + k->tn + k->fn));
    c[7] = cell_real(k->base_log_loss);
    c[8] = cell_real(k->base_brier);
    metrics_object(out, "metrics", &m->train);
    if (m->test.n)
        metrics_object(out, "test_metrics", &m->test);
}

/* ---- alarms ---- */

void show_alarms(Result *out, const Model *m)
{
    for (size_t i = 0; i < m->nalarms; i++)
        result_warn(out, m->alarms[i].code, m->alarms[i].help, "%s", m->alarms[i].text);
}

/* ---- coefficients ---- */

static const char *stars_of(double p)
{
    return p < 0.001 ? "***" : p < 0.01 ? "**" : p < 0.05 ? "*" : p < 0.1 ? "." : "";
}

/* The intercept is no feature: it stands below them. */
static void intercept_last(const Model *m, CoefRow *rows, size_t n)
{
    for (size_t i = 0; i + 1 < n; i++)
        if (m->enc->cols[rows[i].col].term < 0) {
            CoefRow r = rows[i];
            memmove(rows + i, rows + i + 1, (n - i - 1) * sizeof *rows);
            rows[n - 1] = r;
            return;
        }
}

size_t show_coef_rows(const Model *m, CoefSort sort, double level, CoefRow *rows)
{
    size_t n = model_coefs(m, sort, level, rows);
    if (sort != SORT_MODEL)
        intercept_last(m, rows, n);
    return n;
}

int coef_digits(double top)
{
    int whole = top >= 1 ? (int)floor(log10(top)) + 1 : 0;
    return whole >= 4 ? 1 : whole >= 2 ? 3 : 4;
}

double coef_top(const CoefRow *rows, size_t n, bool odds)
{
    double top = 0;
    for (size_t i = 0; i < n; i++) {
        double v = fabs(odds ? rows[i].odds_ratio : rows[i].estimate);
        if (isfinite(v) && !rows[i].infinite && v > top)
            top = v;
    }
    return top;
}

static double finite_or_inf(const CoefRow *r, double v)
{
    return r->infinite ? (r->infinite > 0 ? INFINITY : -INFINITY) : v;
}

static Cell gone(double v, const CoefRow *r)
{
    return r->aliased || r->infinite ? (Cell){.kind = CELL_NULL} : cell_real(v);
}

/* With the digits that its standard error gives a meaning to: a coefficient of a column in
 * thousands is small, and so is its error. */
static Cell gone_fine(double v, const CoefRow *r, int significant)
{
    bool known = isfinite(r->se) && r->se > 0;
    return r->aliased || r->infinite ? (Cell){.kind = CELL_NULL}
                                     : cell_fine(v, known ? r->se : r->estimate, significant);
}

Table *show_coefs(Result *out, const Model *m, const CoefShow *opt)
{
    size_t p = m->fit->p;
    CoefRow *rows = arena_array(out->arena, CoefRow, p + 1);
    size_t n = show_coef_rows(m, opt->sort, opt->level, rows);
    if (opt->top && opt->top < n)
        n = opt->top;
    const char *ratio = ratio_name(m);
    bool odds = opt->odds && ratio;
    int d = coef_digits(coef_top(rows, n, odds));
    bool z = !m->fit->use_t;
    const char *ci = arena_printf(out->arena, "%g %%", 100 * opt->level);
    const TableCol cols[] = {
        {COL("term", "term"), .middle = true},
        {COL("estimate", "coef"), .look = LOOK_FIXED, .digits = d, .priority = odds ? 3 : 0},
        {COL("se", "std.err"), .look = LOOK_FIXED, .digits = d, .priority = 5},
        {COL("z", z ? "z" : "t"), .look = LOOK_FIXED, .digits = 1, .priority = 6},
        {COL("p", "p"), .look = LOOK_P, .priority = 1},
        {COL("stars", ""), .human_only = true, .machine_only = !opt->stars, .priority = 1},
        {COL("ci_low", ci), .look = LOOK_FIXED, .digits = d > 3 ? 3 : d, .priority = 4,
         .machine_only = odds},
        {COL("ci_high", ""), .look = LOOK_FIXED, .digits = d > 3 ? 3 : d, .priority = 4,
         .machine_only = odds},
        {COL("odds_ratio", ratio ? ratio : "exp"), .look = LOOK_SHORT, .digits = 3, .priority = 2,
         .machine_only = !ratio},
        {COL("odds_low", ci), .look = LOOK_SHORT, .digits = 3, .priority = 3, .human_only = true,
         .machine_only = !odds},
        {COL("odds_high", ""), .look = LOOK_SHORT, .digits = 3, .priority = 3, .human_only = true,
         .machine_only = !odds},
        {COL("bar", ""), .look = LOOK_BAR, .human_only = true, .priority = 7},
    };
    Table *t = result_table(out, "coef", cols, sizeof cols / sizeof *cols);
    for (size_t i = 0; i < n; i++) {
        const CoefRow *r = &rows[i];
        Cell *c = table_row(out, t);
        bool dim = r->aliased || !(r->p <= 0.1);
        c[0] = cell_text(str_of(r->term));
        c[1] =
            r->infinite ? cell_real(finite_or_inf(r, r->estimate)) : gone_fine(r->estimate, r, 2);
        c[2] = gone_fine(r->se, r, 2);
        c[3] = gone(r->stat, r);
        c[4] = gone(r->p, r);
        c[5] = cell_text(str_of(stars_of(r->p)));
        c[6] = gone_fine(r->low, r, 1);
        c[7] = gone_fine(r->high, r, 1);
        c[8] = gone(r->odds_ratio, r);
        c[9] = gone(r->odds_low, r);
        c[10] = gone(r->odds_high, r);
        c[11] = m->enc->cols[r->col].term < 0 ? (Cell){.kind = CELL_NULL} : gone(r->estimate, r);
        t->dim[i] = dim;
    }
    t->shown = opt->shown;
    static const char *const by[] = {"coefficient", "size", "p", "name", "place in the model"};
    t->footer = arena_printf(out->arena, "%s, sorted by %s%s",
                             result_plural(out, (int64_t)p, "coefficient"), by[opt->sort],
                             t->shown && n > t->shown + 1 ? "; coef all shows them all" : "");
    return t;
}
