/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_par.c - the same bits for any number of threads; cancelling; nesting. */
#include "unit/check.h"

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "base/cancel.h"
#include "base/par.h"

typedef struct Sum {
    double total;
    size_t merges, rows;
    bool in_order;
} Sum;

static void sum_chunk(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)ctx;
    (void)chunk;
    double *s = scratch;
    *s = 0;
    for (size_t i = from; i < to; i++)
        *s += 1.0 / (double)(i + 1);
}

static void add_chunk(void *ctx, void *scratch, size_t chunk)
{
    Sum *sum = ctx;
    sum->in_order = sum->in_order && chunk == sum->merges;
    sum->merges++;
    sum->total += *(double *)scratch;
}

static double sum_with(size_t threads, size_t n, size_t chunk)
{
    par_set_threads(threads);
    double scratch[16];
    void *pointers[16];
    for (int i = 0; i < 16; i++)
        pointers[i] = &scratch[i];
    Sum sum = {.in_order = true};
    ParJob job = {.n = n,
                  .chunk = chunk,
                  .ctx = &sum,
                  .scratch = pointers,
                  .work = sum_chunk,
                  .merge = add_chunk};
    Error err = ERROR_INIT;
    assert_true(par_rows(&job, &err));
    assert_true(sum.in_order);
    assert_int_equal(sum.merges, (n + chunk - 1) / chunk);
    return sum.total;
}

static void same_bits(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 99, 100, 101, 12345};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        double one = sum_with(1, sizes[i], 100);
        for (size_t threads = 2; threads <= 9; threads++) {
            double many = sum_with(threads, sizes[i], 100);
            assert_memory_equal(&one, &many, sizeof one);
        }
    }
    for (int again = 0; again < 200; again++)
        assert_true(sum_with(1 + (size_t)again % 5, 700, 10) == sum_with(3, 700, 10));
}

static void mark(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    unsigned char *seen = ctx;
    for (size_t i = from; i < to; i++)
        seen[i]++;
}

static void every_row_once(void **state)
{
    (void)state;
    static unsigned char seen[50000];
    memset(seen, 0, sizeof seen);
    par_set_threads(4);
    assert_true(par_rows(&(ParJob){.n = sizeof seen, .chunk = 7, .ctx = seen, .work = mark}, NULL));
    for (size_t i = 0; i < sizeof seen; i++)
        assert_int_equal(seen[i], 1);
    assert_int_equal(par_threads(), 4);
    par_set_threads(0);
    assert_true(par_threads() >= 1);
}

static void nested(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)chunk;
    unsigned char *seen = ctx;
    par_rows(&(ParJob){.n = to - from, .chunk = 3, .ctx = seen + from, .work = mark}, NULL);
}

static void nested_calls_run_serially(void **state)
{
    (void)state;
    unsigned char seen[1000] = {0};
    par_set_threads(3);
    assert_true(
        par_rows(&(ParJob){.n = sizeof seen, .chunk = 50, .ctx = seen, .work = nested}, NULL));
    for (size_t i = 0; i < sizeof seen; i++)
        assert_int_equal(seen[i], 1);
}

static void cancel_at_third(void *ctx, void *scratch, size_t chunk, size_t from, size_t to)
{
    (void)scratch;
    (void)from;
    (void)to;
    atomic_fetch_add((atomic_size_t *)ctx, 1);
    if (chunk == 3)
        cancel_raise();
}

static void no_merge(void *ctx, void *scratch, size_t chunk)
{
    (void)ctx;
    (void)scratch;
    (void)chunk;
}

static void cancelling(void **state)
{
    (void)state;
    for (size_t threads = 1; threads <= 4; threads++) {
        par_set_threads(threads);
        atomic_size_t worked = 0;
        Error err = ERROR_INIT;
        ParJob job = {
            .n = 100000, .chunk = 10, .ctx = &worked, .work = cancel_at_third, .merge = no_merge};
        assert_false(par_rows(&job, &err));
        assert_int_equal(err.code, ERR_CANCEL);
        assert_string_equal(err.msg, "cancelled");
        assert_true(atomic_load(&worked) < 10000);
        cancel_clear();
        assert_false(cancel_is_raised());
        assert_false(cancelled(NULL));
    }
}

static double last_done;
static void listen(void *ctx, const char *what, double done, double total, const char *unit)
{
    assert_ptr_equal(ctx, &last_done);
    assert_string_equal(what, "rows");
    assert_string_equal(unit, "MB");
    last_done = done / total;
}

static void progress(void **state)
{
    (void)state;
    progress_tick("rows", 1, 2, "MB");
    progress_listen(listen, &last_done);
    progress_tick("rows", 1, 2, "MB");
    assert_true(last_done == 0.5);
    progress_listen(NULL, NULL);
    progress_tick("nobody", 1, 2, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bits),
        cmocka_unit_test(every_row_once),
        cmocka_unit_test(nested_calls_run_serially),
        cmocka_unit_test(cancelling),
        cmocka_unit_test(progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
