#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_faults.sh - what goes wrong on a real engine at GLINT_ES_URL, and on a cluster of three nodes of the same kind that
# loses one in mid-bulk: told, counted, never a silent loss. Every index starts with "t-fault-".
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ -n "${GLINT_ES_URL:-}" ] || { echo "skip faults - GLINT_ES_URL is not set"; exit 0; }
. "$here/ports.sh"
url=$GLINT_ES_URL
unset GLINT_ES_URL
mkdir -p "$SCRATCH/faults-$$" && cd "$SCRATCH/faults-$$" || exit 1
name='' bad=''

wrong() { bad+="# $*"$'\n'; }
settle() {
    if [ -n "$name" ]; then
        if [ -z "$bad" ]; then
            echo "ok $name"
        else
            echo "not ok $name"
            printf '%s' "$bad"
            tail -n 8 out | sed 's/^/#   stdout: /'
            grep -E 'error|help|warn' err | sed -n '1,8s/^/#   stderr: /p'
        fi
    fi
    name=${1:-} bad=''
}
complains() { grep -qE -- "$1" err || wrong "stderr does not say: $1"; }
says() { grep -qE -- "$1" out || wrong "stdout does not say: $1"; }
check() { "$@" || wrong "failed: $*"; }
try() { # NAME STATUS: commands on stdin
    settle "$1"
    cat >case.glint
    timeout -k 5 240 "$GLINT" --no-rc -f case.glint >out 2>err </dev/null
    local status=$?
    [ "$status" = "$2" ] || wrong "status $status, not $2"
}
skip() { settle; echo "skip $1 - $2"; }
ask() { curl -s -m 60 -H 'Content-Type: application/json' "$@"; }
put() { ask -X PUT "$url/$1" -d "$2" >answer; grep -q '"acknowledged":true\|"result"' answer || wrong "PUT $1: $(head -c 300 answer)"; }
count() { ask "${2:-$url}/$1/_count" | sed -n 's/.*"count":\([0-9]*\).*/\1/p'; }
setting() { ask -X PUT "$url/_cluster/settings" -d "{\"transient\":{$1}}" >/dev/null; }
ask -X DELETE "$url/t-fault-numbers,t-fault-pages,t-fault-red,t-fault-nested,t-fault-posts,t-fault-big,t-fault-dates,t-fault-dates-us,t-fault-lists,t-fault-fresh?ignore_unavailable=true" >/dev/null
printf 'connect %s\nes doctor\n' "$url" >case.glint
"$GLINT" --no-rc -f case.glint >doctor 2>/dev/null
lacks() { grep -qE "^$1 +no" doctor; }

# ---- documents that are refused, each with its reason ----
settle
put t-fault-numbers '{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"dynamic":"strict","properties":{"k":{"type":"keyword"},"n":{"type":"long"}}}}'
awk 'BEGIN {print "k,n"; for (i = 1; i <= 5000; i++) print "k" i "," (i % 10 == 0 ? "many" : i)}' >mixed.csv
try 'mapping conflict on some items: the ledger adds up' 3 <<G
load mixed.csv as mixed --types n=text
connect $url
es push mixed to t-fault-numbers --id k --dead-letter dead.ndjson
G
says '5,000 documents to t-fault-numbers: 4,500 made, 500 refused'
check test "$(wc -l <dead.ndjson)" = 500
check test "$(count t-fault-numbers)" = 4500
check grep -q '"_id":"k10","reason":"400 ' dead.ndjson

# An index that is not there is made with the table's types, not with those of the documents that come first.
settle
awk 'BEGIN {print "k,n"; for (i = 1; i <= 5000; i++) print "k" i "," (i < 2500 ? i : i ".5")}' >halves.csv
try 'an index that is not there is made first' 0 <<G
load halves.csv as halves
connect $url
es push halves to t-fault-fresh --id k --batch-mb 0.05
G
says 't-fault-fresh: made'
says '5,000 documents to t-fault-fresh: 5,000 made'
check grep -q '"n":{"type":"double"}' <<<"$(curl -s "$url/t-fault-fresh/_mapping")"

# ---- pages ----
settle
put t-fault-pages '{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"properties":{"n":{"type":"long"}}}}'
awk 'BEGIN {print "n"; for (i = 1; i <= 30011; i++) print i}' >n.csv
try 'page sizes that meet ties on two shards lose nothing' 0 <<G
load n.csv as n
connect $url
es push n to t-fault-pages
load es:t-fault-pages as back
count back
derive total = sum(n) --data back
show back limit 1
load es:t-fault-pages --slices 7 as sliced
count sliced
G
check test "$(grep -c '^30,011 rows' out)" = 2
complains '2 at a time'
says "$((30011 * 30012 / 2))|450,345,066"

# ---- a red index ----
settle
put "t-fault-red?wait_for_active_shards=0" '{"settings":{"number_of_shards":2,"number_of_replicas":0,"index.routing.allocation.require._name":"nobody"},"mappings":{"properties":{"n":{"type":"long"}}}}'
try 'a red index: reading fails' 1 <<<"connect $url
load es:t-fault-red as r"
complains 'shard|503|no_shard'

# ---- aggregations and scripts that the engine will not do ----
setting '"search.max_buckets":50'
settle
started=$SECONDS
cat >world.glint <<W
simulate blog --users 200 --posts 60 --products 15 --interactions 3000 --seed 3
connect $url --prefix t-fault-
es create interactions posts --replace
es push interactions to t-fault-interactions
es push posts to t-fault-posts
W
try 'too many buckets: told at once, not tried again' 1 <<G
$(cat world.glint)
favourites posts by user --where cluster
G
complains 'too_many_buckets|buckets'
check test $((SECONDS - started)) -lt 60
setting '"search.max_buckets":null'

if lacks scripts; then skip 'the limit of script compilations is not met by our scripts' 'no scripts'; else
    settle
    { cat world.glint; echo 'features
fit viewed ~ gender + lang + gender:lang + age as m'
        for u in $(seq 1 90); do echo "es rank posts for jane --by script --index t-fault-posts --size 1 --as-of 2024-06-$((u % 18 + 11))"; done; } >many.glint
    try 'the limit of script compilations is not met by our scripts' 0 <many.glint
    { echo "connect $url"; for i in $(seq 1 150); do
        echo "load es:t-fault-posts --query '{\"script_score\":{\"query\":{\"match_all\":{}},\"script\":{\"source\":\"return $i.5\"}}}' as x"; done; } >others.glint
    try "the limit met by others: told in the engine's words" 1 <others.glint
    if grep -q 'Too many dynamic' err; then
        complains 'Too many dynamic script compilations'
    elif ! grep -q error err; then
        name=''
        skip "the limit met by others: told in the engine's words" 'this engine has no such limit'
    fi
fi

# ---- nested documents ----
settle '10,001 nested documents: that document is refused, the others are there'
put t-fault-nested '{"mappings":{"properties":{"v":{"type":"nested","properties":{"x":{"type":"long"}}}}}}'
awk 'BEGIN {printf "{\"index\":{\"_id\":\"a\"}}\n{\"v\":["; for (i = 0; i <= 10000; i++) printf "%s{\"x\":%d}", i ? "," : "", i; printf "]}\n{\"index\":{\"_id\":\"b\"}}\n{\"v\":[{\"x\":1}]}\n"}' >nested.ndjson
curl -s -H 'Content-Type: application/x-ndjson' -X POST "$url/t-fault-nested/_bulk?refresh=true" --data-binary @nested.ndjson >answer
check grep -q '"status":400' answer
put t-fault-posts/_settings '{"index.mapping.nested_objects.limit":50}'
try 'more users than an index takes nested: the best are kept, and that is said' 0 <<G
simulate blog --users 200 --posts 60 --products 15 --interactions 3000 --seed 3
connect $url
features
fit viewed ~ gender + lang + gender:lang + age as m
score users x posts to es:t-fault-posts --layout nested --as-of 2024-06-01
G
complains 'keeps its best users only'
most=$(ask "$url/t-fault-posts/_search?size=100&filter_path=hits.hits._source.user_view_probabilities.user_id" | grep -o '{"_source"[^]]*' | awk -F'user_id' '{if (NF - 1 > m) m = NF - 1} END {print m}')
check test "$most" = 50

# ---- integers, dates ----
printf 'k,n\na,9007199254740993\nb,-9223372036854775808\nc,9223372036854775807\n' >big.csv
try '2^53+1 there and back' 0 <<G
connect $url
load big.csv as big
save big to es:t-fault-big --id k
load es:t-fault-big as back
save back to back.csv
G
check cmp -s <(LC_ALL=C sort big.csv) <(LC_ALL=C sort back.csv)

settle
put t-fault-dates '{"mappings":{"properties":{"t":{"type":"date","format":"dd/MM/yyyy HH:mm:ss||epoch_millis"}}}}'
printf '{"index":{"_id":"1"}}\n{"t":"03/04/2024 05:06:07"}\n{"index":{"_id":"2"}}\n{"t":1714644672345}\n' |
    curl -s -H 'Content-Type: application/x-ndjson' -X POST "$url/t-fault-dates/_bulk?refresh=true" --data-binary @- >answer
try 'dates in the format of their mapping' 0 <<G
connect $url
load es:t-fault-dates as d
show d
G
says '2024-04-03 05:06:07'
says '2024-05-02 10:11:12.345'

settle
put t-fault-dates-us '{"mappings":{"properties":{"t":{"type":"date","format":"MM/dd/yyyy HH:mm:ss"},"g":{"type":"geo_point"}}}}'
printf '{"index":{"_id":"1"}}\n{"t":"03/04/2024 05:06:07"}\n' |
    curl -s -H 'Content-Type: application/x-ndjson' -X POST "$url/t-fault-dates-us/_bulk?refresh=true" --data-binary @- >answer
try 'an index pattern of two date formats: text, and that is said; so is a field that is no column' 0 <<G
connect $url
load 'es:t-fault-dates*' as d
count d where t = '03/04/2024 05:06:07'
G
complains 'read as text'
complains 'no column can hold: g .geo_point'
says '^2 '

# ---- lists and nested objects ----
settle
put t-fault-lists '{"settings":{"number_of_shards":2,"number_of_replicas":0},"mappings":{"properties":{"k":{"type":"long"},"tags":{"type":"keyword"},"v":{"type":"nested","properties":{"user":{"type":"keyword"},"p":{"type":"double"}}}}}}'
awk 'BEGIN {for (i = 1; i <= 300; i++) {printf "{\"index\":{\"_id\":\"%d\"}}\n{\"k\":%d,\"tags\":[\"%s\",\"c\"],\"v\":[", i, i, i % 2 ? "a" : "b"
    for (j = 0; j < i % 4; j++) printf "%s{\"user\":\"u%d\"%s}", j ? "," : "", j, j == 1 ? "" : ",\"p\":" i / 1000 + j; print "]}"}}' |
    curl -s -H 'Content-Type: application/x-ndjson' -X POST "$url/t-fault-lists/_bulk?refresh=true" --data-binary @- >answer
try 'nested objects: a row each, their values together' 0 <<G
connect $url
load es:t-fault-lists as rows --nested explode
load es:t-fault-lists as again --nested explode
save rows to nested.csv
save again to again.csv
load es:t-fault-lists as hot --lists multihot --fields k,tags
count hot where tags_a and tags_c and not tags_b
load es:t-fault-lists as counts
count counts where v = 3
G
awk 'BEGIN {print "k,tags,v.p,v.user"; for (i = 1; i <= 300; i++) {tags = (i % 2 ? "a" : "b") "|c"; if (i % 4 == 0) print i "," tags ",,"
    for (j = 0; j < i % 4; j++) print i "," tags "," (j == 1 ? "" : i / 1000 + j) ",u" j}}' >nested.want
check cmp -s <(LC_ALL=C sort nested.csv) <(LC_ALL=C sort nested.want)
check cmp -s nested.csv again.csv
says '^150 '
says '^75 '

# ---- a batch read again from where it stopped ----
try 'a mark: what came since the last time, once' 0 <<G
connect $url --prefix t-fault-
load es:t-fault-interactions where interaction_type = 'view' --mark mark.json as first
load es:t-fault-interactions --mark mark.json as second
count second
G
says '^0 rows'
ask -X POST "$url/t-fault-interactions/_doc?refresh=true" -d '{"user_username":"jane","interaction_type":"view","timestamp":"2034-01-01T00:00:00Z"}' >answer
try 'a mark: a later document comes' 0 <<G
connect $url
load es:t-fault-interactions --mark mark.json as third
count third
G
says '^1 row'

# ---- a node dies in mid-bulk ----
settle
cluster=three-$$
for _ in 1 2; do # a machine that is busy may lose one on its way up
    three=$("$here/engine.sh" start "${GLINT_ENGINE:-2.19}" --name $cluster --nodes 3 --port "$(free_port)" --heap 512m 2>three.err)
    status=$?
    case $status in 0 | 77) break ;; esac
    "$here/engine.sh" stop --name $cluster 2>/dev/null
done
if [ $status = 77 ]; then
    skip 'a node killed in mid-bulk' "$(tail -n 1 three.err)"
elif [ $status != 0 ]; then
    settle 'a node killed in mid-bulk: the cluster starts'
    wrong "$(tail -n 3 three.err)"
    settle
else
    trap '"$here/engine.sh" stop --name $cluster 2>/dev/null' EXIT
    port=${three##*:}
    hosts=http://localhost:$((port + 1)),http://localhost:$((port + 2)),http://localhost:$port
    settle 'a node killed in mid-bulk: what is counted made is there'
    ask -X PUT "$three/t-fault-three" -d '{"settings":{"number_of_shards":3,"number_of_replicas":1},"mappings":{"properties":{"n":{"type":"long"}}}}' >answer
    ask "$three/_cluster/health/t-fault-three?wait_for_status=green&timeout=60s" >answer
    check grep -q '"status":"green"' answer
    awk 'BEGIN {print "n"; for (i = 1; i <= 120000; i++) print i}' >many.csv
    printf 'load many.csv as many\nconnect %s\nes push many to t-fault-three --batch-mb 0.1\n' "$hosts" >case.glint
    timeout -k 5 240 "$GLINT" --no-rc -f case.glint >out 2>err </dev/null &
    writer=$!
    for _ in $(seq 600); do
        ask -X POST "$three/t-fault-three/_refresh" >/dev/null
        n=$(count t-fault-three "$three")
        [ "${n:-0}" -gt 5000 ] && break
        kill -0 $writer 2>/dev/null || break
        sleep 0.05
    done
    kill -0 $writer 2>/dev/null || wrong 'the push ended before a node could be killed'
    "$here/engine.sh" kill-node 2 --name $cluster 2>/dev/null
    wait $writer
    status=$?
    [ $status = 0 ] || wrong "status $status"
    says '120,000 documents to t-fault-three'
    ask -X POST "$three/t-fault-three/_refresh" >/dev/null
    check test "$(count t-fault-three "$three")" = 120000
    settle
    "$here/engine.sh" stop --name $cluster 2>/dev/null
fi
ask -X DELETE "$url/t-fault-numbers,t-fault-pages,t-fault-red,t-fault-nested,t-fault-posts,t-fault-big,t-fault-dates,t-fault-dates-us,t-fault-lists,t-fault-fresh,t-fault-interactions?ignore_unavailable=true" >/dev/null
exit 0
