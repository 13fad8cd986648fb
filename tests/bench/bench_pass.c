/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_pass.c - how long does one pass over the rows take, a whole fit, and what could the
 * machine do?
 *
 *     bench_pass [rows [threads]]
 *
 * Made data: 8 numeric columns; gender 3, device 4, lang 12, hour 24, country 60 levels (p =
 * 107), and author 500, tag 80 as well (p = 685); levels are drawn with weights 1/k, as authors
 * and countries are. The roofline lines say how many bytes a row has and how many operations it
 * asks for, and what this machine reads and multiplies in a second.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"
#include "base/simd.h"
#include "glm/fit.h"

#define NUMERIC 8
#define FACTORS 7
#define REPEATS 5

static const int32_t levels[FACTORS] = {3, 4, 12, 24, 60, 80, 500};

typedef struct World {
    size_t n;
    double *num[NUMERIC], *y, *counts;
    int32_t *code[FACTORS], *col_of[FACTORS];
} World;

/* A level with probability proportional to 1/(k + 1). */
static int32_t draw_level(Rng *g, const double *cum, int32_t nlevels)
{
    double u = rng_unit(g) * cum[nlevels - 1];
    int32_t k = 0;
    while (cum[k] < u)
        k++;
    return k;
}

static World world_new(size_t n)
{
    World w = {.n = n};
    Rng g = rng_stream(42, "bench");
    double *eta = xcalloc(n, sizeof *eta);
    for (size_t j = 0; j < NUMERIC; j++) {
        w.num[j] = xcalloc(n, sizeof(double));
        for (size_t i = 0; i < n; i++) {
            w.num[j][i] = rng_normal(&g);
            eta[i] += 0.1 * w.num[j][i];
        }
    }
    for (size_t f = 0; f < FACTORS; f++) {
        double cum[512], s = 0.0, effect[512];
        w.code[f] = xcalloc(n, sizeof(int32_t));
        w.col_of[f] = xcalloc((size_t)levels[f], sizeof(int32_t));
        for (int32_t k = 0; k < levels[f]; k++) {
            cum[k] = s += 1.0 / (k + 1);
            effect[k] = 0.3 * rng_normal(&g);
            w.col_of[f][k] = k - 1;
        }
        for (size_t i = 0; i < n; i++) {
            w.code[f][i] = draw_level(&g, cum, levels[f]);
            eta[i] += effect[w.code[f][i]];
        }
    }
    w.y = xcalloc(n, sizeof(double));
    w.counts = xcalloc(n, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        w.y[i] = rng_unit(&g) < 1.0 / (1.0 + exp(2.0 - eta[i]));
        double limit = exp(-exp(eta[i] - 1.0)), p = 1.0; /* Knuth's Poisson */
        while ((p *= rng_unit(&g)) > limit && w.counts[i] < 100)
            w.counts[i]++;
    }
    free(eta);
    return w;
}

static Matrix matrix_of(const World *w, Block *blocks, size_t nfactors)
{
    Matrix x = {.n = w->n, .blocks = blocks};
    blocks[x.nblocks++] = (Block){.kind = BLOCK_ONES, .ncols = 1, .mul = 1};
    for (size_t j = 0; j < NUMERIC; j++)
        blocks[x.nblocks++] =
            (Block){.kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_REAL, w->num[j]}, .mul = 1};
    for (size_t f = 0; f < nfactors; f++)
        blocks[x.nblocks++] = (Block){.kind = BLOCK_CODED,
                                      .ncols = (size_t)levels[f] - 1,
                                      .code = w->code[f],
                                      .nlevels = levels[f],
                                      .col_of = w->col_of[f]};
    for (size_t k = 0; k < x.nblocks; k++) {
        blocks[k].first = x.p;
        x.p += blocks[k].ncols;
    }
    return x;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *t, size_t n)
{
    qsort(t, n, sizeof *t, by_size);
    return t[n / 2];
}

static void bench_case(const World *w, size_t nfactors, const char *family, const double *y,
                       double peak_bytes)
{
    Error err = ERROR_INIT;
    Block blocks[1 + NUMERIC + FACTORS];
    Matrix x = matrix_of(w, blocks, nfactors);
    const Family *f = family_find(str_of(family), SPAN_NONE, &err);
    Problem pb = {.x = &x, .y = y, .family = f, .link = family_link(f)};
    Oracle *o = oracle_rows(&pb, &err);
    Stats st = {.grad = xcalloc(x.p, sizeof(double)), .info = xcalloc(x.p * x.p, sizeof(double))};
    double *b = xcalloc(x.p, sizeof *b), t[REPEATS], d[REPEATS], fit[REPEATS];
    int iterations = 0;
    for (size_t r = 0; r < REPEATS; r++) {
        double t0 = clock_seconds();
        o->eval(o, b, EVAL_DEVIANCE | EVAL_GRAD | EVAL_INFO, &st, &err);
        double t1 = clock_seconds();
        o->eval(o, b, EVAL_DEVIANCE, &st, &err);
        t[r] = t1 - t0;
        d[r] = clock_seconds() - t1;
    }
    FitOptions opt = FIT_OPTIONS_DEFAULT;
    for (size_t r = 0; r < REPEATS; r++) {
        double t0 = clock_seconds();
        Fit *m = fit_run(&pb, &opt, &err);
        fit[r] = clock_seconds() - t0;
        if (m)
            iterations = m->iterations;
        else
            printf("failed: %s\n", err.msg);
        fit_free(m);
    }
    GramPlan *plan = gram_plan_new(&x, NULL, &err);
    double pass = median(t, REPEATS), bytes = 8.0 * NUMERIC + 4.0 * (double)nfactors + 8.0;
    printf("%-9s p=%-4zu pass %7.2f ms  deviance only %6.2f ms  fit %8.1f ms (%d iterations)  %.0f "
           "bytes and %.0f "
           "operations a row: reading alone %.1f ms; sums %.1f MiB a thread\n",
           family, x.p, 1e3 * pass, 1e3 * median(d, REPEATS), 1e3 * median(fit, REPEATS),
           iterations, bytes, gram_plan_row_flops(plan), 1e3 * bytes * (double)w->n / peak_bytes,
           (double)gram_plan_bytes(plan) / 1048576);
    gram_plan_free(plan);
    o->close(o);
    free(st.grad);
    free(st.info);
    free(b);
}

typedef struct Sum {
    const double *p;
    double s;
} Sum;

static void sum_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    const Sum *c = vctx;
    double a[8] = {0};
    (void)chunk;
    for (size_t i = from; i + 8 <= to; i += 8)
        for (size_t k = 0; k < 8; k++)
            a[k] += c->p[i + k];
    *(double *)scratch = a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7];
}

static void sum_merge(void *vctx, void *scratch, size_t chunk)
{
    (void)chunk;
    ((Sum *)vctx)->s += *(double *)scratch;
}

/* Bytes a second that the threads read together from memory that no cache holds. */
static double read_bandwidth(void)
{
    size_t n = 32u << 20, threads = par_threads();
    double *p = xcalloc(n, sizeof *p), best = 0.0, part[64 * 8];
    void *scratch[64];
    for (size_t i = 0; i < n; i++)
        p[i] = (double)i;
    for (size_t k = 0; k < threads && k < 64; k++)
        scratch[k] = &part[8 * k];
    for (int r = 0; r < 3; r++) {
        Sum c = {p, 0.0};
        Error err = ERROR_INIT;
        ParJob job = {n, 1 << 18, &c, scratch, sum_chunk, sum_merge};
        double t = clock_seconds();
        par_rows(&job, &err);
        double rate = (double)n * 8.0 / (clock_seconds() - t);
        best = rate > best ? rate : best;
    }
    free(p);
    return best;
}

/* Eight chains of unfused multiply and add: what the kernels could do at best. */
SIMD_CLONES
static double spin(size_t rounds)
{
    V4 a[8], s = V4_ALL(0.0);
    for (size_t k = 0; k < 8; k++)
        a[k] = V4_ALL((double)k);
    for (size_t i = 0; i < rounds; i++)
        for (size_t k = 0; k < 8; k++)
            a[k] = a[k] * 0.999 + 1e-3;
    for (size_t k = 0; k < 8; k++)
        s += a[k];
    return s[0];
}

static void spin_chunk(void *vctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)vctx;
    (void)chunk;
    *(double *)scratch = spin(to - from);
}

/* Operations a second of all threads, in registers. */
static double peak_flops(void)
{
    double part[64 * 8], best = 0.0;
    void *scratch[64];
    size_t n = 4000000;
    for (size_t k = 0; k < par_threads() && k < 64; k++)
        scratch[k] = &part[8 * k];
    for (int r = 0; r < 3; r++) {
        Error err = ERROR_INIT;
        ParJob job = {n, n / 16, NULL, scratch, spin_chunk, NULL};
        double t = clock_seconds();
        par_rows(&job, &err);
        best = fmax(best, (double)n * 8 * SIMD_LANES * 2 / (clock_seconds() - t));
    }
    return best;
}

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 1000000;
    if (argc > 2)
        par_set_threads((size_t)strtoul(argv[2], NULL, 10));
    double bytes = read_bandwidth();
    printf("%zu rows, %zu threads; this machine reads %.1f GB/s and does %.1f Gflop/s\n", n,
           par_threads(), bytes / 1e9, peak_flops() / 1e9);
    World w = world_new(n);
    bench_case(&w, 0, "binomial", w.y, bytes);
    bench_case(&w, 5, "binomial", w.y, bytes);
    bench_case(&w, 7, "binomial", w.y, bytes);
    bench_case(&w, 5, "poisson", w.counts, bytes);
    bench_case(&w, 7, "poisson", w.counts, bytes);
    for (size_t j = 0; j < NUMERIC; j++)
        free(w.num[j]);
    for (size_t f = 0; f < FACTORS; f++) {
        free(w.code[f]);
        free(w.col_of[f]);
    }
    free(w.y);
    free(w.counts);
    return 0;
}
