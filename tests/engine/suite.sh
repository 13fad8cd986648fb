#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# suite.sh - the engine tests against real servers: ENGINES (default 2.19), one after the other, on ports that are free.
#
# A server that cannot be had here (no Java, no Maven, nothing to fetch from) is skipped with its reason; where CI=true
# that is a failure. GLINT_ES_URL names a server that runs already, and then no other is started. ENGINE_TABLE names a
# file for the table of what ran where, and what did not and why.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/ports.sh"
running=''
table=${ENGINE_TABLE:-/dev/null}
: >"$table"
trap '[ -z "$running" ] || "$here/engine.sh" stop --name "$running" 2>/dev/null' EXIT
trap 'exit 130' INT TERM

tests_against() { # LABEL: every test program and script of this folder, names marked with the server
    local label=$1 t
    for t in "$BUILD"/engine/test_* "$here"/test_*.sh; do
        case $t in *.d) continue ;; esac
        [ -f "$t" ] && "$t" | sed -u "s/^\(ok\|not ok\|skip\) /\1 [$label] /"
    done | tee "$SCRATCH/results"
    awk -v label="$label" '
        /^ok / {ok++} /^not ok / {bad++} /^skip / {left++; why[left] = substr($0, index($0, "] ") + 2)}
        END {
            printf "%-8s %6d passed %3d failed %3d skipped\n", label, ok, bad, left
            for (i = 1; i <= left; i++) {n = index(why[i], " - "); printf "         skipped: %-32s %s\n", substr(why[i], 1, n - 1), substr(why[i], n + 3)}
        }' "$SCRATCH/results" >>"$table"
}

if [ -n "${GLINT_ES_URL:-}" ]; then
    tests_against "$GLINT_ES_URL"
    exit
fi
for v in ${ENGINES:-2.19}; do
    running=check-$v-$$
    url=$("$here/engine.sh" start "$v" --name "$running" --port "$(free_port)" 2>"$SCRATCH/engine.log")
    case $? in
    0) ;;
    77)
        reason=$(tail -n 1 "$SCRATCH/engine.log")
        if [ "${CI:-}" = true ]; then
            echo "not ok engine $v: $reason"
        else
            echo "skip engine $v - $reason"
        fi
        printf '%-8s not here: %s\n' "$v" "$reason" >>"$table"
        continue ;;
    *)
        sed 's/^/# /' "$SCRATCH/engine.log"
        echo "not ok engine $v started"
        printf '%-8s did not start\n' "$v" >>"$table"
        continue ;;
    esac
    export GLINT_ES_URL=$url GLINT_ENGINE=$v
    tests_against "$v"
    unset GLINT_ES_URL
    "$here/engine.sh" stop --name "$running" 2>/dev/null
    running=''
done
