#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# replay.sh - every fuzz entry over its corpus, tests/fuzz/corpus/<entry>/; one test an entry.
set -u
cd "$(dirname "$0")/../.." || exit 1
for entry in "$BUILD"/fuzz/fuzz_*; do
    [ -x "$entry" ] && [ -f "$entry" ] || continue
    case $entry in *.d | *.gc*) continue ;; esac
    name=$(basename "$entry" | sed 's/^fuzz_//')
    find "tests/fuzz/corpus/$name" -type f | sort >"$SCRATCH/files"
    if xargs "$entry" <"$SCRATCH/files" >"$SCRATCH/out" 2>&1; then
        echo "ok $name: $(wc -l <"$SCRATCH/files") files"
    else
        echo "not ok $name"
        echo "# the file after this one:"
        tail -n 30 "$SCRATCH/out" | sed 's/^/# /'
    fi
done
