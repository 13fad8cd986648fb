#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh BUILD [SUITE...] - runs the suites of tests/suites (or those named) against BUILD/glint and adds them up.
#
# A suite is one executable. It runs in the repository root with an empty HOME, a plain environment, and
#   GLINT   the program          BUILD  its build folder          SCRATCH  an empty folder of its own
# and prints for each test one line "ok NAME", "not ok NAME" or "skip NAME - reason"; lines with "# " say more about
# the test before them. A suite that ends with another status than 0 without a "not ok" counts as one failed test, and
# so does one that prints no result. The last line is "N passed, N failed, N skipped"; the status is 1 if any failed.
set -u
cd "$(dirname "$0")/.." || exit 1
build=$1
shift
wanted=$*

work=$(mktemp -d "${TMPDIR:-/tmp}/glint-check-XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

export PATH="$PATH:/usr/sbin:/sbin" GLINT="$PWD/$build/glint" BUILD="$PWD/$build"
export HOME="$work/home" TMPDIR="$work/tmp" LC_ALL=C.UTF-8 TZ=Asia/Kathmandu TERM=dumb SHELL=/bin/sh
unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR
unset NO_COLOR COLUMNS LINES PAGER LESS EDITOR GLINT_FAULT MAKEFLAGS MAKELEVEL LANG LANGUAGE
mkdir -p "$HOME" "$TMPDIR"
limit=
command -v timeout >/dev/null 2>&1 && limit="timeout -k 10 ${SUITE_SECONDS:-900}"

passed=0 failed=0 skipped=0
one_suite() {
    name=$1
    shift
    export SCRATCH="$work/$name"
    mkdir -p "$SCRATCH"
    # shellcheck disable=SC2086 # limit is words
    $limit "$@" >"$work/out" 2>&1 </dev/null
    status=$?
    p=$(grep -c '^ok ' "$work/out")
    f=$(grep -c '^not ok ' "$work/out")
    s=$(grep -c '^skip ' "$work/out")
    printf '%-10s %5d passed' "$name" "$p"
    [ "$f" = 0 ] || printf ', %d failed' "$f"
    [ "$s" = 0 ] || printf ', %d skipped' "$s"
    printf '\n'
    sed -n 's/^skip /  skipped: /p' "$work/out"
    if [ "$f" != 0 ]; then
        awk '/^not ok /{show=1} /^(ok|skip) /{show=0} show{print "  " $0}' "$work/out"
    elif [ "$status" != 0 ] || [ $((p + s)) = 0 ]; then
        f=1
        echo "  not ok $name: the suite ended with status $status after $p results:"
        tail -n 40 "$work/out" | sed 's/^/  # /'
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

while read -r name command; do
    case $name in '' | '#'*) continue ;; esac
    case " $wanted " in "  " | *" $name "*) ;; *) continue ;; esac
    # shellcheck disable=SC2086 # a command and its arguments
    one_suite "$name" $command
done <tests/suites

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
