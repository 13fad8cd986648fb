/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_matrix.c - blocked matrices against the same matrix written out row by row. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/gram.h"
#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"

#include <cmocka.h>

#define N 3001
#define STORE 4000

/* A world with every kind of block: ones, real, int, bool, shifted; factors small and large, with
 * reference levels, lumped levels, contrasts and multipliers. */
typedef struct World {
    double real[STORE], real2[STORE], big[STORE], w[N], r[N], b[64];
    int64_t whole[STORE];
    uint8_t flag[STORE];
    int32_t f3[STORE], f20[STORE], f4[STORE];
    uint32_t rows[N];
    Block blocks[12];
    Matrix x;
} World;

static const int32_t col3[] = {-1, 0, 1},
                     col20[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, -1, 10, 11, 12, 13, 14, 15, 16};
static const int32_t col4[] = {0, 1, 2, 3};
static const double sum4[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, -1, -1, -1};

static void add_block(World *v, Block b)
{
    b.first = v->x.p;
    v->x.p += b.ncols;
    v->x.blocks[v->x.nblocks++] = b;
}

static World *world_new(bool selected)
{
    World *v = xcalloc(1, sizeof *v);
    Rng g = rng_stream(7, "matrix");
    for (size_t i = 0; i < STORE; i++) {
        v->real[i] = rng_normal(&g);
        v->real2[i] = rng_unit(&g);
        v->big[i] = 1e9 + rng_unit(&g);
        v->whole[i] = (int64_t)rng_below(&g, 50) - 20;
        v->flag[i] = rng_below(&g, 3) == 0;
        v->f3[i] = (int32_t)rng_below(&g, 3);
        v->f20[i] = (int32_t)rng_below(&g, 20);
        v->f4[i] = (int32_t)rng_below(&g, 4);
    }
    for (size_t i = 0; i < N; i++) {
        v->w[i] = i % 17 ? rng_unit(&g) : 0.0;
        v->r[i] = rng_normal(&g);
        v->rows[i] = (uint32_t)rng_below(&g, STORE);
    }
    for (size_t j = 0; j < 64; j++)
        v->b[j] = rng_normal(&g);
    v->x = (Matrix){.n = N, .blocks = v->blocks, .rows = selected ? v->rows : NULL};
    add_block(v, (Block){.kind = BLOCK_ONES, .ncols = 1, .mul = 1});
    add_block(v, (Block){.kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_REAL, v->real}, .mul = 1});
    add_block(
        v, (Block){.kind = BLOCK_CODED, .ncols = 2, .code = v->f3, .nlevels = 3, .col_of = col3});
    add_block(v, (Block){.kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_INT, v->whole}, .mul = 1});
    add_block(
        v,
        (Block){.kind = BLOCK_CODED, .ncols = 17, .code = v->f20, .nlevels = 20, .col_of = col20});
    add_block(
        v, (Block){.kind = BLOCK_CODED, .ncols = 3, .code = v->f4, .nlevels = 4, .contrast = sum4});
    add_block(v, (Block){.kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_BOOL, v->flag}, .mul = 1});
    add_block(v, (Block){.kind = BLOCK_CODED,
                         .ncols = 4,
                         .code = v->f4,
                         .nlevels = 4,
                         .col_of = col4,
                         .times = {VEC_REAL, v->real2},
                         .has_times = true});
    add_block(v, (Block){.kind = BLOCK_CODED,
                         .ncols = 4,
                         .code = v->f4,
                         .nlevels = 4,
                         .col_of = col4,
                         .times = {VEC_INT, v->whole},
                         .has_times = true});
    add_block(
        v,
        (Block){
            .kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_REAL, v->real2}, .add = -0.5, .mul = 4});
    return v;
}

/* The plain way: rows written out, sums in long double. */
static void plain(const World *v, const double *centre, double *grad, double *info)
{
    size_t p = v->x.p;
    long double *g = calloc(p, sizeof *g), *m = calloc(p * p, sizeof *m);
    double *row = calloc(p, sizeof *row);
    for (size_t i = 0; i < N; i++) {
        matrix_row(&v->x, i, row);
        for (size_t j = 0; j < p; j++)
            row[j] -= centre ? centre[j] : 0.0;
        for (size_t j = 0; j < p; j++) {
            g[j] += (long double)v->r[i] * row[j];
            for (size_t k = 0; k < p; k++)
                m[j * p + k] += (long double)v->w[i] * row[j] * row[k];
        }
    }
    for (size_t j = 0; j < p; j++)
        grad[j] = (double)g[j];
    for (size_t j = 0; j < p * p; j++)
        info[j] = (double)m[j];
    free(g);
    free(m);
    free(row);
}

static void near(double a, double b, double scale)
{
    if (fabs(a - b) > 1e-12 * (scale + fabs(b)))
        fail_msg("%.17g is not %.17g", a, b);
}

static void check_cross(bool selected, bool centred)
{
    World *v = world_new(selected);
    size_t p = v->x.p;
    Error err = ERROR_INIT;
    double *centre = calloc(p, sizeof *centre), *g0 = calloc(p, sizeof *g0),
           *g1 = calloc(p, sizeof *g1);
    double *m0 = calloc(p * p, sizeof *m0), *m1 = calloc(p * p, sizeof *m1);
    if (centred)
        centre[1] = 0.3, centre[4] = 4.5;
    plain(v, centre, g0, m0);
    assert_true(gram_cross(&v->x, centre, v->w, v->r, g1, m1, &err));
    for (size_t j = 0; j < p; j++)
        near(g1[j], g0[j], 100);
    for (size_t j = 0; j < p * p; j++)
        near(m1[j], m0[j], 1000);
    free(centre);
    free(g0);
    free(g1);
    free(m0);
    free(m1);
    free(v);
}

static void cross_is_the_plain_sum(void **state)
{
    (void)state;
    check_cross(false, false);
    check_cross(true, false);
    check_cross(false, true);
    check_cross(true, true);
}

static void times_and_cross_vec(void **state)
{
    (void)state;
    World *v = world_new(true);
    size_t p = v->x.p;
    Error err = ERROR_INIT;
    double *eta = calloc(N, sizeof *eta), *row = calloc(p, sizeof *row),
           *g0 = calloc(p, sizeof *g0), *m0 = calloc(p * p, sizeof *m0),
           *g1 = calloc(p, sizeof *g1);
    assert_true(matrix_times(&v->x, v->b, v->w, eta, &err));
    for (size_t i = 0; i < N; i += 97) {
        matrix_row(&v->x, i, row);
        double e = v->w[i];
        for (size_t j = 0; j < p; j++)
            e += row[j] * v->b[j];
        near(eta[i], e, 10);
    }
    plain(v, NULL, g0, m0);
    assert_true(matrix_cross_vec(&v->x, v->r, g1, &err));
    for (size_t j = 0; j < p; j++)
        near(g1[j], g0[j], 100);
    free(eta);
    free(row);
    free(g0);
    free(m0);
    free(g1);
    free(v);
}

/* The same bits with one thread and with three. */
static void threads_do_not_matter(void **state)
{
    (void)state;
    size_t n = 100000, p = 3;
    double *x = calloc(n, sizeof *x), m[2][9], was = 0;
    int32_t *code = calloc(n, sizeof *code);
    Rng g = rng_stream(1, "bits");
    for (size_t i = 0; i < n; i++) {
        x[i] = rng_normal(&g);
        code[i] = (int32_t)rng_below(&g, 2);
    }
    Block blocks[] = {
        {.kind = BLOCK_ONES, .ncols = 1, .mul = 1},
        {.kind = BLOCK_DENSE, .first = 1, .ncols = 1, .data = {VEC_REAL, x}, .mul = 1},
        {.kind = BLOCK_CODED, .first = 2, .ncols = 1, .code = code, .nlevels = 3, .col_of = col3}};
    Matrix mat = {.n = n, .p = p, .nblocks = 3, .blocks = blocks};
    Error err = ERROR_INIT;
    for (size_t t = 0; t < 2; t++) {
        par_set_threads(t ? 3 : 1);
        assert_true(matrix_cross(&mat, x, m[t], &err));
        double mean[3];
        assert_true(matrix_moments(&mat, NULL, mean, NULL, NULL, NULL, &err));
        assert_true(t == 0 || was == mean[1]);
        was = mean[1];
    }
    assert_memory_equal(m[0], m[1], sizeof m[0]);
    par_set_threads(0);
    free(x);
    free(code);
}

static void moments(void **state)
{
    (void)state;
    World *v = world_new(true);
    add_block(v, (Block){.kind = BLOCK_DENSE, .ncols = 1, .data = {VEC_REAL, v->big}, .mul = 1});
    size_t p = v->x.p;
    double mean[64], sd[64], min[64], max[64], row[64], lo[64], hi[64];
    long double s[64] = {0}, q[64] = {0}, total = 0;
    Error err = ERROR_INIT;
    assert_true(matrix_moments(&v->x, v->w, mean, sd, min, max, &err));
    for (size_t j = 0; j < p; j++)
        lo[j] = INFINITY, hi[j] = -INFINITY;
    for (size_t pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < N; i++) {
            matrix_row(&v->x, i, row);
            total += pass ? 0.0 : v->w[i];
            for (size_t j = 0; j < p; j++) {
                long double d = row[j] - s[j] / total;
                if (pass)
                    q[j] += v->w[i] * d * d;
                else
                    s[j] += (long double)v->w[i] * row[j];
                lo[j] = fmin(lo[j], row[j]);
                hi[j] = fmax(hi[j], row[j]);
            }
        }
    }
    for (size_t j = 0; j < p; j++) {
        near(mean[j], (double)(s[j] / total), 1e-3);
        near(sd[j], sqrt((double)(q[j] / total)), j == p - 1 ? 1e3 : 1);
        assert_true(min[j] == lo[j] && max[j] == hi[j]);
    }
    free(v);
}

static void one_row_and_none(void **state)
{
    (void)state;
    World *v = world_new(false);
    Error err = ERROR_INIT;
    double m[64 * 64], g[64];
    v->x.n = 1;
    assert_true(gram_cross(&v->x, NULL, NULL, v->r, g, m, &err));
    double row[64];
    matrix_row(&v->x, 0, row);
    for (size_t i = 0; i < v->x.p; i++)
        for (size_t j = 0; j < v->x.p; j++)
            near(m[i * v->x.p + j], row[i] * row[j], 1);
    v->x.n = 0;
    assert_true(gram_cross(&v->x, NULL, NULL, v->r, g, m, &err));
    assert_true(m[0] == 0.0 && g[0] == 0.0);
    free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_is_the_plain_sum), cmocka_unit_test(times_and_cross_vec),
        cmocka_unit_test(threads_do_not_matter),  cmocka_unit_test(moments),
        cmocka_unit_test(one_row_and_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
