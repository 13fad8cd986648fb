#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_serve.sh - the whole job with the program on a real engine at GLINT_ES_URL: create, push, load back, fit, score in
# every layout, rank, verify, and what must happen when it goes wrong. Every index starts with "t-serve-".
#
#   try NAME STATUS <<<'commands'     runs glint on the world below and then these commands
#   says PATTERN   complains PATTERN  of its stdout and stderr        settle NAME   a test made of shell lines
set -u
here=$(cd "$(dirname "$0")" && pwd)
[ -n "${GLINT_ES_URL:-}" ] || { echo "skip serve - GLINT_ES_URL is not set"; exit 0; }
url=$GLINT_ES_URL
unset GLINT_ES_URL
mkdir -p "$SCRATCH/serve-$$" && cd "$SCRATCH/serve-$$" || exit 1
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
says() { grep -qE -- "$1" out || wrong "stdout does not say: $1"; }
complains() { grep -qE -- "$1" err || wrong "stderr does not say: $1"; }
check() { "$@" || wrong "failed: $*"; }

cat >world.glint <<W
simulate blog --users 200 --posts 60 --products 15 --interactions 8000 --seed 3
connect $url
W
cat >model.glint <<'W'
features
fit viewed ~ gender + lang + gender:lang + age as m
W
run() { timeout -k 5 120 "$GLINT" --no-rc "$@" >out 2>err </dev/null; }
raw() { # NAME STATUS: the commands of stdin alone
    settle "$1"
    cat >case.glint
    run -f case.glint
    local status=$?
    [ "$status" = "$2" ] || wrong "status $status, not $2"
}
try() { { cat world.glint; [ -z "${with_model:-}" ] || cat model.glint; cat; } >try.glint; raw "$1" "$2" <try.glint; }
ask() { curl -s -m 20 -H 'Content-Type: application/json' "$@"; }
first_field() { sed -n 's/.*"'"$1"'":\([0-9]*\).*/\1/p' | head -n 1; }
count() { ask "$url/$1/_count" | first_field count; }
contexts() { # open searches over all nodes
    ask "$url/_nodes/stats/indices/search?filter_path=nodes.*.indices.search.open_contexts,nodes.*.indices.search.scroll_current" |
        grep -oE '"(open_contexts|scroll_current)":[0-9]+' | grep -oE '[0-9]+$' | awk '{n += $1} END {print n + 0}'
}
lacks() { grep -qE "^$1 +no" doctor; } # the engine has no such ability
skip() { settle; echo "skip $1 - $2"; }

# ---- create, push, load back ----
try 'doctor' 0 <<<'es doctor'
cp out doctor

settle 'Ctrl-C while the engine is asked what it can: nothing stays there'
echo "connect $url" >probe.glint
probes() {
    ask "$url/_cat/indices/glint-probe-*?h=index"
    ask "$url/_cluster/state/metadata?filter_path=metadata.stored_scripts,metadata.ingest" | grep -o 'glint-probe-[0-9a-f]*'
}
probes | sort >before
for after in 0.05 0.1 0.2 0.3 0.4 0.6; do
    timeout --foreground -s INT $after "$GLINT" --no-rc -f probe.glint >out 2>err </dev/null
done
for _ in 1 2 3 4 5 6; do
    probes | sort | comm -13 before - >left
    [ -s left ] || break
    sleep 0.5
done
check test ! -s left

try 'create, push' 0 <<'G'
es create --prefix t-serve- --replace
es push users to t-serve-users
es push posts to t-serve-posts
es push products to t-serve-products
es push interactions to t-serve-interactions
save users to users.csv
save posts to posts.csv
save products to products.csv
save interactions to interactions.csv
G
check test "$(count t-serve-interactions)" = 8000

raw 'load back: equal to the source tables, bit for bit' 0 <<G
connect $url
load es:t-serve-users as users
load es:t-serve-posts as posts
load es:t-serve-products as products
load es:t-serve-interactions as interactions
save users to users2.csv
save posts to posts2.csv
save products to products2.csv
save interactions to interactions2.csv
G
for t in users posts products interactions; do
    check cmp -s <(LC_ALL=C sort $t.csv) <(LC_ALL=C sort ${t}2.csv)
done
raw 'a part of an index' 0 <<G
connect $url
load es:t-serve-users --query '{"term":{"gender":"Female"}}' --fields username,age as women
count women
G
says "^women +$(grep -c ,Female, users.csv) +|$(grep -c ,Female, users.csv)"

try 'create twice: nothing changes' 0 <<<'es create --prefix t-serve-'
says 'was there, the same'
before=$(count t-serve-users)
try 'a dry push writes nothing' 0 <<<'es push interactions to t-serve-users --dry'
check test "$(count t-serve-users)" = "$before"

# ---- favourites, counted here and in the engine ----
n=0
: >favourites.glint
for what in 'languages by gender' 'posts by user top 3' 'tags by gender' 'languages by age_band where age > 30' \
    'authors by country' 'posts by login_hour' 'interaction_type by gender'; do
    n=$((n + 1))
    echo "favourites $what > here$n.csv" >>favourites.glint
    echo "favourites $what --where cluster --index t-serve-interactions > there$n.csv" >>favourites.glint
done
try 'favourites: equal counts here and in the engine' 0 <favourites.glint
for ((; n > 0; n--)); do check cmp -s here$n.csv there$n.csv; done

# ---- the batch in every layout, and its parity ----
with_model=1
at='--as-of 2024-06-01'
try 'score: pairs' 0 <<<"score users x posts to es:t-serve-scores --layout pairs $at --version 5"
try 'score: nested' 0 <<<"score users x posts to es:t-serve-posts --layout nested $at"
if lacks rank_features; then skip 'score: sparse' 'no rank_features'
else try 'score: sparse' 0 <<<"score users x posts to es:t-serve-posts --layout sparse $at"; fi
vectors=1
if lacks knn_vector && lacks 'dense_vector with knn' && lacks scripts; then vectors=''; skip 'score: vectors' 'neither k-NN nor scripts'
else try 'score: vectors' 0 <<<"score users x posts to es:t-serve-vectors --layout vectors $at --version 5"; fi

verify() { # WAY INDEX
    try "verify: $1" 0 <<<"es verify jane --by $1 --index $2 --size 20 $at"
    says '0 out of order'
}
verify pairs t-serve-scores
verify nested t-serve-posts
if lacks rank_features; then skip 'verify: sparse' 'no rank_features'; else verify sparse t-serve-posts; fi
verify weights t-serve-posts
if lacks scripts; then skip 'verify: script' 'no scripts'; else verify script t-serve-posts; fi
if [ -z "$vectors" ]; then skip 'verify: vector' 'neither k-NN nor scripts'; else verify vector t-serve-vectors; fi

sed -i 's/+ age as m/+ age + post_age_days as m/' model.glint
try 'the scores of another model are not taken for these' 5 <<<"es verify jane --by pairs --index t-serve-scores $at"
sed -i 's/ + post_age_days as m/ as m/' model.glint

try 'the query as the seed writes it ranks by the probabilities' 0 <<<"score users x posts to pairs.csv $at"
cat >seed.json <<'J'
{"size":60,"_source":["post_id"],"query":{"nested":{"path":"user_view_probabilities","score_mode":"max","query":{"function_score":{
"query":{"term":{"user_view_probabilities.user_id":"jane"}},
"field_value_factor":{"field":"user_view_probabilities.view_probability","missing":0},"boost_mode":"replace"}}}}}
J
ask "$url/t-serve-posts/_search" -d @seed.json | grep -oE '"_id":"[^"]*"' | cut -d'"' -f4 >ranked
# ties in single precision may stand in any order: compare the probabilities, not the names
awk -F, 'NR == FNR {if ($1 == "jane") p[$2] = $3; next}
    {if (FNR > 1 && p[$1] > last + 1e-7) bad++; last = p[$1]; n++} END {exit !(n > 50 && !bad)}' pairs.csv ranked ||
    wrong "the order of $(wc -l <ranked) posts is not that of the probabilities"

sed -i 's/+ age as m/+ age + prev_views + prev_post_views + prev_author_hits + same_country as h/' model.glint
try 'whatif: looked up in the loaded tables' 0 <<'G'
save h to h.glm
whatif user=jane post=p7
G
grep -E '^0\.[0-9]+ +\(95' out >whatif.here
sed -i 's/+ age + prev_views.* as h/+ age as m/' model.glint
raw 'whatif: without tables, looked up in the engine, the same' 0 <<G
connect $url --prefix t-serve-
load h.glm
whatif user=jane post=p7
G
grep -E '^0\.[0-9]+ +\(95' out >whatif.there
check test -s whatif.here
check cmp -s whatif.here whatif.there
raw 'a condition goes to the engine, and is applied again here' 0 <<G
connect $url
load es:t-serve-users where gender = 'Female' and age >= 30 and username != 'jane' as women --show-request
save women to women.csv
G
says '"range":\{"age":\{"gte":30\}\}'
check test "$(($(wc -l <women.csv) - 1))" = "$(awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) c[$i] = i} NR > 1 && $c["gender"] == "Female" && $c["age"] >= 30 && $c["username"] != "jane"' users.csv | wc -l)"
try 'boosts made of the coefficients run' 0 <<<"es boost jane --run --index t-serve-posts $at"
if lacks 'stored scripts'; then skip 'deploy' 'stores no scripts'; else
    try 'deploy' 0 <<<'es deploy m'
    says 'glint-m'
fi
if [ -z "$vectors" ]; then skip 'similar' 'neither k-NN nor scripts'; else
    try 'similar' 0 <<<"es similar $(sed -n '2s/,.*//p' posts.csv) --index t-serve-similar --renew"
fi

# ---- the batch again: guards, versions, a crash ----
raw 'nobody there' 4 <<<'connect http://127.0.0.1:1'
complains 'nobody answers'
ask -o /dev/null -X PUT "$url/t-serve-plain"
try 'an older batch leaves newer documents alone' 0 <<G
score users x posts to es:t-serve-plain --layout pairs $at --version 9
score users x posts to es:t-serve-plain --layout pairs $at --version 8
G
says 'newer there'
try 'the drift guard writes nothing' 5 <<<"score users x posts to es:t-serve-drift --layout pairs $at --max-drift 0.000001"
complains 'Nothing was written'
check test "$(ask -o /dev/null -w '%{http_code}' "$url/t-serve-drift")" = 404
try 'a dry batch writes nothing' 0 <<<"score users x posts to es:t-serve-drift --layout pairs $at --dry"
says 'would write about'
check test "$(ask -o /dev/null -w '%{http_code}' "$url/t-serve-drift")" = 404

try 'dry vectors write nothing' 0 <<<"score users x posts to es:t-serve-drift --layout vectors $at --dry"
says 'each a vector of'
check test "$(ask -o /dev/null -w '%{http_code}' "$url/t-serve-drift")" = 404
try 'a table compared with itself from the engine' 0 <<'G'
load es:t-serve-interactions as there
compare interactions there
G
says 'equal, bit for bit: 8,000 rows'

try 'a batch older than the one that the alias stands for is refused' 5 <<<"score users x posts to es:t-serve-scores --layout pairs $at --version 4"
complains 'newer than 4'
try 'levels that training never saw, a missing attribute: counted, and said which' 0 <<G
derive gender = if(username == 'jane', 'Unheard', gender) --data users
derive lang = if(post_id == 'p7', 'zig', lang) --data posts
derive age = if(username == 'john', null, age) --data users
score users x posts to es:t-serve-plain --layout pairs $at --version 10
G
complains "gender 'Unheard' was never seen"
complains "lang 'zig' was never seen"
complains 'missing: age of 1 user'
try 'another batch takes the alias over, the old index goes' 0 <<<"score users x posts to es:t-serve-scores --layout pairs $at --version 6"
check test "$(ask -o /dev/null -w '%{http_code}' "$url/t-serve-scores-5")" = 404
check test "$(count t-serve-scores)" = "$(($(wc -l <pairs.csv) - 1))"

settle 'kill -9 in mid-batch, resume: equal to an uninterrupted run'
{ cat world.glint model.glint; echo "score users x posts to es:t-serve-cut --layout pairs $at --version 7 --journal cut.journal --batch-mb 0.05"; } >cut.glint
timeout 120 "$GLINT" --no-rc -f cut.glint >out 2>err </dev/null &
victim=$!
for _ in $(seq 1000); do
    grep -qs '"settled":[1-9]' cut.journal && break
    kill -0 $victim 2>/dev/null || break
    sleep 0.02
done
pkill -9 -P $victim 2>/dev/null; kill -9 $victim 2>/dev/null
wait $victim 2>/dev/null
if grep -qs '"settled":[1-9]' cut.journal; then
    sed -i 's/--journal/--resume --journal/' cut.glint
    cp cut.journal kept.journal
    sed "s/^score/derive age = age + 1 --data users\nscore/" cut.glint >other.glint
    run -f other.glint && wrong 'a batch of other users was resumed'
    complains 'others than when the batch was cut off'
    check cmp -s cut.journal kept.journal
    run -f cut.glint || wrong "the resumed run ended with $?"
    complains 'documents were written before'
    echo "connect $url
load es:t-serve-cut as a
load es:t-serve-scores as b
save a to cut.csv
save b to whole.csv" >cmp.glint
    run -f cmp.glint || wrong "load back: $?"
    check cmp -s <(LC_ALL=C sort cut.csv) <(LC_ALL=C sort whole.csv)
else
    wrong 'the batch ended before it could be killed'
fi

# ---- refusals ----
with_model=
try 'refused documents: status 3, each in the dead letters' 3 <<'G'
es push users to t-serve-products --dead-letter dead.ndjson
G
check test "$(wc -l <dead.ndjson)" = 200
try 'a missing index' 1 <<<'load es:t-serve-nothing as x'
complains '404'

# ---- TLS and credentials ----
(umask 077; echo 's3cret word' >pw; echo 'wrong' >badpw; echo abcKEY >key)
port=${url##*:}
front=front-$$
tls=$("$here/engine.sh" front --name $front --port "$port" --user ann --password 's3cret word' --api-key abcKEY 2>front.err)
if [ $? = 0 ]; then
    trap '"$here/engine.sh" stop --name $front' EXIT
    ca=$("$here/engine.sh" ca --name $front)
    old=https://localhost:$((port + 1001))
    raw 'TLS, name and password' 0 <<<"connect $tls --user ann --password-file pw --ca $ca
load es:t-serve-users --show-request
history"
    check test "$(cat out err | grep -c -e 's3cret' -e "$(printf 'ann:s3cret word' | base64)")" = 0
    check test "$(grep -rlE 's3cret word' "$HOME" 2>/dev/null | wc -l)" = 0
    raw 'a wrong password' 1 <<<"connect $tls --user ann --password-file badpw --ca $ca"
    complains '401'
    raw 'no password where one is asked for' 1 <<<"connect $tls --ca $ca"
    raw 'an API key from a file' 0 <<<"connect $tls --api-key-file key --ca $ca"
    printf 'machine localhost login ann password "s3cret word"\n' >"$HOME/.netrc"
    chmod 600 "$HOME/.netrc"
    raw 'netrc only when asked for' 1 <<<"connect $tls --ca $ca"
    raw 'a password from netrc' 0 <<<"connect $tls --netrc --ca $ca"
    rm "$HOME/.netrc"
    raw 'a proxy that is not there' 4 <<<"connect $tls --user ann --password-file pw --ca $ca --proxy http://127.0.0.1:1"
    raw 'an unknown authority' 4 <<<"connect $tls --user ann --password-file pw"
    complains 'not trusted'
    raw 'a certificate that ran out' 4 <<<"connect $old --user ann --password-file pw --ca $ca"
    complains 'expired'
    pin=$(openssl x509 -in "${ca%/*}/server.crt" -outform DER | sha256sum | cut -d' ' -f1)
    raw 'a pinned certificate' 0 <<<"connect $tls --user ann --password-file pw --fingerprint $pin"
    raw 'another certificate than the pinned one' 4 <<<"connect $tls --user ann --password-file pw --fingerprint ${pin//[0-7]/8}"
    chmod 644 pw
    raw 'a password file that others may read' 2 <<<"connect $tls --user ann --password-file pw --ca $ca"
    complains 'chmod 600'
    config=${XDG_CONFIG_HOME:-$HOME/.config}/glint
    mkdir -p "$config"
    printf '{"here":{"url":"%s","user":"ann","password":"s3cret word","ca":"%s"}}\n' "$tls" "$ca" >"$config/profiles.json"
    chmod 644 "$config/profiles.json"
    raw 'profiles that others may read' 2 <<<'connect --profile here'
    complains 'chmod 600'
    chmod 600 "$config/profiles.json"
    raw 'a profile' 0 <<<'connect --profile here'
    rm "$config/profiles.json"
else
    skip 'TLS and credentials' "$(tail -n 1 front.err)"
fi
raw 'a password over http to another host' 2 <<<'connect http://search.example:9200 --user ann --password-file badpw'
raw 'no cloud id' 2 <<<'connect --cloud-id here:!!!'
raw 'a cloud id names a host' 4 <<<"connect --cloud-id here:$(printf 'cloud.invalid$abc$def' | base64)"
complains "no host 'abc.cloud.invalid'"
raw 'an unknown host' 4 <<<'connect http://no-such-host.invalid:9200'
complains "no host"

# ---- nothing is left open ----
settle 'no search context is left open'
for _ in 1 2 3 4 5 6 7 8 9 10; do [ "$(contexts)" = 0 ] && break; sleep 0.5; done
check test "$(contexts)" = 0
try 'drop' 0 <<'G'
es drop t-serve-users t-serve-products t-serve-interactions
G
settle
ask -X DELETE "$url/t-serve-posts,t-serve-scores-6,t-serve-cut-7,t-serve-plain,t-serve-vectors-5,t-serve-similar?ignore_unavailable=true" >/dev/null
exit 0
