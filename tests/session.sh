#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# session.sh [FILE...] - plays transcripts (tests/sessions/*.session) and compares every line.
#
# A transcript is what a terminal would show: "glint> " and a command, "   ...> " and its continuation, and under it
# what came out, errors in their place. Lines before the first prompt are an essay. Among them
#   # options: --seed 3        are options of the program for this transcript
#   # needs: ../shared/data    is a path without which it is skipped
# The commands of one file go to one process, `glint -e --keep-going -f -`, in a scratch folder in which `datasets` and
# `tests` are links to ours, so that a transcript may write files. Numbers compare exactly; only how long something took
# ("in 0.31 s") is not compared. BLESS=1 writes what came out into the file instead; the diff is what gets reviewed.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
[ $# -gt 0 ] || set -- "$root"/tests/sessions/*.session

# Durations are the only thing that may differ between two runs.
forget_durations() {
    sed -E 's/(^|[^0-9.])[0-9]+(\.[0-9]+)? (s|ms|min)([^a-zA-Z]|$)/\1T s\4/g' "$1"
}

for file in "$@"; do
    [ -f "$file" ] || continue
    name=$(basename "$file" .session)
    here="$SCRATCH/$name"
    mkdir -p "$here/work"
    ln -sfn "$root/datasets" "$here/work/datasets"
    ln -sfn "$root/tests" "$here/work/tests"
    needs=$(sed -n '/^glint> /q;s/^# needs: *//p' "$file")
    if [ -n "$needs" ] && [ ! -e "$root/$needs" ]; then
        echo "skip $name - $needs is not here"
        continue
    fi
    [ -n "$needs" ] && ln -sfn "$root/${needs%%/data*}" "$here/shared"
    options=$(sed -n '/^glint> /q;s/^# options: *//p' "$file")
    sed '/^glint> /,$d' "$file" >"$here/essay"
    sed -n '/^glint> /,$p' "$file" >"$here/expected"
    sed -n -e 's/^glint> //p' -e 's/^   \.\.\.> //p' "$file" >"$here/commands"
    # shellcheck disable=SC2086 # options are words
    (cd "$here/work" && "$GLINT" --no-rc -e --keep-going $options -f - <"$here/commands" >"$here/got" 2>&1)
    status=$?
    if [ "$status" -ge 126 ] && [ "$status" != 130 ]; then
        echo "not ok $name"
        echo "# the program died with status $status"
        tail -n 15 "$here/got" | sed 's/^/# /'
        continue
    fi
    forget_durations "$here/expected" >"$here/expected.cmp"
    forget_durations "$here/got" >"$here/got.cmp"
    if cmp -s "$here/expected.cmp" "$here/got.cmp"; then
        echo "ok $name"
    elif [ -n "${BLESS:-}" ]; then
        cat "$here/essay" "$here/got" >"$file"
        echo "ok $name"
        echo "# blessed" >&2
    else
        echo "not ok $name"
        diff -u --label expected --label got "$here/expected.cmp" "$here/got.cmp" | head -n 60 | sed 's/^/# /'
    fi
done
