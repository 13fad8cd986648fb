/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sort.c - keys and doubles in order, on one thread and on several. */
#include "unit/check.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/par.h"
#include "base/rng.h"
#include "base/sort.h"

static const double kinds[] = {0, 1, 3, 1e-3}; /* noise, whole numbers, few values, one value */

static double draw(Rng *r, double kind)
{
    if (kind == 0)
        return rng_normal(r) * 1e3;
    if (kind == 1)
        return (double)rng_below(r, 1000000);
    return kind == 3 ? (double)rng_below(r, 3) : -0.5;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void same_as_qsort(void **state)
{
    static const size_t sizes[] = {0, 1, 2, 47, 48, 1000, 70000, 300001};
    (void)state;
    for (size_t k = 0; k < COUNT(sizes) * COUNT(kinds); k++) {
        size_t n = sizes[k / COUNT(kinds)];
        Rng r = rng_stream(k, "sort");
        double *v = xcalloc(n + 1, sizeof *v), *w = xcalloc(n + 1, sizeof *w);
        uint64_t *key = xcalloc(2 * n + 1, sizeof *key);
        for (size_t i = 0; i < n; i++) {
            v[i] = w[i] = draw(&r, kinds[k % COUNT(kinds)]);
            key[i] = sort_key(v[i]);
        }
        Error err = ERROR_INIT;
        const uint64_t *sorted = sort_keys_par(key, key + n, n, &err);
        qsort(w, n, sizeof *w, by_value);
        sort_reals(v, n);
        for (size_t i = 0; i < n; i++) {
            assert_true(v[i] == w[i]);
            assert_true(sort_key_real(sorted[i]) == w[i]);
        }
        free(v);
        free(w);
        free(key);
    }
}

static void key_order(void **state)
{
    static const double rising[] = {-INFINITY, -1e300, -1, -1e-300, 0, 1e-300, 1, 1e300, INFINITY};
    (void)state;
    for (size_t i = 0; i + 1 < COUNT(rising); i++)
        assert_true(sort_key(rising[i]) < sort_key(rising[i + 1]));
    assert_true(sort_key(-0.0) == sort_key(0.0));
}

static void several_threads(void **state)
{
    size_t before = par_threads();
    par_set_threads(4);
    same_as_qsort(state);
    par_set_threads(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(key_order), cmocka_unit_test(same_as_qsort),
                                       cmocka_unit_test(several_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
