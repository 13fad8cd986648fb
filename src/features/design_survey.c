/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * design_survey.c - one pass over the rows that are used: the range and mean of every number, the
 * rows of every level.
 *
 * Numbers are summed chunk by chunk and the chunks in order (base/par.h); counts are whole, so each
 * thread keeps its own and they are added at the end.
 */
#include "design_priv.h"

#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "base/simd.h"

typedef struct Scratch {
    VarStat *part;   /* of the chunk in hand */
    uint32_t *count; /* of all chunks of this thread; a design has fewer than 2^32 rows */
} Scratch;

typedef struct Survey {
    const VarData *vars;
    size_t nvars;
    const uint32_t *rows;
    VarStat *stat;
} Survey;

/* Not a number, once there is an infinite value: inf - inf. */
SIMD_CLONES
static void real_run(const double *x, size_t n, VarStat *out)
{
    VarStat s = *out;
    size_t i = 0;
    if (n >= SIMD_LANES) {
        V4 v, sum = V4_ALL(0.0), odd = V4_ALL(0.0), low = V4_ALL(INFINITY),
              high = V4_ALL(-INFINITY);
        for (; i + SIMD_LANES <= n; i += SIMD_LANES) {
            V4_LOAD(v, x + i);
            low = V4_SELECT(v < low, v, low);
            high = V4_SELECT(v > high, v, high);
            sum += v;
            odd += v - v;
        }
        for (size_t k = 0; k < SIMD_LANES; k++) {
            s.sum += sum[k];
            s.odd += odd[k];
            s.min = low[k] < s.min ? low[k] : s.min;
            s.max = high[k] > s.max ? high[k] : s.max;
        }
    }
    for (; i < n; i++) {
        s.sum += x[i];
        s.odd += x[i] - x[i];
        s.min = x[i] < s.min ? x[i] : s.min;
        s.max = x[i] > s.max ? x[i] : s.max;
    }
    *out = s;
}

#define RUN 512 /* values gathered at a time: they stay in the first cache */

void number_stat(Vec v, const uint32_t *rows, size_t from, size_t to, VarStat *out)
{
    *out = (VarStat){.min = INFINITY, .max = -INFINITY};
    if (v.type == VEC_REAL && !rows) {
        real_run((const double *)v.p + from, to - from, out);
        return;
    }
    double run[RUN];
    for (size_t i = from; i < to; i += RUN) {
        size_t n = to - i < RUN ? to - i : RUN;
        for (size_t k = 0; k < n; k++)
            run[k] = vec_at(v, rows ? rows[i + k] : i + k);
        real_run(run, n, out);
    }
}

static void count_chunk(const int32_t *code, const uint32_t *rows, size_t from, size_t to,
                        uint32_t *count)
{
    if (!rows)
        for (size_t i = from; i < to; i++)
            count[code[i]]++;
    else
        for (size_t i = from; i < to; i++)
            count[code[rows[i]]]++;
}

static void count_bools(const uint8_t *flag, const uint32_t *rows, size_t from, size_t to,
                        uint32_t *count)
{
    uint32_t yes = 0;
    for (size_t i = from; i < to; i++)
        yes += flag[rows ? rows[i] : i];
    count[1] += yes;
    count[0] += (uint32_t)(to - from) - yes;
}

static void survey_rows(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)chunk;
    const Survey *s = ctx;
    Scratch *mine = scratch;
    size_t at = 0;
    for (size_t v = 0; v < s->nvars; v++) {
        const VarData *d = &s->vars[v];
        if (!d->factor) {
            number_stat(d->num, s->rows, from, to, &mine->part[v]);
            continue;
        }
        if (d->code && d->nraw)
            count_chunk(d->code, s->rows, from, to, mine->count + at);
        else if (!d->code)
            count_bools(d->col->v.b, s->rows, from, to, mine->count + at);
        at += d->nraw;
    }
}

static void survey_merge(void *ctx, void *scratch, size_t chunk)
{
    (void)chunk;
    Survey *s = ctx;
    const Scratch *mine = scratch;
    for (size_t v = 0; v < s->nvars; v++) {
        const VarStat *part = &mine->part[v];
        VarStat *to = &s->stat[v];
        if (s->vars[v].factor)
            continue;
        to->sum += part->sum;
        to->odd += part->odd;
        to->min = part->min < to->min ? part->min : to->min;
        to->max = part->max > to->max ? part->max : to->max;
    }
}

static void add_counts(const Survey *s, const Scratch *mine)
{
    size_t at = 0;
    for (size_t v = 0; v < s->nvars; v++) {
        if (!s->vars[v].factor)
            continue;
        for (size_t k = 0; k < s->vars[v].nraw; k++)
            s->stat[v].count[k] += mine->count[at + k];
        at += s->vars[v].nraw;
    }
}

bool design_survey(const Design *d, const VarData *vars, size_t nvars, VarStat *stat, Error *err)
{
    Arena *a = d->store->arena;
    Survey s = {vars, nvars, d->rows, stat};
    size_t ncounts = 0, threads = par_threads();
    for (size_t v = 0; v < nvars; v++) {
        stat[v] = (VarStat){.min = INFINITY, .max = -INFINITY};
        if (vars[v].factor)
            stat[v].count = arena_array(a, uint64_t, vars[v].nraw + 1);
        ncounts += vars[v].factor ? vars[v].nraw : 0;
    }
    void **scratch = arena_array(a, void *, threads);
    for (size_t t = 0; t < threads; t++) {
        Scratch *mine = arena_alloc(a, sizeof *mine);
        mine->part = arena_array(a, VarStat, nvars + 1);
        mine->count = arena_array(a, uint32_t, ncounts + 1);
        scratch[t] = mine;
    }
    ParJob job = {
        .n = d->n, .ctx = &s, .scratch = scratch, .work = survey_rows, .merge = survey_merge};
    if (!par_rows(&job, err))
        return false;
    for (size_t t = 0; t < threads; t++)
        add_counts(&s, scratch[t]);
    return true;
}
