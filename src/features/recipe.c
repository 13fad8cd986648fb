/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recipe.c - the ordered list of steps that made a table, shared by every table and model that
 * came from it.
 *
 * The first step may be `features` (a Spec, see steps.c and spec.c); every `derive` adds one.
 * Recipes are immutable: a table that goes on gets a new recipe that repeats the old steps, so an
 * older model keeps its own.
 */
#include <stdlib.h>

#include "data/expr.h"
#include "maker_priv.h"

typedef struct RecipeStep {
    Spec *spec;        /* features, or NULL */
    char *name, *expr; /* derive */
} RecipeStep;

struct Recipe {
    size_t n;
    RecipeStep *steps;
    long refs;
};

static Recipe *recipe_new(const Recipe *old, size_t more)
{
    Recipe *r = xcalloc(1, sizeof *r);
    r->refs = 1;
    r->steps = xcalloc((old ? old->n : 0) + more + 1, sizeof *r->steps);
    for (size_t i = 0; old && i < old->n; i++) {
        const RecipeStep *s = &old->steps[i];
        r->steps[r->n++] = (RecipeStep){spec_ref(s->spec), s->name ? xstrdup(s->name) : NULL,
                                        s->expr ? xstrdup(s->expr) : NULL};
    }
    return r;
}

Recipe *recipe_ref(const Recipe *r)
{
    Recipe *shared = (Recipe *)r; /* only the count changes */
    if (shared)
        shared->refs++;
    return shared;
}

void recipe_unref(Recipe *r)
{
    if (!r || --r->refs > 0)
        return;
    for (size_t i = 0; i < r->n; i++) {
        spec_unref(r->steps[i].spec);
        free(r->steps[i].name);
        free(r->steps[i].expr);
    }
    free(r->steps);
    free(r);
}

Recipe *recipe_of_spec(Spec *s)
{
    Recipe *r = recipe_new(NULL, 1);
    r->steps[r->n++] = (RecipeStep){s, NULL, NULL};
    return r;
}

const Spec *recipe_spec(const Recipe *r)
{
    for (size_t i = 0; r && i < r->n; i++)
        if (r->steps[i].spec)
            return r->steps[i].spec;
    return NULL;
}

Recipe *recipe_with_derive(const Recipe *old, const char *name, const char *expr)
{
    Recipe *r = recipe_new(old, 1);
    r->steps[r->n++] = (RecipeStep){NULL, xstrdup(name), xstrdup(expr)};
    return r;
}

size_t recipe_steps(const Recipe *r)
{
    return r ? r->n : 0;
}

void recipe_step_print(const Recipe *r, size_t i, Buf *out)
{
    const RecipeStep *s = &r->steps[i];
    if (s->spec)
        buf_printf(out, "features --rows %s: %zu columns",
                   s->spec->pairs ? "pairs" : "interactions", s->spec->ncols);
    else
        buf_printf(out, "derive %s = %s", s->name, s->expr);
}

bool recipe_derive(const Recipe *r, size_t i, Str *name, Str *expr)
{
    const RecipeStep *s = &r->steps[i];
    *name = str_of(s->name);
    *expr = str_of(s->expr);
    return s->name != NULL;
}

const char *recipe_group(const Recipe *r, Str column)
{
    for (size_t i = r ? r->n : 0; i-- > 0;) {
        const RecipeStep *s = &r->steps[i];
        if (s->name && str_eqz(column, s->name))
            return "derived";
        for (size_t j = 0; s->spec && j < s->spec->ncols; j++)
            if (str_eqz(column, s->spec->cols[j].name))
                return s->spec->cols[j].group;
    }
    return NULL;
}

static unsigned feature_depends(const FeatureCol *c)
{
    switch (c->source) {
    case FROM_USER:
        return DEPENDS_USER;
    case FROM_POST:
        return DEPENDS_POST;
    case FROM_PRODUCT: /* of an interaction: pairs have none */
    case FROM_EVENT:
        return DEPENDS_EVENT;
    default:
        return c->step == &step_affinity ? DEPENDS_USER | DEPENDS_POST : DEPENDS_EVENT;
    }
}

static unsigned derive_depends(const Recipe *r, size_t step, Arena *a);

/* As the steps before `end` have left it: the latest of that name counts. */
static unsigned depends_before(const Recipe *r, size_t end, Str column, Arena *a)
{
    for (size_t i = end; i-- > 0;) {
        const RecipeStep *s = &r->steps[i];
        if (s->name && str_eqz(column, s->name))
            return derive_depends(r, i, a);
        for (size_t j = 0; s->spec && j < s->spec->ncols; j++)
            if (str_eqz(column, s->spec->cols[j].name))
                return feature_depends(&s->spec->cols[j]);
    }
    return DEPENDS_UNKNOWN;
}

static unsigned derive_depends(const Recipe *r, size_t step, Arena *a)
{
    Str *inputs = NULL;
    unsigned bits = 0;
    const Expr *e = expr_parse(a, str_of(r->steps[step].expr), 0, NULL);
    size_t n = e ? expr_columns(e, a, &inputs) : 0;
    for (size_t k = 0; k < n; k++)
        bits |= depends_before(r, step, inputs[k], a);
    return e ? bits : DEPENDS_UNKNOWN;
}

unsigned recipe_depends(const Recipe *r, Str column)
{
    Arena *a = arena_new();
    unsigned bits = depends_before(r, r ? r->n : 0, column, a);
    arena_free(a);
    return bits;
}

/* ---- replay ---- */

static bool is_kept(const char *name, const char *const *keep, size_t nkeep)
{
    for (size_t k = 0; k < nkeep; k++)
        if (strcmp(name, keep[k]) == 0)
            return true;
    return false;
}

/* One derive step on *f, replaced by the wider frame. A step whose inputs are not all there is
 * passed over: rows that are to be scored have no response, nor what was derived from it. */
static bool replay_derive(const RecipeStep *s, Arena *a, Frame **f, Error *err)
{
    Expr *e = expr_parse(a, str_of(s->expr), 0, err);
    if (!e)
        return false;
    Str *inputs = NULL;
    size_t n = expr_columns(e, a, &inputs);
    for (size_t k = 0; k < n; k++)
        if (!frame_column(*f, inputs[k]))
            return true;
    if (!expr_bind(e, *f, NULL, err))
        return false;
    Column *c = expr_eval(e, *f, err);
    if (!c)
        return false;
    Frame *wider = frame_with(*f, s->name, c);
    frame_unref(*f);
    *f = wider;
    return true;
}

Frame *recipe_replay(const Recipe *r, const Frame *frame, const char *const *keep, size_t nkeep,
                     Error *err)
{
    Frame *f = frame_ref(frame);
    Arena *a = arena_new();
    for (size_t i = 0; r && f && i < r->n; i++) {
        const RecipeStep *s = &r->steps[i];
        if (s->spec || is_kept(s->name, keep, nkeep) || replay_derive(s, a, &f, err))
            continue;
        error_context(err, "deriving '%s'", s->name);
        frame_unref(f);
        f = NULL;
    }
    arena_free(a);
    return f;
}

/* ---- JSON ---- */

void recipe_to_json(const Recipe *r, Buf *out)
{
    buf_putc(out, '[');
    for (size_t i = 0; r && i < r->n; i++) {
        const RecipeStep *s = &r->steps[i];
        buf_puts(out, i ? "," : "");
        if (s->spec) {
            spec_to_json(s->spec, out);
            continue;
        }
        buf_puts(out, "{\"step\":\"derive\",\"name\":");
        buf_json_str(out, str_of(s->name));
        buf_puts(out, ",\"expr\":");
        buf_json_str(out, str_of(s->expr));
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

static bool step_from_json(const cJSON *j, RecipeStep *out, Error *err)
{
    const char *step, *name, *expr;
    if (!json_get_text(j, "step", "recipe", &step, err))
        return false;
    if (strcmp(step, "features") == 0)
        return (out->spec = spec_from_json(j, err)) != NULL;
    if (strcmp(step, "derive") != 0)
        return fail(err, ERR_DATA, "the recipe has a step '%s', which this version does not know",
                    step);
    if (!json_get_text(j, "name", "recipe", &name, err) ||
        !json_get_text(j, "expr", "recipe", &expr, err))
        return false;
    out->name = xstrdup(name);
    out->expr = xstrdup(expr);
    return true;
}

Recipe *recipe_from_json(const cJSON *j, Error *err)
{
    if (!cJSON_IsArray(j)) {
        fail(err, ERR_DATA, "the recipe is not a list of steps");
        return NULL;
    }
    Recipe *r = recipe_new(NULL, (size_t)cJSON_GetArraySize(j));
    const cJSON *item;
    cJSON_ArrayForEach(item, j)
    {
        if (!step_from_json(item, &r->steps[r->n], err)) {
            recipe_unref(r);
            return NULL;
        }
        r->n++;
    }
    return r;
}
