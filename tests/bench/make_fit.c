/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * make_fit.c - writes the CSV of the fit benchmark, ROWS x 17, the same bytes for the same seed.
 *
 *     make_fit ROWS SEED > file.csv
 *
 * Eight numbers of six decimals; gender 3, device 4, lang 12, hour 24 (a whole number), country 60,
 * tag 80 and author 500 levels, drawn with weights 1/k as authors and countries are; `viewed` and
 * `visits` from a logistic and a Poisson model with effects of all of them.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/str.h"

#define NUMERIC 8
#define FACTORS 7
#define LEVELS_MAX 500

static const struct {
    const char *name, *prefix;
    size_t levels;
} factors[FACTORS] = {{"gender", "g", 3},   {"device", "d", 4}, {"lang", "l", 12},
                      {"hour", "", 24},     {"country", "c", 60}, {"tag", "t", 80},
                      {"author", "author_", 500}};

typedef struct World {
    double share[FACTORS][LEVELS_MAX]; /* running sums of 1/(k + 1) */
    double effect[FACTORS][LEVELS_MAX];
} World;

static void world_draw(World *w, Rng *r)
{
    for (size_t f = 0; f < FACTORS; f++) {
        double sum = 0.0;
        for (size_t k = 0; k < factors[f].levels; k++) {
            w->share[f][k] = sum += 1.0 / (double)(k + 1);
            w->effect[f][k] = 0.3 * rng_normal(r);
        }
    }
}

static size_t draw_level(Rng *r, const double *share, size_t levels)
{
    double u = rng_unit(r) * share[levels - 1];
    size_t low = 0, high = levels - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (share[mid] < u)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static int draw_poisson(Rng *r, double mean)
{
    double p = exp(-mean), sum = p, u = rng_unit(r);
    int k = 0;
    while (sum < u && k < 100)
        sum += p *= mean / ++k;
    return k;
}

static void put_row(const World *w, Rng *r, Buf *b)
{
    double eta = -1.0;
    for (size_t j = 0; j < NUMERIC; j++) {
        double x = rng_normal(r);
        eta += 0.1 * x;
        buf_printf(b, "%.6f,", x);
    }
    for (size_t f = 0; f < FACTORS; f++) {
        size_t k = draw_level(r, w->share[f], factors[f].levels);
        eta += w->effect[f][k];
        buf_printf(b, "%s%zu,", factors[f].prefix, k);
    }
    int viewed = rng_unit(r) < 1.0 / (1.0 + exp(-eta));
    buf_printf(b, "%d,%d\n", viewed, draw_poisson(r, exp(0.5 * eta)));
}

int main(int argc, char **argv)
{
    size_t rows = argc > 1 ? (size_t)strtoull(argv[1], NULL, 10) : 1000000;
    Rng r = rng_stream(argc > 2 ? strtoull(argv[2], NULL, 10) : 1, "bench fit");
    World *w = xcalloc(1, sizeof *w);
    Buf b = BUF_INIT;
    world_draw(w, &r);
    for (size_t j = 1; j <= NUMERIC; j++)
        buf_printf(&b, "x%zu,", j);
    for (size_t f = 0; f < FACTORS; f++)
        buf_printf(&b, "%s,", factors[f].name);
    buf_puts(&b, "viewed,visits\n");
    for (size_t i = 0; i < rows; i++) {
        put_row(w, &r, &b);
        if (b.n > 1 << 20) {
            fwrite(b.p, 1, b.n, stdout);
            buf_clear(&b);
        }
    }
    fwrite(b.p, 1, b.n, stdout);
    buf_free(&b);
    free(w);
    return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
