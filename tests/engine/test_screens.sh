#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# test_screens.sh - the what-if screen with an engine, in a real terminal: what it would answer for the user that is
# tried, by the model on the screen and without a batch, under the same probability as beside the sliders.
set -u
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
name="the engine's answer on the what-if screen"
command -v tmux >/dev/null 2>&1 || { echo "skip $name - tmux is not installed"; exit 0; }
all=$SCRATCH
SCRATCH=$all/screens-engine
mkdir -p "$SCRATCH/home"
ln -sfn "$root/datasets" "$SCRATCH/datasets"

steps() {
    curl -s -X DELETE "$GLINT_ES_URL/tui-users,tui-posts?ignore_unavailable=true" >/dev/null
    cat >"$SCRATCH/world.glint" <<END
load datasets/blog/*.csv
connect $GLINT_ES_URL --prefix tui-
es create users posts --quiet-diff
es push users to tui-users
es push posts to tui-posts
features as ft
fit viewed ~ gender*lang + country + post_age_days as views
END
    start 100 40 "$GLINT" --no-rc -q -f world.glint --tui
    see '^tables'
    keys 6
    see 'feature +value'
    keys U
    see 'a user'
    type jane
    keys Enter
    see 'glint> whatif user=jane'
    keys P
    see 'a post'
    type p395
    keys Enter
    see 'glint> whatif post=p395'
    p=$(screen | sed -n 's/^\(0\.[0-9]*\)  .*(95 %).*/\1/p')
    [ -n "$p" ] || fail "no probability"
    keys J
    see 'es rank posts for jane --by [a-z]+ --as-of'
    see 'p395 '
    see 'POST /tui-posts/_search'
    see '"function_score"'
    if shows '--by script'; then
        see "p395 .* $p"
    fi
    resize 40 12
    see 'lines 1-8 of'
    keys Escape Q
    ended 0
    restored
    # nothing was ever scored into that index: said with what to do
    cat >"$SCRATCH/nested.glint" <<END
load datasets/blog/users.csv datasets/blog/posts.csv
connect $GLINT_ES_URL --prefix tui-
es rank posts for jane
END
    (cd "$SCRATCH" && "$GLINT" --no-rc -q -f nested.glint) >"$SCRATCH/out" 2>&1
    grep -q 'help:.* --layout nested; or --by script' "$SCRATCH/out" || fail "no hint: $(tail -n 2 "$SCRATCH/out")"
}

# shellcheck disable=SC1090,SC1091
if (HOME=$SCRATCH/home && export HOME SCRATCH && . "$root/tests/terminal/lib" && steps && finish) >"$all/screens-engine.log" 2>&1; then
    echo "ok $name"
else
    echo "not ok $name"
    sed 's/^#* */# /' "$all/screens-engine.log"
fi
