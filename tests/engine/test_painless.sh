#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_painless.sh - `export m painless` run by the engine at GLINT_ES_URL on 1,000 rows, in full doubles (script_fields),
# against `predict` to 1e-12. Every index starts with "t-painless".
set -u
[ -n "${GLINT_ES_URL:-}" ] || { echo "skip painless - GLINT_ES_URL is not set"; exit 0; }
url=$GLINT_ES_URL
unset GLINT_ES_URL
mkdir -p "$SCRATCH/painless-$$" && cd "$SCRATCH/painless-$$" || exit 1

if timeout 60 "$GLINT" --no-rc -c "connect $url
es doctor" 2>/dev/null </dev/null | grep -qE '^scripts +no'; then
    echo "skip painless - no scripts on this engine"
    exit 0
fi

cat >world.glint <<W
simulate blog --users 300 --posts 80 --products 15 --interactions 6000 --seed 5
features as ft
derive id = row()
filter where row() <= 1000 as some
connect $url
W
# numbers as doubles, words whole: what doc values give back is what was written
curl -s -m 20 -o /dev/null -X DELETE "$url/t-painless"
curl -s -m 20 -o /dev/null -X PUT "$url/t-painless" -H 'Content-Type: application/json' -d '{"mappings":{
    "dynamic_templates":[{"words":{"match_mapping_type":"string","mapping":{"type":"keyword"}}},
                         {"numbers":{"match_mapping_type":"double","mapping":{"type":"double"}}},
                         {"counts":{"match_mapping_type":"long","mapping":{"type":"double"}}}]}}'
{ cat world.glint; echo "es push some to t-painless --id id"; } >push.glint
if ! timeout 120 "$GLINT" --no-rc -f push.glint >out 2>err </dev/null; then
    echo "not ok painless: the rows are written"
    sed 's/^/# /' err
    exit 0
fi
curl -s -m 20 -o /dev/null -X POST "$url/t-painless/_refresh"

one() { # NAME COMMAND: fits as m, exports, runs, compares
    { cat world.glint; printf '%s\n' "$2" 'export m painless to m.painless' 'predict some as p' \
        'save p to p.csv'; } >one.glint
    rm -f m.painless p.csv
    if ! timeout 120 "$GLINT" --no-rc -f one.glint >out 2>err </dev/null; then
        echo "not ok painless: $1"
        sed 's/^/# /' err
        return
    fi
    # a JSON text of the script
    { printf '{"size":1000,"_source":false,"script_fields":{"p":{"script":{"lang":"painless","source":"'
      sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/\t/\\t/g' m.painless | sed 's/$/\\n/' | tr -d '\n'
      printf '"}}}}'; } >query.json
    curl -s -m 60 -H 'Content-Type: application/json' "$url/t-painless/_search" -d @query.json >answer.json
    grep -oE '"_id":"[0-9]+"|"p":\[[^]]*\]' answer.json | tr -d '"[]' | tr ':' ' ' |
        awk '$1 == "_id" {id = $2} $1 == "p" {print id, $2}' | sort -n >theirs
    awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) {if ($i == "id") a = i; if ($i ~ /^(probability|prediction)$/) b = i}; next}
        {print $a, $b}' p.csv | sort -n >ours
    if awk 'NR == FNR {p[$1] = $2; next}
        {n++; if (p[$1] == "") {if ($2 != 0) bad++; next} # no input, no score
         d = p[$1] - $2; if (d < 0) d = -d; if (!(d <= 1e-12 * (1 + p[$1]))) bad++; same++}
        END {exit !(n == 1000 && same > 900 && !bad)}' ours theirs; then
        echo "ok painless: $1"
    else
        echo "not ok painless: $1"
        head -c 600 answer.json | sed 's/^/# /'
        echo
    fi
}
one 'factors and products' 'fit viewed ~ age * lang + gender + country as m'
one 'curves' 'fit viewed ~ ns(post_age_days, df = 4) + bs(age, df = 5) + poly(prev_views, 2) + gender as m'
one 'functions and cuts' 'fit viewed ~ log1p(prev_views) + cut(age, c(0, 30, 45, 60)) + factor(login_hour) --l2 1 as m'
one 'cloglog' 'fit viewed ~ age + lang --link cloglog as m'
one 'cauchit' 'fit viewed ~ age + lang --link cauchit as m'
one 'counts' 'fit prev_views ~ age + lang --family poisson as m'
one 'an inverse link' 'fit I(prev_views + 1) ~ age + gender --family gamma as m'
one 'an identity' 'fit prev_views ~ age + lang --family gaussian as m'
curl -s -m 20 -o /dev/null -X DELETE "$url/t-painless"
