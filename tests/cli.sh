#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# cli.sh - the program as a script sees it: options, exit statuses, what goes to stdout and to stderr, broken files.
#
#   try NAME STATUS ARGS...   runs glint with ARGS in a scratch folder, stdin from $in (a file), and wants STATUS
#   says PATTERN              the last run's stdout has a line like that        says_not PATTERN
#   complains PATTERN         its stderr has                                    silent      its stderr is empty
# Each try is one test; what follows it belongs to it.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$SCRATCH" || exit 1
ln -sfn "$root/datasets" datasets
in=/dev/null
name= bad=

settle() {
    [ -n "$name" ] || return 0
    if [ -z "$bad" ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        printf '%s' "$bad"
        sed -n '1,15s/^/#   stdout: /p' out
        sed -n '1,15s/^/#   stderr: /p' err
    fi
    name= bad=
}

wrong() {
    bad="$bad# $*
"
}

try() {
    settle
    name=$1
    wanted=$2
    shift 2
    "$GLINT" --no-rc "$@" <"$in" >out 2>err
    status=$?
    [ "$status" = "$wanted" ] || wrong "status $status, not $wanted"
    if LC_ALL=C grep -q "$(printf '\033')" out err; then
        wrong "an escape byte in a pipe"
    fi
    in=/dev/null
}

says() {
    grep -qE -- "$1" out || wrong "stdout does not say: $1"
}

says_not() {
    grep -qE -- "$1" out && wrong "stdout says: $1"
}

complains() {
    grep -qE -- "$1" err || wrong "stderr does not say: $1"
}

silent() {
    [ ! -s err ] || wrong "stderr is not empty"
}

for part in "$root"/tests/cli/*.sh; do
    # shellcheck disable=SC1090
    . "$part"
done
settle
