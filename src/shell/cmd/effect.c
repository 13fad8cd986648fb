/* SPDX-License-Identifier: GPL-3.0-or-later */
/* effect.c - `effect`: the curve of one input, `explain`: a coefficient or a row in words. */
#include <math.h>
#include <stdlib.h>

#include "shell/model_show.h"
#include "shell/plot.h"
#include "shell/settings.h"
#include "shell/vector.h"

bool vector_vary(Session *s, Result *out, const WhatIf *v, size_t input, const double range[3],
                 bool plot, Error *err)
{
    const Model *m = v->model;
    const InputSummary *in = &m->inputs[input];
    size_t n = 0;
    VaryPoint *pts =
        whatif_vary(v, input, range[0], range[1], range[2], s->settings->level, &n, err);
    if (!pts)
        return false;
    const char *ci = arena_printf(out->arena, "%g %%", 100 * s->settings->level);
    const TableCol cols[] = {
        {COL("value", in->name)},
        {COL(m->binary ? "probability" : "mean", m->binary ? "probability" : "mean"),
         .look = m->binary ? LOOK_FIXED : LOOK_PLAIN, .digits = m->binary ? 3 : 4},
        {COL("ci_low", ci), .look = m->binary ? LOOK_FIXED : LOOK_PLAIN,
         .digits = m->binary ? 3 : 4},
        {COL("ci_high", ""), .look = m->binary ? LOOK_FIXED : LOOK_PLAIN,
         .digits = m->binary ? 3 : 4},
        {COL("bar", ""), .look = LOOK_BAR, .human_only = true}};
    Table *t = result_table(out, "points", cols, 5);
    t->shown = (size_t)s->settings->rows;
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1);
    double *low = arena_array(out->arena, double, n + 1),
           *high = arena_array(out->arena, double, n + 1);
    const char **labels = arena_array(out->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        labels[i] = in->nlevels ? arena_printf(out->arena, "%s", pts[i].value) : NULL;
        c[0] = in->nlevels ? cell_text(str_of(labels[i])) : cell_real(pts[i].x);
        c[1] = cell_fine(pts[i].p, pts[i].p, 2);
        c[2] = cell_fine(pts[i].low, pts[i].low, 2);
        c[3] = cell_fine(pts[i].high, pts[i].high, 2);
        c[4] = cell_real(pts[i].p);
        x[i] = pts[i].x;
        y[i] = pts[i].p;
        low[i] = pts[i].low;
        high[i] = pts[i].high;
    }
    free(pts);
    result_text(out, "input", str_of(in->name));
    if (!plot)
        return true;
    Plot *p = arena_alloc(out->arena, sizeof *p);
    const char *mean = m->binary ? "probability" : "mean";
    *p = (Plot){.kind = in->nlevels ? PLOT_FOREST : PLOT_LINES,
                .title = arena_printf(out->arena, "%s: effect of %s", m->name, in->name),
                .xlabel = in->nlevels ? arena_printf(out->arena, "%s, %g %% interval", mean,
                                                     100 * s->settings->level)
                                      : in->name,
                .ylabel = mean,
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .nseries = 1,
                .series = {{.name = m->name, .n = n, .x = x, .y = y, .low = low, .high = high}},
                .mark_x = v->num[input],
                .mark_y = NAN};
    if (in->nlevels) { /* the table has the bars; a picture has their intervals */
        p->labels = labels;
        p->series[0].x = y;
        result_picture(out, p);
        return true;
    }
    t->machine_only = true;
    for (size_t i = 1; i < n; i++) /* mark where the vector stands */
        if (x[i - 1] <= p->mark_x && p->mark_x <= x[i] && x[i] > x[i - 1])
            p->mark_y = y[i - 1] + (p->mark_x - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
    result_plot(out, p);
    return true;
}

/* ---- effect ---- */

static bool effect_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return false;
    if (!a->nwords || a->words[0].name.p) {
        fail(err, ERR_USAGE, "effect wants the name of an input");
        return error_hint(err, "effect age");
    }
    long input = model_input(m, a->words[0].text);
    if (input < 0)
        return frame_need(s->models[session_model_index(s, m)].data.frame, a->words[0].text,
                          m->table, a->words[0].at, err)
                   ? fail_at(err, ERR_NAME, a->words[0].at, "'%.*s' is not in the formula of %s",
                             STR_ARG(a->words[0].text), m->name)
                   : false;
    Args rest = *a; /* the words behind the name set the other inputs */
    rest.words = a->words + 1;
    rest.nwords = a->nwords - 1;
    double range[3] = {args_real(a, "from"), args_real(a, "to"), NAN};
    const InputSummary *in = &m->inputs[input];
    bool typed = !isnan(range[0]) || !isnan(range[1]);
    if (!in->nlevels) {
        range[0] = isnan(range[0]) ? in->quantile[1] : range[0]; /* 5 % to 95 % of the rows */
        range[1] = isnan(range[1]) ? in->quantile[19] : range[1];
        if (typed && !(range[0] < range[1])) {
            fail_at(err, ERR_USAGE, args_at(a, args_has(a, "to") ? "to" : "from"),
                    "the curve would go from %g to %g", range[0], range[1]);
            return error_hint(err, "effect %s --from %g --to %g", in->name, in->quantile[1],
                              in->quantile[19]);
        }
        if (!(range[0] < range[1])) {
            range[0] = in->min;
            range[1] = in->max;
        }
        range[2] = range[1] > range[0] ? (range[1] - range[0]) / 60 : NAN;
    }
    WhatIf *v = vector_edited(s, &rest, false, err);
    bool ok = v && vector_vary(s, out, v, (size_t)input, range, true, err);
    if (ok && typed && !in->nlevels && (range[0] < in->min || range[1] > in->max))
        result_warn(out, "whatif", NULL,
                    "%s goes from %g to %g in the data: beyond that the model extrapolates",
                    in->name, in->min, in->max);
    whatif_free(v);
    return ok;
}

static const OptRow effect_opts[] = {
    OPT_MODEL_ROW,
    {.name = "from",
     .type = OPT_REAL,
     .metavar = "X",
     .brief = "where the curve begins (5 % quantile)"},
    {.name = "to", .type = OPT_REAL, .metavar = "X", .brief = "where it ends (95 % quantile)"},
    OPT_AT_ROW,
    {0},
};

const Command cmd_effect = {
    .name = "effect",
    .group = GROUP_MODEL,
    .brief = "the effect curve of one input, with its band",
    .usage = "effect A [B=V ...] [--from X] [--to X]",
    .opts = effect_opts,
    .subject = SUBJECT_WORDS,
    .help = "The other inputs stay as in the what-if vector. Levels give bars. > FILE.svg draws "
            "the band.",
    .examples = (const Example[]){{"effect age", "", false},
                                  {"effect age > age.svg", "as a picture", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = effect_run,
    .takes = TAKES_INPUTS,
};

/* ---- explain ---- */

static bool explain_terms(const Args *a, const Model *m, double level, Result *out, Error *err)
{
    static const TableCol cols[] = {{COL("term", "term")},
                                    {COL("sentence", "in words"), .wrap = true}};
    CoefRow *rows = arena_array(out->arena, CoefRow, m->fit->p + 1);
    size_t n = model_coefs(m, SORT_COEF, level, rows);
    Table *t = result_table(out, "words", cols, 2);
    t->no_header = true;
    Buf b = BUF_INIT;
    for (size_t w = 0; w < a->nwords; w++) {
        size_t before = t->nrows;
        Str name = a->words[w].text;
        Str *names = arena_array(a->arena, Str, n + 1);
        for (size_t i = 0; i < n; i++) {
            long term = m->enc->cols[rows[i].col].term;
            names[i] = str_of(rows[i].term);
            bool hit = str_eq(name, names[i]) ||
                       (term >= 0 && str_eqz(name, m->enc->terms->terms[term].name));
            if (!hit)
                continue;
            buf_clear(&b);
            coef_sentence(m, &rows[i], &b);
            Cell *c = table_row(out, t);
            c[0] = cell_text(names[i]);
            c[1] = cell_text(str_of(arena_printf(out->arena, "%s", b.p ? b.p : "")));
        }
        if (t->nrows == before) {
            long near = nearest_name(name, names, n);
            buf_free(&b);
            fail_at(err, ERR_NAME, a->words[w].at, "%s has no term '%.*s'", m->name, STR_ARG(name));
            return error_hint(err, near >= 0 ? "did you mean '%s'?" : "coef lists the terms",
                              near >= 0 ? rows[near].term : "");
        }
    }
    buf_free(&b);
    return true;
}

static void explain_vector(const WhatIf *v, const WhatIfResult *r, double level, Result *out)
{
    const Model *m = v->model;
    Buf b = BUF_INIT;
    buf_printf(&b, "The model says %s", vector_mean_text(out, m, r->p));
    if (isfinite(r->low))
        buf_printf(&b, " (%g %% %s to %s)", 100 * level, vector_mean_text(out, m, r->low),
                   vector_mean_text(out, m, r->high));
    buf_printf(&b, " where the typical row has %s: ", vector_mean_text(out, m, r->typical_p));
    size_t n = 0;
    for (size_t i = 0; i < r->ncontrib && n < 5; i++) {
        const Contribution *c = &r->contrib[i];
        if (c->contribution == 0)
            continue;
        double ratio = exp(c->contribution);
        const char *name = ratio_name(m);
        buf_printf(&b, "%s%s %s ", n ? ", " : "", c->term, c->value);
        if (name && strcmp(name, "odds") == 0)
            buf_printf(&b, "multiplies the odds by %s", result_short(out, ratio));
        else if (name)
            buf_printf(&b, "multiplies it by %s", result_short(out, ratio));
        else
            buf_printf(&b, "%s %s", c->contribution > 0 ? "adds" : "takes away",
                       result_short(out, fabs(c->contribution)));
        n++;
    }
    buf_puts(&b, n ? "." : "nothing differs from it.");
    result_text(out, "sentence", buf_slice(&b));
    result_line(out, "%s", b.p);
    buf_free(&b);
    for (size_t i = 0; i < r->nnotes; i++)
        result_warn(out, "whatif", NULL, "%s", r->notes[i]);
}

static bool explain_run(Session *s, const Args *a, Result *out, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return false;
    if (a->nwords && !a->words[0].name.p)
        return explain_terms(a, m, s->settings->level, out, err);
    WhatIf *v = vector_edited(s, a, false, err);
    WhatIfResult r = {0};
    bool ok = v && whatif_eval(v, s->settings->level, &r, err);
    if (ok) {
        result_real(out, m->binary ? "probability" : "mean", r.p);
        explain_vector(v, &r, s->settings->level, out);
        session_put_whatif(s, v);
    } else {
        whatif_free(v);
    }
    whatif_result_clear(&r);
    return ok;
}

static const OptRow explain_opts[] = {OPT_MODEL_ROW, OPT_AT_ROW, {0}};

const Command cmd_explain = {
    .name = "explain",
    .group = GROUP_MODEL,
    .brief = "a coefficient or a row in words",
    .usage = "explain TERM...|A=V...|user=U post=P",
    .opts = explain_opts,
    .subject = SUBJECT_WORDS,
    .help = "Sentences for a colleague, numbers included. Without words: the what-if vector.",
    .examples = (const Example[]){{"explain age", "a coefficient", false},
                                  {"explain age=25 lang=java", "a row", false},
                                  {"explain user=jane post=p3", "looked up", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = explain_run,
    .takes = TAKES_VALUES | TAKES_TERMS,
};
