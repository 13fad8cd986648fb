#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# curl_pages.sh URL INDEX SHARDS SIZE - the curl program fetches an index by scrolls, one a shard side by side, each answer
# into a file; prints the seconds.
set -eu
url=$1 index=$2 shards=$3 size=$4
filter='filter_path=_scroll_id,pit_id,timed_out,_shards,hits.total,hits.hits._source,hits.hits.sort'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ask() { curl -s -H 'Content-Type: application/json' "$@"; }

one() { # SHARD
    local out=$work/$1 id
    ask -o "$out" "$url/$index/_search?scroll=3m&$filter&preference=_shards:$1" \
        -d "{\"size\":$size,\"sort\":[\"_doc\"],\"track_total_hits\":true,\"query\":{\"match_all\":{}}}"
    while head -c 4096 "$out" | grep -q '"_source"'; do
        id=$(head -c 4096 "$out" | sed 's/^{"_scroll_id":"\([^"]*\)".*/\1/')
        ask -o "$out" "$url/_search/scroll?$filter" -d "{\"scroll\":\"3m\",\"scroll_id\":\"$id\"}"
    done
    ask -o /dev/null -X DELETE "$url/_search/scroll" -d "{\"scroll_id\":[\"$id\"]}"
}
began=$(date +%s.%N)
for ((s = 0; s < shards; s++)); do one $s & done
wait
awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN {print b - a}'
