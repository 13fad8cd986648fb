#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# unit.sh - the cmocka programs in BUILD/unit, their TAP turned into lines for run.sh.
#
# ROOM=glm keeps to one room; UNIT_WRAP=valgrind... runs each program under something. A program that dies without
# finishing, or whose wrapper complains, is a failed test of its own.
set -u
for t in "$BUILD"/unit/${ROOM:-*}/test_*; do
    case $t in *.d | *.log | *.gc*) continue ;; esac
    [ -x "$t" ] || continue
    name=${t#"$BUILD/unit/"}
    name=$(echo "$name" | sed 's,/test_,/,')
    # shellcheck disable=SC2086 # the wrapper is words
    CMOCKA_MESSAGE_OUTPUT=TAP ${UNIT_WRAP:-} "$t" >"$SCRATCH/tap" 2>&1
    status=$?
    sed -n -e 's/^not ok [0-9]* # SKIP \(.*\)/skip '"$(echo "$name" | sed 's,/,\\/,g')"': \1 - not in this build, or something it needs is not here/p;t' \
        -e 's/^\(not \)\{0,1\}ok [0-9]* - \(.*\)/\1ok '"$(echo "$name" | sed 's,/,\\/,g')"': \2/p;t' \
        -e '/^# *\(not \)\{0,1\}ok - /d' -e '/^1\.\./d' -e 's/^# *//' -e 's/^/# /p' "$SCRATCH/tap"
    wanted=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$SCRATCH/tap")
    got=$(grep -c -E '^(not )?ok ' "$SCRATCH/tap")
    bad=$(grep -c '^not ok [0-9]* -' "$SCRATCH/tap")
    [ "${wanted:-x}" = "$got" ] || echo "not ok $name: it stopped after $got of ${wanted:-?} tests, status $status"
    [ "$status" = 0 ] || [ "$bad" != 0 ] || echo "not ok $name: status $status although its tests passed"
done
