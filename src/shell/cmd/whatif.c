/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * whatif.c - trying a feature vector by hand: `whatif`, `near`, `flip`, `effect`, `explain`.
 *
 * The session keeps the last vector; each command edits a copy of it and puts it back when all went well. `user=` and
 * `post=` are looked up: the model's recipe makes that pair's features from the loaded tables, as of the moment after
 * the last event (or --at TIME), by the same code as in training.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/frameops.h"
#include "model/near.h"
#include "shell/model_show.h"
#include "shell/command.h"
#include "shell/plot.h"
#include "shell/settings.h"

#define BAR_CELLS 20

/* ---- looking up ---- */

/* Row of the key in a table, or UINT32_MAX. */
static uint32_t key_row(const Frame *f, const RoleMap *roles, Role role, Str key)
{
    const Column *c = f && roles->col[role] >= 0 ? f->cols[roles->col[role]] : NULL;
    Buf b = BUF_INIT;
    uint32_t found = UINT32_MAX;
    for (size_t i = 0; c && i < c->n && found == UINT32_MAX; i++) {
        buf_clear(&b);
        column_print(c, i, &b);
        if (str_eq(buf_slice(&b), key))
            found = (uint32_t)i;
    }
    buf_free(&b);
    return found;
}

static bool no_such(const Frame *f, const RoleMap *roles, Role role, const char *what, const Word *w, Error *err)
{
    fail_at(err, ERR_NAME, w->value_at, "no %s '%.*s'", what, STR_ARG(w->value));
    const Column *c = f && roles->col[role] >= 0 ? f->cols[roles->col[role]] : NULL;
    size_t n = c && c->n < 200000 ? c->n : 0;
    Str *names = xcalloc(n + 1, sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = c->type == COL_CODE || c->type == COL_TEXT ? column_text(c, i) : STR("");
    long near = nearest_name(w->value, names, n);
    if (near >= 0)
        error_hint(err, "did you mean '%.*s'?", STR_ARG(names[near]));
    free(names);
    return false;
}

/* Just after the last event. */
static int64_t last_moment(const World *w)
{
    long t = w->events_roles.col[ROLE_TIME];
    const Column *c = t >= 0 ? w->events->cols[t] : NULL;
    int64_t last = INT64_MIN;
    for (size_t i = 0; c && c->type == COL_TIME && i < c->n; i++)
        if (!column_is_null(c, i) && c->v.i[i] > last)
            last = c->v.i[i];
    return last == INT64_MIN ? clock_now() : last + 1;
}

/* Only what the given keys decide: a user without a post says nothing about posts. */
static Frame *decided(const Recipe *r, const Frame *f, bool user, bool post)
{
    size_t *cols = xcalloc(f->ncols + 1, sizeof *cols), n = 0;
    for (size_t j = 0; j < f->ncols; j++) {
        unsigned bits = recipe_depends(r, str_of(f->names[j]));
        if (bits & (DEPENDS_UNKNOWN | DEPENDS_EVENT))
            continue;
        if ((!(bits & DEPENDS_USER) || user) && (!(bits & DEPENDS_POST) || post))
            cols[n++] = j;
    }
    Frame *out = frame_select(f, cols, n);
    free(cols);
    return out;
}

static bool take_pair(Session *s, WhatIf *v, const Word *user, const Word *post, int64_t moment, Error *err)
{
    const Model *m = v->model;
    if (!m->recipe || !recipe_steps(m->recipe)) {
        fail_at(err, ERR_DATA, user ? user->at : post->at, "%s was not fitted to a feature table", m->name);
        return error_hint(err, "features as ft, then fit: the model then knows how to look users and posts up");
    }
    World w = session_world(s), parts = {0};
    if (!world_check(&w, err))
        return false;
    bool ok = false;
    Frame *f = NULL, *part = NULL;
    if (moment == INT64_MIN)
        moment = last_moment(&w);
    if (w.flat) {
        if (!world_from_flat(w.events_name, w.events, &w.events_roles, &parts, err))
            return false;
        w = parts;
    }
    uint32_t u = UINT32_MAX, p = UINT32_MAX;
    if (user && (u = key_row(w.users, &w.users_roles, ROLE_USER, user->value)) == UINT32_MAX) {
        no_such(w.users, &w.users_roles, ROLE_USER, "user", user, err);
        goto done;
    }
    if (post && (p = key_row(w.posts, &w.posts_roles, ROLE_POST, post->value)) == UINT32_MAX) {
        no_such(w.posts, &w.posts_roles, ROLE_POST, "post", post, err);
        goto done;
    }
    f = recipe_rows(m->recipe, &w, &u, &p, 1, moment, err);
    part = f ? decided(m->recipe, f, user != NULL, post != NULL) : NULL;
    ok = part && whatif_take(v, part, 0, err);
done:
    frame_unref(f);
    frame_unref(part);
    if (w.flat) {
        frame_unref((Frame *)parts.users);
        frame_unref((Frame *)parts.posts);
    }
    return ok;
}

/* A copy of the session's vector for the asked model, with the command's words set in it. */
static WhatIf *edited(Session *s, const Args *a, bool fresh, Error *err)
{
    const Model *m = command_model_arg(s, a, STR_NULL, SPAN_NONE, err);
    if (!m)
        return NULL;
    WhatIf *v = s->whatif && s->whatif->model == m && !fresh ? whatif_copy(s->whatif) : whatif_new(m);
    const Word *user = NULL, *post = NULL;
    for (size_t i = 0; i < a->nwords; i++) {
        const Word *w = &a->words[i];
        if (str_eqz(w->name, "user") && model_input(m, w->name) < 0)
            user = w;
        else if (str_eqz(w->name, "post") && model_input(m, w->name) < 0)
            post = w;
    }
    int64_t moment = INT64_MIN;
    TimeUnit unit;
    if (args_has(a, "at"))
        time_parse_iso(args_text(a, "at"), &moment, &unit);
    bool ok = (!user && !post) || take_pair(s, v, user, post, moment, err);
    for (size_t i = 0; ok && i < a->nwords; i++) {
        const Word *w = &a->words[i];
        if (w == user || w == post)
            continue;
        if (!w->name.p) {
            ok = fail_at(err, ERR_USAGE, w->at, "'%.*s' is not NAME=VALUE", STR_ARG(w->raw));
            error_hint(err, "%s age=31 lang=java", a->cmd->name);
        } else {
            ok = whatif_set(v, w->name, w->value, w->value_at, err);
            if (!ok && err->code == ERR_NAME && model_input(m, w->name) < 0)
                err->at = (Span){w->at.from, w->at.from + w->name.n};
        }
    }
    if (ok)
        return v;
    whatif_free(v);
    return NULL;
}

/* ---- telling ---- */

static void put_value(const InputSummary *in, double num, const char *text, Buf *b)
{
    if (in->nlevels || text)
        buf_escaped(b, str_of(text ? text : "missing"));
    else if (isnan(num))
        buf_puts(b, "missing");
    else if (in->type == COL_TIME)
        buf_time(b, (int64_t)num, in->unit);
    else
        buf_digits(b, num, 4);
}

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
            c[n++] = cell_text(str_of(v->text[i] ? arena_printf(out->arena, "%s", v->text[i]) : NULL));
        else if (in->type == COL_TIME && !isnan(v->num[i]))
            c[n++] = (Cell){.kind = CELL_TIME, .unit = in->unit, .v.i = (int64_t)v->num[i]};
        else
            c[n++] = cell_real(v->num[i]);
    }
}

static const char *bar_text(Result *out, double share)
{
    static const char *const eighths[] = {"", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589"};
    Buf b = BUF_INIT;
    size_t eight = share > 0 ? (size_t)lround(share * BAR_CELLS * 8) : 0;
    for (size_t i = 0; i < eight / 8; i++)
        buf_puts(&b, "\u2588");
    buf_puts(&b, eighths[eight % 8]);
    const char *z = arena_printf(out->arena, "%s", b.p ? b.p : "");
    buf_free(&b);
    return z;
}

static const char *mean_text(Result *out, const Model *m, double v)
{
    bool plain = m->binary && (v == 0 || (v >= 0.0005 && v <= 0.9995)); /* 0.000 would say too little */
    return plain ? arena_printf(out->arena, "%.3f", v) : result_short(out, v);
}

static void put_contributions(Result *out, const WhatIf *v, const WhatIfResult *r, size_t top)
{
    static const TableCol cols[] = {{COL("term", "term")},
                                    {COL("value", "value")},
                                    {COL("coefficient", "coef"), .machine_only = true},
                                    {COL("contribution", "adds"), .look = LOOK_SIGNED, .digits = 3},
                                    {COL("bar", ""), .look = LOOK_BAR, .human_only = true, .priority = 1}};
    (void)v;
    Table *t = result_table(out, "contributions", cols, 5);
    t->no_header = true;
    size_t silent = 0;
    for (size_t i = 0; i < r->ncontrib; i++) {
        const Contribution *c = &r->contrib[i];
        if (top && t->nrows >= top)
            break;
        if (c->contribution == 0) {
            silent++;
            continue;
        }
        Cell *cell = table_row(out, t);
        cell[0] = cell_text(str_of(arena_printf(out->arena, "  %s", c->term)));
        cell[1] = cell_text(str_of(arena_printf(out->arena, "%s", c->value)));
        cell[2] = cell_real(c->coefficient);
        cell[3] = cell_real(c->contribution);
        cell[4] = cell_real(c->contribution);
    }
    /* machines get every term, without the indent */
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
        put_value(in, v->num[i], v->text[i], &b);
    }
    if (n > 8)
        buf_printf(&b, " and %zu more", n - 8);
    if (n)
        result_line(out, "  %s as typical: %s", n == v->n ? "all" : "the rest", b.p);
    buf_free(&b);
}

static void tell(Result *out, const WhatIf *v, const WhatIfResult *r, double level, size_t top)
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
        const char *range = isfinite(r->low) ? arena_printf(out->arena, "   (%g %% %s to %s)", 100 * level,
                                                            mean_text(out, m, r->low), mean_text(out, m, r->high))
                                             : "";
        result_line(out, "%s%s     higher than %.0f %% of the rows", mean_text(out, m, r->p), range,
                    100 * (isfinite(r->rank) ? r->rank : 0));
        result_line(out, "from the typical row   %s  %s", mean_text(out, m, r->typical_p),
                    m->binary ? bar_text(out, r->typical_p) : "");
    } else {
        result_line(out, "no answer: an input is missing");
    }
    put_contributions(out, v, r, top);
    put_rest(out, v);
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
        Str *names = arena_array(a->arena, Str, m->ninputs + 1);
        for (size_t k = 0; k < m->ninputs; k++)
            names[k] = str_of(m->inputs[k].name);
        fail_at(err, ERR_NAME, at, "%s has no input '%.*s'", m->name, STR_ARG(name));
        long near = nearest_name(name, names, m->ninputs);
        return near >= 0 ? error_hint(err, "did you mean '%s'?", m->inputs[near].name) : false;
    }
    *input = (size_t)i;
    for (size_t k = 0; k < 3 && rest.n; k++) {
        Str part = str_split(rest, ':', &rest);
        if (!parse_real(part, &range[k])) {
            fail_at(err, ERR_USAGE, at, "'%.*s' is not from:to:step", STR_ARG(text));
            return error_hint(err, "--vary age=20:60:5");
        }
    }
    if (!isnan(range[2]) && !(range[2] > 0 && range[1] >= range[0] && (range[1] - range[0]) / range[2] < 10000))
        return fail_at(err, ERR_USAGE, at, "from:to:step goes upwards in at most 10,000 steps");
    return true;
}

static bool vary(Session *s, Result *out, const WhatIf *v, size_t input, const double range[3], bool plot, Error *err)
{
    const Model *m = v->model;
    const InputSummary *in = &m->inputs[input];
    size_t n = 0;
    VaryPoint *pts = whatif_vary(v, input, range[0], range[1], range[2], s->settings->level, &n, err);
    if (!pts)
        return false;
    const char *ci = arena_printf(out->arena, "%g %%", 100 * s->settings->level);
    const TableCol cols[] = {{COL("value", in->name)},
                             {COL(m->binary ? "probability" : "mean", m->binary ? "probability" : "mean"),
                              .look = m->binary ? LOOK_FIXED : LOOK_PLAIN, .digits = m->binary ? 3 : 4},
                             {COL("ci_low", ci), .look = m->binary ? LOOK_FIXED : LOOK_PLAIN, .digits = m->binary ? 3 : 4},
                             {COL("ci_high", ""), .look = m->binary ? LOOK_FIXED : LOOK_PLAIN, .digits = m->binary ? 3 : 4},
                             {COL("bar", ""), .look = LOOK_BAR, .human_only = true}};
    Table *t = result_table(out, "points", cols, 5);
    t->shown = (size_t)s->settings->rows;
    double *x = arena_array(out->arena, double, n + 1), *y = arena_array(out->arena, double, n + 1);
    double *low = arena_array(out->arena, double, n + 1), *high = arena_array(out->arena, double, n + 1);
    for (size_t i = 0; i < n; i++) {
        Cell *c = table_row(out, t);
        c[0] = in->nlevels ? cell_text(str_of(arena_printf(out->arena, "%s", pts[i].value))) : cell_real(pts[i].x);
        c[1] = c[4] = cell_real(pts[i].p);
        c[2] = cell_real(pts[i].low);
        c[3] = cell_real(pts[i].high);
        x[i] = pts[i].x;
        y[i] = pts[i].p;
        low[i] = pts[i].low;
        high[i] = pts[i].high;
    }
    free(pts);
    result_text(out, "input", str_of(in->name));
    if (!plot || in->nlevels)
        return true;
    t->machine_only = true;
    Plot *p = arena_alloc(out->arena, sizeof *p);
    *p = (Plot){.kind = PLOT_LINES,
                .title = arena_printf(out->arena, "effect of %s", in->name),
                .xlabel = in->name,
                .ylabel = m->binary ? "probability" : "mean",
                .xmin = NAN,
                .xmax = NAN,
                .ymin = NAN,
                .ymax = NAN,
                .nseries = 1,
                .series = {{.name = m->name, .n = n, .x = x, .y = y, .low = low, .high = high}},
                .mark_x = v->num[input],
                .mark_y = NAN};
    for (size_t i = 1; i < n; i++) /* mark where the vector stands */
        if (x[i - 1] <= p->mark_x && p->mark_x <= x[i] && x[i] > x[i - 1])
            p->mark_y = y[i - 1] + (p->mark_x - x[i - 1]) / (x[i] - x[i - 1]) * (y[i] - y[i - 1]);
    result_plot(out, p);
    return true;
}

/* ---- near, flip ---- */

static bool near(Session *s, Result *out, const WhatIf *v, size_t k, Error *err)
{
    const Model *m = v->model;
    const Frame *f = s->models[session_model_index(s, m)].data.frame;
    if (!f) {
        fail(err, ERR_DATA, "%s was loaded from a file and its rows are not here", m->name);
        return error_hint(err, "load the table and fit again");
    }
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
        c[3] = cell_real(r.rows[i].p);
        for (size_t j = 4; j < n; j++)
            c[j] = cell_of(f->cols[from[j]], r.rows[i].row);
    }
    result_keep_frame(out, frame_ref(f));
    result_real(out, "observed", r.observed);
    if (r.n && isfinite(r.observed))
        t->footer = arena_printf(out->arena, "mean outcome of these: %s", result_short(out, r.observed));
    if (*r.warning)
        result_warn(out, "extrapolation", NULL, "%s", r.warning);
    near_clear(&r);
    return true;
}

static void put_change(const Model *m, const FlipChange *c, Buf *b)
{
    const InputSummary *in = &m->inputs[c->input];
    buf_printf(b, "%s ", in->name);
    put_value(in, c->to_num, in->nlevels ? c->to_text : NULL, b);
    buf_puts(b, " instead of ");
    put_value(in, c->from_num, in->nlevels ? c->from_text : NULL, b);
}

static bool flip(Session *s, Result *out, const WhatIf *v, const uint8_t *freeze, size_t max, Error *err)
{
    static const TableCol cols[] = {{COL("changes", "changes")},
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
    if (!n)
        result_line(out, "no change of %s brings %s across %s: at %s it is %s", max > 1 ? "so few inputs" : "one input",
                    mean_text(out, m, p), result_short(out, s->threshold), up ? "most" : "least", mean_text(out, m, best));
    else
        result_line(out, "now %s; %s %s with", mean_text(out, m, p), up ? "above" : "below", result_short(out, s->threshold));
    Table *t = result_table(out, "flips", cols, 3);
    t->no_header = true;
    t->machine_only = !n;
    Buf b = BUF_INIT;
    for (size_t i = 0; i < n; i++) {
        buf_clear(&b);
        for (size_t k = 0; k < flips[i].nchanges; k++) {
            buf_puts(&b, k ? " and " : "");
            put_change(m, &flips[i].change[k], &b);
        }
        Cell *c = table_row(out, t);
        c[0] = cell_text(str_of(arena_printf(out->arena, "  %s", b.p)));
        c[1] = cell_real(flips[i].p);
        c[2] = cell_real(flips[i].cost);
    }
    buf_free(&b);
    free(flips);
    return true;
}

/* ---- whatif ---- */

static bool whatif_run(Session *s, const Args *a, Result *out, Error *err)
{
    bool varies = args_has(a, "vary"), fresh = !a->nwords && !varies && !args_flag(a, "flip") && !args_has(a, "nearest") &&
                                               !args_has(a, "top");
    WhatIf *v = edited(s, a, fresh, err);
    WhatIfResult r = {0};
    double level = s->settings->level, range[3];
    size_t input = 0;
    bool ok = v && whatif_eval(v, level, &r, err);
    if (ok && !varies)
        tell(out, v, &r, level, args_has(a, "top") ? (size_t)args_int(a, "top") : 0);
    ok = ok && (!varies || (parse_vary(v->model, a, &input, range, err) && vary(s, out, v, input, range, false, err)));
    ok = ok && (!args_flag(a, "flip") || flip(s, out, v, NULL, 2, err));
    ok = ok && (!args_has(a, "nearest") || near(s, out, v, (size_t)args_int(a, "nearest"), err));
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

#define OPT_AT_ROW {.name = "at", .type = OPT_TIME, .metavar = "TIME", .brief = "moment for user= and post= (the data's end)"}
static const OptRow whatif_opts[] = {
    OPT_MODEL_ROW,
    {.name = "vary", .type = OPT_TEXT, .metavar = "A[=from:to:step]", .brief = "one line a level or value of A"},
    {.name = "flip", .type = OPT_FLAG, .brief = "the smallest change that crosses the threshold, too"},
    {.name = "nearest", .type = OPT_INT, .min = 1, .max = 1000, .metavar = "N", .brief = "the nearest real rows, too"},
    {.name = "top", .type = OPT_INT, .min = 1, .max = 1e6, .metavar = "N", .brief = "only the N largest contributions"},
    OPT_AT_ROW,
    {0},
};

const Command cmd_whatif = {
    .name = "whatif",
    .group = GROUP_MODEL,
    .brief = "score one feature vector typed by hand",
    .usage = "whatif [A=V ...] [user=U post=P] [--vary A[=from:to:step]] [--flip] [--nearest N] [--top N] [--model M]",
    .opts = whatif_opts,
    .subject = SUBJECT_WORDS,
    .help = "Probability with interval, its rank among the training rows, and what each term adds from the typical row "
            "to this one (on the scale of the linear predictor). Inputs left out keep their last value; whatif alone "
            "starts again from the typical row (medians and most common levels). A=typical resets one input. user= and "
            "post= look attributes and history up in the loaded tables.",
    .examples = (const Example[]){{"whatif age=25 gender=Male lang=java", "", false},
                                  {"whatif --vary lang", "one line a level", false},
                                  {"whatif user=jane post=p3", "looked up", false},
                                  {0}},
    .needs = NEED_MODEL,
    .run = whatif_run,
    .complete = complete,
};

static bool near_run(Session *s, const Args *a, Result *out, Error *err)
{
    WhatIf *v = edited(s, a, false, err);
    bool ok = v && near(s, out, v, (size_t)args_int(a, "k"), err);
    if (ok)
        session_put_whatif(s, v);
    else
        whatif_free(v);
    return ok;
}

static const OptRow near_opts[] = {
    OPT_MODEL_ROW,
    {.name = "k", .type = OPT_INT, .min = 1, .max = 1000, .def = "5", .metavar = "N", .brief = "how many"},
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
    .help = "Distance is in standard deviations; another level counts one. Tells when no row is near: then the model "
            "extrapolates.",
    .examples = (const Example[]){{"near --k 3", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = near_run,
};

static bool frozen(const Args *a, const Model *m, uint8_t **freeze, Error *err)
{
    Word *words;
    size_t n = args_list(a, args_text(a, "freeze"), args_at(a, "freeze"), &words);
    *freeze = arena_alloc(a->arena, m->ninputs + 1);
    for (size_t i = 0; i < n; i++) {
        long k = model_input(m, words[i].text);
        if (k < 0)
            return fail_at(err, ERR_NAME, words[i].at, "%s has no input '%.*s'", m->name, STR_ARG(words[i].text));
        (*freeze)[k] = 1;
    }
    return true;
}

static bool flip_run(Session *s, const Args *a, Result *out, Error *err)
{
    WhatIf *v = edited(s, a, false, err);
    uint8_t *freeze = NULL;
    bool ok = v && frozen(a, v->model, &freeze, err) && flip(s, out, v, freeze, (size_t)args_int(a, "max"), err);
    if (ok)
        session_put_whatif(s, v);
    else
        whatif_free(v);
    return ok;
}

static const OptRow flip_opts[] = {
    OPT_MODEL_ROW,
    {.name = "freeze", .type = OPT_COLUMNS, .metavar = "a,b", .brief = "inputs to leave alone"},
    {.name = "max", .type = OPT_INT, .min = 1, .max = 4, .def = "2", .metavar = "N", .brief = "inputs changed together"},
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
    .help = "Within what the training data hold. set threshold moves the threshold. Cost counts standard deviations; "
            "another level costs one.",
    .examples = (const Example[]){{"flip --freeze age,gender", "", false}, {0}},
    .needs = NEED_MODEL,
    .run = flip_run,
};

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
        return frame_need(s->models[session_model_index(s, m)].data.frame, a->words[0].text, m->table, a->words[0].at, err)
                   ? fail_at(err, ERR_NAME, a->words[0].at, "'%.*s' is not in the formula of %s",
                             STR_ARG(a->words[0].text), m->name)
                   : false;
    Args rest = *a; /* the words behind the name set the other inputs */
    rest.words = a->words + 1;
    rest.nwords = a->nwords - 1;
    WhatIf *v = edited(s, &rest, false, err);
    double range[3] = {args_real(a, "from"), args_real(a, "to"), NAN};
    const InputSummary *in = &m->inputs[input];
    if (!in->nlevels) {
        range[0] = isnan(range[0]) ? in->quantile[1] : range[0]; /* 5 % to 95 % of the rows */
        range[1] = isnan(range[1]) ? in->quantile[19] : range[1];
        if (!(range[0] < range[1])) {
            range[0] = in->min;
            range[1] = in->max;
        }
        range[2] = range[1] > range[0] ? (range[1] - range[0]) / 60 : NAN;
    }
    bool ok = v && vary(s, out, v, (size_t)input, range, true, err);
    whatif_free(v);
    return ok;
}

static const OptRow effect_opts[] = {
    OPT_MODEL_ROW,
    {.name = "from", .type = OPT_REAL, .metavar = "X", .brief = "where the curve begins (5 % quantile)"},
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
    .help = "The other inputs stay as in the what-if vector. Levels give bars. > FILE.svg draws the band.",
    .examples = (const Example[]){{"effect age", "", false}, {"effect age > age.svg", "as a picture", false}, {0}},
    .needs = NEED_MODEL,
    .run = effect_run,
};

/* ---- explain ---- */

static bool explain_terms(const Args *a, const Model *m, double level, Result *out, Error *err)
{
    static const TableCol cols[] = {{COL("term", "term")}, {COL("sentence", "in words"), .wrap = true}};
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
            bool hit = str_eq(name, names[i]) || (term >= 0 && str_eqz(name, m->enc->terms->terms[term].name));
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
            return error_hint(err, near >= 0 ? "did you mean '%s'?" : "coef lists the terms", near >= 0 ? rows[near].term : "");
        }
    }
    buf_free(&b);
    return true;
}

static void explain_vector(const WhatIf *v, const WhatIfResult *r, double level, Result *out)
{
    const Model *m = v->model;
    Buf b = BUF_INIT;
    buf_printf(&b, "The model says %s", mean_text(out, m, r->p));
    if (isfinite(r->low))
        buf_printf(&b, " (%g %% %s to %s)", 100 * level, mean_text(out, m, r->low), mean_text(out, m, r->high));
    buf_printf(&b, " where the typical row has %s: ", mean_text(out, m, r->typical_p));
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
            buf_printf(&b, "%s %s", c->contribution > 0 ? "adds" : "takes away", result_short(out, fabs(c->contribution)));
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
    WhatIf *v = edited(s, a, false, err);
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
};
