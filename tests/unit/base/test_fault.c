/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_fault.c - the environment says which event fails; release builds never fail one. */
#include "unit/check.h"

#include <stdlib.h>

#include "base/fault.h"

#ifdef GLINT_DEBUG
static const bool debug = true;
#else
static const bool debug = false;
#endif

static void environment(void **state)
{
    (void)state;
    assert_false(fault_hit(FAULT_ALLOC));
    assert_false(fault_hit(FAULT_ALLOC));
    assert_true(fault_hit(FAULT_ALLOC) == debug);
    assert_false(fault_hit(FAULT_ALLOC));
    assert_true(fault_hit(FAULT_WRITE) == debug);
    assert_false(fault_hit(FAULT_READ));
    fault_set(FAULT_READ, 1);
    assert_true(fault_hit(FAULT_READ) == debug);
    assert_false(fault_hit(FAULT_READ));
}

int main(void)
{
    setenv("GLINT_FAULT", "alloc:3,write:1,unknown:1", 1);
    const struct CMUnitTest tests[] = {cmocka_unit_test(environment)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
