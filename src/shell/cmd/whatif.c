/* SPDX-License-Identifier: GPL-3.0-or-later */
/* whatif.c - `whatif`: one feature vector typed by hand; its probability and what each term adds.
 */
#include <math.h>
#include <stdlib.h>

#include "shell/connection.h"
#include "shell/screen.h"
#include "shell/settings.h"
#include "shell/vector.h"

#define BAR_CELLS 20

/* ---- telling ---- */

static void input_cells(Result *out, const WhatIf *v)
{
    const Model *m = v->model;
    TableCol *cols = arena_array(out->arena, TableCol, v->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++)
        if (!m->inputs[i].source && !m->inputs[i].is_offset)
            cols[n++] = (TableCol){COL(m->inputs[i].name, m->inputs[i].name)};
    Table *t = result_table(out, "inputs", cols, n);
    t->machine_only = t->object = true;
    Cell *c = table_row(out, t);
    n = 0;
    for (size_t i = 0; i < v->n; i++) {
        const InputSummary *in = &m->inputs[i];
        if (in->source || in->is_offset)
            continue;
        if (in->nlevels || v->text[i])
            c[n++] =
                cell_text(str_of(v->text[i] ? arena_printf(out->arena, "%s", v->text[i]) : NULL));
        else if (in->type == COL_TIME && !isnan(v->num[i]))
            c[n++] = (Cell){.kind = CELL_TIME, .unit = in->unit, .v.i = (int64_t)v->num[i]};
        else
            c[n++] = cell_real(v->num[i]);
    }
}

/* On this screen: nothing for those who cannot see it, signs where blocks cannot be shown. */
static const char *bar_text(const Session *s, Result *out, double share)
{
    Out o = out_for(s, stdout);
    if (o.plain)
        return "";
    if (o.ascii)
        return arena_printf(out->arena, "%.*s", (int)lround(share * BAR_CELLS),
                            "####################");

    static const char *const eighths[] = {"",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589"};
    Buf b = BUF_INIT;
    size_t eight = share > 0 ? (size_t)lround(share * BAR_CELLS * 8) : 0;
    for (size_t i = 0; i < eight / 8; i++)
        buf_puts(&b, "\u2588");
    buf_puts(&b, eighths[eight % 8]);
    const char *z = arena_printf(out->arena, "%s", b.p ? b.p : "");
    buf_free(&b);
    return z;
}

static void put_contributions(Result *out, const WhatIf *v, const WhatIfResult *r, size_t top)
{
    static const TableCol cols[] = {
        {COL("term", "term"), .middle = true},
        {COL("value", "value")},
        {COL("coefficient", "coef"), .machine_only = true},
        {COL("contribution", "adds"), .look = LOOK_SIGNED, .digits = 3},
        {COL("bar", ""), .look = LOOK_BAR, .human_only = true, .priority = 1}};
    (void)v;
    Table *t = result_table(out, "contributions", cols, 5);
    t->no_header = true;
    t->indent = 2;
    for (size_t i = 0; i < r->ncontrib; i++) {
        const Contribution *c = &r->contrib[i];
        if (top && t->nrows >= top)
            break;
        if (c->contribution == 0)
            continue;
        Cell *cell = table_row(out, t);
        cell[0] = cell_text(str_of(arena_printf(out->arena, "%s", c->term)));
        cell[1] = cell_text(str_of(arena_printf(out->arena, "%s", c->value)));
        cell[2] = cell_real(c->coefficient);
        cell[3] = cell_real(c->contribution);
        cell[4] = cell_real(c->contribution);
    }
    /* machines get every term */
    Table *all = result_table(out, "contributions", cols, 4);
    all->machine_only = true;
    for (size_t i = 0; i < r->ncontrib; i++) {
        const Contribution *c = &r->contrib[i];
        Cell *cell = table_row(out, all);
        cell[0] = cell_text(str_of(arena_printf(out->arena, "%s", c->term)));
        cell[1] = cell_text(str_of(arena_printf(out->arena, "%s", c->value)));
        cell[2] = cell_real(c->coefficient);
        cell[3] = cell_real(c->contribution);
    }
    t->human_only = true;
    if (!t->nrows)
        t->machine_only = true; /* shown to nobody */
}

/* The way from the typical row to this one, for `> FILE.svg` and the report. */
static void put_waterfall(Result *out, const WhatIf *v, const WhatIfResult *r)
{
    const Model *m = v->model;
    size_t n = 0, max = r->ncontrib + 2;
    const char **labels = arena_array(out->arena, const char *, max);
    double *x = arena_array(out->arena, double, max), *low = arena_array(out->arena, double, max),
           *high = arena_array(out->arena, double, max), at = r->typical_eta;
    labels[n] = arena_printf(out->arena, "typical %s", vector_mean_text(out, m, r->typical_p));
    x[n] = 0;
    low[n] = high[n] = at;
    n++;
    for (size_t i = 0; i < r->ncontrib; i++) {
        const Contribution *c = &r->contrib[i];
        if (c->contribution == 0)
            continue;
        labels[n] = arena_printf(out->arena, "%s %s", c->term, c->value);
        x[n] = c->contribution;
        low[n] = at;
        high[n] = at += c->contribution;
        n++;
    }
    labels[n] = arena_printf(out->arena, "this row %s", vector_mean_text(out, m, r->p));
    x[n] = 0;
    low[n] = high[n] = at;
    n++;
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = PLOT_WATERFALL,
                .title = arena_printf(out->arena, "%s: from the typical row to this one", m->name),
                .xlabel = strcmp(m->link->name, "logit") == 0 ? "log odds" : "linear predictor",
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .mark_x = NAN,
                .mark_y = NAN,
                .nseries = 1,
                .labels = labels};
    p->series[0] = (Series){.name = m->name, .n = n, .x = x, .low = low, .high = high};
    result_picture(out, p);
}

static void put_rest(Result *out, const WhatIf *v)
{
    Buf b = BUF_INIT;
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++) {
        const InputSummary *in = &v->model->inputs[i];
        if (v->set[i] || in->source || in->derived || in->is_offset)
            continue;
        if (n++ >= 8)
            continue;
        buf_printf(&b, "%s%s ", n > 1 ? ", " : "", in->name);
        vector_put_value(in, v->num[i], v->text[i], &b);
    }
    if (n > 8)
        buf_printf(&b, " and %zu more", n - 8);
    if (n)
        result_line(out, "  %s as typical: %s", n == v->n ? "all" : "the rest", b.p);
    buf_free(&b);
}

static void tell(const Session *s, Result *out, const WhatIf *v, const WhatIfResult *r,
                 double level, size_t top)
{
    const Model *m = v->model;
    const char *key = m->binary ? "probability" : "mean";
    result_text(out, "model", str_of(m->name));
    result_real(out, key, r->p);
    result_real(out, "eta", r->eta);
    result_real(out, "se", r->se);
    result_real(out, "ci_low", r->low);
    result_real(out, "ci_high", r->high);
    result_real(out, "typical", r->typical_p);
    result_real(out, "rank", r->rank);
    input_cells(out, v);
    if (r->ok) {
        const char *range =
            isfinite(r->low)
                ? arena_printf(out->arena, "   (%g %% %s to %s)", 100 * level,
                               vector_mean_text(out, m, r->low), vector_mean_text(out, m, r->high))
                : "";
        result_line(out, "%s%s     higher than %.0f %% of the rows", vector_mean_text(out, m, r->p),
                    range, 100 * (isfinite(r->rank) ? r->rank : 0));
        result_line(out, "from the typical row   %s  %s", vector_mean_text(out, m, r->typical_p),
                    m->binary ? bar_text(s, out, r->typical_p) : "");
    } else {
        result_line(out, "no answer: an input is missing");
    }
    put_contributions(out, v, r, top);
    put_rest(out, v);
    if (r->ok)
        put_waterfall(out, v, r);
    for (size_t i = 0; i < r->nnotes; i++)
        result_warn(out, "whatif", NULL, "%s", r->notes[i]);
}

/* ---- vary ---- */

/* A or A=from:to:step */
static bool parse_vary(const Model *m, const Args *a, size_t *input, double range[3], Error *err)
{
    Str text = args_text(a, "vary"), rest = text;
    Span at = args_at(a, "vary");
    Str name = str_split(text, '=', &rest);
    long i = model_input(m, name);
    range[0] = range[1] = range[2] = NAN;
    if (i < 0) {
        fail_at(err, ERR_NAME, at, "%s has no input '%.*s'", m->name, STR_ARG(name));
        return hint_input(m, name, a->arena, err);
    }
    *input = (size_t)i;
    for (size_t k = 0; k < 3 && rest.n; k++) {
        Str part = str_split(rest, ':', &rest);
        if (!parse_real(part, &range[k])) {
            fail_at(err, ERR_USAGE, at, "'%.*s' is not from:to:step", STR_ARG(text));
            return error_hint(err, "--vary age=20:60:5");
        }
    }
    if (!isnan(range[2]) &&
        !(range[2] > 0 && range[1] >= range[0] && (range[1] - range[0]) / range[2] < 10000))
        return fail_at(err, ERR_USAGE, at, "from:to:step goes upwards in at most 10,000 steps");
    return true;
}

/* ---- whatif ---- */

static bool whatif_run(Session *s, const Args *a, Result *out, Error *err)
{
    bool varies = args_has(a, "vary"), fresh = !a->nwords && !varies && !args_flag(a, "flip") &&
                                               !args_has(a, "nearest") && !args_has(a, "top");
    connection_show(s, a, out);
    WhatIf *v = vector_edited(s, a, fresh, err);
    WhatIfResult r = {0};
    double level = s->settings->level, range[3];
    size_t input = 0;
    bool ok = v && whatif_eval(v, level, &r, err);
    if (ok && !varies)
        tell(s, out, v, &r, level, args_has(a, "top") ? (size_t)args_int(a, "top") : 0);
    ok = ok && (!varies || (parse_vary(v->model, a, &input, range, err) &&
                            vector_vary(s, out, v, input, range, false, err)));
    ok = ok && (!args_flag(a, "flip") || vector_flip(s, out, v, NULL, 2, err));
    ok = ok &&
         (!args_has(a, "nearest") || vector_near(s, out, v, (size_t)args_int(a, "nearest"), err));
    whatif_result_clear(&r);
    if (ok)
        session_put_whatif(s, v);
    else
        whatif_free(v);
    return ok;
}

static void complete(Session *s, Str before, Buf *out)
{
    (void)before;
    const Model *m = s->current_model >= 0 ? s->models[s->current_model].model : NULL;
    if (m && m->recipe)
        buf_put(out, "user=\0post=", 12);
}

static const OptRow whatif_opts[] = {
    OPT_MODEL_ROW,
    {.name = "vary",
     .type = OPT_INPUT,
     .metavar = "A[=from:to:step]",
     .brief = "one line a level or value of A"},
    {.name = "flip",
     .type = OPT_FLAG,
     .brief = "the smallest change that crosses the threshold, too"},
    {.name = "nearest",
     .type = OPT_INT,
     .min = 1,
     .max = 1000,
     .metavar = "N",
     .brief = "the nearest real rows, too"},
    {.name = "top",
     .type = OPT_INT,
     .min = 1,
     .max = 1e6,
     .metavar = "N",
     .brief = "only the N largest contributions"},
    OPT_AT_ROW,
    OPT_SHOW_REQUEST,
    {0},
};

const Command cmd_whatif = {
    .name = "whatif",
    .group = GROUP_MODEL,
    .brief = "score one feature vector typed by hand",
    .usage = "whatif [A=V ...] [user=U post=P] [--vary A[=from:to:step]] [--flip] [--nearest N] "
             "[--top N] [--model M]",
    .opts = whatif_opts,
    .subject = SUBJECT_WORDS,
    .help =
        "Probability with interval, its rank among the training rows, and what each term adds "
        "from the typical row "
        "to this one (on the scale of the linear predictor). Inputs left out keep their last "
        "value; whatif alone "
        "starts again from the typical row (medians and most common levels). A=typical resets "
        "one input. user= and "
        "post= look attributes and history up in the loaded tables; when none is loaded, in the "
        "connected engine (indexes users, posts, products, interactions behind the prefix).",
    .examples = (const Example[]){{"whatif age=25 gender=Male lang=java", "", false},
                                  {"whatif --vary lang", "one line a level", false},
                                  {"whatif user=jane post=p3", "looked up", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = whatif_run,
    .complete = complete,
    .takes = TAKES_VALUES,
};
