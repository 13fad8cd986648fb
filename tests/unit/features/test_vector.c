/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_vector.c - distances by hand, neighbours against sorting everything, dense vectors against
 * distances. */
#include "tables.h"

#include <math.h>
#include <stdio.h>

#include "base/rng.h"
#include "features/vector.h"

static void by_hand(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    /* ages have mean 30, sd 10 (of n); the constant does not count */
    Frame *f = table("age:int,lang:code,one:int\n20,java,1\n40,java,1\n20,sql,1\n40,,1\n");
    VectorSpace *v = vectors_new(f, NULL, 0, &err);
    Neighbour out[4];
    assert_non_null(v);
    assert_int_equal(vectors_nearest(v, f, 0, 4, 0, out, &err), 3);
    assert_int_equal(out[0].row, 2); /* another language: 1 */
    assert_true(fabs(out[0].distance - 1) < 1e-12);
    assert_int_equal(out[1].row, 1); /* two standard deviations of age */
    assert_true(fabs(out[1].distance - 2) < 1e-12);
    assert_true(fabs(out[2].distance - sqrt(4.5)) < 1e-12);
    assert_int_equal(vectors_dims(v), 3);
    vectors_free(v);
    frame_unref(f);
}

static void query_from_elsewhere(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = table("age:int,lang:code\n20,java\n40,sql\n60,java\n");
    Frame *q = table("lang:text,age:real\nsql,59\ncobol,\n");
    VectorSpace *v = vectors_new(f, (const char *const[]){"age", "lang"}, 2, &err);
    Neighbour out[2];
    assert_non_null(v);
    assert_int_equal(vectors_nearest(v, q, 0, 2, UINT32_MAX, out, &err), 2);
    assert_int_equal(out[0].row, 2);
    /* an unknown level is one away from all, a missing number typical: the row of the mean age is
     * nearest */
    assert_int_equal(vectors_nearest(v, q, 1, 1, UINT32_MAX, out, &err), 1);
    assert_int_equal(out[0].row, 1);
    assert_true(fabs(out[0].distance - 1) < 1e-12);
    vectors_free(v);
    frame_unref(f);
    frame_unref(q);
}

static void refusals(void **state)
{
    (void)state;
    Frame *f = table("title:text,when:time,one:int\na,2024-01-01,1\nb,2024-01-02,1\n");
    Error err = ERROR_INIT;
    assert_null(vectors_new(f, NULL, 0, &err));
    assert_non_null(strstr(err.msg, "no column of numbers or codes varies"));
    error_clear(&err);
    assert_null(vectors_new(f, (const char *const[]){"title"}, 1, &err));
    assert_int_equal(err.code, ERR_TYPE);
    error_clear(&err);
    assert_null(vectors_new(f, (const char *const[]){"titel"}, 1, &err));
    assert_int_equal(err.code, ERR_NAME);
    frame_unref(f);
}

/* ---- against brute force ---- */

#define N 300
#define LEVELS 90 /* more than VECTOR_LEVELS */

static Frame *random_table(uint64_t seed, int levels)
{
    Rng r = rng_stream(seed, "vectors");
    Buf b = BUF_INIT;
    buf_puts(&b, "x:real,k:int,b:bool,c:code\n");
    for (size_t i = 0; i < N; i++) {
        if (rng_below(&r, 10))
            buf_printf(&b, "%.3f", rng_normal(&r));
        buf_printf(&b, ",%d,%d,", (int)rng_below(&r, 5), (int)rng_below(&r, 2));
        if (rng_below(&r, 20))
            buf_printf(&b, "l%d", (int)rng_below(&r, (uint64_t)levels));
        buf_putc(&b, '\n');
    }
    Frame *f = table(b.p);
    buf_free(&b);
    return f;
}

/* Nulls of code columns have no place in a dense vector, so those rows are left out of this
 * comparison. */
static void dense_vectors_agree(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = random_table(1, 6);
    VectorSpace *v = vectors_new(f, NULL, 0, &err);
    Neighbour all[N];
    size_t d = vectors_dims(v), n = vectors_nearest(v, f, 7, N, UINT32_MAX, all, &err);
    float *a = calloc(d, sizeof *a), *b = calloc(d, sizeof *b);
    assert_int_equal(n, N);
    assert_int_equal(all[0].row, 7);
    const Column *c = frame_column(f, STR("c"));
    vectors_row(v, 7, a);
    for (size_t k = 0; k < n; k++) {
        double d2 = 0;
        if (k)
            assert_true(all[k - 1].distance < all[k].distance ||
                        (all[k - 1].distance == all[k].distance && all[k - 1].row < all[k].row));
        if (column_is_null(c, all[k].row) || column_is_null(c, 7))
            continue;
        vectors_row(v, all[k].row, b);
        for (size_t j = 0; j < d; j++)
            d2 += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
        assert_true(fabs(sqrt(d2) - all[k].distance) < 1e-5);
    }
    free(a);
    free(b);
    vectors_free(v);
    frame_unref(f);
}

static void few_of_many(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed < 8; seed++) {
        Error err = ERROR_INIT;
        Frame *f = random_table(seed, LEVELS);
        VectorSpace *v = vectors_new(f, NULL, 0, &err);
        Neighbour all[N], few[10];
        uint32_t skip = seed % 2 ? 3 : UINT32_MAX;
        assert_int_equal(vectors_nearest(v, f, 3, N, skip, all, &err), seed % 2 ? N - 1 : N);
        assert_int_equal(vectors_nearest(v, f, 3, 10, skip, few, &err), 10);
        for (size_t k = 0; k < 10; k++)
            assert_int_equal(few[k].row, all[k].row);
        vectors_free(v);
        frame_unref(f);
    }
}

static void dimensions_have_names(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    Frame *f = random_table(2, LEVELS);
    VectorSpace *v = vectors_new(f, NULL, 0, &err);
    Buf b = BUF_INIT;
    assert_int_equal(vectors_dims(v), 3 + VECTOR_LEVELS);
    vectors_dim_name(v, 0, &b);
    assert_string_equal(b.p, "x");
    buf_clear(&b);
    vectors_dim_name(v, 3, &b);
    assert_true(str_starts(buf_slice(&b), STR("c=l")));
    buf_clear(&b);
    vectors_dim_name(v, 3 + VECTOR_LEVELS - 1, &b);
    assert_string_equal(b.p, "c=(other)");
    buf_free(&b);
    vectors_free(v);
    frame_unref(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),     cmocka_unit_test(query_from_elsewhere),
        cmocka_unit_test(refusals),    cmocka_unit_test(dense_vectors_agree),
        cmocka_unit_test(few_of_many), cmocka_unit_test(dimensions_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
