#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_far.sh - fits of documents that stay in the engine at GLINT_ES_URL, beside fits of the same rows here.
set -u
[ -n "${GLINT_ES_URL:-}" ] || { echo "skip far - GLINT_ES_URL is not set"; exit 0; }
url=$GLINT_ES_URL
unset GLINT_ES_URL
mkdir -p "$SCRATCH/far-$$" && cd "$SCRATCH/far-$$" || exit 1

drop() { curl -s -m 20 -X DELETE "$url/t-far" >/dev/null; }
trap drop EXIT
drop
glint() { timeout -k 5 180 "$GLINT" --no-rc "$@" </dev/null; }
glint -q -c "simulate blog --users 200 --posts 60 --products 15 --interactions 8000 --seed 3
features as ft
save ft to ft.csv
connect $url
save ft to es:t-far" >/dev/null 2>err || { echo "not ok far: data"; sed 's/^/# /' err; exit 0; }
curl -s -m 20 -X POST "$url/t-far/_refresh" >/dev/null
scripts=yes
glint -c "connect $url
es doctor" 2>/dev/null | grep -qE '^scripts +no' && scripts=no

# One number a line of the fit's JSON: term and what is asked of it.
numbers() {
    tr '{' '\n' | sed -n \
        -e 's/.*"deviance":\([^,]*\),"null_deviance":\([^,]*\).*/deviance \1\nnull_deviance \2/p' \
        -e 's/.*"term":"\([^"]*\)","estimate":\([^,]*\),"se":\([^,]*\).*/\1 \2\n\1.se \3/p' \
        -e 's/.*"roc_auc":\([^,]*\),.*/auc \1/p' | tr ' ' '\t'
}

same() { # NAME TOLERANCE FORMULA-AND-OPTIONS: here and there
    local name=$1 tolerance=$2 fit=$3
    glint --format json -c "load ft.csv
fit $fit" 2>err | grep '"command":"fit"' | numbers >here
    glint --format json -c "connect $url
fit $fit --data es:t-far" 2>err | grep '"command":"fit"' | numbers >there
    if awk -F'\t' -v tol="$tolerance" '
        NR == FNR { v[$1] = $2; n++; next }
        !($1 in v) { print "only there: " $1; bad = 1 }
        { m++; a = v[$1]; b = $2; d = a - b; if (d < 0) d = -d; s = a < 0 ? -a : a
          t = $1 == "auc" ? 1e-4 : tol
          if (a != b && d > t * (s + 0.1)) { print $1 ": " a " here, " b " there"; bad = 1 } }
        END { if (n < 4 || n != m) { print n " numbers here, " m " there"; bad = 1 } exit bad }' here there >diff; then
        echo "ok far: $name"
    else
        echo "not ok far: $name"
        sed 's/^/# /' diff err | head -n 8
    fi
}
refused() { # NAME STATUS PATTERN COMMAND
    glint -c "connect $url
$4" >out 2>err
    local status=$?
    if [ $status = "$2" ] && grep -qE -- "$3" err; then echo "ok far: $1"; else
        echo "not ok far: $1"
        echo "# status $status"
        sed 's/^/# /' err | head -n 6
    fi
}

same "combinations, counted" 1e-11 "viewed ~ gender + lang"
same "combinations of numbers" 1e-11 "viewed ~ gender * lang + factor(login_hour)"
same "a ridge on combinations" 1e-10 "viewed ~ gender + interaction_type --encode onehot --l2 1"
if [ $scripts = yes ]; then
    same "sums by a script" 1e-9 "viewed ~ age + gender + gender:country + post_age_days + log1p(prev_views) + likes_to_views_user"
    same "counts" 1e-9 "prev_likes ~ gender + lang + age + hours_since_login --family poisson"
    same "a number" 1e-9 "post_age_days ~ gender + lang + age + hours_since_login --family gaussian"
    same "one-hot and a ridge" 1e-8 "viewed ~ age + lang + likes_to_views_user --encode onehot --l2 2"
    same "no intercept" 1e-9 "viewed ~ 0 + gender + hours_since_login"
    refused "a combination with one outcome" 1 "separation: genderOther:lang[a-z]+ has viewed = 0" "fit viewed ~ 0 + gender:lang + hours_since_login --data es:t-far"
    refused "the reference with one outcome" 0 "may run to infinity" "fit viewed ~ gender * lang + hours_since_login --data es:t-far"
    refused "an offset is refused" 2 "no offset" "fit viewed ~ hours_since_login + offset(log1p(likes_to_views_user)) --data es:t-far"
    refused "sum coding is refused" 2 "not by sum" "fit viewed ~ hours_since_login + gender --encode sum --data es:t-far"
else
    echo "skip far: sums by a script - no scripts on this engine"
    refused "without scripts numbers are refused" 1 "no scripts" "fit viewed ~ hours_since_login --data es:t-far"
fi
refused "a level with one outcome" 1 "level view of interaction_type has viewed = 1" "fit viewed ~ interaction_type --data es:t-far"
refused "no such field" 1 "did you mean 'age'" "fit viewed ~ agee --data es:t-far"
refused "no such index" 1 "404" "fit viewed ~ age --data es:t-far-none"
refused "what needs the rows" 2 "needs the rows here" "fit viewed ~ age --data es:t-far --robust hc1"
refused "'where' is of tables" 2 "chooses documents there" "fit viewed ~ age where age > 30 --data es:t-far"
refused "the families that can" 2 "binomial with logit" "fit age ~ gender --family gamma --data es:t-far"
glint --keep-going -c "connect $url
fit viewed ~ gender + lang --data es:t-far as far
roc
whatif gender=Male
compare far far
script" >out 2>err
told=$(cat out err)
for want in "connect $url" "the rows of far are in es:t-far, not here" "load es:t-far as T, then roc --on T" "of the rows" \
    "fit viewed ~ gender + lang --data es:t-far as far"; do
    case $told in *"$want"*) ;; *) echo "# not said: $want"; bad=1 ;; esac
done
[ -z "${bad:-}" ] && echo "ok far: the model goes on without its rows" || echo "not ok far: the model goes on without its rows"
