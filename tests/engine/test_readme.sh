#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_readme.sh - the engine session of README.md on the engine at GLINT_ES_URL. Only on the server it was written with; what
# differs between two runs (durations, rates, how many requests a slow start takes, the port) is not compared. BLESS=1 writes what came out back.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
[ "${GLINT_ENGINE:-2.19}" = 2.19 ] || { echo "skip readme engine - written with OpenSearch 2.19"; exit 0; }
work=$SCRATCH/readme-engine
mkdir -p "$work"
ln -sfn "$root/datasets" "$work/datasets"
shown=http://localhost:9200

sed -n '/^```engine$/,/^```$/p' "$root/README.md" | sed '1d;$d' >"$work/expected"
sed -n 's/^glint> //p' "$work/expected" | sed "s|$shown|$GLINT_ES_URL|" >"$work/commands"
curl -s -X DELETE "$GLINT_ES_URL/blog-users,blog-posts,blog-products,blog-interactions,blog-post-vectors,blog-scores-20240520,blog-ft?ignore_unavailable=true" >/dev/null
(cd "$work" && timeout 300 "$GLINT" --no-rc -e --keep-going -f - <commands 2>&1) | sed "s|$GLINT_ES_URL|$shown|g" >"$work/got"

forget() {
    sed -E -e 's/[0-9.]+ s([^a-zA-Z]|$)/T s\1/g' -e 's/[0-9,]+ documents a second/N documents a second/' \
        -e 's/in [0-9,]+ requests?/in N requests/' "$1"
}
forget "$work/expected" >"$work/a"
forget "$work/got" >"$work/b"
if cmp -s "$work/a" "$work/b"; then
    echo "ok readme engine session"
elif [ -n "${BLESS:-}" ]; then
    awk -v new="$work/got" '
        $0 == "```engine" { print; while ((getline line < new) > 0) print line; skip = 1; next }
        $0 == "```" { skip = 0 }
        !skip { print }' "$root/README.md" >"$work/README" && cp "$work/README" "$root/README.md"
    echo "ok readme engine session"
else
    echo "not ok readme engine session"
    diff -u "$work/a" "$work/b" | sed 's/^/# /' | head -40
fi
