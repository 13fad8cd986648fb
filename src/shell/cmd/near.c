/* SPDX-License-Identifier: GPL-3.0-or-later */
/* near.c - `near`: real rows like the what-if vector; `flip`: the smallest change that crosses the
 * threshold. */
#include <math.h>
#include <stdlib.h>

#include "model/near.h"
#include "shell/settings.h"
#include "shell/vector.h"

bool vector_near(Session *s, Result *out, const WhatIf *v, size_t k, Error *err)
{
    const Model *m = v->model;
    const NamedModel *nm = &s->models[session_model_index(s, m)];
    const Frame *f = nm->data.frame;
    if (!session_rows_here(nm, NULL, err))
        return false;
    NearResult r;
    if (!near_rows(v, f, k, &r, err))
        return false;
    TableCol *cols = arena_array(out->arena, TableCol, m->ninputs + 4);
    size_t *from = arena_array(out->arena, size_t, m->ninputs + 4), n = 0;
    cols[n++] = (TableCol){COL("row", "row")};
    cols[n++] = (TableCol){COL("distance", "distance"), .look = LOOK_FIXED, .digits = 2};
    cols[n++] = (TableCol){COL("outcome", m->event[0] ? m->event : "outcome")};
    cols[n++] = (TableCol){COL("predicted", "model"), .look = LOOK_FIXED, .digits = 3};
    for (size_t i = 0; i < m->ninputs; i++) {
        long j = frame_find(f, str_of(m->inputs[i].name));
        if (j < 0 || m->inputs[i].is_offset)
            continue;
        from[n] = (size_t)j;
        cols[n++] = (TableCol){COL(m->inputs[i].name, m->inputs[i].name), .priority = 1 + (int)i};
    }
    Table *t = result_table(out, "near", cols, n);
    for (size_t i = 0; i < r.n; i++) {
        Cell *c = table_row(out, t);
        c[0] = cell_int((int64_t)r.rows[i].row + 1);
        c[1] = cell_real(r.rows[i].distance);
        c[2] = cell_real(r.rows[i].y);
        c[3] = cell_fine(r.rows[i].p, r.rows[i].p, 2);
        for (size_t j = 4; j < n; j++)
            c[j] = cell_of(f->cols[from[j]], r.rows[i].row);
    }
    result_keep_frame(out, frame_ref(f));
    result_real(out, "observed", r.observed);
    if (r.n && isfinite(r.observed))
        t->footer =
            arena_printf(out->arena, "mean outcome of these: %s", result_short(out, r.observed));
    if (*r.warning)
        result_warn(out, "extrapolation", NULL, "%s", r.warning);
    near_clear(&r);
    return true;
}

static void put_change(const Model *m, const FlipChange *c, Buf *b)
{
    const InputSummary *in = &m->inputs[c->input];
    buf_printf(b, "%s ", in->name);
    vector_put_value(in, c->to_num, in->nlevels ? c->to_text : NULL, b);
    buf_puts(b, " instead of ");
    vector_put_value(in, c->from_num, in->nlevels ? c->from_text : NULL, b);
}

bool vector_flip(Session *s, Result *out, const WhatIf *v, const uint8_t *freeze, size_t max,
                 Error *err)
{
    static const TableCol cols[] = {
        {COL("changes", "change")},
        {COL("probability", "probability"), .look = LOOK_FIXED, .digits = 3},
        {COL("cost", "cost"), .look = LOOK_FIXED, .digits = 2}};
    const Model *m = v->model;
    size_t n = 0;
    double best = NAN;
    WhatIfResult now;
    if (!whatif_eval(v, s->settings->level, &now, err))
        return false;
    double p = now.p;
    whatif_result_clear(&now);
    Flip *flips = whatif_flip(v, s->threshold, freeze, max, &n, &best, err);
    if (error_is_set(err))
        return false;
    bool up = p < s->threshold;
    result_real(out, "probability", p);
    result_real(out, "threshold", s->threshold);
    result_real(out, "best", n ? NAN : best);
    if (!n)
        result_line(out, "no change of %s brings %s across %s: at %s it is %s",
                    max > 1 ? "so few inputs" : "one input", vector_mean_text(out, m, p),
                    result_short(out, s->threshold), up ? "most" : "least",
                    vector_mean_text(out, m, best));
    else
        result_line(out, "now %s; %s %s with", vector_mean_text(out, m, p), up ? "above" : "below",
                    result_short(out, s->threshold));
    Table *t = result_table(out, "flips", cols, 3);
    t->indent = 2;
    t->machine_only = !n;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&b);
        for (size_t k = 0; k < flips[i].nchanges; k++) {
            buf_puts(&b, k ? " and " : "");
            put_change(m, &flips[i].change[k], &b);
        }
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "%s", b.p)));
        c[1] = cell_real(flips[i].p);
        c[2] = cell_real(flips[i].cost);
    }
    buf_free(&b);
    free(flips);
    return true;
}

static bool near_run(Session *s, const Args *a, Result *out, Error *err)
{
    WhatIf *v = vector_edited(s, a, false, err);
    bool ok = v && vector_near(s, out, v, (size_t)args_int(a, "k"), err);
    if (ok)
        session_put_whatif(s, v);
    else
        whatif_free(v);
    return ok;
}

static const OptRow near_opts[] = {
    OPT_MODEL_ROW,
    {.name = "k",
     .type = OPT_INT,
     .min = 1,
     .max = 1000,
     .def = "5",
     .metavar = "N",
     .brief = "how many"},
    OPT_AT_ROW,
    {0},
};

const Command cmd_near = {
    .name = "near",
    .group = GROUP_MODEL,
    .brief = "the real rows nearest to the what-if vector",
    .usage = "near [A=V ...] [--k 5]",
    .opts = near_opts,
    .subject = SUBJECT_WORDS,
    .help = "Distance is in standard deviations; another level counts one. Tells when no row is "
            "near: then the model "
            "extrapolates.",
    .examples = (const Example[]){{"near --k 3", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = near_run,
    .takes = TAKES_VALUES,
};

static bool frozen(const Args *a, const Model *m, uint8_t **freeze, Error *err)
{
    Word *words;
    size_t n = args_list(a, args_text(a, "freeze"), args_at(a, "freeze"), &words);
    *freeze = arena_alloc(a->arena, m->ninputs + 1);
    for (size_t i = 0; i < n; i++) {
        long k = model_input(m, words[i].text);
        if (k < 0) {
            fail_at(err, ERR_NAME, words[i].at, "%s has no input '%.*s'", m->name,
                    STR_ARG(words[i].text));
            return hint_input(m, words[i].text, a->arena, err);
        }
        (*freeze)[k] = 1;
    }
    return true;
}

static bool flip_run(Session *s, const Args *a, Result *out, Error *err)
{
    WhatIf *v = vector_edited(s, a, false, err);
    uint8_t *freeze = NULL;
    bool ok = v && frozen(a, v->model, &freeze, err) &&
              vector_flip(s, out, v, freeze, (size_t)args_int(a, "max"), err);
    if (ok)
        session_put_whatif(s, v);
    else
        whatif_free(v);
    return ok;
}

static const OptRow flip_opts[] = {
    OPT_MODEL_ROW,
    {.name = "freeze", .type = OPT_INPUT, .metavar = "a,b", .brief = "inputs to leave alone"},
    {.name = "max",
     .type = OPT_INT,
     .min = 1,
     .max = 4,
     .def = "2",
     .metavar = "N",
     .brief = "inputs changed together"},
    OPT_AT_ROW,
    {0},
};

const Command cmd_flip = {
    .name = "flip",
    .group = GROUP_MODEL,
    .brief = "the smallest change that crosses the threshold",
    .usage = "flip [A=V ...] [--freeze a,b] [--max 2]",
    .opts = flip_opts,
    .subject = SUBJECT_WORDS,
    .help = "Within what the training data hold. set threshold moves the threshold. Cost counts "
            "standard deviations; "
            "another level costs one.",
    .examples = (const Example[]){{"flip --freeze age,gender", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = flip_run,
    .takes = TAKES_VALUES,
};
