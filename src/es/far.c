/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * far.c - a fit of documents that stay in the engine.
 *
 *     survey     which fields, how many documents have them all, their ranges         2 searches
 *     levels     of every factor, counted (composite), with the outcome beside them   1 or more
 *     sample     some documents, and a row for each level that they lack: names, coding, a start
 *     sums       few combinations: all of them are counted, and fitted here as rows with counts;
 *                otherwise deviance, score and X'WX at each b, added up by a script there
 *     metrics    from the combinations exactly; otherwise from bins of the linear predictor, with
 *                the error they may have
 *
 * The numbers are those of a fit of the rows here, to the last digits; only where a basis is
 * learned from the data (knots of splines, poly) it is learned from the sample, which changes the
 * columns but not what they can say.
 */
#define _GNU_SOURCE /* memmem */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "es/sums.h"
#include "far_priv.h"

#define RUNAWAY 10.0

bool far_binary(const Far *k)
{
    return !k->spec->family || strcmp(k->spec->family, "binomial") == 0;
}

/* ---- fields ---- */

static bool is_word(char c)
{
    return c == '_' || c == '.' || isalnum((unsigned char)c);
}

/* Where the formula says the name, or all of it. */
Span far_place(const Far *k, Str name)
{
    const char *text = k->spec->formula, *at = text;
    for (size_t n = strlen(text);
         (at = memmem(at, n - (size_t)(at - text), name.p, name.n)) != NULL; at++)
        if ((at == text || !is_word(at[-1])) && !is_word(at[name.n]))
            return (Span){k->formula_at.from + (size_t)(at - text),
                          k->formula_at.from + (size_t)(at - text) + name.n};
    return k->formula_at;
}

static bool add_field(Far *k, Str name, Error *err)
{
    long at = schema_find(k->schema, name);
    for (size_t i = 0; i < k->n; i++)
        if (str_eqz(name, k->field[i].field))
            return true;
    if (at < 0) {
        Str *names = arena_array(k->arena, Str, k->schema->n + 1);
        for (size_t i = 0; i < k->schema->n; i++)
            names[i] = str_of(k->schema->fields[i].path);
        long near = nearest_name(name, names, k->schema->n);
        fail_at(err, ERR_NAME, far_place(k, name), "'%s' has no field '%.*s'", k->index,
                STR_ARG(name));
        if (near >= 0)
            error_hint(err, "did you mean '%s'?", k->schema->fields[near].path);
        return false;
    }
    const Field *f = &k->schema->fields[at];
    if (f->kind >= FIELD_NESTED || strcmp(f->type, "text") == 0) {
        fail_at(err, ERR_DATA, far_place(k, name),
                "the field '%s' is of type %s: the engine cannot count its values", f->path,
                f->type);
        return error_hint(err, "index it as keyword or as a number");
    }
    if (k->n == FIELDS_MAX)
        return fail(err, ERR_USAGE, "a fit in the cluster reads %d fields at most", FIELDS_MAX);
    k->field[k->n++] = (FieldSurvey){.field = f->path,
                                     .number = f->kind == FIELD_INT || f->kind == FIELD_UINT ||
                                               f->kind == FIELD_REAL};
    return true;
}

const Field *far_field(const Far *k, size_t i)
{
    return &k->schema->fields[schema_find(k->schema, str_of(k->field[i].field))];
}

static bool find_fields(Far *k, Error *err)
{
    ReadReport ignored = {0};
    k->schema = schema_fetch(k->c, k->index, &ignored, err);
    Frame *empty = k->schema ? schema_frame(k->schema, err) : NULL;
    Terms *t =
        empty ? terms_parse(str_of(k->spec->formula), k->spec->formula_at, empty, err) : NULL;
    Str *cols;
    bool ok = t != NULL;
    size_t n = t ? expr_columns(t->response, t->arena, &cols) : 0;
    for (size_t i = 0; i < n && ok; i++)
        ok = add_field(k, cols[i], err);
    n = ok ? terms_columns(t, false, t->arena, &cols) : 0;
    for (size_t i = 0; i < n && ok; i++)
        ok = add_field(k, cols[i], err);
    terms_free(t);
    frame_unref(empty);
    return ok;
}

/* A level with one outcome runs to infinity; the rows that would prove more are not here. */
static bool check_separation(const Far *k, Error *err)
{
    if (!far_binary(k) || k->spec->fit.l2 > 0)
        return true;
    for (size_t i = 0; i < k->n; i++) {
        size_t n = 0;
        LevelSum *l = i != k->response && k->levels[i] ? far_level_sums(k, i, &n) : NULL;
        for (size_t v = 0; v < n; v++)
            if (l[v].y == 0 || l[v].y == l[v].n) {
                fail_at(err, ERR_DATA, far_place(k, str_of(k->field[i].field)),
                        "separation: level %.*s of %s has %s = %d in all %.0f documents",
                        STR_ARG(l[v].level), k->field[i].field, k->m->enc->terms->response_name,
                        l[v].y > 0, l[v].n);
                return error_hint(err, "--l2 1 keeps it finite; or leave '%s' out",
                                  k->field[i].field);
            }
    }
    return true;
}

/* ---- all together ---- */

static void tell_inputs(Far *k)
{
    k->rows.inputs = arena_array(k->arena, FarInput, k->n + 1);
    for (size_t i = 0; i < k->n; i++) {
        const FieldSurvey *f = &k->field[i];
        if (i == k->response)
            continue;
        FarInput *in = &k->rows.inputs[k->rows.ninputs++];
        *in = (FarInput){.name = f->field,
                         .missing = (size_t)f->missing,
                         .number = f->number,
                         .min = f->min,
                         .max = f->max,
                         .mean = f->mean,
                         .sd = f->sd};
        memcpy(in->quantile, f->quantile, sizeof in->quantile);
        if (!k->levels[i])
            continue;
        LevelSum *l = far_level_sums(k, i, &in->nlevels);
        in->levels = arena_array(k->arena, Str, in->nlevels + 1);
        in->counts = arena_array(k->arena, double, in->nlevels + 1);
        for (size_t v = 0; v < in->nlevels; v++) {
            in->levels[v] = l[v].level;
            in->counts[v] = l[v].n;
        }
    }
}

static void tell_dropped(Far *k)
{
    size_t lacking = 0;
    k->rows.dropped = (size_t)(k->survey.all - k->survey.complete);
    for (size_t i = 0; i < k->n; i++)
        if (k->field[i].missing) {
            lacking++;
            snprintf(k->rows.why_dropped, sizeof k->rows.why_dropped, "%.100s is missing",
                     k->field[i].field);
        }
    if (lacking > 1)
        snprintf(k->rows.why_dropped, sizeof k->rows.why_dropped, "one of %zu fields is missing",
                 lacking);
}

/* A standard error so large beside its column's spread is that of an estimate which runs away. */
static bool looks_separated(const Model *m)
{
    for (size_t j = 0; m->family->is_binary_response && j < m->fit->p; j++)
        if (m->fit->se[j] * m->col_sd[j] > RUNAWAY)
            return true;
    return false;
}

static void far_clear(Far *k)
{
    for (size_t i = 0; i < k->n; i++)
        frame_unref(k->levels[i]);
    frame_unref(k->sample);
    schema_free(k->schema);
    buf_free(&k->complete);
    free(k->moments);
    arena_free(k->arena);
}

static bool run(Far *k, Error *err)
{
    Fit *fit = NULL;
    bool ok = client_probe(k->c, err) && find_fields(k, err) &&
              es_survey(k->c, k->index, k->opt->query, k->field, k->n, &k->survey, err);
    if (ok)
        survey_complete_query(k->opt->query, k->field, k->n, &k->complete);
    ok = ok && far_learn(k, err) && check_separation(k, err) && (fit = far_fit(k, err)) != NULL;
    if (!ok)
        return false;
    tell_inputs(k);
    tell_dropped(k);
    return model_adopt(k->m, fit, &k->rows, err);
}

Model *es_fit(Client *c, const FarOptions *opt, FarReport *report, Error *err)
{
    double began = clock_seconds();
    Far k = {.c = c,
             .opt = opt,
             .report = report,
             .index = opt->index,
             .spec = opt->spec,
             .arena = arena_new()};
    k.formula_at =
        (Span){opt->spec->formula_at, opt->spec->formula_at + strlen(opt->spec->formula)};
    *report = (FarReport){.auc_error = NAN};
    bool ok = run(&k, err);
    if (ok && (k.m->fit->status != FIT_CONVERGED || looks_separated(k.m)))
        model_alarm(k.m, ALARM_NOT_CONVERGED, "",
                    "the sums did not settle: some estimates may run to infinity",
                    "--l2 1 keeps them finite");
    if (ok) {
        k.m->seconds = clock_seconds() - began;
    } else {
        model_unref(k.m);
        k.m = NULL;
    }
    far_clear(&k);
    return k.m;
}
