/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * inputs.c - the columns that a model reads, and what they looked like in training: what-if's
 * defaults and bounds.
 *
 * Inputs are the columns of the formula's terms, then those that only an offset reads, then those
 * from which `derive` made any of these (sources). Whole numbers within a small range are counted,
 * so their quantiles and area are exact; others are sorted, from an even sample when there are more
 * than SUMMARY_SAMPLE rows. Minimum, maximum, mean and standard deviation are always those of all
 * training rows. One worker looks at one input.
 */
#include <math.h>
#include <stdlib.h>

#include "base/par.h"
#include "base/simd.h"
#include "base/sort.h"
#include "data/frameops.h"
#include "model_priv.h"

#define COUNT_RANGE 65536
#define LEVELS_KEPT 2000 /* of a factor, most common first */

bool input_is_factor(const InputSummary *in)
{
    return in->type == COL_CODE || in->type == COL_TEXT;
}

void inputs_free(InputSummary *in, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(in[i].name);
        for (size_t k = 0; k < in[i].nlevels; k++)
            free(in[i].levels[k]);
        free(in[i].levels);
        free(in[i].counts);
    }
    free(in);
}

const char *input_group(const Model *m, Str name)
{
    const char *g = m->recipe ? recipe_group(m->recipe, name) : NULL;
    return g ? g : "";
}

unsigned term_depends(const Model *m, size_t term)
{
    const Terms *t = m->enc->terms;
    Arena *a = arena_new();
    unsigned bits = m->recipe ? 0 : DEPENDS_UNKNOWN;
    for (size_t v = 0; v < t->terms[term].nvars; v++) {
        Str *cols;
        size_t n = expr_columns(t->vars[t->terms[term].var[v]].expr, a, &cols);
        for (size_t k = 0; k < n; k++)
            bits |= recipe_depends(m->recipe, cols[k]);
    }
    arena_free(a);
    return bits;
}

/* ---- which ---- */

typedef struct List {
    Model *m;
    const Frame *f;
    Arena *arena;
} List;

static InputSummary *list_add(List *l, Str name)
{
    Model *m = l->m;
    if (model_input(m, name) >= 0 || !frame_column(l->f, name))
        return NULL;
    m->inputs = xrealloc(m->inputs, (m->ninputs + 1) * sizeof *m->inputs);
    InputSummary *in = &m->inputs[m->ninputs++];
    const Column *c = frame_column(l->f, name);
    *in = (InputSummary){.name = xstrndup(name.p, name.n),
                         .type = c->type,
                         .unit = c->unit,
                         .missing = c->nulls,
                         .group = input_group(m, name),
                         .auc = NAN};
    return in;
}

static void list_expr(List *l, const Expr *e, bool offset)
{
    Str *cols;
    size_t n = e ? expr_columns(e, l->arena, &cols) : 0;
    for (size_t k = 0; k < n; k++) {
        InputSummary *in = list_add(l, cols[k]);
        if (in)
            in->is_offset = offset;
    }
}

/* The expression of the latest derive step that makes this column, or NULL. */
static Expr *derive_of(List *l, Str name)
{
    Str step, expr;
    for (size_t i = recipe_steps(l->m->recipe); i-- > 0;)
        if (recipe_derive(l->m->recipe, i, &step, &expr) && str_eq(step, name))
            return expr_parse(l->arena, expr, 0, NULL);
    return NULL;
}

static void list_sources(List *l)
{
    for (size_t i = 0; i < l->m->ninputs; i++) { /* the list grows while we walk it */
        Expr *e = derive_of(l, str_of(l->m->inputs[i].name));
        Str *cols;
        size_t n = e ? expr_columns(e, l->arena, &cols) : 0;
        l->m->inputs[i].derived = n > 0;
        for (size_t k = 0; k < n; k++) {
            InputSummary *in = list_add(l, cols[k]);
            if (in)
                in->source = true;
        }
    }
}

static void list_inputs(Model *m, const Frame *f)
{
    List l = {m, f, arena_new()};
    const Terms *t = m->enc->terms;
    for (size_t v = 0; v < t->nvars; v++)
        list_expr(&l, t->vars[v].expr, false);
    for (size_t k = 0; k < t->noffsets; k++)
        list_expr(&l, t->offsets[k], true);
    if (m->spec.offset)
        list_expr(&l, expr_parse(l.arena, str_of(m->spec.offset), 0, NULL), true);
    list_sources(&l);
    arena_free(l.arena);
}

/* ---- numbers ---- */

static size_t row_of(const LookRows *r, size_t i)
{
    return r->rows ? r->rows[i] : i;
}

/* What a pass over numbers adds up; sums are of v - shift, with a shift that is one of them. */
typedef struct Moments {
    size_t n;
    double min, max, shift, sum, ss;
} Moments;

static void moments_put(Moments *m, double v)
{
    if (m->n++ == 0)
        m->shift = v;
    double d = v - m->shift;
    m->min = v < m->min ? v : m->min;
    m->max = v > m->max ? v : m->max;
    m->sum += d;
    m->ss += d * d;
}

/* Four running sums for the rows that fill them; no value is missing. */
SIMD_CLONES
static void moments_dense(Moments *m, const double *v, size_t n)
{
    V4 shift = V4_ALL(v[0]), sum = V4_ALL(0), ss = V4_ALL(0), low = shift, high = shift, x;
    size_t whole = n - n % SIMD_LANES;
    for (size_t i = 0; i < whole; i += SIMD_LANES) {
        V4_LOAD(x, v + i);
        V4 d = x - shift;
        sum += d;
        ss += d * d;
        low = V4_SELECT(x < low, x, low);
        high = V4_SELECT(x > high, x, high);
    }
    *m = (Moments){whole, v[0], v[0], v[0], 0, 0};
    for (size_t k = 0; k < SIMD_LANES; k++) {
        m->min = low[k] < m->min ? low[k] : m->min;
        m->max = high[k] > m->max ? high[k] : m->max;
        m->sum += sum[k];
        m->ss += ss[k];
    }
    for (size_t i = whole; i < n; i++)
        moments_put(m, v[i]);
}

static size_t number_moments(const LookRows *j, const Column *c, InputSummary *in)
{
    Moments m = {.min = INFINITY, .max = -INFINITY, .shift = NAN};
    if (c->type == COL_REAL && !c->nulls && !j->rows && j->n >= SIMD_LANES) {
        moments_dense(&m, c->v.d, j->n);
    } else {
        for (size_t i = 0; i < j->n; i++) {
            double v = column_real(c, row_of(j, i));
            if (!isnan(v))
                moments_put(&m, v);
        }
    }
    double n = (double)m.n;
    in->min = m.min;
    in->max = m.max;
    in->mean = m.shift + m.sum / n;
    in->sd = sqrt(fmax(0, m.ss / n - m.sum / n * (m.sum / n)));
    return m.n;
}

static double folded(double auc)
{
    return auc < 0.5 ? 1 - auc : auc;
}

/* Quantiles and area of whole numbers from counts of each value. */
static void number_counted(const LookRows *j, const Column *c, InputSummary *in, size_t n)
{
    size_t range = (size_t)(in->max - in->min) + 1, below = 0, k = 0;
    size_t(*count)[2] = xcalloc(range, sizeof *count);
    for (size_t i = 0; i < j->n; i++) {
        double v = column_real(c, row_of(j, i));
        if (!isnan(v))
            count[(size_t)(v - in->min)][j->y && j->y[i] != 0]++;
    }
    for (size_t q = 0; q <= 20; q++) {
        size_t rank = (size_t)((double)q / 20 * (double)(n - 1));
        while (below + count[k][0] + count[k][1] <= rank) {
            below += count[k][0] + count[k][1];
            k++;
        }
        in->quantile[q] = in->min + (double)k;
    }
    double won = 0, neg = 0, pos = 0;
    for (size_t v = 0; v < range; v++) {
        won += (double)count[v][1] * (neg + 0.5 * (double)count[v][0]);
        neg += (double)count[v][0];
        pos += (double)count[v][1];
    }
    if (j->y)
        in->auc = folded(won / (pos * neg));
    free(count);
}

static void number_sampled(const LookRows *j, const Column *c, InputSummary *in)
{
    size_t n = j->n, k = n < SUMMARY_SAMPLE ? n : SUMMARY_SAMPLE, m = 0;
    double *v = xcalloc(k, sizeof *v), *y = xcalloc(k, sizeof *y);
    for (size_t s = 0; s < k; s++) {
        size_t i = (size_t)((double)s * (double)n / (double)k);
        double x = column_real(c, row_of(j, i));
        if (isnan(x))
            continue;
        v[m] = x;
        y[m++] = j->y ? j->y[i] : 0;
    }
    if (j->y)
        in->auc = folded(auc_fast(y, v, m));
    sort_reals(v, m);
    for (size_t q = 0; q <= 20; q++)
        in->quantile[q] = m ? quantile_sorted(v, m, (double)q / 20) : NAN;
    in->quantile[0] = in->min;
    in->quantile[20] = in->max;
    free(v);
    free(y);
}

static void look_number(const LookRows *j, const Column *c, InputSummary *in)
{
    size_t n = number_moments(j, c, in);
    if (n && c->type != COL_REAL && in->max - in->min < COUNT_RANGE)
        number_counted(j, c, in, n);
    else
        number_sampled(j, c, in);
    in->q25 = in->quantile[5];
    in->median = in->quantile[10];
    in->q75 = in->quantile[15];
}

/* ---- factors ---- */

typedef struct LevelCount {
    int32_t level;
    double n, pos;
} LevelCount;

static int by_count(const void *a, const void *b)
{
    const LevelCount *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return (x->level > y->level) - (x->level < y->level);
}

static int by_rate(const void *a, const void *b)
{
    const LevelCount *x = a, *y = b;
    double d = x->pos * y->n - y->pos * x->n; /* the rates, cross multiplied */
    return (d > 0) - (d < 0);
}

/* Area when the levels are ordered by their rate of the response: what the column alone could tell.
 */
static double level_auc(LevelCount *c, size_t n)
{
    double won = 0, below = 0, pos = 0;
    qsort(c, n, sizeof *c, by_rate);
    for (size_t k = 0; k < n; k++) {
        double neg = c[k].n - c[k].pos;
        won += c[k].pos * (below + 0.5 * neg);
        below += neg;
        pos += c[k].pos;
    }
    return folded(won / (pos * below));
}

static void look_levels(const LookRows *j, const Column *c, InputSummary *in)
{
    size_t n = c->levels->n, used = 0;
    LevelCount *count = xcalloc(n ? n : 1, sizeof *count);
    for (size_t k = 0; k < n; k++)
        count[k].level = (int32_t)k;
    for (size_t i = 0; i < j->n; i++) {
        size_t row = row_of(j, i);
        if (column_is_null(c, row))
            continue;
        count[c->v.c[row]].n += 1;
        count[c->v.c[row]].pos += j->y ? j->y[i] : 0;
    }
    qsort(count, n, sizeof *count, by_count);
    while (used < n && count[used].n > 0)
        used++;
    in->nlevels = used < LEVELS_KEPT ? used : LEVELS_KEPT;
    in->levels = xcalloc(in->nlevels ? in->nlevels : 1, sizeof *in->levels);
    in->counts = xcalloc(in->nlevels ? in->nlevels : 1, sizeof *in->counts);
    for (size_t k = 0; k < in->nlevels; k++) {
        Str text = levels_at(c->levels, (size_t)count[k].level);
        in->levels[k] = xstrndup(text.p, text.n);
        in->counts[k] = count[k].n;
    }
    if (j->y)
        in->auc = level_auc(count, used);
    free(count);
}

void input_look(const LookRows *rows, const Column *c, InputSummary *in)
{
    if (c->type == COL_CODE) {
        look_levels(rows, c, in);
    } else if (c->type == COL_TEXT) {
        Column *code = column_as_code(c, NULL);
        if (code)
            look_levels(rows, code, in);
        column_unref(code);
    } else {
        look_number(rows, c, in);
    }
}

typedef struct LookJob {
    Model *m;
    const Frame *f;
    LookRows rows;
} LookJob;

static void look_work(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const LookJob *j = ctx;
    (void)scratch;
    (void)chunk;
    for (size_t i = from; i < to; i++)
        input_look(&j->rows, frame_column(j->f, str_of(j->m->inputs[i].name)), &j->m->inputs[i]);
}

bool inputs_learn(Model *m, const Frame *f, const Design *d, const double *y, Error *err)
{
    list_inputs(m, f);
    LookJob job = {m, f, {d->rows, d->n, y}};
    return par_rows(&(ParJob){.n = m->ninputs, .chunk = 1, .ctx = &job, .work = look_work}, err);
}
