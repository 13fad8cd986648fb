/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_map.c - texts and integers numbered in order of arrival. */
#include "unit/check.h"

#include "base/map.h"

static void texts(void **state)
{
    (void)state;
    StrMap *m = strmap_new(0);
    bool added;
    assert_int_equal(strmap_find(m, STR("x")), UINT32_MAX);
    assert_int_equal(strmap_add(m, STR("java"), &added), 0);
    assert_true(added);
    assert_int_equal(strmap_add(m, STR(""), &added), 1);
    assert_int_equal(strmap_add(m, STR("java"), &added), 0);
    assert_false(added);
    assert_int_equal(strmap_add(m, (Str){"a\0b", 3}, NULL), 2);
    assert_int_equal(strmap_find(m, STR("a")), UINT32_MAX);
    assert_int_equal(strmap_find(m, STR_NULL), 1);
    assert_int_equal(strmap_at(m, 2).n, 3);
    assert_true(str_eqz(strmap_at(m, 0), "java"));
    assert_int_equal(strmap_count(m), 3);
    strmap_free(m);
    strmap_free(NULL);
}

static void many_texts(void **state)
{
    (void)state;
    StrMap *m = strmap_new(10);
    char name[32];
    for (uint32_t i = 0; i < 50000; i++) {
        snprintf(name, sizeof name, "level %u", i);
        assert_int_equal(strmap_add(m, str_of(name), NULL), i);
    }
    for (uint32_t i = 0; i < 50000; i += 7) {
        snprintf(name, sizeof name, "level %u", i);
        assert_int_equal(strmap_find(m, str_of(name)), i);
        assert_true(str_eqz(strmap_at(m, i), name));
    }
    strmap_free(m);
}

static void integers(void **state)
{
    (void)state;
    IntMap *m = intmap_new(0);
    bool added;
    static const uint64_t keys[] = {0, UINT64_MAX, 1, (uint64_t)1 << 63, 42};
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        assert_int_equal(intmap_find(m, keys[i]), UINT32_MAX);
        assert_int_equal(intmap_add(m, keys[i], &added), i);
        assert_true(added);
    }
    for (uint32_t i = 0; i < COUNT(keys); i++) {
        assert_int_equal(intmap_add(m, keys[i], &added), i);
        assert_false(added);
        assert_true(intmap_at(m, i) == keys[i]);
    }
    for (uint64_t k = 100; k < 50100; k++)
        intmap_add(m, k << 20, NULL);
    assert_int_equal(intmap_count(m), COUNT(keys) + 50000);
    assert_int_equal(intmap_find(m, (uint64_t)100 << 20), COUNT(keys));
    assert_int_equal(intmap_find(m, (uint64_t)50099 << 20), COUNT(keys) + 49999);
    intmap_free(m);
    intmap_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(many_texts),
        cmocka_unit_test(integers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
