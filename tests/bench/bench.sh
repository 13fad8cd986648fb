#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
#
# bench.sh BUILD WHAT... - runs tests/bench/WHAT.py, after the peers are there: a Python environment of their own in
# build/bench/venv (python3 with venv, pip). In the environment: ROWS of the table, RUNS of a
# median; CASES and PEERS (names) of fits, when not all.
set -eu
cd "$(dirname "$0")/../.."
GLINT=$PWD/$1/glint
shift
work=build/bench
export GLINT ROWS="${ROWS:-1000000}" RUNS="${RUNS:-5}"
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
peers() { # MODULES PACKAGES
    # shellcheck disable=SC2086 # packages are words
    "$work/venv/bin/python" -c "import $1" 2>/dev/null || "$work/venv/bin/pip" -q install $2
}
for what in "$@"; do
    case $what in
    engine) peers 'opensearchpy, pandas' 'opensearch-py pandas' ;;
    *)
        peers 'polars, duckdb, pyarrow, pandas, glum, tabmat, sklearn, statsmodels' \
            'polars duckdb pyarrow pandas glum scikit-learn statsmodels'
        # a quarter of a gigabyte, and it wants Java: what it cannot have is left out of the tables
        command -v java >/dev/null 2>&1 && { "$work/venv/bin/python" -c 'import h2o' 2>/dev/null ||
            "$work/venv/bin/pip" -q install h2o || echo "  H2O cannot be installed: no row of it"; }
        ;;
    esac
    "$work/venv/bin/python" "tests/bench/$what.py" || echo "  $what.py: exit status $?"
done
