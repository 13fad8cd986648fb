/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metrics.c - `metrics`: how good a model is on some rows, all together or group by group.
 */
#include <math.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "data/frameops.h"
#include "shell/model_show.h"
#include "shell/outcomes.h"
#include "shell/settings.h"

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
            isfinite(k->roc_auc) && !isfinite(k->roc_auc_low) ? ""
            : isfinite(k->roc_auc) ? arena_printf(out->arena, "   (%g %% %.4f to %.4f)",
                                                  100 * level, k->roc_auc_low, k->roc_auc_high)
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

#define FEW_ROWS 50  /* a group with fewer says little: it is dim, and told in words */
#define BY_COLUMNS 8 /* columns that make the groups */

typedef struct GroupSize {
    size_t rows, group;
} GroupSize;

/* Outcomes group by group. */
typedef struct Segments {
    Grouping g;
    size_t *start; /* ngroups + 1: where a group begins in the arrays below */
    double *y, *p, *w;
    GroupSize *by_size; /* groups, those with most rows first */
} Segments;

static void segments_clear(Segments *s)
{
    grouping_clear(&s->g);
    free(s->start);
    free(s->y);
    free(s->p);
    free(s->w);
    free(s->by_size);
}

static int larger_first(const void *a, const void *b)
{
    const GroupSize *x = a, *y = b;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return (x->group > y->group) - (x->group < y->group);
}

static bool segments_make(const Outcomes *o, const size_t *cols, size_t ncols, Segments *s,
                          Error *err)
{
    *s = (Segments){0};
    if (!frame_group(o->frame, cols, ncols, &s->g, err))
        return false;
    size_t n = s->g.ngroups;
    size_t *at = xcalloc(n + 1, sizeof *at);
    s->start = xcalloc(n + 1, sizeof *s->start);
    s->by_size = xcalloc(n + 1, sizeof *s->by_size);
    s->y = xcalloc(o->n, sizeof *s->y);
    s->p = xcalloc(o->n, sizeof *s->p);
    s->w = o->w ? xcalloc(o->n, sizeof *s->w) : NULL;
    for (size_t i = 0; i < o->n; i++)
        s->start[s->g.group[o->rows[i]] + 1]++;
    for (size_t k = 0; k < n; k++)
        at[k + 1] = s->start[k + 1] += s->start[k];
    for (size_t i = 0; i < o->n; i++) {
        size_t to = at[s->g.group[o->rows[i]]]++;
        s->y[to] = o->y[i];
        s->p[to] = o->p[i];
        if (s->w)
            s->w[to] = o->w[i];
    }
    free(at);
    for (size_t k = 0; k < n; k++)
        s->by_size[k] = (GroupSize){s->start[k + 1] - s->start[k], k};
    qsort(s->by_size, n, sizeof *s->by_size, larger_first);
    return true;
}

static Table *segments_table(const Outcomes *o, const size_t *cols, size_t ncols, Result *out)
{
    static const TableCol rest[] = {
        {COL("n", "rows"), .look = LOOK_COUNT},
        {COL("rate", "rate"), .look = LOOK_FIXED, .digits = 3},
        {COL("accuracy", "accuracy"), .look = LOOK_FIXED, .digits = 3},
        {COL("recall", "recall"), .look = LOOK_FIXED, .digits = 3, .priority = 2},
        {COL("roc_auc", "ROC-AUC"), .look = LOOK_FIXED, .digits = 3},
        {COL("roc_auc_low", "low"), .look = LOOK_FIXED, .digits = 3, .priority = 1},
        {COL("roc_auc_high", "high"), .look = LOOK_FIXED, .digits = 3, .priority = 1},
        {COL("log_loss", "log loss"), .look = LOOK_FIXED, .digits = 3},
        {COL("few", "")}};
    TableCol heads[BY_COLUMNS + sizeof rest / sizeof *rest];
    for (size_t j = 0; j < ncols; j++) {
        const char *name = arena_printf(out->arena, "%s", o->frame->names[cols[j]]);
        heads[j] = (TableCol){COL(name, name)};
    }
    memcpy(heads + ncols, rest, sizeof rest);
    return result_table(out, "groups", heads, ncols + sizeof rest / sizeof *rest);
}

/* A value of the outcomes' frame, which does not last as long as the result. */
static Cell lasting(Result *out, const Column *c, size_t row)
{
    Cell cell = cell_of(c, row);
    if (cell.kind == CELL_TEXT)
        cell.v.text.p = arena_strndup(out->arena, cell.v.text.p, cell.v.text.n);
    return cell;
}

/* One line of metrics a group, large groups first. */
static bool metrics_by(const Session *s, const Args *a, const Outcomes *o, double threshold,
                       Result *out, Error *err)
{
    size_t *cols, ncols = 0;
    Segments seg;
    if (!args_columns(a, a->by, a->by_at, o->frame, o->table, &cols, &ncols, err))
        return false;
    if (ncols > BY_COLUMNS)
        return fail_at(err, ERR_USAGE, a->by_at, "at most %d columns make groups", BY_COLUMNS);
    if (!segments_make(o, cols, ncols, &seg, err))
        return false;
    Table *t = segments_table(o, cols, ncols, out);
    size_t few = 0;
    bool ok = true;
    for (size_t i = 0; ok && i < seg.g.ngroups; i++) {
        size_t k = seg.by_size[i].group, from = seg.start[k], n = seg.start[k + 1] - from;
        Metrics m;
        if (!n)
            continue;
        ok = !cancelled(err) &&
             metrics_compute(seg.y + from, seg.p + from, seg.w ? seg.w + from : NULL, n, threshold,
                             s->settings->level, &m, err);
        if (!ok)
            break;
        const double v[] = {m.positives / (m.tp + m.fp + m.tn + m.fn),
                            m.accuracy,
                            m.recall,
                            m.roc_auc,
                            m.roc_auc_low,
                            m.roc_auc_high,
                            m.log_loss};
        Cell *c = table_row(out, t);
        for (size_t j = 0; j < ncols; j++)
            *c++ = lasting(out, o->frame->cols[cols[j]], seg.g.first[k]);
        *c++ = cell_int((int64_t)n);
        for (size_t j = 0; j < sizeof v / sizeof *v; j++)
            *c++ = cell_real(v[j]);
        *c = cell_text(n < FEW_ROWS ? STR("few rows") : STR(""));
        t->dim[t->nrows - 1] = n < FEW_ROWS;
        few += n < FEW_ROWS;
    }
    segments_clear(&seg);
    t->cols[t->ncols - 1].machine_only = !few;
    t->shown = (size_t)s->settings->rows;
    result_text(out, "on", str_of(o->on));
    t->footer = result_plural(out, (int64_t)t->nrows, "group");
    return ok;
}

/* A model from a file has no rows here but remembers how good it was; NULL when the rows are here
 * or wanted. */
static const Metrics *remembered(const Session *s, const Args *a, const Model *m, const char **on)
{
    Str part = args_text(a, "on");
    bool asks_rows = a->by.p || a->where.p || args_has(a, "threshold") ||
                     (part.p && !str_eqz(part, "train") && !str_eqz(part, "test"));
    if (asks_rows || !m->binary || s->models[session_model_index(s, m)].data.frame)
        return NULL;
    bool test = part.p ? str_eqz(part, "test") : m->test.n > 0;
    *on = test ? "test" : m->test.n ? "train" : "all";
    return test && !m->test.n ? NULL : test ? &m->test : &m->train;
}

static bool metrics_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, a->nwords ? a->words[0].text : STR_NULL,
                                       a->nwords ? a->words[0].at : SPAN_NONE, err);
    Outcomes o = {0};
    const Metrics *kept = m ? remembered(s, a, m, &o.on) : NULL;
    if (kept) {
        show_one(out, m, &o, kept, s->settings->level);
        return true;
    }
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
    outcomes_note(&o, out);
    Metrics k;
    if (ok && a->by.p)
        ok = metrics_by(s, a, &o, threshold, out, err);
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
    .usage = "metrics [M] [--on train|test|folds|T] [where E] [--threshold T|best] [by COLS]",
    .opts = metrics_opts,
    .subject = SUBJECT_WORDS,
    .words = 1,
    .clauses = CLAUSE_BY | CLAUSE_WHERE,
    .help = "On the test part when there is one. The interval of ROC-AUC is DeLong's. Beside the "
            "numbers stand those of "
            "the model without features: accuracy alone misleads when one outcome is rare. `by` "
            "gives a line a group. "
            "A model loaded from a file tells what it was when it was saved.",
    .examples =
        (const Example[]){{"metrics", "", false},
                          {"metrics --threshold best", "the threshold with the best F1", false},
                          {"metrics by country", "where the model is good and bad", false},
                          {0}},
    .needs = NEED_MODEL,
    .run = metrics_run,
    .takes = TAKES_MODELS,
};
