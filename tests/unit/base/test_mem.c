/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_mem.c - arenas, big blocks, faults. */
#include "unit/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/mem.h"

static void arena_gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 40000, 3000000, 5};
    Arena *a = arena_new();
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            unsigned char *p = arena_alloc(a, sizes[i]);
            assert_int_equal((uintptr_t)p % 16, 0);
            for (size_t k = 0; k < sizes[i]; k++)
                assert_int_equal(p[k], 0);
            memset(p, 0xAB, sizes[i]);
        }
        arena_reset(a);
    }
    assert_string_equal(arena_printf(a, "%s-%d", "x", 42), "x-42");
    assert_string_equal(arena_strndup(a, "hello", 4), "hell");
    assert_string_equal(arena_strndup(a, NULL, 0), "");
    int *v = arena_array(a, int, 3);
    assert_int_equal(v[2], 0);
    arena_free(a);
    arena_free(NULL);
}

static void arena_pieces_do_not_overlap(void **state)
{
    (void)state;
    Arena *a = arena_new();
    char *p[500];
    for (int i = 0; i < 500; i++)
        memset(p[i] = arena_alloc(a, (size_t)i + 1), i & 127, (size_t)i + 1);
    for (int i = 0; i < 500; i++) {
        for (int k = 0; k <= i; k++)
            assert_int_equal(p[i][k], i & 127);
    }
    arena_free(a);
}

#ifdef GLINT_DEBUG
static void reset_poisons(void **state)
{
    (void)state;
    Arena *a = arena_new();
    unsigned char *p = arena_alloc(a, 64);
    arena_reset(a);
    assert_int_equal(p[63], 0xDD);
    arena_free(a);
}

static void nth_allocation_fails(void **state)
{
    (void)state;
    fault_set(FAULT_ALLOC, 2);
    Error err = ERROR_INIT;
    void *one = big_alloc(10, 8, false, "one", &err);
    assert_non_null(one);
    assert_null(big_realloc(one, 80, 160, "two", &err));
    assert_int_equal(err.code, ERR_NOMEM);
    assert_string_equal(err.msg, "out of memory: two needs 160 bytes");
    void *three = big_realloc(one, 80, 160, "three", NULL);
    assert_non_null(three);
    free(three);
    fault_set(FAULT_ALLOC, 0);
    assert_false(fault_hit(FAULT_ALLOC));
}
#endif

static void big_blocks(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    unsigned char *p = big_alloc(100, 3, true, "numbers", &err);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (int i = 0; i < 300; i++)
        assert_int_equal(p[i], 0);
    memset(p, 7, 300);
    p = big_realloc(p, 300, 1000, "more", &err);
    assert_non_null(p);
    assert_int_equal(p[299], 7);
    p = big_realloc(p, 1000, 10, "fewer", &err);
    assert_int_equal(p[9], 7);
    free(p);
    p = big_alloc(0, 8, true, "nothing", &err);
    assert_non_null(p);
    free(p);
    p = big_realloc(NULL, 0, 8, "fresh", &err);
    assert_non_null(p);
    free(p);
    assert_false(error_is_set(&err));
}

static void sizes_that_overflow(void **state)
{
    (void)state;
    Error err = ERROR_INIT;
    assert_null(big_alloc(SIZE_MAX / 4, 8, false, "X", &err));
    assert_int_equal(err.code, ERR_NOMEM);
    error_clear(&err);
    assert_null(big_alloc(SIZE_MAX, 1, false, "X", &err));
    assert_int_equal(err.code, ERR_NOMEM);
}

static void small_things(void **state)
{
    (void)state;
    char *s = xstrdup("glint");
    assert_string_equal(s, "glint");
    s = xrealloc(s, 100);
    assert_string_equal(s, "glint");
    free(s);
    s = xstrndup("glint", 3);
    assert_string_equal(s, "gli");
    free(s);
    int *v = xcalloc(4, sizeof *v);
    assert_int_equal(v[3], 0);
    free(v);
    free(xmalloc(0));
    free(xcalloc(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(arena_pieces_do_not_overlap),
#ifdef GLINT_DEBUG
        cmocka_unit_test(reset_poisons),
        cmocka_unit_test(nth_allocation_fails),
#endif
        cmocka_unit_test(big_blocks),
        cmocka_unit_test(sizes_that_overflow),
        cmocka_unit_test(small_things),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
