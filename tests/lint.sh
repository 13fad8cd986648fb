#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# lint.sh FLAGS... - what other readers say about the sources: gcc -fanalyzer, clang, mandoc, shellcheck. Objects are
# not kept. The status is 1 if anybody complained.
set -u
cd "$(dirname "$0")/.." || exit 1
bad=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

say() { # WHAT: prints what stands in $out
    if [ -s "$out" ]; then
        cat "$out"
        bad=1
        echo "lint: $1: $(grep -c -E 'warning|error' "$out") complaints"
    else
        echo "lint: $1: nothing to say"
    fi
}

jobs=$(nproc 2>/dev/null || echo 2)
sources=$(find src -name '*.c' | sort)

# Leak paths end in xmalloc's exit and in fail(); gcc 12 also mistakes goto-cleanup of NULLs for leaks of file handles,
# arrays that a loop has filled for uninitialized ones, and the lanes of a vector for its bits.
echo "$sources" | xargs -P "$jobs" -n 1 gcc "$@" -O1 -fanalyzer -Wno-analyzer-malloc-leak -Wno-analyzer-too-complex \
    -Wno-analyzer-use-of-uninitialized-value -Wno-analyzer-shift-count-overflow \
    -c -o /dev/null >"$out" 2>&1
say "gcc -fanalyzer"
echo "$sources" | xargs -P "$jobs" -n 1 clang "$@" -Wimplicit-fallthrough -Wunreachable-code \
    -Wmissing-variable-declarations -Wunused-macros -fsyntax-only >"$out" 2>&1
say clang
if [ -x "$BUILD/release/glint" ]; then
    "$BUILD/release/glint" --man | mandoc -T lint -W warning >"$out" 2>&1
    say "mandoc of the man page"
fi
if command -v shellcheck >/dev/null 2>&1; then
    find tests .ci -type f \( -name '*.sh' -o -name run \) -print0 | xargs -0 shellcheck -S warning >"$out" 2>&1
    say shellcheck
fi
find src include tests -name '*.[ch]' -print0 |
    xargs -0 awk 'length > 120 { n[FILENAME]++ } END { for (f in n) print f ": warning: " n[f] " lines over 120 columns" }' |
    sort >"$out"
say "long lines"
wc -l $sources | awk '$2 != "total" && $1 > 600 { print $2 ": warning: " $1 " lines: more than one chapter" }' >"$out"
say "long files"
exit $bad
