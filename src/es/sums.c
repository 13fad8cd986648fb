/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sums.c - one scripted_metric a pass: every shard adds up its documents, the reduce script adds
 * the shards.
 *
 * The state is one array of doubles: head, score (p), X'WX as a packed lower triangle (p (p + 1) /
 * 2). A document touches only its columns that are not 0. Coefficients and levels are parameters,
 * so the scripts of one formula are compiled once. The engine's cache of answers is turned off: a
 * pass at the same b after a change must not see the old sums.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "es/sums.h"

/* Places in the state. */
enum { AT_N, AT_DEVIANCE, AT_SKIPPED, AT_SATURATED, AT_PEARSON, AT_Y, AT_YY, AT_REFUSED, HEAD };

/* From eta and y: the mean mu, the weight w = dmu^2/V, the score residual r, the deviance d = what
 * eta touches, s = what it does not, v = (y - mu)^2 / V. */
typedef struct FamilyScript {
    const char *family, *link, *valid, *text;
} FamilyScript;
static const FamilyScript families[] = {
    {"binomial", "logit", "y >= 0.0 && y <= 1.0",
     "double mu = 1.0 / (1.0 + Math.exp(-eta)); double w = mu * (1.0 - mu); double r = y - mu;\n"
     "double d = 2.0 * ((eta > 0.0 ? eta + Math.log1p(Math.exp(-eta)) : Math.log1p(Math.exp(eta))) "
     "- y * eta);\n"
     "double s = y > 0.0 && y < 1.0 ? 2.0 * (y * Math.log(y) + (1.0 - y) * Math.log(1.0 - y)) : "
     "0.0;\n"
     "double v = w > 0.0 ? r * r / w : 0.0;\n"},
    {"poisson", "log", "y >= 0.0",
     "double mu = Math.exp(eta); double w = mu; double r = y - mu; double d = 2.0 * (mu - y * "
     "eta);\n"
     "double s = y > 0.0 ? 2.0 * (y * Math.log(y) - y) : 0.0; double v = r * r / mu;\n"},
    {"gaussian", "identity", "true",
     "double w = 1.0; double r = y - eta; double d = r * r; double s = 0.0; double v = d;\n"},
};

static const FamilyScript *script_of(const Family *f, const Link *l)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strcmp(families[i].family, f->name) == 0 && strcmp(families[i].link, l->name) == 0)
            return &families[i];
    return NULL;
}

bool sums_can(const Family *f, const Link *l, Error *err)
{
    if (script_of(f, l))
        return true;
    fail(err, ERR_USAGE, "the cluster does not fit %s with link %s", f->name, l->name);
    return error_hint(
        err, "it fits binomial with logit, poisson with log, gaussian; load the index for others");
}

/* ---- requests ---- */

static const char add_up[] = "double[] t = null; for (def one : states) { if (one == null) { "
                             "continue; } if (t == null) { t = new double[one.length]; }"
                             " for (int i = 0; i < t.length; i++) { t[i] += one[i]; } } return t;";

static void put_script(Buf *b, const char *name, Str text, const char *after)
{
    buf_printf(b, "\"%s\":", name);
    buf_json_str(b, text);
    buf_puts(b, after);
}

static void put_reals(Buf *b, const char *name, const double *v, size_t n)
{
    buf_printf(b, "\"%s\":[", name);
    for (size_t j = 0; j < n; j++) {
        buf_puts(b, j ? "," : "");
        buf_json_real(b, v[j]);
    }
    buf_puts(b, "]");
}

/* The search: `each` is what a document adds; `room` the length of the state; `extra` more
 * parameters. */
static void put_search(const SumsSpec *s, const double *beta, Str each, size_t room,
                       const char *extra, Buf *out)
{
    Buf init = BUF_INIT, map = BUF_INIT;
    buf_printf(&init,
               "state.a = new double[(int)params.room]; state.x = new double[%zu]; state.ix = new "
               "int[%zu];"
               " double[] b = new double[params.b.size()];"
               " for (int i = 0; i < b.length; i++) { b[i] = "
               "((Number)params.b.get(i)).doubleValue(); } state.b = b;",
               s->rows->slots, s->rows->slots);
    buf_str(&map, buf_slice(&s->rows->functions));
    buf_puts(&map, "double[] a = (double[])state.a; double[] x = (double[])state.x; int[] ix = "
                   "(int[])state.ix;"
                   " double[] b = (double[])state.b;\n");
    buf_str(&map, buf_slice(&s->rows->body));
    buf_puts(&map, "double eta = 0.0; for (int i = 0; i < k; i++) { eta += b[ix[i]] * x[i]; }\n");
    buf_str(&map, each);
    buf_puts(out, "{\"size\":0,\"track_total_hits\":true,\"query\":");
    buf_str(out, s->query);
    buf_puts(out, ",\"aggs\":{\"s\":{\"scripted_metric\":{");
    put_script(out, "init_script", buf_slice(&init), ",");
    put_script(out, "map_script", buf_slice(&map), ",");
    put_script(out, "combine_script", STR("return state.a"), ",");
    put_script(out, "reduce_script", str_of(add_up), ",\"params\":{");
    buf_printf(out, "\"room\":%zu,", room);
    put_reals(out, "b", beta, s->p);
    buf_printf(out, "%s%s%s}}}}}", extra, s->rows->tables.n ? "," : "",
               s->rows->tables.n ? s->rows->tables.p : "");
    buf_free(&init);
    buf_free(&map);
}

/* Numbers of the answer into v[room]; what is no finite number becomes NaN. */
static bool read_state(const SumsSpec *s, const cJSON *reply, double *v, size_t room, Error *err)
{
    const cJSON *agg = cJSON_GetObjectItemCaseSensitive(
        cJSON_GetObjectItemCaseSensitive(reply, "aggregations"), "s");
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(agg, "value"), *one;
    size_t n = 0;
    if (!client_search_whole(reply, err))
        return false;
    cJSON_ArrayForEach(one, value)
    {
        if (n < room)
            v[n] = cJSON_IsNumber(one) ? one->valuedouble : NAN;
        n++;
    }
    if (n != room)
        return fail(err, ERR_REMOTE, "the engine gave %zu sums instead of %zu", n, room);
    if ((int64_t)(v[AT_N] + v[AT_SKIPPED]) != s->documents) {
        fail(err, ERR_GUARD, "'%s' changed while it was fitted: %lld documents, then %.0f",
             s->index, (long long)s->documents, v[AT_N] + v[AT_SKIPPED]);
        return error_hint(err, "--query with a range of time keeps new documents out");
    }
    return true;
}

static bool ask(const SumsSpec *s, const double *b, Str each, size_t room, const char *extra,
                double *v, Error *err)
{
    Buf body = BUF_INIT, path = BUF_INIT;
    put_search(s, b, each, room, extra, &body);
    buf_url(&path, str_of(s->index));
    cJSON *j = client_json(s->client, "POST", buf_slice(&body), true, NULL, err,
                           "/%s/"
                           "_search?request_cache=false&allow_partial_search_results=false&filter_"
                           "path=timed_out,_shards,aggregations",
                           path.p);
    bool ok = j && read_state(s, j, v, room, err);
    cJSON_Delete(j);
    buf_free(&body);
    buf_free(&path);
    return ok;
}

/* ---- the oracle ---- */

typedef struct Sums {
    Oracle o;
    SumsSpec spec;
    Buf each;
    size_t room;
    double *state;
} Sums;

static void spread(const Sums *s, Stats *out)
{
    size_t p = s->spec.p;
    const double *score = s->state + HEAD, *packed = score + p;
    memcpy(out->grad, score, p * sizeof *score);
    for (size_t i = 0; i < p; i++)
        for (size_t j = 0; j <= i; j++)
            out->info[i * p + j] = out->info[j * p + i] = packed[i * (i + 1) / 2 + j];
}

static bool all_finite(const double *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(v[i]))
            return false;
    return true;
}

static bool sums_eval(Oracle *base, const double *b, unsigned what, Stats *out, Error *err)
{
    Sums *s = (Sums *)base;
    (void)what; /* one pass gives all of it */
    if (!ask(&s->spec, b, buf_slice(&s->each), s->room, "", s->state, err))
        return false;
    if (s->state[AT_REFUSED] > 0)
        return fail(err, ERR_DATA, "%.0f documents have a response that is not %s: %s",
                    s->state[AT_REFUSED], s->spec.family->name, s->spec.family->y_rule);
    out->deviance = s->state[AT_DEVIANCE] + s->state[AT_SATURATED];
    out->pearson = s->state[AT_PEARSON];
    out->n = (uint64_t)s->state[AT_N];
    out->invalid = !all_finite(s->state, s->room);
    s->o.n_effective = s->o.weight = s->state[AT_N];
    spread(s, out);
    return true;
}

static void sums_close(Oracle *base)
{
    Sums *s = (Sums *)base;
    buf_free(&s->each);
    free(s->state);
    free(s);
}

Oracle *es_sums(const SumsSpec *spec, Error *err)
{
    const FamilyScript *f = script_of(spec->family, spec->link);
    if (!f) {
        sums_can(spec->family, spec->link, err);
        return NULL;
    }
    Sums *s = xcalloc(1, sizeof *s);
    s->spec = *spec;
    s->o = (Oracle){.p = spec->p,
                    .n_effective = (double)spec->documents,
                    .weight = (double)spec->documents,
                    .centre = (double *)spec->centre,
                    .intercept = spec->intercept,
                    .eval = sums_eval,
                    .close = sums_close};
    s->room = HEAD + spec->p + spec->p * (spec->p + 1) / 2;
    s->state = xcalloc(s->room, sizeof *s->state);
    buf_printf(&s->each, "if (!(%s)) { a[%d] += 1.0; y = 0.0; }\n%s", f->valid, AT_REFUSED,
               f->text);
    buf_printf(&s->each,
               "a[%d] += 1.0; a[%d] += d; a[%d] += s; a[%d] += v; a[%d] += y; a[%d] += y * y;\n"
               "for (int i = 0; i < k; i++) { int ii = ix[i]; a[%d + ii] += r * x[i]; double wx = "
               "w * x[i];\n"
               "  for (int q = 0; q <= i; q++) { int jj = ix[q]; int hi = ii > jj ? ii : jj; int "
               "lo = ii > jj ? jj : ii;\n"
               "    a[%zu + hi * (hi + 1) / 2 + lo] += wx * x[q]; } }\n",
               AT_N, AT_DEVIANCE, AT_SATURATED, AT_PEARSON, AT_Y, AT_YY, HEAD, HEAD + spec->p);
    return &s->o;
}

void es_sums_totals(const Oracle *o, SumsTotals *out)
{
    const double *v = ((const Sums *)o)->state;
    *out = (SumsTotals){v[AT_N], v[AT_SKIPPED], v[AT_Y], v[AT_YY], v[AT_SATURATED], v[AT_REFUSED]};
}

/* ---- bins ---- */

enum { BINS_TP = 3, BINS_FP, BINS_BRIER, BINS_HEAD };

double sums_bin_eta(const SumsBins *s, size_t bin)
{
    return s->low + ((double)bin + 0.5) * (s->high - s->low) / SUMS_BINS;
}

bool es_sums_bins(const SumsSpec *spec, const double *b, double threshold, SumsBins *out,
                  Error *err)
{
    Buf each = BUF_INIT, extra = BUF_INIT;
    size_t p = spec->p, sums = BINS_HEAD + 2 * SUMS_BINS, room = sums + 3 * p;
    double *v = xcalloc(room, sizeof *v);
    buf_printf(
        &each,
        "a[%d] += 1.0; double mu = 1.0 / (1.0 + Math.exp(-eta)); a[%d] += (y - mu) * (y - mu);\n"
        "if (eta >= params.threshold) { if (y > 0.5) { a[%d] += 1.0; } else { a[%d] += 1.0; } }\n"
        "int bin = (int)Math.floor((eta - params.low) * params.scale); bin = bin < 0 ? 0 : bin > "
        "%d ? %d : bin;\n"
        "a[%d + bin + (y > 0.5 ? 0 : %d)] += 1.0;\n"
        "for (int i = 0; i < k; i++) { int at = %zu + ix[i]; a[at] += x[i];"
        " a[at + %zu] += x[i] * x[i]; a[at + %zu] += x[i] * y; }\n",
        AT_N, BINS_BRIER, BINS_TP, BINS_FP, SUMS_BINS - 1, SUMS_BINS - 1, BINS_HEAD, SUMS_BINS,
        sums, p, 2 * p);
    buf_puts(&extra, ",\"threshold\":");
    buf_json_real(&extra, threshold);
    buf_puts(&extra, ",\"low\":");
    buf_json_real(&extra, out->low);
    buf_puts(&extra, ",\"scale\":");
    buf_json_real(&extra, SUMS_BINS / (out->high - out->low));
    bool ok = ask(spec, b, buf_slice(&each), room, extra.p, v, err);
    if (ok) {
        const double *rest = v + sums;
        memcpy(out->pos, v + BINS_HEAD, sizeof out->pos);
        memcpy(out->neg, v + BINS_HEAD + SUMS_BINS, sizeof out->neg);
        out->tp = v[BINS_TP];
        out->fp = v[BINS_FP];
        out->brier = v[BINS_BRIER];
        out->sum = xcalloc(3 * p + 1, sizeof *out->sum);
        out->square = out->sum + p;
        out->outcome = out->square + p;
        memcpy(out->sum, rest, 3 * p * sizeof *rest);
    }
    free(v);
    buf_free(&each);
    buf_free(&extra);
    return ok;
}

void sums_bins_clear(SumsBins *s)
{
    free(s->sum);
    s->sum = s->square = s->outcome = NULL;
}
