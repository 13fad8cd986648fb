#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# suite.sh - the engine tests against real servers: ENGINES (default 2.19), one after the other, on a port of their own.
#
# A server that cannot be had here (no Java, no Maven, nothing to fetch from) is skipped with its reason; where CI=true
# that is a failure. GLINT_ES_URL names a server that runs already, and then no other is started.
set -u
here=$(cd "$(dirname "$0")" && pwd)
port=${GLINT_ENGINE_PORT:-19260}

tests_against() { # LABEL: every test program and script of this folder, names marked with the server
    local label=$1 t
    for t in "$BUILD"/engine/test_*; do
        case $t in *.d) continue ;; esac
        "$t" | sed "s/^\(ok\|not ok\|skip\) /\1 [$label] /"
    done
    for t in "$here"/test_*.sh; do
        [ -f "$t" ] && "$t" | sed "s/^\(ok\|not ok\|skip\) /\1 [$label] /"
    done
}

if [ -n "${GLINT_ES_URL:-}" ]; then
    tests_against "$GLINT_ES_URL"
    exit
fi
for v in ${ENGINES:-2.19}; do
    url=$("$here/engine.sh" start "$v" --name "check-$v" --port "$port" 2>"$SCRATCH/engine.log")
    case $? in
    0) ;;
    77)
        if [ "${CI:-}" = true ]; then
            echo "not ok engine $v: $(tail -n 1 "$SCRATCH/engine.log")"
        else
            echo "skip engine $v - $(tail -n 1 "$SCRATCH/engine.log")"
        fi
        continue ;;
    *)
        sed 's/^/# /' "$SCRATCH/engine.log"
        echo "not ok engine $v started"
        continue ;;
    esac
    export GLINT_ES_URL=$url GLINT_ENGINE=$v
    tests_against "$v"
    unset GLINT_ES_URL
    "$here/engine.sh" stop --name "check-$v" 2>/dev/null
done
