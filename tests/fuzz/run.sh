#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# run.sh FOLDER SECONDS - libFuzzer on each entry in FOLDER. New inputs stay in build/fuzz/found/<entry>; a crash ends
# in tests/fuzz/corpus/<entry>/, where the checks replay it from then on.
set -u
cd "$(dirname "$0")/../.." || exit 1
status=0
for entry in "$1"/fuzz_*; do
    case $entry in *.d) continue ;; esac
    name=$(basename "$entry" | sed 's/^fuzz_//')
    corpus=tests/fuzz/corpus/$name
    found=build/fuzz/found/$name
    mkdir -p "$corpus" "$found"
    if "$entry" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="$corpus/" "$found" "$corpus" >"build/fuzz/$name.log" 2>&1; then
        echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") runs, nothing found"
    else
        echo "$name: found something, see build/fuzz/$name.log"
        tail -n 30 "build/fuzz/$name.log"
        status=1
    fi
done
exit $status
